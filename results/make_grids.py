"""Compute the stored results of the experiments. Run: python -m results.make_grids [NN ...]

Runs the notebooks named by their numbers (if none is named, all that have such experiments) with FULL=1 and puts the tables that they
computed beside this file, in `grids/`. Takes hours; what was computed before an interruption is found again.
"""

import os
import subprocess
import sys
import tempfile
import time

from helpers import cache, experiments, models


def main(*numbers) -> None:
    """Run the notebooks and take over their tables."""
    models.convert()
    paths = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))
    paths = [p for p in paths if (p.name[:2] in numbers if numbers else "experiments.table(" in p.read_text(encoding="utf-8"))]
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            print(path.name, flush=True)
            command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", folder, str(path)]
            variables = {"FULL": "1", "COURSE_ARTIFACTS": str(cache.artifacts().resolve())}
            subprocess.run(command, env={**os.environ, **variables}, check=True)
    for path in (cache.artifacts() / "grids").glob("*/*.json"):
        if path.stat().st_mtime >= started:
            cache.write_bytes(experiments.STORED / f"{path.parent.name}.json", path.read_bytes())
            print(path.parent.name, len(cache.read_json(path)["rows"]), "rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
