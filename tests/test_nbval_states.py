"""The plugin that runs notebooks in two states fails a run for what it should fail it for."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from helpers.engine import cache

FIRST = f"import sys\nsys.path.insert(0, {str(cache.ROOT)!r})\n"
FIRST += "from helpers.exercises import TODO, check"
STUB = 'def exact(answer, accepted):\n    return TODO\n\ncheck("0.1", exact)'
CHEAT = (
    "def exact(answer, accepted):\n"
    "    return answer.strip().lower() in [form.strip().lower() for form in accepted]\n\n"
    'check("0.1", exact)'
)
REMOVED = """import warnings
warnings.warn_explicit("a library's own affair", FutureWarning, "lib.py", 1, "lib")
warnings.warn("call new() instead", FutureWarning)"""
STALE = "print('3 of these answers did not come with the course: computed here.')"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "exercise", "last", "found"),
    [
        ("unsolved", STUB, "1 + 1", "3 passed"),
        ("unsolved", CHEAT, "1 + 1", "expects 'not attempted'.*Exercise 0.1: passed"),
        ("unsolved", STUB, STALE, "results/ is out of date"),
        ("unsolved", STUB, REMOVED, r"FutureWarning\S*: call new\(\) instead"),
        ("solved", STUB, "1 + 1", "no notebook has the exercise 0.2.*3 passed"),
    ],
    ids=["opened", "accepted stub", "stale answers", "announced removal", "solved"],
)
def test_states(tmp_path, state, exercise, last, found):
    cells = [nbformat.v4.new_code_cell(source) for source in (FIRST, exercise, last)]
    for cell in cells:
        cell.execution_count = 1
    cells[1].metadata["tags"] = ["exercise", "ex-0.1"]
    path = tmp_path / "00_trial.ipynb"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += ["-p", "tests.nbval_states", "-o", "addopts=", "--rootdir", str(tmp_path), str(path)]
    environment = {**os.environ, "COURSE_CHECK": state, "PYTHONPATH": str(cache.ROOT)}
    run = subprocess.run(command, cwd=cache.ROOT, env=environment, capture_output=True, text=True)
    assert re.search(found, run.stdout, re.DOTALL), run.stdout + run.stderr
