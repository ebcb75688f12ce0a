"""The demo keeps away from numbers that are real, however their database is named."""

import pytest

from entourage.demo import open_demo
from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://house@db/entourage",
        "postgresql://demo:demo@demo/entourage",
        "postgresql://house@/entourage?host=/var/run/demo",
        "postgresql://house@/entourage?application_name=demo",
    ],
)
async def test_a_database_that_was_not_named_for_it_is_never_furnished(address: str) -> None:
    with pytest.raises(Invalid, match="keeps away from real numbers"):
        await open_demo(Settings(database_url=address))
