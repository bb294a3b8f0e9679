"""What a stored result says of how it was made: machine, versions, recipe, data and losses."""

import dataclasses
import platform
from functools import lru_cache
from pathlib import Path

import peft
import torch
import transformers

from helpers.engine import cache

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
NEEDED = {"base", "base_fingerprint", "recipe", "config", "log", "sha256"}


def made_with() -> dict:
    """The machine, and the versions of the libraries that results depend on."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    threads = f"{torch.get_num_threads()} threads"
    return {
        "machine": f"{platform.system()} {platform.machine()}, {threads}, {device}",
        "versions": {
            library.__name__: library.__version__ for library in (torch, transformers, peft)
        },
    }


def of_run(llm, examples, recipe, held_out, log, steps) -> dict:
    """What a later reader needs to know, or to make the same adapter again."""
    return {
        "format": cache.FORMAT,
        "base": llm.name,
        "base_fingerprint": llm.base_fingerprint,
        "recipe": dataclasses.asdict(recipe),
        "config": cache.key(dataclasses.asdict(recipe)),
        "examples": len(examples),
        "data": cache.key([dataclasses.astuple(example) for example in examples]),
        "held_out": cache.key([dataclasses.astuple(e) for e in held_out]) if held_out else None,
        "steps": steps,
        "log": log,
        **made_with(),
    }


def sealed(record: dict, folder: Path) -> dict:
    """The record with hashes of the adapter's files and, as its seal, a hash of all that it says.

    JSON is hashed by what it says, so that other line ends or spaces do no harm.
    """
    record = record | {"sha256": cache.sha256(folder / WEIGHTS)}
    record |= {"adapter_config": cache.key(cache.read_json(folder / CONFIG))}
    return record | {"seal": cache.key(record)}


def read(folder) -> dict:
    """An adapter's run record.

    Raises ValueError if the folder is no adapter of ours, one of another version, or damaged.
    """
    if found := fault(folder):
        raise ValueError(f"{found[0].upper()}{found[1:]}. Train it again.")
    return cache.read_json(Path(folder) / "record.json")


def fault(folder) -> str:
    """What is wrong with an adapter, checked by the hashes in its record; "" if nothing is."""
    folder, record = Path(folder), cache.read_json(Path(folder) / "record.json")
    if not isinstance(record, dict):
        return f"the path {folder} is not an adapter folder: record.json is missing or broken"
    if record.get("format") != cache.FORMAT:
        return (
            f"the adapter {folder} was written by another version of this course (format "
            f"{record.get('format')}, this is format {cache.FORMAT})"
        )
    rest = {name: value for name, value in record.items() if name != "seal"}
    if (
        not record.keys() >= NEEDED
        or record["config"] != cache.key(record["recipe"])
        or record.get("seal") not in (None, cache.key(rest))
    ):
        return f"the file record.json in {folder} is not as it was written"
    config = cache.key(cache.read_json(folder / CONFIG))
    absent = record["recipe"].get("method") != "full" and config == cache.key(None)
    if absent or record.get("adapter_config", config) != config:
        return f"the file {CONFIG} in {folder} is missing, or was changed after the training"
    try:
        stat = (path := folder / WEIGHTS).stat()
        found = _sha256(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)
    except OSError as error:
        return f"the file {WEIGHTS} in {folder} can't be read ({error.strerror})"
    if found != record["sha256"]:
        return f"the file {WEIGHTS} in {folder} is damaged, or was changed after the training"
    return ""


@lru_cache(maxsize=64)
def _sha256(path, *_stamp):
    """A file's hash; one that has not changed since is not read again."""
    return cache.sha256(path)
