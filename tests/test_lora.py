"""Training: packing, resuming, refusing, and adapters that go on and off without a trace."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from helpers import course, lora, models
from helpers.engine import adapters, cache, methods, packing, records, runs


@pytest.fixture
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


EXAMPLES = [
    lora.Example(
        f"Passage {i // 3}: the {'river ' * 8}is {i} m deep. Question {i}: how deep?", f"{i} m"
    )
    for i in range(12)
]
RECIPE = lora.Recipe(rank=2, epochs=4, batch=1)


def weights_hash(folder):
    return cache.sha256(folder / "adapter_model.safetensors")


def model_hash(llm):
    return cache.key(
        [[n, p.double().sum().item(), p.shape] for n, p in llm.model.state_dict().items()]
    )


def test_packed_losses_equal_single_ones(llm):
    """One sequence with a shared beginning gives each example the loss that it has alone."""
    examples = course.examples(llm, course.training("raft")[:8])
    packed = lora.packs(llm, examples)
    assert len(packed) < len(examples)
    singles = [packing.pack([lora.tokenize(llm, example)]) for example in examples]
    with torch.inference_mode():
        together = torch.cat([lora.losses(llm, part) for part in packed])
        alone = torch.cat([lora.losses(llm, part) for part in singles])
    assert torch.allclose(together, alone, atol=1e-3)
    assert sum(p.ids.shape[1] for p in packed) < 0.6 * sum(p.ids.shape[1] for p in singles)


def test_only_the_answer_counts(llm):
    example = course.examples(llm, course.training("house_style")[:1])[0]
    part = packing.pack([lora.tokenize(llm, example)])
    assert (
        llm.tokenizer.decode(part.ids[0, part.labels]) == example.answer + llm.tokenizer.eos_token
    )
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
    assert model_hash(tiny) == before and lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(
        loss, abs=1e-6
    )
    record = lora.read_record(folder)
    assert (
        record["recipe"]["rank"] == 2
        and len(record["log"]) == record["steps"]
        and record["sha256"] == weights_hash(folder)
    )


def test_trained_before_is_used_again(tiny, capsys):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    stamp = (folder / "record.json").stat().st_mtime_ns
    assert (
        lora.train(tiny, EXAMPLES, RECIPE) == folder
        and (folder / "record.json").stat().st_mtime_ns == stamp
    )
    assert "used again" in capsys.readouterr().out
    assert runs.folder_for(tiny, EXAMPLES[:-1], RECIPE) != folder
    assert runs.folder_for(tiny, EXAMPLES, lora.Recipe(rank=3, epochs=4, batch=1)) != folder


def test_stopping_and_going_on_gives_the_same_weights(tiny, empty_artifacts, capsys):
    whole = weights_hash(lora.train(tiny, EXAMPLES, RECIPE))
    import shutil

    shutil.rmtree(empty_artifacts / "adapters")
    part = lora.train(tiny, EXAMPLES, RECIPE, stop_after=10)
    assert part.name.endswith("-step10")
    assert weights_hash(lora.train(tiny, EXAMPLES, RECIPE)) == whole
    assert "Going on after step 10" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_killed_ten_times_ends_with_the_same_weights(tiny_model, tmp_path):
    """kill -9 after a random time, ten times, each time after at least one more checkpoint; then it
    is let go on to its end.
    """
    code = f"""
