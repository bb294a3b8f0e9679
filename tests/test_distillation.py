"""Distillation, training that goes on from an adapter, and adapters on other bases."""

import pytest
import torch

from helpers import bases, course, distillation, lora, models
from tests.test_lora import EXAMPLES, RECIPE


@pytest.fixture
def tiny(tiny_model, empty_artifacts):
    return models.load_llm(str(tiny_model))


def weights_of(llm):
    return {name: weight.clone() for name, weight in llm.model.state_dict().items()}


def unchanged(llm, before):
    return all(torch.equal(weight, before[name]) for name, weight in weights_of(llm).items())


@pytest.mark.parametrize("fast", [True, False])
def test_a_sure_teacher_is_ordinary_training(tiny, fast):
    tiny.fast = fast
    lessons = distillation.sure(tiny, EXAMPLES)
    with torch.no_grad():
        parts = distillation.packs(tiny, lessons)
        taught = torch.cat([distillation.losses(tiny, part) for part in parts])
        own = torch.cat(lora.example_losses(tiny, EXAMPLES))
    assert torch.allclose(taught, own, atol=1e-3)


def test_the_seconds_of_a_token_are_measured_and_nothing_is_kept(tiny):
    before = weights_of(tiny)
    assert 0 < distillation.token_seconds(tiny, EXAMPLES, RECIPE) < 10
    assert tiny.adapter is None and unchanged(tiny, before)


def test_a_sure_teacher_trains_the_same_weights(tiny):
    with lora.tuned(tiny, EXAMPLES, RECIPE) as log:
        own = [step["loss"] for step in log]
    with distillation.tuned(tiny, distillation.sure(tiny, EXAMPLES), RECIPE) as log:
        assert [step["loss"] for step in log] == pytest.approx(own, abs=1e-4)
        assert tiny.adapter
    assert tiny.adapter is None


def test_a_lesson_holds_the_teachers_probabilities(tiny):
    teacher = course.system(tiny, max_new_tokens=4)
    lessons = distillation.lessons(tiny, teacher, ["How deep?", "How far?"], course.style())
    for lesson in lessons:
        _, labels = lora.tokenize(tiny, lesson.example)
        assert lesson.likely.shape == lesson.chances.shape == (labels, distillation.KEPT)
        assert torch.allclose(lesson.chances.sum(-1), torch.ones(labels))
        assert len(lesson.table(tiny)) == labels
    # closed book, the teacher's prompt is the student's: the teacher's loss is its own entropy
    if lessons:
        (part,) = distillation.packs(tiny, lessons[:1])
        with torch.no_grad():
            loss = distillation.losses(tiny, part)
        entropy = -(part.chances * part.chances.log()).sum(-1)
        assert (loss >= entropy - 1e-3).all()


def test_training_goes_on_from_an_adapter(tiny):
    first = lora.train(tiny, EXAMPLES, RECIPE)
    with lora.adapted(tiny, first):
        learned = lora.evaluate_loss(tiny, EXAMPLES)
    slow = lora.Recipe(**{**vars(RECIPE), "learning_rate": 1e-9, "epochs": 1})
    lessons = distillation.sure(tiny, EXAMPLES)
    with distillation.tuned(tiny, lessons, slow, first):
        assert lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(learned, abs=1e-4)
    other = lora.Recipe(**{**vars(RECIPE), "rank": 3})
    with (
        pytest.raises(ValueError, match="has rank=2, the recipe rank=3"),
        distillation.tuned(tiny, lessons, other, first),
    ):
        pass
    assert tiny.on is None and tiny.adapter is None


def test_another_base_is_refused_unless_forced(tiny):
    before, folder = weights_of(tiny), lora.train(tiny, EXAMPLES, RECIPE)
    name, mark = tiny.name, tiny.base_fingerprint
    with lora.adapted(tiny, folder):
        own = lora.evaluate_loss(tiny, EXAMPLES)
    with bases.another(tiny, "rounded", bases.rounded):
        assert not unchanged(tiny, before) and tiny.base_fingerprint != mark
        assert "not on 'rounded'" in bases.refusal(lora.adapted(tiny, folder))
        with bases.forced(tiny, folder):
            assert lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(own, abs=0.1)
    assert unchanged(tiny, before) and (tiny.name, tiny.base_fingerprint) == (name, mark)
    assert bases.refusal(lora.adapted(tiny, folder)) == ""


def test_a_merged_adapter_answers_as_one_that_is_put_on(tiny):
    upper = lora.Recipe(**{**vars(RECIPE), "top_layers": 0.5})
    folder = lora.train(tiny, EXAMPLES, upper)
    with lora.adapted(tiny, folder):
        own = lora.evaluate_loss(tiny, EXAMPLES)
    with bases.another(tiny, "merged", bases.merged(folder)):
        assert lora.evaluate_loss(tiny, EXAMPLES) == pytest.approx(own, abs=1e-3)


def test_a_smaller_model_refuses_the_adapter(tiny):
    folder = lora.train(tiny, EXAMPLES, RECIPE)
    small = bases.smaller(tiny, width=16)
    assert "size mismatch" in bases.refusal(bases.forced(small, folder))
    assert small.on is None and tiny.on is None
