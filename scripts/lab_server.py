"""A JupyterLab of our own for trials: start it, and run cells through it as a browser does."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
import websocket

from helpers.engine import cache

SETTINGS = cache.ROOT / ".jupyter"  # no news, no check for updates; the user's settings win
DEAD = ("restarting", "autorestarting", "dead")


class KernelDied(RuntimeError):
    """The kernel ended while a cell ran."""


@dataclass
class Ran:
    """A cell's seconds, its error (empty: none), and whether it showed anything before its end."""

    seconds: float = 0.0
    error: str = ""
    shown: list = field(default_factory=list)  # seconds from the start to each sign of life


def course_copy(folder: Path) -> Path:
    """A folder like the course, with notebooks that may be changed; all else is linked."""
    for path in cache.ROOT.iterdir():
        if path.name in ("helpers", "datasets", "adapters", "results", "scripts", "docs"):
            (folder / path.name).symlink_to(path)
    (folder / "notebooks").mkdir()
    for path in (cache.ROOT / "notebooks").glob("*.ipynb"):
        (folder / "notebooks" / path.name).write_bytes(path.read_bytes())
    return folder


def empty_artifacts(folder: Path) -> Path:
    """A folder for everything computed that holds the converted weights and nothing else."""
    (folder / "artifacts").mkdir()
    (folder / "artifacts" / "models").symlink_to((cache.artifacts() / "models").resolve())
    return folder / "artifacts"


class Lab:
    """With `with`: JupyterLab, serving a folder on a free port of this machine.

    before: called in the new process before it becomes JupyterLab. environment: more variables.
    options: more options of JupyterLab.
    """

    def __init__(self, root: Path, before=None, environment: dict | None = None, options=()):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.token, self.root, self.before = secrets.token_hex(16), Path(root), before
        self.options = options
        self.home = f"http://127.0.0.1:{self.port}"
        mine = os.environ.get("JUPYTER_CONFIG_PATH")
        paths = os.pathsep.join(filter(None, [str(SETTINGS), mine]))
        self.environment = os.environ | {"JUPYTER_CONFIG_PATH": paths} | (environment or {})

    def __enter__(self):
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.port}"]
        options += [f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={self.token}"]
        options += ["--ServerApp.port_retries=0", *self.options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=self.environment,
            cwd=self.root,
            preexec_fn=self.before,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(240):
            try:
                self.ask("GET", "status")
                return self
            except requests.ConnectionError:
                time.sleep(0.5)
        self.__exit__()
        raise TimeoutError("JupyterLab did not start within two minutes")

    def __exit__(self, *_):
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for process in family:
            if process.is_running():
                process.kill()

    def ask(self, method: str, path: str, /, **body):
        """One call of the server's REST interface; its answer. Raises requests' HTTPError."""
        answer = requests.request(
            method,
            f"{self.home}/api/{path}",
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
            **({"json": body} if body else {}),
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Session:
    """A notebook that is open in a `Lab`, with its kernel."""

    def __init__(self, lab: Lab, name: str):
        self.lab, self.path = lab, f"notebooks/{name}"
        self.notebook = lab.ask("GET", f"contents/{self.path}?content=1")["content"]
        kernel = {"kernel": {"name": "python3"}, "name": name, "type": "notebook"}
        self.id = lab.ask("POST", "sessions", path=self.path, **kernel)["kernel"]["id"]
        self.connect()

    def connect(self) -> None:
        """Open the channel to the kernel, and wait until it answers."""
        address = f"{self.lab.home.replace('http', 'ws')}/api/kernels/{self.id}/channels"
        for _ in range(60):
            self.channel = websocket.create_connection(
                f"{address}?session_id={uuid.uuid4().hex}&token={self.lab.token}", timeout=5
            )
            try:
                self._until_idle(self._send("kernel_info_request", {}))
                self.channel.settimeout(900)
                return
            except (KernelDied, websocket.WebSocketException, OSError):
                self.channel.close()
                time.sleep(1)
        raise TimeoutError("The kernel does not answer")

    def process(self) -> psutil.Process:
        """The kernel's process."""
        server = psutil.Process(self.lab.process.pid)
        return next(p for p in server.children() if any(self.id in word for word in p.cmdline()))

    def code_cells(self) -> list[dict]:
        """The code cells of the notebook as it was opened."""
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code"]

    def run(self, source: str) -> Ran:
        """Run a cell. Raises KernelDied if the kernel ends before the cell does."""
        start = time.perf_counter()
        request = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        ran = self._until_idle(self._send("execute_request", request), start)
        ran.seconds = time.perf_counter() - start
        return ran

    def save(self) -> None:
        """Save the notebook, as JupyterLab does every two minutes."""
        model = {"type": "notebook", "format": "json", "content": self.notebook}
        self.lab.ask("PUT", f"contents/{self.path}", **model)

    def close(self) -> None:
        """Shut the kernel down."""
        self.channel.close()
        self.lab.ask("DELETE", f"kernels/{self.id}")

    def _send(self, kind, content):
        id = uuid.uuid4().hex
        header = {"msg_id": id, "msg_type": kind, "version": "5.3", "username": "trial"}
        message = {"header": header | {"session": id}, "parent_header": {}, "metadata": {}}
        self.channel.send(json.dumps({**message, "content": content, "channel": "shell"}))
        return id

    def _until_idle(self, id, start=0.0):
        """Read what the kernel says until it has replied to a request and is idle again."""
        ran, waiting = Ran(), {"reply", "idle"}
        while waiting:
            text = self.channel.recv()
            if not isinstance(text, str):  # pictures of widgets
                continue
            message = json.loads(text)
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] in DEAD:
                raise KernelDied(content["execution_state"])
            if message["parent_header"].get("msg_id") != id:
                continue
            if kind == "error":
                ran.error = f"{content['ename']}: {content['evalue']}"[:500]
            elif kind in ("stream", "display_data", "update_display_data", "comm_msg"):
                ran.shown.append(time.perf_counter() - start)
            elif kind == "status" and content["execution_state"] == "idle":
                waiting -= {"idle"}
            elif kind.endswith("_reply"):
                waiting -= {"reply"}
        return ran
