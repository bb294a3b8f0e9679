"""Exercises of notebook 08, first half: old and new answers, rows brought up to date, delays."""

import random

from helpers import course, metrics
from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, cases, expect, returns, same, shown
from helpers.exercises.lent import LentDict

NEW, OLD = ["33 weeks", "every 33 weeks"], ["37 weeks", "every 37 weeks"]
KINDS = ("new", "old", "other", "abstained")


@exercise("8.1", "Old, new, other, abstained", difficulty=1, importance=3, minutes=8)
@hints(
    "Abstaining comes first, whatever else the text holds. Then count words, then look for values.",
    "`metrics.contains(short, new)` is true if one of the new answers appears in the text.",
    "With `is_new` and `is_old` at hand: if they are equal, or there are over 12 words, 'other'.",
)
@solved_by('''
def kind_of(short, abstained, new, old):
    """What an answer about a changed fact is: "new", "old", "other" or "abstained"."""
    if abstained:
        return "abstained"
    is_new, is_old = metrics.contains(short, new), metrics.contains(short, old)
    if is_new == is_old or len(short.split()) > 12:
        return "other"
    return "new" if is_new else "old"
''')
def grade_kind_of(kind_of):
    case = cases(kind_of, {(lambda got: got not in KINDS): f"Return one of {', '.join(KINDS)}."})
    turned = {"old": "It is the other way round: this is the new value."}
    why = "The answer holds a new value and no old one."
    case("every 33 weeks", False, NEW, OLD, returns="new", why=why, mistakes=turned)
    why = "The answer holds an old value and no new one."
    case("every 37 weeks", False, NEW, OLD, returns="old", why=why)
    case("It goes back after 37 weeks", False, NEW, OLD, returns="old", why=f"{why} Look inside.")
    case("After 33 weeks", False, NEW, OLD, returns="new", why="The value is in the answer.")
    case("EVERY 33 WEEKS.", False, NEW, OLD, returns="new", why="Capitals and stops don't count.")
    why = "Every accepted answer counts, not only the first."
    case("about £71 a call", False, ["71 pounds", "£71"], ["67 pounds"], returns="new", why=why)
    case("about £67 a call", False, ["71 pounds"], ["67 pounds", "£67"], returns="old", why=why)
    why = "Neither value is in the answer."
    case("every 35 weeks", False, NEW, OLD, returns="other", why=why)
    case("", False, NEW, OLD, returns="other", why=why)
    why = "Only whole words count: `metrics.contains` sees to it."
    case("every 133 weeks", False, NEW, OLD, returns="other", why=why)
    case("weeks, and 33 of them", False, NEW, OLD, returns="other", why=why)
    both = "An answer that holds both values leaves the choice to the reader."
    case("33 weeks, before that 37 weeks", False, NEW, OLD, returns="other", why=both)
    case("37 weeks, now 33 weeks", False, NEW, OLD, returns="other", why=both)
    why = "A system that abstained has abstained, whatever else is in its text."
    for text in ("every 33 weeks", "every 37 weeks", "The handbook does not say.", "a " * 20):
        case(text, True, NEW, OLD, returns="abstained", why=why)
    for value, kind in (("33 weeks", "new"), ("37 weeks", "old")):
        twelve = f"as far as I can see it goes back after {value}"
        why = "Twelve words are not too long."
        case(twelve, False, NEW, OLD, returns=kind, why=why)
        case(f"{twelve.replace(' ', '  ')} ", False, NEW, OLD, returns=kind, why=f"{why} (Blanks.)")
        why = "Thirteen words are too long, whatever value is among them."
        case(f"Well, {twelve}", False, NEW, OLD, returns="other", why=why)
    case("a " * 30, False, NEW, OLD, returns="other", why="Thirty words, and no value.")

    def reference(short, abstained, new, old):
        held = [metrics.contains(short, values) for values in (new, old)]
        long = len(short.split()) > 12
        if abstained:
            return "abstained"
        return "other" if long or held[0] == held[1] else "new" if held[0] else "old"

    rng, inputs = random.Random(0), []
    for _ in range(60):
        words = rng.choices(["33 weeks", "37 weeks", "33", "every", "tag"], k=rng.randint(0, 9))
        inputs.append((" ".join(words), rng.random() < 0.2, NEW, OLD))
    same(kind_of, reference, inputs, "One value alone, in at most twelve words, or 'other'.")


