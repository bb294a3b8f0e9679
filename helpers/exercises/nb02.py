"""Exercises of notebook 02, chunks and vectors: overlap, cosine search, cut-off tokens, choosing an index, int8, distance."""

import random
import warnings

import numpy as np

from helpers.exercises import Raised, Wrong, exercise, expect


def _watched(function, *args):
    """What a function gives back, and the first warning of NumPy on the way ("" if there was none)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function(*args)
    return result, next((str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)), "")


def _tried(message, function, *args):
    """What a function gives back; if it raises, Wrong with a message that says in which case."""
    try:
        return function(*args)
    except Raised as error:
        raise Wrong(f"{message} Your code raised {error}.") from error


def _number(got):
    real = isinstance(got, int | float | np.integer | np.floating) and not isinstance(got, bool)
    expect(real, f"Give back one number, not {type(got).__name__}.")
    return float(got)


def _pieces(cut, count, size, overlap):
    """The pieces of `count` different words, with all that can be said about them checked."""
    words = [f"word{i}" for i in range(count)]
    case = f"For {count} words with size={size} and overlap={overlap}"
    pieces = cut(words, size, overlap)
    expect(isinstance(pieces, list), f"Give back a list of pieces, not {type(pieces).__name__}.")
    for piece in pieces:
        expect(
            not isinstance(piece, str),
            f"Each piece is a list of words; yours has the text {piece!r:.40}: do not join the words, and slice `words`, not a text.",
        )
        expect(isinstance(piece, list), f"Each piece is a list of words, not {type(piece).__name__}.")
        expect(all(word in words for word in piece), f"{case} a piece holds something that is no word of the list: {piece!r:.60}.")
        expect(
            len(piece) <= size,
            f"{case} a piece has {len(piece)} words: the words of the overlap count among the {size} that a piece may hold.",
        )
    expect(pieces, f"{case} there is no piece at all: even a text shorter than `size` gives one.")
    expect(all(pieces), f"{case} there is an empty piece: every piece holds at least one word.")
    starts = [words.index(piece[0]) for piece in pieces]
    for start, piece in zip(starts, pieces, strict=True):
        expect(piece == words[start : start + len(piece)], f"{case} a piece is not made of words that follow each other: {piece!r:.60}.")
    expect(starts[0] == 0, f"{case} the first piece begins with {pieces[0][0]}: begin with the first word.")
    step = size - overlap
    for i in range(1, len(starts)):
        got = starts[i] - starts[i - 1]
        if got == step:
            continue
        begins = f"{case} piece {i + 1} begins {got} word{'s' * (got != 1)} after the one before, not {step}"
        moved = i == len(starts) - 1 and got < step and starts[i] + size == count
        expect(not moved, f"{begins}: you moved the last piece back to fill it. The last piece may be shorter than `size`.")
        expect(got != size, f"{begins}: with steps of `size` no word is shared. Step by size - overlap.")
        expect(got != size + overlap, f"{begins}: with steps of size + overlap the words between are lost. Step by size - overlap.")
        expect(got != overlap, f"{begins}: `overlap` is how many words two pieces share, not the step. Step by size - overlap.")
        raise Wrong(f"{begins}: step by size - overlap.")
    ends = [start + len(piece) for start, piece in zip(starts, pieces, strict=True)]
    expect(
        len(ends) < 2 or ends[-1] > ends[-2],
        f"{case} the last piece, {pieces[-1]!r:.40}, is superfluous: the piece before holds its words already. Stop at the last word.",
    )
    expect(ends[-1] == count, f"{case} the last piece ends with {pieces[-1][-1]}, not with {words[-1]}: keep the shorter tail.")
    expect(all(len(p) == size for p in pieces[:-1]), f"{case} a piece before the last has fewer than {size} words.")


def _unseen_faults(lengths, limit):
    """The results of typical mistakes, each with what to say about it."""
    lost, read, total, long = np.maximum(lengths - limit, 0), np.minimum(lengths, limit), lengths.sum(), lengths[lengths > limit].sum()
    return [
        (lost.sum(), "That is a number of tokens: divide it by the number of all tokens."),
        (100 * lost.sum() / total, "That is per cent: give a share from 0 to 1."),
        (read.sum() / total, "That is the share that IS read: the task asks for the rest."),
        ((lengths > limit).mean(), "That is the share of CHUNKS that are too long: count tokens."),
        (
            (lost / lengths).mean(),
            "That is the mean of the chunks' shares, where a short chunk counts as much as a long one: add up tokens.",
        ),
        ((lengths - limit).sum() / total, "A chunk shorter than the limit loses 0 tokens, not a negative number: use max(0, n - limit)."),
        (lost.sum() / len(lengths), "That is the number of lost tokens for each chunk: divide by the number of all tokens."),
        (lost.sum() / read.sum(), "You divided by the tokens that are read: divide by all tokens."),
        (lost.sum() / long, "You divided by the tokens of the long chunks alone: divide by the tokens of all chunks."),
        (long / total, "Of a long chunk only the part after the limit is lost: the encoder does read its first tokens."),
        (lost.sum() / (limit * len(lengths)), "You divided by the room in the encoder: divide by the tokens that there are."),
        (lost.sum() // total, "Did you divide with `//`? It cuts off the decimals: use `/`."),
    ]


def _cosines(query, vectors):
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    return vectors @ query / np.where(lengths > 0, lengths, 1)


def _rows(result, count):
    """The learner's row numbers, once their form is right."""
    expect(isinstance(result, list), f"Give back a list of row numbers, not {type(result).__name__} (an array has .tolist()).")
    shown = f"{result!r:.60}"
    for row in result:
        expect(
            not isinstance(row, float | np.floating),
            f"Give back the numbers of the rows, not their cosines: yours begins {shown}. np.argsort gives row numbers.",
        )
        whole = isinstance(row, int | np.integer) and not isinstance(row, bool)
        expect(whole, f"A row number is an int, and yours gave {type(row).__name__}.")
        expect(0 <= row < count, f"There is no row {row!s:.20}: with {count} vectors the rows are 0 to {count - 1}.")
    expect(len(set(result)) == len(result), f"Each row can be found only once; yours gave {shown}.")
    return [int(row) for row in result]


