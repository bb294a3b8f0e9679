"""Helpers of notebook 09: departments, known hits, prices, and pairs for an encoder."""

import numpy as np
import pandas as pd
import pytest

from helpers import (
    contest,
    costs,
    course,
    departments,
    encoders,
    models,
    patterns,
    rivals,
    tasks,
    terms,
)
from helpers.documents import Chunk, Document
from helpers.prompts import Style
from helpers.system import Answer

ROWS = [
    {"question": "who pays?", "entity": "e", "slice": "F1", "documents": ["a-1"]},
    {"question": "how deep?", "entity": "f", "slice": "F2", "documents": ["b-1", "a-2"]},
]
CHUNKS = [Chunk(id, "", text, 0, 1) for id, text in (("a-1", "gold"), ("b-1", "deep"))]
VOICES = {
    "low": Style(form="low: {answer} [{document}]"),
    "high": Style(form="HIGH {answer} [{document}]"),
}


def hit(document):
    return type("Hit", (), {"chunk": Chunk(document, "", document, 0, 1)})


def test_questions_and_known_hits():
    asked = patterns.Asked(ROWS)
    assert asked.only("F2").texts == ["how deep?"] and asked.entities == ["e", "f"]
    index = patterns.Known(asked.texts, [["x", "y"], ["z"]])
    assert index.search(["how deep?", "who pays?"], 1) == [["z"], ["x"]]


def test_means_by_kind():
    asked = patterns.Asked(ROWS + ROWS[1:])
    assert asked.by_slice([1, 0, 0.5]) == {"F1": 1.0, "F2": 0.25}


def test_one_run_counts_for_every_seed():
    table = pd.DataFrame({"right": [[1, 0]]})
    assert patterns.runs(table, "right").tolist() == [[1, 0]] * 5
    assert patterns.runs(pd.concat([table] * 5), "right").shape == (5, 2)
    kinds = patterns.by_kind(pd.concat([table, 2 * table]).assign(kind=["b", "a"]), "right")
    assert list(kinds) == ["b", "a"] and kinds["b"].shape == (5, 2) and kinds["a"][0][0] == 1


def test_a_voice_is_graded_by_its_own_form():
    question = {"answers": ["ten"], "documents": ["a-1"]}
    for text, name, heard, right in (
        ("low: ten [a-1]", "low", 0, True),
        ("low: ten [a-1]", "high", 0, False),
        ("low: ten [b-1]", "low", 0, False),
        ("ten", "low", -1, False),
    ):
        answer = Answer.read("?", text, VOICES[name])
        row = departments.grade(question, answer, VOICES, name)
        assert (row["heard"], row["sendable"]) == (heard, right), text


def test_voice_rows_get_the_passages_of_their_facts():
    rows = course.training("voices", ("id", "voice", "question", "answer"))
    shown = departments.with_passages(rows)
    assert 0.9 * len(rows) < len(shown) < len(rows) and all(row["passages"] for row in shown)


def test_typical_words_and_right_departments():
    pages = [("legal", "a clause"), ("legal", "the clause"), ("safety", "the fire")]
    documents = [
        Document(str(i), "", text, "", {"department": d}) for i, (d, text) in enumerate(pages)
    ]
    words = departments.typical_words(documents)
    assert words == {"legal": {"a", "clause"}, "safety": {"fire"}}
    homes = {"a-1": "legal", "a-2": "legal", "b-1": "safety"}
    assert departments.sent_right(["safety", "safety"], ROWS, homes).tolist() == [False, True]
    assert departments.routed({None: ["all", "all"], "legal": ["one", "two"]}, ["legal", None]) == [
        "one",
        "all",
    ]


class Layer:
    """A classifier that is sure of its department to a degree: the first number of a vector."""

    classes_ = np.array(["legal", "safety"])

    def predict_proba(self, vectors):
        return np.array([[one[0], 1 - one[0]] for one in vectors])


class Sureness:
    """An encoder whose vector holds the number in the text."""

    def encode(self, texts):
        return np.array([[float(text)] for text in texts])


def test_a_router_passes_where_it_is_not_sure():
    vectors = np.array([[0.9], [0.6], [0.2]])
    assert departments.sure_of(Layer(), vectors) == ["legal", "legal", "safety"]
    assert departments.sure_of(Layer(), vectors, 0.7) == ["legal", None, "safety"]
    assert departments.sure_of(Layer(), vectors, 1.05) == [None] * 3


