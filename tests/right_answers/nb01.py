"""Right answers to the exercises of notebook 01."""

RIGHT = {
    "1.1": [
        r"""
def chat_prompt(messages):
    text = ""
    for message in messages:
        text += "<|im_start|>" + message[0] + "\n"
        text += message[1] + "<|im_end|>\n"
    return text + "<|im_start|>assistant\n"
""",
        r"""
def chat_prompt(messages):
    if not messages:
        return np.str_("<|im_start|>assistant\n")
    (role, text), *others = messages
    return "<|im_start|>%s\n%s<|im_end|>\n" % (role, text) + chat_prompt(others)
""",
        r"""
def chat_prompt(messages):
    lines = []
    for role, text in messages:
        lines += [f"<|im_start|>{role}", f"{text}<|im_end|>"]
    return "\n".join([*lines, "<|im_start|>assistant", ""])
""",
    ],
    "1.2": [
        """
def affordable(instruction, shots, question, budget, count):
    totals = np.cumsum([count(instruction) + count(question)] + [count(shot) for shot in shots])
    return (totals[1:] <= budget).sum()
""",
        """
def affordable(instruction, shots, question, budget, count):
    left = budget - count(instruction) - count(question)
    if not shots or count(shots[0]) > left:
        return 0
    return 1 + affordable(instruction, shots[1:], question, budget - count(shots[0]), count)
""",
        """
from bisect import bisect_right
from itertools import accumulate

def affordable(instruction, shots, question, budget, count):
    left = budget - sum(map(count, (instruction, question)))
    return float(bisect_right(list(accumulate(map(count, shots))), left))
""",
        """
def affordable(instruction, shots, question, budget, count):
    sizes = torch.tensor([count(instruction) + count(question)] + [count(s) for s in shots])
    return (sizes.cumsum(0)[1:] <= budget).sum()
""",
    ],
    "1.3": [
        r"""
import re

FORM = re.compile(
    r"\s*(?P<answer>[^][\s][^][\n]*) \[(?P<id>[a-zA-Z0-9-]+)\] Next step: (?P<step>[^][.\n]+)\.\s*"
)

def take_apart(text):
    match = FORM.fullmatch(text)
    if match is None:
        return [text, None, None]
    return [match["answer"], match["id"], match["step"]]
""",
        r"""
def take_apart(text):
    other = text, None, None
    line = text.strip(" \n")
    short, opened, rest = line.partition(" [")
    document, closed, action = rest.partition("] Next step: ")
    if "\n" in line or not (short and opened and document and closed and action[:-1]):
        return other
    if line.count("[") != 1 or line.count("]") != 1:
        return other
    if not all(c.isalnum() or c == "-" for c in document) or action.find(".") != len(action) - 1:
        return other
    return short, document, action[:-1]
""",
        r"""
import re

def take_apart(text):
    form = r"([^][\n]+) \[((?:[^\W_]|-)+)\] Next step: ([^][.\n]+)\."
    found = re.findall(rf"\A{form}\Z", text.strip())
    return np.array(found[0] if found else (text, None, None), dtype=object)
""",
    ],
    "1.4": [
        """
def best_prompt(candidates, limit):
    fitting = [c for c in candidates if c["tokens"] <= limit]
    fitting.sort(key=lambda c: c["tokens"])
    fitting.sort(key=lambda c: np.mean(c["passed"]), reverse=True)
    return fitting[0]["name"] if fitting else None
""",
        """
def best_prompt(candidates, limit):
    best = None
    for c in candidates:
        if c["tokens"] > limit:
            continue
        row = c["passed"].count(False) / len(c["passed"]), c["tokens"]
        if best is None or row < best[0]:
            best = row, c["name"]
    return best[1] if best else None
""",
        """
def best_prompt(candidates, limit):
    rows = [(c["name"], c["tokens"], np.mean(c["passed"])) for c in candidates]
    table = pd.DataFrame(rows, columns=["name", "tokens", "share"]).query("tokens <= @limit")
    table = table.sort_values(["share", "tokens"], ascending=[False, True])
    return np.str_(table.name.iloc[0]) if len(table) else None
""",
    ],
    "1.5": [
        """
def choose(logliks):
    return np.argmax([np.mean(tokens) for tokens in logliks])
""",
        """
def choose(logliks):
    best = 0
    for i in (1, 2, 3):
        if sum(logliks[i]) / len(logliks[i]) > sum(logliks[best]) / len(logliks[best]):
            best = i
    return best
""",
        """
import math

def choose(logliks):
    perplexities = [math.exp(-sum(tokens) / len(tokens)) for tokens in logliks]
    return torch.tensor(perplexities.index(min(perplexities)))
""",
    ],
    "1.6": [
        """
def known(correct, options):
    p = np.mean(correct)
    return np.clip((options * p - 1) / (options - 1), 0, 1)
""",
        """
def known(correct, options):
    right = correct.count(True)
    wrong = len(correct) - right
    estimate = (right - wrong / (options - 1)) / len(correct)
    if estimate < 0:
        return 0
    return estimate
""",
        """
from fractions import Fraction

def known(correct, options):
    guess = Fraction(1, options)
    return max(Fraction(0), (Fraction(sum(correct), len(correct)) - guess) / (1 - guess))
""",
    ],
}
