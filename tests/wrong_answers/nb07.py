"""Wrong answers to the exercises of notebook 07: (exercise, what is wrong, the answer, a piece of the message it must get)."""

import math
import random

import numpy as np
from scipy import stats

from helpers import metrics, rag


def row(question, passages, answer):
    return {"question": question, "passages": passages, "answer": answer}


def gold_first(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *rng.sample(distractors, 2)] if keep_gold else rng.sample(distractors, 3)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def shuffled_before_gold(question, answer, gold, distractors, keep_gold, rng):
    passages = rng.sample(distractors, 2) if keep_gold else rng.sample(distractors, 3)
    rng.shuffle(passages)
    if keep_gold:
        passages.insert(rng.choice([0, 2]), gold)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def always_answers(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *rng.sample(distractors, 2)] if keep_gold else rng.sample(distractors, 3)
    rng.shuffle(passages)
    return row(question, passages, answer)


def own_abstention(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *rng.sample(distractors, 2)] if keep_gold else rng.sample(distractors, 3)
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else "I don't know.")


def fewer_without_gold(question, answer, gold, distractors, keep_gold, rng):
    passages = rng.sample(distractors, 2) + [gold] * keep_gold
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def gold_always_shown(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *rng.sample(distractors, 2)]
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def swapped(question, answer, gold, distractors, keep_gold, rng):
    passages = rng.sample(distractors, 3) if keep_gold else [gold, *rng.sample(distractors, 2)]
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def repeats(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *rng.choices(distractors, k=2)] if keep_gold else rng.choices(distractors, k=3)
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def own_randomness(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *random.sample(distractors, 2)] if keep_gold else random.sample(distractors, 3)
    random.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def all_shown(question, answer, gold, distractors, keep_gold, rng):
    passages = rng.sample(distractors, 3) + [gold] if keep_gold else rng.sample(distractors, 4)
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def same_distractors(question, answer, gold, distractors, keep_gold, rng):
    passages = [gold, *distractors[:2]] if keep_gold else distractors[:3]
    rng.shuffle(passages)
    return row(question, passages, answer if keep_gold else rag.ABSTAIN)


def no_answer(question, answer, gold, distractors, keep_gold, rng):
    return {"question": question, "passages": [gold, *rng.sample(distractors, 2)]}


def bootstrap_with(values=None, level=0.05, pick=None, mean=None, replace=True, sign=1):
    """A right paired bootstrap over entities, but for one part."""

    def interval(first, second, entities, draws=2000, seed=0):
        rng = np.random.default_rng(seed)
        difference = sign * (np.array(first) - np.array(second))
        owners = list(range(len(first))) if pick == "questions" else list(entities)
        of = {}
        for owner, value in zip(owners, difference, strict=True):
            of.setdefault(owner, []).append(value)
        groups = [np.array(v) for v in of.values()]
        means = []
        for _ in range(draws):
            chosen = rng.choice(len(groups), len(groups), replace=replace)
            if mean == "entities":
                means.append(np.mean([groups[i].mean() for i in chosen]))
            else:
                means.append(np.concatenate([groups[i] for i in chosen]).mean())
        low, high = np.quantile(means, [level / 2, 1 - level / 2])
        centre = np.mean([g.mean() for g in groups]) if values == "entities" else difference.mean()
        return centre, low, high

    return interval


def unpaired(first, second, entities, draws=2000, seed=0):
    rng, names = np.random.default_rng(seed), np.array(entities)
    first, second, unique = np.array(first), np.array(second), np.unique(names)
    rows = {name: np.flatnonzero(names == name) for name in unique}
    means = []
    for _ in range(draws):
        one, two = (np.concatenate([rows[n] for n in rng.choice(unique, len(unique))]) for _ in range(2))
        means.append(first[one].mean() - second[two].mean())
    low, high = np.quantile(means, [0.025, 0.975])
    return (first - second).mean(), low, high


def only_the_mean(first, second, entities, draws=2000, seed=0):
    return float(np.mean(np.array(first) - np.array(second)))


def ends_first(first, second, entities, draws=2000, seed=0):
    mean, low, high = metrics.bootstrap(np.array(first) - np.array(second), entities)
    return low, high, mean


def counts(first, second):
    return sum(a and not b for a, b in zip(first, second, strict=True)), sum(b and not a for a, b in zip(first, second, strict=True))


def one_sided(first, second):
    b, c = counts(first, second)
    return 1.0 if b + c == 0 else sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


def not_capped(first, second):
    b, c = counts(first, second)
    return 1.0 if b + c == 0 else 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


def chance_of_the_split(first, second):
    b, c = counts(first, second)
    return min(1.0, 2 * math.comb(b + c, b) / 2 ** (b + c))


def chi_squared(first, second):
    b, c = counts(first, second)
    return 1.0 if b == c else stats.chi2.sf((b - c) ** 2 / (b + c), 1)


def chi_squared_corrected(first, second):
    b, c = counts(first, second)
    return 1.0 if b == c else stats.chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1)


def all_questions(first, second):
    b, c = counts(first, second)
    return stats.binomtest(min(b, c) + (len(first) - b - c) // 2, len(first)).pvalue


def only_the_second_counts(first, second):
    b, c = counts(first, second)
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(c + 1)) / 2 ** (b + c))


