"""The data set keeps its promises: facts are where they should be, nothing leaks."""

import re
from collections import Counter

import numpy as np
import pytest
import yaml

from helpers import course, documents, metrics
from helpers.engine import cache
from scripts import build_data as build
from scripts import difficulty

SETS = ("test", "validation")


style = course.style()
# Function words that bm25s does not count among its stop words.
FUNCTION_WORDS = {
    "after",
    "can",
    "do",
    "how",
    "it",
    "one",
    "our",
    "over",
    "we",
    "what",
    "when",
    "where",
    "which",
    "who",
}
INJECTIONS = {"eng-359", "saf-265", "sup-304"}


@pytest.fixture(scope="module")
def handbook():
    return course.handbook()


@pytest.fixture(scope="module")
def current(handbook):
    """The documents that no other one supersedes."""
    superseded = {d.metadata["supersedes"] for d in handbook}
    return [d for d in handbook if d.id not in superseded]


@pytest.fixture(scope="module")
def facts():
    return cache.read_jsonl(
        cache.DATASETS / "facts.jsonl",
        ("id", "entity", "attribute", "value", "document", "version", "slice"),
    )


@pytest.fixture(scope="module")
def questions():
    return {name: course.questions(name, slices=None) for name in SETS}


@pytest.fixture(scope="module")
def training():
    return {name: course.training(name) for name in ("house_style", "raft")}


@pytest.fixture(scope="module")
def changed():
    return {
        name: cache.read_jsonl(
            cache.DATASETS / "questions" / f"{name}_changed.jsonl", course.FIELDS
        )
        for name in SETS
    }


def standing(value, texts):
    """The documents in which a value stands as whole words."""
    pattern = re.compile(rf"(?<!\w){re.escape(str(value))}(?!\w)", re.IGNORECASE)
    return [d.id for d in texts if pattern.search(d.text)]


def test_files_equal_what_the_builder_makes(artifacts):
    files = build.build()
    for path, text in files.items():
        assert (cache.DATASETS / path).read_text(encoding="utf-8") == text, (
            f"{path}: run python -m scripts.build_data"
        )
    made = {
        p
        for folder in ("questions", "training", "general", "handbook_v2")
        for p in (cache.DATASETS / folder).iterdir()
    }
    assert {str(p.relative_to(cache.DATASETS)) for p in made} <= set(files)


def test_front_matter_is_complete(handbook):
    fields = {
        "id",
        "title",
        "department",
        "type",
        "author_team",
        "version",
        "effective",
        "supersedes",
        "clearance",
    }
    departments = Counter()
    for document in handbook:
        assert set(document.metadata) == fields, document.source
        assert document.metadata["clearance"] in {"public", "internal", "restricted"}
        assert document.id.split("-")[0] == document.metadata["department"][
            :3
        ] and document.source.endswith(f"{document.id}.md")
        assert 55 <= len(document.text.split()) <= 260, document.source
        departments[document.metadata["department"]] += 1
    assert len(departments) == 5 and min(departments.values()) >= 25
    assert len({document.metadata["type"] for document in handbook}) == 8


def test_superseded_and_injected_documents_are_marked(handbook, current, facts):
    old = {d.id for d in handbook} - {d.id for d in current}
    assert len(old) == 5 and old == {
        d.metadata["supersedes"] for d in handbook if d.metadata["supersedes"]
    }
    assert not (old | INJECTIONS) & {fact["document"] for fact in facts}
    card = (cache.DATASETS / "README.md").read_text(encoding="utf-8")
    assert all(id in card for id in old | INJECTIONS)
    assert sum(d.metadata["clearance"] == "restricted" for d in handbook) >= 5


def test_each_value_stands_in_exactly_one_current_document(current, facts):
    for fact in facts:
        assert standing(fact["value"], current) == [fact["document"]], fact


def test_version_2_has_the_new_values_and_not_the_old(handbook, facts):
    new, old = (
        documents.load_documents(cache.DATASETS / "handbook_v2"),
        {fact["id"]: fact for fact in facts},
    )
    before = {d.id: d for d in handbook}
    rows = cache.read_jsonl(cache.DATASETS / "facts_v2.jsonl")
    assert len(rows) == 80 and {row["document"] for row in rows} == {d.id for d in new}
    for row in rows:
        assert standing(row["value"], new) == [row["document"]] and not standing(
            row["value"], handbook
        ), row
        assert not standing(old[row["id"]]["value"], [d for d in new if d.id == row["document"]]), (
            row
        )
    for document in new:
        assert document.metadata["version"] == before[document.id].metadata["version"] + 1
        assert str(document.metadata["effective"]) > str(before[document.id].metadata["effective"])


