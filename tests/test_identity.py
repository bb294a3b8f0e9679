"""A model is what it computes: its weights, configuration and tokenizer, not its path or name."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from helpers import models, refine

pytestmark = pytest.mark.slow


def edit_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_tensor(path, change):
    tensors = load_file(path)
    name = next(n for n in sorted(tensors) if n.endswith(("q_proj.weight", "query.weight")))
    tensors[name] = change(tensors[name]).contiguous()
    save_file(tensors, path, metadata={"format": "pt"})


def to_bin(folder, change=lambda tensors: tensors):
    torch.save(change(load_file(folder / "model.safetensors")), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def to_shards(folder):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="2MB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1


@pytest.fixture
def copy(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "pathm")


SAME = {
    "a dot before": lambda folder: os.path.relpath(folder.parent) + "/./pathm",
    "a slash after": lambda folder: f"{folder}/",
    "a Path": lambda folder: folder,
    "a link": lambda folder: os.symlink(folder, folder.parent / "link") or folder.parent / "link",
    "another name": lambda folder: folder.rename(folder.parent / "other"),
    "a .bin file": lambda folder: to_bin(folder) or folder,
    "several files": lambda folder: to_shards(folder) or folder,
    "a note of the version": lambda folder: (
        edit_json(folder / "config.json", transformers_version="4.0.0") or folder
    ),
    "a file beside": lambda folder: (folder / "notes.txt").write_text("mine") and folder,
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_content_is_the_same_model(copy, change):
    before = models.load_llm(str(copy)).fingerprint
    assert models.load_llm(change(copy)).fingerprint == before


def shift(tensor):
    return tensor + torch.linspace(0, 1e-3, tensor.numel()).view_as(tensor)


def tokenizer_without_a_merge(folder):
    path = folder / "tokenizer.json"
    state = json.loads(path.read_text())
    state["model"]["merges"].pop()
    path.write_text(json.dumps(state))


OTHER = {
    "weights": lambda folder: edit_tensor(folder / "model.safetensors", shift),
    "rows in another order": lambda folder: edit_tensor(
        folder / "model.safetensors", lambda tensor: tensor.flip(0)
    ),
    "signs": lambda folder: edit_tensor(folder / "model.safetensors", torch.neg),
    "weights in a .bin file": lambda folder: to_bin(
        folder, lambda tensors: {name: tensor * 2 for name, tensor in tensors.items()}
    ),
    "configuration": lambda folder: edit_json(folder / "config.json", rms_norm_eps=0.5),
    "generation config": lambda folder: edit_json(
        folder / "generation_config.json", eos_token_id=[2, 5]
    ),
    "tokenizer.json": tokenizer_without_a_merge,
    "chat template": lambda folder: (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    ),
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_other_content_in_the_same_folder_is_another_model(copy, change):
    if change is OTHER["weights in a .bin file"]:
        to_bin(copy)
        before = models.load_llm(str(copy))
        torch.save(
            {n: t * 2 for n, t in torch.load(copy / "pytorch_model.bin").items()},
            copy / "pytorch_model.bin",
        )
    else:
        before = models.load_llm(str(copy))
        change(copy)
    assert models.load_llm(str(copy)).fingerprint != before.fingerprint


def test_a_changed_file_gives_no_stale_answers(copy, artifacts):
    first = models.load_llm(str(copy)).generate(["the river"], 6)
    edit_tensor(copy / "model.safetensors", lambda tensor: tensor * -3)
    tensors = load_file(copy / "model.safetensors")
    tensors["model.embed_tokens.weight"] = tensors["model.embed_tokens.weight"].flip(0).contiguous()
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    assert models.load_llm(str(copy)).generate(["the river"], 6)[0].text != first[0].text


@pytest.fixture
def tiny_encoder(tmp_path, embedder):
    """A randomly initialised encoder of sentence-transformers in a folder."""
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel

    sizes = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(BertConfig(**sizes)).save_pretrained(tmp_path / "bert")
    embedder.model.tokenizer.save_pretrained(tmp_path / "bert")
    SentenceTransformer(str(tmp_path / "bert"), device="cpu").save(str(tmp_path / "encoder"))
    return tmp_path / "encoder"


def edit_first(folder, pattern, **changes):
    edit_json(next(iter(sorted(folder.rglob(pattern)))), **changes)


ENCODERS = {
    "rows in another order": lambda folder: edit_tensor(
        folder / "model.safetensors", lambda tensor: tensor.flip(0)
    ),
    "signs": lambda folder: edit_tensor(folder / "model.safetensors", torch.neg),
    "tiny changes": lambda folder: edit_tensor(
        folder / "model.safetensors", lambda tensor: tensor + 1e-7
    ),
    "the words": lambda folder: (folder / "tokenizer.json").write_text(
        (folder / "tokenizer.json").read_text().replace('"river"', '"rixxr"')
    ),
    "another length": lambda folder: edit_first(
        folder, "sentence_bert_config.json", max_seq_length=7
    ),
    "another pooling": lambda folder: edit_first(
        folder / "1_Pooling", "*.json", pooling_mode="cls"
    ),
}


@pytest.mark.parametrize("change", ENCODERS.values(), ids=ENCODERS)
def test_encoders_are_told_apart(tiny_encoder, change):
    before = models.load_embedder(tiny_encoder).fingerprint
    moved = shutil.copytree(tiny_encoder, tiny_encoder.parent / "moved")
    again = models.load_embedder(str(moved))
    again.encode(["one text", "a longer text of several words"])
    assert again.fingerprint == before
    change(moved)
    assert models.load_embedder(moved).fingerprint != before


def test_the_identity_of_a_whole_model_takes_a_second(llm):
    """Measured: 0.65 s for 538 MB. A model of another size is hashed once, when it is loaded."""
    from helpers.engine import identity

    start = time.perf_counter()
    identity.of(llm.model, llm.tokenizer)
    assert time.perf_counter() - start < 3


NAMES = {
    "a word": "nope",
    "a hub name": "no/such-model",
    "a model that is not here": "HuggingFaceTB/SmolLM2-360M-Instruct",
    "a relative path": "./nope",
    "an absolute path": "/tmp/nope/nope",
    "below home": "~/nope",
    "above": "../x",
    "nothing": "",
    "spaces": "a b/c",
    "a slash after": "nope/",
    "a Path": Path("nope/nope"),
    "a file": __file__,
    "a folder of other things": Path(__file__).parent,
    "the working folder": ".",
    "a line break": "nope\n",
}
LOADERS = {"llm": models.load_llm, "encoder": models.load_embedder, "judge": refine.cross_encoder}


@pytest.fixture
def no_network(monkeypatch):
    """As on a machine that is not told that it has no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{repo_id}")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_a_mistyped_name_fails_in_seconds(load, name, no_network):
    import sentence_transformers  # noqa: F401 (takes seconds the first time)

    start = time.perf_counter()
    with pytest.raises(OSError, match="Check the spelling"):
        load(name)
    assert time.perf_counter() - start < 5


