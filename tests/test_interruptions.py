"""Kill the process, fill the disk, start two notebooks at once: nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from helpers.engine import cache

WORK = """
import sys
from helpers import exercises, ledger, lora, models
from helpers.engine import cache, shared_json

llm, embedder = models.load_llm(sys.argv[1]), models.load_embedder()
prompts = [llm.chat("Answer.", f"How deep is pond {i}?") for i in range(24)]
print("START", flush=True)
texts = [made.text for made in llm.generate(prompts, 8)]
score = llm.score(prompts[0], [f"answer {i}" for i in range(8)])
vectors = embedder.encode([f"Pond {i} is deep." for i in range(40)])
for i in range(20):
    exercises.check("0.5", exercises.TODO)
    done = {f"{sys.argv[2]}.{i}": "passed"}
    shared_json.update(cache.artifacts() / "progress.json", str, lambda old: old | done)
ledger.predict(25, guess=0.5)
examples = [lora.Example(prompt, f"{i} metres") for i, prompt in enumerate(prompts)]
recipe = lora.Recipe(rank=2, epochs=2, learning_rate=1e-3)
try:
    folder = lora.train(llm, examples, recipe)
    print("TRAINED", cache.sha256(folder / "adapter_model.safetensors"))
except OSError as error:
    print("REFUSED", error)
print("DONE", cache.key(texts, score.round(4).tolist(), vectors.round(4).tolist()))
"""


def started(artifacts, model, name="7"):
    """A process that does the work on this folder of artifacts."""
    environment = os.environ | {"COURSE_ARTIFACTS": str(artifacts), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", WORK, str(model), name]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=cache.ROOT, env=environment, **pipes)


def result_of(process):
    """What a process printed, once it has ended well, and its results by their name."""
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and "Traceback" not in output, output
    lines = [line.split(" ", 1) for line in output.splitlines()]
    return output, {line[0]: line[1] for line in lines if len(line) == 2 and line[0].isupper()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, tiny_model):
    """The results of a run that nothing happens to."""
    return result_of(started(tmp_path_factory.mktemp("undisturbed"), tiny_model))[1]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own: a function that mounts it with these options."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options):
        command = ["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("this machine does not let us mount a disk")
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], capture_output=True)


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_the_same_results(tmp_path, tiny_model, undisturbed):
    kept = []
    for seconds in (0.3, 0.8, 1.6):
        process = started(tmp_path, tiny_model)
        for line in process.stdout:
            if line.startswith("START"):
                break
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept.append(sum(1 for path in tmp_path.rglob("*") if path.is_file()))
        for path in tmp_path.rglob("*.json"):
            json.loads(path.read_text())
    assert kept == sorted(kept) and kept[-1] > 0
    _, results = result_of(started(tmp_path, tiny_model))
    assert results == undisturbed


@pytest.mark.slow
def test_two_notebooks_at_once_lose_nothing(tmp_path, tiny_model, undisturbed):
    both = [started(tmp_path, tiny_model, name) for name in ("7", "8")]
    for process in both:
        assert result_of(process)[1] == undisturbed
    progress = json.loads((tmp_path / "progress.json").read_text())
    assert sum(value == "passed" for value in progress.values()) == 40
    for path in tmp_path.rglob("*.jsonl"):
        assert all(json.loads(line) for line in path.read_text().split("\n") if line.strip())


@pytest.mark.slow
def test_a_full_disk_is_found_out_before_the_training(small_disk, tiny_model, undisturbed):
    folder = small_disk("-o", "size=100k")
    (folder / "mine.bin").write_bytes(bytes(80_000))
    output, results = result_of(started(folder, tiny_model))
    assert results["DONE"] == undisturbed["DONE"] and "COURSE_ARTIFACTS" in results["REFUSED"]
    assert (folder / "mine.bin").read_bytes() == bytes(80_000)
    assert len(output) < 5000  # a warning for each file, not for each row


@pytest.mark.slow
def test_a_folder_that_is_read_only_is_found_out_before_the_training(
    small_disk, tiny_model, undisturbed
):
    folder = small_disk("-o", "ro")
    output, results = result_of(started(folder, tiny_model))
    assert results["DONE"] == undisturbed["DONE"] and "COURSE_ARTIFACTS" in results["REFUSED"]
    assert len(output) < 5000
