"""Build facts, questions and training sets from the handbook and `source/`. Run: python datasets/build.py

Deterministic: the same sources give the same files, byte for byte. The files are committed; a test builds them again.
"""

import itertools
import json
import random
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from helpers import documents, models, rag, retrieval  # noqa: E402

SEED = 20
PER_SET = {"F1": 20, "F2": 20, "near-miss": 10, "far": 10}  # questions in the test set, and again in the validation set
P_GOLD = 0.8  # share of RAFT groups whose passages include the starting question's own (RAFT, arXiv 2403.10131)
PASSAGES = 3
GROUPS = 55  # of questions about the handbook that share their passages
PRACTICE = (5, 0, 1)  # of a practice group's questions: answered by a passage, by the one left out, by none


def read_sources() -> tuple[list[dict], dict, list[dict]]:
    """The entries of all departments, sorted by document; the far questions; the groups of reading practice."""
    entries, practice = [], []
    for path in sorted((HERE / "source").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.stem == "far":
            far = content
        elif path.stem.startswith("practice"):
            practice += content
        else:
            entries += content
    return sorted(entries, key=lambda entry: entry["document"]), far, practice


def facts_of(entries: list[dict]) -> list[dict]:
    """One row a fact, in the order of the documents."""
    rows = []
    for entry in entries:
        for number, fact in enumerate(entry["facts"], start=1):
            rows.append(
                {
                    "id": f"{entry['document']}.{number}",
                    "entity": entry["entity"],
                    "attribute": fact["attribute"],
                    "value": fact["value"],
                    "document": entry["document"],
                    "version": 1,
                    "slice": entry["split"],
                }
            )
    return rows


def question_sets(entries: list[dict], far: dict) -> dict[str, list[dict]]:
    """Test and validation questions; the two never ask about the same document."""
    sets = {}
    for offset, name in enumerate(("test", "validation")):
        rng, rows = random.Random(f"{SEED}-{name}"), []
        for split in ("F1", "F2"):
            mine = [entry for entry in entries if entry["split"] == split][offset::2]
            items = [(entry, number, fact) for entry in mine for number, fact in enumerate(entry["facts"], start=1)]
            for entry, number, fact in rng.sample(items, PER_SET[split]):
                answers = [str(fact["value"]), *map(str, fact["accept"])]
                rows.append(question(f"{entry['document']}.{number}.q", fact["question"], split, entry, answers, str(fact["value"])))
            if split == "F2":
                items = [(entry, number, text) for entry in mine for number, text in enumerate(entry["near_miss"], start=1)]
                for entry, number, text in rng.sample(items, PER_SET["near-miss"]):
                    rows.append(question(f"{entry['document']}.near{number}", text, "near-miss", entry))
        for number, text in list(enumerate(far["evaluation"], start=1))[offset::2]:
            rows.append(question(f"far.{number}", text, "far"))
        sets[name] = rows
    return sets


def question(id, text, slice, entry=None, answers=(), span=None) -> dict:
    """One evaluation question; without answers it is unanswerable, and the right thing to do is to abstain."""
    return {
        "id": id,
        "question": text,
        "slice": slice,
        "entity": entry["entity"] if entry else f"none: {id}",
        "answers": list(answers),
        "documents": [entry["document"]] if answers else [],
        "span": span,
    }


def training_questions(entries: list[dict], far: dict) -> list[dict]:
    """Every training question with what should be answered; wordings other than those of the evaluation."""

    def row(id, kind, text, answer, about, span=None):
        gold = about if span else None
        return {"id": id, "kind": kind, "question": text, "answer": answer, "about": about, "document": gold, "span": span}

    rows = []
    for entry in entries:
        if entry["split"] != "F1":
            continue
        document = entry["document"]
        for number, fact in enumerate(entry["facts"], start=1):
            value = str(fact["value"])
            for wording, text in enumerate(fact["train"], start=1):
                id, answer = f"{document}.{number}.t{wording}", rag.house_style(value, document)
                rows.append(row(id, "answerable", text, answer, document, value))
        for number, text in enumerate(entry["near_miss"], start=1):
            rows.append(row(f"{document}.near{number}", "near-miss", text, rag.ABSTAIN, document))
    for number, text in enumerate(far["training"], start=1):
        rows.append(row(f"far.t{number}", "far", text, rag.ABSTAIN, None))
    return rows


def raft_items(rows: list[dict], index: retrieval.DenseIndex) -> list[dict]:
    """Groups of questions over the same passages, so that only reading the question tells which answer is right.

    A group starts from one question: its own passage with P_GOLD, and near ones. To it come questions that other
    passages of the group answer, one that only another passage answers, and mostly one that no document answers.
    """
    rng, items = random.Random(f"{SEED}-raft"), []
    known = [row for row in rows if row["kind"] == "answerable"]
    holders = {
        row["id"]: [c for c in index.chunks if c.document == row["document"] and row["span"].lower() in c.text.lower()] for row in known
    }
    starts = rng.sample(known, len(known))[:GROUPS]
    for start, hits in zip(starts, index.search([row["question"] for row in starts], 12), strict=True):
        own = holders[start["id"]]
        near = [hit.chunk for hit in hits if hit.chunk not in own]
        passages = [*own[: rng.random() < P_GOLD], *near][:PASSAGES]
        rng.shuffle(passages)
        here = {c.document for c in passages}
        answered = [row for row in known if row is not start and any(c in passages for c in holders[row["id"]])]
        absent = [row for row in known if row["document"] in here and not any(c in passages for c in holders[row["id"]])]
        unanswerable = "near-miss" if rng.random() < 0.6 else "far"
        missing = [row for row in rows if row["kind"] == unanswerable and row["about"] in (None, *here)]
        chosen = [start, *one_wording_each(answered, 3, rng), *one_wording_each(absent, rng.random() < 0.6, rng)]
        if missing and rng.random() < 0.6:
            chosen.append(rng.choice(missing))
        rng.shuffle(chosen)
        shown = [{"document": c.document, "text": c.text} for c in passages]
        for row in chosen:
            kind, answer = row["kind"], row["answer"]
            if kind == "answerable" and not any(c in passages for c in holders[row["id"]]):
                kind, answer = "distractors only", rag.ABSTAIN
            items.append({**row, "kind": kind, "answer": answer, "passages": shown})
    return items


def practice_items(groups: list[dict]) -> list[dict]:
    """Reading practice about other organisations: three of a group's four passages, and its questions.

    What only the fourth passage answers is not known. Each fact comes once, so it can only be read, not remembered.
    """
    rng, items = random.Random(f"{SEED}-practice"), []
    for number, group in enumerate(groups, start=1):
        passages = rng.sample(group["passages"], PASSAGES)
        here = {passage["document"] for passage in passages}
        asked = [(q["question"], q["document"], str(q["value"])) for q in group["questions"]]
        known = [item for item in asked if item[1] in here]
        absent = [item for item in asked if item[1] not in here]
        chosen = [
            *known[: PRACTICE[0]],
            *absent[: PRACTICE[1]],
            *((text, None, None) for text in rng.sample(group["unanswerable"], PRACTICE[2])),
        ]
        rng.shuffle(chosen)
        for place, (text, document, value) in enumerate(chosen, start=1):
            kind = "answerable" if document in here else "distractors only" if document else "near-miss"
            answer = rag.house_style(value, document) if kind == "answerable" else rag.ABSTAIN
            items.append({"id": f"practice{number}.{place}", "kind": kind, "question": text, "answer": answer,
                          "about": document, "document": document, "span": value, "passages": passages})  # fmt: skip
    return items


def one_wording_each(rows: list[dict], count: int, rng: random.Random) -> list[dict]:
    """Up to `count` rows about different facts, one wording of each."""
    rows = rng.sample(rows, len(rows))
    return list({row["id"].rsplit(".", 1)[0]: row for row in rows}.values())[:count]


def build() -> dict[str, list[dict]]:
    """All files, as rows by their path below `datasets/`."""
    entries, far, practice = read_sources()
    sets = question_sets(entries, far)
    rows = training_questions(entries, far)
    trained = {entry["document"] for entry in entries if entry["split"] == "F1"}
    chunks = [c for c in documents.chunk(documents.load_documents(HERE / "handbook")) if c.document in trained]
    groups = [raft_items(rows, retrieval.DenseIndex(chunks, models.load_embedder())), practice_items(practice)]
    raft = in_turn([list(group) for items in groups for _, group in itertools.groupby(items, key=lambda item: item["passages"])])
    random.Random(f"{SEED}-house").shuffle(rows)
    return {
        "facts.jsonl": facts_of(entries),
        "questions/test.jsonl": sets["test"],
        "questions/validation.jsonl": sets["validation"],
        "training/house_style.jsonl": rows,
        "training/raft.jsonl": raft,
    }


def in_turn(groups: list[list[dict]]) -> list[dict]:
    """The rows of all groups, the groups in a random order that is always the same."""
    return [row for group in random.Random(f"{SEED}-order").sample(groups, len(groups)) for row in group]


def as_text(rows: list[dict]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    for path, rows in build().items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(as_text(rows), encoding="utf-8")
        print(f"{path}: {len(rows)} rows")
