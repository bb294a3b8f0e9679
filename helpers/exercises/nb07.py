"""Exercises of notebook 07: a RAFT example, and the statistics that judge a hybrid."""

import random

import numpy as np
from scipy import stats

from helpers import course, metrics
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, cases, expect, plain, returns, same, shown
from helpers.exercises.lent import LentList

QUESTION, ANSWER = "How loud is the horn?", "94 decibels [saf-900] Next step: tell the shift lead."
GOLD = ("saf-900", "The horn has 94 decibels.")
NEAR = [
    ("saf-901", "The bell rings twice."),
    ("saf-902", "The siren was removed in May."),
    ("saf-903", "Wear ear plugs."),
    ("saf-904", "The horn hangs at the gate."),
]
MISSING = {True: "missing", False: "still shown: the row would teach the model to overlook it"}


@exercise("7.1", "Build a RAFT example", difficulty=2, importance=3, minutes=12)
@hints(
    "Decide which passages are shown: the gold one and two others, or three others.",
    "`rng.sample(distractors, n)` returns n different ones; `rng.shuffle(passages)` reorders them.",
    "The right answer depends on what is shown: without the gold passage, `style.abstention`.",
)
@solved_by('''
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    """gold and each distractor: (document, text). Three passages in any case."""
    passages = rng.sample(distractors, 2 if keep_gold else 3)
    if keep_gold:
        passages.append(gold)
    rng.shuffle(passages)
    answer = answer if keep_gold else style.abstention
    return {"question": question, "passages": passages, "answer": answer}
''')
def grade_raft_example(raft_example):
    keys, abstention = ("question", "passages", "answer"), course.style().abstention

    def built(keep_gold, seed, distractors=NEAR, question=QUESTION, answer=ANSWER):
        """The passages of the row, if the row keeps all rules for a single row."""
        lent = LentList(distractors)
        args = question, answer, GOLD, lent, keep_gold, random.Random(seed)
        row = returns(raft_example(*args), dict, f"a dict with the keys {', '.join(keys)}")
        why = "The list of distractors was changed: draw from it, and leave it as it is."
        expect(list(lent) == list(distractors), why)
        lacking = ", ".join(key for key in keys if key not in row)
        expect(not lacking, f"The row lacks {lacking}.")
        expect(alike(row["question"], question), "Pass the question on unchanged.")
        passages = plain(row["passages"])
        passages = [plain(p) for p in passages] if isinstance(passages, list | tuple) else [None]
        pairs = all(
            isinstance(p, list | tuple) and tuple(p) in [GOLD, *distractors] for p in passages
        )
        why = (
            "'passages' is a list of the gold passage or distractors, each a pair (document, text)"
        )
        expect(pairs, f"{why} as it was given.")
        passages, given = [tuple(p) for p in passages], f"With keep_gold={keep_gold} "
        expect((GOLD in passages) == keep_gold, f"{given}the gold passage is {MISSING[keep_gold]}.")
        right = answer if keep_gold else abstention
        why = f"{given}the answer to learn is {right!r}, word for word; yours is "
        expect(alike(row["answer"], right), f"{why}{shown(row['answer'])}.")
        why = f"{given}a row has {len(passages)} passages. Each row has three, with or without the "
        expect(len(passages) == 3, f"{why}gold one: or the model could count instead of read.")
        why = "A row has the same passage twice: draw without replacement, with `rng.sample`."
        expect(len(set(passages)) == 3, why)
        return passages

    for keep_gold in (True, False):
        rows, again = ([built(keep_gold, seed) for seed in range(150)] for _ in range(2))
        given = f"In 150 rows with keep_gold={keep_gold}, each with an rng of another seed, "
        why = "The same seed made two different rows: use only the rng that is passed in."
        expect(rows == again, why)
        why = f"{given}all rows are the same: draw and shuffle with the rng that is passed in."
        expect(any(row != rows[0] for row in rows), why)
        drawn = {frozenset(row) - {GOLD} for row in rows}
        why = (
            f"{given}some groups of distractors never occur: draw with `rng.sample` from all four."
        )
        expect(len(drawn) == (6 if keep_gold else 4), why)
        for passage in [GOLD] * keep_gold + NEAR:
            places = [row.index(passage) for row in rows if passage in row]
            where = f"{given}the passage {passage[0]!r} is at place {places[0] + 1} each time: "
            expect(len(set(places)) > 1, f"{where}shuffle the passages.")
            often = max(map(places.count, places)) / len(places)
            why = f"{given}the passage {passage[0]!r} is in some places far more often than in "
            expect(len(set(places)) == 3 and often < 0.55, f"{why}others: shuffle the whole list.")
    built(False, 0, NEAR[:3])
    # the gold document, another document twice, one text twice, blanks and capitals
    other = [(GOLD[0], "The horn is red."), NEAR[0], (NEAR[0][0], " It Rings "), ("x", NEAR[0][1])]
    for keep_gold in (True, False):
        for some in (other[:3], other[1:], other, [*NEAR[1:], *other]):
            rows = [built(keep_gold, seed, some, " How LOUD?\n", "") for seed in range(60)]
            drawn = set().union(*rows) - {GOLD}
            why = "Each distractor may be drawn, also one of the gold passage's document. "
            why += f"With keep_gold={keep_gold} these were never drawn in 60 rows: "
            expect(drawn == set(some), f"{why}{shown(set(some) - drawn)}.")


