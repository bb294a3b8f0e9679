"""Find the passages that a question is about: by meaning (dense), by words (BM25), or by both (fused).

Every index has `chunks` and `search(queries, k)`.
"""

from dataclasses import dataclass

import bm25s
import faiss
import Stemmer

from helpers.documents import Chunk


@dataclass(frozen=True)
class Hit:
    """A passage that a search found, with its score (higher is nearer) and its rank (1 is the first)."""

    chunk: Chunk
    score: float
    rank: int


class DenseIndex:
    """Passages in a FAISS index, searched by the cosine between embeddings."""

    def __init__(self, chunks: list[Chunk], embedder, progress: str | None = None):
        """chunks: at least one. embedder: has `encode(texts)` that gives rows of length 1."""
        _check_chunks(chunks)
        self.chunks, self.embedder = chunks, embedder
        vectors = embedder.encode([c.embedded for c in chunks], progress=progress)
        self.index = faiss.IndexFlatIP(vectors.shape[1])
        self.index.add(vectors)

    def search(self, queries: list[str], k: int = 3) -> list[list[Hit]]:
        """The k nearest passages of each query, best first (fewer if there are not so many)."""
        if _nothing_asked(queries):
            return []
        vectors = self.embedder.encode(queries)
        scores, rows = self.index.search(vectors, min(k, len(self.chunks)))
        return [_hits(self.chunks, *pair) for pair in zip(rows, scores, strict=True)]


class KeywordIndex:
    """Passages searched by their words: BM25 (Robertson & Zaragoza 2009) with English stemming, by the library bm25s."""

    def __init__(self, chunks: list[Chunk]):
        """chunks: at least one; like the dense index, this one sees the title with each passage."""
        _check_chunks(chunks)
        self.chunks, self.index = chunks, bm25s.BM25()
        self.index.index(tokenize([c.embedded for c in chunks]), show_progress=False)

    def search(self, queries: list[str], k: int = 3) -> list[list[Hit]]:
        """The k best passages of each query, best first; those that share no word with it have score 0."""
        if _nothing_asked(queries):
            return []
        rows, scores = self.index.retrieve(tokenize(queries), k=min(k, len(self.chunks)), show_progress=False)
        return [_hits(self.chunks, *pair) for pair in zip(rows, scores, strict=True)]


class FusedIndex:
    """Several indexes of the same passages, joined by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009).

    A passage's score is the sum of 1 / (60 + rank) over the indexes that have it among their first `DEPTH`.
    """

    DEPTH, CONSTANT = 50, 60

    def __init__(self, *indexes):
        """indexes: at least one; all with the same passages."""
        self.indexes, self.chunks = indexes, indexes[0].chunks
        if any(index.chunks != self.chunks for index in indexes):
            raise ValueError("The indexes hold different passages: build them from the same chunks")

    def search(self, queries: list[str], k: int = 3) -> list[list[Hit]]:
        """The k passages of each query with the highest fused score, best first."""
        place = {id(chunk): number for number, chunk in enumerate(self.chunks)}
        out = []
        for found in zip(*(index.search(queries, max(k, self.DEPTH)) for index in self.indexes), strict=True):
            scores = {}
            for hit in (hit for hits in found for hit in hits if hit.score > 0):
                row = place[id(hit.chunk)]
                scores[row] = scores.get(row, 0) + 1 / (self.CONSTANT + hit.rank)
            best = sorted(scores, key=lambda row: (-scores[row], row))[:k]
            out.append(_hits(self.chunks, best, [scores[row] for row in best]))
        return out


def tokenize(texts: list[str]):
    """Texts as BM25 sees them: lower case, without English stop words, stemmed (bm25s's own token format)."""
    return bm25s.tokenize(texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)


def _check_chunks(chunks) -> None:
    if not chunks:
        raise ValueError("There are no passages to index: load documents and cut them into chunks first")


def _nothing_asked(queries) -> bool:
    if not all(query.strip() for query in queries):
        raise ValueError("An empty query has no nearest passage")
    return not queries


def _hits(chunks, rows, scores) -> list[Hit]:
    """Hits in the order given."""
    return [Hit(chunks[row], float(score), rank) for rank, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)]
