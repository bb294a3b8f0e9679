"""Exercises of notebook 06: forced choice, exposures, replay, gain and forgetting, entities."""

import copy
import math
import random
import re
from collections import Counter

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import (
    Raised,
    alike,
    apart,
    cases,
    expect,
    plain,
    raises,
    returns,
    same,
    shown,
)
from helpers.exercises.lent import LentList


@exercise("6.1", "Pick the value", difficulty=2, importance=3, minutes=10)
@hints(
    "Start without ties: in which rows is the right option the best? Then share out the ties.",
    "`scores == scores.max(axis=1, keepdims=True)` marks all best options; with NaN, none.",
    "Divide the marks by their number in the row (at least 1), then take those at `right`.",
)
@solved_by("""
def forced_choice(scores, right):
    best = scores == scores.max(axis=1, keepdims=True)  # NaN equals nothing: a row without a best
    tied = np.maximum(best.sum(axis=1, keepdims=True), 1)
    points = (best / tied)[np.arange(len(scores)), right]
    return float(points.mean())
""")
def grade_forced_choice(forced_choice):
    def case(scores, right, share, why, mistakes=None):
        scores, right = np.array(scores, float), np.array(right)
        cases(forced_choice, general)(scores, right, returns=share, why=why, mistakes=mistakes)

    general = {
        math.isnan: "The result is NaN. A row with NaN counts 0, and no tie may divide by 0.",
        (lambda got: np.ndim(got) > 0): "Return one number, the mean over the questions.",
        (lambda got: got > 1): "Return the share of the questions, from 0 to 1.",
    }
    best = [[-1, -2, -3, -4], [-5, -3, -6, -9], [-2, -8, -7, -1]]
    why = "Each row is one question. If its highest score is the right option's, it counts 1."
    case(best, [0, 1, 3], 1, why)
    case([[-1, -2]] * 2, [0, 1], 0.5, "A wrong choice counts 0, and it counts in the mean.")
    mistakes = {
        3 / 4: "Here a tie counts only if the right option is the first of the tied ones.",
        1 / 4: "Here a tie counts only if the right option is the last of the tied ones.",
        1: "Here a tie counts in full.",
        0: "Here a tie counts as wrong.",
    }
    why = "A model that scores all three options the same knows nothing, and must get 1/3."
    case([[-2] * 3] * 4, [0, 0, 0, 2], 1 / 3, why, mistakes)
    case([[-1, -2], [-1.5, -1.5]], [0, 1], 0.75, "The first question counts 1, the tie 1/2.")
    why = "Share a tie out among the tied options, not among all options."
    case([[-1, -3, -1, -2]], [2], 0.5, why)
    case([[-1, -1, -2]], [2], 0, "A tie for the highest score without the right option counts 0.")
    case([[-1, -2, -2]], [2], 0, "A tie for a lower place does not matter.")
    case([[-2.001, -2.002, -2.4]], [1], 0, "A small lead decides: do not round the scores.")
    why = "Compare the log-likelihoods themselves: exp(-4000) and exp(-5000) are both 0 in Python."
    case([[-5000, -4000], [-1000, -2000]], [1, 0], 1, why)
    why = "A lead of 0.00001 decides: compare the scores as they are."
    case([[-1000.00002, -1000.00001]], [0], 0, why)
    case([[-1000.00002, -1000.00001]], [1], 1, why)
    case([[-3e-9, -2e-9, -4e-9]], [0], 0, "A lead of 0.000000001 decides: compare the scores.")
    why = "A lead of 0.0000000001 decides: compare the scores as they are."
    case([[-2.0000000002, -2.0000000001]], [0], 0, why)
    case([[-2e12, -1e12], [-2e12, -3e12]], [0, 1], 0, "A score can be very low: compare them.")
    case([[-1, 0], [0, 0]], [1, 1], 0.75, "0 is the highest log-likelihood that there can be.")
    why = "-inf is an ordinary, very low score (probability 0). Only NaN makes a row wrong."
    case([[-math.inf, -1, -2]], [1], 1, why)
    case([[-math.inf, -math.inf]], [1], 0.5, f"{why} Here two options tie.")
    why = "A row with NaN counts as wrong, wherever the NaN is."
    for row in ([-1, math.nan, -2], [math.nan, -1, -2], [-3, -1, math.nan]):
        case([row], [1], 0, why)
    why = "A row with NaN counts as wrong, so it is not left out of the mean."
    case([[math.nan, math.nan], [-1, -2]], [0, 0], 0.5, why)

    def reference(scores, right):
        points = []
        for row, i in zip(scores.tolist(), right.tolist(), strict=True):
            lost = any(map(math.isnan, row)) or row[i] < max(row)
            points.append(0 if lost else 1 / row.count(row[i]))
        return sum(points) / len(points)

    rng, inputs = np.random.default_rng(0), []
    for questions, options in rng.integers((1, 2), (12, 7), (60, 2)).tolist():
        scores = -rng.integers(0, rng.choice([4, 999]), (questions, options)).astype(float)
        if rng.random() < 0.3:
            scores.flat[rng.integers(scores.size)] = rng.choice([math.nan, -math.inf])
        inputs.append((scores, rng.integers(0, options, questions)))
    inputs.sort(key=lambda args: args[0].size)  # a message shows small arrays in full
    same(forced_choice, reference, inputs, "The best counts 1, a tie 1 / number of tied options.")


