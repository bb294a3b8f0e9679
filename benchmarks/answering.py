"""Questions a second of the batched generator against the prefill limit.

Run: python -m benchmarks.answering

Prompts of 150 to 200 tokens, 24 new tokens each; the limit is the time that reading the prompts
alone takes, in the fastest batch size of several. No prefix is shared, so nothing is saved there.
Paired, in turn, in one process.
"""

import statistics
import time

import torch

from helpers import models
from helpers.engine import decoding

QUESTIONS, NEW, ROUNDS = 32, 24, 5


def timed(function) -> float:
    """Seconds a question."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) / QUESTIONS


@torch.inference_mode()
def read(model, prompts: list[list[int]], rows: int) -> None:
    """Read the prompts, `rows` at a time, and do nothing else."""
    for start in range(0, QUESTIONS, rows):
        part = prompts[start : start + rows]
        width = max(map(len, part))
        model.model(torch.tensor([p + [0] * (width - len(p)) for p in part]), use_cache=False)


@torch.inference_mode()
def padded(model, prompts: list[list[int]], rows: int, **options) -> None:
    """What the library's own `generate` does, `rows` prompts at a time, padded on the left."""
    for start in range(0, len(prompts), rows):
        part = prompts[start : start + rows]
        width = max(map(len, part))
        ids = torch.tensor([[2] * (width - len(p)) + p for p in part])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in part])
        model.generate(ids, attention_mask=mask, do_sample=False, pad_token_id=2, **options)


def main() -> None:
    """Print medians and the ratio."""
    model, random = models.load_llm().model, torch.Generator().manual_seed(0)
    lengths = (
        torch.randint(150, 201, (QUESTIONS,), generator=random)
        .sort(descending=True)
        .values.tolist()
    )
    prompts = [torch.randint(100, 40_000, (n,), generator=random).tolist() for n in lengths]
    read(model, prompts, 8)
    limits, ours, theirs = [], [], []
    exactly = {"min_new_tokens": NEW, "max_new_tokens": NEW}
    for _ in range(ROUNDS):
        limits.append(min(timed(lambda rows=rows: read(model, prompts, rows)) for rows in (4, 8)))
        ours.append(timed(lambda: decoding.generate(model, prompts, NEW, set())))
        theirs.append(timed(lambda: padded(model, prompts, 16, **exactly)))
    ratio = statistics.median(a / b for a, b in zip(ours, limits, strict=True))
    print(f"prefill limit: {statistics.median(limits):.3f} s a question")
    print(
        f"our generator: {statistics.median(ours):.3f} s a question, "
        f""
        f"{1 / statistics.median(ours):.2f} questions a second"
    )
    print(f"model.generate in batches of 16: {statistics.median(theirs):.3f} s a question")
    print(f"our generator over the limit, median of {ROUNDS} pairs: {ratio:.2f} (aim: at most 1.5)")


if __name__ == "__main__":
    main()
