"""Who counts for a creator: with their own key, the house's, or nobody; and how fast."""

import asyncio
import itertools
import time
from datetime import timedelta

import pytest

from entourage.kernel import connections, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.kernel.secrets import Vault
from entourage.platforms.apify.pace import Clock, Turns
from entourage.view_counters import HouseCounters
from tests.people import KEY, Cast
from tests.videos import APIFY_KEY, Clips, NoPace, clips  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio


async def test_a_creators_own_key_comes_before_the_houses_and_without_any_nobody_counts(db: Database, cast: Cast, clips: Clips) -> None:  # noqa: F811
    secrets.use(Vault([KEY]))
    own = clips.fake.apify.register(name="ada")
    video = clips.fake.world.post(at=clips.fake.time.now() - timedelta(days=1))
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "apify", account="", secret=own)
    house = HouseCounters(db, clips.settings(), pace=NoPace())
    none = HouseCounters(db, clips.settings(apify_api_key=""), pace=NoPace())
    for creator_id, payer in ((cast.owner.creator_id, own), (cast.neighbour.creator_id, APIFY_KEY)):
        counter = await house.of(creator_id, "tiktok")
        assert counter is not None
        run_id = await counter.start(clips.wanted(video), most_micro=1700)
        assert clips.fake.machines.runs[run_id].account is clips.fake.apify.accounts[payer]
    assert await none.of(cast.neighbour.creator_id, "tiktok") is None
    assert await none.of(cast.owner.creator_id, "tiktok") is not None
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "apify", enabled=False)
    assert await none.of(cast.owner.creator_id, "tiktok") is None
    assert await house.named(cast.owner.creator_id, "nobody") is None
    await house.aclose()
    await none.aclose()


async def test_turns_are_a_second_apart_and_thirty_a_minute_over_all_processes(db: Database) -> None:
    wall = [1_000_000.0]
    taken: list[float] = []

    async def sleep(seconds: float) -> None:
        wall[0] += seconds
        await asyncio.sleep(0)

    time_of = Clock(now_ms=lambda: int(wall[0] * 1000), sleep=sleep)
    processes = [Turns(db, time_of=time_of), Turns(db, time_of=time_of)]
    told: list[Later] = []
    for number in range(40):
        try:
            await processes[number % 2].turn("key")
            taken.append(wall[0])
        except Later as error:
            told.append(error)
            assert error.retry_after_s is not None
            wall[0] += error.retry_after_s
    spans = [later - earlier for earlier, later in itertools.pairwise(taken)]
    assert min(spans) >= 0.999
    assert all(len([one for one in taken if begin <= one < begin + 60]) <= 30 for begin in taken)
    assert told
    began = time.perf_counter()
    await processes[0].turn("another key")
    assert time.perf_counter() - began < 5
