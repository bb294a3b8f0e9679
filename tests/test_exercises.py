"""The grading engine: four outcomes, no harm done, and a message that names each wrong answer."""

import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from helpers import exercises
from helpers.exercises import TODO, Exercise, expect, grade
from helpers.exercises.expecting import Raised, Wrong, alike, apart, cases, raises, returns, same
from helpers.exercises.showing import shown
from tests import right_answers, wrong_answers
from tests.wrong_answers import answer_of, faults

WRONG, RIGHT = wrong_answers.all_of(), right_answers.all_of()


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "fault", "answer", "message"), WRONG, ids=[f"{case[0]} {case[1]}" for case in WRONG]
)
def test_wrong_answers_are_caught_by_name(id, fault, answer, message):
    outcome = grade(id, answer)
    assert outcome.status in {"not yet", "raised"} and message in outcome.message, outcome


@pytest.mark.slow
@pytest.mark.parametrize("id", exercises.exercises())
def test_other_right_answers_pass(id):
    solution, others = exercises.exercises()[id].solution, RIGHT.get(id, [])
    assert len({source.strip() for source in [*others, solution]}) > 2, "two others are needed"
    for source in others:
        outcome = grade(id, answer_of(source))
        assert outcome.status == "passed", f"{outcome}\n{source}"


def test_every_exercise_has_eight_wrong_answers_and_hints():
    for id, task in exercises.exercises().items():
        assert sum(case[0] == id for case in WRONG) >= 8, id
        assert (
            len(task.hints) >= 2
            and 1 <= task.difficulty <= 3
            and 1 <= task.importance <= 3
            and task.minutes > 0
        )
    books = [id.split(".")[0] for id in exercises.exercises()]
    assert all(books.count(book) >= 4 for book in books)


@pytest.fixture
def double(monkeypatch):
    """An exercise of its own: double each number of a list."""

    def check(function):
        numbers = [1, 2, 3]
        expect(function(numbers) == [2, 4, 6], "Each number should be doubled.")
        expect(numbers == [1, 2, 3], "The list was changed.")

    task = Exercise(
        "99.1",
        "Double",
        1,
        1,
        1,
        ("first hint", "second hint"),
        "def double(x): return [2 * i for i in x]\n",
        check,
    )
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
        (lambda x: None, "not yet", "returned None. Does every path"),
        (lambda x: TODO, "not attempted", "Replace TODO"),
        (TODO, "not attempted", "Replace TODO"),
        (lambda x: 1 / 0, "raised", "ZeroDivisionError: division by zero"),
        (lambda x: float("nan"), "not yet", "doubled"),
        (lambda: 1, "raised", "TypeError"),
        ("text", "not yet", "Pass the function itself"),
        (None, "not yet", "not a NoneType"),
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


def test_a_later_cell_works_with_the_learners_function_or_the_courses(double):
    def double(x):  # the name that the solution defines
        return TODO

    def own(x):
        return [i + i for i in x]

    assert exercises.working("99.1", double)([1, 2]) == [2, 4]
    assert exercises.working("99.1", own) is own


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


def add(a, b):
    return a + b


def test_cases_compare_kind_and_value_and_show_the_call():
    case = cases(add)
    assert case(1, 2, returns=3.0) == 3 and case(1, b=2, returns=3) == 3
    case([1], [2.0], returns=(1, 2 + 1e-9))
    case(np.array([1]), np.array([2]), returns=[3])
    messages = {
        r"^Add\. add\('a', 'b'\) should return 'ba', and returned 'ab'\.$": (("a", "b"), "ba", {}),
        r"^Twice\. add\(1, 2\) should return 4, and returned 3\.$": ((1, 2), 4, {3: "Twice."}),
        r"^Small\. add": ((1, 2), 4, {(lambda got: got.x): "No.", (lambda got: got < 4): "Small."}),
        r"^Return a string, not an int: add\(1, 2\) returned 3\.$": ((1, 2), "3", {}),
        r"^Return 2 values, not 3: add": (([1, 2], [3]), (1, 2), {}),
        r"^Return True or False, not an int: add\(a=True, b=False\)": ((True, False), True, {}),
    }
    for message, (args, wanted, mistakes) in messages.items():
        with pytest.raises(Wrong, match=message):
            case(*args, returns=wanted, why="Add.", mistakes=mistakes)


