"""The questions of the quiz: complete, about earlier notebooks, and not to be guessed by style."""

import re
from collections import Counter

import pytest

from helpers import exercises
from helpers.engine import cache

QUESTION = {"id", "notebook", "from", "objective", "question", "right", "wrong", "why"}
NUMBERED = [path.stem.split("_")[0] for path in sorted((cache.ROOT / "notebooks").glob("*.ipynb"))]
NOTEBOOKS = sorted(NUMBERED, key=lambda name: (int(name[:2]), name))
QUIZ = cache.read_jsonl(cache.DATASETS / "quiz.jsonl", tuple(sorted(QUESTION)))
BY_ID = {row["id"]: row for row in QUIZ}
TESTS = [row["id"] for row in QUIZ if row["id"].startswith(("pre.", "post."))]
MISCONCEPTIONS = cache.read_json(cache.DATASETS / "misconceptions.json")
OBJECTIVES = cache.read_json(cache.DATASETS / "objectives.json")
CLAIMS = {row["id"]: row for row in cache.read_jsonl(cache.DATASETS / "claims.jsonl")}
PAIRS = range(1, 9)  # pre.1 to pre.8 and post.1 to post.8


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


ABSOLUTE = words("all always certainly every everyone must never nobody none nothing only")
NEGATIONS = words("cannot no not nothing without")
HEDGES = words("can depends few little may might often perhaps probably some well")
FUNCTION = words(
    "a an and are as at be by did do does for from had has have how if in is it its not of on one "
    "or so than that the them they this to was what which with you your"
)
JARGON = words("adapter chunk cosine embedding encoder exposures lora rag raft recall vector")
NOTEBOOK = re.compile(r"[Nn]otebooks? ((?:\d\db?(?:, | and )?)+)")  # in an explanation


def answers(row):
    """The four answers of a question, the right one first."""
    return [row["right"], *(wrong["answer"] for wrong in row["wrong"])]


def texts(row):
    """All texts of a question that a learner can see."""
    return [row["question"], row["why"], *answers(row), *(wrong["why"] for wrong in row["wrong"])]


def named(text):
    """The notebooks that a text names."""
    return {name for part in NOTEBOOK.findall(text) for name in re.findall(r"\d\db?", part)}


def stems(text):
    """The content words of a text, cut to five letters: enough to meet their other forms."""
    return {word[:5] for word in words(text) if word not in FUNCTION}


def count(text, vocabulary):
    return sum(word in vocabulary for word in words(text))


STRATEGIES = {
    "pick the longest": lambda question, answer: len(answer),
    "pick the shortest": lambda question, answer: -len(answer),
    "repeats the question": lambda question, answer: len(stems(question) & stems(answer)),
    "avoids the question": lambda question, answer: -len(stems(question) & stems(answer)),
    "without absolute words": lambda question, answer: -count(answer, ABSOLUTE),
    "with absolute words": lambda question, answer: count(answer, ABSOLUTE),
    "without negation": lambda question, answer: -count(answer, NEGATIONS),
    "with negation": lambda question, answer: count(answer, NEGATIONS),
    "the most careful": lambda question, answer: count(answer, HEDGES),
}


def hit_rate(score, rows):
    """The share of questions that somebody gets right who picks the highest score, ties by lot."""
    hits = 0
    for row in rows:
        scores = [score(row["question"], answer) for answer in answers(row)]
        hits += (scores[0] == max(scores)) / scores.count(max(scores))
    return hits / len(rows)


def test_three_questions_for_each_notebook_and_eight_before_and_after():
    expected = [f"{name}.{n}" for name in NOTEBOOKS[1:] for n in (1, 2, 3)]
    expected += [f"{test}.{n}" for test in ("pre", "post") for n in PAIRS]
    assert sorted(row["id"] for row in QUIZ) == sorted(expected)
    for row in QUIZ:
        prefix = row["id"].split(".")[0]
        assert row["notebook"] == {"pre": "00", "post": "12"}.get(prefix, prefix), row["id"]


@pytest.mark.parametrize("id", BY_ID)
def test_a_question_is_complete(id):
    row = BY_ID[id]
    assert row.keys() == QUESTION
    assert len(row["wrong"]) == 3
    for wrong in row["wrong"]:
        assert wrong.keys() == {"answer", "misconception", "why"}
        assert wrong["misconception"] in MISCONCEPTIONS
    assert row["objective"] in OBJECTIVES
    for text in texts(row):
        assert text == text.strip() and text[0].isupper() and text[-1] in ".?", text
    assert len({" ".join(words(answer)) for answer in answers(row)}) == 4
    assert all(len(answer.split()) < 25 for answer in answers(row))


@pytest.mark.parametrize("id", BY_ID)
def test_a_question_is_about_an_earlier_notebook(id):
    row = BY_ID[id]
    if id.startswith("pre."):
        assert row["from"] is None
        return
    assert row["from"] in NOTEBOOKS[: NOTEBOOKS.index(row["notebook"])]
    assert row["from"] in named(row["why"]), f"'why' does not name notebook {row['from']}"