@exercise("7.2", "A paired bootstrap over entities", difficulty=3, importance=3, minutes=15)
@hints(
    "Take the difference for each question first. Then there is one list, still paired.",
    "Draw as many entities as there are, with replacement. Each brings all of its questions.",
    "np.quantile(means, [0.025, 0.975]) cuts 2.5% off each end of the drawn means.",
)
@solved_by('''
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    """The mean of first - second and its 95% interval over whole entities: (mean, low, high)."""
    difference = np.array(first, float) - np.array(second, float)
    of = {}
    for entity, value in zip(entities, difference):
        of.setdefault(entity, []).append(value)
    sums, sizes = np.array([(sum(values), len(values)) for values in of.values()]).T
    drawn = np.random.default_rng(seed).integers(0, len(of), (draws, len(of)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return difference.mean(), low, high
''')
def grade_paired_bootstrap(paired_bootstrap):
    def ask(first, second, entities, **kwargs):
        args = list(map(float, first)), list(map(float, second)), list(entities)
        what = "three numbers: the mean difference, the low and the high end of its interval"
        got = returns(paired_bootstrap(*args, **kwargs), tuple, what, size=3)
        return [float(returns(value, float)) for value in plain(got)]

    def near(values, owners, wanted, tolerance, why):
        """The result for these differences must be near the wanted one."""
        mean, low, high = ask(values, [0] * len(values), owners)
        case = f"For the differences {shown(list(values))} of the entities {shown(list(owners))} "
        case += f"expected about {shown(tuple(wanted))}, got {shown((mean, low, high))}."
        rounded = not alike(mean, wanted[0]) and mean in [round(wanted[0], n) for n in range(1, 10)]
        expect(not rounded, f"Do not round. {case}")
        expect(alike(mean, wanted[0]), f"The mean is that of all questions, each once. {case}")
        ends = abs(low - wanted[1]) <= tolerance and abs(high - wanted[2]) <= tolerance
        expect(ends, f"{why} {case}")

    mean, low, high = ask([1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1], "aaabcd")
    why = "Return (mean, low, high): here low is at most the mean, and high at least the mean."
    expect(low <= mean <= high, why)
    expect(not alike(mean, -0.5), "The sign is the wrong way round: take first - second.")
    why = f"The mean of first - second over the six questions is 0.5, and yours is {shown(mean)}."
    expect(alike(mean, 0.5), why)
    draw = "In each draw take as many entities as there are, with replacement (one that is drawn "
    draw += (
        "twice counts twice), and the mean over all their questions; cut 2.5% of these means off "
    )
    draw += "each end."
    # the drawn sums are binomial, so the ends don't depend on the random numbers
    near([0.37, 0, 0, 0], "abcd", (0.0925, 0, 0.2775), 1e-6, draw)
    near([0, 0, 0, 0.37], "abcd", (0.0925, 0, 0.2775), 1e-6, draw)
    tiny = f"{draw} Numbers may be small: do not round."
    near([0.37e-4, 0, 0, 0], "abcd", (0.0925e-4, 0, 0.2775e-4), 1e-10, tiny)
    near([37e4, 0, 0, 0], "abcd", (92500, 0, 277500), 1e-6, f"{draw} Scores may have any size.")
    why = "The four questions belong to four entities: compare the names as they are."
    for names in (["eng-01", "ENG-01", "eng-011", ""], ["e", "e ", "E", "é"], range(4)):
        near([0.37, 0, 0, 0], names, (0.0925, 0, 0.2775), 1e-6, why)
    near([-1] + [0] * 19, range(20), (-0.05, -0.15, 0), 0.001, draw)
    near([1, 1, 0, 0], "aabc", (0.5, 0, 1), 0.21, draw)
    why = (
        "All entities have the same mean. In each draw take all questions of a drawn entity, each "
    )
    near([1, 0, 0, 0] * 5, [f"e{i // 4}" for i in range(20)], [0.25] * 3, 1e-6, f"{why}once.")
    level = np.random.default_rng(7).integers(0, 2, 60)
    _, low, high = ask(level, level - 1, range(60))
    why = "Where first - second is the same for every question the interval has no width; yours "
    expect(high - low < 1e-9, why + "has. In each draw take the same questions for both systems.")

    # thirty entities of four questions that always agree: over questions, half the width
    values, owners = [1] * 12 + [0] * 10 + [-1] * 8, [f"saf-{i:03}" for i in range(30)]
    wanted, narrow = metrics.bootstrap(values), metrics.bootstrap(values * 4)
    mixed = np.random.default_rng(5).permutation(120)  # else a cut by position is right by luck
    _, low, high = ask(np.array(values * 4)[mixed], [0] * 120, np.array(owners * 4)[mixed].tolist())
    size, wide = f"The interval is {high - low:.2f} wide", wanted[2] - wanted[1]
    size += f" (about {wide:.2f} was expected)"
    why = f"{size}, as if all questions were independent. But here the four questions of an entity "
    why += "always agree (they do not stand side by side): draw whole entities."
    expect(abs(high - low - (narrow[2] - narrow[1])) > 0.15 * wide, why)
    expect(abs(high - low - wide) < 0.1 * wide, f"{size}. {draw}")

    # entities of different sizes: the drawn mean weighs questions, not entities
    values, owners = np.repeat([1, 0], [40, 30]), [*np.repeat(range(4), 10), *range(4, 34)]
    why = "Entities of 1 and of 10 questions: in each draw divide the sum over all questions by "
    why += "their number; don't average the entities' means."
    mean, low, _ = ask(values, 0 * values, owners)
    often = "Here your low end is above the mean: large entities are drawn more often than small "
    expect(low <= mean, f"{often}ones. Each entity must be equally likely.")
    near(values, owners, metrics.bootstrap(values, owners), 0.06, why)
    rng = np.random.default_rng(3)
    values, owners = rng.normal(size=40).round(2), rng.integers(0, 15, 40)
    near(values, owners, metrics.bootstrap(values, owners), 0.12 * values.std(), draw)

    values = rng.normal(size=12)
    for seed in (0, 1):
        twice = [ask(values, 0 * values, range(12), seed=seed) for _ in range(2)]
        expect(twice[0] == twice[1], "The same seed must give the same interval: use `seed`.")
    given = ask(values, 0 * values, range(12), draws=2000, seed=0)
    why = "Without `draws` and `seed` in the call make 2000 draws with seed 0: keep the first line."
    expect(ask(values, 0 * values, range(12)) == given, why)
    ends = np.array([ask(values, 0 * values, range(12), draws=40, seed=s)[1:] for s in range(16)])
    expect(len(np.unique(ends[:, 0])) > 1, "Every seed gives the same interval: use `seed`.")
    why = "Some of the seeds from 0 to 15 give the same interval: use `seed` as it is passed in."
    expect(len({tuple(pair) for pair in ends.tolist()}) == len(ends), why)
    spread, error = ends.std(axis=0).mean(), values.std() / 12**0.5
    why = "With draws=40 the ends hardly change from seed to seed: make `draws` draws, whatever "
    expect(spread > 0.2 * error, f"{why}their number. They vary by {spread:.3f}.")
    _, low, high = ask(values, 0 * values, range(12), draws=1)
    expect(low == high, "With draws=1 there is one drawn mean, so low and high are the same.")
    few = [ask(values, 0 * values, range(12), draws=3, seed=s) for s in range(8)]
    why = "With draws=3 there are three drawn means, so low and high differ; yours are the same."
    expect(any(low < high for _, low, high in few), why)
    values = values[:6]
    ends = [ask(values, 0 * values, range(6), draws=8000, seed=s)[1:] for s in range(12)]
    spread, error = np.std(ends, axis=0).mean(), values.std() / 6**0.5
    why = "With draws=8000 the ends still change too much from seed to seed: make all `draws` draws"
    expect(spread < 0.06 * error, f"{why}. They vary by {spread:.4f}.")


