"""Predictions first, verdicts after: your own record of what becomes of the course's 104 claims.

Each claim is a proposition that articles make, with one declared test: `datasets/claims.jsonl`.
Your records are appended to `artifacts/ledger.json`; none replaces an earlier one.
"""

import itertools
from datetime import datetime
from numbers import Real

import pandas as pd

from helpers import say
from helpers.engine import cache, shared_json
from helpers.metrics import interval, over_seeds

WITHOUT_RECORD = {
    "measured": "not measured yet",
    "property": "not shown yet",
    "arithmetic": "not shown yet",
    "literature": "others measured it",
    "not testable here": "not testable here",
}


def claims() -> pd.DataFrame:
    """The 104 claims of five widely read explainers, each with its kind; indexed by id."""
    rows = cache.read_jsonl(cache.DATASETS / "claims.jsonl", ("id", "proposition", "kind"))
    return pd.DataFrame(rows).set_index("id")


def contradictions() -> pd.DataFrame:
    """Where the articles disagree, with what your verdicts say of it; indexed by id."""
    rows = cache.read_jsonl(cache.DATASETS / "contradictions.jsonl", ("id", "says", "against"))
    latest = matrix().verdict
    for row in rows:
        row["your verdicts"] = "; ".join(f"{claim}: {latest[claim]}" for claim in row["claims"])
    return pd.DataFrame(rows).set_index("id")


def predict(claim: int, guess: float | None = None) -> None:
    """Show a claim of kind "measured" and its declared test, and note what you expect to measure.

    guess: your number. Without one, nothing is noted. Raises ValueError for another kind of claim.
    """
    row, test = _claim(claim, "measured")
    say(f"Claim {claim}: {row['proposition']} (Made in: {'; '.join(row['articles'])}.)")
    say(f"Test: {test['compares']}. Measure: {test['measure']}. {_size(test)}")
    say(f"Supported if {test['supported if']}. {test['reason']}")
    if guess is None:
        say(f"No guess yet. To note one, write your number: ledger.predict({claim}, guess=0.1).")
        return
    if isinstance(guess, bool) or not isinstance(guess, Real) or guess != guess:
        raise ValueError(f"A guess is a number, such as 0.2, not {guess!r:.40}")
    _append(claim, {"guess": float(guess)})
    say(f"Noted: {guess:g}.")


def verdict(claim: int, values=None, groups=None, measured=None) -> pd.DataFrame:
    """Judge a claim by its declared test, append the record, and return it, styled for display.

    values: one for each question, shape (questions,) or (seeds, questions), or one for each seed
    if seeds are the test's unit; groups: the entities of the questions; see `metrics.interval`.
    measured: (mean, low, high) instead, for what is not a mean. Supported if the whole interval is
    at or above the threshold, refuted if all of it is below, else inconclusive. Raises ValueError
    if there are more values than the test declares, or for a claim of another kind.
    """
    row, test = _claim(claim, "measured")
    record = {"notebook": test["notebook"]}
    if measured is None:
        record["n"] = len(values[0]) if hasattr(values[0], "__len__") else len(values)
        if record["n"] > test["n"]:
            raise ValueError(
                f"The test of claim {claim} has n = {test['n']} (unit: {test['unit']}), "
                f"not {record['n']}: pass one value for each"
            )
        by_seed = test["unit"] == "seed"
        measured = over_seeds(values) if by_seed else interval(values, groups, paired=_paired(test))
    mean, low, high = map(float, measured)
    record |= {"measured": mean, "low": low, "high": high, "verdict": _judged(test, low, high)}
    record["guess"] = _guess(claim)
    return _shown(claim, row, _append(claim, record), row["at_7b"])


def shown(claim: int, holds: bool) -> pd.DataFrame:
    """Record that a claim true by construction (property, arithmetic) was shown; it is no finding.

    holds: did what you ran show it? Raises ValueError for another kind of claim.
    """
    row = _claim(claim, "property", "arithmetic")[0]
    record = {"verdict": "shown" if holds else "not as described here"}
    return _shown(claim, row, _append(claim, record), row["at_7b"])


