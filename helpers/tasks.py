"""What the contest is about: the handbook, or any documents with questions and answers."""

import random
from dataclasses import dataclass, field

from helpers import course, documents
from helpers.documents import Chunk, Document
from helpers.engine import cache, qa_files
from helpers.prompts import PLAIN, Style

SHARES = {"training": 0.5, "validation": 0.2, "test": 0.3}  # of the articles of a public file


@dataclass(frozen=True)
class Task:
    """Questions (rows as in `course.questions`) about documents, and rows to learn from.

    training: rows with question, answer (in the style's form, or its abstention) and document
    (None: it can't be answered). trained: the documents that training may show.
    """

    name: str
    chunks: list[Chunk]
    style: Style
    validation: list[dict]
    test: list[dict]
    training: list[dict]
    trained: frozenset[str] = field(default=frozenset())


def handbook() -> Task:
    """The course's own task. Its training rows are those of the house style, without passages."""
    rows = course.training("house_style")
    return Task(
        "handbook",
        documents.chunk(course.handbook()),
        course.style(),
        course.questions("validation"),
        course.questions("test"),
        rows,
        frozenset(row["document"] for row in rows if row["document"]),
    )


def outside() -> Task:
    """The handbook's questions asked elsewhere: invented organisations that no training row shows.

    There is nothing to choose here, so it has test questions only. Its training rows are the
    handbook's: prompts with worked examples show the same ones.
    """
    rows = cache.read_jsonl(course.DATASETS / "outside" / "passages.jsonl", ("document", "text"))
    chunks = documents.chunk([Document(row["document"], "", row["text"], "") for row in rows])
    questions = course.questions("outside", slices=None)
    return Task("outside", chunks, course.style(), [], questions, course.training("house_style"))


def from_file(path, most: int = 240, seed: int = 0) -> Task:
    """A task from a file in SQuAD's format or a folder in BEIR's; see `engine.qa_files`.

    Whole articles go to training, validation or test. Where the file has no unanswerable
    questions, a sixth of the documents asked about is left out of what is searched, so that
    questions about them have none. most: questions in each of the three.
    """
    found, questions = qa_files.read(path)
    rng = random.Random(seed)
    all_known = all(question["answers"] for question in questions)
    groups = sorted({question["group"] for question in questions})
    rng.shuffle(groups)
    if len(groups) < 3:
        raise ValueError(f"{path} has {len(groups)} articles; at least 3 are needed, to split them")
    parts, start, removed = {}, 0, set()
    for name, share in SHARES.items():
        end = len(groups) if name == "test" else max(start + 1, round(start + share * len(groups)))
        inside = set(groups[start:end])
        rows = [question for question in questions if question["group"] in inside]
        parts[name], start = rng.sample(rows, min(most, len(rows))), end
        if all_known:
            parts[name], gone = _some_without_document(parts[name], rng)
            removed |= gone
    training = [training_row(question) for question in parts["training"]]
    trained = frozenset(question["entity"] for question in parts["training"])
    cut = documents.chunk([document for document in found if document.id not in removed])
    return Task(str(path), cut, PLAIN, parts["validation"], parts["test"], training, trained)


def training_row(question: dict) -> dict:
    """A question (a row as in `course.questions`) as a training row in the plain style."""
    known = bool(question["answers"])
    document = question["documents"][0] if known else None
    answer = question["answers"][0] if known else None
    text = PLAIN.write(answer.replace("[", "(").replace("]", ")"), document) if known else None
    row = {"question": question["question"], "answer": text or PLAIN.abstention}
    return row | {"document": document, "span": answer, "kind": question["slice"]}


def _some_without_document(questions, rng):
    """A sixth of the documents, at least one, are to go: questions about them have no answer."""
    about = sorted({question["entity"] for question in questions})
    removed = set(rng.sample(about, max(1, len(about) // 6)))
    none = {"answers": [], "documents": [], "span": None, "slice": "unanswerable"}
    return [q | none if q["entity"] in removed else q for q in questions], removed
