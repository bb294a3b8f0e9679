"""The two widgets and their twins in plain code."""

import copy
import html
import re

import ipywidgets
import pytest

from helpers import course, documents, prompts, retrieval, twins, widgets

QUERY = "Who may close an entry in the Bluebook?"
HOSTILE = "<script>alert(1)</script>"
STYLE = course.style()
SHOTS = [
    prompts.Shot("What is it?", STYLE.write("31 months", "sup-014")),
    prompts.Shot("And this?", STYLE.abstention),
]


@pytest.fixture(scope="module")
def pages():
    return course.handbook()[:12]


@pytest.fixture(scope="module")
def hostile():
    return [
        documents.Document(
            f"<i>{n}", "A page", f"The pump of mill {n} {HOSTILE} is green.", f"{n}.md"
        )
        for n in range(3)
    ]


def find(box, description):
    """The control whose description begins so."""
    for child in box.children:
        if isinstance(child, ipywidgets.Box):
            if inside := find(child, description):
                return inside
        elif getattr(child, "description", "").startswith(description):
            return child


def controls(box):
    for child in box.children:
        if isinstance(child, ipywidgets.Box):
            yield from controls(child)
        elif not isinstance(child, ipywidgets.HTML):
            yield child


@pytest.mark.parametrize("mix", [0, 0.3, 1])
def test_explore_ranks_as_the_indexes_do(pages, embedder, mix):
    chunks = documents.chunk(pages, 60)
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    index = {0: keyword, 0.3: retrieval.FusedIndex(dense, keyword, weights=[0.3, 0.7]), 1: dense}[
        mix
    ]
    hits, table = index.search([QUERY], 5)[0], widgets.explore(pages, embedder, QUERY, mix=mix)
    assert list(table.columns) == [
        "rank",
        "moved",
        "document",
        "passage",
        "BM25 rank",
        "dense rank",
    ]
    assert list(table["rank"]) == [1, 2, 3, 4, 5] and list(table["document"]) == [
        h.chunk.document for h in hits
    ]
    assert (table["moved"] == "").all() and (table["passage"].str.len() <= 160).all()
    for name, one in {"BM25 rank": keyword, "dense rank": dense}.items():
        ranks = {h.chunk.text: h.rank for h in one.search([QUERY], 50)[0]}
        assert list(table[name]) == [ranks.get(h.chunk.text, "") for h in hits]


def test_moved_says_in_words_where_a_passage_was(pages, embedder):
    before = widgets.explore(pages, embedder, QUERY, mix=1)
    assert (widgets.explore(pages, embedder, QUERY, mix=1, before=before)["moved"] == "same").all()
    earlier = before.iloc[[2, 1, 0]].assign(rank=[1, 2, 3])
    after = widgets.explore(pages, embedder, QUERY, mix=1, before=earlier)
    assert list(after["moved"]) == ["up 2", "same", "down 2", "new", "new"]


def test_explore_at_its_edges(pages, embedder):
    for query in ("xyzzy qwertz", "the of and"):
        assert (
            widgets.explore(pages, embedder, query, mix=0).empty
            and len(widgets.explore(pages, embedder, query)) == 5
        )
    with pytest.raises(ValueError, match="empty query"):
        widgets.explore(pages, embedder, " ")
    with pytest.raises(ValueError, match="mix must be from 0"):
        widgets.explore(pages, embedder, QUERY, mix=1.1)
    other = [documents.Document("d", "t", "One passage.", "d.txt")]
    assert list(widgets.explore(other, embedder, QUERY)["document"]) == ["d"]


def test_passages_are_embedded_once(pages, embedder):
    widgets.explore(pages, embedder, QUERY)
    built = twins._indexes.cache_info().misses
    widgets.explore(list(pages), embedder, "something else", mix=0.2)
    assert twins._indexes.cache_info().misses == built


def test_the_explorer_follows_its_controls(pages, embedder):
    box = widgets.retrieval_explorer(pages, embedder, QUERY)
    status, table = box.children[-2:]
    said = []
    status.observe(lambda change: said.append(change["new"]), names="value")
    for description, value, rows in [
        ("Mix", 0, 5),
        ("Passages", 7, 7),
        ("Longest", 30, 7),
        ("Query", "a new entry", 7),
    ]:
        shown = table.value
        find(box, description).value = value
        assert table.value != shown and table.value.count("<tr") == rows + 1  # and the heading
        assert said[-2:] == ["embedding ...", f"Passages shown: {rows}."]
    find(box, "Mix").value = 1
    again = table.value
    find(box, "Passages").value = 3
    assert again != table.value and table.value.count(">same</td>") == 3
    find(box, "Query").value = "  "
    assert (
        "An empty query has no nearest passage" in table.value
        and "<table" not in table.value
        and status.value == ""
    )
    find(box, "Mix").value = 0
    find(box, "Query").value = "xyzzy"
    assert "No passage shares a word" in table.value
    find(box, "Query").value = QUERY
    assert "<table" in table.value


def test_every_control_has_its_description(pages, embedder, llm, index):
    for box in (
        widgets.retrieval_explorer(pages, embedder, QUERY),
        widgets.prompt_inspector(course.system(llm, index), [QUERY]),
    ):
        assert len(list(controls(box))) == 4
        for control in controls(box):
            assert control.description and control.style.description_width == "initial"


