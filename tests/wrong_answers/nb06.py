"""Wrong answers to the exercises of notebook 06, each with one fault and a part of the message that it must get."""

import math
import random
from collections import Counter

import numpy as np


def points(tie=lambda tied, options: 1 / tied, nan=lambda row, i: 0.0):
    """The points of each question; what a tie counts and what a row with NaN counts can be wrong."""

    def of(scores, right):
        out = []
        for row, i in zip(scores.tolist(), right.tolist(), strict=True):
            if any(map(math.isnan, row)):
                out.append(nan(row, i))
            elif row[i] == max(row):
                out.append(tie(row.count(row[i]), len(row)))
            else:
                out.append(0.0)
        return out

    return of


def choice(of=None, transform=lambda scores: scores, finish=lambda values: float(np.mean(values))):
    of = of or points()
    return lambda scores, right: finish(of(transform(scores), right))


def choice_argmax(scores, right):
    return float((scores.argmax(axis=1) == right).mean())


def choice_argmax_last(scores, right):
    last = scores.shape[1] - 1 - scores[:, ::-1].argmax(axis=1)
    return float((last == right).mean())


def choice_nan_skipped(scores, right):
    known = ~np.isnan(scores).any(axis=1)
    return choice()(scores[known], right[known]) if known.any() else 0.0


def choice_nan_left(scores, right):
    best = scores == scores.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return float((best / best.sum(axis=1, keepdims=True))[np.arange(len(scores)), right].mean())


def choice_finite_only(scores, right):
    return choice()(np.where(np.isfinite(scores).all(axis=1, keepdims=True), scores, np.nan), right)


def choice_probability(scores, right):
    weights = np.exp(scores)
    return float((weights / weights.sum(axis=1, keepdims=True))[np.arange(len(scores)), right].mean())


def choice_columns(scores, right):
    return float((scores.argmax(axis=0)[:2] == right[:2]).mean())


def plan(number=lambda turn, place, used, texts, exposures: turn % used, turns=lambda exposures, used: exposures, test=True, row=None):
    """A schedule in rounds whose choice of wordings, number of rounds, test and rows can be wrong."""

    def schedule(wordings, exposures, used):
        if test and any(len(texts) < used for texts in wordings.values()):
            raise ValueError("too few wordings")
        return [
            (row or (lambda fact, text, n: (fact, text)))(fact, texts[n % len(texts)], n)
            for turn in range(turns(exposures, used))
            for place, (fact, texts) in enumerate(wordings.items())
            for n in [number(turn, place, used, texts, exposures)]
        ]

    return schedule


rounds = plan()


def plan_blocks(wordings, exposures, used):
    rows = rounds(wordings, exposures, used)
    return [row for fact in wordings for row in rows if row[0] == fact]


def plan_there_and_back(wordings, exposures, used):
    order, rows = list(wordings), []
    for turn in range(exposures):
        rows += [(fact, wordings[fact][turn % used]) for fact in order]
        order = order[::-1]
    return rows


def plan_drops_poor_facts(wordings, exposures, used):
    return rounds({fact: texts for fact, texts in wordings.items() if len(texts) >= used}, exposures, used)


def plan_tests_the_first(wordings, exposures, used):
    if wordings and len(next(iter(wordings.values()))) < used:
        raise ValueError("too few wordings")
    return plan(test=False)(wordings, exposures, used)


def plan_strict(wordings, exposures, used):
    if any(len(texts) <= used for texts in wordings.values()):
        raise ValueError("too few wordings")
    return rounds(wordings, exposures, used)


def plan_pairwise_rounds(wordings, exposures, used):
    """Two facts alternate until they are done, then the next two."""
    names = list(wordings)
    return [row for i in range(0, len(names), 2) for row in rounds({name: wordings[name] for name in names[i : i + 2]}, exposures, used)]


