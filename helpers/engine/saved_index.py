"""Write a dense index to a folder and read it back. The simple way is to embed again."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from helpers.documents import Chunk
from helpers.engine import cache
from helpers.engine.vectors import vector_index


def save(index, folder) -> None:
    """Write passages, vectors and the encoder's name and fingerprint, whole or not at all."""
    with cache.new_folder(folder) as new:
        np.save(new / "vectors.npy", index.vectors, allow_pickle=False)
        cache.write_json(new / "chunks.json", [asdict(chunk) for chunk in index.chunks])
        encoder = {"name": index.embedder.name, "fingerprint": index.embedder.fingerprint}
        cache.write_json(new / "index.json", {"kind": index.kind, "encoder": encoder})


def load(cls, folder, embedder):
    """Read an index of class `cls`; see `DenseIndex.load`."""
    folder = Path(folder)
    try:
        about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        chunks = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        made_by, kind, index = about["encoder"], about["kind"], cls.__new__(cls)
        chunks = [Chunk(**chunk) for chunk in chunks]
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        raise FileNotFoundError(f"{folder} holds no saved index: {missing} is missing") from None
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise ValueError(
            f"The index in {folder} is damaged ({error}): build it again and save it"
        ) from None
    if made_by["fingerprint"] != embedder.fingerprint:
        raise ValueError(
            f"The index in {folder} was made by the encoder '{made_by['name']}' "
            f"({made_by['fingerprint']}) and can't be searched with '{embedder.name}' "
            f"({embedder.fingerprint}): their vectors mean different things. Load that "
            "encoder, or build the index again"
        )
    if len(vectors) != len(chunks):
        raise ValueError(
            f"The index in {folder} is damaged ({len(vectors)} vectors, {len(chunks)} passages): "
            "build it again"
        )
    index._hold(chunks)
    index.embedder, index.kind = embedder, kind
    index.vectors, index.index = vectors, vector_index(vectors, kind)
    return index
