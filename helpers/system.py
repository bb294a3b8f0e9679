"""From a question to an answer: one kind of system, made of the parts that you pass to it.

System(llm) is the base. Add shots: few-shot; index: RAG; adapter: LoRA; index and adapter: hybrid.
"""

import time
from dataclasses import dataclass, field
from typing import Protocol

from helpers import lora
from helpers.engine import inputs
from helpers.prompts import PLAIN, STANDARD, Parts, Style, Template
from helpers.retrieval import Filter, Hit


class Index(Protocol):
    """What a system needs from an index; every index in `retrieval` and `refine` provides it."""

    def search(self, queries: list[str], k: int, allowed: Filter | None = None) -> list[list[Hit]]:
        """The k best passages of each query, best first."""


@dataclass(frozen=True)
class Answer(Parts):
    """What a system said, in `Parts`, the passages in its prompt, and what it cost to produce."""

    question: str
    text: str
    hits: tuple[Hit, ...] = ()
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: dict = field(default_factory=dict, hash=False)  # by stage: search, generate

    @classmethod
    def read(cls, question: str, text: str, style: Style, **cost) -> "Answer":
        """Make an Answer from a model's text, taken apart by a style. cost: the other fields."""
        return cls(**vars(style.parse(text)), question=question, text=text, **cost)


class System:
    """A question-answering system. To write your own, you need only the same method `answer`."""

    def __init__(
        self,
        llm,
        index: Index | None = None,
        adapter=None,
        style: Style = PLAIN,
        template: Template = STANDARD,
        shots=(),
        k: int = 3,
        max_prompt_tokens: int = 1024,
        max_new_tokens: int = 32,
    ):
        """index: finds the passages (None: closed book). adapter: a LoRA folder (None: no adapter).

        shots: see `prompts.Shot`. k: how many passages are retrieved. max_prompt_tokens: the last
        passages are left out until the prompt fits. max_new_tokens: where an answer is cut off.
        """
        self.llm, self.index, self.adapter = llm, index, adapter
        self.style, self.template, self.shots = style, template, shots
        self.k, self.max_prompt_tokens = k, max_prompt_tokens
        self.max_new_tokens = max_new_tokens

    def prompt(self, question: str, hits=()) -> tuple[str, tuple[Hit, ...]]:
        """The prompt and the hits that fit. Raises ValueError if it is too long without any hit."""
        for keep in range(len(hits), -1, -1):
            shown = [(hit.chunk.document, hit.chunk.text) for hit in hits[:keep]]
            text = self.template.prompt(self.llm, self.style, question, shown, self.shots)
            if (length := len(self.llm.encode(text))) <= self.max_prompt_tokens:
                return text, tuple(hits[:keep])
        raise ValueError(
            f"The question makes a prompt of {length} tokens, even without a passage; the limit is "
            f"{self.max_prompt_tokens}. Shorten it: {question[:80]!r}..."
        )

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """One `Answer` per question. progress: label of a progress bar. Raises as `prompt` does."""
        questions, start = inputs.texts(questions, "questions"), time.perf_counter()
        found = self.index.search(questions, self.k) if self.index else [()] * len(questions)
        searching = (time.perf_counter() - start) / max(1, len(questions))
        prompts = [self.prompt(q, hits) for q, hits in zip(questions, found, strict=True)]
        with lora.adapted(self.llm, self.adapter):
            texts = [text for text, _ in prompts]
            made = self.llm.generate(texts, self.max_new_tokens, progress)
        answers = []
        for question, (_, hits), new in zip(questions, prompts, made, strict=True):
            cost = {"prompt_tokens": new.prompt_tokens, "generated_tokens": new.generated_tokens}
            cost |= {"hits": hits, "seconds": {"search": searching, "generate": new.seconds}}
            answers.append(Answer.read(question, new.text, self.style, **cost))
        return answers
