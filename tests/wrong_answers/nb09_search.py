"""Wrong answers to the exercises of notebook 09 on search and cost."""

import re

import numpy as np

from tests.wrong_answers import faults

LENGTH = "{0} / np.linalg.norm({0}, axis=1, keepdims=True)"
COLUMN = LENGTH.replace("axis=1", "axis=0")
Q, P = LENGTH.format("questions"), LENGTH.format("passages")
MEAN = "(sums - np.diag(scores)).mean()"
SUMS = "np.exp(scores - largest[:, None]).sum(axis=1)"
OTHERS = "(np.exp(scores - largest[:, None]) * (1 - np.eye(len(q)))).sum(axis=1)"
COLUMNS = ("scores.max(axis=1)", "scores.max(axis=0)", "largest[:, None]).sum(axis=1)")
COLUMNS += ("largest).sum(axis=0)",)
OVERFLOW = ("largest = scores.max(axis=1)", "largest = np.zeros(len(scores))")
ROOM = "len(batch) < size and "
LOWERED = "str(passages[j]).lower() != str(passage).lower() for"
TEXTS, WHOLE = "[[passages[i] for i in one] for one in made]", "if len(one) == size]"
EDGES = r"(?<!\w){re.escape(term)}(?!\w)"
KEPT, LOWER = "if count == most", "text.lower()"
CASCADE = "np.where(scores >= threshold, cheap, expensive).mean()"
GOOD = "expensive.mean() - most_lost - 1e-9"
THRESHOLDS = "sorted(set(scores))"


def in_turn(passages, size):
    """Batches one after the other: a twin closes the batch."""
    made = [[]]
    for i, passage in enumerate(passages):
        if len(made[-1]) == size or passage in [passages[j] for j in made[-1]]:
            made.append([])
        made[-1].append(i)
    return made if made != [[]] else []


def cut(passages, size):
    """Batches as they come, twins and all."""
    return [list(range(i, min(i + size, len(passages)))) for i in range(0, len(passages), size)]


def dropped(passages, size):
    """The second pair of a passage is left out."""
    first = [i for i, passage in enumerate(passages) if passage not in passages[:i]]
    return [first[i : i + size] for i in range(0, len(first), size)]


def highest(scores, cheap, expensive, most_lost):
    """The highest good threshold."""
    scores, cheap, expensive = (np.array(values, float) for values in (scores, cheap, expensive))
    for threshold in sorted(set(scores), reverse=True):
        if (
            np.where(scores >= threshold, cheap, expensive).mean()
            >= expensive.mean() - most_lost - 1e-9
        ):
            return float(threshold)
    return float("inf")


def stops(scores, cheap, expensive, most_lost):
    """From the highest threshold down, until one is not good."""
    scores, cheap, expensive = (np.array(values, float) for values in (scores, cheap, expensive))
    last = float("inf")
    for threshold in sorted(set(scores), reverse=True):
        if (
            np.where(scores >= threshold, cheap, expensive).mean()
            < expensive.mean() - most_lost - 1e-9
        ):
            break
        last = float(threshold)
    return last


def runs_only(passages, terms):
    """The terms are looked for among the runs of letters, digits and hyphens."""
    wanted = {term.lower() for term in terms}
    counts = [len(wanted & set(re.findall("[a-z0-9-]+", text.lower()))) for text in passages]
    return [i for i, count in enumerate(counts) if count == max(counts)]


def any_term(passages, terms):
    """The passages that contain at least one of the terms."""
    found = [
        i
        for i, text in enumerate(passages)
        if any(re.search(rf"(?<!\w){re.escape(t.lower())}(?!\w)", text.lower()) for t in terms)
    ]
    return found or list(range(len(passages)))


