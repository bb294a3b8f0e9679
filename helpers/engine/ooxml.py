"""The zipped XML of office programs: its parts, which refer to each other, and its elements."""

import io
import posixpath
import zipfile
from xml.etree import ElementTree

from helpers.engine.text import Problem

LARGEST = 200_000_000  # bytes of XML, unpacked
OLD = b"\xd0\xcf\x11\xe0"  # how a file begins that is encrypted, or older than this format


class Package:
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


def tag(element) -> str:
    return element.tag.rpartition("}")[2]


def attribute(element, name):
    """An attribute with a namespace, by its name."""
    return next((v for key, v in element.attrib.items() if key.endswith("}" + name)), None)


def raised(run) -> bool:
    """Is this a run of raised text, in a document or on a slide?"""
    for mark in run.iterfind("./*"):
        if tag(mark) == "rPr":
            if mark.get("baseline", "0").lstrip("-").isdigit() and int(mark.get("baseline", 0)) > 0:
                return True
            return any(attribute(e, "val") == "superscript" for e in mark if tag(e) == "vertAlign")
    return False


def hidden(run) -> bool:
    off = ("0", "false", "off")
    marks = [e for e in run.iterfind("./*/*") if tag(e) == "vanish"]
    return any(attribute(e, "val") not in off for e in marks)
