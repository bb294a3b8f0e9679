"""Wrong answers to the exercises of notebook 13, first half."""

import numpy as np

from tests.wrong_answers import faults

FITS, LEAST = "int((cpus - 1) // each)", "if size < 1:"
REFUSE = '        raise ValueError(f"No actor fits: {cpus} CPUs, of which one must stay free")'

TWICE = "if number in found:"
MISSING = "if number not in found:"
STACK = "np.array([found[number] for number in range(count)])"

STOP = "if len(passing) >= k or len(found) < count:"
DOUBLE, PASSING = "count *= 2", "[row for row in found if row in allowed]"

TEXTS = "{id: text for id, _, text in new}"
INSERT, DELETE = "id not in stored)", "id not in texts)"
UPDATE = "id in stored and stored[id][1] != texts[id]"
ALL_STORED = "[id for id, (document, _) in stored.items()]"
BY_ID = "[id for id in stored if id.split(':')[0] in documents]"
STALE = "[id for id, (document, _) in stored.items() if document in documents]"


def as_they_come(parts, count):
    return np.concatenate([np.asarray(vectors) for numbers, vectors in parts if len(numbers)])


def by_batch(parts, count):
    parts = sorted(((list(n), v) for n, v in parts if len(n)), key=lambda part: part[0][0])
    return [vector for _, vectors in parts for vector in vectors]


def read_from(parts, count):
    parts = [(n, v) for n, v in parts if len(n)]
    numbers = np.concatenate([n for n, _ in parts]).astype(int)
    return np.concatenate([v for _, v in parts])[numbers]


def counted(parts, count):
    numbers = [int(n) for some, _ in parts for n in some]
    if len(numbers) != count:
        raise ValueError(f"{sorted(set(range(count)) ^ set(numbers))} {len(numbers)}")
    out = np.zeros((count, 2))
    for number, vector in zip(numbers, (v for _, some in parts for v in some), strict=True):
        out[number] = vector
    return out


def zeros(parts, count):
    out = np.zeros((count, 2))
    for numbers, vectors in parts:
        for number, vector in zip(numbers, vectors, strict=True):
            out[number] = vector
    return out


def sets(parts, count):
    numbers = {int(n) for some, _ in parts for n in some}
    if numbers != set(range(count)):
        raise ValueError(f"{sorted(numbers ^ set(range(count)))}")
    return zeros(parts, count)


def post_filter(fetch, allowed, k):
    return [row for row in fetch(k) if row in allowed]


def keeps_on(fetch, allowed, k):
    count, passing = k, []
    while True:
        found = fetch(count)
        passing += [row for row in found if row in allowed]
        if len(passing) >= k or len(found) < count:
            return passing[:k]
        count *= 2


def ten_times(fetch, allowed, k):
    return [row for row in fetch(10 * k) if row in allowed][:k]


def one_by_one(fetch, allowed, k):
    count = k
    while True:
        found = fetch(count)
        passing = [row for row in found if row in allowed]
        if len(passing) >= k or len(found) < count:
            return passing[:k]
        count += 1


def everything(fetch, allowed, k):
    return [row for row in fetch(10**9) if row in allowed][:k]


def lists_all(fetch, allowed, k):
    return sorted(allowed)[:k]


