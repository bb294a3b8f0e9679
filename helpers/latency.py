"""Where the seconds of an answer go: each stage timed, one question at a time, past every cache."""

import random
import time
from collections.abc import Callable
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import torch
from tqdm.auto import tqdm

from helpers import bases, lora
from helpers.engine import cache, layers, methods
from helpers.system import Answer

REST = "rest"  # all that is in no other stage: to build the prompt, to put an adapter on, ...
STAGES = ["embed", "search", "rerank", "prefill", "decode", REST]


@dataclass(frozen=True)
class Trace:
    """One answer and its spans (stage, start, end), in seconds since the question was asked.

    Spans are nested or apart: "embed" lies in "search", and all lie in "rest". "prefill" ends with
    the first token, and each "decode" with one more.
    """

    answer: Answer
    spans: tuple[tuple[str, float, float], ...]

    @property
    def seconds(self) -> float:
        """From the question to the whole answer."""
        return max(end for _, _, end in self.spans)

    def until(self, tokens: int | None = None) -> "Trace":
        """The part up to the end of this token (None: the last one).

        until(1).seconds is the time to the first token.

        Without a language model, an answer is there all at once: the whole trace. Raises ValueError
        if fewer tokens were written.
        """
        ends = [end for stage, _, end in self.spans if stage in ("prefill", "decode")]
        if not ends:
            return self
        tokens = len(ends) if tokens is None else tokens
        if not 1 <= tokens <= len(ends):
            raise ValueError(f"The answer has {len(ends)} tokens, so there is no token {tokens}")
        cut = ends[tokens - 1]
        before = [(name, start, min(end, cut)) for name, start, end in self.spans if start < cut]
        return Trace(self.answer, tuple(before))


