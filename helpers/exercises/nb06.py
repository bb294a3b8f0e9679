"""Exercises of notebook 06: forced choice, exposures, replay, gain and forgetting, entities."""

import copy
import math
import random
import re

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, expect, raises, returns, same, shown


class Lent(list):
    """A list that the engine does not copy, so a grader sees if the learner's code changes it."""

    def __deepcopy__(self, memo):
        return self


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
    }
    mistakes = {
        0: "You pick the worst option. The highest score is nearest to 0: do not use `abs`.",
        3: "Return the share of the questions, not their number.",
        100: "Return a share from 0 to 1, not a percentage.",
    }
    best = [[-1, -2, -3, -4], [-5, -3, -6, -9], [-2, -8, -7, -1]]
    why = "Each row is one question. Its right option is the best, which counts 1, however likely."
    case(best, [0, 1, 3], 1, why, mistakes)
    case([[-1, -2]] * 2, [0, 1], 0.5, "A wrong choice counts 0, and it counts in the mean.")
    mistakes = {
        1 / 3: "`argmax` takes the first of equals, so the place of the right option matters.",
        2 / 3: "You take the last of equals, so the place of the right option matters.",
        1: "You count a tie in full.",
        0: "You count a tie as wrong.",
    }
    why = "A model that scores all four options the same knows nothing, and must get 1/4."
    case([[-2] * 4] * 3, [0, 3, 3], 0.25, why, mistakes)
    why = "Share a tie out among the tied options, not among all options."
    case([[-1, -3, -1, -2]], [2], 0.5, why)
    case([[-1, -1, -2]], [2], 0, "A tie for the highest score without the right option counts 0.")
    case([[-1, -2, -2]], [0], 1, "A tie for a lower place does not matter.")
    case([[-1, -2, -2]], [2], 0, "A tie for the second place counts 0.")
    case([[-2.001, -2.002, -2.4]], [1], 0, "A small lead decides: do not round the scores.")
    why = "Compare the log-likelihoods themselves: exp(-4000) and exp(-5000) are both 0 in Python."
    case([[-5000, -4000], [-1000, -2000]], [1, 0], 1, why)
    why = "-inf is an ordinary, very low score (probability 0). Only NaN makes a row wrong."
    case([[-math.inf, -1, -2]], [1], 1, why)
    why = "A row with NaN counts as wrong, wherever it is. `argmax` takes NaN for the highest."
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
    for questions, options in rng.integers((1, 2), (6, 6), (60, 2)).tolist():
        scores = -rng.integers(0, rng.choice([4, 999]), (questions, options)).astype(float)
        if rng.random() < 0.3:
            scores.flat[rng.integers(scores.size)] = math.nan
        inputs.append((scores, rng.integers(0, options, questions)))
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
        wanted = [(fact, wordings[fact][i % used]) for i in range(exposures) for fact in wordings]
        call = f"With {len(wordings)} facts, exposures={exposures} and used={used}: "

        def rows_of(*args):
            """The learner's rows, if they keep all rules but the turns."""
            rows = returns(schedule(*args), list, "a list of pairs (fact, wording)")
            pairs = all(isinstance(row, list | tuple) and len(row) == 2 for row in rows)
            expect(pairs, "Each row is a pair (fact, wording).")
            facts = [fact for fact, _ in rows]
            expect(set(facts) <= set(wordings), "The fact comes first, then its wording.")
            texts = all(isinstance(text, str) for _, text in rows)
            expect(texts, "Return the text of a wording, not its number.")
            times = {facts.count(fact) for fact in wordings}
            rule = "`exposures` is how often a fact is seen in all, not how often each wording is."
            expect(used == 1 or times != {exposures * used}, call + rule)
            rule = f"each fact is seen exactly {exposures} times: go round the wordings again."
            expect(times == {exposures}, call + rule)
            late = any(text not in wordings[fact][:used] for fact, text in rows)
            expect(not late, f"{call}use only the first {used} wordings of each fact.")
            size = len(wordings)
            rounds = [facts[i : i + size] for i in range(0, len(facts), size)]
            each = all(set(part) == set(wordings) for part in rounds)
            expect(each, "Go in rounds: every fact once, then every fact again.")
            kept = all(part == rounds[0] for part in rounds)
            expect(kept, "Keep the order of the facts, or one is seen twice in a row.")
            return rows

        rows_of.__name__ = "schedule"
        cases(rows_of)(wordings, exposures, used, returns=wanted, why=why)

    trees = {tree: [f"{tree} {i}" for i in (1, 2, 3)] for tree in ("ash", "oak", "elm")}
    verify(trees, 4, 2)
    verify(trees, 5, 3, "Three wordings are enough for three.")
    verify(trees, 2, 3)
    verify(trees, 3, 1)
    verify({"ash": ["a", "b"]}, 3, 2)
    verify({"ash": ["a", "b"], "oak": ["c", "d", "e", "f"]}, 6, 2)
    few = {"oak": ["c"], "ash": ["a", "b"]}
    for wordings in (few, dict(reversed(few.items()))):
        raises(schedule, wordings, 4, 2, why="'oak' has only one wording, and two are to be used.")
    rng, ids = random.Random(0), ["eng-011.1", "fin-038.2", "leg-226.3", "saf-007.1", "sup-150.2"]
    for _ in range(40):
        used, names = rng.randint(1, 4), rng.sample(ids, rng.randint(1, 5))
        wordings = {id: [f"{id}.t{i}" for i in range(used + rng.randint(0, 2))] for id in names}
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
        return [{"id": f"{kind}.{i}", "question": f"{i}?", "answer": i} for i in range(count)]

    def mix(new, general, share, seed):
        """The ids of the mix, and those of its replayed rows."""
        inputs = made("new", new), made("general", general)
        lent = [Lent(copy.deepcopy(rows)) for rows in inputs]
        rows = returns(with_replay(*lent, share, seed), list, "one list of rows")
        given = all(row in inputs[0] or row in inputs[1] for row in rows)
        expect(lent == list(inputs), "An input list was changed. Build a new list, and shuffle it.")
        expect(given, "Return one list of whole rows, all of them from the inputs.")
        ids = [row["id"] for row in rows]
        missing = {row["id"] for row in inputs[0]} - set(ids)
        expect(not missing, f"Every new row belongs in the result: {len(missing)} are missing.")
        repeated = len(set(ids)) < len(ids)
        expect(not repeated, "A row is there twice: draw without repeating, with `rng.sample`.")
        return ids, [id for id in ids if id.startswith("general")]

    def replayed(new, general, share, seed):
        return len(mix(new, general, share, seed)[1])

    def case(new, general, share, seed=0, why=""):
        exact = new * share / (1 - share)
        mistakes = {
            round(general * share): "`share` is the share of the result, not of the general rows.",
            round(new * share): "`share` is the share of the result, not of the new rows.",
            (lambda got: abs(got - exact) < 1): "Round to the nearest whole number.",
        }
        why = why or "round(len(new) * share / (1 - share)) rows are replayed."
        row = {"new": new, "general": general, "share": share, "seed": seed}
        cases(replayed)(**row, returns=round(exact), why=why, mistakes=mistakes)

    case(30, 40, 0.25)
    case(10, 40, 0.5)
    case(7, 40, 0.3)
    case(10, 40, 0.4)
    case(11, 40, 0.4)
    case(12, 5, 0, why="With share=0 nothing is replayed.")
    case(30, 10, 0.25, why="Ten general rows are needed, and there are ten: that is enough.")
    why = "Ten general rows are needed, and there are 9."
    words = raises(with_replay, made("new", 30), made("general", 9), 0.25, 0, why=why)
    both = {"10", "9"} <= set(re.findall(r"\d+", words))
    expect(both, f"{why} Say both numbers in the error; yours says {words!r:.80}.")
    mixes, again = ([mix(30, 40, 0.25, seed) for seed in range(8)] for _ in range(2))
    why = "The same seed must make the same mix: draw and shuffle with one `random.Random(seed)`."
    expect(mixes == again, why)
    why = "Every seed makes the same mix: use the seed that is passed in."
    expect(any(made != mixes[0] for made in mixes), why)
    why = "Every seed replays the same general rows: draw them at random, with the seed."
    expect(any(set(drawn) != set(mixes[0][1]) for _, drawn in mixes), why)
    flags = [[id.startswith("general") for id in ids] for ids, _ in mixes]
    blocks = [sum(a != b for a, b in zip(row, row[1:], strict=False)) < 3 for row in flags]
    expect(not all(blocks), "The replayed rows are in one block: shuffle the whole result.")
    order = [[int(id[4:]) for id in ids if id.startswith("new")] for ids, _ in mixes]
    why = "The new rows keep their order: shuffle the whole result."
    expect(any(row != sorted(row) for row in order), why)
    why = "The replayed rows are at the same places for every seed: shuffle the whole result."
    expect(any(row != flags[0] for row in flags), why)
    ever = {id for seed in range(60) for id in mix(9, 6, 0.25, seed)[1]}
    expect(len(ever) == 6, "In 60 mixes some general rows were never drawn: draw from all of them.")
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
    keys = ("gain", "forgotten", "perplexity ratio")

    def report(before, after):
        got = returns(dual_report(before, after), dict, f"a dict with the keys {', '.join(keys)}")
        expect(set(keys) <= set(got), f"The report lacks {set(keys) - set(got)}.")
        return [got[key] for key in keys]

    def case(key, before, after, wanted, why, mistakes=None):
        def number(before, after):
            return report(before, after)[keys.index(key)]

        rounded = {(lambda got: abs(got - wanted) < 0.006): "Do not round."}
        number.__name__ = key.replace(" ", "_")
        cases(number, rounded)(before, after, returns=wanted, why=why, mistakes=mistakes)

    low = {"task": 0.2, "general": 0.875, "losses": [[1.0], [2.0, 2.0, 2.0]]}
    high = {"task": 0.75, "general": 0.625, "losses": [[3.0], [2.5, 2.5, 2.5]]}
    mistakes = {
        -0.55: "The gain has the wrong sign: it is after minus before.",
        0.75: "That is the task after training: subtract what the model could do before.",
        0.75 / 0.2: "The gain is a difference of two shares, not their ratio.",
        0.55 / 0.2: "The gain is the plain difference: do not divide by the share before.",
        0.55 / 0.8: "The gain is the plain difference: do not divide by what was left to learn.",
        55: "The gain is a share (0.55), not a percentage.",
        0.25: "The gain is about 'task'; yours is about 'general'.",
        -0.25: "The gain is about 'task'; yours is about 'general'.",
    }
    case("gain", low, high, 0.55, "The gain is the task after minus before.", mistakes)
    why = "The gain may be negative: if the task got worse, the report must show it."
    case("gain", high, low, -0.55, why, {0.55: f"{why} Do not use `abs`."})
    mistakes = {
        -0.25: "'forgotten' has the wrong sign: it is before minus after.",
        0.625: "That is the general share after training: 'forgotten' is before minus after.",
        0.25 / 0.875: "'forgotten' is the plain difference: do not divide by the share before.",
        25: "'forgotten' is a share (0.25), not a percentage.",
        0.55: "'forgotten' is about 'general'; yours is about 'task'.",
        -0.55: "'forgotten' is about 'general'; yours is about 'task'.",
    }
    case("forgotten", low, high, 0.25, "It is the general share before minus after.", mistakes)
    why = "'forgotten' may be negative: if the general items got better, the report must show it."
    case("forgotten", high, low, -0.25, why, {0.25: f"{why} Do not use `abs`."})
    exp, two = math.exp, 2**0.875
    mistakes = {
        exp(-0.875): "The ratio is upside down: divide the perplexity after by the one before.",
        exp(1.25): "You average the means of the texts. Average over all tokens.",
        (exp(3) + exp(2.5)) / (exp(1) + exp(2)): (
            "You average the perplexities of the texts. Average all losses first, then use exp."
        ),
        (exp(3) + 3 * exp(2.5)) / (exp(1) + 3 * exp(2)): (
            "You average exp(loss): take the mean loss first, then exp of it."
        ),
        1.5: "That is the ratio of the losses: a perplexity is exp(mean loss).",
        exp(1.5): "You take exp of the ratio of the losses: take exp first, then the ratio.",
        0.875: "That is the difference of the mean losses: a perplexity is exp(mean loss).",
        exp(3.5): "You take exp of the sum of the losses: divide by the number of tokens first.",
        exp(1.75): "You divide by the number of texts: divide by the number of tokens.",
        exp(2.625) - exp(1.75): "That is the difference of the perplexities: return their ratio.",
        exp(2.625): "That is the perplexity after training: divide it by the one before.",
        two: "The losses are in nats: a perplexity is exp(mean loss), not 2 to its power.",
        exp(2): "Only the first text is counted: take the tokens of all texts.",
        exp(0.5): "Only the last text is counted: take the tokens of all texts.",
    }
    key, why = "perplexity ratio", "It is exp(mean loss after) / exp(mean loss before)."
    case(key, low, high, exp(0.875), why, mistakes)
    case(key, low, low, 1, "If nothing changed, the ratio is 1.")

    def reference(before, after):
        means = [np.concatenate(part["losses"]).mean() for part in (before, after)]
        gain, forgotten = after["task"] - before["task"], before["general"] - after["general"]
        return [gain, forgotten, np.exp(means[1] - means[0])]

    rng = random.Random(0)

    def made(lengths):
        losses = [[round(rng.uniform(0.1, 5), 2) for _ in range(n)] for n in lengths]
        return {"task": rng.random(), "general": rng.random(), "losses": losses}

    for _ in range(30):
        lengths = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
        same(report, reference, [(made(lengths), made(lengths))])


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
        0: "Compare text by text, not whole lists: two of these products are right.",
    }
    gold, why = "Buoy, Veldon 20, gate, pump, lid", "2 hits, 3 predicted and 5 gold texts: 4 / 8."
    products("Buoy, Veldon 20, Mossbrook", gold, 0.5, why, mistakes)
    gate, date = {"product": ["gate"]}, {"product": ["gate"], "date": ["10 May"]}
    case([date], [date], returns=1, why="All is right.")
    why = "The type counts as well as the text: compare pairs (type, text)."
    case([gate], [{"part": ["gate"]}], returns=0, why=why)
    why = "Sum the counts over all messages and compute F1 once, not the mean F1 of the messages."
    three, others = {"product": ["pump", "lid", "rope"]}, {"product": ["pump", "seal", "vane"]}
    case([gate, three], [gate, others], returns=0.5, why=why)
    why = "Sum the counts over all types and compute F1 once, not the mean F1 of the types."
    case([gate | {"x": ["a", "b", "c"]}], [gate | {"x": ["a", "d", "e"]}], returns=0.5, why=why)
    why = "A type on the predicted side only holds false positives: go through the types of both."
    case([date], [gate], returns=2 / 3, why=why)
    why = "A type in gold only was missed: go through the types of both sides."
    case([gate], [date], returns=2 / 3, why=why)
    why = "Compare each message with its own gold: here the text is in the gold of the other one."
    case([gate, {}], [{}, gate], returns=0, why=why)
    products("PELLAN Buoy", "Pellan buoy", 1, "Compare in lower case.")
    products("Pellan buoy", "PELLAN buoy", 1, "Compare in lower case: gold too.")
    products(" Pellan buoy\n", "Pellan buoy", 1, "Strip the outer spaces, of every kind.")
    products("buoy", "Pellan buoy", 0, "Compare whole texts: a part of the gold text is no hit.")
    products("Pellan buoy 2", "Pellan buoy", 0, "Compare whole texts: a longer text is no hit.")
    products("the pump", "pump", 0, "Only capitals and outer spaces are forgiven: articles count.")
    mistakes = {
        (lambda got: got > 1): "F1 is at most 1. A gold text can be hit only once: use Counter.",
        2 / 3: "The second and the third 'gate' are false positives. Sets miss them: use Counter.",
    }
    why = "A text predicted more often than it is in gold is a false positive each further time."
    products("gate, gate, gate", "gate, pump", 2 / 5, why, mistakes)
    products("gate, Gate ", "gate", 2 / 3, "Clean the texts before you count them.")
    products("gate, gate", "gate, gate", 1, "A text that is in gold twice can be hit twice.")
    products("gate", "gate, gate", 2 / 3, "A text that is in gold twice must be predicted twice.")
    case([{}], [gate], returns=0, why="Nothing predicted and something to find: F1 is 0.")
    case([gate], [{}], returns=0, why="Something predicted and nothing to find: F1 is 0.")
    why = "Nothing to find and nothing predicted, in all messages: F1 is 1.0."
    case([{}, {}], [{}, {}], returns=1, why=why)
    case([{"product": []}], [{}], returns=1, why=f"{why} An empty list counts as nothing.")
    why = "A message without entities adds nothing to the counts."
    case([{}, gate], [{}, {"product": ["pump", "gate"]}], returns=2 / 3, why=why)
    rng = random.Random(0)

    def message():
        kinds = rng.sample(["part", "place"], rng.randint(0, 2))
        texts = ["Gate", "gate", "pump ", "lid"]
        return {kind: rng.choices(texts, k=rng.randint(0, 3)) for kind in kinds}

    def reference(*sides):
        ours, right = (
            [(i, k, text.lower().strip()) for i, m in enumerate(side) for k in m for text in m[k]]
            for side in sides
        )
        hits = sum(min(ours.count(pair), right.count(pair)) for pair in set(ours))
        return 2 * hits / len(ours + right) if ours + right else 1

    for _ in range(60):
        size = rng.randint(1, 4)
        same(entity_f1, reference, [[[message() for _ in range(size)] for _ in range(2)]])


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
    def made(facts):
        return [
            {"id": i, "fact": fact, "question": f"Of {fact}?", "answer": f"of {fact}", "tags": [i]}
            for i, fact in enumerate(facts)
        ]

    def answers(facts, known, sentence):
        """The answers of the learner's rows, if everything else is as it was."""
        rows, lent = made(facts), Lent(made(facts))
        got = returns(relabel(lent, known, sentence), list, "a list of rows")
        expect(all(isinstance(row, dict) for row in got), "Return whole rows, as dicts.")
        why = "Keep every row: those with unknown facts teach the model to abstain."
        expect(len(got) == len(rows), why)
        for row, old in zip(got, rows, strict=True):
            lost, new = set(old) - set(row), set(row) - set(old)
            expect(not lost, f"Keep all fields of each row; missing: {shown(lost)}.")
            expect(not new, f"A row has the new field {shown(new)}: set 'answer' instead.")
        expect([row["id"] for row in got] == [*range(len(rows))], "Keep the order of the rows.")
        only = all(
            {**a, "answer": ""} == {**b, "answer": ""} for a, b in zip(got, rows, strict=True)
        )
        expect(only, "Only 'answer' may change.")
        expect(lent == rows, "The input rows were changed. Make new dicts, {**row}.")
        why = "A row of the result is the same dict as in the input: make a new one, {**row}."
        expect(not {id(row) for row in got} & {id(row) for row in lent}, why)
        return [row["answer"] for row in got]

    def case(facts, known, sentence="I do not know."):
        old = [f"of {fact}" for fact in facts]
        turned = [a if fact in known else sentence for a, fact in zip(old, facts, strict=True)]
        opposite = [sentence if fact in known else a for a, fact in zip(old, facts, strict=True)]
        unknown = {f"of {fact}" for fact in facts} - {f"of {fact}" for fact in known}
        mistakes = {
            tuple(opposite): "It is the other way round: facts in `known` keep their answer.",
            tuple(old): "No answer was replaced: facts that are not in `known` get the sentence.",
            (sentence,) * len(facts): "All got the sentence: look up row['fact'], no other field.",
            (lambda got: unknown & set(got)): "An unknown fact kept its answer: compare whole ids.",
            (lambda got: any(f"{a} {sentence}" in got for a in old)): (
                "The sentence takes the place of the old answer."
            ),
        }
        why = "An unknown fact gets the `sentence` that was passed in, as it is."
        known = set(known)
        cases(answers)(facts, known, sentence, returns=turned, why=why, mistakes=mistakes)

    case(["fin-038.1", "eng-011.1", "leg-226.1"], ["eng-011.1"], "The handbook does not say.")
    names = ["eng-011.1", "eng-011.2", "eng-011.11", "fin-038.1", "leg-226.1"]
    case(names, ["eng-011.1", "leg-226.1"])
    case(["leg-226.1", "eng-011.1", "leg-226.1", "eng-011.1"], ["eng-011.1"])
    case(["leg-226.1", "eng-011.1"], [])
    case(["leg-226.1", "eng-011.1"], ["eng-011.1", "leg-226.1", "fin-038.1"])
    case([], ["eng-011.1"])
    rng = random.Random(0)
    for _ in range(30):
        known, sentence = rng.sample(names, rng.randint(0, 5)), rng.choice(["No.", "Ask a lead."])
        case(rng.choices(names, k=rng.randint(1, 8)), known, sentence)
