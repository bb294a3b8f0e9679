"""Exercises of notebook 03, better retrieval: fusion, nDCG, filtering, expansion, the Pareto front, BM25."""

import math
import random
from itertools import pairwise

import numpy as np

from helpers import metrics
from helpers.exercises import exercise, expect


def _names(got, what):
    """The learner's result, if it is a list of names."""
    expect(isinstance(got, list), f"Give back a list of {what}, not {type(got).__name__}.")
    for name in got:
        expect(isinstance(name, str), f"Give back the {what} alone, without their numbers; yours holds {name!r:.60}.")
    return got


def _number(got):
    """The learner's result, if it is one number."""
    expect(
        isinstance(got, int | float | np.number) and not isinstance(got, bool),
        f"Give back one number, not {type(got).__name__}.",
    )
    return got


@exercise(
    "3.1",
    title="One word's share of BM25",
    difficulty=2,
    importance=2,
    minutes=8,
    hints=[
        "Two factors: how rare the word is among all passages (the idf), and how much it is used in this one.",
        "The idf is `np.log(1 + (total - containing + 0.5) / (containing + 0.5))`, with the natural logarithm.",
        "The other factor is tf / (tf + k1 * norm), where norm = 1 - b + b * length / average.",
    ],
    solution="""
import math

def bm25(tf, length, average, containing, total, k1=1.5, b=0.75):
    idf = math.log(1 + (total - containing + 0.5) / (containing + 0.5))
    norm = 1 - b + b * length / average
    return idf * tf / (tf + k1 * norm)
""",
)
def _(bm25):
    def score(tf, length=100, average=100, containing=5, total=100, **parameters):
        got = _number(bm25(tf, length, average, containing, total, **parameters))
        expect(math.isfinite(got), f"For {tf=}, {length=}, {average=}, {containing=}, {total=} the score is {got}.")
        return got

    def near(got, wanted):
        return abs(got - wanted) < 1e-6 * max(1, abs(wanted))

    idf = math.log(1 + 95.5 / 5.5)
    rare, frequent = score(1, containing=1), score(1, containing=80)
    expect(rare > 0, "A word that 1 of 100 passages has must score above 0: did you take `containing` for `total`?")
    expect(frequent > 0, "A word that 80 of 100 passages have scores below 0 in yours: the 1 + inside the logarithm is missing.")
    expect(rare > frequent, "A rare word counts more than a frequent one: multiply by the idf, the logarithm.")
    expect(near(score(0), 0), "A word that does not stand in the passage (tf 0) scores 0.")
    many = score(1_000_000)
    expect(many < 3 * idf, "The score grows with tf without bound: divide by tf + k1 * (...), so that it can't pass the idf.")
    expect(
        not math.isclose(many / idf, 2.5, rel_tol=1e-3),
        "Leave out the factor (k1 + 1): other variants multiply by it, this one does not.",
    )
    expect(
        math.isclose(many / idf, 1, rel_tol=1e-3),
        f"For a very high tf the score comes near the idf, log(1 + (100 - 5 + 0.5) / (5 + 0.5)) = {idf:.3f}, and yours is {many:.3g}. "
        "Check the idf: the natural logarithm, the 1 + and both 0.5.",
    )
    one, short, long = score(1), score(2, length=50), score(2, length=200)
    expect(not near(one, idf / 1.75), "k1 and b are swapped: k1 (1.5) multiplies the whole bracket, and b (0.75) stands inside it.")
    expect(not near(short, long), "The length of the passage has no effect: b * length / average is missing.")
    expect(long < short, "In a longer passage the same tf counts less, and yours gives it more: length / average, not average / length.")
    expect(
        near(one, idf / 2.5),
        "The divisor is tf + k1 * (1 - b + b * length / average), all of the bracket times k1: in a passage of average length tf 1 gives "
        f"idf / (1 + k1) = {idf / 2.5:.3f}, and yours gives {one:.3g}.",
    )
    wanted = idf * 2 / (2 + 1.5 * (0.25 + 0.75 * 2))
    expect(
        near(long, wanted),
        "For tf 2 in a passage of twice the average length the divisor is 2 + k1 * (1 - b + b * 2), all of the bracket times k1; "
        f"that gives {wanted:.3f}, and yours gives {long:.3g}.",
    )
    expect(near(score(1, k1=3), idf / 4), "Use the `k1` that is passed in, not always 1.5.")
    expect(near(score(2, length=50, b=0), score(2, length=200, b=0)), "Use the `b` that is passed in: with 0 the length does not matter.")
    rng = random.Random(0)
    for _ in range(60):
        tf, length, average, total = rng.randint(1, 9), rng.randint(10, 300), rng.uniform(20, 200), rng.randint(1, 500)
        containing, k1, b = rng.randint(0, total), rng.uniform(0.5, 2.5), rng.random()
        got = score(tf, length, average, containing, total, k1=k1, b=b)
        wanted = math.log(1 + (total - containing + 0.5) / (containing + 0.5)) * tf / (tf + k1 * (1 - b + b * length / average))
        expect(
            near(got, wanted),
            f"For {tf=}, {length=}, average={average:.1f}, {containing=}, {total=}, k1={k1:.2f}, b={b:.2f} you gave {got:.4g}, "
            f"not {wanted:.4g}.",
        )


