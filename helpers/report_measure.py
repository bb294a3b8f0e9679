"""What a report measures: index, prompts, training and answers, cut to the time that there is."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from tqdm.auto import tqdm

from helpers import changes, contest, costs, evaluate, ladder, lora, within
from helpers.engine import cache, layers, records
from helpers.engine.extraction import short_answer
from helpers.own_task import OwnTask
from helpers.rivals import QUIET

BLOCK = 512  # passages that are embedded, and kept, at a time
TESTING, TRAINING, TUNED = 0.5, 0.6, 0.7  # shares of the time that is left; see `_plan`
LEAST_ROWS, LEAST_VALIDATION = 32, 8  # without so many there is no training, no search for prompts
ADAPTERS = {"raft": "RAFT hybrid", "house": "LoRA for form"}  # and the families that need them
FAMILIES = ["RAG", "few-shot RAG", "LoRA for form", "RAFT hybrid"]
RUNGS = [  # from cheap to expensive, as the ladder climbs; LoRA alone was shown no test document
    contest.NO_MODEL,
    "RAG, form by code",
    "few-shot RAG, form by code",
    "RAFT hybrid, form by code",
]
FIRST = "All have their first prompt, and code no threshold: language models may look too weak."
RECIPE = replace(contest.RECIPE, top_layers=0.5, learning_rate=2e-3)
STEPS = 23  # of a whole run, for the progress bar


class Encoder(costs.Metered):
    """An encoder that keeps finished blocks of many texts, and counts the tokens that it reads."""

    def encode(self, texts, progress=None):
        """What the encoder inside makes of the texts: shape (texts, dimension)."""
        texts = list(texts)
        starts = range(0, max(1, len(texts)), BLOCK)
        bar = tqdm(starts, desc=progress, disable=not progress, leave=False)
        return np.concatenate([super(Encoder, self).encode(texts[i : i + BLOCK]) for i in bar])


def measure(own: OwnTask, llm, embedder, kept, notes: list[str]) -> dict:
    """All that can be measured in the time that `kept.clock` has left; see `report_text.Findings`.

    kept: `engine.steps.Steps`. notes: what was left out for lack of time is added, with the reason.
    """
    task, built = own.task, {}
    encoder = Encoder(embedder)

    def index():
        built["builder"] = contest.Builder(task, llm, encoder)
        return len(task.chunks)

    kept.do("index", index)
    builder = built.get("builder") or contest.Builder(task, llm, encoder)
    pace = kept.do("speed of the model", partial(_pace, builder))
    plan = kept.do("plan", partial(_plan, task, pace, kept.clock))
    tqdm.write("Plan: " + ", ".join(f"{plan[part]:.0f} s for {part}" for part in plan))
    raft = contest.raft_rows(task, builder.indexes["fused"], 3) if task.training else []
    adapters, training = {}, {}
    known = [row for row in task.training if row["document"]]
    for name, rows, share in (("raft", raft, TUNED), ("house", known, 1.0)):
        left = plan["training"] - sum(one["seconds"] for one in training.values())
        least = min(left, 4 * LEAST_ROWS * pace)  # a row takes two answers, and some are timed
        with layers.recomputed(llm):
            made = _adapter(llm, task, name, rows, max(least, share * left), pace, kept, notes)
        if made:
            adapters[name], training[ADAPTERS[name]] = made
    systems, found = _systems(builder, adapters, plan, pace, kept, notes)
    fits = kept.do(
        "questions that fit",
        lambda: len(within.fitting(systems, task, 0.95 * kept.clock.share())),
    )
    if fits < len(task.test):
        more = _more(kept.clock, len(task.test) / fits)
        notes.append(
            f"{len(task.test) - fits} of {len(task.test)} test questions were not asked: all of "
            f"them, to all systems, do not fit in the time. {more}"
        )
    test = task.test[:fits]
    answers = {
        name: kept.do(f"answers of {name}", partial(_answers, system, name, test, encoder))
        for name, system in systems.items()
    }
    price, reading = costs.Price(llm, embedder), {}
    for name, one in answers.items():
        tokens = np.mean([row["prompt tokens"] + row["generated tokens"] for row in one["rows"]])
        reading[name] = price.billions(tokens, one["encoder tokens"])
    there = [row for row in test if row["documents"]]
    hits = builder.indexes["fused"].search([row["question"] for row in test], 10)
    return {
        "test": test,
        "answers": {name: one["rows"] for name, one in answers.items()},
        "operations": reading,
        "training": training,
        "plan": plan,
        "prompts": {name: _chosen(name, one) for name, one in found.items() if "tried" in one},
        "recall": {k: changes.reached(builder, there, k) for k in (1, 3, 5)} if there else {},
        "hits": hits,
        "raft": raft,
        "notes": notes,
        "seconds": dict(kept.seconds),
    }


def _pace(builder) -> float:
    """Seconds for an answer from three passages; a space at the end: no later one is the same."""
    first = {name: values[0] for name, values in contest.CHOICES.items()}
    asked = [f"{row['question']} " for row in (builder.task.validation or builder.task.test)[:8]]
    builder.system(**first).answer([f"{asked[0]} "])  # the first answer takes longer
    answers = builder.system(**first).answer(asked)
    return max(1e-4, float(np.mean([sum(answer.seconds.values()) for answer in answers])))


def _plan(task, pace, clock) -> dict[str, float]:
    """How many seconds go where. The test questions come first: they are what is measured.

    All systems together take about four times as long as one. Of the rest, training has a share,
    but the search for prompts has at least what it needs, up to half of the rest; where that is
    too little for any search, training has it all.
    """
    left = clock.share()
    testing = min(TESTING * left, 4 * pace * len(task.test))
    rest, least = left - testing, 1.3 * pace * len(task.validation) * len(FAMILIES)
    searching = max(1 - TRAINING, min(0.5, least / max(rest, 1))) * rest
    if not task.training or searching < least / 1.3:
        searching = 0.0 if task.training else rest
    return {"testing": testing, "training": rest - searching, "searching": searching}


def _adapter(llm, task, name, rows, seconds, pace, kept, notes):
    """An adapter's folder and what it took, trained on as many rows as fit; None with a note."""
    family = ADAPTERS[name]
    if len(rows) < LEAST_ROWS:
        notes.append(
            f"{family} was not trained: there are {len(rows)} training rows, and {LEAST_ROWS} are "
            "needed. They come from documents that no question is about: add documents, or cut "
            "long ones into several files."
        )
        return None
    examples = lora.examples(llm, rows, task.style)
    fit = partial(within.rows_that_fit, llm, examples, seconds, family, RECIPE, least=0)
    try:
        count = kept.do(f"rows for {family}", fit) if seconds > LEAST_ROWS * pace else 0
        count = min(count, len(examples))
        if count < LEAST_ROWS:
            need = LEAST_ROWS / max(count, 1) if count else LEAST_ROWS * pace / max(seconds, 1)
            notes.append(
                f"{family} was not trained: the {LEAST_ROWS} rows that are needed do not fit in "
                f"{seconds:.0f} seconds. {_more(kept.clock, max(2, need))}"
            )
            return None

        def train():
            folder = lora.train(llm, examples[:count], RECIPE, label=family)
            spent = sum(entry["seconds"] for entry in lora.read_record(folder)["log"])
            return {"folder": folder.name, "rows": count, "of": len(examples), "seconds": spent}

        made = kept.do(f"training of {family}", train)
        folder = cache.artifacts() / "adapters" / made["folder"]
        if records.fault(folder):
            folder = lora.train(llm, examples[:count], RECIPE, label=family)
    except (OSError, FloatingPointError) as error:
        notes.append(f"{family} was not trained: {error}")
        return None
    return folder, made


