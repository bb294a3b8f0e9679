"""What a server of many adapters is told: names, numbers, ranks; and PEFT as the stand-in."""

import dataclasses

import pytest

from helpers import course, lora, mixed, models
from helpers.scale import serving
from scripts import serve_vllm
from tests.test_mixed import PROMPTS, folders, tiny  # noqa: F401


@pytest.fixture
def adapters(tiny, folders):  # noqa: F811
    return serving.served(folders, tiny.base_fingerprint)


def test_name_and_number_change_with_the_weights(adapters, folders):  # noqa: F811
    for name, one in adapters.items():
        version = lora.read_record(folders[name])["sha256"][:8]
        assert one.name == f"{name}@{version}" and 0 < one.number < 2**31 and one.rank == 2
        assert one.folder.is_absolute()
    assert adapters["first"].number != adapters["second"].number


def test_the_same_weights_twice_are_refused(tiny, folders):  # noqa: F811
    twice = {"a": folders["first"], "b": folders["first"]}
    with pytest.raises(ValueError, match="the same weights"):
        serving.served(twice, tiny.base_fingerprint)


def test_other_bases_and_methods_are_refused(tiny, folders):  # noqa: F811
    with pytest.raises(ValueError, match="'first' was trained on another base"):
        serving.served(folders, "another")
    scaled = lora.train(tiny, [lora.Example("a", "b")], lora.Recipe(method="ia3", rank=0))
    with pytest.raises(ValueError, match="'scaled' is ia3"):
        serving.served({"scaled": scaled}, tiny.base_fingerprint)


def test_only_none_is_the_base_model(adapters):
    asked = serving.requests(PROMPTS, [None, "first", "second"], adapters)
    assert [one.adapter for one in asked] == [None, adapters["first"], adapters["second"]]
    assert [one.prompt for one in asked] == PROMPTS
    for wrong in ("frist", "", "__base__"):
        with pytest.raises(ValueError, match=f"no adapter '{wrong}'; there are first, second"):
            serving.requests(PROMPTS[:1], [wrong], adapters)
    with pytest.raises(ValueError):
        serving.requests(PROMPTS, ["first"], adapters)


@pytest.mark.parametrize(
    ("rank", "slot"), [(1, 1), (2, 8), (8, 8), (9, 16), (64, 64), (300, 320), (512, 512)]
)
def test_a_slot_is_the_next_rank_that_vllm_takes(adapters, rank, slot):
    wide = {"wide": dataclasses.replace(adapters["first"], rank=rank)}
    assert serving.rank_for(wide) == slot
    wide["small"] = dataclasses.replace(adapters["first"], rank=1)
    assert serving.rank_for(wide) == slot


def test_too_large_a_rank_is_refused(adapters):
    with pytest.raises(ValueError, match="Rank 513 is more"):
        serving.rank_for({"wide": dataclasses.replace(adapters["first"], rank=513)})


def test_the_arguments_of_the_engine(adapters):
    found = serving.engine_arguments("base", adapters, 1, 512)
    assert found == {
        "model": "base",
        "dtype": "bfloat16",
        "max_model_len": 512,
        "enable_lora": True,
        "max_lora_rank": 8,
        "max_loras": 1,
        "max_cpu_loras": 2,
    }
    assert serving.engine_arguments("base", adapters, 9, 512)["max_loras"] == 2
    assert "enable_lora" not in serving.engine_arguments("base", {}, 9, 512)
    with pytest.raises(ValueError, match="at_once"):
        serving.engine_arguments("base", adapters, 0, 512)


def test_megabytes_of_a_slot_and_of_the_model(tiny):  # noqa: F811
    hidden, inner, keys = 32, 64, 16  # of the tiny model, which has two layers
    each = 2 * (hidden + hidden) + 2 * (hidden + keys) + 3 * (hidden + inner)
    assert serving.slot_megabytes(tiny, 8) == pytest.approx(2 * 8 * each * 2 / 1e6)
    assert serving.slot_megabytes(tiny, 16) == 2 * serving.slot_megabytes(tiny, 8)
    weights = sum(weight.numel() for weight in tiny.model.parameters())
    assert serving.model_megabytes(tiny, 4) == pytest.approx(weights * 4 / 1e6)


