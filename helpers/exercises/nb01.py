"""Exercises of notebook 01, prompting: the chat prompt, the room for examples, a parser, the choice of a prompt, forced choice."""

import random
import re

import numpy as np

from helpers.exercises import Raised, Wrong, exercise, expect

START, END = "<|im_start|>", "<|im_end|>"


def _words(text):
    return len(text.split())


def _attempt(message, function, *args):
    """What the function gives back; an error that it raises gets `message`, which names the likely mistake."""
    try:
        return function(*args)
    except Raised as error:
        raise Wrong(f"{message} Your code raised {error}") from error


@exercise(
    "1.1",
    title="Build the chat prompt",
    difficulty=1,
    importance=3,
    minutes=6,
    hints=[
        "All messages are treated alike, whatever the role: one turn each, in the given order. The opening comes once, after all of them.",
        'One turn is `f"<|im_start|>{role}\\n{text}<|im_end|>\\n"`: a new line after the role, and one after the end mark.',
        '`"".join(... for role, text in messages)`, then `+ "<|im_start|>assistant\\n"`. The model itself writes the rest of that turn.',
    ],
    solution="""
def chat_prompt(messages):
    turns = [f"<|im_start|>{role}\\n{text}<|im_end|>\\n" for role, text in messages]
    return "".join(turns) + "<|im_start|>assistant\\n"
""",
)
def _(chat_prompt):
    def roles(prompt):
        return re.findall(r"<\|im_start\|>(.*)", prompt)

    two = [("system", "Be brief."), ("user", "How deep?")]
    prompt = chat_prompt(two)
    expect(isinstance(prompt, str), f"Give back one text, not {type(prompt).__name__}: ''.join(turns) makes one text of a list of turns.")
    for _, text in two:
        expect(text in prompt, f"The text {text!r} is not in your prompt: each message makes one turn.")
    expect(START in prompt, f"Each turn begins with {START}, and your prompt has none.")
    expect(END in prompt, f"Each message ends with {END}, and your prompt has no such end mark.")
    last = prompt[prompt.rfind(START) :]
    expect(
        last.startswith(f"{START}assistant"),
        f"Your prompt ends without the opening of the assistant's turn, '{START}assistant' and a new line: "
        "the model would not know that it is its turn.",
    )
    expect(END not in last, f"The assistant's turn is closed by {END}: leave it open, since the model writes its text and the end mark.")
    expect(last != f"{START}assistant", "Put a new line after the role in the opening too: it ends with 'assistant' and a new line.")
    expect(last == f"{START}assistant\n", f"The prompt must end exactly with {START + 'assistant' + chr(10)!r}; yours ends with {last!r}.")
    for role, text in two:
        expect(f"\n{text}" in prompt, f"Put a new line after the role, before the text: {role!r} and {text!r} stand on the same line.")
        expect(f"{text}{END}" in prompt, f"Each text is followed at once by {END}, and {text!r} is not.")
    expect(prompt.count(f"{END}\n") == prompt.count(END), f"Put a new line after each {END}.")
    turns = [
        ("user", "Which seal?"),
        ("assistant", "SL-3."),
        ("user", "How long does it last?"),
        ("system", "Name the unit."),
        ("user", "Well?"),
    ]
    many = _attempt("A chat may have any number of messages, and any roles: go through all of them.", chat_prompt, turns)
    wanted = [role for role, _ in turns] + ["assistant"]
    expect(
        len(roles(many)) == len(wanted),
        f"{len(turns)} messages and the opening make {len(wanted)} turns, and yours has {len(roles(many))}: one turn for each message.",
    )
    expect(
        roles(many) == wanted or sorted(roles(many)) != sorted(wanted),
        f"Keep the messages in the given order: the roles are {wanted}, and yours come as {roles(many)}.",
    )
    expect(roles(many) == wanted, f"Take each role from its message: the roles are {wanted}, and yours are {roles(many)}.")
    one = _attempt("A chat may have one message alone, without a system message.", chat_prompt, [("user", "How deep?")])
    expect(
        roles(one) == ["user", "assistant"],
        f"One user message makes the roles ['user', 'assistant'], and yours are {roles(one)}: add no turn that nobody asked for.",
    )
    after = chat_prompt([("user", "Hello."), ("assistant", "Good day.")])
    expect(
        after.endswith(f"{END}\n{START}assistant\n"),
        "Close every message and open a new turn, even if the last message is the assistant's.",
    )
    text = "  Line one.\n\nLine two. "
    expect(text in chat_prompt([("user", text)]), f"Keep each text as it is: the spaces and new lines of {text!r} are changed.")
    rng = random.Random(0)
    for _ in range(40):
        turns = [
            (rng.choice(["system", "user", "assistant", "tool"]), " ".join(rng.choices(["ash", "oak", "elm."], k=3)))
            for _ in range(rng.randint(0, 5))
        ]
        wanted = "".join(f"{START}{role}\n{text}{END}\n" for role, text in turns) + f"{START}assistant\n"
        prompt = chat_prompt(turns)
        expect(prompt == wanted, f"{turns} should give {wanted!r}, not {prompt!r}.")


