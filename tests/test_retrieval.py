"""Dense, keyword and fused search over the handbook; indexes that grow, shrink and are saved."""

import warnings

import numpy as np
import pytest

from helpers import course, documents, metrics, retrieval
from helpers.engine.vectors import KINDS, vector_index


def test_search_equals_numpy(index, embedder):
    queries = ["How long does the battery last?", "Who signs the contract?"]
    vectors = embedder.encode([c.embedded for c in index.chunks])
    cosines = embedder.encode(queries) @ vectors.T
    for hits, row in zip(index.search(queries, 5), cosines, strict=True):
        assert [h.score for h in hits] == pytest.approx(sorted(row, reverse=True)[:5], abs=1e-5)
        assert [h.rank for h in hits] == [1, 2, 3, 4, 5]
        assert hits[0].chunk is index.chunks[int(np.argmax(row))]


@pytest.fixture(scope="module")
def keyword(index):
    return retrieval.KeywordIndex(index.chunks)


def test_the_answer_is_among_three_passages(index, keyword):
    """By passage and not by document; the aim for one set is 0.95, and notebook 07 says whether it
    is reached.
    """
    questions = [
        q for name in ("test", "validation") for q in course.questions(name) if q["answers"]
    ]
    asked = [q["question"] for q in questions]
    for one in (index, retrieval.FusedIndex(index, keyword)):
        found = [
            any(
                metrics.contains(h.chunk.text, [q["span"]]) and h.chunk.document in q["documents"]
                for h in hits
            )
            for q, hits in zip(questions, one.search(asked, 3), strict=True)
        ]
        assert np.mean(found) >= 0.9


def test_keyword_search_finds_a_code_and_ranks_by_words(keyword):
    code = next(q for q in course.questions("validation", ["identifier"]))
    hits = keyword.search([code["question"], "The battery of a winch"], 5)
    assert code["documents"][0] in [h.chunk.document for h in hits[0]]
    for found in hits:
        assert [h.rank for h in found] == [1, 2, 3, 4, 5] and found[0].score >= found[-1].score > 0


def test_fusion_is_the_sum_of_reciprocal_ranks(index, keyword):
    query = "How long does the battery of a Kestrin 4 last?"
    fused = retrieval.FusedIndex(index, keyword)
    ranks = [
        {h.chunk: h.rank for h in one.search([query], fused.DEPTH)[0]} for one in (index, keyword)
    ]
    expected = sorted(
        (sum(1 / (60 + r[c]) for r in ranks if c in r) for c in {*ranks[0], *ranks[1]}),
        reverse=True,
    )
    hits = fused.search([query], 5)[0]
    assert [h.score for h in hits] == pytest.approx(expected[:5])
    with pytest.raises(ValueError, match="different passages"):
        retrieval.FusedIndex(index, retrieval.KeywordIndex(index.chunks[:5]))


def test_a_query_without_a_known_word(index, keyword):
    assert keyword.search(["xyzzy qwertz", "the of and"], 3) == [[], []]
    assert retrieval.FusedIndex(keyword).search(["xyzzy qwertz"], 3) == [[]]
    assert len(retrieval.FusedIndex(index, keyword).search(["xyzzy qwertz"], 3)[0]) == 3


@pytest.mark.parametrize(
    "query",
    [
        "Как долго держится батарея?",
        "バッテリーはどのくらい持ちますか",
        "Kuinka kauan akku kestää?",
    ],
)
def test_a_query_in_another_language(index, keyword, query):
    """Words find nothing. The encoder always finds something; only its low cosine tells."""
    assert keyword.search([query], 3) == [[]]
    english = index.search(["How long does the battery of a Kestrin 4 last?"], 1)[0][0]
    assert index.search([query], 3)[0][0].score < english.score - 0.2


def test_edges(index, keyword, embedder):
    assert len(index.search(["battery"], 10_000)[0]) == len({c.text for c in index.chunks})
    assert 0 < len(keyword.search(["battery"], 10_000)[0]) < len(index.chunks)
    for one in (index, keyword, retrieval.FusedIndex(index, keyword)):
        assert one.search([], 3) == []
        assert one.search(["battery", "contract"], 3, allowed=lambda chunk: False) == [[], []]
        with pytest.raises(ValueError, match="empty query"):
            one.search(["  "], 3)
    with pytest.raises(ValueError, match="No passages to index"):
        retrieval.DenseIndex([], embedder)
    one = documents.chunk([documents.Document("d", "t", "One passage.", "d.txt")])
    assert retrieval.DenseIndex(one, embedder).search(["anything"], 3)[0][0].chunk.document == "d"


