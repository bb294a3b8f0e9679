"""Plan for more passages: bytes, hours, milliseconds and money, from rates that were measured here.

Everything beyond the largest size that was measured is an estimate: a rate times a size.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import plots
from helpers.costs import DAYS
from helpers.engine import cache, vectors
from helpers.engine.pictures import digits

GB, HOUR = 1e9, 3600.0
KINDS = {"Flat": "exact", "HNSW": "graph", "PQ": "codes"}  # of the indexes, and their names here


@dataclass(frozen=True)
class Rates:
    """What was measured, here or on the machine of docs/indexes.json.

    passages: embedded in a second. tokens, bytes: of a passage, for the language model and on disk.
    token: seconds to train on one token. dimension: of a vector. searches: rows of
    docs/indexes.json, with "vectors", "kind", "ms" and "build s".
    """

    passages: float
    tokens: float
    bytes: float
    token: float
    dimension: int
    searches: list[dict]


@dataclass(frozen=True)
class Machine:
    """The machine to plan with, and what counts as too much. All values are examples."""

    memory: float = 16.0  # GB
    usable: float = 0.75  # share of the memory that an index may take
    hour: float = 0.10  # money, as in notebook 10
    night: float = 8.0  # hours that embedding everything may take
    wait: float = 100.0  # milliseconds that a search may take
    exposures: int = 8  # how often a fact is read to learn it by heart, as in the shipped adapter


UNITS = {
    "memory": "GB",
    "usable": "of the memory",
    "hour": "money",
    "night": "hours",
    "wait": "ms",
    "exposures": "readings of a fact",
}  # of a Machine's values


def passages_a_second(embedder, texts: list[str], repeats: int = 3) -> list[float]:
    """How many of the texts the encoder embeds in a second, past the cache; one value a repeat."""
    embedder.model.encode(texts[:8], normalize_embeddings=True)  # the first call is slower
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        embedder.model.encode(texts, normalize_embeddings=True, batch_size=8)
        found.append(len(texts) / (time.perf_counter() - start))
    return found


def search_ms(few: np.ndarray, sizes: list[int], queries: int = 20) -> list[float]:
    """Median milliseconds of an exact search for one query among so many vectors like these few.

    few: shape (n, dimension). sizes: rising; the same index grows from one to the next.
    """
    index, found = vectors.vector_index(few[:0]), []
    for size in sizes:
        index.add(vectors.noisy_copies(few, size - index.ntotal, seed=size))
        seconds = []
        for row in range(min(queries, len(few))):
            start = time.perf_counter()
            index.search(few[row : row + 1], 10)
            seconds.append(time.perf_counter() - start)
        found.append(1000 * float(np.median(seconds)))
    return found


def stored_searches() -> list[dict]:
    """The rows of docs/indexes.json, measured with up to a million vectors on two cores."""
    return cache.read_json(cache.ROOT / "docs" / "indexes.json")["rows"]


def extrapolated(searches: list[dict], kind: str, what: str, count: float) -> float:
    """A column of docs/indexes.json for `count` vectors, from the largest sizes measured.

    A search that looks at every vector ("Flat", "PQ") grows in proportion. All else follows a power
    law through the two largest sizes; no law of nature says that it goes on.
    """
    rows = sorted((row["vectors"], row[what]) for row in searches if row["kind"] == kind)
    (small, low), (large, high) = rows[-2:]
    scans = what == "ms" and kind in ("Flat", "PQ")
    power = 1 if scans else math.log(high / low) / math.log(large / small)
    return high * (count / large) ** power


def table(sizes: list[int], rates: Rates, index_bytes: Callable, machine=None) -> pd.DataFrame:
    """One row for each number of passages: what they take. An ESTIMATE; see `Rates`.

    index_bytes: called with (count, dimension, kind) and kind "flat", "hnsw" or "pq"; see
    exercise 13.8.
    """
    machine, rows = machine or Machine(), {}
    for count in sizes:
        hours = count / rates.passages / HOUR
        row = {"text, GB": count * rates.bytes / GB, "hours to embed": hours}
        row["money to embed"] = hours * machine.hour
        for kind, name in KINDS.items():
            size = index_bytes(count, rates.dimension, kind.lower()) / GB
            row[f"{name}, GB"] = size
            row[f"{name}, ms"] = extrapolated(rates.searches, kind, "ms", count)
            machines = math.ceil(size / (machine.memory * machine.usable))
            row[f"{name}, money a month"] = machines * machine.hour * 24 * DAYS
        built = extrapolated(rates.searches, "HNSW", "build s", count)
        row["graph, hours to build"] = built / HOUR
        trained = count * rates.tokens * machine.exposures * rates.token / HOUR
        row["hours to learn by heart"] = trained
        rows[count] = row
    return pd.DataFrame(rows).T.rename_axis("passages")


def loads(rates: Rates, index_bytes: Callable, machine=None) -> dict[str, Callable]:
    """For each resource a function of the number of passages: the share of its limit that is used.

    Above 1, one machine is no longer enough. The time of a graph's search is not among them: at the
    same settings it hardly grows, but finds less and less.
    """
    m = machine or Machine()
    memory = m.memory * m.usable * GB

    def held(kind):
        return lambda n: index_bytes(n, rates.dimension, kind.lower()) / memory

    def waited(kind):
        return lambda n: extrapolated(rates.searches, kind, "ms", n) / m.wait

    def built(n):
        return extrapolated(rates.searches, "HNSW", "build s", n) / HOUR / m.night

    found = {f"{KINDS[kind]} search, time": waited(kind) for kind in ("Flat", "PQ")}
    found |= {f"{name} index, memory": held(kind) for kind, name in KINDS.items()}
    found["embedding, one night"] = lambda n: n / rates.passages / HOUR / m.night
    found["building the graph, one night"] = built
    by_heart = rates.tokens * m.exposures * rates.token / HOUR / m.night
    return found | {"learning by heart, one night": lambda n: n * by_heart}


def breaks(found: dict[str, Callable], most: int = 10**12) -> pd.Series:
    """The number of passages at which each resource reaches its limit, the smallest first.

    found: as `loads` gives, rising functions. Infinite if it is beyond `most`.
    """
    at = {}
    for name, load in found.items():
        low, high = 1, most
        while low < high:  # bisection: the first number with a load of at least 1
            middle = (low + high) // 2
            low, high = (low, middle) if load(middle) >= 1 else (middle + 1, high)
        at[name] = float(low) if load(low) >= 1 else math.inf
    return pd.Series(at, name="passages").sort_values(kind="stable")


def picture(found: dict[str, Callable], sizes: list[int], title: str):
    """The loads against the number of passages, both axes logarithmic, with the limit drawn.

    The words say where each reaches its limit.
    """
    lines = {name: (sizes, [load(n) for n in sizes]) for name, load in found.items()}
    at, ends = breaks(found), (sizes[0], sizes[-1])
    words = [
        f"{name}: reaches the limit at {float(f'{at[name]:.2g}'):,.0f} passages ("
        + ", ".join(f"{digits(load(n), 2)} times the limit at {n:,}" for n in ends)
        + ")"
        for name, load in found.items()
    ]
    figure = plots.curves(lines, title, "passages", "times the limit", logx=True, words=words)
    (axes,) = figure.axes
    axes.set_yscale("log")
    axes.axhline(1, color="black", linewidth=1, linestyle=":")
    return figure
