"""Values and calls as the messages of a check show them: short, whatever they are."""

import inspect
import math
import reprlib
from collections import deque

EXACT = 17  # significant digits that tell any two floats apart


def plain(value):
    """NumPy, torch and pandas values as Python's own: numbers, lists, and a dict for a table.

    Ranges, deques and the views of a dict become lists too.
    """
    if type(value).__name__ == "DataFrame":
        return value.to_dict("list")
    if isinstance(value, range | deque | type({}.keys()) | type({}.values()) | type({}.items())):
        return list(value)
    if isinstance(value, type) or not hasattr(value, "tolist"):
        return value
    return value.tolist()


def shown(value, limit: int = 120, digits: int = 6) -> str:
    """The value as a short text: rounded numbers, large arrays by their shape, cut at the limit."""
    try:
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and math.prod(shape) > 12:
            return f"{type(value).__name__} of shape {tuple(shape)}"
        text = _Short(digits).repr(value)
    except BaseException as error:  # whatever the learner's own class does
        text = _unshown(value, error)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def call_of(function, args, kwargs) -> str:
    """The call as the learner would write it; truth values get the names of their parameters."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    texts = [shown(value) for value in args]
    if len(names) >= len(args) and any(isinstance(value, bool) for value in args):
        texts = [f"{name}={text}" for name, text in zip(names, texts, strict=False)]
    texts += [f"{name}={shown(value)}" for name, value in kwargs.items()]
    name = getattr(function, "__name__", "")
    return f"{name if name.isidentifier() else 'yours'}({', '.join(texts)})"


def nothing(call: str) -> str:
    """What to say of a call that returned None."""
    return f"{call} returned None. Does every path through it reach a `return` with a value?"


def described(error: BaseException) -> str:
    """An error in a few words: its type and its message, cut to a readable length."""
    try:
        words = " ".join(str(error).split())
    except BaseException as another:  # whatever the learner's own class does
        words = f"its text raised {type(another).__name__}"
    words = words if len(words) <= 200 else words[:200] + "..."
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _unshown(value, error) -> str:
    return f"<{type(value).__name__} whose repr raised {described(error)}>"


class _Short(reprlib.Repr):
    """Rounded numbers, names of functions, and the first items of what is long."""

    def __init__(self, digits):
        super().__init__()
        self.digits = digits
        self.maxlevel, self.maxother, self.maxlong = 5, 120, 40
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 30

    def repr1(self, x, level):
        x = plain(x)
        if callable(x) and hasattr(x, "__name__"):
            return x.__name__
        return super().repr1(x, level)

    def repr_instance(self, x, level):
        try:
            text = str.__str__(repr(x))  # and no subclass of str
        except BaseException as error:
            return _unshown(x, error)
        return text if len(text) <= self.maxother else text[: self.maxother - 3] + "..."

    def repr_float(self, x, level):
        text = f"{x:.{self.digits}g}" if self.digits < EXACT else repr(x)
        if len(text) < 6 and float(text) != x:  # 1.0000001 is not shown as 1.0
            text = f"{x:.{max(9, self.digits)}g}"
        return text if set(text) & set(".en") else f"{text}.0"

    def repr_str(self, x, level):
        if len(x) > 30 and " " not in x:
            return repr(x[:9] + "...")  # a hash
        return repr(x if len(x) <= 120 else x[:117] + "...")

    def repr_dict(self, x, level):
        if level <= 0:
            return "{...}"
        items = list(x.items())[: self.maxdict]
        texts = [f"{self.repr1(k, level - 1)}: {self.repr1(v, level - 1)}" for k, v in items]
        return f"{{{', '.join(texts + ['...'] * (len(x) > self.maxdict))}}}"
