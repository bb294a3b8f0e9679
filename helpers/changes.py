"""What follows when documents change: indexes that hold others, passages with the new values.

The builder that is passed in stays as it is, so the state before a change is never lost.
"""

import re
from collections.abc import Callable
from copy import copy
from dataclasses import replace

from helpers.contest import Builder
from helpers.refine import Around
from helpers.retrieval import Filter, FusedIndex


def changed(builder: Builder, change: Callable) -> Builder:
    """A builder like this one after `change(index)` was made in its dense and its keyword index.

    change: for example `lambda index: index.update(chunks)`; see `retrieval` for others.
    """
    dense, keyword = (copy(index) for index in builder.indexes["fused"].indexes)
    for index in (dense, keyword):  # a change swaps what an index holds, so the first ones keep it
        change(index)
    return holding(builder, {"dense": dense, "fused": FusedIndex(dense, keyword)})


def only(builder: Builder, rule: Filter) -> Builder:
    """A builder like this one that searches only the passages for which `rule` is true."""
    return holding(builder, {name: Only(index, rule) for name, index in builder.indexes.items()})


def dated(builder: Builder) -> Builder:
    """A builder like this one that shows each passage with the date from which it is in force."""
    return holding(builder, {name: Dated(index) for name, index in builder.indexes.items()})


def steady(builder: Builder) -> Builder:
    """A builder like this one that, of passages with the same text, always finds the same one."""
    dense, keyword = builder.indexes["fused"].indexes
    return holding(builder, {"dense": Steady(dense), "fused": FusedIndex(Steady(dense), keyword)})


def reached(builder: Builder, questions: list[dict], k: int = 3) -> float:
    """The share of the questions of which a right document is among the first k passages."""
    hits = builder.indexes["fused"].search([q["question"] for q in questions], k)
    right = [{hit.chunk.document for hit in some} for some in hits]
    return sum(
        bool(found & set(q["documents"])) for found, q in zip(right, questions, strict=True)
    ) / len(questions)


def holding(builder: Builder, indexes: dict) -> Builder:
    """A builder like this one with other indexes, by kind."""
    other = copy(builder)
    other.indexes = indexes
    return other


class Only(Around):
    """The part of an index that a rule lets through, whoever searches."""

    def __init__(self, index, rule: Filter):
        """rule: called with a passage; true if it may be found."""
        super().__init__(index)
        self.rule = rule

    @property
    def chunks(self):
        """The passages that the rule lets through."""
        return [chunk for chunk in self.index.chunks if self.rule(chunk)]

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """The k best passages of each query, of those that pass the rule and `allowed`."""

        def both(chunk):
            return self.rule(chunk) and (allowed is None or allowed(chunk))

        return self.index.search(queries, k, both)


class Steady(Around):
    """A dense index that, of passages with the same text, always finds the same one."""

    def __init__(self, index):
        """index: a `retrieval.DenseIndex`; of twins it finds one, by the last digits of scores."""
        super().__init__(index)
        self.twins = {}
        for chunk in sorted(index.chunks, key=lambda chunk: chunk.document):
            self.twins.setdefault(chunk.text, []).append(chunk)

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """What the index inside finds; of twins that `allowed` lets through, the first by name."""
        found = self.index.search(queries, k, allowed)
        return [[replace(hit, chunk=self._first(hit, allowed)) for hit in hits] for hits in found]

    def _first(self, hit, allowed):
        twins = self.twins[hit.chunk.text]
        return next(chunk for chunk in twins if allowed is None or allowed(chunk))


class Dated(Around):
    """An index whose passages, with "effective" in their metadata, are shown with this date."""

    def search(self, queries: list[str], k: int = 3, allowed: Filter | None = None):
        """What the index inside finds, each text after "In force since ...:"."""
        found = self.index.search(queries, k, allowed)
        return [[replace(hit, chunk=_with_date(hit.chunk)) for hit in hits] for hits in found]


def _with_date(chunk):
    return replace(chunk, text=f"In force since {chunk.metadata['effective']}: {chunk.text}")


def updated_passages(row: dict, facts: dict[str, tuple[str, str, str]]) -> dict:
    """A training row whose passages have the new values; the row itself is not changed.

    facts: for each changed fact its document, old and new value; see `course.changed_facts`. As in
    the pages of version 2, a value is replaced where it stands as whole words, in any capitals.
    """
    passages = []
    for passage in row.get("passages", ()):
        text = passage["text"]
        for document, old, new in facts.values():
            if document == passage["document"]:
                pattern = rf"(?<!\w){re.escape(old)}(?!\w)"
                text = re.sub(pattern, lambda _, new=new: new, text, flags=re.IGNORECASE)
        passages.append({**passage, "text": text})
    return {**row, "passages": passages} if "passages" in row else dict(row)
