"""Prices of notebook 10: operations, crossings with intervals, bills, maps, and the widget."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from helpers import cost_plots, costs, exercises, metrics, models, widgets
from helpers.engine.intervals import RESAMPLES, resampled
from tests.test_widgets import controls, find

SYSTEMS = {
    "<b>copies": costs.Measured(10, 0, 0.05, 2, 0, 0.4, 0.4),
    "reads": costs.Measured(20, 0, 1.2, 2, 0, 0.2, 0.2),
    "knows": costs.Measured(900, 800, 0.5, 900, 300, 0.7, 0.0),
}


def solved(id, name):
    """The course's solution of an exercise."""

    def stub(*_):
        return exercises.TODO

    stub.__name__ = name
    return exercises.working(id, stub)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(("prompt", "written"), [(1, 1), (7, 1), (12, 5)])
def test_operations_are_those_that_torch_counts(tied, prompt, written):
    config = LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=tied,
    )
    model = LlamaForCausalLM(config).eval()
    shape = costs.Shape.of(type("LLM", (), {"model": model}))
    assert (shape.layers, shape.width, shape.keys, shape.vectors) == (3, 32, 32, 97 * 32)
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        models.plain_generate(model, [[5] * prompt], written, set())
    sizes = (shape.weights, shape.layers, shape.width, shape.vectors)
    ours = solved("10.3", "operations")(prompt, written, *sizes)
    angles = 2 * (32 // 4 // 2) * (prompt + written - 1)  # of positions; a matrix product once
    assert counter.get_total_flops() - ours in (0, angles)


def test_the_shape_of_the_course_model(llm):
    shape = costs.Shape.of(llm)
    assert (shape.layers, shape.width, shape.keys) == (30, 576, 2 * 3 * 64)
    assert shape.vectors == 49152 * 576 and 106e6 < shape.weights < 106.3e6


def test_training_takes_four_or_six_for_each_weight_and_token():
    shape = costs.Shape(10, 1, 1, 1, 1)
    assert costs.training_operations(shape, 100, 1.0) == 4 * 10 * 100
    assert costs.training_operations(shape, 100, 0.5) == 3 * 10 * 100


def test_draws_of_two_systems_are_paired_and_agree_with_the_interval():
    rng = np.random.default_rng(0)
    first, groups = rng.normal(size=40), np.repeat(range(20), 2)
    second = np.stack([first + 1] * 5)  # another number of seeds
    one, other = resampled(first, groups), resampled(second, groups)
    assert one.shape == (RESAMPLES,) and np.allclose(other - one, 1)
    ends = np.quantile(one, (0.025, 0.975))
    assert tuple(ends) == pytest.approx(metrics.interval(first, groups)[1:])


def cross():
    return solved("10.4", "break_even")


def test_what_a_sendable_answer_costs():
    cost, sent, groups = np.array([2.0, 4.0, 6.0, 8.0]), np.array([1, 0, 1, 0]), list("aabb")
    assert costs.Line(9.0, cost, sent).for_sendable(groups) == (10.0, 6.0, 14.0)
    ratio, low, high = costs.Line(0, cost, np.array([sent, [1] * 4])).for_sendable(groups)
    assert ratio == 20 / 3 and low < ratio < high
    assert costs.Line(0, cost, 0 * sent).for_sendable(groups) == (math.inf,) * 3
    rare = costs.Line(0, cost, np.array([1, 0, 0, 0])).for_sendable(groups)
    assert rare[0] == 20.0 and rare[2] == math.inf  # some draws had nothing to send


def test_a_crossing_has_the_interval_of_the_difference():
    groups, each = list("abcd"), np.array([3.0, 4.0, 5.0, 6.0])
    cheap, costly = costs.Line(1.0, each), costs.Line(31.0, np.ones((5, 4)))
    mean, low, high = metrics.interval(each - 1, groups)
    wanted = (30 / mean, 30 / high, 30 / low)
    assert costs.crossing(cross(), cheap, costly, groups) == pytest.approx(wanted)
    assert (
        costs.crossing(cross(), costly, cheap, groups) == (math.inf,) * 3
    )  # more expensive each time
    open_end = costs.crossing(cross(), cheap, costs.Line(31.0, np.array([3.5] * 4)), groups)
    assert open_end[1] < open_end[0] < math.inf == open_end[2]


def test_a_crossing_counted_in_sendable_answers():
    groups, sent = list("abcd"), np.array([1, 1, 0, 0])
    cheap = costs.Line(0.0, np.full(4, 3.0), sent)  # 6 for each sendable answer
    costly = costs.Line(10.0, np.full(4, 2.0), np.ones((5, 4)))
    number, low, high = costs.crossing_of_sendable(cross(), cheap, costly, groups)
    assert number == 10 / (6 - 2) and low == 0.0 and high == 10 / (3 - 2)
    never = costs.crossing_of_sendable(cross(), costly, costs.Line(11.0, cheap.each, sent), groups)
    assert never[0] == never[2] == math.inf and costs.words(*never).startswith("never")


def test_crossings_in_words():
    assert costs.words(1234.4, 1000.0, 2000.0) == "1,234 [1,000, 2,000]"
    assert costs.words(5.0, 4.0, math.inf) == "5 [4, never]"
    assert costs.words(math.inf, 4.0, math.inf) == "never [4, never]"
    assert costs.words(math.inf, math.inf, math.inf) == "never"


def test_the_frontier_holds_what_nobody_beats():
    points = {"costly": (3, 0.6), "cheap": (1, 0.4), "beaten": (2, 0.3), "same": (1, 0.4)}
    assert costs.frontier(points) == ["cheap", "same", "costly"]
    assert costs.frontier({"one": (1, 0)}) == ["one"] and costs.frontier({}) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"months": -1}, "months is a number of at least 0, not -1"),
        ({"row": math.nan}, "row is a number"),
        ({"row": math.inf}, "row is a number"),
        ({"machine_hour": "1"}, "machine_hour is a number of at least 0, not '1'"),
        ({"known": True}, "known is a number"),
        ({"known": 1.2}, "known is a share, from 0 to 1, not 1.2"),
    ],
)
def test_odd_assumptions_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        costs.Use(**change)


