"""Could an answer be sent as it is? A right fact in few words, its source, and the next step.

The short answer is found by one rule, whoever wrote the text and in whatever form (`extraction`).
"""

from helpers import metrics
from helpers.engine.extraction import short_answer

LONGEST = 12  # words of a short answer


def parts(question: dict, answer) -> dict:
    """What is right in an `Answer` to a question (a row of `course.questions`), each true or false.

    fact: an accepted answer is in the short answer, which has at most `LONGEST` words. source: it
    cites, and nothing but right documents. step: the next step is that of the cited document.
    sendable: all three. handled: sendable, or an abstention where there is no answer. words: those
    of the short answer.
    """
    short, accepted = short_answer(answer.text), question["answers"]
    words = len(short.split())
    fact = words <= LONGEST and metrics.contains(short, accepted)
    cited = [document in question["documents"] for document in answer.citations]
    source = bool(cited) and all(cited)
    sendable = fact and source and answer.step_right
    return {
        "fact": fact,
        "source": source,
        "step": answer.step_right,
        "sendable": sendable,
        "handled": sendable if accepted else answer.abstained,
        "words": words,
    }
