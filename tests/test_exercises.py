"""The grading engine: four outcomes, nothing harmed, and every wrong answer caught with the message that it needs."""

import importlib
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from helpers import evaluate, exercises, metrics, rag
from helpers.exercises import TODO, Exercise, expect, grade

HERE = Path(__file__).parent
WRONG = [
    case
    for path in sorted((HERE / "wrong_answers").glob("nb*.py"))
    for case in importlib.import_module(f"tests.wrong_answers.{path.stem}").WRONG
]


def answer_of(source: str):
    """What a solution's source passes to the check: the last name that it defines, after a notebook's own imports."""
    names = {"TODO": TODO, "np": np, "pd": pd, "torch": torch, "evaluate": evaluate, "metrics": metrics, "rag": rag}
    exec(source, names)
    return list(names.values())[-1]


@pytest.mark.parametrize("id", exercises.exercises())
def test_every_solution_passes(id):
    outcome = grade(id, answer_of(exercises.exercises()[id].solution))
    assert outcome.status == "passed", outcome


@pytest.mark.parametrize("id", exercises.exercises())
def test_stubs_are_not_attempted(id):
    assert grade(id, TODO).status == "not attempted"
    if callable(answer_of(exercises.exercises()[id].solution)):
        assert grade(id, lambda *args, **kwargs: TODO).status == "not attempted"
        nothing = grade(id, lambda *args, **kwargs: None)
        assert nothing.status == "not yet" and "return" in nothing.message
    assert grade(id, object()).status in {"not yet", "raised"}


@pytest.mark.parametrize(("id", "fault", "answer", "message"), WRONG, ids=[f"{case[0]} {case[1]}" for case in WRONG])
def test_wrong_answers_are_caught_by_name(id, fault, answer, message):
    outcome = grade(id, answer)
    assert outcome.status in {"not yet", "raised"} and message in outcome.message, outcome


def test_every_exercise_has_four_wrong_answers_and_hints():
    for id, task in exercises.exercises().items():
        assert sum(case[0] == id for case in WRONG) >= 4, id
        assert len(task.hints) >= 2 and 1 <= task.difficulty <= 3 and 1 <= task.importance <= 3 and task.minutes > 0
    books = [id.split(".")[0] for id in exercises.exercises()]
    assert all(books.count(book) >= 4 for book in books)


@pytest.fixture
def double(monkeypatch):
    """An exercise of its own: double each number of a list."""

    def check(function):
        numbers = [1, 2, 3]
        expect(function(numbers) == [2, 4, 6], "Each number should be doubled.")
        expect(numbers == [1, 2, 3], "The list was changed.")

    task = Exercise("99.1", "Double", 1, 1, 1, ("first hint", "second hint"), "def double(x): return [2 * i for i in x]\n", check)
    monkeypatch.setattr(exercises, "exercises", lambda: {"99.1": task})
    return task


def changes_its_argument(numbers):
    for i in range(len(numbers)):
        numbers[i] *= 2
    return numbers


def endless(numbers):
    while True:
        pass


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (lambda x: [2 * i for i in x], "passed", ""),
        (changes_its_argument, "passed", ""),  # it was given a copy
        (lambda x: x, "not yet", "doubled"),
        (lambda x: None, "not yet", "forget a `return`"),
        (lambda x: TODO, "not attempted", "Replace TODO"),
        (TODO, "not attempted", "Replace TODO"),
        (lambda x: 1 / 0, "raised", "ZeroDivisionError: division by zero"),
        (lambda x: float("nan"), "not yet", "doubled"),
        (lambda: 1, "raised", "TypeError"),
        ("text", "not yet", "TypeError"),
        (None, "not yet", "TypeError"),
    ],
)
def test_outcomes(double, answer, status, message):
    outcome = grade("99.1", answer)
    assert outcome.status == status and message in outcome.message
    assert outcome.status in repr(outcome) and outcome.status in outcome._repr_html_()


def test_an_endless_loop_is_stopped(double, monkeypatch):
    monkeypatch.setattr(exercises, "TIME_LIMIT", 0.2)
    start = time.perf_counter()
    assert "never ends" in grade("99.1", endless).message and time.perf_counter() - start < 2


def test_printing_is_swallowed(double, capsys):
    assert grade("99.1", lambda x: print("noise") or [2 * i for i in x]).status == "passed"
    assert capsys.readouterr().out == ""


def test_check_records_and_never_forgets_a_pass(double, empty_artifacts, capsys):
    exercises.check("99.1", lambda x: x)
    exercises.check("99.1", lambda x: [2 * i for i in x])
    exercises.check("99.1", TODO)
    exercises.progress()
    assert "Notebook 99  ■  1 of 1 exercises passed" in capsys.readouterr().out


def test_course_check_catches_an_accepted_stub(double, empty_artifacts, monkeypatch):
    monkeypatch.setenv("COURSE_CHECK", "unsolved")
    exercises.check("99.1", TODO)
    with pytest.raises(AssertionError, match="expects 'not attempted', got: .* passed"):
        exercises.check("99.1", lambda x: [2 * i for i in x])
    monkeypatch.setenv("COURSE_CHECK", "solved")
    with pytest.raises(AssertionError, match="expects 'passed', got: .* not attempted"):
        exercises.check("99.1", TODO)


def test_hints_come_one_by_one(double, capsys):
    for _ in range(3):
        exercises.hint("99.1")
    assert [line.split(" (")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Hint 1 of 2: first hint",
        "Hint 2 of 2: second hint",
        "Hint 2 of 2: second hint",
    ]
    exercises.solution("99.1")
    assert "def double" in capsys.readouterr().out
    with pytest.raises(KeyError, match="no exercise '9.9'"):
        exercises.hint("9.9")
