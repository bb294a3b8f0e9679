"""Questions to remember by: what is asked, judged, recorded, and what comes back when."""

import json

import ipywidgets
import pytest

from helpers import quiz, quiz_buttons, review, spacing
from helpers.engine import cache

pytestmark = pytest.mark.usefixtures("empty_artifacts")
HOSTILE = "<script>alert(1)</script>"


def letter(question, right=True, attempt=1):
    """A letter that is right, or one that is wrong."""
    answers = question.shuffled(attempt)
    return next(
        one
        for one, a in zip(quiz.LETTERS, answers, strict=True)
        if (a == question.answers[0]) == right
    )


def answer(notebook, *rights, attempt=1):
    """Answer the first questions of a notebook, right or wrong."""
    asked = [*quiz.of(notebook), *spacing.coming_back(notebook)]
    given = [letter(q, right, attempt) for q, right in zip(asked, rights, strict=False)]
    review.recall(notebook, *given, attempt=attempt)


def back(notebook):
    return [question.id for question in spacing.coming_back(notebook)]


def test_questions_are_shown_without_a_trace(capsys, empty_artifacts):
    for notebook in quiz.order()[1:]:
        review.recall(notebook)
        shown = capsys.readouterr().out
        assert all(" ".join(q.text.split()) in " ".join(shown.split()) for q in quiz.of(notebook))
        assert shown.count("   d) ") == 3 and f'review.recall("{notebook}", "a"' in shown
        assert max(map(len, shown.splitlines())) <= 88
    assert not (empty_artifacts / "quiz.json").exists()


def test_the_order_is_kept_within_an_attempt_and_changes_with_it():
    asked = [q for notebook in quiz.order()[1:] for q in quiz.of(notebook)]
    assert all(q.shuffled(2) == q.shuffled(2) for q in asked)
    assert all(sorted(q.shuffled(), key=str) == sorted(q.answers, key=str) for q in asked)
    assert sum(q.shuffled(1) != q.shuffled(2) for q in asked) > 0.8 * len(asked)
    assert {letter(q) for q in asked} == set(quiz.LETTERS)


def test_wrong_names_the_belief_and_right_says_why(capsys):
    answer("02", True, False, False)
    shown = " ".join(capsys.readouterr().out.split())
    first, second, _ = quiz.of("02")
    assert first.answers[0].why in shown and second.answers[0].why not in shown
    chosen = second.chosen(letter(second, False))
    assert chosen.why in shown and quiz.beliefs()[chosen.belief] in shown
    assert 'review.recall("02", attempt=2)' in shown


def test_first_and_latest_are_kept_and_an_older_attempt_changes_nothing():
    id = quiz.of("02")[0].id
    answer("02", False, True, True)
    answer("02", True, True, True, attempt=2)
    answer("02", False, True, True)  # the old cell is run again
    row = spacing.record()[id]
    assert not row["first"]["right"] and row["latest"]["right"] and row["latest"]["attempt"] == 2


def test_the_box():
    wrong = quiz.of("02")[0]
    answer("02", False, True, True)
    answer("02", True, True, True, attempt=2)  # corrected at once: it comes back all the same
    assert back("02") == [] and back("03") == [wrong.id]
    assert spacing.coming_back("03")[0].shuffled() != wrong.shuffled()
    answer("03", True, True, True, True)
    assert back("04") == [] and back("05") == [wrong.id]  # right once: it rests
    answer("05", True, True, True, False)
    assert back("05b") == [wrong.id]  # wrong again: from the start
    answer("05b", True, True, True, True)
    answer("07", True, True, True, True)
    assert spacing.record()[wrong.id]["box"] == spacing.LEARNED
    assert [n for n in ("08", "09", "10", "11", "12", "13") if back(n)] == []


def test_at_most_two_come_back_and_stay_the_same_ones():
    answer("02", False, False, False)
    shown = back("04")
    assert len(shown) == 2
    answer("04", True, True, True, True, True)
    assert back("04") == shown
    assert back("05") == [q.id for q in quiz.of("02") if q.id not in shown]


