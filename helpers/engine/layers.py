"""Find the layers of a model, whatever their names, and those that a recipe trains."""

import math
from contextlib import contextmanager
from functools import partial

from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers.pytorch_utils import Conv1D


def layer_list(model) -> tuple[str, nn.ModuleList]:
    """The name of a model's stack of layers, and the stack: its longest list of modules.

    Of equally long lists, the one with the shortest name. Raises ValueError if there is none.
    """
    lists = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.ModuleList)
    ]
    if not lists:
        raise ValueError(
            f"{type(model).__name__} has no list of layers, so it is not clear what to train in it"
        )
    return max(lists, key=lambda item: (len(item[1]), -len(item[0])))


def first_layer(llm, recipe) -> int:
    """The lowest layer that a recipe trains; a prefix reaches all of them."""
    count = len(layer_list(llm.model)[1])
    return 0 if recipe.method == "prefix" else count - math.ceil(count * recipe.top_layers)


def linear_layers(llm, recipe) -> dict[str, nn.Module]:
    """The linear layers that a recipe adapts, by their full name; fused and Conv1D ones are linear
    too.
    """
    stack, layers = layer_list(llm.model)
    found = {}
    for number, layer in enumerate(layers):
        for name, module in layer.named_modules() if number >= first_layer(llm, recipe) else ():
            if isinstance(module, nn.Linear | Conv1D) and min(module.weight.shape) > 1:
                found[f"{stack}.{number}.{name}"] = module
    return found


@contextmanager
def recomputed(llm):
    """While the block runs, training keeps no activations inside layers: it computes them again.

    The gradients are the same. It takes less memory, and about a third more time (Chen et al. 2016,
    "Training Deep Nets with Sublinear Memory Cost").
    """
    stack = layer_list(llm.model)[1]
    for layer in stack:
        layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
    try:
        yield
    finally:
        for layer in stack:
            del layer.forward  # that of its class shows again
