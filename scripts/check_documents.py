"""Check a folder of documents, and tables about them.

Run: python -m scripts.check_documents FOLDER [TABLE.jsonl ...]

Reports every problem with its file and line.
"""

import json
import sys
from pathlib import Path

import regex

from helpers.engine import folders
from helpers.engine.text import decode
from helpers.engine.words import UNSPACED, searchable


def check(folder, tables=()) -> list[str]:
    """All problems of a folder of documents and of JSON Lines files about them, one line each; []
    if there are none.

    Of a table's rows, ids must be unique in the file, and `span` and `value`, where they are given,
    must appear as whole words in the documents that `documents` or `document` names (in one of
    them). A row that names documents must give one of the two, if it has a field for it.
    """
    return _problems(folders.read_folder(folder), folder, tables)


def _problems(read: folders.Folder, folder, tables) -> list[str]:
    texts = {file.id: _comparable(file.content.text) for file in read.files}
    problems = list(read.problems)
    for path in map(Path, tables):
        try:
            lines, seen = decode(path.read_bytes(), path).split("\n"), {}
        except (OSError, ValueError) as error:
            problems.append(str(error))
            continue
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError) as error:
                problems.append(f"{path}, line {number}: not valid JSON ({error})")
                continue
            found = _row_problems(row, texts) if line.strip() else []
            if isinstance(row, dict) and "id" in row:
                first = seen.setdefault(json.dumps(row["id"]), number)
                if first != number:
                    found.append(f"the id {row['id']!r} is also that of line {first}")
            problems += [f"{path}, line {number}: {problem}" for problem in found]
    return problems if problems or read.files else [f"{folder}: no document in it"]


def _row_problems(row, texts: dict[str, str]) -> list[str]:
    """What is wrong with one row of a table, given the documents' texts in lower case."""
    if not isinstance(row, dict) or "id" not in row:
        return ["the field 'id' is missing"]
    named = row.get("documents") or row.get("document") or []
    named = [named] if isinstance(named, str) else named
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        return [f"'documents' must be a list of ids, not {named!r:.60}"]
    unknown = [name for name in named if name not in texts]
    if unknown:
        return [f"there is no document '{name}'" for name in unknown]
    fields = [row[name] for name in ("span", "value") if name in row]
    answers = [answer for answer in fields if answer is not None and str(answer).strip()]
    if named and fields and not answers:
        return [f"the row names {' and '.join(named)}, and its answer is empty"]
    return [problem for answer in answers if (problem := _answer_problem(answer, named, texts))]


def _answer_problem(answer, named: list[str], texts: dict[str, str]) -> str:
    """What is wrong with the answer of a row; "" if it appears in one of the named documents."""
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        return f"an answer must be a text or a number, not {answer!r:.60}"
    pattern = _whole(_comparable(str(answer)))
    if named and not any(pattern.search(texts[name]) for name in named):
        return f"the answer '{answer}' does not appear in {' or '.join(named)}"
    return ""


def _comparable(text: str) -> str:
    """Text in one form, in lower case, on one line."""
    return " ".join(searchable(text).lower().split())


def _whole(answer: str) -> regex.Pattern:
    """Matches an answer that neither begins nor ends inside a word or a number.

    So "5 bar" is not in "15 bar", "1.5 bar", "1/5 bar", "-5 bar" or "5 bars". In
    scripts without spaces, a word may begin and end anywhere.
    """
    letter = rf"[\w--[{UNSPACED}]]"
    before = after = ""
    if regex.match(rf"(?V1){letter}", answer):
        before = rf"(?<!{letter})"
    if answer[:1].isdigit():
        before += r"(?<!\d[.,:/'’^])(?<!(?:^|[\s(])[-\u2212])"
    if regex.search(rf"(?V1){letter}\Z", answer):
        after = rf"(?!{letter})"
    if answer[-1:].isdigit():
        after += r"(?![.,:/'’^]\d)"
    return regex.compile(f"(?V1){before}{regex.escape(answer)}{after}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m scripts.check_documents FOLDER [TABLE.jsonl ...]")
    read = folders.read_folder(sys.argv[1])
    found = _problems(read, *sys.argv[1:2], sys.argv[2:])
    print(
        "\n".join(found)
        or "OK: every document can be read, and every answer appears where its table says"
    )
    for path, reason in read.left_out:
        print(f"left out: {path} ({reason})")
    sys.exit(bool(found))
