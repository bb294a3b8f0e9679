"""The text that a page of a PDF shows: raised numbers, and characters that can't be known."""

import math
import re
from dataclasses import dataclass

from pypdf._cmap import get_encoding
from pypdf._codecs import adobe_glyphs
from pypdf.generic import ContentStream, DictionaryObject, NameObject, StreamObject

from helpers.engine.text import NOT_TEXT, RAISED

UNICODE = re.compile("/Uni|.*-UCS2-")  # encodings whose numbers are characters
FRACTION = re.compile(r"\d+\s*[/\u2044](\d|$)")
POINT = re.compile(r"\d[-.,:/\u2013]$")  # a number that a digit would make longer


@dataclass
class _Run:
    """Text of one size on one baseline. x: where it begins."""

    text: str
    x: float = math.nan
    y: float = math.nan
    size: float = math.nan

    def continues(self, other) -> bool:
        same = abs(self.y - other.y) < 0.02 * other.size
        return same and abs(self.size - other.size) < 0.02 * other.size

    def is_above(self, other) -> bool:
        """Does it stand higher than `other`, and lower than a line above it would?"""
        raised = 0.15 * other.size < self.y - other.y < 0.8 * other.size
        return raised and self.size < 1.05 * other.size


def drawn_text(page) -> str:
    """The text that a page shows, "10^3" with a raised 3.

    It has U+FFFD for each character that can't be known.
    """
    runs, fonts, rises = [], {}, [0.0]

    def watch(operator, operands, cm, tm):
        if operator == b"Ts" and operands and isinstance(operands[0], (int, float)):
            rises[-1] = float(operands[0])
        elif operator == b"q":
            rises.append(rises[-1])
        elif operator == b"Q" and len(rises) > 1:
            rises.pop()

    def keep(text, cm, tm, font, size):
        if font is not None and text.strip():
            if id(font) not in fonts:
                fonts[id(font)] = get_encoding(font)
            text = _known(text, font, *fonts[id(font)])
        run = _placed(text, cm, tm, size, rises[-1])
        if runs and (not text.strip() or run.continues(runs[-1])):
            runs[-1].text += text
        else:
            runs.append(run)

    _split(page)
    page.extract_text(visitor_operand_before=watch, visitor_text=keep)
    # A font may name a character in two halves, or as none: the halves are joined.
    text = _joined(runs).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub(r"[ \t]+\n", "\n", NOT_TEXT.sub("\ufffd", text)).strip()


def _split(page) -> None:
    """Let pypdf end a piece of text wherever the baseline or the size may change."""
    try:
        content = ContentStream(page["/Contents"].get_object(), page.pdf, "bytes")
    except (AttributeError, KeyError):  # a page without content
        return
    content.operations = _with_fonts(content.operations)
    page[NameObject("/Contents")] = content
    try:
        _split_forms(page.get("/Resources"), page.pdf)
    except Exception:  # of the many kinds that damaged files raise in pypdf
        return


def _split_forms(resources, pdf) -> None:
    """The same for the drawings that a page shows, and those that they show."""
    forms = resources.get_object().get("/XObject", DictionaryObject()).get_object()
    for name, form in [(name, form.get_object()) for name, form in forms.items()]:
        if form.get("/Subtype") == "/Form" and not isinstance(form, ContentStream):
            content = ContentStream(form, pdf, "bytes")
            content.operations = _with_fonts(content.operations)
            kept = {
                key: form.raw_get(key) for key in form if key not in ("/Filter", "/DecodeParms")
            }
            content.update(kept)
            forms[NameObject(name)] = content
            if "/Resources" in form:
                _split_forms(form["/Resources"], pdf)


def _with_fonts(content: list) -> list:
    """The operations of a page; before each that moves the baseline, the font is chosen anew.

    Where a font is chosen, pypdf ends a piece of text.
    """
    fonts, matrix, operations = [None], None, []
    for operands, operator in content:
        moved = operator == b"Ts"
        if operator == b"Tf":
            fonts[-1] = operands
        elif operator == b"q":
            fonts.append(fonts[-1])
        elif operator == b"Q" and len(fonts) > 1:
            fonts.pop()
        elif operator == b"BT":
            matrix = None
        elif operator == b"Tm":
            moved, matrix = operands[1:4] + operands[5:] != matrix, operands[1:4] + operands[5:]
        elif operator in (b"Td", b"TD"):
            moved, matrix = any(operands[1:]), None
        if moved and fonts[-1]:
            operations.append((fonts[-1], b"Tf"))
        operations.append((operands, operator))
    return operations


def _placed(text: str, cm, tm, size: float, rise: float) -> _Run:
    """A run with its place on the page; that of turned text is not a number."""
    along, up = (tm[i] * cm[1] + tm[i + 1] * cm[3] for i in (0, 2))
    if abs(along) > 0.01 * up:
        return _Run(text)
    x, y = (tm[4] * cm[i] + tm[5] * cm[i + 2] + cm[i + 4] for i in (0, 1))
    return _Run(text, x, y + rise * up, size * up)


def _joined(runs: list[_Run]) -> str:
    """The runs as one text, with a mark before a raised number: 10^3 is not 103."""
    text, back = "", None
    for before, run, after in zip([_Run(""), *runs], runs, [*runs[1:], _Run("")], strict=False):
        above = run.is_above(before)
        if back and run.continues(back) and text.endswith("\n"):
            text = text.rstrip("\n") + " " * run.text[0].isalnum()
        back = None
        if above and RAISED.match(run.text):
            near = run.x - before.x < 0.7 * before.size * len(before.text)
            if text.endswith("\n") and run.size < 0.9 * before.size and near:
                text, back = text.rstrip("\n"), before  # pypdf takes it for a line of its own
            fraction = text[-1:].isdigit() and FRACTION.match(run.text + after.text)
            power = text[-1:].isalnum() and not fraction
            text += "^" if power else " " if fraction or POINT.search(text) else ""
        elif abs(run.y - before.y) > 0.1 * before.size:
            text += " " * (text[-1:].isdigit() and run.text[0].isdigit())
        text += run.text
    return text


def _known(text: str, font, encoding, told: dict) -> str:
    """A piece of text in one font, with U+FFFD for each character that the font does not tell.

    In its place pypdf gives the number of the glyph as a character, or the name of the glyph.
    """
    if font.get("/Subtype") == "/Type0":
        named = "/ToUnicode" in font and not isinstance(font["/ToUnicode"], StreamObject)
        other = isinstance(encoding, str) and encoding != "utf-16-be"
        if named or other or UNICODE.match(str(font.get("/Encoding"))):
            return text
        readable = set("".join(told.values()))
        return "".join(c if c in readable or c.isspace() else "\ufffd" for c in text)
    names = sorted((x for x in encoding.values() if re.match("/.", x)), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, names)), _letters, text) if names else text


def _letters(glyph) -> str:
    """The letters of a glyph by the parts of its name ("/f_i.alt"), or U+FFFD."""
    parts = glyph[0][1:].split(".")[0].split("_")
    return "".join(adobe_glyphs.get(f"/{part}", "\ufffd") for part in parts)
