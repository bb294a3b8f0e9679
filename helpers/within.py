"""A contest within a time limit: what is trained, searched and asked is cut to what fits."""

import time
from dataclasses import replace
from functools import partial

from helpers import contest, lora


class Clock:
    """Shares of the time that is left."""

    def __init__(self, minutes: float):
        self.minutes, self.end = minutes, time.monotonic() + 60 * minutes

    def share(self, part: float = 1.0) -> float:
        """So many seconds are this part of the time that is left."""
        return max(0.0, part * (self.end - time.monotonic()))


def rows_that_fit(llm, examples, seconds: float, name: str, recipe, least: int = 16) -> int:
    """On how many of the examples, at least `least`, an adapter can be trained in so many seconds.

    It is timed: an adapter is trained on the first sixteen. least: rows to train on in any case.
    """
    folder = lora.train(llm, examples[:16], recipe, label=f"{name}, timing")
    spent = sum(entry["seconds"] for entry in lora.read_record(folder)["log"])  # all its epochs
    each = max(1e-3, spent / min(16, len(examples)))
    return max(least, int((seconds - 16 * each) / each))


def trained_within(llm, examples, seconds: float, name: str, epochs: int = 1):
    """An adapter trained on as many of the examples as `seconds` allow (at least 16)."""
    recipe = replace(contest.RECIPE, epochs=epochs)
    fitting = rows_that_fit(llm, examples, seconds, name, recipe)
    return lora.train(llm, examples[:fitting], recipe, label=name)


def searched(builder, folders: dict, seconds: float, families, keep=None) -> dict[str, dict]:
    """What is found for each of the families, by name, and for the system without a model.

    keep: called as keep(name, compute) for each, returns what compute() does, or did.
    """
    keep, found, start = keep or (lambda _, compute: compute()), {}, time.monotonic()
    for number, name in enumerate([contest.NO_MODEL, *families]):
        left = (seconds - (time.monotonic() - start)) / max(1, len(families) + 1 - max(1, number))
        found[name] = keep(name, partial(builder.find, name, folders, left))
    return found


def fitting(systems: dict, task, seconds: float) -> list[dict]:
    """As many test questions, from the first, as all systems can answer in so many seconds."""
    start, sample = time.monotonic(), (task.validation or task.test)[-4:]
    for system in systems.values():
        system.answer([f"{row['question']} " for row in sample])  # a space: nothing is cached
    spent = time.monotonic() - start
    each = max(1e-6, spent / len(sample))
    return task.test[: min(len(task.test), max(10, int((seconds - spent) / each)))]
