"""The places where the course runs: set-up cell, Colab's installer, settings, links, containers."""

import json
import os
import re
import runpy
import subprocess
import sys
import types
from importlib import metadata
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from helpers.engine import cache
from scripts import binder_trial, colab_rehearsal, lab_server, make_links, memory_group

ROOT = cache.ROOT
SETTINGS = ROOT / ".jupyter" / "labconfig" / "default_setting_overrides.json"


@pytest.fixture
def cell():
    """The set-up cell, which is the same in every notebook."""
    text = (ROOT / "notebooks" / make_links.START).read_text(encoding="utf-8")
    return "".join(json.loads(text)["cells"][1]["source"])


@pytest.fixture
def colab(tmp_path, monkeypatch, cell):
    """Runs the cell as on Colab, in a folder that stands for /content; the commands it gave."""
    commands = []

    def run(words, check):
        commands.append(words[:2])
        if words[0] == "git":
            (tmp_path / "course" / "notebooks").mkdir(parents=True)

    def runs():
        commands.clear()
        monkeypatch.chdir(tmp_path)
        exec(cell.replace("/content", str(tmp_path)), {})
        return list(commands)

    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return runs


def test_on_colab_the_cell_clones_once_and_finds_the_course_after_every_start(colab, tmp_path):
    home, install = (
        str(tmp_path / "course"),
        [sys.executable, f"{tmp_path}/course/.binder/colab.py"],
    )
    for expected in ([["git", "clone"], install], [install], [install]):
        sys.path[:] = [entry for entry in sys.path if entry != home]
        assert colab() == expected
        assert sys.path[0] == home and os.getcwd() == f"{home}/notebooks"