def test_a_hub_that_does_not_answer_is_waited_for_a_few_seconds(monkeypatch):
    import socket

    from huggingface_hub import constants

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        start = time.perf_counter()
        with pytest.raises(OSError, match="could not be reached"):
            models.load_llm("no/such-model")
        assert time.perf_counter() - start < 6


def cut(path, size):
    path.write_bytes(path.read_bytes()[:size])


def pickled_code(folder):
    import pickle

    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(folder / "harm"),)

    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Harm()))


def without_a_tensor(folder):
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.0.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


BROKEN = {
    "no weights": lambda folder: (folder / "model.safetensors").unlink(),
    "no configuration": lambda folder: (folder / "config.json").unlink(),
    "no tokenizer": lambda folder: (folder / "tokenizer.json").unlink(),
    "half the weights": lambda folder: cut(folder / "model.safetensors", 5000),
    "empty weights": lambda folder: cut(folder / "model.safetensors", 0),
    "half the configuration": lambda folder: cut(folder / "config.json", 50),
    "a tensor is missing": without_a_tensor,
    "a tensor of another shape": lambda folder: edit_tensor(
        folder / "model.safetensors", lambda tensor: tensor[:3]
    ),
    "an unknown kind": lambda folder: edit_json(folder / "config.json", model_type="nonesuch"),
    "code in a pickle": pickled_code,
    "an encoder": lambda folder: edit_json(folder / "config.json", model_type="bert"),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_folder_that_is_no_whole_model_is_refused(copy, damage):
    """In a sentence, and never filled with random weights."""
    damage(copy)
    with pytest.raises(OSError, match="pathm.*Check the spelling, or use"):
        models.load_llm(copy)
    assert not (copy / "harm").exists()


def test_a_model_with_code_of_its_own_is_refused(copy):
    auto = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    edit_json(copy / "config.json", model_type="own", auto_map=auto)
    (copy / "own.py").write_text("raise SystemExit('this ran')")
    with pytest.raises(ValueError, match="brings code of its own"):
        models.load_llm(copy)
