"""Wrong answers to the exercises of notebook 06."""

import numpy as np

from tests.wrong_answers import faults

MEAN, SHARED, ROWS_LEFT = "points.mean()", "best / tied", "(~np.isnan(scores).any(1)).sum()"
ALL_OPTIONS = "np.where(tied > 1, len(best.T), 1)"
ANY, FINITE = "best.any(1, keepdims=True)", "np.isfinite(scores).all(1, keepdims=True)"

TURN, CHECK = "turn % used", "any(len(texts) < used for texts in wordings.values())"
ERROR = 'raise ValueError(f"Each fact needs at least {used} wordings")'
RICH = "wordings = {f: texts for f, texts in wordings.items() if len(texts) >= used}"
FACTS, BACK = "wordings.items()", "[*wordings.items()][:: 1 - turn % 2 * 2]"
PLACE, PAIR = "key=lambda row: [*wordings].index(row[0])", f"(fact, texts[{TURN}])"

COUNT, SHUFFLE = "round(len(new) * share / (1 - share))", "    rng.shuffle(rows)\n"
DRAWN, SAMPLE = "rows[len(new):]", "rng.sample(general, count)"
NUMBERS = "{count} general rows are needed, and there are {len(general)}"
ONLY_IDS = "[{'id': row['id']} for row in rows]"
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
HARMONIC = f"2 / (ours.total() / {HITS} + right.total() / {HITS})"
P, R = f"{HITS} / (ours.total() or 1)", f"{HITS} / (right.total() or 1)"
UPDATE = f"found.update((i, kind, {CLEAN}) for text in texts)"
WHOLE = f"found[i, kind, tuple({CLEAN} for text in texts)] += len(texts) > 0"
CLEANED = f"Counter({{(i, kind, {CLEAN}): n for (i, kind, text), n in found.items()}})"
PART = "sum(any(a[:2] == b[:2] and {} for b in right) for a in ours.elements())"

IN, NEW = 'row["fact"] in known', '{**row, "answer": row["answer"] if row["fact"] in known else'
DOCUMENT = 'row["fact"][:7] in {fact[:7] for fact in known}'
START = 'row["fact"].startswith(tuple(known))'
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
ALL_TYPES = "[p[k] for p, g in zip(predicted, gold) for k in g]; return entity_f1(predicted, gold)"

