"""Exercises of notebook 13, first half: actors, order, filters, and what a write changes."""

import random
from itertools import dropwhile

import numpy as np

from helpers.exercises import exercise, expect, hints, solved_by
from helpers.exercises.expecting import Raised, Wrong, cases, raises, same, shown


@exercise("13.1", "How many actors may start?", difficulty=1, importance=3, minutes=8)
@hints(
    "One CPU stays free, so `cpus - 1` are left for actors.",
    "`(cpus - 1) // each` actors fit into them; `//` also works for an `each` of 0.5.",
    "Take the smaller one of this and `wanted`. If it is below 1, raise a ValueError.",
)
@solved_by('''
def pool_size(cpus, each, wanted):
    """The number of actors that may start."""
    size = min(wanted, int((cpus - 1) // each))
    if size < 1:
        raise ValueError(f"No actor fits: {cpus} CPUs, of which one must stay free")
    return size
''')
def grade_pool_size(pool_size):
    case = cases(pool_size)
    why = "Two CPUs, and one must stay free: one actor."
    full = {2: "All CPUs would be taken: the tasks that read would wait for ever. Leave one free."}
    case(2, 1, 2, returns=1, why=why, mistakes=full)
    case(2, 1, 8, returns=1, why=why, mistakes=full)
    case(8, 1, 8, returns=7, why="Seven of eight CPUs may be taken.")
    case(8, 1, 9, returns=7, why="Seven of eight CPUs may be taken.")
    why = "Start no more actors than are wanted."
    case(8, 1, 3, returns=3, why=why)
    case(8, 1, 1, returns=1, why=why)
    case(64, 4, 2, returns=2, why=why)
    case(4, 1, 3, returns=3, why="Three actors leave exactly one CPU, which is enough.")
    why = "Each actor takes `each` CPUs."
    least = {3: "One CPU stays free, not the place of an actor: four actors take eight of nine."}
    case(9, 2, 9, returns=4, why=why, mistakes=least)
    case(8, 2, 9, returns=3, why=why + " Three take six of seven; a fourth does not fit.")
    case(4, 3, 2, returns=1, why=why)
    case(64, 4, 99, returns=15, why=why)
    why = "An actor may take a part of a CPU."
    whole = {3: "A whole CPU must stay free: three actors of a half leave only a half."}
    case(2, 0.5, 9, returns=2, why=why, mistakes=whole)
    case(3, 0.25, 99, returns=8, why=why)
    case(4, 1.5, 9, returns=2, why=why)
    why = "A whole CPU stays free, however small the actors are."
    case(2, 0.25, 9, returns=4, why=why)
    why = "Not even one actor fits beside the CPU that stays free."
    for cpus, each in ((1, 1), (2, 2), (4, 3.5)):
        raises(pool_size, cpus, each, 1, why=why)
    raises(pool_size, 1, 0.5, 4, why=why)

    def reference(cpus, each, wanted):
        size = 0
        while size < wanted and (size + 1) * each <= cpus - 1:
            size += 1
        return size

    rng, inputs = random.Random(0), []
    while len(inputs) < 60:
        args = (rng.randint(2, 40), rng.choice([0.25, 0.5, 1, 2, 3]), rng.randint(1, 30))
        inputs += [args] if reference(*args) else []
    same(pool_size, reference, inputs, "One CPU stays free, and no more than wanted.")


