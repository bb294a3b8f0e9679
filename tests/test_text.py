"""Text is Unicode: encodings recognised or refused, and one form of text to compare."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document_files import ids, loaded, quick, refused


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", "Grüße, 日本".encode("utf-16"), "Grüße, 日本"),
        ("a.md", "Grüße".encode("utf-8-sig"), "Grüße"),
        ("a.txt", b"\xfe\xff" + "Grüße".encode("utf-16-be"), "Grüße"),
        ("a.txt", "Grüße".encode("utf-32"), "Grüße"),
        ("a.html", "<meta charset=windows-1251><p>Насос".encode("cp1251"), "Насос"),
        ("a.html", b"<meta charset=iso-8859-1><p>12 \x80 \x93x\x94", "12 € “x”"),
        ("a.html", "<meta charset='Shift_JIS'><p>日本語".encode("cp932"), "日本語"),
        ("a.html", '<?xml version="1.0" encoding="GB2312"?><p>中文'.encode("gb18030"), "中文"),
        ("a.html", "<meta charset=iso-2022-jp><p>日本".encode("iso2022_jp"), "日本"),
        ("a.html", "<meta charset=iso-8859-1><p>Grüße".encode(), "Grüße"),
        ("a.csv", "x\nGrüße".encode("utf-16"), "x: Grüße"),
        ("a.html", "<meta charset=hz-gb-2312><p>中文".encode("hz"), "中文"),
        ("a.html", b"<meta charset=utf-7><p>" + "Größe 日本".encode("utf-7"), "Größe 日本"),
        ("a.html", "<meta charset=hz-gb-2312><p>中文".encode(), "中文"),
        ("a.html", b"<meta charset=utf-7><p>a + b", "a + b"),
        ("a.html", "<meta charset=iso-2022-kr><p>펌프".encode("iso2022_kr"), "펌프"),
    ],
    ids=ids(
        "utf-16 mark utf-16-be utf-32 cyrillic western japanese chinese iso-2022 wrong-label csv "
        "hz utf-7 no-hz no-utf-7 korean"
    ),
)
def test_encodings_are_recognised(tmp_path, name, content, text):
    assert loaded(tmp_path, name, content).text == text


@pytest.mark.parametrize(
    "encoding", ["cp1252", "latin-1", "koi8-r", "shift_jis", "gbk", "mac_roman"]
)
def test_other_encodings_are_refused(tmp_path, encoding):
    text = {"koi8-r": "Насос", "shift_jis": "日本語", "gbk": "中文"}.get(encoding, "Grüße")
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert "a.txt, line 1: not UTF-8" in refused(tmp_path)


SEVEN = {
    "utf-7": ["Größe", "Насос", "日本語", "中文", "펌프", "12 €, “x”", "a\n+ 5 °C\nb", "أهلا"],
    "hz": ["中文", "泵 KX-22", "a\n水泵\nb", "12 升", "~{水}~"],
    "iso2022_jp": ["日本語", "ポンプ"],
    "iso2022_kr": ["펌프"],
}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv"])
@pytest.mark.parametrize(("encoding", "text"), [(e, t) for e in SEVEN for t in SEVEN[e]])
def test_letters_written_with_others_are_refused(tmp_path, name, encoding, text):
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert re.search(f"{name}.*save (it|the file) as UTF-8", refused(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "a+b=c, 1+1, C++ and x+y",
        "5 +- 0.1 bar",
        "Call +49-30-1234567",
        "write to ann+newsletter@pumps.example",
        "vitamin B+Zinc, A+",
        "A+foo-bar",
        "QUJD+REVG/R0hJ+SktMTU5P==",
        "git diff +abc -def",
        "use ~{x} or ~/{y}~ in a path",
        "a ~~{struck}~~ word",
    ],
)
def test_plain_text_with_plus_signs_and_tildes_is_read(tmp_path, text):
    assert loaded(tmp_path, "a.txt", text).text == text


@quick
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text):
    from helpers.engine.text import normalize_text

    once = normalize_text(text)
    assert normalize_text(once) == once


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("\ufb01lter \ufb02ow", "filter flow"),
        ("１２ ＬＩＴＲＥＳ", "12 LITRES"),
        ("cali\xadbration, zero\u200bwidth\ufeff", "calibration, zerowidth"),
        ("12\xa0l, 12\u202fl", "12 l, 12 l"),
        ("e\u0301, e\u200b\u0301", "é, é"),
        ("ｶﾞ", "ガ"),
    ],
    ids=ids("ligature full-width unseen spaces accents half-width"),
)
def test_text_has_one_form(text, normal):
    from helpers.engine.text import normalize_text

    assert normalize_text(text) == normal
