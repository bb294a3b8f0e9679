"""Wrong answers to the exercises of notebook 07."""

from itertools import groupby

import numpy as np

from tests.wrong_answers import faults

SHOWN, DRAWN = "2 if keep_gold else 3", "sample(distractors, "
FROM, OTHERS = "sample(distractors,", "sample([d for d in distractors if {}],"
ENOUGH = " if len(set(d[{0}] for d in distractors)) > 2 else distractors,"
ONCE = "sample(list({{d[{0}]: d for d in distractors}}.values())" + ENOUGH
ARRAYS = ("np.array(first, float) - np.array(second", "np.array(second, float) - np.array(first")
SHUFFLE = "rng.shuffle(passages)"
OWN = "    rng = __import__('random').Random(0)\n    passages ="
WITH_GOLD = "passages.sort()\n    if keep_gold:\n        rng.shuffle(passages)"
FIRST = "distractors[:1] + rng.sample(distractors[1:], 1 if keep_gold else 2)"
UNEVEN = ("append(gold)", "insert(rng.choice([0, 2]), gold)", SHUFFLE, "pass")
MEANS, EQUAL = "sums[drawn].sum(1) / sizes[drawn].sum(1)", "(sums / sizes)[drawn].mean(1)"
RANDOM = "np.random.default_rng(seed).integers(0, len(of), (draws, len(of)))"
MEAN, TRIPLE = "difference.mean()", "difference.mean(), low, high"
NORMAL = "low, high = means.mean() + np.array([-1.96, 1.96]) * means.std()\n    ignored ="
WITHIN = "np.array([np.mean([np.random.choice(v) for v in np.array([*of.values()], object)[i] for "
WITHIN += "_ in v]) for i in drawn])"
TAIL, P = "sum(math.comb(n, k) for k in range(least + 1))", "min(1.0, 2 * tail)"
CHI = "math.erfc((abs(only_first - only_second) - {}) / math.sqrt(2 * n)) if n else 1"
SMALLER = "min(only_first, only_second)"
DIFFER = f"only_first + only_second, {SMALLER}"
ALL = "len(first), (len(first) - abs(only_first - only_second)) // 2"
FACTORS, RISING = "(len(p) - np.arange(len(p)))", "np.arange(1, len(p) + 1)"
HOLM = f"np.maximum.accumulate(p[order] * {FACTORS})"
DOWN = "np.minimum.accumulate((p[order] * {})[::-1])[::-1]"
STEP_UP, BY_RANK = DOWN.format(FACTORS), DOWN.format(f"len(p) / {RISING}")
TERM = "(h - t) - (r - b)"


def unpaired(first, second, entities, draws=2000, seed=0):
    first, second, names = map(np.array, (first, second, entities))
    rows = [np.flatnonzero(names == name) for name in np.unique(names)]

    rng = np.random.default_rng(seed)

    def drawn():
        return np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])

    means = [first[drawn()].mean() - second[drawn()].mean() for _ in range(draws)]
    return (first - second).mean(), *np.quantile(means, [0.025, 0.975])