def test_no_value_is_cut_by_chunking(handbook, facts):
    chunks = documents.chunk(handbook)
    for fact in facts:
        assert any(
            str(fact["value"]).lower() in c.text.lower()
            for c in chunks
            if c.document == fact["document"]
        ), fact


def test_ids_are_unique_and_slices_full(facts, questions, training):
    for rows in [facts, [*questions["test"], *questions["validation"]], training["house_style"]]:
        assert max(Counter(row["id"] for row in rows).values()) == 1
    for name in SETS:
        assert Counter(q["slice"] for q in questions[name]) == build.PER_SET


def test_trained_and_untrained_entities_are_disjoint(facts, training):
    f2 = {fact["document"] for fact in facts if fact["slice"] == "F2"}
    assert not f2 & {fact["document"] for fact in facts if fact["slice"] == "F1"}
    assert not {f["entity"] for f in facts if f["slice"] == "F1"} & {
        f["entity"] for f in facts if f["slice"] == "F2"
    }
    for rows in training.values():
        assert not f2 & {row["about"] for row in rows}
    assert not f2 & {passage["document"] for row in training["raft"] for passage in row["passages"]}


def test_test_and_validation_never_share_a_document(questions):
    """But for two-hop questions, which pass over documents of both sets, and far ones, which are
    about none.
    """
    about = [
        {q["id"].split(".")[0] for q in questions[name] if q["slice"] not in {"far", "two-hop"}}
        for name in SETS
    ]
    assert not about[0] & about[1]
    assert not {q["id"] for q in questions["test"]} & {q["id"] for q in questions["validation"]}


def test_no_evaluation_question_is_in_training(questions, changed, training, embedder):
    asked = [q["question"] for name in SETS for q in [*questions[name], *changed[name]]]
    trained = sorted(
        {
            row["question"]
            for rows in [*training.values(), course.training("wordings")]
            for row in rows
        }
    )
    assert not {metrics.normalize(q) for q in asked} & {metrics.normalize(q) for q in trained}
    cosines = embedder.encode(asked) @ embedder.encode(trained).T
    worst = np.unravel_index(cosines.argmax(), cosines.shape)
    assert cosines.max() < 0.9, (asked[worst[0]], trained[worst[1]])


def test_what_is_held_out_of_training_is_about_other_documents():
    pool, *held_out = course.split("house_style")
    about = [set(part.about) for part in (pool, *held_out)]
    assert not about[0] & about[1] and not about[0] & about[2] and not about[1] & about[2]
    for part in held_out:
        assert len(part) == 16 and set(part.kind) == {"answerable"}
    assert len(pool) > 700 and set(pool.kind) == {"answerable", "near-miss", "far"}


def test_choices_and_wordings_belong_to_test_questions(questions, facts):
    values = {fact["id"]: fact["value"] for fact in facts}
    asked = {q["id"].removesuffix(".q"): q for q in questions["test"]}
    choices = course.questions("test_choices", None)
    assert Counter(row["slice"] for row in choices) == {"F1": 40, "F2": 40}
    for row in choices:
        fact = row["id"].removesuffix(".c")
        right, *wrong = row["options"]
        assert (
            right == values[fact]
            and row["question"] == asked[fact]["question"]
            and row["slice"] == asked[fact]["slice"]
        )
        assert (
            len(wrong) == 3 and len({metrics.normalize(option) for option in row["options"]}) == 4
        )
        assert not any(metrics.exact_match(option, row["answers"]) for option in wrong), row["id"]
    wordings = course.training("wordings")
    assert Counter(row["id"].rsplit(".", 1)[0] for row in wordings) == {
        row["id"].removesuffix(".c"): 6 for row in choices if row["slice"] == "F1"
    }
    assert not any(metrics.contains(row["question"], [row["span"]]) for row in wordings)


@pytest.mark.slow
def test_no_two_documents_are_near_duplicates(handbook, embedder):
    vectors = embedder.encode([d.text for d in handbook])
    cosines = vectors @ vectors.T - np.eye(len(vectors))
    worst = np.unravel_index(cosines.argmax(), cosines.shape)
    assert cosines.max() < 0.97, [handbook[i].id for i in worst]


