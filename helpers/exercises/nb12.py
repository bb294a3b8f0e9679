"""Exercises of notebook 12 on the evidence: the stop rule, more questions, the matrix, guesses."""

import math
import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, raises, same


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


@exercise("12.3", "Count the matrix, and trust no gap", difficulty=1, importance=2, minutes=8)
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


@exercise("12.4", "How good were the guesses?", difficulty=2, importance=2, minutes=12)
@hints(
    "First the claims that have both: `[c for c in results if guesses.get(c) is not None]`.",
    "A guess is inside if `low <= guess <= high`; its error is `guess - mean`.",
    "The bias is the mean of the errors with their signs, the other the mean of their sizes.",
)
@solved_by('''
def score_guesses(guesses, results):
    """Share of guesses inside the interval, mean absolute error, and bias."""
    both = [claim for claim in results if guesses.get(claim) is not None]
    if not both:
        raise ValueError("There is no claim with a guess and a result")
    errors = [guesses[claim] - results[claim][0] for claim in both]
    inside = [results[c][1] <= guesses[c] <= results[c][2] for c in both]
    sizes = [abs(error) for error in errors]
    return sum(inside) / len(both), sum(sizes) / len(both), sum(errors) / len(both)
''')
def grade_score_guesses(score_guesses):
    def reference(guesses, results):
        both = sorted(c for c, guess in guesses.items() if guess is not None and c in results)
        pairs = [(guesses[c], *results[c]) for c in both]
        inside = sum(low <= guess <= high for guess, _, low, high in pairs) / len(pairs)
        errors = [guess - mean for guess, mean, *_ in pairs]
        size = sum(map(abs, errors)) / len(pairs)
        return inside, size, sum(errors) / len(pairs)

    def check(guesses, results, why):
        inside, size, bias = wanted = reference(guesses, results)

        def one(place, *values):
            """Only the value at this place is wrong, and is one of these."""

            def test(got):
                near = [abs(got[i] - wanted[i]) < 1e-6 for i in range(3)]
                made = any(abs(got[place] - value) < 1e-6 for value in values)
                return near.count(False) == 1 and not near[place] and made

            return test

        mistakes = {
            one(1, bias, abs(bias)): "Take each error's size before the mean, not after it."
        }
        if abs(size + bias) < 1e-9:  # one guess below: two mistakes have the same result
            mistakes[one(2, size)] = "The bias keeps the signs of the errors: guess minus mean."
        else:
            mistakes[one(2, -bias)] = "The error is guess minus mean, not the reverse."
            mistakes[one(2, size)] = "The bias keeps the signs of the errors."
        if 0 < inside < 1:
            mistakes[one(0, inside * len(results))] = "The first value is a share, not a number."
            mistakes[one(0, 1 - inside)] = (
                "Count the guesses inside the interval, not those outside."
            )
        cases(score_guesses, mistakes)(guesses, results, returns=wanted, why=why)

    result = {1: (0.5, 0.4, 0.6), 2: (0.0, -0.1, 0.1), 3: (-0.25, -0.5, 0.0)}
    why = "A guess within the interval is inside, and its error is guess minus mean."
    check({1: 0.55}, {1: result[1]}, why)
    why = "A guess outside the interval is not inside; it still has an error."
    check({1: 0.25}, {1: result[1]}, why)
    check({1: 0.55, 2: 0.5, 3: 0.5}, result, why)
    why = "Errors with different signs cancel in the bias, and not in the mean absolute error."
    check({1: 0.25, 2: 0.3}, result, why)
    why = "The ends belong to the interval."
    check({1: 0.4, 2: 0.1}, result, why)
    why = "A claim with a guess of None has no guess: leave it out."
    check({1: 0.55, 2: None, 3: 0.5}, result, why)
    why = "A guess of 0 is a guess."
    check({2: 0, 1: 0.9}, result, why)
    why = "A guess for a claim without a result can't be judged: leave it out."
    check({1: 0.3, 9: 0.7}, result, why)
    why = "The interval of a negative difference runs from its lower end to its upper one."
    check({3: -0.4, 2: -0.3}, result, why)
    why = "Without a claim that has both there is nothing to average."
    raises(score_guesses, {1: None}, result, why=why)
    raises(score_guesses, {}, result, why=why)
    raises(score_guesses, {7: 0.2}, result, why=why)
    rng = random.Random(5)

    def draw():
        guesses = {c: rng.choice([None, rng.uniform(-1, 1), rng.uniform(-1, 1)]) for c in range(9)}
        return guesses | {0: 0.1}, {c: (m := rng.random(), m - 0.3, m + 0.2) for c in range(7)}

    same(score_guesses, reference, [draw() for _ in range(15)], "Judge all claims that have both.")
