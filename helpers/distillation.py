"""Prompt distillation: an adapter learns what a model says of a page that is in its prompt.

After arXiv 2412.14964, in small: the *teacher* sees the page in its prompt, the *student*
does not, and learns the teacher's probabilities, token by token. It may go on from an adapter.
"""

import time
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
import peft
import torch
from safetensors.torch import load_file

from helpers import lora
from helpers.engine import cache, machine, methods, packing, records, runs
from helpers.prompts import STANDARD, Style
from helpers.system import System

KEPT = 16  # of the teacher's probabilities for a token, the largest


@dataclass(frozen=True)
class Lesson:
    """An answer to learn, and how likely the teacher found each token of it.

    example: the student's prompt, without passages, and the answer. likely, chances: for each token
    of the answer and its end mark, the ids of the likeliest tokens and their probabilities, which
    sum to 1; both of shape (labels, kept).
    """

    example: lora.Example
    likely: torch.Tensor
    chances: torch.Tensor

    def table(self, llm, most: int = 3) -> pd.DataFrame:
        """The first tokens of the answer, a row each, with the `most` likeliest ones there."""
        rows = zip(self.likely[:, :most].tolist(), self.chances[:, :most].tolist(), strict=True)
        texts = [
            [
                f"{llm.tokenizer.decode([id])!r} {chance:.2f}"
                for id, chance in zip(*row, strict=True)
            ]
            for row in rows
        ]
        return pd.DataFrame(texts, columns=[f"likeliest, {n + 1}" for n in range(most)])


@dataclass(frozen=True)
class Taught(packing.Pack):
    """A pack of lessons, with the `likely` and `chances` of all of them, in order."""

    likely: torch.Tensor
    chances: torch.Tensor


def sure(llm, examples: list[lora.Example]) -> list[Lesson]:
    """Lessons of a teacher that is sure of every token: ordinary training."""
    made = []
    for example in examples:
        ids, labels = lora.tokenize(llm, example)
        likely = torch.tensor(ids[-labels:])[:, None]
        made.append(Lesson(example, likely, torch.ones(likely.shape)))
    return made


@torch.no_grad()
def lessons(llm, teacher: System, questions: list[str], style: Style) -> list[Lesson]:
    """What the teacher answers, with its passages in the prompt; empty answers are left out."""
    made = []
    answers = [a for a in teacher.answer(questions, progress="teacher") if a.text.strip()]
    with lora.adapted(llm, teacher.adapter):
        for answer in answers:
            shown = lora.Example(teacher.prompt(answer.question, answer.hits)[0], answer.text)
            ids, labels = lora.tokenize(llm, shown)
            whole = torch.tensor([ids], device=llm.model.device)
            logits = llm.model(whole).logits[0, -labels - 1 : -1]
            chances, likely = logits.softmax(-1).topk(KEPT)
            chances = (chances / chances.sum(-1, keepdim=True)).cpu()
            prompt = STANDARD.prompt(llm, style, answer.question)
            made.append(Lesson(lora.Example(prompt, answer.text), likely.cpu(), chances))
    return made


def teaching_seconds(llm, teacher: System, questions: list[str], style: Style) -> float:
    """The seconds that `lessons` takes for one question on this machine, measured on these.

    An answer that is in the cache counts with the seconds that it took when it was made.
    """
    writing = sum(sum(answer.seconds.values()) for answer in teacher.answer(questions))
    start = time.perf_counter()
    lessons(llm, teacher, questions, style)  # the answers are in the cache now
    return (writing + time.perf_counter() - start) / len(questions)


def token_seconds(llm, examples: list[lora.Example], recipe: lora.Recipe) -> float:
    """The seconds for each token that training reads on this machine; nothing is kept."""
    with lora.tuned(llm, examples, recipe, label="how fast?") as steps:
        return sum(step["seconds"] for step in steps) / sum(step["tokens"] for step in steps)


def packs(llm, lessons: list[Lesson]) -> list[Taught]:
    """The lessons in packs, as `lora.packs` makes them."""
    made, rest = [], iter(lessons)
    for part in lora.packs(llm, [lesson.example for lesson in lessons]):
        here = list(islice(rest, len(part.items)))
        likely, chances = (torch.cat([vars(one)[n] for one in here]) for n in ("likely", "chances"))
        made.append(Taught(**vars(part), likely=likely, chances=chances))
    return made


def losses(llm, part: Taught) -> torch.Tensor:
    """The cross-entropy of student and teacher at each label token, in nats: shape (labels,).

    It is lowest where the student's probabilities are the teacher's.
    """
    logits = packing.logits(llm, part) if llm.fast else _plain_logits(llm, part)
    said = logits.log_softmax(-1).gather(-1, part.likely.to(logits.device))
    return -(part.chances.to(logits.device) * said).sum(-1)


def _plain_logits(llm, part):
    rows = [
        llm.model(torch.tensor([ids], device=llm.model.device)).logits[0, -labels - 1 : -1]
        for ids, labels in part.items
    ]
    return torch.cat(rows)


@contextmanager
def tuned(llm, lessons: list[Lesson], recipe: lora.Recipe, start=None, label="distilling"):
    """Train on lessons, and use the model inside the block; nothing is kept. Yields the log.

    start: the folder of an adapter to go on from (None: a new one). Raises ValueError if its shape
    is not the recipe's.
    """
    torch.manual_seed(recipe.seed)
    run, config = runs.Run(recipe, label=label), lora.peft_config(llm, recipe)
    with machine.small_heap(), methods.tunable(llm, recipe, config) as (weights, wrapped):
        if start:
            _go_on(wrapped, recipe, start)
        lora.fit(llm, weights, packs(llm, lessons), recipe, run, loss_of=losses)
        for weight in weights.values():
            weight.requires_grad_(False)
        llm.adapter = _name(lessons, recipe, start)
        try:
            yield run.log
        finally:
            llm.adapter = None


def _go_on(wrapped, recipe, start):
    """Put the weights of the adapter in `start` into the one that is to be trained."""
    old = lora.read_record(start)["recipe"]
    for name in ("method", "rank", "alpha", "top_layers"):
        if old[name] != getattr(recipe, name):
            raise ValueError(
                f"The adapter in {start} has {name}={old[name]}, the recipe "
                f"{name}={getattr(recipe, name)}: take the same to go on from it"
            )
    peft.set_peft_model_state_dict(wrapped, load_file(Path(start) / records.WEIGHTS))


def _name(lessons, recipe, start) -> str:
    """Identifies the trained weights: a hash of all that made them."""
    taught = [[astuple(one.example), one.likely.tolist(), one.chances.tolist()] for one in lessons]
    first = lora.read_record(start)["sha256"] if start else None
    return cache.key("distilled", taught, astuple(recipe), first)
