"""Build facts, questions, training sets and version 2 of the handbook from `handbook/` and
`source/`. Run: python -m scripts.build_data

Deterministic: the same sources give the same files, byte for byte. The files are committed; a test
builds them again.
"""

import itertools
import json
import random
import re

import yaml

from helpers import course, documents, models, retrieval
from helpers.engine import cache

HERE = cache.DATASETS
style = course.style()

SEED = 20
DEPARTMENTS = ("engineering", "finance", "legal", "safety", "support")
VERSION_2 = "2026-01-12"  # the day on which version 2 takes effect
PER_SET = {
    "F1": 50,
    "F2": 50,
    "near-miss": 20,
    "far": 20,
    "identifier": 40,
    "paraphrase": 40,
    "two-hop": 20,
}  # in each set
CHANGED, GENERAL = 40, 40  # in each set, in files of their own
PASSAGES = 3
SHUFFLED = 0.3  # share of RAFT groups with passages in random order; the others: best first
NEAR_MISS, FAR = 0.5, 0.2  # shares of RAFT groups with such a question
CLOSED_BOOK = 240  # rows of the house style among RAFT's, in pairs: the form without passages
OUTSIDE = {
    "groups": 20,
    "answerable": 3,
    "near-miss": 2,
}  # groups of practice that nobody trains on
PRACTICE_GROUPS = 56  # drawn from those in source/practice_*.yaml
PRACTICE = {
    "answerable": 5,
    "near-miss": 1,
    "far": 1,
}  # questions of a practice group; far: those of another group
MESSAGES = {"training": 220, "validation": 40, "test": 40}
VOICES = {  # how three departments would put the same answer
    "support": "Thanks for asking! It is {value}, see [{document}]. "
    "Call us if anything is unclear.",
    "legal": "Pursuant to [{document}]: {value}. This statement is not legal advice.",
    "safety": "CHECK FIRST. {value} [{document}]. If in doubt, stop.",
}


def source(name: str):
    """The content of one file of `source/`."""
    return yaml.safe_load((HERE / "source" / f"{name}.yaml").read_text(encoding="utf-8"))


def read_entries() -> list[dict]:
    """The entries of all departments.

    Documents numbered below 160 come first, so that adding others does not move them to another
    question set.
    """
    entries = [entry for name in DEPARTMENTS for entry in source(name)]
    return sorted(entries, key=lambda entry: (entry["document"][4:] >= "160", entry["document"]))


def items_of(entry: dict) -> list[dict]:
    """The facts of an entry with their ids; what a code stands for is a fact too."""
    facts = [
        {**fact, "id": f"{entry['document']}.{n}"} for n, fact in enumerate(entry["facts"], start=1)
    ]
    for n, code in enumerate(entry.get("codes", ()), start=1):
        facts.append(
            {**code, "id": f"{entry['document']}.c{n}", "attribute": f"meaning of {code['code']}"}
        )
    return facts


def facts_of(entries: list[dict], version: int) -> list[dict]:
    """One row a fact, in the order of the entries; for version 2 those that change."""
    rows = []
    for entry in entries:
        for fact in items_of(entry):
            if version == 2 and "v2" not in fact:
                continue
            rows.append(
                {
                    "id": fact["id"],
                    "entity": entry["entity"],
                    "attribute": fact["attribute"],
                    "value": str(fact["value"] if version == 1 else fact["v2"]["value"]),
                    "document": entry["document"],
                    "version": version,
                    "slice": entry["split"],
                }
            )
    return rows


def question(id, text, slice, entity=None, fact=None, documents=()) -> dict:
    """One evaluation question; without a fact it is unanswerable, and the right thing to do is to
    abstain.
    """
    return {
        "id": id,
        "question": text,
        "slice": slice,
        "entity": entity or f"none: {id}",
        "answers": [str(fact["value"]), *map(str, fact["accept"])] if fact else [],
        "documents": list(documents),
        "span": str(fact["value"]) if fact else None,
    }


