"""Parts of the home page: buttons, and a card for each notebook."""

import base64
import json
import re
from html import escape
from pathlib import Path

EMBEDDED = re.compile(r'alt="(?!training: loss)[^"]*" src="data:image/png;base64,([^"]+)"')
FIRST = "notebooks/00_start_here"


def notebooks(root: Path) -> dict[str, dict]:
    """The course's notebooks by name, in order."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((root / "notebooks").glob("*.ipynb"))
    }


def pictures(root: Path) -> dict[str, bytes]:
    """The file for each notebook's card: its first picture that is no training under way."""
    found = {}
    for name, notebook in notebooks(root).items():
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        for data in (output.get("data", {}) for output in outputs):
            match = EMBEDDED.search("".join(data.get("text/html", "")))
            if picture := match[1] if match else "".join(data.get("image/png", "")):
                found[f"{name}.png"] = base64.b64decode(picture)
                break
    return found


def marked(text: str) -> str:
    """One line of Markdown as HTML: emphasis and code, everything else escaped."""
    text = re.sub(r"\*\*?([^*]+)\*\*?", r"<em>\1</em>", escape(text))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def raw(html: str) -> str:
    """HTML as a block of a Markdown page."""
    return f"```{{raw}} html\n{html}\n```"


def costs(table: str) -> dict[str, dict[str, str]]:
    """What the README's map says of each notebook, between its title and its links."""
    lines = [line.strip().strip("|") for line in table.splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {
        re.search(r"notebooks/(\w+)\.ipynb", row[0])[1]: dict(
            zip(head[1:-1], row[1:-1], strict=True)
        )
        for row in rows
    }


def card(name: str, notebook: dict, picture: bool, cost: dict[str, str]) -> str:
    """A list item: a plot, number and title, the first thing that a reader does, and its cost."""
    text = "".join(notebook["cells"][0]["source"])
    number, _, title = text.splitlines()[0].lstrip("# ").partition(" · ")
    first = re.search(r"(?s)\*\*You will\*\*\s+- (.*?)\n(?:- |\n)", text)
    aim = marked(" ".join(first[1].split()).rstrip(";.")) if first else ""
    image = f'<img src="cards/{name}.png" alt="" loading="lazy">' if picture else ""
    rows = [f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in cost.items()]
    return (
        f'<li>{image}<a href="notebooks/{name}.html"><span>{escape(number)}</span> '
        f"{escape(title)}</a><p>{aim}</p><dl>{''.join(rows)}</dl></li>"
    )


def grid(root: Path, table: str) -> str:
    """All notebooks as a list of cards, in place of the README's map."""
    drawn, cost = pictures(root), costs(table)
    items = [
        card(name, notebook, f"{name}.png" in drawn, cost.get(name, {}))
        for name, notebook in notebooks(root).items()
    ]
    return raw('<ul class="cards">\n' + "\n".join(items) + "\n</ul>")


def buttons(repo: str) -> str:
    """Where to begin: read, or run in Binder or in Colab, or the code."""
    links = {
        "Read the first notebook": f"{FIRST}.html",
        "Run it in Binder": f"https://mybinder.org/v2/gh/{repo}/HEAD?urlpath=lab/tree/{FIRST}.ipynb",
        "Run it in Colab": f"https://colab.research.google.com/github/{repo}/blob/main/{FIRST}.ipynb",
        "Code on GitHub": f"https://github.com/{repo}",
    }
    items = [f'<a href="{escape(url)}">{escape(words)}</a>' for words, url in links.items()]
    return raw('<p class="buttons">' + "\n".join(items) + "</p>")
