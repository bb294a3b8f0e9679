"""Exercises of notebook 00: exact match, normalising, bootstrap, a lucky system, target sheet."""

import difflib
import math
import numbers
import random
import string
from decimal import Decimal

import numpy as np

from helpers import evaluate
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import apart, cases, expect, plain, returns, same, shown

ALMOST = {  # answers that almost equal an accepted form, but do not
    "bar 23": "23 bar",
    "23  bar": "23 bar",
    "23 bra": "23 bar",
    "23.0": "23",
    "1,000": "1000",
    "'23 bar'": "23 bar",
    "KX 2207": "KX-2207",
    "the lid": "lid",
    "seals": "seal",
    "Zurich": "Zürich",
    "-5": "5",
    "5%": "5",
    "5 m²": "5 m2",
    "5–7": "5-7",
    "+5": "5",
    "05": "5",
    "R&amp;D": "R&D",
    "Zu\u0308rich": "Z\u00fcrich",
    "o’clock": "o'clock",
    "23\u00a0bar": "23 bar",
    "the seal of the large pump in hall C": "the seal of the large pump in hall B",
}
NOBODY = "If the leader is the best of the repeats too, return 'none'."
EVERY = "Compare the averages of all the repeats."
RULE = "Leave out (1 - level) / 2 of the means on each side."


@exercise("0.1", "Exact match by hand", difficulty=1, importance=3, minutes=4)
@hints(
    "First simplify the answer and each accepted form with `.strip()` and `.lower()`.",
    "`any(... for form in accepted)` is True if at least one form equals the answer.",
    "Compare with `==`; between two strings, `in` asks if one is a part of the other.",
)
@solved_by("""
def exact(answer, accepted):
    answer = answer.strip().lower()
    return any(answer == form.strip().lower() for form in accepted)
""")
def grade_exact(exact):
    case, two = cases(exact), ["12 minutes", "twelve minutes"]
    case("12 minutes", ["12 minutes"], returns=True, why="The answer equals the form.")
    case("31 months", ["12 minutes"], returns=False, why="The answer is another one.")
    for answer in two:
        case(answer, two, returns=True, why="One equal form is enough, wherever it stands.")
    why = "An answer that contains a form, and more, does not equal it."
    for answer in ("It logs every 12 minutes or so", "12 minutes or so", "about 12 minutes"):
        case(answer, two, returns=False, why=why)
    case("12", two, returns=False, why="A part of a form does not equal it.")
    case(" 23 BAR", ["23 bar", "23bar"], returns=True, why="Ignore case and outer spaces.")
    case("about 23 bar", ["23 bar"], returns=False, why=why)
    case("SEAL-Period", ["seal-period"], returns=True, why="Ignore the case of the answer.")
    case("seal-period", ["SEAL-PERIOD"], returns=True, why="Ignore the case of the forms too.")
    for answer in ("  23 bar", "23 bar  "):
        case(answer, ["23 bar"], returns=True, why="Ignore spaces at both ends of the answer.")
    for form in ("  23 bar", "23 bar  "):
        case("23 bar", [form], returns=True, why="Ignore spaces at both ends of the forms too.")
    case("23bar", ["23 bar"], returns=False, why="Spaces inside a text count.")
    case("23 bar.", ["23 bar"], returns=False, why="Punctuation counts.")
    for answer, form in ALMOST.items():
        case(answer, [form], returns=False, why="All but case and outer spaces counts.")
    for mark in f"{string.punctuation}…£“":
        why = f"Punctuation counts, {mark!r} too."
        for answer, form in ((f"23 bar{mark}", "23 bar"), (f"{mark}23 bar", "23 bar")):
            case(answer, [form], returns=False, why=why)
            case(form, [answer], returns=False, why=why)
    why, pages = "All of the answer counts, however long it is.", "page " * 100
    case(f"{pages}7", [f"{pages}8"], returns=False, why=why)
    for text in (f"{pages}7", 'R&D <b> "Zu\u0308rich" (5 m²)!'):
        case(text, [text], returns=True, why="The answer equals the form.")
    case("SÜD-TOR Ç", ["süd-tor ç"], returns=True, why="Ignore the case of all letters.")
    case("7", [str(n) for n in range(30)][::-1], returns=True, why="Any form may be the equal one.")
    case("29", [str(n) for n in range(30)], returns=True, why="Any form may be the equal one.")
    case("", ["23 bar"], returns=False, why="An empty answer is not this form.")
    case("", ["23 bar", ""], returns=True, why="An empty answer equals an empty form.")
    case("anything", [], returns=False, why="Nothing can match an empty list of accepted forms.")
    rng = random.Random(0)
    for _ in range(50):
        *forms, other = ["".join(rng.choices("abcdeXYZ", k=4)) for _ in range(4)]
        why = "One equal form is enough; ignore case and outer spaces."
        case(f" {rng.choice(forms).upper()}", forms, returns=True, why=why)
        case(other, forms, returns=other.lower() in map(str.lower, forms), why=why)


