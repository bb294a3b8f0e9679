"""Front matter is data: ids and titles as written, plain JSON, errors with file and line."""

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers import documents
from scripts import check_documents
from tests.document_files import ids, loaded, quick, refused


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("id: 007\ntitle: 1e3", ("007", "1e3")),
        ("id: yes\ntitle: 2024-01-01", ("yes", "2024-01-01")),
        ("id: 0x1F\ntitle: 1_000", ("0x1F", "1_000")),
        ("id: 12:30\ntitle: 1.10", ("12:30", "1.10")),
        ("id: 2024-02-30\ntitle: .inf", ("2024-02-30", ".inf")),
        ("id: \"007\"\ntitle: 'true'", ("007", "true")),
        ("id: off\ntitle: 0o17", ("off", "0o17")),
        ("id:\ntitle:", ("name", "name")),
        ("id: ~\ntitle: ''", ("name", "name")),
        ("id: null\ntitle: null", ("name", "name")),
        ("id: +5\ntitle: 5.0e2", ("+5", "5.0e2")),
        ("title: Pump # 5", ("name", "Pump")),
    ],
    ids=ids(
        "numbers yes-date hex-underscore time-version impossible quoted off empty tilde null signs "
        "comment"
    ),
)
def test_ids_and_titles_stay_as_written(tmp_path, block, expected):
    found = loaded(tmp_path, "name.md", f"---\n{block}\n---\nA pump.")
    assert (found.id, found.title, found.text) == (*expected, "A pump.")


@pytest.mark.parametrize(
    ("text", "id", "body"),
    [
        ("---\nA rule, then text.", "name", "whole"),
        ("---\nA text.\n\n---\nMore.", "name", "whole"),
        ("---\n- a list\n- of things\n---\nMore.", "name", "whole"),
        ("---\n\nNote: it is hot.\n\n---\nMore.", "name", "whole"),
        ("---\nNote: it is hot.\n\nText.\n\n---\nMore.", "name", "whole"),
        ("---\n# Heading\n\nText: yes\n---\nMore.", "name", "whole"),
        ("---\n**Bold**\n---\nMore.", "name", "whole"),
        ("---\nNote: it is hot.", "name", "whole"),
        ("----\nid: x\n----\nText.", "name", "whole"),
        ("\ufeff---\nid: x\n---\nText.", "x", "Text."),
        ("\n\n---\nid: x\n---\nText.", "x", "Text."),
        ("---\r\nid: x\r\n---\r\nText.\r\nMore.", "x", "Text.\nMore."),
        ("---\rid: x\r---\rText.", "x", "Text."),
        ("--- \nid: x\n---\t\nText.\n---\nMore.", "x", "Text.\n---\nMore."),
        ("---\nid: x\n...\nText.", "x", "Text."),
        ("---\nid: &a x\nother: *a\n---\nText.", "x", "Text."),
        ("---\n\nid: x\n---\nText.", "x", "Text."),
        ("---\n---\nText.", "name", "Text."),
    ],
    ids=ids(
        "rule two-rules list blank-after note-below heading bold note-alone long-rule bom "
        "blank-before crlf cr spaces dots alias blank-in empty"
    ),
)
def test_front_matter_or_text(tmp_path, text, id, body):
    found = loaded(tmp_path, "name.md", text)
    assert (found.id, found.text) == (id, text if body == "whole" else body)


PROSE = {
    "warning": "Warning: hot surface\nNote: wear gloves",
    "one": "Warning: hot surface",
    "sentence": "Note: it is hot.",
    "sentences in lower case": "note: the pump is very hot.\nhint: let it cool for an hour.",
    "list": "Danger: hot\n- wear gloves\n- close the valve",
    "words": "Before you start: close the valve",
    "indented": "Steps:\n  close the valve\n  open the cover",
    "questions": "Q: how hot?\nA: very",
    "speakers": "Ann: Is it on?\nBob: It is.",
    "chinese": "\u6ce8\u610f: \u8868\u9762\u5f88\u70ed",
    "two words": "hot surface: yes\nsharp edge: no",
    "capitals": "CAUTION: High voltage",
}


@pytest.mark.parametrize("case", PROSE)
def test_prose_between_rules_stays_text_and_is_reported(tmp_path, capsys, case):
    text = f"---\n{PROSE[case]}\n---\nMore."
    found = documents.load_documents(folder(tmp_path, text))
    assert found[0].text == text and found[0].metadata == {}
    assert "read as text, not as metadata" in found.report()
    assert "read as text, not as metadata" in " ".join(capsys.readouterr().out.split())


