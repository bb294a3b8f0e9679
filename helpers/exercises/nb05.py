"""Exercises of notebook 05: a LoRA layer's output and size, labels, a schedule, stopping, folds."""

import random
from collections import Counter

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import Raised, alike, cases, expect, raises, returns, same, shown


@exercise("5.1", "The output of a LoRA layer", difficulty=2, importance=3, minutes=8)
@hints(
    "Two terms: the frozen layer computes `x @ W.T`; the adapter adds its own output to it.",
    "`x @ A.T` has r columns, and `(x @ A.T) @ B.T` has as many as W has rows.",
    "The rank r is `A.shape[0]`; only the adapter's term is multiplied by alpha / r.",
)
@solved_by("""
def lora_forward(x, W, A, B, alpha):
    return x @ W.T + alpha / A.shape[0] * (x @ A.T) @ B.T
""")
def grade_lora_forward(forward):
    def table(matrix):
        return tuple(map(tuple, matrix.tolist()))

    def draw(*sizes):
        return [rng.normal(size=size) for size in sizes]

    rng, alpha, case = np.random.default_rng(0), 8.0, cases(forward)
    x, W, A, B = draw((4, 7), (5, 7), (3, 7), (5, 3))
    frozen, added, shape = x @ W.T, x @ A.T @ B.T, np.shape(forward(x, W, A, B, alpha))
    why = "For x (4, 7) and W (5, 7) the output has the shape (4, 5)"
    expect(shape == (4, 5), f"{why}, not {shape}.")

    why = "With B all zero the adapter adds nothing: the output is exactly `x @ W.T`."
    scaled = f"{why} So scale the adapter's term only."
    mistakes = {
        table(0 * frozen): "With B all zero the output is zero: `x @ W.T` is missing.",
        table(frozen * alpha / 3): scaled,
        table(frozen * alpha): scaled,
    }
    case(x, W, A, 0 * B, alpha, returns=frozen, why=why, mistakes=mistakes)

    mistakes = {
        table(added * 0): "A and B have no effect: the adapter's term is missing.",
        table(added): "The adapter's term is not scaled: multiply it by alpha / r.",
        table(added * alpha): "You multiply by alpha alone: divide it by the rank r.",
        table(added * 3 / alpha): "The scaling is upside down: alpha / r, not r / alpha.",
        table(added * alpha / 5): "The rank is the number of rows of A; you took those of B.",
        table(added * alpha / 7): "The rank is the number of rows of A; you took its columns.",
    }
    why = "With W all zero the output is alpha / r * (x @ A.T) @ B.T. A has r rows."
    case(x, 0 * W, A, B, alpha, returns=added * alpha / 3, why=why, mistakes=mistakes)

    for rank in (1, 4, 7):
        rows, inputs, outputs = (int(n) for n in rng.integers(1, 9, 3))
        x, W, A, B = draw((rows, inputs), (outputs, inputs), (rank, inputs), (outputs, rank))
        why = f"At rank {rank} it goes wrong: take the rank from A, don't write it as a number."
        case(x, W, A, B, 4, returns=x @ (W + 4 / rank * B @ A).T, why=why)


@exercise("5.2", "How many parameters?", difficulty=1, importance=3, minutes=5)
@hints(
    "Beside a matrix (outputs, inputs), A has rank x inputs numbers and B has outputs x rank.",
    "Together: rank * (inputs + outputs). The frozen matrix is not trained and does not count.",
    "Sum over all shapes: `sum(rank * (outputs + inputs) for outputs, inputs in shapes)`.",
)
@solved_by("""
def lora_parameters(rank, shapes):
    return sum(rank * (outputs + inputs) for outputs, inputs in shapes)
""")
def grade_lora_parameters(count):
    a_list = {(lambda got: isinstance(got, list)): "Return one number: add up the layers with sum."}
    case = cases(count, a_list)
    mistakes = {
        70: "That is the frozen matrix. Count A (rank x inputs) and B (outputs x rank) instead.",
        280: "You multiply inputs and outputs: add the sizes, rank * (inputs + outputs).",
        138: "The frozen matrix is in your count; only A and B are trained.",
        28: "That is A alone (rank x inputs): B (outputs x rank) is missing.",
        40: "That is B alone (outputs x rank): A (rank x inputs) is missing.",
        17: "The rank is missing: A has `rank` rows and B has `rank` columns.",
        136: "You count twice as many: there is one A and one B for each layer.",
    }
    case(4, [(10, 7)], returns=68, why="4 * 7 for A and 10 * 4 for B.", mistakes=mistakes)
    mistakes = {
        16: "Only the first layer is counted: add up all of them.",
        26: "Only the last layer is counted: add up all of them (is `return` inside the loop?).",
        32: "You take the first layer's shape for all layers: each has its own.",
    }
    case(2, [(5, 3), (4, 9)], returns=42, mistakes=mistakes)
    case(8, [], returns=0, why="Without a layer there is nothing to train.")
    rng = random.Random(0)
    for _ in range(20):
        shapes = [(rng.randint(1, 999), rng.randint(1, 999)) for _ in range(rng.randint(1, 9))]
        same(count, lambda rank, shapes: rank * int(np.sum(shapes)), [(rng.randint(1, 64), shapes)])


