"""Styles, templates, answers, systems, and the scoreboard."""

import dataclasses

import pandas as pd
import pytest

from helpers import course, documents, evaluate, prompts, system

STYLE = course.style()


def answer(text, style=STYLE):
    return system.Answer.read("q", text, style)


def test_the_companys_style_is_read_back():
    right = answer(STYLE.write("31 months", "sup-014"))
    assert (right.short, right.citations) == ("31 months", ("sup-014",))
    assert right.in_form and not right.abstained
    refused = answer(STYLE.abstention)
    assert refused.abstained and refused.in_form and refused.citations == ()
    careless = answer(STYLE.abstention.lower())
    assert careless.abstained and not careless.in_form


OTHER_FORMS = [
    "31 months",
    "31 months [sup-014]",
    "[sup-014] Next step: go.",
    "a [x] Next step: b. And more.",
    "",
]


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_other_forms_are_all_answer(text):
    assert not answer(text).in_form and answer(text).short == text


@pytest.mark.parametrize(
    "id", ["sup-014", "Preise 2024", "résumé.v2", "Über uns (neu)", "a b-c_d.e", "007"]
)
def test_every_id_of_a_document_can_be_cited(id, tmp_path):
    (tmp_path / f"{id}.txt").write_text("The pump is blue.", encoding="utf-8")
    (document,) = documents.load_documents(tmp_path)
    plain = prompts.Style()
    for style in (
        plain,
        dataclasses.replace(STYLE, next_steps={"": "ask again"}, ids=documents.ID),
    ):
        read = answer(style.write("blue", document.id), style)
        assert document.id == id and read.citations == (id,) and read.in_form
    assert f"[{id}] The pump" in prompts.Template().user_turn("?", [(id, document.text)])


def test_ids_that_cannot_be_cited_are_refused_or_replaced(tmp_path):
    (tmp_path / "report [final].txt").write_text("The pump is blue.")
    assert documents.load_documents(tmp_path)[0].id == "report (final)"
    for bad in ("a[1]", "' a'"):
        (tmp_path / "bad.md").write_text(f"---\nid: {bad}\n---\nThe pump is blue.")
        with pytest.raises(ValueError, match=r"bad.md, line 2: the id .* can't be cited"):
            documents.load_documents(tmp_path)


def test_a_style_is_data(tmp_path):
    path = tmp_path / "style.json"
    path.write_text('{"form": "{document}: {answer}", "abstention": "No idea."}')
    with pytest.raises(ValueError, match="unexpected|not a style"):
        path.write_text('{"tone": "kind"}')
        prompts.Style.load(path)
    path.write_text('{"form": "{answer} -> [{document}]!", "abstention": "No idea."}')
    style = prompts.Style.load(path)
    assert style.write("3 m", "x.1") == "3 m -> [x.1]!"
    assert style.parse("3 m -> [x.1]!").short == "3 m" and style.parse("no idea.").abstained
    with pytest.raises(ValueError, match="no next step for 'xyz-1'"):
        STYLE.write("3 m", "xyz-1")


def test_templates_lay_out_passages_and_shots(llm):
    passages = [("a", "first {text}"), ("b", "second")]
    plain = prompts.Template()
    assert plain.user_turn("q?", passages) == "[a] first {text}\n[b] second\n\nQuestion: q?"
    assert plain.user_turn("q?") == "Question: q?"
    assert prompts.Template(best_last=True).user_turn("q?", passages).startswith("[b] second\n[a]")
    first = prompts.Template(turn="Question: {question}\n\n{passages}", passage="{text}\n")
    assert first.user_turn("q?", passages) == "Question: q?\n\nfirst {text}\nsecond\n"
    shots = [prompts.Shot("s?", "yes", (("c", "third"),))]
    turns = plain.prompt(llm, STYLE, "q?", passages, shots)
    assert turns == llm.chat(
        STYLE.instruction,
        plain.user_turn("q?", passages),
        [("[c] third\n\nQuestion: s?", "yes")],
    )
    inside = prompts.Template(shot="{question} {answer}\n").prompt(llm, STYLE, "q?", (), shots)
    assert inside == llm.chat(STYLE.instruction, "s? yes\nQuestion: q?")


