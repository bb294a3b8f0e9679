"""What in a sentence could be asked, and how: patterns of characters, no understanding of it."""

from typing import NamedTuple

import regex
from bm25s.stopwords import STOPWORDS_EN_PLUS

from helpers.engine.sentences import Sentence, words

SHAPES = ("wh-question", "pair", "gap")  # in words; the value for a key; a sentence with a gap
LEAST, MOST = 5, 32  # words of a sentence that is asked about
LONGEST = 600  # characters of one
MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
FUNCTION = {word for word in STOPWORDS_EN_PLUS if len(word) > 1}  # m and s are units
FUNCTION |= {"a", "else", "either", "every", "may", "must", "per", "shall", "since", "within"}
REFERRING = regex.compile(  # a sentence that begins so can't be understood alone
    r"(?i)(?:it|its|this|that|these|those|they|their|he|she|his|her|such|here|there|then|however|but|"
    r"and|or|so|also|thus|therefore|both|another|otherwise|instead|after that|for example|e\.g)\b"
)
BOILERPLATE = regex.compile(
    r"(?i)copyright|©|\(c\) ?\d{4}|all rights reserved|\bcookies?\b|subscribe|click here"
    r"|sign (?:in|up)|log ?in\b|skip to|table of contents|page \d+ of|privacy policy|javascript"
    r"|terms of (?:use|service)|without warranty|warranties|merchantab|permission is hereby"
)
ODD = regex.compile(
    r"https?:|www\.|\S+@\S+|[{}<>\\|=~^\[\]]|\w\(\)|::|\.\.\.|_{2,}|\w_\w|[#$]\w|\w/\w+/|:\w+:"
)
DATE = regex.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH}(?: \d{{4}})?\b|\b{MONTH} \d{{1,2}}(?:, \d{{4}})?\b"
    rf"|\b{MONTH} \d{{4}}\b|\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}\b"
    r"|(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d.,]*\d|%)|\b\d{1,2}:\d\d(?: ?[ap]\.?m\.?)?\b"
)
NUMBER = regex.compile(
    r"(?<![\w.,/:-])(?P<value>(?P<money>[£$€¥] ?)?\d+(?:[.,\u00a0]\d+)*)(?![\w/:]|[.,-]\d)"
    r"(?P<unit> ?(?:%|°\p{L}?|per ?cent\b)| (?:million|billion|thousand)(?: \p{Ll}+)?"
    r"|(?P<first> ?[\p{Ll}µΩ]+(?:\b|(?=\W)))(?P<second> \p{Ll}+s\b)?| \p{Lo}+)?"
)
NAME = regex.compile(
    r"(?<![\w'’-])\p{Lu}[\w'’&-]*"
    r"(?:(?: (?:of|de|van|von|and|for|&))? \p{Lu}[\w'’&-]*| \d[\w.-]*\w| \d)*"
)
QUOTED = regex.compile(r"[“\"](?P<inside>[^“”\"\n]{1,39}[^“”\"\n.,;:!?\s])[.,;:!?]?[”\"]")
NUMBERED = regex.compile(  # what a number behind it names, and does not count
    r"(?i)\b(?:section|chapter|page|line|table|figure|fig|step|part|rule|item|form|no|number"
    r"|room|floor|level|dock|pier|gate|bay|zone|block|platform|station|phase|stage|version|type"
    r"|class|release|model|route|lot|unit|point|annex|article|appendix|paragraph|question)\.? $"
    r"|(?-i:\b\p{Lu}{2,}) $"
)
PLURAL = regex.compile(  # what can be counted, or a unit; all else behind a number is no unit of it
    r" ?(?:[^\p{L}\s].*|\p{L}{1,2}|\P{Latin}+|.*s|people|men|women|children|feet|inch|litre|metre"
    r"|min|bar|mph|rpm|ppm|per ?cent|(?:million|billion|thousand)\b.*|hundred|dozen)"
)
COMPOUND = regex.compile(  # 4 minutes 20 seconds are one answer
    r"\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|feet|foot|inch(?:es)?|pounds?|ounces?)"
    r" (?:and )?$"
)
MODAL = "is|are|was|were|must|may|can|will|should|has|have|had|shall|could|would"
DETERMINERS = ("The", "A", "An", "Our", "Your", "Every", "Each", "All", "Any", "No")
SUBJECT = r"(?:The|An?|Our|Your|Every|Each|All|Any|No|\p{Lu}[\w'’-]*)(?: [\w'’&-]+){0,9}?"
COPULA = regex.compile(rf"(?P<subject>{SUBJECT}) (?P<verb>is|are|was|were) (?P<by>(?:a|an|the) )?$")
OBJECT = regex.compile(  # subject, verb, and the answer behind a preposition
    rf"(?P<subject>{SUBJECT}) (?P<verb>{MODAL}) "
    r"(?P<done>(?!not\b|no\b|only\b)[\w'’-]+(?: [\w'’-]+){0,5}?) "
    r"(?P<by>by|to|with|from|in|at|on|since|until|within|for|after|every|up to|at least|at most)"
    r" (?:the )?$"
)
OPENERS = {
    "name": {"by": "By whom or what", "to": "To whom or what", "with": "With whom or what"}
    | {"from": "From whom or what", "in": "Where", "at": "Where", "on": "Where"},
    "date": {"on": "When", "in": "When", "at": "When", "since": "Since when", "until": "Until when"}
    | {"by": "By when"},
    "number": {
        by: f"{by.capitalize()} how many" for by in ("by", "within", "for", "after", "every")
    }
    | {by: f"{by.capitalize()} how many" for by in ("up to", "at least", "at most")},
}