@exercise("8.2", "Bring a training row up to date", difficulty=1, importance=2, minutes=8)
@hints(
    "The fact's id is the row's id without its last part: `row['id'].rsplit('.', 1)[0]`.",
    "If the id is in `values`, the answer is `style.write(values[id], row['document'])`.",
    "`{**row, 'answer': ..., 'span': ...}` is a new dict with all other fields of the row.",
)
@solved_by('''
def updated_row(row, values):
    """The row with the new value of its fact, if it has one; a new dict in any case."""
    fact = row["id"].rsplit(".", 1)[0]
    if fact not in values:
        return dict(row)
    new = values[fact]
    return {**row, "span": new, "answer": style.write(new, row["document"])}
''')
def grade_updated_row(updated_row):
    style = course.style()

    def made(id, value, document, **more):
        answer = style.write(value, document) if document else style.abstention
        asked = f"What is it, now that {value} is out?"
        row = {"id": id, "kind": "answerable", "question": asked, "answer": answer}
        return row | {"document": document, "span": value, "about": id[:7], **more}

    def check(row, values, wanted, why):
        """The row must come back as wanted, and the input must stay as it is."""
        lent, given = LentDict(row), dict(row)
        got = returns(updated_row(lent, values), dict, "a row, as a dict")
        expect(dict(lent) == given, "The input row was changed: make a new dict, {**row}.")
        expect(got is not lent, "Return a new dict in any case: this is the input row itself.")
        lost, new = set(wanted) - set(got), set(got) - set(wanted)
        expect(not lost, f"Keep all fields of the row; missing: {shown(lost)}.")
        expect(not new, f"The row has the new field {shown(new)}.")
        for field in sorted(wanted, key=["answer", "span"].__contains__):
            right = alike(got[field], wanted[field])
            case = f"For the row {row['id']!r} and values={shown(values)}, {field!r} should be "
            case += f"{shown(wanted[field])}, and is {shown(got[field])}."
            expect(right, f"{why} {case}")

    def turned(row, new):
        return {**row, "span": new, "answer": style.write(new, row["document"])}

    values = {"eng-163.1": "every 33 weeks", "sup-163.c1": "TV-0843", "fin-011.2": "12"}
    why = "The fact has a new value, and the answer is written in the house's form."
    for number in (1, 2, 10):
        row = made(f"eng-163.1.t{number}", "every 37 weeks", "eng-163")
        check(row, values, turned(row, "every 33 weeks"), why)
    row = made("sup-163.c1.t3", "TV-0836", "sup-163", passages=[{"document": "x", "text": "y"}])
    check(row, values, turned(row, "TV-0843"), f"{why} Other fields stay.")
    why = "Write the answer anew: the old value may also be in the id of the document."
    row = made("fin-011.2.t1", "11", "fin-011")
    check(row, values, turned(row, "12"), why)
    why = "No fact in `values` belongs to this row, so it stays as it is."
    for row in (
        made("eng-163.2.t1", "3.2 ostrel points", "eng-163"),
        made("eng-163.11.t1", "blue", "eng-163"),
        made("eng-163.near1", None, None),
        made("far.t3", None, None),
        made("practice3.2", "every 37 weeks", "eng-163"),
        made("eng-1163.1.t1", "every 37 weeks", "eng-163"),
    ):
        check(row, values, row, why)
        check(row, {}, row, why)
    why = "The value stays as it is written."
    for new in ("£1,710 (net)", "Cash Planning Cell", " lilac  band", "µ\\1 {answer}"):
        row = made("leg-226.3.t4", "9", "leg-226")
        check(row, {"leg-226.3": new}, turned(row, new), why)
    many = {f"eng-{n}.{i}": f"value {n} {i}" for n in range(100, 140) for i in (1, 2, 11)}
    for fact in list(many)[::7]:
        row = made(f"{fact}.t2", "old", fact[:7])
        check(row, many, turned(row, many[fact]), "Look up the fact's own value.")


