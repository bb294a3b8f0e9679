"""Where a model is, by the name that was given: found, or said to be missing, in seconds.

The libraries would try to reach the hub again and again, for about a minute.
"""

import os
import ssl
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

from huggingface_hub import constants, try_to_load_from_cache
from huggingface_hub.utils import HFValidationError, validate_repo_id

SECONDS = 4  # to wait for a sign of life from the hub


@contextmanager
def located(kind: str, name, instead: str):
    """Yields the folder or hub name to load from, and options for loading.

    kind and instead: what is looked for, and what to use in its place; both for messages. Raises
    OSError, saying what to do, if nothing is there or loading fails in the block; ValueError if
    the model brings code of its own.
    """
    place = os.path.expanduser(given := os.fsdecode(name))
    hint = f"Check the spelling, or use {instead} with the bundled model."
    neither = f"The {kind} {given!r} is neither a folder with a model nor in the local hub cache"
    is_folder, options = os.path.isdir(place) and given != "", {"trust_remote_code": False}
    if is_folder:
        if missing := lacks(Path(place)):
            raise OSError(f"The folder {given!r} holds no {kind}: it has no {missing}. {hint}")
    elif isinstance(name, os.PathLike) or not is_hub_name(given):
        why = "it is a file: name its folder" if os.path.exists(place) else "no such folder exists"
        raise OSError(f"{neither}: {why}. {hint}")
    else:
        options["local_files_only"] = constants.HF_HUB_OFFLINE or not reachable()
        if options["local_files_only"] and not cached(given):
            hint = hint.replace("spelling", "spelling and the network")
            raise OSError(f"{neither}, and the hub could not be reached. {hint}")
    try:
        yield place, options
    except Exception as error:  # of the many kinds that loading libraries raise
        told = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        if "trust_remote_code" in str(error):
            own = "brings code of its own, which this course does not run"
            raise ValueError(f"The {kind} {given!r} {own}. {hint}") from error
        if is_folder:
            raise OSError(f"The {kind} in {given!r} can't be loaded: {told}. {hint}") from error
        raise OSError(f"{neither}, and the hub does not give it: {told}. {hint}") from error


def lacks(folder: Path) -> str:
    """What a folder needs to hold a model and lacks; "" if nothing."""
    if not any((folder / name).is_file() for name in ("config.json", "modules.json")):
        return "config.json"
    patterns = ("*.safetensors", "*.bin")
    if not any(any(folder.glob(f"{sub}{p}")) for p in patterns for sub in ("", "*/")):
        return "weights (model.safetensors)"
    return ""


def is_hub_name(name: str) -> bool:
    """Could the hub know this name? It is never a path."""
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return not name.startswith((".", "~"))


def cached(name: str) -> bool:
    """Is a model of this name in the hub's cache on this machine?"""
    names = [name] if "/" in name else [name, f"sentence-transformers/{name}"]
    files = [try_to_load_from_cache(n, f) for n in names for f in ("config.json", "modules.json")]
    return any(isinstance(file, str) for file in files)


def reachable() -> bool:
    """Does the hub, or a proxy on the way to it, answer within a few seconds?"""
    if any(proxy.startswith("socks") for proxy in urllib.request.getproxies().values()):
        return True  # the standard library can't ask through such a proxy
    answered = threading.Event()

    def ask():
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=SECONDS).close()
        except HTTPError:
            pass  # an answer too
        except URLError as error:
            if not isinstance(error.reason, ssl.SSLError):
                return
        except (OSError, ValueError):
            return
        answered.set()

    thread = threading.Thread(target=ask, daemon=True)  # looking up an address has no time limit
    thread.start()
    thread.join(SECONDS)
    return answered.is_set()
