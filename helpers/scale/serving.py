"""Serve many adapters from one base model: what vLLM is told, as plain data that is checked first.

`scripts/serve_vllm.py` passes it on to vLLM, which needs a GPU. Here PEFT stands in for it: see
`stand_in` and helpers/mixed.py.
"""

from dataclasses import dataclass
from pathlib import Path

from helpers import lora, mixed
from helpers.engine import checks, layers

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # what vLLM takes as max_lora_rank
VERSION = 8  # hexadecimal digits of a version
MB = 1e6


@dataclass(frozen=True)
class Served:
    """An adapter as a server knows it. Its name and its number change with its weights.

    vLLM takes two requests with the same number for the same adapter, and shares stored prompts
    between adapters of the same name (vllm issues 30931 and 42125): a version with the old name
    could be answered with what the old one left.
    """

    name: str
    number: int
    folder: Path
    rank: int


@dataclass(frozen=True)
class Request:
    """A prompt, and the adapter that is to answer it (None: the base model)."""

    prompt: str
    adapter: Served | None


def served(folders: dict[str, Path], base_fingerprint: str) -> dict[str, Served]:
    """The LoRA adapters in `folders`, by their plain names, as a server is told of them.

    Raises ValueError for one that is damaged, of another base model, or not LoRA.
    """
    found = {}
    for name, folder in folders.items():
        record = lora.read_record(folder)
        recipe = lora.Recipe(**record["recipe"])
        if record["base_fingerprint"] != base_fingerprint:
            raise ValueError(f"The adapter '{name}' was trained on another base: {record['base']}")
        if recipe.method != "lora":
            raise ValueError(f"The adapter '{name}' is {recipe.method}; only LoRA is served")
        version = record["sha256"][:VERSION]
        number = int(version, 16) % (2**31 - 1) + 1  # vLLM wants it above 0
        found[name] = Served(f"{name}@{version}", number, Path(folder).absolute(), recipe.rank)
    if len({one.number for one in found.values()}) < len(found):
        raise ValueError("Two of the adapters have the same weights or number: serve one of them")
    return found


def requests(prompts: list[str], names: list, adapters: dict[str, Served]) -> list[Request]:
    """One request for each prompt and name; None stands for the base model, and only None.

    Raises ValueError for a name that is not served. Whoever looks it up with `dict.get` gets None:
    the base model answers, and nobody notices.
    """
    if unknown := sorted({str(name) for name in names if name is not None} - adapters.keys()):
        known = ", ".join(adapters)
        raise ValueError(f"There is no adapter {', '.join(map(repr, unknown))}; there are {known}")
    chosen = [None if name is None else adapters[name] for name in names]
    return [Request(prompt, one) for prompt, one in zip(prompts, chosen, strict=True)]


def rank_for(adapters: dict[str, Served]) -> int:
    """The smallest max_lora_rank of vLLM that fits all adapters. ValueError if none does."""
    largest = max(one.rank for one in adapters.values())
    if fitting := [rank for rank in RANKS if rank >= largest]:
        return fitting[0]
    raise ValueError(f"Rank {largest} is more than vLLM serves; the most is {RANKS[-1]}")


def engine_arguments(model, adapters: dict[str, Served], at_once: int, context: int) -> dict:
    """The arguments of `vllm.LLM` for a base model with adapters.

    model: the folder or hub name of the base. at_once: different adapters in one batch. context:
    tokens of prompt and answer together. LoRA in vLLM computes in 16 bits.
    """
    checks.count(at_once, "at_once")
    slots = min(at_once, len(adapters))
    arguments = {"model": str(model), "dtype": "bfloat16", "max_model_len": context}
    if not adapters:
        return arguments
    arguments |= {"enable_lora": True, "max_lora_rank": rank_for(adapters), "max_loras": slots}
    return arguments | {"max_cpu_loras": len(adapters)}


def slot_megabytes(llm, rank: int, bytes_each: int = 2) -> float:
    """Megabytes that a server reserves for one adapter of up to this rank, whatever it holds.

    A slot has two matrices for every linear layer of the model: rank x (inputs + outputs) numbers.
    """
    every = layers.linear_layers(llm, lora.Recipe(top_layers=1.0)).values()
    return rank * sum(sum(layer.weight.shape) for layer in every) * bytes_each / MB


def model_megabytes(llm, bytes_each: int = 2) -> float:
    """Megabytes of the weights of a model."""
    return sum(weight.numel() for weight in llm.model.parameters()) * bytes_each / MB


def stand_in(llm, asked: list[Request], max_new_tokens: int = 32):
    """Answer the requests with PEFT instead of vLLM, all in one batch, and one adapter at a time.

    Returns two `mixed.Batch`, whose texts are in the order of the requests. Raises what
    `mixed.together` does.
    """
    folders = {one.adapter.name: one.adapter.folder for one in asked if one.adapter}
    names = [one.adapter.name if one.adapter else mixed.BASE for one in asked]
    prompts = [one.prompt for one in asked]
    with mixed.together(llm, folders) as several:
        at_once = mixed.generate(llm, several, prompts, names, max_new_tokens, "mixed")
        return at_once, mixed.by_adapter(llm, several, prompts, names, max_new_tokens)
