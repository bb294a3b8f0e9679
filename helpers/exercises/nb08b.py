"""Exercises of notebook 08, second half: versions in force, what to rebuild, when to ring."""

import itertools
import math
import random

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, expect, plain, returns, same, shown


@exercise("8.4", "The version in force", difficulty=2, importance=3, minutes=10)
@hints(
    "Leave out what takes effect after `day`. ISO dates are in order as texts: '2024' < '2026'.",
    "Of a document's other versions, the one that took effect last is in force.",
    "`max(..., key=lambda v: (v['effective'], v['version']))` also decides between equal dates.",
)
@solved_by('''
def in_force(versions, day):
    """For each document the number of the version that is in force on that day."""
    current = {}
    for version in sorted(versions, key=lambda v: (v["effective"], v["version"])):
        if version["effective"] <= day:
            current[version["document"]] = version["version"]
    return current
''')
def grade_in_force(in_force):
    def made(document, *pairs):
        return [{"document": document, "version": v, "effective": day} for v, day in pairs]

    two = made("a", (1, "2024-03-04"), (2, "2026-01-12"))
    no_dict = {(lambda got: not isinstance(got, dict)): "Return a dict: document to version."}
    case = cases(in_force, no_dict)
    mistakes = {
        (lambda got: got == {"a": 2}): "Version 2 takes effect later: on this day it is not due.",
        (lambda got: got == {"a": "2024-03-04"}): "Return the version's number, not its date.",
    }
    why = "On this day version 1 is in force."
    case(two, "2025-06-30", returns={"a": 1}, why=why, mistakes=mistakes)
    case(two, "2026-02-01", returns={"a": 2}, why="The one that took effect last is in force.")
    why = "The order of the list does not matter: compare dates."
    case(two[::-1], "2026-02-01", returns={"a": 2}, why=why)
    case(two[::-1], "2025-06-30", returns={"a": 1}, why=why)
    why = "A version is in force on the very day of its date."
    case(two, "2026-01-12", returns={"a": 2}, why=why)
    case(two, "2026-01-11", returns={"a": 1}, why="The day before, the old one is in force.")
    case(two, "2024-03-04", returns={"a": 1}, why=why)
    why = "A document of which nothing is in force yet is left out."
    case(two, "2024-03-03", returns={}, why=why)
    case([], "2026-01-12", returns={}, why="Without versions nothing is in force.")
    why = "The date decides, not the number: here an old text was put back in force."
    back = made("a", (3, "2025-01-01"), (2, "2025-09-01"))
    case(back, "2025-12-31", returns={"a": 2}, why=why)
    case(back[::-1], "2025-12-31", returns={"a": 2}, why=why)
    why = "Of two with the same date, the higher number counts."
    for pair in ((1, 2), (2, 1), (9, 10), (10, 9)):
        same_day = made("a", *[(number, "2025-01-01") for number in pair])
        wanted = {"a": max(pair)}
        case(same_day, "2025-01-01", returns=wanted, why=f"{why} (Numbers, not texts.)")
    why = "Each document has its own version in force."
    more = two + made("b", (7, "2023-05-05"), (8, "2025-05-05")) + made("c", (1, "2027-01-01"))
    case(more, "2025-06-30", returns={"a": 1, "b": 8}, why=why)
    case(more[::-1], "2024-06-30", returns={"a": 1, "b": 7}, why=why)
    why = "Names of documents are compared as they are."
    names = made("eng-1", (1, "2024-01-01")) + made("ENG-1", (2, "2024-01-01"))
    case(names, "2024-01-01", returns={"eng-1": 1, "ENG-1": 2}, why=why)
    why = "The whole date counts, to the day."
    near = made("a", (1, "2025-09-30"), (2, "2025-10-02"), (3, "2025-10-12"))
    for day, number in (("2025-10-01", 1), ("2025-10-02", 2), ("2025-10-11", 2), ("2025-11-01", 3)):
        case(near, day, returns={"a": number}, why=why)

    def reference(versions, day):
        found = {}
        for one in versions:
            best = found.get(one["document"], ("", 0))
            if one["effective"] <= day:
                found[one["document"]] = max(best, (one["effective"], one["version"]))
        return {document: number for document, (_, number) in found.items()}

    rng, inputs = random.Random(0), []
    days = [f"202{y}-{m:02}-{d:02}" for y in (3, 4, 5) for m in (1, 9, 11) for d in (2, 10)]
    for _ in range(40):
        versions = [
            {"document": rng.choice("abc"), "version": rng.randint(1, 12), "effective": day}
            for day in rng.choices(days, k=rng.randint(0, 9))
        ]
        inputs.append((versions, rng.choice(days)))
    same(in_force, reference, inputs, "The latest date up to `day`, then the higher number.")