def replay(
    count=lambda new, general, share: round(len(new) * share / (1 - share)),
    draw=lambda rng, general, n: rng.sample(general, n),
    join=lambda new, drawn: new + drawn,
    mix=lambda rng, rows, new: rng.sample(rows, len(rows)),
    seeded=lambda seed: random.Random(seed),
    words="{} needed, {} there",
    few=lambda needed, there: needed > there,
):
    """A replay mix in which each part can be wrong."""

    def with_replay(new, general, share, seed):
        rng, needed = seeded(seed), count(new, general, share)
        if few(needed, len(general)):
            raise ValueError(words.format(needed, len(general)))
        return mix(rng, join(new, draw(rng, general, needed)), new)

    return with_replay


def replay_shuffles_general(new, general, share, seed):
    random.Random(seed).shuffle(general)
    return replay()(new, general, share, seed)


def replay_extends_new(new, general, share, seed):
    new += replay()(new, general, share, seed)[len(new) :]
    return replay()(new, general, share, seed)


def replay_at_fixed_places(rng, rows, new):
    out = rng.sample(new, len(new))
    for i, row in enumerate(rows[len(new) :]):
        out.insert(3 * i, row)
    return out


def replay_in_order(rng, rows, new):
    out = list(new)
    for row in rows[len(new) :]:
        out.insert(rng.randint(0, len(out)), row)
    return out


def replay_own_error(new, general, share, seed):
    rng = random.Random(seed)
    rows = new + rng.sample(general, round(len(new) * share / (1 - share)))
    rng.shuffle(rows)
    return rows


def report(ratio=None, gain=lambda b, a: a["task"] - b["task"], forgotten=lambda b, a: b["general"] - a["general"], finish=lambda x: x):
    """A dual report in which each number can be wrong."""
    ratio = ratio or (lambda b, a: math.exp(mean(a) - mean(b)))
    return lambda b, a: {"gain": finish(gain(b, a)), "forgotten": finish(forgotten(b, a)), "perplexity ratio": finish(ratio(b, a))}


def flat(part):
    return [loss for text in part["losses"] for loss in text]


def mean(part):
    return sum(flat(part)) / len(flat(part))


def mean_of_texts(part):
    return float(np.mean([np.mean(text) for text in part["losses"]]))


def perplexity_of_texts(part):
    return float(np.mean([math.exp(np.mean(text)) for text in part["losses"]]))


def perplexity_of_tokens(part):
    return float(np.mean(np.exp(flat(part))))


def first_text(part):
    return float(np.mean(part["losses"][0]))


def last_text(part):
    return float(np.mean(part["losses"][-1]))


def report_list(before, after):
    return list(report()(before, after).values())


def report_other_key(before, after):
    return {key.replace(" ", "_"): value for key, value in report()(before, after).items()}


def pairs(messages, clean=lambda text: text.lower().strip(), key=lambda i, kind, text: (i, kind, text)):
    return Counter(key(i, kind, clean(text)) for i, message in enumerate(messages) for kind, texts in message.items() for text in texts)


def f1_of(ours, right, empty=1.0):
    total = ours.total() + right.total()
    return 2 * (ours & right).total() / total if total else empty


def entities(count=pairs, score=f1_of):
    return lambda predicted, gold: score(count(predicted), count(gold))


def pairs_with(**how):
    return lambda messages: pairs(messages, **how)


def precision(ours, right):
    return (ours & right).total() / max(1, ours.total()) if ours or right else 1.0


def recall(ours, right):
    return (ours & right).total() / max(1, right.total()) if ours or right else 1.0


def jaccard(ours, right):
    return (ours & right).total() / max(1, (ours | right).total()) if ours or right else 1.0


def unguarded(ours, right):
    hits = (ours & right).total()
    p, r = hits / ours.total(), hits / right.total()
    return 2 * p * r / (p + r) if hits else 0.0


def entities_by_message(predicted, gold):
    return float(np.mean([entities()([p], [g]) for p, g in zip(predicted, gold, strict=True)]))


