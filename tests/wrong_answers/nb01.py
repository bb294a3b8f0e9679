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
SHORT, ID, STEP = r"([^\[\]\n]+)", r"\[([A-Za-z\d-]+)\]", r"([^\[\]\n.]+)"
OTHER = "(text, None, None)"
SHARE = 'sum(c["passed"]) / len(c["passed"])'
KEY, LOWEST = f'({SHARE}, -c["tokens"])', 'min(candidates, key=lambda c: c["tokens"])["name"]'
NAME, UNDER = 'best["name"]', ' if c["tokens"] <= limit]'
IF_NONE, LATE = (
    "if not fitting:\n        return None\n    ",
    ' if best["tokens"] <= limit else None',
)
MEAN, PICK = "sum(tokens) / len(tokens)", "means.index(max(means))"
KNOWN = "max(0, (p - 1 / options) / (1 - 1 / options))"
TURN, ONCE = 'f"<|im_start|>{role}\\n{text}<|im_end|>\\n"', "dict.fromkeys(messages)"
# messages that several faults share
AS_IT_IS, ANY_ROLE = "Keep each text as it is", "A message may have any role"
FITS, BOTH = "exactly the budget still fits", "The second example exceeds the budget"
FROM_FIRST = "from the first on"
ANY, HYPHENS = "may hold all but square brackets", "letters, digits, hyphens"
ALONE, WORDS_ARE, LINE = "around the id alone", "The words are 'Next step: '", "one line"
PARTS, GAP = "answer, document id and action", "one space between"
HIGHEST, FORMULA = "Choose the highest share", "Subtract 1/options"
EVERY, EXACT = "All tokens count", "Compare the means as they are"


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
        ("role and text swapped", ("role, text in", "text, role in"), "have changed places"),
        ("something after it", (CHAT, CHAT + ' + "Answer: "'), "must end exactly with"),
        ("closes the last turn", (CHAT, CHAT + ' + "<|im_end|>\\n"'), "assistant's turn open"),
        ("no new line after the role", (ROLE, "<|im_start|>{role}"), "new line after the role,"),
        ("a colon after the role", (ROLE, "<|im_start|>{role}: "), "new line after the role,"),
        ("no end mark", ("<|im_end|>", ""), "has no such end mark"),
        ("end mark on its own line", ("<|im_end|>", "\\n<|im_end|>"), "followed at once by"),
        ("no new line after it", ("<|im_end|>\\n", "<|im_end|>"), "Put a new line after each"),
        ("system and user alone", ("in messages", "in messages[:2]"), "turn for each message"),
        ("five messages at most", ("in messages", "in messages[:5]"), "any number of messages"),
        ("roles take turns", ("in messages", f"in {TURNS}"), "returned"),
        ("one role for all", ("{role}", "user"), "Take each role from its message"),
        ("system comes first", ("in messages", f"in {SYSTEM_FIRST}"), "in the given order"),
        ("reversed", ("in messages", "in messages[::-1]"), "in the given order"),
        ("the last message alone", ("in messages", "in messages[-1:]"), "turn for each message"),
        ("equal messages once", ("in messages", f"in {ONCE}"), "Equal messages"),
        ("the last of each role", ("in messages", "in dict(messages).items()"), "a turn each"),
        ("drops the assistant", ("messages]", f"{BUT} 'assistant']"), "turn for each message"),
        ("drops empty texts", ("messages]", "messages if text]"), AS_IT_IS),
        ("adds a system message", system_added, "add no more than the opening"),
        ("no opening after the assistant", (OPENING, IF_USER), "even if the last message"),
        ("nothing for nothing", (CHAT, f"{CHAT} if turns else ''"), "the opening alone"),
        ("strips the texts", ("{text}", "{text.strip()}"), AS_IT_IS),
        ("strips new lines", ("{text}", "{text.strip(chr(10))}"), AS_IT_IS),
        ("fills in the role twice", (TURN, f"({TURN}).format(role=role)"), "{role} {text}"),
        (
            "one kind of line end",
            ("{text}", "{chr(10).join(text.split(chr(13) + chr(10)))}"),
            AS_IT_IS,
        ),
        ("marks cut out", ("{text}", "{text.replace('<|im_end|>', '')}"), AS_IT_IS),
        ("line ends of Windows", ("\\n", "\\r\\n"), "A new line is"),
        ("a space before the role", ("{role}", " {role}"), "The role follows"),
        ("an empty role", ("{role}", "{role or 'user'}"), ANY_ROLE),
        ("roles in small letters", ("{role}", "{role.lower()}"), ANY_ROLE),
        ("returns a list", (CHAT, f"[*turns, {OPENING}]"), "Return a string, not a list"),
        ("does not know other roles", ("messages]", f"{BUT} 'tool']"), ANY_ROLE),
    ),
    *faults(
        "1.2",
        ("forgets the instruction", (FIXED, "count(question)"), BOTH),
        ("forgets the question", (FIXED, "count(instruction)"), BOTH),
        ("counts the question twice", (FIXED, f"{FIXED} + count(question)"), FITS),
        ("leaves out what fits exactly", ("> budget", ">= budget"), FITS),
        ("a token between the parts", ("used += count(shot)", "used += count(shot) + 1"), FITS),
        ("skips an example and goes on", ("break", "continue"), "Stop at the first example"),
        ("looks at each example alone", ("used += count(shot)", "pass"), BOTH),
        ("all like the first", (COUNT, f"return min(len(shots), {LIKE_FIRST})"), FROM_FIRST),
        ("the same without end", (COUNT, f"return {LIKE_FIRST}"), "Both examples fit"),
        ("all of mean length", mean_length, "count each"),
        ("shortest first", ("in shots", "in sorted(shots, key=count)"), FROM_FIRST),
        ("longest first", ("in shots", "in sorted(shots, key=count)[::-1]"), FROM_FIRST),
        ("from the last on", ("in shots", "in shots[::-1]"), FROM_FIRST),
        ("equal examples once", ("in shots", "in dict.fromkeys(shots)"), "occurs twice"),
        ("drops empty examples", ("in shots", "in filter(None, shots)"), "of 0 tokens"),
        ("ends at a full budget", ("if used +", "if used == budget or used +"), "of 0 tokens"),
        ("counts stripped texts", ("count(shot)", "count(shot.strip())"), "whole and on its own"),
        ("counts characters", ("count(", "len("), "yours never calls it"),
        ("counts words", ("count(", "(lambda text: len(text.split()))("), "yours never calls it"),
        ("counts words in what is fixed", (FIXED, WORDS), "Measure every part"),
        ("counts the joined text", joined, "each part, whole and on its own"),
        ("counts the list", (COUNT, WHOLE), "on its own"),
        ("minus one if nothing fits", (COUNT, NONE_FIT), "return 0"),
        ("always one", (COUNT, FIRST), "Nothing is left"),
        ("never more than two", (COUNT, "return min(2, number)"), "and returned 2"),
        ("never more than eight", (COUNT, "return min(8, number)"), "room for all 12"),
        ("returns the examples", (COUNT, "return shots[:number]"), "number of examples that fit"),
        ("returns the tokens", (COUNT, "return used"), "Both examples fit"),
    ),
    *faults(
        "1.3",
        ("no dots in the answer", (SHORT, STEP), "may hold full stops"),
        ("search without dots", (SHORT, STEP, "fullmatch", "search"), "may hold full stops"),
        ("letters, digits and dots", (SHORT, r"([\w. ]+)"), ANY),
        ("no colon in the answer", (SHORT, r"([^\[\]\n:]+)"), ANY),
        ("two characters at least", (SHORT, r"([^\[\]\n]{2,})"), "One character is enough"),
        ("spaces at the ends matter", (".strip()", ""), "do not matter"),
        ("spaces at the end matter", (".strip()", ".lstrip()"), "do not matter"),
        ("spaces kept", (f"{SHORT} ", r"([^\[\]\n]+ )"), PARTS),
        ("no match raises", (f" if match else {OTHER}", ""), "Without a citation"),
        ("no match, three None", (OTHER, "(None, None, None)"), "Without a citation"),
        ("no match, the text alone", (OTHER, "text"), "Return 3 values, not a str"),
        ("parts may be missing", parts_optional, ANY),
        ("the beginning is enough", ("fullmatch", "match"), "Nothing may follow"),
        ("dots in the action", (STEP, SHORT), "The action holds no full stop"),
        (
            "decimals in the action",
            (STEP, r"((?:[^\[\]\n.]|\.\d)+)"),
            "The action holds no full stop",
        ),
        (
            "an action in ASCII",
            ("text.strip()", "text.strip(), re.A", STEP, r"([\w ,;:'!?()&-]+)"),
            "The action may hold all but",
        ),
        ("letters of ASCII", ("if match else", "if match and text.isascii() else"), ANY),
        ("words alone in the action", (STEP, r"([\w ]+)"), "The action may hold all but"),
        ("no action is needed", (STEP, r"([^\[\]\n.]*)"), "without an action"),
        ("the last dot may be missing", (rf"{STEP}\.", rf"{STEP}\.?"), "The full stop after"),
        ("another mark at the end", (rf"{STEP}\.", rf"{STEP}[.!?]"), "The full stop after"),
        ("two citations", (SHORT, r"([^\n]+)"), "exactly one citation"),
        ("a bracket in the answer", (SHORT, r"([^\[\n]+)"), ALONE),
        ("a bracket in the action", (STEP, r"([^\[\n.]+)"), ALONE),
        ("a citation in the action", (STEP, r"([^\n.]+)"), "exactly one citation"),
        ("no answer is needed", (f"{SHORT} ", r"([^\[\]\n]*?) ?"), "without a short answer"),
        ("empty brackets", (ID, r"\[([A-Za-z\d-]*)\]"), "must hold a document id"),
        ("any text in the brackets", (ID, r"\[([^\[\]]+)\]"), "exactly one citation"),
        ("underscores in the id", (ID, r"\[([\w-]+)\]"), HYPHENS),
        ("a dot in the id", (ID, r"\[([A-Za-z\d.-]+)\]"), HYPHENS),
        ("small letters in the id", (ID, r"\[([a-z\d-]+)\]"), HYPHENS),
        ("one hyphen in the id", (ID, r"\[(\w+-\w+)\]"), HYPHENS),
        ("round brackets", (ID, r"[\[(]([A-Za-z\d-]+)[\])]"), "in square brackets"),
        ("capitals do not matter", ("strip()", "strip(), re.I"), WORDS_ARE),
        ("the colon may be missing", ("step: ", "step:? "), WORDS_ARE),
        ("two spaces in the words", ("Next step", "Next +step"), WORDS_ARE),
        ("next steps", ("step:", "steps?:"), WORDS_ARE),
        ("the space may be missing", (f"{SHORT} ", r"([^\[\]\n]+?)\s*"), GAP),
        ("more spaces", (f"{SHORT} ", r"([^\[\]\n]+?) +"), GAP),
        ("more spaces before the words", (" Next", " +Next"), GAP),
        ("no space after the colon", ("step: ", "step: ?"), GAP),
        ("new lines in the answer", (SHORT, r"([^\[\]]+)"), LINE),
        ("new lines in the action", (STEP, r"([^\[\].]+)"), LINE),
        ("the first line", ("text.strip()", 'text.strip().partition("\\n")[0]'), LINE),
        ("keeps the dot", (rf"{STEP}\.", r"([^\[\]\n.]+\.)"), PARTS),
        ("keeps the brackets", (ID, r"(\[[\w-]+\])"), PARTS),
        ("keeps the words", (f"Next step: {STEP}", r"(Next step: [^\[\]\n.]+)"), PARTS),
        ("splits at the brackets", split_at_brackets, "Nothing may follow"),
        ("another order", ("match.groups()", "match.group(2, 1, 3)"), PARTS),
        ("returns the match", ("match.groups()", "match"), "Return 3 values, not a Match"),
        ("knows one department", (ID, r"\[(eng-\d+)\]"), "the same for all documents"),
    ),
    *faults(
        "1.4",
        ("ignores the limit", ("<= limit", "<= 10**9"), "Leave out what is above the limit"),
        (
            "looks at the limit last",
            (UNDER, "]", NAME, f"{NAME}{LATE}"),
            "Leave out what is above the limit",
        ),
        ("leaves out what fits exactly", ("<=", "<"), "exactly `limit` tokens"),
        ("fits with a margin", ("<= limit", "<= 1.1 * limit"), "Leave out what is above the limit"),
        ("120, whatever the limit", ("<= limit", "<= 120"), "limit 1000"),
        ("the number of True", (SHARE, 'sum(c["passed"])'), "not the number"),
        ("the first eight", (SHARE, 'sum(c["passed"][:8])'), "All the questions"),
        ("the first twenty", ('c["passed"]', 'c["passed"][:20]'), "All the questions"),
        ("share for each token", (KEY, f'{SHARE} / c["tokens"]'), HIGHEST),
        ("rounds the share", (SHARE, f"round({SHARE}, 1)"), "without rounding"),
        ("rounds to three places", (SHARE, f"round({SHARE}, 3)"), "without rounding"),
        (
            "one for each length",
            ("in candidates", "in {c['tokens']: c for c in candidates}.values()"),
            "as many tokens as others",
        ),
        ("rounds to eight places", (SHARE, f"round({SHARE}, 8)"), "do not round"),
        ("no limit of 0", ("<= limit", "<= (limit or 120)"), "the limit may be 0"),
        ("of equals the first", (KEY, SHARE), "the candidate with fewer tokens"),
        ("of equals the last", (KEY, SHARE, "(fitting", "(fitting[::-1]"), "with fewer tokens"),
        ("of equals the longest", ("-c", "c"), "the candidate with fewer tokens"),
        ("of equals the most tried", ('-c["tokens"]', 'len(c["passed"])'), "with fewer tokens"),
        ("the lowest share", (SHARE, f"-{SHARE}"), HIGHEST),
        ("trades tokens for share", (KEY, f'{SHARE} - c["tokens"] / 1e6'), "between equals"),
        ("the most tokens that fit", (KEY, 'c["tokens"]'), HIGHEST),
        (
            "leaves out who passed nothing",
            (UNDER, f'{UNDER[:-1]} and any(c["passed"])]'),
            "passed nothing",
        ),
        ("returns nothing", lambda candidates, limit: None, "None"),
        ("none fits raises", (IF_NONE, ""), "If no candidate fits"),
        ("none fits, an empty text", ("None", '""'), "If no candidate fits, return None"),
        ("none fits, the word none", ("None", '"None"'), "If no candidate fits, return None"),
        ("none fits, the shortest", ("None", f"{LOWEST} if candidates else None"), "return None"),
        ("returns the candidate", (NAME, "best"), "Return a string, not a dict"),
        ("returns the share", (NAME, SHARE.replace("c[", "best[")), "not a float"),
    ),
    *faults(
        "1.5",
        ("the sum", (MEAN, "sum(tokens)"), "favour short answers"),
        ("the lowest mean", ("max", "min"), "the one nearest to 0"),
        ("the size without its sign", (MEAN, f"-{MEAN}"), "the one nearest to 0"),
        ("counts from 1", (PICK, f"{PICK} + 1"), "count from 0"),
        ("the most likely token", (MEAN, "max(tokens)"), EVERY),
        ("the least likely token", (MEAN, "min(tokens)"), EVERY),
        ("the first token", (MEAN, "tokens[0]"), EVERY),
        ("the last token", (MEAN, "tokens[-1]"), EVERY),
        ("the first eight tokens", (MEAN, "np.mean(tokens[:8])"), EVERY),
        ("the mean probability", (MEAN, "np.mean(np.exp(tokens))"), "log-likelihoods themselves"),
        ("the median", (MEAN, "np.median(tokens)"), EVERY),
        ("divides twice", (MEAN, f"{MEAN} / len(tokens)"), "once"),
        ("divides by the root", (MEAN, "sum(tokens) / len(tokens) ** 0.5"), "once"),
        ("of equals the last", (PICK, "3 - means[::-1].index(max(means))"), "the first candidate"),
        ("one matrix", lambda logliks: int(np.argmax(np.mean(logliks, axis=1))), "in length"),
        ("returns the mean", (PICK, "max(means)"), "Return the index"),
        ("returns the candidate", (PICK, f"logliks[{PICK}]"), "Return the index"),
        ("a float", (PICK, f"float({PICK})"), "Return the index"),
        ("rounds the means", (MEAN, f"round({MEAN}, 1)"), EXACT),
        ("rounds to four places", (MEAN, f"round({MEAN}, 4)"), EXACT),
        ("rounds to six places", (MEAN, f"round({MEAN}, 6)"), EXACT),
        ("none below minus ten", (MEAN, f"max(-10, {MEAN})"), "no lower bound"),
    ),
    *faults(
        "1.6",
        ("the plain share", (KNOWN, "p"), FORMULA),
        ("does not divide", (" / (1 - 1 / options)", ""), FORMULA),
        ("goes below 0", ("max(0, ", "("), "Fewer right than by guessing"),
        ("without the sign", ("max(0, ", "abs("), "Fewer right than by guessing"),
        ("always four options", ("1 / options", "1 / 4"), "which is 2 here"),
        ("six options at most", ("1 / options", "1 / min(6, options)"), "which is 10 here"),
        ("the sum", (" / len(correct)", ""), FORMULA),
        ("the first eight", ("p = ", "correct = correct[:8]\n    p = "), "among all of"),
        ("per cent", ("return ", "return 100 * "), "That is per cent"),
        ("wrong over options", (KNOWN, "max(0, p - (1 - p) / options)"), FORMULA),
        ("all or nothing", (KNOWN, "p if p > 1 / options else 0"), FORMULA),
        ("little is nothing", (KNOWN, f"{KNOWN} if p > 0.3 else 0"), "A little above guessing"),
        ("rounds", (KNOWN, f"round({KNOWN}, 2)"), "not round"),
        ("one for each answer", (KNOWN, f"[{KNOWN} for p in correct]"), "Return a number"),
        ("not a number", (KNOWN, 'float("nan")'), "returned nan"),
    ),
]
