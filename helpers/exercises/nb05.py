"""Exercises of notebook 05: a LoRA layer's output and size, labels, a schedule, stopping, folds."""

import random
from collections import Counter

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import (
    Raised,
    alike,
    call_of,
    cases,
    expect,
    plain,
    raises,
    same,
    shown,
)


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
    def case(x, W, A, B, alpha, why, tolerance=1e-4):
        x, W, A, B = (np.array(matrix, float) for matrix in (x, W, A, B))
        right = x @ (W + alpha / len(A) * B @ A).T

        def divided_by(rank):
            return x @ (W + alpha / rank * B @ A).T

        def other_shape(got):
            return np.shape(plain(got)) != right.shape

        shape = f"For x {x.shape} and W {W.shape} the output has the shape {right.shape}."

        def rounded(got):
            return any((np.array(plain(got)) == right.round(digits)).all() for digits in range(8))

        mistakes = {other_shape: shape, rounded: "Do not round the result."}
        for rank in {len(x), *W.shape, int(np.linalg.matrix_rank(A))} - {len(A), 0, 1}:
            message = f"r is the number of rows of A, here {len(A)}: you divide by {rank}."
            mistakes[lambda got, rank=rank: alike(got, divided_by(rank), tolerance)] = message
        case = cases(forward, mistakes)
        case(x, W, A, B, alpha, returns=right, why=why, tolerance=tolerance)

    x, W, A, B = [[1, 0, 2], [0, 1, 1]], [[1, 2, 0]], [[1, 0, -1], [2, 1, 1]], [[1, 2]]
    why = "With B all zero the adapter adds nothing: the output is exactly `x @ W.T`."
    case(x, W, A, [[0, 0]], 6, why)
    why = "With W all zero only the adapter's term is left, `alpha / r * (x @ A.T) @ B.T`. "
    case(x, [[0, 0, 0]], A, B, 6, f"{why}A has 2 rows, so r is 2 and alpha / r is 3.")
    case(x, W, A, B, 6, "Add the two terms, and scale that of the adapter only.")
    why = "These are the numbers of the example in the notebook."
    case([[1, 1, 2]], [[1, 2, 0], [0, 1, 3]], [[1, 0, -1]], [[0.5], [2]], 2, why)
    rng = np.random.default_rng(0)
    for rows, inputs, outputs, rank in ((1, 2, 3, 4), (3, 3, 2, 1), (2, 2, 2, 5), (4, 3, 4, 3)):
        for alpha in (8.0, 1, 0.5, 0):
            sizes = (rows, inputs), (outputs, inputs), (rank, inputs), (outputs, rank)
            matrices = [rng.integers(-9, 10, size) / 2 for size in sizes]
            why = "Add `x @ W.T` and alpha / r times `(x @ A.T) @ B.T`, and change nothing else. "
            case(*matrices, alpha, f"{why}Here r is {rank} and alpha / r is {alpha / rank:g}.")
    why = "A number may be of any size, and is added just as it is."  # powers of 2: exact
    for scale in (2.0**-20, 2.0**30):
        case(np.array(x) * scale, W, A, B, 1, why, tolerance=1e-6)
    own = {name: np.array(matrix, float) for name, matrix in zip("xWAB", (x, W, A, B), strict=True)}
    given = {name: matrix.copy() for name, matrix in own.items()}
    getattr(forward, "__wrapped__", forward)(*given.values(), 6)  # the learner's own gets no copies
    for name, matrix in own.items():
        why = f"Your function changes {name}, which others still need: "
        why += f"`{name} = {name} + ...` makes a new one, `{name} += ...` does not."
        expect(np.array_equal(given[name], matrix), why)


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
    a_list = {(lambda got: isinstance(got, list)): "Return one number: add up the layers."}
    case = cases(count, a_list)
    why = "A has 4 x 7 numbers and B has 10 x 4; the 10 x 7 of the frozen matrix do not count."
    case(4, [(10, 7)], returns=68, why=why)
    case(1, [(2, 3)], returns=5, why="A has 1 x 3 numbers and B has 2 x 1.")
    why = "The first layer adds 2 * (5 + 3) and the second adds 2 * (4 + 9)."
    case(2, [(5, 3), (4, 9)], returns=42, why=why)
    case(2, [(4, 4)], returns=16, why="A square matrix has an A of 2 x 4 and a B of 4 x 2 as well.")
    case(8, [(2, 3)], returns=40, why="A has 8 x 3 numbers and B has 2 x 8.")
    why = "Every layer counts, even if another one has the same shape: 3 * (8 + 8 + 11 + 8)."
    case(3, [(6, 2), (6, 2), (6, 5), (3, 5)], returns=105, why=why)
    case(8, [], returns=0, why="Without a layer there is nothing to train.")
    rng = random.Random(0)
    for _ in range(20):
        shapes = [(rng.randint(1, 999), rng.randint(1, 999)) for _ in range(rng.randint(1, 30))]
        args = rng.randint(1, 256), shapes
        same(count, lambda rank, shapes: rank * int(np.sum(shapes)), [args], "Add up all layers.")
    why = "299 layers: 1023 * 299 * (8192 + 28673). The number is exact, however large."
    case(1023, [(8192, 28673)] * 299, returns=1023 * 299 * 36865, why=why, tolerance=0)


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

    def uneven(got):
        return len(got[0]) != len(got[1])

    def case(prompt, answer, end, why):
        ids, labels = (*prompt, *answer, end), (-100,) * len(prompt) + (*answer, end)

        def no_end(got):
            return alike(got[0], ids[:-1])

        def nothing_in_it(got):
            return any(part is None for part in got)

        lost = "The end mark is missing from the input: the model would never learn to stop."
        if end in answer:
            lost = "The end mark comes after the whole answer, even if the answer contains one."
        learned = (*answer, end)
        mistakes = {
            nothing_in_it: "None is no list: `append` and `extend` change a list and return None.",
            (labels, ids): "The order is: the input first, then the labels.",
            (ids, (*prompt, *[-100] * len(learned))): "Mask the prompt, and not the answer.",
            (
                ids,
                (*[0] * len(prompt), *learned),
            ): "The value that the loss ignores is -100, not 0.",
            (ids, (*labels[: len(prompt)], -100, *learned[1:])): "Mask only the prompt: the first "
            "token of the answer must be learned.",
            one_list: "Return two lists: `return input_ids, labels`.",
            no_end: lost,
            uneven: "There must be one label for each token.",
            (ids, ids): "Nothing is masked: so the model would learn to write prompts too.",
            (ids, (*labels[:-1], -100)): "The end mark must be learned too, or nothing ends.",
            (ids, (*labels[1:], -100)): "The labels are shifted by one: the loss does that later.",
        }
        cases(mask, mistakes)(
            list(prompt), list(answer), end, returns=(list(ids), list(labels)), why=why
        )

    why = "Prompt, answer, end mark; as labels -100 for the prompt, the token itself for the rest."
    case([5, 6, 7], [8, 9], 2, why)
    case([15, 16], [11, 12, 13, 14], 33, why)
    why = "A token of the answer that is also in the prompt: mask by position, not by value."
    case([5, 8, 7], [8, 5, 4], 2, why)
    why = "An end mark inside the prompt (a turn ends there too) is part of the prompt."
    case([5, 2, 7], [8], 2, why)
    why = "An end mark inside the answer is part of the answer, and one more comes after it."
    case([5, 7], [2, 8, 2], 2, why)
    case([0, 6, 0], [0, 9], 0, "0 is a token like any other.")
    case([5, 6], [], 2, "After an empty answer there is still the end mark.")
    case([], [8, 9], 2, "Without a prompt nothing is masked.")
    case(range(1000, 6000), range(200_000, 203_000), 199_999, "These are 5000 + 3000 + 1 tokens.")
    rng = random.Random(0)
    for _ in range(20):
        prompt, answer = (rng.choices(range(31), k=rng.randint(1, 40)) for _ in range(2))
        case(prompt, answer, rng.randrange(31), why)


