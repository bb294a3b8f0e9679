"""The two models of the course: a language model that answers and an encoder that embeds.

Both come with the installation, so nothing is downloaded. Any other model is loaded by its folder or hub name.
"""

import io
import logging
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer

from helpers.engine import cache, decoding, fits, machine, store, weights

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def load_llm(name: str | os.PathLike | None = None) -> "LLM":
    """Load a causal language model in float32, on the GPU if there is one.

    name: a folder, a hub name such as "HuggingFaceTB/SmolLM2-360M-Instruct", or None for the bundled one.
    Raises OSError, saying what to do, if a name is found neither on this machine nor on the hub, and
    FileNotFoundError or ValueError if the bundled weights are missing or damaged.
    """
    folder = weights.llm_folder() if name is None else name
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except OSError as error:
        raise OSError(_not_found("model", name, "load_llm()")) from error
    if name is None:
        fingerprint = weights.LLM_SHA256[:16]
    else:
        files = sorted(Path(folder).glob("*.safetensors")) if Path(folder).is_dir() else []
        commit = getattr(model.config, "_commit_hash", None)
        fingerprint = cache.key(str(name), commit, [cache.sha256(file) for file in files])
    return LLM(model, tokenizer, str(name or "SmolLM2-135M-Instruct"), fingerprint)


def load_embedder(name: str | os.PathLike | None = None) -> "Embedder":
    """Load a sentence encoder: a folder, a hub name, or None for the bundled one. Raises as `load_llm` does."""
    from sentence_transformers import SentenceTransformer  # slow to import

    folder = weights.encoder_folder() if name is None else str(name)
    try:
        with weights.quiet():
            model = SentenceTransformer(str(folder), device=DEVICE)
    except OSError as error:
        raise OSError(_not_found("encoder", name, "load_embedder()")) from error
    return Embedder(model, str(name or "all-MiniLM-L6-v2"))


def _not_found(kind, name, instead):
    return (
        f"The {kind} '{name}' is neither a folder with a model nor in the local hub cache, and the hub could not be "
        f"reached. Check the spelling and the network, or use {instead} for the bundled {kind}."
    )


@dataclass(frozen=True)
class Generation:
    """What a language model wrote after one prompt; `seconds` is this prompt's share of its batch."""

    text: str
    prompt_tokens: int
    generated_tokens: int
    seconds: float


@torch.inference_mode()
def plain_generate(model, prompts: list[list[int]], max_new_tokens: int, end_ids: set[int]):
    """The new token ids of each prompt, by transformers' own greedy `generate`, one prompt after the other."""
    options = {
        "max_new_tokens": max_new_tokens,
        "do_sample": False,
        "eos_token_id": sorted(end_ids),
    }
    out = []
    for ids in prompts:
        inputs = torch.tensor([ids], device=model.device)
        mask = torch.ones_like(inputs)
        made = model.generate(inputs, attention_mask=mask, pad_token_id=min(end_ids), **options)
        out.append(made[0, len(ids) :].tolist())
    return out


@torch.inference_mode()
def plain_score(model, prompt: list[int], continuations: list[list[int]]) -> list[float]:
    """The mean log-likelihood of each continuation after the prompt, in nats a token, one after the other."""
    scores = []
    for ids in continuations:
        logits = model(torch.tensor([prompt + ids], device=model.device)).logits[0]
        predicted = logits[len(prompt) - 1 : -1]  # the logits of one token predict the next
        scores.append(-F.cross_entropy(predicted, torch.tensor(ids, device=model.device)).item())
    return scores


