"""The house is in order: two floors, small files, a true reading order, no company in the code."""

import ast
import re

import pytest

from helpers.engine import cache
from scripts import make_reading_order

HELPERS = cache.ROOT / "helpers"
MODULES = sorted(path for path in HELPERS.rglob("*.py") if "exercises" not in path.parts)
READER = make_reading_order.reader_paths()


def test_the_reading_order_is_true():
    stored = (HELPERS / "README.md").read_text(encoding="utf-8")
    assert stored == make_reading_order.text(), "run python -m scripts.make_reading_order"
    named = set(re.findall(r"`(\w+\.py)`", stored))
    assert {path.name for path in MODULES} - {"__init__.py"} == named


def test_the_readers_path_is_short():
    assert sum(map(make_reading_order.lines, READER)) <= 1300


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_files_are_small_and_say_their_job(path):
    assert make_reading_order.lines(path) <= 250
    assert len(make_reading_order.first_line(path)) > 20


def test_simple_things_come_first():
    """A module of the reader's path uses only what was read before it, and the engine."""
    read = {"say", "engine"}
    for path in READER:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
                parts = node.module.split(".")
                names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
                assert set(names) <= read, f"{path.name} imports {names} before they are read"
        read.add(path.stem)


COMPANY = re.compile(r"Ostrel|Tally|Bluebook|\b(sup|leg|saf|fin|eng)-\d|Contracts", re.IGNORECASE)


@pytest.mark.parametrize(
    "path", [*READER, HELPERS / "twins.py", HELPERS / "widgets.py"], ids=lambda path: path.stem
)
def test_no_company_in_the_code(path):
    assert not COMPANY.search(path.read_text(encoding="utf-8"))


def test_the_test_policy_is_read_in_one_place():
    readers = [
        path.name
        for folder in ("helpers", "scripts", "tests", "benchmarks")
        for path in (cache.ROOT / folder).rglob("*.py")
        if re.search(r"""environ.*COURSE_CHECK""", path.read_text(encoding="utf-8"))
    ]
    assert sorted(readers) == ["nbval_states.py", "test_house.py", "test_nbval_states.py"]


@pytest.mark.parametrize(
    "path", ["score", "packing", "frozen", "decoding.*four shots", "shared beginning, four shots"]
)
def test_what_is_only_faster_is_worth_its_lines(path):
    """Measured by `python -m benchmarks.engine`; a smaller gain is no reason for a second path."""
    gains = cache.read_json(cache.ROOT / "docs" / "engine.json")["gains"]
    found = [row["gain"] for name, row in gains.items() if re.match(path, name)]
    assert found and min(found) >= 1.5
