"""Answers to the exercises of notebook 03 that are wrong in one way each, with a part of the message that must name it."""

import math

import numpy as np


def _fuse(rankings, constant=60, start=1, share=None, total=sum, best_first=True, needed=1):
    share = share or (lambda rank: 1 / (constant + rank))
    shares = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=start):
            shares.setdefault(name, []).append(share(rank))
    return sorted((n for n in shares if len(shares[n]) >= needed), key=lambda n: total(shares[n]), reverse=best_first)


def _fuse_one_after_the_other(rankings, constant=60):
    return list(dict.fromkeys(name for ranking in rankings for name in ranking))


def _fuse_all_one_list(rankings, constant=60):
    return [name for ranking in rankings for name in ranking]


def _fuse_dict(rankings, constant=60):
    return {name: 0.0 for name in _fuse(rankings, constant)}


def _fuse_ties_by_name(rankings, constant=60):
    shares = {n: sum(1 / (constant + r.index(n) + 1) for r in rankings if n in r) for r in rankings for n in r}
    return sorted(shares, key=lambda n: (-shares[n], n))


def _fuse_ties_last_first(rankings, constant=60):
    return _fuse(rankings, constant, best_first=False)[::-1]


def _fuse_first_only_ids(rankings, constant=60):
    return [name for name in _fuse(rankings, constant) if name in rankings[0]]


def _ndcg(ranked, relevant, k=10, discount=lambda rank: math.log2(rank + 1), cut=True, ideal=None, none=0.0):
    hits = [rank for rank, name in enumerate(ranked[:k] if cut else ranked, start=1) if name in relevant]
    ideal = min(k, len(relevant)) if ideal is None else ideal
    best = sum(1 / discount(rank) for rank in range(1, ideal + 1))
    return sum(1 / discount(rank) for rank in hits) / best if best else none


def _dcg(ranked, relevant, k=10):
    return sum(1 / math.log2(rank + 1) for rank, name in enumerate(ranked[:k], start=1) if name in relevant)


def _ndcg_rank_0(ranked, relevant, k=10):
    with np.errstate(all="ignore"):
        gain = sum((1 / np.log2(rank + 1) for rank, name in enumerate(ranked[:k]) if name in relevant), np.float64(0))
        return gain / sum((1 / np.log2(rank + 1) for rank in range(min(k, len(relevant)))), np.float64(0))


def _ndcg_raises(ranked, relevant, k=10):
    return _dcg(ranked, relevant, k) / _dcg(list(relevant), relevant, k)


def _search(scores, allowed, k, forbidden=None, drop=True, reverse=True):
    masked = [s if ok or forbidden is None else forbidden for s, ok in zip(scores, allowed, strict=True)]
    order = sorted(range(len(scores)), key=lambda i: masked[i], reverse=reverse)
    return [i for i in order if allowed[i] or not drop][:k]


def _search_post_filter(scores, allowed, k):
    return [i for i in sorted(range(len(scores)), key=lambda i: -scores[i])[:k] if allowed[i]]


def _search_sentinel(scores, allowed, k, sentinel=0):
    masked = [s if ok else sentinel for s, ok in zip(scores, allowed, strict=True)]
    return [i for i in sorted(range(len(scores)), key=lambda i: -masked[i])[:k] if allowed[i]]


def _search_places(scores, allowed, k):
    kept = [s for s, ok in zip(scores, allowed, strict=True) if ok]
    return np.argsort(-np.array(kept)).tolist()[:k]


def _search_above_zero(scores, allowed, k):
    masked = [s * ok for s, ok in zip(scores, allowed, strict=True)]
    return [i for i in _search(masked, allowed, k) if masked[i] > 0]


def _ruined(before, after, least=0.2, fall=lambda b, a: b - a, enough=None, order=None, missing=0):
    enough = enough or (lambda f: f >= least - 1e-9)
    falls = {query: fall(before[query], after.get(query, missing)) for query in before}
    chosen = [query for query in falls if enough(falls[query])]
    return sorted(chosen, key=order or (lambda query: -falls[query]))


def _ruined_unsorted(before, after, least=0.2):
    return [query for query in before if before[query] - after.get(query, 0) >= least - 1e-9]