@exercise("5.3", "Mask the prompt", difficulty=2, importance=3, minutes=7)
@hints(
    "The input is `prompt_ids + answer_ids + [end_id]`. The labels are a list of the same length.",
    "A label of -100 means: not in the loss. How many of them do you need, and where?",
    "`[-100] * len(prompt_ids)`, then the answer and the end mark. Mask by position, not by value.",
)
@solved_by("""
def mask_prompt(prompt_ids, answer_ids, end_id):
    learned = answer_ids + [end_id]
    return prompt_ids + learned, [-100] * len(prompt_ids) + learned
""")
def grade_mask_prompt(mask):
    def one_list(got):
        return np.ndim(got) == 1

    def no_end(got):
        return alike(got[0], [5, 6, 7, 8, 9])

    def uneven(got):
        return len(got[0]) != len(got[1])

    case, ids = cases(mask, {one_list: "Return two lists: `return input_ids, labels`."}), (5, 6, 7)
    ids += (8, 9, 2)
    wrong_labels = {
        ids: "Nothing is masked: so the model would learn to write prompts too.",
        (5, 6, 7, -100, -100, -100): "The wrong part is masked: -100 is for the prompt.",
        (0, 0, 0, 8, 9, 2): "0 is the id of a real token. The loss leaves out the value -100.",
        (-100, -100, -100, 8, 9, -100): "The end mark must be learned too, or nothing ends.",
        (-100, -100, 8, 9, 2, -100): "The labels are shifted by one: the loss does that later.",
    }
    mistakes = {
        no_end: "The end mark is missing from the input: the model would never learn to stop.",
        uneven: "There must be one label for each token.",
    }
    mistakes |= {(ids, labels): message for labels, message in wrong_labels.items()}
    why = "Prompt, answer, end mark; as labels -100 for the prompt, the token itself for the rest."
    right = [5, 6, 7, 8, 9, 2], [-100, -100, -100, 8, 9, 2]
    case([5, 6, 7], [8, 9], 2, returns=right, why=why, mistakes=mistakes)
    why = "A token of the answer that is also in the prompt: mask by position, not by value."
    right = [5, 8, 7, 8, 5, 4, 2], [-100, -100, -100, 8, 5, 4, 2]
    case([5, 8, 7], [8, 5, 4], 2, returns=right, why=why)
    why = "An end mark inside the prompt (a turn ends there too) is part of the prompt."
    case([5, 2, 7], [8], 2, returns=([5, 2, 7, 8, 2], [-100, -100, -100, 8, 2]), why=why)

    def reference(prompt, answer, end):
        ids = np.array([*prompt, *answer, end])
        return ids.tolist(), np.where(np.arange(len(ids)) < len(prompt), -100, ids).tolist()

    rng = random.Random(0)
    for _ in range(20):
        prompt, answer = (rng.choices(range(3, 31), k=rng.randint(low, 12)) for low in (1, 0))
        same(mask, reference, [(prompt, answer, 2)])


