"""A task made of your own documents: which of them questions are about, and which are learned from.

No document is in two of the three parts: the test questions, the validation questions (on which
prompts and thresholds are chosen) and the training rows come from different documents.
"""

from dataclasses import dataclass, replace

from helpers import documents as loading
from helpers.documents import Document
from helpers.drafting import Drafter
from helpers.engine import cache
from helpers.prompts import PLAIN
from helpers.questions import CONFIRMED
from helpers.tasks import Task, training_row

SHARES = {"test": 0.4, "validation": 0.2}  # of the documents; training has the rest
REST = 0.25  # share of the documents that nobody asks about, below which all parts have questions
ABSENT = 6  # one document in so many is taken out of the search: questions about it have no answer
COUNTS = {"test": 60, "validation": 36, "training": 320}  # drafted questions, at most
MOST = 240  # given questions for validation, and for training
FEW, PART = 8, 4000  # below so many documents, an entity is a part of one, of so many characters
TITLE = 120  # characters


@dataclass(frozen=True)
class OwnTask:
    """A `tasks.Task` and what it was made of.

    names: the id of each document, by its short name in the task. parts: the ids of the documents
    in each part. absent: the ids of those taken out of the search. sources: for each test question
    its row of `questions.read`, by its id.
    """

    task: Task
    names: dict[str, str]
    parts: dict[str, list[str]]
    absent: list[str]
    sources: dict[str, dict]


