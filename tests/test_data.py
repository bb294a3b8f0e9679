"""The data set keeps its promises: facts stand where they should, nothing leaks, counts are true."""

import importlib.util
import re
from collections import Counter

import numpy as np
import pytest
import yaml

from helpers import cache, documents, evaluate, metrics, rag

SETS = ("test", "validation")
# By its path: a package named `datasets` may be installed.
_spec = importlib.util.spec_from_file_location("build", cache.DATASETS / "build.py")
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)


@pytest.fixture(scope="module")
def handbook():
    return documents.load_documents(cache.DATASETS / "handbook")


@pytest.fixture(scope="module")
def facts():
    return cache.read_jsonl(cache.DATASETS / "facts.jsonl", ("id", "entity", "attribute", "value", "document", "version", "slice"))


@pytest.fixture(scope="module")
def questions():
    return {name: evaluate.load_questions(name) for name in SETS}


@pytest.fixture(scope="module")
def training():
    return {name: evaluate.load_training(name) for name in ("house_style", "raft")}


def test_files_equal_what_the_builder_makes(artifacts):
    for path, rows in build.build().items():
        assert (cache.DATASETS / path).read_text(encoding="utf-8") == build.as_text(rows), f"{path}: run python datasets/build.py"


def test_front_matter_is_complete(handbook):
    fields = {"id", "title", "department", "type", "author_team", "version", "effective", "supersedes", "clearance"}
    departments = Counter()
    for document in handbook:
        assert set(document.metadata) == fields, document.source
        assert document.metadata["clearance"] in {"public", "internal", "restricted"}
        assert document.id.split("-")[0] == document.metadata["department"][:3] and document.source.endswith(f"{document.id}.md")
        assert 60 <= len(document.text.split()) <= 250, document.source
        departments[document.metadata["department"]] += 1
    assert len(departments) == 5 and min(departments.values()) >= 7


def test_each_value_stands_in_exactly_one_document(handbook, facts):
    for fact in facts:
        value = re.compile(rf"(?<!\w){re.escape(str(fact['value']))}(?!\w)", re.IGNORECASE)
        assert [d.id for d in handbook if value.search(d.text)] == [fact["document"]], fact


def test_no_value_is_cut_by_chunking(handbook, facts):
    chunks = documents.chunk(handbook)
    for fact in facts:
        assert any(str(fact["value"]).lower() in c.text.lower() for c in chunks if c.document == fact["document"]), fact


def test_ids_are_unique_and_slices_full(facts, questions, training):
    for rows in [facts, [*questions["test"], *questions["validation"]], training["house_style"]]:
        assert max(Counter(row["id"] for row in rows).values()) == 1
    for name in SETS:
        assert Counter(q["slice"] for q in questions[name]) == build.PER_SET


def test_trained_and_untrained_entities_are_disjoint(facts, training):
    f2 = {fact["document"] for fact in facts if fact["slice"] == "F2"}
    assert not f2 & {fact["document"] for fact in facts if fact["slice"] == "F1"}
    assert not {f["entity"] for f in facts if f["slice"] == "F1"} & {f["entity"] for f in facts if f["slice"] == "F2"}
    for rows in training.values():
        assert not f2 & {row["about"] for row in rows}
    assert not f2 & {passage["document"] for row in training["raft"] for passage in row["passages"]}


def test_test_and_validation_never_share_a_document(questions):
    about = [{q["id"].split(".")[0] for q in questions[name] if q["slice"] != "far"} for name in SETS]
    assert not about[0] & about[1]


def test_no_evaluation_question_is_in_training(questions, training, embedder):
    asked = [q["question"] for name in SETS for q in questions[name]]
    trained = sorted({row["question"] for rows in training.values() for row in rows})
    assert not {metrics.normalize(q) for q in asked} & {metrics.normalize(q) for q in trained}
    cosines = embedder.encode(asked) @ embedder.encode(trained).T
    worst = np.unravel_index(cosines.argmax(), cosines.shape)
    assert cosines.max() < 0.9, (asked[worst[0]], trained[worst[1]])


def test_no_two_documents_are_near_duplicates(handbook, embedder):
    vectors = embedder.encode([d.text for d in handbook])
    cosines = vectors @ vectors.T - np.eye(len(vectors))
    assert cosines.max() < 0.97


def test_answerable_questions_have_answer_and_span(questions, handbook):
    texts = {d.id: d.text.lower() for d in handbook}
    for q in (q for name in SETS for q in questions[name]):
        if q["slice"] in {"F1", "F2"}:
            assert q["answers"] and q["span"].lower() in texts[q["documents"][0]]
            assert not metrics.contains(q["question"], q["answers"]), q
        else:
            assert q["answers"] == [] and q["documents"] == [] and q["span"] is None


def test_training_answers_are_true_to_their_passages(training):
    for row in training["raft"]:
        shown = [p for p in row["passages"] if p["document"] == row["document"] and str(row["span"]).lower() in p["text"].lower()]
        answerable = row["kind"] == "answerable"
        assert bool(shown) == answerable, row["id"]
        assert row["answer"] == (rag.house_style(row["span"], row["document"]) if answerable else rag.ABSTAIN)
        assert len(row["passages"]) == build.PASSAGES
    kinds = Counter(row["kind"] for row in training["raft"])
    assert set(kinds) == {"answerable", "distractors only", "near-miss", "far"} and min(kinds.values()) >= 10


def test_reading_practice_is_about_other_things(handbook, training):
    practice = [row for row in training["raft"] if row["id"].startswith("practice")]
    assert 0.3 < len(practice) / len(training["raft"]) < 0.7
    shown = {passage["document"] for row in practice for passage in row["passages"]}
    assert not shown & {d.id for d in handbook}
    for row in practice:
        holders = [p["document"] for p in row["passages"] if row["span"] and row["span"].lower() in p["text"].lower()]
        assert holders == ([row["document"]] if row["kind"] == "answerable" else []), row["id"]


def test_every_training_answer_is_in_house_style(training):
    assert all(rag.parse(row["question"], row["answer"]).in_form for rows in training.values() for row in rows)


def test_near_misses_are_about_a_document_that_exists(handbook):
    ids = {d.id for d in handbook}
    for path in (cache.DATASETS / "source").glob("*.yaml"):
        if path.stem in {"support", "legal", "safety", "finance", "engineering"}:
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert all(entry["document"] in ids and entry["near_miss"] for entry in entries), path


def test_the_data_card_counts_are_those_of_the_files(handbook, facts, questions, training):
    card = (cache.DATASETS / "README.md").read_text(encoding="utf-8")
    counts = {
        "handbook/": len(handbook),
        "facts.jsonl": len(facts),
        "questions/test.jsonl": len(questions["test"]),
        "questions/validation.jsonl": len(questions["validation"]),
        "training/house_style.jsonl": len(training["house_style"]),
        "training/raft.jsonl": len(training["raft"]),
        "claims.jsonl": 104,
    }
    for path, count in counts.items():
        assert re.search(rf"^\| `{re.escape(path)}` \| {count} \|", card, re.MULTILINE), f"the data card should say: | `{path}` | {count} |"


def test_every_file_is_utf8_and_ends_with_a_newline():
    for path in cache.DATASETS.rglob("*"):
        if path.suffix in {".md", ".yaml", ".jsonl"}:
            assert path.read_text(encoding="utf-8").endswith("\n"), path
