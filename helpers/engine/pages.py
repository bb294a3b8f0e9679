"""Write a report twice: as one HTML file that needs nothing else, and as Markdown.

A report is a list of blocks. All their texts are text: whatever they hold, none of it is markup.
"""

import re
from dataclasses import dataclass

import jinja2

from helpers.engine.pictures import Picture

DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")  # could reorder a page
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
SPECIAL = re.compile(r"([\\`*_\[\]#|~@!])")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph. look: "", "lead" (what matters most) or "warning"."""

    text: str
    look: str = ""


@dataclass(frozen=True)
class Items:
    """A list of texts."""

    texts: list[str]


@dataclass(frozen=True)
class Rows:
    """A table: its caption, the names of its columns, and its cells, row by row."""

    caption: str
    columns: list[str]
    rows: list[list]


@dataclass(frozen=True)
class Figure:
    """A figure of `plots`, with its words; note: see `plots.show`."""

    figure: object
    note: str = ""


def shorten(text: str, most: int = 300) -> str:
    """The text on one line, of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain(value) -> str:
    """A value as text without characters that could change how the page around it is read."""
    return CONTROL.sub("\ufffd", DIRECTION.sub("", str(value)))


def html(title: str, blocks: list) -> str:
    """The report as one HTML page: no script, nothing loaded, printable, pictures inside."""
    kinds = {Heading: "heading", Words: "words", Items: "items", Rows: "rows", Figure: "figure"}
    shown = [(kinds[type(block)], block) for block in blocks]
    return PAGE.render(title=title, blocks=shown, plain=plain, picture=_picture)


def markdown(blocks: list) -> str:
    """The report as Markdown; of a picture its words."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _picture(block):
    """A picture as HTML: `Picture` escapes its words itself."""
    return Picture(block.figure, block.note)._repr_html_()


def _markdown(block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_escaped(block.text)}"
    if isinstance(block, Words):
        text = _escaped(block.text)
        return {"": text, "lead": f"**{text}**", "warning": f"> **Note:** {text}"}[block.look]
    if isinstance(block, Items):
        return "\n".join(f"- {_escaped(text)}" for text in block.texts)
    if isinstance(block, Figure):
        return f"Picture in words: {_escaped(Picture(block.figure, block.note).words)}"
    lines = [block.columns, ["---"] * len(block.columns), *block.rows]
    cells = [[c if c == "---" else _escaped(c) for c in line] for line in lines]
    return "\n".join([f"{_escaped(block.caption)}:\n", *(f"| {' | '.join(c)} |" for c in cells)])


def _escaped(value) -> str:
    """A text in Markdown that shows as it is: no markup, no HTML, no link, no list."""
    text = "".join(ENTITIES.get(char, char) for char in " ".join(plain(value).split()))
    text = SPECIAL.sub(r"\\\1", text).replace("://", "\\://").replace("www.", "www\\.")
    return re.sub(r"^(\d*)([-+=.)])(?=\s|$|[-=])", r"\1\\\2", text)


PAGE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{{ plain(title) }}</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111;
 background: #fff; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; break-after: avoid; }
.lead { font-size: 1.15em; border-left: 6px solid #0072B2; padding-left: .8em; }
.warning { border: 2px solid #D55E00; padding: .5em .8em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1em 0; font-size: .92em; }
caption { text-align: left; font-weight: bold; }
th { overflow-wrap: normal; }
td { min-width: 4.5em; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }
tr, figure { break-inside: avoid; }
img { max-width: 100%; }
figcaption { font-size: .85em; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } .wide { overflow: visible; } }
</style>
</head>
<body>
{% for kind, block in blocks %}
{% if kind == "heading" %}
<h{{ block.level }} dir="auto">{{ plain(block.text) }}</h{{ block.level }}>
{% elif kind == "words" %}
<p{% if block.look %} class="{{ block.look }}"{% endif %}>{{ plain(block.text) }}</p>
{% elif kind == "items" %}
<ul>
{% for text in block.texts %}
<li>{{ plain(text) }}</li>
{% endfor %}
</ul>
{% elif kind == "rows" %}
<div class="wide"><table>
<caption>{{ plain(block.caption) }}</caption>
<tr>{% for name in block.columns %}<th scope="col">{{ plain(name) }}</th>{% endfor %}</tr>
{% for row in block.rows %}
<tr>{% for cell in row %}<td dir="auto">{{ plain(cell) }}</td>{% endfor %}</tr>
{% endfor %}
</table></div>
{% elif kind == "figure" %}
{{ picture(block) | safe }}
{% endif %}
{% endfor %}
</body>
</html>
""")
