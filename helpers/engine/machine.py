"""The machine: return freed memory to the system, and measure memory, speed and energy.

Not faster: without `small_heap`, training would take some 350 MB more, too much for Binder's 2 GB.
"""

import ctypes
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import psutil
import torch

POWERCAP = Path("/sys/class/powercap")  # where Linux shows the energy counters of a processor


def release_memory() -> None:
    """Return freed memory to the system; the C library (glibc) would keep it for itself."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


@contextmanager
def small_heap():
    """While the block runs, glibc maps each block of a megabyte or more separately, and unmaps it
    as soon as it is freed.

    In the heap, tensors of ever-changing sizes leave holes, 350 MB of them in training. Mapping
    costs time, so afterwards the limit is 32 MB. M_MMAP_THRESHOLD is -3 in malloc.h.
    """

    def limit(size):
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(-3, size)

    limit(1 << 20)
    try:
        yield
    finally:
        limit(1 << 25)


@contextmanager
def peak_memory():
    """Yields an object; after the block, its `megabytes` is the peak of memory above the start."""
    peak, stop = SimpleNamespace(megabytes=0.0), threading.Event()
    release_memory()
    process, cuda = psutil.Process(), torch.cuda.is_available()
    before = torch.cuda.memory_allocated() if cuda else process.memory_info().rss
    if cuda:
        torch.cuda.reset_peak_memory_stats()

    def watch():
        while not stop.wait(0.02):
            now = torch.cuda.max_memory_allocated() if cuda else process.memory_info().rss
            peak.megabytes = max(peak.megabytes, (now - before) / 2**20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def matmul_peak(n: int = 1536, repeats: int = 5) -> float:
    """The FLOPs a second that one large float32 product of matrices reaches: the machine's peak."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a, b, best = torch.rand(n, n, device=device), torch.rand(n, n, device=device), 0.0
    for _ in range(repeats):
        start = time.perf_counter()
        (a @ b).sum().item()
        best = max(best, 2 * n**3 / (time.perf_counter() - start))
    return best


def reading_speed(megabytes: int = 128, repeats: int = 5) -> float:
    """Bytes a second at which a float32 matrix is read to multiply it by one vector.

    Writing a token is such work: every weight is read once. megabytes: more than the caches hold.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    weights, best = torch.rand(megabytes * 256, 1024, device=device), 0.0
    vector = torch.rand(1024, device=device)
    for _ in range(repeats):
        start = time.perf_counter()
        (weights @ vector).sum().item()
        best = max(best, weights.nbytes / (time.perf_counter() - start))
    return best


@contextmanager
def energy():
    """Yields an object; after the block, its `joules` are what the processor used, all programs
    together; None if the machine does not tell.

    The counters are Intel's RAPL, which AMD's processors have too: one for each package, in
    microjoules, starting again at 0 after its largest value. Reading them may need rights.
    """
    used, before = SimpleNamespace(joules=None), _counters()
    try:
        yield used
    finally:
        after = _counters()
        if before and before.keys() == after.keys():
            turns = [(after[k][0] - before[k][0]) % (after[k][1] + 1) for k in before]
            used.joules = sum(turns) / 1e6


def _counters() -> dict[str, tuple[int, int]]:
    """For each processor package its counter and the largest value; empty if they can't be read."""
    found = {}
    with suppress(OSError, ValueError):
        for folder in sorted(POWERCAP.glob("intel-rapl:*")):
            if (folder / "name").read_text().startswith("package"):
                files = (folder / name for name in ("energy_uj", "max_energy_range_uj"))
                found[folder.name] = tuple(int(file.read_text()) for file in files)
    return found
