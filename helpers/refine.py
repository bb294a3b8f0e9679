"""Put something around an index: a new order, longer queries, or who may read what.

Each is an index itself, so they nest: `Cleared(Reranked(index, likelihood(llm)), "visitor")`.
"""

import math
from collections import Counter
from collections.abc import Callable
from copy import deepcopy

import numpy as np
from tqdm.auto import tqdm

from helpers.documents import Chunk
from helpers.engine import asked, checks, weights
from helpers.retrieval import Filter, hits_of, tokenize

LEVELS = ("public", "internal", "restricted")
ROLES = {"visitor": LEVELS[:1], "employee": LEVELS[:2], "director": LEVELS}


class Around:
    """An index around another one, with the same passages."""

    def __init__(self, index):
        """index: the one inside."""
        self.index = index

    @property
    def chunks(self) -> list[Chunk]:
        """The passages of the index inside."""
        return self.index.chunks


class Reranked(Around):
    """An index whose first `depth` hits are reordered by a slower, better judge."""

    def __init__(self, index, judge: Callable, depth: int = 10):
        """judge: returns one score for each (query, chunk) pair: `likelihood`, `cross_encoder`."""
        checks.count(depth, "depth")
        super().__init__(index)
        self.judge, self.depth = judge, depth

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """The k best of the first `depth` passages; beyond `depth` the old order is kept."""
        queries = asked.search(queries, k, allowed)
        found = self.index.search(queries, max(k, self.depth), allowed)
        both = zip(queries, found, strict=True)
        pairs = [(query, hit.chunk) for query, hits in both for hit in hits[: self.depth]]
        scores, out = iter(asked.judged(self.judge(pairs), len(pairs))), []
        for hits in found:
            judged = [(hit.chunk, next(scores)) for hit in hits[: self.depth]]
            judged.sort(key=lambda pair: -pair[1])
            others = [(hit.chunk, float("-inf")) for hit in hits[self.depth :]]
            out.append(hits_of(judged + others, k))
        return out


def likelihood(llm, progress: str | None = None) -> Callable:
    """A judge for `Reranked`: how likely is the query after the passage, to the language model?

    Ponte & Croft (1998), with a prompt like that of Sachan et al. (2022); in nats per token.
    """

    def judge(pairs):
        queries, scores = {}, {}
        for query, chunk in pairs:
            queries.setdefault(chunk.embedded, {})[query] = None
        # A passage is read once for all its queries.
        for text in tqdm(queries, desc=progress, disable=progress is None):
            prompt = llm.literal(f"{text}\n\nA question that this passage answers:")
            values = llm.score(prompt, [llm.literal(f" {query}") for query in queries[text]])
            scores[text] = dict(zip(queries[text], values, strict=True))
        return np.array([scores[chunk.embedded][query] for query, chunk in pairs])

    return judge


def cross_encoder(name: str) -> Callable:
    """A judge, by folder or hub name ("cross-encoder/ms-marco-MiniLM-L6-v2"). Raises OSError."""
    model = weights.cross_encoder(name)

    def judge(pairs):
        texts = [(query, chunk.embedded) for query, chunk in pairs]
        return model.predict(texts) if texts else np.array([])

    return judge


class Expanded(Around):
    """An index that expands each query before it searches."""

    def __init__(self, index, expand: Callable):
        """expand: takes queries and filter, returns as many queries: `feedback`, `hyde`."""
        super().__init__(index)
        self.expand = expand

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """What the index inside finds for the longer queries."""
        queries = asked.search(queries, k, allowed)
        return self.index.search(asked.expanded(self.expand, queries, allowed), k, allowed)


def feedback(index, passages: int = 3, terms: int = 5) -> Callable:
    """Pseudo-relevance feedback for `Expanded`: the query twice, and typical words of its hits.

    A word's weight is the sum over the first passages of score x share of the passage's words x
    inverse document frequency, much as in RM3 (Abdul-Jaleel et al. 2004).
    """

    def expand(queries, allowed):
        checks.count(terms, "terms")
        texts = tokenize([chunk.embedded for chunk in index.chunks], stem=False)
        frequency = Counter(word for words in texts for word in set(words))
        words_asked, found = tokenize(queries, stem=False), index.search(queries, passages, allowed)
        out = []
        for query, known, hits in zip(queries, words_asked, found, strict=True):
            weights = Counter()
            for hit in hits:
                (words,) = tokenize([hit.chunk.embedded], stem=False)
                for word in set(words) - set(known):
                    rarity = math.log(len(texts) / frequency[word])
                    weights[word] += hit.score * words.count(word) / len(words) * rarity
            best = sorted(weights, key=lambda word: (-weights[word], word))[:terms]
            out.append(" ".join([query, query, *best]))
        return out

    return expand


def hyde(llm, progress: str | None = None) -> Callable:
    """HyDE for `Expanded` (Gao et al. 2022): the query and a passage made up for it."""

    def expand(queries, allowed):
        system, task = "You write the handbook of a company.", "Write the short paragraph that"
        prompts = [llm.chat(system, f"{task} answers this: {query}") for query in queries]
        made = llm.generate(prompts, 48, progress)
        return [f"{query}\n{one.text}" for query, one in zip(queries, made, strict=True)]

    return expand


def where(**conditions) -> Filter:
    """A filter on metadata: for each key its value, several (a set or list), or a test.

    `where(team="sales", date=lambda day: day >= "2026")` leaves out passages that lack a key. If a
    passage has a list of values, such as tags, one that is wanted is enough.
    """
    choices = {key: asked.several(wanted) for key, wanted in conditions.items()}

    def meets(value, key):
        if callable(conditions[key]):
            return value is not None and bool(conditions[key](value))
        return any(one in choices[key] for one in [value, *asked.several(value)])

    return lambda chunk: all(meets(chunk.metadata.get(key), key) for key in conditions)


class Cleared(Around):
    """The part of an index that a role may read; a passage without a known level is restricted."""

    def __init__(self, index, role: str):
        """role: one of `ROLES`; ValueError for another."""
        super().__init__(index)
        if role not in list(ROLES):
            raise ValueError(f"There is no role '{role}'; there are {', '.join(ROLES)}")
        self.role = role

    def _may_read(self, chunk):
        level = chunk.metadata.get("clearance")
        return (level if level in LEVELS else "restricted") in ROLES[self.role]

    @property
    def chunks(self) -> list[Chunk]:
        """The passages that the role may read."""
        return [chunk for chunk in self.index.chunks if self._may_read(chunk)]

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """Search only what the role may read; `allowed` sees copies, so it can only narrow that."""

        def both(chunk):
            return self._may_read(chunk) and (allowed is None or allowed(deepcopy(chunk)))

        return self.index.search(asked.search(queries, k, allowed), k, both)
