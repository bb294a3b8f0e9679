"""Every notebook can be read without eyes: pictures, headings, tables, links, colours."""

import ast
import json

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from helpers import claims_matrix, exercises, plots, widgets
from helpers.engine import cache
from scripts import check_access, prose
from scripts.check_access import SHAPE_CONTRAST, contrast, findings, in_html

NOTEBOOKS = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))
WORDS = "Facts by system. share right against system. RAG: 0.20; LoRA: 0.35."


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_can_be_read_without_eyes(path):
    assert findings(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", prose.documents(), ids=lambda path: str(path.name))
def test_a_document_names_its_pictures_and_links(path):
    text = check_access.without_code(path.read_text(encoding="utf-8"))
    assert check_access.in_markdown(text) == []


def notebook(*cells, outputs=()) -> dict:
    """A notebook of Markdown cells, the first of them a title, and one code cell."""
    made = [{"cell_type": "markdown", "source": [text]} for text in ("# Title", *cells)]
    code = {"cell_type": "code", "source": ["x"], "outputs": list(outputs)}
    return {"cells": [*made, code]}


def html(text, **metadata) -> dict:
    return {"output_type": "display_data", "data": {"text/html": [text]}, "metadata": metadata}


def png(**metadata) -> dict:
    return {"output_type": "display_data", "data": {"image/png": "aGk="}, "metadata": metadata}


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (notebook("# Another title"), "heading-multiple-h1"),
        (notebook("### Too deep"), "heading-wrong-order"),
        (notebook("## A\n\n### B\n\n##### C"), "heading-wrong-order"),
        (notebook("## Same", "## Same"), "heading-duplicate-h2"),
        (notebook("## Title"), "duplicate-h1-h2"),
        (notebook("##"), "heading-empty"),
        ({"cells": notebook("## A")["cells"][1:2]}, "heading-missing-h1"),
        (notebook("![](a.png)"), "image-missing-alt"),
        (notebook("![a plot](a.png)"), "image-missing-alt"),
        (notebook("Read [here](a.md)."), "link-discernible-text"),
        (notebook("As reported ([2024](https://a.b/c))."), "link-discernible-text"),
        (notebook("[https://a.b/c](https://a.b/c)"), "link-discernible-text"),
        (notebook('<a href="a.md">this page</a>'), "link-discernible-text"),
        (notebook("<details>An answer</details>"), "summary-name"),
        (notebook(outputs=[png()]), "image-missing-alt"),
        (notebook(outputs=[png(**{"image/png": {"alt": "a plot"}})]), "image-alt-length"),
        (notebook(outputs=[html("<img src=a>")]), "image-missing-alt"),
        (notebook(outputs=[html('<img src=a alt=" ">')]), "image-missing-alt"),
        (notebook(outputs=[html(f'<img src=a alt="{"x. " * 600}">')]), "image-alt-length"),
        (notebook(outputs=[html(f'<img src=a alt="{"title " * 9}">')]), "image-alt-title"),
        (notebook(outputs=[html("<table><tr><td>1</td></tr></table>")]), "table-missing-header"),
        (notebook(outputs=[html("<table><tr><th></th></tr></table>")]), "table-missing-header"),
        (notebook(outputs=[html('<td style="background: red"></td>')]), "colour-only"),
        (notebook(outputs=[html("<style>#a {color: yellow}</style>")]), "color-insufficient"),
        (notebook(outputs=[html('<p style="color: #999">x</p>')]), "color-insufficient"),
        (notebook(outputs=[html('<p style="background-color: navy">x</p>')]), "color-insufficient"),
    ],
)
def test_what_is_broken_is_found(broken, rule):
    (found,) = findings(broken)
    assert rule in found


def test_what_is_right_passes():
    picture = html(f'<img src=a alt="{WORDS}">')
    table = html("<table><tr><th>name</th></tr><tr><td style='color: #333'>x</td></tr></table>")
    code = "## A\n```python\n# no heading\nx = [1](2)\n```\n### B, `[here](x)`, [the data](d.md)"
    marked = png(**{"image/png": {"alt": WORDS}})
    assert findings(notebook(code, outputs=[picture, table, marked])) == []


def test_pictures_and_tables_of_the_course_pass():
    figure = plots.grouped_bars({"RAG": {"facts": (0.5, 0.4, 0.6)}}, "Facts by system", "share")
    frame = pd.DataFrame({"system": ["RAG"], "total": ["<b>3</b>"]})
    table = widgets._table(frame, [plots.COLOURS[0]], "Costs")
    claims = claims_matrix.markup(frame.set_index("system"))
    for markup in (plots.Picture(figure)._repr_html_(), table, claims):
        assert in_html(markup) == []
    for page in (BeautifulSoup(table, "html.parser"), BeautifulSoup(claims, "html.parser")):
        assert page.caption.text and all(head["scope"] for head in page.find_all("th"))


def unnamed(code: str) -> list[str]:
    """The calls in code that make a control without a name for it."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("ipywidgets.")
        and node.func.attr not in ("VBox", "HBox", "HTML", "Layout")
        and not any(keyword.arg == "description" for keyword in node.keywords)
    ]


def test_every_control_of_a_widget_has_a_name():
    makers = [
        code
        for path in sorted((cache.ROOT / "helpers").rglob("*.py"))
        if "ipywidgets" in (code := path.read_text(encoding="utf-8"))
    ]
    assert makers and not [name for code in makers for name in unnamed(code)]
    assert unnamed("ipywidgets.Text(value='x')") == ["ipywidgets.Text"]
    assert not unnamed("ipywidgets.VBox([ipywidgets.Button(description='Go')])")


def test_contrast_is_that_of_the_standard():
    assert contrast("black") == pytest.approx(21) and contrast("white") == pytest.approx(1)
    assert contrast("#777777") < 4.5 < contrast("#767676")  # the well-known limit of grey


def test_outcomes_of_checks_are_seen_on_light_and_dark():
    """Their text has the colour of the page; the bar beside it repeats the word."""
    for colour in exercises.COLOURS.values():
        assert min(contrast(colour), contrast(colour, "#111111")) >= SHAPE_CONTRAST


def test_what_is_too_light_in_a_picture_has_an_outline():
    light = [colour for colour in plots.COLOURS if contrast(colour) < SHAPE_CONTRAST]
    assert light  # the palette is made for colour-blind readers, not for contrast with white
    assert contrast(plots.OUTLINE["edgecolor"]) >= SHAPE_CONTRAST
