"""`TODO`, the placeholder for the learner's code: a cell that computes with it raises nothing.

A check asks whether the answer holds it or used it: such an answer was not attempted. (Python
leaves one gap: `a, b = TODO` can't know how many values to unpack.)
"""

import re
import traceback
from itertools import islice

import numpy as np

BINARY = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow")
BINARY += ("lshift", "rshift", "and", "or", "xor", "lt", "le", "gt", "ge")
UNARY = ("neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil", "call", "getitem")
UNARY += ("next", "reversed")


class _Todo:
    """Every operation on it returns it; a loop over it runs once; as a number it is 0."""

    uses = 0

    def _itself(self, *args, **kwargs):
        _Todo.uses += 1
        return self

    def _nothing(self, *args, **kwargs):
        _Todo.uses += 1

    def _zero(self):
        _Todo.uses += 1
        return 0

    def _word(self, form=""):
        _Todo.uses += 1
        return "TODO"

    def __bool__(self):
        return bool(self._zero())

    def __float__(self):
        return float(self._zero())

    def __complex__(self):
        return complex(self._zero())

    def __bytes__(self):
        return self._word().encode()

    def __eq__(self, other):
        return self._itself() is other

    def __hash__(self):
        return id(self._itself())

    def __iter__(self):
        return iter([self._itself()])

    def __getattr__(self, name):
        self._itself()
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __array__(self, dtype=None, copy=None):
        return np.array(self._zero(), dtype)

    def __contains__(self, item):
        return bool(self._zero())

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    __class__ = property(lambda self: type(self._itself()))  # what isinstance asks for
    __len__ = __int__ = __index__ = _zero
    __repr__ = __str__ = __format__ = __fspath__ = _word
    __setattr__ = __delattr__ = __setitem__ = __delitem__ = __exit__ = _nothing


for _name in [*BINARY, *(f"r{name}" for name in BINARY), *UNARY, "enter"]:
    setattr(_Todo, f"__{_name}__", _Todo._itself)

_Todo.__name__ = "TODO"  # the messages of Python name the type
TODO = _Todo()


def used() -> bool:
    """Was the placeholder used since `forget`?"""
    return _Todo.uses > 0


def forget() -> None:
    """Count its uses from here on."""
    _Todo.uses = 0


def behind(error: BaseException, text: str) -> bool:
    """Did the placeholder cause the error? Its text or line names it, or a variable there holds it.

    Much of Python refuses it by its type, without any use of it that could be counted.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][1:]
    held = any(value is TODO for frame in frames for value in frame.f_locals.values())
    return held or re.search(r"\bTODO\b", text) is not None


def within(value, depth: int = 5) -> bool:
    """Is the placeholder the value, or somewhere in it? (Of long lists, the beginning counts.)"""
    if value is TODO or not depth:
        return value is TODO
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    items = islice(value, 1000) if isinstance(value, list | tuple | set) else ()
    return any(within(item, depth - 1) for item in items)
