"""Predictions and verdicts; pictures that can be drawn and closed."""

import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup

from helpers import ledger, plots


def test_all_104_claims_are_there():
    claims = ledger.claims()
    assert (
        list(claims.index) == list(range(1, 105))
        and (claims.claim.str.len() > 8).all()
        and claims.sources.map(len).min() > 0
    )


@pytest.mark.parametrize(
    ("measured", "result"),
    [
        ((0.5, 0.4, 0.6), "supported"),
        ((0.1, 0.0, 0.2), "refuted"),
        ((0.3, 0.2, 0.5), "inconclusive"),
    ],
)
def test_verdicts_follow_the_interval(empty_artifacts, measured, result):
    ledger.predict(25, "the difference", threshold=0.3, guess=0.4)
    row = ledger.verdict(25, measured, at_7b="Likely the same.")
    assert row.data.verdict[25] == result and ledger.matrix().verdict[25] == result
    assert (ledger.matrix().verdict == "not measured yet").sum() == 103


def test_no_verdict_without_a_prediction(empty_artifacts):
    with pytest.raises(ValueError, match="no prediction for claim 25"):
        ledger.verdict(25, (0, 0, 0), at_7b="")
    with pytest.raises(ValueError, match="no claim 105"):
        ledger.predict(105, "x", threshold=0)
    ledger.not_testable(102, "a checklist, not a measurement")
    assert ledger.matrix().verdict[102] == "not testable here"


def test_every_plot_draws_and_says_what_it_shows(capsys):
    interval = (0.5, 0.4, 0.6)
    for figure in (
        plots.grouped_bars(
            {
                "base": {"facts": interval, "form": interval},
                "RAG": {"facts": interval, "form": interval},
            },
            "t",
            "y",
        ),
        plots.stacked_bars({"none": {"right": 0.2, "wrong": 0.8}}, "t", "x"),
        plots.forest({"RAG - base": interval, "LoRA - base": (-0.1, -0.3, 0.1)}, "t", "x"),
        plots.curves(
            {"live": ([1, 2], [3, 4]), "shipped": ([1, 2], [3, 4])},
            "t",
            "x",
            "y",
            logx=True,
            live=([1], [3]),
        ),
    ):
        axes = figure.axes[0]
        assert axes.get_title(loc="left") == "t" and (axes.get_xlabel() or axes.get_ylabel())
        figure.canvas.draw()
    assert not plt.get_fignums()
    watch = plots.live_losses(every=0.0)
    for steps in (1, 2):
        watch([{"step": n + 1, "loss": 1.0} for n in range(steps)])
    assert not plt.get_fignums()


def test_a_picture_carries_its_words_as_alternative_text(capsys):
    lines = {"<b>live</b>": ([1, 2], [(3.0, 2.5, 3.5), 4]), "shipped": ([1, 2], [3, 4])}
    figure = plots.curves(lines, "Both rise", "steps", "loss")
    plots.show(figure, "Over three seeds.")
    words = "Both rise. loss against steps. <b>live</b>: 3 at 1, 4 at 2; shipped: 3 at 1, 4 at 2."
    assert capsys.readouterr().out == f"In words: {words} Over three seeds.\n"
    markup = BeautifulSoup(plots.Picture(figure)._repr_html_(), "html.parser")
    assert markup.img["alt"] == words and markup.img["src"].startswith("data:image/png;base64,")
    assert markup.figcaption.text == f"In words: {words}" and not markup.find("b")
