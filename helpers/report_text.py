"""What a report says: the recommendation and how sure it is, then all that it rests on."""

from collections import Counter

import pandas as pd

from helpers import contest, evaluate, ladder, metrics, plots
from helpers import report_details as details
from helpers.engine.pages import Figure, Heading, Items, Rows, Words
from helpers.report_findings import Findings
from helpers.report_measure import RUNGS

MEASURES = {  # of `evaluate`, and what each counts
    "handled": "could be sent, or rightly says that the documents do not say; all questions",
    "sendable": "right fact in at most 12 words, in form, right source; questions with an answer",
    "fact": "right fact in at most 12 words; questions with an answer",
    "source": "cites the right document and no other; questions with an answer",
    "abstained": "rightly says that the documents do not say; questions without an answer",
    "cautious": "wrongly says so; questions with an answer",
    "words": "words of the short answer; questions with an answer",
}
SYSTEMS = {
    contest.NO_MODEL: "the search finds a passage, and code copies its words nearest the question",
    "RAG": "the language model reads the passages that the search finds",
    "few-shot RAG": "RAG with worked examples in the prompt",
    "LoRA for form": "trained on questions about other documents, and asked without a search. It "
    "was never shown these facts: it shows what form alone is worth, and is no step of the ladder",
    "RAFT hybrid": "the search, and a model trained on other documents to read passages",
}
SYSTEMS |= {
    f"{name}, form by code": f"{SYSTEMS[name]}; code writes form and source"
    for name in ("RAG", "few-shot RAG", "RAFT hybrid")
}
ENOUGH = 0.5  # a system that handles fewer questions needs a person behind every answer
TOGETHER = "95% for all steps together"


def headline(found: Findings) -> str:
    """The recommendation and how sure it is, in two or three sentences."""
    climbed = found.ladder
    parts = ["Provisional, on drafted questions."] if found.drafts else []
    person = ", with a person behind every answer" if handled(found)[2] < ENOUGH else ""
    parts.append(f"Start with {climbed.end}{person}.")
    if open_ := [step.to for step in climbed.steps if step.verdict == "not decided"]:
        parts.append(f"It is not decided whether {' or '.join(open_)} would be better.")
    elif climbed.steps and climbed.steps[-1].verdict == "better":
        parts.append("The step up to it is supported.")
    else:
        parts.append("No step beyond it that was measured is supported, and none is left open.")
    if found.missing:
        parts.append(f"Not measured: {'; '.join(found.missing)}.")
    return " ".join(parts)


def handled(found: Findings) -> tuple[float, float, float]:
    """The share of questions that the recommended system handled, with its interval."""
    part = found.rows[found.rows.system == found.ladder.end]
    return metrics.interval(part.handled.astype(float), part.entity)


def blocks(found: Findings) -> list:
    """The whole report."""
    parts = [Heading(f"Retrieve or tune? A report on {found.own.task.name}", 1), *_warning(found)]
    for part in (_recommendation, _steps, _quality, _costs, details.blame):
        parts += part(found)
    for system in dict.fromkeys([found.ladder.end, found.leader]):
        parts += details.examples(found, system)
    return [*parts, *details.documents(found), *details.method(found)]


def _warning(found):
    if not found.drafts:
        return []
    return [
        Words(
            f"{found.drafts + found.made_up} of the {len(found.test)} questions are drafts: a "
            "program took them from sentences of the documents, and nobody has asked or confirmed "
            "them. They repeat the documents' own words. That makes every search look better than "
            "it will be, and probably most of all the system without a language model. Confirm, "
            "correct or replace them in questions.csv, and run the same command again, before you "
            "decide anything.",
            "warning",
        )
    ]


def _recommendation(found):
    climbed, rows = found.ladder, found.rows
    part = rows[rows.system == climbed.end]
    share = handled(found)
    said = [
        Heading("Recommendation"),
        Words(headline(found), "lead"),
        Words(f"That is: {SYSTEMS[climbed.end]}."),
        Words(
            f"It handled {int(part.handled.sum())} of {len(part)} questions, a share of "
            "{:.2f} (95% interval {:.2f} to {:.2f}).".format(*share)
        ),
    ]
    if climbed.end == contest.NO_MODEL:
        words = part[part.answerable].words.mean()
        copied = f"Its answers are copied, {words:.0f} words on average. One counts as right if "
        said.append(Words(f"{copied}the fact is among them: see the examples."))
    if share[2] < ENOUGH:
        wrong = "That is not enough to answer without a person: most answers are wrong."
        said.append(Words(wrong, "warning"))
    elif share[1] < ENOUGH:
        said.append(Words("Whether it handles half of such questions is not certain."))
    if found.leader != climbed.end:
        why = "it is no step of the ladder, on which code does what code can do"
        if found.leader in RUNGS:
            why = f"its lead over {climbed.end} is not supported, as the steps below show"
        lead = rows[rows.system == found.leader].handled.mean()
        said.append(
            Words(
                f"The highest share was that of {found.leader}: {lead:.2f}. It is not recommended: "
                f"{why}."
            )
        )
    return [*said, *_doubts(found)]


