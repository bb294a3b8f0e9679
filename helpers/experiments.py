"""Experiments on a grid of configurations: most results come with the course, a few are computed live, and all are in one table.

`results/grids/NAME.json` holds the stored ones, with what made them; `python -m results.make_grids` writes it by running the notebooks
with FULL=1. A notebook defines the experiment as a function of its configuration, so there is no second copy of it.
"""

import dis
import inspect
import itertools
import os
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pandas as pd
import peft
import psutil
import torch
from tqdm.auto import tqdm

from helpers import cache, models

STORED = cache.ROOT / "results" / "grids"


def grid(**values) -> list[dict]:
    """Every combination: grid(rank=[1, 8], seed=[0, 1]) gives four configurations."""
    return [dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values())]


def table(name: str, measure, configurations: list[dict], live=(), of=()) -> pd.DataFrame:
    """One row for each configuration: its values, what `measure(**configuration)` gave (a dict of numbers), and whether it is `live`.

    live: the configurations to compute here; the others are stored results (FULL=1: all are computed). of: what else than code and plain
    values the results depend on (weights, data frames). Stored results of another `measure` or `of` are not used. What is computed is kept
    row by row, so that an interruption loses one at most. Where a result is both, `table.attrs["apart"]` has the largest differences.
    """
    key = cache.key(name, _made_of(measure), of)
    path = cache.artifacts() / "grids" / name / f"{key}.json"
    stored, here = cache.read_json(STORED / f"{name}.json", {}), cache.read_json(path, {"rows": []})
    shipped = _by_configuration(stored["rows"]) if stored.get("key") == key else {}
    full = os.environ.get("FULL") == "1"
    if not full and not all(cache.key(c) in shipped for c in configurations):
        if os.environ.get("COURSE_CHECK"):
            raise AssertionError(f"results/grids/{name}.json is out of date: run python -m results.make_grids")
        minutes = sum(row["seconds"] for row in stored.get("rows", ())) / 60
        print(
            f"The stored results of '{name}' are of another version of this experiment (its code, or a value that it uses, was changed). "
            f"So all {len(configurations)} runs are computed here: about {minutes:.0f} minutes. An interruption loses one of them at most."
        )
        full = True
    computed = _by_configuration(here["rows"])
    wanted = configurations if full else list(live)
    for configuration in tqdm(wanted, desc=name, disable=not wanted):
        if cache.key(configuration) not in computed:
            start = time.perf_counter()
            row = {"configuration": configuration, "result": measure(**configuration)}
            computed[cache.key(configuration)] = row | {"seconds": round(time.perf_counter() - start, 2)}
            cache.write_json(path, {"name": name, "key": key, **models.made_with(peft), "rows": list(computed.values())})
    if full and path.is_file():
        path.touch()  # so that make_grids knows which tables are in use
    rows, apart = [], {}
    for configuration in configurations:
        mine, theirs = computed.get(cache.key(configuration)), shipped.get(cache.key(configuration))
        is_live = full or configuration in live
        row = mine if is_live else theirs
        rows.append({**configuration, **row["result"], "seconds": row["seconds"], "live": is_live})
        if is_live and theirs:
            for measured, value in row["result"].items():  # of a list, the mean
                off = abs(float(np.mean(value)) - float(np.mean(theirs["result"][measured])))
                apart[measured] = max(apart.get(measured, 0.0), off)
    result = pd.DataFrame(rows)
    result.attrs["apart"] = apart
    return result


@contextmanager
def peak_memory():
    """Gives an object whose `megabytes` says afterwards how much memory was taken at most on top of what there was before."""
    peak, stop = SimpleNamespace(megabytes=0.0), threading.Event()
    models.release_memory()
    process, cuda = psutil.Process(), torch.cuda.is_available()
    before = torch.cuda.memory_allocated() if cuda else process.memory_info().rss
    if cuda:
        torch.cuda.reset_peak_memory_stats()

    def watch():
        while not stop.wait(0.02):
            now = torch.cuda.max_memory_allocated() if cuda else process.memory_info().rss
            peak.megabytes = max(peak.megabytes, (now - before) / 2**20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _by_configuration(rows):
    return {cache.key(row["configuration"]): row for row in rows}


def _made_of(function) -> dict:
    """What a notebook's function consists of: its source without spaces, and so for each function and plain value that it names."""
    found, waiting = {}, [inspect.unwrap(function)]
    while waiting:
        current = waiting.pop()
        found[current.__name__] = "".join(inspect.getsource(current).split())
        for name in sorted(_names(current.__code__)):
            value = inspect.unwrap(current.__globals__.get(name))
            if inspect.isfunction(value) and value.__module__ == current.__module__:
                if name not in found and value not in waiting:
                    waiting.append(value)
            elif isinstance(value, int | float | str | list | tuple | dict):
                found[name] = cache.key(value)
    return found


def _names(code) -> set[str]:
    """The global names that a function's code reads, and those that the functions inside it read."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_names(inner) for inner in code.co_consts if inspect.iscode(inner)))
