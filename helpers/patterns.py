"""Patterns on one scale: any search in front of the same tuned readers, by the same measures."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import comparisons, contest, course, grids, lora, metrics
from helpers.engine import cache

SEEDS = range(5)
KEPT = ["fact", "source", "step", "sendable", "prompt tokens", "generated tokens"]


@dataclass(frozen=True)
class Asked:
    """Questions (rows of `course.questions`), and what belongs to each."""

    rows: list[dict]

    @property
    def texts(self) -> list[str]:
        """The questions as texts."""
        return [row["question"] for row in self.rows]

    @property
    def entities(self) -> list[str]:
        """What each question is about."""
        return [row["entity"] for row in self.rows]

    @property
    def slices(self) -> list[str]:
        """The kind of each question."""
        return [row["slice"] for row in self.rows]

    def by_slice(self, values) -> dict[str, float]:
        """The mean of the values, one for each question, by kind; to two decimals."""
        return pd.Series(values).groupby(self.slices).mean().round(2).to_dict()

    def only(self, *slices: str) -> "Asked":
        """The questions of these kinds."""
        return Asked([row for row in self.rows if row["slice"] in slices])


def written(values, entities, change: bool = False) -> str:
    """Mean and 95% interval as text; change: with signs."""
    return comparisons.written(metrics.interval(values, entities, paired=change), change)


class Known:
    """An index whose hits are known beforehand, for each question."""

    def __init__(self, texts: list[str], hits):
        """hits: those of each text, best first."""
        self.hits = dict(zip(texts, hits, strict=True))

    def search(self, queries: list[str], k: int = 3, allowed=None):
        """The first k of the known hits of each query."""
        return [self.hits[query][:k] for query in queries]


def grades(system, asked: Asked) -> dict[str, list[int]]:
    """What a stored table keeps of a system's answers: for each measure, one value a question."""
    return contest.graded(system, asked.rows)[KEPT].astype(int).to_dict("list")


def reads(name: str, builder, best: dict, asked: Asked, *hits):
    """Stored grades of the RAFT hybrid, five training seeds, on the passages of some search.

    best: its prompt. hits: those of each question; or five times, one for each seed. Returns a
    table of `grids.table`, called reads_NAME. (The hits are no part of what must agree with the
    stored runs: on another processor, two passages may change places now and then.)
    """
    of_seed = hits if len(hits) > 1 else hits * len(SEEDS)

    def read(seed):
        reader = builder.system(course.seeded(builder.llm, "raft", seed), **best)
        reader.index = Known(asked.texts, of_seed[seed])
        return grades(reader, asked)

    record = lora.read_record(course.adapter("raft"))
    texts = [chunk.embedded for chunk in builder.task.chunks]
    data = [builder.llm.base_fingerprint, record["data"], record["config"], best]
    data += [cache.key(asked.rows, texts)]
    return grids.table(f"reads_{name}", read, grids.grid(seed=SEEDS), data=data)


def runs(table, measure: str) -> np.ndarray:
    """A measure of a stored table, shape (5, questions); what has one run has it five times."""
    values = np.array(list(table[measure]), float)
    return np.repeat(values, len(SEEDS), axis=0) if len(values) == 1 else values


def by_kind(table, measure: str) -> dict[str, np.ndarray]:
    """`runs` for each value in the column "kind" of a stored table."""
    return {kind: runs(rows, measure) for kind, rows in table.groupby("kind", sort=False)}


def tokens(table) -> float:
    """The mean number of tokens that the language model reads and writes for a question."""
    return sum(np.mean(list(table[f"{part} tokens"])) for part in ("prompt", "generated"))
