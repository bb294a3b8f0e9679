"""Run any systems over any questions and keep the score: one row for each system and question."""

import pandas as pd

from helpers import metrics
from helpers.engine import sendable

MEASURES = {
    "fact": "an accepted answer, within 12 words, of the answerable questions",
    "source": "cites, and only right documents, of the answerable questions",
    "step": "in form, with the next step of the cited document, of the answerable questions",
    "sendable": "all three at once, of the answerable questions",
    "abstained": "says that it is not known, of the questions without an answer",
}
DETAILS = {
    "cautious": "says so although there is an answer, of the answerable questions",
    "handled": "sendable, or rightly abstained, of all questions",
    "words": "of the short answer, of the answerable questions",
}


def grade(question: dict, answer) -> dict:
    """Grade one `Answer` to one question (a row of `course.questions`): one row of measures."""
    accepted = question["answers"]
    right = [document in question["documents"] for document in answer.citations]
    shown = {hit.chunk.document for hit in answer.hits}
    passages = " ".join(hit.chunk.text for hit in answer.hits)
    return {name: question[name] for name in ("id", "slice", "entity")} | {
        "answerable": bool(accepted),
        "exact": metrics.exact_match(answer.short, accepted),
        "contained": metrics.contains(answer.text, accepted),
        "f1": metrics.token_f1(answer.short, accepted),
        **sendable.parts(question, answer),  # could it be sent as it is?
        "form": answer.in_form,
        "abstained": answer.abstained,
        "cited": len(right),
        "cited right": sum(right),
        "invented": sum(document not in shown for document in answer.citations),
        "retrieved": bool(question["span"]) and metrics.contains(passages, [question["span"]]),
        "prompt tokens": answer.prompt_tokens,
        "generated tokens": answer.generated_tokens,
        "seconds": sum(answer.seconds.values()),
        "text": answer.text,
    }


def evaluate(systems: dict, questions: list[dict]) -> pd.DataFrame:
    """Ask every system every question: one row for each system and question."""
    rows = []
    for name, system in systems.items():
        answers = system.answer([question["question"] for question in questions], progress=name)
        rows += [{"system": name, **grade(q, a)} for q, a in zip(questions, answers, strict=True)]
    return pd.DataFrame(rows)


def counted(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The rows that a measure counts, with its values in the column "value"."""
    if measure != "handled":
        rows = rows[~rows.answerable if measure == "abstained" else rows.answerable]
    return rows.assign(value=rows["abstained" if measure == "cautious" else measure].astype(float))


def scoreboard(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per system, one column per measure, from the rows of `evaluate`: means."""
    parts, measures = rows.groupby("system", sort=False)[rows.columns], MEASURES | DETAILS
    columns = [parts.apply(lambda part, m=m: counted(part, m).value.mean()) for m in measures]
    return pd.concat(columns, axis=1, keys=measures)
