"""Wrong answers to the exercises of notebook 05, each with one fault and a part of the message that it must get."""

import numpy as np


def layer(scale=lambda x, W, A, B, alpha: alpha / A.shape[0], frozen=1.0):
    """A LoRA forward whose scaling and whose share of the frozen layer can be wrong."""

    def forward(x, W, A, B, alpha):
        return frozen * (x @ W.T) + scale(x, W, A, B, alpha) * x @ A.T @ B.T

    return forward


def all_scaled(x, W, A, B, alpha):
    return alpha / A.shape[0] * (x @ W.T + x @ A.T @ B.T)


def transposed(x, W, A, B, alpha):
    return (x @ W.T + alpha / A.shape[0] * (x @ A.T) @ B.T).T


def no_transpose(x, W, A, B, alpha):
    return x @ W + alpha / A.shape[0] * (x @ A) @ B


def count(term):
    """Sums `term(rank, outputs, inputs)` over the layers."""
    return lambda rank, shapes: sum(term(rank, outputs, inputs) for outputs, inputs in shapes)


def count_first(rank, shapes):
    return rank * sum(shapes[0])


def count_last(rank, shapes):
    for outputs, inputs in shapes[::-1]:
        return rank * (outputs + inputs)


def count_same(rank, shapes):
    return len(shapes) * rank * sum(shapes[0])


def count_list(rank, shapes):
    return [rank * (outputs + inputs) for outputs, inputs in shapes]


def count_empty(rank, shapes):
    return sum(rank * (outputs + inputs) for outputs, inputs in shapes) or rank


def mask_nothing(prompt_ids, answer_ids, end_id):
    ids = prompt_ids + answer_ids + [end_id]
    return ids, ids


def mask_with(value):
    return lambda prompt, answer, end: (prompt + answer + [end], [value] * len(prompt) + answer + [end])


def mask_no_end(prompt_ids, answer_ids, end_id):
    return prompt_ids + answer_ids, [-100] * len(prompt_ids) + answer_ids


def mask_end_masked(prompt_ids, answer_ids, end_id):
    return prompt_ids + answer_ids + [end_id], [-100] * len(prompt_ids) + answer_ids + [-100]


def mask_answer(prompt_ids, answer_ids, end_id):
    return prompt_ids + answer_ids + [end_id], prompt_ids + [-100] * (len(answer_ids) + 1)


def mask_shifted(prompt_ids, answer_ids, end_id):
    ids, labels = mask_with(-100)(prompt_ids, answer_ids, end_id)
    return ids, labels[1:] + [-100]


def mask_short(prompt_ids, answer_ids, end_id):
    return prompt_ids + answer_ids + [end_id], answer_ids + [end_id]


def mask_by_value(prompt_ids, answer_ids, end_id):
    ids = prompt_ids + answer_ids + [end_id]
    return ids, [-100 if token in prompt_ids else token for token in ids]


def mask_all_ends_learned(prompt_ids, answer_ids, end_id):
    ids, labels = mask_with(-100)(prompt_ids, answer_ids, end_id)
    return ids, [end_id if token == end_id else label for token, label in zip(ids, labels, strict=True)]


def mask_one_list(prompt_ids, answer_ids, end_id):
    return [-100] * len(prompt_ids) + answer_ids + [end_id]


def ramp(up=lambda step, warm: (step + 1) / warm, down=lambda step, steps, warm: (steps - step) / (steps - warm)):
    """A schedule whose way up or way down can be wrong."""
    return lambda step, steps, peak, warm: peak * (up(step, warm) if step < warm else down(step, steps, warm))


def rate_endless_warm_up(step, steps, peak, warm):
    return peak * (step + 1) / warm


def rate_both(step, steps, peak, warm):
    return peak * min(1, (step + 1) / warm) * (steps - step) / steps


def rate_share(step, steps, peak, warm):
    return ramp()(step, steps, 1.0, warm)


def stop_with(better=lambda loss, losses, best, i: loss < losses[best], patience_more=0):
    """Early stopping with its idea of "better" and its patience open to faults."""

    def stop(losses, patience):
        best = 0
        for i, loss in enumerate(losses):
            if i and better(loss, losses, best, i):
                best = i
            if i - best >= patience + patience_more:
                return i, best
        return len(losses) - 1, best

    return stop


early = stop_with()


def stop_keeps_last(losses, patience):
    stopped, _ = early(losses, patience)
    return stopped, stopped


def stop_looks_ahead(losses, patience):
    return early(losses, patience)[0], int(np.argmin(losses))


def stop_losses(losses, patience):
    stopped, best = early(losses, patience)
    return stopped, losses[best]


def stop_no_reset(losses, patience):
    best, bad = 0, 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        elif i:
            bad += 1
        if bad >= patience:
            return i, best
    return len(losses) - 1, best


def stop_length(losses, patience):
    stopped, best = early(losses, patience)
    return (stopped if stopped - best >= patience else len(losses)), best


def stop_best_only(losses, patience):
    return early(losses, patience)[1]


