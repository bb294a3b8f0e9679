"""Wrong answers to the exercises of notebook 11, first half."""

import math

from helpers import metrics
from tests.wrong_answers import faults

WORDS, RUNS = r're.findall(r"\w+", text.lower())', "range(len(words) - run + 1)"
SHARE, RUN = "len(asked & held) / len(asked) if asked else 0.0", "tuple(words[i : i + run])"
SIDE_BY_SIDE = "asked, held = runs(question), runs(passage)"
SORTED = "tuple(sorted(words[i : i + run]))"
TEXT_SHARE = "sum(' '.join(a) in passage.lower() for a in asked) / len(asked) if asked else 0.0"

GIVERS, SKIP = "givers.setdefault(form, set()).add(document)", "if answer is not None:"
FORM, LAST = "metrics.normalize(answer)", "best is not None and len(givers[best]) >= least"
MOST = "max(givers, key=lambda form: len(givers[form]), default=None)"
LATEST = "max(reversed(givers), key=lambda form: len(givers[form]), default=None)"
ALPHABET = "max(sorted(givers), key=lambda form: len(givers[form]), default=None)"
COUNTED = "givers.setdefault(form, []).append(document)"
NONE = 'form = metrics.normalize(answer or "")'

RANK, LOG = "(scores >= scores[secret]).sum()", "math.log2(len(scores)) - math.log2(rank)"


def in_order(question, passage, run=3):
    import re

    asked, held = (re.findall(r"\w+", text.lower()) for text in (question, passage))
    runs = {tuple(asked[i : i + run]) for i in range(len(asked) - run + 1)}
    found = [one for one in runs if all(word in held for word in one)]
    return len(found) / len(runs) if runs else 0.0


def enough_first(answers, least):
    givers = {}
    for document, answer in answers:
        if answer is not None:
            some = givers.setdefault(metrics.normalize(answer), (answer, set()))
            some[1].add(document)
            if len(some[1]) >= least:
                return some[0]
    return None


def once_each(answers, least):
    givers, first, seen = {}, {}, set()
    for document, answer in answers:
        if answer is None or document in seen:
            continue
        seen.add(document)
        form = metrics.normalize(answer)
        first.setdefault(form, answer)
        givers[form] = givers.get(form, 0) + 1
    best = max(givers, key=givers.get, default=None)
    return first[best] if best is not None and givers[best] >= least else None


def by_sorting(scores, secret):
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    return math.log2(len(scores)) - math.log2(order.index(secret) + 1)


def from_below(scores, secret):
    rank = sum(one <= scores[secret] for one in scores)
    return math.log2(len(scores)) - math.log2(rank)


WRONG = [
    *faults(
        "11.1",
        ("capitals count", ("text.lower()", "text"), "Capitals don't count"),
        ("split at blanks", (WORDS, "text.lower().split()"), "Punctuation is not part"),
        ("words, not runs", (RUN, "tuple(words[i : i + 1])"), "echo"),
        ("any order", in_order, "None of its runs"),
        ("sorted runs", (RUN, SORTED), "same order"),
        ("characters", (RUN, "text[i : i + run]"), "echo"),
        ("share of the passage", (SHARE, SHARE.replace("/ len(asked)", "/ len(held)")), "echo"),
        ("a number", (SHARE, "len(asked & held)"), "at most 1"),
        ("short ones raise", (SHARE, "len(asked & held) / len(asked)"), "no echo"),
        ("short ones are echoes", ("else 0.0", "else 1.0"), "no echo"),
        ("always three", ("i + run]", "i + 3]", "- run + 1", "- 3 + 1"), "`run` says how many"),
        ("one run too few", ("- run + 1)", "- run)"), "echo"),
        ("one run too many", ("- run + 1)", "- run + 2)"), "echo"),
        ("ASCII alone", (r"\w+", "[a-z0-9]+"), "all languages"),
        ("parts of words", (SHARE, TEXT_SHARE), "counts whole"),
        ("each time", ("return {tuple(", "return [tuple(", "+ 1)}", "+ 1)]"), "echo"),
    ),
    *faults(
        "11.2",
        ("passages count", (GIVERS, COUNTED), "One document is not enough"),
        ("abstentions agree", (SKIP, "if True:", f"form = {FORM}", NONE), "agrees with nobody"),
        ("as they are written", (FORM, "answer"), "metrics.normalize"),
        ("capitals only", (FORM, "answer.lower()"), "metrics.normalize"),
        ("the normalised form", ("return first[best]", "return best"), "Return the first wording"),
        ("the last wording", ("first.setdefault(form, answer)", "first[form] = answer"), "wording"),
        ("more than least", (">= least", "> least"), "Two documents"),
        ("never refuses", (LAST, "best is not None"), "One document is not enough"),
        ("the first that is enough", enough_first, "most documents wins"),
        ("the last of equals", (MOST, LATEST), "came first"),
        ("by the alphabet", (MOST, ALPHABET), "came first"),
        ("hears each document once", once_each, "both are heard"),
        ("an empty text", ("else None", 'else ""'), "return None"),
        ("always two", (">= least", ">= 2"), "With `least` 1"),
        ("the first document's", (LAST, "best is not None and least < 2"), "Two documents"),
    ),
    *faults(
        "11.3",
        ("natural logarithm", ("math.log2", "math.log"), "base 2"),
        ("to base ten", ("math.log2", "math.log10"), "base 2"),
        ("no logarithm", (LOG, "len(scores) / rank"), "Take the logarithm"),
        ("the rank", (LOG, "float(rank)"), "This is the rank"),
        ("turned", (LOG, "math.log2(rank) - math.log2(len(scores))"), "sign is reversed"),
        ("from below", from_below, "likeliest candidate has rank 1"),
        ("equals come after", by_sorting, "count as before it"),
        ("without itself", (RANK, "(scores > scores[secret]).sum() + 1"), "count as before it"),
        ("from zero", (RANK, "(scores > scores[secret]).sum()"), "Rank 5 of 16"),
        ("rounded", (LOG, f"round({LOG}, 2)"), "Do not round"),
        ("one candidate fewer", ("len(scores)", "(len(scores) - 1)"), "exposure"),
        ("whole bits", (LOG, f"int({LOG})"), "exposure"),
        ("a list fails", ("np.asarray(scores, float)", "scores"), "TypeError"),
        ("the lowest", (RANK, "(scores >= scores.min()).sum()"), "Rank 5 of 16"),
    ),
]
