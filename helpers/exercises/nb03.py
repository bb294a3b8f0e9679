"""Exercises of notebook 03: BM25, fusion, nDCG, ruined queries, the Pareto front, filtering."""

import math
import random
from collections import Counter
from fractions import Fraction

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, expect, returns, same


@exercise("3.1", "One word's share of BM25", difficulty=2, importance=2, minutes=8)
@hints(
    "Two factors: how rare the word is in all passages (the idf), how frequent it is in this one.",
    "The idf is `np.log(1 + (total - containing + 0.5) / (containing + 0.5))`.",
    "The other factor is tf / (tf + k1 * norm), where norm = 1 - b + b * length / average.",
)
@solved_by("""
import math

def bm25(tf, length, average, containing, total, k1=1.5, b=0.75):
    idf = math.log(1 + (total - containing + 0.5) / (containing + 0.5))
    norm = 1 - b + b * length / average
    return idf * tf / (tf + k1 * norm)
""")
def grade_bm25(bm25):
    case, idf = cases(bm25), math.log(1 + 95.5 / 5.5)
    log = "Use the natural logarithm: `math.log` or `np.log`."
    mistakes = {
        (lambda got: got < 0): "A score is never below 0: did you take `containing` for `total`?",
        1: "A rare word counts more than a frequent one: multiply by the idf, the logarithm.",
        2.5
        * idf: "Leave out the factor (k1 + 1): other variants multiply by it, this one does not.",
        (
            lambda got: got > 3 * idf
        ): "The score grows with tf without bound: divide by tf + k1 * ...",
        math.log(95.5 / 5.5): "The idf lacks something: the 1 + inside the logarithm is missing.",
        idf / math.log(10): log,
        idf / math.log(2): log,
    }
    why = "For a very high tf the score is nearly the idf. Check its `1 +` and both 0.5."
    case(10**6, 100, 100, 5, 100, returns=idf, why=why, mistakes=mistakes, tolerance=1e-3)
    why = "A word that does not occur in the passage (tf 0) scores 0."
    case(0, 100, 100, 5, 100, returns=0, why=why)
    swapped = "k1 and b are swapped: k1 (1.5) multiplies the bracket, and b (0.75) is inside it."
    why = "In a passage of average length the bracket is 1, so tf 1 scores idf / (1 + k1)."
    case(1, 100, 100, 5, 100, returns=idf / 2.5, why=why, mistakes={idf / 1.75: swapped})
    no_length, inverse = idf * 2 / 3.5, idf * 2 / 2.9375
    mistakes = {
        no_length: "The length of the passage has no effect: b * length / average is missing.",
        inverse: "In a long passage tf counts less: length / average, not average / length.",
    }
    why = "The divisor is 2 + k1 * (1 - b + b * 2) here: k1 multiplies all of the bracket."
    case(2, 200, 100, 5, 100, returns=idf * 2 / 4.625, why=why, mistakes=mistakes)
    why = "Use the `k1` that is passed in, not always 1.5."
    case(1, 100, 100, 5, 100, k1=3, returns=idf / 4, why=why)
    why = "Use the `b` that is passed in: with 0 the length does not matter."
    case(2, 200, 100, 5, 100, b=0, returns=no_length, why=why)

    def reference(tf, length, average, containing, total, k1, b):
        odds = (total - containing + 0.5) / (containing + 0.5)
        return np.log1p(odds) / (1 + k1 * (1 + b * (length / average - 1)) / tf)

    rng = random.Random(0)
    for _ in range(60):
        passage = (rng.randint(1, 9), rng.randint(10, 300), rng.uniform(20, 200))
        parameters, total = (rng.uniform(0.5, 2.5), rng.random()), rng.randint(1, 500)
        same(bm25, reference, [(*passage, rng.randint(0, total), total, *parameters)])