def fold_documents(into=lambda folds, number: min(folds, key=len), enough=lambda k, documents, groups: k <= len(documents)):
    """Folds of whole documents; where a document goes and when there are enough of them can be wrong."""

    def folds_of(groups, k):
        documents = {}
        for i, document in enumerate(groups):
            documents.setdefault(document, []).append(i)
        if not enough(k, documents, groups):
            raise ValueError("too few")
        folds = [[] for _ in range(k)]
        for number, indices in enumerate(documents.values()):
            into(folds, number).extend(indices)
        return folds

    return folds_of


folds = fold_documents()


def fold_examples(groups, k):
    return [list(range(len(groups)))[start::k] for start in range(k)]


def fold_slices(groups, k):
    return [part.tolist() for part in np.array_split(np.arange(len(groups)), k)]


def fold_runs(groups, k):
    runs = [i for i in range(len(groups)) if i == 0 or groups[i] != groups[i - 1]] + [len(groups)]
    out = [[] for _ in range(k)]
    for start, end in zip(runs, runs[1:], strict=False):
        min(out, key=len).extend(range(start, end))
    return out


def fold_chunks_of_documents(groups, k):
    names = list(dict.fromkeys(groups))
    if k > len(names):
        raise ValueError("too few")
    chunks = np.array_split(np.arange(len(names)), k)
    return [[i for i, name in enumerate(groups) if names.index(name) in chunk] for chunk in chunks]


def fold_training_parts(groups, k):
    return [[i for i in range(len(groups)) if i not in part] for part in folds(groups, k)]


def fold_pairs(groups, k):
    return list(zip(fold_training_parts(groups, k), folds(groups, k), strict=True))


def fold_key_error(groups, k):
    if k > len(set(groups)):
        raise KeyError(k)
    return folds(groups, k)


def fold_none(groups, k):
    return folds(groups, k) if k <= len(set(groups)) else None


def fold_drops_the_rest(groups, k):
    whole = folds(groups, k)
    size = len(groups) // k * k
    return [[i for i in part if i < size] for part in whole]


