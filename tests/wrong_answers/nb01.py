"""Wrong answers to the exercises of notebook 01."""

import re

import numpy as np

from tests.wrong_answers import faults

ROLE, OPENING = "<|im_start|>{role}\\n", '"<|im_start|>assistant\\n"'
CHAT, BUT = f'"".join(turns) + {OPENING}', "messages if role !="
TURNS = "zip(['system', 'user'] * 9, [text for _, text in messages])"
SYSTEM_FIRST = "sorted(messages, key=lambda message: message[0] != 'system')"
IF_USER = f"({OPENING} if messages[-1][0] != 'assistant' else '')"
FIXED, COUNT = "count(instruction) + count(question)", "return number"
LIKE_FIRST = f"max(0, (budget - {FIXED.replace('+', '-')}) // count((shots or ['a'])[0]))"
WORDS = "len(f'{instruction} {question}'.split())"
NONE_FIT = f"return -1 if {FIXED} > budget else number"
WHOLE = f"return 0 if {FIXED} + count(shots) > budget else len(shots)"
FIRST = f"return number if {FIXED} > budget else max(number, min(1, len(shots)))"
SHORT, ID, STEP = r"([^\[\]\n]+)", r"\[([\w-]+)\]", r"([^\[\]\n.]+)"
OTHER = "(text, None, None)"
SHARE = 'sum(c["passed"]) / len(c["passed"])'
KEY, LOWEST = f'({SHARE}, -c["tokens"])', 'min(candidates, key=lambda c: c["tokens"])["name"]'
NAME, UNDER = 'best["name"]', ' if c["tokens"] <= cap]'
IF_NONE, LATE = "if not fitting:\n        return None\n    ", ' if best["tokens"] <= cap else None'
MEAN, PICK = "sum(tokens) / len(tokens)", "means.index(max(means))"
KNOWN = "max(0, (p - 1 / options) / (1 - 1 / options))"


