"""Wrong answers to the exercises of notebook 05."""

import numpy as np

from tests.wrong_answers import faults

SCALING, TERM = "alpha / A.shape[0]", "(x @ A.T) @ B.T"
ONE = "rank * (outputs + inputs)"
LABELS = "[-100] * len(prompt_ids) + learned"
BY_VALUE = "[-100 if token in prompt_ids else token for token in prompt_ids + learned]"
ENDS = "[i if i == end_id else -100 for i in prompt_ids] + learned"
UP, SHARE = "peak * (step + 1) / warm", "(steps - step) / (steps - warm)"
COSINE = "(1 + np.cos(np.pi * (step - warm) / (steps - warm))) / 2"
STOP = "return check_number, best"
FOLDS, LARGEST = "return folds", "sorted(documents.values(), key=len, reverse=True)"
NEXT = "(folds.insert(0, folds.pop()) or folds[0])"
TRAINED_ON = "[[i for i in range(len(groups)) if i not in fold] for fold in folds]"
NO_REST = "[[i for i in fold if i < len(groups) // k * k] for fold in folds]"


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
        ("the frozen layer is left out", ("x @ W.T + ", ""), "`x @ W.T` is missing"),
        ("all is scaled", ("x @ W.T + ", "", TERM, f"(x @ W.T + {TERM})"), "term only"),
        ("no adapter at all", (f" + {SCALING} * {TERM}", ""), "A and B have no effect"),
        ("the scaling is missing", (SCALING, "1"), "is not scaled"),
        ("scaled by alpha", (SCALING, "alpha"), "alpha alone"),
        ("scaled by r / alpha", (SCALING, "A.shape[0] / alpha"), "upside down"),
        ("the rank is taken from the rows of B", ("A.shape", "B.shape"), "you took those of B"),
        ("the rank is taken from the columns of A", ("[0]", "[1]"), "you took its columns"),
        ("the rank is written as a number", ("A.shape[0]", "3"), "take the rank from A"),
        ("transposed", ("x @ W.T", "(x @ W.T", TERM, f"{TERM}).T"), "shape (4, 5), not (5, 4)"),
        ("the matrices are not transposed", (".T", ""), "ValueError"),
    ),
    *faults(
        "5.2",
        ("the frozen matrix instead", (ONE, "outputs * inputs"), "That is the frozen matrix"),
        ("inputs times outputs", ("outputs + inputs", "outputs * inputs"), "You multiply inputs"),
        ("the frozen matrix too", (ONE, f"{ONE} + outputs * inputs"), "matrix is in your count"),
        ("A alone", ("(outputs + inputs)", "inputs"), "A alone"),
        ("B alone", ("(outputs + inputs)", "outputs"), "B alone"),
        ("the rank is missing", ("rank * ", ""), "The rank is missing"),
        ("counted twice", ("rank * ", "2 * rank * "), "twice as many"),
        ("only the first layer", ("in shapes", "in shapes[:1]"), "Only the first layer"),
        ("only the last layer", ("in shapes", "in shapes[-1:]"), "Only the last layer"),
        (
            "one shape for all",
            ("in shapes", "in shapes[:1] * len(shapes)"),
            "layer's shape for all",
        ),
        ("a list instead of a sum", ("sum(", "list("), "Return one number"),
        ("something for nothing", ("in shapes)", "in shapes) or rank"), "nothing to train"),
    ),
    *faults(
        "5.3",
        ("nothing is masked", (LABELS, "prompt_ids + learned"), "Nothing is masked"),
        ("masked with 0", ("-100", "0"), "0 is the id of a real token"),
        ("masked with -1", ("-100", "-1"), "as labels -100 for the prompt"),
        ("no end mark", (" + [end_id]", ""), "The end mark is missing from the input"),
        ("no end learned", (LABELS, f"{LABELS}[:-1] + [-100]"), "end mark must be learned too"),
        ("the answer is masked", (LABELS, "prompt_ids + [-100] * len(learned)"), "The wrong part"),
        ("the labels are shifted", (LABELS, f"({LABELS} + [-100])[1:]"), "shifted by one"),
        ("labels for the answer only", (LABELS, "learned"), "one label for each token"),
        ("masked by value", (LABELS, BY_VALUE), "mask by position, not by value"),
        ("every end is learned", (LABELS, ENDS), "An end mark inside the prompt"),
        ("one list", ("prompt_ids + learned, ", ""), "Return two lists"),
    ),
    *faults(
        "5.4",
        ("the first step is lost", ("(step + 1)", "step"), "The first step has the rate 0"),
        ("no warm-up", (UP, "peak"), "There is no warm-up"),
        ("the warm-up never ends", ("step < warm", "True"), "goes past the peak"),
        ("both ramps at once", (UP, f"{UP} * (steps - step) / steps"), "two ramps are multiplied"),
        ("the other ramps at once", (UP, f"{UP} * {SHARE}"), "two ramps are multiplied"),
        ("the warm-up is too long", ("/ warm", "/ (warm + 1)"), "Four steps of warm-up"),
        ("no decay", (f" * {SHARE}", ""), "stays at the peak"),
        ("the last step is lost", ("- step)", "- step - 1)"), "The last step has the rate 0"),
        ("the decay jumps", ("(steps - warm)", "steps"), "jumps down at `warm`"),
        ("a cosine instead of a line", (SHARE, COSINE), "a straight line"),
        ("the peak is left out", ("peak * ", ""), "in proportion to `peak`"),
    ),
    *faults(
        "5.5",
        ("looks ahead", (STOP, f"{STOP[:-4]}losses.index(min(losses))"), "Don't look ahead"),
        ("keeps the last check", (STOP, f"{STOP[:-4]}check_number"), "You keep the last check"),
        ("returns a loss", (STOP, f"{STOP[:-4]}losses[best]"), "not their losses"),
        ("returns losses", (STOP, "return loss, losses[best]"), "not their losses"),
        ("the order is wrong", (STOP, "return best, check_number"), "The order is"),
        ("counts from 1", (STOP, "return check_number + 1, best + 1"), "Checks count from 0"),
        ("stops too early", (">= patience", "> patience - 2"), "one check too early"),
        ("stops too late", (">= patience", "> patience"), "one check too late"),
        ("the check before", ("[best]", "[check_number - 1]"), "compare with the best so far"),
        ("counts all bad checks", stop_no_reset, "starts the count of bad checks again"),
        ("an equal loss is better", ("loss <", "loss <="), "An equal loss is not a better one"),
        ("the end is one too far", (" - 1, best", ", best"), "the run stops at the last check"),
        ("one number", (STOP, "return best"), "Return 2 values"),
    ),
    *faults(
        "5.6",
        ("deals out examples", ("setdefault(document", "setdefault(i"), "belong in one fold"),
        ("slices of examples", fold_slices, "All examples of a document belong in one fold"),
        ("runs taken for documents", fold_runs, "need not be next to each other"),
        ("in turn", (LARGEST, "documents.values()", "min(folds, key=len)", NEXT), "not documents"),
        ("as many documents in each", fold_as_many_documents, "Count examples and not documents"),
        ("not the largest first", (LARGEST, "documents.values()"), "the largest document first"),
        ("the smallest first", (", reverse=True", ""), "the largest document first"),
        ("into the largest fold", ("min(", "max("), "a fold is empty"),
        ("no error", ("if k > len(documents)", "if False"), "Raise a ValueError"),
        ("counts examples", ("> len(documents)", "> len(groups)"), "not the examples"),
        ("another error", ("ValueError", "KeyError"), "Raise a ValueError"),
        ("None instead of an error", ("raise ValueError(", "return None and ("), "returned None"),
        ("k documents are too few", ("k > ", "k >= "), "are enough for"),
        ("what to train on", (FOLDS, f"return {TRAINED_ON}"), "Return what each fold tests on"),
        ("pairs", (FOLDS, "return [(fold, fold) for fold in folds]"), "examples to test on"),
        ("the rest is dropped", (FOLDS, f"return {NO_REST}"), "are in no fold"),
        ("a fold too many", (FOLDS, "return folds + [[]]"), "There must be 2 folds"),
        ("documents", (FOLDS, "return [[groups[0]] for _ in folds]"), "indices of the examples"),
        ("counts from 1", ("append(i)", "append(i + 1)"), "indices are from 0"),
        ("a dict", (FOLDS, "return dict(enumerate(folds))"), "Return a list of k lists"),
    ),
]
