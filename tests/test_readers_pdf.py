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


def stream(content: str | bytes):
    data = DecodedStreamObject()
    data.set_data(content.encode() if isinstance(content, str) else content)
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


SMALL = "/F1 7 Tf"
RAISED = {
    "rise": ("(10) Tj 5 Ts (3) Tj 0 Ts ( cycles) Tj", "10^3 cycles"),
    "rise, smaller": (f"(10) Tj {SMALL} 4 Ts (3) Tj 0 Ts /F1 12 Tf ( cycles) Tj", "10^3 cycles"),
    "rise, negative": (f"(10) Tj {SMALL} 4 Ts (-3) Tj 0 Ts /F1 12 Tf ( m) Tj", "10^-3 m"),
    "moved": (f"(10) Tj {SMALL} 13.3 4 Td (3) Tj /F1 12 Tf 4 -4 Td ( cycles) Tj", "10^3 cycles"),
    "moved far": (f"(10) Tj {SMALL} 13.3 6 Td (3) Tj /F1 12 Tf 4 -6 Td (cycles) Tj", "10^3 cycles"),
    "moved, same size": ("(10) Tj 13.3 5 Td (3) Tj 7 -5 Td ( cycles) Tj", "10^3 cycles"),
    "sized by the matrix": (
        "/F1 1 Tf 12 0 0 12 20 700 Tm (10) Tj 7 0 0 7 33.3 704 Tm (3) Tj 12 0 0 12 37 700 Tm "
        "( cycles) Tj",
        "10^3 cycles",
    ),
    "in an array": (f"[(1) -20 (0)] TJ {SMALL} 13.3 4 Td [(3)] TJ", "10^3"),
    "sign by itself": (f"(10) Tj {SMALL} 13.3 4 Td (-) Tj {SMALL} 3 0 Td (3) Tj", "10^-3"),
    "unit": (f"(5 m) Tj {SMALL} 4 Ts (2) Tj", "5 m^2"),
    "mark of a word": (f"(pump) Tj {SMALL} 4 Ts (2) Tj 0 Ts /F1 12 Tf ( moves) Tj", "pump^2 moves"),
    "mark of a number": (f"(at 10) Tj {SMALL} 4 Ts (2) Tj", "at 10^2"),
    "mark of a sentence": (f"(at 10.) Tj {SMALL} 4 Ts (2) Tj", "at 10. 2"),
    "mark before": (f"{SMALL} 4 Ts (2) Tj 0 Ts /F1 12 Tf (10 litres) Tj", "2 10 litres"),
    "mixed number": (f"(1) Tj {SMALL} 4 Ts (1) Tj 0 Ts /F1 12 Tf (/) Tj {SMALL} (2) Tj", "1 1/2"),
    "power by hour": (f"(10) Tj {SMALL} 4 Ts (3) Tj 0 Ts /F1 12 Tf (/h) Tj", "10^3/h"),
    "lowered": (f"(log) Tj {SMALL} -2 Ts (2) Tj 0 Ts /F1 12 Tf (8) Tj", "log2 8"),
    "formula": (f"(H) Tj {SMALL} -2 Ts (2) Tj 0 Ts /F1 12 Tf (O) Tj", "H2O"),
    "ordinal": (f"(the 4) Tj {SMALL} 4 Ts (th) Tj 0 Ts /F1 12 Tf ( day) Tj", "the 4th day"),
    "sizes on one line": (f"(10) Tj {SMALL} (3) Tj", "103"),
    "words": (f"(see 10) Tj {SMALL} 80 4 Td (3 litres) Tj", "see 10 3 litres"),
    "another line": (f"(see 10) Tj {SMALL} 0 -14 Td (3 litres) Tj", "see 10\n3 litres"),
    "columns": (f"(see 10) Tj {SMALL} 300 6 Td (3 litres) Tj", "see 10\n3 litres"),
    "turned": ("0 1 -1 0 300 300 Tm (10) Tj 0 5 Td ( 3) Tj", "10 3"),
}


def into_a_form(page, writer):
    """What a page shows becomes a drawing, which it shows in another one."""
    data, resources = page.get_contents().get_data(), page["/Resources"]
    for _ in range(2):
        form = stream(data)
        form.update(as_object({"Type": "/XObject", "Subtype": "/Form"}))
        form[NameObject("/BBox")] = page.mediabox
        form[NameObject("/Resources")] = resources
        shows = DictionaryObject({NameObject("/X"): writer._add_object(form)})
        resources, data = DictionaryObject({NameObject("/XObject"): shows}), "q /X Do Q"
    page[NameObject("/Resources")] = resources
    page[NameObject("/Contents")] = writer._add_object(stream(data))


