"""Wrong answers to the exercises, each with one fault: mostly one edit of the solution's source."""

import importlib
import pkgutil

import numpy as np
import pandas as pd
import torch

from helpers import course, evaluate, exercises, metrics
from helpers.exercises import TODO


def answer_of(source: str):
    """What a cell passes to its check: the last name it defines, given a notebook's imports."""
    names = {"TODO": TODO, "np": np, "pd": pd, "torch": torch}
    names |= {"evaluate": evaluate, "metrics": metrics, "style": course.style()}
    exec(source, names)
    return list(names.values())[-1]


def faults(id: str, *rows: tuple) -> list[tuple]:
    """Cases (id, fault, answer, message) from rows (fault, change, a part of the message).

    A change is a tuple (old, new, old, new, ...) of replacements in the solution's source, each
    of which must occur there; or else it is the wrong answer itself, a function or a value.
    """
    source = exercises.exercises()[id].solution
    return [(id, fault, _changed(source, change), message) for fault, change, message in rows]


def _changed(source, change):
    if not (isinstance(change, tuple) and change and all(isinstance(part, str) for part in change)):
        return change
    for old, new in zip(change[::2], change[1::2], strict=True):
        if old not in source:
            raise ValueError(f"The solution does not contain {old!r}:\n{source}")
        source = source.replace(old, new)
    return answer_of(source)


def all_of() -> list[tuple]:
    """The wrong answers of all exercises, as `faults` returns them."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [case for m in modules for case in importlib.import_module(f"{__name__}.{m}").WRONG]
