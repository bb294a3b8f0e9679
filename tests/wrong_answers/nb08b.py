"""Wrong answers to the exercises of notebook 08, second half."""

from tests.wrong_answers import faults

KEY = '(v["effective"], v["version"])'
DUE, CURRENT = 'version["effective"] <= day', 'current[version["document"]] = version["version"]'
FIRST_DUE = 'current.setdefault(version["document"], version["version"])'
SORTED = f"sorted(versions, key=lambda v: {KEY})"

NEXT = "part in sources and other not in order"
IN_NAME = "any(part in one for one in sources) and other not in order"
PLACE, RETURN = "order.insert(0, part)", "return order[1:]"
SUM, MOST = "sum(chances[count:])", "<= most"
CHANCE = "math.comb(n, k) * usual**k * (1 - usual) ** (n - k)"
MIXED = "math.comb(n, k) * usual ** (n - k) * (1 - usual) ** k"


def direct(changed, made_from):
    return [part for part, sources in made_from.items() if changed in sources]


def upstream(changed, made_from):
    found = []
    for part in made_from.get(changed, []):
        found += [part, *upstream(part, made_from)]
    return list(dict.fromkeys(found))


def stale_in_file_order(changed, made_from):
    stale = {changed}
    while more := {p for p, s in made_from.items() if stale & set(s)} - stale:
        stale |= more
    return [part for part in made_from if part in stale - {changed}]


def by_name(changed, made_from):
    return sorted(stale_in_file_order(changed, made_from))


def all_stale(changed, made_from):
    found = [changed]
    for _ in made_from:
        for part, sources in made_from.items():
            if part not in found and sources and set(sources) <= set(found):
                found.append(part)
    return found[1:]


def in_one_pass(changed, made_from):
    stale = [changed]
    for part, sources in made_from.items():
        if set(stale) & set(sources):
            stale.append(part)
    return stale[1:]


def breadth_first(changed, made_from):
    found, queue = [], [changed]
    while queue:
        part = queue.pop(0)
        for other, sources in made_from.items():
            if part in sources and other not in found:
                found.append(other)
                queue.append(other)
    return found


def each_way(changed, made_from):
    found = []
    for other, sources in made_from.items():
        if changed in sources:
            found += [other, *each_way(other, made_from)]
    return found


def normal(n, usual, most):
    import math
    import statistics

    spread = math.sqrt(n * usual * (1 - usual)) or 1e-9
    return math.ceil(statistics.NormalDist(n * usual, spread).inv_cdf(1 - most))


def poisson(n, usual, most):
    import math

    tail, count = 1.0, 0
    while tail > most and count <= n:
        tail -= math.exp(-n * usual) * (n * usual) ** count / math.factorial(count)
        count += 1
    return count


WRONG = [
    *faults(
        "8.4",
        (
            "the highest number",
            (SORTED, "sorted(versions, key=lambda v: v['version'])"),
            "date dec",
        ),
        ("whatever the day", (DUE, "True"), "Version 2 takes effect later"),
        ("not on the day itself", (DUE, 'version["effective"] < day'), "very day of its date"),
        ("in the order of the list", (SORTED, "versions"), "order of the list"),
        ("the first of a date", (KEY, '(v["effective"], -v["version"])'), "higher number counts"),
        ("numbers as texts", (KEY, '(v["effective"], str(v["version"]))'), "Numbers, not texts"),
        ("no rule for a tie", (KEY, 'v["effective"]'), "higher number counts"),
        ("the date", ('= version["version"]', '= version["effective"]'), "not its date"),
        ("the earliest", (SORTED, f"{SORTED}[::-1]"), "took effect last"),
        ("one for all", ('current[version["document"]]', 'current["a"]'), "own version"),
        ("in lower case", ('version["document"]]', 'version["document"].lower()]'), "as they are"),
        ("the month", (DUE, 'version["effective"][:7] <= day[:7]'), "day before"),
        ("the year", (DUE, 'version["effective"][:4] <= day[:4]'), "day before"),
        (
            "None if not due",
            ("current = {}", 'current = dict.fromkeys(v["document"] for v in versions)'),
            "left out",
        ),
        ("pairs", ("return current", "return list(current.items())"), "Return a dict"),
        ("the first that is due", (CURRENT, FIRST_DUE), "took effect last"),
    ),
    *faults(
        "8.5",
        ("one step only", direct, "Follow the chain"),
        ("what it is made from", upstream, "made from 'page', which has changed"),
        ("only if all are stale", all_stale, "one stale ingredient is enough"),
        ("in the order of the dict", stale_in_file_order, "from which it is made"),
        ("by name", by_name, "from which it is made"),
        ("in one pass", in_one_pass, "Follow the chain"),
        ("breadth first", breadth_first, "from which it is made"),
        ("each way", each_way, "more than once"),
        ("part of a name", (NEXT, IN_NAME), "can stay"),
        ("the changed part, too", (RETURN, "return order"), "leave it out"),
        ("the other way round", (RETURN, "return order[1:][::-1]"), "from which it is made"),
        ("ingredients last", (PLACE, "order.append(part)", RETURN, "return order[:-1]"), "made"),
        ("everything", (RETURN, "return [p for p in made_from if p != changed]"), "can stay"),
        ("a set", (RETURN, "return set(order[1:])"), "Return a list"),
        ("the number", (RETURN, "return len(order[1:])"), "Return a list"),
        ("pairs", (RETURN, "return [(p, made_from[p]) for p in order[1:]]"), "names of the parts"),
        ("the first only", (RETURN, "return order[1:2]"), "must be made again"),
    ),
    *faults(
        "8.6",
        ("more than this count", (SUM, "sum(chances[count + 1:])"), "at 3 already"),
        ("less than, not at most", (MOST, "< most"), "exactly `most` is allowed"),
        (
            "from 1 on",
            ("for count in range(n + 1)", "for count in range(1, n + 1)"),
            "Begin with 0",
        ),
        ("one more", ("return count", "return count + 1"), "Not the smallest"),
        ("exactly this count", (SUM, "(chances[count] if count > n * usual else 1)"), "exactly"),
        ("a normal curve", normal, "should return"),
        ("Poisson", poisson, "should return"),
        ("both sides", (MOST, "<= most / 2"), "should return"),
        ("never above n", ("return n + 1", "return n"), "n + 1"),
        ("None if none", ("return n + 1", "return None"), "returned None"),
        ("not all of them", ("in range(n + 1):\n", "in range(n):\n"), "should return"),
        ("wrong and right mixed up", (CHANCE, MIXED), "should return"),
        ("without the ways", (CHANCE, "usual**k * (1 - usual) ** (n - k)"), "should return"),
        ("the chance", ("return count", f"return {SUM}"), "should return"),
        ("above the mean", lambda n, usual, most: round(n * usual) + 1, "should return"),
        ("from above", ("for count in range(n + 1)", "for count in range(n, -1, -1)"), "should"),
        ("below, not at most", (SUM, "sum(chances[:count])"), "should return"),
    ),
]
