"""What a model is told, and how its answer is read: the style and the template.

Nothing here knows a company: a style is data. The plain one suits any folder of documents.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from helpers.documents import ID
from helpers.engine.forms import fill, same_again


@dataclass(frozen=True)
class Parts:
    """An answer taken apart. If it is not in the style's form, `short` is the whole text."""

    short: str  # the answer proper, without citation and next step
    citations: tuple[str, ...]
    abstained: bool
    in_form: bool
    step_right: bool  # the next step is that of the cited document; a form may have none


@dataclass(frozen=True)
class Style:
    """How answers should read. `form` may contain {answer} (always), {document} and {step}.

    next_steps: the action that follows, by the beginning of the cited document's id. ids: a
    regular expression for ids; anything else in brackets is not a citation.
    """

    instruction: str = (
        "Answer from the passages in this form: short answer [document]. "
        "If they do not say, answer: The documents do not say."
    )
    abstention: str = "The documents do not say."
    form: str = "{answer} [{document}]"
    next_steps: dict = field(default_factory=dict, hash=False)
    ids: str = ID

    def __post_init__(self):
        places = [self.form.count(f"{{{place}}}") for place in ("answer", "document", "step")]
        if places[0] != 1 or max(places) > 1 or not self.abstention:
            raise ValueError("A style needs an abstention, and {answer} once in its form")

    @classmethod
    def load(cls, path) -> "Style":
        """Read a style from a JSON file. Raises ValueError if the file is not a valid style."""
        try:
            return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a style: {error}") from None

    @cached_property
    def pattern(self) -> re.Pattern:
        """Matches an answer in this form; each placeholder becomes a named group."""
        places = {
            "answer": r"(?P<answer>[^\[\]\n]+?)",
            "document": f"(?P<document>{self.ids})",
            "step": r"(?P<step>[^\[\]\n.]+)",
        }
        parts = enumerate(re.split(r"\{(answer|document|step)\}", self.form))
        return re.compile("".join(places[p] if i % 2 else re.escape(p) for i, p in parts))

    def next_step(self, document: str) -> str:
        """The action for a document. Raises ValueError if the style has none for it."""
        for beginning, step in self.next_steps.items():
            if document.startswith(beginning):
                return step
        known = ", ".join(self.next_steps)
        raise ValueError(f"The style has no next step for '{document}', only for ids in {known}")

    def write(self, answer: str, document: str) -> str:
        """An answer in this style's form. Raises ValueError if it needs a next step it lacks."""
        step = self.next_step(document) if "{step}" in self.form else ""
        return fill(self.form, answer=answer, document=document, step=step)

    def parse(self, text: str) -> Parts:
        """Take an answer apart; see `Parts`."""
        match = self.pattern.fullmatch(text)
        return Parts(
            short=match["answer"] if match else text,
            citations=tuple(re.findall(rf"\[({self.ids})\]", text)),
            abstained=text.lower().startswith(self.abstention.lower()),
            in_form=bool(match) or text == self.abstention,
            step_right=bool(match) and same_again(self.write, match),
        )


@dataclass(frozen=True)
class Shot:
    """A worked example in the prompt; passages: (document id, text) pairs, if it has any."""

    question: str
    answer: str
    passages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Template:
    """How a prompt is laid out. The default is the one that the shipped adapters were trained with.

    best_last: passages in reverse, the best one next to the question. shot: how a shot is written
    into the user's turn; if empty, shots are earlier turns of the chat.
    """

    passage: str = "[{document}] {text}\n"
    turn: str = "{passages}\nQuestion: {question}"
    best_last: bool = False
    shot: str = ""

    def user_turn(self, question: str, passages=()) -> str:
        """What the user says to the model. passages: (document id, text) pairs, best first."""
        ordered = reversed(passages) if self.best_last else passages
        context = "".join(fill(self.passage, "text", document=i, text=text) for i, text in ordered)
        text = fill(self.turn, "passages", "question", passages=context, question=question)
        return text if context else text.strip("\n")

    def prompt(self, llm, style: Style, question: str, passages=(), shots=()) -> str:
        """The rendered prompt: instruction, shots, passages and question."""
        user = self.user_turn(question, passages)
        if self.shot:
            shown = "".join(fill(self.shot, question=s.question, answer=s.answer) for s in shots)
            return llm.chat(style.instruction, shown + user)
        turns = [(self.user_turn(s.question, s.passages), s.answer) for s in shots]
        return llm.chat(style.instruction, user, turns)


PLAIN, STANDARD = Style(), Template()
