"""Right answers to the exercises of notebook 02."""

RIGHT = {
    "2.1": [
        """
def nearest(query, vectors, k):
    products = vectors @ query
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    cosines = np.divide(products, lengths, out=np.zeros(len(vectors)), where=lengths > 0)
    return np.argsort(cosines)[::-1][:k]  # an array
""",
        """
import heapq, math

def cosine(a, b):
    lengths = math.sqrt(sum(float(x) * x for x in a)) * math.sqrt(sum(float(x) * x for x in b))
    return sum(x * y for x, y in zip(a, b)) / lengths if lengths else 0.0

def nearest(query, vectors, k):
    return tuple(heapq.nlargest(k, range(len(vectors)), key=lambda i: cosine(query, vectors[i])))
""",
        """
def nearest(query, vectors, k):
    vectors, query = (torch.as_tensor(np.asarray(x, float)) for x in (vectors, query))
    cosines = torch.nn.functional.cosine_similarity(vectors, query[None], dim=1)
    return torch.argsort(cosines, descending=True)[:k]
""",
    ],
    "2.2": [
        """
def distance(cosine):
    return np.sqrt(2 - 2 * np.clip(cosine, -1, 1))
""",
        """
def distance(cosine):
    if np.ndim(cosine):
        return [distance(one) for one in cosine]  # lists of lists
    return max(0.0, 2 - 2 * float(cosine)) ** 0.5
""",
        """
import math

def distance(cosine):
    return np.vectorize(lambda one: 2 * math.sqrt(max(0.0, (1 - one) / 2)))(cosine)
""",
    ],
    "2.3": [
        """
def cut(words, size, overlap):
    if len(words) <= size:
        return [words] if words else []
    return [words[:size]] + cut(words[size - overlap :], size, overlap)
""",
        """
def cut(words, size, overlap):
    starts = range(0, max(1, len(words) - overlap), size - overlap) if words else ()
    return tuple(tuple(words[start : start + size]) for start in starts)
""",
        """
def cut(words, size, overlap):
    array, pieces, end = np.array(words), [], 0
    while end < len(words):
        start = len(pieces) * (size - overlap)
        end = start + size
        pieces.append(array[start:end])
    return pieces  # a list of arrays
""",
    ],
    "2.4": [
        """
def unseen(lengths, limit):
    total = sum(lengths)
    return 0 if not total else 1 - sum(min(n, limit) for n in lengths) / total
""",
        """
def unseen(lengths, limit):
    lengths = torch.tensor(lengths, dtype=torch.float64)
    return (lengths - limit).clamp(min=0).sum() / lengths.sum().clamp(min=1)
""",
        """
def unseen(lengths, limit):
    lost = 0
    for n in lengths:
        if n > limit:
            lost += n - limit
    try:
        return np.float64(lost / sum(lengths))
    except ZeroDivisionError:
        return np.float64(0)
""",
    ],
    "2.5": [
        """
def pick(rows, max_ms, max_mb):
    best = None
    for row in rows:
        if row["ms"] > max_ms or row["MB"] > max_mb:
            continue
        if best is None or (row["recall"], -row["ms"]) > (best["recall"], -best["ms"]):
            best = row
    return None if best is None else best["kind"]
""",
        """
def pick(rows, max_ms, max_mb):
    table = pd.DataFrame(rows, columns=["kind", "recall", "ms", "MB"])
    table = table[(table.ms <= max_ms) & (table.MB <= max_mb)]
    table = table.sort_values(["recall", "ms"], ascending=[False, True])
    return None if table.empty else table.kind.iloc[0]
""",
        """
def pick(rows, max_ms, max_mb):
    fit = sorted(
        (-row["recall"], row["ms"], row["kind"])
        for row in rows
        if not (row["ms"] > max_ms or row["MB"] > max_mb)
    )
    return np.array([kind for _, _, kind in fit])[0] if fit else None  # a string of NumPy
""",
    ],
    "2.6": [
        """
def to_int8(vectors):
    scale = np.maximum(vectors.max(axis=0), -vectors.min(axis=0)) / 127
    steps = np.divide(vectors, scale, out=np.zeros_like(vectors), where=scale > 0)
    return [(np.sign(steps) * np.floor(np.abs(steps) + 0.5)).astype("int8"), scale.tolist()]
""",
        """
def to_int8(vectors):
    vectors = torch.as_tensor(vectors)
    scale = vectors.abs().amax(dim=0) / 127
    steps = vectors / torch.where(scale > 0, scale, torch.ones_like(scale))
    return steps.round().to(torch.int8), scale
""",
        """
def to_int8(vectors):
    codes, scale = np.zeros(vectors.shape, np.int8), np.zeros(vectors.shape[1])
    for column in range(vectors.shape[1]):
        scale[column] = max(abs(float(x)) for x in vectors[:, column]) / 127
        for row in range(len(vectors)):
            if scale[column]:
                codes[row, column] = round(float(vectors[row, column]) / scale[column])
    return codes, scale
""",
    ],
}
