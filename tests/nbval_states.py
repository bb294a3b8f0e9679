"""A pytest plugin that runs notebooks through nbval in two states and measures them.

COURSE_CHECK=unsolved: as the learner opens them, with a fresh cache: time and peak memory count
against the budget. COURSE_CHECK=solved: each exercise cell gets its solution, in memory, on the
cache that the unsolved run left: a second run loses nothing. Both go to
`artifacts/measured/STATE.json`. The unsolved run also fills the ledger: each notebook of the course
has to leave a record of every claim that it is to judge or to show. The kernel has the unit tests'
filters for warnings: a call whose removal is announced fails its cell.
"""

import os
import re
import shutil
import time
import tomllib
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers import claims_matrix, ledger
from helpers.engine import cache
from helpers.exercises import exercises

SECONDS, MEGABYTES = 180, 2000
STATE = os.environ.get("COURSE_CHECK", "unsolved")
WANTED = {"unsolved": "not attempted", "solved": "passed"}[STATE]
OUTCOME = re.compile(r"Exercise (\d+\.\d+): (not attempted|passed|not yet|raised)\..*")
STALE = "did not come with the course"  # what `llm.shipped_answers` prints
ARTIFACTS = cache.artifacts().resolve()
FILTERS = tomllib.loads((cache.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILTERS = FILTERS["tool"]["pytest"]["ini_options"]["filterwarnings"]
measured, solved, lost = {}, set(), {}
recorded = {}  # the verdicts that each notebook of the course left in its ledger, by notebook
beside = set()  # notebooks in the same folder: the exercises of book 05 are in 05 and 05b
start_kernel, stop_kernel, run_cell = IPyNbFile.setup, IPyNbFile.teardown, IPyNbCell.runtest


def files(folder: Path) -> set[str]:
    """All that a run has kept, except the converted weights and unfinished training."""
    kept = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in kept if path.parts[0] != "models" and ".partial" not in str(path)}


def setup(self):
    """Start the kernel; in the unsolved state only the converted weights are there."""
    self.artifacts = ARTIFACTS / "states" / self.path.stem
    if STATE == "unsolved":
        shutil.rmtree(self.artifacts, ignore_errors=True)
    self.artifacts.mkdir(parents=True, exist_ok=True)
    if not (self.artifacts / "models").exists():
        (self.artifacts / "models").symlink_to(ARTIFACTS / "models")
    (self.artifacts / "progress.json").unlink(missing_ok=True)
    self.before, self.started = files(self.artifacts), time.perf_counter()
    with cache.artifacts_at(self.artifacts):
        start_kernel(self)
    self.kernel.await_idle(self.kernel.kc.execute(warning_filters(FILTERS), silent=True), 60)


def warning_filters(lines: list[str]) -> str:
    """The code that applies filters as pytest writes them, "action:message:category:module"."""
    calls = []
    for line in lines:
        action, message, category, module = (line.split(":") + [""])[:4]
        calls.append(f"filterwarnings({action!r}, {message!r}, {category}, {module!r})")
    return "\n".join(f"__import__('warnings').{call}" for call in calls)


def teardown(self):
    """Take the measurements, then stop the kernel."""
    status = Path(f"/proc/{self.kernel.km.provisioner.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peak = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    measured[self.path.stem] = {
        "seconds": round(time.perf_counter() - self.started, 1),
        "peak MB": round(int(peak[0]) / 1024) if peak else None,
    }
    stop_kernel(self)
    if STATE == "unsolved" and self.path.parent == cache.ROOT / "notebooks":
        take_ledger(f"N{self.path.stem.split('_')[0]}", self.artifacts)
    beside.update(path.stem for path in self.path.parent.glob("*.ipynb"))
    lost[self.path.stem] = sorted(self.before - files(self.artifacts))
    if STATE == "solved":
        shutil.rmtree(self.artifacts)


def take_ledger(notebook: str, folder: Path) -> None:
    """Keep the verdicts that a notebook has recorded."""
    kept = cache.read_json(folder / "ledger.json", {})
    recorded[notebook] = {
        int(claim): [{**row, "notebook": notebook} for row in rows if "verdict" in row]
        for claim, rows in kept.items()
    }


def silently_open() -> list[str]:
    """The claims without a record although every notebook that is to have one has run."""
    there = {f"N{path.stem.split('_')[0]}" for path in (cache.ROOT / "notebooks").glob("*.ipynb")}
    found = []
    for id, claim in ledger.claims().iterrows():
        places = [claim.test["notebook"]] if claim.kind == "measured" else claim.notebooks
        due = there & set(places) if claim.kind in ("measured", "property", "arithmetic") else ()
        if due and due <= recorded.keys() and not any(recorded[name].get(id) for name in due):
            found.append(f"claim {id} is silently open: {', '.join(sorted(due))} left no verdict")
    return found


def filled() -> dict[int, list[dict]]:
    """The ledger of this run: the records of all notebooks, by claim."""
    found = {}
    for kept in recorded.values():
        for claim, rows in kept.items():
            found.setdefault(claim, []).extend(rows)
    return found


def runtest(self):
    """Run a cell, then look at what it says: the outcome of its check, and answers that should be
    stored.
    """
    run_cell(self)
    for text in map(plain, self.test_outputs):
        outcome = OUTCOME.search(text)
        if outcome and outcome[2] != WANTED:
            self.raise_cell_error(f"The {STATE} state expects '{WANTED}'", outcome[0])
        if STALE in text:
            self.raise_cell_error("results/ is out of date", "Run: python -m scripts.make_results")


def plain(output) -> str:
    """The plain text of a cell's output."""
    return output.get("text") or output.get("data", {}).get("text/plain", "")


IPyNbFile.setup, IPyNbFile.teardown, IPyNbCell.runtest = setup, teardown, runtest


def pytest_collection_modifyitems(items):
    """In the solved state, replace each exercise cell by its solution and its own check."""
    for item in items if STATE == "solved" else ():
        tags = item.cell.metadata.get("tags", []) if isinstance(item, IPyNbCell) else []
        for id in (tag[3:] for tag in tags if tag.startswith("ex-")):
            check = item.cell.source[item.cell.source.rindex(f'check("{id}"') :]
            item.cell.source = f"{exercises()[id].solution}\n{check}"
            solved.add(id)


def pytest_sessionfinish(session, exitstatus):
    """Write the measurements; fail the run if there is a problem with it as a whole."""
    cache.write_json(ARTIFACTS / "measured" / f"{STATE}.json", measured)
    if problems() and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def problems() -> list[str]:
    """Budgets that were exceeded, files that a second run lost, solutions that were not used."""
    found = [f"{name} lost files of the first run: {gone}" for name, gone in lost.items() if gone]
    if STATE == "unsolved":
        found += [
            f"{name}: {row['seconds']} s, {row['peak MB']} MB; the budget is "
            f"{SECONDS} s, {MEGABYTES} MB"
            for name, row in measured.items()
            if row["seconds"] > SECONDS or (row["peak MB"] or 0) > MEGABYTES
        ]
        return found + silently_open()
    books = {name[:2] for name in measured} - {name[:2] for name in beside - measured.keys()}
    unused = [id for id in exercises() if f"{id.split('.')[0]:0>2}" in books and id not in solved]
    return found + [f"no notebook has the exercise {id}" for id in unused]


def pytest_terminal_summary(terminalreporter):
    """Print the measurements and the problems."""
    terminalreporter.section(f"notebooks, {STATE}")
    for name, row in measured.items():
        terminalreporter.line(f"{name:24} {row['seconds']:6.1f} s {row['peak MB'] or 0:6d} MB")
    if recorded:
        table = claims_matrix.matrix(filled())
        terminalreporter.line(f"the ledger of this run: {len(table)} claims")
        terminalreporter.line(claims_matrix.counts(table).to_string())
    for problem in problems():
        terminalreporter.line(f"FAILED {problem}")
