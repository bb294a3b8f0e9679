"""A decision with open rules: requirements first, then the cost, and no weights.

1. A system is out if it misses a requirement: with its whole interval, where it has one.
2. Of the rest, the one with the lowest cost is to be started with. The cost counts the machine, the
   training rows, and the people who answer what a system can't.
3. Whatever can't be told from it, because the interval of the difference of the costs holds zero,
   is "not decided".
"""

import math
from dataclasses import dataclass, fields
from numbers import Real

import pandas as pd

from helpers import comparisons, costs

MET, MISSED, UNSURE = "met", "missed", "not decided"
SHARES = {  # requirements on what was measured, and what the measure counts
    "sendable": "answers that could be sent, of the questions with an answer",
    "fact": "right facts, of the questions with an answer",
    "abstained": "says so, of the questions without an answer",
}


@dataclass(frozen=True)
class Traits:
    """What is known of a system besides its answers.

    seconds: for an answer; update: seconds of the machine until a changed page is known; rows:
    training rows that people write beforehand, and update_rows for each update; before: seconds of
    the machine before the first answer; traceable: does it show the passages that its answer was
    made from? guarded: does a filter of the index keep restricted pages from those who may not read
    them? (An adapter trained on them is no such case.)
    """

    seconds: float
    update: float = 0.0
    rows: int = 0
    update_rows: int = 0
    before: float = 0.0
    traceable: bool = True
    guarded: bool = True


@dataclass(frozen=True)
class Needs:
    """What is asked for, and the prices, in one currency. All values are examples: set your own.

    sendable, fact, abstained: the least shares; seconds: the most for an answer; hours: until a
    change has to be known; budget: the most in a month, people included. person: what it costs when
    a person has to answer instead.
    """

    sendable: float = 0.0
    fact: float = 0.0
    abstained: float = 0.0
    seconds: float = math.inf
    hours: float = math.inf
    budget: float = math.inf
    traceable: bool = False
    guarded: bool = False
    queries_a_day: float = 100
    updates_a_month: float = 1
    months: float = 12
    machine_hour: float = 0.10
    row: float = 0.50
    person: float = 0.50

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is bool or field.type == "bool":
                if not isinstance(value, bool):
                    raise ValueError(f"{field.name} is True or False, not {value!r:.40}")
            elif not isinstance(value, Real) or isinstance(value, bool) or not value >= 0:
                raise ValueError(f"{field.name} is a number of at least 0, not {value!r:.40}")
            elif field.name in SHARES and value > 1:
                raise ValueError(f"{field.name} is a share, from 0 to 1, not {value}")
        if not 0 < self.months < math.inf:
            raise ValueError(f"months is a number above 0, not {self.months}")


class Evidence:
    """What was measured of some systems: shares and paired differences, each with its interval."""

    def __init__(self, rows: pd.DataFrame, traits: dict[str, Traits]):
        """rows: of `evaluate.evaluate`, perhaps with seeds. traits: of each system, by name.

        Raises ValueError if a system has no rows.
        """
        if missing := [name for name in traits if name not in set(rows.system)]:
            raise ValueError(f"There are no answers of {', '.join(missing)}")
        self.rows, self.traits, self._kept = rows, traits, {}

    def share(self, name: str, measure: str) -> tuple[float, float, float]:
        """A measure of a system: (mean, low, high)."""
        if (name, measure) not in self._kept:
            table = comparisons.values(self.rows, name, measure)
            self._kept[name, measure] = comparisons.interval(self.rows, table)
        return self._kept[name, measure]

    def gap(self, name: str, other: str, measure: str = "sendable") -> tuple[float, float, float]:
        """The first system minus the other, question by question: (mean, low, high)."""
        if (name, other, measure) not in self._kept:
            table = comparisons.difference(self.rows, name, other, measure)
            mean, low, high = comparisons.interval(self.rows, table, paired=True)
            self._kept[name, other, measure] = mean, low, high
            self._kept[other, name, measure] = -mean, -high, -low
        return self._kept[name, other, measure]


