"""Find the best prompt of a system: the same choices for every system, tried on validation.

One choice after the other is varied, in the same order for everybody, and its best value kept: one
round of coordinate ascent. It tries a dozen of several hundred prompts.
"""

import math
import time
from collections.abc import Callable

import pandas as pd
from tqdm.auto import tqdm

SHORT = "Answer the question with a few words from the passages."
INSTRUCTIONS = {
    "style": "{instruction}",  # the style's own, which describes the form
    "plain": SHORT,
    "plain, may abstain": SHORT + " If they do not say, answer: {abstention}",
    "quote": "Read the passages, then answer with the shortest words of theirs that say it.",
}
CHOICES = {
    "instruction": list(INSTRUCTIONS),
    "best_last": [False, True],
    "search": ["dense", "fused"],
    "k": [3, 1, 5],
    "shots": ["none", "2", "4", "2 with passages", "2 with passages, 1 abstains", "4, 1 abstains"],
    "max_new_tokens": [32, 16],
}


def coordinate_ascent(
    choices: dict[str, list], measure: Callable, seconds: float = math.inf, progress=None
) -> pd.DataFrame:
    """Search for the choice with the highest score; returns all that was tried, in order.

    choices: the values of each choice; the search starts with the first ones. measure: called as
    measure(**chosen), returns a dict with "score" and whatever else belongs in the table. A tie
    keeps what was found first. seconds: nothing new is tried after so long. The best choice and
    whether the search came to its end are in the table's `attrs`, as "best" and "ended".
    """
    best = {name: values[0] for name, values in choices.items()}
    start, ended = time.monotonic(), True
    with tqdm(desc=progress, disable=progress is None, unit="prompt") as bar:
        tried = [best | measure(**best)]
        top = tried[0]["score"]
        bar.update()
        for name, value in [(n, v) for n, values in choices.items() for v in values[1:]]:
            if time.monotonic() - start > seconds:
                ended = False
                break
            chosen = {**best, name: value}
            tried.append(chosen | measure(**chosen))
            bar.update()
            if tried[-1]["score"] > top:
                best, top = chosen, tried[-1]["score"]
    table = pd.DataFrame(tried)
    table.attrs.update(best=best, ended=ended)
    return table
