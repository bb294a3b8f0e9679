"""How long a notebook takes: its prose and code to read, its exercises, and the machine.

Print the table: python -m scripts.course_hours
"""

import re
from dataclasses import dataclass
from pathlib import Path

from helpers.engine import cache
from helpers.exercises import exercises
from scripts.notebook_text import cells, notebooks

WORDS = 200  # of prose, a minute: adults read 238 of plain text (Brysbaert 2019); this is denser
LINES = 10  # of code, a minute, with a look at what they print: an assumption
SPINE = ("00", "04", "05", "07", "12")  # the short way through the course


@dataclass(frozen=True)
class Hours:
    """The minutes of one notebook, or of several together."""

    reading: float
    exercises: float
    machine: float

    @property
    def together(self) -> float:
        """All minutes, one after the other."""
        return self.reading + self.exercises + self.machine

    def __add__(self, other):
        return Hours(*(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__))


def tasks(path: Path) -> list:
    """The exercises of a notebook, in order."""
    tags = [tag for cell in cells(path) for tag in cell["metadata"].get("tags", [])]
    return [exercises()[tag[3:]] for tag in tags if tag.startswith("ex-")]


def of(path: Path) -> Hours:
    """The minutes of a notebook: read everything once, do every exercise, wait for the machine.

    The machine's minutes are those that `make test` measured with a fresh cache, 0 before it has.
    """
    words = lines = 0
    for cell in cells(path):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            words += len(re.findall(r"\w+", re.sub(r"\]\([^)]*\)", "]", text)))
        elif not cell["metadata"].get("jupyter", {}).get("source_hidden"):
            lines += len(text.splitlines())
    measured = cache.read_json(cache.ROOT / "docs" / "measured.json", {})
    seconds = measured.get("unsolved", {}).get(path.stem, {}).get("seconds", 0)
    minutes = sum(task.minutes for task in tasks(path))
    return Hours(words / WORDS + lines / LINES, minutes, seconds / 60)


def total(numbers=None) -> Hours:
    """The minutes of these notebooks together; of all by default."""
    found = notebooks()
    return sum((of(found[n]) for n in numbers or found), Hours(0, 0, 0))


def written(minutes: float) -> str:
    """Minutes as hours, to the next quarter: "1¾ h"."""
    quarters = round(minutes / 15)
    whole = str(quarters // 4) if quarters >= 4 or quarters == 0 else ""
    return f"{whole}{['', '¼', '½', '¾'][quarters % 4]}\N{NO-BREAK SPACE}h"


def main() -> None:
    """Print a line for each notebook, and the totals."""
    for number, path in notebooks().items():
        one = of(path)
        parts = f"{one.reading:4.0f} + {one.exercises:3.0f} + {one.machine:3.1f} minutes"
        print(f"{number:4} {parts}  {written(one.together)}")
    print(f"all  {written(total().together)}, the short way {written(total(SPINE).together)}")


if __name__ == "__main__":
    main()