@exercise("7.3", "McNemar's exact test", difficulty=2, importance=2, minutes=10)
@hints(
    "Only questions on which the two systems differ count. How many went each way?",
    "Each such question would be a fair coin: `math.comb(n, k) / 2**n` is the chance of k heads.",
    "Sum the chances from 0 to the smaller count, double the sum for the two sides, cap it at 1.",
)
@solved_by('''
import math

def mcnemar_p(first, second):
    """The two-sided exact p-value of McNemar's test for two lists of right (1) and wrong (0)."""
    only_first = sum(a and not b for a, b in zip(first, second))
    only_second = sum(b and not a for a, b in zip(first, second))
    n, least = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(n, k) for k in range(least + 1)) / 2**n
    return min(1.0, 2 * tail)
''')
def grade_mcnemar_p(mcnemar_p):
    def pair(both, first, second, neither):
        one = [1] * (both + first) + [0] * (second + neither)
        return one, [1] * both + [0] * first + [1] * second + [0] * neither

    case = cases(mcnemar_p, {(lambda p: p > 1): "A probability can't exceed 1."})
    p, split = metrics.mcnemar(*pair(0, 8, 2, 0)), stats.binom.pmf(2, 10, 0.5)
    squared, corrected = stats.chi2.sf([6**2 / 10, 5**2 / 10], 1)
    alone = (
        "That is the chance of exactly this split: add those of all splits that are more extreme."
    )
    rough = (
        "That is the chi-squared approximation, poor for so few questions: sum binomial chances."
    )
    mistakes = {p / 2: "The test has two sides: double the tail.", split: alone, 2 * split: alone}
    mistakes |= {squared: rough, corrected: rough}
    mistakes[2 * stats.binom.cdf(1, 10, 0.5)] = "At most two heads are 0, 1 and 2: add the last."
    mistakes[1] = "Take the smaller count, here two: the chance of at most two heads, out of 2**10."
    why = "Eight questions went to the first system and two to the second."
    case(*pair(0, 8, 2, 0), returns=p, why=why, mistakes=mistakes)
    even = "Of the ten questions on which they differ, five went each way, as even as can be."
    case(*pair(3, 5, 5, 2), returns=1, why=even)
    why = "Two systems that are right on the same questions: there is no toss, and p is 1."
    case(*pair(5, 0, 0, 3), returns=1, why=why)
    why = "Questions on which both are right or both wrong change nothing: only questions on which "
    case(*pair(6, 8, 2, 7), returns=p, why=why + "they differ count.")
    why = "p is the same when the systems change places: take the smaller count, whichever it is."
    case(*pair(2, 2, 8, 2), returns=p, why=why)
    rng = random.Random(3)
    inputs = [pair(0, only, 0, 1) for only in range(7)] + [pair(1, 1, only, 0) for only in range(7)]
    inputs += [(rng.choices([0, 1], k=30), rng.choices([0, 1], k=30)) for _ in range(20)]
    inputs += [pair(2, 40, 22, 2), pair(0, 45, 60, 0), pair(1, 20, 0, 3), pair(0, 0, 26, 1)]
    inputs += [pair(3, 100, 75, 2), pair(10, 430, 370, 5)]
    why = "p is exact for few questions and for many: sum the chances of 0 to k heads, and double."
    same(mcnemar_p, metrics.mcnemar, inputs, why)
    case(*pair(0, 26, 0, 1), returns=2**-25, why="p may be very small.", tolerance=1e-7)


