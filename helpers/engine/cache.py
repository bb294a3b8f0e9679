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
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
FORMAT = 1  # raise it when the meaning of a cached file changes: older files are then made again


def artifacts() -> Path:
    """The folder of everything computed: `artifacts/`, or what `COURSE_ARTIFACTS` names."""
    return Path(os.environ.get("COURSE_ARTIFACTS") or ROOT / "artifacts").expanduser()


def check_room(folder: Path, size: int, what: str) -> None:
    """Raise OSError, saying what to do, unless `size` bytes can be written in a folder now.

    what: is to be kept there, for the message. It takes a moment, and is asked before long work.
    """
    try:
        probe = folder / f".room-{secrets.token_hex(4)}"
        write_bytes(probe, bytes(4096))
        probe.unlink()
        if (free := shutil.disk_usage(folder).free) < size:
            need = f"{size / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB are free"
            raise OSError(errno.ENOSPC, need)
    except OSError as error:
        raise OSError(
            error.errno,
            f"There is no place for {what} in {folder} ({error.strerror}). Make room, or set the "
            "environment variable COURSE_ARTIFACTS to a folder that can be written; start again",
        ) from error


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
    """Write a file whole or not at all.

    A new file gets the permissions that the umask leaves, one that is replaced keeps its own; of
    a link, the file that it points to is replaced.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:64]}-{secrets.token_hex(8)}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        if path.is_file():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def follow_umask(folder: Path) -> None:
    """Give the files in a folder the permissions that a new file gets; some libraries write files
    that only their owner can read.
    """
    (probe := folder / ".permissions").touch()
    mode = stat.S_IMODE(probe.stat().st_mode)
    probe.unlink()
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


def write_json(path, value) -> None:
    """Write `value` as JSON, whole or not at all."""
    write_bytes(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path, default=None):
    """Read JSON. Returns `default` if the file is missing or broken."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return default


def read_jsonl(path, fields=()) -> list[dict]:
    """Read a file with one JSON object per line; blank lines are skipped.

    Raises ValueError, naming the line, if it is not valid JSON or lacks one of `fields`.
    """
    rows = []
    for number, line in enumerate(Path(path).read_bytes().split(b"\n"), start=1):
        try:
            if not (text := line.decode("utf-8-sig" if number == 1 else "utf-8")).strip():
                continue
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path}, line {number}: not valid JSON ({error})") from None
        for field in fields:
            if not isinstance(row, dict) or field not in row:
                raise ValueError(f"{path}, line {number}: the field '{field}' is missing")
        rows.append(row)
    return rows
