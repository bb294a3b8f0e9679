"""Wrong answers to the exercises of notebook 11, second half."""

import numpy as np

from tests.wrong_answers import faults

SQUARE, EYE = "inputs.T @ inputs + penalty * np.eye(inputs.shape[1])", "np.eye(inputs.shape[1])"
SOLVED = "np.linalg.solve(square, inputs.T @ outputs)"

QUESTION = '" ".join(request["question"].lower().split())'
PARTS = '("role", "index", "adapter", "prompt")'
RETURN = f"return question, *(request.get(part) for part in {PARTS})"
SETS = RETURN.replace("request.get(part)", "request.setdefault(part, 0)")
NONE = "('<none>' if request.get(part) is None else request[part])"
JOINED = f'return "|".join([question, *({NONE} for part in {PARTS})])'
AS_SET = f"return frozenset([question, *(request.get(part) for part in {PARTS})])"
LOWER = RETURN.replace("request.get(part)", "str(request.get(part)).lower()")

WITHIN, OK = "if second - when < window", "tokens <= most and before + tokens <= budget"
BEFORE = f"sum(n for when, n in spent.get(user, []) {WITHIN})"
KEEP = "        if ok:\n            spent"
ALL = "sum(n for some in spent.values() for when, n in some if second - when < window)"
FIXED = "if second // window == when // window"


def bucket(requests, most, budget, window):
    left, last, out = {}, {}, []
    for user, second, tokens in requests:
        if second - last.get(user, second) >= window or user not in left:
            left[user], last[user] = budget, second
        ok = tokens <= most and tokens <= left[user]
        left[user] -= tokens * ok
        out.append(ok)
    return out


def mean_of_words(inputs, outputs, penalty):
    return np.tile(outputs.mean(axis=0), (inputs.shape[1], 1))


WRONG = [
    *faults(
        "11.4",
        ("no penalty", ("penalty * np", "1e-12 * np"), "penalty is left out"),
        ("squared", ("penalty * np", "penalty**2 * np"), "penalty is squared"),
        ("subtracted", ("+ penalty", "- penalty"), "penalty is subtracted"),
        ("times the texts", ("penalty * np", "len(inputs) * penalty * np"), "multiplied"),
        ("a share of the texts", ("penalty * np", "penalty / len(inputs) * np"), "divided"),
        ("all entries", (EYE, "np.ones((inputs.shape[1],) * 2)"), "on the diagonal only"),
        ("turned", (SOLVED, f"{SOLVED}.T"), "It is transposed"),
        ("centred words", ("@ outputs)", "@ (outputs - outputs.mean(axis=0)))"), "not centred"),
        ("no outputs", (SOLVED, "np.linalg.inv(square) @ inputs.T"), "X'Y"),
        ("the square", (SOLVED, "np.linalg.inv(square)"), "X'Y"),
        ("means", mean_of_words, "(X'X + penalty I)^-1 X'Y"),
        ("multiplied, not solved", (SOLVED, "square @ inputs.T @ outputs"), "X'Y"),
        ("predictions", (SOLVED, f"inputs @ {SOLVED}"), "X'Y"),
        ("one word", (SOLVED, f"{SOLVED}[:, :1]"), "have the shape"),
    ),
    *faults(
        "11.5",
        ("no role", ('("role", ', "("), "may read other passages"),
        ("no index", ('"index", ', ""), "another index"),
        ("no adapter", ('"adapter", ', ""), "another adapter"),
        ("no prompt", (', "prompt")', ")"), "another prompt"),
        ("no question", ("return question,", "return 0,"), "Another question"),
        ("who asks", ('"prompt")', '"prompt", "user")'), "Who asks"),
        ("when", ('"prompt")', '"prompt", "time")'), "When it is asked"),
        ("everything", (RETURN, "return tuple(map(str, request.values()))"), "Who asks"),
        ("capitals", ("].lower()", "]"), "The keys for {'question': 'Who signs?'} and"),
        ("blanks", (QUESTION, 'request["question"].lower().strip()'), "only separate words"),
        ("blanks count", (QUESTION, 'request["question"].lower()'), "only separate words"),
        ("no blanks", ('" ".join', '"".join'), "words stay apart"),
        ("no signs", (".split())", '.strip("? ").split())'), "Punctuation belongs"),
        ("joined", (RETURN, JOINED), "run into each other"),
        ("None as a text", ("request.get(part)", "str(request.get(part))"), "called 'None'"),
        ("a set", (RETURN, AS_SET), "in its own place"),
        ("a list", (RETURN, RETURN.replace("question,", "[question,") + "]"), "hashable"),
        ("all in lower case", (RETURN, LOWER), "Capitals count in all parts"),
        ("parts must be there", ("request.get(part)", "request[part]"), "not there is None"),
        (
            "a lacking part is empty",
            ("request.get(part)", 'request.get(part, "")'),
            "should be equal",
        ),
        ("takes from the request", ('request["question"]', 'request.pop("question")'), "now gone"),
        ("changes the request", ("question = ", 'question = request["question"] = '), "changed it"),
        ("adds to the request", (RETURN, SETS), "changed it: 'index'"),
    ),
    *faults(
        "11.6",
        ("no cap", (OK, "before + tokens <= budget"), "more than `most`"),
        ("below the cap", ("tokens <= most", "tokens < most"), "Exactly `most`"),
        ("no budget", (OK, "tokens <= most"), "above the budget"),
        ("below the budget", ("<= budget", "< budget"), "exactly the budget"),
        ("without this one", ("before + tokens <=", "before <="), "above the budget"),
        ("one budget for all", (BEFORE, ALL), "budget of their own"),
        ("refused ones cost", (KEEP, "        if True:\n            spent"), "costs nothing"),
        ("never forgets", (f" {WITHIN}", ""), "no longer counts"),
        ("to the second", ("when < window", "when <= window"), "exactly `window`"),
        ("fixed windows", (WITHIN, FIXED), "window moves"),
        ("starts anew", bucket, "window moves"),
        ("counts requests", (BEFORE, BEFORE.replace("sum(n", "sum(1")), "above the budget"),
        (
            "only what is let in",
            ("return out", "return [ok for ok in out if ok]"),
            "more than `most`",
        ),
        ("the tokens", ("out.append(ok)", "out.append(tokens * ok)"), "admitted"),
        ("the same second is free", (WITHIN, "if 0 < second - when < window"), "one second"),
    ),
]
