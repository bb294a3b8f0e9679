"""Check a folder of documents, and tables about them.

Run: python -m scripts.check_documents FOLDER [TABLE.jsonl ...]

Reports every problem with its file and line.
"""

import json
import sys
from pathlib import Path

from helpers.documents import READERS, load_document


def check(folder, tables=()) -> list[str]:
    """All problems of a folder of documents and of JSON Lines files about them, one line each; []
    if there are none.

    Of a table's rows, ids must be unique in the file, and `span` or `value` must appear in the
    documents that `documents` or `document` names (in one of them).
    """
    problems, texts, sources = [], {}, {}
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in READERS):
        try:
            document = load_document(path)
        except ValueError as error:
            problems.append(str(error))
            continue
        if document.id in sources:
            problems.append(
                f"{path}, line {_line_of(path, 'id:')}: the id '{document.id}' is also that of "
                f"{sources[document.id]}"
            )
            continue
        texts[document.id], sources[document.id] = document.text.lower(), path
    for path in tables:
        seen = {}
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                found = _row_problems(row, texts)
            except ValueError as error:
                problems.append(f"{path}, line {number}: not valid JSON ({error})")
                continue
            if row.get("id") in seen:
                found.append(f"the id '{row['id']}' is also that of line {seen[row['id']]}")
            seen[row.get("id")] = number
            problems += [f"{path}, line {number}: {problem}" for problem in found]
    return problems if problems or sources else [f"{folder}: no document in it"]


def _row_problems(row, texts: dict[str, str]) -> list[str]:
    """What is wrong with one row of a table, given the documents' texts in lower case."""
    if not isinstance(row, dict) or "id" not in row:
        return ["the field 'id' is missing"]
    named = row.get("documents", [row["document"]] if row.get("document") else [])
    unknown = [name for name in named if name not in texts]
    value = row.get("span", row.get("value"))
    if unknown:
        return [f"there is no document '{name}'" for name in unknown]
    if named and value and not any(str(value).lower() in texts[name] for name in named):
        return [f"the answer '{value}' does not appear in {' or '.join(named)}"]
    return []


def _line_of(path: Path, start: str) -> int:
    """The number of the first line that begins with `start`; 1 if there is none."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(start)), 1)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m scripts.check_documents FOLDER [TABLE.jsonl ...]")
    found = check(sys.argv[1], sys.argv[2:])
    print(
        "\n".join(found)
        or "OK: every document can be read, and every answer appears where its table says"
    )
    sys.exit(bool(found))
