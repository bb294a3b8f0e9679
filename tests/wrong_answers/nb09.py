"""Wrong answers to the exercises of notebook 09 on departments."""

import numpy as np

from tests.wrong_answers import faults

LENGTHS = "    if len(names) != len(x):"
UNKNOWN = 'if unknown := set(names) - set(loras) - {"__base__"}:'
ADDED, ROWS = "scaling * (x[rows] @ A.T) @ B.T", "[i for i, one in enumerate(names) if one == name]"
FIRST = "in list(loras.items())[:1]:"
BASE = 'if one in (name, "__base__")]'
COUNT, ASKED = "len(asked & set(own))", 'set(re.findall(r"[a-z0-9]+", question.lower()))'
EACH_TIME = "sum(word in own for word in re.findall('[a-z0-9]+', question.lower()))"
SINGLE = "best[0] if most and len(best) == 1 else None"
DIFFERENT = "len(set(counts.values())) == len(counts)"
SUM_OF_ALL = "x[rows] @ sum(B @ A for A, B, _ in loras.values()).T * scaling"


def by_adapter(x, W, loras, names):
    """The rows in the order of the adapters."""
    order = ["__base__", *loras]
    rows = sorted(range(len(names)), key=lambda i: order.index(names[i]))
    out = []
    for i in rows:
        A, B, scaling = loras.get(names[i], (np.zeros((1, x.shape[1])), np.zeros((len(W), 1)), 0))
        out.append(W @ x[i] + scaling * B @ (A @ x[i]))
    if len(names) != len(x):
        raise ValueError("another number of names")
    return np.array(out)


WRONG = [
    *faults(
        "9.1",
        ("no scaling", ("scaling * (x", "(x"), "Its scaling is left out"),
        ("the frozen layer is left out", ("x @ W.T", "np.zeros((len(x), len(W)))"), "frozen layer"),
        ("the base gets one, too", ("if one == name]", BASE), "as it is"),
        ("all adapters for all", (ROWS, "[*range(len(x))]"), "as it is"),
        ("the sum of all", (ADDED, SUM_OF_ALL), "Row"),
        ("the first adapter alone", ("in loras.items():", FIRST), "was not applied"),
        ("sorted by adapter", by_adapter, "keep the order of x"),
        ("only its first row", (ROWS, f"{ROWS}[:1]"), "was not applied"),
        ("an unknown name passes", (UNKNOWN, "if unknown := []:"), "must not pass in silence"),
        ("too few names pass", (LENGTHS, "    if len(names) > len(x):"), "needs one name"),
        ("too many names pass", (LENGTHS, "    if len(names) < len(x):"), "needs one name"),
        (
            "rows of the adapters only",
            ("return result", "return result[[n in loras for n in names]]"),
            "one row for each row of x",
        ),
        ("names without capitals", ("if one == name]", "if one.lower() == name.lower()]"), "Row"),
    ),
    *faults(
        "9.2",
        (
            "as part of a word",
            (COUNT, "sum(word in question.lower() for word in own)"),
            "whole word",
        ),
        ("capitals matter", ("question.lower()", "question"), "Capitals don't matter"),
        ("split at blanks", (ASKED, "set(question.lower().split())"), "Punctuation is not part"),
        ("hyphens belong to words", ("[a-z0-9]+", "[a-z0-9-]+"), "hyphen separates"),
        ("letters only", ("[a-z0-9]+", "[a-z]+"), "letters and digits"),
        ("each time counts", (COUNT, EACH_TIME), "counts once"),
        ("the first of equals", (SINGLE, "best[0] if most else None"), "nothing decides"),
        ("someone in any case", (SINGLE, "best[0] if len(best) == 1 else None"), "No word occurs"),
        ("a share of its words", (COUNT, f"{COUNT} / max(1, len(own))"), "number of words decides"),
        ("an empty text for none", (SINGLE, f'({SINGLE}) or ""'), "return None"),
        (
            "none for any tie",
            (SINGLE, f"({SINGLE}) if {DIFFERENT} else None"),
            "first place counts",
        ),
        ("changes the sets", (COUNT, "len(own.intersection_update(asked) or own)"), "were changed"),
        ("the fewest", ("max(counts", "min(counts"), "wins"),
        ("the number", (SINGLE, "most"), "Return a string"),
    ),
]
