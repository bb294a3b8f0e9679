"""Questions about documents of your own: drafted and confirmed in a table, or taken from a file.

The table is a CSV file with a row for each question. A person writes yes or no into `keep`,
corrects question or answer, and adds rows at the end. Nothing that a person typed is ever
overwritten.
"""

import difflib
from collections import Counter
from pathlib import Path

from helpers import metrics
from helpers.documents import Document
from helpers.drafting import Draft, identify
from helpers.engine import qa_files, shared_json, sheets
from helpers.engine.text import Problem

NEEDED = ("keep", "question", "answer", "document")
COLUMNS = ("keep", "question", "answer", "document", "span", "start", "sentence", "id")
NOTE = (
    "Drafted by a program from sentences of the documents: nobody has asked these questions. "
    "Write yes or no into keep; correct question and answer (several answers: a | b); add rows at "
    "the end with question, answer and document. A question that the documents do not answer has "
    "neither answer nor document."
)
YES, NO = {"yes", "y", "x", "1", "true", "ok"}, {"no", "n", "0", "false"}
LONGEST = 1000  # characters of a question or an answer
CONFIRMED = ("confirmed", "corrected", "added", "given")  # a person stands behind these; not: draft
SHOWN = 12  # problems in one message


def add_drafts(path, drafts: list[Draft]) -> int:
    """Write drafts to a table, or add at its end those that are not in it; how many were new."""
    rows = [
        {
            "question": draft.question,
            "answer": " | ".join(draft.answers),
            "document": draft.document,
            "span": draft.answer,
            "start": str(draft.start),
            "sentence": draft.sentence,
            "id": draft.id,
        }
        for draft in drafts
    ]
    if not Path(path).exists():
        sheets.create(path, NOTE, COLUMNS, rows)
        return len(rows)
    with shared_json.locked(Path(path)):
        sheet = sheets.Sheet(path, ("question", "answer"))
        known = {row.get("id") for row in sheet.rows.values()}
        known |= {_same(row["question"]) for row in sheet.rows.values()}
        rows = [row for row in rows if not {row["id"], _same(row["question"])} & known]
        sheet.add(rows)
    return len(rows)


