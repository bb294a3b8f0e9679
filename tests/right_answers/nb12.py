"""Right answers to the exercises of notebook 12."""

RIGHT = {
    "12.1": [
        """
def climb(rungs, gap, worth=0.05):
    rungs = list(rungs)
    if len(rungs) == 0:
        raise ValueError("no rung")
    stand = 0
    open_ones = ()
    for i in range(1, len(rungs)):
        mean, low, high = gap(rungs[i], rungs[stand])
        if low <= 0 and high >= worth:
            open_ones += (rungs[i],)
        stand = i if low > 0 else stand
    return [rungs[stand], open_ones]
""",
        """
def climb(rungs, gap, worth=0.05):
    try:
        here, *others = rungs
    except ValueError:
        raise ValueError("a ladder needs a rung")
    undecided = []
    while others:
        name = others.pop(0)
        triple = gap(name, here)
        if triple[1] > 0:
            here = name
            continue
        if not triple[2] < worth:
            undecided.append(name)
    return here, undecided
""",
    ],
    "12.2": [
        """
def questions_needed(n, half_width, gap):
    if gap == 0:
        raise ValueError("a gap of zero")
    wanted = n * half_width**2 / gap**2
    whole = int(wanted)
    return max(n, whole if whole == wanted else whole + 1)
""",
        """
def questions_needed(n, half_width, gap):
    gap = np.abs(gap)
    if gap <= 0:
        raise ValueError
    return int(np.maximum(n, np.ceil(n * np.square(half_width / gap))))
""",
    ],
    "12.3": [
        """
from collections import Counter, defaultdict

def tally(rows):
    found = defaultdict(Counter)
    for row in rows:
        verdict = row.get("verdict", "")
        if verdict is None or verdict == "":
            raise ValueError(row)
        found[row["kind"]][verdict] += 1
    return {kind: dict(counter) for kind, counter in found.items()}
""",
        """
def tally(rows):
    rows = list(rows)
    if any("verdict" not in row or not row["verdict"] for row in rows):
        raise ValueError("silently open")
    kinds = dict.fromkeys(row["kind"] for row in rows)
    def count(kind):
        of_kind = [row["verdict"] for row in rows if row["kind"] == kind]
        return {verdict: of_kind.count(verdict) for verdict in of_kind}
    return {kind: count(kind) for kind in kinds}
""",
    ],
    "12.4": [
        """
def score_guesses(guesses, results):
    rows = []
    for claim, (mean, low, high) in results.items():
        if claim in guesses and guesses[claim] is not None:
            rows.append((guesses[claim], mean, low, high))
    if not rows:
        raise ValueError("nothing to judge")
    guess, mean, low, high = np.array(rows, float).T
    off = guess - mean
    return ((low <= guess) & (guess <= high)).mean(), np.abs(off).mean(), off.mean()
""",
        """
def score_guesses(guesses, results):
    n = inside = size = bias = 0
    for claim, guess in guesses.items():
        if guess is None or claim not in results:
            continue
        mean, low, high = results[claim]
        n += 1
        inside += int(not (guess < low or guess > high))
        bias += guess - mean
        size += max(guess - mean, mean - guess)
    if n == 0:
        raise ValueError("no pair")
    return [inside / n, size / n, bias / n]
""",
    ],
    "12.5": [
        """
def requirement(shares, least):
    if least < 0 or least > 1:
        raise ValueError("no share")
    words = ["missed", "not decided", "met"]
    return {n: words[int(t[2] >= least) + int(t[1] >= least)] for n, t in shares.items()}
""",
        """
def requirement(shares, least):
    assert_share = 0 <= least <= 1
    if not assert_share:
        raise ValueError(least)
    result = dict.fromkeys(shares, "not decided")
    for name in shares:
        mean, low, high = shares[name]
        if least <= low:
            result[name] = "met"
        elif least > high:
            result[name] = "missed"
    return result
""",
    ],
    "12.6": [
        """
def cheapest_or_tied(costs, more):
    if len(costs) == 0:
        raise ValueError("no system")
    order = sorted(costs.items(), key=lambda pair: pair[1])
    first = order[0][0]
    tied = ()
    for name, _ in order[1:]:
        low, high = more(name, first)
        if not low > 0:
            tied += (name,)
    return [first, tied]
""",
        """
def cheapest_or_tied(costs, more):
    order = pd.Series(costs, dtype=float).sort_values(kind="stable")
    if order.empty:
        raise ValueError("nothing")
    best, *rest = order.index
    return best, list(filter(lambda name: min(more(name, best)) <= 0, rest))
""",
    ],
}
