"""The front matter of a Markdown file: YAML between two lines `---`, read as plain JSON.

A number is one only if it is written back the same way, so 007, 1e3 and 1.10 stay text; so do
dates, `yes` and `no`. Aliases are bounded, and tags that make Python objects are refused.
"""

import math
import re

import yaml

from helpers.engine.text import NOT_TEXT, Problem, Text

WORD = r"""(?:[^\s:"'{}\[\]]|(?<=\w)'|:(?=\S))+"""
KEY = re.compile(
    rf"""(?![*`#>|&!%@+~]|[-?]\s)[{{\s]*["']?({WORD}(?: {WORD}){{0,2}})["']?\s*:(?:\s|$)"""
)
KNOWN = re.compile(
    "id|title|subtitle|authors?|date|tags?|category|categories|keywords|owners?|version|language|"
    "lang|created|updated|published|modified|lastmodified|lastupdated|slug|permalink|layout|draft|"
    "aliases|license"
)
LOWER = re.compile(r"[\w.:@$/-]+")  # how a key looks that is a name and no word of a sentence
RULE = "if it is a rule above text, put a blank line after it"
READ_AS_TEXT = (
    "what is between the two lines '---' at its top was read as text, not as metadata; give it a "
    "key 'id' or 'title' if it is metadata"
)
PART = " \t-\"'[]{}"  # how a line begins that belongs to the value above it
PROSE = re.compile(r"[.!?]\s*$|(\S+\s+){7}")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
YAML = "tag:yaml.org,2002:"
PLAIN = YAML + "plain"  # a scalar without quotes or tag
SCALARS = {PLAIN, *(YAML + name for name in ("int", "float", "bool", "null", "timestamp"))}
TEXTS = {YAML + "str", YAML + "binary"}
LISTS = {YAML + "seq", YAML + "omap", YAML + "pairs"}
MOST = 10_000


def split(text: str, path) -> Text:
    """The text below the front matter, and the front matter as a dictionary.

    A `---` that opens no keys (see `_kind`) is a rule, and the whole file is text; if that is not
    clear, the report says so. Raises Problem, naming the file and the line, if the front matter is
    not closed or not valid.
    """
    lines = text.split("\n")
    opening = next((i for i, line in enumerate(lines) if line.strip()), None)
    if opening is None or lines[opening].rstrip() != "---":
        return Text(text)
    below = range(opening + 1, len(lines))
    end = next((i for i in below if lines[i].rstrip() in ("---", "...")), None)
    if end == opening + 1:  # two rules with nothing between them
        return Text("\n".join(lines[end + 1 :]))
    text_at = [i for i in below if lines[i].strip()][:1] or [len(lines)]
    blank = next((i for i in below if i > text_at[0] and not lines[i].strip()), None)
    block = lines[opening + 1 : end or blank]
    if (kind := _kind(block)) != "keys":
        unclear = kind == "either" and end is not None
        return Text(text, {}, (READ_AS_TEXT,) * unclear)
    if end is None:
        raise Problem(
            f"{path}, line {opening + 1}: the front matter has no end. Put a line '---' after its "
            f"last key; {RULE}"
        )
    reader = _Reader(path, opening + 2)
    metadata = reader.read("\n".join(block))
    return Text("\n".join(lines[end + 1 :]), metadata, (), reader.lines)