def _quantised(to_int8, vectors):
    """Quantise vectors with the learner's function and check all that can be said about the result."""
    result, warned = _watched(to_int8, vectors)
    count, size = vectors.shape
    expect(isinstance(result, tuple | list) and len(result) == 2, f"Give back a tuple (codes, scale), not {type(result).__name__}.")
    codes, scale = result
    expect(isinstance(codes, np.ndarray), f"The codes are an array, not {type(codes).__name__}.")
    expect(codes.shape == vectors.shape or codes.shape != (size,), "Give back the codes first, then the scale.")
    expect(codes.shape == vectors.shape, f"The codes have the shape of the vectors, {vectors.shape}, not {codes.shape}.")
    expect(codes.dtype != np.uint8, "uint8 has no negative numbers: use int8, from -127 to 127, so that 0 stays 0.")
    expect(codes.dtype.kind != "f", f"The codes are still {codes.dtype}, so no memory is saved: .astype(np.int8) makes one byte of each.")
    expect(codes.dtype == np.int8, f"The codes are {codes.dtype}: one byte each is np.int8.")
    scale = np.asarray(scale)
    expect(scale.shape != (), "That is one scale for all dimensions: take the largest absolute value of each column, with axis=0.")
    expect(
        scale.shape not in {(count,), (count, 1)} or count == size or count == 1,
        f"The scale has shape {scale.shape}, one for each vector: the task asks for one for each dimension, with axis=0.",
    )
    expect(
        scale.shape == (size,) or scale.shape != (1, size), f"The scale has shape (1, {size}): leave out keepdims, the shape is ({size},)."
    )
    expect(scale.shape == (size,), f"The scale has the shape ({size},), one for each dimension, not {scale.shape}.")
    expect(scale.dtype.kind == "f", f"The scale is an array of decimal numbers, not of {scale.dtype}.")
    exact, scale, codes = vectors.astype(float), scale.astype(float), codes.astype(float)
    top, used = np.abs(exact).max(axis=0), exact.any(axis=0)
    expect(used.all() or not warned, f"A column of zeros has scale 0, and your code divides by it ({warned}): divide by 1 there.")
    expect(np.isfinite(scale).all(), "The scale holds NaN or an infinite value: look at columns of zeros.")
    expect(not codes[:, ~used].any(), "A column of zeros must give codes of zeros.")
    if not used.any():
        return

    def is_(value):
        return np.allclose(scale[used], np.broadcast_to(value, size)[used], rtol=2e-3, atol=0)

    if not is_(top / 127):
        expect(not is_(top.max() / 127), "All dimensions have the same scale: take the largest absolute value of each column, with axis=0.")
        expect(not is_(exact.max(axis=0) / 127), "The value furthest from 0 may be negative: take np.abs before the maximum.")
        expect(not is_(top / 128), "max / 128 makes the largest value 128, but int8 ends at 127: it overflows to -128. Divide by 127.")
        expect(
            not is_(top / 255),
            "max / 255 gives codes up to 255 on both sides of 0, but int8 ends at 127: they overflow. Divide by 127.",
        )
        expect(
            not is_((exact.max(0) - exact.min(0)) / 255), "That is the scale for codes with an offset; symmetric codes have max|x| / 127."
        )
        expect(
            not is_(127 / np.where(used, top, 1)),
            "Your scale is upside down: codes * scale must be near the vectors, so it is max|x| / 127.",
        )
        expect(not is_(top), "The scale is the width of one step: divide the largest absolute value by 127.")
        column = int(np.argmax(used & ~np.isclose(scale, top / 127, rtol=2e-3, atol=0)))
        raise Wrong(
            f"The scale of a column whose largest absolute value is {top[column]:.3g} is {top[column] / 127:.3g}, not {scale[column]:.3g}."
        )
    steps = exact[:, used] / scale[used]
    codes = codes[:, used]
    error = np.abs(codes - steps).max()
    if error > 0.501:
        expect(
            not ((codes * steps < 0) & (np.abs(steps) > 1)).any(),
            "Some codes have the wrong sign: a value beyond 127 overflows int8. Divide the vectors by the scale that you give back.",
        )
        expect(
            np.mean(codes == np.trunc(steps)) < 0.95, ".astype(np.int8) alone cuts the decimals off: round first, with np.round or np.rint."
        )
        expect(np.mean(codes == np.floor(steps)) < 0.95, "np.floor always rounds down: round to the nearest, with np.round or np.rint.")
        expect(np.mean(codes == np.ceil(steps)) < 0.95, "np.ceil always rounds up: round to the nearest, with np.round or np.rint.")
        raise Wrong(
            f"codes * scale is up to {error:.2f} scales away from the vectors; with rounding to the nearest it is half a scale at most."
        )


