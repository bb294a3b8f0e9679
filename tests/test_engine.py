"""The engine against its simple twins: the same tokens, scores and losses, or the plain path."""

import dataclasses

import pytest
import torch
import transformers

from helpers import course, lora, models
from helpers.engine import decoding, fits, packing, weights

pytestmark = pytest.mark.slow

SIZES = {
    "vocab_size": 49152,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 2,
}
GPT2 = {"vocab_size": 49152, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}
ENDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
# the class of the configuration, what it is made of, and whether the engine fits
SHAPES = {
    "Llama": (transformers.LlamaConfig, SIZES, True),
    "GPT-2": (transformers.GPT2Config, GPT2 | ENDS, False),
    "GPT-NeoX": (transformers.GPTNeoXConfig, SIZES, False),
    "Phi-3": (transformers.Phi3Config, SIZES, True),
    "Phi-3, window": (transformers.Phi3Config, SIZES | {"sliding_window": 6}, False),
    "Gemma-2": (transformers.Gemma2Config, SIZES | {"sliding_window": 6}, False),
    "Gemma-3": (transformers.Gemma3TextConfig, SIZES | {"sliding_window": 6}, False),
    "Mistral": (transformers.MistralConfig, SIZES | {"sliding_window": None}, True),
    "Mistral, window": (transformers.MistralConfig, SIZES | {"sliding_window": 6}, False),
    "Cohere": (transformers.CohereConfig, SIZES | {"logit_scale": 0.3}, True),
    "Granite": (
        transformers.GraniteConfig,
        SIZES | {"embedding_multiplier": 12.0, "logits_scaling": 8.0, "residual_multiplier": 0.2},
        False,
    ),
}
EXAMPLES = [
    lora.Example(f"The {'river ' * 8}is deep. Question {i}: how deep is it?", f"{i} m")
    for i in range(6)
]


@pytest.fixture(params=SHAPES)
def shape(request, tmp_path):
    """A tiny model with random weights of one architecture in a folder; and does it fit?"""
    kind, sizes, fast = SHAPES[request.param]
    transformers.AutoTokenizer.from_pretrained(weights.llm_folder()).save_pretrained(tmp_path)
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(kind(**sizes))
    for parameter in model.parameters():  # larger weights: else all logits are nearly equal
        parameter.data *= 4 if parameter.dim() > 1 else 1
    model.save_pretrained(tmp_path)
    return tmp_path, fast


def own_losses(llm, example):
    """The model's own forward pass over one example."""
    ids, labels = lora.tokenize(llm, example)
    logits = llm.model(torch.tensor([ids])).logits[0]
    picked = logits.log_softmax(-1)[range(len(ids) - labels - 1, len(ids) - 1), ids[-labels:]]
    return -picked


def test_every_architecture_gives_the_right_result(shape, capsys):
    folder, fast = shape
    llm = models.load_llm(folder)
    assert llm.fast == fast, capsys.readouterr().out
    assert ("takes the plain path" in capsys.readouterr().out) == (not fast)
    prompts = [llm.encode(e.prompt)[: 9 + 3 * i] for i, e in enumerate(EXAMPLES[:3])]
    made = llm.generate([llm.tokenizer.decode(ids) for ids in prompts], 5)
    tokens = models.plain_generate(llm.model, prompts, 5, llm.end_ids)
    expected = [llm.tokenizer.decode(ids, skip_special_tokens=True).strip() for ids in tokens]
    assert [one.text for one in made] == expected
    tails = [" deep", " not deep at all, they say", " and"]
    scores = llm.score(EXAMPLES[0].prompt, tails)
    plain = models.plain_score(
        llm.model, llm.encode(EXAMPLES[0].prompt), [llm.encode(tail) for tail in tails]
    )
    assert scores == pytest.approx(plain, abs=1e-3)
    with torch.inference_mode():
        for losses, example in zip(lora.example_losses(llm, EXAMPLES), EXAMPLES, strict=True):
            assert torch.allclose(losses, own_losses(llm, example), atol=2e-3)


