"""Exercises of notebook 09 on tuning an encoder: the loss of a batch, and batches without twins."""

import itertools
import math
import random

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import cases, same


@exercise("9.3", "The loss of a batch", difficulty=2, importance=3, minutes=12)
@hints(
    "Divide each vector by its length. Then `q @ p.T` holds the cosine of every pair.",
    "Row i of `scale * q @ p.T` is one softmax, and its right class is i.",
    "The loss of row i is log(sum(exp(row))) - row[i]. Take off the row's maximum before exp.",
)
@solved_by('''
def ranking_loss(questions, passages, scale=20.0):
    """The mean over the batch of -log softmax(scale * cosine), at each question's own passage."""
    q = questions / np.linalg.norm(questions, axis=1, keepdims=True)
    p = passages / np.linalg.norm(passages, axis=1, keepdims=True)
    scores = scale * q @ p.T
    largest = scores.max(axis=1)
    sums = largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1))
    return float((sums - np.diag(scores)).mean())
''')
def grade_ranking_loss(ranking_loss):
    def scores_of(questions, passages, scale):
        rows = []
        for q in questions:
            cosines = [q @ p / math.sqrt((q @ q) * (p @ p)) for p in passages]
            rows.append([scale * cosine for cosine in cosines])
        return np.array(rows)

    def over(scores, axis):
        top = scores.max(axis=axis, keepdims=True)
        return (top + np.log(np.exp(scores - top).sum(axis=axis, keepdims=True))).ravel()

    def reference(questions, passages, scale=20.0):
        scores = scores_of(questions, passages, scale)
        return float((over(scores, 1) - np.diag(scores)).mean())

    general = {
        (lambda got: np.ndim(got) > 0): "Return one number, the mean over the batch.",
        (lambda got: not math.isfinite(got)): "With large scores, `exp` overflows or a probability "
        "becomes 0, whose logarithm is infinite. Take off the row's maximum before exp, and use "
        "log(sum(exp(row))) - row[i] instead of the logarithm of a probability.",
    }
    case = cases(ranking_loss, general)
    rng = np.random.default_rng(4)
    q = np.array([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 0, 1, 1]])
    p = np.array([[1.0, 1, 0, 2], [1, 0, 2, 0], [0, 3, 1, 1]])
    scores, right = scores_of(q, p, 2.0), reference(q, p, 2.0)
    lengths = np.linalg.norm(q, axis=1)[:, None], np.linalg.norm(p, axis=1)[:, None]
    down = [np.linalg.norm(some, axis=0) for some in (q, p)]
    pairs = ((1, 1), (lengths[0], 1), (1, lengths[1]), down)
    raw = [2.0 * (q / a) @ (p / b).T for a, b in pairs]
    by_cosine = "Compare by cosine: divide each vector (each row) by its length."
    mistakes = {float((over(some, 1) - np.diag(some)).mean()): by_cosine for some in raw} | {
        float((over(scores, 0) - np.diag(scores)).mean()): "That compares the questions of a "
        "passage. Each *question* chooses among the passages: one softmax for each row.",
        3 * right: "Take the mean over the batch, not the sum.",
        -right: "The sign is the wrong way round: a loss is never negative.",
        right / math.log(2): "Take the natural logarithm.",
        **{
            float((over(some, 1) - np.diag(some)).mean()): "Multiply the cosines by `scale`."
            for some in (scores / 2, scores / 4)
        },
        float(-np.exp(np.diag(scores) - over(scores, 1)).mean()): "Take the logarithm, too.",
        float(-np.log(np.exp(np.diag(scores) - over(scores, 1)).mean())): "First the logarithm of "
        "each row, then the mean.",
    }
    why = "The loss of a question is -log of the softmax at its own passage."
    case(q, p, 2.0, returns=right, why=why, mistakes=mistakes)
    nearest = "Each question is nearest to its own passage, and the other one has the cosine 0."
    case(np.eye(2), np.eye(2), 1.0, returns=math.log(1 + math.exp(-1)), why=nearest)
    case(np.eye(1), np.eye(1), returns=0.0, why="With one pair there is nothing to confuse.")
    case(q, p, returns=reference(q, p), why="Without `scale` in the call it is 20.")
    case(q, p[::-1].copy(), 2.0, returns=reference(q, p[::-1], 2.0), why=why)
    why = "The length of a vector doesn't matter, only its direction."
    case(7.0 * q, 0.1 * p, 2.0, returns=right, why=why)
    case(q, p, 2000.0, returns=reference(q, p, 2000.0), why="Scores may be large.")
    inputs = []
    for n in (2, 5, 16):
        inputs += [(rng.normal(size=(n, 6)), rng.normal(size=(n, 6)), s) for s in (0.5, 20.0)]
    same(ranking_loss, reference, inputs, "The mean of -log softmax at the own passage.")


