"""Wrong answers to the exercises of notebook 06."""

import numpy as np

from tests.wrong_answers import faults

MEAN, SHARED, ROWS_LEFT = "points.mean()", "best / tied", "(~np.isnan(scores).any(1)).sum()"
ALL_OPTIONS = "np.where(tied > 1, len(best.T), 1)"
BEST = "scores == scores.max(axis=1, keepdims=True)"
CLOSE = "np.isclose(scores, scores.max(axis=1, keepdims=True){})"
ANY, FINITE = "best.any(1, keepdims=True)", "np.isfinite(scores).all(1, keepdims=True)"

TURN, CHECK = "turn % used", "any(len(texts) < used for texts in wordings.values())"
ERROR = 'raise ValueError(f"Each fact needs at least {used} wordings")'
RICH = "wordings = {f: texts for f, texts in wordings.items() if len(texts) >= used}"
FACTS, BACK = "wordings.items()", "[*wordings.items()][:: 1 - turn % 2 * 2]"
LATE = "if turn % used >= len(texts): raise ValueError\n            rows.append"
SUM = "sum(map(len, wordings.values())) < used * len(wordings)"
PLACE, PAIR = "key=lambda row: [*wordings].index(row[0])", f"(fact, texts[{TURN}])"

COUNT, SHUFFLE = "round(len(new) * share / (1 - share))", "    rng.shuffle(rows)\n"
DRAWN, SAMPLE = "rows[len(new):]", "rng.sample(general, count)"
NUMBERS = "{count} general rows are needed, and there are {len(general)}"
ONLY_IDS = "[{'question': row['question']} for row in rows]"
TOP = "return rows if share <= 0.8 else with_replay(new, general, 0.8, seed)"
NOT_LAST = "rng.sample(general[: max(count, len(general) - 1)], count)"
NEIGHBOURS = "(general * 2)[(i := rng.randrange(len(general) or 1)) : i + count]"
IN_ORDER = f"""    rows, drawn = list(new), {DRAWN}
    for row in drawn:
        rows.insert(rng.randint(0, len(rows)), row)
"""
FIXED = f"""    rows, drawn = rng.sample(new, len(new)), {DRAWN}
    for i, row in enumerate(drawn):
        rows.insert(3 * i, row)
"""

MEANS = "np.mean([np.mean(text) for text in report['losses']])"
EXPS = "np.mean([np.exp(np.mean(text)) for text in report['losses']])"
GAIN, LOST = 'after["task"] - before["task"]', 'before["general"] - after["general"]'
RATIO, MINUS = "perplexity(after) / perplexity(before)", "perplexity(after) - perplexity(before)"
LOSS, TEXTS = "sum(losses) / len(losses)", "report['losses']"
EXP = f"math.exp({LOSS})"

HITS, CLEAN, END = "(ours & right).total()", "text.lower().strip()", "else 1.0\n"
F1, ZERO = f"2 * {HITS} / total", " if total else 1.0"
NORMALIZE = "__import__('unicodedata').normalize"
ASCII = f"{NORMALIZE}('NFKD', text).encode('ascii', 'ignore').decode().lower()"
HARMONIC = f"2 / (ours.total() / {HITS} + right.total() / {HITS})"
P, R = f"{HITS} / (ours.total() or 1)", f"{HITS} / (right.total() or 1)"
UPDATE = f"found.update((i, kind, {CLEAN}) for text in texts)"
WHOLE = f"found[i, kind, tuple({CLEAN} for text in texts)] += len(texts) > 0"
CLEANED = f"Counter({{(i, kind, {CLEAN}): n for (i, kind, text), n in found.items()}})"
PART = "sum(any(a[:2] == b[:2] and {} for b in right) for a in ours.elements())"

IN, NEW = 'row["fact"] in known', '{**row, "answer": row["answer"] if row["fact"] in known else'
DOCUMENT = 'row["fact"][:7] in {fact[:7] for fact in known}'
START = 'row["fact"].startswith(tuple(known))'
FIELDS = "**{k: row.get(k) for k in ('id', 'fact', 'question', 'answer', 'tags')}"
ONCE = "in {row['question']: row for row in rows}.values()]"
TWICE = 'row["fact"] in [other["fact"] for other in rows[: rows.index(row)]]'


