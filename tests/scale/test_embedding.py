"""Ray Data: the same vectors in the same order as one process, or an error that says why not."""

import os

import numpy as np
import pytest

from helpers.scale import embedding

TEXTS = [f"Buoy {number} reports {'a flood ' * (number % 7)}in the harbour" for number in range(70)]


def test_the_vectors_are_those_of_one_process(ray, embedder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # as in a notebook, whose folder is not the project's
    vectors, cost = embedding.embed(TEXTS, actors=1)
    assert vectors.shape == (70, 384) and vectors.dtype == np.float32
    assert np.abs(vectors - embedder.encode(TEXTS)).max() < 1e-5
    assert min(cost["start"], cost["load"], cost["embed"]) > 0 and 0 <= cost["moved"] <= 1


def test_the_cluster_is_for_this_machine_alone(ray, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    with embedding.cluster(1) as cluster:
        assert [node["NodeManagerAddress"] for node in cluster.nodes()] == ["127.0.0.1"]
    assert os.environ["PYTHONPATH"] == "mine" and not cluster.is_initialized()
    assert not list(tmp_path.iterdir())


def test_two_actors_return_each_passage_once(ray):
    assert embedding.read_through(cpus=3, actors=2) == 10


def test_actors_on_every_cpu_are_refused(ray):
    with pytest.raises(ValueError, match="2 actors would take all 2 CPUs.*at most 1"):
        embedding.embed(TEXTS, actors=2, cpus=2)
    with pytest.raises(ValueError, match="actors"):
        embedding.embed(TEXTS, actors=0)


@pytest.mark.slow
def test_actors_on_every_cpu_do_not_end(ray):
    assert embedding.ends(cpus=2, actors=1, seconds=90) is not None
    assert embedding.ends(cpus=2, actors=2, seconds=45) is None
