"""Run any systems over any questions and keep the score: one row for each system and question."""

import pandas as pd

from helpers import metrics
from helpers.engine import sendable

MEASURES = {
    "EM": "exact match, answerable questions",
    "contained": "an accepted answer appears in the text, answerable questions",
    "house format": "the whole text is in the style's form, or is its sentence for 'not known'",
    "citation precision": "share of cited documents that are the right one, answers that cite",
    "abstention F1": "F1 of 'not known' on all questions",
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


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """`MEASURES` over the rows of one system; citation precision is NaN if nothing was cited."""
    known, cited = rows[rows.answerable], rows.cited.sum()
    return {
        "EM": known.exact.mean(),
        "contained": known.contained.mean(),
        "house format": rows.form.mean(),
        "citation precision": rows["cited right"].sum() / cited if cited else float("nan"),
        "abstention F1": metrics.abstention(rows.abstained, rows.answerable)["f1"],
    }


def scoreboard(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per system, one column per measure, from the rows of `evaluate`."""
    parts = rows.groupby("system", sort=False)
    return pd.DataFrame({name: summary(part) for name, part in parts}).T
