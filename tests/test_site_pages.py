"""The website's own parts, without Sphinx: pages and links, stored outputs, the check of a site.

`make site` builds it; `make test-site` looks at it in a browser.
"""

import json
import re

import pytest

from scripts.make_links import repository
from scripts.notebook_text import inline
from scripts.site import cards, check, outputs, pages

NOTEBOOKS = sorted((pages.ROOT / "notebooks").glob("*.ipynb"))
REPOSITORY = f"https://github.com/{repository()}"


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    pages.lay_out(folder)
    return folder


def test_every_notebook_and_guide_has_a_page_in_the_table_of_contents(laid_out):
    listed = (laid_out / "index.md").read_text(encoding="utf-8").split("{toctree}", 1)[1]
    guides = [*pages.ROOT.glob("docs/*.md"), *pages.ROOT.glob("docs/instructors/*.md")]
    for path in [*NOTEBOOKS, *guides]:
        assert re.search(rf"(?m)^(.* <)?(\w+/)?{re.escape(path.name)}>?$", listed), path
    for page in pages.found().values():
        assert (laid_out / page).is_file() and (page == "index.md" or page in listed)


def test_notebooks_are_copied_as_they_are(laid_out):
    for path in NOTEBOOKS:
        assert (laid_out / "notebooks" / path.name).read_bytes() == path.read_bytes()


def test_links_of_the_pages_lead_somewhere(laid_out):
    for path in laid_out.rglob("*.md"):
        for part in pages.CODE.split(path.read_text(encoding="utf-8"))[::2]:
            for _, target in pages.LINK.findall(part):
                if not re.match(r"[a-z]+:|#", target):
                    assert (path.parent / target.partition("#")[0]).is_file(), (path, target)


def test_home_has_a_card_for_each_notebook_and_the_rest_is_on_running(laid_out):
    home = (laid_out / "index.md").read_text(encoding="utf-8")
    assert re.findall(r'<li>.*?<a href="notebooks/(\w+)\.html', home) == [p.stem for p in NOTEBOOKS]
    assert home.count("<dt>peak memory</dt><dd>") == len(NOTEBOOKS)
    assert f"blob/main/{cards.FIRST}.ipynb" in home and "<!-- map" not in home
    assert "make lab" in (laid_out / "run.md").read_text(encoding="utf-8")
    assert all((laid_out / "extra" / "cards" / f"{path.stem}.png").is_file() for path in NOTEBOOKS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](../README.md)", "[a](index.md)"),
        ("[a](../README.md#two-commands)", "[a](index.md#two-commands)"),
        ("[a](README.md)", "[a](data_card.md)"),
        ("[a](../notebooks/05_lora.ipynb)", "[a](notebooks/05_lora.ipynb)"),
        ("[a](style.json)", f"[a]({REPOSITORY}/blob/main/datasets/style.json)"),
        ("[a](../LICENSE)", f"[a]({REPOSITORY}/blob/main/LICENSE)"),
        ("[a](handbook)", f"[a]({REPOSITORY}/tree/main/datasets/handbook)"),
        ("![a](../docs/headline.png)", "![a](docs/headline.png)"),
        ("[a](https://example.org/x) [b](#here)", "[a](https://example.org/x) [b](#here)"),
        ("`d[k](no.md)`\n```\n[a](no.md)\n```\n", "`d[k](no.md)`\n```\n[a](no.md)\n```\n"),
    ],
)
def test_a_link_leads_to_a_page_or_to_the_repository(text, expected):
    assert pages.relinked(text, "datasets/README.md") == expected


@pytest.mark.parametrize("target", ["no.md", "../../elsewhere.md", "style.jsn#x"])
def test_a_link_that_leads_nowhere_is_an_error(target):
    with pytest.raises(ValueError, match=f"datasets/README.md links to {re.escape(target)}.*mend"):
        pages.relinked(f"[a]({target})", "datasets/README.md")


def test_links_of_a_page_in_a_folder_climb_out_of_it():
    text = "[a](../README.md) [b](00_start_here.ipynb)"
    assert (
        pages.relinked(text, "notebooks/05_lora.ipynb")
        == "[a](../index.md) [b](00_start_here.ipynb)"
    )


@pytest.mark.parametrize(
    "readme", ["# A\n\n## B\n<!-- map -->\n", "# A\n\n## B\n```\nmake lab\n```\n"]
)
def test_a_readme_without_its_two_landmarks_is_an_error(readme):
    with pytest.raises(ValueError, match="make lab.*map"):
        pages.split(readme)


def test_a_readme_is_split_at_its_first_command():
    readme = (
        "# A\n\nx\n\n## Why\ny\n\n## Map\n<!-- map -->\n\n## Run\n```\nmake lab\n```\n\n## Z\nz\n"
    )
    first, course, rest = pages.split(readme)
    assert first == "# A\n\nx\n\n## Why\ny\n\n" and course.startswith("## Map")
    assert rest.startswith("## Run") and rest.endswith("## Z\nz\n")


def test_text_of_a_card_is_no_markup():
    assert inline("*b* <i> `a<b`") == "<em>b</em> &lt;i&gt; <code>a&lt;b</code>"


def code_cell(*stored, **metadata) -> dict:
    return {"cell_type": "code", "metadata": metadata, "source": "x", "outputs": list(stored)}


