"""Wrong answers to the exercises of notebook 03."""

from tests.wrong_answers import faults

SCORE = "idf * tf / (tf + k1 * norm)"
SHARE, FUSED = "1 / (constant + rank)", "sorted(sums, key=sums.get, reverse=True)"
SUM, TIMES = "sums.get(id, 0)", "sum(id in ranking for ranking in rankings)"
RATIO, IDEAL, LOG = "gain / best if best else 0.0", "min(k, len(relevant))", "math.log2(rank + 1)"
FALL, ENOUGH = "before[query] - after.get(query, 0)", "falls[query] >= least - 1e-9"
RUINED = "sorted(fallen, key=falls.get, reverse=True)"
BEATS = "o[0] <= p[0] and o[1] >= p[1] and o != p"
KEPT = "sorted(kept, key=lambda name: pipelines[name][0])"
TWICE = "list(pipelines.values()).count(p)"
ONCE = "for p, name in {p: name for name, p in pipelines.items()}.items()"
ALLOWED, ALL = "[i for i, ok in enumerate(allowed) if ok]", "range(len(scores))"
AFTERWARDS = ("return sorted", "return [i for i in sorted", "[:k]", "[:k] if allowed[i]]")


def front_neighbour(pipelines):
    kept, last = [], (0, -1)
    for name in sorted(pipelines, key=lambda name: (pipelines[name][0], -pipelines[name][1])):
        if pipelines[name][1] > last[1] or pipelines[name] == last:
            kept.append(name)
        last = pipelines[name]
    return kept


def masked(value):
    """Edits that give forbidden passages this score."""
    return (ALLOWED, ALL, "scores[i]", f"scores[i] if allowed[i] else {value}")


def each(change):
    """Edits that change each returned index."""
    return ("return sorted", f"return [{change} for i in sorted", "[:k]", "[:k]]")


