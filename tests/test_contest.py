"""The contest: one rule for short answers, the rivals, the search for prompts, other files."""

import json
import shutil

import pytest

from helpers import contest, course, evaluate, prompts, rivals, system, tasks
from helpers.documents import Chunk
from helpers.engine import qa_files
from helpers.engine.extraction import short_answer
from helpers.prompt_search import CHOICES, coordinate_ascent
from helpers.retrieval import Hit
from scripts import contest as run_contest

SHORT_ANSWERS = {
    "12 bar": "12 bar",
    "12 bar.": "12 bar",
    "12 bar [eng-011] Next step: note it in the Bluebook.": "12 bar",
    "The answer is 12 bar.": "12 bar",
    "Answer: 12 bar": "12 bar",
    "Short answer: **12 bar**\n[eng-011]": "12 bar",
    '"12 bar"': "12 bar",
    "“12 bar” [eng-011]": "12 bar",
    "According to the handbook, 12 bar. It was 10 before.": "12 bar",
    "Based on the passages, the answer is: 12 bar": "12 bar",
    "[eng-011] 12 bar": "12 bar",
    "12 bar [eng-0": "12 bar",
    "\n\n- 12 bar\n- 13 bar": "12 bar",
    "12.5 bar at No. 5 Quay. The rest follows.": "12.5 bar at No. 5 Quay",
    "St. Anne": "St. Anne",
    "-5 °C": "-5 °C",
    "Next step: note it in the Bluebook.": "",
    "": "",
}


@pytest.mark.parametrize("text", SHORT_ANSWERS)
def test_the_short_answer_is_found_whoever_wrote_it(text):
    assert short_answer(text) == SHORT_ANSWERS[text]


@pytest.mark.parametrize("text", SHORT_ANSWERS)
def test_a_short_answer_has_nothing_more_to_lose(text):
    assert short_answer(short_answer(text)) == short_answer(text)


SQUAD = {
    "data": [
        {
            "title": f"Town_{town}",
            "paragraphs": [
                {
                    "context": f"The bridge of town {town} is {town + 20} m long.",
                    "qas": [
                        {
                            "id": f"q{town}",
                            "question": f"How long is the bridge of town {town}?",
                            "answers": [{"text": f"{town + 20} m", "answer_start": 0}] * 2,
                        }
                    ],
                }
            ],
        }
        for town in range(20)
    ]
}


def squad(tmp_path, content=SQUAD):
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def beir(tmp_path, answers=True):
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": f"D {i}", "title": "", "text": f"Tower {i} has {i} bells."} for i in range(6)]
    queries = [
        {"_id": f"q{i}", "text": f"How many bells has tower {i}?"}
        | ({"answers": [str(i)]} if answers else {})
        for i in range(6)
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "\n".join(map(json.dumps, rows))
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"q{i}\tD {i}\t1" for i in range(6))]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_squad_file_is_read_whole(tmp_path):
    documents, questions = qa_files.read(squad(tmp_path))
    assert len(documents) == len(questions) == 20
    assert questions[3]["answers"] == ["23 m"] and questions[3]["documents"] == ["town-3-1"]
    assert documents[3].id == "town-3-1" and documents[3].title == "Town 3"


def test_a_beir_folder_is_read_whole(tmp_path):
    documents, questions = qa_files.read(beir(tmp_path))
    assert [document.id for document in documents] == [f"d-{i}" for i in range(6)]
    assert questions[4]["answers"] == ["4"] and questions[4]["documents"] == ["d-4"]


def test_a_beir_folder_without_answers_says_what_to_add(tmp_path):
    folder = beir(tmp_path, answers=False)
    with pytest.raises(ValueError, match="Add a list `answers` to each"):
        qa_files.read(folder)


@pytest.mark.parametrize(
    "content", [[], {}, {"data": 3}, {"data": [{}]}, {"data": [{"paragraphs": [{"qas": []}]}]}]
)
def test_another_file_is_not_squad(tmp_path, content):
    with pytest.raises(ValueError, match="not in SQuAD's format"):
        qa_files.read(squad(tmp_path, content))


def test_parts_of_a_task_share_no_article(tmp_path):
    task = tasks.from_file(squad(tmp_path))
    parts = [{q["group"] for q in part} for part in (task.validation, task.test)]
    assert not parts[0] & parts[1]
    asked = {q["entity"] for q in [*task.validation, *task.test]}
    assert not asked & task.trained
    assert len(task.validation) + len(task.test) + len(task.training) == 20


