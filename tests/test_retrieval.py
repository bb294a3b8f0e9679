"""Dense, keyword and fused search over the handbook; indexes that grow, shrink and are saved."""

import datetime
import json
import types
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import course, documents, metrics, models, refine, retrieval
from helpers.engine import cache
from helpers.engine.vectors import KINDS, vector_index


def test_search_equals_numpy(index, embedder):
    queries = ["How long does the battery last?", "Who signs the contract?"]
    vectors = embedder.encode([c.embedded for c in index.chunks])
    cosines = embedder.encode(queries) @ vectors.T
    for hits, row in zip(index.search(queries, 5), cosines, strict=True):
        assert [h.score for h in hits] == pytest.approx(sorted(row, reverse=True)[:5], abs=1e-5)
        assert [h.rank for h in hits] == [1, 2, 3, 4, 5]
        assert hits[0].chunk is index.chunks[int(np.argmax(row))]


@pytest.fixture(scope="module")
def keyword(index):
    return retrieval.KeywordIndex(index.chunks)


def test_the_answer_is_among_three_passages(index, keyword):
    """By passage and not by document; the aim for one set is 0.95, and notebook 07 says whether it
    is reached.
    """
    questions = [
        q for name in ("test", "validation") for q in course.questions(name) if q["answers"]
    ]
    asked = [q["question"] for q in questions]
    for one in (index, retrieval.FusedIndex(index, keyword)):
        found = [
            any(
                metrics.contains(h.chunk.text, [q["span"]]) and h.chunk.document in q["documents"]
                for h in hits
            )
            for q, hits in zip(questions, one.search(asked, 3), strict=True)
        ]
        assert np.mean(found) >= 0.9


def test_keyword_search_finds_a_code_and_ranks_by_words(keyword):
    code = next(q for q in course.questions("validation", ["identifier"]))
    hits = keyword.search([code["question"], "The battery of a winch"], 5)
    assert code["documents"][0] in [h.chunk.document for h in hits[0]]
    for found in hits:
        assert [h.rank for h in found] == [1, 2, 3, 4, 5] and found[0].score >= found[-1].score > 0


def test_fusion_is_the_sum_of_reciprocal_ranks(index, keyword):
    query = "How long does the battery of a Kestrin 4 last?"
    fused = retrieval.FusedIndex(index, keyword)
    ranks = [
        {h.chunk: h.rank for h in one.search([query], fused.DEPTH)[0]} for one in (index, keyword)
    ]
    expected = sorted(
        (sum(1 / (60 + r[c]) for r in ranks if c in r) for c in {*ranks[0], *ranks[1]}),
        reverse=True,
    )
    hits = fused.search([query], 5)[0]
    assert [h.score for h in hits] == pytest.approx(expected[:5])
    with pytest.raises(ValueError, match="different passages"):
        retrieval.FusedIndex(index, retrieval.KeywordIndex(index.chunks[:5]))


def test_a_query_without_a_known_word(index, keyword):
    assert keyword.search(["xyzzy qwertz", "the of and"], 3) == [[], []]
    assert retrieval.FusedIndex(keyword).search(["xyzzy qwertz"], 3) == [[]]
    assert len(retrieval.FusedIndex(index, keyword).search(["xyzzy qwertz"], 3)[0]) == 3


@pytest.mark.parametrize(
    "query",
    [
        "Как долго держится батарея?",
        "バッテリーはどのくらい持ちますか",
        "Kuinka kauan akku kestää?",
    ],
)
def test_a_query_in_another_language(index, keyword, query):
    """Words find nothing. The encoder always finds something; only its low cosine tells."""
    assert keyword.search([query], 3) == [[]]
    english = index.search(["How long does the battery of a Kestrin 4 last?"], 1)[0][0]
    assert index.search([query], 3)[0][0].score < english.score - 0.2


def test_edges(index, keyword, embedder):
    assert len(index.search(["battery"], 10_000)[0]) == len({c.text for c in index.chunks})
    assert 0 < len(keyword.search(["battery"], 10_000)[0]) < len(index.chunks)
    for one in (index, keyword, retrieval.FusedIndex(index, keyword)):
        assert one.search([], 3) == []
        assert one.search(["battery", "contract"], 3, allowed=lambda chunk: False) == [[], []]
        with pytest.raises(ValueError, match="empty query"):
            one.search(["  "], 3)
    with pytest.raises(ValueError, match="No passages to index"):
        retrieval.DenseIndex([], embedder)
    one = documents.chunk([documents.Document("d", "t", "One passage.", "d.txt")])
    assert retrieval.DenseIndex(one, embedder).search(["anything"], 3)[0][0].chunk.document == "d"


def test_filters_come_before_the_search(index, keyword, embedder):
    def finance(chunk):
        return chunk.metadata["department"] == "finance"

    cosines = index.embedder.encode(["battery"]) @ index.vectors.T
    best = sorted(
        (float(c) for c, chunk in zip(cosines[0], index.chunks, strict=True) if finance(chunk)),
        reverse=True,
    )
    assert [h.score for h in index.search(["battery"], 5, finance)[0]] == pytest.approx(
        best[:5], abs=1e-5
    )
    for one in (
        index,
        keyword,
        retrieval.FusedIndex(index, keyword),
        retrieval.DenseIndex(index.chunks, embedder, "HNSW"),
    ):
        hits = one.search(["What does the supper cost, and who pays for it?"], 5, finance)[0]
        assert len(hits) == 5 and all(finance(h.chunk) for h in hits)


