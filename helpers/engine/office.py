"""Read a Word document or the slides of a presentation: both are zipped XML.

Elements are known by their names without the namespace, of which there are two (transitional and
strict). The libraries for these formats lose some kinds of text, or give it twice.
"""

from collections import Counter

from helpers.engine.fields import instructions, value_of_form
from helpers.engine.numbering import SlideNumbers, WordNumbers
from helpers.engine.ooxml import Package, attribute, hidden, raised, tag
from helpers.engine.text import RAISED, Text

# Settings, codes of fields, and what tracked changes took away.
SKIPPED = {"pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "sectPr", "instrText"}
SKIPPED |= {"del", "moveFrom"}
WRITTEN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
FORMULA = {"den": "/", "sup": "^", "rad": "√"}  # before this part of a formula
UNREAD = {
    "pic": "picture",
    "imagedata": "picture",
    "chart": "chart",
    "relIds": "diagram",
    "object": "embedded object",
    "oleObj": "embedded object",
    "altChunk": "embedded document",
    "subDoc": "embedded document",
    "contentPart": "drawing",
    "sym": "symbol",
    "rt": "phonetic reading",
}


def read_docx(data: bytes, path) -> Text:
    """The text of a document in its order: headers, body with its notes, footers, each once."""
    package = Package(data, path)
    main = package.targets("", "officeDocument")[0][1]
    body, notes = package.xml(main), {}
    for kind in ("footnote", "endnote"):
        for _, part in package.targets(main, f"{kind}s"):
            found = [e for e in package.xml(part) if tag(e) == kind]
            notes |= {(f"{kind}Reference", attribute(e, "id")): e for e in found}
    parts = [package.targets(main, kind)[:1] for kind in ("numbering", "styles")]
    reader = _Reader(notes, WordNumbers(*(package.xml(p[0][1]) if p else () for p in parts)))
    around = {}
    for kind in ("header", "footer"):
        used = {attribute(e, "id") for e in body.iter() if tag(e) == f"{kind}Reference"}
        parts = [part for id, part in package.targets(main, kind) if id in used]
        around[kind] = ["\n\n".join(reader.part(package.xml(part))) for part in parts]
    blocks = dict.fromkeys(around["header"]), reader.part(body), dict.fromkeys(around["footer"])
    for _, part in package.targets(main, "comments"):
        reader.left_out["comment"] += len(package.xml(part))
    return Text(_join(*blocks), {}, reader.report())


def read_pptx(data: bytes, path) -> Text:
    """The text of the slides in their order, each with its speaker's notes."""
    package = Package(data, path)
    main = package.targets("", "officeDocument")[0][1]
    slides = dict(package.targets(main, "slide"))
    reader, blocks = _Reader({}, SlideNumbers()), []
    for entry in package.xml(main).iter():
        # The entries of sections have the same name, and no id of a relation.
        if tag(entry) == "sldId" and (slide := slides.get(attribute(entry, "id"))):
            notes = [part for _, part in package.targets(slide, "notesSlide")]
            blocks += [reader.part(package.xml(part)) for part in (slide, *notes)]
            reader.left_out["comment"] += len(package.targets(slide, "comments"))
    return Text(_join(*blocks), {}, reader.report())


class _Reader:
    """Reads the paragraphs of an element. left_out: how often something not read was seen.

    after: text boxes and notes of the paragraph that is being read; they follow it. numbers: those
    of lists. unseen: the instructions of fields.
    """

    def __init__(self, notes, numbers):
        self.notes, self.numbers, self.after, self.left_out = notes, numbers, [], Counter()
        self.unseen = {e for note in notes.values() for e in instructions(note)}

    def report(self) -> tuple:
        seen = [(what, count) for what, count in self.left_out.items() if count]
        return tuple(f"{n} {what}{'s' if n > 1 else ''} not read" for what, n in seen)

    def part(self, root) -> list[str]:
        """The text of a part of the document, paragraph by paragraph."""
        self.unseen |= instructions(root)
        return self.blocks(root)

    def blocks(self, element) -> list[str]:
        """The text of each paragraph and each table, in their order."""
        found = []
        for child in element:
            name = tag(child)
            if name == "txBody":
                self.numbers = SlideNumbers()
            if name in UNREAD:
                found.append(self._unread(child, name))
            elif name == "AlternateContent":
                found += self._alternative(child, self.blocks)
            elif name in ("oMathPara", "oMath"):
                found.append(self._words(child))
            elif name not in ("p", "tbl"):
                found += [] if name in SKIPPED else self.blocks(child)
            else:
                outer, self.after = self.after, []
                found.append(self._table(child) if name == "tbl" else self._paragraph(child))
                inner, self.after = self.after, outer
                found += [block for box in inner for block in self.blocks(box)]
        return [block for block in found if block.strip()]

    def _table(self, table) -> str:
        """Each row on a line, its cells separated by " | "; a table in a cell stays on the line."""
        rows = [[self.blocks(cell) for cell in _all(row, "tc")] for row in _all(table, "tr")]
        lines = [[" ".join(" ".join(blocks).split()) for blocks in row] for row in rows]
        return "\n".join(" | ".join(cells) for cells in lines if any(cells))

    def _paragraph(self, paragraph) -> str:
        """The text of a paragraph, after its number in a list; an empty one has none on a slide."""
        text = self._words(paragraph)
        if not text.strip() and isinstance(self.numbers, SlideNumbers):
            return ""
        mark = self.numbers.mark(paragraph)
        return mark + text.lstrip() if mark and text.strip() else text

    def _words(self, element) -> str:
        """The text of a paragraph or of a part of it."""
        words = []
        for child in element:
            name = tag(child)
            if child in self.unseen:
                continue
            if name == "t":
                words.append((child.text or "").replace("\u00ad", ""))
            elif name in WRITTEN:
                words.append(WRITTEN[name])
            elif name in UNREAD:
                self._unread(child, name)
            elif name == "docPr":  # a picture's alternative text
                words.append(f" {child.get('descr', '')} ")
            elif name == "txbxContent":
                self.after.append(child)
            elif name in ("footnoteReference", "endnoteReference"):
                note = self.notes.pop((name, attribute(child, "id")), None)  # once
                self.after += [] if note is None else [note]
            elif name == "AlternateContent":
                words += self._alternative(child, lambda option: [self._words(option)])
            elif name == "r" and hidden(child):
                self.left_out["hidden piece of text"] += 1
            elif name == "fldChar":
                words.append(value_of_form(child))
            elif name == "textpath":
                words.append(child.get("string", ""))
            elif name not in SKIPPED:
                mark, text = FORMULA.get(name, ""), self._words(child)
                if raised(child) and RAISED.match(text) and "".join(words)[-1:].isalnum():
                    mark = "^"  # 10^6 is not 106
                words.append(mark + text)
        return "".join(words)

    def _alternative(self, element, read) -> list[str]:
        """The first alternative in which there is anything: the others say the same again."""
        for option in element:
            before = len(self.after), self.left_out.total()
            found = read(option)
            if any(map(str.strip, found)) or before != (len(self.after), self.left_out.total()):
                return found
        return []

    def _unread(self, element, name) -> str:
        """Count something that is not read; its alternative text, if it carries one, is."""
        self.left_out[UNREAD[name]] += 1
        return next((e.get("descr", "") for e in element.iter() if tag(e) == "cNvPr"), "")


def _join(*blocks) -> str:
    return "\n\n".join(block for part in blocks for block in part if block.strip())


def _all(element, name):
    """The rows of a table or the cells of a row, also inside content controls and insertions."""
    for child in element:
        if tag(child) == name:
            yield child
        elif tag(child) not in SKIPPED and tag(child) not in ("tbl", "tr", "tc", "p"):
            yield from _all(child, name)