@exercise("3.2", "Reciprocal rank fusion", difficulty=1, importance=3, minutes=8)
@hints(
    "Keep one sum for each id in a dict. Each ranking that contains the id adds one share to it.",
    "`enumerate(ranking, start=1)` counts the ranks; add up with `sums.get(id, 0) + ...`.",
    "A dict and `sorted` both keep the order: `sorted(sums, key=sums.get, reverse=True)`.",
)
@solved_by("""
def fuse(rankings, constant=60):
    sums = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            sums[id] = sums.get(id, 0) + 1 / (constant + rank)
    return sorted(sums, key=sums.get, reverse=True)
""")
def grade_fuse(fuse):
    mistakes = {
        (lambda got: isinstance(got[0], tuple)): "Return the ids alone, without their sums.",
        (lambda got: len(got) > len(set(got))): "Each id comes once in the result.",
    }
    case, abc = cases(fuse, mistakes), ["a", "b", "c"]
    worst = {("c", "b", "a"): "Yours puts the worst first: the largest sum comes first."}
    case([abc, abc], returns=abc, why="Both rankings agree.", mistakes=worst)
    mistakes = {
        ("y",): "An id that is in one ranking only counts as well.",
        ("y", "x"): "An id that is in the second ranking only counts as well.",
        ("z", "x", "y"): "Add up shares 1 / (constant + rank), not ranks.",
        ("z", "y", "x"): "Do not average the shares: being found twice must help 'y'.",
    }
    why = "'z' has rank 1 and 'x' rank 2: the rank counts, the same in each ranking. "
    why += "Did you put one ranking after the other?"
    case([["y", "x"], ["z", "y"]], returns=["y", "z", "x"], why=why, mistakes=mistakes)
    why = "The two shares of 'y' beat the one of 'x': did you take the best rank only?"
    case([["x", "y"], ["y", "z"]], returns=["y", "x", "z"], why=why)
    why = "Equal sums stay in the order in which the ids first appear."
    case([["b", "a"], ["a", "b"]], returns=["b", "a"], why=why)
    case([["z", "y"], ["x", "w"]], returns=["z", "x", "y", "w"], why=why)
    why = "With 60, ranks 2 and 3 together beat one first place: add the constant to each rank."
    two, fused = [["x", "y"], ["z", "w", "y"]], ["y", "x", "z", "w"]
    case(two, returns=fused, why=why)
    why = "Ranks begin at 1, not at 0: with constant 1, 1/3 + 1/4 beats one first place (1/2)."
    case(two, constant=1, returns=fused, why=why)
    why = "Use the `constant` that is passed in: with 1, one first place beats two fourth places."
    deep = [["x", "a", "b", "y"], ["c", "d", "e", "y"]]
    case(deep, constant=1, returns=["x", "c", "y", "a", "d", "b", "e"], why=why)
    why = "Go through all the rankings: there may be three, or only one."
    case([["a", "b"], ["b", "a"], ["c", "b"]], returns=["b", "a", "c"], why=why)
    case([abc], returns=abc, why=why)
    case([[], ["a"]], returns=["a"], why="A ranking may be empty.")
    case([], returns=[], why="Without rankings the result is an empty list.")

    def reference(rankings, constant):
        sums = Counter()
        for ranking in rankings:
            sums.update({id: Fraction(1, constant + 1 + i) for i, id in enumerate(ranking)})
        return [id for id, _ in sums.most_common()]

    rng = random.Random(0)
    for _ in range(60):  # the third has one id, so no two ids tie with sums of three shares
        rankings = [rng.sample("abcdefgh", rng.randint(1, 7)) for _ in range(2)]
        rankings += [rng.sample("abcdefgh", 1)] * rng.randint(0, 1)
        why = "Return every id of the rankings, the largest sum first."
        same(fuse, reference, [(rankings, rng.choice([10, 60]))], why=why)


