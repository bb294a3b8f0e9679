"""Which model is it? A hash of all that decides what it computes, and of nothing else.

That is the weights as they were loaded, whatever file they came from, the configurations and the
tokenizer. Neither path nor name counts: a copy is the same model, and a changed file another one.
"""

import hashlib
import json

import torch

from helpers.engine import cache

# what a loading library notes about the place, and about itself
NOTES = {"transformers_version", "sentence_transformers_version", "name_or_path", "__version__"}


def of(model: torch.nn.Module, tokenizer) -> str:
    """The identity of a language model: 16 hex digits."""
    about = [plain(model.config.to_dict()), plain(model.generation_config.to_dict())]
    return cache.key(weights(model), about, tokens(tokenizer))


def of_encoder(model) -> str:
    """The identity of a sentence encoder of sentence-transformers: 16 hex digits."""
    parts = []
    for module in model:
        config = getattr(module, "get_config_dict", dict)()
        inner = getattr(getattr(module, "auto_model", None), "config", None)
        parts.append([type(module).__name__, config, inner and inner.to_dict()])
    limits = [model.max_seq_length, model.truncate_dim, model.prompts, model.default_prompt_name]
    return cache.key(weights(model), plain(parts), limits, tokens(model.tokenizer))


def weights(model: torch.nn.Module) -> str:
    """The SHA-256 of all parameters and stored buffers, by name; shared ones count once."""
    shared = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    names = shared - {name for name, _ in model.named_parameters()}
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        if name in names:
            continue
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)};".encode())
        flat = tensor.detach().cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def tokens(tokenizer) -> list:
    """What decides how text becomes tokens and tokens become text."""
    if getattr(tokenizer, "is_fast", False):
        made = json.loads(tokenizer.backend_tokenizer.to_str())
        made |= {"truncation": None, "padding": None}  # these change with use
    else:
        added = tokenizer.added_tokens_decoder.items()
        made = [tokenizer.get_vocab(), [[id, str(token)] for id, token in added]]
    template = getattr(tokenizer, "chat_template", None)
    cleaned = getattr(tokenizer, "clean_up_tokenization_spaces", None)
    return [type(tokenizer).__name__, made, tokenizer.special_tokens_map, template, cleaned]


def plain(value):
    """A configuration without what a library notes for itself: paths, versions, private fields."""
    if isinstance(value, dict):
        kept = {str(k): v for k, v in value.items() if k not in NOTES}
        return {k: plain(v) for k, v in kept.items() if not k.startswith("_")}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