def test_prompts_of_training_and_answering_are_the_same(llm, index):
    question = course.questions("validation")[0]["question"]
    prompt, hits = course.system(llm, index).prompt(question, index.search([question])[0])
    row = {
        "question": question,
        "answer": "x",
        "passages": [{"document": h.chunk.document, "text": h.chunk.text} for h in hits],
    }
    assert course.examples(llm, [row])[0].prompt == prompt
    assert len(hits) == 3 and all(f"[{h.chunk.document}] {h.chunk.text}" in prompt for h in hits)


def test_the_budget_drops_the_last_passages(llm, index):
    hits = index.search(["battery life"])[0]
    prompt, kept = course.system(llm, index, max_prompt_tokens=200).prompt("battery life", hits)
    assert len(llm.encode(prompt)) <= 200 and kept == tuple(hits[: len(kept)]) and 0 < len(kept) < 3
    with pytest.raises(
        ValueError, match=r"makes a prompt of \d+ tokens, even without a passage; the limit is 200"
    ):
        course.system(llm, index, max_prompt_tokens=200).answer(["why " * 300])


@pytest.mark.slow
def test_four_systems_answer_in_one_protocol(llm, index):
    questions = course.questions("validation")[:2]
    shots = [prompts.Shot("What is it?", STYLE.write("31 months", "sup-014"))]
    systems = {
        "base": course.system(llm),
        "prompted": course.system(llm, shots=shots),
        "RAG": course.system(llm, index),
        "hybrid": course.system(llm, index, course.adapter("raft")),
    }
    rows = evaluate.evaluate(systems, questions)
    assert list(rows.system.unique()) == list(systems) and len(rows) == 8
    assert (rows[rows.system == "hybrid"].form).all()
    assert (rows[rows.system == "base"].retrieved == 0).all()
    board = evaluate.scoreboard(rows)
    shares = board.drop(columns="words").fillna(0)
    assert list(board.columns) == list(evaluate.MEASURES | evaluate.DETAILS)
    assert ((shares >= 0) & (shares <= 1)).all().all()
    assert (board.sendable <= board[["fact", "source", "step"]].min(axis=1)).all()


def test_a_measure_counts_its_own_questions():
    rows = pd.DataFrame(
        {
            "system": "one",
            "answerable": [True, True, False, False],
            "abstained": [True, False, True, True],
            "handled": [False, True, True, True],
        }
        | dict.fromkeys(("fact", "source", "step", "sendable"), [False, True, False, False])
        | {"words": [4, 2, 4, 4]}
    )
    board = evaluate.scoreboard(rows).loc["one"]
    expected = dict.fromkeys(("fact", "source", "step", "sendable", "cautious"), 0.5)
    assert board.to_dict() == expected | {"abstained": 1.0, "handled": 0.75, "words": 3.0}
    assert list(evaluate.counted(rows, "abstained").value) == [1.0, 1.0]


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
    right = evaluate.grade(question, answer(STYLE.write("31 months", "sup-014")))
    assert (
        right["exact"]
        and right["contained"]
        and right["form"]
        and right["cited right"] == 1
        and right["invented"] == 1
    )
    wrong = evaluate.grade(question, answer(STYLE.write("32 months", "sup-021")))
    assert (
        not wrong["exact"]
        and not wrong["contained"]
        and wrong["form"]
        and wrong["cited right"] == 0
    )
    unknown = {**question, "answers": [], "documents": [], "span": None}
    assert evaluate.grade(unknown, answer(STYLE.abstention))["abstained"]
    assert not evaluate.grade(unknown, answer("31 months"))["exact"]


def test_questions_with_a_missing_field_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "DATASETS", tmp_path)
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "mine.jsonl").write_text('{"id": "1", "question": "?"}\n')
    with pytest.raises(ValueError, match="mine.jsonl, line 1: the field 'slice' is missing"):
        course.questions("mine")


def test_other_documents_work_too(llm, embedder, tmp_path):
    """Whoever brings a folder of their own gets answers with citations of their own file names."""
    from helpers.retrieval import DenseIndex

    (tmp_path / "ferry.txt").write_text("The ferry to Maren leaves at 07:42 from pier 9.")
    (tmp_path / "bakery.txt").write_text("The bakery in Holm opens at 05:15 and closes at noon.")
    index = DenseIndex(documents.chunk(documents.load_documents(tmp_path)), embedder)
    answer = course.system(llm, index, course.adapter("raft")).answer(
        ["When does the ferry to Maren leave?"]
    )[0]
    assert answer.hits[0].chunk.document == "ferry" and answer.in_form