def entities_by_type(predicted, gold):
    kinds = {kind for message in predicted + gold for kind in message} or {""}

    def only(messages, kind):
        return [{k: texts for k, texts in message.items() if k == kind} for message in messages]

    return float(np.mean([entities()(only(predicted, kind), only(gold, kind)) for kind in kinds]))


def entities_gold_types(predicted, gold):
    return entities()([{k: p[k] for k in p if k in g} for p, g in zip(predicted, gold, strict=True)], gold)


def entities_predicted_types(predicted, gold):
    return entities_gold_types(gold, predicted)


def entities_key_error(predicted, gold):
    for p, g in zip(predicted, gold, strict=True):
        [p[kind] for kind in g]
    return entities()(predicted, gold)


def entities_by_membership(predicted, gold):
    ours, right = pairs(predicted), pairs(gold)
    hits = sum(count for item, count in ours.items() if item in right)
    total = ours.total() + right.total()
    return 2 * hits / total if total else 1.0


def entities_parts(match):
    """Counts a hit for each pair of texts that `match`, once each."""

    def score(predicted, gold):
        ours, right = pairs(predicted), pairs(gold)
        left, hits = list(right.elements()), 0
        for i, kind, text in ours.elements():
            found = next((item for item in left if item[:2] == (i, kind) and (item[2] == text or match(text, item[2]))), None)
            if found:
                left.remove(found)
                hits += 1
        total = ours.total() + right.total()
        return 2 * hits / total if total else 1.0

    return score


def entities_whole_lists(predicted, gold):
    def count(messages):
        return Counter(
            (i, kind, tuple(text.lower().strip() for text in texts))
            for i, message in enumerate(messages)
            for kind, texts in message.items()
            if texts
        )

    return entities(count)(predicted, gold)


def counted_before_cleaning(messages):
    return Counter({(i, kind, text.lower().strip()): count for (i, kind, text), count in pairs(messages, clean=str).items()})


def entities_empty_dicts_only(predicted, gold):
    return entities(score=lambda ours, right: f1_of(ours, right, empty=0.0))(predicted, gold) if any(predicted + gold) else 1.0


def relabelled(
    keep=lambda row, known: row["fact"] in known, text=lambda row, sentence: sentence, make=lambda row, answer: {**row, "answer": answer}
):
    """Relabelling whose test, new answer and new row can be wrong."""
    return lambda rows, known, sentence: [make(row, row["answer"] if keep(row, known) else text(row, sentence)) for row in rows]


right_labels = relabelled()


def relabel_in_place(rows, known, sentence):
    for row in rows:
        if row["fact"] not in known:
            row["answer"] = sentence
    return rows


def relabel_same_rows(rows, known, sentence):
    return [row if row["fact"] in known else {**row, "answer": sentence} for row in rows]


def relabel_known_first(rows, known, sentence):
    return sorted(right_labels(rows, known, sentence), key=lambda row: row["fact"] not in known)


def relabel_once(rows, known, sentence):
    seen, out = set(), []
    for row in right_labels(rows, known, sentence):
        answer = row["answer"] if row["fact"] in known or row["fact"] not in seen else f"{sentence} "
        seen.add(row["fact"])
        out.append({**row, "answer": answer})
    return out


