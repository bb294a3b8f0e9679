"""Exercises of notebook 01: chat prompt, room for examples, parser, best prompt, likelihood."""

import random
import re

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, cases, expect, returns, same, shown

START, END = "<|im_start|>", "<|im_end|>"
PLAIN = "9 bar [eng-042] Next step: note it in the Bluebook."


def has(pattern):
    """A test of a result: does it contain this pattern? START and END stand for the marks."""
    pattern = pattern.replace("START", re.escape(START)).replace("END", re.escape(END))
    return lambda got: re.search(pattern, got, re.DOTALL)


FORM = {  # what no prompt contains, in the order in which it is best mended
    has(r"\\n"): "A backslash and an n are not a new line: is it a raw string?",
    has(r"\r"): r"A new line is '\n' alone, without '\r'.",
    has(r"\A(?!.*START)"): f"Each turn begins with {START}.",
    has(r"\A(?!.*END)"): f"Each message ends with {END}: your prompt has no such end mark.",
    has(r"START\s"): f"The role follows {START} at once.",
    has(r"START(?!assistant)(?!.*START)"): "End with the opening of the assistant's turn.",
    has(r"START(?!.*START).*END"): "Leave the assistant's turn open: the model writes its text.",
    has(r"assistant\Z"): "Put a new line after the role in the opening too.",
    has(r"(?<!assistant\n)\Z"): "The prompt must end exactly with the opening.",
    has(r"START(?!\w+\n)"): "Put a new line after the role, before the text.",
    has(r"\sEND"): f"Each text is followed at once by {END}.",
    has(r"END(?!\n)"): f"Put a new line after each {END}.",
}


@exercise("1.1", "Build the chat prompt", difficulty=1, importance=3, minutes=6)
@hints(
    "Treat all messages alike, whatever the role: one turn each, in order. The opening comes once.",
    'One turn is `f"<|im_start|>{role}\\n{text}<|im_end|>\\n"`: mind both new lines.',
    '`"".join(... for role, text in messages)`, then `+ "<|im_start|>assistant\\n"`.',
)
@solved_by("""
def chat_prompt(messages):
    turns = [f"<|im_start|>{role}\\n{text}<|im_end|>\\n" for role, text in messages]
    return "".join(turns) + "<|im_start|>assistant\\n"
""")
def grade_chat_prompt(chat_prompt):
    def reference(messages):
        turns = [f"{role}\n{text}{END}" for role, text in messages]
        return START + f"\n{START}".join([*turns, "assistant\n"])

    def seen(prompt):
        return re.findall(r"<\|im_start\|>(\w*)", prompt)

    def case(messages, why, mistakes=None):
        cases(chat_prompt)(messages, returns=reference(messages), why=why, mistakes=mistakes)

    def turns(*roles):
        return {
            (lambda got: len(seen(got)) != len(roles)): "Write one turn for each message.",
            (lambda got: sorted(seen(got)) != sorted(roles)): "Take each role from its message.",
            (lambda got: seen(got) != list(roles)): "Keep the messages in the given order.",
        }

    pairs = [("Be brief.", "system"), ("How deep?", "user")]
    swapped = {reference(pairs): "Role and text have changed places: a message is (role, text)."}
    both = swapped | FORM | turns("system", "user", "assistant")
    case([("system", "Be brief."), ("user", "How deep?")], "Each message becomes one turn.", both)
    case([("user", "How deep?")], "One message is one turn: add no more than the opening.")
    case([("user", "Stop it."), ("user", "Stop it.")], "Equal messages are a turn each.")
    case([("user", "Why?"), ("user", "And how?")], "Messages of the same role are a turn each.")
    why = "A chat may have any number of messages: go through all of them."
    five = [("user", "Which seal?"), ("assistant", "SL-3."), ("user", "How long does it last?")]
    five += [("system", "Name the unit."), ("user", "Well?")]
    case(five, why, turns(*(role for role, _ in five), "assistant"))
    case([(role, f"Number {n}.") for n, (role, _) in enumerate(five * 24)], why)
    case([("user", "How deep?"), ("tool", "4.5 m")], "A message may have any role.")
    for role in ("Shift lead-2 ", "Prüfer", ""):
        case([(role, "Stop it.")], "A message may have any role: write it as it is.")
    why = "Close every message and open a new turn, even if the last message is the assistant's."
    case([("user", "Hello."), ("assistant", "Good day.")], why)
    why = "Keep each text as it is, with its spaces."
    for text in ("  Line one.\n\nLine two. ", "\n\tTwo.\n", "", " "):
        case([("user", text), ("tool", "4.5 m")], why)
    why = "Keep each text as it is."
    for text in ("{role} {text} {0}", "%s 5 % \\n", '<b>R&D\'s</b> "role" of a text', "x " * 600):
        case([("user", text)], why)
    for text in (
        f"What is {END}?",
        f"{START}user\nHow deep?{END}\n",
        "One.\r\nTwo.\r\n",
        "One.\x0bTwo.\u2028Three.",
        "2\t 3  4",
        "“Süd-Tor” – 5 m² … ’",
        "Zu\u0308rich\xa0\u200b",
        "R&amp;D",
    ):
        case([("user", text)], f"{why} It may hold any characters, and none is lost or replaced.")
    case([], "Without messages the prompt is the opening alone.")
    rng, roles = random.Random(0), ["system", "user", "assistant", "tool"]
    for size in range(40):
        texts = [f"ash {rng.randint(0, 99)} oak." for _ in range(size % 6)]
        messages = [(rng.choice(roles), text) for text in texts]
        case(messages, "Write one turn for each message, in the given order.")


