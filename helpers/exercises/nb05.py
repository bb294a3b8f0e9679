"""The exercises of notebook 05: a LoRA layer's output and size, labels, a learning-rate schedule, early stopping, folds."""

import random
from collections import Counter

import numpy as np

from helpers.exercises import Raised, Wrong, exercise, expect


@exercise(
    "5.1",
    title="The output of a LoRA layer",
    difficulty=2,
    importance=3,
    minutes=8,
    hints=[
        "Two terms: the frozen layer gives `x @ W.T`; the adapter adds its own output to it.",
        "The adapter goes down to r numbers and up again: `x @ A.T` has r columns, `(x @ A.T) @ B.T` has as many as W has rows.",
        "The rank r is the number of rows of A, `A.shape[0]`; only the adapter's term is multiplied by alpha / r.",
    ],
    solution="""
def lora_forward(x, W, A, B, alpha):
    return x @ W.T + alpha / A.shape[0] * (x @ A.T) @ B.T
""",
)
def lora_forward(forward):
    rng = np.random.default_rng(0)
    x, W, A, B = (rng.normal(size=size) for size in ((4, 6), (5, 6), (2, 6), (5, 2)))
    alpha, frozen, added = 8.0, x @ W.T, x @ A.T @ B.T
    out = np.asarray(forward(x, W, A, B, alpha))
    expect(out.shape == (4, 5), f"For x (4, 6) and W (5, 6) the output has the shape (4, 5), yours {out.shape}.")

    out = forward(x, W, A, 0 * B, alpha)
    expect(not np.allclose(out, 0), "With B all zero the output is zero: the frozen layer's own `x @ W.T` is missing.")
    expect(
        not np.allclose(out, frozen * alpha / 2) and not np.allclose(out, frozen * alpha),
        "With B all zero the output must be exactly `x @ W.T`: scale the adapter's term only, not the frozen layer's.",
    )
    expect(np.allclose(out, frozen), "With B all zero the adapter adds nothing: the output must be `x @ W.T`.")

    out = forward(x, 0 * W, A, B, alpha)
    expect(not np.allclose(out, 0), "A and B have no effect: the adapter's term is missing.")
    expect(not np.allclose(out, added), "The adapter's term is not scaled: multiply it by alpha / r.")
    expect(not np.allclose(out, added * alpha), "You multiply by alpha alone: the scaling is alpha divided by the rank r.")
    expect(not np.allclose(out, added * 2 / alpha), "The scaling is upside down: alpha / r, not r / alpha.")
    expect(not np.allclose(out, added * alpha / 5), "The rank is the number of rows of A; you took the rows of B, which are the outputs.")
    expect(not np.allclose(out, added * alpha / 6), "The rank is the number of rows of A; you took its columns, which are the inputs.")
    expect(np.allclose(out, added * alpha / 2), "With W all zero the output must be alpha / r * (x @ A.T) @ B.T, and yours is not.")
    for rank in (1, 3, 7):
        rows, inputs, outputs = (int(n) for n in rng.integers(1, 9, 3))
        sizes = ((rows, inputs), (outputs, inputs), (rank, inputs), (outputs, rank))
        x, W, A, B = (rng.normal(size=size) for size in sizes)
        right = x @ W.T + 4 / rank * x @ A.T @ B.T
        expect(
            np.allclose(forward(x, W, A, B, 4), right), f"It goes wrong at rank {rank}: take the rank from A, don't write it as a number."
        )