def test_duplicates_are_given_once(embedder):
    texts = {
        "a": "The seal is rated to 62 metres.",
        "b": "The seal is rated to 62 metres.",
        "c": "Lunch is at noon.",
    }
    chunks = documents.chunk(
        [documents.Document(id, "Notes", text, f"{id}.txt") for id, text in texts.items()]
    )
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    for one in (dense, keyword, retrieval.FusedIndex(dense, keyword)):
        hits = one.search(["How deep may the seal go?"], 2)[0]
        found = [h.chunk.document for h in hits]
        assert found in (
            [["a"], ["b"]] if one is keyword else [["a", "c"], ["b", "c"]]
        )  # the two are equally near
        hits = one.search(
            ["How deep may the seal go?"], 1, allowed=lambda chunk: chunk.document != "a"
        )[0]
        assert hits[0].chunk.document == "b"


@pytest.mark.slow
def test_a_document_of_a_hundred_pages(embedder):
    pages = [
        f"Page {n}. " + " ".join(f"word{(n * 7 + i) % 500}" for i in range(400))
        for n in range(1, 101)
    ]
    pages[70] += "\n\nThe otter ladder at Brannock weir is closed for repairs in May."
    chunks = documents.chunk(
        [documents.Document("long", "A long manual", "\n\n".join(pages), "long.txt")]
    )
    assert len(chunks) > 600 and max(len(c.text.split()) for c in chunks) <= 60
    dense, keyword = retrieval.DenseIndex(chunks, embedder), retrieval.KeywordIndex(chunks)
    for one in (dense, keyword):
        assert "otter" in one.search(["When is the otter ladder closed?"], 1)[0][0].chunk.text


@pytest.mark.parametrize("kind", KINDS)
def test_approximate_kinds_find_most_of_the_same(index, embedder, kind):
    queries = [q["question"] for q in course.questions("validation")][:40]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = retrieval.DenseIndex(index.chunks, embedder, kind)
    pairs = zip(index.search(queries, 10), other.search(queries, 10), strict=True)
    shared = np.mean([len({h.chunk for h in a} & {h.chunk for h in b}) / 10 for a, b in pairs])
    assert shared == 1 if kind == "Flat" else shared > 0.6


def test_kinds_that_cannot_be_built_say_why(embedder):
    few = np.eye(8, 384, dtype=np.float32)
    with pytest.raises(ValueError, match="no index of kind 'LSH'; there are Flat, IVF, HNSW, PQ"):
        vector_index(few, "LSH")
    with pytest.raises(ValueError, match="8 are too few"):
        vector_index(few, "PQ")


@pytest.fixture(params=["dense", "keyword"])
def small(request, embedder):
    """A new index of four documents."""
    texts = {
        "seal": "The seal is rated to 62 metres.",
        "lunch": "Lunch is at noon.",
        "tide": "The tide turns at six.",
        "key": "Keys are red.",
    }
    chunks = documents.chunk(
        [documents.Document(id, id, text, f"{id}.txt") for id, text in texts.items()]
    )
    return (
        retrieval.DenseIndex(chunks, embedder)
        if request.param == "dense"
        else retrieval.KeywordIndex(chunks)
    )


def piece(id, text):
    return documents.chunk([documents.Document(id, id, text, f"{id}.txt")])


def test_add_update_and_delete(small):
    def first(query):
        return small.search([query], 1)[0][0].chunk

    small.add(piece("otter", "The otter ladder is closed in May."))
    assert first("When is the otter ladder closed?").document == "otter"
    small.update(
        piece("seal", "The seal is rated to 80 metres now.") + piece("buoy", "The buoy is yellow.")
    )
    assert (
        "80" in first("How deep is the seal rated?").text
        and first("What colour is the buoy?").document == "buoy"
    )
    small.delete("otter", "lunch")
    assert {c.document for c in small.chunks} == {"seal", "tide", "key", "buoy"}
    assert all(
        h.chunk.document != "otter"
        for h in small.search(["When is the otter ladder closed?"], 9)[0]
    )
    with pytest.raises(ValueError, match="In the index already: key, seal. Use update"):
        small.add(piece("seal", "x") + piece("key", "y"))
    with pytest.raises(KeyError, match="Not in the index: nobody"):
        small.delete("seal", "nobody")
    with pytest.raises(ValueError, match="can't be empty"):
        small.delete("seal", "tide", "key", "buoy")
    assert len(small.chunks) == 4  # what failed changed nothing


def test_a_changed_index_equals_a_new_one(small, embedder):
    small.add(piece("otter", "The otter ladder is closed in May."))
    small.delete("tide")
    new = (
        retrieval.DenseIndex(small.chunks, embedder)
        if isinstance(small, retrieval.DenseIndex)
        else retrieval.KeywordIndex(small.chunks)
    )
    query = ["Is the ladder or the lunch red in May?"]
    for a, b in zip(small.search(query, 9)[0], new.search(query, 9)[0], strict=True):
        assert a.chunk == b.chunk and a.score == pytest.approx(b.score, abs=1e-5)


def test_saved_indexes_come_back(index, embedder, tmp_path):
    index.save(tmp_path / "saved")
    again = retrieval.DenseIndex.load(tmp_path / "saved", embedder)
    query = ["How long does the battery of a Kestrin 4 last?"]
    assert (
        again.search(query, 5) == index.search(query, 5)
        and again.chunks[0].metadata == index.chunks[0].metadata
    )