class Clock:
    """Asks systems, and notes when each stage begins and ends.

    The passes of the language model are seen by hooks. Search and encoder are seen if the system
    was built with `timed` ones.
    """

    def __init__(self, llm):
        """llm: the `models.LLM` whose passes are timed."""
        self.llm, self._open, self._spans, self._passes = llm, [], [], []

    @contextmanager
    def stage(self, name: str):
        """What happens in the block belongs to this stage."""
        self._open.append(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self._spans.append((self._open.pop(), start, time.perf_counter()))

    def timed(self, inner, method: str, stage: str) -> "Timed":
        """The same encoder, index or judge; calls of this method are a stage of this clock."""
        return Timed(self, inner, method, stage)

    def ask(self, system, question: str) -> Trace:
        """Ask one question with an empty cache.

        system: has the method `answer`, and calls the language model at most once for an answer.
        Raises RuntimeError if the model computed fewer tokens than the answer has.
        """
        llm, self._spans, self._passes = self.llm, [], []
        hooks = (
            llm.model.register_forward_pre_hook(lambda *_: self._passes.append([_now()])),
            llm.model.register_forward_hook(lambda *_: self._passed()),
        )
        try:
            with _computed(llm), self.stage(REST):
                (answer,) = system.answer([question])
        finally:
            for hook in hooks:
                hook.remove()
        return self._trace(answer)

    def in_turns(self, systems: dict, questions: list[str], seed: int = 0) -> dict[str, list]:
        """Every system answers every question, one after the other in a new random order.

        So whatever slows the machine down hits all alike. Before, each answers once for nothing, as
        far as the first token: by then all is loaded. Returns the traces of each system.
        """
        traces, order = {name: [] for name in systems}, random.Random(seed)
        for system in systems.values():
            with _computed(self.llm, set(range(self.llm.model.config.vocab_size))):
                system.answer(questions[:1])
        for question in tqdm(questions, desc="questions"):
            for name in order.sample(list(systems), len(systems)):
                traces[name].append(self.ask(systems[name], question))
        return traces

    def _passed(self):
        """A pass of the model has ended: keep it, unless a search or a judge asked for it."""
        if self._open[-1:] == [REST]:
            self._passes[-1].append(_now())
        else:
            self._passes.pop()

    def _trace(self, answer):
        written, spans = answer.generated_tokens, self._spans
        if len(self._passes) < written:
            raise RuntimeError(
                f"The answer has {written} tokens, and the model computed {len(self._passes)}: the "
                "others came from a store, so this is no time of an answer"
            )
        if written:  # the last passes wrote a token each; those before them read the prompt
            ends = [end for _, end in self._passes[-written:]]
            spans = [*spans, ("prefill", self._passes[0][0], ends[0])]
            spans += [("decode", *pair) for pair in pairwise(ends)]
        zero = min(start for _, start, _ in spans)
        return Trace(answer, tuple((name, start - zero, end - zero) for name, start, end in spans))


class Timed:
    """Stands for an encoder, an index or a judge; see `Clock.timed`."""

    def __init__(self, clock: Clock, inner, method: str, stage: str):
        self.__dict__.update(clock=clock, inner=inner, method=method, stage=stage)

    def __getattr__(self, name):
        found = getattr(self.__dict__["inner"], name)
        if name != self.method:
            return found

        def timed(*args, **options):
            with self.clock.stage(self.stage):
                return found(*args, **options)

        return timed

    def __call__(self, *args, **options):
        return self.__getattr__("__call__")(*args, **options)


class Exactly:
    """A system that writes exactly so many tokens, whether its answer has ended or not."""

    def __init__(self, system, tokens: int):
        """system: a `System`; it stays as it is."""
        self.system = copy(system)
        self.system.max_new_tokens = tokens

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """What the system writes; nothing is kept, since these are no answers of the system's."""
        with _computed(self.system.llm, set()):
            return self.system.answer(questions, progress)


class Merged:
    """A system whose adapter is merged: added to the model's weights, for as long as it answers.

    Both sets of weights stay in memory, so that merging and taking back take no time.
    """

    def __init__(self, system):
        """system: a `System` with a LoRA adapter. Raises RuntimeError while one is on the model."""
        methods.idle(system.llm)
        self.llm, self.system = system.llm, copy(system)
        self.system.adapter = None
        record, change = lora.read_record(system.adapter), bases.merged(system.adapter)
        linear = layers.linear_layers(self.llm, lora.Recipe(**record["recipe"]))
        self.weights = [(layer, change(name, layer.weight)) for name, layer in linear.items()]
        self.name = f"merged {record['sha256']}"

    def answer(self, questions: list[str], progress: str | None = None) -> list[Answer]:
        """What the system answers with the merged weights; then the model is as it was."""
        methods.idle(self.llm)
        own = [layer.weight.data for layer, _ in self.weights]
        try:
            self.llm.adapter = self.name  # other weights, other answers in the store
            for layer, weight in self.weights:
                layer.weight.data = weight
            return self.system.answer(questions, progress)
        finally:
            self.llm.adapter = None
            for (layer, _), weight in zip(self.weights, own, strict=True):
                layer.weight.data = weight


def added_by(longer: Trace, shorter: Trace, most: int, by_stage: Callable) -> tuple[float, float]:
    """The seconds that RAG adds to a model without passages, and those of them for the search.

    Both are taken up to the same token: the last of RAG's answer, or number `most`. by_stage: as in
    `milliseconds`; its "embed" and "search" are the search.
    """
    part = longer.until(min(most, longer.answer.generated_tokens))
    spent = by_stage(part.spans)
    without = shorter.until(min(most, longer.answer.generated_tokens)).seconds
    return part.seconds - without, spent["embed"] + spent["search"]


def milliseconds(traces: list[Trace], by_stage: Callable) -> pd.DataFrame:
    """One row for each trace: its stages, the time to the first token, and the whole, in ms.

    by_stage: called with spans, returns a dict of seconds; see exercise 10.1.
    """
    rows = pd.DataFrame([by_stage(trace.spans) for trace in traces])
    rows = rows.reindex(columns=STAGES, fill_value=0.0)
    rows["first token"] = [trace.until(1).seconds for trace in traces]
    rows["whole answer"] = [trace.seconds for trace in traces]
    return 1000 * rows


@contextmanager
def _computed(llm, ends: set[int] | None = None):
    """While the block runs, all is computed: nothing is looked up, and nothing is kept.

    ends: the tokens that end an answer (None: as they are).
    """
    before = llm.use_shipped, llm.end_ids
    llm.use_shipped, llm.end_ids = False, llm.end_ids if ends is None else ends
    try:
        with cache.fresh():
            yield
    finally:
        llm.use_shipped, llm.end_ids = before


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
