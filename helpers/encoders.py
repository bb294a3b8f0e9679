"""Tune a sentence encoder on pairs of question and passage, and measure what it then finds.

The loss is sentence-transformers' MultipleNegativesRankingLoss: in a batch, each question must find
its own passage among all passages of the batch.
"""

from collections.abc import Callable

import numpy as np
import torch

from helpers import metrics, models
from helpers.documents import Chunk
from helpers.engine import cache
from helpers.retrieval import DenseIndex, hits_of


def fine_tune(pairs, batches: Callable, rate: float, epochs=1, seed=0, size=32):
    """The bundled encoder, trained further on `pairs`: (an `Embedder`, the loss of each batch).

    pairs: rows with "question" and "passage". batches: called with the passages of an epoch in
    their order and with `size`, returns lists of indices. rate: the learning rate at the start; it
    falls to zero. The word vectors, half of the weights, stay as they are, and dropout is off: both
    save memory. Raises ValueError if there are no pairs.
    """
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.util import batch_to_device

    steps, losses = in_order(pairs, batches, epochs, seed, size), []
    model = models.load_embedder().model.eval()
    model[0].auto_model.embeddings.requires_grad_(False)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    loss, optimizer = MultipleNegativesRankingLoss(model), torch.optim.AdamW(weights, lr=rate)
    for step, batch in enumerate(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / len(steps))
        sides = [[pair[side] for pair in batch] for side in ("question", "passage")]
        features = [batch_to_device(model.preprocess(texts), model.device) for texts in sides]
        value = loss(features, None)
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(value.item())
    return models.Embedder(model, "tuned"), losses


def in_order(pairs, batches: Callable, epochs: int, seed: int, size: int) -> list[list[dict]]:
    """The batches of all epochs, lists of pairs; pairs and batches are shuffled each time."""
    if not pairs:
        raise ValueError("There is nothing to train on: `pairs` is empty")
    rng, steps = np.random.default_rng(seed), []
    for _ in range(epochs):
        shuffled = [pairs[i] for i in rng.permutation(len(pairs))]
        made = batches([pair["passage"] for pair in shuffled], size)
        steps += [[shuffled[i] for i in made[j]] for j in rng.permutation(len(made))]
    return steps


def as_hits(rows: list[list[int]], chunks: list[Chunk]) -> list:
    """The hits of each question, from the numbers of their chunks, best first."""
    ranked = [[(chunks[n], -rank) for rank, n in enumerate(some)] for some in rows]
    return [hits_of(some, len(some)) for some in ranked]


def recalls(hits, questions: list[dict], k: int = 3) -> np.ndarray:
    """For each question, the share of its documents among its first k hits."""
    pairs = zip(hits, questions, strict=True)
    ranked = [([hit.chunk.document for hit in some], set(q["documents"])) for some, q in pairs]
    return np.array([metrics.recall_at_k(*pair, k) for pair in ranked])


def found_by(encoder, questions: list[dict], chunks: list[Chunk]) -> dict[str, list[float]]:
    """Recall at 1 and 3 and nDCG at 10 of a dense search with this encoder, for each question."""
    index, ndcg = DenseIndex(chunks, encoder), []
    results = index.search([question["question"] for question in questions], 30)
    for question, hits in zip(questions, results, strict=True):
        documents = list(dict.fromkeys(hit.chunk.document for hit in hits))  # each once
        ndcg.append(metrics.ndcg(documents, set(question["documents"])))
    found = {f"recall at {k}": recalls(results, questions, k).tolist() for k in (1, 3)}
    return found | {"nDCG": ndcg}


def gold_pairs(questions: list[dict], chunks: list[Chunk]) -> list[dict]:
    """Questions with the passage that answers them, as pairs; one for each document."""
    pairs = {}
    for q in questions:
        right = (c for c in chunks if c.document in q["documents"] and q["span"] in c.text)
        if chunk := next(right, None):
            pair = {"question": q["question"], "passage": chunk.embedded}
            pairs.setdefault(chunk.document, pair)
    return list(pairs.values())


def general_knowledge() -> tuple[list[dict], list[Chunk]]:
    """A control: the questions of `general/items.jsonl`, and all their options as passages.

    The right option of an item is what its question should find.
    """
    items = cache.read_jsonl(cache.DATASETS / "general" / "items.jsonl")
    ids = {}
    for item in items:
        for option in item["options"]:
            ids.setdefault(option, f"option {len(ids)}")
    questions = []
    for item in items:
        right = ids[item["options"][item["answer"]]]
        about = {"entity": item["id"], "documents": [right]}
        questions.append({"question": item["question"], **about})
    return questions, [Chunk(id, "", text, 0, len(text)) for text, id in ids.items()]
