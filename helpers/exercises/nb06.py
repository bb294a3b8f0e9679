"""Exercises of notebook 06, facts against form: forced choice, exposures, replay, gain and forgetting, entities, relabelling."""

import copy
import math
import random
import re
from collections import Counter

import numpy as np

from helpers.exercises import Raised, Wrong, exercise, expect


class _Lent:
    """An input whose copy, made for the learner by the engine, is kept in `given`: so it is seen whether the code changed it."""

    def __init__(self, value):
        self.value = value

    def __deepcopy__(self, memo):
        self.given = copy.deepcopy(self.value)
        return self.given

    def changed(self):
        return self.given != self.value


def _tried(message, function, *args):
    """What the function gives back; an error that it raises gets `message`, which names the likely mistake."""
    try:
        return function(*args)
    except Raised as error:
        raise Wrong(f"{message} Your code raised {error}") from error


def _value_error(message, function, *args):
    """The words of the ValueError that the function must raise; `message` says why it must."""
    try:
        got = function(*args)
    except Raised as error:
        expect(isinstance(error.__cause__, ValueError), f"{message} Raise a ValueError; your code raised {error}")
        return str(error.__cause__)
    except Wrong as error:  # the engine's word about None
        raise Wrong(f"{message} Raise a ValueError; yours gave back None.") from error
    raise Wrong(f"{message} Raise a ValueError; yours gave back {got!r:.60}.")


def _number(got, what="one number"):
    real = isinstance(got, int | float | np.integer | np.floating) and not isinstance(got, bool)
    expect(real, f"Give back {what}, not {type(got).__name__}.")
    return float(got)


@exercise(
    "6.1",
    title="Pick the value",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "Begin without ties: which option is best in each row, and how often is that the right one? Then share out the ties.",
        "`best = scores == scores.max(axis=1, keepdims=True)` marks all best options of a row. A row with NaN has none marked.",
        "Divide `best` by its number in the row, at least 1; then `shares[np.arange(len(scores)), right].mean()`.",
    ],
    solution="""
def forced_choice(scores, right):
    best = scores == scores.max(axis=1, keepdims=True)  # NaN equals nothing, so a row with NaN has no best
    shares = best / np.maximum(best.sum(axis=1, keepdims=True), 1)
    return float(shares[np.arange(len(scores)), right].mean())
""",
)
def _(forced_choice):
    inf, nan = math.inf, math.nan

    def share(scores, right):
        case = f"For the scores {scores} and right={right}"
        got = _tried(f"{case}:", forced_choice, np.array(scores, float), np.array(right))
        got = _number(got, "one number, the mean over the questions")
        expect(not math.isnan(got), f"{case} the result is NaN: a row that holds NaN counts 0, and no tie may divide by 0.")
        return got

    def says(scores, right, wanted, message):
        got = share(scores, right)
        expect(abs(got - wanted) < 1e-9, f"{message} For the scores {scores} and right={right} you gave {got:.3g}, not {wanted:.3g}.")

    got = share([[-1, -2, -3, -4], [-5, -3, -6, -9], [-2, -8, -7, -1]], [0, 1, 3])
    expect(got != 0, "Yours picks the worst option: log-likelihoods are negative, and the highest is nearest to 0. Do not take `abs`.")
    expect(got != 3, "Give back the share of the questions, not their number: divide by the number of questions.")
    expect(got != 100, "Give back a share from 0 to 1, not per cent.")
    expect(
        abs(got - 1) < 1e-9,
        "In [[-1, -2, -3, -4], [-5, -3, -6, -9], [-2, -8, -7, -1]] with right=[0, 1, 3] the right option has the highest score of its row, "
        f"so the share is 1, not {got:.3g}: a question counts in full, whatever the probability, and each row is one question.",
    )
    says([[-1, -2], [-1, -2]], [0, 1], 0.5, "A question whose right option is not the highest counts 0, and it counts in the mean.")
    first, last = share([[-2, -2, -2, -2]], [0]), share([[-2, -2, -2, -2]], [3])
    alike = "A model that gives all four options the same score knows nothing, and must get 0.25."
    expect((first, last) != (1, 0), f"{alike} `argmax` takes the first of equals, so yours depends on where the right option stands.")
    expect((first, last) != (0, 1), f"{alike} Yours takes the last of equals, so it depends on where the right option stands.")
    expect((first, last) != (1, 1), f"{alike} Yours counts a tie in full.")
    expect((first, last) != (0, 0), f"{alike} Yours counts a tie as wrong.")
    expect(abs(first - 0.25) < 1e-9 and abs(last - 0.25) < 1e-9, f"{alike} Yours gives {first:.3g} or {last:.3g}.")
    says([[-1, -3, -1, -2]], [2], 1 / 2, "Share a tie out among the options that are tied, not among all options.")
    says([[-1, -1, -2]], [2], 0, "A tie for the highest place without the right option counts 0.")
    says([[-1, -2, -2]], [0], 1, "A tie for a lower place does not matter.")
    says([[-1, -2, -2]], [2], 0, "A tie for the second place gives nothing.")
    says([[-2.001, -2.002, -2.4]], [1], 0, "A small lead decides: these are no ties. Do not round the scores.")
    says(
        [[-5000, -4000], [-1000, -2000]],
        [1, 0],
        1,
        "Compare the log-likelihoods themselves, however low: exp(-4000) is 0 in floating point, and so is exp(-5000).",
    )
    says([[-inf, -1, -2]], [1], 1, "-inf is an ordinary, very low score (probability 0): only NaN makes a row wrong.")
    for row in ([-1, nan, -2], [nan, -1, -2], [-3, -1, nan]):
        says([row], [1], 0, "A row with NaN counts as wrong, wherever the NaN stands. `argmax` takes NaN for the highest.")
    says([[nan, nan], [-1, -2]], [0, 0], 1 / 2, "A row with NaN counts as wrong, so it is not left out of the mean.")
    rng = np.random.default_rng(0)
    for _ in range(60):
        questions, options = (int(n) for n in rng.integers((1, 2), (6, 6)))
        size = (questions, options)
        scores = -rng.integers(0, 4, size).astype(float) if rng.random() < 0.6 else -rng.random(size).round(3)
        if rng.random() < 0.3:
            scores[rng.integers(questions), rng.integers(options)] = nan
        right = rng.integers(0, options, questions)
        points = []
        for row, i in zip(scores.tolist(), right.tolist(), strict=True):
            known = not any(map(math.isnan, row)) and row[i] == max(row)
            points.append(1 / row.count(row[i]) if known else 0)
        says(scores.tolist(), right.tolist(), sum(points) / questions, "Right and highest counts 1, tied 1 / number of the tied, else 0.")


