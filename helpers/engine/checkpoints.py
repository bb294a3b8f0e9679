"""Checkpoints of a training run: all that the next step depends on, in one file.

The simple way is to train without them; then an interruption loses the run.
"""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from tqdm.auto import tqdm

from helpers.engine import cache

EVERY = 5  # steps


def write(path: Path, weights: dict, optimizer, log: list, best: dict) -> None:
    """Save weights, best weights, optimizer and log; a full disk does not end the training."""
    tensors = {f"weight.{name}": p.detach() for name, p in weights.items()}
    tensors |= {f"best.{name}": p for name, p in best.items()}
    for name, p in weights.items():
        tensors |= {f"{key}.{name}": value for key, value in optimizer.state[p].items()}
    try:
        tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
        cache.write_bytes(path, save(tensors, metadata={"log": json.dumps(log)}))
    except OSError as error:
        tqdm.write(
            f"No checkpoint after step {len(log)} ({error}): training goes on, but an interruption "
            "would lose it."
        )


def read(path: Path, weights: dict, optimizer) -> tuple[list, dict]:
    """Restore weights and optimizer from a checkpoint, if there is one.

    Returns the log so far and the best weights by name; both are empty if there are none.
    """
    if not path.is_file():
        return [], {}
    try:
        with safe_open(path, "pt") as file:
            log = json.loads(file.metadata()["log"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dictionary)
    except (SafetensorError, KeyError, ValueError):
        print("The checkpoint is damaged: training starts from the beginning.")
        return [], {}
    for name, p in weights.items():
        p.data.copy_(tensors[f"weight.{name}"])
        optimizer.state[p] = {"step": tensors[f"step.{name}"]} | {
            key: tensors[f"{key}.{name}"].to(p.device) for key in ("exp_avg", "exp_avg_sq")
        }
    print(f"Going on after step {len(log)} of an interrupted run.")
    best = {
        name.removeprefix("best."): t for name, t in tensors.items() if name.startswith("best.")
    }
    return log, best
