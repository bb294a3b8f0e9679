"""Train a LoRA adapter in the open: one short loop on PEFT, with checkpoints, and adapters that can be put on and off.

LoRA: Hu et al. 2021, arXiv 2106.09685. An adapter is a folder with PEFT's own two files and `record.json`,
which says what made it: recipe, data hash, seed, versions, losses.
"""

import dataclasses
import json
import math
import platform
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peft
import torch
import torch.nn.functional as F
import transformers
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from tqdm.auto import tqdm

from helpers import cache
from helpers.models import common_prefix, release_memory, small_heap

LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
MAX_TOKENS = 512  # in one forward and backward pass; bounds the memory of the activations
CHECKPOINT_EVERY = 5  # steps


@dataclass(frozen=True)
class Recipe:
    """How to train. The learning rate rises over `warmup` of the steps, then falls to zero."""

    rank: int = 8
    alpha: int = 16
    top_layers: float = 0.5  # share of the layers, from the top, that get an adapter: below them nothing is back-propagated
    learning_rate: float = 2e-3
    epochs: int = 1
    batch: int = 1  # packs to a step
    warmup: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Example:
    """A rendered prompt and the answer to learn; only the answer's tokens count in the loss."""

    prompt: str
    answer: str


@dataclass(frozen=True)
class Pack:
    """Examples whose prompts begin alike, as one sequence: the common beginning once, then each example's own rest.

    ids, positions: shape (1, tokens). mask: shape (1, 1, tokens, tokens), true where a token may look: at the common
    beginning and at its own example. So the loss is that of the examples one by one, at a fraction of the tokens.
    labels: indices of the tokens that are predicted.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor


def tokenize(llm, example: Example) -> tuple[list[int], int]:
    """The token ids of prompt, answer and end mark, and how many of them, at the end, are labels."""
    prompt, answer = llm.encode(example.prompt), llm.encode(example.answer) + [llm.tokenizer.eos_token_id]
    if len(prompt) + len(answer) > llm.context:
        raise ValueError(
            f"A training example has {len(prompt) + len(answer)} tokens; the model's context is {llm.context}. "
            f"Shorten it; it begins: {example.prompt[:80]!r}"
        )
    return prompt + answer, len(answer)


def pack(items: list[tuple[list[int], int]]) -> Pack:
    """Join tokenized examples into one sequence; see `Pack`."""
    shared = common_prefix([ids[: len(ids) - labels] for ids, labels in items])
    ids, positions = items[0][0][:shared], list(range(shared))
    owner, labels = [-1] * shared, []
    for number, (tokens, count) in enumerate(items):
        ids = ids + tokens[shared:]
        positions += range(shared, len(tokens))
        owner += [number] * (len(tokens) - shared)
        labels += range(len(ids) - count, len(ids))
    owner = torch.tensor(owner)
    mask = torch.ones(len(ids), len(ids), dtype=torch.bool).tril() & ((owner[None] == -1) | (owner[None] == owner[:, None]))
    return Pack(torch.tensor([ids]), torch.tensor([positions]), mask[None, None], torch.tensor(labels))


def packs(llm, examples: list[Example]) -> list[Pack]:
    """Pack neighbours that share at least half of the first one's prompt, up to MAX_TOKENS tokens a pack."""
    groups, size = [], 0
    for example in examples:
        item = tokenize(llm, example)
        if groups:
            shared = common_prefix([groups[-1][0][0], item[0]])
            if 2 * shared >= len(groups[-1][0][0]) - groups[-1][0][1] and size + len(item[0]) - shared <= MAX_TOKENS:
                groups[-1].append(item)
                size += len(item[0]) - shared
                continue
        groups.append([item])
        size = len(item[0])
    return [pack(group) for group in groups]


def label_losses(model, part: Pack) -> torch.Tensor:
    """The cross-entropy of every label token of a pack, in nats: shape (labels,).

    Logits (49,152 to a token) are computed only where there are labels.
    """
    ids = part.ids.to(model.device)
    hidden = model.model(
        ids, position_ids=part.positions.to(model.device), attention_mask=part.mask.to(model.device), use_cache=False
    ).last_hidden_state
    return F.cross_entropy(model.lm_head(hidden[0, part.labels - 1]), ids[0, part.labels], reduction="none")


