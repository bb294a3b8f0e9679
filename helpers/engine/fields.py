"""The fields of a Word document: what belongs to their instructions, and what their forms hold."""

from helpers.engine.ooxml import attribute, tag

BOX = "\u2610", "\u2612"  # not ticked, and ticked
OFF = ("0", "false", "off")


def instructions(root) -> set:
    """The elements that are not shown: text in the instruction of a field, also of a nested one.

    A field is `begin`, instruction, `separate`, result, `end`. One that has no end hides nothing.
    """
    unseen, open_fields = set(), []
    for element in root.iter():
        kind = attribute(element, "fldCharType") if tag(element) == "fldChar" else None
        if kind == "begin":
            _note(element, open_fields)
            open_fields.append({"begin": element, "inside": set(), "result": "", "shown": False})
        elif kind == "separate" and open_fields:
            open_fields[-1]["shown"] = True
        elif kind == "end" and open_fields:
            field = open_fields.pop()
            unseen |= field["inside"]
            if field["result"].strip():  # the same again as its form's value
                unseen.add(field["begin"])
        elif tag(element) in ("t", "tab", "br", "cr", "noBreakHyphen"):
            _note(element, open_fields)
    return unseen


def _note(element, open_fields) -> None:
    """Text belongs to the result of its field, or to the instruction of one around it."""
    for field in open_fields:
        if field["shown"]:
            field["result"] += element.text or ""
        else:
            field["inside"].add(element)


def value_of_form(begin) -> str:
    """What a drop-down list or a box to tick holds, as programs before Word 2007 wrote them."""
    for form in begin.iterfind("./*/*"):
        found = {tag(e): attribute(e, "val") for e in form}
        if tag(form) == "ddList":
            entries = [attribute(e, "val") or "" for e in form if tag(e) == "listEntry"]
            chosen = found.get("result", found.get("default", "0"))
            return entries[int(chosen)] if chosen.isdigit() and int(chosen) < len(entries) else ""
        if tag(form) == "checkBox":
            name = "checked" if "checked" in found else "default"
            return BOX[name in found and found[name] not in OFF]
    return ""
