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

from helpers.engine import cache, methods, records
from helpers.engine.layers import first_layer, linear_layers


@dataclass(frozen=True, eq=False)
class Adapter:
    """An adapter read from its folder: its recipe, PEFT's configuration, and its weights."""

    recipe: object
    config: peft.PeftConfig | None
    tensors: dict[str, torch.Tensor]
    sha256: str
    layers: WeakKeyDictionary = field(default_factory=WeakKeyDictionary)  # of PEFT, for each model


def read(folder, recipe) -> Adapter:
    """Read an adapter; one whose files have not changed since is not read again."""
    files = [Path(folder) / name for name in (records.WEIGHTS, records.CONFIG)]
    stamps = [(f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.exists()]
    if recipe.method == "full":  # as large as the model: not kept
        return _read.__wrapped__(files[0], None, recipe)
    return _read(files[0], tuple(stamps), recipe)


@lru_cache(maxsize=4)
def _read(path, _stamps, recipe):
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
        stack, kind = ExitStack(), _full if adapter.config is None else _with_peft
        stack.enter_context(kind(llm, adapter))
        llm.on, llm.adapter = methods.On(adapter, stack), adapter.sha256


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
    with methods.undone(llm):
        if adapter.recipe.method == "prefix":
            wrapped = _wrapped(llm, adapter)
        elif llm not in adapter.layers:  # made once for each model
            wrapped = _wrapped(llm, adapter)
            modules = llm.model.named_modules()
            adapter.layers[llm] = {n: m for n, m in modules if isinstance(m, BaseTunerLayer)}
        else:
            wrapped = methods.place(llm, adapter.layers[llm])
        with methods.in_place(llm, wrapped, adapter.recipe):
            yield


def _wrapped(llm, adapter):
    """PEFT's model with an adapter's weights. Raises ValueError if they are not all there."""
    with torch.random.fork_rng():  # its first, random weights are not used
        wrapped = peft.get_peft_model(llm.model, adapter.config)
    names = peft.get_peft_model_state_dict(wrapped, save_embedding_layers=False).keys()
    _complete(adapter, names)
    peft.set_peft_model_state_dict(wrapped, adapter.tensors)
    wrapped.requires_grad_(False)
    return wrapped


def _complete(adapter, names):
    if adapter.tensors.keys() != set(names):
        raise ValueError("The adapter's weights are not those of its recipe. Train it again.")


@contextmanager
def _full(llm, adapter):
    layers = linear_layers(llm, adapter.recipe).items()
    weights = {f"{name}.weight": layer.weight for name, layer in layers}
    _complete(adapter, weights)
    with methods.restored(llm, weights, first_layer(llm, adapter.recipe)):
        for name, weight in adapter.tensors.items():
            weights[name].copy_(weight)
        yield
