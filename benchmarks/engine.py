"""What each fast path gains over its simple twin, on the course's own work, into docs/engine.json.

Run: python -m benchmarks.engine
Both sides take turns in one process; a gain is the median ratio of their seconds. A path that gains
less than 1.5 has no place in helpers/engine/.
"""

import statistics
import time

from benchmarks.answering import padded
from helpers import course, lora, models
from helpers.engine import cache, decoding, packing, records

FILE = cache.ROOT / "docs" / "engine.json"
ROUNDS = 3


def gain(simple, fast) -> dict:
    """The seconds of both, in turn, and the ratio."""
    pairs = []
    for _ in range(ROUNDS):
        seconds = []
        for run in (simple, fast):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
        pairs.append(seconds)
    middle = [statistics.median(side) for side in zip(*pairs, strict=True)]
    ratio = statistics.median(simple / fast for simple, fast in pairs)
    return {
        "simple s": round(middle[0], 2),
        "fast s": round(middle[1], 2),
        "gain": round(ratio, 2),
    }


def without(module, name, replacement, run):
    """Run with one function of the engine replaced."""
    kept = getattr(module, name)
    setattr(module, name, replacement)
    try:
        run()
    finally:
        setattr(module, name, kept)


def decoding_gains(llm, embedder) -> dict:
    """Answering 12 validation questions: closed book, with four shots, with three passages."""
    questions = [q["question"] for q in course.questions("validation")[::12]][:12]
    index, found = course.handbook_index(embedder), {}
    work = {
        "closed book": course.system(llm),
        "four shots": course.system(llm, shots=course.shots()),
        "three passages": course.system(llm, index),
        "three passages, adapter raft": course.system(llm, index, course.adapter("raft")),
    }
    for name, system in work.items():
        hits = index.search(questions, 3) if system.index else [()] * len(questions)
        prompts = [system.prompt(q, h)[0] for q, h in zip(questions, hits, strict=True)]
        prompts = sorted((llm.encode(prompt) for prompt in prompts), key=len, reverse=True)
        with lora.adapted(llm, system.adapter):
            rows = 20 if system.index else 24

            def fast(prompts=prompts, rows=rows):
                for i in range(0, len(prompts), rows):
                    decoding.generate(llm.model, prompts[i : i + rows], 32, llm.end_ids)

            few = prompts[::3]  # one by one takes long
            one = gain(
                lambda few=few: models.plain_generate(llm.model, few, 32, llm.end_ids),
                lambda few=few: decoding.generate(llm.model, few, 32, llm.end_ids),
            )
            found[f"decoding, {name}: over generate, one by one"] = one
            found[f"decoding, {name}: over generate, padded batch"] = gain(
                lambda prompts=prompts: padded(llm.model, prompts, 32, max_new_tokens=32), fast
            )
            found[f"shared beginning, {name}"] = gain(
                lambda fast=fast: without(decoding, "common_prefix", lambda rows: 0, fast), fast
            )
    return found


def score_gain(llm) -> dict:
    """Four options after each of twelve questions, as in notebooks 01 and 06."""
    work = []
    for row in course.questions("test_choices", None)[:12]:
        prompt, _ = course.system(llm).prompt(row["question"])
        work.append((llm.encode(prompt), [llm.encode(option) for option in row["options"]]))
    return gain(
        lambda: [models.plain_score(llm.model, *pair) for pair in work],
        lambda: [decoding.score(llm.model, *pair) for pair in work],
    )


def training_gains(llm) -> dict:
    """One epoch of sixteen rows with the default recipe."""
    found = {}
    for name, rows in {"passages": course.training("raft")[:16],
                       "closed book": course.training("house_style")[:16]}.items():  # fmt: skip
        examples = course.examples(llm, rows)

        def train(fast, examples=examples, frozen=True, **options):
            packing.forget()
            llm.fast, single = fast, lambda items: [packing.pack([item]) for item in items]
            recipe = lora.Recipe(**options)

            def run():
                with lora.tuned(llm, examples, recipe):
                    pass

            if fast:
                run()
            else:
                without(packing, "packs", single, run)
            llm.fast = True

        found[f"packing, {name}"] = gain(lambda train=train: train(False), lambda t=train: t(True))
    return found


def frozen_gains(llm) -> dict:
    """Twelve rows in the top fifth of the layers: six epochs, and a further run of a sweep."""
    examples = course.examples(llm, course.training("house_style")[:12])

    def train(epochs):
        with lora.tuned(llm, examples, lora.Recipe(top_layers=0.2, epochs=epochs)):
            pass

    def uncached(epochs):
        real = packing.losses

        def losses(llm, part):
            llm.frozen_layers = 0
            return real(llm, part)

        without(packing, "losses", losses, lambda: train(epochs))

    def fresh():
        packing.forget()
        train(6)

    six = gain(lambda: uncached(6), fresh)  # ends with the states of these rows kept
    further = gain(lambda: uncached(2), lambda: train(2))
    return {"frozen layers, six epochs": six, "frozen layers, further runs of a sweep": further}


def main() -> None:
    """Measure all paths and store the table."""
    llm, embedder = models.load_llm(), models.load_embedder()
    gains = {"score, four options": score_gain(llm)} | training_gains(llm)
    gains |= frozen_gains(llm) | decoding_gains(llm, embedder)
    for name, row in gains.items():
        print(f"{row['gain']:6.2f}  {name} ({row['simple s']} s, {row['fast s']} s)")
    cache.write_json(FILE, {**records.made_with(), "rounds": ROUNDS, "gains": gains})


if __name__ == "__main__":
    main()
