"""Make slides of the notebooks' own pictures: one HTML file, artifacts/slides.html.

Run: python -m scripts.make_slides [NOTEBOOK ...], such as 00 04 07; of all by default. The file
needs no network; arrows, space, Home and End move; it prints one slide a page.
"""

import base64
import re
import sys
from dataclasses import dataclass
from html import escape

from bs4 import BeautifulSoup

from helpers.engine import cache
from scripts import notebook_text
from scripts.make_syllabus import FOLDER
from scripts.notebook_text import inline, promises

TEMPLATE = cache.ROOT / "scripts" / "slides.html"
PNG = "data:image/png;base64,"


@dataclass(frozen=True)
class Picture:
    """A picture of a notebook: PNG in base64, and what it shows, in words."""

    png: str
    words: str

    @property
    def title(self) -> str:
        """Its message: the first sentence of its words."""
        return self.words.split(". ")[0]


def pictures(path) -> list[Picture]:
    """The pictures stored in a notebook, in order, without those of a training that runs.

    Raises ValueError for a picture that is no PNG within the notebook, or has no words.
    """
    found = []
    for cell in notebook_text.cells(path):
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            for image in BeautifulSoup(html, "html.parser").find_all("img"):
                source, words = image.get("src", ""), (image.get("alt") or "").strip()
                if not source.startswith(PNG) or not words:
                    raise ValueError(f"{path.name} has a picture without words, or from elsewhere")
                base64.b64decode(source[len(PNG) :], validate=True)
                found.append(Picture(source[len(PNG) :], words))
    return [one for one in found if not one.title.startswith("training: loss")]


def found(path) -> list[str]:
    """What the last cells of a notebook say that you found, an item each."""
    for cell in reversed(notebook_text.cells(path)):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and "**You found**" in text:
            listed = text.split("**You found**")[1].strip().split("\n\n")[0]
            return [" ".join(item.split()) for item in re.split(r"(?m)^- ", listed)[1:]]
    return []


def advice(number: str) -> dict[str, str]:
    """What the guide for instructors says to ask and to discuss, without its last brackets."""
    guide = (FOLDER / "guide.md").read_text(encoding="utf-8")
    section = re.search(rf"(?ms)^### {number} · .*?(?=^##)", guide)
    if not section:
        return {}
    items = re.findall(r"(?ms)^- \*\*(Ask|Discuss)\*\*: (.*?)(?=^- |\Z)", section[0])
    lines = {name: re.sub(r" \([^()]*\)$", "", " ".join(text.split())) for name, text in items}
    return {name: line[0].upper() + line[1:] for name, line in lines.items()}


def slide(book: str, inner: str) -> str:
    """One slide, below the title of its notebook (the first one has it as its heading)."""
    above = "" if inner.startswith("<h1>") else f'<p class="book">{inline(book)}</p>\n'
    return f'<section tabindex="-1">{above}{inner}</section>'


def listed(heading: str, items: list[str]) -> str:
    """A heading and a list."""
    return f"<h2>{inline(heading)}</h2><ul>{''.join(f'<li>{inline(i)}</li>' for i in items)}</ul>"


def slides(number: str, path) -> list[str]:
    """The slides of a notebook: what you will do, what to ask, its pictures, what you found."""
    book, told = notebook_text.title(path), advice(number)
    made = [f"<h1>{inline(book)}</h1>{listed('You will', promises(path))}"]
    if "Ask" in told:
        made.append(f"<h2>Before the run</h2><p>{inline(told['Ask'])}</p>")
    for one in pictures(path):
        words = f"<details><summary>In words</summary>{escape(one.words)}</details>"
        image = f'<img alt="{escape(one.words)}" src="{PNG}{one.png}">'
        made.append(f"<h2>{escape(one.title)}</h2>{image}{words}")
    if items := found(path):
        made.append(listed("You found", items))
    if "Discuss" in told:
        made.append(f"<h2>Discuss</h2><p>{inline(told['Discuss'])}</p>")
    return [slide(book, inner) for inner in made]


def page(numbers: list[str]) -> str:
    """The whole file. Raises ValueError for a notebook that there is not."""
    books = notebook_text.notebooks()
    if unknown := set(numbers) - set(books):
        raise ValueError(f"There is no notebook {', '.join(sorted(unknown))}: {', '.join(books)}")
    made = "\n".join(one for number in numbers for one in slides(number, books[number]))
    return TEMPLATE.read_text(encoding="utf-8").replace("<!-- slides -->", made)


def main(numbers: list[str]) -> None:
    """Write the slides of these notebooks, or of all."""
    path = cache.artifacts() / "slides.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(numbers or list(notebook_text.notebooks())), encoding="utf-8")
    print(f"{path}: open it in a browser")


if __name__ == "__main__":
    main(sys.argv[1:])
