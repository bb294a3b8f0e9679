"""Read a web page: its text as a browser lays it out, without what stands around it."""

import re
import warnings

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import CData, NavigableString, Tag

from helpers.engine.attributes import LISTS, PageNumbers, declared, rendered
from helpers.engine.text import RAISED, Text, decode

PARAGRAPHS = re.compile(
    "address|article|aside|blockquote|body|center|details|dialog|dir|div|dl|fieldset|figcaption|"
    "figure|footer|form|h[1-6r]|header|hgroup|main|menu|nav|ol|optgroup|p|pre|search|section|"
    "select|summary|table|textarea|ul"
)
LINES = {"caption", "dd", "desc", "dt", "foreignobject", "legend", "li", "option", "tbody", "td"}
LINES |= {"text", "tfoot", "th", "thead", "tr"}  # not new paragraphs, whatever their style
STYLED = dict.fromkeys(("block", "flex", "flow-root", "grid", "table"), 2)  # lines for a display
STYLED |= dict.fromkeys(("list-item", "table-caption", "table-row"), 1)
APART = {"button", "input", "menuitem", "option", "tab"}  # names and roles, never one word
ROWS = {"flex", "grid", "inline-flex", "inline-grid"}  # displays whose children stand apart
NO_VALUE = {"checkbox", "color", "file", "image", "password", "radio", "range"}  # to be read
NEVER_SHOWN = {"title", "script", "style", "annotation", "annotation-xml", "rp"}
NOT_SHOWN = {"datalist", "noscript", "template"}  # but there may be text in them
AROUND = {
    "nav": "navigation",
    "aside": "asides",
    "footer": "footers",
    "header": "page headers",
    "rt": "readings beside characters",
}
EMBEDDED = {"audio", "canvas", "embed", "frame", "iframe", "object", "video"}
ROLES = {"navigation": "nav", "contentinfo": "footer", "banner": "header"}
SECOND = {"mfrac": "/", "msup": "^", "mroot": "^1/"}  # before the second part of a formula
SPACE = " \t\n\r\f"  # what a browser collapses; a no-break space is none of it


def read_html(data: bytes, path) -> Text:
    """The text of a page, its title, and what was left out of it.

    Blocks are paragraphs; list items, rows of a table and `<br>` are lines; an item of a numbered
    list has its number; the cells of a row are separated by " | ". Navigation, page headers,
    footers, asides and hidden elements are left out.
    """
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it may be XML, or looks like a file's name
        soup = BeautifulSoup(decode(data, path, declared), "lxml")
    title = soup.head and soup.head.title
    page = _Page()
    page.read(soup)
    metadata = {"title": " ".join(title.get_text().split())} if title else {}
    left_out = tuple(f"{what} not read" for what in page.left_out)
    return Text(page.flows[0].text().replace("\u00ad", ""), metadata, left_out)


class _Flow:
    """Text that grows word by word.

    `lines`, `space` and `mark`, the number of an item, go before the next word, if one comes.
    """

    def __init__(self):
        self.parts, self.lines, self.space, self.mark = [], 0, False, ""

    def words(self, text: str, pre=False) -> None:
        self.space |= not pre and text[:1] in SPACE
        shown = text if pre else re.sub(f"[{SPACE}]+", " ", text).strip(SPACE)
        if not shown:
            return
        if self.parts:
            there = len(self.parts[-1]) - len(self.parts[-1].rstrip("\n"))
            lines = "\n" * (self.lines - there)
            self.parts.append(lines if self.lines else " " * self.space)
        self.parts.append(self.mark + shown)
        self.lines, self.space, self.mark = 0, not pre and text[-1:] in SPACE, ""

    def text(self) -> str:
        return "".join(self.parts)


