"""What a report is about: the documents that can be read, and the questions asked about them."""

import math
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from helpers import documents, own_task, questions
from helpers.drafting import Drafter
from helpers.engine import cache, folders, outputs, qa_files

LARGEST = 50_000_000  # bytes of a file
PASSAGE = 220  # bytes of a passage, on the average
INDEXING = 0.35  # share of the time that the index may take
SMALL = 100  # passages; so many are always indexed


@dataclass(frozen=True)
class Source:
    """What was read. skipped: pairs of file and reason. groups: what belongs together, by id.

    own: the path, if it has questions of its own.
    """

    path: Path
    documents: list
    skipped: list[tuple[str, str]]
    groups: dict
    own: Path | None = None


def read(folder) -> Source:
    """What can be read in a folder, or in a file or folder with questions; see `engine.qa_files`.

    What can't be read is named, and stops nothing. Raises FileNotFoundError, with all reasons, if
    there is nothing to read.
    """
    path = Path(folder)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no folder {path.resolve()}")
    both = (os.path.isfile(path / name) for name in ("corpus.jsonl", "queries.jsonl"))
    if os.path.isfile(path) or all(both):
        found, rows = qa_files.read(path)
        return Source(path, found, [], {row["entity"]: row["group"] for row in rows}, path)
    found = folders.read_folder(path, LARGEST)
    skipped = [(_below(path, where), reason) for where, reason in found.left_out]
    skipped += [_parted(path, problem) for problem in found.problems]
    if not found.files:
        why = "".join(f"\n  {where}: {reason}" for where, reason in skipped[:20])
        kinds = ", ".join(folders.READERS)
        raise FileNotFoundError(
            f"There is no document to read in {path.resolve()}. These can be read: {kinds}.{why}"
        )
    return Source(path, [documents.from_file(file) for file in found.files], skipped, {})


def draft(folder, count: int, out=None) -> tuple[Path, int]:
    """Draft `count` questions about a folder into the table of its report, or add them to it.

    Returns the table's path and how many rows are new. See `report.run` for `out` and errors.
    """
    source, place = read(folder), outputs.claim(out, folder)
    table = place / "questions.csv"
    there = questions.read(table, source.documents) if table.exists() else []
    made = drafted(source, Drafter(source.documents), count + len(there))
    known = {row["id"] for row in there}
    return table, questions.add_drafts(table, [one for one in made if one.id not in known][:count])


def drafted(source: Source, drafter: Drafter, count: int) -> list:
    """Drafts about the documents of the test part that stay in the search."""
    ids = own_task.parts(source.documents, groups=source.groups)["test"]
    gone = own_task.absent(ids)
    return drafter.draft([id for id in ids if id not in gone], count)


def first_drafts(source: Source, drafter: Drafter, table: Path) -> list[dict]:
    """Draft questions into a new table, and read them. Raises ValueError if there are none."""
    made = drafted(source, drafter, own_task.COUNTS["test"])
    questions.add_drafts(table, made)
    if not made:
        raise ValueError(
            "No question could be drafted: no sentence with a name, a number or a date is said "
            f"once only. Write questions yourself into {table}, and start again"
        )
    return questions.read(table, source.documents)


def that_fits(source: Source, rows: list[dict], embedder, kept, notes: list[str]) -> Source:
    """The source with as many documents as can be indexed in the time: all, or a sample.

    Those that `rows` ask about stay in any case. A note says if some do not fit.
    """
    texts = [chunk.embedded for chunk in documents.chunk(source.documents[:50])[:32]]

    def pace():
        start = time.monotonic()  # past the cache, which may hold these texts
        embedder.model.encode(texts, batch_size=8, show_progress_bar=False)
        return (time.monotonic() - start) / max(1, len(texts))

    seconds = kept.do("speed of the encoder", pace)
    sizes = {one.id: math.ceil(len(one.text.encode()) / PASSAGE) for one in source.documents}
    most = max(SMALL, INDEXING * kept.clock.share() / max(seconds, 1e-6))
    if sum(sizes.values()) <= most:
        return source
    chosen = {id for row in rows for id in row["documents"]}
    total = sum(sizes[id] for id in chosen)
    for id in sorted(sizes, key=cache.key):
        if id not in chosen and (total + sizes[id] <= most or not chosen):
            chosen.add(id)
            total += sizes[id]
    found = [document for document in source.documents if document.id in chosen]
    minutes = math.ceil(sum(sizes.values()) * seconds / INDEXING / 60)
    notes.append(
        f"Only {len(found)} of {len(source.documents)} documents were searched: an index of all "
        "would take more than its share of the time. Among fewer documents the right one is found "
        f"more easily. For all of them, allow about {minutes} minutes (--minutes)."
    )
    return replace(source, documents=found)


def _below(folder: Path, path) -> str:
    """A path as it is named below the folder."""
    return str(path).removeprefix(f"{folder}/")


def _parted(folder: Path, problem: str) -> tuple[str, str]:
    """A problem of `folders.read_folder` as file and reason."""
    where, _, reason = _below(folder, problem).partition(": ")
    return where, reason
