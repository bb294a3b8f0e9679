"""Give a model the weights that a recipe trains: LoRA through PEFT, and three rarer methods.

Prefix tuning: Li & Liang 2021, arXiv 2101.00190. IA3: Liu et al. 2022, arXiv 2205.05638. "full"
trains every weight of the linear layers.
"""

import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import peft
import torch

from helpers.engine.decoding import cache_argument
from helpers.engine.layers import first_layer, layer_list, linear_layers

# PEFT asks for it at each load
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")

METHODS = ("lora", "prefix", "ia3", "full")


@dataclass(frozen=True, eq=False)
class On:
    """What is on a model at the moment (while it is trained, no adapter), and what takes it off."""

    adapter: object
    stack: ExitStack


def take_off(llm, wrapped):
    """Put the model's own layers back, without PEFT's marks."""
    wrapped.unload()
    if hasattr(llm.model, "peft_config"):
        del llm.model.peft_config  # with it the next adapter would count as a second one
    llm.model.requires_grad_(False)


def check(llm, recipe) -> None:
    """Raise ValueError if a recipe does not fit the model."""
    if recipe.method not in METHODS:
        raise ValueError(f"There is no method '{recipe.method}'; there are {', '.join(METHODS)}")
    if not 0 < (share := recipe.top_layers) <= 1:
        raise ValueError(f"top_layers is a share of the layers, above 0 and at most 1, not {share}")
    shapes = {name: tuple(m.weight.shape) for name, m in linear_layers(llm, recipe).items()}
    name, shape = min(shapes.items(), key=lambda item: min(item[1]))
    if recipe.method == "lora" and recipe.rank > min(shape):
        raise ValueError(
            f"Rank {recipe.rank} is larger than the layer {name} ({shape[0]} x {shape[1]}): no "
            f"product of two matrices needs more than {min(shape)} there. Choose a rank of at most "
            f"{min(shape)}."
        )


def config_of(llm, recipe) -> peft.PeftConfig | None:
    """PEFT's configuration for prefix tuning or IA3; None for "full"."""
    if recipe.method == "full":
        return None
    if recipe.method == "prefix":
        return peft.PrefixTuningConfig(num_virtual_tokens=recipe.rank, task_type="CAUSAL_LM")
    count = len(layer_list(llm.model)[1])
    layers = "|".join(map(str, range(first_layer(llm, recipe), count)))
    keys, values, down = (
        rf".*\.({layers})\..*{name}" for name in ("k_proj", "v_proj", "down_proj")
    )
    return peft.IA3Config(
        target_modules=f"{keys}|{values}|{down}", feedforward_modules=down, task_type="CAUSAL_LM"
    )


@contextmanager
def tunable(llm, recipe, config):
    """While the block runs, the model has the weights that a recipe trains; then it is as it was.

    config: PEFT's, as `lora.peft_config` makes it. Yields the weights by name, and PEFT's model
    (None for "full").
    Raises RuntimeError if an adapter is on the model or it is being trained.
    """
    if llm.on is not None:
        raise RuntimeError(
            "The model has an adapter on, or is being trained. Leave that block (`lora.adapted` or "
            "`lora.tuned`) first."
        )
    llm.on = On(None, ExitStack())
    try:
        if recipe.method == "full":
            layers = linear_layers(llm, recipe)
            weights = {
                f"{name}.weight": layer.weight.requires_grad_(True)
                for name, layer in layers.items()
            }
            with restored(llm, weights, first_layer(llm, recipe)):
                yield weights, None
        else:
            wrapped = peft.get_peft_model(llm.model, config)
            if recipe.method == "prefix":
                start_as_text(llm, wrapped, recipe.rank)
            with in_place(llm, wrapped, recipe):
                yield (
                    {name: p for name, p in wrapped.named_parameters() if p.requires_grad},
                    wrapped,
                )
    finally:
        llm.on = None


@contextmanager
def in_place(llm, wrapped, recipe):
    """While the block runs, PEFT's modules are in the model; afterwards the model is as it was."""
    hook = None
    if recipe.method == "prefix":
        hook = llm.model.register_forward_pre_hook(
            with_prefix(wrapped, recipe.rank), with_kwargs=True
        )
    llm.frozen_layers = first_layer(llm, recipe) if llm.fast else 0
    try:
        yield
    finally:
        llm.frozen_layers = 0
        if hook:
            hook.remove()
            llm.model.requires_grad_(False)
        else:
            take_off(llm, wrapped)


@contextmanager
def restored(llm, weights: dict, first: int):
    """While the block runs, `weights` of the model, all in layers from `first` on, may change; then
    they are restored.
    """
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    llm.frozen_layers = first if llm.fast else 0
    try:
        yield
    finally:
        llm.frozen_layers = 0
        with torch.no_grad():
            for name, weight in weights.items():
                weight.requires_grad_(False).copy_(before[name])
                weight.grad = None


@torch.no_grad()
def start_as_text(llm, wrapped, tokens: int) -> None:
    """Let a prefix begin as the keys and values of a real text, not as noise (Li & Liang 2021,
    section 7.4).
    """
    ids = (llm.encode("Answer the question in one short sentence. ") * tokens)[:tokens]
    out = llm.model(torch.tensor([ids], device=llm.model.device), use_cache=True)
    past = (
        getattr(out, "cache", None) or out.past_key_values
    )  # as named from transformers 5.24 on, and before
    states = [part[0] for layer in past.layers for part in (layer.keys, layer.values)]
    states = torch.stack(states)  # (2 x layers, heads, tokens, width)
    wrapped.prompt_encoder["default"].embedding.weight.copy_(
        states.permute(2, 0, 1, 3).reshape(tokens, -1)
    )


def with_prefix(wrapped, tokens: int):
    """A hook that puts a trained prefix before whatever the model reads to compute a loss."""

    def hook(model, args, inputs):
        if "position_ids" not in inputs or inputs["attention_mask"].dim() != 4:
            raise NotImplementedError(
                "A prefix is only measured by its loss here; to answer, use another method."
            )
        mask = inputs["attention_mask"]
        mask = torch.cat([mask.new_ones(*mask.shape[:3], tokens), mask], -1)
        past = {cache_argument(model): wrapped.get_prompt(batch_size=1)}
        return args, {
            **inputs,
            **past,
            "attention_mask": mask,
            "position_ids": inputs["position_ids"] + tokens,
        }

    return hook
