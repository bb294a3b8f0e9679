"""Fill the README's generated parts: headline table and course map, from `docs/headline.json` and
`docs/measured.json`.

Run after `make test`: make readme. It takes the measurements of that run along.
"""

import json
import re

from helpers import comparisons
from helpers.engine import cache
from scripts.make_links import badges, repository

README = cache.ROOT / "README.md"
MEASURED = cache.ROOT / "docs" / "measured.json"


def course_map() -> str:
    """One table row for each notebook: title, time and memory in both states, links."""
    measured = cache.read_json(MEASURED, {})
    lines = ["| notebook | minutes, as opened / solved | peak memory | open |", "|---|---|---|---|"]
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        title = (
            json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"][0]
            .lstrip("# ")
            .strip()
        )
        runs = [measured.get(state, {}).get(path.stem) for state in ("unsolved", "solved")]
        times = " / ".join(f"{run['seconds'] / 60:.1f}" if run else "-" for run in runs)
        peaks = [run["peak MB"] for run in runs if run and run["peak MB"]]
        peak = f"{max(peaks)} MB" if peaks else "-"
        links = badges(path.name, repository())
        lines.append(f"| [{title}](notebooks/{path.name}) | {times} | {peak} | {links} |")
    return "\n".join(lines)


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


def filled(readme: str) -> str:
    """The README with its generated parts made anew."""
    for name, content in (("headline", headline()), ("map", course_map())):
        readme = re.sub(
            rf"(?s)(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
            lambda m, c=content: f"{m[1]}{c}\n{m[2]}",
            readme,
        )
    return readme


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
