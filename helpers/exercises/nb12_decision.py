"""Exercises of notebook 12 on guesses and decisions: calibration, a hard requirement, a tie."""

import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, raises, same, shown


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
            mistakes[one(0, inside * len(results))] = "The first value is a share, not a count."
            mistakes[one(0, 1 - inside)] = (
                "Count the guesses inside the interval, not those outside."
            )

        def swapped(got):
            """The right three numbers, in another order."""
            pairs = zip(sorted(got), sorted(wanted), strict=True)
            return all(abs(one - other) < 1e-6 for one, other in pairs)

        mistakes = {swapped: "The order is: share, mean absolute error, bias."} | mistakes
        cases(score_guesses, mistakes)(guesses, results, returns=wanted, why=why)

    result = {1: (0.5, 0.375, 0.625), 2: (0.0, -0.125, 0.125), 3: (-0.25, -0.5, 0.0)}
    why = "A guess within the interval is inside, and its error is guess minus mean."
    check({1: 0.5625}, {1: result[1]}, why)
    why = "A guess outside the interval is not inside; it still has an error."
    check({1: 0.25}, {1: result[1]}, why)
    check({1: 0.5625, 2: 0.5, 3: 0.5}, result, why)
    why = "Errors with different signs cancel in the bias, and not in the mean absolute error."
    check({1: 0.25, 2: 0.375}, result, why)
    why = "The ends belong to the interval."
    check({1: 0.375, 2: 0.125}, result, why)
    why = "A claim with a guess of None has no guess: leave it out."
    check({1: 0.5625, 2: None, 3: 0.5}, result, why)
    why = "A guess of 0 is a guess."
    check({2: 0, 1: 0.875}, result, why)
    why = "A guess for a claim without a result can't be judged: leave it out."
    check({1: 0.25, 9: 0.75}, result, why)
    why = "The interval of a negative difference runs from its lower end to its upper one."
    check({3: -0.375, 2: -0.25}, result, why)
    why = "Without a claim that has both there is nothing to average."
    raises(score_guesses, {1: None}, result, why=why)
    raises(score_guesses, {}, result, why=why)
    raises(score_guesses, {7: 0.2}, result, why=why)
    rng = random.Random(5)

    def draw():
        guesses = {c: rng.choice([None, rng.uniform(-1, 1), rng.uniform(-1, 1)]) for c in range(9)}
        return guesses | {0: 0.1}, {c: (m := rng.random(), m - 0.3, m + 0.2) for c in range(7)}

    same(score_guesses, reference, [draw() for _ in range(15)], "Judge all claims that have both.")


@exercise("12.5", "A requirement with an interval", difficulty=1, importance=3, minutes=8)
@hints(
    "Two comparisons are enough: the low end with `least`, then the high end.",
    "Met if `low >= least`; missed if `high < least`; anything else is not decided.",
    "Is `least` a share? `0 <= least <= 1`.",
)
@solved_by('''
def requirement(shares, least):
    """For each system "met", "missed" or "not decided"."""
    if not 0 <= least <= 1:
        raise ValueError(f"A share lies between 0 and 1, not {least}")
    found = {}
    for name, (_, low, high) in shares.items():
        found[name] = "met" if low >= least else "missed" if high < least else "not decided"
    return found
''')
def grade_requirement(requirement):
    def reference(shares, least):
        return {
            name: ("missed", "not decided", "met")[(high >= least) + (low >= least)]
            for name, (_, low, high) in shares.items()
        }

    def case(shares, least, why):
        wanted = reference(shares, least)
        by_mean = {n: "met" if s[0] >= least else "missed" for n, s in shares.items()}
        kept = {name: verdict for name, verdict in wanted.items() if verdict != "missed"}
        at_an_end = any(least in triple[1:] for triple in shares.values())
        mistakes = [
            (
                wanted if at_an_end else by_mean,
                "The mean alone does not decide: look at the interval.",
            ),
            (kept, "Keep every system in the result, those that miss it as well."),
        ]
        known = {}
        for wrong, text in mistakes:
            if wrong != wanted:
                known[lambda got, wrong=wrong: got == wrong] = text
        cases(requirement, known)(shares, least, returns=wanted, why=why)

    why = "The whole interval is at or above `least`: met."
    case({"hybrid": (0.65, 0.55, 0.75)}, 0.5, why)
    why = "The whole interval is below `least`: missed."
    case({"rag": (0.19, 0.11, 0.27)}, 0.5, why)
    why = "The interval holds `least`: not decided."
    case({"code": (0.45, 0.35, 0.55)}, 0.5, why)
    case({"code": (0.52, 0.4, 0.6)}, 0.5, why)
    why = "A low end of exactly `least` is enough."
    case({"hybrid": (0.6, 0.5, 0.7)}, 0.5, why)
    why = "A high end of exactly `least` is not below it."
    case({"code": (0.4, 0.3, 0.5)}, 0.5, why)
    why = "Each system is judged by itself, in any order."
    shares = {"a": (0.9, 0.8, 1.0), "b": (0.5, 0.4, 0.6), "c": (0.1, 0.0, 0.2)}
    case(shares, 0.5, why)
    case(dict(reversed(shares.items())), 0.5, why)
    why = "A requirement of 0 is met by everything."
    case({"base": (0.0, 0.0, 0.07)}, 0.0, why)
    why = "With 1 asked, only a low end of 1 meets it."
    case({"a": (1.0, 0.93, 1.0), "b": (1.0, 1.0, 1.0)}, 1.0, why)
    case({}, 0.5, "No systems, no verdicts.")
    why = "A share lies between 0 and 1, so 50 is no requirement on one."
    raises(requirement, shares, 50, why=why)
    raises(requirement, shares, -0.1, why="A share is never below 0.")
    rng, inputs = random.Random(2), []
    for _ in range(20):
        table = {n: tuple(sorted(rng.random() for _ in range(3))) for n in "abcd"}
        table = {n: (mean, low, high) for n, (low, mean, high) in table.items()}
        inputs.append((table, rng.random()))
    same(requirement, reference, inputs, "Compare both ends of the interval with `least`.")


