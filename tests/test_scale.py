"""Notebook 13 without its engines: order, filters, and what is said when an engine is missing."""

import numpy as np
import pytest

from helpers import scale
from helpers.engine.vectors import vector_index
from helpers.exercises import exercises
from helpers.scale import embedding, selective
from tests.wrong_answers import answer_of


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    base = random.normal(size=(100, 32)).astype(np.float32)
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    return selective.made(base, base[:20], 3000)


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (["ray", "lancedb"], "Ray and LanceDB are not installed"),
        (["lancedb"], "LanceDB is not installed"),
        ([], ""),
    ],
)
def test_one_sentence_says_what_is_missing(monkeypatch, capsys, lacking, said):
    monkeypatch.setattr(scale, "find_spec", lambda name: None if name in lacking else name)
    assert scale.installed() is not bool(lacking)
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith(said) and ("make scale installs them" in text) is bool(lacking)


def part(*numbers):
    return np.array(numbers), np.array([[n, n / 2] for n in numbers], np.float32)


def test_vectors_come_back_in_order():
    vectors = embedding.in_order([part(3, 1), part(0), part(2)], 4)
    assert vectors.dtype == np.float32 and vectors[:, 0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([part(0, 2)], "1 passages are missing, the first is number 1"),
        ([], "3 passages are missing, the first is number 0"),
        ([part(0, 1), part(1, 2)], "1 passages came back more than once, the first is number 1"),
        ([part(0, 1, 2), part(7)], "1 passages were never asked for, the first is number 7"),
        ([part(0, 1, 2), part(-1)], "never asked for, the first is number -1"),
    ],
)
def test_lost_and_double_passages_are_noticed(parts, message):
    with pytest.raises(ValueError, match=message):
        embedding.in_order(parts, 3)


def test_a_passages_file_keeps_every_text(tmp_path):
    texts = ["plain", "two\nlines", 'a "quote"', "", "caf\u00e9 \u2028"]
    import json

    lines = embedding.passages_file(texts, tmp_path).read_bytes().split(b"\n")
    assert [json.loads(line) for line in lines] == [
        {"row": row, "text": text} for row, text in enumerate(texts)
    ]


def test_the_nearest_rows_that_pass_are_found_exactly(rows):
    right = selective.measured(rows, selective.searched_exactly(rows))
    assert (right["rows"], right["recall"], right["least rows"]) == (10, 1, 10)
    assert rows.passes.sum() == 30 and rows.passes[rows.nearest()].all()
    scores = rows.vectors @ rows.queries[0]
    best = max(rows.allowed, key=lambda row: scores[row])
    assert rows.nearest()[0][0] == best


def test_a_post_filter_returns_almost_nothing_and_says_nothing(rows):
    index = vector_index(rows.vectors, "HNSW")
    few = selective.measured(rows, selective.post_filtered(rows, index, 10))
    more = selective.measured(rows, selective.post_filtered(rows, index, 100))
    assert few["rows"] < 1 and few["recall"] < 0.1
    assert few["rows"] < more["rows"] < 10 and few["recall"] < more["recall"]


def test_a_filter_inside_the_graph_and_a_search_that_goes_on(rows):
    index = vector_index(rows.vectors, "HNSW")
    wide = selective.measured(rows, selective.filtered_inside(rows, index, 2000))
    assert wide["rows"] == 10 and wide["recall"] > 0.9
    search_on = answer_of(exercises()["13.3"].solution)
    on = selective.measured(rows, selective.searched_on(rows, index, search_on))
    assert on["rows"] > 9
    for search in (
        selective.filtered_inside(rows, index, 2000),
        selective.searched_on(rows, index, search_on),
        selective.post_filtered(rows, index, 100),
    ):
        assert all(rows.passes[row] for query in rows.queries for row in search(query))


def test_a_filter_that_too_few_pass_is_refused():
    base = np.eye(8, dtype=np.float32)
    with pytest.raises(ValueError, match="5 of 500 rows would pass: from 10 to 500 must"):
        selective.made(base, base, 500)
    with pytest.raises(ValueError, match="600 of 500 rows would pass"):
        selective.made(base, base, 500, share=1.2)
