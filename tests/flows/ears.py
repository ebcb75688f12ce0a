"""The listening half of a house, in the test's own process: the real feed, listener and intake on a fake TikTok."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from entourage.kernel import connections, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.platforms.tiktok.pace import Pace
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.reception import Reception
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.viewers.intake import Intake
from entourage.viewers.listen import Listener
from entourage.viewers.updates import Publisher
from entourage.wiring import Feeds

HOST = "ada.live"
QUICK = Pace(poll_s=0.1, shortest_s=0.05, longest_s=0.2, silence_s=20.0, drain_s=0.5, goodbye_s=0.2)
PATIENCE_S = 60.0


@asynccontextmanager
async def listening(db: Database, tiktok: FakeTikTok, pace: Pace = QUICK) -> AsyncIterator[Intake]:
    """Listen for as long as the context is open, then store what was heard, as a house does that is closed in order."""
    publisher = Publisher(MemoryBus(), db)
    intake = Intake(db, publisher)
    settings = replace(Settings(), tiktok_web_url=tiktok.url, tiktok_sign_url=tiktok.url, tiktok_webcast_url=tiktok.webcast_url)
    twitch = Reception(db, settings, Twitch(db, settings), intake.put, "vips.heard")
    run = asyncio.create_task(Listener(db, intake, publisher, Feeds(settings, pace, twitch).make).run())
    try:
        yield intake
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await intake.close()


async def state(db: Database, creator_id: int) -> str:
    """Return how the connection to TikTok is doing, in the house's own word."""
    async with tenancy.inside(db, creator_id) as session:
        connection = await connections.get(session, "tiktok")
        return str(connection.state.get("code", "")) if connection else ""


async def until(db: Database, creator_id: int, *codes: str, within_s: float = PATIENCE_S) -> None:
    """Wait until the connection is in one of these states; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while await state(db, creator_id) not in codes:
            await asyncio.sleep(0.05)
