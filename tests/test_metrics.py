"""The metrics against scikit-learn, SciPy and ir-measures, and at their edges."""

import math
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import ndcg_score, precision_recall_fscore_support

from helpers import metrics


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("The 31 Months.", "31 months"),
        ("  a  kit ", "kit"),
        ("'amber gland nut'", "amber gland nut"),
        ("\u221226 °C", "-26 °c"),
    ],
)
def test_normalize(answer, same):
    assert metrics.normalize(answer) == metrics.normalize(same)


def test_exact_match_and_contains_know_whole_words():
    assert metrics.exact_match("31 months", ["31 months", "thirty-one months"])
    assert not metrics.exact_match("about 31 months", ["31 months"])
    assert metrics.contains("It lasts 31 months.", ["31 months"])
    assert not metrics.contains("It lasts 131 months.", ["31 months"])
    assert not metrics.contains("anything", [])


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("-5", "5"),
        ("\u22125 °C", "5 °C"),
        ("–5", "5"),
        ("\u2212 5", "5"),
        ("(-5)", "(5)"),
        ("**-5**", "5"),
        ("-5", "+5"),
        ("-£5", "£5"),
        ("-½", "½"),
        ("-∞", "∞"),
        (".5 bar", "5 bar"),
        ("-.5", ".5"),
        ("_.5_ bar", "5 bar"),
        ("$.50", "$50"),
        (",5 bar", "5 bar"),
        ("5%", "5"),
        ("5 %", "5"),
        ("5‰", "5%"),
        ("$5", "5"),
        ("€5", "£5"),
        ("<5", "5"),
        ("< 5", "5"),
        ("(<5)", "5"),
        ("<=5", "5"),
        ("≥5", ">5"),
        ("~5", "5"),
        ("≈ 5", "5"),
        ("±5", "5"),
        ("+/-5", "-5"),
        ("5°", "5"),
        ("5′", "5″"),
        ("10²", "102"),
        ("10⁻³", "103"),
        ("5½", "51/2"),
        ("A-", "A"),
        ("O\u2212", "O+"),
        ("18+", "18"),
        ("C++", "C#"),
        ("0.5", "5"),
        ("5-10 bar", "10 bar"),
        ("A < B", "A > B"),
        ("A<B", "A B"),
        ("pressure ~ depth", "pressure < depth"),
        ("A*", "A"),
        ("grade B*", "grade B-"),
        ("5 €", "5"),
    ],
)
def test_a_symbol_that_changes_the_value_stays(answer, accepted):
    for one, other in ((answer, accepted), (accepted, answer)):
        assert not metrics.exact_match(one, [other])
        assert metrics.token_f1(one, [other]) < 1
    assert not metrics.contains(f"It is {answer}.", [accepted])
    assert metrics.contains(f"It is {answer}.", [answer])


