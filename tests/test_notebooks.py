"""What can be said of the notebooks without running them."""

import json
import re

import pytest

from helpers.engine import cache
from helpers.exercises import exercises
from scripts import make_links, make_readme

NOTEBOOKS = sorted((cache.ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8")), request.param


def sources(notebook, kind):
    return [
        (cell, "".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == kind
    ]


def test_cells_are_short_and_were_run(notebook):
    for cell, source in sources(notebook[0], "code"):
        assert len(source.splitlines()) <= 25, source
        assert cell["execution_count"] is not None, source
        assert not any(output["output_type"] == "error" for output in cell["outputs"]), source


def test_set_up_and_links_are_the_same_everywhere(notebook):
    content, path = notebook
    repo = make_links.repository()
    assert make_links.badges(path.name, repo) in "".join(content["cells"][0]["source"]), (
        "run make links"
    )
    first = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))["cells"][1]["source"]
    assert content["cells"][1]["source"] == first and f"https://github.com/{repo}" in "".join(first)


def test_exercises_have_their_heading_their_stub_and_their_check(notebook):
    content, path = notebook
    found = []
    for i, cell in enumerate(content["cells"]):
        tags = cell["metadata"].get("tags", [])
        if "exercise" in tags:
            (id,) = [tag[3:] for tag in tags if tag.startswith("ex-")]
            source, above = "".join(cell["source"]), "".join(content["cells"][i - 1]["source"])
            assert "TODO" in source and source.rstrip().splitlines()[-1].startswith(
                f'check("{id}"'
            ), id
            assert above.startswith(exercises()[id].heading()), (
                f"{id}: the heading should be\n{exercises()[id].heading()}"
            )
            assert f'hint("{id}")' in above, id
            found.append(id)
    assert found == [id for id in exercises() if int(id.split(".")[0]) == int(path.stem[:2])]


def test_prose_has_no_measured_numbers(notebook):
    """A decimal fraction in prose is a figure that a re-run would change, unless a source stands beside it.

    Code in backticks is no prose, and the 2.5% that an interval leaves out on each side is a definition.
    """
    for _, source in sources(notebook[0], "markdown"):
        for line in re.sub(r"`[^`]*`|2\.5%", "", source).splitlines():
            if re.search(r"(?<![\w.\[(])\d+\.\d+\s?(%|s\b|MB|GB|tokens)|\b0\.\d\d\b", line):
                assert "http" in line or "](" in line or "for example" in line.lower(), line


def test_every_plot_is_put_into_words(notebook):
    for _, source in sources(notebook[0], "code"):
        if re.search(r"plots\.(grouped_bars|stacked_bars|forest|curves)\(", source):
            assert "plots.show(" in source, source


def test_nothing_points_outside_the_project(notebook):
    text = json.dumps(notebook[0], ensure_ascii=False)
    assert "/work/" not in text and "shared/" not in text and "/root/" not in text


def test_the_readme_is_up_to_date():
    readme = (cache.ROOT / "README.md").read_text(encoding="utf-8")
    assert make_readme.filled(readme) == readme, "run make readme"
    for path in NOTEBOOKS:
        assert path.name in readme
