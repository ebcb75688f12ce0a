"""What every test may use."""

import io
import logging
from collections.abc import Iterator

import pytest

from entourage.kernel import log

pytest_plugins = ["tests.engines", "tests.people"]


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
