"""Passages in a LanceDB table: stored on disk, filtered before the search, and with versions.

LanceDB runs inside this process, as SQLite does. A table is a folder; each write makes a new
version of it, and the older ones stay until they are cleaned up.
"""

import json
import os
import re
import sys
import warnings
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from pathlib import Path

import numpy as np

from helpers.documents import Chunk
from helpers.engine import asked, encoding
from helpers.engine.words import searchable
from helpers.retrieval import Hit

NAME = "passages"
DEPTH = 50  # hits of each list that are fused in a hybrid search
SCORES = {  # kinds of search: what is the score of a row that was found?
    "dense": lambda row: 1 - row["_distance"],  # the dot product
    "words": lambda row: row["_score"],  # BM25
    "hybrid": lambda row: row["_relevance_score"],  # reciprocal rank fusion
}
COLUMN = re.compile(r"[a-z_]\w*", re.ASCII)


class TableIndex:
    """An index like those in `retrieval`, whose passages lie in a LanceDB table.

    `metadata` names the columns that filters can use. Searches are exact until `build` is called.
    """

    def __init__(self, folder, embedder, chunks: list[Chunk], metadata=("department", "clearance")):
        """folder: for the table, new or empty. chunks: at least one. Raises ValueError if not."""
        folder = Path(folder)
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"There are files in {folder}: name a new folder for the table")
        self.embedder, self.metadata, self.kind = embedder, tuple(metadata), "dense"
        data = self._arrow(asked.passages(chunks))
        self.table = engine().connect(folder).create_table(NAME, data=data)
        self.table.create_index("words", config=engine().index.FTS())

    def by(self, kind: str) -> "TableIndex":
        """The same table, searched by another kind. Raises ValueError for one that there is not."""
        if kind not in SCORES:
            raise ValueError(f"There is no search by {kind!r}; there are {', '.join(SCORES)}")
        other = copy(self)
        other.kind = kind
        return other

    def search(self, queries: list[str], k: int = 3, allowed: str | None = None):
        """A list of hits for each query, best first; see `by` for the kinds of search.

        allowed: a condition that `where` made; it holds before the search.
        """
        queries = asked.search(queries, k, None)
        vectors = encoding.queries(self.embedder, queries, self.dimension) if queries else []
        return [self._hits(*pair, k, allowed) for pair in zip(queries, vectors, strict=True)]

    def _hits(self, query, vector, k, allowed) -> list[Hit]:
        """The hits of one query."""
        if self.kind == "words":
            found = self.table.search(searchable(query), query_type="fts")
        elif self.kind == "hybrid":
            found = self.table.search(query_type="hybrid").vector(vector).text(searchable(query))
            found = found.distance_type("dot").rerank(engine().rerankers.RRFReranker())
        else:
            found = self.table.search(vector).distance_type("dot")
        found = found.where(allowed, prefilter=True) if allowed else found
        rows = found.limit(max(k, DEPTH) if self.kind == "hybrid" else k).to_list()[:k]
        return [Hit(chunk_of(row), SCORES[self.kind](row), n) for n, row in enumerate(rows, 1)]

    @property
    def dimension(self) -> int:
        """The numbers of a vector."""
        return self.table.schema.field("vector").type.list_size

    @property
    def chunks(self) -> list[Chunk]:
        """The passages in the table, in no particular order."""
        return [chunk_of(row) for row in self.table.to_arrow().drop_columns("vector").to_pylist()]

    def add(self, chunks: list[Chunk]) -> None:
        """Append passages, whatever is there already."""
        self.table.add(self._arrow(chunks))

    def merge(self, chunks: list[Chunk]) -> None:
        """Update the passages whose id is there and insert the others; nothing is deleted."""
        self._merged().execute(self._arrow(chunks))

    def update(self, chunks: list[Chunk]) -> None:
        """Replace all older passages of the same documents; new documents are added.

        An id that `add` has put there twice stays there twice: LanceDB updates both rows.
        """
        documents = sorted({chunk.document for chunk in asked.passages(chunks)})
        stale = where(document=documents)
        self._merged().when_not_matched_by_source_delete(stale).execute(self._arrow(chunks))

    def _merged(self):
        merge = self.table.merge_insert("id")
        return merge.when_matched_update_all().when_not_matched_insert_all()

    @contextmanager
    def at(self, version: int):
        """The table as it was in this version while the block runs. Nothing can be written.

        Raises ValueError if the version has been cleaned up.
        """
        if version not in self.versions:
            raise ValueError(f"Version {version} is gone; there are {self.versions}")
        self.table.checkout(version)
        try:
            yield self
        finally:
            self.table.checkout_latest()

    @property
    def versions(self) -> list[int]:
        """The versions that are still there, oldest first."""
        return sorted(one["version"] for one in self.table.list_versions())

    def build(self) -> None:
        """Build an approximate index of the vectors; see `build_graph`."""
        build_graph(self.table)

    def optimize(self, keep_days: float = 7) -> None:
        """Merge small files, bring the indexes up to date, delete versions older than this."""
        self.table.optimize(cleanup_older_than=timedelta(days=keep_days))

    def _arrow(self, chunks: list[Chunk]):
        """Passages as an Arrow table. Raises ValueError if two of them have the same id.

        LanceDB itself would insert both, and not say so.
        """
        ids = [id_of(chunk) for chunk in chunks]
        if len(set(ids)) < len(ids):
            twice = next(id for id in ids if ids.count(id) > 1)
            raise ValueError(f"Two passages have the id {twice}: give each passage once")
        vectors = encoding.passages(self.embedder, chunks)
        engine()  # after the encoder, which looks for that other package, too
        import pyarrow

        columns = {
            "id": ids,
            "document": [chunk.document for chunk in chunks],
            "passage": [json.dumps(vars(chunk), default=str) for chunk in chunks],
            "words": [searchable(chunk.embedded) for chunk in chunks],
        }
        for name in self.metadata:
            columns[name] = [str(chunk.metadata.get(name, "")) for chunk in chunks]
        columns = {
            name: pyarrow.array(values, pyarrow.string()) for name, values in columns.items()
        }
        columns["vector"] = vector_column(vectors)
        return pyarrow.table(columns)


