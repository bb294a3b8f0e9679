"""The answers that come with the course are those of today's adapters, documents, questions and prompts."""

import pytest

from helpers import evaluate, models
from results import make


@pytest.mark.slow
def test_every_test_question_has_its_stored_answers(llm, embedder, monkeypatch):
    """Fails after a change of data, prompt or adapter until `python -m results.make` has been run again."""
    monkeypatch.setattr(models, "generate_batch", lambda *_: pytest.fail("not in results/: run python -m results.make"))
    systems, questions = make.systems(llm, embedder), evaluate.load_questions("test")
    with llm.shipped_answers():
        rows = evaluate.evaluate(systems, questions)
    assert len(rows) == len(systems) * len(questions)
    base = rows[(rows.system == "base") & rows.answerable].groupby("slice").contained.mean()
    assert (base <= 0.05).all(), "the base model must not know the handbook"
    monkeypatch.setenv("FULL", "1")
    with llm.shipped_answers(), pytest.raises(pytest.fail.Exception, match="not in results"):
        evaluate.evaluate({"base": systems["base"]}, questions[:1])
