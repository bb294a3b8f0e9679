"""Exercises of notebook 03: BM25, fusion, nDCG, ruined queries, the Pareto front, filtering."""

import functools
import math
import random
from collections import Counter
from fractions import Fraction

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, plain, returns, same


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
    mistakes = {
        (lambda got: got < 0): "A score is never below 0.",
        2 / 3.5: "That is the factor of tf alone: multiply by the idf.",
        5 / 3.5 * idf: "That is (k1 + 1) times the score: other variants multiply by it, not this.",
        2 * idf: "That is tf times the idf: divide by tf + k1 * (1 - b + b * length / average).",
        math.log(95.5 / 5.5) * 2 / 3.5: "The idf has a 1 + inside the logarithm.",
        math.log(20) * 2 / 3.5: "The idf lacks its 0.5 above and below: it is log(1 + 95.5 / 5.5).",
        math.log(1 + 5.5 / 95.5) * 2 / 3.5: "The fraction in the idf is upside down: 95.5 / 5.5.",
        idf * 2 / 2.75: "That is with 0.75 as k1: k1 is 1.5 here, and b is 0.75.",
        idf / math.log(10) * 2 / 3.5: "That is the logarithm to base 10: the natural one is meant.",
        idf / math.log(2) * 2 / 3.5: "That is the logarithm to base 2: the natural one is meant.",
    }
    why = "The idf is log(1 + 95.5 / 5.5) here, and tf / (tf + k1 * 1) is 2 / 3.5: in a passage of "
    why += "average length, the bracket is 1."
    case(2, 100, 100, 5, 100, returns=idf * 2 / 3.5, why=why, mistakes=mistakes)
    why = "For a very high tf the score is nearly the idf, log(1 + 95.5 / 5.5), and never higher."
    case(10**6, 100, 100, 5, 100, returns=idf, why=why, tolerance=1e-3)
    why = "A word that does not occur in the passage (tf 0) scores 0."
    case(0, 100, 100, 5, 100, returns=0, why=why)
    why = (
        "In a passage of average length the bracket is 1, so tf 1 scores idf / (1 + k1), where k1 "
    )
    case(1, 100, 100, 5, 100, returns=idf / 2.5, why=f"{why}is 1.5.")
    average, half = idf * 2 / 3.5, idf * 2 / 2.9375
    mistakes = {
        average: "That is the score in a passage of average length: this one is twice as long.",
        half: "That is the score for half the average length: this one is twice as long.",
    }
    why = "The divisor is 2 + k1 * (1 - b + b * 2) here, with k1 = 1.5 and b = 0.75."
    case(2, 200, 100, 5, 100, returns=idf * 2 / 4.625, why=why, mistakes=mistakes)
    why = "The divisor is 2 + k1 * (1 - b + b * 0.5) here, with k1 = 1.5 and b = 0.75."
    case(2, 50, 100, 5, 100, returns=half, why=why)
    case(1, 100, 100, 5, 100, k1=3, returns=idf / 4, why="k1 is 3 here.")
    case(3, 200, 100, 5, 100, k1=0, returns=idf, why="With k1 = 0 the factor of tf is 1.")
    case(2, 200, 100, 5, 100, b=0, returns=average, why="With b = 0 the length does not matter.")
    why = "b is 1 here, and the passage twice as long as the average: the bracket is 2."
    case(2, 80, 40, 5, 100, b=1, returns=idf * 2 / 5, why=why)
    why = "The idf is log(1 + 0.5 / 200.5) here: nearly 0, but above it."
    case(1, 100, 100, 200, 200, returns=math.log(1 + 0.5 / 200.5) / 2.5, why=why)
    why = "The idf is log(1 + 999,995.5 / 5.5) here, and the divisor 3 + 1.5 * (0.25 + 0.75 * 50)."
    rare = math.log(1 + 999_995.5 / 5.5)
    case(3, 5000, 100, 5, 10**6, returns=rare * 3 / 59.625, why=why)

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
    def case(rankings, returns, why, **constant):
        ids = {id for ranking in rankings for id in ranking}
        mistakes = {
            (lambda got: isinstance(got[0], tuple | list)): "Return the ids alone, without sums.",
            (
                lambda got: isinstance(got, list) and sorted(got) != sorted(ids)
            ): "Return each id of the rankings once, and nothing else.",
        }
        cases(listed)(rankings, returns=returns, why=why, mistakes=mistakes, **constant)

    @functools.wraps(fuse)
    def listed(*args, **kwargs):
        got = plain(fuse(*args, **kwargs))
        return [*got] if isinstance(got, tuple) else got

    abc = ["a", "b", "c"]
    why = "The sums are 2/61 (a), 2/62 (b) and 2/63 (c), and the largest comes first."
    case([abc, abc], abc, why=why)
    case([abc], abc, why="The sums are 1/61 (a), 1/62 (b) and 1/63 (c), in one ranking only.")
    why = "The sums are 1/61 + 1/62 (y), 1/61 (z) and 1/62 (x)."
    case([["y", "x"], ["z", "y"]], ["y", "z", "x"], why=why)
    why = "The sums are 1/62 + 1/61 (y), 1/61 (x) and 1/62 (z)."
    case([["x", "y"], ["y", "z"]], ["y", "x", "z"], why=why)
    why = "The rankings differ in length; the sums are 2/61 (x), 1/61 (y), 1/62 (z) and 1/63 (w)."
    for rankings in ([["y"], ["x", "z", "w"], ["x"]], [["x", "z", "w"], ["x"], ["y"]]):
        case(rankings, ["x", "y", "z", "w"], why=why)
    why = "The sums are 1/61 + 1/62 + 1/62 (b), 1/62 + 1/61 (a) and 1/61 (c): add up all rankings."
    case([["a", "b"], ["b", "a"], ["c", "b"]], ["b", "a", "c"], why=why)
    first = "Equal sums stay in the order in which the ids first appear, ranking by ranking."
    case([["b", "a"], ["a", "b"]], ["b", "a"], why=first)
    case([["z", "y"], ["x", "w"]], ["z", "x", "y", "w"], why=first)
    why = f"The sums of p and q are equal, and p appears first, in the first ranking. {first}"
    case([["x", "p"], ["q"], ["p", "q"]], ["p", "q", "x"], why=why)
    two, fused = [["x", "y"], ["z", "w", "y"]], ["y", "x", "z", "w"]
    case(two, fused, why="The sums are 1/62 + 1/63 (y), 1/61 (x and z) and 1/62 (w).")
    why = "With constant 1 the sums are 1/3 + 1/4 (y), 1/2 (x and z) and 1/3 (w)."
    case(two, fused, constant=1, why=why)
    deep = [["x", "a", "b", "y"], ["c", "d", "e", "y"]]
    why = "With constant 1 the sums of x and c are 1/2, and that of y is 1/5 + 1/5."
    case(deep, ["x", "c", "y", "a", "d", "b", "e"], constant=1, why=why)
    why = f"With constant 1 the sums of a, b and z are all 1/2. {first}"
    case([["a", "x", "b"], ["z", "w", "b"]], [*"abzxw"], constant=1, why=why)
    why = "With the constant 60, as none is passed in, the sums are "
    for rank, best in ((61, "yxz"), (63, "xzy")):  # 2 / (60 + rank) is close to 1/61
        fill = [[f"{name}{i}" for i in range(2, rank)] for name in "ab"]
        rankings = [["x", *fill[0], "y"], ["z", *fill[1], "y"]]
        rest = [id for pair in zip(*fill, strict=True) for id in pair]
        case(rankings, [*best, *rest], why=f"{why}1/61 (x and z) and 2/{60 + rank} (y).")
    why = "With constant 0 the sums are 1 (x and z), 1/2 + 1/3 (y) and 1/2 (w)."
    case(two, ["x", "z", "y", "w"], constant=0, why=why)
    why = "1/20,001 (w and x) is more than 1/20,002 (y and z), if only a little: do not round."
    case([["w", "y"], ["x", "z"]], ["w", "x", "y", "z"], constant=20_000, why=why)
    why = "The sums are 7/61 + 5/62 (y) and 5/61 + 7/62 (x): add up all rankings."
    case([["x", "y"]] * 5 + [["y", "x"]] * 7, ["y", "x"], why=why)
    why = "An id may be 0 or an empty string."
    case([[7, 0], [0]], [0, 7], why=why)
    case([["a", ""], [""]], ["", "a"], why=why)
    why = "The sums are 2/61 (ü) and 1/62 (A, a and a with a space): no two of these are one id."
    case([["ü", "A"], ["ü", "a"], ["", "a "]], ["ü", "", "A", "a", "a "], why=why)
    case([[*range(300)]], [*range(300)], why="A ranking may have any length.")
    case([[], ["a"]], ["a"], why="A ranking may be empty.")
    case([], [], why="Without rankings the result is an empty list.")

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
    "best = sum(1 / np.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))",
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
    case, second = cases(ndcg), 1 / math.log2(3)
    abc, abcd = ["a", "b", "c"], ["a", "b", "c", "d"]
    why = "The gain at rank 1 is 1 / log2(1 + 1) = 1, and so is the best possible sum for 1 id."
    case(abc, {"a"}, returns=1, why=why)
    why = "The gain at rank 2 is 1 / log2(2 + 1) = 0.63, and the best possible sum for 1 id is 1."
    case(abc, {"b"}, returns=second, why=why)
    why = "The gains are 1 and 0.63. This is the best possible ranking: divide by the same sum."
    case(abc, {"a", "b"}, returns=1, why=why)
    why = "The gain is 0.63, and the best possible sum for 2 relevant ids is 1 + 0.63."
    case(abc, {"b", "z"}, returns=second / (1 + second), why=why)
    why = "The best possible sum is 1 + 0.63 for 2 relevant ids, one of which was not found."
    case(["a", "b"], {"a", "z"}, returns=1 / (1 + second), why=why)
    why = "The best possible sum is 1 + 0.63 for 2 relevant ids, however short `ranked` is."
    case(["a"], {"a", "z"}, returns=1 / (1 + second), why=why)
    for k, value in ((3, 0), (4, 1 / math.log2(5))):
        case(abcd, {"d"}, k, returns=value, why=f"The first {k} ids count, and rank 4 is the hit.")
    why = "Both of the first k = 2 ids are relevant: no ranking is better, so the value is 1."
    case(abcd, {"a", "b", "x", "y", "z"}, 2, returns=1, why=why)
    eleven = [f"d{i}" for i in range(1, 12)]
    why = "k is 10, as none is passed in: a hit at rank 10 counts, and one at rank 11 does not."
    for id, value in (("d10", 1 / math.log2(11)), ("d11", 0)):
        case(eleven, {id}, returns=value, why=why)
    deep = [f"d{i}" for i in range(1, 101)]
    why = "The hit is at rank 60, and the first 80 ids count."
    case(deep, {"d60"}, 80, returns=1 / math.log2(61), why=why)
    case(deep, set(deep), 80, returns=1, why="All of the first 80 ids are relevant.")
    why = "An id may be 0 or an empty string, and here it is a hit at rank 1."
    case([0, 1], {0}, returns=1, why=why)
    case(["", "a"], {""}, returns=1, why=why)
    case(["A", "a", "ä"], {"ä"}, returns=0.5, why="'ä' is the third of three different ids.")
    case(abc, set(), returns=0, why="If nothing is relevant, the value is 0.0.")
    case([], {"a"}, returns=0, why="If nothing was found, the value is 0.")
    case([], set(), returns=0, why="If nothing is relevant, the value is 0.0.")
    case(abc, {"x"}, returns=0, why="Without a hit the value is 0.")

    def reference(ranked, relevant, k):
        discounts = 1 / np.log2(np.arange(2, k + 2))
        hits = np.array([id in relevant for id in ranked[:k]], float)
        return hits @ discounts[: len(hits)] / max(discounts[: len(relevant)].sum(), 1e-9)

    rng, ids = random.Random(0), [f"d{i}" for i in range(20)]
    for _ in range(100):
        ranked, relevant = (rng.sample(ids, rng.randint(0, most)) for most in (15, 8))
        why = "Add up the gains of the hits, and divide by the best possible sum."
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
    def reference(before, after, least=0.2):
        changes = sorted((round(after.get(q, 0) - before[q], 9), q) for q in before)
        return [query for change, query in changes if change <= -least]

    def fall(query, before, after, least=0.2):
        return round(before[query] - after.get(query, 0), 9)

    ruined = _any_order_of_ties(ruined, reference, fall)
    alone = "Return the queries alone, without their numbers."
    case = cases(ruined, {(lambda got: isinstance(got[0], tuple | list)): alone})
    before, after = {"ash": 0.9, "oak": 0.5, "yew": 0.65}, {"ash": 0.3, "oak": 0.9, "yew": 0.6}
    why = "'ash' falls by 0.6 and 'yew' by 0.05, and 'oak' rises; `least` is 0.2, as none is given."
    case(before, after, returns=["ash"], why=why)
    why = "'ash' falls by 0.2 - 0.1, which is less than 0.2, the `least` where none is given."
    case({"ash": 0.2}, {"ash": 0.1}, returns=[], why=why)
    before, after = {"ash": 0.6, "elm": 0.85, "oak": 0.9}, {"ash": 0.3, "elm": 0.2, "oak": 0.45}
    why = "The falls are 0.3 (ash), 0.65 (elm) and 0.45 (oak): the largest comes first."
    case(before, after, returns=["elm", "oak", "ash"], why=why)
    why = "'ash' and 'oak' are missing from `after`, which counts as 0: they fall by 0.9 and 0.1."
    case({"ash": 0.9, "elm": 0.8, "oak": 0.1}, {"elm": 0.8}, returns=["ash"], why=why)
    before, after = {"ash": 0.4, "elm": 0.9, "fir": 0.3}, {"elm": 0.3}
    why = "The falls are 0.4 (ash), 0.6 (elm) and 0.3 (fir): the largest comes first."
    case(before, after, returns=["elm", "ash", "fir"], why=why)
    before, after = {"how deep": 0.9, "who pays": 0.7, "how long": 0.4}, {"how deep": 0.6}
    why = (
        "The falls are 0.3 (how deep) and 0.7 (who pays, missing from `after`), and a rise of 0.1."
    )
    case(before, {**after, "how long": 0.5}, returns=["who pays", "how deep"], why=why)
    case({"ash": 0.9}, {"ash": 0.4}, least=0.6, returns=[], why="The fall is 0.5, and least 0.6.")
    why = "The fall is 0.1, and least 0.05."
    case({"ash": 0.6}, {"ash": 0.5}, least=0.05, returns=["ash"], why=why)
    why = "A fall of exactly `least` counts."
    case({"ash": 0.75}, {"ash": 0.5}, least=0.25, returns=["ash"], why=why)
    why = "This is a fall of 0.2, the `least` where none is given, though in floating point it may "
    why += "be slightly less: tolerate 1e-9."
    for start, end in ((1.0, 0.8), (0.7, 0.5), (0.5, 0.3)):
        case({"ash": start}, {"ash": end}, returns=["ash"], why=why)
    why = "The fall is 0.2 - 4e-10: the tolerance is 1e-9."
    case({"ash": 0.7}, {"ash": 0.5000000004}, returns=["ash"], why=why)
    why = "`least` is 0 here: 'ash' falls by 0.1 and 'fir' by 0, and 'elm' rises."
    before, after = {"fir": 0.0, "elm": 0.5, "ash": 0.5}, {"fir": 0.0, "elm": 0.6, "ash": 0.4}
    case(before, after, least=0, returns=["ash", "fir"], why=why)
    for end, missing in ((0.301, "1e-3"), (0.300001, "1e-6"), (0.30000001, "1e-8")):
        why = f"The fall is 0.2 - {missing}, and the tolerance only 1e-9."
        case({"ash": 0.5}, {"ash": end}, returns=[], why=why)
    why = "'ash' and 'elm' both fall by 0.25: both are returned, in any order."
    before, after = {"ash": 0.75, "elm": 0.5, "fir": 0.9}, {"ash": 0.5, "elm": 0.25}
    case(before, after, returns=["fir", "ash", "elm"], why=why)
    before, after = {"ash": 0.601, "elm": 0.604}, {"ash": 0.3, "elm": 0.3}
    why = "'elm' falls by 0.304, 'ash' by 0.301: the largest fall comes first."
    case(before, after, returns=["elm", "ash"], why=why)
    why = "'elm' falls by 0.30000002, 'ash' by 0.30000001: the largest fall comes first."
    before, after = {"ash": 0.60000001, "elm": 0.60000002}, {"ash": 0.3, "elm": 0.3}
    case(before, after, returns=["elm", "ash"], why=why)
    why = "A query may be any string, and no two of these are the same."
    before, after = {"Ash": 0.9, "ash": 0.8, "äsh's?": 0.7, "": 0.6, "ash ": 0.5}, {"Ash": 0.85}
    case(before, {**after, "ash": 0.7}, returns=["äsh's?", "", "ash "], why=why)
    why = "The fall is 0.12343, and `least` 0.1234321, a little more."
    case({"ash": 0.62343}, {"ash": 0.5}, least=0.1234321, returns=[], why=why)
    before = {f"query {n}": 0.3 + n / 50 for n in range(30)}
    why = "There may be any number of queries: all of these fall, the last one most."
    case(before, {}, returns=[*before][::-1], why=why)
    case({"ash": 0.5}, {"ash": 0.5}, returns=[], why="If no query falls, the list is empty.")
    case({}, {}, returns=[], why="Without queries the list is empty.")

    rng = random.Random(0)
    for _ in range(50):
        queries = [f"query {i}" for i in range(rng.randint(1, 9))]
        before = {q: (rng.randrange(10) * 10 + rng.randrange(9)) / 100 for q in queries}
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
    def reference(pipelines):
        kept, best = [], -math.inf
        for ms, quality in sorted(set(pipelines.values()), key=lambda p: (p[0], -p[1])):
            if quality > best:
                kept += [name for name, p in pipelines.items() if p == (ms, quality)]
                best = quality
        return kept

    front = _any_order_of_ties(front, reference, lambda name, pipelines: pipelines[name])
    alone = "Return the names alone, without their numbers."
    case = cases(front, {(lambda got: isinstance(got[0], tuple | list)): alone})
    case({"alder": (10, 0.5)}, returns=["alder"], why="No other pipeline beats 'alder'.")
    why = "'alder' is slower and worse than 'birch', which therefore beats it."
    case({"alder": (90, 0.5), "birch": (10, 0.9)}, returns=["birch"], why=why)
    why = "'birch' is faster, and 'alder' is better: neither beats the other. The fastest is first."
    case({"alder": (90, 0.9), "birch": (10, 0.5)}, returns=["birch", "alder"], why=why)
    why = "'alder' beats 'birch': it is as good, and strictly faster."
    case({"alder": (10, 0.5), "birch": (20, 0.5)}, returns=["alder"], why=why)
    why = "'alder' beats 'birch': it is as fast, and strictly better."
    case({"birch": (10, 0.5), "alder": (10, 0.6)}, returns=["alder"], why=why)
    why = "'keyword' beats 'dense': it is as good, and strictly faster."
    three = {"hybrid": (30, 0.8), "keyword": (5, 0.6), "dense": (20, 0.6)}
    case(three, returns=["keyword", "hybrid"], why=why)
    twins = {"alder": (10, 0.5), "birch": (10, 0.5), "cedar": (30, 0.8)}
    why = (
        "'alder' and 'birch' are equal and do not beat each other: both are kept, and 'cedar' too."
    )
    case(twins, returns=["alder", "birch", "cedar"], why=why)
    triplets = {name: tuple([10, 0.5]) for name in ("alder", "birch", "cedar")}
    why = "Equal pipelines do not beat each other: all three are kept."
    case(triplets, returns=["alder", "birch", "cedar"], why=why)
    why = "'alder' beats 'cedar', although 'birch' lies between them."
    case({"alder": (10, 0.9), "birch": (20, 0.5), "cedar": (30, 0.6)}, returns=["alder"], why=why)
    why = "'alder' beats both equal ones."
    case({"alder": (10, 0.5), "birch": (20, 0.4), "cedar": (20, 0.4)}, returns=["alder"], why=why)
    close = {"alder": (10, 0.5), "birch": (20, 0.502), "cedar": (20.4, 0.508)}
    why = "Each is strictly better than the faster ones, if only by a little: do not round."
    case(close, returns=["alder", "birch", "cedar"], why=why)
    close = {"alder": (0.1, 0.5), "birch": (0.1000002, 0.5000002), "cedar": (0.1000004, 0.5)}
    case(
        close, returns=["alder", "birch"], why=why.partition(":")[0] + " but 'cedar': do not round."
    )
    why = "'cache' takes 0 ms, and nothing is faster."
    case({"alder": (10, 0.5), "cache": (0, 0.1)}, returns=["cache", "alder"], why=why)
    case({"alder": (10, 0.5), "cache": (0, 0.5)}, returns=["cache"], why=why)
    slow = {"alder": (10**9, 0.9), "birch": (10**8, 0.8), "cedar": (10**8, 0.7)}
    why = "'birch' beats 'cedar'; a pipeline may take any number of milliseconds."
    case(slow, returns=["birch", "alder"], why=why)
    many = {f"p{ms}": (ms, ms / 100) for ms in range(1, 41)}
    why = "There may be any number of pipelines: none of these beats another."
    case(dict(sorted(many.items())), returns=[*many], why=why)
    why = "The last one beats all others, however many there are."
    case({**many, "best": (0.5, 0.9)}, returns=["best"], why=why)
    why = "A name may be any string, and no two of these are the same."
    names = {"": (30, 0.6), "A ": (20, 0.5), "A": (10, 0.4), "a": (9, 0.3), "ä's!": (8, 0.2)}
    case(names, returns=[*names][::-1], why=why)
    why = "A pipeline of quality 0 is on the front if no other beats it."
    case({"alder": (10, 0.0), "birch": (5, -1.0)}, returns=["birch", "alder"], why=why)
    case({}, returns=[], why="Without pipelines the result is an empty list.")

    rng, grid = random.Random(0), [(ms, n / 10) for ms in range(1, 6) for n in range(1, 6)]
    for _ in range(60):
        names = rng.sample("abcdefgh", rng.randint(1, 8))
        pipelines = dict(zip(names, rng.choices(grid, k=len(names)), strict=True))
        same(front, reference, [(pipelines,)], why="Keep what nothing beats, and nothing else.")


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
    @functools.wraps(search)
    def found(*args):
        got = returns(search(*args), list, "a list of indices")
        return [int(returns(i, int, "whole numbers, the indices of the passages")) for i in got]

    def reference(scores, allowed, k):
        return [i for _, i in sorted((-scores[i], i) for i in np.flatnonzero(allowed))][:k]

    def score(i, scores, allowed, k):
        return scores[i] if i >= 0 and allowed[i] else None

    case = cases(_any_order_of_ties(found, reference, score))
    mistakes = {
        (0, 2): "These are the two worst passages: a higher score is better.",
        (1, 3): "The right passages in the wrong order: the best comes first.",
    }
    why = "All are allowed, and passages 3 and 1 have the highest scores."
    case([0.2, 0.7, 0.4, 0.9], [True] * 4, 2, returns=[3, 1], why=why, mistakes=mistakes)
    mistakes = {
        (1, 2): "The indices count all passages, not only the allowed ones.",
        (2,): "Two passages are to be returned: filter first, and cut to k afterwards.",
    }
    mistakes |= {(lambda got: 0 in got): "Passage 0 is not allowed."}
    scores, allowed, why = (
        [0.9, 0.2, 0.7, 0.4],
        [False, True, True, True],
        "1, 2 and 3 are allowed.",
    )
    case(scores, allowed, 2, returns=[2, 3], why=why, mistakes=mistakes)
    why = "Only passage 0 is allowed, though k is 3: return fewer than k."
    case([0.5, 0.9, 0.1], [True, False, False], 3, returns=[0], why=why)
    case(scores, allowed, 1, returns=[2], why="k is 1: return the best allowed passage.")
    case(scores, allowed, 0, returns=[], why="k is 0: return no passage.")
    why = "If no passage is allowed, the result is an empty list."
    case([], [], 3, returns=[], why=why)
    case([0.5, 0.9], [False, False], 1, returns=[], why=why)
    why = "Passages 0 and 1 are allowed, with negative scores, and -1.5 is the higher one."
    case([-1.5, -5.0, -2.0], [True, True, False], 2, returns=[0, 1], why=why)
    case([-3e9, -1e12, 0.5], [True, True, False], 2, returns=[0, 1], why="0 and 1 are allowed.")
    case([0.5, 0, -1.0], [True, True, True], 3, returns=[0, 1, 2], why="A score may be 0.")
    case([0.501, 0.502], [True, True], 2, returns=[1, 0], why="0.502 is more than 0.501.")
    why = "0.5000003 is more than 0.5000001."
    case([0.5000001, 0.5000003], [True, True], 2, returns=[1, 0], why=why)
    why = "A score may be 0, and 1e-12 is more."
    case([0.1, 0, 1e-12, -1.0], [True] * 4, 4, returns=[0, 2, 1, 3], why=why)
    why = "Passage 0 has the same score as passage 1, but is not allowed."
    case([0.9, 0.9, 0.1], [False, True, True], 2, returns=[1, 2], why=why)
    why = "Passage 2 has the same score as passage 1, but is not allowed."
    case([0.1, 0.9, 0.9], [True, True, False], 2, returns=[1, 0], why=why)
    why = "The allowed passages 0 and 1 have the same score: each of them counts, in any order."
    case([0.9, 0.9, 0.1], [True, True, True], 3, returns=[0, 1, 2], why=why)
    why = "Passages 0, 1 and 2 have the same score, and k is 2: return two of them."
    case([0.9, 0.9, 0.9, 0.1], [True, True, True, True], 2, returns=[0, 1], why=why)
    late, why = [0.9] * 11 + [0.1], "Only the last passage is allowed."
    case(late, [False] * 11 + [True], 1, returns=[11], why=why)
    why = "There may be any number of passages: the last 200 are allowed, and k is 150."
    rising, last = [n / 300 for n in range(300)], [n >= 100 for n in range(300)]
    case(rising, last, 150, returns=[*range(299, 149, -1)], why=why)

    rng = random.Random(0)
    for _ in range(60):
        why = "Return the k best of the allowed passages, the best first."
        size, k = rng.randint(1, 12), rng.randint(1, 6)
        scores, allowed = rng.choices(range(-9, 10), k=size), rng.choices([True, False], k=size)
        case(scores, allowed, k, returns=reference(scores, allowed, k), why=why)


def _any_order_of_ties(function, reference, key):
    """The function, but a result with ties in another order is given as that of the reference.

    key: from an item of the result and the arguments to its value; equal values are a tie.
    """

    @functools.wraps(function)
    def call(*args, **kwargs):
        got, wanted = function(*args, **kwargs), reference(*args, **kwargs)
        items = plain(got)
        if not isinstance(items, list | tuple):
            return got
        try:
            values, right = ([key(i, *args, **kwargs) for i in some] for some in (items, wanted))
            return wanted if values == right and len(set(items)) == len(items) else got
        except (TypeError, KeyError, IndexError):  # not items
            return got

    return call
