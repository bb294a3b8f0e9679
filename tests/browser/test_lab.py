"""JupyterLab as a learner meets it: opened by `make lab`, run, answered, and used by keyboard."""

import json

import pytest

from helpers.engine import cache
from helpers.exercises import exercises
from tests.browser.conftest import CELLS, WIDGETS

START, EXERCISE = "00_start_here.ipynb", "0.1"
STORED = json.loads((cache.ROOT / "notebooks" / START).read_text(encoding="utf-8"))["cells"]
SECONDS = 600  # for all of notebook 00, on a busy machine
FOCUS = """() => {
    const at = document.activeElement;
    const box = at.closest(".jupyter-widgets");
    if (!box) return null;
    const label = box.querySelector("label");
    const name = at.getAttribute("aria-label") || (label && label.textContent) || "";
    return [name, at.getAttribute("role") || at.tagName.toLowerCase()];
}"""


PLACE = """() => {
    const cells = [...document.querySelectorAll(".jp-Notebook .jp-Cell")];
    return cells.indexOf(document.activeElement.closest(".jp-Cell"));
}"""


def run_all(page):
    """The page, after Run All Cells."""
    page.menu("Run", "Run All Cells")
    page.idle(SECONDS)
    return page


@pytest.fixture
def start(open_page):
    return open_page(START)


@pytest.fixture(scope="module")
def after_run_all(open_page):
    """Notebook 00, after Run All Cells."""
    return run_all(open_page(START))


def place(tag):
    """Where the cell with this tag is in notebook 00."""
    return next(i for i, c in enumerate(STORED) if tag in c["metadata"].get("tags", []))


def test_it_opens_on_the_notebook_without_asking_for_anything(start):
    start.tab.wait_for_timeout(5000)  # a pop-up comes late
    for what in (".jp-Dialog", ".Toastify__toast", ".jp-toast"):
        assert not start.tab.locator(what).count(), start.tab.locator(what).inner_text()
    assert start.tab.locator(".jp-Notebook h1").first.inner_text().startswith("00")
    start.shot("00_opened")


def test_no_other_host_is_asked(start):
    others = {a for a in start.asked if not a.startswith((start.lab.home, "data:", "blob:"))}
    assert not others and not any(
        "/lab/api/news" in a or "/lab/api/update" in a for a in start.asked
    )


def test_the_set_up_cell_is_folded_and_the_page_says_what_it_does(start):
    cell = start.cell(1)
    assert not cell.locator(".cm-content").is_visible()
    assert cell.locator(".jp-Placeholder").is_visible()
    assert "folded cell" in start.cell(0).inner_text()


