"""What you answered, and when a question comes back: a Leitner box counted in notebooks.

The rule: a question answered wrong comes back in the next notebook. Right there, it rests and
comes back once more, two notebooks on; right again, it is learned. Wrong at any time, it starts
again. Only the first answer in a notebook moves it: one corrected at once says nothing about
memory. (The box: S. Leitner, So lernt man lernen, 1972. Why spacing: Cepeda et al. 2006,
https://doi.org/10.1037/0033-2909.132.3.354)

The record is `artifacts/quiz.json`: for each question the first answer and the latest.
"""

from dataclasses import replace
from datetime import datetime

from helpers import quiz
from helpers.engine import cache, shared_json

GAPS = {1: 1, 2: 2}  # box: how many notebooks later it is due
LEARNED = 3
MOST = 2  # questions that come back in one notebook


def record() -> dict[str, dict]:
    """What was answered, by id of the question; what is damaged counts as not answered."""
    kept = shared_json.read(_file(), dict)
    known = quiz.questions()
    return {id: row for id, row in kept.items() if id in known and _whole(row)}


def coming_back(notebook: str) -> list[quiz.Question]:
    """The questions that come back in this notebook, at most two, the longest waiting first.

    Once shown there, they stay the same ones, so that letters keep their meaning.
    """
    known, kept, order = quiz.questions(), record(), quiz.order()
    pinned = shared_json.read(_file(), dict).get(f"in {notebook}", {}).get("back")
    if isinstance(pinned, list):
        ids = [id for id in pinned if isinstance(id, str) and id in known]
        return [replace(known[id], again=notebook) for id in ids]
    waiting = []
    for id, row in kept.items():
        box, at = row.get("box"), row.get("at")
        own = known[id].notebook == notebook or not id[0].isdigit()  # the two tests stay apart
        if not own and box in GAPS and at in order:
            late = order.index(notebook) - order.index(at) - GAPS[box]
            waiting += [(-late, id)] if late >= 0 else []
    back = [replace(known[id], again=notebook) for _, id in sorted(waiting)[:MOST]]
    if back:
        _pin(notebook, back)
    return back


def note(notebook: str, asked: list[quiz.Question], letters: list[str], attempt: int = 1) -> None:
    """Record answers: the first one stays, the latest is that of the highest attempt."""
    now = datetime.now().isoformat(timespec="seconds")

    def noted(entries):
        entries = dict(entries)
        for question, letter in zip(asked, letters, strict=True):
            answer = question.chosen(letter, attempt)
            right = answer is not None and not answer.belief
            said = {"right": right, "belief": answer.belief if answer else None}
            said |= {"attempt": attempt, "notebook": notebook, "date": now}
            old = entries.get(question.id, {})
            old = old if _whole(old) else {}
            entries[question.id] = _moved(old, said)
        return entries

    shared_json.update(_file(), dict, noted)
    if asked[0].id[0].isdigit():
        _pin(notebook, [q for q in asked if q.again])


def _moved(old: dict, said: dict) -> dict:
    """The record of a question after one more answer."""
    new = {"first": said, **old}
    before = old.get("latest")
    again = before and before["notebook"] == said["notebook"]
    if not (again and said["attempt"] < before["attempt"]):
        new["latest"] = said
    if not again and said["notebook"] not in old.get("in", []):
        box = old.get("box", LEARNED)
        new["box"] = min(box + 1, LEARNED) if said["right"] else 1
        new["at"] = said["notebook"]
        new["in"] = [*old.get("in", []), said["notebook"]]
    return new


def _whole(row) -> bool:
    """Has a record the form that `note` gives it?"""
    fields = {"right": bool, "attempt": int, "notebook": str}
    return isinstance(row.get("in", []), list) and all(
        isinstance(part, dict) and all(isinstance(part.get(f), k) for f, k in fields.items())
        for part in (row.get("first"), row.get("latest"))
    )


def _pin(notebook, back):
    """Keep which questions come back in a notebook; nothing is written if it is known."""
    key, ids = f"in {notebook}", [q.id for q in back]

    def pinned(entries):
        return entries if key in entries else {**entries, key: {"back": ids}}

    shared_json.update(_file(), dict, pinned)


def _file():
    return cache.artifacts() / "quiz.json"
