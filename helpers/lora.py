"""Train in the open: one short loop on PEFT, with checkpoints, and adapters that can be put on and off.

LoRA: Hu et al. 2021, arXiv 2106.09685. Prefix tuning: Li & Liang 2021, arXiv 2101.00190. IA3: Liu et al. 2022, arXiv 2205.05638.
An adapter is a folder with PEFT's own two files and `record.json`, which says what made it: recipe, data hash, seed, versions, losses.
"""

import dataclasses
import json
import math
import random
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peft
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save, save_file
from torch import nn
from tqdm.auto import tqdm

from helpers import cache
from helpers.models import common_prefix, made_with, release_memory, small_heap

METHODS = ("lora", "prefix", "ia3", "full")
LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
MAX_TOKENS = 512  # in one forward and backward pass; bounds the memory of the activations
CHECKPOINT_EVERY = 5  # steps
KEPT_TOKENS = 40_000  # of the states below the trained layers: about 90 MB; see `states_below`


@dataclass(frozen=True)
class Recipe:
    """How to train. The learning rate rises over `warmup` of the steps, then falls to zero."""

    rank: int = 8  # of LoRA's matrices; for "prefix", the number of virtual tokens
    alpha: int = 16
    top_layers: float = 0.5  # share of the layers, from the top, that are trained: below them nothing is back-propagated
    learning_rate: float = 2e-3
    epochs: int = 1
    batch: int = 1  # packs to a step
    warmup: float = 0.1
    seed: int = 0
    method: str = "lora"  # or "ia3", "full" (every weight of the linear layers), "prefix" (reaches all layers)
    weight_decay: float = 0.0
    patience: int = 0  # stop after so many epochs without a new lowest held-out loss, and keep the best weights; 0: never


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
    """The token ids of prompt, answer and end mark, and how many of them, at the end, are labels.

    Raises ValueError for an example with nothing to learn, and for one that is longer than the model's context.
    """
    if not example.answer.strip():
        raise ValueError(f"A training example has an empty answer, so no token to learn. Give it one; it begins: {example.prompt[:80]!r}")
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


def label_losses(llm, part: Pack) -> torch.Tensor:
    """The cross-entropy of every label token of a pack, in nats: shape (labels,).

    Logits (49,152 to a token) are computed only where there are labels, and what lies below the trained layers only once.
    """
    model, ids = llm.model, part.ids.to(llm.model.device)
    where = {"position_ids": part.positions.to(model.device), "attention_mask": part.mask.to(model.device), "use_cache": False}
    if llm.frozen_layers:
        below = states_below(llm, part, where)
        with only_layers(model.model, slice(llm.frozen_layers, None)):
            hidden = model.model(inputs_embeds=below, **where).last_hidden_state
    else:
        hidden = model.model(ids, **where).last_hidden_state
    return F.cross_entropy(model.lm_head(hidden[0, part.labels - 1]), ids[0, part.labels], reduction="none")


_states: OrderedDict[tuple, torch.Tensor] = OrderedDict()


def states_below(llm, part: Pack, where: dict) -> torch.Tensor:
    """What the layers below the trained ones make of a pack: it never changes, so the latest KEPT_TOKENS are kept."""
    key = (llm.base_fingerprint, llm.frozen_layers, part.ids.numpy().tobytes(), part.positions.numpy().tobytes())
    states = _states.pop(key, None)
    if states is None:
        with torch.inference_mode(False), torch.no_grad(), only_layers(llm.model.model, slice(0, llm.frozen_layers), norm=False):
            states = llm.model.model(part.ids.to(llm.model.device), **where).last_hidden_state
    _states[key] = states  # as the latest
    while sum(kept.shape[1] for kept in _states.values()) > KEPT_TOKENS:
        _states.popitem(last=False)
    return states


