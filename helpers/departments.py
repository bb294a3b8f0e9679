"""Departments: the voice of each, and the router that sends a question to one of them."""

import re
from collections import Counter

import numpy as np

from helpers import course, encoders, metrics
from helpers.engine.sendable import LONGEST
from helpers.refine import where


def with_passages(rows: list[dict]) -> list[dict]:
    """Rows of `training/voices.jsonl` with the passages that the RAFT rows show for their facts.

    A fact that no RAFT row shows is left out.
    """
    shown = {
        row["id"].rsplit(".", 1)[0]: row["passages"]
        for row in course.training("raft")
        if row["kind"] == "answerable" and row["passages"]
    }
    facts = [row["id"].rsplit(".", 2)[0] for row in rows]
    pairs = zip(rows, facts, strict=True)
    return [row | {"passages": shown[fact]} for row, fact in pairs if fact in shown]


def grade(question: dict, answer, voices: dict, name: str) -> dict:
    """What is right in an answer that should be in the voice `name`, and whose voice it is in.

    voices: a style for each voice. fact, source: as in `evaluate.grade`. form: the answer is in the
    form of that voice. sendable: all three. heard: the number of the voice, -1 for none.
    """
    heard = [bool(style.pattern.fullmatch(answer.text)) for style in voices.values()]
    short = len(answer.short.split()) <= LONGEST
    parts = {
        "fact": short and metrics.contains(answer.short, question["answers"]),
        "source": bool(answer.citations) and set(answer.citations) <= set(question["documents"]),
        "form": heard[list(voices).index(name)],
    }
    return {
        "sendable": all(parts.values()),
        **parts,
        "heard": heard.index(True) if any(heard) else -1,
        "prompt tokens": answer.prompt_tokens,
        "generated tokens": answer.generated_tokens,
    }


def typical_words(documents, share: float = 0.8) -> dict[str, set[str]]:
    """For each department its words: at least `share` of the pages that hold one are its own.

    The share was chosen on the validation questions.
    """
    holding = {}
    for document in documents:
        words = set(re.findall("[a-z0-9]+", f"{document.title} {document.text}".lower()))
        holding.setdefault(document.metadata["department"], Counter()).update(words)
    overall = sum(holding.values(), Counter())
    return {
        department: {word for word, n in counts.items() if n >= share * overall[word]}
        for department, counts in holding.items()
    }


def sent_right(said, questions: list[dict], department_of: dict) -> np.ndarray:
    """For each question: is it sent to the department of one of its documents?"""
    homes = [{department_of[id] for id in question["documents"]} for question in questions]
    return np.array([department in home for department, home in zip(said, homes, strict=True)])


def sure_of(layer, vectors: np.ndarray, least: float = 0.0) -> list[str | None]:
    """The department that a classifier finds likeliest; None where that has less than `least`.

    layer: fitted, of scikit-learn. vectors: shape (questions, dimension).
    """
    chances = layer.predict_proba(vectors)
    return [layer.classes_[row.argmax()] if row.max() >= least else None for row in chances]


def best_least(layer, embedder, inside: dict, questions: list[dict]) -> float:
    """The least probability with which a router that may pass finds most on these questions.

    inside: of `inside_each`, for these questions. Of equally good values it is the lowest.
    """
    vectors = embedder.encode([row["question"] for row in questions])

    def found(least):
        return encoders.recalls(routed(inside, sure_of(layer, vectors, least)), questions).mean()

    return max(np.linspace(0, 1.05, 22), key=found)  # above 1 it always passes


def inside_each(index, texts: list[str], names, k: int = 3) -> dict:
    """The hits of all texts in each department alone, and (None) in all of them."""
    found = {name: index.search(texts, k, where(department=name)) for name in names}
    return {None: index.search(texts, k)} | found


def routed(inside: dict, said) -> list:
    """The hits of each text in the department that was said for it; `inside`: of `inside_each`."""
    return [inside[department][i] for i, department in enumerate(said)]