def test_a_hyphen_before_a_number_is_a_minus_and_no_bullet_of_a_list():
    for answer, accepted in (("- 5", "5"), ("– 5 °C", "5 °C")):
        assert not metrics.exact_match(answer, [accepted])
        assert metrics.exact_match(answer, [f"-{accepted}"])
    assert metrics.exact_match("- 5 bar\n- 6 bar", ["5 bar 6 bar"])


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("Class A", "Class"),
        ("vitamin a", "vitamin"),
        ("Type a", "type"),
        ("PLAN A.", "plan"),
        ("Hepatitis A vaccine", "hepatitis vaccine"),
        ("use grade a steel", "use grade steel"),
        ("A, B and C", "B and C"),
        ("A or B", "or B"),
        ("from A to B", "from to B"),
        ("the answer is A because", "the answer is because"),
        ("A", "The"),
    ],
)
def test_a_letter_that_is_a_name_stays(answer, accepted):
    assert not metrics.exact_match(answer, [accepted])
    assert not metrics.exact_match(accepted, [answer])
    assert metrics.token_f1(answer, [accepted]) < 1
    assert metrics.exact_match(answer.upper(), [answer.lower()])


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("a banana", "Banana"),
        ("A banana.", "the banana"),
        ("An owl", "owl"),
        ("It is a pump", "it is the pump"),
        ("the end of a hose", "end of hose"),
        ("a 5 bar valve", "5 bar valve"),
    ],
)
def test_an_article_goes(answer, accepted):
    assert metrics.exact_match(answer, [accepted]) and metrics.contains(accepted, [answer])


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("1,000", "1000"),
        ("12,500 litres", "12500 litres"),
        ("(1,000,000)", "1000000"),
        ("3,500.5", "3500.5"),
        ("£48,250", "£48250"),
        ("-1,000", "-1000"),
        ("1,000-2,000", "1000–2000"),
        ("1\u202f000 kg", "1000 kg"),
        ("1\u00a0000\u00a0000", "1,000,000"),
        ("1’000", "1'000"),
        ("１，０００", "1000"),
        (".5", "0.5"),
        ("-.5", "\u22120.5"),
        ("5.", "5"),
        ("+5", "5"),
        ("5 %", "5%"),
        ("< 5", "<5"),
        (">= 5", "≥5"),
        ("20 +/- 5", "20±5"),
        ("-$5", "$-5"),
        ("5°C", "5 °C"),
        ("5℃", "5 °c"),
        ("5½", "5 1/2"),
        ("5 €", "€5"),
        ("-5€", "-€ 5"),
        ("1,250.50 $", "$1250.50"),
        ("No.5", "No. 5"),
        ("fig.12", "Fig. 12"),
        ("**5** bar", "5 bar"),
        ("*grade A*", "grade A"),
        ("<b>5 bar</b>", "b 5 bar /b"),
    ],
)
def test_two_spellings_of_a_number_are_equal(answer, accepted):
    assert metrics.exact_match(answer, [accepted])
    assert metrics.contains(f"It is {answer}, says the page", [accepted])


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        ("1,5", "15"),
        ("1,23", "123"),
        ("1,00,000", "100000"),
        ("0,500", "500"),
        ("1,0000", "10000"),
        ("1,000,00", "100000"),
        ("1.000", "1000"),
        ("12 500", "12500"),
        ("1, 000", "1000"),
        ("3,4,500", "34500"),
        ("1'000,000", "1000000"),
    ],
)
def test_a_comma_that_separates_no_thousands_stays(answer, other):
    assert not metrics.exact_match(answer, [other]) and metrics.exact_match(answer, [answer])


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("It’s", "it's"),
        ("“amber” nut", '"amber" nut'),
        ("«amber» ‹nut›", "amber nut"),
        ("5–10", "5-10"),
        ("twenty‑one", "twenty-one"),
        ("well—known", "well-known"),
        ("ﬁlter", "filter"),
        ("５ ｂａｒ", "5 bar"),
        ("31\u00a0months", "31 months"),
        ("val\u00adve", "valve"),
        ("cafe\u0301", "café"),
        ("CO₂", "CO2"),
        ("Straße", "STRASSE"),
    ],
)
def test_typographic_forms_are_folded(answer, accepted):
    assert metrics.exact_match(answer, [accepted]) and metrics.exact_match(accepted, [answer])


PIECES = "a A an The is of and 5 0 10 000 1 100 pump C x b ٥ ☃ ́ ß İ ½ ² ⁻ ① ´ ’ “ « – — \u2212"
TEXTS = st.text(max_size=12) | st.lists(
    st.sampled_from(
        [*PIECES.split(" "), *string.punctuation, *"±≈€£‰°", *" \n\u00a0\u202f\u00ad", " ", " "]
    ),
    max_size=9,
).map("".join)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(TEXTS)
@example("an~a")
@example("an ~ a valve")
def test_normalising_again_changes_nothing(text):
    once = metrics.normalize(text)
    assert metrics.normalize(once) == once == metrics.normalize(f" {text}\n")
    assert metrics.exact_match(text, [text]) == metrics.contains(text, [text]) == bool(once)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(1, 10**9), st.sampled_from(["", "-", "\u2212", "£", "<", "±", "~"]))
