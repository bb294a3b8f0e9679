"""Chunk, embed, index and search: ours against bare sentence-transformers with FAISS, LangChain and
LlamaIndex.

Run: pip install -r benchmarks/requirements.txt; python -m benchmarks.retrieving

All have the same encoder, batch size (32) and exact FAISS index (LlamaIndex through its FAISS
store), and take turns in one process: the speed of a machine changes more from minute to minute
than they differ. All get the same passages, cut by our `chunk`, so that none has more or longer
ones. Building starts with the files and ends with an index that can be searched; loading the
encoder is not counted. Our disk cache is off.
"""

import importlib.util
import os
import tempfile
import time

import numpy as np
from tqdm.auto import tqdm

from helpers import course, documents, metrics, models
from helpers.engine import cache, weights

QUERIES, K, BATCH, BUILDS = 200, 3, 32, 5
NEEDS = {"langchain": "langchain_huggingface", "llamaindex": "llama_index"}


def encoder_folder() -> str:
    """The bundled encoder, which all contestants use."""
    return str(weights.encoder_file().parent)


def ours():
    """Our index. Like the others below: give a function that builds from chunks and one that
    searches.
    """
    from helpers.retrieval import DenseIndex

    embedder = models.load_embedder()
    embedder.model.encode(["warm up"])

    def search(index, query):
        return [(hit.chunk.embedded, hit.score) for hit in index.search([query], K)[0]]

    return lambda chunks: DenseIndex(chunks, embedder), search


def bare():
    """sentence-transformers and FAISS, and nothing else."""
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
        scores, rows = index.search(
            model.encode([query], batch_size=BATCH, normalize_embeddings=True), K
        )
        return [(texts[row], float(score)) for row, score in zip(rows[0], scores[0], strict=True)]

    return build, search


def langchain():
    """LangChain's FAISS store."""
    from langchain_community.vectorstores import FAISS
    from langchain_community.vectorstores.utils import DistanceStrategy
    from langchain_huggingface import HuggingFaceEmbeddings

    options = {"batch_size": BATCH, "normalize_embeddings": True}
    model = HuggingFaceEmbeddings(
        model_name=encoder_folder(), model_kwargs={"device": models.DEVICE}, encode_kwargs=options
    )
    model.embed_query("warm up")

    def build(chunks):
        return FAISS.from_texts(
            [chunk.embedded for chunk in chunks],
            model,
            distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
        )

    def search(store, query):
        return [
            (found.page_content, float(score))
            for found, score in store.similarity_search_with_score(query, k=K)
        ]

    return build, search


def llamaindex():
    """LlamaIndex's vector index over its FAISS store."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    model = HuggingFaceEmbedding(
        model_name=encoder_folder(), embed_batch_size=BATCH, device=models.DEVICE
    )
    dimension = len(model.get_query_embedding("warm up"))

    def build(chunks):
        storage = StorageContext.from_defaults(
            vector_store=FaissVectorStore(faiss.IndexFlatIP(dimension))
        )
        nodes = [TextNode(text=chunk.embedded) for chunk in chunks]
        # ready nodes are not transformed, but without `transformations` it would make a splitter
        # and load a vocabulary for it
        index = VectorStoreIndex(
            nodes, storage_context=storage, embed_model=model, transformations=[model]
        )
        return index.as_retriever(similarity_top_k=K)

    def search(retriever, query):
        return [(found.text, float(found.score)) for found in retriever.retrieve(query)]

    return build, search


CONTESTANTS = {"ours": ours, "bare": bare, "langchain": langchain, "llamaindex": llamaindex}


def from_files(build):
    """What a contestant makes of the handbook."""
    return build(documents.chunk(course.handbook()))


def timed(function, *arguments):
    """The seconds that a call takes, and what it gives."""
    start = time.perf_counter()
    given = function(*arguments)
    return time.perf_counter() - start, given


def agree(some: list, others: list) -> bool:
    """Whether two lists of (text, score) name the same passages in the same order; those of equal
    score may change places.
    """
    return len(some) == len(others) and all(
        a[0] == b[0] or abs(a[1] - b[1]) < 1e-5 for a, b in zip(some, others, strict=True)
    )


def main() -> None:
    """Let the contestants build and search in turns; print medians, and our time divided by theirs
    with a 95% interval.
    """
    missing = [name for name, module in NEEDS.items() if importlib.util.find_spec(module) is None]
    for name in missing:
        print(
            f"{name} is not installed and is left out. To compare with it: pip install -r "
            "benchmarks/requirements.txt"
        )
    contestants = {name: make() for name, make in CONTESTANTS.items() if name not in missing}
    names, questions = (
        list(contestants),
        [row["question"] for row in course.questions("test", None)][:QUERIES],
    )
    builds, queries, built, found = ({name: [] for name in names} for _ in range(4))
    order = np.random.default_rng(
        0
    )  # another one at each turn, so that nobody always comes first or after the same one
    for _ in tqdm(range(BUILDS), desc="building"):
        for name in order.permutation(names):
            with cache.fresh():
                seconds, built[name] = timed(from_files, contestants[name][0])
            builds[name].append(seconds)
    for question in tqdm(questions, desc="searching"):
        for name in order.permutation(names):
            seconds, hits = timed(contestants[name][1], built[name], question)
            queries[name].append(1000 * seconds)
            found[name].append(hits)
    assert all(map(agree, found["ours"], found["bare"])), (
        "ours and the bare libraries find different passages"
    )
    print(
        f"{'':12}{'build s':>8}{'ours/it':>20}{'ms a query':>12}{'ours/it':>20}{'same top-1':>12}"
    )
    for name in names:
        same = np.mean(
            [a[0][0] == b[0][0] for a, b in zip(found["ours"], found[name], strict=True)]
        )
        print(f"{name:12}{against(builds, name, 8)}{against(queries, name, 12)}{same:>12.1%}")


def against(times: dict, name: str, width: int) -> str:
    """The median time, and the geometric mean of our time divided by it, turn by turn."""
    mean, low, high = np.exp(metrics.bootstrap(np.log(np.divide(times["ours"], times[name]))))
    return f"{np.median(times[name]):>{width}.2f}{f'{mean:.2f} [{low:.2f}, {high:.2f}]':>20}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as os.environ["LLAMA_INDEX_CACHE_DIR"]:
        main()