def test_elsewhere_the_cell_only_finds_the_course(cell, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing to run"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(ROOT / "notebooks")
    exec(cell, {})
    assert sys.path[0] == str(ROOT)


def test_colab_installs_what_is_missing_or_does_not_fit(tmp_path):
    installer = runpy.run_path(str(ROOT / ".binder" / "colab.py"))
    numpy = metadata.version("numpy")
    lines = [f"numpy=={numpy}", "numpy>=1,<1.5", "no-such-package>=1", "# numpy", "", "NumPy"]
    (tmp_path / "some.txt").write_text("\n".join(lines))
    installer["missing"].__globals__["ROOT"] = tmp_path
    assert installer["missing"]("some.txt") == ["numpy>=1,<1.5", "no-such-package>=1"]


def test_what_colab_lacks_is_required():
    names = {re.split("[<>=]", line)[0] for line in (ROOT / "requirements.txt").read_text().split()}
    assert set(colab_rehearsal.LACKS) <= names


def test_git_clones_this_copy_instead_of_the_address(monkeypatch):
    for name, value in colab_rehearsal.copy_instead_of_the_address().items():
        monkeypatch.setenv(name, value)
    asked = ["git", "ls-remote", "--get-url", f"https://github.com/{make_links.repository()}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == f"file://{ROOT}"


def test_jupyterlab_asks_for_no_news(monkeypatch):
    """JupyterLab's schema knows both settings, and `make lab` and Binder lead to the file."""
    from jupyterlab.commands import get_app_dir

    schemas = Path(get_app_dir()) / "schemas" / "@jupyterlab" / "apputils-extension"
    known = json.loads((schemas / "notification.json").read_text(encoding="utf-8"))["properties"]
    (name, values), *others = json.loads(SETTINGS.read_text()).items()
    assert name == "@jupyterlab/apputils-extension:notification" and not others
    assert values == {"fetchNews": "false", "checkForUpdates": False} and set(values) <= set(known)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    wanted = f"{ROOT / '.jupyter'}:/mine"
    start = [ROOT / ".binder" / "start", "printenv", "JUPYTER_CONFIG_PATH"]
    assert subprocess.check_output(start, text=True).strip() == wanted
    shown = subprocess.check_output(["make", "-n", "lab", "SETUP="], text=True, cwd=ROOT)
    (line,) = [line for line in shown.splitlines() if "jupyter lab" in line]
    printed = subprocess.check_output(f"{line.split()[0]} printenv JUPYTER_CONFIG_PATH", shell=True)
    assert printed.decode().strip() == wanted


def test_the_links_lead_to_the_repository():
    repo, page = make_links.repository(), make_links.PLACES.read_text(encoding="utf-8")
    assert make_links.places(repo) in page, "run make links"
    link = urlsplit(make_links.nbgitpuller("an/other", "https://hub.example"))
    assert link.netloc == "hub.example" and link.path == "/hub/user-redirect/git-pull"
    assert parse_qs(link.query) == {
        "repo": ["https://github.com/an/other"],
        "branch": ["main"],
        "urlpath": [f"lab/tree/other/notebooks/{make_links.START}"],
    }
    assert (ROOT / "notebooks" / make_links.START).exists()


def instructions() -> list[list[str]]:
    """The Dockerfile's instructions, words of continued lines together."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_builds_from_the_files_of_the_course():
    kinds = [words[0] for words in instructions()]
    known = {"FROM", "RUN", "USER", "WORKDIR", "COPY", "EXPOSE", "CMD"}
    assert kinds[0] == "FROM" and set(kinds) <= known
    copied = {n for w in instructions() if w[0] == "COPY" for n in w[1:-1] if n[:2] != "--"}
    files = {path.name for name in copied - {"."} for path in ROOT.glob(name)}
    assert "." in copied
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = re.search(r"^REQUIREMENTS := (.*)\$", makefile, re.MULTILINE)[1].split()
    assert set(wanted) <= files  # the first `make` installs them
    python = re.search(r"python:(3\.\d+)", (ROOT / "Dockerfile").read_text())[1]
    assert f"python={python}" in (ROOT / "environment.yml").read_text()
    stages = [words[-1] for words in instructions() if words[0] == "FROM"]
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["build"]["target"] in stages
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).resolve().exists()
    opened = container["customizations"]["codespaces"]["openFiles"]
    assert all((ROOT / name).exists() for name in opened)
    targets = [w[i + 1] for w in instructions() for i, one in enumerate(w[:-1]) if one == "make"]
    for target in (*targets, container["postCreateCommand"].split()[1], "lab"):
        assert target.startswith("/") or re.search(
            rf"^({re.escape(target)}|.*/\.installed):", makefile, re.M
        )


def test_make_clean_leaves_what_is_yours(tmp_path):
    (tmp_path / "Makefile").write_bytes((cache.ROOT / "Makefile").read_bytes())
    for name in ("models/a", "grids/b", "certificate/c", "decide/report/d", "progress.json"):
        path = tmp_path / "artifacts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = {path.name for path in (tmp_path / "artifacts").iterdir()}
    assert left == {"certificate", "decide", "progress.json"}
    assert (tmp_path / "artifacts" / "decide" / "report" / "d").read_text() == "kept"


def test_what_was_run_as_on_binder_is_on_the_page():
    stored = cache.read_json(binder_trial.STORED)
    assert binder_trial.table(stored) in binder_trial.PAGE.read_text(encoding="utf-8")
    assert stored["MB"] == 2048 and stored["cores"] == 1
    assert set(stored["notebooks"]) == {path.stem for path in binder_trial.NOTEBOOKS}
    for name, row in stored["notebooks"].items():
        assert not (row["errors"] or row["killed for memory"] or row["lost"]), name


def test_what_was_run_as_on_colab_had_no_error():
    stored = cache.read_json(colab_rehearsal.STORED)
    assert stored["versions"]["ipython"] == "7.34.0"
    assert stored["versions"]["ipywidgets"].startswith("7.7.")
    for name, found in stored["notebooks"].items():
        assert (ROOT / "notebooks" / f"{name}.ipynb").exists()
        assert {part["error"] for part in found.values()} == {None}, name


def test_a_long_silent_cell_is_noticed():
    cells = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    ran = [lab_server.Ran(30.0, "", [1.0, 25.0]), lab_server.Ran(9.0), lab_server.Ran(12.0)]
    assert binder_trial.slow(ran, cells) == {"a": [30.0, 24.0], "c": [12.0, 12.0]}
    assert binder_trial.minutes(ran, ran[:1]) == round(81 / 60, 2)


def test_what_a_run_kept_can_be_compared(tmp_path):
    for name in ("models/w.bin", "grids/a.json", "adapters/x.partial/y", "b/.tmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert binder_trial.kept(tmp_path) == {"grids/a.json": 12}


@pytest.mark.parametrize("version", [1, 2, None])
def test_without_a_control_group_it_says_what_to_do(tmp_path, monkeypatch, version):
    monkeypatch.setattr(memory_group, "V1", tmp_path / "memory")
    monkeypatch.setattr(memory_group, "V2", tmp_path)
    if version == 2:
        (tmp_path / "cgroup.controllers").write_text("cpu memory")
        (tmp_path / "cgroup.subtree_control").mkdir()  # can't be read or written
    if version == 1:
        (tmp_path / "memory").mkdir()
        (tmp_path / "memory" / "memory.limit_in_bytes").write_text("0")
        (tmp_path / "memory" / f"course-{os.getpid()}").write_text("in the way")
    with pytest.raises(PermissionError, match="run this as root"):
        memory_group.Group(100)


def test_the_limit_is_enforced_by_the_kernel():
    """A process of the group that takes too much is killed; the group is gone afterwards."""
    try:
        group = memory_group.Group(60)
    except PermissionError as error:
        pytest.skip(str(error))
    with group:
        takes = [sys.executable, "-c", "x = bytearray(200_000_000)"]
        ended = subprocess.run(takes, preexec_fn=group.join)
        assert ended.returncode == -9 and group.kills() == 1
    assert not group.folder.exists()


def test_the_server_is_the_first_that_joined_whatever_its_number(tmp_path, monkeypatch):
    (tmp_path / "memory.stat").write_text("anon 1048576\n")
    members, sizes = [[900], [17, 900]], {900: (1024, 0), 17: (9216, 2048)}
    group = object.__new__(memory_group.Group)
    group.folder, group._server = tmp_path, None
    group.peak = dict.fromkeys(("own", "with files", "server", "kernel"), 0)
    monkeypatch.setattr(group, "members", lambda: members.pop(0))
    monkeypatch.setattr(memory_group, "_memory", sizes.get)
    group._look()
    group._look()
    assert group.peak == {"own": 1, "with files": 3, "server": 1, "kernel": 9}
