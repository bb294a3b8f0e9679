"""Train a model further with LoRA: one short loop on PEFT, and adapters that go on and off.

LoRA: Hu et al. 2021, arXiv 2106.09685. An adapter is a folder with PEFT's own two files and
`record.json`, which says what made it: recipe, data, seed, versions, losses.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peft
import torch
import torch.nn.functional as F

from helpers.engine import adapters, layers, machine, methods, packing, runs
from helpers.engine.records import read as read_record
from helpers.prompts import STANDARD, Style, Template


@dataclass(frozen=True)
class Recipe:
    """How to train. The learning rate rises over `warmup` of the steps, then falls to zero."""

    rank: int = 8  # of LoRA's matrices; for "prefix", the number of virtual tokens
    alpha: int = 16
    top_layers: float = 0.5  # share of the layers, from the top, that are trained
    learning_rate: float = 2e-3
    epochs: int = 1
    batch: int = 1  # packs to a step: a pack is a few examples that begin alike
    warmup: float = 0.1
    seed: int = 0
    method: str = "lora"  # or one of the rarer ones, "ia3", "full", "prefix": see engine/methods.py
    weight_decay: float = 0.0
    patience: int = 0  # epochs to wait for a new lowest held-out loss, then stop; 0: never stop


@dataclass(frozen=True)
class Example:
    """A rendered prompt and the answer to learn; the loss counts the answer and its end mark."""

    prompt: str
    answer: str


def examples(llm, rows: list[dict], style: Style, template: Template = STANDARD) -> list[Example]:
    """Rows with question, answer and perhaps passages, in prompts built exactly as `System`'s."""
    made = []
    for row in rows:
        passages = [(passage["document"], passage["text"]) for passage in row.get("passages", ())]
        made.append(Example(template.prompt(llm, style, row["question"], passages), row["answer"]))
    return made


def tokenize(llm, example: Example) -> tuple[list[int], int]:
    """The token ids of prompt, answer and end mark, and how many of them, at the end, are labels.

    Raises ValueError for an example with nothing to learn or longer than the model's context.
    """
    prompt, answer = llm.encode(example.prompt), llm.encode(llm.literal(example.answer))
    ids, fault = prompt + answer + [methods.end_id(llm)], None
    if not example.answer.strip():
        fault = "has an empty answer, so no token to learn. Add one"
    if len(ids) > llm.context:
        fault = f"has {len(ids)} tokens; the model's context is {llm.context}. Shorten it"
    if fault:
        raise ValueError(f"A training example {fault}; it begins: {example.prompt[:80]!r}")
    return ids, len(answer) + 1


def plain_losses(llm, ids: list[int], labels: int) -> torch.Tensor:
    """The cross-entropy of each of the last `labels` tokens, in nats: shape (labels,)."""
    inputs = torch.tensor([ids], device=llm.model.device)
    logits = llm.model(inputs).logits[0]
    predicted = logits[-labels - 1 : -1]  # the logits of one token predict the next
    return F.cross_entropy(predicted, inputs[0, -labels:], reduction="none")


def losses(llm, part: packing.Pack) -> torch.Tensor:
    """`plain_losses` of all examples in a pack, joined; in one pass if `llm.fast`."""
    if llm.fast:
        return packing.losses(llm, part)
    return torch.cat([plain_losses(llm, ids, labels) for ids, labels in part.items])


def packs(llm, examples: list[Example]) -> list[packing.Pack]:
    """The examples in groups that begin alike and are computed together."""
    return packing.packs([tokenize(llm, example) for example in examples])


@torch.inference_mode()
def example_losses(llm, examples: list[Example]) -> list[torch.Tensor]:
    """For each example the cross-entropy of its label tokens, in nats; the last is the end mark."""
    parts = packs(llm, examples)
    values = torch.cat([losses(llm, part) for part in parts])
    return list(values.split([labels for part in parts for _, labels in part.items]))


def evaluate_loss(llm, examples: list[Example]) -> float:
    """The mean cross-entropy over all label tokens of `examples`, in nats per token."""
    return torch.cat(example_losses(llm, examples)).mean().item()


