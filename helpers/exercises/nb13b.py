"""Exercises of notebook 13, second half: shared gradients, a whole adapter, serving, planning."""

import random

import numpy as np

from helpers.exercises import exercise, hints, solved_by
from helpers.exercises.expecting import alike, cases, expect, raises, returns, same


@exercise("13.5", "A mean over two processes", difficulty=3, importance=3, minutes=15)
@hints(
    "The mean over all answer tokens is the sum of all losses over the number of all tokens.",
    "DDP divides by the number of processes; so each process has to multiply by it.",
    "For each process: `sum(own) * len(parts) / total`, with the total of all processes.",
)
@solved_by('''
def process_losses(parts):
    """For each process the loss that it passes to backward; their plain mean is the true one."""
    total = sum(len(own) for own in parts)
    if total == 0:
        raise ValueError("There is no answer token in the whole batch")
    return [sum(own) * len(parts) / total for own in parts]
''')
def grade_process_losses(process_losses):
    def mistakes(parts):
        every, count = [loss for own in parts for loss in own], len(parts)
        sums = [sum(own) for own in parts]
        means = [sum(own) / len(own) if own else 0.0 for own in parts]
        found = {tuple(means): "That is each process's own mean: a process with few tokens counts"}
        text = "too much for each of them. Divide by the number of all tokens."
        found = {key: f"{words} {text}" for key, words in found.items()}
        found[tuple(sums)] = "These are sums: longer batches would take larger steps. Divide."
        found[tuple(s / len(every) for s in sums)] = (
            "The mean of these is too small: DDP divides by the number of processes once more. "
            "Multiply by it."
        )
        found[(sum(every) / len(every),) * count] = (
            "A process knows only its own losses: it can't pass on those of the others."
        )
        found[sum(every) / len(every)] = "Return one loss for each process, not their mean."
        return found

    case = cases(process_losses)
    for parts, returned, why in (
        ([[1.0, 3.0], [2.0, 6.0]], [4.0 * 2 / 4, 8.0 * 2 / 4], "Equal numbers of tokens."),
        ([[3.0], [1.0, 1.0, 1.0]], [1.5, 1.5], "All four tokens count alike."),
        ([[8.0], [1.0] * 7], [2.0, 1.75], "All eight tokens count alike."),
        ([[2.0, 4.0, 6.0]], [4.0], "One process alone: its mean."),
        ([[6.0], [1.0, 2.0], [3.0, 4.0, 5.0]], [3.0, 1.5, 6.0], "Three processes."),
        ([[], [2.0, 4.0]], [0.0, 6.0], "A process without a token passes 0 on, and still counts."),
        ([[0.0, 0.0], [0.0]], [0.0, 0.0], "All losses are zero, and there are three tokens."),
        ([[0.5], []], [1.0, 0.0], "A process without a token passes 0 on, and still counts."),
    ):
        known = (
            mistakes(parts) if all(parts) and any(map(sum, parts)) else {}
        )  # without a token, some results are alike
        known = {key: text for key, text in known.items() if not alike(key, returned)}
        case(parts, returns=returned, why=why, mistakes=known)
    raises(process_losses, [[], []], why="With no token at all there is no mean.")
    raises(process_losses, [[]], why="With no token at all there is no mean.")

    def reference(parts):
        total = sum(map(len, parts))
        return [len(parts) * sum(own) / total for own in parts]

    rng = random.Random(5)
    inputs = []
    for _ in range(30):
        sizes = [rng.randint(0, 6) for _ in range(rng.randint(1, 5))] + [1]
        inputs.append(([[rng.uniform(0, 9) for _ in range(size)] for size in sizes],))
    same(process_losses, reference, inputs, "Sum of the own losses, times processes, over tokens.")


