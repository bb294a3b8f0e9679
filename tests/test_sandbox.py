"""Answers that do harm: each ends, with an outcome, and nothing of the notebook is changed."""

import itertools
import os
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import exercises
from helpers.exercises import TODO, grade


@pytest.fixture(autouse=True)
def short_limit(monkeypatch):
    monkeypatch.setattr(exercises, "TIME_LIMIT", 0.7)


def loops(*_):
    while True:
        pass


def swallows(*_):
    while True:
        try:
            loops()
        except BaseException:
            continue


def loops_in_c(*_):
    return sum(itertools.count())


def long_power(*_):
    return 10 ** (10**9)


def sleeps(*_):
    time.sleep(60)


def waits_for_a_lock(*_):
    lock = threading.Lock()
    return lock.acquire() and lock.acquire()


def prints_for_ever(*_):
    while True:
        print("x" * 1000)


def grades_itself(*_):
    return grade("0.1", swallows)


def starts_a_process(*_):
    return os.fork() or loops()


ENDLESS = [loops, swallows, loops_in_c, long_power, sleeps, waits_for_a_lock, prints_for_ever]
ENDLESS += [grades_itself]


@pytest.mark.parametrize("answer", ENDLESS, ids=lambda answer: answer.__name__)
def test_whatever_does_not_end_is_ended(answer):
    start = time.perf_counter()
    outcome = grade("0.1", answer)
    assert time.perf_counter() - start < 5
    assert outcome.status == "not yet" and f"{answer.__name__}('12 minutes'" in outcome.message
    assert "did not finish within 0.7 seconds" in outcome.message
    assert grade("0.1", lambda answer, accepted: 1 / 0).status == "raised"


@pytest.mark.parametrize("answer", [loops, swallows, loops_in_c, sleeps, waits_for_a_lock])
def test_a_check_in_a_thread_ends_too(answer):
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(grade("0.1", answer)))
    thread.start()
    thread.join(10)
    assert "did not finish" in outcomes[0].message


@pytest.mark.parametrize("answer", [loops, swallows, prints_for_ever, waits_for_a_lock, sleeps])
def test_without_a_fork_a_thread_is_stopped(monkeypatch, answer):
    monkeypatch.setattr(exercises.sandbox, "_fork_is_safe", lambda: False)
    start, outcome = time.perf_counter(), grade("0.1", answer)
    assert "did not finish" in outcome.message and time.perf_counter() - start < 5
    assert grade("0.1", loops).status == "not yet" and sys.stdout is not exercises.sandbox._Nowhere
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.25  # what was left behind waits, and takes no time


def leaves(*_):
    sys.exit(3)


def leaves_at_once(*_):
    os._exit(7)


def interrupts(*_):
    raise KeyboardInterrupt


def kills_itself(*_):
    os.kill(os.getpid(), 9)


def closes_everything(*_):
    os.closerange(3, 300)


def asks(*_):
    return input("?")


def recurses(*_):
    return recurses()


def fills_the_memory(*_):
    return bytearray(10**10)


def long_error(*_):
    raise ValueError("no " * 10**6)


def generator_exit(*_):
    raise GeneratorExit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (leaves, "SystemExit: 3, in leaves('12 minutes', ['12 minutes'])"),
        (leaves_at_once, "ended its own process with exit status 7"),
        (interrupts, "KeyboardInterrupt"),
        (generator_exit, "GeneratorExit"),
        (kills_itself, "ended its own process with SIGKILL"),
        (closes_everything, "ended its own process"),
        (asks, "a check has no keyboard"),
        (recurses, "RecursionError"),
        (fills_the_memory, "MemoryError"),
        (long_error, "ValueError: no no no"),
    ],
)
def test_ways_out_are_outcomes(answer, words):
    outcome = grade("0.1", answer)
    assert outcome.status in {"raised", "not yet"} and words in outcome.message
    assert len(outcome.message) <= exercises.LONGEST + 4


class Everything:
    """An object that claims to equal whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __repr__(self):
        raise RuntimeError("no repr")

    __hash__ = object.__hash__


@pytest.mark.parametrize("id", exercises.exercises())
@pytest.mark.parametrize("made", [Everything, lambda: float("nan"), lambda: [[]] * 10**5])
def test_odd_results_never_pass(id, made):
    for answer in (made(), lambda *args, **kwargs: made()):
        outcome = grade(id, answer)
        assert outcome.status in {"not yet", "raised"}
        assert len(outcome.message) <= exercises.LONGEST + 4


def items_of(todo):
    return [item for item in todo]


UNTOUCHED = {
    "TODO + 1": lambda *_: TODO + 1,
    "1 - TODO": lambda *_: 1 - TODO,
    "TODO[0]": lambda *_: TODO[0],
    "TODO.field": lambda *_: TODO.field,
    "TODO()": lambda *_: TODO(1, two=2),
    "for x in TODO": lambda *_: len(items_of(TODO)) > 5,
    "[TODO, 1]": lambda *_: [TODO, 1],
    "{'a': TODO}": lambda *_: {"a": (1, TODO)},
    "a, b = TODO": lambda *_: (lambda a, b: a)(*TODO),
    "max(TODO)": lambda *_: max(TODO) == 3,
    "TODO < 3": lambda *_: bool(TODO < 3),
    "float(TODO)": lambda *_: float(TODO),
    "str(len(TODO))": lambda *_: str(len(TODO)),
    "range(TODO)": lambda *_: list(range(TODO)),
    "numpy": lambda *_: __import__("numpy").mean(TODO),
}


@pytest.mark.parametrize("use", UNTOUCHED)
@pytest.mark.parametrize("id", ["0.1", "3.2", "5.3"])
def test_a_use_of_todo_is_not_attempted(id, use):
    assert grade(id, UNTOUCHED[use]).status == "not attempted"


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(exercises.exercises())), json_like)
def test_any_result_gets_an_outcome_that_can_be_read(id, result):
    outcome = grade(id, lambda *args, **kwargs: result)
    assert outcome.status in {"not yet", "raised"}, outcome
    assert 0 < len(outcome.message) <= exercises.LONGEST + 4 and "Error: " not in outcome.message
    assert "expected form" not in outcome.message, outcome