def test_what_comes_back_may_be_left_out():
    answer("02", False, True, True)
    answer("03", True, True, True)
    assert back("04") == [quiz.of("02")[0].id]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: review.recall("99"), "no questions for the notebook '99'.* 05b"),
        (lambda: review.recall(2), 'write, for example, "02"'),
        (lambda: review.recall("02", "a", "b"), "3 questions, and you answered 2"),
        (lambda: review.recall("02", "a", "b", "e"), "Answer 3 is 'e', not a, b, c, d"),
        (lambda: review.recall("02", "a", 1, "b"), "Answer 2 is 1"),
        (lambda: review.recall("02", "bad"), "you answered 1"),
        (lambda: review.recall("02", "a", "b", HOSTILE * 99), "Answer 3 is '<script>.{0,60}, not"),
        (lambda: review.recall("02", attempt=0), "attempt is 1, 2, 3"),
        (lambda: review.pretest("a"), "8 questions"),
    ],
)
def test_bad_input_says_what_to_do_and_records_nothing(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert spacing.record() == {}


def test_capitals_and_spaces_are_accepted():
    review.recall("02", " A", "B ", "?")
    assert spacing.record()[quiz.of("02")[2].id]["latest"]["belief"] is None


def test_a_damaged_record_counts_as_not_answered(empty_artifacts):
    id = quiz.of("02")[0].id
    cache.write_json(
        empty_artifacts / "quiz.json",
        {id: {"first": 3}, "in 03": {"back": [id, 7, "no such"]}, "x": {}},
    )
    assert spacing.record() == {} and back("03") == [id]
    answer("02", True, True, True)
    assert len(spacing.record()) == 3


def test_the_test_before_tells_nothing_and_its_first_answers_count(capsys):
    asked = quiz.test("pre")
    review.pretest(*[letter(q, n > 3) for n, q in enumerate(asked)])
    noted = capsys.readouterr().out
    assert "Noted." in noted and "right" not in noted and "✗" not in noted
    review.pretest(*map(letter, asked))
    assert "earlier" in capsys.readouterr().out
    assert sum(spacing.record()[q.id]["first"]["right"] for q in asked) == 4
    assert back("01") == []  # nor does it come back
    review.posttest(*map(letter, quiz.test("post")))
    shown = capsys.readouterr().out
    assert "4 of 8 right\n" in shown and "8 of 8 right: 4 more" in shown
    table = review.before_and_after()
    assert list(table.change) == ["+1"] * 4 + ["0"] * 4 and set(table.after) == {"right"}


def test_without_a_test_before_the_one_after_says_so(capsys):
    review.compare()
    assert "No test after" in capsys.readouterr().out
    review.posttest(*["?"] * 8)
    assert "No pre-test was taken" in capsys.readouterr().out


def test_each_pair_tests_one_belief():
    for pre, post in zip(quiz.test("pre"), quiz.test("post"), strict=True):
        assert pre.answers[1].belief in [answer.belief for answer in post.answers]


def controls(box, kind):
    for child in box.children:
        if isinstance(child, ipywidgets.Box):
            yield from controls(child, kind)
        elif isinstance(child, kind):
            yield child


def test_buttons_do_what_letters_do():
    asked = quiz.of("02")
    box = quiz_buttons.form(asked, lambda given, n: f"{given} {n} {HOSTILE}")
    choices = list(controls(box, ipywidgets.RadioButtons))
    send, again = controls(box, ipywidgets.Button)
    status = list(controls(box, ipywidgets.HTML))[-1]
    send.click()
    assert status.value == "Not answered yet: 1, 2, 3."
    for choice, value in zip(choices, "ab?", strict=True):
        assert choice.description and choice.value is None
        choice.value = value
    send.click()
    assert "&lt;script" in status.value and "?" in status.value and "<script" not in status.value
    before = [choice.options for choice in choices]
    again.click()
    assert [choice.options for choice in choices] != before and choices[0].value is None


def test_the_cells_ask_the_questions_of_their_notebook():
    for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        number = path.stem.split("_")[0]
        wanted = "review.pretest()" if number == "00" else f'review.recall("{number}")'
        assert wanted in "".join(cells[2]["source"]), path.name
