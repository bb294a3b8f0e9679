"""What a model has computed already: on this disk, or in results/, which comes with the course.

The simple way is to compute it again. Each result is one line of JSON, appended as soon as it is
known, so that an interruption loses at most the last batch.
"""

import io
import json
import math
import os
from collections.abc import Callable
from functools import lru_cache
from numbers import Real
from pathlib import Path

import numpy as np

from helpers.engine import cache

RESULTS = cache.ROOT / "results"
RECORD = os.environ.get(
    "COURSE_RECORD"
)  # a folder for the shipped results in use: see scripts/make_results.py
ANSWER = {"text": str, "prompt_tokens": int, "generated_tokens": int, "seconds": Real}


def is_answer(value) -> bool:
    """Is this a `models.Generation`, as JSON gives it back?"""
    if not isinstance(value, dict) or value.keys() != ANSWER.keys():
        return False
    return all(isinstance(value[name], kind) for name, kind in ANSWER.items())


def is_score(value) -> bool:
    """Is this a log-likelihood?"""
    return isinstance(value, float) and math.isfinite(value)


class Store:
    """Results by a hash of what was asked.

    `missing` counts, over all stores, those that were expected in results/ but had to be computed.
    """

    missing = 0

    def __init__(self, folder: Path, name: str, shipped: bool, valid: Callable = is_answer):
        """valid: tells a result from anything else that the file may hold by accident."""
        self.path, self.shipped = folder / "generations" / f"{name}.jsonl", shipped
        self.rows, self.used = {}, set()
        for path in [RESULTS / self.path.name] * shipped + [self.path]:
            try:
                self._read(path, valid)
            except FileNotFoundError:
                pass
            except OSError as error:
                warn(path, f"can't be read ({error.strerror}): its results are computed again")

    def _read(self, path, valid):
        """Take in what is in a file. What can't be read is computed again."""
        damaged = 0
        for line in path.read_bytes().split(b"\n"):
            try:
                row = json.loads(line) if line.strip() else None
                if row and isinstance(row["key"], str) and valid(row["value"]):
                    self.rows[row["key"]] = row["value"]
                    continue
            except (ValueError, KeyError, TypeError, RecursionError):
                if line.startswith(b'{"key": ') and not line.endswith(b"}"):
                    continue  # cut off by an interruption, which is no damage
            damaged += bool(line.strip())
        if damaged:
            warn(path, f"has {damaged} damaged lines: these results are computed again")

    @classmethod
    @lru_cache(maxsize=8)
    def open(cls, folder: Path, name: str, shipped: bool, valid: Callable = is_answer) -> "Store":
        """The one store of that name: its file is read once."""
        return cls(folder, name, shipped, valid)

    def __contains__(self, asked):
        return cache.key(asked) in self.rows

    def __getitem__(self, asked):
        key = cache.key(asked)
        if self.shipped and RECORD and key not in self.used:
            self.used.add(key)
            self._write(Path(RECORD) / self.path.name, key)
        return self.rows[key]

    def add(self, asked, value) -> None:
        """Keep a result, in memory and, if that is possible, on disk."""
        Store.missing += self.shipped
        self.rows[cache.key(asked)] = value
        try:
            self._write(self.path, cache.key(asked))
        except OSError as error:
            warn(self.path, f"can't be written ({error.strerror}): {AGAIN}")

    def _write(self, path, key):
        path.parent.mkdir(parents=True, exist_ok=True)
        row = json.dumps({"key": key, "value": self.rows[key]}, ensure_ascii=False)
        with open(path, "ab") as file:  # one write: lines of two processes don't mix
            file.write(f"\n{row}".encode())


def of(llm, what) -> Store:
    """What a model, with the adapter that is on it, has computed already.

    what: the most new tokens of an answer, or "score".
    """
    name, valid = cache.key(llm.fingerprint, what), is_score if what == "score" else is_answer
    return Store.open(cache.artifacts(), name, llm.use_shipped, valid)


def embeddings(name: str, rows: int, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """The vectors stored under this name, or computed and stored, whole or not at all.

    rows: how many there are. Each has length 1, which tells them from what is damaged.
    """
    path = cache.artifacts() / "embeddings" / f"{name}.npy"
    try:
        stored = np.load(path, allow_pickle=False)
        if are_vectors(stored, rows):
            return stored
        print(f"{path.name} is damaged: embedding again.")
    except FileNotFoundError:
        pass
    except Exception as error:  # whatever NumPy runs into in bytes that it did not write
        print(f"{path.name} is damaged ({type(error).__name__}): embedding again.")
    np.save(buffer := io.BytesIO(), vectors := compute(), allow_pickle=False)
    try:
        cache.write_bytes(path, buffer.getvalue())
    except OSError as error:
        warn(path.parent, f"can't be written ({error.strerror}): {AGAIN}")
    return vectors


def are_vectors(found, rows: int) -> bool:
    """Is this an array of so many rows, in float32, each of length 1 (or 0)?"""
    if not isinstance(found, np.ndarray) or found.dtype != np.float32 or found.ndim != 2:
        return False
    lengths = np.linalg.norm(found, axis=1)
    return len(found) == rows and bool(((abs(lengths - 1) < 1e-3) | (lengths == 0)).all())


AGAIN = (
    "the results are not kept, and are computed again next time. Set the environment variable "
    "COURSE_ARTIFACTS to a folder that can be written."
)
_warned = set()


def warn(path: Path, what: str) -> None:
    """Say what is wrong with a file or folder, once."""
    if (path, what) not in _warned:
        _warned.add((path, what))
        print(f"{path} {what}")
