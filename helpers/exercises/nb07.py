"""Exercises of notebook 07: a RAFT example, and the statistics that judge a hybrid."""

import random

import numpy as np
from scipy import stats

from helpers import metrics, rag
from helpers.exercises import exercise, expect

QUESTION, ANSWER = "How loud is the horn?", "94 decibels [saf-900] Next step: tell the shift lead."
GOLD = ("saf-900", "The horn gives 94 decibels.")
NEAR = [
    ("saf-901", "The bell rings twice."),
    ("saf-902", "The siren was removed in May."),
    ("saf-903", "Wear ear plugs."),
    ("saf-904", "The horn hangs at the gate."),
]


@exercise(
    "7.1",
    title="Build a RAFT example",
    difficulty=2,
    importance=3,
    minutes=12,
    hints=[
        "Decide first which passages are shown: the gold one and two of the others, or three of the others.",
        "`rng.sample(distractors, n)` gives n different ones; `rng.shuffle(passages)` changes the list in place.",
        "The right answer depends on what is shown: without the gold passage it is `rag.ABSTAIN`.",
    ],
    solution='''
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    """gold and each distractor: (document, text). Three passages in any case."""
    passages = rng.sample(distractors, 2 if keep_gold else 3)
    if keep_gold:
        passages.append(gold)
    rng.shuffle(passages)
    return {"question": question, "passages": passages, "answer": answer if keep_gold else rag.ABSTAIN}
''',
)
def _raft_example(make):
    def built(keep, seed, near=NEAR):
        return make(QUESTION, ANSWER, GOLD, near, keep, random.Random(seed))

    row = built(True, 0)
    expect(isinstance(row, dict), "Give back a dict with the keys 'question', 'passages' and 'answer'.")
    missing = {"question", "passages", "answer"} - set(row)
    expect(not missing, f"The row lacks {', '.join(map(repr, sorted(missing)))}: give back all of 'question', 'passages', 'answer'.")
    expect(row["question"] == QUESTION, "The row's question is not the one that was given: pass it on unchanged.")
    with_gold, without = [built(True, seed) for seed in range(60)], [built(False, seed) for seed in range(60)]
    for row in with_gold:
        shown = [tuple(p) for p in row["passages"]]
        expect(GOLD in shown, "With keep_gold=True the gold passage is not among the passages.")
        expect(row["answer"] == ANSWER, "With the gold passage shown the answer to learn is the given one, not the abstention.")
    for row in without:
        shown = [tuple(p) for p in row["passages"]]
        expect(GOLD not in shown, "With keep_gold=False the gold passage is still shown: the row would teach to overlook it.")
        expect(
            row["answer"] != ANSWER,
            "With keep_gold=False the answer is still the given one: nothing in the passages says so, and the model would "
            "learn to invent. Use rag.ABSTAIN.",
        )
        expect(row["answer"] == rag.ABSTAIN, f"Without the gold passage the answer is the fixed sentence {rag.ABSTAIN!r}, word for word.")
    sizes = {len(row["passages"]) for row in with_gold}, {len(row["passages"]) for row in without}
    expect(
        sizes[0] == sizes[1],
        "Rows with and without the gold passage differ in the number of passages: the model could count instead of read.",
    )
    expect(sizes[0] == {3}, f"Each row has three passages; yours have {', '.join(map(str, sorted(sizes[0])))}.")
    for row in with_gold + without:
        shown = [tuple(p) for p in row["passages"]]
        expect(len(set(shown)) == 3, "A passage stands twice in a row: draw without replacement, `rng.sample` and not `rng.choices`.")
        expect(set(shown) <= {GOLD, *NEAR}, "A passage is neither the gold one nor one of the distractors: pass the pairs on unchanged.")
    places = [[tuple(p) for p in row["passages"]].index(GOLD) for row in with_gold]
    expect(
        len(set(places)) > 1,
        f"The gold passage stands at place {places[0] + 1} in every row: the model would learn the place. Shuffle the passages.",
    )
    expect(
        len(set(places)) == 3 and max(map(places.count, places)) < 40,
        "Some places hold the gold passage far more often than others: shuffle the whole list, with the gold passage in it.",
    )
    expect(
        built(True, 5) == built(True, 5),
        "The same seed gave two different rows: use the rng that is passed in, not the module's own randomness.",
    )
    expect(
        len({tuple(p) for row in without for p in row["passages"]}) == 4,
        "The same distractors are shown in every row although four were offered: draw them with rng.sample.",
    )


