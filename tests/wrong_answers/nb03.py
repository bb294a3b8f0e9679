"""Wrong answers to the exercises of notebook 03."""

from tests.wrong_answers import faults

SCORE = "idf * tf / (tf + k1 * norm)"
FRACTION = "(total - containing + 0.5) / (containing + 0.5)"
UPSIDE, IDF = "(containing + 0.5) / (total - containing + 0.5)", f"1 + {FRACTION}"
SHARE, FUSED = "1 / (constant + rank)", "sorted(sums, key=sums.get, reverse=True)"
SUM, TIMES = "sums.get(id, 0)", "sum(id in ranking for ranking in rankings)"
RATIO, IDEAL, LOG = "gain / best if best else 0.0", "min(k, len(relevant))", "math.log2(rank + 1)"
FALL, ENOUGH = "before[query] - after.get(query, 0)", "falls[query] >= least - 1e-9"
RUINED = "sorted(fallen, key=falls.get, reverse=True)"
BEATS = "o[0] <= p[0] and o[1] >= p[1] and o != p"
KEPT = "sorted(kept, key=lambda name: pipelines[name][0])"
TWICE = "list(pipelines.values()).count(p)"
ONCE = "for p, name in {p: name for name, p in pipelines.items()}.items()"
BEST_RANK = "lambda id: (sums[id], -min(r.index(id) for r in rankings if id in r)),"
FEW = "len(set(pipelines.values())) > 1"
TEN = "[i for i in sorted(range(len(scores)), key=lambda i: -scores[i])[:10] if allowed[i]]"
ALLOWED, ALL = "[i for i, ok in enumerate(allowed) if ok]", "range(len(scores))"
AFTERWARDS = ("return sorted", "return [i for i in sorted", "[:k]", "[:k] if allowed[i]]")


def front_neighbour(pipelines):
    kept, last = [], (0, -1)
    for name in sorted(pipelines, key=lambda name: (pipelines[name][0], -pipelines[name][1])):
        if pipelines[name][1] > last[1] or pipelines[name] == last:
            kept.append(name)
        last = pipelines[name]
    return kept


def fuse_zip(rankings, constant=60):
    sums = {}
    for rank, ids in enumerate(zip(*rankings, strict=False), start=1):
        for id in ids:
            sums[id] = sums.get(id, 0) + 1 / (constant + rank)
    return sorted(sums, key=sums.get, reverse=True)


def fuse_rank_by_rank(rankings, constant=60):
    sums = {}
    for rank in range(max(map(len, rankings), default=0)):
        for ranking in rankings:
            for id in ranking[rank : rank + 1]:
                sums[id] = sums.get(id, 0) + 1 / (constant + rank + 1)
    return sorted(sums, key=sums.get, reverse=True)


def ruined_by_fall(before, after, least=0.2):
    queries = {before[query] - after.get(query, 0): query for query in before}
    return [queries[fall] for fall in sorted(queries, reverse=True) if fall >= least - 1e-9]


def search_first(scores, allowed, k):
    best = sorted((s for s, ok in zip(scores, allowed, strict=True) if ok), reverse=True)[:k]
    return [scores.index(s) for s in best]


def search_last(scores, allowed, k):
    best = sorted((s for s, ok in zip(scores, allowed, strict=True) if ok), reverse=True)[:k]
    places = {s: i for i, s in enumerate(scores)}
    return [places[s] for s in best]


def search_once(scores, allowed, k):
    places = {s: i for i, s in enumerate(scores) if allowed[i]}
    return [places[s] for s in sorted(places, reverse=True)[:k]]


def search_all(scores, allowed, k):
    best = sorted((s for s, ok in zip(scores, allowed, strict=True) if ok), reverse=True)[:k]
    indices = [i for i, s in enumerate(scores) if allowed[i] and s in best]
    return sorted(indices, key=lambda i: scores[i], reverse=True)


def masked(value):
    """Edits that give forbidden passages this score."""
    return (ALLOWED, ALL, "scores[i]", f"scores[i] if allowed[i] else {value}")