@exercise("0.2", "Normalise an answer", difficulty=2, importance=2, minutes=6)
@hints(
    "`text.lower().split()` gives the words and drops all spaces. Then work word by word.",
    "`word.strip(string.punctuation)` cuts only at both ends of a word: kx-2207 is kept.",
    "Then drop the words that are empty or one of a, an, the; then use `' '.join(...)`.",
)
@solved_by("""
import string

def normalise(text):
    words = [word.strip(string.punctuation) for word in text.lower().split()]
    return " ".join(word for word in words if word and word not in ("a", "an", "the"))
""")
def grade_normalise(normalise):
    def reference(text):
        words = (word.strip(string.punctuation) for word in text.lower().split())
        return " ".join(word for word in words if word not in {"", "a", "an", "the"})

    case, inside = cases(normalise), "Keep punctuation inside a word."
    case("23 litres", returns="23 litres", why="Nothing is to change here.")
    case("Horn BLOWS", returns="horn blows", why="Convert the text to lower case.")
    case("ÜBER Çelik", returns="über çelik", why="Convert all letters to lower case.")
    case("leather banana", returns="leather banana", why="Drop whole words, and no part of one.")
    case("horn blows.", returns="horn blows", why="Cut the punctuation at the ends of words.")
    for text in ("lid kx-2207", "14,000 wipes", "lid's hook", "twelve o'clock", "either/or 2.5"):
        case(text, returns=text, why=inside)
    why = "Cut the punctuation at both ends of every word, before and after it."
    case('"stop!" (twice),', returns="stop twice", why=why)
    case("(((wet))) ...bar?!", returns="wet bar", why="Cut all the punctuation at an end.")
    for mark in string.punctuation:
        why = f"All marks of string.punctuation are cut, {mark!r} too."
        case(f"lid {mark}wet{mark}", returns="lid wet", why=why)
    for mark in string.punctuation:
        case(f"lid a1{mark}b2", returns=f"lid a1{mark}b2", why=f"{inside[:-1]}, {mark!r} too.")
    for text in ("“wet” lid", "zu\u0308rich", "£12 5°", "süd-tor"):
        case(text, returns=text, why="Cut no more than the marks of string.punctuation.")
    why = "Drop articles only where they are whole words."
    for text in ("another banana skin", "an-7 the-lid a/b"):
        case(text, returns=text, why=why)
    case("a horn an owl the lid", returns="horn owl lid", why="Drop all articles: a, an, the.")
    case("a lid a horn the", returns="lid horn", why="Drop every article, wherever it stands.")
    case("the an a", returns="", why="Drop every article, wherever it stands.")
    case("(The) lid -a-", returns="lid", why="A word is an article when its punctuation is cut.")
    for text in ("top of it and in to", "type b 5 x"):
        case(text, returns=text, why="Drop no words but a, an and the.")
    for text in ("he set t and e to h n", "ant hen he"):
        part = "With `in`, a string also contains its parts: 'he' is in 'a an the'."
        kept = " ".join(word for word in text.split() if word not in "a an the")
        why = "Drop no words but a, an and the."
        case(text, returns=text, why=why, mistakes={kept: part})
    case("zinc zinc bar", returns="zinc zinc bar", why="Keep the words, and their order.")
    case("two   short\n blasts\nnow ", returns="two short blasts now", why="One space each.")
    case("left - right", returns="left right", why="Drop words that were only punctuation.")
    for text in ("the ... !", ""):
        case(text, returns="", why="If no word is left, the result is an empty string.")
    case("The part  KX-2207.", returns="part kx-2207")
    parts = ["The", "a", "an", "lid", "KX-2207", "23.5", "bar,", "(wet)", "--", "Then", " ", "OK!"]
    rng = random.Random(1)
    same(normalise, reference, [(" ".join(rng.choices(parts, k=k)),) for k in range(60)])


