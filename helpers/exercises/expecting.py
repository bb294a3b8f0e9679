"""What graders share: cases of a function, tolerant comparison, and messages that show the call.

    case = cases(fit)
    case("q", ["a b"], 3, words, returns=["a b"], why="A prompt of exactly the budget still fits.")
    same(fit, reference, random_inputs)

`why` states the rule that a case tests. A message that names a cause belongs in `mistakes`, where
the result proves the cause.
"""

import copy
import inspect
import math
import numbers

KINDS = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a string",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
    set: "a set",
}


class Wrong(Exception):
    """Raised by a grader: the answer is not right yet, for this reason."""


class NotAttempted(Exception):
    """Raised when the learner's function returns TODO."""


class Raised(Exception):
    """Raised when the learner's own code raises an error, which is its `__cause__`."""


def expect(condition, message: str) -> None:
    """Raise Wrong unless the condition holds. What has no plain truth value counts as false."""
    try:
        ok = bool(condition)
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise Wrong(message)


def returns(value, kind: type, what: str = "", size: int | None = None, call: str = "yours"):
    """The value, if it is of that kind (and that size); otherwise raise Wrong.

    Lists, tuples and arrays count as one kind, and so do the numbers of all libraries: `float`
    accepts any number, `int` only whole ones. A bool is not a number here. what: what to return,
    in words. call: the call, for the message.
    """
    simple, name = plain(value), type(value).__name__
    got = f"an {name}" if name[0] in "aeiou" else f"a {name}"
    wanted = {int: numbers.Integral, float: numbers.Real, list: list | tuple, tuple: list | tuple}
    ok = type(value) is kind or isinstance(simple, wanted.get(kind, kind))
    ok = ok and (kind is bool or not isinstance(simple, bool))
    if ok and size is not None and len(value) != size:
        ok, got = False, len(value)
    what = what or (f"{size} values" if size is not None else KINDS.get(kind, kind.__name__))
    expect(ok, f"Return {what}, not {got}: {call} returned {shown(value, 60)}.")
    return value


def cases(function, mistakes: dict | None = None):
    """A function `case(*args, returns=..., why=...)` that calls this function and compares."""
    general = mistakes or {}

    def case(*args, returns, why="", mistakes=None, tolerance=1e-6, **kwargs):
        """What the function returned, if it is right; otherwise raise Wrong.

        `mistakes` is a dict from a wrong result (tuples stand for lists), or a test of the result,
        to its message; those given to `cases` are looked for in every case. Any other wrong result
        gets `why`, the call and both values.
        """
        call = _call(function, args, kwargs)
        try:
            got = function(*args, **kwargs)
        except Raised as error:
            raise Raised(f"{error}, in {call}. {why}".rstrip()) from error.__cause__
        right = alike(got, returns, tolerance)
        for mistake, message in {**(mistakes or {}), **general}.items():
            if not right and _made(got, mistake, tolerance):
                raise Wrong(f"{message} {call} returned {shown(got)}.")
        _same_kind(got, returns, call)
        both = f"{call} should return {shown(returns)}, and returned {shown(got)}."
        expect(right, f"{why} {both}".lstrip())
        return got

    return case


def same(function, reference, inputs, why: str = "", tolerance: float = 1e-6) -> None:
    """The function must agree with the reference on all inputs, each a tuple of arguments."""
    for args in inputs:
        wanted = reference(*copy.deepcopy(args))
        cases(function)(*args, returns=wanted, why=why, tolerance=tolerance)


def raises(function, *args, why: str, error: type = ValueError) -> str:
    """The words of the error that the function must raise; `why` says when it must."""
    call, wanted = _call(function, args, {}), f"{why} Raise a {error.__name__};"
    try:
        got = function(*args)
    except Raised as raised:
        if isinstance(raised.__cause__, error):
            return str(raised.__cause__)
        raise Wrong(f"{wanted} {call} raised {raised}.") from raised
    except Wrong as none:  # from `_guarded`: it returned None
        raise Wrong(f"{wanted} {call} returned None.") from none
    raise Wrong(f"{wanted} {call} returned {shown(got)}.")


def alike(got, wanted, tolerance: float = 1e-6) -> bool:
    """Are they equal, apart from rounding and from the types of lists, numbers and booleans?"""
    got, wanted = plain(got), plain(wanted)
    if isinstance(wanted, numbers.Number) and isinstance(got, numbers.Number):
        both_nan = wanted != wanted and got != got
        return both_nan or math.isclose(got, wanted, rel_tol=tolerance, abs_tol=tolerance / 1000)
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        pairs = zip(got, wanted, strict=False)
        return len(got) == len(wanted) and all(alike(g, w, tolerance) for g, w in pairs)
    if isinstance(wanted, dict) and isinstance(got, dict):
        return got.keys() == wanted.keys() and all(alike(got[k], wanted[k], tolerance) for k in got)
    return type(got == wanted) is bool and got == wanted


def plain(value):
    """NumPy, torch and pandas values as Python's own: numbers, lists, and a dict for a table."""
    if type(value).__name__ == "DataFrame":
        return value.to_dict("list")
    return value.tolist() if hasattr(value, "tolist") and not isinstance(value, type) else value


def shown(value, limit: int = 120) -> str:
    """The value as a short text: rounded numbers, large arrays by their shape, cut at the limit."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and math.prod(shape) > 12:
        return f"{type(value).__name__} of shape {tuple(shape)}"
    text = _text(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _text(value) -> str:
    value = plain(value)
    if isinstance(value, float):
        text = f"{value:.6g}"
        return text if set(text) & set(".en") else f"{text}.0"
    if isinstance(value, str) and len(value) > 30 and " " not in value:
        return repr(value[:9] + "...")  # a hash
    if type(value) is set and value:
        return f"{{{', '.join(sorted(map(_text, value)))}}}"
    if type(value) is list:
        return f"[{', '.join(map(_text, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(_text, value))}{',' * (len(value) == 1)})"
    if type(value) is dict:
        return f"{{{', '.join(f'{_text(k)}: {_text(v)}' for k, v in value.items())}}}"
    return getattr(value, "__name__", None) or repr(value)


def _call(function, args, kwargs) -> str:
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


def _made(got, mistake, tolerance) -> bool:
    """Is this the result of the mistake? A test that fails with an error does not recognise it."""
    if not callable(mistake):
        return alike(got, mistake, tolerance)
    try:
        return bool(mistake(got))
    except Exception:
        return False


def _same_kind(got, wanted, call) -> None:
    """Raise Wrong if the result is of another kind than the right one."""
    kind = type(plain(wanted))
    if kind is tuple:
        returns(got, tuple, size=len(wanted), call=call)
    elif kind in KINDS and type(wanted).__name__ != "DataFrame":
        returns(got, float if kind is int else kind, call=call)
