"""Compute the stored results of the experiments. Run: python -m results.make_grids [NN ...]

Runs the notebooks named by their numbers (if none is named, all that have such experiments) with FULL=1 and puts the tables that they
computed beside this file, in `grids/`. Takes hours; what was computed before an interruption is found again.
"""

import sys
import tempfile
import time

from helpers import cache, experiments, models
from results import make


def main(*numbers) -> None:
    """Run the notebooks and take over their tables."""
    models.convert()
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        for path in make.notebooks(numbers, "experiments.table("):
            make.run(path, folder, FULL="1")
    for path in (cache.artifacts() / "grids").glob("*/*.json"):
        if path.stat().st_mtime >= started:
            cache.write_bytes(experiments.STORED / f"{path.parent.name}.json", path.read_bytes())
            print(path.parent.name, len(cache.read_json(path)["rows"]), "rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
