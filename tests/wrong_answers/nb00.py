"""Wrong answers to the exercises of notebook 00."""

import numpy as np
from scipy.stats import norm

from tests.wrong_answers import faults

EQUAL, FORM = "answer == form.strip().lower()", "form.strip().lower()"
ARTICLES = ' and word not in ("a", "an", "the")'
SIDES = "[(1 - level) / 2, (1 + level) / 2]"
CUT, TEXT = "word.strip(string.punctuation)", "text.strip(string.punctuation)."
WORDS, KEPT = "text.lower().split()", 'word not in ("a", "an", "the")'
AVERAGE, REPEATS = "sum(scores[name][1:]) / len(scores[name][1:])", "scores[name][1:]"
BEST = "if leader != best"
MIRRORED = "mean = np.mean(values)\n    return 2 * mean - high, 2 * mean - low"
# messages that several faults share
OTHERS, MORE = "All but case and outer spaces counts", "contains a form, and more"
INSIDE, EVERY = "Keep punctuation inside a word", "averages of all the repeats"
DRAWN, LEVEL = "a resample is as long as the data", "`level` is an argument"
NEW = "np.random.default_rng(0)"
TEN = "interval([1, 1, 1, 0, 1, 0, 1, 1, 0, 0])"


def interval_normal(values, level=0.95, clip=False):
    half = norm.ppf((1 + level) / 2) * np.std(values) / len(values) ** 0.5
    low, high = np.mean(values) - half, np.mean(values) + half
    return (max(low, min(values)), min(high, max(values))) if clip else (low, high)


def interval_clipped(values, level=0.95):
    return interval_normal(values, level, clip=True)


def lucky_drop(scores):
    fall = {name: s[0] - np.mean(s[1:]) for name, s in scores.items()}
    name = max(fall, key=fall.get)
    return name if fall[name] > 0.15 else "none"


