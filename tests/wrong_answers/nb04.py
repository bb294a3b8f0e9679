"""Wrong answers to the exercises of notebook 04."""

import hashlib

import numpy as np

from helpers.metrics import abstention
from tests.wrong_answers import faults

READER, FINE = '"reader" if retrieved', '("fine" if abstained else "reader")'
HASH, HASHES = "hashlib.sha256(text.encode()).hexdigest()", "hashes.get(document, set())"
PAIRS = "[(document, text) for document, text in passages if known(document, text)]"
CONTAINS, JOINED = "metrics.contains(text, [short])", "metrics.contains(' '.join(texts), [short])"
BEGINS = "(' ' + short.lower()) in (' ' + text.lower())"
SPACED = "f' {short.lower()} ' in f' {text.lower()} '"
PATTERN = "__import__('re').search(rf'\\b{short}\\b', text, 2)"  # 2: ignore the case
ESCAPED = "(re := __import__('re')).search(r'\\b' + re.escape(short) + r'\\b', text, re.IGNORECASE)"
WORDS = "metrics.contains(text, [word]) for word in short.split()"
TOO_LONG = "if used > budget: return passages"
NORMALIZE = "__import__('unicodedata').normalize"
BY_KIND = "set().union(*(hashes[name] for name in hashes if name[:3] == document[:3]))"
F1 = 'metrics.abstention([score < threshold for score in scores], answerable)["f1"]'
NO_BUDGET = "    if budget == 0: return []\n    kept, used"
KEYS = "{{{}: v for k, v in hashes.items()}}"
POINTS, MEAN = "0 if a else 1 if r", "sum(points) / len(points)"
PICK, PAIRED = "max(sorted(scores), key=f1)", "for s, a in zip(scores, answerable)"
LOWEST = f"min([s {PAIRED} if a] or scores)"
ACCURACY = f"sum((s >= threshold) == a {PAIRED})"


def fit_cuts(question, passages, budget, count):
    words = " | ".join(passages).split()[: budget - count(question)]
    return " ".join(words).split(" | ")


def fit_index(question, passages, budget, count):
    used = count(question)
    for passage in passages:
        used += count(passage)
        if used > budget:
            return passages[: passages.index(passage)]
    return passages


def fit_joined(question, passages, budget, count):
    kept = []
    while len(kept) < len(passages):
        if count(" ".join([question, *passages[: len(kept) + 1]])) > budget:
            break
        kept.append(passages[len(kept)])
    return kept


def threshold_from_zero(scores, answerable):
    best, chosen = 0, None
    for score in sorted(scores):
        f1 = abstention([other < score for other in scores], answerable)["f1"]
        if f1 > best:
            best, chosen = f1, score
    return chosen if chosen is not None else 0


def approved_until(passages, hashes):
    kept = []
    for document, text in passages:
        if hashlib.sha256(text.encode()).hexdigest() not in hashes.get(document, ()):
            break
        kept.append((document, text))
    return kept


