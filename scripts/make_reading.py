"""How hard is the prose to read? Measure it notebook by notebook: docs/reading.md.

Run: python -m scripts.make_reading. The measure is the grade of Flesch and Kincaid (Kincaid et
al. 1975, "Derivation of new readability formulas"): the years of school that a text asks for.
"""

import functools
import re
import statistics

from helpers.engine import cache
from scripts import prose

FILE = cache.ROOT / "docs" / "reading.md"
GRADE, LONGEST = 10, 45  # at most: of a notebook, and words of a sentence
ABBREVIATION = re.compile(r"\b(al|e\.g|i\.e|vs|cf|Fig|No)\.", re.IGNORECASE)
ASIDE = ("#", "|", "[Open", "Difficulty", "![", "<summary>")
HEAD = f"""# Reading level

Grade: the years of schooling needed to read the prose, by the formula of Flesch and Kincaid (1975).
Headings, tables and code are left out; syllables are counted by groups of vowels. A test keeps
each grade at {GRADE} or below, and each sentence at {LONGEST} words or below.

| notebook | words | words in a sentence, median | longest sentence | grade |
|---|---|---|---|---|
"""


def sentences(text: str) -> list[list[str]]:
    """The sentences of Markdown, each as its words."""
    text = prose.without_code(text, "code")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(ASIDE)]
    text = prose.plain(re.sub(r"\n(?=\s*([-*]|\d+\.)\s)", "\n\n", "\n".join(lines)))
    text = ABBREVIATION.sub(r"\1", text)
    parts = [part for block in re.split(r"\n\s*\n", text) for part in _split(block)]
    found = [re.findall(r"[^\W_]+(?:['’.,-][^\W_]+)*", part) for part in parts]
    return [words for words in found if len(words) > 1]


def _split(block):
    """A colon or semicolon ends no sentence; a full stop, question or exclamation mark does."""
    return re.split(r"(?<=[.?!])[*\"')\]]*\s+", " ".join(block.split()))


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; at least 1."""
    word = word.lower()
    count = len(re.findall(r"[aeiouy]+", word))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscghxz]es$", word)
    return max(1, count - bool(silent))


def grade(found: list[list[str]]) -> float:
    """0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975)."""
    words = [word for sentence in found for word in sentence]
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(found) + 11.8 * per_word - 15.59


@functools.cache
def measured() -> dict[str, list[list[str]]]:
    """The sentences of each notebook."""
    return {
        path.stem: [s for _, text in prose.markdown(path) for s in sentences(text)]
        for path in prose.notebooks()
    }


def text() -> str:
    """docs/reading.md, as it should be."""
    rows = []
    for name, found in measured().items():
        lengths = [len(sentence) for sentence in found]
        cells = [name, sum(lengths), f"{statistics.median(lengths):.0f}", max(lengths)]
        rows.append(" | ".join(map(str, [*cells, f"{grade(found):.1f}"])))
    return HEAD + "".join(f"| {row} |\n" for row in rows)


def main() -> None:
    """Write the table."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
