"""Write helpers/README.md: the reading order with the lines of each file.

Run: python -m scripts.make_reading_order
"""

import ast

from helpers.engine import cache

HELPERS = cache.ROOT / "helpers"
READER = ["documents", "retrieval", "refine", "prompts", "models", "lora", "system"]
READER += ["metrics", "evaluate"]
STUDY = ["course", "ledger", "grids", "tasks", "rivals", "prompt_search", "contest", "comparisons"]
STUDY += ["changes", "freshness", "distillation", "bases", "inbox"]
STUDY += ["mixed", "departments", "encoders", "terms", "patterns", "costs", "latency"]
STUDY += ["attacks", "trials", "defences", "canaries", "inversion", "gates"]
STUDY += ["plots", "cost_plots", "twins", "widgets", "within", "drafting", "questions"]
STUDY += ["confirming", "own_task", "ladder", "exports", "report_source", "report_measure"]
STUDY += ["report_findings", "report_details", "report_text", "report"]
STUDY += ["claims_matrix", "calibration", "decision", "decision_changes"]
STUDY += ["review", "quiz", "quiz_buttons", "spacing", "mastery", "certificate"]
TEXT = """# How to read this folder

There are two levels. The first is the reader's path: read it from top to bottom, simple things
first. The second, `engine/`, holds faster versions of the same things, and code that has to be
right but teaches nothing here: reading files, checking arguments, writing safely. You need not read
it. The study tools and the exercises are separate.

## The reader's path
{reader}

A question travels like this: `System.answer` asks the index (`retrieval`), builds the prompt
(`prompts`), switches the adapter on (`lora.adapted`), lets the model write (`models`) and takes the
answer apart (`prompts`).

## Study tools
{study}

The exercises are in `exercises/`: one file for each notebook, or several (08 to 13).

## Beyond one laptop
`scale/` is for notebook 13. Ray and LanceDB come with `make scale`; the rest needs nothing more.

{scale}

## The engine
{engine}
"""


def first_line(path) -> str:
    """The first line of a module's docstring."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).split("\n")[0]


def lines(path) -> int:
    """How many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def table(paths) -> str:
    """One row for each file, and the sum."""
    rows = ["| file | lines | its job |", "|---|---|---|"]
    rows += [f"| `{path.name}` | {lines(path)} | {first_line(path)} |" for path in paths]
    return "\n".join([*rows, f"| together | {sum(map(lines, paths))} | |"])


def reader_paths() -> list:
    """The files of the reader's path, in their order."""
    return [HELPERS / f"{name}.py" for name in READER]


def text() -> str:
    """The whole README."""
    study = [HELPERS / f"{name}.py" for name in STUDY]
    scale = sorted(p for p in (HELPERS / "scale").glob("*.py") if p.stem != "__init__")
    engine = sorted(p for p in (HELPERS / "engine").glob("*.py") if p.stem != "__init__")
    groups = {"reader": reader_paths(), "study": study, "scale": scale, "engine": engine}
    return TEXT.format(**{name: table(paths) for name, paths in groups.items()})


if __name__ == "__main__":
    (HELPERS / "README.md").write_text(text(), encoding="utf-8")
