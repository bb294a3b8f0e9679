"""Right answers to the exercises of notebook 00."""

RIGHT = {
    "0.1": [
        """
def exact(answer, accepted):
    for form in accepted:
        if form.upper().strip(" ") == answer.upper().strip(" "):
            return True
    return False
""",
        """
def exact(answer, accepted):
    forms = np.array([form.strip().casefold() for form in accepted], dtype=object)
    return np.any(forms == answer.strip().casefold())
""",
        """
def exact(answer, accepted):
    if not accepted:
        return False
    first, *others = accepted
    return first.strip().lower() == answer.strip().lower() or exact(answer, others)
""",
    ],
    "0.2": [
        """
import re
import string

def normalise(text):
    marks = re.escape(string.punctuation)
    kept = []
    for word in re.split(r"\\s+", text.casefold()):
        word = re.sub(f"^[{marks}]+|[{marks}]+$", "", word)
        if word not in ("", "a", "an", "the"):
            kept.append(word)
    return " ".join(kept)
""",
        """
from string import punctuation

def cut(word):
    while word and word[0] in punctuation:
        word = word[1:]
    while word and word[-1] in punctuation:
        word = word[:-1]
    return word

def normalise(text):
    words = filter(None, map(cut, text.split()))
    lowered = [word.lower() for word in words if word.lower() not in {"a", "an", "the"}]
    return np.str_(" ".join(lowered))
""",
    ],
    "0.3": [
        """
def interval(values, level=0.95):
    values = np.asarray(values)
    drawn = np.random.randint(0, len(values), (5000, len(values)))
    outside = 50 * (1 - level)
    return np.percentile(values[drawn].mean(axis=1), [outside, 100 - outside])
""",
        """
import random

def interval(values, level=0.95):
    values, n = list(values), len(values)
    means = sorted(sum(random.choices(values, k=n)) / n for _ in range(2000))
    outside = round(len(means) * (1 - level) / 2)
    return [means[outside], means[-outside - 1]]
""",
        """
def interval(values, level=0.95):
    values = torch.as_tensor(values, dtype=torch.float64)
    means = values[torch.randint(len(values), (3000, len(values)))].mean(1)
    return means.quantile((1 - level) / 2), means.quantile((1 + level) / 2)
""",
        """
def interval(values, level=0.95):
    return metrics.bootstrap(values, level=level)[1:]
""",
    ],
    "0.4": [
        """
def lucky(scores):
    names = np.array(list(scores))
    first = np.argmax([own[0] for own in scores.values()])
    later = np.argmax([np.mean(own[1:]) for own in scores.values()])
    return "none" if first == later else names[first]
""",
        """
def lucky(scores):
    leader = sorted(scores.items(), key=lambda item: item[1][0])[-1][0]

    def average(name):
        reported, *repeats = scores[name]
        return sum(repeats) / len(repeats)

    for name in scores:
        if average(name) > average(leader):
            return leader
    return "none"
""",
        """
def lucky(scores):
    table = pd.DataFrame.from_dict(scores, orient="index")
    leader, best = table[0].idxmax(), table.iloc[:, 1:].mean(axis=1).idxmax()
    return leader if leader != best else "none"
""",
    ],
    "0.5": [
        """
my_targets = dict.fromkeys(evaluate.MEASURES, 1)
""",
        """
my_targets = dict(zip(evaluate.MEASURES, np.linspace(0.9, 0.5, 5, dtype="float32")))
""",
        """
from fractions import Fraction

my_targets = {"abstained": Fraction(4, 5), "fact": torch.tensor(0.5), "sendable": 0.001}
my_targets |= {"step": 0.001, "source": np.array(0.75)}
""",
    ],
}