@exercise("3.3", "nDCG", difficulty=2, importance=3, minutes=10)
@hints(
    "Two sums of 1 / log2(rank + 1): one over the ranks of the hits, one over the best ranks.",
    "Look at `ranked[:k]` only. The best ranks are 1 to min(k, len(relevant)).",
    "best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))",
)
@solved_by("""
import math

def ndcg(ranked, relevant, k=10):
    hits = [rank for rank, id in enumerate(ranked[:k], start=1) if id in relevant]
    ideal = range(1, min(k, len(relevant)) + 1)
    gain, best = (sum(1 / math.log2(rank + 1) for rank in ranks) for ranks in (hits, ideal))
    return gain / best if best else 0.0
""")
def grade_ndcg(ndcg):
    case, abc, abcd = cases(ndcg), ["a", "b", "c"], ["a", "b", "c", "d"]
    second = 1 / math.log2(3)
    endless = "Divide by log2(rank + 1), with ranks from 1, since log2(1) is 0."
    why = "One hit at rank 1 is ideal: the ideal has min(k, len(relevant)) hits, here 1 and not k."
    mistakes = {(lambda got: not math.isfinite(got)): endless}
    case(abc, {"a"}, returns=1, why=why, mistakes=mistakes)
    why = "A hit at rank 2 counts less than one at rank 1: divide by log2(rank + 1), not "
    why += "log2(rank)."
    mistakes = {1 / 2: "Divide each gain by log2(rank + 1), not by the rank."}
    case(abc, {"b"}, returns=second, why=why, mistakes=mistakes)
    mistakes = {
        1 + second: "The sum of the gains is not normalised: divide it by the best possible sum.",
        (1 + second) / 2: "Divide by the best possible sum, not by the number of relevant ids.",
    }
    why = "With all relevant ids at the top the value is 1."
    case(abc, {"a", "b"}, returns=1, why=why, mistakes=mistakes)
    why = "The best possible ranking has all relevant ids at its top, even those not found."
    case(["a", "b"], {"a", "z"}, returns=1 / (1 + second), why=why)
    why = "The best possible ranking is not limited by the length of `ranked`, only by k."
    case(["a"], {"a", "z"}, returns=1 / (1 + second), why=why)
    why = "Only the first k ids count: a hit at rank 4 is too late."
    case(abcd, {"d"}, 3, returns=0, why=why)
    why = "Only k ids can be at the top, so the best sum has min(k, len(relevant)) terms."
    case(abcd, {"a", "b", "x", "y", "z"}, 2, returns=1, why=why)
    case(abc, set(), returns=0, why="If nothing is relevant, the value is 0.0.")
    case([], {"a"}, returns=0, why="If nothing was found, the value is 0.0.")
    case(abc, {"x"}, returns=0, why="Without a hit the value is 0.")

    def reference(ranked, relevant, k):
        discounts = 1 / np.log2(np.arange(2, k + 2))
        hits = np.array([id in relevant for id in ranked[:k]], float)
        return hits @ discounts[: len(hits)] / max(discounts[: len(relevant)].sum(), 1e-9)

    rng, ids = random.Random(0), [f"d{i}" for i in range(20)]
    for _ in range(100):
        ranked, relevant = (rng.sample(ids, rng.randint(0, most)) for most in (15, 8))
        why = "Each hit among the first k counts."
        same(ndcg, reference, [(ranked, set(relevant), rng.randint(1, 12))], why=why)


@exercise("3.4", "Which queries does expansion ruin?", difficulty=1, importance=2, minutes=8)
@hints(
    "For each query of `before`, the fall is its nDCG before minus its nDCG after.",
    "`after.get(query, 0)` is 0 for a missing query. Keep the falls in a dict, select, then sort.",
    "Keep the queries whose fall is at least `least - 1e-9`.",
)
@solved_by("""
def ruined(before, after, least=0.2):
    falls = {query: before[query] - after.get(query, 0) for query in before}
    fallen = [query for query in falls if falls[query] >= least - 1e-9]
    return sorted(fallen, key=falls.get, reverse=True)
""")
def grade_ruined(ruined):
    alone = "Return the queries alone, without their numbers."
    case = cases(ruined, {(lambda got: isinstance(got[0], tuple)): alone})
    mistakes = {
        ("oak",): "A fall is before minus after: yours is the other way round.",
        (lambda got: "oak" in got): "'oak' rises: take before minus after, without `abs`.",
        (lambda got: "yew" in got): "'yew' falls by 0.05: leave out falls of less than `least`.",
    }
    before, after = {"ash": 0.9, "oak": 0.5, "yew": 0.65}, {"ash": 0.3, "oak": 0.9, "yew": 0.6}
    case(before, after, returns=["ash"], why="'ash' falls from 0.9 to 0.3.", mistakes=mistakes)
    why = "The fall is a difference, not a share of the value before."
    case({"ash": 0.2}, {"ash": 0.1}, returns=[], why=why)
    mistakes = {
        ("ash", "oak", "elm"): "Yours puts the smallest fall first: the largest comes first.",
        ("elm", "ash", "oak"): "Sort by the fall, not by the nDCG after it.",
        ("oak", "elm", "ash"): "Sort by the fall, not by the nDCG before it.",
    }
    before, after = {"ash": 0.6, "elm": 0.85, "oak": 0.9}, {"ash": 0.3, "elm": 0.2, "oak": 0.45}
    why = "The falls are 0.3 (ash), 0.65 (elm) and 0.45 (oak): the largest first."
    case(before, after, returns=["elm", "oak", "ash"], why=why, mistakes=mistakes)
    mistakes = {(lambda got: "oak" in got): "'oak' is missing too, but it falls by 0.1 only."}
    why = "'ash' is missing from `after`: it was not answered, which counts as 0."
    before = {"ash": 0.9, "elm": 0.8, "oak": 0.1}
    case(before, {"elm": 0.8}, returns=["ash"], why=why, mistakes=mistakes)
    why = "Use the `least` that is passed in, not always 0.2."
    case({"ash": 0.9}, {"ash": 0.4}, least=0.6, returns=[], why=why)
    case({"ash": 0.6}, {"ash": 0.5}, least=0.05, returns=["ash"], why=why)
    why = "A fall of exactly `least` counts: it is `at least`, so >= and not >."
    case({"ash": 0.75}, {"ash": 0.5}, least=0.25, returns=["ash"], why=why)
    why = "It falls by 0.2, in floating point by slightly less: compare with least - 1e-9."
    for start, end in ((1.0, 0.8), (0.7, 0.5), (0.5, 0.3)):
        case({"ash": start}, {"ash": end}, returns=["ash"], why=why)
    why = "A fall of 0.199 is less than 0.2: tolerate 1e-9 and not more, and do not round."
    case({"ash": 0.6}, {"ash": 0.401}, returns=[], why=why)
    case({"ash": 0.5}, {"ash": 0.5}, returns=[], why="If no query falls, the list is empty.")
    case({}, {}, returns=[], why="Without queries the list is empty.")

    def reference(before, after, least):
        changes = sorted((round(after.get(q, 0) - before[q], 9), q) for q in before)
        return [query for change, query in changes if change <= -least]

    rng = random.Random(0)
    for _ in range(50):
        queries = [f"query {i}" for i in range(rng.randint(1, 9))]
        before = {q: (rng.randrange(10) * 10 + i) / 100 for i, q in enumerate(queries)}  # no ties
        after = {q: rng.randrange(10) / 10 for q in queries if rng.random() < 0.8}
        why = "Return all ruined queries, the largest fall first."
        same(ruined, reference, [(before, after, rng.choice([0.1, 0.2, 0.4]))], why=why)