def test_filters_come_before_the_search(index, keyword, embedder):
    def finance(chunk):
        return chunk.metadata["department"] == "finance"

    cosines = index.embedder.encode(["battery"]) @ index.vectors.T
    best = sorted(
        (float(c) for c, chunk in zip(cosines[0], index.chunks, strict=True) if finance(chunk)),
        reverse=True,
    )
    assert [h.score for h in index.search(["battery"], 5, finance)[0]] == pytest.approx(
        best[:5], abs=1e-5
    )
    for one in (
        index,
        keyword,
        retrieval.FusedIndex(index, keyword),
        retrieval.DenseIndex(index.chunks, embedder, "HNSW"),
    ):
        hits = one.search(["What does the supper cost, and who pays for it?"], 5, finance)[0]
        assert len(hits) == 5 and all(finance(h.chunk) for h in hits)


def test_duplicates_are_given_once(embedder):
    texts = {
        "a": "The seal is rated to 62 metres.",
        "b": "The seal is rated to 62 metres.",
        "c": "Lunch is at noon.",
    }
    chunks = documents.chunk(
        [documents.Document(id, "Notes", text, f"{id}.txt") for id, text in texts.items()]
    )
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    for one in (dense, keyword, retrieval.FusedIndex(dense, keyword)):
        hits = one.search(["How deep may the seal go?"], 2)[0]
        found = [h.chunk.document for h in hits]
        assert found in (
            [["a"], ["b"]] if one is keyword else [["a", "c"], ["b", "c"]]
        )  # the two are equally near
        hits = one.search(
            ["How deep may the seal go?"], 1, allowed=lambda chunk: chunk.document != "a"
        )[0]
        assert hits[0].chunk.document == "b"


@pytest.mark.slow
def test_a_document_of_a_hundred_pages(embedder):
    pages = [
        f"Page {n}. " + " ".join(f"word{(n * 7 + i) % 500}" for i in range(400))
        for n in range(1, 101)
    ]
    pages[70] += "\n\nThe otter ladder at Brannock weir is closed for repairs in May."
    chunks = documents.chunk(
        [documents.Document("long", "A long manual", "\n\n".join(pages), "long.txt")]
    )
    assert len(chunks) > 600 and max(len(c.text.split()) for c in chunks) <= 60
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    for one in (dense, keyword):
        assert "otter" in one.search(["When is the otter ladder closed?"], 1)[0][0].chunk.text


@pytest.mark.parametrize("kind", KINDS)
def test_approximate_kinds_find_most_of_the_same(index, embedder, kind):
    queries = [q["question"] for q in course.questions("validation")][:40]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = retrieval.DenseIndex(index.chunks, embedder, kind)
    pairs = zip(index.search(queries, 10), other.search(queries, 10), strict=True)
    shared = np.mean([len({h.chunk for h in a} & {h.chunk for h in b}) / 10 for a, b in pairs])
    assert shared == 1 if kind == "Flat" else shared > 0.6


def test_kinds_that_cannot_be_built_say_why(embedder):
    few = np.eye(8, 384, dtype=np.float32)
    with pytest.raises(ValueError, match="no index of kind 'LSH'; there are Flat, IVF, HNSW, PQ"):
        vector_index(few, "LSH")
    with pytest.raises(ValueError, match="8 are too few"):
        vector_index(few, "PQ")


@pytest.fixture(params=["dense", "keyword"])
def small(request, embedder):
    """A new index of four documents."""
    texts = {
        "seal": "The seal is rated to 62 metres.",
        "lunch": "Lunch is at noon.",
        "tide": "The tide turns at six.",
        "key": "Keys are red.",
    }
    chunks = documents.chunk(
        [documents.Document(id, id, text, f"{id}.txt") for id, text in texts.items()]
    )
    return (
        retrieval.DenseIndex(chunks, embedder)
        if request.param == "dense"
        else retrieval.KeywordIndex(chunks)
    )


