"""Reading and cutting documents, good and bad."""

import re
import subprocess
import sys

import docx
import pytest

from helpers import documents
from helpers.engine import cache
from scripts import check_documents


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
    (tmp_path / "e.pdf").write_bytes(pdf_with_text("A buoy."))
    found = {d.id: d for d in documents.load_documents(tmp_path)}
    assert list(found) == ["kb-1", "b", "c", "d", "e"]
    assert found["kb-1"].title == "Hose" and found["c"].title == "Valve"
    assert "no()" not in found["c"].text and "A valve." in found["c"].text
    assert found["d"].text == "A winch." and found["e"].text == "A buoy."


def pdf_with_text(text):
    """The smallest PDF with one line of text."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font "
        b"<< /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % offset for offset in offsets
    )
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"not a pdf at all", "a.pdf: can't be read"),
        ("a.docx", b"not a zip", "a.docx: can't be read"),
        ("a.txt", b"\xff\xfe\xfa", "a.txt: not UTF-8"),
        ("a.md", b"---\nid: [1\n---\ntext", r"a.md, line \d+: the front matter"),
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
    with pytest.raises(ValueError, match="b.md: the id 'x' is also that of .*a.md"):
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
    assert bad.returncode == 1 and "a.txt: not UTF-8" in bad.stdout


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
