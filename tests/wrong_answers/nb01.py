"""Answers to the exercises of notebook 01 that are wrong in one way each, with a part of the message that must name it."""

import re

import numpy as np

OPENING = "<|im_start|>assistant\n"


def _turn(role, text):
    return f"<|im_start|>{role}\n{text}<|im_end|>\n"


def _chat(messages, turn=_turn, opening=OPENING):
    return "".join(turn(role, text) for role, text in messages) + opening


def _chat_hard_coded(messages):
    return _turn("system", messages[0][1]) + _turn("user", messages[1][1]) + OPENING


def _chat_takes_turns(messages):
    return "".join(_turn(("system", "user")[i % 2], text) for i, (_, text) in enumerate(messages)) + OPENING


def _chat_system_added(messages):
    system = [] if any(role == "system" for role, _ in messages) else [("system", "You are a helpful assistant.")]
    return _chat(system + messages)


def _chat_opens_after_user(messages):
    return _chat(messages, opening=OPENING if not messages or messages[-1][0] != "assistant" else "")


def _fit(instruction, shots, question, budget, count, fixed=None, strict=False):
    used = count(instruction) + count(question) if fixed is None else fixed
    number = 0
    for shot in shots:
        if used + count(shot) + strict > budget:
            break
        used += count(shot)
        number += 1
    return number


def _fit_skips(instruction, shots, question, budget, count):
    used, number = count(instruction) + count(question), 0
    for shot in shots:
        if used + count(shot) <= budget:
            used += count(shot)
            number += 1
    return number


def _fit_no_sum(instruction, shots, question, budget, count):
    return sum(count(instruction) + count(question) + count(shot) <= budget for shot in shots)