def _doubts(found):
    """What would change the recommendation."""
    mind = ["Questions that people ask, in their own words, in place of drafts."] * bool(
        found.drafts
    )
    for step in found.ladder.steps:
        if step.questions:
            gap = step.gap[0] if abs(step.gap[0]) > ladder.WORTH else ladder.WORTH
            mind.append(
                f"{step.to} against {step.start}: about {step.questions:,} questions would decide "
                f"it; there were {step.n}. (For a gap of {gap:+.2f}, seen in 4 of 5 such tests.)"
            )
    said = [Heading("What would change this", 3), Items(mind)] if mind else []
    left_out = [Heading("Left out", 3), Items(found.notes)] if found.notes else []
    return [*said, *left_out]


def _steps(found):
    """The ladder as a table and as a picture."""
    climbed = found.ladder
    if not climbed.steps:
        return [Words("Only one system could be measured, so there is nothing to compare.")]
    table = [
        [one.to, one.start, f"{one.gap[0]:+.2f}", "{:+.2f} to {:+.2f}".format(*one.gap[1:])]
        + [one.verdict]
        for one in climbed.steps
    ]
    gaps = {f"{one.to}\nminus {one.start}": one.gap for one in climbed.steps}
    taken = sum(one.verdict == "better" for one in climbed.steps)
    title = f"{taken} of {len(climbed.steps)} steps up are supported"
    said = {one.verdict: ladder.VERDICTS[one.verdict] for one in climbed.steps}
    return [
        Heading("From cheap to expensive"),
        Words(
            "A step up is taken only if the interval of its gain, question by question, is wholly "
            f"above zero. A gain below {ladder.WORTH}, one question in twenty, would not pay."
        ),
        Rows(
            f"Gain in handled questions. Intervals over {found.units}: {TOGETHER}",
            ["step up to", "from", "gain", "interval", "verdict"],
            table,
        ),
        Figure(plots.forest(gaps, title, "Gain in handled questions"), f"Intervals: {TOGETHER}."),
        Items([f"{verdict}: {words}." for verdict, words in said.items()]),
    ]


def _quality(found):
    rows, table, n = found.rows, [], len(found.test)
    for name in found.answers:
        part = rows[rows.system == name]
        table.append([name, *(_cell(evaluate.counted(part, m), m) for m in MEASURES)])
    counts = Counter(row["slice"] for row in found.test)
    asked = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    recall = ", ".join(f"{share:.2f} with {k}" for k, share in found.recall.items())
    parts = [
        Heading("Quality"),
        Words(f"{n} questions ({asked}); shares, 95% intervals over {found.units}, and n."),
        Rows("Quality of each system", ["system", *MEASURES], table),
        Items([f"{name}: {words}." for name, words in MEASURES.items()]),
        Words(
            "Share of the questions with an answer for which a right document is among the first "
            f"passages that the search finds: {recall or 'unknown'}."
        ),
        Items([f"{name}: {SYSTEMS[name]}." for name in found.answers]),
    ]
    if found.prompts:
        near = "Code also abstains where no passage is near enough to the question: how near, was"
        parts.append(Words(f"{near} chosen on the validation questions."))
    if found.units != "documents":
        few = "Few documents are asked about, so the intervals count parts of them as independent."
        parts.append(Words(f"{few} Over whole documents they may be wider."))
    what = "Each question has an answer: whether a system says so if there is none, nobody knows."
    if counts["unanswerable"]:
        what = f"{found.made_up} of the {counts['unanswerable']} questions without an answer were "
        what += "drafted by a program, from documents that were then taken out of the search."
    return [*parts, Words(what)]


def _cell(counted, measure):
    """A measure of one system, with its interval and n."""
    n = len(counted)
    if not n:
        return "-"
    if measure == "words":
        return f"{counted.value.mean():.1f} (n {n})"
    triple = metrics.interval(counted.value, counted.entity)
    return "{:.2f} [{:.2f}, {:.2f}] (n {})".format(*triple, n)


def _costs(found):
    table = []
    for name, rows in found.answers.items():
        frame, trained = pd.DataFrame(rows), found.training.get(name.removesuffix(", form by code"))
        read, written = frame["prompt tokens"].mean(), frame["generated tokens"].mean()
        training = f"{trained['seconds']:.0f} s on {trained['rows']} rows" if trained else "none"
        table.append([name, f"{frame.seconds.mean():.2f}", f"{found.operations[name]:.1f}"])
        table[-1] += [f"{read:.0f} + {written:.1f}", training]
    columns = ["system", "seconds", "billions of operations", "tokens read + written", "training"]
    return [
        Heading("Costs"),
        Rows("Costs of one question, and of the training before it", columns, table),
        Words(
            f"Measured on {found.made['machine']}; another machine needs other seconds. Two "
            "operations are counted for each weight and each token that passes through it, in the "
            f"language model and the encoder. The index took {found.seconds['index']:.0f} seconds."
        ),
    ]
