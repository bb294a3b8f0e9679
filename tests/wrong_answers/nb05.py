"""Wrong answers to the exercises of notebook 05."""

import numpy as np

from tests.wrong_answers import faults

SCALING, TERM = "alpha / A.shape[0]", "(x @ A.T) @ B.T"
ALL = f"x @ W.T + {SCALING} * {TERM}"
ONE = "rank * (outputs + inputs)"
LABELS = "[-100] * len(prompt_ids) + learned"
BY_VALUE = "[-100 if token in prompt_ids else token for token in prompt_ids + learned]"
ENDS = "[i if i == end_id else -100 for i in prompt_ids] + learned"
UP, SHARE = "peak * (step + 1) / warm", "(steps - step) / (steps - warm)"
COSINE = "(1 + np.cos(np.pi * (step - warm) / (steps - warm))) / 2"
LOST = "(steps - step - 1) / (steps - warm - 1 or 1)"
STOP, LAST = "return check_number, best", "return len(losses) - 1, best"
LAST_LOWEST = "len(losses) - 1 - losses[::-1].index(min(losses))"
FOLDS, LARGEST = "return folds", "sorted(documents.values(), key=len, reverse=True)"
FIRST_LARGEST = (
    "sorted(documents.values(), key=lambda d: d is not max(documents.values(), key=len))"
)
LARGE_AND_SMALL = f"{LARGEST}[:k] + {LARGEST}[k:][::-1]"
SORTED = "(folds.sort(key=len) or folds[0])"
NEXT = "(folds.insert(0, folds.pop()) or folds[0])"
TRAINED_ON = "[[i for i in range(len(groups)) if i not in fold] for fold in folds]"
NO_REST = "[[i for i in fold if i < len(groups) // k * k] for fold in folds]"


def forward_in_place(x, W, A, B, alpha):
    W += alpha / A.shape[0] * B @ A
    return x @ W.T


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


def stop_from_100(losses, patience):
    lowest, best = 100, 0
    for i, loss in enumerate(losses):
        if loss < lowest:
            lowest, best = loss, i
        elif i - best >= patience:
            return i, best
    return len(losses) - 1, best


def mask_short(prompt_ids, answer_ids, end_id):
    ids = [*prompt_ids, *answer_ids, end_id]
    return ids[:32], [-100 if i < len(prompt_ids) else ids[i] for i in range(len(ids))][:32]


def fold_slices(groups, k):
    return [part.tolist() for part in np.array_split(np.arange(len(groups)), k)]


def fold_runs(groups, k):
    starts = [i for i in range(len(groups)) if i == 0 or groups[i] != groups[i - 1]]
    folds = [[] for _ in range(k)]
    for start, end in zip(starts, starts[1:] + [len(groups)], strict=True):
        min(folds, key=len).extend(range(start, end))
    return folds


def fold_as_many_documents(groups, k):
    names = list(dict.fromkeys(groups))
    if k > len(names):
        raise ValueError("too few")
    parts = np.array_split(np.arange(len(names)), k)
    return [[i for i, name in enumerate(groups) if names.index(name) in part] for part in parts]


