"""A make-believe language model for tests: one on a free loopback port.

In a test file (or its conftest):

    from tests.llm import model  # noqa: F401 - the fixture

    @pytest.mark.anyio
    async def test_something(model: FakeModel) -> None:
        address, name = model.base_url, model.name  # any key will do
        model.next(turns.answer({"reply": "hi", "action": "send"}), turns.limited(1))  # then it is honest again
        model.sometimes(turns.fail(500), 0.05)
        ...
        assert "never" in model.asked[-1].rules
"""

from collections.abc import AsyncIterator

import pytest

from entourage.simulators.llm.fake import FakeModel


@pytest.fixture
async def model(anyio_backend: str) -> AsyncIterator[FakeModel]:
    """Start one."""
    assert anyio_backend == "asyncio"
    async with FakeModel() as made:
        yield made
