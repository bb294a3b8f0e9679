"""Disks and files that fail: found out before the work, told in a sentence, and nothing is lost."""

import dataclasses
import json
import os
import shutil
import stat
import subprocess
import sys
import threading

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from helpers import course, lora, models
from helpers.engine import cache
from tests.test_lora import EXAMPLES, RECIPE

pytestmark = pytest.mark.slow

SHORT = dataclasses.replace(RECIPE, epochs=2)


@pytest.fixture
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


def edit_json(path, change):
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def edit_weights(folder):
    path = folder / "adapter_model.safetensors"
    save_file({n: t + 0.01 for n, t in load_file(path).items()}, path, {"format": "pt"})


def cut(path, size):
    path.write_bytes(path.read_bytes()[:size])


DAMAGE = {
    "half the weights": lambda f: cut(f / "adapter_model.safetensors", 2000),
    "empty weights": lambda f: cut(f / "adapter_model.safetensors", 0),
    "no weights": lambda f: (f / "adapter_model.safetensors").unlink(),
    "other weights": edit_weights,
    "no configuration": lambda f: (f / "adapter_config.json").unlink(),
    "another alpha": lambda f: edit_json(
        f / "adapter_config.json", lambda config: config.update(lora_alpha=64)
    ),
    "another recipe": lambda f: edit_json(
        f / "record.json", lambda record: record["recipe"].update(top_layers=1.0)
    ),
    "better losses": lambda f: edit_json(
        f / "record.json", lambda record: record["log"][-1].update(loss=0.0)
    ),
    "another base": lambda f: edit_json(
        f / "record.json", lambda record: record.update(base="mine")
    ),
    "half the record": lambda f: cut(f / "record.json", 200),
    "a list for a record": lambda f: (f / "record.json").write_text("[1]"),
    "no record": lambda f: (f / "record.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_adapter_is_refused_and_trained_again(tiny, empty_artifacts, damage, capsys):
    folder = lora.train(tiny, EXAMPLES, SHORT)
    good = cache.sha256(folder / "adapter_model.safetensors")
    damage(folder)
    refused = pytest.raises(ValueError, match=r"(is missing|damaged|changed|not as|can't be read)")
    with refused as error, lora.adapted(tiny, folder):
        pass
    assert "Train it again" in str(error.value) and str(folder) in str(error.value)
    capsys.readouterr()
    assert lora.train(tiny, EXAMPLES, SHORT) == folder
    said = capsys.readouterr().out
    assert "Training again, because" in said and "Already trained" not in said
    assert cache.sha256(folder / "adapter_model.safetensors") == good
    with lora.adapted(tiny, folder):
        pass
    lora.train(tiny, EXAMPLES, SHORT)
    assert "Already trained" in capsys.readouterr().out


def test_a_shipped_adapter_that_was_changed_is_refused(llm, tmp_path):
    folder = shutil.copytree(course.adapter("house"), tmp_path / "house")
    text = (folder / "adapter_config.json").read_text()
    (folder / "adapter_config.json").write_text(text.replace("\n", "\r\n"))
    with lora.adapted(llm, folder):  # other line ends are no change
        pass
    edit_json(folder / "adapter_config.json", lambda config: config.update(lora_alpha=64))
    with pytest.raises(ValueError, match="adapter_config.json"), lora.adapted(llm, folder):
        pass


TRAIN = """
import os, sys
from helpers import lora, models
from tests.test_lora import EXAMPLES, RECIPE
llm, steps = models.load_llm(sys.argv[1]), []
try:
    lora.train(llm, EXAMPLES, RECIPE, watch=lambda log: steps.append(len(log)))
except OSError as error:
    print("steps", len(steps), type(error).__name__, error)
else:
    print("trained", len(steps))
print(llm.generate(["the river"], 2)[0].generated_tokens > 0, "answered")
print(models.load_embedder().encode(["one", "two"]).shape)
"""
DISKS = {
    "read-only": "mount -t tmpfs -o size=2m none {0} && mount -o remount,ro {0}",
    "full": "mount -t tmpfs -o size=2m none {0} && dd if=/dev/zero of={0}/x bs=1k 2>/dev/null",
    "nearly full": (
        "mount -t tmpfs -o size=2m none {0} && dd if=/dev/zero of={0}/x bs=1k count=1990 "
        "2>/dev/null"
    ),
    "no room for names": "mount -t tmpfs -o nr_inodes=1 none {0}",
    "a file in its place": "rmdir {0} && touch {0}",
}


@pytest.mark.parametrize("disk", DISKS.values(), ids=DISKS)
def test_a_disk_that_takes_nothing_is_found_out_before_the_training(disk, tiny_model, tmp_path):
    """And answers and embeddings are still given, with one warning each."""
    if (
        "mount" in disk
        and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode
    ):
        pytest.skip("no mounts on this machine")
    (tmp_path / "artifacts").mkdir()
    shell = disk.format(tmp_path / "artifacts") + '; exec "$@"'
    command = ["unshare", "-m"] * ("mount" in disk) + ["sh", "-c", shell, "sh", sys.executable]
    environment = {**os.environ, "COURSE_ARTIFACTS": str(tmp_path / "artifacts")}
    done = subprocess.run(
        [*command, "-c", TRAIN, str(tiny_model)],
        cwd=cache.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "steps 0" in done.stdout and "COURSE_ARTIFACTS" in done.stdout, done.stderr[-2000:]
    assert "True answered\n" in done.stdout and "(2, 384)" in done.stdout
    assert done.stdout.count("again next time") <= 2


def test_the_converted_weights_need_room(empty_artifacts, monkeypatch):
    from helpers.engine import weights

    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1e8))
    with pytest.raises(OSError, match="560 MB are needed and 100 MB are free.*COURSE_ARTIFACTS"):
        weights.llm_folder()


def damaged_rows(path, rows):
    path.write_bytes(
        b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in rows)
    )