def monthly(traits: Traits, needs: Needs, sendable: float) -> dict[str, float]:
    """What a system costs in a month, by part and in "total": see `costs.bill`.

    sendable: the share of its answers that can be sent; a person answers instead of the others.
    """
    prices = (needs.machine_hour, needs.row, needs.person)
    use = costs.Use(needs.queries_a_day, needs.updates_a_month, needs.months, *prices)
    work = (traits.before, traits.rows, traits.seconds, traits.update, traits.update_rows)
    bill = costs.bill(costs.Measured(*work, known=sendable, new=sendable), use)
    del bill["for each sendable answer"]
    return {part: money / needs.months for part, money in bill.items()}


def compare_costs(evidence: Evidence, needs: Needs, name: str, other: str):
    """What the first system costs more than the other in a month: (mean, low, high).

    The interval is that of the difference of their sendable answers; all else is a given.
    """
    one, two = evidence.traits[name], evidence.traits[other]
    fixed = monthly(one, needs, 1.0)["total"] - monthly(two, needs, 1.0)["total"]
    people = needs.queries_a_day * costs.DAYS * needs.person
    mean, low, high = evidence.gap(name, other)
    return fixed - people * mean, fixed - people * high, fixed - people * low


@dataclass(frozen=True)
class Decision:
    """What the rules say. start: None if every system is out. checks: by system and requirement."""

    start: str | None
    undecided: list[str]
    out: dict[str, list[str]]
    checks: pd.DataFrame
    costs: pd.DataFrame

    def __repr__(self):
        if self.start is None:
            return "No system meets all requirements. See .out for what each one misses."
        words = f"Start with {self.start}."
        unsure = [n for n, verdict in self.checks.loc[self.start].items() if verdict == UNSURE]
        if unsure:
            words += f" It is not decided whether it meets: {'; '.join(unsure)}."
        if self.undecided:
            words += f" Its cost can't be told from that of: {'; '.join(self.undecided)}."
        return words


def check(evidence: Evidence, needs: Needs, name: str) -> dict[str, str]:
    """For each requirement that was set, whether a system meets it."""
    found, traits = {}, evidence.traits[name]
    for measure in SHARES:
        if least := getattr(needs, measure):
            _, low, high = evidence.share(name, measure)
            found[measure] = MET if low >= least else MISSED if high < least else UNSURE
    limits = {"seconds": traits.seconds, "hours": traits.update / 3600}
    for limit, value in limits.items():
        if getattr(needs, limit) < math.inf:
            found[limit] = MET if value <= getattr(needs, limit) else MISSED
    for property_ in ("traceable", "guarded"):
        if getattr(needs, property_):
            found[property_] = MET if getattr(traits, property_) else MISSED
    if needs.budget < math.inf:
        _, low, high = evidence.share(name, "sendable")
        most, least = (monthly(traits, needs, share)["total"] for share in (low, high))
        found["budget"] = (
            MET if most <= needs.budget else MISSED if least > needs.budget else UNSURE
        )
    return found


def decide(evidence: Evidence, needs: Needs) -> Decision:
    """Apply the three rules; see the top of this module."""
    checks = {name: check(evidence, needs, name) for name in evidence.traits}
    out = {
        name: [need for need, verdict in found.items() if verdict == MISSED]
        for name, found in checks.items()
    }
    left = [name for name, missed in out.items() if not missed]
    costs = {
        name: monthly(traits, needs, evidence.share(name, "sendable")[0])
        for name, traits in evidence.traits.items()
    }
    start = min(left, key=lambda name: costs[name]["total"], default=None)
    others = [name for name in left if name != start]
    lows = {name: compare_costs(evidence, needs, name, start)[1] for name in others}
    undecided = [name for name, low in lows.items() if low <= 0]
    table = pd.DataFrame.from_dict(checks, orient="index").reindex(list(checks))
    out = {name: missed for name, missed in out.items() if missed}
    return Decision(start, undecided, out, table, pd.DataFrame(costs).T)
