"""Draw the headline from the answers in `results/`: docs/headline.png and docs/headline.json.

Run: python -m scripts.make_headline
"""

from helpers import contest, course, evaluate, metrics, models, plots, tasks
from helpers.engine import cache

HERE = cache.ROOT / "docs"
SHOWN = ("sendable", "fact", "source", "step", "abstained")


def main() -> None:
    """Ask the contest's systems the test questions, draw facts against form, and store both."""
    llm = models.load_llm()
    builder = contest.Builder(tasks.handbook(), llm, models.load_embedder())
    with llm.shipped_answers():
        rows = evaluate.evaluate(
            builder.entrants(course.adapters(), course.prompts()), builder.task.test
        )
    values = {}
    for name, part in rows.groupby("system", sort=False):
        counted = {measure: evaluate.counted(part, measure) for measure in SHOWN}
        values[name] = {m: metrics.interval(some.value, some.entity) for m, some in counted.items()}
    title = f"Facts and form on {len(builder.task.test)} test questions, with 95% intervals"
    spread = {name: (row["fact"], row["step"]) for name, row in values.items()}
    figure = plots.points(spread, title, "facts: right, within 12 words", "form: right next step")
    figure.savefig(HERE / "headline.png", dpi=150)
    cache.write_json(HERE / "headline.json", {"values": values, "words": figure.words})


if __name__ == "__main__":
    main()