@exercise("13.2", "Back in order", difficulty=2, importance=3, minutes=12)
@hints(
    "Go through the batches, and keep each vector in a dict under the number of its passage.",
    "A number that is in the dict already came twice: raise a ValueError that names it.",
    "At the end the dict must hold exactly the numbers 0 to count - 1; then stack its vectors.",
)
@solved_by('''
def in_order(parts, count):
    """The vectors in the order of their passages."""
    found = {}
    for numbers, vectors in parts:
        for number, vector in zip(numbers, vectors, strict=True):
            if number in found:
                raise ValueError(f"passage {number} came twice")
            found[number] = vector
    for number in range(count):
        if number not in found:
            raise ValueError(f"passage {number} is missing")
    if len(found) > count:
        raise ValueError(f"there are no passages {sorted(found)[count:]} or negative ones")
    return np.array([found[number] for number in range(count)])
''')
def grade_in_order(in_order):
    case = cases(in_order)

    def vectors(*numbers):
        return [[float(n), n / 2] for n in numbers]

    def part(*numbers):
        return (list(numbers), vectors(*numbers))

    why = "One batch, in order."
    case([part(0, 1, 2)], 3, returns=vectors(0, 1, 2), why=why)
    why = "Batches come in any order."
    asis = {tuple(map(tuple, vectors(2, 3, 0, 1))): "This is the order in which they came."}
    case([part(2, 3), part(0, 1)], 4, returns=vectors(0, 1, 2, 3), why=why, mistakes=asis)
    turned = "Each number says to which place a vector goes, not from which place to take one."
    why = "Within a batch, too, the passages may come in any order."
    source = {tuple(map(tuple, vectors(2, 0, 1))): turned}
    case([part(1, 2, 0)], 3, returns=vectors(0, 1, 2), why=why, mistakes=source)
    case([part(1, 0), part(3, 2)], 4, returns=vectors(0, 1, 2, 3), why=why)
    case([part(3, 1), part(0, 2)], 4, returns=vectors(0, 1, 2, 3), why=why)
    case([part(4, 0), part(3), part(2, 5, 1)], 6, returns=vectors(*range(6)), why=why)
    case([part(0)], 1, returns=vectors(0), why="A single passage.")
    case(
        [part(1), ([], []), part(0)],
        2,
        returns=vectors(0, 1),
        why="A batch may be empty: it has no rows.",
    )
    arrays = [(np.array([1, 2]), np.array(vectors(1, 2))), (np.array([0]), np.array(vectors(0)))]
    case(arrays, 3, returns=vectors(0, 1, 2), why="Numbers and vectors may be arrays.")
    alike = [([1], [[0.5, 0.5]]), ([0], [[0.5, 0.5]])]
    why = "Two passages may have the same vector."
    case(alike, 2, returns=[[0.5, 0.5], [0.5, 0.5]], why=why)
    case([([1], [[0.0, 0.0]]), part(0)], 2, returns=vectors(0) * 2, why="A vector may be zero.")

    def refuses(parts, count, number, why):
        text = raises(in_order, parts, count, why=why)
        expect(str(number) in text, f"{why} The message must name passage {number}: {text!r}.")

    why = "Passage 1 is missing."
    refuses([part(0, 2)], 3, 1, why)
    refuses([part(2), part(0)], 3, 1, why)
    refuses([part(0, 1, 2)], 4, 3, "Passage 3, the last one, is missing.")
    refuses([part(1, 2, 3)], 4, 0, "Passage 0, the first one, is missing.")
    why = "Nothing came back: passage 0 is missing."
    refuses([], 2, 0, why)
    why = "Passage 1 came twice, in two batches."
    refuses([part(0, 1), part(1, 2)], 3, 1, why)
    refuses([part(0, 1, 1)], 2, 1, "Passage 1 came twice, in one batch.")
    why = "Passage 2 came twice, and passage 1 is missing: as many vectors as passages."
    raises(in_order, [part(0, 2), part(2)], 3, why=why)
    why = "Nobody asked for passage 7."
    refuses([part(0, 1), part(7)], 2, 7, why)
    refuses([part(0), part(2)], 2, "", "Passage 2 was not asked for, and passage 1 is missing.")
    refuses([part(0), part(-1)], 2, "", "There is no passage -1, and passage 1 is missing.")

    def reference(parts, count):
        rows = [(int(n), v) for numbers, some in parts for n, v in zip(numbers, some, strict=True)]
        return [list(map(float, v)) for _, v in sorted(rows, key=lambda row: row[0])]

    rng, inputs = random.Random(1), []
    for size in range(1, 30):
        numbers, parts = rng.sample(range(size), size), []
        while numbers:
            cut = rng.randint(1, 5)
            parts, numbers = [*parts, part(*numbers[:cut])], numbers[cut:]
        inputs.append((parts, size))
    same(in_order, reference, inputs, "Each vector goes to the place of its passage.")


