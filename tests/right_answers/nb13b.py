"""Right answers to the exercises of notebook 13, second half."""

RIGHT = {
    "13.5": [
        """
def process_losses(parts):
    tokens = np.array([len(own) for own in parts])
    if not tokens.any():
        raise ValueError("no tokens")
    means = np.array([np.mean(own) if own else 0.0 for own in parts])
    return means * tokens / tokens.mean()
""",
        """
def process_losses(parts):
    scale, out = 0, []
    for own in parts:
        scale += len(own) / len(parts)
    if not scale:
        raise ValueError("nothing to learn from")
    for own in parts:
        out.append(float(np.sum(own)) / scale)
    return tuple(out)
""",
    ],
    "13.6": [
        """
def broken(saved, expected):
    def whole(name):
        array = saved.get(name)
        if array is None or name not in expected or list(array.shape) != list(expected[name]):
            return False
        return bool(np.isfinite(array).all() and np.abs(array).max() > 0)
    return [name for name in sorted({*saved, *expected}) if not whole(name)]
""",
        """
def broken(saved, expected):
    wrong = []
    for name in sorted(list(saved) + [n for n in expected if n not in saved]):
        try:
            array = np.asarray(saved[name])
            ok = array.shape == tuple(expected[name])
        except KeyError:
            ok = False
        if ok and not (np.isnan(array).any() or np.isinf(array).any() or (array == 0).all()):
            continue
        wrong.append(name)
    return np.array(wrong)
""",
    ],
    "13.7": [
        """
def slot_rank(names, ranks, allowed=(8, 16, 32, 64)):
    need = 0
    for name in names:
        if name is None:
            continue
        if name not in ranks:
            raise ValueError(f"unknown adapter: {name!r}")
        need = max(need, ranks[name])
    if need == 0:
        return 0
    for size in sorted(allowed):
        if size >= need:
            return size
    raise ValueError(f"no slot for rank {need}")
""",
        """
def slot_rank(names, ranks, allowed=(8, 16, 32, 64)):
    named = [name for name in names if name is not None]
    try:
        wanted = [ranks[name] for name in named]
    except KeyError as error:
        raise ValueError(f"no adapter {error}") from None
    if not wanted:
        return 0
    # min of nothing is a ValueError, too
    return min(size for size in allowed if size >= max(wanted))
""",
    ],
    "13.8": [
        """
def index_bytes(count, dimension, kind, links=32, rebuilt=False):
    each = {"flat": 4 * dimension, "hnsw": 4 * (dimension + 2 * links), "pq": dimension / 8}
    if kind not in each:
        raise ValueError(kind)
    once = 1024 * dimension if kind == "pq" else 0
    return (each[kind] * count + once) * (1 + rebuilt)
""",
        """
def index_bytes(count, dimension, kind, links=32, rebuilt=False):
    copies = 2 if rebuilt else 1
    match kind:
        case "flat":
            return copies * count * dimension * np.dtype(np.float32).itemsize
        case "hnsw":
            vector, neighbours = dimension * 4, links * 2 * 4
            return copies * count * (vector + neighbours)
        case "pq":
            pieces = dimension // 8
            return copies * (count * pieces + pieces * 256 * 8 * 4)
    raise ValueError("flat, hnsw or pq")
""",
    ],
}