def generations(llm, path, spoil):
    prompts = [f"river {i}" for i in range(3)]
    first = [one.text for one in llm.generate(prompts, 3)]
    (stored,) = (path / "generations").iterdir()
    spoil(stored)
    return first, lambda: [one.text for one in llm.generate(prompts, 3)]


def rewritten(change):
    def spoil(path):
        rows = [json.loads(line) for line in path.read_text().split("\n") if line]
        damaged_rows(path, [change(row) for row in rows])

    return spoil


def in_its_place(path):
    path.unlink()
    path.mkdir()
    (path / "x").touch()


ROWS = {
    "bytes that are no text": lambda p: p.write_bytes(b"\xff\xfe\x00" * 50 + b"\n\xff"),
    "a folder in its place": in_its_place,
    "half lines": lambda p: damaged_rows(p, [line[:30] for line in p.read_bytes().split(b"\n")]),
    "text for a result": rewritten(lambda row: row | {"value": "yes"}),
    "another form": rewritten(lambda row: row | {"value": {"text": "yes"}}),
    "a number for a text": rewritten(lambda row: row | {"value": row["value"] | {"text": 3}}),
    "nothing": rewritten(lambda row: row | {"value": None}),
    "one more field": rewritten(lambda row: row | {"value": row["value"] | {"x": 1}}),
    "a list for a row": rewritten(lambda row: [row]),
    "a number for a key": rewritten(lambda row: row | {"key": 7}),
    "an empty file": lambda p: p.write_bytes(b""),
    "deep brackets": lambda p: p.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("spoil", ROWS.values(), ids=ROWS)
def test_a_cache_of_answers_that_cannot_be_read_is_a_warning(
    tiny, tiny_model, empty_artifacts, spoil, capsys
):
    first, again = generations(tiny, empty_artifacts, spoil)
    from helpers.engine import store

    store.Store.open.cache_clear()  # as in a new kernel
    capsys.readouterr()
    assert again() == first
    said = capsys.readouterr().out
    told = [line for line in said.split("\n") if line]
    assert len(told) <= (2 if spoil is in_its_place else 1), said
    quiet = spoil in (ROWS["half lines"], ROWS["an empty file"])  # an interruption is no damage
    assert bool(told) != quiet


SIGNS = ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\x1e\x1f"]


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_line_ends_of_other_kinds_do_not_end_a_row(sign, tmp_path, monkeypatch):
    """In JSON they may stand in a string as they are; only a line feed ends a row."""
    from helpers.engine.store import Store
    from scripts import make_results

    value = {"text": f"a{sign}b", "prompt_tokens": 1, "generated_tokens": 1, "seconds": 0.1}
    made = Store(tmp_path, "x", False)
    made.add("q", value)
    again = Store(tmp_path, "x", False)
    assert "q" in again and again["q"] == value
    assert len(make_results.rows(made.path)) == 1
    assert cache.read_jsonl(made.path, ("key", "value"))[0]["value"] == value


def whole(path):
    return np.load(path)


VECTORS = {
    "an empty file": lambda p: p.write_bytes(b""),
    "half the file": lambda p: p.write_bytes(p.read_bytes()[:1000]),
    "half the header": lambda p: p.write_bytes(p.read_bytes()[:20]),
    "other bytes": lambda p: p.write_bytes(b"hello" * 9),
    "an archive": lambda p: p.write_bytes(b"PK\x03\x04" + bytes(90)),
    "fewer rows": lambda p: np.save(p, whole(p)[:1]),
    "more rows": lambda p: np.save(p, np.concatenate([whole(p)] * 2)),
    "one row": lambda p: np.save(p, whole(p)[0]),
    "another type": lambda p: np.save(p, whole(p).astype(np.float64)),
    "NaN": lambda p: np.save(p, whole(p) * np.float32("nan")),
    "other lengths": lambda p: np.save(p, whole(p) * np.float32(2)),
    "a pickle": lambda p: np.save(p, np.array([{"a": 1}, None], object), allow_pickle=True),
    "a giant": lambda p: p.write_bytes(p.read_bytes().replace(b"(2, 384)", b"(9**9,3)", 1)),
    "a folder in its place": in_its_place,
}


@pytest.mark.parametrize("spoil", VECTORS.values(), ids=VECTORS)
def test_embeddings_that_cannot_be_read_are_made_again(embedder, empty_artifacts, spoil, capsys):
    texts = ["one passage", "another passage"]
    vectors = embedder.encode(texts)
    (path,) = (empty_artifacts / "embeddings").iterdir()
    spoil(path)
    assert np.allclose(embedder.encode(texts), vectors, atol=1e-6)
    assert "damaged" in capsys.readouterr().out
    if spoil is not in_its_place:
        assert np.allclose(np.load(path), vectors, atol=1e-6)  # and it is whole again


def stored_checkpoint(folder):
    return next(folder.glob("adapters/*.partial/checkpoint.safetensors"))


def edit_checkpoint(change):
    def spoil(path):
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            metadata = file.metadata()
        tensors = load_file(path)
        tensors, metadata = change(tensors, metadata)
        save_file(tensors, path, metadata)

    return spoil


def without(part):
    return lambda tensors, about: ({n: t for n, t in tensors.items() if part not in n}, about)


CHECKPOINTS = {
    "half of it": lambda p: cut(p, 100),
    "an empty file": lambda p: cut(p, 0),
    "no weights": edit_checkpoint(without("weight.base")),
    "no optimizer": edit_checkpoint(without("exp_avg_sq")),
    "other shapes": edit_checkpoint(lambda t, m: ({n: x.flatten()[:1] for n, x in t.items()}, m)),
    "no log": edit_checkpoint(lambda t, m: (t, {"x": "y"})),
    "a log with gaps": edit_checkpoint(
        lambda t, m: (t, {"log": json.dumps(json.loads(m["log"])[1:])})
    ),
    "a log of something else": edit_checkpoint(lambda t, m: (t, {"log": '{"a": 1}'})),
    "no notes": edit_checkpoint(lambda t, m: (t, None)),
}


@pytest.mark.parametrize("spoil", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_a_damaged_checkpoint_changes_nothing(tiny, empty_artifacts, spoil, capsys):
    whole = cache.sha256(lora.train(tiny, EXAMPLES, SHORT) / "adapter_model.safetensors")
    shutil.rmtree(empty_artifacts / "adapters")
    lora.train(tiny, EXAMPLES, SHORT, stop_after=5)
    spoil(stored_checkpoint(empty_artifacts))
    folder = lora.train(tiny, EXAMPLES, SHORT)
    assert "checkpoint is damaged" in capsys.readouterr().out
    assert cache.sha256(folder / "adapter_model.safetensors") == whole


@pytest.mark.parametrize("stop", [1, 3, 5, 6, 7])
def test_stopping_before_a_checkpoint_starts_again_and_keeps_it(
    tiny, empty_artifacts, stop, capsys
):
    """The weights are those of this many steps, whatever an earlier run has left."""
    alone = cache.sha256(
        lora.train(tiny, EXAMPLES, SHORT, stop_after=stop) / "adapter_model.safetensors"
    )
    shutil.rmtree(empty_artifacts / "adapters")
    lora.train(tiny, EXAMPLES, SHORT, stop_after=min(7, max(5, stop)))
    kept = cache.sha256(stored_checkpoint(empty_artifacts))
    folder = lora.train(tiny, EXAMPLES, SHORT, stop_after=stop)
    assert folder.name.endswith(f"-step{stop}")
    assert cache.sha256(folder / "adapter_model.safetensors") == alone
    assert cache.sha256(stored_checkpoint(empty_artifacts)) == kept
    assert len(lora.read_record(folder)["log"]) == stop


def test_a_finished_run_leaves_no_folder_behind(tiny, empty_artifacts):
    folder = lora.train(tiny, EXAMPLES, SHORT)
    assert [path.name for path in (empty_artifacts / "adapters").iterdir()] == [folder.name]


def saved_by(kind, folder, tiny):
    """The files that one way of saving writes."""
    if kind == "JSON":
        cache.write_json(folder / "new" / "x.json", 1)
    elif kind == "bytes":
        cache.write_bytes(folder / "new" / "x.bin", b"1")
    elif kind == "answers":
        tiny.generate(["the river"], 2)
    elif kind == "embeddings":
        models.load_embedder().encode(["one", "two"])
    elif kind == "an adapter":
        lora.train(tiny, EXAMPLES, SHORT)
    elif kind == "a stopped run":
        lora.train(tiny, EXAMPLES, SHORT, stop_after=5)
    elif kind == "all weights":
        lora.train(tiny, EXAMPLES, dataclasses.replace(SHORT, method="full"))
    return [path for path in folder.rglob("*") if path.is_file()]


KINDS = ["JSON", "bytes", "answers", "embeddings", "an adapter", "a stopped run", "all weights"]


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077], ids=oct)
@pytest.mark.parametrize("kind", KINDS)
def test_saved_files_follow_the_umask(tiny, empty_artifacts, kind, mask):
    before = os.umask(mask)
    try:
        paths = saved_by(kind, empty_artifacts, tiny)
    finally:
        os.umask(before)
    assert paths
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o666 & ~mask}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o444], ids=oct)
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, mode):
    (path := tmp_path / "x.json").touch()
    path.chmod(mode)
    cache.write_json(path, 1)
    assert stat.S_IMODE(path.stat().st_mode) == mode and cache.read_json(path) == 1


