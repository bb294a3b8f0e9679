"""The answers that come with the course are found, and the base model knows nothing of the
handbook.
"""

import pytest

from helpers import course, evaluate
from helpers.engine import decoding


def test_shipped_answers_are_found_and_the_base_model_knows_nothing(llm, monkeypatch):
    """Fails after a change of data or prompt until `python -m scripts.make_results` has been run
    again.
    """
    monkeypatch.setattr(
        decoding,
        "generate",
        lambda *_: pytest.fail("not in results/: run python -m scripts.make_results"),
    )
    questions = course.questions("test")
    with llm.shipped_answers():
        rows = evaluate.evaluate({"base": course.system(llm)}, questions)
    assert (rows[rows.answerable].groupby("slice").contained.mean() <= 0.05).all()
    monkeypatch.setenv("FULL", "1")
    with llm.shipped_answers(), pytest.raises(pytest.fail.Exception, match="not in results"):
        course.system(llm).answer([questions[0]["question"]])


def test_what_is_missing_is_computed_and_said(llm, capsys):
    with llm.shipped_answers():
        llm.generate(["A prompt that is in no file."], 2)
    assert "1 of these answers did not come with the course" in capsys.readouterr().out
