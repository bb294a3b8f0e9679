"""The metrics against scikit-learn and SciPy, and at their edges."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import ndcg_score, precision_recall_fscore_support

from helpers import metrics


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("The 31 Months.", "31 months"),
        ("  a  kit ", "kit"),
        ("'amber gland nut'", "amber gland nut"),
        ("\u221226 °C", "-26 °c"),
    ],
)
def test_normalize(answer, same):
    assert metrics.normalize(answer) == metrics.normalize(same)


def test_exact_match_and_contains_know_whole_words():
    assert metrics.exact_match("31 months", ["31 months", "thirty-one months"])
    assert not metrics.exact_match("about 31 months", ["31 months"])
    assert metrics.contains("It lasts 31 months.", ["31 months"])
    assert not metrics.contains("It lasts 131 months.", ["31 months"])
    assert not metrics.contains("anything", [])


def test_token_f1():
    assert metrics.token_f1("red gland nut", ["amber gland nut"]) == pytest.approx(2 / 3)
    assert metrics.token_f1("", ["x"]) == 0 and metrics.token_f1("x", []) == 0


def test_abstention_equals_scikit_learn():
    rng = np.random.default_rng(1)
    abstained, answerable = rng.random(200) < 0.4, rng.random(200) < 0.6
    ours = metrics.abstention(abstained, answerable)
    precision, recall, f1, _ = precision_recall_fscore_support(
        ~answerable, abstained, average="binary"
    )
    assert ours == pytest.approx({"precision": precision, "recall": recall, "f1": f1})
    assert metrics.abstention([False], [True]) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_ranking():
    ranked, relevant = list("abcdefghij"), {"b", "e", "z"}
    assert metrics.recall_at_k(ranked, relevant, 3) == pytest.approx(1 / 3)
    truth = [[1.0 if item in "be" else 0.0 for item in ranked]]
    assert metrics.ndcg(ranked, {"b", "e"}) == pytest.approx(
        ndcg_score(truth, [list(range(10, 0, -1))], k=10)
    )


def test_bootstrap_agrees_with_scipy():
    values = np.random.default_rng(2).random(80)
    mean, low, high = metrics.bootstrap(values)
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=10_000, random_state=3
    ).confidence_interval
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.005)


def test_intervals_over_seeds_agree_with_scipy():
    values = [0.3, 0.5, 0.4]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(values), scale=stats.sem(values))
    assert metrics.over_seeds(values) == pytest.approx((0.4, low, high))


def test_bootstrap_by_group_is_wider_when_a_group_agrees():
    values, groups = np.repeat([0.0, 1.0, 0.0, 1.0, 1.0], 10), np.repeat(list("abcde"), 10)
    _, low, high = metrics.bootstrap(values)
    _, group_low, group_high = metrics.bootstrap(values, groups)
    assert group_high - group_low > 1.5 * (high - low)
    with pytest.raises(ValueError, match="no values"):
        metrics.bootstrap([])


def test_bootstrap_covers():
    rng = np.random.default_rng(4)
    inside = 0
    for seed in range(100):
        _, low, high = metrics.bootstrap(rng.random(60) < 0.4, seed=seed)
        inside += low <= 0.4 <= high
    assert inside >= 88  # of 100, at a nominal 95


def test_mcnemar_is_the_sign_test_on_disagreements():
    first = np.array([1] * 12 + [0] * 3 + [1] * 20, bool)
    second = np.array([0] * 12 + [1] * 3 + [1] * 20, bool)
    assert metrics.mcnemar(first, second) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert metrics.mcnemar(first, first) == 1.0


def test_holm_by_hand():
    assert metrics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert metrics.holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
