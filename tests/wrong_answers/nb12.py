"""Wrong answers to the exercises of notebook 12."""

from tests.wrong_answers import faults


def in_pairs(rungs, gap, worth=0.05):
    """Compares neighbours."""
    if not rungs:
        raise ValueError
    here, undecided = rungs[0], []
    for below, name in zip(rungs, rungs[1:], strict=False):
        _, low, high = gap(name, below)
        if low > 0:
            here = name
        elif high >= worth:
            undecided.append(name)
    return here, undecided


TURNED = """        inner = found.setdefault(row["verdict"], {})
        inner[row["kind"]] = inner.get(row["kind"], 0) + 1"""
INNER = """        inner = found.setdefault(row["kind"], {})
        inner[row["verdict"]] = inner.get(row["verdict"], 0) + 1"""
FLAT = '        found[row["verdict"]] = found.get(row["verdict"], 0) + 1'
KINDS = '        found[row["kind"]] = found.get(row["kind"], 0) + 1'
NO_VERDICT = 'if not row.get("verdict")'
MET = '"met" if low >= least else "missed" if high < least else "not decided"'
RESULT = "sum(inside) / len(both), sum(sizes) / len(both), sum(errors) / len(both)"
SWAPPED = "sum(inside) / len(both), sum(errors) / len(both), sum(sizes) / len(both)"
INSIDE = "results[c][1] <= guesses[c] <= results[c][2]"
TIED = "[name for name in others if more(name, cheapest)[0] <= 0]"

