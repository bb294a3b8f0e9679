"""Files of documents for tests, made of their raw parts: Word, PowerPoint, PDF."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, settings
from pypdf import PdfWriter

from helpers import documents

quick = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
NAMES = " ".join(f'xmlns:{short}="{name}"' for short, name in SPACES.items())
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def zipped(parts: dict, links: dict) -> bytes:
    """A zipped document. parts: their XML by name. links: for a part ("": the whole), the pairs of
    kind and target that it refers to, with the ids r1, r2, ...
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        for name, xml in parts.items():
            archive.writestr(name, xml)
        for name, targets in links.items():
            folder, _, base = name.rpartition("/")
            rows = "".join(
                f'<Relationship Id="r{number}" Type="{SPACES["r"]}/{kind}" Target="{target}"/>'
                for number, (kind, target) in enumerate(targets, start=1)
            )
            archive.writestr(
                f"{folder}/_rels/{base}.rels".lstrip("/"),
                f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>',
            )
    return file.getvalue()


def part(tag: str, inside: str) -> str:
    return f"<{tag} {NAMES}>{inside}</{tag}>"


def docx(body: str, **parts: str) -> bytes:
    """A Word document of the XML in its body. parts: header1="...", footnotes="...", ..., which
    it refers to as r1, r2, ... in this order.
    """
    tags = {"header": "w:hdr", "footer": "w:ftr"}
    kinds = {name: name.rstrip("0123456789") for name in parts}
    files = {"word/document.xml": part("w:document", f"<w:body>{body}</w:body>")}
    for name, inside in parts.items():
        files[f"word/{name}.xml"] = part(tags.get(kinds[name], f"w:{name}"), inside)
    targets = [(kind, f"{name}.xml") for name, kind in kinds.items()]
    links = {"": [("officeDocument", "word/document.xml")], "word/document.xml": targets}
    return zipped(files, links)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*inside: str) -> str:
    """A paragraph of a Word document; what is not XML becomes a run."""
    return f"<w:p>{''.join(x if x.startswith('<') else run(x) for x in inside)}</w:p>"


def table(*rows) -> str:
    """A table of a Word document; a cell is text or XML."""
    cells = [[x if x.startswith("<") else par(x) for x in row] for row in rows]
    lines = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in cells]
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def pptx(*slides: str) -> bytes:
    """A presentation: each slide the XML of its shapes, stored in reverse order."""
    count = len(slides)
    files = {
        f"ppt/slides/slide{count - i}.xml": part(
            "p:sld", f"<p:cSld><p:spTree>{x}</p:spTree></p:cSld>"
        )
        for i, x in enumerate(slides)
    }
    ids = "".join(f'<p:sldId id="{256 + i}" r:id="r{i + 1}"/>' for i in range(count))
    files["ppt/presentation.xml"] = part("p:presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>")
    targets = [("slide", f"slides/slide{count - i}.xml") for i in range(count)]
    links = {"": [("officeDocument", "ppt/presentation.xml")], "ppt/presentation.xml": targets}
    return zipped(files, links)


def shape(*paragraphs: str) -> str:
    """A text box of a slide."""
    rows = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    return f"<p:sp><p:txBody>{rows}</p:txBody></p:sp>"


def pdf(*pages: str) -> bytes:
    """A PDF, a page for each text; each of its lines is a line. "ﬁ" and "ﬂ" are drawn as such."""
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding 4 0 R >>",
        b"<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl] >>",
    ]
    for number, text in enumerate(pages):
        lines = text.replace("\ufb01", "\x01").replace("\ufb02", "\x02").split("\n")
        shown = " T* ".join(f"({line}) Tj" for line in lines) if text else ""
        stream = f"BT /F1 12 Tf 14 TL 20 700 Td {shown} ET".encode("cp1252")
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * number),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        start,
    )


def changed(content: bytes, change) -> bytes:
    """A PDF after `change(writer)`."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def ids(text: str) -> list[str]:
    """The names of a test's cases."""
    return text.split()


def loaded(folder, name, content):
    """The one document of a folder with this one file."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(data)
    (document,) = documents.load_documents(folder)
    return document


def refused(folder) -> str:
    """The error with which a folder is refused."""
    with pytest.raises(ValueError) as caught:
        documents.load_documents(folder)
    return str(caught.value)