def _systems(builder, adapters, plan, pace, kept, notes):
    """The systems that take part, each with the best prompt that the same search found."""
    task = builder.task
    families = [name for name in FAMILIES if name in contest.entering(adapters)]
    if not task.training:
        families.remove("few-shot RAG")
        notes.append("few-shot RAG was left out: there are no training rows to show as examples.")
    least = pace * len(task.validation) * len(families)
    seconds = kept.do("time for prompts", partial(_searching, kept.clock, plan, least))
    found = {contest.NO_MODEL: {"least": QUIET}} | {name: _first(name) for name in families}
    if len(task.validation) < LEAST_VALIDATION:
        notes.append(
            f"No prompt was searched for: there are {len(task.validation)} validation questions, "
            f"and {LEAST_VALIDATION} are needed. {FIRST}"
        )
    elif seconds < least:
        notes.append(
            f"No prompt was searched for: {seconds:.0f} seconds are left for it, and {least:.0f} "
            f"are needed. {_more(kept.clock, 1 + (least - seconds) / 15 / kept.clock.minutes)} "
            f"{FIRST}"
        )
    else:
        keep = lambda name, compute: kept.do(f"prompts of {name}", compute)  # noqa: E731
        found = within.searched(builder, adapters, seconds, families, keep)
        for name in families:
            tried, all_ = len(found[name]["tried"]), _prompts(name)
            if tried < all_:
                notes.append(
                    f"{name}: {tried} of {all_} prompts were tried; there was no time for more."
                )
    entered = builder.entrants(adapters, found)
    wanted = {contest.NO_MODEL, *families, *(f"{name}, form by code" for name in families)}
    return {name: system for name, system in entered.items() if name in wanted}, found


def _searching(clock, plan, least) -> float:
    """Seconds for the search: what testing leaves, or, for what it needs at least, up to half."""
    return max(clock.share() - plan["testing"], min(1.1 * least, clock.share(0.5)))


def _more(clock, times: float) -> str:
    """In how many minutes it would fit."""
    return f"About {math.ceil(times * clock.minutes)} minutes would do (--minutes)."


def _choices(family) -> dict:
    """What can be chosen for a family."""
    _, closed, shots = contest.FAMILIES[family]
    return contest.choices(closed, shots)


def _first(family) -> dict:
    """What stands for a family before any search: the first of its choices."""
    return {"best": {name: values[0] for name, values in _choices(family).items()}, "least": QUIET}


def _chosen(family, found) -> dict:
    """What was chosen for a family where there was a choice."""
    return {name: found["best"][name] for name, all_ in _choices(family).items() if len(all_) > 1}


def _prompts(family) -> int:
    """How many prompts a search that comes to its end tries."""
    return 1 + sum(len(values) - 1 for values in _choices(family).values())


def _answers(system, name, test, encoder) -> dict:
    """What a system answers: for each question its measures, text, sources and blame."""
    encoder.tokens = 0
    answers = system.answer([row["question"] for row in test], progress=name)
    rows = []
    for question, answer in zip(test, answers, strict=True):
        row = evaluate.grade(question, answer)
        hits = [
            {"document": hit.chunk.document, "text": hit.chunk.text, "score": hit.score}
            for hit in answer.hits
        ]
        shown = [hit["document"] for hit in hits]
        row |= {"short": short_answer(answer.text), "citations": list(answer.citations)}
        rows.append(row | {"hits": hits, "blame": ladder.blame(row, question["documents"], shown)})
    return {"rows": rows, "encoder tokens": encoder.tokens / max(1, len(test))}