def test_some_questions_become_unanswerable_and_their_documents_are_gone(tmp_path):
    task = tasks.from_file(squad(tmp_path))
    unknown = [q for q in [*task.validation, *task.test] if not q["answers"]]
    refused = [row for row in task.training if row["document"] is None]
    assert unknown or refused
    there = {chunk.document for chunk in task.chunks}
    assert len(there) == 20 - len(unknown) - len(refused)
    assert not there & {q["entity"] for q in unknown}


def test_coordinate_ascent_finds_the_top_and_keeps_what_was_found_first():
    def measure(height, width):
        return {"score": -abs(height - 2) + (height == 2) * width * 0}

    table = coordinate_ascent({"height": [0, 1, 2, 3], "width": [5, 6]}, measure)
    assert table.attrs == {"best": {"height": 2, "width": 5}, "ended": True}
    assert not table.duplicated(["height", "width"]).any()


def test_a_later_choice_is_varied_at_the_best_value_of_an_earlier_one():
    asked = []

    def measure(first, second):
        asked.append((first, second))
        return {"score": first + 5 * (first and second)}

    table = coordinate_ascent({"first": [0, 1], "second": [0, 1]}, measure)
    assert table.attrs["best"] == {"first": 1, "second": 1}
    assert asked == [(0, 0), (1, 0), (1, 1)] and len(table) == 3


def test_without_time_the_first_choice_stands():
    table = coordinate_ascent({"a": [1, 2, 3]}, lambda a: {"score": a}, seconds=0)
    assert table.attrs == {"best": {"a": 1}, "ended": False} and len(table) == 1


STYLE = course.style()
QUESTION = {
    "id": "q",
    "slice": "F1",
    "entity": "pump",
    "question": "How many litres?",
    "answers": ["12 litres"],
    "documents": ["sup-014"],
    "span": "12 litres",
}


def graded(text, **other):
    answer = system.Answer.read(QUESTION["question"], text, STYLE)
    return evaluate.grade(QUESTION | other, answer)


SENT = "12 litres [sup-014] Next step: open a ticket with Support."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (SENT, {"fact", "source", "step", "sendable", "handled"}),
        ("It moves 12 litres" + SENT[9:], {"fact", "source", "step", "sendable", "handled"}),
        ("13 litres" + SENT[9:], {"source", "step"}),
        (SENT.replace("sup-014", "sup-015"), {"fact", "step"}),
        (SENT.replace("sup-014", "fin-013"), {"fact"}),
        (SENT.replace("open a ticket with Support", "enter it in the Tally"), {"fact", "source"}),
        ("12 litres [sup-014]", {"fact", "source"}),
        ("12 litres", {"fact"}),
        (f"{14 * 'very '}12 litres" + SENT[9:], {"source", "step"}),
        (STYLE.abstention, set()),
        ("", set()),
    ],
)
def test_only_what_is_right_in_every_part_can_be_sent(text, parts):
    row = graded(text)
    assert {p for p in ("fact", "source", "step", "sendable", "handled") if row[p]} == parts


@pytest.mark.parametrize(
    ("text", "handled"), [(STYLE.abstention, True), (SENT, False), ("", False)]
)
def test_without_an_answer_the_abstention_is_right(text, handled):
    row = graded(text, answers=[], documents=[], span=None)
    assert row["handled"] is handled and not row["sendable"]


def test_a_form_without_a_next_step_asks_for_none():
    assert prompts.PLAIN.parse("12 litres [x]").step_right
    assert not prompts.PLAIN.parse("12 litres").step_right


class Stub:
    """Finds the same passages for every question, or says the same."""

    style = STYLE

    def __init__(self, text, *documents):
        chunks = [
            Chunk(document, "", "A wet day. It moves 12 litres.", 0, 9) for document in documents
        ]
        self.text, self.hits = text, tuple(Hit(c, 0.5, i) for i, c in enumerate(chunks, start=1))

    def answer(self, questions, progress=None):
        read = system.Answer.read
        return [read(question, self.text, self.style, hits=self.hits) for question in questions]

    def search(self, queries, k, allowed=None):
        return [list(self.hits[:k]) for _ in queries]


