"""Is everything in place?

Prints one OK or FAIL line for each thing that the course needs. Run: python -m scripts.check
"""

import re
import shutil
import sys
from importlib import metadata

import psutil
from packaging.requirements import Requirement

from helpers import models
from helpers.engine import cache, weights


def python():
    """Python 3.11 to 3.13."""
    version = sys.version.split()[0]
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise ValueError(f"{version}; 3.11 to 3.13 is needed")
    return version


def package(line: str):
    """One requirement: installed, in a version that fits."""
    requirement = Requirement(line)
    version = metadata.version(requirement.name)
    if not requirement.specifier.contains(version, prereleases=True):
        raise ValueError(f"{version}; {line} is needed: pip install '{line}'")
    return version


def disk():
    """Room for the converted weights and the caches."""
    free = shutil.disk_usage(cache.ROOT).free / 1e9
    if free < 1:
        raise ValueError(f"{free:.1f} GB free; 1 GB is needed for converted weights and caches")
    return f"{free:.0f} GB free"


def memory():
    """Room for a notebook."""
    free = psutil.virtual_memory().available / 1e9
    if free < 2:
        raise ValueError(
            f"{free:.1f} GB available; a notebook needs up to 2 GB: close other programs"
        )
    return f"{free:.0f} GB available"


def sentence():
    """One sentence from the real model."""
    llm = models.load_llm()
    return repr(
        llm.generate([llm.chat("Answer in one short sentence.", "What is a library?")])[0].text
    )


def checks():
    """Each check with its name."""
    yield "Python", python
    for line in (cache.ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield re.split(r"[<>=]", line)[0], lambda line=line: package(line)
    for name, file in (("language model", weights.llm_file), ("encoder", weights.encoder_file)):
        yield name, lambda file=file: "SHA-256 " + cache.sha256(file())[:12]
    yield "disk", disk
    yield "memory", memory
    yield "one sentence", sentence


def main() -> int:
    """Run all checks; the number of those that failed."""
    failed = 0
    for name, run in checks():
        try:
            print(f"OK    {name}: {run()}", flush=True)
        except Exception as error:  # whatever is wrong is what the line is there to say
            failed += 1
            print(f"FAIL  {name}: {error}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
