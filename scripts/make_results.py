"""Compute the answers and scores that notebooks have no time for.

Run: python -m scripts.make_results [NN ...]

Runs the notebooks named by their numbers (if none is named, all that use `llm.shipped_answers()`)
and keeps what they ask for in such blocks: one file for each set of weights and answer length (or
"score"), named by a hash of both. Each line holds the hash of what was asked and the model's
answer. So an answer whose weights or prompt have changed is not found, and is computed again.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.engine import cache, records, store, weights


def notebooks(numbers, using: str) -> list[Path]:
    """The notebooks with these numbers; if there are none, all whose text has `using`."""
    paths = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))
    return [
        path
        for path in paths
        if (
            path.stem.split("_")[0] in numbers
            if numbers
            else using in path.read_text(encoding="utf-8")
        )
    ]


def run(path: Path, folder, **variables) -> None:
    """Run a notebook with these environment variables; the executed copy goes to `folder`.

    An interrupted run goes on where it was.
    """
    print(path.name, flush=True)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output-dir",
        str(folder),
        str(path),
    ]
    environment = {**os.environ, "COURSE_ARTIFACTS": str(cache.artifacts().resolve()), **variables}
    subprocess.run(command, env=environment, check=True)


def rows(path: Path) -> dict:
    """The lines of a file of answers, by their key."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return {json.loads(line)["key"]: line for line in lines if line.strip()}


def main(*numbers) -> None:
    """Run the notebooks and store the answers that they used.

    numbers: if given, only these notebooks are run, and the stored answers of the others are kept.
    """
    weights.llm_folder()
    with tempfile.TemporaryDirectory() as folder:
        for path in notebooks(numbers, "shipped_answers()"):
            run(path, folder, COURSE_RECORD=folder)
        made = {path.name: rows(path) for path in Path(folder).glob("*.jsonl")}
    old = {path.name: rows(path) for path in store.RESULTS.glob("*.jsonl")}
    kept = (
        made
        if not numbers
        else {name: old.get(name, {}) | made.get(name, {}) for name in {**old, **made}}
    )
    for name, lines in kept.items():
        cache.write_bytes(
            store.RESULTS / name, ("\n".join(lines[key] for key in sorted(lines)) + "\n").encode()
        )
    for name in old.keys() - kept.keys():
        (store.RESULTS / name).unlink()
    cache.write_json(
        store.RESULTS / "record.json",
        {"answers": sum(map(len, kept.values())), **records.made_with()},
    )
    print({name: len(lines) for name, lines in kept.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
