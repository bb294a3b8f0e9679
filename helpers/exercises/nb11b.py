"""Exercises of notebook 11, second half: ridge regression, the key of a cache, a budget."""

import random
from itertools import product

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import (
    Raised,
    Wrong,
    alike,
    apart,
    cases,
    expect,
    returns,
    same,
    shown,
)
from helpers.exercises.lent import LentDict


@exercise("11.4", "Words out of vectors", difficulty=2, importance=2, minutes=10)
@hints(
    "`inputs.T @ inputs` is a square matrix; add `penalty * np.eye(...)` of the same size.",
    "`np.linalg.solve(square, inputs.T @ outputs)` solves for all words at once.",
)
@solved_by('''
def ridge(inputs, outputs, penalty):
    """The weights (X'X + penalty I)^-1 X'Y of ridge regression, without intercept."""
    square = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
    return np.linalg.solve(square, inputs.T @ outputs)
''')
def grade_ridge(ridge):
    def check(X, Y, penalty, why):
        def weights(strength, target=Y):
            return np.linalg.pinv(X.T @ X + strength * np.eye(X.shape[1])) @ X.T @ target

        wanted, what = weights(penalty), "the weights, as an array"
        got = np.asarray(returns(ridge(X, Y, penalty), list, what))
        call = f"X of shape {X.shape}, Y of shape {Y.shape}, penalty {penalty:g}"
        if got.shape != wanted.shape:
            turned = " It is transposed: one row for each dimension." * (
                got.shape == wanted.shape[::-1]
            )
            shape = f"The weights for {call} have the shape {wanted.shape}, yours {got.shape}."
            expect(False, shape + turned)
        everywhere = np.linalg.pinv(X.T @ X + penalty) @ X.T @ Y
        mistakes = [
            (everywhere, "The penalty is added to all of X'X; it belongs on the diagonal only."),
            (weights(0.0), "The penalty is left out."),
            (weights(penalty**2), "The penalty is squared."),
            (weights(len(X) * penalty), "The penalty is multiplied by the number of texts."),
            (weights(penalty / len(X)), "The penalty is divided by the number of texts."),
            (weights(-penalty), "The penalty is subtracted: it must be added."),
            (weights(penalty, Y - Y.mean(axis=0)), "Take Y as it is, not centred."),
        ]
        for wrong, message in mistakes:
            same_one = alike(got.tolist(), wrong.tolist(), 1e-5)
            expect(not same_one or alike(wrong.tolist(), wanted.tolist(), 1e-5), message)
        texts = " and got ".join(apart(wanted, got))
        expect(alike(got.tolist(), wanted.tolist(), 1e-5), f"{why} For {call}: expected {texts}.")

    why = "(X'X + penalty I)^-1 X'Y: with X = [[2]] and Y = [[6]], 2 * 6 / (4 + penalty)."
    check(np.array([[2.0]]), np.array([[6.0]]), 3.0, why)
    check(np.array([[2.0]]), np.array([[6.0]]), 0.0, why)
    why = "(X'X + penalty I)^-1 X'Y."
    rng = np.random.default_rng(0)
    for texts, dimensions, words, penalty in (
        (6, 2, 3, 0.5),
        (9, 4, 1, 3.0),
        (5, 3, 4, 0.1),
        (40, 8, 20, 7.0),
    ):
        X, Y = rng.normal(size=(texts, dimensions)), rng.integers(0, 2, (texts, words)) * 1.0
        check(X, Y, penalty, why)
    why = "With fewer texts than dimensions only the penalty makes it solvable."
    check(rng.normal(size=(3, 7)), rng.normal(size=(3, 2)), 0.5, why)
    check(np.ones((4, 2)), rng.normal(size=(4, 2)), 1.0, "Two equal columns share the weight.")
    X, Y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    strong = np.abs(np.asarray(ridge(X, Y, 1e9))).max()
    expect(strong < 1e-6, f"A huge penalty shrinks all weights to 0, not to {strong:.2g}.")


