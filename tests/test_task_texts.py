"""The examples in the texts of the exercises: what they say is what the solution returns.

An example is written `call` returns `value`, or returns about `value`, in Python. The names in it
are assigned before, by inline code such as `a = [1, 2]`.
"""

import ast
import math
import random
import re

import nbformat
import numpy as np
import pytest

from helpers import course, evaluate, exercises, metrics
from helpers.engine import cache
from helpers.exercises.expecting import alike

EXAMPLE = re.compile(r"`([^`]+)`\s+returns\s+(about\s+)?`([^`]+)`")
HEADING = re.compile(r"### Exercise (\d+\.\d+) ")


def texts():
    """The text of each exercise, by its id."""
    found = {}
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
                found[heading[1]] = cell.source
    return found


TEXTS = texts()


def test_every_exercise_has_a_text():
    assert TEXTS.keys() == exercises.exercises().keys()


def names_of(text, solution):
    """The names that the examples of a text may use: libraries, the solution, assignments."""
    names = {"np": np, "math": math, "random": random, "metrics": metrics, "evaluate": evaluate}
    names["style"] = course.style()
    exec(solution, names)
    for code in re.findall(r"`([^`]+)`", text):
        if re.match(r"\w+ = ", code):
            exec(" ".join(code.split()), names)
    return names


def is_call(code, name):
    """Does this code call the function of that name?"""
    try:
        nodes = list(ast.walk(ast.parse(" ".join(code.split()), mode="eval")))
    except SyntaxError:
        return False
    return any(isinstance(n, ast.Call) and getattr(n.func, "id", "") == name for n in nodes)


@pytest.mark.parametrize("id", TEXTS)
def test_the_examples_in_a_text_are_true(id):
    solution = exercises.exercises()[id].solution
    functions = re.findall(r"^def (\w+)", solution, re.MULTILINE)
    names, tried = names_of(TEXTS[id], solution), 0
    for call, about, value in EXAMPLE.findall(TEXTS[id]):
        if functions and is_call(call, functions[-1]):
            got, wanted = (eval(" ".join(code.split()), names) for code in (call, value))
            assert alike(got, wanted, 0.02 if about else 1e-6), f"{call} returns {got!r}"
            tried += 1
    assert tried or not functions, "the text has no example"


@pytest.mark.parametrize("id", TEXTS)
def test_no_example_is_left_out(id):
    """Every mention of a call with a result is in the form that the test above reads."""
    said = len(re.findall(r"`\s+returns\s+(?:about\s+)?[`(\[\d]", TEXTS[id]))
    assert said == len(EXAMPLE.findall(TEXTS[id])), TEXTS[id]