def holm_with(factors, running=np.maximum.accumulate, cap=1, back=True):
    """Holm's adjustment, but for one part."""

    def adjust(p_values):
        p = np.array(p_values, float)
        order = np.argsort(p)
        adjusted = np.minimum(cap, running(p[order] * factors(len(p))))
        out = np.empty(len(p))
        out[order] = adjusted
        return list(out if back else adjusted)

    return adjust


def falling(m):
    return m - np.arange(m)


def benjamini_hochberg(p_values):
    p = np.array(p_values, float)
    order, m = np.argsort(p), len(p)
    out = np.empty(m)
    out[order] = np.minimum.accumulate((p[order] * m / np.arange(1, m + 1))[::-1])[::-1]
    return list(out)


def terms(formula):
    """An interaction that uses another formula for each question."""
    return lambda base, rag_, lora_, hybrid: [formula(*scores) for scores in zip(base, rag_, lora_, hybrid, strict=True)]


WRONG = [
    ("7.1", "the gold passage is always first", gold_first, "Shuffle the passages"),
    ("7.1", "shuffled before the gold passage was put in", shuffled_before_gold, "far more often"),
    ("7.1", "answers what the passages do not say", always_answers, "learn to invent"),
    ("7.1", "abstains in words of its own", own_abstention, "word for word"),
    ("7.1", "one passage fewer without the gold one", fewer_without_gold, "count instead of read"),
    ("7.1", "the gold passage is never left out", gold_always_shown, "teach to overlook"),
    ("7.1", "keep_gold the wrong way round", swapped, "the gold passage is not among"),
    ("7.1", "distractors drawn with replacement", repeats, "without replacement"),
    ("7.1", "does not use the rng", own_randomness, "use the rng"),
    ("7.1", "four passages", all_shown, "three passages"),
    ("7.1", "always the first distractors", same_distractors, "rng.sample"),
    ("7.1", "a row without its answer", no_answer, "lacks 'answer'"),
    ("7.2", "second - first", bootstrap_with(sign=-1), "sign is the wrong way round"),
    ("7.2", "resamples questions", bootstrap_with(pick="questions"), "draw whole entities"),
    ("7.2", "a 90% interval", bootstrap_with(level=0.1), "2.5% at each end"),
    ("7.2", "averages the means of the entities", bootstrap_with(values="entities", mean="entities"), "the entities' means"),
    ("7.2", "averages the entities' means in the draws only", bootstrap_with(mean="entities"), "their number"),
    ("7.2", "draws without replacement", bootstrap_with(replace=False), "with replacement"),
    ("7.2", "the systems are resampled apart", unpaired, "same questions for both"),
    ("7.2", "gives the mean alone", only_the_mean, "three numbers"),
    ("7.2", "gives low, high, mean", ends_first, "(mean, low, high)"),
    ("7.3", "one side only", one_sided, "two sides"),
    ("7.3", "p above 1", not_capped, "can't pass 1"),
    ("7.3", "the chance of this split alone", chance_of_the_split, "more extreme"),
    ("7.3", "the chi-squared approximation", chi_squared, "chi-squared"),
    ("7.3", "the chi-squared approximation, corrected", chi_squared_corrected, "chi-squared"),
    ("7.3", "counts the questions on which both agree", all_questions, "on which they differ count"),
    ("7.3", "takes the second system's count for the smaller one", only_the_second_counts, "changed places"),
    ("7.4", "Bonferroni", holm_with(lambda m: m), "Bonferroni"),
    ("7.4", "no running maximum", holm_with(falling, running=lambda x: x), "running maximum"),
    ("7.4", "Hochberg", holm_with(falling, running=lambda x: np.minimum.accumulate(x[::-1])[::-1]), "that is Hochberg"),
    ("7.4", "Benjamini and Hochberg", benjamini_hochberg, "false discovery rate"),
    ("7.4", "not capped", holm_with(falling, cap=9), "none may pass 1"),
    ("7.4", "left in sorted order", holm_with(falling, back=False), "come back sorted"),
    ("7.4", "ranks counted from one", holm_with(lambda m: m - np.arange(1, m + 1)), "single test"),
    ("7.4", "the factors rise", holm_with(lambda m: np.arange(1, m + 1)), "smallest takes the largest"),
    ("7.5", "the sign", terms(lambda b, r, t, h: (r - b) - (h - t)), "sign is the wrong way round"),
    ("7.5", "without the base", terms(lambda b, r, t, h: h - t - r), "base system is left out"),
    ("7.5", "brackets", terms(lambda b, r, t, h: h - t - r - b), "mind the brackets"),
    ("7.5", "the whole gain", terms(lambda b, r, t, h: h - b), "whole gain"),
    ("7.5", "against the better one", terms(lambda b, r, t, h: h - max(r, t)), "better of the two"),
    ("7.5", "the two gains added", terms(lambda b, r, t, h: (h - t) + (r - b)), "gains are added"),
    ("7.5", "clipped at zero", terms(lambda b, r, t, h: max(0, h - t - r + b)), "may be"),
    ("7.5", "the mean alone", lambda b, r, t, h: float(np.mean(h) - np.mean(t) - np.mean(r) + np.mean(b)), "one value for each"),
]