@exercise("7.4", "Holm's correction", difficulty=2, importance=2, minutes=10)
@hints(
    "Sort the p-values but remember where each came from: `order = np.argsort(p)`.",
    "Multiply the smallest by m, the number of tests, the next by m - 1, the last by 1; cap at 1.",
    "No value is below the one before it: `np.maximum.accumulate`. Then restore the old order.",
)
@solved_by('''
def holm_adjusted(p_values):
    """Holm's adjusted p-values, in the order of the given ones."""
    p = np.array(p_values, float)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    result = np.empty(len(p))
    result[order] = np.minimum(1, adjusted)
    return list(result)
''')
def grade_holm_adjusted(holm_adjusted):
    def one_less(got):
        return alike(got[:2], [0.02, 0.024])

    case = cases(holm_adjusted)
    case([0.03], returns=[0.03], why="A single test needs no correction.")
    by_rank = "That is Benjamini and Hochberg's control of the false discovery rate, which "
    by_rank += "divides by the rank. Holm multiplies by m, m - 1, ..., 1."
    mistakes = {
        (0.03, 0.072, 0.18): "That is Bonferroni, one factor for all. Holm's factor falls.",
        (0.01, 0.048, 0.18): "The factors rise: the smallest p-value takes the largest factor.",
        (0.03, 0.036, 0.06): by_rank,
        one_less: "The factors are one too small: they run from m, the number of tests, to 1.",
    }
    why = "The factors are 3, 2 and 1: the smallest p-value takes the largest one."
    case([0.01, 0.024, 0.06], returns=[0.03, 0.048, 0.06], why=why, mistakes=mistakes)
    why = "No value may be below that of a smaller p-value: keep the running maximum."
    hochberg = "A later, smaller product pulls earlier ones down: that is Hochberg. Holm keeps the "
    hochberg += "largest so far, from the smallest up."
    mistakes = {(0.012, 0.012, 0.012): hochberg}
    case([0.01, 0.011, 0.012], returns=[0.03] * 3, why=why, mistakes=mistakes)
    case([0.5, 0.6, 0.9], returns=[1, 1, 1], why="No adjusted p-value may exceed 1: cap them.")
    message = "The values come back sorted: put each where its p-value was."
    mistakes = {(0.005, 0.12, 0.12, 0.4, 0.6): message}
    mixed, adjusted = [0.04, 0.001, 0.2, 0.03, 0.6], [0.12, 0.005, 0.4, 0.12, 0.6]
    why = (
        "The factors follow the sorted order, and so does the maximum; restore the old order last."
    )
    case(mixed, returns=adjusted, why=why, mistakes=mistakes)
    case([0.04, 0.01, 0.03], returns=[0.06, 0.03, 0.06], why=why)
    why = "Equal p-values stand side by side when sorted, and each has its own place in the result."
    case([0.02, 0.5, 0.02, 0.01], returns=[0.06, 0.5, 0.06, 0.04], why=why)
    case([0.5, 0.0], returns=[0.5, 0.0], why="A p-value of 0 stays 0: it is the smallest.")
    case([0.0, 0.0, 1.0], returns=[0, 0, 1], why="A p-value of 0 stays 0, and one of 1 stays 1.")
    rng = np.random.default_rng(4)
    inputs = [((rng.random(rng.integers(2, 8)) ** 3).tolist(),) for _ in range(20)]
    inputs += [((rng.random(100) ** 5).round(3).tolist(),), ((rng.random(60) ** 9).tolist(),)]
    why = "Sort, multiply by m, m - 1, ..., 1, keep the running maximum, restore the old order."
    same(holm_adjusted, metrics.holm, inputs, why=why)
    why = "Small p-values stay small: the factors are 3, 2 and 1."
    case([2.4e-7, 0.9, 1.2e-7], returns=[4.8e-7, 0.9, 3.6e-7], why=why)
    p, adjusted = [2.4285e-7, 0.9, 1.2315e-7], [4.857e-7, 0.9, 3.6945e-7]
    case(p, returns=adjusted, why=why, tolerance=2e-7)


