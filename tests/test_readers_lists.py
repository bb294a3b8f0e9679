"""The numbers of lists and the values of forms, which stand in no run of text, are read."""

import pytest

from tests.document_files import docx, loaded, par, pptx, run


def level(n, text, kind="decimal", start=1, more=""):
    return (
        f"<w:lvl w:ilvl='{n}'><w:start w:val='{start}'/><w:numFmt w:val='{kind}'/>{more}"
        f"<w:lvlText w:val='{text}'/></w:lvl>"
    )


def numbering(*levels, num=""):
    return (
        f"<w:abstractNum w:abstractNumId='7'>{''.join(levels)}</w:abstractNum>"
        f"<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>{num}"
    )


def item(text, depth=0, list_id=1):
    mark = f"<w:numPr><w:ilvl w:val='{depth}'/><w:numId w:val='{list_id}'/></w:numPr>"
    return par(f"<w:pPr>{mark}</w:pPr>", text)


TWO = level(0, "%1."), level(1, "%1.%2", "decimal")
AGAIN = (
    "<w:num w:numId='2'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'>"
    "<w:startOverride w:val='5'/></w:lvlOverride></w:num>"
)
STYLE = (
    "<w:style w:type='paragraph' w:styleId='S'><w:basedOn w:val='B'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='B'><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr>"
    "</w:pPr></w:style>"
)
STYLED = par("<w:pPr><w:pStyle w:val='S'/></w:pPr>", "a")
LISTS = {
    "plain": (item("a") + item("b"), numbering(*TWO), "1. a\n\n2. b"),
    "text between": (item("a") + par("x") + item("b"), numbering(*TWO), "1. a\n\nx\n\n2. b"),
    "nested": (
        item("a") + item("b", 1) + item("c", 1) + item("d") + item("e", 1),
        numbering(*TWO),
        "1. a\n\n1.1 b\n\n1.2 c\n\n2. d\n\n2.1 e",
    ),
    "start": (item("a"), numbering(level(0, "%1)", start=3)), "3) a"),
    "letters": (item("a") * 28, numbering(level(0, "(%1)", "lowerLetter")), "(aa) a\n\n(bb) a"),
    "roman": (item("a") * 4, numbering(level(0, "%1.", "upperRoman")), "III. a\n\nIV. a"),
    "words": (item("a"), numbering(level(0, "Article %1:")), "Article 1: a"),
    "bullet": (item("a"), numbering(level(0, "*", "bullet")), "a"),
    "empty": (item("a") + item("") + item("b"), numbering(*TWO), "1. a\n\n3. b"),
    "again": (item("a") + item("b", 0, 2), numbering(*TWO, num=AGAIN), "1. a\n\n5. b"),
    "no list": (item("a", 0, 0) + item("b", 0, 9), numbering(*TWO), "a\n\nb"),
    "style": (STYLED * 2, numbering(*TWO), "1. a\n\n2. a"),
    "cell": (f"<w:tbl><w:tr><w:tc>{item('a')}</w:tc></w:tr></w:tbl>", numbering(*TWO), "1. a"),
}


@pytest.mark.parametrize("case", LISTS)
def test_numbers_of_a_word_list_are_read(tmp_path, case):
    body, numbers, text = LISTS[case]
    found = loaded(tmp_path, "a.docx", docx(body, numbering=numbers, styles=STYLE)).text
    assert found.endswith(text) and (text.startswith(("(aa", "III")) or found == text)


def bullet(text, kind=None, depth=0, start=""):
    auto = f"<a:buAutoNum type='{kind}'{start}/>" if kind else ""
    return f"<a:p><a:pPr lvl='{depth}'>{auto}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>"


ARABIC = "arabicPeriod"
SLIDES = {
    "plain": ([bullet("a", ARABIC), bullet("b", ARABIC)], "1. a\n\n2. b"),
    "start": ([bullet("a", ARABIC, start=" startAt='3'")], "3. a"),
    "letters": ([bullet("a", "alphaLcParenR"), bullet("b", "alphaLcParenR")], "a) a\n\nb) b"),
    "roman": ([bullet("a", "romanUcParenBoth")], "(I) a"),
    "nested": (
        [bullet("a", ARABIC), bullet("b", ARABIC, 1), bullet("c", ARABIC)],
        "1. a\n\n1. b\n\n2. c",
    ),
    "broken": ([bullet("a", ARABIC), bullet("b"), bullet("c", ARABIC)], "1. a\n\nb\n\n1. c"),
}