@exercise(
    "3.2",
    title="Reciprocal rank fusion",
    difficulty=1,
    importance=3,
    minutes=8,
    hints=[
        "Keep one sum for each id in a dict. Each ranking in which the id stands adds one share to it.",
        "`enumerate(ranking, start=1)` gives the ranks, and `sums[id] = sums.get(id, 0) + ...` adds 1 / (constant + rank).",
        "A dict keeps the order in which ids were first met, and so does sorted: `sorted(sums, key=sums.get, reverse=True)`.",
    ],
    solution="""
def fuse(rankings, constant=60):
    sums = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            sums[id] = sums.get(id, 0) + 1 / (constant + rank)
    return sorted(sums, key=sums.get, reverse=True)
""",
)
def _(fuse):
    def fused(*rankings, **constant):
        return _names(fuse(list(rankings), **constant), "ids")

    got = fused(["a", "b", "c"], ["a", "b", "c"])
    expect(got != ["c", "b", "a"], "Yours gives the worst first: the largest sum comes first.")
    got = fused(["a", "b"], ["c", "b"])
    expect(len(got) == len(set(got)), f"Each id stands in the result once; for [['a', 'b'], ['c', 'b']] you gave {got!r:.80}.")
    expect({"a", "b"} <= set(got), "An id that stands in one ranking only counts as well: here 'a' gets one share, and yours left it out.")
    expect("c" in got, "An id that stands in the second ranking only counts as well: 'c' gets one share, and yours left it out.")
    got = fused(["y", "x"], ["z", "y"])
    expect(
        got != ["z", "x", "y"],
        "Add up shares 1 / (constant + rank), not ranks: with a sum of ranks, 'y' loses because two rankings found it.",
    )
    expect(got != ["z", "y", "x"], "Add the shares up and do not average them: to be found by two rankings must help 'y'.")
    expect(
        fused(["x", "y"], ["y", "z"])[0] == "y",
        "In [['x', 'y'], ['y', 'z']] 'y' stands in both rankings, and its two shares together beat the first place of 'x'. "
        "Did you take the best rank only, or put one ranking after the other?",
    )
    expect(
        got == ["y", "z", "x"],
        "In [['y', 'x'], ['z', 'y']] 'z' has rank 1 and 'x' rank 2, so 'z' has the larger share: the rank counts, and it counts the same "
        f"in each ranking. You gave {got!r:.80}.",
    )
    expect(
        fused(["x", "y"], ["z", "w", "y"])[0] == "y",
        "Add the constant to each rank: with 60, ranks 2 and 3 together beat one first place. Yours seems to add 1 / rank.",
    )
    deep = fused(["x", "a", "b", "y"], ["c", "d", "e", "y"], constant=1)
    expect(
        deep.index("x") < deep.index("y"),
        "Use the `constant` that is passed in: with 1, one first place (1/2) beats two fourth places (1/5 + 1/5).",
    )
    expect(
        fused(["x", "y"], ["z", "w", "y"], constant=1)[0] == "y",
        "The rank begins at 1, not at 0: with constant 1, ranks 2 and 3 give 1/3 + 1/4, which beats one first place (1/2).",
    )
    expect(
        "c" in fused(["a", "b"], ["b", "a"], ["c", "b"]) and fused(["a", "b", "c"]) == ["a", "b", "c"],
        "Go through all the rankings: there may be three, or only one.",
    )
    for first, second, wanted in (("ba", "ab", list("ba")), ("zy", "xw", list("zxyw"))):
        got = fused(list(first), list(second))
        expect(
            got == wanted,
            f"Equal sums stay in the order in which they are first met: {[list(first), list(second)]} gives {wanted}, not {got!r:.80}.",
        )
    expect(fused([], ["a"]) == ["a"] and fused() == [], "A ranking may be empty, and with no ranking the result is an empty list.")
    rng = random.Random(0)
    for _ in range(60):
        rankings, constant = [rng.sample("abcdefgh", rng.randint(1, 7)) for _ in range(rng.randint(1, 4))], rng.choice([1, 10, 60])
        ranks = {}
        for ranking in rankings:
            for rank, name in enumerate(ranking, start=1):
                ranks.setdefault(name, []).append(rank)
        got = fused(*rankings, constant=constant)
        expect(sorted(got) == sorted(ranks), f"Give back each id of the rankings once; for {rankings} you gave {got!r:.80}.")
        met = list(ranks)
        for first, second in pairwise(got):
            higher, lower = (sum(1 / (constant + rank) for rank in ranks[name]) for name in (first, second))
            expect(
                higher > lower - 1e-12,
                f"With constant {constant} and {rankings} '{first}' (sum {higher:.4f}) stands before '{second}' (sum {lower:.4f}).",
            )
            same = len(ranks[first]) <= 2 and sorted(ranks[first]) == sorted(ranks[second])
            expect(
                not same or met.index(first) < met.index(second),
                f"Equal sums stay in the order in which they are first met: in {rankings} that is '{second}' before '{first}'.",
            )


