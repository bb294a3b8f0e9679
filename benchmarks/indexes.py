"""Index scale: recall, time, size and building time of the four kinds of index, for vectors up to a
million.

Run: python -m benchmarks.indexes [SIZE ...], for example `python -m benchmarks.indexes 10000
100000`. It writes docs/indexes.json after each size and keeps the rows of other sizes that are in
it. The vectors are PERTURBED COPIES of real ones: a random passage of the handbook, plus noise, so
that the cosine to its origin is about 0.86. A collection of that many different texts is spread
otherwise, and recall on it will differ. The queries are real test questions.
"""

import os
import platform
import statistics
import sys
import time
from importlib.metadata import version

import faiss
import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers import course, documents, models
from helpers.engine import cache
from helpers.engine.vectors import KINDS, noisy_copies, vector_index

SIZES, QUERIES, K, SEED, REPEATS = (10_000, 100_000, 1_000_000), 200, 10, 0, 3
NOISE = 0.6  # its length
FILE = cache.ROOT / "docs" / "indexes.json"


def measure(kind: str, vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray) -> dict:
    """Build one index and search it. exact: the numbers of the K nearest vectors of each query."""
    start = time.perf_counter()
    index = vector_index(vectors, kind)
    build = time.perf_counter() - start
    index.search(queries[:1], K)
    single, batch = [], []
    for row in range(len(queries)):
        start = time.perf_counter()
        index.search(queries[row : row + 1], K)
        single.append(time.perf_counter() - start)
    for _ in range(REPEATS):
        start = time.perf_counter()
        _, found = index.search(queries, K)
        batch.append((time.perf_counter() - start) / len(queries))
    return {
        "vectors": len(vectors),
        "kind": kind,
        "recall": round(
            float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)])), 4
        ),
        "ms": round(1000 * statistics.median(single), 4),
        "batch ms": round(1000 * statistics.median(batch), 4),
        "MB": round(faiss.serialize_index(index).nbytes / 1e6, 2),
        "build s": round(build, 3),
    }


def save(rows: list[dict]) -> list[dict]:
    """Write these rows, and those of other sizes that are in the file; give them all."""
    old = cache.read_json(FILE, {"rows": []})["rows"]
    sizes = {row["vectors"] for row in rows}
    rows = sorted(
        [row for row in old if row["vectors"] not in sizes] + rows,
        key=lambda row: (row["vectors"], KINDS.index(row["kind"])),
    )
    threads = f"{os.cpu_count()} cores, {faiss.omp_get_max_threads()} threads"
    machine = f"{platform.system()} {platform.machine()}, {threads}"
    versions = {
        "python": platform.python_version(),
        **{name: version(name) for name in ("faiss-cpu", "numpy")},
    }
    cache.write_json(FILE, {"machine": machine, "versions": versions, "seed": SEED, "rows": rows})
    return rows


def main() -> None:
    """Measure every kind at every size."""
    sizes, embedder = [int(size) for size in sys.argv[1:]] or SIZES, models.load_embedder()
    chunks = documents.chunk(course.handbook())
    passages = embedder.encode([chunk.embedded for chunk in chunks])
    questions = [row["question"] for row in course.questions("test", None) if row["answers"]][
        :QUERIES
    ]
    queries = embedder.encode(questions)
    with tqdm(total=len(sizes) * len(KINDS)) as bar:
        for size in sizes:
            vectors, rows = noisy_copies(passages, size, NOISE, SEED), []
            _, exact = faiss.knn(queries, vectors, K, metric=faiss.METRIC_INNER_PRODUCT)
            for kind in KINDS:
                bar.set_description(f"{size} vectors, {kind}")
                rows.append(measure(kind, vectors, queries, exact))
                bar.update()
            saved = save(rows)
    print(pd.DataFrame(saved).to_string(index=False))
    print(
        f"recall: recall@{K} against the exact search. ms: a query asked alone, median of "
        f"{len(queries)}."
    )
    print(f"batch ms: a query when {len(queries)} are asked at once.")
    print(
        f"The vectors are perturbed copies of the handbook's {len(passages)} passages (cosine "
        f"about {(1 + NOISE**2) ** -0.5:.2f})."
    )


if __name__ == "__main__":
    main()