WRONG = [
    *faults(
        "5.1",
        ("the frozen layer is left out", ("x @ W.T + ", ""), "the output is exactly `x @ W.T`"),
        ("all is scaled", ("x @ W.T + ", "", TERM, f"(x @ W.T + {TERM})"), "is exactly `x @ W.T`"),
        ("no adapter at all", (f" + {SCALING} * {TERM}", ""), "only the adapter's term is left"),
        ("changes W", forward_in_place, "Your function changes W"),
        ("the scaling is missing", (SCALING, "1"), "alpha / r is 3"),
        ("scaled by alpha", (SCALING, "alpha"), "alpha / r is 3"),
        ("scaled by r / alpha", (SCALING, "A.shape[0] / alpha"), "alpha / r is 3"),
        ("scaled by the root of r", ("A.shape[0]", "A.shape[0] ** 0.5"), "alpha / r is 3"),
        ("scaled by a whole number", ("alpha /", "alpha //"), "and alpha / r is 0.25"),
        ("an alpha of 0 is 1", ("alpha /", "(alpha or 1) /"), "Here r is 4 and alpha / r is 0."),
        ("scaled by 1 at least", (SCALING, f"max(1, {SCALING})"), "and alpha / r is 0.25"),
        ("whole alphas", ("alpha /", "int(alpha) /"), "and alpha / r is 0.125"),
        ("no rank above 4", ("A.shape[0]", "min(A.shape[0], 4)"), "Here r is 5"),
        ("relu", (ALL, f"np.maximum({ALL}, 0)"), "change nothing else"),
        ("relu inside", ("(x @ A.T)", "np.maximum(x @ A.T, 0)"), "only the adapter's term is left"),
        ("rounded to whole numbers", (ALL, f"np.round({ALL})"), "Do not round the result"),
        ("rounded to 6 decimals", (ALL, f"np.round({ALL}, 6)"), "Do not round the result"),
        ("clipped", (ALL, f"np.clip({ALL}, -1e6, 1e6)"), "may be of any size"),
        ("the rank is taken from the rows of B", ("A.shape", "B.shape"), "A has 2 rows"),
        ("the rank is taken from the columns of A", ("[0]", "[1]"), "here 2: you divide by 3"),
        ("the rank is taken from the rows of x", ("A.shape[0]", "len(x)"), "Here r is 4"),
        ("the smaller size of A", ("A.shape[0]", "min(A.shape)"), "here 4: you divide by 2"),
        (
            "the rank of the product",
            ("A.shape[0]", "np.linalg.matrix_rank(A)"),
            "here 4: you divide by 2",
        ),
        ("the rank is written as a number", ("A.shape[0]", "2"), "here 1: you divide by 2"),
        ("rounded", ("x @ W.T + ", "(x @ W.T + ", TERM, f"{TERM}).round(2)"), "Do not round"),
        ("transposed", ("x @ W.T", "(x @ W.T", TERM, f"{TERM}).T"), "has the shape (2, 1)"),
        ("the matrices are not transposed", (".T", ""), "ValueError"),
    ),
    *faults(
        "5.2",
        ("the frozen matrix instead", (ONE, "outputs * inputs"), "A has 4 x 7 numbers"),
        ("inputs times outputs", ("outputs + inputs", "outputs * inputs"), "A has 4 x 7 numbers"),
        ("the frozen matrix too", (ONE, f"{ONE} + outputs * inputs"), "frozen matrix do not count"),
        ("A alone", ("(outputs + inputs)", "inputs"), "B has 10 x 4"),
        ("B alone", ("(outputs + inputs)", "outputs"), "A has 4 x 7 numbers"),
        ("the rank is missing", ("rank * ", ""), "should return 68, and returned 17"),
        ("counted twice", ("rank * ", "2 * rank * "), "should return 68, and returned 136"),
        ("only the first layer", ("in shapes", "in shapes[:1]"), "the second adds 2 * (4 + 9)"),
        (
            "only the last layer",
            ("in shapes", "in shapes[-1:]"),
            "The first layer adds 2 * (5 + 3)",
        ),
        ("one shape for all", ("in shapes", "in shapes[:1] * len(shapes)"), "2 * (4 + 9)"),
        ("each shape once", ("in shapes", "in set(shapes)"), "Every layer counts"),
        ("no more than nine", ("in shapes", "in shapes[:9]"), "Add up all layers"),
        ("square ones once", (ONE, f"{ONE} // (1 + (outputs == inputs))"), "A square matrix"),
        ("no more than the matrix", ("rank *", "min(rank, outputs, inputs) *"), "A has 8 x 3"),
        ("a list instead of a sum", ("sum(", "list("), "Return one number"),
        ("something for nothing", ("in shapes)", "in shapes) or rank"), "nothing to train"),
        ("int32", ("sum(", "np.sum([", "in shapes)", "in shapes], dtype='int32')"), "is exact"),
        ("float32", ("sum(", "np.sum([", "in shapes)", "in shapes], dtype='float32')"), "is exact"),
        ("a hundred layers", ("in shapes", "in shapes[:100]"), "299 layers"),
    ),
    *faults(
        "5.3",
        ("nothing is masked", (LABELS, "prompt_ids + learned"), "Nothing is masked"),
        ("masked with 0", ("-100", "0"), "-100, not 0"),
        ("masked with -1", ("-100", "-1"), "as labels -100 for the prompt"),
        ("no end mark", (" + [end_id]", ""), "The end mark is missing from the input"),
        ("no end learned", (LABELS, f"{LABELS}[:-1] + [-100]"), "end mark must be learned too"),
        ("the answer is masked", (LABELS, "prompt_ids + [-100] * len(learned)"), "not the answer"),
        ("labels first", lambda p, a, e: ([-100] * len(p) + a + [e], p + a + [e]), "input first"),
        ("what append returns", lambda p, a, e: (p.append(e), a.append(e)), "None is no list"),
        ("the labels are shifted", (LABELS, f"({LABELS} + [-100])[1:]"), "shifted by one"),
        ("labels for the answer only", (LABELS, "learned"), "one label for each token"),
        ("masked by value", (LABELS, BY_VALUE), "mask by position, not by value"),
        ("every end is learned", (LABELS, ENDS), "An end mark inside the prompt"),
        ("an end mark of its own", ("[end_id]", "[2]"), "14, 33]"),
        (
            "only one end mark",
            ("[end_id]", "[end_id] * (end_id not in answer_ids)"),
            "comes after the whole answer",
        ),
        (
            "0 is nothing",
            ("+ learned\n", "+ [i or -100 for i in learned]\n"),
            "0 is a token like any",
        ),
        ("no empty prompt", ("    learned", "    prompt_ids[0]\n    learned"), "Without a prompt"),
        (
            "an empty answer has no end",
            ("= answer", "= answer_ids and answer"),
            "end mark is missing",
        ),
        ("no more than 32", mask_short, "5000 + 3000 + 1 tokens"),
        ("small ids", ("+ learned,", "+ [i % 65536 for i in learned],"), "5000 + 3000 + 1 tokens"),
        ("the end 0 is none", ("[end_id]", "[end_id or 2]"), "0 is a token like any other"),
        (
            "one answer token masked",
            (LABELS, f"{LABELS[:-10]} + [-100] + learned[1:]"),
            "Mask only the prompt",
        ),
        ("one list", ("prompt_ids + learned, ", ""), "Return two lists"),
    ),
    *faults(
        "5.4",
        (
            "the first step is lost",
            ("(step + 1)", "step"),
            "The first step must not have the rate 0",
        ),
        ("no warm-up", (UP, "peak"), "In the first 4 steps the rate is"),
        ("the warm-up never ends", ("step < warm", "True"), "`peak` at step 4"),
        ("the warm-up is a step longer", ("step < warm", "step <= warm"), "`peak` at step 4"),
        ("the warm-up is a step shorter", ("step < warm", "step < warm - 1"), "first 4 steps"),
        ("both ramps at once", (UP, f"{UP} * (steps - step) / steps"), "first 4 steps the rate"),
        ("the other ramps at once", (UP, f"{UP} * {SHARE}"), "In the first 4 steps the rate is"),
        ("the warm-up is too long", ("/ warm", "/ (warm + 1)"), "In the first 4 steps the rate is"),
        ("no decay", (f" * {SHARE}", ""), "falls in a straight line"),
        ("the last step is lost", (SHARE, LOST), "falls in a straight line"),
        (
            "nothing for the last step",
            (SHARE, f"(step + 1 < steps) * {SHARE}"),
            "The last step must",
        ),
        ("the decay jumps", ("(steps - warm)", "steps"), "`peak` at step 4"),
        ("a cosine instead of a line", (SHARE, COSINE), "a straight line"),
        ("never below a tenth", (SHARE, f"max(0.1, {SHARE})"), "1/900 of the peak"),
        ("rounded", (f"peak * {SHARE}", f"round(peak * {SHARE}, 6)"), "Do not round"),
        ("rounded on the way up", (UP, f"round({UP}, 6)"), "has a million steps"),
        ("rounded to 8", (f"peak * {SHARE}", f"round(peak * {SHARE}, 8)"), "Do not round"),
        ("8 on the way up", (UP, f"round({UP}, 8)"), "Do not round"),
        ("rounded shares", (SHARE, f"round({SHARE}, 6)"), "1/900 of the peak left"),
        ("a thousandth at least", (SHARE, f"max(1e-3, {SHARE})"), "has a million steps"),
        ("a warm-up of 1 is none", (UP, f"{UP} / (1 + (warm == 1))"), "If `warm` is 1"),
        ("the peak is left out", ("peak * ", ""), "in proportion to `peak`"),
        ("a peak of at most 1", ("peak * ", "min(peak, 1) * "), "in proportion to `peak`"),
    ),
    *faults(
        "5.5",
        ("looks ahead", (STOP, f"{STOP[:-4]}losses.index(min(losses))"), "that does not count"),
        ("keeps the last check", (STOP, f"{STOP[:-4]}check_number"), "Check 1 has the lowest loss"),
        ("returns a loss", (STOP, f"{STOP[:-4]}losses[best]"), "not their losses"),
        ("returns losses", (STOP, "return loss, losses[best]"), "not their losses"),
        ("the order is wrong", (STOP, "return best, check_number"), "The order is"),
        ("counts from 1", (STOP, "return check_number + 1, best + 1"), "Checks count from 0"),
        ("stops too early", (">= patience", "> patience - 2"), "checks 2 and 3 are the two"),
        ("stops too late", (">= patience", "> patience"), "checks 2 and 3 are the two"),
        ("the check before", ("[best]", "[check_number - 1]"), "Check 1 has the lowest loss"),
        ("counts all bad checks", stop_no_reset, "starts the count of bad checks again"),
        ("an equal loss is better", ("loss <", "loss <="), "strictly below all before"),
        ("the last of equals", (LAST, f"{LAST[:-4]}{LAST_LOWEST}"), "strictly below all before"),
        ("the end is one too far", (" - 1, best", ", best"), "the run stops at the last check"),
        ("the end is the best", (LAST, f"{LAST[:-4]}len(losses) - 1"), "stops at the last check"),
        ("a patience of two", (">= patience", ">= 2"), "Stop `patience` checks after"),
        ("a patience of four at most", (">= patience", ">= min(patience, 4)"), "Stop `patience`"),
        ("lower by a hundredth", ("< losses[best]", "< losses[best] - 0.01"), "by very little"),
        ("rounds the losses", ("if loss", "if round(loss, 2)"), "by very little"),
        ("lower by a millionth", ("< losses[best]", "< losses[best] - 1e-6"), "by very little"),
        ("lower by 1e-9", ("< losses[best]", "< losses[best] - 1e-9"), "by very little"),
        ("lower by a share of it", ("losses[best]:", "losses[best] * (1 - 1e-9):"), "very little"),
        ("nearly equal", ("if loss", "if not np.isclose(loss, losses[best]) and loss"), "by very"),
        ("0 is no loss", ("if loss", "if loss and loss"), "A loss can be of any size"),
        ("no loss below 0", ("if loss", "if loss >= 0 and loss"), "A loss can be of any size"),
        ("a patience of a hundred", (">= patience", ">= min(patience, 100)"), "Of these 200"),
        ("no loss above 100", stop_from_100, "A loss can be of any size"),
        ("one number", (STOP, "return best"), "Return 2 values"),
    ),
    *faults(
        "5.6",
        ("deals out examples", ("setdefault(document", "setdefault(i"), "belong in one fold"),
        ("slices of examples", fold_slices, "All examples of a document belong in one fold"),
        ("runs taken for documents", fold_runs, "All examples of a document belong in one fold"),
        ("prefixes", ("fault(document", "fault(str(document)[:6]"), "There are 2 documents"),
        (
            "names in lower case",
            ("fault(document", "fault(str(document).lower()"),
            "2 documents for",
        ),
        ("names stripped", ("fault(document", "fault(str(document).strip()"), "2 documents for"),
        ("a falsy name is none", ("fault(document", "fault(document or -1 - i"), "also those of 0"),
        (
            "skips falsy names",
            ("(groups):", "(groups):\n        if not document: continue"),
            "for 2",
        ),
        ("a hundred examples", ("enumerate(groups)", "enumerate(groups[:100])"), "from 0 to 219"),
        (
            "in turn",
            (LARGEST, "documents.values()", "min(folds, key=len)", NEXT),
            "fewest examples",
        ),
        ("as many documents in each", fold_as_many_documents, "the fold with the fewest examples"),
        ("not the largest first", (LARGEST, "documents.values()"), "the largest first"),
        ("the smallest first", (", reverse=True", ""), "the largest first"),
        ("the largest, then as they come", (LARGEST, FIRST_LARGEST), "the largest first"),
        ("k large ones, then small ones", (LARGEST, LARGE_AND_SMALL), "the largest first"),
        ("into the largest fold", ("min(", "max("), "the fold with the fewest examples"),
        (
            "the last of several",
            ("min(folds", "min(folds[::-1]"),
            "if there are several, the first",
        ),
        (
            "folds in another order",
            (FOLDS, "return folds[::-1]"),
            "if there are several, the first",
        ),
        ("folds by their size", (FOLDS, "return sorted(folds, key=len)"), "several, the first"),
        ("sorts the folds", ("min(folds, key=len)", SORTED), "if there are several, the first"),
        ("no error", ("if k > len(documents)", "if False"), "Raise a ValueError"),
        ("no error for nothing", ("if k >", "if groups and k >"), "No document is too few"),
        ("counts examples", ("> len(documents)", "> len(groups)"), "not the examples"),
        ("another error", ("ValueError", "KeyError"), "Raise a ValueError"),
        ("None instead of an error", ("raise ValueError(", "return None and ("), "returned None"),
        ("k documents are too few", ("k > ", "k >= "), "There are 3 documents for 3 folds"),
        ("what to train on", (FOLDS, f"return {TRAINED_ON}"), "These are the examples to train on"),
        ("pairs", (FOLDS, "return [(fold, fold) for fold in folds]"), "which are ints"),
        ("the rest is dropped", (FOLDS, f"return {NO_REST}"), "must be in exactly one fold"),
        ("a fold too many", (FOLDS, "return folds + [[]]"), "There must be 3 folds"),
        ("documents", (FOLDS, "return [[groups[0]] for _ in folds]"), "which are ints"),
        ("counts from 1", ("append(i)", "append(i + 1)"), "Each index from 0 to 5"),
        ("one fold many times", ("[[] for _ in range(k)]", "[[]] * k"), "in exactly one fold"),
        ("a dict", (FOLDS, "return dict(enumerate(folds))"), "Return a list of 3 lists"),
    ),
]
