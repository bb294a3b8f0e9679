"""Make docs/look.gif, the README's look inside: an exercise in JupyterLab, and a widget's twin.

Run: python -m scripts.make_look, then make readme. It needs what requirements-browser.txt names,
and a Chromium: `playwright install chromium`, or CHROMIUM=/path/to/chromium.
"""

import io
import os
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat
import pandas as pd
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from helpers import course, models, twins
from helpers.engine import cache
from scripts.lab_server import Lab

LOOK = cache.ROOT / "docs" / "look.gif"  # beside it, look.json: its captions, for the README
SIZE, CAPTION = (960, 640), 44  # pixels
OPTIONS = ["--LabApp.expose_app_in_browser=True"]  # so that its commands can be executed
QUESTION = "After what period must a climber's safety belt be scrapped if worn on the seashore?"
PAGE = "saf-209"  # which has the answer
SETUP = "from helpers.exercises import check"
WRONG = """
def fuse(rankings, constant=60):
    points = {}
    for ranking in rankings:
        for rank, passage in enumerate(ranking):
            points[passage] = points.get(passage, 0) + 1 / (constant + rank)
    return sorted(points, key=points.get, reverse=True)


check("3.2", fuse)
"""
RIGHT = WRONG.replace("enumerate(ranking)", "enumerate(ranking, start=1)")


def exercise_text() -> str:
    """The text of exercise 3.2, as notebook 03 has it."""
    notebook = nbformat.read(cache.ROOT / "notebooks" / "03_better_retrieval.ipynb", 4)
    return next(c.source for c in notebook.cells if c.source.startswith("### Exercise 3.2"))


def write_notebook(folder: Path) -> None:
    """A notebook with the exercise and a first try."""
    new = nbformat.v4
    cells = [new.new_code_cell(SETUP), new.new_markdown_cell(exercise_text())]
    cells.append(new.new_code_cell(WRONG.strip()))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new.new_notebook(cells=cells, metadata=kernel), folder / "look.ipynb")


def into_view(place) -> None:
    """Scroll until the end of a part of the page is at the end of the window."""
    place.evaluate("element => element.scrollIntoView({block: 'end'})")
    time.sleep(1)


def execute(page, command: str, options: dict | None = None) -> None:
    """Execute one of JupyterLab's commands, such as notebook:run-all-cells."""
    call = "([name, options]) => window.jupyterapp.commands.execute(name, options)"
    page.evaluate(call, [command, options or {}])


def shot(page) -> Image.Image:
    """What the browser shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def frames(page, address: str):
    """Pairs of a picture and its caption: an exercise, first wrong and then right."""
    page.goto(address)
    page.wait_for_selector(".jp-CodeCell", timeout=60_000)
    page.wait_for_function("() => window.jupyterapp", timeout=60_000)
    time.sleep(3)  # until the kernel has connected
    execute(page, "application:toggle-left-area")
    for side in ("left", "right"):
        execute(page, "application:toggle-side-tabbar", {"side": side})
    execute(page, "notebook:run-all-cells")
    page.wait_for_selector("text=should return", timeout=240_000)
    exercise = page.locator(".jp-CodeCell").nth(1)
    into_view(exercise)
    yield shot(page), "An exercise checks itself: a wrong answer, and the case that shows it"
    exercise.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(RIGHT.strip())
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=passed", timeout=60_000)
    into_view(exercise)
    yield shot(page), "One change, and it is right"


def drawn(table: pd.DataFrame, mix: float) -> Image.Image:
    """A table of `explore`, drawn below the call that made it; pages of saf-209 have a bar."""
    frame = Image.new("RGB", SIZE, "white")
    draw, font = ImageDraw.Draw(frame), _font("DejaVu Sans", 16)
    call = f"widgets.explore(handbook, embedder, question, k=4, mix={mix})"
    draw.text((24, 20), f'question = "{QUESTION}"', "black", _font("DejaVu Sans Mono", 15))
    draw.text((24, 48), call, "black", _font("DejaVu Sans Mono", 15))
    columns = dict(zip(table, (36, 90, 160, 265, 735, 850), strict=True))
    for name, x in columns.items():
        draw.text((x, 96), name, "black", _font("DejaVu Sans:bold", 16))
    for number, row in enumerate(table.to_dict("records")):
        y = 136 + 122 * number
        if row["document"] == PAGE:
            draw.rectangle((20, y - 6, 26, y + 98), "#0072B2")
        for name, x in columns.items():
            lines = textwrap.wrap(str(row[name]), 50)
            draw.multiline_text((x, y), "\n".join(lines), "black", font, spacing=6)
    return frame


def twin_frames():
    """Pairs of a picture and its caption: what the widget's twin finds at three mixes."""
    handbook, embedder, table = course.handbook(), models.load_embedder(), None
    for mix, words in ((0.0, "words alone"), (0.5, "half and half"), (1.0, "meaning alone")):
        table = twins.explore(handbook, embedder, QUESTION, k=4, mix=mix, before=table)
        ranks = table["rank"][table["document"] == PAGE]
        place = f"comes at place {ranks.min()}" if len(ranks) else "is not found"
        yield drawn(table, mix), f"A search widget's twin, {words}: the right page {place}"


def _font(name: str, size: int):
    """A font that comes with matplotlib."""
    return ImageFont.truetype(font_manager.findfont(name), size)


def with_caption(picture: Image.Image, caption: str) -> Image.Image:
    """The picture above a strip that says what it shows."""
    frame = Image.new("RGB", (SIZE[0], SIZE[1] + CAPTION), "#1a1a1a")
    frame.paste(picture, (0, 0))
    ImageDraw.Draw(frame).text((16, SIZE[1] + 10), caption, "white", _font("DejaVu Sans", 18))
    return frame.quantize(64, dither=Image.Dither.NONE)


def main() -> None:
    """Record the frames and write the picture, which plays three times."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("Playwright is missing: pip install -r requirements-browser.txt")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        write_notebook(Path(name))
        with Lab(Path(name), environment={"PYTHONPATH": str(cache.ROOT)}, options=OPTIONS) as lab:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            try:
                made = list(frames(page, f"{lab.home}/doc/tree/look.ipynb?token={lab.token}"))
            except Exception:
                page.screenshot(path=cache.artifacts() / "look_failed.png")
                raise
    made += twin_frames()
    shown = [with_caption(*frame) for frame in made]
    shown[0].save(LOOK, save_all=True, append_images=shown[1:], duration=6000, loop=2)
    cache.write_json(LOOK.with_suffix(".json"), {"captions": [caption for _, caption in made]})
    print(f"{LOOK.relative_to(cache.ROOT)}: {len(shown)} frames, {LOOK.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