@exercise("11.5", "The key of a cache", difficulty=2, importance=3, minutes=12)
@hints(
    "What decides an answer: the question, the role, and the versions of index, adapter, prompt.",
    "`' '.join(question.lower().split())` is the question without needless blanks and capitals.",
    "Return a tuple of the parts: a joined text would mix up parts that contain the sign between.",
)
@solved_by('''
def cache_key(request):
    """A key that two requests share if, and only if, one answer is right for both."""
    question = " ".join(request["question"].lower().split())
    return question, *(request.get(part) for part in ("role", "index", "adapter", "prompt"))
''')
def grade_cache_key(cache_key):
    base = {"question": "Who signs?", "role": "visitor", "index": "v1", "adapter": None}
    base |= {"prompt": "p1", "user": "u7", "time": 10.5}

    def key_of(request):
        before, request = dict(request), LentDict(request)  # not a copy: is it changed?
        key = cache_key(request)
        nothing = object()
        every = [*before, *(part for part in request if part not in before)]
        parts = [p for p in every if request.get(p, nothing) != before.get(p, nothing)]
        if parts:
            now = shown(request[parts[0]]) if parts[0] in request else "gone"
            why = "A key is only read from a request, and yours changed it: "
            raise Wrong(f"{why}{parts[0]!r} is now {now}.")
        try:
            hash(key)
        except TypeError:
            expect(False, f"A key must be hashable, such as a tuple: {shown(key)} is not.")
        expect(key is not None, "Return a key, not None.")
        return key

    def check(one, other, equal, why):
        first, second = key_of(base | one), key_of(base | other)
        said = "equal" if first == second else "different"
        wanted = "equal" if equal else "different"
        one = one or {part: base[part] for part in other}  # what differs is all that is shown
        parts = f"{shown(one)} and {shown(other)}"
        expect(said == wanted, f"{why} The keys for {parts} are {said}; they should be {wanted}.")

    check({}, {}, True, "The same request has the same key.")
    for part, values, why in (
        ("role", ("visitor", "director"), "Another role may read other passages."),
        ("index", ("v1", "v2"), "With another index, the answer may be another."),
        ("adapter", (None, "raft"), "With another adapter, the answer may be another."),
        ("prompt", ("p1", "p2"), "With another prompt, the answer may be another."),
        ("question", ("Who signs?", "Who pays?"), "Another question has another answer."),
    ):
        one, other = ({part: value} for value in values)
        check(one, other, False, why)
    check({"user": "u7"}, {"user": "u8"}, True, "Who asks changes nothing: the role counts.")
    check({"time": 10.5}, {"time": 99.0}, True, "When it is asked changes nothing.")
    check({}, {"question": "who SIGNS?"}, True, "Capitals of the question don't count.")
    for text in ("  Who signs? ", "Who  signs?", "Who\nsigns?", "Who\tsigns?"):
        check({}, {"question": text}, True, "Blanks, tabs and line ends only separate words.")
    why = "'Whosigns?' is another question: words stay apart."
    check({}, {"question": "Whosigns?"}, False, why)
    check({}, {"question": "Who signs"}, False, "Punctuation belongs to the question: keep it.")
    why = "Capitals count in all parts but the question."
    check({"index": "v1"}, {"index": "V1"}, False, why)
    check({"adapter": "raft"}, {"adapter": "RAFT"}, False, why)
    why = "No adapter (None) is not an adapter that is called 'None' or ''."
    check({"adapter": None}, {"adapter": "None"}, False, why)
    check({"adapter": None}, {"adapter": ""}, False, why)
    why = "Parts must not run into each other, whatever signs are in them."
    for sign in ("|", "-", " ", "\n", ",", ":", "", "/", "', '", "\x1f", "\x00"):
        one = {"index": f"a{sign}b", "adapter": "c"}
        check(one, {"index": "a", "adapter": f"b{sign}c"}, False, why)
        one = {"role": f"x{sign}v1", "index": "v2"}
        check(one, {"role": "x", "index": f"v1{sign}v2"}, False, why)
    why = "A value counts in its own place."
    check({"index": "p1", "prompt": "v1"}, {"index": "v1", "prompt": "p1"}, False, why)
    one, other = {"adapter": "x", "prompt": None}, {"adapter": None, "prompt": "x"}
    check(one, other, False, why)
    parts = ("role", "index", "adapter")
    some = [dict(zip(parts, values, strict=True)) for values in product("ab", repeat=3)]
    keys = {key_of(base | one) for one in some}
    expect(len(keys) == len(some), f"{len(some)} different requests have {len(keys)} keys.")
    lacking = {"question": "Who signs?", "role": "visitor"}
    why = "A part that is not there is None."
    for more in ({"user": "u1", "time": 3}, {"adapter": None}, {"index": None}, {"prompt": None}):
        other = lacking | more
        try:
            keys = key_of(lacking), key_of(other)
        except Raised as error:
            raise Raised(f"{error} {why}") from error.__cause__
        parts = f"{shown(lacking)} and {shown(other)}"
        known = keys[0] == keys[1]
        expect(known, f"{why} The keys for {parts} are different; they should be equal.")


