"""The built site in a real browser: what a visitor, a phone, a keyboard and a screen reader meet.

Run by `make test-site`, which says in SITE where the built pages are. Pictures of them, and what
axe-core found, are kept in artifacts/site/browser.
"""

import functools
import http.server
import json
import os
import shutil
import threading
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

if "SITE" not in os.environ:
    pytest.skip("the site in a browser: run make test-site", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe_core = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ["SITE"]).resolve()
KEPT = ROOT / "artifacts" / "site" / "browser"
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts and path.name not in ("genindex.html", "webpack-macros.html")
)
HOME, FIRST, SEARCH = "index.html", f"notebooks/{NOTEBOOKS[0]}.html", "search.html?q=hybrid"
WITH_WIDGETS = "notebooks/04_rag_end_to_end.html"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FOUND = {}


def chromium() -> str | None:
    """A Chromium or Chrome of this machine: CHROMIUM=/path, or one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def browser():
    if not (SITE / HOME).exists():
        pytest.skip(f"{SITE} holds no site: run make site")
    if not (program := chromium()):
        pytest.skip("no Chromium found: install one, or say CHROMIUM=/path/to/it")
    with sync_api.sync_playwright() as playwright:
        # Chromium's own sandbox can't start in a container that runs as root; all pages are ours.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    """The site as a web server shows it, on a free port of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Opens a page of the site: visit(page, size, scheme) -> the page, with what went wrong on it.

    A page may ask no other host for anything, and nothing it asks for may be missing.
    """
    contexts, wrong = [], []

    def open_page(name, size=DESK, scheme="light"):
        context = browser.new_context(
            viewport=size, color_scheme=scheme, has_touch=size is PHONE, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: wrong.append(request.url) if outside(request) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.goto(address + name)
        return page

    def outside(request):
        return not request.url.startswith((address, "data:", "blob:"))

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def keep(page, name):
    KEPT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=KEPT / f"{name}.png")


def repository() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["course"]["repo"]


def test_home_shows_the_picture_and_a_card_for_each_notebook(visit):
    page = visit(HOME)
    picture = page.locator('article img[src*="headline"]').first
    assert picture.evaluate("image => image.naturalWidth") > 400
    assert len(picture.get_attribute("alt")) > 40
    links = page.locator(".cards a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [f"notebooks/{name}.html" for name in NOTEBOOKS]
    keep(page, "home")
    page.locator(".cards a").first.click()
    assert page.url.endswith(FIRST)


def test_buttons_lead_to_the_one_repository(visit):
    page = visit(FIRST)
    links = page.locator("a").evaluate_all("all => all.map(a => a.href)")
    for host in ("mybinder.org/v2/gh/", "colab.research.google.com/github/"):
        found = [link.split(host)[1] for link in links if host in link]
        assert len(found) >= 2  # one in the text, one above it
        assert all(link.startswith(repository() + "/") for link in found), found
        assert all(link.endswith(f"notebooks/{NOTEBOOKS[0]}.ipynb") for link in found), found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_notebook_shows_its_pictures_with_their_words(visit, scheme):
    page = visit(FIRST, scheme=scheme)
    pictures = page.locator("div.cell_output img")
    assert pictures.count() >= 3
    for i in range(pictures.count()):
        assert pictures.nth(i).evaluate("image => image.naturalWidth") > 300
        assert len(pictures.nth(i).get_attribute("alt")) > 40
        figure = pictures.nth(i).locator("xpath=ancestor::figure")
        assert len(figure.text_content()) > 40 and "words" in figure.text_content()
    pictures.first.scroll_into_view_if_needed()
    keep(page, f"notebook-{scheme}")


def test_what_moves_only_with_a_kernel_stands_still(visit):
    page = visit(WITH_WIDGETS)
    still = page.locator("div.still").first
    assert "run the notebook" in still.inner_text() and still.locator("dt").count() >= 3
    assert page.locator("script[type*='widget']").count() == 0
    still.scroll_into_view_if_needed()
    keep(page, "widget")


def test_search_finds_a_notebook_by_a_word_in_it(visit):
    page = visit(HOME)
    page.keyboard.press("Control+k")
    page.keyboard.type("distillation")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("08_when_facts_change" in link for link in links), links
    keep(page, "search")


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_never_scrolls_sideways(visit, name):
    page = visit(name, PHONE)
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert room == PHONE["width"] and wide <= room
    if name in (HOME, FIRST):
        keep(page, f"phone-{Path(name).stem}")


def test_a_phone_opens_the_list_of_notebooks(visit):
    page = visit(FIRST, PHONE)
    link = page.locator(f'.bd-sidebar-primary a[href*="{NOTEBOOKS[1]}"]').first
    assert not link.is_visible()
    page.locator(".primary-toggle:visible").first.click()
    link.wait_for(state="visible")
    keep(page, "phone-menu")
    link.click()
    page.wait_for_url(f"**/{NOTEBOOKS[1]}.html")


def focused(page) -> SimpleNamespace:
    """What has the keyboard's focus: its text, address, and region of the page."""
    return SimpleNamespace(
        **page.evaluate(
            """() => { const at = document.activeElement; const is = name => !!at.closest(name);
            const box = at.getBoundingClientRect();
            return { text: at.innerText || "", href: at.getAttribute("href") || "",
              skip: is(".skip-link"), nav: is(".bd-sidebar-primary"), article: is("article"),
              visible: box.width > 0 && box.height > 0 && box.bottom > 0 }; }"""
        )
    )


def test_tab_reaches_the_skip_link_the_notebooks_and_the_content(visit):
    page = visit(FIRST)
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)  # it slides in
    first = focused(page)
    assert first.skip and first.visible and first.href == "#main-content"
    keep(page, "skip-link")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(focused(page))
        if reached[-1].article:
            break
    assert all(one.visible for one in reached)
    assert any(one.nav and NOTEBOOKS[1] in one.href for one in reached)
    assert reached[-1].article


def test_the_skip_link_skips_the_navigation(visit):
    page = visit(FIRST)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(15):
        page.keyboard.press("Tab")
        assert not focused(page).nav
        if focused(page).article:
            return
    raise AssertionError("the content is not reached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [HOME, FIRST, WITH_WIDGETS, SEARCH, "data_card.html"])
def test_axe_core_finds_nothing_serious(visit, name, scheme):
    page = visit(name, scheme=scheme)
    if name == SEARCH:
        page.wait_for_selector("#search-results li a")
    # preload would ask for style sheets at addresses that are not the site's
    violations = axe_core.Axe().run(page, options={"preload": False}).response["violations"]
    FOUND[f"{name}, {scheme}"] = {
        one["id"]: {"impact": one["impact"], "places": len(one["nodes"])} for one in violations
    }
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "axe.json").write_text(json.dumps(FOUND, indent=1), encoding="utf-8")
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    assert not serious, "\n".join(
        f"{one['id']}: {one['help']}: {[n['html'][:150] for n in one['nodes']]}" for one in serious
    )