def test_saved_indexes_of_another_encoder_or_damaged_are_refused(index, embedder, tmp_path):
    index.save(tmp_path / "saved")

    class Other:
        name, fingerprint = "other-encoder", "0" * 16

    with pytest.raises(
        ValueError, match="made by the encoder 'all-MiniLM-L6-v2' .* searched with 'other-encoder'"
    ):
        retrieval.DenseIndex.load(tmp_path / "saved", Other())
    with pytest.raises(FileNotFoundError, match="holds no saved index: index.json is missing"):
        retrieval.DenseIndex.load(tmp_path, embedder)
    np.save(tmp_path / "saved" / "vectors.npy", index.vectors[:5])
    with pytest.raises(ValueError, match="damaged .5 vectors"):
        retrieval.DenseIndex.load(tmp_path / "saved", embedder)
    (tmp_path / "saved" / "chunks.json").write_text("[{")
    with pytest.raises(ValueError, match="is damaged"):
        retrieval.DenseIndex.load(tmp_path / "saved", embedder)


def test_weights_of_a_fusion(index, keyword):
    query = ["What is the part number RB-2140?"]
    only = retrieval.FusedIndex(index, keyword, weights=[0, 1]).search(query, 5)[0]
    assert [h.chunk for h in only][: len(keyword.search(query, 5)[0])] == [
        h.chunk for h in keyword.search(query, 5)[0]
    ]


def test_a_change_that_fails_leaves_the_index_as_it_was(embedder, monkeypatch):
    pages = [documents.Document(f"d{i}", "t", f"Page {i} is about {i}.", "x") for i in range(4)]
    index = retrieval.DenseIndex(documents.chunk(pages), embedder)
    before = index.search(["page 2"], 4)
    with monkeypatch.context() as patch:
        patch.setattr(type(embedder), "encode", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index.update(documents.chunk(pages[:1]))
    assert len(index.chunks) == len(index.vectors) == 4 and index.search(["page 2"], 4) == before


# What follows tries each kind of fault on several inputs.


class Numbers:
    """An encoder without a model: the same text gets the same vector, whatever is in it."""

    name, fingerprint, max_tokens = "numbers", "f" * 16, None

    def encode(self, texts, progress=None):
        rows = [np.random.default_rng(list(text.encode())).normal(size=16) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32)


def passage(id, text, title="Notes", **metadata):
    return documents.Chunk(id, title, text, 0, len(text), metadata)


TEXTS = {
    "seal": "The seal is rated to 62 metres.",
    "lunch": "Lunch is at noon.",
    "tide": "The tide turns at six.",
}
SMALL = [passage(id, text) for id, text in TEXTS.items()]


def tree(folder):
    """All that is below a folder: names, kinds and contents; links are not followed."""
    paths = sorted(folder.rglob("*"))
    kinds = [(p.is_symlink(), p.is_file() and p.read_bytes()) for p in paths]
    return list(zip(map(str, paths), kinds, strict=True))


def notes(path):
    path.mkdir(parents=True, exist_ok=True)
    (path / "notes.txt").write_text("two years of work")
    return path


def hidden(path):
    path.mkdir()
    (path / ".env").write_text("KEY=1")
    return path


def nested(path):
    (path / "a" / "b").mkdir(parents=True)
    return path


def a_file(path):
    path.write_text("a thesis")
    return path


def below_a_file(path):
    return a_file(path) / "index"


def link_to_notes(path):
    path.symlink_to(notes(path.with_name("elsewhere")))
    return path


def link_to_an_index(path):
    retrieval.DenseIndex(SMALL, Numbers()).save(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))
    return path


def link_to_nothing(path):
    path.symlink_to(path.with_name("nowhere"))
    return path


def index_and_notes(path):
    retrieval.DenseIndex(SMALL, Numbers()).save(path)
    return notes(path)


def part_of_an_index(path):
    retrieval.DenseIndex(SMALL, Numbers()).save(path)
    (path / "index.json").unlink()
    return path


def same_names(path):
    path.mkdir()
    for name in ("index.json", "chunks.json", "vectors.npy"):
        (path / name).write_text('{"page": 1}')
    return path


def current_folder(path):
    return "."


def current_folder_with_notes(path):
    notes(path.parent / "current")
    return ""


def folder_above(path):
    notes(path.parent)
    return ".."


def home(path):
    return "~"


@pytest.mark.parametrize(
    "make",
    [
        notes,
        hidden,
        nested,
        a_file,
        below_a_file,
        link_to_notes,
        link_to_an_index,
        link_to_nothing,
        index_and_notes,
        part_of_an_index,
        same_names,
        current_folder,
        current_folder_with_notes,
        folder_above,
        home,
    ],
    ids=lambda make: make.__name__,
)
def test_a_folder_with_anything_else_is_not_touched(make, tmp_path, monkeypatch):
    base = tmp_path / "base"
    for name in ("current", "home"):
        (base / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(base / "home"))
    monkeypatch.chdir(base / "current")
    index, folder = retrieval.DenseIndex(SMALL, Numbers()), make(base / "chosen")
    before = tree(base)
    with pytest.raises((ValueError, OSError), match=r"(?i)index|saved|file|link|folder"):
        index.save(folder)
    assert tree(base) == before


