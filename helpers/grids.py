"""Experiments on a grid: most results come with the course, a few are computed live.

`results/grids/NAME.json` holds the stored ones; `python -m scripts.make_grids` writes it by running
the notebooks with FULL=1. A notebook defines an experiment as a function of its configuration, and
gives it a version: raise it when the experiment changes, and make its results again.
"""

import itertools
import json
import os
import re
import time

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers import say
from helpers.engine import cache, records, shared_json

STORED = cache.ROOT / "results" / "grids"


class Outdated(Exception):
    """The stored results lack a configuration, or belong to another version or other data."""


def grid(**values) -> list[dict]:
    """Every combination: grid(rank=[1, 8], seed=[0, 1]) makes four configurations."""
    return [
        dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
    ]


def table(name: str, measure, configurations: list[dict], live=(), version=1, data=()):
    """One row for each configuration: its values, the results, the seconds, and whether it is live.

    name: letters, digits and underscores. measure: called as measure(**configuration); returns a
    dict of numbers or lists. live: the configurations to compute here; the others are stored
    results. data: what the results depend on besides the code (weights, rows); must fit in JSON.
    Returns a data frame; its `attrs["apart"]` holds, for each result with both a live and a stored
    value, the largest difference between them. Results are saved one by one, so an interruption
    loses at most one. Raises Outdated if the stored results do not fit; with FULL=1 it does not,
    since then everything is computed here.
    """
    if not re.fullmatch(r"\w+", name):
        raise ValueError(
            f"The name of an experiment is a file's name, without spaces: not {name!r}"
        )
    about = {"name": name, "version": version, "data": cache.key(data)}
    configurations, live = _plain(configurations), _plain(list(live))
    if any(one not in configurations for one in live):
        raise ValueError(f"Some live runs of '{name}' are not among its configurations")
    full = os.environ.get("FULL") == "1"
    stored = {} if full else _stored(about, [c for c in configurations if c not in live])
    computed = _computed(about, measure, configurations if full else live)
    rows, apart, alone = [], {}, 0
    for configuration in configurations:
        key, is_live = cache.key(configuration), full or configuration in live
        row, twin = (computed if is_live else stored)[key], stored.get(key)
        rows.append({**configuration, **row["result"], "seconds": row["seconds"], "live": is_live})
        alone += is_live and twin is None
        for measured, value in row["result"].items() if is_live and twin else ():
            off = abs(float(np.mean(value)) - float(np.mean(twin["result"][measured])))
            apart[measured] = max(apart.get(measured, 0.0), off)
    if alone and not full:
        say(f"{alone} live runs of '{name}' have no stored twin to compare with.")
    result = pd.DataFrame(rows)
    result.attrs["apart"] = apart
    return result


def stored(name: str) -> pd.DataFrame:
    """A stored table that another notebook defines, and checks against its data, as it is."""
    found = _rows(cache.read_json(STORED / f"{name}.json", {}))
    return pd.DataFrame([{**row["configuration"], **row["result"]} for row in found.values()])


def best(table: pd.DataFrame, measure: str, names: list[str]) -> dict:
    """The values of `names` in the row with the highest `measure`; the first of equal rows."""
    top = table[measure].idxmax()
    return {name: table[name].to_dict()[top] for name in names}


def _plain(values):
    """The same as JSON keeps it: NumPy's numbers as Python's."""
    return json.loads(json.dumps(values, default=lambda value: value.tolist()))


def _stored(about, wanted):
    """The rows that come with the course, by their configuration."""
    path = STORED / f"{about['name']}.json"
    found = cache.read_json(path, {"rows": []})
    rows = {cache.key(row["configuration"]): row for row in found["rows"]}
    missing = sum(cache.key(configuration) not in rows for configuration in wanted)
    differs = [what for what in ("version", "data") if found.get(what) != about[what]]
    if not wanted and differs:
        return {}  # all runs are live, and there is nothing to compare them with
    if missing or differs:
        minutes = sum(row["seconds"] for row in rows.values()) / 60
        why = f"are of other {' and other '.join(differs)}" if rows and differs else ""
        raise Outdated(
            f"The stored results of '{about['name']}' {why or f'lack {missing} configurations'}. "
            f"To compute these {len(wanted)} runs here (about {minutes:.0f} minutes for the "
            "stored ones), set the environment variable FULL=1 and run the notebook again. To "
            "store them: python -m scripts.make_grids"
        )
    return rows


def _rows(stored: dict) -> dict:
    """The whole rows of a table, by their configuration."""
    rows = stored.get("rows", [])
    whole = [r for r in rows if isinstance(r, dict) and {"configuration", "result"} <= r.keys()]
    return {cache.key(row["configuration"]): row for row in whole}


def _computed(about, measure, wanted):
    """The rows that are computed on this machine, those of an earlier run included."""
    name = f"{cache.key(about)}.json"
    path = cache.artifacts() / "grids" / about["name"] / name
    rows = _rows(shared_json.read(path, object))
    for configuration in tqdm(wanted, desc=about["name"], disable=not wanted):
        if cache.key(configuration) not in rows:
            start = time.perf_counter()
            row = {"configuration": configuration, "result": _plain(measure(**configuration))}
            row["seconds"] = round(time.perf_counter() - start, 2)
            rows[cache.key(configuration)] = row

            def with_row(stored, row=row):  # another notebook may have stored others meanwhile
                all_rows = _rows(stored) | {cache.key(row["configuration"]): row}
                return {**about, **records.made_with(), "rows": list(all_rows.values())}

            shared_json.update(path, object, with_row)
    if wanted and path.is_file():
        path.touch()  # so that make_grids knows which tables are in use
    return rows