@exercise("8.3", "What a delay costs", difficulty=2, importance=3, minutes=12)
@hints(
    "Each update holds from its second until the next one's; the last one holds until the end.",
    "Cut each stretch at `until`: its length is `min(end, until) - min(start, until)`.",
    "Wrong answers of a stretch: length / 3600 * per_hour * (1 - share). Add them up.",
)
@solved_by('''
def wrong_answers(updates, until, per_hour):
    """How many wrong answers go out until second `until`."""
    total = 0.0
    ends = [second for second, _ in updates[1:]] + [until]
    for (start, share), end in zip(updates, ends):
        seconds = min(end, until) - min(start, until)
        total += seconds / 3600 * per_hour * (1 - share)
    return total
''')
def grade_wrong_answers(wrong_answers):
    case = cases(wrong_answers)
    mistakes = {
        16: "These are the right answers: count those that are wrong, 1 - share of them.",
        20: "The last update holds until the end.",
        36: "A share holds from its second on: here the later one counts from the start.",
        60: "The first share was taken for the whole time.",
        158400: "Questions come `per_hour`, and times are in seconds: divide by 3600.",
        40: "The share jumps at an update, it does not rise towards it.",
    }
    why = "Twenty of the first 20 answers are wrong, and 24 of the next 40."
    case([(0, 0.0), (1200, 0.4)], 3600, 60, returns=44, why=why, mistakes=mistakes)
    half = [(0, 0.0), (1800, 0.5)]
    why = "Thirty wrong answers in the first half hour, fifteen in the second."
    case(half, 3600, 60, returns=45, why=why)
    case(half, 7200, 60, returns=75, why="The last update holds until the end.")
    why = "What comes after `until` does not count."
    case(half, 900, 60, returns=15, why=why)
    case(half, 1800, 60, returns=30, why=why)
    case([*half, (5400, 1.0)], 3600, 60, returns=45, why=why)
    late, whole = [*half, (2700, 1.0), (9999, 0.2)], "Do not round: half an answer counts."
    case(late, 3600, 60, returns=37.5, why=why, mistakes={37: whole, 38: whole})
    case([(0, 0.25)], 3600, 8, returns=6, why="One state for the whole time.")
    case([(0, 1.0)], 86400, 60, returns=0, why="With everything right there are no wrong answers.")
    case([(0, 0.0)], 0, 60, returns=0, why="No time has passed.")
    case([(0, 0.0), (0, 0.75)], 3600, 60, returns=15, why="Of two at one second the later holds.")
    why = "An update can make things worse: an old index may be put back."
    case([(0, 0.5), (600, 1.0), (1200, 0.0)], 3600, 60, returns=45, why=why)
    why = "Do not round: a share of an answer counts."
    case([(0, 0.9), (7, 0.95)], 60, 1.5, returns=0.00139583333, why=why, tolerance=1e-4)

    def reference(updates, until, per_hour):
        total = 0.0
        for i, (start, share) in enumerate(updates):
            end = updates[i + 1][0] if i + 1 < len(updates) else until
            total += max(0, min(end, until) - start) * (1 - share)
        return total * per_hour / 3600

    rng, inputs = random.Random(1), []
    for _ in range(40):
        seconds = [0, *sorted(rng.sample(range(1, 5000), rng.randint(0, 4)))]
        updates = [(second, round(rng.random(), 2)) for second in seconds]
        inputs.append((updates, rng.randint(1, 6000), rng.choice([1, 60, 250.5])))
    same(wrong_answers, reference, inputs, "Add up seconds / 3600 * per_hour * (1 - share).")