class _Page:
    """Walks over a page. flows: the page's text, and that of each cell that is open.

    rows: the cells of each row that is open. marks: the mark of each item that is open.
    left_out: what was not read.
    """

    def __init__(self):
        self.flows, self.rows, self.pre, self.left_out = [_Flow()], [], 0, {}
        self.numbers, self.marks = PageNumbers(), []

    def read(self, soup) -> None:
        """Walk over all nodes, without recursion: pages can be nested deeply."""
        stack = [(soup, True)]
        while stack:
            node, enters = stack.pop()
            if not isinstance(node, Tag):
                if type(node) in (NavigableString, CData):
                    self.flows[-1].words(str(node), pre=bool(self.pre))
            elif not enters:
                self._leave(node)
            elif self._is_read(node):
                self._enter(node)
                stack.append((node, False))
                stack += [(child, True) for child in reversed(node.contents)]
            elif node.name == "li" and rendered(node):
                self.numbers.mark(node)  # it is counted, though not read

    def _is_read(self, tag) -> bool:
        if tag.name in NEVER_SHOWN:
            return False
        if tag.name in EMBEDDED:  # what stands in it is for browsers that can't show it
            self.left_out["embedded content"] = True
            return False
        name = ROLES.get(tag.get("role"), tag.name)
        if tag.name in NOT_SHOWN or _hidden(tag):
            what = "hidden elements"
        elif name == "header" and tag.find_parent(["article", "section", "main"]):
            what = None  # it holds the title of the article
        elif name == "footer" and tag.find_parent("blockquote"):
            what = None  # it holds the source of the quotation
        else:
            what = AROUND.get(name)
        if what and tag.get_text(strip=True):
            self.left_out[what] = True
        return not what

    def _enter(self, tag) -> None:
        self._break(tag)
        if tag.name == "tr":
            self.rows.append([])
        elif tag.name in ("td", "th") and self.rows:
            self.flows.append(_Flow())
        elif tag.name in LISTS:
            self.numbers.open(tag)
        elif tag.name == "li":
            self.marks.append(self.numbers.mark(tag))
            self.flows[-1].mark += self.marks[-1]
        elif tag.name == "br" and self.pre:
            self.flows[-1].words("\n", pre=True)
        elif tag.name == "br":
            self.flows[-1].lines += 1
        elif tag.name == "input" and tag.get("type", "").lower() not in NO_VALUE:
            self.flows[-1].words(f" {tag.get('value', '')} ")
        elif mark := self._raised(tag):
            self.flows[-1].words(mark)
        elif tag.name == "img":
            if not tag.has_attr("alt"):
                self.left_out["pictures without an alternative text"] = True
            self.flows[-1].words(f" {tag.get('alt', '')} ")
        self.pre += tag.name == "pre"

    def _raised(self, tag) -> str:
        """What goes before a raised number or a part of a formula: 10^6 is not 106."""
        earlier = tag.find_previous_siblings(True)
        if tag.parent is not None and tag.parent.name in SECOND and len(earlier) == 1:
            return SECOND[tag.parent.name]
        flow = self.flows[-1]
        before = flow.parts[-1][-1] if flow.parts and not (flow.lines or flow.space) else ""
        if tag.name != "sup" or not before.isalnum() or not RAISED.match(tag.get_text(strip=True)):
            return ""
        fraction = before.isdigit() and str(tag.next_sibling or "").strip()[:1] in ("/", "\u2044")
        return " " if fraction else "^"

    def _leave(self, tag) -> None:
        self.pre -= tag.name == "pre"
        if tag.name in ("td", "th") and self.rows:
            self.rows[-1].append(self.flows.pop().text())
        elif tag.name == "tr":
            self._row(self.rows.pop(), tag.find_parent("table"))
        elif tag.name in LISTS:
            self.numbers.close()
        elif tag.name == "li":  # an empty item keeps its number for itself
            self.flows[-1].mark = self.flows[-1].mark.removesuffix(self.marks.pop())
        self._break(tag)

    def _row(self, cells, table) -> None:
        """A row on one line; but paragraphs stay in a table that only lays out the page."""
        flow = self.flows[-1]
        plain = table is not None and table.get("role") in ("presentation", "none")
        if plain or len(cells) == 1 and "\n\n" in cells[0]:
            for cell in cells:
                flow.lines = max(flow.lines, 2)
                flow.words(cell, pre=True)
        elif any(cells):
            flow.lines = max(flow.lines, 1)
            flow.words(" | ".join(" ".join(cell.split()) for cell in cells))
        flow.lines = max(flow.lines, 1)

    def _break(self, tag) -> None:
        flow, display = self.flows[-1], _display(tag)
        lines = 2 if PARAGRAPHS.fullmatch(tag.name) else STYLED.get(display, 0)
        if tag.name in LINES or self.pre and lines:
            lines = 1
        flow.lines = max(flow.lines, lines)
        item = _display(tag.parent) in ROWS and tag.name not in ("sub", "sup")
        placed = display == "table-cell" or tag.name == "tspan" and tag.has_attr("x")
        flow.space |= item or placed or not APART.isdisjoint((tag.name, tag.get("role")))


def _display(tag) -> str:
    """How the tag's own style lays it out, in one word; "" if it doesn't say."""
    return "".join(declared(tag, "display").split()[:1]) if tag is not None else ""


def _hidden(tag) -> bool:
    """Is it not to be seen, or a second time what is said before it, as in a formula?"""
    seen = tag.name != "input" or tag.get("type", "").lower() != "hidden"
    seen &= tag.name != "dialog" or tag.has_attr("open")
    seen &= declared(tag, "visibility") not in ("hidden", "collapse")
    return not seen or not rendered(tag) or tag.get("aria-hidden", "").strip().lower() == "true"
