"""What can be said of the notebooks without running them."""

import ast
import json
import re
import statistics

import pytest

from helpers.engine import cache
from helpers.exercises import exercises
from scripts import make_links, make_readme

SCOPES = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
NOTEBOOKS = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8")), request.param


def sources(notebook, kind):
    return [
        (cell, "".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == kind
    ]


def test_cells_are_short_and_were_run(notebook):
    lengths = []
    for cell, source in sources(notebook[0], "code"):
        lines = source.splitlines()
        lengths.append(len(lines))
        assert len(lines) <= 20 and max(map(len, lines)) <= 100, source
        assert cell["execution_count"] is not None, source
        assert not any(output["output_type"] == "error" for output in cell["outputs"]), source
    assert statistics.median(lengths) <= 12


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
    assert cells[1]["metadata"]["jupyter"]["source_hidden"]  # a reader begins with the story


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