@contextmanager
def only_layers(backbone, part: slice, norm: bool = True):
    """While the block runs, the model consists of these layers alone, with or without the last normalisation."""
    layers, last = backbone.layers, backbone.norm
    backbone.layers, backbone.norm = layers[part], last if norm else nn.Identity()
    try:
        yield
    finally:
        backbone.layers, backbone.norm = layers, last


@torch.inference_mode()
def example_losses(llm, examples: list[Example]) -> list[torch.Tensor]:
    """For each example, the cross-entropy of its label tokens under the model as it is now, in nats; the last one is the end mark."""
    losses = torch.cat([label_losses(llm, part) for part in packs(llm, examples)])
    return list(losses.split([tokenize(llm, example)[1] for example in examples]))


def evaluate_loss(llm, examples: list[Example]) -> float:
    """Mean cross-entropy of the label tokens of `examples` under the model as it is now, in nats a token."""
    return torch.cat(example_losses(llm, examples)).mean().item()


def first_layer(llm, recipe: Recipe) -> int:
    """The lowest layer that a recipe trains; a prefix reaches all of them."""
    layers = llm.model.config.num_hidden_layers
    return 0 if recipe.method == "prefix" else layers - math.ceil(layers * recipe.top_layers)


def linear_layers(llm, recipe: Recipe) -> dict[str, nn.Linear]:
    """The linear layers that a recipe adapts, by name."""
    first = first_layer(llm, recipe)
    found = {}
    for number, layer in enumerate(llm.model.model.layers):
        for name, module in layer.named_modules() if number >= first else ():
            if name.split(".")[-1] in LINEAR_LAYERS:
                found[f"model.layers.{number}.{name}"] = module
    return found


def peft_config(llm, recipe: Recipe) -> peft.PeftConfig:
    """PEFT's configuration for a recipe. Raises ValueError if the recipe does not fit the model."""
    if recipe.method == "prefix":
        return peft.PrefixTuningConfig(num_virtual_tokens=recipe.rank, task_type="CAUSAL_LM")
    if recipe.method == "ia3":
        keys, values, down = (
            rf".*\.({'|'.join(map(str, range(first_layer(llm, recipe), llm.model.config.num_hidden_layers)))})\..*{name}"
            for name in ("k_proj", "v_proj", "down_proj")
        )
        return peft.IA3Config(target_modules=f"{keys}|{values}|{down}", feedforward_modules=down, task_type="CAUSAL_LM")
    name, layer = min(linear_layers(llm, recipe).items(), key=lambda item: min(item[1].weight.shape))
    if recipe.rank > min(layer.weight.shape):
        raise ValueError(
            f"Rank {recipe.rank} is larger than the layer {name} ({layer.out_features} x {layer.in_features}): no product of two matrices "
            f"needs more than {min(layer.weight.shape)} there. Take a rank of at most {min(layer.weight.shape)}."
        )
    return peft.LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=list(LINEAR_LAYERS),
        layers_to_transform=list(range(first_layer(llm, recipe), llm.model.config.num_hidden_layers)),
        task_type="CAUSAL_LM",
    )


@contextmanager
def tunable(llm, recipe: Recipe):
    """While the block runs, the model has the weights that a recipe trains; gives them by name, and PEFT's model ("full": None).

    Afterwards the model is as it was. Raises ValueError for a recipe that does not fit the model.
    """
    if recipe.method not in METHODS:
        raise ValueError(f"There is no method '{recipe.method}'; there are {', '.join(METHODS)}")
    if not 0 < recipe.top_layers <= 1:
        raise ValueError(f"top_layers is a share of the layers, above 0 and at most 1, not {recipe.top_layers}")
    if recipe.method == "full":
        weights = {f"{name}.weight": layer.weight.requires_grad_(True) for name, layer in linear_layers(llm, recipe).items()}
        with put_back(llm, weights, first_layer(llm, recipe)):
            yield weights, None
    else:
        wrapped = peft.get_peft_model(llm.model, peft_config(llm, recipe))
        if recipe.method == "prefix":
            start_as_text(llm, wrapped, recipe.rank)
        with llm_with(llm, wrapped, recipe):
            yield {name: p for name, p in wrapped.named_parameters() if p.requires_grad}, wrapped


