"""Questions drafted from documents, and the table in which a person confirms them."""

import csv
import io
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import confirming, metrics, questions
from helpers.documents import Document
from helpers.drafting import Drafter, identify
from helpers.engine import asking, sheets
from helpers.engine.sentences import sentences
from tests.document_files import ids, quick

TEXTS = {
    "pump": "The pump of the mill moves 12 litres a minute. The mill was built in 1987.",
    "wharf": "# Hours\n\nThe wharf is closed on Monday. Claims must be filed within 30 days.",
    "rates": "| What | Price |\n|---|---|\n| Mooring, one night | £14.50 |\n| Fuel | £2,100 |\n",
    "lease": "The lease of the yard was signed on 3 March 2019. Rent is paid to the Board.",
}
HOSTILE = "<script>alert(1)</script>"


def documents(**texts):
    return [Document(id, f"About {id}", text, f"{id}.md") for id, text in (texts or TEXTS).items()]


def drafted(count=50, **texts):
    some = documents(**texts)
    return Drafter(some).draft([one.id for one in some], count)


@pytest.mark.parametrize(
    ("text", "asked", "answer"),
    [
        ("The flow at the mill is 12 litres.", "what is the flow at the mill?", "12 litres"),
        ("The lease was signed on 3 March 2019.", "when was the lease signed?", "3 March 2019"),
        ("The Harbour Board signs nothing.", None, None),
        (
            "The Harbour Board must sign it first.",
            "who or what must sign it first?",
            "Harbour Board",
        ),
        (
            "Claims must be filed within 30 days.",
            "within how many days must Claims be filed?",
            "30 days",
        ),
        ("Rent is paid to the Harbour Board.", "to whom or what is Rent paid?", "Harbour Board"),
        ("Reviews are held in the Penstock Loft.", "where are Reviews held?", "Penstock Loft"),
        ("Length: 5 metres", "what is given for “Length”?", "5 metres"),
        (
            "Two boats of 14 metres lie there, says the Board.",
            "“Two boats of ____ lie there, says",
            "14 metres",
        ),
        ("Der Kran hebt 1200 kg auf einmal hoch.", "“Der Kran hebt ____ auf", "1200 kg"),
        ("يعمل المصنع منذ 1987 بلا توقف في المدينة.", "____ بلا توقف", "1987"),
        (
            "这个水泵每分钟输送 1200 升水到磨坊里面去。",
            "这个水泵每分钟输送 ____",
            "1200 升水到磨坊里面去",
        ),
    ],
    ids=ids("copula when no-verb subject how-many to where pair gap german arabic chinese"),
)
def test_what_is_asked(text, asked, answer):
    found = drafted(page=text)
    if asked is None:
        assert all(draft.shape == "gap" for draft in found)
        return
    (draft,) = [one for one in found if one.answer == answer]
    assert asked in draft.question and answer not in draft.question


@pytest.mark.parametrize(
    "text",
    [
        "Copyright (c) 2024 The Mill Office. All rights reserved by 30 people.",
        "It was built by the Weir Office in 1987 and lasts 30 years.",
        "See https://mill.example/30 for the 30 rules of the Weir Office.",
        "```\nThe pump of the mill moves 12 litres a minute.\n```",
        "Home\nAbout us\nContact 30\nSign in",
        "pump(12) == {'litres': 30}",
        "word " * 200,
        "x" * 5000,
        "\U0001f600 \U0001f30a \U0001f6a2",
        "Who built the mill in 1987?",
        "",
    ],
    ids=ids("copyright referring address code menu program no-end long-word emoji question empty"),
)
def test_what_is_not_asked(text):
    assert drafted(page=text) == []


@pytest.mark.parametrize(
    ("text", "never", "other"),
    [
        ("Refresh Weirlab with 30 litres, and refresh it often.", "Refresh Weirlab", "30 litres"),
        ("You clean 30 litres with the Rookery's own wash.", "Rookery's", "30 litres"),
        ("Of 43 people in all, 30 contributed to the weekly list.", "30 contributed", "43 people"),
        ("The pumps of 1987 have a Rust-based Python manager.", "Rust-based Python", "1987"),
        ("After the mill moved to Orrest I counted 30 planks.", "Orrest I", "30 planks"),
        ("The basin takes pressures from 0 to 20 m of water.", "0 to 20", "0 to 20 m"),
    ],
    ids=ids("verb genitive participle adjective pronoun unit"),
)
def test_what_is_no_answer(text, never, other):
    answers = {draft.answer for draft in drafted(page=text)}
    assert never not in answers and other in answers


def test_no_question_has_two_answers():
    text = "The kiln of Orrest was opened in 1950. The kiln of Orrest was opened in 1960. "
    found = drafted(page=text + "The kiln of Selbourne was opened in 1970.")
    assert {draft.answer for draft in found} & {"1950", "1960", "1970"} == {"1970"}


