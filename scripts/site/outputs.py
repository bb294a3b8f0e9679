"""A Sphinx extension: what a notebook has stored, as a page can show it without a kernel.

Widgets stand still, progress bars are left out, pictures have alternative text, and links to files
without a page lead to the repository. The stored notebook is not changed: it can be downloaded.
"""

import json
import re
from html import escape

from scripts.site import pages

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
STILL = "An interactive widget, as it opens: run the notebook to use it."
WORDS = "In words: "
EMPTY = re.compile(r"<th\b([^>]*)>(?:\s|&nbsp;)*</th>")  # a corner of a table is no heading


def setup(app) -> dict:
    """What Sphinx calls: each notebook is prepared before it is read."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read(app, page: str, content: list[str]) -> None:
    if page.startswith("notebooks/"):
        notebook = prepared(json.loads(content[0]), f"{page}.ipynb")
        content[0] = json.dumps(notebook, ensure_ascii=False)


def prepared(notebook: dict, file: str) -> dict:
    """The notebook stored in `file`, as its page shows it; the one passed is changed."""
    states = notebook["metadata"].pop("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = pages.relinked("".join(cell["source"]), file)
        elif cell["cell_type"] == "code":
            if cell["metadata"].get("jupyter", {}).get("source_hidden"):
                cell["metadata"].setdefault("tags", []).append("hide-input")
            cell["outputs"] = _still(cell["outputs"], states)
    return notebook


def _still(outputs: list[dict], states: dict) -> list[dict]:
    """The outputs of a cell without what only a kernel can move."""
    found = []
    for place, output in enumerate(outputs):
        data = output.get("data", {})
        if VIEW in data:
            html = widget(data[VIEW]["model_id"], states)
            if html:
                found.append(output | {"data": {"text/html": html}})
        elif "image/png" in data:
            words = output["metadata"].get("image/png", {}).get("alt") or _words(outputs[place:])
            found.append(output | {"data": {"text/html": picture(data["image/png"], words)}})
        elif "text/html" in data:
            html = EMPTY.sub(r"<td\1></td>", "".join(data["text/html"]))
            found.append(output | {"data": data | {"text/html": html}})
        else:
            found.append(output)
    return found


def _words(outputs: list[dict]) -> str:
    """What is printed in words after a picture, up to the next picture; "" if nothing is."""
    for i, output in enumerate(outputs):
        data = output.get("data", {})
        if i and "image/png" in data:
            break
        text = "".join(output.get("text", "")) or "".join(data.get("text/plain", ""))
        if text.startswith(WORDS):
            return " ".join(text.removeprefix(WORDS).split())
    return ""


def picture(png: str | list[str], words: str) -> str:
    """A stored PNG file, in base64, as an element with alternative text."""
    code = "".join("".join(png).split())
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{code}">'


def widget(model: str, states: dict) -> str:
    """A stored widget as plain HTML: the value of each control, then what it showed.

    Empty for a progress bar. What a widget of the course shows is HTML that the course made.
    """
    controls, shown = [], []

    def visit(id: str) -> None:
        name, state = states[id]["model_name"], states[id]["state"]
        label, value = state.get("description", ""), state.get("value", "")
        if name == "HTMLModel":
            shown.append(value)
        elif "children" in state:
            for child in state["children"]:
                visit(child.removeprefix("IPY_MODEL_"))
        elif name == "ButtonModel":
            controls.append(("button", label))
        else:
            if state.get("_options_labels"):
                value = state["_options_labels"][state["index"]]
            controls.append((label, value))

    if model not in states:
        return f"<p><em>{STILL}</em></p>"
    if _bar(model, states):
        return ""
    visit(model)
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in controls
    )
    parts = [f"<p><em>{STILL}</em></p>", f"<dl>{rows}</dl>" if rows else "", *shown]
    # It may scroll, and what scrolls must be reached by keyboard, and have a name.
    opening = '<div class="still" role="group" aria-label="Widget, as it opens" tabindex="0">'
    return f"{opening}{''.join(parts)}</div>"


def _bar(model: str, states: dict) -> bool:
    """Whether a widget is, or holds, a progress bar."""
    state = states[model]["state"]
    children = [child.removeprefix("IPY_MODEL_") for child in state.get("children", [])]
    return "Progress" in states[model]["model_name"] or any(_bar(c, states) for c in children)
