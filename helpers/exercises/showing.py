"""Values and calls as the messages of a check show them: short, whatever they are."""

import inspect
import math
import reprlib
from collections import deque


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


def shown(value, limit: int = 120) -> str:
    """The value as a short text: rounded numbers, large arrays by their shape, cut at the limit."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and math.prod(shape) > 12:
        return f"{type(value).__name__} of shape {tuple(shape)}"
    try:
        text = _Short().repr(value)
    except Exception:  # whatever the learner's own class does in its __repr__
        text = f"<{type(value).__name__}>"
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


def described(error: BaseException) -> str:
    """An error in a few words: its type and its message, cut to a readable length."""
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = ""
    words = words if len(words) <= 200 else words[:200] + "..."
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


class _Short(reprlib.Repr):
    """Rounded numbers, names of functions, the first items of what is long, and no error ever."""

    def __init__(self):
        super().__init__()
        self.maxlevel, self.maxother, self.maxlong = 5, 120, 40
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 30

    def repr1(self, x, level):
        x = plain(x)
        if callable(x) and hasattr(x, "__name__"):
            return x.__name__
        return super().repr1(x, level)

    def repr_float(self, x, level):
        text = f"{x:.6g}"
        if len(text) < 6 and float(text) != x:  # 1.0000001 is not shown as 1.0
            text = f"{x:.9g}"
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
