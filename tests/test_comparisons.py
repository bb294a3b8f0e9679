"""The contest's comparisons: contrasts over seeds and entities, risk and coverage."""

import numpy as np
import pandas as pd
import pytest

from helpers import comparisons, contest, metrics

N = 40  # questions, two about each entity; every fourth has no answer


def rows_of(system, right, seed=None):
    """Rows of a system that is right where `right` says so."""
    table = pd.DataFrame({"id": [f"q{i}" for i in range(N)], "system": system, "fact": right})
    table["answerable"] = np.arange(N) % 4 > 0
    table["entity"] = [f"e{i // 2}" for i in range(N)]
    table["abstained"] = ~table.answerable
    return table if seed is None else table.assign(seed=seed)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    plain = rows_of("plain", rng.random(N) < 0.3)
    tuned = [rows_of("tuned", rng.random(N) < 0.7, seed) for seed in range(5)]
    return pd.concat([plain.assign(seed=0), *tuned], ignore_index=True)


def test_only_the_questions_that_a_measure_counts_are_compared(rows):
    table = comparisons.values(rows, "tuned", "fact")
    assert table.shape == (5, 30) and list(table.index) == list(range(5))
    part = rows[(rows.system == "tuned") & rows.answerable]
    assert table.to_numpy().mean() == pytest.approx(part.fact.mean())
    assert comparisons.values(rows, "tuned", "abstained").shape == (5, 10)


def test_a_system_with_one_seed_is_compared_with_each_of_the_other(rows):
    table = comparisons.difference(rows, "tuned", "plain", "fact")
    single = comparisons.values(rows, "plain", "fact").iloc[0]
    for seed, row in comparisons.values(rows, "tuned", "fact").iterrows():
        assert (table.loc[seed] == row - single).all()
    mean, low, high = comparisons.interval(rows, table)
    assert low < mean < high and mean == pytest.approx(table.to_numpy().mean())
    assert (
        mean
        == -comparisons.interval(rows, comparisons.difference(rows, "plain", "tuned", "fact"))[0]
    )


def test_the_order_of_the_rows_plays_no_part(rows):
    mixed = rows.sample(frac=1, random_state=1)
    for part in (rows, mixed):
        table = comparisons.difference(part, "tuned", "plain", "fact")
        assert comparisons.interval(part, table)[0] == pytest.approx(
            comparisons.interval(rows, comparisons.difference(rows, "tuned", "plain", "fact"))[0]
        )


def test_other_seeds_are_refused(rows):
    three = rows[(rows.system == "tuned") & (rows.seed > 1)].assign(system="other")
    with pytest.raises(ValueError, match="other seeds"):
        comparisons.difference(pd.concat([rows, three]), "tuned", "other", "fact")


def test_contrasts_are_between_systems_of_the_contest():
    families = {contest.NO_MODEL, *contest.FAMILIES}
    families |= {f"{name}, form by code" for name, one in contest.FAMILIES.items() if not one[1]}
    for first, second, measure in comparisons.CONTRASTS:
        assert {first, second} <= families and first != second and measure in ("fact", "sendable")
    assert len(set(comparisons.CONTRASTS)) == len(comparisons.CONTRASTS)
    assert {name for pair in comparisons.INTERACTION for name in pair} <= families


def test_seeds_replace_the_rows_of_a_trained_system(rows):
    single = pd.concat([rows_of("plain", False), rows_of("tuned", True)], ignore_index=True)
    single["text"] = "as said"
    runs = [{"system": "tuned", "seed": s, "fact": [s == 1] * N, "note": 3} for s in range(3)]
    table = comparisons.with_seeds(single, pd.DataFrame(runs))
    assert len(table) == 4 * N and (table[table.system == "plain"].seed == 0).all()
    means = comparisons.values(table, "tuned", "fact").mean(axis=1)
    assert list(means) == [0, 1, 0]
    # what only seed 0 said is not passed off as another's
    assert (table.groupby(["system", "seed"]).text.count() == [N, N, 0, 0]).all()


def test_an_interaction_is_what_both_add_to_their_sum():
    answers = {"base": 0, "RAG": 1, "LoRA for form": 0, "naive hybrid": 1}
    both = pd.concat([rows_of(name, [bool(v)] * N, 0) for name, v in answers.items()])
    assert comparisons.interaction(both, "fact")[0] == 0
    more = both.copy()
    more.loc[more.system == "RAG", "fact"] = False
    assert comparisons.interaction(more, "fact")[0] == 1


def test_risk_at_each_coverage():
    curve = comparisons.risk_coverage([0.9, 0.5, 0.7, 0.1], [True, False, True, False])
    assert list(curve.coverage) == [0.25, 0.5, 0.75, 1.0]
    assert list(curve.risk) == pytest.approx([0, 0, 1 / 3, 0.5])
    assert comparisons.area(curve) == pytest.approx((0 + 0 + 1 / 3 + 0.5) / 4)


def test_equal_scores_are_answered_together():
    curve = comparisons.risk_coverage([1, 1, 0], [True, False, False])
    assert list(curve.coverage) == pytest.approx([2 / 3, 1])
    assert list(curve.risk) == pytest.approx([0.5, 2 / 3])
    flat = comparisons.risk_coverage(np.zeros(10), np.arange(10) < 3)
    assert comparisons.area(flat) == pytest.approx(0.7)


def test_a_better_score_makes_a_smaller_area():
    right = np.arange(100) % 3 == 0
    rng = np.random.default_rng(0)
    good, bad = right + rng.random(100), rng.random(100)
    areas = [comparisons.area(comparisons.risk_coverage(s, right)) for s in (good, bad)]
    assert areas[0] < areas[1] and metrics.interval(right)[0] == pytest.approx(right.mean())


def test_few_gains_are_no_proof_just_because_there_is_no_loss():
    gains = np.r_[1, 1, np.zeros(10)]
    assert metrics.interval(gains)[1] > 0  # as a share: it can't be zero
    mean, low, high = metrics.interval(gains, paired=True)
    assert mean == pytest.approx(1 / 6) and low < 0 < high
    signs = np.r_[gains, -1]
    assert metrics.interval(signs, paired=True) == metrics.interval(signs)


def test_an_interval_of_gains_leaves_out_zero_in_few_of_many_tests_without_a_gain():
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(300):
        gains = rng.choice([-1, 0, 1], 12, p=[0.15, 0.7, 0.15])
        _, low, high = metrics.interval(gains, paired=True)
        wrong += low > 0 or high < 0
    assert wrong <= 15  # of 300, at a nominal 5%
