"""Several adapters in one batch: each row gets what it gets alone, and the model stays whole."""

import pytest

from helpers import lora, mixed, models
from tests.test_lora import model_hash

PROMPTS = ["How deep is the river?", "How deep is the reservoir behind the old lock?", "Where?"]


@pytest.fixture(scope="module")
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


@pytest.fixture(scope="module")
def folders(tiny):
    recipe = lora.Recipe(rank=2, epochs=8, learning_rate=5e-2)
    made = {}
    for name, answer in (("first", "ten ten ten"), ("second", "blue blue blue")):
        examples = [lora.Example(prompt, answer) for prompt in PROMPTS]
        made[name] = lora.train(tiny, examples, recipe, label=name)
    return made


def test_each_row_gets_the_answer_of_its_adapter(tiny, folders, capsys):
    before = model_hash(tiny)
    names = ["second", "first", mixed.BASE]
    with mixed.together(tiny, folders) as wrapped:
        together = mixed.generate(tiny, wrapped, PROMPTS, names, 6, progress="in one batch")
        alone = mixed.by_adapter(tiny, wrapped, PROMPTS[:2], names[:2], 6)
    assert together.texts[:2] == alone.texts and 0 < together.tokens <= 18 and alone.rate > 0
    assert together.texts[2] == tiny.generate([PROMPTS[2]], 6)[0].text
    assert model_hash(tiny) == before and tiny.on is None and tiny.adapter is None
    bars = capsys.readouterr().err
    assert all(f"{label}: " in bars for label in ("in one batch", "second", "first"))


def test_what_is_computed_with_them_is_kept_apart(tiny, folders):
    fingerprint = tiny.fingerprint
    with mixed.together(tiny, folders):
        assert tiny.fingerprint != fingerprint
        with (
            pytest.raises(RuntimeError, match="being trained"),
            lora.adapted(tiny, folders["first"]),
        ):
            pass
    busy = pytest.raises(RuntimeError, match="adapter on")
    with lora.adapted(tiny, folders["first"]), busy, mixed.together(tiny, folders):
        pass


def test_an_unknown_name_is_an_error(tiny, folders):
    with mixed.together(tiny, folders) as wrapped, pytest.raises(ValueError, match="non-existing"):
        mixed.generate(tiny, wrapped, PROMPTS, ["first", "third", "first"], 2)


def test_an_adapter_of_another_model_is_refused(tiny, folders):
    tiny.base_fingerprint, before = "another", tiny.base_fingerprint
    try:
        refused = pytest.raises(ValueError, match="'first' was trained on")
        with refused, mixed.together(tiny, folders):
            pass
    finally:
        tiny.base_fingerprint = before


def test_a_layer_by_hand_is_that_of_peft(tiny, folders):
    names = ["first", mixed.BASE, "second"]
    with mixed.together(tiny, folders):
        (x, frozen, loras, rows), by_peft = mixed.one_layer(tiny, names)
    assert rows == names and list(loras) == ["first", "second"]
    A, B, scaling = loras["second"]
    assert by_peft[2] == pytest.approx(frozen @ x[2] + scaling * B @ (A @ x[2]), abs=1e-4)
    assert by_peft[1] == pytest.approx(frozen @ x[1], abs=1e-4)
    assert mixed.swap_ms(tiny, folders["first"]) > 0 and tiny.adapter is None
