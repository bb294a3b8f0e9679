"""The contest: systems over the same questions, each with the best prompt that a search finds.

A task holds what is asked and what may be searched and trained on: see `tasks`. Prompts, thresholds
and recipes are chosen on its validation questions; its test questions are asked once.
"""

import math
import random
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from helpers import evaluate, lora
from helpers.engine.forms import fill
from helpers.prompt_search import CHOICES, INSTRUCTIONS, coordinate_ascent
from helpers.prompts import Shot, Template
from helpers.retrieval import DenseIndex, FusedIndex, KeywordIndex
from helpers.rivals import QUIET, FirstPassage, FormByCode
from helpers.system import System
from helpers.tasks import Task

SHOTS = [kind for kind in CHOICES["shots"] if kind != "none"]
NO_MODEL = "no language model"
FAMILIES = {  # name: (adapter, closed book, with shots); the same choices for everyone otherwise
    "base": (None, True, False),
    "few-shot, closed book": (None, True, True),
    "RAG": (None, False, False),
    "few-shot RAG": (None, False, True),
    "LoRA for form": ("house", True, False),
    "LoRA for facts": ("facts", True, False),
    "naive hybrid": ("house", False, False),
    "RAFT hybrid": ("raft", False, False),
}
CLOSED = ("k", "best_last", "search")  # choices that change nothing without passages
RECIPE = lora.Recipe(top_layers=1.0, learning_rate=1e-3)  # for other documents


def graded(system, questions: list[dict], progress: str | None = None) -> pd.DataFrame:
    """One row of measures for each question, as `evaluate.grade` makes them.

    progress: label of a progress bar.
    """
    answers = system.answer([row["question"] for row in questions], progress=progress)
    return pd.DataFrame(map(evaluate.grade, questions, answers))


def best_least(builder, build) -> float:
    """The least cosine with which `build(least)` handles most validation questions well.

    A system that answers in spite of a low cosine is tried first, so it wins a tie.
    """
    asked = [row["question"] for row in builder.task.validation]
    hits = builder.indexes["dense"].search(asked, 1)
    scores = [found[0].score if found else 0.0 for found in hits]
    tried = {}
    for least in [QUIET, *np.quantile(scores, np.linspace(0.05, 0.5, 10))]:
        rows = graded(build(least), builder.task.validation)
        tried[least] = rows.handled.mean()
    return max(tried, key=tried.get)


def raft_rows(task: Task, index, k: int, without_gold: float = 0.2, seed: int = 0) -> list[dict]:
    """The task's training rows with the passages that `index` finds, best first, as RAFT's rows.

    Only documents that training may show are searched. In a share `without_gold` of the rows that
    have an answer, all passages of the right document are left out; the answer to learn is then
    the abstention, as it is where the search misses the right passage.
    """
    rng, rows = random.Random(seed), []
    hidden = {i for i, row in enumerate(task.training) if rng.random() < without_gold}

    for i, row in enumerate(task.training):
        document = row["document"]

        def allowed(chunk, gone=document if i in hidden else None):
            return chunk.document in task.trained and chunk.document != gone

        shown = [hit.chunk for hit in index.search([row["question"]], k, allowed)[0]]
        there = any(c.document == document and row["span"] in c.text for c in shown if document)
        rows.append(
            row
            | {
                "passages": [{"document": c.document, "text": c.text} for c in shown],
                "answer": row["answer"] if there else task.style.abstention,
                "kind": "answerable" if there else "unanswerable",
            }
        )
    return rows


def entering(folders: dict) -> list[str]:
    """The families whose adapter, if they have one, is in `folders`."""
    return [name for name, (adapter, *_) in FAMILIES.items() if not adapter or adapter in folders]


def choices(closed_book: bool, shots: bool) -> dict:
    """The choices of one family."""
    chosen = CHOICES | {"shots": SHOTS if shots else ["none"]}
    return {
        name: values[:1] if closed_book and name in CLOSED else values
        for name, values in chosen.items()
    }


