"""Right answers to the exercises of notebook 03."""

RIGHT = {
    "3.1": [
        """
def bm25(tf, length, average, containing, total, k1=1.5, b=0.75):
    if tf == 0:
        return 0
    idf = np.log1p((total - containing + 0.5) / (containing + 0.5))
    return np.array(idf / (1 + k1 * (1 + b * (length / average - 1)) / tf))  # of no dimension
""",
        """
import math

def bm25(tf, length, average, containing, total, k1=1.5, b=0.75):
    idf = math.log(total + 1) - math.log(containing + 0.5)
    bracket = (1 - b) + b * (length / average)
    return idf * (1 - k1 * bracket / (tf + k1 * bracket))
""",
    ],
    "3.2": [
        """
from collections import Counter

def fuse(rankings, constant=60):
    sums = Counter()
    for ranking in rankings:
        sums.update({id: 1 / (constant + rank) for rank, id in enumerate(ranking, start=1)})
    return tuple(id for id, _ in sums.most_common())
""",
        """
def fuse(rankings, constant=60):
    ids = []
    for ranking in rankings:
        ids += [id for id in ranking if id not in ids]
    shares = [
        sum(1 / (constant + ranking.index(id) + 1) for ranking in rankings if id in ranking)
        for id in ids
    ]
    return np.array(ids)[np.argsort(-np.array(shares), kind="stable")] if ids else np.array([])
""",
        """
from fractions import Fraction

def fuse(rankings, constant=60):
    sums = {}
    for ranking in rankings:
        for i in range(len(ranking)):
            sums[ranking[i]] = sums.get(ranking[i], 0) + Fraction(1, constant + i + 1)
    places = {id: place for place, id in enumerate(sums)}
    return sorted(sums, key=lambda id: (-sums[id], places[id]))
""",
    ],
    "3.3": [
        """
def ndcg(ranked, relevant, k=10):
    discounts = 1 / np.log2(np.arange(2, k + 2))
    hits = np.array([id in relevant for id in ranked[:k]], float)
    best = discounts[: len(relevant)].sum()
    return np.float64(hits @ discounts[: len(hits)] / best if best else 0)
""",
        """
import math

def ndcg(ranked, relevant, k=10):
    if not relevant:
        return 0
    best = sum(1 / math.log(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    total = 0
    for rank, id in enumerate(ranked, start=1):
        if rank > k:
            break
        if id in relevant:
            total += 1 / math.log(rank + 1)  # the base does not matter
    return total / best
""",
    ],
    "3.4": [
        """
def ruined(before, after, least=0.2):
    falls = [(quality - after.get(query, 0), query) for query, quality in before.items()]
    return tuple(query for fall, query in sorted(falls, reverse=True) if fall + 1e-9 >= least)
""",
        """
def ruined(before, after, least=0.2):
    before, after = pd.Series(before, dtype=float), pd.Series(after, dtype=float)
    falls = before - after.reindex(before.index).fillna(0)
    return falls[falls >= least - 1e-9].sort_values(ascending=False).index.to_numpy()
""",
        """
def ruined(before, after, least=0.2):
    rises = {}
    for query in before:
        answered = after[query] if query in after else 0
        rises[query] = round(answered - before[query], 9)
    return [query for query in sorted(rises, key=rises.get) if rises[query] <= -least]
""",
    ],
    "3.5": [
        """
def front(pipelines):
    kept, best, last = [], float("-inf"), None
    for name in sorted(pipelines, key=lambda name: (pipelines[name][0], -pipelines[name][1])):
        if pipelines[name][1] > best or pipelines[name] == last:
            kept.append(name)
            best, last = pipelines[name][1], pipelines[name]
    return tuple(kept)
""",
        """
def front(pipelines):
    names = np.array(list(pipelines))
    if not len(names):
        return names
    ms, quality = np.array(list(pipelines.values()), float).T
    beats = (ms[:, None] <= ms) & (quality[:, None] >= quality)
    beats &= (ms[:, None] < ms) | (quality[:, None] > quality)
    order = np.argsort(ms)[::-1][::-1]
    return names[order][~beats.any(axis=0)[order]]
""",
        """
def front(pipelines):
    kept = []
    for name, (ms, quality) in pipelines.items():
        for other_ms, other_quality in pipelines.values():
            if other_ms <= ms and other_quality >= quality:
                if other_ms < ms or other_quality > quality:
                    break
        else:
            kept.append(name)
    return sorted(kept, key=lambda name: (pipelines[name], name), reverse=True)[::-1]
""",
    ],
    "3.6": [
        """
def search(scores, allowed, k):
    indices = np.flatnonzero(allowed)
    return indices[np.argsort(-np.array(scores, float)[indices])][:k]  # an array
""",
        """
def search(scores, allowed, k):
    pairs = sorted(((s, i) for i, (s, ok) in enumerate(zip(scores, allowed)) if ok), reverse=True)
    return tuple(i for _, i in pairs[:k])  # of equal scores, the last comes first
""",
        """
def search(scores, allowed, k):
    left, best = {i: s for i, s in enumerate(scores) if allowed[i]}, []
    while left and len(best) < k:
        best.append(np.int64(max(left, key=left.get)))
        del left[best[-1]]
    return best
""",
    ],
}
