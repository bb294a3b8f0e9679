"""Draw the headline from `results/`, its answers and seeds: docs/headline.png and .json.

Run: python -m scripts.make_headline
"""

import pandas as pd

from helpers import comparisons, contest, course, evaluate, grids, models, plots, tasks
from helpers.engine import cache

HERE = cache.ROOT / "docs"
SHOWN = ("sendable", "fact", "source", "step", "abstained")


def seeds() -> pd.DataFrame:
    """The grades of every training run, as notebook 07 stored them."""
    tables = [cache.read_json(path)["rows"] for path in sorted(grids.STORED.glob("seeds_*.json"))]
    return pd.DataFrame([row["configuration"] | row["result"] for rows in tables for row in rows])


def main() -> None:
    """Ask the contest's systems the test questions, draw facts against form, and store both."""
    llm = models.load_llm()
    builder = contest.Builder(tasks.handbook(), llm, models.load_embedder())
    with llm.shipped_answers():
        rows = evaluate.evaluate(
            builder.entrants(course.adapters(), course.prompts()), builder.task.test
        )
    order, rows = rows.system.unique(), comparisons.with_seeds(rows, seeds())
    values = {
        name: {m: comparisons.interval(rows, comparisons.values(rows, name, m)) for m in SHOWN}
        for name in order
    }
    title = f"Facts and form on {len(builder.task.test)} test questions, with 95% intervals"
    spread = {name: (row["fact"], row["step"]) for name, row in values.items()}
    figure = plots.points(spread, title, "facts: right, within 12 words", "form: right next step")
    figure.savefig(HERE / "headline.png", dpi=150)
    cache.write_json(HERE / "headline.json", {"values": values, "words": figure.words})


if __name__ == "__main__":
    main()
