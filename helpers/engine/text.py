"""One form of text for whatever compares strings: the index, the query, the words of a search."""

import re
import unicodedata

# Soft hyphens, zero-width characters, marks of direction, variation selectors and tags: none of
# them can be seen, and each of them makes two equal words different.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


def normalize_text(text: str) -> str:
    """`text` in Unicode form NFKC, without characters that can't be seen.

    A ligature becomes its letters, a full-width digit a plain one, a no-break space a space, and
    a letter with a combining accent one character. Doing it twice changes nothing more. Use it on
    what is indexed and on the query alike, and show the text as it was written.
    """
    return unicodedata.normalize("NFKC", UNSEEN.sub("", text))