WRONG = [
    *faults(
        "6.1",
        ("argmax", lambda s, right: float((s.argmax(1) == right).mean()), "first of equals"),
        ("the last of equals", choice_last, "take the last of equals"),
        ("a tie in full", (SHARED, "best"), "count a tie in full"),
        ("a tie is wrong", (SHARED, "best * (tied == 1)"), "count a tie as wrong"),
        ("shared among all", (SHARED, f"best / {ALL_OPTIONS}"), "not among all options"),
        ("the worst option", ("scores.max", "scores.min"), "pick the worst option"),
        ("the sum", (MEAN, "points.sum()"), "not their number"),
        ("a percentage", (MEAN, f"100 * {MEAN}"), "not a percentage"),
        ("one value for each question", (f"float({MEAN})", "points"), "Return one number"),
        ("the mean probability", choice_probability, "however likely"),
        ("the best of each column", choice_columns, "Each row is one question"),
        ("rounds", scores_as("np.round(scores, 1)"), "do not round"),
        ("compares probabilities", scores_as("np.exp(scores)"), "the log-likelihoods themselves"),
        ("NaN is low", scores_as("np.nan_to_num(scores, nan=-9e9, neginf=-9e8)"), "wherever it is"),
        ("NaN is high", scores_as("np.nan_to_num(scores, nan=1)"), "`argmax` takes NaN"),
        ("NaN left out", (MEAN, f"points.sum() / max(1, {ROWS_LEFT})"), "not left out of the mean"),
        ("returns NaN", (SHARED, f"best / np.where({ANY}, tied, np.nan)"), "The result is NaN"),
        ("-inf is NaN", scores_as(f"np.where({FINITE}, scores, np.nan)"), "-inf is an ordinary"),
        ("only what is right", (MEAN, "np.mean(points[points > 0])"), "it counts in the mean"),
    ),
    *faults(
        "6.2",
        ("fact after fact", ("return rows", f"return sorted(rows, {PLACE})"), "Go in rounds"),
        ("two at a time", ("return rows", f"return sorted(rows, {PLACE} // 2)"), "Go in rounds"),
        ("there and back", (FACTS, BACK), "Keep the order"),
        ("for each wording", ("range(exposures)", "range(exposures * used)"), "not how often each"),
        ("each wording once", ("exposures)", "min(exposures, used))"), "round the wordings again"),
        ("one round more", ("range(exposures)", "range(exposures + 1)"), "is seen exactly"),
        ("all wordings", (TURN, "turn % len(texts)"), "only the first 2 wordings"),
        ("the last wordings", (TURN, f"len(texts) - used + {TURN}"), "only the first 2 wordings"),
        ("the first wording only", (TURN, "0"), "The wordings take turns"),
        ("starts with the second", (TURN, "(turn + 1) % used"), "The wordings take turns"),
        ("each several times", (TURN, "turn * used // exposures"), "The wordings take turns"),
        ("another for each fact", (TURN, "(turn + len(rows)) % used"), "The wordings take turns"),
        ("no error", (CHECK, "False", TURN, f"{TURN} % len(texts)"), "'oak' has only one wording"),
        ("an IndexError", (CHECK, "False"), "'oak' has only one wording"),
        ("checks the first", ("in wordings.values()", "in [*wordings.values()][:1]"), "only one"),
        ("drops poor facts", (ERROR, RICH), "Raise a ValueError"),
        ("exactly enough is too few", ("< used", "<= used"), "Three wordings are enough"),
        ("the wording first", (PAIR, f"(texts[{TURN}], fact)"), "The fact comes first"),
        ("the number of the wording", (f"texts[{TURN}]", TURN), "not its number"),
        ("wordings alone", (PAIR, f"texts[{TURN}]"), "Each row is a pair"),
        ("a dict", ("return rows", "return dict(rows)"), "Return a list of pairs"),
    ),
    *faults(
        "6.3",
        ("share of the new rows", (COUNT, "round(len(new) * share)"), "not of the new rows"),
        ("share of the general", (COUNT, "round(len(general) * share)"), "not of the general rows"),
        ("cuts", ("round(", "int(1e-9 + "), "Round to the nearest"),
        ("rounds up", ("round(", "int(1 - 1e-9 + "), "Round to the nearest"),
        ("no replay", (COUNT, "0"), "rows are replayed"),
        ("one at least", (COUNT, f"max(1, {COUNT})"), "nothing is replayed"),
        ("repeats", (SAMPLE, "rng.choices(general, k=count)"), "draw without repeating"),
        ("the first general rows", (SAMPLE, "general[:count]"), "replays the same general rows"),
        ("a part", (SAMPLE, "rng.sample(general[: count + 1], count)"), "were never drawn"),
        ("not shuffled", (SHUFFLE, ""), "in one block"),
        ("replay first", (SHUFFLE, f"    rows = {DRAWN} + new\n"), "in one block"),
        ("the new rows in order", (SHUFFLE, IN_ORDER), "The new rows keep their order"),
        ("replay at fixed places", (SHUFFLE, FIXED), "at the same places"),
        ("no seed", ("Random(seed)", "Random()"), "The same seed must make the same mix"),
        ("always the same seed", ("Random(seed)", "Random(0)"), "Every seed makes the same mix"),
        ("shuffles the input", (SHUFFLE, f"{SHUFFLE}    rng.shuffle(general)\n"), "was changed"),
        ("extends the input", ("rows = new +", "rows = new\n    rows +="), "was changed"),
        ("too few are enough", (COUNT, f"min({COUNT}, len(general))"), "9. Raise a ValueError"),
        ("the error of random.sample", ("count > len(general)", "False"), "Say both numbers"),
        ("an error without numbers", (NUMBERS, "too few"), "Say both numbers"),
        ("exactly enough is too few", ("count >", "count >="), "that is enough"),
        ("replay alone", ("rows = new +", "rows ="), "Every new row belongs"),
        ("ids alone", ("return rows", "return [r['id'] for r in rows]"), "list of whole rows"),
        ("changed rows", ("return rows", f"return {ONLY_IDS}"), "one list of whole rows"),
        ("two lists", ("return rows", f"return new, {DRAWN}"), "Return one list"),
    ),
    *faults(
        "6.4",
        ("the gain's sign", (GAIN, f"-({GAIN})"), "The gain has the wrong sign"),
        ("the task after training", (GAIN, 'after["task"]'), "subtract what the model could do"),
        ("the gain as a ratio", (GAIN, 'after["task"] / before["task"]'), "not their ratio"),
        ("no negative gain", (GAIN, f"max(0, {GAIN})"), "The gain may be negative"),
        ("the gain without its sign", (GAIN, f"abs({GAIN})"), "Do not use `abs`"),
        ("a percentage", (GAIN, f"100 * ({GAIN})"), "not a percentage"),
        ("the sign of forgotten", (LOST, f"-({LOST})"), "'forgotten' has the wrong sign"),
        ("no negative forgetting", (LOST, f"max(0, {LOST})"), "'forgotten' may be negative"),
        ("a relative loss", (LOST, f'({LOST}) / before["general"]'), "do not divide by the share"),
        ("forgotten is about the task", (LOST, GAIN), "yours is about 'task'"),
        ("upside down", (RATIO, f"1 / ({RATIO})"), "upside down"),
        ("mean of means", (LOSS, MEANS), "the means of the texts"),
        ("mean of perplexities", (EXP, EXPS), "average the perplexities"),
        ("mean of exp", (EXP, "sum(map(math.exp, losses)) / len(losses)"), "You average exp(loss)"),
        ("ratio of the losses", (EXP, LOSS), "That is the ratio of the losses"),
        ("exp of the ratio", (EXP, LOSS, RATIO, f"math.exp({RATIO})"), "exp of the ratio"),
        ("difference of the losses", (EXP, LOSS, RATIO, MINUS), "difference of the mean"),
        ("exp of the sum", (LOSS, "sum(losses)"), "exp of the sum"),
        ("sum by texts", (LOSS, f"sum(losses) / len({TEXTS})"), "by the number of texts"),
        ("difference of perplexities", (RATIO, MINUS), "difference of the perplexities"),
        ("perplexity after", (RATIO, "perplexity(after)"), "That is the perplexity after"),
        ("2 to the power", (EXP, f"2 ** ({LOSS})"), "in nats"),
        ("the first text", ('report["losses"]', 'report["losses"][:1]'), "Only the first text"),
        ("the last text", ('report["losses"]', 'report["losses"][-1:]'), "Only the last text"),
        ("rounds", (RATIO, f"round({RATIO}, 2)"), "Do not round"),
        ("a list", ("return {", "return list({", "\n    }", "\n    }.values())"), "Return a dict"),
        ("another key", ("perplexity ratio", "perplexity_ratio"), "lacks {'perplexity ratio'}"),
        ("text", (GAIN, f"str({GAIN})"), "Return a number, not a str"),
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
        ("the types of gold only", then(GOLD_TYPES), "on the predicted side only"),
        ("the predicted types only", then(OUR_TYPES), "in gold only was missed"),
        ("every type must be there", then(ALL_TYPES), "KeyError"),
        ("minds capitals", (".lower()", ""), "Compare in lower case"),
        ("minds outer spaces", (".strip()", ""), "Strip the outer spaces"),
        ("strips blanks only", (".strip()", ".strip(' ')"), "of every kind"),
        ("finds parts", (HITS, PART.format("a[2] in b[2]")), "a part of the gold text"),
        ("finds what is longer", (HITS, PART.format("b[2] in a[2]")), "a longer text is no hit"),
        ("drops articles", (".strip()", ".strip().removeprefix('the ')"), "articles count"),
        ("sets", ("return found", "return Counter(set(found))"), "Sets miss them"),
        ("by membership", (HITS, "sum(ours[pair] for pair in ours if pair in right)"), "at most 1"),
        ("cleans late", (CLEAN, "text", "return found", f"return {CLEANED}"), "before you count"),
        ("whole lists", (UPDATE, WHOLE), "Compare text by text"),
        ("nothing at all is 0", ("else 1.0", "else 0.0"), "F1 is 1.0"),
        ("divides by no texts", (ZERO, ""), "ZeroDivisionError"),
        ("divides by no hits", (F1, HARMONIC), "ZeroDivisionError"),
        ("an empty list counts", ("else 1.0", "else 1.0 - any(predicted + gold)"), "An empty list"),
        ("three numbers", (F1, f"1, 1, {F1}"), "Return a number, not a tuple"),
    ),
    *faults(
        "6.6",
        ("the other way round", ("in known", "not in known"), "the other way round"),
        ("nothing is replaced", (IN, "True"), "No answer was replaced"),
        ("looks up the id of the row", (IN, 'row["id"] in known'), "look up row['fact']"),
        ("compares documents", (IN, DOCUMENT), "compare whole ids"),
        ("compares the beginning", (IN, START), "compare whole ids"),
        ("a sentence of its own", ("sentence}", '"The handbook does not say."}'), "as it is"),
        ("adds the sentence", ("sentence}", 'row["answer"] + " " + sentence}'), "takes the place"),
        ("an empty answer", ("sentence}", '""}'), "the `sentence` that was passed in"),
        ("changes the second", ("sentence}", f'sentence + " " * ({TWICE})}}'), "as it is"),
        ("in the rows themselves", relabel_in_place, "The input rows were changed"),
        ("the same dicts", (NEW, f'row if {IN} else {{**row, "answer":'), "is the same dict"),
        ("unknown rows are dropped", ("in rows]", f"in rows if {IN}]"), "Keep every row"),
        ("in another order", ("in rows]", "in rows[::-1]]"), "Keep the order"),
        ("two fields only", ("**row", '"id": row["id"], "fact": row["fact"]'), "Keep all fields"),
        ("a new field", ('"answer":', '"label":'), "the new field {'label'}"),
        ("the question too", ("**row", '**row, "question": "?"'), "Only 'answer' may change"),
        ("answers alone", ('{**row, "answer": ', "", "sentence}", "sentence"), "Return whole rows"),
        ("a generator", ("return [", "return (", "rows]", "rows)"), "Return a list of rows"),
    ),
]
