"""Run the contest: search each system's best prompt, train, ask the test questions once, print.

Run: python -m scripts.contest [PATH] [--model NAME] [--minutes N] [--questions N] [--out FILE]

PATH: a file in SQuAD's format or a folder in BEIR's (default: the course's own handbook, with its
shipped adapters). --model: a folder or the name of a model on the hub. --minutes: about how long it
may take; questions, prompts and training rows are cut to fit. The table is printed, and stored as
JSON in results/contest/, with model, hash, machine and versions, so that results can be shared.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

from helpers import comparisons, contest, course, evaluate, lora, metrics, models, tasks, within
from helpers.engine import cache, records

RESULTS = cache.ROOT / "results" / "contest"
COLUMNS = evaluate.MEASURES | evaluate.DETAILS
EPOCHS = {"facts": 5}  # the same rows as for form, repeated until they are remembered
SEARCHING, TRAINING = 0.4, 0.35  # shares of the time


def adapters(builder, clock, shipped: bool) -> dict:
    """The folders of the adapters by their name, trained here unless they are `shipped`."""
    if shipped:
        return course.adapters()
    task, llm, trained = builder.task, builder.llm, {}
    known = [row for row in task.training if row["document"]]
    raft = contest.raft_rows(task, builder.indexes["fused"], 3)
    for name, rows, part in (("raft", raft, 0.6), ("facts", known, 0.7), ("house", known, 1.0)):
        examples = lora.examples(llm, rows, task.style)
        seconds, epochs = clock.share(TRAINING * part), EPOCHS.get(name, 1)
        trained[name] = within.trained_within(llm, examples, seconds, name, epochs)
    return trained


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
    clock = within.Clock(chosen.minutes)
    llm = models.load_llm(chosen.model) if chosen.model else models.load_llm()
    task = tasks.from_file(chosen.path, chosen.questions) if chosen.path else tasks.handbook()
    builder = contest.Builder(task, llm, models.load_embedder())
    shipped = not chosen.path and not chosen.model
    folders = adapters(builder, clock, shipped)
    seconds = clock.share(SEARCHING / (1 if shipped else 1 - TRAINING))
    found = within.searched(builder, folders, seconds, contest.entering(folders))
    systems = builder.entrants(folders, found)
    test = within.fitting(systems, task, clock.share(0.95))
    if len(test) < len(task.test):
        print(f"There is time for {len(test)} of the {len(task.test)} test questions (--minutes).")
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