@exercise(
    "7.2",
    title="A paired bootstrap over entities",
    difficulty=3,
    importance=3,
    minutes=15,
    hints=[
        "Take the difference of each question first. From then on there is one list, and the pairing can't be lost.",
        "A draw is as many entities as there are, with replacement; all questions of a drawn entity come along, as often as it was drawn.",
        "np.quantile(means, [0.025, 0.975]) cuts 2.5% off each end of the drawn means.",
    ],
    solution='''
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    """The mean of first - second and its 95% interval, whole entities resampled: (mean, low, high)."""
    difference = np.array(first, float) - np.array(second, float)
    of = {}
    for entity, value in zip(entities, difference):
        of.setdefault(entity, []).append(value)
    sums, sizes = np.array([sum(v) for v in of.values()]), np.array([len(v) for v in of.values()])
    drawn = np.random.default_rng(seed).integers(0, len(of), (draws, len(of)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return difference.mean(), low, high
''',
)
def _paired_bootstrap(interval):
    def ask(first, second, entities):
        result = interval([float(x) for x in first], [float(x) for x in second], list(entities))
        expect(
            isinstance(result, tuple | list | np.ndarray) and len(result) == 3,
            "Give back three numbers: the mean difference, the low end and the high end of its interval.",
        )
        return tuple(float(x) for x in result)

    first, second, names = [1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1], ["a", "a", "a", "b", "c", "d"]
    mean, low, high = ask(first, second, names)
    expect(low <= mean <= high, f"The interval [{low:.3f}, {high:.3f}] leaves out the mean {mean:.3f}: give (mean, low, high).")
    expect(abs(mean + 0.5) > 1e-9, "The sign is the wrong way round: the difference is first - second.")
    expect(
        abs(mean - 0.25) > 1e-9,
        "The mean is that of the entities' means: every question counts the same, so average first - second over the questions.",
    )
    expect(
        abs(mean - 0.5) < 1e-9,
        f"The mean of first - second over these six questions is 0.5, yours is {mean:.3f}: take it from the questions themselves, "
        "not from the draws.",
    )

    rng = np.random.default_rng(7)
    labels = [f"e{i}" for i in range(60)]
    level = rng.integers(0, 2, 60).astype(float)
    constant = ask(level, level - 1, labels)
    expect(
        constant[2] - constant[1] < 1e-9,
        "Where first - second is the same for every question the interval has no width; yours has. The two systems are "
        "resampled apart from each other, or only one of them: draw the same questions for both.",
    )
    # thirty entities of four questions that always agree: a bootstrap over questions halves the width
    grouped = np.repeat(np.r_[np.ones(12), np.zeros(10), -np.ones(8)], 4)
    entity = np.repeat([f"g{i}" for i in range(30)], 4)
    ours = metrics.bootstrap(grouped, entity)
    single = metrics.bootstrap(grouped)
    _, low, high = ask(grouped, 0 * grouped, entity)
    wide, narrow, yours = ours[2] - ours[1], single[2] - single[1], high - low
    expect(
        yours > 1e-9,
        "The interval has no width although the differences differ: draw the entities with replacement, as many as there are.",
    )
    expect(
        abs(yours - narrow) > 0.15 * wide,
        f"The interval is {yours:.2f} wide, as if all questions were independent. Here each entity's four questions always "
        f"agree: draw whole entities (then it is about {wide:.2f}).",
    )
    expect(
        not 0.75 * wide < yours < 0.9 * wide,
        f"The interval is too narrow ({yours:.2f}, expected about {wide:.2f}), as if 5% were cut off each end: for a level of "
        "95% cut off 2.5% at each end.",
    )
    expect(
        abs(yours - wide) < 0.1 * wide,
        f"The interval is {yours:.2f} wide; about {wide:.2f} was expected. Draw as many entities as there are, take the mean "
        "of all questions that they bring, and cut off 2.5% of these means at each end.",
    )
    # entities of different sizes: the drawn mean weighs questions, not entities
    uneven = np.r_[np.ones(40), np.zeros(30)]
    owner = [f"big{i // 10}" for i in range(40)] + [f"one{i}" for i in range(30)]
    ours, (_, low, high) = metrics.bootstrap(uneven, owner), ask(uneven, 0 * uneven, owner)
    expect(
        abs(low - ours[1]) < 0.06 and abs(high - ours[2]) < 0.06,
        f"With entities of 1 and of 10 questions your interval is [{low:.2f}, {high:.2f}], about [{ours[1]:.2f}, {ours[2]:.2f}] "
        "was expected: in each draw divide the sum over all questions by their number; don't average the entities' means.",
    )