@exercise(
    "2.1",
    title="Cosine search in NumPy",
    difficulty=2,
    importance=3,
    minutes=12,
    hints=[
        "The cosine is the dot product divided by both lengths. `vectors @ query` gives all n dot products at once.",
        "`np.linalg.norm(vectors, axis=1)` gives the n lengths. Where a length is 0, divide by 1 instead: 0 / 1 is the wanted 0.",
        "lengths = np.linalg.norm(vectors, axis=1); cosines = vectors @ query / np.where(lengths > 0, lengths, 1); sort -cosines.",
    ],
    solution="""
def nearest(query, vectors, k):
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    cosines = vectors @ query / np.where(lengths > 0, lengths, 1)
    return np.argsort(-cosines)[:k].tolist()
""",
)
def _(nearest):
    def found(query, vectors, k, missing="Give back k row numbers."):
        query, vectors = np.array(query, float), np.array(vectors, float)
        result, warned = _watched(nearest, query, vectors, k)
        rows, wanted = _rows(result, len(vectors)), min(k, len(vectors))
        expect(len(rows) == wanted, f"{missing} For k={k} and {len(vectors)} vectors that is {wanted} of them, and you gave {len(rows)}.")
        return rows, warned

    plain = [[0, 1], [1, 0.4], [-1, 0], [1.1, 0.1]]
    rows, _ = found([1, 0], plain, 2)
    expect(rows != [2, 0], "These rows have the lowest cosines: np.argsort sorts upwards, so sort the negative cosines.")
    expect(rows != [1, 3], "These are the right rows in the wrong order: the best one comes first.")
    expect(rows != [0, 1], "You gave the first k rows, whatever their cosines: sort the rows by the cosine.")
    rows, _ = found([1, 0], [[3, 4], [1, 0.2]], 1)
    expect(
        rows == [1],
        "A long vector is not nearer because it is long: (3, 4) has the larger dot product with (1, 0), but (1, 0.2) the larger cosine. "
        "Divide by the length of each row.",
    )
    rows, _ = found([1, 0], [[0.5, 0.6], [10, 1]], 1)
    expect(
        rows == [1],
        "(10, 1) points nearly where the query (1, 0) does, and yours took (0.5, 0.6), which is only less far away. "
        "Is it the Euclidean distance, or a division by the squared length?",
    )
    rows, _ = found([1, 0], [[-2, 0], [1, 1]], 1)
    expect(rows == [1], "The sign counts: a cosine of -1 is the opposite direction, so do not take the absolute value.")
    rows, warned = found([1, 0], [[0, 0], [-1, 0.5], [1, 1]], 3, "A row of zeros is a row as well: keep it, with cosine 0.")
    expect(not warned, f"A row of zeros has length 0, and your code divides by it ({warned}): replace that length by 1.")
    expect(
        rows == [2, 0, 1],
        f"A row of zeros has cosine 0: it comes after row 2 (above 0) and before row 1 (below 0), and you gave {rows}. Is its cosine NaN?",
    )
    rows, warned = found([0, 0], plain, 3)
    expect(not warned, f"The query may be all zeros too, and then your code divides by its length 0 ({warned}).")
    many = "k may be larger than the number of vectors: give all rows, best first."
    rows, _ = _tried(many, found, [1, 0], plain, 10, many)
    expect(rows == [3, 1, 0, 2], f"{many} You gave {rows}.")
    rng = np.random.default_rng(0)
    for _ in range(40):
        count, size, k = (int(n) for n in rng.integers([1, 2, 1], [60, 20, 12]))
        vectors = rng.normal(size=(count, size)) * 10 ** rng.uniform(-2, 2, (count, 1))
        vectors[rng.random(count) < 0.1] = 0
        query = rng.normal(size=size)
        rows, _ = found(query, vectors, k)
        cosines = _cosines(query, vectors)
        best = np.argsort(-cosines)[:k]
        for place, (got, wanted) in enumerate(zip(rows, best, strict=True), start=1):
            expect(
                abs(cosines[got] - cosines[wanted]) < 1e-5,
                f"Place {place} of {len(best)} among {count} vectors: your row {got} has cosine {cosines[got]:.3f}, "
                f"but row {wanted} has {cosines[wanted]:.3f}.",
            )


