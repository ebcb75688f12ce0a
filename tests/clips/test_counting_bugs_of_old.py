"""The bugs that the system before this one had in counting, each with a test that would catch it."""

import pytest
from sqlalchemy import func, select

from entourage.clips import tracking
from entourage.clips.tables import ClipDay
from entourage.kernel.db import Database
from tests.clips.counters import CountingCrew
from tests.clips.studio import Hands
from tests.people import Cast

pytestmark = pytest.mark.anyio


@pytest.fixture
def crew(db: Database, cast: Cast, hands: Hands) -> CountingCrew:
    return CountingCrew(db, cast.owner.creator_id, hands)


@pytest.mark.thorough
async def test_bug_4_a_new_calendar_day_adds_nothing_to_the_total_but_what_is_new(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    video = await crew.video(clip)
    for day in range(4):
        crew.counter.views[video] = 1_000 + day
        await crew.let_pass(hours=24, step_min=60)

    async with crew.inside() as session:
        days = await tracking.days(session, clip)
        totals = await tracking.totals(session)
        again = await tracking.recounted(session, clip)
    assert len(days) >= 4
    assert totals == {cast.clipper.id: 1_003}
    assert days == again


async def test_bug_5_views_that_go_down_leave_all_numbers_agreeing(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    video = await crew.video(clip)
    crew.counter.views[video] = 5_000
    await crew.round()
    crew.counter.views[video] = 4_000
    await crew.let_pass(hours=3)

    async with crew.inside() as session:
        assert (await crew.row(clip)).views == 5_000
        assert await tracking.totals(session) == {cast.clipper.id: 5_000}
        assert [day.views for day in await tracking.days(session, clip)] == [5_000]


async def test_bug_6_each_clip_has_days_of_its_own_from_the_first_reading_on(crew: CountingCrew, cast: Cast) -> None:
    clips = await crew.clips(3, cast.clipper.id)
    await crew.round()

    async with crew.inside() as session:
        kept = (await session.execute(select(ClipDay.clip_id, func.count()).group_by(ClipDay.clip_id))).all()
    assert sorted(tuple(one) for one in kept) == [(clip, 1) for clip in clips]


@pytest.mark.thorough
@pytest.mark.parametrize("approved", [True, False])
async def test_bug_10_nothing_is_paid_for_after_the_deadline_whatever_the_state(crew: CountingCrew, cast: Cast, approved: bool) -> None:
    clip = (await crew.clips(1, cast.clipper.id, campaign=await crew.campaign(days=2), approved=approved))[0]
    await crew.let_pass(hours=49, step_min=30)
    asked = len(crew.counter.runs)

    await crew.let_pass(hours=72, step_min=60)

    assert len(crew.counter.runs) == asked
    assert (await crew.row(clip)).next_read_at is None


async def test_bug_10_a_rejected_clip_is_never_read_again(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    await crew.reject(clip)

    await crew.let_pass(hours=24, step_min=60)

    assert crew.counter.runs == {}


@pytest.mark.thorough
async def test_bug_11_clips_share_a_run_of_ten_and_more(crew: CountingCrew, cast: Cast) -> None:
    await crew.clips(25, cast.clipper.id)

    await crew.round()

    assert [len(asked) for asked in crew.counter.runs.values()] == [25]
