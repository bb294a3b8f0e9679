"""Fill the tables of docs/instructors/: outcomes, hours, three formats, and every exercise.

All come from the notebooks and their exercises; outcomes from `datasets/objectives.json` if it is
there. Run: python -m scripts.make_syllabus, part of make readme.
"""

from helpers.engine import cache
from helpers.exercises import exercises
from scripts import course_hours
from scripts.make_readme import put
from scripts.notebook_text import notebooks, promises, title

FOLDER = cache.ROOT / "docs" / "instructors"
LINK = "../../notebooks"
OPTIONAL = ("05b", "13")
BUILDS_ON = {  # the notebooks whose terms and results a notebook uses most; each explains its terms
    "03": "02",
    "04": "00",
    "05": "00",
    "05b": "05",
    "06": "05",
    "07": "04, 05",
    "08": "04, 05, 07",
    "09": "03, 05, 07",
    "10": "04, 05, 07",
    "11": "04, 05, 07",
    "12": "04, 05, 07",
    "13": "02, 05, 09",
}
# What a class does: notebook, minutes in which the teacher runs it and asks for predictions, and
# the exercises that everybody solves.
HALF_DAY = (
    ("00", 45, "0.1 0.4"),
    ("04", 40, "4.2 4.6"),
    ("05", 20, ""),
    ("07", 40, "7.5"),
    ("12", 20, "12.5"),
)
TWO_DAYS = (
    (
        ("00", 45, "0.1 0.3 0.4 0.5"),
        ("03", 35, "3.2 3.6"),
        ("04", 60, "4.1 4.2 4.3 4.6"),
        ("05", 50, "5.1 5.3"),
    ),
    (
        ("06", 40, "6.1 6.4"),
        ("07", 55, "7.1 7.5"),
        ("08", 35, "8.1 8.4"),
        ("10", 35, "10.2 10.4"),
        ("12", 35, "12.1 12.5"),
    ),
)
WEEKS = (("00", "01", "02"), ("03", "04"), ("05", "06"), ("07", "08"), ("09", "10"), ("11", "12"))


def linked(number: str, path=None) -> str:
    """A notebook's title, linked to it."""
    path = path or notebooks()[number]
    return f"[{title(path)}]({LINK}/{path.name})"


def table(head: str, rows: list[list]) -> str:
    """A Markdown table; `head` has its column names between bars."""
    lines = [f"| {head} |", "|---" * (head.count("|") + 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def outcomes() -> str:
    """What a learner can do afterwards: objectives with their exercises, or each notebook's."""
    objectives = cache.read_json(cache.DATASETS / "objectives.json")
    if not objectives:
        rows = [[linked(n), "; ".join(promises(p))] for n, p in notebooks().items()]
        return table("notebook | you will", rows)
    rows = []
    for row in objectives.values():
        minutes = sum(exercises()[id].minutes for id in row["exercises"])
        rows.append(
            [row["text"], ", ".join(row["notebooks"]), ", ".join(row["exercises"]), minutes]
        )
    return table("outcome | notebooks | exercises that show it | their minutes", rows)


def minutes(one) -> list[str]:
    """The last four cells of a row of `hours`: three parts in minutes, and all in hours."""
    parts = (one.reading, one.exercises, one.machine)
    return [*(f"{part:.0f}" for part in parts), course_hours.written(one.together)]


def hours() -> str:
    """A row for each notebook, and the sums: all, without the optional ones, the short way."""
    rows = []
    for number, path in notebooks().items():
        one = course_hours.of(path)
        name = linked(number, path)
        if number in OPTIONAL and "optional" not in name:
            name += " (optional)"
        needs = BUILDS_ON.get(number, "Python")
        rows.append([name, needs, *minutes(one)])
    required = [n for n in notebooks() if n not in OPTIONAL]
    sums = {"all": None, "without the optional ones": required, "the short way": course_hours.SPINE}
    for name, numbers in sums.items():
        one = course_hours.total(numbers)
        rows.append([f"**{name}**", "", *minutes(one)])
    head = "notebook | builds on | reading, min | exercises, min | machine, min | together"
    return table(head, rows)


def length(blocks) -> int:
    """The minutes of a class: what is shown, and the exercises."""
    return sum(shown + sum(exercises()[i].minutes for i in ids.split()) for _, shown, ids in blocks)


def plan(blocks) -> str:
    """The blocks of a day, with their minutes."""
    rows = []
    for number, shown, ids in blocks:
        names = "; ".join(f"{i} {exercises()[i].title}" for i in ids.split()) or "none"
        rows.append([linked(number), shown, names, length([(number, shown, ids)])])
    rows.append(["**together, without breaks**", "", "", length(blocks)])
    return table("notebook | shown together, min | everybody solves | minutes", rows)


def weeks() -> str:
    """The six weeks, with the hours of each."""
    rows = []
    for week, numbers in enumerate(WEEKS, start=1):
        load = course_hours.total(numbers)
        names = "; ".join(linked(number) for number in numbers)
        rows.append([week, names, course_hours.written(load.together)])
    return table("week | notebooks, whole | hours of a learner", rows)


def parts() -> dict[str, str]:
    """The generated parts of syllabus.md, by name."""
    days = {f"day {i}": plan(blocks) for i, blocks in enumerate(TWO_DAYS, start=1)}
    return {
        "outcomes": outcomes(),
        "hours": hours(),
        "half day": plan(HALF_DAY),
        **days,
        "six weeks": weeks(),
    }


def filled(text: str) -> str:
    """The syllabus with its tables made anew."""
    return put(text, parts())


def main() -> None:
    """Write the syllabus."""
    path = FOLDER / "syllabus.md"
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