WRONG = [
    *faults(
        "9.3",
        ("no lengths", (Q, "questions", P, "passages"), "by cosine"),
        ("lengths of the questions only", (P, "passages"), "divide each vector"),
        ("the softmax of the passages", COLUMNS, "one softmax for each row"),
        ("the sum", (MEAN, "(sums - np.diag(scores)).sum()"), "not the sum"),
        ("the sign", (MEAN, "(np.diag(scores) - sums).mean()"), "never negative"),
        ("base two", (MEAN, f"{MEAN} / np.log(2)"), "natural logarithm"),
        ("no scale", ("scale * q", "q"), "Multiply the cosines"),
        ("probabilities", (MEAN, "-np.exp(np.diag(scores) - sums).mean()"), "logarithm"),
        (
            "the logarithm last",
            (MEAN, "-np.log(np.exp(np.diag(scores) - sums).mean())"),
            "each row",
        ),
        ("overflows", OVERFLOW, "overflow"),
        (
            "the logarithm of 0",
            (MEAN, "-np.log(np.exp(np.diag(scores) - sums)).mean()"),
            "infinite",
        ),
        ("divides by the scale", ("scale * q", "1 / scale * q"), "Multiply the cosines"),
        (
            "lengths of columns",
            (Q, Q.replace("axis=1", "axis=0"), P, P.replace("axis=1", "axis=0")),
            "each row",
        ),
        (
            "one for each question",
            (f"float({MEAN})", "sums - np.diag(scores)"),
            "Return one number",
        ),
        ("another scale", ("scale=20.0", "scale=1.0"), "it is 20"),
        ("only the others below", (SUMS, OTHERS), "The loss of a question"),
        ("rounds", (f"float({MEAN})", f"round(float({MEAN}), 4)"), "Do not round"),
    ),
    *faults(
        "9.4",
        ("twins and all", cut, "holds a passage twice"),
        ("a twin closes the batch", in_turn, "first batch that can take it"),
        ("leaves twins out", dropped, "none is left out"),
        ("no limit", (ROOM, ""), "at most `size`"),
        ("one too many", (ROOM, "len(batch) <= size and "), "at most `size`"),
        (
            "looks at the first only",
            ("passage for j in batch)", "passage for j in batch[:1])"),
            "twice",
        ),
        (
            "looks at the last only",
            ("passage for j in batch)", "passage for j in batch[-1:])"),
            "twice",
        ),
        ("the last batch first", ("for batch in made:", "for batch in made[::-1]:"), "first batch"),
        ("into every batch", ("\n                break", ""), "exactly one batch"),
        ("capitals don't matter", ("passages[j] != passage for", LOWERED), "differ at all"),
        ("passages instead of indices", ("return made", f"return {TEXTS}"), "Return indices"),
        (
            "drops the smaller last one",
            ("return made", f"return [one for one in made {WHOLE}"),
            "none is left out",
        ),
        ("an empty batch", ("made = []", "made = [[]]"), "empty batch"),
    ),
    *faults(
        "9.5",
        ("one term is enough", any_term, "not enough"),
        ("all terms or nothing", (KEPT, "if count == len(wanted)"), "keep"),
        ("an empty result", (KEPT, "if count == most and most"), "must not empty the search"),
        ("parts of words", (EDGES, "{re.escape(term)}"), "whole word"),
        ("open at the end", (EDGES, r"(?<!\w){re.escape(term)}"), "whole word"),
        ("open at the start", (EDGES, r"{re.escape(term)}(?!\w)"), "whole word"),
        ("signs not escaped", (EDGES, r"(?<!\w){term}(?!\w)"), "escape them"),
        ("word edges", (EDGES, r"\b{re.escape(term)}\b"), "needs one at the term's edge"),
        ("words alone", runs_only, "need not be a run of letters"),
        (
            "capitals matter",
            ("{term.lower() for term in terms}", "set(terms)", LOWER, "text"),
            "Capitals",
        ),
        (
            "each time counts",
            ("bool(p.search(text.lower()))", "len(p.findall(text.lower()))"),
            "counts once",
        ),
        (
            "each listing counts",
            ("{term.lower() for term in terms}", "[term.lower() for term in terms]"),
            "counts once",
        ),
        ("the passages", ("return [i for", "return [passages[i] for"), "Return the indices"),
        (
            "the counts",
            ("[i for i, count in enumerate(counts) if count == most]", "counts"),
            "Keep the passages",
        ),
        ("the best one alone", ("if count == most]", "if count == most][:1]"), "keep"),
    ),
    *faults(
        "9.6",
        ("the highest good one", highest, "spares the expensive system"),
        ("stops at the first bad one", stops, "may be good again"),
        (
            "above, not from",
            ("scores >= threshold", "scores > threshold"),
            "loses more than it may",
        ),
        (
            "the wrong way round",
            ("cheap, expensive).mean()", "expensive, cheap).mean()"),
            "right where it is sure",
        ),
        ("nothing may be lost", ("- most_lost ", ""), "may be lost"),
        ("of all questions", (GOOD, "1 - most_lost - 1e-9"), "own share"),
        ("no tolerance", (" - 1e-9", ""), "tolerate"),
        ("a part of the share", (GOOD, "expensive.mean() * (1 - most_lost) - 1e-9"), "not a part"),
        ("above, not at", (GOOD, "expensive.mean() - most_lost + 1e-9"), "Equal is good enough"),
        ("in the order of the list", (THRESHOLDS, "scores"), "any order"),
        ("a large tolerance", ("1e-9", "0.05"), "may be a share"),
        ("of those it answers", (CASCADE, "cheap[scores >= threshold].mean()"), "may be lost"),
        ("None for never", ("return math.inf", "return None"), "return math.inf"),
        (
            "the highest for never",
            ("return math.inf", "return float(scores.max())"),
            "return math.inf",
        ),
        (
            "an index",
            ("return float(threshold)", "return int(list(scores).index(threshold))"),
            "not its place",
        ),
        (
            "from 0 to 1 only",
            (THRESHOLDS, "sorted(s for s in set(scores) if 0 <= s <= 1)"),
            "negative, or above 1",
        ),
        (
            "whole answers only",
            ("np.array(values, float) for", "np.array(values, float).round() for"),
            "share",
        ),
    ),
]
