"""Find the best prompt of a system: the same choices for every system, tried on validation.

One choice is varied at a time, the best value kept, until a round changes nothing (coordinate
ascent). It tries a few dozen of several hundred prompts, the same way for everybody.
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
    "k": [3, 1, 5],
    "best_last": [False, True],
    "search": ["dense", "fused"],
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
    best, tried = {name: values[0] for name, values in choices.items()}, {}
    start, ended, before = time.monotonic(), True, None
    with tqdm(desc=progress, disable=progress is None, unit="prompt") as bar:
        while best != before:
            before = dict(best)
            for name, value in [(n, v) for n, values in choices.items() for v in values]:
                chosen = {**best, name: value}
                key = tuple(chosen.values())
                if key not in tried:
                    if tried and time.monotonic() - start > seconds:
                        ended = False
                        continue
                    tried[key] = chosen | measure(**chosen)
                    bar.update()
                if tried[key]["score"] > tried[tuple(best.values())]["score"]:
                    best = chosen
    table = pd.DataFrame(tried.values())
    table.attrs.update(best=best, ended=ended)
    return table
