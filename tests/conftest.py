"""What every test may use."""

import gc
import io
import logging
from collections.abc import Iterator

import hypothesis
import pytest

from entourage.kernel import log

pytest_plugins = ["tests.engines", "tests.people"]
# A slow machine is no reason to fail.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs PostgreSQL, so that `make check` can leave it out."""
    if "postgresql" in item.nodeid.lower():
        item.add_marker("postgresql")


def pytest_collection_finish() -> None:
    """Look through what all tests share only once: building one application after another would do it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged, at the most talkative level."""
    text = io.StringIO()
    log.configure("DEBUG", "json")
    # The tests' own browser names the addresses it asks for.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    root = logging.getLogger()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(text)
    yield text
    root.handlers[:] = []
    root.setLevel(logging.WARNING)