@exercise("0.3", "A bootstrap interval", difficulty=2, importance=3, minutes=8)
@hints(
    "Once, before the loop: `rng = np.random.default_rng(0)`. Then "
    "`rng.choice(values, size=len(values))` draws a resample, each time another one.",
    "Collect the means of 2,000 resamples: the interval is about these, not the values.",
    "Its ends: `np.quantile(means, [(1 - level) / 2, (1 + level) / 2])`.",
)
@solved_by("""
import numpy as np

def interval(values, level=0.95):
    rng = np.random.default_rng(0)
    means = [rng.choice(values, size=len(values)).mean() for _ in range(2000)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return low, high
""")
def grade_interval(interval):
    # These shares have few possible means, so that chance can't change the quantiles.
    shares, case, close = [1, 1, 1, 0, 1, 0, 1, 1, 0, 0], cases(interval), {"tolerance": 0.001}
    mistakes = {
        (lambda got: got[0] == got[1]): "Both ends are equal. Draw with replacement, and make the "
        "generator of random numbers once, before the loop: made anew with the same seed, it "
        "repeats itself. And take two quantiles, a low and a high one.",
        (0, 1): "These are the least and the largest value: the interval is about the means.",
        (3, 9): "These are the ends of sums: take the mean of each resample.",
        (0.9, 0.3): "The lower end comes first.",
        (
            lambda got: 0.05 < got[0] < got[1] <= 0.3
        ): "Both ends are far below the mean of the data: "
        "np.quantile takes shares from 0 to 1, and np.percentile numbers from 0 to 100.",
    }
    why = f"Take the means of at least 2,000 resamples. {RULE}"
    case(shares, returns=(0.3, 0.9), why=why, mistakes=mistakes, **close)
    always = {(0.3, 0.9): "That is the range for level=0.95: `level` is an argument."}
    for level, ends in ((0.8, (0.4, 0.8)), (0.5, (0.5, 0.7))):
        case(shares, level=level, returns=ends, why=RULE, mistakes=always, **close)
    why = "Every value may be drawn, each time anew, and a resample is as long as the data."
    case([0] * 9 + [1], returns=(0, 0.3), why=why, **close)
    case([1] + [0] * 4, returns=(0, 0.6), why=why, **close)
    case([1] * 4, returns=(1, 1), why="If all values are equal, so are all means.", **close)
    case([7], returns=(7, 7), why="A single value is every resample.", **close)

    def reference(values, level):
        draws = np.random.default_rng(0).integers(0, len(values), (60_000, len(values)))
        means = np.array(values)[draws].mean(1)
        return tuple(np.quantile(means, [(1 - level) / 2, (1 + level) / 2]).tolist())

    rng, errors = np.random.default_rng(3), []
    for size, level in zip([60, *range(8, 25)], [0.95, 0.8, 0.9] * 6, strict=True):
        values = (rng.normal(-size % 5, 1, size) * [1, -100, 0.001][size % 3]).tolist()
        low, high = reference(values, level)
        got = plain(returns(interval(values, level), tuple, size=2))
        got = tuple(float(returns(end, float)) for end in got)
        errors += [(got[0] - low) / (high - low), (got[1] - high) / (high - low)]
        call = f"interval({shown(values)}, {level})"
        both = "should return about {}, and returned {}.".format(*apart((low, high), got))
        why = f"The values may be any numbers. {RULE}"
        if got == tuple(round(end, 4) for end in got):
            why = "Do not round the ends."
        expect(all(abs(error) < 0.15 for error in errors), f"{why} {call} {both}")
        error = float(np.sqrt(np.mean(np.square(errors))))
        if len(errors) >= 18 and error < 0.01:  # so near with many more than 2,000 resamples only
            return
    why = f"In 18 cases, your ends are off by {error:.1%} of the interval's width on average; with "
    expect(error < 0.025, why + "2,000 resamples it is about 1.5%. Draw at least 2,000 of them.")


