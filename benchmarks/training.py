"""The shipped LoRA recipe in the course's own loop, against TRL's SFTTrainer with the same recipe,
and against the matmul peak.

Run: pip install -r benchmarks/requirements.txt; python -m benchmarks.training

Each side trains in a process of its own, with the same examples, threads and initial adapter, and
about as many examples per step; then the losses on the same held-out examples are compared. Tokens
are counted as TRL has to read them: each example with its whole prompt. So what packing saves shows
up in the time.
"""

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import peft
import torch

from helpers import course, lora, metrics, models
from helpers.engine import cache, layers, machine

EXAMPLES, HELD_OUT = 96, 40
RECIPE = lora.Recipe(**lora.read_record(course.adapter("raft"))["recipe"])


def data(llm) -> tuple[list[lora.Example], list[lora.Example]]:
    """Training and held-out examples; neighbours share their passages."""
    rows = course.training("raft")
    examples = course.examples(llm, rows[: EXAMPLES + HELD_OUT])
    return examples[:EXAMPLES], examples[EXAMPLES:]


def ours() -> dict:
    """The course's loop: packs, logits only at labels."""
    llm = models.load_llm()
    train, held_out = data(llm)
    start = time.perf_counter()
    with lora.tuned(llm, train, RECIPE) as log:
        seconds = time.perf_counter() - start
        return finish(llm, train, held_out, seconds, sum(entry["tokens"] for entry in log))


def trl() -> dict:
    """TRL's SFTTrainer with its defaults, but for what has to be equal."""
    from trl import SFTConfig, SFTTrainer

    from datasets import Dataset

    llm = models.load_llm()
    train, held_out = data(llm)
    steps = math.ceil(len(lora.packs(llm, train)) / RECIPE.batch)
    rows = Dataset.from_list(
        [{"prompt": e.prompt, "completion": e.answer + llm.tokenizer.eos_token} for e in train]
    )
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            per_device_train_batch_size=math.ceil(len(train) / steps),
            learning_rate=RECIPE.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=max(1, round(RECIPE.warmup * steps)),
            num_train_epochs=1,
            max_grad_norm=1.0,
            weight_decay=0.0,
            max_length=None,
            completion_only_loss=True,
            bf16=False,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        torch.manual_seed(RECIPE.seed)
        wrapped = peft.get_peft_model(llm.model, lora.peft_config(llm, RECIPE))
        trainer = SFTTrainer(
            model=wrapped, args=config, train_dataset=rows, processing_class=llm.tokenizer
        )
        start = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - start
    llm.model.eval()
    return finish(llm, train, held_out, seconds)


def finish(llm, train, held_out, seconds, read=None) -> dict:
    """The figures of a training run. read: how many tokens it read (None: all of every example).

    Memory is taken first, since the evaluation does not count.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tokens = sum(len(lora.tokenize(llm, example)[0]) for example in train)
    read = read or tokens
    through = (
        1 - layers.first_layer(llm, RECIPE) / llm.model.config.num_hidden_layers
    )  # the share that is back-propagated
    flops = 2 * (1 + through) * backbone(llm.model) * read / seconds
    losses = [values.mean().item() for values in lora.example_losses(llm, held_out)]
    return {
        "tokens/s": tokens / seconds,
        "read/s": read / seconds,
        "peak MB": peak,
        "losses": losses,
        "GFLOP/s": flops / 1e9,
        "matmul": machine.matmul_peak(repeats=20) / 1e9,
    }


def backbone(model) -> int:
    """The weights that every token passes: all but the embedding (which doubles as the output
    layer).
    """
    return sum(
        p.numel() for n, p in model.named_parameters() if "embed" not in n and "lora" not in n
    )


def main() -> None:
    """Run both sides and print what they took."""
    results = {}
    for side in ("ours", "trl"):
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "benchmarks.training", side]
        out = subprocess.run(
            command, cwd=cache.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        results[side] = json.loads(out.stdout.splitlines()[-1])
        print(
            side,
            {name: round(float(np.mean(value)), 3) for name, value in results[side].items()},
            flush=True,
        )
    a, b = results.values()
    print(
        f"tokens/s: {a['tokens/s']:.0f} against {b['tokens/s']:.0f}, "
        f"ratio "
        f"{a['tokens/s'] / b['tokens/s']:.2f} (aim: at least 3)"
    )
    print(
        f"peak MB: {a['peak MB']:.0f} against {b['peak MB']:.0f}, "
        f"ratio "
        f"{a['peak MB'] / b['peak MB']:.2f} (aim: at most 0.5)"
    )
    mean, low, high = metrics.bootstrap(np.subtract(a["losses"], b["losses"]))
    apart = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}] (aim: no difference)"
    print(f"held-out loss: {np.mean(a['losses']):.3f} against {np.mean(b['losses']):.3f}, {apart}")
    print(
        f"GFLOP/s: {a['GFLOP/s']:.0f}, {a['GFLOP/s'] / a['matmul']:.2f} "
        f"of the matmul peak "
        f"{a['matmul']:.0f} (aim: at least 0.6)"
    )


if __name__ == "__main__":
    sides = {"ours": ours, "trl": trl}
    if len(sys.argv) > 1:
        print(json.dumps(sides[sys.argv[1]]()))
    else:
        main()
