"""One spelling of an answer: what is written in two ways and means the same becomes one.

The rules are in the docstring of `metrics.normalize`. No step here changes what it has made, so
that a second pass changes nothing.
"""

import re
import string
from functools import lru_cache

from helpers.engine import checks
from helpers.engine.text import normalize_text

BEFORE = str.maketrans("´\u00a0\u2007\u2009\u202f", "'" + 4 * "\x1f")  # \x1f: also a space
QUOTES = str.maketrans("‘’‚‛ʼ‹›`“”„‟«»\u2044", "''''''''" + '""""""' + "/")
DASHES = re.compile("[-\u058a\u2010-\u2015\u2043\u2212\ufe58]+")
SPACED_MINUS = re.compile(r"(?<!\d)(?<!\d\s)\u2212\s+(?=[\d.])")  # a minus sign is no dash
FIRST_MINUS = re.compile(r"\A\s*-\s+(?=[\d.])(?!.*\n\s*-)", re.DOTALL)  # and no list of items
EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})([^\s*](?:[^*\n]*[^\s*])?)\1(?![\w*])")  # of Markdown
TAG = re.compile(r"<(/?[^\W\d][^<>]*)>")  # its < and > compare nothing
NUMBERED = re.compile(  # No.5 is No. 5
    r"(?<![\w.])(nos?|nr|figs?|tab|vol|ch|chap|secs?|eqs?|art|pp?|pt|ver?|approx|ca)\.(?=\d)"
)
RAISED = re.compile("(?<=\\d)(?=[²³¹⁰⁴-⁹⁺⁻])")  # 10² is not 102
SMALL = re.compile("(?<=\\d)(?=[¼-¾⅐-⅟₀-₉①-⓿❶-➓])")  # 5½ is not 51/2
POINT = re.compile(r"(?<![^\W_])(?<![.,])([.,])(?=\d)")  # .5 is 0.5
GROUPS = [
    re.compile(rf"(?<!\d)(?<!\d[,.'{mark}])[1-9]\d{{0,2}}(?:{mark}\d{{3}})+(?!\d|[,'{mark}]\d)")
    for mark in "\x1f,'"
]
SIGNS = "<>~≈≤≥≠±\u20a0-\u20cf$£¥"  # they belong to the number that follows
CURRENCY = "\u20a0-\u20cf$£¥"
PRICE = re.compile(rf"(?<!\S)(?<![{CURRENCY}] )(-?\d[\d.]*) ([{CURRENCY}])(?!\S)(?! -?\d)")
SPELLED = {"->": " ", "=>": " ", "<=": "≤", ">=": "≥", "!=": "≠", "+/-": "±", "+-": "±"}
LEFT = string.punctuation.translate(str.maketrans("", "", "$%<>~")) + "…•·¿¡、。「」『』【】"
RIGHT = LEFT.translate(str.maketrans("", "", "+#"))  # C++ and C# are not C, 18+ is not 18
SHORT = frozenset(
    re.findall(
        r"\w+",
        "and are as at be because been but by for from had has have if in into is it not of on or "
        "so than that to was were when which while with without",
    )
)


def words(text: str) -> list[str]:
    """The words of a text in the spelling for comparisons; TypeError for what is no string."""
    if not isinstance(text, str):
        raise TypeError(f"An answer must be a string, not {text!r:.60}")
    return list(_words(text))


@lru_cache(4096)  # a passage is compared with the answers of many questions
def _words(text):
    """What `words` returns, as a tuple."""
    trimmed = filter(None, map(_trimmed, _folded(text).split()))
    text = " ".join(_without_articles(_compared(list(trimmed))))
    text = PRICE.sub(r"\2 \1", text)  # 5 € is €5
    text = re.sub(rf"(?<!\S)([{SIGNS}]) (?=(?:[{SIGNS}] ){{0,3}}-?\d)", r"\1", text)  # < 5 is <5
    text = re.sub(r"(?<=\d) ?° ?(?=[cf](?![\w-]))", " °", text)  # 5°C is 5 °C
    return tuple(re.sub(r"(?<=\d) (?=[%‰])", "", text).split())  # 5 % is 5%


def forms(accepted) -> set[str]:
    """The accepted answers in that spelling, for a comparison; one without a word matches nothing.

    TypeError if `accepted` is one string, or holds something else than strings.
    """
    return {" ".join(words(form)) for form in checks.strings(accepted, "accepted answers")} - {""}


def _folded(text):
    """Lower case, plain quotes and dashes, digits without separators, signs apart from numbers."""
    text = SMALL.sub(" ", RAISED.sub("^", text.translate(BEFORE)))
    text = normalize_text(normalize_text(text).casefold()).translate(QUOTES)
    text = FIRST_MINUS.sub("-", DASHES.sub("-", SPACED_MINUS.sub("-", text)))
    text = NUMBERED.sub(r"\1 ", TAG.sub(r" \1 ", EMPHASIS.sub(r"\2", text)))
    for spelling, sign in SPELLED.items():
        text = text.replace(spelling, sign)
    text = POINT.sub(r"0\1", text)
    for thousands in GROUPS:
        text = thousands.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    text = re.sub(r"(?<!\w)-\s*([\u20a0-\u20cf$£¥])\s*(?=\d)", r"\1-", text)  # -£5 is £-5
    return re.sub(rf"([{SIGNS}])", r" \1 ", text)


def _compared(words):
    """The words without the <, > and ~ that stand at either end and compare no number."""
    number = re.compile(rf"(?:[{SIGNS}] ){{0,3}}-?\d")
    while words and words[0] in {"<", ">", "~"} and not number.match(" ".join(words[1:5])):
        words = words[1:]
    while words and words[-1] in {"<", ">", "~"}:
        words = words[:-1]
    return words


def _trimmed(word):
    """The word without punctuation at its edges, but with the sign of -5 and of the grade a-."""
    bare = word.lstrip(LEFT)
    trimmed = bare.rstrip(RIGHT)
    if word[: len(word) - len(bare)].endswith("-") and not bare[:1].isalpha() and trimmed:
        return "-" + trimmed
    sign = bare[len(trimmed) :][:1]
    graded = 0 < len(trimmed) <= 2 and trimmed.isalpha() and sign and sign in "-*"
    return trimmed + sign if graded else trimmed


def _without_articles(words):
    """An article is never last. `a` is one at the start or after a short word, not before one."""
    last = len(words) - 1
    words = [word for i, word in enumerate(words) if word not in {"an", "the"} or i == last]
    words = _compared(words)  # a sign may be first now
    kept = []
    for word, following in zip(words, [*words[1:], ""], strict=False):
        letter = following in SHORT or (len(following) < 2 and not following.isdigit())
        if word != "a" or letter or (kept and kept[-1] not in SHORT):
            kept.append(word)
    return kept