@exercise("9.4", "No twins in a batch", difficulty=2, importance=3, minutes=12)
@hints(
    "Keep a list of batches. For each pair, look through them from the first to the last.",
    "A batch takes the pair if it has room and none of its pairs has the same passage.",
    "A `for` loop may have an `else`, which runs if no `break` was reached: open a new batch.",
)
@solved_by('''
def batches(passages, size):
    """Indices in batches of at most `size`, in none of which a passage occurs twice."""
    made = []
    for i, passage in enumerate(passages):
        for batch in made:
            if len(batch) < size and all(passages[j] != passage for j in batch):
                batch.append(i)
                break
        else:
            made.append([i])
    return made
''')
def grade_batches(batches):
    def reference(passages, size):
        made, inside = [], []
        for i, passage in enumerate(passages):
            free = [b for b, held in enumerate(inside) if len(held) < size and passage not in held]
            if not free:
                made.append([])
                inside.append([])
                free = [len(made) - 1]
            made[free[0]].append(i)
            inside[free[0]].append(passage)
        return made

    def twins(passages):
        return lambda got: any(len({passages[i] for i in one}) < len(one) for one in got)

    def lost(passages):
        return lambda got: sorted(i for one in got for i in one) != list(range(len(passages)))

    def case(passages, size, why):
        mistakes = {
            (lambda got: any(isinstance(i, str) for one in got for i in one)): "Return indices.",
            twins(passages): "A batch holds a passage twice: it would be a wrong answer to its own "
            "question.",
            lost(passages): "Each pair must be in exactly one batch: none is left out or repeated.",
            (lambda got: any(len(one) > size for one in got)): "A batch has at most `size` pairs.",
            (lambda got: any(not one for one in got)): "There is an empty batch.",
        }
        wanted = reference(passages, size)
        cases(batches, mistakes)(passages, size, returns=wanted, why=why)

    first = "Go through the pairs in order; each goes into the first batch that can take it."
    case(["a", "b", "c", "d"], 2, first)
    case(["a", "b", "c"], 2, "The last batch may be smaller.")
    case(["a", "a", "b", "c"], 2, first)
    case(["a", "a", "a"], 4, "Three pairs with one passage need three batches.")
    case(["a", "b"], 1, "With size 1 each pair stands alone.")
    case(["a", "b"], 5, "A batch need not be full.")
    case(["a", "a", "b", "b", "c", "c"], 3, first)
    case(["a", "b", "a", "c", "b", "d"], 2, f"{first} Also into an earlier one that has room.")
    case(["a", "A", "a "], 3, "Texts that differ at all are different passages.")
    case([3, 3, 0, 1, 0], 2, "A passage may be a number: compare with ==.")
    case([], 3, "Without pairs there are no batches.")
    rng = random.Random(2)
    for n, size in itertools.product((6, 12, 25), (2, 4, 8)):
        case(rng.choices("abcdefgh", k=n), size, first)
