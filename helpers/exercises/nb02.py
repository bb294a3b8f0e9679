"""Exercises of notebook 02: cosine search, distance, overlap, unread tokens, indexes, int8."""

import functools
import random
import warnings

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import Wrong, alike, cases, expect, same, shown


@exercise("2.1", "Cosine search in NumPy", difficulty=2, importance=3, minutes=12)
@hints(
    "The cosine is the dot product divided by both lengths. `vectors @ query` has all n of them.",
    "`np.linalg.norm(vectors, axis=1)` has the n lengths. Where a length is 0, divide by 1.",
    "Divide `vectors @ query` by `np.where(lengths > 0, lengths, 1)`, then sort `-cosines`.",
)
@solved_by("""
def nearest(query, vectors, k):
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    cosines = vectors @ query / np.where(lengths > 0, lengths, 1)
    return np.argsort(-cosines)[:k].tolist()
""")
def grade_nearest(nearest):
    @functools.wraps(nearest)
    def found(query, vectors, k):
        query, vectors = np.array(query, float), np.array(vectors, float)
        with _numpy_warnings() as caught:
            rows = nearest(query, vectors, k)
        name = type(rows).__name__
        expect(type(rows) is list, f"Return a list (yours: {name}): an array has .tolist().")
        whole = all(isinstance(row, int | np.integer) for row in rows)
        why = "Return the numbers of the rows, not their cosines: np.argsort returns row numbers"
        expect(whole, f"{why}. Yours begins {shown(rows[:3])}.")
        count, zeros = len(vectors), "A row of zeros" if query.any() else "A query of zeros"
        for row in rows:
            expect(0 <= row < count, f"There is no row {row}: the {count} rows begin with row 0.")
        why = f"{zeros} has length 0, and your code divides by it"
        expect(not caught, f"{why} ({caught and caught[0].message}): replace that length by 1.")
        return rows

    def too_many(rows):
        return len(rows) > 2

    case = cases(found)
    plain = [[0, 1], [1, 0.4], [-1, 0], [1.1, 0.1]]
    mistakes = {
        too_many: "Return only the first k rows.",
        (2, 0): "These rows have the lowest cosines: np.argsort sorts upwards.",
        (1, 3): "The right rows in the wrong order: the best one comes first.",
        (0, 1): "These are the first k rows, whatever their cosines: sort the rows by the cosine.",
        (2, 3): "The sign counts: -1 is the opposite direction. Do not take the absolute value.",
    }
    case([1, 0], plain, 2, returns=[3, 1], mistakes=mistakes)
    why = "A long vector is not nearer because it is long: divide by the length of each row."
    case([1, 0], [[3, 4], [1, 0.2]], 1, returns=[1], why=why)
    why = "(10, 1) points nearly where (1, 0) does, although (0.5, 0.6) is less far away. "
    why += "Is yours the Euclidean distance, or does it divide by the squared length?"
    case([1, 0], [[0.5, 0.6], [10, 1]], 1, returns=[1], why=why)
    mistakes = {(2, 1): "A row of zeros is a row as well: keep it, with cosine 0."}
    why = "A row of zeros has cosine 0: above row 1, below row 2. Is its cosine NaN?"
    case([1, 0], [[0, 0], [-1, 0.5], [1, 1]], 3, returns=[2, 0, 1], why=why, mistakes=mistakes)
    found([0, 0], plain, 3)
    why = "k may be larger than the number of vectors: return all rows, best first."
    case([1, 0], plain, 10, returns=[3, 1, 0, 2], why=why)
    rng = np.random.default_rng(0)
    for _ in range(40):
        count, size, k = (int(n) for n in rng.integers([1, 2, 1], [60, 20, 12]))
        vectors = rng.normal(size=(count, size)) * 10 ** rng.uniform(-2, 2, (count, 1))
        vectors[rng.random(count) < 0.1] = 0
        query = rng.normal(size=size)
        lengths = (vectors**2).sum(axis=1) ** 0.5 * (query**2).sum() ** 0.5
        cosines = (vectors * query).sum(axis=1) / np.maximum(lengths, 1e-12)
        rows = found(query, vectors, k)
        expect(len(set(rows)) == min(k, count), f"Return {k} different rows (or all, if fewer).")
        best = np.sort(cosines)[::-1][:k]
        why = f"The rows found have the cosines {shown(cosines[rows])}; the best {shown(best)}."
        expect(alike(cosines[rows], best, 1e-5), why)


