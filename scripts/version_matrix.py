"""Test the course with the lowest, the locked and the highest versions: `make versions`.

Each goes into a fresh environment under artifacts/versions/, in which `make test-fast` and two
notebooks run. The outcome goes to docs/versions.json, and from there to docs/versions.md.
"""

import argparse
import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

from helpers.engine import cache
from scripts import make_lock

ENDS = {"lowest": "lowest-direct", "locked": None, "highest": "highest"}
TESTS = {
    "unit tests": ["test-fast"],
    "notebooks 00 and 07": [
        "test-notebooks",
        "NOTEBOOKS=notebooks/00_*.ipynb notebooks/07_*.ipynb",
    ],
}
SEEN = cache.ROOT / "docs" / "versions.json"
WORK = cache.ROOT / "artifacts" / "versions"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
TEXT = """\
# The versions that were tested

Written by `make versions`. Each column is a fresh environment. *Lowest*: for each package that the
course requires, the lowest version allowed by its range and by the other packages. *Locked*:
`requirements.lock`. *Highest*: the newest versions on the day of the test; where these are the
locked ones, one environment counts for both.
{torch}"""
FIXED = """
Torch is the release that `make setup` installs, in every column. Where the index of torch's CPU
builds can be reached, `make versions TORCH=torch` tests the ends of its range too.
"""


def ranges() -> dict[str, str]:
    """The range of each package that the course asks for, by the package's normalised name."""
    found = {}
    for file in make_lock.FILES:
        for line in (cache.ROOT / file).read_text(encoding="utf-8").splitlines():
            name, range = re.match(r"([\w.-]*)(.*)", line).groups()
            if name:
                found[make_lock.normalised(name)] = range
    return found


def resolution(end: str, torch: str) -> str:
    """The pinned versions of one end, torch among them."""
    if end == "locked":
        return f"{make_lock.torch()}\n{make_lock.LOCK.read_text(encoding='utf-8')}"
    options = ["--resolution", ENDS[end], "--python-version", PYTHON, "--no-annotate"]
    return make_lock.resolve(*options, torch=torch)


def make(folder: Path, *arguments: str) -> str:
    """Run make for the environment in a folder, output on the screen: "passed" or "failed"."""
    environment = {**os.environ, "COURSE_ARTIFACTS": f"{folder}/artifacts"}
    options = f"--ignore=tests/test_versions.py {os.environ.get('PYTEST_ADDOPTS', '')}"
    environment["PYTEST_ADDOPTS"] = options  # that test compares with the record of this run
    arguments = [*arguments, f"VENV={folder}/venv", f"PYTHON={sys.executable}"]
    run = subprocess.run(["make", *arguments], cwd=cache.ROOT, env=environment)
    return "failed" if run.returncode else "passed"


def test(end: str, text: str) -> dict:
    """Install one end and test it: the outcome of each test, and the versions."""
    folder, versions = WORK / end, make_lock.pins(text)
    folder.mkdir(parents=True, exist_ok=True)
    pinned, text = folder / "pinned.txt", re.sub(r"^torch==.*\n", "", text, flags=re.MULTILINE)
    if not pinned.exists() or pinned.read_text(encoding="utf-8") != text:
        pinned.write_text(text, encoding="utf-8")
    found = {
        "installation": make(folder, "setup", f"LOCK={pinned}", f"TORCH=torch=={versions['torch']}")
    }
    for name, target in TESTS.items():
        works = found["installation"] == "passed"
        found[name] = make(folder, *target, "SETUP=") if works else "not run"
    return {
        "date": f"{datetime.date.today()}",
        "python": sys.version.split()[0],
        "tests": found,
        "versions": {name: versions[name] for name in sorted(ranges())},
    }


def includes(text: str, other: str) -> bool:
    """Whether a resolution has all that another one has, in the same versions."""
    return make_lock.pins(other).items() <= make_lock.pins(text).items()


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def markdown(seen: dict) -> str:
    """The record as two tables: the tests of each environment, the versions of each package."""
    ends = {end: seen["ends"][end] for end in ENDS if end in seen["ends"]}
    tests = [[name, *(found[name] for found in ends.values())] for name in ("date", "python")]
    for name in ("installation", *TESTS):
        tests.append([name, *(found["tests"][name] for found in ends.values())])
    versions = [
        [name, f"`{range}`", *(found["versions"].get(name, "") for found in ends.values())]
        for name, range in sorted(ranges().items())
    ]
    fixed = len({found["versions"]["torch"] for found in ends.values()}) == 1
    text = TEXT.format(torch=FIXED if fixed else "")
    tables = table(["test", *ends], tests), table(["package", "range", *ends], versions)
    return "\n".join([text, *tables])


def main() -> int:
    """Test the ends that were asked for; the number of those with a failure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ends", nargs="*", metavar="END", help=f"{', '.join(ENDS)}; default: all")
    parser.add_argument("--torch", default=make_lock.torch(), help="'torch' for its whole range")
    options = parser.parse_args()
    if unknown := set(options.ends) - ENDS.keys():
        parser.error(f"no such end: {', '.join(unknown)}; there are {', '.join(ENDS)}")
    seen, failed, texts = cache.read_json(SEEN, {"ends": {}}), 0, {}
    for end in options.ends or ENDS:
        texts[end] = resolution(end, options.torch)
        same = next(other for other in texts if includes(texts[other], texts[end]))
        seen["ends"][end] = seen["ends"][same] if same != end else test(end, texts[end])
        failed += set(seen["ends"][end]["tests"].values()) != {"passed"}
        cache.write_json(SEEN, seen)
        SEEN.with_suffix(".md").write_text(markdown(seen), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
