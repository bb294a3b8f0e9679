"""LoRA training speed against TRL's SFTTrainer on the same model, examples, rank, layers and threads, and against the matmul peak.

Run: pip install -r tests/benchmarks/requirements.txt; python -m tests.benchmarks.training
Each side trains in a process of its own, in turn, on the same batches of the same examples in the same order, from the
same start of the adapter, at the same constant learning rate; then the losses on the same held-out examples are compared.
Tokens are counted as TRL has to read them: each example with its whole prompt. What packing saves shows in the time.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import peft
import torch

from helpers import cache, evaluate, lora, models, rag

EXAMPLES, HELD_OUT, BATCH, RATE, ROUNDS = 48, 40, 8, 1e-3, 3
RECIPE = lora.Recipe(top_layers=1.0, learning_rate=RATE)


def data(llm) -> tuple[list[lora.Example], list[lora.Example]]:
    """Training and held-out examples; neighbours share their passages."""
    rows = evaluate.load_training("raft")
    examples = rag.training_examples(llm, rows[: EXAMPLES + HELD_OUT])
    return examples[:EXAMPLES], examples[EXAMPLES:]


def wrapped_model(llm):
    """The model with a fresh adapter that is the same on both sides."""
    torch.manual_seed(0)
    return peft.get_peft_model(llm.model, lora.peft_config(llm, RECIPE))


def ours() -> dict:
    """Our loop's parts: packs, logits only at labels."""
    llm = models.load_llm()
    train, held_out = data(llm)
    tokens = sum(len(lora.tokenize(llm, example)[0]) for example in train)
    model = wrapped_model(llm)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.0)
    start, read = time.perf_counter(), 0
    for first in range(0, len(train), BATCH):
        parts = lora.packs(llm, train[first : first + BATCH])
        labels = sum(len(part.labels) for part in parts)
        for part in parts:
            (lora.label_losses(llm, part).sum() / labels).backward()
            read += part.ids.shape[1]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    seconds = time.perf_counter() - start
    return finish(llm, held_out, tokens, seconds, read)


def trl() -> dict:
    """TRL's SFTTrainer with its defaults, but for what has to be equal."""
    from trl import SFTConfig, SFTTrainer

    from datasets import Dataset

    llm = models.load_llm()
    llm.model.set_attn_implementation("sdpa")
    train, held_out = data(llm)
    tokens = sum(len(lora.tokenize(llm, example)[0]) for example in train)
    rows = Dataset.from_list([{"prompt": e.prompt, "completion": e.answer + llm.tokenizer.eos_token} for e in train])
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            per_device_train_batch_size=BATCH,
            learning_rate=RATE,
            lr_scheduler_type="constant",
            warmup_steps=0,
            num_train_epochs=1,
            max_grad_norm=1.0,
            weight_decay=0.0,
            max_length=None,
            shuffle_dataset=False,
            completion_only_loss=True,
            bf16=False,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            train_sampling_strategy="sequential",
        )
        trainer = SFTTrainer(model=wrapped_model(llm), args=config, train_dataset=rows, processing_class=llm.tokenizer)
        start = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - start
    llm.model.eval()
    return finish(llm, held_out, tokens, seconds, tokens)


def finish(llm, held_out, tokens, seconds, read) -> dict:
    """Measure memory before the evaluation, which is not part of the training."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    flops = 4 * backbone(llm.model) * read / seconds
    llm.model.set_attn_implementation("grouped")
    with torch.no_grad():
        loss = lora.evaluate_loss(llm, held_out)
    return {
        "tokens/s": tokens / seconds,
        "read/s": read / seconds,
        "peak MB": peak,
        "loss": loss,
        "GFLOP/s": flops / 1e9,
        "matmul": matmul_peak(),
    }


def backbone(model) -> int:
    """The weights that every token passes: all but the embedding (which doubles as the output layer)."""
    return sum(p.numel() for n, p in model.named_parameters() if "embed" not in n and "lora" not in n)


def matmul_peak() -> float:
    """GFLOP/s of a 1536 x 1536 float32 product, the best of twenty."""
    a, best = torch.randn(1536, 1536), 0.0
    for _ in range(20):
        start = time.perf_counter()
        a @ a
        best = max(best, 2 * 1536**3 / (time.perf_counter() - start) / 1e9)
    return best


def main() -> None:
    """Run both sides in turn and print medians."""
    results = {"ours": [], "trl": []}
    for _ in range(ROUNDS):
        for side, runs in results.items():
            environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
            command = [sys.executable, "-m", "tests.benchmarks.training", side]
            out = subprocess.run(command, cwd=cache.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            runs.append(json.loads(out.stdout.splitlines()[-1]))
            print(side, {name: round(value, 3) for name, value in runs[-1].items()}, flush=True)
    median = {side: {name: statistics.median(run[name] for run in runs) for name in runs[0]} for side, runs in results.items()}
    a, b = median["ours"], median["trl"]
    print(f"tokens/s: {a['tokens/s']:.0f} against {b['tokens/s']:.0f}, ratio {a['tokens/s'] / b['tokens/s']:.2f} (aim: at least 3)")
    print(f"peak MB: {a['peak MB']:.0f} against {b['peak MB']:.0f}, ratio {a['peak MB'] / b['peak MB']:.2f} (aim: at most 0.5)")
    print(f"held-out loss: {a['loss']:.4f} against {b['loss']:.4f}, {abs(a['loss'] / b['loss'] - 1):.1%} apart (aim: within 2%)")
    print(f"GFLOP/s: {a['GFLOP/s']:.0f}, {a['GFLOP/s'] / a['matmul']:.2f} of the matmul peak {a['matmul']:.0f} (aim: at least 0.6)")


if __name__ == "__main__":
    sides = {"ours": ours, "trl": trl}
    if len(sys.argv) > 1:
        print(json.dumps(sides[sys.argv[1]]()))
    else:
        main()