@exercise(
    "6.2",
    title="The same number of exposures",
    difficulty=1,
    importance=2,
    minutes=8,
    hints=[
        "Two loops: the outer one over the rounds, of which there are `exposures`, the inner one over the facts.",
        "In round number `turn`, counted from 0, every fact is seen with its wording number `turn % used`.",
        "[(fact, texts[turn % used]) for turn in range(exposures) for fact, texts in wordings.items()], after the test for too few.",
    ],
    solution="""
def schedule(wordings, exposures, used):
    for fact, texts in wordings.items():
        if len(texts) < used:
            raise ValueError(f"{fact} has {len(texts)} wordings, and {used} are to be used")
    return [(fact, texts[turn % used]) for turn in range(exposures) for fact, texts in wordings.items()]
""",
)
def _(schedule):
    def verify(wordings, exposures, used):
        case = f"For {wordings} with exposures={exposures} and used={used}:"
        rows = _tried(f"{case} every fact has enough wordings.", schedule, wordings, exposures, used)
        expect(isinstance(rows, list), f"Give back a list of pairs (fact, wording), not {type(rows).__name__}.")
        for row in rows:
            expect(isinstance(row, tuple | list) and len(row) == 2, f"Each row is a pair (fact, wording); yours holds {row!r:.60}.")
            fact, wording = row
            expect(
                not isinstance(wording, int | np.integer), f"{case} the second part is the text of a wording, not its number: {row!r:.60}."
            )
            expect(
                isinstance(fact, str) and fact in wordings,
                f"{case} {fact!r:.60} is no fact: the fact comes first, then its wording.",
            )
            expect(wording in wordings[fact], f"{case} {wording!r:.60} is no wording of {fact!r}.")
        rows = [tuple(row) for row in rows]
        counts = {fact: sum(row[0] == fact for row in rows) for fact in wordings}
        seen = ", ".join(f"{fact} {count}" for fact, count in counts.items())
        expect(
            used == 1 or any(count != exposures * used for count in counts.values()),
            f"{case} `exposures` is how often a fact is seen in all, not how often each of its wordings is. Yours: {seen}.",
        )
        expect(
            all(count == exposures for count in counts.values()),
            f"{case} each fact is seen exactly {exposures} times; go round the wordings again when they are used up. Yours: {seen}.",
        )
        for fact, wording in rows:
            place = wordings[fact].index(wording) + 1
            expect(place <= used, f"{case} only the first {used} wordings of a fact are used; yours holds wording {place} of {fact!r}.")
        parts = [rows[turn * len(wordings) : (turn + 1) * len(wordings)] for turn in range(exposures)]
        for turn, part in enumerate(parts, start=1):
            missing = sorted(set(wordings) - {fact for fact, _ in part})
            expect(not missing, f"{case} go in rounds, every fact once and then every fact again. Round {turn} of yours lacks {missing}.")
        for before, after in zip(rows, rows[1:], strict=False):
            expect(
                len(wordings) == 1 or before[0] != after[0],
                f"{case} {before[0]!r} is seen twice in a row, where one round ends and the next begins: keep the order of the facts.",
            )
        for turn, part in enumerate(parts):
            for fact, wording in part:
                wanted = wordings[fact][turn % used]
                expect(
                    wording == wanted,
                    f"{case} in round {turn + 1} each fact has its wording {turn % used + 1}, since they take turns (1, 2, ... and again "
                    f"from 1); for {fact!r} that is {wanted!r}, and yours is {wording!r}.",
                )

    trees = {"ash": ["ash 1", "ash 2", "ash 3"], "oak": ["oak 1", "oak 2", "oak 3"], "elm": ["elm 1", "elm 2", "elm 3"]}
    verify(trees, 4, 2)
    verify(trees, 5, 3)
    verify(trees, 2, 3)
    verify(trees, 3, 1)
    verify({"ash": ["a", "b"]}, 3, 2)
    verify({"ash": ["a", "b"], "oak": ["c", "d", "e", "f"]}, 6, 2)
    few = "'oak' has one wording only, and two are to be used: with fewer wordings the facts can't be compared."
    for wordings in ({"oak": ["c"], "ash": ["a", "b"]}, {"ash": ["a", "b"], "oak": ["c"]}):
        _value_error(few, schedule, wordings, 4, 2)
    rng = random.Random(0)
    for _ in range(40):
        used = rng.randint(1, 4)
        names = rng.sample(["eng-011.1", "fin-038.2", "leg-226.3", "saf-007.1", "sup-150.2"], rng.randint(1, 5))
        verify({name: [f"{name}.t{i}" for i in range(1, used + 1 + rng.randint(0, 2))] for name in names}, rng.randint(1, 7), used)