def test_run_all_ends_without_an_error(after_run_all):
    cells = after_run_all.saved()["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 10 and all(cell["execution_count"] for cell in code)
    outputs = [(cell, output) for cell in code for output in cell["outputs"]]
    assert not [cell["source"] for cell, output in outputs if output["output_type"] == "error"]


def test_the_picture_is_there_with_its_words(after_run_all):
    (index,) = [i for i, c in enumerate(STORED) if "plots.show(" in "".join(c["source"])][:1]
    picture = after_run_all.cell(index).locator(".jp-OutputArea img").first
    picture.scroll_into_view_if_needed()
    assert len(picture.get_attribute("alt")) > 40
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    after_run_all.shot("00_picture")


def test_an_exercise_wrong_then_right(after_run_all):
    index, solution = place(f"ex-{EXERCISE}"), exercises()[EXERCISE].solution.strip()
    check = "".join(STORED[index]["source"]).rstrip().splitlines()[-1]
    wrong = solution.replace("answer == form.strip().lower()", "form.strip().lower() in answer")
    assert wrong != solution
    said = after_run_all.answer(index, f"{wrong}\n\n\n{check}")
    assert f"Exercise {EXERCISE}: not yet" in said and "more, does not equal it" in said
    after_run_all.shot("00_exercise_wrong")
    said = after_run_all.answer(index, f"{solution}\n\n\n{check}")
    assert f"Exercise {EXERCISE}: passed" in said
    after_run_all.shot("00_exercise_right")


@pytest.fixture(scope="module")
def widget_page(open_page):
    """The notebook with the widgets, after Run All Cells."""
    return run_all(open_page(WIDGETS))


def tab(page, index, key="Tab"):
    """Press Tab from a cell's start: the names of what gets the focus in it, in order."""
    page.cell(index).locator(".jp-InputPrompt").click()
    page.tab.keyboard.press("Escape")
    for _ in range(60):
        page.tab.keyboard.press(key)
        page.tab.wait_for_timeout(100)
        found, inside = page.tab.evaluate(FOCUS), page.tab.evaluate(PLACE) == index
        if found and inside:
            yield found[0]


def status(page, index):
    """What a widget shows: the text of its output."""
    return page.cell(index).locator(".jp-OutputArea").inner_text()


WANTED = {
    "explorer": ["Query", "Passages shown", "Longest passage", "Mix"],
    "inspector": ["Choose a question", "or type one", "Passages searched", "Limit"],
    "costs": ["Queries a day", "Share about facts", "Updates", "Months", "machine hour"]
    + ["training row", "person's answer"],
}


@pytest.mark.parametrize("widget", CELLS)
def test_each_control_is_reached_by_tab_and_has_a_name(widget_page, widget):
    names = list(tab(widget_page, list(CELLS).index(widget)))
    for wanted in WANTED[widget]:
        assert any(wanted in name for name in names), f"{wanted!r} is not among {names}"


def focus(page, index, name):
    """Tab to the control of this name."""
    assert any(name in found for found in tab(page, index)), f"Tab does not reach {name!r}"


# A list opens with the space bar: JupyterLab takes the arrows as long as it is closed.
KEYS = [  # widget, control, keys, what has to change
    ("explorer", "Query", ["Control+a", "=late shift", "Enter"], None),
    ("explorer", "Passages shown", ["ArrowLeft", "ArrowLeft"], "Passages shown: 3."),
    ("explorer", "Longest passage", ["Space", "ArrowDown", "Enter"], None),
    ("explorer", "Mix", ["Home"], None),
    ("inspector", "Choose a question", ["Space", "ArrowDown", "Enter"], None),
    ("inspector", "or type one", ["Control+a", "=Where is the key?", "Enter"], "Where is the key?"),
    ("inspector", "Passages searched", ["ArrowLeft"], None),
    ("inspector", "Limit", ["Home"], "of at most 100 tokens"),
    ("costs", "Queries a day", ["Home"], None),
    ("costs", "Share about facts", ["End"], None),
    ("costs", "Months", ["Control+a", "=24", "Enter"], None),
    ("costs", "person's answer", ["Control+a", "=5", "Enter"], "Cheapest in all: RAFT hybrid"),
]


@pytest.mark.parametrize(("widget", "control", "keys", "wanted"), KEYS)
def test_each_control_works_by_keyboard(widget_page, widget, control, keys, wanted):
    index = list(CELLS).index(widget)
    before = status(widget_page, index)
    focus(widget_page, index, control)
    for key in keys:
        if key.startswith("="):
            widget_page.tab.keyboard.type(key[1:])
        else:
            widget_page.tab.keyboard.press(key)
    widget_page.idle(60)
    after = status(widget_page, index)
    assert after != before and (wanted is None or wanted in after), after
    widget_page.shot(f"widget_{widget}")


def test_every_widget_is_here():
    from helpers import twins, widgets

    made = {
        name
        for name, thing in vars(widgets).items()
        if callable(thing)
        and getattr(thing, "__module__", "") == widgets.__name__
        and not name.startswith("_")
    }
    used = {name for name in made if any(f"widgets.{name}(" in text for text in CELLS.values())}
    assert made and used == made and not hasattr(twins, "retrieval_explorer")
