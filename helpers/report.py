"""A report on a folder of your own: which system for these documents, and how sure is that?

Run: python -m helpers.report FOLDER [--questions FILE] [--minutes N] [--out FOLDER] [--model NAME]

FOLDER: your documents; or a file in SQuAD's format or a folder in BEIR's, with their questions.
--questions: a CSV table with the columns question, answer and document, a SQuAD file or a BEIR
folder. Without it, questions are drafted into questions.csv in the report's folder: confirm or
correct them there, and run the same command again. --draft N adds N drafts to that table and stops.
Nothing leaves this machine. After an interruption, the same command goes on where it was.
"""

import argparse
import errno
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from helpers import exports, models, own_task, report_measure, report_source, within
from helpers.drafting import Drafter
from helpers.engine import cache, machine, outputs, pages, records, sheets, steps
from helpers.questions import read as read_questions
from helpers.questions import to_use
from helpers.report_findings import Findings
from helpers.report_text import blocks, headline

VERSION = 1  # raise it when a step changes: what was kept of older runs is then done again


@dataclass(frozen=True)
class Report:
    """A finished report: its two files, and what they say. table: of the questions, if drafted."""

    html: Path
    markdown: Path
    table: Path | None
    findings: Findings

    def __repr__(self):
        drafts = (
            f"\nConfirm or correct the questions in {self.table}" if self.findings.drafts else ""
        )
        return f"{headline(self.findings)}\nThe report: {self.html}{drafts}"


def run(folder, questions=None, minutes: float = 20, out=None, llm=None, embedder=None) -> Report:
    """Read the folder, compare the systems within about so many minutes, and write the report.

    questions: a CSV table, a SQuAD file or a BEIR folder (None: drafts, in the report's
    folder). out: a new folder, or that of an earlier report on the same folder (None: NAME-report
    here). llm, embedder: the models (None: those of the course). Raises ValueError or OSError,
    saying what to do; what is done already is kept.
    """
    if not isinstance(minutes, int | float) or not 0 < minutes < math.inf:
        raise ValueError(f"minutes must be a number above 0, not {minutes!r:.40}")
    clock, source = within.Clock(minutes), report_source.read(folder)
    place, notes = outputs.claim(out, folder), []
    path = questions or source.own
    table = None if path else place / "questions.csv"
    rows = _rows(path or table, source) if path or table.exists() else []
    llm, embedder = llm or models.load_llm(), embedder or models.load_embedder()
    texts = cache.key([(one.id, one.title, one.text) for one in source.documents])
    used = texts, llm.base_fingerprint, embedder.fingerprint
    kept = steps.Steps(clock, report_measure.STEPS, VERSION, minutes, *used)
    machine.release_memory()
    before = psutil.Process().memory_info().rss / 2**20
    with kept.bar, machine.peak_memory() as memory:
        source = report_source.that_fits(source, rows, embedder, kept, notes)
        drafter = Drafter(source.documents)
        if not rows:
            rows = to_use(report_source.first_drafts(source, drafter, table))
        own = own_task.build(_name(folder), source, rows, drafter, embedder)
        _check_lengths(own, llm)
        kept.depend(own.task.test, own.task.validation, own.task.training, len(own.task.chunks))
        measured = report_measure.measure(own, llm, embedder, kept, notes)
    found = Findings(
        **measured,
        own=own,
        documents=len(source.documents),
        skipped=source.skipped,
        megabytes=before + memory.megabytes,
        minutes=sum(kept.seconds.values()) / 60,
        limit=minutes,
        folder=str(source.path),
        made=records.made_with(),
    )
    _export(place / "exports", found, source, drafter)
    page = blocks(found)
    cache.write_bytes(place / "report.html", pages.html(page[0].text, page).encode())
    cache.write_bytes(place / "report.md", pages.markdown(page).encode())
    return Report(place / "report.html", place / "report.md", table, found)


def _name(folder) -> str:
    return Path(folder).resolve().name


def _rows(path, source) -> list[dict]:
    """The questions of a table or file that are to be asked."""
    rows = to_use(read_questions(path, source.documents))
    if not rows:
        raise ValueError(
            f"{path} has no question to ask: add some, write yes into keep, or add drafts (--draft)"
        )
    return rows


def _check_lengths(own, llm) -> None:
    """Raise ValueError if a question is too long to be asked with passages."""
    most = min(2048, llm.context) // 4
    for question in own.task.test + own.task.validation:
        if (length := len(llm.encode(llm.literal(question["question"])))) > most:
            row = own.sources.get(question["id"], {})
            where = f"on line {row['line']} " if row.get("line") else ""
            raise ValueError(
                f"The question {where}has {length} tokens, and at most {most} can be asked: "
                f"{question['question'][:60]!r}"
            )


def _export(folder, found, source, drafter) -> None:
    """What was measured, in the formats of other tools."""
    own, style = found.own, found.own.task.style
    short = {id: alias for alias, id in own.names.items()}
    texts = [
        (short[one.id], drafter.title(one), one.text)
        for one in source.documents
        if one.id not in own.absent
    ]
    exports.beir(folder / "beir", texts, found.test, own.names)
    exports.trec_run(folder / "search.trec", found.test, found.hits, "fused")
    rows = [{"short name": alias, "document": id} for alias, id in own.names.items()]
    _table(folder / "documents.csv", rows)
    left_out = [{"file or folder": where, "why": why} for where, why in found.skipped]
    _table(folder / "left-out.csv", left_out)
    if own.task.training:
        exports.messages(folder / "messages.jsonl", own.task.training, style)
        exports.messages(folder / "messages-with-passages.jsonl", found.raft, style)
    for name, rows in found.answers.items():
        exports.ragas(folder / f"ragas-{exports.file_name(name)}.jsonl", found.test, rows, style)


def _table(path, rows) -> None:
    """Write a table of the report's own, in place of an older one; without rows there is none."""
    path.unlink(missing_ok=True)
    if rows:
        sheets.create(path, "", tuple(rows[0]), rows)


def main(arguments=None) -> int:
    """Run the command; the exit status: 0, 1 if it is refused, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.report", description=__doc__.split("\n")[0]
    )
    parser.add_argument("folder", help="your documents, a SQuAD file or a BEIR folder")
    parser.add_argument("--questions", default=None, help="CSV table, SQuAD file or BEIR folder")
    parser.add_argument("--minutes", type=float, default=20, help="about how long it may take")
    parser.add_argument(
        "--out", type=Path, default=None, help="where the report goes: a new folder"
    )
    parser.add_argument("--model", default=None, help="folder or hub name; default: bundled")
    parser.add_argument("--draft", type=int, default=0, metavar="N", help="add N drafts and stop")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.draft:
            table, count = report_source.draft(chosen.folder, chosen.draft, chosen.out)
            print(f"{count} new drafts in {table}. Write yes or no into keep, and correct them.")
            return 0
        llm = models.load_llm(chosen.model) if chosen.model else None
        print(run(chosen.folder, chosen.questions, chosen.minutes, chosen.out, llm))
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on where it was.", file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) if not getattr(error, "filename", None) else None
        print(f"No report: {said or error}", file=sys.stderr)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            print("Make room. The same command goes on where it was.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
