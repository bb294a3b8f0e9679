"""The two models of the course: a language model that answers and an encoder that embeds.

Both come with the installation, so nothing is downloaded. Others are loaded by folder or hub name.
"""

import logging
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from tqdm.auto import tqdm
from transformers import GenerationConfig

from helpers.engine import cache, decoding, fits, identity, inputs, machine, markup, store, weights

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def load_llm(name: str | os.PathLike | None = None) -> "LLM":
    """Load a causal language model in float32, on the GPU if there is one.

    name: a folder, a hub name such as "HuggingFaceTB/SmolLM2-360M-Instruct", or None for the
    bundled SmolLM2-135M-Instruct. Raises OSError, saying what to do, if it can't be found;
    FileNotFoundError or ValueError if the bundled weights are missing or damaged.
    """
    return LLM(*weights.llm(name))


def load_embedder(name: str | os.PathLike | None = None) -> "Embedder":
    """Load a sentence encoder: by name, or the bundled all-MiniLM-L6-v2. See `load_llm`."""
    return Embedder(*weights.encoder(name, DEVICE))


@dataclass(frozen=True)
class Generation:
    """What a model wrote after one prompt; `seconds` is this prompt's share of its batch."""

    text: str
    prompt_tokens: int
    generated_tokens: int
    seconds: float


@torch.inference_mode()
def plain_generate(model, prompts: list[list[int]], max_new_tokens: int, end_ids: set[int]):
    """The new token ids after each prompt, by transformers' own `generate`, one after the other."""
    ends = {"eos_token_id": list(end_ids), "pad_token_id": min(end_ids, default=0)}
    greedy = GenerationConfig(max_new_tokens=max_new_tokens, do_sample=False, **ends)
    out = []
    for ids in prompts:
        inputs = torch.tensor([ids], device=model.device)
        mask = torch.ones_like(inputs)
        made = model.generate(inputs, attention_mask=mask, generation_config=greedy)
        out.append(made[0, len(ids) :].tolist())
    return out


@torch.inference_mode()
def plain_score(model, prompt: list[int], continuations: list[list[int]]) -> list[float]:
    """The mean log-likelihood of each continuation after the prompt, in nats per token."""
    scores = []
    for ids in continuations:
        logits = model(torch.tensor([prompt + ids], device=model.device)).logits[0]
        predicted = logits[len(prompt) - 1 : -1]  # the logits of one token predict the next
        scores.append(-F.cross_entropy(predicted, torch.tensor(ids, device=model.device)).item())
    return scores