@exercise(
    "5.2",
    title="How many parameters?",
    difficulty=1,
    importance=3,
    minutes=5,
    hints=[
        "For one weight matrix of shape (outputs, inputs), A has rank x inputs numbers and B has outputs x rank.",
        "Together: rank * (inputs + outputs). The frozen matrix itself is not trained and does not count.",
        "Sum over all shapes: `sum(rank * (outputs + inputs) for outputs, inputs in shapes)`.",
    ],
    solution="""
def lora_parameters(rank, shapes):
    return sum(rank * (outputs + inputs) for outputs, inputs in shapes)
""",
)
def lora_parameters(count):
    number = count(4, [(10, 7)])
    expect(not isinstance(number, list | tuple), "Give back one number: add the layers up with sum(...).")
    mistakes = {
        70: "10 x 7 = 70 is the frozen matrix. Count A (rank x inputs) and B (outputs x rank) instead.",
        280: "You multiply inputs and outputs. A and B stand side by side: their sizes add up, rank * (inputs + outputs).",
        138: "The frozen matrix is in your count; only A and B are trained.",
        28: "That is A alone (rank x inputs): B (outputs x rank) is missing.",
        40: "That is B alone (outputs x rank): A (rank x inputs) is missing.",
        17: "The rank is missing: A has `rank` rows and B has `rank` columns.",
        136: "You count twice as many: one A and one B for each layer.",
    }
    expect(number not in mistakes, mistakes.get(number, ""))
    expect(number == 68, f"Rank 4 beside a matrix of shape (10, 7) has 4 * 7 + 10 * 4 = 68 parameters; you have {number!r}.")
    two = count(2, [(5, 3), (4, 9)])
    expect(two != 16, "Only the first layer is counted: add up all of them.")
    expect(two != 26, "Only the last layer is counted: add up all of them (is the `return` inside the loop?).")
    expect(two != 32, "You take the first layer's shape for all layers: each has its own.")
    expect(two == 42, f"Shapes (5, 3) and (4, 9) at rank 2 have 16 + 26 = 42 parameters; you have {two!r}.")
    expect(count(8, []) == 0, "Without a layer there is nothing to train: the count of an empty list is 0.")
    rng = random.Random(0)
    for _ in range(20):
        rank, shapes = rng.randint(1, 64), [(rng.randint(1, 999), rng.randint(1, 999)) for _ in range(rng.randint(1, 9))]
        right = sum(rank * (outputs + inputs) for outputs, inputs in shapes)
        expect(count(rank, shapes) == right, f"Rank {rank} and {len(shapes)} layers should have {right} parameters.")


@exercise(
    "5.3",
    title="Mask the prompt",
    difficulty=2,
    importance=3,
    minutes=7,
    hints=[
        "The model reads everything: `prompt_ids + answer_ids + [end_id]`. The labels are a second list of the same length.",
        "A label of -100 means: this token is not in the loss. How many of them do you need, and where?",
        "`[-100] * len(prompt_ids)`, then the ids of the answer and the end mark as they are. Mask by position, not by value.",
    ],
    solution="""
def mask_prompt(prompt_ids, answer_ids, end_id):
    learned = answer_ids + [end_id]
    return prompt_ids + learned, [-100] * len(prompt_ids) + learned
""",
)
def mask_prompt(mask):
    def run(prompt, answer, end):
        result = mask(prompt, answer, end)
        expect(isinstance(result, tuple | list) and len(result) == 2, "Give back two lists: `return input_ids, labels`.")
        return list(result[0]), list(result[1])

    ids, labels = run([5, 6, 7], [8, 9], 2)
    expect(ids != [5, 6, 7, 8, 9], "The end mark is missing from the input: without it the model never learns to stop.")
    expect(ids == [5, 6, 7, 8, 9, 2], f"The input is prompt, answer, end mark: [5, 6, 7, 8, 9, 2]. Yours is {ids}.")
    expect(len(labels) == len(ids), f"There must be one label for each token, {len(ids)}; you have {len(labels)}.")
    expect(labels != ids, "Nothing is masked: so the model would learn to write prompts too.")
    expect(labels != [5, 6, 7, -100, -100, -100], "The wrong part is masked: the prompt gets -100, the answer is learned.")
    expect(labels != [0, 0, 0, 8, 9, 2], "0 is the id of a real token. The value that the loss leaves out is -100.")
    expect(labels != [-100, -100, -100, 8, 9, -100], "The end mark must be learned too, or the model never learns to stop.")
    expect(
        labels != [-100, -100, 8, 9, 2, -100],
        "The labels are shifted by one. Label and token stand at the same place here; the loss does the shift later.",
    )
    expect(labels == [-100, -100, -100, 8, 9, 2], f"For prompt [5, 6, 7], answer [8, 9], end 2 the labels are wrong: {labels}.")
    _, labels = run([5, 8, 7], [8, 5, 4], 2)
    expect(
        labels == [-100] * 3 + [8, 5, 4, 2],
        "A token of the answer that also stands in the prompt must still be learned: mask by position, not by value.",
    )
    _, labels = run([5, 2, 7], [8], 2)
    expect(labels == [-100] * 3 + [8, 2], "An end mark inside the prompt (a turn ends there too) is part of the prompt: mask it as well.")
    rng = random.Random(0)
    for _ in range(20):
        prompt, answer = ([rng.randint(3, 30) for _ in range(rng.randint(low, 12))] for low in (1, 0))
        right = prompt + answer + [2], [-100] * len(prompt) + answer + [2]
        expect(run(prompt, answer, 2) == right, f"It goes wrong for a prompt of {len(prompt)} and an answer of {len(answer)} tokens.")


