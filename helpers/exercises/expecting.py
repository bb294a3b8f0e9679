"""What graders share: cases of a function, tolerant comparison, and messages that show the call.

    case = cases(fit)
    case("q", ["a b"], 3, words, returns=["a b"], why="A prompt of exactly the budget still fits.")
    same(fit, reference, random_inputs)

`why` states the rule that a case tests. A message that names a cause belongs in `mistakes`, where
the result proves the cause.
"""

import copy
import math
import numbers
import os
from itertools import zip_longest

from helpers.exercises.showing import EXACT, call_of, described, nothing, plain
from helpers.exercises.showing import shown as shown

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


def returns(value, kind: type, what: str = "", size: int | None = None, call: str = ""):
    """The value, if it is of that kind (and that size); otherwise raise Wrong.

    Lists, tuples and arrays count as one kind, and so do the numbers of all libraries: `float`
    accepts any number, `int` only whole ones. A bool is not a number here. what: what to return,
    in words. call: the call, for the message ("": the engine adds the last one).
    """
    simple, name = plain(value), type(value).__name__
    got = f"an {name}" if name[0] in "aeiouAEIOU" or name == "ndarray" else f"a {name}"
    expect(value is not None, nothing(call or "The function"))
    wanted = {int: numbers.Integral, float: numbers.Real, list: list | tuple, tuple: list | tuple}
    ok = type(value) is kind or isinstance(simple, wanted.get(kind, kind))
    ok = ok and (kind is bool or not isinstance(simple, bool))
    if ok and size is not None and len(value) != size:
        ok, got = False, len(value)
    what = what or (f"{size} values" if size is not None else KINDS.get(kind, kind.__name__))
    seen = f": {call} returned {shown(value, 60)}" if call else ""
    expect(ok, f"Return {what}, not {got}{seen}.")
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
        call = call_of(function, args, kwargs)
        try:
            got = function(*args, **kwargs)
        except Raised as error:
            tested = f" This case tests: {why}" if why and not _unknown(error.__cause__) else ""
            raise Raised(f"{error}{tested}") from error.__cause__
        right = alike(got, returns, tolerance)
        if not right and _rounded(got, returns, tolerance):
            raise Wrong(f"Do not round the result. {_both(call, returns, got, tolerance)}")
        known = {**(mistakes or {}), **general}
        if got is None and None not in known and not right:
            raise Wrong(nothing(call))
        for mistake, message in known.items():
            if not right and _made(got, mistake, tolerance):
                raise Wrong(f"{message} {_both(call, returns, got, tolerance)}")
        _same_kind(got, returns, call)
        expect(right, f"{why} {_both(call, returns, got, tolerance)}".lstrip())
        return got

    return case


def _unknown(error) -> bool:
    """Is it a name or a module that is missing, whatever the input?"""
    return isinstance(error, NameError | ImportError)


def same(function, reference, inputs, why: str = "", tolerance: float = 1e-6) -> None:
    """The function must agree with the reference on all inputs, each a tuple of arguments."""
    for args in inputs:
        wanted = reference(*copy.deepcopy(args))
        cases(function)(*args, returns=wanted, why=why, tolerance=tolerance)


def raises(function, *args, why: str, error: type = ValueError) -> str:
    """The words of the error that the function must raise; `why` says when it must."""
    call, wanted = call_of(function, args, {}), f"{why} Raise a {error.__name__};"
    try:
        got = function(*args)
    except Raised as raised:
        if isinstance(raised.__cause__, error):
            return str(raised.__cause__)
        raise Wrong(f"{wanted} {call} raised {described(raised.__cause__)}.") from raised
    raise Wrong(f"{wanted} {call} returned {shown(got)}.")


def alike(got, wanted, tolerance: float = 1e-6) -> bool:
    """Are they equal, apart from rounding and from the types of lists, numbers and booleans?"""
    got, wanted = plain(got), plain(wanted)
    if isinstance(wanted, numbers.Number) and isinstance(got, numbers.Number):
        return _near(got, wanted, tolerance)
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        pairs = zip(got, wanted, strict=False)
        return len(got) == len(wanted) and all(alike(g, w, tolerance) for g, w in pairs)
    if isinstance(wanted, dict) and isinstance(got, dict):
        return got.keys() == wanted.keys() and all(alike(got[k], wanted[k], tolerance) for k in got)
    if isinstance(wanted, str):
        return isinstance(got, str) and str.__eq__(wanted, got)
    if wanted is None or isinstance(wanted, set | frozenset):
        return got is None if wanted is None else isinstance(got, set | frozenset) and got == wanted
    return type(got) is type(wanted) and (got == wanted) is True


