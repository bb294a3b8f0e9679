"""A solution as lines in another order (a Parsons problem): to be put in order instead of written.

Parsons and Haden 2006, "Parson's programming puzzles"; lines that may be exchanged are no mistake,
since the check of the exercise decides.
"""

import io
import random
import tokenize

SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def pieces(source: str) -> list[str]:
    """The statements of a source in its order, each with its indentation; comments are left out.

    A statement that runs over several lines is one piece.
    """
    lines, found, start = source.splitlines(), [], None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE:
            found.append("\n".join(lines[start - 1 : token.end[0]]))
            start = None
        elif start is None and token.type not in SKIPPED:
            start = token.start[0]
    return found


def shuffled(id: str, source: str) -> list[str]:
    """The pieces in an order that is the same each time, and never the right one."""
    right = pieces(source)
    mixed = list(right)
    dice = random.Random(f"order of {id}")
    while mixed == right and len(set(right)) > 1:
        dice.shuffle(mixed)
    return mixed


def assembled(mixed: list[str], order) -> str:
    """The pieces in the order of these numbers, from 1. Raises ValueError if one is missing."""
    wanted = set(range(1, len(mixed) + 1))
    numbers = list(order) if isinstance(order, list | tuple) else None
    if numbers is None or any(type(n) is not int for n in numbers):
        raise ValueError(
            f"Give the numbers of the lines as a list, such as [2, 1], not {order!r:.40}"
        )
    missing = sorted(wanted - set(numbers))
    odd = sorted({n for n in numbers if n not in wanted or numbers.count(n) > 1})
    if missing or odd:
        faults = [f"missing: {missing}"] * bool(missing) + [f"twice or unknown: {odd}"] * bool(odd)
        raise ValueError(f"Each number from 1 to {len(mixed)} is needed once; {'; '.join(faults)}")
    return "\n".join(mixed[n - 1] for n in numbers) + "\n"


def answer(source: str, names: dict):
    """Run the source with these names and return the last one that it defines."""
    names = dict(names)
    before = dict(names)
    exec(compile(source, "your order", "exec"), names)
    new = [n for n in names if n not in before or names[n] is not before[n]]
    return names[[n for n in new if n != "__builtins__"][-1]]
