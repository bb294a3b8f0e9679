"""Odd input to models and training: a sentence that says what to pass, or the right behaviour."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
import torch
import transformers

from helpers import course, lora, models
from helpers.engine import weights
from tests.test_engine import SIZES
from tests.test_lora import EXAMPLES, RECIPE

pytestmark = pytest.mark.slow


@pytest.fixture
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


NO_LISTS = ["abc", b"abc", None, 7, {"a": 1}, ["a", None], ["a", 3], [["a"]], ["a", b"b"]]


@pytest.mark.parametrize("values", NO_LISTS, ids=repr)
@pytest.mark.parametrize("call", ["generate", "score", "embed", "answer"])
def test_what_is_no_list_of_texts_is_refused(tiny, embedder, call, values):
    calls = {
        "generate": tiny.generate,
        "score": lambda values: tiny.score("the", values),
        "embed": embedder.encode,
        "answer": lambda values: course.system(tiny).answer(values),
    }
    with pytest.raises(TypeError, match="must be a list of texts"):
        calls[call](values)


LISTS = {
    "tuple": ("a", "b"),
    "array": np.array(["a", "b"]),
    "column": pd.Series(["a", "b"]),
    "generator": None,
    "keys": {"a": 1, "b": 2}.keys(),
}


@pytest.mark.parametrize("values", LISTS.values(), ids=LISTS)
def test_other_lists_of_texts_are_taken(tiny, embedder, values):
    def given():
        return (text for text in "ab") if values is None else values

    assert [one.text for one in tiny.generate(given(), 2)] == [
        one.text for one in tiny.generate(["a", "b"], 2)
    ]
    assert (tiny.score("the", given()) == tiny.score("the", ["a", "b"])).all()
    assert np.allclose(embedder.encode(given()), embedder.encode(["a", "b"]))


def test_nothing_asked_gives_nothing(tiny, embedder):
    assert tiny.generate([]) == [] and tiny.score("the", []).shape == (0,)
    vectors = embedder.encode([])
    assert vectors.shape == (0, 384) and vectors.dtype == np.float32
    assert course.system(tiny).answer([]) == []


EMPTY = {
    "a prompt": lambda llm: llm.generate(["the", ""]),
    "a prompt to score": lambda llm: llm.score("", ["a"]),
    "a continuation": lambda llm: llm.score("the", ["a", ""]),
    "a mark": lambda llm: llm.generate([llm.literal("\ufdd0")]),
    "an answer to learn": lambda llm: lora.train(llm, [lora.Example("the", "")], RECIPE),
}


@pytest.mark.parametrize("call", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("fast", [True, False])
def test_empty_texts_are_refused(tiny, call, fast):
    tiny.fast = fast
    with pytest.raises(ValueError, match="empty"):
        call(tiny)


LONG = {
    "a prompt": lambda llm: llm.generate(["river " * 250]),
    "the answer's tokens": lambda llm: llm.generate(["river"], 256),
    "a prompt to score": lambda llm: llm.score("river " * 300, ["a"]),
    "a continuation": lambda llm: llm.score("river", ["a", "river " * 300]),
    "both together": lambda llm: llm.score("river " * 150, ["river " * 150]),
    "a training example": lambda llm: lora.train(llm, [lora.Example("river " * 300, "a")], RECIPE),
}


@pytest.mark.parametrize("call", LONG.values(), ids=LONG)
def test_texts_longer_than_the_context_are_refused(tiny, call):
    with pytest.raises(ValueError, match=r"\d+ tokens.*model's context (of|is) 256.*Shorten it"):
        call(tiny)


COUNTS = [0, -1, 1.5, "3", None, True, float("nan"), [3]]


@pytest.mark.parametrize("count", COUNTS, ids=repr)
def test_counts_are_whole_and_at_least_one(tiny, empty_artifacts, count):
    refused = pytest.raises((TypeError, ValueError), match="at least 1, not")
    with refused:
        tiny.generate(["the"], count)
    if count is not None:  # which stands for all steps
        with refused:
            lora.train(tiny, EXAMPLES, RECIPE, stop_after=count)


@pytest.mark.parametrize(
    "text", ["\ud800", "a\udfff", "\udc80b", "\udce9t\udce9", "x\ud83d"], ids=ascii
)
def test_half_characters_are_refused(tiny, embedder, text):
    for call in (tiny.generate, embedder.encode, lambda texts: tiny.score("a", texts)):
        with pytest.raises(ValueError, match="half a character"):
            call(["a", text])


RECIPES = {
    "no rank": ({"rank": 0}, "rank is at least 1"),
    "a negative rank": ({"rank": -1}, "rank is at least 1"),
    "no epochs": ({"epochs": 0}, "at least 1"),
    "no batch": ({"batch": 0}, "at least 1"),
    "negative patience": ({"patience": -1}, "patience at least 0"),
}


@pytest.mark.parametrize(("changes", "message"), RECIPES.values(), ids=RECIPES)
def test_recipes_that_can_train_nothing_are_refused(tiny, changes, message):
    with pytest.raises(ValueError, match=message):
        lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, **changes))


@pytest.mark.parametrize("method", ["lora", "ia3", "full", "prefix"])
def test_a_tokenizer_without_an_end_token_answers_and_does_not_train(tiny, method):
    tiny.tokenizer.eos_token = None
    assert tiny.generate(["the"], 2)
    with pytest.raises(ValueError, match="has no end token"):
        lora.train(tiny, EXAMPLES, dataclasses.replace(RECIPE, method=method))
    with pytest.raises(ValueError, match="has no end token"):
        lora.evaluate_loss(tiny, EXAMPLES)


def gemma_with_eyes():
    text = transformers.Gemma3TextConfig(**SIZES | {"sliding_window": 6})
    eyes = transformers.SiglipVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=5,
        num_attention_heads=2,
        image_size=16,
        patch_size=8,
    )
    marks = {"image_token_index": 5, "boi_token_index": 6, "eoi_token_index": 7}
    parts = {"text_config": text.to_dict(), "vision_config": eyes.to_dict()}
    return transformers.Gemma3Config(**parts, mm_tokens_per_image=4, **marks)


SHAPES = {
    "GPT-2": (
        lambda: transformers.GPT2Config(
            vocab_size=49152, n_embd=32, n_layer=2, n_head=4, n_positions=256
        ),
        "k_proj or v_proj or down_proj",
    ),
    "GPT-NeoX": (lambda: transformers.GPTNeoXConfig(**SIZES), "k_proj or v_proj or down_proj"),
    "Phi-3": (lambda: transformers.Phi3Config(**SIZES), "none named k_proj or v_proj"),
    "OPT": (
        lambda: transformers.OPTConfig(
            vocab_size=49152,
            hidden_size=32,
            word_embed_proj_dim=32,
            ffn_dim=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=256,
        ),
        "none named down_proj",
    ),
    "Gemma 3 with pictures": (gemma_with_eyes, "only text models are trained"),
}


@pytest.mark.parametrize(("config", "message"), SHAPES.values(), ids=SHAPES)
def test_ia3_on_a_model_without_its_layers_is_refused(config, message, tmp_path):
    """Such a model still answers and scores, and is as it was."""
    transformers.AutoTokenizer.from_pretrained(weights.llm_folder()).save_pretrained(tmp_path)
    transformers.AutoModelForCausalLM.from_config(config()).save_pretrained(tmp_path)
    llm = models.load_llm(tmp_path)
    before = {name: p.clone() for name, p in llm.model.named_parameters()}
    with pytest.raises(ValueError, match=re.compile(message)):
        lora.train(llm, EXAMPLES[:2], dataclasses.replace(RECIPE, method="ia3"))
    assert llm.generate(["the river"], 2)[0].generated_tokens
    assert np.isfinite(llm.score("the", [" river", " sea"])).all()
    assert all(torch.equal(p, before[name]) for name, p in llm.model.named_parameters())