@exercise("13.3", "Search on until there are enough", difficulty=2, importance=3, minutes=12)
@hints(
    "Fetch `count = k` rows first, and keep those that are in `allowed`, in their order.",
    "Are there k of them, or did `fetch(count)` return fewer than `count`? Then stop.",
    "Otherwise double `count` and fetch again. Return at most k rows.",
)
@solved_by('''
def search_on(fetch, allowed, k):
    """The k nearest rows that pass, or all of them if there are fewer."""
    count = k
    while True:
        found = fetch(count)
        passing = [row for row in found if row in allowed]
        if len(passing) >= k or len(found) < count:
            return passing[:k]
        count *= 2
''')
def grade_search_on(search_on):
    asked, most = [], 60

    def case(ranked, allowed, k, wanted, why, mistakes=None):
        def fetch(count):
            asked.append(count)
            if len(asked) > most:
                raise RecursionError("fetched for ever")
            return ranked[:count]

        asked.clear()
        seen = f"{why} Here `fetch(n)` returns the first n of {shown(ranked, 60)}."
        again = "A row is there twice. Each `fetch(n)` begins at the nearest row: "
        again += "start a new list, too."
        known = {(lambda got: len(got) > len(set(got))): again}
        known |= {(lambda got: len(got) > k): "Never return more than k rows."}
        try:
            found = cases(search_on, {**(mistakes or {}), **known})
            found(fetch, set(allowed), k, returns=wanted, why=seen)
        except Raised as error:
            if len(asked) > most:
                raise Wrong(f"{seen} Yours never stops fetching.") from None
            raise error
        expect(asked, "Call `fetch` to get rows.")
        stop = "Stop when `fetch` returns fewer rows than it was asked for: there are no more."
        counts = " then ".join(map(str, asked[:6]))
        short = [*dropwhile(lambda count: count <= len(ranked), asked)]  # the first, and all after
        expect(len(short) <= 2, f"{stop} {seen} Yours fetched {counts}.")

    case([3, 1, 2], [1, 2, 3], 2, [3, 1], "All rows pass: the first two are the nearest.")
    expect(max(asked) <= 2, f"All rows pass, so two are enough. Yours fetched {max(asked)}.")
    rows = list(range(100, 140))
    why = "Of the first ten rows two pass, so fetch more."
    one = {(101,): "This is the post-filter: one row of three. Fetch more."}
    case(rows, [101, 107, 113, 120], 3, [101, 107, 113], why, one)
    expect(max(asked) < 40, "Stop as soon as there are enough rows: yours fetched all.")
    why = "Fetch as often as it takes."
    case(rows, [139], 1, [139], why)
    case(rows, [138, 139], 2, [138, 139], why)
    why = "Never return more than k rows."
    case(rows, range(100, 140), 3, [100, 101, 102], why)
    case(rows, [101, 102, 103], 2, [101, 102], why)
    why = "The nearest come first, as `fetch` ranks them."
    case([9, 4, 7, 1], [1, 4, 9], 3, [9, 4, 1], why)
    case([9, 4, 7, 1, 8], [1, 8, 7], 2, [7, 1], why)
    why = "Fewer than k rows pass: return those, and stop when `fetch` has no more."
    case([1, 2, 3], [2], 2, [2], why)
    case([1, 2, 3, 4], [2], 2, [2], why)
    case(rows, [101, 139], 3, [101, 139], why)
    case(rows, [], 3, [], "No row passes: return an empty list.")
    case([], [1], 3, [], "There are no rows at all.")
    case([5], [5], 4, [5], why)
    case([0, 1, 2], [0], 1, [0], "Row 0 is a row like any other.")
    expect(len(asked) == 1, "The first row passes, so one call of `fetch` is enough.")
    case(rows, [139], 1, [139], "Fetch as often as it takes.")
    expect(
        len(asked) <= 12, f"Double the count each time: yours called `fetch` {len(asked)} times."
    )
    rng = random.Random(2)
    for _ in range(40):
        size, k = rng.randint(1, 40), rng.randint(1, 6)
        ranked = rng.sample(range(size), size)
        allowed = rng.sample(ranked, rng.randint(0, size))
        wanted = [row for row in ranked if row in set(allowed)][:k]
        case(ranked, allowed, k, wanted, "The first k rows that pass, nearest first.")


