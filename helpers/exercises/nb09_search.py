"""Exercises of notebook 09 on search and cost: a filter by terms, the threshold of a cascade."""

import math
import random
import re

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, same


@exercise("9.5", "Extract, then filter", difficulty=2, importance=3, minutes=12)
@hints(
    "Count for each passage how many of the terms it contains. What is the highest count?",
    "Keep the passages with that count. If it is 0, these are all of them, as they should be.",
    "A whole word: `(?<!\\w)` before and `(?!\\w)` after `re.escape(term)`, ignoring case.",
)
@solved_by(r'''
import re

def keep_rows(passages, terms):
    """The indices of the passages that contain the most of the terms; of all if none has any."""
    wanted = {term.lower() for term in terms}
    patterns = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)") for term in wanted]
    counts = [sum(bool(p.search(text.lower())) for p in patterns) for text in passages]
    most = max(counts, default=0)
    return [i for i, count in enumerate(counts) if count == most]
''')
def grade_keep_rows(keep_rows):
    instead = "Return the indices of the passages, not their texts."
    case = cases(keep_rows, {(lambda got: any(isinstance(one, str) for one in got)): instead})
    texts = ["The Bluebook is closed.", "Fire drill, form 61-3490.", "A drill in the Bluebook."]
    why = "Keep the passages that contain the term."
    case(texts, ["form"], returns=[1], why=why)
    case(texts, ["drill"], returns=[1, 2], why=f"{why} Their order stays.")
    why = "Keep the passages that contain the most of the terms, here both."
    mistakes = {(0, 1, 2): "One of the terms is not enough where a passage has more of them."}
    case(texts, ["Bluebook", "drill"], returns=[2], why=why, mistakes=mistakes)
    why = "No passage contains both terms, so keep those that contain one of them."
    case(texts, ["form", "closed"], returns=[0, 1], why=why)
    nothing = "A filter that matches nothing must not empty the search: keep all passages."
    case(texts, ["ostrich"], returns=[0, 1, 2], why=nothing)
    case(texts, [], returns=[0, 1, 2], why=f"{nothing} Without terms, too.")
    case([], ["drill"], returns=[], why="There are no passages: return an empty list.")
    case(texts, ["BLUEBOOK"], returns=[0, 2], why="Capitals don't matter.")
    case(["a dam", "A DAM"], ["Dam"], returns=[0, 1], why="Capitals don't matter.")
    whole = "A term counts as a whole word: no letter or digit may touch it. "
    case(["capacity", "a cap", "recap"], ["cap"], returns=[1], why=whole)
    codes = ["61-34901 is a hose", "61-3490 is a pump", "161-3490 is a lid", "see 61-3490."]
    case(codes, ["61-3490"], returns=[1, 3], why=whole)
    signs = "Characters such as '(' or '.' in a term stand for themselves: escape them. "
    nowhere = "The term was found nowhere. It need not be a run of letters and digits. (And `\\b` "
    nowhere += "needs one at the term's edge: look at the characters before and after instead.) "
    unfound = {(0, 1, 2): nowhere}
    few = ["it takes 275", "it takes 2.5", "it takes 3"]
    case(few, ["2.5"], returns=[1], why=signs, mistakes=unfound)
    case(["N48/T", "N48 T", "T"], ["N48/T"], returns=[0], why=signs, mistakes=unfound)
    case(["cost (net)", "net cost", "cost"], ["(net)"], returns=[0], why=signs, mistakes=unfound)
    why = "A term may be two words, and they must stand together."
    case(["a sea wall", "the wall", "a sea"], ["sea wall"], returns=[0], why=why)
    once = "A term counts once, however often it occurs or is listed. "
    case(["drill drill drill", "fire drill"], ["drill", "fire"], returns=[1], why=once)
    case(["a drill, a lock", "a fire"], ["fire", "fire", "drill", "lock"], returns=[0], why=once)
    case(["a fire", "a drill"], ["fire", "Fire", "drill"], returns=[0, 1], why=once)

    def reference(passages, terms):
        def has(text, term):
            spots = [m.start() for m in re.finditer(re.escape(term.lower()), text.lower())]
            text = f" {text} "
            ends = [(text[i], text[i + len(term) + 1]) for i in spots]
            return any(not a.isalnum() and not b.isalnum() for a, b in ends)

        counts = [len({t.lower() for t in terms if has(text, t)}) for text in passages]
        return [i for i, n in enumerate(counts) if n == max(counts)]

    rng, words = random.Random(5), ["dam", "gate", "7C-058", "lock", "Weir", "dams", "x2"]
    inputs = []
    for _ in range(25):
        some = [" ".join(rng.choices(words, k=4)) for _ in range(rng.randint(1, 6))]
        inputs.append((some, rng.choices(words, k=rng.randint(1, 3))))
    same(keep_rows, reference, inputs, "Keep the passages that contain the most of the terms.")


