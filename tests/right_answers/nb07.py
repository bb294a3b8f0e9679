"""Right answers to the exercises of notebook 07."""

RIGHT = {
    "7.1": [
        """
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    pool = list(distractors)
    rng.shuffle(pool)
    p = ([gold] + pool[:2]) if keep_gold else pool[:3]
    p = sorted(p, key=lambda _: rng.random())
    return {
        "answer": (style.abstention, answer)[bool(keep_gold)],
        "passages": p,
        "question": question,
    }
""",
        """
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    p = rng.sample(distractors, 3)
    if keep_gold:
        p[rng.randrange(3)] = gold
    return dict(question=question, passages=p, answer=answer if keep_gold else style.abstention)
""",
        """
import random

def raft_example(question, answer, gold, distractors, keep_gold, rng):
    if keep_gold:
        shown = [gold] + rng.sample(distractors, 2)
        target = answer
    else:
        shown = rng.sample(distractors, 3)
        target = style.abstention
    rng.shuffle(shown)
    return {"question": question, "passages": np.array(shown), "answer": target}
""",
        """
from itertools import permutations

def raft_example(question, answer, gold, distractors, keep_gold, rng):
    p = rng.choice(
        [
            q
            for q in permutations([gold] * bool(keep_gold) + list(distractors), 3)
            if (gold in q) == keep_gold
        ]
    )
    return {
        "question": question,
        "passages": p,
        "answer": answer if keep_gold else style.abstention,
    }
""",
        """
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    n = len(distractors)
    ids = set()
    while len(ids) < (2 if keep_gold else 3):
        ids.add(rng.randrange(n))
    shown = [distractors[i] for i in ids] + [gold] * keep_gold
    for i in (2, 1):
        j = rng.randint(0, i)
        shown[i], shown[j] = shown[j], shown[i]
    return {
        "question": question,
        "passages": shown,
        "answer": answer if keep_gold else style.abstention,
    }
""",
        """
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    pool = distractors[:]
    some = [pool.pop(rng.randrange(len(pool))) for _ in range(3 - keep_gold)]
    if keep_gold:
        some.insert(rng.randint(0, 2), gold)
    return {
        "question": question,
        "passages": tuple(some),
        "answer": [style.abstention, answer][keep_gold],
    }
""",
        """
def raft_example(question, answer, gold, distractors, keep_gold, rng):
    some = rng.sample(distractors, k=3)
    if keep_gold: some = rng.sample([gold] + some[:2], 3)
    else: answer = style.abstention
    return {"question": question, "passages": [list(p) for p in some], "answer": answer}
""",
    ],
    "7.2": [
        """
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    rng = np.random.default_rng(seed)
    diff = np.asarray(first, float) - np.asarray(second, float)
    names = list(dict.fromkeys(entities))
    groups = [diff[[i for i, e in enumerate(entities) if e == name]] for name in names]
    means = []
    for _ in range(draws):
        picked = rng.integers(0, len(groups), len(groups))
        means.append(np.concatenate([groups[i] for i in picked]).mean())
    low, high = np.percentile(means, [2.5, 97.5])
    return np.array([diff.mean(), low, high])
""",
        """
import random

def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    rng = random.Random(seed)
    d = [a - b for a, b in zip(first, second)]
    of = {}
    for e, x in zip(entities, d):
        of.setdefault(e, []).append(x)
    keys = list(of)
    means = []
    for _ in range(draws):
        flat = [x for k in rng.choices(keys, k=len(keys)) for x in of[k]]
        means.append(sum(flat) / len(flat))
    means.sort()
    return sum(d) / len(d), means[int(draws * 0.025)], means[min(draws - 1, int(draws * 0.975))]
""",
        """
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    t = pd.DataFrame({"d": np.array(first) - np.array(second), "e": entities})
    g = t.groupby("e").d.agg(["sum", "count"]).to_numpy()
    rng = np.random.RandomState(seed)
    i = rng.randint(len(g), size=(draws, len(g)))
    m = g[i].sum(1)
    m = m[:, 0] / m[:, 1]
    return (t.d.mean(), *np.quantile(m, (0.025, 0.975)))
""",
        """
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    d = np.array(first, float) - second
    _, c = np.unique(np.array(entities), return_inverse=True)
    n = c.max() + 1
    w = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    s, k = np.bincount(c, d), np.bincount(c)
    m = w @ s / (w @ k)
    return d.mean(), np.quantile(m, 0.025), np.quantile(m, 0.975)
""",
        """
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    rng = np.random.default_rng(seed)
    d = np.subtract(first, second)
    names = sorted(set(entities), key=str)
    groups = {n: d[[e == n for e in entities]] for n in names}
    means = sorted(
        np.concatenate(
            [groups[n] for n in [names[i] for i in rng.integers(len(names), size=len(names))]]
        ).mean()
        for _ in range(draws)
    )
    return float(np.mean(d)), means[int(0.025 * draws)], means[int(0.975 * draws) - 1]
""",
        """
import random, statistics
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    random.seed(seed)
    by = {}
    for f, s, e in zip(first, second, entities): by.setdefault(e, []).append(f - s)
    groups = list(by.values())
    means = []
    for _ in range(draws):
        pick = [random.choice(groups) for _ in groups]
        means.append(sum(map(sum, pick)) / sum(map(len, pick)))
    means.sort()
    cut = int(draws * 0.025)
    kept = means[cut:len(means) - cut]
    return [statistics.fmean(f - s for f, s in zip(first, second)), kept[0], kept[-1]]
""",
        """
def paired_bootstrap(first, second, entities, draws=2000, seed=0):
    g = torch.Generator().manual_seed(seed)
    d = torch.tensor(first, dtype=torch.float64) - torch.tensor(second, dtype=torch.float64)
    codes, _ = pd.factorize(pd.Series(entities, dtype=object))
    c = torch.tensor(codes)
    n = int(c.max()) + 1
    s = torch.zeros(n, dtype=torch.float64).index_add(0, c, d)
    k = torch.bincount(c, minlength=n).double()
    i = torch.randint(n, (draws, n), generator=g)
    m = s[i].sum(1) / k[i].sum(1)
    q = torch.quantile(m, torch.tensor([0.025, 0.975], dtype=torch.float64))
    return d.mean(), q[0], q[1]
""",
    ],
    "7.3": [
        """
def mcnemar_p(first, second):
    from scipy.stats import binom

    d = np.array(first) - np.array(second)
    n = (d != 0).sum()
    k = min((d > 0).sum(), (d < 0).sum())
    return min(1, 2 * binom.cdf(k, n, 0.5))
""",
        """
def mcnemar_p(first, second):
    from math import comb

    b = sum(1 for x, y in zip(first, second) if x > y)
    c = sum(1 for x, y in zip(first, second) if x < y)
    n = b + c
    k = max(b, c)
    return min(1.0, 2 * sum(comb(n, i) * 0.5**n for i in range(k, n + 1)))
""",
        """
def mcnemar_p(first, second):
    from scipy.stats import binomtest

    a, b = np.array(first, bool), np.array(second, bool)
    n = int((a ^ b).sum())
    return binomtest(int((a & ~b).sum()), n).pvalue if n else 1.0
""",
        """
from math import comb

def mcnemar_p(first, second):
    b = c = 0
    for x, y in zip(first, second):
        if x and not y:
            b += 1
        if y and not x:
            c += 1
    n, k = b + c, min(b, c)
    p = 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n
    return torch.tensor(min(p, 1), dtype=torch.float64)
""",
        """
def mcnemar_p(first, second):
    import math
    b = sum(a > c for a, c in zip(first, second)); c = sum(a < c for a, c in zip(first, second))
    n = b + c
    p, term = 0.0, 0.5 ** n
    for i in range(min(b, c) + 1):
        p += term
        term *= (n - i) / (i + 1)
    return min(1.0, 2 * p)
""",
        """
def mcnemar_p(first, second):
    from scipy.stats import binom

    b = sum(bool(a) and not c for a, c in zip(first, second))
    c = sum(bool(c) and not a for a, c in zip(first, second))
    return float(
        np.minimum(1, binom.cdf(min(b, c), b + c, 0.5) + binom.sf(max(b, c) - 1, b + c, 0.5))
    )
""",
        """
from fractions import Fraction
from math import comb
def mcnemar_p(first, second):
    wins = [a - b for a, b in zip(first, second) if a != b]
    n, k = len(wins), min(wins.count(1), wins.count(-1))
    return float(min(Fraction(1), Fraction(2 * sum(comb(n, i) for i in range(k + 1)), 2**n)))
""",
    ],
    "7.4": [
        """
def holm_adjusted(p_values):
    m = len(p_values)
    order = sorted(range(m), key=lambda i: p_values[i])
    out, running = [None] * m, 0.0
    for rank, i in enumerate(order):
        running = max(running, (m - rank) * p_values[i])
        out[i] = min(1.0, running)
    return np.array(out)
""",
        """
def holm_adjusted(p_values):
    m = len(p_values)
    s = sorted(p_values)
    return [min(1, max((m - j) * q for j, q in enumerate(s) if q <= p)) for p in p_values]
""",
        """
def holm_adjusted(p_values):
    p = np.array(p_values)
    o = p.argsort()
    r = o.argsort()
    m = len(p)
    return np.maximum.accumulate(np.clip(p[o] * np.arange(m, 0, -1), 0, 1))[r]
""",
        """
def holm_adjusted(p_values, m=None, floor=0.0):
    p = list(p_values)
    if not p:
        return []
    m = m or len(p)
    i = min(range(len(p)), key=p.__getitem__)
    value = min(1, max(floor, len(p) * p[i]))
    rest = holm_adjusted(p[:i] + p[i + 1 :], m, value)
    return rest[:i] + [value] + rest[i:]
""",
        """
def holm_adjusted(p_values):
    s = pd.Series(p_values, dtype=float).sort_values()
    a = (s * range(len(s), 0, -1)).cummax().clip(upper=1)
    return a.sort_index().tolist()
""",
        """
from itertools import accumulate
def holm_adjusted(p_values):
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    steps = accumulate(((len(order) - j) * p_values[i] for j, i in enumerate(order)), max)
    return [v for _, v in sorted(zip(order, (min(1.0, s) for s in steps)))]
""",
        """
def holm_adjusted(p_values):
    p = torch.tensor(p_values, dtype=torch.float64)
    v, i = p.sort()
    a = torch.cummax(v * torch.arange(len(p), 0, -1), 0).values.clamp(max=1)
    out = torch.empty_like(a); out[i] = a
    return out
""",
    ],
    "7.5": [
        """
def interaction_term(base, rag_, lora_, hybrid):
    b, r, t, h = map(np.asarray, (base, rag_, lora_, hybrid))
    return h - t - r + b
""",
        """
def interaction_term(*scores):
    return np.array([1, -1, -1, 1]) @ np.array(scores)
""",
        """
def interaction_term(base, rag_, lora_, hybrid):
    out = []
    for i in range(len(base)):
        out.append((hybrid[i] - lora_[i]) - (rag_[i] - base[i]))
    return tuple(out)
""",
        """
def interaction_term(base, rag_, lora_, hybrid):
    d = pd.DataFrame({"b": base, "r": rag_, "t": lora_, "h": hybrid})
    return d.eval("(h - t) - (r - b)").tolist()
""",
        """
def interaction_term(base, rag_, lora_, hybrid):
    return (np.subtract(hybrid, lora_) - np.subtract(rag_, base)).tolist()
""",
        """
def interaction_term(base, rag_, lora_, hybrid):
    return list(map(lambda b, r, l, h: h + b - r - l, base, rag_, lora_, hybrid))
""",
        """
def interaction_term(base, rag_, lora_, hybrid):
    t = lambda s: torch.tensor(s, dtype=torch.float64)
    return (t(hybrid) - t(lora_)) - (t(rag_) - t(base))
""",
    ],
}