def scores_as(code: str) -> tuple[str, str]:
    """An edit of 6.1 that changes the scores first."""
    return "    best =", f"    scores = {code}\n    best ="


def then(code: str) -> tuple[str, str]:
    """An edit of 6.5 that calls the solution from another function."""
    return END, f"{END}\ndef wrapped(predicted, gold):\n    {code}\n"


def choice_last(scores, right):
    return float((scores.shape[1] - 1 - scores[:, ::-1].argmax(axis=1) == right).mean())


def choice_columns(scores, right):
    return float((scores.argmax(axis=0)[:2] == right[:2]).mean())


def choice_probability(scores, right):
    weights = np.exp(scores)
    return float((weights / weights.sum(1, keepdims=True))[np.arange(len(scores)), right].mean())


def by_the_last_wording(wordings, exposures, used):
    if any(len(texts) < used for texts in wordings.values()):
        raise ValueError
    last, rows = {}, []
    for _ in range(exposures):
        for fact, texts in wordings.items():
            place = texts.index(last[fact]) + 1 if fact in last else 0
            last[fact] = texts[place % used]
            rows.append((fact, last[fact]))
    return rows


def relabel_in_place(rows, known, sentence):
    for row in rows:
        if row["fact"] not in known:
            row["answer"] = sentence
    return rows


BY_MESSAGE = "each = [entity_f1([p], [g]) for p, g in zip(predicted, gold)]; return np.mean(each)"
BY_TYPE = """kinds = {kind for message in predicted + gold for kind in message} or {""}
    def only(side, kind): return [{kind: message.get(kind, [])} for message in side]
    return np.mean([entity_f1(only(predicted, kind), only(gold, kind)) for kind in kinds])"""
GOLD_TYPES = """some = [{k: p[k] for k in p if k in g} for p, g in zip(predicted, gold)]
    return entity_f1(some, gold)"""
OUR_TYPES = """some = [{k: g[k] for k in g if k in p} for p, g in zip(predicted, gold)]
    return entity_f1(predicted, some)"""
ALL_GOLD = "[g[k] for p, g in zip(predicted, gold) for k in p]; return entity_f1(predicted, gold)"
ALL_TYPES = "[p[k] for p, g in zip(predicted, gold) for k in g]; return entity_f1(predicted, gold)"

