"""Words back out of vectors: what an embedding gives away of its text, and what noise costs.

Song & Raghunathan 2020 (arXiv 2004.00053) recover words from embeddings by multi-label
classification; here it is ridge regression, in one line. Morris et al. 2023 (arXiv 2310.06816)
recover whole texts.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from bm25s.stopwords import STOPWORDS_EN_PLUS

from helpers.metrics import interval
from helpers.retrieval import tokenize


def words_of(texts: list[str]) -> list[set[str]]:
    """The different words of each text, without words such as "which" or "had" that say little."""
    return [set(words) - set(STOPWORDS_EN_PLUS) for words in tokenize(texts, stem=False)]


def vocabulary(words: list[set[str]], least: int = 3) -> list[str]:
    """The words that are in at least so many texts, the most frequent first."""
    counts = Counter(word for some in words for word in some)
    frequent = [word for word, count in counts.items() if count >= least]
    return sorted(frequent, key=lambda word: (-counts[word], word))


def bags(words: list[set[str]], known: list[str]) -> np.ndarray:
    """Which text has which word: 0 or 1, shape (texts, words)."""
    return np.array([[word in some for word in known] for some in words], float)


def ridge(inputs, outputs, penalty: float) -> np.ndarray:
    """Ridge regression without intercept (Hoerl & Kennard 1970): (X'X + penalty I)^-1 X'Y.

    inputs: X, shape (texts, dimensions); outputs: Y, shape (texts, words). Returns the weights,
    shape (dimensions, words).
    """
    square = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
    return np.linalg.solve(square, inputs.T @ outputs)


def word_f1(true: list[set[str]], said: list[set[str]]) -> list[float]:
    """The harmonic mean of precision and recall of the words said about each text, 0 to 1."""
    return [
        2 * len(one & other) / max(1, len(one) + len(other))
        for one, other in zip(true, said, strict=True)
    ]


@dataclass(frozen=True)
class Inverter:
    """An attacker who has texts of their own and the public encoder, and learns words from vectors.

    weights: of `ridge` on centred vectors. prior: how frequent each word is. size: words a text.
    """

    known: list[str]
    weights: np.ndarray
    middle: np.ndarray
    prior: np.ndarray
    size: int

    @classmethod
    def fit(cls, vectors, texts: list[str], penalty: float, solve=ridge) -> "Inverter":
        """Learn from the attacker's own texts and their vectors."""
        words = words_of(texts)
        known = vocabulary(words)
        held = bags(words, known)
        middle, prior = vectors.mean(axis=0), held.mean(axis=0)
        weights = solve(np.asarray(vectors - middle, float), held - prior, penalty)
        return cls(known, np.asarray(weights), middle, prior, round(np.mean([*map(len, words)])))

    def words(self, vectors) -> list[set[str]]:
        """The likeliest words of each vector, as many as the attacker's texts have."""
        scores = (vectors - self.middle) @ self.weights + self.prior
        return [{self.known[i] for i in np.argsort(-row)[: self.size]} for row in scores]

    def most_frequent(self, count: int) -> list[set[str]]:
        """What one would say without looking at a vector, so many times."""
        return [set(self.known[: self.size])] * count


def read_back(attacker: Inverter, vectors, texts: list[str], groups) -> dict[str, tuple]:
    """The F1 of the words that an attacker reads from vectors, and without looking at them.

    texts: those of the vectors. groups: the document of each. Each value is (mean, low, high).
    """
    true = words_of(texts)
    said = {"words": attacker.words(vectors), "prior": attacker.most_frequent(len(texts))}
    return {what: interval(word_f1(true, some), groups) for what, some in said.items()}


def noisy(vectors: np.ndarray, noise: float, seed: int = 0) -> np.ndarray:
    """The vectors with random noise of this length added to each, and length 1 again."""
    rng = np.random.default_rng(seed)
    added = rng.normal(size=vectors.shape) * noise / np.sqrt(vectors.shape[1])
    moved = vectors + added
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def recall(asked, vectors, documents: list[str], questions: list[dict], k: int = 3) -> list[float]:
    """For each question (its vector in `asked`): is a right document among the k best vectors?"""
    best = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :k]
    return [
        float(bool({documents[i] for i in row} & set(question["documents"])))
        for row, question in zip(best, questions, strict=True)
    ]