@exercise("1.2", "How many examples can you afford?", difficulty=2, importance=3, minutes=8)
@hints(
    "Instruction and question are in every prompt: start with their tokens.",
    "Go through the examples from the first. Stop at the first one that exceeds the budget.",
    "In the loop: `if used + count(shot) > budget: break`; then add its tokens, and 1.",
)
@solved_by("""
def affordable(instruction, shots, question, budget, count):
    number, used = 0, count(instruction) + count(question)
    for shot in shots:
        if used + count(shot) > budget:
            break
        used += count(shot)
        number += 1
    return number
""")
def grade_affordable(affordable):
    def words(text):
        return len(str(text).split())

    def noted(text):
        heard.append(text)
        return words(text)

    case, heard, four = cases(affordable), [], "one two three four"
    parts, six = ("be brief", ["a b c", "d e f"], "how deep"), "one two three four five six"
    own = (" Be brief:\n\n", ["Q: Wie  tief?\nA: 4 m² – 'Ü'!\n", "\td e f. "], "\nHow deep? ")
    returns(affordable(*own, 100, noted), float, "the number of examples that fit")
    expect(heard, "Measure with the `count` that is passed in: yours never calls it.")
    whole = all(text in (own[0], *own[1], own[2]) for text in heard)
    expect(whole, "Call `count` for each part, whole and on its own, and add up.")
    case(*parts, 100, words, returns=2, why="Both examples fit.")
    case(*parts, 9, words, returns=1, why="The second example exceeds the budget.")
    case(*parts, 10, words, returns=2, why="A prompt of exactly the budget still fits.")
    why = "Add up the tokens of all parts."
    case("a", ["b c", "d e", "f g"], "h", 6, words, returns=2, why=why)
    why = "Instruction and question are in the prompt too, once each: count their tokens first."
    for instruction, question in ((four, "x"), ("x", four)):
        case(instruction, ["a b", "c d"], question, 7, words, returns=1, why=why)
        case(instruction, ["a b", "c d"], question, 9, words, returns=2, why=why)
    why = "Take the examples from the first on, and count each of them."
    case("x y z", [four, "a", "b", "c"], four, 12, words, returns=2, why=why)
    case("x", ["b", "a", six], "y", 7, words, returns=2, why=why)
    why = "Stop at the first example that does not fit: take no later one."
    case("x", ["a", six, "b"], "y", 6, words, returns=1, why=why)
    why = "The examples differ in length: count each one."
    case("x", ["a", "b", six], "y", 5, words, returns=2, why=why)
    case("x", [six, "a", "b"], "y", 9, words, returns=2, why=why)
    case("x", ["a b c", "abcde", "a"], "y", 7, words, returns=3, why=why)
    why = "An example that occurs twice costs its tokens twice."
    case("x", ["a b", "c", "a b", "d"], "y", 6, words, returns=2, why=why)
    case("x", ["a", "b", "c"], "y", 9, words, returns=3, why="There was room for all three.")
    case("x", list("abcdefghijkl"), "y", 14, words, returns=12, why="There was room for all 12.")
    why = "If even instruction and question exceed the budget, return 0."
    case("one two three", ["a", "b"], "four five", 4, words, returns=0, why=why)
    for budget in (2, 1, 0):
        case("x", ["a"], "y", budget, words, returns=0, why="Nothing is left for an example.")
    case("", ["a"], "y", 2, words, returns=1, why="A prompt of exactly the budget still fits.")
    why = "An example that exceeds the budget does not fit, even as the first one."
    case("x", [four], "y", 5, words, returns=0, why=why)
    case("x", [], "y", 5, words, returns=0, why="Without examples the number is 0.")
    why = "An example of 0 tokens always fits, unless the prompt has exceeded the budget before."
    for budget, wanted in ((1, 0), (2, 1), (3, 3), (4, 4)):
        case("x", ["", "a", "", "b"], "y", budget, words, returns=wanted, why=why)
    case("", ["", "a"], "", 0, words, returns=1, why=why)
    case("x", ["a"] * 300, "y", 202, words, returns=200, why="There was room for 200 examples.")
    why = "Measure every part with the `count` that is passed in: here it counts characters."
    case("ab", ["cde", "fg"], "h", 8, len, returns=2, why=why)
    case("ab", ["cde", "fg"], "h", 7, len, returns=1, why=why)
    case(*parts, 19, len, returns=0, why=why)
    case(*parts, 21, len, returns=1, why=why)

    def reference(instruction, shots, question, budget, count):
        total = np.cumsum([count(instruction) + count(question), *map(count, shots)])
        return int((total[1:] <= budget).sum())

    rng = random.Random(0)
    for _ in range(60):
        sizes = [rng.randint(1, 9) for _ in range(rng.randint(0, 8))]
        shots = [" ".join(rng.choices(["ash", "oak", "elm"], k=size)) for size in sizes]
        inputs = ("be brief", shots, "what is it", rng.randint(1, 40), words)
        same(affordable, reference, [inputs], "Count whole examples from the first on.")


