"""Experiments: stored rows are used as long as nothing that made them has changed, and what is computed is kept row by row."""

import os

import numpy as np
import pytest

from helpers import cache, experiments

FACTOR = 2


class _Calls:
    """What was asked of `measure`; no plain value, so it does not count as a part of the experiment."""

    def __init__(self):
        self.made = []

    def append(self, call):
        self.made.append(call)


calls = _Calls()


def helper(x):
    return x * FACTOR


def other_helper(x):
    return 2 * x


def measure(x, seed):
    calls.append((x, seed))
    return {"value": helper(x) + seed / 10, "each": [True, False]}


GRID = experiments.grid(x=[1, 2], seed=[0, 1])


@pytest.fixture
def stored(empty_artifacts, tmp_path, monkeypatch):
    """The table computed once and put where stored tables lie."""
    monkeypatch.setattr(experiments, "STORED", tmp_path / "grids")
    monkeypatch.setitem(globals(), "calls", _Calls())
    monkeypatch.setenv("FULL", "1")
    experiments.table("doubling", measure, GRID)
    (path,) = empty_artifacts.glob("grids/doubling/*.json")
    cache.write_bytes(tmp_path / "grids" / "doubling.json", path.read_bytes())
    path.unlink()
    monkeypatch.delenv("FULL")
    calls.made.clear()


def test_a_grid_has_every_combination():
    assert GRID == [{"x": 1, "seed": 0}, {"x": 1, "seed": 1}, {"x": 2, "seed": 0}, {"x": 2, "seed": 1}]


def test_stored_rows_are_used_and_live_ones_computed(stored):
    rows = experiments.table("doubling", measure, GRID, live=[{"x": 2, "seed": 1}])
    assert list(rows.value) == [2.0, 2.1, 4.0, 4.1] and list(rows.live) == [False, False, False, True]
    assert calls.made == [(2, 1)] and rows.attrs["apart"] == {"value": 0.0, "each": 0.0}


def test_what_was_computed_is_found_again_and_full_computes_all(stored, monkeypatch):
    monkeypatch.setenv("FULL", "1")
    assert experiments.table("doubling", measure, GRID).live.all() and len(calls.made) == 4
    experiments.table("doubling", measure, GRID)
    assert len(calls.made) == 4


@pytest.mark.parametrize("change", ["value", "of", "function"])
def test_rows_of_another_version_are_not_used(stored, monkeypatch, capsys, change):
    if change == "value":
        monkeypatch.setitem(globals(), "FACTOR", 3)
    if change == "function":
        monkeypatch.setitem(globals(), "helper", other_helper)
    monkeypatch.delenv("COURSE_CHECK", raising=False)
    rows = experiments.table("doubling", measure, GRID, of=["other data"] if change == "of" else ())
    assert rows.live.all() and "all 4 runs are computed here: about 0 minutes" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_CHECK", "solved")
    with pytest.raises(AssertionError, match=r"doubling.json is out of date: run python -m results.make_grids"):
        experiments.table("doubling", measure, GRID, of=["yet other data"])


def test_an_interruption_loses_one_row_at_most(stored, monkeypatch):
    monkeypatch.setenv("FULL", "1")
    calls.append = lambda call: calls.made.append(call) if len(calls.made) < 2 else (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        experiments.table("doubling", measure, GRID)
    del calls.append
    experiments.table("doubling", measure, GRID)
    assert calls.made == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_make_grids_takes_over_the_tables_in_use_and_no_others(stored, empty_artifacts, monkeypatch):
    from results import make_grids

    def notebook(command, env, check):
        monkeypatch.setenv("FULL", env["FULL"])
        experiments.table("doubling", measure, GRID)

    old = empty_artifacts / "grids" / "tripling" / "1.json"
    cache.write_json(old, {"rows": []})
    os.utime(old, (0, 0))
    (experiments.STORED / "doubling.json").unlink()
    monkeypatch.setattr(make_grids.models, "convert", lambda: None)
    monkeypatch.setattr(make_grids.make.subprocess, "run", notebook)
    make_grids.main("05")
    assert [path.name for path in experiments.STORED.iterdir()] == ["doubling.json"]
    monkeypatch.delenv("FULL")
    assert not experiments.table("doubling", measure, GRID).live.any()


def test_peak_memory_sees_what_is_taken_in_between():
    with experiments.peak_memory() as peak:
        taken = np.ones(30_000_000)
        taken += 1
    assert taken[0] == 2 and 150 < peak.megabytes < 600


def test_every_stored_table_says_what_made_it():
    tables = sorted(experiments.STORED.glob("*.json"))
    assert len(tables) >= 12
    for path in tables:
        table = cache.read_json(path)
        assert {"name", "key", "machine", "versions", "rows"} <= set(table) and table["name"] == path.stem
        seeds = {row["configuration"].get("seed") for row in table["rows"]}
        assert seeds in ({0, 1, 2}, {None}), path  # three seeds, or nothing random in it
        assert all({"configuration", "result", "seconds"} == set(row) for row in table["rows"])
