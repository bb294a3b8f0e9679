"""Predictions and verdicts; pictures that can be drawn and closed."""

import re
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup

from helpers import ledger, metrics, plots
from helpers.engine import cache, resolvable

KINDS = {
    "measured": "test",
    "property": "shown",
    "arithmetic": "shown",
    "literature": "figure",
    "not testable here": "reason",
}
SPREADS = ("discordance", "share", "sd")
TEST = ("notebook", "compares", "measure", "data", "slices", "n", "unit", "guessed from")
TEST += ("threshold", "supported if", "reason", "resolvable")
CITATION = r"arXiv:? ?\d{4}\.\d{4,5}|\w+\.\w+/\S+|huggingface\.co"


@pytest.fixture(scope="module")
def rows():
    return cache.read_jsonl(cache.DATASETS / "claims.jsonl")


@pytest.fixture(scope="module")
def conflicts():
    return cache.read_jsonl(cache.DATASETS / "contradictions.jsonl")


@pytest.fixture(scope="module")
def declared(rows):
    return {row["id"]: row["test"] for row in rows if row["kind"] == "measured"}


def is_sentence(text):
    return re.fullmatch(r"[A-Z0-9].{20,}[.)]", text) is not None and text == text.strip()


def test_all_104_claims_are_there():
    claims = ledger.claims()
    assert (
        list(claims.index) == list(range(1, 105))
        and (claims.claim.str.len() > 8).all()
        and claims.sources.map(len).min() > 0
    )


def test_every_claim_is_a_proposition_of_a_known_kind(rows):
    for row in rows:
        kind, own = row["kind"], KINDS[row["kind"]]
        assert is_sentence(row["proposition"]) and row["proposition"] != row["claim"], row["id"]
        assert own in row and not (set(KINDS.values()) - {own}) & row.keys(), row["id"]
        if kind != "measured":
            assert is_sentence(row[own]), row["id"]
        assert "undecided because" not in row or kind == "not testable here", row["id"]
        assert row["notebooks"] and all(
            re.fullmatch(r"N(0\d|1[0-3])b?", n) for n in row["notebooks"]
        )


@pytest.mark.parametrize("field", ["claim", "proposition"])
def test_no_claim_is_there_twice(rows, field):
    assert max(Counter(row[field].casefold() for row in rows).values()) == 1


def test_every_source_has_one_title(rows):
    titles = {}
    for row in rows:
        for code, title in zip(row["sources"], row["articles"], strict=True):
            assert titles.setdefault(code, title) == title, row["id"]
    assert sorted(titles) == ["S0", "S1", "S2", "S3", "S4"] and len(set(titles.values())) == 5


def test_what_is_likely_at_7b_is_cited_or_marked(rows):
    for row in rows:
        source = row["at_7b"]["source"]
        assert is_sentence(row["at_7b"]["text"]), row["id"]
        if source == "by construction":
            assert row["kind"] in {"property", "arithmetic"}, row["id"]
        else:
            assert source == "guess" or re.search(CITATION, source), row["id"]
        assert row["kind"] != "literature" or re.search(CITATION, row["figure"]), row["id"]


def test_every_declared_test_is_complete(rows, declared):
    for row in rows:
        if (test := declared.get(row["id"])) is None:
            continue
        assert set(TEST) <= test.keys() and all(test[f] != "" for f in TEST), row["id"]
        assert sum(spread in test for spread in SPREADS) == 1, row["id"]
        assert test["notebook"] in row["notebooks"], row["id"]
        assert test["supported if"].endswith(f" {test['threshold']:g}"), row["id"]
        assert is_sentence(test["reason"]), row["id"]
        if test["threshold"] < 0:
            assert "difference" in test["measure"], row["id"]


def test_n_is_what_the_data_has(declared):
    for id, test in declared.items():
        found = cache.read_jsonl(cache.DATASETS / test["data"])
        if test["unit"] == "seed":
            assert test["n"] == 5, id  # five training seeds for every adapter
            continue
        slices = test["slices"]
        asked = [q for q in found if not slices or q["slice"] in slices]
        assert not set(slices) - {q.get("slice") for q in asked} and test["n"] == len(asked), id
        entities = {q.get("entity", q["id"]) for q in asked}
        assert test.get("entities", test["n"]) == len(entities), id


def test_no_test_asks_for_less_than_it_can_resolve(declared):
    for id, test in declared.items():
        again = resolvable.smallest(test["n"], resolvable.spread(test), test.get("entities"))
        assert test["resolvable"] == round(again, 3), id
        assert again <= abs(test["threshold"] - test.get("reference", 0)), id


def test_a_notebook_asks_for_at_most_five_predictions(declared):
    assert max(Counter(test["notebook"] for test in declared.values()).values()) <= 5


def test_no_two_claims_have_the_same_test(declared):
    asked = [
        (test["compares"], test["measure"], tuple(test["slices"])) for test in declared.values()
    ]
    assert len(set(asked)) == len(asked)


