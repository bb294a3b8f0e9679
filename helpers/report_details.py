"""What stands behind a report: errors, examples with their sources, documents, and the method."""

from collections import Counter

from helpers import ladder
from helpers.engine.pages import Heading, Items, Rows, Words, shorten
from helpers.own_task import REST

RIGHT, WRONG, SHOWN = 4, 8, 12  # examples of each kind; names of files in one line
MANY = 200  # lines of a table
FILES = [
    "questions.csv: the drafted questions, if there were none yet. Confirm or correct them there.",
    "exports/beir: what was searched and asked, as a BEIR folder. exports/search.trec: what the "
    "search found, as a TREC run file.",
    "exports/messages*.jsonl: the training rows as chat messages, without passages and with them, "
    "for training elsewhere. They hold the text of your documents as it is: should it contain "
    "<|im_start|> or the like, the trainer must not read that as markup.",
    "exports/ragas-*.jsonl: what each system answered, with contexts and references.",
    "exports/documents.csv: which document each short name (d1, d2, ...) stands for. "
    "exports/left-out.csv: what was not read, if anything, and why.",
]


def blame(found) -> list:
    """For each system, how many of its answers were right, and what went wrong in the others."""
    seen = {row["blame"] for rows in found.answers.values() for row in rows}
    kinds = [kind for kind in ladder.BLAMES if kind in seen]
    table = []
    for name, rows in found.answers.items():
        counts = Counter(row["blame"] for row in rows)
        table.append([name, *(counts[kind] for kind in kinds)])
    return [
        Heading("What went wrong"),
        Rows("Answers of each system, by what went wrong", ["system", *kinds], table),
        Items([f"{kind}: {ladder.BLAMES[kind]}." for kind in kinds]),
    ]


def examples(found, name: str) -> list:
    """Some answers of a system, right ones and wrong ones, each with its sources."""
    rows = list(zip(found.test, found.answers[name], strict=True))
    right = [pair for pair in rows if pair[1]["blame"] == "right"][:RIGHT]
    wrong = _varied([pair for pair in rows if pair[1]["blame"] != "right"])[:WRONG]
    columns = ["question", "expected", "where it is", "answered", "source given", "what happened"]
    parts = [Heading(f"Examples: {name}")]
    for caption, some, width in (("Right", right, -1), ("Wrong", wrong, len(columns))):
        if some:
            cells = [_example(found, *pair)[:width] for pair in some]
            parts.append(Rows(caption, columns[:width], cells))
    return parts


def _varied(pairs):
    """Pairs of question and answer: of each kind of error one first, then of each a second one."""
    seen, keyed = Counter(), []
    for pair in pairs:
        kind = pair[1]["blame"]
        keyed.append((seen[kind], len(keyed), pair))
        seen[kind] += 1
    return [pair for _, _, pair in sorted(keyed, key=lambda one: one[:2])]


def _example(found, question, answer):
    """The cells of one example."""
    names, source = found.own.names, found.own.sources[question["id"]]
    expected = " | ".join(question["answers"]) or "(the documents do not say)"
    where = ", ".join(names[id] for id in question["documents"])
    if not where and source.get("about") in found.own.absent:
        where = f"only in {source['about']}, which was taken out of the search"
    said = "(says that the documents do not say)" if answer["abstained"] else answer["short"]
    cited = ", ".join(names.get(id, f"[{id}], which is no document") for id in answer["citations"])
    cells = [question["question"], expected, where or "-", said or "(nothing)", cited or "none"]
    return [*map(shorten, cells), ladder.BLAMES[answer["blame"]]]


def documents(found) -> list:
    """What was read, and what was not, with the reasons."""
    own = found.own
    parts = [
        Heading("Documents"),
        Words(
            f"{found.documents} documents of {found.folder} were used. Of them, "
            f"{len(own.absent)} were taken out of the search, so that questions about them have no "
            f"answer. The others are {len(own.task.chunks)} passages."
        ),
    ]
    if not found.skipped:
        return [*parts, Words("Everything in the folder was read.")]
    names = {}
    for where, why in found.skipped:
        names.setdefault(why, []).append(where)
    some = [[shorten(why), len(some), _list(some)] for why, some in names.items()]
    caption = f"Not read, or not read whole: {len(found.skipped)}. All names: exports/left-out.csv"
    return [*parts, Rows(caption, ["why", "how many", "file or folder"], some[:MANY])]


def _list(names) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(shorten, names[:SHOWN])) + more


def _spent(found) -> str:
    """Where the time went, by the first words of the steps' names."""
    kinds = {"index": "the index", "answers": "testing", "prompts": "searching"}
    kinds |= {"questions": "testing", "training": "training", "rows": "training"}
    spent = Counter()
    for name, seconds in found.seconds.items():
        spent[kinds.get(name.split()[0], "other things")] += seconds
    return ", ".join(f"{seconds:.0f} s for {what}" for what, seconds in spent.items())


def method(found) -> list:
    """How it was done, and within which limits."""
    own, task = found.own, found.own.task
    test, validation, training = (len(own.parts[p]) for p in ("test", "validation", "training"))
    made = ", ".join(f"{name} {version}" for name, version in found.made["versions"].items())
    prompts = [
        f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in best.items())
        for name, best in found.prompts.items()
    ]
    how = [
        f"The documents are in three parts: {test} for test questions, {validation} for choosing "
        f"prompts and thresholds ({len(task.validation)} questions), and {training} for training "
        f"and worked examples ({len(task.training)} rows). Documents that people ask about are for "
        f"the test, unless fewer than {REST:.0%} of all would be left for the rest.",
        "Each system had the same share of the time to search for its best prompt. The test "
        "questions were asked once, afterwards."
        if prompts
        else "All systems had their first prompt.",
        "Rules decide whether an answer is right, no model does. An answer in other words than "
        "the expected ones counts as wrong: in the table, give several, as in a | b.",
        *(f"{n}: {one['rows']} of {one['of']} rows." for n, one in found.training.items()),
        f"Time: {found.minutes:.1f} minutes without loading the models, limit {found.limit:g}; "
        f"of them {_spent(found)}. "
        f"Planned were {', '.join(f'{s:.0f} s for {part}' for part, s in found.plan.items())}. "
        f"Memory at its peak: {found.megabytes:.0f} MB.",
        f"Nothing was sent anywhere. Made with {made}.",
    ]
    chosen = [Heading("Prompts that were chosen", 3), Items(prompts)] if prompts else []
    files = [Heading("Files beside this report", 3), Items(FILES)]
    return [Heading("How it was done"), Items(how), *chosen, *files]
