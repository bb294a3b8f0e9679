"""What a report has found: answers, costs and all that its text and its files are made from."""

from dataclasses import dataclass

import pandas as pd

from helpers import ladder
from helpers.own_task import OwnTask
from helpers.report_measure import RUNGS


@dataclass(frozen=True)
class Findings:
    """All that a report is written from; see `report_measure.measure` for most of it."""

    own: OwnTask
    test: list[dict]
    answers: dict[str, list[dict]]
    operations: dict[str, float]
    training: dict[str, dict]
    plan: dict[str, float]
    prompts: dict[str, dict]
    recall: dict[int, float]
    hits: list
    raft: list[dict]
    notes: list[str]
    seconds: dict[str, float]
    documents: int
    skipped: list[tuple[str, str]]
    megabytes: float
    minutes: float
    limit: float
    folder: str
    made: dict

    @property
    def rows(self) -> pd.DataFrame:
        """One row for each system and question, as `evaluate.evaluate` returns them."""
        rows = [{"system": name, **row} for name, some in self.answers.items() for row in some]
        return pd.DataFrame(rows)

    @property
    def drafts(self) -> int:
        """How many of the questions with an answer nobody has confirmed."""
        return sum(row["slice"] == "draft" for row in self.test)

    @property
    def units(self) -> str:
        """What intervals count: documents or, if few are asked about, parts of them."""
        parts = any(", part " in row["entity"] for row in self.test)
        return "parts of documents" if parts else "documents"

    @property
    def made_up(self) -> int:
        """How many of the questions without an answer were drafted from documents taken out."""
        sources = [self.own.sources[row["id"]] for row in self.test if not row["answers"]]
        return sum(row.get("status") == "draft" for row in sources)

    @property
    def ladder(self) -> ladder.Ladder:
        """The systems from cheap to expensive, compared."""
        return ladder.climb(self.rows, [name for name in RUNGS if name in self.answers])

    @property
    def missing(self) -> list[str]:
        """The steps of the ladder that were not measured."""
        return [name for name in RUNGS if name not in self.answers]

    @property
    def leader(self) -> str:
        """The system with the highest share of handled questions, by chance or not; of several, one
        of the ladder's.
        """
        share = self.rows.groupby("system", sort=False).handled.mean()
        return max(share.index, key=lambda name: (share[name], name in RUNGS))
