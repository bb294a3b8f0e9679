"""What the attributes of a page say: the declarations of a style, and the numbers of its lists."""

import re
from collections import Counter

from helpers.engine.numbering import written

INTEGER = re.compile(r"\s*([-+]?[0-9]{1,9})(?![0-9])")
LISTS = ("ol", "ul", "menu", "dir")
STYLES = {"decimal": "1", "decimal-leading-zero": "01"} | {style: style for style in "1aAiI"}
STYLES |= {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A"}
STYLES |= {"lower-roman": "i", "upper-roman": "I"}
STYLES |= dict.fromkeys(("none", "disc", "circle", "square"), "")


def declared(tag, name: str) -> str:
    """What the tag's own style says for a property, in small letters; "" without it."""
    values = re.findall(rf"(?:^|;)\s*{name}\s*:([^;]*)", tag.get("style", ""), re.IGNORECASE)
    values = [value.lower() for value in values]
    values = [value for value in values if "!" in value] or values  # an important one wins
    return values[-1].partition("!")[0].strip() if values else ""


def rendered(tag) -> bool:
    """Does it have a place on the page? Its own style goes before the attribute `hidden`."""
    shown = tag.get("hidden", "until-found") == "until-found"
    return (declared(tag, "display") or "none" * (not shown)) != "none"


class PageNumbers:
    """Counts the items of lists. lists: for each open one its last number, step and style."""

    def __init__(self):
        self.lists, self.items = [], None

    def open(self, tag) -> None:
        first, step = 1, 1
        if tag.has_attr("reversed"):
            self.items = self.items or _items([*tag.parents][-1])
            first, step = self.items[id(tag)], -1
        first = _integer(tag.get("start", ""), first)
        self.lists.append([first - step, step, _style(tag, "1" if tag.name == "ol" else "")])

    def close(self) -> None:
        self.lists.pop()

    def mark(self, item) -> str:
        """What stands before the text of an item, such as "3. "; bullets are left out."""
        if not self.lists:
            return ""
        last, step, style = self.lists[-1]
        number = self.lists[-1][0] = _integer(item.get("value", ""), last + step)
        style = _style(item, style)
        shown = declared(item, "display") in ("", "list-item")
        return f"{written(number, style)}. " if style and shown else ""


def _integer(text: str, otherwise: int) -> int:
    found = INTEGER.match(text)
    return int(found[1]) if found else otherwise


def _items(page) -> Counter:
    """How many items with a place on the page each list has, by the list's `id()`."""
    return Counter(id(item.find_parent(LISTS)) for item in page.find_all("li") if rendered(item))


def _style(tag, otherwise: str) -> str:
    """How the numbers look, in the words of `written`; "" for bullets."""
    kind = tag.get("type", "")
    words = f"{declared(tag, 'list-style-type')} {declared(tag, 'list-style')}".split()
    words.append(kind if len(kind) == 1 else kind.lower())
    return next((STYLES[word] for word in words if word in STYLES), otherwise)
