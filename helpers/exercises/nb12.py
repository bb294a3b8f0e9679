"""Exercises of notebook 12 on the evidence: the stop rule, more questions, and the matrix."""

import math
import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, raises, shown


@exercise("12.1", "Write the stop rule", difficulty=2, importance=3, minutes=12)
@hints(
    "Remember on which rung you stand: `here = rungs[0]`, and go through `rungs[1:]`.",
    "Each rung is compared with `here`, not with the one below it: `gap(name, here)`.",
    "`if low > 0: here = name`, and otherwise it is open if `high >= worth`.",
)
@solved_by('''
def climb(rungs, gap, worth=0.05):
    """The rung on which the ladder ends, and the rungs whose step is not decided."""
    if not rungs:
        raise ValueError("A ladder needs at least one rung")
    here, undecided = rungs[0], []
    for name in rungs[1:]:
        _, low, high = gap(name, here)
        if low > 0:
            here = name
        elif high >= worth:
            undecided.append(name)
    return here, undecided
''')
def grade_climb(climb):
    def ladder(**heights):
        """Gaps between rungs, each with a height and half the width of its interval."""

        def gap(to, start):
            mean = heights[to][0] - heights[start][0]
            half = heights[to][1]
            return mean, mean - half, mean + half

        return list(heights), gap

    def case(rungs, gap, end, open_, why, **options):
        wanted = end, open_
        here, seen = rungs[0], []  # the gaps on the right way, for the message
        for name in rungs[1:]:
            triple = gap(name, here)
            seen.append(f"`gap({name!r}, {here!r})` is {shown(triple, digits=3)}")
            here = name if triple[1] > 0 else here
        why = f"{why} Here {', '.join(seen)}." if seen else why
        mistakes = {
            (lambda got: got[0] != end and got[1] == open_): "The ladder ends elsewhere. " + why,
            (lambda got: got[0] == end): "The undecided rungs are others. " + why,
        }
        cases(climb)(rungs, gap, returns=wanted, why=why, mistakes=mistakes, **options)

    why = "A ladder of one rung ends there, with nothing open."
    case(*ladder(code=(0.4, 0.1)), "code", [], why)
    why = "The whole interval is above zero: step up."
    case(*ladder(code=(0.4, 0), rag=(0.6, 0.1)), "rag", [], why)
    why = "The interval holds zero and gains of at least `worth`: no step, and not decided."
    case(*ladder(code=(0.4, 0), rag=(0.5, 0.2)), "code", ["rag"], why)
    why = "The whole interval is below `worth`, or below zero: no step, and nothing is open."
    case(*ladder(code=(0.4, 0), rag=(0.41, 0.02)), "code", [], why)
    case(*ladder(code=(0.4, 0), rag=(0.2, 0.1)), "code", [], why)
    why = "Compare with the rung on which you stand, not with the one just below."
    rungs = {"code": (0.5, 0), "rag": (0.1, 0.05), "hybrid": (0.4, 0.05)}
    case(*ladder(**rungs), "code", [], why)
    why = "After a step, compare with the new rung."
    rungs = {"prompt": (0.1, 0), "rag": (0.5, 0.1), "hybrid": (0.4, 0.05)}
    case(*ladder(**rungs), "rag", [], why)
    why = "A rung that was left out does not end the climb: go on to the next."
    rungs = {"prompt": (0.1, 0), "rag": (0.0, 0.05), "hybrid": (0.4, 0.05)}
    case(*ladder(**rungs), "hybrid", [], why)
    why = "A rung that was not decided stays so when you step past it."
    rungs = {"prompt": (0.1, 0), "rag": (0.2, 0.2), "hybrid": (0.6, 0.1), "tuned": (0.7, 0.2)}
    case(*ladder(**rungs), "hybrid", ["rag", "tuned"], why)
    why = "A low end of exactly zero is not above zero."
    case(["a", "b"], lambda to, start: (0.1, 0.0, 0.2), "a", ["b"], why)
    why = "A high end of exactly `worth` is a gain that would pay: not decided."
    case(["a", "b"], lambda to, start: (0.0, -0.25, 0.25), "a", ["b"], why, worth=0.25)
    why = "`worth` may be another number than 0.05."
    case(["a", "b"], lambda to, start: (0.0, -0.25, 0.25), "a", [], why, worth=0.5)
    why = "A clear gain is taken even if it is smaller than `worth`: the rule asks for above zero."
    case(["a", "b"], lambda to, start: (0.02, 0.01, 0.03), "b", [], why)
    why = "`gap(to, start)` takes the new rung first."

    def one_way(to, start):
        return (0.3, 0.2, 0.4) if (to, start) == ("b", "a") else (-0.3, -0.4, -0.2)

    case(["a", "b"], one_way, "b", [], why)
    raises(climb, [], one_way, why="Without a rung there is nothing to stand on.")


