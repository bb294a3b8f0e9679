"""How hard is retrieval on this handbook?

Print the report and put it into the data card. Run: python -m scripts.difficulty

Questions of both sets, passages as the notebooks cut them, three retrievers: BM25, dense, and both
fused.
"""

import re

import numpy as np
import pandas as pd

from helpers import course, documents, metrics, models, retrieval
from helpers.engine import cache

SLICES = ("F1", "F2", "identifier", "paraphrase", "near-miss", "two-hop")
DEPTHS = (1, 3, 10)
MARK = "<!-- difficulty -->"


def wanted(question: dict) -> set[str]:
    """The documents that should be found; for a near-miss the one about its entity, though it does
    not give the answer.
    """
    return set(question["documents"]) or {question["id"].split(".")[0]}


def words(texts: list[str]) -> list[set[str]]:
    """The content words of each text: stemmed, without stop words."""
    return [set(found) for found in retrieval.tokenize(texts)]


def rankings(chunks, questions, embedder) -> dict[str, list[list[str]]]:
    """For each retriever and question the documents of its ten best passages, best first."""
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    indexes = {"BM25": keyword, "dense": dense, "fused": retrieval.FusedIndex(dense, keyword)}
    asked = [q["question"] for q in questions]
    return {
        name: [[hit.chunk.document for hit in hits] for hits in index.search(asked, max(DEPTHS))]
        for name, index in indexes.items()
    }


def report() -> str:
    """The whole report as Markdown."""
    handbook = course.handbook()
    chunks = documents.chunk(handbook)
    questions = [q for name in ("test", "validation") for q in course.questions(name, SLICES)]
    found = rankings(chunks, questions, models.load_embedder())
    passages = [
        " ".join(
            c.embedded
            for c in chunks
            if c.document in wanted(q)
            and (q["span"] is None or q["span"].lower() in c.text.lower())
        )
        for q in questions
    ]
    table = pd.DataFrame({"slice": [q["slice"] for q in questions]})
    for name, ranked in found.items():
        for k in DEPTHS:
            table[f"{name} @{k}"] = [
                metrics.recall_at_k(list(r), wanted(q), k)
                for r, q in zip(ranked, questions, strict=True)
            ]
    pairs = zip(words([q["question"] for q in questions]), words(passages), strict=True)
    table["overlap"] = [len(asked & there) / max(1, len(asked)) for asked, there in pairs]
    means = table.groupby("slice", sort=False).mean().loc[list(SLICES)]
    lines = [
        "| slice | questions | " + " | ".join(means.columns) + " |",
        "|---|" + "---|" * (len(means.columns) + 1),
    ]
    for name, row in means.iterrows():
        lines.append(
            f"| {name} | {(table.slice == name).sum()} | "
            + " | ".join(f"{value:.2f}" for value in row)
            + " |"
        )
    lengths = (
        np.percentile([len(d.text.split()) for d in handbook], (0, 25, 50, 75, 100))
        .round()
        .astype(int)
    )
    lines += [
        "",
        f"{len(handbook)} documents in {len(chunks)} passages. Words in a document: "
        f"from {lengths[0]} to {lengths[4]}, median {lengths[2]}, half of them between "
        f"{lengths[1]} and {lengths[3]}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    text, card = report(), cache.DATASETS / "README.md"
    print(text)
    parts = re.split(re.escape(MARK), card.read_text(encoding="utf-8"))
    card.write_text(f"{parts[0]}{MARK}\n{text}\n{MARK}{parts[2]}", encoding="utf-8")
