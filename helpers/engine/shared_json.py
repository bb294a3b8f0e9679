"""A JSON file that several notebooks change at the same time: nothing in it is ever lost.

Not faster: the simple way is to read the file, change the value and write it, and then of two
notebooks that do so at once, one loses what it wrote.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import say
from helpers.engine import cache

WAIT = 10  # seconds for another notebook to finish writing
_unsaved: dict[Path, dict] = {}  # what could not be written, for this notebook


def read(path: Path, kind: type) -> dict:
    """The entries of a file, those whose value is of this kind; {} if it can't be read."""
    unsaved = _unsaved.get(path, {})
    try:
        return _entries(path, kind)[0] | unsaved
    except OSError:
        return unsaved


def update(path: Path, kind: type, change: Callable[[dict], dict]) -> dict:
    """Replace the entries of a file by `change` of them, under a lock, and return the new ones.

    kind: of every value (object: any). A file with anything else in it is kept under another name.
    If the file can't be written, a line says so and the entries are kept in memory.
    """
    try:
        with locked(path):
            entries, odd = _entries(path, kind)
            if odd:
                kept = _free_name(path)
                shutil.copy2(path, kept)
                say(f"{path.name} was damaged. What could be read is kept; the old file is {kept}.")
            entries = change(entries | _unsaved.get(path, {}))
            cache.write_json(path, entries)
            _unsaved.pop(path, None)
            return entries
    except (OSError, Timeout) as error:
        if path not in _unsaved:
            say(f"Not saved in {path} ({error}). Let COURSE_ARTIFACTS name a writable folder.")
        _unsaved[path] = change(read(path, kind))
        return _unsaved[path]


def locked(path: Path) -> FileLock:
    """A lock that one notebook at a time holds while it reads and writes a file; a context."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f".{path.name}.lock"), timeout=WAIT)


def _entries(path, kind) -> tuple[dict, bool]:
    """The entries of that kind, and whether the file holds anything else."""
    try:
        value = json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return {}, False
    except (ValueError, RecursionError):
        return {}, True
    if not isinstance(value, dict):
        return {}, True
    entries = {name: entry for name, entry in value.items() if isinstance(entry, kind)}
    return entries, len(entries) < len(value)


def _free_name(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return kept
