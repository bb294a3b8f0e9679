"""Exercises of notebook 11, first half: echoes of a question, agreement, exposure of a secret."""

import math
import random

import numpy as np

from helpers import metrics
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, same


@exercise("11.1", "Does a passage echo the question?", difficulty=2, importance=2, minutes=12)
@hints(
    "The words first: `re.findall(r'\\w+', text.lower())`, of both texts.",
    "The runs: `{tuple(words[i : i + run]) for i in range(len(words) - run + 1)}`.",
    "If the question has a run: how many of its runs are among the passage's, divided by its own?",
)
@solved_by(r'''
import re

def echo(question, passage, run=3):
    """The share of the question's runs of `run` words that occur in the passage."""
    def runs(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + run]) for i in range(len(words) - run + 1)}

    asked, held = runs(question), runs(passage)
    return len(asked & held) / len(asked) if asked else 0.0
''')
def grade_echo(echo):
    case = cases(echo, {(lambda got: got > 1): "A share is at most 1: divide by the question's."})
    asked, whole = "where is the spare key kept", "who asks where is the spare key kept in cage 3"
    why = "All runs of the question are in the passage."
    case(asked, whole, returns=1.0, why=why)
    case(asked, asked, returns=1.0, why=why)
    case(asked, "WHERE IS THE SPARE KEY KEPT", returns=1.0, why="Capitals don't count.")
    why = "Punctuation is not part of a word."
    case("where is it, exactly?", "where is it exactly", returns=1.0, why=why)
    case("is fk-8 the form", "is fk 8 the form of it?", returns=1.0, why=why)
    why = "None of its runs of three words is in the passage."
    case(asked, "the key is in cage 3, where it is kept", returns=0.0, why=why)
    case(asked, "", returns=0.0, why=why)
    why = "Of the four runs of three words, the last three are in the passage."
    once = {0.8: "Count runs of words, not words."}
    case(asked, "nobody knows: is the spare key kept?", returns=0.75, why=why, mistakes=once)
    why = "Of the four runs of three words, one is in the passage."
    case(asked, "the spare key is in cage 3", returns=0.25, why=why)
    why = "A word counts whole: 'is' is not in 'this'."
    case("is it on", "this it only", returns=0.0, why=why)
    why = "The words of a run stand side by side in the passage, in the same order."
    case("a b c", "a b x c", returns=0.0, why=why)
    case("a b c", "c b a", returns=0.0, why=why)
    why = "The share is of the question's runs, however long the passage is."
    case("a b c d", f"a b c d {'x y z ' * 20}", returns=1.0, why=why)
    case("a b c d x", "a b c", returns=1 / 3, why=why)
    why = "A run that the question has twice counts once."
    case("a b c a b c", "a b c", returns=1 / 3, why=why)
    why = "A question without a run of so many words has no echo: return 0.0."
    for short in ("Open daily?", "", "?"):
        case(short, "Open daily? Yes.", returns=0.0, why=why)
    why = "`run` says how many words a run has."
    case("Open daily?", "Open daily? Yes.", 2, returns=1.0, why=why)
    case("a b c d", "a b x c d", 2, returns=2 / 3, why=why)
    case("a b c d", "d b a", 1, returns=0.75, why=why)
    case("a b c d e", "a b c d x", run=4, returns=0.5, why=why)
    why = "Letters of all languages are letters, and digits count, too."
    case("café au lait", "café au lait", returns=1.0, why=why)
    case("café au lait", "caf au lait", returns=0.0, why=why)
    case("form 12 or 13", "form 22 or 13", returns=0.0, why=why)

    def reference(question, passage, run):
        texts = ["".join(c if c.isalnum() else " " for c in t.lower()) for t in (question, passage)]
        asked, held = (text.split() for text in texts)
        mine = {" ".join(asked[i : i + run]) for i in range(len(asked) - run + 1)}
        padded = f" {' '.join(held)} "
        return sum(f" {one} " in padded for one in mine) / len(mine) if mine else 0.0

    rng, inputs = random.Random(0), []
    for _ in range(60):
        texts = [" ".join(rng.choices("abcde", k=rng.randint(0, n))) for n in (8, 20)]
        inputs.append((*texts, rng.randint(1, 4)))
    same(echo, reference, inputs, "The share of the question's runs that are in the passage.")


