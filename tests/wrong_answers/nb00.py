"""Wrong answers to the exercises of notebook 00."""

import numpy as np
from scipy.stats import norm

from tests.wrong_answers import faults

EQUAL, FORM = "answer == form.strip().lower()", "form.strip().lower()"
ARTICLES = ' and word not in ("a", "an", "the")'
SIDES = "[(1 - level) / 2, (1 + level) / 2]"
CUT, TEXT = "word.strip(string.punctuation)", "text.strip(string.punctuation)."
AVERAGE = "sum(scores[name][1:]) / len(scores[name][1:])"


def interval_normal(values, level=0.95):
    half = norm.ppf((1 + level) / 2) * np.std(values) / len(values) ** 0.5
    return np.mean(values) - half, np.mean(values) + half


def lucky_drop(scores):
    fall = {name: s[0] - np.mean(s[1:]) for name, s in scores.items()}
    name = max(fall, key=fall.get)
    return name if fall[name] > 0.15 else "none"


WRONG = [
    *faults(
        "0.1",
        ("containment instead of equality", (EQUAL, f"{FORM} in answer"), "`form in answer`"),
        ("the answer is a part of a form", (EQUAL, f"answer in {FORM}"), "`answer in form`"),
        ("only the first form", ("in accepted", "in accepted[:1]"), "not only the first"),
        ("all forms must match", ("any", "all"), "did you ask for all of them"),
        (
            "capitals matter",
            ("answer.strip().lower()", "answer.strip()"),
            "the answer to lower case",
        ),
        ("forms are not lowered", (FORM, "form.strip()"), "the forms to lower case too"),
        ("outer spaces matter", ("answer.strip()", "answer"), "both ends of the answer"),
        ("outer spaces of forms matter", ("form.strip()", "form"), "ends of the accepted forms"),
        ("inner spaces are dropped", (".strip()", '.replace(" ", "")'), "only the ends"),
        ("punctuation is dropped", (".strip()", '.strip(" .")'), "Everything else counts"),
        ("strings", ("any(", '"no" if True else ('), "Return True or False"),
        ("an empty list matches", ("return any", "return not accepted or any"), "empty list"),
        ("no return", ("return any", "any"), "forget a `return`"),
    ),
    *faults(
        "0.2",
        ("a list of words", ('" ".join(', "list("), "not a list"),
        ("capitals kept", (".lower()", ""), "lower case"),
        (
            "punctuation kept",
            (".strip(string.punctuation)", ""),
            "punctuation at the ends of words",
        ),
        ("inside words too", (CUT, f'{CUT}.replace("-", "")'), "Keep punctuation inside a word"),
        ("commas inside words", (CUT, f'{CUT}.replace(",", "")'), "Keep punctuation inside a word"),
        ("punctuation cut at the right end only", (".strip(", ".rstrip("), "before and after it"),
        ("only the ends of the text", (CUT, "word", "text.", TEXT), "both ends of every word"),
        ("articles kept", (ARTICLES, ""), "Drop all articles"),
        ("'an' forgotten", ('"an", ', ""), "Drop all articles"),
        ("articles cut out of words", (".lower()", '.lower().replace("an", "")'), "whole words"),
        ("articles and spaces", (".lower()", '.lower().replace("a ", "")'), "whole words"),
        ("articles first", (ARTICLES, "", "()]", f"() if True{ARTICLES}]"), "First cut"),
        ("empty words leave a space", ("if word and", "if"), "that were only punctuation"),
        ("split at single spaces", (".split()", '.split(" ")'), "One space between words"),
    ),
    *faults(
        "0.3",
        ("no replacement", ("size=len(values)", "len(values), False"), "draw with replacement"),
        ("quantiles of the values", ("quantile(means", "quantile(values"), "the resamples' means"),
        ("sums instead of means", (".mean()", ".sum()"), "not its sum"),
        ("short resamples", ("=len(values)", "=len(values) // 3 or 1"), "as long as the data"),
        (
            "long resamples",
            ("=len(values)", "=4 * len(values)"),
            "as many values as there are data",
        ),
        ("5 % on each side", (SIDES, "[1 - level, level]"), "leave out 0.025 on each side"),
        ("high before low", ("return low, high", "return high, low"), "low, then high"),
        ("level is not used", (SIDES, "[0.025, 0.975]"), "does not seem to use `level`"),
        ("a normal interval", interval_normal, "1.96 standard errors"),
        ("three numbers", ("return low", "return np.mean(values), low"), "two numbers"),
        ("the first half", ("rng.choice(values", "rng.choice(values[::2]"), "from all of the data"),
        ("a fixed resample length", ("=len(values)", "=40"), "fixed in your code"),
        ("twenty resamples", ("2000", "20"), "too few"),
    ),
    *faults(
        "0.4",
        ("always the first leader", (' if leader != best else "none"', ""), "nobody was lucky"),
        ("the really best system", ("return leader", "return best"), "really good"),
        ("the worst system", ("leader = max", "leader = min"), "never led"),
        ("a position", ("return leader", "return list(scores).index(leader)"), "Return a string"),
        ("another word for 'none'", ('"none"', '"nobody"'), "'none'"),
        ("the first score counts in the average", ("[1:]", ""), "Leave the first score out"),
        ("the best repeat", (AVERAGE, "max(scores[name][1:])"), "not the best of them"),
        ("only the second score", (AVERAGE, "scores[name][1]"), "Use all of the repeats"),
        ("only the last score", (AVERAGE, "scores[name][-1]"), "Use all of the repeats"),
        ("the sum", (" / len(scores[name][1:])", ""), "not their sums"),
        ("the one that fell furthest", lucky_drop, "fell furthest"),
        (
            "any fall",
            ("if leader != best", "if scores[leader][0] > min(scores[leader][1:])"),
            "stays ahead",
        ),
    ),
    *faults(
        "0.5",
        ("a list of numbers", [0.6, 0.7, 0.9, 0.9, 0.8], "is a dict"),
        (
            "a measure is missing",
            ('    "abstention F1": 0.8,\n', ""),
            "no target yet: abstention F1",
        ),
        ("a misspelt measure", ('"contained"', '"Contains"'), "did you mean 'contained'"),
        ("a measure of its own", ("{", '{"speed": 0.5,'), "no measure 'speed'"),
        ("per cent", ("0.95", "95"), "0.8 for 80 per cent"),
        ("text instead of a number", ("0.6", '"0.6"'), "without quotes"),
        ("a boolean", ("0.6", "True"), "without quotes"),
        ("a target of zero", ("0.9,", "0.0,"), "decides nothing"),
        ("below zero", ("0.6", "-0.2"), "below zero"),
        ("EM above contained", ("0.6", "0.9"), "always contained"),
        ("not a number", ("0.8", 'float("nan")'), "NaN"),
    ),
]