@exercise(
    "2.2",
    title="From cosine to distance",
    difficulty=1,
    importance=2,
    minutes=4,
    hints=[
        "The formula is sqrt(2 - 2 cosine). What does the root do when rounding has made the cosine a little more than 1?",
        "Make 2 - 2 * cosine at least 0 before the root. For arrays, `max` and `math.sqrt` do not work, but NumPy has both.",
        "`np.maximum(0, x)` replaces what is negative by 0, for numbers and arrays alike; then `np.sqrt`.",
    ],
    solution="""
def distance(cosine):
    return np.sqrt(np.maximum(0, 2 - 2 * cosine))
""",
)
def _(distance):
    def one(cosine):
        got, _ = _watched(_tried, f"A single number should work too, and {cosine} did not.", distance, cosine)
        if isinstance(got, np.ndarray):
            expect(got.shape == (), f"For one number give back one number, not an array of shape {got.shape}.")
            got = got.item()
        return _number(got)

    got = one(0.28)
    for value, fault in [
        (0.72, "1 - cosine is called cosine distance, but it is not the Euclidean one."),
        (1.44, "That is the squared distance: take the root."),
        (0.72**0.5, "That is sqrt(1 - cosine): there is a 2 before each of the two terms."),
        (2.56**0.5, "That is sqrt(2 + 2 cosine): the higher the cosine, the shorter the distance."),
        (np.arccos(0.28), "That is the angle between the vectors, along the circle: the distance is the straight line."),
        (0.96, "That is the sine of the angle: the distance is sqrt(2 - 2 cosine)."),
    ]:
        expect(not abs(got - value) < 1e-6, f"{fault} For a cosine of 0.28 the distance is 1.2, and you gave {got:.4g}.")
    expect(abs(got - 1.2) < 1e-6, f"For a cosine of 0.28 the distance is sqrt(1.44) = 1.2, and you gave {got:.4g}.")
    for cosine, wanted in [(1.0, 0.0), (0, 2**0.5), (-1, 2.0), (-0.62, 1.8)]:
        got = one(cosine)
        expect(
            cosine >= 0 or not abs(got - 2**0.5) < 1e-6,
            f"A cosine may be negative, down to -1: only what is above 1 is a rounding error. For {cosine} you gave {got:.4g}.",
        )
        expect(abs(got - wanted) < 1e-6, f"For a cosine of {cosine} the distance is {wanted:.4g}, and you gave {got:.4g}.")
    for above in (1.0000001, 1 + 1e-12):
        got = one(above)
        expect(got == got, f"For a cosine of {above} yours gives NaN, the root of a negative number: make 2 - 2 * cosine at least 0 first.")
        expect(
            abs(got) < 1e-9,
            f"A cosine of {above} is a rounding error of 1, so the distance is 0, and you gave {got:.2g}. "
            "Do not take the absolute value: replace what is negative by 0.",
        )
    got = one(0.9999999)
    expect(abs(got - 2e-7**0.5) < 1e-5, f"A cosine of 0.9999999 is a real distance of 0.000447, and you gave {got:.3g}: do not round.")
    arrays = "An array should work too. `if`, max() and math.sqrt take one number; np.maximum, np.clip and np.sqrt take all at once."
    rng = np.random.default_rng(0)
    for count, size in [(5, 3), (40, 384)]:
        vectors = rng.normal(size=(count, size))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        wanted = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
        for cosines, distances in [((vectors @ vectors.T)[0], wanted[0]), (vectors @ vectors.T, wanted)]:
            got, _ = _watched(_tried, arrays, distance, cosines)
            expect(isinstance(got, np.ndarray), f"{arrays} For shape {cosines.shape} you gave {type(got).__name__}.")
            expect(got.shape == cosines.shape, f"Each cosine has its distance: for shape {cosines.shape} you gave shape {got.shape}.")
            expect(not np.isnan(got).any(), "In an array of cosines some gave NaN: replace what is negative by 0 in the whole array.")
            expect(
                np.abs(got - distances).max() < 1e-6, f"The distances of {count} vectors are up to {np.abs(got - distances).max():.2g} off."
            )
    got, _ = _watched(distance, np.array([1.0000001, 0.28, -1], np.float32))
    expect(
        np.allclose(got, [0, 1.2, 2], atol=1e-5),
        f"For the cosines (1.0000001, 0.28, -1) the distances are (0, 1.2, 2), and you gave {np.asarray(got).tolist()!r:.60}.",
    )


