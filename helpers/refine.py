"""What can be put around an index: another order (rerank), a longer query (expand), and who may read what (filter).

They are indexes themselves and go into one another: `Cleared(Reranked(FusedIndex(dense, keyword), likelihood(llm)), "visitor")`.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tqdm.auto import tqdm

from helpers.documents import Chunk
from helpers.retrieval import Filter, Hit, check, hits_of, tokenize

ROLES = {
    "visitor": {"public"},
    "employee": {"public", "internal"},
    "director": {"public", "internal", "restricted"},
}


class _Around:
    """An index around another one, with the same passages."""

    def __init__(self, index):
        self.index = index

    @property
    def chunks(self) -> list[Chunk]:
        """The passages of the index inside."""
        return self.index.chunks


class Reranked(_Around):
    """An index whose first `depth` hits are put into a new order by a slower judge of (query, passage) pairs."""

    def __init__(
        self, index, judge: Callable[[list[tuple[str, Chunk]]], np.ndarray], depth: int = 10
    ):
        """judge: gives a number to each (query, passage) pair; see `likelihood` and `cross_encoder`."""
        super().__init__(index)
        self.judge, self.depth = judge, depth

    def search(
        self, queries: list[str], k: int = 3, allowed: Filter | None = None
    ) -> list[list[Hit]]:
        """The k best of the first `depth` passages; if k is larger, the others follow in their old order."""
        found = self.index.search(queries, max(k, self.depth), allowed)
        pairs = [
            (query, hit.chunk)
            for query, hits in zip(queries, found, strict=True)
            for hit in hits[: self.depth]
        ]
        scores, out = iter(self.judge(pairs)), []
        for hits in found:
            judged = sorted(
                ((hit.chunk, next(scores)) for hit in hits[: self.depth]), key=lambda pair: -pair[1]
            )
            out.append(
                hits_of(judged + [(hit.chunk, float("-inf")) for hit in hits[self.depth :]], k)
            )
        return out


def likelihood(llm, progress: str | None = None) -> Callable:
    """A judge for `Reranked`: how likely does the language model find the query after the passage?

    The query likelihood of Ponte & Croft (1998) with the prompt of a language model (Sachan et al. 2022), in nats a token.
    """

    def judge(pairs):
        queries, scores = {}, {}
        for query, chunk in pairs:
            queries.setdefault(chunk.embedded, {})[query] = None
        for text in tqdm(
            queries, desc=progress, disable=progress is None
        ):  # a passage is read once for all its queries
            prompt = f"{text}\n\nA question that this passage answers:"
            scores[text] = dict(
                zip(
                    queries[text],
                    llm.score(prompt, [f" {query}" for query in queries[text]]),
                    strict=True,
                )
            )
        return np.array([scores[chunk.embedded][query] for query, chunk in pairs])

    return judge


def cross_encoder(name: str) -> Callable:
    """A judge for `Reranked` by folder or hub name, such as "cross-encoder/ms-marco-MiniLM-L6-v2".

    Raises OSError, saying what to do, if it can be found neither on this machine nor on the hub.
    """
    from sentence_transformers import CrossEncoder

    try:
        model = CrossEncoder(str(name))
    except OSError as error:
        raise OSError(
            f"The cross-encoder '{name}' is neither a folder with a model nor in the local hub cache, and the hub could not be reached. "
            "Check the spelling and the network, or use likelihood(llm) with the bundled model."
        ) from error
    return lambda pairs: (
        model.predict([(query, chunk.embedded) for query, chunk in pairs])
        if pairs
        else np.array([])
    )


class Expanded(_Around):
    """An index that is asked longer queries than the ones given."""

    def __init__(self, index, expand: Callable[[list[str], Filter | None], list[str]]):
        """expand: makes the new queries, from the old ones and the filter; see `feedback` and `hyde`."""
        super().__init__(index)
        self.expand = expand

    def search(
        self, queries: list[str], k: int = 3, allowed: Filter | None = None
    ) -> list[list[Hit]]:
        """What the index inside finds for the longer queries."""
        check(queries)
        return self.index.search(self.expand(queries, allowed), k, allowed)


def feedback(index, passages: int = 3, terms: int = 5) -> Callable:
    """Pseudo-relevance feedback for `Expanded`: the query twice, and the words most typical of the first passages found.

    A word's weight is the sum over these passages of score x share of the passage's words x inverse document
    frequency, much as in RM3 (Abdul-Jaleel et al. 2004).
    """

    def expand(queries, allowed):
        documents = [
            set(words) for words in tokenize([c.embedded for c in index.chunks], stem=False)
        ]
        frequency = Counter(word for words in documents for word in words)
        asked, out = tokenize(queries, stem=False), []
        for query, known, hits in zip(
            queries, asked, index.search(queries, passages, allowed), strict=True
        ):
            weights = Counter()
            for hit, words in zip(
                hits,
                tokenize([hit.chunk.embedded for hit in hits], stem=False) if hits else [],
                strict=True,
            ):
                for word in set(words) - set(known):
                    weights[word] += (
                        hit.score
                        * words.count(word)
                        / len(words)
                        * math.log(len(documents) / frequency[word])
                    )
            out.append(
                " ".join(
                    [
                        query,
                        query,
                        *sorted(weights, key=lambda word: (-weights[word], word))[:terms],
                    ]
                )
            )
        return out

    return expand


def hyde(llm, progress: str | None = None) -> Callable:
    """Hypothetical document embeddings for `Expanded` (Gao et al. 2022): the query and a passage that the model makes up for it."""

    def expand(queries, allowed):
        prompts = [
            llm.chat(
                "You write the handbook of a company.",
                f"Write the short paragraph that answers this: {q}",
            )
            for q in queries
        ]
        return [
            f"{q}\n{made.text}"
            for q, made in zip(queries, llm.generate(prompts, 48, progress), strict=True)
        ]

    return expand


def where(**conditions) -> Filter:
    """A filter on metadata: each key must have the value given, one of several (a set or list), or one for which a function gives True.

    Example: `where(department="finance", effective=lambda date: date >= "2026-01-01")`. A passage without the key is left out.
    """

    def meets(chunk, key, wanted):
        value = chunk.metadata.get(key)
        if callable(wanted):
            return value is not None and bool(wanted(value))
        return value in (wanted if isinstance(wanted, (set, frozenset, list, tuple)) else [wanted])

    return lambda chunk: all(meets(chunk, key, wanted) for key, wanted in conditions.items())


class Cleared(_Around):
    """An index as one role may see it. What the role may not read is left out before anything is searched, whatever else is asked for.

    A passage without a clearance counts as restricted.
    """

    def __init__(self, index, role: str):
        """role: one of `ROLES`; ValueError for another."""
        super().__init__(index)
        if role not in ROLES:
            raise ValueError(f"There is no role '{role}'; there are {', '.join(ROLES)}")
        self.role = role

    def _may_read(self, chunk):
        return chunk.metadata.get("clearance", "restricted") in ROLES[self.role]

    @property
    def chunks(self) -> list[Chunk]:
        """The passages that the role may read."""
        return [chunk for chunk in self.index.chunks if self._may_read(chunk)]

    def search(
        self, queries: list[str], k: int = 3, allowed: Filter | None = None
    ) -> list[list[Hit]]:
        """As the index inside, among the passages that the role may read. `allowed` can only narrow this down.

        It sees copies of permitted passages alone, so it can neither widen the choice nor change a clearance.
        """

        def both(chunk):
            return self._may_read(chunk) and (
                allowed is None or allowed(replace(chunk, metadata=dict(chunk.metadata)))
            )

        return self.index.search(queries, k, both)