@pytest.mark.parametrize(
    "name", ["new", "a/b/new", "with space ä", "~/mine", "empty", "older", "../aside"]
)
def test_a_folder_of_its_own_is_written_and_written_again(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")
    (tmp_path / "current" / "empty").mkdir()
    retrieval.DenseIndex(SMALL[:1], Numbers()).save("older")
    index = retrieval.DenseIndex(SMALL, Numbers())
    for _ in range(2):
        index.save(name)
        again = retrieval.DenseIndex.load(name, Numbers())
        assert again.search(["tide"], 3) == index.search(["tide"], 3)
    assert not [path for path in tmp_path.rglob(".*")]  # nothing is left beside it
    saved = next(path for path in tmp_path.rglob("index.json") if path.parent.name in name).parent
    assert saved.stat().st_mode == (tmp_path / "current").stat().st_mode  # open as any folder is


def fail_at(patch, target, name, number, error):
    """The call with this number, from 1, of a function fails; the others work."""
    work, calls = getattr(target, name), []

    def failing(*args, **kwargs):
        calls.append(args)
        if len(calls) == number:
            raise error
        return work(*args, **kwargs)

    patch.setattr(target, name, failing)


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "where, name, number, error",
    [
        (np, "save", 1, FULL),
        (cache, "write_json", 1, FULL),
        (cache, "write_json", 2, FULL),
        (cache, "write_json", 2, KeyboardInterrupt()),
        (Path, "rename", 1, PermissionError(13, "Permission denied")),
        (Path, "rename", 1, KeyboardInterrupt()),
        (Path, "rename", 2, FULL),
        (Path, "rename", 2, KeyboardInterrupt()),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:17],
)
def test_an_older_saved_index_survives_a_failed_one(
    where, name, number, error, tmp_path, monkeypatch
):
    folder, old = tmp_path / "saved", retrieval.DenseIndex(SMALL, Numbers())
    old.save(folder)
    before = tree(tmp_path)
    new = retrieval.DenseIndex(SMALL[1:], Numbers())
    with monkeypatch.context() as patch, pytest.raises((OSError, KeyboardInterrupt)):
        fail_at(patch, where, name, number, error)
        new.save(folder)
    assert tree(tmp_path) == before
    assert retrieval.DenseIndex.load(folder, Numbers()).chunks == SMALL


