"""A picture and its words: as the alternative text that screen readers speak, and folded below."""

import base64
import html
import io

import matplotlib.pyplot as plt


def finish(figure, axes, title, words, legend=False):
    """Title and legend; `figure.words` says what the picture shows to those who can't see it."""
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.tight_layout()
    plt.close(figure)  # shown by `show`, once
    axis = " against ".join(label for label in (axes.get_ylabel(), axes.get_xlabel()) if label)
    figure.words = f"{title}. {axis}. {'; '.join(words)}.".replace("\n", " ")
    return figure


def digits(value: float, count: int) -> str:
    """A number in words: so many significant digits, and no power of ten below a million."""
    return f"{float(f'{value:.{count}g}'):,g}"


class Picture:
    """A figure with its words: as the alternative text that screen readers speak, and folded below.

    A picture is shown as HTML, because JupyterLab gives an image of type image/png no alternative
    text. The words are also in the metadata of the output, where other programs look for them.
    """

    def __init__(self, figure, note: str = ""):
        self.figure, self.words = figure, f"{figure.words} {note}".strip()

    def __repr__(self):
        return f"In words: {self.words}"

    def _repr_html_(self):
        buffer, words = io.BytesIO(), html.escape(self.words)
        self.figure.savefig(buffer, format="png", dpi=100, bbox_inches="tight")
        picture = base64.b64encode(buffer.getvalue()).decode()
        return (
            f'<figure style="margin: 0"><img alt="{words}" src="data:image/png;base64,{picture}">'
            f"<details><summary>The picture in words</summary>"
            f'<p style="max-width: 60em">{words}</p></details></figure>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return bundle, {"image/png": {"alt": self.words}}


def show(figure, note: str = "") -> None:
    """Show a figure with its words.

    note: a sentence that the data can't say, such as what an interval is over.
    """
    from IPython.display import display

    display(Picture(figure, note))