import dataclasses, time
from helpers import lora, models
from helpers.engine import checkpoints
from tests.test_lora import EXAMPLES, RECIPE
checkpoints.EVERY = 1
recipe = dataclasses.replace(RECIPE, epochs=60)
llm = models.load_llm({str(tiny_model)!r})
lora.train(llm, EXAMPLES, recipe, watch=lambda log: time.sleep({{pause}}))
"""
    environment = {**os.environ, "COURSE_ARTIFACTS": str(tmp_path / "killed")}
    rng, out = random.Random(0), ""

    def start(pause, artifacts):
        environment["COURSE_ARTIFACTS"] = str(artifacts)
        command = [sys.executable, "-c", code.format(pause=pause)]
        return subprocess.Popen(
            command, cwd=cache.ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )

    def checkpoint():
        path = next((tmp_path / "killed").glob("adapters/*.partial/checkpoint.safetensors"), None)
        return path and path.stat().st_mtime_ns

    for _ in range(10):
        process, before = start(0.05, tmp_path / "killed"), checkpoint()
        while checkpoint() == before:
            time.sleep(0.01)
            assert process.poll() is None, "training ended before it could be killed"
        time.sleep(rng.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        out += process.communicate()[0]
    assert (
        out.count("Going on after step") >= 8
    )  # what a killed process has printed may be lost with it
    assert not list((tmp_path / "killed").glob("adapters/*/record.json"))
    last, whole = start(0, tmp_path / "killed"), start(0, tmp_path / "whole")
    assert (
        "Going on after step" in last.communicate()[0] and "Going on" not in whole.communicate()[0]
    )
    hashes = {
        weights_hash(next((tmp_path / name).glob("adapters/*/record.json")).parent)
        for name in ("whole", "killed")
    }
    assert len(hashes) == 1


def test_a_damaged_checkpoint_starts_again(tiny, empty_artifacts, capsys):
    lora.train(tiny, EXAMPLES, RECIPE, stop_after=5)
    path = next(empty_artifacts.glob("adapters/*.partial/checkpoint.safetensors"))
    path.write_bytes(path.read_bytes()[:100])
    lora.train(tiny, EXAMPLES, RECIPE)
    assert "checkpoint is damaged" in capsys.readouterr().out


def test_bad_input_is_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match="nothing to train on"):
        lora.train(tiny, [])
    with pytest.raises(
        ValueError, match=r"has \d+ tokens; the model's context is 256.*it begins: 'river"
    ):
        lora.train(tiny, [lora.Example("river " * 300, "yes")])
    with pytest.raises(
        ValueError, match="empty answer, so no token to learn.*it begins: 'How deep"
    ):
        lora.train(tiny, [*EXAMPLES, lora.Example("How deep is it?", " ")])
    with pytest.raises(ValueError, match="is not an adapter folder"), lora.adapted(tiny, tmp_path):
        pass


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rank": 33},
            r"Rank 33 is larger than the layer model\.layers\.1\.self_attn\.k_proj \(16 x 32\).*at "
            r"most 16",
        ),
        ({"method": "dora"}, "no method 'dora'; there are lora, prefix, ia3, full"),
        (
            {"top_layers": 0.0},
            "top_layers is a share of the layers, above 0 and at most 1, not 0.0",
        ),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(tiny, changes, message):
    with pytest.raises(ValueError, match=message):
        lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, **changes))
    assert tiny.frozen_layers == 0 and not any(p.requires_grad for p in tiny.model.parameters())


@pytest.mark.parametrize("method", methods.METHODS)
def test_every_method_learns_is_saved_and_leaves_no_trace(tiny, empty_artifacts, method):
    before, loss = model_hash(tiny), lora.evaluate_loss(tiny, EXAMPLES)
    recipe = dataclasses.replace(
        RECIPE, method=method, learning_rate=0.05 if method == "ia3" else 0.01, epochs=6
    )
    with lora.tuned(tiny, EXAMPLES, recipe) as log:
        trained = lora.evaluate_loss(tiny, EXAMPLES)
    assert (
        trained < loss
        and log[-1]["loss"] < log[0]["loss"]
        and model_hash(tiny) == before
        and tiny.adapter is None
    )
    folder = lora.train(tiny, EXAMPLES, recipe)
    with lora.adapted(tiny, folder):
        assert lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(trained, abs=1e-5)
        if method == "prefix":
            with pytest.raises(NotImplementedError, match="only measured by its loss"):
                tiny.generate([EXAMPLES[0].prompt], 2)
        else:
            tiny.generate([EXAMPLES[0].prompt], 2)
    assert model_hash(tiny) == before and lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(
        loss, abs=1e-6
    )


def test_what_lies_below_the_trained_layers_is_read_once_and_changes_nothing(llm, monkeypatch):
    examples = course.examples(llm, course.training("house_style")[:4])
    whole = torch.cat(lora.example_losses(llm, examples))
    monkeypatch.setattr(llm, "frozen_layers", 20)
    packing._states.clear()
    once, again = (
        torch.cat(lora.example_losses(llm, examples)),
        torch.cat(lora.example_losses(llm, examples)),
    )
    assert (
        torch.allclose(whole, once, atol=1e-4)
        and torch.equal(once, again)
        and len(packing._states) == 1
    )
    monkeypatch.setattr(packing, "KEPT_TOKENS", 1)
    lora.example_losses(llm, examples[:1])
    assert not packing._states


def test_merged_equals_unmerged(llm):
    """The shipped adapter in its layers against the same added to the weights: the logits differ by
    rounding alone.
    """
    ids = torch.tensor([llm.encode("Which prefix marks a field fault in the Bluebook?")])
    with torch.inference_mode(), lora.adapted(llm, course.adapter("house")):
        unmerged = llm.model(ids).logits
        adapted = [module for module in llm.model.modules() if hasattr(module, "lora_A")]
        before = [module.base_layer.weight.clone() for module in adapted]
        for module in adapted:
            module.merge()
        merged = llm.model(ids).logits
        for module, weight in zip(adapted, before, strict=True):
            module.merged_adapters.clear()
            module.base_layer.weight.copy_(weight)
    assert (merged - unmerged).abs().max() < 1e-4 * unmerged.abs().max()


def test_early_stopping_keeps_the_best_weights(tiny, empty_artifacts, monkeypatch):
    recipe = dataclasses.replace(RECIPE, epochs=8, patience=2)
    losses = iter([3.0, 2.0, 2.5, 2.4, 1.0])
    monkeypatch.setattr(lora, "evaluate_loss", lambda *_: next(losses))
    log = lora.read_record(lora.train(tiny, EXAMPLES, recipe, held_out=EXAMPLES[:2]))["log"]
    assert [entry["held_out"] for entry in log if "held_out" in entry] == [3.0, 2.0, 2.5, 2.4]
    two_epochs = len(log) // 2
    kept = load_file(next(empty_artifacts.glob("adapters/*/adapter_model.safetensors")))
    monkeypatch.setattr(lora, "evaluate_loss", lambda *_: 1.0)
    at_best = lora.train(
        tiny, EXAMPLES, dataclasses.replace(recipe, patience=0), stop_after=two_epochs
    )
    best = load_file(at_best / "adapter_model.safetensors")
    assert all(torch.equal(kept[name], best[name]) for name in best)


def test_a_full_disk_costs_the_checkpoints_and_not_the_run(
    tiny, empty_artifacts, monkeypatch, capsys
):
    real = cache.write_bytes

    def full(path, data):
        if "checkpoint" in str(path):
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(cache, "write_bytes", full)
    assert (lora.train(tiny, EXAMPLES, RECIPE) / "record.json").is_file()
    assert (
        "No checkpoint after step 5 ([Errno 28] No space left on device)" in capsys.readouterr().out
    )


def test_a_loss_that_is_no_number_stops_and_keeps_the_checkpoint(
    tiny, empty_artifacts, monkeypatch
):
    real, calls = lora.losses, []

    def broken(llm, part):
        calls.append(1)
        return real(llm, part) * (float("nan") if len(calls) > 7 else 1.0)

    monkeypatch.setattr(lora, "losses", broken)
    with pytest.raises(
        FloatingPointError,
        match=r"The loss is nan at step 8.*Lower the learning rate \(it is 0.002\)",
    ):
        lora.train(tiny, EXAMPLES, RECIPE)
    assert list(empty_artifacts.glob("adapters/*.partial/checkpoint.safetensors"))
    assert tiny.adapter is None and not tiny.model.training


def test_wrong_base_and_wrong_version_are_refused(llm, tiny, empty_artifacts):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    with (
        pytest.raises(ValueError, match="was trained on .*, not on 'SmolLM2-135M-Instruct'"),
        lora.adapted(llm, folder),
    ):
        pass
    cache.write_json(folder / "record.json", {**lora.read_record(folder), "format": 0})
    with (
        pytest.raises(ValueError, match="another version of this course .format 0, this is format"),
        lora.adapted(tiny, folder),
    ):
        pass


def test_an_adapter_inside_another_takes_its_place_and_returns_it(tiny, empty_artifacts):
    one = lora.train(tiny, EXAMPLES, RECIPE)
    two = lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, method="full", seed=1))
    before, losses = model_hash(tiny), {}
    for folder in (one, two):
        with lora.adapted(tiny, folder):
            losses[folder] = lora.evaluate_loss(tiny, EXAMPLES)
    with lora.adapted(tiny, one):
        outer = tiny.fingerprint
        with pytest.raises(ZeroDivisionError), lora.adapted(tiny, two):
            assert lora.evaluate_loss(tiny, EXAMPLES) == losses[two] and tiny.fingerprint != outer
            1 / 0  # noqa: B018
        assert lora.evaluate_loss(tiny, EXAMPLES) == losses[one] and tiny.fingerprint == outer
        with lora.adapted(tiny, None):
            assert tiny.fingerprint == outer
    assert model_hash(tiny) == before and tiny.on is None and tiny.adapter is None


def test_training_and_adapters_do_not_mix(tiny, empty_artifacts):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    with lora.adapted(tiny, folder), pytest.raises(RuntimeError, match="has an adapter on"):
        lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, seed=3))
    refused = pytest.raises(RuntimeError, match="is being trained")
    with lora.tuned(tiny, EXAMPLES, RECIPE), refused, lora.adapted(tiny, folder):
        pass
    assert tiny.on is None


def test_an_adapter_is_read_once_and_again_when_its_file_changed(
    tiny, empty_artifacts, monkeypatch
):
    folder, read = lora.train(tiny, EXAMPLES, RECIPE), []
    monkeypatch.setattr(adapters, "load_file", lambda path: read.append(path) or load_file(path))
    for _ in range(3):
        with lora.adapted(tiny, folder):
            pass
    assert len(read) == 1
    os.utime(folder / "adapter_model.safetensors", (1, 1))
    with lora.adapted(tiny, folder):
        pass
    assert len(read) == 2


@pytest.mark.parametrize("moment", ["set_peft_model_state_dict", "get_peft_model"])
def test_an_interruption_while_an_adapter_goes_on_leaves_no_trace(
    tiny, empty_artifacts, monkeypatch, moment
):
    folder, other = (
        lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, seed=seed)) for seed in (0, 1)
    )
    before, loss = model_hash(tiny), lora.evaluate_loss(tiny, EXAMPLES)
    real = getattr(adapters.peft, moment)

    def interrupted(*args, **kwargs):
        real(*args, **kwargs)
        raise KeyboardInterrupt

    with lora.adapted(tiny, other):
        outer = lora.evaluate_loss(tiny, EXAMPLES)
        with monkeypatch.context() as patch:
            patch.setattr(adapters.peft, moment, interrupted)
            with pytest.raises(KeyboardInterrupt), lora.adapted(tiny, folder):
                pass
        assert lora.evaluate_loss(tiny, EXAMPLES) == outer
    assert model_hash(tiny) == before and lora.evaluate_loss(tiny, EXAMPLES) == loss
    with lora.adapted(tiny, folder):
        assert lora.evaluate_loss(tiny, EXAMPLES) != loss


def test_an_adapter_that_lacks_weights_is_refused(tiny, empty_artifacts):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    record = {name: v for name, v in lora.read_record(folder).items() if name != "seal"}
    save_file({"nothing": torch.zeros(1)}, folder / "adapter_model.safetensors")
    cache.write_json(folder / "record.json", records.sealed(record, folder))
    with pytest.raises(ValueError, match="not those of its recipe"), lora.adapted(tiny, folder):
        pass
    assert tiny.on is None


def test_shipped_adapters_fit_and_are_whole(llm, monkeypatch, tmp_path):
    assert set(course.RECIPES) == set(course.adapters())
    for name, recipe in course.RECIPES.items():
        record = lora.read_record(course.adapter(name))
        examples = course.examples(llm, course.adapter_rows(name))
        assert record["base_fingerprint"] == llm.base_fingerprint
        assert record["recipe"] == dataclasses.asdict(recipe), (
            f"run: python -m scripts.make_adapters {name}"
        )
        assert runs.folder_for(llm, examples, recipe).name == record["key"], (
            f"the data changed; run: python -m scripts.make_adapters {name}"
        )


def test_seed_0_is_the_shipped_adapter_and_others_are_trained(monkeypatch):
    monkeypatch.setattr(course, "train", lambda llm, name, seed: (name, seed))
    assert course.seeded(None, "raft", 0) == course.adapter("raft")
    assert course.seeded(None, "raft", 3) == ("raft", 3)