@exercise("6.2", "The same number of exposures", difficulty=1, importance=2, minutes=8)
@hints(
    "Two loops: the outer one over the rounds, `exposures` of them, the inner one over the facts.",
    "In round number `turn`, counted from 0, each fact has its wording number `turn % used`.",
    "After the check for too few: `for turn in range(exposures)`, `for fact, texts in ...items()`.",
)
@solved_by("""
def schedule(wordings, exposures, used):
    if any(len(texts) < used for texts in wordings.values()):
        raise ValueError(f"Each fact needs at least {used} wordings")
    rows = []
    for turn in range(exposures):
        for fact, texts in wordings.items():
            rows.append((fact, texts[turn % used]))
    return rows
""")
def grade_schedule(schedule):
    def verify(wordings, exposures, used, why=""):
        why = why or "The wordings take turns: the first, the next, ..., and the first again."
        names = list(wordings)
        wanted = [(fact, wordings[fact][i % used]) for i in range(exposures) for fact in names]

        def rows_of(*args):
            """The learner's rows, if they keep all rules but the turns."""
            rows = returns(schedule(*args), list, "a list of pairs (fact, wording)")
            rows = [plain(row) for row in plain(rows)]
            pairs = all(isinstance(row, list | tuple) and len(row) == 2 for row in rows)
            expect(pairs, "Each row is a pair (fact, wording).")
            facts = [fact for fact, _ in rows]
            known = all(fact in names for fact in facts)
            why = "Each row is a pair (fact, wording): the fact comes first, just as it was."
            expect(known, why)
            numbers = any(isinstance(text, int) for _, text in rows)
            expect(not numbers, "Return the text of a wording, not its number.")
            rule = "`exposures` is how often a fact is seen in all, not how often each wording is: "
            times = {facts.count(fact) for fact in names}
            expect(times == {exposures}, f"{rule}each fact must be seen exactly {exposures} times.")
            given = all(text in wordings[fact] for fact, text in rows)
            expect(given, "A row's wording is one of its fact's, just as it was passed in.")
            late = any(text not in wordings[fact][:used] for fact, text in rows)
            expect(not late, f"Use only the first {used} wordings of each fact.")
            rounds = [facts[i : i + len(names)] for i in range(0, len(facts), len(names))]
            each = all(set(part) == set(names) for part in rounds)
            expect(each, "Go in rounds: every fact once, then every fact again.")
            expect(all(part == names for part in rounds), "Keep the order of `wordings`.")
            return rows

        try:
            rows = rows_of(wordings, exposures, used)
        except Raised as error:
            few = isinstance(error.__cause__, ValueError)
            note = "Each fact has as many wordings as are to be used: that is enough."
            raise Raised(f"{error} {note if few else why}") from error.__cause__

        def again(*args):
            return rows

        again.__name__ = "schedule"
        cases(again)(wordings, exposures, used, returns=wanted, why=why)

    why = "Round 1 has the first wording, round 2 the next, and round 3 the first again."
    verify({"a": ["a1", "a2"], "b": ["b1", "b2"]}, 3, 2, why)
    trees = {tree: [f"{tree} {i}" for i in (1, 3, 2)] for tree in ("elm", "ash", "oak")}
    verify(trees, 4, 2)
    verify(trees, 5, 3)
    verify({"ash": ["b", "a"], "oak": ["f", "e", "d", "c"]}, 6, 2)
    why = "The same text may be there twice, or for two facts: only its place in the list counts."
    verify({"ash": ["who", "who", "how"], "oak": ["how", "who", "who"]}, 4, 3, why)
    few = {"ash": ["a", "b", "c"], "oak": ["d"], "elm": ["e", "f"]}
    why = "'oak' has only one wording, and two are to be used."
    for order in (("ash", "oak", "elm"), ("oak", "ash", "elm"), ("elm", "ash", "oak")):
        for exposures in (4, 1):
            raises(schedule, {fact: few[fact] for fact in order}, exposures, 2, why=why)
        raises(schedule, {fact: few[fact] for fact in order}, 0, 2, why=why)
    verify({"ash": ["a", "b"]}, 0, 2, "With 0 exposures there are no rows.")
    odd = {" Ash": [" Wie tief? ", "", "HOW\n"], "ash": ["how", "HOW", "how "]}
    verify(odd, 7, 3, "Facts and wordings stay just as they are.")
    many = {f"f{i}": [f"{i} {j}" for j in range(24)] for i in range(30)}
    verify(many, 50, 20, "In round 21 of 50 the first of 20 wordings comes again.")
    rng, ids = random.Random(0), ["eng-011.1", "fin-038.2", "leg-226.3", "saf-007.1", "sup-150.2"]
    for _ in range(40):
        used, names = rng.randint(1, 4), rng.sample(ids, rng.randint(1, 5))
        wordings = {id: rng.sample("abcdef", used + rng.randint(0, 2)) for id in names}
        verify(wordings, rng.randint(1, 7), used)