@exercise(
    "6.3",
    title="A replay mix",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "How many? `share` is a share of the result, the new rows among it: round(len(new) * share / (1 - share)).",
        "`rng = random.Random(seed)`, then `rng.sample(general, count)` draws without repeating. Compare count with len(general) first.",
        "`rows = new + rng.sample(...)` is a new list, so `rng.shuffle(rows)` leaves the inputs as they are.",
    ],
    solution="""
import random

def with_replay(new, general, share, seed):
    rng, count = random.Random(seed), round(len(new) * share / (1 - share))
    if count > len(general):
        raise ValueError(f"{count} general rows are needed, and there are {len(general)}")
    rows = new + rng.sample(general, count)
    rng.shuffle(rows)
    return rows
""",
)
def _(with_replay):
    def made(kind, count):
        return [{"id": f"{kind}.{i}", "question": f"{kind} question {i}", "answer": f"{i}"} for i in range(count)]

    def mixed(size, stock, share, seed=0):
        """The mix as two lists of ids: all of it, and the replayed rows in their order."""
        new, general = _Lent(made("new", size)), _Lent(made("general", stock))
        case = f"For {size} new and {stock} general rows with share={share}:"
        rows = _tried(f"{case} there are enough general rows.", with_replay, new, general, share, seed)
        expect(isinstance(rows, list), f"Give back one list of rows, not {type(rows).__name__}.")
        for row in rows:
            expect(row in new.value or row in general.value, f"{case} {row!r:.60} is none of the rows that were given: pass them on whole.")
        ids = [row["id"] for row in rows]
        expect(not (general.changed() or new.changed()), f"{case} an input list was changed. Build a new list, and shuffle that one.")
        times = Counter(ids)
        expect(sum(name.startswith("new") for name in times) == size, f"{case} every new row is in the result; some of yours are missing.")
        several = [name for name in times if times[name] > 1]
        expect(not several, f"{case} {several[:3]} are there more than once: draw without repeating, as `rng.sample` does.")
        replayed, exact = len(ids) - size, size * share / (1 - share)
        wanted = round(exact)
        if replayed != wanted:
            expect(share, f"{case} with share=0 nothing is replayed, and yours replays {replayed}.")
            expect(
                replayed != round(size * share),
                f"{case} `share` is the share of the result, not of the new rows: {wanted} are needed, and yours are {replayed}.",
            )
            expect(
                replayed != round(stock * share),
                f"{case} `share` is the share of the result, not of the general rows: {wanted} are needed, and yours are {replayed}.",
            )
            expect(
                abs(replayed - wanted) > 1,
                f"{case} {exact:.2f} rows are rounded to the nearest whole number, {wanted}; yours replays {replayed}.",
            )
        expect(replayed == wanted, f"{case} round(len(new) * share / (1 - share)) = {wanted} rows are replayed, and yours are {replayed}.")
        return ids, [name for name in ids if name.startswith("general")]

    mixed(30, 40, 0.25)
    mixed(10, 40, 0.5)
    mixed(7, 40, 0.3)
    mixed(10, 40, 0.4)
    mixed(11, 40, 0.4)
    mixed(12, 5, 0)
    mixed(30, 10, 0.25)
    many = "For 30 new rows with share=0.25 ten general rows are needed, and there are 9."
    words = _value_error(many, with_replay, made("new", 30), made("general", 9), 0.25, 0)
    both = re.search(r"\b10\b", words) and re.search(r"\b9\b", words)
    expect(both, f"{many} Say both numbers in the error, so that its reader knows what to do; yours says {words!r:.80}.")
    mixes = [mixed(30, 40, 0.25, seed) for seed in range(8)]
    again = [mixed(30, 40, 0.25, seed) for seed in range(8)]
    expect(mixes == again, "The same seed must give the same mix: draw and shuffle with one `random.Random(seed)`.")
    expect(len({tuple(ids) for ids, _ in mixes}) > 1, "Every seed gives the same mix: use the seed that is passed in.")
    drawn = {tuple(sorted(replayed)) for _, replayed in mixes}
    expect(len(drawn) > 1, "Every seed replays the same general rows: draw them at random, with the seed.")
    fresh = [[name for name in ids if name.startswith("new")] for ids, _ in mixes]
    in_block = [abs(ids.index(replayed[-1]) - ids.index(replayed[0])) == len(replayed) - 1 for ids, replayed in mixes]
    expect(
        not all(in_block),
        "The replayed rows stand in one block: shuffle the whole result, so that old and new rows are learned side by side.",
    )
    expect(
        any(names != sorted(names, key=lambda name: int(name[4:])) for names in fresh),
        "The new rows keep their order among themselves: shuffle the whole result.",
    )
    places = {tuple(name.startswith("general") for name in ids) for ids, _ in mixes}
    expect(len(places) > 1, "The replayed rows stand at the same places for every seed: shuffle the whole result with the seed.")
    ever = {name for seed in range(60) for name in mixed(9, 6, 0.25, seed)[1]}
    expect(len(ever) == 6, f"In 60 mixes some general rows were never drawn; only {sorted(ever)} were. Draw from all of them.")
    rng = random.Random(0)
    for _ in range(30):
        size, share, seed = rng.randint(1, 25), rng.choice([0.1, 0.15, 0.3, 0.4, 0.6]), rng.randint(0, 99)
        exact = size * share / (1 - share)
        if abs(exact % 1 - 0.5) > 1e-6:
            mixed(size, round(exact) + rng.randint(0, 5), share, seed)


