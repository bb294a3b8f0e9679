"""Greedy decoding and scoring of many prompts at once, with one key-value cache.

Simple twins: `models.plain_generate` and `models.plain_score`. Gains on two cores, from
docs/engine.json: 1.3 to 2.5 over `generate` one prompt at a time (1.2 to 2.0 over padded batches);
reading a shared beginning once gains 1.9 of it with four shots and little without; scores 2.9. The
model's own `forward` is called throughout, so whatever it does to its logits is done here too.
"""

import inspect

import torch
import torch.nn.functional as F
from transformers.cache_utils import Cache, DynamicLayer

PREFILL_TOKENS = (
    1024  # read at once: more makes the activations too large for the processor's caches
)
PAD = 0  # any token: padding is masked


@torch.inference_mode()
def generate(
    model, prompts: list[list[int]], max_new_tokens: int, end_ids: set[int]
) -> list[list[int]]:
    """Continue several prompts greedily.

    prompts: token ids. end_ids: a prompt is finished after any of these. Returns the new token ids
    of each prompt, including the end token if there is one.
    """
    device, count = model.device, len(prompts)
    lengths = torch.tensor([len(ids) for ids in prompts], device=device)
    longest, shared = int(lengths.max()), common_prefix(prompts)
    columns = torch.arange(longest + max_new_tokens, device=device)
    # Each prompt: the common beginning, padding, and its own rest, up to column `longest - 1`.
    real = (columns < shared) | (columns >= longest - lengths[:, None] + shared)
    past = PreallocatedCache(model, count, longest + max_new_tokens)
    if shared:
        past.read_for_all(prompts[0][:shared])
    logits = torch.cat(
        [_prefill(past, prompts, real, shared, part) for part in _parts(prompts, shared)]
    )

    past.select(slice(0, count), longest)
    out, running = [[] for _ in prompts], list(range(count))  # the prompt of each row
    for step in range(max_new_tokens):
        token = logits.argmax(-1)
        for prompt, new in zip(running, token.tolist(), strict=True):
            if not out[prompt] or out[prompt][-1] not in end_ids:
                out[prompt].append(new)
        keep = [row for row, prompt in enumerate(running) if out[prompt][-1] not in end_ids]
        if not keep or step == max_new_tokens - 1:
            break
        if 2 * len(keep) <= len(running):  # half of the rows have ended: go on without them
            past.keep(keep)
            token, real, lengths = token[keep], real[keep], lengths[keep]
            running = [running[row] for row in keep]
        seen = real[:, : longest + step + 1]
        logits = past.forward(token[:, None], seen, (lengths + step)[:, None], 1)[:, -1]
    return out


