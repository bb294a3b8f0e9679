"""Does the engine agree with a model's own `forward`? Checked once, when a model is loaded.

A model for which it does not (sliding windows, scaled embeddings, other module names) takes the
plain path.
"""

import sys

import torch
import torch.nn.functional as F

from helpers.engine import decoding, packing

TOLERANCE = 1e-3  # of a logit or a loss in nats; float32 rounding is a hundredth of it


def engine_fits(llm) -> bool:
    """True if generating, scoring and losses agree with the model's own; otherwise says in a
    sentence why not.
    """
    reason = window(llm.model.config.get_text_config())
    if not reason:
        try:
            reason = disagreement(llm)
        except Exception as error:  # whatever the engine runs into is a reason not to use it
            reason = f"its modules are not those that the engine knows ({type(error).__name__})"
        finally:
            llm.frozen_layers = 0
            packing.forget()
    if reason:
        print(f"{llm.name} takes the plain path, with the same results but more slowly: {reason}.")
    return not reason


def end_ids(model, tokenizer) -> set[int]:
    """The tokens that end an answer: those that the model names, and the tokenizer's.

    The mark that begins a text or turn ends one too: nothing after it belongs to the answer.
    """
    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    return (ends | {tokenizer.eos_token_id, tokenizer.bos_token_id}) - {None}


def context(config) -> int:
    """The longest text that a model reads, in tokens."""
    names = ("max_position_embeddings", "max_seq_len", "n_positions")
    return next((getattr(config, n) for n in names if getattr(config, n, None)), sys.maxsize)


def window(config) -> str:
    """Why the engine can't be trusted on long texts; "" if it can.

    A layer that sees only part of the context would go unnoticed in the short texts compared below.
    """
    size = getattr(config, "sliding_window", None)
    if size and getattr(config, "use_sliding_window", True) and size < context(config):
        return f"it has a sliding window of {size} tokens"
    scaling = getattr(config, "rope_parameters", None) or {}
    kinds = [
        scaling.get("rope_type"),
        *(v.get("rope_type") for v in scaling.values() if type(v) is dict),
    ]
    if {"longrope", "dynamic"} & set(kinds):
        return "its positions depend on the length of the text"
    if getattr(config, "attention_chunk_size", None):
        return f"it attends in chunks of {config.attention_chunk_size} tokens"
    return ""


@torch.inference_mode()
def disagreement(llm) -> str:
    """Compare with the model's forward pass on a padded batch; a reason, or nothing."""
    model, size = llm.model, llm.model.config.get_text_config().vocab_size
    draw = torch.Generator().manual_seed(0)
    head = torch.randint(size, (4,), generator=draw).tolist()
    rows = [head + torch.randint(size, (n,), generator=draw).tolist() for n in (3, 6, 8)]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=model.device)
    mask = torch.tensor(
        [[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=model.device
    )
    logits = model(ids, attention_mask=mask).logits
    own = [F.cross_entropy(logits[i, 3 : len(row) - 1], ids[i, 4 : len(row)], reduction="none")
           for i, row in enumerate(rows)]  # fmt: skip

    new = [tokens[0] for tokens in decoding.generate(model, rows, 1, set())]
    last = logits[range(len(rows)), [len(row) - 1 for row in rows]]
    if (last.max(-1).values - last[range(len(rows)), new]).max() > TOLERANCE:
        return "its tokens are not those of the engine"
    scores = decoding.score(model, head, [row[4:] for row in rows])
    if any(
        abs(score + losses.mean().item()) > TOLERANCE
        for score, losses in zip(scores, own, strict=True)
    ):
        return "its scores are not those of the engine"
    packed = packing.pack([(row, len(row) - 4) for row in rows])
    for llm.frozen_layers in (0, len(model.model.layers) // 2):
        if (packing.losses(llm, packed) - torch.cat(own)).abs().max() > TOLERANCE:
            return "its losses are not those of the engine"
    return ""