def test_contradictions_and_claims_name_each_other(rows, conflicts):
    by_id = {row["id"]: row for row in rows}
    assert [one["id"] for one in conflicts] == [f"X{n}" for n in range(1, 13)]
    for one in conflicts:
        texts = [one[field] for field in ("says", "against", "settled by")]
        assert all(is_sentence(text) for text in texts) and len(set(texts)) == 3, one["id"]
        assert one["claims"] and len(set(one["claims"])) == len(one["claims"]), one["id"]
        for id in one["claims"]:
            assert one["id"] in by_id[id]["contradicts"], (one["id"], id)
    claims_of = {one["id"]: one["claims"] for one in conflicts}
    for row in rows:
        for other in row["contradicts"]:
            named = claims_of[other] if isinstance(other, str) else by_id[other]["contradicts"]
            assert row["id"] in named and other != row["id"], (row["id"], other)


def test_claims_are_referred_to_by_numbers_that_exist(rows, conflicts):
    texts = [str(row) for row in [*rows, *conflicts]]
    named = {int(n) for text in texts for n in re.findall(r"[Cc]laims? (\d+)", text)}
    assert named and named <= {row["id"] for row in rows}


def test_the_data_card_counts_the_kinds(rows):
    card = (cache.DATASETS / "README.md").read_text(encoding="utf-8")
    for kind, count in Counter(row["kind"] for row in rows).items():
        assert f"| {kind} | {count} |" in card


def test_the_resolvable_difference_is_half_an_interval():
    answers = np.repeat([1.0, -1.0, 0.0], [20, 20, 60])  # 40 of 100 right for one of two only
    _, low, high = metrics.bootstrap(answers)
    assert resolvable.smallest(100, 0.4**0.5) == pytest.approx(1.96 * (0.4 / 100) ** 0.5, rel=1e-4)
    assert resolvable.smallest(100, 0.4**0.5) == pytest.approx((high - low) / 2, rel=0.05)
    runs = [1.0, 2.0, 3.0, 4.0, 5.0]
    mean, low, high = metrics.over_seeds(runs)
    assert resolvable.smallest(5, np.std(runs, ddof=1)) == pytest.approx((high - low) / 2)
    alone, together = resolvable.smallest(100, 0.5), resolvable.smallest(100, 0.5, entities=50)
    assert together == pytest.approx(alone * 1.3**0.5)
    assert resolvable.smallest(100, 0.5, entities=100) == alone
    for n, entities in ((1, None), (10, 11), (10, 1)):
        with pytest.raises(ValueError, match="No size"):
            resolvable.smallest(n, 0.5, entities)


@pytest.mark.parametrize(
    ("measured", "result"),
    [
        ((0.3, 0.2, 0.4), "supported"),  # claim 25: at least 0.2
        ((0.1, 0.0, 0.19), "refuted"),
        ((0.3, 0.1, 0.5), "inconclusive"),
    ],
)
def test_verdicts_follow_the_interval(empty_artifacts, measured, result):
    ledger.predict(25, guess=0.4)
    row = ledger.verdict(25, measured=measured)
    assert row.data.verdict[25] == result and ledger.matrix().verdict[25] == result
    assert row.data.guess[25] == 0.4 and row.data.notebook[25] == "N04"
    assert (ledger.matrix().verdict == "not measured yet").sum() == 38


def test_a_later_verdict_does_not_replace_an_earlier_one(empty_artifacts):
    ledger.verdict(25, measured=(0.3, 0.2, 0.4))
    ledger.verdict(25, measured=(0.3, 0.2, 0.4))  # the same again: nothing new to keep
    ledger.predict(25, guess=0.4)  # too late: a number has been seen
    ledger.verdict(25, measured=(0.3, 0.1, 0.4))
    kept = ledger.records()
    assert list(kept.verdict.dropna()) == ["supported", "inconclusive"]
    assert list(kept.guess.isna()) == [True, False, True]
    assert ledger.matrix().loc[25, "different verdicts"] == 2
    assert "25: inconclusive" in " ".join(ledger.contradictions()["your verdicts"]) or not any(
        25 in row["claims"] for row in cache.read_jsonl(cache.DATASETS / "contradictions.jsonl")
    )


