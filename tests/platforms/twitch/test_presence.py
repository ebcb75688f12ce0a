"""A streamer who is only on Twitch has streams, viewers, visits and watch time like any other."""

import asyncio

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.platforms.tiktok.pace import Pace
from entourage.platforms.twitch.feed import FeedPace
from entourage.platforms.twitch.house import Twitch as House
from entourage.platforms.twitch.reception import Reception
from entourage.viewers import tables
from entourage.viewers.intake import Intake
from entourage.viewers.listen import Listener
from entourage.viewers.updates import Publisher
from entourage.wiring import Feeds
from tests.people import Cast
from tests.platforms.twitch.eventsub.listening import QUICK, consent, settings_of
from tests.twitch import Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio


async def _rows(db: Database, creator_id: int) -> tuple[list[tables.Stream], dict[str, tables.Visit]]:
    async with tenancy.inside(db, creator_id) as session:
        streams = list(await session.scalars(select(tables.Stream)))
        found = await session.execute(
            select(tables.Viewer.handle, tables.Visit).join(tables.Visit, tables.Visit.viewer_id == tables.Viewer.id)
        )
        return streams, {row[0]: row[1] for row in found}


@pytest.mark.thorough
async def test_an_evening_on_twitch_becomes_visits_with_watch_time(
    db: Database,
    cast: Cast,
    twitch: Twitch,  # noqa: F811
) -> None:
    one, deeds, channel = cast.owner.creator_id, twitch.fake.deeds, twitch.channel
    await consent(db, one, channel, twitch.token)
    publisher, settings = Publisher(MemoryBus(), db), settings_of(twitch)
    intake, house = Intake(db, publisher), House(db, settings)
    reception = Reception(db, settings, house, intake.put, "vips.heard", pace=QUICK, feeds=FeedPace(poll_s=0.3, doubt_s=0.1))
    listener = Listener(db, intake, publisher, Feeds(settings, Pace(), reception).make)
    works = [asyncio.create_task(work) for work in (listener.run(), reception.receiver.run())]
    mira, ben = (twitch.fake.world.person(login) for login in ("mira", "ben"))
    async with asyncio.timeout(20):
        while len([each for each in twitch.fake.book.of("entourageclientid0000000000000") if each.status == "enabled"]) < 17:
            await asyncio.sleep(0.02)
        stream = deeds.go_live(channel)
        while not (await _rows(db, one))[0]:  # what is said before is said while nobody is live
            await asyncio.sleep(0.05)
        deeds.come(channel, mira, ben)
        deeds.say(channel, mira, "good evening")
        deeds.cheer(channel, mira, 250)
        while len((await _rows(db, one))[1]) < 2:
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.5)  # ben says nothing, and is there all the same
        deeds.go_offline(channel)
        while not (await _rows(db, one))[0][0].ended_ms:
            await asyncio.sleep(0.05)
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
    await intake.close()
    await house.aclose()
    streams, visits = await _rows(db, one)
    assert [(each.platform, each.room) for each in streams] == [("twitch", stream.id)]
    assert streams[0].peak_watching == 42
    assert streams[0].coins == 250
    assert set(visits) >= {"mira", "ben"}
    assert visits["ben"].watch_ms > 1000
    assert (visits["mira"].comments, visits["mira"].coins) == (1, 250)
