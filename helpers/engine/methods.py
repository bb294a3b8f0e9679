"""Give a model the weights that a recipe trains: LoRA through PEFT, and three rarer methods.

Prefix tuning: Li & Liang 2021, arXiv 2101.00190. IA3: Liu et al. 2022, arXiv 2205.05638. "full"
trains every weight of the linear layers.
"""

import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import peft
import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from helpers.engine.decoding import cache_argument
from helpers.engine.layers import first_layer, layer_list, linear_layers

# PEFT asks for it at each load
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")

METHODS = ("lora", "prefix", "ia3", "full")
IA3 = ("k_proj", "v_proj", "down_proj")  # the layers that it scales


@dataclass(frozen=True, eq=False)
class On:
    """What is on a model at the moment (while it is trained, no adapter), and what takes it off."""

    adapter: object
    stack: ExitStack


@contextmanager
def undone(llm):
    """While the block runs, PEFT may put layers into the model; then the model is as it was."""
    linear = nn.Linear | Conv1D
    own = {name: m for name, m in llm.model.named_modules() if isinstance(m, linear)}
    try:
        yield
    finally:
        llm.frozen_layers = 0
        place(llm, own)
        llm.model.__dict__.pop("peft_config", None)  # PEFT's mark that it has been here
        llm.model.requires_grad_(False)


def place(llm, modules: dict[str, nn.Module]) -> None:
    """Put modules into the model, by their names."""
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        setattr(llm.model.get_submodule(parent), child, module)


def idle(llm) -> None:
    """Raise RuntimeError if an adapter is on the model or it is being trained."""
    if llm.on is not None:
        raise RuntimeError(
            "The model has an adapter on, or is being trained. Leave that block (`lora.adapted` or "
            "`lora.tuned`) first."
        )


def end_id(llm) -> int:
    """The token that ends an answer. Raises ValueError if the tokenizer has none."""
    if (end := llm.tokenizer.eos_token_id) is None:
        raise ValueError(
            f"The tokenizer of {llm.name} has no end token, so an answer could not be ended. Set "
            "`llm.tokenizer.eos_token`, or choose another model"
        )
    return end


def check(llm, recipe) -> None:
    """Raise ValueError if a recipe does not fit the model, RuntimeError if the model is busy."""
    idle(llm)
    if recipe.method not in METHODS:
        raise ValueError(f"There is no method '{recipe.method}'; there are {', '.join(METHODS)}")
    if not 0 < (share := recipe.top_layers) <= 1:
        raise ValueError(f"top_layers is a share of the layers, above 0 and at most 1, not {share}")
    if recipe.epochs < 1 or recipe.batch < 1:
        raise ValueError(f"epochs and batch are at least 1, not {recipe.epochs} and {recipe.batch}")
    ranked = recipe.method in ("lora", "prefix")  # the others have no rank, and 0 says so
    if (ranked and recipe.rank < 1) or recipe.patience < 0:
        raise ValueError(
            f"rank is at least 1 and patience at least 0, not {recipe.rank} and {recipe.patience}"
        )
    if recipe.method == "prefix" and not llm.fast:
        raise ValueError(f"A prefix can't be trained on {llm.name}, which takes the plain path")
    end_id(llm)
    if llm.model.config.get_text_config() is not llm.model.config:
        raise ValueError(f"{llm.name} reads more than text, and only text models are trained here")
    shapes = {name: tuple(m.weight.shape) for name, m in linear_layers(llm, recipe).items()}
    if recipe.method == "ia3" and (
        lacking := [part for part in IA3 if not any(n.endswith(f".{part}") for n in shapes)]
    ):
        raise ValueError(
            f"IA3 scales layers named {', '.join(IA3)}; {llm.name} has none named "
            f"{' or '.join(lacking)}"
        )
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
    keys, values, down = (rf".*\.({layers})\..*{name}" for name in IA3)
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
    idle(llm)
    llm.on = On(None, ExitStack())
    try:
        if recipe.method == "full":
            layers = linear_layers(llm, recipe).items()
            weights = {f"{name}.weight": layer.weight for name, layer in layers}
            with restored(llm, weights, first_layer(llm, recipe)):
                for weight in weights.values():
                    weight.requires_grad_(True)
                yield weights, None
        else:
            with undone(llm):
                wrapped = peft.get_peft_model(llm.model, config)
                if recipe.method == "prefix":
                    start_as_text(llm, wrapped, recipe.rank)
                with in_place(llm, wrapped, recipe):
                    trained = wrapped.named_parameters()
                    yield {name: p for name, p in trained if p.requires_grad}, wrapped
    finally:
        llm.on = None


@contextmanager
def in_place(llm, wrapped, recipe):
    """While the block runs, losses are computed with PEFT's layers or prefix."""
    llm.frozen_layers = first_layer(llm, recipe) if llm.fast else 0
    if recipe.method != "prefix":
        yield
        return
    before = with_prefix(wrapped, recipe.rank)
    hook = llm.model.register_forward_pre_hook(before, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def restored(llm, weights: dict, first: int):
    """While the block runs, these weights of the model may change; afterwards they are restored.

    first: the lowest layer that has any of them.
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
    past = out[cache_argument(llm.model)]
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
