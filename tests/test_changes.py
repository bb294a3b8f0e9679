"""A handbook that changes: indexes before and after, rows with new values, kinds of answers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import changes, course, documents, freshness
from helpers.documents import Chunk
from helpers.retrieval import DenseIndex, FusedIndex, Hit, KeywordIndex

WORDS = ["horn", "bell", "loud", "red", "old", "new"]


class Counting:
    """An encoder that counts six words: each text becomes a row of length 1."""

    name = fingerprint = "counting"

    def encode(self, texts, **_):
        rows = [[1e-3 + text.lower().split().count(word) for word in WORDS] for text in texts]
        rows = np.array(rows, np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def page(id, text, effective="2024-01-01"):
    return Chunk(id, "", text, 0, len(text), {"effective": effective})


@pytest.fixture
def builder():
    chunks = [page("a-1", "horn loud old"), page("b-1", "bell red")]
    dense = DenseIndex(chunks, Counting())
    fused = FusedIndex(dense, KeywordIndex(chunks))
    return SimpleNamespace(indexes={"dense": dense, "fused": fused})


def texts(builder, query, kind="fused", k=2):
    return [hit.chunk.text for hit in builder.indexes[kind].search([query], k)[0]]


def test_a_change_makes_a_new_builder_and_leaves_the_old_one(builder):
    newer = changes.changed(builder, lambda i: i.update([page("a-1", "horn loud new")]))
    gone = changes.changed(newer, lambda i: i.delete("a-1"))
    for kind in ("dense", "fused"):
        assert texts(newer, "horn loud", kind, 1) == ["horn loud new"]
        assert texts(builder, "horn loud", kind, 1) == ["horn loud old"]
        assert texts(gone, "horn loud", kind, 1) in ([], ["bell red"])


def test_a_rule_and_a_date(builder):
    copy = page("a-1-v2", "horn loud new", "2026-01-12")
    both = changes.changed(builder, lambda i: i.add([copy]))
    assert set(texts(both, "horn loud")) == {"horn loud old", "horn loud new"}
    newest = changes.only(both, lambda chunk: chunk.document != "a-1")
    assert texts(newest, "horn loud", k=1) == ["horn loud new"]
    assert newest.indexes["dense"].search(["horn"], 2, lambda c: c.document == "a-1")[0] == []
    kept = [chunk.document for chunk in newest.indexes["dense"].chunks]
    assert "a-1" not in kept and "a-1-v2" in kept
    dated = texts(changes.dated(newest), "horn loud", k=1)
    assert dated == ["In force since 2026-01-12: horn loud new"]
    questions = [
        {"question": "horn loud", "documents": ["a-1-v2"]},
        {"question": "bell red", "documents": ["a-1-v2"]},
    ]
    assert changes.reached(newest, questions, 1) == 0.5


def test_of_twins_the_first_by_name_is_found_that_may_be_found(builder):
    twin = page("a-1-v2", "horn loud old", "2026-01-01")
    for order in ([twin], []):  # before the older one in the index, or after it
        chunks = [*order, *builder.indexes["dense"].chunks, *([] if order else [twin])]
        dense = DenseIndex(chunks, Counting())
        fused = FusedIndex(dense, KeywordIndex(chunks))
        both = changes.steady(SimpleNamespace(indexes={"dense": dense, "fused": fused}))
        for index in both.indexes.values():
            assert [hit.chunk.document for hit in index.search(["horn"], 1)[0]] == ["a-1"]
        (hit,) = both.indexes["dense"].search(["horn"], 1, lambda c: c.document != "a-1")[0]
        assert hit.chunk == twin and hit.rank == 1


def test_updated_passages_are_those_of_the_new_pages():
    new = {p.id: " ".join(p.text.split()) for p in course.handbook(version=2)}
    facts, changed = course.changed_facts(), 0
    assert len(facts) == 80
    for row in course.training("raft"):
        before = [dict(passage) for passage in row["passages"]]
        updated = changes.updated_passages(row, facts)
        assert row["passages"] == before and updated.keys() == row.keys()
        for old, passage in zip(before, updated["passages"], strict=True):
            if passage["document"] in {document for document, *_ in facts.values()}:
                assert " ".join(passage["text"].split()) in new[passage["document"]]
                changed += old["text"] != passage["text"]
            else:
                assert passage == old
    assert changed > 200
    assert changes.updated_passages({"id": "x.t1"}, facts) == {"id": "x.t1"}


def test_version_2_has_as_many_pages_in_the_same_order():
    first, second = course.handbook(), course.handbook(version=2)
    assert [p.id for p in first] == [p.id for p in second]
    assert sum(a.text != b.text for a, b in zip(first, second, strict=True)) == 30
    with pytest.raises(ValueError, match="versions 1 and 2, not 3"):
        course.handbook(version=3)


QUESTIONS = [
    {"id": f"q{i}", "question": "?", "slice": "changed", "entity": f"e{i // 2}", "answers": ["9 m"]}
    | {"old": ["8 m"], "documents": ["a-1"], "span": "9 m"}
    for i in range(4)
]


def kind(short, abstained, new, old):
    return "abstained" if abstained else {new[0]: "new", old[0]: "old"}.get(short, "other")


def test_shares_are_over_seeds_and_questions():
    style = course.style()
    said = ["9 m", "8 m", "7 m", style.abstention]
    runs = pd.DataFrame({"seed": [0, 1], "said": [said, ["9 m"] * 4]})
    rows = freshness.from_texts("it", runs, "said", QUESTIONS, style)
    rows = freshness.with_kinds(rows, QUESTIONS, kind)
    assert list(rows.kind) == ["new", "old", "other", "abstained", *["new"] * 4]
    found = freshness.shares(rows)
    assert {k: triple[0] for k, triple in found["it"].items()} == {
        "new": 5 / 8,
        "old": 1 / 8,
        "other": 1 / 8,
        "abstained": 1 / 8,
    }
    assert sum(freshness.means(found)["it"].values()) == pytest.approx(1)
    assert freshness.share(rows, "it", "new", "old")[0] == 6 / 8
    assert freshness.table(found).loc["it", "new"].startswith("0.62 [")
    assert list(freshness.with_kinds(rows.drop(columns="seed"), QUESTIONS, kind).seed) == [0] * 8


def test_shares_of_several_kinds_under_another_name():
    rows = pd.DataFrame(
        {"system": "it", "seed": 0, "id": list("abcd"), "entity": list("abcd")}
        | {"kind": ["new", "old", "other", "other"]}
    )
    found = freshness.shares(rows, {"a value": ("new", "old"), "all": freshness.KINDS})["it"]
    assert (found["a value"][0], found["all"][0]) == (0.5, 1.0)


def test_days_of_a_monitor_are_stale_where_the_update_missed_a_page():
    page_of = {f"q{n}": f"page {n // 2}" for n in range(10)}  # two questions a page
    fresh, stale = dict.fromkeys(page_of, "new"), dict.fromkeys(page_of, "old")
    for missed, least, most in ((0, 0, 0), (5, 4, 4), (2, 0, 4)):
        days = freshness.days(fresh, stale, page_of, missed, drawn=4, count=300)
        assert days.shape == (300, 4)
        old = (days == "old").sum(axis=1)
        assert least <= old.min() and old.max() <= most
    assert old.mean() == pytest.approx(4 * 2 / 5, abs=0.2)  # two pages of five are stale
    again = freshness.days(fresh, stale, page_of, 2, drawn=4, count=300)
    assert again.equals(days)


def test_which_version_stands_first():
    def first(*pairs):
        hits = [Hit(page(id, text), 1.0, n) for n, (id, text) in enumerate(pairs, 1)]
        return freshness.stands_first(QUESTIONS[0], hits)

    assert first(("a-1", "It is 8 m."), ("a-1-v2", "It is 9 m.")) == "old"
    assert first(("a-1-v2", "It is 9 m."), ("a-1", "It is 8 m.")) == "new"
    assert first(("b-1", "It is 9 m."), ("a-1", "Nothing.")) == "neither"


def test_canaries_have_both_answers_and_a_date():
    pages = [documents.Document("a-1", "", "x", "", {"effective": "2026-01-12"})]
    (row,) = freshness.canaries(QUESTIONS[:1], pages).to_dict("records")
    assert (row["answer"], row["before"], row["since"]) == ("9 m", "8 m", "2026-01-12")
