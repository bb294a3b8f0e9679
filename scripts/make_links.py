"""Stamp every notebook and the README with the Binder and Colab links of one repository.

Run: make links REPO=owner/name. Without REPO, the repository in pyproject.toml is stamped again.
"""

import json
import re
import sys
import tomllib

from helpers.engine import cache

PYPROJECT = cache.ROOT / "pyproject.toml"
CITATION = cache.ROOT / "CITATION.cff"
CLONE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")


def repository() -> str:
    """OWNER/REPO, from its one place."""
    return tomllib.loads(PYPROJECT.read_text())["tool"]["course"]["repo"]


def addresses(name: str, repo: str) -> tuple[str, str]:
    """Where one notebook opens in Binder and in Colab."""
    binder = f"https://mybinder.org/v2/gh/{repo}/HEAD?urlpath=lab/tree/notebooks/{name}"
    colab = f"https://colab.research.google.com/github/{repo}/blob/main/notebooks/{name}"
    return binder, colab


def badges(name: str, repo: str) -> str:
    """The links of one notebook, as one Markdown line.

    (A line that begins with a comment would not be read as Markdown.)
    """
    binder, colab = addresses(name, repo)
    return f"[Open in Binder]({binder}) · [Open in Colab]({colab})"


def stamped(notebook: dict, name: str, repo: str) -> dict:
    """The notebook with its links line and the address in its set-up cell set to `repo`."""
    cells = notebook["cells"]
    title = "".join(cells[0]["source"])
    cells[0]["source"] = re.sub(r"\[Open in Binder\].*", badges(name, repo), title).splitlines(
        keepends=True
    )
    setup = "".join(cells[1]["source"])
    cells[1]["source"] = CLONE.sub(f"https://github.com/{repo}", setup).splitlines(keepends=True)
    return notebook


def main(repo: str | None = None) -> None:
    """Stamp pyproject.toml, CITATION.cff, the notebooks and the README."""
    repo = repo or repository()
    PYPROJECT.write_text(
        re.sub(r'^repo = ".*"', f'repo = "{repo}"', PYPROJECT.read_text(), flags=re.MULTILINE)
    )
    cited = CLONE.sub(f"https://github.com/{repo}", CITATION.read_text(encoding="utf-8"))
    CITATION.write_text(cited, encoding="utf-8")
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        notebook = stamped(json.loads(path.read_text(encoding="utf-8")), path.name, repo)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    from scripts import make_readme

    make_readme.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