def shown(*stored, states=None, **metadata) -> dict:
    """The only cell of a notebook that has stored these outputs, as its page shows it."""
    widgets = {"widgets": {outputs.STATE: {"state": states or {}}}}
    notebook = {"metadata": widgets, "cells": [code_cell(*stored, **metadata)]}
    prepared = outputs.prepared(notebook, "notebooks/05_lora.ipynb")
    assert "widgets" not in prepared["metadata"]
    return prepared["cells"][0]


def html_of(cell) -> list[str]:
    return [output["data"]["text/html"] for output in cell["outputs"] if "data" in output]


def view(model: str) -> dict:
    data = {outputs.VIEW: {"model_id": model}, "text/plain": "x"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def png(alt: str | None = None) -> dict:
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return {"output_type": "display_data", "metadata": metadata, "data": {"image/png": "iVBO\n"}}


def test_a_widget_stands_still_with_its_values_as_text():
    states = {
        "box": {"model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_a", "IPY_MODEL_b"]}},
        "a": {"model_name": "TextModel", "state": {"description": "Query", "value": "<b>&"}},
        "b": {
            "model_name": "DropdownModel",
            "state": {"description": "Size", "_options_labels": ["small", "large"], "index": 1},
        },
    }
    (html,) = html_of(shown(view("box"), states=states))
    assert "<dt>Query</dt><dd>&lt;b&gt;&amp;</dd>" in html and "<dd>large</dd>" in html
    assert outputs.STILL in html


def test_a_progress_bar_is_left_out_and_an_unknown_widget_says_so():
    states = {
        "box": {"model_name": "HBoxModel", "state": {"children": ["IPY_MODEL_p"]}},
        "p": {"model_name": "FloatProgressModel", "state": {"value": 3}},
    }
    assert html_of(shown(view("box"), view("gone"), states=states)) == [
        f"<p><em>{outputs.STILL}</em></p>"
    ]


def test_a_picture_has_the_words_of_its_metadata_or_those_printed_below_it():
    printed = {"output_type": "stream", "name": "stdout", "text": ["In words: up\n", '"high".\n']}
    assert html_of(shown(png('a "b"'), printed)) == [
        '<img alt="a &quot;b&quot;" src="data:image/png;base64,iVBO">'
    ]
    below = html_of(shown(png(), printed, png()))
    assert 'alt="up &quot;high&quot;."' in below[0] and 'alt=""' in below[1]


def test_an_empty_heading_of_a_table_is_a_cell():
    table = {"text/html": ["<th id='x'>\n", "&nbsp;</th><th>a</th><thead></thead>"]}
    (html,) = html_of(shown({"output_type": "display_data", "metadata": {}, "data": table}))
    assert html == "<td id='x'></td><th>a</th><thead></thead>"


def test_a_cell_that_is_folded_in_jupyterlab_is_folded_here():
    assert shown(jupyter={"source_hidden": True})["metadata"]["tags"] == ["hide-input"]
    assert "tags" not in shown()["metadata"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_notebooks_need_no_kernel_and_have_words_for_pictures(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    prepared = outputs.prepared(stored, f"notebooks/{path.name}")
    text = json.dumps([cell.get("outputs", []) for cell in prepared["cells"]])
    images = re.findall(r"<img [^>]*>", text)
    assert outputs.VIEW not in text and "IPY_MODEL" not in text
    assert images and all(re.search(r'alt=\\"[^"]{40,}\\"', image) for image in images)


GOOD = """<link rel="stylesheet" href="a.css"><p id="p"><a href="index.html#p">x</a></p>
<img alt="" src="a.css">"""


def site(folder, body: str = "", css: str = "") -> list[str]:
    """What is wrong with a made-up site of one page and one style sheet."""
    (folder / "index.html").write_text(GOOD + body, encoding="utf-8")
    (folder / "a.css").write_text(css, encoding="utf-8")
    return check.problems(folder)


@pytest.mark.parametrize(
    ("body", "css", "message"),
    [
        ('<script src="https://example.org/x.js"></script>', "", "loads https://example.org/x.js"),
        ('<link rel="preload" href="//example.org/f.woff2">', "", "loads //example.org/f.woff2"),
        ('<img alt="x" src="http://example.org/x.png">', "", "loads http://example.org/x.png"),
        ('<img alt="x" src="a.css" srcset="a.css 1x, //example.org/2 2x">', "", "//example.org/2"),
        ("<style>@import 'https://example.org/x.css';</style>", "", "loads https://example.org"),
        ('<p style="background: url(https://example.org/b.png)">', "", "https://example.org/b.png"),
        ('<script>import("https://example.org/m.js")</script>', "", "https://example.org/m.js"),
        ("", "@font-face { src: url('https://example.org/f') }", "a.css loads https://example.org"),
        ('<a href="no.html">x</a>', "", "points to no.html, and there is no such file"),
        ('<a href="../../x.html">x</a>', "", "and there is no such file"),
        ('<a href="#no">x</a>', "", "points to #no, and that page has no such place"),
        ('<img alt="x" src="no.png">', "", "points to no.png"),
        ('<img src="a.css">', "", "a picture without alternative text: a.css"),
    ],
)
def test_the_check_names_each_fault_of_a_site(tmp_path, body, css, message):
    (line,) = site(tmp_path, body, css)
    assert message in line


def test_the_check_accepts_a_site_without_a_fault(tmp_path):
    links = '<a href="https://example.org">x</a><link rel="canonical" href="https://example.org">'
    assert site(tmp_path, links, "p { background: url(data:image/png;base64,x) }") == []


def test_the_check_wants_a_site(tmp_path):
    assert "no index.html: run make site" in check.problems(tmp_path)[0]
