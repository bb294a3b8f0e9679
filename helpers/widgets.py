"""Three things to play with: how a search ranks, what a model is shown, what systems cost.

Each has a twin that returns a plain table, for those who can't use sliders: `explore`,
`prompt_parts` and `costs.table`.
"""

import copy
from dataclasses import asdict
from html import escape

import ipywidgets

from helpers import costs
from helpers.documents import Document
from helpers.plots import COLOURS
from helpers.system import System
from helpers.twins import explore, prompt_parts

GREY = COLOURS[6]
MOVED = {"new": COLOURS[0], "up": COLOURS[2], "down": COLOURS[5], "same": GREY, "": GREY}
CELL = "text-align: left; vertical-align: top; padding: 2px 10px"


def retrieval_explorer(documents: list[Document], embedder, query: str = "") -> ipywidgets.VBox:
    """Controls for the query, k, the length of passages and the mix, above the table of `explore`.

    "moved" compares with the table shown just before. The first use of a length embeds all
    passages, which can take seconds.
    """
    text = _control(
        ipywidgets.Text, "Query (Enter to search)", query, continuous_update=False, width="95%"
    )
    k = _control(
        ipywidgets.IntSlider, "Passages shown (k)", 5, min=1, max=10, continuous_update=False
    )
    sizes = [(f"{words} words", words) for words in (30, 60, 120, 240)]
    size = _control(ipywidgets.Dropdown, "Longest passage", 60, options=sizes, width="240px")
    mix = _control(
        ipywidgets.FloatSlider,
        "Mix: 0 is BM25",
        0.5,
        min=0,
        max=1,
        step=0.1,
        readout_format=".1f",
        continuous_update=False,
    )
    status, table = ipywidgets.HTML(), ipywidgets.HTML()
    shown = None

    def refresh(_=None):
        nonlocal shown
        status.value = "embedding ..."
        try:
            shown = explore(
                documents, embedder, text.value, k.value, size.value, mix.value, before=shown
            )
            colours = [MOVED[moved.split(" ")[0]] for moved in shown["moved"]]
            nothing = "No passage shares a word with this query, and BM25 sees nothing else: "
            nothing += "move the mix towards dense."
            found = _table(shown, colours, "Passages found")
            table.value = found if len(shown) else _sentence(nothing)
            status.value = f"Passages shown: {len(shown)}."
        except ValueError as error:
            status.value, table.value = "", _sentence(error)

    for control in (text, k, size, mix):
        control.observe(refresh, names="value")
    refresh()
    return ipywidgets.VBox(
        [
            text,
            ipywidgets.HBox([k, size]),
            ipywidgets.HBox([mix, ipywidgets.HTML("1 is dense")]),
            status,
            table,
        ]
    )


def prompt_inspector(system: System, questions: list[str]) -> ipywidgets.VBox:
    """Controls for the question, k and the limit of tokens, above the table of `prompt_parts` and
    the exact prompt.

    questions: to choose from; any other can be typed. The system itself is not changed.
    """
    choice = _control(
        ipywidgets.Dropdown, "Choose a question", options=list(questions), width="95%"
    )
    text = _control(
        ipywidgets.Text,
        "or type one (Enter to ask)",
        choice.value or "",
        continuous_update=False,
        width="95%",
    )
    k = _control(
        ipywidgets.IntSlider,
        "Passages searched (k)",
        system.k,
        min=1,
        max=max(10, system.k),
        continuous_update=False,
    )
    most = system.max_prompt_tokens
    limit = _control(
        ipywidgets.IntSlider,
        "Limit (tokens)",
        most,
        min=min(100, most),
        max=max(1024, most),
        continuous_update=False,
    )
    status, table, prompt = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()

    def refresh(_=None):
        asked = copy.copy(system)
        asked.k, asked.max_prompt_tokens = k.value, limit.value
        try:
            parts = prompt_parts(asked, text.value)
        except ValueError as error:
            status.value, table.value, prompt.value = "", _sentence(error), ""
            return
        colours = [COLOURS[i % 6] for i in range(len(parts) - 1)] + [GREY]
        inside = parts["in the prompt"] == "yes"
        used, left_out = parts["tokens"][inside].sum(), (~inside).sum()
        status.value = f"{used} of at most {limit.value} tokens; passages cut: {left_out}."
        table.value = _table(parts.drop(columns="text"), colours, "Parts of the prompt")
        prompt.value = _prompt(parts, colours)

    def chosen(change):
        text.value = text.value if change["new"] is None else change["new"]

    def typed(change):  # another question than those to choose from leaves the list empty
        choice.value = change["new"] if change["new"] in questions else None

    choice.observe(chosen, names="value")
    text.observe(typed, names="value")
    for control in (text, k, limit):
        control.observe(refresh, names="value")
    refresh()
    return ipywidgets.VBox([choice, text, ipywidgets.HBox([k, limit]), status, table, prompt])