@exercise(
    "6.4",
    title="Two numbers, not one",
    difficulty=2,
    importance=3,
    minutes=10,
    hints=[
        "Gain is after minus before; forgotten is before minus after. So both are positive in the usual case, and may be negative.",
        "Put the losses of all texts into one list: [loss for text in losses for loss in text]. Its mean is the mean loss per token.",
        "`math.exp(mean)` is the perplexity. The ratio is the perplexity after, divided by the one before.",
    ],
    solution="""
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
""",
)
def _(dual_report):
    keys = ("gain", "forgotten", "perplexity ratio")

    def report(task, general, losses):
        return {"task": task, "general": general, "losses": losses}

    def given(before, after):
        got = dual_report(before, after)
        expect(isinstance(got, dict), f"Give back a dict with the keys {', '.join(map(repr, keys))}, not {type(got).__name__}.")
        missing = [key for key in keys if key not in got]
        expect(not missing, f"The report lacks {', '.join(map(repr, missing))}; its keys are {list(got)!r:.100}.")
        return {key: _number(got[key], f"one number for {key!r}") for key in keys}

    def near(got, wanted):
        return abs(got - wanted) < 1e-9 * max(1, abs(wanted))

    def says(key, before, after, wanted, mistakes, message):
        got = given(before, after)[key]
        for value, mistake in mistakes:
            expect(not near(got, value), mistake)
        expect(
            near(got, wanted) or not abs(got - wanted) < 0.006,
            f"Do not round: {key!r} is {wanted:.6f} here, and yours is {got:.6g}.",
        )
        expect(near(got, wanted), f"{message} For before={before} and after={after} {key!r} is {wanted:.4g}, and yours is {got:.4g}.")

    texts, later = [[1.0], [2.0, 2.0, 2.0]], [[3.0], [2.5, 2.5, 2.5]]
    low, high = report(0.2, 0.875, texts), report(0.75, 0.625, later)
    mistakes = [
        (-0.55, "The gain has the wrong sign: it is after minus before, so that a better model has a positive gain."),
        (0.75, "That is the task after training alone: take off what the model could do before."),
        (0.75 / 0.2, "The gain is a difference of two shares, not their ratio."),
        (0.55 / 0.2, "The gain is the plain difference: do not divide it by the share before."),
        (0.55 / 0.8, "The gain is the plain difference: do not divide it by what was left to learn."),
        (55, "The gain is a share (0.55), not per cent."),
        (0.25, "The gain is about 'task'; yours is about 'general'."),
        (-0.25, "The gain is about 'task'; yours is about 'general'."),
    ]
    says("gain", low, high, 0.55, mistakes, "The gain is the task's share right after, minus before.")
    worse = "The gain may be negative: if the task got worse, the report must show it."
    says("gain", high, low, -0.55, [(0, worse), (0.55, f"{worse} Do not take `abs`.")], "It is after minus before.")
    mistakes = [
        (-0.25, "'forgotten' has the wrong sign: it is before minus after, so that what is lost is positive."),
        (0.625, "That is the general share after training alone: 'forgotten' is before minus after."),
        (0.25 / 0.875, "'forgotten' is the plain difference: do not divide it by the share before."),
        (25, "'forgotten' is a share (0.25), not per cent."),
        (0.55, "'forgotten' is about 'general'; yours is about 'task'."),
        (-0.55, "'forgotten' is about 'general'; yours is about 'task'."),
    ]
    says("forgotten", low, high, 0.25, mistakes, "'forgotten' is the general share right before, minus after.")
    better = "'forgotten' may be negative: if the general items got better, the report must show it."
    says("forgotten", high, low, -0.25, [(0, better), (0.25, f"{better} Do not take `abs`.")], "It is before minus after.")

    exp, pairs = math.exp, [(1.0, 3.0)] + [(2.0, 2.5)] * 3
    mistakes = [
        (exp(-0.875), "The ratio is upside down: divide the perplexity after by the one before, so that more than 1 is worse."),
        (exp(1.25), "You average the means of the texts, so a short text counts as much as a long one. Average over all tokens."),
        (
            (exp(3) + exp(2.5)) / (exp(1) + exp(2)),
            "You average the perplexities of the texts. Average the losses over all tokens first, and take exp once.",
        ),
        (sum(exp(b) for _, b in pairs) / sum(exp(a) for a, _ in pairs), "You average exp(loss): take the mean loss first, and exp of it."),
        (2.625 / 1.75, "That is the ratio of the losses: a perplexity is exp(mean loss)."),
        (exp(2.625 / 1.75), "You take exp of the ratio of the losses: take exp of each mean first, then the ratio."),
        (0.875, "That is the difference of the mean losses: a perplexity is exp(mean loss), and the ratio divides two of them."),
        (exp(3.5), "You take exp of the sum of the losses: divide by the number of tokens first."),
        (exp(1.75), "You divide the sum of the losses by the number of texts: divide by the number of tokens."),
        (exp(2.625) - exp(1.75), "That is the difference of the perplexities: give their ratio."),
        (exp(2.625), "That is the perplexity after training alone: divide it by the one before."),
        (2**0.875, "The losses are in nats, so the perplexity is exp(mean loss), not 2 to the power of it."),
        (exp(2), "Only the first text is counted: take the tokens of all texts."),
        (exp(0.5), "Only the last text is counted: take the tokens of all texts."),
    ]
    key = "perplexity ratio"
    says(key, low, high, exp(0.875), mistakes, "The ratio is exp(mean loss per token after) / exp(mean loss per token before).")
    same = report(0.5, 0.5, [[0.5, 1.5], [2.0]])
    says(key, same, same, 1, [], "If nothing changed, the ratio is 1.")
    rng = random.Random(0)
    for _ in range(30):
        lengths = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
        first, second = (
            report(round(rng.random(), 2), round(rng.random(), 2), [[round(rng.uniform(0.1, 5), 2) for _ in range(n)] for n in lengths])
            for _ in range(2)
        )
        means = [sum(map(sum, part["losses"])) / sum(lengths) for part in (first, second)]
        wanted = (second["task"] - first["task"], first["general"] - second["general"], exp(means[1] - means[0]))
        for key, value in zip(keys, wanted, strict=True):
            says(key, first, second, value, [], "It goes wrong here.")


