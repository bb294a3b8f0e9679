"""Train the adapters that are shipped with the course and put them beside this file. Run: python -m adapters.make [name ...]

Notebook 05 trains "house" again and notebook 07 "raft"; the recipes were chosen on the validation questions.
"""

import shutil
import sys
from pathlib import Path

from helpers import evaluate, lora, models, rag

HERE = Path(__file__).resolve().parent
SHIPPED = {
    "house": ("house_style", lora.Recipe(batch=2)),
    "raft": ("raft", lora.Recipe()),
}


def make(name: str) -> None:
    """Train one adapter and copy it here."""
    data, recipe = SHIPPED[name]
    llm = models.load_llm()
    folder = lora.train(llm, rag.training_examples(llm, evaluate.load_training(data)), recipe, label=name)
    shutil.rmtree(HERE / name, ignore_errors=True)
    shutil.copytree(folder, HERE / name)
    (HERE / name / "README.md").unlink(missing_ok=True)  # PEFT's empty model card


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SHIPPED:
        make(chosen)
