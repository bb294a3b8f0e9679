"""Wrong answers to the exercises of notebook 02, each wrong in one way, with a part of the message that must name it."""

import math
import warnings

import numpy as np


def _cut(words, size, overlap, step=None, stop=True, end=None):
    pieces = []
    for start in range(0, len(words) if end is None else end, step or size - overlap):
        pieces.append(words[start : start + size])
        if stop and start + size >= len(words):
            break
    return pieces


def _cut_moved_back(words, size, overlap):
    pieces = _cut(words, size, overlap)
    return pieces[:-1] + [words[-size:]] if pieces else []


def _cut_longer(words, size, overlap):
    return [words[max(0, start - overlap) : start + size] for start in range(0, len(words), size)]


def _cut_compares_words(words, size, overlap):
    pieces = []
    for piece in _cut(words, size, overlap):
        if not pieces or not set(piece) <= set(pieces[-1]):
            pieces.append(piece)
    return pieces


def _cosines(query, vectors):
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    return vectors @ query / np.where(lengths > 0, lengths, 1)


def _first(scores, k):
    return np.argsort(-scores)[:k].tolist()


def _nearest_unguarded(query, vectors, k):
    return _first(vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query), k)


def _nearest_nan(query, vectors, k):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _nearest_unguarded(query, vectors, k)


def _nearest_query_unguarded(query, vectors, k):
    return _first(_cosines(query / np.linalg.norm(query), vectors), k)


def _nearest_no_zeros(query, vectors, k):
    return [row for row in _first(_cosines(query, vectors), len(vectors)) if vectors[row].any()][:k]


def _nearest_partition(query, vectors, k):
    cosines = _cosines(query, vectors)
    best = np.argpartition(-cosines, k - 1)[:k]
    return best[np.argsort(-cosines[best])].tolist()


def _nearest_rounded(query, vectors, k):
    return np.argsort(-np.round(_cosines(query, vectors), 1), kind="stable")[:k].tolist()


def _unseen(lengths, limit, lost=lambda n, limit: max(0, n - limit)):
    return sum(lost(n, limit) for n in lengths) / sum(lengths) if lengths else 0.0


def _mean(values):
    return sum(values) / len(values) if values else 0.0


def _pick(rows, max_ms, max_mb, fits=None, key=lambda row: (row["recall"], -row["ms"])):
    fits = fits or (lambda row: row["ms"] <= max_ms and row["MB"] <= max_mb)
    return max(filter(fits, rows), key=key, default={"kind": None})["kind"]


def _pick_best_then_limits(rows, max_ms, max_mb):
    best = max(rows, key=lambda row: row["recall"])
    return best["kind"] if best["ms"] <= max_ms and best["MB"] <= max_mb else None


def _int8(vectors, divide=127, top=lambda v: np.abs(v).max(axis=0), rounded=np.rint, kind=np.int8):
    scale = np.asarray(top(vectors) / divide)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rounded(vectors / np.where(scale > 0, scale, 1)).astype(int).astype(kind), scale


def _int8_unguarded(vectors):
    scale = np.abs(vectors).max(axis=0) / 127
    return np.rint(vectors / scale).astype(np.int8), scale


def _int8_offset(vectors):
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    scale = (high - low) / 255
    return np.rint((vectors - low) / np.where(scale > 0, scale, 1)).astype(np.uint8), scale


def _int8_other_codes(vectors):
    _, scale = _int8(vectors)
    return np.rint(vectors / np.where(scale > 0, scale, 1) * 2).astype(int).astype(np.int8), scale


def _distance_if(cosine):
    return 0.0 if cosine > 1 else np.sqrt(2 - 2 * cosine)


def _distance_array(cosine):
    out = np.zeros(len(cosine))
    out[cosine < 1] = np.sqrt(2 - 2 * cosine[cosine < 1])
    return out