@exercise(
    "2.3",
    title="Cut with an overlap",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "Where do the pieces begin? At 0, and then each time `size - overlap` words later: that is a `range` with a step.",
        "`words[start : start + size]` is a piece; a slice that reaches over the end is simply shorter, so the tail is no special case.",
        "for start in range(0, len(words), size - overlap): keep the slice, and `break` as soon as start + size >= len(words).",
    ],
    solution="""
def cut(words, size, overlap):
    pieces = []
    for start in range(0, len(words), size - overlap):
        pieces.append(words[start : start + size])
        if start + size >= len(words):
            break
    return pieces
""",
)
def _(cut):
    for count, size, overlap in [(10, 4, 1), (7, 3, 0), (11, 4, 2), (13, 6, 1), (6, 4, 2), (3, 8, 2), (8, 8, 3), (1, 5, 4)]:
        _pieces(cut, count, size, overlap)
    got = cut([], 4, 1)
    expect(got == [], f"An empty list of words gives no pieces, []; yours gave {got!r:.40}.")
    words = ["no", "oil", "no", "water"] * 2
    expect(
        cut(words, 4, 2) == [words[:4], words[2:6], words[4:]],
        "The same words may come again later in a text, and such a piece is not superfluous: compare positions, not words.",
    )
    rng = random.Random(0)
    for _ in range(60):
        size = rng.randint(1, 9)
        _pieces(cut, rng.randint(1, 40), size, rng.randint(0, size - 1))


