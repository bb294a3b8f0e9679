"""Files that appear whole or not at all."""

import pytest

from helpers.engine import cache


def test_key_depends_on_content_only():
    assert cache.key({"a": 1, "b": 2}) == cache.key({"b": 2, "a": 1})
    assert cache.key("a") != cache.key("b") and len(cache.key("a")) == 16


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    cache.write_json(path, {"good": 1})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        cache.write_json(path, {"new": 2})
    assert cache.read_json(path) == {"good": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_an_interrupted_folder_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), cache.new_folder(tmp_path / "f") as folder:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_jsonl_errors_name_line_and_field(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"question": "q", "answer": "a"}\n\n{"question": "q"}\n')
    with pytest.raises(ValueError, match=r"t.jsonl, line 3: the field 'answer' is missing"):
        cache.read_jsonl(path, ("question", "answer"))
    path.write_text('{"question": "q"}\n{"question": \n')
    with pytest.raises(ValueError, match=r"t.jsonl, line 2: not valid JSON"):
        cache.read_jsonl(path)


def test_broken_json_counts_as_missing(tmp_path):
    (tmp_path / "x.json").write_text("{")
    assert (
        cache.read_json(tmp_path / "x.json", {}) == {}
        and cache.read_json(tmp_path / "y.json") is None
    )


def test_fresh_hides_the_cache_for_a_while(empty_artifacts):
    cache.write_json(cache.artifacts() / "x.json", 1)
    with pytest.raises(ZeroDivisionError), cache.fresh():
        assert not (cache.artifacts() / "x.json").exists()
        1 / 0  # noqa: B018
    assert cache.read_json(cache.artifacts() / "x.json") == 1