ANY, ID = (
    "The short answer may hold all but square brackets.",
    "An id has letters, digits, hyphens.",
)
ACTION = "The action may hold all but full stops and square brackets."
STYLED = {  # the parts of texts in house style
    ("12 days", "leg-031", "confirm with Contracts"): "The form is the same for all documents.",
    ("4.5 m", "sup-103", "pay"): "The short answer may hold full stops.",
    ("£1,218 (p. 4)", "fin-038", "pay"): ANY,
    ("a-b/c: 3 m² of 'Ü', or 50% \t; no.", "fin-038", "pay"): ANY,
    ("see Next step: 2", "eng-042", "note it"): ANY,
    ("very " * 20 + "long", "eng-042", "note it"): ANY,
    ("Süd-Tor – “5 µm” … €", "eng-042", "note it"): ANY,
    ("9  bar", "eng-042", "note it"): ANY,
    ("R&amp;D's 'lid'!", "eng-042", "note it"): ANY,
    ("9\xa0bar \u200b<|im_end|> Zu\u0308rich", "eng-042", "note it"): ANY,
    ("7", "eng-042", "x"): "One character is enough for an answer and an action.",
    ("?", "eng-042", "x"): "One character is enough for an answer and an action.",
    ("9 bar", "B", "pay"): ID,
    ("9 bar", "042", "pay"): ID,
    ("9 bar", "KX-2207-b", "pay"): ID,
    ("9 bar", "7-Hr2-a-long-id-of-2024", "pay"): ID,
    ("9 bar", "eng--042-", "pay"): ID,
    ("9 bar", "eng-042", "Tell R&D: 2 or 3 (not 4), then 'go'!"): ACTION,
    ("9 bar", "eng-042", "note Next step: pay"): ACTION,
    ("9 bar", "eng-042", "7 " * 50 + "x"): ACTION,
    ("9 bar", "eng-042", "prüfe das Süd-Tor – “5 µm” … €"): ACTION,
    ("9 bar", "eng-042", "call Élodie, 'now'!"): ACTION,
    ("9 bar", "eng-042", "note  it;\tthen pay?"): ACTION,
}
STYLED |= {(f"{mark}9 bar{mark}", "eng-042", "pay"): ANY for mark in "\"'()<>{}*_%+-=.,:;#/!?0"}
ONE, GAP = "There is exactly one citation.", "There is one space between the parts."
BARE, LINE = "Square brackets stand around the id alone.", "House style is one line."
WORDS = "The words are 'Next step: ', exactly so."
OTHER = (
    {  # texts in another form
        "4 m Next step: pay.": "Without a citation a text is not in house style.",
        "The handbook does not say.": "This sentence is not in house style.",
        "Süd-Tor – “5 m²”,  R&amp;D\r\n or so": "Any other text is returned as it is.",
        "4.5 m": "A short answer alone is not in house style.",
        "4.5 m [sup-103]": "Without a next step a text is not in house style.",
        "": "An empty text is not in house style.",
        f"{PLAIN} Thanks": "Nothing may follow the action and its full stop.",
        f"{PLAIN} And call me.": "The action holds no full stop.",
        f"{PLAIN}.": "The action holds no full stop.",
        "9 bar [eng-042] Next step: set 4.5 bar.": "The action holds no full stop.",
        PLAIN[:-1]: "The full stop after the action is part of the form.",
        f"{PLAIN[:-1]}!": "The full stop after the action is part of the form.",
        "9 bar [eng-042] [sup-103] Next step: note it.": ONE,
        "9 bar [eng-042, sup-103] Next step: note it.": ONE,
        "9 bar [eng-042] Next step: note it [sup-103].": ONE,
        "9 [bar [eng-042] Next step: note it.": BARE,
        "9] bar [eng-042] Next step: note it.": BARE,
        "9 bar [eng-042] Next step: note [it.": BARE,
        "9 bar [eng-042] Next step: note it].": BARE,
        "9 bar [[eng-042]] Next step: note it.": BARE,
        "[eng-042] Next step: note it.": "A text without a short answer is not in house style.",
        "9 bar [] Next step: note it.": "The brackets must hold a document id.",
        "9 bar (eng-042) Next step: note it.": "The citation is in square brackets.",
        PLAIN.replace("Next", "next"): WORDS,
        PLAIN.replace("step", "Step"): WORDS,
        PLAIN.replace("step", "steps"): WORDS,
        PLAIN.replace("step:", "step"): WORDS,
        PLAIN.replace("Next step", "Next  step"): WORDS,
        PLAIN.replace("step: ", "step:"): GAP,
        PLAIN.replace("bar [", "bar["): GAP,
        PLAIN.replace("] ", "]"): GAP,
        PLAIN.replace("] ", "]  "): GAP,
        f"Here it is:\n{PLAIN}": LINE,
        f"{PLAIN}\nThanks": LINE,
        PLAIN.replace("note it", "note\nit"): LINE,
        PLAIN.replace("Next step", "Next\nstep"): LINE,
        PLAIN.replace("9 bar", "9\nbar"): LINE,
        PLAIN.replace("bar [", "bar\n["): LINE,
        PLAIN.replace("] Next", "]\nNext"): LINE,
        PLAIN.replace("step: ", "step:\n"): LINE,
        "9 bar [eng-042] Next step: .": "A text without an action is not in house style.",
    }
    | {f"{PLAIN}{mark}": "Nothing may follow the full stop." for mark in ",;:!?\"')>*_-"}
    | {f"9 bar [eng{mark}042] Next step: note it.": ID for mark in " _./:#"}
)


