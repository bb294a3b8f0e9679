"""The key terms of a question: names and codes, copied out by the language model or by a rule."""

import re

import numpy as np

TASKS = (
    "Copy the names and codes that the question is about, separated by commas.",
    "Name the product, part, place or document that the question asks about.",
    "List the key terms of the question, as they are written there, separated by commas.",
)
EXAMPLES = [
    ("What is the deadline for a Bluebook entry?", "Bluebook"),
    ("At what temperature does calibration at Dunmere Lock take place?", "Dunmere Lock"),
    ("Which plate is TV-1538, and does it fit a Tolver 15?", "TV-1538, Tolver 15"),
]
TERM = re.compile(r"[\w/-]*\d[\w/-]*|(?<=[\w,;] )[A-Z][\w-]+")  # codes, and names inside a sentence


def by_model(llm, texts: list[str], task: str, shots: bool) -> tuple[list[list[str]], float]:
    """The names and codes that the model copies out of each text, and the mean tokens of a call.

    task: one of `TASKS`. shots: whether three examples are shown. What is not in the text, in
    whatever capitals, is dropped.
    """
    examples = EXAMPLES if shots else []
    made = llm.generate([llm.chat(task, text, examples) for text in texts], 24)
    lists = [[term.strip(" \"'.") for term in one.text.split("\n")[0].split(",")] for one in made]
    pairs = zip(lists, texts, strict=True)
    terms = [[term for term in own if term and term.lower() in text.lower()] for own, text in pairs]
    return terms, np.mean([one.prompt_tokens + one.generated_tokens for one in made])


def by_rule(llm, texts: list[str]) -> tuple[list[list[str]], float]:
    """The same by a rule, at no cost: codes, and capitalised words that don't begin a sentence."""
    return [TERM.findall(text) for text in texts], 0.0