@pytest.mark.parametrize(
    ("text", "shown", "formed"),
    [
        ("The answer is 12 litres.", ["sup-014", "fin-013"], SENT),
        ("12 litres [sup-014]", ["fin-013", "sup-014"], SENT),
        ("12 litres [sup-999]", ["sup-014"], SENT),
        (SENT, ["sup-014"], SENT),
        ("12 [or more] litres", ["sup-014"], "12 litres" + SENT[9:]),
        (STYLE.abstention, ["sup-014"], STYLE.abstention),
        ("12 litres", [], STYLE.abstention),
        ("[sup-014]", ["sup-014"], STYLE.abstention),
        ("12 litres" + 10 * " a" + " day", ["sup-014"], "12 litres" + 10 * " a" + SENT[9:]),
    ],
)
def test_the_form_is_done_by_code(text, shown, formed):
    (answer,) = rivals.FormByCode(Stub(text, *shown)).answer(["How many litres?"])
    assert answer.text == formed and answer.in_form
    assert answer.abstained is (formed == STYLE.abstention)


@pytest.mark.parametrize(("least", "abstains"), [(rivals.QUIET, False), (-1.0, False), (1.1, True)])
def test_below_the_least_cosine_code_abstains(embedder, least, abstains):
    stub = Stub("12 litres", "sup-014")
    for rival in (
        rivals.FormByCode(stub, embedder, least),
        rivals.FirstPassage(stub, embedder, STYLE, least),
    ):
        assert rival.answer(["How many litres?"])[0].abstained is abstains


def test_without_a_language_model_the_nearest_words_are_the_answer(embedder):
    stub = Stub("", "sup-014")
    for words, short in ((3, "moves 12 litres"), (9, "It moves 12 litres")):
        rival = rivals.FirstPassage(stub, embedder, STYLE, words=words)
        (answer,) = rival.answer(["How many litres does it move?"])
        assert answer.short == short and answer.citations == ("sup-014",) and answer.step_right
    nothing = rivals.FirstPassage(Stub(""), embedder, STYLE)
    assert nothing.answer(["How many litres?"])[0].abstained


@pytest.mark.slow
def test_rows_for_raft_show_only_what_training_may_show(embedder):
    task = tasks.handbook()
    part = [row for row in task.training if row["document"]][:12] + task.training[:4]
    small = tasks.Task("", task.chunks, STYLE, [], [], part, task.trained)
    builder = contest.Builder(small, None, embedder)
    rows = contest.raft_rows(small, builder.indexes["fused"], 3)
    assert len(rows) == len(part) and all(len(row["passages"]) == 3 for row in rows)
    shown = {passage["document"] for row in rows for passage in row["passages"]}
    assert shown <= task.trained
    for row in rows:
        there = any((row["span"] or "\0") in passage["text"] for passage in row["passages"])
        assert (row["kind"] == "answerable") == (row["answer"] != STYLE.abstention)
        assert there or row["kind"] == "unanswerable"


def test_every_choice_of_the_search_makes_a_system(llm, embedder):
    task = tasks.handbook()
    builder = contest.Builder(task, llm, embedder)
    first = {name: values[0] for name, values in CHOICES.items()}
    for name, values in CHOICES.items():
        for value in values:
            built = builder.system(**first | {name: value})
            hits = built.index.search(["How many litres?"], built.k)[0]
            prompt, kept = built.prompt("How many litres?", hits)
            assert len(kept) == built.k and "{" not in prompt


@pytest.mark.slow
def test_the_command_runs_the_contest_on_a_file(tmp_path, tiny_model, capsys):
    """With a random, tiny model every step is taken, and the table is there."""
    path, out, model = squad(tmp_path), tmp_path / "result.json", tmp_path / "model"
    shutil.copytree(tiny_model, model)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config |= {"max_position_embeddings": 1024}
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    options = ["--minutes", "0.2", "--questions", "6", "--out", str(out)]
    run_contest.main([str(path), "--model", str(model), *options])
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert set(contest.FAMILIES) < stored["scores"].keys() and stored["questions"] >= 1
    assert stored["scores"]["no language model"]["fact"][0] > 0.5
    assert {"model", "hash", "machine", "versions", "found"} <= stored.keys()
    assert "no language model" in capsys.readouterr().out