@exercise("3.5", "The Pareto front", difficulty=2, importance=3, minutes=10)
@hints(
    "When does one pipeline beat another? Two conditions with <= and >=, one of them strict.",
    "Keep a name if no other beats it. Equal pipelines do not beat each other.",
    "`o[0] <= p[0] and o[1] >= p[1] and o != p` says that o beats p. Then sort by ms.",
)
@solved_by("""
def front(pipelines):
    def beaten(p):
        return any(o[0] <= p[0] and o[1] >= p[1] and o != p for o in pipelines.values())
    kept = [name for name, p in pipelines.items() if not beaten(p)]
    return sorted(kept, key=lambda name: pipelines[name][0])
""")
def grade_front(front):
    alone = "Return the names alone, without their numbers."
    case = cases(front, {(lambda got: isinstance(got[0], tuple)): alone})
    why = "A single pipeline is on the front: it can't beat itself. Ask for one strict difference."
    case({"alder": (10, 0.5)}, returns=["alder"], why=why)
    why = "'alder' is slower and worse than 'birch': fewer ms and higher quality are better."
    case({"alder": (90, 0.5), "birch": (10, 0.9)}, returns=["birch"], why=why)
    mistakes = {
        (): "One is faster, the other better: beating takes both conditions, `and` and not `or`.",
        ("alder",): "Yours keeps only the best one: 'birch' is worse but faster.",
        ("birch",): "Yours keeps only the fastest one: 'alder' is slower but better.",
        ("alder", "birch"): "Sort from fastest to slowest, by ms.",
    }
    case({"alder": (90, 0.9), "birch": (10, 0.5)}, returns=["birch", "alder"], mistakes=mistakes)
    why = "'birch' is beaten: one strict difference is enough, if the other value is equal."
    case({"alder": (10, 0.5), "birch": (20, 0.5)}, returns=["alder"], why=why)
    case({"birch": (10, 0.5), "alder": (10, 0.6)}, returns=["alder"], why=why)
    equal = returns(front({"alder": (10, 0.5), "birch": (10, 0.5), "cedar": (30, 0.8)}), list)
    why = "Two equal pipelines do not beat each other: both are kept, and 'cedar' too."
    expect(sorted(equal) == ["alder", "birch", "cedar"], f"{why} Yours returned {equal!r:.80}.")
    expect(equal[-1] == "cedar", f"Sort from fastest to slowest; yours returned {equal!r:.80}.")
    why = "Compare with every other pipeline, not only the next faster one: 'alder' beats 'cedar'."
    case({"alder": (10, 0.9), "birch": (20, 0.5), "cedar": (30, 0.6)}, returns=["alder"], why=why)
    why = "'alder' beats both equal ones."
    case({"alder": (10, 0.5), "birch": (20, 0.4), "cedar": (20, 0.4)}, returns=["alder"], why=why)
    close = {"alder": (10, 0.5), "birch": (20, 0.502), "cedar": (20.4, 0.508)}
    why = "A small gain is a gain: do not round the ms or the quality."
    case(close, returns=["alder", "birch", "cedar"], why=why)
    case({}, returns=[], why="Without pipelines the result is an empty list.")

    def reference(pipelines):
        kept, best = [], -1
        for name in sorted(pipelines, key=lambda n: (pipelines[n][0], -pipelines[n][1])):
            kept += [name] * (pipelines[name][1] > best)
            best = max(best, pipelines[name][1])
        return kept

    rng, grid = random.Random(0), [(ms, n / 10) for ms in range(1, 7) for n in range(1, 7)]
    for _ in range(60):
        size = rng.randint(1, 8)
        pairs = zip(rng.sample("abcdefgh", size), rng.sample(grid, size), strict=True)
        same(front, reference, [(dict(pairs),)], why="Keep what nothing beats, and nothing else.")


