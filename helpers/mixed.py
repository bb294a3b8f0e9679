"""Several adapters on one model at once: each row of a batch is answered by the one it names.

PEFT does the work: in every layer it computes the frozen part for the whole batch, and then each
adapter's part for its own rows. `lora.adapted` puts on one adapter at a time instead.
"""

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import peft
import torch
from tqdm.auto import tqdm
from transformers import GenerationConfig
from transformers.generation import BaseStreamer

from helpers import lora
from helpers.engine import cache, methods, records

BASE = "__base__"  # PEFT's name for a row without an adapter


@contextmanager
def together(llm, folders: dict):
    """While the block runs, the LoRA adapters in `folders`, by name, are on the model.

    Yields PEFT's model, for `generate`. Raises ValueError if an adapter is damaged or of another
    base model, RuntimeError if the model has an adapter on already.
    """
    methods.idle(llm)
    found = {name: records.read(folder) for name, folder in folders.items()}
    for name, record in found.items():
        if record["base_fingerprint"] != llm.base_fingerprint:
            raise ValueError(f"The adapter '{name}' was trained on '{record['base']}'")
    llm.on = methods.On(None, ExitStack())
    llm.adapter = cache.key({name: record["sha256"] for name, record in found.items()})
    try:
        with methods.undone(llm):
            yield _wrapped(llm, folders)
    finally:
        llm.on, llm.adapter = None, None


def _wrapped(llm, folders):
    """PEFT's model with all adapters in it."""
    wrapped = None
    with torch.random.fork_rng():  # the first, random weights are not used
        for name, folder in folders.items():
            if wrapped is None:
                wrapped = peft.PeftModel.from_pretrained(llm.model, str(folder), adapter_name=name)
            else:
                wrapped.load_adapter(str(folder), adapter_name=name)
    return wrapped.eval()  # in training mode PEFT refuses to mix


@dataclass(frozen=True)
class Batch:
    """What the rows of a batch were continued with, the new tokens in all, and the seconds."""

    texts: list[str]
    tokens: int
    seconds: float

    @property
    def rate(self) -> float:
        """New tokens a second."""
        return self.tokens / self.seconds


class _Bar(BaseStreamer):
    """A progress bar of the tokens that a batch writes; the model hands it each one."""

    def __init__(self, label, most):
        self.bar = tqdm(desc=label, total=most + 1, unit="token")  # the prompts count as one

    def put(self, _):
        self.bar.update()

    def end(self):
        self.bar.close()


@torch.inference_mode()
def generate(
    llm, wrapped, prompts: list[str], names=None, max_new_tokens: int = 48, progress=None
) -> Batch:
    """Continue the prompts greedily, all in one batch.

    wrapped: what `together` yields. names: the adapter of each prompt (`BASE`: none); None: the one
    that `wrapped.set_adapter` chose, for all. progress: label of a progress bar. Nothing is cached,
    so that it can be timed.
    """
    start = time.perf_counter()
    rows = [llm.encode(prompt) for prompt in prompts]
    width, pad = max(map(len, rows)), min(llm.end_ids)
    padded = [[pad] * (width - len(row)) + row for row in rows]
    seen = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    greedy = {"eos_token_id": sorted(llm.end_ids), "pad_token_id": pad, "do_sample": False}
    made = wrapped.generate(
        input_ids=torch.tensor(padded, device=llm.model.device),
        attention_mask=torch.tensor(seen, device=llm.model.device),
        generation_config=GenerationConfig(max_new_tokens=max_new_tokens, **greedy),
        streamer=progress and _Bar(progress, max_new_tokens),
        **({} if names is None else {"adapter_names": list(names)}),
    )
    texts, count = [], 0
    for row in made[:, width:].tolist():
        end = next((i for i, token in enumerate(row) if token in llm.end_ids), len(row))
        texts.append(llm.tokenizer.decode(row[:end], skip_special_tokens=True).strip())
        count += min(end + 1, len(row))
    return Batch(texts, count, time.perf_counter() - start)


def by_adapter(llm, wrapped, prompts: list[str], names, max_new_tokens: int = 48) -> Batch:
    """The same, one batch for each adapter after the other; the texts in the order of `prompts`.

    Each batch has a progress bar, with the adapter's name.
    """
    texts, count, seconds = [None] * len(prompts), 0, 0.0
    for name in dict.fromkeys(names):
        start, rows = time.perf_counter(), [i for i, one in enumerate(names) if one == name]
        if name != BASE:
            wrapped.set_adapter(name)
        seconds += time.perf_counter() - start
        own = [BASE] * len(rows) if name == BASE else None
        label = "base" if name == BASE else name
        part = generate(llm, wrapped, [prompts[i] for i in rows], own, max_new_tokens, label)
        count, seconds = count + part.tokens, seconds + part.seconds
        for i, text in zip(rows, part.texts, strict=True):
            texts[i] = text
    return Batch(texts, count, seconds)


def swap_ms(llm, folder) -> float:
    """Milliseconds until an adapter is on the model, by `lora.adapted`."""
    start = time.perf_counter()
    with lora.adapted(llm, folder):
        return 1000 * (time.perf_counter() - start)


@torch.inference_mode()
def one_layer(llm, names: list[str]):
    """One linear layer inside `together`, for rows with these adapters.

    Returns x, W, the adapters (A, B, scaling) by name, and the names, as NumPy arrays, and what
    PEFT makes of them: shape (rows, outputs).
    """
    layer = llm.model.model.layers[-1].self_attn.q_proj
    x = torch.linspace(-1, 1, len(names) * layer.in_features, device=llm.model.device)
    x = x.view(len(names), -1)
    pairs = {name: (layer.lora_A[name].weight, layer.lora_B[name].weight) for name in layer.lora_A}
    loras = {
        name: (*(weight.cpu().numpy() for weight in pair), layer.scaling[name])
        for name, pair in pairs.items()
    }
    frozen = layer.base_layer.weight.cpu().numpy()
    return (x.cpu().numpy(), frozen, loras, names), layer(x, adapter_names=names).cpu().numpy()