def test_a_common_word_loses_its_capital_in_a_question():
    (draft,) = drafted(page="Claims must be filed within 30 days. Such claims are rare.")
    assert draft.question.endswith("within how many days must claims be filed?")


def test_every_draft_has_its_source():
    found = drafted()
    texts = {document.id: document.text for document in documents()}
    assert len(found) > 5 and {draft.document for draft in found} == set(TEXTS)
    for draft in found:
        assert texts[draft.document][draft.start : draft.end] == draft.answer
        assert metrics.contains(draft.answer, [draft.answer])
        assert draft.answer.casefold() not in draft.question.casefold()
        assert draft.shape in asking.SHAPES and draft.answer in draft.sentence


def test_what_is_said_in_many_places_is_not_asked():
    footer = "This form is valid for 30 days after the visit of the Weir Office."
    some = {
        f"page{i}": f"{footer}\n\nThe crane of dock {i} lifts {i + 20} tonnes." for i in range(5)
    }
    found = drafted(**some)
    assert found and not any("valid" in draft.sentence for draft in found)
    assert {draft.answer for draft in found} == {f"{i + 20} tonnes" for i in range(5)}
    often = {f"page{i}": f"The crane of dock {chr(65 + i)} lifts 20 tonnes." for i in range(5)}
    assert not any(draft.answer == "20 tonnes" for draft in drafted(**often))


def test_a_repeated_key_has_no_single_answer():
    found = drafted(page="Needs: Harbour Board\n\nNeeds: Weir Office\n\nLimit: 30 boats")
    assert [draft.answer for draft in found] == ["30 boats"]


def test_drafts_are_spread_over_documents_and_the_same_each_time():
    many = {
        f"p{i}": " ".join(
            f"The crane of dock {i}-{j} lifts {100 * i + j} tonnes." for j in range(9)
        )
        for i in range(1, 8)
    }
    found = drafted(14, **many)
    assert sorted(draft.document for draft in found[:7]) == sorted(many)
    assert sorted(draft.document for draft in found[7:]) == sorted(many)
    assert found == drafted(14, **many) and len({draft.id for draft in found}) == 14


def test_a_document_without_a_title_of_its_own_is_called_by_its_id():
    some = [
        Document(id, "README", f"The limit of the crane is {n} tonnes.", "")
        for id, n in (("a/README", 20), ("b/README", 35))
    ]
    asked = [draft.question for draft in Drafter(some).draft(["a/README", "b/README"], 2)]
    assert sorted(asked) == [f"{x}/README: what is the limit of the crane?" for x in "ab"]


@quick
@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_any_text_can_be_read_for_sentences(text):
    for sentence in sentences(text):
        start, end = sentence.place(0, len(sentence.text))
        assert 0 <= start < end <= len(text)
    for draft in drafted(page=text):
        assert text[draft.start : draft.end] == draft.answer


# The table


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "questions.csv"
    questions.add_drafts(path, drafted())
    return path


