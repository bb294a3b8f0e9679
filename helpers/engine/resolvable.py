"""The smallest difference that a test of given size can tell from none, with 95% confidence.

It is half the width of the interval that the test will have: 1.96 * spread / sqrt(n), wider if
questions share entities, and with Student's t in place of 1.96 for a few training runs.
"""

import math

from scipy import stats

LIKENESS = 0.3  # how far questions about one entity agree; in search between 0 (F1, F2) and 0.45


def smallest(n: int, spread: float, entities: int | None = None) -> float:
    """Half the width of the 95% interval of a mean over n questions or n runs.

    spread: the standard deviation of one value. For a paired difference of shares it is the root of
    the discordance, the share of questions that only one of the two systems gets right; for a share
    p the root of p * (1 - p). entities: how many entities the questions are about (Kish's design
    effect); without it the values count as independent.
    """
    groups = n if entities is None else entities
    if not 2 <= groups <= n or spread <= 0:
        raise ValueError(f"No size for n = {n}, spread = {spread} and {groups} entities")
    factor = stats.norm.ppf(0.975) if n >= 30 else stats.t.ppf(0.975, n - 1)
    design = 1 + (n / groups - 1) * LIKENESS
    return float(factor * spread * math.sqrt(design / n))


def spread(test: dict) -> float:
    """The spread that a declared test of `datasets/claims.jsonl` states."""
    if "sd" in test:
        return test["sd"]
    if "discordance" in test:
        return math.sqrt(test["discordance"])
    return math.sqrt(test["share"] * (1 - test["share"]))
