"""Serve the base model and the course's adapters with vLLM, all in one batch; needs an NVIDIA GPU.

Run: python -m scripts.serve_vllm [QUESTIONS] (pip install vllm, into an environment of its own)

Without a GPU or without vLLM it prints what it would pass on, says why it stops, and ends with 1.
"""

import importlib.util
import sys
import time
from dataclasses import asdict

import torch

from helpers import course, models
from helpers.engine import weights
from helpers.prompts import STANDARD
from helpers.scale import serving

CONTEXT, NEW = 1024, 48


def why_not() -> str:
    """Why vLLM can't run here; "" if it can."""
    if not torch.cuda.is_available():
        return "there is no NVIDIA GPU that PyTorch can use, and this script does not try the CPU"
    if importlib.util.find_spec("vllm") is None:
        return "vLLM is not installed. Run: pip install vllm"
    return ""


def planned(llm, count: int):
    """The engine's arguments, and `count` test questions, for each adapter and the base in turn."""
    adapters = serving.served(course.adapters(), llm.base_fingerprint)
    questions = [row["question"] for row in course.questions("test", ("F1",))][:count]
    prompts = [STANDARD.prompt(llm, course.style(), question) for question in questions]
    turns = [None, *adapters]
    names = [turns[number % len(turns)] for number in range(len(prompts))]
    arguments = serving.engine_arguments(weights.llm_folder(), adapters, len(adapters), CONTEXT)
    return arguments, serving.requests(prompts, names, adapters)


def answer(llm, arguments: dict, asked: list[serving.Request]) -> list[str]:
    """What vLLM answers, in the order of the requests."""
    from vllm import LLM, SamplingParams
    from vllm.lora.request import LoRARequest

    engine = LLM(**arguments, gpu_memory_utilization=0.5)
    greedy = SamplingParams(temperature=0, max_tokens=NEW, stop_token_ids=sorted(llm.end_ids))
    prompts = [{"prompt_token_ids": llm.encode(one.prompt)} for one in asked]
    chosen = [
        one.adapter and LoRARequest(one.adapter.name, one.adapter.number, str(one.adapter.folder))
        for one in asked
    ]
    made = engine.generate(prompts, greedy, lora_request=chosen)
    return [output.outputs[0].text.strip() for output in made]


def main(count: str = "12") -> None:
    """Print the plan; then, where it is possible, the answers."""
    llm = models.load_llm()
    arguments, asked = planned(llm, int(count))
    print("vllm.LLM:", arguments)
    for adapter in dict.fromkeys(one.adapter for one in asked if one.adapter):
        print("LoRARequest:", asdict(adapter))
    if reason := why_not():
        sys.exit(f"Not run: {reason}.")
    start = time.perf_counter()
    for one, text in zip(asked, answer(llm, arguments, asked), strict=True):
        print(f"{one.adapter.name if one.adapter else 'base':16} {text}")
    print(f"{len(asked)} requests in {time.perf_counter() - start:.1f} s, the start included")


if __name__ == "__main__":
    main(*sys.argv[1:])