def parts(documents: list[Document], asked=(), groups=None, seed: int = 0) -> dict[str, list[str]]:
    """The ids of the documents in each part: "test", "validation", "training".

    asked: the ids of documents that a person asks about. They are test documents, as long as a
    quarter of all documents is left for the rest; otherwise each part has questions of its own.
    groups: for some ids a name of what belongs together, such as an article.
    """
    groups = {document.id: (groups or {}).get(document.id, document.id) for document in documents}
    order = sorted(set(groups.values()), key=lambda group: cache.key(seed, group))
    test = max(1, round(SHARES["test"] * len(order)))
    validation = max(int(len(order) > 2), round(SHARES["validation"] * len(order)))
    part = dict.fromkeys(order, "training") | dict.fromkeys(order[:test], "test")
    part |= dict.fromkeys(order[test : test + validation], "validation")
    asked = {groups[id] for id in asked}
    free = [group for group in order if group not in asked]
    if asked and len(free) >= max(1, REST * len(order)):
        part |= dict.fromkeys(asked, "test")
        for name in ("training", "validation"):  # neither may be empty because all were asked about
            spare = [group for group in free if part[group] == "test"]
            spare = spare or [group for group in free if name == "training"]
            if name not in (part[group] for group in free) and spare:
                part |= dict.fromkeys(spare[: max(1, len(spare) // 2)], name)
    ids = {name: [] for name in ("test", "validation", "training")}
    for id in sorted(groups, key=lambda id: cache.key(seed, groups[id], id)):
        ids[part[groups[id]]].append(id)
    return ids


def absent(ids: list[str], asked=()) -> list[str]:
    """Of the documents of a part, those to take out of the search: nobody asks about them."""
    free = [id for id in ids if id not in set(asked)]
    return free[len(free) - min(len(free), len(ids) // ABSENT) :]


def build(name: str, source, rows: list[dict], drafter: Drafter, embedder, seed: int = 0):
    """The `OwnTask` of a `report_source.Source` and questions (rows of `questions.to_use`).

    What is missing is drafted: validation questions, training rows, and questions without an
    answer. embedder: no passage is longer than it reads.
    """
    documents = source.documents
    sure = [row for row in rows if row["status"] in CONFIRMED]
    asked = {id for row in sure for id in row["documents"] or [row.get("about")] if id}
    of_part = parts(documents, asked, _together(source, sure), seed)
    gone = {part: absent(ids, {*asked, *_about(rows)}) for part, ids in of_part.items()}
    if sure and all(row["status"] == "given" and row["answers"] for row in sure):
        gone |= {part: absent(ids) for part, ids in of_part.items() if not gone[part]}
    removed = {id for ids in gone.values() for id in ids}
    short = {document.id: f"d{i}" for i, document in enumerate(documents, start=1)}
    searched = [document.text for document in documents if document.id not in removed]
    made, where = {}, {id: part for part, ids in of_part.items() for id in ids}
    for part, ids in of_part.items():
        own = [row for row in rows if where.get(_first(row), "test") == part]
        own = own if part == "test" else own[:MOST]
        own = [_without_answer(row) if _first(row) in removed else row for row in own]
        there, count = [id for id in ids if id not in removed], COUNTS[part]
        if part != "test" or not own:
            own += map(_drafted, drafter.draft(there, count - len(own)))
        if all(row["answers"] for row in own):
            count = max(1, len(own) // (ABSENT - 1))
            found = drafter.draft(gone[part], 4 * count)
            none = [one for one in found if not any(one.answer in text for text in searched)]
            own = _mixed(own, [_without_answer(_drafted(draft)) for draft in none[:count]])
        made[part] = own
    few = len({_first(row) for row in made["test"]}) < FEW
    questions = {
        part: [_question(f"{part}-{i}", row, short, few) for i, row in enumerate(rows, start=1)]
        for part, rows in made.items()
    }
    training = [training_row(question) for question in questions["training"]]
    shown = [
        replace(document, id=short[document.id], title=drafter.title(document)[:TITLE])
        for document in documents
        if document.id not in removed
    ]
    chunks = loading.chunk(shown, embedder=embedder)
    known = frozenset(short[id] for id in of_part["training"] if id not in removed)
    task = Task(name, chunks, PLAIN, questions["validation"], questions["test"], training, known)
    names = {alias: id for id, alias in short.items()}
    sources = {q["id"]: row for q, row in zip(questions["test"], made["test"], strict=True)}
    return OwnTask(task, names, of_part, sorted(removed), sources)


def _together(source, rows) -> dict[str, str]:
    """What belongs together: the source's groups, joined where a question has several documents."""
    groups = {one.id: source.groups.get(one.id, one.id) for one in source.documents}
    for row in rows:
        names = {groups[id] for id in row["documents"]}
        if len(names) > 1:
            groups |= {id: min(names) for id, name in groups.items() if name in names}
    return groups


def _about(rows):
    """The documents that rows are about, be they confirmed or not."""
    return {id for row in rows for id in row["documents"]}


def _first(row):
    """The document that a row is about, if it is about one."""
    return (row["documents"] or [row.get("about")])[0]


def _drafted(draft) -> dict:
    """A draft as a row of `questions.read`."""
    row = {"id": draft.id, "question": draft.question, "answers": draft.answers}
    row |= {"documents": [draft.document], "span": draft.answer, "start": draft.start}
    return row | {"status": "draft", "line": None}


def _without_answer(row) -> dict:
    """The row as a question that the documents do not answer: its own was taken out."""
    return row | {"answers": [], "documents": [], "span": None, "about": _first(row)}


def _mixed(rows, others) -> list[dict]:
    """Rows with others in between, at even distances, so that any beginning has some of both."""
    step, out = max(1, len(rows) // max(1, len(others))), []
    for i, row in enumerate(rows):
        out.append(row)
        if i % step == step - 1 and others:
            out.append(others[0])
            others = others[1:]
    return out + others


def _question(id, row, short, few) -> dict:
    """A row as `evaluate.grade` and `tasks.training_row` take it, with the task's short names."""
    about = short.get(_first(row), f"question {id}")
    part = f", part {row['start'] // PART + 1}" if few and row["start"] is not None else ""
    return {
        "id": id,
        "question": row["question"],
        "slice": row["status"] if row["answers"] else "unanswerable",
        "entity": about + part,
        "answers": row["answers"],
        "documents": [short[id] for id in row["documents"]],
        "span": row["span"],
    }
