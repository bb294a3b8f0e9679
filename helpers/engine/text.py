"""Text is Unicode: decode a file or refuse it, and one form of text for index and query."""

import codecs
import re
import unicodedata
from typing import NamedTuple

# Soft hyphens, zero-width characters, marks of direction, variation selectors and tags: none of
# them can be seen, and each of them makes two equal words different.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
RAISED = re.compile("[-+\u2212]?\\d")  # how a raised number begins
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
BOMS = [  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
# What a web page means by the name of an encoding: the larger one that contains it.
WEB = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
SEVEN = ("iso2022", "hz", "utf-7")  # their text is valid UTF-8 too, and unreadable as such
BYTES = (*SEVEN, "cp", "iso8859", "koi8", "mac", "tis", "gb", "big5", "shift", "euc")
HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
COMMON = ("gb2312", "shift_jis", "euc_kr")  # the characters in use, unlike most that there are


class Problem(ValueError):
    """A file that can't be used as it is. The message names it and says what to do."""


class Text(NamedTuple):
    """What a reader takes out of a file. left_out: what it saw there and did not read, in words.

    lines: in which line of the file a key of the metadata is, where that is known.
    """

    text: str
    metadata: dict = {}
    left_out: tuple = ()
    lines: dict = {}


def normalize_text(text: str) -> str:
    """`text` in Unicode form NFKC, without characters that can't be seen.

    A ligature becomes its letters, a full-width digit a plain one, a no-break space a space, and
    a letter with a combining accent one character. Doing it twice changes nothing more. Use it on
    what is indexed and on the query alike, and show the text as it was written.
    """
    return unicodedata.normalize("NFKC", UNSEEN.sub("", text))


def decode(data: bytes, path, declared: str | None = None) -> str:
    """The text of a file, with line ends as "\\n".

    Read as its byte order mark says, else as UTF-8, else as `declared` (the encoding that the file
    itself names). Raises Problem, naming the file and the line, for anything else, for
    characters that are no text, and for UTF-7 and HZ, which are plain ASCII to look at.
    """
    bom, name = next((pair for pair in BOMS if data.startswith(pair[0])), (b"", "utf-8"))
    data, names = data[len(bom) :], [name]
    if not bom and (declared := _known(declared)):
        names = [declared, name] if declared.startswith(SEVEN) else [name, declared]
    for name in names:
        try:
            text = data.decode(name).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as problem:
            error = problem
            continue
        refuse_controls(text, path)
        if name == "utf-8" and (seven := _in_seven_bits(data)):
            raise Problem(f"{path}: it looks like {seven} text; save it as UTF-8")
        return text
    line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
    what = "/".join(name.upper() for name in names)
    raise Problem(
        f"{path}, line {line}: not {what} text (byte 0x{data[error.start]:02x}); save it as UTF-8"
    )


def refuse_controls(text: str, path) -> None:
    """Raise Problem, naming the file and the line, if `text` has characters that are no text:
    NUL and other control characters, or half of a surrogate pair.
    """
    if bad := NOT_TEXT.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise Problem(
            f"{path}, line {line}: the character U+{ord(bad.group()):04X} is no text; remove it, "
            "or save the file as UTF-8"
        )


def _in_seven_bits(data: bytes) -> str:
    """The name of the encoding that writes other letters with those of ASCII; "" if none does."""
    if not data.isascii():
        return ""
    if HZ.search(data):
        return "HZ"
    try:
        others = re.sub("[\0-\x7f]", "", data.decode("utf-7")) if b"+" in data else ""
    except UnicodeDecodeError:  # a plus sign that is only a plus sign
        return ""
    letters = others and (max(others) < "\u2100" or len(others) > 1 and _common(others))
    return "UTF-7" if letters else ""


def _common(text: str) -> bool:
    """Are all characters in one of the common sets of Chinese, Japanese or Korean?"""
    return any(text.encode(name, "ignore").decode(name) == text for name in COMMON)


def _known(name: str | None) -> str | None:
    """Python's name of an encoding that a web page names; None if it is not one of bytes."""
    try:
        name = codecs.lookup(name or "").name
    except LookupError:
        return None
    name = WEB.get(name, name)
    return name if name.startswith(BYTES) else None
