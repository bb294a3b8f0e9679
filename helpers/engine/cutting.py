"""Cut text into units that a chunk counts, and chunks until an encoder reads them whole."""

import dataclasses
import re
import unicodedata
from numbers import Integral

from helpers.engine.checks import count, short, written
from helpers.engine.words import searchable

MARKS = "\u200d" + "".join(
    chr(code) for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M"
)
IDEOGRAPHS = "\u2e80-\u2fff\u3001-\ua4cf\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
SYLLABLES = "\u0e00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
UNIT = re.compile(
    f"[{IDEOGRAPHS}][{MARKS}]{{0,8}}"
    f"|(?:[{SYLLABLES}][{MARKS}]{{0,8}}){{1,4}}"
    rf"|[^\s{IDEOGRAPHS}{SYLLABLES}]{{1,40}}[{MARKS}]{{0,8}}"
)


def units(text: str) -> list[tuple[int, int]]:
    """Where each word of `text` begins and ends. Together they are all of it but white space.

    Chinese and Japanese characters are words of their own; of Thai, Lao, Khmer and Burmese, which
    put no space between words either, four characters are. A run of more than 40 characters (an
    address, encoded data) is cut. A letter keeps its accents.
    """
    return [match.span() for match in UNIT.finditer(text)]


def checked(documents, max_words, overlap, embedder) -> list:
    """The documents as a list, if all can be cut so; else TypeError or ValueError."""
    want = "documents must be a list of documents, as load_documents(folder) returns it"
    if isinstance(documents, str | bytes | dict) or not hasattr(documents, "__iter__"):
        raise TypeError(f"{want}, not {short(documents)}")
    for document in (documents := list(documents)):
        texts = [getattr(document, name, None) for name in ("id", "title", "text")]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(f"{want}; {short(document)} has no id, title and text")
        written(f"The document {short(texts[0])}", *texts)
    count(max_words, "max_words")
    rule = (
        f"overlap must be a whole number, at least 0 and below {max_words=}, not {short(overlap)}"
    )
    if not isinstance(overlap, Integral) or isinstance(overlap, bool):
        raise TypeError(rule)
    if not 0 <= overlap < max_words:
        raise ValueError(rule)
    if embedder is not None and not hasattr(embedder, "max_tokens"):
        raise TypeError(
            f"embedder must be an encoder, as models.load_embedder() returns it, or "
            f"None, not {short(embedder)}"
        )
    return documents


def fitted(chunks: list, embedder) -> list:
    """The chunks, each halved until the encoder reads all of its title and text.

    Raises ValueError, naming the document, if a title alone leaves no room for text.
    """
    if not chunks or embedder.max_tokens is None:
        return chunks
    texts = [searchable(chunk.embedded) for chunk in chunks]  # as they are indexed
    found = embedder.model.tokenizer(texts, truncation=False)
    fits = [len(tokens) <= embedder.max_tokens for tokens in found["input_ids"]]
    pieces = [
        [chunk] if fit else fitted(_halves(chunk, embedder.max_tokens), embedder)
        for chunk, fit in zip(chunks, fits, strict=True)
    ]
    return [chunk for group in pieces for chunk in group]


def _halves(chunk, most: int) -> list:
    """Two chunks with the words of one; with the characters, if it is one word."""
    spans = units(chunk.text)
    if len(spans) == 1:
        spans = [(i, i + 1) for i in range(len(chunk.text))]
    if len(spans) == 1:
        raise ValueError(
            f"The title of '{chunk.document}' leaves no room for text: the encoder reads {most} "
            f"tokens. Shorten it: {chunk.title[:60]!r}..."
        )
    middle = len(spans) // 2
    ends = (0, spans[middle - 1][1]), (spans[middle][0], len(chunk.text))
    return [
        dataclasses.replace(
            chunk, text=chunk.text[begin:end], start=chunk.start + begin, end=chunk.start + end
        )
        for begin, end in ends
    ]