def _kind(block: list[str]) -> str:
    """What stands below a first `---`: "keys" and their values, "text", or what could be "either".

    A block is keys if "id" or "title" is one. If every line of it, the first included, is a key or
    part of a value, it is keys if one of them is KNOWN, or if all are names in lower case and some
    values are no sentences ("Note: it is hot."); else it could be either.
    """
    content = [line for line in block if line.strip() and not line.startswith("#")]
    found = [KEY.match(line) for line in content]
    keys = [key[1].strip() for key in found if key]
    names = {re.sub(r"[\W_]", "", re.split(r"[.:]", key)[-1].lower()) for key in keys}
    if not content or not found[0]:
        return "text"
    if {"id", "title"} & set(keys):
        return "keys"
    whole = all(key or line[0] in PART for key, line in zip(found, content, strict=True))
    if not whole or block[0] != content[0]:
        return "text"
    lower = all(LOWER.fullmatch(key) and (key[0].islower() or not key[0].isalpha()) for key in keys)
    prose = all(key and PROSE.search(key.string) for key in found)
    return "keys" if any(map(KNOWN.fullmatch, names)) or lower and not prose else "either"


class _Loader(yaml.BaseLoader):
    """YAML's structure alone, in which a scalar without quotes can be told from one with them."""

    def resolve(self, kind, value, implicit):
        if kind is yaml.ScalarNode and implicit[0]:
            return PLAIN
        return super().resolve(kind, value, implicit)


class _Reader:
    """Turns a block of YAML into a dictionary. lines: where each of its keys is."""

    def __init__(self, path, first_line):
        self.path, self.first_line, self.lines, self.count = path, first_line, {}, 0

    def read(self, block: str) -> dict:
        try:
            node = _Loader(block).get_single_node()
            metadata = self._value(node)
        except yaml.reader.ReaderError as error:
            line = block.count("\n", 0, error.position)
            raise self._error(line, f"is not valid YAML ({error.reason})") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = f"is not valid YAML ({error.problem}); {RULE}"
            raise self._error(mark.line, problem) from None
        except RecursionError:
            raise self._error(0, "is nested too deeply") from None
        if not isinstance(metadata, dict):
            raise self._error(0, "must be keys with values")
        for key, value in node.value:
            name = key.value
            if name.lower() in ("id", "title") and name.lower() not in metadata:
                name = name.lower()  # "ID" and "Title" mean the same
                metadata[name] = metadata.pop(key.value)
            if name in ("id", "title"):
                metadata[name] = self._written(name, value)
            self.lines[name] = key.start_mark.line + self.first_line
        return metadata

    def _written(self, key, node):
        """An id or a title, exactly as it is written; None if it is empty."""
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node.start_mark.line, f"needs text as its '{key}'; put it in quotes")
        empty = node.tag == PLAIN and node.value in ("null", "~")
        return None if empty or not node.value.strip() else node.value

    def _value(self, node):
        self.count += 1
        if self.count > MOST:
            raise self._error(0, f"has more than {MOST} values (do its aliases repeat each other?)")
        line = node.start_mark.line
        if isinstance(node, yaml.ScalarNode) and node.tag in SCALARS | TEXTS:
            if bad := NOT_TEXT.search(node.value):
                raise self._error(line, f"has the character U+{ord(bad.group()):04X}, no text")
            return _plain(node.value) if node.tag in SCALARS else node.value
        if isinstance(node, yaml.SequenceNode) and node.tag in LISTS:
            return [self._value(item) for item in node.value]
        if not isinstance(node, yaml.MappingNode) or node.tag not in (YAML + "map", YAML + "set"):
            raise self._error(line, f"has the tag {node.tag}, which is not read")
        found = {}
        for key, value in node.value:
            line = key.start_mark.line
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                raise self._error(line, "has a key that is no text; write its keys out")
            self._value(key)
            if key.value in found:
                raise self._error(line, f"has the key '{key.value}' twice")
            found[key.value] = self._value(value)
        return list(found) if node.tag == YAML + "set" else found

    def _error(self, line, problem):
        return Problem(f"{self.path}, line {line + self.first_line}: the front matter {problem}")


def _plain(written: str):
    """A number, a truth value or nothing; anything else stays as it is written."""
    if written in WORDS:
        return WORDS[written]
    for number in (int, float):
        try:
            value = number(written)
        except ValueError:
            continue
        if repr(value) == written and math.isfinite(value):
            return value
    return written
