"""Compute the stored results of the grids. Run: python -m scripts.make_grids [NN ...]

Runs the notebooks named by their numbers (if none is named, all that have such experiments) with
FULL=1 and puts the tables that they computed into `results/grids/`. It takes hours; what was
computed before an interruption is not computed again.
"""

import sys
import tempfile
import time

from helpers import grids
from helpers.engine import cache, weights
from scripts import make_results


def main(*numbers) -> None:
    """Run the notebooks and take over their tables."""
    weights.llm_folder()
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        for path in make_results.notebooks(numbers, "grids.table("):
            make_results.run(path, folder, FULL="1")
    for path in (cache.artifacts() / "grids").glob("*/*.json"):
        if path.stat().st_mtime >= started:
            cache.write_bytes(grids.STORED / f"{path.parent.name}.json", path.read_bytes())
            print(path.parent.name, len(cache.read_json(path)["rows"]), "rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
