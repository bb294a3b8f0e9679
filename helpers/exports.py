"""What a report measured, in the formats of other tools: BEIR, TREC, messages, and ragas.

BEIR: Thakur et al. 2021, arXiv 2104.08663. TREC: the run files of trec_eval. Messages: rows of chat
messages, as services and libraries for training take them. ragas: the fields of its single-turn
samples.
"""

import json
import re
from pathlib import Path

from helpers.engine import cache
from helpers.prompts import STANDARD, Style


def beir(folder, documents: list, questions: list[dict], names: dict[str, str]) -> None:
    """Documents and questions as a BEIR folder: corpus.jsonl, queries.jsonl and qrels/test.tsv.

    documents: (id, title, text) of what is searched. names: what each id stands for. A question
    without an answer has no line in the qrels, and an empty list of answers.
    """
    folder, qrels = Path(folder), ["query-id\tcorpus-id\tscore"]
    corpus = [
        {"_id": id, "title": title, "text": text, "metadata": {"document": names[id]}}
        for id, title, text in documents
    ]
    queries = [
        {"_id": row["id"], "text": row["question"], "answers": row["answers"]} for row in questions
    ]
    qrels += [f"{row['id']}\t{id}\t1" for row in questions for id in row["documents"]]
    _lines(folder / "corpus.jsonl", corpus)
    _lines(folder / "queries.jsonl", queries)
    cache.write_bytes(folder / "qrels" / "test.tsv", ("\n".join(qrels) + "\n").encode())


def trec_run(path, questions: list[dict], hits: list, tag: str) -> None:
    """The documents that a search found for each question, as a TREC run file.

    hits: for each question, `retrieval.Hit`s, best first; a document counts with its best passage.
    """
    lines = []
    for row, found in zip(questions, hits, strict=True):
        best = {}
        for hit in found:
            best.setdefault(hit.chunk.document, hit.score)
        ranked = enumerate(best.items(), start=1)
        lines += [f"{row['id']} Q0 {id} {rank} {score:.6f} {tag}" for rank, (id, score) in ranked]
    cache.write_bytes(path, ("\n".join(lines) + "\n").encode())


def messages(path, rows: list[dict], style: Style) -> None:
    """Training rows, perhaps with passages, as chat messages: one conversation a line."""
    out = []
    for row in rows:
        passages = [(one["document"], one["text"]) for one in row.get("passages", ())]
        turns = {"system": style.instruction, "user": STANDARD.user_turn(row["question"], passages)}
        turns["assistant"] = row["answer"]
        out.append({"messages": [{"role": role, "content": t} for role, t in turns.items()]})
    _lines(path, out)


def ragas(path, questions: list[dict], answers: list[dict], style: Style) -> None:
    """What one system answered, as single-turn samples of ragas.

    answers: for each question its "text" and its "hits", each with a "text".
    """
    rows = [
        {
            "user_input": row["question"],
            "retrieved_contexts": [hit["text"] for hit in answer["hits"]],
            "response": answer["text"],
            "reference": row["answers"][0] if row["answers"] else style.abstention,
        }
        for row, answer in zip(questions, answers, strict=True)
    ]
    _lines(path, rows)


def file_name(system: str) -> str:
    """The name of a system as part of a file's name."""
    return re.sub(r"[^a-z]+", "-", system.lower()).strip("-")


def _lines(path, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    cache.write_bytes(path, text.encode())
