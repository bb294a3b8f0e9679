"""From cheap to expensive: a step is taken only for a measured gap that its interval supports.

`rows` are those of `evaluate.evaluate`: one for each system and question.
"""

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from helpers import comparisons, metrics

WORTH = 0.05  # a smaller gain, one question in twenty, does not pay for a more expensive system
POWER = 0.8  # the chance of seeing a gap of the size in question
VERDICTS = {
    "better": "the whole interval is above zero",
    "worse": "the whole interval is below zero",
    "too little": f"the whole interval is below a gain of {WORTH}, which would not pay",
    "not decided": "the interval holds gains that would pay, and none at all",
}


@dataclass(frozen=True)
class Step:
    """One step up: system `to` against `start`, the best so far. gap: mean, low and high.

    questions: about how many would decide it; None if it is decided. n: how many there are.
    """

    start: str
    to: str
    gap: tuple[float, float, float]
    verdict: str
    n: int
    questions: int | None = None


@dataclass(frozen=True)
class Ladder:
    """All steps in order, and the system on which the ladder ends."""

    steps: list[Step]
    end: str

    @property
    def decided(self) -> bool:
        """Is no step open?"""
        return all(step.verdict != "not decided" for step in self.steps)


def climb(rows: pd.DataFrame, rungs: list[str], measure: str = "handled") -> Ladder:
    """Compare each system with the best cheaper one, question by question, and step up or not.

    rungs: the systems, the cheapest first. The intervals are over entities, and wide enough that
    together, over all steps, they hold with 95% confidence (Bonferroni).
    """
    steps, best = [], rungs[0]
    level = 1 - 0.05 / max(1, len(rungs) - 1)
    for name in rungs[1:]:
        table = comparisons.difference(rows, name, best, measure)
        entities = comparisons.entities(rows, table)
        gap = metrics.interval(table.to_numpy(), entities, level, paired=True)
        verdict, n = judge(gap), table.shape[1]
        open_ = verdict == "not decided"
        steps.append(Step(best, name, gap, verdict, n, needed(gap, n, level) if open_ else None))
        best = name if verdict == "better" else best
    return Ladder(steps, best)


def judge(gap: tuple[float, float, float]) -> str:
    """The verdict on a gap: one of `VERDICTS`."""
    _, low, high = gap
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "too little" if high < WORTH else "not decided"


def needed(gap: tuple[float, float, float], n: int, level: float = 0.95) -> int:
    """About how many questions would decide on a gap, with the spread that these n had.

    That is a gap as large as the measured one, or `WORTH` if it was smaller, seen with `POWER`. The
    spread is read off the interval, so it counts how alike questions about one entity are:
    n * ((z of the level + z of the power) * standard error / gap) ** 2.
    """
    mean, low, high = gap
    edge, power = stats.norm.ppf((1 + level) / 2), stats.norm.ppf(POWER)
    error = (high - low) / (2 * edge)
    return max(n + 1, math.ceil(n * ((edge + power) * error / max(abs(mean), WORTH)) ** 2))


BLAMES = {
    "right": "it could be sent, or it rightly says that the documents do not say",
    "search": "the search missed the passage with the answer",
    "reader": "the passage with the answer was there and was misread",
    "abstained": "the passage was there, and it said that the documents do not say",
    "form": "the fact is right, and its form or its source is not",
    "invented": "it answered a question that the documents do not answer",
    "closed": "it is shown no passage, and did not know",
}


def blame(row: dict, documents: list[str], shown: list[str]) -> str:
    """What went wrong in one answer: a key of `BLAMES`; the first that applies.

    row: its measures, from `evaluate.grade`. documents: the right ones. shown: those of the
    passages in its prompt, [] for a system without a search.
    """
    if row["handled"]:
        return "right"
    if not row["answerable"]:
        return "invented"
    if row["fact"]:
        return "form"
    if not shown:
        return "closed"
    if not (row["retrieved"] and set(shown) & set(documents)):
        return "search"
    return "abstained" if row["abstained"] else "reader"