@exercise("6.3", "A replay mix", difficulty=2, importance=3, minutes=10)
@hints(
    "How many? `share` is a share of the result: round(len(new) * share / (1 - share)).",
    "`rng = random.Random(seed)`, then `rng.sample(general, count)` draws without repeating.",
    "`rows = new + rng.sample(...)` is a new list, so `rng.shuffle(rows)` leaves the inputs alone.",
)
@solved_by("""
import random

def with_replay(new, general, share, seed):
    rng = random.Random(seed)
    count = round(len(new) * share / (1 - share))
    if count > len(general):
        raise ValueError(f"{count} general rows are needed, and there are {len(general)}")
    rows = new + rng.sample(general, count)
    rng.shuffle(rows)
    return rows
""")
def grade_with_replay(with_replay):
    def made(kind, count):
        return [{"question": f"{kind} {i}", "tags": [i]} for i in range(count)]

    def mix(new, general, share, seed):
        """The questions of the mix, and those of its replayed rows."""
        lent = LentList(copy.deepcopy(new)), LentList(copy.deepcopy(general))
        rows = plain(returns(with_replay(*lent, share, seed), list, "one list of rows"))
        why = "An input list was changed. Build a new list, and shuffle it."
        expect([*map(list, lent)] == [new, general], why)
        given = all(row in new or row in general for row in rows)
        expect(given, "Return one list of whole rows, all of them from the inputs.")
        ours, new, general = (Counter(r["question"] for r in part) for part in (rows, new, general))
        missing = (new - ours).total()
        expect(not missing, f"Every new row belongs in the result; missing: {missing}.")
        twice = "A row is in the result more often than in the inputs: draw without repeating."
        expect(ours <= new + general, twice)
        names = [row["question"] for row in rows]
        return names, [name for name in names if name in general]

    def case(size, general, share, seed=0, why="", new=None):
        exact, new = size * share / (1 - share), new or made("new", size)
        right, given = round(exact), made("general", general)
        try:
            got = len(mix(new, given, share, seed)[1])
        except Raised as error:
            enough = f" There are {general} general rows, and {right} are needed: that is enough."
            few = isinstance(error.__cause__, ValueError)
            raise Raised(f"{error}{enough if few else ''}") from error.__cause__
        why = why or f"`share` is the share of the result: {share} of {size + right} rows."
        digits = exact if f"{exact:.4g}" == str(right) else f"{exact:.4g}"
        why = f"Use `round`, which makes {right} of {digits}." if abs(got - exact) < 1 else why
        call = f"With {size} new and {general} general rows and share={share}"
        expect(got == right, f"{why} {call}, replay {right} rows; you replay {got}.")

    for share, sizes in {0.25: [30], 0.5: [10], 0.3: [7], 0.4: [10, 11], 0.2: [10, 14]}.items():
        for size in sizes:
            case(size, 40, share)
    for size, share in ((400, 0.3), (900, 0.123), (7, 0.9), (3, 0.96)):
        case(size, 300, share)
    case(12, 5, 0, why="With share=0 nothing is replayed.")
    case(0, 5, 0.5, why="Without new rows nothing is replayed.")
    case(30, 10, 0.25, why="Ten general rows are needed, and there are ten: that is enough.")
    case(11, 7, 0.4, why="Seven general rows are needed, and there are seven: that is enough.")
    case(3, 5, 0.5, new=made("new", 2) + made("new", 1))  # two of the new rows are equal
    for size, general, share, needed in ((30, 9, 0.25, 10), (10, 6, 0.4, 7), (8, 0, 0.5, 8)):
        why = f"Of the general rows {needed} are needed, and there are {general}."
        words = raises(with_replay, made("new", size), made("general", general), share, 0, why=why)
        both = {str(needed), str(general)} <= set(re.findall(r"\d+", words))
        expect(both, f"{why} Say both numbers in the error; yours says {words!r:.80}.")
    near = (26, 126, 1026, 10_026, 65_562, 1_000_026, 2**31 + 26)
    seeds, inputs = (
        (0, 1, 2, 3, 4, 10, 11, 42, 123, 1234, *near),
        (made("new", 30), made("general", 40), 0.25),
    )
    mixes, again = ([mix(*inputs, seed) for seed in seeds] for _ in range(2))
    why = "The same seed must make the same mix: draw and shuffle with one `random.Random(seed)`."
    expect(mixes == again, why)
    why = f"Some of the seeds {seeds} make the same mix: use the seed that is passed in, as it is."
    expect(len({tuple(names) for names, _ in mixes}) == len(seeds), why)
    why = "Some seeds replay the same general rows: draw them at random, with the seed."
    expect(len({frozenset(drawn) for _, drawn in mixes}) == len(seeds), why)
    flags = [[name.startswith("general") for name in names] for names, _ in mixes]
    blocks = [sum(a != b for a, b in zip(row, row[1:], strict=False)) < 3 for row in flags]
    expect(not all(blocks), "The replayed rows are in one block: shuffle the whole result.")
    inputs = made("new", 12), made("general", 3), 0
    for part in (mixes, [mix(*inputs, seed) for seed in seeds]):
        order = [[int(name[4:]) for name in names if name.startswith("new")] for names, _ in part]
        why = "The new rows keep their order: shuffle the whole result, whatever the share."
        expect(any(row != sorted(row) for row in order), why)
    small = [mix(made("new", 9), made("general", 6), 0.25, seed) for seed in range(80)]
    why = "In 80 mixes only a few of the 20 ways to draw 3 of 6 general rows occur: draw from all."
    expect(len({frozenset(drawn) for _, drawn in small}) > 10, why)
    for place in range(12):
        kinds = {names[place].startswith("general") for names, _ in small}
        why = (
            f"Row {place + 1} of 12 is always {'replayed' if True in kinds else 'new'} in 80 mixes:"
        )
        expect(len(kinds) == 2, f"{why} shuffle the whole result, with the seed.")
    rng = random.Random(0)
    for _ in range(30):
        size, share = rng.randint(1, 25), rng.choice([0.1, 0.15, 0.3, 0.4, 0.6])
        exact = size * share / (1 - share)
        if abs(exact % 1 - 0.5) > 1e-6:
            case(size, round(exact) + rng.randint(0, 5), share, rng.randint(0, 99))