@exercise("0.4", "Spot the lucky system", difficulty=2, importance=3, minutes=6)
@hints(
    "Who leads on the first score? Who has the best average after it? Compare the names.",
    "`max(scores, key=lambda name: scores[name][0])` is the leader on the first score.",
    "`scores[name][1:]` are the repeats. If the leader is the best there too, return 'none'.",
)
@solved_by("""
def lucky(scores):
    leader = max(scores, key=lambda name: scores[name][0])
    best = max(scores, key=lambda name: sum(scores[name][1:]) / len(scores[name][1:]))
    return leader if leader != best else "none"
""")
def grade_lucky(lucky):
    case = cases(lucky)
    scores = {"Alder": [0.9, 0.5, 0.4], "Birch": [0.8, 0.8, 0.7], "Cedar": [0.3, 0.4, 0.3]}
    why = "Alder leads at first, Birch is the best of the repeats: Alder was lucky."
    case(scores, returns="Alder", why=why)
    why = "Ash leads at first, Elm is the best of the repeats: Ash was lucky."
    case({"Ash": [0.9, 0.5, 0.5], "Elm": [0.8, 0.7, 0.8]}, returns="Ash", why=why)
    steady = [0.6, 0.7, 0.7, 0.7]
    for why, alder, birch, wanted in (
        (NOBODY, [0.8, 0.8, 0.9], [0.7, 0.6, 0.7], "none"),
        (NOBODY, [0.9, 0.7, 0.7], [0.5, 0.6, 0.6], "none"),
        ("The leader may stand anywhere.", [0.6, 0.7, 0.7], [0.9, 0.5, 0.5], "Birch"),
        ("The first score is no part of the average.", [1, 0.4, 0.4], [0.5, 0.55, 0.55], "Alder"),
        (EVERY, [0.9, 0.4, 0.95, 0.4], steady, "Alder"),
        (EVERY, [0.9, 0.6, 0.95, 0.95], steady, "none"),
        (EVERY, [0.9, 0.9, 0.3, 0.3], steady, "Alder"),
        (EVERY, [0.9, 0.3, 0.3, 0.9], steady, "Alder"),
        (EVERY, [0.9, 0.9, 0.9, 0.9, 0.1, 0.1], [0.8] + [0.65] * 5, "Alder"),
        (EVERY, [0.9, 0.5, 0.5, 0.5, 0.9, 0.9], [0.8] + [0.6] * 5, "none"),
        (EVERY, [0.9, 0.91, 0.95], [0.8, 0.96, 0.97], "Alder"),
        ("There may be a single repeat.", [0.9, 0.4], [0.8, 0.7], "Alder"),
        ("Averages, not sums, are compared.", [0.9, 0.6, 0.6, 0.6], [0.8, 0.7, 0.7], "Alder"),
        ("Averages are not rounded.", [0.9, 0.7001, 0.7], [0.8, 0.7002, 0.7], "Alder"),
        ("Averages are not rounded.", [0.9, 0.7000001], [0.8, 0.7000003], "Alder"),
        ("Scores are not rounded.", [0.9001, 0.7, 0.7], [0.9002, 0.6, 0.6], "Birch"),
        ("Scores are not rounded.", [0.9000001, 0.7], [0.9000003, 0.6], "Birch"),
        ("A repeat of 0 counts too.", [0.9, 0, 0.8], [0.8, 0.5, 0.5], "Alder"),
        ("A repeat of 0 counts too.", [0.9, 0, 0], [0, 0, 0.1], "Alder"),
        (EVERY, [0.9] + [0.8] * 20 + [0.1] * 20, [0.8] + [0.5] * 40, "Alder"),
    ):
        mistakes = {None: f"{NOBODY} None is another value."} if wanted == "none" else None
        case({"Alder": alder, "Birch": birch}, returns=wanted, why=why, mistakes=mistakes)
    scores = {"Alder": [0.8, 0.9, 0.9], "Birch": [0.9, 0.8, 0.8], "Cedar": [0.7, 0.1, 0.1]}
    case(scores, returns="Birch", why="It need not be the one that fell furthest.")
    why = "There may be any number of systems."
    many = {f"Oak {n}": [n / 40, 0.5, 0.6] for n in range(30)}
    case({**many, "Elm": [0.1, 0.9, 0.9]}, returns="Oak 29", why=why)
    case({"Alder": [0.9, 0.1]}, returns="none", why="A system alone is the best of the repeats.")

    def reference(scores):
        table = [(values[0], np.mean(values[1:]), name) for name, values in scores.items()]
        _, average, leader = max(table)
        return leader if average < max(row[1] for row in table) else "none"

    rng = random.Random(3)
    for _ in range(60):
        sizes = {name: rng.randint(2, 7) for name in rng.sample("DEFGH", rng.randint(2, 5))}
        scores = {name: [rng.random() for _ in range(size)] for name, size in sizes.items()}
        same(lucky, reference, [(scores,)], "Is the leader the best on the average of repeats?")