def read(path, documents: list[Document]) -> list[dict]:
    """The questions of a CSV table, a file in SQuAD's format, or a folder in BEIR's.

    Returns rows with id, question, answers, documents (ids; both empty: the documents do not say
    it), span, start (where the answer is; None: unknown), status and line. status: "confirmed",
    "corrected", "added", "draft" or "rejected" in a table; "given" in other files. Raises
    ValueError with all that is wrong, by line; FileNotFoundError if there is no such file.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"There is no file or folder {Path(path).resolve()}")
    table = Path(path).suffix.lower() in (".csv", ".tsv", ".txt")
    return _table(path, documents) if table else _given(path, documents)


def to_use(rows: list[dict], least: int = 10) -> list[dict]:
    """The rows to ask: those that a person stands behind; with fewer than `least`, drafts too."""
    sure = [row for row in rows if row["status"] in CONFIRMED]
    if len(sure) >= least:
        return sure
    return sure + [row for row in rows if row["status"] == "draft"]


def _table(path, documents):
    sheet, known = sheets.Sheet(path, ("question", "answer")), {d.id: d for d in documents}
    rows, problems, seen = [], [], {}
    for line, cells in sheet.rows.items():
        try:
            row = _row(cells, known) | {"line": line}
        except Problem as problem:
            problems.append(f"line {line}: {problem}")
            continue
        asked = _same(row["question"]), tuple(row["documents"])
        if row["status"] not in ("rejected", "gone") and line != seen.setdefault(asked, line):
            problems.append(f"line {line}: the question is also on line {seen[asked]}")
        rows.append(row)
    if problems:
        more = f"\n... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise ValueError("\n".join([f"{path}:", *problems[:SHOWN]]) + more)
    return [row for row in rows if row["status"] != "gone"]


def _row(cells, known) -> dict:
    """One row of a table. Raises Problem. A draft whose document has changed is "gone"."""
    question, answer, id = cells["question"], cells["answer"], cells.get("id", "")
    named, keep = cells.get("document", ""), cells.get("keep", "").casefold()
    if keep and keep not in YES | NO:
        raise Problem(f"keep is yes, no or empty, not {keep!r:.40}")
    if not question and keep not in NO:
        raise Problem("the question is empty; to drop a row, write no into keep")
    if max(len(question), len(answer)) > LONGEST:
        raise Problem(f"a question and an answer have at most {LONGEST} characters each")
    if id and id == identify(question, answer, named):
        status = "confirmed" if keep in YES else "draft"
    else:
        status = "corrected" if id else "added"
    row = {"id": id or identify(question, answer, named), "question": question, "start": None}
    row |= {"answers": [one.strip() for one in answer.split("|") if one.strip()]}
    row |= {"status": "rejected" if keep in NO else status, "documents": [], "span": None}
    if row["status"] == "rejected":
        return row
    if not row["answers"] and named:
        raise Problem("the answer is empty; if the documents do not say it, empty document as well")
    if not row["answers"]:
        return row
    try:
        found = _documents(named, row["answers"], known, sure=keep in YES)
    except Problem:
        if row["status"] == "draft":
            return row | {"status": "gone"}
        raise
    row |= {"documents": [document.id for document in found]}
    return row | _span(row["answers"], found, cells.get("start", ""))


def _documents(named, answers, known, sure) -> list[Document]:
    """The documents with the answer: those that are named, or the only one that has it."""
    if not named:
        found = [one for one in known.values() if metrics.contains(one.text, answers)]
        if len(found) == 1:
            return found
        what = f"is in {len(found)} documents" if found else "is in no document"
        raise Problem(f"the answer {answers[0]!r:.60} {what}: name the document")
    ids = [named] if named in known else [one.strip() for one in named.split("|") if one.strip()]
    for id in ids:
        if id not in known:
            near = difflib.get_close_matches(id, known, 1)
            hint = f"; is it '{near[0]}'?" if near else ""
            raise Problem(f"there is no document {id!r:.60}{hint}")
    found = [known[id] for id in ids]
    if not sure and not any(metrics.contains(one.text, answers) for one in found):
        raise Problem(
            f"the answer {answers[0]!r:.60} is not in the document {ids[0]!r:.60}: copy it from "
            "there, or write yes into keep"
        )
    return found


def _span(answers, found, start) -> dict:
    """Where the answer is in its document."""
    for document in found:
        for answer in answers:
            at = int(start) if start.isdecimal() and len(start) < 12 else -1
            if document.text[at : at + len(answer)] != answer or at < 0:
                at = document.text.find(answer)
            if at >= 0:
                return {"span": answer, "start": at}
    return {"span": answers[0], "start": None}


def _given(path, documents) -> list[dict]:
    """The questions of a SQuAD file or a BEIR folder, with the ids that their documents have here.

    A document of such a file is one of ours with the same id or title, or the one that contains its
    text.
    """
    theirs, rows = qa_files.read(path)
    ours = _matches(theirs, documents)
    missing = [row for row in rows if ours[row["entity"]] is None]
    if missing:
        first = [f"{row['id']} ({row['entity']})" for row in missing[:3]]
        raise ValueError(
            f"{path}: {len(missing)} of {len(rows)} questions are about documents that are not in "
            f"the folder: {', '.join(first)}. A document is found by its id, its title or its text"
        )
    found = []
    for row in rows:
        ids = list(dict.fromkeys(ours[id] for id in row["documents"]))
        at = _span(row["answers"], [d for d in documents if d.id in ids], "") if ids else {}
        found.append(
            {"id": row["id"], "question": row["question"], "answers": row["answers"]}
            | {"documents": ids, "span": None, "start": None, "status": "given", "line": None}
            | at
            | {"about": ours[row["entity"]]}
        )
    return found


def _matches(theirs, ours) -> dict[str, str | None]:
    """For each of their documents the id of ours that it is, or None."""
    by_id = {document.id: document.id for document in ours}
    titles = Counter(_same(document.title) for document in ours)
    by_title = {_same(d.title): d.id for d in ours if titles[_same(d.title)] == 1}
    texts = {document.id: _same(document.text) for document in ours}
    found = {}
    for document in theirs:
        text = _same(document.text)
        inside = [id for id, whole in texts.items() if text and text in whole]
        by_name = by_title.get(_same(document.title)) if document.title else None
        only = inside[0] if len(inside) == 1 else None
        found[document.id] = by_id.get(document.id) or only or by_name
    return found


def _same(text) -> str:
    """A text without what no reader sees as a difference."""
    return " ".join(text.casefold().split())