@pytest.mark.parametrize("case", SLIDES)
def test_numbers_of_a_slide_are_read(tmp_path, case):
    rows, text = SLIDES[case]
    slide = f"<p:sp><p:txBody>{''.join(rows)}</p:txBody></p:sp>"
    assert loaded(tmp_path, "a.pptx", pptx(slide)).text == text


def mark(kind, inside=""):
    return f"<w:r><w:fldChar w:fldCharType='{kind}'>{inside}</w:fldChar></w:r>"


def code(text):
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def field(*inside, result, form=""):
    return "".join([mark("begin", form), *inside, mark("separate"), result, mark("end")])


def choice(more):
    entries = "".join(f"<w:listEntry w:val='{x}'/>" for x in ("red", "blue"))
    return f"<w:ffData><w:name w:val='x'/><w:ddList>{more}{entries}</w:ddList></w:ffData>"


def box(more):
    return f"<w:ffData><w:checkBox>{more}</w:checkBox></w:ffData>"


MERGE = field(code("MERGEFIELD x"), result=run("inner"))
IF = field(code("IF "), MERGE, code(' = "y" "5" "6"'), result=run("5"))
RUBY = "<w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>"
FIELDS = {
    "nested": (IF, "x 5 y"),
    "twice nested": (field(code("IF "), IF, code(" = 1"), result=run("7")), "x 7 y"),
    "in the result": (field(code("IF 1"), result=MERGE), "x inner y"),
    "text in the code": (field(run("IF 1 = 2"), result=run("7")), "x 7 y"),
    "no end": (mark("begin") + code("PAGE") + run("kept"), "x kept y"),
    "end alone": (mark("end") + run("kept"), "x kept y"),
    "list": (mark("begin", choice("<w:result w:val='1'/>")) + mark("end"), "x blue y"),
    "list, first": (mark("begin", choice("")) + mark("end"), "x red y"),
    "list, default": (mark("begin", choice("<w:default w:val='1'/>")) + mark("end"), "x blue y"),
    "list, too far": (mark("begin", choice("<w:result w:val='9'/>")) + mark("end"), "x  y"),
    "list with text": (field(result=run("red"), form=choice("")), "x red y"),
    "ticked": (mark("begin", box("<w:checked/>")) + mark("end"), "x \u2612 y"),
    "not ticked": (
        mark("begin", box("<w:default w:val='1'/><w:checked w:val='0'/>")) + mark("end"),
        "x \u2610 y",
    ),
    "ticked by default": (mark("begin", box("<w:default w:val='1'/>")) + mark("end"), "x \u2612 y"),
    "ruby": (RUBY.format(run("mizu"), run("\u6c34")), "x \u6c34 y"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_fields_and_forms_of_word_are_read_as_shown(tmp_path, case):
    inside, text = FIELDS[case]
    assert loaded(tmp_path, "a.docx", docx(par("x ", inside, " y"))).text == text


PAGES = {
    "plain": ("<ol><li>a<li>b<li>c</ol>", "1. a\n2. b\n3. c"),
    "around": ("<p>x</p><ol><li>a</ol><p>y</p><ol><li>b</ol>", "x\n\n1. a\n\ny\n\n1. b"),
    "start": ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
    "start below": ("<ol start=-1><li>a<li>b<li>c</ol>", "-1. a\n0. b\n1. c"),
    "start with more": ("<ol start=' +7px'><li>a</ol>", "7. a"),
    "no start": (f"<ol start=x><li>a</ol><ol start={'9' * 5000}><li>b</ol>", "1. a\n\n1. b"),
    "reversed": ("<ol reversed><li>a<li>b<li>c</ol>", "3. a\n2. b\n1. c"),
    "reversed start": ("<ol reversed start=10><li>a<li>b</ol>", "10. a\n9. b"),
    "reversed, nested": ("<ol reversed><li>a<ul><li>b</ul><li>c</ol>", "2. a\n\nb\n\n1. c"),
    "reversed, hidden": ("<ol reversed><li>a<li hidden>b<li>c</ol>", "2. a\n1. c"),
    "reversed, value": ("<ol reversed><li>a<li value=9>b<li>c</ol>", "3. a\n9. b\n8. c"),
    "small letters": ("<ol type=a start=26><li>a<li>b</ol>", "z. a\naa. b"),
    "capitals": ("<ol type=A><li>a<li>b</ol>", "A. a\nB. b"),
    "small Roman": ("<ol type=i start=3><li>a<li>b</ol>", "iii. a\niv. b"),
    "Roman": ("<ol type=I start=9><li>a<li>b</ol>", "IX. a\nX. b"),
    "no letter": ("<ol type=a start=0><li>a<li>b</ol>", "0. a\na. b"),
    "no type": ("<ol type=x><li>a</ol>", "1. a"),
    "style": ("<ol style='list-style-type: Upper-Roman'><li>a<li>b</ol>", "I. a\nII. b"),
    "style first": ("<ol type=a style='list-style:decimal inside'><li>a</ol>", "1. a"),
    "style none": ("<ol style='color:red; list-style: none !important'><li>a</ol>", "a"),
    "numbers of ul": ("<ul style='list-style-type:lower-alpha'><li>a<li>b</ul>", "a. a\nb. b"),
    "nested": (
        "<ol><li>a<ol type=a><li>b<li>c</ol><li>d<ol><li>e</ol></ol>",
        "1. a\n\na. b\nb. c\n\n2. d\n\n1. e",
    ),
    "nested first": ("<ol><li><ol type=a><li>a<li>b</ol><li>c</ol>", "1. a. a\nb. b\n\n2. c"),
    "bullets in numbers": ("<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n\nb\n\n2. c"),
    "numbers in bullets": ("<ul><li>a<ol><li>b</ol><li>c</ul>", "a\n\n1. b\n\nc"),
    "value": ("<ol><li>a<li value=7>b<li>c</ol>", "1. a\n7. b\n8. c"),
    "value first": ("<ol type=A><li value=3>a<li>b</ol>", "C. a\nD. b"),
    "value in bullets": ("<ul><li value=7>a</ul>", "a"),
    "type of an item": ("<ol><li type=a>a<li>b<li type=disc>c</ol>", "a. a\n2. b\nc"),
    "empty": ("<ol><li>a<li><li> <li>b</ol><p>c", "1. a\n4. b\n\nc"),
    "empty, nested": ("<ol><li><ol><li></ol>a<li>b</ol>", "1. a\n2. b"),
    "hidden": ("<ol><li>a<li style='display:none'>x<li>b</ol>", "1. a\n2. b"),
    "counted": ("<ol><li>a<li aria-hidden=true>x<li>b</ol>", "1. a\n3. b"),
    "counted back": (
        "<ol reversed><li>a<li style='visibility:hidden'>x<li>b</ol>",
        "3. a\n1. b",
    ),
    "paragraphs": ("<ol><li><p>a</p><p>b</p><li><p>c</p></ol>", "1. a\n\nb\n\n2. c"),
    "inline": ("<ol><li> <b>a</b> b<br>c</ol>", "1. a b\nc"),
    "wrapped": ("<ol><div><li>a</div><li>b</ol>", "1. a\n\n2. b"),
    "cell": ("<table><tr><td><ol><li>a<li>b</ol><td>c</table>", "1. a 2. b | c"),
    "table": ("<ol><li><table><tr><td>a<td>b</table><li>c</ol>", "1. a | b\n\n2. c"),
    "code": ("<ol start=2><li><pre>a\n  b</pre></ol>", "2. a\n  b"),
    "no list": ("<li>a<li value=3>b", "a\nb"),
    "bullets": ("<ul><li>a<li>b</ul><menu><li>c</menu>", "a\nb\n\nc"),
    "raised": ("<ol><li>10<sup>6</sup><li><sup>2</sup>x</ol>", "1. 10^6\n2. 2x"),
}


@pytest.mark.parametrize("case", PAGES)
def test_numbers_of_a_list_on_a_page_are_read(tmp_path, case):
    page, text = PAGES[case]
    assert loaded(tmp_path, "a.html", page).text == text
