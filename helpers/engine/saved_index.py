"""Write a dense index to a folder and read it back. The simple way is to embed again."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np

from helpers.documents import Chunk
from helpers.engine import asked, cache
from helpers.engine.encoding import rows
from helpers.engine.vectors import vector_index

FILES = {"index.json", "chunks.json", "vectors.npy"}


def save(index, folder) -> None:
    """Write passages, vectors and the encoder's name and fingerprint, whole or not at all."""
    folder = free(folder)
    chunks = [plain(chunk) for chunk in index.chunks]
    encoder = {"name": index.embedder.name, "fingerprint": index.embedder.fingerprint}
    try:
        with cache.new_folder(folder) as new:
            np.save(new / "vectors.npy", index.vectors, allow_pickle=False)
            cache.write_json(new / "chunks.json", chunks)
            sums = {name: cache.sha256(new / name) for name in ("chunks.json", "vectors.npy")}
            about = {"kind": index.kind, "encoder": encoder, "sha256": sums}
            cache.write_json(new / "index.json", about)
            free(folder)  # nothing else has been put there in the meantime
    except OSError as error:
        why = error.strerror or error
        raise OSError(error.errno, f"The index can't be saved in {folder}: {why}") from error


def free(folder) -> Path:
    """The folder, if an index may be written there: it is new, empty, or holds a saved index.

    Raises ValueError for anything else: what a user keeps there is not ours to replace.
    """
    named = Path(os.path.expanduser(folder))
    if named.is_symlink():
        raise ValueError(f"{named} is a link: name the folder that it leads to, or a new one")
    folder, instead = named.resolve(), f"name a new folder, such as {named / 'index'}"
    if folder in (Path.cwd(), Path(os.path.expanduser("~")), folder.parent):
        raise ValueError(f"{folder} is not a folder of its own for an index: {instead}")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file, and an index is a folder: choose another name")
    held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if held and not (set(held) == FILES and is_index(folder)):
        names = ", ".join(held[:5]) + (f" and {len(held) - 5} more" if len(held) > 5 else "")
        raise ValueError(
            f"{folder} holds {names}, which is not just a saved index, and saving would replace "
            f"it: {instead}"
        )
    return folder


def is_index(folder: Path) -> bool:
    """Did `save` write this folder? Its passages and vectors may be damaged."""
    about = cache.read_json(folder / "index.json")
    return isinstance(about, dict) and {"kind", "encoder"} <= set(about)


def plain(chunk: Chunk) -> dict:
    """A passage as JSON gives it back; raises ValueError if it would come back different."""
    value = asdict(chunk)
    try:
        same = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError, RecursionError) as error:
        same, why = False, f" ({error})"
    else:
        why = ""
    if not same:
        raise ValueError(
            f"The metadata of [{chunk.document}] is not plain JSON{why}: it may hold texts, finite "
            "numbers, True, False, None, lists, and dicts whose keys are texts"
        )
    return value


def load(cls, folder, embedder):
    """Read an index of class `cls`; see `DenseIndex.load`."""
    folder = Path(os.path.expanduser(folder))
    try:
        made_by, kind, chunks, vectors = read(folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        missing = Path(error.filename).name
        raise FileNotFoundError(f"{folder} holds no saved index: {missing} is missing") from None
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, IsADirectoryError) as error:
        raise damaged(folder, error) from None
    except (MemoryError, RecursionError) as error:
        raise damaged(folder, type(error).__name__) from None
    if made_by["fingerprint"] != embedder.fingerprint:
        raise ValueError(
            f"The index in {folder} was made by the encoder '{made_by['name']}' "
            f"({made_by['fingerprint']}) and can't be searched with '{embedder.name}' "
            f"({embedder.fingerprint}): their vectors mean different things. Load that "
            "encoder, or build the index again"
        )
    try:
        index = vector_index(vectors, kind)
    except ValueError as error:
        raise damaged(folder, error) from None
    made = cls.__new__(cls)
    made._hold(chunks, embedder=embedder, kind=kind, vectors=vectors, index=index)
    return made


def damaged(folder, why) -> ValueError:
    """What is raised for a folder that `save` did not leave like this."""
    again = "delete the folder, build the index again and save it"
    return ValueError(f"The index in {folder} is damaged ({why}): {again}")


def read(folder: Path) -> tuple:
    """The encoder, the kind, the passages and the vectors; raises an error for what is damaged."""

    def parsed(name):
        text = (folder / name).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=not_json)

    about, found = parsed("index.json"), parsed("chunks.json")
    made_by, kind = about["encoder"], about["kind"]
    if not all(isinstance(made_by[key], str) for key in ("name", "fingerprint")):
        raise ValueError("the encoder has no name")
    chunks = asked.passages([Chunk(**chunk) for chunk in found])
    for chunk in chunks:
        places = isinstance(chunk.start, int) and isinstance(chunk.end, int)
        if not places or not isinstance(chunk.metadata, dict):
            raise ValueError(f"a passage of [{chunk.document}] has no place or no metadata")
    vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32:
        raise ValueError(f"the vectors are {getattr(vectors, 'dtype', 'something else')}")
    if len(vectors) != len(chunks):
        raise ValueError(f"{len(vectors)} vectors, {len(chunks)} passages")
    for name, digest in about.get("sha256", {}).items():
        if name not in FILES or cache.sha256(folder / name) != digest:
            raise ValueError(f"{name} is not the file that was saved")
    return made_by, kind, chunks, rows(vectors, len(chunks))


def not_json(constant: str):
    """Refuse the NaN and Infinity that Python's reader lets through."""
    raise ValueError(f"{constant} is not JSON")
