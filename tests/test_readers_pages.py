"""A web page is read as a browser shows it: where it breaks, and what it hides."""

import pytest

from helpers import documents
from tests.document_files import loaded

SPAN = "<span style='display:{}'>a</span>"
APART = {
    "block": ("x" + SPAN.format("block") * 2 + "y", "x\n\na\n\na\n\ny"),
    "flex": (SPAN.format("flex") * 2, "a\n\na"),
    "grid": (SPAN.format(" GRID ! important") * 2, "a\n\na"),
    "table": (SPAN.format("table;color:red") * 2, "a\n\na"),
    "list item": (SPAN.format("list-item") * 2, "a\na"),
    "flow-root": (SPAN.format("flow-root") * 2, "a\n\na"),
    "the last one": (SPAN.format("inline; display: block") * 2, "a\n\na"),
    "an important one": (SPAN.format("inline !important; display: block") * 2, "aa"),
    "inline": (SPAN.format("inline") * 2, "aa"),
    "no display": ("<b style='x-display:block'>a</b><b style='color:red'>b</b>", "ab"),
    "link": ("a<a href=x style='display:block'>b</a>c", "a\n\nb\n\nc"),
    "picture": ("a<img alt=b style='display:block'>c", "a\n\nb\n\nc"),
    "cell": (f"<table><tr><td>{SPAN.format('block') * 2}<td>b</table>", "a a | b"),
    "block row": (
        "<table><tr style='display:block'><td style='display:block'>a<td>b<tr><td>c</table>",
        "a | b\nc",
    ),
    "block item": ("<ul><li style='display:flex'>a<li style='display:flex'>b</ul>", "a\nb"),
    "children of a row": ("<p style='display:flex'><b>a</b><i>b</i></p>", "a b"),
    "children of a grid": ("<p style='display:inline-grid'><b>a</b><i>b</i></p>", "a b"),
    "power in a row": ("<p style='display:flex'>10<sup>6</sup></p>", "10^6"),
    "table cells": ("<div>" + SPAN.format("table-cell") * 2 + "</div>", "a a"),
    "table rows": ("<div>" + SPAN.format("table-row") * 2 + "</div>", "a\na"),
    "lines of code": (f"<pre>{SPAN.format('block') * 2}</pre>b", "a\na\n\nb"),
    "ended lines of code": (
        "<pre><span style='display:flex'><span>a\n</span></span>"
        "<span style='display:flex'><span>  b\n</span></span></pre>c",
        "a\n  b\n\nc",
    ),
    "blocks of code": ("<pre><div>a<br></div><div>b</div></pre>", "a\nb"),
    "breaks in code": ("<pre>a\n<br>b<br><br>c</pre>", "a\n\nb\n\nc"),
    "coloured code": ("<pre><b>if</b> x:\n    <b>go</b>\n<i>b</i></pre>", "if x:\n    go\nb"),
    "buttons": ("<p><button>Save</button><button>Cancel</button></p>", "Save Cancel"),
    "button after text": ("<p>Press<button><b>S</b>ave</button>now</p>", "Press Save now"),
    "roles": ("<b role=button>Save</b><b role=button>Cancel</b>", "Save Cancel"),
    "tabs": ("<b role=tab>One</b><b role=tab>Two</b>", "One Two"),
    "inputs": ("<p>Name<input>Age<input type=number>years</p>", "Name Age years"),
    "boxes": ("<p><input type=checkbox value=1>Yes<input type=radio value=2>No</p>", "Yes No"),
    "inputs with values": ("<input type=submit value=Save><input value=KX>", "Save KX"),
    "password": ("<p>a<input type=Password value=x>b</p>", "a b"),
    "options": ("<select><option>a</option><option>b</option></select>", "a\nb"),
    "groups": (
        "<select><optgroup><option>a</optgroup><optgroup><option>b</optgroup></select>",
        "a\n\nb",
    ),
    "drawn": ("<svg><text x=1>a</text><text x=2>b</text></svg>", "a\nb"),
    "drawn in groups": ("<svg><g><text>a</text></g><g><text>b</text></g></svg>c", "a\nb\nc"),
    "drawn in lines": ("<svg><text><tspan x=0>a</tspan><tspan x=0>b</tspan></text></svg>", "a b"),
    "drawn in parts": ("<svg><text>a<tspan>b</tspan></text></svg>", "ab"),
    "drawn page": ("<svg><text>a</text><foreignObject>b</foreignObject></svg>", "a\nb"),
    "described": ("<svg><desc>a</desc><text>b</text></svg>", "a\nb"),
    "definitions": ("<dl><dt>a</dt><dd>b</dd><dt>c</dt><dd>d</dd></dl>", "a\nb\nc\nd"),
    "definitions in groups": (
        "<dl><div><dt>a</dt><dd>b</dd></div><div><dt>c</dt></div></dl>",
        "a\nb\n\nc",
    ),
    "definitions, styled": (
        "<dl style='display:grid'><dt style='display:inline'>a</dt><dd>b</dd></dl>",
        "a\nb",
    ),
}