@exercise("1.3", "Write a parser", difficulty=3, importance=3, minutes=12)
@hints(
    "Cut the outer spaces with `.strip()`. Then `re.fullmatch(form, text)` wants the whole form.",
    r"The groups: answer `([^\[\]\n]+)`, id `([A-Za-z\d-]+)` in brackets, action `([^\[\]\n.]+)`.",
    r'form = r"([^\[\]\n]+) \[([A-Za-z\d-]+)\] Next step: ([^\[\]\n.]+)\."; '
    "return `match.groups()`, or (text, None, None) if `match` is None.",
)
@solved_by(r"""
import re

def take_apart(text):
    form = r"([^\[\]\n]+) \[([A-Za-z\d-]+)\] Next step: ([^\[\]\n.]+)\."
    match = re.fullmatch(form, text.strip())
    return match.groups() if match else (text, None, None)
""")
def grade_take_apart(take_apart):
    case, parts = cases(take_apart), ("9 bar", "eng-042", "note it in the Bluebook")
    case(
        PLAIN,
        returns=parts,
        why="The parts are answer, document id and action, without what stands around them.",
    )
    for styled, why in STYLED.items():
        case("{} [{}] Next step: {}.".format(*styled), returns=styled, why=why)
    why = "Spaces and new lines at the ends do not matter."
    for padded in (f"  {PLAIN}", f"{PLAIN}  ", f"\n{PLAIN} \n"):
        case(padded, returns=parts, why=why)
    for text, why in OTHER.items():
        case(text, returns=(text, None, None), why=why)
    # The text does not say whether a second space belongs to a part: it is not lost, at least.
    for doubled in ("bar  [", "step:  "):
        text = PLAIN.replace(doubled.replace("  ", " "), doubled)
        why = f"{GAP} take_apart({text!r}) returned {shown(parts)}."
        expect(not alike(take_apart(text), parts), why)
    rng, words = random.Random(0), ["4.5", "no.", "m²", "-34", "Hallin", "o'clock", "50%"]
    for _ in range(40):
        short = " ".join(rng.choices(words, k=rng.randint(1, 4)))
        document = f"{rng.choice(['sup', 'leg', 'saf', 'fin', 'eng'])}-{rng.randint(0, 299):03d}"
        action = " ".join(rng.choices(["open", "a", "ticket", "with", "us"], k=rng.randint(1, 5)))
        text = f"{short} [{document}] Next step: {action}."
        case(f" {text} ", returns=(short, document, action), why="This text is in house style.")
        mark = rng.choice(["[", "]", ":", "step", "Next"])
        lacking, why = text.replace(mark, "", 1), f"Without {mark!r} it is not in house style."
        case(lacking, returns=(lacking, None, None), why=why)


