"""Run the contest: search each system's best prompt, train, ask the test questions once, print.

Run: python -m scripts.contest [PATH] [--model NAME] [--minutes N] [--questions N] [--out FILE]

PATH: a file in SQuAD's format or a folder in BEIR's (default: the course's own handbook, with its
shipped adapters). --model: a folder or the name of a model on the hub. --minutes: about how long it
may take; questions, prompts and training rows are cut to fit. The table is printed, and stored as
JSON in results/contest/, with model, hash, machine and versions, so that results can be shared.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

from helpers import comparisons, contest, course, evaluate, lora, metrics, models, tasks
from helpers.engine import cache, records

RESULTS = cache.ROOT / "results" / "contest"
COLUMNS = evaluate.MEASURES | evaluate.DETAILS
EPOCHS = {"facts": 5}  # the same rows as for form, repeated until they are remembered
SEARCHING, TRAINING = 0.4, 0.35  # shares of the time


class Clock:
    """Shares of the time that is left."""

    def __init__(self, minutes: float):
        self.end = time.monotonic() + 60 * minutes

    def share(self, part: float) -> float:
        """So many seconds are this part of the time that is left."""
        return max(0.0, part * (self.end - time.monotonic()))


def adapters(builder, clock, shipped: bool) -> dict:
    """The folders of the adapters by their name, trained here unless they are `shipped`."""
    if shipped:
        return course.adapters()
    task, llm, trained = builder.task, builder.llm, {}
    known = [row for row in task.training if row["document"]]
    raft = contest.raft_rows(task, builder.indexes["fused"], 3)
    for name, rows, part in (("raft", raft, 0.6), ("facts", known, 0.7), ("house", known, 1.0)):
        examples = lora.examples(llm, rows, task.style)
        trained[name] = trained_within(llm, examples, clock.share(TRAINING * part), name)
    return trained


def trained_within(llm, examples, seconds: float, name: str):
    """An adapter trained on as many of the examples as `seconds` allow (at least 16)."""
    recipe = replace(contest.RECIPE, epochs=EPOCHS.get(name, 1))
    start = time.monotonic()
    lora.train(llm, examples[:16], recipe, label=f"{name}, timing")
    each = max(1e-3, (time.monotonic() - start) / min(16, len(examples)))  # all its epochs
    fitting = max(16, int((seconds - 16 * each) / each))
    return lora.train(llm, examples[:fitting], recipe, label=name)


def searched(builder, folders: dict, seconds: float) -> dict[str, dict]:
    """What is found for each family, by name."""
    found, start = {contest.NO_MODEL: builder.find(contest.NO_MODEL, folders)}, time.monotonic()
    families = contest.entering(folders)
    for number, name in enumerate(families):
        left = (seconds - (time.monotonic() - start)) / (len(families) - number)
        found[name] = builder.find(name, folders, left)
    return found


def fitting(systems: dict, task, clock) -> list[dict]:
    """As many test questions, from the first, as all systems can answer in the time left."""
    start, sample = time.monotonic(), task.validation[-4:]
    for system in systems.values():
        system.answer([f"{row['question']} " for row in sample])  # a space: nothing is cached
    each = (time.monotonic() - start) / len(sample)
    count = min(len(task.test), max(10, int(clock.share(0.95) / each)))
    if count < len(task.test):
        print(f"There is time for {count} of the {len(task.test)} test questions (--minutes).")
    return task.test[:count]


def scores(rows: pd.DataFrame) -> dict:
    """Mean and interval of each measure for each system."""
    measured = {}
    for name, part in rows.groupby("system", sort=False):
        sets = {measure: evaluate.counted(part, measure) for measure in COLUMNS}
        measured[name] = {
            measure: metrics.interval(some.value, some.entity)
            for measure, some in sets.items()
            if len(some)
        }
    return measured


def table(measured: dict) -> str:
    """The scores as text, one row for each system."""
    shown = {
        name: {measure: comparisons.written(triple) for measure, triple in row.items()}
        for name, row in measured.items()
    }
    return pd.DataFrame(shown).T.reindex(columns=list(COLUMNS)).fillna("-").to_string()


def main(arguments=None) -> None:
    """Run it and store the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", nargs="?", help="SQuAD file or BEIR folder; default: the handbook")
    parser.add_argument("--model", default=None, help="folder or hub name; default: bundled")
    parser.add_argument("--minutes", type=float, default=60, help="about how long it may take")
    parser.add_argument("--questions", type=int, default=150, help="at most so many test questions")
    parser.add_argument("--out", type=Path, default=None, help="where the JSON goes")
    chosen, start = parser.parse_args(arguments), time.time()
    clock = Clock(chosen.minutes)
    llm = models.load_llm(chosen.model) if chosen.model else models.load_llm()
    task = tasks.from_file(chosen.path, chosen.questions) if chosen.path else tasks.handbook()
    builder = contest.Builder(task, llm, models.load_embedder())
    shipped = not chosen.path and not chosen.model
    folders = adapters(builder, clock, shipped)
    found = searched(builder, folders, clock.share(SEARCHING / (1 if shipped else 1 - TRAINING)))
    systems = builder.entrants(folders, found)
    test = fitting(systems, task, clock)
    rows = evaluate.evaluate(systems, test)
    measured = scores(rows)
    about = {
        "task": task.name,
        "questions": len(test),
        "model": llm.name,
        "hash": llm.base_fingerprint,
    }
    about |= {"minutes": round((time.time() - start) / 60, 1), **records.made_with()}
    about["found"] = found
    about["scores"] = measured
    path = chosen.out or RESULTS / f"{Path(task.name).stem}-{llm.base_fingerprint[:8]}.json"
    cache.write_json(path, about)
    print(table(about["scores"]))
    print(f"{len(test)} test questions, 95% intervals over documents. Stored in {path}")


if __name__ == "__main__":
    main()
