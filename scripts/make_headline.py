"""Draw the headline from the answers in `results/`: docs/headline.png and docs/headline.json.

Run: python -m scripts.make_headline
"""

import json

from helpers import course, evaluate, metrics, models, plots
from helpers.engine import cache

HERE = cache.ROOT / "docs"


def main() -> None:
    """Evaluate the systems of notebook 07 on the test questions, draw the chart, and store both."""
    llm, questions = models.load_llm(), course.questions("test")
    index = course.handbook_index(models.load_embedder())
    systems = {
        "base": course.system(llm),
        "RAG": course.system(llm, index),
        "LoRA": course.system(llm, adapter=course.adapter("house")),
    }
    systems["hybrid"] = course.system(llm, index, course.adapter("raft"))
    with llm.shipped_answers():
        rows = evaluate.evaluate(systems, questions)
    values = {}
    for name, part in rows.groupby("system", sort=False):
        known = part[part.answerable]
        values[name] = {
            "answer contained (facts)": metrics.bootstrap(known.contained, known.entity),
            "house format (form)": metrics.bootstrap(part.form, part.entity),
        }
    title = f"Facts and form: four systems on {len(questions)} test questions, with 95% intervals"
    plots.grouped_bars(values, title, "share of questions").savefig(HERE / "headline.png", dpi=150)
    cache.write_json(
        HERE / "headline.json",
        {
            "values": values,
            "scoreboard": json.loads(evaluate.scoreboard(rows).round(4).to_json(orient="index")),
        },
    )
    print(evaluate.scoreboard(rows).round(3))


if __name__ == "__main__":
    main()
