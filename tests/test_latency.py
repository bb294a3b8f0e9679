"""The clock of notebook 10: every stage is seen, and no time is that of a cache hit."""

from copy import copy

import numpy as np
import pytest
import torch

from helpers import course, exercises, latency, lora, models, refine, retrieval, system
from helpers.documents import Chunk
from helpers.engine import cache, machine
from helpers.latency import REST

CHUNKS = [
    Chunk("a-1", "", "The pump of the mill is green.", 0, 1),
    Chunk("a-2", "", "The gate is opened at noon.", 0, 1),
]
QUESTION = "Which colour has the pump?"


@pytest.fixture(scope="module")
def tiny(tiny_model):
    return models.load_llm(str(tiny_model))


@pytest.fixture
def rag(tiny, embedder):
    """A clock, and RAG on a tiny model whose parts are timed by it."""
    clock = latency.Clock(tiny)
    index = retrieval.DenseIndex(CHUNKS, clock.timed(embedder, "encode", "embed"))
    index = clock.timed(index, "search", "search")
    return clock, system.System(tiny, index, k=1, max_new_tokens=6)


def by_stage(spans):
    """The seconds of each stage, by the course's solution of exercise 10.1."""

    def stage_seconds(spans):
        return exercises.TODO

    return exercises.working("10.1", stage_seconds)(spans)


def names(trace):
    return [stage for stage, _, _ in trace.spans]


def test_each_stage_is_seen_and_their_seconds_add_up(rag):
    clock, rag = rag
    trace = clock.ask(rag, QUESTION)
    assert set(names(trace)) == {"embed", "search", "prefill", "decode", REST}
    assert names(trace).count("decode") == trace.answer.generated_tokens - 1 == 5
    seconds = by_stage(trace.spans)
    assert min(seconds.values()) > 0 and sum(seconds.values()) == pytest.approx(trace.seconds)
    assert all(0 <= start <= end <= trace.seconds for _, start, end in trace.spans)


def test_the_first_token_comes_before_the_others(rag):
    clock, rag = rag
    trace = clock.ask(rag, QUESTION)
    times = [trace.until(tokens).seconds for tokens in range(1, 7)]
    assert times == sorted(times) and len(set(times)) == 6 and times[-1] <= trace.seconds
    assert trace.until().seconds == times[-1]
    assert "decode" not in names(trace.until(1)) and names(trace.until(3)).count("decode") == 2
    assert sum(by_stage(trace.until(3).spans).values()) == pytest.approx(times[2])
    for tokens in (0, 7):
        with pytest.raises(ValueError, match=f"has 6 tokens, so there is no token {tokens}"):
            trace.until(tokens)


def test_a_row_of_milliseconds_for_each_trace(rag):
    clock, rag = rag
    traces = [clock.ask(rag, text) for text in (QUESTION, "When is the gate opened?")]
    table = latency.milliseconds(traces, by_stage)
    assert list(table) == [*latency.STAGES, "first token", "whole answer"] and len(table) == 2
    assert np.allclose(table[latency.STAGES].sum(axis=1), table["whole answer"])
    assert (table["rerank"] == 0).all() and (table["first token"] < table["whole answer"]).all()


def test_what_a_search_adds_is_taken_up_to_the_same_token(rag):
    clock, rag = rag
    plain = copy(rag)
    plain.index = None
    for most, tokens in ((4, 4), (9, 6)):
        longer = clock.ask(rag, QUESTION)
        shorter = clock.ask(latency.Exactly(plain, 9), QUESTION)
        added, search = latency.added_by(longer, shorter, most, by_stage)
        assert added == longer.until(tokens).seconds - shorter.until(tokens).seconds
        seconds = by_stage(longer.spans)
        assert search == pytest.approx(seconds["embed"] + seconds["search"])


def test_no_time_is_that_of_a_cache_hit(rag, embedder, monkeypatch):
    """Everything was asked before, and is computed again each time that it is timed."""
    clock, rag = rag
    (stored,) = rag.answer([QUESTION])
    passes, texts, encode = [], [], embedder.model.encode

    def counted(some, **options):
        texts.extend(some)
        return encode(some, **options)

    monkeypatch.setattr(embedder.model, "encode", counted)
    hook = clock.llm.model.register_forward_hook(lambda *_: passes.append(1))
    rag.answer([QUESTION])
    assert not passes, "the answer is in the store, or this test proves nothing"
    for _ in range(2):
        texts.clear()
        trace = clock.ask(rag, QUESTION)
        assert len(passes) >= trace.answer.generated_tokens and texts == [QUESTION]
        assert trace.answer.text == stored.text
        passes.clear()
    several = [QUESTION, "And the gate?"]  # embeddings of several texts are kept on disk
    embedder.encode(several)
    texts.clear()
    embedder.encode(several)
    assert not texts

    class Encodes:
        def answer(self, questions):
            embedder.encode(several)
            return rag.answer(questions)

    for _ in range(2):
        texts.clear()
        clock.ask(Encodes(), QUESTION)
        assert texts == [*several, QUESTION]
    hook.remove()


