"""Right answers to the exercises of notebook 09."""

RIGHT = {
    "9.1": [
        """
def mixed_rows(x, W, loras, names):
    assert_same = len(names) == x.shape[0]
    if not assert_same:
        raise ValueError("one name for each row")
    rows = []
    for row, name in zip(x, names):
        out = W @ row
        if name != "__base__":
            if name not in loras:
                raise ValueError(name)
            A, B, scaling = loras[name]
            out = out + scaling * (B @ (A @ row))
        rows.append(out)
    return np.stack(rows)
""",
        """
def mixed_rows(x, W, loras, names):
    names = np.array(names)
    if names.shape != (len(x),) or not set(names) <= {"__base__", *loras}:
        raise ValueError("names do not fit")
    changes = {n: s * (B @ A) for n, (A, B, s) in loras.items()}
    full = np.stack([W + changes.get(n, 0) for n in names])
    return np.einsum("roi,ri->ro", full, x)
""",
        """
def mixed_rows(x, W, loras, names):
    if len(x) != len(names):
        raise ValueError
    for name in names:
        if name != "__base__" and name not in loras:
            raise ValueError(f"unknown: {name}")
    out = (W @ x.T).T
    for name in dict.fromkeys(names):
        if name in loras:
            A, B, scaling = loras[name]
            mask = np.array([n == name for n in names])
            out[mask] = out[mask] + (x[mask] @ A.T @ B.T) * scaling
    return out.tolist()
""",
    ],
    "9.2": [
        """
def keyword_route(question, words):
    text = "".join(c if c.isalnum() else " " for c in question.lower())
    asked = text.split()
    counts = {d: sum(w in asked for w in own) for d, own in words.items()}
    ranked = sorted(counts, key=counts.get, reverse=True)
    if not ranked or counts[ranked[0]] == 0:
        return None
    if len(ranked) > 1 and counts[ranked[0]] == counts[ranked[1]]:
        return None
    return ranked[0]
""",
        """
def keyword_route(question, words):
    import re
    from collections import Counter

    votes = Counter()
    for word in set(re.split(r"[^a-z0-9]+", question.lower())):
        votes.update(d for d in words if word and word in words[d])
    (first, n), (_, m) = (votes.most_common(2) + [(None, 0)] * 2)[:2]
    return first if n > m else None
""",
        """
import re

def keyword_route(question, words):
    best, most = None, 0
    for department, own in words.items():
        n = sum(bool(re.search(rf"(?<![a-z0-9]){w}(?![a-z0-9])", question, re.I)) for w in own)
        if n > most:
            best, most = department, n
        elif n == most:
            best = None
    return best
""",
    ],
    "9.3": [
        """
def ranking_loss(questions, passages, scale=20.0):
    q, p = torch.tensor(questions), torch.tensor(passages)
    scores = scale * torch.nn.functional.cosine_similarity(q[:, None], p[None], dim=-1)
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(q))).item()
""",
        """
def ranking_loss(questions, passages, scale=20.0):
    from scipy.special import log_softmax

    cosine = questions @ passages.T
    cosine = cosine / np.linalg.norm(questions, axis=1)[:, None]
    cosine = cosine / np.linalg.norm(passages, axis=1)
    return -np.mean(np.diagonal(log_softmax(scale * cosine, axis=1)))
""",
        """
import math

def ranking_loss(questions, passages, scale=20.0):
    total = 0.0
    for i, q in enumerate(questions):
        row = []
        for p in passages:
            row.append(scale * float(q @ p) / (math.hypot(*q) * math.hypot(*p)))
        total += math.log(sum(math.exp(value - row[i]) for value in row)) if (
            max(row) - row[i] < 600) else max(row) - row[i]
    return total / len(questions)
""",
    ],
    "9.4": [
        """
def batches(passages, size):
    made, held = [], []
    for i, passage in enumerate(passages):
        number = next(
            (n for n, some in enumerate(held) if len(some) < size and passage not in some), None
        )
        if number is None:
            made.append([])
            held.append(set())
            number = -1
        made[number].append(i)
        held[number].add(passage)
    return made
""",
        """
def batches(passages, size):
    left, made = list(range(len(passages))), []
    while left:
        batch, seen, rest = [], set(), []
        for i in left:
            if len(batch) < size and passages[i] not in seen:
                batch.append(i)
                seen.add(passages[i])
            else:
                rest.append(i)
        made.append(tuple(batch))
        left = rest
    return made
""",
        """
def batches(passages, size):
    made = [[] for _ in passages]
    for i in range(len(passages)):
        for batch in made:
            if len(batch) == size or passages[i] in [passages[j] for j in batch]:
                continue
            batch += [i]
            break
    return [batch for batch in made if batch]
""",
    ],
    "9.5": [
        r"""
import re

def keep_rows(passages, terms):
    def words(text):
        return f" {text.lower()} "

    scores = []
    for text in passages:
        n = 0
        for term in dict.fromkeys(term.lower() for term in terms):
            n += re.search(r"\W" + re.escape(term) + r"\W", words(text)) is not None
        scores.append(n)
    return [i for i in range(len(passages)) if scores[i] == max(scores)]
""",
        """
def keep_rows(passages, terms):
    def has(text, term):
        text, start = text.casefold(), 0
        while (at := text.find(term, start)) >= 0:
            before, after = text[:at][-1:], text[at + len(term):][:1]
            if not before.isalnum() and not after.isalnum():
                return True
            start = at + 1
        return False

    terms = {t.casefold() for t in terms}
    counts = np.array([sum(has(text, t) for t in terms) for text in passages], int)
    return np.flatnonzero(counts == counts.max()) if len(counts) else []
""",
        r"""
def keep_rows(passages, terms):
    import re
    terms = sorted(set(map(str.lower, terms)))
    groups = {}
    for i, text in enumerate(passages):
        hits = [t for t in terms if re.search(rf"(^|\W){re.escape(t)}(\W|$)", text, re.IGNORECASE)]
        groups.setdefault(len(hits), []).append(i)
    return groups[max(groups)] if groups else []
""",
    ],
    "9.6": [
        """
def cascade_threshold(scores, cheap, expensive, most_lost):
    least = sum(expensive) - (most_lost + 1e-9) * len(expensive)
    good = [float("inf")]
    for t in scores:
        right = sum(c if s >= t else d for s, c, d in zip(scores, cheap, expensive))
        if right >= least:
            good.append(t)
    return min(good)
""",
        """
def cascade_threshold(scores, cheap, expensive, most_lost):
    table = pd.DataFrame({"score": scores, "gain": np.subtract(cheap, expensive)})
    change = table.groupby("score").gain.sum()[::-1].cumsum() / len(table)
    good = change[change >= -most_lost - 1e-9]
    return good.index.min() if len(good) else np.inf
""",
        """
import math

def cascade_threshold(scores, cheap, expensive, most_lost):
    s, c, d = np.array(scores), np.array(cheap, float), np.array(expensive, float)
    t = np.unique(s)
    right = ((s >= t[:, None]) * (c - d)).mean(axis=1)
    (ok,) = np.nonzero(right > -most_lost - 1e-9)
    return t[ok[0]] if ok.size else math.inf
""",
    ],
}
