"""Compute the answers that notebooks have no time for: one file here for each set of weights. Run: python -m results.make

Each line holds the hash of a prompt and what the model wrote; the file's name is the hash of weights and length.
So an answer whose weights or prompt have changed is not found, and is computed again.
"""

import os
import platform
import shutil
import tempfile
from pathlib import Path

import torch
import transformers

from helpers import cache, documents, evaluate, lora, models, rag, retrieval


def dense(embedder) -> retrieval.DenseIndex:
    """The handbook, as the notebooks index it."""
    return retrieval.DenseIndex(documents.chunk(documents.load_documents(cache.DATASETS / "handbook")), embedder)


def systems(llm, index) -> dict[str, rag.System]:
    """The six systems of notebook 07."""
    style = evaluate.load_training("house_style")
    answered = {row["document"][:3]: row for row in style if row["kind"] == "answerable"}
    abstained = next(row for row in style if row["kind"] == "near-miss")
    shots = [(row["question"], row["answer"]) for row in (answered["sup"], answered["saf"], answered["fin"], abstained)]
    house, raft = lora.shipped("house"), lora.shipped("raft")
    return {
        "base": rag.System(llm),
        "prompted": rag.System(llm, shots=shots),
        "RAG": rag.System(llm, index),
        "LoRA": rag.System(llm, adapter=house),
        "naive hybrid": rag.System(llm, index, house),
        "RAFT hybrid": rag.System(llm, index, raft),
    }


def jobs(llm, index):
    """All that is asked, as pairs of systems and questions: by notebook 07, and by 04 (its sweep over k, its unanswerable ones)."""
    yield systems(llm, index), evaluate.load_questions("test")
    validation, raft = evaluate.load_questions("validation"), lora.shipped("raft")
    yield {f"k = {k}": rag.System(llm, index, raft, k=k) for k in (1, 3, 5)}, [q for q in validation if q["answers"]][::6]
    readers = {"as it came": rag.System(llm), "as it came, RAG": rag.System(llm, index)}
    readers |= {"adapted": rag.System(llm, None, raft), "adapted, RAG": rag.System(llm, index, raft)}
    yield readers, [q for q in validation if not q["answers"]][::3]


def main() -> None:
    """Ask with an empty cache, and keep what was written."""
    models.convert()
    converted = (cache.artifacts() / "models").resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_ARTIFACTS"] = folder
        (Path(folder) / "models").symlink_to(converted)
        llm, index = models.load_llm(), dense(models.load_embedder())
        boards = [evaluate.evaluate(*job) for job in jobs(llm, index)]
        for path in models.RESULTS.glob("*.jsonl"):
            path.unlink()
        for path in (Path(folder) / "generations").iterdir():
            shutil.copy(path, models.RESULTS)
    machine = f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads, {models.DEVICE}"
    versions = {m.__name__: m.__version__ for m in (torch, transformers)}
    cache.write_json(models.RESULTS / "record.json", {"answers": sum(map(len, boards)), "machine": machine, "versions": versions})
    for rows in boards:
        print(evaluate.scoreboard(rows).round(3))


if __name__ == "__main__":
    main()
