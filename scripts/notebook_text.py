"""What the notebooks say of themselves: their files, titles and promises, and a line as HTML.

It needs the standard library alone, so that the website's environment can use it, too.
"""

import json
import re
from html import escape
from pathlib import Path

from helpers.engine import cache


def notebooks() -> dict[str, Path]:
    """The notebooks by number, such as "05b", in order."""
    paths = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))
    return {path.stem.split("_")[0]: path for path in paths}


def cells(path: Path) -> list[dict]:
    """The cells of a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def title(path: Path) -> str:
    """The title of a notebook, with its number: "00 · Start here"."""
    return cells(path)[0]["source"][0].lstrip("# ").strip()


def promises(path: Path) -> list[str]:
    """What the first cell of a notebook says that you will do, an item each."""
    first = "".join(cells(path)[0]["source"])
    listed = first.split("**You will**")[1].split("**Needs**")[0]
    items = re.split(r"\n- ", listed.split("\n\n")[0])[1:]
    return [" ".join(item.split()).rstrip(".;") for item in items]


def inline(markdown: str) -> str:
    """A line of Markdown as HTML: emphasis and code; a link becomes its words; all else is text."""
    text = escape(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown))
    parts = re.split(r"(`[^`]+`)", text)
    for i, part in enumerate(parts):
        if part.startswith("`"):
            parts[i] = f"<code>{part[1:-1]}</code>"
        else:
            part = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", part)
            parts[i] = re.sub(r"\*(.+?)\*", r"<em>\1</em>", part)
    return "".join(parts)