WRONG = [
    *faults(
        "12.1",
        (
            "steps up for a mean above zero",
            ("_, low, high", "low, _, high"),
            "The interval holds zero",
        ),
        ("a low end of zero is enough", ("low > 0", "low >= 0"), "exactly zero"),
        ("neighbours are compared", in_pairs, "on which you stand"),
        ("always the first rung", ("gap(name, here)", "gap(name, rungs[0])"), "the new rung"),
        ("the gap is turned round", ("gap(name, here)", "gap(here, name)"), "step up"),
        (
            "stops at the first rung left out",
            (
                "            undecided.append(name)",
                "            undecided.append(name)\n        else:\n            break",
            ),
            "go on to the next",
        ),
        ("open without a worth", ("elif high >= worth", "elif high > 0"), "nothing is open"),
        ("a high end of worth is too little", ("high >= worth", "high > worth"), "exactly `worth`"),
        ("worth is fixed", ("high >= worth", "high >= 0.05"), "another number"),
        ("asks for a gain of worth", ("low > 0", "low >= worth"), "smaller than `worth`"),
        ("everything else is open", ("elif high >= worth:", "else:"), "nothing is open"),
        ("nothing is open", ("undecided.append(name)", "pass"), "not decided"),
        (
            "forgets what was open at each step up",
            ("            here = name", "            here, undecided = name, []"),
            "stays so when you step past it",
        ),
        ("no rung passes", ("if not rungs", "if rungs is None"), "nothing to stand on"),
    ),
    *faults(
        "12.2",
        ("not squared", (") ** 2)", "))"), "square it"),
        (
            "not squared, a fraction",
            ("math.ceil(n * (half_width / abs(gap)) ** 2)", "n * half_width / abs(gap)"),
            "square it",
        ),
        ("rounded down", ("math.ceil", "math.floor"), "Round up"),
        ("not rounded", ("math.ceil(", "("), "Return a whole number"),
        ("the reverse", ("half_width / abs(gap)", "abs(gap) / half_width"), "four times as many"),
        (
            "the factor alone",
            ("max(n, math.ceil(n * (", "max(1, math.ceil(("),
            "multiply it by the n",
        ),
        ("fewer than there are", ("max(n, ", "("), "suffice"),
        ("no number below zero", ("abs(gap)", "max(gap, 1e-9)"), "negative gap"),
        ("a gap of zero passes", ("if not gap:", "if gap is None:"), "can't be told from none"),
        ("the whole width", ("half_width / abs", "2 * half_width / abs"), "four times as many"),
    ),
    *faults(
        "12.3",
        ("kinds are mixed", (INNER, FLAT), "Count for each kind apart"),
        ("kinds alone", (INNER, KINDS), "count the verdicts"),
        ("turned round", (INNER, TURNED), "outer keys are the kinds"),
        ("counts each pair once", ('inner.get(row["verdict"], 0) + 1', "1"), "added up"),
        ("begins at zero", ('row["verdict"], 0) + 1', 'row["verdict"], -1) + 1'), "counted once"),
        ("a claim without a verdict passes", (NO_VERDICT, "if False"), "silently open"),
        ("None passes", (NO_VERDICT, 'if row.get("verdict") == ""'), "None is no verdict"),
        (
            "no verdict is left out",
            (
                f"{NO_VERDICT}:\n            raise ValueError(",
                f"{NO_VERDICT}:\n            continue\n            raise ValueError(",
            ),
            "silently open",
        ),
        (
            "open is left out",
            (
                "        inner = found",
                '        if row["verdict"] == "open":\n            continue\n        inner = found',
            ),
            "counted, not left out",
        ),
        (
            "the last of each kind",
            ('found.setdefault(row["kind"], {})', 'found[row["kind"]] = {}'),
            "added up",
        ),
    ),
    *faults(
        "12.4",
        (
            "sizes after the mean",
            ("sum(sizes) / len(both)", "abs(sum(errors)) / len(both)"),
            "before the mean",
        ),
        ("no sizes", ("abs(error) for", "error for"), "before the mean"),
        (
            "errors turned round",
            ("guesses[claim] - results[claim][0]", "results[claim][0] - guesses[claim]"),
            "not the reverse",
        ),
        (
            "bias without signs",
            ("sum(errors) / len(both)", "sum(sizes) / len(both)"),
            "keeps the signs",
        ),
        (
            "a number, not a share",
            ("sum(inside) / len(both)", "sum(inside)"),
            "a share, not a count",
        ),
        ("in another order", (RESULT, SWAPPED), "The order is: share"),
        ("those outside", (INSIDE, f"not {INSIDE}"), "is inside"),
        (
            "ends are outside",
            ("] <= guesses[c] <= results", "] < guesses[c] < results"),
            "ends belong",
        ),
        (
            "a guess of 0 is none",
            ("guesses.get(claim) is not None", "guesses.get(claim)"),
            "0 is a guess",
        ),
        (
            "None is a guess",
            ("if guesses.get(claim) is not None", "if claim in guesses"),
            "None has no guess",
        ),
        (
            "all claims are asked for",
            ("for claim in results if", "for claim in guesses if"),
            "without a result",
        ),
        (
            "divided by all results",
            ("sum(inside) / len(both)", "sum(inside) / len(results)"),
            "should return",
        ),
        ("nothing to judge passes", ("if not both:", "if guesses is None:"), "nothing to average"),
    ),
    *faults(
        "12.5",
        ("the mean decides", ("_, low, high", "low, _, high"), "should return"),
        (
            "the mean alone",
            (MET, '"met" if shares[name][0] >= least else "missed"'),
            "look at the interval",
        ),
        ("above, not at", ("low >= least", "low > least"), "exactly `least` is enough"),
        ("an end of least is missed", ("high < least", "high <= least"), "not below it"),
        (
            "never undecided",
            ('"missed" if high < least else "not decided"', '"missed"'),
            "not decided",
        ),
        ("half met is met", ("low >= least", "high >= least"), "not decided"),
        (
            "never missed",
            ('"missed" if high < least else "not decided"', '"not decided"'),
            "below `least`",
        ),
        (
            "misses are dropped",
            ("    return found", '    return {n: v for n, v in found.items() if v != "missed"}'),
            "Keep every system",
        ),
        ("percentages pass", ("if not 0 <= least <= 1", "if least < 0"), "no requirement on one"),
        ("below zero passes", ("if not 0 <= least <= 1", "if least > 1"), "never below 0"),
    ),
    *faults(
        "12.6",
        ("the dearest", ("min(costs", "max(costs"), "lowest cost"),
        ("the first", ("min(costs, key=costs.get)", "next(iter(costs))"), "lowest cost"),
        ("no ties", (TIED, "[]"), "A tie is part of the result"),
        ("everything is tied", (" if more(name, cheapest)[0] <= 0", ""), "no tie"),
        ("the cheapest is tied", (" if name != cheapest", ""), "The cheapest itself"),
        (
            "in another order",
            (", key=costs.get)\n    return", ")\n    return"),
            "in order of their costs",
        ),
        (
            "equal costs by name, the cheapest",
            ("min(costs, key=costs.get)", "min(costs, key=lambda n: (costs[n], n))"),
            "Of equal costs, the first one given",
        ),
        (
            "equal costs by name, the tied",
            ("cheapest), key=costs.get)", "cheapest), key=lambda n: (costs[n], n))"),
            "in the order given",
        ),
        ("a low end of zero is apart", ("[0] <= 0", "[0] < 0"), "exactly zero"),
        ("the high end", ("more(name, cheapest)[0]", "more(name, cheapest)[1]"), "tie"),
        ("turned round", ("more(name, cheapest)", "more(cheapest, name)"), "no tie"),
        ("a set", (TIED, f"{{*{TIED}}}"), "The second value is a list"),
        ("a text", (TIED, f"' '.join({TIED})"), "The second value is a list"),
        ("the nearest alone", (TIED, f"{TIED}[:1]"), "is missing"),
        (
            "no system passes",
            (
                "min(costs, key=costs.get)",
                "min(costs, key=costs.get, default=None)",
                "if not costs",
                "if costs is None",
            ),
            "nothing to choose",
        ),
    ),
]
