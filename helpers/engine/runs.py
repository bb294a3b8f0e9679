"""A training run that survives interruption: steps, log, progress bar, early stopping.

Not faster: the simple way is a `for` loop over the packs, and `lora.fit` shows what happens in each
step.
"""

import dataclasses
import math
import random
import time
from pathlib import Path

from safetensors.torch import save_file
from tqdm.auto import tqdm

from helpers.engine import cache, checkpoints, machine, records


def folder_for(llm, examples, recipe, held_out=()) -> Path:
    """Where the adapter for this model, data and recipe is kept, under a hash of all three.

    Held-out examples are part of the data only if they decide when to stop.
    """
    data = [dataclasses.astuple(e) for e in [*examples, *(held_out if recipe.patience else ())]]
    name = cache.key(llm.base_fingerprint, cache.key(data), dataclasses.asdict(recipe))
    return cache.artifacts() / "adapters" / name


class Run:
    """One run of a recipe. log: one entry per step so far. total: the steps of a complete run."""

    def __init__(self, recipe, checkpoint=None, stop_after=None, label="training", watch=None):
        """checkpoint: a path (None: no checkpoints). `lora.fit` sets `measure`. Others: `train`."""
        self.recipe, self.checkpoint, self.stop_after = recipe, checkpoint, stop_after
        self.label, self.watch, self.measure = label, watch, None
        self.log, self.best, self.total = [], {}, 0

    def steps(self, parts: list, weights: dict, optimizer):
        """Yield (step, its packs) for each remaining step; in between, log, save and maybe stop.

        If the run is complete and best weights were kept, they are put into `weights` at the end.
        """
        order = self._order(len(parts))
        self.total, stop = len(order), min(len(order), self.stop_after or len(order))
        if self.checkpoint:
            self.log, self.best = checkpoints.read(self.checkpoint, weights, optimizer)
        done = len(self.log)
        bar = tqdm(
            total=stop,
            initial=min(done, stop),
            desc=self.label,
            unit="step",
            leave=bool(self.checkpoint),
        )
        for step in range(done, stop):
            self.started = time.perf_counter()
            yield step, [parts[i] for i in order[step]]
            machine.release_memory()
            early = (
                self._epoch_ended(weights)
                if (step + 1) % (len(order) // self.recipe.epochs) == 0
                else False
            )
            bar.update(1)
            bar.set_postfix(loss=f"{self.log[-1]['loss']:.3f}", refresh=False)
            if self.watch:
                self.watch(self.log)
            if early:
                break
            if self.checkpoint and (step + 1) % checkpoints.EVERY == 0 and step + 1 < len(order):
                checkpoints.write(self.checkpoint, weights, optimizer, self.log, self.best)
        bar.close()
        if len(self.log) == len(order) or self._waited():
            for name, weight in self.best.items():
                weights[name].data.copy_(weight)

    def record(self, loss: float, norm: float, tokens: int) -> None:
        """Log a step: its loss, the norm of its gradient, and the number of tokens it read."""
        seconds = time.perf_counter() - self.started
        entry = {
            "step": len(self.log) + 1,
            "loss": loss,
            "norm": norm,
            "tokens": tokens,
            "seconds": seconds,
        }
        self.log.append(entry)

    def check(self, loss: float) -> float:
        """The loss, if it is a number. Raises FloatingPointError if not."""
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss} at step {len(self.log) + 1}. The last good checkpoint is "
                "kept. "
                f"Lower the learning rate (it is {self.recipe.learning_rate}) and train again."
            )
        return loss

    def _order(self, count):
        """The parts of each step, shuffled anew in each epoch."""
        order, size = [], self.recipe.batch
        for epoch in range(self.recipe.epochs):
            shuffled = random.Random(f"{self.recipe.seed}-{epoch}").sample(range(count), count)
            order += [shuffled[i : i + size] for i in range(0, count, size)]
        return order

    def _epoch_ended(self, weights):
        """Measure the held-out loss and keep the best weights; is it time to stop?"""
        if not self.measure:
            return False
        self.log[-1]["held_out"] = self.measure()
        losses = self._held_out()
        if self.recipe.patience and losses[-1] == min(losses):
            self.best = {name: weight.detach().clone() for name, weight in weights.items()}
        return self._waited()

    def _held_out(self):
        return [entry["held_out"] for entry in self.log if "held_out" in entry]

    def _waited(self):
        """Have `patience` epochs passed since the lowest held-out loss?"""
        losses, patience = self._held_out(), self.recipe.patience
        return bool(patience and losses) and len(losses) - 1 - losses.index(min(losses)) >= patience

    def save(self, llm, weights, wrapped, examples, held_out, folder: Path) -> Path:
        """Write the adapter and its record, whole or not at all; a run that was stopped goes to a
        folder of its own.
        """
        whole = not (self.stop_after and self.stop_after < self.total)
        folder = folder if whole else folder.with_name(f"{folder.name}-step{self.stop_after}")
        with cache.new_folder(folder) as new:
            path = new / "adapter_model.safetensors"
            if wrapped is None:
                save_file({name: weight.detach() for name, weight in weights.items()}, path)
            else:
                wrapped.peft_config[
                    "default"
                ].base_model_name_or_path = llm.name  # not a folder of this machine
                wrapped.save_pretrained(new, save_embedding_layers=False)  # else PEFT asks the hub
            record = records.of_run(llm, examples, self.recipe, held_out, self.log, self.total)
            cache.write_json(
                new / "record.json", record | {"key": folder.name, "sha256": cache.sha256(path)}
            )
        if whole:
            self.checkpoint.unlink(missing_ok=True)
        return folder