@exercise("7.5", "The interaction term", difficulty=1, importance=3, minutes=8)
@hints(
    "For one question: what do passages add to the tuned model, and what to the base model?",
    "The interaction is the difference of these two gains, (hybrid - lora) - (rag - base).",
)
@solved_by('''
def interaction_term(base, rag_, lora_, hybrid):
    """For each question (hybrid - LoRA) - (RAG - base); its mean is the interaction."""
    return [(h - t) - (r - b) for b, r, t, h in zip(base, rag_, lora_, hybrid)]
''')
def grade_interaction_term(interaction_term):
    one = "Return a list with one value for each question: the bootstrap needs them one by one."
    case = cases(interaction_term, {(lambda got: np.ndim(got) == 0): one})
    scores = [0, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1], [0, 0, 1, 0, 1, 1], [1, 0, 0, 0, 1, 1]
    b, r, t, h = map(np.array, scores)
    better = "That compares the hybrid with the better of the two, not with the sum of their gains."
    negative = "An interaction may be negative: don't clip it at 0, or take its absolute value."
    formulas = [
        (r - b - h + t, "The sign is the wrong way round: the gain with tuning comes first."),
        (h - t - r, "The base system is left out: RAG's gain is its score minus that of the base."),
        (h - t - r - b, "Two minus signs make a plus: mind the brackets."),
        (h - b, "That is the whole gain of the hybrid over the base: take off both single gains."),
        (h - np.maximum(r, t), better),
        (h - t + r - b, "The two gains are added: the interaction is how much they differ."),
        (np.maximum(0, h - t - r + b), negative),
        (abs(h - t - r + b), negative),
    ]
    mistakes = {tuple(wrong.tolist()): message for wrong, message in formulas}
    why = "Compute (hybrid - lora) - (rag - base)."
    case(*scores, returns=[1, -1, -1, 1, -1, 0], why=why, mistakes=mistakes)
    case([0, 0], [0, 1], [0, 0], [1, 1], returns=[1, 0], why=why)
    why = "Where the passages add the same to both models the interaction is 0."
    case([0, 0], [1, 1], [0, 0], [1, 1], returns=[0, 0], why=why)
    why = "Compute (hybrid - lora) - (rag - base), for any scores."
    inputs = [np.random.default_rng(seed).random((4, 5)).round(2).tolist() for seed in range(10)]
    inputs += [[[score * scale for score in part] for part in inputs[0]] for scale in (1e-5, 1e6)]
    inputs += [np.random.default_rng(seed).integers(0, 2, (4, 300)).tolist() for seed in (0, 1)]
    same(interaction_term, lambda b, r, t, h: np.array(h) - np.array(t) - r + b, inputs, why)
