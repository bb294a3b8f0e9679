"""Exercises of notebook 10 on time and work: seconds by stage, percentiles, operations."""

import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, raises, same


@exercise("10.1", "Seconds by stage", difficulty=3, importance=3, minutes=15)
@hints(
    "A span's length goes to its own stage, and is taken off the span directly around it.",
    "Around a span lie those with `start` no later, `end` no earlier, and a greater length.",
    "The one directly around is the shortest of them: `min(around, key=lambda s: s[2] - s[1])`.",
)
@solved_by('''
def stage_seconds(spans):
    """The seconds of each stage, without those of the spans inside its own."""
    seconds = {stage: 0.0 for stage, _, _ in spans}
    for stage, start, end in spans:
        length = end - start
        seconds[stage] += length
        around = [s for s in spans if s[1] <= start and s[2] >= end and s[2] - s[1] > length]
        if around:
            directly = min(around, key=lambda s: s[2] - s[1])
            seconds[directly[0]] -= length
    return seconds
''')
def grade_stage_seconds(stage_seconds):
    case = cases(stage_seconds)
    side = [("search", 0.0, 1.0), ("decode", 1.0, 3.5)]
    why = "Spans beside each other: each stage has the length of its span, not rounded."
    case(side, returns={"search": 1, "decode": 2.5}, why=why)
    why = "A gap between spans belongs to nobody."
    case([("search", 0.0, 1.0), ("decode", 5.0, 6.0)], returns={"search": 1, "decode": 1}, why=why)
    nested = [("rest", 0.0, 10.0), ("search", 1.0, 4.0), ("embed", 2.0, 3.0)]
    wanted = {"rest": 7, "search": 2, "embed": 1}
    mistakes = {
        (
            lambda got, whole=whole: list(map(got.get, wanted)) == whole
        ): f"Each moment counts once. {message}"
        for whole, message in (
            ([10, 3, 1], "The time inside was counted for the span around it, too."),
            ([6, 2, 1], "'embed' lies in 'search', which is taken off 'rest' already."),
            ([6, 3, 1], "'embed' lies directly in 'search': take it off there."),
            ([7, 3, 1], "'embed' must be taken off 'search' as well."),
        )
    }
    case(nested, returns=wanted, why="Each moment counts once.", mistakes=mistakes)
    why = "The order of the list does not matter: an inner span may come first."
    case(nested[::-1], returns=wanted, why=why, mistakes=mistakes)
    case([nested[1], nested[0], nested[2]], returns=wanted, why=why, mistakes=mistakes)
    why = "A stage may have several spans: add them up."
    twice = [("rest", 0.0, 9.0), ("decode", 1.0, 3.0), ("decode", 3.0, 6.0), ("embed", 7.0, 8.0)]
    case(twice, returns={"rest": 3, "decode": 5, "embed": 1}, why=why)
    why = "A span may begin or end together with the one around it."
    edges = [("rest", 0.0, 5.0), ("embed", 0.0, 2.0), ("decode", 4.0, 5.0)]
    case(edges, returns={"rest": 2, "embed": 2, "decode": 1}, why=why)
    why = "Two spans begin together: the longer one is around the other, wherever it is listed."
    case(edges[1::-1], returns={"rest": 3, "embed": 2}, why=why)
    why = "'embed' lies directly in 'search', the shortest span around it."
    for search in (("search", 0.0, 4.0), ("search", 1.0, 5.0)):
        spans = [("rest", 0.0, 5.0), search, ("embed", 2.0, 3.0)]
        case(
            spans,
            returns={
                "rest": 5 - search[2] + search[1],
                "search": search[2] - search[1] - 1,
                "embed": 1,
            },
            why=why,
        )
    own = [("search", 0.0, 4.0), ("search", 1.0, 2.0)]
    case(own, returns={"search": 4}, why="A span may lie in one of its own stage.")
    why = "A stage whose time is all in inner spans has 0 seconds, and is still a key."
    case(
        [("search", 0.0, 2.0), ("embed", 0.0, 1.5), ("judge", 1.5, 2.0)],
        returns={"search": 0, "embed": 1.5, "judge": 0.5},
        why=why,
    )
    later = [("rest", 100.0, 103.0), ("embed", 101.0, 102.0)]
    why = "Only differences count: times need not begin at 0."
    case(later, returns={"rest": 2, "embed": 1}, why=why)
    case([], returns={}, why="No spans, no stages.")

    def grown(rng, start, end, depth):
        """Random spans inside (start, end), and the seconds of each stage."""
        spans, seconds, at = [], {}, start
        while depth and at < end - 4 and rng.random() < 0.8:
            a = rng.randint(at, end - 3)
            b = rng.randint(a + 1, end - 1)
            stage = rng.choice(["search", "embed", "judge", "decode"])
            inner, inside = grown(rng, a, b, depth - 1)
            covered = sum(inside.values())
            spans += [*inner, (stage, float(a), float(b))]
            inside[stage] = inside.get(stage, 0) + b - a - covered
            for name, length in inside.items():
                seconds[name] = seconds.get(name, 0) + length
            at = b
        return spans, seconds

    rng = random.Random(0)
    for _ in range(30):
        spans, seconds = grown(rng, 0, 60, 3)
        if len({span[1:] for span in spans}) == len(spans):  # no two spans cover the same
            rng.shuffle(spans)
            case(spans, returns=seconds, why="Each moment belongs to the innermost span alone.")


