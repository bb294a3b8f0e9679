"""Exercises that grade themselves: `check`, `hint`, `parsons`, `solution`, `progress`, `working`.

There is a file for each notebook, or several (nb00.py, ...), and `expecting` holds what they share.
A check tries several inputs and, where it can, names the mistake. It has one of four outcomes: not
attempted, passed, not yet (with a message), or raised (the learner's code raised an error).
"""

import functools
import html
import importlib
import pkgutil
from dataclasses import dataclass

from helpers import say
from helpers.engine import cache, shared_json
from helpers.exercises import answers, expecting, ordering, placeholder, sandbox, showing
from helpers.exercises.expecting import expect as expect
from helpers.exercises.placeholder import TODO as TODO

TIME_LIMIT = 10  # seconds for one check
LONGEST = 700  # characters of a message
SYMBOLS = {"not attempted": "○", "passed": "✓", "not yet": "✗", "raised": "!"}
COLOURS = {
    "not attempted": "#777777",
    "passed": "#009E73",
    "not yet": "#B07800",
    "raised": "#D55E00",
}


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
    try:
        work = lambda: [text[: LONGEST + 1] for text in _graded(task, answer)]  # noqa: E731
        status, message = sandbox.run(work, TIME_LIMIT)
    except sandbox.Unfinished as error:
        what, call = error.args
        status, message = "not yet", f"{call or 'It'} {what}"
    message = message.encode("utf-8", "backslashreplace").decode()
    return Outcome(id, status, message if len(message) <= LONGEST else message[:LONGEST] + " ...")


def _graded(task, answer) -> tuple[str, str]:
    """Status and message of an answer. Nothing that an answer does gets past this function."""
    todo = "not attempted", "Replace TODO with your own code and run the cell again."
    learner = answers.Learner(answer)
    placeholder.forget()
    try:
        if placeholder.within(answer):
            return todo
        if not callable(answer) and "\ndef " in f"\n{task.solution}":
            kind = type(answer).__name__
            return "not yet", f"Pass the function itself, its name without brackets, not a {kind}."
        task.grade(learner.guarded())
        return "passed", "Well done."
    except expecting.NotAttempted:
        return todo
    except expecting.Raised as error:
        outcome = "raised", f"Your code raised {error}"
    except expecting.Wrong as error:
        outcome = "not yet", learner.with_last_call(str(error))
    except BaseException as error:  # a form of result that the grader did not foresee
        form = f"The result does not have the expected form ({showing.described(error)})."
        outcome = "not yet", learner.with_last_call(form)
    return todo if placeholder.used() else outcome


def check(id: str, answer) -> None:
    """Grade an answer, show the outcome and keep it for `progress`."""
    from IPython.display import display

    outcome = grade(id, answer)
    display(outcome)

    def recorded(record):
        return record if record.get(id) == "passed" else {**record, id: outcome.status}

    shared_json.update(_progress_file(), str, recorded)


def working(id: str, function):
    """The learner's function if it passes its check, else the course's own, for a later cell."""
    if grade(id, function).status == "passed":
        return function
    names, solution = dict(getattr(function, "__globals__", {})), f"\n{_find(id).solution}"
    exec(solution, names)
    return names[solution.rpartition("\ndef ")[2].partition("(")[0]]


def hint(id: str) -> None:
    """Show the next hint."""
    task, shown = _find(id), _hints_shown.get(id, 0)
    number, _hints_shown[id] = min(shown, len(task.hints) - 1), shown + 1
    more = len(task.hints) - number - 1
    again = f" (hint({id!r}) again for more)" if more else ""
    say(f"Hint {number + 1} of {len(task.hints)}: {task.hints[number]}{again}")


def solution(id: str) -> None:
    """Show a solution. Others may be just as good: the check decides."""
    print(_find(id).solution)


def parsons(id: str, order: list[int] | None = None) -> None:
    """Show a solution's lines in another order; with their numbers in your order, grade that.

    It is a step towards your own code, so nothing is recorded: only `check` counts. Raises
    ValueError if a number is missing, twice or unknown.
    """
    from IPython import get_ipython
    from IPython.display import display

    mixed = ordering.shuffled(id, _find(id).solution)
    if len(mixed) < 2:
        return say(f"{id} is a single statement: nothing to put in order. hint({id!r}) helps.")
    if order is None:
        for number, line in enumerate(mixed, start=1):
            print(f"{number:2}  " + line.replace("\n", "\n    "))
        say(f"Give your order: parsons({id!r}, [...]), with each number from 1 to {len(mixed)}.")
        return
    source, shell = ordering.assembled(mixed, order), get_ipython()
    try:
        outcome = grade(id, ordering.answer(source, shell.user_ns if shell else {}))
    except Exception as error:  # what the order makes of the lines
        fault = f"In this order the lines don't run: {showing.described(error)}."
        outcome = Outcome(id, "not yet", fault)
    display(outcome)
    if outcome.status == "passed":
        say("Now write it yourself, without looking: the check under the exercise is what counts.")


def passed() -> set[str]:
    """The ids of the exercises that were passed."""
    record = shared_json.read(_progress_file(), str)
    return {id for id in exercises() if record.get(id) == "passed"}


def progress(by: str = "notebooks") -> None:
    """Show how many exercises are passed, notebook by notebook, as a bar.

    by: "notebooks", with the number of objectives mastered in one more line, or "objectives", each
    with its state. Raises ValueError for anything else.
    """
    from helpers import mastery

    if by not in ("notebooks", "objectives"):
        raise ValueError(f'progress() or progress("objectives"), not {by!r:.40}')
    done = passed()
    aims = mastery.objectives(done)
    if by == "objectives":
        print("■ exercise passed, ● question right at the latest attempt")
        print("\n".join(aim.line() for aim in aims))
    books = {}
    for id in exercises() if by == "notebooks" else ():
        books.setdefault(int(id.split(".")[0]), []).append(id in done)
    for book, of in books.items():
        bar = "".join("■" if p else "□" for p in of)
        print(f"Notebook {book:02d}  {bar}  {sum(of)} of {len(of)} exercises passed")
    mastered = sum(aim.state == "mastered" for aim in aims)
    more = "" if by == "objectives" else ': progress("objectives") lists them'
    print(f"{mastered} of {len(aims)} objectives mastered{more}")


def _progress_file():
    return cache.artifacts() / "progress.json"


def _find(id):
    if id not in exercises():
        known = ", ".join(exercises())
        raise KeyError(f"There is no exercise {id!r}; in quotes, such as '3.2', there are {known}")
    return exercises()[id]