@exercise("0.5", "Set your target sheet", difficulty=1, importance=3, minutes=5)
@hints(
    "The names are the keys of `evaluate.MEASURES`: copy them as they are.",
    "Each target is a share: the lowest with which you would let the system answer.",
    "What can be sent is right in all three parts, so its target is at most the lowest of them.",
)
@solved_by("""
my_targets = {
    "fact": 0.8,
    "source": 0.9,
    "step": 0.95,
    "sendable": 0.7,
    "abstained": 0.85,
}
""")
def grade_targets(targets):
    measures = list(evaluate.MEASURES)
    kind = type(targets).__name__
    expect(isinstance(targets, dict), f"A target sheet is a dict, measure -> target, not a {kind}.")
    for name in targets:
        lower = {measure.lower(): measure for measure in measures}
        near = difflib.get_close_matches(str(name).lower(), lower, 1, 0.7)
        meant = f"Did you mean {lower[near[0]]!r}? " if near else ""
        there = f"There is no measure {shown(name, 60)}. {meant}There are {', '.join(measures)}."
        expect(name in measures, there)
    missing = ", ".join(name for name in measures if name not in targets)
    expect(not missing, f"The sheet is incomplete. These have no target yet: {missing}.")
    shares = {name: plain(target) for name, target in targets.items()}
    for name, target in shares.items():
        number = isinstance(target, numbers.Real | Decimal) and not isinstance(target, bool)
        its = f"The target for {name!r} is"
        expect(number, f"{its} {shown(target, 60)}: write a number without quotes, such as 0.8.")
        expect(not math.isnan(target), f"{its} not a number (NaN): nothing can reach it.")
        its += f" {shown(float(target))}"
        expect(target <= 1, f"{its}: write a share of at most 1, so 0.8 for 80 per cent.")
        expect(target >= 0, f"{its}, below zero: write a share above 0 and at most 1.")
        expect(target > 0, f"{its}, which every system reaches: such a target decides nothing.")
    part = min(("fact", "source", "step"), key=lambda name: shares[name])
    low, sendable = float(shares[part]), float(shares["sendable"])
    expect(
        sendable <= low,
        f"What can be sent is right in its {part} too: with sendable at {sendable:g}, the target "
        f"{low:g} for {part} never decides. Raise it or lower sendable.",
    )
