"""What an answer costs: tokens, operations, and the money for machines and for people's time."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from numbers import Real

import numpy as np
import pandas as pd

from helpers import metrics
from helpers.engine.intervals import resampled

DAYS = 30  # of a month


@dataclass(frozen=True)
class Shape:
    """What the operations and the bytes of a language model depend on.

    weights: of all matrices but the word vectors; every token is multiplied by each of them.
    layers, width: of the attention (heads x width of one); keys: numbers that a layer keeps of each
    token, for the tokens after it. vectors: vocabulary x width, used for each token written.
    """

    weights: int
    layers: int
    width: int
    keys: int
    vectors: int

    @classmethod
    def of(cls, llm) -> "Shape":
        """The shape of a loaded model."""
        config, model = llm.model.config.get_text_config(), llm.model
        words = model.get_input_embeddings().weight
        output = model.get_output_embeddings().weight
        matrices = {id(w): w.numel() for w in model.parameters() if w.dim() > 1}
        weights = sum(matrices.values()) - words.numel() * (1 + (output is not words))
        heads, groups = config.num_attention_heads, config.num_key_value_heads
        head = getattr(config, "head_dim", None) or config.hidden_size // heads
        shape = (weights, config.num_hidden_layers, heads * head, 2 * groups * head)
        return cls(*shape, output.numel())


class Price:
    """Counts operations by a rule of thumb: two for each weight and each token that passes it.

    Word vectors are looked up and not multiplied, so they do not count.
    """

    def __init__(self, llm, embedder):
        self.embedder = embedder
        encoder = embedder.model[0].auto_model
        self.of_llm, self.of_encoder = map(_weights, (llm.model, encoder))

    def encoder_tokens(self, texts: list[str]) -> float:
        """The mean number of tokens that the encoder reads in a text."""
        return np.mean([len(ids) for ids in self.embedder.model.tokenizer(texts)["input_ids"]])

    def billions(self, tokens: float, encoder_tokens: float) -> float:
        """Billions of operations for so many tokens of the language model and of the encoder."""
        return 2 * (self.of_llm * tokens + self.of_encoder * encoder_tokens) / 1e9


class Metered:
    """An encoder that counts the tokens it reads."""

    def __init__(self, embedder):
        self.embedder, self.tokens = embedder, 0

    def encode(self, texts: list[str], progress: str | None = None):
        """What the encoder makes of the texts."""
        self.tokens += sum(map(len, self.embedder.model.tokenizer(list(texts))["input_ids"]))
        return self.embedder.encode(texts, progress)


def _weights(model) -> int:
    vectors = model.get_input_embeddings().weight.numel()
    return sum(weight.numel() for weight in model.parameters()) - vectors


def training_operations(shape: Shape, tokens: int, top_layers: float) -> float:
    """Operations of training with LoRA, by the usual rule: two for each weight forwards, and two
    more backwards in the layers that are trained (their share, from the top).

    Training every weight takes two more (Kaplan and others 2020, arXiv 2001.08361: six in all).
    """
    return 2 * shape.weights * tokens * (1 + top_layers)


@dataclass(frozen=True)
class Line:
    """What answers cost in all: once, and then for each question.

    each: one value for each question, or shape (seeds, questions). sent: 0 or 1, in such a shape.
    """

    once: float
    each: np.ndarray
    sent: np.ndarray | None = None

    def for_sendable(self, groups) -> tuple[float, float, float]:
        """What one sendable answer costs, without the start: cost of all over the sendable ones.

        Returns (ratio, low, high), with the 95% interval over groups; infinite if none was sent.
        """
        return _ratio(self.each, self.sent), *_interval(self._draws(groups))

    def _draws(self, groups):
        with np.errstate(divide="ignore"):
            return resampled(self.each, groups) / resampled(self.sent, groups)


def crossing(break_even: Callable, first: Line, second: Line, groups) -> tuple[float, float, float]:
    """From how many answers on the second line costs no more: (number, low, high).

    break_even: called with two pairs (once, each); see exercise 10.4. The interval is that of the
    difference for each question, over groups. A number is infinite where the lines don't cross.
    """
    saved = metrics.interval(np.asarray(first.each) - np.asarray(second.each), groups)
    mean, low, high = ((first.once, each) for each in saved)
    return tuple(break_even(pair, (second.once, 0.0)) for pair in (mean, high, low))


def crossing_of_sendable(break_even: Callable, first: Line, second: Line, groups):
    """The same, counted in sendable answers: (number, low, high), by a paired bootstrap."""
    pairs = zip(first._draws(groups), second._draws(groups), strict=True)
    draws = [break_even((first.once, a), (second.once, b)) for a, b in pairs]
    each = (_ratio(line.each, line.sent) for line in (first, second))
    ends = zip((first.once, second.once), each, strict=True)
    return break_even(*ends), *_interval(draws)


def words(number: float, low: float, high: float) -> str:
    """A number and its interval as text; "never" for what is infinite."""
    number, low, high = ("never" if n == math.inf else f"{n:,.0f}" for n in (number, low, high))
    return "never" if low == "never" else f"{number} [{low}, {high}]"


def _ratio(cost, sent) -> float:
    with np.errstate(divide="ignore"):
        return float(np.divide(np.mean(cost), np.mean(sent)))


def _interval(draws) -> tuple[float, float]:
    """The 95% interval of bootstrap draws, some of which may be infinite."""
    low, high = np.quantile(draws, (0.025, 0.975), method="inverted_cdf")
    return float(low), float(high)


def frontier(points: dict[str, tuple[float, float]]) -> list[str]:
    """The names of the points (cost, gain) that no other beats, the cheapest first.

    One beats another if it costs no more, gains no less, and is better in one of the two.
    """
    best = {
        name: (cost, gain)
        for name, (cost, gain) in points.items()
        if not any(c <= cost and g >= gain and (c, g) != (cost, gain) for c, g in points.values())
    }
    return sorted(best, key=lambda name: best[name][0])


@dataclass(frozen=True)
class Measured:
    """What a system takes, in seconds of a machine and in rows that people write."""

    before: float  # seconds before the first answer: index, training
    rows: int  # before the first answer
    answer: float  # seconds for an answer
    update: float  # seconds for an update
    update_rows: int  # for an update
    known: float  # share of sendable answers about facts that training rows ask about
    new: float  # the same about all other facts


@dataclass(frozen=True)
class Use:
    """How systems are used, and the prices, in one currency. All values are examples."""

    queries_a_day: float = 1000
    updates_a_month: float = 1
    months: float = 12
    machine_hour: float = 0.10
    row: float = 0.50  # a person writes or checks one training row
    follow_up: float = 0.0  # what an answer costs that can't be sent: a person answers instead
    known: float = 0.5  # share of the questions that are about facts in training rows

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < math.inf:
                raise ValueError(f"{field.name} is a number of at least 0, not {value!r:.40}")
        if self.known > 1:
            raise ValueError(f"known is a share, from 0 to 1, not {self.known}")


def priced(system: Measured, use: Use) -> dict[str, float]:
    """The money that a system takes "once", for an "answer" and for an "update", and its share of
    "sendable" answers.
    """
    second = use.machine_hour / 3600
    return {
        "once": system.before * second + system.rows * use.row,
        "answer": system.answer * second,
        "update": system.update * second + system.update_rows * use.row,
        "sendable": use.known * system.known + (1 - use.known) * system.new,
    }


def bill(system: Measured, use: Use) -> dict[str, float]:
    """What a system costs over all months, by part and together, and for each sendable answer."""
    price, answers = priced(system, use), use.queries_a_day * DAYS * use.months
    parts = {
        "once": price["once"],
        "answers": answers * price["answer"],
        "updates": use.updates_a_month * use.months * price["update"],
        "follow-up": answers * (1 - price["sendable"]) * use.follow_up,
    }
    total, sent = sum(parts.values()), answers * price["sendable"]
    return parts | {"total": total, "for each sendable answer": total / sent if sent else math.inf}


def table(systems: dict[str, Measured], use: Use | None = None) -> pd.DataFrame:
    """One `bill` a row, for each system: the twin of the widget `cost_model`."""
    return pd.DataFrame({name: bill(one, use or Use()) for name, one in systems.items()}).T


def cheapest(systems: dict[str, Measured], queries, updates, use: Use | None = None):
    """The name of the cheapest system, for each number of updates a month (rows) and of queries a
    day (columns): an array of names. Of equals, the first in `systems`.
    """
    fixed, names = asdict(use or Use()), list(systems)
    found = np.empty((len(updates), len(queries)), object)
    for i, often in enumerate(updates):
        for j, many in enumerate(queries):
            here = Use(**fixed | {"updates_a_month": often, "queries_a_day": many})
            found[i, j] = min(names, key=lambda name: bill(systems[name], here)["total"])
    return found
