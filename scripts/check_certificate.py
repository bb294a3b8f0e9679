"""Check a certificate: does its hash belong to its content?

Run: python -m scripts.check_certificate FILE [SHA256]   (the JSON file or the page beside it)
"""

import sys
from pathlib import Path

from helpers import certificate, say
from helpers.engine import cache


def check(path, known: str = "") -> tuple[bool, str]:
    """Is a certificate whole, and what does that mean? known: its SHA-256, known from elsewhere."""
    file = Path(path).with_suffix(".json")
    sealed = cache.read_json(file)
    if not isinstance(sealed, dict) or not isinstance(sealed.get("content"), dict):
        return False, f"{file} is missing, or is no certificate of this course."
    found = certificate.sha256(sealed["content"])
    if found != sealed.get("sha256"):
        return False, f"CHANGED: the content of {file} is not what its hash was computed from."
    if known and found != known.strip().lower():
        return False, f"ANOTHER ONE: the hash of {file} is {found}, not the one that you gave."
    try:
        expected = certificate.page(sealed)
    except (KeyError, TypeError, AttributeError):
        return False, f"The content of {file} does not have the form of a certificate."
    shown = file.with_suffix(".html")
    if shown.is_file() and shown.read_bytes() != expected.encode():
        return False, f"CHANGED: {shown} does not say what {file} says."
    return True, f"WHOLE: SHA-256 {found}. {certificate.PROVES}"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m scripts.check_certificate FILE [SHA256]")
    whole, words = check(*sys.argv[1:])
    say(words)
    sys.exit(not whole)
