"""A house that Twitch calls: asked to, challenged, told everything once however often it is called, and revoked."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select

from entourage import app as app_module
from entourage.kernel import hearings, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Delivery
from entourage.wiring import House, open_house
from tests.people import KEY, Cast
from tests.platforms.twitch.eventsub.listening import consent, settings_of
from tests.twitch import CLIENT_ID, Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def called(db: Database, fake: Twitch, folder: Path) -> AsyncIterator[House]:
    """Run a whole house that answers and listens, reached by Twitch on loopback."""
    taken = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = settings_of(fake, data_dir=str(folder), database_url=db.url, public_url=url, secret_keys=KEY, twitch_transport="webhook")
    house = open_house(settings)
    server = _Server(
        uvicorn.Config(app_module.build(house), log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    while not server.started:
        await asyncio.sleep(0.01)
    house.start_listening()
    try:
        yield house
    finally:
        server.should_exit = True
        await serving
        await house.close()


async def until(happened: Any) -> None:
    async with asyncio.timeout(15):
        while not await happened():
            await asyncio.sleep(0.05)


@pytest.mark.thorough
async def test_twitch_is_asked_to_call_and_what_it_calls_about_is_kept(db: Database, cast: Cast, twitch: Twitch, tmp_path: Path) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    reward = twitch.reward()

    async def told() -> bool:
        async with tenancy.inside(db, one) as session:
            return [each.state for each in await hearings.of(session, "twitch")] == ["on"] * 18

    async def kept(kind: str) -> int:
        async with tenancy.inside(db, one) as session:
            return len((await session.scalars(select(Delivery).where(Delivery.kind == kind))).all())

    async def enabled() -> bool:
        mine = twitch.fake.book.of(CLIENT_ID)
        return len([each for each in mine if each.status == "enabled" and each.transport.method == "webhook"]) == 17

    async def redeemed() -> bool:
        return await kept("redemption.made") == 20

    async def revoked() -> bool:
        return bool(await kept("consent.gone"))

    async with called(db, twitch, tmp_path / "data"):
        await until(enabled)  # each challenge was answered
        for number in range(20):
            twitch.redeem(reward, f"viewer{number}")
        await until(redeemed)
        await until(told)
        twitch.fake.hub.revoke([each for each in twitch.fake.book.of(CLIENT_ID) if each.type == "channel.follow"], "user_removed")
        await until(revoked)
        assert await kept("redemption.made") == 20