def records() -> pd.DataFrame:
    """All your records, oldest first: claim, date, guess or result."""
    rows = [{"claim": id, **row} for id, kept in _records().items() for row in kept]
    return pd.DataFrame(sorted(rows, key=lambda row: str(row["date"])))


def matrix() -> pd.DataFrame:
    """All 104 claims with your latest verdict and the number of verdicts that differ."""
    table = claims()[["proposition", "kind"]]
    kept = _records()
    found = {id: [r["verdict"] for r in kept[id] if "verdict" in r] for id in table.index}
    none = table.kind.map(WITHOUT_RECORD)
    table["verdict"] = [found[id][-1] if found[id] else none[id] for id in table.index]
    table["different verdicts"] = [len(set(found[id])) for id in table.index]
    return table


def _claim(id, *kinds) -> tuple[dict, dict]:
    """A claim's row and its declared test."""
    table = claims()
    if id not in table.index:
        raise ValueError(f"There is no claim {id}; they run from 1 to {table.index.max()}")
    row = table.loc[id].to_dict()
    if row["kind"] not in kinds:
        raise ValueError(f"Claim {id} is of kind '{row['kind']}', not '{' or '.join(kinds)}'")
    return row, row["test"]


def _size(test) -> str:
    slices = f" ({', '.join(test['slices'])})" if test["slices"] else ""
    plural = f"{test['unit']}{'s' if test['n'] > 1 else ''}"
    size = f"With {test['n']} {plural}{slices},"
    if _paired(test):
        return f"{size} a difference below {test['resolvable']:.2f} can't be told from chance."
    near = f"a result within {test['resolvable']:.2f} of the threshold"
    return f"{size} {near} will probably stay inconclusive."


def _paired(test) -> bool:
    """Is the measure a difference of two systems, question by question?"""
    return "difference" in test["measure"]


def _judged(test, low, high) -> str:
    if low >= test["threshold"]:
        return "supported"
    return "refuted" if high < test["threshold"] else "inconclusive"


def _records() -> dict[int, list[dict]]:
    """The records of every claim, by its id."""
    entries = shared_json.read(cache.artifacts() / "ledger.json", list)
    return {
        id: [
            row
            for row in entries.get(str(id), [])
            if isinstance(row, dict) and {"guess", "verdict"} & row.keys()
        ]
        for id in claims().index
    }


def _guess(claim) -> float | None:
    """The last guess before the first verdict; later ones have seen a number."""
    before = itertools.takewhile(lambda row: "verdict" not in row, _records()[claim])
    return next((row["guess"] for row in reversed(list(before))), None)


def _append(claim, record: dict) -> dict:
    """Append a record with its date, unless the last one of its kind says the same."""

    def changed(entries):
        old = entries.get(str(claim), [])
        same = [r for r in _records()[claim] if ("verdict" in r) == ("verdict" in record)]
        if same and {**same[-1], "date": None} == {**record, "date": None}:
            return entries
        dated = {"date": datetime.now().isoformat(timespec="seconds"), **record}
        return entries | {str(claim): [*old, dated]}

    shared_json.update(cache.artifacts() / "ledger.json", list, changed)
    return record


def _shown(claim, row, record, at_7b) -> pd.DataFrame:
    """One row, styled: the claim and what came of it."""
    expected = f"{at_7b['text']} ({at_7b['source']})"
    cells = {"claim": claim, "says": row["proposition"], **record, "at 7B": expected}
    return (
        pd.DataFrame([cells])
        .set_index("claim")
        .style.format(precision=2, na_rep="none", escape="html")
        .set_properties(**{"white-space": "normal", "text-align": "left"})
        .set_caption(f"Claim {claim} in the ledger")
    )
