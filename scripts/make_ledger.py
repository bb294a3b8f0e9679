"""Take the course's verdicts out of the notebooks as they are: results/ledger.json.

Run: python -m scripts.make_ledger

Each notebook shows what `ledger.verdict` and `ledger.shown` recorded when it was run. So the stored
records say what the notebooks say, to the two decimals that they show, and a test compares both.
Notebook 12 shows these records, so run it again when they have changed.
"""

import json

from bs4 import BeautifulSoup

from helpers.claims_matrix import STORED
from helpers.engine import cache

NUMBERS = ("n", "measured", "low", "high")


def record(table, notebook: str) -> tuple[int, dict]:
    """The claim and the record that one table of a notebook shows."""
    names = [cell.get_text(strip=True) for cell in table.select("th.col_heading")]
    cells = [cell.get_text(strip=True) for cell in table.select("td")]
    shown = dict(zip(names, cells, strict=True))
    numbers = {name: float(shown[name]) for name in NUMBERS if shown.get(name, "none") != "none"}
    claim = int(table.select_one("th.row_heading").get_text())
    return claim, {"notebook": notebook, **numbers, "verdict": shown["verdict"]}


def tables(path) -> list:
    """The tables of a notebook's outputs that show a record."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    texts = ["".join(data.get("text/html", "")) for data in outputs]
    found = []
    for text in (text for text in texts if ">at 7B<" in text):
        for table in BeautifulSoup(text, "html.parser").select("table"):
            names = {cell.get_text(strip=True) for cell in table.select("th.col_heading")}
            found += [table] * ({"says", "verdict", "at 7B"} <= names)
    return found


def records() -> dict[str, list[dict]]:
    """The records of all notebooks, by claim, in the order of the notebooks."""
    found = {}
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        for table in tables(path):
            claim, row = record(table, f"N{path.stem.split('_')[0]}")
            found.setdefault(str(claim), []).append(row)
    return dict(sorted(found.items(), key=lambda item: int(item[0])))


if __name__ == "__main__":
    cache.write_json(STORED, {"records": records()})
    print(f"{len(records())} claims have a record")