def runs(first, second, entities, draws=2000, seed=0):
    pairs = zip(entities, np.array(first) - np.array(second), strict=True)
    groups = [[value for _, value in run] for _, run in groupby(pairs, lambda pair: pair[0])]
    sums, sizes = np.array([(sum(group), len(group)) for group in groups]).T
    drawn = np.random.default_rng(seed).integers(0, len(groups), (draws, len(groups)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    return sum(sums) / sum(sizes), *np.quantile(means, [0.025, 0.975])


def cut(first, second, entities, draws=2000, seed=0):
    difference = np.array(first, float) - np.array(second, float)
    counts = np.unique(entities, return_counts=True)[1]
    groups = np.split(difference, np.cumsum(counts)[:-1])
    return drawn_from(groups, difference, draws, seed)


def drawn_from(groups, difference, draws, seed, shares=None, once=False):
    rng, means = np.random.default_rng(seed), []
    for _ in range(draws):
        drawn = rng.choice(len(groups), len(groups), p=shares)
        drawn = set(drawn.tolist()) if once else drawn
        means.append(np.concatenate([groups[i] for i in drawn]).mean())
    return difference.mean(), *np.quantile(means, [0.025, 0.975])


def by_size(first, second, entities, draws=2000, seed=0):
    difference, names = np.array(first, float) - np.array(second, float), np.array(entities)
    groups = [difference[names == name] for name in np.unique(names)]
    shares = np.array([len(group) / len(names) for group in groups])
    return drawn_from(groups, difference, draws, seed, shares)


def at_most_once(first, second, entities, draws=2000, seed=0):
    difference, names = np.array(first, float) - np.array(second, float), np.array(entities)
    groups = [difference[names == name] for name in np.unique(names)]
    return drawn_from(groups, difference, draws, seed, once=True)


def by_value(p_values):
    result, largest = [0] * len(p_values), 0
    for rank, p in enumerate(sorted(p_values)):
        largest = max(largest, (len(p_values) - rank) * p)
        result[p_values.index(p)] = min(1, largest)
    return result


WRONG = [
    *faults(
        "7.1",
        (
            "gold always first",
            (SHUFFLE, "passages.reverse()"),
            "at place 1 each time: shuffle the passages",
        ),
        ("gold never in the middle", UNEVEN, "far more often"),
        ("answers anyway", (" if keep_gold else style.abstention", ""), "yours is '94 decibels"),
        ("abstains in its own words", ("style.abstention", '"I don\'t know."'), "word for word"),
        ("one passage fewer", (SHOWN, "2"), "count instead of read"),
        ("gold always shown", (SHOWN, "2", "if keep_gold:", "if True:"), "to overlook"),
        (
            "the wrong way round",
            ("if keep_gold", "if not keep_gold"),
            "gold passage is missing",
        ),
        ("with replacement", (DRAWN, "choices(distractors, k="), "without replacement"),
        (
            "does not use the rng",
            ("def", "import random\ndef", "rng.", "random."),
            "use only the rng",
        ),
        (
            "four passages",
            (SHOWN, "3 if keep_gold else 4"),
            "a row has 4 passages. Each row has three",
        ),
        (
            "the first distractors",
            (f"rng.{DRAWN}{SHOWN})", f"distractors[:{SHOWN}]"),
            "groups of distractors never occur",
        ),
        ("a row without its answer", (', "answer": answer', ""), "lacks answer"),
        ("changes the question", (": question,", ": question.lower(),"), "question on unchanged"),
        (
            "abstains in any case",
            ("answer if keep_gold else", ""),
            "yours is 'The handbook does not say.'",
        ),
        ("returns a tuple", lambda q, answer, *rest: (q, [], answer), "Return a dict"),
        ("an rng of its own", ("    passages =", OWN), "all rows are the same"),
        (
            "shuffles with another",
            ("def", "import random\ndef", "rng.shuf", "random.shuf"),
            "only the rng",
        ),
        ("shuffles with gold only", (SHUFFLE, WITH_GOLD), "at place 1 each time"),
        (
            "always the first one",
            (f"rng.{DRAWN}{SHOWN})", FIRST),
            "groups of distractors never occur",
        ),
        ("texts alone", ("passages,", "[text for _, text in passages],"), "each a pair"),
        ("a set", ("passages,", "set(passages),"), "is a list"),
        ("not its own document", (FROM, OTHERS.format("d[0] != gold[0]")), "passage's document"),
        ("each document once", (FROM, ONCE.format(0)), "Each distractor may be drawn"),
        ("each text once", (FROM, ONCE.format(1)), "Each distractor may be drawn"),
        ("the first four", (FROM, "sample(distractors[:4],"), "Each distractor may be drawn"),
        ("strips the question", (": question", ": question.strip()"), "question on unchanged"),
        (
            "shuffles the input",
            ("    passages =", "    rng.shuffle(distractors)\n    passages ="),
            "was changed",
        ),
        ("an empty answer", ("answer if k", "(answer or style.abstention) if k"), "to learn is ''"),
    ),
    *faults(
        "7.2",
        ("second - first", ARRAYS, "sign is the wrong way round"),
        (
            "resamples questions",
            ("zip(entities", "zip(range(len(first))"),
            "all questions of a drawn entity",
        ),
        ("a 90% interval", ("0.025, 0.975", "0.05, 0.95"), "cut 2.5% of these means off each end"),
        (
            "means of entities",
            (MEANS, EQUAL, MEAN, "np.mean(sums / sizes)"),
            "over the six questions is 0.5, and yours is 0.25",
        ),
        ("means of entities in the draws", (MEANS, EQUAL), "their number"),
        ("draws without replacement", (RANDOM, "draws * [range(len(of))]"), "with replacement"),
        ("resamples the systems apart", unpaired, "same questions for both"),
        ("returns the mean alone", (TRIPLE, MEAN), "three numbers"),
        ("returns low, high, mean", (TRIPLE, f"low, high, {MEAN}"), "(mean, low, high)"),
        (
            "the mean of the draws",
            (MEAN, "means.mean()"),
            "mean of first - second over the six questions",
        ),
        ("an 80% interval", ("0.025, 0.975", "0.1, 0.9"), "2.5% of these means"),
        ("only runs of one entity", runs, "draw whole entities"),
        ("cut by position", cut, "draw whole entities"),
        ("large ones more often", by_size, "Each entity must be equally likely"),
        ("each drawn entity once", at_most_once, "one that is drawn twice counts twice"),
        ("one entity fewer", ("(draws, len(of))", "(draws, len(of) - 1)"), "as many entities"),
        ("never the last", ("(0, len(of),", "(0, len(of) - 1,"), "as many entities"),
        ("the normal interval", ("low, high =", NORMAL), "expected about (0.0925, 0, 0.2775)"),
        ("resamples questions, too", (MEANS, WITHIN), "all questions of a drawn entity"),
        ("whole numbers", ("(first, float)", "(first, int)"), "expected about (0.0925, 0, 0.2775)"),
        (
            "rounds",
            (TRIPLE, "tuple(np.round([difference.mean(), low, high], 2))"),
            "got (0.09, 0.0, 0.28)",
        ),
        ("always 2000 draws", ("(draws, len", "(2000, len"), "make `draws` draws"),
        (
            "half of the draws",
            ("(draws, len", "(max(1, draws // 2), len"),
            "With draws=3 there are",
        ),
        ("200 draws at most", ("(draws, len", "(min(draws, 200), len"), "With draws=8000"),
        ("1000 draws at most", ("(draws, len", "(min(draws, 1000), len"), "With draws=8000"),
        ("200 draws at least", ("(draws, len", "(max(draws, 200), len"), "hardly change from seed"),
        ("a draw more", ("(draws, len", "(draws + 1, len"), "With draws=1 there is one"),
        ("200 draws by default", ("draws=2000", "draws=200"), "make 2000 draws with seed 0"),
        ("another default seed", ("seed=0", "seed=1"), "make 2000 draws with seed 0"),
        ("two kinds of seeds", ("(seed)", "(seed % 2)"), "Some of the seeds from 0 to 15"),
        ("0 is no seed", ("(seed)", "(seed or 1)"), "Some of the seeds from 0 to 15"),
        ("entities in lower case", ("(entities", "([str(e).lower() for e in entities]"), "as they"),
        ("entities by prefix", ("(entities", "([str(e)[:6] for e in entities]"), "names as they"),
        ("entity 0 is none", ("(entities", "([e or 1 for e in entities]"), "names as they are"),
        ("scores up to 1", (TRIPLE, f"{MEAN}, low, min(1, high)"), "Scores may have any size"),
        (
            "rounds to 3",
            (TRIPLE, "tuple(np.round([difference.mean(), low, high], 3))"),
            "not round",
        ),
        ("another seed", ("(seed)", "(0)"), "Every seed gives the same interval"),
        ("no seed", ("(seed)", "()"), "The same seed must give the same"),
        ("the first system alone", (" - np.array(second, float)", ""), "the six questions is 0.5"),
    ),
    *faults(
        "7.3",
        ("one side only", ("2 * tail", "tail"), "two sides"),
        ("p above 1", (P, "2 * tail"), "can't exceed 1"),
        ("the chance of this split alone", (TAIL, "math.comb(n, least)"), "more extreme"),
        ("the chi-squared approximation", (P, CHI.format(0)), "chi-squared"),
        ("the same, corrected", (P, CHI.format(1)), "chi-squared"),
        ("counts all questions", (DIFFER, ALL), "on which they differ count"),
        ("takes the second count", (SMALLER, "only_second"), "change places"),
        ("takes the larger count", ("min(only", "max(only"), "Take the smaller count"),
        ("leaves out the split itself", ("(least + 1)", "(least)"), "At most two heads"),
        ("begins at 1", ("range(least + 1)", "range(1, least + 1)"), "Eight questions went"),
        ("chi-squared for many", (P, f"{P} if n < 25 else {CHI.format(1)}"), "for many"),
        ("1 for few", (P, f"{P} if n > 5 else 1"), "exact for few questions"),
        ("chi-squared above 200", (P, f"{P} if n < 200 else {CHI.format(1)}"), "for many"),
        ("rounds to 4", (P, f"round({P}, 4)"), "Do not round"),
        ("rounds to 8", (P, f"round({P}, 8)"), "Do not round"),
        ("not below a millionth", (P, f"max(1e-6, {P})"), "for many"),
        ("the middle of the split", ("2 * tail", "2 * tail - math.comb(n, least) / 2**n"), "Eight"),
        ("0 without a difference", (P, f"{P} if n else 0"), "right on the same questions"),
    ),
    *faults(
        "7.4",
        ("Bonferroni", (FACTORS, "len(p)"), "Bonferroni"),
        ("no running maximum", ("np.maximum.accumulate", ""), "running maximum"),
        ("Hochberg", (HOLM, STEP_UP), "that is Hochberg"),
        ("Benjamini and Hochberg", (HOLM, BY_RANK), "false discovery rate"),
        ("not capped", ("np.minimum(1, adjusted)", "adjusted"), "may exceed 1"),
        ("left in sorted order", ("result[order]", "result[:]"), "come back sorted"),
        ("ranks counted from one", ("np.arange(len(p))", RISING), "single test"),
        ("factors one too small", (FACTORS, f"np.maximum(1, {FACTORS} - 1)"), "one too small"),
        ("the factors rise", (FACTORS, RISING), "takes the largest"),
        ("returns the smallest", ("list(result)", "min(result)"), "Return a list"),
        ("looks for the value", by_value, "Equal p-values"),
        ("rounds", ("list(result)", "list(result.round(3))"), "Do not round"),
        ("rounds to 9", ("list(result)", "list(result.round(9))"), "Do not round"),
        ("0 is no p-value", ("p_values, float", "[p or 1 for p in p_values], float"), "stays 0"),
        ("0 is not counted", ("(len(p) -", "((p > 0).sum() -"), "A p-value of 0 stays 0"),
        ("not below a millionth", ("(1, adjusted)", "(1, np.maximum(adjusted, 1e-6))"), "stays 0"),
        ("in the order given", ("np.argsort(p)", "np.arange(len(p))"), "follow the sorted order"),
    ),
    *faults(
        "7.5",
        ("the sign", (TERM, "(r - b) - (h - t)"), "sign is the wrong way round"),
        ("without the base", (TERM, "h - t - r"), "base system is left out"),
        ("brackets", (TERM, "h - t - r - b"), "mind the brackets"),
        ("the whole gain", (TERM, "h - b"), "whole gain"),
        ("against the better one", (TERM, "h - max(r, t)"), "better of the two"),
        ("the two gains added", (TERM, "(h - t) + (r - b)"), "gains are added"),
        ("clipped at zero", (TERM, f"max(0, {TERM})"), "may be negative"),
        ("its size", (TERM, f"abs({TERM})"), "may be negative"),
        ("the mean alone", ("[(h", "np.mean([(h", "hybrid)]", "hybrid)])"), "one value for"),
        ("cut at 1", (TERM, f"max(-1, min(1, {TERM}))"), "for any scores"),
        ("whole numbers", (TERM, f"round({TERM})"), "for any scores"),
        ("only those that differ", ("hybrid)]", f"hybrid) if {TERM}]"), "Compute (hybrid"),
    ),
]