@contextmanager
def put_back(llm, weights: dict, first: int):
    """While the block runs, `weights` (some of the model's own) may change, all in layers from `first` on; then they are put back."""
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    llm.frozen_layers = first
    try:
        yield
    finally:
        llm.frozen_layers = 0
        for name, weight in weights.items():
            weight.requires_grad_(False).copy_(before[name])
            weight.grad = None


@torch.no_grad()
def start_as_text(llm, wrapped, tokens: int) -> None:
    """Let a prefix begin as the keys and values of a real text, not as noise (Li & Liang 2021, section 7.4)."""
    ids = (llm.encode("Answer the question in one short sentence. ") * tokens)[:tokens]
    past = llm.model.model(torch.tensor([ids], device=llm.model.device), use_cache=True).past_key_values
    states = torch.stack([states[0] for layer in past.layers for states in (layer.keys, layer.values)])  # (2 layers, heads, tokens, width)
    wrapped.prompt_encoder["default"].embedding.weight.copy_(states.permute(2, 0, 1, 3).reshape(tokens, -1))


def with_prefix(wrapped, tokens: int):
    """A hook that puts a trained prefix before whatever the backbone reads to compute a loss."""

    def hook(backbone, args, inputs):
        if inputs.get("past_key_values") is not None or "attention_mask" not in inputs:
            raise NotImplementedError("A prefix is only measured by its loss here; to answer, use another method.")
        mask = inputs["attention_mask"]
        seen = mask.new_ones(*mask.shape[:3], tokens)
        changed = {"past_key_values": wrapped.get_prompt(batch_size=1), "attention_mask": torch.cat([seen, mask], -1)}
        return args, {**inputs, **changed, "position_ids": inputs["position_ids"] + tokens}

    return hook


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Linear warm-up, then linear decay to zero; `step` counts from 0."""
    warm = max(1, round(recipe.warmup * steps))
    return recipe.learning_rate * min((step + 1) / warm, (steps - step) / max(1, steps - warm))


def folder_for(llm, examples: list[Example], recipe: Recipe, held_out=()) -> Path:
    """Where the adapter of this model, data and recipe is kept; held-out examples count only where they decide when to stop."""
    data = [dataclasses.astuple(example) for example in [*examples, *(held_out if recipe.patience else ())]]
    return cache.artifacts() / "adapters" / cache.key(llm.base_fingerprint, cache.key(data), dataclasses.asdict(recipe))


def train(llm, examples, recipe: Recipe | None = None, held_out=(), stop_after=None, label="training", watch=None) -> Path:
    """Train an adapter on `examples` and give its folder; at once, if it has been trained before.

    A run that was interrupted goes on at its last checkpoint and ends with the same weights. held_out: examples whose loss is measured
    after each epoch. stop_after: make so many steps and stop there, as an interruption would; the folder then holds the adapter
    as it is. watch: called with the log after each step. Raises ValueError without examples or with a recipe that does not
    fit, and FloatingPointError when the loss is not a number.
    """
    recipe = recipe or Recipe()
    folder = folder_for(llm, examples, recipe, held_out)
    if stop_after is None and (folder / "record.json").is_file():
        print(f"Trained before: {folder.name} is used again.")
        return folder
    partial = folder.with_name(folder.name + ".partial") / "checkpoint.safetensors"
    torch.manual_seed(recipe.seed)
    with small_heap(), tunable(llm, recipe) as (weights, wrapped):
        log, steps = fit(llm, weights, examples, recipe, held_out, partial, stop_after, label, watch)
        if stop_after and stop_after < steps:
            folder = folder.with_name(f"{folder.name}-step{stop_after}")
        with cache.new_folder(folder) as new:
            if wrapped is None:
                save_file({name: weight.detach() for name, weight in weights.items()}, new / "adapter_model.safetensors")
            else:
                wrapped.peft_config["default"].base_model_name_or_path = llm.name  # not the folder on this machine
                wrapped.save_pretrained(new, save_embedding_layers=False)  # else PEFT asks the hub for the vocabulary
            record = run_record(llm, examples, recipe, held_out, log, steps)
            record |= {"key": folder.name, "sha256": cache.sha256(new / "adapter_model.safetensors")}
            cache.write_json(new / "record.json", record)
    if not (stop_after and stop_after < steps):
        partial.unlink(missing_ok=True)
    return folder


@contextmanager
def tuned(llm, examples, recipe: Recipe, held_out=(), label="training"):
    """While the block runs, the model has been trained as `train` does it, but nothing is kept: for sweeps. Gives the log."""
    torch.manual_seed(recipe.seed)
    with small_heap(), tunable(llm, recipe) as (weights, _):
        log, _ = fit(llm, weights, examples, recipe, held_out, label=label)
        for weight in weights.values():
            weight.requires_grad_(False)
        llm.adapter = folder_for(llm, examples, recipe, held_out).name
        try:
            yield log
        finally:
            llm.adapter = None


def fit(llm, weights, examples, recipe, held_out=(), partial=None, stop_after=None, label="training", watch=None) -> tuple[list[dict], int]:
    """The training loop: changes `weights` in place; gives the log, one entry a step, and the number of steps of a whole run."""
    if not examples:
        raise ValueError("There is nothing to train on: `examples` is empty")
    parts, order = packs(llm, examples), []
    for epoch in range(recipe.epochs):
        shuffled = random.Random(f"{recipe.seed}-{epoch}").sample(range(len(parts)), len(parts))
        order += [shuffled[i : i + recipe.batch] for i in range(0, len(parts), recipe.batch)]
    epoch_steps = len(order) // recipe.epochs
    optimizer = torch.optim.AdamW(weights.values(), weight_decay=recipe.weight_decay)
    log, best = restore(partial, weights, optimizer) if partial else ([], {})
    if log:
        print(f"Going on after step {len(log)} of an interrupted run.")
    stop = min(len(order), stop_after or len(order))
    stopped = False
    bar = tqdm(total=stop, initial=min(len(log), stop), desc=label, unit="step", leave=partial is not None)
    for step in range(len(log), stop):
        start = time.perf_counter()
        batch = [parts[i] for i in order[step]]
        labels = sum(len(part.labels) for part in batch)
        total = 0.0
        for part in batch:
            loss = label_losses(llm, part).sum() / labels
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
        if held_out and (step + 1) % epoch_steps == 0:
            log[-1]["held_out"] = evaluate_loss(llm, held_out)
            losses = [entry["held_out"] for entry in log if "held_out" in entry]
            if recipe.patience and losses[-1] == min(losses):
                best = {name: weight.detach().clone() for name, weight in weights.items()}
            stopped = recipe.patience and len(losses) - 1 - losses.index(min(losses)) >= recipe.patience
        bar.update(1)
        bar.set_postfix(loss=f"{total:.3f}", refresh=False)
        if watch:
            watch(log)
        if stopped:
            break
        if partial and (step + 1) % CHECKPOINT_EVERY == 0 and step + 1 < len(order):
            checkpoint(partial, weights, optimizer, log, best)
    bar.close()
    if stopped or len(log) == len(order):
        for name, weight in best.items():
            weights[name].data.copy_(weight)
    return log, len(order)


def run_record(llm, examples, recipe, held_out, log, steps) -> dict:
    """What a later reader needs to know, or to make the same adapter again."""
    return {
        "format": cache.FORMAT,
        "base": llm.name,
        "base_fingerprint": llm.base_fingerprint,
        "recipe": dataclasses.asdict(recipe),
        "config": cache.key(dataclasses.asdict(recipe)),
        "examples": len(examples),
        "data": cache.key([dataclasses.astuple(example) for example in examples]),
        "held_out": cache.key([dataclasses.astuple(example) for example in held_out]) if held_out else None,
        "steps": steps,
        "log": log,
        **made_with(peft),
    }


def checkpoint(path: Path, weights: dict, optimizer, log: list, best: dict) -> None:
    """Save all that the next step depends on in one file, written whole or not at all; a full disk does not end the training."""
    tensors = {f"weight.{name}": p.detach() for name, p in weights.items()} | {f"best.{name}": p for name, p in best.items()}
    for name, p in weights.items():
        tensors |= {f"{key}.{name}": value for key, value in optimizer.state[p].items()}
    try:
        data = save({name: tensor.contiguous() for name, tensor in tensors.items()}, metadata={"log": json.dumps(log)})
        cache.write_bytes(path, data)
    except OSError as error:
        tqdm.write(f"No checkpoint after step {len(log)} ({error}): training goes on, but an interruption would lose it.")


def restore(path: Path, weights: dict, optimizer) -> tuple[list, dict]:
    """Continue from a checkpoint, if there is one: gives the log so far and the best weights, if any were kept."""
    if not path.is_file():
        return [], {}
    try:
        with safe_open(path, "pt") as file:
            log = json.loads(file.metadata()["log"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (the file is no dictionary)
    except (SafetensorError, KeyError, ValueError):
        print("The checkpoint is damaged: training starts from the beginning.")
        return [], {}
    for name, p in weights.items():
        p.data.copy_(tensors[f"weight.{name}"])
        optimizer.state[p] = {
            key: tensors[f"{key}.{name}"].to(p.device if key != "step" else "cpu") for key in ("step", "exp_avg", "exp_avg_sq")
        }
    return log, {name.removeprefix("best."): tensor for name, tensor in tensors.items() if name.startswith("best.")}


@contextmanager
def llm_with(llm, wrapped, recipe: Recipe):
    """While the block runs, the adapter in `wrapped` is part of the model; afterwards the model is as it was."""
    prefix = recipe.method == "prefix"
    hook = llm.model.model.register_forward_pre_hook(with_prefix(wrapped, recipe.rank), with_kwargs=True) if prefix else None
    llm.frozen_layers = first_layer(llm, recipe)
    try:
        yield wrapped
    finally:
        llm.frozen_layers = 0
        hook.remove() if prefix else wrapped.unload()
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
    recipe = Recipe(**record["recipe"])
    with full_weights(llm, folder, recipe) if recipe.method == "full" else loaded(llm, folder, recipe):
        llm.adapter = cache.sha256(Path(folder) / "adapter_model.safetensors")
        try:
            yield llm
        finally:
            llm.adapter = None


def loaded(llm, folder, recipe: Recipe):
    """An adapter of PEFT's on the model."""
    return llm_with(llm, peft.PeftModel.from_pretrained(llm.model, str(folder)), recipe)


@contextmanager
def full_weights(llm, folder, recipe: Recipe):
    """The weights of full fine-tuning in the place of the model's own."""
    weights = {f"{name}.weight": layer.weight for name, layer in linear_layers(llm, recipe).items()}
    with put_back(llm, weights, first_layer(llm, recipe)):
        for name, weight in load_file(Path(folder) / "adapter_model.safetensors").items():
            weights[name].copy_(weight)
        yield


def shipped(name: str) -> Path:
    """The folder of an adapter that comes with the course: "house" or "raft" (see `adapters/make.py`)."""
    folder = cache.ROOT / "adapters" / name
    record = read_record(folder)
    if cache.sha256(folder / "adapter_model.safetensors") != record["sha256"]:
        raise ValueError(f"{folder} is damaged. Take it again from the repository, or run: python -m adapters.make {name}")
    return folder
