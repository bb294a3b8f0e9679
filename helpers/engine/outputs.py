"""The folder that a report is written to: a new one, or the report's own; never anybody else's."""

import errno
import shutil
from pathlib import Path

from helpers.engine import cache

MARK, MADE_BY = "report.json", "helpers.report"
ROOM = 30_000_000  # bytes that a report, its tables and exports may need


def claim(out, source) -> Path:
    """The folder for the report about `source`, marked as its own; nothing in it is removed.

    out: None is NAME-report in the current folder. Raises ValueError, saying what to do, if the
    folder is the source, lies inside it, or holds something else; OSError if there is no room.
    """
    source = Path(source).resolve()
    place = (
        Path(out) if out else Path.cwd() / f"{source.stem if source.suffix else source.name}-report"
    )
    place = place.resolve()
    name = "another folder, for example with --out"
    if place == source or source in place.parents:
        raise ValueError(
            f"The report can't go into {place}: that is where your documents are. Name {name}"
        )
    if place.exists() and not place.is_dir():
        raise ValueError(f"{place} is a file. Name {name}")
    mark = {"made by": MADE_BY, "about": str(source)}
    found = cache.read_json(place / MARK) if place.is_dir() else None
    if place.is_dir() and any(place.iterdir()) and found != mark:
        what = "the report about another folder" if _is_mark(found) else "something else"
        raise ValueError(f"{place} holds {what}, and is left as it is. Name {name}")
    try:
        place.mkdir(parents=True, exist_ok=True)
        cache.write_json(place / MARK, mark)
        if (free := shutil.disk_usage(place).free) < ROOM:
            need = f"{ROOM / 1e6:.0f} MB may be needed and {free / 1e6:.0f} MB are free"
            raise OSError(errno.ENOSPC, need)
    except OSError as error:
        why = error.strerror or error
        room = "Make room, or name" if error.errno == errno.ENOSPC else "Name"
        raise OSError(
            error.errno, f"There is no place for the report in {place} ({why}). {room} {name}"
        ) from error
    return place


def _is_mark(found) -> bool:
    return isinstance(found, dict) and found.get("made by") == MADE_BY
