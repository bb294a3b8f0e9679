"""A training run that survives interruption: steps, log, progress bar, early stopping.

Not faster: the simple way is a `for` loop over the packs, and `lora.fit` shows what happens in each
step.
"""

import dataclasses
import math
import random
import time
from contextlib import suppress
from pathlib import Path

from safetensors.torch import save_file
from tqdm.auto import tqdm

from helpers.engine import cache, checkpoints, checks, machine, records


def folder_for(llm, examples, recipe, held_out=()) -> Path:
    """Where the adapter for this model, data and recipe is kept, under a hash of all three.

    Held-out examples are part of the data only if they decide when to stop.
    """
    data = [dataclasses.astuple(e) for e in [*examples, *(held_out if recipe.patience else ())]]
    name = cache.key(llm.base_fingerprint, cache.key(data), dataclasses.asdict(recipe))
    return cache.artifacts() / "adapters" / name


def finished(folder: Path) -> bool:
    """Is a whole adapter in this folder, so that it need not be trained? Says so in a sentence."""
    if not folder.exists():
        return False
    if fault := records.fault(folder):
        print(f"Training again, because {fault}.")
        return False
    print(f"Already trained: {folder.name} is used again.")
    return True


class Run:
    """One run of a recipe. log: one entry per step so far. total: the steps of a complete run."""

    def __init__(self, recipe, folder=None, stop_after=None, label="training", watch=None):
        """folder: where the adapter will be (None: it is not kept). `lora.fit` sets `measure`.

        The other arguments: see `lora.train`. Raises ValueError if stop_after is below 1.
        """
        if stop_after is not None:
            checks.count(stop_after, "stop_after")
        self.recipe, self.folder, self.stop_after = recipe, folder, stop_after
        partial = folder and folder.with_name(f"{folder.name}.partial")
        self.checkpoint = partial and partial / "checkpoint.safetensors"
        self.label, self.watch, self.measure = label, watch, None
        self.log, self.best, self.total, self.warned = [], {}, 0, False

    def steps(self, parts: list, weights: dict, optimizer):
        """Yield (step, its packs) for each remaining step; in between, log, save and maybe stop.

        If the run is complete and best weights were kept, they are put into `weights` at the end.
        """
        order = self._order(len(parts))
        self.total, stop = len(order), min(len(order), self.stop_after or len(order))
        if self.folder:
            size = 4 * sum(w.nbytes for w in weights.values())  # a checkpoint has three, and then
            cache.check_room(self.folder.parent, size + 1_000_000, "the adapter")  # the adapter
            self._resume(weights, optimizer, stop)
        done = len(self.log)
        bar = tqdm(
            total=stop,
            initial=min(done, stop),
            desc=self.label,
            unit="step",
            leave=bool(self.folder),
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
                self._save_checkpoint(weights, optimizer)
        bar.close()
        if len(self.log) == len(order) or self._waited():
            for name, weight in self.best.items():
                weights[name].data.copy_(weight)

    def _resume(self, weights, optimizer, stop):
        """Go on where an earlier run ended; if that was after `stop`, its checkpoint is left alone
        and this run has none.
        """
        try:
            self.log, self.best = checkpoints.read(self.checkpoint, weights, optimizer, stop)
        except LookupError as error:
            print(f"{error}, and this run stops after {stop}: it starts from the beginning.")
            self.checkpoint = None

    def _save_checkpoint(self, weights, optimizer):
        """Write a checkpoint; a full disk does not end the training, and is told once."""
        try:
            checkpoints.write(self.checkpoint, weights, optimizer, self.log, self.best)
        except OSError as error:
            if not self.warned:
                tqdm.write(
                    f"No checkpoint after step {len(self.log)} ({error}): training goes on, but an "
                    "interruption would lose it."
                )
            self.warned = True

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

    def save(self, llm, weights, wrapped, examples, held_out) -> Path:
        """Write the adapter and its record, whole or not at all; a run that was stopped goes to a
        folder of its own. Returns the folder.
        """
        whole, folder = not (self.stop_after and self.stop_after < self.total), self.folder
        folder = folder if whole else folder.with_name(f"{folder.name}-step{self.stop_after}")
        with cache.new_folder(folder) as new:
            if wrapped is None:
                tensors = {name: weight.detach() for name, weight in weights.items()}
                save_file(tensors, new / records.WEIGHTS)
            else:
                config = wrapped.peft_config["default"]
                config.base_model_name_or_path = llm.name  # not a folder of this machine
                wrapped.save_pretrained(new, save_embedding_layers=False)  # else PEFT asks the hub
            record = records.of_run(llm, examples, self.recipe, held_out, self.log, self.total)
            record |= {"key": folder.name}
            cache.write_json(new / "record.json", records.sealed(record, new))
            cache.follow_umask(new)
        if whole:
            self.checkpoint.unlink(missing_ok=True)
            with suppress(OSError):
                self.checkpoint.parent.rmdir()
        return folder
