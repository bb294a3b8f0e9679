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
SAME = "of the same length"
LOST, LENGTHS, SHARE = "max(0, n - limit)", "sum(lengths)", "lost / sum(lengths) if lengths"
FITS = 'row["ms"] <= max_ms and row["MB"] <= max_mb'
KEY, NONE = '(row["recall"], -row["ms"])', "return None"
FIRST, PARTLY = "lengths =", "np.argpartition(-cosines, min(k, len(cosines)) - 1)[:k]"
ONES, NANS = "np.where(scale > 0, scale, 1)", "np.where(scale > 0, scale, np.nan)"
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


def pick_compares_with_first(rows, max_ms, max_mb):
    best = None
    for row in rows:
        if row["ms"] <= max_ms and row["MB"] <= max_mb:
            if best is None or row["recall"] > best["recall"]:
                best, ms = row, row["ms"]
            elif row["recall"] == best["recall"] and row["ms"] < ms:
                best = row  # and ms stays
    return best and best["kind"]


def int8_offset(vectors):
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    scale = np.where(high > low, high - low, 1) / 255
    return np.rint((vectors - low) / scale - 128).astype(np.int8), scale


def cut_compares_ends(words, size, overlap):
    pieces = []
    for start in range(0, len(words), size - overlap):
        piece = words[start : start + size]
        if not pieces or pieces[-1][-len(piece) :] != piece:
            pieces.append(piece)
    return pieces


def cut_with_rest(words, size, overlap):
    starts = [*range(0, max(1, len(words) - size + 1), size - overlap)] if words else []
    return [words[i : i + size] for i in starts[:-1]] + [words[i:] for i in starts[-1:]]


def distance_like(cosine):
    result = np.zeros_like(cosine)
    result[...] = np.sqrt(np.maximum(0, 2 - 2 * np.asarray(cosine)))
    return result


def distance_rows(cosine):
    rows = np.atleast_2d(cosine)
    result = [[max(0, 2 - 2 * one) ** 0.5 for one in row] for row in rows]
    return np.array(result).reshape(np.shape(cosine))


