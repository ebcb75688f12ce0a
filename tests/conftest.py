"""What every test may use."""

import pytest

pytest_plugins = ["tests.engines", "tests.people"]


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"
