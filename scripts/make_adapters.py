"""Train the adapters that are shipped with the course and put them into `adapters/`.

Run: python -m scripts.make_adapters [name ...]

Rows and recipes are in `course.RECIPES`; they were chosen on the validation questions.
"""

import shutil
import sys

from helpers import course, models


def make(name: str) -> None:
    """Train one adapter and copy it into `adapters/`."""
    folder = course.train(models.load_llm(), name)
    shutil.rmtree(course.ADAPTERS / name, ignore_errors=True)
    shutil.copytree(folder, course.ADAPTERS / name)
    (course.ADAPTERS / name / "README.md").unlink(missing_ok=True)  # PEFT's empty model card


if __name__ == "__main__":
    for chosen in sys.argv[1:] or course.RECIPES:
        make(chosen)
