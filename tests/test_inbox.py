"""The messages: what the model writes is read without trust, and scored message by message."""

import json

import pytest

from helpers import inbox


class Scribe:
    """A model that writes what it is told to."""

    def __init__(self, *texts):
        self.texts, self.asked = texts, []

    def chat(self, instruction, text, shots):
        self.asked.append((instruction, text, shots))
        return text

    def generate(self, prompts, max_new_tokens):
        return [type("Answer", (), {"text": text}) for text in self.texts]


ROW = {"id": 1, "text": "Help!", "sentiment": "negative", "intent": "fault"}
ROW |= {"entities": {"product": ["Pellan buoy"]}}


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "3", '{"intent": '])
def test_what_is_no_object_is_read_as_empty(text):
    assert inbox.read(Scribe(text), [ROW]) == [{}]


def test_a_message_is_asked_with_its_examples():
    scribe = Scribe(inbox.as_json(ROW))
    (found,) = inbox.read(scribe, [ROW], [ROW])
    assert found == {name: ROW[name] for name in inbox.FIELDS[2:]}
    assert scribe.asked == [(inbox.TASK, "Help!", [("Help!", inbox.as_json(ROW))])]
    assert inbox.score([found], [ROW])["entity F1"] == 1


@pytest.mark.parametrize(
    ("entities", "f1"),
    [
        ({"product": ["pellan BUOY"]}, 1),
        ({"product": "Pellan buoy"}, 1),
        ({"site": ["Pellan buoy"]}, 0),
        ({"product": ["Pellan buoy"], "date": ["May"]}, 2 / 3),
        ("Pellan buoy", 0),
        (None, 0),
    ],
)
def test_entities_count_by_type_and_text(entities, f1):
    found = {"sentiment": "negative", "intent": ["fault"], "entities": entities}
    scores = inbox.score([json.loads(json.dumps(found))], [ROW])
    assert scores["entity F1"] == pytest.approx(f1)
    assert (scores["sentiment"], scores["intent"], scores["JSON"]) == ([True], [False], [True])


def test_accuracy_is_the_mean_of_mood_and_intent_for_each_run():
    runs = {"sentiment": [[True, False], [True, True]], "intent": [[True, False], [False, True]]}
    assert inbox.accuracy(runs).tolist() == [[1, 0], [0.5, 1]]
