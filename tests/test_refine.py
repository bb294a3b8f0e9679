"""Reranking, expansion, filters, and the promise that no role sees what it may not."""

import random

import numpy as np
import pytest

from helpers import course, documents, refine, retrieval

QUERY = "How long does the battery of a Kestrin 4 last?"


@pytest.fixture(scope="module")
def keyword(index):
    return retrieval.KeywordIndex(index.chunks)


@pytest.fixture(scope="module")
def fused(index, keyword):
    return retrieval.FusedIndex(index, keyword)


def test_reranking_sorts_the_first_and_leaves_the_rest(keyword):
    seen = []

    def shortest(pairs):
        seen.extend(pairs)
        return np.array([-len(chunk.text) for _, chunk in pairs])

    before = keyword.search([QUERY, "winch"], 9)
    after = refine.Reranked(keyword, shortest, depth=4).search([QUERY, "winch"], 9)
    assert len(seen) == 8 and {query for query, _ in seen} == {QUERY, "winch"}
    for old, new in zip(before, after, strict=True):
        assert [h.chunk for h in new[:4]] == sorted(
            (h.chunk for h in old[:4]), key=lambda c: len(c.text)
        )
        assert [h.chunk for h in new[4:]] == [h.chunk for h in old[4:]] and [
            h.rank for h in new
        ] == list(range(1, len(old) + 1))
    assert (
        refine.Reranked(keyword, shortest).search(["xyzzy"], 3) == [[]]
        and refine.Reranked(keyword, shortest).search([], 3) == []
    )


def test_likelihood_prefers_the_passage_of_the_question(llm):
    texts = {
        "a": "The winch brake is tested with 80 kg.",
        "b": "Supper costs 14 pounds and is paid by the office.",
        "c": "Paint it blue.",
    }
    chunks = [
        documents.chunk([documents.Document(id, "Page", text, id)])[0] for id, text in texts.items()
    ]
    queries = {
        "What load is the winch brake tested with?": 0,
        "Who pays for supper?": 1,
        "What colour should it be painted?": 2,
    }
    pairs = [(query, chunk) for query in queries for chunk in chunks]
    scores = refine.likelihood(llm)(pairs).reshape(3, 3)
    assert scores.argmax(1).tolist() == list(queries.values())
    assert refine.likelihood(llm)([]).shape == (0,)


def test_cross_encoders_load_from_a_folder_and_by_name(tmp_path, embedder, keyword):
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
        vocab_size=30522,
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    embedder.model.tokenizer.save_pretrained(tmp_path)
    judge = refine.cross_encoder(tmp_path)
    hits = refine.Reranked(keyword, judge, depth=5).search([QUERY], 5)[0]
    expected = CrossEncoder(str(tmp_path)).predict([(QUERY, h.chunk.embedded) for h in hits])
    assert [h.score for h in hits] == pytest.approx(
        sorted(expected, reverse=True), abs=1e-5
    ) and judge([]).shape == (0,)


@pytest.mark.slow
def test_an_unknown_cross_encoder_says_what_to_do():
    with pytest.raises(
        OSError, match=r"The cross-encoder 'nobody/nothing' is neither .* likelihood\(llm\)"
    ):
        refine.cross_encoder("nobody/nothing")


def test_feedback_adds_words_of_the_first_passages(keyword):
    query = "Kestrin battery"
    (longer,) = refine.feedback(keyword, passages=2, terms=4)([query], None)
    assert longer.startswith(f"{query} {query} ")
    added = longer.split()[4:]
    text = " ".join(h.chunk.embedded.lower() for h in keyword.search([query], 2)[0])
    assert len(added) == 4 and all(
        word in text and word not in ("kestrin", "battery") for word in added
    )
    assert refine.feedback(keyword)(["xyzzy"], None) == ["xyzzy xyzzy"]
    assert refine.Expanded(keyword, refine.feedback(keyword)).search([query], 3)[0]
    with pytest.raises(ValueError, match="empty query"):
        refine.Expanded(keyword, refine.feedback(keyword)).search([" "], 3)


