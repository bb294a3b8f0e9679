"""The exercises of notebook 00: measures by hand, an interval, a lucky system, a target sheet."""

import difflib
import math
import random

import numpy as np

from helpers import evaluate, metrics
from helpers.exercises import exercise, expect


@exercise(
    "0.1",
    title="Exact match by hand",
    difficulty=1,
    importance=3,
    minutes=4,
    hints=[
        "Make the answer and each accepted form alike first: `.strip()` cuts outer spaces, `.lower()` makes small letters.",
        "One accepted form is enough: `any(... for form in accepted)` is True as soon as one of them equals the answer.",
        "Compare whole texts with `==`. `in` between two texts asks whether one is a part of the other.",
    ],
    solution="""
def exact(answer, accepted):
    return any(answer.strip().lower() == form.strip().lower() for form in accepted)
""",
)
def exact_match(exact):
    first = exact("12 minutes", ["12 minutes"])
    expect(isinstance(first, bool | np.bool_), f"Give back True or False; yours gave back {first!r}.")
    expect(first, "'12 minutes' equals the accepted form '12 minutes', and yours says it does not.")
    expect(not exact("31 months", ["12 minutes"]), "'31 months' is not '12 minutes', and yours says that they match.")
    two = ["12 minutes", "twelve minutes"]
    expect(exact("12 minutes", two), "One accepted form that equals the answer is enough: did you ask for all of them?")
    expect(exact("twelve minutes", two), "The answer may equal any accepted form, and yours seems to look at the first alone.")
    expect(
        not exact("It logs every 12 minutes or so", two),
        "'It logs every 12 minutes or so' contains an accepted form but does not equal it: did you write `form in answer`?",
    )
    expect(not exact("12", two), "'12' is only a part of an accepted form: did you write `answer in form`?")
    expect(exact("SEAL-Period", ["seal-period"]), "'SEAL-Period' should match 'seal-period': put the answer into lower case.")
    expect(exact("seal-period", ["SEAL-PERIOD"]), "'seal-period' should match 'SEAL-PERIOD': put the accepted forms into lower case too.")
    expect(exact("  23 bar ", ["23 bar"]), "'  23 bar ' should match '23 bar': cut the spaces at both ends of the answer.")
    expect(exact("23 bar", [" 23 bar "]), "Cut the spaces at both ends of the accepted forms too.")
    expect(not exact("23bar", ["23 bar"]), "Spaces inside a text count: '23bar' is not '23 bar'. Cut them at the ends only.")
    expect(not exact("anything", []), "With no accepted form nothing can match: give back False for an empty list.")
    rng = random.Random(0)
    for _ in range(50):
        words = ["".join(rng.choices("abcdeXYZ", k=4)) for _ in range(4)]
        forms = words[:3]
        expect(exact(f" {rng.choice(forms).upper()}", forms), f"An answer that stands in {forms} (in capitals) was not found.")
        expect(
            bool(exact(words[3], forms)) == (words[3].lower() in [form.lower() for form in forms]),
            f"{words[3]!r} against {forms} went wrong.",
        )


