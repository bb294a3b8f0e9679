"""The numbers of lists, which stand in no text: a page and an office program count them."""

from helpers.engine.ooxml import attribute, tag

ROMAN = [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")]
ROMAN += [(40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]
WORD_STYLES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
WORD_STYLES |= {"decimalZero": "01", "ordinal": "1st"}
SLIDE_STYLES = {"alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}


def written(number: int, style: str, repeats: bool = False) -> str:
    """A number as "1", "01", "1st", "a", "A", "i" or "I". repeats: after z comes aa, then bb."""
    if style == "01":
        return f"{number:02}"
    if style == "1st":
        teen = number // 10 % 10 == 1
        return f"{number}{'th' if teen else ['th', 'st', 'nd', 'rd', *['th'] * 6][number % 10]}"
    text = ""
    if style in ("a", "A") and number > 0:
        if repeats:
            text = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        while number > 0 and not repeats:
            number, rest = divmod(number - 1, 26)
            text = chr(97 + rest) + text
    if style in ("i", "I") and 0 < number < 4000:
        for value, letters in ROMAN:
            text += letters * (number // value)
            number %= value
    return (text.upper() if style.isupper() else text) or str(number)


class WordNumbers:
    """Counts the numbered paragraphs of a Word document, given its parts `numbering` and `styles`.

    lists: for each id of a list, what it counts with: the id of its pattern, and its levels.
    """

    def __init__(self, numbering=(), styles=()):
        patterns, linked = {}, {}
        for pattern in _children(numbering, "abstractNum"):
            id = attribute(pattern, "abstractNumId")
            patterns[id] = {attribute(e, "ilvl"): e for e in _children(pattern, "lvl")}
            linked |= {attribute(e, "val"): id for e in _children(pattern, "styleLink")}
        for pattern in _children(numbering, "abstractNum"):
            for link in _children(pattern, "numStyleLink"):
                source = patterns.get(linked.get(attribute(link, "val")), {})
                patterns[attribute(pattern, "abstractNumId")] |= source
        self.lists, self.counts, self.begun = {}, {}, set()
        for entry in _children(numbering, "num"):
            pattern, levels, starts = _value(entry, "abstractNumId"), {}, {}
            for own in _children(entry, "lvlOverride"):
                level = attribute(own, "ilvl")
                for changed in _children(own, "lvl"):
                    levels[level] = changed
                if (start := _value(own, "startOverride")) is not None:
                    starts[level] = start
            levels = patterns.get(pattern, {}) | levels
            self.lists[attribute(entry, "numId")] = pattern, levels, starts
        self.styles = {attribute(e, "styleId"): e for e in _children(styles, "style")}
        normal = [e for e in self.styles.values() if attribute(e, "default") in ("1", "true")]
        normal = [e for e in normal if attribute(e, "type") == "paragraph"]
        self.normal = attribute(normal[0], "styleId") if normal else None

    def mark(self, paragraph) -> str:
        """What stands before the text of a paragraph, such as "3. "; bullets are left out."""
        list_id, level = self._list_of(paragraph)
        pattern, levels, starts = self.lists.get(list_id, (None, {}, {}))
        if level not in levels:
            return ""
        counts, depth = self.counts.setdefault(pattern, {}), int(level)
        if list_id not in self.begun:
            self.begun.add(list_id)
            for restarted in starts:
                counts.pop(int(restarted), None)
        first = {int(n): int(starts.get(n, _value(e, "start") or 0)) for n, e in levels.items()}
        counts[depth] = counts[depth] + 1 if depth in counts else first[depth]
        for deeper in [n for n in counts if n > depth]:
            if depth < int(_value(levels.get(str(deeper)), "lvlRestart") or deeper):
                del counts[deeper]
        return self._text(levels, depth, first | counts)

    def _text(self, levels, depth, counts) -> str:
        level = levels[str(depth)]
        text, kind = _value(level, "lvlText") or "", _value(level, "numFmt") or "decimal"
        if kind == "bullet":
            return ""
        for n in range(9):
            if f"%{n + 1}" in text:
                kind = _value(levels.get(str(n)), "numFmt")
                legal = n < depth and any(_children(level, "isLgl"))
                style = "1" if legal else WORD_STYLES.get(kind, "1")
                number = "" if kind == "none" else written(counts.get(n, 1), style, repeats=True)
                text = text.replace(f"%{n + 1}", number)
        return text and text.strip() + " " * (_value(level, "suff") != "nothing")

    def _list_of(self, paragraph) -> tuple:
        """The id of the list that a paragraph is in, and its level there; maybe by its style."""
        properties = next(_children(paragraph, "pPr"), ())
        list_id, level = _numbered(properties)
        style, seen = _value(properties, "pStyle") or self.normal, set()
        while list_id is None and style in self.styles and style not in seen:
            seen.add(style)
            entry = self.styles[style]
            list_id, by_style = _numbered(next(_children(entry, "pPr"), ()))
            levels = self.lists.get(list_id, (None, {}, {}))[1].items()
            named = [n for n, e in levels if _value(e, "pStyle") in seen]
            level = level or next(iter(named), by_style)
            style = _value(entry, "basedOn")
        return list_id, level or "0"


class SlideNumbers:
    """Counts the numbered paragraphs of a text box of a slide, for each level."""

    def __init__(self):
        self.counts = {}

    def mark(self, paragraph) -> str:
        """What stands before the text of a paragraph, such as "3. "; bullets are left out."""
        properties = next(_children(paragraph, "pPr"), None)
        level = int(properties.get("lvl", 0)) if properties is not None else 0
        self.counts = {n: count for n, count in self.counts.items() if n <= level}
        if (auto := next(_children(properties, "buAutoNum"), None)) is None:
            self.counts.pop(level, None)
            return ""
        kind, start = auto.get("type", ""), int(auto.get("startAt", 1))
        before, number = self.counts.get(level, ((kind, start), start - 1))
        number = number + 1 if before == (kind, start) else start
        self.counts[level] = (kind, start), number
        style = next((SLIDE_STYLES[name] for name in SLIDE_STYLES if kind.startswith(name)), "1")
        text = written(number, style)
        ends = {"ParenBoth": f"({text})", "ParenR": f"{text})", "Period": f"{text}."}
        return next((ends[end] for end in ends if kind.endswith(end)), text) + " "


def _children(element, name):
    return (child for child in (() if element is None else element) if tag(child) == name)


def _value(element, name):
    """The value of a child with this name; None without one."""
    return next((attribute(child, "val") for child in _children(element, name)), None)


def _numbered(properties) -> tuple:
    """The id of the list and the level that the properties of a paragraph name."""
    mark = next(_children(properties, "numPr"), None)
    return _value(mark, "numId"), _value(mark, "ilvl")
