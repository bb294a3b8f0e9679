"""Wrong answers to the exercises of notebook 04."""

import numpy as np

from tests.wrong_answers import faults

READER, FINE = '"reader" if retrieved', '("fine" if abstained else "reader")'
HASH, HASHES = "hashlib.sha256(text.encode()).hexdigest()", "hashes.get(document, set())"
PAIRS = "[(document, text) for document, text in passages if known(document, text)]"
CONTAINS = "metrics.contains(text, [short])"
F1 = 'metrics.abstention([score < threshold for score in scores], answerable)["f1"]'
POINTS = "0 if a else 1 if r"
PICK, PAIRED = "max(sorted(scores), key=f1)", "for s, a in zip(scores, answerable)"
LOWEST = f"min([s {PAIRED} if a] or scores)"
ACCURACY = f"sum((s >= threshold) == a {PAIRED})"


def fit_cuts(question, passages, budget, count):
    words = " | ".join(passages).split()[: budget - count(question)]
    return " ".join(words).split(" | ")


WRONG = [
    *faults(
        "4.1",
        ("skips a passage that does not fit", ("break", "continue"), "Stop at the first passage"),
        ("forgets the question", ("count(question)", "0"), "count its tokens as well"),
        ("leaves out what fits exactly", ("> budget", ">= budget"), "exactly the budget"),
        ("counts characters", ("count(", "len("), "one token for each word"),
        ("counts words", ("count(", "(lambda t: len(t.split()))("), "here it counts characters"),
        ("cuts the last passage", fit_cuts, "Keep whole passages"),
        ("looks at each passage alone", ("used += count(passage)", "pass"), "Add up the tokens"),
        ("begins with the worst", ("in passages", "in passages[::-1]"), "Start with the first"),
        ("always keeps the first", ("if used", "if kept and used"), "even if it is the first"),
        ("never keeps more than two", ("return kept", "return kept[:2]"), "room for all three"),
        ("returns a string", ("return kept", 'return " ".join(kept)'), "Return a list, not a str"),
        ("returns nothing", ("return kept", "return None"), "forget a `return`"),
        ("fails without passages", ("for", "passages[0]\n    for"), "result is an empty list"),
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
    ),
    *faults(
        "4.3",
        ("any passage", ("for text in texts)", "for _, text in passages)"), "another passage does"),
        ("one passage a document", ("== document]", "== document][-1:]"), "look at all of them"),
        ("its first passage", ("== document]", "== document][:1]"), "look at all of them"),
        ("the first citation alone", ("in cited", "in cited[:1]"), "Judge every cited id"),
        ("believes known ids", (f"any({CONTAINS} for text in texts)", "texts"), "does not contain"),
        ("no word for invented ids", ('"invented"', '"not in it"'), "so the id is invented"),
        ("minds capitals", (CONTAINS, "f' {short} ' in ' ' + text.replace('.', ' ')"), "Capitals"),
        ("parts of words", (CONTAINS, "short.lower() in text.lower()"), "Compare whole words"),
        ("returns a list", ("return verdicts", "return list(verdicts.values())"), "Return a dict"),
    ),
    *faults(
        "4.4",
        ("wrong counts 0", ("-cost", "0"), "-1, not 0"),
        ("the sign of the cost", ("-cost", "cost"), "-1, not 0"),
        ("abstaining is wrong", (POINTS, "1 if r and not a"), "An abstention counts 0"),
        ("the sum", (" / len(points)", ""), "not their sum"),
        ("the mean of the others", ("len(points)", "(abstained.count(False) or 1)"), "it counts"),
        ("forgets the cost", ("-cost", "-1"), "costs `cost`"),
        ("right before abstained", (POINTS, "1 if r else 0 if a"), "`abstained` first"),
        ("no default cost", ("cost=1", "cost"), "Keep `cost=1`"),
    ),
    *faults(
        "4.5",
        ("abstains above", ("score < threshold", "score >= threshold"), "the other way round"),
        ("mean of the scores", lambda s, a: float(np.mean(s)), "one of the scores themselves"),
        ("always a half", lambda s, a: 0.5, "one of the scores themselves"),
        ("highest accuracy", (F1, ACCURACY), "highest share of right decisions"),
        ("highest recall", ('"f1"', '"recall"'), "another score reaches"),
        ("highest precision", ('"f1"', '"precision"'), "0.6 separates"),
        ("the lowest answerable", (PICK, LOWEST), "another score reaches"),
        ("highest of equals", ("sorted(scores)", "sorted(scores)[::-1]"), "take the lower one"),
        ("returns the F1", (PICK, "max(map(f1, scores))"), "themselves"),
    ),
    *faults(
        "4.6",
        ("the id alone", (f"{HASH} in {HASHES}", "document in hashes"), "known id is not enough"),
        ("approved for any", (HASHES, "set().union(*hashes.values())"), "for that document"),
        ("in lower case", ("text.encode", "text.lower().encode"), "other capitals"),
        ("without outer spaces", ("text.encode", "text.strip().encode"), "other spaces"),
        ("with single spaces", ("text.encode", '" ".join(text.split()).encode'), "other spaces"),
        ("hashes the id too", ("text.encode", "(document + text).encode"), "Hash the text alone"),
        ("drops duplicates", ("in passages", "in dict.fromkeys(passages)"), "keep duplicates"),
        ("another order", ("in passages", "in sorted(passages)"), "in their order"),
        ("no more than two", (PAIRS, f"{PAIRS}[:2]"), "All four are approved"),
        ("not as UTF-8", ("encode()", 'encode("utf-16")'), "An approved text was left out"),
        ("as ASCII", ("encode()", 'encode("ascii", "ignore")'), "UTF-8"),
        ("bytes, not hex digits", (".hexdigest", ".digest"), "hexdigest"),
        ("MD5", ("sha256", "md5"), "hashlib.sha256"),
        ("fails for an unknown document", (HASHES, "hashes[document]"), "KeyError"),
        ("returns texts", ("[(document, text) for", "[text for"), "Return whole passages"),
        ("returns booleans", (PAIRS, "[known(*p) for p in passages]"), "Return whole passages"),
        ("returns a dict", (PAIRS, f"dict({PAIRS})"), "Return a list, not a dict"),
        ("keeps the others", (f"{HASH} in", f"{HASH} not in"), "known id is not enough"),
    ),
]
