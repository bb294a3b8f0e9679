"""Prompts, answers, systems, and the scoreboard."""

import pytest

from helpers import cache, documents, evaluate, lora, rag


def test_house_style_is_read_back():
    answer = rag.parse("q", rag.house_style("31 months", "sup-014"))
    assert (answer.short, answer.citations, answer.in_form, answer.abstained) == ("31 months", ("sup-014",), True, False)
    refused = rag.parse("q", rag.ABSTAIN)
    assert refused.abstained and refused.in_form and refused.citations == ()
    careless = rag.parse("q", rag.ABSTAIN.lower())
    assert careless.abstained and not careless.in_form


@pytest.mark.parametrize("text", ["31 months", "31 months [sup-014]", "[sup-014] Next step: go.", "a [x] Next step: b. And more.", ""])
def test_other_forms_are_not_house_style(text):
    answer = rag.parse("q", text)
    assert not answer.in_form and answer.short == text


def test_prompts_of_training_and_answering_are_the_same(llm, index):
    question = evaluate.load_questions("validation")[0]["question"]
    prompt, hits = rag.System(llm, index).prompt(question, index.search([question])[0])
    row = {"question": question, "answer": "x", "passages": [{"document": h.chunk.document, "text": h.chunk.text} for h in hits]}
    assert rag.training_examples(llm, [row])[0].prompt == prompt
    assert len(hits) == 3 and all(f"[{h.chunk.document}] {h.chunk.text}" in prompt for h in hits)


def test_the_budget_drops_the_last_passages(llm, index):
    hits = index.search(["battery life"])[0]
    prompt, kept = rag.System(llm, index, max_prompt_tokens=200).prompt("battery life", hits)
    assert len(llm.encode(prompt)) <= 200 and kept == tuple(hits[: len(kept)]) and 0 < len(kept) < 3
    with pytest.raises(ValueError, match=r"makes a prompt of \d+ tokens, even without a passage; the limit is 200"):
        rag.System(llm, index, max_prompt_tokens=200).answer(["why " * 300])


def test_four_systems_answer_in_one_protocol(llm, index):
    questions = evaluate.load_questions("validation")[:2]
    shots = [("What is it?", rag.house_style("31 months", "sup-014"))]
    systems = {
        "base": rag.System(llm),
        "prompted": rag.System(llm, shots=shots),
        "RAG": rag.System(llm, index),
        "hybrid": rag.System(llm, index, lora.shipped("raft")),
    }
    rows = evaluate.evaluate(systems, questions)
    assert list(rows.system.unique()) == list(systems) and len(rows) == 8
    assert (rows[rows.system == "hybrid"].form).all()
    assert (rows[rows.system == "base"].retrieved == 0).all()
    board = evaluate.scoreboard(rows)
    assert list(board.columns) == list(evaluate.MEASURES) and ((board.fillna(0) >= 0) & (board.fillna(0) <= 1)).all().all()


def test_grading_tells_right_from_wrong():
    question = {
        "id": "q",
        "question": "?",
        "slice": "F1",
        "entity": "e",
        "answers": ["31 months"],
        "documents": ["sup-014"],
        "span": "31 months",
    }
    right = evaluate.grade(question, rag.parse("?", rag.house_style("31 months", "sup-014")))
    assert right["exact"] and right["contained"] and right["form"] and right["cited right"] == 1 and right["invented"] == 1
    wrong = evaluate.grade(question, rag.parse("?", rag.house_style("32 months", "sup-021")))
    assert not wrong["exact"] and not wrong["contained"] and wrong["form"] and wrong["cited right"] == 0
    unknown = {**question, "answers": [], "documents": [], "span": None}
    assert evaluate.grade(unknown, rag.parse("?", rag.ABSTAIN))["abstained"]
    assert not evaluate.grade(unknown, rag.parse("?", "31 months"))["exact"]


def test_questions_with_a_missing_field_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "DATASETS", tmp_path)
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "mine.jsonl").write_text('{"id": "1", "question": "?"}\n')
    with pytest.raises(ValueError, match="mine.jsonl, line 1: the field 'slice' is missing"):
        evaluate.load_questions("mine")


def test_other_documents_work_too(llm, embedder, tmp_path):
    """Whoever brings a folder of their own gets answers with citations of their own file names."""
    from helpers.retrieval import DenseIndex

    (tmp_path / "ferry.txt").write_text("The ferry to Maren leaves at 07:42 from pier 9.")
    (tmp_path / "bakery.txt").write_text("The bakery in Holm opens at 05:15 and closes at noon.")
    index = DenseIndex(documents.chunk(documents.load_documents(tmp_path)), embedder)
    answer = rag.System(llm, index, lora.shipped("raft")).answer(["When does the ferry to Maren leave?"])[0]
    assert answer.hits[0].chunk.document == "ferry" and answer.in_form