@exercise(
    "7.3",
    title="McNemar's exact test",
    difficulty=2,
    importance=2,
    minutes=10,
    hints=[
        "Only questions on which the two systems differ count. How many went each way?",
        "If the systems were equal, each such question would be a fair coin: `math.comb(n, k) / 2**n` is the chance of k heads.",
        "Sum the chances from 0 to the smaller count, double it for the two sides, and let no p-value pass 1.",
    ],
    solution='''
import math

def mcnemar_p(first, second):
    """The two-sided exact p-value of McNemar's test for two lists of right (1) and wrong (0)."""
    only_first = sum(a and not b for a, b in zip(first, second))
    only_second = sum(b and not a for a, b in zip(first, second))
    n, least = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(n, k) for k in range(least + 1)) / 2**n
    return min(1.0, 2 * tail)
''',
)
def _mcnemar(p_value):
    def pair(both, first, second, neither):
        return [1] * both + [1] * first + [0] * second + [0] * neither, [1] * both + [0] * first + [1] * second + [0] * neither

    def ask(*counts):
        one, two = pair(*counts)
        return float(p_value(one, two))

    same = ask(5, 0, 0, 3)
    expect(same == 1.0, f"Two systems that are right on the same questions give p = 1; yours is {same:.3g}.")
    even = ask(3, 5, 5, 2)
    expect(even <= 1, f"p is {even:.3f} where five questions went each way: a probability can't pass 1, cap it with min(1, ...).")
    truth = metrics.mcnemar(*pair(0, 8, 1, 0))
    mine = ask(0, 8, 1, 0)
    expect(abs(mine - truth / 2) > 1e-6, f"p is {mine:.4f}, half of what it should be: the test has two sides, double the tail.")
    point = stats.binom.pmf(1, 9, 0.5)
    expect(
        abs(mine - 2 * point) > 1e-6 and abs(mine - point) > 1e-6,
        f"p is {mine:.4f}: that is the chance of exactly this split. Add the chances of all splits that are more extreme.",
    )
    chi = [stats.chi2.sf((7 - c) ** 2 / 9, 1) for c in (0, 1)]
    expect(
        min(abs(mine - c) for c in chi) > 1e-6,
        f"p is {mine:.4f}: the chi-squared approximation, which is poor for so few questions. Sum the binomial chances instead.",
    )
    expect(
        abs(mine - truth) < 1e-6, f"Eight questions went to the first system and one to the second: p is {truth:.4f}, yours is {mine:.4f}."
    )
    expect(
        abs(ask(30, 8, 1, 40) - truth) < 1e-6,
        "The p-value changed when questions were added on which both systems are right or both wrong: only questions on which "
        "they differ count.",
    )
    expect(
        abs(ask(2, 1, 8, 2) - truth) < 1e-6,
        "The p-value changed when the two systems changed places: count the smaller of the two numbers, whichever it is.",
    )
    rng = random.Random(3)
    for _ in range(20):
        one, two = ([rng.randint(0, 1) for _ in range(30)] for _ in range(2))
        want, got = metrics.mcnemar(one, two), float(p_value(one, two))
        expect(abs(want - got) < 1e-6, f"For one pair of random lists p is {want:.4f}, yours is {got:.4f}.")