@exercise("9.6", "The threshold of a cascade", difficulty=2, importance=3, minutes=12)
@hints(
    "With one threshold, `np.where(scores >= threshold, cheap, expensive).mean()` is right.",
    "Try the scores themselves as thresholds, from the lowest up, and return the first good one.",
    "If none is good, return math.inf: the cheap system then answers nothing.",
)
@solved_by('''
import math

def cascade_threshold(scores, cheap, expensive, most_lost):
    """The lowest score from which the cheap system may answer; math.inf if there is none."""
    scores, cheap, expensive = (np.array(values, float) for values in (scores, cheap, expensive))
    for threshold in sorted(set(scores)):
        right = np.where(scores >= threshold, cheap, expensive).mean()
        if right >= expensive.mean() - most_lost - 1e-9:
            return float(threshold)
    return math.inf
''')
def grade_cascade_threshold(cascade_threshold):
    def reference(scores, cheap, expensive, most_lost):
        good = [math.inf]
        for t in set(scores):
            both = [c if s >= t else d for s, c, d in zip(scores, cheap, expensive, strict=True)]
            if sum(both) >= sum(expensive) - len(expensive) * (most_lost + 1e-9):
                good.append(t)
        return min(good)

    case = cases(cascade_threshold, {None: "If no score is good, return math.inf."})
    why = "Equal is good enough: compare with the expensive system's own share, not with 1."
    highest = "The lowest good score spares the expensive system the most. (Scores come in any "
    highest += "order.)"
    place = {0.9: highest, 1: "Return the score, not its place."}
    case([0.9, 0.4], [1, 0], [1, 0], 0.0, returns=0.4, why=why, mistakes=place)
    why = "Here the cheap system is as good as the expensive one, so it may answer everything."
    case([0.2, 0.9, 0.5], [1, 1, 0], [1, 1, 0], 0.0, returns=0.2, why=why)
    why = "The cheap system is right where it is sure, so it may answer from 0.6 on."
    mistakes = {
        0.9: highest,
        0.4: "From there on, the cascade loses more than it may.",
    }
    four = [0.9, 0.6, 0.4, 0.1], [1, 1, 0, 0], [1, 1, 1, 1]
    case(*four, 0.0, returns=0.6, why=why, mistakes=mistakes)
    why = "A question with the threshold itself as its score goes to the cheap system."
    case([0.3, 0.8], [0, 1], [1, 1], 0.0, returns=0.8, why=why)
    why = "Nothing may be lost, and the cheap system is always wrong: return math.inf."
    case([0.3, 0.8], [0, 0], [1, 1], 0.0, returns=math.inf, why=why)
    why = "One right answer in four may be lost, so one wrong answer of the cheap one is allowed."
    case(*four, 0.25, returns=0.4, why=why)
    case(*four, 0.5, returns=0.1, why=why)
    why = "Exactly `most_lost` may be lost: take it off the share, not a part of the share. And in "
    why += "floating point, tolerate 1e-9."
    scores, cheap = [i / 10 for i in range(10)], [0] + [1] * 7 + [0] * 2
    case(scores, cheap, [1] * 8 + [0] * 2, 0.1, returns=0.0, why=why)
    why = "Questions with the same score go to the same system."
    case([0.5, 0.5, 0.1], [1, 0, 0], [1, 1, 1], 0.0, returns=math.inf, why=why)
    case([0.5, 0.5, 0.1], [1, 0, 0], [1, 1, 1], 0.34, returns=0.5, why=why)
    why = "A lower score may be good again, because the cheap system is right there: the lowest "
    why += "good one counts."
    case([0.9, 0.6, 0.3], [1, 0, 1], [1, 1, 0], 0.0, returns=0.3, why=why)
    why = "Compare the whole cascade, cheap and expensive answers together."
    case([0.9, 0.4, 0.2], [1, 0, 0], [0, 1, 1], 0.0, returns=0.4, why=why)
    why = "A score may be negative, or above 1."
    case([-2.0, -5.0, 7.0], [1, 0, 1], [1, 1, 1], 0.0, returns=-2.0, why=why)
    why = "What is right may be a share, such as the mean over seeds."
    case([0.9, 0.4], [1, 0.5], [0.8, 0.6], 0.0, returns=0.4, why=why)
    case([0.9, 0.4], [1, 0.3], [0.8, 0.6], 0.0, returns=0.9, why=why)
    rng, inputs = np.random.default_rng(6), []
    for n in (3, 8, 40):
        for lost in (0.0, 0.05, 0.2):
            scores = rng.integers(0, 2 * n, n) / 7
            right = rng.integers(0, 2, (2, n)).tolist()
            inputs.append((scores.tolist(), *right, lost))
    same(cascade_threshold, reference, inputs, "The lowest good score, or math.inf.")