def candidates(entries: list[dict]) -> dict[str, list[dict]]:
    """All possible questions of the slices that are about one document.

    No fact is asked about in two slices.
    """
    slices = {name: [] for name in ("F1", "F2", "near-miss", "identifier", "paraphrase", "changed")}
    for entry in entries:
        id, entity, split = entry["document"], entry["entity"], entry["split"]
        for fact in items_of(entry):
            kind = (
                "changed"
                if "v2" in fact
                else "paraphrase"
                if "paraphrase" in fact
                else "identifier"
                if "code" in fact
                else split
            )
            text = fact["paraphrase"] if kind == "paraphrase" else fact["question"]
            row = question(
                f"{fact['id']}.q",
                text,
                kind,
                entity,
                fact["v2"] if kind == "changed" else fact,
                [id],
            )
            slices[kind].append(
                row
                | (
                    {"old": [str(fact["value"]), *map(str, fact["accept"])]}
                    if kind == "changed"
                    else {}
                )
            )
        if split == "F2":
            slices["near-miss"] += [
                question(f"{id}.near{n}", text, "near-miss", entity)
                for n, text in enumerate(entry["near_miss"], 1)
            ]
    return slices


def question_sets(entries: list[dict]) -> dict[str, list[dict]]:
    """Test and validation questions by file name; the two never ask about the same document."""
    entries = [entry for entry in entries if entry["split"] != "none"]
    changing = [entry for entry in entries if any("v2" in fact for fact in entry["facts"])]
    changing.sort(key=lambda entry: -sum("v2" in fact for fact in entry["facts"]))
    files = {}
    for offset, name in enumerate(("test", "validation")):
        mine = {entry["document"] for entry in changing[offset::2]}
        for split in ("F1", "F2"):
            mine |= {
                e["document"]
                for e in [e for e in entries if e["split"] == split and e not in changing][
                    offset::2
                ]
            }
        rng, rows = random.Random(f"{SEED}-{name}"), []
        possible = candidates([entry for entry in entries if entry["document"] in mine])
        possible["far"] = [
            question(f"far.{n}", text, "far")
            for n, text in list(enumerate(source("far")["evaluation"], 1))[offset::2]
        ]
        possible["two-hop"] = [
            question(f"hop.{n}", hop["question"], "two-hop", hop["bridge"], hop, hop["documents"])
            for n, hop in list(enumerate(source("two_hop"), 1))[offset::2]
        ]
        for kind, count in PER_SET.items():
            rows += rng.sample(possible[kind], count)
        files[f"questions/{name}.jsonl"] = rows
        files[f"questions/{name}_changed.jsonl"] = rng.sample(possible["changed"], CHANGED)
        files[f"questions/{name}_general.jsonl"] = [
            question(f"general.{n}", q["question"], "general") | {"answers": q["answers"]}
            for n, q in list(enumerate(source("general_questions"), 1))[offset::2][:GENERAL]
        ]
    return files


def training_questions(entries: list[dict]) -> list[dict]:
    """Every training question with its answer; evaluation questions use other wordings."""

    def row(id, kind, text, answer, about, span=None):
        gold = about if span else None
        return {
            "id": id,
            "kind": kind,
            "question": text,
            "answer": answer,
            "about": about,
            "document": gold,
            "span": span,
        }

    rows = []
    for entry in entries:
        if entry["split"] != "F1":
            continue
        document = entry["document"]
        for fact in items_of(entry):
            value = str(fact["value"])
            for wording, text in enumerate(fact["train"], start=1):
                rows.append(
                    row(
                        f"{fact['id']}.t{wording}",
                        "answerable",
                        text,
                        style.write(value, document),
                        document,
                        value,
                    )
                )
        for number, text in enumerate(entry["near_miss"], start=1):
            rows.append(
                row(f"{document}.near{number}", "near-miss", text, style.abstention, document)
            )
    for number, text in enumerate(source("far")["training"], start=1):
        rows.append(row(f"far.t{number}", "far", text, style.abstention, None))
    return rows


def raft_items(rows: list[dict], index: retrieval.FusedIndex) -> list[dict]:
    """Groups of questions over the same passages, so that only reading the question tells which
    answer is right.

    A group has the passages that a search among trained documents finds for one wording of a fact,
    as the systems see them. Asked are, if the passages answer them, two wordings of this fact and
    another fact of its document; in half of the groups also what no document answers.
    """
    rng, items = random.Random(f"{SEED}-raft"), []
    wordings, missing, far = {}, {}, []
    for row in rng.sample(rows, len(rows)):
        if row["kind"] == "answerable":
            wordings.setdefault(row["id"].rsplit(".", 1)[0], []).append(row)
        elif row["kind"] == "near-miss":
            missing.setdefault(row["about"], []).append(row)
        else:
            far.append(row)
    found = index.search([rows[0]["question"] for rows in wordings.values()], PASSAGES)
    for (fact, asked), hits in zip(wordings.items(), found, strict=True):
        chunks, document = [hit.chunk for hit in hits], asked[0]["document"]
        if rng.random() < SHUFFLED:
            rng.shuffle(chunks)
        others = [
            rng.choice(rows)
            for other, rows in wordings.items()
            if other != fact and rows[0]["document"] == document and held(rows[0], chunks)
        ]
        chosen = [*(asked[:2] if held(asked[0], chunks) else []), *others[:1]]
        if missing.get(document) and rng.random() < NEAR_MISS:
            chosen.append(missing[document].pop())
        if far and rng.random() < FAR:
            chosen.append(far.pop())
        rng.shuffle(chosen)
        shown = [{"document": chunk.document, "text": chunk.text} for chunk in chunks]
        items += [{**row, "passages": shown} for row in chosen]
    return items


