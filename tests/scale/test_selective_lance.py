"""LanceDB under a filter that few rows pass."""

import numpy as np
import pytest

from helpers.scale import selective


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    base = random.normal(size=(50, 32)).astype(np.float32)
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    return selective.made(base, base[:10], 2000)


def test_the_filter_before_the_search_fills_the_list(lancedb, rows, tmp_path):
    table = selective.lance_table(rows, tmp_path)
    first = selective.measured(rows, selective.from_lance(table, prefilter=True))
    last = selective.measured(rows, selective.from_lance(table, prefilter=False))
    assert first["rows"] == 10 and first["recall"] > 0.9
    assert last["rows"] < 2 and last["recall"] < 0.2