WRONG = [
    *faults(
        "3.1",
        ("no length", ("length / average", "1"), "The length of the passage has no effect"),
        ("average / length", ("length / average", "average / length"), "not average / length"),
        ("no 1 + in the idf", ("log(1 + ", "log("), "the 1 + inside the logarithm is missing"),
        ("no halves in the idf", (" + 0.5", ""), "both 0.5"),
        ("tf without bound", (SCORE, "idf * tf"), "without bound"),
        ("logarithm of tf", (SCORE, "idf * math.log(1 + tf)"), "without bound"),
        ("k1 and b swapped", ("k1=1.5, b=0.75", "b=1.5, k1=0.75"), "k1 and b are swapped"),
        ("total first", ("containing, total", "total, containing"), "`containing` for `total`"),
        ("times k1 + 1", ("idf * tf", "idf * (k1 + 1) * tf"), "Leave out the factor"),
        ("logarithm to base 10", ("math.log(", "math.log10("), "the natural logarithm"),
        ("logarithm to base 2", ("math.log(", "math.log2("), "the natural logarithm"),
        ("no idf", ("idf * tf", "tf"), "multiply by the idf"),
        ("k1 times 1 - b only", ("k1 * norm", "norm + (k1 - 1) * (1 - b)"), "average length"),
        ("1 - b left out", ("1 - b + b * length", "length"), "all of the bracket"),
        ("k1 always 1.5", ("k1 * norm", "1.5 * norm"), "Use the `k1`"),
        ("b always 0.75", ("1 - b + b", "0.25 + 0.75"), "Use the `b`"),
        ("tf as a share", ("    return", "    tf /= length\n    return"), "average length"),
        ("returns a string", (SCORE, "f'{idf:.2f}'"), "Return a number, not a str"),
        ("long is average", ("* length", "* min(length, 2 * average)"), "should return"),
        ("fails for tf 0", (SCORE, "idf / (1 + k1 * norm / tf)"), "ZeroDivisionError"),
    ),
    *faults(
        "3.2",
        ("ranks from 0", ("start=1", "start=0"), "begin at 1, not at 0"),
        ("only twice", ("(sums,", f"([id for id in sums if {TIMES} > 1],"), "one ranking only"),
        ("the first ranking's", ("(sums,", "([id for id in rankings[0]],"), "second ranking only"),
        ("sums ranks", (SHARE, "rank", ", reverse=True", ""), "not ranks"),
        ("averages", ("sums.get,", f"lambda id: sums[id] / {TIMES},"), "Do not average"),
        ("the best rank", (f"{SUM} + {SHARE}", f"max({SUM}, {SHARE})"), "the best rank only"),
        ("one after the other", (FUSED, "list(sums)"), "one ranking after the other"),
        ("repeats ids", (FUSED, "[id for ranking in rankings for id in ranking]"), "comes once"),
        ("no constant", ("constant + ", ""), "add the constant to each rank"),
        ("always 60", ("constant + ", "60 + "), "Use the `constant` that is passed in"),
        ("worst first", ("reverse=True", "reverse=False"), "worst first"),
        ("two rankings only", ("in rankings", "in rankings[:2]"), "all the rankings"),
        ("needs two rankings", ("sums = {}", "sums = {} if rankings[1] else {}"), "IndexError"),
        ("ties by name", ("sorted(sums", "sorted(sorted(sums)"), "Equal sums stay in the order"),
        ("ties turned round", (", reverse=True)", ")[::-1]"), "Equal sums stay in the order"),
        ("returns pairs", (FUSED, "sorted(sums.items())"), "without their sums"),
        ("returns a dict", (FUSED, "sums"), "Return a list, not a dict"),
        ("rank 1 for all", ("+ rank", "+ 1"), "the rank counts"),
        ("the first counts twice", ("in rankings:", "in rankings[:1] + rankings:"), "same in each"),
        ("five of each ranking", ("(ranking,", "(ranking[:5],"), "every id of the rankings"),
    ),
    *faults(
        "3.3",
        ("no normalisation", (RATIO, "gain"), "not normalised"),
        ("log2(rank), raises", (LOG, "math.log2(rank)"), "ZeroDivisionError"),
        ("log2(rank), from rank 2", (LOG, "math.log2(max(2, rank))"), "not log2(rank)"),
        ("infinite", (LOG, "max(math.log2(rank), 1e-320)"), "since log2(1) is 0"),
        ("divides by the rank", (LOG, "rank"), "not by the rank"),
        ("no discount", (LOG, "1"), "counts less than one at rank 1"),
        ("by their number", (RATIO, "gain / max(1, len(relevant))"), "number of relevant ids"),
        ("the ideal has k hits", (IDEAL, "k"), "1 and not k"),
        ("the ideal goes beyond k", (IDEAL, "len(relevant)"), "Only k ids can be at the top"),
        ("the ideal has the found", (IDEAL, "len(hits)"), "even those not found"),
        ("the ideal of ranked", (IDEAL, f"min({IDEAL}, len(ranked))"), "length of `ranked`"),
        ("does not cut at k", ("[:k]", ""), "Only the first k ids count"),
        ("always 10", ("    hits =", "    k = 10\n    hits ="), "Only the first k ids count"),
        ("1 if nothing is relevant", ("0.0", "1.0"), "nothing is relevant"),
        ("raises for none", (RATIO, "gain / best"), "ZeroDivisionError"),
        ("no number for none", ("0.0", "math.nan"), "nothing is relevant"),
        ("returns both sums", (RATIO, "gain, best"), "Return a number, not a tuple"),
        ("ignores deep hits", ("[:k]", "[:k][:5]"), "Each hit among the first k counts"),
    ),
    *faults(
        "3.4",
        ("rises as well", (FALL, f"abs({FALL})"), "without `abs`"),
        ("after minus before", (FALL, f"-({FALL})"), "the other way round"),
        ("any fall", (ENOUGH, "falls[query] > 0"), "leave out falls of less"),
        ("share of the value", (FALL, f"({FALL}) / before[query]"), "not a share"),
        ("smallest fall first", ("reverse=True", "reverse=False"), "smallest fall first"),
        ("not sorted", (RUINED, "fallen"), "the largest first"),
        ("by nDCG after", ("falls.get", "lambda q: -after.get(q, 0)"), "not by the nDCG after it"),
        ("by nDCG before", ("falls.get", "before.get"), "not by the nDCG before it"),
        ("leaves missing out", ("before}", "before if query in after}"), "it was not answered"),
        ("missing count as 1", ("(query, 0)", "(query, 1)"), "it was not answered"),
        ("missing always", ("if falls", "if query not in after or falls"), "by 0.1 only"),
        ("raises for missing ones", ("after.get(query, 0)", "after[query]"), "KeyError"),
        ("always 0.2", ("least - 1e-9", "0.2 - 1e-9"), "Use the `least`"),
        ("more than least", (ENOUGH, "falls[query] > least"), ">= and not >"),
        ("no tolerance", (" - 1e-9", ""), "in floating point"),
        ("rounds", (ENOUGH, "round(falls[query], 2) >= least"), "do not round"),
        ("returns pairs", (RUINED, "[(q, falls[q]) for q in fallen]"), "without their numbers"),
        ("returns a set", (RUINED, "set(fallen)"), "Return a list, not a set"),
        ("at most three", (RUINED, f"{RUINED}[:3]"), "Return all ruined queries"),
    ),
    *faults(
        "3.5",
        ("both better", (BEATS, "o[0] < p[0] and o[1] > p[1]"), "one strict difference"),
        ("faster", (BEATS, "o[0] < p[0] and o[1] >= p[1]"), "one strict difference"),
        ("one is enough", (BEATS, "o[0] < p[0] or o[1] > p[1]"), "`and` and not `or`"),
        ("beats itself", (" and o != p", ""), "can't beat itself"),
        ("equal ones", ("not beaten(p)", f"{TWICE} < 2 and not beaten(p)"), "both are kept"),
        ("equal ones once", ("for name, p in pipelines.items()", ONCE), "do not beat each other"),
        ("slower is better", ("o[0] <=", "o[0] >="), "is slower and worse"),
        ("lower quality is better", ("o[1] >=", "o[1] <="), "is slower and worse"),
        ("slowest first", ("name: pipelines", "name: -pipelines"), "Sort from fastest to slowest"),
        ("not sorted", (KEPT, "kept"), "Sort from fastest to slowest"),
        ("by name", (KEPT, "sorted(kept)"), "Sort from fastest to slowest"),
        ("the best only", (BEATS, "o[1] > p[1]"), "keeps only the best one"),
        ("the fastest only", (BEATS, "o[0] < p[0]"), "keeps only the fastest one"),
        ("compares with the next only", front_neighbour, "Compare with every other"),
        ("rounds", ("o[1] >= p[1]", "round(o[1], 2) >= round(p[1], 2)"), "do not round"),
        ("returns a dict", (KEPT, "dict.fromkeys(kept)"), "Return a list, not a dict"),
        ("returns pairs", (KEPT, "[(n, pipelines[n]) for n in kept]"), "without their numbers"),
    ),
    *faults(
        "3.6",
        ("filters afterwards", (ALLOWED, ALL, *AFTERWARDS), "Filter first and cut to k"),
        ("forbidden ones score 0", masked("0"), "never fill up with forbidden"),
        ("forbidden ones score -inf", masked("float('-inf')"), "never fill up with forbidden"),
        ("ignores allowed", (ALLOWED, ALL), "did you leave `allowed` out"),
        ("worst first", ("reverse=True", "reverse=False"), "returns the worst"),
        ("in order", ("sorted", "sorted(sorted", "[:k]", "[:k])"), "order of their indices"),
        ("sentinel 0", (*masked("0"), *AFTERWARDS), "Scores may be negative"),
        ("sentinel -1", (*masked("-1"), *AFTERWARDS), "Scores may be negative"),
        ("sentinel -1e9", (*masked("-1e9"), *AFTERWARDS), "such as -1e9"),
        ("drops negative scores", ("if ok", "if ok and scores[i] > 0"), "Scores may be negative"),
        ("places", each("indices.index(i)"), "The indices count all passages"),
        ("returns scores", each("scores[i]"), "Return the indices"),
        ("returns truth values", each("i > 1"), "Return the indices"),
        ("an array", ("return sorted", "return np.array(sorted", "[:k]", "[:k])"), "a list of"),
        ("returns all", ("[:k]", ""), "at most k"),
        ("negative indices", each("i - len(scores)"), "from 0"),
        ("raises for none", ("    return", "    indices[0]\n    return"), "IndexError"),
        ("always two", ("[:k]", "[:2]"), "The k best allowed ones"),
    ),
]
