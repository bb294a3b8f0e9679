"""Losses of several examples in one sequence, and frozen layers computed once.

Simple twin: `lora.plain_losses`. Gains on two cores, from docs/engine.json: packing 2.6 to 3.2,
frozen layers 1.5 to 1.8 where the same examples come again. Examples that begin alike are joined:
the common beginning once, then the rest of each, with a mask that keeps them apart.
"""

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from helpers.engine.decoding import common_prefix

MAX_TOKENS = 512  # in one forward and backward pass; bounds the memory of the activations
KEPT_TOKENS = 40_000  # of the states below the trained layers: about 90 MB; see `states_below`


@dataclass(frozen=True)
class Pack:
    """Tokenized examples whose prompts begin alike, as one sequence.

    items: (token ids, number of labels at their end) of each example. ids, positions: shape (1,
    tokens). mask: shape (1, 1, tokens, tokens), true where a token may attend: to earlier tokens of
    the common beginning and of its own example. labels: indices of the tokens to predict.
    """

    items: tuple[tuple[list[int], int], ...]
    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor


def pack(items: list[tuple[list[int], int]]) -> Pack:
    """Join tokenized examples into one sequence; see `Pack`."""
    shared = common_prefix([ids[: len(ids) - labels] for ids, labels in items])
    ids, positions = items[0][0][:shared], list(range(shared))
    owner, labels = [-1] * shared, []
    for number, (tokens, count) in enumerate(items):
        ids = ids + tokens[shared:]
        positions += range(shared, len(tokens))
        owner += [number] * (len(tokens) - shared)
        labels += range(len(ids) - count, len(ids))
    owner = torch.tensor(owner)
    own = (owner[None] == -1) | (owner[None] == owner[:, None])
    mask = own & torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    return Pack(
        tuple(items),
        torch.tensor([ids]),
        torch.tensor([positions]),
        mask[None, None],
        torch.tensor(labels),
    )


def packs(items: list[tuple[list[int], int]]) -> list[Pack]:
    """Pack neighbours that share at least half of the first one's prompt, up to MAX_TOKENS tokens a
    pack.
    """
    groups, size = [], 0
    for ids, labels in items:
        if groups:
            first, first_labels = groups[-1][0]
            shared = common_prefix([first, ids])
            if 2 * shared >= len(first) - first_labels and size + len(ids) - shared <= MAX_TOKENS:
                groups[-1].append((ids, labels))
                size += len(ids) - shared
                continue
        groups.append([(ids, labels)])
        size = len(ids)
    return [pack(group) for group in groups]


def losses(llm, part: Pack) -> torch.Tensor:
    """The cross-entropy of every label token of a pack, in nats: shape (labels,)."""
    wanted = part.ids[0, part.labels].to(llm.model.device)
    return F.cross_entropy(logits(llm, part), wanted, reduction="none")


def logits(llm, part: Pack) -> torch.Tensor:
    """The logits that predict the label tokens of a pack: shape (labels, vocabulary)."""
    device = llm.model.device
    ids, labels = part.ids.to(device), part.labels.to(device)
    options = {"position_ids": part.positions.to(device), "attention_mask": part.mask.to(device)}
    options |= {"use_cache": False, "logits_to_keep": labels - 1}
    if llm.frozen_layers:
        below = states_below(llm, part, options)
        with only_layers(llm.model.model, slice(llm.frozen_layers, None)):
            return llm.model(inputs_embeds=below, **options).logits[0]
    return llm.model(ids, **options).logits[0]


_states: OrderedDict[tuple, torch.Tensor] = OrderedDict()


def states_below(llm, part: Pack, options) -> torch.Tensor:
    """The output of the layers below the trained ones, shape (1, tokens, width).

    It never changes during training, so that of the latest KEPT_TOKENS tokens is kept.
    """
    key = (
        llm.base_fingerprint,
        llm.frozen_layers,
        part.ids.numpy().tobytes(),
        part.positions.numpy().tobytes(),
    )
    states = _states.pop(key, None)
    if states is None:
        backbone, options = (
            llm.model.model,
            {k: v for k, v in options.items() if k != "logits_to_keep"},
        )
        below = only_layers(backbone, slice(0, llm.frozen_layers), norm=False)
        with torch.inference_mode(False), torch.no_grad(), below:
            states = backbone(part.ids.to(llm.model.device), **options).last_hidden_state
    _states[key] = states  # as the latest
    while sum(kept.shape[1] for kept in _states.values()) > KEPT_TOKENS:
        _states.popitem(last=False)
    return states


def forget() -> None:
    """Drop the states that were kept."""
    _states.clear()


@contextmanager
def only_layers(backbone, part: slice, norm: bool = True):
    """While the block runs, the model consists of these layers alone, with or without the last
    normalisation.
    """
    layers, last = backbone.layers, backbone.norm
    backbone.layers, backbone.norm = layers[part], last if norm else nn.Identity()
    try:
        yield
    finally:
        backbone.layers, backbone.norm = layers, last
