"""A fake TikTok on a free port for each test."""

from collections.abc import AsyncIterator

import pytest

from entourage.simulators.tiktok.acts import Guest
from entourage.simulators.tiktok.fake import FakeTikTok


@pytest.fixture
async def tiktok(anyio_backend: str) -> AsyncIterator[FakeTikTok]:
    """Start one."""
    assert anyio_backend == "asyncio"
    async with FakeTikTok() as started:
        yield started


@pytest.fixture
def juno() -> Guest:
    """Invite somebody."""
    return Guest(id=7_350_000_000_000_000_138, handle="juno_51", name="Juno <b>✨</b>")
