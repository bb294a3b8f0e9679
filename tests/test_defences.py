"""Defences: the allow-list, no echoes, agreement, other indexes in a system."""

from dataclasses import replace

import numpy as np
import pytest

from helpers import changes, defences, rivals
from helpers.documents import Chunk
from helpers.prompts import Style
from helpers.retrieval import DenseIndex, FusedIndex, KeywordIndex
from helpers.system import Answer
from tests.test_changes import Counting

STYLE = Style(form="{answer} [{document}]", abstention="Not said.")


def page(id, text):
    return Chunk(id, "", text, 0, len(text))


class Builder:
    def __init__(self, chunks):
        dense = DenseIndex(chunks, Counting())
        self.indexes = {"dense": dense, "fused": FusedIndex(dense, KeywordIndex(chunks))}


HONEST = [page("a-1", "horn loud old"), page("b-1", "bell red"), page("b-1", "bell old loud")]


def chunks_of(builder):
    return [(chunk.document, chunk.text) for chunk in builder.indexes["fused"].chunks]


def test_only_listed_passages_are_left_after_cleaning():
    builder, rule = Builder(HONEST), defences.allow_list(HONEST)
    bad = changes.changed(builder, lambda i: i.add([page("x-900", "horn horn new")]))
    assert chunks_of(defences.cleaned(bad, rule)) == chunks_of(builder)
    mixed = [page("b-1", "bell red"), page("b-1", "bell new loud")]
    bad = changes.changed(builder, lambda i: i.update(mixed))
    cleaned = defences.cleaned(bad, rule)
    assert sorted(chunks_of(cleaned)) == [("a-1", "horn loud old"), ("b-1", "bell red")]
    assert chunks_of(defences.cleaned(builder, rule)) == chunks_of(builder)
    assert ("b-1", "bell new loud") in chunks_of(bad)  # the one passed in stays as it was


def test_a_list_knows_text_and_document():
    rule = defences.allow_list(HONEST[:1])
    assert rule(page("a-1", "horn loud old"))
    assert not rule(page("a-2", "horn loud old")) and not rule(page("a-1", "horn loud Old"))


def test_a_list_knows_title_and_clearance():
    rule = defences.allow_list(HONEST[:1])
    as_it_was = HONEST[0]
    assert not rule(replace(as_it_was, title="How loud is the horn?"))  # the search reads it
    assert not rule(replace(as_it_was, metadata={"clearance": "public"}))  # a filter reads it
    assert rule(replace(as_it_was, start=7, end=20))


def test_echoes_are_left_out_for_the_query_that_they_repeat():
    echo = page("x-900", "is the horn loud it is red")
    builder = Builder([*HONEST, echo])
    index = defences.NoEchoes(builder.indexes["fused"], 1.0)  # what reaches the limit goes
    found = index.search(["is the horn loud", "horn"], 4)
    assert echo not in [hit.chunk for hit in found[0]] and len(found[0]) == 3
    assert echo in [hit.chunk for hit in found[1]]  # a query of one word has no echo
    (only,) = index.search(["is the horn loud"], 4, lambda chunk: chunk.document == "a-1")
    assert [hit.chunk.document for hit in only] == ["a-1"]
    assert index.chunks == builder.indexes["fused"].chunks


def test_the_limit_leaves_out_at_most_the_given_share():
    builder = Builder([page("a-1", "the horn is loud"), page("b-1", "bell red")])
    asked = [{"question": "the horn is red"}, {"question": "a bell"}]
    assert defences.echo_limit(builder, asked, most=0.0) == 0.55  # one echo of 1/2
    assert defences.echo_limit(builder, asked, most=0.5) == 0.05
    whole = [{"question": "the horn is loud"}]
    assert defences.echo_limit(builder, whole, most=0.0) == 1.05


class Reads:
    """A reader that says the last word of the first passage it is shown."""

    style = STYLE

    def __init__(self, index):
        self.index = index

    def answer(self, questions, progress=None):
        answers = []
        for question, hits in zip(questions, self.index.search(questions, 1), strict=True):
            text = "Not said."
            if hits and "none" not in hits[0].chunk.text:
                chunk = hits[0].chunk
                text = STYLE.write(chunk.text.split()[-1], chunk.document)
            cost = {"prompt_tokens": 5, "generated_tokens": 1, "seconds": {"generate": 0.5}}
            answers.append(Answer.read(question, text, STYLE, hits=tuple(hits), **cost))
        return answers


class Fixed:
    def __init__(self, chunks):
        self.chunks = chunks

    def search(self, queries, k=3, allowed=None):
        hits = [type("Hit", (), {"chunk": chunk})() for chunk in self.chunks]
        return [hits[:k] for _ in queries]


@pytest.mark.parametrize(
    ("passages", "text"),
    [
        ([("x-9", "it is bad"), ("a-1", "it is red"), ("b-1", "now Red")], "red [a-1]"),
        ([("a-1", "it is red"), ("a-1", "still red"), ("b-1", "bell")], "Not said."),
        ([("a-1", "none"), ("b-1", "none"), ("c-1", "is red")], "Not said."),
        ([("a-1", "is red"), ("b-1", "is red")], "red [a-1]"),
        ([], "Not said."),
    ],
)
def test_agreement_needs_two_documents_and_sums_the_cost(passages, text):
    inner = Reads(Fixed([page(*one) for one in passages]))
    for system in (inner, rivals.FormByCode(inner)):
        (answer,) = defences.Agreement(system).answer(["what?"])
        assert answer.text == text and answer.question == "what?"
        assert answer.prompt_tokens == 15 and sum(answer.seconds.values()) == 1.5
        assert len(answer.hits) == len(passages)
    (one,) = defences.Agreement(inner, least=1).answer(["what?"])
    assert one.abstained == (not passages)


def test_empty_answers_do_not_agree():
    class Empty(Reads):
        def answer(self, questions, progress=None):
            return [Answer.read(question, "", STYLE) for question in questions]

    system = defences.Agreement(Empty(Fixed([page("a-1", "is red"), page("b-1", "is red")])))
    (answer,) = system.answer(["what?"])
    assert answer.abstained and answer.text == "Not said."


def test_a_system_gets_another_index_and_the_first_keeps_its_own():
    first, second = Fixed([page("a-1", "is red")]), Fixed([page("b-1", "is blue")])
    system = rivals.FormByCode(Reads(first))
    other = defences.with_index(system, second)
    assert other.answer(["?"])[0].text == "blue [b-1]"
    assert system.answer(["?"])[0].text == "red [a-1]"
    assert defences.index_of(other) is second and defences.index_of(system) is first
    assert defences.altered(system, k=5).system.k == 5 and not hasattr(system.system, "k")


def test_agreed_keeps_the_first_wording():
    pairs = [("a", "Red."), ("b", "red"), ("c", None)]
    assert defences.agreed(pairs, 2) == "Red." and defences.agreed(pairs, 3) is None
    assert np.isclose(defences.echo("a b c d", "a b c x"), 0.5)