def cost_model(systems: dict, use: costs.Use | None = None) -> ipywidgets.VBox:
    """Controls for everything in `costs.Use`, above the table of `costs.table`.

    systems: `costs.Measured` by name. use: where the controls begin.
    """
    start = asdict(use or costs.Use())
    controls = {
        "queries_a_day": _control(
            ipywidgets.FloatLogSlider,
            "Queries a day",
            start["queries_a_day"],
            min=0,
            max=7,
            step=0.1,
            readout_format=",.0f",
            continuous_update=False,
        ),
        "known": _control(
            ipywidgets.FloatSlider,
            "Share about facts in training rows",
            start["known"],
            min=0,
            max=1,
            step=0.05,
            continuous_update=False,
        ),
    }
    numbers = {
        "updates_a_month": "Updates a month",
        "months": "Months",
        "machine_hour": "Price of a machine hour",
        "row": "Price of a training row",
        "follow_up": "Price of a person's answer",
    }
    for name, words in numbers.items():
        limits = {"min": 0, "max": 1e9, "width": "280px"}
        controls[name] = _control(ipywidgets.BoundedFloatText, words, start[name], **limits)
    status, shown = ipywidgets.HTML(), ipywidgets.HTML()

    def refresh(_=None):
        here = costs.Use(**{name: control.value for name, control in controls.items()})
        bills = costs.table(systems, here)
        first = bills["total"].idxmin()
        status.value = f"Cheapest in all: {escape(first)}."
        colours = [COLOURS[2] if name == first else GREY for name in bills.index]
        rows = bills.map(_price).rename_axis("system").reset_index()
        shown.value = _table(rows, colours, "Costs of each system")

    for control in controls.values():
        control.observe(refresh, names="value")
    refresh()
    return ipywidgets.VBox([*controls.values(), status, shown])


def _prompt(parts, colours):
    """The exact prompt as HTML, each part tinted and after its label; labels are not selected when
    the text is copied.
    """
    spans, colour_of = [], dict(zip(parts["part"], colours, strict=True))
    for part, text in parts.attrs["prompt"]:
        look = f"user-select: none; border: 1px solid {colour_of[part]}; margin: 0 4px"
        label = f'<small style="{look}">{escape(part)}</small>'
        span = f'<span style="background: {colour_of[part]}33">{escape(text)}</span>'
        spans.append(label * bool(text.strip()) + span)
    look = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; line-height: 1.5"
    return f'<pre style="{look}">{"".join(spans)}</pre>'


def _control(kind, description, value=None, width="420px", **options):
    """A control with its whole description beside it."""
    options |= {} if value is None else {"value": value}
    return kind(
        description=description,
        style={"description_width": "initial"},
        layout={"width": width},
        **options,
    )


def _price(value):
    """An amount with four digits, and no powers of ten."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return "under 0.0001" if 0 < value < 0.0001 else f"{value:.4g}"


def _table(frame, colours, caption):
    """A table as HTML; the colour of a row only repeats what its words say."""
    head = "".join(f'<th scope="col" style="{CELL}">{escape(name)}</th>' for name in frame)
    rows = []
    for colour, (first, *rest) in zip(colours, frame.itertuples(index=False), strict=True):
        cells = f'<th scope="row" style="{CELL}; font-weight: normal">{escape(str(first))}</th>'
        cells += "".join(f'<td style="{CELL}">{escape(str(value))}</td>' for value in rest)
        rows.append(
            f'<tr style="border-left: 6px solid {colour}; background: {colour}1a">{cells}</tr>'
        )
    return (
        f'<table style="border-collapse: collapse"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _sentence(words):
    look = f"border-left: 4px solid {COLOURS[1]}; padding: 4px 10px"
    return f'<div style="{look}">{escape(str(words))}</div>'