@exercise("2.2", "From cosine to distance", difficulty=1, importance=2, minutes=4)
@hints(
    "The formula is sqrt(2 - 2 cosine). What if rounding has made the cosine more than 1?",
    "Make 2 - 2 * cosine at least 0 before the root, with NumPy: `max` does not take arrays.",
    "`np.maximum(0, x)` replaces what is negative by 0, in numbers and arrays; then `np.sqrt`.",
)
@solved_by("""
def distance(cosine):
    return np.sqrt(np.maximum(0, 2 - 2 * cosine))
""")
@np.errstate(all="ignore")
def grade_distance(distance):
    case = cases(distance)
    mistakes = {
        0.72: "1 - cosine is called cosine distance, but it is not the Euclidean one.",
        1.44: "That is the squared distance: take the root.",
        0.72**0.5: "That is sqrt(1 - cosine): there is a 2 before each of the two terms.",
        2.56**0.5: "That is sqrt(2 + 2 cosine): the higher the cosine, the shorter the distance.",
        np.arccos(0.28): "That is the angle between the vectors: the distance is a straight line.",
        0.96: "That is the sine of the angle: the distance is sqrt(2 - 2 cosine).",
    }
    why = "A single number should work too: sqrt(2 - 2 * 0.28) is sqrt(1.44)."
    case(0.28, returns=1.2, why=why, mistakes=mistakes)
    negative = {2**0.5: "A cosine may be negative: only what is above 1 is a rounding error."}
    for cosine, wanted in ((-1, 2), (-0.62, 1.8), (1.0, 0), (0, 2**0.5)):
        case(cosine, returns=wanted, mistakes=negative if cosine < 0 else None)
    nan = {np.isnan: "A cosine slightly above 1 gives NaN: make 2 - 2 * cosine at least 0 first."}
    for above in (1.0000001, 1 + 1e-12):
        why = f"A cosine of {above} is a rounding error of 1. Do not take the absolute value: "
        why += "replace what is negative by 0."
        case(above, returns=0.0, why=why, mistakes=nan)
    why = "A cosine of 0.9999999 is not 1, and its distance is not 0: do not round."
    case(0.9999999, returns=2e-7**0.5, why=why)
    why = "An array should work too. `if` and `max` take one number; np.maximum takes all at once."
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    cosines, wanted = first @ second.T, np.linalg.norm(first[:, None] - second, axis=-1)
    flat = {(lambda got: np.ndim(got) == 0): why}
    case(cosines[0], returns=wanted[0], why=why, mistakes=flat)
    case(cosines, returns=wanted, why="Each cosine has its distance: keep the shape.")
    above = np.array([1.0000001, 0.28, -1], np.float32)
    case(above, returns=[0, 1.2, 2], why="Rounding affects single cosines.", tolerance=1e-5)