def test_nothing_is_kept_and_shipped_answers_are_not_used(rag):
    clock, rag = rag
    seen = []

    class Probe:
        def answer(self, questions):
            seen.append((clock.llm.use_shipped, cache.artifacts()))
            return rag.answer(questions)

    with clock.llm.shipped_answers():
        clock.ask(Probe(), QUESTION)
        assert clock.llm.use_shipped
    shipped, folder = seen[0]
    assert not shipped and folder != cache.artifacts() and not folder.exists()


def test_an_answer_that_no_model_computed_has_no_time(rag):
    clock, rag = rag
    (stored,) = rag.answer([QUESTION])

    class Remembers:
        def answer(self, questions):
            return [stored]

    with pytest.raises(RuntimeError, match="has 6 tokens, and the model computed 0"):
        clock.ask(Remembers(), QUESTION)


def test_without_a_language_model_the_answer_is_there_all_at_once(rag):
    clock, rag = rag

    class Copies:
        def answer(self, questions):
            hit = rag.index.search(questions, 1)[0][0]
            return [system.Answer.read(questions[0], hit.chunk.text, rag.style)]

    trace = clock.ask(Copies(), QUESTION)
    assert set(names(trace)) == {"embed", "search", REST} and trace.until(1) is trace


def test_passes_inside_a_search_belong_to_the_search(rag):
    clock, rag = rag
    judged = copy(rag)
    judge = clock.timed(refine.likelihood(clock.llm), "__call__", "rerank")
    judged.index = clock.timed(refine.Reranked(rag.index, judge, depth=2), "search", "search")
    trace = clock.ask(judged, QUESTION)
    assert names(trace).count("prefill") == 1 and names(trace).count("decode") == 5
    prefill = next(start for stage, start, _ in trace.spans if stage == "prefill")
    rerank = next(end for stage, _, end in trace.spans if stage == "rerank")
    assert rerank < prefill and by_stage(trace.spans)["rerank"] > 0


def test_exactly_so_many_tokens_whatever_ends_an_answer(rag, monkeypatch):
    clock, rag = rag
    question = "Why is it green?"  # which no other test has asked
    monkeypatch.setattr(clock.llm, "end_ids", set(range(clock.llm.model.config.vocab_size)))
    nine = latency.Exactly(rag, 9)
    assert rag.answer([question])[0].generated_tokens == 1
    assert nine.answer([question])[0].generated_tokens == 9
    assert clock.ask(nine, question).answer.generated_tokens == 9
    assert rag.max_new_tokens == 6 and len(clock.llm.end_ids) > 9
    assert clock.ask(rag, question).answer.generated_tokens == 1
    same_cap = copy(rag)
    same_cap.max_new_tokens = 9  # nothing of the nine tokens was kept as its answer
    assert same_cap.answer([question])[0].generated_tokens == 1

    class Fails:
        def answer(self, questions):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        clock.ask(Fails(), question)
    assert len(clock.llm.end_ids) > 9 and not clock.llm.model._forward_hooks


def test_timed_parts_are_what_they_stand_for(rag, embedder):
    clock, rag = rag
    timed = clock.timed(embedder, "encode", "embed")
    assert timed.name == embedder.name and timed.max_tokens == embedder.max_tokens
    assert np.array_equal(timed.encode(["a"]), embedder.encode(["a"]))
    assert rag.index.chunks == CHUNKS


@pytest.fixture(scope="module")
def adapter(tiny):
    rows = [{"question": f"What is {n}?", "answer": f"It is {n}."} for n in range(8)]
    recipe = lora.Recipe(rank=2, top_layers=1.0, learning_rate=0.3, epochs=3)
    return lora.train(tiny, course.examples(tiny, rows), recipe)


def weights(llm):
    return {name: weight.clone() for name, weight in llm.model.named_parameters()}


