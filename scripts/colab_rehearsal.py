"""Run notebooks as on Colab: old ipywidgets and IPython, and nothing but the notebook in a folder.

The set-up cell clones the course from the repository's address, which leads to this copy of it
(what is committed), and installs what Colab lacks. Then the kernel starts again, as after a lost
connection, and the first cells run once more. Run: make colab-rehearsal, or
python -m scripts.colab_rehearsal [NN ...]. `.venv-colab` keeps the environment (2 GB).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.engine import cache
from scripts.make_links import repository

VENV = cache.ROOT / ".venv-colab"
STORED = cache.ROOT / "docs" / "colab.json"
# What Colab had when this was written, as far as it installs beside Python 3.11 to 3.13.
PINS = ("ipython==7.34.0", "ipywidgets==7.7.*", "ipykernel==6.17.1")
LACKS = ("gguf", "faiss-cpu", "bm25s", "PyStemmer", "pypdf")  # Colab has the other requirements
FIRST = 4  # code cells that run again after the kernel has started again


def environment() -> Path:
    """The Python of a fresh environment like Colab's; made when it is not there."""
    python = VENV / "bin" / "python"
    if not (VENV / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        lines = (cache.ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        names = {line: re.split(r"[<>=]", line)[0] for line in lines if line[:1] not in ("#", "")}
        has = [line for line, name in names.items() if name not in (*LACKS, "torch", "ipywidgets")]
        pip = [python, "-m", "pip", "install", "-q"]
        subprocess.run([*pip, "torch==2.13.0"], check=True)
        subprocess.run([*pip, *PINS, *has], check=True)
        (site,) = VENV.glob("lib/python*/site-packages")
        (site / "google" / "colab").mkdir(parents=True, exist_ok=True)  # by it the cell knows Colab
        (site / "google" / "colab" / "__init__.py").touch()
        (site / "colab.pth").write_text("import google.colab\n")  # runs when Python starts
        (VENV / ".installed").touch()
    return python


def kernels(folder: Path, python: Path) -> None:
    """Write the kernel's specification into a folder of Jupyter's."""
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
    spec |= {"display_name": "Colab", "language": "python"}
    (folder / "kernels" / "colab").mkdir(parents=True)
    (folder / "kernels" / "colab" / "kernel.json").write_text(json.dumps(spec))


def copy_instead_of_the_address() -> dict[str, str]:
    """Variables with which git clones this copy where it is asked for the repository's address."""
    address = f"https://github.com/{repository()}"
    here = f"url.file://{cache.ROOT}.insteadOf"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": here, "GIT_CONFIG_VALUE_0": address}


def rehearse(path: Path) -> dict:
    """Run a notebook, alone in an empty folder that stands for /content; then its first cells."""
    with tempfile.TemporaryDirectory() as scratch:
        content, jupyter = Path(scratch) / "content", Path(scratch) / "jupyter"
        content.mkdir()
        kernels(jupyter, environment())
        text = path.read_text(encoding="utf-8").replace("/content", str(content))
        (content / path.name).write_text(text, encoding="utf-8")
        os.environ |= {"JUPYTER_PATH": str(jupyter), **copy_instead_of_the_address()}
        for name in ("COURSE_ARTIFACTS", "PYTHONPATH"):
            os.environ.pop(name, None)
        found = {}
        for part, last in (("whole", None), ("started again", FIRST)):
            notebook = nbformat.read(content / path.name, as_version=4)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            notebook.cells = code[:last]
            found[part] = run(notebook, content)
        return found


def run(notebook, folder: Path) -> dict:
    """Run the cells of a notebook in a folder: minutes, how many cells, the first error or none."""
    options = {"timeout": 1800, "kernel_name": "colab", "resources": {"metadata": {"path": folder}}}
    start, error = time.perf_counter(), None
    try:
        NotebookClient(notebook, **options).execute()
    except CellExecutionError as failed:
        error = f"{failed.ename}: {failed.evalue}"
    minutes = round((time.perf_counter() - start) / 60, 2)
    return {"minutes": minutes, "cells": len(notebook.cells), "error": error}


def versions() -> dict[str, str]:
    """The versions in the environment that matter here."""
    listed = subprocess.run(
        [environment(), "-m", "pip", "list", "--format=json"],
        check=True,
        capture_output=True,
        text=True,
    )
    names = ("ipykernel", "ipython", "ipywidgets", "torch", "transformers", "peft", "numpy")
    rows = {row["name"].lower(): row["version"] for row in json.loads(listed.stdout)}
    return {name: rows[name] for name in names}


def main() -> None:
    """Rehearse the notebooks named on the command line, 00 without; store what happened."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("numbers", nargs="*", default=["00"], help="such as 00 02")
    numbers, failed = options.parse_args().numbers, 0
    stored = cache.read_json(STORED, {"notebooks": {}})
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        if path.stem.split("_")[0] in numbers:
            stored["notebooks"][path.stem] = found = rehearse(path)
            failed += sum(part["error"] is not None for part in found.values())
            print(path.stem, json.dumps(found, indent=1), flush=True)
            cache.write_json(STORED, stored | {"versions": versions()})
    sys.exit(f"{failed} runs failed" if failed else 0)


if __name__ == "__main__":
    main()