WRONG = [
    ("5.1", "the frozen layer is left out", layer(frozen=0.0), "the frozen layer's own `x @ W.T` is missing"),
    ("5.1", "the whole output is scaled", all_scaled, "scale the adapter's term only"),
    ("5.1", "no adapter at all", lambda x, W, A, B, alpha: x @ W.T, "A and B have no effect"),
    ("5.1", "the scaling is missing", layer(lambda x, W, A, B, alpha: 1.0), "is not scaled"),
    ("5.1", "scaled by alpha", layer(lambda x, W, A, B, alpha: alpha), "alpha alone"),
    ("5.1", "scaled by r / alpha", layer(lambda x, W, A, B, alpha: A.shape[0] / alpha), "upside down"),
    ("5.1", "the rank is taken from the rows of B", layer(lambda x, W, A, B, alpha: alpha / B.shape[0]), "you took the rows of B"),
    ("5.1", "the rank is taken from the columns of A", layer(lambda x, W, A, B, alpha: alpha / A.shape[1]), "you took its columns"),
    ("5.1", "the rank is written as a number", layer(lambda x, W, A, B, alpha: alpha / 2), "take the rank from A"),
    ("5.1", "the output is transposed", transposed, "the output has the shape (4, 5), yours (5, 4)"),
    ("5.1", "the matrices are not transposed", no_transpose, "ValueError"),
    ("5.2", "the frozen matrix is counted instead", count(lambda rank, o, i: o * i), "is the frozen matrix"),
    ("5.2", "inputs and outputs are multiplied", count(lambda rank, o, i: rank * o * i), "You multiply inputs and outputs"),
    ("5.2", "the frozen matrix is counted too", count(lambda rank, o, i: rank * (o + i) + o * i), "The frozen matrix is in your count"),
    ("5.2", "A alone", count(lambda rank, o, i: rank * i), "A alone"),
    ("5.2", "B alone", count(lambda rank, o, i: rank * o), "B alone"),
    ("5.2", "the rank is missing", count(lambda rank, o, i: o + i), "The rank is missing"),
    ("5.2", "counted twice", count(lambda rank, o, i: 2 * rank * (o + i)), "twice as many"),
    ("5.2", "only the first layer", count_first, "Only the first layer"),
    ("5.2", "only the last layer", count_last, "Only the last layer"),
    ("5.2", "the first shape for all layers", count_same, "the first layer's shape for all"),
    ("5.2", "a list instead of a sum", count_list, "Give back one number"),
    ("5.2", "something for nothing", count_empty, "an empty list is 0"),
    ("5.3", "nothing is masked", mask_nothing, "Nothing is masked"),
    ("5.3", "masked with 0", mask_with(0), "0 is the id of a real token"),
    ("5.3", "masked with -1", mask_with(-1), "the labels are wrong"),
    ("5.3", "no end mark", mask_no_end, "The end mark is missing from the input"),
    ("5.3", "the end mark is masked", mask_end_masked, "The end mark must be learned too"),
    ("5.3", "the answer is masked", mask_answer, "The wrong part is masked"),
    ("5.3", "the labels are shifted", mask_shifted, "shifted by one"),
    ("5.3", "labels for the answer only", mask_short, "one label for each token"),
    ("5.3", "masked by value", mask_by_value, "mask by position, not by value"),
    ("5.3", "every end mark is learned", mask_all_ends_learned, "An end mark inside the prompt"),
    ("5.3", "one list", mask_one_list, "Give back two lists"),
    ("5.4", "the first step is lost", ramp(up=lambda step, warm: step / warm), "The first step has the rate 0"),
    ("5.4", "no warm-up", ramp(up=lambda step, warm: 1), "There is no warm-up"),
    ("5.4", "the warm-up never ends", rate_endless_warm_up, "goes past the peak"),
    ("5.4", "both ramps at once", rate_both, "The two ramps are multiplied"),
    ("5.4", "the warm-up is one step too long", ramp(up=lambda step, warm: (step + 1) / (warm + 1)), "Four steps of warm-up"),
    ("5.4", "no decay", ramp(down=lambda step, steps, warm: 1), "stays at the peak"),
    (
        "5.4",
        "the last step is lost",
        ramp(down=lambda step, steps, warm: (steps - 1 - step) / (steps - warm)),
        "The last step has the rate 0",
    ),
    ("5.4", "the decay jumps", ramp(down=lambda step, steps, warm: (steps - step) / steps), "jumps down after the warm-up"),
    (
        "5.4",
        "a cosine instead of a line",
        ramp(down=lambda step, steps, warm: (1 + np.cos(np.pi * (step - warm) / (steps - warm))) / 2),
        "a straight line",
    ),
    ("5.4", "the peak is left out", rate_share, "do not depend on `peak`"),
    ("5.5", "looks ahead", stop_looks_ahead, "Don't look ahead"),
    ("5.5", "keeps the last check", stop_keeps_last, "You keep the last check"),
    ("5.5", "gives losses", stop_losses, "not their losses"),
    ("5.5", "the order is wrong", lambda losses, patience: early(losses, patience)[::-1], "The order is"),
    ("5.5", "counts from 1", lambda losses, patience: tuple(n + 1 for n in early(losses, patience)), "Checks count from 0"),
    ("5.5", "stops too early", stop_with(patience_more=-1), "one check too early"),
    ("5.5", "stops too late", stop_with(patience_more=1), "one check too late"),
    (
        "5.5",
        "compares with the check before",
        stop_with(lambda loss, losses, best, i: loss < losses[i - 1]),
        "compare with the best so far",
    ),
    ("5.5", "counts all bad checks", stop_no_reset, "starts the count of bad checks again"),
    (
        "5.5",
        "an equal loss counts as better",
        stop_with(lambda loss, losses, best, i: loss <= losses[best]),
        "An equal loss is not a better one",
    ),
    ("5.5", "the end is one too far", stop_length, "the run stops at the last check"),
    ("5.5", "one number", stop_best_only, "Give back two numbers"),
    ("5.6", "deals out examples", fold_examples, "All examples of a document belong in one fold"),
    ("5.6", "slices of examples", fold_slices, "All examples of a document belong in one fold"),
    ("5.6", "runs taken for documents", fold_runs, "need not stand side by side"),
    ("5.6", "deals out documents in turn", fold_documents(into=lambda f, n: f[n % len(f)]), "Count examples and not documents"),
    ("5.6", "as many documents in each", fold_chunks_of_documents, "Count examples and not documents"),
    ("5.6", "into the largest fold", fold_documents(into=lambda f, n: max(f, key=len)), "a fold is empty"),
    ("5.6", "no error", fold_documents(enough=lambda k, documents, groups: True), "raise a ValueError: count the documents"),
    ("5.6", "counts examples", fold_documents(enough=lambda k, documents, groups: k <= len(groups)), "not the examples"),
    ("5.6", "another error", fold_key_error, "raise a ValueError; your code raised KeyError"),
    ("5.6", "None instead of an error", fold_none, "yours gave back None"),
    ("5.6", "k documents are too few", fold_documents(enough=lambda k, documents, groups: k < len(documents)), "which is enough"),
    ("5.6", "what to train on", fold_training_parts, "give what each fold tests on"),
    ("5.6", "pairs of training and test", fold_pairs, "give only the part to test on"),
    ("5.6", "the rest is dropped", fold_drops_the_rest, "are in no fold"),
    ("5.6", "a fold too many", lambda groups, k: [*folds(groups, k), []], "there must be 2 folds, and yours are 3"),
    ("5.6", "documents, not indices", lambda groups, k: [[groups[i] for i in part] for part in folds(groups, k)], "indices of examples"),
    ("5.6", "counts from 1", lambda groups, k: [[i + 1 for i in part] for part in folds(groups, k)], "indices are from 0"),
    ("5.6", "a dict", lambda groups, k: dict(enumerate(folds(groups, k))), "Give back a list of k lists"),
]
