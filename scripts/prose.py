"""The prose of the course, piece by piece: Markdown of notebooks and documents, and docstrings."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from helpers.engine import cache
from scripts import notebook_text

CODE = ("helpers", "scripts", "tests", "benchmarks")
FENCE = re.compile(r"^([`~]{3,}).*?^\1[`~]*\s*$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
TARGET = re.compile(r"\]\([^)\s]*(?:\s\"[^\"]*\")?\)")


def notebooks() -> list[Path]:
    """The notebooks, in order."""
    return list(notebook_text.notebooks().values())


def documents() -> list[Path]:
    """The Markdown files that people read: not those that are data or were built."""
    found = [*cache.ROOT.glob("*.md"), cache.ROOT / "helpers/README.md"]
    found.append(cache.ROOT / "datasets/README.md")
    for folder in ("docs", ".github"):
        inside = (cache.ROOT / folder).rglob("*.md")
        found += [p for p in inside if not re.search(r"/_", p.relative_to(cache.ROOT).as_posix())]
    return sorted(found)


def markdown(path: Path) -> list[tuple[str, str]]:
    """The Markdown of a notebook, cell by cell, or of a document: (where, text)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return [(path.name, text)]
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return [(f"{path.stem} {cell.get('id', '')}", "".join(cell["source"])) for cell in cells]


def docstrings() -> Iterator[tuple[str, str]]:
    """The docstrings of all modules, classes and functions: (where, text)."""
    for path in sorted(path for folder in CODE for path in (cache.ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield f"{path.parent.name}/{path.name}", text


def outputs(notebook: dict) -> str:
    """The text that the cells of a notebook show, without markup and pictures."""
    texts = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += ["".join(output.get("text", "")), "".join(data.get("text/plain", ""))]
            texts.append(re.sub(r"<[^>]*>", " ", "".join(data.get("text/html", ""))))
    return "\n".join(texts)


def without_code(text: str, instead: str = " ") -> str:
    """Markdown without blocks and spans of code."""
    return SPAN.sub(instead, FENCE.sub("", text))


def plain(text: str) -> str:
    """The words of Markdown: without code, addresses, tags and formulas."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " ", without_code(text), flags=re.DOTALL)
    text = TARGET.sub("]", text)
    return re.sub(r"https?://\S+|<[^>\n]*>|\b[\w.-]+@[\w.-]+", " ", text)
