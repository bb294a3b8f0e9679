"""Answers that do harm: each ends, with an outcome, and nothing of the notebook is changed."""

import contextlib
import itertools
import os
import signal
import stat
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import exercises
from helpers.exercises import TODO, grade

pytestmark = pytest.mark.slow


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


def grades_itself_once(*_):
    grade("0.1", loops)
    return loops()


def open_pipes():
    for number in range(3, 300):
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                yield number


OTHERS = set(open_pipes())  # of whatever runs the tests


def begins_to_write(*_):
    for number in set(open_pipes()) - OTHERS:
        os.write(number, b" " * 4)  # the length of what follows
    return loops()


def leaves_its_group(*_):
    os.setpgid(0, os.getpgid(os.getppid()))
    return loops()


def stops_itself(*_):
    os.kill(os.getpid(), signal.SIGSTOP)


ENDLESS = [loops, swallows, loops_in_c, long_power, sleeps, waits_for_a_lock, prints_for_ever]
ENDLESS += [grades_itself, begins_to_write, leaves_its_group, stops_itself]


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


IN_A_THREAD = [loops, swallows, prints_for_ever, waits_for_a_lock, sleeps, grades_itself]


@pytest.mark.parametrize("answer", [*IN_A_THREAD, grades_itself_once])
def test_without_a_fork_a_thread_is_stopped(monkeypatch, answer):
    monkeypatch.setattr(exercises.sandbox, "_fork_is_safe", lambda: False)
    start, outcome = time.perf_counter(), grade("0.1", answer)
    assert f"{answer.__name__}('12 minutes'" in outcome.message
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


def starts_a_process(*_):
    return os.fork() or loops()


def writes_a_result(*_):
    frame = sys._getframe()
    while "result" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["result"][:9] = b'["passed"'
    os._exit(0)


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
        (closes_everything, "returned None"),  # a check needs no open file
        (starts_a_process, "Return True or False, not an int"),
        (writes_a_result, "wrote over the result of its own check"),
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
    "f'{TODO}'": lambda *_: f"{TODO}",
    "f'{TODO!r:>9}'": lambda *_: f"{TODO!r:>9}",
    "'%s' % TODO": lambda *_: "%s" % TODO,  # noqa: UP031
    "TODO == 1": lambda *_: TODO == 1,
    "TODO != 1": lambda *_: TODO != 1,
    "TODO in list": lambda *_: TODO in [1],
    "TODO in str": lambda *_: TODO in "abc",
    "TODO in set": lambda *_: TODO in {1},
    "{TODO: 1}": lambda *_: len({TODO: 1}),
    "not TODO": lambda *_: not TODO,
    "TODO or 1": lambda *_: TODO or 1,
    "isinstance": lambda *_: isinstance(TODO, int),
    "TODO._field": lambda *_: hasattr(TODO, "_field"),
    "TODO.field = 1": lambda *_: setattr(TODO, "field", 1),
    "next(TODO)": lambda *_: next(TODO) is None,
    "complex(TODO)": lambda *_: complex(TODO),
    "bytes(TODO)": lambda *_: bytes(TODO),
    "''.join([TODO])": lambda *_: "".join([TODO]),
    "startswith": lambda *_: "abc".startswith(TODO),
    "strip": lambda *_: (lambda chars: "abc".strip(chars))(TODO),
    "eval(TODO)": lambda *_: eval(TODO),
    "getattr": lambda *_: getattr([], TODO),
    "swallowed": lambda *_: [hash(TODO)] and 1,
}


@pytest.mark.parametrize("use", UNTOUCHED)
@pytest.mark.parametrize("id", ["0.1", "3.2", "5.3"])
def test_a_use_of_todo_is_not_attempted(id, use):
    assert grade(id, UNTOUCHED[use]).status == "not attempted"


ERRORS = [SystemExit, KeyboardInterrupt, GeneratorExit, RuntimeError]
SPECIAL = ["repr", "str", "eq", "len", "iter", "bool", "float", "getattr", "deepcopy", "array"]


def made_to_raise(special, error):
    """An object, one of whose special methods raises the error, also inside a list."""

    def method(*_):
        raise error("on purpose")

    made = type("Odd", (), {f"__{special}__": method, "__hash__": object.__hash__})
    return made(), [made()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
@pytest.mark.parametrize("special", SPECIAL)
def test_an_object_that_raises_gets_an_outcome(special, error):
    for made in made_to_raise(special, error):
        for id, answer in (("0.1", lambda *_, made=made: made), ("0.5", {"EM": made})):
            message = grade(id, answer).message
            assert "own process" not in message and "finish" not in message
            if special == "repr" and id == "0.1":
                assert f"<Odd whose repr raised {error.__name__}: on purpose>" in message


def test_an_error_whose_text_raises_gets_an_outcome():
    def answer(*_):
        raise type("Odd", (ValueError,), {"__str__": interrupts})

    assert (
        "raised Odd: its text raised KeyboardInterrupt, in answer(" in grade("0.1", answer).message
    )


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
