"""What a stored result says of how it was made: machine, versions, recipe, data and losses."""

import dataclasses
import platform
from pathlib import Path

import peft
import torch
import transformers

from helpers.engine import cache


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


def read(folder) -> dict:
    """An adapter's run record.

    Raises ValueError if the folder is no adapter of ours, or one of another version.
    """
    record = cache.read_json(Path(folder) / "record.json")
    if record is None:
        raise ValueError(
            f"{folder} is not an adapter folder: record.json is missing or broken. Train it again."
        )
    if record.get("format") != cache.FORMAT:
        raise ValueError(
            f"The adapter {folder} was written by another version of this course (format "
            f"{record.get('format')}, "
            f"this is format {cache.FORMAT}). Train it again."
        )
    return record