@pytest.mark.parametrize("id", [id for id in BY_ID if not id.startswith("pre.")])
def test_no_explanation_refers_to_a_later_notebook(id):
    row = BY_ID[id]
    earlier = NOTEBOOKS[: NOTEBOOKS.index(row["notebook"])]
    for text in (row["why"], *(wrong["why"] for wrong in row["wrong"])):
        assert named(text) <= set(earlier), text


def test_old_and_recent_notebooks_are_both_asked_about():
    asked = Counter(row["from"] for row in QUIZ if row["from"] and row["id"] not in TESTS)
    assert asked.keys() == set(NOTEBOOKS) - {"13"}
    distances = [
        NOTEBOOKS.index(row["notebook"]) - NOTEBOOKS.index(row["from"])
        for row in QUIZ
        if row["id"] not in TESTS
    ]
    assert min(distances) == 1 and sum(distance > 2 for distance in distances) >= len(distances) / 3


@pytest.mark.parametrize("n", PAIRS)
def test_before_and_after_ask_about_the_same_misconception(n):
    before, after = BY_ID[f"pre.{n}"], BY_ID[f"post.{n}"]
    shared = [{wrong["misconception"] for wrong in row["wrong"]} for row in (before, after)]
    assert shared[0] & shared[1]
    assert before["objective"] == after["objective"]
    common = stems(before["question"]) & stems(after["question"])
    smaller = min(len(stems(row["question"])) for row in (before, after))
    assert len(common) <= 0.5 * smaller, f"the same surface: {common}"


@pytest.mark.parametrize("id", TESTS)
def test_the_tests_need_no_words_of_the_course(id):
    asked = words(" ".join([BY_ID[id]["question"], *answers(BY_ID[id])]))
    assert not {term for term in JARGON for word in asked if word.startswith(term)}


def test_no_question_twice():
    for part in ("question", "right"):
        found = Counter(" ".join(words(row[part])) for row in QUIZ)
        assert max(found.values()) == 1, found.most_common(1)
    asked = [(row["id"], stems(row["question"])) for row in QUIZ]
    for i, (first, one) in enumerate(asked):
        for second, other in asked[:i]:
            assert len(one & other) < 0.6 * len(one | other), f"{first} is much like {second}"


@pytest.mark.parametrize("id", BY_ID)
def test_no_number_that_a_run_would_change(id):
    for text in texts(BY_ID[id]):
        assert not re.search(r"\d\.\d|\d ?%|\.\d", text), text


@pytest.mark.parametrize("id", BY_ID)
def test_the_answers_to_a_question_are_of_similar_length(id):
    lengths = [len(answer) for answer in answers(BY_ID[id])]
    assert max(lengths) <= 1.6 * min(lengths), lengths


@pytest.mark.parametrize("which", [max, min])
def test_length_gives_nothing_away(which):
    extreme = [len(row["right"]) == which(map(len, answers(row))) for row in QUIZ]
    assert 0.15 <= sum(extreme) / len(QUIZ) <= 0.35


@pytest.mark.parametrize("name", STRATEGIES)
def test_style_gives_nothing_away(name):
    assert hit_rate(STRATEGIES[name], QUIZ) <= 0.4


def test_a_guessable_quiz_would_be_noticed():
    padded = [{**row, "right": row["right"] + " It depends on what you may need."} for row in QUIZ]
    assert hit_rate(STRATEGIES["pick the longest"], padded) > 0.9
    assert hit_rate(STRATEGIES["the most careful"], padded) > 0.9


def test_absolute_words_are_as_common_in_right_answers_as_in_wrong_ones():
    right = sum(count(row["right"], ABSOLUTE) for row in QUIZ)
    wrong = sum(count(answer, ABSOLUTE) for row in QUIZ for answer in answers(row)[1:]) / 3
    assert abs(right - wrong) <= 0.05 * len(QUIZ), (right, wrong)


def test_every_misconception_is_used_and_is_a_sentence():
    used = Counter(wrong["misconception"] for row in QUIZ for wrong in row["wrong"])
    assert used.keys() == MISCONCEPTIONS.keys()
    for name, belief in MISCONCEPTIONS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert belief[0].isupper() and belief.endswith(".") and len(belief.split()) <= 25, belief
    assert len(set(MISCONCEPTIONS.values())) == len(MISCONCEPTIONS)


def test_every_exercise_belongs_to_one_objective():
    covered = Counter(id for row in OBJECTIVES.values() for id in row["exercises"])
    assert covered.keys() == exercises.exercises().keys()
    assert max(covered.values()) == 1, covered.most_common(1)


def test_objectives_say_what_you_can_do_and_where():
    assert 12 <= len(OBJECTIVES) <= 16
    for name, row in OBJECTIVES.items():
        assert row.keys() == {"text", "notebooks", "exercises", "claims"}, name
        assert row["text"].startswith("You can ") and row["text"].endswith(".")
        assert set(row["notebooks"]) <= set(NOTEBOOKS)
        chapters = {int(id.split(".")[0]) for id in row["exercises"]}
        assert {int(place[:2]) for place in row["notebooks"]} == chapters, name
        for claim in row["claims"]:
            places = {place.removeprefix("N") for place in CLAIMS[claim]["notebooks"]}
            assert places & set(row["notebooks"]), f"{name}: claim {claim} is in {places}"