@exercise("2.3", "Cut with an overlap", difficulty=2, importance=3, minutes=10)
@hints(
    "The pieces begin at 0, and then every `size - overlap` words: that is a `range` with a step.",
    "`words[start : start + size]` is a piece; a slice that reaches over the end is just shorter.",
    "Keep the slice of each start, and `break` as soon as start + size >= len(words).",
)
@solved_by("""
def cut(words, size, overlap):
    pieces = []
    for start in range(0, len(words), size - overlap):
        pieces.append(words[start : start + size])
        if start + size >= len(words):
            break
    return pieces
""")
def grade_cut(cut):
    step = "each piece begins size - overlap words after the one before."
    words = list("abcdefghijkl")

    def second_begins(start):
        return lambda got: got[1][0] == words[start]

    mistakes = {
        (lambda got: isinstance(got[0], str)): "Do not join the words: slice `words`.",
        (lambda got: not got[-1]): "There is an empty piece: every piece has at least one word.",
        (lambda got: got[0][0] != "a"): "Begin with the first word.",
        (lambda got: len(got[1]) > 5): "The overlap counts among the `size` words of a piece.",
        (
            lambda got: got[-1] == ["j", "k"]
        ): "The last piece is superfluous: its words are in another.",
        second_begins(5): f"With steps of `size` no word is shared: {step}",
        second_begins(7): f"With steps of size + overlap the words between are lost: {step}",
        second_begins(2): f"`overlap` is how many words are shared, not the step: {step}",
    }
    case, eleven = cases(cut), words[:11]
    right = [eleven[:5], eleven[3:8], eleven[6:]]
    why = f"Go on to the last word; {step}"
    got = case(eleven, 5, 2, returns=right, why=why, mistakes=mistakes)
    name = type(got[0]).__name__
    expect(type(got[0]) is list, f"Each piece is a list of words, not a {name}.")
    mistakes = {
        (lambda got: got[-1] == words[7:]): "Do not move the last piece back to fill it.",
        (lambda got: len(got) == 3): "The last words are lost: keep the shorter piece at the end.",
    }
    right = [words[:5], words[3:8], words[6:11], words[9:]]
    case(words, 5, 2, returns=right, why=why, mistakes=mistakes)
    case(["a", "b"], 8, 2, returns=[["a", "b"]], why="A text shorter than `size` is one piece.")
    case([], 4, 1, returns=[], why="An empty list of words gives no pieces.")
    again = ["no", "oil", "no", "water"] * 2
    why = "The same words may come again later in a text: compare positions, not words."
    case(again, 4, 2, returns=[again[:4], again[2:6], again[4:]], why=why)

    def reference(words, size, overlap):
        pieces = 1 + max(0, -(-(len(words) - size) // (size - overlap)))
        return [words[i * (size - overlap) :][:size] for i in range(pieces)]

    rng = random.Random(0)
    for _ in range(60):
        size, words = rng.randint(1, 9), [f"word{i}" for i in range(rng.randint(1, 40))]
        same(cut, reference, [(words, size, rng.randint(0, size - 1))])


@exercise("2.4", "What the encoder never sees", difficulty=1, importance=3, minutes=5)
@hints(
    "Of n tokens the encoder reads the first `limit`. How many are lost? And if n < limit?",
    "A chunk loses `max(0, n - limit)` tokens. Add them up, and divide by the sum of all lengths.",
    "lost = sum(max(0, n - limit) for n in lengths); then divide, or return 0.0 without tokens.",
)
@solved_by("""
def unseen(lengths, limit):
    lost = sum(max(0, n - limit) for n in lengths)
    return lost / sum(lengths) if lengths else 0.0
""")
def grade_unseen(unseen):
    case = cases(unseen)
    mistakes = {
        240: "That is a number of tokens: divide it by the number of all tokens.",
        100 * 240 / 650: "That is per cent: return a share from 0 to 1.",
        410 / 650: "That is the share that IS read: return the rest.",
        1 / 3: "That is the share of CHUNKS that are too long: count tokens.",
        0.6 / 3: "That is the mean of the chunks' shares: add up tokens, since chunks differ.",
        170 / 650: "A short chunk loses 0 tokens, not a negative number: use max(0, n - limit).",
        240 / 3: "Those are the lost tokens of each chunk: divide by the number of all tokens.",
        240 / 410: "You divided by the tokens that are read: divide by all tokens.",
        240 / 400: "You divided by the tokens of the long chunk alone: divide by all tokens.",
        400 / 650: "A long chunk is not lost whole: the encoder does read its first tokens.",
        240 / 480: "You divided by the room in the encoder: divide by the tokens that there are.",
        0: "Did you divide with `//`? It cuts off the decimals: use `/`.",
    }
    why = "Add up what each chunk has after the limit, and divide by all tokens."
    case([100, 150, 400], 160, returns=240 / 650, why=why, mistakes=mistakes)
    why = "A chunk of exactly `limit` tokens is read whole."
    case([160, 160, 320], 160, returns=0.25, why=why)
    case([20, 30], 160, returns=0.0, why="Chunks that all fit lose nothing.")
    case([], 160, returns=0.0, why="Without chunks nothing is lost: return 0.0.")

    def reference(lengths, limit):
        return np.clip(np.array(lengths) - limit, 0, None).sum() / np.sum(lengths)

    rng = random.Random(0)
    for _ in range(60):
        lengths = [rng.randint(1, 600) for _ in range(rng.randint(2, 30))]
        same(unseen, reference, [(lengths, rng.choice([64, 128, 256, 512]))])


@exercise("2.5", "Pick an index for a budget", difficulty=1, importance=2, minutes=7)
@hints(
    "First keep the rows within both limits, then look for the best of them. None may be left.",
    "`max` can compare tuples: with the key (recall, -ms), equal recalls are told apart by time.",
    'fit = [row for row in rows if row["ms"] <= max_ms and ...]; then `if not fit: return None`.',
)
@solved_by("""
def pick(rows, max_ms, max_mb):
    fit = [row for row in rows if row["ms"] <= max_ms and row["MB"] <= max_mb]
    if not fit:
        return None
    return max(fit, key=lambda row: (row["recall"], -row["ms"]))["kind"]
""")
def grade_pick(pick):
    def table(*rows):
        return [dict(zip(("kind", "recall", "ms", "MB"), row, strict=True)) for row in rows]

    @functools.wraps(pick)
    def picked(*args):
        try:
            return pick(*args)
        except Wrong:  # None, which may be right here
            return None

    rows = table(
        ("IVF", 0.94, 1.5, 15.5), ("HNSW", 0.98, 0.25, 18), ("Flat", 1, 8, 15), ("PQ", 0.75, 0.5, 2)
    )
    mistakes = {
        (lambda got: isinstance(got, dict)): "Return the kind alone, not the whole row.",
        (lambda got: got not in ["IVF", "HNSW", "Flat", "PQ"]): "Return one of the kinds.",
        "HNSW": "Do not take the fastest one: the recall decides.",
        "PQ": "Do not take the smallest one: the recall decides.",
    }
    why = "All rows are within both limits: take the highest recall."
    cases(pick)(rows, 100, 100, returns="Flat", why=why, mistakes=mistakes)
    case, both = cases(picked), "Stay within both limits (`and`, not `or`)."
    mistakes = {
        "Flat": f"Flat takes 8 ms, more than max_ms. {both}",
        None: "HNSW is within both limits: look for the best among those that are.",
    }
    case(rows, 2, 100, returns="HNSW", mistakes=mistakes)
    mistakes = {"HNSW": f"HNSW takes 18 MB, more than max_mb. {both}"}
    case(rows, 2, 16, returns="IVF", mistakes=mistakes)
    case(rows, 0.75, 16, returns="PQ", why=both)
    why = "A value equal to its limit is within it: use <=."
    for max_ms, max_mb, kind in ((8, 20, "Flat"), (1, 18, "HNSW"), (100, 15, "Flat")):
        case(rows, max_ms, max_mb, returns=kind, why=why)
    twins = table(("A", 0.9, 3, 5), ("B", 0.9, 2, 7), ("C", 0.9, 4, 6))
    for order in (twins, twins[::-1]):
        case(order, 10, 10, returns="B", why="The recalls are the same, and B is faster: take B.")
    for none in (rows, []):
        case(none, 0.25, 1, returns=None, why="No row is within both limits: return None.")

    def reference(rows, max_ms, max_mb):
        order = sorted(rows, key=lambda row: (-row["recall"], row["ms"]))
        return next((r["kind"] for r in order if max_ms >= r["ms"] and max_mb >= r["MB"]), None)

    rng = random.Random(0)
    for _ in range(80):
        times = rng.sample(range(1, 20), rng.randint(1, 8))
        some = [(f"K{ms}", rng.choice([0.7, 0.8, 0.9]), ms, rng.randint(1, 9)) for ms in times]
        same(picked, reference, [(table(*some), rng.randint(1, 20), rng.randint(1, 10))])


@exercise("2.6", "A quarter of the memory: int8", difficulty=3, importance=2, minutes=12)
@hints(
    "The largest absolute value of a column should become 127 or -127: a step is that / 127.",
    "`np.abs(vectors).max(axis=0)` has shape (d,). Round with np.rint, then .astype(np.int8).",
    "Divide by np.where(scale > 0, scale, 1), which spares the columns of zeros.",
)
@solved_by("""
def to_int8(vectors):
    scale = np.abs(vectors).max(axis=0) / 127
    codes = np.rint(vectors / np.where(scale > 0, scale, 1))
    return codes.astype(np.int8), scale
""")
def grade_to_int8(to_int8):
    @functools.wraps(to_int8)
    def quantised(vectors):
        with _numpy_warnings() as caught:
            both = to_int8(vectors)
        expect(isinstance(both, tuple | list) and len(both) == 2, "Return a tuple (codes, scale).")
        (codes, scale), (count, size) = map(np.asarray, both), vectors.shape
        why = f"Return the codes first, of shape {vectors.shape}, then the scale."
        expect(codes.shape == vectors.shape, why)
        expect(codes.dtype != np.uint8, "uint8 has no negative numbers: use int8.")
        why = f"The codes are {codes.dtype}, which saves no memory: use .astype(np.int8)."
        expect(codes.dtype == np.int8, why)
        of = {(): "all dimensions", (1, size): "each dimension, with keepdims"}
        of |= {(count,): "each vector", (count, 1): "each vector"}
        why = f"The scale has shape {scale.shape}, one for {of.get(scale.shape)}: the task asks "
        expect(scale.shape == (size,), why + "for one for each dimension, shape (d,), axis=0.")
        why = "A column of zeros has scale 0, and your code divides by it"
        expect(vectors.any(axis=0).all() or not caught, f"{why}: divide by 1 there.")
        return codes, scale

    def scale_is(*values):
        return lambda got: alike(got[1], values, 1e-3)

    def codes_are(*codes):
        return lambda got: alike(got[0], [[127, -127], *codes])

    vectors = np.array([[1.27, -50.8], [-0.504, 24.7], [0.304, -12.7]], np.float32)
    mistakes = {
        scale_is(0.4, 0.4): "All dimensions have the same scale: take each column's, with axis=0.",
        scale_is(0.01, 24.7 / 127): "The value furthest from 0 may be negative: take np.abs first.",
        scale_is(1.27 / 128, 50.8 / 128): "int8 ends at 127, and 128 overflows to -128.",
        scale_is(1.27 / 255, 50.8 / 255): "int8 ends at 127, and codes up to 255 overflow.",
        scale_is(1.774 / 255, 75.5 / 255): "That is for codes with an offset; ours have max / 127.",
        scale_is(100, 2.5): "Your scale is upside down: codes * scale must be near the vectors.",
        scale_is(1.27, 50.8): "The scale is one step: divide the largest absolute value by 127.",
        codes_are((-50, 61), (30, -31)): ".astype alone cuts the decimals off: use np.rint first.",
        codes_are((-51, 61), (30, -32)): "np.floor always rounds down: use np.rint.",
        codes_are((-50, 62), (31, -31)): "np.ceil always rounds up: use np.rint.",
        (lambda got: got[0][0, 0] < 0): "Codes beyond 127 overflow: divide by the scale.",
    }
    right = ([[127, -127], [-50, 62], [30, -32]], [0.01, 0.4])
    why = "The scale is the largest absolute value / 127, and a code is half a scale off at most."
    case = cases(quantised)
    case(vectors, returns=right, why=why, mistakes=mistakes, tolerance=1e-3)
    rng = np.random.default_rng(0)
    for _ in range(20):
        shape = tuple(rng.integers([5, 1], [50, 30]))
        vectors = (rng.normal(size=shape) * 10 ** rng.uniform(-2, 3, shape[1])).astype(np.float32)
        zeros = vectors * (rng.random(shape[1]) < 0.7)
        for given in (vectors, zeros, -np.abs(vectors), vectors[:1], vectors[:, :1], 0 * vectors):
            codes, scale = quantised(given)
            used, top = given.any(axis=0), np.linalg.norm(given, np.inf, axis=0)
            expect(np.isfinite(scale).all(), "The scale has NaN or infinity: look at zeros.")
            expect(not codes[:, ~used].any(), "A column of zeros must have codes of zeros.")
            why = "The scale is the largest absolute value of a column / 127."
            expect(alike(scale[used] * 127, top[used], 2e-3), why)
            off = np.abs(codes - given.astype(float) / np.where(used, scale, 1)).max()
            why = f"codes * scale is up to {off:.2f} scales away from the vectors: round to the "
            expect(off <= 0.501, why + "nearest, for half a scale at most.")


def _numpy_warnings():
    """While the block runs, the warnings of NumPy are collected in a list."""
    return warnings.catch_warnings(record=True, action="always", category=RuntimeWarning)