@exercise(
    "3.3",
    title="nDCG",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "Two sums of 1 / log2(rank + 1): one over the ranks of the hits, one over the ranks of the best ranking that is possible.",
        "Look at `ranked[:k]` only, with ranks from 1. The best ranking has its hits at the ranks 1 to min(k, len(relevant)).",
        "best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1)); give back 0.0 if it is 0.",
    ],
    solution="""
import math

def ndcg(ranked, relevant, k=10):
    gain = sum(1 / math.log2(rank + 1) for rank, id in enumerate(ranked[:k], start=1) if id in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / best if best else 0.0
""",
)
def _(ndcg):
    def says(ranked, relevant, wanted, message, *k):
        got = _number(ndcg(ranked.split(), set(relevant.split()), *k))
        case = f"For ranked={ranked.split()}, relevant={relevant.split()} and k={k[0] if k else 10}"
        expect(abs(got - wanted) < 1e-9, f"{message} {case} you gave {got:.3g}, not {wanted:.3g}.")

    got = _number(ndcg(["a", "b", "c"], {"a"}))
    expect(math.isfinite(got), f"The result is {got}: divide by log2(rank + 1), with ranks from 1, since log2(1) is 0.")
    says("a b c", "a", 1, "One relevant id at rank 1 is the best possible: the ideal has min(k, len(relevant)) hits, here 1 and not k.")
    got = _number(ndcg(["a", "b", "c"], {"b"}))
    expect(abs(got - 1 / 2) > 1e-9, "Divide each gain by log2(rank + 1), not by the rank: rank 2 counts 1 / log2(3), and yours gave 1/2.")
    says("a b c", "b", 1 / math.log2(3), "A hit at rank 2 counts less than one at rank 1: divide by log2(rank + 1), not by log2(rank).")
    got = _number(ndcg(["a", "b", "c"], {"a", "b"}))
    expect(got < 1 + 1e-9, f"The sum of the gains is not normalised ({got:.3g} is above 1): divide it by the best possible sum.")
    expect(
        abs(got - (1 + 1 / math.log2(3)) / 2) > 1e-9,
        "Divide by the best possible sum, not by the number of relevant ids: two hits at ranks 1 and 2 give 1.",
    )
    says("a b c", "a b", 1, "With all relevant ids at the top the value is 1.")
    two = 1 / (1 + 1 / math.log2(3))
    says("a b", "a z", two, "The best possible ranking has all relevant ids at its top, also those that were not found.")
    says(
        "a", "a z", two, "The best possible ranking is not limited by the length of `ranked`: only by k and by the number of relevant ids."
    )
    says("a b c d", "d", 0, "Only the first k ids count: a hit at rank 4 is too late.", 3)
    says("a b c d", "a b x y z", 1, "Only k ids can be at the top, so the best possible sum has min(k, len(relevant)) terms.", 2)
    says("a b c", "", 0, "If nothing is relevant, the value is 0.0.")
    says("", "a", 0, "If nothing was found, the value is 0.0.")
    says("a b c", "x", 0, "Without a hit the value is 0.")
    rng = random.Random(0)
    for _ in range(100):
        ids = [f"d{i}" for i in range(20)]
        ranked, relevant, k = rng.sample(ids, rng.randint(0, 15)), rng.sample(ids, rng.randint(0, 8)), rng.randint(1, 12)
        got, wanted = _number(ndcg(ranked, set(relevant), k)), metrics.ndcg(ranked, set(relevant), k)
        hits = [rank for rank, id in enumerate(ranked, start=1) if id in relevant]
        expect(
            abs(got - wanted) < 1e-9,
            f"With hits at the ranks {hits}, {len(relevant)} relevant ids and k={k} you gave {got:.3g}, not {wanted:.3g}.",
        )