@exercise(
    "1.2",
    title="How many examples can you afford?",
    difficulty=2,
    importance=3,
    minutes=8,
    hints=[
        "Instruction and question stand in every prompt: start with their tokens. What is left of the budget is for the examples.",
        "Go through the examples from the first. Stop at the first one that would pass the budget: do not skip it and go on.",
        "used = count(instruction) + count(question); for shot in shots: if used + count(shot) > budget: break; "
        "then add its tokens and 1 to the number.",
    ],
    solution="""
def affordable(instruction, shots, question, budget, count):
    number, used = 0, count(instruction) + count(question)
    for shot in shots:
        if used + count(shot) > budget:
            break
        used += count(shot)
        number += 1
    return number
""",
)
def _(affordable):
    parts, seen = ("be brief", ["a b c", "d e f"], "how deep"), []

    def noted(text):
        seen.append(text)
        return _words(str(text))

    number = affordable(*parts, 100, noted)
    expect(
        isinstance(number, int | np.integer) and not isinstance(number, bool),
        f"Give back how many examples fit, an int, not {type(number).__name__}.",
    )
    expect(seen, "Measure with the `count` that is passed in: yours never calls it. Characters and words are not tokens.")
    joined = [text for text in seen if text not in ("be brief", "how deep", "a b c", "d e f")]
    expect(not joined, f"Call `count` for each part, whole and on its own, and add up: yours counted {str(joined[:1])[1:-1]:.60}.")
    expect(number <= 2, f"There are only 2 examples, and yours affords {number}: never more than there are.")
    expect(number == 2, f"With a budget of 100 tokens both of the 2 short examples fit, and yours affords {number}.")
    number = affordable("one two three four", ["a b", "c d e f"], "x", 8, _words)
    expect(number < 2, "The instruction stands in the prompt as well: count its tokens before the first example.")
    number = affordable("x", ["a b", "c d e f"], "one two three four", 8, _words)
    expect(number < 2, "The question stands in the prompt as well: count its tokens before the first example.")
    expect(affordable(*parts, 10, _words) == 2, "A prompt of exactly the budget still fits: stop only at what passes it.")
    number = affordable("a", ["b c", "d e", "f g"], "h", 6, _words)
    expect(number == 2, f"Add up the tokens of all examples so far: of 6 tokens 2 are fixed and each example takes 2; you gave {number}.")
    shots = ["one two three four", "a", "b", "c"]
    number = affordable("x", shots, "y", 7, _words)
    expect(
        number < 3,
        f"Take the examples from the first on: yours affords {number} of {shots} with 5 tokens left, which only later ones allow.",
    )
    expect(number > 1, f"The examples differ in length: count each one. With 5 tokens left, {shots[:2]} fit, and you gave {number}.")
    shots = ["one", "one two three four five", "six"]
    number = affordable("x", shots, "y", 6, _words)
    expect(number != 3, f"The examples differ in length: count each one. With 4 tokens left, the second of {shots} does not fit.")
    expect(number != 2, "Stop at the first example that does not fit. Yours skips it and takes a later one.")
    shots = ["one", "two", "one two three four five six"]
    number = affordable("x", shots, "y", 5, _words)
    expect(number == 2, f"The examples differ in length: count each one. With 3 tokens left, 2 of {shots} fit, and you gave {number}.")
    number = affordable("one two three", ["a", "b"], "four five", 4, _words)
    expect(number == 0, f"If even instruction and question pass the budget, give back 0; you gave {number}.")
    number = affordable("x", ["one two three four"], "y", 5, _words)
    expect(number == 0, f"An example that passes the budget does not fit, even as the first one: 0, and you gave {number}.")
    expect(affordable("x", [], "y", 5, _words) == 0, "Without examples the number is 0.")
    expect(
        affordable("ab", ["cde", "fg"], "h", 8, len) == 2 and affordable("ab", ["cde", "fg"], "h", 7, len) == 1,
        "Measure every part with the `count` that is passed in: here it counted characters, and yours counted something else as well.",
    )
    rng = random.Random(0)
    for _ in range(60):
        shots = [" ".join(rng.choices(["ash", "oak", "elm"], k=rng.randint(1, 9))) for _ in range(rng.randint(0, 6))]
        budget = rng.randint(1, 30)
        number = affordable("be brief", shots, "what is it", budget, _words)
        sizes = [_words(shot) for shot in shots]
        case = f"5 tokens are fixed, the examples take {sizes}, the budget is {budget}, and you gave {number}"
        expect(0 <= number <= len(shots), f"The number lies between 0 and the number of examples: {case}.")
        used = 5 + sum(sizes[:number])
        expect(number == 0 or used <= budget, f"This makes {used} tokens, which is too many: {case}.")
        if number < len(shots):
            expect(used + sizes[number] > budget, f"There was room for one more: {case}.")