@exercise(
    "2.4",
    title="What the encoder never sees",
    difficulty=1,
    importance=3,
    minutes=5,
    hints=[
        "Of a chunk of n tokens the encoder reads the first `limit`. How many are lost if n is larger, and how many if it is not?",
        "`max(0, n - limit)` tokens of a chunk are lost. Add them up, and divide by the sum of all lengths.",
        "lost = sum(max(0, n - limit) for n in lengths); then lost / sum(lengths), and 0.0 where there are no tokens.",
    ],
    solution="""
def unseen(lengths, limit):
    lost = sum(max(0, n - limit) for n in lengths)
    return lost / sum(lengths) if lengths else 0.0
""",
)
def _(unseen):
    def says(lengths, limit, message):
        got = _number(unseen(lengths, limit))
        wanted = sum(n - min(n, limit) for n in lengths) / sum(lengths)
        gave = f"For lengths {str(lengths):.60} and a limit of {limit} you gave {got:.4g}."
        for value, fault in _unseen_faults(np.array(lengths), limit):
            expect(not abs(got - value) < 1e-9 or abs(value - wanted) < 1e-9, f"{fault} {gave}")
        expect(abs(got - wanted) < 1e-9, f"{message} {gave} It is {wanted:.4g}.")

    says([100, 150, 400], 160, "Add up what each chunk has after the limit, and divide by all tokens.")
    for lengths, limit in [([160, 160, 320], 160), ([161, 400], 160)]:
        says(lengths, limit, "A chunk of exactly `limit` tokens is read whole; a longer one loses what comes after the limit.")
    got = _number(unseen([20, 30], 160))
    expect(got == 0, f"Chunks that all fit lose nothing, and you gave {got:.4g}: use max(0, n - limit) for each chunk.")
    empty = "Without any chunk nothing is lost: give 0.0 for an empty list."
    got = _number(_tried(empty, unseen, [], 160))
    expect(got == 0, f"{empty} You gave {got:.4g}.")
    rng = random.Random(0)
    for _ in range(60):
        lengths, limit = [rng.randint(1, 600) for _ in range(rng.randint(2, 30))], rng.choice([64, 128, 256, 512])
        if max(lengths) > limit:
            says(lengths, limit, "Add up what each chunk has after the limit, and divide by all tokens.")


