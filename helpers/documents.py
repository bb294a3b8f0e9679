"""Documents become passages: load files, cut them into chunks with their position."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from helpers.engine.readers import READERS

ID = r"[^\[\]\n]+"  # what a document's id may be, and so what a citation [id] can name


@dataclass(frozen=True)
class Document:
    """One file: `id` from its front matter or name, `metadata` from its front matter."""

    id: str
    title: str
    text: str
    source: str
    metadata: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Chunk:
    """A piece of the document whose id is `document`: its text from character start to end."""

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


def load_document(path) -> Document:
    """Read one file. Raises ValueError, saying what to do, if it can't be read or has no text."""
    path = Path(path)
    if path.suffix.lower() not in READERS:
        known = ", ".join(READERS)
        raise ValueError(f"{path}: files of type '{path.suffix}' are not read; use one of {known}")
    try:
        text, metadata = READERS[path.suffix.lower()](path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except ValueError:
        raise
    except Exception as error:  # each reading library has exceptions of its own
        what = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path}: can't be read as {path.suffix} ({what})") from None
    if not text.strip():
        raise ValueError(f"{path}: no text in it (a scanned PDF needs character recognition first)")
    metadata = {k: v.isoformat() if isinstance(v, date) else v for k, v in metadata.items()}
    plain_name = path.stem.replace("[", "(").replace("]", ")")  # a citation is in brackets
    id, title = str(metadata.get("id", plain_name)), str(metadata.get("title", path.stem))
    if not re.fullmatch(ID, id) or id != id.strip():
        raise ValueError(
            f"{path}: the id {id!r} can't be cited. An id has no square brackets, no line breaks, "
            "and no space at its ends"
        )
    return Document(id, title, text.strip(), str(path), metadata)


def load_documents(folder) -> list[Document]:
    """Read every .md, .txt, .html, .pdf and .docx file below `folder`, in the order of their paths.

    Raises FileNotFoundError if there is no such folder or nothing readable in it, and ValueError
    for a file that can't be read or an id used twice.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder.resolve()}")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in READERS]
    documents = [load_document(path) for path in paths if not path.name.startswith(".")]
    if not documents:
        known = ", ".join(READERS)
        raise FileNotFoundError(f"No document in {folder.resolve()}: put {known} files there")
    seen = {}
    for document in documents:
        if other := seen.get(document.id):
            raise ValueError(f"{document.source}: the id '{document.id}' is also that of {other}")
        seen[document.id] = document.source
    return documents


def chunk(documents: list[Document], max_words: int = 60, overlap: int = 0) -> list[Chunk]:
    """Cut documents at paragraphs into chunks of at most `max_words` words.

    Short neighbours are joined, long paragraphs split. overlap: how many words each piece of a
    split paragraph repeats from the piece before it. Raises ValueError unless below max_words.
    """
    if not 0 <= overlap < max_words:
        raise ValueError(f"overlap must be at least 0 and below {max_words=}, not {overlap}")
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
            text, metadata = document.text[start:end], document.metadata
            chunks.append(Chunk(document.id, document.title, text, start, end, metadata))
    return chunks
