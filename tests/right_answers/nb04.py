"""Right answers to the exercises of notebook 04."""

RIGHT = {
    "4.1": [
        """
from itertools import accumulate, takewhile


def fit(question, passages, budget, count):
    totals = accumulate([count(question)] + [count(p) for p in passages])
    next(totals)
    return [p for p, t in zip(passages, takewhile(lambda t: t <= budget, totals))]
""",
        """
def fit(question, passages, budget, count):
    passages = list(passages)
    while passages and count(question) + sum(map(count, passages)) > budget:
        passages.pop()
    return passages
""",
        """
def fit(question, passages, budget, count):
    room, n = budget - count(question), 0
    while n < len(passages) and count(passages[n]) <= room:
        room -= count(passages[n])
        n += 1
    return tuple(passages[:n])
""",
        """
def fit(question, passages, budget, count):
    total = count(question) + np.cumsum([count(p) for p in passages])
    return np.array(passages)[total <= budget]
""",
        """
def fit(question, passages, budget, count):
    def go(rest, room):
        if not rest or count(rest[0]) > room:
            return []
        return rest[:1] + go(rest[1:], room - count(rest[0]))

    return go(list(passages), budget - count(question))
""",
        """
def fit(question, passages, budget, count):
    def go():
        used = count(question)
        for passage in passages:
            used += count(passage)
            if used > budget:
                return
            yield passage
    return list(go())
""",
        """
import bisect
def fit(question, passages, budget, count):
    sums = [count(question)]
    for p in passages:
        sums.append(sums[-1] + count(p))
    return passages[: max(0, bisect.bisect_right(sums, budget) - 1)]
""",
        """
from collections import deque
def fit(question, passages, budget, count):
    left, queue, kept = budget - count(question), deque(passages), deque()
    while queue:
        left -= count(queue[0])
        if left < 0:
            break
        kept.append(queue.popleft())
    return kept
""",
    ],
    "4.2": [
        """
def diagnose(answerable, retrieved, right, abstained):
    if not answerable:
        return {True: "fine", False: "reader"}[bool(abstained)]
    return {(1, 1): "fine", (1, 0): "reader", (0, 1): "lucky", (0, 0): "retriever"}[
        int(retrieved), int(right)
    ]
""",
        """
def diagnose(answerable, retrieved, right, abstained):
    match (answerable, retrieved, right, abstained):
        case (False, _, _, True) | (True, True, True, _):
            return "fine"
        case (False, _, _, False) | (True, True, False, _):
            return "reader"
        case (True, False, True, _):
            return "lucky"
    return "retriever"
""",
        """
def diagnose(answerable, retrieved, right, abstained):
    words = np.array([["retriever", "lucky"], ["reader", "fine"]])
    return (
        words[int(retrieved), int(right)]
        if answerable
        else np.array(["reader", "fine"])[int(abstained)]
    )
""",
        """
def diagnose(answerable, retrieved, right, abstained):
    if answerable and right and retrieved: return "fine"
    if answerable and right: return "lucky"
    if answerable and not retrieved: return "retriever"
    if not answerable and abstained: return "fine"
    return "reader"
""",
        """
def diagnose(answerable, retrieved, right, abstained):
    if abstained and not answerable:
        return "fine"
    elif not answerable:
        return "reader"
    elif abstained:
        return "reader" if retrieved else "retriever"
    elif right:
        return "fine" if retrieved else "lucky"
    else:
        return "reader" if retrieved else "retriever"
""",
        """
from itertools import product

TABLE = {}
for a, p, r, s in product([False, True], repeat=4):
    TABLE[a, p, r, s] = (
        ("reader", "fine")[s] if not a else ("retriever", "lucky", "reader", "fine")[2 * p + r]
    )


def diagnose(answerable, retrieved, right, abstained):
    return TABLE[answerable, retrieved, right, abstained]
""",
    ],
    "4.3": [
        r"""
import re


def judge_citations(short, cited, passages):
    pattern = re.compile(r"(?<!\w)" + re.escape(short) + r"(?!\w)", re.IGNORECASE)

    def verdict(d):
        mine = [t for n, t in passages if n == d]
        return (
            "invented"
            if not mine
            else "supported"
            if any(pattern.search(t) for t in mine)
            else "not in it"
        )

    return {d: verdict(d) for d in cited}
""",
        """
def judge_citations(short, cited, passages):
    by = {}
    for n, t in passages:
        by.setdefault(n, []).append(t)
    out = dict.fromkeys(cited, "invented")
    for d in out:
        if d in by:
            out[d] = (
                "supported" if sum(metrics.contains(t, [short]) for t in by[d]) else "not in it"
            )
    return out
""",
        """
def judge_citations(short, cited, passages):
    def words(text):
        return [w.strip(".,;:!?()") for w in text.lower().split()]

    def has(text):
        t, s = words(text), words(short)
        return any(t[i : i + len(s)] == s for i in range(len(t)))

    result = {}
    for d in cited:
        found = [has(t) for n, t in passages if n == d]
        result[d] = "supported" if any(found) else "not in it" if found else "invented"
    return result
""",
        """
def judge_citations(short, cited, passages):
    result = {}
    for d in cited:
        found = [metrics.contains(t, [short]) for n, t in passages if n == d]
        result[d] = np.str_("supported" if True in found else "not in it" if found else "invented")
    return result
""",
        """
from collections import defaultdict


def judge_citations(short, cited, passages):
    found = defaultdict(set)
    for name, text in passages:
        found[name].add(metrics.contains(text, [short]))
    return {
        d: "supported" if True in found[d] else "not in it" if found[d] else "invented"
        for d in cited
    }
""",
        """
def judge_citations(short, cited, passages):
    t = pd.DataFrame(passages, columns=["d", "t"])
    out = {}
    for d in cited:
        mine = t.t[t.d == d]
        out[d] = (
            "invented"
            if mine.empty
            else "supported"
            if mine.map(lambda x: metrics.contains(x, [short])).any()
            else "not in it"
        )
    return out
""",
        """
def judge_citations(short, cited, passages):
    names = {name for name, _ in passages}
    good = {name for name, text in passages if metrics.contains(text, [short])}
    return {
        d: "supported" if d in good else "not in it" if d in names else "invented"
        for d in cited
    }
""",
    ],
    "4.4": [
        """
def risk_score(right, abstained, cost=1):
    points = np.where(right, 1, -cost)
    points[np.array(abstained)] = 0
    return points.mean()
""",
        """
def risk_score(right, abstained, cost=1):
    total = 0
    for r, a in zip(right, abstained):
        if not a:
            if r:
                total += 1
            else:
                total -= cost
    return total / len(right)
""",
        """
from fractions import Fraction


def risk_score(right, abstained, cost=1):
    total = sum((1 if r else -cost) * (not a) for r, a in zip(right, abstained))
    return Fraction(total) / len(right)
""",
        """
def risk_score(right, abstained, cost=1):
    r, a = torch.tensor(right), torch.tensor(abstained)
    return torch.where(a, 0.0, torch.where(r, 1.0, -float(cost))).mean()
""",
        """
def risk_score(right, abstained, cost=1):
    n = len(right)
    good = sum(r and not a for r, a in zip(right, abstained))
    bad = n - good - sum(abstained)
    return (good - bad * cost) / n
""",
        """
from statistics import mean
def risk_score(right, abstained, cost=1):
    return mean(0 if a else (1 if r else -cost) for r, a in zip(right, abstained))
""",
        """
def risk_score(right, abstained, cost=1):
    d = pd.DataFrame({"r": right, "a": abstained})
    s = d.r.map({True: 1.0, False: -float(cost)})
    s[d.a] = 0.0
    return s.mean()
""",
    ],
    "4.5": [
        """
def choose_threshold(scores, answerable):
    best, choice = -1, None
    for t in sorted(set(scores)):
        f = metrics.abstention([s < t for s in scores], answerable)["f1"]
        if f > best:
            best, choice = f, t
    return choice
""",
        """
def choose_threshold(scores, answerable):
    ts = np.unique(scores)
    f = [metrics.abstention(np.array(scores) < t, answerable)["f1"] for t in ts]
    return ts[np.argmax(f)]
""",
        """
def choose_threshold(scores, answerable):
    def f1(t):
        hit = sum(s < t and not a for s, a in zip(scores, answerable))
        if not hit:
            return 0
        p = hit / sum(s < t for s in scores)
        r = hit / sum(not a for a in answerable)
        return 2 * p * r / (p + r)

    return max(sorted(scores), key=f1)
""",
        """
def choose_threshold(scores, answerable):
    t = torch.tensor(sorted(scores), dtype=torch.float64)
    f = torch.tensor(
        [metrics.abstention([s < float(x) for s in scores], answerable)["f1"] for x in t],
        dtype=torch.float64,
    )
    return t[torch.argmax(f)]
""",
        """
def choose_threshold(scores, answerable):
    return np.float32(
        max(
            sorted(scores),
            key=lambda t: metrics.abstention([s < t for s in scores], answerable)["f1"],
        )
    )
""",
        """
def choose_threshold(scores, answerable):
    pairs = sorted(zip(scores, answerable))
    total = answerable.count(False)
    best, chosen, hits = -1.0, None, 0
    for i, (s, a) in enumerate(pairs):
        if i == 0 or pairs[i - 1][0] != s:
            f = 2 * hits / (i + total) if i + total else 0
            if f > best + 1e-12: best, chosen = f, s
        hits += not a
    return chosen
""",
        """
def choose_threshold(scores, answerable):
    table = {t: metrics.abstention([s < t for s in scores], answerable)["f1"] for t in scores}
    top = max(table.values())
    return min(t for t, f in table.items() if f == top)
""",
        """
def choose_threshold(scores, answerable):
    f = lambda t: metrics.abstention([s < t for s in scores], answerable)["f1"]
    return min(scores, key=lambda t: (-f(t), t))
""",
    ],
    "4.6": [
        """
import hashlib


def approved(passages, hashes):
    out = []
    for document, text in passages:
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        if document in hashes and digest in hashes[document]:
            out.append((document, text))
    return out
""",
        """
import hashlib


def approved(passages, hashes):
    return [
        [d, t]
        for d, t in passages
        if hashlib.sha256(bytes(t, "utf-8")).hexdigest() in hashes.get(d, {})
    ]
""",
        """
import hashlib


def approved(passages, hashes):
    return np.array(
        [p for p in passages if hashlib.sha256(p[1].encode()).hexdigest() in hashes.get(p[0], ())]
    )
""",
        """
import hashlib


def approved(passages, hashes):
    return [
        p
        for p in passages
        if hashlib.sha256(p[1].encode()).digest()
        in {bytes.fromhex(h) for h in hashes.get(p[0], ())}
    ]
""",
        """
import hashlib
def approved(passages, hashes):
    known = {(d, h) for d, hs in hashes.items() for h in hs}
    return [p for p in passages if (p[0], hashlib.sha256(p[1].encode()).hexdigest()) in known]
""",
        """
from hashlib import sha256


def approved(passages, hashes):
    def ok(p):
        m = sha256()
        m.update(p[1].encode())
        return p[0] in hashes and any(m.hexdigest() == h for h in hashes[p[0]])

    return list(filter(ok, passages))
""",
        """
import hashlib
def approved(passages, hashes):
    out = []
    for d, t in passages:
        try:
            if hashlib.new("sha256", t.encode()).hexdigest() in hashes[d]: out.append((d, t))
        except KeyError: pass
    return tuple(out)
""",
    ],
}
