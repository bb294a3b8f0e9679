"""Deterministic measures of answers, retrieval and differences; no model judges another here.

Answers are compared much as in SQuAD (Rajpurkar et al. 2016, arXiv 1606.05250).
"""

import math
import string
from collections import Counter

import numpy as np
from scipy import stats

RESAMPLES = 10_000


def normalize(text: str) -> str:
    """Lower-case the text; drop articles, extra spaces and punctuation at the edges of words."""
    edges, words = string.punctuation + "“”‘’", text.lower().replace("\u2212", "-").split()
    words = [word.strip(edges) for word in words]
    return " ".join(word for word in words if word and word not in {"a", "an", "the"})


def exact_match(answer: str, accepted: list[str]) -> bool:
    """Is the normalised answer one of the accepted ones?"""
    return normalize(answer) in {normalize(form) for form in accepted}


def contains(answer: str, accepted: list[str]) -> bool:
    """Does an accepted answer appear in the text, as whole words?"""
    text = f" {normalize(answer)} "
    return any(f" {normalize(form)} " in text for form in accepted)


def token_f1(answer: str, accepted: list[str]) -> float:
    """The best harmonic mean of word precision and recall over the accepted answers, 0 to 1."""

    def f1(form):
        ours, theirs = Counter(normalize(answer).split()), Counter(normalize(form).split())
        common = sum((ours & theirs).values())
        return 2 * common / (ours.total() + theirs.total()) if common else 0.0

    return max(map(f1, accepted), default=0.0)


def abstention(abstained, answerable) -> dict[str, float]:
    """Precision, recall and F1 of abstaining where there is no answer; one bool per question."""
    abstained, right = np.asarray(abstained, bool), ~np.asarray(answerable, bool)
    hits = int((abstained & right).sum())
    said, due = int(abstained.sum()), int(right.sum())
    f1 = 2 * hits / max(1, said + due)
    return {"precision": hits / max(1, said), "recall": hits / max(1, due), "f1": f1}


def recall_at_k(ranked: list[str], relevant: set[str], k: int) -> float:
    """The share of the relevant ids (at least one) that are among the first k ranked."""
    return len(set(ranked[:k]) & relevant) / len(relevant)


def ndcg(ranked: list[str], relevant: set[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at k, binary gains (Järvelin & Kekäläinen 2002)."""
    worth = [1 / math.log2(rank + 1) for rank in range(1, k + 1)]
    gain = sum(value for value, item in zip(worth, ranked, strict=False) if item in relevant)
    return gain / sum(worth[: len(relevant)]) if relevant else 0.0


def over_seeds(values) -> tuple[float, float, float]:
    """Mean and 95% t-interval of a few runs: (mean, low, high). Three seeds make it wide."""
    values = np.asarray(values, float)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def bootstrap(values, groups=None, level: float = 0.95, seed: int = 0):
    """The mean of `values` and its percentile bootstrap interval (Efron 1979): (mean, low, high).

    groups: one label per value; whole groups are resampled, since two questions about one entity
    are not independent. For a paired comparison, pass the differences. ValueError if no values.
    """
    values = np.asarray(values, float)
    if not len(values):
        raise ValueError("There are no values to resample")
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    _, codes = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(codes, values), np.bincount(codes)
    draws = np.random.default_rng(seed).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(values.mean()), float(low), float(high)


def mcnemar(first, second) -> float:
    """The two-sided p-value of McNemar's exact test for paired yes/no results (McNemar 1947)."""
    first, second = np.asarray(first, bool), np.asarray(second, bool)
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    apart = only_first + only_second
    return float(stats.binomtest(only_first, apart).pvalue) if apart else 1.0


def holm(p_values) -> np.ndarray:
    """Holm's adjusted p-values for several contrasts (Holm 1979), in the order given."""
    p = np.asarray(p_values, float)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    out = np.empty_like(p)
    out[order] = np.minimum(1, adjusted)
    return out
