"""Right answers to the exercises of notebook 05."""

RIGHT = {
    "5.1": [
        """
def lora_forward(x, W, A, B, alpha):
    return x @ (W + alpha / len(A) * B @ A).T
""",
        """
def lora_forward(x, W, A, B, alpha):
    r = B.shape[1]
    return np.einsum("ni,oi->no", x, W) + (alpha / r) * np.einsum("ni,ri,or->no", x, A, B)
""",
        """
def lora_forward(x, W, A, B, alpha):
    return (np.dot(x, W.T) + np.dot(np.dot(x, A.T), B.T) * alpha / A.shape[0]).tolist()
""",
        """
def lora_forward(x, W, A, B, alpha):
    x, W, A, B = map(torch.as_tensor, (x, W, A, B))
    return torch.nn.functional.linear(x, W) + alpha / len(A) * torch.nn.functional.linear(
        torch.nn.functional.linear(x, A), B
    )
""",
        """
def lora_forward(x, W, A, B, alpha):
    x, W, A, B = (m.astype("float32") for m in (x, W, A, B))
    return x @ W.T + np.float32(alpha / A.shape[0]) * (x @ A.T) @ B.T
""",
        """
def lora_forward(x, W, A, B, alpha):
    D = W + alpha / A.shape[0] * B.dot(A)
    return [[sum(float(a) * float(b) for a, b in zip(row, w)) for w in D] for row in x]
""",
        """
def lora_forward(x, W, A, B, alpha):
    r, _ = A.shape
    return np.array([W @ row + (alpha / r) * (B @ (A @ row)) for row in x])
""",
        """
def lora_forward(x, W, A, B, alpha):
    t = lambda m: torch.tensor(m, dtype=torch.float32)
    return t(x) @ t(W).T + (alpha / B.shape[-1]) * (t(x) @ t(A).T @ t(B).T)
""",
        """
def lora_forward(x, W, A, B, alpha):
    return x @ np.hstack([W, B * alpha / len(A)])[:, : W.shape[1]].T + np.tensordot(
        np.tensordot(x, A, (1, 1)), B * (alpha / len(A)), (1, 1)
    )
""",
    ],
    "5.2": [
        """
def lora_parameters(rank, shapes):
    return rank * np.sum(shapes)
""",
        """
def lora_parameters(rank, shapes):
    return float(rank * sum(map(sum, shapes)))
""",
        """
def lora_parameters(rank, shapes):
    return 0 if not shapes else rank * sum(shapes[0]) + lora_parameters(rank, shapes[1:])
""",
        """
def lora_parameters(rank, shapes):
    return rank * torch.tensor(shapes, dtype=torch.long).sum()
""",
        """
def lora_parameters(rank, shapes):
    n = 0
    for outputs, inputs in shapes:
        n += np.zeros((1, inputs)).size * rank + np.zeros((outputs, 1)).size * rank
    return n
""",
        """
def lora_parameters(rank, shapes):
    return np.array([rank * (o + i) for o, i in shapes]).sum()
""",
        """
import math
def lora_parameters(rank, shapes):
    return math.fsum(math.prod(s) for o, i in shapes for s in ((o, rank), (rank, i)))
""",
    ],
    "5.3": [
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    ids, labels = [], []
    for t in prompt_ids:
        ids.append(t)
        labels.append(-100)
    for t in [*answer_ids, end_id]:
        ids.append(t)
        labels.append(t)
    return ids, labels
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    ids = np.array(prompt_ids + answer_ids + [end_id])
    return np.stack([ids, np.where(np.arange(len(ids)) < len(prompt_ids), -100, ids)])
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    ids = torch.tensor(prompt_ids + answer_ids + [end_id])
    labels = ids.clone()
    labels[: len(prompt_ids)] = -100
    return ids, labels
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    tail = (*answer_ids, end_id)
    return (*prompt_ids, *tail), (-100,) * len(prompt_ids) + tail
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    n = len(prompt_ids)
    prompt_ids += answer_ids
    prompt_ids.append(end_id)
    return prompt_ids, [-100] * n + prompt_ids[n:]
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    ids = [*prompt_ids, *answer_ids, end_id]
    return ids, [-100 if i < len(prompt_ids) else t for i, t in enumerate(ids)]
""",
        """
from itertools import chain, repeat
def mask_prompt(prompt_ids, answer_ids, end_id):
    tail = list(chain(answer_ids, [end_id]))
    return list(chain(prompt_ids, tail)), list(chain(repeat(-100, len(prompt_ids)), tail))
""",
        """
def mask_prompt(prompt_ids, answer_ids, end_id):
    rows = [(t, -100) for t in prompt_ids] + [(t, t) for t in answer_ids + [end_id]]
    return list(map(list, zip(*rows)))
""",
    ],
    "5.4": [
        """
def rate_at(step, steps, peak, warm):
    return peak * min((step + 1) / warm, (steps - step) / (steps - warm))
""",
        """
def rate_at(step, steps, peak, warm):
    return np.interp(step, [-1, warm - 1, warm, steps], [0, peak, peak, 0])
""",
        """
def rate_at(step, steps, peak, warm):
    up = torch.tensor((step + 1) / warm)
    return peak * torch.minimum(up, torch.tensor((steps - step) / (steps - warm)))
""",
        """
def rate_at(step, steps, peak, warm):
    return np.where(
        step < warm, peak * (step + 1) / warm, peak * (1 - (step - warm) / (steps - warm))
    )
""",
        """
def rate_at(step, steps, peak, warm):
    if step <= warm:
        return min(peak, peak * (step + 1) / warm)
    return peak * (steps - step) / (steps - warm)
""",
        """
def rate_at(step, steps, peak, warm):
    rates = [peak * (s + 1) / warm for s in range(warm)] + list(
        np.linspace(peak, 0, steps - warm + 1)
    )
    return rates[step]
""",
        """
def rate_at(step, steps, peak, warm):
    if step >= warm:
        return peak - peak * (step - warm) / (steps - warm)
    return peak / warm * (step + 1)
""",
        """
from fractions import Fraction
def rate_at(step, steps, peak, warm):
    share = Fraction(step + 1, warm) if step < warm else Fraction(steps - step, steps - warm)
    return float(share) * peak
""",
    ],
    "5.5": [
        """
def early_stop(losses, patience):
    best, lowest, bad = 0, float("inf"), 0
    for i, l in enumerate(losses):
        if l < lowest:
            best, lowest, bad = i, l, 0
        else:
            bad += 1
            if bad == patience:
                return i, best
    return i, best
""",
        """
def early_stop(losses, patience):
    l = np.array(losses)
    best = np.array([np.argmin(l[: i + 1]) for i in range(len(l))])
    late = np.flatnonzero(np.arange(len(l)) - best >= patience)
    s = late[0] if len(late) else len(l) - 1
    return s, best[s]
""",
        """
def early_stop(losses, patience):
    best = 0
    for i in range(1, len(losses)):
        if losses[i] < losses[best]:
            best = i
        elif i - best == patience:
            return np.array([i, best])
    return np.array([len(losses) - 1, best])
""",
        """
def early_stop(losses, patience):
    def go(i, best):
        if losses[i] < losses[best]:
            best = i
        if i - best >= patience or i + 1 == len(losses):
            return (i, best)
        return go(i + 1, best)

    return go(0, 0)
""",
        """
def early_stop(losses, patience):
    for i in range(patience, len(losses)):
        if min(losses[i - patience + 1 : i + 1]) >= min(losses[: i - patience + 1]):
            return i, losses.index(min(losses[: i + 1]))
    return len(losses) - 1, losses.index(min(losses))
""",
        """
def early_stop(losses, patience):
    best = 0
    for i in range(len(losses)):
        if losses[i] < min(losses[:i], default=float("inf")): best = i
        if i == best + patience: break
    return i, best
""",
        """
def early_stop(losses, patience):
    best, i = 0, 0
    while i < len(losses) - 1 and i - best < patience:
        i += 1
        if losses[i] < losses[best]: best = i
    return [i, best]
""",
        """
from itertools import accumulate
def early_stop(losses, patience):
    lows = list(accumulate(losses, min))
    for i in range(patience, len(losses)):
        if lows[i] == lows[i - patience]:
            return i, losses.index(lows[i])
    return len(losses) - 1, losses.index(lows[-1])
""",
    ],
    "5.6": [
        """
import heapq
from collections import Counter


def grouped_folds(groups, k):
    sizes = Counter(groups)
    if len(sizes) < k:
        raise ValueError("too few")
    heap = [(0, f) for f in range(k)]
    where = {}
    for name, size in sizes.most_common():
        n, f = heapq.heappop(heap)
        where[name] = f
        heapq.heappush(heap, (n + size, f))
    return [[i for i, g in enumerate(groups) if where[g] == f] for f in range(k)]
""",
        """
def grouped_folds(groups, k):
    names, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < k:
        raise ValueError
    sizes, fold_of = np.zeros(k, int), np.zeros(len(names), int)
    for d in np.argsort(-counts):
        f = np.argmin(sizes)
        fold_of[d], sizes[f] = f, sizes[f] + counts[d]
    return [np.flatnonzero(fold_of[inverse] == f) for f in range(k)]
""",
        """
def grouped_folds(groups, k):
    names = sorted(set(groups), key=lambda g: (-groups.count(g), str(g)))
    if len(names) < k:
        raise ValueError("few")
    folds = [()] * k
    for n in names:
        f = min(range(k), key=lambda f: len(folds[f]))
        folds[f] += tuple(i for i, g in enumerate(groups) if g == n)
    return tuple(folds)
""",
        """
def grouped_folds(groups, k):
    docs = {}
    for i, g in enumerate(groups):
        docs.setdefault(g, []).append(i)
    if len(docs) < k:
        raise ValueError("few")
    folds = [[] for _ in range(k)]
    for d in sorted(docs.values(), key=len)[::-1]:
        min(folds, key=len).extend(d)
    return [torch.tensor(f) for f in folds]
""",
        """
class TooFew(ValueError):
    pass


def grouped_folds(groups, k):
    left = {g: groups.count(g) for g in groups}
    if len(left) < k:
        raise TooFew(k)
    folds = [[] for _ in range(k)]
    while left:
        big = max(left, key=left.get)
        left.pop(big)
        folds[int(np.argmin([len(f) for f in folds]))] += [
            i for i in range(len(groups)) if groups[i] == big
        ]
    return folds
""",
        """
from itertools import groupby
def grouped_folds(groups, k):
    index = sorted(range(len(groups)), key=lambda i: str(groups[i]))
    docs = [list(g) for _, g in groupby(index, key=lambda i: groups[i])]
    if k > len(docs): raise ValueError("too few documents")
    folds = [[] for _ in range(k)]
    for d in sorted(docs, key=len, reverse=True):
        min(folds, key=len).extend(d)
    return folds
""",
        """
def grouped_folds(groups, k):
    s = pd.Series(groups, dtype=object).value_counts()
    if len(s) < k: raise ValueError("too few")
    folds = [[] for _ in range(k)]
    for name in s.index:
        f = sorted(range(k), key=lambda j: (len(folds[j]), j))[0]
        folds[f] += [i for i, g in enumerate(groups) if g == name]
    return np.array([np.array(f) for f in folds] + [None], dtype=object)[:-1]
""",
        """
def grouped_folds(groups, k):
    if len(set(groups)) < k: raise ValueError("few")
    folds = [set() for _ in range(k)]
    for g in sorted(set(groups), key=groups.count, reverse=True):
        min(folds, key=len).update(i for i, x in enumerate(groups) if x == g)
    return [sorted(f) for f in folds]
""",
    ],
}
