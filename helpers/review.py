"""Questions that keep what was learned: at the top of each notebook, before and after the course.

Trying to remember helps more than reading again (Roediger and Karpicke 2006,
https://doi.org/10.1111/j.1467-9280.2006.01693.x). Nothing here is required to go on.
"""

import pandas as pd
from IPython.display import display

from helpers import quiz, say, spacing
from helpers.certificate import certificate as certificate


def recall(notebook: str, *letters: str, attempt: int = 1, buttons: bool = False) -> None:
    """Show the questions of a notebook, and up to two that come back; with letters, judge them.

    letters: "a" to "d", or "?" for "I don't know", one for each question; those that come back may
    be left out. attempt: from 2 on, the answers stand in another order. buttons: answer with a
    widget instead. When a question comes back: see `spacing`. Raises ValueError for another
    notebook, number of letters, or letter.
    """
    if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
        raise ValueError(f"attempt is 1, 2, 3, ..., not {attempt!r:.40}")
    own = quiz.of(notebook)
    back = spacing.coming_back(notebook)
    asked = [*own, *back]
    start = f'review.recall("{notebook}", '
    if buttons:
        from helpers.quiz_buttons import form

        display(form(asked, lambda given, n: _judged(notebook, asked, given, n, start), attempt))
    elif not letters:
        _show(asked, attempt, len(own))
        again = f", attempt={attempt}" if attempt > 1 else ""
        call = quiz.example(start, len(asked))[:-1]
        print(f'\nTo answer, with your letters ("?" if you don\'t know):\n    {call}{again})')
        print(f'or with buttons:\n    review.recall("{notebook}"{again}, buttons=True)')
    else:
        counts = tuple(sorted({len(own), len(asked)}))
        given = quiz.letters(letters, counts, quiz.example(start, counts[-1]))
        print(_judged(notebook, asked[: len(given)], given, attempt, start))


def pretest(*letters: str, buttons: bool = False) -> None:
    """Show the eight questions asked before the course; with letters, note the answers.

    Nothing is said about right or wrong, so that `posttest` measures what you learned since. The
    first answers count. Raises ValueError for another number of letters, or another letter.
    """
    _test("pre", "00", letters, buttons, lambda asked, given: "")


def posttest(*letters: str, buttons: bool = False) -> None:
    """Show the eight questions asked after the course; with letters, judge them and compare.

    For each misconception: what was answered before, and now. The first answers count in both
    tests. Raises ValueError for another number of letters, or another letter.
    """
    judge = lambda asked, given: "\n".join(  # noqa: E731
        quiz.judged(q, n, letter) for n, (q, letter) in enumerate(zip(asked, given, strict=True), 1)
    )
    _test("post", "12", letters, buttons, judge)
    if letters:
        compare()


def compare() -> None:
    """Show for each misconception the first answer before the course and the first after it."""
    table = before_and_after()
    after = int((table.after == "right").sum())
    if (table.after == "not asked").all():
        say("No test after the course was taken yet: posttest() shows its questions.")
        return
    shown = table.style.hide().format(escape="html").set_properties(**{"text-align": "left"})
    display(shown)
    if (table.before == "not asked").all():
        say(
            f"No pre-test was taken, so there is nothing to compare with. At your first "
            f"try, {after} of {len(table)} were right."
        )
        return
    before = int((table.before == "right").sum())
    change = after - before
    words = f"{abs(change)} {'more' if change > 0 else 'fewer'}" if change else "as many"
    print("At your first try, before the course and after it:")
    print(f"before {'■' * before:□<{len(table)}}  {before} of {len(table)} right")
    print(f"after  {'■' * after:□<{len(table)}}  {after} of {len(table)} right: {words}")
    say("Eight questions are few: look at which beliefs you have given up rather than at the sum.")


def before_and_after() -> pd.DataFrame:
    """One row for each pair of questions: the belief that it tests, before, after, and change."""
    kept, rows = spacing.record(), []
    for pre, post in zip(quiz.test("pre"), quiz.test("post"), strict=True):
        target = pre.answers[1].belief
        first = [kept.get(q.id, {}).get("first") for q in (pre, post)]
        words = [_in_words(one, target) for one in first]
        gain = "" if None in first else f"{first[1]['right'] - first[0]['right']:+d}"
        rows.append((quiz.beliefs().get(target, target), *words, gain.replace("+0", "0")))
    return pd.DataFrame(rows, columns=["belief", "before", "after", "change"])


def _in_words(said, target) -> str:
    if said is None:
        return "not asked"
    if said["right"]:
        return "right"
    if said.get("belief") is None:
        return "did not know"
    return "this belief" if said["belief"] == target else "another wrong answer"


def _test(name, notebook, letters, buttons, judge):
    """Show a test, or note its answers and print what `judge` says of them."""
    asked = quiz.test(name)
    start = f"review.{name}test("

    def noted(given, attempt=1):
        earlier = set(spacing.record()) & {q.id for q in asked}
        words = (
            "Noted." if not earlier else "Your first answers were noted earlier, and they count."
        )
        if name == "post" or not earlier:
            spacing.note(notebook, asked, given)
        later = "" if name == "post" else " Notebook 12 asks again, and then shows both."
        return "\n".join(filter(None, [judge(asked, given), words + later]))

    if buttons:
        from helpers.quiz_buttons import form

        display(form(asked, noted, again=False))
    elif letters:
        given = quiz.letters(letters, (len(asked),), quiz.example(start, len(asked)))
        print(noted(given))
    else:
        _show(asked, 1, len(asked))
        call = quiz.example(start, len(asked))
        print(f'\nTo answer, with your letters ("?" if you don\'t know):\n    {call}')
        print(f"or with buttons:\n    {start}buttons=True)")


def _show(asked, attempt, own):
    for number, question in enumerate(asked, start=1):
        if number == own + 1:
            print("Back again, because you answered them wrong before:")
        print(quiz.written(question, number, attempt))


def _judged(notebook, asked, given, attempt, start) -> str:
    """Record the answers, and say what each of them shows."""
    spacing.note(notebook, asked, given, attempt)
    pairs = list(zip(asked, given, strict=True))
    lines = [quiz.judged(q, n, letter, attempt) for n, (q, letter) in enumerate(pairs, start=1)]
    chosen = [q.chosen(letter, attempt) for q, letter in pairs]
    wrong = sum(answer is None or bool(answer.belief) for answer in chosen)
    if wrong:
        call = f"{start}attempt={attempt + 1})"
        lines.append(f"{wrong} of {len(asked)} to try again, in another order: {call}")
        lines.append("What you first answered wrong comes back in a later notebook.")
    return "\n".join(lines)