@exercise("8.5", "What must be made again?", difficulty=3, importance=3, minutes=15)
@hints(
    "What is made from a changed part has changed too. Repeat this until nothing new is found.",
    "For the order: a part may come once all its stale ingredients are in the list already.",
    "Loop: take any stale part that is not in the list and whose stale ingredients all are.",
)
@solved_by('''
def to_rebuild(changed, made_from):
    """All parts to make again after `changed` changed, each after those that it is made from."""
    order = []

    def visit(part):
        for other, sources in made_from.items():
            if part in sources and other not in order:
                visit(other)
        if part not in order:
            order.insert(0, part)

    visit(changed)
    return order[1:]
''')
def grade_to_rebuild(to_rebuild):
    def verify(changed, made_from, wanted):
        got = plain(returns(to_rebuild(changed, made_from), list, "a list of parts"))
        case = f"After a change of {changed!r} in {shown(made_from)} "
        names = all(isinstance(part, str) for part in got)
        expect(names, f"Return the names of the parts. {case}you return {shown(got)}.")
        expect(changed not in got, f"{changed!r} itself has changed already: leave it out.")
        twice = sorted({part for part in got if got.count(part) > 1})
        why = f"{shown(twice)} more than once: {shown(got)}."
        expect(not twice, f"Each part is made once. {case}you list {why}")
        extra = [part for part in got if part not in wanted]
        expect(not extra, f"{case}{shown(extra)} can stay: nothing in it has changed.")
        stale = {changed, *got}
        for part in sorted(wanted - set(got)):
            for one in sorted(stale & set(made_from[part])):
                why = f"made from {one!r}, which {'has changed' if one == changed else 'is stale'}"
                why += ": one stale ingredient is enough. Follow the chain to its end"
                expect(False, f"{case}{part!r} must be made again. It is {why}.")
        for place, part in enumerate(got):
            early = [one for one in made_from[part] if one in got[place + 1 :]]
            why = f"comes before {shown(early)}, from which it is made: {shown(got)}."
            expect(not early, f"{case}{part!r} {why}")

    chain = {"chunks": ["page"], "vectors": ["chunks", "encoder"], "index": ["vectors"]}
    verify("page", chain, {"chunks", "vectors", "index"})
    verify("encoder", chain, {"vectors", "index"})
    verify("vectors", chain, {"index"})
    verify("index", chain, set())
    verify("weather", chain, set())
    verify("page", {}, set())
    turned = dict(reversed(chain.items()))
    verify("page", turned, {"chunks", "vectors", "index"})
    diamond = {"d": ["b", "c"], "c": ["a"], "b": ["a"], "x": ["y"]}
    verify("a", diamond, {"b", "c", "d"})
    long = {"end": ["a", "late"], "late": ["mid"], "mid": ["a"], "other": ["end", "y"]}
    verify("a", long, {"mid", "late", "end", "other"})
    verify("a", dict(reversed(long.items())), {"mid", "late", "end", "other"})
    verify("mid", long, {"late", "end", "other"})
    verify("a", {"ab": ["b"], "b": ["aa"], "c": ["a"]}, {"c"})
    rng = random.Random(2)
    for size in (4, 6, 9) * 6:
        names = rng.sample("abcdefghijkl", size)
        made_from = {
            name: rng.sample(names[:place], rng.randint(0, min(3, place)))
            for place, name in enumerate(names)
        }
        shuffled = {name: made_from[name] for name in rng.sample(names, size)}
        changed = rng.choice(names[: size // 2])
        stale = {changed}
        for name in names:  # a name comes after what it is made from
            stale |= {name} if stale & set(made_from[name]) else set()
        verify(changed, shuffled, stale - {changed})


@exercise("8.6", "When should the monitor ring?", difficulty=2, importance=3, minutes=12)
@hints(
    "The chance of k wrong answers is `math.comb(n, k) * usual**k * (1 - usual) ** (n - k)`.",
    "For each count, add up the chances of that count and of all larger ones.",
    "Try 0, 1, 2, ... and return the first count whose sum is at most `most`; n + 1 if none is.",
)
@solved_by('''
import math

def alarm_at(n, usual, most):
    """The smallest number of wrong answers at which a monitor rings falsely on few enough days."""
    chances = [math.comb(n, k) * usual**k * (1 - usual) ** (n - k) for k in range(n + 1)]
    for count in range(n + 1):
        if sum(chances[count:]) <= most:
            return count
    return n + 1
''')
def grade_alarm_at(alarm_at):
    def reference(n, usual, most):
        chances = [math.comb(n, k) * usual**k * (1 - usual) ** (n - k) for k in range(n + 1)]
        tails = list(itertools.accumulate(reversed(chances)))[::-1]
        return next((count for count in range(n + 1) if tails[count] <= most), n + 1)

    case = cases(alarm_at)
    mistakes = {
        3: "3 or more come up on 0.0702 of days, and the monitor rings at 3 already: too often.",
        5: "Not the smallest: with 4 it rings falsely on 0.0128 of days already.",
    }
    why = "3 or more of 10 come up on 0.0702 of days, and 4 or more on 0.0128."
    case(10, 0.1, 0.05, returns=4, why=why, mistakes=mistakes)
    case(10, 0.1, 0.1, returns=3, why=why)
    case(10, 0.1, 0.01, returns=5, why="4 or more come up on 0.0128 of days: too often.")
    why = "It is the chance of this count or more, not of exactly this count."
    case(40, 0.5, 0.1, returns=reference(40, 0.5, 0.1), why=why)
    why = "A system that is never wrong gives no false alarm, even if one wrong answer rings."
    case(20, 0.0, 0.01, returns=1, why=why)
    why = "No count is safe if everything is always wrong: n + 1, which never rings."
    case(3, 1.0, 0.5, returns=4, why=why)
    case(2, 0.9, 0.5, returns=3, why="Even 2 of 2 come up on 0.81 of days: n + 1.")
    case(1, 0.3, 0.4, returns=1, why="One question: it is wrong on 0.3 of days.")
    case(1, 0.3, 0.2, returns=2, why="One question, wrong on 0.3 of days: that is too often.")
    why = "Sum the exact chances: an approximation is off where few wrong answers are usual."
    for n, usual, most in ((20, 0.02, 0.01), (30, 0.04, 0.001), (12, 0.3, 0.02), (50, 0.9, 0.05)):
        case(n, usual, most, returns=reference(n, usual, most), why=why)
    rng = random.Random(0)
    inputs = [
        (rng.randint(1, 60), round(rng.uniform(0.01, 0.95), 3), rng.choice([0.001, 0.0123, 0.057]))
        for _ in range(60)
    ]
    same(
        alarm_at,
        reference,
        inputs,
        "The first count for which the chance of this many or more is at most `most`.",
    )
    case(1, 0.5, 0.5, returns=1, why="A chance of exactly `most` is allowed.")
    why = "Begin with 0: 0 or more come up on every day, and here every day is allowed."
    case(1, 0.5, 1.0, returns=0, why=why)