@exercise("10.2", "The 95th percentile", difficulty=1, importance=2, minutes=8)
@hints(
    "Sort the values. The percentile is one of them: find its place.",
    "The place, from 1, is `percent * len(values) / 100`, rounded up to a whole number.",
    "`-(-percent * n // 100)` rounds up without a float; lists count from 0, so subtract 1.",
)
@solved_by('''
def nearest_rank(values, percent):
    """The smallest of the values that at least `percent` per cent of all do not exceed."""
    if not len(values) or not 1 <= percent <= 100:
        raise ValueError("Give at least one value, and a percent from 1 to 100")
    place = -(-percent * len(values) // 100)
    return sorted(values)[place - 1]
''')
def grade_nearest_rank(nearest_rank):
    case = cases(nearest_rank)
    twenty = [float(n) for n in range(1, 21)]
    why = "19 of 20 values are no larger than 19, and that is 95 per cent."
    average = "The percentile is one of the values: take no mean of two."
    mistakes = {20: "That is one place too far: lists count from 0.", 19.05: average}
    case(twenty, 95, returns=19, why=why, mistakes=mistakes)
    why = "Two of three values are no larger than 5, and that is at least 50 per cent."
    mistakes = {9: "Sort the values first.", 1: "Round the place up: one of three is too few."}
    case([5.0, 9.0, 1.0], 50, returns=5, why=why, mistakes=mistakes)
    case([9.0, 4.0, 7.0, 5.0], 50, returns=5, why="Half of the values are no larger than 5.")
    case([1.0, 2.0], 50, returns=1, why=average, mistakes={1.5: average})
    why = "Round the place up: 10 per cent of 11 values is more than one of them."
    case(list(range(11)), 10, returns=1, why=why)
    why = "With fewer than 20 values, the 95th percentile is the largest."
    case(list(range(10)), 95, returns=9, why=why)
    case(list(range(13)), 95, returns=12, why=why)
    why = "In floating point 7 / 100 * 100 is a little more than 7 (in np.percentile, too): "
    why += "multiply first, then divide."
    case(list(range(1, 101)), 7, returns=7, why=why, mistakes={8: why})
    case(list(range(1, 51)), 14, returns=7, why=why, mistakes={8: why})
    case([4.0, 2.0], 100, returns=4, why="All values are no larger than the largest.")
    case([4.0, 2.0], 1, returns=2, why="The smallest place is the first.")
    case([6.5], 37, returns=6.5, why="One value is every percentile.")
    case([2, 2, 2, 9], 75, returns=2, why="Equal values count each.")
    case([2, 2, 9, 9], 75, returns=9, why="Equal values count each.")
    case([-3.0, -1.0, -2.0], 34, returns=-2, why="Values may be negative.")
    raises(nearest_rank, [], 50, why="There is no percentile of no values.")
    for percent in (0, 101, -5):
        raises(nearest_rank, [1.0, 2.0], percent, why="A percent is from 1 to 100.")

    def reference(values, percent):
        for value in sorted(values):
            if 100 * sum(v <= value for v in values) >= percent * len(values):
                return value

    rng, inputs = random.Random(0), []
    for _ in range(40):
        values = [rng.randint(0, 30) for _ in range(rng.choice([1, 3, 7, 11, 23, 37, 41]))]
        inputs.append((values, rng.randint(1, 100)))  # where a float's rounding changes nothing
    why = "The smallest value that at least so many per cent of all values do not exceed."
    same(nearest_rank, reference, inputs, why)


