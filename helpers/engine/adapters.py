"""Put a trained adapter on a model and take it off again; each is read from its folder once.

The simple way is `peft.PeftModel.from_pretrained` at every use, which reads and checks it anew.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import peft
import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load_file

from helpers.engine import cache, methods
from helpers.engine.layers import first_layer, linear_layers


@dataclass(frozen=True, eq=False)
class Adapter:
    """An adapter read from its folder: the recipe that made it, PEFT's configuration, and its
    weights.
    """

    recipe: object
    config: peft.PeftConfig | None
    tensors: dict[str, torch.Tensor]
    sha256: str
    layers: WeakKeyDictionary = field(default_factory=WeakKeyDictionary)  # of PEFT, for each model


def read(folder, recipe) -> Adapter:
    """Read an adapter; one whose file has not changed since is not read again."""
    path = Path(folder) / "adapter_model.safetensors"
    return _read(path, path.stat().st_mtime_ns, recipe)


@lru_cache(maxsize=4)
def _read(path, _changed, recipe):
    config = None
    if recipe.method != "full":
        config = peft.PeftConfig.from_pretrained(str(path.parent))
        config.base_model_name_or_path = None  # else PEFT compares it with the folder
    return Adapter(recipe, config, load_file(path), cache.sha256(path))


def put_on(llm, adapter: Adapter | None) -> None:
    """Take off the adapter that is on the model, and put this one on (None: none)."""
    if llm.on is not None:
        llm.on.stack.close()
    llm.on, llm.adapter = None, None
    if adapter is not None:
        llm.on = methods.On(adapter, ExitStack())
        llm.on.stack.enter_context(
            _full(llm, adapter) if adapter.config is None else _with_peft(llm, adapter)
        )
        llm.adapter = adapter.sha256


def on(llm) -> Adapter | None:
    """The adapter that is on the model. Raises RuntimeError while the model is being trained."""
    if llm.on is not None and llm.on.adapter is None:
        raise RuntimeError(
            "The model is being trained: leave the `tuned` block before you put an adapter on."
        )
    return llm.on.adapter if llm.on else None


@contextmanager
def _with_peft(llm, adapter):
    """PEFT's layers in place of the model's own. (Its `disable_adapter` would leave them in.)"""
    if adapter.recipe.method == "prefix":
        wrapped = _wrapped(llm, adapter)
        with methods.in_place(llm, wrapped, adapter.recipe):
            llm.model.requires_grad_(False)
            yield
        return
    if llm not in adapter.layers:  # made once for each model
        wrapped = _wrapped(llm, adapter)
        modules = llm.model.named_modules()
        adapter.layers[llm] = {n: m for n, m in modules if isinstance(m, BaseTunerLayer)}
        methods.take_off(llm, wrapped)
    own = {name: llm.model.get_submodule(name) for name in adapter.layers[llm]}
    _place(llm, adapter.layers[llm])
    llm.frozen_layers = first_layer(llm, adapter.recipe) if llm.fast else 0
    try:
        yield
    finally:
        llm.frozen_layers = 0
        _place(llm, own)


def _wrapped(llm, adapter):
    wrapped = peft.get_peft_model(llm.model, adapter.config)
    peft.set_peft_model_state_dict(wrapped, adapter.tensors)
    wrapped.requires_grad_(False)
    return wrapped


def _place(llm, modules):
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        setattr(llm.model.get_submodule(parent), child, module)


@contextmanager
def _full(llm, adapter):
    weights = {
        f"{name}.weight": layer.weight for name, layer in linear_layers(llm, adapter.recipe).items()
    }
    with methods.restored(llm, weights, first_layer(llm, adapter.recipe)):
        for name, weight in adapter.tensors.items():
            weights[name].copy_(weight)
        yield
