"""Fill a form: put values in the places of a text, and leave everything else as it is.

The simple way is `str.format`, which takes every brace in a form for a place.
"""

import re


def fill(form: str, *needed: str, **values) -> str:
    """The form with each {name} replaced by its value; other braces, and those in values, are text.

    needed: names that must have a place in the form, if their value is not empty: without one it
    would be lost, so ValueError is raised.
    """
    for name in needed:
        if values[name] and f"{{{name}}}" not in form:
            raise ValueError(f"There is no place for {{{name}}} in {form!r}: put it in")
    return re.sub(r"\{(\w+)\}", lambda place: str(values.get(place[1], place[0])), form)


def same_again(write, match: re.Match) -> bool:
    """Does write(answer, document), with what was matched, make the whole match again?

    It does unless the next step is that of another document, or there is none for this one.
    """
    try:
        return write(match["answer"], match.groupdict().get("document") or "") == match[0]
    except ValueError:
        return False