@exercise("5.4", "A learning-rate schedule", difficulty=2, importance=2, minutes=8)
@hints(
    "Two cases: `if step < warm:` the way up, otherwise the way down. Both are shares of `peak`.",
    "Up: (step + 1) / warm, so that step 0 does some work and the last step has the peak.",
    "Down: (steps - step) / (steps - warm), which is 1 at `warm` and would be 0 at `steps`.",
)
@solved_by("""
def rate_at(step, steps, peak, warm):
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (steps - step) / (steps - warm)
""")
def grade_rate_at(rate_at):
    def rate_at_each_step(steps, peak, warm):
        return [rate_at(step, steps, peak, warm) for step in range(steps)]

    def up(*values):
        return lambda got: any(alike(got[:4], list(value)) for value in values)

    def down(*values):
        return lambda got: alike(got[4:], list(values))

    def too_high(got):
        return max(got[4:]) > 1.001

    def end_lost(got):
        return got[-1] == 0

    def bent(got):
        return not np.allclose(np.diff(got[4:], 2), 0)

    def other_warm_up(got):
        return not up(rise)(got)

    rise = np.arange(1, 5) / 4
    falls = [(12 - np.arange(4)) / left for left in (8, 12)]
    mistakes = {
        (lambda got: got[0] == 0): "The first step has the rate 0 and is lost: take step + 1.",
        up(np.ones(4)): "There is no warm-up: the first steps must be smaller than the peak.",
        too_high: "The rate goes past the peak: end the way up at `warm`.",
        up(*(rise * fall for fall in falls)): "The two ramps are multiplied: use one or the other.",
        other_warm_up: "Four steps of warm-up to 1.0 are 0.25, 0.5, 0.75, 1.0.",
        down(*np.ones(8)): "After the warm-up the rate must fall; yours stays at the peak.",
        end_lost: "The last step has the rate 0 and is lost: 0 is one step later.",
        down(*np.arange(8, 0, -1) / 12): "The rate jumps down at `warm`: divide by steps - warm.",
        bent: "The decay must be a straight line: equal differences from step to step.",
    }
    right = [0.25, 0.5, 0.75, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
    cases(rate_at_each_step)(12, 1.0, 4, returns=right, mistakes=mistakes)
    why = "The rates are in proportion to `peak`: multiply by it."
    cases(rate_at)(3, 12, 0.002, 4, returns=0.002, why=why)

    def reference(step, steps, peak, warm):
        return peak * np.interp(step, [-1, warm - 1, warm, steps], [0, 1, 1, 0])

    rng = random.Random(0)
    for _ in range(20):
        steps = rng.randint(3, 60)
        rest = rng.uniform(1e-5, 1e-1), rng.randint(1, steps - 1)
        same(rate_at, reference, [(rng.randrange(steps), steps, *rest)])


@exercise("5.5", "Stop early", difficulty=3, importance=3, minutes=10)
@hints(
    "Walk through the losses in order and remember where the lowest one so far was.",
    "`i - best` checks have passed since the last new lowest loss. Stop at `patience` of them.",
    "Only a loss strictly below `losses[best]` is better. At the end you stop at the last check.",
)
@solved_by("""
def early_stop(losses, patience):
    best = 0
    for check_number, loss in enumerate(losses):
        if loss < losses[best]:
            best = check_number
        if check_number - best >= patience:
            return check_number, best
    return len(losses) - 1, best
""")
def grade_early_stop(early_stop):
    case = cases(early_stop)
    mistakes = {
        (1, 3): "The order is: where it stopped first, then the best check.",
        (3, 0.8): "Return the numbers of the checks (from 0), not their losses.",
        (0.85, 0.8): "Return the numbers of the checks (from 0), not their losses.",
        (4, 2): "Checks count from 0, as in `enumerate(losses)`.",
        (3, 3): "You keep the last check: keep the best one, which came before.",
        (lambda got: got[1] == 3): "0.85 is no new lowest loss: compare with the best so far.",
        (2, 1): "You stop one check too early: wait for two without a new lowest loss.",
        (4, 1): "You stop one check too late: two without a new lowest loss are enough.",
    }
    case([1.0, 0.8, 0.9, 0.85, 0.95, 0.99], 2, returns=(3, 1), mistakes=mistakes)
    why = "Don't look ahead: nobody would have seen a lower loss after the stop."
    case([1.0, 0.8, 0.9, 0.85, 0.7], 2, returns=(3, 1), why=why)
    why = "If the patience never runs out, the run stops at the last check."
    case([1.0, 0.9, 0.8], 2, returns=(2, 2), why=why)
    why = "A new lowest loss starts the count of bad checks again: two in a row, not two in all."
    case([1.0, 1.1, 0.9, 0.95, 0.8, 0.85, 0.7], 2, returns=(6, 6), why=why)
    why = "An equal loss is not a better one: ask for strictly below, `<`."
    case([1.0, 0.5, 0.5, 0.5, 0.4], 2, returns=(3, 1), why=why)
    why = "The very first check can be the best, and patience 1 stops at the first bad check."
    case([0.5, 0.6], 1, returns=(1, 0), why=why)

    def reference(losses, patience):
        best = [losses.index(lowest) for lowest in np.minimum.accumulate(losses)]
        waited = np.arange(len(losses)) - best >= patience
        stopped = int(waited.argmax()) if waited.any() else len(losses) - 1
        return stopped, best[stopped]

    rng = random.Random(0)
    for _ in range(30):
        losses = [round(rng.random(), 1) for _ in range(rng.randint(1, 12))]
        same(early_stop, reference, [(losses, rng.randint(1, 4))])


@exercise("5.6", "Folds that do not leak", difficulty=2, importance=3, minutes=12)
@hints(
    "Deal out whole documents. First collect the indices of each: document -> list of indices.",
    "Sort these lists by their length, longest first. Each goes into the smallest fold so far.",
    "`folds = [[] for _ in range(k)]`, then for each list: `min(folds, key=len).extend(indices)`.",
)
@solved_by("""
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
""")
def grade_grouped_folds(grouped_folds):
    leak = "All examples of a document belong in one fold, or what is tested was trained on."

    def folds_of(groups, k, leak=leak):
        call, what = f"grouped_folds({shown(groups)}, {k})", "a list of k lists of indices"
        try:
            got = returns(grouped_folds(groups, k), list, what, call=call)
        except Raised as error:
            message = f"{len(set(groups))} documents are enough for {k} folds, but {call} raised"
            expect(not isinstance(error.__cause__, ValueError), f"{message} {error}.")
            raise
        folds = [list(returns(fold, list, what, call=call)) for fold in got]
        for index in sum(folds, []):
            what = "only the indices of the examples to test on, as ints"
            returns(index, int, f"for each fold {what}", call=call)
            why = f"indices are from 0 to {len(groups) - 1}"
            expect(0 <= index < len(groups), f"{call} returned the index {index}: {why}.")
        expect(len(folds) == k, f"There must be {k} folds: {call} returned {len(folds)}.")
        times = Counter(sum(folds, []))
        twice = [index for index in times if times[index] > 1]
        why = "Return what each fold tests on, not what it trains on"
        expect(not twice, f"{why}: {call} returned the indices {twice} more than once.")
        missing = [index for index in range(len(groups)) if index not in times]
        why = f"are in no fold of {call}: every example is tested on once, the last ones too"
        expect(not missing, f"The indices {missing} {why}.")
        for name in groups:
            holders = [n for n, fold in enumerate(folds) if name in [groups[i] for i in fold]]
            expect(len(holders) == 1, f"{leak} In {call} {name!r} is in the folds {holders}.")
        expect(all(folds), f"In {call} a fold is empty: each should get a document.")
        sizes, largest = [len(fold) for fold in folds], max(Counter(groups).values())
        got = f"{call} returned folds of {sizes} examples"
        why = "Count examples and not documents: add each document to the smallest fold."
        expect(max(sizes) - min(sizes) <= largest, f"{why} {got}.")
        return sorted(sizes), got

    for sizes, k in (("616161", 2), ("555111", 2), ("991111111", 3)):
        pairs = zip("abcdefghi", map(int, sizes), strict=False)
        folds_of([name for name, size in pairs for _ in range(size)], k)
    folds_of(["ash"] * 4 + ["oak"] * 3 + ["elm"] * 2, 2)
    apart = "The examples of a document need not be next to each other: collect them in a dict."
    folds_of(["ash", "oak", "ash", "elm", "oak", "ash", "yew", "elm"], 2, apart)
    folds_of([7, 3, 7, 11, 3], 3, apart)
    folds_of(["ash", "oak", "ash"], 1)
    for groups, k in ((["ash", "oak", "ash", "oak"], 3), (["ash"] * 3, 2), (["ash", "oak"], 5)):
        why = "There are fewer documents than folds: count the documents, not the examples."
        raises(grouped_folds, groups, k, why=why)
    rng = random.Random(0)
    for _ in range(40):
        names = rng.sample(
            ["fin-038", "eng-011", "leg-226", "saf-007", "sup-150"], rng.randint(1, 5)
        )
        weights = [4**i for i in range(len(names))]
        groups = names + rng.choices(names, weights, k=rng.randint(0, 20))
        rng.shuffle(groups)
        sizes, got = folds_of(groups, rng.randint(1, len(names)), apart)
        wanted = [0] * len(sizes)
        for size in sorted(Counter(groups).values())[::-1]:
            wanted = sorted([wanted[0] + size, *wanted[1:]])
        expect(sizes == wanted, f"Take the largest document first: {got}, not {wanted}.")
