"""How well guesses matched what was measured: your own, from the ledger, or any others."""

import pandas as pd

from helpers import ledger, metrics

COLUMNS = ("guess", "measured", "low", "high", "inside", "error")


def own() -> pd.DataFrame:
    """Your guesses beside what was measured then; see `compare`. Empty if you noted none.

    Of each claim the first result counts, and the last guess before it: later ones have seen a
    number.
    """
    records = ledger.records()
    if not len(records) or not {"guess", "measured"} <= set(records):
        return compare({}, {})
    first = records.dropna(subset=["measured"]).groupby("claim").first()
    first = first.dropna(subset=["guess"])
    results = {id: (row.measured, row.low, row.high) for id, row in first.iterrows()}
    return compare(first.guess.to_dict(), results)


def compare(guesses: dict[int, float], results: dict[int, tuple]) -> pd.DataFrame:
    """One row for each claim that has both a guess and a result, indexed by claim.

    results: (measured, low, high). "inside": is the guess within the interval, ends included?
    "error": the guess minus what was measured, in the unit of the claim's measure.
    """
    rows = []
    for claim in sorted(guesses.keys() & results.keys()):
        guess, (measured, low, high) = guesses[claim], results[claim]
        inside = bool(low <= guess <= high)
        rows.append((claim, guess, measured, low, high, inside, guess - measured))
    return pd.DataFrame(rows, columns=["claim", *COLUMNS]).set_index("claim")


def summary(table: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Means of a table of `compare`, each as (mean, low, high) over its claims.

    "inside": share of guesses within the interval; "absolute error": how far off; "bias": above
    zero if the guesses were too high. Errors count only claims whose measure is a share or a
    difference of shares, between -1 and 1: other units can't be averaged with them. Raises
    ValueError if the table is empty.
    """
    if not len(table):
        raise ValueError("There is no guess to judge: note some with ledger.predict(N, guess=...)")
    found = {"inside": metrics.interval(table.inside.astype(float))}
    errors = table.error[[shares(claim) for claim in table.index]]
    if len(errors) > 1:
        found["absolute error"] = metrics.over_seeds(list(errors.abs()))
        found["bias"] = metrics.over_seeds(list(errors))
    return found


def shares(claim: int) -> bool:
    """Is the claim measured in shares of questions, or in their difference?"""
    test = ledger.claims().test.get(claim)
    words = ("nats", "logarithm")
    return isinstance(test, dict) and not any(word in test["measure"] for word in words)
