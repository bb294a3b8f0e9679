"""What is wrong with a built site: parts from other hosts, dead links, pictures without words.

Run by `make site`; alone: python -m scripts.site.check FOLDER.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

LOADED = {  # attributes whose address a browser fetches by itself
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
ADVICE = {"canonical", "alternate", "author", "license", "next", "prev", "search", "index"}
ELSEWHERE = re.compile(r"^(https?:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")
IN_SCRIPT = re.compile(r"""(?:\bfrom\s*|import\s*\(?\s*|fetch\(\s*)["']((?:https?:)?//[^"']+)""")


class Page(HTMLParser):
    """One page: what it loads, where it links, its ids, and its pictures without words."""

    def __init__(self, html: str):
        super().__init__()
        self.loads, self.links, self.ids, self.silent = [], [], set(), []
        self.inside, self.text = "", []
        self.feed(html)
        self.loads += IN_STYLE.findall("".join(self.text))

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.inside = tag
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        for name in LOADED.get(tag, ()):
            parts = values.get(name, "").split(",") if name == "srcset" else [values.get(name, "")]
            self.loads += [part.split()[0] for part in parts if part.strip()]
        if tag == "link" and not set(values.get("rel", "").split()) <= ADVICE:
            self.loads.append(values.get("href", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img" and "alt" not in values:
            self.silent.append(values.get("src", "")[:60])
        self.loads += IN_STYLE.findall(values.get("style", ""))

    def handle_data(self, data):
        if self.inside == "style":
            self.text.append(data)
        elif self.inside == "script":
            self.loads += IN_SCRIPT.findall(data)

    def handle_endtag(self, tag):
        self.inside = ""


def elsewhere(addresses: list[str]) -> list[str]:
    """Those of the addresses that another host serves."""
    return [address for address in addresses if ELSEWHERE.match(address)]


def problems(folder: Path) -> list[str]:
    """One sentence for each thing that is wrong, with the file that has it."""
    read = {
        path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }
    if "index.html" not in read:
        return [f"{folder} has no index.html: run make site"]
    found = []
    for name, page in read.items():
        found += [f"{name} loads {address} from another host" for address in elsewhere(page.loads)]
        found += [f"{name} has a picture without alternative text: {src}" for src in page.silent]
        for address in page.links + page.loads:
            if (why := _broken(address, name, read, folder)) and address not in ("", "#"):
                found.append(f"{name} points to {address[:200]}, {why}")
    for path in sorted(folder.rglob("*.css")):
        for address in elsewhere(IN_STYLE.findall(path.read_text(encoding="utf-8"))):
            found.append(f"{path.relative_to(folder)} loads {address} from another host")
    return found


def _broken(address: str, name: str, read: dict[str, Page], folder: Path) -> str:
    """Why an address on the page `name` leads nowhere in this site; "" if it leads somewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return ""
    path = unquote(parts.path)
    aim = normpath((Path(name).parent / path).as_posix()) if path else name
    if aim.startswith("..") or not (folder / aim).is_file():
        return "and there is no such file"
    ids = read[aim].ids if aim in read else None
    if parts.fragment and ids is not None and unquote(parts.fragment) not in ids:
        return "and that page has no such place"
    return ""


if __name__ == "__main__":
    lines = problems(Path(sys.argv[1]))
    print("\n".join(lines) or "nothing is wrong")
    sys.exit(bool(lines))