@exercise(
    "3.4",
    title="Which queries does expansion ruin?",
    difficulty=1,
    importance=2,
    minutes=8,
    hints=[
        "For each query of `before`, the fall is its nDCG before minus its nDCG after.",
        "`after.get(query, 0)` gives 0 for a query that is missing. Keep the falls in a dict, then select and sort.",
        "falls = {query: before[query] - after.get(query, 0) for query in before}; keep those with fall >= least - 1e-9.",
    ],
    solution="""
def ruined(before, after, least=0.2):
    falls = {query: before[query] - after.get(query, 0) for query in before}
    fallen = [query for query in falls if falls[query] >= least - 1e-9]
    return sorted(fallen, key=falls.get, reverse=True)
""",
)
def _(ruined):
    def given(before, after, **least):
        return _names(ruined(before, after, **least), "queries")

    def falls(start, end, **least):
        return bool(given({"a query": start}, {"a query": end}, **least))

    before, after = {"ash": 0.9, "oak": 0.5, "elm": 0.5, "yew": 0.65}, {"ash": 0.3, "oak": 0.9, "elm": 0.1, "yew": 0.6}
    got = given(before, after)
    expect(set(got) != {"oak"}, "A fall is before minus after: yours is the other way round and gives the query that became better.")
    expect("oak" not in got, "'oak' rises from 0.5 to 0.9: only falls count, so take before minus after without `abs`.")
    expect("yew" not in got, "'yew' falls by only 0.05: leave out what falls by less than `least`, which is 0.2 here.")
    expect({"ash", "elm"} <= set(got), f"'ash' falls from 0.9 to 0.3 and 'elm' from 0.5 to 0.1: both are ruined, and you gave {got!r:.80}.")
    expect(not falls(0.2, 0.1), "The fall is a difference, not a share of the value before: from 0.2 to 0.1 it falls by 0.1 only.")
    got = given({"ash": 0.6, "elm": 0.85, "oak": 0.9}, {"ash": 0.3, "elm": 0.2, "oak": 0.45})
    expect(got != ["ash", "oak", "elm"], "Yours gives the smallest fall first: the largest comes first.")
    expect(got != ["elm", "ash", "oak"], "Sort by the fall, not by the nDCG after it: 'oak' falls further than 'ash' and ends higher.")
    expect(got != ["oak", "elm", "ash"], "Sort by the fall, not by the nDCG before it: 'elm' falls further than 'oak'.")
    expect(got == ["elm", "oak", "ash"], f"The falls are 0.3 (ash), 0.65 (elm) and 0.45 (oak), largest first; you gave {got!r:.80}.")
    got = given({"ash": 0.9, "elm": 0.8, "oak": 0.1}, {"elm": 0.8})
    expect("ash" in got, "'ash' is missing in `after`: it was not answered, which counts as 0, so it falls by 0.9.")
    expect("oak" not in got, "'oak' is missing in `after` and counts as 0, but it falls by 0.1 only, which is less than `least`.")
    expect(not falls(0.9, 0.4, least=0.6) and falls(0.6, 0.5, least=0.05), "Use the `least` that is passed in, not always 0.2.")
    expect(falls(0.75, 0.5, least=0.25), "A fall of exactly `least` counts: it is `at least`, so >= and not >.")
    for start, end in ((1.0, 0.8), (0.7, 0.5), (0.5, 0.3)):
        expect(
            falls(start, end),
            f"From {start} to {end} is a fall of exactly 0.2, but in floating point it is {start - end}: compare with least - 1e-9.",
        )
    expect(not falls(0.6, 0.401), "A fall of 0.199 is less than 0.2: tolerate 1e-9 and not more, and do not round to few digits.")
    expect(given({}, {}) == [] and given({"ash": 0.5}, {"ash": 0.5}) == [], "If no query falls, the result is an empty list.")
    rng = random.Random(0)
    for _ in range(50):
        queries = [f"query {i}" for i in range(rng.randint(1, 9))]
        before, least = {query: round(rng.random(), 2) for query in queries}, rng.choice([0.1, 0.2, 0.4])
        after = {query: round(rng.random(), 2) for query in queries if rng.random() < 0.8}
        fall = {query: before[query] - after.get(query, 0) for query in queries}
        got = given(before, after, least=least)
        case = f"For before={before}, after={after}, least={least} you gave {got!r:.120}"
        expect(sorted(got) == sorted(query for query in queries if fall[query] > least - 1e-9), f"{case}: these are not the ruined ones.")
        expect(all(fall[a] > fall[b] - 1e-9 for a, b in pairwise(got)), f"{case}: the largest fall comes first.")