@exercise(
    "1.3",
    title="Write a parser",
    difficulty=3,
    importance=3,
    minutes=12,
    hints=[
        "Cut the outer spaces first with `.strip()`. Then `re.fullmatch(form, text)` asks for the form from end to end.",
        "Three groups: `([^\\[\\]\\n]+)` is text on one line without square brackets, `([\\w-]+)` an id, `([^\\[\\]\\n.]+)` the action.",
        'form = r"([^\\[\\]\\n]+) \\[([\\w-]+)\\] Next step: ([^\\[\\]\\n.]+)\\."; `match.groups()` is the tuple, and `match` is None '
        "if the text has another form.",
    ],
    solution=r"""
import re

def take_apart(text):
    form = r"([^\[\]\n]+) \[([\w-]+)\] Next step: ([^\[\]\n.]+)\."
    match = re.fullmatch(form, text.strip())
    return match.groups() if match else (text, None, None)
""",
)
def _(take_apart):
    def taken(text, hurdle=""):
        parts = _attempt(f"{hurdle} For {text!r} there is none.", take_apart, text) if hurdle else take_apart(text)
        expect(not isinstance(parts, re.Match), "Give back a tuple of three, not a match: `match.groups()` is the tuple of its parts.")
        expect(
            isinstance(parts, tuple) and len(parts) == 3,
            f"Give back a tuple of three, (answer, document, action), not {type(parts).__name__}: {parts!r:.60}",
        )
        return parts

    def says(text, wanted, message):
        parts = taken(text)
        expect(parts[1:] != (None, None), f"{message} Yours finds no house style in {text!r}.")
        expect(parts == wanted, f"{message} For {text!r} you gave {parts}.")

    def refuses(text, message, hurdle=""):
        parts = taken(text, hurdle)
        expect(parts[1] is None and parts[2] is None, f"{message} For {text!r} you gave {parts}.")
        expect(
            isinstance(parts[0], str) and parts[0].strip() == text.strip(),
            f"What is not in house style is all answer: give back the whole text in the first place. For {text!r} you gave {parts}.",
        )

    plain = "9 bar [eng-042] Next step: note it in the Bluebook."
    _, document, action = taken(plain)
    expect((document, action) != (None, None), f"{plain!r} is in house style, and yours does not see it.")
    expect(document not in ("[eng-042]", "[eng-042", "eng-042]"), "Give back the document id without its brackets.")
    expect(action != "note it in the Bluebook.", "The dot at the end belongs to the form, not to the action: leave it out.")
    expect(not str(action).startswith("Next"), "Give back the action alone, without the words 'Next step:'.")
    expect(
        all(part == part.strip() for part in taken(plain) if isinstance(part, str)),
        f"The spaces between the parts belong to none of them; for {plain!r} you gave {taken(plain)}.",
    )
    says(plain, ("9 bar", "eng-042", "note it in the Bluebook"), "The parts are answer, document, action, in this order.")
    says(
        "12 days [leg-031] Next step: confirm with Contracts.",
        ("12 days", "leg-031", "confirm with Contracts"),
        "The form is the same for all documents and actions: write none of them into your code.",
    )
    says(
        "4.5 m [sup-103] Next step: open a ticket with Support.",
        ("4.5 m", "sup-103", "open a ticket with Support"),
        "The short answer may hold dots.",
    )
    says(
        "£1,218.50 (para. 4) [fin-038] Next step: enter it in the Tally.",
        ("£1,218.50 (para. 4)", "fin-038", "enter it in the Tally"),
        "The short answer may hold any characters but square brackets.",
    )
    for padded in (f"  {plain}", f"{plain}  ", f"\n{plain} \n"):
        says(padded, ("9 bar", "eng-042", "note it in the Bluebook"), "Spaces and new lines at the ends do not matter: cut them first.")
    missing = "A text may be in another form: ask first whether there was a match."
    refuses("4.5 m Next step: open a ticket with Support.", "Without a citation a text is not in house style.", missing)
    refuses("The handbook does not say.", "This sentence is not in house style.", missing)
    refuses("4.5 m [sup-103]", "Without a next step a text is not in house style.", missing)
    refuses("", "An empty text is not in house style.", missing)
    for text, message in [
        (f"{plain} Thanks", "Nothing may follow the action and its dot: match the whole text, not only its beginning."),
        (f"{plain} And call me.", "There is one action, one sentence without a dot: nothing may follow it."),
        (plain[:-1], "The dot after the action is part of the form."),
        ("9 bar [eng-042] [sup-103] Next step: note it.", "There is exactly one citation."),
        ("9 bar [eng-042] Next step: note it [sup-103].", "There is exactly one citation."),
        ("[eng-042] Next step: note it.", "A text without a short answer is not in house style."),
        ("9 bar [] Next step: note it.", "The brackets must hold a document id."),
        ("9 bar [the pump manual] Next step: note it.", "A document id has no spaces: it is made of letters, digits and hyphens."),
        ("9 bar (eng-042) Next step: note it.", "The citation stands in square brackets."),
        (plain.replace("Next step", "next step"), "The words are 'Next step:' with a capital: be strict about the form."),
        (plain.replace("step:", "step"), "The colon after 'Next step' is part of the form."),
        (plain.replace("bar [", "bar["), "One space stands between the parts: be strict about the form."),
        ("Here it is:\n" + plain, "House style is one line: a new line inside is not part of it."),
    ]:
        refuses(text, message)
    rng = random.Random(0)
    for _ in range(40):
        short = " ".join(rng.choices(["4.5", "no.", "m²", "-34", "Hallin", "o'clock", "50%"], k=rng.randint(1, 4)))
        document = f"{rng.choice(['sup', 'leg', 'saf', 'fin', 'eng'])}-{rng.randint(0, 299):03d}"
        action = " ".join(rng.choices(["open", "a", "ticket", "with", "Support"], k=rng.randint(1, 5)))
        says(f" {short} [{document}] Next step: {action}. ", (short, document, action), "Any text in house style comes apart.")
        mark = rng.choice(["[", "]", ":", "step", "Next"])
        refuses(f"{short} [{document}] Next step: {action}.".replace(mark, "", 1), f"Without {mark!r} a text is not in house style.")