def _parts(prompts, shared):
    """Slices of the prompts that are read together."""
    rows = max(1, PREFILL_TOKENS // (max(map(len, prompts)) - shared))
    return [slice(i, min(i + rows, len(prompts))) for i in range(0, len(prompts), rows)]


def _prefill(past, prompts, real, shared, part):
    """Read a slice of the prompts after their common beginning; the logits of the last tokens."""
    rest = [ids[shared:] for ids in prompts[part]]
    width, longest = max(map(len, rest)), max(map(len, prompts))
    ids = torch.tensor([[PAD] * (width - len(row)) + row for row in rest], device=real.device)
    positions = torch.tensor(
        [[0] * (width - len(row)) + list(range(shared, shared + len(row))) for row in rest],
        device=real.device,
    )
    past.select(part, longest - width)
    return past.forward(ids, real[part, :longest], positions, 1)[:, -1]


@torch.inference_mode()
def score(model, prompt: list[int], continuations: list[list[int]]) -> list[float]:
    """The mean log-likelihood, in nats a token, of each continuation after the same prompt."""
    count, longest, head = len(continuations), max(map(len, continuations)), len(prompt)
    past = PreallocatedCache(model, count, head + longest)
    first = past.read_for_all(prompt).expand(count, 1, -1)
    lengths = torch.tensor([len(ids) for ids in continuations], device=model.device)
    columns = torch.arange(head + longest, device=model.device)
    ids = torch.tensor(
        [row + [PAD] * (longest - len(row)) for row in continuations], device=model.device
    )
    past.select(slice(0, count), head)
    seen = columns < head + lengths[:, None]
    logits = past.forward(ids, seen, columns[head:].expand(count, -1), 0)[:, :-1]
    losses = [F.cross_entropy(first[:, 0], ids[:, 0], reduction="none")[:, None]]
    if longest > 1:
        rest = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        losses.append(rest.view(count, -1))
    losses = torch.cat(losses, 1)
    return [-float(row[:n].mean()) for row, n in zip(losses, lengths.tolist(), strict=True)]


def common_prefix(rows: list[list[int]]) -> int:
    """How many leading tokens all rows share; the last token of a row never counts as shared."""
    shortest, first = max(0, min(map(len, rows)) - 1), rows[0]
    return next((i for i in range(shortest) if any(row[i] != first[i] for row in rows)), shortest)


def batches(texts: dict[str, list[int]], max_tokens: int, max_rows: int) -> list[list[str]]:
    """Sort texts into batches of similar length, longest first, so that there is little padding.

    texts: the token ids of each text. A batch has at most `max_rows` rows and, with the padding,
    at most `max_tokens` tokens (unless a single text has more).
    """
    out = []
    for text, _ in sorted(texts.items(), key=lambda item: -len(item[1])):
        full = not out or len(out[-1]) == max_rows
        if full or (len(out[-1]) + 1) * len(texts[out[-1][0]]) > max_tokens:
            out.append([])
        out[-1].append(text)
    return out


def cache_argument(model) -> str:
    """What `forward` calls the key-value cache: "cache" from transformers 5.24 on."""
    names = inspect.signature(model.forward).parameters
    return "cache" if "cache" in names else "past_key_values"


class PreallocatedCache(Cache):
    """A key-value cache with room for `room` tokens of `rows` prompts, taken once and filled in
    place.
    """

    def __init__(self, model, rows: int, room: int):
        count = model.config.get_text_config().num_hidden_layers
        super().__init__(layers=[_Layer(rows, room) for _ in range(count)])
        self.model = model
        self.argument = cache_argument(model)

    def forward(self, ids, mask, positions, keep: int) -> torch.Tensor:
        """The logits of the last `keep` tokens (0: of all), after what the cache holds."""
        given = {self.argument: self, "use_cache": True, "logits_to_keep": keep}
        return self.model(ids, attention_mask=mask.long(), position_ids=positions, **given).logits

    def read_for_all(self, ids: list[int]) -> torch.Tensor:
        """Read what all rows begin with, once; its last logits, of shape (1, 1, vocabulary)."""
        self.select(slice(0, 1), 0)
        tokens = torch.tensor([ids], device=self.model.device)
        positions = torch.arange(len(ids), device=self.model.device)[None]
        logits = self.forward(tokens, torch.ones_like(tokens), positions, 1)
        for layer in self.layers:
            layer.buffers[:, 1:, :, : len(ids)] = layer.buffers[:, :1, :, : len(ids)]
        return logits

    def select(self, rows: slice, length: int) -> None:
        """Continue writing in these rows, after `length` tokens."""
        for layer in self.layers:
            layer.part, layer.length = rows, length

    def keep(self, rows: list[int]) -> None:
        """Keep only these rows."""
        for layer in self.layers:
            layer.buffers, layer.part = layer.buffers[:, rows], slice(0, len(rows))


class _Layer(DynamicLayer):
    """The keys and values of one layer, in one buffer of shape (2, rows, heads, room, width)."""

    def __init__(self, rows: int, room: int):
        super().__init__()
        self.rows, self.room, self.part, self.length = rows, room, slice(0, rows), 0

    def update(self, key_states, value_states, *args, **kwargs):
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            _, heads, _, width = key_states.shape
            # zeros: what is masked is multiplied by zero, and NaN would get through
            self.buffers = key_states.new_zeros(2, self.rows, heads, self.room, width)
        end = self.length + key_states.shape[2]
        for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[self.part, :, self.length : end] = states
        self.length = end
        return tuple(self.buffers[:, self.part, :, :end])

    def get_seq_length(self):
        return self.length