def _ruined_missing_left_out(before, after, least=0.2):
    return _ruined({query: before[query] for query in before if query in after}, after, least)


def _ruined_missing_always(before, after, least=0.2):
    return [query for query in before if query not in after] + _ruined_missing_left_out(before, after, least)


def _ruined_raises(before, after, least=0.2):
    return sorted((q for q in before if before[q] - after[q] >= least - 1e-9), key=lambda q: after[q] - before[q])


def _ruined_pairs(before, after, least=0.2):
    return [(query, before[query] - after.get(query, 0)) for query in _ruined(before, after, least)]


def _front(pipelines, beats=None, order=lambda p: p[0]):
    beats = beats or (lambda o, p: o[0] <= p[0] and o[1] >= p[1] and o != p)
    kept = [name for name, p in pipelines.items() if not any(beats(o, p) for o in pipelines.values())]
    return sorted(kept, key=lambda name: order(pipelines[name])) if order else kept


def _front_equal_once(pipelines):
    return [name for i, name in enumerate(_front(pipelines)) if pipelines[name] not in [pipelines[n] for n in _front(pipelines)[:i]]]


def _front_equal_beat(pipelines):
    def beaten(name):
        ms, quality = pipelines[name]
        return any(m <= ms and q >= quality for other, (m, q) in pipelines.items() if other != name)

    return sorted((name for name in pipelines if not beaten(name)), key=lambda name: pipelines[name][0])


def _front_neighbour(pipelines):
    kept, last = [], (0, -1)
    for name in sorted(pipelines, key=lambda name: (pipelines[name][0], -pipelines[name][1])):
        if pipelines[name][1] > last[1] or pipelines[name] == last:
            kept.append(name)
        last = pipelines[name]
    return kept


def _front_rounds(pipelines):
    return _front({name: (round(ms), round(quality, 2)) for name, (ms, quality) in pipelines.items()})


def _bm25(tf, length, average, containing, total, k1=1.5, b=0.75, log=math.log, one=1, divisor=None, factor=1, share=None):
    idf = log(one + (total - containing + 0.5) / (containing + 0.5))
    divisor = divisor or tf + k1 * (1 - b + b * length / average)
    return idf * (tf * factor / divisor if share is None else share)


