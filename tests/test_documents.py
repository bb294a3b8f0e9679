"""Reading and cutting documents, good and bad."""

import json
import re
import subprocess
import sys
import unicodedata

import docx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import documents
from helpers.engine import cache
from scripts import check_documents
from tests.document_files import pdf, quick


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def test_every_type_is_read(tmp_path):
    write(tmp_path, "a.md", "---\nid: kb-1\ntitle: Hose\n---\nA hose.")
    write(tmp_path, "b.txt", "A pump.")
    write(
        tmp_path,
        "c.html",
        "<html><head><title>Valve</title><script>no()</script></head><body><p>A "
        "valve.</p></body></html>",
    )
    file = docx.Document()
    file.add_paragraph("A winch.")
    file.save(tmp_path / "d.docx")
    (tmp_path / "e.pdf").write_bytes(pdf("A buoy."))
    found = {d.id: d for d in documents.load_documents(tmp_path)}
    assert list(found) == ["kb-1", "b", "c", "d", "e"]
    assert found["kb-1"].title == "Hose" and found["c"].title == "Valve"
    assert "no()" not in found["c"].text and "A valve." in found["c"].text
    assert found["d"].text == "A winch." and found["e"].text == "A buoy."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"not a pdf at all", "a.pdf: can't be read"),
        ("a.docx", b"not a zip", "a.docx: can't be read"),
        ("a.txt", b"\xff\xfa", "a.txt, line 1: not UTF-8"),
        ("a.md", b"---\nid: [1\n---\ntext", r"a.md, line 2: the front matter"),
        ("a.md", b"---\nid: x\n---\n", "a.md: no text"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        documents.load_documents(tmp_path)
    assert len(check_documents.check(tmp_path)) == 1


def test_bad_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        documents.load_documents(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="No document in"):
        documents.load_documents(tmp_path)
    with pytest.raises(ValueError, match="'.exe' are not read"):
        documents.load_document(tmp_path / "a.exe")


def test_an_id_twice_is_an_error(tmp_path):
    write(tmp_path, "a.md", "---\nid: x\n---\none")
    write(tmp_path, "b.md", "---\nid: x\n---\ntwo")
    with pytest.raises(ValueError, match="b.md, line 2: the id 'x' is also that of .*a.md"):
        documents.load_documents(tmp_path)


def test_check_command(tmp_path):
    command = [sys.executable, "-m", "scripts.check_documents"]
    good = subprocess.run(
        [*command, str(cache.DATASETS / "handbook"), str(cache.DATASETS / "facts.jsonl")],
        cwd=cache.ROOT,
        capture_output=True,
        text=True,
    )
    assert good.returncode == 0 and good.stdout.startswith("OK")
    (tmp_path / "a.txt").write_bytes(b"\xff")
    bad = subprocess.run([*command, str(tmp_path)], cwd=cache.ROOT, capture_output=True, text=True)
    assert bad.returncode == 1 and "a.txt, line 1: not UTF-8" in bad.stdout


def test_check_reports_rows_with_file_and_line(tmp_path):
    write(tmp_path, "a.md", "---\nid: x\n---\nThe horn has 94 decibels.")
    write(tmp_path, "b.md", "---\ntitle: b\nid: x\n---\ntwo")
    rows = [
        '{"id": "1", "documents": ["x"], "span": "94 decibels"}',
        '{"id": "2", "documents": ["x"], "span": "95 decibels"}',
        '{"id": "1", "document": "y", "value": "94"}',
        '{"id": "3", ',
        '{"question": "?"}',
    ]
    table = tmp_path / "questions.jsonl"
    table.write_text("\n".join(rows) + "\n")
    found = check_documents.check(tmp_path, [table])
    expected = [
        r"b.md, line 3: the id 'x' is also that of .*a.md",
        r"questions.jsonl, line 2: the answer '95 decibels' does not appear in x",
        r"line 3: there is no document 'y'",
        r"line 3: the id '1' is also that of line 1",
        r"line 4: not valid JSON",
        r"line 5: the field 'id' is missing",
    ]
    assert len(found) == len(expected)
    for problem, pattern in zip(found, expected, strict=True):
        assert re.search(pattern, problem), (problem, pattern)


ANSWERS = {  # (text of the document, fields of the row, what is wrong)
    "number": ("It holds 15 bar.", {"span": "5 bar"}, "does not appear"),
    "decimals": ("It holds 1.5 bar, 1,5 bar, 1/5 bar.", {"span": "5 bar"}, "does not appear"),
    "sign": ("It is (-5 bar) or \u22125 bar.", {"span": "5 bar"}, "does not appear"),
    "unit": ("It holds 5 bars.", {"span": "5 bar"}, "does not appear"),
    "code": ("The KX-22 pump.", {"span": "KX-2"}, "does not appear"),
    "part of a word": ("A submarine.", {"value": "marine"}, "does not appear"),
    "number, longer": ("12,000 or 12.5 or 10^12 or 12^3", {"value": 12}, "does not appear"),
    "power": ("It makes 10^6 turns.", {"value": "6 turns"}, "does not appear"),
    "accents": ("Der Prüfer.", {"span": "Prü"}, "does not appear"),
    "underscore": ("set max_words", {"span": "words"}, "does not appear"),
    "zero": ("It holds 5 bar.", {"value": 0}, "'0' does not appear"),
    "no span, but a value": ("It holds 5 bar.", {"span": None, "value": "6 bar"}, "'6 bar' does"),
    "span and value": ("It holds 5 bar.", {"span": "5 bar", "value": "6 bar"}, "'6 bar' does"),
    "null": ("It holds 5 bar.", {"span": None}, "its answer is empty"),
    "null twice": ("It holds 5 bar.", {"span": None, "value": None}, "its answer is empty"),
    "empty": ("It holds 5 bar.", {"value": ""}, "its answer is empty"),
    "space": ("It holds 5 bar.", {"span": " "}, "its answer is empty"),
    "list": ("It holds 5 bar.", {"value": ["5 bar"]}, "must be a text or a number"),
    "truth": ("It is true.", {"value": True}, "must be a text or a number"),
    "right": ("It holds 5 bar.", {"span": "5 BAR"}, None),
    "right, also elsewhere": ("Not 15 bar, but 5 bar!", {"span": "5 bar"}, None),
    "right, quoted": ('"5 bar", he says', {"span": "5 bar"}, None),
    "right, signs": ("It costs £71, 12% or C++.", {"span": "£71", "value": "C++"}, None),
    "right, sign itself": ("It is -5 °C.", {"value": -5}, None),
    "right, over lines": ("It holds 5\nbar.", {"span": "5 bar"}, None),
    "right, narrow space": ("It holds 5\u202fbar.", {"span": "5 bar"}, None),
    "right, at the end": ("It holds 5 bar", {"span": "5 bar", "value": 5}, None),
    "right, end of a sentence": ("There are 5.\nOr 6, 7.", {"span": "5", "value": 6}, None),
    "right, range": ("It holds 2-5 bar", {"span": "5 bar"}, None),
    "right, Japanese": ("水を12リットル動かします", {"span": "水", "value": 12}, None),
    "right, Korean": ("펌프는 물을", {"span": "펌프"}, None),
    "right, no answer": ("It holds 5 bar.", {}, None),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_appears_as_whole_words(tmp_path, case):
    text, fields, problem = ANSWERS[case]
    write(tmp_path, "x.md", text)
    write(tmp_path, "t.jsonl", json.dumps({"id": 1, "documents": ["x"], **fields}))
    found = check_documents.check(tmp_path, [tmp_path / "t.jsonl"])
    assert [bool(re.search(f"line 1: .*{problem}", line)) for line in found] == [True] * bool(
        problem
    )


def test_a_row_without_documents_needs_no_answer(tmp_path):
    write(tmp_path, "x.md", "It holds 5 bar.")
    write(tmp_path, "t.jsonl", '{"id": 1, "documents": [], "span": null}')
    assert check_documents.check(tmp_path, [tmp_path / "t.jsonl"]) == []


def test_each_document_has_metadata_of_its_own(tmp_path):
    write(tmp_path, "a.txt", "one")
    write(tmp_path, "b.txt", "two")
    first, second = documents.load_documents(tmp_path)
    first.metadata["owner"] = "x"
    assert second.metadata == {}


def words(n, start=0):
    return " ".join(f"w{i}" for i in range(start, start + n))


def test_chunks_keep_their_position_and_lose_nothing():
    text = f"{words(20)}\n\n{words(30, 20)}\n\n{words(100, 50)}"
    document = documents.Document("d", "t", text, "d.md")
    chunks = documents.chunk([document], max_words=60)
    assert [len(c.text.split()) for c in chunks] == [50, 60, 40]
    assert all(text[c.start : c.end] == c.text for c in chunks)
    assert " ".join(" ".join(c.text for c in chunks).split()) == " ".join(text.split())


def test_overlap_repeats_words():
    document = documents.Document("d", "t", words(100), "d.md")
    chunks = documents.chunk([document], max_words=40, overlap=10)
    assert [c.text.split()[0] for c in chunks] == ["w0", "w30", "w60"]
    assert chunks[0].text.split()[-10:] == chunks[1].text.split()[:10]
    with pytest.raises(ValueError, match="overlap"):
        documents.chunk([document], max_words=10, overlap=10)


GOOD = documents.Document("d", "t", "A pump.", "d.md")
WRONG = {
    "text": ("A pump.", {}, TypeError, "documents must be"),
    "path": (cache.DATASETS, {}, TypeError, "documents must be"),
    "texts": (["A pump."], {}, TypeError, "has no id, title and text"),
    "dicts": ([{"id": "d", "text": "A pump."}], {}, TypeError, "has no id, title and text"),
    "one document": (GOOD, {}, TypeError, "documents must be a list"),
    "nothing": (None, {}, TypeError, "documents must be a list"),
    "dict of documents": ({"d": GOOD}, {}, TypeError, "documents must be a list"),
    "chunks": (documents.chunk([GOOD]), {}, TypeError, "has no id, title and text"),
    "no text": ([documents.Document("d", "t", None, "")], {}, TypeError, "has no id, title and"),
    "half a character": ([documents.Document("d", "t", "\ud800", "")], {}, ValueError, "half a"),
    "max 0": ([GOOD], {"max_words": 0}, ValueError, "max_words must be at least 1, not 0"),
    "max negative": ([GOOD], {"max_words": -5}, ValueError, "max_words must be at least 1"),
    "max text": ([GOOD], {"max_words": "60"}, TypeError, "max_words must be a whole number"),
    "max float": ([GOOD], {"max_words": 60.0}, TypeError, "max_words must be a whole number"),
    "max None": ([GOOD], {"max_words": None}, TypeError, "max_words must be a whole number"),
    "max True": ([GOOD], {"max_words": True}, TypeError, "max_words must be a whole number"),
    "max list": ([GOOD], {"max_words": [60]}, TypeError, "max_words must be a whole number"),
    "overlap text": ([GOOD], {"overlap": "5"}, TypeError, "overlap must be a whole number"),
    "overlap float": ([GOOD], {"overlap": 0.5}, TypeError, "overlap must be a whole number"),
    "overlap None": ([GOOD], {"overlap": None}, TypeError, "overlap must be a whole number"),
    "overlap negative": ([GOOD], {"overlap": -1}, ValueError, "overlap must be a whole number"),
    "overlap too much": ([GOOD], {"overlap": 60}, ValueError, "below max_words=60, not 60"),
    "embedder name": ([GOOD], {"embedder": "minilm"}, TypeError, "embedder must be an encoder"),
    "nothing to cut": ([], {"max_words": 0}, ValueError, "max_words must be at least 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_is_refused_with_a_sentence(case):
    given, options, kind, message = WRONG[case]
    with pytest.raises(kind, match=message) as caught:
        documents.chunk(given, **options)
    assert type(caught.value) is kind and "\n" not in str(caught.value)


def test_any_number_and_any_row_of_documents_will_do():
    chunks = documents.chunk([GOOD], 60)
    assert documents.chunk((d for d in (GOOD,)), np.int64(60), np.int32(0)) == chunks
    assert documents.chunk((GOOD,)) == documents.chunk(documents.Documents([GOOD])) == chunks
    assert documents.chunk([]) == []


JAPANESE = "ポンプは毎分十二リットルの水を動かします。"
THAI = "\u0e1b\u0e31\u0e4a\u0e21\u0e19\u0e49\u0e33\u0e17\u0e33\u0e07\u0e32\u0e19"
LONG = {
    "japanese": JAPANESE * 40,
    "chinese": "水泵每分钟移动十二升水。" * 40,
    "thai": THAI * 60,
    "address": "https://example.org/" + "path/" * 200,
    "base64": "QUJDREVGR0hJSktMTU5P" * 100,
    "accents": "e\u0301" * 2000,
    "mixed": ("The pump " + JAPANESE) * 20,
    "korean": "펌프는분당물을움직입니다" * 100,
}


def covers(text, chunks):
    """Every character but white space is in a chunk, and every chunk is where it says."""
    inside = [False] * len(text)
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        inside[chunk.start : chunk.end] = [True] * len(chunk.text)
    return all(there or character.isspace() for there, character in zip(inside, text, strict=True))


@pytest.mark.parametrize("name", LONG)
def test_text_without_spaces_is_cut(name):
    document = documents.Document("d", "t", LONG[name], "d.md")
    chunks = documents.chunk([document], max_words=20)
    assert len(chunks) > 1 and max(len(c.text) for c in chunks) <= 20 * 41
    assert covers(LONG[name], chunks)
    assert not any(unicodedata.combining(c.text[0]) for c in chunks)


@pytest.mark.parametrize("name", LONG)
def test_a_chunk_fits_the_encoder(embedder, name):
    document = documents.Document("d", "The title of the pump", LONG[name], "d.md")
    chunks = documents.chunk([document], max_words=200, embedder=embedder)
    counts = embedder.model.tokenizer([c.embedded for c in chunks], truncation=False)["input_ids"]
    assert max(map(len, counts)) <= embedder.max_tokens
    assert covers(LONG[name], chunks)


def test_chunks_that_fit_are_left_as_they_are(embedder):
    pages = documents.load_documents(cache.DATASETS / "handbook")
    assert documents.chunk(pages, embedder=embedder) == documents.chunk(pages)


def test_a_title_that_leaves_no_room_is_refused(embedder):
    document = documents.Document("d", "title " * 300, "A pump.", "d.md")
    with pytest.raises(ValueError, match="title of 'd' leaves no room"):
        documents.chunk([document], embedder=embedder)


PIECES = st.sampled_from(
    [" ", "\n", "\n\n", "\t", "pump", "x" * 90, "水", "ポ", "e\u0301", "\u0e33", "\u3000"]
)


@quick
@given(st.lists(PIECES, max_size=60).map("".join), st.integers(1, 9), st.integers(0, 8))
def test_cutting_loses_nothing(text, max_words, overlap):
    document = documents.Document("d", "t", text, "d.md")
    chunks = documents.chunk([document], max_words, min(overlap, max_words - 1))
    assert covers(text, chunks)
    from helpers.engine import cutting

    assert all(len(cutting.units(c.text)) <= max_words for c in chunks)
