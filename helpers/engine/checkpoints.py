"""Checkpoints of a training run: all that the next step depends on, in one file.

The simple way is to train without them; then an interruption loses the run.
"""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from helpers.engine import cache

EVERY = 5  # steps


def write(path: Path, weights: dict, optimizer, log: list, best: dict) -> None:
    """Save weights, best weights, optimizer and log. Raises OSError if there is no place."""
    tensors = {f"weight.{name}": p.detach() for name, p in weights.items()}
    tensors |= {f"best.{name}": p for name, p in best.items()}
    for name, p in weights.items():
        tensors |= {f"{key}.{name}": value for key, value in optimizer.state[p].items()}
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    cache.write_bytes(path, save(tensors, metadata={"log": json.dumps(log)}))


def read(path: Path, weights: dict, optimizer, last: int) -> tuple[list, dict]:
    """Restore weights and optimizer from a checkpoint, if there is one of step `last` or earlier.

    Returns the log so far and the best weights by name; both are empty if there are none. Raises
    LookupError, and changes nothing, if the checkpoint is of a later step.
    """
    if not path.is_file():
        return [], {}
    try:
        with safe_open(path, "pt") as file:
            log = json.loads(file.metadata()["log"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dictionary)
        _complete(log, tensors, weights)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        print("The checkpoint is damaged: training starts from the beginning.")
        return [], {}
    if len(log) > last:
        raise LookupError(f"The checkpoint is of step {len(log)}")
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


def _complete(log, tensors, weights):
    """Raise KeyError or ValueError unless there is a log and, for each weight, all its tensors."""
    if not log or [entry["step"] for entry in log] != list(range(1, len(log) + 1)):
        raise ValueError("the log has gaps")
    for name, p in weights.items():
        kept = [tensors[f"{key}.{name}"] for key in ("weight", "exp_avg", "exp_avg_sq")]
        if any(tensor.shape != p.shape for tensor in kept) or tensors[f"step.{name}"].numel() != 1:
            raise ValueError("a tensor has another shape")
