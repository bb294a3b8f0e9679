"""Numbers and words stay what they are: raised digits, fractions, hyphens, separators of tables."""

import io
import zipfile

import pytest
from pypdf.generic import ArrayObject, NameObject, NullObject, NumberObject

from helpers import documents
from scripts import check_documents
from tests.document_files import changed, docx, loaded, par, pdf, pptx, run, shape


def raised(text):
    return f"<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>{text}</w:t></w:r>"


def formula(inside):
    return f"<m:oMath>{inside}</m:oMath>"


def term(tag, text):
    return f"<m:{tag}><m:r><m:t>{text}</m:t></m:r></m:{tag}>"


FRACTION = f"<m:f>{term('num', '1')}{term('den', '2')}</m:f>"
SLIDE_RUNS = "<a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>6</a:t></a:r>"
RAISED = {
    "page, power": ("a.html", b"10<sup>6</sup> cycles", "10^6 cycles"),
    "page, negative": ("a.html", b"10<sup>-3</sup> m", "10^-3 m"),
    "page, square": ("a.html", b"5 m<sup>2</sup>", "5 m^2"),
    "page, mixed number": ("a.html", b"1<sup>1</sup>/<sub>2</sub> inch", "1 1/2 inch"),
    "page, fraction": ("a.html", b"<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
    "page, formula": ("a.html", b"<msup><mn>10</mn><mn>3</mn></msup>", "10^3"),
    "page, ordinal": ("a.html", b"the 4<sup>th</sup> H<sub>2</sub>O", "the 4th H2O"),
    "Word, power": ("a.docx", docx(par(run("10"), raised("6"))), "10^6"),
    "Word, ordinal": ("a.docx", docx(par(run("4"), raised("th"))), "4th"),
    "Word, fraction": ("a.docx", docx(par(formula(FRACTION))), "1/2"),
    "Word, formula alone": ("a.docx", docx(formula(FRACTION) + par(run("x"))), "1/2\n\nx"),
    "Word, exponent": (
        "a.docx",
        docx(par(formula(f"<m:sSup>{term('e', '10')}{term('sup', '3')}</m:sSup>"))),
        "10^3",
    ),
    "slide, power": (
        "a.pptx",
        pptx(f"<p:sp><p:txBody><a:p>{SLIDE_RUNS}</a:p></p:txBody></p:sp>"),
        "10^6",
    ),
}


@pytest.mark.parametrize("kind", RAISED)
def test_a_raised_number_is_not_another_number(tmp_path, kind):
    name, content, text = RAISED[kind]
    assert loaded(tmp_path, name, content).text == text


SEPARATORS = {
    "comma in text": ("Preis, netto;Menge\n1,50;3", "Preis, netto: 1,50; Menge: 3"),
    "comma in quotes": ('"Name, first";"City, now"\nAnn;Bonn', "Name, first: Ann; City, now: Bonn"),
    "sep line": ("sep=;\nName;Price\nPump;5", "Name: Pump; Price: 5"),
    "tab": ("a, b\tc\n1, 2\t3", "a, b: 1, 2; c: 3"),
    "plain": ("a,b\n1,2", "a: 1; b: 2"),
    "bar": ("a|b\n1;2|3", "a: 1;2; b: 3"),
}


@pytest.mark.parametrize("kind", SEPARATORS)
def test_a_table_is_cut_where_its_rows_agree(tmp_path, kind):
    content, text = SEPARATORS[kind]
    assert loaded(tmp_path, "a.csv", content.encode()).text == text


ROWS = "Pump: A; Litres: 12\n\nPump: B; Litres: 9"
TITLES = {
    "title": ("Price list\nPump,Litres\nA,12\nB,9", f"Price list\n\n{ROWS}", "first row"),
    "padded": ("Price list;\nPump;Litres\nA;12\nB;9", f"Price list\n\n{ROWS}", "first row"),
    "blank row": ("Prices\n\nPump,Litres\nA,12\nB,9", f"Prices\n\n{ROWS}", "first row"),
    "blank cells": ("Prices\n,\nPump,Litres\nA,12\nB,9", f"Prices\n\n{ROWS}", "first row"),
    "two": ("Prices\nof 2024\nPump,Litres\nA,12\nB,9", f"Prices\n\nof 2024\n\n{ROWS}", "2 rows"),
    "quoted": ('"Prices, net"\nPump,Litres\nA,12\nB,9', f"Prices, net\n\n{ROWS}", "first row"),
    "comma": (
        "Prices, net\nPump,Litres,Bar\nA,12,3",
        "Prices, net\n\nPump: A; Litres: 12; Bar: 3",
        "first row",
    ),
    "sep line": ("sep=;\nPrices\nPump;Litres\nA;12\nB;9", f"Prices\n\n{ROWS}", "first row"),
    "years": ("Sales\nPump,2023,2024\nA,5,6", "Sales\n\nPump: A; 2023: 5; 2024: 6", "first row"),
    "no numbers": ("Crew\nName,City\nAnn,Bonn", "Crew\n\nName: Ann; City: Bonn", "first row"),
    "pairs": (
        "Report:,Sales\nMade on,2024-05-01\n\nPump,Litres,Bar\nA,12,3",
        "Report: Sales\n\nMade on: 2024-05-01\n\nPump: A; Litres: 12; Bar: 3",
        "2 rows",
    ),
    "one column": ("Pumps\nA\nB", "Pumps: A\n\nPumps: B", None),
    "no title": ("Pump,Litres\nA,12\nB,9", ROWS, None),
    "no name in the corner": (",2023,2024\nA,5,6", "column 1: A; 2023: 5; 2024: 6", None),
    "one name": ("Pump,\nA,12", "Pump: A; column 2: 12", None),
    "one name of two": ("Pump\nA,12\nB,9", "Pump: A; column 2: 12\n\nPump: B; column 2: 9", None),
    "a name too few": ("Pump,Litres\nA,12,3", "Pump: A; Litres: 12; column 3: 3", None),
    "blank row below": ("Pump,Litres\n\nA,12\nB,9", ROWS, None),
    "spaces": ("Pump, Litres\nA, 12\nB, 9", ROWS, None),
    "names alone": ("Price list\nPump,Litres", "Price list: Pump; column 2: Litres", None),
}


@pytest.mark.parametrize("kind", TITLES)
def test_a_title_above_a_table_is_no_name_of_a_column(tmp_path, kind):
    content, text, said = TITLES[kind]
    (tmp_path / "a.csv").write_text(content)
    found = documents.load_documents(tmp_path)
    assert found[0].text == text
    assert [said in reason for _, reason in found.left_out] == [True] * bool(said)


LINES = {
    "short-\\nand long-term": "short- and long-term",
    "two-\\nor three-day": "two- or three-day",
    "www.pumps.example/user-\\nguide": "www.pumps.example/user-guide",
    "help-\\ndesk@pumps.example": "help-desk@pumps.example",
    "read-\\nme.txt": "read-me.txt",
    "calib-\\nration": "calibration",
}


@pytest.mark.parametrize("lines", LINES)
def test_a_hyphen_that_belongs_to_the_text_stays(lines):
    from helpers.engine.pdf import rejoin

    assert rejoin(lines.replace("\\n", "\n")) == LINES[lines]


@pytest.mark.parametrize(
    "entries",
    [
        ArrayObject([NullObject()]),
        ArrayObject([NumberObject(3)]),
        NullObject(),
        NumberObject(7),
        ArrayObject([ArrayObject()]),
    ],
    ids=["null entry", "number", "null", "no list", "list in it"],
)
def test_a_broken_annotation_does_not_hide_the_page(tmp_path, entries):
    def damage(writer):
        writer.pages[0][NameObject("/Annots")] = entries

    assert loaded(tmp_path, "a.pdf", changed(pdf("A pump."), damage)).text == "A pump."


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("backface-visibility:hidden", True),
        ("content-visibility:hidden", True),
        ("display:nonexistent", True),
        ("color:red; display : none !important", False),
        ("visibility:hidden", False),
        ("DISPLAY:NONE;", False),
    ],
)
def test_only_what_is_hidden_is_left_out(tmp_path, style, shown):
    page = f'<p>Read.</p><div style="{style}">Important</div>'.encode()
    assert ("Important" in loaded(tmp_path, "a.html", page).text) == shown


