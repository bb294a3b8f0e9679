"""A real browser in front of a real JupyterLab, or the reason why these tests are skipped."""

import os
import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest

from helpers.engine import cache
from scripts import lab_server

SCREENSHOTS = Path(os.environ.get("COURSE_SCREENSHOTS", cache.ROOT / "artifacts" / "screenshots"))
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDGETS = "widgets.ipynb"  # one cell for each widget of helpers/widgets.py, written here
CELLS = {
    "explorer": """
import sys
sys.path.insert(0, "..")
from helpers import costs, course, models, system, widgets
embedder = models.load_embedder()
pages = course.handbook()[:20]
widgets.retrieval_explorer(pages, embedder, query="Who pays for supper on a late shift?")""",
    "inspector": """
from helpers import documents, retrieval
llm = models.load_llm()
index = retrieval.DenseIndex(documents.chunk(pages), embedder)
asked = [question["question"] for question in course.questions("validation")[:3]]
widgets.prompt_inspector(course.system(llm, index), asked)""",
    "costs": """
widgets.cost_model({
    "no language model": costs.Measured(2, 0, 0.01, 2, 0, 0.4, 0.4),
    "RAFT hybrid": costs.Measured(900, 500, 1.5, 2, 0, 0.7, 0.6),
})""",
}


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="No Playwright: make test-browser installs it"
    )
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"No Chromium: install one that is named {', '.join(NAMES)} (apt: chromium)")
    with api.sync_playwright() as playwright:
        alone = ["--no-sandbox"] if os.getuid() == 0 else []  # root has no sandbox of its own
        browser = playwright.chromium.launch(executable_path=program, args=alone)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(artifacts, tmp_path_factory):
    """JupyterLab with `make lab`'s settings, as a new user, on a copy of the notebooks."""
    root = lab_server.course_copy(tmp_path_factory.mktemp("course"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    new = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    new.cells = [nbformat.v4.new_code_cell(text.strip()) for text in CELLS.values()]
    nbformat.write(new, root / "notebooks" / WIDGETS)
    home = tmp_path_factory.mktemp("home")
    tracker = home / "config/lab/user-settings/@jupyterlab/notebook-extension/tracker"
    tracker.parent.mkdir(parents=True)  # all cells are in the page at once, whatever the version
    tracker.with_suffix(".jupyterlab-settings").write_text('{"windowingMode": "none"}')
    places = {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data")}
    with lab_server.Lab(root, environment=places | {"COURSE_ARTIFACTS": str(artifacts)}) as lab:
        yield lab


class Page:
    """A notebook in the browser, in a workspace of its own."""

    def __init__(self, browser, lab, name: str):
        self.lab, self.name = lab, name
        self.tab = browser.new_page(viewport={"width": 1300, "height": 900})
        self.asked = []  # addresses of other hosts that the page asked for
        self.tab.on("request", lambda request: self.asked.append(request.url))
        place = f"lab/workspaces/{Path(name).stem}/tree/notebooks/{name}"
        self.tab.goto(f"{lab.home}/{place}?reset&token={lab.token}", timeout=90_000)
        self.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        self.idle(120)

    def menu(self, first: str, then: str) -> None:
        """Choose from JupyterLab's menu bar."""
        self.tab.locator(".lm-MenuBar-itemLabel", has_text=first).first.click()
        exactly = re.compile(f"^{re.escape(then)}$")
        self.tab.locator(".lm-Menu-itemLabel", has_text=exactly).click()

    def kernel(self) -> dict:
        """What the server says of this notebook's kernel."""
        sessions = self.lab.ask("GET", "sessions")
        return next((s["kernel"] for s in sessions if s["path"].endswith(self.name)), {})

    def idle(self, seconds: float) -> None:
        """Wait until no cell waits and the kernel has had nothing to do for three seconds."""
        quiet, end = 0, time.monotonic() + seconds
        waiting = self.tab.locator(".jp-InputPrompt", has_text="*")
        while quiet < 3:
            assert time.monotonic() < end, f"{self.name} still runs after {seconds} s"
            self.tab.wait_for_timeout(1000)
            idle = self.kernel().get("execution_state") == "idle" and not waiting.count()
            quiet = quiet + 1 if idle else 0

    def saved(self) -> dict:
        """Save the notebook; its content as the server has it."""
        self.tab.keyboard.press("Control+s")
        self.tab.wait_for_timeout(3000)
        return self.lab.ask("GET", f"contents/notebooks/{self.name}?content=1")["content"]

    def cell(self, index: int):
        """Scroll to a cell; the part of the page that shows it."""
        found = self.tab.locator(".jp-Notebook .jp-Cell").nth(index)
        found.scroll_into_view_if_needed()
        self.tab.wait_for_timeout(500)
        return found

    def answer(self, index: int, source: str) -> str:
        """Replace a cell's source, run it, and read what it prints."""
        cell = self.cell(index)
        cell.locator(".cm-content").click()
        self.tab.keyboard.press("Control+a")
        self.tab.keyboard.insert_text(source)
        self.tab.keyboard.press("Control+Enter")
        self.idle(60)
        return self.cell(index).locator(".jp-OutputArea").inner_text()

    def shot(self, name: str) -> Path:
        """Keep a picture of what is to be seen now."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.tab.screenshot(path=SCREENSHOTS / f"{name}.png")
        return SCREENSHOTS / f"{name}.png"


@pytest.fixture(scope="module")
def open_page(chromium, lab):
    """Open a notebook once for all tests of a module."""
    pages = {}

    def opened(name: str) -> Page:
        if name not in pages:
            pages[name] = Page(chromium, lab, name)
        return pages[name]

    yield opened
    for page in pages.values():
        page.tab.close()