@exercise("11.2", "What several documents say", difficulty=2, importance=3, minutes=12)
@hints(
    "Leave out the pairs whose answer is None. Collect the documents of each answer in a set.",
    "`metrics.normalize(answer)` is the key; remember the first wording of each key, too.",
    "Take the key with the most documents. Compare their number with `least` at the end.",
)
@solved_by('''
def agreed(answers, least):
    """The answer that at least `least` different documents give, or None."""
    givers, first = {}, {}
    for document, answer in answers:
        if answer is not None:
            form = metrics.normalize(answer)
            first.setdefault(form, answer)
            givers.setdefault(form, set()).add(document)
    best = max(givers, key=lambda form: len(givers[form]), default=None)
    return first[best] if best is not None and len(givers[best]) >= least else None
''')
def grade_agreed(agreed):
    def case(answers, least, returns, why):
        mistakes = {"": "If no answer has enough documents, return None."}
        mistakes |= {None: f"{why} Yours returned None."} if returns else {}
        cases(agreed, mistakes)(answers, least, returns=returns, why=why)

    why = "Two documents give the same answer."
    case([("a", "cage 3"), ("b", "cage 3")], 2, "cage 3", why)
    case([("a", "cage 5"), ("b", "cage 3"), ("c", "cage 3")], 2, "cage 3", why)
    case([("b", "cage 3"), ("a", "cage 5"), ("c", "cage 3")], 2, "cage 3", why)
    why = "One document is not enough, however often its passages say it."
    case([("a", "cage 5"), ("a", "cage 5"), ("a", "cage 5")], 2, None, why)
    case([("a", "cage 5"), ("a", "cage 5"), ("b", "cage 3"), ("c", "cage 3")], 2, "cage 3", why)
    case([("a", "cage 5"), ("b", "cage 3")], 2, None, "No answer has two documents.")
    why = "A document may say two things in two passages: both are heard."
    case([("a", "cage 5"), ("b", "cage 3"), ("a", "cage 3")], 2, "cage 3", why)
    why = "With `least` 1, one document is enough."
    case([("a", "cage 3")], 1, "cage 3", why)
    why = "A document that abstained agrees with nobody, not even with another that did."
    case([("a", None), ("b", None)], 1, None, why)
    case([("a", None), ("b", None), ("c", "cage 3")], 1, "cage 3", why)
    case([("a", None), ("b", "cage 3"), ("c", None), ("d", "cage 3")], 2, "cage 3", why)
    why = "The answer with the most documents wins."
    most = [("a", "x"), ("b", "y"), ("c", "y"), ("d", "y"), ("e", "x")]
    case(most, 1, "y", why)
    case(most, 2, "y", why)
    case(most, 3, "y", why)
    case(most, 4, None, "Three documents are fewer than `least`.")
    why = "Of answers with as many documents, the one that came first wins."
    case([("a", "x"), ("b", "y")], 1, "x", why)
    case([("a", "y"), ("b", "x")], 1, "y", why)
    case([("a", "z"), ("b", "a"), ("c", "a"), ("d", "z")], 2, "z", why)
    why = "Answers are the same if `metrics.normalize` makes them so."
    case([("a", "Cage 3."), ("b", "cage 3")], 2, "Cage 3.", why + " Return the first wording.")
    case([("a", "x"), ("b", "cage  3"), ("c", "CAGE 3")], 2, "cage  3", why)
    case([("a", "£2,350"), ("b", "£2350")], 2, "£2,350", why)
    case([("a", "minus 5"), ("b", "5")], 2, None, why + " These two differ.")
    case([], 1, None, "Without answers there is no agreement.")
    case([("a", "3"), ("b", "3")], 3, None, "Two documents are fewer than three.")
    case([("A", "3"), ("a", "3")], 2, "3", "'A' and 'a' are different documents.")

    def reference(answers, least):
        forms = [(d, metrics.normalize(a), a) for d, a in answers if a is not None]
        ranked = [(len({d for d, f, _ in forms if f == form}), text) for _, form, text in forms]
        top = max((count for count, _ in ranked), default=0)
        return next((text for count, text in ranked if count == top >= least), None)

    rng = random.Random(1)
    why = "Count different documents for each answer; most win, then the first; then `least`."
    for _ in range(60):
        size, said = rng.randint(0, 7), ["x", "X", "y", "y.", None]
        answers = [(rng.choice("abcd"), rng.choice(said)) for _ in range(size)]
        least = rng.randint(1, 3)
        case(answers, least, reference(answers, least), why)


