"""Questions with four answers each: read, shuffled, shown and judged; `review` asks them."""

import functools
import random
import string
import textwrap
from dataclasses import dataclass

from helpers.engine import cache

LETTERS, UNKNOWN = "abcd", "?"
FIELDS = ("id", "notebook", "from", "objective", "question", "right", "wrong", "why")


@dataclass(frozen=True)
class Answer:
    """One of four answers; why: what is wrong about it, and belief: the misconception behind it.

    Of the right answer, belief is "".
    """

    text: str
    why: str
    belief: str = ""


@dataclass(frozen=True)
class Question:
    """A question of a notebook about an earlier one; the first of its answers is the right one."""

    id: str
    notebook: str
    about: str | None
    objective: str
    text: str
    answers: tuple[Answer, ...]
    again: str = ""  # the later notebook in which it comes back

    def shuffled(self, attempt: int = 1) -> list[Answer]:
        """The answers in the order of an attempt, which is the same whenever it is shown."""
        answers = list(self.answers)
        random.Random(f"{self.id} {self.again}, attempt {attempt}").shuffle(answers)
        return answers

    def chosen(self, letter: str, attempt: int = 1) -> Answer | None:
        """The answer behind a letter, or None for "?"."""
        return None if letter == UNKNOWN else self.shuffled(attempt)[LETTERS.index(letter)]


@functools.cache
def questions() -> dict[str, Question]:
    """All questions of `datasets/quiz.jsonl` by id. Raises ValueError if one lacks an answer."""
    found = {}
    for row in cache.read_jsonl(cache.DATASETS / "quiz.jsonl", FIELDS):
        wrong = [Answer(w["answer"], w["why"], w["misconception"]) for w in row["wrong"]]
        answers = (Answer(row["right"], row["why"]), *wrong)
        if len(answers) != len(LETTERS):
            raise ValueError(f"Question {row['id']} needs three wrong answers, not {len(wrong)}")
        place = row["notebook"], row["from"], row["objective"]
        found[row["id"]] = Question(row["id"], *place, row["question"], answers)
    return found


@functools.cache
def beliefs() -> dict[str, str]:
    """Each misconception by its short name, as a person would say it."""
    return cache.read_json(cache.DATASETS / "misconceptions.json", {})


def order() -> list[str]:
    """The ids of the notebooks in the order of the course: 00, 01, ..., 05, 05b, 06, ..."""
    return sorted(p.stem.split("_")[0] for p in (cache.ROOT / "notebooks").glob("[0-9]*.ipynb"))


def of(notebook: str) -> list[Question]:
    """The three questions at the top of a notebook. Raises ValueError for another name."""
    asked = [q for q in questions().values() if q.id[0].isdigit() and q.notebook == notebook]
    if not asked:
        named = {q.notebook for q in questions().values() if q.id[0].isdigit()}
        raise ValueError(
            f'There are no questions for the notebook {notebook!r:.40}: write, for example, "02"; '
            f"there are {', '.join(sorted(named))}"
        )
    return asked


def test(name: str) -> list[Question]:
    """The questions of the test before the course ("pre") or after it ("post")."""
    return [q for q in questions().values() if q.id.startswith(f"{name}.")]


def letters(given: tuple, counts: tuple[int, ...], call: str) -> list[str]:
    """The letters of an answer, checked. counts: how many are accepted. call: for the message.

    Raises ValueError for another number of letters, or for anything but a, b, c, d or "?".
    """
    many = " or ".join(map(str, counts))
    how = f"Give one letter for each question, in quotes and with commas between: {call}"
    if len(given) not in counts:
        raise ValueError(f"Here are {many} questions, and you answered {len(given)}. {how}")
    clean = [one.strip().lower() if isinstance(one, str) else one for one in given]
    for number, one in enumerate(clean, start=1):
        if not isinstance(one, str) or one not in [*LETTERS, UNKNOWN]:
            shown = f"{given[number - 1]!r:.40}"
            raise ValueError(f'Answer {number} is {shown}, not a, b, c, d or "?". {how}')
    return clean


def example(start: str, count: int) -> str:
    """A call with as many letters as there are questions; none of them is a hint."""
    picked = (string.ascii_lowercase[n % len(LETTERS)] for n in range(count))
    return f"{start}{', '.join(f'{one!r}' for one in picked)})".replace("'", '"')


def written(question: Question, number: int, attempt: int = 1) -> str:
    """A question with its four answers as plain text, in lines that fit a narrow window."""
    lines = [_wrapped(f"{number}. ", question.text)]
    for letter, answer in zip(LETTERS, question.shuffled(attempt), strict=True):
        lines.append(_wrapped(f"   {letter}) ", answer.text))
    return "\n".join(lines)


def judged(question: Question, number: int, letter: str, attempt: int = 1) -> str:
    """What an answer shows: why it is right, or which belief is behind it and what is wrong."""
    answer = question.chosen(letter, attempt)
    look = f" See notebook {question.about}." if question.about else ""
    if answer is None:
        return _wrapped(f"{number}. ? ", f"Not known yet.{look}")
    where = "" if "otebook" in answer.why else look
    if not answer.belief:
        return _wrapped(f"{number}. ✓ ", f"{letter} is right. {answer.why}{where}")
    said = beliefs().get(answer.belief, answer.belief)
    words = f"{letter} is wrong. {answer.why} The belief behind it: “{said}”{where}"
    return _wrapped(f"{number}. ✗ ", words)


def _wrapped(start, text) -> str:
    wrap = {"break_on_hyphens": False, "break_long_words": False}
    return textwrap.fill(text, 88, initial_indent=start, subsequent_indent=" " * len(start), **wrap)
