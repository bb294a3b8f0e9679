"""Confirm, correct, drop or add questions: with a widget, or with its twins in plain code.

Both write into the same table, which a spreadsheet opens as well.
"""

from html import escape
from pathlib import Path

import ipywidgets
import pandas as pd

from helpers import questions
from helpers.engine import shared_json, sheets

LABELS = {"yes": "Keep", "no": "Drop", "": "Decide later"}


def table(path) -> pd.DataFrame:
    """The questions of a table as a data frame, by the line of each in its file."""
    rows = sheets.Sheet(path, questions.NEEDED).rows
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("line")


def decide(path, line: int, keep: str, **corrected: str) -> None:
    """Write a decision about the question on this line; the twin of `confirm`.

    keep: "yes", "no", or "" for not decided. corrected: question, answer or document, if they are
    to change. What others wrote into the file meanwhile stays. Raises ValueError for another `keep`
    or line, and for a question without words.
    """
    cells = _cells(keep=keep, **corrected)
    with shared_json.locked(Path(path)):
        sheet = sheets.Sheet(path, questions.NEEDED)
        if line not in sheet.rows:
            raise ValueError(f"{path} has no question on line {line}")
        sheet.change(line, **cells)


def add(path, question: str, answer: str = "", document: str = "") -> None:
    """Add a question of your own at the end of a table.

    document: the id of the one with the answer. Without both, the documents do not say it. Raises
    ValueError for a question without words.
    """
    row = _cells(keep="yes", question=question, answer=answer, document=document)
    with shared_json.locked(Path(path)):
        sheets.Sheet(path, questions.NEEDED).add([row])


def confirm(path) -> ipywidgets.VBox:
    """Controls for one question after the other: its text, its answer, and what becomes of it.

    path: a table of drafts, such as `report.run` writes. Each decision is written at once; what
    stands in the fields can also be added as a new question. Raises ValueError or OSError if it is
    no such table.
    """
    shown = table(path)
    if not len(shown):
        raise ValueError(f"{path} has no question in it")
    look = {"style": {"description_width": "initial"}, "layout": {"width": "95%"}}
    undecided = [i for i, keep in enumerate(shown.keep, start=1) if not keep]
    number = ipywidgets.BoundedIntText(
        description="Question number", value=(undecided or [1])[0], min=1, max=len(shown), **look
    )
    source, status = ipywidgets.HTML(), ipywidgets.HTML()
    question = ipywidgets.Textarea(description="Question", rows=3, **look)
    answer = ipywidgets.Text(description="Answer (several: a | b)", **look)
    document = ipywidgets.Text(description="Document", **look)
    fields = {"question": question, "answer": answer, "document": document}
    buttons = {keep: ipywidgets.Button(description=label) for keep, label in LABELS.items()}
    adding = ipywidgets.Button(description="Add as a new one")

    def show(_=None):
        row = table(path).iloc[number.value - 1]
        for name, field in fields.items():
            field.value = row[name]
        source.value = _source(row)

    def written(write, said):
        """Write into the table, and say what it holds now, or what is wrong."""
        try:
            write()
        except (OSError, ValueError, KeyError) as error:
            status.value = escape(str(error))
            return False
        kept = [keep.casefold() for keep in table(path).keep]
        yes, no = (sum(one in words for one in kept) for words in (questions.YES, questions.NO))
        number.max = len(kept)
        status.value = f"{said}. Of {len(kept)} questions, {yes} are kept and {no} dropped."
        return True

    def decided(keep):
        row = table(path).iloc[number.value - 1]
        line, typed = int(row.name), {name: field.value for name, field in fields.items()}
        values = {name: text for name, text in typed.items() if text != row[name]}
        said = f"Question {number.value}: {LABELS[keep].lower()}"
        if written(lambda: decide(path, line, keep, **values), said):
            number.value += 1  # which shows it; after the last one it stays
            show()

    def added(_):
        values = {name: field.value for name, field in fields.items()}
        written(lambda: add(path, **values), "Added")

    number.observe(show, names="value")
    adding.on_click(added)
    for keep, button in buttons.items():
        button.on_click(lambda _, keep=keep: decided(keep))
    show()
    row = ipywidgets.HBox([*buttons.values(), adding])
    return ipywidgets.VBox([number, source, question, answer, document, row, status])


def _source(row) -> str:
    """Where a question comes from, as HTML: the sentence, with its answer marked."""
    text, span = escape(row.get("sentence", "")), escape(row.get("span", ""))
    marked = text.replace(span, f"<mark>{span}</mark>", 1) if span else text
    decided = escape(row["keep"] or "not decided")
    return f'<div dir="auto">{marked or "(added by hand)"}<br>Keep: {decided}</div>'


def _cells(keep, **cells) -> dict[str, str]:
    """The cells of a decision, each on one line."""
    unknown = cells.keys() - {"question", "answer", "document"}
    if unknown or keep and keep.casefold() not in questions.YES | questions.NO:
        what = f"there is no {', '.join(unknown)}" if unknown else f"not {keep!r:.40}"
        raise ValueError(f"keep is yes, no or empty; question, answer, document are texts: {what}")
    cells = {name: " ".join(text.split()) for name, text in cells.items()}
    if not cells.get("question", "?"):
        raise ValueError("A question needs words: to drop it, decide no")
    return {"keep": keep, **cells}
