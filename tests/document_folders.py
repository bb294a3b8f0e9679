"""Folders of documents of several kinds, made for reports: long PDFs and pages, short text files.

Run: python -m tests.document_folders FOLDER
"""

import random
import sys
from pathlib import Path

from tests.document_files import pdf

PLACES = ["Ardmoor", "Belscar", "Corvane", "Dunlea", "Eskmouth", "Farrowby", "Glasten", "Harrowick"]
PLACES += ["Inchmere", "Jarnholt", "Kelloway", "Lindham", "Marwick", "Nethercombe", "Orrest"]
PLACES += ["Pendrake", "Quillane", "Rathmoor", "Selbourne"]
THINGS = ["ferry", "footbridge", "reading room", "weather station", "lock gate", "pumping house"]
THINGS += ["tram depot", "bakery", "seed store", "clock tower", "boat shed", "kiln"]
OFFICES = ["Harbour Office", "Works Committee", "Roads Board", "Night Desk", "Permit Counter"]
OFFICES += ["Lamp Department", "Survey Bench", "Tariff Panel"]
MONTHS = ["January", "March", "April", "June", "July", "September", "October", "November"]
UNITS = ["metres", "litres", "kilograms", "lamps", "seats", "windows", "planks"]
SENTENCES = [
    "The {thing} of {place} was opened on {day} {month} {year}.",
    "Repairs of the {thing} at {place} are approved by the {office}.",
    "The {thing} at {place} holds at most {number} {unit}, and more than that is turned away.",
    "Anyone who wants to use the {thing} of {place} must ask within {few} working days.",
    "The yearly fee for the {thing} at {place} is £{number}.",
    "Since {year} the {thing} of {place} has stood {few} paces from the old wall.",
    "Keys to the {thing} in {place} are kept in the {office}.",
    "If the {thing} at {place} is closed, visitors are sent to {other} instead.",
    "The paint of the {thing} at {place} is renewed every {few} years.",
    "In a storm the {thing} of {place} is watched by {few} people in turn.",
]
FILLERS = [
    "Nobody remembers why it was built like that.",
    "Most visitors like it, and a few complain about the noise.",
    "There is little to say about the winter, when hardly anyone comes.",
    "Whoever finds something broken, or lost keys, should say so at once.",
    "The older rules no longer apply, although some still hang on the door.",
]


def paragraphs(rng: random.Random, count: int) -> list[str]:
    """Paragraphs with facts in them, each of which is said once."""
    out = []
    for _ in range(count):
        place, other = rng.sample(PLACES, 2)
        values = {"place": place, "other": other, "thing": rng.choice(THINGS)}
        values |= {"office": rng.choice(OFFICES), "unit": rng.choice(UNITS)}
        values |= {"day": rng.randint(1, 28), "month": rng.choice(MONTHS)}
        values |= {"year": rng.randint(1850, 2020), "few": rng.randint(3, 99)}
        values |= {"number": rng.randint(120, 9800)}
        facts = [form.format(**values) for form in rng.sample(SENTENCES, 2)]
        out.append(" ".join([facts[0], rng.choice(FILLERS), facts[1]]))
    return out


def long_files(folder: Path, count: int = 12, pages: int = 30, seed: int = 0) -> None:
    """Long PDFs and long web pages, half of each; the pages have menus, headings and a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rng = random.Random(f"long {seed} {number}")
        if number % 2:
            parts = [f"<h2>Chapter {i + 1}</h2>" for i in range(pages)]
            parts = [p + "".join(f"<p>{t}</p>" for t in paragraphs(rng, 5)) for p in parts]
            rows = [
                f"<tr><td>{place}</td><td>{rng.randint(20, 900)} boats</td></tr>"
                for place in PLACES
            ]
            title = f"Register of district {number}"
            page = f"<html><head><title>{title}</title></head><body><nav><a href='/'>Home</a> "
            page += f"<a href='/login'>Sign in</a></nav><h1>{title}</h1>{''.join(parts)}"
            page += (
                f"<table>{''.join(rows)}</table><footer>All rights reserved.</footer></body></html>"
            )
            (folder / f"register-{number}.html").write_text(page, encoding="utf-8")
            continue
        sheets = []
        for page in range(pages):
            words = " ".join(paragraphs(rng, 4)).split()
            lines = [" ".join(words[i : i + 12]) for i in range(0, len(words), 12)]
            sheets.append("\n".join([*lines, f"Page {page + 1} of {pages}"]).replace("£", "\xa3"))
        (folder / f"survey-{number}.pdf").write_bytes(pdf(*sheets))


def short_files(folder: Path, count: int = 40, seed: int = 0) -> None:
    """Short text files of three paragraphs each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rng = random.Random(f"short {seed} {number}")
        name = f"note-{number:02}-{rng.choice(PLACES).lower()}.txt"
        (folder / name).write_text("\n\n".join(paragraphs(rng, 3)), encoding="utf-8")


if __name__ == "__main__":
    long_files(Path(sys.argv[1]) / "long")
    short_files(Path(sys.argv[1]) / "short")