@pytest.mark.parametrize("kind", RAISED)
def test_a_raised_number_of_a_pdf_is_not_another_number(tmp_path, kind):
    operators, text = RAISED[kind]
    content = page(f"BT /F1 12 Tf 20 700 Td {operators} ET", HELVETICA)
    assert loaded(tmp_path, "a.pdf", content).text == text
    drawing = changed(content, lambda writer: into_a_form(writer.pages[0], writer))
    assert loaded(tmp_path, "a.pdf", drawing).text == text
    smaller = page(f"q .5 0 0 .5 9 9 cm BT /F1 12 Tf 20 700 Td {operators} ET Q", HELVETICA)
    assert loaded(tmp_path, "a.pdf", smaller).text == text


def form(*levels: dict):
    """A change of a PDF: a field on its page, the last of the levels; each is part of the one
    before.
    """

    def add(writer):
        parent = None
        for level in levels:
            entry = as_object(level)
            if isinstance(entry.get("/V"), DecodedStreamObject):
                entry[NameObject("/V")] = writer._add_object(entry["/V"])
            if parent is not None:
                entry[NameObject("/Parent")] = parent
            parent = writer._add_object(entry)
        entry.update(as_object({"Subtype": "/Widget", "Rect": []}))
        writer.pages[0][NameObject("/Annots")] = ArrayObject([parent])

    return add


def in_a_circle(writer):
    form({"T": "Pump"}, {})(writer)
    writer.pages[0]["/Annots"][0]["/Parent"][NameObject("/Parent")] = writer.pages[0]["/Annots"][0]


def listed(writer):
    form({"T": "Pump", "V": ["KX", "KY"]})(writer)
    values = writer.pages[0]["/Annots"][0]["/V"]
    values[:] = [writer._add_object(value) for value in list(values)]


KX = {"T": "Pump", "FT": "/Tx", "V": "KX"}
FORMS = {
    "parent": ([KX, {}], "Pump: KX"),
    "grandparent": ([KX, {}, {}], "Pump: KX"),
    "far": ([KX, {}, {}, {}, {}], "Pump: KX"),
    "name and value apart": ([{"FT": "/Tx", "V": "KX"}, {"T": "Pump"}, {}], "Pump: KX"),
    "value below its name": ([{"T": "Pump"}, {"V": "KX"}, {}], "Pump: KX"),
    "nearest value": ([KX, {"V": "KY"}, {}], "Pump: KY"),
    "box": ([{"T": "Safe", "FT": "/Btn", "V": "/Yes"}, {}, {}], "Safe: Yes"),
    "box not ticked": ([{"T": "Safe", "FT": "/Btn", "V": "/Off"}, {}, {}], ""),
    "text of a box not ticked": ([{"T": "Safe", "FT": "/Btn", "V": "Off"}, {}, {}], ""),
    "words like a name": ([{"T": "Light", "FT": "/Tx", "V": "Off"}, {}], "Light: Off"),
    "several": ([{"T": "Pump", "V": ["KX", "KY"]}, {}, {}], "Pump: KX, KY"),
    "signature": ([{"T": "By", "FT": "/Sig", "V": {"Type": "/Sig"}}, {}, {}], ""),
    "stream": ([{"T": "Pump", "V": stream("KX runs")}], "Pump: KX runs"),
    "stream of a parent": ([{"T": "Pump", "V": stream("KX runs")}, {}], "Pump: KX runs"),
    "stream of a grandparent": ([{"T": "Pump", "V": stream("KX")}, {}, {}], "Pump: KX"),
    "stream of Unicode": (
        [{"T": "Pump", "V": stream("\ufeffK\u00dc".encode("utf-16-be"))}],
        "Pump: K\u00dc",
    ),
    "stream of lines": ([{"T": "Pump", "V": stream("one\rtwo\r\nthree")}], "Pump: one\ntwo\nthree"),
    "empty stream": ([{"T": "Pump", "V": stream("")}, {}], ""),
}
CHANGES = {kind: (form(*levels), text) for kind, (levels, text) in FORMS.items()}
CHANGES |= {"circle": (in_a_circle, ""), "references": (listed, "Pump: KX, KY")}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_value_of_a_field_is_read_wherever_it_stands(tmp_path, kind):
    change, text = CHANGES[kind]
    found = loaded(tmp_path, "a.pdf", changed(pdf("one"), change)).text
    assert found == "\n\n".join(filter(None, ("one", text)))
