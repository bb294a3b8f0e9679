"""Wrong answers to the exercises of notebook 02."""

import numpy as np

from tests.wrong_answers import faults

HIDE = "with np.errstate(all='ignore'): cosines = vectors @ query / lengths"
WHERE, SORTED = "np.where(lengths > 0, lengths, 1)", "np.argsort(-cosines)[:k].tolist()"
NORM, OVER = " * np.linalg.norm(query)", " / np.linalg.norm(query)"
USED = "[vectors.any(axis=1)[np.argsort(-cosines)]]"
COSINES = f"vectors @ query / {WHERE}"
ROOT, TERM = "np.sqrt(np.maximum(0, 2 - 2 * cosine))", "2 - 2 * cosine"
PIECES, SLICE, STEP = "return pieces", "words[start : start + size]", "size - overlap"
LONGER = "words[max(start, overlap) - overlap : start + size]"
LOST, LENGTHS, SHARE = "max(0, n - limit)", "sum(lengths)", "lost / sum(lengths) if lengths"
FITS = 'row["ms"] <= max_ms and row["MB"] <= max_mb'
KEY, NONE = '(row["recall"], -row["ms"])', "return None"
TOP, TYPE = "np.abs(vectors).max(axis=0)", ".astype(np.int8)"


def cut_moved_back(words, size, overlap):
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [words[max(0, min(start, len(words) - size)) :][:size] for start in starts]


def cut_compares_words(words, size, overlap):
    pieces = []
    for start in range(0, len(words), size - overlap):
        piece = words[start : start + size]
        if not pieces or not set(piece) <= set(pieces[-1]):
            pieces.append(piece)
    return pieces


def pick_best_then_limits(rows, max_ms, max_mb):
    best = max(rows, key=lambda row: row["recall"])
    return best["kind"] if best["ms"] <= max_ms and best["MB"] <= max_mb else None


def int8_offset(vectors):
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    scale = np.where(high > low, high - low, 1) / 255
    return np.rint((vectors - low) / scale - 128).astype(np.int8), scale


