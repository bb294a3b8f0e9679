"""Read a table of comma-separated values: each row with the names of its columns."""

import csv
import re
from collections import Counter

from helpers.engine.text import Problem, Text, decode

NUMBER = re.compile(r"(?!(?:19|20)\d\d$)[\W\d]*\d[\W\d]*")  # or a date; a year may name a column


def read_csv(data: bytes, path) -> Text:
    """Each row on a line, as "column: value; column: value", for a search finds rows one by one.

    Rows above the names of the columns are titles (see `_titles`) and stay as they are.
    """
    lines = decode(data, path).split("\n")
    separator = max(";\t|,", key=lambda mark: _regularity(lines, mark))
    if lines[0].strip().lower()[:4] == "sep=" and len(lines[0].strip()) == 5:  # as Excel writes it
        separator = lines.pop(0).strip()[4]
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=separator, strict=True)
    try:
        raw = list(reader)
    except csv.Error as error:
        raise Problem(f"{path}, line {reader.line_num}: not a table ({error})") from None
    count = _titles(raw)
    titles, left_out = [_plain(row, separator) for row in raw[:count] if _filled(row)], ()
    if titles:
        what = "first row read as a title" if len(titles) == 1 else f"first {len(titles)} rows read"
        what += " as titles" * (len(titles) > 1)
        left_out = (f"its {what}, the next as the names of the columns",)
    rows = [[" ".join(cell.split()) for cell in row] for row in raw[count:]]
    names, *rows = [row for row in rows if any(row)] or [[]]
    if not rows:
        return Text(f" {separator} ".join(names))
    width = max(map(len, rows))
    names = [names[i] if i < len(names) and names[i] else f"column {i + 1}" for i in range(width)]
    written = [[f"{n}: {v}" for n, v in zip(names, row, strict=False) if v] for row in rows]
    return Text("\n\n".join([*titles, *map("; ".join, written)]), {}, left_out)


def _titles(rows: list[list[str]]) -> int:
    """How many rows stand above the names of the columns.

    A title is alone in its row, or a sentence with a comma, or with another cell in a block that a
    blank row ends. The names are more, none is a number, and a row follows them.
    """
    usual = Counter(n for row in rows if (n := len(_filled(row))) > 1)
    usual = max(usual, key=lambda n: (usual[n], n), default=1)
    end = next((i for i, row in enumerate(rows) if not _filled(row)), 0)
    block = end if usual > 2 and all(len(_filled(row)) < 3 for row in rows[:end]) else 0
    for number, row in enumerate(rows):
        filled = _filled(row)
        alone = len(filled) == 1 and row[0].strip()
        if alone or not filled or number < block or len(filled) < usual and _is_sentence(row):
            continue
        names = len(filled) > 1 and not any(map(NUMBER.fullmatch, filled))
        return number if names and any(map(_filled, rows[number + 1 :])) else 0
    return 0


def _is_sentence(row: list[str]) -> bool:
    return all(cell.startswith(" ") for cell in row[1:])


def _filled(row: list[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _plain(row: list[str], separator: str) -> str:
    """A title on a line; a pair of cells as "name: value"."""
    if _is_sentence(row):
        return " ".join(separator.join(row).split())
    return re.sub(r"::+ ", ": ", ": ".join(" ".join(cell.split()) for cell in _filled(row)))


def _regularity(lines, separator) -> float:
    """The share of rows that this separator cuts into equally many cells, more than one."""
    try:
        rows = csv.reader([f"{line}\n" for line in lines], delimiter=separator, strict=True)
        widths = [len(row) for row in rows if row]
    except csv.Error:
        return -1
    counts = Counter(width for width in widths if width > 1)
    return max(counts.values(), default=0) / max(1, len(widths))
