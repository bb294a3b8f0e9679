"""Exercises of notebook 02: cosine search, distance, overlap, unread tokens, indexes, int8."""

import functools
import random
import warnings

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, apart, cases, expect, plain, returns, same, shown


@exercise("2.1", "Cosine search in NumPy", difficulty=2, importance=3, minutes=12)
@hints(
    "The cosine is the dot product divided by both lengths. `vectors @ query` has n products.",
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
        with _numpy_warnings() as caught:
            rows = returns(nearest(query, vectors, k), list, "a list of row numbers")
        rows = [returns(row, int, "whole numbers, the indices of the rows") for row in rows]
        count, zero = len(vectors), "row" if query.any() else "query"
        for row in rows:
            expect(0 <= row < count, f"There is no row {row}: the rows are 0 to {count - 1}.")
        why = f"A {zero} of zeros has cosine 0, without a warning, and NumPy gave one"
        expect(not caught, f"{why} ({caught and caught[0].message}).")
        why = f"There are {count} rows, and k is {k}: return {min(k, count)} of them"
        expect(len(rows) == min(k, count), f"{why}, whatever their cosines.")
        expect(len(set(rows)) == len(rows), f"{why}, each once.")
        return [int(row) for row in rows]

    def case(query, vectors, k, **expected):
        cases(found)(np.array(query), np.array(vectors), k, **expected)

    four = [[0, 1], [1, 0.4], [-1, 0], [1.1, 0.1]]
    mistakes = {
        (2, 0): "These rows have the lowest cosines: return the highest.",
        (1, 3): "The right rows in the wrong order: the best one comes first.",
    }
    why = "The cosines are 0, 0.93, -1 and 1: the sign counts."
    case([1, 0], four, 2, returns=[3, 1], why=why, mistakes=mistakes)
    why = "A long vector is not nearer because it is long: the cosines are 0.6 and 0.98."
    case([1, 0], [[3, 4], [1, 0.2]], 1, returns=[1], why=why)
    why = "Row 0 is less far from (1, 0), but its cosine is 0.64, and that of row 1 is 0.995."
    case([1, 0], [[0.5, 0.6], [10, 1]], 1, returns=[1], why=why)
    why = "Row 0 has cosine 1, since the query is a multiple of it."
    case([4, 0], [[2, 0], [1, 1]], 1, returns=[0], why=why)
    why = "A row of zeros has cosine 0: above row 1, below row 2."
    case([1, 0], [[0, 0], [-1, 0.5], [1, 1]], 2, returns=[2, 0], why=why)
    why = "The cosines are 0.6, 0.999 and 0."
    case([1, 0], [[3, 4], [2, 0.1], [0, 0]], 2, returns=[1, 0], why=why)
    why = "k may be larger than the number of rows: return all of them, best first."
    case([1, 0], four, 10, returns=[3, 1, 0, 2], why=why)
    why = "Row 1 has a slightly higher cosine than row 0: do not round."
    case([1, 0], [[1, 0.1001], [1, 0.1]], 2, returns=[1, 0], why=why)
    why = "The cosines are tiny, 3e-7 and 4e-7, and that of row 1 is the higher: do not round."
    case([1, 0], [[3e-7, 1], [4e-7, 1]], 2, returns=[1, 0], why=why)
    why = "With one dimension a cosine is 1 or -1."
    case([2], [[-5], [3]], 2, returns=[1, 0], why=why)
    case([1, 0], four, 0, returns=[], why="k is 0: return no row.")
    for k in (2, 9):  # all cosines are 0
        found(np.array([0, 0]), np.array(four), k)
    rng = np.random.default_rng(0)
    for trial in range(40):
        count, size, k = (int(n) for n in rng.integers([1, 2, 1], [60, 20, 12]))
        count, k = {38: (1000, 1), 39: (1000, 500)}.get(trial, (count, k))
        size = 400 if trial == 37 else size
        vectors = rng.normal(size=(count, size)) * 10 ** rng.uniform(-2, 2, (count, 1))
        vectors[rng.random(count) < 0.1] = 0
        query = rng.normal(size=size)
        lengths = (vectors**2).sum(axis=1) ** 0.5 * (query**2).sum() ** 0.5
        cosines = (vectors * query).sum(axis=1) / np.maximum(lengths, 1e-12)
        got, best = cosines[found(query, vectors, k)], np.sort(cosines)[::-1][:k]
        why = f"The rows found have the cosines {shown(got.tolist())}; "
        expect(alike(got, best, 1e-5), f"{why}the best are {shown(best.tolist())}.")


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
    rule = "The distance is the square root of 2 - 2 cosine."
    mistakes = {
        0.72: "1 - cosine is called cosine distance, but it is not the Euclidean one.",
        1.44: "That is the squared distance: take the root.",
        0.72**0.5: "That is sqrt(1 - cosine): there is a 2 before each of the two terms.",
        2.56**0.5: "That is sqrt(2 + 2 cosine): the higher the cosine, the shorter the distance.",
        np.arccos(0.28): "That is the angle between the vectors: the distance is a straight line.",
        0.96: f"That is the sine of the angle. {rule}",
    }
    why = "A single number has a single distance, here sqrt(2 - 2 * 0.28), the root of 1.44."
    cases(distance)(0.28, returns=1.2, why=why, mistakes=mistakes)
    case = cases(distance)
    why = "A single number of NumPy has a single distance too."
    case(np.float32(0.28), returns=1.2, why=why, tolerance=1e-5)
    for cosine, wanted in ((-1, 2), (1, 0), (-0.62, 1.8), (1.0, 0), (0, 2**0.5), (-0.1, 2.2**0.5)):
        mistakes = {2**0.5: "That is the distance for a cosine of 0: a cosine may be negative."}
        case(cosine, returns=wanted, why=rule, mistakes=mistakes)
    for above in (1.0000001, 1.00001):
        why = f"A cosine of {above} is a rounding error: the distance is then 0."
        root = f"{why} The root of a negative number is complex in Python."
        mistakes = {np.isnan: why, (lambda got: isinstance(got, complex)): root}
        case(above, returns=0.0, why=why, mistakes=mistakes)
    why = "A cosine of 0.9999999 is less than 1, and its distance is not 0: do not round."
    case(0.9999999, returns=2e-7**0.5, why=why)
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    cosines, wanted = first @ second.T, np.linalg.norm(first[:, None] - second, axis=-1)
    case(cosines[0], returns=wanted[0], why="An array has one distance for each cosine.")
    why = "An array may have any shape, and the result has the same shape."
    for shape in ((5, 4), (1, 20), (2, 5, 2)):
        case(cosines.reshape(shape), returns=wanted.reshape(shape), why=why)
    case(np.array([1.0, 0.28, -1.0]), returns=[0, 1.2, 2], why=rule)
    why = "An array may hold whole numbers."
    case(np.array([1, 0, -1]), returns=[0, 2**0.5, 2], why=why)
    why = "One cosine is above 1: its distance is 0, and the others keep theirs."
    above = np.array([1.0000001, 0.28, -1], np.float32)
    case(above, returns=[0, 1.2, 2], why=why, tolerance=1e-5)


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
    def case(words, size, overlap, returns, why="Only the last piece may be shorter than `size`."):
        step = size - overlap

        def no_list(piece):
            return isinstance(piece, str) or not all(isinstance(word, str) for word in piece)

        faults = [
            ("Each piece is a list of words.", lambda got: any(map(no_list, got))),
            ("There is an empty piece.", lambda got: not all(map(len, got))),
            (
                f"A piece has at most `size` words, here {size}, those of the overlap among them.",
                lambda got: max(map(len, got)) > size,
            ),
        ]
        if len(set(words)) == len(words):  # then a word shows its place
            faults += [
                (
                    f"From word 0 on, a piece begins every size - overlap words, here {step}.",
                    lambda got: [piece[0] for piece in got] != words[::step][: len(got)],
                ),
                (
                    "The words of the last piece are all in the piece before: leave it out.",
                    lambda got: set(got[-1]) <= set(got[-2]),
                ),
                (
                    "The last piece ends with the last word, and may be shorter.",
                    lambda got: got[-1][-1] != words[-1],
                ),
            ]
        mistakes = {test: message for message, test in faults}

        def listed(*args):
            pieces = plain(cut(*args))
            return [*map(plain, pieces)] if isinstance(pieces, list | tuple) else pieces

        listed = functools.wraps(cut)(listed)
        cases(listed)(words, size, overlap, returns=returns, why=why, mistakes=mistakes)

    words = list("abcdefghijkl")
    case(words[:11], 5, 2, returns=[words[:5], words[3:8], words[6:11]])
    case(words, 5, 2, returns=[words[:5], words[3:8], words[6:11], words[9:]])
    case(words[:6], 4, 1, returns=[words[:4], words[3:6]])
    case(words[:6], 3, 0, returns=[words[:3], words[3:6]], why="With overlap 0 no word is shared.")
    case(["a", "b"], 8, 2, returns=[["a", "b"]], why="A text shorter than `size` is one piece.")
    case(["a", "b"], 2, 1, returns=[["a", "b"]], why="A text of exactly `size` words is one piece.")
    case(["a"], 1, 0, returns=[["a"]], why="A single word is one piece.")
    case([], 4, 1, returns=[], why="An empty list of words gives no pieces.")
    again = ["no", "oil", "no", "water"] * 2
    why = "The same words may come again later in a text: what counts is their place."
    case(again, 4, 2, returns=[again[:4], again[2:6], again[4:]], why=why)
    case(["no"] * 5, 2, 0, returns=[["no"] * 2, ["no"] * 2, ["no"]], why=why)

    long = [f"word{i}" for i in range(300)]
    case(long, 2, 1, returns=[long[i : i + 2] for i in range(299)])
    case(long, 250, 200, returns=[long[:250], long[50:]])

    rng = random.Random(0)
    for _ in range(60):
        size, words = rng.randint(1, 9), [f"word{i}" for i in range(rng.randint(1, 40))]
        step = size - rng.randint(0, size - 1)
        number = 1 + max(0, -(-(len(words) - size) // step))
        right = [words[i * step :][:size] for i in range(number)]
        case(words, size, size - step, returns=right)


@exercise("2.4", "What the encoder never sees", difficulty=1, importance=3, minutes=5)
@hints(
    "Of n tokens the encoder reads the first `limit`. How many are lost? And if n < limit?",
    "A chunk loses `max(0, n - limit)` tokens. Add them up, and divide by the sum of all lengths.",
    "lost = sum(max(0, n - limit) for n in lengths); then divide, or return 0.0 if there are none.",
)
@solved_by("""
def unseen(lengths, limit):
    lost = sum(max(0, n - limit) for n in lengths)
    return lost / sum(lengths) if lengths else 0.0
""")
def grade_unseen(unseen):
    case, right = cases(unseen), 233 / 647
    mistakes = {
        233: "That is a number of tokens: divide it by the number of all tokens.",
        100 * right: "That is per cent: return a share from 0 to 1.",
        1 - right: "That is the share that IS read: return the rest.",
        1 / 3: "That is the share of CHUNKS that are too long: count tokens.",
        233
        / 390
        / 3: "That is the mean of the chunks' shares: add up tokens, since chunks differ.",
        176
        / 647: "A short chunk loses 0 tokens: its free room makes up for no other chunk's loss.",
        490 / 647: "The limit holds for each chunk on its own: add up what each one loses.",
        233 / 3: "Those are the lost tokens of each chunk: divide by the number of all tokens.",
        233 / 414: "That is 233 / 414, but 414 tokens are read: divide by all tokens, 647.",
        233 / 390: "That is 233 / 390, but 390 is the long chunk alone: divide by all tokens, 647.",
        390 / 647: "A long chunk is not lost whole: the encoder does read its first tokens.",
        233 / 471: "That is 233 / 471, the room in the encoder: divide by all tokens, 647.",
    }
    why = "The last chunk loses 390 - 157 of the 647 tokens, and the others lose none."
    case([110, 147, 390], 157, returns=right, why=why, mistakes=mistakes)
    why = "A chunk of exactly `limit` tokens is read whole, and so is what comes before the limit."
    case([160, 120, 320], 160, returns=160 / 600, why=why)
    why = "Chunks of the same length count one by one: 100 and 100 of 700 tokens are lost."
    case([300, 300, 100], 200, returns=2 / 7, why=why)
    case([100, 300], 200, returns=0.25, why="Of 400 tokens, 100 are lost.")
    case([300], 100, returns=2 / 3, why="There may be one chunk only.")
    case([3, 5], 0, returns=1.0, why="With a limit of 0 no token is read.")
    case([0, 300], 200, returns=1 / 3, why="A chunk may have 0 tokens.")
    case([300] * 500 + [700] * 500, 300, returns=0.4, why="There may be any number of chunks.")
    case([20, 30], 160, returns=0.0, why="Chunks that all fit lose nothing.")
    case([], 160, returns=0.0, why="For an empty list, return 0.0.")

    def reference(lengths, limit):
        return np.clip(np.array(lengths) - limit, 0, None).sum() / np.sum(lengths)

    rng = random.Random(0)
    for _ in range(60):
        lengths = [rng.randint(1, 600) for _ in range(rng.randint(2, 30))]
        why = "Add up what each chunk has beyond `limit`, and divide by all tokens."
        same(unseen, reference, [(lengths, rng.choice([64, 128, 256, 512]))], why=why)


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

    case = cases(pick)
    flat, pq = ("Flat", 1.0, 8, 15), ("PQ", 0.7, 1, 2)
    why = "Both rows are within both limits: the highest recall decides."
    case(table(pq, flat), 100, 100, returns="Flat", why=why)
    case(table(flat, pq), 100, 100, returns="Flat", why=why)
    within = {None: "PQ is within both limits."}
    why = "Flat takes 8 ms, more than max_ms."
    case(table(flat, pq), 5, 20, returns="PQ", why=why, mistakes=within)
    why = "Flat takes 15 MB, more than max_mb."
    case(table(flat, pq), 20, 10, returns="PQ", why=why, mistakes=within)
    why = "A takes too many MB, and B too many ms: no row is within both limits."
    case(table(("A", 0.9, 1, 9), ("B", 0.8, 9, 1)), 5, 5, returns=None, why=why)
    for max_ms, max_mb in ((8, 20), (20, 15)):
        why, mistakes = "A value equal to its limit is within it.", {None: "Flat is within both."}
        case(table(flat, pq), max_ms, max_mb, returns="Flat", why=why, mistakes=mistakes)
    slow, fast = ("A", 0.9, 2.9, 5), ("B", 0.9, 2.1, 7)
    for order in (table(slow, fast), table(fast, slow)):
        why = "The recalls are the same, and B is faster: 2.1 ms."
        case(order, 10, 10, returns="B", why=why)
    for order in (twins := table(slow, fast, ("C", 0.9, 4, 6)), twins[::-1]):
        case(order, 10, 10, returns="B", why="The recalls are the same, and B is the fastest.")
    why = "A has the higher recall, if only by 0.0003."
    case(table(("B", 0.9801, 2, 5), ("A", 0.9804, 3, 5)), 10, 10, returns="A", why=why)
    why = "A has the higher recall, if only by 0.0000003."
    case(table(("B", 0.9800001, 2, 5), ("A", 0.9800004, 3, 5)), 10, 10, returns="A", why=why)
    why = "The recalls are the same, and A is faster, if only by 0.0000003 ms."
    case(table(("B", 0.9, 2.0000004, 5), ("A", 0.9, 2.0000001, 5)), 10, 10, returns="A", why=why)
    why = "A value may be 0, and so may a limit: A is within both."
    for row in (("A", 0.9, 0, 0), ("A", 0.9, 0.0, 0.0)):
        rows = table(("B", 1.0, 1, 0), ("C", 1.0, 0, 1), row)
        case(rows, 0, 0, returns="A", why=why, mistakes={None: why})
    why = "A is within both limits, 5.5 ms and 3.5 MB."
    case(table(("A", 0.9, 5.4, 3.4)), 5.5, 3.5, returns="A", why=why, mistakes={None: why})
    case(table(("", 0.9, 1, 1)), 5, 5, returns="", why="A kind may be an empty string.")
    case(table(("A", 0.9, 5000, 9000)), 10**4, 10**4, returns="A", why="Limits may be large.")
    many = [(f"K{n}", n / 100, n, 5) for n in range(40)]
    case(table(*many), 100, 10, returns="K39", why="There may be any number of rows.")
    why = "A recall of 0 is the highest if there is no other."
    case(table(("A", 0.0, 1, 1)), 10, 10, returns="A", why=why, mistakes={None: why})
    for max_ms, max_mb in ((5, 9), (9, 3)):
        why = "A takes 5.5 ms and 3.5 MB: no row is within both limits."
        case(table(("A", 0.9, 5.5, 3.5)), max_ms, max_mb, returns=None, why=why)
        why = "A takes 5.00001 ms and 3.00001 MB: no row is within both limits."
        case(table(("A", 0.9, 5.00001, 3.00001)), max_ms, max_mb, returns=None, why=why)
    for row, limit in ((5.5, 5.4), (0.7, 0.6), (2.00002, 2.00001)):
        why = f"A takes {row}, more than the limit {limit}."
        case(table(("A", 0.9, row, 0.1)), limit, 9, returns=None, why=why)
        case(table(("A", 0.9, 0.1, row)), 9, limit, returns=None, why=why)
    for none in (table(flat, pq), []):
        case(none, 5, 1, returns=None, why="No row is within both limits: return None.")

    def reference(rows, max_ms, max_mb):
        order = sorted(rows, key=lambda row: (-row["recall"], row["ms"]))
        return next((r["kind"] for r in order if max_ms >= r["ms"] and max_mb >= r["MB"]), None)

    rng = random.Random(0)
    for _ in range(80):
        times = rng.sample(range(1, 20), rng.randint(1, 8))
        some = [(f"K{ms}", rng.choice([0.7, 0.8, 0.9]), ms, rng.randint(1, 9)) for ms in times]
        same(pick, reference, [(table(*some), rng.randint(1, 20), rng.randint(1, 10))])


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
        shapes, wanted = [*map(_shape, both)], [vectors.shape, vectors.shape[1:]]
        why = f"Return the codes, of shape {wanted[0]}, and the scale, one number for each column, "
        expect(shapes == wanted, f"{why}of shape {wanted[1]}. Yours have {shapes[0]}, {shapes[1]}.")
        codes, scale = map(np.asarray, both)
        expect(codes.dtype == np.int8, f"The codes are {codes.dtype}, and should be int8.")
        expect(scale.dtype.kind in "fiu", f"The scale is {scale.dtype}, and should be numbers.")
        used, top = vectors.any(axis=0), np.linalg.norm(vectors, np.inf, axis=0)
        why = "A column of zeros becomes codes of zeros, without a warning, and NumPy gave one"
        expect(used.all() or not caught, f"{why} ({caught and caught[0].message}).")
        expect(np.isfinite(scale).all(), "The scale has NaN or infinity.")
        expect(not codes[:, ~used].any(), "A column of zeros becomes codes of zeros.")
        why = "A column of zeros has the largest absolute value 0, and so the scale 0, not "
        expect(not scale[~used].any(), f"{why}{shown(scale[~used].max(initial=0))}.")
        return codes, scale, used, top

    @functools.wraps(to_int8)
    def pair(vectors):
        return quantised(vectors)[:2]

    def scale_is(*values):
        return lambda got: alike(got[1], values, 1e-3)

    def codes_are(*codes):
        return lambda got: alike(got[0], [[127, -127], *codes])

    vectors = np.array([[1.27, -50.8], [-0.504, 24.7], [0.304, -12.7]], np.float32)
    mistakes = {
        scale_is(0.4, 0.4): "Both columns have the same scale: each has its own.",
        scale_is(0.01, 24.7 / 127): "The largest absolute value of column 1 is 50.8, of -50.8.",
        scale_is(1.27 / 128, 50.8 / 128): "Divide the largest absolute value by 127, not by 128.",
        scale_is(1.27 / 255, 50.8 / 255): "Divide the largest absolute value by 127, not by 255.",
        scale_is(1.774 / 255, 75.5 / 255): "That is (largest - smallest) / 255: the scale here is "
        "the largest absolute value / 127.",
        scale_is(100, 2.5): "Your scale is upside down: codes * scale must be near the vectors.",
        scale_is(1.27, 50.8): "That is the largest absolute value: divide it by 127.",
        codes_are((-50, 61), (30, -31)): "These codes are cut off towards 0: round to the nearest.",
        codes_are((-51, 61), (30, -32)): "These codes are rounded down: round to the nearest.",
        codes_are((-50, 62), (31, -31)): "These codes are rounded up: round to the nearest.",
    }
    right = ([[127, -127], [-50, 62], [30, -32]], [0.01, 0.4])
    why = "The scale is the largest absolute value / 127; the codes are the vectors divided by "
    why += "the scale, and rounded to the nearest."
    cases(pair)(vectors, returns=right, why=why, mistakes=mistakes, tolerance=1e-3)
    zeros, right = np.array([[1.27, 0], [-0.504, 0]], np.float32), ([[127, 0], [-50, 0]], [0.01, 0])
    cases(pair)(zeros, returns=right, why=why, tolerance=1e-3)
    rng = np.random.default_rng(0)
    for _ in range(20):
        shape = tuple(rng.integers([5, 1], [50, 30]))
        vectors = (rng.normal(size=shape) * 10 ** rng.uniform(-2, 3, shape[1])).astype(np.float32)
        zeros = vectors * (rng.random(shape[1]) < 0.7)
        for given in (vectors, zeros, -np.abs(vectors), vectors[:1], vectors[:, :1], 0 * vectors):
            codes, scale, used, top = quantised(given)
            worst = np.argmax(abs(scale * 127 - top) / np.where(used, top, 1))
            wanted, yours = apart(top[worst] / 127, scale[worst])
            why = f"Column {worst} has the largest absolute value {shown(top[worst])}: its scale "
            why += f"is {wanted}, and not {yours}."
            expect(alike(scale[used] * 127, top[used], 1e-5), why)
            off = np.abs(codes - given.astype(float) / np.where(used, scale, 1)).max()
            why = f"codes * scale is up to {off:.2f} scales away from the vectors: half a scale is "
            expect(off <= 0.501, why + "the most, if you round to the nearest.")


def _shape(values):
    """The shape of an array or of nested lists, or None if they have none."""
    try:
        return np.shape(plain(values))
    except ValueError:
        return None


def _numpy_warnings():
    """While the block runs, the warnings of NumPy are collected in a list."""
    return warnings.catch_warnings(record=True, action="always", category=RuntimeWarning)
