"""Exercises of notebook 10 on costs: break-even, the whole bill, and bounds for other machines."""

import math
import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, same


@exercise("10.4", "Break-even", difficulty=2, importance=3, minutes=10)
@hints(
    "What does the second cost more at the start, and what does it cost less for each query?",
    "If it costs more for each query, it can't stay ahead: `math.inf`, whatever it costs at first.",
    "Otherwise 0 if it costs no more at first, else extra start / saving; inf without a saving.",
)
@solved_by('''
import math

def break_even(first, second):
    """From how many queries on the second costs no more than the first; math.inf if never."""
    more_once, less_each = second[0] - first[0], first[1] - second[1]
    if less_each < 0:
        return math.inf
    if more_once <= 0:
        return 0.0
    return more_once / less_each if less_each > 0 else math.inf
''')
def grade_break_even(break_even):
    never = "It costs more for each query, so it does not stay ahead, wherever it begins."
    case = cases(break_even, {None: "If it never does, return math.inf."})
    why = "It costs 10 more at first and saves 2 with each query."
    both = "Both systems cost something before the first query: take the difference."
    mistakes = {
        math.inf: "The saving pays for the start at some point.",
        -5: "The sign is reversed.",
    }
    case((0.0, 3.0), (10.0, 1.0), returns=5, why=why, mistakes=mistakes)
    case((4.0, 3.0), (14.0, 1.0), returns=5, why=why, mistakes=mistakes | {7: both})
    case((0.0, 1.0), (1.0, 0.7), returns=10 / 3, why="A part of a query counts: do not round.")
    mistakes = {-10: f"{never} Below zero there are no queries.", 10: never}
    case((0.0, 1.0), (10.0, 2.0), returns=math.inf, why=never, mistakes=mistakes)
    case((10.0, 1.0), (0.0, 2.0), returns=math.inf, why=never, mistakes={0: never, 10: never})
    case((0.0, 1.0), (0.0, 2.0), returns=math.inf, why=never, mistakes={0: never})
    why = "It costs no more at first and no more later: ahead from the start, which is 0."
    mistakes = {-5: "Below zero there are no queries."}
    case((10.0, 3.0), (0.0, 1.0), returns=0, why=why, mistakes=mistakes)
    case((0.0, 3.0), (0.0, 1.0), returns=0, why=why)
    case((10.0, 1.0), (4.0, 1.0), returns=0, why=why)
    why = "With equal costs it never costs more: ahead from the start, which is 0."
    case((7.0, 1.5), (7.0, 1.5), returns=0, why=why)
    why = "Without a saving for each query, a higher start is never paid back."
    case((0.0, 2.0), (5.0, 2.0), returns=math.inf, why=why)
    case((0.0, 0.0), (5.0, 0.0), returns=math.inf, why=why)
    case((0, 5e10), (9e13, 2e10), returns=3000, why="Large numbers are no different.")

    def reference(first, second):
        (a, b), (c, d) = first, second
        if d > b:
            return math.inf
        if c <= a:
            return 0.0
        return math.inf if d == b else (c - a) / (b - d)

    rng, inputs = random.Random(0), []
    for _ in range(60):
        inputs.append(tuple((rng.randint(0, 6), rng.randint(0, 4)) for _ in range(2)))
    same(break_even, reference, inputs, "From there on, and for ever, it costs no more.")


SYSTEM = {"once": 400.0, "answer": 0.01, "update": 150.0, "sendable": 0.75}
USE = {"queries_a_day": 1000, "updates_a_month": 2, "months": 12, "follow_up": 0.5}


