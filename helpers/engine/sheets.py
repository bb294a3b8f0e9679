"""A table that people edit in a spreadsheet: read cell by cell, and written without formulas.

A spreadsheet computes a cell that begins with = + - or @, wherever its text came from. So such a
cell is written behind an apostrophe, which is taken off again when the table is read (OWASP, "CSV
Injection").
"""

import csv
import io
import re
from pathlib import Path

from helpers.engine import cache
from helpers.engine.text import Problem, decode

FORMULA = re.compile(r"'*[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
SEPARATORS = ",;\t|"


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """The text that `guard` made this cell of; any other cell is its own text."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


class Sheet:
    """A table of a file: rows below a line with the names of the columns; what is above is kept.

    rows: the row below that line as a dictionary of texts, by the number of its line in the file.
    """

    def __init__(self, path, needed: tuple[str, ...]):
        """needed: columns without which it is no such table.

        Raises Problem, naming the file and, where there is one, the line; OSError if it can't be
        opened.
        """
        self.path = Path(path)
        text = decode(self.path.read_bytes(), path)
        self.separator = max(SEPARATORS, key=lambda mark: _columns_by(text, mark, needed))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True)
        self._lines, before = [], 0
        try:
            for cells in reader:
                self._lines.append((before + 1, cells))
                before = reader.line_num
        except csv.Error as error:
            raise Problem(f"{path}, line {before + 1}: not a table ({error})") from None
        named = (i for i, (_, cells) in enumerate(self._lines) if set(needed) <= _names(cells))
        if (header := next(named, None)) is None:
            raise Problem(f"{path}: no line names the columns {' and '.join(needed)}")
        self.columns = [name.strip().casefold() for name in self._lines[header][1]]
        self._body = {line: cells for line, cells in self._lines[header + 1 :] if any(cells)}

    @property
    def rows(self) -> dict[int, dict[str, str]]:
        """The rows that are not empty, by their line; a cell that is missing is ""."""
        return {line: self._row(cells) for line, cells in self._body.items()}

    def _row(self, cells):
        cells = [*cells, *[""] * len(self.columns)]
        pairs = zip(self.columns, cells, strict=False)
        return {name: unguard(cell.strip()) for name, cell in pairs if name}

    def change(self, line: int, **cells: str) -> None:
        """Put these texts into the row of a line, and write the file. KeyError if there is none.

        All other cells stay as they are, those of columns that nobody knows included.
        """
        row = self._body[line]
        row += [""] * (len(self.columns) - len(row))
        for name, text in cells.items():
            row[self.columns.index(name)] = guard(text)
        written = _written([cells for _, cells in self._lines], self.separator)
        cache.write_bytes(self.path, b"\xef\xbb\xbf" + written)

    def add(self, rows: list[dict[str, str]]) -> None:
        """Add rows at the end of the file; what is in it stays, byte for byte."""
        new = [[guard(row.get(name, "")) for name in self.columns] for row in rows]
        old = self.path.read_bytes()
        end = b"" if old.endswith((b"\n", b"\r")) else b"\r\n"
        cache.write_bytes(self.path, old + end + _written(new, self.separator))


def create(path, note: str, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Write a new table: a note, the names of the columns, the rows. FileExistsError if there is
    a file.
    """
    if Path(path).exists():
        raise FileExistsError(f"{path} is there already, and is not overwritten")
    lines = [[note], list(columns)]
    lines += [[guard(row.get(name, "")) for name in columns] for row in rows]
    cache.write_bytes(path, b"\xef\xbb\xbf" + _written(lines, ","))  # the mark is for Excel


def _written(lines, separator) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()


def _names(cells) -> set[str]:
    return {cell.strip().casefold() for cell in cells}


def _columns_by(text, separator, needed) -> int:
    """How many columns the line with the needed names has, if it is cut by this separator."""
    lines = (line.strip().replace('"', "").split(separator) for line in text.split("\n"))
    return max((len(cells) for cells in lines if set(needed) <= _names(cells)), default=0)