WRONG = [
    *faults(
        "2.1",
        ("dot product", (f" / {WHERE}", ""), "not nearer because it is long"),
        ("length of the whole matrix", (", axis=1", ""), "not nearer because it is long"),
        ("Euclid", (COSINES, "-np.linalg.norm(vectors - query, axis=1)"), "its cosine is 0.64"),
        ("squared length", ("axis=1) *", "axis=1) ** 2 *"), "its cosine is 0.64"),
        ("worst first", ("-cosines", "cosines"), "lowest cosines"),
        ("upside down", ("[:k]", "[:k][::-1]"), "best one comes first"),
        ("in the order of their rows", (SORTED, f"sorted({SORTED})"), "in the wrong order"),
        ("the first k", ("argsort(-cosines)", "arange(len(vectors))"), "the sign counts"),
        ("absolute cosine", ("-cosines", "-abs(cosines)"), "the sign counts"),
        ("divides by zero", (WHERE, "lengths"), "cosine 0, without a warning"),
        ("hides the NaN", (f"cosines = {COSINES}", HIDE), "above row 1, below row 2"),
        ("divides by the query", (NORM, "", "@ query", f"@ (query{OVER})"), "A query of zeros"),
        (
            "without rows of zeros",
            ("[:k].tolist()", f"{USED}[:k].tolist()"),
            "above row 1, below row 2",
        ),
        ("k at most n", ("[:k]", "[list(range(k))]"), "k may be larger"),
        ("rounds the cosines", ("-cosines", "-cosines.round(1)"), "do not round"),
        ("the cosines", ("np.argsort(-cosines)", "np.sort(cosines)[::-1]"), "Return whole numbers"),
        ("a set", ("return ", "return set(", ".tolist()", ".tolist())"), "Return a list of"),
        ("decimal numbers", (".tolist()", ".astype(float).tolist()"), "not a float"),
        ("strings", (".tolist()", ".astype(str).tolist()"), "not a str"),
        (
            "nothing for zeros",
            (FIRST, f"if not query.any(): return []\n    {FIRST}"),
            "return 2 of",
        ),
        (
            "row 0 for zeros",
            (FIRST, f"if not query.any(): return k * [0]\n    {FIRST}"),
            "each once",
        ),
        ("sorts only partly", (f"{SORTED[:-9]}", PARTLY), "the best are"),
        ("without a copy of itself", ("-cosines", "-cosines * (cosines < 0.999)"), "has cosine 1"),
        ("rounds to four decimals", ("-cosines", "-cosines.round(4)"), "do not round"),
        ("the last k", ("-cosines)[:k]", "cosines)[-k:][::-1]"), "k is 0"),
        ("fails for whole numbers", (FIRST, f"query /= 1\n    {FIRST}"), "Cannot cast"),
        ("from 1", ("np.argsort(-cosines)[:k]", "(1 + np.argsort(-cosines)[:k])"), "no row 4"),
        ("all rows", ("[:k]", ""), "return 2 of them, what"),
        ("the best row again", ("[:k].tolist()", ".tolist()[:1] * k"), "each once"),
    ),
    *faults(
        "2.2",
        ("cosine distance", (ROOT, "1 - cosine"), "called cosine distance"),
        ("the square", (ROOT, TERM), "take the root"),
        ("forgets the 2", (TERM, "1 - cosine"), "a 2 before each of the two terms"),
        ("plus", (TERM, "2 + 2 * cosine"), "the higher the cosine, the shorter"),
        ("the angle", (ROOT, "np.arccos(np.clip(cosine, -1, 1))"), "the angle between"),
        ("the sine", (TERM, "1 - cosine**2"), "the sine of the angle"),
        ("NaN above 1", (ROOT, f"np.sqrt({TERM})"), "is a rounding error"),
        ("absolute value", ("maximum(0, ", "abs("), "is a rounding error"),
        ("complex above 1", (ROOT, f"({TERM}) ** 0.5"), "is complex in Python"),
        ("clips at 0", (TERM, "2 - 2 * np.clip(cosine, 0, 1)"), "may be negative"),
        ("rounds", (TERM, "2 - 2 * np.round(cosine, 6)"), "do not round"),
        ("numbers alone", ("np.maximum", "max"), "An array has one distance"),
        (
            "decides once",
            ("return", "if cosine > 1: return 0.0\n    return"),
            "An array has one distance",
        ),
        ("arrays alone", ("(0,", "(np.zeros(len(cosine)),"), "A single number has a single"),
        ("arrays of one", (TERM, "2 - 2 * np.atleast_1d(cosine)"), "Return a number"),
        ("a number for an array", (ROOT, f"float(np.mean({ROOT}))"), "Return a list, not a float"),
        ("flattens", (ROOT, f"{ROOT}.ravel() if np.ndim(cosine) else {ROOT}"), "the same shape"),
        ("a string", (ROOT, "'0'"), "Return a number, not a str"),
        ("whole for whole numbers", distance_like, "the square root of 2 - 2 cosine"),
        ("two dimensions at most", distance_rows, "the same shape"),
        ("rounds the result", (ROOT, f"np.round({ROOT}, 4)"), "Do not round"),
        ("transposes", (ROOT, f"{ROOT}.T"), "the same shape"),
    ),
    *faults(
        "2.3",
        ("steps of size", (STEP, "size"), "a piece begins every size - overlap"),
        (
            "steps of size + overlap",
            (STEP, "size + overlap"),
            "a piece begins every size - overlap",
        ),
        ("steps of overlap", (STEP, "overlap"), "a piece begins every size - overlap"),
        ("one word too far", (STEP, "size - overlap + 1"), STEP),
        (
            "drops the tail",
            ("0, len(words),", "0, max(1, len(words) - size + 1),"),
            "ends with the last word",
        ),
        ("none for a short text", (PIECES, f"{PIECES} if words[size - 1 :] else []"), "shorter"),
        ("a superfluous last piece", ("break", "pass"), "all in the piece before"),
        ("moves the last piece back", cut_moved_back, "a piece begins every size - overlap"),
        ("adds the overlap", (STEP, "size", SLICE, LONGER), "A piece has at most"),
        ("compares words, not positions", cut_compares_words, "what counts is their place"),
        ("strings", (SLICE, f"' '.join({SLICE})"), "is a list of words"),
        (
            "cuts a text",
            ("pieces = []", "pieces, words = [], ' '.join(words)"),
            "is a list of words",
        ),
        ("compares the ends", cut_compares_ends, "what counts is their place"),
        ("none for a single word", (PIECES, f"{PIECES} if words[1:] else []"), "A single word"),
        ("none for one piece", (PIECES, f"{PIECES} if words[size:] else []"), "one piece"),
        ("a word in two at least", (STEP, "size - max(1, overlap) or 1"), "every size - overlap"),
        ("puts the rest into the last piece", cut_with_rest, "A piece has at most"),
        ("an iterator", (PIECES, "return iter(pieces)"), "Return a list"),
        ("one for an empty list", (PIECES, "return pieces or [[]]"), "an empty piece"),
        ("an empty piece at the end", (PIECES, "return pieces + [[]]"), "empty piece"),
        (
            "begins with the second word",
            ("range(0,", "range(1,"),
            "a piece begins every size - overlap",
        ),
        ("only the first piece", (PIECES, "return pieces[:1]"), "ends with the last word"),
    ),
    *faults(
        "2.4",
        ("number of tokens", (SHARE, "lost if lengths"), "divide it by the number of all tokens"),
        ("per cent", ("lost / ", "100 * lost / "), "That is per cent"),
        ("what is read", ("lost /", "1 - lost /"), "the share that IS read"),
        ("share of the chunks", (LOST, "n > limit", LENGTHS, "len(lengths)"), "share of CHUNKS"),
        ("mean of the shares", (LOST, f"{LOST} / n", LENGTHS, "len(lengths)"), "chunks' shares"),
        ("negative losses", (LOST, "n - limit"), "makes up for no other"),
        ("clamps the sum alone", (LOST, "n - limit", "lost /", "max(0, lost) /"), "loses 0 tokens"),
        (
            "all chunks as one text",
            ("lost /", f"max(0, {LENGTHS} - limit) /"),
            "each chunk on its own",
        ),
        ("lost tokens of a chunk", (LENGTHS, "len(lengths)"), "lost tokens of each chunk"),
        (
            "of those read",
            (LENGTHS, "sum(min(n, limit) for n in lengths)"),
            "but 414 tokens are read",
        ),
        ("of the long ones", (LENGTHS, "sum(n for n in lengths if n > limit)"), "long chunk alone"),
        ("loses long chunks whole", (LOST, "n * (n > limit)"), "does read its first tokens"),
        ("of the room", (LENGTHS, "(limit * len(lengths))"), "the room in the encoder"),
        ("whole numbers", ("lost /", "lost //"), "the others lose none"),
        ("no limit of 0", ("n - limit", "n - (limit or 512)"), "With a limit of 0"),
        (
            "different lengths",
            ("n in lengths)", "n in set(lengths))", LENGTHS, "sum(set(lengths))"),
            SAME,
        ),
        ("one token too many", (LOST, "max(0, n - limit + 1)"), "the others lose none"),
        ("exactly the limit", (LOST, "(n >= limit) * max(1, n - limit)"), "exactly `limit` tokens"),
        ("raises without chunks", (" if lengths else 0.0", ""), "For an empty list"),
        ("all is lost without chunks", ("else 0.0", "else 1.0"), "For an empty list"),
        ("a list", ("lost / sum(lengths) if", "[lost / n for n in lengths] if"), "Return a number"),
        ("none for one chunk", (SHARE, "lost / sum(lengths) if lengths[1:]"), "one chunk only"),
        ("equal chunks once", ("n in lengths)", "n in set(lengths))"), "of the same length"),
        ("rounds", (SHARE, "round(lost / sum(lengths), 3) if lengths"), "Do not round"),
        ("the last chunk", ("n in lengths)", "n in lengths[-1:])"), "of the same length"),
        ("NaN", lambda n, limit: np.nan, "returned nan"),
    ),
    *faults(
        "2.5",
        ("ignores max_ms", (FITS, 'row["MB"] <= max_mb'), "more than max_ms"),
        ("ignores max_mb", (FITS, 'row["ms"] <= max_ms'), "more than max_mb"),
        ("one limit is enough", ("and", "or"), "more than max_ms"),
        ("leaves out what is exactly at a limit", ("<=", "<"), "equal to its limit is within it"),
        ("the fastest", (KEY, '-row["ms"]'), "the highest recall decides"),
        ("the smallest", (KEY, '-row["MB"]'), "the highest recall decides"),
        ("the first that fits", (KEY, "0"), "the highest recall decides"),
        ("the first of equals", (KEY, 'row["recall"]'), "B is faster"),
        ("the smaller of equals", (KEY, '(row["recall"], -row["MB"])'), "B is faster"),
        ("the slower of equals", ('-row["ms"]', 'row["ms"]'), "B is faster"),
        ("the limits come last", pick_best_then_limits, "PQ is within both"),
        ("the best if none fits", (NONE, "fit = rows or fit"), "no row is within both"),
        ("an empty string if none fits", (NONE, 'return ""'), "return None"),
        ("raises if none fits", (NONE, "pass"), "no row is within both"),
        ("the row", ('["kind"]', ""), "Return a string, not a dict"),
        ("the recall", ('["kind"]', '["recall"]'), "Return a string, not a float"),
        ("no recall of 0", (FITS, f'{FITS} and row["recall"]'), "A recall of 0"),
        ("rounds the recall", (KEY, '(round(row["recall"], 2), -row["ms"])'), "by 0.0003"),
        ("whole milliseconds", (KEY, '(row["recall"], -int(row["ms"]))'), "B is faster"),
        ("whole limits", ('row["ms"] <=', 'int(row["ms"]) <='), "5.5 ms"),
        ("no limit of 0", ("max_ms and", "(max_ms or 9) and"), "so may a limit"),
        ("whole megabytes", ('row["MB"] <=', 'int(row["MB"]) <='), "3.5 MB"),
        ("the sum of the limits", (FITS, 'row["ms"] + row["MB"] <= max_ms + max_mb'), "max_ms"),
        ("compares with the first", pick_compares_with_first, "B is the fastest"),
        ("nothing", lambda rows, max_ms, max_mb: None, "returned None"),
    ),
    *faults(
        "2.6",
        ("cuts the decimals off", ("rint", "trunc"), "cut off towards 0"),
        ("rounds down", ("rint", "floor"), "are rounded down"),
        ("rounds up", ("rint", "ceil"), "are rounded up"),
        ("one scale for all", ("axis=0", ""), "one number for each column"),
        ("repeated", (TOP, "vectors.max(axis=0) * 0 + np.abs(vectors).max()"), "the same scale"),
        ("one for each vector", ("axis=0", "axis=1, keepdims=True"), "one number for each column"),
        ("keeps the dimension", ("axis=0", "axis=0, keepdims=True"), "one number for each column"),
        ("scale by 128", ("127", "128"), "not by 128"),
        ("scale by 255", ("127", "255"), "not by 255"),
        ("unsigned codes", (TYPE, ".astype(int).astype(np.uint8)"), "uint8, and should be int8"),
        ("codes with an offset", int8_offset, "(largest - smallest) / 255"),
        ("codes of 32 bits", ("np.int8", "np.int32"), "int32, and should be int8"),
        ("codes as decimal numbers", (TYPE, ""), "float32, and should be int8"),
        ("largest value without its sign", (TOP, "vectors.max(axis=0)"), "50.8, of -50.8"),
        ("divides by zero", ("np.where(scale > 0, scale, 1)", "scale"), "codes of zeros, without"),
        ("forgets the 127", (" / 127", ""), "divide it by 127"),
        ("upside down", (f"{TYPE}, scale", f"{TYPE}, 1 / np.maximum(scale, 1e-9)"), "upside down"),
        ("from the deviation", (TOP, "3 * vectors.std(axis=0)"), "largest absolute value / 127"),
        (
            "twice too large",
            ("rint(", "rint(2 * ", TYPE, f".astype(int){TYPE}"),
            "rounded to the nearest",
        ),
        ("only to full fives", ("np.rint(", "5 * np.rint(0.2 * "), "rounded to the nearest"),
        (
            "scale first",
            (f"codes{TYPE}, scale", f"scale, codes{TYPE}"),
            "one number for each column",
        ),
        ("scale 1 for zeros", (f"{TYPE}, scale", f"{TYPE}, {ONES}"), "and so the scale 0"),
        ("scale NaN for zeros", (f"{TYPE}, scale", f"{TYPE}, {NANS}"), "NaN or infinity"),
        ("scale of two decimals", (f"{TOP} / 127", f"({TOP} / 127).round(2)"), "its scale is"),
        ("adds next to nothing", ("/ 127", "/ 127 + 1e-8"), "scale 0, not 9"),
        ("adds a little", ("/ 127", "/ 127 + 1e-3"), "rounded to the nearest"),
        ("the codes alone", (f"{TYPE}, scale", TYPE), "Return a tuple (codes, scale)"),
    ),
]
