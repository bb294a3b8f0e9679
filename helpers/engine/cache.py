"""Keep what is expensive to compute under `artifacts/`, by a hash of what made it.

Files appear whole or not at all: they are written beside their place under another name and then
renamed.
"""

import errno
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
FORMAT = 1  # raise it when the meaning of a cached file changes: older files are then made again


def artifacts() -> Path:
    """The folder of everything computed: `artifacts/`, or what `COURSE_ARTIFACTS` names."""
    return Path(os.environ.get("COURSE_ARTIFACTS", ROOT / "artifacts"))


@contextmanager
def artifacts_at(folder):
    """While the block runs, everything computed goes to this folder and is looked for there."""
    before = os.environ.get("COURSE_ARTIFACTS")
    os.environ["COURSE_ARTIFACTS"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("COURSE_ARTIFACTS") if before is None else os.environ.update(
            COURSE_ARTIFACTS=before
        )


@contextmanager
def fresh():
    """While the block runs, nothing that was computed before is found: for measuring times."""
    with tempfile.TemporaryDirectory() as folder, artifacts_at(folder):
        yield


def key(*parts) -> str:
    """A short content hash (16 hex digits) of JSON-able `parts`."""
    text = json.dumps([FORMAT, *parts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sha256(path) -> str:
    """The SHA-256 of a file, as 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def new_folder(folder):
    """Yields a temporary folder; it becomes `folder` only if the block ends without an error.

    An older folder of that name is moved aside, and deleted when the new one is in its place: if
    anything fails, it is moved back.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name[:64]}-{secrets.token_hex(4)}")
    new, older = aside / "new", []
    try:
        new.mkdir(parents=True)  # not mkdtemp, whose folders are closed to all other users
        yield new
        while not _swapped(new, folder, older, aside):
            pass
    finally:
        for old in reversed(older):
            if old.exists() and not os.path.lexists(folder):
                old.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)


def _swapped(new, folder, older, aside):
    """Put the new folder in its place; False if another process was there at the same moment."""
    try:
        if os.path.lexists(folder):
            older.append(aside / f"old{len(older)}")
            folder.rename(older[-1])
        new.rename(folder)
        return True
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EEXIST, errno.ENOTEMPTY) and len(older) < 20:
            return False
        raise


def write_bytes(path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path, value) -> None:
    """Write `value` as JSON, whole or not at all."""
    write_bytes(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path, default=None):
    """Read JSON. Returns `default` if the file is missing or broken."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return default


def read_jsonl(path, fields=()) -> list[dict]:
    """Read a file with one JSON object per line; blank lines are skipped.

    Raises ValueError, naming the line, if it is not valid JSON or lacks one of `fields`.
    """
    rows = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: not valid JSON ({error})") from None
        for field in fields:
            if not isinstance(row, dict) or field not in row:
                raise ValueError(f"{path}, line {number}: the field '{field}' is missing")
        rows.append(row)
    return rows
