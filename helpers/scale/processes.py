"""Train one LoRA adapter with several processes, and check that it is whole and equals that of one.

torchrun starts `scripts/train_processes.py` once for each process. Each has a copy of the model, on
the CPU, and a part of every batch; accelerate averages their gradients over gloo.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import numpy as np
import psutil
import torch
from safetensors.numpy import load_file
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from helpers import lora
from helpers.engine import cache, checks, layers, records, weights

MEANS = ("tokens", "processes")  # over all answer tokens, or of each process's own mean
RESULT = "processes.json"


@dataclass(frozen=True)
class Trained:
    """An adapter that several processes trained, and how.

    losses: of each step, in nats for each answer token of the whole batch. tokens: answer tokens,
    shape (steps, processes). seconds: of all steps, the start left out. megabytes: of each
    process, the most memory of its own (not shared with others) after a step. apart: the largest
    difference between the weights of two processes at the end.
    """

    folder: Path
    losses: list[float]
    tokens: list[list[int]]
    seconds: float
    megabytes: list[float]
    apart: float


def train(
    folder,
    examples: list[lora.Example],
    recipe: lora.Recipe,
    model: str | None = None,
    processes: int = 2,
    threads: int = 1,
    mean: str = "tokens",
    limit: float = 600,
) -> Trained:
    """Train an adapter on `examples` into the new folder; `recipe.batch` examples make a step.

    model: see `models.load_llm`. threads: of each process. mean: what a step minimises, the mean
    over all answer tokens of the batch ("tokens") or, wrongly, the mean of each process's own mean
    ("processes"). limit: seconds, after which all processes are ended. Raises ValueError for what
    does not fit, RuntimeError with the last words of a process that failed, TimeoutError.
    """
    _fits(folder, examples, recipe, processes, mean)
    checks.count(threads, "threads")
    job = {"model": model and str(model), "mean": mean, "recipe": asdict(recipe)}
    job |= {"examples": [astuple(example) for example in examples]}
    with tempfile.TemporaryDirectory() as scratch:
        cache.write_json(Path(scratch) / "job.json", job)
        arguments = [str(Path(scratch) / "job.json"), str(Path(folder).absolute())]
        _run([*command(processes), *arguments], _environment(threads), limit)
    result = cache.read_json(Path(folder) / RESULT)
    return Trained(Path(folder), **result)


def command(processes: int) -> list[str]:
    """The command that starts the processes on this machine alone: torchrun and its options."""
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    options = ["--local-addr", "127.0.0.1", "--nproc-per-node", str(processes)]
    return [*launch, *options, "-m", "scripts.train_processes"]


def _fits(folder, examples, recipe, processes, mean):
    """Raise ValueError where the processes could not share the work."""
    if Path(folder).exists():
        raise ValueError(f"{folder} exists already; name a new folder for the adapter")
    if mean not in MEANS:
        raise ValueError(f"mean is one of {', '.join(MEANS)}, not {mean!r}")
    if recipe.method != "lora" or recipe.patience:
        raise ValueError("Only LoRA without early stopping is trained by several processes")
    checks.count(processes, "processes")
    sizes = {min(recipe.batch, len(examples)), len(examples) % recipe.batch} - {0}
    if not sizes or min(sizes) < processes:
        raise ValueError(
            f"{len(examples)} examples in batches of {recipe.batch} leave a process of {processes} "
            "without an example in some step: the others would wait for it for ever. Choose "
            "another batch, or other examples"
        )


def _environment(threads):
    """The variables of the processes: loopback only, no GPU, so many threads."""
    loopback = [
        name
        for name, found in psutil.net_if_addrs().items()
        if any(address.address == "127.0.0.1" for address in found)
    ]
    own = {"OMP_NUM_THREADS": str(threads), "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": cache.ROOT}
    own |= {"GLOO_SOCKET_IFNAME": loopback[0]} if loopback else {}
    return os.environ | {name: str(value) for name, value in own.items()}


def _run(words, environment, limit):
    """Run a command; whatever happens, none of its processes is left behind."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    started = subprocess.Popen(words, env=environment, cwd=cache.ROOT, **quiet)
    try:
        _, said = started.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"The processes did not end within {limit:g} seconds") from error
    finally:
        _end(started)
    if started.returncode:
        lines = [line for line in said.splitlines() if "Error: " in line] or said.splitlines()
        raise RuntimeError(f"A process failed: {lines[0][:500] if lines else 'it said nothing'}")


def _end(started):
    """Kill a process and all that it started, if they still run."""
    try:
        family = [*psutil.Process(started.pid).children(recursive=True), started]
    except psutil.NoSuchProcess:
        family = []
    for process in family:
        process.kill()
    started.wait()


def small_model(folder, layers: int = 4, width: int = 64) -> Path:
    """Save a Llama of this size, with random weights and the course's tokenizer; give its folder.

    It knows nothing. It is for trying out how processes work together where two copies of a real
    model do not fit.
    """
    AutoTokenizer.from_pretrained(weights.llm_folder()).save_pretrained(folder)
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512}
    size = {"vocab_size": 49152, "hidden_size": width, "intermediate_size": 2 * width}
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = LlamaConfig(num_hidden_layers=layers, **size, **heads, **ends)
        LlamaForCausalLM(config).save_pretrained(folder)
    return Path(folder)


def difference(one, other) -> dict[str, float]:
    """How far apart two adapters are: the "largest" difference of two weights, and the "relative"
    one, the length of all differences over the length of all weights of the first.

    one, other: folders. Raises ValueError if they don't have the same matrices.
    """
    first, second = (load_file(Path(folder) / records.WEIGHTS) for folder in (one, other))
    if found := faults(second, {name: array.shape for name, array in first.items()}):
        raise ValueError(f"The adapters {one} and {other} are not alike: {found}")
    gaps = {name: array - second[name] for name, array in first.items()}
    largest = max(float(np.abs(gap).max()) for gap in gaps.values())
    return {"largest": largest, "relative": _length(gaps) / _length(first)}


def _length(arrays):
    return float(
        np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in arrays.values()))
    )


def expected(llm, recipe: lora.Recipe) -> dict[str, tuple[int, int]]:
    """The names and shapes of all matrices that the file of a whole LoRA adapter holds.

    They follow from model and recipe: two matrices for each linear layer that is trained.
    """
    shapes = {}
    for name, layer in layers.linear_layers(llm, recipe).items():
        outputs, inputs = layer.weight.shape
        shapes[f"base_model.model.{name}.lora_A.weight"] = (recipe.rank, inputs)
        shapes[f"base_model.model.{name}.lora_B.weight"] = (outputs, recipe.rank)
    return shapes


def faults(saved: dict, wanted: dict) -> dict[str, str]:
    """What is wrong with the matrices of an adapter: a word for each name that is not as it should.

    saved: arrays by name. wanted: shapes by name. "missing", "unexpected", "shape", "not finite",
    or "zero": a matrix that was never trained, since LoRA's B starts at zero. Empty: it is whole.
    """
    found = {name: "missing" for name in wanted if name not in saved}
    for name, array in saved.items():
        if name not in wanted:
            found[name] = "unexpected"
        elif tuple(array.shape) != tuple(wanted[name]):
            found[name] = "shape"
        elif not np.isfinite(array).all():
            found[name] = "not finite"
        elif not np.any(array):
            found[name] = "zero"
    return found
