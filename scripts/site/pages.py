"""Which pages the site has, and what they are made from: no text of the course is written twice.

Notebooks are copied as they are. The README becomes the home page and the page on running the
course; other Markdown files become one page each. A link to a file that has no page leads to the
repository.
"""

import re
from pathlib import Path
from posixpath import normpath, relpath

from scripts.make_links import repository
from scripts.site import cards

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "artifacts" / "site" / "source"
HTML = ROOT / "artifacts" / "site" / "html"
PAGES = {
    "README.md": "index.md",
    "datasets/README.md": "data_card.md",
    "helpers/README.md": "reading_order.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
TITLES = {
    "data_card.md": "Data card",
    "reading_order.md": "The code, in reading order",
    "reading.md": "Reading level",
    "contributing.md": "Contributing",
    "changelog.md": "Changes",
}
PICTURES = {".png", ".svg", ".gif", ".webp", ".jpg"}
LINK = re.compile(r"(\]\()([^)\s]+)")
CODE = re.compile(r"(?s)(^```.*?^```|`[^`\n]+`)", re.MULTILINE)


def found() -> dict[str, str]:
    """The files that have a page, each with its page; both as paths from their roots."""
    folder = {
        path.relative_to(ROOT).as_posix(): path.relative_to(ROOT).as_posix().removeprefix("docs/")
        for files in ("docs/*.md", "notebooks/*.ipynb", "docs/instructors/*.md")
        for path in sorted(ROOT.glob(files))
    }
    return {file: page for file, page in (PAGES | folder).items() if (ROOT / file).exists()}


def relinked(text: str, file: str, page: str | None = None) -> str:
    """The Markdown of `file` with its relative links as they must be on `page`.

    Code is left as it is. Raises ValueError if a link leads to no file of the repository.
    """
    has_page, page = found(), page or found()[file]

    def new(match: re.Match) -> str:
        target, _, part = match[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        aim = normpath((Path(file).parent / target).as_posix())
        if aim.startswith("..") or not (ROOT / aim).exists():
            raise ValueError(
                f"{file} links to {match[2]}, and there is no such file: mend the link"
            )
        if aim in has_page or Path(aim).suffix in PICTURES:
            there = relpath(has_page.get(aim, aim), Path(page).parent.as_posix())
        else:
            kind = "tree" if (ROOT / aim).is_dir() else "blob"
            there = f"https://github.com/{repository()}/{kind}/main/{aim}"
        return match[1] + there + ("#" + part if part else "")

    parts = CODE.split(text)
    return "".join(part if i % 2 else LINK.sub(new, part) for i, part in enumerate(parts))


def split(readme: str) -> tuple[str, str, str]:
    """The README in three: what a visitor reads first, the section with the map, and the rest.

    What a visitor reads first ends where the first section begins that shows `make lab`.
    """
    intro, *sections = re.split(r"(?m)^(?=## )", readme)
    where = [i for i, text in enumerate(sections) if re.search(r"(?m)^ *make lab\b", text)]
    maps = [text for text in sections if "<!-- map -->" in text]
    if not where or not maps:
        raise ValueError("README.md needs a section with `make lab` and one with <!-- map -->")
    before = [text for text in sections[: where[0]] if text not in maps]
    after = [text for text in sections[where[0] :] if text not in maps]
    return "".join([intro, *before]), maps[0], "".join(after)


def home(readme: str) -> str:
    """The home page: what a visitor reads first, then the notebooks as cards, then the contents."""
    first, section, _ = split(readme)
    title, lead, rest = re.split(r"\n{2,}", first.strip(), maxsplit=2)
    table = re.compile(r"(?s)<!-- map -->(.*?)<!-- end of map -->")
    section = table.sub(lambda match: cards.grid(match[1]), section)
    repo = repository()
    parts = [title, lead, cards.buttons(repo), rest, section]
    return relinked("\n\n".join(parts), "README.md") + contents()


def contents() -> str:
    """The site's table of contents, as Sphinx reads it; the left side of each page shows it."""
    made = sorted(found().values())  # a README comes before the rest of its folder
    books = [page for page in made if page.startswith("notebooks/")]
    guides = [page for page in made if page.startswith("instructors/")]
    behind = [page for page in TITLES if page in made]
    groups = {
        "Use it": ["run.md", *sorted(set(made) - {*books, *guides, *behind, "index.md"})],
        "The notebooks": books,
        "For instructors": guides,
        "Behind it": [f"{TITLES[page]} <{page}>" for page in behind],
    }
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {name}\n\n" + "\n".join(files) + "\n```\n"
        for name, files in groups.items()
        if files
    )


def lay_out(source: Path) -> None:
    """Write all that Sphinx reads into the folder `source`."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = "# Run the course\n\n" + split(readme)[2]
    texts = {"index.md": home(readme), "run.md": relinked(run, "README.md", "run.md")}
    copies = {
        path.relative_to(ROOT).as_posix(): path
        for path in (ROOT / "docs").rglob("*")
        if path.suffix in PICTURES
    }
    for file, page in found().items():
        if file.endswith(".ipynb"):
            copies[page] = ROOT / file
        elif page not in texts:
            texts[page] = relinked((ROOT / file).read_text(encoding="utf-8"), file)
    files = {name: text.encode() for name, text in texts.items()}
    files |= {name: path.read_bytes() for name, path in copies.items()}
    files |= {f"extra/cards/{name}": data for name, data in cards.pictures().items()}
    for name, data in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
