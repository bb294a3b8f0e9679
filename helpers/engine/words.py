"""The words of a text, as a search by words counts them: one-character words count too."""

from functools import lru_cache
from itertools import pairwise

import regex
import Stemmer
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_EN_PLUS

from helpers.engine.text import normalize_text

# Letters of scripts that put no space between words, or hang endings on them (Korean).
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
WORD = regex.compile(
    rf"""(?xV1)
    (?P<run> [{UNSPACED}]+ )
    | (?P<number> \d+ (?: \.\d+ )+ )
    | \p{{L}} [+\#]++ (?! \w )                         # C++, C#, A+
    | (?<! [\w'’-] ) \p{{L}} [-−*] (?! [\w*-] )          # A-, A*
    | (?P<sign> (?<! [\w)\]] | \d\s ) [-−–] (?= \.?\d ) | [<>]=? | [≤≥≠≈~±] )
      (?= \s* (?P<of> [\d.]*\d ) (?! [\d:] ) )          # -5, ≤ 5; "> 05:58" is a quotation
    | [\w--[{UNSPACED}]]{{2,}}
    | (?P<letter> (?<! \w['’] ) \p{{L}} (?! ['’] (?! [sS]\b ) \w ) )  # not that of "I'm" or "it's"
    | \d | \p{{Sc}} | \p{{Extended_Pictographic}} | \p{{Regional_Indicator}}{{2}}"""
)
# A letter that may be the article or the pronoun; a capital A inside a sentence is a name.
ARTICLE = regex.compile(r"(?:[aiI]|(?<=(?:^|[.!?:;\n])\W*)A)(?=\s+\S)")
RAISED = regex.compile(r"(?<=\d)(?=\p{No})")  # 10² is no 102, and 9½ no 91
SPELLED = {"−": "-", "–": "-", "<=": "≤", ">=": "≥"}
STOP = {word for word in STOPWORDS_EN if len(word) > 1}


def searchable(text: str) -> str:
    """`text` as it is indexed and asked for; what the reader sees stays as it was written."""
    return normalize_text(RAISED.sub(" ", text))


def tokenize(texts: list[str], stem: bool = True) -> list[list[str]]:
    """The words of texts as BM25 sees them: in lower case, without English stop words, stemmed.

    One-character words count: letters ("type C"), digits, currency signs, emoji. A number with a
    sign, such as -5 or ≤ 5, counts with it and alone. No single letter
    is a stop word: each counts with the word before it ("type c"), and alone, unless it may be the
    article "a" or the pronoun "I". A number with points counts whole and in parts. In scripts
    without spaces, each character counts, and each pair of neighbours. stem: False gives the plain
    words, without the pairs of word and letter. Raises TypeError for anything but a list of texts.
    """
    if isinstance(texts, str):
        raise TypeError(f"Give a list of texts, such as [{texts[:40]!r}], and not one text")
    return [list(_words(text, stem)) for text in texts]


@lru_cache(maxsize=20_000)
def _words(text, stem):
    stemmer = Stemmer.Stemmer("english").stemWord if stem else str
    text, out, before, end = searchable(text), [], None, 0
    for match in WORD.finditer(text):
        word, kind = match.group().casefold(), match.lastgroup
        if match["sign"]:  # -5 and ≤ 5 count beside the 5
            out.append(SPELLED.get(word, word) + match["of"])
            continue
        if kind == "run":
            out += [*word, *map("".join, pairwise(word))]
        elif kind == "number":
            out += [word, *word.split(".")]
        elif kind == "letter":
            near = before not in STOPWORDS_EN_PLUS and not text[end : match.start()].strip(" \n-")
            if stem and before and near:
                out.append(f"{stemmer(before)} {word}")
            if not ARTICLE.match(text, match.start()):
                out.append(word)
        elif word not in STOP:
            out.append(stemmer(word.replace("−", "-")))
        before, end = word, match.end()
    return tuple(out)
