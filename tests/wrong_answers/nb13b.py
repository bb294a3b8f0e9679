"""Wrong answers to the exercises of notebook 13, second half."""

from tests.wrong_answers import faults

OWN, TOTAL = "[sum(own) * len(parts) / total for own in parts]", "sum(len(own) for own in parts)"
MEANS = "[sum(own) / len(own) if own else 0.0 for own in parts]"
ALL = "[sum(map(sum, parts)) / total for own in parts]"
BUSY = "sum(bool(own) for own in parts)"
NOTHING = (
    '    if total == 0:\n        raise ValueError("There is no answer token in the whole batch")\n'
)
ZEROS = "    if total == 0:\n        return [0.0 for own in parts]\n"

NAMES, WRONG_ONE = "set(expected) ^ set(saved)", "if not right or not np.isfinite(array).all()"
RIGHT = "tuple(array.shape) == tuple(expected[name])"
ONE_SET = "set()\n    found |= set(expected) - set(saved)"


def counted(saved, expected):
    return [] if len(saved) == len(expected) else sorted(set(expected) ^ set(saved))


ASKED, LARGEST = (
    "{name for name in names if name is not None}",
    "max((ranks[name] for name in asked), default=0)",
)
UNKNOWN = (
    "    if unknown := asked - set(ranks):\n"
    "        raise ValueError(f\"There is no adapter {', '.join(sorted(unknown))}\")\n"
)
FITTING = "[size for size in allowed if size >= largest]"
REFUSED = (
    '    if not fitting:\n        raise ValueError(f"Rank {largest} is above {max(allowed)}")\n'
)
NONE = "    if largest == 0:\n        return 0\n"

FLAT, GRAPH = "size = count * 4 * dimension\n", "count * (4 * dimension + 4 * 2 * links)"
CODES, TWICE = "count * (dimension // 8) + 4 * 256 * dimension", "2 * size if rebuilt else size"
OTHER = "raise ValueError(f\"There is no kind '{kind}'; there are flat, hnsw and pq\")"

