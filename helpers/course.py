"""The course's own data: a company's handbook, its style, questions, training rows and adapters.

Only this module knows them. With documents of your own, use `documents`, `retrieval` and `system`
directly.
"""

from dataclasses import replace
from functools import cache as once
from pathlib import Path

import pandas as pd

from helpers import documents, lora
from helpers.engine import cache
from helpers.prompts import Shot, Style
from helpers.retrieval import DenseIndex
from helpers.system import System

DATASETS, ADAPTERS = cache.DATASETS, cache.ROOT / "adapters"
PROMPTS = cache.ROOT / "results" / "prompts.json"
RECIPES = {  # of the adapters that come with the course; their rows: `adapter_rows`
    "house": lora.Recipe(epochs=2),  # form: questions and answers, without passages
    "facts": lora.Recipe(  # those that have an answer, often enough to know them
        rank=16, alpha=32, top_layers=0.3, learning_rate=5e-3, epochs=8
    ),
    "raft": lora.Recipe(epochs=2),  # for the hybrid: most rows with retrieved passages
}
FIELDS = ("id", "question", "slice", "entity", "answers", "documents", "span")
DEPARTMENTS = ("sup", "saf", "fin", "eng")  # whose examples `shots` takes, in this order


@once
def style() -> Style:
    """The company's style of answering, from `datasets/style.json`."""
    return Style.load(DATASETS / "style.json")


def handbook(version: int = 1) -> list[documents.Document]:
    """The documents of the handbook; in version 2, thirty of them have new values.

    Raises ValueError for another version.
    """
    if version not in (1, 2):
        raise ValueError(f"The handbook has the versions 1 and 2, not {version}")
    pages = documents.load_documents(DATASETS / "handbook")
    if version == 1:
        return pages
    newer = {page.id: page for page in documents.load_documents(DATASETS / "handbook_v2")}
    return [newer.get(page.id, page) for page in pages]


def facts() -> dict[str, dict]:
    """The facts of the handbook by id: rows with entity, attribute, value and document."""
    return {fact["id"]: fact for fact in cache.read_jsonl(DATASETS / "facts.jsonl")}


def changed_facts() -> dict[str, tuple[str, str, str]]:
    """The facts that version 2 changes: for each fact's id its document, old and new value."""
    old = facts()
    new = cache.read_jsonl(DATASETS / "facts_v2.jsonl", ("id", "document", "value"))
    return {fact["id"]: (fact["document"], old[fact["id"]]["value"], fact["value"]) for fact in new}


def handbook_index(embedder, progress: str | None = "handbook") -> DenseIndex:
    """The handbook as passages in a dense index."""
    return DenseIndex(documents.chunk(handbook()), embedder, progress=progress)


def questions(name: str, slices=("F1", "F2", "near-miss", "far"), fields=FIELDS) -> list[dict]:
    """The questions of `datasets/questions/NAME.jsonl` ("test", "validation", ...) in `slices`.

    slices: which to keep (None: all). fields: what every row must have. Raises ValueError, naming
    the line, if a row lacks one.
    """
    rows = cache.read_jsonl(DATASETS / "questions" / f"{name}.jsonl", fields)
    return [row for row in rows if slices is None or row["slice"] in slices]


def training(name: str, fields=("id", "kind", "question", "answer")) -> list[dict]:
    """The rows of `datasets/training/NAME.jsonl` ("house_style", "raft", ...); see `questions`."""
    return cache.read_jsonl(DATASETS / "training" / f"{name}.jsonl", fields)


def general_texts() -> list[str]:
    """Paragraphs of plain English that have nothing to do with the company."""
    return [row["text"] for row in cache.read_jsonl(DATASETS / "general" / "text.jsonl", ("text",))]


def split(name: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The rows of a training file to learn from, and twice sixteen answerable ones held out.

    The first sixteen are for choosing settings, the others for reporting results. No document is
    in two of the three.
    """
    rows = pd.DataFrame(training(name))
    documents = sorted(rows.document.dropna().unique())
    kept = documents[::8], documents[4::8]
    held_out = [
        rows[(rows.kind == "answerable") & rows.document.isin(names)].sample(16, random_state=0)
        for names in kept
    ]
    return rows[~rows.about.isin(kept[0] + kept[1])], *held_out


def shots(count: int = 4, abstention: bool = False) -> list[Shot]:
    """`count` (at most 4) worked examples in the company's style, each from another department.

    abstention: the last one shows a question that can't be answered.
    """
    rows = training("house_style")
    answered = [row for row in rows if row["kind"] == "answerable"]
    chosen = [next(row for row in answered if row["document"].startswith(d)) for d in DEPARTMENTS]
    if abstention:
        chosen = chosen[: count - 1] + [next(row for row in rows if row["kind"] == "near-miss")]
    return [Shot(row["question"], row["answer"]) for row in chosen[:count]]


def system(llm, index=None, adapter=None, **options) -> System:
    """A system that answers in the company's style; see `System` for the options."""
    return System(llm, index, adapter, style=style(), **options)


def examples(llm, rows: list[dict]) -> list[lora.Example]:
    """Rows of a training file as examples in the company's style."""
    return lora.examples(llm, rows, style())


def adapter_rows(name: str) -> list[dict]:
    """The training rows of an adapter that comes with the course: see `RECIPES`."""
    if name == "raft":
        return training("raft")
    rows = training("house_style")
    if name == "facts":
        return [row for row in rows if row["kind"] == "answerable"]
    # one near-miss of each document: with more, refusing is the easiest thing to learn
    return [row for row in rows if row["kind"] != "near-miss" or row["id"].endswith(".near1")]


def train(llm, name: str, seed: int = 0) -> Path:
    """Train an adapter that comes with the course again, with another seed if you like."""
    recipe = replace(RECIPES[name], seed=seed)
    return lora.train(llm, examples(llm, adapter_rows(name)), recipe, label=f"{name}, seed {seed}")


def seeded(llm, name: str, seed: int) -> Path:
    """The adapter `name` of a training seed: the shipped one for 0, any other is trained here."""
    return train(llm, name, seed) if seed else adapter(name)


def prompts() -> dict[str, dict]:
    """The best prompt of each family of systems and all that was tried; see `scripts.make_prompts`.

    Raises ValueError if they are not there.
    """
    if not (found := cache.read_json(PROMPTS)):
        raise ValueError(f"{PROMPTS} is missing: run python -m scripts.make_prompts")
    return found


def adapter(name: str) -> Path:
    """The folder of an adapter that comes with the course: see `RECIPES`.

    `scripts/make_adapters.py` trained them. Raises ValueError if it is unknown or damaged.
    """
    folder = ADAPTERS / name
    record = lora.read_record(folder)
    if cache.sha256(folder / "adapter_model.safetensors") != record["sha256"]:
        raise ValueError(
            f"{folder} is damaged. Restore it from the repository, or run: python -m "
            f"scripts.make_adapters {name}"
        )
    return folder


def adapters() -> dict[str, Path]:
    """The folders of all adapters that come with the course, by name."""
    return {folder.name: adapter(folder.name) for folder in sorted(ADAPTERS.iterdir())}
