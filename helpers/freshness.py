"""Answers about facts that have changed: new, old, other or abstained, in shares with intervals.

The questions are rows of `questions/*_changed.jsonl`: "answers" are the new ones, "old" the others.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers import comparisons, evaluate, metrics
from helpers.engine.extraction import short_answer
from helpers.prompts import Style
from helpers.system import Answer

KINDS = ("new", "old", "other", "abstained")


def with_kinds(rows: pd.DataFrame, questions: list[dict], kind: Callable) -> pd.DataFrame:
    """The rows of `evaluate.evaluate` with the kind of each answer; without a seed, it is 0.

    kind: called with the short answer, whether the system abstained, and the accepted answers of
    the new and of the old version; returns one of `KINDS`.
    """
    accepted = {q["id"]: (q["answers"], q["old"]) for q in questions}
    every = zip(rows.text, rows.abstained, rows.id, strict=True)
    kinds = [kind(short_answer(text), gave_up, *accepted[id]) for text, gave_up, id in every]
    return rows.assign(kind=kinds, seed=rows.get("seed", 0))


def from_texts(name: str, runs: pd.DataFrame, column: str, questions, style: Style):
    """What the runs of a system said, as rows like those of `evaluate.evaluate`, with a seed.

    runs: one row for each run, with "seed" and, in `column`, one text for each question.
    """
    rows = []
    for run in runs.to_dict("records"):
        for question, text in zip(questions, run[column], strict=True):
            graded = evaluate.grade(question, Answer.read(question["question"], text, style))
            rows.append({"system": name, "seed": run["seed"], **graded})
    return pd.DataFrame(rows)


def share(rows: pd.DataFrame, system: str, *kinds: str) -> tuple[float, float, float]:
    """The share of a system's answers that are of these kinds: mean, low, high.

    The interval is over entities and, where there are several, training seeds.
    """
    part = rows[rows.system == system]
    part = part.assign(hit=part.kind.isin(kinds).astype(float))
    table = part.pivot(index="seed", columns="id", values="hit")
    return metrics.interval(table.to_numpy(), comparisons.entities(part, table))


def shares(rows: pd.DataFrame, parts: dict | None = None) -> dict[str, dict[str, tuple]]:
    """The share of each kind, for each system. parts: other names, each for several kinds."""
    parts = parts or {kind: (kind,) for kind in KINDS}
    return {
        name: {part: share(rows, name, *kinds) for part, kinds in parts.items()}
        for name in rows.system.unique()
    }


def stands_first(question: dict, hits) -> str:
    """Which value comes first in passages of the question's page: "new", "old" or "neither".

    A page whose id ends in "-v2" is the newer copy of the one without it.
    """
    for chunk in (hit.chunk for hit in hits):
        if chunk.document.removesuffix("-v2") in question["documents"]:
            for version, values in (("new", question["answers"]), ("old", question["old"])):
                if metrics.contains(chunk.text, values):
                    return version
    return "neither"


def canaries(questions: list[dict], pages) -> pd.DataFrame:
    """The question set of a freshness monitor: what to ask, the answer, the one before, since when.

    pages: documents with "effective" in their metadata, those of the questions among them.
    """
    since = {page.id: page.metadata["effective"] for page in pages}
    rows = [
        (q["question"], q["answers"][0], q["old"][0], since[q["documents"][0]], q["documents"][0])
        for q in questions
    ]
    return pd.DataFrame(rows, columns=["question", "answer", "before", "since", "page"])


def days(fresh, stale, page_of: dict[str, str], missed: int, drawn: int, count=500):
    """The kinds of a monitor's answers on simulated days: one row a day, shape (count, drawn).

    fresh, stale: the kind of each answer, by question, with a fresh and with a stale index.
    page_of: the page of each question that may be drawn. missed: so many of these pages, drawn anew
    each day, the update has left stale. drawn: questions a day.
    """
    rng, ids, pages = np.random.default_rng(0), list(page_of), sorted(set(page_of.values()))
    made = []
    for _ in range(count):
        skipped = set(rng.choice(pages, missed, replace=False))
        asked = rng.choice(ids, drawn, replace=False)
        made.append([(stale if page_of[id] in skipped else fresh)[id] for id in asked])
    return pd.DataFrame(made)


def table(found: dict[str, dict[str, tuple]]) -> pd.DataFrame:
    """Shares as a table, each as "mean [low, high]": one row for each system."""
    text = comparisons.written
    return pd.DataFrame({n: {k: text(t) for k, t in some.items()} for n, some in found.items()}).T


def means(found: dict[str, dict[str, tuple]]) -> dict[str, dict[str, float]]:
    """The shares without their intervals, for `plots.stacked_bars`."""
    return {name: {k: triple[0] for k, triple in some.items()} for name, some in found.items()}
