"""The learner's answer while it is graded: it gets copies, its last call is remembered, and what
it raises is told apart from what a grader raises.
"""

import copy
import functools
import linecache
import traceback

from helpers.exercises import placeholder, sandbox
from helpers.exercises.expecting import NotAttempted, Raised
from helpers.exercises.showing import call_of, described, nothing, shown


class Learner:
    """An answer, a function or a value, in the form in which a grader gets it."""

    def __init__(self, answer):
        self.answer, self.last = answer, None

    def guarded(self):
        """The function, guarded, with the learner's name and signature; a copy of a value."""
        if not callable(self.answer):
            return copy.deepcopy(self.answer)
        named = functools.partial(functools.update_wrapper, wrapped=self.answer, updated=())
        return named(lambda *args, **kwargs: self._call(args, kwargs))

    def _call(self, args, kwargs):
        call = call_of(self.answer, args, kwargs)
        sandbox.note(call)
        self.last = None
        try:
            result = self.answer(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        except BaseException as error:
            words, line = described(error), self._line(error)
            if placeholder.behind(error, f"{words} {line.split('#')[0]}"):
                raise NotAttempted from None
            at = f", at `{line}`" if line else ""
            raise Raised(f"{words}, in {call}{at}.") from error
        self.last = (call, result)
        if placeholder.within(result):
            raise NotAttempted
        return result

    def _line(self, error) -> str:
        """The last line of the learner's own code that ran before the error, or ""."""
        file = getattr(getattr(self.answer, "__code__", None), "co_filename", None)
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
        return linecache.getline(file, own[-1].lineno).strip() if own else ""

    def with_last_call(self, message: str) -> str:
        """The message; if it does not show the case, with the last call and what it returned."""
        if self.last is None:
            return message
        call, result = self.last
        if call in message:
            return message
        if result is None:
            return nothing(call)
        return f"{message} {call} returned {shown(result)}."
