"""Training: packing, resuming, refusing, and adapters that go on and off without a trace."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from helpers import cache, evaluate, lora, models, rag


@pytest.fixture
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


EXAMPLES = [lora.Example(f"Passage {i // 3}: the {'river ' * 8}is {i} m deep. Question {i}: how deep?", f"{i} m") for i in range(12)]
RECIPE = lora.Recipe(rank=2, epochs=4, batch=1)


def weights_hash(folder):
    return cache.sha256(folder / "adapter_model.safetensors")


def model_hash(llm):
    return cache.key([[n, p.double().sum().item(), p.shape] for n, p in llm.model.state_dict().items()])


def test_packed_losses_equal_single_ones(llm):
    """One sequence with a shared beginning gives each example the loss that it has alone."""
    examples = rag.training_examples(llm, evaluate.load_training("raft")[:8])
    packed = lora.packs(llm, examples)
    assert len(packed) < len(examples)
    singles = [lora.pack([lora.tokenize(llm, example)]) for example in examples]
    with torch.inference_mode():
        together = torch.cat([lora.label_losses(llm.model, part) for part in packed])
        alone = torch.cat([lora.label_losses(llm.model, part) for part in singles])
    assert torch.allclose(together, alone, atol=1e-3)
    assert sum(p.ids.shape[1] for p in packed) < 0.6 * sum(p.ids.shape[1] for p in singles)


def test_only_the_answer_counts(llm):
    example = rag.training_examples(llm, evaluate.load_training("house_style")[:1])[0]
    part = lora.pack([lora.tokenize(llm, example)])
    assert llm.tokenizer.decode(part.ids[0, part.labels]) == example.answer + llm.tokenizer.eos_token
    ids = part.ids
    with torch.inference_mode():
        logits = llm.model(ids).logits[0]
    by_hand = torch.nn.functional.cross_entropy(logits[part.labels - 1], ids[0, part.labels]).item()
    assert lora.evaluate_loss(llm, [example]) == pytest.approx(by_hand, abs=1e-4)


def test_training_learns_and_leaves_the_base_alone(tiny, artifacts):
    before, loss = model_hash(tiny), lora.evaluate_loss(tiny, EXAMPLES)
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    assert model_hash(tiny) == before and tiny.adapter is None
    with lora.adapted(tiny, folder):
        assert tiny.adapter and lora.evaluate_loss(tiny, EXAMPLES) < loss
    assert model_hash(tiny) == before and lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(loss, abs=1e-6)
    record = lora.read_record(folder)
    assert record["recipe"]["rank"] == 2 and len(record["log"]) == record["steps"] and record["sha256"] == weights_hash(folder)


def test_trained_before_is_used_again(tiny, capsys):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    stamp = (folder / "record.json").stat().st_mtime_ns
    assert lora.train(tiny, EXAMPLES, RECIPE) == folder and (folder / "record.json").stat().st_mtime_ns == stamp
    assert "used again" in capsys.readouterr().out
    assert lora.folder_for(tiny, EXAMPLES[:-1], RECIPE) != folder
    assert lora.folder_for(tiny, EXAMPLES, lora.Recipe(rank=3, epochs=4, batch=1)) != folder


def test_stopping_and_going_on_gives_the_same_weights(tiny, empty_artifacts, capsys):
    whole = weights_hash(lora.train(tiny, EXAMPLES, RECIPE))
    import shutil

    shutil.rmtree(empty_artifacts / "adapters")
    part = lora.train(tiny, EXAMPLES, RECIPE, stop_after=10)
    assert part.name.endswith("-step10")
    assert weights_hash(lora.train(tiny, EXAMPLES, RECIPE)) == whole
    assert "Going on after step 10" in capsys.readouterr().out


@pytest.mark.slow
def test_a_killed_run_resumes_and_ends_with_the_same_weights(tiny_model, tmp_path):
    code = f"""