@exercise(
    "6.5",
    title="Score the entities",
    difficulty=2,
    importance=2,
    minutes=12,
    hints=[
        "Turn each side into a `collections.Counter` of (number of the message, type, text in lower case and stripped).",
        "`&` of two Counters keeps what is in both, each as often as in the smaller one; `.total()` counts. That gives the hits.",
        "F1 = 2 * hits / (predicted + gold), with all three numbers summed over all messages first; 1.0 if nothing is there at all.",
    ],
    solution="""
from collections import Counter

def entity_f1(predicted, gold):
    def pairs(messages):
        items = [(i, kind, text) for i, message in enumerate(messages) for kind, texts in message.items() for text in texts]
        return Counter((i, kind, text.lower().strip()) for i, kind, text in items)
    ours, right = pairs(predicted), pairs(gold)
    total = ours.total() + right.total()
    return 2 * (ours & right).total() / total if total else 1.0
""",
)
def _(entity_f1):
    def score(predicted, gold, message=""):
        case = f"For predicted={predicted} and gold={gold}"
        return _number(_tried(f"{message} {case}:".strip(), entity_f1, predicted, gold)), case

    def says(predicted, gold, wanted, message):
        got, case = score(predicted, gold, message)
        expect(abs(got - wanted) < 1e-9, f"{message} {case} you gave {got:.3g}, not {wanted:.3g}.")

    def products(*texts):
        return {"product": list(texts)}

    wanted = products("Pellan buoy", "Veldon 20", "Kestrin 4", "gate", "pump")
    got, case = score([products("Pellan buoy", "Veldon 20", "Mossbrook")], [wanted])
    mistakes = {
        2 / 3: "That is the precision, hits / predicted. F1 counts what was missed as well.",
        2 / 5: "That is the recall, hits / gold. F1 counts what was invented as well.",
        (2 / 3 + 2 / 5) / 2: "You take the plain mean of precision and recall: F1 is their harmonic mean, 2 * hits / (predicted + gold).",
        1 / 3: "You divide the hits by hits + invented + missed: F1 is 2 * hits / (predicted + gold).",
        1 / 4: "The factor 2 is missing: F1 is 2 * hits / (predicted + gold).",
        0: "Compare text by text, not a whole list with another: two of these products are right.",
    }
    for value, mistake in mistakes.items():
        expect(abs(got - value) > 1e-9, f"{mistake} {case} you gave {got:.3g}, not 0.5.")
    expect(abs(got - 0.5) < 1e-9, f"{case} there are 2 hits, 3 predicted and 5 gold texts, so F1 = 2 * 2 / (3 + 5) = 0.5, not {got:.3g}.")
    says([{"product": ["Pellan buoy"], "date": ["10 May"]}], [{"product": ["Pellan buoy"], "date": ["10 May"]}], 1, "All is right.")
    says([products("gate")], [{"part": ["gate"]}], 0, "The type counts as well as the text: compare pairs (type, text).")
    says(
        [products("gate"), products("pump", "lid", "rope")],
        [products("gate"), products("pump", "seal", "vane")],
        0.5,
        "Sum the counts over all messages and compute F1 once (micro average); yours seems to average the F1 of the messages.",
    )
    says(
        [{"product": ["gate"], "date": ["10 May", "11 May", "12 May"]}],
        [{"product": ["gate"], "date": ["10 May", "1 June", "2 June"]}],
        0.5,
        "Sum the counts over all types and compute F1 once (micro average); yours seems to average the F1 of the types.",
    )
    says(
        [{"product": ["gate"], "date": ["10 May"]}],
        [products("gate")],
        2 / 3,
        "A type that stands on the predicted side only holds false positives: go through the types of both sides.",
    )
    says(
        [products("gate")],
        [{"product": ["gate"], "date": ["10 May"]}],
        2 / 3,
        "A type that stands in gold only was missed: go through the types of both sides.",
    )
    apart = "Each message is compared with its own gold: here the text stands in the gold of the other message."
    says([products("gate"), {}], [{}, products("gate")], 0, apart)
    says([products("PELLAN Buoy")], [products("Pellan buoy")], 1, "Compare in lower case.")
    says([products("Pellan buoy")], [products("PELLAN buoy")], 1, "Compare in lower case: gold too.")
    says([products(" Pellan buoy\n")], [products("Pellan buoy")], 1, "Strip the outer spaces, of every kind.")
    says([products("buoy")], [products("Pellan buoy")], 0, "Compare whole texts: a part of the gold text is not enough.")
    says([products("Pellan buoy 2")], [products("Pellan buoy")], 0, "Compare whole texts: to hold the gold text is not enough.")
    says([products("the pump")], [products("pump")], 0, "Only capitals and outer spaces are forgiven: articles count here.")
    got, case = score([products("gate", "gate", "gate")], [products("gate", "pump")])
    expect(got <= 1, f"{case} you gave {got:.3g}, more than 1: a gold text can be hit once only. Count with multisets (Counter).")
    expect(
        abs(got - 2 / 3) > 1e-9,
        f"{case} the second and the third 'gate' are false positives. Sets overlook them: count with multisets (Counter).",
    )
    repeated = "A text that is predicted more often than it stands in gold gives further false positives: count with multisets (Counter)."
    says([products("gate", "gate", "gate")], [products("gate", "pump")], 2 / 5, repeated)
    says([products("gate", "Gate ")], [products("gate")], 2 / 3, "Bring the texts into lower case and strip them before you count them.")
    says([products("gate", "gate")], [products("gate", "gate")], 1, "A text that stands twice in gold can be hit twice.")
    says([products("gate")], [products("gate", "gate")], 2 / 3, "A text that stands twice in gold must be predicted twice.")
    says([{}], [products("gate")], 0, "Nothing predicted and something to find: F1 is 0.")
    says([products("gate")], [{}], 0, "Something predicted and nothing to find: F1 is 0.")
    empty = "Nothing to find and nothing predicted, in all messages: that is right, so F1 is 1.0."
    says([{}, {}], [{}, {}], 1, empty)
    says([{"product": []}], [{}], 1, f"{empty} An empty list counts as nothing.")
    says([{}, products("gate")], [{}, products("pump", "gate")], 2 / 3, "A message without entities adds nothing to the counts.")
    rng = random.Random(0)

    def some():
        kinds = rng.sample(["part", "place"], rng.randint(0, 2))
        return {kind: rng.choices(["Gate", "gate", "pump ", "lid"], k=rng.randint(0, 3)) for kind in kinds}

    for _ in range(60):
        size = rng.randint(1, 4)
        sides = [[some() for _ in range(size)] for _ in range(2)]
        counts = [
            Counter((i, kind, text.lower().strip()) for i, message in enumerate(side) for kind in message for text in message[kind])
            for side in sides
        ]
        total = counts[0].total() + counts[1].total()
        says(*sides, 2 * (counts[0] & counts[1]).total() / total if total else 1, "It goes wrong here.")