def system_added(messages):
    if not any(role == "system" for role, _ in messages):
        messages = [("system", "You are helpful."), *messages]
    turns = [f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def mean_length(instruction, shots, question, budget, count):
    left = budget - count(instruction) - count(question)
    mean = sum(map(count, shots)) / max(1, len(shots))
    return max(0, min(len(shots), int(left / (mean or 1))))


def joined(instruction, shots, question, budget, count):
    texts = [" ".join([instruction, *shots[:n], question]) for n in range(len(shots) + 1)]
    return max([n for n, text in enumerate(texts) if count(text) <= budget], default=0)


def split_at_brackets(text):
    if "[" not in text or "Next step: " not in text:
        return text, None, None
    short, rest = text.strip().split("[", 1)
    document, action = rest.split("] Next step: ", 1)
    return short.strip(), document, action.rstrip(".")


def parts_optional(text):
    form = r"(.+?)(?: \[([\w-]+)\])?(?: Next step: (.+)\.)?"
    return re.fullmatch(form, text.strip() or " ").groups()


WRONG = [
    *faults(
        "1.1",
        ("no opening", (CHAT, '"".join(turns)'), "the opening of the assistant's turn"),
        ("opening without new line", (OPENING, OPENING.replace("\\n", "")), "in the opening too"),
        ("something after it", (CHAT, CHAT + ' + "Answer: "'), "must end exactly with"),
        ("closes the last turn", (CHAT, CHAT + ' + "<|im_end|>\\n"'), "assistant's turn open"),
        ("no new line after the role", (ROLE, "<|im_start|>{role}"), "new line after the role,"),
        ("a colon after the role", (ROLE, "<|im_start|>{role}: "), "new line after the role,"),
        ("no end mark", ("<|im_end|>", ""), "has no such end mark"),
        ("end mark on its own line", ("<|im_end|>", "\\n<|im_end|>"), "followed at once by"),
        ("no new line after it", ("<|im_end|>\\n", "<|im_end|>"), "Put a new line after each"),
        ("system and user alone", ("in messages", "in messages[:2]"), "turn for each message"),
        ("roles take turns", ("in messages", f"in {TURNS}"), "Take each role from its message"),
        ("one role for all", ("{role}", "user"), "Take each role from its message"),
        ("system comes first", ("in messages", f"in {SYSTEM_FIRST}"), "in the given order"),
        ("reversed", ("in messages", "in messages[::-1]"), "in the given order"),
        ("the last message alone", ("in messages", "in messages[-1:]"), "turn for each message"),
        ("drops the assistant", ("messages]", f"{BUT} 'assistant']"), "turn for each message"),
        ("adds a system message", system_added, "no turn that nobody asked for"),
        ("no opening after the assistant", (OPENING, IF_USER), "even if the last message"),
        ("strips the texts", ("{text}", "{text.strip()}"), "Keep each text as it is"),
        ("returns a list", (CHAT, f"[*turns, {OPENING}]"), "Return a string, not a list"),
        ("does not know other roles", ("messages]", f"{BUT} 'tool']"), "turn for each message"),
    ),
    *faults(
        "1.2",
        ("forgets the instruction", (FIXED, "count(question)"), "The instruction is in the prompt"),
        ("forgets the question", (FIXED, "count(instruction)"), "The question is in the prompt"),
        ("leaves out what fits exactly", ("> budget", ">= budget"), "exactly the budget"),
        ("skips an example and goes on", ("break", "continue"), "Stop at the first example"),
        ("looks at each example alone", ("used += count(shot)", "pass"), "Add up the tokens"),
        ("all like the first", (COUNT, f"return min(len(shots), {LIKE_FIRST})"), "in length"),
        ("the same without end", (COUNT, f"return {LIKE_FIRST}"), "no more than there are"),
        ("all of mean length", mean_length, "The examples differ in length"),
        ("shortest first", ("in shots", "in sorted(shots, key=count)"), "from the first on"),
        ("from the last on", ("in shots", "in shots[::-1]"), "from the first on"),
        ("counts characters", ("count(", "len("), "yours never calls it"),
        ("counts words", ("count(", "(lambda text: len(text.split()))("), "yours never calls it"),
        ("counts words in what is fixed", (FIXED, WORDS), "Measure every part"),
        ("counts the joined text", joined, "each part, whole and on its own"),
        ("counts the list", (COUNT, WHOLE), "on its own"),
        ("minus one if nothing fits", (COUNT, NONE_FIT), "return 0"),
        ("always one", (COUNT, FIRST), "even as the first one"),
        ("never more than two", (COUNT, "return min(2, number)"), "room for all three"),
        ("returns the examples", (COUNT, "return shots[:number]"), "number of examples that fit"),
        ("returns a float", (COUNT, "return float(number)"), "number of examples that fit"),
    ),
    *faults(
        "1.3",
        ("no dots in the answer", (SHORT, STEP), "may hold full stops"),
        ("search without dots", (SHORT, STEP, "fullmatch", "search"), "may hold full stops"),
        ("letters, digits and dots", (SHORT, r"([\w. ]+)"), "all but square brackets"),
        ("spaces at the ends matter", (".strip()", ""), "cut them first"),
        ("spaces at the end matter", (".strip()", ".lstrip()"), "cut them first"),
        ("spaces kept", (f"{SHORT} ", r"([^\[\]\n]+ )"), "belong to none of them"),
        ("no match raises", (f" if match else {OTHER}", ""), "ask first whether there is one"),
        ("no match, three None", (OTHER, "(None, None, None)"), "return the text"),
        ("no match, the text alone", (OTHER, "text"), "Return a tuple of three"),
        ("parts may be missing", parts_optional, "Without a citation"),
        ("the beginning is enough", ("fullmatch", "match"), "Nothing may follow"),
        ("dots in the action", (STEP, SHORT), "one sentence without a full stop"),
        ("the last dot may be missing", (rf"{STEP}\.", rf"{STEP}\.?"), "The full stop after"),
        ("two citations", (SHORT, r"([^\n]+)"), "exactly one citation"),
        ("a citation in the action", (STEP, r"([^\n.]+)"), "exactly one citation"),
        ("no answer is needed", (f"{SHORT} ", r"([^\[\]\n]*?) ?"), "without a short answer"),
        ("empty brackets", (ID, r"\[([\w-]*)\]"), "must hold a document id"),
        ("any text in the brackets", (ID, r"\[([^\[\]]+)\]"), "A document id has no spaces"),
        ("round brackets", (ID, r"[\[(]([\w-]+)[\])]"), "in square brackets"),
        ("capitals do not matter", ("strip()", "strip(), re.I"), "with a capital"),
        ("the colon may be missing", ("step: ", "step:? "), "The colon"),
        ("the space may be missing", (f"{SHORT} ", r"([^\[\]\n]+?)\s*"), "There is one space"),
        ("new lines in the answer", (SHORT, r"([^\[\]]+)"), "House style is one line"),
        ("keeps the dot", (rf"{STEP}\.", r"([^\[\]\n.]+\.)"), "leave it out"),
        ("keeps the brackets", (ID, r"(\[[\w-]+\])"), "without its brackets"),
        ("keeps the words", (f"Next step: {STEP}", r"(Next step: [^\[\]\n.]+)"), "action alone"),
        ("splits at the brackets", split_at_brackets, "Nothing may follow"),
        ("another order", ("match.groups()", "match.group(2, 1, 3)"), "in this order"),
        ("returns a list", ("match.groups()", "list(match.groups())"), "Return a tuple of three"),
        ("returns the match", ("match.groups()", "match"), "`match.groups()`"),
        ("knows one department", (ID, r"\[(eng-\d+)\]"), "the same for all documents"),
    ),
    *faults(
        "1.4",
        ("ignores the cap", ("<= cap", "<= 10**9"), "leave it out before you choose"),
        ("looks at the cap last", (UNDER, "]", NAME, f"{NAME}{LATE}"), "before you choose"),
        ("leaves out what fits exactly", ("<=", "<"), "exactly `cap` tokens"),
        ("120, whatever the cap", ("<= cap", "<= 120"), "an argument, not always 120"),
        ("the number of True", (SHARE, 'sum(c["passed"])'), "not the number"),
        ("share for each token", (KEY, f'{SHARE} / c["tokens"]'), "whatever the tokens"),
        ("rounds the share", (SHARE, f"round({SHARE}, 1)"), "without rounding"),
        ("of equals the first", (KEY, SHARE), "the candidate with fewer tokens"),
        ("of equals the last", (KEY, SHARE, "(fitting", "(fitting[::-1]"), "with fewer tokens"),
        ("of equals the longest", ("-c", "c"), "the candidate with fewer tokens"),
        ("the lowest share", (SHARE, f"-{SHARE}"), "Choose the highest share"),
        ("trades tokens for share", (KEY, f'{SHARE} - c["tokens"] / 2500'), "between equals"),
        ("the most tokens that fit", (KEY, 'c["tokens"]'), "Choose the highest share"),
        ("returns nothing", lambda candidates, cap: None, "forget a `return`"),
        ("none fits raises", (IF_NONE, ""), "ask whether any is left"),
        ("none fits, an empty text", ("None", '""'), "If no candidate fits, return None"),
        ("none fits, the word none", ("None", '"None"'), "If no candidate fits, return None"),
        ("none fits, the shortest", ("None", f"{LOWEST} if candidates else None"), "return None"),
        ("returns the candidate", (NAME, "best"), "Return the name"),
        ("returns the share", (NAME, SHARE.replace("c[", "best[")), "Return the name"),
    ),
    *faults(
        "1.5",
        ("the sum", (MEAN, "sum(tokens)"), "favours short answers"),
        ("the lowest mean", ("max", "min"), "the least likely candidate"),
        ("the size without its sign", (MEAN, f"-{MEAN}"), "the least likely candidate"),
        ("counts from 1", (PICK, f"{PICK} + 1"), "counts from 0"),
        ("the most likely token", (MEAN, "max(tokens)"), "the first or the highest alone"),
        ("the least likely token", (MEAN, "min(tokens)"), "the last or the lowest alone"),
        ("the first token", (MEAN, "tokens[0]"), "the first or the highest alone"),
        ("the last token", (MEAN, "tokens[-1]"), "the last or the lowest alone"),
        ("the mean probability", (MEAN, "np.mean(np.exp(tokens))"), "not of probabilities"),
        ("the median", (MEAN, "np.median(tokens)"), "not the median"),
        ("divides twice", (MEAN, f"{MEAN} / len(tokens)"), "favours long answers"),
        ("of equals the last", (PICK, "3 - means[::-1].index(max(means))"), "the first candidate"),
        ("one matrix", lambda logliks: int(np.argmax(np.mean(logliks, axis=1))), "on its own"),
        ("returns the mean", (PICK, "max(means)"), "Return the index"),
        ("returns the candidate", (PICK, f"logliks[{PICK}]"), "Return the index"),
        ("rounds the means", (MEAN, f"round({MEAN}, 1)"), "without rounding"),
    ),
    *faults(
        "1.6",
        ("the plain share", (KNOWN, "p"), "the plain share of right answers"),
        ("does not divide", (" / (1 - 1 / options)", ""), "Divide by 1 - 1/options"),
        ("goes below 0", ("max(0, ", "("), "nobody knows less than nothing"),
        ("without the sign", ("max(0, ", "abs("), "nobody knows less than nothing"),
        ("always four options", ("1 / options", "1 / 4"), "which is 2 here"),
        ("the sum", (" / len(correct)", ""), "take the mean of `correct`"),
        ("per cent", ("return ", "return 100 * "), "take the mean of `correct`"),
        ("wrong over options", (KNOWN, "max(0, p - (1 - p) / options)"), "by guessing alone"),
        ("all or nothing", (KNOWN, "p if p > 1 / options else 0"), "the scale is stretched"),
        ("rounds", (KNOWN, f"round({KNOWN}, 2)"), "Do not round"),
        ("one for each answer", (KNOWN, f"[{KNOWN} for p in correct]"), "Return a number"),
        ("not a number", (KNOWN, 'float("nan")'), "All right means that all is known"),
    ),
]
