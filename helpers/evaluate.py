"""Run any systems over any questions and keep the score: one row for each system and question."""

import pandas as pd

from helpers import cache, metrics

FIELDS = ("id", "question", "slice", "entity", "answers", "documents", "span")
MEASURES = {
    "EM": "exact match, answerable questions",
    "contained": "an accepted answer stands in the text, answerable questions",
    "house format": "short answer [document] Next step: ..., or the fixed sentence for 'not known'",
    "citation precision": "share of cited documents that are the right one, answers that cite",
    "abstention F1": "F1 of 'not known' on all questions",
}


def load_questions(name: str, slices=("F1", "F2", "near-miss", "far"), fields=FIELDS) -> list[dict]:
    """The questions of `datasets/questions/<name>.jsonl` ("test", "validation", ...) that belong to these slices (None: all).

    fields: what every row must have; a row without is an error that names its line.
    """
    rows = cache.read_jsonl(cache.DATASETS / "questions" / f"{name}.jsonl", fields)
    return [row for row in rows if slices is None or row["slice"] in slices]


def load_training(name: str, fields=("id", "kind", "question", "answer")) -> list[dict]:
    """The rows of `datasets/training/<name>.jsonl`: "house_style", "raft", "wordings", ... fields: what every row must have."""
    return cache.read_jsonl(cache.DATASETS / "training" / f"{name}.jsonl", fields)


def grade(question: dict, answer) -> dict:
    """One answer against one question: every measure that a single answer has."""
    accepted = question["answers"]
    in_form = answer.in_form
    right = [document in question["documents"] for document in answer.citations]
    shown = " ".join(hit.chunk.text for hit in answer.hits)
    return {
        "id": question["id"],
        "slice": question["slice"],
        "entity": question["entity"],
        "answerable": bool(accepted),
        "exact": metrics.exact_match(answer.short, accepted),
        "contained": metrics.contains(answer.text, accepted),
        "f1": metrics.token_f1(answer.short, accepted),
        "form": in_form,
        "abstained": answer.abstained,
        "cited": len(right),
        "cited right": sum(right),
        "invented": sum(document not in {hit.chunk.document for hit in answer.hits} for document in answer.citations),
        "retrieved": bool(question["span"]) and metrics.contains(shown, [question["span"]]),
        "prompt tokens": answer.prompt_tokens,
        "generated tokens": answer.generated_tokens,
        "seconds": sum(answer.seconds.values()),
        "text": answer.text,
    }


def evaluate(systems: dict, questions: list[dict]) -> pd.DataFrame:
    """Ask every system every question, with a progress bar for each; one row for each system and question."""
    rows = []
    for name, system in systems.items():
        answers = system.answer([question["question"] for question in questions], progress=name)
        rows += [{"system": name, **grade(q, a)} for q, a in zip(questions, answers, strict=True)]
    return pd.DataFrame(rows)


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """The measures of `MEASURES` over the rows of one system; NaN where nothing was cited."""
    known, cited = rows[rows.answerable], rows.cited.sum()
    return {
        "EM": known.exact.mean(),
        "contained": known.contained.mean(),
        "house format": rows.form.mean(),
        "citation precision": rows["cited right"].sum() / cited if cited else float("nan"),
        "abstention F1": metrics.abstention(rows.abstained, rows.answerable)["f1"],
    }


def scoreboard(rows: pd.DataFrame) -> pd.DataFrame:
    """One line a system, one column a measure."""
    return pd.DataFrame({name: summary(part) for name, part in rows.groupby("system", sort=False)}).T
