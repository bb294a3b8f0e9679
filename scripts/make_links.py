"""Stamp the notebooks, README, CITATION.cff and docs/places.md with one repository's links.

Run: make links REPO=owner/name. Without REPO, the repository in pyproject.toml is stamped again.
"""

import json
import re
import sys
import tomllib
from urllib.parse import urlencode

from helpers.engine import cache

PYPROJECT = cache.ROOT / "pyproject.toml"
CITATION = cache.ROOT / "CITATION.cff"
PLACES = cache.ROOT / "docs" / "places.md"
START = "00_start_here.ipynb"
HUB = "https://your-hub.example"  # whoever has a JupyterHub puts its address here
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


def nbgitpuller(repo: str, hub: str = HUB) -> str:
    """The link that copies the course into a user's home on a JupyterHub and opens it there."""
    start = f"lab/tree/{repo.split('/')[1]}/notebooks/{START}"
    wanted = {"repo": f"https://github.com/{repo}", "branch": "main", "urlpath": start}
    return f"{hub}/hub/user-redirect/git-pull?{urlencode(wanted)}"


def places(repo: str) -> str:
    """The lines of docs/places.md with the repository's links, as Markdown."""
    return f"""
**Binder and Colab**: {badges(START, repo)}. Every notebook has these links at its top.

**Codespaces**: [open in Codespaces](https://codespaces.new/{repo}); `.devcontainer/` installs the
course, and `make lab` starts JupyterLab in it.

**A JupyterHub** with [nbgitpuller](https://nbgitpuller.readthedocs.io): put your hub's address into

```
{nbgitpuller(repo)}
```

It copies the course into each user's home and opens notebook 00. The packages come from the hub's
own environment. An administrator installs them once, in a copy of the course and with the hub's
Python: `pip install -r requirements.txt`, then `bash .binder/postBuild`.
"""


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
    """Stamp pyproject.toml, CITATION.cff, the notebooks, docs/places.md and the README."""
    from scripts import make_readme

    repo = repo or repository()
    PYPROJECT.write_text(
        re.sub(r'^repo = ".*"', f'repo = "{repo}"', PYPROJECT.read_text(), flags=re.MULTILINE)
    )
    for path in (CITATION, make_readme.README):
        text = CLONE.sub(f"https://github.com/{repo}", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        notebook = stamped(json.loads(path.read_text(encoding="utf-8")), path.name, repo)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = PLACES.read_text(encoding="utf-8")
    between = r"(?s)(<!-- links -->\n).*?(<!-- end of links -->)"
    text = re.sub(between, lambda mark: f"{mark[1]}{places(repo)}{mark[2]}", text)
    PLACES.write_text(text, encoding="utf-8")
    make_readme.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
