"""Exercises that grade themselves: `check`, `hint`, `solution`, `progress`.

There is one file for each notebook (nb00.py, nb01.py, ...), and `expecting` holds what they share.
A check tries several inputs and, where it can, names the mistake. It has one of four outcomes: not
attempted, passed, not yet (with a message), or raised (the learner's code raised an error).
"""

import contextlib
import copy
import functools
import html
import importlib
import io
import pkgutil
import signal
import threading
from dataclasses import dataclass

from helpers import say
from helpers.engine import cache
from helpers.exercises.expecting import NotAttempted, Raised, Wrong
from helpers.exercises.expecting import expect as expect

TIME_LIMIT = 10  # seconds for one check
SYMBOLS = {"not attempted": "○", "passed": "✓", "not yet": "✗", "raised": "!"}
COLOURS = {
    "not attempted": "#777777",
    "passed": "#009E73",
    "not yet": "#E69F00",
    "raised": "#D55E00",
}


class _Todo:
    """A placeholder for the learner's code. Calling it returns it, so a stub never raises."""

    def __repr__(self):
        return "TODO"

    def __bool__(self):
        return False

    def __deepcopy__(self, memo):
        return self

    def __call__(self, *args, **kwargs):
        return self


TODO = _Todo()


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
            f"Difficulty {dots[self.difficulty]} · Importance {dots[self.importance]} · "
            f"about {self.minutes} minutes"
        )


@dataclass(frozen=True)
class Outcome:
    """How a check ended. It is shown as a line of text, coloured where possible."""

    id: str
    status: str
    message: str

    def __repr__(self):
        return f"{SYMBOLS[self.status]} Exercise {self.id}: {self.status}. {self.message}"

    def _repr_html_(self):
        return (
            f'<div style="border-left: 4px solid {COLOURS[self.status]}; padding: 4px 10px">'
            f"<b>{SYMBOLS[self.status]} Exercise {self.id}: {self.status}.</b> "
            f"{html.escape(self.message)}</div>"
        )


_registry: dict[str, Exercise] = {}
_hints_shown: dict[str, int] = {}


def exercise(id: str, title: str, difficulty: int, importance: int, minutes: int):
    """Register the decorated function as the grader, which takes an answer and may raise Wrong.

    `@hints(...)` and `@solved_by(...)` stand below this line.
    """

    def register(grade):
        shown, code = tuple(grade.hints), grade.solution.strip() + "\n"
        _registry[id] = Exercise(id, title, difficulty, importance, minutes, shown, code, grade)
        return grade

    return register


def hints(*texts: str):
    """Give a grader its hints, from the first nudge to nearly the solution."""
    return lambda grade: setattr(grade, "hints", texts) or grade


def solved_by(source: str):
    """Give a grader its solution: source code whose last name is the answer."""
    return lambda grade: setattr(grade, "solution", source) or grade


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises by their id, in order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registry.items(), key=lambda item: [int(n) for n in item[0].split(".")]))


def grade(id: str, answer) -> Outcome:
    """Grade an answer (a value or a function) without showing or recording anything."""
    task = _find(id)
    todo = Outcome(id, "not attempted", "Replace TODO with your own code and run the cell again.")
    if answer is TODO:
        return todo
    function = callable(answer) and not isinstance(answer, type)
    wrapped = _guarded(answer) if function else copy.deepcopy(answer)
    try:
        with _time_limit(TIME_LIMIT), contextlib.redirect_stdout(io.StringIO()):
            task.grade(wrapped)
    except NotAttempted:
        return todo
    except Raised as error:
        return Outcome(id, "raised", f"Your code raised {error}")
    except TimeoutError:
        late = f"It did not finish within {TIME_LIMIT} seconds: is there a loop that never ends?"
        return Outcome(id, "not yet", late)
    except Wrong as error:
        return Outcome(id, "not yet", str(error))
    except Exception as error:  # a type that the grader did not foresee
        form = f"The result does not have the expected form ({type(error).__name__}: {error})."
        return Outcome(id, "not yet", form)
    return Outcome(id, "passed", "Well done.")


def check(id: str, answer) -> None:
    """Grade an answer, show the outcome and keep it for `progress`."""
    from IPython.display import display

    outcome = grade(id, answer)
    display(outcome)
    record = cache.read_json(_progress_file(), {})
    if record.get(id) != "passed":
        cache.write_json(_progress_file(), {**record, id: outcome.status})


def hint(id: str) -> None:
    """Show the next hint."""
    task, shown = _find(id), _hints_shown.get(id, 0)
    number = min(shown, len(task.hints) - 1)
    _hints_shown[id] = shown + 1
    more = len(task.hints) - number - 1
    again = f" (hint({id!r}) again for more)" if more else ""
    say(f"Hint {number + 1} of {len(task.hints)}: {task.hints[number]}{again}")


def solution(id: str) -> None:
    """Show a solution. Others may be just as good: the check decides."""
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
    """The learner's function, guarded: it gets copies, and its errors are told apart from ours."""

    @functools.partial(functools.update_wrapper, wrapped=function, updated=())
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
            raise Wrong("The function returned None: did you forget a `return`?")
        return result

    return call


@contextlib.contextmanager
def _time_limit(seconds):
    """Raise TimeoutError in the block after so many seconds, if the platform has such a timer."""
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
