"""The matrix of claims, the calibration of guesses, and a decision whose rules are open."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from helpers import calibration, claims_matrix, decision, decision_changes, ledger
from helpers.engine import cache, sheets
from scripts import make_ledger

NOTEBOOKS = {f"N{p.stem.split('_')[0]}" for p in (cache.ROOT / "notebooks").glob("*.ipynb")}


@pytest.fixture(scope="module")
def table():
    return claims_matrix.matrix()


def test_the_stored_ledger_says_what_the_notebooks_say():
    stored = {str(claim): kept for claim, kept in claims_matrix.course_records().items()}
    assert stored == make_ledger.records(), "run python -m scripts.make_ledger, then notebook 12"


def test_notebooks_agree_on_a_claim_that_several_show():
    for claim, kept in claims_matrix.course_records().items():
        if ledger.claims().kind[claim] != "measured":
            assert len({row["verdict"] for row in kept}) == 1, f"claim {claim}: {kept}"


def test_every_claim_has_a_verdict_and_what_is_open_says_where(table):
    assert list(table.index) == list(range(1, 105)) and not table.isna().any().any()
    assert (table[list(table.columns)].map(len) > 0).all().all()
    claims = ledger.claims()
    for id, row in table.iterrows():
        open_, places = row.verdict == claims_matrix.OPEN, set(row["where"].split(", "))
        if row.kind in ("literature", "not testable here"):
            assert row.verdict == ledger.WITHOUT_RECORD[row.kind], id
            continue
        assert open_ == (not places & NOTEBOOKS), f"claim {id}: {row.verdict} in {row['where']}"
        if row.kind == "measured" and not open_:
            assert row["where"] == claims.test[id]["notebook"], id
    counted = claims_matrix.counts(table)
    assert counted.loc["together", "together"] == 104


def test_a_verdict_is_that_of_its_interval():
    tests = ledger.claims().test
    for claim, kept in claims_matrix.course_records().items():
        for row in (row for row in kept if "measured" in row):
            least = tests[claim]["threshold"]
            assert row["low"] <= row["measured"] <= row["high"], claim
            if min(abs(row["low"] - least), abs(row["high"] - least)) > 0.005:  # as shown, rounded
                side = "supported" if row["low"] >= least else "inconclusive"
                assert row["verdict"] == ("refuted" if row["high"] < least else side), claim


def test_a_record_is_read_from_what_a_notebook_shows(empty_artifacts):
    shown = ledger.verdict(80, measured=(0.3, 0.17, 0.44)).to_html()
    found = make_ledger.record(BeautifulSoup(shown, "html.parser").table, "N07")
    wanted = {"notebook": "N07", "measured": 0.3, "low": 0.17, "high": 0.44}
    assert found == (80, wanted | {"verdict": "supported"})
    shown = ledger.shown(2, True).to_html()
    found = make_ledger.record(BeautifulSoup(shown, "html.parser").table, "N04")
    assert found == (2, {"notebook": "N04", "verdict": "shown"})


def test_a_missing_ledger_is_an_error_that_helps(monkeypatch, tmp_path):
    monkeypatch.setattr(claims_matrix, "STORED", tmp_path / "none.json")
    with pytest.raises(ValueError, match="make_ledger"):
        claims_matrix.course_records()


def test_the_matrix_shows_yours_beside_the_courses(empty_artifacts):
    row = {"notebook": "N07", "n": 100, "measured": 0.3, "low": 0.2, "high": 0.4}
    records = {80: [row | {"verdict": "inconclusive"}, row | {"verdict": "supported"}]}
    before = claims_matrix.matrix(records)
    assert before.loc[80, ["verdict", "yours"]].tolist() == ["supported", "not measured yet"]
    assert before.evidence[80].startswith("+0.30 [+0.20, +0.40], n = 100; threshold 0.15")
    assert before.verdict[24] == "open" and "N11" in before.evidence[24]
    assert (before.verdict[before.kind == "literature"] == "others measured it").all()
    ledger.verdict(80, measured=(0.1, 0.0, 0.1))
    assert claims_matrix.matrix(records).yours[80] == "refuted"


def test_the_filter_and_its_widget_show_the_same(table):
    found = claims_matrix.chosen(
        table, kind="measured", verdict="refuted", words="RECALL difference"
    )
    assert set(found.kind) == {"measured"} and set(found.verdict) == {"refuted"}
    texts = (found.proposition + found.evidence).str.casefold()
    assert texts.str.contains("recall.*difference|difference.*recall").all() and 0 < len(
        found
    ) < len(table)
    both = claims_matrix.chosen(table, where="N13")  # among several notebooks
    assert all("N13" in place for place in both["where"])
    assert len(claims_matrix.chosen(table)) == 104
    with pytest.raises(ValueError, match="there are: .*property"):
        claims_matrix.chosen(table, kind="proved")
    widget = claims_matrix.browser(table)
    (kind, verdict, _, words), (status, shown) = widget.children[0].children, widget.children[1:]
    kind.value, verdict.value = "measured", "refuted"
    wanted = claims_matrix.chosen(table, kind="measured", verdict="refuted")
    assert status.value == f"{len(wanted)} of 104 claims"
    ids = BeautifulSoup(shown.value, "html.parser").select("tbody th")
    assert [int(cell.text) for cell in ids] == list(wanted.index)
    words.value = "<b>nothing</b>"
    assert status.value == "0 of 104 claims"


def test_what_is_exported_is_text_and_needs_nothing(table, tmp_path):
    bad = table.copy()
    bad.loc[1, "evidence"] = '<script>alert(1)</script> {counts} "&'
    bad.loc[2, "proposition"] = "=1+1"
    claims_matrix.write_html(bad, tmp_path / "claims.html")
    text = (tmp_path / "claims.html").read_text()
    page = BeautifulSoup(text, "html.parser")
    rows = page.select("#claims tbody tr")
    assert len(rows) == 104 and rows[0].select("td")[3].text == bad.evidence[1]
    assert len(page.select("script")) == 1 and not page.select("[src], link")
    heads = [cell.text for cell in page.select("#claims thead th[scope=col]")]
    assert heads == list(claims_matrix.COLUMNS) and page.select_one("label input#words")
    claims_matrix.write_csv(bad, tmp_path / "claims.csv")
    found = pd.read_csv(tmp_path / "claims.csv", keep_default_na=False)
    assert list(found.columns) == list(claims_matrix.COLUMNS) and len(found) == 104
    assert found.proposition[1] == "'=1+1" and sheets.unguard(found.proposition[1]) == "=1+1"
    assert found.evidence[0] == bad.evidence[1]


def test_every_contradiction_has_its_claims_with_their_evidence(table):
    found = claims_matrix.contradictions(table)
    assert list(dict.fromkeys(found.index.get_level_values(0))) == [f"X{i}" for i in range(1, 13)]
    assert found.loc[("X8", 93), "where"] == "N12" and found.verdict.map(len).min() > 0


def test_guesses_are_compared_with_the_first_result(empty_artifacts):
    assert not len(calibration.own()) and list(calibration.own()) == list(calibration.COLUMNS)
    ledger.predict(80, guess=0.1)
    assert not len(calibration.own())
    ledger.predict(80, guess=0.25)
    ledger.verdict(80, measured=(0.3, 0.2, 0.4))
    ledger.predict(80, guess=0.3)  # has seen the number
    ledger.verdict(80, measured=(0.9, 0.8, 1.0))
    ledger.verdict(81, measured=(0.0, -0.1, 0.1))  # without a guess
    ledger.predict(57, guess=3.0)
    ledger.verdict(57, measured=(1.0, 0.5, 1.5))
    found = calibration.own()
    assert list(found.index) == [57, 80]
    assert found.loc[80, ["guess", "measured"]].tolist() == [0.25, 0.3] and found.inside[80]
    assert found.error[80] == pytest.approx(-0.05) and not found.inside[57]


def test_a_summary_says_how_little_few_guesses_tell():
    results = {80: (0.3, 0.2, 0.4), 81: (0.0, -0.1, 0.1), 57: (1.0, 0.5, 1.5)}
    found = calibration.summary(calibration.compare({80: 0.4, 81: 0.3, 57: 9.0}, results))
    share, low, high = found["inside"]
    assert share == pytest.approx(1 / 3) and high - low > 0.8
    assert found["absolute error"][0] == pytest.approx(0.2)  # nats are not averaged with shares
    assert found["bias"][0] == pytest.approx(0.2) and found["bias"][1] < 0 < found["bias"][2]
    assert set(calibration.summary(calibration.compare({80: 0.4}, results))) == {"inside"}
    with pytest.raises(ValueError, match="no guess"):
        calibration.summary(calibration.compare({}, results))


SHARES = {"code": 0.4, "reader": 0.7, "twin": 0.7, "by heart": 0.2}
TRAITS = {
    "code": decision.Traits(seconds=0.05, update=2),
    "reader": decision.Traits(seconds=1.0, update=2, rows=1000, guarded=False),
    "twin": decision.Traits(seconds=1.0, update=2, rows=1010, guarded=False),
    "by heart": decision.Traits(0.1, 7200, 800, 100, traceable=False, guarded=False),
}


@pytest.fixture(scope="module")
def evidence():
    """Made-up answers: 100 questions with an answer, 40 without; all systems abstain in half."""
    parts = []
    for name, share in SHARES.items():
        right = np.arange(140) % 100 < 100 * share
        part = {"system": name, "id": [f"q{i}" for i in range(140)], "sendable": right}
        part |= {"entity": [f"e{i % 70}" for i in range(140)], "answerable": np.arange(140) < 100}
        parts.append(pd.DataFrame(part | {"fact": right, "abstained": np.arange(140) % 2 == 0}))
    parts[2].loc[60:69, "sendable"] = False  # the twin is wrong elsewhere
    parts[2].loc[70:79, "sendable"] = True
    return decision.Evidence(pd.concat(parts, ignore_index=True), TRAITS)


def test_a_requirement_is_judged_by_the_whole_interval(evidence):
    checked = decision.check(evidence, decision.Needs(sendable=0.4, abstained=0.9), "code")
    assert checked == {"sendable": "not decided", "abstained": "missed"}
    assert decision.check(evidence, decision.Needs(sendable=0.5), "reader") == {"sendable": "met"}
    assert decision.check(evidence, decision.Needs(), "code") == {}
    asked = decision.Needs(traceable=True, guarded=True, seconds=0.05, hours=1)
    found = decision.check(evidence, asked, "by heart")
    assert set(found.values()) == {"missed"} and len(found) == 4
    assert set(decision.check(evidence, asked, "code").values()) == {"met"}


def test_costs_add_up(evidence):
    needs = decision.Needs(queries_a_day=10, updates_a_month=2, months=10, machine_hour=3.6)
    cost = decision.monthly(TRAITS["by heart"], needs, sendable=0.2)
    assert cost["answers"] == pytest.approx(300 * 0.1 * 0.001)
    assert cost["updates"] == pytest.approx(2 * (7.2 + 100 * 0.5))
    assert cost["once"] == pytest.approx(800 * 0.5 / 10)
    assert cost["follow-up"] == pytest.approx(300 * 0.8 * 0.5)
    assert cost["total"] == pytest.approx(sum(cost[part] for part in list(cost)[:4]))
    mean, low, high = decision.compare_costs(evidence, needs, "reader", "code")
    assert low < mean < high
    back = decision.compare_costs(evidence, needs, "code", "reader")
    assert back == pytest.approx((-mean, -high, -low))
    share = {name: evidence.share(name, "sendable")[0] for name in ("reader", "code")}
    one, other = (decision.monthly(TRAITS[n], needs, share[n])["total"] for n in share)
    assert mean == pytest.approx(one - other)


def test_the_cheapest_that_meets_everything_comes_first_and_ties_are_named(evidence):
    made = decision.decide(evidence, decision.Needs(sendable=0.5))
    assert made.start == "reader" and made.undecided == ["twin"]
    assert made.out == {"code": ["sendable"], "by heart": ["sendable"]}
    assert "can't be told from that of: twin" in repr(made)
    few = decision.decide(evidence, decision.Needs(queries_a_day=1))
    assert few.start == "code" and few.undecided == []
    none = decision.decide(evidence, decision.Needs(sendable=0.5, guarded=True))
    assert none.start is None and len(none.out) == 4 and "No system" in repr(none)
    unsure = decision.decide(evidence, decision.Needs(sendable=0.4, guarded=True))
    assert unsure.start == "code" and "not decided whether it meets: sendable" in repr(unsure)


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        ({"sendable": 50}, "sendable is a share"),
        ({"seconds": "two"}, "seconds is a number of at least 0"),
        ({"row": -1}, "row is a number"),
        ({"person": math.nan}, "person is a number"),
        ({"months": 0}, "months is a number above 0"),
        ({"guarded": 1}, "guarded is True or False"),
        ({"budget": True}, "budget is a number"),
    ],
)
def test_needs_that_make_no_sense_are_refused(needs, message):
    with pytest.raises(ValueError, match=message):
        decision.Needs(**needs)


def test_nothing_asked_for_and_nothing_right_are_no_special_cases(evidence):
    none = evidence.rows[evidence.rows.system == "code"].assign(system="none", sendable=False)
    rows = pd.concat([evidence.rows, none], ignore_index=True)
    wider = decision.Evidence(rows, TRAITS | {"none": decision.Traits(seconds=0.5)})
    made = decision.decide(wider, decision.Needs())
    assert made.start == "reader" and not made.out and repr(made).startswith("Start with reader")
    found = decision_changes.arguments(wider, decision.Needs(), made)
    assert list(found.index) == [*TRAITS, "none"] and found.result["none"] == "costs more"


def test_a_system_without_answers_is_refused(evidence):
    with pytest.raises(ValueError, match="no answers of ghost"):
        decision.Evidence(evidence.rows, TRAITS | {"ghost": decision.Traits(1.0)})


@pytest.mark.parametrize("needs", [{"sendable": 0.3}, {"queries_a_day": 2.0}, {"guarded": True}])
def test_what_is_said_to_change_the_decision_changes_it_and_nothing_nearer_does(evidence, needs):
    needs = decision.Needs(**needs)
    now, found = decision.decide(evidence, needs).start, decision_changes.changes(evidence, needs)
    assert list(found.index) == list(decision_changes.RANGES)
    said = [(n, s, found.loc[n, s]) for n in found.index for s in ("below", "above")]
    changing = [(n, side, text) for n, side, text in said if text != "no change"]
    assert changing
    for name, side, text in changing:
        value, system = text.removesuffix(" (tied with it now)").split(": ")
        beyond, before = (float(value) * factor for factor in (1.0051, 0.9949))  # 3 digits
        beyond, before = (before, beyond) if side == "below" else (beyond, before)
        made = [decision.decide(evidence, replace(needs, **{name: at})) for at in (beyond, before)]
        others = [one.start or "no system at all" for one in made]
        assert others == [system, now or "no system at all"], (name, side, text)


def test_arguments_name_the_numbers_for_and_against(evidence):
    needs = decision.Needs(sendable=0.5, traceable=True, budget=2000, seconds=2, hours=1)
    found = decision_changes.arguments(evidence, needs)
    assert found.result.to_dict() == {
        "code": "out: sendable",
        "reader": "start here",
        "twin": "not decided",
        "by heart": "out: sendable, hours, traceable",
    }
    assert "sendable 0.40 [" in found.against["code"] and "traceable" in found["for"]["code"]
    assert "not traceable" in found.against["by heart"] and "2 hours" in found.against["by heart"]
    assert "a month against reader" in found.against["twin"] and not found.against["reader"]


def test_the_board_decides_as_its_twin_does_and_refuses_with_a_sentence(evidence):
    needs = decision.Needs(sendable=0.5)
    board = decision_changes.board(evidence, needs)
    controls = {c.description: c for line in board.children[:-2] for c in line.children}
    status, shown = board.children[-2:]
    assert "Start with reader" in status.value and controls["budget"].value == ""
    controls["guarded"].value = True
    assert "No system meets" in status.value
    controls["sendable"].value = ""
    assert "sendable is a number" in status.value and shown.value == ""
    controls["sendable"].value = "<b>0.3</b>"
    assert "&lt;b&gt;" in status.value
    controls["sendable"].value = "0.3"
    wanted = decision.decide(evidence, decision.Needs(sendable=0.3, guarded=True))
    assert repr(wanted) in BeautifulSoup(status.value, "html.parser").text
    assert len(pd.read_html(io.StringIO(shown.value))[0]) == len(TRAITS)


def test_a_claim_without_a_verdict_fails_the_run_of_the_notebooks(monkeypatch, tmp_path):
    from tests import nbval_states

    kept = {"80": [{"guess": 0.2}, {"verdict": "supported", "measured": 0.3}]}
    cache.write_json(tmp_path / "ledger.json", kept)
    monkeypatch.setattr(nbval_states, "recorded", {})
    nbval_states.take_ledger("N07", tmp_path)
    row = {"verdict": "supported", "measured": 0.3, "notebook": "N07"}
    assert nbval_states.filled() == {80: [row]}
    open_ = {int(text.split()[1]) for text in nbval_states.silently_open()}
    assert {48, 81, 82, 89} <= open_ and not {80, 24, 92, 2} & open_  # 92 is judged in N08
