"""Two processes train the adapter that one trains, and a check sees whether it is whole."""

import numpy as np
import psutil
import pytest
from safetensors.numpy import load_file, save_file

from helpers import lora, models
from helpers.engine import cache, records
from helpers.scale import processes

RECIPE = lora.Recipe(batch=4, epochs=2, learning_rate=1e-2, rank=4)
EXAMPLES = [  # no two begin alike, so `lora.train` packs none together; answers of unequal length
    lora.Example(f"{word} is how deep?", " ".join(["ten"] * (1 + 3 * (number % 4))))
    for number, word in enumerate(
        ("The", "A", "My", "One", "Her", "Its", "Our", "No", "Any", "Your")
    )
]
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def small(tmp_path_factory, artifacts):
    return processes.small_model(tmp_path_factory.mktemp("small") / "model", layers=2, width=32)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, small):
    """The same training by one process, by two, and by two with the mean of means."""
    home = tmp_path_factory.mktemp("trained")
    runs = {}
    for count, mean in ((1, "tokens"), (2, "tokens"), (2, "processes")):
        folder = home / f"{count} {mean}"
        runs[count, mean] = processes.train(
            folder, EXAMPLES, RECIPE, small, count, mean=mean, limit=120
        )
    return runs


@pytest.mark.slow
def test_two_processes_end_where_one_does(trained):
    one, two = trained[1, "tokens"], trained[2, "tokens"]
    assert np.array(two.tokens).shape == (6, 2) and np.array(one.tokens).shape == (6, 1)
    assert np.array(two.tokens).sum(axis=1).tolist() == [count for (count,) in one.tokens]
    assert max(abs(np.diff(two.tokens))) > 0, "all parts are equal, so nothing was tested"
    assert two.losses == pytest.approx(one.losses, abs=TOLERANCE) and two.apart == 0
    assert processes.difference(one.folder, two.folder)["relative"] < TOLERANCE
    assert len(two.megabytes) == 2 and min(two.megabytes) > 0 and two.seconds > 0


@pytest.mark.slow
def test_one_process_is_the_loop_of_the_course(trained, small):
    llm = models.load_llm(str(small))
    own = lora.train(llm, EXAMPLES, RECIPE)
    assert processes.difference(own, trained[1, "tokens"].folder)["relative"] < TOLERANCE
    losses = [entry["loss"] for entry in lora.read_record(own)["log"]]
    assert trained[2, "tokens"].losses == pytest.approx(losses, abs=TOLERANCE)
    with lora.adapted(llm, trained[2, "tokens"].folder):  # an adapter like any other
        assert llm.generate(["The is how deep?"], 4)[0].generated_tokens > 0


@pytest.mark.slow
def test_a_mean_of_means_is_another_training(trained):
    one, naive = trained[1, "tokens"], trained[2, "processes"]
    assert processes.difference(one.folder, naive.folder)["relative"] > 100 * TOLERANCE
    assert naive.losses[0] == pytest.approx(one.losses[0], abs=TOLERANCE)  # the weights were equal


@pytest.mark.slow
def test_what_fails_or_hangs_leaves_nothing_behind(tmp_path, small):
    with pytest.raises(RuntimeError, match="A process failed: .*Rank 99 is larger"):
        wide = lora.Recipe(batch=4, rank=99)
        processes.train(tmp_path / "wide", EXAMPLES, wide, small, 1)
    with pytest.raises(TimeoutError, match="within 1 seconds"):
        processes.train(tmp_path / "late", EXAMPLES, RECIPE, small, 2, limit=1)
    left = [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(p.info["cmdline"])]
    assert not left and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"examples": EXAMPLES[:9]}, "for ever"),
        ({"examples": []}, "for ever"),
        ({"processes": 5}, "for ever"),
        ({"mean": "median"}, "tokens, processes, not 'median'"),
        ({"recipe": lora.Recipe(method="full")}, "Only LoRA"),
        ({"recipe": lora.Recipe(patience=1, batch=4)}, "without early stopping"),
        ({"processes": 0}, "processes"),
        ({"threads": 0}, "threads"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_starts(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        processes.train(tmp_path / "new", **{"examples": EXAMPLES, "recipe": RECIPE, **change})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ValueError, match="exists already"):
        processes.train(tmp_path, EXAMPLES, RECIPE)
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_the_command_stays_on_this_machine():
    words = " ".join(processes.command(3)[1:])
    assert "torch.distributed.run --standalone" in words and "--nproc-per-node 3" in words
    assert "127.0.0.1" in words and words.endswith("-m scripts.train_processes")


def test_a_whole_adapter_is_what_the_recipe_says(small):
    llm = models.load_llm(str(small))
    folder = lora.train(llm, EXAMPLES[:2], lora.Recipe(rank=2, top_layers=1.0))
    wanted = processes.expected(llm, lora.Recipe(rank=2, top_layers=1.0))
    saved = load_file(folder / records.WEIGHTS)
    assert {name: array.shape for name, array in saved.items()} == wanted
    assert processes.faults(saved, wanted) == {}
    assert set(processes.faults(saved, processes.expected(llm, lora.Recipe(rank=4))).values()) == {
        "shape",
        "unexpected",
    }


def test_each_fault_has_its_word():
    wanted = {name: (2, 3) for name in ("good", "gone", "half", "odd", "none")}
    odd = np.ones((2, 3))
    odd[0, 0] = np.nan
    saved = {"good": np.ones((2, 3)), "half": np.ones((1, 3)), "odd": odd, "new": np.ones(1)}
    saved["none"] = np.zeros((2, 3))
    found = {"gone": "missing", "half": "shape", "odd": "not finite", "new": "unexpected"}
    assert processes.faults(saved, wanted) == found | {"none": "zero"}


def test_how_far_apart_two_adapters_are(tmp_path):
    for name, value in (("one", 3.0), ("two", 3.5)):
        (tmp_path / name).mkdir()
        arrays = {"A": np.full((1, 1), value, np.float32), "B": np.full((1, 1), 4, np.float32)}
        save_file(arrays, tmp_path / name / records.WEIGHTS)
    found = processes.difference(tmp_path / "one", tmp_path / "two")
    assert found == pytest.approx({"largest": 0.5, "relative": 0.1})
    save_file({"A": np.ones((2, 1), np.float32)}, tmp_path / "two" / records.WEIGHTS)
    with pytest.raises(ValueError, match="not alike.*missing"):
        processes.difference(tmp_path / "one", tmp_path / "two")


def test_the_stored_runs_are_equal_and_the_mean_of_means_is_not():
    rows = cache.read_json(cache.ROOT / "results" / "grids" / "processes.json")["rows"]
    same = [
        row["result"]["relative"]
        for row in rows
        if row["configuration"]["mean"] == "tokens" and row["configuration"]["start"] == 0
    ]
    naive = [r["result"]["relative"] for r in rows if r["configuration"]["mean"] == "processes"]
    assert max(same) <= 1e-3 < min(naive)