@exercise(
    "1.4",
    title="The best prompt under 120 tokens",
    difficulty=2,
    importance=2,
    minutes=8,
    hints=[
        'Two steps: keep the candidates with `c["tokens"] <= cap`, then choose among these. If none is left, the result is None.',
        'The share is `sum(c["passed"]) / len(c["passed"])`. For ties `max` can compare tuples: the share first, then the tokens.',
        'best = max(fitting, key=lambda c: (share(c), -c["tokens"])): the minus makes fewer tokens the higher value. Then best["name"].',
    ],
    solution="""
def best_prompt(candidates, cap):
    fitting = [c for c in candidates if c["tokens"] <= cap]
    if not fitting:
        return None
    best = max(fitting, key=lambda c: (sum(c["passed"]) / len(c["passed"]), -c["tokens"]))
    return best["name"]
""",
)
def _(best_prompt):
    rng = random.Random(0)

    def made(name, tokens, right, questions):
        passed = [True] * right + [False] * (questions - right)
        return {"name": name, "tokens": tokens, "passed": rng.sample(passed, questions)}

    def shown(candidates):
        return ", ".join(f"{c['name']} ({c['tokens']} tokens, {sum(c['passed'])} of {len(c['passed'])})" for c in candidates)

    def given(candidates, cap):
        try:
            return best_prompt(candidates, cap)
        except Raised as error:
            case = f"For {shown(candidates) or 'no candidates'} and a cap of {cap} your code raised {error}"
            raise Wrong(f"If no candidate fits, give back None: ask whether any is left before you choose. {case}") from error
        except Wrong:  # the engine takes None for a missing `return`; here it is a result
            return None

    def says(candidates, cap, wanted, message):
        name = given(candidates, cap)
        expect(name == wanted, f"{message} For {shown(candidates)} and a cap of {cap} you gave {name!r:.60}, not {wanted!r}.")

    four = [made("bare", 20, 2, 10), made("shots", 110, 8, 10), made("all", 300, 9, 10), made("wordy", 400, 5, 10)]
    name = best_prompt(four, 1000)
    expect(isinstance(name, str), f"Give back the name of the best candidate, a text, not {type(name).__name__}.")
    expect(name in [c["name"] for c in four], f"{name!r:.60} is not the name of a candidate; there are bare, shots, all and wordy.")
    expect(name != "shots", "The cap is an argument, not always 120: with a cap of 1000 'all' fits too, and its share is the highest.")
    expect(name == "all", f"Choose the highest share of True, whatever the tokens: with room for all four that is 'all', not {name!r}.")
    name = given(four, 120)
    expect(name not in (None, "all"), f"'all' is above the cap of 120 tokens: leave it out before you choose. You gave {name!r}.")
    expect(name == "shots", f"Of those under the cap of 120, 'shots' has the highest share of True; you gave {name!r:.60}.")
    says(four, 110, "shots", "A candidate with exactly `cap` tokens still fits.")
    says(four, 80, "bare", "The cap is an argument, not always 120.")
    says(
        [made("many", 50, 6, 20), made("few", 60, 4, 5)],
        120,
        "few",
        "Compare the share of True, not the number: not all candidates have as many validation questions.",
    )
    says([made("short", 90, 61, 100), made("long", 100, 64, 100)], 120, "long", "Compare the shares as they are, without rounding.")
    says(
        [made("short", 10, 78, 100), made("long", 110, 80, 100)],
        120,
        "long",
        "Under the cap only the share counts: tokens decide between equals, and nothing else.",
    )
    tied = [made("middle", 70, 8, 10), made("long", 100, 8, 10), made("short", 40, 4, 5), made("weak", 10, 1, 5)]
    for order in (tied, tied[::-1]):
        says(order, 120, "short", "If shares are equal, take the candidate with fewer tokens, wherever it stands in the list.")
    for candidates, cap in ((four, 10), ([], 120)):
        name = given(candidates, cap)
        case = f"for {shown(candidates) or 'no candidates'} and a cap of {cap} you gave {name!r:.60}"
        expect(name is None, f"If no candidate fits, give back None, not another value; {case}.")
    for _ in range(50):
        size = rng.randint(2, 7)
        candidates = []
        for label, tokens in zip(rng.sample("ABCDEFG", size), rng.sample(range(10, 200, 10), size), strict=True):
            questions = rng.randint(2, 8)
            candidates.append(made(label, tokens, rng.randint(0, questions), questions))
        cap = rng.randrange(min(c["tokens"] for c in candidates), 200)
        fitting = [c for c in candidates if c["tokens"] <= cap]
        wanted = max(fitting, key=lambda c: (sum(c["passed"]) / len(c["passed"]), -c["tokens"]))["name"]
        says(candidates, cap, wanted, "Take the highest share under the cap, and of equals the one with fewer tokens.")