@exercise("13.4", "What does a write change?", difficulty=2, importance=3, minutes=12)
@hints(
    "Turn `new` into a dict: id to text. If it has fewer entries than `new`, an id came twice.",
    "Insert what is not stored; update what is stored with another text.",
    "Delete the stored ids that are not in `new`, but whose document is: `{d for _, d, _ in new}`.",
)
@solved_by('''
def changes(stored, new):
    """Which ids are to be inserted, updated and deleted, each sorted."""
    texts = {id: text for id, _, text in new}
    if len(texts) < len(new):
        raise ValueError("an id comes twice")
    documents = {document for _, document, _ in new}
    stale = [id for id, (document, _) in stored.items() if document in documents]
    return {
        "insert": sorted(id for id in texts if id not in stored),
        "update": sorted(id for id in texts if id in stored and stored[id][1] != texts[id]),
        "delete": sorted(id for id in stale if id not in texts),
    }
''')
def grade_changes(changes):
    case = cases(changes)
    stored = {"a:0": ("a", "red"), "a:9": ("a", "blue"), "b:0": ("b", "green")}

    alone = "Document b is not in `new`: leave it alone."

    def check(new, why, insert=(), update=(), delete=(), of=stored, mistakes=None):
        def wipes(got):
            return "b:0" in got["delete"] and "b:0" not in delete

        wanted = {"insert": list(insert), "update": list(update), "delete": list(delete)}

        def no_list(name):
            return lambda got: not isinstance(got[name], list | tuple)

        kinds = {
            no_list(name): f"The values are lists, and `{name}` is not one." for name in wanted
        }
        known = {**kinds, wipes: alone, **(mistakes or {})}
        case(of, new, returns=wanted, why=why, mistakes=known)

    whole = [("a:0", "a", "red"), ("a:9", "a", "blue")]
    check(whole, "Nothing has changed, so nothing is written.")
    why = "The text of a:9 is another one: update it."
    check([("a:0", "a", "red"), ("a:9", "a", "grey")], why, update=["a:9"])
    why = "a:20 is not stored: insert it."
    check([*whole, ("a:20", "a", "pink")], why, insert=["a:20"])
    why = "Document a has no passage a:9 any more: the stale one must go, or it is still found."
    stays = {"insert": [], "update": [], "delete": []}
    keeps = {(lambda got: got == stays): "The passage a:9 would stay, and be found."}
    check([("a:0", "a", "red")], why, delete=["a:9"], mistakes=keeps)
    why = "a:9 has moved to a:8: insert the one, delete the other."
    moved = [("a:0", "a", "red"), ("a:8", "a", "blue")]
    check(moved, why, insert=["a:8"], delete=["a:9"])
    check(whole, alone)
    check([("c:0", "c", "red")], "A new document; the others stay.", insert=["c:0"])
    check([], "Nothing is written, so nothing changes.")
    why = "All of document b is replaced."
    check([("b:5", "b", "teal")], why, insert=["b:5"], delete=["b:0"])
    both = [("b:0", "b", "teal"), ("a:0", "a", "pink")]
    check(
        both, "Two documents at once; each list is sorted.", update=["a:0", "b:0"], delete=["a:9"]
    )
    why = "Each list is sorted."
    unsorted = [("c:2", "c", "x"), ("c:1", "c", "y")]
    check(unsorted, why, insert=["c:1", "c:2"])
    shrunk = {"d:7": ("d", "x"), "d:3": ("d", "y"), "d:0": ("d", "z")}
    check([("d:0", "d", "z")], why, delete=["d:3", "d:7"], of=shrunk)
    check([("a:0", "a", "")], "A text may be empty.", update=["a:0"], delete=["a:9"])
    check(whole, "An empty table.", insert=["a:0", "a:9"], of={})
    why = "Capitals count: 'Red' is another text."
    check([("a:0", "a", "Red"), ("a:9", "a", "blue")], why, update=["a:0"])
    why = "The pair says which document a passage is of, whatever its id looks like."
    named = {"x7": ("a", "red"), "a:1": ("b", "blue"), "k": ("b", "teal")}
    check([("x8", "a", "red")], why, insert=["x8"], delete=["x7"], of=named)
    check([("a:1", "b", "blue")], why, delete=["k"], of=named)
    why = "An id decides, not a text: c:0 is new, although its text is stored elsewhere."
    check([("c:0", "c", "green")], why, insert=["c:0"])
    twice = "The id c:0 comes twice: which one is meant?"
    raises(changes, stored, [("c:0", "c", "x"), ("c:0", "c", "y")], why=twice)
    raises(changes, stored, [("c:0", "c", "x"), ("c:0", "c", "x")], why=twice + " Even if equal.")
    raises(changes, stored, [("a:0", "a", "x"), ("a:0", "a", "y")], why=twice.replace("c:0", "a:0"))
    rng = random.Random(3)

    def reference(stored, new):
        fresh = dict((id, text) for id, _, text in new)
        touched = [id for id in stored if stored[id][0] in {d for _, d, _ in new}]
        return {
            "insert": sorted(set(fresh) - set(stored)),
            "update": sorted(id for id in touched if fresh.get(id, stored[id][1]) != stored[id][1]),
            "delete": sorted(set(touched) - set(fresh)),
        }

    def passages(documents):
        places = [(f"{d}:{n}", d) for d in documents for n in range(4) if rng.random() < 0.7]
        return [(id, d, rng.choice("xyz")) for id, d in places]

    inputs = []
    for _ in range(40):
        old = {id: (d, text) for id, d, text in passages("abc")}
        inputs.append((old, passages(rng.sample("abcd", rng.randint(0, 3)))))
    same(changes, reference, inputs, "New ids, other texts, and what the same documents lack now.")
