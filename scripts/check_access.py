"""Can a notebook be read with a screen reader, by keyboard, and without seeing its colours?

Run: python -m scripts.check_access [NOTEBOOK ...]. It reads cells and stored outputs. Rules that
jupyterlab-a11y-checker has as well have the same names here.
"""

import json
import re
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from matplotlib.colors import is_color_like, to_rgba

from scripts import prose

SHORTEST, LONGEST = 40, 1500  # characters of an alternative text
TEXT_CONTRAST = 4.5  # WCAG 2.2, criterion 1.4.3: normal text on its background
SHAPE_CONTRAST = 3.0  # criterion 1.4.11: parts of a picture that one has to see
NO_WORDS = re.compile(
    r"(click |read |see )?(here|this|this page|link|more|page|paper|source|it)|https?:\S+|[\W\d_]*",
    re.IGNORECASE,
)
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


def contrast(colour, ground="white") -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    """WCAG 2.2, "relative luminance"; what is transparent shows white."""
    *parts, alpha = to_rgba(colour)
    parts = [1 - alpha * (1 - part) for part in parts]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def findings(notebook: dict) -> list[str]:
    """What is wrong with a notebook, as "cell, rule: what", from top to bottom."""
    found, headings = [], []
    for number, cell in enumerate(notebook["cells"]):
        where = f"cell {cell.get('id', number)}"
        if cell["cell_type"] == "markdown":
            text = without_code("".join(cell["source"]))
            headings += [
                (where, len(marks), words.strip())
                for marks, words in re.findall(r"^(#{1,6})(?:[ \t]+(.*))?$", text, re.MULTILINE)
            ]
            found += [f"{where}, {problem}" for problem in in_markdown(text)]
        for output in cell.get("outputs", []):
            found += [f"{where}, {problem}" for problem in in_output(output)]
    return found + in_headings(headings)


def without_code(text: str) -> str:
    """Markdown without its code, in which a # is a comment and a bracket an index."""
    return re.sub(r"`[^`\n]*`", "code", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def in_headings(headings: list[tuple[str, int, str]]) -> list[str]:
    """Problems of the headings of a notebook. heading: (where, level, words)."""
    tops = [where for where, level, _ in headings if level == 1]
    found, last, titles = [], 0 if tops else 1, {}
    for where, level, words in headings:
        if not words:
            found.append(f"{where}, heading-empty: a heading without words")
        if level > last + 1:
            found.append(f"{where}, heading-wrong-order: level {level} follows level {last}")
        if level <= 2 and words in titles:
            rule = "heading-duplicate-h2" if level == titles[words] == 2 else "duplicate-h1-h2"
            found.append(f"{where}, {rule}: {words!r} again")
        titles[words], last = level, level
    if not tops:
        found.append("heading-missing-h1: no title")
    found += [f"{where}, heading-multiple-h1: a second title" for where in tops[1:]]
    return found


def in_markdown(text: str) -> list[str]:
    """Problems of pictures, links and tables in Markdown."""
    found = [
        f"image-missing-alt: {target}"
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text)
        if len(words) < SHORTEST
    ]
    for words, target in re.findall(r"(?<!!)\[([^\]]*)\]\(([^)]*)\)", text):
        if NO_WORDS.fullmatch(words.strip()):
            found.append(f"link-discernible-text: [{words}] says nothing of {target}")
    return found + in_html(text)


def in_output(output: dict) -> list[str]:
    """Problems of one output of a cell."""
    data, found = output.get("data", {}), []
    for kind in IMAGES:
        if kind in data and "text/html" not in data:
            found += _alternative(output.get("metadata", {}).get(kind, {}).get("alt"))
    return found + in_html("".join(data.get("text/html", "")))


def in_html(text: str) -> list[str]:
    """Problems of pictures, tables, folded parts, links and colours in HTML."""
    page, found = BeautifulSoup(text, "html.parser"), []
    for image in page.find_all("img"):
        found += _alternative(image.get("alt"))
    for table in page.find_all("table"):
        heads = table.find_all("th")
        if not any(head.get_text(strip=True) for head in heads):
            found.append("table-missing-header: no cell says what a column or row holds")
    for folded in page.find_all("details"):
        if not folded.summary or not folded.summary.get_text(strip=True):
            found.append("summary-name: what is folded has no name")
    for link in page.find_all("a", href=True):
        if NO_WORDS.fullmatch(link.get_text(strip=True)):
            found.append(f"link-discernible-text: says nothing of {link['href']}")
    for element in page.find_all(style=re.compile("background")):
        if not element.get_text(strip=True):
            found.append("colour-only: a coloured element without words")
    rules = re.findall(r"\{([^}]*)\}", "".join(style.text for style in page.find_all("style")))
    rules += [element["style"] for element in page.find_all(style=True)]
    return found + [problem for rule in rules for problem in _too_faint(rule)]


def _alternative(words: str | None) -> list[str]:
    """Problems of the alternative text of a picture."""
    if not (words or "").strip():
        return ["image-missing-alt: a picture without alternative text"]
    if not SHORTEST <= len(words) <= LONGEST:
        return [f"image-alt-length: {len(words)} characters, not {SHORTEST} to {LONGEST}"]
    if len(re.split(r"[.?!:] ", words.strip())) < 2:
        return [f"image-alt-title: nothing but a title: {words!r}"]
    return []


def _too_faint(rule: str) -> list[str]:
    """Problems of one CSS rule: text that is hard to tell from its background."""
    values = dict(re.findall(r"(?<![\w-])(color|background(?:-color)?)\s*:\s*([^;]+)", rule))
    ground = values.get("background-color", values.get("background", "white")).strip()
    colour = values.get("color", "black").strip()
    if not values or not is_color_like(colour) or not is_color_like(ground):
        return []
    ratio = contrast(colour, ground)
    faint = f"color-insufficient-cc-normal: {colour} on {ground} has contrast {ratio:.1f}"
    return [faint] if ratio < TEXT_CONTRAST else []


def main(paths: list[str]) -> int:
    """Print all findings; returns how many there are."""
    chosen = [Path(path) for path in paths] or prose.notebooks()
    count = 0
    for path in chosen:
        found = findings(json.loads(path.read_text(encoding="utf-8")))
        count += len(found)
        print(f"{path.name}: {len(found)} findings", *found, sep="\n  ")
    return count


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