def test_a_number_equals_itself_with_separators_and_no_other_number(number, sign):
    for separator in ",’\u00a0\u202f":
        written = f"{sign}{number:,}".replace(",", separator)
        assert metrics.exact_match(written, [f"{sign}{number}"])
        assert metrics.exact_match(written, [str(number)]) == (sign == "")
        assert not metrics.exact_match(written, [f"{sign}{number + 1}", f"{sign}{number * 10}"])


ANSWER_MEASURES = ["exact_match", "contains", "token_f1"]


@pytest.mark.parametrize("measure", ANSWER_MEASURES)
@pytest.mark.parametrize(
    "accepted",
    ["31 months", "", b"31 months", None, 31, {"answers": ["31"]}, ["31", None], [31], [["31"]]],
    ids=repr,
)
def test_what_is_no_list_of_accepted_answers_is_refused(measure, accepted):
    with pytest.raises(TypeError, match=r"(?i)accepted answers .*(list|strings)"):
        getattr(metrics, measure)("31 months", accepted)


@pytest.mark.parametrize("answer", [None, 31, 3.5, b"31", ["31"], float("nan")], ids=repr)
def test_an_answer_that_is_no_string_is_refused(answer):
    for measure in ANSWER_MEASURES:
        with pytest.raises(TypeError, match="must be a string"):
            getattr(metrics, measure)(answer, ["31"])


@pytest.mark.parametrize(
    "form", ["", " ", ".", "...", "“”", "-", "\u200b", "the", "[]", "\n"], ids=repr
)
def test_an_accepted_answer_without_words_matches_nothing(form):
    for answer in ("anything", "", "the pump", " . ", form.strip("the")):
        assert not metrics.exact_match(answer, [form])
        assert not metrics.contains(answer, [form])
        assert metrics.token_f1(answer, [form]) == 0
    assert metrics.contains("the pump", [form, "pump"])


@pytest.mark.parametrize(
    "accepted",
    [
        ("31 months",),
        {"31 months"},
        np.array(["31 months"]),
        pd.Series(["31 months"]),
        iter(["31 months"]),
    ],
    ids=lambda accepted: type(accepted).__name__,
)
def test_any_collection_of_accepted_answers_is_taken(accepted):
    assert metrics.exact_match("31 Months", accepted)


def test_token_f1():
    assert metrics.token_f1("red gland nut", ["amber gland nut"]) == pytest.approx(2 / 3)
    assert metrics.token_f1("", ["x"]) == 0 and metrics.token_f1("x", []) == 0


def test_abstention_equals_scikit_learn():
    rng = np.random.default_rng(1)
    abstained, answerable = rng.random(200) < 0.4, rng.random(200) < 0.6
    ours = metrics.abstention(abstained, answerable)
    precision, recall, f1, _ = precision_recall_fscore_support(
        ~answerable, abstained, average="binary"
    )
    assert ours == pytest.approx({"precision": precision, "recall": recall, "f1": f1})
    assert metrics.abstention([False], [True]) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_ranking():
    ranked, relevant = list("abcdefghij"), {"b", "e", "z"}
    assert metrics.recall_at_k(ranked, relevant, 3) == pytest.approx(1 / 3)
    truth = [[1.0 if item in "be" else 0.0 for item in ranked]]
    assert metrics.ndcg(ranked, {"b", "e"}) == pytest.approx(
        ndcg_score(truth, [list(range(10, 0, -1))], k=10)
    )


@pytest.mark.parametrize(
    "ranked",
    [
        ["a", "a"],
        ["a", "a", "a", "b"],
        ["x", "a", "x", "a", "b", "b"],
        ["b"] * 30,
        [*"abab"],
        ["a", "z", "a"],
    ],
    ids="".join,
)
def test_an_id_found_twice_counts_once(ranked):
    relevant = {"a", "b"}
    seen = [item if item not in ranked[:i] else f"again {i}" for i, item in enumerate(ranked)]
    for k in range(1, 12):
        assert metrics.ndcg(ranked, relevant, k) == metrics.ndcg(seen, relevant, k) <= 1
        assert metrics.recall_at_k(ranked, relevant, k) == len({*ranked[:k]} & relevant) / 2
        assert metrics.recall_at_k(ranked, [*"aabb"], k) == metrics.recall_at_k(seen, relevant, k)
        assert metrics.ndcg(ranked, [*"aabb"], k) == metrics.ndcg(seen, relevant, k)


