"""Answers to the exercises of notebook 04 that are wrong in one way each, with a part of the message that must name it."""

import hashlib

import numpy as np

from helpers import metrics


def _fit_skips(question, passages, budget, count):
    kept, used = [], count(question)
    for passage in passages:
        if used + count(passage) <= budget:
            kept.append(passage)
            used += count(passage)
    return kept


def _fit(question, passages, budget, count, start=None, strict=False):
    kept, used = [], count(question) if start is None else start
    for passage in passages:
        if used + count(passage) + strict > budget:
            break
        kept.append(passage)
        used += count(passage)
    return kept


def _fit_cuts(question, passages, budget, count):
    words = " | ".join(passages).split()[: budget - count(question)]
    return " ".join(words).split(" | ")


def _fit_no_sum(question, passages, budget, count):
    return [passage for passage in passages if count(question) + count(passage) <= budget]


def _fit_first_always(question, passages, budget, count):
    return passages[:1] + _fit(question + " " + " ".join(passages[:1]), passages[1:], budget, count)


def _fit_one_short(question, passages, budget, count):
    kept = _fit(question, passages, budget, count)
    return kept[:2]


def _judge(short, cited, passages, texts_of=None, found=None):
    texts_of = texts_of or (lambda document: [text for name, text in passages if name == document])
    found = found or (lambda text: metrics.contains(text, [short]))
    verdicts = {}
    for document in cited:
        texts = texts_of(document)
        verdicts[document] = "invented" if not texts else "supported" if any(map(found, texts)) else "not in it"
    return verdicts


def _judge_any_passage(short, cited, passages):
    names = {name for name, _ in passages}
    everywhere = [text for _, text in passages]
    return _judge(short, cited, passages, texts_of=lambda document: everywhere if document in names else [])


def _judge_dict(short, cited, passages):
    by_id = dict(passages)
    return _judge(short, cited, passages, texts_of=lambda document: [by_id[document]] if document in by_id else [])


def _judge_first_only(short, cited, passages):
    return _judge(short, cited[:1], passages)


def _judge_ids_only(short, cited, passages):
    names = {name for name, _ in passages}
    return {document: "supported" if document in names else "invented" for document in cited}


def _judge_no_invented(short, cited, passages):
    return {d: "not in it" if v == "invented" else v for d, v in _judge(short, cited, passages).items()}


def _threshold(scores, answerable, rule=lambda score, t: score < t, value="f1", pick=max, order=sorted):
    def worth(t):
        return metrics.abstention([rule(score, t) for score in scores], answerable)[value]

    return pick(order(scores), key=worth)


def _threshold_by_accuracy(scores, answerable):
    return max(sorted(scores), key=lambda t: sum((s >= t) == a for s, a in zip(scores, answerable, strict=True)))


def _threshold_gives_f1(scores, answerable):
    t = _threshold(scores, answerable)
    return metrics.abstention([score < t for score in scores], answerable)["f1"]


def _approved(passages, hashes, text_of=lambda d, t: t, encoding="utf-8", kind=hashlib.sha256, digest=lambda x: x.hexdigest()):
    def key(document, text):
        return digest(kind(text_of(document, text).encode(encoding, "ignore")))

    return [(document, text) for document, text in passages if key(document, text) in hashes.get(document, ())]


