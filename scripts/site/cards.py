"""Parts of the home page: buttons, and a card for each notebook."""

import base64
import re
from html import escape
from pathlib import Path

from scripts.make_links import addresses
from scripts.notebook_text import cells, inline, notebooks, promises, title

EMBEDDED = re.compile(r'alt="(?!training: loss)[^"]*" src="data:image/png;base64,([^"]+)"')
FIRST = "notebooks/00_start_here"


def pictures() -> dict[str, bytes]:
    """The file for each notebook's card: its first picture that is no training under way."""
    found = {}
    for path in notebooks().values():
        outputs = [output for cell in cells(path) for output in cell.get("outputs", [])]
        for data in (output.get("data", {}) for output in outputs):
            match = EMBEDDED.search("".join(data.get("text/html", "")))
            if picture := match[1] if match else "".join(data.get("image/png", "")):
                found[f"{path.stem}.png"] = base64.b64decode(picture)
                break
    return found


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


def card(path: Path, picture: bool, cost: dict[str, str]) -> str:
    """A list item: a plot, number and title, the first thing that a reader does, and its cost."""
    number, _, words = title(path).partition(" · ")
    image = f'<img src="cards/{path.stem}.png" alt="" loading="lazy">' if picture else ""
    rows = [f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in cost.items()]
    return (
        f'<li>{image}<a href="notebooks/{path.stem}.html"><span>{escape(number)}</span> '
        f"{escape(words)}</a><p>{inline(promises(path)[0])}</p><dl>{''.join(rows)}</dl></li>"
    )


def grid(table: str) -> str:
    """All notebooks as a list of cards, in place of the README's map."""
    drawn, cost = pictures(), costs(table)
    items = [
        card(path, f"{path.stem}.png" in drawn, cost.get(path.stem, {}))
        for path in notebooks().values()
    ]
    return raw('<ul class="cards">\n' + "\n".join(items) + "\n</ul>")


def buttons(repo: str) -> str:
    """Where to begin: read, or run in Binder or in Colab, or the code."""
    binder, colab = addresses(f"{Path(FIRST).name}.ipynb", repo)
    links = {
        "Read the first notebook": f"{FIRST}.html",
        "Run it in Binder": binder,
        "Run it in Colab": colab,
        "Code on GitHub": f"https://github.com/{repo}",
    }
    items = [f'<a href="{escape(url)}">{escape(words)}</a>' for words, url in links.items()]
    return raw('<p class="buttons">' + "\n".join(items) + "</p>")
