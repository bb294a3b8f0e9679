"""What a PDF shows is read as it is seen, or said not to be read."""

import io

import pytest
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from helpers import documents
from tests.document_files import changed, loaded, pdf, refused

HELVETICA = {"Subtype": "/Type1", "BaseFont": "/Helvetica"}
IDENTITY = {"Subtype": "/Type0", "BaseFont": "/Arial", "Encoding": "/Identity-H"}


def stream(content: str):
    data = DecodedStreamObject()
    data.set_data(content.encode())
    return data


def as_object(value):
    """Dictionaries, lists and names of Python as those of a PDF."""
    if isinstance(value, DecodedStreamObject):
        return value
    if isinstance(value, dict):
        items = {NameObject(f"/{key}"): as_object(one) for key, one in value.items()}
        return DictionaryObject(items)
    if isinstance(value, list):
        return ArrayObject(map(as_object, value))
    if isinstance(value, int):
        return NumberObject(value)
    return NameObject(value) if value.startswith("/") else TextStringObject(value)


def page(operators: str, *fonts: dict) -> bytes:
    """A PDF of one page, drawn by these operators; its fonts are F1, F2, ..."""

    def draw(writer):
        named = {f"F{n}": {"Type": "/Font", **font} for n, font in enumerate(fonts, start=1)}
        first = writer.pages[0]
        first[NameObject("/Resources")] = as_object({"Font": named})
        first[NameObject("/Contents")] = writer._add_object(stream(operators))
        for font in first["/Resources"]["/Font"].values():
            if "/ToUnicode" in font and not isinstance(font["/ToUnicode"], NameObject):
                font[NameObject("/ToUnicode")] = writer._add_object(font["/ToUnicode"])

    return changed(pdf("x"), draw)


def shown(text: str) -> str:
    return f"BT /F1 12 Tf 20 700 Td {text} Tj ET"


def differences(*names: str) -> dict:
    return {**HELVETICA, "Encoding": {"Differences": [65, *names]}}


def to_unicode(*pairs: str) -> dict:
    rows = "\n".join(pairs)
    return {"ToUnicode": stream(f"{len(pairs)} beginbfchar\n{rows}\nendbfchar")}


CODES = "<002B0048004F004F0052>"
NAMELESS = {
    "no ToUnicode": (CODES, IDENTITY),
    "vertical": (CODES, {**IDENTITY, "Encoding": "/Identity-V"}),
    "empty ToUnicode": (CODES, {**IDENTITY, **to_unicode()}),
    "ToUnicode of others": (CODES, {**IDENTITY, **to_unicode("<0003> <0020>")}),
    "to private characters": (
        CODES,
        {
            **IDENTITY,
            **to_unicode(
                *(f"<{CODES[i : i + 4]}> <E{CODES[i + 1 : i + 4]}>" for i in range(1, 20, 4))
            ),
        },
    ),
    "numbered glyphs": ("(ABCAB)", differences("/g23", "/g24", "/g25")),
    "glyphs by code": ("(ABCAB)", differences("/G41", "/G4", "/G42")),
    "glyphs of a bitmap": ("(ABCAB)", {**differences("/g1", "/g2", "/g3"), "Subtype": "/Type3"}),
    "glyphs as cids": ("(ABCAB)", differences("/cid1201", "/cid12", "/cid120")),
    "private glyphs": ("(ABCAB)", differences("/uniE001", "/uniE002", "/uF003")),
    "numbers below letters": (r"(\001\002\003\001)", HELVETICA),
}


@pytest.mark.parametrize("kind", NAMELESS)
def test_a_page_of_nameless_glyphs_is_said_to_be_unreadable(tmp_path, kind):
    text, font = NAMELESS[kind]
    (tmp_path / "a.pdf").write_bytes(page(shown(text), font))
    assert "a.pdf: no text in it (a scanned PDF needs" in refused(tmp_path)


@pytest.mark.parametrize("kind", NAMELESS)
def test_the_other_pages_and_words_are_read(tmp_path, kind):
    text, font = NAMELESS[kind]

    def add(writer):
        writer.append(io.BytesIO(page(shown(text), font)))

    (tmp_path / "a.pdf").write_bytes(changed(pdf("A pump."), add))
    found = documents.load_documents(tmp_path)
    assert found[0].text == "A pump."
    ((_, reason),) = found.left_out
    assert reason.startswith("page 2: no readable text")
    words = "BT /F2 12 Tf 20 700 Td (A pump moves water.) Tj 0 -20 Td /F1 12 Tf"
    (tmp_path / "a.pdf").write_bytes(page(f"{words} {text} Tj ET", font, HELVETICA))
    found = documents.load_documents(tmp_path)
    lines = found[0].text.split("\n")
    assert lines[0] == "A pump moves water." and not set("+HORABCg2") & set(lines[1])


NAMED = {
    "ToUnicode": ("<00010002>", {**IDENTITY, **to_unicode("<0001> <0048>", "<0002> <00660069>")}),
    "named ToUnicode": ("<00480069>", {**IDENTITY, "ToUnicode": "/Identity-H"}),
    "Unicode by encoding": ("<00480069>", {**IDENTITY, "Encoding": "/UniGB-UCS2-H"}),
    "encoding of Japanese": ("<82A082A2>", {**IDENTITY, "Encoding": "/90ms-RKSJ-H"}),
    "parts of a name": ("(ABC)", differences("/f_i", "/one.oldstyle", "/uni0041")),
    "names and ToUnicode": ("(A)", {**differences("/g7"), **to_unicode("<41> <0048>")}),
    "a bullet among words": ("(A pump)", differences("/g7")),
}
TEXTS = dict(
    zip(NAMED, ["Hfi", "Hi", "Hi", "\u3042\u3044", "fi1A", "H", "\ufffd pump"], strict=True)
)


@pytest.mark.parametrize("kind", NAMED)
def test_glyphs_with_a_name_are_read(tmp_path, kind):
    text, font = NAMED[kind]
    assert loaded(tmp_path, "a.pdf", page(shown(text), font)).text == TEXTS[kind]
