"""From a question to an answer: one kind of system, made of the parts that it is given.

base = System(llm); prompted = + shots; RAG = + index; LoRA = + adapter; hybrid = + index + adapter.
"""

import re
import time
from dataclasses import dataclass, field

from helpers import lora
from helpers.retrieval import Hit

ABSTAIN = "The handbook does not say."
INSTRUCTION = (
    f"Answer for Ostrel Hydrometrics in this form: short answer [document] Next step: one action. If it is not known, answer: {ABSTAIN}"
)
NEXT_STEPS = {
    "sup": "open a ticket with Support",
    "leg": "confirm with Contracts",
    "saf": "tell the shift lead",
    "fin": "enter it in the Tally",
    "eng": "note it in the Bluebook",
}
HOUSE = re.compile(r"^(?P<answer>[^\[\]\n]+?) \[(?P<document>[\w.-]+)\] Next step: (?P<step>[^\[\]\n.]+)\.$")


@dataclass(frozen=True)
class Answer:
    """What a system said: the whole `text`, its parts, the passages it was given, and what it cost."""

    question: str
    text: str
    short: str  # the answer proper: the part before the citation, or all of an answer in another form
    citations: tuple[str, ...]
    abstained: bool
    in_form: bool  # house style, or the fixed sentence alone
    hits: tuple[Hit, ...] = ()
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: dict = field(default_factory=dict, hash=False)


def house_style(short: str, document: str) -> str:
    """An answer in the form of the house: short answer, citation, one next step."""
    return f"{short} [{document}] Next step: {NEXT_STEPS[document[:3]]}."


def parse(question: str, text: str, **cost) -> Answer:
    """Take an answer apart; what is not in house style is all answer."""
    match = HOUSE.match(text)
    return Answer(
        question,
        text,
        short=match["answer"] if match else text,
        citations=tuple(re.findall(r"\[([\w.-]+)\]", text)),
        abstained=text.lower().startswith(ABSTAIN.lower()),
        in_form=bool(match) or text == ABSTAIN,
        **cost,
    )


def user_turn(question: str, passages=()) -> str:
    """What the user says to the model: passages, if any, after the id of their document, and the question.

    passages: (document id, text) pairs.
    """
    context = "".join(f"[{document}] {text}\n" for document, text in passages)
    return (context and context + "\n") + f"Question: {question}"


def training_examples(llm, rows: list[dict]) -> list[lora.Example]:
    """Rows of a training file as prompts, built exactly as `System` builds them, with the answer to learn."""
    turns = [user_turn(row["question"], [(p["document"], p["text"]) for p in row.get("passages", ())]) for row in rows]
    return [lora.Example(llm.chat(INSTRUCTION, turn), row["answer"]) for turn, row in zip(turns, rows, strict=True)]


class System:
    """A question-answering system. Every system of the course is one of these; your own needs only the same `answer`."""

    def __init__(self, llm, index=None, adapter=None, shots=(), k: int = 3, max_prompt_tokens: int = 1024):
        """index: gives the passages (None: closed book). adapter: a LoRA folder (None: the model as it is).

        shots: (question, answer) pairs, shown as earlier turns of the chat. k: passages. max_prompt_tokens: the last passages are
        left out until the prompt fits.
        """
        self.llm, self.index, self.adapter = llm, index, adapter
        self.shots, self.k, self.max_prompt_tokens = shots, k, max_prompt_tokens

    def prompt(self, question: str, hits=()) -> tuple[str, tuple[Hit, ...]]:
        """The rendered prompt and the hits that fitted into it. Raises ValueError if the question alone does not fit."""
        shots = [(user_turn(asked), answered) for asked, answered in self.shots]
        for keep in range(len(hits), -1, -1):
            shown = [(hit.chunk.document, hit.chunk.text) for hit in hits[:keep]]
            text = self.llm.chat(INSTRUCTION, user_turn(question, shown), shots)
            if (length := len(self.llm.encode(text))) <= self.max_prompt_tokens:
                return text, tuple(hits[:keep])
        raise ValueError(
            f"The question makes a prompt of {length} tokens, even without a passage; the limit is "
            f"{self.max_prompt_tokens}. Shorten it: {question[:80]!r}..."
        )

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """Answer each question; see `Answer`. progress: the label of a progress bar."""
        start = time.perf_counter()
        found = self.index.search(questions, self.k) if self.index else [()] * len(questions)
        searching = (time.perf_counter() - start) / max(1, len(questions))
        prompts = [self.prompt(question, hits) for question, hits in zip(questions, found, strict=True)]
        with lora.adapted(self.llm, self.adapter):
            made = self.llm.generate([text for text, _ in prompts], progress=progress)
        return [
            parse(
                question,
                new.text,
                hits=hits,
                prompt_tokens=new.prompt_tokens,
                generated_tokens=new.generated_tokens,
                seconds={"search": searching, "generate": new.seconds},
            )
            for question, (_, hits), new in zip(questions, prompts, made, strict=True)
        ]