@exercise(
    "3.5",
    title="The Pareto front",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "Write down first when one pipeline beats another: two conditions with `<=` and `>=`, and at least one strict one.",
        "Keep a name if no other beats it: `not any(beats(other, name) for other in pipelines)`. Equal ones do not beat each other.",
        "Equal pairs aside, `o[0] <= p[0] and o[1] >= p[1] and o != p` says that o beats p. Then sort the names by their ms.",
    ],
    solution="""
def front(pipelines):
    def beaten(p):
        return any(o[0] <= p[0] and o[1] >= p[1] and o != p for o in pipelines.values())
    return sorted((name for name, p in pipelines.items() if not beaten(p)), key=lambda name: pipelines[name][0])
""",
)
def _(front):
    def given(**pipelines):
        return _names(front(pipelines), "names")

    expect(given(alder=(10, 0.5)) == ["alder"], "A single pipeline is on the front: it can't beat itself. Ask for one strict difference.")
    got = given(alder=(90, 0.5), birch=(10, 0.9))
    expect("alder" not in got, "'alder' is slower and worse than 'birch': fewer ms are better, and higher quality is better.")
    expect("birch" in got, "'birch' is both faster and better, so it is on the front: fewer ms are better, and higher quality is better.")
    got = given(alder=(90, 0.9), birch=(10, 0.5))
    expect(got, "One pipeline is faster, the other better: neither beats the other. To beat it takes both conditions, `and` and not `or`.")
    expect("birch" in got, "Yours keeps only the best one: 'birch' is worse but faster, so nothing beats it.")
    expect("alder" in got, "Yours keeps only the fastest one: 'alder' is slower but better, so nothing beats it.")
    expect(got != ["alder", "birch"], "Sort from fastest to slowest, by ms: 'birch' (10 ms) comes before 'alder' (90 ms).")
    for pipelines in ({"alder": (10, 0.5), "birch": (20, 0.5)}, {"birch": (10, 0.5), "alder": (10, 0.6)}):
        expect(
            given(**pipelines) == ["alder"],
            f"Of {pipelines} 'birch' is beaten: one strict difference is enough, if the other value is equal.",
        )
    got = given(alder=(10, 0.5), birch=(10, 0.5), cedar=(30, 0.8))
    expect(
        sorted(got) == ["alder", "birch", "cedar"],
        f"Two equal pipelines do not beat each other: both are kept, and 'cedar' too. You gave {got!r:.80}.",
    )
    got = given(alder=(10, 0.9), birch=(20, 0.5), cedar=(30, 0.6))
    expect("cedar" not in got, "Compare with every other pipeline, not only with the next faster one: 'alder' beats 'cedar' too.")
    got = given(alder=(10, 0.5), birch=(20, 0.502), cedar=(20.4, 0.508))
    expect(len(got) == 3, "A small gain is a gain: do not round the ms or the quality.")
    expect(given() == [], "With no pipelines the result is an empty list.")
    rng = random.Random(0)
    for _ in range(60):
        pipelines = {name: (rng.randint(1, 6), rng.randint(1, 6) / 10) for name in rng.sample("abcdefgh", rng.randint(1, 8))}
        got = given(**pipelines)
        expect(len(got) == len(set(got)) and set(got) <= set(pipelines), f"Give each name once; for {pipelines} you gave {got!r:.80}.")
        for name, (ms, quality) in pipelines.items():
            better = [o for o, (m, q) in pipelines.items() if m <= ms and q >= quality and (m < ms or q > quality)]
            expect(not better or name not in got, f"In {pipelines} '{name}' is beaten by {better}, and yours keeps it.")
            expect(better or name in got, f"In {pipelines} nothing beats '{name}', and yours leaves it out.")
        expect(got == sorted(got, key=lambda name: pipelines[name][0]), f"Sort from fastest to slowest; for {pipelines} you gave {got}.")


