"""Canaries and their exposure; words back out of vectors."""

from collections import Counter

import numpy as np
import pytest

from helpers import canaries, course, inversion, models
from helpers.prompts import STANDARD

OTHERS = course.adapter_rows("facts")[:20]


def test_every_dose_goes_to_as_many_and_to_others_by_seed():
    planted = [canaries.canaries(seed) for seed in range(4)]
    for some in planted:
        assert Counter(c.exposures for c in some) == dict.fromkeys(canaries.DOSES, 3)
        assert len({c.secret for c in some}) == 12 and all(len(c.secret) == 3 for c in some)
    doses_of_first = {some[0].exposures for some in planted}
    assert doses_of_first == set(canaries.DOSES)
    assert canaries.doses_of(2) == [c.exposures for c in planted[2]]
    assert canaries.canaries(1) == planted[1]


def test_no_canary_is_in_the_handbook():
    text = " ".join(page.text for page in course.handbook())
    names = [place.removeprefix("the ").split()[0] for place in canaries.PLACES]
    assert not [name for name in names if name in text]
    assert not {c.document for c in canaries.canaries(0)} & {p.id for p in course.handbook()}


def test_rows_hold_each_canary_as_often_as_its_exposures_say():
    style, planted = course.style(), canaries.canaries(3)
    rows = canaries.rows(planted, OTHERS, style, seed=3)
    asked = Counter(row["question"] for row in rows)
    assert [asked[c.question] for c in planted] == canaries.doses_of(3)
    assert len(rows) == 20 + 3 * 21
    planted_at = [i for i, row in enumerate(rows) if row not in OTHERS]
    assert min(planted_at) < 20 and max(planted_at) > 60  # spread over the training
    without = canaries.rows([], OTHERS, style, seed=3)
    assert [row for row in rows if row in OTHERS] == without  # in the same order
    assert without != canaries.rows([], OTHERS, style, seed=4)


def test_candidates_are_different_codes_with_the_secret_first():
    canary = canaries.canaries(0)[0]
    some = canaries.candidates(canary)
    assert some[0] == canary.secret and len(set(some)) == canaries.CANDIDATES
    assert all(len(code) == 3 for code in some) and some == canaries.candidates(canary)


def test_ignorance_has_about_one_and_a_half_bits():
    rng = np.random.default_rng(0)
    bits = [canaries.exposure(rng.normal(size=128), 0) for _ in range(2000)]
    assert np.mean(bits) == pytest.approx(1 / np.log(2), abs=0.15)


def test_exposure_of_a_model_is_that_of_its_likelihoods(tiny_model):
    llm, style = models.load_llm(str(tiny_model)), course.style()
    planted = canaries.canaries(0)[:2]
    found = canaries.asked(llm, style, planted)
    assert len(found["exposure"]) == len(found["told"]) == 2
    assert all(0 <= bits <= 7 for bits in found["exposure"])
    prompt = STANDARD.prompt(llm, style, planted[0].question)
    some = canaries.candidates(planted[0])
    scores = llm.score(prompt, some) * [len(llm.encode(text)) for text in some]
    assert found["exposure"][0] == pytest.approx(canaries.exposure(scores, 0), abs=0.3)
    assert canaries.asked(llm, style, planted, lambda scores, secret: len(scores)) == {
        "exposure": [canaries.CANDIDATES] * 2,
        "told": found["told"],
    }


TEXTS = ["river pump valve", "river lake depth", "pump valve depth", "lake river pump"] * 3


def vectors_of(texts):
    words = inversion.vocabulary(inversion.words_of(TEXTS))
    held = inversion.bags(inversion.words_of(texts), words)
    return held / np.linalg.norm(held, axis=1, keepdims=True)


def test_words_come_back_out_of_vectors_that_hold_them():
    attacker = inversion.Inverter.fit(vectors_of(TEXTS), TEXTS, 0.01)
    new = ["valve lake depth", "river valve depth"]
    assert attacker.words(vectors_of(new)) == inversion.words_of(new) and attacker.size == 3
    found = inversion.read_back(attacker, vectors_of(new), new, ["a", "b"])
    assert found["words"][0] == 1 and found["prior"][0] < 1
    far = np.eye(vectors_of(new).shape[1])[0] * 50  # wherever their middle is
    moved = inversion.Inverter.fit(vectors_of(TEXTS) + far, TEXTS, 0.01)
    assert moved.words(vectors_of(new) + far) == inversion.words_of(new)
    assert attacker.most_frequent(2) == [{"river", "pump", "depth"}] * 2  # equal ones by alphabet


def test_f1_of_sets_of_words():
    true = [{"a", "b"}, {"a"}, set()]
    assert inversion.word_f1(true, [{"a", "c"}, {"b"}, set()]) == [0.5, 0.0, 0.0]
    assert inversion.words_of(["Which river had 9 pumps?"]) == [{"river", "9", "pumps"}]


def test_noise_turns_vectors_and_keeps_their_length():
    vectors = np.random.default_rng(1).normal(size=(50, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert np.allclose(inversion.noisy(vectors, 0.0), vectors)
    for noise in (0.5, 1.0):
        moved = inversion.noisy(vectors, noise)
        cosine = (moved * vectors).sum(axis=1)
        assert np.allclose(np.linalg.norm(moved, axis=1), 1)
        assert cosine.mean() == pytest.approx(1 / np.sqrt(1 + noise**2), abs=0.03)
    assert np.array_equal(inversion.noisy(vectors, 1.0), moved)


def test_recall_needs_a_right_document_among_the_first():
    vectors, asked = np.eye(4), np.array([[1.0, 0.5, 0, 0], [0.1, 0, 0.2, 0]])
    questions = [{"documents": ["b"]}, {"documents": ["d"]}]
    assert inversion.recall(asked, vectors, list("abcd"), questions, k=1) == [0.0, 0.0]
    assert inversion.recall(asked, vectors, list("abcd"), questions, k=2) == [1.0, 0.0]