@exercise("1.4", "The best prompt under 120 tokens", difficulty=2, importance=2, minutes=8)
@hints(
    'Keep those with `c["tokens"] <= limit`, then choose one. If none is left, return None.',
    'The share is `sum(c["passed"]) / len(c["passed"])`. For ties `max` can compare tuples.',
    'best = max(fitting, key=lambda c: (share(c), -c["tokens"])); then best["name"].',
)
@solved_by("""
def best_prompt(candidates, limit):
    fitting = [c for c in candidates if c["tokens"] <= limit]
    if not fitting:
        return None
    best = max(fitting, key=lambda c: (sum(c["passed"]) / len(c["passed"]), -c["tokens"]))
    return best["name"]
""")
def grade_best_prompt(best_prompt):
    def made(name, tokens, right, questions):
        passed = [True] * right + [False] * (questions - right)
        return {"name": name, "tokens": tokens, "passed": rng.sample(passed, questions)}

    def case(candidates, limit, wanted, why):
        each = [f"{c['name']} ({c['tokens']}, {np.mean(c['passed']):.2f})" for c in candidates]
        why = f"{why} Candidates (tokens, share): {', '.join(each) or 'none'}; limit {limit}."
        mistakes = {None: why}  # here, None is more than a missing `return`
        cases(best_prompt)(candidates, limit, returns=wanted, why=why, mistakes=mistakes)

    rng = random.Random(0)
    four = [made("bare", 20, 2, 10), made("shots", 110, 8, 10)]
    four += [made("all", 300, 9, 10), made("wordy", 400, 5, 10)]
    case(four, 1000, "all", "Choose the highest share of True, whatever the tokens.")
    why = "Leave out what is above the limit before you choose; exactly `limit` tokens still fit."
    for limit, wanted in ((300, "all"), (299, "shots"), (120, "shots"), (110, "shots")):
        case(four, limit, wanted, why)
    for limit in (109, 80, 20):
        case(four, limit, "bare", why)
    two = [made("A", 40, 1, 2), made("B", 110, 2, 2)]
    for limit, wanted in ((120, "B"), (100, "A")):
        case(two, limit, wanted, why)
    why = "Compare the share of True, not the number: candidates differ in their questions."
    case([made("many", 50, 6, 20), made("few", 60, 4, 5)], 120, "few", why)
    early = {"name": "early", "tokens": 50, "passed": [True] * 20 + [False] * 40}
    late = {"name": "late", "tokens": 60, "passed": [False] * 20 + [True] * 40}
    case([early, late], 120, "late", "All the questions of a candidate count.")
    equal = [made("good", 50, 4, 5), made("bad", 50, 2, 5)]
    for order in (equal, equal[::-1]):
        case(order, 120, "good", "Candidates may have as many tokens as others.")
    why = "Compare the shares as they are, without rounding."
    case([made("short", 90, 61, 100), made("long", 100, 64, 100)], 120, "long", why)
    case([made("short", 90, 3333, 10_000), made("long", 100, 1, 3)], 120, "long", why)
    why = "Only the share counts under the limit: tokens decide between equals."
    case([made("short", 10, 3333, 10_000), made("long", 9000, 1, 3)], 10_000, "long", why)
    case([made("short", 10, 78, 100), made("long", 110, 80, 100)], 120, "long", why)
    for right, questions in ((499, 999), (9_999, 19_999)):
        why = f"{right + 1}/{questions + 2} is more than {right}/{questions}: do not round."
        pair = [made("short", 90, right, questions), made("long", 100, right + 1, questions + 2)]
        case(pair, 120, "long", why)
    tied = [made("middle", 70, 8, 10), made("long", 100, 8, 10)]
    tied += [made("short", 40, 4, 5), made("weak", 10, 1, 5)]
    for order in (tied, tied[::-1]):
        case(order, 120, "short", "If shares are equal, take the candidate with fewer tokens.")
    none = [made("long", 90, 0, 4), made("short", 80, 0, 7), made("above", 130, 4, 4)]
    case(none, 120, "short", "A candidate that passed nothing fits as well.")
    why = "A candidate may have 0 tokens or an empty name, and the limit may be 0."
    case([made("no prompt", 0, 1, 2), made("A", 40, 2, 2)], 0, "no prompt", why)
    case([made("", 40, 2, 2), made("A", 30, 1, 2)], 120, "", why)
    case([made("A", 40, 2, 2)], 120, "A", "There may be a single candidate.")
    many = [made(f"P{n}", 10 + n, n, 60) for n in range(60)]
    case(many, 120, "P59", "There may be any number of candidates.")
    why = "If no candidate fits, return None."
    for candidates, limit in ((four, 10), (two, 30), ([], 120)):
        case(candidates, limit, None, why)
    case([made("A", 1, 2, 2)], 0, None, "A candidate of 1 token exceeds a limit of 0.")

    def reference(candidates, limit):
        ranked = sorted(candidates, key=lambda c: (-np.mean(c["passed"]), c["tokens"]))
        return next((c["name"] for c in ranked if c["tokens"] <= limit), None)

    for _ in range(50):
        size = rng.randint(2, 7)
        tokens = rng.sample(range(10, 200, 10), size)
        scores = [(rng.randint(0, n), n) for n in rng.choices(range(1, 9), k=size)]
        rows = zip("ABCDEFG"[:size], tokens, scores, strict=True)
        candidates = [made(name, number, *score) for name, number, score in rows]
        limit = rng.randrange(min(tokens), 200)
        case(candidates, limit, reference(candidates, limit), "Take the highest share that fits.")


