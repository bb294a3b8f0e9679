"""The cheap rivals of a tuned model: systems that leave the form, or everything, to code.

Both have the method `answer` of `system.System`, so any scoreboard takes them.
"""

import re
import time
from dataclasses import replace

import numpy as np

from helpers.engine import inputs
from helpers.engine.extraction import short_answer
from helpers.engine.sendable import LONGEST
from helpers.prompts import PLAIN, Style
from helpers.system import Answer

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9£$€\"'“(*])|\n+")
QUIET = -1.0  # a least cosine that never abstains: there is no lower one


class FirstPassage:
    """No language model: what the search found is the answer, put into the form by code."""

    def __init__(
        self, index, embedder, style: Style = PLAIN, least=QUIET, words: int | None = LONGEST
    ):
        """index: finds the passages. least: below this cosine of question and answer it abstains.

        words: of the sentence nearest to the question (by cosine, among those of the first
        passage) so many are kept, those nearest to it; None: the whole first passage.
        """
        self.index, self.embedder, self.style = index, embedder, style
        self.least, self.words = least, words

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """One `Answer` for each question."""
        questions, start = inputs.texts(questions, "questions"), time.perf_counter()
        found, best = self._sentences(questions)
        if self.words:
            shorter = [_windows(text, self.words) if text else [] for text, _ in best]
            picked = self._nearest(questions, shorter)
            best = [(text, score) for (text, _), (_, score) in zip(picked, best, strict=True)]
        seconds = (time.perf_counter() - start) / max(1, len(questions))
        answers = []
        for question, hits, (text, score) in zip(questions, found, best, strict=True):
            known = bool(text) and score >= self.least
            made = self.style.write(_plain(text), hits[0].chunk.document) if known else None
            cost = {"hits": tuple(hits), "seconds": {"search": seconds}}
            text = made or self.style.abstention
            answers.append(Answer.read(question, text, self.style, **cost))
        return answers

    def cosines(self, questions: list[str]) -> list[float]:
        """How sure it is: the cosine of each question and its answer, compared with `least`."""
        return [score for _, score in self._sentences(questions)[1]]

    def _sentences(self, questions):
        """What the search found for each question, and its nearest sentence with the cosine."""
        found = self.index.search(questions, 1)
        candidates = [self._candidates(hits[0].chunk.text) if hits else [] for hits in found]
        return found, self._nearest(questions, candidates)

    def _candidates(self, text):
        sentences = [part.strip() for part in SENTENCE.split(text) if part.strip()]
        return sentences if self.words else [text]

    def _nearest(self, questions, candidates):
        """For each question the (text, cosine) of the nearest of its candidates."""
        texts = [text for part in candidates for text in part]
        vectors = iter(self.embedder.encode(texts)) if texts else iter(())
        nearest = []
        for asked, part in zip(self.embedder.encode(questions), candidates, strict=True):
            cosines = [float(asked @ next(vectors)) for _ in part]
            best = int(np.argmax(cosines)) if part else None
            nearest.append((part[best], cosines[best]) if part else ("", QUIET))
        return nearest


class FormByCode:
    """A system whose answers get the form by code, a citation and the next step included.

    The short answer is what `short_answer` finds, cut after 12 words. The document is the one that
    the system cites, if it was shown to it, and otherwise the first that was.
    """

    def __init__(self, system, embedder=None, least=QUIET):
        """system: must retrieve. least: below this cosine of question and first passage it
        abstains, with `embedder`.
        """
        self.system, self.style = system, system.style
        self.embedder, self.least = embedder, least

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """One `Answer` for each question."""
        answers = self.system.answer(questions, progress)
        far = self._far(answers)
        return [self._formed(*pair) for pair in zip(answers, far, strict=True)]

    def _formed(self, answer, far):
        shown = [hit.chunk.document for hit in answer.hits]
        short = " ".join(_plain(short_answer(answer.text)).split()[:LONGEST])
        if answer.abstained or not shown or not short or far:
            text = self.style.abstention
        else:
            cited = [document for document in answer.citations if document in shown]
            text = self.style.write(short, (cited or shown)[0])
        return replace(answer, text=text, **vars(self.style.parse(text)))

    def _far(self, answers) -> list[bool]:
        """Is the first passage of each answer, if it has one, too far from its question?"""
        shown = [answer for answer in answers if answer.hits]
        if self.least == QUIET or not shown:
            return [False] * len(answers)
        asked = self.embedder.encode([answer.question for answer in shown])
        passages = self.embedder.encode([answer.hits[0].chunk.embedded for answer in shown])
        cosines = iter((asked * passages).sum(axis=1))
        return [bool(answer.hits) and float(next(cosines)) < self.least for answer in answers]


def _windows(text, size):
    """All runs of `size` words; the text itself if it has no more."""
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))]


def _plain(text):
    """The text without the signs that the form keeps for itself."""
    return " ".join(re.sub(r"[\[\]]", "", text).split()).rstrip(".")