def test_a_merged_adapter_answers_as_one_that_is_put_on(tiny, adapter):
    plain = system.System(tiny, max_new_tokens=8)
    apart = system.System(tiny, adapter=adapter, max_new_tokens=8)
    merged, before = latency.Merged(apart), weights(tiny)
    asked = [f"What is {n}?" for n in range(6)]
    texts = [[a.text for a in one.answer(asked)] for one in (plain, apart, merged, plain)]
    assert texts[1] == texts[2] != texts[0] == texts[3]
    assert all(torch.equal(weight, before[name]) for name, weight in weights(tiny).items())
    assert apart.adapter == adapter and merged.system.adapter is None and tiny.adapter is None
    with pytest.raises(ValueError, match="tokens, even without a passage"):
        merged.answer(["why " * 2000])
    assert all(torch.equal(weight, before[name]) for name, weight in weights(tiny).items())
    trace = latency.Clock(tiny).ask(merged, asked[0])
    assert trace.answer.text == texts[2][0] and trace.answer.generated_tokens > 0


def test_nothing_is_merged_into_a_model_that_has_an_adapter_on(tiny, adapter):
    merged = latency.Merged(system.System(tiny, adapter=adapter))
    with lora.adapted(tiny, adapter):
        for use in (lambda: merged.answer([QUESTION]), lambda: latency.Merged(merged.system)):
            with pytest.raises(RuntimeError, match="has an adapter on"):
                use()


def test_systems_take_turns_after_a_warm_up_that_does_not_count(rag):
    clock, rag = rag
    calls = []

    class Named:
        def __init__(self, name):
            self.name = name

        def answer(self, questions):
            (answer,) = rag.answer(questions)
            calls.append((self.name, questions[0], answer.generated_tokens))
            return [answer]

    asked = [f"{QUESTION} {n}" for n in range(6)]
    traces = clock.in_turns({name: Named(name) for name in "abc"}, asked)
    assert calls[:3] == [(name, asked[0], 1) for name in "abc"]  # as far as the first token
    assert {tokens for *_, tokens in calls[3:]} == {6} and len(calls) == 3 + 3 * 6
    for name in "abc":
        assert [trace.answer.question for trace in traces[name]] == asked
    orders = [[name for name, text, _ in calls[3:] if text == question] for question in asked]
    assert all(sorted(order) == list("abc") for order in orders) and len(set(map(str, orders))) > 1
    again = clock.in_turns({name: Named(name) for name in "abc"}, asked[:2])
    assert all(a.spans != b.spans for a, b in zip(again["a"], traces["a"], strict=False))


def counters(folder, **packages):
    for name, (kind, used, most) in packages.items():
        path = folder / name.replace("_", ":")
        path.mkdir(exist_ok=True)
        for file, value in (("name", kind), ("energy_uj", used), ("max_energy_range_uj", most)):
            (path / file).write_text(f"{value}\n")


@pytest.mark.parametrize("after", [(3_000_000, 500_000), (400_000, 500_000)])
def test_energy_is_that_of_the_packages_also_where_a_counter_starts_again(
    tmp_path, monkeypatch, after
):
    monkeypatch.setattr(machine, "POWERCAP", tmp_path)
    kinds = {"intel-rapl_0": "package-0", "intel-rapl_1": "package-1"}
    others = {"intel-rapl_0_0": ("core", 5, 9), "intel-rapl_2": ("psys", 7, 9)}
    counters(tmp_path, **{k: (kind, 900_000, 3_999_999) for k, kind in kinds.items()}, **others)
    with machine.energy() as used:
        later = zip(kinds.items(), after, strict=True)
        counters(tmp_path, **{k: (kind, value, 3_999_999) for (k, kind), value in later})
    # 2.1 J and 3.6 J (past the largest value), or 3.5 J and 3.6 J
    assert used.joules == pytest.approx({3_000_000: 2.1 + 3.6, 400_000: 3.5 + 3.6}[after[0]])


def test_a_machine_that_does_not_tell_its_energy_says_none(tmp_path, monkeypatch):
    for folder in (tmp_path, tmp_path / "missing"):
        monkeypatch.setattr(machine, "POWERCAP", folder)
        with machine.energy() as used:
            pass
        assert used.joules is None
    counters(tmp_path, **{"intel-rapl_0": ("package-0", "no number", 9)})
    monkeypatch.setattr(machine, "POWERCAP", tmp_path)
    with machine.energy() as used:
        pass
    assert used.joules is None


def test_the_reading_speed_counts_every_byte_once():
    assert 1e8 < machine.reading_speed(megabytes=8, repeats=2) < 1e13