@pytest.mark.parametrize("case", APART)
def test_what_stands_apart_on_a_page_is_never_glued(tmp_path, case):
    page, text = APART[case]
    assert loaded(tmp_path, "a.html", page).text == text


KATEX = (
    "<p>With <span class=katex><span class=katex-mathml><math><semantics><mrow><msup><mi>x</mi>"
    "<mn>2</mn></msup></mrow><annotation encoding='application/x-tex'>x^2</annotation></semantics>"
    "</math></span><span class=katex-html aria-hidden=true><span>x</span><span>2</span></span>"
    "</span> bar</p>"
)
MATHML = (
    "<math><semantics><mi>x</mi><annotation-xml encoding='MathML-Content'><ci>x</ci>"
    "</annotation-xml></semantics></math>"
)
HIDDEN = {
    "formula": (KATEX, "With x^2 bar", True),
    "formula in two markups": (MATHML, "x", False),
    "drawn formula": (
        "<mjx-container><svg aria-hidden=true><text>x</text></svg><mjx-assistive-mml><math>"
        "<mi>x</mi></math></mjx-assistive-mml></mjx-container>",
        "x",
        True,
    ),
    "hidden": ("<p>a</p><p hidden>b</p>", "a", True),
    "hidden=hidden": ("<p>a</p><p hidden=hidden><b>b</b></p>", "a", True),
    "hidden until found": ("<p>a</p><p hidden=until-found>b</p>", "a\n\nb", False),
    "hidden, but displayed": ("<p>a</p><p hidden style='display:block'>b</p>", "a\n\nb", False),
    "hidden in a cell": ("<table><tr><td>a<b hidden>b</b><td>c</table>", "a | c", True),
    "hidden row": ("<table><tr><td>a<tr hidden><td>b<tr><td>c</table>", "a\nc", True),
    "display": ("<p>a<b style='color:red;display:none'>b</b></p>", "a", True),
    "important": ("<p>a<b style='display:none!important;display:block'>b</b></p>", "a", True),
    "displayed in the end": ("<p>a<b style='display:none;display:inline'>b</b></p>", "ab", False),
    "visibility": ("<p>a<b style='visibility: Collapse'>b</b></p>", "a", True),
    "aria-hidden": ("<p>a<i aria-hidden=TRUE>b</i></p>", "a", True),
    "aria-hidden=false": ("<p>a<i aria-hidden=false>b</i></p>", "ab", False),
    "aria-hidden, empty": ("<p>a<i aria-hidden>b</i></p>", "ab", False),
    "aria-hidden, no text": ("<p>a<i aria-hidden=true class=icon></i></p>", "a", False),
    "template": ("<p>a</p><template><p>b</p></template>", "a", True),
    "template of a row": ("<table><tr><td>a</table><template><tr><td>b</template>", "a", True),
    "template, empty": ("<p>a</p><template> </template>", "a", False),
    "template, code only": ("<p>a</p><template><style>b{}</style></template>", "a", False),
    "noscript": ("<noscript>Turn scripts on.</noscript><p>a</p>", "a", True),
    "noscript, tags": ("<p>a<noscript><b>b</b></noscript>c</p>", "ac", True),
    "noscript, picture": ("<p>a</p><noscript><img src=x alt=''></noscript>", "a", False),
    "noscript in the head": ("<head><noscript><style>b{}</style></noscript></head>a", "a", False),
    "choices": ("<p>a<input list=x><datalist id=x><option>b</datalist>", "a", True),
    "hidden input": ("<p>a<input type=hidden value=b>c</p>", "ac", False),
    "closed dialog": ("<p>a</p><dialog>b</dialog>", "a", True),
    "open dialog": ("<p>a</p><dialog open>b</dialog>", "a\n\nb", False),
    "script": ("<p>a</p><script>b</script><style>c</style>", "a", False),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_what_a_page_hides_is_left_out_and_said(tmp_path, case):
    page, text, said = HIDDEN[case]
    (tmp_path / "a.html").write_text(page)
    found = documents.load_documents(tmp_path)
    assert [document.text for document in found] == [text]
    assert [entry.reason for entry in found.left_out] == ["hidden elements not read"] * said