WRONG = [
    ("6.1", "argmax: the first of equals", choice_argmax, "`argmax` takes the first of equals"),
    ("6.1", "the last of equals", choice_argmax_last, "takes the last of equals"),
    ("6.1", "a tie counts in full", choice(points(tie=lambda tied, options: 1)), "counts a tie in full"),
    ("6.1", "a tie counts as wrong", choice(points(tie=lambda tied, options: float(tied == 1))), "counts a tie as wrong"),
    (
        "6.1",
        "a tie shared among all options",
        choice(points(tie=lambda tied, options: 1 if tied == 1 else 1 / options)),
        "not among all options",
    ),
    ("6.1", "the worst option", choice(transform=lambda scores: -scores), "Yours picks the worst option"),
    ("6.1", "the sum", choice(finish=lambda values: float(sum(values))), "not their number"),
    ("6.1", "per cent", choice(finish=lambda values: 100 * float(np.mean(values))), "not per cent"),
    ("6.1", "one value for each question", choice(finish=np.array), "Give back one number, the mean over the questions, not ndarray"),
    ("6.1", "the mean probability", choice_probability, "whatever the probability"),
    ("6.1", "the best of each column", choice_columns, "each row is one question"),
    ("6.1", "rounds", choice(transform=lambda scores: np.round(scores, 1)), "Do not round"),
    ("6.1", "compares probabilities", choice(transform=np.exp), "Compare the log-likelihoods themselves"),
    (
        "6.1",
        "NaN overlooked",
        choice(transform=lambda scores: np.nan_to_num(scores, nan=-1e9, neginf=-1e8)),
        "A row with NaN counts as wrong",
    ),
    ("6.1", "NaN is the highest", choice(points(nan=lambda row, i: float(math.isnan(row[i])))), "`argmax` takes NaN for the highest"),
    ("6.1", "NaN rows left out", choice_nan_skipped, "not left out of the mean"),
    ("6.1", "gives NaN", choice_nan_left, "the result is NaN"),
    ("6.1", "-inf taken for NaN", choice_finite_only, "-inf is an ordinary"),
    (
        "6.1",
        "only what was right counts",
        choice(finish=lambda values: float(np.mean([v for v in values if v] or [0]))),
        "counts in the mean",
    ),
    ("6.2", "one fact after the other", plan_blocks, "go in rounds"),
    ("6.2", "there and back", plan_there_and_back, "keep the order of the facts"),
    ("6.2", "two facts at a time", plan_pairwise_rounds, "go in rounds"),
    ("6.2", "exposures for each wording", plan(turns=lambda exposures, used: exposures * used), "in all, not how often each"),
    ("6.2", "each wording once", plan(turns=lambda exposures, used: min(exposures, used)), "go round the wordings again"),
    ("6.2", "one round more", plan(turns=lambda exposures, used: exposures + 1), "is seen exactly"),
    ("6.2", "all wordings", plan(lambda turn, place, used, texts, exposures: turn % len(texts)), "only the first 2 wordings"),
    ("6.2", "the last wordings", plan(lambda turn, place, used, texts, exposures: len(texts) - used + turn % used), "only the first 2"),
    ("6.2", "the first wording only", plan(lambda turn, place, used, texts, exposures: 0), "since they take turns"),
    ("6.2", "begins with the second wording", plan(lambda turn, place, used, texts, exposures: (turn + 1) % used), "since they take turns"),
    (
        "6.2",
        "each wording several times",
        plan(lambda turn, place, used, texts, exposures: turn * used // exposures),
        "since they take turns",
    ),
    (
        "6.2",
        "another wording for each fact",
        plan(lambda turn, place, used, texts, exposures: (turn + place) % used),
        "since they take turns",
    ),
    ("6.2", "no error", plan(test=False), "'oak' has one wording only"),
    ("6.2", "tests the first fact only", plan_tests_the_first, "'oak' has one wording only"),
    ("6.2", "drops the facts with too few", plan_drops_poor_facts, "Raise a ValueError; yours gave back"),
    ("6.2", "exactly enough is too few", plan_strict, "every fact has enough wordings"),
    ("6.2", "the wording first", plan(row=lambda fact, text, n: (text, fact)), "the fact comes first"),
    ("6.2", "the number of the wording", plan(row=lambda fact, text, n: (fact, n)), "not its number"),
    ("6.2", "wordings alone", plan(row=lambda fact, text, n: text), "Each row is a pair"),
    ("6.2", "a dict", lambda w, e, u: dict(rounds(w, e, u)), "Give back a list of pairs"),
    ("6.3", "share of the new rows", replay(count=lambda new, general, share: round(len(new) * share)), "not of the new rows"),
    ("6.3", "share of the general rows", replay(count=lambda new, general, share: round(len(general) * share)), "not of the general rows"),
    ("6.3", "cuts instead of rounding", replay(count=lambda new, general, share: int(len(new) * share / (1 - share) + 1e-9)), "rounded to"),
    ("6.3", "rounds up", replay(count=lambda new, general, share: math.ceil(len(new) * share / (1 - share) - 1e-9)), "rounded to"),
    ("6.3", "no replay", replay(count=lambda new, general, share: 0), "rows are replayed, and yours are 0"),
    ("6.3", "one at least", replay(count=lambda new, general, share: max(1, round(len(new) * share / (1 - share)))), "nothing is replayed"),
    ("6.3", "draws with repeating", replay(draw=lambda rng, general, n: rng.choices(general, k=n)), "draw without repeating"),
    ("6.3", "the first general rows", replay(draw=lambda rng, general, n: general[:n]), "Every seed replays the same general rows"),
    (
        "6.3",
        "draws from the first half",
        replay(draw=lambda rng, general, n: rng.sample(general[: n + 1], n)),
        "some general rows were never drawn",
    ),
    ("6.3", "not shuffled", replay(mix=lambda rng, rows, new: rows), "stand in one block"),
    ("6.3", "replay first", replay(mix=lambda rng, rows, new: rows[len(new) :] + rows[: len(new)]), "stand in one block"),
    ("6.3", "the new rows keep their order", replay(mix=replay_in_order), "The new rows keep their order"),
    ("6.3", "replay at fixed places", replay(mix=replay_at_fixed_places), "at the same places"),
    ("6.3", "no seed", replay(seeded=lambda seed: random.Random()), "The same seed must give the same mix"),
    ("6.3", "always the same seed", replay(seeded=lambda seed: random.Random(0)), "Every seed gives the same mix"),
    ("6.3", "shuffles the input", replay_shuffles_general, "an input list was changed"),
    ("6.3", "extends the input", replay_extends_new, "an input list was changed"),
    (
        "6.3",
        "too few are taken as enough",
        replay(count=lambda n, g, s: min(len(g), round(len(n) * s / (1 - s)))),
        "there are 9. Raise a ValueError",
    ),
    ("6.3", "the error of random.sample", replay_own_error, "Say both numbers in the error"),
    ("6.3", "an error without numbers", replay(words="too few"), "Say both numbers in the error"),
    ("6.3", "exactly enough is too few", replay(few=lambda needed, there: needed >= there), "there are enough general rows"),
    ("6.3", "the replayed rows alone", replay(mix=lambda rng, rows, new: rows[len(new) :]), "every new row is in the result"),
    ("6.3", "changes the rows", replay(mix=lambda rng, rows, new: [{"id": row["id"]} for row in rows]), "pass them on whole"),
    ("6.3", "two lists", replay(mix=lambda rng, rows, new: (new, rows[len(new) :])), "Give back one list of rows"),
    ("6.4", "the gain's sign", report(gain=lambda b, a: b["task"] - a["task"]), "The gain has the wrong sign"),
    ("6.4", "the task after training", report(gain=lambda b, a: a["task"]), "take off what the model could do before"),
    ("6.4", "the gain as a ratio", report(gain=lambda b, a: a["task"] / b["task"]), "not their ratio"),
    ("6.4", "no negative gain", report(gain=lambda b, a: max(0, a["task"] - b["task"])), "The gain may be negative"),
    ("6.4", "the gain without its sign", report(gain=lambda b, a: abs(a["task"] - b["task"])), "Do not take `abs`"),
    ("6.4", "per cent", report(gain=lambda b, a: 100 * (a["task"] - b["task"])), "not per cent"),
    ("6.4", "the sign of forgotten", report(forgotten=lambda b, a: a["general"] - b["general"]), "'forgotten' has the wrong sign"),
    ("6.4", "no negative forgetting", report(forgotten=lambda b, a: max(0, b["general"] - a["general"])), "'forgotten' may be negative"),
    ("6.4", "a relative loss", report(forgotten=lambda b, a: 1 - a["general"] / b["general"]), "do not divide it by the share before"),
    ("6.4", "forgotten is about the task", report(forgotten=lambda b, a: a["task"] - b["task"]), "yours is about 'task'"),
    ("6.4", "upside down", report(lambda b, a: math.exp(mean(b) - mean(a))), "upside down"),
    ("6.4", "mean of the means", report(lambda b, a: math.exp(mean_of_texts(a) - mean_of_texts(b))), "You average the means of the texts"),
    ("6.4", "mean of perplexities", report(lambda b, a: perplexity_of_texts(a) / perplexity_of_texts(b)), "average the perplexities"),
    ("6.4", "mean of exp", report(lambda b, a: perplexity_of_tokens(a) / perplexity_of_tokens(b)), "You average exp(loss)"),
    ("6.4", "ratio of the losses", report(lambda b, a: mean(a) / mean(b)), "That is the ratio of the losses"),
    ("6.4", "exp of the ratio", report(lambda b, a: math.exp(mean(a) / mean(b))), "exp of the ratio of the losses"),
    ("6.4", "difference of the losses", report(lambda b, a: mean(a) - mean(b)), "difference of the mean losses"),
    ("6.4", "exp of the sum", report(lambda b, a: math.exp(sum(flat(a)) - sum(flat(b)))), "exp of the sum"),
    (
        "6.4",
        "sum through the number of texts",
        report(lambda b, a: math.exp((sum(flat(a)) - sum(flat(b))) / len(a["losses"]))),
        "by the number of texts",
    ),
    ("6.4", "difference of perplexities", report(lambda b, a: math.exp(mean(a)) - math.exp(mean(b))), "difference of the perplexities"),
    ("6.4", "perplexity after", report(lambda b, a: math.exp(mean(a))), "the perplexity after training alone"),
    ("6.4", "2 to the power", report(lambda b, a: 2 ** (mean(a) - mean(b))), "in nats"),
    ("6.4", "the first text", report(lambda b, a: math.exp(first_text(a) - first_text(b))), "Only the first text"),
    ("6.4", "the last text", report(lambda b, a: math.exp(last_text(a) - last_text(b))), "Only the last text"),
    ("6.4", "rounds", report(finish=lambda x: round(x, 2)), "Do not round"),
    ("6.4", "a list", report_list, "Give back a dict"),
    ("6.4", "another key", report_other_key, "The report lacks 'perplexity ratio'"),
    ("6.4", "text", report(finish=lambda x: f"{x:.2f}"), "Give back one number for 'gain', not str"),
    ("6.5", "precision", entities(score=precision), "That is the precision"),
    ("6.5", "recall", entities(score=recall), "That is the recall"),
    ("6.5", "the plain mean", entities(score=lambda o, r: (precision(o, r) + recall(o, r)) / 2), "harmonic mean"),
    ("6.5", "hits of all", entities(score=jaccard), "hits + invented + missed"),
    ("6.5", "the factor 2 is missing", entities(score=lambda o, r: f1_of(o, r, empty=2.0) / 2), "The factor 2 is missing"),
    ("6.5", "mean over messages", entities_by_message, "average the F1 of the messages"),
    ("6.5", "mean over types", entities_by_type, "average the F1 of the types"),
    ("6.5", "without types", entities(pairs_with(key=lambda i, kind, text: (i, text))), "The type counts as well"),
    ("6.5", "without messages", entities(pairs_with(key=lambda i, kind, text: (kind, text))), "compared with its own gold"),
    ("6.5", "the types of gold only", entities_gold_types, "on the predicted side only"),
    ("6.5", "the predicted types only", entities_predicted_types, "in gold only was missed"),
    ("6.5", "every type must be there", entities_key_error, "KeyError"),
    ("6.5", "minds capitals", entities(pairs_with(clean=str.strip)), "Compare in lower case"),
    ("6.5", "minds outer spaces", entities(pairs_with(clean=str.lower)), "Strip the outer spaces"),
    ("6.5", "strips blanks only", entities(pairs_with(clean=lambda text: text.lower().strip(" "))), "of every kind"),
    ("6.5", "finds parts", entities_parts(lambda ours, right: ours in right), "a part of the gold text"),
    ("6.5", "finds what is longer", entities_parts(lambda ours, right: right in ours), "to hold the gold text"),
    ("6.5", "drops articles", entities(pairs_with(clean=lambda text: text.lower().strip().removeprefix("the "))), "articles count here"),
    ("6.5", "sets", entities(lambda messages: Counter(set(pairs(messages)))), "Sets overlook them"),
    ("6.5", "by membership", entities_by_membership, "more than 1"),
    ("6.5", "duplicates seen before cleaning only", entities(counted_before_cleaning), "before you count them"),
    ("6.5", "whole lists", entities_whole_lists, "Compare text by text"),
    ("6.5", "nothing at all is 0", entities(score=lambda o, r: f1_of(o, r, empty=0.0)), "so F1 is 1.0"),
    ("6.5", "divides by zero", entities(score=unguarded), "ZeroDivisionError"),
    ("6.5", "an empty list counts", entities_empty_dicts_only, "An empty list counts"),
    ("6.5", "three numbers", lambda p, g: (1.0, 1.0, entities()(p, g)), "Give back one number"),
    ("6.6", "the other way round", relabelled(keep=lambda row, known: row["fact"] not in known), "the other way round"),
    ("6.6", "nothing is replaced", relabelled(keep=lambda row, known: True), "No answer was replaced"),
    ("6.6", "looks up the id of the row", relabelled(keep=lambda row, known: row["id"] in known), "look up row['fact']"),
    (
        "6.6",
        "compares documents",
        relabelled(keep=lambda row, known: row["fact"][:7] in {fact[:7] for fact in known}),
        "Another fact of the same",
    ),
    ("6.6", "compares the beginning", relabelled(keep=lambda row, known: row["fact"].startswith(tuple(known))), "compare the whole id"),
    (
        "6.6",
        "a sentence of its own",
        relabelled(text=lambda row, sentence: "The handbook does not say."),
        "the `sentence` that was passed in",
    ),
    ("6.6", "adds the sentence", relabelled(text=lambda row, sentence: f"{row['answer']} {sentence}"), "takes the place of the old answer"),
    ("6.6", "an empty answer", relabelled(text=lambda row, sentence: ""), "give it the `sentence`"),
    ("6.6", "a changed sentence for the second time", relabel_once, "as it is"),
    ("6.6", "in the rows themselves", relabel_in_place, "The input rows were changed"),
    ("6.6", "the same dicts", relabel_same_rows, "the same dict as in the input"),
    ("6.6", "unknown rows are dropped", lambda r, k, s: [row for row in right_labels(r, k, s) if row["fact"] in k], "Keep every row"),
    ("6.6", "known rows first", relabel_known_first, "Keep the order of the rows"),
    (
        "6.6",
        "three fields only",
        relabelled(make=lambda row, answer: {"fact": row["fact"], "question": row["question"], "answer": answer}),
        "has lost 'id', 'tags'",
    ),
    ("6.6", "a new field", relabelled(make=lambda row, answer: {**row, "label": answer}), "the new field 'label'"),
    (
        "6.6",
        "the question too",
        relabelled(make=lambda row, answer: {**row, "answer": answer, "question": row["question"].lower()}),
        "Only 'answer' may change",
    ),
    ("6.6", "answers alone", lambda r, k, s: [row["answer"] for row in right_labels(r, k, s)], "Give back whole rows"),
    ("6.6", "a generator", lambda r, k, s: (row for row in right_labels(r, k, s)), "Give back a list of rows"),
]
