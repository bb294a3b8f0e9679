"""Seconds from load_llm() to ready, first time (with the conversion) and second time.

Run: python -m benchmarks.loading
"""

import os
import subprocess
import sys
import tempfile

from helpers.engine import cache

CODE = """
import time
from helpers import models
start = time.perf_counter()
models.load_llm()
print(time.perf_counter() - start)
"""


def seconds(artifacts: str) -> float:
    """Load in a fresh process."""
    environment = {**os.environ, "COURSE_ARTIFACTS": artifacts}
    out = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=cache.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(out.stdout.split()[-1])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for label in ("first time", "second time", "third time"):
            print(f"{label}: {seconds(folder):.2f} s")
