"""Searches under a filter that few rows pass: how many rows come back, and are they the right ones?

Post-filter: search, then drop what does not pass. Prefilter: search only what passes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import faiss
import numpy as np

from helpers.engine import checks
from helpers.engine.vectors import noisy_copies, vector_index

K = 10  # rows that a query asks for


@dataclass(frozen=True)
class Rows:
    """Vectors, shape (n, dimension), which of them pass the filter, and queries."""

    vectors: np.ndarray
    passes: np.ndarray
    queries: np.ndarray

    @property
    def allowed(self) -> np.ndarray:
        """The numbers of the rows that pass."""
        return np.flatnonzero(self.passes)

    def nearest(self) -> np.ndarray:
        """For each query its K nearest rows among those that pass: exact, shape (queries, K)."""
        scores = self.queries @ self.vectors[self.allowed].T
        return self.allowed[np.argsort(-scores, axis=1, kind="stable")[:, :K]]


def made(vectors, queries, count: int, share: float = 0.01, seed: int = 0) -> Rows:
    """`count` noisy copies of vectors, of which a random `share` passes the filter.

    Raises ValueError if so few would pass that a query can't get K of them.
    """
    checks.count(count, "count")
    passes = np.zeros(count, bool)
    passing = round(share * count)
    if not K <= passing <= count:
        raise ValueError(f"{passing} of {count} rows would pass: from {K} to {count} must")
    passes[np.random.default_rng(seed).choice(count, passing, replace=False)] = True
    return Rows(noisy_copies(vectors, count, seed=seed), passes, np.asarray(queries, np.float32))


def fetched(index, query, count: int) -> list[int]:
    """The nearest rows in a FAISS HNSW index, which is told to look as far as that."""
    count = min(count, index.ntotal)
    parameters = faiss.SearchParametersHNSW(efSearch=max(count, index.hnsw.efSearch))
    return [
        int(row) for row in index.search(query[None], count, params=parameters)[1][0] if row >= 0
    ]


def post_filtered(rows: Rows, index, fetch: int) -> Callable:
    """Fetch so many rows from a FAISS HNSW index, and keep those that pass."""

    def search(query):
        return [row for row in fetched(index, query, fetch) if rows.passes[row]][:K]

    return search


def filtered_inside(rows: Rows, index, breadth: int = 64) -> Callable:
    """A FAISS HNSW index that is told what passes. breadth: how many rows it keeps in sight."""
    selector = faiss.IDSelectorBatch(rows.allowed)
    parameters = faiss.SearchParametersHNSW(sel=selector, efSearch=breadth)

    def search(query):
        found = index.search(query[None], K, params=parameters)[1][0]
        return [row for row in found if row >= 0]

    return search


def searched_on(rows: Rows, index, search_on: Callable) -> Callable:
    """A post-filter that fetches more until it has enough.

    search_on: called with a function `fetch(n)`, which returns the n nearest rows as a list, a set
    of the rows that pass, and how many are wanted; returns rows.
    """
    allowed = set(rows.allowed.tolist())

    def search(query):
        return search_on(lambda count: fetched(index, query, count), allowed, K)

    return search


def searched_exactly(rows: Rows) -> Callable:
    """Compare the query with every row that passes: the prefilter of `retrieval.DenseIndex`."""
    allowed = rows.allowed
    kept = vector_index(rows.vectors[allowed])

    def search(query):
        return allowed[kept.search(query[None], K)[1][0]]

    return search


def lance_table(rows: Rows, folder):
    """A LanceDB table of these rows with an HNSW index; column "passes" is what a filter sees."""
    from helpers.scale import tables

    lancedb = tables.engine()
    import pyarrow

    columns = {
        "row": np.arange(len(rows.vectors)),
        "passes": rows.passes,
        "vector": tables.vector_column(rows.vectors),
    }
    table = lancedb.connect(folder).create_table("rows", data=pyarrow.table(columns))
    tables.build_graph(table)
    return table


def from_lance(table, prefilter: bool) -> Callable:
    """A search of such a table, with the filter before (True) or after it."""

    def search(query):
        found = table.search(query).distance_type("dot").where("passes", prefilter=prefilter)
        return [row["row"] for row in found.select(["row", "_distance"]).limit(K).to_list()]

    return search


WAYS = {  # how ten rows that pass are searched for, each made of a `Searches`
    "exact": lambda at: searched_exactly(at.rows),
    "FAISS, post-filter of 10": lambda at: post_filtered(at.rows, at.graph, K),
    "FAISS, post-filter of 100": lambda at: post_filtered(at.rows, at.graph, 10 * K),
    "FAISS, search on": lambda at: searched_on(at.rows, at.graph, at.search_on),
    "FAISS, prefilter": lambda at: filtered_inside(at.rows, at.graph),
    "FAISS, prefilter, wider": lambda at: filtered_inside(at.rows, at.graph, 1024),
    "LanceDB, post-filter": lambda at: from_lance(at.table, prefilter=False),
    "LanceDB, prefilter": lambda at: from_lance(at.table, prefilter=True),
}


class Searches:
    """The indexes of some rows, each built when it is first used."""

    def __init__(self, rows: Rows, folder, search_on: Callable):
        """folder: new or empty, for a LanceDB table. search_on: see `searched_on`."""
        self.rows, self.folder, self.search_on = rows, folder, search_on

    @cached_property
    def graph(self):
        """A FAISS HNSW index, as `vector_index` builds it."""
        return vector_index(self.rows.vectors, "HNSW")

    @cached_property
    def table(self):
        """A LanceDB table with an HNSW index."""
        return lance_table(self.rows, self.folder)


def measured(rows: Rows, search: Callable) -> dict[str, float]:
    """Rows returned, recall of the K nearest that pass, and milliseconds, of each query."""
    search(rows.queries[0])  # the first one also loads what it needs
    returned, recall, ms = [], [], []
    for query, right in zip(rows.queries, rows.nearest(), strict=True):
        start = time.perf_counter()
        found = list(search(query))
        ms.append(1000 * (time.perf_counter() - start))
        returned.append(len(found))
        recall.append(len({int(row) for row in found} & set(right.tolist())) / len(right))
    return {
        "rows": float(np.mean(returned)),
        "recall": float(np.mean(recall)),
        "least rows": int(min(returned)),
        "ms": float(np.median(ms)),
    }