@exercise(
    "0.2",
    title="Normalise an answer",
    difficulty=2,
    importance=2,
    minutes=6,
    hints=[
        "Work word by word: `text.lower().split()` gives the words and forgets how many spaces there were.",
        '`word.strip(string.punctuation)` cuts punctuation at both ends of a word and leaves "kx-2207" as it is.',
        "Cut the punctuation first, then drop the words that are empty or one of a, an, the; then `' '.join(...)`.",
    ],
    solution="""
import string

def normalise(text):
    words = [word.strip(string.punctuation) for word in text.lower().split()]
    return " ".join(word for word in words if word and word not in ("a", "an", "the"))
""",
)
def normalise(normalise):
    text = normalise("23 litres")
    expect(not isinstance(text, list), "Give back one text, not a list of words: ' '.join(words) makes one of it.")
    expect(isinstance(text, str), f"Give back a text; yours gave back {type(text).__name__}.")
    expect(text == "23 litres", f"'23 litres' is normal already; yours made {text!r} of it.")
    expect(normalise("Horn BLOWS") == "horn blows", "Put everything into lower case: 'Horn BLOWS' should give 'horn blows'.")
    expect(normalise("horn blows.") == "horn blows", "Cut punctuation at the ends of words: 'horn blows.' should give 'horn blows'.")
    expect(
        normalise("lid KX-2207") == "lid kx-2207",
        f"Keep punctuation inside a word: 'lid KX-2207' should give 'lid kx-2207', yours gives {normalise('lid KX-2207')!r}.",
    )
    expect(normalise("14,000 wipes") == "14,000 wipes", "Keep the comma inside '14,000'.")
    expect(normalise('"stop!" (twice),') == "stop twice", "Cut punctuation at both ends of every word, before and after it.")
    expect(
        normalise("another banana skin") == "another banana skin",
        "Drop articles only where they are whole words; 'another banana skin' should stay as it is. Did you use `replace`?",
    )
    expect(normalise("a horn an owl the lid") == "horn owl lid", "Drop all three articles: a, an, the.")
    expect(normalise("(The) lid") == "lid", "'(The) lid' should give 'lid': cut the punctuation first, then look for articles.")
    expect(
        normalise("two   short\n blasts ") == "two short blasts",
        "One space between words and none at the ends: 'two   short\\n blasts ' should give 'two short blasts'.",
    )
    expect(normalise("left - right") == "left right", "A word that was only punctuation is gone, and so is its place: 'left - right'.")
    expect(normalise("the ... !") == "", "A text of articles and punctuation alone should give an empty text.")
    rng = random.Random(1)
    parts = ["The", "a", "an", "lid", "KX-2207", "23.5", "bar,", "(wet)", "--", "Theatre", "o'clock", "  ", "WIPES!"]
    for _ in range(60):
        text = " ".join(rng.choices(parts, k=6))
        expect(normalise(text) == metrics.normalize(text), f"{text!r} should give {metrics.normalize(text)!r}, not {normalise(text)!r}.")


def _pair(result) -> tuple[float, float]:
    """The learner's interval as two numbers."""
    expect(
        isinstance(result, tuple | list | np.ndarray) and len(result) == 2,
        f"Give back two numbers, (low, high); yours gave back {result!r:.60}.",
    )
    low, high = (float(end) for end in result)
    expect(math.isfinite(low) and math.isfinite(high), f"The ends of the interval are {low} and {high}: they should be ordinary numbers.")
    expect(low <= high, "The first number is the larger one: give back low, then high.")
    return low, high