@torch.inference_mode()
def evaluate_loss(llm, examples: list[Example]) -> float:
    """Mean cross-entropy of the label tokens of `examples` under the model as it is now, in nats a token."""
    return torch.cat([label_losses(llm.model, part) for part in packs(llm, examples)]).mean().item()


def peft_config(llm, recipe: Recipe) -> peft.LoraConfig:
    """PEFT's configuration for a recipe: all linear layers of the top `top_layers` of the model."""
    layers = llm.model.config.num_hidden_layers
    first = layers - math.ceil(layers * recipe.top_layers)
    return peft.LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=list(LINEAR_LAYERS),
        layers_to_transform=list(range(first, layers)),
        task_type="CAUSAL_LM",
    )


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Linear warm-up, then linear decay to zero; `step` counts from 0."""
    warm = max(1, round(recipe.warmup * steps))
    return recipe.learning_rate * min((step + 1) / warm, (steps - step) / max(1, steps - warm))


def folder_for(llm, examples: list[Example], recipe: Recipe) -> Path:
    """Where the adapter of this model, data and recipe is kept."""
    data = cache.key([dataclasses.astuple(example) for example in examples])
    return cache.artifacts() / "adapters" / cache.key(llm.base_fingerprint, data, dataclasses.asdict(recipe))


def train(llm, examples: list[Example], recipe: Recipe | None = None, stop_after: int | None = None, label: str = "training") -> Path:
    """Train an adapter on `examples` and give its folder; at once, if it has been trained before.

    A run that was interrupted goes on at its last checkpoint and ends with the same weights. stop_after: make so
    many steps and stop there, as an interruption would; the folder then holds the adapter as it is.
    Raises ValueError without examples and FloatingPointError when the loss is not a number.
    """
    recipe = recipe or Recipe()
    if not examples:
        raise ValueError("There is nothing to train on: `examples` is empty")
    folder = folder_for(llm, examples, recipe)
    if stop_after is None and (folder / "record.json").is_file():
        print(f"Trained before: {folder.name} is used again.")
        return folder

    torch.manual_seed(recipe.seed)
    parts, order = packs(llm, examples), []
    for epoch in range(recipe.epochs):
        shuffled = random.Random(f"{recipe.seed}-{epoch}").sample(range(len(parts)), len(parts))
        order += [shuffled[i : i + recipe.batch] for i in range(0, len(parts), recipe.batch)]
    with small_heap(), llm_with(llm, peft.get_peft_model(llm.model, peft_config(llm, recipe))) as wrapped:
        weights = {n: p for n, p in wrapped.named_parameters() if p.requires_grad}
        optimizer = torch.optim.AdamW(weights.values(), weight_decay=0.0)
        partial = folder.with_name(folder.name + ".partial") / "checkpoint.safetensors"
        done, log = restore(partial, weights, optimizer)
        if done:
            print(f"Going on after step {done} of an interrupted run.")
        stop = min(len(order), stop_after or len(order))
        bar = tqdm(total=stop, initial=min(done, stop), desc=label, unit="step")
        for step in range(done, stop):
            start = time.perf_counter()
            batch = [parts[i] for i in order[step]]
            labels = sum(len(part.labels) for part in batch)
            total = 0.0
            for part in batch:
                loss = label_losses(llm.model, part).sum() / labels
                loss.backward()
                total += loss.item()
            if not math.isfinite(total):
                raise FloatingPointError(
                    f"The loss is {total} at step {step + 1}. The last good checkpoint is kept. "
                    f"Lower the learning rate (it is {recipe.learning_rate}) and train again."
                )
            norm = torch.nn.utils.clip_grad_norm_(weights.values(), 1.0).item()
            optimizer.param_groups[0]["lr"] = learning_rate(recipe, step, len(order))
            optimizer.step()
            optimizer.zero_grad()
            release_memory()
            tokens = sum(part.ids.shape[1] for part in batch)
            log.append({"step": step + 1, "loss": total, "norm": norm, "tokens": tokens, "seconds": time.perf_counter() - start})
            bar.update(1)
            bar.set_postfix(loss=f"{total:.3f}", refresh=False)
            if (step + 1) % CHECKPOINT_EVERY == 0 and step + 1 < len(order):
                checkpoint(partial, weights, optimizer, log)
        bar.close()
        if stop < len(order):
            folder = folder.with_name(f"{folder.name}-step{stop}")
        wrapped.peft_config["default"].base_model_name_or_path = llm.name  # not the folder on this machine
        with cache.new_folder(folder) as new:
            wrapped.save_pretrained(new, save_embedding_layers=False)  # else PEFT asks the hub for the vocabulary
            record = run_record(llm, examples, recipe, log, len(order))
            record["key"] = folder.name
            record["sha256"] = cache.sha256(new / "adapter_model.safetensors")
            cache.write_json(new / "record.json", record)
    if stop == len(order):
        partial.unlink(missing_ok=True)
    return folder


def run_record(llm, examples, recipe, log, steps) -> dict:
    """What a later reader needs to know, or to make the same adapter again."""
    return {
        "format": cache.FORMAT,
        "base": llm.name,
        "base_fingerprint": llm.base_fingerprint,
        "recipe": dataclasses.asdict(recipe),
        "examples": len(examples),
        "data": cache.key([dataclasses.astuple(example) for example in examples]),
        "steps": steps,
        "log": log,
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)},
        "machine": f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads, {llm.model.device}",
    }


def checkpoint(path: Path, weights: dict, optimizer, log: list) -> None:
    """Save all that the next step depends on in one file, written whole or not at all."""
    tensors = {f"weight.{name}": p.detach() for name, p in weights.items()}
    for name, p in weights.items():
        tensors |= {f"{key}.{name}": value for key, value in optimizer.state[p].items()}
    cache.write_bytes(path, save({name: tensor.contiguous() for name, tensor in tensors.items()}, metadata={"log": json.dumps(log)}))


def restore(path: Path, weights: dict, optimizer) -> tuple[int, list]:
    """Continue from a checkpoint, if there is one: gives the steps done and their log."""
    if not path.is_file():
        return 0, []
    try:
        with safe_open(path, "pt") as file:
            log = json.loads(file.metadata()["log"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (the file is no dictionary)
    except (SafetensorError, KeyError, ValueError):
        print("The checkpoint is damaged: training starts from the beginning.")
        return 0, []
    for name, p in weights.items():
        p.data.copy_(tensors[f"weight.{name}"])
        optimizer.state[p] = {key: tensors[f"{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq")}
    return len(log), log


@contextmanager
def llm_with(llm, wrapped):
    """While the block runs, the adapter in `wrapped` is part of the model; afterwards the model is as it was."""
    try:
        yield wrapped
    finally:
        wrapped.unload()
        if hasattr(llm.model, "peft_config"):
            del llm.model.peft_config  # PEFT's mark; with it the next adapter would count as a second one
        llm.model.requires_grad_(False)


def read_record(folder) -> dict:
    """An adapter's run record. Raises ValueError if the folder is no adapter of ours, or one of another version."""
    record = cache.read_json(Path(folder) / "record.json")
    if record is None:
        raise ValueError(f"{folder} is not an adapter folder: record.json is missing or broken. Train it again.")
    if record.get("format") != cache.FORMAT:
        raise ValueError(
            f"The adapter {folder} was written by another version of this course (format {record.get('format')}, "
            f"this is format {cache.FORMAT}). Train it again."
        )
    return record


@contextmanager
def adapted(llm, folder=None):
    """While the block runs, the adapter in `folder` is part of the model (None: nothing changes).

    Raises ValueError if the adapter was trained on another base model.
    """
    if folder is None:
        yield llm
        return
    record = read_record(folder)
    if record["base_fingerprint"] != llm.base_fingerprint:
        raise ValueError(f"The adapter {folder} was trained on '{record['base']}' and does not fit '{llm.name}'")
    with llm_with(llm, peft.PeftModel.from_pretrained(llm.model, str(folder))):
        llm.adapter = cache.sha256(Path(folder) / "adapter_model.safetensors")
        try:
            yield llm
        finally:
            llm.adapter = None


def shipped(name: str) -> Path:
    """The folder of an adapter that comes with the course: "house" or "raft" (see `adapters/make.py`)."""
    folder = cache.ROOT / "adapters" / name
    record = read_record(folder)
    if cache.sha256(folder / "adapter_model.safetensors") != record["sha256"]:
        raise ValueError(f"{folder} is damaged. Take it again from the repository, or run: python -m adapters.make {name}")
    return folder
