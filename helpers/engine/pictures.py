"""A picture and its words: below it, and as the alternative text that screen readers speak."""

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


class Picture:
    """A figure with its words, below it and as the alternative text that screen readers speak."""

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
            f'<figcaption style="max-width: 60em">In words: {words}</figcaption></figure>'
        )


def show(figure, note: str = "") -> None:
    """Show a figure and its words.

    note: a sentence that the data can't say, such as what an interval is over.
    """
    from IPython.display import display

    display(Picture(figure, note))
