"""Passages and queries as vectors, checked: nothing is cut off unseen, and no vector is odd."""

import numpy as np

from helpers import say
from helpers.documents import Chunk
from helpers.engine.words import searchable


def passages(embedder, chunks: list[Chunk], after=None, **options) -> np.ndarray:
    """The vectors of passages; a line tells if some are too long for the encoder.

    after: the vectors, if any, below which they are to stand. options: see `embedder.encode`.
    Raises ValueError if the encoder does not return one good vector for each.
    """
    texts = [searchable(chunk.embedded) for chunk in chunks]
    say_what_is_cut(embedder, chunks, texts)
    vectors = embedder.encode(texts, **options)
    if after is None:
        return rows(vectors, len(texts))
    return np.concatenate([after, rows(vectors, len(texts), after.shape[1])])


def queries(embedder, texts: list[str], dimension: int) -> np.ndarray:
    """The vectors of queries; raises ValueError if they do not fit those of the passages."""
    return rows(embedder.encode([searchable(text) for text in texts]), len(texts), dimension)


def rows(vectors, count: int, dimension: int | None = None) -> np.ndarray:
    """Vectors as float32, one row each; raises ValueError for another number, shape or NaN."""
    try:
        vectors = np.ascontiguousarray(vectors, np.float32)
    except (TypeError, ValueError):
        raise ValueError("An encoder must return a row of numbers for each text") from None
    if vectors.ndim != 2 or len(vectors) != count or not vectors.shape[1]:
        raise ValueError(f"The encoder returned the shape {vectors.shape} for {count} texts")
    if dimension and vectors.shape[1] != dimension:
        raise ValueError(
            f"The encoder's vectors have {vectors.shape[1]} numbers, those of the index "
            f"{dimension}: use the encoder that built the index, or build it again"
        )
    if not np.isfinite(vectors).all():
        raise ValueError("The encoder returned NaN or infinity: no search can rank such a vector")
    return vectors


def say_what_is_cut(embedder, chunks: list[Chunk], texts: list[str]) -> None:
    """Print one sentence if texts have more tokens than the encoder reads.

    An encoder without a tokenizer or a limit is taken at its word.
    """
    limit = getattr(embedder, "max_tokens", None)
    tokenizer = getattr(getattr(embedder, "model", None), "tokenizer", None)
    if not callable(tokenizer) or not limit or limit == float("inf"):
        return
    # No tokenizer makes more tokens than there are bytes, so short texts need not be counted.
    (special,) = tokenizer([""], truncation=False)["input_ids"]
    long = [row for row, text in enumerate(texts) if len(text.encode()) + len(special) > limit]
    counts = {}
    for start in range(0, len(long), 1000):
        some = long[start : start + 1000]
        found = tokenizer([texts[row] for row in some], truncation=False)["input_ids"]
        counts |= {row: len(ids) for row, ids in zip(some, found, strict=True) if len(ids) > limit}
    if counts:
        worst = max(counts, key=counts.get)
        say(
            f"{len(counts)} of {len(texts)} passages have more than the {limit} tokens that the "
            f"encoder reads (up to {counts[worst]}, in [{chunks[worst].document}]); their ends are "
            "not searched: use chunk(documents, embedder=embedder)."
        )
