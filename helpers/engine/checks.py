"""Refuse with a sentence what would go wrong in silence: lengths, NaN, a text for a list."""

from numbers import Integral, Real

import numpy as np


def several(values, what: str, ordered: bool = False) -> list:
    """The values as a list; TypeError for a string, a dict, no list at all, or an unordered set."""
    odd = isinstance(values, str | bytes | dict) or not np.iterable(values)
    if odd or (ordered and isinstance(values, set | frozenset)):
        raise TypeError(f"Give the {what} as a list, not as {values!r:.60}")
    return values.tolist() if hasattr(values, "tolist") else list(values)


def strings(values, what: str) -> list[str]:
    """The values as a list of strings; TypeError for one string, or for what is no string."""
    values = several(values, what)
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"The {what} must be strings, unlike {value!r:.60}")
    return values


def first_hits(ranked, relevant, k: int) -> tuple[list[int], int]:
    """The ranks, among the first k, at which a relevant id comes up first; and how many there are.

    TypeError for a string instead of a list of ids, or a k that is no whole number; ValueError for
    a k below 1.
    """
    count(k, "k")
    ranks, relevant = {}, set(several(relevant, "relevant ids"))
    for rank, item in enumerate(several(ranked, "ranked ids", ordered=True)[:k], start=1):
        ranks.setdefault(item, rank)
    return [rank for item, rank in ranks.items() if item in relevant], len(relevant)


def numbers(values, what: str, least: int = 1, low=-np.inf, high=np.inf) -> np.ndarray:
    """The values as floats, one row.

    ValueError for fewer than `least`, for NaN, infinity or strings, for a value below `low` or
    above `high`; TypeError if they are no list.
    """
    values = several(values, what, ordered=True)
    if not values:
        raise ValueError(f"There are no {what}")
    if len(values) < least:
        raise ValueError(f"Give at least {least} of the {what}, not {len(values)}")
    try:
        if any(isinstance(value, str | bytes) for value in values):
            raise TypeError
        array = np.array(values, float)
    except (TypeError, ValueError):
        raise ValueError(f"Not all of the {what} are numbers: {values!r:.60}") from None
    if array.ndim != 1:
        raise ValueError(f"Give the {what} in one row, not in an array of shape {array.shape}")
    for value in array[~np.isfinite(array) | (array < low) | (array > high)]:
        limits = f", from {low} to {high}" if np.isfinite(low) else ""
        raise ValueError(f"The {what} must be finite numbers{limits}, and one of them is {value}")
    return array


def yes_or_no(first, second, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Two equally long rows of booleans; ValueError for other values than True, False, 1 and 0."""
    first, second = (numbers(row, what, low=0, high=1) for row in (first, second))
    for value in [*first, *second]:
        if value not in (0, 1):
            raise ValueError(f"The {what} must be True or False, and one of them is {value}")
    if len(first) != len(second):
        raise ValueError(f"The {what} come in pairs, not {len(first)} and {len(second)} of them")
    return first.astype(bool), second.astype(bool)


def labels(groups, count: int) -> np.ndarray:
    """One label for each of `count` values; ValueError for None, NaN or labels of mixed types."""
    groups = several(groups, "groups", ordered=True)
    if len(groups) != count:
        raise ValueError(f"Give one group for each value: {len(groups)} groups, {count} values")
    if any(group is None or group != group for group in groups):
        raise ValueError("A value has no group: one of the labels is None or NaN")
    if len(np.unique(array := np.array(groups))) != len(set(groups)):
        raise ValueError(f"Give the groups as strings, or as whole numbers: {groups!r:.60}")
    return array


def share(value: float, what: str) -> float:
    """The value, if it is between 0 and 1, both excluded; otherwise ValueError."""
    if not (isinstance(value, Real) and 0 < value < 1):
        raise ValueError(f"The {what} must be between 0 and 1, such as 0.95, not {value!r:.60}")
    return value


def count(value, name: str) -> int:
    """The value, if it is a whole number of at least 1; otherwise TypeError or ValueError."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number of at least 1, not {short(value)}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value


def written(what: str, *texts: str) -> None:
    """Raise ValueError if a text has half a character, which no encoder and no file can take."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{what} has half a character (a lone surrogate) at position {error.start}: read "
                "its file again with the right encoding"
            ) from None


def short(value) -> str:
    """A value as Python writes it, cut to a readable length."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
