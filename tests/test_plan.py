"""The plan: rates times sizes, straight lines on logarithmic axes, and what breaks first."""

import math

import numpy as np
import pytest

from helpers.exercises import exercises
from helpers.scale import plan
from tests.wrong_answers import answer_of

SEARCHES = [
    {"vectors": n, "kind": kind, "ms": ms * n**power, "build s": n / 1e4}
    for kind, ms, power in (("Flat", 1e-4, 1), ("HNSW", 1e-2, 0.5), ("PQ", 1e-5, 1))
    for n in (100, 10_000, 1_000_000)
]
RATES = plan.Rates(
    passages=100.0, tokens=50, bytes=400, token=0.01, dimension=384, searches=SEARCHES
)
MACHINE = plan.Machine(memory=10, usable=0.5, hour=2.0, night=10, wait=50, exposures=4)


@pytest.fixture(scope="module")
def index_bytes():
    """By the course's solution of exercise 13.8."""
    return answer_of(exercises()["13.8"].solution)


def test_a_power_law_goes_on():
    for count in (100, 10_000, 10**9):
        assert plan.extrapolated(SEARCHES, "Flat", "ms", count) == pytest.approx(1e-4 * count)
        assert plan.extrapolated(SEARCHES, "HNSW", "ms", count) == pytest.approx(1e-2 * count**0.5)
    assert plan.extrapolated(SEARCHES, "PQ", "build s", 10**8) == pytest.approx(10**4)


def test_the_table_is_rates_times_sizes(index_bytes):
    row = plan.table([10**6, 10**7], RATES, index_bytes, MACHINE).loc[10**7]
    assert row["text, GB"] == 4.0 and row["hours to embed"] == pytest.approx(1e5 / 3600)
    assert row["money to embed"] == pytest.approx(2 * 1e5 / 3600)
    assert (
        row["exact, GB"] == 15.36
        and row["exact, money a month"] == 4 * 1440
        and row["exact, ms"] == 1000
    )
    assert row["graph, GB"] == 17.92 and row["graph, ms"] == pytest.approx(1e-2 * 1e7**0.5)
    assert (
        row["codes, GB"] == pytest.approx(0.4804, abs=1e-4) and row["codes, money a month"] == 1440
    )
    assert row["graph, hours to build"] == pytest.approx(1000 / 3600)
    assert row["hours to learn by heart"] == pytest.approx(1e7 * 50 * 4 * 0.01 / 3600)


def test_what_breaks_first(index_bytes):
    loads = plan.loads(RATES, index_bytes, MACHINE)
    first = plan.breaks(loads)
    assert list(first) == sorted(first) and set(first.index) == set(loads)
    wanted = {
        "exact search, time": 500_000,
        "codes search, time": 5_000_000,
        "exact index, memory": math.ceil(5e9 / 1536),
        "graph index, memory": math.ceil(5e9 / 1792),
        "embedding, one night": 3_600_000,
        "building the graph, one night": 360_000_000,
        "learning by heart, one night": 18_000,
    }
    for name, count in wanted.items():
        assert first[name] == pytest.approx(count, rel=1e-5), name
        assert loads[name](first[name]) >= 1 > loads[name](first[name] * 0.99)


def test_what_never_breaks_is_infinite():
    found = plan.breaks({"never": lambda n: 0.5, "at once": lambda n: 2.0, "ten": lambda n: n / 10})
    assert found.to_dict() == {"at once": 1.0, "ten": 10.0, "never": math.inf}


def test_the_picture_has_its_limit_and_its_words(index_bytes):
    loads = plan.loads(RATES, index_bytes, MACHINE)
    figure = plan.picture(loads, [10**4, 10**6, 10**8], "ESTIMATE: a title")
    (axes,) = figure.axes
    assert axes.get_yscale() == axes.get_xscale() == "log"
    assert any(list(line.get_ydata()) == [1, 1] for line in axes.lines)
    assert figure.words.startswith("ESTIMATE") and "exact search, time" in figure.words
    assert "reaches the limit at " in figure.words and "e+" not in figure.words


def test_rates_are_measured_past_the_cache(embedder):
    texts = [f"The gauge at site {number} was read twice." for number in range(16)]
    found = plan.passages_a_second(embedder, texts, repeats=2)
    assert len(found) == 2 and min(found) > 0
    few = embedder.model.encode(texts, normalize_embeddings=True)
    slow, slower = plan.search_ms(few, [2000, 40_000], queries=5)
    assert 0 < slow < slower


def test_the_stored_searches_have_what_the_plan_needs(index_bytes):
    rows = plan.stored_searches()
    for kind in plan.KINDS:
        sizes = [row["vectors"] for row in rows if row["kind"] == kind]
        assert max(sizes) == 10**6 and len(sizes) >= 2
    million = {row["kind"]: row["MB"] for row in rows if row["vectors"] == 10**6}
    rule = {kind: index_bytes(10**6, 384, kind.lower()) / 1e6 for kind in plan.KINDS}
    assert np.allclose([million[kind] for kind in plan.KINDS], list(rule.values()), rtol=0.02)
