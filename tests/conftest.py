"""Fixtures that all tests share: a fresh artifacts folder with the real models in it."""

import pytest

from helpers import course, models
from helpers.engine import cache, weights


@pytest.fixture(autouse=True, scope="session")
def artifacts(tmp_path_factory):
    """An empty artifacts folder for the whole run, into which only the converted weights are
    linked.
    """
    weights.llm_folder()
    folder = tmp_path_factory.mktemp("artifacts")
    (folder / "models").symlink_to((cache.ROOT / "artifacts" / "models").resolve())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_ARTIFACTS", str(folder))
        yield folder


@pytest.fixture
def empty_artifacts(tmp_path, monkeypatch):
    """An artifacts folder for one test alone, without even the weights."""
    monkeypatch.setenv("COURSE_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path / "artifacts"


@pytest.fixture(scope="session")
def llm(artifacts):
    return models.load_llm()


@pytest.fixture(scope="session")
def embedder(artifacts):
    return models.load_embedder()


@pytest.fixture(scope="session")
def index(embedder):
    return course.handbook_index(embedder)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A randomly initialised two-layer model with a tokenizer, saved to a folder: stands for any
    other model.
    """
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny")
    AutoTokenizer.from_pretrained(weights.llm_folder()).save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)  # the same weights, whatever ran before
        LlamaForCausalLM(config).save_pretrained(folder)
    return folder
