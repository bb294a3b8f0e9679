"""Exercises of notebook 09 on departments: adapters in one batch, and a rule that routes."""

import copy
import random

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, apart, cases, expect, raises, returns
from helpers.exercises.lent import LentDict


@exercise("9.1", "Different adapters in one batch", difficulty=3, importance=3, minutes=15)
@hints(
    "The frozen layer is the same for all rows: start with `x @ W.T`, for the whole batch.",
    "For each adapter, find its rows: `[i for i, one in enumerate(names) if one == name]`.",
    "`result[rows] += scaling * (x[rows] @ A.T) @ B.T` changes these rows and no others.",
)
@solved_by('''
def mixed_rows(x, W, loras, names):
    """The outputs of a linear layer, each row with the adapter that it names."""
    if len(names) != len(x):
        raise ValueError(f"{len(x)} rows need as many names, not {len(names)}")
    if unknown := set(names) - set(loras) - {"__base__"}:
        raise ValueError(f"There is no adapter {sorted(unknown)}")
    result = x @ W.T
    for name, (A, B, scaling) in loras.items():
        rows = [i for i, one in enumerate(names) if one == name]
        result[rows] += scaling * (x[rows] @ A.T) @ B.T
    return result
''')
def grade_mixed_rows(mixed_rows):
    def reference(x, W, loras, names):
        rows = []
        for row, name in zip(x, names, strict=True):
            A, B, scaling = loras.get(name, (np.zeros((1, len(row))), np.zeros((len(W), 1)), 0.0))
            rows.append(W @ row + scaling * (B @ (A @ row)))
        return np.array(rows)

    def batch(seed, rows, ranks, inputs=3, outputs=4):
        rng = np.random.default_rng(seed)

        def small(*shape):
            return rng.integers(-3, 4, shape).astype(float)

        loras = {
            name: (small(r, inputs), small(outputs, r), scaling)
            for (name, r), scaling in zip(ranks.items(), (2.0, 0.5, 1.5), strict=False)
        }
        return small(rows, inputs), small(outputs, inputs), loras

    def check(args, names, why):
        x, W, loras = args
        wanted = reference(x, W, loras, names)
        got = np.asarray(returns(mixed_rows(x, W, loras, names), list, "an array"))
        size = f"The result has one row for each row of x, here the shape {wanted.shape}"
        expect(got.shape == wanted.shape, f"{size}; yours has {got.shape}.")
        plain, first = x @ W.T, next(iter(loras.values()), None)
        for number, (mine, right) in enumerate(zip(got, wanted, strict=True)):
            name, known = names[number], f"Row {number} names {names[number]!r}. "
            if alike(mine, right):
                continue
            A, B, scaling = loras.get(name, first)
            change = B @ (A @ x[number])
            everything = sum(s * (b @ (a @ x[number])) for a, b, s in loras.values())
            others = [i for i, row in enumerate(wanted) if i != number and alike(mine, row)]
            free = "It must come out of the frozen layer as it is."
            mistakes = [] if name in loras else [(plain[number] + scaling * change, free)]
            mistakes += [
                (plain[number] + change, "Its scaling is left out."),
                (scaling * change, "The frozen layer is left out."),
                (plain[number], "Its adapter was not applied."),
                (plain[number] + everything, "All adapters were added."),
            ]
            for wrong, message in mistakes:
                expect(not alike(mine, wrong), known + message)
            moved = "The result of another row is in its place: keep the order of x."
            expect(not others, known + moved)
            pair = " and got ".join(apart(right, mine))
            expect(False, f"{known}{why} Expected {pair}.")

    one = "A row gets x @ W.T, and its adapter's scaling * (x @ A.T) @ B.T on top."
    check(batch(0, 1, {"legal": 2}), ["legal"], one)
    check(batch(1, 2, {"legal": 2}), ["legal", "__base__"], one)
    check(batch(2, 3, {"legal": 2, "support": 2}), ["legal", "support", "legal"], one)
    check(batch(3, 4, {"a": 1, "b": 1}), ["b", "__base__", "a", "b"], one)
    check(batch(4, 3, {"a": 1, "b": 3}), ["b", "a", "b"], "Adapters may have different ranks.")
    check(batch(5, 3, {"a": 2, "b": 2}), ["__base__"] * 3, "A batch may need no adapter at all.")
    check(batch(6, 3, {"a": 2, "b": 2}), ["b"] * 3, "A batch may need one adapter alone.")
    check(batch(7, 2, {}), ["__base__"] * 2, "Without adapters, the frozen layer is left.")
    check(batch(8, 2, {"Legal": 1, "legal": 1}), ["legal", "Legal"], "Names are exact.")
    rng = random.Random(0)
    for seed in range(9, 15):
        names = [rng.choice(["a", "b", "c", "__base__"]) for _ in range(7)]
        check(batch(seed, 7, {"a": 1, "b": 2, "c": 3}, 5, 6), names, one)
    x, W, loras = batch(20, 2, {"a": 2})
    why = "A name that no adapter has is a mistake, and must not pass in silence."
    raises(mixed_rows, x, W, loras, ["a", "legal"], why=why)
    raises(mixed_rows, x, W, loras, ["A", "a"], why=why)
    why = "Each row needs one name: here 2 rows have {} in all."
    raises(mixed_rows, x, W, loras, ["a"], why=why.format(1))
    raises(mixed_rows, x, W, loras, ["a"] * 3, why=why.format(3))


