"""Exercises of notebook 00: exact match, normalising, bootstrap, a lucky system, target sheet."""

import difflib
import math
import random

import numpy as np

from helpers import evaluate, metrics
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, expect, returns, same


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
    case("12 minutes", ["12 minutes"], returns=True)
    case("31 months", ["12 minutes"], returns=False)
    why = "One accepted form that equals the answer is enough: did you ask for all of them?"
    case("12 minutes", two, returns=True, why=why)
    why = "Compare the answer with every accepted form, not only the first."
    case("twelve minutes", two, returns=True, why=why)
    why = "It contains an accepted form but does not equal it: did you write `form in answer`?"
    case("It logs every 12 minutes or so", two, returns=False, why=why)
    why = "'12' is only a part of an accepted form: did you write `answer in form`?"
    case("12", two, returns=False, why=why)
    case("SEAL-Period", ["seal-period"], returns=True, why="Convert the answer to lower case.")
    case("seal-period", ["SEAL-PERIOD"], returns=True, why="Convert the forms to lower case too.")
    case("  23 bar ", ["23 bar"], returns=True, why="Strip both ends of the answer.")
    case("23 bar", [" 23 bar "], returns=True, why="Strip both ends of the accepted forms too.")
    case("23bar", ["23 bar"], returns=False, why="Spaces inside a text count: strip only the ends.")
    case("23 bar.", ["23 bar"], returns=False, why="Everything else counts, full stops too.")
    case("anything", [], returns=False, why="Nothing can match an empty list of accepted forms.")
    rng = random.Random(0)
    for _ in range(50):
        *forms, other = ["".join(rng.choices("abcdeXYZ", k=4)) for _ in range(4)]
        case(f" {rng.choice(forms).upper()}", forms, returns=True)
        case(other, forms, returns=other.lower() in " ".join(forms).lower().split())


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
    case = cases(normalise)
    joined = {(lambda got: type(got) is list): "Return one string, not a list: ' '.join(words)."}
    case("23 litres", returns="23 litres", mistakes=joined)
    case("Horn BLOWS", returns="horn blows", why="Convert the text to lower case.")
    case("horn blows.", returns="horn blows", why="Cut the punctuation at the ends of words.")
    case("lid KX-2207", returns="lid kx-2207", why="Keep punctuation inside a word.")
    case("14,000 wipes", returns="14,000 wipes", why="Keep punctuation inside a word.")
    why = "Cut the punctuation at both ends of every word, before and after it."
    case('"stop!" (twice),', returns="stop twice", why=why)
    why = "Drop articles only where they are whole words. Did you use `replace`?"
    case("another banana skin", returns="another banana skin", why=why)
    case("a horn an owl the lid", returns="horn owl lid", why="Drop all articles: a, an, the.")
    case("(The) lid", returns="lid", why="First cut the punctuation, then drop the articles.")
    case("two   short\n blasts ", returns="two short blasts", why="One space between words.")
    case("left - right", returns="left right", why="Drop words that were only punctuation.")
    case("the ... !", returns="", why="If no word is left, the result is an empty string.")
    parts = ["The", "a", "an", "lid", "KX-2207", "23.5", "bar,", "(wet)", "--", "Then", " ", "OK!"]
    rng = random.Random(1)
    same(normalise, metrics.normalize, [(" ".join(rng.choices(parts, k=6)),) for _ in range(60)])


