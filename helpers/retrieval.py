"""Find the passages that a question is about: by meaning (dense), words (BM25), or both (fused).

Every index has `chunks` and `search(queries, k, allowed)`; `refine` puts others around them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import bm25s
import numpy as np

from helpers.documents import Chunk
from helpers.engine import asked, encoding, saved_index
from helpers.engine.vectors import vector_index
from helpers.engine.words import tokenize

Filter = Callable[[Chunk], bool]


@dataclass(frozen=True)
class Hit:
    """A passage that a search found. score: the higher, the better. rank: 1 is the best."""

    chunk: Chunk
    score: float
    rank: int


class _Index:
    """What the dense and the keyword index share: search, and passages that come and go."""

    chunks: list[Chunk] = []

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """A list of hits for each query: the k best passages, best first, or fewer if fewer match.

        allowed: passages for which it returns False are not searched at all. A text that appears
        in several documents is returned once. Raises ValueError for an empty query or a k below 1,
        and TypeError for queries that are no list of texts, as all indexes do.
        """
        queries = asked.search(queries, k, allowed)
        rows, count = None, len(self.chunks)
        if allowed is not None:
            rows = np.array([i for i, chunk in enumerate(self.chunks) if allowed(chunk)], int)
            count = len(rows)
        if not queries or not count:
            return [[] for _ in queries]
        ranked = self._rank(queries, min(int(k) + self.copies, count), rows)
        return [hits_of([(self.chunks[row], score) for row, score in pairs], k) for pairs in ranked]

    def add(self, chunks: list[Chunk]) -> None:
        """Index more passages. Raises ValueError for a document that is there already.

        Any change that fails, for whatever reason, leaves the index as it was.
        """
        chunks = asked.passages(chunks)
        there = {chunk.document for chunk in self.chunks} & {chunk.document for chunk in chunks}
        if there:
            raise ValueError(f"In the index already: {', '.join(sorted(there))}. Use update")
        self._change(range(len(self.chunks)), chunks)

    def delete(self, *documents: str) -> None:
        """Remove these documents. Raises KeyError if one is missing, ValueError if none is left."""
        asked.documents(documents)
        missing = sorted(set(documents) - {chunk.document for chunk in self.chunks})
        if missing:
            raise KeyError(f"Not in the index: {', '.join(missing)}")
        keep = [i for i, chunk in enumerate(self.chunks) if chunk.document not in documents]
        if not keep:
            raise ValueError("An index can't be empty: this would delete its last document")
        self._change(keep, [])

    def update(self, chunks: list[Chunk]) -> None:
        """Replace all older passages of the same documents; new documents are added."""
        chunks = asked.passages(chunks)
        new = {chunk.document for chunk in chunks}
        keep = [i for i, chunk in enumerate(self.chunks) if chunk.document not in new]
        self._change(keep, chunks)

    def _change(self, keep, new, **options):
        """Build anew from the rows to keep and the new passages, then swap; or change nothing."""
        chunks = [self.chunks[i] for i in keep] + new
        self._hold(chunks, **self._build(chunks, list(keep), new, **options))

    def _hold(self, chunks, **built):
        copies = len(chunks) - len({chunk.text for chunk in chunks})
        vars(self).update(built, chunks=chunks, copies=copies)  # one step: never half of it


class DenseIndex(_Index):
    """Passages as vectors, searched by cosine."""

    def __init__(self, chunks: list[Chunk], embedder, kind="Flat", progress: str | None = None):
        """chunks: at least one. embedder: its `encode(texts)` returns rows of length 1.

        kind: "Flat" is exact; for others see `engine.vectors`. progress: a bar's label.
        A line says if passages are longer than the encoder reads.
        """
        self.embedder, self.kind = embedder, kind
        self._change([], asked.passages(chunks), progress=progress)

    def _build(self, chunks, keep, new, **options):
        vectors = self.vectors[keep] if keep else None
        if new:
            vectors = encoding.passages(self.embedder, new, vectors, **options)
        return {"vectors": vectors, "index": vector_index(vectors, self.kind)}

    def _rank(self, queries, k, rows):
        vectors = encoding.queries(self.embedder, queries, self.vectors.shape[1])
        if rows is not None:  # filtered: the allowed vectors alone, exactly, whatever the kind
            scores = vectors @ self.vectors[rows].T
            order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            pairs = zip(scores, order, strict=True)
            return [list(zip(rows[best], row[best], strict=True)) for row, best in pairs]
        scores, found = self.index.search(vectors, k)
        pairs = zip(found, scores, strict=True)
        return [[(i, s) for i, s in zip(*pair, strict=True) if i >= 0] for pair in pairs]

    def save(self, folder) -> None:
        """Write the index, whole or not at all. Raises ValueError if other files are in folder."""
        saved_index.save(self, folder)

    @classmethod
    def load(cls, folder, embedder) -> "DenseIndex":
        """Read a saved index. Raises ValueError if another encoder made it or it is damaged."""
        return saved_index.load(cls, folder, embedder)


class KeywordIndex(_Index):
    """Passages searched by their words: BM25 (Robertson & Zaragoza 2009), English stemming."""

    def __init__(self, chunks: list[Chunk]):
        """chunks: at least one. The title counts as part of each passage, as in DenseIndex."""
        self._change([], asked.passages(chunks))

    def _build(self, chunks, keep, new):
        words = tokenize([c.embedded for c in chunks])
        if not any(words):
            raise ValueError("No passage has a word to search by: all are stop words or signs")
        index = bm25s.BM25()
        index.index(words, show_progress=False)
        return {"index": index}

    def _rank(self, queries, k, rows):
        rows = np.arange(len(self.chunks)) if rows is None else rows
        for query in tokenize(queries):
            scores = self.index.get_scores(query)[rows] if query else np.zeros(len(rows))
            best = np.argsort(-scores, kind="stable")[:k]
            # A passage that shares no word with the query is no hit.
            yield [(rows[i], scores[i]) for i in best if scores[i] > 0]


class FusedIndex:
    """Indexes joined by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009).

    A passage's score is the sum of weight / (60 + rank) over the indexes with it in their top 50.
    """

    DEPTH, CONSTANT = 50, 60

    def __init__(self, *indexes, weights=None):
        """indexes: all with the same passages. weights: one for each (None: all 1).

        A change of one index must be made in all: until it is, `search` raises ValueError.
        """
        asked.same_passages(indexes)
        self.indexes, self.weights = indexes, asked.weights(weights, len(indexes))

    @property
    def chunks(self) -> list[Chunk]:
        """The passages of all its indexes."""
        return self.indexes[0].chunks

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """The k passages of each query with the highest fused score, best first."""
        asked.same_passages(self.indexes)
        queries, out = asked.search(queries, k, allowed), []
        ranked = [index.search(queries, max(k, self.DEPTH), allowed) for index in self.indexes]
        for found in zip(*ranked, strict=True):
            scores = {}
            for weight, hits in zip(self.weights, found, strict=True):
                for hit in hits:
                    chunk, score = scores.get(hit.chunk.text, (hit.chunk, 0.0))
                    scores[hit.chunk.text] = (chunk, score + weight / (self.CONSTANT + hit.rank))
            out.append(hits_of(sorted(scores.values(), key=lambda pair: -pair[1]), k))
        return out


def hits_of(ranked: list[tuple[Chunk, float]], k: int) -> list[Hit]:
    """The first k of (chunk, score) pairs; a text that came before is left out."""
    first = {}
    for chunk, score in ranked:
        first.setdefault(chunk.text, (chunk, float(score)))
    best = list(first.values())[:k]
    return [Hit(chunk, score, rank) for rank, (chunk, score) in enumerate(best, start=1)]
