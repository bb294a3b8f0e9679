"""Compute the answers that notebook 07 needs and has no time for: one file here for each set of weights. Run: python -m results.make

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


def systems(llm, embedder) -> dict[str, rag.System]:
    """The six systems of notebook 07."""
    index = retrieval.DenseIndex(documents.chunk(documents.load_documents(cache.DATASETS / "handbook")), embedder)
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


def main() -> None:
    """Ask the six systems the test questions, with an empty cache, and keep what they wrote."""
    models.convert()
    converted = (cache.artifacts() / "models").resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_ARTIFACTS"] = folder
        (Path(folder) / "models").symlink_to(converted)
        rows = evaluate.evaluate(systems(models.load_llm(), models.load_embedder()), evaluate.load_questions("test"))
        for path in models.RESULTS.glob("*.jsonl"):
            path.unlink()
        for path in (Path(folder) / "generations").iterdir():
            shutil.copy(path, models.RESULTS)
    machine = f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads, {models.DEVICE}"
    versions = {m.__name__: m.__version__ for m in (torch, transformers)}
    cache.write_json(models.RESULTS / "record.json", {"answers": len(rows), "machine": machine, "versions": versions})
    print(evaluate.scoreboard(rows).round(3))


if __name__ == "__main__":
    main()
