"""Read question files in the formats of SQuAD (one JSON file) and BEIR (a folder).

SQuAD: Rajpurkar et al. 2018, arXiv 1806.03822. BEIR: Thakur et al. 2021, arXiv 2104.08663; it has
no answers, so ours expects `answers` with each query (or under its `metadata`).
"""

import csv
import json
import re
from pathlib import Path

from helpers.documents import Document
from helpers.engine import cache


def read(path) -> tuple[list[Document], list[dict]]:
    """The documents, and the questions: id, question, answers, documents, group, in file order.

    `answers` and `documents` are empty for a question that can't be answered. `group` names the
    article, so that parts of one article stay on one side of a split. Raises ValueError, naming
    what is missing, if it is neither format.
    """
    path = Path(path)
    if path.is_dir():
        return _beir(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file or folder {path.resolve()}")
    try:
        return _squad(path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{path} is not in SQuAD's format (data > paragraphs > context and qas): "
            f"{type(error).__name__}: {error}"
        ) from None


def _squad(path):
    documents, questions, used = [], [], set()
    for article in json.loads(path.read_text(encoding="utf-8-sig"))["data"]:
        title = str(article.get("title") or "untitled").replace("_", " ")
        for number, paragraph in enumerate(article["paragraphs"], start=1):
            id = _unused(f"{_slug(title)}-{number}", used)
            documents.append(Document(id, title, paragraph["context"], str(path)))
            for row in paragraph["qas"]:
                texts = dict.fromkeys(a["text"].strip() for a in row.get("answers", ()))
                known = [] if row.get("is_impossible") else list(filter(None, texts))
                questions.append(_question(row.get("id"), row["question"], known, [id], title))
    return documents, questions


def _beir(folder):
    needed = [folder / "corpus.jsonl", folder / "queries.jsonl"]
    judged = sorted((folder / "qrels").glob("*.tsv"))
    missing = [str(path) for path in needed if not path.is_file()]
    if missing or not judged:
        raise ValueError(
            f"{folder} is not in BEIR's format: it lacks {', '.join(missing) or 'qrels/*.tsv'}"
        )
    rows = cache.read_jsonl(needed[0], ("_id", "text"))
    names, used = {}, set()
    for row in rows:
        names[row["_id"]] = _unused(_slug(str(row["_id"])), used)
    documents = [
        Document(names[row["_id"]], row.get("title") or "", row["text"], str(needed[0]))
        for row in rows
    ]
    right = {}
    for path in judged:
        with open(path, encoding="utf-8", newline="") as file:
            for query, document, score in list(csv.reader(file, delimiter="\t"))[1:]:
                if float(score) > 0:
                    right.setdefault(query, []).append(names[document])
    questions = []
    for row in cache.read_jsonl(needed[1], ("_id", "text")):
        known = row.get("answers") or (row.get("metadata") or {}).get("answers") or []
        found = right.get(row["_id"], [])
        if found:
            questions.append(_question(row["_id"], row["text"], known, found, found[0]))
    if not any(question["answers"] for question in questions):
        raise ValueError(
            f"{needed[1]} has no answers, so no answer can be graded. Add a list `answers` to each "
            "query; a query without one counts as one that can't be answered"
        )
    return documents, questions


def _question(id, text, answers, documents, group):
    return {
        "id": str(id),
        "question": text.strip(),
        "slice": "answerable" if answers else "unanswerable",
        "entity": documents[0],
        "answers": answers,
        "documents": documents if answers else [],
        "span": answers[0] if answers else None,
        "group": group,
    }


def _slug(text):
    return re.sub(r"[^\w.]+", "-", text).strip("-.").lower()[:40] or "document"


def _unused(id, used):
    number = 2
    unused = id
    while unused in used:
        unused, number = f"{id}-{number}", number + 1
    used.add(unused)
    return unused
