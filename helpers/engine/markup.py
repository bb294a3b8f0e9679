"""Text stays text: whatever a tokenizer would read as markup in it is broken up.

A chat template writes turns with added tokens such as <|im_start|>. The same characters in a
document must not open a turn. So `literal` puts marks between them, and `encode` reads the pieces
between marks one by one: no piece alone is such a token, and together they are the same text.
"""

import json
import re
from functools import lru_cache
from itertools import pairwise
from weakref import WeakKeyDictionary

from tokenizers import Tokenizer

MARK = "\ufdd0"  # a noncharacter of Unicode: it stands for nothing in any text


def literal(tokenizer, text: str) -> str:
    """The text with marks inside whatever the tokenizer would read as one of its added tokens.

    Text without added tokens comes back as it is. A mark in the text itself is left out.
    """
    text, tokens = text.replace(MARK, ""), contents(tokenizer)
    cuts = set()
    for match in pattern(tokens).finditer(text):
        cuts |= inside(*match.span(1))
    fronts, backs = affixes(tokens)  # what a template's next or last character could complete
    longest = max(map(len, tokens), default=0)
    if any(text[:n] in backs for n in range(1, longest)):
        cuts.add(0)
    if any(text[-n:] in fronts for n in range(1, longest)):
        cuts.add(len(text))
    if tokenizer.is_fast:
        cuts = with_other_spellings(tokenizer, text, cuts, tokens)
    return MARK.join(text[i:j] for i, j in pairwise([0, *sorted(cuts), len(text)]))


def encode(tokenizer, text: str) -> list[int]:
    """The token ids of a text, with nothing added; what `literal` has broken up stays broken up."""
    first, *others = text.split(MARK)
    ids = list(tokenizer(first, add_special_tokens=False)["input_ids"])
    markup = pattern(contents(tokenizer)) if others else None
    for part in others:
        template = markup.search(part)  # what a chat template wrote after the text
        alone = len(part) == 1  # a token of one character is cut on both sides
        end = template.start() if template and not alone else len(part)
        if part[:end]:
            ids += encode_plainly(tokenizer, part[:end])
        if part[end:]:
            ids += tokenizer(part[end:], add_special_tokens=False)["input_ids"]
    return ids


def contents(tokenizer) -> frozenset[str]:
    """The texts of a tokenizer's added tokens. Runs of spaces, which some have, are no markup."""
    added = (token.content for token in tokenizer.added_tokens_decoder.values())
    return frozenset(t for t in [*added, *tokenizer.all_special_tokens] if t.strip(" \t\r\n▁"))


@lru_cache(maxsize=8)
def pattern(tokens: frozenset[str]) -> re.Pattern:
    """Matches, as its group 1, the longest of the tokens at each place; they may overlap."""
    longest_first = sorted(tokens, key=lambda token: (-len(token), token))
    return re.compile(f"(?=({'|'.join(map(re.escape, longest_first)) or '(?!)'}))")


@lru_cache(maxsize=8)
def affixes(tokens: frozenset[str]) -> tuple[set[str], set[str]]:
    """All beginnings and all ends of the tokens, without the tokens themselves."""
    fronts = {token[:n] for token in tokens for n in range(1, len(token))}
    return fronts, {token[n:] for token in tokens for n in range(1, len(token))}


def inside(start: int, end: int) -> set[int]:
    """Where to cut a token at these positions: between its characters, or around the only one."""
    return {start, end} if end - start == 1 else set(range(start + 1, end))


def with_other_spellings(tokenizer, text: str, cuts: set[int], tokens) -> set[int]:
    """The cuts, and those in what the tokenizer makes an added token by normalising it first."""
    decoder = tokenizer.added_tokens_decoder.items()
    unknown = tokenizer.unk_token_id  # stands for any character that is not in the vocabulary
    markup = {id for id, token in decoder if token.content in tokens and id != unknown}
    new = cuts
    while new is not None:
        cuts, new = cuts | new, set()
        for start, end in pairwise([0, *sorted(cuts), len(text)]):
            if end - start > 1:
                options = {"add_special_tokens": False, "return_offsets_mapping": True}
                read = tokenizer(text[start:end], **options)
                for id, span in zip(read["input_ids"], read["offset_mapping"], strict=True):
                    if id in markup:
                        new |= {start + cut for cut in inside(*span)}
        new = (new - cuts) or None
    return cuts


def encode_plainly(tokenizer, text: str) -> list[int]:
    """The token ids of a piece from the middle of a text, read without any added token."""
    if not tokenizer.is_fast:
        options = {"add_special_tokens": False, "split_special_tokens": True}
        return list(tokenizer(text, **options)["input_ids"])
    if tokenizer not in _plain:
        _plain[tokenizer] = without_added_tokens(tokenizer.backend_tokenizer)
    return _plain[tokenizer].encode(text, add_special_tokens=False).ids


_plain: WeakKeyDictionary = WeakKeyDictionary()


def without_added_tokens(tokenizer: Tokenizer) -> Tokenizer:
    """A copy that knows no added tokens and puts no space before a text."""
    state = json.loads(tokenizer.to_str())
    state |= {"added_tokens": [], "post_processor": None, "truncation": None, "padding": None}
    state |= {part: _unprefixed(state[part]) for part in ("normalizer", "pre_tokenizer")}
    return Tokenizer.from_str(json.dumps(state))


def _unprefixed(part):
    """A normaliser or pre-tokenizer without its space at the beginning."""
    if part is None or part["type"] == "Prepend":
        return None
    options = {"Metaspace": {"prepend_scheme": "never"}, "ByteLevel": {"add_prefix_space": False}}
    part = part | options.get(part["type"], {})
    for parts in {"normalizers", "pretokenizers"} & part.keys():
        part[parts] = [kept for kept in map(_unprefixed, part[parts]) if kept]
    return part