@exercise(
    "2.5",
    title="Pick an index for a budget",
    difficulty=1,
    importance=2,
    minutes=7,
    hints=[
        "First keep the rows within both limits, then look for the best of these. There may be none left.",
        "`max` can compare tuples: with key (recall, -ms) the higher recall wins, and the lower time if the recalls are equal.",
        'fit = [row for row in rows if row["ms"] <= max_ms and row["MB"] <= max_mb]; then `if not fit: return None`.',
    ],
    solution="""
def pick(rows, max_ms, max_mb):
    fit = [row for row in rows if row["ms"] <= max_ms and row["MB"] <= max_mb]
    if not fit:
        return None
    return max(fit, key=lambda row: (row["recall"], -row["ms"]))["kind"]
""",
)
def _(pick):
    def picked(rows, max_ms, max_mb):
        try:
            return pick(rows, max_ms, max_mb)
        except Wrong:  # None, which may be right here
            return None

    def judge(got, rows, max_ms, max_mb):
        by_kind = {row["kind"]: row for row in rows}
        fit = [row for row in rows if row["ms"] <= max_ms and row["MB"] <= max_mb]
        limits = f"with max_ms={max_ms:g} and max_mb={max_mb:g}"
        if not fit:
            expect(got is None, f"No row is within both limits {limits}: give back None, not {got!r:.40}.")
            return
        best = max(fit, key=lambda row: (row["recall"], -row["ms"]))
        edge = best["ms"] == max_ms or best["MB"] == max_mb
        equal = (
            f"A value equal to its limit is within it: use <=. Here {best['kind']} takes {best['ms']:g} ms and {best['MB']:g} MB, {limits}."
        )
        expect(got is not None or not edge, equal)
        expect(got is not None, f"{best['kind']} is within both limits {limits}, and yours gave None.")
        expect(not isinstance(got, dict), "Give back the kind alone, not the whole row: row['kind'].")
        expect(isinstance(got, str) and got in by_kind, f"Give back one of the kinds {list(by_kind)}, not {got!r:.40}.")
        row = by_kind[got]
        both = "A row must be within both limits (`and`, not `or`)."
        expect(row["ms"] <= max_ms, f"{got} takes {row['ms']:g} ms, more than max_ms={max_ms:g}. {both}")
        expect(row["MB"] <= max_mb, f"{got} takes {row['MB']:g} MB, more than max_mb={max_mb:g}. {both}")
        expect(row["recall"] == best["recall"] or not edge, equal)
        recalls = f"{got} has a recall of {row['recall']:g} and {best['kind']} of {best['recall']:g}, both within the limits {limits}"
        for key, name in (("ms", "fastest"), ("MB", "smallest")):
            lured = row["recall"] < best["recall"] and row is min(fit, key=lambda r: r[key])
            expect(not lured, f"{recalls}: do not take the {name} one, the recall decides.")
        expect(row["recall"] == best["recall"], f"{recalls}: take the highest recall.")
        expect(got == best["kind"], f"{got} and {best['kind']} have the same recall, and {best['kind']} is faster: take that one.")

    rows = [
        {"kind": "IVF", "recall": 0.94, "ms": 1.5, "MB": 15.5},
        {"kind": "HNSW", "recall": 0.98, "ms": 0.25, "MB": 18.0},
        {"kind": "Flat", "recall": 1.0, "ms": 8.0, "MB": 15.0},
        {"kind": "PQ", "recall": 0.75, "ms": 0.5, "MB": 1.25},
    ]
    judge(pick(rows, 100, 100), rows, 100, 100)
    for limits in [(2, 100), (100, 16), (100, 15.25), (2, 16), (0.75, 16), (8, 20), (1, 18), (0.25, 18), (0.5, 1.25)]:
        judge(picked(rows, *limits), rows, *limits)
    twins = [
        {"kind": "A", "recall": 0.9, "ms": 3.0, "MB": 5.0},
        {"kind": "B", "recall": 0.9, "ms": 2.0, "MB": 7.0},
        {"kind": "C", "recall": 0.9, "ms": 4.0, "MB": 6.0},
    ]
    for order in (twins, twins[::-1]):
        judge(picked(order, 10, 10), order, 10, 10)
    for none in (rows, []):
        limits = (0.25, 2)
        got = _tried(f"With {len(none)} rows of which none is within both limits, give back None.", picked, none, *limits)
        judge(got, none, *limits)
    rng = random.Random(0)
    for _ in range(80):
        times = rng.sample(range(1, 20), rng.randint(1, 8))
        some = [{"kind": f"K{i}", "recall": rng.choice([0.7, 0.8, 0.9]), "ms": t, "MB": rng.randint(1, 9)} for i, t in enumerate(times)]
        limits = rng.randint(1, 20), rng.randint(1, 10)
        judge(_tried("It may be that no row fits: then give back None.", picked, some, *limits), some, *limits)


@exercise(
    "2.6",
    title="A quarter of the memory: int8",
    difficulty=3,
    importance=2,
    minutes=12,
    hints=[
        "The largest absolute value of each column should become 127 or -127: so the width of one step is that value / 127.",
        "`np.abs(vectors).max(axis=0)` has shape (d,). Divide the vectors by the scale, round with np.rint, then .astype(np.int8).",
        "scale = np.abs(vectors).max(axis=0) / 127; divide by np.where(scale > 0, scale, 1), which spares the columns of zeros.",
    ],
    solution="""
def to_int8(vectors):
    scale = np.abs(vectors).max(axis=0) / 127
    codes = np.rint(vectors / np.where(scale > 0, scale, 1))
    return codes.astype(np.int8), scale
""",
)
def _(to_int8):
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(40, 3)) * [0.01, 1, 50]).astype(np.float32)
    vectors[7, 1] = -5
    _quantised(to_int8, vectors)
    zeros = vectors.copy()
    zeros[:, 1] = 0
    for case in (zeros, -np.abs(vectors), np.zeros((4, 3), np.float32), vectors[:1], vectors[:, :1]):
        _quantised(to_int8, case)
    for _ in range(20):
        count, size = (int(n) for n in rng.integers([5, 1], [50, 30]))
        _quantised(to_int8, (rng.normal(size=(count, size)) * 10 ** rng.uniform(-2, 3, size)).astype(np.float32))
