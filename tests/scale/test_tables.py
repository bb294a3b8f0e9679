"""LanceDB: the same hits as our indexes, filters that hold, and writes that leave nothing stale."""

import numpy as np
import pytest

from helpers import retrieval
from helpers.documents import Chunk
from helpers.scale import tables, writes

LEVELS = ("public", "internal")
TEXTS = [
    "The buoy floats.",
    "A gauge reads the level.",
    "O'Hara signs the form.",
    "The lock opens.",
]


def passage(document, start, text, department="safety"):
    metadata = {"department": department, "clearance": LEVELS[start % 2]}
    return Chunk(document, f"Page {document}", text, start, start + len(text), metadata)


CHUNKS = [passage(f"d-{n // 4}", n % 4, f"{TEXTS[n % 4]} Note {n}.") for n in range(24)]
CHUNKS += [passage("e-1", 0, "The invoice of O'Hara is due.", "fin'ance")]


@pytest.fixture
def index(lancedb, tmp_path, embedder):
    return tables.TableIndex(tmp_path / "table", embedder, CHUNKS)


def found(hits):
    return [(hit.chunk.document, hit.chunk.start) for hit in hits]


def test_dense_hits_and_scores_are_those_of_our_index(index, embedder):
    queries = ["What floats in note 7?", "Who signs the form of note 14?"]
    ours = retrieval.DenseIndex(CHUNKS, embedder).search(queries, 3)
    for mine, theirs in zip(ours, index.search(queries, 3), strict=True):
        assert found(mine) == found(theirs)
        assert np.allclose([hit.score for hit in mine], [hit.score for hit in theirs], atol=1e-5)
        assert [hit.rank for hit in theirs] == [1, 2, 3]


def test_words_and_hybrid_find_a_name(index):
    for kind in ("words", "hybrid"):
        (hits,) = index.by(kind).search(["the invoice of O'Hara"], 3)
        assert hits[0].chunk == CHUNKS[-1] and len(hits) == 3
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True) and scores[-1] > 0
    with pytest.raises(ValueError, match="'smell'; there are dense, words, hybrid"):
        index.by("smell")


@pytest.mark.parametrize("kind", ["dense", "words", "hybrid"])
def test_a_filter_holds_before_the_search(index, kind):
    (hits,) = index.by(kind).search(["a note on the lock"], 5, tables.where(clearance="public"))
    assert len(hits) == 5 and {h.chunk.metadata["clearance"] for h in hits} == {"public"}


def test_a_quote_in_a_value_stays_a_value(index):
    (hits,) = index.search(["invoice"], 3, tables.where(department="fin'ance"))
    assert found(hits) == [("e-1", 0)]
    for value in ("x' OR 'a' = 'a", "'", "''", "x'; DROP", "\\'"):
        assert index.search(["invoice"], 3, tables.where(department=value)) == [[]]


def test_conditions_are_checked():
    assert tables.where(a="x", b=["y", "z"]) == "a IN ('x') AND b IN ('y', 'z')"
    assert tables.where(a="o'x") == "a IN ('o''x')"
    for column in ("a b", "1a", "a=1 --", "é"):
        with pytest.raises(ValueError, match="No column"):
            tables.where(**{column: "x"})
    for value in ([], 3 * [1], [None]):
        with pytest.raises(TypeError, match="one of several"):
            tables.where(a=value)


def test_what_a_write_leaves_behind(index):
    new = [passage("d-0", 0, "The buoy sank."), passage("d-0", 7, "Nobody signs.")]
    before, rows = index.versions[-1], index.table.count_rows()
    index.merge(new)
    assert index.table.count_rows() == rows + 1  # 0 is updated, 7 inserted, 1 to 3 are stale
    index.update(new)
    texts = {c.text for c in index.chunks if c.document == "d-0"}
    assert texts == {"The buoy sank.", "Nobody signs."} and len(index.chunks) == rows - 2
    with index.at(before):
        assert len(index.chunks) == rows
        assert "The buoy sank." not in {chunk.text for chunk in index.chunks}
    assert len(index.chunks) == rows - 2
    index.add(new)
    assert index.table.count_rows() == rows


def test_what_writes_leave_behind_is_counted(index):
    new = [passage("d-0", 0, "The buoy sank."), passage("d-0", 7, "Nobody signs.")]
    wanted = [chunk for chunk in CHUNKS if chunk.document != "d-0"] + new
    counts, version = ("rows", "double", "stale", "missing"), index.versions[-1]
    for steps, found in (
        ([], (25, 0, 4, 2)),
        (["add"], (27, 1, 4, 0)),
        (["update"], (24, 1, 0, 0)),  # both copies of the id are updated
        (["optimize"], (24, 1, 0, 0)),
    ):
        writes.take(index, steps, new)
        assert writes.differences(index, wanted) == dict(zip(counts, found, strict=True)), steps
    assert writes.stale_shown(index, wanted, ["Which buoy sank?"]) == 0
    assert 0 < writes.stale_shown(index, CHUNKS, ["Which buoy sank?"]) <= 1
    assert writes.readable(index, version, CHUNKS)
    assert not writes.readable(index, version, wanted)
    with pytest.warns(UserWarning, match="removes every version"):
        writes.take(index, ["keep 0 days"], new)
    assert not writes.readable(index, version, CHUNKS)


def test_a_passage_given_twice_is_refused(index):
    rows, version = index.table.count_rows(), index.versions[-1]
    twice = [passage("f-1", 0, "One."), passage("f-1", 0, "Two.")]
    for write in (index.add, index.merge, index.update):
        with pytest.raises(ValueError, match="Two passages have the id f-1:0"):
            write(twice)
    assert (index.table.count_rows(), index.versions[-1]) == (rows, version)


def test_lancedb_itself_inserts_both(index):
    """The reason for the check above: nothing is said, and the id is there twice."""
    one, two = (index._arrow([passage("f-1", 0, text)]) for text in ("One.", "Two."))
    import pyarrow

    index._merged().execute(pyarrow.concat_tables([one, two]))
    assert index.table.count_rows("id = 'f-1:0'") == 2


def test_an_index_and_a_clean_up_change_no_hit(index):
    queries = ["What floats in note 7?"]
    before, versions = found(index.search(queries, 1)[0]), len(index.versions)
    index.build()
    index.add([passage("g-1", 0, "A new page about a raft.")])
    assert found(index.search(["a raft"], 1)[0]) == [("g-1", 0)]  # not in the index yet
    index.optimize()
    assert found(index.search(queries, 1)[0]) == before and len(index.versions) > versions
    with pytest.warns(UserWarning, match="removes every version"):
        index.optimize(keep_days=0)
    assert len(index.versions) == 1
    with pytest.raises(ValueError, match="Version 1 is gone"), index.at(1):
        pass


def test_a_folder_with_files_is_left_alone(lancedb, tmp_path, embedder):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="name a new folder"):
        tables.TableIndex(tmp_path, embedder, CHUNKS)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