def test_hyde_asks_the_model_for_a_passage(llm, index):
    (longer,) = refine.hyde(llm)([QUERY], None)
    assert longer.startswith(QUERY + "\n") and len(longer) > len(QUERY) + 20
    assert refine.Expanded(index, refine.hyde(llm)).search([QUERY], 3)[0]


def test_where(index):
    def found(**conditions):
        return [chunk for chunk in index.chunks if refine.where(**conditions)(chunk)]

    assert {c.metadata["department"] for c in found(department="finance")} == {"finance"}
    assert {c.metadata["type"] for c in found(type={"faq", "policy"})} == {"faq", "policy"}
    new = found(department="finance", effective=lambda date: date >= "2025-01-01")
    assert (
        new
        and all(c.metadata["effective"] >= "2025-01-01" for c in new)
        and len(new) < len(found(department="finance"))
    )
    assert (
        found(department="nobody") == []
        and found(no_such_key=1) == []
        and found(no_such_key=lambda v: True) == []
    )
    assert len(found()) == len(index.chunks)


def forbidden(hits, role):
    return [h for h in hits if h.chunk.metadata["clearance"] not in refine.ROLES[role]]


@pytest.mark.slow
@pytest.mark.parametrize("role", refine.ROLES)
def test_no_role_gets_what_it_may_not_read(index, keyword, fused, role):
    """Every question of the test set, and the title of every document; deep, so that the filter has
    work to do.
    """
    queries = [q["question"] for q in course.questions("test", None)] + sorted(
        {c.title for c in index.chunks}
    )
    pipelines = {
        "dense": index,
        "keyword": keyword,
        "fused": fused,
        "feedback": refine.Expanded(keyword, refine.feedback(keyword)),
        "reranked": refine.Reranked(
            fused, lambda pairs: np.array([len(c.text) for _, c in pairs]), depth=10
        ),
    }
    for name, pipeline in pipelines.items():
        for inside in (
            refine.Cleared(pipeline, role),
            refine.Reranked(refine.Cleared(pipeline, role), lambda p: np.arange(len(p)), 5),
        ):
            found = inside.search(queries, 50)
            assert sum(len(forbidden(hits, role)) for hits in found) == 0, name
            assert sum(map(len, found)) > len(queries)
    assert (sum(len(forbidden(hits, role)) for hits in index.search(queries, 50)) == 0) == (
        role == "director"
    )


def adversarial(number):
    """Filters that try to get more than they should: open ones, ones that name or change the
    clearance, ones that lie.
    """
    dice = random.Random(number)

    def rewrite(chunk):
        chunk.metadata["clearance"] = "public"
        return True

    def truthy(chunk):
        return dice.choice(["yes", 1, chunk, [0]])

    return dice.choice(
        [
            lambda chunk: True,
            refine.where(clearance="restricted"),
            refine.where(clearance={"public", "internal", "restricted"}),
            refine.where(
                clearance=dice.choice(
                    ["Restricted", "RESTRICTED ", "", None, "*", "public' OR '1'='1"]
                )
            ),
            refine.where(
                clearance=lambda value: True, department=dice.choice(["finance", "legal", "safety"])
            ),
            lambda chunk: chunk.metadata.get("clearance") != "public",
            rewrite,
            truthy,
            lambda chunk: chunk.metadata.clear() or True,
            lambda chunk: refine.ROLES["director"] and True,
        ]
    )


@pytest.mark.slow
def test_two_hundred_adversarial_filters(index, fused):
    before = [chunk.metadata["clearance"] for chunk in index.chunks]
    secret = next(chunk for chunk in index.chunks if chunk.metadata["clearance"] == "restricted")
    dice = random.Random(0)
    queries = [q["question"] for q in course.questions("test", None)]
    for number in range(200):
        role = dice.choice(["visitor", "employee"])
        asked = [secret.title, secret.text[:200], dice.choice(queries)]
        for hits in refine.Cleared(fused, role).search(asked, 60, adversarial(number)):
            assert forbidden(hits, role) == []
    assert [chunk.metadata["clearance"] for chunk in index.chunks] == before