WRONG = [
    *faults(
        "2.1",
        ("dot product", (f" / {WHERE}", ""), "divide by the length of each row"),
        ("length of the whole matrix", (", axis=1", ""), "not nearer because it is long"),
        ("Euclid", (COSINES, "-np.linalg.norm(vectors - query, axis=1)"), "Euclidean distance"),
        ("squared length", ("axis=1) *", "axis=1) ** 2 *"), "divide by the squared length"),
        ("worst first", ("-cosines", "cosines"), "lowest cosines"),
        ("upside down", ("[:k]", "[:k][::-1]"), "best one comes first"),
        ("in the order of their rows", (SORTED, f"sorted({SORTED})"), "in the wrong order"),
        ("the first k", ("argsort(-cosines)", "arange(len(vectors))"), "the first k rows"),
        ("absolute cosine", ("-cosines", "-abs(cosines)"), "absolute value"),
        ("divides by zero", (WHERE, "lengths"), "A row of zeros has length 0"),
        ("hides the NaN", (f"cosines = {COSINES}", HIDE), "Is its cosine NaN?"),
        ("divides by the query", (NORM, "", "@ query", f"@ (query{OVER})"), "A query of zeros"),
        ("without rows of zeros", ("[:k].tolist()", f"{USED}[:k].tolist()"), "as well"),
        ("k at most n", ("[:k]", "[list(range(k))]"), "k may be larger"),
        ("rounds the cosines", ("-cosines", "-cosines.round(1)"), "have the cosines"),
        ("the cosines", ("np.argsort(-cosines)", "np.sort(cosines)[::-1]"), "not their cosines"),
        ("an array", (".tolist()", ""), "an array has .tolist()"),
        ("from 1", ("np.argsort(-cosines)[:k]", "(1 + np.argsort(-cosines)[:k])"), "no row 4"),
        ("all rows", ("[:k]", ""), "only the first k"),
        ("the best row again", ("[:k].tolist()", ".tolist()[:1] * k"), "should return [3, 1]"),
    ),
    *faults(
        "2.2",
        ("cosine distance", (ROOT, "1 - cosine"), "called cosine distance"),
        ("the square", (ROOT, TERM), "take the root"),
        ("forgets the 2", (TERM, "1 - cosine"), "a 2 before each of the two terms"),
        ("plus", (TERM, "2 + 2 * cosine"), "the higher the cosine, the shorter"),
        ("the angle", (ROOT, "np.arccos(np.clip(cosine, -1, 1))"), "the angle between"),
        ("the sine", (TERM, "1 - cosine**2"), "the sine of the angle"),
        ("NaN above 1", (ROOT, f"np.sqrt({TERM})"), "gives NaN"),
        ("absolute value", ("maximum(0, ", "abs("), "Do not take the absolute value"),
        ("clips at 0", (TERM, "2 - 2 * np.clip(cosine, 0, 1)"), "A cosine may be negative"),
        ("rounds", (TERM, "2 - 2 * np.round(cosine, 6)"), "do not round"),
        ("numbers alone", ("np.maximum", "max"), "An array should work too"),
        ("decides once", ("return", "if cosine > 1: return 0.0\n    return"), "An array should"),
        ("arrays alone", ("(0,", "(np.zeros(len(cosine)),"), "A single number should work too"),
        ("arrays of one", (TERM, "2 - 2 * np.atleast_1d(cosine)"), "Return a number"),
        ("a number for an array", (ROOT, f"float(np.mean({ROOT}))"), "An array should work too"),
        ("flattens", (ROOT, f"{ROOT}.ravel() if np.ndim(cosine) else {ROOT}"), "keep the shape"),
        ("a string", (ROOT, "'0'"), "Return a number, not a str"),
    ),
    *faults(
        "2.3",
        ("steps of size", (STEP, "size"), "no word is shared"),
        ("steps of size + overlap", (STEP, "size + overlap"), "words between are lost"),
        ("steps of overlap", (STEP, "overlap"), "not the step"),
        ("one word too far", (STEP, "size - overlap + 1"), STEP),
        ("drops the tail", ("0, len(words),", "0, max(1, len(words) - size + 1),"), "at the end"),
        ("none for a short text", (PIECES, f"{PIECES} if words[size - 1 :] else []"), "shorter"),
        ("a superfluous last piece", ("break", "pass"), "is superfluous"),
        ("moves the last piece back", cut_moved_back, "move the last piece back"),
        ("adds the overlap", (STEP, "size", SLICE, LONGER), "counts among"),
        ("compares words, not positions", cut_compares_words, "compare positions, not words"),
        ("strings", (SLICE, f"' '.join({SLICE})"), "Do not join"),
        ("cuts a text", ("pieces = []", "pieces, words = [], ' '.join(words)"), "slice `words`"),
        ("tuples", (PIECES, "return [*map(tuple, pieces)]"), "not a tuple"),
        ("an iterator", (PIECES, "return iter(pieces)"), "Return a list"),
        ("one for an empty list", (PIECES, "return pieces or [[]]"), "no pieces"),
        ("an empty piece at the end", (PIECES, "return pieces + [[]]"), "empty piece"),
        ("begins with the second word", ("range(0,", "range(1,"), "Begin with the first word"),
        ("only the first piece", (PIECES, "return pieces[:1]"), "Go on to the last word"),
    ),
    *faults(
        "2.4",
        ("number of tokens", (SHARE, "lost if lengths"), "divide it by the number of all tokens"),
        ("per cent", ("lost / ", "100 * lost / "), "That is per cent"),
        ("what is read", ("lost /", "1 - lost /"), "the share that IS read"),
        ("share of the chunks", (LOST, "n > limit", LENGTHS, "len(lengths)"), "share of CHUNKS"),
        ("mean of the shares", (LOST, f"{LOST} / n", LENGTHS, "len(lengths)"), "chunks' shares"),
        ("negative losses", (LOST, "n - limit"), "not a negative number"),
        ("clamps the sum alone", (LOST, "n - limit", "lost /", "max(0, lost) /"), "loses 0 tokens"),
        ("lost tokens of a chunk", (LENGTHS, "len(lengths)"), "lost tokens of each chunk"),
        ("of those read", (LENGTHS, "sum(min(n, limit) for n in lengths)"), "that are read"),
        ("of the long ones", (LENGTHS, "sum(n for n in lengths if n > limit)"), "long chunk alone"),
        ("loses long chunks whole", (LOST, "n * (n > limit)"), "does read its first tokens"),
        ("of the room", (LENGTHS, "(limit * len(lengths))"), "the room in the encoder"),
        ("whole numbers", ("lost /", "lost //"), "Did you divide with `//`"),
        ("one token too many", (LOST, "max(0, n - limit + 1)"), "after the limit"),
        ("exactly the limit", (LOST, "(n >= limit) * max(1, n - limit)"), "exactly `limit` tokens"),
        ("raises without chunks", (" if lengths else 0.0", ""), "Without chunks nothing is lost"),
        ("all is lost without chunks", ("else 0.0", "else 1.0"), "Without chunks nothing is lost"),
        ("a list", ("lost / sum(lengths) if", "[lost / n for n in lengths] if"), "Return a number"),
        ("NaN", lambda n, limit: np.nan, "returned nan"),
    ),
    *faults(
        "2.5",
        ("ignores max_ms", (FITS, 'row["MB"] <= max_mb'), "more than max_ms"),
        ("ignores max_mb", (FITS, 'row["ms"] <= max_ms'), "more than max_mb"),
        ("one limit is enough", ("and", "or"), "`and`, not `or`"),
        ("leaves out what is exactly at a limit", ("<=", "<"), "equal to its limit is within it"),
        ("the fastest", (KEY, '-row["ms"]'), "the fastest one"),
        ("the smallest", (KEY, '-row["MB"]'), "the smallest one"),
        ("the first that fits", (KEY, "0"), "take the highest recall"),
        ("the first of equals", (KEY, 'row["recall"]'), "B is faster"),
        ("the smaller of equals", (KEY, '(row["recall"], -row["MB"])'), "B is faster"),
        ("the slower of equals", ('-row["ms"]', 'row["ms"]'), "B is faster"),
        ("the limits come last", pick_best_then_limits, "best among those that are"),
        ("the best if none fits", (NONE, "fit = rows or fit"), "No row is within both limits"),
        ("an empty string if none fits", (NONE, 'return ""'), "return None"),
        ("raises if none fits", (NONE, "pass"), "No row is within both limits"),
        ("the row", ('["kind"]', ""), "not the whole row"),
        ("the recall", ('["kind"]', '["recall"]'), "Return one of the kinds"),
        ("nothing", lambda rows, max_ms, max_mb: None, "forget a `return`"),
    ),
    *faults(
        "2.6",
        ("cuts the decimals off", ("rint", "trunc"), "cuts the decimals off"),
        ("rounds down", ("rint", "floor"), "always rounds down"),
        ("rounds up", ("rint", "ceil"), "always rounds up"),
        ("one scale for all", ("axis=0", ""), "one for all dimensions"),
        ("repeated", (TOP, "vectors.max(axis=0) * 0 + np.abs(vectors).max()"), "the same scale"),
        ("one for each vector", ("axis=0", "axis=1, keepdims=True"), "one for each vector"),
        ("keeps the dimension", ("axis=0", "axis=0, keepdims=True"), "with keepdims"),
        ("scale by 128", ("127", "128"), "overflows to -128"),
        ("scale by 255", ("127", "255"), "codes up to 255"),
        ("unsigned codes", (TYPE, ".astype(int).astype(np.uint8)"), "no negative numbers"),
        ("codes with an offset", int8_offset, "with an offset"),
        ("codes of 32 bits", ("np.int8", "np.int32"), "int32, which saves no memory"),
        ("codes as decimal numbers", (TYPE, ""), "float32, which saves no memory"),
        ("largest value without its sign", (TOP, "vectors.max(axis=0)"), "take np.abs first"),
        ("divides by zero", ("np.where(scale > 0, scale, 1)", "scale"), "divide by 1 there"),
        ("forgets the 127", (" / 127", ""), "divide the largest absolute value by 127"),
        ("upside down", (f"{TYPE}, scale", f"{TYPE}, 1 / np.maximum(scale, 1e-9)"), "upside down"),
        ("from the deviation", (TOP, "3 * vectors.std(axis=0)"), "largest absolute value / 127"),
        ("twice too large", ("rint(", "rint(2 * ", TYPE, f".astype(int){TYPE}"), "beyond 127"),
        ("only to full fives", ("np.rint(", "5 * np.rint(0.2 * "), "half a scale off at most"),
        ("scale first", (f"codes{TYPE}, scale", f"scale, codes{TYPE}"), "the codes first"),
        ("the codes alone", (f"{TYPE}, scale", TYPE), "Return a tuple (codes, scale)"),
    ),
]