@exercise(
    "5.4",
    title="A learning-rate schedule",
    difficulty=2,
    importance=2,
    minutes=8,
    hints=[
        "Two cases: `if step < warm:` the way up, otherwise the way down. Both are shares of `peak`.",
        "Up: (step + 1) / warm, so that the first step (step 0) does some work already and the last step of the way up has the peak.",
        "Down: (steps - step) / (steps - warm), which is 1 at step == warm and would be 0 at step == steps, one after the last.",
    ],
    solution="""
def rate_at(step, steps, peak, warm):
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (steps - step) / (steps - warm)
""",
)
def rate_at(rate):
    up, down = [rate(step, 12, 1.0, 4) for step in range(4)], [rate(step, 12, 1.0, 4) for step in range(4, 12)]

    def same(got, wanted):
        return np.allclose(got, wanted, atol=1e-9)

    expect(not same(up[0], 0), "The first step has the rate 0 and is lost: steps count from 0, so take (step + 1) / warm.")
    expect(not same(up, np.ones(4)), "There is no warm-up: the first steps must be smaller than the peak.")
    expect(max(down) <= 1 + 1e-9, "The rate goes past the peak: after `warm` steps the way up must end.")
    expect(
        not same(up, [(step + 1) / 4 * (12 - step) / 12 for step in range(4)])
        and not same(up, [(step + 1) / 4 * (12 - step) / 8 for step in range(4)]),
        "The two ramps are multiplied, so the decay acts during the warm-up already: use the one or the other.",
    )
    expect(
        same(up, [0.25, 0.5, 0.75, 1.0]), f"Four steps of warm-up to 1.0 are 0.25, 0.5, 0.75, 1.0; yours are {np.round(up, 3).tolist()}."
    )
    expect(not same(down, np.ones(8)), "After the warm-up the rate must fall; yours stays at the peak.")
    expect(not same(down[-1], 0), "The last step has the rate 0 and is lost: the line reaches 0 one step later, at step == steps.")
    expect(
        not same(down, [(12 - step) / 12 for step in range(4, 12)]),
        "The rate jumps down after the warm-up: the decay starts at the peak, so divide by steps - warm, not by steps.",
    )
    expect(
        not np.allclose(np.diff(down), 0) and len(set(np.round(np.diff(down), 9))) == 1,
        "The decay must be a straight line: equal differences from step to step.",
    )
    expect(
        same(down, [(12 - step) / 8 for step in range(4, 12)]),
        f"With 12 steps the way down is 1, 0.875, ..., 0.125; yours is {np.round(down, 3).tolist()}.",
    )
    expect(same(rate(3, 12, 0.002, 4), 0.002), "Your rates do not depend on `peak`, or not in proportion to it: multiply by it.")
    rng = random.Random(0)
    for _ in range(20):
        steps, peak = rng.randint(3, 60), rng.uniform(1e-5, 1e-1)
        warm = rng.randint(1, steps - 1)
        step = rng.randrange(steps)
        right = peak * ((step + 1) / warm if step < warm else (steps - step) / (steps - warm))
        got = rate(step, steps, peak, warm)
        expect(
            np.isclose(got, right),
            f"Step {step} of {steps} with {warm} of warm-up and peak {peak:.4f} should give {right:.4f}; you have {got}.",
        )


