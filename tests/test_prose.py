"""The prose is proof-read: words, links, figures, and how hard it is to read."""

import json
import math
import re

import pytest

from helpers.engine import cache
from scripts import check_prose, make_reading, prose
from scripts.check_prose import accepted, allowed, dead_link, figures, is_printed, unproven

NOTEBOOKS = prose.notebooks()
README = cache.ROOT / "README.md"
NEEDS = {"one and a half": 1.5, "two": 2, "three": 3, "2": 2}


def dictionaries():
    """Both are in requirements-proof.txt; without them, spelling can't be checked."""
    for name in ("spellchecker", "codespell_lib"):
        pytest.importorskip(
            name, reason=f"{name} is missing: pip install -r requirements-proof.txt"
        )


def test_every_word_is_known():
    dictionaries()
    found = check_prose.spelling()
    assert not found, "\n".join(found.values())


def test_the_list_of_words_is_sorted_and_minimal():
    """Each word of the list is used, once, and in no dictionary."""
    dictionaries()
    own = accepted()
    assert own == sorted(set(own), key=lambda word: (word.casefold(), word))
    text = " ".join(text for _, text in check_prose.pieces())
    needed = check_prose.misspelt(text)
    needed = set(needed) | {word.lower() for word in needed}
    assert not (spare := set(own) - needed), f"not needed in docs/words.txt: {sorted(spare)}"


@pytest.mark.parametrize(
    ("text", "word", "what"),
    [
        ("We recieve it.", "recieve", "receive"),
        ("The behavior of a model.", "behavior", "behaviour"),
        ("A zorblax.", "zorblax", "docs/words.txt"),
        ("`recieve(x)` and [recieve](a.md) text.", "recieve", "receive"),
    ],
)
def test_a_misspelt_word_is_found(text, word, what):
    dictionaries()
    assert what in check_prose.misspelt(text)[word]


@pytest.mark.parametrize(
    "text",
    [
        "```\nrecieve = 1\n```",
        "`recieve`",
        "The model's colours.",
        "GPUs, BM25, DenseIndex and 3 tables",
        "https://a.b/recieve <b>bold</b> [words](recieve.md)",
        "well-known, re-run, it’s",
    ],
)
def test_code_names_and_british_words_are_no_mistakes(text):
    dictionaries()
    assert not check_prose.misspelt(text)


def test_no_link_is_dead():
    found = [
        f"{path.name}: {why}" for path, to in check_prose.links() if (why := dead_link(path, to))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("notebooks/99_nowhere.ipynb", "no such file"),
        ("CONTRIBUTING.md#no-such-part", "no such heading"),
        ("#no-such-part", "no such heading"),
        ("http://example.org", "not https"),
        ("https://arxiv.org/pdf/2106.09685", "no page of arXiv"),
        ("https://nowhere", "no address"),
        ("https://mybinder.org/v2/x?urlpath=lab/tree/notebooks/99.ipynb", "no such notebook"),
        ("mailto:a@b.c", "neither https nor a file"),
    ],
)
def test_a_dead_link_is_found(target, what):
    assert what in dead_link(README, target)


@pytest.mark.parametrize(
    "target",
    ["CONTRIBUTING.md#style", "LICENSE", "#two-commands", "https://arxiv.org/abs/2106.09685"],
)
def test_a_live_link_passes(target):
    assert dead_link(README, target) == ""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_in_prose_is_printed_or_has_a_reason(path):
    found, used = unproven(path, allowed())
    assert not found, "\n".join(["print them, or give reasons in figures_allowed.json:", *found])
    spare = [rule for rule in allowed() if rule["in"] == path.stem and rule not in used]
    assert not spare, f"not needed in docs/figures_allowed.json: {spare}"


