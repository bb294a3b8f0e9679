"""The contest's comparisons: contrasts declared beforehand, seeds and entities, risk and coverage.

`rows` are those of `evaluate.evaluate`, perhaps with a column "seed": a trained system has the rows
of several training seeds, an untrained one those of seed 0.
"""

import numpy as np
import pandas as pd

from helpers import evaluate, metrics

CONTRASTS = [  # (system, minus system, measure), over all questions and on F2 (both LoRAs: F1)
    ("RAFT hybrid", "few-shot RAG", "sendable"),
    ("RAFT hybrid", "RAG, form by code", "sendable"),
    ("RAFT hybrid", "no language model", "sendable"),
    ("RAFT hybrid", "few-shot RAG", "fact"),
    ("RAFT hybrid", "no language model", "fact"),
    ("few-shot RAG", "RAG", "fact"),
    ("LoRA for facts", "LoRA for form", "fact"),
]
INTERACTION = (("naive hybrid", "LoRA for form"), ("RAG", "base"))  # first pair minus second


def values(rows: pd.DataFrame, system: str, measure: str) -> pd.DataFrame:
    """A measure of one system: one row for each seed, one column for each question it counts."""
    part = evaluate.counted(rows[rows.system == system], measure)
    seeds = part.get("seed", pd.Series(0, part.index))
    return part.assign(seed=seeds).pivot(index="seed", columns="id", values="value")


def difference(rows: pd.DataFrame, first: str, second: str, measure: str) -> pd.DataFrame:
    """`values` of the first system minus those of the second, seed by seed, question by question.

    A system with one seed is compared with each seed of the other.
    """
    one, other = (values(rows, name, measure) for name in (first, second))
    if len(one) > 1 and len(other) > 1 and list(one.index) != list(other.index):
        raise ValueError(f"{first} and {second} have other seeds: {len(one)} and {len(other)}")
    seeds = max(one, other, key=len).index
    return pd.DataFrame(one.to_numpy() - other[one.columns].to_numpy(), seeds, one.columns)


def interval(
    rows: pd.DataFrame, table: pd.DataFrame, paired: bool = False
) -> tuple[float, float, float]:
    """Mean and interval of `values`, over entities and seeds; paired: of a `difference`."""
    return metrics.interval(table.to_numpy(), entities(rows, table), paired=paired)


def written(triple: tuple[float, float, float], signs: bool = False) -> str:
    """A mean and its interval as text. signs: for a difference."""
    form = "{:+.2f} [{:+.2f}, {:+.2f}]" if signs else "{:.2f} [{:.2f}, {:.2f}]"
    return form.format(*triple)


def entities(rows: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """The entity that each column of `values` or `difference` asks about."""
    return list(rows.drop_duplicates("id").set_index("id").entity[table.columns])


def contrasts(rows: pd.DataFrame, declared=tuple(CONTRASTS)) -> dict[str, tuple]:
    """Mean and interval of each declared contrast, over the rows' answerable questions."""
    return {
        f"{first} minus {second}: {measure}": interval(
            rows, difference(rows, first, second, measure), paired=True
        )
        for first, second, measure in declared
    }


def interaction(rows: pd.DataFrame, measure: str) -> tuple[float, float, float]:
    """How much more retrieval adds to a tuned model than to an untuned one; see `INTERACTION`."""
    tuned, untuned = (difference(rows, *pair, measure) for pair in INTERACTION)
    table = pd.DataFrame(
        tuned.to_numpy() - untuned[tuned.columns].to_numpy(), columns=tuned.columns
    )
    return interval(rows, table, paired=True)


def risk_coverage(score, right) -> pd.DataFrame:
    """Risk at each coverage, if only the questions with the highest scores are answered.

    score: how sure the system is, one for each question; right: whether its answer was. Ties are
    answered together. The mean of the column "risk", weighted by "step", is the area under the
    curve (El-Yaniv and Wiener 2010).
    """
    table = pd.DataFrame({"score": score, "wrong": 1.0 - np.asarray(right, float)})
    groups = table.groupby("score").wrong.agg(["sum", "size"]).sort_index(ascending=False)
    answered = groups["size"].cumsum()
    return pd.DataFrame(
        {
            "least score": groups.index,
            "coverage": (answered / len(table)).to_numpy(),
            "risk": (groups["sum"].cumsum() / answered).to_numpy(),
            "step": (groups["size"] / len(table)).to_numpy(),
        }
    )


def area(curve: pd.DataFrame) -> float:
    """The area under a `risk_coverage` curve: the mean risk over all coverages. Lower is better."""
    return float((curve.risk * curve.step).sum())


def with_seeds(rows: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The rows, with one set for each training run of a trained system, and a column "seed".

    runs: one row for each run, with "system", "seed" and, for each measure, the values of all
    questions in the order of the system's rows. What only one run was asked for (its text, say) is
    missing (NaN) in the rows of seeds other than 0.
    """
    measures = [name for name in runs if name in rows and name not in ("system", "seconds")]
    about = ["system", "id", "slice", "entity", "answerable"]
    parts = [rows[~rows.system.isin(runs.system)].assign(seed=0)]
    for run in runs.to_dict("records"):
        part = rows[rows.system == run["system"]]
        part = part if run["seed"] == 0 else part.filter(about)
        parts.append(part.assign(seed=run["seed"], **{name: run[name] for name in measures}))
    return pd.concat(parts, ignore_index=True)