class LLM:
    """A language model: `chat` renders a prompt, `generate` continues it, `score` rates texts."""

    def __init__(self, model, tokenizer, fingerprint: str, name: str):
        self.model = model.to(DEVICE).eval().requires_grad_(False)
        self.tokenizer, self.name, self.base_fingerprint = tokenizer, name, fingerprint
        self.adapter, self.on = None, None  # the active adapter: its hash, and a methods.On
        self.frozen_layers, self.use_shipped = 0, False  # see engine/packing.py, `shipped_answers`
        self.context = fits.context(model.config.get_text_config())
        self.end_ids = fits.end_ids(model, tokenizer)
        self.fast = fits.engine_fits(self)  # False: the plain functions above are used

    @property
    def fingerprint(self) -> str:
        """Identifies the weights that answer now, an adapter included."""
        return cache.key(self.base_fingerprint, self.adapter)

    @contextmanager
    def shipped_answers(self):
        """While the block runs, answers come from `results/` if they are there (with FULL=1, none).

        They are found by a hash of weights, prompt and length, so none is out of date. At the end
        a line says how many were missing and had to be computed.
        """
        outer, before = self.use_shipped, store.Store.missing
        self.use_shipped = os.environ.get("FULL") != "1"
        try:
            yield
        finally:
            self.use_shipped = outer
        if count := store.Store.missing - before:
            print(f"{count} of these answers did not come with the course and were computed here.")

    def chat(self, system: str, user: str, shots=()) -> str:
        """The prompt text of a chat, up to where the assistant begins.

        shots: (user, assistant) pairs, the earlier turns. All texts are `literal`. The system text
        is always passed on: without one, SmolLM2's template adds a sentence of its own.
        """
        earlier = [(("user", asked), ("assistant", answered)) for asked, answered in shots]
        turns = [("system", system), *chain.from_iterable(earlier), ("user", user)]
        turns = [{"role": role, "content": self.literal(text)} for role, text in turns]
        return self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)

    def literal(self, text: str) -> str:
        """`text` such that `encode` takes nothing in it for markup, be it <|im_end|> itself."""
        return markup.literal(self.tokenizer, text)

    def encode(self, text: str) -> list[int]:
        """The token ids of `text`, with nothing added."""
        return markup.encode(self.tokenizer, text)

    def generate(self, prompts: list[str], max_new_tokens: int = 32, progress: str | None = None):
        """Continue each prompt greedily. Returns one `Generation` per prompt, in the same order.

        prompts: as `chat` renders them. max_new_tokens: where to stop if no end token comes.
        progress: label of a progress bar. Results are cached on disk by weights, prompt and length.
        Raises ValueError if a prompt is empty or, with the new tokens, exceeds the model's context.
        """
        prompts = inputs.texts(prompts, "prompts")
        known = store.of(self, max_new_tokens)
        missing = {t: inputs.prompt(self, t, max_new_tokens) for t in prompts if t not in known}
        write = decoding.generate if self.fast else plain_generate
        bar = tqdm(total=len(prompts), desc=progress, disable=progress is None)
        bar.update(len(prompts) - len(missing))
        for batch in decoding.batches(missing, max_tokens=4096, max_rows=64):
            start = time.perf_counter()
            new = write(self.model, [missing[t] for t in batch], max_new_tokens, self.end_ids)
            seconds = (time.perf_counter() - start) / len(batch)
            for prompt, tokens in zip(batch, new, strict=True):
                text = self.tokenizer.decode(tokens, skip_special_tokens=True).strip()
                made = Generation(text, len(missing[prompt]), len(tokens), seconds)
                known.add(prompt, asdict(made))
            machine.release_memory()
            bar.update(len(batch))
        bar.close()
        return [Generation(**known[prompt]) for prompt in prompts]

    def score(self, prompt: str, continuations: list[str]) -> np.ndarray:
        """The mean log-likelihood of each continuation, in nats per token: shape (n,).

        Results are cached on disk, and errors raised, as in `generate`.
        """
        tails = inputs.texts(continuations, "continuations")
        known, head = store.of(self, "score"), inputs.head(self, prompt)
        rate = decoding.score if self.fast else plain_score
        new = [text for text in tails if (prompt, text) not in known]
        missing = {text: inputs.continuation(self, prompt, head, text) for text in new}
        for batch in decoding.batches(missing, max_tokens=512, max_rows=32):
            values = rate(self.model, head, [missing[text] for text in batch])
            for text, value in zip(batch, values, strict=True):
                known.add((prompt, text), value)
        return np.array([known[prompt, text] for text in tails])


class Embedder:
    """A sentence encoder; the vectors have length 1, so their dot product is their cosine."""

    def __init__(self, model, name: str):
        self.model, self.name = model, name
        self.max_tokens = model.max_seq_length  # longer texts are cut off silently: notebook 02

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the encoder by its weights, configuration and tokenizer."""
        return identity.of_encoder(self.model)

    def encode(self, texts: list[str], progress: str | None = None) -> np.ndarray:
        """Embed texts: float32, shape (texts, dimension), rows of length 1. Cached if several."""
        if not (texts := inputs.texts(texts, "texts")):
            return self.encode(["none"])[:0]

        def compute():
            # 8 texts at once take 200 MB less than 32 and, on two cores, no more time
            options = {"show_progress_bar": progress is not None, "batch_size": 8}
            vectors = self.model.encode(texts, normalize_embeddings=True, **options)
            return np.asarray(vectors, np.float32)

        if len(texts) == 1:
            return compute()
        return store.embeddings(cache.key(self.fingerprint, texts), len(texts), compute)
