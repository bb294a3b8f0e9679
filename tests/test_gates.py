"""Gates: a cache for several roles, caps, clearance of adapters, and the list of their hashes."""

import shutil

import pytest

from helpers import course, gates
from helpers.documents import Chunk
from helpers.prompts import Style
from helpers.system import Answer

STYLE = Style(form="{answer} [{document}]", abstention="Not said.")


class Role:
    """Answers with a document of its own, and counts its questions."""

    style = STYLE

    def __init__(self, document):
        self.hit = type("Hit", (), {"chunk": Chunk(document, "", "", 0, 1)})()
        self.asked = []

    def answer(self, questions, progress=None):
        self.asked += questions
        return [Answer.read(q, "x", STYLE, hits=(self.hit,)) for q in questions]


def test_a_cache_leaks_unless_its_key_has_the_role():
    for key, leaked in ((lambda r: r["question"], 2), (gates.cache_key, 0)):
        roles = {"director": Role("secret"), "visitor": Role("open")}
        found = gates.leaks(roles, key, ["who?", "why?"], {"secret"})
        assert found == {"from the cache": leaked, "leaked": leaked}
        assert len(roles["visitor"].asked) == 2 - leaked


def test_a_cache_answers_the_same_request_once():
    role = Role("open")
    front = gates.Cached({"visitor": role}, gates.cache_key)
    for question in ("Who?", "who? ", "WHO?"):
        assert front.answer(question, "visitor", index="v1").text == "x"
    front.answer("Who?", "visitor", index="v2")  # a new index asks anew
    assert role.asked == ["Who?", "Who?"] and front.hits == 2


def test_gaps_of_a_filter():
    hits = [[Role(d).hit for d in some] for some in (["a", "b", "a"], ["a"], [])]
    assert gates.gaps(hits, {"a"}) == {
        "hidden passages shown": 3,
        "places left empty": 5,
        "questions with nothing": 1,
    }


class Words:
    """Counts words as tokens."""

    def literal(self, text):
        return text

    def encode(self, text):
        return text.split()


def test_a_cap_refuses_before_anything_is_spent():
    role = Role("open")
    capped = gates.Capped(role, Words(), 3)
    answers = capped.answer(["one two three", "one two three four", "one"])
    assert [answer.abstained for answer in answers] == [False, True, False]
    assert [answer.question for answer in answers][1] == "one two three four"
    assert role.asked == ["one two three", "one"] and answers[1].prompt_tokens == 0
    assert capped.answer(["a b c d"])[0].abstained and len(role.asked) == 2


def test_an_adapter_needs_the_clearance_of_its_most_restricted_row():
    levels = {"a": "public", "b": "internal", "c": "restricted", "d": "odd"}

    def row(document, *passages):
        return {"document": document, "passages": [{"document": p} for p in passages]}

    for rows, level in (
        ([], "public"),
        ([row(None)], "public"),
        ([row("a")], "public"),
        ([row("a"), row("b")], "internal"),
        ([row("a", "c")], "restricted"),  # a distractor was read, too
        ([row("d")], "restricted"),
        ([row("unknown")], "restricted"),
        ([{"document": "b"}], "internal"),
    ):
        assert gates.clearance_of(rows, levels) == level
    assert gates.may_use("director", "restricted") and gates.may_use("visitor", "public")
    assert not gates.may_use("visitor", "internal") and not gates.may_use("employee", "restricted")


def test_an_adapter_is_checked_before_it_is_read(tmp_path):
    folders = {name: course.adapter(name) for name in ("house", "facts")}
    listed = gates.manifest(folders)
    assert gates.checked("house", folders["house"], listed) == folders["house"]
    with pytest.raises(ValueError, match="'raft' is not in the manifest; it has facts, house"):
        gates.checked("raft", folders["house"], listed)
    with pytest.raises(ValueError, match="adapter_model"):
        gates.checked("facts", folders["house"], listed)
    copy = shutil.copytree(folders["house"], tmp_path / "copy")
    assert gates.checked("house", copy, listed) == copy
    (copy / "adapter_config.json").unlink()
    with pytest.raises(ValueError, match="manifest: adapter_config.json$"):
        gates.checked("house", copy, listed)


def test_budgets():
    asked = [("a", 0, 8), ("a", 1, 8), ("b", 1, 8), ("a", 60, 8)]
    assert gates.admitted(asked, 10, 15, 60) == [True, False, True, True]