@exercise("0.3", "A bootstrap interval", difficulty=2, importance=3, minutes=8)
@hints(
    "`np.random.default_rng(0).choice(values, size=len(values))` draws one resample.",
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
    def ends(*args):
        low, high = map(float, returns(interval(*args), tuple, "two numbers, (low, high)", size=2))
        expect(math.isfinite(low + high), f"The interval is ({low}, {high}): both must be finite.")
        expect(low <= high, "The first number is the larger one: return low, then high.")
        return low, high

    values = [1, 1, 1, 0] * 5 + [1] * 9 + [0] * 11
    low, high = ends(values)
    mean, true_low, true_high = metrics.bootstrap(values)
    middle, wide = (low + high) / 2, true_high - true_low
    ratio = (high - low) / wide
    expect(
        high <= 1.5, "The interval is far above all values: take each resample's mean, not its sum."
    )
    expect(ratio > 0, "All resamples have the same mean: draw with replacement.")
    why = "The interval reaches from the smallest value to the largest: take the quantiles of the "
    expect((low, high) != (0, 1), why + "resamples' means, not of the values.")
    why = f"The middle of the interval is {middle:.2f}, but the mean of the data is {mean:.2f}: "
    expect(abs(middle - mean) < 0.05, why + "does each resample come from all of the data?")
    why = f"The interval is {ratio:.2f} times as wide as expected:"
    expect(ratio < 1.2, f"{why} is each resample as long as the data?")
    why += " for level 0.95 leave out 0.025 on each side (not 0.05), and draw "
    expect(ratio > 0.91, why + "as many values as there are data.")
    half_low, half_high = ends(values, 0.5)
    half = (half_high - half_low) / wide
    expect(
        half < 0.6, "With level=0.5 the interval is narrower; yours does not seem to use `level`."
    )
    expect(half > 0.15, "With level=0.5 leave out 0.25 on each side.")
    rare_low, _ = ends([0] * 9 + [1])
    why = f"For nine 0 and one 1 your interval starts at {rare_low:.2f}, below every value. A "
    why += "bootstrap interval can't do that: is it the mean plus and minus 1.96 standard errors?"
    expect(rare_low >= 0, why)
    expect(ends([1] * 10) == (1, 1), "If all values are 1, so are all means: return (1, 1).")
    rng = np.random.default_rng(2)
    for count in (15, 120):
        data = rng.normal(5, 2, count)
        (low, high), (_, true_low, true_high) = ends(data), metrics.bootstrap(data)
        why = f"For {count} values the interval should be near ({true_low:.2f}, {true_high:.2f}), "
        why += f"not ({low:.2f}, {high:.2f}). Is a number of values or resamples fixed in your "
        off = max(abs(low - true_low), abs(high - true_high))
        expect(off < 0.12 * (true_high - true_low), why + "code, or are they too few?")


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
    mistakes = {
        "Birch": "Birch is the best of the repeats: it is really good, not lucky.",
        "Cedar": "Cedar never led: the lucky system leads on the first score.",
        "none": "Alder leads at first and Birch is better in the repeats: Alder was lucky.",
        (lambda got: isinstance(got, str)): "Return one of the three names, or 'none'.",
    }
    case(scores, returns="Alder", mistakes=mistakes)
    why = "If the leader is also the best of the repeats, nobody was lucky: return 'none'."
    case({"Alder": [0.8, 0.8, 0.9], "Birch": [0.7, 0.6, 0.7]}, returns="none", why=why)
    why = "Leave the first score out of the average: its luck is in question."
    case({"Alder": [0.95, 0.7, 0.7], "Birch": [0.8, 0.74, 0.74]}, returns="Alder", why=why)
    steady, why = [0.6, 0.7, 0.7, 0.7], "Compare the averages of the repeats, not the best of them."
    case({"Alder": [0.9, 0.4, 0.95, 0.4], "Birch": steady}, returns="Alder", why=why)
    why = "Use all of the repeats, not only the one after the first score."
    case({"Alder": [0.9, 0.9, 0.3, 0.3], "Birch": steady}, returns="Alder", why=why)
    why = "Use all of the repeats, not only the last one."
    case({"Alder": [0.9, 0.3, 0.3, 0.9], "Birch": steady}, returns="Alder", why=why)
    why = "One has more repeats than the other: compare their averages, not their sums."
    case({"Alder": [0.9, 0.6, 0.6, 0.6], "Birch": [0.8, 0.7, 0.7]}, returns="Alder", why=why)
    why = "The lucky system need not be the one that fell furthest."
    scores = {"Alder": [0.8, 0.9, 0.9], "Birch": [0.9, 0.8, 0.8], "Cedar": [0.7, 0.1, 0.1]}
    case(scores, returns="Birch", why=why)
    why = "A leader that falls back but stays ahead of all others was not lucky in our sense."
    case({"Alder": [0.9, 0.7, 0.7], "Birch": [0.5, 0.6, 0.6]}, returns="none", why=why)

    def reference(scores):
        table = [(values[0], np.mean(values[1:]), name) for name, values in scores.items()]
        _, average, leader = max(table)
        return leader if average < max(row[1] for row in table) else "none"

    rng = random.Random(3)
    for _ in range(60):
        sizes = {name: rng.randint(3, 4) for name in rng.sample("DEFGH", 4)}
        scores = {name: [rng.random() for _ in range(size)] for name, size in sizes.items()}
        same(lucky, reference, [(scores,)])


@exercise("0.5", "Set your target sheet", difficulty=1, importance=3, minutes=5)
@hints(
    "The names are the keys of `evaluate.MEASURES`: copy them with spaces and capitals.",
    "Each target is a share: the lowest with which you would let the system answer.",
    "An exact match is also contained, so the target for EM is at most that for contained.",
)
@solved_by("""
my_targets = {
    "EM": 0.6,
    "contained": 0.7,
    "house format": 0.95,
    "citation precision": 0.9,
    "abstention F1": 0.8,
}
""")
def grade_targets(targets):
    measures = list(evaluate.MEASURES)
    kind = type(targets).__name__
    expect(isinstance(targets, dict), f"A target sheet is a dict, measure -> target, not a {kind}.")
    for name in targets:
        lower = {measure.lower(): measure for measure in measures}
        near = difflib.get_close_matches(str(name).lower(), lower, 1, 0.5)
        meant = f"did you mean {lower[near[0]]!r}?" if near else f"there are {', '.join(measures)}."
        expect(name in measures, f"There is no measure {name!r}: {meant}")
    missing = ", ".join(name for name in measures if name not in targets)
    expect(not missing, f"The sheet is incomplete. These have no target yet: {missing}.")
    for name, target in targets.items():
        number = isinstance(target, int | float | np.number) and not isinstance(target, bool)
        its = f"The target for {name!r} is"
        expect(number, f"{its} {target!r}: write a number without quotes, such as 0.8.")
        expect(not math.isnan(target), f"{its} not a number (NaN): nothing can reach it.")
        expect(target <= 1, f"{its} {target:g}: write a share from 0 to 1, so 0.8 for 80 per cent.")
        expect(target >= 0, f"{its} below zero: write a share from 0 to 1.")
        expect(target > 0, f"{its} 0, which every system reaches: such a target decides nothing.")
    expect(
        targets["EM"] <= targets["contained"],
        f"An exact match is always contained too: with EM at {targets['EM']:g}, the target "
        f"{targets['contained']:g} for contained never decides. Raise it or lower EM.",
    )