def test_a_kill_between_the_two_renames_loses_nothing(tmp_path, monkeypatch):
    """A process that dies there, without any cleaning up, leaves both folders on the disk."""
    folder = tmp_path / "saved"
    retrieval.DenseIndex(SMALL, Numbers()).save(folder)
    monkeypatch.setattr("shutil.rmtree", lambda *args, **kwargs: None)
    fail_at(monkeypatch, Path, "rename", 2, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        retrieval.DenseIndex(SMALL[1:], Numbers()).save(folder)
    assert len(list(tmp_path.rglob("vectors.npy"))) == 2


def rewritten(name, change):
    """A change to the JSON in one file of a saved index."""

    def damage(folder):
        value = change(json.loads((folder / name).read_text(encoding="utf-8")))
        (folder / name).write_text(json.dumps(value), encoding="utf-8")

    return damage


def each(**changes):
    return rewritten("chunks.json", lambda chunks: [chunk | changes for chunk in chunks])


def about(**changes):
    return rewritten("index.json", lambda value: value | changes)


def vectors(change):
    def damage(folder):
        np.save(folder / "vectors.npy", change(np.load(folder / "vectors.npy")))

    return damage


def put(name, data):
    return lambda folder: (folder / name).write_bytes(data)


def zipped(folder):
    np.savez(folder / "vectors", np.load(folder / "vectors.npy"))
    (folder / "vectors.npz").rename(folder / "vectors.npy")


def folder_for_file(folder):
    (folder / "chunks.json").unlink()
    (folder / "chunks.json").mkdir()


DAMAGE = {
    "NaN in the vectors": vectors(lambda v: v * np.nan),
    "doubles": vectors(lambda v: v.astype(np.float64)),
    "whole numbers": vectors(lambda v: np.ones(v.shape, np.int64)),
    "one long row": vectors(lambda v: v.ravel()[: len(v)]),
    "another dimension": vectors(lambda v: v[:, :8]),
    "rows in another order": vectors(lambda v: v[::-1].copy()),
    "too few rows": vectors(lambda v: v[:1]),
    "objects": lambda f: np.save(f / "vectors.npy", np.array([{}]), allow_pickle=True),
    "no bytes": put("vectors.npy", b""),
    "an archive": zipped,
    "cut off": lambda f: put("vectors.npy", (f / "vectors.npy").read_bytes()[:150])(f),
    "not UTF-8": put("chunks.json", b'[{"text": "\xff"}]'),
    "no list": put("chunks.json", b"3"),
    "empty list": put("chunks.json", b"[]"),
    "no dicts": put("chunks.json", b'["a", "b", "c"]'),
    "deep": put("chunks.json", b"[" * 100_000),
    "NaN in metadata": put(
        "chunks.json",
        json.dumps([vars(chunk) | {"metadata": {"a": float("nan")}} for chunk in SMALL]).encode(),
    ),
    "a folder": folder_for_file,
    "a number as text": each(text=5),
    "no title": each(title=None),
    "no metadata": each(metadata=None),
    "a place in words": each(start="here"),
    "an unknown field": each(page=7),
    "half a character": each(text="\ud800"),
    "another text": each(text="Another text."),
    "unknown kind": about(kind="LSH"),
    "no kind": about(kind=["Flat"]),
    "encoder as text": about(encoder="numbers"),
    "a list": put("index.json", b"[]"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_and_foreign_files_get_a_sentence(damage, tmp_path):
    folder = tmp_path / "saved"
    retrieval.DenseIndex(SMALL, Numbers()).save(folder)
    DAMAGE[damage](folder)
    with pytest.raises(ValueError, match=r"The index in .* is damaged \(.+\): .*build"):
        retrieval.DenseIndex.load(folder, Numbers())


@pytest.mark.parametrize("place", ["nowhere", "file", "file/below", "empty"])
def test_what_is_no_saved_index_is_said_to_be_missing(place, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no saved index"):
        retrieval.DenseIndex.load(tmp_path / place, Numbers())


@pytest.mark.parametrize(
    "metadata",
    [
        {"day": datetime.date(2026, 1, 5)},
        {"place": (1, 2)},
        {1: "one"},
        {"level": float("nan")},
        {"tags": {"a", "b"}},
        {"size": np.float32(2)},
        {"deep": [{"when": [datetime.date(2026, 1, 5)]}]},
    ],
)
def test_metadata_that_json_would_change_is_not_saved(metadata, tmp_path):
    odd = documents.Chunk("odd", "Notes", "A text.", 0, 7, metadata)
    index = retrieval.DenseIndex([*SMALL, odd], Numbers())
    with pytest.raises(ValueError, match=r"\[odd\] is not plain JSON"):
        index.save(tmp_path / "saved")
    assert not list(tmp_path.iterdir())


ONE_CHARACTER = [
    ("Which cable is type D?", "Use cable type D.", "Use cable type C."),
    ("type a", "Use a plug of type A here.", "Use a plug of type B here."),
    ("vitamin a deficiency", "Vitamin A deficiency is rare.", "Vitamin B deficiency is rare."),
    ("Vitamin A", "Vitamin A is in it.", "Vitamin B, a thing in a bag with a tag, is in it."),
    ("Hepatitis A, is it listed?", "Hepatitis A: is listed.", "Hepatitis B: is a listed one."),
    ("the model T", "The Model T's engine.", "The Model S's engine."),
    ("A-frame", "The A-frame holds.", "The B-frame holds."),
    ("When does phase I end?", "Phase I ends in May.", "Phase V ends in May."),
    ("a pressure of 5 bar", "It holds a pressure of 5 bar.", "It holds a pressure of 8 bar."),
    ("0.5 bar", "Set it to 0.5 bar.", "Set it to 5.0 bar."),
    ("version 3.2.1", "Notes on version 3.2.1 here.", "Notes on version 1.2.3 here."),
    ("Who writes C++?", "Ann writes C++.", "Ann writes C."),
    ("Who writes C#?", "Ann writes C#.", "Ann writes C++."),
    ("who writes c", "Ann writes C.", "Ann writes C#."),
    ("section 3.a", "See section 3.a of it.", "See section 3.b of it."),
    ("What does § 4 say?", "It is in § 4.", "It is in § 7."),
    ("Grade A+", "It got grade A+.", "It got grade B+."),
    ("grade A-", "It got grade A-.", "It got grade A."),
    ("grade A−", "It got grade A-.", "It got grade A+."),
    ("grade A*", "It got grade A*.", "It got grade A-."),
    ("at -5", "It is at −5 now.", "It is at 5 now."),
    ("at ≥ 5", "It runs at ≥5 bar.", "It runs at ≤5 bar."),
    ("at <= 5.5", "It runs at ≤ 5.5 bar.", "It runs at > 5.5 bar."),
    ("±5", "It is ±5 bar.", "It is ~5 bar."),
    ("room № 5", "Go to room № 5.", "Go to room № 6."),
    ("10² parts", "There are 10² parts.", "There are 102 parts."),
    ("9½ years", "It lasts 9½ years.", "It lasts 91 years."),
    ("5 €", "The fee is 5 €.", "The fee is 5 $."),
    ("✅", "Ready: ✅", "Ready: ❌"),
    ("🇫🇮", "Sold in 🇫🇮", "Sold in 🇸🇪"),
    ("x", "The value of x.", "The value of y."),
    ("Какой тип Б?", "Насос тип Б.", "Насос тип В."),
    ("电池", "这个电池的寿命是五年。", "这个水泵的寿命是五年。"),
    ("水", "检查水位。", "检查油位。"),
    ("電池の寿命は?", "電池の寿命は五年です。", "電車の時間は五分です。"),
    ("배터리", "배터리는 오 년 갑니다.", "펌프는 오 년 갑니다."),
    ("แบตเตอรี่", "เปลี่ยนแบตเตอรี่ทุกปี", "เปลี่ยนน้ำมันทุกปี"),
    ("हिन्दी", "यह हिन्दी में है", "यह हन्दा में है"),
]


@pytest.mark.parametrize("query, right, wrong", ONE_CHARACTER, ids=lambda text: text)
def test_one_character_words_count(query, right, wrong):
    chunks = [passage("wrong", wrong), passage("right", right), passage("x", "Of other things.")]
    for held in (chunks, chunks[::-1]):  # not by the order in which they stand
        hits = retrieval.KeywordIndex(held).search([query], 3)[0]
        assert hits[0].chunk.document == "right"
        assert len(hits) == 1 or hits[0].score > hits[1].score


@pytest.mark.parametrize(
    "query",
    ["I need a pump", "Is it the company's?", "A pump? A seal", "Do I pay?", "don't, I'm, we'll"],
)
def test_articles_and_pronouns_find_no_letters(query):
    """The words "a" and "I", and the letters behind an apostrophe, are not the names of types."""
    letters = passage("letters", "Type A, type I, type S, type T, type M.", title="Letters")
    index = retrieval.KeywordIndex([letters, passage("x", "Of other things.")])
    assert [hit.chunk.document for hit in index.search([query], 2)[0]] in ([], ["x"])


SAME = {
    "full width": ("ＫＸ－２２０７", "KX-2207"),
    "ligature": ("ﬁlter ﬂow", "filter flow"),
    "no-break space": ("type\u00a0C valve", "type C valve"),
    "soft hyphen": ("bat\u00adtery life", "battery life"),
    "accent apart": ("cafe\u0301 in Malmo\u0308", "caf\u00e9 in Malm\u00f6"),
    "zero width": ("win\u200bch\ufeff", "winch"),
    "Roman numeral": ("phase Ⅳ", "phase IV"),
    "half-width katakana": ("ﾊﾞｯﾃﾘｰ", "バッテリー"),
    "circled digit": ("step ③", "step 3"),
    "direction marks": ("\u202bRB\u202c-2140", "RB-2140"),
    "mathematical letters": ("𝐖𝐢𝐧𝐜𝐡", "Winch"),
}


@pytest.mark.parametrize("odd, plain", SAME.values(), ids=SAME)
def test_text_in_another_unicode_form_is_found(odd, plain):
    others = [passage("x", "Lunch is at noon."), passage("y", "Keys are red.")]
    for text, query in ((odd, plain), (plain, odd)):
        chunks = [*others, passage("it", text, title="")]
        keyword = retrieval.KeywordIndex(chunks)
        dense = retrieval.DenseIndex([*others, passage("it", text, title=query)], Numbers())
        assert keyword.search([query], 1)[0][0].chunk.document == "it"
        hit = dense.search([f"{query}\n{query}"], 1)[0][0]
        assert hit.chunk.document == "it" and hit.score == pytest.approx(1)
        assert hit.chunk.text == text  # shown as it was written


def around(chunks):
    """Every kind of index over the same passages."""
    dense, keyword = retrieval.DenseIndex(chunks, Numbers()), retrieval.KeywordIndex(chunks)
    fused = retrieval.FusedIndex(dense, keyword)
    return {
        "dense": dense,
        "keyword": keyword,
        "fused": fused,
        "reranked": refine.Reranked(fused, lambda pairs: np.arange(len(pairs))),
        "expanded": refine.Expanded(keyword, refine.feedback(keyword)),
        "cleared": refine.Cleared(fused, "director"),
    }


NOT_ASKED = {
    "one string": ("how deep", 3),
    "bytes": (b"how deep", 3),
    "a list of bytes": ([b"how deep"], 3),
    "none": (None, 3),
    "a list of none": ([None], 3),
    "a passage": (SMALL[0], 3),
    "a dict": ({"q": "how deep"}, 3),
    "a set": ({"how deep"}, 3),
    "read once": ((query for query in ["how deep"]), 3),
    "a number": (7, 3),
    "numbers": ([1, 2], 3),
    "lists": ([["how deep"]], 3),
    "empty": ([""], 3),
    "spaces": (["how deep", " \n\t"], 3),
    "zero width": (["\u200b\ufeff"], 3),
    "soft hyphen": (["\u00ad"], 3),
    "punctuation": (["?!"], 3),
    "half a character": (["how \ud83d deep"], 3),
    "k is 0": (["how deep"], 0),
    "k below 0": (["how deep"], -1),
    "k below 0, many": (["how deep"] * 3, -40),
    "k is a fraction": (["how deep"], 1.5),
    "k is 3.0": (["how deep"], 3.0),
    "k is true": (["how deep"], True),
    "k is text": (["how deep"], "3"),
    "k is none": (["how deep"], None),
    "k is NaN": (["how deep"], float("nan")),
    "k is a list": (["how deep"], [3]),
    "no query, k is 0": ([], 0),
}


@pytest.mark.parametrize("name", ["dense", "keyword", "fused", "reranked", "expanded", "cleared"])
@pytest.mark.parametrize("queries, k", NOT_ASKED.values(), ids=NOT_ASKED)
def test_what_cannot_be_asked_gets_a_sentence(queries, k, name):
    with pytest.raises((TypeError, ValueError), match=r"must be|empty query|half a character"):
        around(SMALL)[name].search(queries, k)


@pytest.mark.parametrize("allowed", ["sales", True, {"team": "sales"}, ["seal"], 0])
@pytest.mark.parametrize("name", ["dense", "keyword", "fused", "reranked", "expanded", "cleared"])
def test_a_filter_that_is_none_gets_a_sentence(allowed, name):
    with pytest.raises(TypeError, match="allowed must be a function"):
        around(SMALL)[name].search(["seal"], 3, allowed)


@pytest.mark.parametrize(
    "queries, k",
    [
        (("seal", "tide"), 3),
        (np.array(["seal", "tide"]), 3),
        (pd.Series(["seal", "tide"]), np.int64(3)),
        (["seal", "tide"], np.uint8(255)),
        (["Is it on?", "tide"], 10_000),
    ],
    ids=["tuple", "array", "column", "small number", "stop words, large k"],
)
@pytest.mark.parametrize("name", ["dense", "keyword", "fused", "reranked", "expanded", "cleared"])
def test_what_can_be_asked_is_answered(queries, k, name):
    found = around(SMALL)[name].search(queries, k)
    assert len(found) == 2 and "tide" in [hit.chunk.document for hit in found[1]]


NOT_HELD = {
    "nothing": [],
    "one string": "The seal.",
    "strings": ["The seal."],
    "one passage": SMALL[0],
    "documents": [documents.Document("d", "t", "A text.", "d.txt")],
    "a dict": {"seal": SMALL[0]},
    "none": None,
    "a passage and none": [SMALL[0], None],
    "read once": (chunk for chunk in SMALL),
    "bytes": b"The seal.",
    "no title": [passage("n", "A text.", title=None)],
    "a number as text": [passage("n", "x", title="n"), documents.Chunk("m", "m", 7, 0, 1)],
    "a number as id": [passage(7, "A text.")],
    "half a character": [passage("n", "how \ud83d deep")],
    "all empty": [passage("n", "", title=""), passage("m", " \n", title="\u200b")],
    "only punctuation": [passage("n", "-- ... --", title="***")],
}


@pytest.mark.parametrize("chunks", NOT_HELD.values(), ids=NOT_HELD)
def test_what_cannot_be_held_gets_a_sentence(chunks):
    sentence = r"chunks must be|No passages|must be texts|half a character|no word"
    chunks = list(chunks) if isinstance(chunks, types.GeneratorType) else chunks
    again = (lambda: (c for c in chunks)) if chunks == SMALL else lambda: chunks  # read once
    for make in (lambda held: retrieval.DenseIndex(held, Numbers()), retrieval.KeywordIndex):
        with pytest.raises((TypeError, ValueError), match=sentence):
            make(again())
        index = make(SMALL)
        for change in (index.add, index.update):
            with pytest.raises((TypeError, ValueError), match=sentence):
                change(again())
        assert index.chunks == SMALL


@pytest.mark.parametrize("text", ["the of and", "It is.", "to be, or not to be", "A\nThe", "in it"])
def test_stop_words_alone_make_no_keyword_index(text):
    alone = [passage("n", text, title=""), passage("m", "and", title="The")]
    with pytest.raises(ValueError, match="No passage has a word to search by"):
        retrieval.KeywordIndex(alone)
    index = retrieval.KeywordIndex([SMALL[0], *alone])
    assert index.search(["and it"], 3) == [[]]
    with pytest.raises(ValueError, match="No passage has a word to search by"):
        index.delete("seal")
    assert [hit.chunk.document for hit in index.search(["seal"], 3)[0]] == ["seal"]


@pytest.mark.parametrize("ids", [(), ([],), (["seal", "tide"],), (7,), (None,), (SMALL[0],)])
@pytest.mark.parametrize("name", ["dense", "keyword"])
def test_what_cannot_be_deleted_gets_a_sentence(ids, name):
    index = around(SMALL)[name]
    with pytest.raises(TypeError, match="Name the documents one by one"):
        index.delete(*ids)
    assert index.chunks == SMALL


CHANGES = {
    "add": lambda index: index.add([passage("buoy", "The buoy is yellow.")]),
    "update": lambda index: index.update([passage("seal", "The seal is green.")]),
    "delete": lambda index: index.delete("lunch"),
}
STAGES = {
    "words": ("helpers.retrieval.tokenize", ["keyword"], CHANGES),
    "BM25": ("bm25s.BM25.index", ["keyword"], CHANGES),
    "encoder": (f"{__name__}.Numbers.encode", ["dense"], ["add", "update"]),
    "FAISS": ("helpers.retrieval.vector_index", ["dense"], CHANGES),
}


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_refused_change_leaves_every_index_as_it_was(stage, change, error, monkeypatch):
    target, names, changes = STAGES[stage]
    if change not in changes:
        pytest.skip("a deletion embeds nothing")
    for name in names:
        index = around(SMALL)[name]
        before = index.search(["seal", "noon tide"], 3)
        with monkeypatch.context() as patch, pytest.raises(error):
            patch.setattr(target, unable(error))
            CHANGES[change](index)
        assert index.chunks == SMALL and index.search(["seal", "noon tide"], 3) == before
        CHANGES[change](index)
        assert index.chunks != SMALL


def unable(error):
    def fail(*args, **kwargs):
        raise error

    return fail


@pytest.mark.parametrize(
    "made",
    [
        np.full((1, 16), np.nan, np.float32),
        np.zeros((2, 16), np.float32),
        np.zeros((1, 8), np.float32),
        np.zeros((0, 16), np.float32),
        np.zeros(16, np.float32),
        np.full((1, 16), np.inf),
        [[1.0, 2.0], [3.0]],
    ],
    ids=["NaN", "two rows", "shorter", "no row", "one axis", "infinite", "ragged"],
)
def test_odd_vectors_are_refused(made, monkeypatch):
    index = retrieval.DenseIndex(SMALL, Numbers())
    before = index.search(["seal"], 3)
    with monkeypatch.context() as patch:
        patch.setattr(index.embedder, "encode", lambda *args, **kwargs: made, raising=False)
        for call in (CHANGES["add"], lambda one: one.search(["seal"], 3)):
            with pytest.raises(ValueError, match="[Ee]ncoder"):
                call(index)
    assert index.search(["seal"], 3) == before and index.chunks == SMALL


@pytest.mark.parametrize("kind, count", [("IVF", 20), ("PQ", 256)])
def test_too_few_vectors_for_a_kind_refuse_the_deletion(kind, count):
    chunks = [passage(f"d{i}", f"Page {i} of it.") for i in range(count)]
    index = retrieval.DenseIndex(chunks, Numbers(), kind)
    before = index.search(["Page 3 of it"], 5)
    with pytest.raises(ValueError, match="too few"):
        index.delete(*(f"d{i}" for i in range(10, count)))
    assert index.chunks == chunks and index.search(["Page 3 of it"], 5) == before


NOT_FUSED = {
    "none": ((), {}),
    "a list": ((["dense", "keyword"],), {}),
    "names": (("dense", "keyword"), {}),
    "too few weights": (None, {"weights": [1]}),
    "too many": (None, {"weights": [1, 1, 1]}),
    "no weights": (None, {"weights": []}),
    "below 0": (None, {"weights": [1, -1]}),
    "NaN": (None, {"weights": [1, float("nan")]}),
    "infinite": (None, {"weights": [1, float("inf")]}),
    "text": (None, {"weights": ["1", "2"]}),
    "all 0": (None, {"weights": [0, 0]}),
    "one number": (None, {"weights": 2}),
    "names of weights": (None, {"weights": {"dense": 1, "keyword": 1}}),
}


@pytest.mark.parametrize("indexes, options", NOT_FUSED.values(), ids=NOT_FUSED)
def test_what_cannot_be_fused_gets_a_sentence(indexes, options):
    held = around(SMALL)
    indexes = (held["dense"], held["keyword"]) if indexes is None else indexes
    with pytest.raises((TypeError, ValueError), match="one after the other|weights must be"):
        retrieval.FusedIndex(*indexes, **options)


@pytest.mark.parametrize("weights", [None, [0.5, 2], (1, 0), np.array([1, 2]), pd.Series([3, 1])])
def test_weights_of_every_sort_will_do(weights):
    held = around(SMALL)
    fused = retrieval.FusedIndex(held["dense"], held["keyword"], weights=weights)
    assert len(fused.search(["seal"], 3)[0]) == 3


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["dense", "keyword"])
def test_a_fusion_notices_that_one_part_has_changed(change, name):
    held = around(SMALL)
    CHANGES[change](held[name])
    for outside in ("fused", "reranked", "cleared"):
        with pytest.raises(ValueError, match="different passages"):
            held[outside].search(["seal"], 3)
    CHANGES[change](held["keyword" if name == "dense" else "dense"])
    assert held["fused"].search(["seal"], 3) and held["fused"].chunks != SMALL


LONG = {
    "Japanese": "電池の寿命は五年です。" * 60,
    "Korean": "배터리는 오 년 갑니다. " * 60,
    "numbers": "12345678901234567890 " * 40,
    "many words": "The seal is rated to 62 metres. " * 60,
    "accents": "é à ü ö ñ " * 60,
    "one sign many times": "=" * 600,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_passage_is_not_cut_off_unseen(text, embedder, capsys):
    long = passage("long", text)
    limit = len(embedder.model.tokenizer(long.embedded, verbose=False)["input_ids"])
    assert limit > embedder.max_tokens
    index = retrieval.DenseIndex([*SMALL, long], embedder)
    said = " ".join(capsys.readouterr().out.split())
    assert f"1 of 4 passages have more than the {embedder.max_tokens} tokens" in said
    assert f"(up to {limit}, in [long])" in said and "chunk(documents, embedder=embedder)" in said
    index.update([long])
    assert "1 of 1" in " ".join(capsys.readouterr().out.split())
    index.delete("long")
    index.add([passage("other", text)])
    assert capsys.readouterr().out.count("1 of 1") == 1


@pytest.mark.parametrize("limit", ["its own", 1000, None, float("inf"), "no tokenizer"])
def test_nothing_is_said_of_passages_that_are_read_whole(limit, embedder, capsys):
    class Other(models.Embedder):
        pass

    other = Other(embedder.model, "other")
    texts = ["電池の寿命は五年です。" * 8, "word " * 250, "x" * 250]
    if limit == "no tokenizer":
        other, texts = Numbers(), list(LONG.values())
    elif limit != "its own":
        other.max_tokens, texts = limit, texts + [LONG["numbers"]]
    retrieval.DenseIndex([passage(f"d{i}", t) for i, t in enumerate(texts)], other)
    assert capsys.readouterr().out == ""


IDS, WORDS = "abcde", ["seal", "tide", "noon", "5", "8", "C", "D", "the"]
pieces = st.builds(
    lambda id, words: passage(id, " ".join(words), title=""),
    st.sampled_from(IDS),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
)
operations = st.one_of(
    st.tuples(st.sampled_from(["add", "update"]), st.lists(pieces, max_size=3)),
    st.tuples(st.just("delete"), st.lists(st.sampled_from([*IDS, "nobody"]), max_size=2)),
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(pieces, min_size=1, max_size=4), st.lists(operations, max_size=6))
def test_any_changes_give_what_a_plain_list_would(first, changes):
    """The model is a list of passages; a change is made in it only if the index took it."""
    for make in (lambda held: retrieval.DenseIndex(held, Numbers()), retrieval.KeywordIndex):
        try:
            index, held = make(first), list(first)
        except ValueError:
            assert all(chunk.text.split() == ["the"] * len(chunk.text.split()) for chunk in first)
            continue
        for name, given_ in changes:
            before = index.search(WORDS[:-1], 20)
            try:
                index.delete(*given_) if name == "delete" else getattr(index, name)(given_)
            except (ValueError, KeyError, TypeError):
                assert index.search(WORDS[:-1], 20) == before and index.chunks == held
                continue
            gone = set(given_) if name == "delete" else {chunk.document for chunk in given_}
            held = [chunk for chunk in held if chunk.document not in gone or name == "add"]
            held += [] if name == "delete" else given_
            assert index.chunks == held
        fresh = make(held)
        for k in (1, 3, 20):
            for hits, same in zip(index.search(WORDS, k), fresh.search(WORDS, k), strict=True):
                assert all(hit.chunk in held for hit in hits) and len(hits) <= k
                assert len({hit.chunk.text for hit in hits}) == len(hits)
                scores = [hit.score for hit in hits]
                assert scores == sorted(scores, reverse=True)
                assert scores == pytest.approx([hit.score for hit in same], abs=1e-5)