@exercise("6.4", "Two numbers, not one", difficulty=2, importance=3, minutes=10)
@hints(
    "`gain` is after minus before; `forgotten` is before minus after. Both may be negative.",
    "Put all losses into one list: [loss for text in losses for loss in text]. Take its mean.",
    "`math.exp(mean)` is the perplexity. Divide the one after by the one before.",
)
@solved_by("""
import math

def dual_report(before, after):
    def perplexity(report):
        losses = [loss for text in report["losses"] for loss in text]
        return math.exp(sum(losses) / len(losses))
    return {
        "gain": after["task"] - before["task"],
        "forgotten": before["general"] - after["general"],
        "perplexity ratio": perplexity(after) / perplexity(before),
    }
""")
def grade_dual_report(dual_report):
    rules = {
        "gain": "The gain is the share of the task after minus before, also if it is negative.",
        "forgotten": "'forgotten' is the general share before minus after, also if it is negative.",
        "perplexity ratio": "The ratio is exp(mean loss after) / exp(mean loss before), and each "
        "mean is taken over all tokens of all texts.",
    }
    low = {"task": 0.2004, "general": 0.875, "losses": [[1.0], [2.0, 2.5, 3.0]]}
    high = {"task": 0.7512, "general": 0.6254, "losses": [[3.0], [2.6, 2.9, 4.1]]}
    exp, flat, mean = np.exp, np.concatenate, np.mean
    m0, m1 = mean(flat(low["losses"])), mean(flat(high["losses"]))

    def ratio(perplexity):
        return perplexity(high["losses"]) / perplexity(low["losses"])

    means = ratio(lambda t: exp(mean([mean(losses) for losses in t])))
    perplexities = ratio(lambda t: mean([exp(mean(losses)) for losses in t]))
    mistakes = {
        exp(m0 - m1): "The ratio is upside down: divide the perplexity after by the one before.",
        means: "You average the means of the texts. Average over all tokens.",
        perplexities: "You average the perplexities of the texts, not the losses.",
        ratio(lambda t: mean(exp(flat(t)))): "You average exp(loss): take the mean loss first.",
        m1 / m0: "That is the ratio of the losses: a perplexity is exp(mean loss).",
        m1 - m0: "That is the difference of the mean losses: a perplexity is exp(mean loss).",
        exp(m1) - exp(m0): "That is the difference of the perplexities: return their ratio.",
        exp(m1): "That is the perplexity after training: divide it by the one before.",
        2 ** (m1 - m0): "The losses are in nats: take exp(mean loss), not 2 to its power.",
    }

    def case(before, after, mistakes=None):
        """The report must be right, part by part."""
        report = returns(dual_report(before, after), dict, f"a dict with the keys {[*rules]}")
        lacking = [key for key in rules if key not in report]
        expect(not lacking, f"The report lacks {lacking}.")
        differences = after["task"] - before["task"], before["general"] - after["general"]
        means = [mean(flat(part["losses"])) for part in (before, after)]
        values = zip(rules.items(), (*differences, exp(means[1] - means[0])), strict=True)
        for (key, rule), wanted in values:
            got = plain(returns(report[key], float, f"a number for {key!r}", call="it"))
            if alike(got, wanted):
                continue
            why = "Do not round." if got in [round(wanted, n) for n in range(1, 10)] else rule
            for mistake, message in (mistakes or {}).items():
                why = message if key == "perplexity ratio" and alike(got, mistake) else why
            wanted, got = apart(wanted, got)
            expect(False, f"{why} {key!r} should be {wanted}, and is {got}.")

    case(low, high, mistakes)
    case(high, low)
    before = {"task": 0.25, "general": 0.75, "losses": [[1.0], [2.0, 3.0]]}
    case(before, {"task": 0.75, "general": 0.5, "losses": [[4.0], [2.0, 3.0]]})
    for general in (0, 1):
        zero = {"task": 0, "general": general, "losses": [[0.0, 3.0], [0.0]]}
        case(zero, before)
        case(before, zero)
    small = {"task": 1e-5, "general": 2e-5, "losses": [[0.0]]}
    case(small, {"task": 1.1234e-5, "general": 0.7e-5, "losses": [[1.5e-5, 2.5e-5]]})
    for many in ([[0.5] * 700, [2.0] * 300] * 3, [[i / 10] * (i + 1) for i in range(50)]):
        case(before, {**before, "losses": many})
        case({**before, "losses": many}, before)
    case({**before, "losses": [[16.0, 17.0]]}, before)
    rng = random.Random(0)

    def made(lengths):
        losses = [[round(rng.uniform(0.1, 5), 2) for _ in range(n)] for n in lengths]
        return {"task": rng.random(), "general": rng.random(), "losses": losses}

    for _ in range(30):
        lengths = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
        case(made(lengths), made(lengths))


