"""Read the text and the metadata of a file: one function for each file format."""

import csv
import json
from collections import Counter
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
    """Each row on a line, as "column: value; column: value", for a search finds rows one by one."""
    lines = decode(data, path).split("\n")
    separator = max(";\t|,", key=lambda mark: _regularity(lines, mark))
    if lines[0].strip().lower()[:4] == "sep=" and len(lines[0].strip()) == 5:  # as Excel writes it
        separator = lines.pop(0).strip()[4]
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=separator, strict=True)
    try:
        rows = [[" ".join(cell.split()) for cell in row] for row in reader]
    except csv.Error as error:
        raise Problem(f"{path}, line {reader.line_num}: not a table ({error})") from None
    names, *rows = [row for row in rows if any(row)] or [[]]
    if not rows:
        return Text(f" {separator} ".join(names))
    width = max(map(len, rows))
    names = [names[i] if i < len(names) and names[i] else f"column {i + 1}" for i in range(width)]
    written = [[f"{n}: {v}" for n, v in zip(names, row, strict=False) if v] for row in rows]
    return Text("\n\n".join("; ".join(row) for row in written))


def _regularity(lines, separator) -> float:
    """The share of rows that this separator cuts into equally many cells, more than one."""
    try:
        rows = csv.reader([f"{line}\n" for line in lines], delimiter=separator, strict=True)
        widths = [len(row) for row in rows if row]
    except csv.Error:
        return -1
    counts = Counter(width for width in widths if width > 1)
    return max(counts.values(), default=0) / max(1, len(widths))


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
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".csv": _csv,
    ".ipynb": _notebook,
}


def read(path) -> Text:
    """Read one file. Raises Problem, naming it and saying what to do, if it can't be read."""
    path = Path(path)
    kind = path.suffix.lower()
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
