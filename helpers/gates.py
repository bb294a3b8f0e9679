"""What stands before a model: a cache for several roles, caps, budgets, adapters by hash."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from helpers import lora
from helpers.engine import cache
from helpers.refine import LEVELS, ROLES
from helpers.system import Answer

FILES = ("adapter_model.safetensors", "adapter_config.json", "record.json")


class Cached:
    """One system for each role behind one cache of answers."""

    def __init__(self, systems: dict, key: Callable):
        """systems: by role. key: called with a request (a dict with question and role, and with
        the parts in `more`); requests with equal keys get the same answer.
        """
        self.systems, self.key = systems, key
        self.kept, self.hits = {}, 0

    def answer(self, question: str, role: str, **more):
        """The `Answer` from the cache, or the role's system. more: other parts of a request."""
        key = self.key({"question": question, "role": role, **more})
        if key in self.kept:
            self.hits += 1
        else:
            (self.kept[key],) = self.systems[role].answer([question])
        return self.kept[key]


def leaks(by_role: dict, key: Callable, questions: list[str], hidden: set[str]) -> dict[str, int]:
    """Two roles ask the same questions through one cache, the first role before the second.

    by_role: two systems. hidden: documents that the second role may not read. Returns how many
    answers came from the cache, and how many hidden passages were behind what the second was told.
    """
    front, (first, second) = Cached(by_role, key), by_role
    for question in questions:
        front.answer(question, first)
    told = [front.answer(question, second) for question in questions]
    found = sum(hit.chunk.document in hidden for answer in told for hit in answer.hits)
    return {"from the cache": front.hits, "leaked": found}


def gaps(hits, hidden: set[str], k: int = 3) -> dict[str, int]:
    """What a filter lets through: hidden passages shown, places left empty, questions with none."""
    return {
        "hidden passages shown": sum(h.chunk.document in hidden for some in hits for h in some),
        "places left empty": sum(k - len(some) for some in hits),
        "questions with nothing": sum(not some for some in hits),
    }


def cache_key(request: dict) -> tuple:
    """What decides the answer to a request; who asks, and when, does not.

    Capitals and blanks around and between the words of the question don't count.
    """
    question = " ".join(request["question"].lower().split())
    return question, *(request.get(part) for part in ("role", "index", "adapter", "prompt"))


def admitted(requests, most: int, budget: int, window: float) -> list[bool]:
    """Which requests are let in: at most `most` tokens each, `budget` in any window of one user.

    requests: (user, second, tokens), in the order of their seconds. What a user was let in for in
    the last `window` seconds counts, the request itself included; what was refused does not. A
    request exactly `window` seconds old no longer counts.
    """
    spent, out = {}, []
    for user, second, tokens in requests:
        before = sum(n for when, n in spent.get(user, []) if second - when < window)
        ok = tokens <= most and before + tokens <= budget
        if ok:
            spent.setdefault(user, []).append((second, tokens))
        out.append(ok)
    return out


class Capped:
    """A system that refuses questions of more than so many tokens, before it searches."""

    def __init__(self, system, llm, most: int):
        """most: tokens of a question, as `llm` counts them."""
        self.system, self.style, self.llm, self.most = system, system.style, llm, most

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """One `Answer` for each question; a refusal is an abstention that cost nothing."""
        fits = [tokens(self.llm, question) <= self.most for question in questions]
        short = [question for question, ok in zip(questions, fits, strict=True) if ok]
        answered = iter(self.system.answer(short, progress) if short else ())
        refused = Answer.read("", self.style.abstention, self.style)
        pairs = zip(questions, fits, strict=True)
        return [next(answered) if ok else replace(refused, question=q) for q, ok in pairs]


def tokens(llm, text: str) -> int:
    """How many tokens a text has in a prompt of this model."""
    return len(llm.encode(llm.literal(text)))


def clearance_of(rows: list[dict], levels: dict[str, str]) -> str:
    """The clearance that an adapter needs: that of its most restricted training row.

    rows: with "document" (None: no document) and perhaps "passages", which count, too. levels: the
    clearance of each document; one that is not there, or of no known level, is restricted.
    """
    shown = {row["document"] for row in rows if row["document"]}
    shown |= {passage["document"] for row in rows for passage in row.get("passages", ())}
    found = {levels.get(document) for document in shown}
    ranks = [LEVELS.index(level) if level in LEVELS else len(LEVELS) - 1 for level in found]
    return LEVELS[max(ranks, default=0)]


def may_use(role: str, clearance: str) -> bool:
    """May a role be answered by an adapter of this clearance?"""
    return clearance in ROLES[role]


def manifest(folders: dict[str, Path]) -> dict[str, dict[str, str]]:
    """The SHA-256 of each file of each adapter; to be kept where no adapter can be written."""
    return {
        name: {file: cache.sha256(Path(folder) / file) for file in FILES}
        for name, folder in folders.items()
    }


def checked(name: str, folder, listed: dict[str, dict[str, str]]) -> Path:
    """The folder, if its files are those of the manifest; read nothing from it before.

    Raises ValueError if the adapter is not listed, or names the files that differ.
    """
    if name not in listed:
        raise ValueError(f"'{name}' is not in the manifest; it has {', '.join(sorted(listed))}")
    folder = Path(folder)
    paths = {file: folder / file for file in listed[name]}
    differs = [
        file
        for file, path in paths.items()
        if not path.is_file() or cache.sha256(path) != listed[name][file]
    ]
    if differs:
        raise ValueError(
            f"The adapter '{name}' in {folder} is not the one in the manifest: {', '.join(differs)}"
        )
    lora.read_record(folder)  # and it is whole
    return folder