@exercise("10.3", "Operations of an answer", difficulty=2, importance=3, minutes=12)
@hints(
    "How many tokens pass the weights? All of the prompt, and all that are written but the last.",
    "The prompt's attention is a square, `prompt ** 2` pairs; a later token adds its own place.",
    "The later places are `range(prompt + 1, prompt + written)`: their sum joins the square.",
)
@solved_by('''
def operations(prompt, written, weights, layers, width, vectors):
    """Operations to read a prompt and write an answer; lengths in tokens."""
    passed = prompt + written - 1
    pairs = prompt**2 + sum(range(prompt + 1, prompt + written))
    return 2 * weights * passed + 2 * vectors * written + 4 * layers * width * pairs
''')
def grade_operations(operations):
    case = cases(operations)
    why = "One token read and one written: 2 x weights, 2 x vectors, and one pair."
    last = "The last token that is written is never read."
    case(1, 1, 10, 1, 3, 5, returns=42, why=why, mistakes={62: last, 66: last})
    weights = {"weights": 10, "layers": 0, "width": 0, "vectors": 0}
    why = "Without attention and vectors, 2 x weights for each token that passes."
    written = "Tokens that were written pass the weights, too, to write the next one."
    case(7, 1, **weights, returns=140, why=why, mistakes={160: last, 70: "Two for each weight."})
    case(7, 4, **weights, returns=200, why=why, mistakes={220: last, 140: written})
    vectors = {"weights": 0, "layers": 0, "width": 0, "vectors": 5}
    why = "The vectors are multiplied once for each token that is written, the last one included."
    prompts = "Not for the prompt: of that, only the last token's output is needed."
    mistakes = {90: prompts, 100: prompts, 15: "Two for each number."}
    case(7, 3, **vectors, returns=30, why=why, mistakes=mistakes)
    case(7, 1, **vectors, returns=10, why=why, mistakes={70: prompts, 80: prompts})
    pairs = {"weights": 0, "layers": 1, "width": 1, "vectors": 0}
    why = "Of the prompt, each token meets each token: the square, times 4 x layers x width."
    half = "Both halves of the square are computed, and one is masked afterwards."
    case(5, 1, **pairs, returns=100, why=why, mistakes={60: half, 50: "Four for each pair."})
    why = "Each later token meets all tokens up to itself; the last one written meets none."
    square = "What was computed is kept, so a later token adds a row and not a square."
    mistakes = {144: "A token meets itself, too.", 184: last, 196: square, 256: square}
    case(5, 3, **pairs, returns=152, why=why, mistakes=mistakes)
    why = "The attention is 4 x layers x width for each pair."
    case(5, 1, 0, 3, 7, 0, returns=2100, why=why)

    def reference(prompt, written, weights, layers, width, vectors):
        total = 2 * weights * prompt + 2 * vectors + 4 * layers * width * prompt * prompt
        for token in range(1, written):
            total += 2 * weights + 2 * vectors + 4 * layers * width * (prompt + token)
        return total

    rng, inputs = random.Random(0), []
    for _ in range(30):
        sizes = [rng.randint(1, 400), rng.randint(1, 40), rng.randint(1, 10**8)]
        inputs.append((*sizes, rng.randint(1, 40), rng.randint(1, 4096), rng.randint(1, 10**8)))
    same(operations, reference, inputs, "Add up the three parts for all tokens.")
