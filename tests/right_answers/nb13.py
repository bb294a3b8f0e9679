"""Right answers to the exercises of notebook 13."""

RIGHT = {
    "13.1": [
        """
def pool_size(cpus, each, wanted):
    free = cpus - 1
    size = 0
    while size < wanted and (size + 1) * each <= free:
        size += 1
    if size == 0:
        raise ValueError("no room for an actor")
    return size
""",
        """
import math

def pool_size(cpus, each, wanted):
    fits = [n for n in range(1, wanted + 1) if n * each + 1 <= cpus]
    if not fits:
        raise ValueError(f"not even one actor of {each} fits into {cpus} CPUs")
    return np.int64(max(fits))
""",
    ],
    "13.2": [
        """
def in_order(parts, count):
    numbers = [int(n) for some, _ in parts for n in some]
    for n in range(count):
        if numbers.count(n) != 1:
            raise ValueError(f"passage {n} came {numbers.count(n)} times")
    for n in numbers:
        if not 0 <= n < count:
            raise ValueError(f"no passage {n}")
    vectors = [v for _, some in parts for v in some]
    out = [None] * count
    for n, v in zip(numbers, vectors):
        out[n] = list(v)
    return out
""",
        """
def in_order(parts, count):
    pairs = [(int(n), np.asarray(v)) for some, vectors in parts for n, v in zip(some, vectors)]
    pairs.sort(key=lambda pair: pair[0])
    got = [n for n, _ in pairs]
    if got != list(range(count)):
        wrong = set(range(count)).symmetric_difference(got) | {n for n in got if got.count(n) > 1}
        raise ValueError(f"wrong passages: {sorted(wrong)}")
    return np.stack([v for _, v in pairs])
""",
        """
def in_order(parts, count):
    parts = [(n, v) for n, v in parts if len(n)]
    numbers = np.concatenate([n for n, _ in parts]).astype(int) if parts else np.array([], int)
    values, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"double: {values[counts > 1]}")
    if set(values.tolist()) != set(range(count)):
        raise ValueError(f"wrong: {set(values.tolist()) ^ set(range(count))}")
    return np.concatenate([v for _, v in parts])[np.argsort(numbers)]
""",
    ],
    "13.3": [
        """
def search_on(fetch, allowed, k):
    count, before = k, -1
    found = fetch(count)
    while sum(row in allowed for row in found) < k and len(found) > before:
        before = len(found)
        count = 2 * count
        found = fetch(count)
    return [row for row in found if row in allowed][:k]
""",
        """
def search_on(fetch, allowed, k, count=None):
    count = count or k
    found = list(fetch(count))
    passing = list(filter(allowed.__contains__, found))[:k]
    if len(passing) == k or len(found) < count:
        return tuple(passing)
    return search_on(fetch, allowed, k, 2 * count)
""",
        """
def search_on(fetch, allowed, k):
    out, seen, count = [], 0, k
    while len(out) < k:
        found = fetch(count)
        out += [row for row in found[seen:] if row in allowed]
        if len(found) < count:
            break
        seen, count = count, count * 2
    return np.array(out[:k], int)
""",
    ],
    "13.4": [
        """
def changes(stored, new):
    out, seen = {"insert": [], "update": [], "delete": []}, set()
    for id, document, text in new:
        if id in seen:
            raise ValueError(f"{id} comes twice")
        seen.add(id)
        if id not in stored:
            out["insert"].append(id)
        elif stored[id] != (document, text):
            out["update"].append(id)
    written = {document for _, document, _ in new}
    for id, (document, _) in stored.items():
        if document in written and id not in seen:
            out["delete"].append(id)
    return {name: sorted(ids) for name, ids in out.items()}
""",
        """
from collections import Counter

def changes(stored, new):
    count = Counter(id for id, _, _ in new)
    if count and max(count.values()) > 1:
        raise ValueError(count.most_common(1)[0][0])
    fresh = pd.DataFrame(new, columns=["id", "document", "text"]).set_index("id")
    old = {id: pair for id, pair in stored.items() if pair[0] in set(fresh.document)}
    both = set(fresh.index) & set(stored)
    return dict(
        insert=sorted(set(fresh.index) - set(stored)),
        update=sorted(id for id in both if fresh.text[id] != stored[id][1]),
        delete=sorted(set(old) - set(fresh.index)),
    )
""",
    ],
}