@exercise(
    "0.3",
    title="A bootstrap interval",
    difficulty=2,
    importance=3,
    minutes=8,
    hints=[
        "`rng = np.random.default_rng(0)`, then `rng.choice(values, size=len(values))` draws one resample with replacement.",
        "Keep the mean of each of 2,000 resamples in a list; the interval is about these means, not about the values.",
        "For level 0.95 leave out 0.025 on each side: `np.quantile(means, [(1 - level) / 2, (1 + level) / 2])`.",
    ],
    solution="""
import numpy as np

def interval(values, level=0.95):
    rng = np.random.default_rng(0)
    means = [rng.choice(values, size=len(values)).mean() for _ in range(2000)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return low, high
""",
)
def bootstrap_interval(interval):
    values = [1, 1, 1, 0] * 5 + [1] * 9 + [0] * 11
    low, high = _pair(interval(values))
    mean, true_low, true_high = metrics.bootstrap(values)
    width, true_width = high - low, true_high - true_low
    expect(high <= 1.5, "The interval lies far above the largest value: take the mean of each resample, not its sum.")
    expect(width > 0, "All resamples had the same mean: draw with replacement, or each one is the data itself again.")
    expect(
        (low, high) != (0, 1),
        "The interval reaches from the smallest value to the largest: take the quantiles of the resamples' means, not of the values.",
    )
    expect(
        abs((low + high) / 2 - mean) < 0.05,
        f"The middle of the interval is {(low + high) / 2:.2f}, but the mean of the data is {mean:.2f}: "
        "does each resample come from all of the data?",
    )
    expect(
        width < 1.2 * true_width,
        f"The interval is {width / true_width:.1f} times as wide as expected: is each resample as long as the data?",
    )
    expect(
        width > 0.91 * true_width,
        f"The interval is only {width / true_width:.2f} times as wide as expected: for level 0.95 leave out 0.025 on each side "
        "(not 0.05), and draw as many values as there are data.",
    )
    half_low, half_high = _pair(interval(values, 0.5))
    expect(
        half_high - half_low < 0.6 * true_width,
        "With level=0.5 the interval should be much narrower; yours seems not to use `level`.",
    )
    expect(half_high > half_low and half_high - half_low > 0.15 * true_width, "With level=0.5 leave out 0.25 on each side.")
    rare_low, _ = _pair(interval([0] * 9 + [1]))
    expect(
        rare_low >= 0,
        f"For nine 0 and one 1 your interval begins at {rare_low:.2f}, below every value. A bootstrap interval can't do that: "
        "did you compute mean plus and minus 1.96 standard errors instead?",
    )
    expect(_pair(interval([1] * 10)) == (1, 1), "If all values are 1, every resample is too: the interval should be (1, 1).")
    rng = np.random.default_rng(2)
    for count in (15, 120):
        data = rng.normal(5, 2, count)
        low, high = _pair(interval(data))
        mean, true_low, true_high = metrics.bootstrap(data)
        room = 0.12 * (true_high - true_low)
        expect(
            abs(low - true_low) < room and abs(high - true_high) < room,
            f"For {count} values with mean {mean:.2f} the interval should be near ({true_low:.2f}, {true_high:.2f}), "
            f"not ({low:.2f}, {high:.2f}). Is a number of values or of resamples fixed in your code, or too small?",
        )


def _lucky(scores: dict) -> str:
    leader = max(scores, key=lambda name: scores[name][0])
    best = max(scores, key=lambda name: sum(scores[name][1:]) / len(scores[name][1:]))
    return leader if leader != best else "none"


@exercise(
    "0.4",
    title="Spot the lucky system",
    difficulty=2,
    importance=3,
    minutes=6,
    hints=[
        "Two questions: who leads on the first score? who has the best average over the scores after it? Compare the two names.",
        "`max(scores, key=lambda name: scores[name][0])` gives the name of the leader on the first score.",
        "`scores[name][1:]` are the repeats. If the leader is also the best of the repeats, the answer is 'none'.",
    ],
    solution="""
def lucky(scores):
    leader = max(scores, key=lambda name: scores[name][0])
    best = max(scores, key=lambda name: sum(scores[name][1:]) / len(scores[name][1:]))
    return leader if leader != best else "none"
""",
)
def lucky_system(lucky):
    plain = {"Alder": [0.9, 0.5, 0.5, 0.4], "Birch": [0.8, 0.8, 0.7, 0.8], "Cedar": [0.3, 0.4, 0.3, 0.2]}
    found = lucky(plain)
    expect(isinstance(found, str), f"Give back a name, or the text 'none'; yours gave back {found!r:.60}.")
    expect(found in [*plain, "none"], f"{found!r} is none of the names, which are {', '.join(plain)}, and not 'none'.")
    expect(found != "Birch", "Birch is the best of the repeats: it is really good. The lucky one led at first and did not stay ahead.")
    expect(found != "Cedar", "Cedar never led: the lucky system is the one that leads on the first score.")
    expect(found == "Alder", "Alder leads on the first score and Birch is better in the repeats, so Alder was lucky, not 'none'.")
    deserved = {"Alder": [0.9, 0.8, 0.9], "Birch": [0.7, 0.6, 0.7]}
    expect(lucky(deserved) == "none", "When the leader is the best of the repeats too, nobody was lucky: give back 'none'.")
    first_counts = {"Alder": [0.95, 0.70, 0.70], "Birch": [0.80, 0.74, 0.74]}
    expect(
        lucky(first_counts) == "Alder",
        "Leave the first score out of the average: it is the one whose luck is in question.",
    )
    one_peak = {"Alder": [0.9, 0.4, 0.95, 0.4], "Birch": [0.6, 0.7, 0.7, 0.7]}
    expect(lucky(one_peak) == "Alder", "Compare the averages of the repeats, not the best of them.")
    early = {"Alder": [0.9, 0.9, 0.3, 0.3], "Birch": [0.6, 0.7, 0.7, 0.7]}
    expect(lucky(early) == "Alder", "Use all of the repeats, not only the one after the first score.")
    late = {"Alder": [0.9, 0.3, 0.3, 0.9], "Birch": [0.6, 0.7, 0.7, 0.7]}
    expect(lucky(late) == "Alder", "Use all of the repeats, not only the last one.")
    fallen = {"Alder": [0.8, 0.9, 0.9], "Birch": [0.9, 0.8, 0.8], "Cedar": [0.7, 0.1, 0.1]}
    expect(lucky(fallen) == "Birch", "The lucky system need not be the one that fell furthest: Birch led at first, Alder is best later.")
    steady = {"Alder": [0.9, 0.7, 0.7], "Birch": [0.5, 0.6, 0.6]}
    expect(lucky(steady) == "none", "A leader that falls back but stays ahead of all others was not lucky in our sense: 'none'.")
    rng = random.Random(3)
    for _ in range(60):
        scores = {name: [rng.random() for _ in range(rng.randint(2, 3) + 1)] for name in rng.sample(["D", "E", "F", "G", "H"], 4)}
        expect(lucky(scores) == _lucky(scores), f"For {scores} the answer is {_lucky(scores)!r}, not {lucky(scores)!r}.")


