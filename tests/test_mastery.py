"""Objectives, certificates, and solutions to be put in order."""

from html import escape

import pytest

from helpers import certificate, exercises, mastery, quiz, spacing
from helpers.engine import cache
from helpers.exercises import ordering
from scripts import check_certificate
from tests.wrong_answers import answer_of

pytestmark = pytest.mark.usefixtures("empty_artifacts")
HOSTILE = '<img src=x onerror="alert(1)"> & Ann'


def passes(*ids):
    cache.write_json(cache.artifacts() / "progress.json", dict.fromkeys(ids, "passed"))


@pytest.mark.parametrize(
    ("done", "known", "state"),
    [
        ([False], [], "not started"),
        ([True, False], [], "started"),
        ([False], [True], "started"),
        ([True], [], "mastered"),
        ([True], [True, True, False], "mastered"),
        ([True], [True, False, False], "started"),
    ],
)
def test_states(done, known, state):
    aim = mastery.Objective("a", "You can do it.", done, known)
    assert aim.state == state and aim.line().startswith(state)


def test_progress_shows_notebooks_and_objectives(capsys):
    aims = cache.read_json(cache.DATASETS / "objectives.json")
    name, row = next((n, r) for n, r in aims.items() if len(r["exercises"]) > 3)
    passes(*row["exercises"])
    asked = [q for q in quiz.questions().values() if q.objective == name and q.id[0].isdigit()]
    spacing.note("12", asked, ["?"] * len(asked))
    exercises.progress()
    assert f"0 of {len(aims)} objectives mastered" in capsys.readouterr().out
    for question in asked:
        right = next(x for x in quiz.LETTERS if not question.chosen(x, 2).belief)
        spacing.note("12", [question], [right], attempt=2)
    exercises.progress("objectives")
    shown = capsys.readouterr().out
    assert "Notebook" not in shown and shown.count("mastered  ") <= 1
    (aim,) = [a for a in mastery.objectives(exercises.passed()) if a.name == name]
    posts = [q for q in quiz.test("post") if q.objective == name]
    assert all(aim.exercises) and sum(aim.questions) == len(asked) == len(aim.questions) - len(
        posts
    )
    with pytest.raises(ValueError, match='progress."objectives".'):
        exercises.progress("books")


def test_a_certificate_is_written_once_and_checked(capsys):
    certificate.certificate()
    assert "Nothing to certify" in capsys.readouterr().out
    passes("0.1")
    certificate.certificate(HOSTILE)
    certificate.certificate(HOSTILE)
    assert "Nothing has changed" in capsys.readouterr().out
    folder = cache.artifacts() / "certificate"
    first = (folder / "certificate-1.json").read_bytes()
    passes("0.1", "0.2")
    certificate.certificate(HOSTILE)
    assert (folder / "certificate-1.json").read_bytes() == first
    page = (folder / "certificate-2.html").read_text(encoding="utf-8")
    assert "<img" not in page and escape(HOSTILE, quote=False).split('"')[0] in page
    for name in ("certificate-1.json", "certificate-2.html"):
        whole, words = check_certificate.check(folder / name)
        assert whole and "does not prove who did the work" in words
    sealed = cache.read_json(folder / "certificate-1.json")
    assert sealed["content"]["exercises"]["passed"] == ["0.1"]
    assert check_certificate.check(folder / "certificate-1.json", sealed["sha256"])[0]
    assert "ANOTHER" in check_certificate.check(folder / "certificate-2.json", sealed["sha256"])[1]


def test_changes_of_a_certificate_are_found():
    passes("0.1")
    certificate.certificate("Ann")
    path = cache.artifacts() / "certificate" / "certificate-1.json"
    sealed, page = cache.read_json(path), path.with_suffix(".html")
    page.write_text(page.read_text().replace("Ann", "Bob"))
    assert check_certificate.check(path)[1].startswith("CHANGED")
    page.unlink()
    assert check_certificate.check(path)[0]
    for content, word in (
        (sealed["content"] | {"name": "Bob"}, "CHANGED"),
        (None, "no certificate"),
    ):
        cache.write_json(path, sealed | {"content": content})
        whole, words = check_certificate.check(path)
        assert not whole and word in words
    odd = {"content": {"name": 1}, "sha256": certificate.sha256({"name": 1})}
    cache.write_json(path, odd)
    assert "does not have the form" in check_certificate.check(path)[1]


@pytest.mark.parametrize("name", [7, "x" * 201, "  "])
def test_odd_names_are_refused(name):
    with pytest.raises(ValueError, match="A name is a text"):
        certificate.certificate(name)


@pytest.mark.parametrize("id", exercises.exercises())
def test_every_solution_can_be_put_in_order(id):
    source = exercises.exercises()[id].solution
    right, mixed = ordering.pieces(source), ordering.shuffled(id, source)
    assert sorted(mixed) == sorted(right) and (mixed != right or len(right) == 1)
    places, order = list(range(len(mixed))), []
    for line in right:
        place = next(p for p in places if mixed[p] == line)
        places.remove(place)
        order.append(place + 1)
    assert ordering.assembled(mixed, order) == "\n".join(right) + "\n"
    if exercises.exercises()[id].difficulty == 3:
        answer = answer_of(ordering.assembled(mixed, order))
        assert exercises.grade(id, answer).status == "passed"


def order_of(id, lines):
    mixed = ordering.shuffled(id, exercises.exercises()[id].solution)
    return [mixed.index(line) + 1 for line in lines]


def test_lines_that_can_be_exchanged_are_accepted(capsys, monkeypatch):
    import numpy as np

    shell = type("Shell", (), {"user_ns": {"np": np}})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    lines = ordering.pieces(exercises.exercises()["9.1"].solution)
    exercises.parsons("9.1", order_of("9.1", lines))
    assert "passed. Well done" in capsys.readouterr().out
    exchanged = [*lines[:2], *lines[4:6], *lines[2:4], *lines[6:]]
    exercises.parsons("9.1", order_of("9.1", exchanged))
    assert "passed" in capsys.readouterr().out and not exercises.passed()
    exercises.parsons("9.1", order_of("9.1", lines[::-1]))
    assert "the lines don't run: IndentationError" in capsys.readouterr().out
    early = [*lines[:-1][:6], lines[-1], *lines[6:-1]]
    exercises.parsons("9.1", order_of("9.1", early))
    assert "UnboundLocalError" in capsys.readouterr().out
    exercises.parsons("0.5")
    assert "nothing to put in order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([1, 2], "missing: .3, 4"),
        ([1] * 11, r"twice or unknown: \[1\]"),
        ("123", "as a list"),
        ([1.0], "as a list"),
        ([0, *range(2, 12)], r"missing: \[1\]; twice or unknown: \[0\]"),
    ],
)
def test_a_bad_order_says_what_is_wrong(order, message):
    with pytest.raises(ValueError, match=message):
        exercises.parsons("9.1", order)


def test_the_two_hardest_exercises_mention_it():
    tasks = [task for task in exercises.exercises().values() if task.difficulty == 3]
    hardest = sorted(tasks, key=lambda task: len(task.solution))[-2:]
    text = "".join(path.read_text() for path in (cache.ROOT / "notebooks").glob("*.ipynb"))
    assert all(f'parsons(\\"{task.id}\\")' in text for task in hardest)
