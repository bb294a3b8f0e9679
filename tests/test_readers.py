"""Documents of every type are read whole, or the file that can't be is named."""

import io
import json
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from helpers import documents
from tests.document_files import (
    changed,
    docx,
    ids,
    loaded,
    par,
    pdf,
    pptx,
    quick,
    refused,
    run,
    shape,
    table,
)

BOX = (
    "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline><a:graphic>"
    "<a:graphicData><wps:wsp><wps:txbx><w:txbxContent>{0}</w:txbxContent></wps:txbx></wps:wsp>"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
    "<v:shape><v:textbox><w:txbxContent>{0}</w:txbxContent></v:textbox></v:shape></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r>"
)
CONTROL = "<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
INSERTED = "<w:ins w:id='1' w:author='a'>{}</w:ins>"
DELETED = "<w:del w:id='2' w:author='a'><w:r><w:delText>gone</w:delText></w:r></w:del>"
FIELD = (
    "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r>{}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
)
SECTION = "<w:sectPr><w:{}Reference r:id='r1' w:type='default'/></w:sectPr>"
NOTE = '<w:{0} w:id="2"><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:{0}>'
REFERENCE = '<w:r><w:{}Reference w:id="2"/></w:r>'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (docx(par("a") + table(["b", "c"], ["d", "e"]) + par("f")), "a\n\nb | c\nd | e\n\nf"),
        (docx(table(["a", table(["b", "c"]) + par("d")])), "a | b | c d"),
        (docx(table(["a", par("b") + par("c")])), "a | b c"),
        (docx(table(["a", CONTROL.format(par("b"))])), "a | b"),
        (docx(table(["a", "", "c"])), "a |  | c"),
        (docx(par("a", BOX.format(par("b") + par("c")), "d") + par("e")), "ad\n\nb\n\nc\n\ne"),
        (docx(par("a") + CONTROL.format(par("b") + table(["c", "d"]))), "a\n\nb\n\nc | d"),
        (docx(par("a ", CONTROL.format(run("b")), " c")), "a b c"),
        (docx(par("a ", INSERTED.format(run("b")), DELETED, " c")), "a b c"),
        (docx(par("a ", "<w:moveTo w:id='3'><w:r><w:t>b</w:t></w:r></w:moveTo>")), "a b"),
        (docx(par("a") + INSERTED.format(par("b"))), "a\n\nb"),
        (docx(par("a ", f"<w:hyperlink r:id='r9'>{run('b')}</w:hyperlink>", " c")), "a b c"),
        (docx(par("a ", f"<w:smartTag w:element='x'>{run('b')}</w:smartTag>")), "a b"),
        (docx(par("a ", f"<w:fldSimple w:instr='PAGE'>{run('7')}</w:fldSimple>")), "a 7"),
        (docx(par("a ", FIELD.format(run("b")), " c")), "a b c"),
        (docx(par("a") + SECTION.format("header"), header1=par("top")), "top\n\na"),
        (docx(par("a") + SECTION.format("footer"), footer1=par("end")), "a\n\nend"),
        (
            docx(
                par("a", "<w:pPr><w:sectPr><w:headerReference r:id='r1'/></w:sectPr></w:pPr>")
                + par("b")
                + SECTION.format("header").replace("r1", "r2"),
                header1=par("top"),
                header2=par("top"),
            ),
            "top\n\na\n\nb",
        ),
        (
            docx(
                par("a", REFERENCE.format("footnote")) + par("b"),
                footnotes=NOTE.format("footnote"),
            ),
            "a\n\na note\n\nb",
        ),
        (
            docx(par("a", REFERENCE.format("endnote")), endnotes=NOTE.format("endnote")),
            "a\n\na note",
        ),
        (docx(par("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>")), "a\tb\nc"),
        (docx(par("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>")), "a+b"),
        (docx(par("a") + par("") + par("b")), "a\n\nb"),
    ],
    ids=ids(
        "table nested-table two-paragraphs-in-cell control-in-cell empty-cell text-box "
        "block-control inline-control tracked moved inserted-paragraph link smart-tag simple-field "
        "field header footer repeated-header footnote endnote breaks formula plain"
    ),
)
def test_word_documents_are_read_whole(tmp_path, content, text):
    assert loaded(tmp_path, "a.docx", content).text == text


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.pptx", pptx(shape("one", "two"), shape("three")), "one\n\ntwo\n\nthree"),
        ("a.csv", "pump,litres\nA,12\nB,9\n", "pump: A; litres: 12\n\npump: B; litres: 9"),
        ("a.csv", 'x;y\n"a\nb";2\n', "x: a b; y: 2"),
        ("a.csv", "x,y\n1,,3\n", "x: 1; column 3: 3"),
        ("a.htm", "<p>one</p>", "one"),
        ("a.markdown", "---\nid: a\n---\none", "one"),
        ("a.TXT", "one", "one"),
        (
            "a.ipynb",
            json.dumps({"cells": [{"source": ["# T\n", "x"]}, {"source": "print(1)"}]}),
            "# T\nx\n\nprint(1)",
        ),
    ],
    ids=ids("slides csv csv-line-in-cell csv-extra htm markdown upper-case notebook"),
)
def test_other_types_are_read(tmp_path, name, content, text):
    assert loaded(tmp_path, name, content).text == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>moves <b>12</b> <i>litres</i></p>", "moves 12 litres"),
        ("<p><b>A</b>B <span>C</span>\n <a href=x>D</a>,</p>", "AB C D,"),
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
        ("<div>one<div>two</div>three</div>", "one\n\ntwo\n\nthree"),
        ("<table><tr><th>a</th> <th>b</th></tr><tr><td>c<td>d</table>", "a | b\nc | d"),
        ("<table><tr><td>a<br>b</td><td><p>c</p><p>d</p></td></tr></table>", "a b | c d"),
        ("<table><tr><td>a<td><td>c</table>", "a | | c"),
        ("<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>", "a b | c | d"),
        ("<ul><li>one<li><b>t</b>wo</ul>end", "one\ntwo\n\nend"),
        ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\nc\nd"),
        ("<nav>menu</nav><header>site</header><p>a</p><aside>ad</aside><footer>f</footer>", "a"),
        ("<article><header><h1>T</h1></header><p>a</p></article>", "T\n\na"),
        ("<div role=navigation>menu</div><p>a</p><div role=contentinfo>f</div>", "a"),
        ("<p hidden>x<p style='display: none'>y<p>a<script>z()</script><style>q</style>", "a"),
        ("<p>a<template>x</template><noscript>y</noscript><!-- z --></p>", "a"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("<p>a &amp; b &lt;c&gt; &#233; 1&nbsp;l cali&shy;bra</p>", "a & b <c> é 1\xa0l calibra"),
        ("<p>see <img src=x alt='the pump'> here</p>", "see the pump here"),
        ("<p>  a \n\t b  </p>\n\n\n<p> </p><p>c</p>", "a b\n\nc"),
        ("a < b and c<d</p>", "a < b and c"),
    ],
    ids=ids(
        "inline joined break blocks row-of-cells blocks-in-cell empty-cell nested-table list "
        "definitions around title-in-article roles hidden not-shown pre entities alt spaces sloppy"
    ),
)
def test_html_breaks_where_a_browser_does(tmp_path, page, text):
    assert loaded(tmp_path, "a.html", f"<html><body>{page}</body></html>").text == text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("the calibra-\ntion", "the calibration"),
        ("the KX-\n2207 pump", "the KX-2207 pump"),
        ("Non-\nSmoking", "Non-Smoking"),
        ("state-of-\nthe-art", "state-of-the-art"),
        ("a pre-heat and a pre-\nheat", "a pre-heat and a pre-heat"),
        ("a well-\nknown pump", "a well-known pump"),
        ("soft\xad\nware, cali\xadbrate", "software, calibrate"),
        ("a \ufb01lter, \ufb02ow", "a filter, flow"),
        ("10\xb2 - 5\n- item", "10\xb2 - 5\n- item"),
        ("one\ntwo", "one\ntwo"),
    ],
    ids=ids(
        "word code name many-hyphens hyphen-elsewhere compound soft-hyphen ligature dashes lines"
    ),
)
def test_words_of_a_pdf_are_whole(tmp_path, lines, text):
    assert loaded(tmp_path, "a.pdf", pdf(lines)).text == text


