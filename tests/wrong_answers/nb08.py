"""Wrong answers to the exercises of notebook 08, first half."""

from tests.wrong_answers import faults

IS_NEW, IS_OLD = "metrics.contains(short, new)", "metrics.contains(short, old)"
ABSTAINED = '    if abstained:\n        return "abstained"\n'
LAST = 'return "new" if is_new else "old"'
OTHER = "is_new == is_old or len(short.split()) > 12"
NEITHER = "not (is_new or is_old) or len(short.split()) > 12"
OLD_FIRST = 'return "old" if is_old else "new"'
INSIDE = "any(value.lower() in short.lower() for value in {})"

FACT, KNOWN = 'row["id"].rsplit(".", 1)[0]', "fact not in values"
ANSWER, SPAN = 'style.write(new, row["document"])', '"span": new, '
WHOLE = f'{{**row, {SPAN}"answer": {ANSWER}}}'
IN_PLACE = f"row.update(span=new, answer={ANSWER}) or row"
STARTS = "fact = next((f for f in values if row['id'].startswith(f)), '')"
FIRST = "next(iter(values.values()))"
ABSTAINS = "return {**row, 'answer': style.abstention}"

CUT = "min(end, until) - min(start, until)"
WRONG_SHARE, HOURS = "(1 - share)", "seconds / 3600"
ENDS = "[second for second, _ in updates[1:]] + [until]"
TOTAL = "return total"


def by_order(short, abstained, new, old):
    from helpers import metrics

    for text in short.split(","):
        for values, kind in ((new, "new"), (old, "old")):
            if not abstained and metrics.contains(text, values):
                return kind
    return "abstained" if abstained else "other"


def next_share(updates, until, per_hour):
    total, later = 0.0, [*updates[1:], (until, updates[-1][1])]
    for (start, _), (end, share) in zip(updates, later, strict=True):
        total += max(0, min(end, until) - start) / 3600 * per_hour * (1 - share)
    return total


def at_the_end(updates, until, per_hour):
    share = [share for second, share in updates if second <= until][-1]
    return until / 3600 * per_hour * (1 - share)


def at_the_start(updates, until, per_hour):
    return until / 3600 * per_hour * (1 - updates[0][1])


def sloped(updates, until, per_hour):
    points, total = [*updates, (max(until, updates[-1][0]), updates[-1][1])], 0.0
    for (start, one), (end, other) in zip(points, points[1:], strict=False):
        length = min(end, until) - min(start, until)
        total += length / 3600 * per_hour * (1 - (one + other) / 2)
    return total


WRONG = [
    *faults(
        "8.1",
        ("parts of words", (IS_NEW, INSIDE.format("new"), IS_OLD, INSIDE.format("old")), "whole"),
        ("the whole answer", (IS_NEW, "metrics.exact_match(short, new)"), "is in the answer"),
        ("the old one whole", (IS_OLD, "metrics.exact_match(short, old)"), "Look inside"),
        ("never abstains", (ABSTAINED, ""), "has abstained, whatever else"),
        ("abstains without a value", ("if abstained:", "if abstained and not short:"), "whatever"),
        ("abstains if neither", ('return "other"', 'return "abstained"'), "Neither value"),
        ("new is enough", (OTHER, NEITHER), "both values"),
        ("old is enough", (LAST, OLD_FIRST, OTHER, NEITHER), "both values"),
        ("the first value wins", by_order, "both values"),
        ("no limit", (" or len(short.split()) > 12", ""), "Thirteen words are too long"),
        ("eleven words", ("> 12", "> 11"), "Twelve words are not too long"),
        ("thirteen words", ("> 12", "> 13"), "Thirteen words are too long"),
        ("characters", ("len(short.split())", "len(short) / 4"), "short"),
        ("blanks", ("short.split()", "short.split(' ')"), "Blanks"),
        ("the other way round", (LAST, 'return "old" if is_new else "new"'), "other way round"),
        ("the first answer only", (IS_NEW, "metrics.contains(short, new[:1])"), "Every accepted"),
        ("the first old one", (IS_OLD, "metrics.contains(short, old[:1])"), "Every accepted"),
        ("wrong is a kind", ('return "other"', 'return "wrong"'), "Return one of"),
        ("true or false", (LAST, "return is_new"), "Return one of"),
        ("as it is written", (IS_NEW, "any(v in short for v in new)"), "Capitals"),
        ("empty is abstained", ("if abstained:", "if abstained or not short:"), "Neither value"),
    ),
    *faults(
        "8.2",
        ("in place", (WHOLE, IN_PLACE), "The input row was changed"),
        ("by the beginning", (f"fact = {FACT}", STARTS), "No fact in `values` belongs"),
        ("replaces the text", (ANSWER, 'row["answer"].replace(row["span"], new)'), "Write the"),
        ("the value alone", (ANSWER, "new"), "house's form"),
        ("forgets the span", (SPAN, ""), "'span' should be"),
        ("forgets the answer", (f', "answer": {ANSWER}', ""), "'answer' should be"),
        ("loses fields", ("{**row, ", '{"id": row["id"], '), "Keep all fields"),
        ("by the document", (FACT, 'row["id"].split(".")[0] + ".1"'), "should be"),
        ("the whole id", (FACT, 'row["id"]'), "should be"),
        ("three characters", (FACT, 'row["id"][:-3]'), "should be"),
        ("the question, too", (SPAN, f'{SPAN}"question": new, '), "'question' should be"),
        ("nothing if unchanged", ("return dict(row)", "return None"), "returned None"),
        ("an empty row", ("return dict(row)", "return {}"), "Keep all fields"),
        ("the first value", ("values[fact]", FIRST), "should be"),
        ("in lower case", ("values[fact]", "values[fact].lower()"), "should be"),
        ("a new field", (SPAN, f'{SPAN}"old": row["span"], '), "new field"),
        ("strips blanks", ("values[fact]", "' '.join(values[fact].split())"), "as it is written"),
        ("the row itself if unchanged", ("return dict(row)", "return row"), "the input row itself"),
        ("abstains if unchanged", ("return dict(row)", ABSTAINS), "No fact in `values` belongs"),
    ),
    *faults(
        "8.3",
        ("the right ones", (WRONG_SHARE, "share"), "These are the right answers"),
        ("without the last", (" + [until]", ""), "holds until the end"),
        ("the last share", at_the_end, "later one counts from the start"),
        ("the first share", at_the_start, "first share was taken"),
        ("per second", (HOURS, "seconds"), "divide by 3600"),
        ("per minute", (HOURS, "seconds / 60"), "Twenty of the first 20"),
        ("a slope", sloped, "jumps at an update"),
        ("beyond the end", (CUT, "end - start"), "What comes after `until`"),
        ("negative stretches", (CUT, "min(end, until) - start"), "What comes after `until`"),
        ("to the last update", (ENDS, "[s for s, _ in updates[1:]] + [updates[-1][0]]"), "until"),
        ("whole answers", (TOTAL, "return int(total)"), "Do not round"),
        ("the next share", next_share, "later one counts from the start"),
        ("rounded", (TOTAL, "return round(total, 1)"), "Do not round"),
        ("a list", (TOTAL, "return [total]"), "Return a number"),
        ("for one question", (" * per_hour", ""), "Twenty of the first 20"),
        ("only gains", ("total += ", "total += 0 if share == 0 and start else "), "worse"),
        ("an hour at most", (TOTAL, "return min(total, per_hour)"), "holds until the end"),
    ),
]
