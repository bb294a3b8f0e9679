"""Documents become passages: load files, cut them into chunks with their position."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from helpers import say
from helpers.engine import cutting, folders

ID = folders.ID  # what a document's id may be, and so what a citation [id] can name


@dataclass(frozen=True)
class Document:
    """One file: `id` from its front matter or name, `metadata` from its front matter."""

    id: str
    title: str
    text: str
    source: str
    metadata: dict = field(default_factory=dict, hash=False)


class Documents(list):
    """Documents that were read. left_out: pairs (path, reason), what was not, or not whole."""

    def __init__(self, documents=(), left_out=()):
        super().__init__(documents)
        self.left_out: list[folders.LeftOut] = list(left_out)

    def report(self) -> str:
        """How many documents were read, and what was left out and why."""
        return folders.report(len(self), self.left_out)


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
    return from_file(folders.read_file(path))


def load_documents(folder) -> Documents:
    """Read every document below `folder`, in the order of their paths; print what is left out.

    Raises FileNotFoundError if there is no such folder or nothing readable in it, and ValueError
    with all files that can't be read and ids used twice.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"There is no folder {Path(folder).resolve()}")
    found = folders.read_folder(folder)
    if found.problems:
        raise ValueError("\n".join(found.problems))
    documents = Documents(map(from_file, found.files), found.left_out)
    if not documents:
        known, where = ", ".join(folders.READERS), Path(folder).resolve()
        raise FileNotFoundError(
            f"No document in {where}: put {known} files there. {documents.report()}"
        )
    if documents.left_out:
        say(documents.report())
    return documents


def from_file(file: folders.File) -> Document:
    """The document that a file holds, as `engine.folders` reads it."""
    text, metadata = file.content.text.strip(), dict(file.content.metadata)
    return Document(file.id, file.title, text, str(file.path), metadata)


def chunk(documents, max_words: int = 60, overlap: int = 0, embedder=None) -> list[Chunk]:
    """Cut documents at paragraphs into chunks of at most `max_words` words (see engine.cutting).

    Short neighbours are joined, long paragraphs split. overlap: how many words each piece of a
    split paragraph repeats from the piece before it. embedder: chunks of which it would not read
    all, title included, are halved. Raises TypeError or ValueError, saying what to pass.
    """
    chunks = []
    for document in cutting.checked(documents, max_words, overlap, embedder):
        spans = []
        for paragraph in re.finditer(r"\S.*?(?=\n\s*\n|\Z)", document.text, re.DOTALL):
            begin, words = paragraph.start(), cutting.units(paragraph.group())
            last = begin + words[-1][1]
            if spans and len(cutting.units(document.text[spans[-1][0] : last])) <= max_words:
                spans[-1] = (spans[-1][0], last)  # the paragraph before has room for this one
                continue
            for first in range(0, max(1, len(words) - overlap), max_words - overlap):
                piece = words[first : first + max_words]
                spans.append((begin + piece[0][0], begin + piece[-1][1]))
        for start, end in spans:
            text, metadata = document.text[start:end], document.metadata
            chunks.append(Chunk(document.id, document.title, text, start, end, metadata))
    return cutting.fitted(chunks, embedder) if embedder else chunks
