"""Wrong answers to the exercises of notebook 10 on time and work."""

from tests.wrong_answers import faults

AROUND = "[s for s in spans if s[1] <= start and s[2] >= end and s[2] - s[1] > length]"
SHORTEST = "min(around, key=lambda s: s[2] - s[1])"
TAKEN = "seconds[directly[0]] -= length"
INNER = "for one in around:\n                seconds[one[0]] -= length"
EMPTY = "{stage: 0.0 for stage, _, _ in spans}"

PLACE = "-(-percent * len(values) // 100)"
FLOAT = "int(np.ceil(percent / 100 * len(values)))"
CHECK = "if not len(values) or not 1 <= percent <= 100:"

PASSED, PAIRS = "prompt + written - 1", "prompt**2 + sum(range(prompt + 1, prompt + written))"
VECTORS = "2 * vectors * written"


def in_order(spans):
    """Takes it for granted that an outer span comes before the inner ones."""
    seconds = {stage: 0.0 for stage, _, _ in spans}
    stack = []
    for stage, start, end in spans:
        while stack and stack[-1][2] <= start:
            stack.pop()
        seconds[stage] += end - start
        if stack:
            seconds[stack[-1][0]] -= end - start
        stack.append((stage, start, end))
    return seconds


def first_around(spans):
    """Of two spans that begin together, takes the first in the list for the outer one."""
    return in_order(sorted(spans, key=lambda span: span[1]))


def last_of_each(spans):
    return {stage: end - start for stage, start, end in spans}


def from_zero(spans):
    """Sorts the ends, and gives each stretch to the span that begins last; times begin at 0."""
    seconds, at = {stage: 0.0 for stage, _, _ in spans}, 0.0
    for time in sorted({t for _, start, end in spans for t in (start, end)}):
        inside = [s for s in spans if s[1] <= at and s[2] >= time]
        inside = inside or [s for s in spans if s[1] <= time][:1]
        if inside:
            seconds[max(inside, key=lambda s: (s[1], -s[2]))[0]] += time - at
        at = time
    return seconds


def by_numpy(values, percent):
    import numpy as np

    if not len(values) or not 1 <= percent <= 100:
        raise ValueError
    return float(np.percentile(values, percent, method="inverted_cdf"))


def averaged(values, percent):
    import numpy as np

    if not len(values) or not 1 <= percent <= 100:
        raise ValueError
    return float(np.percentile(values, percent))


def no_check(values, percent):
    place = -(-percent * len(values) // 100)
    return sorted(values)[place - 1] if values else 0.0


WRONG = [
    *faults(
        "10.1",
        ("inner time counted twice", (TAKEN, "pass"), "was counted for the span around it"),
        ("taken off all around", (TAKEN, INNER), "is taken off 'rest' already"),
        ("taken off the longest", (SHORTEST, SHORTEST.replace("min", "max")), "take it off there"),
        ("the list is in order", in_order, "order of the list does not matter"),
        ("the last span alone", last_of_each, "counted for the span around"),
        (
            "only strictly inside",
            (AROUND, "[s for s in spans if s[1] < start and s[2] > end]"),
            "begin or end together",
        ),
        (
            "not in its own stage",
            ("> length]", "> length and s[0] != stage]"),
            "in one of its own stage",
        ),
        (
            "no stage without seconds",
            ("return seconds", "return {k: v for k, v in seconds.items() if v}"),
            "is still a key",
        ),
        ("the outer one comes first", first_around, "begin together"),
        ("from zero", from_zero, "belongs to nobody"),
        (
            "rounded",
            ("return seconds", "return {k: round(v) for k, v in seconds.items()}"),
            "length of its span",
        ),
        ("a list", ("return seconds", "return list(seconds.items())"), "Return a dict"),
        ("the number of spans", ("+= length", "+= 1"), "length of its span"),
        (
            "cut to the first two",
            ("for stage, start, end in spans:", "for stage, start, end in spans[:2]:"),
            "Each moment counts once",
        ),
    ),
    *faults(
        "10.2",
        ("one place too far", ("place - 1]", "min(place, len(values) - 1)]"), "lists count from 0"),
        ("not sorted", ("sorted(values)", "values"), "Sort"),
        ("interpolated", averaged, "no mean of two"),
        ("by NumPy", by_numpy, "multiply first"),
        ("a float's place", (PLACE, FLOAT), "multiply first"),
        ("rounded down", (PLACE, "max(1, percent * len(values) // 100)"), "Round the place up"),
        (
            "rounded to the nearest",
            (PLACE, "max(1, round(percent * len(values) / 100))"),
            "Round the place up",
        ),
        ("equal values once", ("sorted(values)", "sorted(set(values))"), "Your code raised"),
        ("from the top", ("sorted(values)", "sorted(values, reverse=True)"), "19 of 20"),
        ("no values, no error", no_check, "no values"),
        ("0 per cent", (CHECK, "if not len(values) or percent > 100 or percent < 0:"), "1 to 100"),
        ("over 100 per cent", (CHECK, "if not len(values) or percent < 1:"), "1 to 100"),
        ("the place", ("sorted(values)[place - 1]", "place"), "no larger"),
    ),
    *faults(
        "10.3",
        ("the last token passes, too", (PASSED, "prompt + written"), "is never read"),
        ("the prompt alone", (PASSED, "prompt"), "pass the weights, too"),
        ("one for each weight", ("2 * weights", "weights"), "2 x weights"),
        ("vectors for all tokens", (VECTORS, f"2 * vectors * ({PASSED})"), "Not for the prompt"),
        ("vectors once", (VECTORS, "2 * vectors"), "once for each token that is written"),
        ("no vectors", (f" + {VECTORS}", ""), "2 x vectors"),
        (
            "half of the square",
            ("prompt**2", "prompt * (prompt + 1) // 2"),
            "one is masked afterwards",
        ),
        ("a square of all", (PAIRS, "(prompt + written - 1) ** 2"), "a row and not a square"),
        (
            "tokens don't meet themselves",
            ("range(prompt + 1, prompt + written)", "range(prompt, prompt + written - 1)"),
            "meets itself",
        ),
        (
            "the last token attends, too",
            ("range(prompt + 1, prompt + written)", "range(prompt + 1, prompt + written + 1)"),
            "is never read",
        ),
        ("two for each pair", ("4 * layers", "2 * layers"), "one pair"),
        ("one layer", ("layers * width", "width"), "4 x layers x width"),
        ("no attention", (" + 4 * layers * width * pairs", ""), "one pair"),
        ("billions", ("return 2", "return 1e-9 * 2"), "2 x weights"),
    ),
]