@exercise("5.4", "A learning-rate schedule", difficulty=2, importance=2, minutes=8)
@hints(
    "Two cases: `if step < warm:` the way up, otherwise the way down. Both are shares of `peak`.",
    "Up: (step + 1) / warm, so that step 0 does some work and step warm - 1 has the peak.",
    "Down: (steps - step) / (steps - warm), which is 1 at `warm` and would be 0 at `steps`.",
)
@solved_by("""
def rate_at(step, steps, peak, warm):
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (steps - step) / (steps - warm)
""")
def grade_rate_at(rate_at):
    case = cases(rate_at)
    up = "In the first 4 steps the rate is `peak * (step + 1) / warm`."
    down = (
        "From step 4 on the rate falls in a straight line, which is `peak` at step 4 and 0 at 12."
    )
    first = {0: "The first step must not have the rate 0, or it is lost."}
    last = {0: "The last step must not have the rate 0: that is one step later."}
    for step, rate in enumerate([0.25, 0.5, 0.75, 1.0]):
        case(step, 12, 1.0, 4, returns=rate, why=up, mistakes=first if step == 0 else None)
    for step in range(4, 12):
        mistakes = last if step == 11 else None
        case(step, 12, 1.0, 4, returns=(12 - step) / 8, why=down, mistakes=mistakes)
    why = "The rates are in proportion to `peak`."
    for peak in (0.002, 50):
        case(3, 12, peak, 4, returns=peak, why=why)
        case(8, 12, peak, 4, returns=peak / 2, why=why)
    case(0, 9, 0.5, 1, returns=0.5, why="If `warm` is 1, the very first step has the peak.")
    why = "The line falls to 0 at step 1000: one step before there is 1/900 of the peak left."
    case(999, 1000, 0.5, 100, returns=0.5 / 900, why=why)
    case(999, 1000, 2e-5, 100, returns=2e-5 / 900, why=why)
    case(1, 3, 0.03, 2, returns=0.03, why="Step 1 is the last of the first 2.")
    case(2, 3, 0.03, 2, returns=0.03, why="At `step == warm` the rate is `peak`.")
    for step, share in ((0, 1e-5), (49_999, 0.5), (600_000, 0.4 / 0.9), (999_999, 1 / 900_000)):
        why = "A run may be long: here it has a million steps, and 100,000 of them warm up."
        for peak in (1.0, 0.02222):
            case(step, 10**6, peak, 10**5, returns=peak * share, why=why)

    def reference(step, steps, peak, warm):
        return peak * np.interp(step, [-1, warm - 1, warm, steps], [0, 1, 1, 0])

    rng = random.Random(0)
    why = "Two straight lines: up in the first `warm` steps, then down to 0 at `steps`."
    for steps in [3, 10, 60, 5000] * 6:
        rest = rng.uniform(1e-5, 1e-1), rng.randint(1, steps - 1)
        same(rate_at, reference, [(rng.randrange(steps), steps, *rest)], why)


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
    }
    why = "Check 1 has the lowest loss, and checks 2 and 3 are the two without a new lowest one."
    case([1.0, 0.8, 0.9, 0.85, 0.95, 0.99], 2, returns=(3, 1), why=why, mistakes=mistakes)
    why = "The run has stopped before the last loss, so that does not count."
    case([1.0, 0.8, 0.9, 0.85, 0.7], 2, returns=(3, 1), why=why)
    why = "If the patience never runs out, the run stops at the last check."
    case([1.0, 0.9, 0.8], 2, returns=(2, 2), why=why)
    case([1.0, 0.8, 0.9], 5, returns=(2, 1), why=why)
    why = "A new lowest loss starts the count of bad checks again: two in a row, not two in all."
    case([1.0, 1.1, 0.9, 0.95, 0.8, 0.85, 0.7], 2, returns=(6, 6), why=why)
    why = "Only a loss strictly below all before is a new lowest one; an equal one is not."
    case([1.0, 0.5, 0.5, 0.5, 0.4], 2, returns=(3, 1), why=why)
    case([0.5, 0.6, 0.5], 3, returns=(2, 0), why=why)
    why = "A loss that is lower by very little is a new lowest one too."
    case([0.5, 0.4999, 0.4998, 0.49979], 1, returns=(3, 3), why=why)
    case([0.5, 0.4999995, 0.499999, 0.4999985], 1, returns=(3, 3), why=why)
    case([3e-12, 2e-12, 1e-12], 1, returns=(2, 2), why=why)
    case([0.5, 0.5 - 1e-10, 0.5 - 2e-10], 1, returns=(2, 2), why=why)
    why = "The very first check can be the best, and patience 1 stops at the first bad check."
    case([0.5, 0.6], 1, returns=(1, 0), why=why)
    case([0.7], 2, returns=(0, 0), why="One check is the first and the last.")
    why = "A loss can be of any size: check 1 has the lowest before the stop."
    case([3e12, 2e12, 2.5e12, 2.1e12, 1e12], 2, returns=(3, 1), why=why)
    case([-1.0, -2.0, -1.5, -1.75, -3.0], 2, returns=(3, 1), why=why)
    case([2.0, 0.0, 1.0, 0.5, -1.0], 2, returns=(3, 1), why=why)

    def reference(losses, patience):
        best = [losses.index(lowest) for lowest in np.minimum.accumulate(losses)]
        waited = np.arange(len(losses)) - best >= patience
        stopped = int(waited.argmax()) if waited.any() else len(losses) - 1
        return stopped, best[stopped]

    rng = random.Random(0)
    for patience in [1, 2, 3, 4, 6, 9] * 6:
        losses = [round(rng.random(), 1) for _ in range(rng.randint(1, 12 + patience))]
        why = "Stop `patience` checks after the last new lowest loss, or at the last check."
        same(early_stop, reference, [(losses, patience)], why)
    losses, why = (
        [1 + (i - 70) ** 2 / 9 for i in range(200)],
        f"{why} Of these 200, 70 is the best.",
    )
    case(losses, 60, returns=(130, 70), why=why)
    case(losses, 150, returns=(199, 70), why=why)


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
    def reference(groups, k):
        folds = [[] for _ in range(k)]
        for name, _ in Counter(groups).most_common():
            min(folds, key=len).extend(i for i, group in enumerate(groups) if group == name)
        return folds

    def case(groups, k):
        def sizes(fold):  # of the documents in a fold
            return sorted(Counter(groups[i] for i in fold).values())

        wanted, call = reference(groups, k), call_of(grouped_folds, (groups, k), {})
        try:
            got = plain(grouped_folds(groups, k))
        except Raised as error:
            raised = f"{error} There are {len(set(groups))} documents for {k} folds."
            raise Raised(raised) from error.__cause__
        call += f" should return {shown(wanted)}, and returned {shown(got)}."
        form = f"Return a list of {k} lists of indices, which are ints. {call}"
        expect(isinstance(got, list | tuple), form)
        got = [plain(fold) for fold in got]
        expect(all(isinstance(fold, list | tuple) for fold in got), form)
        folds = [[plain(index) for index in fold] for fold in got]
        expect(all(type(index) is int for fold in folds for index in fold), form)
        expect(len(folds) == k, f"There must be {k} folds. {call}")
        trained = Counter(sum(folds, [])) == {i: k - 1 for i in range(len(groups))}
        why = "These are the examples to train on: return those that each fold holds out."
        expect(k < 3 or not trained, f"{why} {call}")
        why = f"Each index from 0 to {len(groups) - 1} must be in exactly one fold."
        expect(sorted(sum(folds, [])) == list(range(len(groups))), f"{why} {call}")
        for name in groups:
            why = f"All examples of a document belong in one fold, also those of {name!r}."
            expect(sum(name in [groups[i] for i in fold] for fold in folds) == 1, f"{why} {call}")
        names = ", ".join(map(repr, sorted(set(groups), key=repr)))
        why = f"The documents are {names}. " if len(names) < 90 else ""
        why += "Take the documents one by one, the largest first; put each into the fold with the "
        why += "fewest examples so far (if there are several, the first)."
        expect(list(map(sizes, folds)) == list(map(sizes, wanted)), f"{why} {call}")

    case(["eng", "fin", "eng", "leg", "eng", "fin"], 3)  # of two, the training sides are the folds
    case(["eng", "fin", "eng", "leg", "eng", "fin"], 2)
    case(["ash", "oak", "ash"], 1)
    case(["ash", "oak", "elm"], 3)
    case([7, 3, 7, 11, 3], 3)
    case(["ash", "oak", "ash", "elm", "oak", "ash", "yew", "elm"], 2)
    several = ["3322", "155", "6161", "4321", "41112"]
    for sizes, k in [(sizes, 2) for sizes in several] + [("13233", 3), ("7433111", 3)]:
        pairs = zip("abcdefg", map(int, sizes), strict=False)
        case([name for name, size in pairs for _ in range(size)], k)
    why = "There are fewer documents than folds: count the documents, not the examples."
    for groups, k in ((["ash", "oak", "ash", "oak"], 3), (["ash"] * 3, 2), (["ash", "oak"], 5)):
        raises(grouped_folds, groups, k, why=why)
    raises(grouped_folds, [], 1, why="No document is too few for one fold.")
    alikes = ["eng-011", "eng-012"], ["eng-011", "ENG-011"], ["eng-01", "eng-011"], ["ü", "u"]
    for names in (*alikes, ["eng", "eng "], [0, 1], ["", "eng"], [1, 2]):
        case(names, 2)
        case([*names, "fin-1", *names, "fin-1", names[0]], 3)
        case([*names, *names, "fin-1"], 2)
    case([i % 40 for i in range(200)] + [7] * 20, 10)
    rng = random.Random(0)
    for _ in range(60):
        names = rng.sample("abcdefgh", rng.randint(2, 8))
        groups = names + rng.choices(names, [2**i for i in range(len(names))], k=rng.randint(0, 12))
        rng.shuffle(groups)
        case(groups, rng.randint(2, min(4, len(names))))
