"""A control group of Linux: processes that may not use more memory together than a limit.

The kernel enforces it, as on Binder: if the group needs more, one of its processes is killed.
"""

import os
import signal
import threading
import time
from pathlib import Path

V1, V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
FILES = {  # limit, limit that includes swap space, members, count of kills
    1: (
        "memory.limit_in_bytes",
        "memory.memsw.limit_in_bytes",
        "cgroup.procs",
        "memory.oom_control",
    ),
    2: ("memory.max", "memory.swap.max", "cgroup.procs", "memory.events"),
}
OWN = ("total_rss", "total_shmem", "anon", "shmem")  # the first two in v1, the others in v2
SAMPLE = 0.2  # seconds between two looks at the members


def _parent():
    """The mounted version and its folder; OSError where a group with a limit can't be made."""
    if (V2 / "cgroup.controllers").exists():
        if "memory" not in (V2 / "cgroup.subtree_control").read_text().split():
            (V2 / "cgroup.subtree_control").write_text("+memory")
        return 2, V2
    if (V1 / "memory.limit_in_bytes").exists():
        return 1, V1
    raise OSError("no memory controller is mounted under /sys/fs/cgroup")


class Group:
    """With `with`: a group with a limit of so many megabytes; at its end, its members are killed.

    Raises PermissionError, saying what to do, where no such group can be made.
    """

    def __init__(self, megabytes: int):
        try:
            version, parent = _parent()
            self.folder = parent / f"course-{os.getpid()}"
            self.folder.mkdir()
        except OSError as error:
            raise PermissionError(
                f"A limit on memory needs Linux and the right to make a control group ({error}): "
                "run this as root, on the machine itself or in a container with its own groups"
            ) from error
        limit, swap, self._members, self._kills = (self.folder / name for name in FILES[version])
        limit.write_text(str(megabytes * 2**20))
        if swap.exists():  # swap space counts too: v1 limits the sum, v2 swap space alone
            swap.write_text(str(megabytes * 2**20) if version == 1 else "0")
        self.peak = {"own": 0, "with files": 0, "server": 0, "kernel": 0}
        self._open, self._server = True, None
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._watcher.start()
        return self

    def __exit__(self, *_):
        self._open = False
        self._watcher.join()
        while members := self.members():
            for process in members:
                os.kill(process, signal.SIGKILL)
            time.sleep(0.1)
        self.folder.rmdir()

    def join(self) -> None:
        """Put the process that calls this into the group, with all that it will start."""
        self._members.write_text(str(os.getpid()))

    def members(self) -> list[int]:
        """The processes in the group."""
        return [int(number) for number in self._members.read_text().split()]

    def kills(self) -> int:
        """How often the kernel has killed a process of the group for want of memory."""
        rows = (line.split() for line in self._kills.read_text().splitlines())
        return next(int(row[1]) for row in rows if row[0] == "oom_kill")

    def _watch(self):
        while self._open:
            self._look()
            time.sleep(SAMPLE)

    def _look(self):
        """Own memory of the group, and with the files that its largest reader has mapped (MB).

        Files in memory can be dropped and read again; they are shared, so they count once.
        """
        rows = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        own = sum(int(rows[name]) for name in OWN if name in rows) / 1024
        self._keep("own", own)
        members = self.members()
        found = {number: size for number in members if (size := _memory(number))}
        if found:
            self._server = self._server or members[0]  # the first process that joined
            self._keep("with files", own + max(files for _, files in found.values()))
            for number, (mine, _) in found.items():
                self._keep("server" if number == self._server else "kernel", mine)

    def _keep(self, name, kilobytes):
        self.peak[name] = max(self.peak[name], round(kilobytes / 1024))


def _memory(number):
    """Own memory and mapped files of a process in kilobytes; None if it has ended."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return None
    rows = {line.split()[0]: int(line.split()[1]) for line in lines if line.startswith("Rss")}
    return (rows["RssAnon:"] + rows["RssShmem:"], rows["RssFile:"]) if rows else None
