"""Grids of experiments: stored rows are used if they fit; what is computed is kept row by row."""

import os

import numpy as np
import pandas as pd
import pytest

from helpers import grids
from helpers.engine import cache, machine
from scripts import make_grids

made = []


def measure(x, seed):
    made.append((x, seed))
    return {"value": 2 * x + seed / 10, "each": [True, False]}


GRID = grids.grid(x=[1, 2], seed=[0, 1])


@pytest.fixture
def stored(empty_artifacts, tmp_path, monkeypatch):
    """The table computed once and put where stored tables lie."""
    monkeypatch.setattr(grids, "STORED", tmp_path / "grids")
    monkeypatch.setenv("FULL", "1")
    grids.table("doubling", measure, GRID)
    (path,) = empty_artifacts.glob("grids/doubling/*.json")
    cache.write_bytes(tmp_path / "grids" / "doubling.json", path.read_bytes())
    path.unlink()
    monkeypatch.delenv("FULL")
    made.clear()


def test_a_grid_has_every_combination():
    assert GRID == [
        {"x": 1, "seed": 0},
        {"x": 1, "seed": 1},
        {"x": 2, "seed": 0},
        {"x": 2, "seed": 1},
    ]


def test_stored_rows_are_used_and_live_ones_computed(stored):
    rows = grids.table("doubling", measure, GRID, live=[{"x": 2, "seed": 1}])
    assert list(rows.value) == [2.0, 2.1, 4.0, 4.1] and list(rows.live) == [
        False,
        False,
        False,
        True,
    ]
    assert made == [(2, 1)] and rows.attrs["apart"] == {"value": 0.0, "each": 0.0}


def test_what_was_computed_is_found_again_and_full_computes_all(stored, monkeypatch):
    monkeypatch.setenv("FULL", "1")
    assert grids.table("doubling", measure, GRID).live.all() and len(made) == 4
    grids.table("doubling", measure, GRID)
    assert len(made) == 4


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"version": 2}, "are of other version"),
        ({"data": ["other rows"]}, "are of other data"),
        ({"data": [1], "version": 3}, "are of other version and other data"),
    ],
)
def test_rows_that_do_not_fit_are_refused(stored, options, reason):
    with pytest.raises(grids.Outdated, match=f"{reason}.*FULL=1.*scripts.make_grids"):
        grids.table("doubling", measure, GRID, **options)
    assert not made  # and nothing was computed


def test_what_is_missing_is_refused_unless_it_is_live(stored, capsys):
    more = grids.grid(x=[1, 2], seed=[0, 1, 2])
    with pytest.raises(grids.Outdated, match="lack 2 configurations"):
        grids.table("doubling", measure, more)
    rows = grids.table("doubling", measure, more, live=[c for c in more if c["seed"] == 2])
    assert rows.live.sum() == 2 and rows.attrs["apart"] == {}
    assert "2 live runs of 'doubling' have no stored twin" in capsys.readouterr().out


def test_changed_code_with_the_same_version_keeps_its_results(stored):
    assert not grids.table("doubling", lambda x, seed: 1 / 0, GRID).live.any()


def test_an_experiment_of_ones_own_needs_nothing_stored(empty_artifacts, capsys):
    configurations = grids.grid(x=np.array([1, 2]), seed=[0])
    rows = grids.table("mine", measure, configurations, live=configurations)
    assert list(rows.value) == [2.0, 4.0] and rows.live.all()
    assert "2 live runs of 'mine' have no stored twin" in capsys.readouterr().out
    with pytest.raises(ValueError, match="are not among its configurations"):
        grids.table("mine", measure, configurations, live=[{"x": 3, "seed": 0}])


def test_a_table_of_another_notebook_is_read_as_it_is(stored):
    table = grids.stored("doubling")
    assert list(table.value) == [2.0, 2.1, 4.0, 4.1] and list(table.seed) == [0, 1, 0, 1]
    assert made == []


def test_the_best_row_keeps_the_types_of_its_values():
    table = pd.DataFrame(
        {"rate": [1e-3, 1e-2, 1e-1], "epochs": [1, 2, 4], "score": [0.1, 0.5, 0.5]}
    )
    best = grids.best(table, "score", ["rate", "epochs"])
    assert best == {"rate": 1e-2, "epochs": 2} and type(best["epochs"]) is int


def test_a_name_with_a_space_is_refused():
    with pytest.raises(ValueError, match="without spaces"):
        grids.table("two words", measure, GRID)


def test_an_interruption_loses_one_row_at_most(stored, monkeypatch):
    monkeypatch.setenv("FULL", "1")

    def interrupted(x, seed):
        if len(made) == 2:
            raise KeyboardInterrupt
        return measure(x, seed)

    with pytest.raises(KeyboardInterrupt):
        grids.table("doubling", interrupted, GRID)
    grids.table("doubling", measure, GRID)
    assert made == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_make_grids_takes_over_the_tables_in_use_and_no_others(
    stored, empty_artifacts, monkeypatch
):
    def notebook(command, env, check):
        monkeypatch.setenv("FULL", env["FULL"])
        grids.table("doubling", measure, GRID)

    old = empty_artifacts / "grids" / "tripling" / "1.json"
    cache.write_json(old, {"rows": []})
    os.utime(old, (0, 0))
    (grids.STORED / "doubling.json").unlink()
    monkeypatch.setattr(make_grids.weights, "llm_folder", lambda: None)
    monkeypatch.setattr(make_grids.make_results.subprocess, "run", notebook)
    make_grids.main("05")
    assert [path.name for path in grids.STORED.iterdir()] == ["doubling.json"]
    monkeypatch.delenv("FULL")
    assert not grids.table("doubling", measure, GRID).live.any()


def test_peak_memory_sees_what_is_taken_in_between():
    with machine.peak_memory() as peak:
        taken = np.ones(30_000_000)
        taken += 1
    assert taken[0] == 2 and 150 < peak.megabytes < 600


def test_every_stored_table_says_what_made_it():
    tables = sorted(grids.STORED.glob("*.json"))
    assert len(tables) >= 12
    for path in tables:
        table = cache.read_json(path)
        assert {"version", "data", "machine", "versions", "rows"} <= set(table)
        assert table["name"] == path.stem and " " not in path.stem
        seeds = {row["configuration"].get("seed") for row in table["rows"]}
        five = ({0, 1, 2, 3, 4}, {None})  # or nothing random in it
        assert seeds in five, path
        assert all({"configuration", "result", "seconds"} == set(row) for row in table["rows"])