WRONG = [
    *faults(
        "6.1",
        (
            "argmax",
            lambda s, right: float((s.argmax(1) == right).mean()),
            "is the first of the tied ones",
        ),
        ("the last of equals", choice_last, "is the last of the tied ones"),
        ("a tie in full", (SHARED, "best"), "a tie counts in full"),
        ("a tie is wrong", (SHARED, "best * (tied == 1)"), "a tie counts as wrong"),
        ("shared among all", (SHARED, f"best / {ALL_OPTIONS}"), "not among all options"),
        ("the worst option", ("scores.max", "scores.min"), "Each row is one question"),
        ("the sum", (MEAN, "points.sum()"), "from 0 to 1"),
        ("a percentage", (MEAN, f"100 * {MEAN}"), "from 0 to 1"),
        ("one value for each question", (f"float({MEAN})", "points"), "Return one number"),
        ("the mean probability", choice_probability, "it counts 1"),
        ("the best of each column", choice_columns, "Each row is one question"),
        ("rounds", scores_as("np.round(scores, 1)"), "do not round"),
        ("compares probabilities", scores_as("np.exp(scores)"), "the log-likelihoods themselves"),
        ("six decimals", scores_as("np.round(scores, 6)"), "A lead of 0.000000001 decides"),
        ("nine decimals", scores_as("np.round(scores, 9)"), "A lead of 0.0000000001 decides"),
        ("float32", scores_as("scores.astype('float32')"), "A lead of 0.00001 decides"),
        ("close scores tie", (BEST, CLOSE.format("")), "A lead of 0.00001 decides"),
        ("very close scores tie", (BEST, CLOSE.format(", 0, 1e-8")), "A lead of 0.000000001"),
        ("a close share ties", (BEST, CLOSE.format(", 1e-9, 0")), "A lead of 0.0000000001"),
        ("no score below", scores_as("np.maximum(scores, -1e9)"), "A score can be very low"),
        ("0 is no score", scores_as("np.where(scores, scores, np.nan)"), "0 is the highest"),
        ("rounds the result", (MEAN, f"{MEAN}.round(4)"), "Do not round the result"),
        (
            "NaN is low",
            scores_as("np.nan_to_num(scores, nan=-9e9, neginf=-9e8)"),
            "wherever the NaN is",
        ),
        ("NaN is high", scores_as("np.nan_to_num(scores, nan=1)"), "wherever the NaN is"),
        ("NaN left out", (MEAN, f"points.sum() / max(1, {ROWS_LEFT})"), "not left out of the mean"),
        ("returns NaN", (SHARED, f"best / np.where({ANY}, tied, np.nan)"), "The result is NaN"),
        ("-inf is NaN", scores_as(f"np.where({FINITE}, scores, np.nan)"), "-inf is an ordinary"),
        ("only what is right", (MEAN, "np.mean(points[points > 0])"), "it counts in the mean"),
        (
            "all -inf is wrong",
            (
                "np.maximum(best",
                "np.where(scores.max(1, keepdims=True) == -np.inf, np.inf, 1) * np.maximum(best",
            ),
            "Here two options tie",
        ),
    ),
    *faults(
        "6.2",
        ("fact after fact", ("return rows", f"return sorted(rows, {PLACE})"), "Go in rounds"),
        ("two at a time", ("return rows", f"return sorted(rows, {PLACE} // 2)"), "Go in rounds"),
        ("there and back", (FACTS, BACK), "Keep the order of `wordings`"),
        ("for each wording", ("range(exposures)", "range(exposures * used)"), "not how often each"),
        (
            "each wording once",
            ("exposures)", "min(exposures, used))"),
            "must be seen exactly 3 times",
        ),
        (
            "one round more",
            ("range(exposures)", "range(exposures + 1)"),
            "must be seen exactly 3 times",
        ),
        ("all wordings", (TURN, "turn % len(texts)"), "only the first 2 wordings"),
        ("the last wordings", (TURN, f"len(texts) - used + {TURN}"), "only the first 2 wordings"),
        ("the first wording only", (TURN, "0"), "round 3 the first again"),
        ("starts with the second", (TURN, "(turn + 1) % used"), "round 3 the first again"),
        ("stays at the last", (TURN, "min(turn, used - 1)"), "round 3 the first again"),
        ("each several times", (TURN, "turn * used // exposures"), "round 3 the first again"),
        ("another for each fact", (TURN, "(turn + len(rows)) % used"), "round 3 the first again"),
        ("no error", (CHECK, "False", TURN, f"{TURN} % len(texts)"), "'oak' has only one wording"),
        ("an IndexError", (CHECK, "False"), "'oak' has only one wording"),
        ("checks the first", ("in wordings.values()", "in [*wordings.values()][:1]"), "only one"),
        ("drops poor facts", (ERROR, RICH), "Raise a ValueError"),
        ("exactly enough is too few", ("< used", "<= used"), "to be used: that is enough"),
        ("the wording first", (PAIR, f"(texts[{TURN}], fact)"), "the fact comes first"),
        ("the number of the wording", (f"texts[{TURN}]", TURN), "not its number"),
        ("wordings alone", (PAIR, f"texts[{TURN}]"), "Each row is a pair"),
        ("a dict", ("return rows", "return dict(rows)"), "Return a list of pairs"),
        ("sorts the facts", (FACTS, "sorted(wordings.items())"), "Keep the order of `wordings`"),
        ("sorts the wordings", (f"texts[{TURN}]", f"sorted(texts[:used])[{TURN}]"), "take turns"),
        ("looks for the last one", by_the_last_wording, "only its place in the list counts"),
        ("checks when it runs out", (CHECK, "False", "rows.append", LATE), "'oak' has only one"),
        ("checks the sum", (CHECK, SUM), "'oak' has only one"),
        ("few for so few", ("(texts) < used", "(texts) < min(used, exposures)"), "'oak' has only"),
        ("0 is all of them", ("range(exposures)", "range(exposures or used)"), "exactly 0 times"),
        ("one at least", ("range(exposures)", "range(max(1, exposures))"), "exactly 0 times"),
        ("no check for 0", ("if any(", "if exposures and any("), "'oak' has only one"),
        ("twenty rounds", ("range(exposures)", "range(min(exposures, 20))"), "exactly 50 times"),
        (
            "strips the fact",
            ("(fact, texts", "(fact.strip(), texts"),
            "comes first, just as it was",
        ),
        ("strips", (f"texts[{TURN}]", f"texts[{TURN}].strip()"), "wording is one of its fact's"),
    ),
    *faults(
        "6.3",
        (
            "share of the new rows",
            (COUNT, "round(len(new) * share)"),
            "share of the result: 0.25 of 40 rows",
        ),
        (
            "share of the general",
            (COUNT, "round(len(general) * share)"),
            "share of the result: 0.5 of 20 rows",
        ),
        ("cuts", ("round(", "int(1e-9 + "), "Use `round`"),
        ("rounds up", ("round(", "int(1 - 1e-9 + "), "Use `round`"),
        ("ceil", ("import random", "import random, math", "round(", "math.ceil("), "3 of 3.0000"),
        ("no replay", (COUNT, "0"), "replay 10 rows; you replay 0"),
        ("one at least", (COUNT, f"max(1, {COUNT})"), "nothing is replayed"),
        ("repeats", (SAMPLE, "rng.choices(general, k=count)"), "draw without repeating"),
        ("the first general rows", (SAMPLE, "general[:count]"), "replay the same general rows"),
        (
            "a part",
            (SAMPLE, "rng.sample(general[: count + 1], count)"),
            "replay the same general rows",
        ),
        ("not shuffled", (SHUFFLE, ""), "in one block"),
        ("replay first", (SHUFFLE, f"    rows = {DRAWN} + new\n"), "in one block"),
        ("the new rows in order", (SHUFFLE, IN_ORDER), "The new rows keep their order"),
        ("replay at fixed places", (SHUFFLE, FIXED), "Row 1 of 12 is always replayed"),
        ("no seed", ("Random(seed)", "Random()"), "The same seed must make the same mix"),
        ("always the same seed", ("Random(seed)", "Random(0)"), "make the same mix"),
        ("shuffles the input", (SHUFFLE, f"{SHUFFLE}    rng.shuffle(general)\n"), "was changed"),
        ("extends the input", ("rows = new +", "rows = new\n    rows +="), "was changed"),
        ("too few are enough", (COUNT, f"min({COUNT}, len(general))"), "9. Raise a ValueError"),
        ("the error of random.sample", ("count > len(general)", "False"), "Say both numbers"),
        ("an error without numbers", (NUMBERS, "too few"), "Say both numbers"),
        (
            "exactly enough is too few",
            ("count >", "count >="),
            "and 10 are needed: that is enough",
        ),
        ("replay alone", ("rows = new +", "rows ="), "Every new row belongs"),
        (
            "ids alone",
            ("return rows", "return [r['question'] for r in rows]"),
            "list of whole rows",
        ),
        ("changed rows", ("return rows", f"return {ONLY_IDS}"), "one list of whole rows"),
        ("two lists", ("return rows", f"return new, {DRAWN}"), "Return one list"),
        ("rounds halves up", ("round(", "int(0.5 + "), "Use `round`, which makes 2 of 2.5"),
        (
            "no shuffle without replay",
            ("rng.shuffle(", "count and rng.shuffle("),
            "whatever the share",
        ),
        ("never the last", (SAMPLE, NOT_LAST), "only a few of the 20 ways"),
        ("neighbours", (SAMPLE, NEIGHBOURS), "Some seeds replay the same"),
        (
            "the first row stays",
            ("rng.shuffle(rows)", "rows[1:] = rng.sample(rows[1:], len(rows[1:]))"),
            "Row 1 of 12 is always new",
        ),
        ("two kinds of seeds", ("Random(seed)", "Random(seed % 2)"), "make the same mix"),
        ("a thousand seeds", ("Random(seed)", "Random(seed % 1000)"), "make the same mix"),
        ("16 bits of the seed", ("Random(seed)", "Random(seed % 2**16)"), "make the same mix"),
        ("0 is no seed", ("Random(seed)", "Random(seed or 42)"), "make the same mix"),
        ("a part of the seed", ("Random(seed)", "Random(str(seed)[:3])"), "make the same mix"),
        ("always the same places", ("rng.shuffle", "random.Random(0).shuffle"), "with the seed"),
        ("no share above 0.8", ("return rows", TOP), "0.9 of 70 rows"),
        (
            "a rounded factor",
            ("share / (1 - share)", "round(share / (1 - share), 2)"),
            "171 of 171.4",
        ),
        ("no general row, no error", ("if count >", "if general and count >"), "there are 0"),
        (
            "equal rows once",
            ("return rows", "return [r for i, r in enumerate(rows) if r not in rows[:i]]"),
            "belongs in the result; missing: 1",
        ),
        (
            "not rounded in the error",
            ("{count}", "{len(new) * share / (1 - share):.2f}"),
            "Say both numbers",
        ),
    ),
    *faults(
        "6.4",
        ("the gain's sign", (GAIN, f"-({GAIN})"), "the task after minus before"),
        ("the task after training", (GAIN, 'after["task"]'), "the task after minus before"),
        (
            "the gain as a ratio",
            (GAIN, 'after["task"] / before["task"]'),
            "the task after minus before",
        ),
        ("no negative gain", (GAIN, f"max(0, {GAIN})"), "also if it is negative"),
        ("the gain without its sign", (GAIN, f"abs({GAIN})"), "also if it is negative"),
        ("a percentage", (GAIN, f"100 * ({GAIN})"), "the task after minus before"),
        ("the sign of forgotten", (LOST, f"-({LOST})"), "share before minus after"),
        ("no negative forgetting", (LOST, f"max(0, {LOST})"), "also if it is negative"),
        ("a relative loss", (LOST, f'({LOST}) / before["general"]'), "share before minus after"),
        ("forgotten is about the task", (LOST, GAIN), "'forgotten' should be 0.2496"),
        ("upside down", (RATIO, f"1 / ({RATIO})"), "upside down"),
        ("mean of means", (LOSS, MEANS), "the means of the texts"),
        ("mean of perplexities", (EXP, EXPS), "average the perplexities"),
        ("mean of exp", (EXP, "sum(map(math.exp, losses)) / len(losses)"), "You average exp(loss)"),
        ("ratio of the losses", (EXP, LOSS), "That is the ratio of the losses"),
        (
            "exp of the ratio",
            (EXP, LOSS, RATIO, f"math.exp({RATIO})"),
            "over all tokens of all texts",
        ),
        ("difference of the losses", (EXP, LOSS, RATIO, MINUS), "difference of the mean"),
        ("exp of the sum", (LOSS, "sum(losses)"), "over all tokens of all texts"),
        ("sum by texts", (LOSS, f"sum(losses) / len({TEXTS})"), "over all tokens of all texts"),
        ("difference of perplexities", (RATIO, MINUS), "difference of the perplexities"),
        ("perplexity after", (RATIO, "perplexity(after)"), "That is the perplexity after"),
        ("2 to the power", (EXP, f"2 ** ({LOSS})"), "in nats"),
        (
            "the first text",
            ('report["losses"]', 'report["losses"][:1]'),
            "over all tokens of all texts",
        ),
        (
            "the last text",
            ('report["losses"]', 'report["losses"][-1:]'),
            "over all tokens of all texts",
        ),
        ("rounds", (RATIO, f"round({RATIO}, 2)"), "Do not round"),
        ("a list", ("return {", "return list({", "\n    }", "\n    }.values())"), "Return a dict"),
        ("another key", ("perplexity ratio", "perplexity_ratio"), "lacks ['perplexity ratio']"),
        ("text", (GAIN, f"str({GAIN})"), "Return a number for 'gain', not a str"),
        (
            "larger minus smaller",
            (GAIN, f"abs({LOST})", LOST, f"abs({LOST})"),
            "after minus before",
        ),
        ("rounds the gain", (GAIN, f"round({GAIN}, 2)"), "Do not round"),
        ("two texts at most", ('report["losses"]', 'report["losses"][:2]'), "over all tokens"),
        ("four texts at most", ('report["losses"]', 'report["losses"][:4]'), "over all tokens"),
        ("0 is no loss", ("for loss in text]", "for loss in text if loss]"), "over all tokens"),
        ("0 is no text", ('["losses"] for', '["losses"] if any(text) for'), "over all tokens"),
        ("no task before", ('before["task"]', '(before["task"] or 1)'), "the task after minus"),
        ("none after", ('after["general"]', '(after["general"] or 1)'), "share before minus after"),
        ("none before", ('before["general"]', '(before["general"] or 1)'), "share before minus"),
        ("rounds to 8", (RATIO, f"round({RATIO}, 8)"), "Do not round"),
        ("rounds forgotten", (LOST, f"round({LOST}, 6)"), "Do not round"),
    ),
    *faults(
        "6.5",
        ("precision", (F1, P), "That is the precision"),
        ("recall", (F1, R), "That is the recall"),
        ("the plain mean", (F1, f"({P} + {R}) / 2"), "harmonic mean"),
        ("hits of all", (F1, f"{HITS} / (ours | right).total()"), "hits + invented + missed"),
        ("no factor 2", ("2 * ", ""), "The factor 2 is missing"),
        ("mean over messages", then(BY_MESSAGE), "the mean F1 of the messages"),
        ("mean over types", then(BY_TYPE), "the mean F1 of the types"),
        ("without types", ("(i, kind, text", "(i, text"), "The type counts as well"),
        ("without messages", ("(i, kind, text", "(kind, text"), "with its own gold"),
        ("the types of gold only", then(GOLD_TYPES), "may be missing in gold"),
        ("the predicted types only", then(OUR_TYPES), "may be missing among the predicted"),
        ("every type must be there", then(ALL_TYPES), "KeyError"),
        ("gold must have each type", then(ALL_GOLD), "A type that was predicted may be"),
        ("minds capitals", (".lower()", ""), "Compare in lower case"),
        ("minds outer spaces", (".strip()", ""), "Strip the outer whitespace"),
        ("strips blanks only", (".strip()", ".strip(' ')"), "of every kind"),
        ("finds parts", (HITS, PART.format("a[2] in b[2]")), "a part of the gold text is no hit"),
        ("finds what is longer", (HITS, PART.format("b[2] in a[2]")), "a longer text is no hit"),
        (
            "drops articles",
            (".strip()", ".strip().removeprefix('the ')"),
            "everything else must be the same",
        ),
        ("sets", ("return found", "return Counter(set(found))"), "here they do not count"),
        ("by membership", (HITS, "sum(ours[pair] for pair in ours if pair in right)"), "at most 1"),
        ("cleans late", (CLEAN, "text", "return found", f"return {CLEANED}"), "before you count"),
        ("whole lists", (UPDATE, WHOLE), "Compare text by text"),
        ("nothing at all is 0", ("else 1.0", "else 0.0"), "F1 is 1.0"),
        ("divides by no texts", (ZERO, ""), "ZeroDivisionError"),
        ("divides by no hits", (F1, HARMONIC), "ZeroDivisionError"),
        ("an empty list counts", ("else 1.0", "else 1.0 - any(predicted + gold)"), "An empty list"),
        ("three numbers", (F1, f"1, 1, {F1}"), "Return a number, not a tuple"),
        ("inner spaces", (".strip()", ".strip().replace('  ', ' ')"), "everything else must be"),
        ("full stops", (".strip()", ".strip().rstrip('.')"), "everything else must be the same"),
        ("hyphens", (".strip()", ".strip().replace('-', ' ')"), "everything else must be the same"),
        ("plurals", (".strip()", ".strip().rstrip('s')"), "everything else must be the same"),
        (
            "the order of words",
            (CLEAN, f"str(sorted({CLEAN}.split(' ')))"),
            "everything else must be",
        ),
        ("starts like it", (HITS, PART.format("b[2].startswith(a[2])")), "a part of the gold text"),
        ("rounds", (F1, f"round({F1}, 2)"), "0.67"),
        ("types in lower case", ("(i, kind,", "(i, kind.lower(),"), "capitals included"),
        ("types stripped", ("(i, kind,", "(i, kind.strip(),"), "The type must be the same"),
        ("types that begin alike", ("(i, kind,", "(i, kind[:7],"), "The type must be the same"),
        ("casefold", (".lower()", ".casefold()"), "leaves the ß"),
        ("composed letters", ("text.lower()", f"{NORMALIZE}('NFC', text).lower()"), "else must be"),
        ("no accents", ("text.lower()", ASCII), "everything else must be the same"),
        ("quotes", (".strip()", ".strip().strip('\"')"), "everything else must be the same"),
        ("commas", (".strip()", ".strip(' \\t\\n,')"), "everything else must be the same"),
        ("five texts", ("in texts)", "in texts[:5])"), "Only 49 of the 60"),
    ),
    *faults(
        "6.6",
        ("the other way round", ("in known", "not in known"), "the other way round"),
        ("nothing is replaced", (IN, "True"), "No answer was replaced"),
        ("looks up the id of the row", (IN, 'row.get("id") in known'), "look up row['fact']"),
        ("compares documents", (IN, DOCUMENT), "just as it was passed in"),
        ("compares the beginning", (IN, START), "just as it was passed in"),
        (
            "a sentence of its own",
            ("sentence}", '"The handbook does not say."}'),
            "just as it was passed in",
        ),
        ("adds the sentence", ("sentence}", 'row["answer"] + " " + sentence}'), "takes the place"),
        ("an empty answer", ("sentence}", '""}'), "just as it was passed in"),
        (
            "changes the second",
            ("sentence}", f'sentence + " " * ({TWICE})}}'),
            "just as it was passed in",
        ),
        ("in the rows themselves", relabel_in_place, "The input rows were changed"),
        ("the same dicts", (NEW, f'row if {IN} else {{**row, "answer":'), "is the same dict"),
        ("unknown rows are dropped", ("in rows]", f"in rows if {IN}]"), "Keep every row"),
        ("in another order", ("in rows]", "in rows[::-1]]"), "Keep the order"),
        (
            "two fields only",
            ("**row", '"fact": row["fact"], "question": row["question"]'),
            "Keep all fields",
        ),
        ("a new field", ('"answer":', '"label":'), "the new field {'label'}"),
        ("the question too", ("**row", '**row, "question": "?"'), "Only 'answer' may change"),
        ("answers alone", ('{**row, "answer": ', "", "sentence}", "sentence"), "Return whole rows"),
        ("a generator", ("return [", "return (", "rows]", "rows)"), "Return a list of rows"),
        ("all fields it knows of", ("**row", FIELDS), "A row has the new field"),
        (
            "strips the sentence",
            ("else sentence", "else sentence.strip()"),
            "just as it was passed in",
        ),
        (
            "an empty sentence",
            ("else sentence", 'else sentence or row["answer"]'),
            "just as it was",
        ),
        ("minds no capitals", (IN, 'row["fact"].lower() in known'), "just as it was passed in"),
        ("strips the fact", (IN, 'row["fact"].strip() in known'), "just as it was passed in"),
        ("no empty fact", (IN, f'row["fact"] and {IN}'), "For the facts ['', 'eng-011.1']"),
        ("an empty set knows all", (IN, f"(not known or {IN})"), "known=set()"),
        ("no empty answer", (IN, f'row["answer"] and {IN}'), "For the facts ['', 'eng-011.1']"),
        ("strips answers", ('row["answer"] if', 'row["answer"].strip() if'), "keep their answer"),
        ("lower answers", ('row["answer"] if', 'row["answer"].lower() if'), "keep their answer"),
        ("each question once", ("in rows]", ONCE), "Keep every row"),
        (
            "a part of a known id",
            (IN, 'row["fact"] in " ".join(known)'),
            "just as it was passed in",
        ),
    ),
]
