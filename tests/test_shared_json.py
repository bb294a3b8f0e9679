"""Progress, ledger and grids: changed by several notebooks at once, damaged, or not writable."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from helpers import evaluate, exercises, ledger
from helpers.engine import cache, shared_json


def passes(folder, ids):
    """Record these exercises as passed, each on its own, as `check` does."""
    os.environ["COURSE_ARTIFACTS"] = str(folder)
    for id in ids:
        shared_json.update(
            Path(folder) / "progress.json", str, lambda old, id=id: {**old, id: "passed"}
        )


@pytest.mark.parametrize("kernels", [2, 3, 4, 5, 6])
def test_several_notebooks_at_once_lose_nothing(tmp_path, kernels):
    ids = [[f"{kernel}.{i}" for i in range(12)] for kernel in range(kernels)]
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=passes, args=(tmp_path, own)) for own in ids]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    record = json.loads((tmp_path / "progress.json").read_text())
    assert record.keys() == {id for own in ids for id in own}


ODD = {
    "cut off": b'{"0.1": "pas',
    "empty": b"",
    "not JSON": b"passed",
    "a list": b'["0.1", "passed"]',
    "null": b"null",
    "not UTF-8": b'{"0.1": "\xff"}',
    "deep": b"[" * 100_000,
    "odd values": b'{"0.1": "passed", "0.2": 7, "0.3": null, "0.4": ["passed"]}',
    "NUL": b"\x00" * 40,
}


@pytest.mark.parametrize("odd", ODD)
def test_a_damaged_progress_is_kept_beside(empty_artifacts, capsys, odd):
    empty_artifacts.mkdir()
    file = empty_artifacts / "progress.json"
    file.write_bytes(ODD[odd])
    exercises.progress()
    exercises.check("0.5", exercises.TODO)
    kept = [p for p in empty_artifacts.iterdir() if "damaged" in p.name]
    assert kept[0].read_bytes() == ODD[odd]
    record = json.loads(file.read_text())
    assert len(kept) == 1 and str(kept[0].name) in " ".join(capsys.readouterr().out.split())
    assert record.pop("0.5") == "not attempted"
    assert record == ({"0.1": "passed"} if odd == "odd values" else {})


OLD = b'{"25": {"threshold": 0.5}}'  # an entry was not a list of records once


@pytest.mark.parametrize(
    "odd", [b"[]", b"{", b'{"25": 3}', b'{"25": ["x", {"date": 1}]}', OLD, b"7"]
)
def test_a_damaged_ledger_is_kept_beside(empty_artifacts, odd):
    empty_artifacts.mkdir()
    (empty_artifacts / "ledger.json").write_bytes(odd)
    assert len(ledger.matrix()) == 104
    assert ledger.records().empty
    ledger.predict(25, guess=0.5)
    ledger.verdict(25, measured=(0.7, 0.6, 0.8))
    assert ledger.matrix().verdict[25] == "supported"


def blocked_by_a_file(folder):
    folder.write_text("a file where a folder should be")


def blocked_by_a_folder(folder):
    (folder / "ledger.json").mkdir(parents=True)


def blocked_lock(folder):
    (folder / ".ledger.json.lock").mkdir(parents=True)


@pytest.mark.parametrize("block", [blocked_by_a_file, blocked_by_a_folder, blocked_lock])
def test_what_cannot_be_written_is_kept_in_memory(empty_artifacts, capsys, block):
    block(empty_artifacts)
    ledger.predict(25, guess=0.5)
    ledger.verdict(25, measured=(0.7, 0.6, 0.8))
    assert ledger.matrix().verdict[25] == "supported"
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("Not saved in") == 1 and "COURSE_ARTIFACTS" in said


@pytest.mark.parametrize("stage", ["write_json", "write_bytes"])
def test_a_full_disk_does_not_end_a_check(empty_artifacts, monkeypatch, capsys, stage):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, stage, full)
    exercises.check("0.5", {name: 0.9 for name in evaluate.MEASURES})
    exercises.progress()
    out = " ".join(capsys.readouterr().out.split())
    assert "No space left" in out and "Notebook 00 □□□□■ 1 of 5" in out