WRONG = [
    *faults(
        "0.1",
        ("containment instead of equality", (EQUAL, f"{FORM} in answer"), MORE),
        ("the answer is a part of a form", (EQUAL, f"answer in {FORM}"), "A part of a form"),
        ("starts alike", (EQUAL, f"answer.startswith({FORM})"), MORE),
        ("ends alike", (EQUAL, f"answer.endswith({FORM})"), MORE),
        ("only the first form", ("in accepted", "in accepted[:1]"), "wherever it stands"),
        ("only the last form", ("in accepted", "in accepted[-1:]"), "wherever it stands"),
        ("all forms must match", ("any", "all"), "One equal form is enough"),
        ("capitals matter", ("answer.strip().lower()", "answer.strip()"), "Ignore case"),
        ("forms are not lowered", (FORM, "form.strip()"), "the case of the forms too"),
        ("outer spaces matter", ("answer.strip()", "answer"), "outer spaces"),
        ("spaces at the end matter", ("answer.strip()", "answer.lstrip()"), "ends of the answer"),
        ("outer spaces of forms matter", ("form.strip()", "form"), "ends of the forms"),
        ("inner spaces are dropped", (".strip()", '.replace(" ", "")'), "Spaces inside a text"),
        ("inner spaces are joined", ("answer.strip()", '" ".join(answer.split())'), OTHERS),
        ("punctuation is dropped", (".strip()", '.strip(" .")'), "Punctuation counts"),
        ("commas are dropped", (".strip()", '.strip().replace(",", "")'), OTHERS),
        ("the order is dropped", (EQUAL, f"set(answer.split()) == set({FORM}.split())"), OTHERS),
        ("quotes are folded", ("answer.strip()", 'answer.replace("’", chr(39)).strip()'), OTHERS),
        ("signs are dropped", ("answer.strip()", 'answer.strip(" -+")'), OTHERS),
        ("the plural is dropped", (".lower()", '.lower().rstrip("s")'), OTHERS),
        ("the first letters", (EQUAL, f"answer[:12] == {FORM}[:12]"), OTHERS),
        ("outer marks are dropped", (".strip()", '.strip().rstrip("!?")'), "Punctuation counts"),
        (
            "no empty answer",
            ("    return", "    if not answer: return False\n    return"),
            "empty form",
        ),
        ("strings", ("any(", '"no" if True else ('), "Return True or False"),
        ("an empty list matches", ("return any", "return not accepted or any"), "empty list"),
        ("no return", ("return any", "any"), "None"),
    ),
    *faults(
        "0.2",
        ("a list of words", ('" ".join(', "list("), "not a list"),
        ("capitals kept", (".lower()", ""), "lower case"),
        ("punctuation kept", (".strip(string.punctuation)", ""), "at the ends of words"),
        ("inside words too", (CUT, f'{CUT}.replace("-", "")'), INSIDE),
        ("commas inside words", (CUT, f'{CUT}.replace(",", "")'), INSIDE),
        ("apostrophes inside words", (CUT, f"{CUT}.replace(\"'\", '')"), INSIDE),
        ("splits at hyphens", (WORDS, 'text.lower().replace("-", " ").split()'), INSIDE),
        ("marks inside words", (CUT, f"{CUT}.replace('!', '')"), INSIDE),
        ("splits at slashes", (WORDS, 'text.lower().replace("/", " ").split()'), INSIDE),
        ("punctuation cut at the right end only", (".strip(", ".rstrip("), "before and after it"),
        ("only the ends of the text", (CUT, "word", "text.", TEXT), "both ends of every word"),
        ("the usual marks", (CUT, "word.strip('.,;:!?()\"\\'')"), "All marks"),
        ("underscores kept", (CUT, 'word.strip(string.punctuation.replace("_", ""))'), "'_' too"),
        ("other marks too", (CUT, 'word.strip(string.punctuation + "“”£")'), "no more than"),
        ("articles kept", (ARTICLES, ""), "Drop all articles"),
        ("'an' forgotten", ('"an", ', ""), "Drop all articles"),
        ("more stop words", ('"the")', '"the", "of", "and")'), "no words but"),
        ("articles in a string", (KEPT, 'word not in "a an the"'), "also contains its parts"),
        ("cuts 'the' out", (".lower()", '.lower().replace("the", "")'), "no part of one"),
        ("single letters", (KEPT, f"len(word) > 1 and {KEPT}"), "no words but"),
        ("articles cut out of words", (".lower()", '.lower().replace("an", "")'), "no part of one"),
        ("articles and spaces", (".lower()", '.lower().replace("a ", "")'), "whole words"),
        ("articles first", (ARTICLES, "", "()]", f"() if True{ARTICLES}]"), "A word is an article"),
        ("empty words leave a space", ("if word and", "if"), "that were only punctuation"),
        ("split at single spaces", (".split()", '.split(" ")'), "One space"),
        ("lines joined", (".lower()", '.lower().replace("\\n", "")'), "One space"),
        (
            "each word once",
            ("return", "words = dict.fromkeys(words)\n    return"),
            "Keep the words",
        ),
    ),
    *faults(
        "0.3",
        ("no replacement", ("size=len(values)", "len(values), False"), "Draw with replacement"),
        ("a new generator each time", ("[rng.", f"[{NEW}."), "once, before the loop"),
        ("quantiles of the values", ("quantile(means", "quantile(values"), "returned (0.0, 1.0)"),
        ("sums instead of means", (".mean()", ".sum()"), "returned (3.0, 9.0)"),
        ("fractions to a percentile", ("np.quantile", "np.percentile"), "from 0 to 100"),
        ("short resamples", ("=len(values)", "=len(values) // 3 or 1"), TEN),
        ("long resamples", ("=len(values)", "=4 * len(values)"), TEN),
        ("one less", ("=len(values)", "=len(values) - 1"), TEN),
        ("5 % on each side", (SIDES, "[1 - level, level]"), "of the means on each side"),
        ("high before low", ("return low, high", "return high, low"), "returned (0.9, 0.3)"),
        ("level is not used", (SIDES, "[0.025, 0.975]"), LEVEL),
        ("level at one end", (SIDES, "[0.025, (1 + level) / 2]"), "should return (0.4, 0.8)"),
        ("another level", ("0.95", "0.9"), "should return (0.3, 0.9)"),
        ("a normal interval", interval_normal, "should return (0.3, 0.9)"),
        ("a normal interval, clipped", interval_clipped, "should return (0.3, 0.9)"),
        (
            "mirrored",
            ("return low, high", MIRRORED),
            DRAWN,
        ),
        ("three numbers", ("return low", "return np.mean(values), low"), "2 values, not 3"),
        ("the first half", ("rng.choice(values", "rng.choice(values[::2]"), TEN),
        ("never the first", ("rng.choice(values", "rng.choice(values[1:]"), TEN),
        ("a fixed resample length", ("=len(values)", "=10"), DRAWN),
        ("twenty resamples", ("2000", "20"), "interval("),
        ("two hundred resamples", ("2000", "200"), "Draw at least 2,000"),
        ("rounded", ("low, high\n", "round(low, 2), round(high, 2)\n"), "Do not round the ends"),
        ("one value raises", ("    rng", "    values[1]\n    rng"), "IndexError"),
        ("never below 0", ("return low", "return max(0, low)"), "may be any numbers"),
    ),
    *faults(
        "0.4",
        ("always the first leader", (f' {BEST} else "none"', ""), "return 'none'"),
        ("None for 'none'", ('"none"', "None"), "return 'none'. None is another value"),
        ("the really best system", ("return leader", "return best"), "Birch is the best"),
        ("the worst system", ("leader = max", "leader = min"), "Alder leads at first"),
        (
            "the first by name",
            ("max(scores, key=lambda name: scores[name][0])", "min(scores)"),
            "may stand anywhere",
        ),
        ("a position", ("return leader", "return list(scores).index(leader)"), "Return a string"),
        ("another word for 'none'", ('"none"', '"nobody"'), "'none'"),
        ("the first score counts in the average", ("[1:]", ""), "no part of the average"),
        ("the best repeat", (AVERAGE, f"max({REPEATS})"), EVERY),
        ("the worst repeat", (AVERAGE, f"min({REPEATS})"), EVERY),
        ("the median repeat", (AVERAGE, f"np.median({REPEATS})"), EVERY),
        ("only the second score", (AVERAGE, "scores[name][1]"), EVERY),
        ("only the last score", (AVERAGE, "scores[name][-1]"), EVERY),
        ("the first three repeats", ("[1:]", "[1:4]"), EVERY),
        ("the sum", (f" / len({REPEATS})", ""), "not sums"),
        ("rounds the averages", (AVERAGE, f"round({AVERAGE}, 2)"), "not rounded"),
        ("rounds to six places", (AVERAGE, f"round({AVERAGE}, 6)"), "not rounded"),
        (
            "leaves out zeros",
            ("(scores[name][1:])", "([s for s in scores[name][1:] if s])"),
            "of 0",
        ),
        ("the one that fell furthest", lucky_drop, "return 'none'"),
        (
            "any fall",
            (BEST, f"if scores[leader][0] > min({REPEATS.replace('name', 'leader')})"),
            "return 'none'",
        ),
        ("needs a fall", (BEST, f"{BEST} and scores[leader][0] > max(scores[leader][1:])"), EVERY),
    ),
    *faults(
        "0.5",
        ("a list of numbers", [0.6, 0.7, 0.9, 0.9, 0.8], "is a dict"),
        ("a measure is missing", ('    "abstained": 0.85,\n', ""), "no target yet: abstained"),
        ("a misspelt measure", ('"source"', '"Sources"'), "Did you mean 'source'"),
        ("a measure of its own", ("{", '{"speed": 0.5,'), "no measure 'speed'"),
        ("per cent", ("0.95", "95"), "0.8 for 80 per cent"),
        ("a little above 1", ("0.95", "1.01"), "at most 1"),
        ("text instead of a number", ("0.7", '"0.7"'), "without quotes"),
        ("a boolean", ("0.7", "True"), "without quotes"),
        ("a range", ("0.7", "(0.5, 0.7)"), "without quotes"),
        ("a target of zero", ("0.9,", "0.0,"), "decides nothing"),
        ("below zero", ("0.7", "-0.2"), "below zero"),
        ("more to be sent than facts", ("0.7", "0.85"), "right in its fact too"),
        ("more to be sent than sources", ("0.9,", "0.6,"), "right in its source too"),
        ("more to be sent than steps", ("0.95", "0.65"), "right in its step too"),
        ("not a number", ("0.85", 'float("nan")'), "NaN"),
    ),
]
