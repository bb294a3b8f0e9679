"""The engines, or the reason why a test is skipped."""

from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session")
def ray():
    """Skips a test if Ray is not installed. It is not imported: `embedding.cluster` sets it up."""
    if find_spec("ray") is None:
        pytest.skip("make scale installs it")


@pytest.fixture(scope="session")
def lancedb():
    """LanceDB, if it is installed; see `helpers.scale.tables.engine` for the way it is loaded."""
    from helpers.scale import tables

    try:
        return tables.engine()
    except ModuleNotFoundError:
        pytest.skip("make scale installs it")