def folder(path, text):
    (path / "a.md").write_text(text)
    return path


KEYS = {
    "colon": ("og:title: Pump\nog:type: article", {"og:title": "Pump", "og:type": "article"}),
    "brackets": ("Author(s): Ann, Bob\nRevision: 3", {"Author(s)": "Ann, Bob", "Revision": 3}),
    "namespace": ("DC.Creator: Ann\nDC.Date: x", {"DC.Creator": "Ann", "DC.Date": "x"}),
    "dollar": ("$schema: x\npump/size: 5", {"$schema": "x", "pump/size": 5}),
    "quoted": ('"@type": Article\nlayout: post', {"@type": "Article", "layout": "post"}),
    "capitals": ("Author: Ann\nDate: 2024-01-05", {"Author": "Ann", "Date": "2024-01-05"}),
    "words": ("last modified: x\nteam: y", {"last modified": "x", "team": "y"}),
    "camel": ("docType: x\nminPressure: 5", {"docType": "x", "minPressure": 5}),
    "apostrophe": ("What's new: x\ntags: [a]", {"What's new": "x", "tags": ["a"]}),
    "title": ("Title: Pump\nTeam: x", {"title": "Pump", "Team": "x"}),
    "id": ("ID: kb-1\nOwner: x", {"id": "kb-1", "Owner": "x"}),
    "both": ("Title: Pump\ntitle: Hose", {"Title": "Pump", "title": "Hose"}),
    "umlaut": ("größe: 5", {"größe": 5}),
}


@pytest.mark.parametrize("case", KEYS)
def test_odd_keys_are_keys(tmp_path, case):
    block, metadata = KEYS[case]
    (found,) = (
        all_found := documents.load_documents(folder(tmp_path, f"---\n{block}\n---\nMore."))
    )
    assert (found.text, found.metadata, all_found.left_out) == ("More.", metadata, [])
    assert found.title == metadata.get("title", "a") and found.id == metadata.get("id", "a")


@pytest.mark.parametrize(
    "text",
    [
        "---\nA rule.\n---\nB.",
        "---\n**Note**: x\n---\nB.",
        "A.\n---\nB: c\n---",
        "---\n\nNote: hot\n\n---\nB.",
        "---\n# Head: x\n---\nB.",
        "---\n> Note: x\n---\nB.",
        "---\n- a: b\n---\nB.",
    ],
)
def test_text_that_can_only_be_text_is_not_reported(tmp_path, text):
    found = documents.load_documents(folder(tmp_path, text))
    assert (found[0].text, found[0].metadata, found.left_out) == (text, {}, [])


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("d: 2024-01-05", {"d": "2024-01-05"}),
        ("d: [2024-01-05, {e: 2024-02-30}]", {"d": ["2024-01-05", {"e": "2024-02-30"}]}),
        ("a: {b: {c: 2024-01-05}}", {"a": {"b": {"c": "2024-01-05"}}}),
        ("a: !!set {x, y}\nb: 1", {"a": ["x", "y"], "b": 1}),
        ("a: !!binary aGk=\nb: !!timestamp 2024-01-05", {"a": "aGk=", "b": "2024-01-05"}),
        ("a: .nan\nb: .inf\nc: nan", {"a": ".nan", "b": ".inf", "c": "nan"}),
        (
            "1: a\n2.5: b\ntrue: c\n2024-01-05: d",
            {"1": "a", "2.5": "b", "true": "c", "2024-01-05": "d"},
        ),
        ("a: no\nb: 012\nc: 1.10", {"a": "no", "b": "012", "c": "1.10"}),
        ("a: 5\nb: -1.5\nc: true\nd:\ne: []", {"a": 5, "b": -1.5, "c": True, "d": None, "e": []}),
        ("a: !!omap [x: 1]", {"a": [{"x": 1}]}),
    ],
    ids=ids("date nested-dates deep set binary nan keys as-written plain ordered"),
)
def test_metadata_is_plain_json(tmp_path, block, expected):
    found = loaded(tmp_path, "a.md", f"---\n{block}\n---\nA pump.")
    assert json.loads(json.dumps(found.metadata, allow_nan=False)) == found.metadata == expected