@exercise(
    "3.6",
    title="Filter before the search",
    difficulty=1,
    importance=3,
    minutes=8,
    hints=[
        "First decide which indices may be searched at all. Only then sort, and cut to k last.",
        "`[i for i, ok in enumerate(allowed) if ok]` are the allowed indices; they still count all the passages.",
        "Sort these indices by their score: `sorted(indices, key=lambda i: scores[i], reverse=True)[:k]`.",
    ],
    solution="""
def search(scores, allowed, k):
    indices = [i for i, ok in enumerate(allowed) if ok]
    return sorted(indices, key=lambda i: scores[i], reverse=True)[:k]
""",
)
def _(search):
    def found(scores, allowed, k):
        got = search(scores, allowed, k)
        expect(isinstance(got, list), f"Give back a list of indices, not {type(got).__name__}.")
        expect(len(got) <= len(scores), f"There are {len(scores)} passages, and you gave {len(got)} indices: each can be given once.")
        for index in got:
            expect(
                isinstance(index, int | np.integer) and not isinstance(index, bool),
                f"Give back the indices of the passages as ints, not {index!r:.60}.",
            )
        expect(all(0 <= index < len(scores) for index in got), f"With {len(scores)} passages the indices are from 0; you gave {got!r:.80}.")
        return got

    got = found([0.2, 0.7, 0.4, 0.9], [True] * 4, 2)
    expect(got != [0, 2], "Yours gives the worst passages: a higher score is better.")
    expect(got != [1, 3], "Give the best first: yours has the right passages in the order of their indices.")
    expect(len(got) <= 2, f"Give at most k passages: k is 2 here and you gave {len(got)}.")
    expect(got == [3, 1], f"With the scores 0.2, 0.7, 0.4, 0.9, all allowed, and k=2 the result is [3, 1], not {got!r:.80}.")
    got = found([0.9, 0.2, 0.7, 0.4], [False, True, True, True], 2)
    expect(got != [1, 2], "The indices count all passages: yours are the places in the list of the allowed ones.")
    expect(got != [0, 2], "Passage 0 has the best score, but it is not allowed: did you leave `allowed` out?")
    expect(
        got != [2],
        "Filter first and cut to k afterwards: yours takes the k best of all and then drops the forbidden ones, so a place stays empty.",
    )
    expect(got == [2, 3], f"The two best allowed passages are [2, 3] here, and you gave {got!r:.80}.")
    got = found([0.5, 0.9, 0.1], [True, False, False], 3)
    expect(
        got == [0],
        f"Only passage 0 is allowed, so the result is [0], though k is 3: never fill up with forbidden ones. You gave {got!r:.80}.",
    )
    expect(found([0.5, 0.9], [False, False], 1) == [], "If no passage is allowed, the result is an empty list.")
    got = found([-1.5, -5.0, -2.0], [True, True, False], 2)
    expect(
        got == [0, 1],
        "Scores may be negative, and an allowed passage with a negative score still counts: do not set the forbidden ones to 0 "
        f"or to another number that can win, and do not drop what is below 0. You gave {got!r:.80}, not [0, 1].",
    )
    expect(
        found([-3e9, -1e12, 0.5], [True, True, False], 2) == [0, 1],
        "A score may be as low as -1e12: a low number in the place of the forbidden scores, such as -1e9, can still win. "
        "Take the forbidden passages out before you sort.",
    )
    rng = random.Random(0)
    for _ in range(60):
        size, k = rng.randint(1, 12), rng.randint(1, 6)
        scores, allowed = [rng.gauss(0, 1) for _ in range(size)], [rng.random() < 0.5 for _ in range(size)]
        got = found(scores, allowed, k)
        case = f"With scores {[round(s, 2) for s in scores]}, allowed {allowed} and k={k} you gave {got!r:.80}"
        expect(all(allowed[index] for index in got), f"{case}: one of these is not allowed.")
        expect(len(got) == len(set(got)) == min(k, sum(allowed)), f"{case}: {min(k, sum(allowed))} different passages can be given.")
        expect(all(scores[a] > scores[b] for a, b in pairwise(got)), f"{case}: give the best first.")
        others = [scores[i] for i in range(size) if allowed[i] and i not in got]
        expect(not others or min(scores[i] for i in got) > max(others), f"{case}: a better allowed passage was left out.")