@exercise("13.6", "Is the adapter whole?", difficulty=2, importance=3, minutes=12)
@hints(
    "First the names: what is expected and not saved, what is saved and not expected.",
    "Then, where both have the name: `tuple(array.shape)`, `np.isfinite(array).all()`, "
    "`np.any(array)`.",
    "Collect the names in a set and return it sorted.",
)
@solved_by('''
def broken(saved, expected):
    """The names of matrices that are missing, unexpected or wrong, in alphabetical order."""
    found = set(expected) ^ set(saved)
    for name in set(expected) & set(saved):
        array = saved[name]
        right = tuple(array.shape) == tuple(expected[name])
        if not right or not np.isfinite(array).all() or not np.any(array):
            found.add(name)
    return sorted(found)
''')
def grade_broken(broken):
    def made(**changes):
        """A whole adapter with some matrices changed; None takes one out."""
        arrays = {
            name: np.full(shape, 2.0, np.float32)
            for name, shape in (("0.A", (2, 6)), ("0.B", (4, 2)), ("1.A", (2, 6)), ("1.B", (4, 2)))
        }
        arrays |= {name.replace("_", ".").strip("."): value for name, value in changes.items()}
        return {name: value for name, value in arrays.items() if value is not None}

    wanted = {"0.A": (2, 6), "0.B": (4, 2), "1.A": (2, 6), "1.B": (4, 2)}
    nan, infinite, one = np.ones((4, 2)), np.ones((2, 6)), np.zeros((4, 2))
    nan[3, 1], infinite[0, 0], one[2, 0] = np.nan, -np.inf, -1e-9
    case = cases(broken)
    case(made(), wanted, returns=[], why="All four are there and right: it is whole.")
    case(
        made(_1_B=None),
        wanted,
        returns=["1.B"],
        why="A matrix that is missing is broken. Here '1.B' is not in `saved`.",
    )
    why = "A matrix that nobody expects is broken: it may be of another model. Here that is 2.A."
    case(made(_2_A=np.ones((2, 6))), wanted, returns=["2.A"], why=why)
    why = "Half a matrix is what process 0 alone had: compare the shapes. Here 0.A is (1, 6)."
    case(made(_0_A=np.ones((1, 6))), wanted, returns=["0.A"], why=why)
    why = "A transposed matrix has as many numbers, but another shape. Here 0.B is (2, 4)."
    case(made(_0_B=np.ones((2, 4))), wanted, returns=["0.B"], why=why)
    why = "A shape with one dimension more is another shape. Here 0.B is (4, 2, 1)."
    case(made(_0_B=np.ones((4, 2, 1))), wanted, returns=["0.B"], why=why)
    case(
        made(_1_B=nan),
        wanted,
        returns=["1.B"],
        why="NaN is no weight: a matrix with it is broken. Here 1.B has one.",
    )
    why = "Infinity is no weight: a matrix with it is broken. Here 1.A has one."
    case(made(_1_A=infinite), wanted, returns=["1.A"], why=why)
    why = "LoRA's B begins at zero: zeros were never trained, or never restored. Here 0.B is zero."
    case(made(_0_B=np.zeros((4, 2))), wanted, returns=["0.B"], why=why)
    why = "A matrix that is not all zero was trained, however small its numbers are."
    case(made(_0_B=one), wanted, returns=[], why=why)
    why = "The sum of a matrix may be zero without any of its numbers being so."
    case(made(_0_B=np.array([[1.0, -1.0]] * 4)), wanted, returns=[], why=why)
    why = "Return all names that are broken, sorted, each once."
    several = made(_0_A=np.full((1, 6), np.nan), _1_A=None, _9_Z=np.zeros((1, 1)))
    case(several, wanted, returns=["0.A", "1.A", "9.Z"], why=why)
    case({}, wanted, returns=sorted(wanted), why="An empty file lacks everything.")
    case({}, {}, returns=[], why="Nothing is expected, and nothing is there.")
    listed = {name: list(shape) for name, shape in wanted.items()}
    why = "A shape may come as a list, as JSON has it: [2, 6] is the shape (2, 6)."
    case(made(), listed, returns=[], why=why)


@exercise("13.7", "Which adapters fit?", difficulty=2, importance=3, minutes=12)
@hints(
    "Look at the adapters that are named: `None` asks for the base model, and has no rank.",
    "Check every name against `ranks` first, and raise a ValueError that says which one.",
    "`min(size for size in allowed if size >= largest)`, if there is one.",
)
@solved_by('''
def slot_rank(names, ranks, allowed=(8, 16, 32, 64)):
    """The smallest allowed rank that fits every adapter that is asked for; 0 if none is."""
    asked = {name for name in names if name is not None}
    if unknown := asked - set(ranks):
        raise ValueError(f"There is no adapter {', '.join(sorted(unknown))}")
    largest = max((ranks[name] for name in asked), default=0)
    if largest == 0:
        return 0
    fitting = [size for size in allowed if size >= largest]
    if not fitting:
        raise ValueError(f"Rank {largest} is above {max(allowed)}")
    return min(fitting)
''')
def grade_slot_rank(slot_rank):
    ranks = {"house": 8, "facts": 16, "odd": 12, "wide": 64, "huge": 200, "small": 4}
    case = cases(slot_rank)
    case(["house"], {"house": 8}, returns=8, why="Rank 8 fits a slot of rank 8.")
    why = "The largest rank that is asked for decides."
    case(["house", "facts"], ranks, returns=16, why=why)
    case(["facts", "house", "facts"], ranks, returns=16, why=why)
    why = "Rank 12 needs the next allowed rank, 16: 12 itself is not allowed."
    case(["odd"], ranks, returns=16, why=why)
    case(["small"], ranks, returns=8, why="The smallest allowed rank is 8, also for rank 4.")
    why = "Only adapters that are asked for count: a slot for the largest of all wastes memory."
    case(["house"], ranks, returns=8, why=why)
    why = "None asks for the base model: it needs no slot."
    case([None, "house"], ranks, returns=8, why=why)
    case(["house", None], ranks, returns=8, why=why)
    case([None, None], ranks, returns=0, why="Nobody asks for an adapter: the rank is 0.")
    case([], ranks, returns=0, why="No request, no adapter: the rank is 0.")
    case(["wide", "house"], ranks, returns=64, why="The largest allowed rank is allowed.")
    why = "`allowed` may hold other ranks, in any order."
    case(["odd"], ranks, (64, 14, 256, 8), returns=14, why=why)
    case(["huge"], ranks, (512, 256, 16), returns=256, why=why)
    case(["wide"], ranks, (512, 128), returns=128, why=why)
    why = "An adapter that is unknown must not be answered by the base model."
    words = raises(slot_rank, ["house", "hosue"], ranks, why=why)
    expect("hosue" in words, f"Say in the error which name is unknown; yours says: {words!r}")
    raises(slot_rank, ["hosue"], ranks, why=why)
    raises(
        slot_rank, [None, ""], ranks, why="An empty name is unknown, too: only None is the base."
    )
    raises(slot_rank, ["house"], {}, why=why)
    why = "No slot fits rank 200 if 64 is the most."
    raises(slot_rank, ["huge", "house"], ranks, why=why)
    case(
        ["house"], ranks, returns=8, why="An adapter that is too large harms only who asks for it."
    )


