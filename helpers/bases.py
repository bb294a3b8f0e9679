"""Other models under the same adapter or index: other weights, another size, another encoder."""

import copy
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import load_file

from helpers import lora, models
from helpers.engine import adapters, cache, identity, layers, methods, records

UPPER_HALF = lora.Recipe(top_layers=0.5)  # the layers whose weights `another` may change


@contextmanager
def another(llm, name: str, change: Callable | None = None):
    """While the block runs, the model is another base of the same shapes, with its own fingerprint.

    change: called with the name and the weight of each linear layer in the upper half, shape
    (outputs, inputs); returns the new weight (None: the weights stay as they are). Afterwards
    everything is as it was. Raises RuntimeError if an adapter is on the model.
    """
    methods.idle(llm)
    before, about = {}, (llm.name, llm.base_fingerprint)
    linear = layers.linear_layers(llm, UPPER_HALF) if change else {}
    try:
        with torch.no_grad():
            for layer, module in linear.items():
                before[layer] = module.weight.detach().clone()
                module.weight.copy_(change(layer, module.weight))
        llm.name, llm.base_fingerprint = name, identity.of(llm.model, llm.tokenizer)
        yield llm
    finally:
        with torch.no_grad():
            for layer, weight in before.items():
                linear[layer].weight.copy_(weight)
        llm.name, llm.base_fingerprint = about


def rounded(_, weight):
    """A change for `another`: the weight as it is after a file in bfloat16."""
    return weight.to(torch.bfloat16).to(weight.dtype)


def merged(folder) -> Callable:
    """A change for `another`: what a LoRA adapter changes is added to the weights for good."""
    tensors = load_file(Path(folder) / records.WEIGHTS)
    recipe = lora.read_record(folder)["recipe"]

    def change(layer, weight):
        a, b = (tensors.get(f"base_model.model.{layer}.lora_{x}.weight") for x in "AB")
        if a is None:
            return weight
        return weight + recipe["alpha"] / recipe["rank"] * (b @ a).to(weight.device)

    return change


@contextmanager
def forced(llm, folder):
    """As `lora.adapted`, without its check of the base: PEFT itself looks at the shapes alone."""
    recipe = lora.Recipe(**lora.read_record(folder)["recipe"])
    try:
        adapters.put_on(llm, adapters.read(folder, recipe))
        yield llm
    finally:
        adapters.put_on(llm, None)


def refusal(attempt) -> str:
    """What is said when an adapter is put on a model, in one line; "" if nothing is.

    attempt: a context such as `lora.adapted(llm, folder)`, not yet entered.
    """
    try:
        with attempt:
            return ""
    except (ValueError, RuntimeError) as error:
        return " ".join(str(error).split()).replace(f"{cache.ROOT}/", "")


def halved(embedder: models.Embedder) -> models.Embedder:
    """The encoder without the upper half of its layers: it stands for another encoder."""
    model = copy.deepcopy(embedder.model)
    stack = model[0].model.encoder.layer
    model[0].model.encoder.layer = stack[: len(stack) // 2]
    return models.Embedder(model, f"{embedder.name}, lower half")


def smaller(llm, width: int = 64) -> models.LLM:
    """A model of the same kind, as deep and much narrower, with random weights."""
    config = copy.deepcopy(llm.model.config)
    config.hidden_size = config.head_dim = width
    config.intermediate_size, config.num_attention_heads, config.num_key_value_heads = width, 1, 1
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = type(llm.model)(config)
    model.generation_config = copy.deepcopy(llm.model.generation_config)
    name = f"a random model of width {width}"
    return models.LLM(model, llm.tokenizer, identity.of(model, llm.tokenizer), name)