class Piece(NamedTuple):
    """An answer in a sentence: where it is, and whether a "name", "number", "date" or "term"."""

    start: int
    end: int
    kind: str


def fits(sentence: Sentence) -> bool:
    """Can this sentence be asked about? It is whole, in words, and understood by itself."""
    text = sentence.text
    if len(text) > LONGEST or ODD.search(text) or BOILERPLATE.search(f"{sentence.key} {text}"):
        return False
    if sentence.key:
        named = words(sentence.key) <= 6 and not REFERRING.match(sentence.key)
        return named and words(text) <= 8 and "  " not in text and not ODD.search(sentence.key)
    if not LEAST <= words(text) <= MOST or not regex.search(r"[.!?؟۔।。！？][\"'”’)\]]?$", text):
        return False
    if text.endswith(("?", "؟", "？")) or not regex.match(r"[\"'“‘(]?[\p{Lu}\p{Lo}\p{N}]", text):
        return False
    letters = len(regex.findall(r"\p{L}|\p{M}", text)) / len(text.replace(" ", ""))
    longest = max(map(len, text.split()))
    spaced = longest <= 30 or regex.search(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]", text)
    return letters > 0.6 and bool(spaced) and not REFERRING.match(text)


def answers(sentence: Sentence, common=frozenset()) -> list[Piece]:
    """What could be asked: dates, numbers with their units, names, and words in quotation marks.

    common: words that are also written without a capital. At a beginning, they are no names.
    """
    text = sentence.text
    if sentence.key:
        return [Piece(0, len(text.rstrip(".,;: ")), _kind(text))]
    found = [Piece(*match.span(), "date") for match in DATE.finditer(text)]
    names = [
        Piece(*span, "name") for match in NAME.finditer(text) if (span := _name(match, common))
    ]
    found += [one for one in names if regex.search(r"\d", text[one.start : one.end])]
    counts = [
        match for match in NUMBER.finditer(text) if not NUMBERED.search(text[: match.start()])
    ]
    found += _joined(text, [Piece(*_measure(match), "number") for match in counts])
    found += [Piece(*match.span("inside"), "term") for match in QUOTED.finditer(text)] + names
    kept, taken = [], set()
    for piece in found:
        at, inside = range(piece.start, piece.end), text[piece.start : piece.end]
        alone = piece.kind == "number" and inside.isdigit() and len(inside) < 3
        if alone or taken & set(at) or words(inside) > 6 or len(inside) < 2:
            continue
        taken |= set(at)
        kept.append(piece)
    return kept


def question(sentence: Sentence, answer: Piece, label: str, common=frozenset()):
    """The shape and the text of the question that has this answer, as a pair; see `SHAPES`.

    label: what the sentence is about, put in front where the question does not say it. common: see
    `answers`.
    """
    text = sentence.text
    if sentence.key:
        return "pair", _about(label, f"What is given for “{sentence.key}”?")
    before, inside = text[: answer.start], text[answer.start : answer.end]
    after = regex.sub(r"[.!?][\"'”’)\]]?$", "", text[answer.end :])
    short = words(after) <= 8 and not regex.search(r"[,;:()—–]| - ", after)
    if short and (asked := _in_words(before, inside, after, answer.kind, common)):
        return "wh-question", _about(label, asked)
    return "gap", _about(label, f"What belongs in the gap? “{before}____{text[answer.end :]}”")