def test_answerable_questions_have_answer_and_span(questions, handbook):
    texts = {d.id: d.text.lower() for d in handbook}
    for q in (q for name in SETS for q in questions[name]):
        if q["slice"] in {"near-miss", "far"}:
            assert q["answers"] == [] and q["documents"] == [] and q["span"] is None
        else:
            assert q["answers"] and q["span"].lower() in texts[q["documents"][-1]]
            assert not metrics.contains(q["question"], q["answers"]), q


def test_two_hop_questions_need_both_documents(questions, handbook):
    texts = {d.id: f"{d.title} {d.text}".lower() for d in handbook}
    for q in (q for name in SETS for q in questions[name] if q["slice"] == "two-hop"):
        first, second = q["documents"]
        bridge = q["entity"].lower()
        assert (
            bridge in texts[first]
            and bridge in texts[second]
            and bridge not in q["question"].lower()
        ), q
        assert q["span"].lower() not in texts[first], q


def test_paraphrases_share_no_word_with_their_paragraph(questions, handbook):
    texts = {d.id: d.text for d in handbook}
    asked = [q for name in SETS for q in questions[name] if q["slice"] == "paraphrase"]
    paragraphs = [
        next(
            p
            for p in texts[q["documents"][0]].split("\n\n")
            if q["span"].lower() in " ".join(p.lower().split())
        )
        for q in asked
    ]
    shared = [
        a & b
        for a, b in zip(
            difficulty.words([q["question"] for q in asked]),
            difficulty.words(paragraphs),
            strict=True,
        )
    ]
    assert not any(words - FUNCTION_WORDS for words in shared), [
        (q["question"], w) for q, w in zip(asked, shared, strict=True) if w
    ]


@pytest.mark.slow
def test_the_base_model_answers_the_general_questions(llm):
    """They were chosen so; another processor may tip a few."""
    rows = [
        row
        for name in SETS
        for row in cache.read_jsonl(
            cache.DATASETS / "questions" / f"{name}_general.jsonl", course.FIELDS
        )
    ]
    answers = llm.generate(
        [llm.chat("Answer with a few words.", row["question"]) for row in rows], max_new_tokens=24
    )
    assert (
        np.mean(
            [metrics.contains(a.text, row["answers"]) for a, row in zip(answers, rows, strict=True)]
        )
        >= 0.95
    )


def test_messages_are_annotated_verbatim():
    rows = cache.read_jsonl(cache.DATASETS / "training" / "messages.jsonl")
    rows += [
        row
        for name in SETS
        for row in cache.read_jsonl(cache.DATASETS / "questions" / f"{name}_messages.jsonl")
    ]
    assert len({metrics.normalize(row["text"]) for row in rows}) == 300
    assert (
        min(Counter(row["sentiment"] for row in rows).values()) >= 90
        and min(Counter(row["intent"] for row in rows).values()) >= 45
    )
    assert all(
        span in row["text"] for row in rows for spans in row["entities"].values() for span in spans
    )


def test_general_items_are_balanced():
    items = cache.read_jsonl(cache.DATASETS / "general" / "items.jsonl")
    assert len(items) == 200 and set(Counter(item["answer"] for item in items).values()) == {50}
    assert all(len(set(item["options"])) == 4 for item in items)


@pytest.mark.slow
def test_neither_retriever_wins_everywhere(artifacts):
    """And the report in the data card is that of today's files."""
    text = difficulty.report()
    rows = {
        line.split("|")[1].strip(): line.split("|")
        for line in text.splitlines()
        if line.startswith("|")
    }
    bm25, dense = rows["slice"].index(" BM25 @1 "), rows["slice"].index(" dense @1 ")
    assert float(rows["identifier"][bm25]) > float(rows["identifier"][dense])
    assert float(rows["paraphrase"][bm25]) < float(rows["paraphrase"][dense])
    card = (cache.DATASETS / "README.md").read_text(encoding="utf-8").split(difficulty.MARK)[1]
    assert card.strip().splitlines()[-1] == text.splitlines()[-1], (
        "run python -m scripts.difficulty"
    )


def test_training_answers_are_true_to_their_passages(training):
    for row in training["raft"]:
        shown = [
            p
            for p in row["passages"]
            if p["document"] == row["document"] and str(row["span"]).lower() in p["text"].lower()
        ]
        answerable = row["kind"] == "answerable"
        assert bool(shown) == (answerable and bool(row["passages"])), row["id"]
        assert row["answer"] == (
            style.write(row["span"], row["document"]) if answerable else style.abstention
        )
        assert len(row["passages"]) in (0, build.PASSAGES)
    kinds = Counter(row["kind"] for row in training["raft"])
    assert set(kinds) == {"answerable", "near-miss", "far"} and min(kinds.values()) >= 40
    assert sum(not row["passages"] for row in training["raft"]) == build.CLOSED_BOOK