@pytest.mark.parametrize(
    "row",
    [
        '{"id": 1, "documents": 5}',
        '{"id": 1, "document": ["a", 3]}',
        '{"id": 1, "documents": [["a"]]}',
        '{"id": 1, "documents": {"a": 1}}',
        "[" * 100_000,
    ],
    ids=["number", "mixed", "nested", "dict", "deep"],
)
def test_odd_rows_of_a_table_are_problems_with_a_line(tmp_path, row):
    (tmp_path / "a.md").write_text("A pump.")
    (tmp_path / "t.jsonl").write_text(row)
    (found,) = check_documents.check(tmp_path, [tmp_path / "t.jsonl"])
    assert "t.jsonl, line 1: " in found


def test_slides_in_sections_are_read_once(tmp_path):
    old, new = io.BytesIO(pptx(shape("First."))), io.BytesIO()
    with zipfile.ZipFile(old) as package, zipfile.ZipFile(new, "w") as made:
        for name in package.namelist():
            xml = package.read(name)
            if name.endswith("presentation.xml"):
                section = b'<x:sldId xmlns:x="urn:p14" id="256"/></p:presentation>'
                xml = xml.replace(b"</p:presentation>", section)
                assert section in xml
            made.writestr(name, xml)
    (tmp_path / "a.pptx").write_bytes(new.getvalue())
    assert documents.load_documents(tmp_path)[0].text == "First."