WRONG = [
    ("2.3", "steps of size", lambda w, s, o: _cut(w, s, o, step=s), "with steps of `size` no word is shared"),
    ("2.3", "steps of size + overlap", lambda w, s, o: _cut(w, s, o, step=s + o), "the words between are lost"),
    ("2.3", "steps of overlap", lambda w, s, o: _cut(w, s, o, step=(o if o > 1 else s - o)), "not the step"),
    ("2.3", "one word too far", lambda w, s, o: _cut(w, s, o, step=s - o + 1) if o > 1 else _cut(w, s, o), "not 2: step by size - overlap"),
    ("2.3", "drops the tail", lambda w, s, o: _cut(w, s, o, end=max(1, len(w) - s + 1)) if w else [], "keep the shorter tail"),
    ("2.3", "nothing for a short text", lambda w, s, o: _cut(w, s, o) if len(w) >= s else [], "even a text shorter than `size`"),
    ("2.3", "a superfluous last piece", lambda w, s, o: _cut(w, s, o, stop=False), "is superfluous"),
    ("2.3", "moves the last piece back", _cut_moved_back, "moved the last piece back"),
    ("2.3", "adds the overlap to the size", _cut_longer, "count among the"),
    ("2.3", "compares words, not positions", _cut_compares_words, "compare positions, not words"),
    ("2.3", "strings", lambda w, s, o: [" ".join(piece) for piece in _cut(w, s, o)], "do not join the words"),
    ("2.3", "cuts a text", lambda w, s, o: _cut(" ".join(w), s, o), "slice `words`, not a text"),
    ("2.3", "tuples", lambda w, s, o: [tuple(piece) for piece in _cut(w, s, o)], "Each piece is a list of words, not tuple"),
    ("2.3", "a generator", lambda w, s, o: (piece for piece in _cut(w, s, o)), "Give back a list of pieces, not generator"),
    ("2.3", "an empty piece for an empty list", lambda w, s, o: _cut(w, s, o) or [[]], "An empty list of words gives no pieces"),
    ("2.3", "an empty piece at the end", lambda w, s, o: _cut(w, s, o) + [[]], "there is an empty piece"),
    ("2.3", "begins with the second word", lambda w, s, o: _cut(w[1:], s, o), "begin with the first word"),
    ("2.3", "only the first piece", lambda w, s, o: [w[:s]] if w else [], "keep the shorter tail"),
    ("2.1", "dot product", lambda q, v, k: _first(v @ q, k), "Divide by the length of each row"),
    ("2.1", "length of the whole matrix", lambda q, v, k: _first(v @ q / max(np.linalg.norm(v), 1e-9), k), "not nearer because it is long"),
    ("2.1", "Euclidean distance", lambda q, v, k: _first(-np.linalg.norm(v - q, axis=1), k), "Is it the Euclidean distance"),
    (
        "2.1",
        "squared length",
        lambda q, v, k: _first(v @ q / np.maximum((v**2).sum(axis=1), 1e-12), k),
        "a division by the squared length",
    ),
    ("2.1", "worst first", lambda q, v, k: _first(-_cosines(q, v), k), "These rows have the lowest cosines"),
    ("2.1", "the best k upside down", lambda q, v, k: _first(_cosines(q, v), k)[::-1], "the best one comes first"),
    ("2.1", "the best k in the order of their rows", lambda q, v, k: sorted(_first(_cosines(q, v), k)), "in the wrong order"),
    ("2.1", "the first k", lambda q, v, k: list(range(min(k, len(v)))), "You gave the first k rows"),
    ("2.1", "absolute cosine", lambda q, v, k: _first(abs(_cosines(q, v)), k), "do not take the absolute value"),
    ("2.1", "divides by zero", _nearest_unguarded, "A row of zeros has length 0, and your code divides by it"),
    ("2.1", "hides the NaN", _nearest_nan, "A row of zeros has cosine 0"),
    ("2.1", "divides by the length of a query of zeros", _nearest_query_unguarded, "The query may be all zeros too"),
    ("2.1", "leaves out rows of zeros", _nearest_no_zeros, "A row of zeros is a row as well"),
    ("2.1", "k at most n", _nearest_partition, "k may be larger than the number of vectors"),
    ("2.1", "rounds the cosines", _nearest_rounded, "has cosine"),
    ("2.1", "gives the cosines", lambda q, v, k: sorted(_cosines(q, v).tolist(), reverse=True)[:k], "not their cosines"),
    ("2.1", "gives an array", lambda q, v, k: np.array(_first(_cosines(q, v), k)), "not ndarray (an array has .tolist())"),
    ("2.1", "counts from 1", lambda q, v, k: [row + 1 for row in _first(_cosines(q, v), k)], "There is no row 4"),
    ("2.1", "gives all rows", lambda q, v, k: _first(_cosines(q, v), len(v)), "and you gave 4"),
    ("2.4", "number of tokens", lambda n, limit: sum(max(0, x - limit) for x in n), "divide it by the number of all tokens"),
    ("2.4", "per cent", lambda n, limit: 100 * _unseen(n, limit), "That is per cent"),
    ("2.4", "what is read", lambda n, limit: 1 - _unseen(n, limit) if n else 0.0, "the share that IS read"),
    ("2.4", "share of the chunks", lambda n, limit: _mean([x > limit for x in n]), "the share of CHUNKS"),
    ("2.4", "mean of the shares", lambda n, limit: _mean([max(0, x - limit) / x for x in n]), "the mean of the chunks' shares"),
    ("2.4", "negative losses", lambda n, limit: _unseen(n, limit, lambda x, y: x - y), "not a negative number"),
    ("2.4", "clamps the sum alone", lambda n, limit: max(0.0, _unseen(n, limit, lambda x, y: x - y)), "loses 0 tokens"),
    ("2.4", "lost tokens of a chunk", lambda n, limit: _mean([max(0, x - limit) for x in n]), "lost tokens for each chunk"),
    (
        "2.4",
        "of the tokens read",
        lambda n, limit: sum(max(0, x - limit) for x in n) / max(1, sum(min(x, limit) for x in n)),
        "You divided by the tokens that are read",
    ),
    (
        "2.4",
        "of the long chunks' tokens",
        lambda n, limit: sum(max(0, x - limit) for x in n) / max(1, sum(x for x in n if x > limit)),
        "by the tokens of the long chunks alone",
    ),
    (
        "2.4",
        "loses long chunks whole",
        lambda n, limit: _unseen(n, limit, lambda x, y: x * (x > y)),
        "the encoder does read its first tokens",
    ),
    ("2.4", "of the room", lambda n, limit: _unseen(n, limit) * sum(n) / (limit * max(1, len(n))), "the room in the encoder"),
    ("2.4", "whole numbers", lambda n, limit: sum(max(0, x - limit) for x in n) // max(1, sum(n)), "Did you divide with `//`"),
    ("2.4", "one token too many", lambda n, limit: _unseen(n, limit, lambda x, y: max(0, x - y + 1)), "after the limit"),
    ("2.4", "raises without chunks", lambda n, limit: _unseen(n or [0], limit), "give 0.0 for an empty list"),
    ("2.4", "all is lost without chunks", lambda n, limit: _unseen(n, limit) if n else 1.0, "give 0.0 for an empty list"),
    ("2.4", "a list of shares", lambda n, limit: [max(0, x - limit) / x for x in n], "Give back one number"),
    ("2.4", "NaN", lambda n, limit: math.nan, "you gave nan"),
    ("2.5", "ignores max_ms", lambda r, ms, mb: _pick(r, math.inf, mb), "more than max_ms"),
    ("2.5", "ignores max_mb", lambda r, ms, mb: _pick(r, ms, math.inf), "more than max_mb"),
    ("2.5", "one limit is enough", lambda r, ms, mb: _pick(r, ms, mb, lambda row: row["ms"] <= ms or row["MB"] <= mb), "`and`, not `or`"),
    (
        "2.5",
        "leaves out what is exactly at a limit",
        lambda r, ms, mb: _pick(r, ms, mb, lambda row: row["ms"] < ms and row["MB"] < mb),
        "A value equal to its limit is within it",
    ),
    ("2.5", "the fastest", lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: -row["ms"]), "do not take the fastest one"),
    ("2.5", "the smallest", lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: -row["MB"]), "do not take the smallest one"),
    ("2.5", "the first that fits", lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: 0), "take the highest recall"),
    ("2.5", "the first of equals", lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: row["recall"]), "B is faster: take that one"),
    (
        "2.5",
        "the smaller of equals",
        lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: (row["recall"], -row["MB"])),
        "B is faster: take that one",
    ),
    (
        "2.5",
        "the slower of equals",
        lambda r, ms, mb: _pick(r, ms, mb, key=lambda row: (row["recall"], row["ms"])),
        "C and B have the same",
    ),
    ("2.5", "the limits come last", _pick_best_then_limits, "is within both limits with max_ms=2 and max_mb=100, and yours gave None"),
    ("2.5", "the best if none fits", lambda r, ms, mb: _pick(r, ms, mb) or _pick(r, 1e9, 1e9), "No row is within both limits"),
    ("2.5", "an empty text if none fits", lambda r, ms, mb: _pick(r, ms, mb) or "", "give back None, not ''"),
    (
        "2.5",
        "raises if none fits",
        lambda r, ms, mb: max((x for x in r if x["ms"] <= ms and x["MB"] <= mb), key=lambda x: (x["recall"], -x["ms"]))["kind"],
        "none is within both limits, give back None",
    ),
    ("2.5", "gives the row", lambda r, ms, mb: next((x for x in r if x["kind"] == _pick(r, ms, mb)), None), "not the whole row"),
    ("2.5", "gives the recall", lambda r, ms, mb: max(x["recall"] for x in r), "Give back one of the kinds"),
    ("2.5", "gives nothing back", lambda r, ms, mb: None, "forget a `return`"),
    ("2.6", "cuts the decimals off", lambda v: _int8(v, rounded=np.trunc), "cuts the decimals off"),
    ("2.6", "rounds down", lambda v: _int8(v, rounded=np.floor), "always rounds down"),
    ("2.6", "rounds up", lambda v: _int8(v, rounded=np.ceil), "always rounds up"),
    ("2.6", "one scale for all", lambda v: _int8(v, top=lambda x: np.abs(x).max()), "one scale for all dimensions"),
    (
        "2.6",
        "one scale for all, repeated",
        lambda v: _int8(v, top=lambda x: np.full(x.shape[1], np.abs(x).max())),
        "All dimensions have the same scale",
    ),
    ("2.6", "one scale for each vector", lambda v: _int8(v, top=lambda x: np.abs(x).max(axis=1, keepdims=True)), "one for each vector"),
    ("2.6", "keeps the dimension", lambda v: _int8(v, top=lambda x: np.abs(x).max(axis=0, keepdims=True)), "leave out keepdims"),
    ("2.6", "scale by 128", lambda v: _int8(v, divide=128), "overflows to -128"),
    ("2.6", "scale by 255", lambda v: _int8(v, divide=255), "codes up to 255"),
    ("2.6", "unsigned codes", lambda v: _int8(v, kind=np.uint8), "uint8 has no negative numbers"),
    ("2.6", "unsigned codes with an offset", _int8_offset, "uint8 has no negative numbers"),
    ("2.6", "codes of 32 bits", lambda v: _int8(v, kind=np.int32), "one byte each is np.int8"),
    ("2.6", "codes as decimal numbers", lambda v: _int8(v, kind=np.float32), "no memory is saved"),
    ("2.6", "largest value without its sign", lambda v: _int8(v, top=lambda x: x.max(axis=0)), "take np.abs before the maximum"),
    ("2.6", "divides by zero", _int8_unguarded, "A column of zeros has scale 0"),
    ("2.6", "forgets the 127", lambda v: _int8(v, divide=1), "divide the largest absolute value by 127"),
    ("2.6", "the scale upside down", lambda v: (_int8(v)[0], 127 / np.maximum(np.abs(v).max(axis=0), 1e-9)), "upside down"),
    ("2.6", "a scale from the deviation", lambda v: _int8(v, top=lambda x: 3 * x.std(axis=0)), "whose largest absolute value is"),
    ("2.6", "codes twice too large", _int8_other_codes, "overflows int8"),
    ("2.6", "only to full fives", lambda v: _int8(v, rounded=lambda x: np.round(x / 5) * 5), "half a scale at most"),
    ("2.6", "scale first", lambda v: _int8(v)[::-1], "the codes first, then the scale"),
    ("2.6", "the codes alone", lambda v: _int8(v)[0], "Give back a tuple (codes, scale)"),
    ("2.2", "cosine distance", lambda c: 1 - c, "called cosine distance"),
    ("2.2", "the square", lambda c: 2 - 2 * c, "take the root"),
    ("2.2", "forgets the 2", lambda c: np.sqrt(np.maximum(0, 1 - c)), "a 2 before each of the two terms"),
    ("2.2", "plus", lambda c: np.sqrt(np.maximum(0, 2 + 2 * c)), "the higher the cosine, the shorter the distance"),
    ("2.2", "the angle", lambda c: np.arccos(np.clip(c, -1, 1)), "the angle between the vectors"),
    ("2.2", "the sine", lambda c: np.sqrt(np.maximum(0, 1 - c**2)), "the sine of the angle"),
    ("2.2", "NaN above 1", lambda c: np.sqrt(2 - 2 * c), "yours gives NaN"),
    ("2.2", "absolute value", lambda c: np.sqrt(np.abs(2 - 2 * c)), "Do not take the absolute value"),
    ("2.2", "clips at 0", lambda c: np.sqrt(2 - 2 * np.clip(c, 0, 1)), "A cosine may be negative"),
    ("2.2", "rounds", lambda c: np.sqrt(np.maximum(0, 2 - 2 * np.round(c, 6))), "do not round"),
    ("2.2", "numbers alone", lambda c: math.sqrt(max(0, 2 - 2 * c)), "An array should work too"),
    ("2.2", "decides once", _distance_if, "An array should work too"),
    ("2.2", "arrays alone", _distance_array, "A single number should work too"),
    ("2.2", "arrays of one", lambda c: np.sqrt(np.maximum(0, 2 - 2 * np.atleast_1d(c))), "For one number give back one number"),
    ("2.2", "a number for an array", lambda c: float(np.sqrt(max(0, 2 - 2 * np.mean(c)))), "you gave float"),
    ("2.2", "flattens", lambda c: np.sqrt(np.maximum(0, 2 - 2 * np.ravel(c))) if np.ndim(c) else _distance_if(c), "for shape (5, 5)"),
    ("2.2", "a text", lambda c: "0", "Give back one number, not str"),
]
