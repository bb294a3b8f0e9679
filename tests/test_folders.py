"""Everything in a folder is read or named: one walk for loading and for checking."""

import os
import re
import subprocess
import sys

import pytest

from helpers import documents
from helpers.engine import cache
from scripts import check_documents
from tests.document_files import changed, docx, ids, par, pdf, refused

IMAGE = "<w:drawing><wp:inline><pic:pic/></wp:inline></w:drawing>"
LEFT_OUT = {
    "ending": ("b.xlsx", b"x", "b.xlsx", r"\.xlsx files are not read"),
    "no-ending": ("Makefile", b"x", "Makefile", "without an ending"),
    "hidden-file": (".b.md", b"x", ".b.md", "hidden"),
    "checkpoints": (".ipynb_checkpoints/b.md", b"x", ".ipynb_checkpoints", "hidden"),
    "git": (".git/b.txt", b"x", ".git", "hidden"),
    "venv": ("env/pyvenv.cfg", b"x", "env", "tools"),
    "node": ("web/node_modules/p/README.md", b"x", "node_modules", "tools"),
    "lock": ("~$b.docx", b"x", "~$b.docx", "lock"),
    "libre-lock": (".~lock.b.docx#", b"x", ".~lock.b.docx#", "lock"),
    "page": ("b.pdf", pdf("one", "", "three", "", ""), "b.pdf", "pages 2, 4-5: no text"),
    "picture": ("b.docx", docx(par("x", f"<w:r>{IMAGE}</w:r>")), "b.docx", "1 picture"),
    "comment": (
        "b.docx",
        docx(par("x"), comments="<w:comment w:id='1'/>" * 2),
        "b.docx",
        "2 comments",
    ),
    "chart": (
        "b.docx",
        docx(par("x", "<w:r><w:drawing><c:chart/></w:drawing></w:r>")),
        "b",
        "chart",
    ),
    "embedded": ("b.docx", docx(par("x", "<w:r><w:object/></w:r>")), "b.docx", "embedded object"),
    "hidden-text": (
        "b.docx",
        docx(par("x", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>y</w:t></w:r>")),
        "b.docx",
        "hidden",
    ),
    "navigation": ("b.html", b"<nav>menu</nav><p>x", "b.html", "navigation"),
    "embedded-page": ("b.html", b"<iframe src=c.html>no frames</iframe><p>x", "b.html", "embedded"),
    "hidden-element": ("b.html", b"<p hidden>y<p>x", "b.html", "hidden"),
    "attachment": (
        "b.pdf",
        changed(pdf("one"), lambda w: w.add_attachment("t.xlsx", b"x")),
        "b.pdf",
        "t.xlsx",
    ),
    "outputs": (
        "b.ipynb",
        b'{"cells": [{"source": "x", "outputs": [{"text": "y"}]}]}',
        "b.ipynb",
        "printed",
    ),
    "replaced": ("b.txt", "a \ufffd b".encode(), "b.txt", "U\\+FFFD"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_is_left_out_is_said(tmp_path, capsys, case):
    name, content, path, reason = LEFT_OUT[case]
    (tmp_path / "a.md").write_text("A pump.")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    found = documents.load_documents(tmp_path)
    (entry,) = found.left_out
    assert path in entry.path and re.search(reason, entry.reason)
    printed = " ".join(capsys.readouterr().out.split())
    assert path in printed and re.search(reason, printed)
    assert check_documents.check(tmp_path) == []


def test_texts_without_an_ending_by_custom_are_read(tmp_path):
    for name in ("README", "pump/LICENSE", "valve/licence", "NOTICE_pump", "READMEFIRST", "core"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("---\nA pump.")
    found = documents.load_documents(tmp_path)
    assert sorted(d.id for d in found) == ["LICENSE", "NOTICE_pump", "README", "licence"]
    assert all(d.text == "---\nA pump." for d in found)  # plain text, without metadata
    assert {path.split("/")[-1] for path, _ in found.left_out} == {"READMEFIRST", "core"}


def test_links_are_left_out_or_followed_once(tmp_path):
    (tmp_path / "a.md").write_text("A pump.")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "folder.md").mkdir()
    found = documents.load_documents(tmp_path)
    assert [d.id for d in found] == ["a"]
    assert [(path.split("/")[-1], reason) for path, reason in found.left_out] == [
        ("gone.md", "no file, or a link to nothing"),
        ("loop", "a link to a folder"),
    ]


def test_the_handbook_has_nothing_left_out(capsys):
    found = documents.load_documents(cache.DATASETS / "handbook")
    assert found.left_out == [] and capsys.readouterr().out == ""
    assert found.report() == f"{len(found)} documents read."


def test_all_problems_are_named_at_once(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfa")
    (tmp_path / "b.pdf").write_bytes(b"none")
    (tmp_path / "c.md").write_text("---\nid: x\n---\none")
    (tmp_path / "d.md").write_text("---\nid: x\n---\ntwo")
    (tmp_path / "e.md").write_text("good")
    message = refused(tmp_path)
    starts = ["a.txt, line 1: not", "b.pdf: can't", "d.md, line 2: the id 'x' is also"]
    lines = message.replace(f"{tmp_path}/", "").split("\n")
    assert len(lines) == 3 and all(map(str.startswith, lines, starts))
    assert "\n".join(check_documents.check(tmp_path)) == message


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a/readme.md", "b/readme.md"], ["a/readme", "b/readme"]),
        (["a.md", "a.txt"], ["a.md", "a.txt"]),
        (["readme.md", "b/readme.md"], ["b/readme", "readme"]),
        (["a/x.md", "b/y.md", "b/x.md"], ["a/x", "b/x", "y"]),
        (["plan [1].md"], ["plan (1)"]),
        (["a.b.v2.md", "Über\u00a0uns.md"], ["a.b.v2", "Über uns"]),
        (["re\u0301sume\u0301.md"], ["résumé"]),
        (["line\nbreak.md", f"{'x' * 200}.md"], ["line break", "x" * 200]),
    ],
    ids=ids("folders endings root mixed brackets dots accents long"),
)
def test_names_of_files_become_ids(tmp_path, files, names):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("A pump.")
    found = documents.load_documents(tmp_path)
    assert sorted(d.id for d in found) == names
    assert all(re.fullmatch(documents.ID, d.id) for d in found)


E, E2 = "caf\u00e9", "cafe\u0301"  # they look the same


@pytest.mark.parametrize(
    ("files", "same"),
    [
        ({f"{E}.md": "", f"{E2}.md": ""}, f"'{E}.md' is also"),
        ({"a/pump.md": "id: pump", "b/pu\u200bmp.md": "id: pu\u200bmp"}, "looks the same"),
        ({"a.md": f"id: {E}", "b.md": f"id: {E2}"}, "line 2: the id .* looks the same"),
        ({"pump.md": "", "pu\u200bmp.md": ""}, "looks the same"),
        ({"pump.md": "", "pump\ufeff.md": ""}, "looks the same"),
        ({"pump.md": "", "pu\u00admp.md": ""}, "looks the same"),
        ({"pump.md": "", "\u202apump\u202c.md": ""}, "looks the same"),
        ({f"{E}/x.md": "", f"{E2}/x.md": ""}, "is also"),
        ({"a b.md": "", "a  b.md": ""}, "'a b.md' is also"),
        ({"[a].md": "", "(a).md": ""}, "is also"),
    ],
    ids=ids(
        "accents zero-width-ids accents-ids zero-width mark hyphen direction folders spaces "
        "brackets"
    ),
)
def test_ids_that_look_the_same_are_refused(tmp_path, files, same):
    for name, keys in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"---\n{keys}\n---\nA pump." if keys else "A pump.")
    message = refused(tmp_path)
    assert re.search(same, message) and "give one of them another" in message
    assert "\n".join(check_documents.check(tmp_path)) == message


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([f"x/{E}.md", f"y/{E2}.md"], [f"x/{E}", f"y/{E}"]),
        (["x/pump.md", "y/pu\u200bmp.md"], ["x/pump", "y/pu\u200bmp"]),
        ([f"{E}.md", f"{E2}.txt"], [f"{E}.md", f"{E}.txt"]),
        (["\u0645\u06cc\u200c\u062e.md"], ["\u0645\u06cc\u200c\u062e"]),
        (["Pump.md", "pump.md"], ["Pump", "pump"]),
    ],
    ids=ids("accents zero-width endings persian case"),
)
def test_names_that_look_the_same_are_told_apart(tmp_path, files, names):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("A pump.")
    assert sorted(d.id for d in documents.load_documents(tmp_path)) == names