@pytest.mark.parametrize("limit", [1024, 300])
def test_the_parts_add_up_to_the_prompt(llm, index, limit):
    system = course.system(llm, index, shots=SHOTS, k=6, max_prompt_tokens=limit)
    hits = index.search([QUERY], 6)[0]
    prompt, kept = system.prompt(QUERY, hits)
    table = widgets.prompt_parts(system, QUERY)
    inside = table[table["in the prompt"] == "yes"]
    assert inside["tokens"].sum() == len(llm.encode(prompt)) and (inside["tokens"] > 0).all()
    assert inside["text"].str.len().sum() == len(prompt) and all(
        text in prompt for text in inside["text"].iloc[:-1]
    )
    examples = ["example 1", "example 1, answer", "example 2", "example 2, answer"]
    passages = [f"passage {h.rank} [{h.chunk.document}]" for h in hits]
    assert list(table["part"]) == ["instruction", *examples, *passages, "question", "chat marks"]
    cut = table[table["in the prompt"] != "yes"]
    assert list(cut["part"]) == passages[len(kept) :] and set(cut["in the prompt"]) <= {
        f"cut: over the limit of {limit} tokens"
    }
    assert (
        bool(len(cut)) == (limit == 300)
        and "".join(text for _, text in table.attrs["prompt"]) == prompt
    )


def test_a_system_without_an_index_has_parts_too(llm):
    assert list(widgets.prompt_parts(course.system(llm), QUERY)["part"]) == [
        "instruction",
        "question",
        "chat marks",
    ]


def test_the_inspector_follows_its_controls(llm, index):
    system = course.system(llm, index, shots=SHOTS[:1])
    given = copy.copy(vars(system))
    box = widgets.prompt_inspector(system, [QUERY, "How long does the battery last?"])
    status, table, prompt = box.children[-3:]
    assert exact(prompt.value) == system.prompt(QUERY, index.search([QUERY], 3)[0])[0]
    assert "passage 3 [" in table.value and "passages cut: 0." in status.value
    for description, value in {
        "Passages": 8,
        "Limit": 220,
        "Choose": "How long does the battery last?",
        "or type": "Who signs?",
    }.items():
        shown = prompt.value, table.value
        find(box, description).value = value
        assert (prompt.value, table.value) != shown
    assert (
        "passage 8 [" in table.value
        and "cut: over the limit of 220 tokens" in table.value
        and "at most 220" in status.value
    )
    asked = course.system(llm, index, shots=SHOTS[:1], k=8, max_prompt_tokens=220)
    assert exact(prompt.value) == asked.prompt("Who signs?", index.search(["Who signs?"], 8)[0])[0]
    find(box, "or type").value = "why " * 300
    assert (
        "even without a passage; the limit is 220" in table.value
        and prompt.value == status.value == ""
    )
    find(box, "or type").value = ""
    assert "An empty query" in table.value
    assert vars(system) == given


def test_a_listed_question_can_be_chosen_again_after_another_was_typed(llm, index):
    box = widgets.prompt_inspector(course.system(llm, index), [QUERY, "Who signs?"])
    listed, typed = find(box, "Choose"), find(box, "or type")
    typed.value = "How long does the battery last?"
    assert listed.value is None  # the list does not show a question that was not asked
    listed.value = QUERY
    assert typed.value == QUERY and "at most" in box.children[-3].value
    typed.value = "Who signs?"
    assert listed.value == "Who signs?"


def exact(shown):
    """The text of a prompt shown as HTML, without the labels."""
    return html.unescape(re.sub(r"<small.*?</small>|<[^>]*>", "", shown))


def test_hostile_text_is_escaped(hostile, embedder, llm):
    explorer = widgets.retrieval_explorer(hostile, embedder, HOSTILE)
    index = retrieval.DenseIndex(documents.chunk(hostile), embedder)
    inspector = widgets.prompt_inspector(
        course.system(llm, index, shots=[prompts.Shot(HOSTILE, HOSTILE)]), [HOSTILE]
    )
    shown = [explorer.children[-1].value, inspector.children[-1].value]
    find(inspector, "Limit").value = 100
    find(inspector, "or type").value = HOSTILE * 100
    for value in [*shown, inspector.children[-2].value]:
        assert "<script" not in value and "<i>" not in value and "&lt;script&gt;" in value
    assert "&lt;i&gt;0" in shown[0] and exact(shown[1]).count(HOSTILE) == 6


@pytest.mark.parametrize(
    "template",
    [
        prompts.Template(best_last=True),
        prompts.Template(turn="Question: {question}\n\n{passages}"),
        prompts.Template(shot="Question: {question}\nAnswer: {answer}\n\n"),
    ],
    ids=["best last", "question first", "shots in the turn"],
)
def test_the_parts_of_every_template_make_up_the_prompt(llm, index, template):
    system = course.system(llm, index, template=template, shots=SHOTS)
    parts = widgets.prompt_parts(system, QUERY).attrs["prompt"]
    prompt, _ = system.prompt(QUERY, index.search([QUERY])[0])
    assert "".join(text for _, text in parts) == prompt
    names = [name for name, _ in parts if name != "chat marks"]
    assert len(names) == len(set(names)) and "question" in names
