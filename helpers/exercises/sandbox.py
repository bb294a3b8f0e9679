"""Run the check of an answer where it can do no harm: in a child process that can be ended.

A forked child has everything that the notebook has, so nothing is copied or started again: about
0.02 seconds. It ends at the time limit whatever it does, even inside a loop in C. Where a fork is
not safe (Windows, macOS, after the GPU was used) the check runs in a thread instead. At the limit
the thread is parked for good, unless it is stuck inside one call of a C function.

The child writes its result into memory that it shares with the notebook, which waits for the end of
the child and then reads: unlike a pipe, this can't be blocked by what an answer writes or keeps.
"""

import builtins
import contextlib
import json
import math
import mmap
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable

MEMORY = 1 << 30  # bytes that a check may take beyond what the notebook takes
NOTE, RESULT = 1000, 1 << 16  # bytes
_in_child, _noted = False, None


class Unfinished(Exception):
    """Raised when there is no result; its arguments are the reason and what was noted last."""


class _Nowhere:
    """A text file that forgets what is written to it."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def run(work: Callable, seconds: float):
    """What `work()` returns, a JSON value; it prints nothing and changes nothing here.

    Raises Unfinished after so many seconds, or if `work` ended its own process.
    """
    global _noted
    outer, noted = _noted, mmap.mmap(-1, NOTE)
    _noted = noted
    inside = _in_child or getattr(threading.current_thread(), "is_check", False)
    waited = math.inf if inside else seconds  # the check outside ends both, in its time
    try:
        return (_forked if _fork_is_safe() else _threaded)(work, waited)
    except TimeoutError:
        late = f"did not finish within {seconds} seconds: is there a loop that never ends?"
        raise Unfinished(late, _text_in(noted)) from None
    except EOFError as error:
        raise Unfinished(f"{error}.", _text_in(noted)) from None
    finally:
        _noted = outer


def note(text: str) -> None:
    """Keep what `work` is about to do, for the message if it never returns."""
    _noted[:] = text.encode(errors="replace")[:NOTE].ljust(NOTE, b"\0")


def _text_in(memory) -> str:
    return memory[:].rstrip(b"\0").decode(errors="ignore")


def _fork_is_safe() -> bool:
    torch = sys.modules.get("torch")
    used_gpu = torch is not None and torch.cuda.is_initialized()
    return sys.platform == "linux" and hasattr(os, "fork") and not used_gpu


def _forked(work, seconds):
    result = mmap.mmap(-1, RESULT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads do not matter: see _child
        pid = os.fork()
    if pid == 0:
        _child(work, result)
    group = not _in_child  # a check inside a check stays in the group of the outer one
    if group:
        with contextlib.suppress(OSError):  # the child does it too; whoever comes first
            os.setpgid(pid, pid)
    try:
        in_time = _ends(pid, seconds)
    finally:
        for kill in [os.kill, os.killpg][: 1 + group]:
            with contextlib.suppress(OSError):
                kill(pid, signal.SIGKILL)
        how = _how(pid)
    if not in_time:
        raise TimeoutError
    if not (written := _text_in(result)):
        raise EOFError(f"ended its own process {how}")
    try:
        return json.loads(written)
    except ValueError:  # something else than a result is there
        raise EOFError("wrote over the result of its own check") from None


def _ends(pid, seconds) -> bool:
    """Does the child end in so many seconds? It is not reaped: its id stays its own."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):
        while not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
    return True


def _child(work, result):
    """The child's whole life. It never returns, so nothing of the notebook runs twice."""
    global _in_child
    try:
        if not _in_child:
            os.setpgid(0, 0)
        _in_child = True
        sys.stdout = sys.stderr = _Nowhere()
        builtins.input = _no_input
        _one_thread()
        _bound_memory()
        text = json.dumps(work()).encode()
        result[: len(text)] = text
    finally:
        os._exit(0)


def _no_input(*_):
    raise EOFError("a check has no keyboard, so `input` does not work in it")


def _one_thread():
    """A fork has one thread only, and OpenMP would wait for the others for ever."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if "faiss" in sys.modules:
        sys.modules["faiss"].omp_set_num_threads(1)


def _bound_memory():
    """Let an answer that fills the memory get a MemoryError, before the system stops it."""
    import resource

    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = used + MEMORY
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _how(pid) -> str:
    """Reap a child, and say how it ended."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return "without a word"
    code = os.waitstatus_to_exitcode(status)
    return f"with {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"


def _threaded(work, seconds):
    results, errors, late = [], [], threading.Event()

    def target():
        sys.settrace(lambda *_: _park() if late.is_set() else None)
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.is_check = True
    threading.current_thread().check = thread, late  # if this is a check, that is one inside it
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
        thread.start()
        try:
            thread.join(None if math.isinf(seconds) else seconds)
        finally:
            if unfinished := thread.is_alive():
                _stop(thread, late)
    if unfinished:
        raise TimeoutError
    if errors:
        raise errors[0]
    return results[0]


def _stop(thread, late):
    """Park a thread, and the check inside its check, at the next step, whatever they catch."""
    late.set()
    frame = sys._current_frames().get(thread.ident)
    while frame:
        frame.f_trace, frame.f_trace_opcodes = (lambda *_: _park()), True
        frame = frame.f_back
    inner = getattr(thread, "check", None)
    if inner and inner[0].is_alive():
        _stop(*inner)


def _park():
    """Wait for ever, which takes no time of the processor. What waits is a daemon thread."""
    threading.Event().wait()