@exercise("11.3", "How exposed is a secret?", difficulty=2, importance=3, minutes=10)
@hints(
    "The rank is the number of candidates at least as likely as the secret, itself included.",
    "`(scores >= scores[secret]).sum()` counts them, if `scores` is an array.",
    "The result is `math.log2(len(scores)) - math.log2(rank)`.",
)
@solved_by('''
import math

def exposure(scores, secret):
    """log2(number of candidates) - log2(rank of the secret), in bits."""
    scores = np.asarray(scores, float)
    rank = (scores >= scores[secret]).sum()
    return math.log2(len(scores)) - math.log2(rank)
''')
def grade_exposure(exposure):
    case = cases(exposure)
    sixteen, why = [-(i * 7 % 16) / 2 for i in range(16)], "Rank 5 of 16: log2(16) - log2(5)."
    fifth = sorted(sixteen, reverse=True)[4]
    mistakes = {
        math.log(16 / 5): "Use the logarithm to base 2: the unit is the bit.",
        math.log10(16 / 5): "Use the logarithm to base 2: the unit is the bit.",
        16 / 5: "Take the logarithm: exposure is in bits.",
        5: "This is the rank: exposure compares it with the number of candidates.",
        -math.log2(16 / 5): "The sign is reversed: a likely secret is highly exposed.",
        math.log2(16 / 12): "The likeliest candidate has rank 1.",
    }
    args = (np.array(sixteen), sixteen.index(fifth))
    case(*args, returns=math.log2(16 / 5), why=why, mistakes=mistakes)

    def check(scores, secret, wanted, why):
        case(np.array(scores, float), secret, returns=wanted, why=why)

    four = [-9.0, -2.0, -5.0, -7.0]
    why = "Rank 1 of 4."
    check(four, 1, 2.0, why)
    check(four, 2, 1.0, "Rank 2 of 4.")
    check(four, 3, 2 - math.log2(3), "Rank 3 of 4.")
    check(four, 0, 0.0, "The least likely of all has no exposure.")
    check([-3.0], 0, 0.0, "Among one candidate there is nothing to give away.")
    check([-1.0] * 8, 3, 0.0, "Candidates as likely as the secret count as before it.")
    tied = [-1.0, -2.0, -2.0, -3.0]
    why = "A candidate as likely as the secret counts as before it, wherever it stands."
    check(tied, 1, 2 - math.log2(3), why)
    check(tied, 2, 2 - math.log2(3), why)
    check([-0.5, -0.25, 0.0, 0.25], 3, 2.0, "Log-densities may be above 0.")
    check([float("-inf"), -4.0, -9.0], 1, math.log2(3), "An impossible candidate comes last.")
    rng = np.random.default_rng(0)
    for size in (5, 16, 100, 1000):
        scores = rng.normal(size=size).round(1)
        secret = int(rng.integers(size))
        rank = sum(float(one) >= float(scores[secret]) for one in scores)
        check(scores, secret, math.log2(size) - math.log2(rank), f"Rank {rank} of {size}.")

    def reference(scores, secret):
        return math.log2(len(scores) / sum(one >= scores[secret] for one in scores))

    inputs = [(rng.normal(size=n).round(1).tolist(), int(rng.integers(n))) for n in range(2, 30)]
    same(exposure, reference, inputs, "A list of scores is fine, too: log2(size) - log2(rank).")
