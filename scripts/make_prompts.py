"""Search the best prompt of each family of systems on the validation questions, and store all.

Run: python -m scripts.make_prompts [family ...]

Writes `results/prompts.json`: for each family of `contest.FAMILIES` what `contest.Builder.find`
finds. A family that is not named keeps what is stored.
"""

import sys

from helpers import contest, course, models, tasks
from helpers.engine import cache, records


def main(*families) -> None:
    """Search and store, one family after the other."""
    builder = contest.Builder(tasks.handbook(), models.load_llm(), models.load_embedder())
    folders = course.adapters()
    for family in families or (contest.NO_MODEL, *contest.entering(folders)):
        found = builder.find(family, folders)
        stored = cache.read_json(course.PROMPTS, {})
        cache.write_json(course.PROMPTS, stored | {family: found | records.made_with()})
        print(family, found.get("best"), found.get("least"), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
