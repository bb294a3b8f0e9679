"""Find the passages that a question is about: by meaning (dense), by words (BM25), or by both (fused).

Every index has `chunks` and `search(queries, k, allowed)`; `helpers.refine` puts others around them.
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
    """A passage that a search found, with its score (higher is nearer) and its rank (1 is the first)."""

    chunk: Chunk
    score: float
    rank: int


class _Index:
    """What the dense and the keyword index share: passages that can be searched, added, updated and deleted."""

    def __init__(self, chunks: list[Chunk]):
        if not chunks:
            raise ValueError(
                "There are no passages to index: load documents and cut them into chunks first"
            )
        self._hold(list(chunks))

    def _hold(self, chunks):
        self.chunks, self.copies = chunks, len(chunks) - len({chunk.text for chunk in chunks})

    def search(
        self, queries: list[str], k: int = 3, allowed: Filter | None = None
    ) -> list[list[Hit]]:
        """The k best passages of each query, best first; fewer if there are not so many.

        allowed: only passages for which it gives True are searched at all. A text that stands in several documents is
        given once. Raises ValueError for an empty query.
        """
        check(queries)
        rows = (
            None
            if allowed is None
            else np.array([i for i, chunk in enumerate(self.chunks) if allowed(chunk)], int)
        )
        count = len(self.chunks) if rows is None else len(rows)
        if not queries or not count:
            return [[] for _ in queries]
        ranked = self._rank(queries, min(k + self.copies, count), rows)
        return [hits_of([(self.chunks[row], score) for row, score in pairs], k) for pairs in ranked]

    def add(self, chunks: list[Chunk]) -> None:
        """Index more passages. Raises ValueError if one of their documents is there already: see `update`."""
        there = sorted(
            {chunk.document for chunk in self.chunks} & {chunk.document for chunk in chunks}
        )
        if there:
            raise ValueError(
                f"These documents are in the index already: {', '.join(there)}. Use update to replace them"
            )
        self._change(range(len(self.chunks)), list(chunks))

    def delete(self, *documents: str) -> None:
        """Take all passages of these documents out. Raises KeyError if one is not there, ValueError if nothing would be left."""
        missing = sorted(set(documents) - {chunk.document for chunk in self.chunks})
        if missing:
            raise KeyError(f"Not in the index: {', '.join(missing)}")
        keep = [i for i, chunk in enumerate(self.chunks) if chunk.document not in documents]
        if not keep:
            raise ValueError("An index can't be empty: this would delete its last document")
        self._change(keep, [])

    def update(self, chunks: list[Chunk]) -> None:
        """Put these passages in the place of all older ones of the same documents; new documents are added."""
        new = {chunk.document for chunk in chunks}
        self._change(
            [i for i, chunk in enumerate(self.chunks) if chunk.document not in new], list(chunks)
        )


class DenseIndex(_Index):
    """Passages as vectors, searched by cosine: exactly (Flat) or with one of FAISS's approximate indexes (`KINDS`)."""

    def __init__(
        self, chunks: list[Chunk], embedder, kind: str = "Flat", progress: str | None = None
    ):
        """chunks: at least one. embedder: has `encode(texts)` that gives rows of length 1. progress: a bar's label."""
        super().__init__(chunks)
        self.embedder, self.kind = embedder, kind
        self.vectors = embedder.encode([c.embedded for c in chunks], progress=progress)
        self.index = vector_index(self.vectors, kind)

    def _rank(self, queries, k, rows):
        vectors = self.embedder.encode(queries)
        if rows is not None:  # filtered: the allowed vectors alone, exactly, whatever the kind
            scores = vectors @ self.vectors[rows].T
            order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            return [
                list(zip(rows[best], row[best], strict=True))
                for row, best in zip(scores, order, strict=True)
            ]
        scores, found = self.index.search(vectors, k)
        return [
            [(i, s) for i, s in zip(*pair, strict=True) if i >= 0]
            for pair in zip(found, scores, strict=True)
        ]

    def _change(self, keep, new):
        vectors = [self.vectors[list(keep)]] + [
            self.embedder.encode([c.embedded for c in new])
        ] * bool(new)
        self._hold([self.chunks[i] for i in keep] + new)
        self.vectors = np.concatenate(vectors)
        self.index = vector_index(self.vectors, self.kind)

    def save(self, folder) -> None:
        """Write the index to a folder, whole or not at all."""
        saved_index.save(self, folder)

    @classmethod
    def load(cls, folder, embedder) -> "DenseIndex":
        """Read a saved index. Raises ValueError if another encoder made it or it is damaged."""
        return saved_index.load(cls, folder, embedder)


class KeywordIndex(_Index):
    """Passages searched by their words: BM25 (Robertson & Zaragoza 2009) with English stemming, by the library bm25s."""

    def __init__(self, chunks: list[Chunk]):
        """chunks: at least one; like the dense index, this one sees the title with each passage."""
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
            yield [
                (rows[i], scores[i]) for i in best if scores[i] > 0
            ]  # who shares no word with the query is no hit


class FusedIndex:
    """Several indexes of the same passages, joined by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009).

    A passage's score is the sum of weight / (60 + rank) over the indexes that have it among their first `DEPTH`.
    """

    DEPTH, CONSTANT = 50, 60

    def __init__(self, *indexes, weights=None):
        """indexes: at least one; all with the same passages. weights: one for each index (all 1 if not given)."""
        self.indexes, self.weights = indexes, weights or [1] * len(indexes)
        if any(index.chunks != indexes[0].chunks for index in indexes):
            raise ValueError("The indexes hold different passages: build them from the same chunks")

    @property
    def chunks(self) -> list[Chunk]:
        """The passages of all its indexes."""
        return self.indexes[0].chunks

    def search(
        self, queries: list[str], k: int = 3, allowed: Filter | None = None
    ) -> list[list[Hit]]:
        """The k passages of each query with the highest fused score, best first."""
        out = []
        for found in zip(
            *(index.search(queries, max(k, self.DEPTH), allowed) for index in self.indexes),
            strict=True,
        ):
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
    return bm25s.tokenize(
        texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
    )


def check(queries: list[str]) -> None:
    """Raise ValueError if one of the queries is empty."""
    if not all(query.strip() for query in queries):
        raise ValueError("An empty query has no nearest passage: ask for something")


def hits_of(ranked: list[tuple[Chunk, float]], k: int) -> list[Hit]:
    """The first k of (chunk, score) pairs in the order given; a text that was there already is left out."""
    first = {}
    for chunk, score in ranked:
        first.setdefault(chunk.text, (chunk, float(score)))
    return [
        Hit(chunk, score, rank)
        for rank, (chunk, score) in enumerate(list(first.values())[:k], start=1)
    ]
