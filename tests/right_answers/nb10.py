"""Right answers to the exercises of notebook 10."""

RIGHT = {
    "10.1": [
        """
def stage_seconds(spans):
    seconds = {}
    edges = sorted({t for _, a, b in spans for t in (a, b)})
    for stage, _, _ in spans:
        seconds.setdefault(stage, 0)
    for a, b in zip(edges, edges[1:]):
        inside = [s for s in spans if s[1] <= a and b <= s[2]]
        if inside:
            stage = min(inside, key=lambda s: s[2] - s[1])[0]
            seconds[stage] += b - a
    return seconds
""",
        """
from collections import Counter

def stage_seconds(spans):
    ordered = sorted(spans, key=lambda s: (s[1], s[1] - s[2]))
    stack, total = [], Counter({s[0]: 0.0 for s in spans})
    for stage, start, end in ordered:
        while stack and stack[-1][1] <= start:
            stack.pop()
        if stack:
            total[stack[-1][0]] -= end - start
        total[stage] += end - start
        stack.append((stage, end))
    return dict(total)
""",
    ],
    "10.2": [
        """
import math

def nearest_rank(values, percent):
    if percent < 1 or percent > 100 or len(values) == 0:
        raise ValueError(percent)
    return np.sort(np.array(values))[math.ceil(percent * len(values) / 100) - 1]
""",
        """
def nearest_rank(values, percent):
    assert_ok = values and percent in range(1, 101)
    if not assert_ok:
        raise ValueError("no values, or no percent")
    for value in sorted(values):
        below = len([v for v in values if v <= value])
        if below * 100 >= percent * len(values):
            return value
""",
        """
def nearest_rank(values, percent):
    if not 0 < percent <= 100:
        raise ValueError("percent")
    if len(values) < 1:
        raise ValueError("values")
    smallest = np.sort(values)[: -(-percent * len(values) // 100)]
    return float(smallest.max())
""",
    ],
    "10.3": [
        """
def operations(prompt, written, weights, layers, width, vectors):
    n, later = prompt + written - 1, written - 1
    pairs = prompt * prompt + later * prompt + later * (later + 1) // 2
    return 2 * (weights * n + vectors * written + 2 * layers * width * pairs)
""",
        """
def operations(prompt, written, weights, layers, width, vectors):
    total = prompt * (2 * weights + 4 * layers * width * prompt)
    for place in range(prompt + 1, prompt + written):
        total = total + 2 * weights + 4 * layers * width * place
    for _ in range(written):
        total += 2 * vectors
    return float(total)
""",
    ],
    "10.4": [
        """
def break_even(first, second):
    (a, b), (c, d) = first, second
    if a >= c and b >= d:
        return 0
    return (c - a) / (b - d) if b > d else float("inf")
""",
        """
def break_even(first, second):
    start, each = np.subtract(second, first)
    if each > 0 or (each == 0 and start > 0):
        return np.inf
    return max(0.0, start / -each) if each else 0.0
""",
    ],
    "10.5": [
        """
def total_cost(system, use):
    days = 30 * use["months"]
    missed = 1 - system["sendable"]
    a_day = use["queries_a_day"] * (system["answer"] + missed * use["follow_up"])
    return system["once"] + days * (a_day + use["updates_a_month"] * system["update"] / 30)
""",
        """
def total_cost(system, use):
    n = use["queries_a_day"] * 30 * use["months"]
    parts = [system["once"], n * system["answer"]]
    parts.append(system["update"] * use["months"] * use["updates_a_month"])
    parts.append(use["follow_up"] * (n - n * system["sendable"]))
    return np.sum(parts)
""",
    ],
    "10.6": [
        """
def least_seconds(prompt, written, weights, size, speed, bandwidth):
    def step(tokens):
        return max(weights * tokens * 2 / speed, weights * size / bandwidth)

    return [step(prompt), step(prompt) + sum(step(1) for _ in range(1, written))]
""",
        """
def least_seconds(prompt, written, weights, size, speed, bandwidth):
    tokens = np.array([prompt] + [1] * (written - 1))
    steps = np.maximum(2.0 * weights * tokens / speed, weights * size / bandwidth)
    return steps[0], steps.sum()
""",
    ],
}
