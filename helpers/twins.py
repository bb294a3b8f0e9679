"""What two of the widgets show, as plain tables: how a search ranks, what a model is shown."""

from functools import lru_cache

import pandas as pd

from helpers.documents import Document, chunk
from helpers.engine.forms import fill
from helpers.engine.markup import MARK
from helpers.retrieval import DenseIndex, FusedIndex, KeywordIndex
from helpers.system import System


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
    """The k passages that a search finds for the query, as a table; the twin of the widget
    `retrieval_explorer`.

    max_words: the longest passage, in words. mix: 0 is BM25 alone, 1 is dense alone; in between,
    the two are fused with weights 1 - mix and mix. before: an earlier table to compare ranks with;
    then "moved" is "same", "up 2", "down 1", or "new" for a passage that was not in it (passages
    are told apart by their document and the text shown, 160 characters at most). "BM25 rank" and
    "dense rank" are the ranks in each search alone, empty beyond the first 50. Raises ValueError
    for an empty query, or a mix outside 0 to 1.
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


def prompt_parts(system: System, question: str) -> pd.DataFrame:
    """What the model sees when the system is asked this question, part by part, as a table; the
    twin of the widget `prompt_inspector`.

    The tokens of each part are counted separately; "chat marks" are whatever else is in the
    prompt, so that the parts add up to its length. Passages left out because of the limit are
    marked "cut". `attrs["prompt"]` holds the prompt as (part, text) pairs, in order. Raises
    ValueError if the prompt does not fit even without passages.
    """
    hits = system.index.search([question], system.k)[0] if system.index else ()
    prompt, kept = system.prompt(question, hits)
    template = system.template
    asked = template.user_turn(question)

    yes, cut = "yes", f"cut: over the limit of {system.max_prompt_tokens} tokens"
    rows = [("instruction", yes, system.style.instruction)]
    for i, shot in enumerate(system.shots, start=1):
        if template.shot:
            text = fill(template.shot, question=shot.question, answer=shot.answer).strip()
            rows.append((f"example {i}", yes, text))
            continue
        rows.append((f"example {i}", yes, template.user_turn(shot.question, shot.passages)))
        rows.append((f"example {i}, answer", yes, shot.answer))
    for i, hit in enumerate(hits):
        text = fill(template.passage, document=hit.chunk.document, text=hit.chunk.text).strip()
        inside = yes if i < len(kept) else cut
        rows.append((f"passage {hit.rank} [{hit.chunk.document}]", inside, text))
    rows.append(("question", yes, asked.strip()))
    table = pd.DataFrame(rows, columns=["part", "in the prompt", "text"])
    llm = system.llm
    table.insert(1, "tokens", [len(llm.encode(llm.literal(text))) for text in table["text"]])
    total, prompt = len(llm.encode(prompt)), prompt.replace(MARK, "")  # shown as it was written
    inside = table[table["in the prompt"] == yes]
    prompted, rest = [], prompt
    parts = list(zip(inside["part"], inside["text"], strict=True))
    asked_at = len(parts) - 1 - len(kept)  # where the user's last turn begins
    last_turn = sorted(parts[asked_at:], key=lambda pair: prompt.rfind(pair[1]))
    for part, text in parts[:asked_at] + last_turn:
        gap, _, rest = rest.partition(text)
        prompted += [("chat marks", gap), (part, text)]
    prompted.append(("chat marks", rest))
    marks = "".join(text for part, text in prompted if part == "chat marks")
    table.loc[len(table)] = [
        "chat marks",
        total - inside["tokens"].sum(),
        yes,
        marks,
    ]
    table.attrs["prompt"] = prompted
    return table