@exercise("10.5", "The whole bill", difficulty=2, importance=3, minutes=10)
@hints(
    "Answers: `queries_a_day * 30 * months`. Updates: `updates_a_month * months`.",
    "What can't be sent: the answers times `1 - sendable`, and each costs `follow_up`.",
    "`once + answers * answer + updates * update + answers * (1 - sendable) * follow_up`.",
)
@solved_by('''
def total_cost(system, use):
    """All that a system costs over its months; a month has 30 days."""
    answers = use["queries_a_day"] * 30 * use["months"]
    updates = use["updates_a_month"] * use["months"]
    missed = answers * (1 - system["sendable"])
    machine = system["once"] + answers * system["answer"] + updates * system["update"]
    return machine + missed * use["follow_up"]
''')
def grade_total_cost(total_cost):
    case = cases(total_cost)

    def only(**changes):
        """A system and a use in which everything is 0, but for these."""
        both = [dict.fromkeys(SYSTEM, 0.0) | {"sendable": 1.0}, dict.fromkeys(USE, 0.0)]
        return [{key: changes.get(key, value) for key, value in part.items()} for part in both]

    why = "What is paid once is paid once, however many months there are."
    mistakes = {4800.0: why, 4400.0: why}
    case(*only(once=400.0, months=12), returns=400, why=why, mistakes=mistakes)
    why = "1000 queries a day, 30 days a month, 12 months, at 0.01 each."
    mistakes = {120.0: "Queries come each day: a month has 30.", 3650.0: "Take 30 days a month."}
    mistakes |= {300.0: "All months count.", 0.0: "Answers cost, even if all can be sent."}
    case(
        *only(answer=0.01, queries_a_day=1000, months=12), returns=3600, why=why, mistakes=mistakes
    )
    why = "2 updates a month, 12 months, at 150 each."
    mistakes = {300.0: "All months count.", 108000.0: "Updates are counted by month, not by day."}
    change = {"update": 150.0, "updates_a_month": 2, "months": 12}
    case(*only(**change), returns=3600, why=why, mistakes=mistakes)
    why = "A quarter of 30 000 answers can't be sent, and each is answered by a person for 0.5."
    change = {"sendable": 0.75, "follow_up": 0.5, "queries_a_day": 1000, "months": 1}
    mistakes = {11250.0: "These are the answers that can be sent.", 15000.0: "Not all answers."}
    case(*only(**change), returns=3750, why=why, mistakes=mistakes)
    why = "All parts together. Each answer has its price, whether it can be sent or not."
    case(SYSTEM, USE, returns=400 + 3600 + 3600 + 45000, why=why)
    why = "Nothing is asked and nothing changes: the start alone is left."
    quiet = USE | {"queries_a_day": 0, "updates_a_month": 0}
    case(SYSTEM, quiet, returns=400, why=why)
    case(SYSTEM, USE | {"months": 0}, returns=400, why="No month, no answers and no updates.")
    why = "Half an update a month, or half a month, counts as half."
    case(SYSTEM, quiet | {"updates_a_month": 0.5, "months": 1}, returns=475, why=why)
    case(SYSTEM | {"once": 0.0}, USE | {"months": 0.5}, returns=2175, why=why)

    def reference(system, use):
        each = system["answer"] + (1 - system["sendable"]) * use["follow_up"]
        month = 30 * use["queries_a_day"] * each + use["updates_a_month"] * system["update"]
        return system["once"] + use["months"] * month

    rng, inputs = random.Random(0), []
    for _ in range(30):
        system = {key: round(rng.random() * 100, 2) for key in SYSTEM} | {"sendable": rng.random()}
        inputs.append((system, {key: rng.randint(0, 50) for key in USE}))
    same(total_cost, reference, inputs, "Add up the four parts over all months, and do not round.")


@exercise("10.6", "Bounds for another machine", difficulty=2, importance=2, minutes=12)
@hints(
    "Work takes at least `operations / speed`, and reading the weights `bytes / bandwidth`.",
    "Both go on at the same time, so a step takes at least the larger of the two: `max`.",
    "The prompt is a step of `2 * weights * prompt` operations; `written - 1` steps follow.",
)
@solved_by('''
def least_seconds(prompt, written, weights, size, speed, bandwidth):
    """The least seconds to the first token, and to the last, on such a machine."""
    reading = weights * size / bandwidth
    first = max(2 * weights * prompt / speed, reading)
    step = max(2 * weights / speed, reading)
    return first, first + (written - 1) * step
''')
def grade_least_seconds(least_seconds):
    case = cases(least_seconds)
    why = "The prompt takes 2e9 x 100 / 1e10 = 20 s of work; to read the weights takes less."
    mistakes = {
        (lambda got: math.isclose(got[0], 10)): "Two operations for each weight and token.",
        (
            lambda got: math.isclose(got[0], 24)
        ): "Work and reading go on together: the larger counts.",
        (lambda got: math.isclose(got[0], 4)): f"{why} The larger of the two counts.",
    }
    steps = {
        (lambda got, end=end: got[0] == 20 and math.isclose(got[1], end)): message
        for end, message in (
            (0, "Add the time to the first token."),
            (40, "Add the time to the first token."),
            (24, "The first token comes with the prompt: steps follow for the others."),
            (64, "The first token comes with the prompt: steps follow for the others."),
            (220, "A later step reads one token, and not the prompt again."),
        )
    }
    case(100, 1, 1e9, 4, 1e10, 1e9, returns=(20, 20), why=why, mistakes=mistakes | steps)
    why = "A fast processor waits for its memory: 4e9 bytes take 4 s, whatever the prompt."
    case(100, 1, 1e9, 4, 1e12, 1e9, returns=(4, 4), why=why)
    why = "One token was written when the prompt was read; 10 more steps read the weights again."
    case(100, 11, 1e9, 4, 1e10, 1e9, returns=(20, 60), why=why, mistakes=steps)
    why = "On a slow processor the work of a single token takes longer than reading the weights."
    case(10, 3, 1e9, 4, 1e8, 1e9, returns=(200, 240), why=why)
    why = "Half the bytes for each weight halve the time of a step that waits for memory."
    case(100, 11, 1e9, 2, 1e10, 1e9, returns=(20, 40), why=why)
    case(1, 1, 1e9, 4, 1e12, 1e12, returns=(0.004, 0.004), why="Larger of 0.002 s and 0.004 s.")

    def reference(prompt, written, weights, size, speed, bandwidth):
        first = max(2 * weights * prompt / speed, size * weights / bandwidth)
        total = first
        for _ in range(written - 1):
            total += max(2 * weights / speed, size * weights / bandwidth)
        return first, total

    rng, inputs = random.Random(0), []
    for _ in range(30):
        sizes = (
            rng.randint(1, 500),
            rng.randint(1, 40),
            rng.uniform(1e8, 1e10),
            rng.choice([1, 2, 4]),
        )
        inputs.append((*sizes, 10 ** rng.uniform(9, 15), 10 ** rng.uniform(9, 13)))
    same(least_seconds, reference, inputs, "Each step takes the longer of work and reading.")
