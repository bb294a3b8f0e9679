"""The plumbing behind the notebooks of *Retrieve or Tune?*: one small module for each job."""

import textwrap


def say(text: str) -> None:
    """Print a sentence in lines that fit a narrow JupyterLab, which breaks longer ones inside words."""
    print(textwrap.fill(text, 88))
