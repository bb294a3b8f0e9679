"""What an index may be asked and may hold: checked in one place, with a sentence that helps."""

import math
from collections.abc import Iterable
from numbers import Real

import numpy as np

from helpers.documents import Chunk
from helpers.engine.checks import count, short, written
from helpers.engine.words import WORD, searchable


def search(queries, k, allowed) -> list[str]:
    """The queries as a list, if they, k and the filter can be used.

    Raises TypeError or ValueError, saying what to pass. An empty list is no error.
    """
    count(k, "k")
    if allowed is not None and not callable(allowed):
        raise TypeError(
            f"allowed must be a function that takes a passage, or None, not {short(allowed)}: "
            'write where(team="sales")'
        )
    queries = listed(queries, str, "queries", 'a list of texts: ["how deep?"]')
    for query in queries:
        written("A query", query)
        if not WORD.search(searchable(query)):
            what = f", and {short(query)} has no word" if query.strip() else ""
            raise ValueError(f"An empty query has no nearest passage{what}: ask for something")
    return queries


def passages(chunks) -> list[Chunk]:
    """The passages as a list. Raises TypeError or ValueError, saying what to pass."""
    chunks = listed(chunks, Chunk, "chunks", "a list of passages: chunk(documents)")
    if not chunks:
        raise ValueError("No passages to index: load documents and cut them into chunks first")
    for chunk in chunks:
        texts = chunk.document, chunk.title, chunk.text
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(f"A passage's document, title and text must be texts: {short(chunk)}")
        written(f"The passage of [{short(chunk.document)}] at character {chunk.start}", *texts)
    if not any(WORD.search(searchable(chunk.embedded)) for chunk in chunks):
        raise ValueError("The passages have no word in them: is the text of the documents empty?")
    return chunks


def documents(ids) -> None:
    """Raise TypeError unless there are ids of documents, each a text."""
    if not ids or not all(isinstance(id, str) for id in ids):
        raise TypeError(f'Name the documents one by one: delete("a", "b"), not {short(ids)}')


def same_passages(indexes) -> None:
    """Raise TypeError unless there are indexes, ValueError if their passages differ."""
    if not indexes or not all(hasattr(index, "search") for index in indexes):
        raise TypeError("Name the indexes one after the other: FusedIndex(dense, keyword)")
    first = indexes[0].chunks
    for chunks in (index.chunks for index in indexes[1:]):
        if chunks != first and set(chunks) != set(first):
            raise ValueError(
                "The indexes hold different passages: build them from the same chunks, and make "
                "every change in each of them"
            )


def weights(values, number: int) -> list[float]:
    """One weight for each of `number` indexes, all 1 if `values` is None; raises ValueError."""
    if values is None:
        return [1] * number
    given = several(values)
    if (
        len(given) != number
        or not all(isinstance(w, Real) and math.isfinite(w) and w >= 0 for w in given)
        or not sum(given)
    ):
        raise ValueError(
            f"weights must be {number} numbers, one for each index, none below 0 and not all 0; "
            f"not {short(values)}"
        )
    return given


def judged(scores, number: int) -> list[float]:
    """The scores of a judge, if there is a number for each pair; raises ValueError."""
    try:
        plain = np.asarray(scores, float)
    except (TypeError, ValueError):
        plain = np.array(np.nan)
    if plain.shape != (number,) or np.isnan(plain).any():
        raise ValueError(
            f"A judge must return one number for each of its {number} pairs, none of them NaN; not "
            f"{short(scores)}"
        )
    return plain.tolist()


def expanded(expand, queries: list[str], allowed) -> list[str]:
    """What `expand` makes of the queries, if it is as many texts; raises ValueError."""
    made = expand(list(queries), allowed)
    texts = isinstance(made, list | tuple) and all(isinstance(text, str) for text in made)
    if not texts or len(made) != len(queries):
        raise ValueError(
            f"`expand` must return a list of texts, one for each of the {len(queries)} queries, "
            f"not {short(made)}"
        )
    return list(made)


def several(value) -> list:
    """The values in a collection; one value alone if it is none."""
    alone = isinstance(value, str | bytes | dict) or not isinstance(value, Iterable)
    return [value] if alone else list(value)


def listed(values, kind: type, name: str, want: str) -> list:
    """`values` as a list of instances of `kind`; raises TypeError for anything else.

    Tuples, arrays and columns of a table will do. What can be read only once will not, nor a dict.
    """
    values = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(values, list | tuple):
        raise TypeError(f"{name} must be {want}, not {short(values)}")
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be {want}; {short(value)} is none")
    return list(values)