def field(name, value):
    entry = DictionaryObject({NameObject("/Subtype"): NameObject("/Widget")})
    entry[NameObject("/T")], entry[NameObject("/V")] = TextStringObject(name), value
    entry[NameObject("/Rect")] = ArrayObject([])
    return entry


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda w: w.add_annotation(0, FreeText(text="a note", rect=(0, 0, 9, 9))),
            "one\n\na note",
        ),
        (lambda w: w.add_annotation(0, field("Pump", TextStringObject("KX"))), "one\n\nPump: KX"),
        (lambda w: w.add_annotation(0, field("Safe", NameObject("/Yes"))), "one\n\nSafe: Yes"),
        (lambda w: w.add_annotation(0, field("Safe", NameObject("/Off"))), "one"),
        (lambda w: w.encrypt("", "owner", algorithm="RC4-128"), "one"),
    ],
    ids=ids("note field ticked not-ticked no-password-to-read"),
)
def test_notes_and_forms_of_a_pdf_are_read(tmp_path, change, text):
    assert loaded(tmp_path, "a.pdf", changed(pdf("one"), change)).text == text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", changed(pdf("one"), lambda w: w.encrypt("secret", algorithm="RC4-128"))),
        ("a.pdf", pdf("one")[:300]),
        ("a.pdf", pdf("", "")),
        ("a.docx", docx(par("one"))[:200]),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("a.docx", docx(par("one" + "<w:r>"))),
        ("a.docx", docx("")),
        ("a.pptx", b"PK\x03\x04"),
        ("a.html", b"<nav>menu</nav>"),
        ("a.ipynb", b"[]"),
        ("a.ipynb", b'{"cells": [{"source": "\\ud800"}]}'),
        ("a.md", b""),
        ("a.csv", b"\n\n"),
    ],
    ids=ids(
        "password cut-pdf scan cut-docx old-word broken-xml empty-docx no-zip menu-only "
        "list-notebook surrogate-notebook empty blank-csv"
    ),
)
def test_damaged_files_are_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    message = refused(tmp_path)
    assert message.startswith(str(tmp_path / name)) and message.count("\n") == 0