def test_the_stand_in_answers_each_request_as_alone(tiny, adapters):  # noqa: F811
    names = ["second", None, "first"]
    together, alone = serving.stand_in(tiny, serving.requests(PROMPTS, names, adapters), 6)
    assert together.texts == alone.texts and tiny.adapter is None
    assert together.texts[1] == tiny.generate([PROMPTS[1]], 6)[0].text
    for place, name in ((0, "second"), (2, "first")):
        with lora.adapted(tiny, adapters[name].folder):
            assert together.texts[place] == tiny.generate([PROMPTS[place]], 6)[0].text


def test_by_adapter_answers_with_the_base_model_too(tiny, folders):  # noqa: F811
    with mixed.together(tiny, folders) as wrapped:
        found = mixed.by_adapter(tiny, wrapped, PROMPTS[:2], ["first", mixed.BASE], 6)
    assert found.texts[1] == tiny.generate(PROMPTS[1:2], 6)[0].text


def test_the_script_plans_the_courses_adapters_and_says_why_it_stops(monkeypatch, capsys):
    base = lora.read_record(course.adapter("house"))["base_fingerprint"]
    rank = max(lora.read_record(f)["recipe"]["rank"] for f in course.adapters().values())

    class Untrained(models.LLM):  # the tokenizer and the name of the base are all that is needed
        def __init__(self, tokenizer):
            self.tokenizer, self.base_fingerprint = tokenizer, base

    from transformers import AutoTokenizer

    from helpers.engine import weights

    llm = Untrained(AutoTokenizer.from_pretrained(weights.llm_folder()))
    arguments, asked = serve_vllm.planned(llm, 8)
    assert arguments["max_lora_rank"] == rank and arguments["max_loras"] == 3
    assert [one.adapter and one.adapter.name.split("@")[0] for one in asked[:4]] == [
        None,
        *course.adapters(),
    ]
    monkeypatch.setattr(serve_vllm.models, "load_llm", lambda: llm)
    monkeypatch.setattr(serve_vllm.torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="Not run: there is no NVIDIA GPU"):
        serve_vllm.main("4")
    shown = capsys.readouterr().out
    assert "max_lora_rank" in shown and "raft@" in shown
    monkeypatch.setattr(serve_vllm.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(serve_vllm.importlib.util, "find_spec", lambda name: None)
    assert "pip install vllm" in serve_vllm.why_not()


def test_the_script_passes_on_what_was_planned(monkeypatch, tiny, adapters):  # noqa: F811
    """vLLM itself is replaced: what it would be called with is what is tested."""
    import sys
    from types import ModuleType, SimpleNamespace

    seen = {}

    class Engine:
        def __init__(self, **arguments):
            seen["arguments"] = arguments

        def generate(self, prompts, params, lora_request):
            seen["asked"] = list(zip(prompts, lora_request, strict=True))
            text = SimpleNamespace(outputs=[SimpleNamespace(text=" yes ")])
            return [text for _ in prompts]

    vllm, request = ModuleType("vllm"), ModuleType("vllm.lora.request")
    vllm.LLM, vllm.SamplingParams = Engine, lambda **options: options
    request.LoRARequest = lambda name, number, path: (name, number, path)
    for name, module in (("vllm", vllm), ("vllm.lora", ModuleType("vllm.lora"))):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "vllm.lora.request", request)
    asked = serving.requests(PROMPTS, [None, "first", "second"], adapters)
    arguments = serving.engine_arguments("base", adapters, 2, 64)
    assert serve_vllm.answer(tiny, arguments, asked) == ["yes"] * 3
    assert seen["arguments"].items() >= arguments.items()
    assert [row["prompt_token_ids"] for row, _ in seen["asked"]] == list(map(tiny.encode, PROMPTS))
    first = adapters["first"]
    assert seen["asked"][0][1] is None
    assert seen["asked"][1][1] == (first.name, first.number, str(first.folder))
