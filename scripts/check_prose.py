"""Proof-reading: spelling, links, and figures that no cell prints.

Run: python -m scripts.check_prose. With --accept, unknown words go into docs/words.txt (read the
diff); with --links, all addresses outside the course are listed, for somebody who is online.
"""

import functools
import json
import re
import sys
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from helpers.engine import cache
from scripts import prose

WORDS = cache.ROOT / "docs" / "words.txt"
ALLOWED = cache.ROOT / "docs" / "figures_allowed.json"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
NAME = re.compile(r".*[^\W\d_][A-Z]|[A-Z]{2,}s?$")  # DenseIndex, BM25, CPUs: names, no words
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)(?:\s\"[^\"]*\")?\)")
COUNT = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
COUNT += ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"]
COUNT += ["eighteen", "nineteen", "twenty"]
NUMBER = rf"(?:(?<![\w.,\[(-])\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(COUNT[1:])})\b)"
FIGURES = [
    re.compile(rf"{NUMBER}\s?(?:%|percent\b)", re.IGNORECASE),
    re.compile(rf"{NUMBER} (?:out )?of (?:the |its |our |these |all )?{NUMBER}", re.IGNORECASE),
    re.compile(
        rf"{NUMBER}[ -](?:ms|s|seconds?|minutes?|hours?|days?|[kKMG]B|gigabytes?|tokens?|times)\b",
        re.IGNORECASE,
    ),
]


@functools.cache
def _dictionary() -> tuple:
    """English words, and for each American spelling the British one, which the course uses."""
    from spellchecker import SpellChecker  # MIT licence; a list of words, no network

    table = files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt"
    pairs = [line.split("->") for line in table.read_text(encoding="utf-8").split() if "->" in line]
    british = {british for british, _ in pairs}
    american = {word.strip(","): british for british, words in pairs for word in words.split()}
    return SpellChecker(distance=1), british, american


@functools.cache
def _typos() -> dict[str, str]:
    """Common misspellings and their corrections, from codespell."""
    table = files("codespell_lib") / "data" / "dictionary.txt"
    return dict(line.split("->") for line in table.read_text("utf-8").splitlines() if "->" in line)


def accepted() -> list[str]:
    """The project's own words."""
    return WORDS.read_text(encoding="utf-8").split()


def misspelt(text: str, own: set[str] = frozenset()) -> dict[str, str]:
    """The words of a text that no dictionary holds, each with what to do about it."""
    found = {}
    for word in set(WORD.findall(prose.plain(text).replace("’", "'"))):
        stem = word.removesuffix("'s")
        if not own & {stem, stem.lower()} and (what := _wrong(stem)):
            found[stem] = what
    return found


@functools.cache
def _wrong(word):
    """What to do about a word; empty if it is right."""
    english, british, american = _dictionary()
    low = word.lower()
    if len(word) == 1 or NAME.match(word):
        return ""
    if low in _typos():
        return f"do you mean {_typos()[low]}?"
    if low in american:
        return f"American; the course writes {american[low]}"
    known = low in british or english.known([low])
    return "" if known else "not in the dictionary; docs/words.txt holds the project's own words"


@functools.cache
def pieces() -> list[tuple[str, str]]:
    """All prose: (where, text)."""
    paths = [*prose.notebooks(), *prose.documents()]
    return [piece for path in paths for piece in prose.markdown(path)] + [*prose.docstrings()]


def spelling() -> dict[str, str]:
    """The misspelt words of the course, each with its first place and what to do."""
    own, found = set(accepted()), {}
    for where, text in pieces():
        for word, what in misspelt(text, own).items():
            found.setdefault(word, f"{where}: {word}: {what}")
    return found