@exercise("12.2", "How many questions would decide it?", difficulty=1, importance=3, minutes=8)
@hints(
    "Half the width of an interval shrinks with the square root of the number of questions.",
    "So n must grow by the square of `half_width / gap`. `math.ceil` rounds up.",
    "A gap may be negative: only its size counts. And you have n questions already: `max(n, ...)`.",
)
@solved_by('''
import math

def questions_needed(n, half_width, gap):
    """With how many questions is half the interval as small as the gap?"""
    if not gap:
        raise ValueError("No number of questions tells a gap of zero from none")
    return max(n, math.ceil(n * (half_width / abs(gap)) ** 2))
''')
def grade_questions_needed(questions_needed):
    def case(n, half, gap, why):
        size = abs(gap)
        exact = n * (half / size) ** 2
        wanted = max(n, math.ceil(exact))
        mistakes = {
            n * half / size: "Four times the questions make an interval half as wide: square it.",
            math.ceil(n * half / size): "Four times the questions halve the width: square it.",
            math.floor(exact): "Round up: with fewer, the interval is still too wide.",
            (lambda got: exact != wanted and got == exact): "Return a whole number, rounded up.",
            math.ceil(n * (size / half) ** 2): "It is the width over the gap, not the reverse.",
            math.ceil((half / size) ** 2): "That is the factor: multiply it by the n you have.",
        }
        mistakes = {wrong: text for wrong, text in mistakes.items() if wrong != wanted}
        cases(questions_needed, mistakes)(n, half, gap, returns=wanted, why=why)

    why = "The width must be halved, so four times as many questions are needed."
    case(30, 0.2, 0.1, why)
    case(100, 0.125, 0.0625, why)
    why = "Three times as narrow takes nine times as many."
    case(40, 0.75, 0.25, why)
    why = "Part of a question is one more question."
    case(30, 0.18, 0.07, why)
    case(7, 0.31, 0.11, why)
    why = "A negative gap takes as many questions as a positive one of that size."
    case(30, 0.2, -0.1, why)
    why = "The gap is decided already: the n questions that there are suffice."
    case(100, 0.05, 0.2, why)
    case(25, 0.25, -0.5, why)
    raises(questions_needed, 30, 0.2, 0.0, why="A gap of zero can't be told from none.")
    rng = random.Random(0)
    for _ in range(20):
        half, gap = rng.uniform(0.05, 0.3), rng.uniform(0.01, 0.2) * rng.choice([1, -1])
        case(rng.randint(10, 300), half, gap, "n times the square of half_width / gap, rounded up.")


@exercise("12.3", "Count the matrix, and leave no claim out", difficulty=1, importance=2, minutes=8)
@hints(
    "A dict in a dict: `found.setdefault(row['kind'], {})` gives the inner one.",
    "`inner[verdict] = inner.get(verdict, 0) + 1` counts.",
    "First look whether the verdict says anything: `if not row.get('verdict')`.",
)
@solved_by('''
def tally(rows):
    """How often each kind of claim has each verdict: {kind: {verdict: number}}."""
    found = {}
    for row in rows:
        if not row.get("verdict"):
            raise ValueError(f"Claim {row['claim']} has no verdict: it must at least say open")
        inner = found.setdefault(row["kind"], {})
        inner[row["verdict"]] = inner.get(row["verdict"], 0) + 1
    return found
''')
def grade_tally(tally):
    def rows(*pairs):
        names = ("kind", "verdict")
        return [
            {"claim": i, **dict(zip(names, pair, strict=True))} for i, pair in enumerate(pairs, 1)
        ]

    def reference(table):
        kinds = {row["kind"] for row in table}
        return {
            kind: {
                row["verdict"]: sum(
                    (other["kind"], other["verdict"]) == (kind, row["verdict"]) for other in table
                )
                for row in table
                if row["kind"] == kind
            }
            for kind in kinds
        }

    def check(table, why):
        wanted = reference(table)
        flat, by_kind = {}, {}
        for row in table:
            flat[row["verdict"]] = flat.get(row["verdict"], 0) + 1
            by_kind[row["kind"]] = by_kind.get(row["kind"], 0) + 1
        turned = {}
        for kind, inner in wanted.items():
            for verdict, number in inner.items():
                turned.setdefault(verdict, {})[kind] = number
        mistakes = [
            (flat, "Count for each kind apart, in a dict of its own."),
            (by_kind, "Inside each kind, count the verdicts."),
            (turned, "The outer keys are the kinds, the inner ones the verdicts."),
        ]
        known = {}
        for wrong, text in mistakes:
            if wrong != wanted:
                known[lambda got, wrong=wrong: got == wrong] = text
        cases(tally, known)(table, returns=wanted, why=why)

    why = "One claim, counted once."
    check(rows(("measured", "refuted")), why)
    why = "Equal pairs of kind and verdict are added up."
    check(rows(("measured", "refuted"), ("measured", "refuted")), why)
    why = "Each kind counts its own verdicts."
    pairs = [("measured", "refuted"), ("property", "shown"), ("measured", "supported")]
    check(rows(*pairs), why)
    check(rows(*pairs, ("property", "shown"), ("measured", "refuted")), why)
    why = "'open' is a verdict like any other: it is counted, not left out."
    check(rows(("measured", "open"), ("arithmetic", "open"), ("measured", "refuted")), why)
    why = "The same verdict may occur in several kinds."
    check(rows(("arithmetic", "shown"), ("property", "shown")), why)
    check([], "No rows, no counts.")
    why = "A claim without a verdict is silently open, and must not pass."
    raises(tally, rows(("measured", "refuted"), ("measured", "")), why=why)
    raises(tally, rows(("measured", None)), why=why + " None is no verdict either.")
    raises(tally, [{"claim": 1, "kind": "property"}], why=why + " The key may be missing.")
    rng = random.Random(3)
    for _ in range(10):
        kinds, verdicts = ["measured", "property", "literature"], ["shown", "open", "refuted"]
        table = rows(*((rng.choice(kinds), rng.choice(verdicts)) for _ in range(12)))
        check(table, "Count each pair of kind and verdict.")