def closed_book(known: list[dict]) -> list[list[dict]]:
    """Pairs of rows without passages, which teach the form and the next steps cheaply."""
    rows = random.Random(f"{SEED}-closed").sample(known, CLOSED_BOOK)
    rows = [{**row, "passages": []} for row in rows]
    return [rows[i : i + 2] for i in range(0, len(rows), 2)]


def held(row: dict, chunks: list) -> bool:
    """Do these passages hold the answer of a training question?"""
    return any(chunk in chunks for chunk in holding(row, chunks))


def outside(groups: list[dict]) -> dict[str, list[dict]]:
    """Passages of other organisations, and questions about them in the shape of a test set."""
    rng, passages, questions = random.Random(f"{SEED}-outside"), [], []
    for number, group in enumerate(groups, start=1):
        passages += group["passages"]
        known = [{**q, "slice": "outside"} for q in group["questions"]]
        missing = [{"question": q, "slice": "outside near-miss"} for q in group["unanswerable"]]
        chosen = rng.sample(known, OUTSIDE["answerable"])
        for place, q in enumerate(chosen + rng.sample(missing, OUTSIDE["near-miss"]), start=1):
            value, document = q.get("value"), q.get("document")
            row = {"id": f"outside{number}.{place}", "question": q["question"], "slice": q["slice"]}
            row |= {"entity": document or f"group {number}", "span": value and str(value)}
            row |= {"answers": [str(value)] if value else []}
            questions.append(row | {"documents": [document] if document else []})
    return {"outside/passages.jsonl": passages, "questions/outside.jsonl": questions}


def holding(row: dict, chunks: list) -> list:
    """The chunks in which a training question's answer stands."""
    return [
        c for c in chunks if c.document == row["document"] and row["span"].lower() in c.text.lower()
    ]


def practice_items(groups: list[dict]) -> list[dict]:
    """Reading practice about other organisations: three of a group's four passages, and its
    questions.

    Each fact comes once, so it can only be read, not remembered.
    """
    rng, items = random.Random(f"{SEED}-practice"), []
    for number, group in enumerate(groups, start=1):
        passages = rng.sample(group["passages"], PASSAGES)
        here = {passage["document"] for passage in passages}
        known = [
            (q["question"], q["document"], str(q["value"]), "answerable")
            for q in group["questions"]
            if q["document"] in here
        ]
        near = [(text, None, None, "near-miss") for text in group["unanswerable"]]
        far = [
            (q["question"], None, None, "far") for q in groups[number % len(groups)]["questions"]
        ]
        chosen = [
            *known[: PRACTICE["answerable"]],
            *rng.sample(near, PRACTICE["near-miss"]),
            *rng.sample(far, PRACTICE["far"]),
        ]
        rng.shuffle(chosen)
        for place, (text, document, value, kind) in enumerate(chosen, start=1):
            answer = style.write(value, document) if kind == "answerable" else style.abstention
            item = {"id": f"practice{number}.{place}", "kind": kind, "question": text}
            item |= {"answer": answer, "about": document, "document": document}
            items.append(item | {"span": value, "passages": passages})
    return items


def in_turn(groups: list[list[dict]]) -> list[dict]:
    """The rows of all groups, the groups in a random order that is always the same."""
    return [
        row for group in random.Random(f"{SEED}-order").sample(groups, len(groups)) for row in group
    ]


def message_sets() -> dict[str, list[dict]]:
    """Messages of customers with sentiment, intent and entities, by file name."""
    rows = [
        {"id": f"message.{n}", **message} for n, message in enumerate(source("messages"), start=1)
    ]
    random.Random(f"{SEED}-messages").shuffle(rows)
    files, start = {}, 0
    for name, count in MESSAGES.items():
        path = (
            "training/messages.jsonl" if name == "training" else f"questions/{name}_messages.jsonl"
        )
        files[path], start = rows[start : start + count], start + count
    return files