class Builder:
    """Builds the systems of a task from choices; see `prompt_search.CHOICES`."""

    def __init__(self, task: Task, llm, embedder):
        self.task, self.llm, self.embedder = task, llm, embedder
        dense = DenseIndex(task.chunks, embedder, progress=task.name)
        fused = FusedIndex(dense, KeywordIndex(task.chunks))
        self.indexes = {"dense": dense, "fused": fused}

    def system(self, adapter=None, closed_book=False, **choices) -> System:
        """A system with these choices. closed_book: without passages."""
        style = self.task.style
        instruction = fill(
            INSTRUCTIONS[choices["instruction"]],
            instruction=style.instruction,
            abstention=style.abstention,
        )
        index = self.indexes[choices["search"]]
        return System(
            self.llm,
            None if closed_book else index,
            adapter,
            style=replace(style, instruction=instruction),
            template=Template(best_last=choices["best_last"]),
            shots=self.shots(choices["shots"], index, choices["k"]),
            k=choices["k"],
            max_prompt_tokens=min(2048, self.llm.context - choices["max_new_tokens"]),
            max_new_tokens=choices["max_new_tokens"],
        )

    def shots(self, kind: str, index, k: int) -> list[Shot]:
        """Worked examples from the training rows; "2 with passages, 1 abstains" and the like."""
        if kind == "none":
            return []
        count, refusals = int(kind[0]), int("abstains" in kind)
        known, unknown = (
            [row for row in self.task.training if bool(row["document"]) == answerable]
            for answerable in (True, False)
        )
        rows = known[:: max(1, len(known) // count)][: count - refusals] + unknown[:refusals]
        if "passages" not in kind:
            return [Shot(row["question"], row["answer"]) for row in rows]
        found = index.search([row["question"] for row in rows], k)
        pairs = [tuple((h.chunk.document, h.chunk.text) for h in hits) for hits in found]
        return [Shot(r["question"], r["answer"], p) for r, p in zip(rows, pairs, strict=True)]

    def find(self, family: str, folders: dict, seconds: float = math.inf) -> dict:
        """What the search finds for a family: the best choices, all tried, the least cosine.

        The cosine is that below which the system abstains if the form is done by code. folders:
        the adapters, by name. Without a language model there is only the cosine.
        """
        if family == NO_MODEL:
            return {"least": best_least(self, self.first_passage)}
        adapter, closed, shots = FAMILIES[family]
        measure = self.measure(folders.get(adapter), closed)
        table = coordinate_ascent(choices(closed, shots), measure, seconds, progress=family)
        found = {"best": table.attrs["best"], "tried": table.to_dict("records")}
        if not closed:
            system = self.system(folders.get(adapter), **found["best"])
            found["least"] = best_least(self, partial(FormByCode, system, self.embedder))
        return found

    def first_passage(self, least: float = QUIET) -> FirstPassage:
        """The system without a language model."""
        return FirstPassage(self.indexes["fused"], self.embedder, self.task.style, least)

    def entrants(self, folders: dict, found: dict) -> dict:
        """The systems of the contest, by name, those whose adapter is in `folders`.

        found: what `find` found, by family. A family that is not in it has the first choices.
        """
        systems = {NO_MODEL: self.first_passage(found[NO_MODEL]["least"])}
        first = {name: values[0] for name, values in CHOICES.items()}
        for family in entering(folders):
            adapter, closed, _ = FAMILIES[family]
            one = {"best": first, "least": QUIET} | found.get(family, {})
            system = self.system(folders.get(adapter), closed, **one["best"])
            systems[family] = system
            if not closed:
                by_code = FormByCode(system, self.embedder, one["least"])
                systems[f"{family}, form by code"] = by_code
        return systems

    def measure(self, adapter=None, closed_book=False):
        """A function for `coordinate_ascent`: how many answerable questions get a sendable answer?

        Every second validation question is asked. A system without an adapter has its form done by
        code, since by itself it has none; one with an adapter is asked as it is. Closed book there
        is no passage to cite, so right facts count. (Abstentions are counted, but not in the score:
        a prompt that makes a system abstain more would win by saying less.)
        """

        def measured(**choices):
            system = self.system(adapter, closed_book, **choices)
            system = system if closed_book or adapter else FormByCode(system)
            rows = graded(system, self.task.validation[::2])
            known, unknown = rows[rows.answerable], rows[~rows.answerable]
            return {
                "score": (known.fact if closed_book else known.sendable).mean(),
                "fact": known.fact.mean(),
                "sendable": known.sendable.mean(),
                "abstained": unknown.abstained.mean() if len(unknown) else np.nan,
                "prompt tokens": rows["prompt tokens"].mean(),
            }

        return measured