def piece(id, text):
    return documents.chunk([documents.Document(id, id, text, f"{id}.txt")])


def test_add_update_and_delete(small):
    def first(query):
        return small.search([query], 1)[0][0].chunk

    small.add(piece("otter", "The otter ladder is closed in May."))
    assert first("When is the otter ladder closed?").document == "otter"
    small.update(
        piece("seal", "The seal is rated to 80 metres now.") + piece("buoy", "The buoy is yellow.")
    )
    assert (
        "80" in first("How deep is the seal rated?").text
        and first("What colour is the buoy?").document == "buoy"
    )
    small.delete("otter", "lunch")
    assert {c.document for c in small.chunks} == {"seal", "tide", "key", "buoy"}
    assert all(
        h.chunk.document != "otter"
        for h in small.search(["When is the otter ladder closed?"], 9)[0]
    )
    with pytest.raises(ValueError, match="In the index already: key, seal. Use update"):
        small.add(piece("seal", "x") + piece("key", "y"))
    with pytest.raises(KeyError, match="Not in the index: nobody"):
        small.delete("seal", "nobody")
    with pytest.raises(ValueError, match="can't be empty"):
        small.delete("seal", "tide", "key", "buoy")
    assert len(small.chunks) == 4  # what failed changed nothing


def test_a_changed_index_equals_a_new_one(small, embedder):
    small.add(piece("otter", "The otter ladder is closed in May."))
    small.delete("tide")
    new = (
        retrieval.DenseIndex(small.chunks, embedder)
        if isinstance(small, retrieval.DenseIndex)
        else retrieval.KeywordIndex(small.chunks)
    )
    query = ["Is the ladder or the lunch red in May?"]
    for a, b in zip(small.search(query, 9)[0], new.search(query, 9)[0], strict=True):
        assert a.chunk == b.chunk and a.score == pytest.approx(b.score, abs=1e-5)


def test_saved_indexes_come_back(index, embedder, tmp_path):
    index.save(tmp_path / "saved")
    again = retrieval.DenseIndex.load(tmp_path / "saved", embedder)
    query = ["How long does the battery of a Kestrin 4 last?"]
    assert (
        again.search(query, 5) == index.search(query, 5)
        and again.chunks[0].metadata == index.chunks[0].metadata
    )


def test_saved_indexes_of_another_encoder_or_damaged_are_refused(index, embedder, tmp_path):
    index.save(tmp_path / "saved")

    class Other:
        name, fingerprint = "other-encoder", "0" * 16

    with pytest.raises(
        ValueError, match="made by the encoder 'all-MiniLM-L6-v2' .* searched with 'other-encoder'"
    ):
        retrieval.DenseIndex.load(tmp_path / "saved", Other())
    with pytest.raises(FileNotFoundError, match="holds no saved index: index.json is missing"):
        retrieval.DenseIndex.load(tmp_path, embedder)
    np.save(tmp_path / "saved" / "vectors.npy", index.vectors[:5])
    with pytest.raises(ValueError, match="damaged .5 vectors"):
        retrieval.DenseIndex.load(tmp_path / "saved", embedder)
    (tmp_path / "saved" / "chunks.json").write_text("[{")
    with pytest.raises(ValueError, match="is damaged"):
        retrieval.DenseIndex.load(tmp_path / "saved", embedder)


def test_weights_of_a_fusion(index, keyword):
    query = ["What is the part number RB-2140?"]
    only = retrieval.FusedIndex(index, keyword, weights=[0, 1]).search(query, 5)[0]
    assert [h.chunk for h in only][: len(keyword.search(query, 5)[0])] == [
        h.chunk for h in keyword.search(query, 5)[0]
    ]


def test_a_change_that_fails_leaves_the_index_as_it_was(embedder, monkeypatch):
    pages = [documents.Document(f"d{i}", "t", f"Page {i} is about {i}.", "x") for i in range(4)]
    index = retrieval.DenseIndex(documents.chunk(pages), embedder)
    before = index.search(["page 2"], 4)
    with monkeypatch.context() as patch:
        patch.setattr(type(embedder), "encode", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index.update(documents.chunk(pages[:1]))
    assert len(index.chunks) == len(index.vectors) == 4 and index.search(["page 2"], 4) == before