def test_every_allowed_figure_has_a_notebook_and_a_reason():
    assert all(len(rule["why"]) > 8 and set(rule) == {"in", "words", "why"} for rule in allowed())
    assert {rule["in"] for rule in allowed()} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was right in 36 of 50 cases.", ["36 of 50"]),
        ("About 37% of the new facts.", ["37%"]),
        ("Three of the ten, in 90 seconds.", ["Three of the ten", "90 seconds"]),
        ("Ten times as many, 12 ms each.", ["Ten times", "12 ms"]),
        ("As reported, 37% ([a paper](https://a.b/c)).", []),
        ("### Exercise 1.1\n\n36 of 50", []),
        ("**Needs** two hours and 2 GB.", []),
        ("`36 of 50` in notebook 07, section 3, claim 24", []),
    ],
)
def test_figures_in_prose(text, found):
    assert sorted(figure for figure, _ in figures(text)) == sorted(found)


@pytest.mark.parametrize(
    ("figure", "shown", "is_there"),
    [
        ("37%", "share 0.37", True),
        ("37 percent", "37%", True),
        ("36 of 50", "36/50 right", True),
        ("three of the ten", "3 of 10", True),
        ("12 ms", "takes 12 ms.", True),
        ("37%", "share 0.371", False),
        ("6 of 50", "36 of 50", False),
        ("12 ms", "takes 12.5 ms or 212 ms", False),
    ],
)
def test_what_is_printed_is_found(figure, shown, is_there):
    assert is_printed(figure, shown) is is_there


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_needs_is_what_was_measured(path):
    """Minutes and memory in its first cell are not below those of `make test`."""
    (needs,) = re.findall(
        r"^\*\*Needs\*\*.+?(?=\n\n|\Z)", prose.markdown(path)[0][1], re.DOTALL | re.MULTILINE
    )
    needs = " ".join(needs.split())
    measured = cache.read_json(cache.ROOT / "docs" / "measured.json")["unsolved"][path.stem]
    (minutes,) = re.findall(r"(\w+) minutes of machine time", needs)
    (memory,) = re.findall(r"(one and a half|two|2) (?:GB|gigabytes)", needs)
    assert measured["seconds"] <= 60 * NEEDS[minutes]
    assert measured["peak MB"] <= 1000 * NEEDS[memory]


def test_the_reading_table_is_up_to_date():
    stored = make_reading.FILE.read_text(encoding="utf-8")
    assert stored == make_reading.text(), "run python -m scripts.make_reading"


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_the_prose_is_easy_to_read(name):
    found = make_reading.measured()[name]
    longest = max(found, key=len)
    assert make_reading.grade(found) <= make_reading.GRADE
    assert len(longest) <= make_reading.LONGEST, " ".join(longest)


def test_the_grade_is_that_of_its_formula():
    found = make_reading.sentences(
        "The cat sat on the mat. It was a happy animal, see `x`.\n\n# Title"
    )
    assert [len(sentence) for sentence in found] == [6, 7]
    words = [word for sentence in found for word in sentence]
    syllables = sum(map(make_reading.syllables, words))
    assert syllables == 16  # "happy" has two, "animal" three
    expected = 0.39 * 13 / 2 + 11.8 * 16 / 13 - 15.59
    assert math.isclose(make_reading.grade(found), expected)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("a", 1),
        ("notes", 1),
        ("passages", 3),
        ("asked", 1),
        ("needed", 2),
        ("table", 2),
        ("LoRA", 2),
    ],
)
def test_syllables_are_groups_of_vowels(word, count):
    """Over each notebook, their sum was within 2% of the CMU Pronouncing Dictionary's."""
    assert make_reading.syllables(word) == count


def test_sentences_end_where_readers_stop():
    text = "One, e.g. this. Two? *Three!* Four\n- five six.\n- seven eight\n\n| a table |"
    found = [" ".join(words) for words in make_reading.sentences(text)]
    assert found == ["One e.g this", "five six", "seven eight"]  # one word alone is no sentence


def test_outputs_are_read_as_text():
    cell = {"outputs": [{"text": ["36 of ", "50"]}, {"data": {"text/html": "<td>37%</td>"}}]}
    assert is_printed("36 of 50", prose.outputs({"cells": [cell]}))
    assert json.dumps(prose.outputs({"cells": [cell]})).count("37%") == 1