def test_what_a_link_points_to_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "x.json").symlink_to(tmp_path / "elsewhere" / "y.json")
    for value in (1, 2):
        cache.write_json(tmp_path / "x.json", value)
        assert (tmp_path / "x.json").is_symlink()
        assert cache.read_json(tmp_path / "elsewhere" / "y.json") == value
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_name_of_full_length_can_be_written(tmp_path):
    cache.write_json(tmp_path / ("x" * 250 + ".json"), 1)
    assert len(list(tmp_path.iterdir())) == 1


def test_two_writers_of_one_file_tear_nothing(tmp_path):
    texts = {letter: (letter * 200_000).encode() for letter in "abcd"}

    def write(data):
        for _ in range(20):
            cache.write_bytes(tmp_path / "x", data)

    threads = [threading.Thread(target=write, args=[data]) for data in texts.values()]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if (tmp_path / "x").exists():
            assert (tmp_path / "x").read_bytes() in texts.values()
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_two_kernels_keep_all_their_answers(tmp_path):
    """Rows of two processes never mix: none is lost."""
    code = """
import sys
from pathlib import Path
from helpers.engine.store import Store
store = Store(Path(sys.argv[1]), "x", False)
for i in range(300):
    text = sys.argv[2] * (i * 7 % 9000)
    store.add((sys.argv[2], i), {"text": text, "prompt_tokens": 1, "generated_tokens": 1,
                                 "seconds": 0.1})
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen([*command, name], cwd=cache.ROOT) for name in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    from helpers.engine.store import Store

    stored = Store(tmp_path, "x", False)
    assert all((name, i) in stored for name in "ab" for i in range(300))


BAD_LINES = {
    "not JSON": b'{"a": 1}\n{"a": \n',
    "no field": b'{"a": 1}\n{"b": 1}\n',
    "a list": b'{"a": 1}\n[1]\n',
    "no text": b'{"a": 1}\n{"a": "\xff"}\n',
    "deep brackets": b'{"a": 1}\n' + b"[" * 100_000,
}


@pytest.mark.parametrize("data", BAD_LINES.values(), ids=BAD_LINES)
def test_bad_rows_are_named_with_file_and_line(data, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(data)
    with pytest.raises(ValueError, match=r"t.jsonl, line 2: "):
        cache.read_jsonl(tmp_path / "t.jsonl", ("a",))


def test_a_byte_order_mark_is_no_damage(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n')
    assert cache.read_jsonl(tmp_path / "t.jsonl", ("a",)) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("value", ["", "~/course", "relative"])
def test_where_artifacts_are(value, monkeypatch):
    monkeypatch.setenv("COURSE_ARTIFACTS", value)
    expected = {"": cache.ROOT / "artifacts", "~/course": cache.Path.home() / "course"}
    assert cache.artifacts() == expected.get(value, cache.Path("relative"))