WRONG = [
    *faults(
        "13.5",
        ("mean of means", (OWN, MEANS), "each process's own mean"),
        ("sums", (OWN, "[sum(own) for own in parts]"), "These are sums"),
        ("not times processes", (" * len(parts)", ""), "divides by the number of processes"),
        ("times two", ("* len(parts)", "* 2"), "alone"),
        ("divided by processes", ("* len(parts)", "/ len(parts)"), "should return"),
        ("all the same", (OWN, ALL), "only its own losses"),
        ("one number", (OWN, "sum(map(sum, parts)) / total"), "one loss for each process"),
        ("busy processes only", ("* len(parts)", f"* {BUSY}"), "still counts"),
        ("without empty ones", ("for own in parts]", "for own in parts if own]"), "passes 0 on"),
        ("longest part", (TOTAL, "max(len(own) for own in parts) * len(parts)"), "count alike"),
        ("zero for nothing", (NOTHING, ZEROS), "there is no mean"),
        (
            "no loss is no token",
            ("if total == 0", "if sum(map(sum, parts)) == 0"),
            "losses are zero",
        ),
        ("no check", (NOTHING, ""), "there is no mean"),
        ("rounded", (OWN, "[round(sum(own) * len(parts) / total, 2) for own in parts]"), "round"),
    ),
    *faults(
        "13.6",
        ("missing ones", (NAMES, "set(saved) - set(expected)"), "missing is broken"),
        ("unexpected ones", (NAMES, "set(expected) - set(saved)"), "nobody expects"),
        ("shape", (RIGHT, "True"), "compare the shapes"),
        ("number of values", (RIGHT, "array.size == np.prod(expected[name])"), "turned"),
        ("first dimension", (RIGHT, "array.shape[0] == expected[name][0]"), "shape"),
        ("no list", (RIGHT, "array.shape == expected[name]"), "may come as a list"),
        ("not finite", (WRONG_ONE, "if not right"), "NaN is no weight"),
        ("infinity", ("np.isfinite(array).all()", "(array == array).all()"), "Infinity"),
        ("any finite", ("np.isfinite(array).all()", "np.isfinite(array).any()"), "no weight"),
        ("zeros", (" or not np.any(array)", ""), "begins at zero"),
        ("sum of zero", ("np.any(array)", "array.sum()"), "sum of a matrix"),
        ("nearly zero", ("np.any(array)", "(abs(array) > 1e-6).any()"), "however small"),
        ("a set", ("return sorted(found)", "return found"), "list"),
        ("unsorted", ("return sorted(found)", "return sorted(found, reverse=True)"), "sorted"),
        ("counts", counted, "should return"),
        ("a bool", ("return sorted(found)", "return not found"), "Return a list"),
        ("the first", ("return sorted(found)", "return sorted(found)[:1]"), "all names"),
    ),
    *faults(
        "13.7",
        ("all adapters", (LARGEST, "max(ranks.values())"), "asked for"),
        ("the first", (LARGEST, "next((ranks[n] for n in names if n), 0)"), "largest rank"),
        ("the smallest", ("max((ranks", "min((ranks"), "largest rank"),
        ("exactly that rank", ("return min(fitting)", "return largest"), "next allowed rank"),
        ("above it", ("size >= largest", "size > largest"), "fits a slot"),
        ("the largest allowed", ("return min(fitting)", "return max(fitting)"), "fits a slot"),
        ("the first allowed", ("return min(fitting)", "return fitting[0]"), "in any order"),
        ("base counts", (NONE, ""), "the rank is 0"),
        ("unknown is the base", (UNKNOWN, "    asked &= set(ranks)\n"), "base model"),
        (
            "unknown has no rank",
            (UNKNOWN, "", LARGEST, "max((ranks.get(n, 0) for n in asked), default=0)"),
            "base model",
        ),
        ("KeyError", (UNKNOWN, ""), "Raise a ValueError"),
        ("no name in the error", ("{', '.join(sorted(unknown))}", "of that name"), "which name"),
        ("empty is the base", ("if name is not None}", "if name}"), "empty name"),
        ("too large", (REFUSED, "    fitting = fitting or [max(allowed)]\n"), "No slot fits"),
        ("None is a name", (ASKED, "set(names)"), "None asks for the base"),
    ),
    *faults(
        "13.8",
        ("one byte", (FLAT, "size = count * dimension\n"), "one byte a number"),
        ("eight bytes", (FLAT, "size = count * 8 * dimension\n"), "twice the bytes"),
        ("no neighbours", (GRAPH, "count * 4 * dimension"), "neighbours are left out"),
        ("neighbours alone", (GRAPH, "count * 4 * 2 * links"), "vectors themselves"),
        ("half of them", (GRAPH, "count * (4 * dimension + 4 * links)"), "2 * links neighbours"),
        ("fixed links", ("2 * links", "2 * 32"), "A graph keeps"),
        ("small numbers", ("4 * 2 * links", "2 * links"), "takes four bytes"),
        ("no centroids", (CODES, "count * (dimension // 8)"), "centroids are left out"),
        ("small centroids", ("4 * 256 * dimension", "256 * dimension"), "four bytes each"),
        ("centroids for each", (CODES, f"count * ({CODES[8:]})"), "once, not for each"),
        ("one byte a number", ("(dimension // 8)", "dimension"), "one for every eight"),
        ("never twice", (TWICE, "size"), "old one still answers"),
        ("always twice", (TWICE, "2 * size"), "twice the bytes"),
        ("any kind", (OTHER, "size = 0"), "Another kind"),
        ("any case", ("    if kind ==", "    kind = kind.lower()\n    if kind =="), "Another kind"),
        ("megabytes", (TWICE, "(2 * size if rebuilt else size) / 1e6"), "should return"),
    ),
]