class LLM:
    """A language model with its tokenizer: `chat` renders a prompt, `generate` continues it, `score` rates texts."""

    def __init__(self, model, tokenizer, name: str, fingerprint: str):
        self.model = model.to(DEVICE).eval().requires_grad_(False)
        self.tokenizer, self.name, self.base_fingerprint = tokenizer, name, fingerprint
        self.adapter, self.on = (
            None,
            None,
        )  # hash of the adapter that is on, and what it is: see `lora.adapted`
        self.frozen_layers = (
            0  # how many layers, from below, training leaves alone: see engine/packing.py
        )
        self.use_shipped = False
        self.context = model.config.get_text_config().max_position_embeddings
        ends = model.generation_config.eos_token_id
        self.end_ids = set(ends if isinstance(ends, list) else [ends]) | {
            tokenizer.eos_token_id
        } - {None}
        self.fast = fits.engine_fits(self)  # else the plain functions above are used

    @property
    def fingerprint(self) -> str:
        """Identifies the weights that answer now, an adapter included."""
        return cache.key(self.base_fingerprint, self.adapter)

    @contextmanager
    def shipped_answers(self):
        """While the block runs, answers that come with the course (`results/`) are not computed; FULL=1 computes all.

        They are found by the same hash of weights, prompt and length as any cached answer, so none is out of
        date. At the end it says how many were not there and had to be computed.
        """
        self.use_shipped, before = os.environ.get("FULL") != "1", store.Store.missing
        try:
            yield
        finally:
            self.use_shipped = False
        if missing := store.Store.missing - before:
            print(
                f"{missing} of these answers did not come with the course and were computed here."
            )

    def chat(self, system: str, user: str, shots=()) -> str:
        """The prompt text of a chat, up to where the assistant begins.

        shots: (user, assistant) pairs, the earlier turns. The system text is always passed on: without one,
        SmolLM2's template adds a sentence of its own.
        """
        turns = [{"role": "system", "content": system}]
        for asked, answered in shots:
            turns += [
                {"role": "user", "content": asked},
                {"role": "assistant", "content": answered},
            ]
        turns.append({"role": "user", "content": user})
        return self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)

    def encode(self, text: str) -> list[int]:
        """The token ids of `text`, with nothing added."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def generate(
        self, prompts: list[str], max_new_tokens: int = 32, progress: str | None = None
    ) -> list[Generation]:
        """Continue each prompt greedily; results are cached on disk by weights, prompt and length.

        prompts: rendered prompts. max_new_tokens: where to stop if no end token comes. progress: a bar's label.
        Raises ValueError if a prompt and its continuation are longer than the model's context.
        """
        known = self._store(max_new_tokens)
        missing = {text: self.encode(text) for text in dict.fromkeys(prompts) if text not in known}
        for text, ids in missing.items():
            if len(ids) + max_new_tokens > self.context:
                raise ValueError(
                    f"A prompt of {len(ids)} tokens and {max_new_tokens} new ones exceed the model's context of "
                    f"{self.context} tokens. Shorten it; it begins: {text[:80]!r}"
                )
        write = decoding.generate if self.fast else plain_generate
        bar = tqdm(
            total=len(prompts),
            initial=len(prompts) - len(missing),
            desc=progress,
            disable=progress is None,
        )
        lengths = [len(ids) for ids in missing.values()]
        for batch in decoding.batches_by_length(
            list(missing), lengths, max_tokens=8192, max_rows=64
        ):
            start = time.perf_counter()
            new = write(self.model, [missing[text] for text in batch], max_new_tokens, self.end_ids)
            seconds = (time.perf_counter() - start) / len(batch)
            for prompt, tokens in zip(batch, new, strict=True):
                text = self.tokenizer.decode(tokens, skip_special_tokens=True).strip()
                known.add(
                    prompt, asdict(Generation(text, len(missing[prompt]), len(tokens), seconds))
                )
            machine.release_memory()
            bar.update(len(batch))
        bar.close()
        return [Generation(**known[prompt]) for prompt in prompts]

    def score(self, prompt: str, continuations: list[str]) -> np.ndarray:
        """The log-likelihood of each continuation after `prompt`, in nats a token: shape (len(continuations),).

        Results are cached on disk as those of `generate` are.
        """
        known = self._store("score")
        missing = [text for text in dict.fromkeys(continuations) if (prompt, text) not in known]
        head, ids = self.encode(prompt), {text: self.encode(text) for text in missing}
        rate = decoding.score if self.fast else plain_score
        for rows in decoding.batches_by_length(
            missing, [len(ids[text]) for text in missing], max_tokens=512, max_rows=32
        ):
            for text, value in zip(
                rows, rate(self.model, head, [ids[text] for text in rows]), strict=True
            ):
                known.add((prompt, text), value)
        return np.array([known[prompt, text] for text in continuations])

    def _store(self, what) -> store.Store:
        """What these weights have computed already, on this disk or with the course."""
        return store.Store.open(
            cache.artifacts(), cache.key(self.fingerprint, what), self.use_shipped
        )


class Embedder:
    """A sentence encoder; the vectors have length 1, so their dot product is their cosine."""

    def __init__(self, model, name: str):
        self.model, self.name = model, name
        self.max_tokens = (
            model.max_seq_length
        )  # what is longer is cut off without a word: see notebook 02

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the encoder's weights."""
        state = sorted(self.model.state_dict().items())
        return cache.key(
            self.name, [[name, round(float(t.double().abs().sum()), 4)] for name, t in state]
        )

    def encode(self, texts: list[str], progress: str | None = None) -> np.ndarray:
        """Embed texts, cached on disk: float32 of shape (len(texts), dimension), each row of length 1."""
        path = cache.artifacts() / "embeddings" / f"{cache.key(self.fingerprint, texts)}.npy"
        if len(texts) > 1 and path.is_file():  # a single query is not worth a file
            try:
                return np.load(path, allow_pickle=False)
            except ValueError:
                print(f"{path.name} is damaged: embedding again.")
        options = {
            "normalize_embeddings": True,
            "show_progress_bar": progress is not None,
            "batch_size": 32,
        }
        vectors = np.asarray(self.model.encode(texts, **options), np.float32)
        if len(texts) > 1:
            np.save(buffer := io.BytesIO(), vectors, allow_pickle=False)
            cache.write_bytes(path, buffer.getvalue())
        return vectors
