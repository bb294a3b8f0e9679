"""Fill the README's generated parts: headline table, a look inside, hours and course map, from
`docs/headline.json`, `docs/look.json`, the notebooks and `docs/measured.json`.

Run after `make test`: make readme. It takes the measurements of that run along.
"""

import re

from helpers import comparisons
from helpers.engine import cache
from helpers.exercises import exercises
from scripts import course_hours
from scripts.make_links import badges, repository
from scripts.notebook_text import notebooks, title

README = cache.ROOT / "README.md"
MEASURED = cache.ROOT / "docs" / "measured.json"


def course_map() -> str:
    """One table row for each notebook: title, hours, time and memory in both states, links."""
    measured = cache.read_json(MEASURED, {})
    lines = ["| notebook | you | the machine, as opened / solved | peak memory | open |"]
    lines.append("|---" * 5 + "|")
    for path in notebooks().values():
        hours = course_hours.of(path)
        runs = [measured.get(state, {}).get(path.stem) for state in ("unsolved", "solved")]
        times = " / ".join(f"{run['seconds'] / 60:.1f}" if run else "-" for run in runs)
        peaks = [run["peak MB"] for run in runs if run and run["peak MB"]]
        peak = f"{max(peaks)} MB" if peaks else "-"
        times, own = f"{times} min", course_hours.written(hours.together)
        links = badges(path.name, repository())
        linked = f"[{title(path)}](notebooks/{path.name})"
        lines.append(f"| {linked} | {own} | {times} | {peak} | {links} |")
    return "\n".join(lines)


def hours() -> str:
    """How long the course takes, in two sentences."""
    everything, spine = course_hours.total(), course_hours.total(course_hours.SPINE)
    *most, last = course_hours.SPINE
    return (
        f"All of it takes about {everything.together / 60:.0f} hours: "
        f"{everything.reading / 60:.0f} to read and look, {everything.exercises / 60:.0f} for the "
        f"{len(exercises())} exercises; the machine needs {everything.machine:.0f} minutes. "
        f"The short way ({', '.join(most)} and {last}) takes about {spine.together / 60:.0f} hours."
    )


def headline() -> str:
    """The contest's systems on the test questions, from `docs/headline.json`."""
    values = cache.read_json(cache.ROOT / "docs" / "headline.json", {"values": {}})["values"]
    measures = list(next(iter(values.values()), {}))
    lines = [
        "| test questions | " + " | ".join(measures) + " |",
        "|---" * (len(measures) + 1) + "|",
    ]
    best = {m: max(row[m][0] for row in values.values()) for m in measures}
    for name, row in values.items():
        cells = [comparisons.written(row[m]) for m in measures]
        bold = [row[m][0] == best[m] for m in measures]
        cells = [f"**{c}**" if b else c for c, b in zip(cells, bold, strict=True)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def look() -> str:
    """The recorded look inside, with its captions as the alternative text."""
    captions = cache.read_json(cache.ROOT / "docs" / "look.json", {"captions": []})["captions"]
    words = [f"{number}, {caption}" for number, caption in enumerate(captions, start=1)]
    return f"![Pictures, one after the other: {'; '.join(words)}.](docs/look.gif)"


def try_it() -> str:
    """Links that open the first notebook elsewhere."""
    name = next(iter(notebooks().values())).name
    return f"Without installing anything, the first notebook: {badges(name, repository())}"


def put(text: str, parts: dict[str, str]) -> str:
    """The text with each part made anew, between the marks that bear its name.

    Raises ValueError if the text lacks the marks of a part.
    """
    for name, content in parts.items():
        marks = rf"(?s)(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        text, count = re.subn(marks, lambda m, c=content: f"{m[1]}{c}\n{m[2]}", text)
        if count != 1:
            raise ValueError(f"Expected one place between <!-- {name} --> and its end, not {count}")
    return text


def filled(readme: str) -> str:
    """The README with its generated parts made anew."""
    parts = {"headline": headline(), "look": look(), "try": try_it()}
    return put(readme, parts | {"hours": hours(), "map": course_map()})


def main() -> None:
    """Take the newest measurements and write the README."""
    measured = cache.read_json(MEASURED, {})
    for state in ("unsolved", "solved"):
        newest = cache.read_json(cache.ROOT / "artifacts" / "measured" / f"{state}.json")
        if newest:
            measured[state] = newest
    cache.write_json(MEASURED, measured)
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
