"""Two things to play with: how a search ranks passages, and what a model is shown. Each has a twin in plain code.

`retrieval_explorer` shows what `explore` gives, `prompt_inspector` what `prompt_parts` gives: who can't move sliders calls those.
"""

import copy
from functools import lru_cache
from html import escape

import ipywidgets
import pandas as pd

from helpers.documents import Document, chunk
from helpers.plots import COLOURS
from helpers.retrieval import DenseIndex, FusedIndex, KeywordIndex
from helpers.system import System

GREY = COLOURS[6]
MOVED = {"new": COLOURS[0], "up": COLOURS[2], "down": COLOURS[5], "same": GREY, "": GREY}
CELL = "text-align: left; vertical-align: top; padding: 2px 10px"


@lru_cache(maxsize=8)
def _indexes(
    documents: tuple[Document, ...], embedder, max_words: int
) -> tuple[DenseIndex, KeywordIndex]:
    """The dense and the keyword index of the same passages, built once."""
    chunks = chunk(list(documents), max_words)
    return DenseIndex(chunks, embedder), KeywordIndex(chunks)


def explore(
    documents: list[Document],
    embedder,
    query: str,
    k: int = 5,
    max_words: int = 60,
    mix: float = 0.5,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The k passages that a search finds for the query, as a table; the twin of `retrieval_explorer`.

    max_words: the longest passage, in words. mix: 0 is BM25 alone, 1 is dense alone, between them both are fused with the
    weights 1 - mix and mix. before: an earlier result, against whose ranks "moved" says "same", "up 2", "down 1", or "new" for a
    passage (a document and the first 160 characters, which are shown) that is not in it. "BM25 rank" and "dense rank" are
    the ranks in each search alone, empty after the first 50.
    Raises ValueError for an empty query and for a mix that is not from 0 to 1.
    """
    if not 0 <= mix <= 1:
        raise ValueError(f"mix must be from 0 (BM25 alone) to 1 (dense alone), not {mix}")
    dense, keyword = _indexes(tuple(documents), embedder, max_words)
    index = (
        keyword
        if mix == 0
        else dense
        if mix == 1
        else FusedIndex(dense, keyword, weights=[mix, 1 - mix])
    )
    alone = [
        {hit.chunk.text: hit.rank for hit in one.search([query], FusedIndex.DEPTH)[0]}
        for one in (keyword, dense)
    ]
    old = (
        None
        if before is None
        else {
            key[:2]: key[2]
            for key in zip(before["document"], before["passage"], before["rank"], strict=True)
        }
    )
    rows = []
    for hit in index.search([query], k)[0]:
        passage = " ".join(hit.chunk.text.split())
        passage = passage if len(passage) <= 160 else passage[:157] + "..."
        moved = "" if old is None else _moved(old.get((hit.chunk.document, passage)), hit.rank)
        rows.append(
            [
                hit.rank,
                moved,
                hit.chunk.document,
                passage,
                *(ranks.get(hit.chunk.text, "") for ranks in alone),
            ]
        )
    return pd.DataFrame(
        rows, columns=["rank", "moved", "document", "passage", "BM25 rank", "dense rank"]
    )


def _moved(old, new):
    if old is None:
        return "new"
    return "same" if old == new else f"up {old - new}" if old > new else f"down {new - old}"


def retrieval_explorer(documents: list[Document], embedder, query: str = "") -> ipywidgets.VBox:
    """Controls for the query, k, the length of passages and the mix, above the table of `explore`.

    "moved" compares with the table shown just before. The first use of a length embeds all passages, which can take seconds.
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
            nothing = "No passage shares a word with this query, and BM25 sees nothing else: move the mix towards dense."
            table.value = _table(shown, colours) if len(shown) else _sentence(nothing)
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


def prompt_parts(system: System, question: str) -> pd.DataFrame:
    """What the model sees when the system is asked this question, part by part; the twin of `prompt_inspector`.

    Each part is counted in tokens by itself; "chat marks" are the rest of the prompt, so that what is in the prompt adds up to its length.
    Passages that were found and left out for the limit follow as "cut". `attrs["prompt"]` is the prompt as (part, text) pairs in its order.
    Raises ValueError if the question alone does not fit, or is empty.
    """
    hits = system.index.search([question], system.k)[0] if system.index else ()
    prompt, kept = system.prompt(question, hits)
    template = system.template
    asked = template.user_turn(question)

    yes, cut = "yes", f"cut: over the limit of {system.max_prompt_tokens} tokens"
    rows = [("instruction", yes, system.style.instruction)]
    for i, shot in enumerate(system.shots, start=1):
        rows.append((f"example {i}", yes, template.user_turn(shot.question, shot.passages)))
        rows.append((f"example {i}, answer", yes, shot.answer))
    for i, hit in enumerate(hits):
        text = template.passage.format(document=hit.chunk.document, text=hit.chunk.text).strip()
        inside = yes if i < len(kept) else cut
        rows.append((f"passage {hit.rank} [{hit.chunk.document}]", inside, text))
    rows.append(("question", yes, asked.strip()))
    table = pd.DataFrame(rows, columns=["part", "in the prompt", "text"])
    table.insert(1, "tokens", [len(system.llm.encode(text)) for text in table["text"]])
    inside = table[table["in the prompt"] == yes]
    prompted, rest = [], prompt
    for part, text in zip(inside["part"], inside["text"], strict=True):
        gap, _, rest = rest.partition(text)
        prompted += [("chat marks", gap), (part, text)]
    prompted.append(("chat marks", rest))
    marks = "".join(text for part, text in prompted if part == "chat marks")
    table.loc[len(table)] = [
        "chat marks",
        len(system.llm.encode(prompt)) - inside["tokens"].sum(),
        yes,
        marks,
    ]
    table.attrs["prompt"] = prompted
    return table


def prompt_inspector(system: System, questions: list[str]) -> ipywidgets.VBox:
    """Controls for the question, k and the limit of tokens, above the table of `prompt_parts` and the exact prompt.

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
        status.value = f"The prompt has {parts['tokens'][inside].sum()} tokens of at most {limit.value}; passages cut: {(~inside).sum()}."
        table.value = _table(parts.drop(columns="text"), colours)
        prompt.value = _prompt(parts, colours)

    choice.observe(lambda change: setattr(text, "value", change["new"]), names="value")
    for control in (text, k, limit):
        control.observe(refresh, names="value")
    refresh()
    return ipywidgets.VBox([choice, text, ipywidgets.HBox([k, limit]), status, table, prompt])


def _prompt(parts, colours):
    """The exact prompt as HTML, each part tinted and after its label; labels are not selected when the text is copied."""
    spans, colour_of = [], dict(zip(parts["part"], colours, strict=True))
    for part, text in parts.attrs["prompt"]:
        label = f'<small style="user-select: none; border: 1px solid {colour_of[part]}; margin: 0 4px">{escape(part)}</small>'
        spans.append(
            f'{label * bool(text.strip())}<span style="background: {colour_of[part]}33">{escape(text)}</span>'
        )
    return f'<pre style="white-space: pre-wrap; line-height: 1.5">{"".join(spans)}</pre>'


def _control(kind, description, value=None, width="420px", **options):
    """A control with its whole description beside it."""
    options |= {} if value is None else {"value": value}
    return kind(
        description=description,
        style={"description_width": "initial"},
        layout={"width": width},
        **options,
    )


def _table(frame, colours):
    """A table as HTML; the colour of a row only repeats what its words say."""
    head = "".join(f'<th scope="col" style="{CELL}">{escape(name)}</th>' for name in frame)
    rows = []
    for colour, values in zip(colours, frame.itertuples(index=False), strict=True):
        cells = "".join(f'<td style="{CELL}">{escape(str(value))}</td>' for value in values)
        rows.append(
            f'<tr style="border-left: 6px solid {colour}; background: {colour}1a">{cells}</tr>'
        )
    return f'<table style="border-collapse: collapse"><tr>{head}</tr>{"".join(rows)}</table>'


def _sentence(words):
    return f'<div style="border-left: 4px solid {COLOURS[1]}; padding: 4px 10px">{escape(str(words))}</div>'
