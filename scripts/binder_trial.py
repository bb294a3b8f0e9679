"""Run the notebooks as on Binder: JupyterLab and the kernel on one core, in two gigabytes together.

The limit is a control group of Linux: if both need more, the kernel is killed, as on Binder. Each
notebook begins with nothing computed. Half-way its kernel is killed and starts again; then the
notebook runs from the top to the end. Nothing may be lost, and what was computed is not computed
again. Run as root on Linux: make binder-trial, or python -m scripts.binder_trial [NN ...]
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from helpers.engine import cache, records
from scripts import lab_server
from scripts.memory_group import Group

MEGABYTES, SLOW = 2048, 10.0  # what Binder gives; a longer cell should say how far it is
COLUMNS = ("server", "kernel", "own", "with files")
STORED = cache.ROOT / "docs" / "binder.json"
PAGE = cache.ROOT / "docs" / "places.md"
NOTEBOOKS = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))


def kept(folder: Path) -> dict[str, int]:
    """The sizes of all files that a run has kept, without the weights and unfinished ones."""
    names = {path: path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {
        str(name): path.stat().st_size
        for path, name in names.items()
        if name.parts[0] != "models"
        and not any(part[0] == "." or ".partial" in part for part in name.parts)
    }


def trial(path: Path, megabytes: int) -> dict:
    """The measurements of one notebook."""
    with tempfile.TemporaryDirectory() as scratch, Group(megabytes) as group:
        root = lab_server.course_copy(Path(scratch))
        artifacts = lab_server.empty_artifacts(root)
        core = max(os.sched_getaffinity(0))

        def confined():
            group.join()
            os.sched_setaffinity(0, {core})

        environment = {"COURSE_ARTIFACTS": str(artifacts), "HF_HUB_OFFLINE": "1"}
        os.environ.pop("OMP_NUM_THREADS", None)
        with lab_server.Lab(root, confined, environment) as lab:
            session = lab_server.Session(lab, path.name)
            found = halves(session, artifacts)
            session.close()
        return found | {"peak MB": dict(group.peak), "killed for memory": group.kills()}


def halves(session, artifacts) -> dict:
    """Run the first half, kill the kernel inside a cell, start it again and run everything."""
    cells = session.code_cells()
    half = len(cells) // 2
    first = run(session, cells[:half])
    session._send("execute_request", {"code": "".join(cells[half]["source"]), "silent": False})
    time.sleep(1)
    session.process().kill()
    before = kept(artifacts)
    session.channel.close()
    time.sleep(5)  # the server looks every three seconds whether the kernel is there
    session.connect()
    again = run(session, cells)
    session.save()
    after = kept(artifacts)
    return {
        "minutes": minutes(first, again[half:]),
        "half": {"first": minutes(first), "again": minutes(again[:half])},
        "lost": sorted(name for name in before if after.get(name, -1) < before[name]),
        "kept": len(before),
        "errors": errors(first) + errors(again),
        "slow": slow(first + again[half:], cells),
    }


def run(session, cells) -> list[lab_server.Ran]:
    """Run cells, those after an error too; a dead kernel ends it, and is the last one's error."""
    ran = []
    for cell in cells:
        try:
            ran.append(session.run("".join(cell["source"])))
        except lab_server.KernelDied as error:
            return [*ran, lab_server.Ran(error=f"{cell['id']}: the kernel was killed ({error})")]
    return ran


def minutes(*parts) -> float:
    return round(sum(one.seconds for ran in parts for one in ran) / 60, 2)


def errors(ran) -> list[str]:
    return [one.error for one in ran if one.error]


def slow(ran, cells) -> dict:
    """The long cells: seconds, and the longest time without any sign of life."""
    found = {}
    for one, cell in zip(ran, cells, strict=False):
        if one.seconds > SLOW:
            times = [0.0, *one.shown, one.seconds]
            silent = max(later - earlier for earlier, later in zip(times, times[1:], strict=False))
            found[cell["id"]] = [round(one.seconds, 1), round(silent, 1)]
    return found


def table(stored: dict) -> str:
    """The measurements as a Markdown table."""
    lines = [
        "| notebook | minutes | first half, then again after the kill | JupyterLab | kernel | both "
        "| both, with files | killed for memory | errors |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in sorted(stored["notebooks"].items()):
        half, peak = row["half"], row["peak MB"]
        again = f"{half['first']:.1f}, {half['again']:.1f}"
        sizes = " | ".join(f"{peak[part]} MB" for part in COLUMNS)
        counts = f"{row['killed for memory']} | {len(row['errors'])}"
        lines.append(f"| {name} | {row['minutes']:.1f} | {again} | {sizes} | {counts} |")
    return "\n".join(lines)


def main() -> None:
    """Run the notebooks named on the command line; store the measurements and fill the page."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("numbers", nargs="*", help="such as 00 05b (none: all notebooks)")
    options.add_argument("--megabytes", type=int, default=MEGABYTES)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the group is emptied
    stored = cache.read_json(STORED, {"notebooks": {}})
    for path in NOTEBOOKS:
        if given.numbers and path.stem.split("_")[0] not in given.numbers:
            continue
        found = trial(path, given.megabytes)
        print(path.stem, found, flush=True)
        about = {"MB": given.megabytes, "cores": 1, **records.made_with()}
        stored = about | {"notebooks": stored["notebooks"] | {path.stem: found}}
        cache.write_json(STORED, stored)
    text = PAGE.read_text(encoding="utf-8")
    fill = r"(?s)(<!-- binder -->\n).*?(<!-- end of binder -->)"
    text = re.sub(fill, lambda mark: f"{mark[1]}{table(stored)}\n{mark[2]}", text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
