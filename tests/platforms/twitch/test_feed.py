"""A channel on Twitch is a live stream like any other: it begins, people are there and do things, and it ends."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from entourage.kernel import connections, tenancy
from entourage.kernel.db import Database
from entourage.platforms.twitch.feed import FeedPace
from entourage.platforms.twitch.house import Twitch as House
from entourage.platforms.twitch.reception import Reception
from entourage.ports.live import Chat, Follow, Gift, LiveEvent, Present, RoomCount, StreamEnded, Subscribe, Unknown
from entourage.simulators.twitch.world import Person
from tests.people import Cast
from tests.platforms.sinks import Kept
from tests.platforms.twitch.eventsub.listening import QUICK, consent, settings_of
from tests.twitch import Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio
PACE = FeedPace(poll_s=0.3, refused_s=0.2, doubt_s=0.1)


class Poured:
    """Who takes what is heard where no feed runs."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []

    async def __call__(self, _: int, events: Sequence[LiveEvent]) -> None:
        self.events += events


@asynccontextmanager
async def feeding(
    db: Database, fake: Twitch, creator_id: int, *, scope: str = "", receive: bool = True
) -> AsyncIterator[tuple[Kept, Reception]]:
    """Run the feed of the channel beside the receiver."""
    token = {**fake.token, "scope": [one for one in fake.token["scope"] if one != scope]}
    await consent(db, creator_id, fake.channel, token)
    settings = settings_of(fake)
    house, sink = House(db, settings), Kept()
    reception = Reception(db, settings, house, Poured(), "vips.heard", pace=QUICK, feeds=PACE)
    async with tenancy.inside(db, creator_id) as session:
        feed = reception.feed(await connections.secret_of(session, "twitch"))
    works = [asyncio.create_task(feed.run(sink))] + ([asyncio.create_task(reception.receiver.run())] if receive else [])
    try:
        yield sink, reception
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        await house.aclose()


def said(sink: Kept, kind: type[LiveEvent]) -> list[LiveEvent]:
    return [one for one in sink.events if type(one) is kind]


@pytest.mark.thorough
async def test_an_evening_is_heard_from_its_beginning_to_its_end(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    mira, ben = (twitch.fake.world.person(login) for login in ("mira", "ben"))
    deeds, channel = twitch.fake.deeds, twitch.channel
    async with feeding(db, twitch, cast.owner.creator_id) as (sink, reception):
        await sink.until(lambda kept: kept.codes == ["offline"])
        await _told(twitch)
        deeds.say(channel, mira, "is anybody here?")  # nobody is live: nothing to be at
        await asyncio.sleep(0.1)
        assert sink.events == []
        stream = deeds.go_live(channel, "A quiet evening")
        await sink.until(lambda kept: kept.codes[-1] == "live")
        deeds.come(channel, mira, ben)
        await sink.until(lambda kept: {one.person.user_id for one in said(kept, Present) if one.person} >= {mira.id, ben.id})
        deeds.say(channel, mira, "good evening")
        deeds.cheer(channel, ben, 100, "cheer100")
        deeds.subscribe(channel, mira)
        deeds.gift(channel, ben, 2)
        deeds.follow(channel, ben)
        await sink.until(lambda kept: said(kept, Chat) and said(kept, Follow) and len(said(kept, Gift)) == 2 and said(kept, Subscribe))
        deeds.go_offline(channel)
        await sink.until(lambda kept: kept.codes[-1] == "offline")
    line = next(one for one in sink.events if isinstance(one, Chat) and one.person and one.person.user_id == mira.id)
    assert (line.platform, line.room, line.text, line.person and line.person.handle) == ("twitch", stream.id, "good evening", "mira")
    bits, subs = sorted((one for one in sink.events if isinstance(one, Gift)), key=lambda one: one.gift_id)
    assert (bits.coins, bits.repeat, bits.name) == (100, 1, "Bits")
    assert (subs.coins, subs.repeat, subs.name) == (0, 2, "Gift sub")
    assert [one.watching for one in sink.events if isinstance(one, RoomCount)][-1] == 42
    assert len(said(sink, StreamEnded)) == 1
    assert {one.room for one in sink.events} == {stream.id}
    assert sink.codes == ["offline", "live", "ended", "offline"]
    assert reception.hook.refused == 0


async def _told(fake: Twitch) -> None:
    async with asyncio.timeout(30):
        while len([one for one in fake.fake.book.of("entourageclientid0000000000000") if one.status == "enabled"]) < 17:
            await asyncio.sleep(0.01)


@pytest.mark.thorough
async def test_without_eventsub_and_without_a_scope_the_stream_is_found_all_the_same(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    mira = twitch.fake.world.person("mira")
    twitch.fake.deeds.go_live(twitch.channel)
    twitch.fake.deeds.come(twitch.channel, mira)
    async with feeding(db, twitch, cast.owner.creator_id, scope="moderator:read:chatters", receive=False) as (sink, _):
        await sink.until(lambda kept: kept.codes == ["live"])
        await asyncio.sleep(0.4)
        assert said(sink, Present) == []
        twitch.fake.deeds.go_offline(twitch.channel)
        await sink.until(lambda kept: kept.codes == ["live", "ended", "offline"])


@pytest.mark.thorough
async def test_a_lost_line_is_a_gap_and_an_outage_is_said(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    twitch.fake.deeds.go_live(twitch.channel)
    async with feeding(db, twitch, cast.owner.creator_id) as (sink, _):
        await sink.until(lambda kept: kept.codes and kept.codes[-1] == "live")
        await _told(twitch)
        await asyncio.sleep(0.2)
        twitch.fake.sessions.close(4006)
        await sink.until(lambda kept: any(one.code == "reconnecting" and "4006" in one.detail for one in kept.states))
        await sink.until(lambda kept: kept.codes[-1] == "live")
        lost = next(one for one in sink.states if one.code == "reconnecting" and "4006" in one.detail)
        assert lost.room
        assert lost.at_ms <= next(one.at_ms for one in reversed(sink.states) if one.code == "live")
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await connections.put(session, "twitch", enabled=False)
        await sink.until(lambda kept: kept.codes[-1] == "sign_in")


async def test_what_nobody_understands_is_kept_as_it_came(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    async with feeding(db, twitch, cast.owner.creator_id) as (sink, _):
        await _told(twitch)
        twitch.fake.hub.tell(
            "channel.follow", {"broadcaster_user_id": twitch.channel.id, "moderator_user_id": twitch.channel.id}, {"odd": True}
        )
        await sink.until(lambda kept: said(kept, Unknown))
        odd = sink.events[0]
        assert isinstance(odd, Unknown)
        assert (odd.name, odd.payload) == ("refused:channel.follow", b'{"odd":true}')


async def test_where_no_feed_runs_events_go_straight_to_the_viewers(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    settings = settings_of(twitch)
    house, poured = House(db, settings), Poured()
    reception = Reception(db, settings, house, poured, "vips.heard", pace=QUICK, feeds=PACE)
    work = asyncio.create_task(reception.receiver.run())
    await _told(twitch)
    stranger: Person = twitch.fake.world.person("mira")
    async with tenancy.inside(db, one, write=True) as session:
        await connections.remember_state(session, "twitch", {"source": "twitch", "code": "live", "at_ms": 1, "room": "77"})
    twitch.fake.deeds.say(twitch.channel, stranger, "good evening")
    async with asyncio.timeout(30):
        while not poured.events:
            await asyncio.sleep(0.01)
    assert [(type(each), each.room) for each in poured.events] == [(Chat, "77")]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await house.aclose()
