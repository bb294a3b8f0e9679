"""Draft questions from documents: sentences with names, numbers and dates, each with its source.

A draft is extractive: its answer is copied from a sentence, and its question is the rest of that
sentence. Nobody has asked it. So it is for a person to confirm, correct or throw away. And it
flatters a search by words, because it repeats the words of the document.
"""

import random
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import regex

from helpers import metrics
from helpers.documents import Document
from helpers.engine import asking, cache
from helpers.engine.sentences import sentences, words

MANY = 3  # an answer that is found in more documents, or more often in its own, is left out
WORDED = 3  # so many questions in words for each of another shape, where there are so many
LOWER = regex.compile(r"(?<![\w'’-])\p{Ll}+(?![\w'’-])")
LONGEST = 400  # sentences of one document that are looked at


@dataclass(frozen=True)
class Draft:
    """A drafted question. The answer is the document's text from character start to end.

    sentence: where it comes from. shape: one of `asking.SHAPES`. kind: "name", "number", "date" or
    "term".
    """

    question: str
    answer: str
    document: str
    start: int
    end: int
    sentence: str
    shape: str
    kind: str

    @property
    def answers(self) -> list[str]:
        """What is accepted: the answer, and its number alone where the question gives the unit."""
        number, _, unit = self.answer.partition(" ")
        counted = unit and f"how many {unit} " in f"{self.question} ".casefold()
        return [self.answer, number] if counted else [self.answer]

    @property
    def id(self) -> str:
        """A hash of what was drafted: it no longer fits once a person has changed something."""
        return identify(self.question, " | ".join(self.answers), self.document)


def identify(question: str, answer: str, document: str) -> str:
    """The id of a draft with this content."""
    return "d" + cache.key("draft", question, answer, document)[:11]


class Drafter:
    """Drafts questions about any of the documents; all of them decide what is said once only."""

    def __init__(self, documents: list[Document], seed: int = 0):
        self.documents, self.seed = {document.id: document for document in documents}, seed
        self._found = {}

    def draft(self, ids: list[str], count: int) -> list[Draft]:
        """Up to `count` drafts about the documents with these ids, spread over them.

        In each round every document gives one more; kinds take turns. So a part from the beginning
        is spread as well. Fewer come back if the documents have no more.
        """
        ids = list(ids)
        random.Random(f"{self.seed}").shuffle(ids)
        drafts, asked, kinds = [], set(), Counter()
        while ids and len(drafts) < count:
            for id in list(ids):
                found = [draft for draft in self._candidates(id) if draft.id not in asked]
                best = min(found, key=lambda one: self._order(one, kinds), default=None)
                if best is None or len(drafts) == count:
                    ids.remove(id)
                    continue
                drafts.append(best)
                asked |= {one.id for one in found if one.sentence == best.sentence}
                kinds.update([best.kind, best.shape])
        return drafts

    def _order(self, draft, kinds):
        """Shapes and kinds take turns, but most of all come questions in words; then by chance."""
        rank = kinds[draft.shape] // (WORDED if draft.shape == asking.SHAPES[0] else 1)
        return rank, kinds[draft.kind], cache.key(self.seed, draft.id)

    def _candidates(self, id) -> list[Draft]:
        """All drafts about one document, made once. None of their questions has two answers."""
        if id not in self._found:
            document = self.documents[id]
            keys = Counter(one.key for one in self._sentences[id] if one.key)
            found = [s for s in self._sentences[id] if self._said[_digest(s)] == 1]
            found = [one for one in found if keys[one.key] <= 1]
            if len(found) > LONGEST:
                found = random.Random(f"{self.seed}-{id}").sample(found, LONGEST)
            made = [draft for one in found for draft in self._of_sentence(document, one)]
            meant = Counter(
                question for question, _ in {(one.question, one.answer) for one in made}
            )
            self._found[id] = [one for one in made if meant[one.question] == 1]
        return self._found[id]

    def _of_sentence(self, document, sentence) -> list[Draft]:
        """The drafts that one sentence gives: one for each answer in it that would do."""
        title, made = self.title(document), []
        heading = sentence.label if words(sentence.label) <= 12 else ""
        label = ", ".join(dict.fromkeys(filter(None, [title, heading])))
        for answer in asking.answers(sentence, self._common):
            start, end = sentence.place(answer.start, answer.end)
            text = sentence.text[answer.start : answer.end]
            shape, question = asking.question(sentence, answer, label, self._common)
            literal = document.text[start:end] == text
            given = text.casefold() in question.casefold()
            gradable = metrics.contains(sentence.text, [text])
            if not (literal and gradable) or given or not self._rare(document, text):
                continue
            whole = f"{sentence.key}: {sentence.text}" if sentence.key else sentence.text
            draft = Draft(question, text, document.id, start, end, whole, shape, answer.kind)
            made.append(draft)
        return made

    def _rare(self, document, text) -> bool:
        """Is this text in few places only? What is said everywhere has no source of its own."""
        if document.text.count(text) > MANY:
            return False
        return sum(text in other.text for other in self.documents.values()) <= MANY

    def title(self, document) -> str:
        """What the document is called, so that it is told from the others: its title or its id."""
        title = " ".join(document.title.split())
        return title if self._titles[title] == 1 and 0 < words(title) <= 12 else document.id

    @cached_property
    def _common(self):
        """Words that are written without a capital somewhere."""
        texts = (one.text for one in self.documents.values())
        return {word for text in texts for word in LOWER.findall(text)}

    @cached_property
    def _titles(self):
        return Counter(" ".join(one.title.split()) for one in self.documents.values())

    @cached_property
    def _sentences(self):
        """The sentences of each document that could be asked about."""
        return {
            id: [one for one in sentences(document.text) if asking.fits(one)]
            for id, document in self.documents.items()
        }

    @cached_property
    def _said(self):
        """How often each sentence is said: a footer or a menu is said often."""
        return Counter(_digest(one) for some in self._sentences.values() for one in some)


def _digest(sentence) -> str:
    """What two copies of a standard text have in common, such as a footer or a licence."""
    return "".join(f"{sentence.key}: {sentence.text}".casefold().split())
