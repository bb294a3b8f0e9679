"""Right answers to the exercises of notebook 11."""

RIGHT = {
    "11.1": [
        r"""
import re

def echo(question, passage, run=3):
    asked = re.findall(r"\w+", question.casefold())
    held = " " + " ".join(re.findall(r"\w+", passage.casefold())) + " "
    mine = {" ".join(asked[i:i + run]) for i in range(len(asked)) if i + run <= len(asked)}
    if not mine:
        return 0
    return sum(f" {one} " in held for one in mine) / len(mine)
""",
        r"""
def echo(question, passage, run=3):
    import re
    q, p = [re.split(r"\W+", text.lower().strip()) for text in (question, passage)]
    q, p = ([word for word in words if word] for words in (q, p))
    mine = set(zip(*(q[i:] for i in range(run))))
    theirs = set(zip(*(p[i:] for i in range(run))))
    return float(np.mean([one in theirs for one in mine])) if mine else 0.0
""",
    ],
    "11.2": [
        """
def agreed(answers, least):
    groups = []
    for document, answer in answers:
        if answer is None:
            continue
        for group in groups:
            if metrics.normalize(group[0]) == metrics.normalize(answer):
                group[1].add(document)
                break
        else:
            groups.append((answer, {document}))
    groups.sort(key=lambda group: -len(group[1]))
    if groups and len(groups[0][1]) >= least:
        return groups[0][0]
""",
        """
from collections import Counter

def agreed(answers, least):
    pairs = {(metrics.normalize(a), d): None for d, a in answers if a is not None}
    votes = Counter(form for form, _ in pairs)
    if not votes:
        return None
    form, count = votes.most_common(1)[0]
    first = [a for _, a in answers if a is not None and metrics.normalize(a) == form][0]
    return first if count >= least else None
""",
    ],
    "11.3": [
        """
def exposure(scores, secret):
    rank = np.sum(np.array(scores) >= scores[secret])
    return np.log2(len(scores) / rank)
""",
        """
import math

def exposure(scores, secret):
    before = sum(1 for one in scores if one >= scores[secret])
    return -math.log(before / len(scores), 2)
""",
    ],
    "11.4": [
        """
def ridge(inputs, outputs, penalty):
    n = inputs.shape[1]
    return np.linalg.pinv(inputs.T.dot(inputs) + np.diag([penalty] * n)).dot(inputs.T).dot(outputs)
""",
        """
def ridge(inputs, outputs, penalty):
    # as least squares with extra rows
    n = inputs.shape[1]
    X = np.vstack([inputs, np.sqrt(penalty) * np.eye(n)])
    Y = np.vstack([outputs, np.zeros((n, outputs.shape[1]))])
    return np.linalg.lstsq(X, Y, rcond=None)[0]
""",
        """
def ridge(inputs, outputs, penalty):
    X, Y = torch.tensor(inputs), torch.tensor(outputs)
    square = X.T @ X + penalty * torch.eye(X.shape[1], dtype=X.dtype)
    return torch.linalg.solve(square, X.T @ Y).numpy().tolist()
""",
    ],
    "11.5": [
        """
import json

def cache_key(request):
    question = " ".join(request["question"].split()).casefold()
    parts = [request.get(k) for k in ("prompt", "adapter", "index", "role")]
    return json.dumps([question, parts])
""",
        """
import re

def cache_key(request):
    kept = {"role", "index", "adapter", "prompt"}
    question = re.sub(r"\\s+", " ", request["question"].lower()).strip()
    found = {k: v for k, v in request.items() if k in kept and v is not None}
    return question, frozenset(found.items())
""",
    ],
    "11.6": [
        """
from collections import defaultdict, deque

def admitted(requests, most, budget, window):
    recent, totals, out = defaultdict(deque), defaultdict(int), []
    for user, second, tokens in requests:
        queue = recent[user]
        while queue and queue[0][0] <= second - window:
            totals[user] -= queue.popleft()[1]
        if tokens > most or totals[user] + tokens > budget:
            out.append(False)
            continue
        queue.append((second, tokens))
        totals[user] += tokens
        out.append(True)
    return out
""",
        """
def admitted(requests, most, budget, window):
    out = []
    for i, (user, second, tokens) in enumerate(requests):
        used = 0
        for j in range(i):
            who, when, n = requests[j]
            if out[j] and who == user and when > second - window:
                used += n
        out.append(not (tokens > most or used + tokens > budget))
    return np.array(out, bool) if out else []
""",
    ],
}
