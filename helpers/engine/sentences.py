"""The sentences of a document and their positions, without code, headings, tables and markup."""

from typing import NamedTuple

import regex

from helpers.engine.cutting import units

FENCE = regex.compile(r"\s*(```|~~~)")
HEADING = regex.compile(r" {0,3}#{1,6}\s+(\S.*?)\s*#*\s*$")
TAG = regex.compile(r"<[^<>]*>")
RULE = regex.compile(r"[-=~^_*+#|:.\s]*$")  # a line of signs only
ITEM = regex.compile(r"\s*(?:[-*+•–>]|\(?\d{1,3}[.)])\s+")
PAIR = regex.compile(
    r"\s*(?:[-*+•]\s+)?(?P<key>[\p{L}*_][^:;|.!?'\"()\[\]\n]{1,58}?)\s*:\s+(?P<value>[^\n|]{1,120}?)\s*$"
)
MARKUP = regex.compile(  # what stays of it is the group; the rest is not part of the sentence
    r"!?\[([^\[\]]*)\]\([^()\s]*\)|\*\*(?=\S)|(?<=\S)\*\*|__(?=\w)|(?<=\w)__|`+|(?<!\w)[*_](?=\w)"
    r"|(?<=[\w.,:;!?)])[*_](?!\w)"
)
END = regex.compile(
    r"""(?<=[.!?؟۔।…]["'”’)\]]?)
    (?<!(?:^|[\s(.])\p{L}\.)(?<!\b(?:No|Dr|Mr|Mrs|Ms|St|Fig|vs|cf|approx|e\.g|i\.e|Inc|Ltd|Nr|bzw|z\.B)\.)
    \s+(?=[\p{Lu}\p{Lo}\p{N}"'“‘(\[])|(?<=[。！？])""",
    regex.VERBOSE,
)


class Sentence(NamedTuple):
    """A sentence, or a pair of key and value. at: where each of its characters is in the document.

    label: the heading that it stands below. key: of a pair; text is then its value.
    """

    text: str
    at: tuple[int, ...]
    label: str = ""
    key: str = ""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the sentence begins and ends in the document."""
        return self.at[start], self.at[end - 1] + 1


def sentences(text: str) -> list[Sentence]:
    """All sentences and pairs of a document's text, in order.

    Pairs are the rows of a table with two columns, lines such as "Length: 5 m", and the cells of a
    row as a table file is read ("name: Dam; length: 5 m"), all but the first.
    """
    found, block, label, fenced, offset = [], [], "", False, 0
    lines = [*text.split("\n"), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        start, offset = offset, offset + len(line) + 1
        if FENCE.match(line):
            fenced, line = not fenced, ""
        heading, item = HEADING.match(line), ITEM.match(line)
        pairs = [] if block and not item else _pairs(line, start, following)
        ends = fenced or heading or pairs or item or RULE.match(line) or not line.strip()
        if ends:
            found += [s._replace(label=label) for s in _split(block)]
            block = []
        if heading:
            label = MARKUP.sub(lambda match: match[1] or "", TAG.sub("", heading[1])).strip(" :")
        elif pairs and not fenced:
            found += [pair._replace(label=pair.label or label) for pair in pairs]
        elif not fenced and line.strip() and not RULE.match(line) and not _is_row(line):
            block.append((line, start, item.end() if item else 0))
    return found


def words(text: str) -> int:
    """How many words a text has; of Chinese and Japanese, two characters count as one."""
    found = units(text)
    return round(sum(1 if end - start > 1 else 0.5 for start, end in found))


def _split(block) -> list[Sentence]:
    """The sentences of the lines of a paragraph: (line, its start, where its text begins)."""
    chars, at = [], []
    for line, start, begin in block:
        for char, position in _unmarked(line, start, begin):
            if char.isspace():
                if not chars or chars[-1] == " ":
                    continue
                char = " "
            chars.append(char)
            at.append(position)
        if chars and chars[-1] != " ":
            chars.append(" ")
            at.append(start + len(line))
    text, out, begin = "".join(chars), [], 0
    for end in [*(match.span() for match in END.finditer(text)), (len(text), len(text))]:
        piece = text[begin : end[0]]
        first = begin + len(piece) - len(piece.lstrip())
        last = begin + len(piece.rstrip())
        if last > first:
            out.append(Sentence(text[first:last], tuple(at[first:last])))
        begin = end[1]
    return out


def _unmarked(line, start, begin):
    """The characters of a line that are not markup, each with its position in the document."""
    keep = [True] * len(line)
    for match in MARKUP.finditer(line):
        inside = range(*match.span(1)) if match[1] else ()
        for i in range(*match.span()):
            keep[i] = i in inside
    return [(line[i], start + i) for i in range(begin, len(line)) if keep[i]]


def _pairs(line, start, following) -> list[Sentence]:
    """The pairs of key and value in a line, unless it goes on in the following one."""
    if _is_row(line):
        parts = line.strip()[1:-1].split("|")
        if len(parts) != 2 or RULE.match(following) and following.strip():
            return []  # no pair, or the names of the columns
        begin = start + line.index("|") + 1
        return [*_pair(*parts, begin + len(parts[0]) + 1)]
    parts = line.split("; ")
    if len(parts) > 1 and all(PAIR.match(part) for part in parts):
        first, found, at = PAIR.match(parts[0]), [], start + len(parts[0]) + 2
        for part in parts[1:]:
            match = PAIR.match(part)
            label = f"{first['key']} {first['value']}"
            pair = _pair(match["key"], match["value"], at + match.start("value"))
            found += [one._replace(label=label) for one in pair]
            at += len(part) + 2
        return found
    match, alone = PAIR.match(line), not following.strip()
    alone = alone or any(form.match(following) for form in (PAIR, ITEM, HEADING, FENCE, RULE))
    if match and alone and not END.search(match["value"]):
        return [*_pair(match["key"], match["value"], start + match.start("value"))]
    return []


def _is_row(line) -> bool:
    """Is this line a row of a table?"""
    line = line.strip()
    return len(line) > 2 and line[0] == line[-1] == "|"


def _pair(key, value, at):
    """One pair, if both sides say something. at: where the value begins."""
    key = MARKUP.sub(lambda m: m[1] or "", key).strip()
    kept = [(c, i) for c, i in _unmarked(value, at, 0) if True]
    text = "".join(c for c, _ in kept)
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    if last > first and regex.search(r"\p{L}", key) and words(key) <= 8:
        yield Sentence(text[first:last], tuple(i for _, i in kept[first:last]), "", key)