def lines(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def put(path, **cells):
    """Change cells of the first question as a spreadsheet would: everything is written anew."""
    rows = lines(path)
    for name, text in cells.items():
        rows[2][rows[1].index(name)] = text
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_the_table_says_what_it_is_and_is_read_back(table):
    first, names, *rows = lines(table)
    assert "nobody has asked these questions" in first[0] and names == list(questions.COLUMNS)
    read = questions.read(table, documents())
    assert [row["status"] for row in read] == ["draft"] * len(rows)
    for row, draft in zip(read, drafted(), strict=True):
        assert (row["question"], row["answers"]) == (draft.question, draft.answers)
        assert (row["documents"], row["start"], row["id"]) == (
            [draft.document],
            draft.start,
            draft.id,
        )


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"keep": "yes"}, "confirmed"),
        ({"keep": "X"}, "confirmed"),
        ({"keep": "no"}, "rejected"),
        ({"keep": "no", "question": "", "answer": ""}, "rejected"),
        ({"question": "How much is it?"}, "corrected"),
        ({"question": "How much?", "keep": "yes", "answer": "a lot"}, "corrected"),
        ({"id": "", "question": "How much is it?"}, "added"),
        ({"answer": "", "document": "", "question": "Who owns the moon?"}, "corrected"),
        ({}, "draft"),
    ],
    ids=ids("yes x no emptied corrected in-other-words added unanswerable left"),
)
def test_what_a_person_did_is_seen(table, cells, status):
    put(table, **cells)
    row, *others = questions.read(table, documents())
    assert row["status"] == status and {one["status"] for one in others} == {"draft"}
    assert bool(row["documents"]) == (status != "rejected" and "document" not in cells)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"keep": "maybe"}, "line 3: keep is yes, no or empty, not 'maybe'"),
        ({"question": ""}, "line 3: the question is empty; to drop a row, write no"),
        ({"answer": ""}, "line 3: the answer is empty; if the documents do not say it"),
        ({"document": "wharff"}, "line 3: there is no document 'wharff'; is it 'wharf'?"),
        ({"answer": "77 geese"}, "line 3: the answer '77 geese' is not in the document"),
        ({"answer": "77 geese", "document": ""}, "line 3: .* is in no document: name the document"),
        ({"question": "x" * 1001}, "line 3: a question and an answer have at most 1000"),
    ],
    ids=ids("keep question answer document not-there nowhere long"),
)
def test_what_is_wrong_is_said_by_line(table, cells, message):
    put(table, **cells)
    with pytest.raises(ValueError, match=message):
        questions.read(table, documents())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "no line names the columns"),
        (b"", "no line names the columns"),
        (b'question,answer\n"one,two\n', "line 2: not a table"),
        (b"question,answer\nCaf\xe9?,12\n", "line 2: not UTF-8"),
        (b"question,answer\nWhat\x00?,12\n", "line 2: the character U\\+0000"),
        (b"question,answer,document\nQ?,12 litres,pump\nQ?,12 litres,pump\n", "line 3: .* line 2"),
    ],
    ids=ids("columns empty quote encoding nul twice"),
)
def test_another_file_is_refused(tmp_path, content, message):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        questions.read(path, documents())


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("start", ["", "\ufeff", "My own\n"], ids=["plain", "mark", "title"])
def test_a_table_of_your_own_needs_three_columns(tmp_path, separator, start):
    path, rows = tmp_path / "mine.csv", [["Question", "Answer", "Document", "Who"]]
    rows += [["How much does it move?", "12 litres", "pump", "me"], ["Mooring?", "£14.50", "", ""]]
    rows += [["Who owns the moon?", "", "", ""], ["", "", "", ""]]
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_text(start + out.getvalue(), encoding="utf-8")
    read = questions.read(path, documents())
    assert [row["documents"] for row in read] == [["pump"], ["rates"], []]
    assert [row["status"] for row in read] == ["added"] * 3 and read[0]["line"] == 2 + (
        "My" in start
    )


def test_a_draft_whose_document_has_changed_is_gone(table):
    put(table, keep="yes")
    changed = [Document(d.id, d.title, "Nothing is left.", "") for d in documents()]
    with pytest.raises(ValueError, match="line 3|there is no document"):
        questions.read(table, changed[1:] if lines(table)[2][3] == changed[0].id else changed[:0])
    put(table, keep="")
    assert questions.read(table, changed) == []


def test_a_second_draft_adds_and_changes_nothing(table):
    put(table, keep="yes", question="How much is it?")
    before = table.read_bytes()
    assert questions.add_drafts(table, drafted()) == 0 and table.read_bytes() == before
    more = drafted(page="The limit of the crane is 20 tonnes.")
    assert questions.add_drafts(table, more) == 1 and table.read_bytes().startswith(before)
    with pytest.raises(FileExistsError, match="not overwritten"):
        sheets.create(table, "", questions.COLUMNS, [])


FORMULAS = ["=1+1", "+1", "-5 °C", "@SUM(A1)", "\t=1", "'=1", "''-x", "\uff1d1", " =1", "'quoted'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_and_each_is_read_back(tmp_path, text):
    cell = sheets.guard(text)
    assert cell.lstrip()[:1] not in "=+-@\uff1d" and sheets.unguard(cell) == text
    path = tmp_path / "t.csv"
    sheets.create(path, "", ("question", "answer"), [{"question": text, "answer": f"a {text}"}])
    (row,) = sheets.Sheet(path, ("question",)).rows.values()
    assert row["answer"] == f"a {text}" and row["question"] == text


@quick
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1))
def test_any_cell_is_read_back(text):
    cell = sheets.guard(text)
    assert sheets.unguard(cell) == text and not cell.strip().startswith(("=", "+", "-", "@"))


def test_an_answer_like_a_formula_comes_back_as_a_draft(tmp_path):
    text = "Lowest: -5 °C\n\nCall: @bridge\n\nThe gauge of the mill shows “+12 to -3” in winter."
    found, path = drafted(page=text), tmp_path / "q.csv"
    questions.add_drafts(path, found)
    assert {"-5 °C", "@bridge"} <= {draft.answer for draft in found}
    assert all(row["status"] == "draft" for row in questions.read(path, documents(page=text)))
    assert not any(cell.startswith(("-", "@", "+")) for row in lines(path) for cell in row)


def squad(path, documents):
    data = [
        {
            "title": one.title,
            "paragraphs": [
                {
                    "context": one.text,
                    "qas": [
                        {
                            "id": one.id,
                            "question": f"About {one.id}?",
                            "answers": [{"text": one.text.split()[-1], "answer_start": 0}],
                        }
                    ],
                }
            ],
        }
        for one in documents
    ]
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


