"""The plumbing behind the notebooks of *Retrieve or Tune?*; helpers/README.md has the reading
order.
"""

import os
import textwrap

# bm25s loads JAX where it is installed (Colab), which would take most of the GPU's memory.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def say(text: str) -> None:
    """Print a sentence in lines that fit a narrow JupyterLab, which breaks longer ones inside
    words.
    """
    print(textwrap.fill(text, 88, break_on_hyphens=False, break_long_words=False))