IDS = st.sampled_from([f"d{i}" for i in range(12)])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(IDS, max_size=15), st.sets(IDS, min_size=1, max_size=8), st.integers(1, 12))
def test_rankings_equal_ir_measures(ranked, relevant, k):
    """trec_eval knows no repeated ids: here each repeat is another id, one that is not relevant."""
    import ir_measures
    from ir_measures import R, nDCG

    seen = [item if item not in ranked[:i] else f"again {i}" for i, item in enumerate(ranked)]
    run = {"q": {item: float(-rank) for rank, item in enumerate(seen)} or {"nothing": 0.0}}
    truth = {"q": {item: 1 for item in relevant}}
    theirs = ir_measures.calc_aggregate([R @ k, nDCG @ k], truth, run)
    assert metrics.recall_at_k(ranked, relevant, k) == pytest.approx(theirs[R @ k])
    assert metrics.ndcg(ranked, relevant, k) == pytest.approx(theirs[nDCG @ k])


@pytest.mark.parametrize(
    ("ranked", "relevant", "k"),
    [
        ("abc", {"a"}, 3),
        (["a"], "a", 3),
        ({"a", "b"}, {"a"}, 3),
        ({"a": 1.0}, {"a"}, 3),
        (["a"], {"a": 0}, 3),
        (None, {"a"}, 3),
        (["a"], None, 3),
        (["a"], {"a"}, 0),
        (["a"], {"a"}, -1),
        (["a"], {"a"}, 1.5),
        (["a"], {"a"}, True),
        (["a"], {"a"}, "3"),
        (["a"], {"a"}, None),
    ],
)
def test_what_is_no_ranking_is_refused(ranked, relevant, k):
    for measure in (metrics.recall_at_k, metrics.ndcg):
        with pytest.raises((TypeError, ValueError), match=r"(Give the .* as a list|k must be)"):
            measure(ranked, relevant, k)


def test_nothing_relevant():
    with pytest.raises(ValueError, match="at least one relevant id"):
        metrics.recall_at_k(["a"], set(), 3)
    assert metrics.ndcg(["a"], set()) == 0.0 and metrics.ndcg([], {"a"}) == 0.0