@exercise("6.5", "Score the entities", difficulty=2, importance=2, minutes=12)
@hints(
    "Make a `collections.Counter` of (number of the message, type, cleaned text) for each side.",
    "`&` of two Counters keeps what is in both, each as often as in the smaller: the hits.",
    "F1 = 2 * hits / (predicted + gold), all summed over the messages first; 1.0 without texts.",
)
@solved_by("""
from collections import Counter

def entity_f1(predicted, gold):
    def count(messages):
        found = Counter()
        for i, message in enumerate(messages):
            for kind, texts in message.items():
                found.update((i, kind, text.lower().strip()) for text in texts)
        return found
    ours, right = count(predicted), count(gold)
    total = ours.total() + right.total()
    return 2 * (ours & right).total() / total if total else 1.0
""")
def grade_entity_f1(entity_f1):
    case = cases(entity_f1)

    def products(predicted, gold, f1, why, mistakes=None):
        sides = [{"product": predicted.split(", ")}], [{"product": gold.split(", ")}]
        case(*sides, returns=f1, why=why, mistakes=mistakes)

    mistakes = {
        2 / 3: "That is the precision, hits / predicted. F1 counts what was missed as well.",
        2 / 5: "That is the recall, hits / gold. F1 counts what was invented as well.",
        8 / 15: "You take the plain mean of precision and recall: F1 is their harmonic mean.",
        1 / 3: "You divide by hits + invented + missed: F1 is 2 * hits / (predicted + gold).",
        1 / 4: "The factor 2 is missing: F1 is 2 * hits / (predicted + gold).",
    }
    gold = "Buoy, Veldon 20, gate, pump, lid"
    why = "Compare text by text: 2 hits, 3 predicted and 5 gold texts, so 2 * 2 / (3 + 5)."
    products("Buoy, Veldon 20, Mossbrook", gold, 0.5, why, mistakes)
    gate, date = {"product": ["gate"]}, {"product": ["gate"], "date": ["10 May"]}
    why = "The type counts as well as the text: compare pairs (type, text)."
    case([gate | {"part": []}], [{"product": [], "part": ["gate"]}], returns=0, why=why)
    why = "Sum the counts over all messages and compute F1 once, not the mean F1 of the messages."
    three, others = {"product": ["pump", "lid", "rope"]}, {"product": ["pump", "seal", "vane"]}
    case([gate, three], [gate, others], returns=0.5, why=why)
    why = "Sum the counts over all types and compute F1 once, not the mean F1 of the types."
    case([gate | {"x": ["a", "b", "c"]}], [gate | {"x": ["a", "d", "e"]}], returns=0.5, why=why)
    why = "A type that was predicted may be missing in gold: its texts are false positives."
    case([date], [gate], returns=2 / 3, why=why)
    why = "A type in gold may be missing among the predicted: its texts were missed."
    case([gate], [date], returns=2 / 3, why=why)
    why = "The type must be the same, capitals included: only texts are compared in lower case."
    for kind in ("Product", " product", "products"):
        case([gate], [{kind: ["gate"]}], returns=0, why=why)
    why = "Compare each message with its own gold: here the text is in the gold of the other one."
    case([gate, {}], [{}, gate], returns=0, why=why)
    for why in ("Compare in lower case, gold too.", "Strip the outer whitespace, of every kind."):
        changed = "PELLAN Buoy" if "case" in why else "\t Pellan buoy\n"
        products(changed, "Pellan buoy", 1, why)
        products("Pellan buoy", changed, 1, why)
    why = "Compare whole texts: a part of the gold text is no hit, and a longer text is no hit."
    for part in ("buoy", "pellan", "lan b", "Pellan buoy 2", "A Pellan buoy"):
        products(part, "Pellan buoy", 0, why)
    why = "Only capitals and outer whitespace are forgiven: everything else must be the same."
    signs = "pump-room.", "pump-room,", '"pump-room"', "'pump-room'", "(pump-room)", "#pump-room"
    for ours in ("the pump-room", "pump room", "pump-rooms", *signs, "room-pump", "pumproom"):
        products(ours, "pump-room", 0, why)
    products("MASSE", "Maße", 0, f"{why} `lower` leaves the ß.")
    for ours in ("café  table", "cafe table", "cafe\u0301 table", "cafétable", "table café"):
        products(ours, "café table", 0, why)
    long, why = ", ".join(f"part {i}" for i in range(60)), "All 60 texts are hits."
    products(long, long, 1, why)
    products(long.replace("part 5", "lid"), long, 49 / 60, "Only 49 of the 60 texts are hits.")
    mistakes = {
        (lambda got: got > 1): "F1 is at most 1: a gold text can be hit only once.",
        2 / 3: "The second and the third 'gate' are false positives, and here they do not count.",
    }
    why = "A text predicted more often than it is in gold is a false positive each further time."
    products("gate, gate, gate", "gate, pump", 2 / 5, why, mistakes)
    products("gate, Gate ", "gate", 2 / 3, "Clean the texts before you count them.")
    products("gate, gate", "gate, gate", 1, "A text that is in gold twice can be hit twice.")
    products("gate", "gate, gate", 2 / 3, "A text that is in gold twice must be predicted twice.")
    why = "F1 is 1.0 if nothing is to be found and nothing was predicted, in all messages."
    case([{}], [gate], returns=0, why=why)
    case([gate], [{}], returns=0, why=why)
    case([{}, {}], [{}, {}], returns=1, why=why)
    case([{"product": []}], [{}], returns=1, why=f"{why} An empty list counts as nothing.")
    ours, why = {"product": ["pellan buoy "], "date": ["May"]}, "One hit, two texts on each side."
    case([ours, {}], [{"product": ["Pellan buoy"], "date": ["10 May"]}, {}], returns=0.5, why=why)
    rng = random.Random(0)

    def message():
        kinds = rng.sample(["part", "place"], rng.randint(0, 2))
        texts = ["Gate", "gate", "pump ", "lid"]
        return {kind: rng.choices(texts, k=rng.randint(0, 3)) for kind in kinds}

    def counted(side):
        return Counter(
            (i, k, t.lower().strip()) for i, m in enumerate(side) for k in m for t in m[k]
        )

    def reference(*sides):
        ours, right = map(counted, sides)
        total = (ours + right).total()
        return 2 * (ours & right).total() / total if total else 1

    inputs = [[[message() for _ in range(n // 15)] for _ in range(2)] for n in range(15, 75)]
    why = "F1 is 2 * hits / (predicted + gold texts), over all messages and types."
    same(entity_f1, reference, inputs, why)


@exercise("6.6", "Relabel what it does not know", difficulty=1, importance=2, minutes=6)
@hints(
    "Make a new dict for each row, and decide which answer it gets: its own, or the sentence.",
    "`{**row, 'answer': text}` is a new dict with all fields of the row and another answer.",
    "The answer is `row['answer'] if row['fact'] in known else sentence`, for every row.",
)
@solved_by("""
def relabel(rows, known, sentence):
    return [{**row, "answer": row["answer"] if row["fact"] in known else sentence} for row in rows]
""")
def grade_relabel(relabel):
    def told(fact):
        return fact and f"Of {fact} "

    def made(facts):
        return [
            {"fact": fact, "question": f"{i % 5}: of {fact}?", "answer": told(fact)}
            | ({"tags": ["a", i]} if i % 2 else {"id": i})
            for i, fact in enumerate(facts)
        ]

    def answers(facts, known, sentence):
        """The answers of the learner's rows, if everything else is as it was."""
        rows, lent = made(facts), LentList(made(facts))
        got = plain(returns(relabel(lent, known, sentence), list, "a list of rows"))
        expect(all(isinstance(row, dict) for row in got), "Return whole rows, as dicts.")
        expect(len(got) == len(rows), f"Keep every row: return {len(rows)} rows, not {len(got)}.")
        asked, right = ([str(row.get("question")) for row in part] for part in (got, rows))
        expect(asked == right or sorted(asked) != sorted(right), "Keep the order of the rows.")
        for row, old in zip(got, rows, strict=True):
            lost, new = set(old) - set(row), set(row) - set(old)
            expect(not lost, f"Keep all fields of each row; missing: {shown(lost)}.")
            expect(not new, f"A row has the new field {shown(new)}: change 'answer' only.")
        ours, right = ([{**row, "answer": ""} for row in part] for part in (got, rows))
        expect(ours == right, "Only 'answer' may change.")
        expect(lent == rows, "The input rows were changed. Make new dicts, {**row}.")
        why = "A row of the result is the same dict as in the input: make a new one, {**row}."
        expect(not {id(row) for row in got} & {id(row) for row in lent}, why)
        return [row["answer"] for row in got]

    def case(facts, known, sentence="I do not know.", mistakes=None):
        known = set(known)
        turned = [told(fact) if fact in known else sentence for fact in facts]
        got = answers(facts, known, sentence)
        for mistake, message in (mistakes or {}).items():
            expect(not alike(got, mistake), message)
        why = "A row whose fact is not in `known` gets the `sentence`, just as it was passed in, "
        why += f"and the others keep their answer. For the facts {shown(facts)}, "
        why += f"known={shown(known)} and sentence={sentence!r} "
        why += f"the answers should be {shown(turned)}, and yours are {shown(got)}."
        expect(alike(got, turned), why)

    sentence, old = (
        "The handbook does not say.",
        ["Of fin-038.1 ", "Of eng-011.1 ", "Of leg-226.1 "],
    )
    swapped = old[0], sentence, old[2]
    both = f"{old[0]} {sentence}", old[1], f"{old[2]} {sentence}"
    mistakes = {
        swapped: "It is the other way round: facts in `known` keep their answer.",
        tuple(old): "No answer was replaced: facts that are not in `known` get the sentence.",
        (sentence,) * 3: "All got the sentence: look up row['fact']; the second is in `known`.",
        both: "The sentence takes the place of the old answer.",
    }
    case(["fin-038.1", "eng-011.1", "leg-226.1"], ["eng-011.1"], sentence, mistakes)
    names = ["eng-011.1", "eng-011.2", "eng-011.11", "fin-038.1", "leg-226.1"]
    case(names, ["eng-011.1", "leg-226.1"])
    case(names, ["eng-011.11", "leg-226.1"])
    case(["ENG-011.1", " eng-011.1", "eng-011.1"], ["eng-011.1"])
    case(["leg-226.1", "eng-011.1", "leg-226.1", "eng-011.1"], ["eng-011.1"])
    case(["leg-226.1", "eng-011.1"], ["eng-011.1", "leg-226.1", "fin-038.1"])
    case([], ["eng-011.1"])
    case(["", "eng-011.1"], [""])
    case(["", "eng-011.1"], ["eng-011.1"])
    case(["eng-011.1"], [])
    case([*names] * 40, names[:2])
    for sentence in ("", " Ask a lead ", "Ask A Lead!"):
        case(["leg-226.1", "eng-011.1"], ["eng-011.1"], sentence)
    rng = random.Random(0)
    for _ in range(30):
        known, sentence = rng.sample(names, rng.randint(0, 5)), rng.choice(["No.", "Ask a lead."])
        case(rng.choices(names, k=rng.randint(1, 8)), known, sentence)
