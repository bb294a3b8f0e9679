"""Embed passages with Ray Data: several processes, each with an encoder of its own.

Ray counts CPUs and does not measure them: an actor takes as many as it is said to take, and so
does a task that reads a file. `docs.ray.io/en/latest/data` has the words: *actor*, a process that
keeps its state; *block*, the rows that travel together.
"""

import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from helpers.engine import cache, checks

BATCH = 32  # passages that an actor gets at once
ALONE = {  # what Ray is told before it is imported
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # off: addresses of this machine alone, on Linux, too
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_worker_niceness": "0",  # else actors give way to every other process on the machine
}
HANG = "from helpers.scale import embedding; embedding.read_through({cpus}, {actors})"


@contextmanager
def cluster(cpus: int):
    """A Ray cluster on this machine alone while the block runs: no dashboard, nothing reported, no
    port that another machine can reach.

    cpus: how many Ray is told that there are; it may be more than the machine has. What Ray
    writes goes to a temporary folder. Its processes find `helpers` wherever they are started.
    """
    os.environ.update(ALONE)
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # or Ray writes one to ~/.ray
    import ray

    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(cache.ROOT), before]).rstrip(os.pathsep)
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        ray.init(
            address="local",
            num_cpus=cpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="FATAL",
            object_store_memory=100 * 2**20,
            _node_ip_address="127.0.0.1",
            _temp_dir=folder,
        )
        try:
            context = ray.data.DataContext.get_current()  # which sets up Ray's logging
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context.enable_progress_bars = context.print_on_execution_start = False
            context.wait_for_min_actors_s = 120  # no batch begins before all actors are ready
            yield ray
        finally:
            ray.shutdown()
            os.environ["PYTHONPATH"] = before


class Encoder:
    """What an actor does: it loads the encoder once, then embeds batch after batch."""

    def __init__(self, threads: int = 1):
        """threads: of the actor, one for each CPU that it takes."""
        import torch

        from helpers import models

        torch.set_num_threads(threads)
        self.model = models.load_embedder().model

    def __call__(self, batch: dict) -> dict:
        """The numbers of the passages in a batch, their vectors, and when this began and ended."""
        began = time.time()
        texts = [str(text) for text in batch["text"]]
        vectors = self.model.encode(texts, normalize_embeddings=True, batch_size=8)
        done = {"row": batch["row"], "vector": np.asarray(vectors, np.float32)}
        for name, moment in (("began", began), ("ended", time.time())):
            done[name] = np.full(len(texts), moment)
        return done


def embed(texts: list[str], actors: int, cpus: int | None = None) -> tuple[np.ndarray, dict]:
    """The vectors of texts, in their order, by so many actors, and what it took.

    cpus: how many CPUs Ray is to count (None: one more than actors, since the tasks that read need
    one). Returns float32 of shape (texts, dimension) and a dict: seconds until the cluster stands
    ("start"), until all actors are ready ("load"), and from the first batch to the last ("embed");
    and the share of passages that came back at another place than their own ("moved"). Raises
    ValueError if the actors would leave no CPU, or if a passage comes back twice or not at all.
    """
    checks.count(actors, "actors")
    if not checks.strings(texts, "texts"):
        raise ValueError("There are no texts to embed")
    cpus = actors + 1 if cpus is None else cpus
    if actors >= cpus:
        raise ValueError(
            f"{actors} actors would take all {cpus} CPUs, and the tasks that read the passages "
            f"would wait for one without end: use at most {cpus - 1}, or say cpus={actors + 1}"
        )
    times = [time.time()]
    with tempfile.TemporaryDirectory() as folder, cluster(cpus) as ray:
        path = passages_file(texts, folder)
        times.append(time.time())
        pool, blocks = ray.data.ActorPoolStrategy(size=actors), -(-len(texts) // BATCH)
        data = ray.data.read_json(str(path), override_num_blocks=1).repartition(blocks)
        data = data.map_batches(Encoder, compute=pool, batch_size=BATCH, num_cpus=1)
        batches = list(data.iter_batches(batch_size=None))
        times.append(min(float(batch["began"].min()) for batch in batches))
        times.append(max(float(batch["ended"].max()) for batch in batches))
    came = np.concatenate([batch["row"] for batch in batches])
    cost = dict(zip(("start", "load", "embed"), np.diff(times).tolist(), strict=True))
    cost["moved"] = float(np.mean(came != np.arange(len(came))))
    return in_order([(batch["row"], batch["vector"]) for batch in batches], len(texts)), cost


def alone(texts: list[str], threads: int) -> tuple[np.ndarray, dict]:
    """The same from this process with so many threads, its libraries loaded already."""
    import torch

    before, times = torch.get_num_threads(), [time.time()]
    try:
        encoder = Encoder(threads)
        times.append(time.time())
        vectors = encoder({"row": range(len(texts)), "text": texts})["vector"]
    finally:
        torch.set_num_threads(before)
    times.append(time.time())
    cost = dict(zip(("load", "embed"), np.diff(times).tolist(), strict=True))
    return vectors, {"start": 0.0, **cost, "moved": 0.0}


def passages_file(texts: list[str], folder) -> Path:
    """A file of JSON lines with the number of each text and the text."""
    rows = [json.dumps({"row": row, "text": text}) for row, text in enumerate(texts)]
    path = Path(folder) / "passages.jsonl"
    cache.write_bytes(path, "\n".join(rows).encode())
    return path


def in_order(parts: list[tuple], count: int) -> np.ndarray:
    """Vectors that came back in any order, in the order of their passages.

    parts: pairs (numbers of the passages, their vectors), as they came. count: how many there are
    to be. Raises ValueError if one is missing, came twice or was never asked for.
    """
    rows = np.concatenate([np.asarray(numbers, int) for numbers, _ in parts] or [np.array([], int)])
    seen = np.bincount(rows[(rows >= 0) & (rows < count)], minlength=count)
    strange = rows[(rows < 0) | (rows >= count)]
    for what, wrong in (
        ("are missing", np.flatnonzero(seen == 0)),
        ("came back more than once", np.flatnonzero(seen > 1)),
        ("were never asked for", strange),
    ):
        if len(wrong):
            raise ValueError(f"{len(wrong)} passages {what}, the first is number {wrong[0]}")
    vectors = np.concatenate([vectors for _, vectors in parts])
    out = np.empty_like(vectors)
    out[rows] = vectors
    return out


def read_through(cpus: int, actors: int) -> int:
    """Read a file of ten rows and pass them through actors that do nothing: how many came back."""
    with tempfile.TemporaryDirectory() as folder, cluster(cpus) as ray:
        data = ray.data.read_json(str(passages_file(["a passage"] * 10, folder)))
        pool = ray.data.ActorPoolStrategy(size=actors)
        return data.map_batches(Same, compute=pool, num_cpus=1).count()


class Same:
    """An actor that returns its batch as it is."""

    def __call__(self, batch: dict) -> dict:
        """The batch."""
        return batch


def ends(cpus: int, actors: int, seconds: float) -> float | None:
    """The seconds that `read_through` takes in a process of its own; None if it does not end.

    After `seconds` the process is ended, and Ray's own processes end with it.
    """
    command = [sys.executable, "-c", HANG.format(cpus=int(cpus), actors=int(actors))]
    began = time.perf_counter()
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        subprocess.run(command, cwd=cache.ROOT, timeout=seconds, check=True, **quiet)
    except subprocess.TimeoutExpired:
        return None
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"Ray could not run here: {' '.join(last)}") from None
    return time.perf_counter() - began