@exercise("11.6", "A budget of tokens", difficulty=3, importance=2, minutes=15)
@hints(
    "Keep for each user a list of (second, tokens) of the requests that were let in.",
    "Those within the window have `second - when < window`; exactly `window` old is too old.",
    "Let it in if its tokens fit `most`, and the sum with those in the window fits `budget`.",
)
@solved_by('''
def admitted(requests, most, budget, window):
    """For each request (user, second, tokens): is it let in?"""
    spent, out = {}, []
    for user, second, tokens in requests:
        before = sum(n for when, n in spent.get(user, []) if second - when < window)
        ok = tokens <= most and before + tokens <= budget
        if ok:
            spent.setdefault(user, []).append((second, tokens))
        out.append(ok)
    return out
''')
def grade_admitted(admitted):
    case = cases(admitted)
    why = "Each request fits, and so does the sum."
    case([("a", 0, 5), ("a", 1, 5)], 10, 20, 60, returns=[True, True], why=why)
    why = "A request of more than `most` tokens is refused, whatever is left of the budget."
    case([("a", 0, 11)], 10, 100, 60, returns=[False], why=why)
    case([("a", 0, 10)], 10, 100, 60, returns=[True], why="Exactly `most` tokens still fit.")
    why = "With this request the user would be above the budget."
    case([("a", 0, 8), ("a", 1, 8)], 10, 15, 60, returns=[True, False], why=why)
    why = "A sum of exactly the budget still fits."
    case([("a", 0, 8), ("a", 1, 7)], 10, 15, 60, returns=[True, True], why=why)
    why = "Each user has a budget of their own."
    case([("a", 0, 8), ("b", 1, 8)], 10, 15, 60, returns=[True, True], why=why)
    why = "What was refused costs nothing: the third fits again."
    tries = [("a", 0, 8), ("a", 1, 9), ("a", 2, 7)]
    case(tries, 10, 15, 60, returns=[True, False, True], why=why)
    tries = [("a", 0, 99), ("a", 1, 8)]
    case(tries, 10, 15, 60, returns=[False, True], why=why.replace("third", "second"))
    why = "After the window, what was spent before it no longer counts."
    case([("a", 0, 8), ("a", 61, 8)], 10, 15, 60, returns=[True, True], why=why)
    why = "A request exactly `window` seconds old no longer counts."
    case([("a", 0, 8), ("a", 60, 8)], 10, 15, 60, returns=[True, True], why=why)
    case([("a", 0, 8), ("a", 59.9, 8)], 10, 15, 60, returns=[True, False], why="59.9 s are within.")
    why = "The window moves with each request: only what is older than it is forgotten."
    tries = [("a", 0, 5), ("a", 50, 5), ("a", 70, 5), ("a", 100, 6)]
    case(tries, 10, 15, 60, returns=[True, True, True, False], why=why)
    tries = [("a", 50, 10), ("a", 65, 10), ("a", 111, 10)]
    case(tries, 10, 15, 60, returns=[True, False, True], why=why)
    why = "Several requests at one second add up."
    case([("a", 5, 8)] * 3, 10, 16, 60, returns=[True, True, False], why=why)
    case([], 10, 15, 60, returns=[], why="No request, no decision.")
    case([("a", 0, 0)], 10, 0, 60, returns=[True], why="A request without tokens costs nothing.")

    def reference(requests, most, budget, window):
        out = []
        for number, (user, second, tokens) in enumerate(requests):
            total = tokens
            for (who, when, n), ok in zip(requests[:number], out, strict=True):
                total += n if ok and who == user and second - when < window else 0
            out.append(bool(total <= budget and tokens <= most))
        return out

    rng, inputs = random.Random(2), []
    for _ in range(40):
        size = rng.randint(1, 12)
        seconds = sorted(rng.choices(range(0, 60, 3), k=size))
        requests = [(rng.choice("ab"), second, rng.randint(1, 12)) for second in seconds]
        inputs.append((requests, 10, 20, 15))
    same(admitted, reference, inputs, "Sum what the user was let in for within the window.")
