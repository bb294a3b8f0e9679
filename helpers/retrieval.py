"""Find the passages that a question is about: by meaning (dense), words (BM25), or both (fused).

Every index has `chunks` and `search(queries, k, allowed)`; `refine` puts others around them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import bm25s
import numpy as np
import Stemmer

from helpers.documents import Chunk
from helpers.engine import saved_index
from helpers.engine.vectors import vector_index

Filter = Callable[[Chunk], bool]


@dataclass(frozen=True)
class Hit:
    """A passage that a search found. score: the higher, the better. rank: 1 is the best."""

    chunk: Chunk
    score: float
    rank: int


class _Index:
    """What the dense and the keyword index share: search, and passages that come and go."""

    def __init__(self, chunks: list[Chunk]):
        if not chunks:
            raise ValueError("No passages to index: load documents and cut them into chunks first")
        self._hold(list(chunks))

    def _hold(self, chunks):
        self.chunks, self.copies = chunks, len(chunks) - len({chunk.text for chunk in chunks})

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """A list of hits for each query: the k best passages, best first, or fewer if fewer match.

        allowed: passages for which it returns False are not searched at all. A text that appears
        in several documents is returned once. Raises ValueError for an empty query.
        """
        check(queries)
        rows, count = None, len(self.chunks)
        if allowed is not None:
            rows = np.array([i for i, chunk in enumerate(self.chunks) if allowed(chunk)], int)
            count = len(rows)
        if not queries or not count:
            return [[] for _ in queries]
        ranked = self._rank(queries, min(k + self.copies, count), rows)
        return [hits_of([(self.chunks[row], score) for row, score in pairs], k) for pairs in ranked]

    def add(self, chunks: list[Chunk]) -> None:
        """Index more passages. Raises ValueError for a document that is there already."""
        there = {chunk.document for chunk in self.chunks} & {chunk.document for chunk in chunks}
        if there:
            raise ValueError(f"In the index already: {', '.join(sorted(there))}. Use update")
        self._change(range(len(self.chunks)), list(chunks))

    def delete(self, *documents: str) -> None:
        """Remove these documents. Raises KeyError if one is missing, ValueError if none is left."""
        missing = sorted(set(documents) - {chunk.document for chunk in self.chunks})
        if missing:
            raise KeyError(f"Not in the index: {', '.join(missing)}")
        keep = [i for i, chunk in enumerate(self.chunks) if chunk.document not in documents]
        if not keep:
            raise ValueError("An index can't be empty: this would delete its last document")
        self._change(keep, [])

    def update(self, chunks: list[Chunk]) -> None:
        """Replace all older passages of the same documents; new documents are added."""
        new = {chunk.document for chunk in chunks}
        keep = [i for i, chunk in enumerate(self.chunks) if chunk.document not in new]
        self._change(keep, list(chunks))


class DenseIndex(_Index):
    """Passages as vectors, searched by cosine."""

    def __init__(self, chunks: list[Chunk], embedder, kind="Flat", progress: str | None = None):
        """chunks: at least one. embedder: its `encode(texts)` returns rows of length 1.

        kind: "Flat" is exact; for others see `engine.vectors`. progress: a bar's label.
        """
        super().__init__(chunks)
        self.embedder, self.kind = embedder, kind
        self.vectors = embedder.encode([c.embedded for c in chunks], progress=progress)
        self.index = vector_index(self.vectors, kind)

    def _rank(self, queries, k, rows):
        vectors = self.embedder.encode(queries)
        if rows is not None:  # filtered: the allowed vectors alone, exactly, whatever the kind
            scores = vectors @ self.vectors[rows].T
            order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            pairs = zip(scores, order, strict=True)
            return [list(zip(rows[best], row[best], strict=True)) for row, best in pairs]
        scores, found = self.index.search(vectors, k)
        pairs = zip(found, scores, strict=True)
        return [[(i, s) for i, s in zip(*pair, strict=True) if i >= 0] for pair in pairs]

    def _change(self, keep, new):
        vectors = self.vectors[list(keep)]
        if new:
            made = self.embedder.encode([chunk.embedded for chunk in new])
            vectors = np.concatenate([vectors, made])
        index = vector_index(vectors, self.kind)  # from here on nothing can fail
        self._hold([self.chunks[i] for i in keep] + new)
        self.vectors, self.index = vectors, index

    def save(self, folder) -> None:
        """Write the index to a folder, whole or not at all."""
        saved_index.save(self, folder)

    @classmethod
    def load(cls, folder, embedder) -> "DenseIndex":
        """Read a saved index. Raises ValueError if another encoder made it or it is damaged."""
        return saved_index.load(cls, folder, embedder)


class KeywordIndex(_Index):
    """Passages searched by their words: BM25 (Robertson & Zaragoza 2009), English stemming."""

    def __init__(self, chunks: list[Chunk]):
        """chunks: at least one. The title counts as part of each passage, as in DenseIndex."""
        super().__init__(chunks)
        self._change(range(len(chunks)), [])

    def _change(self, keep, new):
        self._hold([self.chunks[i] for i in keep] + new)
        self.index = bm25s.BM25()
        self.index.index(tokenize([c.embedded for c in self.chunks]), show_progress=False)

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
        """indexes: all with the same passages. weights: one for each (None: all 1)."""
        self.indexes, self.weights = indexes, weights or [1] * len(indexes)
        if any(index.chunks != indexes[0].chunks for index in indexes):
            raise ValueError("The indexes hold different passages: build them from the same chunks")

    @property
    def chunks(self) -> list[Chunk]:
        """The passages of all its indexes."""
        return self.indexes[0].chunks

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """The k passages of each query with the highest fused score, best first."""
        out = []
        ranked = [index.search(queries, max(k, self.DEPTH), allowed) for index in self.indexes]
        for found in zip(*ranked, strict=True):
            scores = {}
            for weight, hits in zip(self.weights, found, strict=True):
                for hit in hits:
                    chunk, score = scores.get(hit.chunk.text, (hit.chunk, 0.0))
                    scores[hit.chunk.text] = (chunk, score + weight / (self.CONSTANT + hit.rank))
            out.append(hits_of(sorted(scores.values(), key=lambda pair: -pair[1]), k))
        return out


def tokenize(texts: list[str], stem: bool = True) -> list[list[str]]:
    """The words of texts as BM25 sees them: lower case, without English stop words, stemmed."""
    stemmer = Stemmer.Stemmer("english") if stem else None
    options = {"stopwords": "en", "return_ids": False, "show_progress": False}
    return bm25s.tokenize(texts, stemmer=stemmer, **options)


def check(queries: list[str]) -> None:
    """Raise ValueError if one of the queries is empty."""
    if not all(query.strip() for query in queries):
        raise ValueError("An empty query has no nearest passage: ask for something")


def hits_of(ranked: list[tuple[Chunk, float]], k: int) -> list[Hit]:
    """The first k of (chunk, score) pairs; a text that came before is left out."""
    first = {}
    for chunk, score in ranked:
        first.setdefault(chunk.text, (chunk, float(score)))
    best = list(first.values())[:k]
    return [Hit(chunk, score, rank) for rank, (chunk, score) in enumerate(best, start=1)]