def _near(got, wanted, tolerance) -> bool:
    """Are two numbers equal, apart from rounding? NaN equals NaN."""
    if isinstance(wanted, numbers.Integral) and isinstance(got, numbers.Integral):
        return int(got) == int(wanted)
    try:
        got, wanted = complex(got), complex(wanted)
    except (TypeError, ValueError, OverflowError):
        return False
    pairs = ((got.real, wanted.real), (got.imag, wanted.imag))
    close = {"rel_tol": tolerance, "abs_tol": tolerance / 1000}
    return all((g != g and w != w) or math.isclose(g, w, **close) for g, w in pairs)


def apart(wanted, got, tolerance: float = 1e-6) -> tuple[str, str]:
    """Both values as short texts that differ: in more digits, at one place in them, or in the type.

    Every message with what was wanted and what came shows them like this.
    """
    for digits in (6, 9, 12, EXACT):
        texts = tuple(shown(value, digits=digits) for value in (wanted, got))
        one, other = (shown(_likened(value), digits=digits) for value in (wanted, got))
        if texts[0] != texts[1] and one != other:
            return texts
    pairs = zip_longest(_parts(wanted), _parts(got), fillvalue=("its end", "nothing"))
    for (place, one), (there, other) in pairs:
        if place == there and alike(other, one, tolerance):
            continue
        if isinstance(one, str) and isinstance(other, str) and place == there:
            start = len(os.path.commonprefix([one, other]))
            place = there = f"{place}[{start}:]"
            one, other = one[start:], other[start:]
        if not place:
            break
        ends = (f", with {shown(one, 60)} at {place}", f", with {shown(other, 60)} at {there}")
        return texts[0] + ends[0], texts[1] + ends[1]
    if texts[0] != texts[1]:
        return texts
    return tuple(f"{texts[0]} ({type(value).__name__})" for value in (wanted, got))


def _likened(value, depth: int = 6):
    """The value with lists for tuples and floats for whole numbers."""
    value = plain(value)
    if depth and isinstance(value, list | tuple):
        return [_likened(item, depth - 1) for item in value]
    if depth and isinstance(value, dict):
        return {key: _likened(item, depth - 1) for key, item in value.items()}
    return float(value) if type(value) is int and abs(value) < 2**53 else value


def _parts(value, place: str = "", depth: int = 6):
    """The innermost items of lists and dicts, each with its place, written as an index."""
    value = plain(value)
    items = list(value.items()) if depth and isinstance(value, dict) else []
    items = list(enumerate(value)) if depth and isinstance(value, list | tuple) else items
    for key, item in items:
        yield from _parts(item, f"{place}[{shown(key, 40)}]", depth - 1)
    if not items:
        yield place, value


def _both(call, wanted, got, tolerance) -> str:
    wanted, got = apart(wanted, got, tolerance)
    return f"{call} should return {wanted}, and returned {got}."


def _rounded(got, wanted, tolerance) -> bool:
    """Is it the right result, but for numbers in it that are rounded to so many decimals?"""
    got, wanted = plain(got), plain(wanted)
    if isinstance(wanted, dict) and isinstance(got, dict) and got.keys() == wanted.keys():
        got, wanted = list(got.values()), [wanted[key] for key in got]
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        pairs = zip(got, wanted, strict=False)
        wrong = [(g, w) for g, w in pairs if not alike(g, w, tolerance)]
        rounded = all(_rounded(g, w, tolerance) for g, w in wrong)
        return len(got) == len(wanted) and bool(wrong) and rounded
    if not isinstance(got, float) or not isinstance(wanted, float) or not math.isfinite(wanted):
        return False
    long = wanted != round(wanted, 5)  # what has few decimals looks rounded by chance
    return (
        long and got % 1 != 0 and any(got == round(wanted, decimals) for decimals in range(1, 10))
    )


def _made(got, mistake, tolerance) -> bool:
    """Is this the result of the mistake? A test that fails with an error does not recognise it."""
    if not callable(mistake):
        return alike(got, mistake, tolerance)
    try:
        return bool(mistake(got))
    except BaseException:  # the result may be an object of the learner's own class
        return False


def _same_kind(got, wanted, call) -> None:
    """Raise Wrong if the result is of another kind than the right one."""
    kind = type(plain(wanted))
    if kind is tuple:
        returns(got, tuple, size=len(wanted), call=call)
    elif kind in KINDS and type(wanted).__name__ != "DataFrame":
        returns(got, float if kind is int else kind, call=call)