def test_clearance_fails_closed(embedder, index):
    chunks = documents.chunk([documents.Document("x", "Page", "Without a clearance.", "x.txt")])
    bare = retrieval.DenseIndex(chunks, embedder)
    assert (
        refine.Cleared(bare, "employee").search(["clearance"], 3) == [[]]
        and refine.Cleared(bare, "employee").chunks == []
    )
    assert len(refine.Cleared(bare, "director").search(["clearance"], 3)[0]) == 1
    with pytest.raises(ValueError, match="no role 'admin'; there are visitor, employee, director"):
        refine.Cleared(index, "admin")


def test_feedback_learns_nothing_from_hidden_passages(index, keyword):
    """The longer query of a visitor has no word that stands in restricted passages alone."""
    visible = {
        w
        for c in refine.Cleared(keyword, "visitor").chunks
        for w in retrieval.tokenize([c.embedded], stem=False)[0]
    }
    hidden = next(c for c in index.chunks if c.metadata["clearance"] == "restricted")
    seen = []

    class Spy:
        chunks = keyword.chunks

        def search(self, queries, k, allowed=None):
            seen.extend(queries)
            return keyword.search(queries, k, allowed)

    refine.Cleared(refine.Expanded(Spy(), refine.feedback(keyword)), "visitor").search(
        [hidden.title], 3
    )
    asked = set(retrieval.tokenize([hidden.title], stem=False)[0])
    assert set(retrieval.tokenize(seen, stem=False)[0]) - asked <= visible


# What follows tries each kind of fault on several inputs.


def passage(id, text, **metadata):
    return documents.Chunk(id, "Notes", text, 0, len(text), metadata)


SMALL = [passage("seal", "The seal is red."), passage("tide", "The tide turns at six.")]
NOT_JUDGED = {
    "too few": lambda pairs: [1.0],
    "too many": lambda pairs: [1.0] * 9,
    "none": lambda pairs: [],
    "nothing": lambda pairs: None,
    "NaN": lambda pairs: [1.0, float("nan")],
    "two for each": lambda pairs: np.ones((len(pairs), 2)),
    "words": lambda pairs: ["good", "bad"],
    "one number": lambda pairs: 0.5,
    "a generator": lambda pairs: (1.0 for _ in pairs),
    "missing": lambda pairs: [1.0, None],
}


@pytest.mark.parametrize("judge", NOT_JUDGED.values(), ids=NOT_JUDGED)
def test_a_judge_that_does_not_score_each_pair_gets_a_sentence(judge):
    index = refine.Reranked(retrieval.KeywordIndex(SMALL), judge)
    with pytest.raises(ValueError, match="A judge must return one number for each of its 2 pairs"):
        index.search(["red tide"], 2)


@pytest.mark.parametrize("scores", [[1, 2], (0.5, 1.5), np.array([-1.0, 2.0]), [True, False]])
def test_every_sort_of_numbers_will_do_as_scores(scores):
    index = refine.Reranked(retrieval.KeywordIndex(SMALL), lambda pairs: scores)
    found = index.search(["red tide"], 2)[0]
    assert [hit.score for hit in found] == sorted(map(float, scores), reverse=True)


@pytest.mark.parametrize("depth", [0, -1, 2.5, "10", None, True])
def test_an_odd_depth_gets_a_sentence(depth):
    with pytest.raises((TypeError, ValueError), match="depth must be"):
        refine.Reranked(retrieval.KeywordIndex(SMALL), len, depth=depth)


@pytest.mark.parametrize("options", [{"terms": 0}, {"terms": -1}, {"passages": 0}, {"terms": "5"}])
def test_odd_numbers_of_words_get_a_sentence(options):
    keyword = retrieval.KeywordIndex(SMALL)
    with pytest.raises((TypeError, ValueError), match="must be"):
        refine.Expanded(keyword, refine.feedback(keyword, **options)).search(["tide"], 2)


