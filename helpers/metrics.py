"""Deterministic measures of answers, retrieval and differences; no model judges another here.

Answers are compared much as in SQuAD (Rajpurkar et al. 2016, arXiv 1606.05250), but more strictly.
What would give a wrong number in silence is refused: ValueError, or TypeError for a wrong type.
"""

import math
from collections import Counter

import numpy as np
from scipy import stats

from helpers.engine import checks, wording
from helpers.engine.intervals import RESAMPLES, interval  # noqa: F401


def normalize(text: str) -> str:
    """The text in the spelling in which answers are compared; a second time changes nothing more.

    Capitals, Unicode forms, kinds of quotes and dashes, the commas of 1,000, and punctuation at the
    edges of words go. What changes a value stays: -5, .5 (as 0.5), <5, $5, 5%. SQuAD drops it, and
    every a, an and the; here the last word is no article, and "a" is one only at the start or after
    a word such as "is" or "of", so that class A keeps its letter.
    """
    return " ".join(wording.words(text))


def exact_match(answer: str, accepted: list[str]) -> bool:
    """Is the normalised answer one of the accepted ones?"""
    return normalize(answer) in wording.forms(accepted)


def contains(answer: str, accepted: list[str]) -> bool:
    """Does an accepted answer appear in the text, as whole words?"""
    text = f" {normalize(answer)} "
    return any(f" {form} " in text for form in wording.forms(accepted))


def token_f1(answer: str, accepted: list[str]) -> float:
    """The best harmonic mean of word precision and recall over the accepted answers, 0 to 1."""
    ours = Counter(normalize(answer).split())

    def f1(form):
        theirs = Counter(form.split())
        return 2 * (ours & theirs).total() / (ours.total() + theirs.total())

    return max(map(f1, wording.forms(accepted)), default=0.0)


def abstention(abstained, answerable) -> dict[str, float]:
    """Precision, recall and F1 of abstaining where there is no answer; one bool per question."""
    abstained, answerable = checks.yes_or_no(abstained, answerable, "questions")
    hits = int((abstained & ~answerable).sum())
    said, due = int(abstained.sum()), int((~answerable).sum())
    f1 = 2 * hits / max(1, said + due)
    return {"precision": hits / max(1, said), "recall": hits / max(1, due), "f1": f1}


def recall_at_k(ranked: list[str], relevant: set[str], k: int) -> float:
    """The share of the relevant ids (at least one) that are among the first k ranked."""
    ranks, size = checks.first_hits(ranked, relevant, k)
    if not size:
        raise ValueError("Recall needs at least one relevant id")
    return len(ranks) / size


def ndcg(ranked: list[str], relevant: set[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at k, binary gains (Järvelin & Kekäläinen 2002).

    A repeated id counts once, at its first rank. 0.0 if nothing is relevant.
    """
    ranks, size = checks.first_hits(ranked, relevant, k)
    best = range(1, min(k, size) + 1)
    gain, ideal = (sum(1 / math.log2(rank + 1) for rank in hits) for hits in (ranks, best))
    return gain / ideal if ideal else 0.0


def over_seeds(values) -> tuple[float, float, float]:
    """Mean and 95% t-interval of two or more runs: (mean, low, high). Three seeds make it wide."""
    values = checks.numbers(values, "runs", least=2)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def bootstrap(values, groups=None, level: float = 0.95, seed: int = 0):
    """The mean of `values` and its percentile bootstrap interval (Efron 1979): (mean, low, high).

    groups: one label per value; whole groups are resampled, since two questions about one entity
    are not independent. For a paired comparison, pass the differences.
    """
    values, level = checks.numbers(values, "values"), checks.share(level, "level")
    groups = np.arange(len(values)) if groups is None else checks.labels(groups, len(values))
    _, codes = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(codes, values), np.bincount(codes)
    draws = np.random.default_rng(seed).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(values.mean()), float(low), float(high)


def mcnemar(first, second) -> float:
    """The two-sided p-value of McNemar's exact test for paired yes/no results (McNemar 1947)."""
    first, second = checks.yes_or_no(first, second, "results")
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    apart = only_first + only_second
    return float(stats.binomtest(only_first, apart).pvalue) if apart else 1.0


def holm(p_values) -> np.ndarray:
    """Holm's adjusted p-values for several contrasts (Holm 1979), in the order given."""
    p = checks.numbers(p_values, "p-values", low=0, high=1)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    out = np.empty_like(p)
    out[order] = np.minimum(1, adjusted)
    return out
