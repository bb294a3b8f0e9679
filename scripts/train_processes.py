"""One process of several that train a LoRA adapter together; see helpers/scale/processes.py.

Run: torchrun --standalone --nproc-per-node 2 -m scripts.train_processes JOB.json NEW_FOLDER
JOB.json holds "model" (a folder, a hub name or null), "recipe" (of `lora.Recipe`), "examples"
(pairs of prompt and answer) and "mean" ("tokens" or "processes"). NEW_FOLDER gets the adapter, its
record, and processes.json: what the processes measured.
"""

import shutil
import sys
from contextlib import nullcontext
from copy import copy
from pathlib import Path

import psutil
import torch
from accelerate import Accelerator
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

from helpers import lora, models
from helpers.engine import cache, machine, methods, records, runs
from helpers.scale import processes


def fit(accelerator, llm, weights: dict, wrapped, items: list, recipe, mean: str):
    """The training loop of `lora.fit`, shared by all processes. items: as `lora.tokenize` gives.

    Returns the run, the answer tokens of each step and process, and the peak of this process's
    memory in megabytes.
    """
    optimizer = torch.optim.AdamW(weights.values(), weight_decay=recipe.weight_decay)
    model, optimizer = accelerator.prepare(wrapped, optimizer)  # from now on, gradients are shared
    shared, run, tokens, peak = copy(llm), runs.Run(recipe), [], 0.0
    shared.model, mine, count = model, accelerator.process_index, accelerator.num_processes
    for step, batch in run.steps(items, weights, optimizer):
        own = batch[mine::count]
        labels = accelerator.gather(torch.tensor([sum(some for _, some in own)]))
        # The gradients are averaged over the processes, so each multiplies by their number.
        scale = count / labels.sum() if mean == "tokens" else 1 / labels[mine]
        total = torch.zeros(1)
        for number, (ids, some) in enumerate(own, start=1):
            with nullcontext() if number == len(own) else accelerator.no_sync(model):
                loss = lora.plain_losses(shared, ids, some).sum()
                accelerator.backward(loss * scale)
            total += loss.detach()
        norm = accelerator.clip_grad_norm_(weights.values(), 1.0).item()
        optimizer.param_groups[0]["lr"] = lora.learning_rate(recipe, step, run.total)
        optimizer.step()
        optimizer.zero_grad()
        whole = (accelerator.reduce(total, "sum") / labels.sum()).item()
        run.record(run.check(whole), norm, tokens=sum(len(ids) for ids, _ in batch))
        tokens.append(labels.tolist())
        peak = max(peak, psutil.Process().memory_full_info().uss / 2**20)
    return run, tokens, peak


def apart(accelerator, weights: dict) -> float:
    """The largest difference between the weights of two processes; 0 if they are in step."""
    flat = torch.cat([weight.detach().flatten() for weight in weights.values()])
    every = accelerator.gather(flat[None])
    return (every.max(dim=0).values - every.min(dim=0).values).max().item()


def save(llm, wrapped, examples, run, folder: Path, wanted: dict) -> None:
    """Write the adapter, read it again, and compare it with what is in memory.

    wanted: the shapes of its matrices by name. Raises RuntimeError, and keeps nothing, if the file
    is not the adapter that was trained, or not whole.
    """
    saver = runs.Run(run.recipe, folder)
    saver.log, saver.total = run.log, run.total
    saver.save(llm, {}, wrapped, examples, ())
    again, memory = load_file(folder / records.WEIGHTS), get_peft_model_state_dict(wrapped)
    found = processes.faults({name: saved.numpy() for name, saved in again.items()}, wanted)
    if not found:
        found = {n: "other values" for n in again if not torch.equal(again[n], memory[n])}
    if found:
        shutil.rmtree(folder)
        raise RuntimeError(f"The adapter that was saved is not the one that was trained: {found}")


def main(job_file: str, folder: str) -> None:
    """What each process does."""
    job, accelerator = cache.read_json(Path(job_file)), Accelerator(cpu=True)
    llm, recipe = models.load_llm(job["model"]), lora.Recipe(**job["recipe"])
    examples = [lora.Example(*pair) for pair in job["examples"]]
    items = [lora.tokenize(llm, example) for example in examples]
    wanted = processes.expected(llm, recipe)
    torch.manual_seed(recipe.seed)
    tunable = methods.tunable(llm, recipe, lora.peft_config(llm, recipe))
    with machine.small_heap(), tunable as (weights, wrapped):
        run, tokens, peak = fit(accelerator, llm, weights, wrapped, items, recipe, job["mean"])
        result = {"apart": apart(accelerator, weights), "tokens": tokens}
        result["megabytes"] = accelerator.gather(torch.tensor([peak])).tolist()
        result["losses"] = [entry["loss"] for entry in run.log]
        result["seconds"] = sum(entry["seconds"] for entry in run.log)
        if accelerator.is_main_process:
            save(llm, wrapped, examples, run, Path(folder), wanted)
            cache.write_json(Path(folder) / processes.RESULT, result)
    accelerator.end_training()
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