@exercise(
    "1.5",
    title="Forced choice",
    difficulty=1,
    importance=3,
    minutes=6,
    hints=[
        "One number for each candidate: the mean of its list. The lists differ in length, so take each one on its own.",
        "Log-likelihoods are negative: the most likely candidate has the highest mean, the one nearest to 0.",
        "means = [sum(tokens) / len(tokens) for tokens in logliks]; `means.index(max(means))` is the first place of the highest.",
    ],
    solution="""
def choose(logliks):
    means = [sum(tokens) / len(tokens) for tokens in logliks]
    return means.index(max(means))
""",
)
def _(choose):
    def says(logliks, wanted, message):
        index = choose(logliks)
        expect(index == wanted, f"{message} For {logliks} you gave {index!s:.60}, not {wanted}.")

    even = [[-4.0, -3.0], [-2.0, -1.5], [-0.4, -0.5], [-2.5, -1.0]]
    index = choose(even)
    expect(
        isinstance(index, int | np.integer) and not isinstance(index, bool),
        f"Give back the index of a candidate, an int from 0 to 3, not {type(index).__name__}.",
    )
    expect(index != 0, "Yours takes the least likely candidate: log-likelihoods are negative, and the highest is the one nearest to 0.")
    expect(index != 3 and 0 <= index <= 3, f"The index counts from 0: the third of four candidates has index 2, and you gave {index}.")
    expect(index == 2, f"For {even} the highest mean is that of index 2, and you gave {index}.")
    uneven = [[-1.5], [-0.5, -0.6, -0.4, -0.5], [-3.0], [-2.0, -2.0]]
    index = _attempt("Candidates differ in their number of tokens: take the mean of each list on its own.", choose, uneven)
    expect(
        index != 0,
        "Yours compares sums. A sum favours short answers, since every further token takes something off: divide by the number of tokens.",
    )
    expect(index == 1, f"The highest mean is that of index 1, which is -0.5 a token, and you gave {index!s:.60}.")
    for logliks in ([[-0.7, -2.5], [-0.9, -1.0], [-3.0], [-4.0, -3.0]], [[-1.2, -1.2], [-0.1, -0.2, -1.5], [-4.0, -4.0], [-3.0]]):
        says(logliks, 1, "All tokens of a candidate count: yours seems to look at one of them, the first, the last or an extreme one.")
    says(
        [[-0.01, -6.0], [-1.0, -1.0], [-3.0, -2.0], [-4.0]],
        1,
        "Take the mean of the log-likelihoods themselves, not of probabilities: one sure token would hide an unlikely one.",
    )
    says([[-0.1, -0.1, -9.0], [-1.0, -1.1, -1.0], [-5.0], [-4.0]], 1, "Take the mean, not the median: a very unlikely token counts.")
    says(
        [[-0.5, -0.6], [-0.7] * 8, [-3.0], [-4.0]],
        0,
        "Divide by the number of tokens once: more than that favours long answers.",
    )
    says([[-1.0, -1.0], [-0.5], [-0.5, -0.5], [-0.5] * 4], 1, "If means are equal, take the first candidate.")
    rng = np.random.default_rng(0)
    for _ in range(60):
        logliks = [np.round(-rng.gamma(1.5, 1.0, rng.integers(1, 9)), 3).tolist() for _ in range(4)]
        means = [sum(tokens) / len(tokens) for tokens in logliks]
        if np.diff(np.sort(means))[-1] < 1e-6:  # a tie but for rounding
            continue
        wanted = means.index(max(means))
        expect(
            choose(logliks) == wanted,
            f"The means are {[round(mean, 3) for mean in means]}: index {wanted} is the highest, and you gave {choose(logliks)!s:.60}.",
        )