@exercise("1.5", "Forced choice", difficulty=1, importance=3, minutes=6)
@hints(
    "One number for each candidate: the mean of its list. The lists differ in length.",
    "Log-likelihoods are negative: the most likely candidate has the mean nearest to 0.",
    "means = [sum(tokens) / len(tokens) for tokens in logliks]; then `means.index(max(means))`.",
)
@solved_by("""
def choose(logliks):
    means = [sum(tokens) / len(tokens) for tokens in logliks]
    return means.index(max(means))
""")
def grade_choose(choose):
    case, index = cases(choose), "the index of a candidate, a whole number from 0 to 3"
    even = [[-4.0, -3.0], [-2.0, -1.5], [-0.4, -0.5], [-2.5, -1.0]]
    returns(choose(even), int, index)
    why = "The highest mean is the one nearest to 0; indices count from 0."
    case(even, returns=2, why=why)
    why = "The lists differ in length, and the sum would favour short answers: "
    why += "take the mean of each list on its own."
    uneven = [[-1.5], [-0.5, -0.6, -0.4, -0.5], [-3.0], [-2.0, -2.0]]
    case(uneven, returns=1, why=why)
    every, once = "All tokens count alike.", "Divide by the number of tokens, once."
    exact, single = "Compare the means as they are.", [-0.6] * 9
    rules = [  # of these two candidates, the second is better
        ([-0.7, -2.5], [-0.9, -1.0], every),
        ([-1.2, -1.2], [-0.1, -0.2, -1.5], every),
        ([-0.01, -6.0], [-1.0, -1.0], "Take the mean of the log-likelihoods themselves."),
        ([-0.1, -0.1, -9.0], [-1.0, -1.1, -1.0], every),
        ([-0.7] * 8, [-0.5, -0.6], once),
        ([-0.7], single, once),
        ([-0.1] * 9 + [-9.0] * 9, [-1.0, -1.1], every),
        ([-0.54], [-0.51], exact),
        ([-0.500004], [-0.500002], exact),
        ([-0.5000004], [-0.5000001], exact),
        ([-0.1] * 200 + [-9.0] * 200, [-1.0, -1.1], every),
    ]
    for worse, better, why in rules:
        case([worse, better, [-9.0], [-8.0]], returns=1, why=why)
    unlikely = [[-620.0], [-600.0, -610.0], [-630.0], [-650.0]]
    case(unlikely, returns=1, why="Log-likelihoods have no lower bound.")
    why = "If means are equal, take the first candidate."
    case([[-1.0, -1.0], [-0.5], [-0.5, -0.5], [-0.5] * 4], returns=1, why=why)
    case([[-0.5, -0.5], [-2.0], [-0.5], [-3.0]], returns=0, why=why)
    rng = np.random.default_rng(0)
    for _ in range(60):
        logliks = [np.round(-rng.gamma(1.5, 1.0, rng.integers(1, 9)), 3).tolist() for _ in range(4)]
        means = list(map(np.mean, logliks))
        if np.diff(np.sort(means))[-1] > 1e-6:  # no tie but for rounding
            case(logliks, returns=int(np.argmax(means)), why="Take the highest mean.")


