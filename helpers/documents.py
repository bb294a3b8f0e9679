"""Documents become passages: load files with their source, cut them into chunks with their position."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import frontmatter
import yaml

ID = r"[^\[\]\n]+"  # what the id of a document may be, and so what a citation in square brackets can name


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
        raise ValueError(
            f"{path}{where}: the front matter is not valid YAML ({getattr(error, 'problem', error)})"
        ) from None
    return post.content, dict(post.metadata)


def _text(path):
    return path.read_text(encoding="utf-8"), {}


def _html(path):
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style"]):
        tag.decompose()
    return soup.get_text("\n\n", strip=True), {
        "title": soup.title.get_text(strip=True)
    } if soup.title else {}


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
        raise ValueError(
            f"{path}: files of type '{path.suffix}' are not read; use one of {', '.join(READERS)}"
        )
    try:
        text, metadata = READERS[path.suffix.lower()](path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except ValueError:
        raise
    except Exception as error:  # each reading library has exceptions of its own
        raise ValueError(
            f"{path}: can't be read as {path.suffix} ({type(error).__name__}: {error})"
        ) from None
    if not text.strip():
        raise ValueError(f"{path}: no text in it (a scanned PDF needs character recognition first)")
    metadata = {k: v.isoformat() if isinstance(v, date) else v for k, v in metadata.items()}
    plain_name = path.stem.replace("[", "(").replace("]", ")")  # an id stands in square brackets
    id, title = str(metadata.get("id", plain_name)), str(metadata.get("title", path.stem))
    if not re.fullmatch(ID, id) or id != id.strip():
        raise ValueError(
            f"{path}: the id {id!r} can't be cited. An id has no square brackets, no line breaks, and "
            "no space at its ends"
        )
    return Document(id, title, text.strip(), str(path), metadata)


def load_documents(folder) -> list[Document]:
    """Read every .md, .txt, .html, .pdf and .docx file below `folder`, in the order of their paths.

    Raises FileNotFoundError if there is no such folder or nothing readable in it, and ValueError for a file that
    can't be read or an id used twice.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder.resolve()}")
    paths = sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in READERS and not p.name.startswith(".")
    )
    if not paths:
        raise FileNotFoundError(
            f"No document in {folder.resolve()}: put {', '.join(READERS)} files there"
        )
    documents = [load_document(path) for path in paths]
    seen = {}
    for document in documents:
        if document.id in seen:
            raise ValueError(
                f"{document.source}: the id '{document.id}' is also that of {seen[document.id]}"
            )
        seen[document.id] = document.source
    return documents


def chunk(documents: list[Document], max_words: int = 60, overlap: int = 0) -> list[Chunk]:
    """Cut documents at paragraphs; join short neighbours and split long ones, to at most `max_words` words each.

    overlap: how many words of the previous piece a split paragraph repeats; less than max_words.
    """
    if not 0 <= overlap < max_words:
        raise ValueError(
            f"overlap must be at least 0 and below max_words={max_words}, not {overlap}"
        )
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
            chunks.append(
                Chunk(
                    document.id,
                    document.title,
                    document.text[start:end],
                    start,
                    end,
                    document.metadata,
                )
            )
    return chunks