def test_questions_of_other_formats_find_their_documents(tmp_path):
    some = [Document(f"file {d.id}", "", d.text + "\n\nMore of it.", "") for d in documents()]
    read = questions.read(squad(tmp_path / "squad.json", documents()), some)
    assert [row["documents"] for row in read] == [[one.id] for one in some]
    assert all(row["status"] == "given" for row in read)
    with pytest.raises(ValueError, match="1 of 4 questions .* not in the folder: pump"):
        questions.read(tmp_path / "squad.json", some[1:])


def test_only_what_people_stand_behind_is_asked():
    rows = [{"status": status} for status in ["confirmed", "added", "draft", "rejected"]]
    assert [row["status"] for row in questions.to_use(rows, 2)] == ["confirmed", "added"]
    assert [row["status"] for row in questions.to_use(rows, 3)] == ["confirmed", "added", "draft"]


# The widget and its twin


def test_a_decision_changes_one_row_and_loses_nothing(table):
    rows = lines(table)
    rows[1].append("note")
    rows[3] = [*rows[3], "=mine"]
    with open(table, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    confirming.decide(table, 3, "yes", question="How much\nis it?")
    after = lines(table)
    assert after[2][:2] == ["yes", "How much is it?"] and after[2][2:8] == rows[2][2:]
    assert after[3:] == rows[3:] and after[0] == rows[0]
    assert questions.read(table, documents())[0]["status"] == "corrected"


@pytest.mark.parametrize(
    ("line", "cells", "message"),
    [
        (3, {"keep": "perhaps"}, "keep is yes, no or empty"),
        (99, {"keep": "yes"}, "no question on line 99"),
        (3, {"keep": "yes", "question": "  "}, "needs words"),
        (3, {"keep": "yes", "span": "x"}, "there is no span"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(table, line, cells, message):
    before = table.read_bytes()
    with pytest.raises(ValueError, match=message):
        confirming.decide(table, line, **cells)
    assert table.read_bytes() == before


def test_the_widget_writes_what_its_buttons_say(table):
    box = confirming.confirm(table)
    number, source, question, answer, document, buttons, status = box.children
    keep, drop, later, add = buttons.children
    first = lines(table)[2]
    assert (question.value, answer.value) == (first[1], first[2]) and "<mark>" in source.value
    question.value = "How much is it?"
    keep.click()
    assert lines(table)[2][:2] == ["yes", "How much is it?"] and number.value == 2
    drop.click()
    later.click()
    assert [row[0] for row in lines(table)[2:6]] == ["yes", "no", "", ""] and number.value == 4
    assert "1 are kept and 1 dropped" in status.value
    question.value = " "
    keep.click()
    assert "needs words" in status.value and lines(table)[5][0] == ""
    question.value, answer.value, document.value = "Who owns it?", "Board", "lease"
    add.click()
    assert lines(table)[-1][:4] == ["yes", "Who owns it?", "Board", "lease"]
    assert questions.read(table, documents())[-1]["status"] == "added"
    shown = confirming.table(table)
    assert list(shown.keep[:2]) == ["yes", "no"] and shown.index[0] == 3
    assert confirming.confirm(table).children[0].value == 3  # the first that is not decided


def test_what_the_widget_shows_is_no_markup(tmp_path):
    path = tmp_path / "q.csv"
    row = {name: f"{HOSTILE}&" for name in questions.COLUMNS} | {"keep": HOSTILE}
    sheets.create(path, "", questions.COLUMNS, [row])
    box = confirming.confirm(path)
    assert "<script" not in box.children[1].value and "&lt;script&gt;" in box.children[1].value
    with pytest.raises(ValueError, match="no line names"):
        confirming.confirm(_file(tmp_path, "a,b\n"))
    with pytest.raises(ValueError, match="no question in it"):
        confirming.confirm(_file(tmp_path, "keep,question,answer,document\n"))


def _file(folder, text):
    (folder / "x.csv").write_text(text)
    return folder / "x.csv"


def test_an_id_fits_what_was_drafted_only():
    assert identify("a", "b", "c") != identify("a", "bc", "") and len(identify("a", "b", "c")) == 12


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "Word and ",
        "*",
        "* a ",
        "_a",
        "[",
        "[a](b",
        "<",
        "a: ",
        "a: b; ",
        "| a ",
        "a. ",
        '"a ',
        "1,",
        "# ",
        "x\n",
        "\u6c34",
        "The a is ",
        "a@",
        "a_a/",
    ],
)
def test_long_monotonous_texts_take_no_long_time(piece):
    start = time.process_time()
    assert drafted(page=piece * (100_000 // len(piece))) == []
    assert time.process_time() - start < 2
