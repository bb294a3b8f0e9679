"""Exercises of notebook 07: a RAFT example, and the statistics that judge a hybrid."""

import random

import numpy as np
from scipy import stats

from helpers import course, metrics
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, cases, expect, returns, same

QUESTION, ANSWER = "How loud is the horn?", "94 decibels [saf-900] Next step: tell the shift lead."
GOLD = ("saf-900", "The horn has 94 decibels.")
NEAR = [
    ("saf-901", "The bell rings twice."),
    ("saf-902", "The siren was removed in May."),
    ("saf-903", "Wear ear plugs."),
    ("saf-904", "The horn hangs at the gate."),
]


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
    keys = "'question', 'passages' and 'answer'"

    def built(keep_gold, seed):
        row = raft_example(QUESTION, ANSWER, GOLD, NEAR, keep_gold, random.Random(seed))
        returns(row, dict, f"a dict with the keys {keys}")
        missing = ", ".join(sorted(map(repr, {"question", "passages", "answer"} - set(row))))
        expect(not missing, f"The row lacks {missing}: return all of {keys}.")
        expect(row["question"] == QUESTION, "Pass the question on unchanged.")
        return {**row, "passages": [tuple(passage) for passage in row["passages"]]}

    with_gold, without = ([built(keep, seed) for seed in range(60)] for keep in (True, False))
    for row in with_gold:
        expect(GOLD in row["passages"], "With keep_gold=True the gold passage is missing.")
        why = "With the gold passage the answer to learn is the given one, not the abstention."
        expect(row["answer"] == ANSWER, why)
    for row in without:
        why = "With keep_gold=False the gold passage is still shown: the row would teach the model "
        expect(GOLD not in row["passages"], why + "to overlook it.")
        why = "With keep_gold=False the answer is still the given one, which no passage says: the "
        why += "model would learn to invent. Use style.abstention."
        expect(row["answer"] != ANSWER, why)
        why = (
            f"Without the gold passage the answer is {course.style().abstention!r}, word for word."
        )
        expect(row["answer"] == course.style().abstention, why)
    sizes = [{len(row["passages"]) for row in rows} for rows in (with_gold, without)]
    why = "Rows with and without the gold passage have different numbers of passages: the model "
    expect(sizes[0] == sizes[1], why + "could count instead of read.")
    numbers = " or ".join(map(str, sorted(sizes[0])))
    expect(sizes[0] == {3}, f"Each row has three passages; yours have {numbers}.")
    for row in with_gold + without:
        why = "A row has the same passage twice: draw without replacement, with `rng.sample`."
        expect(len(set(row["passages"])) == 3, why)
        why = "A passage is neither the gold one nor a distractor: pass the pairs on unchanged."
        expect(set(row["passages"]) <= {GOLD, *NEAR}, why)
    places = [row["passages"].index(GOLD) for row in with_gold]
    why = f"The gold passage is at place {places[0] + 1} in every row: the model would learn the "
    expect(len(set(places)) > 1, why + "place. Shuffle the passages.")
    why = "The gold passage is in some places far more often than in others: shuffle the whole "
    evenly = len(set(places)) == 3 and max(map(places.count, places)) < 40
    expect(evenly, why + "list, with the gold passage in it.")
    why = "The same seed made two different rows: use the rng that is passed in, not the module."
    expect(built(True, 5) == built(True, 5), why)
    why = "Every row has the same distractors, though four were offered: draw with rng.sample."
    expect(len({passage for row in without for passage in row["passages"]}) == 4, why)


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
    def ask(first, second, entities):
        got = paired_bootstrap(list(map(float, first)), list(map(float, second)), list(entities))
        what = "three numbers: the mean difference, the low and the high end of its interval"
        return [float(returns(value, float)) for value in returns(got, tuple, what, size=3)]

    mean, low, high = ask([1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1], "aaabcd")
    why = f"The interval [{low:.3f}, {high:.3f}] leaves out the mean {mean:.3f}: "
    expect(low <= mean <= high, why + "return (mean, low, high).")
    expect(not alike(mean, -0.5), "The sign is the wrong way round: take first - second.")
    why = "Your mean is that of the entities' means: average first - second over the questions, "
    expect(not alike(mean, 0.25), why + "so that each counts the same.")
    why = f"The mean of first - second over these six questions is 0.5, yours is {mean:.3f}: take "
    expect(alike(mean, 0.5), why + "it from the questions themselves, not from the draws.")

    level = np.random.default_rng(7).integers(0, 2, 60)
    _, low, high = ask(level, level - 1, range(60))
    why = "Where first - second is the same for every question the interval has no width; yours "
    expect(high - low < 1e-9, why + "has. In each draw take the same questions for both systems.")

    # thirty entities of four questions that always agree: over questions, half the width
    values, owners = np.repeat([1] * 12 + [0] * 10 + [-1] * 8, 4), np.repeat(range(30), 4)
    (_, low, high), (_, *single) = metrics.bootstrap(values, owners), metrics.bootstrap(values)
    wide, narrow = high - low, single[1] - single[0]
    _, low, high = ask(values, 0 * values, owners)
    why = "The interval has no width although the differences differ: draw the entities with "
    expect(high - low > 1e-9, why + "replacement, as many as there are.")
    size = f"The interval is {high - low:.2f} wide (about {wide:.2f} was expected)"
    why = f"{size}, as if all questions were independent. But here the four questions of an entity "
    expect(abs(high - low - narrow) > 0.15 * wide, why + "always agree: draw whole entities.")
    why = f"{size}, so yours seems to cut off 5% at each end: for 95% cut off 2.5% at each end."
    expect(not 0.75 * wide < high - low < 0.9 * wide, why)
    why = f"{size}. Draw as many entities as there are, take the mean of all their questions, and "
    expect(abs(high - low - wide) < 0.1 * wide, why + "cut off 2.5% of these means at each end.")

    # entities of different sizes: the drawn mean weighs questions, not entities
    values, owners = np.repeat([1, 0], [40, 30]), [*np.repeat(range(4), 10), *range(4, 34)]
    wanted, got = metrics.bootstrap(values, owners)[1:], ask(values, 0 * values, owners)[1:]
    why = f"With entities of 1 and of 10 questions your interval is [{got[0]:.2f}, {got[1]:.2f}]; "
    why += f"about [{wanted[0]:.2f}, {wanted[1]:.2f}] was expected. In each draw divide the sum "
    why += "over all questions by their number; don't average the entities' means."
    expect(np.allclose(got, wanted, rtol=0, atol=0.06), why)


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

    above = "A probability can't exceed 1: cap it with min(1, ...)."
    case = cases(mcnemar_p, {(lambda p: p > 1): above})
    p, split = metrics.mcnemar(*pair(0, 8, 1, 0)), stats.binom.pmf(1, 9, 0.5)
    squared, corrected = stats.chi2.sf([7**2 / 9, 6**2 / 9], 1)
    alone = (
        "That is the chance of exactly this split: add those of all splits that are more extreme."
    )
    rough = (
        "That is the chi-squared approximation, poor for so few questions: sum binomial chances."
    )
    mistakes = {p / 2: "The test has two sides: double the tail.", split: alone, 2 * split: alone}
    mistakes |= {squared: rough, corrected: rough}
    why = "Eight questions went to the first system and one to the second."
    case(*pair(0, 8, 1, 0), returns=p, why=why, mistakes=mistakes)
    case(*pair(3, 5, 5, 2), returns=1, why="Five questions went each way, as even as can be.")
    case(*pair(5, 0, 0, 3), returns=1, why="Two systems that are right on the same questions.")
    why = "Questions on which both are right or both wrong change nothing: only questions on which "
    case(*pair(6, 8, 1, 7), returns=p, why=why + "they differ count.")
    why = "p is the same when the systems change places: take the smaller count, whichever it is."
    case(*pair(2, 1, 8, 2), returns=p, why=why)
    rng = random.Random(3)
    inputs = [(rng.choices([0, 1], k=30), rng.choices([0, 1], k=30)) for _ in range(20)]
    same(mcnemar_p, metrics.mcnemar, inputs)


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
        return alike(got[:2], [0.02, 0.02])

    case = cases(holm_adjusted)
    case([0.03], returns=[0.03], why="A single test needs no correction.")
    by_rank = "That is Benjamini and Hochberg's control of the false discovery rate, which "
    by_rank += "divides by the rank. Holm multiplies by m, m - 1, ..., 1."
    mistakes = {
        (0.03, 0.06, 0.135): "That is Bonferroni, one factor for all. Holm's factor falls.",
        (0.01, 0.04, 0.135): "The factors rise: the smallest p-value takes the largest factor.",
        (0.03, 0.03, 0.045): by_rank,
        one_less: "The factors are one too small: they run from m, the number of tests, to 1.",
    }
    why = "The factors are 3, 2 and 1."
    case([0.01, 0.02, 0.045], returns=[0.03, 0.04, 0.045], why=why, mistakes=mistakes)
    why = "No value may be below that of a smaller p-value: keep the running maximum."
    hochberg = "A later, smaller product pulls earlier ones down: that is Hochberg. Holm keeps the "
    hochberg += "largest so far, from the smallest up."
    mistakes = {(0.012, 0.012, 0.012): hochberg}
    case([0.01, 0.011, 0.012], returns=[0.03] * 3, why=why, mistakes=mistakes)
    case([0.5, 0.6, 0.9], returns=[1, 1, 1], why="No adjusted p-value may exceed 1: cap them.")
    message = "The values come back sorted: put each where its p-value was."
    mistakes = {(0.005, 0.12, 0.12, 0.4, 0.6): message}
    mixed, adjusted = [0.04, 0.001, 0.2, 0.03, 0.6], [0.12, 0.005, 0.4, 0.12, 0.6]
    case(mixed, returns=adjusted, why="Restore the old order.", mistakes=mistakes)
    rng = np.random.default_rng(4)
    inputs = [((rng.random(rng.integers(2, 8)) ** 3).round(3).tolist(),) for _ in range(20)]
    why = "Sort, multiply by m, m - 1, ..., 1, keep the running maximum, restore the old order."
    same(holm_adjusted, metrics.holm, inputs, why=why)


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
    one = "Return one value for each question, not their mean: the bootstrap needs them one by one."
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
    why = "Where the passages add the same to both models the interaction is 0."
    case([0, 0], [1, 1], [0, 0], [1, 1], returns=[0, 0], why=why)
    inputs = [np.random.default_rng(seed).random((4, 5)).round(2).tolist() for seed in range(10)]
    same(interaction_term, lambda b, r, t, h: np.array(h) - np.array(t) - r + b, inputs, why)
