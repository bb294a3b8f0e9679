"""Predictions first, verdicts after: the learner's own record of the 104 claims."""

import pandas as pd

from helpers import say
from helpers.engine import cache, shared_json


def claims() -> pd.DataFrame:
    """The 104 claims of five widely read explainers, with the notebooks that measure them; indexed
    by id.
    """
    return pd.DataFrame(
        cache.read_jsonl(cache.DATASETS / "claims.jsonl", ("id", "claim", "sources", "notebooks"))
    ).set_index("id")


def predict(claim: int, statement: str, threshold: float, guess: float | None = None) -> None:
    """Write down, before the run, which result would support a claim.

    statement: what is measured, in words. threshold: the claim is supported if the measured number
    is at least this. guess: the number that you expect, if you dare. Raises ValueError for an
    unknown claim.
    """
    _update(
        claim, {"statement": statement, "threshold": threshold, "guess": guess, "verdict": None}
    )
    dared = "" if guess is None else f" Your guess: {guess:g}."
    print(f"Claim {claim}: {claims().claim[claim]}")
    say(f"Supported if {statement} is at least {threshold:g}.{dared}")


def verdict(claim: int, measured: tuple[float, float, float], at_7b: str) -> pd.DataFrame:
    """Record what was measured, as (mean, low, high), and compare it with the prediction.

    Supported if the whole interval is at or above the threshold, refuted if all of it is below,
    otherwise inconclusive. at_7b: a sentence on what is likely to change with a model fifty times
    as large. Returns the claim's row, styled for display. Raises ValueError without a prediction.
    """
    row = _row(claim)
    mean, low, high = map(float, measured)
    result = (
        "supported"
        if low >= row["threshold"]
        else "refuted"
        if high < row["threshold"]
        else "inconclusive"
    )
    values = {"measured": mean, "low": low, "high": high, "verdict": result, "at 7B": at_7b}
    return _shown(claim, _update(claim, values))


def not_testable(claim: int, reason: str) -> pd.DataFrame:
    """Record that a claim can't be measured here, and why; show the row."""
    values = {"statement": reason, "verdict": "not testable here"}
    return _shown(claim, _update(claim, values))


def matrix() -> pd.DataFrame:
    """All 104 claims with your verdicts; 'not measured yet' where there is none."""
    rows = _read()
    table = claims()
    table["verdict"] = [
        rows.get(str(id), {}).get("verdict") or "not measured yet" for id in table.index
    ]
    return table


def _file():
    return cache.artifacts() / "ledger.json"


def _read() -> dict:
    return shared_json.read(_file(), dict)


def _row(claim: int) -> dict:
    row = _read().get(str(claim))
    if row is None or not isinstance(row.get("threshold"), int | float):
        raise ValueError(
            f"There is no prediction for claim {claim} yet: run its predict cell first"
        )
    return row


def _update(claim: int, values: dict) -> dict:
    if claim not in claims().index:
        raise ValueError(f"There is no claim {claim}; they run from 1 to 104")
    name = str(claim)

    def changed(rows):
        return rows | {name: rows.get(name, {}) | values}

    return shared_json.update(_file(), dict, changed)[name]


def _shown(claim: int, row: dict) -> pd.DataFrame:
    table = pd.DataFrame([{"claim": claim, "says": claims().claim[claim], **row}])
    return (
        table.set_index("claim")
        .style.format(precision=2, na_rep="")
        .set_properties(**{"white-space": "normal", "text-align": "left"})
    )