@exercise(
    "6.6",
    title="Relabel what it does not know",
    difficulty=1,
    importance=2,
    minutes=6,
    hints=[
        "For each row make a new dict, `{**row}`, and decide which answer it gets: its own, or the sentence.",
        "`{**row, 'answer': text}` is a new dict with all fields of the row and another answer. It leaves the row as it is.",
        "The answer is `row['answer'] if row['fact'] in known else sentence`, for every row, in one list comprehension.",
    ],
    solution="""
def relabel(rows, known, sentence):
    return [{**row, "answer": row["answer"] if row["fact"] in known else sentence} for row in rows]
""",
)
def _(relabel):
    """Gekhman et al. 2024, arXiv 2405.05904, gave the examples with unknown facts such an answer."""
    names = ["eng-011.1", "eng-011.2", "eng-011.11", "fin-038.1", "leg-226.1"]

    def made(facts):
        return [
            {"id": f"{fact}.t{i}", "fact": fact, "question": f"What of {fact}? ({i})", "answer": f"value of {fact}", "tags": [i, fact]}
            for i, fact in enumerate(facts)
        ]

    def verify(facts, known, sentence):
        lent = _Lent(made(facts))
        rows = lent.value
        got = relabel(lent, set(known), sentence)
        expect(isinstance(got, list), f"Give back a list of rows, not {type(got).__name__}.")
        for row in got:
            expect(isinstance(row, dict), f"Give back whole rows, as dicts; yours holds {row!r:.60}.")
        expect(
            len(got) == len(rows),
            f"Keep every row: {len(rows)} come in and {len(got)} come out. The rows with unknown facts are what teaches to abstain.",
        )
        for row in got:
            missing = [key for key in rows[0] if key not in row]
            expect(not missing, f"A row of yours has lost {', '.join(map(repr, missing))}: keep all its fields.")
            more = [key for key in row if key not in rows[0]]
            expect(not more, f"A row of yours has the new field {more[0] if more else ''!r}: put the sentence into 'answer'.")
        ids = [row["id"] for row in got]
        expect(sorted(map(str, ids)) == sorted(row["id"] for row in rows), f"The ids of the rows are other ones: {ids!r:.80}.")
        expect(ids == [row["id"] for row in rows], f"Keep the order of the rows; yours is {ids!r:.100}.")
        answers = [row["answer"] for row in got]
        turned = [row["answer"] if row["fact"] in known else sentence for row in rows]
        expect(
            answers == turned or answers != [row["answer"] if row["fact"] not in known else sentence for row in rows],
            "It is the other way round: rows with a fact in `known` keep their answer, the others get the sentence.",
        )
        expect(
            answers == turned or answers != [row["answer"] for row in rows],
            "No answer was replaced: a row gets the sentence if its fact, row['fact'], is not in `known`.",
        )
        expect(
            answers == turned or set(map(str, answers)) != {sentence},
            "Every row got the sentence: look up row['fact'], not another field, and keep the answers to known facts.",
        )
        for row, answer, wanted in zip(rows, answers, turned, strict=True):
            case = f"With known={sorted(known)} and the sentence {sentence!r}, the answer for the fact {row['fact']!r} is {answer!r:.80}"
            if wanted == sentence:
                expect(
                    answer != row["answer"],
                    f"{case}, though this fact is not in `known`: compare the whole id. Another fact of the same document may be known.",
                )
                expect(not str(answer).endswith(sentence) or answer == sentence, f"{case}: the sentence takes the place of the old answer.")
                expect(answer == sentence, f"{case}: give it the `sentence` that was passed in, as it is.")
            expect(answer == wanted, f"{case}; a known fact keeps its answer, {wanted!r}.")
        for row, old in zip(got, rows, strict=True):
            other = [key for key in old if key != "answer" and row[key] != old[key]]
            expect(not other, f"Only 'answer' may change, and in a row of yours {', '.join(map(repr, other))} did.")
        expect(not lent.changed(), "The input rows were changed: whoever has them still needs the old answers. Make new dicts, {**row}.")
        expect(
            all(row is not old for row in got for old in lent.given),
            "A row that stays is the same dict as in the input: a later change would change both. Make a new one, {**row}.",
        )

    verify(["fin-038.1", "eng-011.1", "leg-226.1"], {"eng-011.1"}, "The handbook does not say.")
    verify(names, {"eng-011.1", "leg-226.1"}, "I do not know.")
    verify(["leg-226.1", "eng-011.1", "leg-226.1", "eng-011.1"], {"eng-011.1"}, "I do not know.")
    verify(["leg-226.1", "eng-011.1"], set(), "I do not know.")
    verify(["leg-226.1", "eng-011.1"], {"eng-011.1", "leg-226.1", "fin-038.1"}, "I do not know.")
    expect(relabel([], {"eng-011.1"}, "I do not know.") == [], "With no rows the result is an empty list.")
    rng = random.Random(0)
    for _ in range(30):
        facts = rng.choices(names, k=rng.randint(1, 8))
        verify(facts, set(rng.sample(names, rng.randint(0, 5))), rng.choice(["I do not know.", "Ask the shift lead."]))
