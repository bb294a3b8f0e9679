"""A summary of what you did, with a hash: a page and a JSON file, made and checked offline."""

import hashlib
import json
import subprocess
from datetime import date
from importlib import metadata
from pathlib import Path

from helpers import exercises, ledger, mastery, say, spacing
from helpers.engine import cache, pages, shared_json
from helpers.engine.pages import Heading, Items, Rows, Words

LONGEST = 200  # characters of a name
PACKAGES = ("torch", "transformers", "peft", "sentence-transformers", "numpy")
PROVES = (
    "The hash belongs to this content. If you know the hash from elsewhere, the content is "
    "unchanged since. It does not prove who did the work, nor that no answer was copied: it is "
    "no signature, and whoever changes the content can compute a new hash."
)


def certificate(name: str = "") -> None:
    """Write a page and a JSON file into `artifacts/certificate/`, with the SHA-256 of the content.

    name: of the person, if it is to be there. An earlier one is never overwritten, and none is
    written while nothing is passed or answered, or if the last one says the same. Raises ValueError
    for a name of more than 200 characters or without a letter, OSError if the folder can't be
    written.
    """
    if not isinstance(name, str) or len(name) > LONGEST or (name and not name.strip()):
        raise ValueError(f"A name is a text of at most {LONGEST} characters, not {name!r:.40}")
    found = content(" ".join(pages.plain(name).split()))
    if not found["exercises"]["passed"] and not found["questions"]["answered"]:
        say("Nothing to certify yet: pass an exercise or answer a question first.")
        return
    folder = cache.artifacts() / "certificate"
    with shared_json.locked(folder / "certificate"):
        last = sorted(folder.glob("certificate-*.json"), key=_number)
        old = cache.read_json(last[-1]) if last else None
        if isinstance(old, dict) and old.get("content", {}) | {"date": ""} == found | {"date": ""}:
            say(f"Nothing has changed since {last[-1]}.")
            return
        path = folder / f"certificate-{_number(last[-1]) + 1 if last else 1}.json"
        sealed = {"content": found, "sha256": sha256(found)}
        cache.write_bytes(path.with_suffix(".html"), page(sealed).encode())
        cache.write_json(path, sealed)
    print(f"Written: {path.with_suffix('.html')}\n    and: {path}\nSHA-256: {sealed['sha256']}")
    say(f"python -m scripts.check_certificate FILE checks it. {PROVES}")


def content(name: str) -> dict:
    """What a certificate says, as plain data."""
    passed, kept = exercises.passed(), spacing.record()
    latest = ledger.matrix()
    rows = ledger.records().to_dict("records")
    tests = {
        test: {id: row["first"]["right"] for id, row in sorted(kept.items()) if id.startswith(test)}
        for test in ("pre", "post")
        if any(id.startswith(test) for id in kept)
    }
    return {
        "name": name,
        "date": date.today().isoformat(),
        "course": {"commit": _commit(), "packages": {p: metadata.version(p) for p in PACKAGES}},
        "exercises": {"passed": sorted(passed), "of": len(exercises.exercises())},
        "objectives": {o.text: o.state for o in mastery.objectives(passed)},
        "questions": {
            "answered": len(kept),
            "right at first": sum(row["first"]["right"] for row in kept.values()),
            "right at last": sum(row["latest"]["right"] for row in kept.values()),
        },
        "tests": tests,
        "verdicts": {
            str(row["claim"]): latest.verdict[row["claim"]] for row in rows if _said(row, "verdict")
        },
        "guesses": {
            str(row["claim"]): row["guess"]
            for row in rows
            if _said(row, "guess") and not _said(row, "verdict")
        },
    }


def sha256(found: dict) -> str:
    """The SHA-256 of the content in one form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def page(sealed: dict) -> str:
    """The certificate as an HTML page; it is made from the content alone."""
    found = sealed["content"]
    count = f"{len(found['exercises']['passed'])} of {found['exercises']['of']}"
    sums = {"pre": "test not taken", "post": "test not taken"}
    sums |= {test: f"{sum(rows.values())} of {len(rows)}" for test, rows in found["tests"].items()}
    facts = [
        f"Exercises passed: {count}",
        f"Questions right at the first attempt: {found['questions']['right at first']} of "
        f"{found['questions']['answered']} answered",
        f"Right before the course: {sums['pre']}; after it: {sums['post']}",
        f"Claims with a verdict: {len(found['verdicts'])}; with a guess: {len(found['guesses'])}",
        f"Course version: {found['course']['commit'] or 'not known'}",
    ]
    blocks = [
        Heading("Retrieve or Tune?", 1),
        Words(f"{found['name'] or 'Without a name'}, {found['date']}", "lead"),
        Items(facts),
        Rows("Objectives", ["objective", "state"], list(map(list, found["objectives"].items()))),
        Words(f"SHA-256 of the content: {sealed['sha256']}"),
        Words(PROVES, "warning"),
    ]
    return pages.html("Retrieve or Tune? A summary", blocks)


def _said(row, field) -> bool:
    """Has a record this field? In a table, a missing one is NaN."""
    return field in row and row[field] == row[field] and row[field] is not None


def _number(path: Path) -> int:
    tail = path.stem.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _commit() -> str | None:
    """The commit of the course, or None if it is no git repository."""
    command = ["git", "-C", str(cache.ROOT), "rev-parse", "HEAD"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