@pytest.mark.parametrize(
    "everywhere, inside_legal, passes",
    [("a-1", "x", [True, True]), ("x", "a-1", [False, False]), ("mixed", "mixed", [False, True])],
)
def test_the_limit_of_a_router_is_the_one_that_finds_most(everywhere, inside_legal, passes):
    questions = [{"question": sure, "documents": ["a-1"]} for sure in ("0.9", "0.6")]
    if everywhere == "mixed":  # right when sure, wrong when not
        inside = {None: [[hit("x")], [hit("a-1")]], "legal": [[hit("a-1")], [hit("x")]]}
    else:
        inside = {None: [[hit(everywhere)]] * 2, "legal": [[hit(inside_legal)]] * 2}
    least = departments.best_least(Layer(), Sureness(), inside, questions)
    said = departments.sure_of(Layer(), Sureness().encode(["0.9", "0.6"]), least)
    assert [one is None for one in said] == passes


def test_hits_from_the_numbers_of_chunks():
    (found,) = encoders.as_hits([[1, 0]], CHUNKS)
    assert [(h.chunk.document, h.rank) for h in found] == [("b-1", 1), ("a-1", 2)]


def test_recall_counts_each_document_of_a_question():
    hits = [[hit("a-1")], [hit("x"), hit("b-1")]]
    assert encoders.recalls(hits, ROWS, 1).tolist() == [1.0, 0.0]
    assert encoders.recalls(hits, ROWS, 3).tolist() == [1.0, 0.5]


def test_pairs_and_their_order():
    rows = [row | {"span": "gold"} for row in ROWS]
    assert encoders.gold_pairs(rows, CHUNKS) == [{"question": "who pays?", "passage": "\ngold"}]
    pairs = [{"question": str(i), "passage": str(i)} for i in range(6)]

    def halves(passages, size):
        return [list(range(size)), list(range(size, len(passages)))]

    steps = encoders.in_order(pairs, halves, 2, 0, 3)
    assert len(steps) == 4 and sorted(
        pair["question"] for step in steps for pair in step
    ) == sorted(2 * [str(i) for i in range(6)])
    assert (
        steps
        == encoders.in_order(pairs, halves, 2, 0, 3)
        != encoders.in_order(pairs, halves, 2, 1, 3)
    )
    with pytest.raises(ValueError, match="nothing to train on"):
        encoders.in_order([], halves, 1, 0, 3)


def test_general_knowledge_can_be_searched():
    questions, chunks = encoders.general_knowledge()
    texts = [chunk.text for chunk in chunks]
    assert len(set(texts)) == len(texts) and len(questions) == 200
    assert {q["documents"][0] for q in questions} <= {chunk.document for chunk in chunks}


def test_terms_by_rule_are_codes_and_names():
    found, cost = terms.by_rule(None, ["Explain PV11J", "What does Dunmere Lock cost?", "61-9034?"])
    assert found == [["PV11J"], ["Dunmere", "Lock"], ["61-9034"]] and cost == 0


def test_terms_of_the_model_are_in_the_question_in_any_capitals():
    class Copies:
        def chat(self, task, text, shots):
            return text

        def generate(self, prompts, tokens):
            made = '"Clause LC-24/7.", invoice, Dunmere, \nmore'
            return [type("Made", (), {"text": made, "prompt_tokens": 3, "generated_tokens": 2})]

    terms_of, cost = terms.by_model(
        Copies(), ["What does clause LC-24/7 say on invoices?"], "", False
    )
    assert terms_of == [["Clause LC-24/7", "invoice"]] and cost == 5


@pytest.mark.slow
def test_a_tuned_encoder_learns_its_pairs_and_leaves_the_general_one_alone(embedder):
    pairs = course.training("pairs", ("id", "question", "passage"))[::40]
    before = embedder.encode([pairs[0]["question"]])
    everything = lambda passages, size: [list(range(len(passages)))]  # noqa: E731
    tuned, losses = encoders.fine_tune(pairs, everything, 1e-4, epochs=4)
    assert len(losses) == 4 and losses[-1] < losses[0]
    assert tuned.fingerprint != embedder.fingerprint
    assert np.array_equal(embedder.encode([pairs[0]["question"]]), before)


def test_prices_count_tokens_and_weights(embedder):
    meter = costs.Metered(embedder)
    meter.encode(["a river", "a lake"])
    assert meter.tokens == 2 * 4  # with the marks at both ends
    table = pd.DataFrame({"prompt tokens": [[10, 20]], "generated tokens": [[1, 3]]})
    assert patterns.tokens(table) == 17


def test_another_model_from_a_folder_is_the_second_stage_of_the_cascade(tiny_model, embedder):
    larger = contest.Builder(tasks.handbook(), models.load_llm(str(tiny_model)), embedder)
    last = rivals.FormByCode(larger.system(**course.prompts()["RAG"]["best"]))
    (answer,) = last.answer(["What is clause LC-24/7 about?"])
    assert answer.hits and (answer.abstained or answer.citations)


def test_without_any_change_neither_a_gain_nor_a_loss_is_ruled_out():
    low, high = (
        patterns.written(np.zeros(50), list(range(50)), change=True).split("[")[1].split(",")
    )
    assert float(low) < 0 < float(high.rstrip("]"))
