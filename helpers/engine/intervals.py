"""One rule for the interval of a mean, whatever the values are: questions, seeds, or both.

The bootstrap over entities is the rule. It has no width where all values are equal and too little
near the edge, so there an exact interval takes its place (Clopper and Pearson 1934).
"""

import numpy as np
from scipy import stats

from helpers.engine import checks

EDGE, FEW = 0.05, 30  # a share so near to 0 or 1, or so few questions, make an interval exact
RESAMPLES = 10_000


def exact_share(right: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share of which `right` of n are right: (low, high)."""
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, right, n - right + 1) if right > 0 else 0.0
    high = stats.beta.ppf(1 - tail, right + 1, n - right) if right < n else 1.0
    return float(low), float(high)


def interval(
    values, groups=None, level: float = 0.95, paired: bool = False
) -> tuple[float, float, float]:
    """Mean and interval of values, one for each question: (mean, low, high).

    values: shape (questions,), or (seeds, questions) for one system trained with several seeds;
    for a paired comparison pass the differences. groups: an entity for each question; they are
    resampled whole, and seeds with them. Shares (0 and 1) and differences of shares (-1, 0 and 1)
    get an exact interval where the bootstrap's is too narrow: with fewer than 30 questions, or if
    at most one in twenty differs from the rest. It counts entities, not questions or seeds. paired:
    the values are differences, even if none is below zero; without it they would pass for shares.
    """
    table, codes = _coded(values, groups)
    mean = float(table.mean())
    if set(table.flat) <= {-1.0, 0.0, 1.0} and _needs_exact(table.ravel(), table.shape[1]):
        return mean, *_exact(table.ravel(), codes.max() + 1, level, paired)
    low, high = np.quantile(resampled(values, groups), [(1 - level) / 2, (1 + level) / 2])
    return mean, float(low), float(high)


def resampled(values, groups=None) -> np.ndarray:
    """The means of RESAMPLES bootstrap samples of values, as in `interval`: shape (RESAMPLES,).

    The same groups are drawn at each call, so sums, differences and ratios of the means of two
    systems that answered the same questions are paired.
    """
    table, codes = _coded(values, groups)
    sizes, sums = np.bincount(codes), np.stack([np.bincount(codes, row) for row in table])
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(sizes), (RESAMPLES, len(sizes)))
    seeds = rng.integers(0, len(table), (RESAMPLES, len(table)))
    each = np.stack([row[drawn].sum(1) for row in sums]) / sizes[drawn].sum(1)
    return each[seeds.T, np.arange(RESAMPLES)].mean(0)


def _coded(values, groups):
    """The values as a table, checked, and the number of each column's group."""
    table = np.atleast_2d(np.asarray(values, float))
    checks.numbers(table.ravel(), "values")
    groups = np.arange(table.shape[1]) if groups is None else groups
    return table, np.unique(checks.labels(groups, table.shape[1]), return_inverse=True)[1]


def _needs_exact(values, questions):
    commonest = max(np.mean(values == value) for value in (-1, 0, 1))
    return questions < FEW or commonest >= 1 - EDGE


def _exact(values, entities, level, paired):
    """A share's interval; for differences, that of both one-sided shares at once (Bonferroni)."""
    more, fewer = np.mean(values > 0), np.mean(values < 0)
    if not fewer and not paired:
        return exact_share(more * entities, entities, level)
    each = (1 + level) / 2
    up, down = (exact_share(share * entities, entities, each) for share in (more, fewer))
    return up[0] - down[1], up[1] - down[0]
