"""A pytest plugin that runs notebooks through nbval in two states, each with a fresh cache, and measures them.

COURSE_CHECK=unsolved: as the learner opens them. COURSE_CHECK=solved: every exercise cell gets its solution, in memory.
Time and peak memory of each notebook go to `artifacts/measured/<state>.json`; one that passes its budget fails the run.
"""

import os
import tempfile
import time
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers import cache
from helpers.exercises import exercises

SECONDS, MEGABYTES = 180, 2000
STATE = os.environ.get("COURSE_CHECK", "unsolved")
measured, solved = {}, set()
start_kernel, stop_kernel = IPyNbFile.setup, IPyNbFile.teardown


def setup(self):
    """Start the kernel with an empty artifacts folder, into which only the converted weights are linked."""
    self.artifacts = tempfile.TemporaryDirectory()
    (Path(self.artifacts.name) / "models").symlink_to((cache.ROOT / "artifacts" / "models").resolve())
    self.started = time.perf_counter()
    with cache.artifacts_at(self.artifacts.name):
        start_kernel(self)


def teardown(self):
    """Take the measurements, then stop the kernel."""
    status = Path(f"/proc/{self.kernel.km.provisioner.pid}/status")
    peak = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
    measured[self.path.stem] = {
        "seconds": round(time.perf_counter() - self.started, 1),
        "peak MB": round(int(peak[0]) / 1024) if peak else None,
    }
    stop_kernel(self)
    self.artifacts.cleanup()


IPyNbFile.setup, IPyNbFile.teardown = setup, teardown


def pytest_collection_modifyitems(items):
    """In the solved state, replace each exercise cell by its solution and the cell's own last line, the check."""
    if STATE != "solved":
        return
    for item in items:
        if isinstance(item, IPyNbCell):
            for tag in item.cell.metadata.get("tags", []):
                if tag.startswith("ex-"):
                    check = item.cell.source.rstrip().splitlines()[-1]
                    item.cell.source = f"{exercises()[tag[3:]].solution}\n{check}"
                    solved.add(tag[3:])


def pytest_sessionfinish(session, exitstatus):
    """Write the measurements; fail the run if a budget is passed or a solution was not used."""
    cache.write_json(cache.ROOT / "artifacts" / "measured" / f"{STATE}.json", measured)
    if problems(session) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def problems(session) -> list[str]:
    """What is wrong with the run as a whole."""
    found = [
        f"{name}: {row['seconds']} s, {row['peak MB']} MB; the budget is {SECONDS} s and {MEGABYTES} MB"
        for name, row in measured.items()
        if row["seconds"] > SECONDS or (row["peak MB"] or 0) > MEGABYTES
    ]
    books = {int(name[:2]) for name in measured}
    if STATE == "solved":
        unused = [id for id in exercises() if int(id.split(".")[0]) in books and id not in solved]
        found += [f"no notebook has the exercise {id}" for id in unused]
    return found


def pytest_terminal_summary(terminalreporter):
    """Print the measurements and the problems."""
    terminalreporter.section(f"notebooks, {STATE}")
    for name, row in measured.items():
        terminalreporter.line(f"{name:24} {row['seconds']:6.1f} s {row['peak MB'] or 0:6d} MB")
    for problem in problems(None):
        terminalreporter.line(f"FAILED {problem}")
