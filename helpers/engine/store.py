"""What a model has computed already: on this disk, or in results/, which comes with the course.

The simple way is to compute it again. Each result is one line of JSON, appended as soon as it is
known, so that an interruption loses at most the last batch.
"""

import io
import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.engine import cache

RESULTS = cache.ROOT / "results"
RECORD = os.environ.get(
    "COURSE_RECORD"
)  # a folder for the shipped results in use: see scripts/make_results.py


class Store:
    """Results by a hash of what was asked.

    `missing` counts, over all stores, those that were expected in results/ but had to be computed.
    """

    missing = 0

    def __init__(self, folder: Path, name: str, shipped: bool):
        self.path, self.shipped = folder / "generations" / f"{name}.jsonl", shipped
        self.rows, self.used = {}, set()
        for path in [RESULTS / self.path.name] * shipped + [self.path]:
            for line in path.read_text(encoding="utf-8").split("\n") if path.is_file() else ():
                try:
                    row = json.loads(line)
                    self.rows[row["key"]] = row["value"]
                except (ValueError, KeyError, TypeError):
                    continue  # a line cut off by an interruption: it is computed again

    @classmethod
    @lru_cache(maxsize=8)
    def open(cls, folder: Path, name: str, shipped: bool) -> "Store":
        """The one store of that name: its file is read once."""
        return cls(folder, name, shipped)

    def __contains__(self, asked):
        return cache.key(asked) in self.rows

    def __getitem__(self, asked):
        key = cache.key(asked)
        if self.shipped and RECORD and key not in self.used:
            self.used.add(key)
            self._write(Path(RECORD) / self.path.name, key)
        return self.rows[key]

    def add(self, asked, value) -> None:
        """Keep a result, in memory and on disk."""
        Store.missing += self.shipped
        self.rows[cache.key(asked)] = value
        self._write(self.path, cache.key(asked))

    def _write(self, path, key):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"key": key, "value": self.rows[key]}, ensure_ascii=False))


def of(llm, what) -> Store:
    """What a model, with the adapter that is on it, has computed already."""
    return Store.open(cache.artifacts(), cache.key(llm.fingerprint, what), llm.use_shipped)


def embeddings(name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """The vectors stored under this name, or computed and stored, whole or not at all."""
    path = cache.artifacts() / "embeddings" / f"{name}.npy"
    if path.is_file():
        try:
            return np.load(path, allow_pickle=False)
        except (ValueError, EOFError):
            print(f"{path.name} is damaged: embedding again.")
    np.save(buffer := io.BytesIO(), vectors := compute(), allow_pickle=False)
    cache.write_bytes(path, buffer.getvalue())
    return vectors