@exercise("13.8", "How large is the index?", difficulty=1, importance=3, minutes=10)
@hints(
    "Four bytes for each number of a vector; a graph adds `2 * links` neighbours of four bytes.",
    '"pq" keeps one byte for every eight numbers, and once 256 centroids for each of these pieces.',
    "The centroids are 256 * dimension numbers of four bytes. `rebuilt` doubles the whole.",
)
@solved_by('''
def index_bytes(count, dimension, kind, links=32, rebuilt=False):
    """The bytes of an index in memory; twice as many while a new one is built beside the old."""
    if kind == "flat":
        size = count * 4 * dimension
    elif kind == "hnsw":
        size = count * (4 * dimension + 4 * 2 * links)
    elif kind == "pq":
        size = count * (dimension // 8) + 4 * 256 * dimension
    else:
        raise ValueError(f"There is no kind '{kind}'; there are flat, hnsw and pq")
    return 2 * size if rebuilt else size
''')
def grade_index_bytes(index_bytes):
    case = cases(index_bytes)
    flat = "A vector has `dimension` numbers of four bytes."
    known = {384_000: "That is one byte a number: a float32 has four."}
    known |= {
        3_072_000: "That is twice the bytes: a float32 has four, and nothing is rebuilt here."
    }
    case(1000, 384, "flat", returns=1_536_000, why=flat, mistakes=known)
    case(1, 8, "flat", returns=32, why=flat)
    case(0, 384, "flat", returns=0, why="No vector, no bytes.")
    case(10**9, 384, "flat", returns=1_536_000_000_000, why="A billion is only larger.")
    graph = "A graph keeps the vector and 2 * links neighbours, four bytes each."
    known = {1000 * 1536: "The neighbours are left out."}
    known |= {256_000: "The vectors themselves are in a graph, too."}
    known |= {1000 * (1536 + 128): "Each vector has 2 * links neighbours in the lowest level."}
    known |= {1000 * (1536 + 64): "A neighbour's number takes four bytes."}
    case(1000, 384, "hnsw", returns=1_792_000, why=graph, mistakes=known)
    case(1000, 384, "hnsw", 16, returns=1_664_000, why=graph)
    case(10, 8, "hnsw", links=4, returns=640, why=graph)
    codes = "One byte for every eight numbers, and once 256 centroids for each piece."
    known = {48_000: "The centroids are left out."}
    known |= {48_000 + 256 * 384: "A centroid's numbers have four bytes each."}
    known |= {1000 * (48 + 4 * 256 * 384): "The centroids are there once, not for each vector."}
    known |= {384_000 + 393_216: "That is one byte a number; it is one for every eight."}
    case(1000, 384, "pq", returns=441_216, why=codes, mistakes=known)
    case(10**6, 768, "pq", returns=96_786_432, why=codes)
    case(0, 384, "pq", returns=393_216, why="The centroids are there before the first vector.")
    why = "While a new index is built, the old one still answers: twice the bytes."
    case(1000, 384, "flat", rebuilt=True, returns=3_072_000, why=why)
    case(1000, 384, "hnsw", 16, True, returns=3_328_000, why=why)
    case(1000, 384, "pq", rebuilt=True, returns=882_432, why=why)
    for kind in ("ivf", "", "FLAT"):
        raises(index_bytes, 10, 384, kind, why="Another kind has no rule here.")
    got = returns(index_bytes(7, 16, "flat"), float, "a number of bytes")
    expect(got == 448, flat)