def _fit_division(instruction, shots, question, budget, count):
    left = budget - count(instruction) - count(question)
    return max(0, min(len(shots), left // count(shots[0]))) if shots else 0


def _fit_division_unbounded(instruction, shots, question, budget, count):
    left = budget - count(instruction) - count(question)
    return max(0, left // count(shots[0])) if shots else 0


def _fit_division_by_mean(instruction, shots, question, budget, count):
    left = budget - count(instruction) - count(question)
    return max(0, min(len(shots), int(left / (sum(map(count, shots)) / len(shots))))) if shots else 0


def _fit_joined(instruction, shots, question, budget, count):
    return max([n for n in range(len(shots) + 1) if count(" ".join([instruction, *shots[:n], question])) <= budget], default=0)


def _fit_minus_one(instruction, shots, question, budget, count):
    return -1 if count(instruction) + count(question) > budget else _fit(instruction, shots, question, budget, count)


def _fit_one_always(instruction, shots, question, budget, count):
    too_long = count(instruction) + count(question) > budget
    return 0 if too_long else max(min(1, len(shots)), _fit(instruction, shots, question, budget, count))


def _fit_texts(instruction, shots, question, budget, count):
    return shots[: _fit(instruction, shots, question, budget, count)]


def _fit_never_three(instruction, shots, question, budget, count):
    return min(2, _fit(instruction, shots, question, budget, count))


def _take(
    text,
    short=r"([^\[\]\n]+)",
    document=r"\[([\w-]+)\]",
    words="Next step: ",
    action=r"([^\[\]\n.]+)\.",
    gap=" ",
    find=re.fullmatch,
    flags=0,
    cut=str.strip,
    otherwise=None,
):
    match = find(f"{short}{gap}{document} {words}{action}", cut(text), flags)
    return match.groups() if match else (text, None, None) if otherwise is None else otherwise(text)


def _take_raises(text):
    return re.fullmatch(r"([^\[\]\n]+) \[([\w-]+)\] Next step: ([^\[\]\n.]+)\.", text.strip()).groups()


def _take_by_split(text):
    if "[" not in text or "Next step: " not in text:
        return text, None, None
    short, rest = text.strip().split("[", 1)
    document, action = rest.split("] Next step: ", 1)
    return short.strip(), document, action.rstrip(".")


def _take_optional(text):
    short, document, action = re.fullmatch(r"(.+?)(?: \[([\w-]+)\])?(?: Next step: (.+)\.)?", text.strip() or " ").groups()
    return short, document, action


def _share(candidate):
    return sum(candidate["passed"]) / len(candidate["passed"])


def _best(candidates, cap, key=lambda c: (_share(c), -c["tokens"]), fits=lambda c, cap: c["tokens"] <= cap, none=None):
    fitting = [c for c in candidates if fits(c, cap)]
    return max(fitting, key=key)["name"] if fitting else none


def _best_raises(candidates, cap):
    return max([c for c in candidates if c["tokens"] <= cap], key=lambda c: (_share(c), -c["tokens"]))["name"]


def _best_falls_back(candidates, cap):
    fitting = [c for c in candidates if c["tokens"] <= cap] or sorted(candidates, key=lambda c: c["tokens"])[:1]
    return max(fitting, key=lambda c: (_share(c), -c["tokens"]))["name"] if fitting else None


def _best_then_cap(candidates, cap):
    best = max(candidates, key=lambda c: (_share(c), -c["tokens"]), default=None)
    return best["name"] if best and best["tokens"] <= cap else None


def _pick(logliks, worth=np.mean, best=max):
    worths = [worth(tokens) for tokens in logliks]
    return worths.index(best(worths))


def _pick_last(logliks):
    means = [np.mean(tokens) for tokens in logliks]
    return len(means) - 1 - means[::-1].index(max(means))


def _known(correct, options, floor=0):
    p = sum(correct) / len(correct)
    return max(floor, (p - 1 / options) / (1 - 1 / options))


WRONG = [
    ("1.1", "no opening", lambda m: _chat(m, opening=""), "without the opening of the assistant's turn"),
    ("1.1", "opening without new line", lambda m: _chat(m, opening="<|im_start|>assistant"), "in the opening too"),
    ("1.1", "something after the opening", lambda m: _chat(m, opening=OPENING + "Answer: "), "must end exactly with"),
    ("1.1", "closes the last turn", lambda m: _chat(m, opening=OPENING + "<|im_end|>\n"), "leave it open"),
    (
        "1.1",
        "no new line after the role",
        lambda m: _chat(m, turn=lambda r, t: f"<|im_start|>{r}{t}<|im_end|>\n"),
        "new line after the role, before the text",
    ),
    (
        "1.1",
        "a colon after the role",
        lambda m: _chat(m, turn=lambda r, t: f"<|im_start|>{r}: {t}<|im_end|>\n"),
        "new line after the role, before the text",
    ),
    ("1.1", "no end mark", lambda m: _chat(m, turn=lambda r, t: f"<|im_start|>{r}\n{t}\n"), "has no such end mark"),
    ("1.1", "end mark on its own line", lambda m: _chat(m, turn=lambda r, t: f"<|im_start|>{r}\n{t}\n<|im_end|>\n"), "followed at once by"),
    (
        "1.1",
        "no new line after the end mark",
        lambda m: _chat(m, turn=lambda r, t: f"<|im_start|>{r}\n{t}<|im_end|>"),
        "Put a new line after each",
    ),
    ("1.1", "system and user hard-coded", _chat_hard_coded, "one turn for each message"),
    ("1.1", "roles take turns", _chat_takes_turns, "Take each role from its message"),
    ("1.1", "one role for all", lambda m: _chat(m, turn=lambda r, t: _turn("user", t)), "Take each role from its message"),
    ("1.1", "system comes first", lambda m: _chat(sorted(m, key=lambda x: x[0] != "system")), "in the given order"),
    ("1.1", "reversed", lambda m: _chat(m[::-1]), "in the given order"),
    ("1.1", "the last message alone", lambda m: _chat(m[-1:]), "each message makes one turn"),
    ("1.1", "drops the assistant's turns", lambda m: _chat([x for x in m if x[0] != "assistant"]), "one turn for each message"),
    ("1.1", "adds a system message", _chat_system_added, "no turn that nobody asked for"),
    ("1.1", "no opening after the assistant", _chat_opens_after_user, "even if the last message is the assistant's"),
    ("1.1", "strips the texts", lambda m: _chat(m, turn=lambda r, t: _turn(r, t.strip())), "Keep each text as it is"),
    ("1.1", "gives a list", lambda m: [_turn(r, t) for r, t in m] + [OPENING], "Give back one text"),
    ("1.1", "does not know other roles", lambda m: _chat([x for x in m if x[0] != "tool"]), "should give"),
    ("1.2", "forgets the instruction", lambda i, s, q, b, c: _fit(i, s, q, b, c, fixed=c(q)), "The instruction stands in the prompt"),
    ("1.2", "forgets the question", lambda i, s, q, b, c: _fit(i, s, q, b, c, fixed=c(i)), "The question stands in the prompt"),
    ("1.2", "leaves out what fits exactly", lambda i, s, q, b, c: _fit(i, s, q, b, c, strict=True), "exactly the budget still fits"),
    ("1.2", "skips an example and goes on", _fit_skips, "Stop at the first example that does not fit"),
    ("1.2", "looks at each example alone", _fit_no_sum, "Add up the tokens"),
    ("1.2", "all as long as the first", _fit_division, "The examples differ in length"),
    ("1.2", "all as long as the first, without end", _fit_division_unbounded, "never more than there are"),
    ("1.2", "all of mean length", _fit_division_by_mean, "The examples differ in length"),
    ("1.2", "shortest first", lambda i, s, q, b, c: _fit(i, sorted(s, key=c), q, b, c), "from the first on"),
    ("1.2", "from the last on", lambda i, s, q, b, c: _fit(i, s[::-1], q, b, c), "from the first on"),
    ("1.2", "counts characters", lambda i, s, q, b, c: _fit(i, s, q, b, len), "yours never calls it"),
    ("1.2", "counts words", lambda i, s, q, b, c: _fit(i, s, q, b, lambda t: len(t.split())), "yours never calls it"),
    (
        "1.2",
        "counts words in what is fixed",
        lambda i, s, q, b, c: _fit(i, s, q, b, c, fixed=len(i.split()) + len(q.split())),
        "Measure every part",
    ),
    ("1.2", "counts the joined text", _fit_joined, "each part, whole and on its own"),
    ("1.2", "counts the list", lambda i, s, q, b, c: 0 if c(i) + c(q) + c(s) > b else len(s), "each part, whole and on its own"),
    ("1.2", "minus one if nothing fits", _fit_minus_one, "give back 0"),
    ("1.2", "always one", _fit_one_always, "even as the first one"),
    ("1.2", "never more than two", _fit_never_three, "room for one more"),
    ("1.2", "gives the examples", _fit_texts, "Give back how many examples fit"),
    ("1.2", "gives a float", lambda i, s, q, b, c: float(_fit(i, s, q, b, c)), "Give back how many examples fit"),
    ("1.3", "no dots in the answer", lambda t: _take(t, short=r"([^\[\]\n.]+)"), "may hold dots"),
    ("1.3", "search without dots", lambda t: _take(t, short=r"([^\[\]\n.]+)", find=re.search), "may hold dots"),
    ("1.3", "letters, digits and dots alone", lambda t: _take(t, short=r"([\w. ]+)"), "any characters but square brackets"),
    ("1.3", "spaces at the ends matter", lambda t: _take(t, cut=str), "cut them first"),
    ("1.3", "spaces at the end matter", lambda t: _take(t, cut=str.lstrip), "cut them first"),
    ("1.3", "spaces kept", lambda t: _take(t, short=r"([^\[\]\n]+ )", gap=""), "belong to none of them"),
    ("1.3", "no match raises", _take_raises, "ask first whether there was a match"),
    ("1.3", "no match, three None", lambda t: _take(t, otherwise=lambda t: (None, None, None)), "give back the whole text"),
    ("1.3", "no match, the text alone", lambda t: _take(t, otherwise=lambda t: t), "Give back a tuple of three"),
    ("1.3", "parts may be missing", _take_optional, "Without a citation"),
    ("1.3", "the beginning is enough", lambda t: _take(t, find=re.match), "Nothing may follow"),
    ("1.3", "dots in the action", lambda t: _take(t, action=r"([^\[\]\n]+)\."), "one sentence without a dot"),
    ("1.3", "the last dot may be missing", lambda t: _take(t, action=r"([^\[\]\n.]+)\.?"), "The dot after the action"),
    ("1.3", "two citations", lambda t: _take(t, short=r"([^\n]+)"), "exactly one citation"),
    ("1.3", "a citation in the action", lambda t: _take(t, action=r"([^\n.]+)\."), "exactly one citation"),
    ("1.3", "no answer is needed", lambda t: _take(t, short=r"([^\[\]\n]*?)", gap=" ?"), "without a short answer"),
    ("1.3", "empty brackets", lambda t: _take(t, document=r"\[([\w-]*)\]"), "must hold a document id"),
    ("1.3", "any text in the brackets", lambda t: _take(t, document=r"\[([^\[\]]+)\]"), "A document id has no spaces"),
    ("1.3", "round brackets", lambda t: _take(t, document=r"[\[(]([\w-]+)[\])]"), "in square brackets"),
    ("1.3", "capitals do not matter", lambda t: _take(t, flags=re.IGNORECASE), "with a capital"),
    ("1.3", "the colon may be missing", lambda t: _take(t, words="Next step:? "), "The colon"),
    ("1.3", "the space may be missing", lambda t: _take(t, short=r"([^\[\]\n]+?)", gap=r"\s*"), "One space stands between"),
    ("1.3", "new lines in the answer", lambda t: _take(t, short=r"([^\[\]]+)"), "House style is one line"),
    ("1.3", "keeps the dot", lambda t: _take(t, action=r"([^\[\]\n.]+\.)"), "leave it out"),
    ("1.3", "keeps the brackets", lambda t: _take(t, document=r"(\[[\w-]+\])"), "without its brackets"),
    ("1.3", "keeps the words", lambda t: _take(t, words="", action=r"(Next step: [^\[\]\n.]+)\."), "the action alone"),
    ("1.3", "splits at the brackets", _take_by_split, "Nothing may follow"),
    ("1.3", "another order", lambda t: tuple(_take(t)[i] for i in (1, 0, 2)), "in this order"),
    ("1.3", "gives a list", lambda t: list(_take(t)), "Give back a tuple of three"),
    (
        "1.3",
        "gives the match",
        lambda t: re.fullmatch(r"([^\[\]\n]+) \[([\w-]+)\] Next step: ([^\[\]\n.]+)\.", t.strip()),
        "`match.groups()`",
    ),
    ("1.3", "knows one department", lambda t: _take(t, document=r"\[(eng-\d+)\]"), "the same for all documents"),
    ("1.4", "ignores the cap", lambda c, cap: _best(c, 10**9), "leave it out before you choose"),
    ("1.4", "looks at the cap last", _best_then_cap, "leave it out before you choose"),
    ("1.4", "leaves out what fits exactly", lambda c, cap: _best(c, cap, fits=lambda x, cap: x["tokens"] < cap), "exactly `cap` tokens"),
    ("1.4", "120, whatever the cap", lambda c, cap: _best(c, 120), "an argument, not always 120"),
    ("1.4", "the number of True", lambda c, cap: _best(c, cap, key=lambda x: (sum(x["passed"]), -x["tokens"])), "not the number"),
    (
        "1.4",
        "share for each token",
        lambda c, cap: _best(c, cap, key=lambda x: _share(x) / x["tokens"]),
        "whatever the tokens",
    ),
    ("1.4", "rounds the share", lambda c, cap: _best(c, cap, key=lambda x: (round(_share(x), 1), -x["tokens"])), "without rounding"),
    ("1.4", "of equals the first", lambda c, cap: _best(c, cap, key=_share), "take the candidate with fewer tokens"),
    ("1.4", "of equals the last", lambda c, cap: _best(c[::-1], cap, key=_share), "take the candidate with fewer tokens"),
    ("1.4", "of equals the longest", lambda c, cap: _best(c, cap, key=lambda x: (_share(x), x["tokens"])), "take the candidate with fewer"),
    ("1.4", "the lowest share", lambda c, cap: _best(c, cap, key=lambda x: -_share(x)), "Choose the highest share"),
    (
        "1.4",
        "trades tokens for share",
        lambda c, cap: _best(c, cap, key=lambda x: _share(x) - x["tokens"] / 2500),
        "tokens decide between equals",
    ),
    ("1.4", "the most tokens that fit", lambda c, cap: _best(c, cap, key=lambda x: x["tokens"]), "Choose the highest share"),
    ("1.4", "gives nothing back", lambda c, cap: None, "forget a `return`"),
    ("1.4", "none fits raises", _best_raises, "ask whether any is left"),
    ("1.4", "none fits, an empty text", lambda c, cap: _best(c, cap, none=""), "If no candidate fits, give back None"),
    ("1.4", "none fits, the word none", lambda c, cap: _best(c, cap, none="None"), "If no candidate fits, give back None"),
    ("1.4", "none fits, the shortest", _best_falls_back, "If no candidate fits, give back None"),
    (
        "1.4",
        "gives the candidate",
        lambda c, cap: max((x for x in c if x["tokens"] <= cap), key=_share, default=None),
        "Give back the name",
    ),
    ("1.4", "gives the share", lambda c, cap: max((_share(x) for x in c if x["tokens"] <= cap), default=None), "Give back the name"),
    ("1.5", "the sum", lambda x: _pick(x, sum), "favours short answers"),
    ("1.5", "the lowest mean", lambda x: _pick(x, best=min), "the least likely candidate"),
    ("1.5", "the size without its sign", lambda x: _pick(x, lambda t: np.mean(np.abs(t))), "the least likely candidate"),
    ("1.5", "counts from 1", lambda x: _pick(x) + 1, "counts from 0"),
    ("1.5", "the most likely token", lambda x: _pick(x, max), "All tokens of a candidate count"),
    ("1.5", "the least likely token", lambda x: _pick(x, min), "All tokens of a candidate count"),
    ("1.5", "the first token", lambda x: _pick(x, lambda t: t[0]), "All tokens of a candidate count"),
    ("1.5", "the last token", lambda x: _pick(x, lambda t: t[-1]), "All tokens of a candidate count"),
    ("1.5", "the mean probability", lambda x: _pick(x, lambda t: np.mean(np.exp(t))), "not of probabilities"),
    ("1.5", "the median", lambda x: _pick(x, np.median), "not the median"),
    ("1.5", "divides twice", lambda x: _pick(x, lambda t: sum(t) / len(t) ** 2), "favours long answers"),
    ("1.5", "of equals the last", _pick_last, "take the first candidate"),
    ("1.5", "one matrix of all", lambda x: int(np.argmax(np.array(x).mean(axis=1))), "the mean of each list on its own"),
    ("1.5", "gives the mean", lambda x: float(max(np.mean(t) for t in x)), "Give back the index"),
    ("1.5", "gives the candidate", lambda x: max(x, key=np.mean), "Give back the index"),
    ("1.5", "rounds the means", lambda x: _pick(x, lambda t: round(sum(t) / len(t), 1)), "is the highest"),
    ("1.6", "the plain share", lambda c, o: sum(c) / len(c), "the plain share of right answers"),
    ("1.6", "does not divide", lambda c, o: max(0, sum(c) / len(c) - 1 / o), "Divide by 1 - 1/options"),
    ("1.6", "goes below 0", lambda c, o: _known(c, o, floor=-9), "nobody knows less than nothing"),
    ("1.6", "without the sign", lambda c, o: abs(_known(c, o, floor=-9)), "nobody knows less than nothing"),
    ("1.6", "always four options", lambda c, o: _known(c, 4), "which is 2 here"),
    ("1.6", "the sum", lambda c, o: max(0, (sum(c) - 1 / o) / (1 - 1 / o)), "take the mean of `correct`"),
    ("1.6", "per cent", lambda c, o: 100 * _known(c, o), "take the mean of `correct`"),
    ("1.6", "wrong answers over options", lambda c, o: max(0, (sum(c) - (len(c) - sum(c)) / o) / len(c)), "by guessing alone"),
    ("1.6", "all or nothing above guessing", lambda c, o: sum(c) / len(c) if sum(c) / len(c) > 1 / o else 0, "the scale is stretched"),
    ("1.6", "rounds", lambda c, o: round(_known(c, o), 2), "do not round"),
    ("1.6", "one for each answer", lambda c, o: [max(0, (x - 1 / o) / (1 - 1 / o)) for x in c], "Give back one number"),
    ("1.6", "not a number", lambda c, o: float("nan"), "All right means that all is known"),
]