def _in_words(before, inside, after, kind, common) -> str:
    """The sentence as a question that begins with what, who, when and so on; "" if it can't be."""
    verb = regex.match(rf" (?:{MODAL})\b", after)
    if kind == "name" and regex.fullmatch(r"(?:The )?", before) and verb:
        return f"Who or what{after}?"
    if (match := COPULA.fullmatch(before)) and _is_subject(match["subject"]):
        extra = f" {after.strip()}" if after.strip() else ""
        if not regex.match(r" (?:and|or)\b", after):
            return f"What {match['verb']} {_lower(match['subject'], common)}{extra}?"
    match = OBJECT.fullmatch(before)
    opener = match and _is_subject(match["subject"]) and OPENERS.get(kind, {}).get(match["by"])
    if opener and kind == "number":
        unit = regex.fullmatch(r"\d[\d.,]* (?P<unit>[\p{Ll} ]+s)", inside)
        opener = f"{opener} {unit['unit']}{after}" if unit and after[:4] in ("", " of ") else ""
    elif after.strip():
        opener = ""
    if not opener:
        return ""
    return f"{opener} {match['verb']} {_lower(match['subject'], common)} {match['done']}?"


def _about(label, asked) -> str:
    """The question, with what it is about in front of it unless it says so itself."""
    if not label or label.casefold() in asked.casefold():
        return asked
    return f"{label}: {asked[0].lower()}{asked[1:]}"


def _is_subject(text) -> bool:
    """Could this be the subject of a sentence, and no more than that?"""
    first, *others = text.split(" ")
    inside = {"it", "they", "that", "which", "who", "this", "we", "you", "he", "she", "if", "when"}
    opened = first.casefold() in FUNCTION and first not in DETERMINERS
    return not opened and not inside & set(others)


def _lower(subject, common) -> str:
    """A subject inside a sentence: The, Our and words that are no names lose their capital."""
    first = subject.split(" ")[0]
    plain = first in DETERMINERS or first.casefold() in common
    return subject[0].lower() + subject[1:] if plain else subject


def _kind(text) -> str:
    """Of the value of a pair."""
    if DATE.search(text):
        return "date"
    return "number" if regex.search(r"\d", text) else "name" if text[:1].isupper() else "term"


def _measure(match) -> tuple[int, int]:
    """A number with its unit, if what follows it is one."""
    first = (match["first"] or "").strip()
    money = match["money"] and not regex.match(
        r" (?:million|billion|thousand)", match["unit"] or ""
    )
    counted = match["value"] == "1" or PLURAL.fullmatch(match["unit"] or "")
    if not counted or first in FUNCTION or money:
        return match.span("value")
    if match["second"] and (first.endswith("s") or match["second"].strip() in FUNCTION):
        return match.start(), match.end("first")
    return match.span()


def _joined(text, pieces) -> list[Piece]:
    """Numbers that make one measure are one answer: 4 minutes 20 seconds, 3 to 5 days."""
    out = []
    for piece in pieces:
        between = text[out[-1].end : piece.start] if out else ""
        both = COMPOUND.search(text[: piece.start]) and COMPOUND.search(f"{text[: piece.end]} ")
        if between in (" to ", " - ", "-", "–") or both and between in (" ", " and "):
            piece = Piece(out.pop().start, piece.end, piece.kind)
        out.append(piece)
    return out


def _name(match, common) -> tuple[int, int] | None:
    """Where a name is, without its article; None if it is none, but a genitive or an adjective.

    The first word of a sentence or behind a colon has a capital anyway, and so have all in a title.
    """
    text, (start, end) = match.string, match.span()
    if regex.search(r"['’]s?$|-\p{Ll}+(?: |$)| I$", text[start:end]):
        return None
    first = regex.fullmatch(r"(?:.*[:–—-] )?[\"'“‘(]?", text[:start]) is not None
    words_of = text[start:end].split(" ")
    if words_of[0] in DETERMINERS and len(words_of) > 1:
        start, first, words_of = start + len(words_of[0]) + 1, False, words_of[1:]
    if words_of[0].casefold() in FUNCTION or regex.match(r"I\b", words_of[0]):
        return None
    around = f"{text[1:start]} {text[end:]}"
    crowd = len(regex.findall(r"\b\p{Lu}", around)) > 0.4 * words(around)
    alone = len(words_of) == 1 and (first or end - start < 3)
    plain = first and (words_of[0].casefold() in common or text[end : end + 1] == ":")
    return None if crowd or alone or plain else (start, end)