WRONG = [
    ("3.2", "ranks from 0", lambda r, constant=60: _fuse(r, constant, start=0), "begins at 1, not at 0"),
    ("3.2", "only ids in two rankings", lambda r, constant=60: _fuse(r, constant, needed=2), "one ranking only counts as well"),
    ("3.2", "only ids of the first ranking", _fuse_first_only_ids, "in the second ranking only"),
    (
        "3.2",
        "sums ranks",
        lambda r, constant=60: _fuse(r, share=lambda rank: rank, best_first=False),
        "not ranks: with a sum of ranks",
    ),
    ("3.2", "averages the shares", lambda r, constant=60: _fuse(r, constant, total=np.mean), "do not average"),
    ("3.2", "takes the best rank", lambda r, constant=60: _fuse(r, constant, total=max), "Did you take the best rank only"),
    ("3.2", "one ranking after the other", _fuse_one_after_the_other, "one ranking after the other"),
    ("3.2", "repeats ids", _fuse_all_one_list, "stands in the result once"),
    ("3.2", "no constant", lambda r, constant=60: _fuse(r, 0), "seems to add 1 / rank"),
    ("3.2", "always 60", lambda r, constant=60: _fuse(r), "Use the `constant` that is passed in"),
    ("3.2", "worst first", lambda r, constant=60: _fuse(r, constant, best_first=False), "worst first"),
    ("3.2", "two rankings only", lambda r, constant=60: _fuse(r[:2], constant), "all the rankings"),
    ("3.2", "needs two rankings", lambda r, constant=60: _fuse([r[0], r[1], *r[2:]], constant), "IndexError"),
    ("3.2", "ties by name", _fuse_ties_by_name, "Equal sums stay in the order"),
    ("3.2", "ties turned round", _fuse_ties_last_first, "Equal sums stay in the order"),
    ("3.2", "gives pairs", lambda r, constant=60: [(name, 0.1) for name in _fuse(r, constant)], "without their numbers"),
    ("3.2", "gives a dict", _fuse_dict, "Give back a list of ids, not dict"),
    ("3.2", "rank 1 for all", lambda r, constant=60: _fuse(r, constant, share=lambda rank: 1 / (constant + 1)), "the rank counts"),
    ("3.2", "the first ranking counts twice", lambda r, constant=60: _fuse([*r[:1], *r], constant), "the same in each ranking"),
    ("3.2", "five of each ranking", lambda r, constant=60: _fuse([x[:5] for x in r], constant), "each id of the rankings once"),
    ("3.3", "no normalisation", _dcg, "not normalised"),
    ("3.3", "log2(rank), raises", lambda r, g, k=10: _ndcg(r, g, k, math.log2), "ZeroDivisionError"),
    ("3.3", "log2(rank), from rank 2", lambda r, g, k=10: _ndcg(r, g, k, lambda rank: math.log2(max(2, rank))), "not by log2(rank)"),
    ("3.3", "ranks from 0", _ndcg_rank_0, "since log2(1) is 0"),
    ("3.3", "divides by the rank", lambda r, g, k=10: _ndcg(r, g, k, lambda rank: rank), "not by the rank"),
    ("3.3", "no discount", lambda r, g, k=10: _ndcg(r, g, k, lambda rank: 1), "counts less than one at rank 1"),
    ("3.3", "divides by the number of relevant", lambda r, g, k=10: _dcg(r, g, k) / max(1, len(g)), "number of relevant ids"),
    ("3.3", "the ideal has k hits", lambda r, g, k=10: _ndcg(r, g, k, ideal=k), "here 1 and not k"),
    ("3.3", "the ideal goes beyond k", lambda r, g, k=10: _ndcg(r, g, k, ideal=len(g)), "Only k ids can be at the top"),
    ("3.3", "the ideal has the found ones", lambda r, g, k=10: _ndcg(r, g, k, ideal=len(g & set(r[:k]))), "that were not found"),
    ("3.3", "the ideal is as long as ranked", lambda r, g, k=10: _ndcg(r, g, k, ideal=min(k, len(g), len(r))), "length of `ranked`"),
    ("3.3", "does not cut at k", lambda r, g, k=10: _ndcg(r, g, k, cut=False), "Only the first k ids count"),
    ("3.3", "always 10", lambda r, g, k=10: _ndcg(r, g), "Only the first k ids count"),
    ("3.3", "1 if nothing is relevant", lambda r, g, k=10: _ndcg(r, g, k, none=1.0), "nothing is relevant"),
    ("3.3", "raises if nothing is relevant", _ndcg_raises, "ZeroDivisionError"),
    ("3.3", "not a number if nothing is relevant", lambda r, g, k=10: _ndcg(r, g, k, none=math.nan), "nothing is relevant"),
    ("3.3", "gives both sums", lambda r, g, k=10: (_dcg(r, g, k), 1.0), "Give back one number"),
    ("3.3", "ignores deep hits", lambda r, g, k=10: _ndcg([x if i < 5 else "" for i, x in enumerate(r)], g, k), "hits at the ranks"),
    ("3.6", "filters afterwards", _search_post_filter, "Filter first and cut to k afterwards"),
    ("3.6", "forbidden ones with score 0", lambda s, a, k: _search(s, a, k, forbidden=0, drop=False), "never fill up with forbidden"),
    ("3.6", "forbidden ones with -inf", lambda s, a, k: _search(s, a, k, forbidden=-math.inf, drop=False), "never fill up with forbidden"),
    ("3.6", "ignores allowed", lambda s, a, k: _search(s, [True] * len(s), k), "did you leave `allowed` out"),
    ("3.6", "worst first", lambda s, a, k: _search(s, a, k, reverse=False), "Yours gives the worst"),
    ("3.6", "in the order of the indices", lambda s, a, k: sorted(_search(s, a, k)), "in the order of their indices"),
    ("3.6", "sentinel 0 against negative scores", _search_sentinel, "Scores may be negative"),
    ("3.6", "sentinel -1 against negative scores", lambda s, a, k: _search_sentinel(s, a, k, -1), "Scores may be negative"),
    ("3.6", "sentinel -1e9", lambda s, a, k: _search_sentinel(s, a, k, -1e9), "such as -1e9"),
    ("3.6", "drops negative scores", _search_above_zero, "Scores may be negative"),
    ("3.6", "places in the filtered list", _search_places, "The indices count all passages"),
    ("3.6", "gives scores", lambda s, a, k: [s[i] for i in _search(s, a, k)], "Give back the indices"),
    ("3.6", "gives truth values", lambda s, a, k: [i in _search(s, a, k) for i in range(len(s))], "Give back the indices"),
    ("3.6", "gives an array", lambda s, a, k: np.array(_search(s, a, k)), "Give back a list of indices"),
    ("3.6", "gives all", lambda s, a, k: _search(s, a, len(s)), "at most k"),
    ("3.6", "negative indices", lambda s, a, k: [i - len(s) for i in _search(s, a, k)], "indices are from 0"),
    ("3.6", "raises if none is allowed", lambda s, a, k: [_search(s, a, k)[0], *_search(s, a, k)[1:]], "IndexError"),
    ("3.4", "rises as well", lambda b, a, least=0.2: _ruined(b, a, least, fall=lambda x, y: abs(x - y)), "without `abs`"),
    ("3.4", "after minus before", lambda b, a, least=0.2: _ruined(b, a, least, fall=lambda x, y: y - x), "the other way round"),
    ("3.4", "any fall", lambda b, a, least=0.2: _ruined(b, a, least, enough=lambda f: f > 0), "leave out what falls by less"),
    ("3.4", "share of the value before", lambda b, a, least=0.2: _ruined(b, a, least, fall=lambda x, y: (x - y) / (x or 1)), "not a share"),
    ("3.4", "smallest fall first", lambda b, a, least=0.2: _ruined(b, a, least)[::-1], "smallest fall first"),
    ("3.4", "not sorted", _ruined_unsorted, "largest first"),
    ("3.4", "sorted by nDCG after", lambda b, a, least=0.2: _ruined(b, a, least, order=lambda q: a.get(q, 0)), "not by the nDCG after it"),
    ("3.4", "sorted by nDCG before", lambda b, a, least=0.2: _ruined(b, a, least, order=lambda q: -b[q]), "not by the nDCG before it"),
    ("3.4", "leaves missing ones out", _ruined_missing_left_out, "it was not answered"),
    ("3.4", "missing ones count as 1", lambda b, a, least=0.2: _ruined(b, a, least, missing=1), "it was not answered"),
    ("3.4", "missing ones are always ruined", _ruined_missing_always, "but it falls by 0.1 only"),
    ("3.4", "raises for missing ones", _ruined_raises, "KeyError"),
    ("3.4", "always 0.2", lambda b, a, least=0.2: _ruined(b, a), "Use the `least`"),
    ("3.4", "more than least", lambda b, a, least=0.2: _ruined(b, a, least, enough=lambda f: f > least), ">= and not >"),
    ("3.4", "no tolerance", lambda b, a, least=0.2: _ruined(b, a, least, enough=lambda f: f >= least), "in floating point"),
    ("3.4", "rounds", lambda b, a, least=0.2: _ruined(b, a, least, enough=lambda f: round(f, 2) >= least), "do not round"),
    ("3.4", "gives pairs", _ruined_pairs, "without their numbers"),
    ("3.4", "gives a set", lambda b, a, least=0.2: set(_ruined(b, a, least)), "Give back a list of queries"),
    ("3.4", "at most three", lambda b, a, least=0.2: _ruined(b, a, least)[:3], "not the ruined ones"),
    ("3.5", "beats only if both are better", lambda p: _front(p, lambda o, q: o[0] < q[0] and o[1] > q[1]), "one strict difference"),
    ("3.5", "faster and not worse", lambda p: _front(p, lambda o, q: o[0] < q[0] and o[1] >= q[1]), "one strict difference"),
    ("3.5", "one is enough", lambda p: _front(p, lambda o, q: o[0] < q[0] or o[1] > q[1]), "`and` and not `or`"),
    ("3.5", "beats itself", lambda p: _front(p, lambda o, q: o[0] <= q[0] and o[1] >= q[1]), "can't beat itself"),
    ("3.5", "equal ones beat each other", _front_equal_beat, "do not beat each other"),
    ("3.5", "equal ones once", _front_equal_once, "do not beat each other"),
    ("3.5", "slower is better", lambda p: _front(p, lambda o, q: o[0] >= q[0] and o[1] >= q[1] and o != q), "is slower and worse"),
    ("3.5", "lower quality is better", lambda p: _front(p, lambda o, q: o[0] <= q[0] and o[1] <= q[1] and o != q), "is slower and worse"),
    ("3.5", "slowest first", lambda p: _front(p)[::-1], "Sort from fastest to slowest"),
    ("3.5", "not sorted", lambda p: _front(p, order=None), "Sort from fastest to slowest"),
    ("3.5", "by name", lambda p: sorted(_front(p)), "Sort from fastest to slowest"),
    ("3.5", "the best only", lambda p: [n for n in p if p[n][1] == max(q for _, q in p.values())], "keeps only the best one"),
    ("3.5", "the fastest only", lambda p: [n for n in p if p[n][0] == min(ms for ms, _ in p.values())], "keeps only the fastest one"),
    ("3.5", "compares with the next only", _front_neighbour, "Compare with every other"),
    ("3.5", "rounds", _front_rounds, "do not round"),
    ("3.5", "gives a dict", lambda p: {name: p[name] for name in _front(p)}, "Give back a list of names"),
    ("3.5", "gives pairs", lambda p: [(name, *p[name]) for name in _front(p)], "without their numbers"),
    ("3.1", "no length", lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, 1, 1, c, n, k1, b), "The length of the passage has no effect"),
    ("3.1", "average / length", lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, av, le, c, n, k1, b), "not average / length"),
    ("3.1", "no 1 + in the idf", lambda *x, **y: _bm25(*x, **y, one=0), "the 1 + inside the logarithm is missing"),
    ("3.1", "tf without bound", lambda *x, **y: _bm25(*x, **y, share=x[0]), "without bound"),
    ("3.1", "logarithm of tf", lambda *x, **y: _bm25(*x, **y, share=math.log(1 + x[0])), "without bound"),
    ("3.1", "k1 and b swapped", lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, le, av, c, n, b, k1), "k1 and b are swapped"),
    (
        "3.1",
        "containing and total swapped",
        lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, le, av, n, c, k1, b),
        "`containing` for `total`",
    ),
    ("3.1", "times k1 + 1", lambda *x, k1=1.5, **y: _bm25(*x, k1=k1, **y, factor=k1 + 1), "Leave out the factor"),
    ("3.1", "logarithm to base 10", lambda *x, **y: _bm25(*x, **y, log=math.log10), "the natural logarithm"),
    ("3.1", "logarithm to base 2", lambda *x, **y: _bm25(*x, **y, log=math.log2), "the natural logarithm"),
    ("3.1", "no idf", lambda *x, **y: _bm25(*x, **y, log=lambda _: 1), "multiply by the idf"),
    (
        "3.1",
        "k1 times the first part only",
        lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, le, av, c, n, divisor=t + k1 * (1 - b) + b * le / av),
        "in a passage of average length",
    ),
    (
        "3.1",
        "1 - b left out",
        lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, le, av, c, n, divisor=t + k1 * le / av),
        "all of the bracket",
    ),
    ("3.1", "k1 always 1.5", lambda *x, k1=1.5, **y: _bm25(*x, **y), "Use the `k1`"),
    ("3.1", "b always 0.75", lambda *x, b=0.75, **y: _bm25(*x, **y), "Use the `b`"),
    ("3.1", "the share of the words", lambda t, *x, **y: _bm25(t / x[0], *x, **y), "in a passage of average length"),
    ("3.1", "gives text", lambda *x, **y: f"{_bm25(*x, **y):.2f}", "Give back one number"),
    (
        "3.1",
        "long passages count as average",
        lambda t, le, av, c, n, k1=1.5, b=0.75: _bm25(t, min(le, 2 * av), av, c, n, k1, b),
        "you gave",
    ),
]