def anchors(path: Path) -> set[str]:
    """The anchors of the headings of a Markdown file, as code hosts make them."""
    text = prose.without_code(path.read_text(encoding="utf-8"), "code")
    titles = re.findall(r"^#{1,6}\s+(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def dead_link(path: Path, target: str) -> str:
    """What is wrong with the target of a link in the file `path`; empty if nothing is."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        if parts.scheme != "https":
            return f"{target}: not https"
        if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc) or re.search(r"[.,;]$", target):
            return f"{target}: no address"
        if parts.netloc == "arxiv.org" and not re.fullmatch(r"/abs/\d{4}\.\d{4,5}", parts.path):
            return f"{target}: no page of arXiv"
        inside = re.search(r"notebooks/[\w.]+\.ipynb", target)  # a button of the course
        return f"{target}: no such notebook" * bool(
            inside and not (cache.ROOT / inside.group()).is_file()
        )
    if parts.scheme:
        return f"{target}: neither https nor a file"
    goal = (path.parent / parts.path).resolve() if parts.path else path
    if not goal.exists():
        return f"{target}: no such file"
    if parts.fragment and goal.suffix == ".md" and parts.fragment not in anchors(goal):
        return f"{target}: no such heading"
    return ""


def links() -> list[tuple[Path, str]]:
    """All links and pictures in notebooks and documents: (file, target)."""
    return [
        (path, target)
        for path in [*prose.notebooks(), *prose.documents()]
        for _, text in prose.markdown(path)
        for _, _, target in LINK.findall(prose.without_code(text))
    ]


def figures(text: str) -> list[tuple[str, str]]:
    """Percentages, counts and amounts in prose, each with the sentences around it.

    Left out are exercises, whose numbers belong to a task, paragraphs with a source, and what a
    notebook needs, which is compared with what was measured.
    """
    if text.startswith("### Exercise"):
        return []
    found = []
    for paragraph in re.split(
        r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s|\|)", prose.without_code(text, "`code`")
    ):
        if "](http" not in paragraph and not paragraph.lstrip().startswith("**Needs**"):
            line = " ".join(paragraph.split())
            found += [(m.group(), line) for rule in FIGURES for m in rule.finditer(line)]
    return found


def is_printed(figure: str, shown: str) -> bool:
    """Whether a figure stands in the outputs, in one of its forms.

    36%, 36 % and 0.36 are the same, and so are three of the ten, 3 of 10 and 3/10.
    """
    digits = re.sub(
        r"[A-Za-z]+",
        lambda word: str(COUNT.index(w)) if (w := word[0].lower()) in COUNT else word[0],
        figure,
    )
    count = re.sub(r"(?: out)? of (?:[a-z]+ )?(?=\d)", " of ", digits)
    forms = {figure, digits, count, count.replace(" of ", "/"), count.replace(" of ", " / ")}
    percent = re.fullmatch(r"(\d+)\s?(?:%|percent)", figure)
    forms |= {f"{percent[1]}%", f"{int(percent[1]) / 100:.2f}"} if percent else set()
    return any(re.search(rf"(?<![\w.]){re.escape(form)}(?!\w)", shown) for form in forms)


def allowed() -> list[dict]:
    """Figures that need no cell: "in" which notebook, the "words" around the figure, and "why"."""
    return json.loads(ALLOWED.read_text(encoding="utf-8"))


def unproven(path: Path, rules: list[dict]) -> tuple[list[str], list[dict]]:
    """The figures of a notebook that no cell prints and no rule allows, and the rules used."""
    shown = prose.outputs(json.loads(path.read_text(encoding="utf-8")))
    mine = [rule for rule in rules if rule["in"] == path.stem]
    found, used = [], []
    for where, text in prose.markdown(path):
        for figure, line in figures(text):
            if is_printed(figure, shown):
                continue
            why = [rule for rule in mine if figure in rule["words"] and rule["words"] in line]
            used += why
            found += [] if why else [f"{where}: {figure!r} in: {line}"]
    return found, used


def main(options: list[str]) -> int:
    """Print what is wrong; returns how much it is."""
    words = spelling()
    if "--accept" in options:
        new = {*accepted(), *words}
        new = [word for word in new if word.islower() or word.lower() not in new]
        new.sort(key=lambda word: (word.casefold(), word))
        WORDS.write_text("\n".join(new) + "\n", encoding="utf-8")
    if "--links" in options:
        print(*sorted({target for _, target in links() if target.startswith("http")}), sep="\n")
    dead = [f"{path.name}: {why}" for path, target in links() if (why := dead_link(path, target))]
    open_figures = [line for path in prose.notebooks() for line in unproven(path, allowed())[0]]
    for title, found in (("words", words.values()), ("links", dead), ("figures", open_figures)):
        print(f"{len(found)} {title}", *found, sep="\n  ")
    return len(words) + len(dead) + len(open_figures)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
