"""Hostile answers in a real kernel, with the libraries loaded and their threads running."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

from helpers.engine import cache

SET_UP = """
import itertools, os, signal, sys, threading, time
import faiss, numpy as np, torch
from helpers import exercises
from helpers.exercises import TODO, check
exercises.TIME_LIMIT = 1.5
torch.randn(600, 600) @ torch.randn(600, 600)  # its threads are there from now on
index = faiss.IndexFlatIP(32)
index.add(np.random.rand(5000, 32).astype("float32"))
_ = index.search(np.random.rand(2000, 32).astype("float32"), 5)
kept = [1, 2, 3]
check("0.1", lambda *args, **kwargs: None)  # loads the exercises, which the tests don't time
def loop():
    while True: pass
"""

HOSTILE = {
    "0.1": (
        "while True:\n        try: loop()\n        except BaseException: pass",
        "did not finish",
    ),
    "0.2": ("return sum(itertools.count())", "finish"),
    "1.2": ("os._exit(1)", "ended its own process"),
    "1.5": ("sys.exit()", "SystemExit"),
    "2.1": ("kept.clear(); os.chdir('/'); np.random.seed(0); return []", "Exercise 2.1"),
    "2.3": ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    "3.2": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "4.1": ("print('x' * 10**7); return input('your name?')", "no keyboard"),
    "5.1": ("return torch.randn(900, 900) @ torch.randn(900, 900) + index.ntotal", "Exercise 5.1"),
    "6.1": ("return np.linalg.svd(np.random.rand(300, 300))[0] if kept else 0", "Exercise 6.1"),
    "7.1": ("threading.Thread(target=lambda: time.sleep(99)).start(); return [0] * 10**7", "7.1"),
    "7.2": ("import multiprocessing as m; m.Process(target=time.sleep, args=[99]).start()", "7.2"),
}


@pytest.fixture(scope="module")
def kernel(artifacts):
    manager, client = start_new_kernel(cwd=str(cache.ROOT))
    run(client, SET_UP)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, code):
    """All that a cell shows, as text; an error in the cell comes as its traceback."""
    texts = []

    def hook(message):
        content = message["content"]
        texts.append(content.get("text") or content.get("data", {}).get("text/plain", ""))
        texts.extend(content.get("traceback", []))

    client.execute_interactive(code, timeout=120, allow_stdin=False, output_hook=hook)
    return "\n".join(texts)


@pytest.mark.slow
@pytest.mark.parametrize("id", HOSTILE)
def test_a_hostile_answer_leaves_the_kernel_as_it_was(kernel, id):
    body, words = HOSTILE[id]
    start = time.perf_counter()
    shown = run(kernel[1], f"def answer(*args, **kwargs):\n    {body}\n\ncheck({id!r}, answer)")
    assert words in shown and "passed" not in shown and len(shown) < 2000
    assert time.perf_counter() - start < 10
    after = run(kernel[1], "print(kept, os.getcwd(), sys.stdout is sys.__stdout__, 6 * 7)")
    assert after.strip() == f"[1, 2, 3] {cache.ROOT} False 42"


@pytest.mark.slow
def test_an_interrupt_ends_the_check_alone(kernel):
    manager, client = kernel
    run(client, "exercises.TIME_LIMIT = 60")
    client.execute("def answer(*_):\n    while True: pass\n\ncheck('0.1', answer)")
    time.sleep(2)
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
    time.sleep(1)  # a kernel drops what was sent to it before the error was known
    assert "42" in run(client, "print(6 * 7)")
    waiting = run(client, "import psutil; print(len(psutil.Process().children()))")
    assert waiting.strip() == "0"