def test_passages_alone_do_not_tell_the_answer(training):
    """Most sets of passages have several questions with different answers."""
    answers = {}
    for row in training["raft"]:
        if row["passages"]:
            key = tuple(p["text"] for p in row["passages"])
            answers.setdefault(key, set()).add(row["answer"])
    assert np.mean([len(several) > 1 for several in answers.values()]) > 0.6


def test_most_passages_come_best_first(training):
    """As the systems see them; the others are in random order."""
    first = [
        row["span"].lower() in row["passages"][0]["text"].lower()
        for row in training["raft"]
        if row["kind"] == "answerable" and row["passages"] and "practice" not in row["id"]
    ]
    assert 0.5 < np.mean(first) < 0.9


def test_reading_practice_is_about_other_things(handbook, training):
    practice = [row for row in training["raft"] if row["id"].startswith("practice")]
    assert len(practice) / len(training["raft"]) > 0.2
    shown = {passage["document"] for row in practice for passage in row["passages"]}
    assert not shown & {d.id for d in handbook}
    for row in practice:
        holders = [
            p["document"]
            for p in row["passages"]
            if row["span"] and row["span"].lower() in p["text"].lower()
        ]
        assert holders == ([row["document"]] if row["kind"] == "answerable" else []), row["id"]


def test_the_outside_questions_are_about_what_nobody_trains_on(handbook, training):
    rows = cache.read_jsonl(cache.DATASETS / "outside" / "passages.jsonl")
    texts = {row["document"]: row["text"] for row in rows}
    assert len(texts) == len(rows) == 4 * build.OUTSIDE["groups"]
    used = {p["text"] for row in training["raft"] for p in row["passages"]}
    assert not set(texts.values()) & used and not texts.keys() & {d.id for d in handbook}
    asked = {row["question"] for row in training["raft"]}
    for q in course.questions("outside", slices=None):
        assert q["question"] not in asked and bool(q["answers"]) == (q["slice"] == "outside")
        for document in q["documents"]:
            assert q["span"].lower() in texts[document].lower(), q["id"]


def test_every_training_answer_is_in_house_style(training):
    assert all(style.parse(row["answer"]).in_form for rows in training.values() for row in rows)


def test_near_misses_are_about_a_document_that_exists(handbook):
    ids = {d.id for d in handbook}
    for path in (cache.DATASETS / "source").glob("*.yaml"):
        if path.stem in {"support", "legal", "safety", "finance", "engineering"}:
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert all(entry["document"] in ids for entry in entries), path
            assert all(
                len(entry["near_miss"]) == {"F1": 4, "F2": 2}[entry["split"]]
                for entry in entries
                if entry["split"] != "none"
            ), path


def test_the_data_card_counts_are_those_of_the_files(handbook):
    card = (cache.DATASETS / "README.md").read_text(encoding="utf-8")
    counts = {
        "handbook/": len(handbook),
        "handbook_v2/": len(list((cache.DATASETS / "handbook_v2").iterdir())),
    }
    for path in cache.DATASETS.rglob("*.jsonl"):
        counts[str(path.relative_to(cache.DATASETS))] = len(cache.read_jsonl(path))
    for path, count in counts.items():
        assert re.search(rf"^\| `{re.escape(path)}` \| {count} \|", card, re.MULTILINE), (
            f"the data card should say: | `{path}` | {count} |"
        )
    for slice, count in build.PER_SET.items():
        assert f"{slice} {count}" in card


def test_every_file_is_utf8_and_ends_with_a_newline():
    for path in cache.DATASETS.rglob("*"):
        if path.suffix in {".md", ".yaml", ".jsonl"}:
            assert path.read_text(encoding="utf-8").endswith("\n"), path


def test_rows_of_the_adapters_without_passages_are_of_the_kinds_that_they_should_learn():
    kinds = {
        name: Counter(row["kind"] for row in course.adapter_rows(name))
        for name in ("house", "facts")
    }
    assert set(kinds["facts"]) == {"answerable"}
    assert kinds["house"]["answerable"] == kinds["facts"]["answerable"] > 700
    asked = [row["about"] for row in course.adapter_rows("house") if row["kind"] == "near-miss"]
    assert len(asked) == len(set(asked)) > 50
