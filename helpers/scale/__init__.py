"""Beyond one machine: engines that embed, store, train and serve more than one process can.

One module for each job. Ray and LanceDB are extra requirements (`make scale` installs them); a
module imports its engine only when it is used.
"""

from importlib.util import find_spec

from helpers import say

ENGINES = {"ray": "Ray", "lancedb": "LanceDB"}  # module: name


def installed() -> bool:
    """Can all engines be imported? If not, one sentence says what is shown instead."""
    lacking = [name for module, name in ENGINES.items() if find_spec(module) is None]
    if lacking:
        verb = "are" if len(lacking) > 1 else "is"
        say(
            f"{' and '.join(lacking)} {verb} not installed: these are the stored results; make "
            "scale installs them."
        )
    return not lacking
