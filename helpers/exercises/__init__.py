"""Exercises that grade themselves: `check`, `hint`, `solution`, `progress`. One file for each notebook: nb00.py, nb04.py, ...

A check tests properties, on several inputs, and names the likely mistake. It always ends in one of four outcomes:
not attempted, passed, not yet (with a message), or your code raised an error.
"""

import contextlib
import copy
import html
import importlib
import io
import os
import pkgutil
import signal
import threading
from dataclasses import dataclass
from functools import cache as once

from helpers import cache, say

TIME_LIMIT = 10  # seconds for one check
SYMBOLS = {"not attempted": "○", "passed": "✓", "not yet": "✗", "raised": "!"}
COLOURS = {"not attempted": "#777777", "passed": "#009E73", "not yet": "#E69F00", "raised": "#D55E00"}


class _Todo:
    """Stands where the learner's code is missing; whatever is done with it gives itself, so that a stub never raises."""

    def __repr__(self):
        return "TODO"

    def __bool__(self):
        return False

    def __deepcopy__(self, memo):
        return self

    def __call__(self, *args, **kwargs):
        return self


TODO = _Todo()


class Wrong(Exception):
    """Raised by a check: the answer is not right yet, for this reason."""


class NotAttempted(Exception):
    """Raised when the learner's function gives back TODO."""


class Raised(Exception):
    """Raised when the learner's own code raised an error."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is shown (difficulty and importance from 1 to 3) and how it is graded."""

    id: str
    title: str
    difficulty: int
    importance: int
    minutes: int
    hints: tuple[str, ...]
    solution: str
    grade: object

    def heading(self) -> str:
        """The heading above the exercise in its notebook."""
        dots = {n: "●" * n + "○" * (3 - n) for n in (1, 2, 3)}
        return (
            f"### Exercise {self.id} · {self.title}\n"
            f"Difficulty {dots[self.difficulty]} · Importance {dots[self.importance]} · about {self.minutes} minutes"
        )


@dataclass(frozen=True)
class Outcome:
    """How a check ended; shown as a line of words, coloured where that is possible."""

    id: str
    status: str
    message: str

    def __repr__(self):
        return f"{SYMBOLS[self.status]} Exercise {self.id}: {self.status}. {self.message}"

    def _repr_html_(self):
        return (
            f'<div style="border-left: 4px solid {COLOURS[self.status]}; padding: 4px 10px">'
            f"<b>{SYMBOLS[self.status]} Exercise {self.id}: {self.status}.</b> {html.escape(self.message)}</div>"
        )


_registry: dict[str, Exercise] = {}
_hints_shown: dict[str, int] = {}


def exercise(id: str, title: str, difficulty: int, importance: int, minutes: int, hints: list[str], solution: str):
    """Register the decorated function as the grader of an exercise; it takes the learner's answer and raises Wrong."""

    def register(grade):
        _registry[id] = Exercise(id, title, difficulty, importance, minutes, tuple(hints), solution.strip() + "\n", grade)
        return grade

    return register


@once
def exercises() -> dict[str, Exercise]:
    """All exercises by their id, in order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return {id: _registry[id] for id in sorted(_registry, key=lambda i: [int(n) for n in i.split(".")])}


def expect(condition, message: str) -> None:
    """Raise Wrong with `message` unless the condition holds; a condition that is not a plain truth value counts as false."""
    try:
        ok = bool(condition)
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise Wrong(message)


def grade(id: str, answer) -> Outcome:
    """Grade an answer (a value or a function) without showing or recording anything."""
    task = _find(id)
    if answer is TODO:
        return Outcome(id, "not attempted", "Replace TODO with your own code and run the cell again.")
    wrapped = _guarded(answer) if callable(answer) and not isinstance(answer, type) else copy.deepcopy(answer)
    try:
        with _time_limit(TIME_LIMIT), contextlib.redirect_stdout(io.StringIO()):
            task.grade(wrapped)
    except NotAttempted:
        return Outcome(id, "not attempted", "Replace TODO with your own code and run the cell again.")
    except Raised as error:
        return Outcome(id, "raised", f"Your code raised {error}")
    except TimeoutError:
        return Outcome(id, "not yet", f"It did not finish within {TIME_LIMIT} seconds: is there a loop that never ends?")
    except Wrong as error:
        return Outcome(id, "not yet", str(error))
    except Exception as error:  # the answer has a type that the check did not foresee
        return Outcome(id, "not yet", f"The result has not the expected form ({type(error).__name__}: {error}).")
    return Outcome(id, "passed", "Well done.")


def check(id: str, answer) -> None:
    """Grade an answer, show the outcome and keep it for `progress`."""
    from IPython.display import display

    outcome = grade(id, answer)
    display(outcome)
    record = cache.read_json(_progress_file(), {})
    if record.get(id) != "passed":
        cache.write_json(_progress_file(), {**record, id: outcome.status})
    wanted = {"unsolved": "not attempted", "solved": "passed"}.get(os.environ.get("COURSE_CHECK"))
    if wanted and outcome.status != wanted:
        raise AssertionError(f"COURSE_CHECK={os.environ['COURSE_CHECK']} expects '{wanted}', got: {outcome}")


def hint(id: str) -> None:
    """Show the next hint."""
    task, shown = _find(id), _hints_shown.get(id, 0)
    number = min(shown, len(task.hints) - 1)
    _hints_shown[id] = shown + 1
    more = len(task.hints) - number - 1
    again = f" (hint({id!r}) again for more)" if more else ""
    say(f"Hint {number + 1} of {len(task.hints)}: {task.hints[number]}{again}")


def solution(id: str) -> None:
    """Show a solution. Others may be as good: the check decides."""
    print(_find(id).solution)


def progress() -> None:
    """Show how many exercises are passed, notebook by notebook, as a bar."""
    record = cache.read_json(_progress_file(), {})
    books = {}
    for id in exercises():
        books.setdefault(int(id.split(".")[0]), []).append(record.get(id) == "passed")
    for book, passed in books.items():
        bar = "".join("■" if p else "□" for p in passed)
        print(f"Notebook {book:02d}  {bar}  {sum(passed)} of {len(passed)} exercises passed")


def _progress_file():
    return cache.artifacts() / "progress.json"


def _find(id):
    if id not in exercises():
        raise KeyError(f"There is no exercise '{id}'; there are {', '.join(exercises())}")
    return exercises()[id]


def _guarded(function):
    """The learner's function, protected: it gets copies, and its errors and missing results are told apart from ours."""

    def call(*args, **kwargs):
        try:
            result = function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        except TimeoutError:
            raise
        except Exception as error:
            raise Raised(f"{type(error).__name__}: {error}") from error
        if result is TODO:
            raise NotAttempted
        if result is None:
            raise Wrong("The function gave back None: did you forget a `return`?")
        return result

    return call


@contextlib.contextmanager
def _time_limit(seconds):
    """Raise TimeoutError in the block after so many seconds, where the platform has such a timer."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