@exercise(
    "5.5",
    title="Stop early",
    difficulty=3,
    importance=3,
    minutes=10,
    hints=[
        "Walk through the losses in order and keep in mind where the lowest one so far was; you may not look ahead.",
        "At check i, the number of checks since the last new lowest loss is `i - best`. Stop when it reaches `patience`.",
        "Only a loss strictly below `losses[best]` counts as better. If you never stop early, you stop at the last check.",
    ],
    solution="""
def early_stop(losses, patience):
    best = 0
    for check_number, loss in enumerate(losses):
        if loss < losses[best]:
            best = check_number
        if check_number - best >= patience:
            return check_number, best
    return len(losses) - 1, best
""",
)
def early_stop(stop):
    def run(losses, patience):
        result = stop(losses, patience)
        expect(isinstance(result, tuple | list) and len(result) == 2, "Give back two numbers: `return stopped, best`.")
        return tuple(result)

    losses = [1.0, 0.8, 0.9, 0.85, 0.95, 0.99]
    got = run(losses, 2)
    expect(got != (1, 3), "The order is: where it stopped first, then the best check.")
    expect(got != (3, 0.8) and got != (0.85, 0.8), "Give back the numbers of the checks (from 0), not their losses.")
    expect(got != (4, 2), "Checks count from 0, as in `enumerate(losses)`.")
    expect(got != (3, 3), "You keep the last check. Early stopping keeps the best one, which came before the patience ran out.")
    expect(got[1] != 3, "0.85 after 0.9 is no new lowest loss (that is 0.8): compare with the best so far, not with the check before.")
    expect(got != (2, 1), "You stop one check too early: two checks without a new lowest loss are needed here.")
    expect(got != (4, 1), "You stop one check too late: after two checks without a new lowest loss it is enough.")
    expect(got == (3, 1), f"For {losses} and patience 2 the run stops at check 3 and keeps check 1; you have {got}.")
    got = run([1.0, 0.8, 0.9, 0.85, 0.7], 2)
    expect(got == (3, 1), "A lower loss after the stop does not count, nobody would have seen it. Don't look ahead.")
    got = run([1.0, 0.9, 0.8], 2)
    expect(got == (2, 2), "If the patience never runs out, the run stops at the last check; yours gave something else.")
    got = run([1.0, 1.1, 0.9, 0.95, 0.8, 0.85, 0.7], 2)
    expect(got == (6, 6), "A new lowest loss starts the count of bad checks again: two bad ones in a row are needed, not two in all.")
    got = run([1.0, 0.5, 0.5, 0.5, 0.4], 2)
    expect(got == (3, 1), "An equal loss is not a better one: ask for strictly below, `<`.")
    expect(run([0.5, 0.6], 1) == (1, 0), "The very first check can be the best one, and patience 1 stops at the first bad check.")
    rng = random.Random(0)
    for _ in range(30):
        losses, patience = [round(rng.random(), 1) for _ in range(rng.randint(1, 12))], rng.randint(1, 4)
        best, right = 0, None
        for i, loss in enumerate(losses):
            best = i if loss < losses[best] else best
            if i - best >= patience:
                right = (i, best)
                break
        right = right or (len(losses) - 1, best)
        expect(run(losses, patience) == right, f"For {losses} and patience {patience} the answer is {right}.")


