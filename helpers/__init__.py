"""The plumbing behind the notebooks of *Retrieve or Tune?*; helpers/README.md has the reading
order.
"""

import textwrap


def say(text: str) -> None:
    """Print a sentence in lines that fit a narrow JupyterLab, which breaks longer ones inside
    words.
    """
    print(textwrap.fill(text, 88, break_on_hyphens=False, break_long_words=False))
