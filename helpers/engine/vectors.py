"""FAISS indexes of vectors: the exact one, and three that are faster for very many vectors.

Simple twin: `vectors @ query`, as notebook 02 writes it. docs/indexes.json has time and recall up
to a million vectors.
"""

import faiss
import numpy as np

KINDS = ("Flat", "IVF", "HNSW", "PQ")


def vector_index(vectors: np.ndarray, kind: str = "Flat"):
    """A FAISS index of vectors, shape (n, dimension), by inner product (cosine for unit vectors).

    kind: "Flat" compares with all vectors; "IVF" with those in the nearest sixteenth of 4 sqrt(n)
    cells; "HNSW" walks a graph of neighbours (Malkov & Yashunin 2016); "PQ" keeps one byte for
    every eight dimensions (Jégou et al. 2011). Raises ValueError for any other kind, or if there
    are too few vectors to train it, or the dimension does not suit it.
    """
    count, dimension = vectors.shape
    cells = int(4 * count**0.5)
    names = {
        "Flat": "Flat",
        "IVF": f"IVF{cells},Flat",
        "HNSW": "HNSW32",
        "PQ": f"PQ{dimension // 8}np",
    }
    if kind not in KINDS:
        raise ValueError(f"There is no index of kind '{kind}'; there are {', '.join(KINDS)}")
    if kind == "PQ" and (dimension < 8 or dimension % (dimension // 8)):
        raise ValueError(f"PQ can't cut vectors of {dimension} numbers into pieces of 8: use Flat")
    if kind == "PQ" and count < 256 or kind == "IVF" and count < cells:
        raise ValueError(
            f"{kind} learns from the vectors it holds, and {count} are too few (PQ needs 256): use "
            "Flat, which is exact"
        )
    index = faiss.index_factory(dimension, names[kind], faiss.METRIC_INNER_PRODUCT)
    if kind == "IVF":
        index.nprobe = max(1, cells // 16)
        index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = (
            1,
            64,
        )  # no warning for few; a sample of many
    if kind == "HNSW":
        index.hnsw.efSearch = 64
    if kind == "PQ":  # fewer rounds and vectors than FAISS's default: minutes become seconds
        (
            index.pq.cp.min_points_per_centroid,
            index.pq.cp.max_points_per_centroid,
            index.pq.cp.niter,
        ) = 1, 40, 10
    index.train(vectors)
    index.add(vectors)
    return index


def noisy_copies(vectors: np.ndarray, count: int, noise: float = 0.6, seed: int = 0) -> np.ndarray:
    """More vectors like these, to measure indexes with: randomly drawn rows with noise added.

    Returns float32 of shape (count, dimension), each row of length 1. The noise is about as long as
    `noise` and nearly at a right angle to its row: the cosine is about 1 / sqrt(1 + noise²).
    """
    random, dimension, block_size = np.random.default_rng(seed), vectors.shape[1], 10_000
    out = np.empty((count, dimension), np.float32)
    for start in range(0, count, block_size):
        block = out[start : start + block_size]
        random.standard_normal(out=block, dtype=np.float32)
        block *= noise / dimension**0.5
        block += vectors[random.integers(len(vectors), size=len(block))]
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return out
