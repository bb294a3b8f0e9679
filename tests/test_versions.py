"""The lock, the ranges, conda's environment and the tested versions agree with one another."""

import re

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from helpers.engine import cache
from scripts import make_lock, version_matrix

RANGES = {
    name: Requirement(f"x{range}").specifier for name, range in version_matrix.ranges().items()
}
LOCK = make_lock.LOCK.read_text(encoding="utf-8")
LOCKED = make_lock.pins(LOCK) | make_lock.pins(make_lock.torch())
TESTED = cache.read_json(version_matrix.SEEN)
# What Colab installs before the course does; the set-up cell upgrades nothing.
COLAB = {
    "torch": "2.11",
    "transformers": "5.15",
    "peft": "0.20",
    "sentence-transformers": "5.7",
    "numpy": "2.1",
    "ipywidgets": "7.7.1",
}
CONDA = {"pytorch-cpu": "torch"}  # named otherwise on conda-forge


@pytest.mark.parametrize("name", RANGES)
def test_the_lock_is_within_the_ranges(name):
    assert LOCKED[name] in RANGES[name], "run make lock"


def test_the_lock_pins_each_package_once_with_hashes():
    names = [make_lock.normalised(name) for name, _ in make_lock.PIN.findall(LOCK)]
    assert len(names) == len(set(names)) > len(RANGES)
    entries = re.split(r"\n(?! )", LOCK.strip())
    assert [e for e in entries if not e.startswith("#") and "--hash=sha256:" not in e] == []


def test_the_lock_names_no_registry():
    assert not re.search(r"://|--(extra-)?index|--find-links|^-", LOCK, re.MULTILINE)


def test_torch_is_left_to_the_makefile():
    assert f"\n# {make_lock.torch()} is installed before it" in LOCK
    assert not {
        name for name in make_lock.pins(LOCK) if re.match("torch$|nvidia|cuda|triton", name)
    }


@pytest.mark.parametrize("name", COLAB)
def test_colab_is_admitted(name):
    assert COLAB[name] in RANGES[name]


def test_conda_has_the_same_ranges():
    packages = yaml.safe_load((cache.ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = packages["dependencies"]
    found = {}
    for line in [*conda, *pip["pip"]]:
        name, range = re.match(r"([\w.-]+)(.*)", line).groups()
        range = re.sub(r"^=(?!=)(.*)", r"==\1.*", range)  # conda's = admits what begins so
        found[CONDA.get(name, name)] = Requirement(f"x{range}").specifier
    bundled = (cache.ROOT / "requirements-models.txt").read_text(encoding="utf-8")
    wanted = {name: range for name, range in RANGES.items() if name not in bundled}
    assert found | wanted == found and found.keys() - wanted == {"python", "pip"}


@pytest.mark.parametrize("name", sorted(RANGES.keys() - {"torch"}))
def test_the_lower_end_of_each_range_was_tested(name):
    """Torch's is left to the weekly workflow: see docs/versions.md."""
    lowest = Version(TESTED["ends"]["lowest"]["versions"][name])
    ends = [s.version.removesuffix(".*") for s in RANGES[name] if s.operator in (">=", "==")]
    end = Version(*ends)
    assert lowest.release[: len(end.release)] == end.release, "run make versions ENDS=lowest"


def test_nothing_failed_with_the_tested_versions_and_they_are_the_locked_ones():
    assert TESTED["ends"].keys() == version_matrix.ENDS.keys()
    for end, found in TESTED["ends"].items():
        assert found["tests"].keys() == {"installation", *version_matrix.TESTS}
        assert set(found["tests"].values()) <= {"passed", "not run"}, end
    locked = TESTED["ends"]["locked"]["versions"]
    assert locked == {name: LOCKED[name] for name in locked}, "run make versions ENDS=locked"


def test_the_table_is_written_from_the_record():
    text = version_matrix.SEEN.with_suffix(".md").read_text(encoding="utf-8")
    assert text == version_matrix.markdown(TESTED), "run make versions"
