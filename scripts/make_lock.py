"""Pin the newest versions that fit together in requirements.lock: `make lock`."""

import re
import subprocess
import sys

from helpers.engine import cache

FILES = ["requirements.txt", "requirements-dev.txt", "requirements-models.txt"]
LOCK = cache.ROOT / "requirements.lock"
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
HEADER = """\
# What is known to work, on Python 3.11 to 3.13. Install it with: make setup LOCK=requirements.lock
# {torch} is installed before it (TORCH in the Makefile). It is not listed, for its CPU build
# has another hash in each index, and where one line has a hash, pip wants one for all.
"""


def torch() -> str:
    """The release of torch that `make setup` installs, as a requirement."""
    makefile = (cache.ROOT / "Makefile").read_text(encoding="utf-8")
    return re.search(r"^TORCH := (\S+)", makefile, re.MULTILINE)[1]


def resolve(*options: str, torch: str) -> str:
    """One version for everything in FILES and what it needs, as uv writes it.

    options: of `uv pip compile`; torch: a requirement, which narrows the range.
    Raises RuntimeError with uv's explanation if nothing meets all ranges.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header"]
    command += ["--only-binary", ":all:", *options, *FILES, "-"]
    run = subprocess.run(command, input=torch, cwd=cache.ROOT, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"uv finds no versions that fit together.\n{run.stderr}")
    return run.stdout


def normalised(name: str) -> str:
    """A package's name as registries compare it: faiss-cpu for Faiss_CPU."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """The version of each package in a resolution, by the package's normalised name."""
    return {normalised(name): version for name, version in PIN.findall(text)}


def main() -> None:
    """One version per package for all Pythons and systems, with the hashes of all its files."""
    options = ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    options += ["--generate-hashes", "--no-emit-package", "torch", "--no-annotate"]
    text = resolve(*options, torch=torch())
    LOCK.write_text(HEADER.format(torch=torch()) + text, encoding="utf-8")
    print(f"{len(pins(text))} packages are pinned in {LOCK.name}")


if __name__ == "__main__":
    main()
