"""Read a PDF: the text of its pages, with words made whole again, and what its forms hold."""

import io
import logging
import re
import unicodedata
from contextlib import contextmanager

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError
from pypdf.generic import NameObject, NullObject, StreamObject, create_string_object

from helpers.engine.pdf_text import drawn_text
from helpers.engine.text import NOT_TEXT, Problem, Text

LIGATURES = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]")  # of Latin, Hebrew and Arabic letters
BROKEN = re.compile(r"(?<=[^\W_])([-\u2010\u00ad])[ \t]*\n\n?[ \t]*(?=([^\W_]\S{0,60}))")
COMPOUND = {"well", "self"}  # they keep their hyphen: well-known
SHARED = {"and", "or", "to"}  # short- and long-term
ADDRESS = re.compile(r"[/@\\]|\w\.\w")
OPAQUE = re.compile("[\ufffd\ue000-\uf8ff]")  # what stands for no character that is known


def read_pdf(data: bytes, path) -> Text:
    """The text of the pages, each with its notes and form fields, and which pages have none.

    Of a page whose fonts do not tell which characters they draw, only the notes are read. A word
    that is hyphenated at the end of a line is rejoined, see `rejoin`. Raises Problem if the file
    needs a password.
    """
    try:
        with _warnings() as warned:
            reader = PdfReader(io.BytesIO(data))
            notes = ["\n\n".join(dict.fromkeys(_notes(page))) for page in reader.pages]
            pictures = [_pictures(page) for page in reader.pages]
            drawn = [drawn_text(page) for page in reader.pages]
            left_out = [f"the attached file {name} not read" for name in reader.attachments]
            left_out += ["the form in it (XFA) not read"] * bool(reader.xfa)
    except (DependencyError, FileNotDecryptedError, WrongPasswordError):
        raise Problem(f"{path}: it is encrypted; save it without a password") from None
    opaque = [number for number, text in enumerate(drawn, start=1) if _is_opaque(text)]
    pages = [
        "\n\n".join(filter(None, (text if number not in opaque else "", note)))
        for number, (text, note) in enumerate(zip(drawn, notes, strict=True), start=1)
    ]
    empty = [n for n, text in enumerate(pages, start=1) if not text and n not in opaque]
    shown = [n for n, count in enumerate(pictures, start=1) if count and n not in empty + opaque]
    if empty:
        left_out.append(f"{_named(empty)}: no text (a scan needs character recognition first)")
    if opaque:
        what = "no readable text: the fonts do not tell their characters"
        left_out.append(f"{_named(opaque)}: {what} (it needs character recognition first)")
    if shown:
        left_out.append(f"{_named(shown)}: pictures not read")
    text = "\n\n".join(text for text in pages if text)
    return Text(rejoin(text), {}, (*left_out, *dict.fromkeys(warned)))


def rejoin(text: str) -> str:
    """Words that were hyphenated at the end of a line become whole, without soft hyphens.

    The hyphen stays ("KX-2207") unless lower-case letters are on both sides of it; and it stays in
    a word that has a hyphen elsewhere, in itself or in the text ("state-of-the-art").
    """

    def whole(match):
        hyphen, after = match.groups()
        before = re.search(r"\S*$", text[max(0, match.start() - 60) : match.start()])[0]
        left = re.search(r"[^\W\d_]*$", before)[0]
        right = re.match(r"[^\W\d_]*", after)[0]
        if right in SHARED and hyphen != "\u00ad":
            return "- "
        if ADDRESS.search(before + hyphen + after):
            return hyphen
        broken = left[-1:].islower() and right[:1].islower() and "-" not in before + after
        compound = left.lower() in COMPOUND or f"{left}-{right}".lower() in hyphenated
        return "" if hyphen == "\u00ad" or broken and not compound else "-"

    text = LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    hyphenated = set(re.findall(r"\b[^\W\d_]+-[^\W\d_]+", text.lower()))
    return BROKEN.sub(whole, text).replace("\u00ad", "")


def _is_opaque(text: str) -> bool:
    """Are most characters of a page none that can be known?"""
    return 2 * len(OPAQUE.findall(text)) > len("".join(text.split()))


def _pictures(page) -> int:
    """How many pictures a page has; one that can't be read counts too."""
    try:
        return len(page.images)
    except Exception:  # of the many kinds that damaged files raise in pypdf
        return 1


def _notes(page):
    """The notes and form fields of a page; an entry that leads to nothing is none."""
    found = page.get("/Annots")
    found = found.get_object() if found is not None else None
    for entry in found if isinstance(found, list) else ():
        entry = entry.get_object()
        if isinstance(entry, dict):
            yield NOT_TEXT.sub("\ufffd", _note(entry))


def _note(entry) -> str:
    """The value of a form field, or the text of a note."""
    if entry.get("/Subtype") != "/Widget":
        return "" if entry.get("/Subtype") == "/Popup" else str(entry.get("/Contents", "")).strip()
    name, kind, value = (_inherited(entry, key) for key in ("/T", "/FT", "/V"))
    values = map(_value, value if isinstance(value, list) else [value])
    empty = ("", "Off") if kind == "/Btn" else ("",)
    written = ", ".join(v for v in values if v not in empty)
    return f"{_value(name)}: {written}" if written else ""


def _inherited(entry, key):
    """What a field has under `key`, or else the next of the fields that it is a part of."""
    seen = []
    while isinstance(entry, dict) and not any(entry is one for one in seen):
        if not isinstance(found := entry.get(key, NullObject()).get_object(), NullObject):
            return found
        seen.append(entry)
        entry = entry.get("/Parent", NullObject()).get_object()
    return NullObject()


def _value(value) -> str:
    """A value of a form in words; "" for an empty one, a box not ticked, and a signature."""
    value = value.get_object()
    if isinstance(value, StreamObject):
        value = create_string_object(value.get_data())
    if isinstance(value, NameObject):
        return "" if value == "/Off" else value[1:]
    if isinstance(value, bytes):
        value = value.decode("cp1252", "replace")
    elif isinstance(value, (dict, list, NullObject)):
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def _named(numbers: list[int]) -> str:
    """Page numbers in words: "page 3", "pages 1-4, 7"."""
    runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in runs)
    return f"page{'s' if len(numbers) > 1 else ''} {text}"


@contextmanager
def _warnings():
    """Collect what pypdf logs about a damaged file, which would else only be printed."""
    found, logger, handler = [], logging.getLogger("pypdf"), logging.Handler()
    handler.emit = lambda record: found.append(f"damaged: {record.getMessage()}")
    logger.addHandler(handler)
    logger.propagate, before = False, logger.propagate
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
