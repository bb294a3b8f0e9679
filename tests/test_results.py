"""The answers that come with the course are those of today's adapters, documents, questions and prompts."""

import pytest

from helpers import cache, evaluate, models
from results import make


@pytest.mark.slow
def test_every_question_has_its_stored_answers(llm, index, monkeypatch):
    """Fails after a change of data, prompt or adapter until `python -m results.make` has been run again."""
    monkeypatch.setattr(models, "generate_batch", lambda *_: pytest.fail("not in results/: run python -m results.make"))
    with llm.shipped_answers():
        boards = [evaluate.evaluate(*job) for job in make.jobs(llm, index)]
    assert sum(map(len, boards)) == cache.read_json(models.RESULTS / "record.json")["answers"]
    base = boards[0][(boards[0].system == "base") & boards[0].answerable].groupby("slice").contained.mean()
    assert (base <= 0.05).all(), "the base model must not know the handbook"
    monkeypatch.setenv("FULL", "1")
    systems, questions = next(make.jobs(llm, index))
    with llm.shipped_answers(), pytest.raises(pytest.fail.Exception, match="not in results"):
        evaluate.evaluate({"base": systems["base"]}, questions[:1])