@exercise(
    "1.6",
    title="Take the guessing out",
    difficulty=1,
    importance=2,
    minutes=5,
    hints=[
        "p is the share of True. Who knows nothing and guesses still reaches 1/options: take that off.",
        "Divide by what is left of the scale, 1 - 1/options, so that all right gives 1. A result below 0 becomes 0.",
        "p = sum(correct) / len(correct); max(0, (p - 1 / options) / (1 - 1 / options))",
    ],
    solution="""
def known(correct, options):
    p = sum(correct) / len(correct)
    return max(0, (p - 1 / options) / (1 - 1 / options))
""",
)
def _(known):
    def share(right, questions, options):
        return known([True] * right + [False] * (questions - right), options)

    def says(right, questions, options, wanted, message):
        got = share(right, questions, options)
        expect(
            abs(got - wanted) < 1e-9,
            f"{message} For {right} of {questions} right with {options} options you gave {got:.3g}, not {wanted:.3g}.",
        )

    got = share(8, 8, 4)
    expect(
        isinstance(got, int | float | np.number) and not isinstance(got, bool | np.bool_),
        f"Give back one number, not {type(got).__name__}.",
    )
    expect(
        not abs(got - 0.75) < 1e-9,
        "Divide by 1 - 1/options: all right means that all is known, and yours gives 0.75 for it.",
    )
    expect(not got > 1 + 1e-9, f"All right gives {got:.3g}, and a share is at most 1: take the mean of `correct`, not the sum or per cent.")
    says(8, 8, 4, 1.0, "All right means that all is known: 1.")
    expect(
        not abs(share(2, 8, 4) - 0.25) < 1e-9,
        "Yours is the plain share of right answers: take off 1/options, which guessing alone reaches.",
    )
    says(2, 8, 4, 0.0, "As many right as by guessing alone means that nothing is known: 0.")
    for right in (0, 1):
        says(right, 8, 4, 0.0, "Fewer right than by guessing gives 0: nobody knows less than nothing.")
    says(5, 8, 4, 0.5, "Between guessing and all right the scale is stretched: subtract 1/options, then divide by 1 - 1/options.")
    says(6, 8, 2, 0.5, "Use `options`, which is 2 here and not 4.")
    rng = random.Random(0)
    for _ in range(50):
        options, correct = rng.randint(2, 6), [rng.random() < 0.6 for _ in range(rng.randint(1, 60))]
        p = sum(correct) / len(correct)
        wanted, got = max(0.0, (p - 1 / options) / (1 - 1 / options)), known(correct, options)
        expect(
            abs(got - wanted) < 1e-9,
            f"{sum(correct)} of {len(correct)} right with {options} options make {wanted:.4g}, and you gave {got:.4g}: do not round, "
            "and let every answer count.",
        )
