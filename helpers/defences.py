"""Defences of a retriever: an allow-list of hashes, no echoes of the question, agreement.

Each is an index, a rule or a system around others, so that its price can be measured as theirs.
"""

import hashlib
import json
import re
from collections.abc import Callable
from copy import copy
from functools import lru_cache

import numpy as np

from helpers import metrics
from helpers.changes import changed
from helpers.documents import Chunk
from helpers.engine.extraction import short_answer
from helpers.patterns import Known
from helpers.refine import Around
from helpers.retrieval import Filter
from helpers.system import Answer


def seal(chunk: Chunk) -> tuple[str, str]:
    """A passage's document and the SHA-256 of all that a search or a filter reads of it."""
    parts = [chunk.title, chunk.text, chunk.metadata.get("clearance")]
    return chunk.document, hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def allow_list(chunks: list[Chunk]) -> Filter:
    """A rule that lets through only passages with exactly these texts in these documents."""
    listed = {seal(chunk) for chunk in chunks}
    return lambda chunk: seal(chunk) in listed


def cleaned(builder, rule: Filter):
    """A builder like this one whose indexes hold only the passages that a rule lets through.

    A rule that is asked only while searching leaves the others' words in the statistics of the
    search by words. Here they are gone before anything is counted.
    """
    chunks = builder.indexes["dense"].chunks
    bad = {chunk.document for chunk in chunks if not rule(chunk)}
    rest = [chunk for chunk in chunks if chunk.document in bad and rule(chunk)]
    gone = bad - {chunk.document for chunk in rest}

    def clean(index):
        if gone:
            index.delete(*gone)
        if rest:
            index.update(rest)

    return changed(builder, clean)


def echo(question: str, passage: str, run: int = 3) -> float:
    """The share of the question's runs of so many words that occur in the passage, from 0 to 1.

    Words are runs of letters and digits, in any capitals. A question with fewer words has no run,
    and no echo.
    """
    asked, held = (_runs(text, run) for text in (question, passage))
    return len(asked & held) / len(asked) if asked else 0.0


@lru_cache(maxsize=4096)
def _runs(text, run):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + run]) for i in range(len(words) - run + 1)}


class NoEchoes(Around):
    """An index that leaves out passages which repeat the query."""

    def __init__(self, index, limit: float, measure: Callable = echo):
        """limit: passages whose `measure(query, text)` reaches it are left out."""
        super().__init__(index)
        self.limit, self.measure = limit, measure

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """The k best passages of each query that are no echo of it and that `allowed` lets in."""
        out = []
        for query in queries:

            def both(chunk, query=query):
                fresh = self.measure(query, chunk.text) < self.limit
                return fresh and (allowed is None or allowed(chunk))

            out += self.index.search([query], k, both)
        return out


def echo_limit(builder, questions: list[dict], most: float = 0.01, measure=echo) -> float:
    """The lowest limit that leaves out at most this share of the passages found for the questions.

    The three best passages of the fused search count. Limits are multiples of 0.05; 1.05 leaves out
    nothing.
    """
    asked = [question["question"] for question in questions]
    found = builder.indexes["fused"].search(asked, 3)
    echoes = np.array(
        [
            measure(query, hit.chunk.text)
            for query, hits in zip(asked, found, strict=True)
            for hit in hits
        ]
    )
    limits = [step / 20 for step in range(1, 22)]
    return next(limit for limit in limits if (echoes >= limit).mean() <= most)


def agreed(answers: list[tuple[str, str | None]], least: int) -> str | None:
    """The answer that at least so many different documents give; None if there is none.

    answers: pairs of document and short answer (None: abstained), best document first. Answers are
    the same if `metrics.normalize` makes them so. Most documents win, then the one that came first.
    """
    givers, first = {}, {}
    for document, answer in answers:
        if answer is not None:
            form = metrics.normalize(answer)
            first.setdefault(form, answer)
            givers.setdefault(form, set()).add(document)
    best = max(givers, key=lambda form: len(givers[form]), default=None)
    return first[best] if best is not None and len(givers[best]) >= least else None


class Agreement:
    """A system that reads each passage alone, and answers only what several documents say.

    Much as in RobustRAG (Xiang et al. 2024, arXiv 2405.15556).
    """

    def __init__(self, system, k: int = 3, least: int = 2, agree: Callable = agreed):
        """k: passages, each read alone. least: so many documents must give the same answer."""
        self.system, self.style = system, system.style
        self.k, self.least, self.agree = k, least, agree

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """One `Answer` for each question, with the tokens of all its readings."""
        found = index_of(self.system).search(questions, self.k)
        rounds = []
        for place in range(self.k):
            single = Known(questions, [hits[place : place + 1] for hits in found])
            rounds.append(with_index(self.system, single).answer(questions, progress))
        return [self._joined(*each) for each in zip(questions, found, *rounds, strict=True)]

    def _joined(self, question, hits, *alone):
        pairs = [
            (hit.chunk.document, None if one.abstained else short_answer(one.text) or None)
            for hit, one in zip(hits, alone, strict=False)
        ]
        said = self.agree(pairs, self.least)
        text = self.style.abstention
        if said is not None:
            texts = [one.text for one, (_, short) in zip(alone, pairs, strict=False) if short]
            form = metrics.normalize(said)
            text = next(t for t in texts if metrics.normalize(short_answer(t)) == form)
        cost = {
            name: sum(getattr(one, name) for one in alone)
            for name in ("prompt_tokens", "generated_tokens")
        }
        cost["seconds"] = {"all": sum(sum(one.seconds.values()) for one in alone)}
        return Answer.read(question, text, self.style, hits=tuple(hits), **cost)


def index_of(system):
    """The index that a system, or the system inside it, searches."""
    return system.index if hasattr(system, "index") else index_of(system.system)


def with_index(system, index):
    """A copy of a system, or of the system inside it, that searches this index."""
    return altered(system, index=index)


def altered(system, **changes):
    """A copy of a system with other attributes: those of the system inside it, if it has one."""
    other = copy(system)
    if hasattr(system, "system"):
        other.system = altered(system.system, **changes)
    else:
        vars(other).update(changes)
    return other