NOT_EXPANDED = {
    "too few": lambda queries, allowed: queries[:1],
    "too many": lambda queries, allowed: [*queries, "more"],
    "nothing": lambda queries, allowed: None,
    "one string": lambda queries, allowed: "ab",
    "numbers": lambda queries, allowed: [1, 2],
    "lists": lambda queries, allowed: [[query] for query in queries],
    "a dict": lambda queries, allowed: dict.fromkeys(queries),
    "emptied": lambda queries, allowed: queries.clear() or [],
}


@pytest.mark.parametrize("expand", NOT_EXPANDED.values(), ids=NOT_EXPANDED)
def test_an_expansion_that_loses_queries_gets_a_sentence(expand):
    index = refine.Expanded(retrieval.KeywordIndex(SMALL), expand)
    with pytest.raises(ValueError, match="`expand` must return a list of texts"):
        index.search(["seal", "tide"], 2)


WANTED = [
    ({"tags": ["red", "wet"]}, {"tags": "red"}, True),
    ({"tags": ["red", "wet"]}, {"tags": {"blue", "wet"}}, True),
    ({"tags": ["red", "wet"]}, {"tags": "blue"}, False),
    ({"tags": ["red", "wet"]}, {"tags": "re"}, False),
    ({"tags": []}, {"tags": {"red"}}, False),
    ({"size": {"m": 2}}, {"size": {"m": 2}}, True),
    ({"size": {"m": 2}}, {"size": frozenset(["m"])}, False),
    ({"places": [[1, 2], [3, 4]]}, {"places": {"x", "y"}}, False),
    ({"year": 2026}, {"year": range(2020, 2030)}, True),
    ({"team": "sales"}, {"team": {"sales": 1}.keys()}, True),
    ({"team": "sales"}, {"team": np.array(["legal", "sales"])}, True),
    ({"team": "sales"}, {"team": (name for name in ["legal", "sales"])}, True),
    ({"team": None}, {"team": {"sales"}}, False),
    ({"tags": ["red"]}, {"tags": lambda tags: "red" in tags}, True),
]


@pytest.mark.parametrize("metadata, conditions, meets", WANTED)
def test_filters_on_any_metadata(metadata, conditions, meets):
    chunks, keep = [passage("x", "The seal.", **metadata)] * 2, refine.where(**conditions)
    assert [keep(chunk) for chunk in chunks] == [meets, meets]


@pytest.mark.parametrize(
    "clearance",
    [None, "", "Restricted ", "Public", " public", "secret", ["public"], {"public": 1}, 0, True],
    ids=repr,
)
def test_an_odd_clearance_is_restricted(clearance):
    keyword = retrieval.KeywordIndex([passage("x", "The seal is red.", clearance=clearance)])
    for role in ("visitor", "employee"):
        guarded = refine.Cleared(keyword, role)
        assert guarded.chunks == [] and guarded.search(["seal"], 3) == [[]]
    assert len(refine.Cleared(keyword, "director").search(["seal"], 3)[0]) == 1


@pytest.mark.parametrize("role", ["admin", "", None, ["director"], "Director", 1])
def test_an_unknown_role_gets_a_sentence(role):
    with pytest.raises(ValueError, match="There is no role .*; there are visitor"):
        refine.Cleared(retrieval.KeywordIndex(SMALL), role)


@pytest.mark.parametrize(
    "change",
    [
        lambda metadata: metadata.clear(),
        lambda metadata: metadata.update(clearance="public"),
        lambda metadata: metadata["tags"].append("public"),
        lambda metadata: metadata["about"].pop("team"),
        lambda metadata: metadata["about"]["deep"].clear(),
    ],
    ids=["clear", "clearance", "a list", "a dict", "deeper"],
)
def test_a_filter_changes_nothing_of_a_passage(change):
    metadata = {"clearance": "internal", "tags": ["red"], "about": {"team": "x", "deep": [1]}}
    keyword = retrieval.KeywordIndex([passage("x", "The seal is red.", **metadata)])
    before = repr(keyword.chunks)
    refine.Cleared(keyword, "employee").search(["seal"], 3, lambda c: change(c.metadata) or True)
    assert repr(keyword.chunks) == before