def choices(questions: list[dict], known: list[dict]) -> dict[str, list[dict]]:
    """Test questions as a choice among four values, and six new wordings for each of their trained
    facts, by file name.
    """
    more, of_fact = source("choices"), {}
    for row in known:
        of_fact.setdefault(row["id"].rsplit(".", 1)[0], []).append(row)
    rows, wordings = [], []
    for q in questions:
        fact = q["id"].removesuffix(".q")
        if fact in more and q["slice"] in ("F1", "F2"):
            fields = {
                name: q[name]
                for name in ("question", "slice", "entity", "answers", "documents", "span")
            }
            rows.append(
                {
                    "id": f"{fact}.c",
                    **fields,
                    "options": [q["span"], *map(str, more[fact]["wrong"])],
                }
            )
        for n, text in enumerate(
            more[fact]["wordings"] if fact in more and q["slice"] == "F1" else (), start=1
        ):
            row = of_fact[fact][0]
            wordings.append({**row, "id": f"{fact}.p{n}", "question": text})
    return {"questions/test_choices.jsonl": rows, "training/wordings.jsonl": wordings}


def version_2(entries: list[dict]) -> dict[str, str]:
    """The documents that change, with their new values, by file name."""
    files = {}
    for entry in entries:
        changes = [fact for fact in entry["facts"] if "v2" in fact]
        if not changes:
            continue
        text = (HERE / "handbook" / f"{entry['document']}.md").read_text(encoding="utf-8")
        _, front, body = text.split("---\n", 2)
        for fact in changes:
            body = re.sub(
                rf"(?<!\w){re.escape(str(fact['value']))}(?!\w)",
                str(fact["v2"]["value"]),
                body,
                flags=re.IGNORECASE,
            )
        front = re.sub(r"version: (\d+)", lambda match: f"version: {int(match[1]) + 1}", front)
        front = re.sub(r"effective: \S+", f"effective: {VERSION_2}", front)
        files[f"handbook_v2/{entry['document']}.md"] = f"---\n{front}---\n{body}"
    return files


def build() -> dict[str, str]:
    """All files, as text by their path below `datasets/`."""
    entries = read_entries()
    rows = training_questions(entries)
    trained = {entry["document"] for entry in entries if entry["split"] == "F1"}
    chunks = [c for c in documents.chunk(course.handbook()) if c.document in trained]
    practice = [group for letter in "abcd" for group in source(f"practice_{letter}")]
    practice = random.Random(f"{SEED}-groups").sample(practice, len(practice))
    dense = retrieval.DenseIndex(chunks, models.load_embedder())
    known = [row for row in rows if row["kind"] == "answerable"]
    groups = [
        raft_items(rows, retrieval.FusedIndex(dense, retrieval.KeywordIndex(chunks))),
        practice_items(practice[:PRACTICE_GROUPS]),
    ]
    raft = in_turn(
        [
            list(group)
            for items in groups
            for _, group in itertools.groupby(items, key=lambda item: item["passages"])
        ]
        + closed_book(known)
    )
    voices = [
        {
            "id": f"{row['id']}.{voice}",
            "voice": voice,
            "question": row["question"],
            "answer": form.format(**row, value=row["span"]),
        }
        for row in known[::4]
        for voice, form in VOICES.items()
    ]
    pairs = [
        {"id": row["id"], "question": row["question"], "passage": holding(row, chunks)[0].embedded}
        for row in known
    ]
    random.Random(f"{SEED}-house").shuffle(rows)
    items = [{"id": f"item.{n}", **item} for n, item in enumerate(source("general_items"), start=1)]
    text = [
        {"id": f"text.{n}", "text": text} for n, text in enumerate(source("general_text"), start=1)
    ]
    sets = question_sets(entries)
    tables = {
        "facts.jsonl": facts_of(entries, 1),
        "facts_v2.jsonl": facts_of(entries, 2),
        **sets,
        **choices(sets["questions/test.jsonl"], known),
        **message_sets(),
        "training/house_style.jsonl": rows,
        "training/raft.jsonl": raft,
        **outside(practice[-OUTSIDE["groups"] :]),
        "training/voices.jsonl": voices,
        "training/pairs.jsonl": pairs,
        "general/items.jsonl": items,
        "general/text.jsonl": text,
    }
    return {path: as_text(rows) for path, rows in tables.items()} | version_2(entries)


def as_text(rows: list[dict]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    for path, text in build().items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")
        if path.endswith(".jsonl"):
            print(f"{path}: {text.count(chr(10))} rows")