def each(change):
    """Edits that change each returned index."""
    return ("return sorted", f"return [{change} for i in sorted", "[:k]", "[:k]]")


WRONG = [
    *faults(
        "3.1",
        ("no length", ("length / average", "1"), "of average length: this one is twice"),
        (
            "average / length",
            ("length / average", "average / length"),
            "half the average length: this one",
        ),
        ("no 1 + in the idf", ("log(1 + ", "log("), "a 1 + inside the logarithm"),
        ("no halves in the idf", (" + 0.5", ""), "lacks its 0.5"),
        ("log(total / containing)", (IDF, "total / containing"), "lacks its 0.5"),
        ("idf upside down", (FRACTION, UPSIDE), "upside down"),
        ("tf without bound", (SCORE, "idf * tf"), "tf times the idf"),
        ("logarithm of tf", (SCORE, "idf * math.log(1 + tf)"), "The idf is log(1 + 95.5"),
        ("k1 and b swapped", ("k1=1.5, b=0.75", "b=1.5, k1=0.75"), "k1 is 1.5 here, and b"),
        ("total first", ("containing, total", "total, containing"), "never below 0"),
        ("times k1 + 1", ("idf * tf", "idf * (k1 + 1) * tf"), "(k1 + 1) times the score"),
        ("logarithm to base 10", ("math.log(", "math.log10("), "to base 10"),
        ("logarithm to base 2", ("math.log(", "math.log2("), "to base 2"),
        ("no idf", ("idf * tf", "tf"), "multiply by the idf"),
        ("k1 times 1 - b only", ("k1 * norm", "norm + (k1 - 1) * (1 - b)"), "average length"),
        ("1 - b left out", ("1 - b + b * length", "length"), "The divisor is 2 + k1"),
        ("k1 always 1.5", ("k1 * norm", "1.5 * norm"), "k1 is 3 here"),
        ("b always 0.75", ("1 - b + b", "0.25 + 0.75"), "With b = 0"),
        ("tf as a share", ("    return", "    tf /= length\n    return"), "average length"),
        ("returns a string", (SCORE, "f'{idf:.2f}'"), "Return a number, not a str"),
        ("long is average", ("* length", "* min(length, 2 * average)"), "should return"),
        ("total always 100", ("(total", "(100"), "nearly 0, but above"),
        ("average always 100", ("/ average", "/ 100"), "the bracket is 2"),
        ("rounds", (SCORE, f"round({SCORE}, 3)"), "Do not round"),
        ("short is average", ("* length", "* max(length, average)"), "b * 0.5"),
        ("counts once", ("    return", "    tf = min(tf, 1)\n    return"), "is 2 / 3.5"),
        ("no k1 of 0", ("k1 * norm", "(k1 or 1.5) * norm"), "With k1 = 0"),
        ("fails for tf 0", (SCORE, "idf / (1 + k1 * norm / tf)"), "ZeroDivisionError"),
    ),
    *faults(
        "3.2",
        ("ranks from 0", ("start=1", "start=0"), "1/3 + 1/4 (y)"),
        (
            "only twice",
            ("(sums,", f"([id for id in sums if {TIMES} > 1],"),
            "each id of the rankings once",
        ),
        (
            "the first ranking's",
            ("(sums,", "([id for id in rankings[0]],"),
            "each id of the rankings once",
        ),
        ("sums ranks", (SHARE, "rank", ", reverse=True", ""), "1/61 (z) and 1/62 (x)"),
        ("averages", ("sums.get,", f"lambda id: sums[id] / {TIMES},"), "1/61 (z) and 1/62 (x)"),
        ("the best rank", (f"{SUM} + {SHARE}", f"max({SUM}, {SHARE})"), "1/61 (x) and 1/62 (z)"),
        ("one after the other", (FUSED, "list(sums)"), "1/61 (z) and 1/62 (x)"),
        (
            "repeats ids",
            (FUSED, "[id for ranking in rankings for id in ranking]"),
            "each id of the rankings once",
        ),
        ("no constant", ("constant + ", ""), "1/62 + 1/63 (y)"),
        ("always 60", ("constant + ", "60 + "), "that of y is 1/5 + 1/5"),
        ("worst first", ("reverse=True", "reverse=False"), "the largest comes first"),
        ("no brackets", (SHARE, "1 / constant + rank"), "The sums are 2/61 (a)"),
        ("two rankings only", ("in rankings", "in rankings[:2]"), "differ in length"),
        ("needs two rankings", ("sums = {}", "sums = {} if rankings[1] else {}"), "IndexError"),
        ("ties by name", ("sorted(sums", "sorted(sorted(sums)"), "Equal sums stay in the order"),
        ("ties turned round", (", reverse=True)", ")[::-1]"), "Equal sums stay in the order"),
        ("returns pairs", (FUSED, "sorted(sums.items())"), "the ids alone"),
        ("as long as the shortest", fuse_zip, "each id of the rankings once"),
        ("rank by rank", fuse_rank_by_rank, "in which the ids first appear"),
        ("ties by number", ("sums.get,", f"lambda id: (sums[id], {TIMES}),"), "first appear"),
        ("ties by best rank", ("sums.get,", BEST_RANK), "first appear"),
        ("59 by default", ("=60", "=59"), "constant 60"),
        ("61 by default", ("=60", "=61"), "constant 60"),
        ("ten ids", (FUSED, f"{FUSED}[:10]"), "each id of the rankings once"),
        ("rounds the sums", ("sums.get,", "lambda id: round(sums[id], 4),"), "constant 60"),
        (
            "no ranking may be empty",
            ("sums = {}", "rankings and rankings[0][0]; sums = {}"),
            "empty",
        ),
        ("rounds to five places", ("sums.get,", "lambda id: round(sums[id], 5),"), "do not round"),
        ("no constant of 0", ("constant + ", "(constant or 60) + "), "With constant 0"),
        ("no empty id", ("            sums", "            if id: sums"), "fuse([[7, 0], [0]])"),
        ("returns a dict", (FUSED, "sums"), "Return a list, not a dict"),
        ("rank 1 for all", ("+ rank", "+ 1"), "1/61 (z) and 1/62 (x)"),
        (
            "the first counts twice",
            ("in rankings:", "in rankings[:1] + rankings:"),
            "1/61 (z) and 1/62 (x)",
        ),
        ("five of each ranking", ("(ranking,", "(ranking[:5],"), "each id of the rankings once"),
    ),
    *faults(
        "3.3",
        ("no normalisation", (RATIO, "gain"), "divide by the same sum"),
        ("log2(rank), raises", (LOG, "math.log2(rank)"), "ZeroDivisionError"),
        ("log2(rank), from rank 2", (LOG, "math.log2(max(2, rank))"), "The gain at rank 2"),
        ("infinite", (LOG, "max(math.log2(rank), 1e-320)"), "The gain at rank 1"),
        ("divides by the rank", (LOG, "rank"), "The gain at rank 2"),
        ("no discount", (LOG, "1"), "The gain at rank 2"),
        ("by their number", (RATIO, "gain / max(1, len(relevant))"), "divide by the same sum"),
        ("the ideal has k hits", (IDEAL, "k"), "The gain at rank 1"),
        ("the ideal goes beyond k", (IDEAL, "len(relevant)"), "no ranking is better"),
        ("the ideal has the found", (IDEAL, "len(hits)"), "sum for 2 relevant ids is"),
        ("the ideal of ranked", (IDEAL, f"min({IDEAL}, len(ranked))"), "however short"),
        ("does not cut at k", ("[:k]", ""), "The first 3 ids count"),
        ("always 10", ("    hits =", "    k = 10\n    hits ="), "The first 3 ids count"),
        ("1 if nothing is relevant", ("0.0", "1.0"), "nothing is relevant"),
        ("raises for none", (RATIO, "gain / best"), "ZeroDivisionError"),
        ("no number for none", ("0.0", "math.nan"), "nothing is relevant"),
        ("9 by default", ("k=10", "k=9"), "k is 10"),
        ("11 by default", ("k=10", "k=11"), "k is 10"),
        ("cuts before k", ("[:k]", "[: k - 1]"), "The first 4 ids count"),
        ("rounds", (RATIO, "round(gain / best, 3) if best else 0.0"), "Do not round"),
        ("the first hit", ("for rank in ranks)", "for rank in list(ranks)[:1])"), "2 relevant ids"),
        ("per cent", (RATIO, "100 * gain / best if best else 0.0"), "The gain at rank 1"),
        ("returns both sums", (RATIO, "gain, best"), "Return a number, not a tuple"),
        ("no empty id", ("if id in", "if id and id in"), "may be 0"),
        ("ignores deep hits", ("[:k]", "[:k][:5]"), "k is 10, as none"),
    ),
    *faults(
        "3.4",
        ("rises as well", (FALL, f"abs({FALL})"), "'oak' rises"),
        ("after minus before", (FALL, f"-({FALL})"), "'oak' rises"),
        ("any fall", (ENOUGH, "falls[query] > 0"), "'oak' rises"),
        ("share of the value", (FALL, f"({FALL}) / before[query]"), "less than 0.2, the `least`"),
        ("smallest fall first", ("reverse=True", "reverse=False"), "0.45 (oak): the largest"),
        ("not sorted", (RUINED, "fallen"), "0.45 (oak): the largest"),
        ("by nDCG after", ("falls.get", "lambda q: -after.get(q, 0)"), "0.45 (oak): the largest"),
        ("by nDCG before", ("falls.get", "before.get"), "0.45 (oak): the largest"),
        ("leaves missing out", ("before}", "before if query in after}"), "which counts as 0"),
        ("missing count as 1", ("(query, 0)", "(query, 1)"), "which counts as 0"),
        ("missing always", ("if falls", "if query not in after or falls"), "which counts as 0"),
        ("raises for missing ones", ("after.get(query, 0)", "after[query]"), "KeyError"),
        ("always 0.2", ("least - 1e-9", "0.2 - 1e-9"), "and least 0.6"),
        ("more than least", (ENOUGH, "falls[query] > least"), "exactly `least` counts"),
        ("no tolerance", (" - 1e-9", ""), "in floating point"),
        ("rounds", (ENOUGH, "round(falls[query], 2) >= least"), "tolerance only 1e-9"),
        ("returns pairs", (RUINED, "[(q, falls[q]) for q in fallen]"), "without their numbers"),
        ("tolerates 1e-6", ("1e-9", "1e-6"), "tolerance only 1e-9"),
        ("rounds to four", (ENOUGH, "round(falls[query], 4) >= least"), "tolerance only 1e-9"),
        ("one of equal falls", ruined_by_fall, "both are returned"),
        ("sorts rounded falls", ("falls.get", "lambda q: round(falls[q], 2)"), "by 0.304"),
        ("missing first", ("falls.get", "lambda q: (q not in after, falls[q])"), "0.6 (elm)"),
        ("0.25 by default", ("=0.2)", "=0.25)"), "This is a fall of 0.2"),
        ("no least of 0", ("least - 1e-9", "(least or 0.2) - 1e-9"), "`least` is 0"),
        ("returns a set", (RUINED, "set(fallen)"), "Return a list, not a set"),
        ("at most three", (RUINED, f"{RUINED}[:3]"), "any number of queries"),
    ),
    *faults(
        "3.5",
        ("both better", (BEATS, "o[0] < p[0] and o[1] > p[1]"), "as good, and strictly faster"),
        ("faster", (BEATS, "o[0] < p[0] and o[1] >= p[1]"), "as fast, and strictly better"),
        ("one is enough", (BEATS, "o[0] < p[0] or o[1] > p[1]"), "neither beats the other"),
        ("beats itself", (" and o != p", ""), "No other pipeline beats"),
        ("equal ones", ("not beaten(p)", f"{TWICE} < 2 and not beaten(p)"), "both are kept"),
        ("equal ones once", ("for name, p in pipelines.items()", ONCE), "do not beat each other"),
        ("slower is better", ("o[0] <=", "o[0] >="), "is slower and worse"),
        ("lower quality is better", ("o[1] >=", "o[1] <="), "is slower and worse"),
        ("slowest first", ("name: pipelines", "name: -pipelines"), "neither beats the other"),
        ("not sorted", (KEPT, "kept"), "neither beats the other"),
        ("by name", (KEPT, "sorted(kept)"), "neither beats the other"),
        ("the best only", (BEATS, "o[1] > p[1]"), "neither beats the other"),
        ("the fastest only", (BEATS, "o[0] < p[0]"), "neither beats the other"),
        ("compares with the next only", front_neighbour, "'birch' lies between"),
        ("rounds", ("o[1] >= p[1]", "round(o[1], 2) >= round(p[1], 2)"), "do not round"),
        ("quality above 0", (BEATS, f"{BEATS} or p[1] <= 0"), "quality 0"),
        ("two of equal ones", (KEPT, f"[n for n in {KEPT} if n != 'cedar' or {FEW}]"), "all three"),
        ("the same object", ("o != p", "o is not p"), "Equal pipelines do not beat"),
        ("whole milliseconds", ("o[0] <= p[0]", "int(o[0]) <= int(p[0])"), "do not round"),
        ("no 0 ms", ("o[0] <=", "(o[0] or 99) <="), "takes 0 ms"),
        ("beaten by two", ("any(", "1 < sum("), "is slower and worse"),
        ("returns a dict", (KEPT, "dict.fromkeys(kept)"), "Return a list, not a dict"),
        ("returns pairs", (KEPT, "[(n, pipelines[n]) for n in kept]"), "without their numbers"),
    ),
    *faults(
        "3.6",
        ("filters afterwards", (ALLOWED, ALL, *AFTERWARDS), "cut to k afterwards"),
        ("forbidden ones score 0", masked("0"), "return fewer than k"),
        ("forbidden ones score -inf", masked("float('-inf')"), "return fewer than k"),
        ("ignores allowed", (ALLOWED, ALL), "Passage 0 is not allowed"),
        ("worst first", ("reverse=True", "reverse=False"), "two worst passages"),
        ("in order", ("sorted", "sorted(sorted", "[:k]", "[:k])"), "in the wrong order"),
        ("sentinel 0", (*masked("0"), *AFTERWARDS), "-1.5 is the higher"),
        ("sentinel -1", (*masked("-1"), *AFTERWARDS), "-1.5 is the higher"),
        ("sentinel -1e9", (*masked("-1e9"), *AFTERWARDS), "0 and 1 are allowed"),
        ("drops negative scores", ("if ok", "if ok and scores[i] > 0"), "-1.5 is the higher"),
        ("places", each("indices.index(i)"), "The indices count all passages"),
        ("returns scores", each("scores[i]"), "Return whole numbers"),
        ("returns truth values", each("i > 1"), "Return whole numbers"),
        ("the first with the score", search_first, "Passage 0 has the same score"),
        ("the last with the score", search_last, "Passage 2 has the same score"),
        ("equal scores once", search_once, "each of them counts"),
        ("all of equal scores", search_all, "return two of them"),
        ("decimal numbers", each("float(i)"), "Return whole numbers"),
        ("rounds", ("scores[i],", "round(scores[i], 2),"), "0.502 is more"),
        ("no score of 0", ("if ok", "if ok and scores[i]"), "A score may be 0"),
        ("absolute scores", ("scores[i],", "abs(scores[i]),"), "-1.5 is the higher"),
        ("the ten best", (ALLOWED, TEN), "Only the last passage"),
        ("a set", ("return sorted", "return set(sorted", "[:k]", "[:k])"), "Return a list of"),
        ("returns all", ("[:k]", ""), "3 and 1 have the highest"),
        ("negative indices", each("i - len(scores)"), "3 and 1 have the highest"),
        ("raises for none", ("    return", "    indices[0]\n    return"), "IndexError"),
        ("no k of 0", ("[:k]", "[: k or 10]"), "k is 0"),
        ("always two", ("[:k]", "[:2]"), "k is 1:"),
    ),
]
