"""The demo's clips: two weeks of campaigns that the room itself lived through, and a world that knows their videos after a new start."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from entourage import demo_campaigns, demo_clips
from entourage.clips import campaigns, doubts, payouts
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipReading, ClipRun, ClipSubmission
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.ports.views import Wanted
from entourage.simulators.clips.faults import Mood
from entourage.view_counters import HouseCounters
from tests.people import KEY, Cast, make_house
from tests.videos import NoPace

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_two_weeks_of_campaigns_lie_behind_the_creator_and_every_page_has_something_to_show(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    house, creator_id = make_house(db), cast.owner.creator_id
    assert isinstance(house.clip_desk, Desk)
    before = clock.now()
    await demo_campaigns.furnish(db, house.clip_desk, creator_id, cast.owner.id, seed=demo_clips.SEED)
    assert clock.now() >= before
    async with tenancy.inside(db, creator_id) as session:
        rows = {one.title: one for one in await campaigns.rows(session)}
        assert {one.state for one in rows.values()} == {"ACTIVE", "DRAFT"}
        best = rows["Best of Nova, autumn"]
        assert (best.clips, best.clippers) == (32, 6)
        assert (best.pending > 0, best.flagged > 0, best.paid > 10_000, 0 < best.left < best.budget) == (True, True, True, True)
        assert rows["Paper Harbor: first look"].exhausted
        clips = (await session.scalars(select(ClipSubmission))).all()
        assert {one.state for one in clips} == {"PENDING", "APPROVED", "REJECTED"}
        assert any(one.removed_at for one in clips)
        assert sum(one.read_at is None and one.next_read_at is not None for one in clips) == 2
        assert sum(one.appealed_at is not None for one in clips) == 2
        assert {"wrong_author", "drop"} <= {one.code for one in await doubts.open_ones(session)}
        assert [one.open for one in await payouts.batches(session)][-1] == 0
        assert any(one.transit for one in await payouts.balances(session))
        known = list((await session.scalars(select(ClipReading))).all())
        assert len(known) > 300
        assert all(before - timedelta(days=15) < one.at <= before for one in known)
        assert {one.state for one in (await session.scalars(select(ClipRun))).all()} == {"done"}
        clip = next(one for one in clips if one.views > 100_000 and one.platform == "tiktok" and not one.flags and one.latest == one.views)
        wanted = Wanted(platform="tiktok", video_id=clip.video_id or "", url=clip.url)
    simulator, settings = await demo_clips.begin(Settings())
    counters = HouseCounters(db, settings, pace=NoPace())
    simulator.fake.machines.mood = Mood()
    counter = await counters.of(creator_id, "tiktok")
    assert counter is not None
    [reading] = (await counter.collect(await counter.start([wanted], most_micro=2_000), [wanted])).readings
    assert reading.views is not None
    assert clip.views <= reading.views <= clip.views * 1.1
    assert reading.author == clip.author
    await counters.aclose()
    await simulator.fake.stop()