@exercise("1.6", "Take the guessing out", difficulty=1, importance=2, minutes=5)
@hints(
    "p is the share of True. Guessing alone reaches 1/options: subtract that.",
    "Divide by the rest of the scale, 1 - 1/options, so that all right makes 1. Below 0 it is 0.",
    "p = sum(correct) / len(correct); max(0, (p - 1 / options) / (1 - 1 / options))",
)
@solved_by("""
def known(correct, options):
    p = sum(correct) / len(correct)
    return max(0, (p - 1 / options) / (1 - 1 / options))
""")
def grade_known(known):
    def case(right, questions, options, wanted, why):
        correct = [True] * right + [False] * (questions - right)
        cases(known)(correct, options, returns=wanted, why=why)

    half = [True] * 5 + [False] * 3
    why = "Subtract 1/options from the share of True, then divide by 1 - 1/options."
    mistakes = {50: "That is per cent: return a number from 0 to 1."}
    cases(known)(half, options=4, returns=0.5, why=why, mistakes=mistakes)
    case(8, 8, 4, 1.0, "All right means that all is known: 1.")
    case(2, 8, 4, 0.0, "As many right as by guessing alone means that nothing is known: 0.")
    for right in (0, 1):
        case(right, 8, 4, 0.0, "Fewer right than by guessing is 0, not below.")
    case(10, 16, 4, 0.5, "p is the share of True among all of `correct`.")
    case(6, 8, 2, 0.5, "Use `options`, which is 2 here and not 4.")
    case(11, 20, 10, 0.5, "Use `options`, which is 10 here and not 4.")
    case(2, 3, 4, 5 / 9, "The result is not rounded.")
    case(1, 1, 4, 1.0, "There may be a single answer, here a right one.")
    case(0, 1, 4, 0.0, "There may be a single answer, here a wrong one.")
    case(1, 2, 1000, 499 / 999, "Use `options`, which is 1000 here.")
    case(2000, 3000, 3, 0.5, "p is the share of True among all of `correct`.")
    case(26, 100, 4, 1 / 75, "A little above guessing is a little above 0.")

    def reference(correct, options):
        wrong = np.mean(np.logical_not(correct))
        return max(0.0, 1 - wrong * options / (options - 1))

    rng = random.Random(0)
    for _ in range(50):
        correct = [rng.random() < 0.6 for _ in range(rng.randint(1, 60))]
        same(known, reference, [(correct, rng.randint(2, 9))], "Let every answer count.")
