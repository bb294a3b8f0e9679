"""Right answers to the exercises of notebook 08, second half."""

RIGHT = {
    "8.4": [
        """
def in_force(versions, day):
    due = [v for v in versions if v["effective"] <= day]
    return {
        document: max((v["effective"], v["version"]) for v in due if v["document"] == document)[1]
        for document in {v["document"] for v in due}
    }
""",
        """
def in_force(versions, day):
    best = {}
    for v in versions:
        if v["effective"] > day:
            continue
        old = best.get(v["document"])
        if old is None or (v["effective"], v["version"]) > (old["effective"], old["version"]):
            best[v["document"]] = v
    return {document: v["version"] for document, v in best.items()}
""",
        """
from datetime import date

def in_force(versions, day):
    table = pd.DataFrame(versions, columns=["document", "version", "effective"])
    table = table[table.effective.map(date.fromisoformat) <= date.fromisoformat(day)]
    table = table.sort_values(["effective", "version"]).drop_duplicates("document", keep="last")
    return dict(zip(table.document, table.version.tolist()))
""",
    ],
    "8.5": [
        """
from graphlib import TopologicalSorter

def to_rebuild(changed, made_from):
    stale = {changed}
    while True:
        more = {p for p, sources in made_from.items() if stale & set(sources)} - stale
        if not more:
            break
        stale |= more
    order = TopologicalSorter(made_from).static_order()
    return [part for part in order if part in stale - {changed}]
""",
        """
def to_rebuild(changed, made_from):
    def stale(part):
        return part == changed or any(stale(one) for one in made_from.get(part, ()))
    def depth(part):
        return 1 + max(map(depth, made_from.get(part, ())), default=0)
    parts = [part for part in made_from if part != changed and stale(part)]
    return sorted(parts, key=depth)
""",
        """
def to_rebuild(changed, made_from):
    todo, new = set(), {changed}
    while new:
        new = {p for p, s in made_from.items() if set(s) & new} - todo
        todo |= new
    done = []
    while todo:
        for part in sorted(todo):
            if not todo & set(made_from[part]):
                done.append(part)
        todo -= set(done)
    return done
""",
    ],
    "8.6": [
        """
def alarm_at(n, usual, most):
    from scipy.stats import binom

    count = 0
    while binom.sf(count - 1, n, usual) > most:
        count += 1
    return count
""",
        """
from math import comb

def alarm_at(n, usual, most):
    tail, count = 0.0, n + 1
    while count > 0:
        k = count - 1
        tail += comb(n, k) * usual**k * (1 - usual) ** (n - k)
        if tail > most:
            break
        count = k
    return count
""",
        """
def alarm_at(n, usual, most):
    row = np.zeros(n + 1)
    row[0] = 1.0
    for _ in range(n):
        row[1:] = row[1:] * (1 - usual) + row[:-1] * usual
        row[0] *= 1 - usual
    tails = np.append(row[::-1].cumsum()[::-1], 0.0)
    return int(np.argmax(tails <= most))
""",
    ],
}