def engine():
    """The module `lancedb`, quiet.

    Our folder `datasets` has the name of a package that LanceDB looks for among those imported,
    and an import of that package, which is not here, would have found the folder.
    """
    if getattr(sys.modules.get("datasets"), "__file__", None) is None:
        sys.modules.pop("datasets", None)
    os.environ.setdefault("LANCE_LOG", "error")
    # Checks of exercises run in a forked process, which has no use for LanceDB.
    warnings.filterwarnings("ignore", message="lancedb fork support", category=RuntimeWarning)
    import lancedb
    import lancedb.index
    import lancedb.rerankers

    return lancedb


def vector_column(vectors: np.ndarray):
    """Vectors of shape (rows, dimension) as an Arrow column."""
    import pyarrow

    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.ravel()), vectors.shape[1])


def build_graph(table) -> None:
    """Index the column "vector" of a LanceDB table: HNSW, with each number kept in eight bits."""
    config = engine().index.HnswSq(distance_type="dot", num_partitions=1)
    table.create_index("vector", config=config)


def id_of(chunk: Chunk) -> str:
    """The id of a passage: its document and where it begins there."""
    return f"{chunk.document}:{chunk.start}"


def chunk_of(row: dict) -> Chunk:
    """The passage in a row of the table."""
    return Chunk(**json.loads(row["passage"]))


def where(**conditions) -> str:
    """A condition in LanceDB's SQL: each column equals its value, or one of several.

    `where(department="legal", clearance=["public", "internal"])`. A quote in a value stays a part
    of the value. Raises ValueError for a name that is no column's, TypeError for other values.
    """
    parts = []
    for column, wanted in conditions.items():
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        if not COLUMN.fullmatch(column):
            raise ValueError(f"No column is called {column!r}")
        if not values or not all(isinstance(value, str) for value in values):
            raise TypeError(f"{column} must equal a text or one of several, not {wanted!r:.60}")
        quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        parts.append(f"{column} IN ({quoted})")
    return " AND ".join(parts)
