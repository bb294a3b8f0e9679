"""Answer questions with radio buttons; the twin in plain code takes letters (`review`)."""

from html import escape

import ipywidgets

from helpers import quiz


def form(asked: list[quiz.Question], answered, attempt: int = 1, again: bool = True):
    """Radio buttons for each question, one button that answers them all, and what that shows.

    answered: a function of the letters and the attempt that returns what to show. again: may the
    answers be given again, in another order? Every text is shown as text.
    """
    number = attempt
    choices, boxes = [], []
    for place, question in enumerate(asked, start=1):
        label = ipywidgets.HTML(f"<b>{place}. {escape(question.text)}</b>")
        choice = ipywidgets.RadioButtons(
            description=f"Answer {place}",
            style={"description_width": "initial"},
            layout={"width": "95%"},
        )
        choices.append(choice)
        boxes += [label, choice]
    send = ipywidgets.Button(description="Answer all questions", layout={"width": "200px"})
    retry = ipywidgets.Button(description="Try another order", layout={"width": "200px"})
    status = ipywidgets.HTML()

    def fill():
        for question, choice in zip(asked, choices, strict=True):
            texts = [answer.text for answer in question.shuffled(number)]
            options = [
                (f"{letter}) {text}", letter)
                for letter, text in zip(quiz.LETTERS, texts, strict=True)
            ]
            choice.options = [*options, ("I don't know", quiz.UNKNOWN)]
            choice.value = None

    def sent(_):
        open_ = [str(n) for n, choice in enumerate(choices, start=1) if choice.value is None]
        if open_:
            status.value = f"Not answered yet: {', '.join(open_)}."
            return
        words = answered([choice.value for choice in choices], number)
        status.value = f'<pre style="white-space: pre-wrap">{escape(words)}</pre>'

    def another(_):
        nonlocal number
        number += 1
        fill()
        status.value = f"Attempt {number}: the answers stand in another order."

    fill()
    send.on_click(sent)
    retry.on_click(another)
    return ipywidgets.VBox([*boxes, ipywidgets.HBox([send, retry][: 1 + again]), status])
