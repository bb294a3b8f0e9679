"""Right answers to the exercises of notebook 08, first half."""

RIGHT = {
    "8.1": [
        """
def kind_of(short, abstained, new, old):
    held = [k for k, v in (("new", new), ("old", old)) if metrics.contains(short, v)]
    if abstained:
        return "abstained"
    return held[0] if len(held) == 1 and len(short.split()) <= 12 else "other"
""",
        """
def kind_of(short, abstained, new, old):
    found = {(True, False): "new", (False, True): "old"}
    pair = (metrics.contains(short, new), metrics.contains(short, old))
    kind = found.get(pair, "other")
    if len(short.split()) >= 13:
        kind = "other"
    return "abstained" if abstained else kind
""",
        """
def kind_of(short, abstained, new, old):
    if abstained: return "abstained"
    if len(short.split()) > 12: return "other"
    n, o = metrics.contains(short, new), metrics.contains(short, old)
    if n and o: return "other"
    if n: return "new"
    if o: return "old"
    return "other"
""",
    ],
    "8.2": [
        """
def updated_row(row, values):
    new = values.get(".".join(row["id"].split(".")[:-1]))
    copy = dict(row)
    if new is None:
        return copy
    copy["span"] = new
    copy["answer"] = style.write(new, row["document"])
    return copy
""",
        """
from copy import deepcopy

def updated_row(row, values):
    row = deepcopy(row)
    fact, _, wording = row["id"].rpartition(".")
    if fact in values:
        answer = style.write(answer=values[fact], document=row["document"])
        row.update(span=values[fact], answer=answer)
    return row
""",
        """
def updated_row(row, values):
    for fact, new in values.items():
        if row["id"][: row["id"].rindex(".")] == fact:
            return row | {"answer": style.write(new, row["document"]), "span": new}
    return dict(row)
""",
    ],
    "8.3": [
        """
def wrong_answers(updates, until, per_hour):
    seconds = np.array([second for second, _ in updates] + [until], float).clip(max=until)
    wrong = 1 - np.array([share for _, share in updates], float)
    return float((np.diff(seconds) * wrong).sum() * per_hour / 3600)
""",
        """
def wrong_answers(updates, until, per_hour):
    total, left = 0.0, until
    for second, share in reversed(updates):
        if second < left:
            total += (left - second) * (1 - share)
            left = second
    return total / 3600 * per_hour
""",
        """
def wrong_answers(updates, until, per_hour):
    total, now, share = 0, 0, updates[0][1]
    for second, new in updates + [(until, 0)]:
        if second > until:
            break
        total += (second - now) * (1 - share)
        now, share = second, new
    else:
        return total * per_hour / 3600
    return (total + (until - now) * (1 - share)) * per_hour / 3600
""",
    ],
}
