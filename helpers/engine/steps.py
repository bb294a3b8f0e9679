"""The steps of a long run: each is kept when it is done, so that an interruption loses only one."""

import json
import re
import time
from collections.abc import Callable

from tqdm.auto import tqdm

from helpers import say
from helpers.engine import cache


class Steps:
    """Steps that are done once. What they return is kept as JSON, under a hash of what made it."""

    def __init__(self, clock, total: int, *about):
        """clock: a `within.Clock`; a step of an earlier run counts with the time it took then.

        total: how many steps are expected, for the progress bar. about: what all of them depend on.
        """
        self.clock, self.seconds, self.warned = clock, {}, False
        self.bar = tqdm(total=total, desc="report", unit="step")
        self.depend(*about)

    def depend(self, *about) -> None:
        """From here on, steps depend on this too."""
        self.about = cache.key(getattr(self, "about", ""), *about)
        self.folder = cache.artifacts() / "reports" / self.about

    def do(self, name: str, compute: Callable):
        """What `compute()` returns, as JSON gives it back, or returned when it was first done."""
        self.bar.set_postfix_str(name, refresh=True)
        path = self.folder / f"{re.sub(r'[^a-z]+', '-', name.lower())}.json"
        kept, start = cache.read_json(path), time.monotonic()
        if isinstance(kept, dict) and kept.keys() == {"value", "seconds"}:
            self.clock.end -= kept["seconds"]
        else:
            value = json.loads(json.dumps(compute(), default=lambda value: value.tolist()))
            kept = {"value": value, "seconds": time.monotonic() - start}
            self._write(path, kept)
        self.seconds[name] = kept["seconds"]
        self.bar.update()
        return kept["value"]

    def _write(self, path, kept):
        try:
            cache.write_json(path, kept)
        except OSError as error:
            if not self.warned:
                say(f"{path} can't be written ({error.strerror}): an interruption would lose it.")
            self.warned = True
