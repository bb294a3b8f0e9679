"""What a model may be given: checked in one place, with a sentence that says what to pass."""

from collections.abc import Iterable

from helpers.engine.checks import count, short, written


def texts(values, name: str) -> list[str]:
    """The texts as a list. Raises TypeError for anything else, ValueError for half a character."""
    want = f'{name} must be a list of texts, such as ["one", "two"]'
    if isinstance(values, str | bytes | dict) or not isinstance(values, Iterable):
        raise TypeError(f"{want}, not {short(values)}")
    values = list(values)
    for value in values:
        text(value, want)
    return values


def text(value, want: str) -> str:
    """The value, if it is a text that can be written down. want: what to say if it is not."""
    if not isinstance(value, str):
        raise TypeError(f"{want}, not {short(value)}")
    written(f"{want}; {short(value)}", value)
    return value


def prompt(llm, given: str, new: int) -> list[int]:
    """The token ids of a prompt that `new` tokens are to follow.

    Raises ValueError if there are none, or with these too many for the model.
    """
    ids, new = head(llm, given), count(new, "max_new_tokens")
    _fits(llm, given, f"{len(ids)} tokens and {new} new ones", len(ids) + new)
    return ids


def head(llm, given: str) -> list[int]:
    """The token ids of a prompt, of which there is at least one."""
    if not (ids := llm.encode(text(given, "A prompt must be a text"))):
        raise ValueError("A prompt is empty: there is nothing to continue. Write at least a word")
    return ids


def continuation(llm, given: str, ids: list[int], text: str) -> list[int]:
    """The token ids of a text that follows the prompt with these ids; raises as `prompt` does."""
    if not (more := llm.encode(text)):
        raise ValueError("A continuation is empty, so it has no likelihood. Write at least a word")
    length = f"{len(ids)} tokens and a continuation of {len(more)}"
    _fits(llm, given, length, len(ids) + len(more))
    return more


def _fits(llm, given, length, total):
    if total > llm.context:
        limit = f"exceed the model's context of {llm.context} tokens"
        raise ValueError(f"A prompt of {length} {limit}. Shorten it: {given[:80]!r}")
