"""Read a Word document or the slides of a presentation: both are zipped XML.

Elements are known by their names without the namespace, of which there are two (transitional and
strict). The libraries for these formats lose some kinds of text, or give it twice.
"""

import io
import posixpath
import zipfile
from collections import Counter
from xml.etree import ElementTree

from helpers.engine.text import RAISED, Problem, Text

LARGEST = 200_000_000  # bytes of XML, unpacked
OLD = b"\xd0\xcf\x11\xe0"  # how a file begins that is encrypted, or older than this format
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
}


def read_docx(data: bytes, path) -> Text:
    """The text of a document in its order: headers, body with its notes, footers, each once."""
    package = _Package(data, path)
    main = package.targets("", "officeDocument")[0][1]
    body, notes = package.xml(main), {}
    for kind in ("footnote", "endnote"):
        for _, part in package.targets(main, f"{kind}s"):
            found = [e for e in package.xml(part) if _name(e) == kind]
            notes |= {(f"{kind}Reference", _value(e, "id")): e for e in found}
    reader = _Reader(notes)
    around = {}
    for kind in ("header", "footer"):
        used = {_value(e, "id") for e in body.iter() if _name(e) == f"{kind}Reference"}
        parts = [part for id, part in package.targets(main, kind) if id in used]
        around[kind] = ["\n\n".join(reader.blocks(package.xml(part))) for part in parts]
    blocks = dict.fromkeys(around["header"]), reader.blocks(body), dict.fromkeys(around["footer"])
    for _, part in package.targets(main, "comments"):
        reader.left_out["comment"] += len(package.xml(part))
    return Text(_join(*blocks), {}, reader.report())


def read_pptx(data: bytes, path) -> Text:
    """The text of the slides in their order, each with its speaker's notes."""
    package = _Package(data, path)
    main = package.targets("", "officeDocument")[0][1]
    slides = dict(package.targets(main, "slide"))
    reader, blocks = _Reader({}), []
    for entry in package.xml(main).iter():
        # The entries of sections have the same name, and no id of a relation.
        if _name(entry) == "sldId" and (slide := slides.get(_value(entry, "id"))):
            notes = [part for _, part in package.targets(slide, "notesSlide")]
            blocks += [reader.blocks(package.xml(part)) for part in (slide, *notes)]
            reader.left_out["comment"] += len(package.targets(slide, "comments"))
    return Text(_join(*blocks), {}, reader.report())


class _Package:
    """The parts of a zipped document, and which part refers to which."""

    def __init__(self, data, path):
        if data.startswith(OLD):
            raise Problem(
                f"{path}: it is encrypted or in an older format; save it as {path.suffix} without "
                "a password"
            )
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        xml = [info for info in self.zip.infolist() if info.filename.endswith((".xml", ".rels"))]
        if sum(info.file_size for info in xml) > LARGEST:
            raise Problem(f"{path}: more than {LARGEST // 10**6} MB of text; split it")

    def xml(self, part):
        data = self.zip.read(part)
        if b"<!DOCTYPE" in data:
            raise ValueError(f"{part} defines entities of its own")
        return ElementTree.fromstring(data)

    def targets(self, part: str, kind: str) -> list[tuple]:
        """The parts of a kind that `part` (the whole: "") refers to, each with its id there."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self.zip.namelist():
            return []
        return [
            (e.get("Id"), posixpath.normpath(posixpath.join("/", folder, e.get("Target")))[1:])
            for e in self.xml(relations)
            if e.get("Type", "").endswith(f"/{kind}") and e.get("TargetMode") != "External"
        ]


class _Reader:
    """Reads the paragraphs of an element. left_out: how often something not read was seen.

    after: text boxes and notes of the paragraph that is being read; they follow it.
    """

    def __init__(self, notes):
        self.notes, self.after, self.left_out = notes, [], Counter()

    def report(self) -> tuple:
        seen = [(what, count) for what, count in self.left_out.items() if count]
        return tuple(f"{n} {what}{'s' if n > 1 else ''} not read" for what, n in seen)

    def blocks(self, element) -> list[str]:
        """The text of each paragraph and each table, in their order."""
        found = []
        for child in element:
            name = _name(child)
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
                found.append(self._table(child) if name == "tbl" else self._words(child))
                inner, self.after = self.after, outer
                found += [block for box in inner for block in self.blocks(box)]
        return [block for block in found if block.strip()]

    def _table(self, table) -> str:
        """Each row on a line, its cells separated by " | "; a table in a cell stays on the line."""
        rows = [[self.blocks(cell) for cell in _all(row, "tc")] for row in _all(table, "tr")]
        lines = [[" ".join(" ".join(blocks).split()) for blocks in row] for row in rows]
        return "\n".join(" | ".join(cells) for cells in lines if any(cells))

    def _words(self, element) -> str:
        """The text of a paragraph or of a part of it."""
        words = []
        for child in element:
            name = _name(child)
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
                note = self.notes.pop((name, _value(child, "id")), None)  # once
                self.after += [] if note is None else [note]
            elif name == "AlternateContent":
                words += self._alternative(child, lambda option: [self._words(option)])
            elif name == "r" and _hidden(child):
                self.left_out["hidden piece of text"] += 1
            elif name == "textpath":
                words.append(child.get("string", ""))
            elif name not in SKIPPED:
                mark, text = FORMULA.get(name, ""), self._words(child)
                if _raised(child) and RAISED.match(text) and "".join(words)[-1:].isalnum():
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
        return next((e.get("descr", "") for e in element.iter() if _name(e) == "cNvPr"), "")


def _join(*blocks) -> str:
    return "\n\n".join(block for part in blocks for block in part if block.strip())


def _name(element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element, name):
    """An attribute with a namespace, by its name."""
    return next((v for key, v in element.attrib.items() if key.endswith("}" + name)), None)


def _all(element, name):
    """The rows of a table or the cells of a row, also inside content controls and insertions."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) not in SKIPPED and _name(child) not in ("tbl", "tr", "tc", "p"):
            yield from _all(child, name)


def _raised(run) -> bool:
    """Is this a run of raised text, in a document or on a slide?"""
    for mark in run.iterfind("./*"):
        if _name(mark) == "rPr":
            if mark.get("baseline", "0").lstrip("-").isdigit() and int(mark.get("baseline", 0)) > 0:
                return True
            return any(_value(e, "val") == "superscript" for e in mark if _name(e) == "vertAlign")
    return False


def _hidden(run) -> bool:
    off = ("0", "false", "off")
    marks = [e for e in run.iterfind("./*/*") if _name(e) == "vanish"]
    return any(_value(e, "val") not in off for e in marks)
