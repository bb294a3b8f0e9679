"""The dense index over the handbook."""

import numpy as np
import pytest

from helpers import documents, evaluate, metrics, retrieval


def test_search_equals_numpy(index, embedder):
    queries = ["How long does the battery last?", "Who signs the contract?"]
    vectors = embedder.encode([c.embedded for c in index.chunks])
    cosines = embedder.encode(queries) @ vectors.T
    for hits, row in zip(index.search(queries, 5), cosines, strict=True):
        assert [h.score for h in hits] == pytest.approx(sorted(row, reverse=True)[:5], abs=1e-5)
        assert [h.rank for h in hits] == [1, 2, 3, 4, 5]
        assert hits[0].chunk is index.chunks[int(np.argmax(row))]


def test_recall_at_3_reaches_its_aim(index):
    for name in ("test", "validation"):
        questions = [q for q in evaluate.load_questions(name) if q["answers"]]
        found = [
            any(metrics.contains(h.chunk.text, [q["span"]]) and h.chunk.document in q["documents"] for h in hits)
            for q, hits in zip(questions, index.search([q["question"] for q in questions], 3), strict=True)
        ]
        assert np.mean(found) >= 0.95, name


def test_edges(index, embedder):
    assert len(index.search(["battery"], 10_000)[0]) == len(index.chunks)
    assert index.search([], 3) == []
    with pytest.raises(ValueError, match="empty query"):
        index.search(["  "], 3)
    with pytest.raises(ValueError, match="no passages to index"):
        retrieval.DenseIndex([], embedder)
    one = documents.chunk([documents.Document("d", "t", "One passage.", "d.txt")])
    assert retrieval.DenseIndex(one, embedder).search(["anything"], 3)[0][0].chunk.document == "d"
