"""What writes leave behind in a table: rows twice, rows that should be gone, and older versions."""

import numpy as np

from helpers.documents import Chunk
from helpers.scale.tables import TableIndex, id_of

STEPS = {
    "add": lambda index, chunks: index.add(chunks),
    "merge": lambda index, chunks: index.merge(chunks),
    "update": lambda index, chunks: index.update(chunks),
    "optimize": lambda index, chunks: index.optimize(),
    "keep 0 days": lambda index, chunks: index.optimize(keep_days=0),
}


def take(index: TableIndex, steps: list[str], chunks: list[Chunk]) -> None:
    """Write these passages, and clean up, in the order of the steps; see `STEPS`."""
    for step in steps:
        STEPS[step](index, chunks)


def differences(index: TableIndex, chunks: list[Chunk]) -> dict[str, int]:
    """How a table differs from the passages that it should hold, in counts.

    "rows", ids that are there twice ("double"), passages that should be gone ("stale") and that are
    not there ("missing").
    """
    held, wanted = index.chunks, {(id_of(chunk), chunk.text) for chunk in chunks}
    there = {(id_of(chunk), chunk.text) for chunk in held}
    return {
        "rows": len(held),
        "double": len(held) - len({id_of(chunk) for chunk in held}),
        "stale": len(there - wanted),
        "missing": len(wanted - there),
    }


def stale_shown(index: TableIndex, chunks: list[Chunk], queries: list[str], k: int = 3) -> float:
    """The share of what k hits of each query show that is not among these passages."""
    wanted = {(id_of(chunk), chunk.text) for chunk in chunks}
    shown = [hit.chunk for hits in index.search(queries, k) for hit in hits]
    return float(np.mean([(id_of(chunk), chunk.text) not in wanted for chunk in shown]))


def readable(index: TableIndex, version: int, chunks: list[Chunk]) -> bool:
    """Can this version still be read, and does it hold exactly these passages?"""
    if version not in index.versions:
        return False
    with index.at(version):
        found = differences(index, chunks)
    return found == {"rows": len(chunks), "double": 0, "stale": 0, "missing": 0}
