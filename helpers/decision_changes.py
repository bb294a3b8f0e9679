"""What speaks for and against each system in a decision, and what would change the decision."""

import html
import math
from dataclasses import replace

import ipywidgets
import numpy as np
import pandas as pd

from helpers import claims_matrix, comparisons
from helpers.decision import (
    MET,
    MISSED,
    SHARES,
    UNSURE,
    Decision,
    Evidence,
    Needs,
    compare_costs,
    decide,
)

STEPS = 40  # values tried in each range
FINE = 20  # times that the place of a change is halved
RANGES = {  # what is varied, alone, and from where to where
    "sendable": (0.0, 1.0),
    "fact": (0.0, 1.0),
    "abstained": (0.0, 1.0),
    "seconds": (1e-3, 60.0),
    "hours": (1e-4, 1000.0),
    "budget": (0.1, 1e6),
    "queries_a_day": (0.1, 1e6),
    "updates_a_month": (0.01, 1e4),
    "months": (0.1, 120.0),
    "machine_hour": (1e-3, 1e3),
    "row": (1e-3, 1e3),
    "person": (1e-3, 1e3),
}
NO_LIMIT = "no limit"


def arguments(evidence: Evidence, needs: Needs, decision: Decision | None = None) -> pd.DataFrame:
    """One row for each system: what becomes of it, and the evidence for and against it."""
    decision = decision or decide(evidence, needs)
    rows = {}
    for name in evidence.traits:
        said = {MET: [], MISSED: [], UNSURE: []}
        for need, verdict in decision.checks.loc[name].dropna().items():
            said[verdict].append(_seen(evidence, needs, decision, name, need))
        cost = f"{decision.costs.total[name]:,.0f} a month"
        against = said[MISSED] + [f"not decided: {one}" for one in said[UNSURE]]
        rows[name] = {
            "result": _result(decision, name),
            "for": "; ".join(said[MET] + [cost] * (name == decision.start)),
            "against": "; ".join(against + _extra(evidence, needs, decision, name)),
        }
    return pd.DataFrame(rows).T


def changes(evidence: Evidence, needs: Needs) -> pd.DataFrame:
    """What would change the decision: each number of the needs is varied alone, over `RANGES`.

    One row for each number: its value now, the nearest value below it and above it from which the
    rules start with another system, and with which. The values are found by trying `STEPS` of them
    and halving the distance where two neighbours differ; a change and its reversal between two
    neighbours would be missed.
    """
    made, rows = decide(evidence, needs), []
    for name, (low, high) in RANGES.items():
        value = getattr(needs, name)
        row = {"need": name, "now": _number(value)}
        for side, end in (("below", low), ("above", high)):
            found = _nearest(evidence, needs, name, value, end, made.start)
            row[side] = f"{_number(found[0])}: {found[1]}" if found else "no change"
            row[side] += " (tied with it now)" if found and found[1] in made.undecided else ""
        rows.append(row)
    return pd.DataFrame(rows).set_index("need")


def board(evidence: Evidence, needs: Needs) -> ipywidgets.VBox:
    """Controls for all needs above the decision and its arguments; the twin: `decide`, `arguments`.

    An empty limit is none. Text that is no number is refused with a sentence.
    """
    look = {"style": {"description_width": "initial"}, "layout": {"width": "230px"}}
    controls = {}
    for name in RANGES:
        value = getattr(needs, name)
        text = "" if value == math.inf else f"{value:g}"
        controls[name] = ipywidgets.Text(
            description=name, value=text, continuous_update=False, **look
        )
    for name in ("traceable", "guarded"):
        controls[name] = ipywidgets.Checkbox(description=name, value=getattr(needs, name), **look)
    status, shown = ipywidgets.HTML(), ipywidgets.HTML()

    def refresh(_=None):
        try:
            wanted = replace(needs, **{n: _typed(n, c.value) for n, c in controls.items()})
            made = decide(evidence, wanted)
        except ValueError as error:
            status.value, shown.value = html.escape(str(error)), ""
            return
        status.value = f"<b>{html.escape(repr(made))}</b>"
        table = arguments(evidence, wanted, made).rename_axis("system")
        shown.value = claims_matrix.markup(table)

    for control in controls.values():
        control.observe(refresh, names="value")
    refresh()
    lines = list(controls.values())
    grid = [ipywidgets.HBox(lines[i : i + 4]) for i in range(0, len(lines), 4)]
    return ipywidgets.VBox([*grid, status, shown])


def _typed(name, value):
    """The value of a control: a number, infinity for an empty limit, or a truth value."""
    if isinstance(value, bool):
        return value
    if not value.strip() and getattr(Needs(), name) == math.inf:
        return math.inf
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{name} is a number, not {value!r:.40}") from None


def _result(decision, name):
    if name == decision.start:
        return "start here"
    if name in decision.out:
        return "out: " + ", ".join(decision.out[name])
    return "not decided" if name in decision.undecided else "costs more"


def _seen(evidence, needs, decision, name, need):
    """A requirement and what was seen of it."""
    traits = evidence.traits[name]
    if need in SHARES:
        text = comparisons.written(evidence.share(name, need))
        return f"{need} {text}, asked {getattr(needs, need):g}"
    if need == "budget":
        cost = decision.costs.total[name]
        return f"{cost:,.0f} a month, asked at most {needs.budget:,.0f}"
    if need in ("seconds", "hours"):
        value = traits.seconds if need == "seconds" else traits.update / 3600
        return f"{value:.2g} {need}, asked at most {getattr(needs, need):g}"
    return need if getattr(traits, need) else f"not {need}"


def _extra(evidence, needs, decision, name):
    """How much more a system costs than the one to start with."""
    if decision.start is None or name == decision.start:
        return []
    more, low, high = compare_costs(evidence, needs, name, decision.start)
    return [f"costs {more:+,.0f} [{low:+,.0f}, {high:+,.0f}] a month against {decision.start}"]


def _nearest(evidence, needs, name, value, end, now):
    """The value nearest to `value`, on the way to `end`, from which another system is started with.

    Returns (value, system), or None. Shares are tried in equal steps, all else in equal ratios.
    """

    def started(at):
        return decide(evidence, replace(needs, **{name: float(at)})).start

    begin = RANGES[name][1] if value == math.inf else value
    if name in SHARES:
        path = np.linspace(begin, end, STEPS)
        middle = lambda a, b: (a + b) / 2  # noqa: E731
    else:
        path = np.geomspace(max(begin, RANGES[name][0]), end, STEPS)
        middle = lambda a, b: math.sqrt(a * b)  # noqa: E731
    if (end > begin) != (end == RANGES[name][1]) or begin == end:
        return None  # the present value lies outside the range, or at its end
    before = path[0]
    for at in path[1:]:
        if (other := started(at)) != now:
            for _ in range(FINE):
                half = middle(before, at)
                found = started(half)
                before, at, other = (half, at, other) if found == now else (before, half, found)
            return at, other or "no system at all"
        before = at
    return None


def _number(value) -> str:
    return NO_LIMIT if value == math.inf else f"{value:.3g}"