def test_a_bomb_is_refused(tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(210_000_000))
    (tmp_path / "a.docx").write_bytes(bomb.getvalue())
    assert "split it" in refused(tmp_path)


KINDS = [".md", ".txt", ".html", ".pdf", ".docx", ".pptx", ".csv", ".ipynb"]
BEGINNINGS = {
    ".docx": docx(par("one") + table(["a", "b"])),
    ".pptx": pptx(shape("one")),
    ".pdf": pdf("one", "two"),
    ".md": b"---\nid: x\ntitle: y\n---\nText.",
    ".html": b"<table><tr><td>a<p>b<li>c",
    ".csv": b'a,b\n"1",2\n',
    ".ipynb": b'{"cells": [{"source": "x"}]}',
    ".txt": b"a\r\nb",
}


@quick
@given(st.sampled_from(KINDS), st.binary(max_size=80), st.integers(0, 2000), st.integers(0, 60))
def test_any_file_is_read_or_named(tmp_path, kind, noise, at, cut):
    """A good file with some bytes replaced, and files that are nothing but noise."""
    good = BEGINNINGS[kind]
    for number, data in enumerate((noise, good[: at % len(good)] + noise + good[at + cut :])):
        path = tmp_path / f"{number}{kind}"
        path.write_bytes(data)
        try:
            documents.load_document(path)
        except ValueError as error:
            assert str(error).startswith(str(path))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@quick
@given(TEXTS, st.sampled_from([".md", ".txt"]))
def test_no_text_is_lost(tmp_path, text, kind):
    path = tmp_path / f"a{kind}"
    path.write_bytes(text.encode())
    try:
        found = documents.load_document(path).text
    except ValueError as error:
        assert str(error).startswith(str(path))
        assert not text.strip("\ufeff").strip() or re.search("[\0-\x08\x0b\x0e-\x1f]", text)
    else:
        whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        assert found == whole.strip()


CELL = st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True)
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4)
)


@quick
@given(ROWS, st.sampled_from(["{}", "<b>{}</b>", "<p>{}</p>", "<div><span>{}</span></div>"]))
def test_a_row_of_a_table_is_a_line(tmp_path, rows, cell):
    lines = "\n".join(" | ".join(row) for row in rows)
    assert loaded(tmp_path, "a.docx", docx(table(*rows))).text == lines
    (tmp_path / "a.docx").unlink()
    page = "".join(
        f"<tr>{''.join(f'<td>{cell.format(x)}</td>' for x in row)}</tr>\n" for row in rows
    )
    assert loaded(tmp_path, "a.html", f"<table>\n{page}</table>").text == lines
    (tmp_path / "a.html").unlink()