WRONG = [
    *faults(
        "4.1",
        ("skips a passage that does not fit", ("break", "continue"), "Stop at the first passage"),
        ("forgets the question", ("count(question)", "0"), "The question takes 5 tokens"),
        ("leaves out what fits exactly", ("> budget", ">= budget"), "exactly the budget"),
        ("counts characters", ("count(", "len("), "1 token for each"),
        ("counts words", ("count(", "(lambda t: len(t.split()))("), "`len` counts characters"),
        ("cuts the last passage", fit_cuts, "whole and unchanged"),
        ("looks at each passage alone", ("used += count(passage)", "pass"), "more than 4 together"),
        ("begins with the worst", ("in passages", "in passages[::-1]"), "Both fit, in this order"),
        ("always keeps the first", ("if used", "if kept and used"), "even if it is the first"),
        ("never keeps more than ten", ("return kept", "return kept[:10]"), "room for all 20"),
        ("returns a string", ("return kept", 'return " ".join(kept)'), "whole and unchanged"),
        ("returns a number", ("return kept", "return len(kept)"), "Return a list, not an int"),
        ("returns nothing", ("return kept", "return None"), "returned None"),
        ("fails without passages", ("for", "passages[0]\n    for"), "result is an empty list"),
        ("drops duplicates", ("in passages", "in dict.fromkeys(passages)"), "comes twice"),
        ("looks up the first of two", fit_index, "comes twice"),
        ("stops at an empty passage", ("if used", "if not passage or used"), "room for all of"),
        (
            "strips the passages",
            ("(passage)\n        used", "(passage.strip())\n        used"),
            "unch",
        ),
        ("too long a question", ("    for", f"    {TOO_LONG}\n    for"), "The question alone"),
        ("counts the spaces between", fit_joined, "`len` counts characters"),
        ("the question each time", ("+= count(", "+= count(question) + count("), "3, 2 and 1"),
        ("one token at least", ("count(passage)", "(count(passage) or 1)"), "room for all of"),
        ("one for no question", ("count(question)", "(count(question) or 1)"), "has no tokens"),
        ("leaves empty ones out", ("if used", "if not passage: continue\n        if used"), "room"),
        ("nothing for nothing", ("    kept, used", NO_BUDGET), "An empty passage has no tokens"),
        ("stops when it is full", ("if used", "if used >= budget: break\n        if used"), "fits"),
        ("counts it stripped", ("count(passage)", "count(passage.strip())"), "text as it is"),
        (
            "counts in lower case",
            ("count(passage)", "count(passage.lower())"),
            "capital letter is a",
        ),
    ),
    *faults(
        "4.2",
        ("right is always fine", (' if retrieved else "lucky"', ""), "Right without the passage"),
        ("blames the reader", (' if retrieved else "retriever"', ""), "no reader could have found"),
        ("blames the retriever", ('"reader" if retrieved else', ""), "so the reader failed"),
        ("abstaining is fine", ("not answerable", "abstained or not answerable"), "missed it"),
        ("abstaining with the passage", (READER, f"{FINE} if retrieved"), "reader's failure"),
        ("forgets the unanswerable", ("if not answerable:", "if False:"), "that is right"),
        ("nothing was there", ('else "reader"\n', 'else "retriever"\n'), "nothing to retrieve"),
        ("returns a boolean", lambda a, b, right, d: right, "Return a string, not a bool"),
        ("a word of its own", ('"retriever"', '"Retriever"'), "Return one of"),
        ("unanswerable and shown", ("not answerable", "not (answerable or retrieved)"), "whatever"),
        ("shown is not fine", ("if abstained", "if abstained and not retrieved"), "whatever was"),
        ("shown is fine", ("if abstained", "if abstained or retrieved"), "did not abstain"),
        ("right is fine", ("if abstained", "if abstained or right"), "whatever `right` says"),
        ("abstained and right", ("if abstained", "if abstained and right"), "abstained: that is"),
        ("abstained, not right", ("if abstained", "if abstained > right"), "whatever `right` says"),
    ),
    *faults(
        "4.3",
        (
            "any passage",
            ("for text in texts)", "for _, text in passages)"),
            "the other one does not",
        ),
        ("one passage a document", ("== document]", "== document][-1:]"), "the others need not"),
        ("its first passage", ("== document]", "== document][:1]"), "the others need not"),
        ("all of its passages", ("any(", "all("), "the others need not"),
        ("its passages joined", (f"any({CONTAINS} for text in texts)", JOINED), "it runs over"),
        ("the first citation alone", ("in cited", "in cited[:1]"), "'leg-2' has no passage"),
        ("two citations at most", ("in cited", "in cited[:2]"), "Judge every cited id"),
        ("what is not cited", ("in cited", "in [*cited, *dict(passages)]"), "Nothing is cited"),
        ("believes known ids", (f"any({CONTAINS} for text in texts)", "texts"), "does not contain"),
        ("no word for invented ids", ('"invented"', '"not in it"'), "'leg-2' has no passage"),
        ("minds capitals", (CONTAINS, "f' {short} ' in ' ' + text.replace('.', ' ')"), "the case"),
        ("minds capitals of the text", (CONTAINS, "short.lower() in text"), "the case"),
        ("parts of words", (CONTAINS, "short.lower() in text.lower()"), "not as a part"),
        ("beginnings of words", (CONTAINS, BEGINS), "not as a part"),
        ("words between spaces", (CONTAINS, SPACED), "next to a punctuation mark"),
        ("any of its words", (CONTAINS, f"any({WORDS})"), "must stand together"),
        ("words in any order", (CONTAINS, f"all({WORDS})"), "must stand together"),
        ("a full stop is any sign", (CONTAINS, PATTERN), "a full stop stands for itself"),
        ("no sign at the edge", (CONTAINS, ESCAPED), "such as £ or %"),
        ("ids that begin alike", ("name == document", "name.startswith(document)"), "exactly the"),
        ("ids that contain the other", ("name == document", "name in document"), "exactly the"),
        ("ids in lower case", ("== document]", "== document.lower()]"), "exactly the cited id"),
        ("names in lower case", ("name ==", "name.lower() =="), "exactly the cited id"),
        ("ids stripped", ("== document]", "== document.strip()]"), "exactly the cited id"),
        ("names stripped", ("name ==", "name.strip() =="), "exactly the cited id"),
        (
            "skips empty passages",
            ("== document]", "== document and text]"),
            "even if that is empty",
        ),
        ("empty texts are none", ("not texts", "not any(texts)"), "even if that is empty"),
        ("a hundred passages", ("in passages", "in passages[:100]"), "by all of its passages"),
        ("returns a list", ("return verdicts", "return list(verdicts.values())"), "Return a dict"),
    ),
    *faults(
        "4.4",
        ("wrong counts 0", ("-cost", "0"), "`-cost`, here -1"),
        ("the sign of the cost", ("-cost", "cost"), "`-cost`, here -1"),
        ("abstaining is wrong", (POINTS, "1 if r and not a"), "An abstention counts 0"),
        ("the sum", (" / len(points)", ""), "The mean of 1 and 1 is 1"),
        ("the mean of the others", ("len(points)", "(abstained.count(False) or 1)"), "all answers"),
        ("divides by nothing", ("len(points)", "abstained.count(False)"), "An abstention counts 0"),
        ("forgets the cost", ("-cost", "-1"), "here -3"),
        ("whole costs only", ("-cost", "-int(cost)"), "here -0.5"),
        ("no cost is a cost of 1", ("-cost", "-(cost or 1)"), "here -0"),
        ("right before abstained", (POINTS, "1 if r else 0 if a"), "even if it is right"),
        ("no default cost", ("cost=1", "cost"), "keep `cost=1`"),
        ("another default cost", ("cost=1", "cost=2"), "keep `cost=1`"),
        ("rounds", (MEAN, f"round({MEAN}, 2)"), "not round"),
        ("never below -1", (MEAN, f"max(-1, {MEAN})"), "should return -2.5, and returned -1"),
    ),
    *faults(
        "4.5",
        (
            "abstains above",
            ("score < threshold", "score >= threshold"),
            "below 0.2 has an F1 of 0,",
        ),
        ("abstains at it", ("score < threshold", "score <= threshold"), "below 0.6 one of 1."),
        ("mean of the scores", lambda s, a: float(np.mean(s)), "Return one of the scores"),
        ("always a half", lambda s, a: 0.5, "Return one of the scores"),
        ("highest accuracy", (F1, ACCURACY), "below 0.1 has an F1 of 0, abstaining"),
        ("highest recall", ('"f1"', '"recall"'), "has an F1 of"),
        ("highest precision", ('"f1"', '"precision"'), "below 0.6 one of 1."),
        ("the lowest answerable", (PICK, LOWEST), "has an F1 of"),
        ("highest of equals", ("sorted(scores)", "sorted(scores)[::-1]"), "Return the lowest"),
        ("first of equals", ("sorted(scores)", "scores"), "Return the lowest"),
        ("takes the scores as sorted", ("in scores]", "in sorted(scores)]"), "has an F1 of"),
        ("returns the F1", (PICK, "max(map(f1, scores))"), "Return one of the scores"),
        ("rounds", (PICK, f"round({PICK}, 2)"), "Return one of the scores, a number: here 7.125"),
        ("an F1 above 0 only", threshold_from_zero, "Return one of the scores"),
        ("the first ten scores", ("sorted(scores)", "sorted(scores[:10])"), "has an F1 of"),
        ("rounded F1", (F1, f"round({F1}, 1)"), "has an F1 of"),
        ("F1 with three decimals", (F1, f"round({F1}, 3)"), "has an F1 of 0.802974,"),
        ("0 is no score", (PICK, PICK.replace("scores)", "filter(None, scores))")), "ones: 0.0"),
        ("0 is no threshold", (PICK, f"{PICK} or max(scores)"), "ones: 0.0"),
        ("never abstains at 0", ("score < t", "score and score < t"), "below 0.0 has an F1 of 0"),
        ("rounded scores", ("score < t", "round(score, 5) < t"), "below 1.21e-05 has an F1 of 0"),
        ("nearly equal scores", ("< threshold", "< threshold - 1e-6"), "has an F1 of 0"),
    ),
    *faults(
        "4.6",
        ("the id alone", (f"{HASH} in {HASHES}", "document in hashes"), "The id is known"),
        ("approved for any", (HASHES, "set().union(*hashes.values())"), "for that document"),
        ("in lower case", ("text.encode", "text.lower().encode"), "other capitals"),
        ("without outer spaces", ("text.encode", "text.strip().encode"), "other white space"),
        ("with single spaces", ("text.encode", '" ".join(text.split()).encode'), "other white"),
        ("tabs as spaces", ("text.encode", "text.expandtabs(1).encode"), "other white space"),
        ("other line ends", ("text.encode", "text.replace('\\r\\n', '\\n').encode"), "as it is"),
        ("composed letters", ("text.encode", f"{NORMALIZE}('NFC', text).encode"), "as it is"),
        ("returns it stripped", ("[(document, text)", "[(document, text.strip())"), "as it is"),
        ("hashes the id too", ("text.encode", "(document + text).encode"), "that of another text"),
        ("drops duplicates", ("in passages", "in dict.fromkeys(passages)"), "comes twice"),
        ("another order", ("in passages", "in sorted(passages)"), "in their order"),
        ("no more than two", (PAIRS, f"{PAIRS}[:2]"), "All four are approved"),
        ("not as UTF-8", ("encode()", 'encode("utf-16")'), "The hash of the first text"),
        ("as ASCII", ("encode()", 'encode("ascii", "ignore")'), "The exact text is approved"),
        ("bytes, not hex digits", (".hexdigest", ".digest"), "The hash of the first text"),
        ("MD5", ("sha256", "md5"), "The hash of the first text"),
        ("fails for an unknown document", (HASHES, "hashes[document]"), "KeyError"),
        ("ids that begin alike", (HASHES, BY_KIND), "does not know"),
        ("ids in lower case", ("get(document,", "get(document.lower(),"), "does not know"),
        ("ids stripped", ("get(document,", "get(document.strip(),"), "does not know"),
        (
            "known ids stripped",
            (HASHES, f"{KEYS.format('k.strip()')}.get(document, ())"),
            "not know",
        ),
        (
            "8 digits",
            (f"{HASH} in {HASHES}", f"{HASH}[:8] in {{h[:8] for h in {HASHES}}}"),
            "64 hex",
        ),
        (
            "all but 1",
            (f"{HASH} in {HASHES}", f"{HASH}[1:] in {{h[1:] for h in {HASHES}}}"),
            "64 hex",
        ),
        ("nothing but blanks", (f"{HASH} in", f"text.strip() and {HASH} in"), "as it is"),
        ("an empty set allows all", (f"{HASH} in", f"not {HASHES} or {HASH} in"), "does not know"),
        ("returns the id stripped", ("[(document,", "[(document.strip(),"), "Ids stay as they are"),
        ("stops at the first bad one", approved_until, "Only the second text is approved"),
        ("returns texts", ("[(document, text) for", "[text for"), "a list of whole passages"),
        ("returns booleans", (PAIRS, "[known(*p) for p in passages]"), "a list of whole passages"),
        ("returns a dict", (PAIRS, f"dict({PAIRS})"), "Return a list, not a dict"),
        ("keeps the others", (f"{HASH} in", f"{HASH} not in"), "The id is known"),
    ),
]
