"""How far each objective of the course is mastered, by its exercises and its questions."""

import textwrap
from dataclasses import dataclass

from helpers import quiz, spacing
from helpers.engine import cache

ENOUGH = 2 / 3  # share of an objective's questions that are right at the latest attempt


@dataclass(frozen=True)
class Objective:
    """An objective, with its exercises passed or not, and its questions right or not."""

    name: str
    text: str
    exercises: list[bool]
    questions: list[bool]
    missing: tuple[str, ...] = ()  # the ids of the exercises that are not passed yet

    @property
    def state(self) -> str:
        """ "mastered" if all exercises pass and two thirds of the questions are right, "started"
        if any is, else "not started".
        """
        enough = sum(self.questions) >= ENOUGH * len(self.questions)
        if all(self.exercises) and enough:
            return "mastered"
        return "started" if any(self.exercises + self.questions) else "not started"

    def line(self) -> str:
        """The state, bars of exercises and questions, the objective, and what is missing."""
        bars = ((self.exercises, "■□", "exercises"), (self.questions, "●○", "questions"))
        parts = [
            f"{signs[0] * sum(of)}{signs[1] * (len(of) - sum(of))} {sum(of)}/{len(of)} {word}"
            for of, signs, word in bars
            if of
        ]
        start = f"{self.state:<12} {', '.join(parts)}. "
        left = f" Still to pass: {', '.join(self.missing)}." if self.missing else ""
        return textwrap.fill(start + self.text + left, 88, subsequent_indent=" " * 13)


def objectives(passed: set[str]) -> list[Objective]:
    """All objectives, given the ids of the exercises that are passed.

    The questions of the test before the course don't count: nothing is said about them.
    """
    kept, found = spacing.record(), []
    for name, row in cache.read_json(cache.DATASETS / "objectives.json", {}).items():
        asked = [
            q.id
            for q in quiz.questions().values()
            if q.objective == name and not q.id.startswith("pre.")
        ]
        right = [id in kept and kept[id]["latest"]["right"] for id in asked]
        missing = tuple(id for id in row["exercises"] if id not in passed)
        done = sorted((id in passed for id in row["exercises"]), reverse=True)
        found.append(Objective(name, row["text"], done, sorted(right)[::-1], missing))
    return found
