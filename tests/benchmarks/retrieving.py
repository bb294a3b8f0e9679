"""Chunk, embed, index and search: ours against bare sentence-transformers with FAISS, LangChain and LlamaIndex.

Run: pip install -r tests/benchmarks/requirements.txt; python -m tests.benchmarks.retrieving
Each contestant runs in a process of its own, in turn, with the same encoder, batch size (32) and exact FAISS index (LlamaIndex
through its FAISS store). All get the same ready passages, cut by our `chunk`, so that nobody has more or longer ones.
Building starts at the files and ends at an index that can be searched; loading the encoder is not counted. Our disk cache is off.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from tqdm.auto import tqdm

from helpers import cache, documents, evaluate, models

QUERIES, K, BATCH, ROUNDS = 100, 3, 32, 3
MEASURES = ("build s", "ms a query")
INSTALL = "pip install -r tests/benchmarks/requirements.txt"
NEEDS = {"langchain": "langchain_huggingface", "llamaindex": "llama_index"}


def encoder_folder() -> str:
    """The bundled encoder, which all contestants use."""
    return str(models.bundled(models.ENCODER_PACKAGE, models.ENCODER_FILE, models.ENCODER_SHA256).parent)


def ours():
    """Our index. Like the others below: give a function that builds from chunks and one that searches."""
    from helpers.retrieval import DenseIndex

    embedder = models.load_embedder()
    embedder.model.encode(["warm up"])

    def search(index, query):
        return [(hit.chunk.embedded, hit.score) for hit in index.search([query], K)[0]]

    return lambda chunks: DenseIndex(chunks, embedder), search


def bare():
    """The two libraries below it all, and nothing else."""
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(encoder_folder(), device=models.DEVICE)
    model.encode(["warm up"])

    def build(chunks):
        texts = [chunk.embedded for chunk in chunks]
        vectors = model.encode(texts, batch_size=BATCH, normalize_embeddings=True)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return texts, index

    def search(built, query):
        texts, index = built
        scores, rows = index.search(model.encode([query], batch_size=BATCH, normalize_embeddings=True), K)
        return [(texts[row], float(score)) for row, score in zip(rows[0], scores[0], strict=True)]

    return build, search


def langchain():
    """LangChain's FAISS store."""
    from langchain_community.vectorstores import FAISS
    from langchain_community.vectorstores.utils import DistanceStrategy
    from langchain_huggingface import HuggingFaceEmbeddings

    options = {"batch_size": BATCH, "normalize_embeddings": True}
    model = HuggingFaceEmbeddings(model_name=encoder_folder(), model_kwargs={"device": models.DEVICE}, encode_kwargs=options)
    model.embed_query("warm up")

    def build(chunks):
        return FAISS.from_texts([chunk.embedded for chunk in chunks], model, distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT)

    def search(store, query):
        return [(found.page_content, float(score)) for found, score in store.similarity_search_with_score(query, k=K)]

    return build, search


def llamaindex():
    """LlamaIndex's vector index over its FAISS store."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    model = HuggingFaceEmbedding(model_name=encoder_folder(), embed_batch_size=BATCH, device=models.DEVICE)
    dimension = len(model.get_query_embedding("warm up"))

    def build(chunks):
        storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(dimension)))
        nodes = [TextNode(text=chunk.embedded) for chunk in chunks]
        # ready nodes are not transformed, but without `transformations` it would make a splitter and load a vocabulary for it
        index = VectorStoreIndex(nodes, storage_context=storage, embed_model=model, transformations=[model])
        return index.as_retriever(similarity_top_k=K)

    def search(retriever, query):
        return [(found.text, float(found.score)) for found in retriever.retrieve(query)]

    return build, search


CONTESTANTS = {"ours": ours, "bare": bare, "langchain": langchain, "llamaindex": llamaindex}


def measure(name: str) -> dict:
    """Build once and ask every question alone."""
    build, search = CONTESTANTS[name]()
    questions = [row["question"] for row in evaluate.load_questions("test", None)][:QUERIES]
    start = time.perf_counter()
    index = build(documents.chunk(documents.load_documents(cache.DATASETS / "handbook")))
    seconds, times, found = time.perf_counter() - start, [], []
    for question in questions:
        start = time.perf_counter()
        found.append(search(index, question))
        times.append(time.perf_counter() - start)
    return {"build s": seconds, "ms a query": 1000 * statistics.median(times), "found": found}


def run(name: str) -> dict:
    """Measure in a fresh process with an empty folder for everything computed."""
    with tempfile.TemporaryDirectory() as folder:
        folders = {"COURSE_ARTIFACTS": folder, "LLAMA_INDEX_CACHE_DIR": folder}
        environment = {**os.environ, **folders, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "tests.benchmarks.retrieving", name]
        out = subprocess.run(command, cwd=cache.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(out.stdout.splitlines()[-1])


def agree(some: list, others: list) -> bool:
    """Whether two lists of (text, score) name the same passages in the same order; those of equal score may change places."""
    return len(some) == len(others) and all(a[0] == b[0] or abs(a[1] - b[1]) < 1e-5 for a, b in zip(some, others, strict=True))


def main() -> None:
    """Run the contestants in turn; print medians and the medians of the ratios within a round."""
    missing = [name for name, module in NEEDS.items() if importlib.util.find_spec(module) is None]
    for name in missing:
        print(f"{name} is not installed and is left out. To compare with it: {INSTALL}")
    runs = {name: [] for name in CONTESTANTS if name not in missing}
    for name in tqdm([name for _ in range(ROUNDS) for name in runs]):
        runs[name].append(run(name))
        tqdm.write(f"{name}: " + ", ".join(f"{what} {runs[name][-1][what]:.2f}" for what in MEASURES))
    for mine, other in zip(runs["ours"], runs["bare"], strict=True):
        assert all(map(agree, mine["found"], other["found"])), "ours and the bare libraries find different passages"
    print(f"{'':12}{'build s':>10}{'ours/it':>10}{'ms a query':>12}{'ours/it':>10}{'same top-1':>12}")
    for name, rounds in runs.items():
        line = f"{name:12}"
        for what, width in zip(MEASURES, (10, 12), strict=True):
            ratio = statistics.median(mine[what] / it[what] for mine, it in zip(runs["ours"], rounds, strict=True))
            line += f"{statistics.median(it[what] for it in rounds):>{width}.2f}{ratio:>10.2f}"
        same = statistics.mean(a[0][0] == b[0][0] for a, b in zip(runs["ours"][-1]["found"], rounds[-1]["found"], strict=True))
        print(f"{line}{same:>12.1%}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
