"""The short answer in a text, by one rule for every system, whoever wrote it and in whatever form.

What surrounds the answer goes: lead-ins, citations, the next step, quotes and all but the first
sentence. Nothing is cut off at a number of words: a long sentence is a long answer.
"""

import re

LEAD_INS = re.compile(
    r"(?:(?:short )?answer ?:|(?:according to|based on) [^,:]{1,60}[,:]|"
    r"(?:in|from) the (?:handbook|passages?|documents?)[,:]|"
    r"the (?:short |correct )?answer is:?)\s*",
    re.IGNORECASE,
)
NEXT_STEP = re.compile(r"\bnext steps?\b ?:.*", re.IGNORECASE | re.DOTALL)
BRACKETS = re.compile(r"\s*(?:\[[^\[\]\n]*\]|\[[^\[\]\n]*$)")
SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\b(?:No|Dr|Mr|Ms|St)\.)\s+(?=[A-Z\"'“(])"
)
BULLET = re.compile(r"^\s*[-•*–]\s+")
QUOTES = "\"'“”‘’`*_ "


def short_answer(text: str) -> str:
    """The first sentence that says something, without what surrounds it; "" if nothing is left."""
    text = BRACKETS.sub("", NEXT_STEP.sub("", text))
    lines = (BULLET.sub("", line).strip(QUOTES + ":,;") for line in text.splitlines())
    line = next(filter(None, lines), "")
    while found := LEAD_INS.match(line):
        line = line[found.end() :].strip(QUOTES)
    return SENTENCE_END.split(line, maxsplit=1)[0].strip(QUOTES).rstrip(".")