import sys
from helpers import lora, models
from tests.test_lora import EXAMPLES, RECIPE
import dataclasses
lora.CHECKPOINT_EVERY = 1
folder = lora.train(models.load_llm({str(tiny_model)!r}), EXAMPLES, dataclasses.replace(RECIPE, epochs=60))
print(folder)
"""

    def run(artifacts, kill=False):
        environment = {**os.environ, "COURSE_ARTIFACTS": str(artifacts)}
        process = subprocess.Popen([sys.executable, "-c", code], cwd=cache.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        if kill:
            while not list(artifacts.glob("adapters/*.partial/checkpoint.safetensors")):
                time.sleep(0.05)
                assert process.poll() is None, "training ended before it could be killed"
            time.sleep(0.3)
            process.send_signal(signal.SIGKILL)
            process.wait()
            return None
        out, _ = process.communicate()
        return out

    out = run(tmp_path / "whole")
    run(tmp_path / "killed", kill=True)
    assert not list((tmp_path / "killed").glob("adapters/*/record.json"))
    resumed = run(tmp_path / "killed")
    assert "Going on after step" in resumed
    hashes = {weights_hash(next((tmp_path / name).glob("adapters/*/record.json")).parent) for name in ("whole", "killed")}
    assert len(hashes) == 1 and out


def test_a_damaged_checkpoint_starts_again(tiny, empty_artifacts, capsys):
    lora.train(tiny, EXAMPLES, RECIPE, stop_after=5)
    path = next(empty_artifacts.glob("adapters/*.partial/checkpoint.safetensors"))
    path.write_bytes(path.read_bytes()[:100])
    lora.train(tiny, EXAMPLES, RECIPE)
    assert "checkpoint is damaged" in capsys.readouterr().out


def test_bad_input_is_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match="nothing to train on"):
        lora.train(tiny, [])
    with pytest.raises(ValueError, match=r"has \d+ tokens; the model's context is 256"):
        lora.train(tiny, [lora.Example("river " * 300, "yes")])
    with pytest.raises(ValueError, match="is not an adapter folder"), lora.adapted(tiny, tmp_path):
        pass


def test_a_loss_that_is_no_number_stops_and_keeps_the_checkpoint(tiny, empty_artifacts, monkeypatch):
    real, calls = lora.label_losses, []

    def broken(model, part):
        calls.append(1)
        return real(model, part) * (float("nan") if len(calls) > 7 else 1.0)

    monkeypatch.setattr(lora, "label_losses", broken)
    with pytest.raises(FloatingPointError, match=r"The loss is nan at step 8.*Lower the learning rate \(it is 0.002\)"):
        lora.train(tiny, EXAMPLES, RECIPE)
    assert list(empty_artifacts.glob("adapters/*.partial/checkpoint.safetensors"))
    assert tiny.adapter is None and not tiny.model.training


def test_wrong_base_and_wrong_version_are_refused(llm, tiny, empty_artifacts):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    with pytest.raises(ValueError, match="was trained on .* and does not fit 'SmolLM2-135M-Instruct'"), lora.adapted(llm, folder):
        pass
    cache.write_json(folder / "record.json", {**lora.read_record(folder), "format": 0})
    with (
        pytest.raises(ValueError, match="another version of this course .format 0, this is format"),
        lora.adapted(tiny, folder),
    ):
        pass


def test_shipped_adapters_fit_and_are_whole(llm, monkeypatch, tmp_path):
    from adapters.make import SHIPPED

    for name, (data, recipe) in SHIPPED.items():
        record = lora.read_record(lora.shipped(name))
        examples = rag.training_examples(llm, evaluate.load_training(data))
        assert record["base_fingerprint"] == llm.base_fingerprint
        assert record["recipe"] == lora.dataclasses.asdict(recipe), f"run: python -m adapters.make {name}"
        assert lora.folder_for(llm, examples, recipe).name == record["key"], f"the data changed; run: python -m adapters.make {name}"
