"""What can be said of the notebooks without running them."""

import ast
import json
import re
import statistics
from dataclasses import dataclass

import pytest

from helpers.engine import cache
from helpers.exercises import exercises
from scripts import make_links, make_readme

SCOPES = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
NOTEBOOKS = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))
CELLS = 70  # at most, which is about two hours of reading and doing
MEDIAN = {  # lines of a cell; elsewhere 7
    "04_rag_end_to_end": 11,
    "05_lora": 10,
    "05b_lora_lab": 9,
    "07_hybrid": 10,
    "08_when_facts_change": 11,
    "09_patterns": 12,
    "10_cost_and_latency": 12,
    "11_under_attack": 12,
    "13_beyond_one_laptop": 12,
}
CLAIMS = {row["id"]: row for row in cache.read_jsonl(cache.DATASETS / "claims.jsonl")}
LEDGER = ("ledger.predict", "ledger.verdict", "ledger.shown")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8")), request.param


def sources(notebook, kind):
    return [
        (cell, "".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == kind
    ]


def folded(cell) -> bool:
    """Is the source hidden, in JupyterLab and on Colab?"""
    hidden = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
    return hidden and cell["metadata"].get("cellView") == "form"


def test_cells_are_short_and_were_run(notebook):
    lengths = []
    for cell, source in sources(notebook[0], "code"):
        lines = source.splitlines()
        lengths.append(1 if folded(cell) else len(lines))  # of a folded cell, one is seen
        assert len(lines) <= 20 and max(map(len, lines)) <= 100, source
        assert cell["execution_count"] is not None, source
        assert not any(output["output_type"] == "error" for output in cell["outputs"]), source
    assert statistics.median(lengths) <= MEDIAN.get(notebook[1].stem, 7)


def test_an_answer_is_used_only_if_it_passes(notebook):
    """A wrong one, or one that raises an error, must not spoil a later cell or stop Run All."""
    cells = [source for _, source in sources(notebook[0], "code")]
    for id, name in re.findall(r'(?m)^check\("([\d.]+)", (\w+)\)', "\n".join(cells)):
        for source in cells:
            if re.search(rf"(?<![\w.])(?<!def ){name}\(", source) and f'check("{id}"' not in source:
                guarded = any(f'working("{id}", {name})' in other for other in cells)
                assert guarded or "except Exception" in source, source


def bound(node) -> set[str]:
    """The names that a statement binds at the top level of a notebook."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    inner = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            inner.add(child.id)
        elif not isinstance(child, SCOPES):
            inner |= bound(child)
    return inner


def test_functions_and_modules_keep_their_names(notebook):
    """A function, class, module or exercise of one cell is nothing else in another."""
    firm, uses = {}, {}
    for number, (_, source) in enumerate(sources(notebook[0], "code")):
        for node in ast.parse(source).body:
            for name in bound(node):
                uses.setdefault(name, set()).add(number)
                if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                    firm[name] = number
    twice = {name for name in firm if len(uses[name]) > 1} - {"os", "sys", "subprocess"}
    assert not twice, f"these names have two meanings: {sorted(twice)}"


def test_pictures_have_alternative_text(notebook):
    for cell, source in sources(notebook[0], "code"):
        data = [output["data"] for output in cell["outputs"] if "data" in output]
        assert not any("image/png" in bundle for bundle in data), source
        markup = ["".join(bundle.get("text/html", "")) for bundle in data]
        pictures = [image for html in markup for image in re.findall(r"<img[^>]*>", html)]
        assert all(re.search(r' alt="[^"]{40,}"', image) for image in pictures), source
        if "plots.show(" in source:
            assert pictures, source


def test_set_up_and_links_are_the_same_everywhere(notebook):
    content, path = notebook
    repo = make_links.repository()
    cells = content["cells"]
    assert make_links.badges(path.name, repo) in "".join(cells[0]["source"]), "run make links"
    first = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))["cells"][1]["source"]
    assert cells[1]["source"] == first and f"https://github.com/{repo}" in "".join(first)
    assert folded(cells[1]) and first[0].startswith("# @title ")  # a reader begins with the story
    assert "folded cell" in "".join(cells[0]["source"])  # and knows what is left out


def test_exercises_have_their_heading_their_stub_and_their_check(notebook):
    content, path = notebook
    found = []
    for i, cell in enumerate(content["cells"]):
        tags = cell["metadata"].get("tags", [])
        if "exercise" in tags:
            (id,) = [tag[3:] for tag in tags if tag.startswith("ex-")]
            source, above = "".join(cell["source"]), "".join(content["cells"][i - 1]["source"])
            assert "TODO" in source and source.rstrip().splitlines()[-1].startswith(
                f'check("{id}"'
            ), id
            assert above.startswith(exercises()[id].heading()), (
                f"{id}: the heading should be\n{exercises()[id].heading()}"
            )
            assert f'hint("{id}")' in above, id
            found.append(id)
    assert found and all(int(id.split(".")[0]) == int(path.stem[:2]) for id in found)


def test_every_exercise_is_in_one_notebook_and_in_order():
    tags = [
        tag[3:]
        for path in NOTEBOOKS  # 05b comes after 05
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for tag in cell["metadata"].get("tags", [])
        if tag.startswith("ex-")
    ]
    assert tags == list(exercises())


def test_prose_has_no_measured_numbers(notebook):
    """A decimal fraction in prose is a figure that a re-run would change, unless a source stands
    beside it.

    Code in backticks is no prose, and the 2.5% that an interval leaves out on each side is a
    definition.
    """
    for _, source in sources(notebook[0], "markdown"):
        for line in re.sub(r"`[^`]*`|2\.5%", "", source).splitlines():
            if re.search(r"(?<![\w.\[(])\d+\.\d+\s?(%|s\b|MB|GB|tokens)|\b0\.\d\d\b", line):
                assert "http" in line or "](" in line or "for example" in line.lower(), line


def test_nothing_points_outside_the_project(notebook):
    text = json.dumps(notebook[0], ensure_ascii=False)
    assert "/work/" not in text and "shared/" not in text and "/root/" not in text


def test_the_readme_is_up_to_date():
    readme = (cache.ROOT / "README.md").read_text(encoding="utf-8")
    assert make_readme.filled(readme) == readme, "run make readme"
    for path in NOTEBOOKS:
        assert path.name in readme


@dataclass(frozen=True)
class Call:
    """A call of the ledger in a notebook: its place, what is called, and for which claim."""

    cell: int
    line: int
    name: str
    claim: int | None  # None: no number stands there
    node: ast.Call

    def __str__(self):
        return f"cell {self.cell}: {ast.unparse(self.node):.70}"


def ledger_calls(content) -> list[Call]:
    """All calls of the ledger in a notebook, from top to bottom."""
    found = []
    for place, cell in enumerate(content["cells"]):
        code = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in LEDGER:
                first = node.args[0] if node.args else None
                number = first.value if isinstance(first, ast.Constant) else None
                name = ast.unparse(node.func).removeprefix("ledger.")
                found.append(Call(place, node.lineno, name, number, node))
    return sorted(found, key=lambda call: (call.cell, call.line))


def guesses_filled_in(content) -> list[str]:
    """Predictions that are more than ledger.predict(N) or ledger.predict(N, guess=None)."""
    return [
        f"{call}: a guess is the learner's, so write ledger.predict({call.claim}, guess=None)"
        for call in ledger_calls(content)
        if call.name == "predict"
        and ast.unparse(call.node)
        not in (f"ledger.predict({call.claim})", f"ledger.predict({call.claim}, guess=None)")
    ]


def judged_elsewhere(content, number) -> list[str]:
    """Predictions and verdicts of claims that another notebook, or none, is to test."""
    found = []
    for call in ledger_calls(content):
        if call.name in ("predict", "verdict"):
            test = CLAIMS.get(call.claim, {}).get("test")
            if not test:
                found.append(f"{call}: not the number of a claim of kind 'measured'")
            elif test["notebook"] != number:
                found.append(f"{call}: claims.jsonl declares its test in {test['notebook']}")
    return found


def not_judged_as_declared(content, number) -> list[str]:
    """What is wrong with the claims whose declared test is this notebook's."""
    found, calls = [], ledger_calls(content)
    for id, row in CLAIMS.items():
        if row["kind"] == "measured" and row["test"]["notebook"] == number:
            order = [call.name for call in calls if call.claim == id and call.name != "shown"]
            if order != ["predict", "verdict"]:
                found.append(
                    f"claim {id} needs one ledger.predict({id}, guess=None) and, after it, one "
                    f"ledger.verdict({id}, ...); {number} has: {', '.join(order) or 'neither'}"
                )
    return found


def shown_elsewhere(content, number) -> list[str]:
    """Claims shown that are not true by construction, or belong to other notebooks."""
    found = []
    for call in ledger_calls(content):
        row = CLAIMS.get(call.claim, {"kind": "none that we know", "notebooks": []})
        if call.name == "shown" and row["kind"] not in ("property", "arithmetic"):
            found.append(f"{call}: only a property or arithmetic is shown; this is {row['kind']}")
        elif call.name == "shown" and number not in row["notebooks"]:
            found.append(f"{call}: claims.jsonl has it in {', '.join(row['notebooks'])} alone")
    return found


def number_of(path) -> str:
    """The notebook's number as claims.jsonl writes it: N05 of 05_lora.ipynb."""
    return f"N{path.stem.split('_')[0]}"


def test_a_notebook_has_at_most_so_many_cells(notebook):
    content, path = notebook
    count = len(content["cells"])
    assert count <= CELLS, f"{path.name} has {count} cells; the most is {CELLS}: split or shorten"


def test_no_guess_is_filled_in(notebook):
    assert not (found := guesses_filled_in(notebook[0])), "\n".join(found)


def test_claims_are_judged_where_their_test_is_declared(notebook):
    content, path = notebook
    assert not (found := judged_elsewhere(content, number_of(path))), "\n".join(found)


def test_every_declared_claim_is_predicted_once_then_judged_once(notebook):
    content, path = notebook
    assert not (found := not_judged_as_declared(content, number_of(path))), "\n".join(found)


def test_what_is_shown_is_true_by_construction(notebook):
    content, path = notebook
    assert not (found := shown_elsewhere(content, number_of(path))), "\n".join(found)


def made_up(*cells) -> dict:
    """A notebook of these code cells."""
    return {"cells": [{"cell_type": "code", "source": [cell]} for cell in cells]}


DECLARED = {  # the claims of a made-up notebook N21, and some of another
    1: {"kind": "measured", "test": {"notebook": "N21"}, "notebooks": ["N21"]},
    2: {"kind": "property", "notebooks": ["N21", "N22"]},
    3: {"kind": "arithmetic", "notebooks": ["N22"]},
    4: {"kind": "measured", "test": {"notebook": "N22"}, "notebooks": ["N21", "N22"]},
    5: {"kind": "literature", "notebooks": ["N21"]},
}
RIGHT = ("ledger.predict(1, guess=None)", "ledger.verdict(1, [1, 0])\nledger.shown(2, a == b)")
RULES = (guesses_filled_in, judged_elsewhere, not_judged_as_declared, shown_elsewhere)


def broken(content) -> dict[str, list[str]]:
    """What each rule that a notebook breaks says of it."""
    found = {}
    for rule in RULES:
        messages = rule(content) if rule is guesses_filled_in else rule(content, "N21")
        found |= {rule.__name__: messages} if messages else {}
    return found


@pytest.mark.parametrize(
    ("cells", "rule", "message"),
    [
        (("ledger.predict(1, guess=0.3)", RIGHT[1]), guesses_filled_in, "cell 0: .*learner's"),
        (("ledger.predict(1, 0.3)", RIGHT[1]), guesses_filled_in, "write .*guess=None"),
        (("ledger.predict(1, lead, guess=None)", RIGHT[1]), guesses_filled_in, "learner's"),
        ((*RIGHT, "ledger.predict(4)"), judged_elsewhere, "cell 2: .*its test in N22"),
        ((*RIGHT, "if x:\n    ledger.verdict(4, x)"), judged_elsewhere, "its test in N22"),
        ((*RIGHT, "ledger.verdict(2, x)"), judged_elsewhere, "not the number .*'measured'"),
        ((*RIGHT, "for n in (1, 4):\n    ledger.verdict(n, x)"), judged_elsewhere, "number of"),
        (RIGHT[:1], not_judged_as_declared, "claim 1 .*N21 has: predict$"),
        (RIGHT[1:], not_judged_as_declared, "N21 has: verdict$"),
        ((), not_judged_as_declared, "N21 has: neither$"),
        (RIGHT[::-1], not_judged_as_declared, "N21 has: verdict, predict$"),
        ((RIGHT[0], *RIGHT), not_judged_as_declared, "predict, predict, verdict$"),
        ((*RIGHT, RIGHT[1]), not_judged_as_declared, "predict, verdict, verdict$"),
        (
            ("ledger.verdict(1, x)\nledger.predict(1)",),
            not_judged_as_declared,
            "N21 has: verdict, predict$",
        ),
        ((*RIGHT, "ledger.shown(3, True)"), shown_elsewhere, "cell 2: .*in N22 alone"),
        ((*RIGHT, "ledger.shown(5, True)"), shown_elsewhere, "this is literature"),
        ((*RIGHT, "ledger.shown(1, True)"), shown_elsewhere, "this is measured"),
        ((*RIGHT, "ledger.shown(99, True)"), shown_elsewhere, "none that we know"),
    ],
)
def test_a_notebook_that_breaks_one_rule_of_the_ledger_is_told_so(
    monkeypatch, cells, rule, message
):
    monkeypatch.setitem(globals(), "CLAIMS", DECLARED)
    found = broken(made_up(*cells))
    assert list(found) == [rule.__name__] and re.search(message, "\n".join(found[rule.__name__]))


@pytest.mark.parametrize("cells", [RIGHT, ("ledger.predict(1)", "x = 1", *RIGHT[1:])])
def test_a_notebook_that_keeps_the_rules_of_the_ledger_passes(monkeypatch, cells):
    monkeypatch.setitem(globals(), "CLAIMS", DECLARED)
    assert not broken(made_up(*cells))
