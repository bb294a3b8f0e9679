"""A narrow task: a customer's message becomes its mood, its intent and its entities, as JSON."""

import json

import numpy as np

FIELDS = ("id", "text", "sentiment", "intent", "entities")
LABELS = ("sentiment", "intent")
TASK = (
    "Give sentiment, intent and entities of the message as JSON: "
    '{"sentiment": ..., "intent": ..., "entities": {...}}. '
    "Sentiment: positive, neutral or negative. "
    "Intent: advice, billing, complaint, fault, order or praise. "
    "Entities: product, part, site, date."
)


def as_json(row: dict) -> str:
    """What the model should write for a row of a file of messages."""
    return json.dumps({name: row[name] for name in FIELDS[2:]}, ensure_ascii=False)


def read(llm, messages: list[dict], shots=()) -> list[dict]:
    """What the model makes of each message; an empty dictionary where it writes no JSON object.

    shots: rows that are shown in the prompt, with their answers.
    """
    turns = [(shot["text"], as_json(shot)) for shot in shots]
    asked = [llm.chat(TASK, message["text"], turns) for message in messages]
    return [_parsed(answer.text) for answer in llm.generate(asked, max_new_tokens=72)]


def entities(message: dict) -> dict[str, list[str]]:
    """The entities of a message, by type, as texts; none if the model wrote something else."""
    found = message.get("entities")
    found = found if isinstance(found, dict) else {}
    lists = {kind: texts if isinstance(texts, list) else [texts] for kind, texts in found.items()}
    return {str(kind): [str(text) for text in texts] for kind, texts in lists.items()}


def score(found: list[dict], wanted: list[dict]) -> dict:
    """Message by message: right labels, valid JSON; over all of them: the F1 of the entities."""
    pairs = list(zip(found, wanted, strict=True))
    ours = [_pairs(message) for message in found]
    gold = [_pairs(message) for message in wanted]
    hits = sum(len(a & b) for a, b in zip(ours, gold, strict=True))
    return {label: [a.get(label) == b[label] for a, b in pairs] for label in LABELS} | {
        "entity F1": 2 * hits / max(1, sum(map(len, ours + gold))),
        "JSON": [bool(message) for message in found],
    }


def accuracy(scores) -> np.ndarray:
    """Mean of mood and intent, shape (runs, messages). scores: a table of `score`'s results."""
    return np.mean([np.array(list(scores[label]), float) for label in LABELS], axis=0)


def _parsed(text):
    try:
        value = json.loads(text)
    except ValueError:
        value = {}
    return value if isinstance(value, dict) else {}


def _pairs(message):
    """The set of pairs (type, text in lower case)."""
    return {(kind, text.lower()) for kind, texts in entities(message).items() for text in texts}
