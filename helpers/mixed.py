"""Several adapters on one model at once: each row of a batch is answered by the one it names.

PEFT does the work: in every layer it computes the frozen part for the whole batch, and then each
adapter's part for its own rows. `lora.adapted` puts on one adapter at a time instead.
"""

from contextlib import ExitStack, contextmanager

import peft
import torch
from transformers import GenerationConfig

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


@torch.inference_mode()
def generate(llm, wrapped, prompts: list[str], names=None, max_new_tokens: int = 48):
    """Continue the prompts greedily, all in one batch: (texts, number of new tokens).

    wrapped: what `together` yields. names: the adapter of each prompt (`BASE`: none); None: the one
    that `wrapped.set_adapter` chose, for all. Nothing is cached, so that it can be timed.
    """
    rows = [llm.encode(prompt) for prompt in prompts]
    width, pad = max(map(len, rows)), min(llm.end_ids)
    padded = [[pad] * (width - len(row)) + row for row in rows]
    seen = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    made = wrapped.generate(
        input_ids=torch.tensor(padded, device=llm.model.device),
        attention_mask=torch.tensor(seen, device=llm.model.device),
        generation_config=GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            eos_token_id=sorted(llm.end_ids),
            pad_token_id=pad,
        ),
        **({} if names is None else {"adapter_names": list(names)}),
    )
    texts, count = [], 0
    for row in made[:, width:].tolist():
        end = next((i for i, token in enumerate(row) if token in llm.end_ids), len(row))
        texts.append(llm.tokenizer.decode(row[:end], skip_special_tokens=True).strip())
        count += min(end + 1, len(row))
    return texts, count