BOMB = "a: &a [1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
FAULTS = {
    "invalid": ("a.md", "---\nid: x\ntitle: a: b\n---\nT", 3),
    "tab": ("a.md", "---\nid: x\n\ttitle: b\n---\nT", 3),
    "not-closed": ("a.md", "---\nid: x\ntitle: b\n\nText.", 1),
    "no-end-one-key": ("a.md", "\n---\ntags: [a]\n\nText.", 2),
    "twice": ("a.md", "---\nid: x\nowner: y\nid: z\n---\nT", 4),
    "python": ("a.md", "---\nid: x\na: !!python/object/apply:os.getcwd []\n---\nT", 3),
    "own-tag": ("a.md", "---\nid: !secret x\n---\nT", 2),
    "bomb": ("a.md", f"---\n{BOMB}---\nT", 2),
    "endless": ("a.md", "---\nid: x\na: &a [*a]\n---\nT", 2),
    "deep": ("a.md", f"---\na: {'[' * 5000}\n---\nT", 2),
    "unknown-alias": ("a.md", "---\nid: x\na: *b\n---\nT", 3),
    "list-as-id": ("a.md", "---\ntitle: x\nid: [a, b]\n---\nT", 3),
    "brackets": ("a.md", "---\ntitle: x\nid: a[1]\n---\nT", 3),
    "nul-escaped": ("a.md", '---\nid: x\ntitle: "a\\0b"\n---\nT', 3),
    "surrogate-escaped": ("a.md", '---\nid: x\ntitle: "a\\ud800b"\n---\nT', 3),
    "nul": ("a.txt", "one\ntwo\0", 2),
    "control": ("a.html", "<p>one\n\n\x02", 3),
    "surrogate": ("a.txt", "one\r\ntwo \ud800", 2),
    "utf-8": ("a.txt", b"one\ntwo\n\xe9t\xe9", 3),
    "utf-8-cr": ("a.md", b"one\rtwo\r\xff", 3),
    "quote": ("a.csv", 'a,b\n1,2\n"3"x,4', 3),
    "utf-16-cut": ("a.txt", "one\ntwo".encode("utf-16")[:-1], 2),
    "utf-16-no-mark": ("a.txt", "one\ntwo".encode("utf-16-le"), 1),
}


@pytest.mark.parametrize("case", FAULTS)
def test_errors_name_the_file_and_the_line(tmp_path, case):
    name, content, line = FAULTS[case]
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.md").write_text("A pump.")
    message = refused(tmp_path)
    assert f"{tmp_path / name}, line {line}:" in message
    assert check_documents.check(tmp_path) == [message]


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
)


@quick
@given(st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), LINE), LINE, LINE)
def test_front_matter_comes_back_as_written(tmp_path, metadata, id, title):
    """Any strings that are written as YAML; and ids, titles and values written without quotes."""
    metadata |= {"id": "x", "title": title}
    block = yaml.safe_dump(metadata, allow_unicode=True)
    found = loaded(tmp_path, "a.md", f"---\n{block}---\nText.")
    assert found.metadata == metadata | {"title": title if title.strip() else None}
    assert found.title == (title if title.strip() else "a")
    plain = "".join(re.findall(r"[\w.+-]", id)).strip(".-") or "x"
    found = loaded(tmp_path, "a.md", f"---\nid: {plain}\ntitle: {plain}\n---\nText.")
    assert found.id == found.title == (plain if plain not in ("null", "~") else "a")


LINES = ["---", "...", "", "id: w1", "title: w2", "note: w3", "Note: w4 w5.", "w6 w7", "- w8"]
LINES += ["tags: [w9, w10]", "  w11", "w12: w13: w14", "> w15", "A note: w16"]


ENDS = st.sampled_from(["---", "...", "", "w17"])


@quick
@given(st.lists(st.sampled_from(LINES), max_size=3), ENDS, st.lists(st.sampled_from(LINES)))
def test_every_word_is_text_or_metadata(tmp_path, block, end, below):
    text = "\n".join(["---", *block, end, *below, "w0"])
    (tmp_path / "a.md").write_text(text)
    try:
        found = documents.load_document(tmp_path / "a.md")
    except ValueError as error:
        assert re.search(r"a\.md, line \d+: the front matter", str(error))
    else:
        kept = set(re.findall(r"w\d+", found.text + json.dumps(found.metadata)))
        assert kept == set(re.findall(r"w\d+", text))
