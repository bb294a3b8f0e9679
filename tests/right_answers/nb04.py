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
    ],
}