@exercise(
    "7.4",
    title="Holm's correction",
    difficulty=2,
    importance=2,
    minutes=10,
    hints=[
        "Sort the p-values but remember where each came from: `order = np.argsort(p)`.",
        "The smallest is multiplied by m, the number of tests, the next by m - 1, the last by 1; none passes 1.",
        "An adjusted value is never below the one before it: `np.maximum.accumulate`. Then put each back where its p-value stood.",
    ],
    solution='''
def holm_adjusted(p_values):
    """Holm's adjusted p-values, in the order of the given ones."""
    p = np.array(p_values, float)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    result = np.empty(len(p))
    result[order] = np.minimum(1, adjusted)
    return list(result)
''',
)
def _holm(adjust):
    def ask(p):
        out = np.asarray(adjust(list(p)), float)
        expect(out.shape == (len(p),), f"{len(p)} p-values went in and an array of shape {out.shape} came out: give one for each.")
        return out

    def equal(got, want):
        return np.allclose(got, want, atol=1e-9)

    one = ask([0.03])
    expect(equal(one, [0.03]), f"A single test needs no correction: 0.03 stays 0.03, yours is {one[0]:.3g}.")
    p = [0.01, 0.02, 0.045]
    got = ask(p)
    expect(
        not equal(got, [0.03, 0.06, 0.135]), "Every p-value is multiplied by the number of tests: that is Bonferroni. Holm's factor falls."
    )
    expect(
        not equal(got[:2], [0.02, 0.02]),
        "The factors are one too small: the smallest p-value takes m, the number of tests, the last takes 1.",
    )
    rising = np.minimum(1, np.array(p) * [1, 2, 3])
    expect(not equal(got, rising), "The factors rise with the p-values: the smallest takes the largest factor.")
    bh = [0.03, 0.03, 0.045]
    expect(
        not equal(got, bh),
        "The p-values are divided by their rank: that is Benjamini and Hochberg's control of the false discovery rate. Holm multiplies "
        "by m, m - 1, ..., 1.",
    )
    close = [0.01, 0.011, 0.012]
    got = ask(close)
    expect(
        not equal(got, [0.03, 0.022, 0.012]),
        "An adjusted p-value is smaller than that of a smaller p-value: keep the largest so far (a running maximum).",
    )
    expect(
        not equal(got, [0.012, 0.012, 0.012]),
        "A later, smaller product pulls earlier ones down: that is Hochberg. Holm keeps the largest so far, from the smallest up.",
    )
    expect(equal(got, [0.03, 0.03, 0.03]), f"For {close} Holm gives 0.03 three times, yours gives {np.round(got, 4).tolist()}.")
    big = ask([0.5, 0.6, 0.9])
    expect((big <= 1).all(), f"An adjusted p-value is {big.max():.2f}: none may pass 1.")
    mixed = [0.04, 0.001, 0.2, 0.03, 0.6]
    got, want = ask(mixed), metrics.holm(mixed)
    expect(
        equal(got, want) or not equal(got, np.sort(want)),
        "The adjusted values come back sorted: put each where its p-value stood, or they belong to the wrong contrast.",
    )
    rng = np.random.default_rng(4)
    for _ in range(20):
        p = rng.random(rng.integers(2, 8)) ** 3
        got, want = ask(p), metrics.holm(p)
        expect(
            equal(got, want),
            f"For {np.round(p, 3).tolist()} Holm gives {np.round(want, 3).tolist()}, yours gives {np.round(got, 3).tolist()}: "
            "sort, multiply by m, m - 1, ..., 1, keep the running maximum, put back in the old order.",
        )


@exercise(
    "7.5",
    title="The interaction term",
    difficulty=1,
    importance=3,
    minutes=8,
    hints=[
        "For one question: what did the passages add to the tuned model, and what did they add to the base model?",
        "The interaction is the difference of these two gains, (hybrid - lora) - (rag - base).",
    ],
    solution='''
def interaction_term(base, rag_, lora_, hybrid):
    """For each question (hybrid - LoRA) - (RAG - base); its mean is the interaction."""
    return [(h - t) - (r - b) for b, r, t, h in zip(base, rag_, lora_, hybrid)]
''',
)
def _interaction(term):
    def ask(*scores):
        out = np.asarray(term(*(list(map(float, s)) for s in scores)), float)
        expect(out.ndim > 0, "Give back one value for each question, not their mean: the bootstrap needs them one by one.")
        expect(out.shape == (len(scores[0]),), f"{len(scores[0])} questions went in and an array of shape {out.shape} came out.")
        return out

    rng = np.random.default_rng(5)
    base, rag_, lora_, hybrid = rng.integers(0, 2, (4, 40)).astype(float)
    want, got = (hybrid - lora_) - (rag_ - base), ask(base, rag_, lora_, hybrid)
    expect(
        not np.allclose(got, -want), "The sign is the wrong way round: the gain with tuning comes first, (hybrid - lora) - (rag - base)."
    )
    expect(
        not np.allclose(got, hybrid - lora_ - rag_),
        "The base system is left out: what RAG gains is its score minus that of the base.",
    )
    expect(
        not np.allclose(got, hybrid - lora_ - rag_ - base),
        "The base is subtracted, but two minus signs make a plus: mind the brackets in (hybrid - lora) - (rag - base).",
    )
    expect(
        not np.allclose(got, hybrid - base),
        "That is the whole gain of the hybrid over the base: the interaction is what is left of it once both single gains are taken off.",
    )
    expect(
        not np.allclose(got, hybrid - np.maximum(rag_, lora_)),
        "That compares the hybrid with the better of the two: a fair question, but not whether the parts' gains add up.",
    )
    expect(
        not np.allclose(got, (hybrid - lora_) + (rag_ - base)),
        "The two gains are added: the interaction is how much they differ.",
    )
    additive = ask([0.0] * 4, [1.0] * 4, [0.0] * 4, [1.0] * 4)
    expect(np.allclose(additive, 0), "Where the passages add the same to both models the interaction is 0; yours is not.")
    expect((got < 0).any() or not (want < 0).any(), "No value is negative: an interaction may be, don't clip it or take its size.")
    expect(
        np.allclose(got, want), "For a question with base 0, RAG 0, LoRA 0, hybrid 1 the interaction is 1: (hybrid - lora) - (rag - base)."
    )