@exercise(
    "0.5",
    title="Set your target sheet",
    difficulty=1,
    importance=3,
    minutes=5,
    hints=[
        "The five names are the keys of `evaluate.MEASURES`; copy them exactly, spaces and capitals included.",
        "Give each a share between 0 and 1: the least with which you would let the system answer customers.",
        "An exact match is always contained as well, so the target for EM can't sensibly be above the one for contained.",
    ],
    solution="""
my_targets = {
    "EM": 0.6,
    "contained": 0.7,
    "house format": 0.95,
    "citation precision": 0.9,
    "abstention F1": 0.8,
}
""",
)
def target_sheet(targets):
    expect(isinstance(targets, dict), f"A target sheet is a dict, measure -> target; yours is a {type(targets).__name__}.")
    for name in targets:
        near = difflib.get_close_matches(str(name).lower(), [m.lower() for m in evaluate.MEASURES], 1, 0.5)
        meant = next((m for m in evaluate.MEASURES if near and m.lower() == near[0]), None)
        expect(
            name in evaluate.MEASURES,
            f"There is no measure {name!r}" + (f": did you mean {meant!r}?" if meant else f"; there are {', '.join(evaluate.MEASURES)}."),
        )
    missing = [name for name in evaluate.MEASURES if name not in targets]
    expect(not missing, f"The sheet is not complete; these measures have no target yet: {', '.join(missing)}.")
    for name, target in targets.items():
        number = isinstance(target, int | float | np.number) and not isinstance(target, bool)
        expect(number, f"The target for {name!r} is {target!r}: give a number without quotes, such as 0.8.")
        expect(not math.isnan(target), f"The target for {name!r} is not a number (NaN): nothing can reach it.")
        expect(target <= 1, f"The target for {name!r} is {target:g}: give a share from 0 to 1, so 0.8 for 80 per cent.")
        expect(target >= 0, f"The target for {name!r} is below zero: give a share from 0 to 1.")
        expect(target > 0, f"The target for {name!r} is 0, which every system reaches: such a target decides nothing.")
    expect(
        targets["EM"] <= targets["contained"],
        f"An exact match is always contained too, so with EM at {targets['EM']:g} the target {targets['contained']:g} for "
        "contained can never be the one that fails: raise it or lower EM.",
    )