WRONG = [
    ("4.1", "skips a passage that does not fit and goes on", _fit_skips, "Stop at the first passage that does not fit"),
    ("4.1", "forgets the question", lambda q, p, b, c: _fit(q, p, b, c, start=0), "count its tokens before the first passage"),
    ("4.1", "leaves out what fits exactly", lambda q, p, b, c: _fit(q, p, b, c, strict=True), "exactly the budget still fits"),
    ("4.1", "counts characters", lambda q, p, b, c: _fit(q, p, b, len), "Measure with `count`"),
    ("4.1", "counts words, whatever count says", lambda q, p, b, c: _fit(q, p, b, lambda t: len(t.split())), "`count` that is passed in"),
    ("4.1", "cuts the last passage", _fit_cuts, "Keep whole passages"),
    ("4.1", "looks at each passage alone", _fit_no_sum, "Add up the tokens"),
    ("4.1", "begins with the worst", lambda q, p, b, c: _fit(q, p[::-1], b, c), "starting with the best one"),
    ("4.1", "always keeps the first", _fit_first_always, "even as the first one"),
    ("4.1", "never keeps more than two", _fit_one_short, "room for one more"),
    ("4.1", "gives a string", lambda q, p, b, c: "\n".join(_fit(q, p, b, c)), "Give back a list"),
    ("4.1", "gives nothing back", lambda q, p, b, c: None, "forget a `return`"),
    (
        "4.2",
        "right is always fine",
        lambda k, g, r, a: ("fine" if a else "reader") if not k else "fine" if r else "reader" if g else "retriever",
        "Right without the passage",
    ),
    (
        "4.2",
        "every fault is the reader's",
        lambda k, g, r, a: ("fine" if a else "reader") if not k else ("fine" if g else "lucky") if r else "reader",
        "no reader could have found",
    ),
    (
        "4.2",
        "every fault is the retriever's",
        lambda k, g, r, a: ("fine" if a else "reader") if not k else ("fine" if g else "lucky") if r else "retriever",
        "the reader failed",
    ),
    (
        "4.2",
        "abstaining is always fine",
        lambda k, g, r, a: "fine" if a else "reader" if not k else ("fine" if g else "lucky") if r else "reader" if g else "retriever",
        "the retriever missed it",
    ),
    (
        "4.2",
        "abstaining with the passage is fine",
        lambda k, g, r, a: (
            ("fine" if a else "reader") if not k else ("fine" if g else "lucky") if r else ("fine" if a else "reader") if g else "retriever"
        ),
        "not a good abstention",
    ),
    (
        "4.2",
        "forgets the unanswerable",
        lambda k, g, r, a: ("fine" if g else "lucky") if r else "reader" if g else "retriever",
        "that is right",
    ),
    (
        "4.2",
        "blames the retriever for the unanswerable",
        lambda k, g, r, a: ("fine" if a else "retriever") if not k else ("fine" if g else "lucky") if r else "reader" if g else "retriever",
        "nothing to retrieve",
    ),
    ("4.2", "gives a truth value", lambda k, g, r, a: bool(r), "Give back one of the words"),
    ("4.3", "looks into any passage", _judge_any_passage, "though another passage does"),
    ("4.3", "keeps one passage a document", _judge_dict, "look into all of them"),
    ("4.3", "judges the first citation alone", _judge_first_only, "Judge every cited id"),
    ("4.3", "believes every known id", _judge_ids_only, "does not hold the answer"),
    ("4.3", "no word for invented ids", _judge_no_invented, "so the id is invented"),
    ("4.3", "minds capitals", lambda s, c, p: _judge(s, c, p, found=lambda text: f" {s} " in f" {text.replace('.', ' ')} "), "Capitals"),
    ("4.3", "finds parts of words", lambda s, c, p: _judge(s, c, p, found=lambda text: s.lower() in text.lower()), "Compare whole words"),
    ("4.3", "gives a list", lambda s, c, p: list(_judge(s, c, p).values()), "Give back a dict"),
    ("4.4", "wrong counts 0", lambda r, a, cost=1: float(np.mean([x and not y for x, y in zip(r, a, strict=True)])), "-1, not 0"),
    (
        "4.4",
        "abstaining counts as wrong",
        lambda r, a, cost=1: float(np.mean([1 if x and not y else -cost for x, y in zip(r, a, strict=True)])),
        "An abstention counts 0",
    ),
    ("4.4", "the sum", lambda r, a, cost=1: sum(0 if y else 1 if x else -cost for x, y in zip(r, a, strict=True)), "not their sum"),
    (
        "4.4",
        "the mean over what was answered",
        lambda r, a, cost=1: sum(0 if y else 1 if x else -cost for x, y in zip(r, a, strict=True)) / max(1, len(a) - sum(a)),
        "it counts",
    ),
    (
        "4.4",
        "forgets the cost",
        lambda r, a, cost=1: float(np.mean([0 if y else 1 if x else -1 for x, y in zip(r, a, strict=True)])),
        "costs `cost`",
    ),
    (
        "4.4",
        "right comes before abstained",
        lambda r, a, cost=1: float(np.mean([1 if x else 0 if y else -cost for x, y in zip(r, a, strict=True)])),
        "look at `abstained` first",
    ),
    ("4.5", "abstains above the threshold", lambda s, a: _threshold(s, a, rule=lambda x, t: x >= t), "other way round"),
    ("4.5", "mean of the scores", lambda s, a: float(np.mean(s)), "one of the scores themselves"),
    ("4.5", "half, whatever the scores", lambda s, a: 0.5, "one of the scores themselves"),
    ("4.5", "highest accuracy", _threshold_by_accuracy, "highest share of right decisions"),
    ("4.5", "highest recall", lambda s, a: _threshold(s, a, value="recall"), "another score reaches"),
    ("4.5", "highest precision", lambda s, a: _threshold(s, a, value="precision"), "a threshold of 0.6 separates"),
    (
        "4.5",
        "the lowest score of an answerable question",
        lambda s, a: min([x for x, k in zip(s, a, strict=True) if k] or s),
        "another score reaches",
    ),
    ("4.5", "of equals the highest", lambda s, a: _threshold(s, a, order=lambda x: sorted(x, reverse=True)), "take the lower one"),
    ("4.5", "gives the F1", _threshold_gives_f1, "one of the scores themselves"),
    ("4.6", "the id alone", lambda p, h: [(d, t) for d, t in p if d in h], "A known document id is not enough"),
    ("4.6", "approved for any document", lambda p, h: _approved(p, dict.fromkeys([d for d, _ in p], set().union(*h.values()))), "for that"),
    ("4.6", "in small letters", lambda p, h: _approved(p, h, text_of=lambda d, t: t.lower()), "other capitals"),
    ("4.6", "without outer spaces", lambda p, h: _approved(p, h, text_of=lambda d, t: t.strip()), "other spaces"),
    ("4.6", "with single spaces", lambda p, h: _approved(p, h, text_of=lambda d, t: " ".join(t.split())), "other spaces"),
    ("4.6", "hashes the id as well", lambda p, h: _approved(p, h, text_of=lambda d, t: d + t), "Hash the text alone"),
    ("4.6", "drops duplicates", lambda p, h: list(dict.fromkeys(_approved(p, h))), "do not drop duplicates"),
    ("4.6", "another order", lambda p, h: sorted(_approved(p, h)), "Keep the passages in their order"),
    ("4.6", "no more than two", lambda p, h: _approved(p, h)[:2], "yours keeps 2 of 4"),
    ("4.6", "not as UTF-8", lambda p, h: _approved(p, h, encoding="utf-16"), "An approved text was left out"),
    ("4.6", "as ASCII", lambda p, h: _approved(p, h, encoding="ascii"), "UTF-8"),
    ("4.6", "bytes, not hex digits", lambda p, h: _approved(p, h, digest=lambda x: x.digest()), "hexdigest"),
    ("4.6", "MD5", lambda p, h: _approved(p, h, kind=hashlib.md5), "hashlib.sha256"),
    ("4.6", "raises for an unknown document", lambda p, h: [h[d] and (d, t) for d, t in _approved(p, {d: h[d] for d, _ in p})], "KeyError"),
    ("4.6", "gives texts", lambda p, h: [t for _, t in _approved(p, h)], "Give back whole passages"),
    ("4.6", "gives truth values", lambda p, h: [x in _approved(p, h) for x in p], "Give back whole passages"),
    ("4.6", "gives a dict", lambda p, h: dict(_approved(p, h)), "Give back a list of passages"),
    ("4.6", "keeps what was not approved", lambda p, h: [x for x in p if x not in _approved(p, h)], "A known document id is not enough"),
]