NAN, YES = float("nan"), [True, False]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("abstention", ([True], [True, False])),
        ("abstention", ([], [])),
        ("abstention", ([True, NAN], YES)),
        ("abstention", (["no", "yes"], YES)),
        ("abstention", ([0.4, 0.6], YES)),
        ("abstention", ([YES], [YES])),
        ("mcnemar", ([True], YES)),
        ("mcnemar", ([], [])),
        ("mcnemar", (YES, [NAN, 1])),
        ("mcnemar", (YES, [None, True])),
        ("mcnemar", (["", "x"], YES)),
        ("mcnemar", (YES, True)),
        ("mcnemar", (YES, {1, 0})),
        ("bootstrap", ([0.5, NAN],)),
        ("bootstrap", ([0.5, None],)),
        ("bootstrap", ([0.5, float("inf")],)),
        ("bootstrap", (["0.5", "1"],)),
        ("bootstrap", ([[0.5, 1]],)),
        ("bootstrap", ("0.5",)),
        ("bootstrap", ({0.5, 1},)),
        ("bootstrap", ([0.5, 1], ["a"])),
        ("bootstrap", ([0.5, 1], ["a", "b", "c"])),
        ("bootstrap", ([0.5, 1], ["a", None])),
        ("bootstrap", ([0.5, 1], ["a", NAN])),
        ("bootstrap", ([0.5, 1], [1, "1"])),
        ("bootstrap", ([0.5, 1], "ab")),
        ("bootstrap", ([0.5, 1], None, 95)),
        ("bootstrap", ([0.5, 1], None, 0)),
        ("bootstrap", ([0.5, 1], None, 1.0)),
        ("bootstrap", ([0.5, 1], None, True)),
        ("bootstrap", ([0.5, 1], None, NAN)),
        ("bootstrap", ([0.5, 1], None, "0.95")),
        ("over_seeds", ([0.5],)),
        ("over_seeds", ([],)),
        ("over_seeds", ([0.5, NAN],)),
        ("over_seeds", (["0.5", "0.6"],)),
        ("over_seeds", ([[0.5, 0.6], [0.5, 0.6]],)),
        ("over_seeds", (0.5,)),
        ("holm", ([],)),
        ("holm", ([0.5, 1.2],)),
        ("holm", ([-0.1, 0.5],)),
        ("holm", ([0.5, NAN],)),
        ("holm", (0.5,)),
        ("holm", (["0.5"],)),
        ("holm", ([[0.5, 0.1]],)),
    ],
    ids=lambda value: repr(value)[:50],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_statistics_refuse_what_gives_a_wrong_number(name, arguments):
    with pytest.raises((TypeError, ValueError), match=r"^(The|There|Give|Not|A) .*"):
        getattr(metrics, name)(*arguments)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_equals_its_definition(p_values):
    """Adjusted: over all p-values up to this one, the largest of p times those not below it."""
    m, ours = len(p_values), metrics.holm(p_values)
    ordered = sorted(p_values)
    for p, adjusted in zip(p_values, ours, strict=True):
        steps = [(m - i) * q for i, q in enumerate(ordered) if q <= p]
        assert adjusted == pytest.approx(min(1, max(steps)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_equals_a_binomial_sum(pairs):
    first, second = zip(*pairs, strict=True)
    wins, losses = pairs.count((True, False)), pairs.count((False, True))
    n, least = wins + losses, min(wins, losses)
    tail = sum(math.comb(n, i) for i in range(least + 1)) / 2**n
    assert metrics.mcnemar(first, second) == pytest.approx(min(1, 2 * tail))


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series], ids=lambda kind: kind.__name__)
def test_any_ordered_collection_of_numbers_is_taken(kind):
    yes, numbers, names = kind([True, False, True]), kind([0.2, 0.5, 0.3]), kind([*"aab"])
    assert metrics.mcnemar(yes, yes) == 1 and metrics.abstention(yes, yes)["f1"] == 0
    assert metrics.bootstrap(numbers, names) == metrics.bootstrap([0.2, 0.5, 0.3], [*"aab"])
    assert metrics.over_seeds(numbers)[0] == pytest.approx(1 / 3)
    assert metrics.holm(numbers) == pytest.approx([0.6, 0.6, 0.6])


def test_bootstrap_agrees_with_scipy():
    values = np.random.default_rng(2).random(80)
    mean, low, high = metrics.bootstrap(values)
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=10_000, random_state=3
    ).confidence_interval
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.005)


def test_intervals_over_seeds_agree_with_scipy():
    values = [0.3, 0.5, 0.4]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(values), scale=stats.sem(values))
    assert metrics.over_seeds(values) == pytest.approx((0.4, low, high))


def test_bootstrap_by_group_is_wider_when_a_group_agrees():
    values, groups = np.repeat([0.0, 1.0, 0.0, 1.0, 1.0], 10), np.repeat(list("abcde"), 10)
    _, low, high = metrics.bootstrap(values)
    _, group_low, group_high = metrics.bootstrap(values, groups)
    assert group_high - group_low > 1.5 * (high - low)
    with pytest.raises(ValueError, match="no values"):
        metrics.bootstrap([])


def test_bootstrap_covers():
    rng = np.random.default_rng(4)
    inside = 0
    for seed in range(100):
        _, low, high = metrics.bootstrap(rng.random(60) < 0.4, seed=seed)
        inside += low <= 0.4 <= high
    assert inside >= 88  # of 100, at a nominal 95


def test_mcnemar_is_the_sign_test_on_disagreements():
    first = np.array([1] * 12 + [0] * 3 + [1] * 20, bool)
    second = np.array([0] * 12 + [1] * 3 + [1] * 20, bool)
    assert metrics.mcnemar(first, second) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert metrics.mcnemar(first, first) == 1.0


def test_holm_by_hand():
    assert metrics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert metrics.holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