def peft_config(llm, recipe: Recipe) -> peft.PeftConfig | None:
    """PEFT's configuration for a recipe (None: "full"). ValueError if it does not fit the model."""
    methods.check(llm, recipe)
    if recipe.method != "lora":
        return methods.config_of(llm, recipe)
    adapted = layers.linear_layers(llm, recipe)
    stack, all_layers = layers.layer_list(llm.model)
    return peft.LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=sorted({name.split(".")[-1] for name in adapted}),
        layers_to_transform=list(range(layers.first_layer(llm, recipe), len(all_layers))),
        layers_pattern=stack.split(".")[-1],
        task_type="CAUSAL_LM",
    )


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The rate at `step` (from 0) of `steps`: linear warm-up, then linear decay towards zero."""
    warm = max(1, round(recipe.warmup * steps))
    return recipe.learning_rate * min((step + 1) / warm, (steps - step) / max(1, steps - warm))


def fit(llm, weights: dict, parts: list, recipe: Recipe, run, held_out=(), loss_of=None) -> None:
    """The training loop: changes `weights` (by name) in place. parts: packs. run: `runs.Run`."""
    if not parts:
        raise ValueError("There is nothing to train on: `examples` is empty")
    run.measure = (lambda: evaluate_loss(llm, held_out)) if held_out else None
    optimizer = torch.optim.AdamW(weights.values(), weight_decay=recipe.weight_decay)
    for step, batch in run.steps(parts, weights, optimizer):
        labels, total = sum(len(part.labels) for part in batch), 0.0
        for part in batch:
            loss = (loss_of or losses)(llm, part).sum() / labels
            loss.backward()
            total += run.check(loss.item())
        norm = torch.nn.utils.clip_grad_norm_(weights.values(), 1.0).item()
        optimizer.param_groups[0]["lr"] = learning_rate(recipe, step, run.total)
        optimizer.step()
        optimizer.zero_grad()
        run.record(total, norm, tokens=sum(part.ids.shape[1] for part in batch))


def train(
    llm, examples, recipe=None, held_out=(), stop_after=None, label="training", watch=None
) -> Path:
    """Train an adapter on `examples` and return its folder; if it exists already, do not train.

    An interrupted run resumes from its last checkpoint and ends with the same weights. held_out:
    examples whose loss is measured after each epoch. stop_after: stop after this many steps. watch:
    called with the log after each step. Raises ValueError if there are no examples or the recipe
    does not fit the model, OSError if there is no room, FloatingPointError if a loss is not finite.
    """
    recipe = recipe or Recipe()
    folder = runs.folder_for(llm, examples, recipe, held_out)
    if stop_after is None and runs.finished(folder):
        return folder
    run = runs.Run(recipe, folder, stop_after, label, watch)
    with _trainable(llm, recipe) as (weights, wrapped):
        fit(llm, weights, packs(llm, examples), recipe, run, held_out)
        return run.save(llm, weights, wrapped, examples, held_out)


@contextmanager
def tuned(llm, examples, recipe: Recipe, held_out=(), label="training"):
    """Train, and use the trained model inside the block; nothing is kept. Yields the log."""
    run = runs.Run(recipe, label=label)
    with _trainable(llm, recipe) as (weights, _):
        fit(llm, weights, packs(llm, examples), recipe, run, held_out)
        for weight in weights.values():
            weight.requires_grad_(False)
        llm.adapter = runs.folder_for(llm, examples, recipe, held_out).name
        try:
            yield run.log
        finally:
            llm.adapter = None


@contextmanager
def _trainable(llm, recipe):
    """While the block runs, the model has weights to train, which start the same each time."""
    torch.manual_seed(recipe.seed)
    with machine.small_heap(), methods.tunable(llm, recipe, peft_config(llm, recipe)) as tunable:
        yield tunable


@contextmanager
def adapted(llm, folder=None):
    """While the block runs, the adapter in `folder` is on the model (None: nothing changes).

    Inside another `adapted` block, it replaces the outer adapter until this block ends. Raises
    ValueError if it is damaged or of another base model, RuntimeError inside a `tuned` block.
    """
    if folder is None:
        yield llm
        return
    record = read_record(folder)
    if record["base_fingerprint"] != llm.base_fingerprint:
        base = record["base"]
        raise ValueError(f"The adapter {folder} was trained on '{base}', not on '{llm.name}'")
    outer = adapters.on(llm)
    try:
        adapters.put_on(llm, adapters.read(folder, Recipe(**record["recipe"])))
        yield llm
    finally:
        adapters.put_on(llm, outer)
