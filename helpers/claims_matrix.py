"""The matrix of all 104 claims: what the course measured of each, where, and what you measured.

The course's records are in `results/ledger.json`, which `scripts.make_ledger` takes from the
notebooks as they are; yours are in `helpers.ledger`.
"""

import html

import ipywidgets
import pandas as pd

from helpers import ledger
from helpers.engine import cache, sheets

STORED = cache.ROOT / "results" / "ledger.json"
OPEN = "open"
COLUMNS = ("claim", "proposition", "kind", "verdict", "evidence", "where", "yours")
ALL = "all"


def course_records() -> dict[int, list[dict]]:
    """The records of the course's own run, by claim; of each claim the oldest first.

    Raises ValueError if the file is missing or damaged.
    """
    stored = cache.read_json(STORED, {})
    records = stored.get("records") if isinstance(stored, dict) else None
    if not isinstance(records, dict):
        raise ValueError(f"{STORED} is missing or damaged: run python -m scripts.make_ledger")
    return {int(id): kept for id, kept in records.items()}


def matrix(records: dict[int, list[dict]] | None = None) -> pd.DataFrame:
    """One row for each claim, with the columns of `COLUMNS` after the first, which is the index.

    records: those of the course (None: `course_records`). A claim that can be measured or shown,
    and was not, is "open", and its evidence says where its test is to be. "yours" is your own
    latest verdict.
    """
    records = course_records() if records is None else records
    table, mine = ledger.claims(), ledger.matrix().verdict
    rows = []
    for id, claim in table.iterrows():
        last = (records.get(id) or [None])[-1]
        where = [last["notebook"]] if last else _places(claim)
        rows.append(
            {
                "claim": id,
                "proposition": claim.proposition,
                "kind": claim.kind,
                "verdict": _verdict(claim, last),
                "evidence": _evidence(claim, last),
                "where": ", ".join(where),
                "yours": mine[id],
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS).set_index("claim")


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many claims of each kind (rows) have each verdict (columns), with sums."""
    return pd.crosstab(table.kind, table.verdict, margins=True, margins_name="together")


def chosen(table: pd.DataFrame, kind=ALL, verdict=ALL, where=ALL, words: str = "") -> pd.DataFrame:
    """The rows of a `matrix` with this kind, verdict and notebook ("N07"); the twin of `browser`.

    words: all of them must occur in the proposition or the evidence, whatever their case. Raises
    ValueError for a kind, verdict or notebook that no row has.
    """
    places = table["where"].str.split(", ")
    known = {"kind": set(table.kind), "verdict": set(table.verdict), "where": set(sum(places, []))}
    for name, value in (("kind", kind), ("verdict", verdict), ("where", where)):
        if value != ALL and value not in known[name]:
            choices = ", ".join(sorted(known[name]))
            raise ValueError(f"No claim has {value!r:.40} as its {name}; there are: {choices}")
    keep = pd.Series(True, table.index)
    keep &= (table.kind == kind) | (kind == ALL)
    keep &= (table.verdict == verdict) | (verdict == ALL)
    keep &= places.map(lambda one: where in (ALL, *one))
    texts = (table.proposition + " " + table.evidence).str.casefold()
    for word in words.casefold().split():
        keep &= texts.str.contains(word, regex=False)
    return table[keep]


def contradictions(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Where the articles disagree, with the course's verdict and evidence on each claim involved.

    table: a `matrix` (None: of the course's records). One row for each pair of contradiction and
    claim; indexed by both.
    """
    table, rows = matrix() if table is None else table, []
    for id, row in ledger.contradictions().iterrows():
        for claim in row.claims:
            found = {"contradiction": id, "claim": claim, **table.loc[claim]}
            rows.append(found | {"settled by": row["settled by"]})
    return pd.DataFrame(rows).set_index(["contradiction", "claim"])


def browser(table: pd.DataFrame) -> ipywidgets.VBox:
    """Controls for kind, verdict, notebook and words, above the rows that `chosen` returns."""
    places = sorted(set(sum(table["where"].str.split(", "), [])))
    options = {"kind": sorted(set(table.kind)), "verdict": sorted(set(table.verdict))}
    look = {"style": {"description_width": "initial"}, "layout": {"width": "280px"}}
    controls = {
        name: ipywidgets.Dropdown(description=name.capitalize(), options=[ALL, *values], **look)
        for name, values in (options | {"where": places}).items()
    }
    controls["words"] = ipywidgets.Text(
        description="Words (Enter)", continuous_update=False, **look
    )
    status, shown = ipywidgets.HTML(), ipywidgets.HTML()

    def refresh(_=None):
        found = chosen(table, **{name: control.value for name, control in controls.items()})
        status.value = f"{len(found)} of {len(table)} claims"
        shown.value = markup(found)

    for control in controls.values():
        control.observe(refresh, names="value")
    refresh()
    return ipywidgets.VBox([ipywidgets.HBox(list(controls.values())), status, shown])


def markup(table: pd.DataFrame) -> str:
    """The rows as an HTML table; whatever a cell holds is text."""
    look = 'style="text-align: left; vertical-align: top; padding: 2px 8px"'
    names = [table.index.name, *table.columns]
    head = "".join(f'<th scope="col" {look}>{html.escape(str(name))}</th>' for name in names)
    body = []
    for id, *cells in table.itertuples():
        first = f'<th scope="row" {look}>{html.escape(str(id))}</th>'
        rest = "".join(f"<td {look}>{html.escape(str(cell))}</td>" for cell in cells)
        body.append(f"<tr>{first}{rest}</tr>")
    table = f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>"
    return f"<table><caption>Claims and what is known of them</caption>{table}</table>"


def write_csv(table: pd.DataFrame, path) -> None:
    """Write a matrix as a CSV file, in which no cell is a formula for a spreadsheet."""
    plain = table.reset_index().astype(str).map(sheets.guard)
    cache.write_bytes(path, plain.to_csv(index=False, lineterminator="\n").encode())


def write_html(table: pd.DataFrame, path) -> None:
    """Write a matrix as one HTML file with a filter; it loads nothing, and prints without it."""
    counted = markup(counts(table))
    page = PAGE.replace("{counts}", counted).replace("{table}", markup(table))
    cache.write_bytes(path, page.encode())


def _places(claim) -> list[str]:
    """Where a claim without a record belongs: the notebook of its test, or all that treat it."""
    return [claim.test["notebook"]] if claim.kind == "measured" else claim.notebooks


def _verdict(claim, last) -> str:
    if last:
        return last["verdict"]
    fixed = {"literature", "not testable here"}
    return ledger.WITHOUT_RECORD[claim.kind] if claim.kind in fixed else OPEN


def _evidence(claim, last) -> str:
    """What a verdict rests on, in a sentence or a number with its interval and n."""
    if claim.kind == "literature":
        return claim.figure
    if claim.kind == "not testable here":
        more = claim["undecided because"]
        return claim.reason + (f" {more}" if isinstance(more, str) else "")
    if not last:
        return f"Nothing yet: it belongs to {' and '.join(_places(claim))}, which has no record."
    if claim.kind != "measured":
        return claim.shown
    test, span = claim.test, "{measured:+.2f} [{low:+.2f}, {high:+.2f}]".format(**last)
    size = f"n = {last['n']:.0f}" if last.get("n") else f"n = {test['n']}"
    return f"{span}, {size}; threshold {test['threshold']:g}. Measure: {test['measure']}"


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>104 claims and what became of them</title>
<style>body { font-family: sans-serif; margin: 2em } table { border-collapse: collapse }
th, td { border-bottom: 1px solid #999 } .gone { display: none }
@media print { .filter { display: none } }</style></head><body>
<h1>104 claims and what became of them</h1>
<h2>Counts</h2>{counts}
<h2>Claims</h2>
<p class="filter"><label>Show rows with all of these words: <input id="words" type="search"></label>
<span id="count" role="status"></span></p>
<div id="claims">{table}</div>
<script>
const rows = [...document.querySelectorAll("#claims tbody tr")];
function filter() {
  const words = document.getElementById("words").value.toLowerCase().split(/\\s+/);
  rows.forEach(row => row.classList.toggle("gone",
    !words.every(word => row.textContent.toLowerCase().includes(word))));
  const left = rows.filter(row => !row.classList.contains("gone")).length;
  document.getElementById("count").textContent = left + " of " + rows.length;
}
document.getElementById("words").addEventListener("input", filter);
filter();
</script></body></html>
"""