def test_a_bill_is_the_sum_of_its_parts_and_of_exercise_10_5():
    use = costs.Use(queries_a_day=100, updates_a_month=2, months=6, follow_up=0.5, known=0.25)
    whole = solved("10.5", "total_cost")
    for system in SYSTEMS.values():
        bill, price = costs.bill(system, use), costs.priced(system, use)
        assert bill["total"] == pytest.approx(whole(price, asdict(use)))
        share = 0.25 * system.known + 0.75 * system.new
        assert price["sendable"] == pytest.approx(share)
        each = bill["total"] / (100 * 30 * 6 * share)
        assert bill["for each sendable answer"] == pytest.approx(each)
    knows = costs.priced(SYSTEMS["knows"], use)
    assert knows["once"] == pytest.approx(900 / 36000 + 400)
    assert knows["update"] == pytest.approx(900 / 36000 + 150)
    never = replace(SYSTEMS["reads"], known=0.0, new=0.0)
    assert costs.bill(never, use)["for each sendable answer"] == math.inf
    assert costs.bill(never, replace(use, queries_a_day=0))["total"] > 0
    assert list(costs.table(SYSTEMS).index) == list(SYSTEMS)


def test_the_cheapest_system_of_each_place_on_the_map():
    two = {name: SYSTEMS[name] for name in ("reads", "knows")}
    found = costs.cheapest(two, [1, 1e7], [0.01, 10])
    assert found.tolist() == [["reads", "knows"], ["reads", "knows"]]
    found = costs.cheapest(two, [1, 1e5], [0.01, 1e6])
    assert found[1].tolist() == ["reads", "reads"]
    assert set(costs.cheapest(SYSTEMS, [1, 1e7], [0.01, 10]).ravel()) == {"<b>copies"}


def test_a_crossing_is_drawn_and_one_that_never_comes_is_said():
    lines = {"reads": (1.0, 3.0), "knows": (100.0, 1.0), "copies": (0.5, 0.5)}
    crossings = {"reads and knows": (49.5, 40.0, 60.0), "copies and knows": (math.inf,) * 3}
    crossings["open"] = (70.0, 50.0, math.inf)
    figure = cost_plots.crossing(lines, 1e4, crossings, "A title", "queries", "operations")
    assert "reads: 1 at first and 3 for each" in figure.words
    assert "reads and knows: cross at 50 (from 40 to 60)" in figure.words
    assert "copies and knows: never cross" in figure.words and "to inf" in figure.words
    axes = figure.axes[0]
    assert axes.get_xscale() == axes.get_yscale() == "log" and len(axes.lines) == 3 + 2


def test_a_map_names_its_regions_and_corners():
    names = np.array([["a", "a", "b"], ["a", "b", "b"]], object)
    figure = cost_plots.region_map(names, [1, 10, 100], [1, 10], "Who?", "queries", "updates")
    assert "a on 50% of the map; b on 50% of the map" in figure.words
    assert "from 1 to 100 queries; at 1 updates: a from 1 on, b from" in figure.words
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["a", "b"]
    one = cost_plots.region_map(names[:1, :2], [1, 10], [1], "Who?", "queries", "updates")
    assert "a on 100% of the map" in one.words


def test_the_cost_model_follows_its_controls():
    use = costs.Use(queries_a_day=100)
    box = widgets.cost_model(SYSTEMS, use)
    status, shown = box.children[-2:]
    assert len(list(controls(box))) == 7 and shown.value.count("<tr") == len(SYSTEMS) + 1
    assert "Cheapest in all: &lt;b&gt;copies." in status.value and "<b>copies" not in shown.value
    total = widgets._price(costs.table(SYSTEMS, use).total["knows"])
    assert f">{total}<" in shown.value
    for description, value in {
        "Queries": 10_000,
        "Share": 1.0,
        "Updates": 3,
        "Months": 6,
        "Price of a machine": 2.0,
        "Price of a training": 0.1,
        "Price of a person": 1.0,
    }.items():
        before = shown.value
        find(box, description).value = value
        assert shown.value != before, description
    here = costs.Use(10_000, 3, 6, 2.0, 0.1, 1.0, 1.0)
    assert widgets._price(costs.table(SYSTEMS, here).total["knows"]) in shown.value
    assert "Cheapest in all: knows." in status.value
    for control in controls(box):
        assert control.description and control.style.description_width == "initial"
    find(box, "Months").value = -3  # the control keeps to its limits
    assert find(box, "Months").value == 0 and "<table" in shown.value


def test_meters_pass_on_what_the_encoder_makes(embedder):
    meter = costs.Metered(embedder)
    assert np.array_equal(meter.encode(["a lake"]), embedder.encode(["a lake"]))
    assert len(meter.encode(["a lake", "a river"], progress=None)) == 2
    assert meter.tokens == 3 * 4  # with the marks at both ends


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (5.6e-05, "under 0.0001"), (2.63912, "2.639"), (999.96, "1000"), (2160.4, "2,160")]
    + [(1234567, "1,234,567"), (float("inf"), "inf"), (float("nan"), "nan")],
)
def test_amounts_have_no_powers_of_ten(value, words):
    assert widgets._price(value) == words
