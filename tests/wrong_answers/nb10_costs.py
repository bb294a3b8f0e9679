"""Wrong answers to the exercises of notebook 10 on costs."""

from tests.wrong_answers import faults

SAVING = "if less_each < 0:\n        return math.inf\n    "
AHEAD = "if more_once <= 0:\n        return 0.0\n    "
LAST = "return more_once / less_each if less_each > 0 else math.inf"

ANSWERS, UPDATES = 'use["queries_a_day"] * 30 * use["months"]', '* use["months"]\n    missed'
MISSED = 'answers * (1 - system["sendable"])'

FIRST, STEP = "max(2 * weights * prompt / speed, reading)", "max(2 * weights / speed, reading)"
RETURNED = "return first, first + (written - 1) * step"


def crossing(first, second):
    """Where the two lines cross, whichever way."""
    import math

    less_each = first[1] - second[1]
    return (second[0] - first[0]) / less_each if less_each else math.inf


def whole_queries(first, second):
    import math

    more_once, less_each = second[0] - first[0], first[1] - second[1]
    if less_each < 0 or (less_each == 0 and more_once > 0):
        return math.inf
    return math.ceil(more_once / less_each) if more_once > 0 else 0


WRONG = [
    *faults(
        "10.4",
        ("the crossing", crossing, "wherever it begins"),
        ("whole queries", whole_queries, "do not round"),
        ("cheaper at first is enough", (SAVING, ""), "wherever it begins"),
        ("below zero", (AHEAD, ""), "Below zero"),
        ("none for never", ("math.inf", "None"), "math.inf"),
        ("signs turned", ("first[1] - second[1]", "second[1] - first[1]"), "pays for the start"),
        ("the start alone", ("second[0] - first[0]", "second[0]"), "take the difference"),
        ("zero without a saving", (LAST, LAST.replace("math.inf", "0.0")), "never paid back"),
        ("equal is not enough", ("more_once <= 0", "more_once < 0"), "ahead from the start"),
        ("the difference", ("more_once / less_each", "more_once - less_each"), "saves 2"),
        ("a text", ("return 0.0", "return 'always'"), "Return a number"),
        ("always ahead", (LAST, "return 0.0"), "saves 2"),
    ),
    *faults(
        "10.5",
        ("once each month", ('system["once"]', 'system["once"] * use["months"]'), "paid once"),
        ("no days", (ANSWERS, ANSWERS.replace("30 * ", "")), "come each day"),
        ("365 days", (ANSWERS, 'use["queries_a_day"] * 365'), "30 days"),
        ("one month of answers", (ANSWERS, 'use["queries_a_day"] * 30'), "All months count"),
        ("one month of updates", (UPDATES, "\n    missed"), "All months count"),
        ("updates by day", (UPDATES, '* 30 * use["months"]\n    missed'), "by month"),
        ("the sendable ones", (MISSED, 'answers * system["sendable"]'), "can be sent"),
        ("all followed up", (MISSED, "answers"), "Not all answers"),
        ("no follow-up", ('+ missed * use["follow_up"]', "+ 0"), "answered by a person"),
        (
            "only what is sent costs",
            ('answers * system["answer"]', '(answers - missed) * system["answer"]'),
            "All parts together",
        ),
        ("no start", ('system["once"] + ', ""), "paid once"),
        (
            "whole updates",
            ('updates * system["update"]', 'int(updates) * system["update"]'),
            "counts as half",
        ),
        ("no updates", (' + updates * system["update"]', ""), "at 150 each"),
        (
            "for each sendable answer",
            ('missed * use["follow_up"]', 'missed * use["follow_up"] - missed'),
            "answered by a person",
        ),
    ),
    *faults(
        "10.6",
        ("one for each weight", (FIRST, FIRST.replace("2 * ", "")), "Two operations"),
        (
            "one after the other",
            (FIRST, "2 * weights * prompt / speed + reading"),
            "go on together",
        ),
        ("the smaller one", (FIRST, FIRST.replace("max", "min")), "larger of the two"),
        ("work alone", (FIRST, "2 * weights * prompt / speed"), "waits for its memory"),
        ("reading alone", (FIRST, "reading"), "20 s of work"),
        ("steps read alone", (STEP, "reading"), "slow processor"),
        ("steps work alone", (STEP, "2 * weights / speed"), "read the weights again"),
        ("a step too many", ("(written - 1)", "written"), "comes with the prompt"),
        ("the steps alone", (RETURNED, "return first, (written - 1) * step"), "Add the time"),
        ("the prompt each time", (STEP, "first"), "not the prompt again"),
        ("four bytes always", ("weights * size", "weights * 4"), "Half the bytes"),
        ("bytes left out", ("weights * size", "weights"), "waits for its memory"),
        ("the whole alone", (RETURNED, "return first + (written - 1) * step"), "Return"),
        (
            "turned round",
            (RETURNED, "return first + (written - 1) * step, first"),
            "read the weights",
        ),
    ),
]