def test_same_raises_and_returns():
    same(add, lambda a, b: b + a, [(1, 2), (3, 4)])
    with pytest.raises(Wrong, match=r"add\(3, 4\) should return 12, and returned 7"):
        same(add, lambda a, b: 12, [(3, 4)])

    def fails(error):
        raise Raised("it") from error

    assert raises(fails, ValueError("too few"), why="Few.") == "too few"
    for function, args in ((fails, [KeyError("x")]), (add, (1, 2))):
        with pytest.raises(
            Wrong, match=r"^Few\. Raise a ValueError; \w+\(.*\) (raised KeyError: 'x'|returned 3)\."
        ):
            raises(function, *args, why="Few.")
    assert len(returns(np.ones(2), np.ndarray, size=2)) == 2
    assert returns(np.float32(1), float) == 1 and returns((1, 2), list) == (1, 2)
    for value, kind in ((True, float), (1.5, int), ("ab", list), (1, bool), ({}, set)):
        with pytest.raises(Wrong, match="^Return .*, not an? "):
            returns(value, kind)


def test_alike_and_shown():
    table = pd.DataFrame({"a": [1, 2]})
    nan = float("nan")
    for got, wanted in (
        (nan, np.nan),
        (table, table.copy()),
        ({"a": (1,)}, {"a": [1.0]}),
        ({1}, {1}),
    ):
        assert alike(got, wanted)
    for got, wanted in (
        (nan, 1),
        (table, table + 1),
        ({"a": 1}, {"b": 1}),
        ("1", 1),
        ([1], [1, 2]),
    ):
        assert not alike(got, wanted)
    assert shown({"a": [0.1 + 0.2, (1,)]}) == "{'a': [0.3, (1,)]}" and shown(add) == "add"
    assert shown(["a" * 64]) == "['aaaaaaaaa...']" and shown("a b" * 9).endswith("b'")
    assert shown(np.zeros((4, 5))) == "ndarray of shape (4, 5)" and len(shown("x " * 500)) == 120


LONG = [i / 7 for i in range(100)]
OFF = [*LONG[:60], 0.5, *LONG[61:]]


@pytest.mark.parametrize(
    ("wanted", "got", "texts"),
    [
        (4, 3, ("4", "3")),
        (2.787124, 2.787121, ("2.787124", "2.787121")),
        (0.3, 0.3 + 1e-10, ("0.3", "0.3000000001")),
        (0.3, 0.1 + 0.2, ("0.3", "0.30000000000000004")),
        (3, 3 + 1e-9, ("3", "3.000000001")),
        ((1, 0.3), [1.0, 0.3 + 1e-8], ("(1, 0.3)", "[1.0, 0.30000001]")),
        (np.float32(0.1), 0.1, ("0.100000001", "0.1")),
        (1, True, ("1", "True")),
        ([1.0], np.array([1]), ("[1.0]", "[1]")),
        ("5", Fraction(5), ("'5'", "Fraction(5, 1)")),
        ("a" * 40 + "b", "a" * 40 + "c", ("'b' at [40:]", "'c' at [40:]")),
        ("a b" * 99, "a b" * 99 + "c", ("'' at [297:]", "'c' at [297:]")),
        (LONG, OFF, ("8.57143 at [60]", "0.5 at [60]")),
        ({"a": np.array(LONG)}, {"a": np.array(OFF)}, ("8.57143 at ['a'][60]", "0.5 at ['a'][60]")),
        (LONG, [*LONG, 7], ("'nothing' at its end", "7 at [100]")),
        ([LONG, "x" * 50], [LONG, "x" * 49], ("'x' at [1][49:]", "'' at [1][49:]")),
        (object, object(), ("object", "<object object at")),
        (np.zeros((9, 9)), np.eye(9), ("0.0 at [0][0]", "1.0 at [0][0]")),
        (np.zeros((9, 9)), [[0.0] * 9] * 9, ("ndarray of shape (9, 9)", "[[0.0, 0.0,")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_wanted_and_what_came_never_look_alike(wanted, got, texts):
    found = apart(wanted, got)
    assert found[0] != found[1] and all(map(str.__contains__, found, texts)), found


def test_faults_edit_the_solution(double):
    double_, half, value = faults(
        "99.1", ("all", ("2 *", "3 *"), "dou"), ("own", add, ""), ("no", 7, "")
    )
    assert double_[:2] == ("99.1", "all") and double_[2]([1]) == [3] and double_[3] == "dou"
    assert half[2] is add and value[2] == 7
    with pytest.raises(ValueError, match="does not contain 'x y'"):
        faults("99.1", ("none", ("x y", "z"), ""))
