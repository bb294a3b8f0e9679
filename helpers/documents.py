"""Documents become passages: load files with their source, cut them into chunks with their position.

As a command, `python -m helpers.documents check FOLDER [TABLE.jsonl ...]` reports every problem with its file and line.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import frontmatter
import yaml


@dataclass(frozen=True)
class Document:
    """One file: `id` from its front matter or its name, `metadata` from its front matter (dates as "2026-01-31"), `text` without it."""

    id: str
    title: str
    text: str
    source: str
    metadata: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Chunk:
    """A piece of a document: `text` is document.text[start:end]."""

    document: str
    title: str
    text: str
    start: int
    end: int
    metadata: dict = field(default_factory=dict, hash=False)

    @property
    def embedded(self) -> str:
        """What the encoder sees: the title helps a paragraph that does not name its subject."""
        return f"{self.title}\n{self.text}"


def _markdown(path):
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 2}" if mark else ""
        raise ValueError(f"{path}{where}: the front matter is not valid YAML ({getattr(error, 'problem', error)})") from None
    return post.content, dict(post.metadata)


def _text(path):
    return path.read_text(encoding="utf-8"), {}


def _html(path):
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style"]):
        tag.decompose()
    return soup.get_text("\n\n", strip=True), {"title": soup.title.get_text(strip=True)} if soup.title else {}


def _pdf(path):
    from pypdf import PdfReader

    return "\n\n".join(page.extract_text() for page in PdfReader(path).pages), {}


def _docx(path):
    import docx

    return "\n\n".join(p.text for p in docx.Document(str(path)).paragraphs if p.text.strip()), {}


READERS = {".md": _markdown, ".txt": _text, ".html": _html, ".pdf": _pdf, ".docx": _docx}


def load_document(path) -> Document:
    """Read one file. Raises ValueError, naming the file and what to do, if it can't be read or holds no text."""
    path = Path(path)
    if path.suffix.lower() not in READERS:
        raise ValueError(f"{path}: files of type '{path.suffix}' are not read; use one of {', '.join(READERS)}")
    try:
        text, metadata = READERS[path.suffix.lower()](path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except ValueError:
        raise
    except Exception as error:  # each reading library has exceptions of its own
        raise ValueError(f"{path}: can't be read as {path.suffix} ({type(error).__name__}: {error})") from None
    if not text.strip():
        raise ValueError(f"{path}: no text in it (a scanned PDF needs character recognition first)")
    metadata = {key: value.isoformat() if isinstance(value, date) else value for key, value in metadata.items()}
    return Document(str(metadata.get("id", path.stem)), str(metadata.get("title", path.stem)), text.strip(), str(path), metadata)


def load_documents(folder) -> list[Document]:
    """Read every .md, .txt, .html, .pdf and .docx file below `folder`, in the order of their paths.

    Raises FileNotFoundError if there is no such folder or nothing readable in it, and ValueError for a file that
    can't be read or an id used twice.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder.resolve()}")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in READERS and not p.name.startswith("."))
    if not paths:
        raise FileNotFoundError(f"No document in {folder.resolve()}: put {', '.join(READERS)} files there")
    documents = [load_document(path) for path in paths]
    seen = {}
    for document in documents:
        if document.id in seen:
            raise ValueError(f"{document.source}: the id '{document.id}' is also that of {seen[document.id]}")
        seen[document.id] = document.source
    return documents


def chunk(documents: list[Document], max_words: int = 60, overlap: int = 0) -> list[Chunk]:
    """Cut documents at paragraphs; join short neighbours and split long ones, to at most `max_words` words each.

    overlap: how many words of the previous piece a split paragraph repeats; less than max_words.
    """
    if not 0 <= overlap < max_words:
        raise ValueError(f"overlap must be at least 0 and below max_words={max_words}, not {overlap}")
    chunks = []
    for document in documents:
        spans = []
        for paragraph in re.finditer(r"\S.*?(?=\n\s*\n|\Z)", document.text, re.DOTALL):
            words = [m.span() for m in re.finditer(r"\S+", paragraph.group())]
            last = paragraph.start() + words[-1][1]
            if spans and len(document.text[spans[-1][0] : last].split()) <= max_words:
                spans[-1] = (spans[-1][0], last)  # the paragraph before has room for this one
                continue
            for begin in range(0, max(1, len(words) - overlap), max_words - overlap):
                piece = words[begin : begin + max_words]
                spans.append((paragraph.start() + piece[0][0], paragraph.start() + piece[-1][1]))
        for start, end in spans:
            chunks.append(Chunk(document.id, document.title, document.text[start:end], start, end, document.metadata))
    return chunks


def check(folder, tables=()) -> list[str]:
    """All problems of a folder of documents and of JSON Lines files about them, one line each; an empty list if there are none.

    Of a table's rows, ids must be unique in the file, and `span` or `value` must stand in the documents that
    `documents` or `document` names (in one of them).
    """
    problems, texts, sources = [], {}, {}
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in READERS):
        try:
            document = load_document(path)
        except ValueError as error:
            problems.append(str(error))
            continue
        if document.id in sources:
            problems.append(f"{path}, line {_line_of(path, 'id:')}: the id '{document.id}' is also that of {sources[document.id]}")
            continue
        texts[document.id], sources[document.id] = document.text.lower(), path
    for path in tables:
        seen = {}
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                found = _row_problems(row, texts)
            except ValueError as error:
                problems.append(f"{path}, line {number}: not valid JSON ({error})")
                continue
            if row.get("id") in seen:
                found.append(f"the id '{row['id']}' is also that of line {seen[row['id']]}")
            seen[row.get("id")] = number
            problems += [f"{path}, line {number}: {problem}" for problem in found]
    return problems if problems or sources else [f"{folder}: no document in it"]


def _row_problems(row, texts: dict[str, str]) -> list[str]:
    """What is wrong with one row of a table, given the documents' texts in lower case."""
    if not isinstance(row, dict) or "id" not in row:
        return ["the field 'id' is missing"]
    named = row.get("documents", [row["document"]] if row.get("document") else [])
    unknown = [name for name in named if name not in texts]
    value = row.get("span", row.get("value"))
    if unknown:
        return [f"there is no document '{name}'" for name in unknown]
    if named and value and not any(str(value).lower() in texts[name] for name in named):
        return [f"the answer '{value}' does not stand in {' or '.join(named)}"]
    return []


def _line_of(path: Path, start: str) -> int:
    """The number of the first line that begins with `start`; 1 if there is none."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(start)), 1)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "check":
        sys.exit("usage: python -m helpers.documents check FOLDER [TABLE.jsonl ...]")
    found = check(sys.argv[2], sys.argv[3:])
    print("\n".join(found) or "OK: every document can be read, and every answer stands where its table says")
    sys.exit(bool(found))