@exercise(
    "5.6",
    title="Folds that do not leak",
    difficulty=2,
    importance=3,
    minutes=12,
    hints=[
        "Deal out whole documents, not examples. First collect the indices of each document in a dict: document -> list of indices.",
        "Sort these lists of indices by their length, longest first. Each goes into the fold that has the fewest examples so far.",
        "folds = [[] for _ in range(k)], then for each list, longest first: min(folds, key=len).extend(indices).",
    ],
    solution="""
def grouped_folds(groups, k):
    documents = {}
    for i, document in enumerate(groups):
        documents.setdefault(document, []).append(i)
    if k > len(documents):
        raise ValueError(f"{k} folds need at least {k} documents, and there are {len(documents)}")
    folds = [[] for _ in range(k)]
    for indices in sorted(documents.values(), key=len, reverse=True):
        min(folds, key=len).extend(indices)
    return folds
""",
)
def grouped_folds(fold):
    def folds_of(groups, k, leak="All examples of a document belong in one fold, or the test is on a document that was trained on."):
        case = f"For {groups} and k={k}"
        try:
            folds = fold(groups, k)
        except Raised as error:
            if isinstance(error.__cause__, ValueError):
                enough = f"There are {len(set(groups))} documents, which is enough for {k} folds: raise no error."
                raise Wrong(f"{case} your code raised {error}. {enough}") from error
            raise
        expect(isinstance(folds, list), f"Give back a list of k lists of indices, not {type(folds).__name__}.")
        for part in folds:
            expect(
                isinstance(part, list),
                f"Each fold is one list of indices, not {type(part).__name__}: give only the part to test on, and no pairs or arrays.",
            )
            for index in part:
                whole = isinstance(index, int | np.integer) and not isinstance(index, bool)
                expect(whole, f"A fold holds indices of examples, as ints; yours holds {index!r:.60}.")
                expect(0 <= index < len(groups), f"{case} there is the index {index}: indices are from 0 to {len(groups) - 1}.")
        expect(len(folds) == k, f"{case} there must be {k} folds, and yours are {len(folds)}.")
        times = Counter(index for part in folds for index in part)
        repeated = [index for index in times if times[index] > 1]
        expect(
            not repeated,
            f"{case} the index {min(repeated, default=0)} stands in your folds twice: give what each fold tests on, not what it trains on.",
        )
        missing = [index for index in range(len(groups)) if index not in times]
        expect(not missing, f"{case} the indices {missing} are in no fold: every example is tested on once, the last ones too.")
        for document in dict.fromkeys(groups):
            holders = [number for number, part in enumerate(folds) if any(groups[index] == document for index in part)]
            expect(len(holders) == 1, f"{leak} {case} {document!r} is in the folds {holders}.")
        expect(all(folds), f"{case} a fold is empty: with at least k documents each fold gets one.")
        return folds

    def even(groups, folds):
        sizes, largest = [len(part) for part in folds], max(Counter(groups).values())
        expect(
            max(sizes) - min(sizes) <= largest,
            f"For {groups} your folds have {sizes} examples: they differ by more than the largest document ({largest}). "
            "Count examples and not documents: the next document goes into the fold with the fewest examples.",
        )

    folds_of(["ash"] * 4 + ["oak"] * 3 + ["elm"] * 2, 2)
    apart = "The examples of a document need not stand side by side: collect them first, in a dict."
    folds_of(["ash", "oak", "ash", "elm", "oak", "ash", "yew", "elm"], 2, apart)
    folds_of([7, 3, 7, 11, 3], 3, apart)
    folds_of(["ash", "oak", "ash"], 1)
    for groups, k in ((["ash", "oak", "ash", "oak"], 3), (["ash"] * 3, 2), (["ash", "oak"], 5)):
        case = f"For {groups}, with fewer documents than k={k},"
        try:
            folds = fold(groups, k)
        except Raised as error:
            expect(isinstance(error.__cause__, ValueError), f"{case} raise a ValueError; your code raised {error}.")
        except Wrong as error:  # the engine's word about None
            raise Wrong(f"{case} raise a ValueError; yours gave back None.") from error
        else:
            raise Wrong(f"{case} raise a ValueError: count the documents, not the examples. Yours gave {folds!r:.80}.")
    for sizes, k in (((6, 1, 6, 1, 6, 1), 2), ((5, 5, 5, 1, 1, 1), 2), ((9, 9, 1, 1, 1, 1, 1, 1, 1), 3)):
        groups = [name for name, size in zip("abcdefghi", sizes, strict=False) for _ in range(size)]
        even(groups, folds_of(groups, k))
    rng = random.Random(0)
    for _ in range(40):
        names = rng.sample(["fin-038", "eng-011", "leg-226", "saf-007", "sup-150", "eng-187", "fin-190"], rng.randint(1, 7))
        groups = names + rng.choices(names, weights=[4**i for i in range(len(names))], k=rng.randint(0, 20))
        rng.shuffle(groups)
        even(groups, folds_of(groups, rng.randint(1, len(names)), apart))