@exercise("12.6", "Break a tie honestly", difficulty=2, importance=3, minutes=12)
@hints(
    "`min(costs, key=costs.get)` is the cheapest; the others come in order of their costs.",
    "For each other: `low, high = more(name, cheapest)`, its extra cost over the cheapest.",
    "It is tied if `low <= 0`: it may cost as little. Report it, whatever its mean says.",
)
@solved_by('''
def cheapest_or_tied(costs, more):
    """The cheapest system, and those whose cost can't be told from its cost."""
    if not costs:
        raise ValueError("There is no system to choose from")
    cheapest = min(costs, key=costs.get)
    others = sorted((name for name in costs if name != cheapest), key=costs.get)
    return cheapest, [name for name in others if more(name, cheapest)[0] <= 0]
''')
def grade_cheapest_or_tied(cheapest_or_tied):
    def widths(**halves):
        """Differences of the costs, with half the width of the interval of each system."""

        def more(name, other):
            mean = current[name] - current[other]
            half = max(halves.get(name, 0), halves.get(other, 0))
            return mean - half, mean + half

        return more

    current = {}

    def reference(costs, more):
        first = sorted(costs, key=costs.get)
        return first[0], [name for name in first[1:] if not more(name, first[0])[0] > 0]

    def case(costs, halves, why):
        current.clear()
        current.update(costs)
        more = widths(**halves)
        end, tied = wanted = reference(costs, more)
        seen = [f"`more({n!r}, {end!r})` is {shown(more(n, end))}" for n in costs if n != end]
        why = f"{why} Here {', '.join(seen)}." if seen else why
        in_order = [costs[name] for name in tied]

        def reordered(got):
            """Equal costs, and these alone, in another order."""
            return sorted(got[1]) == sorted(tied) and [costs[name] for name in got[1]] == in_order

        mistakes = {
            (lambda got: not isinstance(got[1], list | tuple)): "The second value is a list.",
            (lambda got: got[0] != end and costs[got[0]] == costs[end]): "Of equal costs, the "
            "first one given is named as the cheapest.",
            (lambda got: got[0] != end): "The first value is the system with the lowest cost.",
            (lambda got: tied and got[1] == []): "A tie is part of the result: name it. " + why,
            (lambda got: end in got[1]): "The cheapest itself is no tie.",
            reordered: "Those with equal costs stay in the order given.",
            (lambda got: len(tied) > 1 and sorted(got[1]) == sorted(tied)): "The tied come in "
            "order of their costs, the cheapest first.",
            (lambda got: set(got[1]) > set(tied)): "A difference that is wholly above zero is "
            "no tie. " + why,
            (lambda got: set(got[1]) < set(tied)): "One that may cost as little is missing. " + why,
        }
        cases(cheapest_or_tied, mistakes)(costs, more, returns=wanted, why=why)

    why = "One system: it is the cheapest, and nothing is tied with it."
    case({"code": 5.0}, {}, why)
    why = "The interval of the difference is above zero, so the other costs more."
    case({"code": 5.0, "rag": 9.0}, {"rag": 1}, why)
    why = "The interval of the difference holds zero, so the two can't be told apart."
    case({"code": 5.0, "rag": 9.0}, {"rag": 6}, why)
    why = "The order in which the systems are given does not matter."
    case({"rag": 9.0, "code": 5.0}, {"rag": 1}, why)
    case({"rag": 9.0, "code": 5.0}, {"rag": 6}, why)
    why = "A low end of exactly zero is a tie."
    case({"code": 5.0, "rag": 9.0}, {"rag": 4}, why)
    why = "Each one is compared with the cheapest, not with the one before it."
    case({"code": 5.0, "rag": 8.0, "hybrid": 10.0}, {"hybrid": 4}, why)
    case({"code": 5.0, "rag": 8.0, "hybrid": 10.0}, {"hybrid": 6, "rag": 1}, why)
    why = "Several may be tied."
    case({"hybrid": 10.0, "code": 5.0, "rag": 8.0}, {"hybrid": 6, "rag": 4}, why)
    why = "Equal costs are a tie; the first of them is named as the cheapest."
    case({"code": 5.0, "rag": 5.0}, {}, why)
    why = "Of equal means, an interval of no width still leaves them tied."
    case({"a": 2.0, "b": 2.0, "c": 7.0}, {}, why)
    why = "The first one given is the cheapest, whatever its name."
    case({"rag": 5.0, "code": 5.0}, {}, why)
    why = "Equal costs stay in the order given."
    case({"rag": 8.0, "hybrid": 8.0, "code": 5.0}, {"rag": 4, "hybrid": 4}, why)

    def one_way(name, other):
        return (3.0, 5.0) if (name, other) == ("rag", "code") else (-5.0, -3.0)

    why = "`more(name, other)` is what the first costs more than the second: ask with the cheapest "
    why += "as the second."
    cases(cheapest_or_tied)({"code": 1.0, "rag": 5.0}, one_way, returns=("code", []), why=why)
    raises(cheapest_or_tied, {}, one_way, why="Without a system there is nothing to choose.")
    rng = random.Random(4)
    for _ in range(15):
        costs = {name: float(rng.randint(1, 20)) for name in rng.sample("abcde", 5)}
        case(costs, {name: rng.randint(0, 8) for name in "abcde"}, "Name all ties, in order.")
