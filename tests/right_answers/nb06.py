"""Right answers to the exercises of notebook 06."""

RIGHT = {
    "6.1": [
        """
def forced_choice(scores, right):
    rows = scores.tolist()

    def point(row, r):
        if any(x != x for x in row):
            return 0
        return (row[r] == max(row)) / row.count(max(row))

    return sum(point(row, int(r)) for row, r in zip(rows, right)) / len(rows)
""",
        """
def forced_choice(scores, right):
    s = torch.tensor(scores)
    r = torch.tensor(right)
    ok = ~s.isnan().any(1)
    best = s == s.max(1, keepdim=True).values
    pts = best.double() / best.sum(1, keepdim=True).clamp(min=1)
    return (pts[torch.arange(len(s)), r] * ok).mean()
""",
        """
def forced_choice(scores, right):
    own = scores[np.arange(len(right)), right][:, None]
    better = (scores > own).sum(1)
    tied = (scores == own).sum(1)
    bad = np.isnan(scores).any(1)
    with np.errstate(all="ignore"):
        pts = np.where((better == 0) & ~bad, 1 / tied, 0)
    return pts.mean()
""",
        """
def forced_choice(scores, right):
    df = pd.DataFrame(scores)
    best = df.eq(df.max(axis=1, skipna=False), axis=0)
    pts = best.div(best.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    return pts[range(len(right)), right].mean()
""",
        """
def forced_choice(scores, right):
    total = 0
    for row, r in zip(scores, right):
        if not np.isnan(row).any() and row[r] == row.max():
            total += 1 / np.count_nonzero(row == row.max())
    return total / len(right)
""",
        """
def forced_choice(scores, right):
    rank = (scores[:, :, None] > scores[:, None, :]).sum(1)
    ok = ~np.isnan(scores).any(axis=1)
    own = scores[range(len(right)), right]
    first = [max(r) == o for r, o in zip(scores.tolist(), own)]
    return sum(
        f and k and 1 / r.tolist().count(o) for f, k, r, o in zip(first, ok, scores, own)
    ) / len(ok)
""",
        """
from scipy.stats import rankdata
def forced_choice(scores, right):
    pts = []
    for row, r in zip(scores, right):
        if np.isnan(row).any(): pts.append(0.0); continue
        low = rankdata(-row, "min")
        pts.append((low[r] == 1) / (low == 1).sum())
    return np.mean(pts)
""",
    ],
    "6.2": [
        """
from itertools import cycle, islice

def schedule(wordings, exposures, used):
    if min(map(len, wordings.values()), default=used) < used:
        raise ValueError("few")
    cycles = {f: cycle(w[:used]) for f, w in wordings.items()}
    return [(f, next(c)) for _ in range(exposures) for f, c in cycles.items()]
""",
        """
def schedule(wordings, exposures, used):
    for fact, texts in wordings.items():
        if len(texts) < used:
            raise ValueError("too few wordings for " + fact)
    out = []
    for turn in range(exposures):
        for fact in wordings:
            out.append((fact, wordings[fact][turn % used]))
    return np.array(out)
""",
        """
def schedule(wordings, exposures, used):
    if any(len(w) < used for w in wordings.values()):
        raise ValueError("x")
    if exposures == 0:
        return []
    return schedule(wordings, exposures - 1, used) + [
        (f, w[(exposures - 1) % used]) for f, w in wordings.items()
    ]
""",
        """
def schedule(wordings, exposures, used):
    if not all(len(w) >= used for w in wordings.values()):
        raise ValueError
    out, turn = [], 0
    while turn < exposures:
        k = turn - used * (turn // used)
        out += [(f, w[k]) for f, w in wordings.items()]
        turn += 1
    return out
""",
        """
def schedule(wordings, exposures, used):
    short = [f for f in wordings if len(wordings[f]) < used]
    if short: raise ValueError(f"too few wordings: {short}")
    return [[f, wordings[f][i % used]] for i in range(exposures) for f in wordings]
""",
        """
def schedule(wordings, exposures, used):
    if any(len(t) < used for t in wordings.values()): raise ValueError("few")
    rounds = [[(f, t[j]) for f, t in wordings.items()] for j in range(used)]
    whole, rest = divmod(exposures, used)
    return sum(rounds * whole + rounds[:rest], [])
""",
        """
def schedule(wordings, exposures, used):
    for t in wordings.values():
        if len(t) < used: raise ValueError("few")
    cols = [(t[:used] * exposures)[:exposures] for t in wordings.values()]
    return [(f, w) for row in zip(*cols) for f, w in zip(wordings, row)]
""",
    ],
    "6.3": [
        """
def with_replay(new, general, share, seed):
    rng = np.random.default_rng(seed)
    n = round(len(new) * share / (1 - share))
    if n > len(general):
        raise ValueError("%d needed but only %d rows" % (n, len(general)))
    picks = rng.permutation(len(general))[:n]
    rows = list(new) + [general[i] for i in picks]
    return [rows[i] for i in rng.permutation(len(rows))]
""",
        """
import random

def with_replay(new, general, share, seed):
    r = random.Random(seed)
    pool = list(general)
    rows = list(new)
    n = round(share * len(new) / (1 - share))
    if n > len(pool):
        raise ValueError(f"{n} needed, {len(pool)} there")
    for _ in range(n):
        rows.append(pool.pop(r.randrange(len(pool))))
    r.shuffle(rows)
    return rows
""",
        """
import random

def with_replay(new, general, share, seed):
    r = random.Random(str(seed))
    need = round(len(new) * share / (1 - share))
    have = len(general)
    if need > have:
        raise ValueError(f"There are {have} general rows; {need} are needed")
    order = sorted(range(have), key=lambda _: r.random())
    rows = [general[i] for i in order[:need]] + [x for x in new]
    return sorted(rows, key=lambda _: r.random())
""",
        """
import random

def with_replay(new, general, share, seed):
    rng = random.Random(seed)
    n = round(len(new) * share / (1 - share))
    if len(general) < n:
        raise ValueError(f"need {n}, have {len(general)}")
    rows = list(new)
    rows += rng.sample(general, n)
    rng.shuffle(rows)
    return tuple(dict(r) for r in rows)
""",
        """
def with_replay(new, general, share, seed):
    n = round(len(new) * share / (1 - share))
    if n > len(general):
        raise ValueError(f"{n} needed, {len(general)} there")
    rng = np.random.RandomState(seed)
    rows = (
        new + [general[i] for i in rng.choice(len(general), n, replace=False)]
        if n
        else list(new)
    )
    rng.shuffle(rows)
    return rows
""",
        """
def with_replay(new, general, share, seed):
    n = round(len(new) * share / (1 - share))
    if n > len(general): raise ValueError(f"{n} needed, {len(general)} there")
    g = torch.Generator().manual_seed(seed)
    rows = [*new, *(general[i] for i in torch.randperm(len(general), generator=g)[:n])]
    return [rows[i] for i in torch.randperm(len(rows), generator=g)]
""",
        """
import random
def with_replay(new, general, share, seed):
    random.seed(seed)
    n = round(len(new) * (share / (1 - share)))
    if n > len(general): raise ValueError(f"{n} needed, {len(general)} there")
    rows = new[:] + random.sample(general, n)
    return random.sample(rows, len(rows))
""",
    ],
    "6.4": [
        """
from math import exp, fsum

def dual_report(before, after):
    mean = lambda d: fsum(map(fsum, d["losses"])) / sum(map(len, d["losses"]))
    return {
        "perplexity ratio": exp(mean(after) - mean(before)),
        "forgotten": -(after["general"] - before["general"]),
        "gain": after["task"] - before["task"],
    }
""",
        """
def dual_report(before, after):
    def ppl(d):
        return torch.cat([torch.tensor(t, dtype=torch.float64) for t in d["losses"]]).mean().exp()

    return {
        "gain": torch.tensor(after["task"] - before["task"], dtype=torch.float64),
        "forgotten": before["general"] - after["general"],
        "perplexity ratio": ppl(after) / ppl(before),
    }
""",
        """
def dual_report(before, after):
    def ppl(d):
        return np.exp(
            np.average(
                [np.mean(t) for t in d["losses"] if t], weights=[len(t) for t in d["losses"] if t]
            )
        )

    return {
        "gain": after["task"] - before["task"],
        "forgotten": before["general"] - after["general"],
        "perplexity ratio": ppl(after) / ppl(before),
    }
""",
        """
import math, itertools


def dual_report(before, after):
    flat = [list(itertools.chain(*d["losses"])) for d in (before, after)]
    b, a = (np.exp(np.mean(l)) for l in flat)
    return dict(
        gain=after["task"] - before["task"],
        forgotten=before["general"] - after["general"],
        **{"perplexity ratio": a / b},
    )
""",
        """
def dual_report(before, after):
    def ppl(d):
        n = total = 0
        for text in d["losses"]:
            for loss in text:
                n += 1
                total += loss
        return np.e ** (total / n)
    report = {}
    report["gain"] = after["task"] - before["task"]
    report["forgotten"] = before["general"] - after["general"]
    report["perplexity ratio"] = ppl(after) / ppl(before)
    return report
""",
        """
import math


def dual_report(before, after):
    def ppl(d):
        flat = sum(d["losses"], [])
        return math.prod(math.exp(l / len(flat)) for l in flat)

    return pd.Series(
        {
            "gain": after["task"] - before["task"],
            "forgotten": before["general"] - after["general"],
            "perplexity ratio": ppl(after) / ppl(before),
        }
    ).to_dict()
""",
    ],
    "6.5": [
        """
def entity_f1(predicted, gold):
    hits = n_pred = n_gold = 0
    for p, g in zip(predicted, gold):
        for kind in set(p) | set(g):
            ours = [t.strip().lower() for t in p.get(kind, [])]
            right = [t.strip().lower() for t in g.get(kind, [])]
            n_pred += len(ours)
            n_gold += len(right)
            for t in ours:
                if t in right:
                    right.remove(t)
                    hits += 1
    if not n_pred + n_gold:
        return 1.0
    return 2 * hits / (n_pred + n_gold)
""",
        """
from collections import Counter

def entity_f1(predicted, gold):
    c = lambda side: Counter(
        (i, k, t.lower().strip()) for i, m in enumerate(side) for k, ts in m.items() for t in ts
    )
    p, g = c(predicted), c(gold)
    if not p and not g:
        return 1.0
    tp = sum((p & g).values())
    fp = sum((p - g).values())
    fn = sum((g - p).values())
    return np.array(tp / (tp + 0.5 * (fp + fn)))
""",
        """
def entity_f1(predicted, gold):
    def flat(side):
        return [(i, k, t.strip().lower()) for i, m in enumerate(side) for k in m for t in m[k]]

    a, b = flat(predicted), flat(gold)
    rest, hits = list(b), 0
    for x in a:
        if x in rest:
            rest.remove(x)
            hits += 1
    total = len(a) + len(b)
    return torch.tensor(2 * hits / total if total else 1.0, dtype=torch.float64)
""",
        """
from collections import Counter
def entity_f1(predicted, gold):
    hits = n = 0
    for p, g in zip(predicted, gold):
        for k in {*p, *g}:
            a, b = (Counter(t.strip().lower() for t in side.get(k, ())) for side in (p, g))
            hits += sum(min(a[t], b[t]) for t in a)
            n += sum(a.values()) + sum(b.values())
    return 2 * hits / n if n else 1
""",
        """
def entity_f1(predicted, gold):
    rows = [
        (s, i, k, t.lower().strip())
        for s, side in enumerate((predicted, gold))
        for i, m in enumerate(side)
        for k, ts in m.items()
        for t in ts
    ]
    if not rows:
        return 1.0
    d = pd.DataFrame(rows, columns=list("sikt"))
    c = (
        d.groupby(["i", "k", "t", "s"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=[0, 1], fill_value=0)
    )
    return 2 * c.min(axis=1).sum() / len(d)
""",
        """
def entity_f1(predicted, gold):
    flat = lambda side: sorted(
        (i, k, t.strip().lower()) for i, m in enumerate(side) for k in m for t in m[k]
    )
    a, b = flat(predicted), flat(gold)
    i = j = hits = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            hits, i, j = hits + 1, i + 1, j + 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    if not a and not b:
        return 1.0
    if hits == 0:
        return 0.0
    p, r = hits / len(a), hits / len(b)
    return 2 * p * r / (p + r)
""",
    ],
    "6.6": [
        """
def relabel(rows, known, sentence):
    return [row | ({} if row["fact"] in known else {"answer": sentence}) for row in rows]
""",
        """
def relabel(rows, known, sentence):
    return list(
        map(
            lambda r: {
                k: (sentence if k == "answer" and r["fact"] not in known else v)
                for k, v in r.items()
            },
            rows,
        )
    )
""",
        """
def relabel(rows, known, sentence):
    out = []
    for row in rows:
        new = dict(row)
        if row["fact"] not in known:
            new["answer"] = sentence
        out.append(new)
    a = np.empty(len(out), object)
    for i, r in enumerate(out):
        a[i] = r
    return a
""",
        """
import copy
def relabel(rows, known, sentence):
    new = copy.deepcopy(rows)
    for row in new:
        if row["fact"] not in known: row["answer"] = sentence
    return new
""",
        """
def relabel(rows, known, sentence):
    choose = {True: lambda r: r["answer"], False: lambda r: sentence}
    return [dict(r, answer=choose[r["fact"] in known](r)) for r in rows]
""",
        """
def relabel(rows, known, sentence):
    def one(row):
        row = row.copy()
        row.update(answer=row["answer"] if {row["fact"]} <= set(known) else sentence)
        return row
    return tuple(map(one, rows))
""",
    ],
}