@exercise("9.2", "Route by keywords", difficulty=1, importance=2, minutes=8)
@hints(
    "First the words of the question: `re.findall(r'[a-z0-9]+', question.lower())`, as a set.",
    "`len(asked & own)` counts the words of a department that occur in the question.",
    "Find the highest count. Return its department only if it is above 0 and has no equal.",
)
@solved_by('''
import re

def keyword_route(question, words):
    """The department with the most of its words in the question; None if there is no single one."""
    asked = set(re.findall(r"[a-z0-9]+", question.lower()))
    counts = {department: len(asked & set(own)) for department, own in words.items()}
    most = max(counts.values(), default=0)
    best = [department for department, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None
''')
def grade_keyword_route(keyword_route):
    def case(question, words, returns, why):
        mistakes = {"": "If nothing decides, return None."} | ({None: why} if returns else {})
        lent, own = LentDict(words), copy.deepcopy(words)
        cases(keyword_route, mistakes)(question, lent, returns=returns, why=why)
        expect(lent == own, "The sets in `words` were changed: the next question needs them whole.")

    words = {"finance": {"invoice", "price", "tax"}, "safety": {"horn", "drill", "fire"}}
    why = "The department with the most of its words in the question wins."
    case("what price is on the invoice", words, returns="finance", why=why)
    case("is the fire drill at a price", words, returns="safety", why=why)
    case("is the fire drill at a price", dict(reversed(words.items())), returns="safety", why=why)
    case("Who signs an INVOICE", words, returns="finance", why="Capitals don't matter.")
    case("Is there a horn?", words, returns="safety", why="Punctuation is not part of a word.")
    why = "A word counts if it stands there as a whole word: 'price' is not in 'priceless'."
    case("a priceless taxi", words, returns=None, why=why)
    why = "A hyphen separates words: the words are runs of letters and digits."
    case("the fire-drill", words, returns="safety", why=why)
    why = "Two departments have as many words: nothing decides, so return None."
    case("the price of a fire", words, returns=None, why=why)
    why = "A word counts once, however often it occurs in the question."
    case("price price price of a fire drill", words, returns="safety", why=why)
    case("tax, tax and a fire", words, returns=None, why=why + " So here it is one to one.")
    case("where is the key", words, returns=None, why="No word occurs: return None.")
    case("where is the key", {"finance": {"tax"}}, returns=None, why="No word occurs.")
    case("", words, returns=None, why="An empty question has no word.")
    case("who is it", {}, returns=None, why="There are no departments: return None.")
    case("the tax", {"finance": {"tax"}, "legal": set()}, returns="finance", why="1 against 0.")
    few = {"finance": {"tax"}, "legal": {"clause", "seal", "term", "deed"}}
    why = "The number of words decides, 2 against 1, not the share of the department's words."
    case("a tax, a seal and a deed", few, returns="legal", why=why)
    three = words | {"legal": {"seal", "deed"}}
    why = "Only a tie for the first place counts: here one department has the most words."
    case("the price, the fire and the tax", three, returns="finance", why=why)
    case("seal, fire, drill and price", three, returns="safety", why=why)
    digits = {"finance": {"b2", "44"}, "legal": {"b", "2"}}
    why = "A word is a run of letters and digits: 'B2' is one word, and '44' too."
    case("form B2 or 44", digits, returns="finance", why=why)
    shared = {"finance": {"term", "tax"}, "legal": {"term", "clause", "seal"}}
    why = "A word may belong to several departments, and counts for each."
    case("a tax term", shared, returns="finance", why=why)
    case("a term, a seal and a clause", shared, returns="legal", why=why)

    def reference(question, words):
        asked = {"".join(c if c.isalnum() else " " for c in question.lower())}
        asked = set(asked.pop().split())
        counts = sorted(((len(asked & own), name) for name, own in words.items()), reverse=True)
        above = counts[0][0] > max([count for count, _ in counts[1:]], default=0)
        return counts[0][1] if above and counts[0][0] else None

    rng, inputs = random.Random(1), []
    pool = ["price", "fire", "seal", "B7", "tax", "horn", "Clause", "term", "33", "drill", "gate"]
    for _ in range(30):
        own = {name: {w.lower() for w in rng.sample(pool, 4)} for name in ("x", "y", "z")}
        inputs.append((", ".join(rng.choices(pool, k=rng.randint(1, 6))) + "?", own))
    why = "Count the different words of each department; the single highest count above 0 wins."
    for question, own in inputs:
        case(question, own, returns=reference(question, own), why=why)
