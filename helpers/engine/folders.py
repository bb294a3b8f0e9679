"""Read a folder of documents: what is in it, what is left out and why, and what is wrong."""

import math
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from helpers.engine.readers import READERS, kind_of, read
from helpers.engine.text import NOT_TEXT, UNSEEN, Problem, Text

ID = r"[^\[\]\n]+"
UNCITED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TOOLS = {"node_modules", "__pycache__", "__MACOSX"}


class LeftOut(NamedTuple):
    """A file or folder that was not read, or not whole, and why."""

    path: str
    reason: str


class File(NamedTuple):
    """A file that was read. line: where in the file its id is given, if it is."""

    path: Path
    id: str
    title: str
    content: Text
    line: int | None = None


class Folder(NamedTuple):
    """Everything below a folder: files that were read, what was left out, and problems."""

    files: list[File]
    left_out: list[LeftOut]
    problems: list[str]


def read_folder(folder, largest: float = math.inf) -> Folder:
    """Read all documents below `folder`, in the order of their paths.

    A document whose file gives no id has the file's name as its id; where that is not the only one,
    its path below the folder. A file that can't be read is a problem; so is an id given twice.
    largest: files of more bytes are left out.
    """
    folder, files, problems, seen = Path(folder), [], [], {}
    paths, left_out = walk(folder)
    for path in paths:
        if (size := path.stat().st_size) > largest:
            much = f"{size / 1e6:.0f} MB; files above {largest / 1e6:.0f} MB are not read"
            left_out.append(LeftOut(str(path), much))
            continue
        try:
            file = read_file(path)
        except Problem as problem:
            problems.append(str(problem))
            continue
        left_out += [LeftOut(str(path), reason) for reason in file.content.left_out]
        files.append(file)
    names, unique = _names(folder, files), []
    for file in files:
        file = file._replace(id=names.get(file.path, file.id))
        if other := seen.get(_look(file.id)):
            where = f", line {file.line}" if file.line else ""
            same = "is also" if file.id == other.id else "looks the same as"
            problems.append(
                f"{file.path}{where}: the id '{file.id}' {same} that of {other.path}; give one of "
                "them another"
            )
            continue
        seen[_look(file.id)] = file
        unique.append(file)
    return Folder(unique, left_out, problems)


def read_file(path) -> File:
    """Read one file. Raises Problem if it can't be read, or if its id can't be cited."""
    path = Path(path)
    if NOT_TEXT.search(str(path)):
        what = "file" if NOT_TEXT.search(path.name) else "folder"
        raise Problem(f"{_shown(path)}: the name of the {what} is no text; give it another one")
    content = read(path)
    id, line = content.metadata.get("id"), content.lines.get("id")
    title = content.metadata.get("title") or path.stem
    if id is None:
        id, line = _plain(path.stem), None
    if not re.fullmatch(ID, _look(id)) or id != id.strip() or UNCITED.search(id):
        where = f", line {line}" if line else ""
        raise Problem(
            f"{path}{where}: the id {id!r} can't be cited. An id has no square brackets, no line "
            "breaks, no space at its ends, and something that can be seen"
        )
    return File(path, id, title, content, line)


def walk(folder) -> tuple[list[Path], list[LeftOut]]:
    """The files below `folder` that are to be read, sorted, and what is left out.

    Left out, each with one entry: hidden files and folders, folders of tools, the lock files of
    office programs, links to folders, what is no file, and types that are not read.
    """
    paths, left_out = [], []

    def unopened(error):
        left_out.append(LeftOut(_shown(error.filename), f"can't be opened ({error.strerror})"))

    for root, folders, names in os.walk(folder, onerror=unopened):
        for name in [*folders, *names]:
            path = Path(root, name)
            if reason := _reason(path, name in folders):
                left_out.append(LeftOut(_shown(path), reason))
            elif name in names:
                paths.append(path)
        folders[:] = [name for name in folders if not _reason(Path(root, name), True)]
    return sorted(paths), sorted(left_out)


def report(read: int, left_out: list[LeftOut]) -> str:
    """How many documents were read, and what was left out for which reason, in a few sentences."""
    reasons = {}
    for path, reason in left_out:
        reasons.setdefault(reason, []).append(Path(path).name)
    parts = []
    for reason, names in reasons.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        parts.append(f"{', '.join(names[:3])}{more} ({reason})")
    if len(parts) > 8:
        parts[8:] = [f"and {len(parts) - 8} more reasons, see .left_out"]
    text = f"{read} document{'' if read == 1 else 's'} read."
    return text + (f" Left out: {'; '.join(parts)}." if parts else "")


def _reason(path: Path, is_folder: bool) -> str:
    """Why a file or folder is left out; "" if it isn't."""
    name, kind = path.name, kind_of(path)
    if name.startswith(("~$", ".~lock.")):
        return "a lock file"
    if name.startswith("."):
        return "hidden"
    if is_folder:
        if NOT_TEXT.search(name):
            return "its name is no text; give it another one"
        if name in TOOLS or os.path.exists(path / "pyvenv.cfg"):
            return "a folder of tools"
        return "a link to a folder" if path.is_symlink() else ""
    if kind not in READERS:
        return f"{kind} files are not read" if kind else "files without an ending are not read"
    return "" if os.path.isfile(path) else "no file, or a link to nothing"


def _names(folder: Path, files: list[File]) -> dict[Path, str]:
    """The shortest of its names that tells each file without an id from all others."""
    names, taken = {}, {_look(file.id) for file in files if file.line}
    unnamed = [file.path for file in files if not file.line]
    for name in (
        lambda path: path.stem,
        lambda path: path.relative_to(folder).with_suffix("").as_posix(),
        lambda path: path.relative_to(folder).as_posix(),
    ):
        found = {path: _plain(name(path)) for path in unnamed}
        looks = {path: _look(id) for path, id in found.items()}
        count = Counter(looks.values())
        new = [p for p, look in looks.items() if count[look] == 1 and look not in taken]
        names |= {path: found[path] for path in new}
        taken |= {looks[path] for path in new}
        unnamed = [path for path in unnamed if path not in new]
    return names | {path: found[path] for path in unnamed}


def _plain(name: str) -> str:
    """The name of a file as an id: a citation stands in brackets, on one line."""
    name = name.replace("[", "(").replace("]", ")")
    return " ".join(unicodedata.normalize("NFC", name).split())


def _look(id: str) -> str:
    """What a reader sees of an id: equal for ids that can't be told from each other."""
    return unicodedata.normalize("NFC", UNSEEN.sub("", id))


def _shown(path) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode()
