"""What the README and the pages for instructors say is true today."""

import ast
import re
from urllib.parse import unquote

import pytest
import yaml
from PIL import Image

from helpers import course
from helpers.engine import cache
from helpers.exercises import exercises, grade
from scripts import course_hours, make_links, make_look, make_slides, make_syllabus
from scripts.notebook_text import inline, notebooks

TEACHING = cache.ROOT / "docs" / "instructors"
PAGES = [
    *(cache.ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    cache.ROOT / "docs" / "using.md",
    *sorted(TEACHING.glob("*.md")),
]
GUIDE = (TEACHING / "guide.md").read_text(encoding="utf-8")
SLICE = ("paraphrase",)
NUMBERS = list(notebooks())


def text(path):
    return path.read_text(encoding="utf-8")


def anchors(path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"(?m)^#+ (.+)$", text(path))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", text(path)):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / unquote(name)).resolve() if name else path
        assert found.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in anchors(found), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pictures_say_what_they_show(path):
    for words in re.findall(r"!\[(.*?)\]\(", text(path)):
        assert len(words) > 40, words


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_exist(path):
    targets = set(re.findall(r"(?m)^([a-z-]+):", text(cache.ROOT / "Makefile")))
    named = set(re.findall(r"`(?:make|\$ make) ([a-z-]+)", text(path)))
    named |= set(re.findall(r"(?m)^make ([a-z-]+)", text(path)))
    assert named <= targets, named - targets
    for module in re.findall(r"(?:python -m |`)((?:scripts|helpers)\.[a-z_]+)", text(path)):
        assert (cache.ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_the_syllabus_is_up_to_date():
    stored = text(TEACHING / "syllabus.md")
    assert make_syllabus.filled(stored) == stored, "run make readme"


def test_hours_count_every_exercise_once():
    paths = notebooks().values()
    tasks = [task.id for path in paths for task in course_hours.tasks(path)]
    assert tasks == list(exercises())
    together = course_hours.total()
    assert together.exercises == sum(task.minutes for task in exercises().values())
    assert together.reading > 60 * 5 and together.machine > 5
    assert course_hours.total(course_hours.SPINE).together < together.together / 2


@pytest.mark.parametrize(
    ("minutes", "words"), [(4, "0 h"), (15, "¼ h"), (50, "¾ h"), (60, "1 h"), (134, "2¼ h")]
)
def test_hours_are_written_to_the_quarter(minutes, words):
    assert course_hours.written(minutes) == words.replace(" ", "\N{NO-BREAK SPACE}")


def test_formats_fit_their_time_and_their_notebooks():
    assert 150 <= make_syllabus.length(make_syllabus.HALF_DAY) <= 210
    for day in make_syllabus.TWO_DAYS:
        assert 240 <= make_syllabus.length(day) <= 330
    for blocks in (make_syllabus.HALF_DAY, *make_syllabus.TWO_DAYS):
        for number, _, ids in blocks:
            own = {task.id for task in course_hours.tasks(notebooks()[number])}
            assert set(ids.split()) <= own, number
    required = [n for n in NUMBERS if n not in make_syllabus.OPTIONAL]
    assert [n for week in make_syllabus.WEEKS for n in week] == required


def test_a_notebook_comes_after_those_that_it_builds_on():
    for number, before in make_syllabus.BUILDS_ON.items():
        assert all(NUMBERS.index(n) < NUMBERS.index(number) for n in before.split(", "))


def test_outcomes_come_from_the_objectives_if_there_are_any(monkeypatch):
    rows = {"o": {"text": "You can fuse.", "notebooks": ["03"], "exercises": ["3.2", "3.3"]}}
    monkeypatch.setattr(cache, "read_json", lambda *_: rows)
    minutes = exercises()["3.2"].minutes + exercises()["3.3"].minutes
    assert make_syllabus.outcomes().endswith(f"| You can fuse. | 03 | 3.2, 3.3 | {minutes} |")
    monkeypatch.setattr(cache, "read_json", lambda *_: None)
    for number in NUMBERS:
        assert f"[{number} · " in make_syllabus.outcomes()


def known_faults() -> set[tuple[str, str]]:
    """The wrong answers that the checks are tested with, as (exercise, fault)."""
    found = set()
    for path in sorted((cache.ROOT / "tests" / "wrong_answers").glob("nb*.py")):
        for node in ast.walk(ast.parse(text(path))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "faults":
                id, *rows = node.args
                named = [row.elts[0].value for row in rows if isinstance(row, ast.Tuple)]
                found |= {(id.value, fault) for fault in named}
    return found


def test_the_guide_names_faults_that_the_checks_know():
    quoted = re.findall(r"\b(\d+\.\d+) \*([^*]+)\*", " ".join(GUIDE.split()))
    assert len(quoted) >= 45
    missing = set(quoted) - known_faults()
    assert not missing, sorted(missing)


def test_the_guide_has_every_notebook_with_all_its_parts():
    sections = re.split(r"(?m)^### ", GUIDE.split("## When somebody is stuck")[0])[1:]
    assert [section.split(" ")[0] for section in sections] == NUMBERS
    for section in sections:
        for part in ("Ask", "Surprises", "Wrong", "Discuss"):
            count = len(re.findall(rf"(?m)^- \*\*{part}\*\*:? ", section))
            assert count == 1, (section.split("\n")[0], part)


def test_the_readme_reads_the_picture_rightly():
    """Its three sentences below the picture hold for the numbers of the picture."""
    values = cache.read_json(cache.ROOT / "docs" / "headline.json")["values"]
    sent = {name: row["sendable"][0] for name, row in values.items()}
    best = sorted(sent, key=sent.get)[-2:]
    assert all("RAFT hybrid" in name for name in best)
    prompted = [name for name in sent if re.match("base|few-shot|RAG", name)]
    assert len(prompted) == 6 and len(values) == 13  # "Thirteen systems"
    for measure in ("sendable", "fact"):
        copied = values["no language model"][measure][0]
        assert all(values[name][measure][0] < copied for name in prompted)
    assert "Thirteen systems" in text(cache.ROOT / "README.md")
    assert len(text(cache.ROOT / "README.md").splitlines()) <= 170


def test_the_look_is_small_and_what_it_shows_is_in_the_course():
    path = cache.ROOT / "docs" / "look.gif"
    assert path.stat().st_size < 1_000_000
    with Image.open(path) as picture:
        captions = cache.read_json(path.with_suffix(".json"))["captions"]
        assert picture.n_frames == len(captions) >= 2 and picture.width <= 1000
    assert all(caption in text(cache.ROOT / "README.md") for caption in captions)
    names = {"check": lambda id, fuse: outcomes.append(grade(id, fuse))}
    outcomes = []
    for answer in (make_look.WRONG, make_look.RIGHT):
        exec(answer, names)
    assert [outcome.status for outcome in outcomes] == ["not yet", "passed"]
    assert "should return" in outcomes[0].message  # the case, as the picture's words say
    assert make_look.exercise_text().startswith(exercises()["3.2"].heading())
    asked = {q["question"]: q["documents"] for q in course.questions("validation", SLICE)}
    assert asked[make_look.QUESTION] == [make_look.PAGE]


FORMS = sorted((cache.ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_have_what_github_asks_for(path):
    form = yaml.safe_load(text(path))
    if path.stem == "config":
        assert form["blank_issues_enabled"] in (True, False)
        return
    assert form["name"] and form["description"] and form["body"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids))
    for field in fields:
        assert field["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert field["attributes"]["label"]
        if field["type"] == "dropdown":
            options = field["attributes"]["options"]
            assert len(options) == len(set(options))
            assert [o[:2] for o in options if o[:2].isdigit()] in ([], [n[:2] for n in NUMBERS])


def test_the_citation_is_valid():
    """The keys that CFF 1.2.0 asks for, and the version that the changelog names last."""
    cited = yaml.safe_load(text(cache.ROOT / "CITATION.cff"))
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "software"
    assert cited["message"] and cited["title"] and cited["license"] == ["MIT", "CC-BY-4.0"]
    assert all(set(author) == {"name"} for author in cited["authors"])
    assert cited["repository-code"].endswith(make_links.repository())
    released = re.findall(r"(?m)^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", text(PAGES[2]))
    assert (cited["version"], str(cited["date-released"])) == released[0]


def test_the_changelog_keeps_its_form():
    heads = re.findall(r"(?m)^### (.+)$", text(PAGES[2]))
    allowed = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert heads and set(heads) <= allowed
    assert re.search(r"(?m)^## \[Unreleased\]", text(PAGES[2]))


def test_slides_show_every_picture_with_its_words_and_nothing_from_elsewhere():
    page = make_slides.page(NUMBERS)
    shown = [one for path in notebooks().values() for one in make_slides.pictures(path)]
    assert page.count("<img ") == len(shown) >= len(NUMBERS)
    assert all(len(one.words) >= 40 and one.title in one.words for one in shown)
    assert all(make_slides.pictures(path) for path in notebooks().values())
    assert set(re.findall(r'(?:src|href)="([^"]{0,21})', page)) == {make_slides.PNG[:21]}
    assert not re.search(r"https?://|@import|url\(", re.sub(r"base64,[^\"]+", "", page))
    for heading in ("You will", "Before the run", "You found", "Discuss"):
        assert page.count(f"<h2>{heading}</h2>") == len(NUMBERS), heading


def test_slides_of_some_notebooks():
    assert make_slides.page(["07"]).count("<h1>") == 2
    with pytest.raises(ValueError, match="no notebook 7: 00, 01"):
        make_slides.page(["7"])


def notebook(tmp_path, html):
    """The path of a made-up notebook with one output."""
    cell = {"cell_type": "code", "source": [], "metadata": {}}
    cell["outputs"] = [{"data": {"text/html": html}}]
    cache.write_json(tmp_path / "21_made_up.ipynb", {"cells": [cell]})
    return tmp_path / "21_made_up.ipynb"


@pytest.mark.parametrize(
    "html",
    ['<img alt="A" src="https://x.y/z.png">', f'<img src="{make_slides.PNG}AAAA">', "<img>"],
)
def test_slides_refuse_a_picture_without_words_or_from_elsewhere(tmp_path, html):
    with pytest.raises(ValueError, match="21_made_up.ipynb has a picture"):
        make_slides.pictures(notebook(tmp_path, html))


def test_text_on_slides_is_never_markup(tmp_path):
    words = "Low &lt;script&gt;alert(1)&lt;/script&gt;. Words"
    path = notebook(tmp_path, f'<img alt="{words}" src="{make_slides.PNG}AAAA">')
    (picture,) = make_slides.pictures(path)
    assert picture.title == "Low <script>alert(1)</script>"
    assert inline(picture.title) == "Low &lt;script&gt;alert(1)&lt;/script&gt;"
    assert inline("**a** `*b*` [c *d*](x)") == ("<strong>a</strong> <code>*b*</code> c <em>d</em>")
