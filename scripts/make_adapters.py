"""Train the adapters that are shipped with the course and put them into `adapters/`.

Run: python -m scripts.make_adapters [name ...]

Notebook 07 trains the beginning of "raft" again; the recipes were chosen on the validation
questions.
"""

import shutil
import sys

from helpers import course, lora, models

SHIPPED = {
    "house": ("house_style", lora.Recipe(batch=2)),
    "raft": ("raft", lora.Recipe()),
}


def make(name: str) -> None:
    """Train one adapter and copy it into `adapters/`."""
    data, recipe = SHIPPED[name]
    llm = models.load_llm()
    folder = lora.train(llm, course.examples(llm, course.training(data)), recipe, label=name)
    shutil.rmtree(course.ADAPTERS / name, ignore_errors=True)
    shutil.copytree(folder, course.ADAPTERS / name)
    (course.ADAPTERS / name / "README.md").unlink(missing_ok=True)  # PEFT's empty model card


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SHIPPED:
        make(chosen)