WRONG = [
    *faults(
        "13.1",
        ("takes all CPUs", ("cpus - 1", "cpus"), "wait for ever"),
        ("two stay free", ("cpus - 1", "cpus - 2"), "pool_size"),
        ("as many as wanted", (f"min(wanted, {FITS})", "wanted"), "wait for ever"),
        ("as many as fit", (f"min(wanted, {FITS})", FITS), "no more actors than are wanted"),
        ("each takes one", ("// each", "// 1"), "Each actor takes"),
        ("times", ("// each", "* each"), "Each actor takes"),
        ("rounds up", (FITS, "int(-(-(cpus - 1) // each))"), "a fourth does not fit"),
        ("something stays free", (FITS, "-(-cpus // each) - 1"), "leave only a half"),
        ("whole CPUs", ("// each", "// max(1, each)"), "part of a CPU"),
        ("at least one", (LEAST, "size = max(size, 1)\n    if False:"), "Not even one"),
        ("returns zero", (LEAST, "if size < 0:"), "Not even one"),
        ("the first actor is free", (FITS, "int((cpus - 1) // each) or 1"), "Not even one"),
        ("one actor's worth free", (FITS, "int(cpus // each) - 1"), "not the place of an actor"),
        ("the larger", ("min(", "max("), "pool_size"),
        ("another error", ("raise ValueError(", "raise KeyError("), "Raise a ValueError"),
    ),
    *faults(
        "13.2",
        ("as they came", as_they_come, "order in which they came"),
        ("sorts the batches", by_batch, "Within a batch, too"),
        ("reads from the numbers", read_from, "not from which place"),
        ("counts only", counted, "must name passage"),
        ("fills with zeros", zeros, "missing"),
        ("sets of numbers", sets, "came twice"),
        ("the last of two", (TWICE, "if False:"), "came twice"),
        ("skips the second", (TWICE, "if number in found:\n                continue"), "twice"),
        (
            "drops the missing",
            (STACK, "np.array([found[n] for n in sorted(found)])", MISSING, "if 0:"),
            "missing",
        ),
        (
            "the last may be missing",
            (
                "range(count):",
                "range(count - 1):",
                STACK,
                "np.array([found[n] for n in sorted(found)])",
            ),
            "last one, is missing",
        ),
        (
            "the first may be missing",
            (
                "range(count):",
                "range(1, count):",
                STACK,
                "np.array([found[n] for n in sorted(found)])",
            ),
            "first one, is missing",
        ),
        ("takes strangers", ("if len(found) > count:", "if False:"), "Nobody asked"),
        ("no number", ('f"passage {number} is missing"', '"one is missing"'), "must name passage"),
        ("which came twice?", ('f"passage {number} came twice"', '"twice"'), "must name passage"),
        ("another error", ("raise ValueError(", "raise RuntimeError("), "Raise a ValueError"),
        ("turned", (STACK, STACK.replace("range(count)", "range(count)[::-1]")), "One batch"),
    ),
    *faults(
        "13.3",
        ("the post-filter", post_filter, "This is the post-filter"),
        ("ten times as many", ten_times, "two are enough"),
        ("all at once", everything, "two are enough"),
        ("keeps the last call's", keeps_on, "begins at the nearest row"),
        ("one more each time", one_by_one, "Double the count"),
        ("what is allowed", lists_all, "nearest"),
        ("gives up late", ("len(found) < count", "count > 999"), "Stop when"),
        ("never ends", (" or len(found) < count", ""), "never stops"),
        ("too many", ("passing[:k]", "passing"), "more than k"),
        ("one too few", (">= k or", ">= k - 1 or"), "search_on"),
        (
            "empty if too few",
            ("return passing[:k]", "return passing[:k] if len(passing) >= k else []"),
            "return those",
        ),
        (
            "all if too few",
            ("return passing[:k]", "return (passing if len(passing) >= k else found)[:k]"),
            "search_on",
        ),
        ("does not filter", (PASSING, "found"), "search_on"),
        ("the others", ("if row in allowed", "if row not in allowed"), "search_on"),
        ("sorted", ("passing[:k]", "sorted(passing)[:k]"), "search_on"),
        ("without row 0", ("if row in allowed", "if row and row in allowed"), "Row 0"),
        (
            "gives up after two",
            (DOUBLE, "count *= 2\n        if count > 4 * k:\n            return passing[:k]"),
            "so fetch more",
        ),
        ("the farthest", ("passing[:k]", "passing[-k:]"), "search_on"),
    ),
    *faults(
        "13.4",
        ("stale ones stay", (f"sorted(id for id in stale if {DELETE}", "[]"), "would stay"),
        ("wipes the table", (STALE, ALL_STORED), "leave it alone"),
        ("updates all", (UPDATE, "id in stored"), "Nothing has changed"),
        ("never updates", (UPDATE, "False"), "update it"),
        ("inserts all", ("if id not in stored)", ")"), "Nothing has changed"),
        ("never inserts", ("if id not in stored)", "if False)"), "insert it"),
        ("the last of two", ("if len(texts) < len(new):", "if False:"), "comes twice"),
        (
            "equal ones are fine",
            ("len(texts) < len(new)", "len(texts) < len(set(new))"),
            "if equal",
        ),
        ("unsorted", ("sorted(", "list("), "is sorted"),
        ("sets", ("sorted(", "set("), "The values are lists"),
        ("the document from the id", (STALE, BY_ID), "whatever its id looks like"),
        ("capitals don't count", ("!= texts[id]", ".lower() != texts[id].lower()"), "Capitals"),
        ("empty texts", (UPDATE, f"texts[id] and {UPDATE}"), "may be empty"),
        (
            "compares the document",
            ("stored[id][1] != texts[id]", "stored[id][0] != texts[id]"),
            "changes",
        ),
        (
            "deletes, then inserts",
            (
                UPDATE,
                "False",
                "id not in stored)",
                "id not in stored or stored[id][1] != texts[id])",
            ),
            "update it",
        ),
        (
            "by the text",
            ("if id not in stored)", "if texts[id] not in [t for _, t in stored.values()])"),
            "update it",
        ),
        ("another error", ("raise ValueError(", "raise KeyError("), "Raise a ValueError"),
    ),
]