def test_every_architecture_can_be_tuned(shape, empty_artifacts):
    """LoRA finds its layers in the model, fused and Conv1D ones included, learns, and leaves no
    trace.
    """
    llm = models.load_llm(shape[0])
    before = {name: p.clone() for name, p in llm.model.named_parameters()}
    start = lora.evaluate_loss(llm, EXAMPLES)
    recipe = lora.Recipe(rank=2, epochs=8, learning_rate=2e-2)
    folder = lora.train(llm, EXAMPLES, recipe)
    with lora.adapted(llm, folder):
        assert lora.evaluate_loss(llm, EXAMPLES) < start - 0.05
        with torch.inference_mode():
            losses = lora.example_losses(llm, EXAMPLES[:2])
            for one, example in zip(losses, EXAMPLES, strict=False):
                assert torch.allclose(one, own_losses(llm, example), atol=2e-3)
    after = dict(llm.model.named_parameters())
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_both_paths_give_the_same_tokens_and_scores(llm):
    questions = ["What is a river?", "Name three colours.", "Where does rain come from?", "Count."]
    prompts = [llm.encode(llm.chat("Answer in one sentence.", text)) for text in questions]
    fast = decoding.generate(llm.model, prompts, 16, llm.end_ids)
    assert fast == models.plain_generate(llm.model, prompts, 16, llm.end_ids)
    tails = [llm.encode(text) for text in (" fell.", " by morning the meadows were dry.", " no")]
    plain = models.plain_score(llm.model, prompts[0], tails)
    assert decoding.score(llm.model, prompts[0], tails) == pytest.approx(plain, abs=1e-4)


def test_both_paths_give_the_same_losses(llm):
    examples = course.examples(llm, course.training("raft")[:6])
    fast = lora.example_losses(llm, examples)
    with torch.inference_mode():
        for losses, example in zip(fast, examples, strict=True):
            assert torch.allclose(
                losses, lora.plain_losses(llm, *lora.tokenize(llm, example)), atol=1e-3
            )


def test_training_by_both_paths_ends_alike(tiny_model, monkeypatch):
    recipe = dataclasses.replace(lora.Recipe(), rank=2, epochs=3)
    logs = []
    for fast in (True, False):
        llm = models.load_llm(tiny_model)
        llm.fast = fast
        with lora.tuned(llm, EXAMPLES, recipe) as log:
            logs.append([entry["loss"] for entry in log])
    assert logs[0] == pytest.approx(logs[1], abs=1e-3) and len(logs[0]) >= 3


def test_a_window_wider_than_the_context_is_none():
    assert not fits.window(transformers.MistralConfig(**SIZES | {"sliding_window": 512}))
    unused = transformers.Qwen2Config(**SIZES | {"use_sliding_window": False})
    assert not fits.window(unused)


def test_positions_that_depend_on_the_length_take_the_plain_path():
    scaling = {"rope_type": "longrope", "rope_theta": 1e4}
    config = transformers.LlamaConfig(**SIZES)
    config.rope_parameters = scaling
    assert "length of the text" in fits.window(config)


def test_both_paths_are_greedy_whatever_the_model_prefers(tiny_model):
    llm = models.load_llm(tiny_model)
    llm.model.generation_config.repetition_penalty = 1.8
    llm.model.generation_config.no_repeat_ngram_size = 1
    prompts = [llm.encode("the river and the river and"), llm.encode("a b a b")]
    fast = decoding.generate(llm.model, prompts, 8, llm.end_ids)
    assert fast == models.plain_generate(llm.model, prompts, 8, llm.end_ids)


def test_a_disagreement_is_noticed(tiny_model, monkeypatch, capsys):
    """A broken engine is not used: each of its three parts is compared."""
    real = packing.losses
    monkeypatch.setattr(packing, "losses", lambda *args: real(*args) + 0.01)
    assert not models.load_llm(tiny_model).fast
    assert "its losses are not those of the engine" in capsys.readouterr().out
    monkeypatch.setattr(packing, "losses", real)
    monkeypatch.setattr(decoding, "score", lambda model, head, rows: [0.0] * len(rows))
    assert not models.load_llm(tiny_model).fast
    assert "its scores" in capsys.readouterr().out
