"""Read the text and the metadata of a file: one function for each file format."""

import json
import re
from pathlib import Path

from helpers.engine.front_matter import split
from helpers.engine.text import Problem, Text, decode, refuse_controls


def _markdown(data, path):
    return split(decode(data, path), path)


def _plain(data, path):
    return Text(decode(data, path))


def _html(data, path):
    from helpers.engine.html import read_html

    return read_html(data, path)


def _pdf(data, path):
    from helpers.engine.pdf import read_pdf

    return read_pdf(data, path)


def _docx(data, path):
    from helpers.engine.office import read_docx

    return read_docx(data, path)


def _pptx(data, path):
    from helpers.engine.office import read_pptx

    return read_pptx(data, path)


def _csv(data, path):
    from helpers.engine.tables import read_csv

    return read_csv(data, path)


def _notebook(data, path):
    """The text and the code of a notebook's cells, without what the code has printed."""
    try:
        notebook = json.loads(decode(data, path))
        cells = notebook["cells"]
        sources = [cell["source"] for cell in cells]
        texts = ["".join(source).strip() for source in sources]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, Problem):
            raise
        what = f"{type(error).__name__}: {error}"
        raise Problem(f"{path}: not a notebook of format 4 ({what})") from None
    outputs = sum(bool(cell.get("outputs")) for cell in cells)
    left_out = [f"what {outputs} cells have printed not read"] * bool(outputs)
    return Text("\n\n".join(filter(None, texts)), {}, tuple(left_out))


READERS = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    ".rst": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".csv": _csv,
    ".ipynb": _notebook,
}
BARE = {"README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CHANGELOG", "CHANGES"}
BARE |= {"CONTRIBUTORS", "HISTORY", "INSTALL", "NEWS"}  # texts that have no ending by custom


def kind_of(path: Path) -> str:
    """The ending that says how a file is read: its own, or that of a text for a bare README or a
    LICENSE-MIT.
    """
    first = re.split("[-_ ]", path.name.upper())[0]
    return path.suffix.lower() or ".txt" * (first in BARE)


def read(path) -> Text:
    """Read one file. Raises Problem, naming it and saying what to do, if it can't be read."""
    path = Path(path)
    kind = kind_of(path)
    if kind not in READERS:
        known = ", ".join(READERS)
        raise Problem(f"{path}: files of type '{path.suffix}' are not read; use one of {known}")
    try:
        found = READERS[kind](path.read_bytes(), path)
        refuse_controls(found.text, path)
    except Problem:
        raise
    except Exception as error:  # each reading library has exceptions of its own
        what = f"{type(error).__name__}: {error}"
        raise Problem(
            f"{path}: can't be read as {kind} ({what}); mend it or move it out of the folder"
        ) from None
    if not found.text.strip():
        scan = " (a scanned PDF needs character recognition first)" if kind == ".pdf" else ""
        raise Problem(f"{path}: no text in it{scan}; mend it or move it out of the folder")
    if unread := found.text.count("\ufffd"):
        what = f"{unread} characters that could not be read when it was made (U+FFFD)"
        found = found._replace(left_out=(*found.left_out, what))
    return found