@exercise("3.6", "Filter before the search", difficulty=1, importance=3, minutes=8)
@hints(
    "First decide which indices may be searched at all. Only then sort, and cut to k last.",
    "`[i for i, ok in enumerate(allowed) if ok]` are the indices of the allowed passages.",
    "Sort them by their score: `sorted(indices, key=lambda i: scores[i], reverse=True)[:k]`.",
)
@solved_by("""
def search(scores, allowed, k):
    indices = [i for i, ok in enumerate(allowed) if ok]
    return sorted(indices, key=lambda i: scores[i], reverse=True)[:k]
""")
def grade_search(search):
    def other_values(got):
        return any(isinstance(i, float | bool | np.bool_) for i in got)

    case = cases(search, {other_values: "Return the indices of the passages, as whole numbers."})
    mistakes = {
        (0, 2): "Yours returns the worst passages: a higher score is better.",
        (1, 3): "Put the best first: yours has the right passages in the order of their indices.",
        (lambda got: min(got) < 0): "The indices are from 0 upwards.",
        (lambda got: len(got) > 2 and not other_values(got)): "Return at most k passages.",
    }
    got = case([0.2, 0.7, 0.4, 0.9], [True] * 4, 2, returns=[3, 1], mistakes=mistakes)
    expect(isinstance(got, list), f"Return a list of indices, not a {type(got).__name__}.")
    mistakes = {
        (1, 2): "The indices count all passages: yours are places in the list of allowed ones.",
        (0, 2): "Passage 0 is best, but it is not allowed: did you leave `allowed` out?",
        (2,): "Filter first and cut to k afterwards: in yours a place stays empty.",
    }
    case([0.9, 0.2, 0.7, 0.4], [False, True, True, True], 2, returns=[2, 3], mistakes=mistakes)
    why = "Only passage 0 is allowed, though k is 3: never fill up with forbidden ones."
    case([0.5, 0.9, 0.1], [True, False, False], 3, returns=[0], why=why)
    why = "If no passage is allowed, the result is an empty list."
    case([0.5, 0.9], [False, False], 1, returns=[], why=why)
    why = "Scores may be negative: do not drop them, or put in 0 for the forbidden ones."
    case([-1.5, -5.0, -2.0], [True, True, False], 2, returns=[0, 1], why=why)
    why = "A low number in place of the forbidden scores, such as -1e9, can still win. Take the "
    why += "forbidden passages out before you sort."
    case([-3e9, -1e12, 0.5], [True, True, False], 2, returns=[0, 1], why=why)

    def reference(scores, allowed, k):
        return [i for _, i in sorted((-scores[i], i) for i in np.flatnonzero(allowed))][:k]

    rng = random.Random(0)
    for _ in range(60):
        size, k = rng.randint(1, 12), rng.randint(1, 6)
        scores, allowed = rng.sample(range(-50, 50), size), rng.choices([True, False], k=size)
        same(search, reference, [(scores, allowed, k)], why="The k best allowed ones, best first.")