def test_a_verdict_is_of_one_value_for_each_question(empty_artifacts, declared):
    answers = np.zeros(100)
    answers[::4] = 1.0
    row = ledger.verdict(82, answers, np.arange(100) // 2).data
    low, high = row.low[82], row.high[82]
    assert (low, high) == metrics.interval(answers, np.arange(100) // 2)[1:] and row.n[82] == 100
    with pytest.raises(ValueError, match="has n = 100"):
        ledger.verdict(82, np.zeros(101))
    seeds = ledger.verdict(57, [0.8, 0.9, 1.0, 0.9, 0.8]).data
    assert seeds.low[57] == metrics.over_seeds([0.8, 0.9, 1.0, 0.9, 0.8])[1]


def test_a_prediction_shows_the_declared_test(empty_artifacts, capsys, declared):
    for id, test in declared.items():
        ledger.predict(id)
        out = " ".join(capsys.readouterr().out.split())
        assert test["supported if"] in out and test["reason"] in out and "No guess yet" in out
    assert ledger.records().empty
    for guess in ("0.2", float("nan"), [0.2]):
        with pytest.raises(ValueError, match="A guess is a number"):
            ledger.predict(25, guess=guess)


def test_each_kind_of_claim_has_its_own_record(empty_artifacts):
    assert ledger.shown(2, True).data.verdict[2] == "shown" == ledger.matrix().verdict[2]
    assert ledger.shown(9, False).data.verdict[9] == "not as described here"
    for call in (
        lambda: ledger.shown(25, True),
        lambda: ledger.predict(2),
        lambda: ledger.verdict(102, [1.0]),
    ):
        with pytest.raises(ValueError, match="is of kind"):
            call()
    with pytest.raises(ValueError, match="no claim 105"):
        ledger.predict(105)
    assert ledger.matrix().verdict[102] == "not testable here"


def test_an_interval_at_the_edge_is_exact():
    none, all_right = np.zeros(50), np.ones(50)
    assert metrics.interval(none) == (0.0, 0.0, pytest.approx(1 - 0.025 ** (1 / 50)))
    assert metrics.interval(all_right)[1:] == (pytest.approx(0.025 ** (1 / 50)), 1.0)
    pairs = np.arange(50) // 2
    assert metrics.interval(none, pairs)[2] == pytest.approx(1 - 0.025 ** (1 / 25))
    few = metrics.interval([1, 1, 1, 0, 1, 0, 1, 1, 0, 0])
    assert few == (0.6, pytest.approx(0.2624, abs=1e-4), pytest.approx(0.8784, abs=1e-4))


def test_an_interval_in_the_middle_is_the_bootstrap():
    values = np.arange(60) % 3 == 0
    assert metrics.interval(values) == pytest.approx(metrics.bootstrap(values), abs=0.01)
    groups = np.arange(60) // 2
    assert metrics.interval(values, groups) == pytest.approx(
        metrics.bootstrap(values, groups), abs=0.01
    )


def test_differences_that_are_all_zero_still_have_a_width():
    mean, low, high = metrics.interval(np.zeros(40) - 0.0)
    assert mean == 0 and high > 0.05
    differences = np.array([1.0] + [0.0] * 38 + [-1.0])
    mean, low, high = metrics.interval(differences)
    assert mean == 0 and low == pytest.approx(-high) and high > 0.1


def test_seeds_widen_an_interval():
    rng = np.random.default_rng(0)
    answers = (rng.random((5, 100)) < 0.5).astype(float)
    apart = answers.copy()
    apart[0], apart[1] = 1.0, 0.0
    same = metrics.interval(np.repeat(answers[:1], 5, axis=0))
    assert same == pytest.approx(metrics.interval(answers[0]), abs=0.01)
    narrow, wide = (np.ptp(metrics.interval(v)[1:]) for v in (answers, apart))
    assert wide > 2 * narrow


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
        plots.points({f"{n}": (interval, interval) for n in range(9)}, "t", "x", "y"),
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


def test_a_held_out_loss_is_drawn_at_once(capsys):
    watch = plots.live_losses(every=1000.0)
    log = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.5, "held_out": 1.8}]
    watch(log)
    watch([*log, {"step": 3, "loss": 1.0}])  # too soon
    watch([*log, {"step": 3, "loss": 1.0, "held_out": 1.7}])
    said = capsys.readouterr().out
    assert "of the batch: 2 at 1, 1.5 at 2; held out, after each epoch: 1.8 at 2" in said


def test_a_picture_carries_its_words_as_alternative_text(capsys):
    lines = {"<b>live</b>": ([1, 2], [(3.0, 2.5, 3.5), 4]), "shipped": ([1, 2], [3, 4])}
    figure = plots.curves(lines, "Both rise", "steps", "loss")
    plots.show(figure, "Over three seeds.")
    words = "Both rise. loss against steps. <b>live</b>: 3 (2.5 to 3.5) at 1, 4 at 2; "
    words += "shipped: 3 at 1, 4 at 2."
    assert capsys.readouterr().out == f"In words: {words} Over three seeds.\n"
    markup = BeautifulSoup(plots.Picture(figure)._repr_html_(), "html.parser")
    assert markup.img["alt"] == words and markup.img["src"].startswith("data:image/png;base64,")
    folded = markup.details.p  # spoken once: as long as it is folded, only the picture speaks
    assert folded.text == words and not markup.details.has_attr("open") and not markup.find("b")
    _, metadata = plots.Picture(figure)._repr_mimebundle_()
    assert metadata == {"image/png": {"alt": words}}


def test_the_words_of_a_line_have_no_powers_of_ten_and_few_digits():
    figure = plots.curves({"line": ([0.157875, 16701.1], [1440.2, 0.00012])}, "t", "x", "y")
    assert "1,440 at 0.1579, 0.00012 at 16,700" in figure.words