@pytest.mark.parametrize("id", ["\u200b", "\ufeff\u00ad", "\u202a\u202c", "\u2060", "\ufe0f"])
def test_an_id_that_can_not_be_seen_is_refused(tmp_path, id):
    (tmp_path / "a.md").write_text(f"---\nid: x{id}\ntitle: t\n---\nA pump.")
    assert documents.load_documents(tmp_path)[0].id == f"x{id}"
    (tmp_path / "a.md").write_text(f'---\ntitle: t\nid: "{id}"\n---\nA pump.')
    assert "a.md, line 3: the id" in refused(tmp_path)


@pytest.mark.parametrize("name", [b"b\xff", b"\xe9t\xe9", b"\xc3", b"x\x80/y", b"x/\xfc", b"b\x01"])
def test_a_folder_whose_name_is_no_text_is_left_out(tmp_path, capsys, name):
    (tmp_path / "a.md").write_text("A pump.")
    folder = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(folder)
    for file in (b"a.md", b"c.md"):
        with open(os.path.join(folder, file), "w") as text:
            text.write("A winch.")
    found = documents.load_documents(tmp_path)
    assert [d.id for d in found] == ["a"] and len(found.left_out) == 1
    assert "its name is no text" in found.report() and found.report().encode()
    assert "its name is no text" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(ValueError, match="the name of the folder is no text") as caught:
        documents.load_documents(os.fsdecode(folder))
    assert str(caught.value).encode()


def test_an_id_that_is_given_goes_before_a_name(tmp_path):
    (tmp_path / "a.md").write_text("---\nid: b\n---\none")
    (tmp_path / "b.md").write_text("two")
    assert [d.id for d in documents.load_documents(tmp_path)] == ["b", "b.md"]


def test_check_prints_what_is_left_out(tmp_path):
    (tmp_path / "a.md").write_text("A pump.")
    (tmp_path / "b.xlsx").write_bytes(b"x")
    command = [sys.executable, "-m", "scripts.check_documents", str(tmp_path)]
    done = subprocess.run(command, cwd=cache.ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("OK")
    assert f"left out: {tmp_path / 'b.xlsx'} (.xlsx files are not read)" in done.stdout
