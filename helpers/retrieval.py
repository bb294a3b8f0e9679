"""Find the passages that a question is about: embed, index, search."""

from dataclasses import dataclass

import faiss

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
        if not chunks:
            raise ValueError("There are no passages to index: load documents and cut them into chunks first")
        self.chunks, self.embedder = chunks, embedder
        vectors = embedder.encode([c.embedded for c in chunks], progress=progress)
        self.index = faiss.IndexFlatIP(vectors.shape[1])
        self.index.add(vectors)

    def search(self, queries: list[str], k: int = 3) -> list[list[Hit]]:
        """The k nearest passages of each query, best first (fewer if there are not so many)."""
        if not queries:
            return []
        if not all(query.strip() for query in queries):
            raise ValueError("An empty query has no nearest passage")
        vectors = self.embedder.encode(queries)
        scores, rows = self.index.search(vectors, min(k, len(self.chunks)))
        return [
            [Hit(self.chunks[row], float(score), rank) for rank, (row, score) in enumerate(zip(*pair, strict=True), start=1)]
            for pair in zip(rows, scores, strict=True)
        ]
