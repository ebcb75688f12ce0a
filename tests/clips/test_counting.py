"""Counting: due clips become runs, runs become readings, and each step happens once."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from entourage.clips import by_hand, choices, clippers, planning, readings, runs, schemas
from entourage.clips.tables import ClipFlag
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, Later, SignInAgain
from entourage.kernel.tables import Job
from tests.clips.counters import PRICE, CountingCrew, Crash, FakeCounter, never
from tests.clips.studio import ACTOR, Hands
from tests.people import Cast

pytestmark = pytest.mark.anyio


@pytest.fixture
def crew(db: Database, cast: Cast, hands: Hands) -> CountingCrew:
    return CountingCrew(db, cast.owner.creator_id, hands)


async def test_new_clips_are_read_at_once_in_one_run_and_earn(crew: CountingCrew, cast: Cast) -> None:
    clips = await crew.clips(3, cast.clipper.id)
    for number, clip in enumerate(clips):
        crew.counter.views[await crew.video(clip)] = 1_000 * (number + 1)

    await crew.round()

    assert len(crew.counter.runs) == 1
    run = (await crew.runs())[0]
    assert (run.state, run.why, run.asked, run.good, run.reserved_micro, run.cost_micro) == ("done", "schedule", 3, 3, 3 * PRICE, 3 * PRICE)
    rows = [await crew.row(clip) for clip in clips]
    assert [row.views for row in rows] == [1_000, 2_000, 3_000]
    assert all(row.next_read_at and row.next_read_at > crew.hands.now for row in rows)
    assert [row.earned for row in rows] == [500, 1_000, 1_500], "five dollars for a thousand views"


@pytest.mark.thorough
async def test_a_clip_is_read_about_thirty_times_in_a_month_and_once_more_at_the_deadline(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id, campaign=await crew.campaign(days=30, budget=10**9)))[0]
    begun, video = crew.hands.now, await crew.video(clip)
    deadline = begun + timedelta(days=30)
    while crew.hands.now < deadline + timedelta(hours=1):
        age = (crew.hands.now - begun) / timedelta(days=30)
        crew.counter.views[video] = int(90_000 * age**0.5) + 10
        await crew.let_pass(hours=1, step_min=20)

    taken = await crew.readings(clip)
    assert 25 <= len(taken) <= 60
    assert timedelta(0) <= taken[-1].at - deadline <= timedelta(minutes=30)
    assert all(after.at - before.at >= timedelta(minutes=30) for before, after in pairwise(taken))
    row = await crew.row(clip)
    assert abs(row.views - 90_010) < 100
    assert row.next_read_at is None, "after the deadline nothing is paid for any more"


@pytest.mark.thorough
@pytest.mark.parametrize("call", ["start", "collect"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_at_any_call_neither_pays_nor_reads_twice(crew: CountingCrew, cast: Cast, moment: str, call: str) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    crashes = [Crash()]

    def trouble(when: str, what: str) -> BaseException | None:
        return crashes.pop() if crashes and (when, what) == (moment, call) else None

    crew.counter.trouble = trouble
    await crew.round()

    assert crew.crashes == 1
    assert len(crew.counter.runs) == 1, "the run that was begun is found and collected"
    assert [one.outcome for one in await crew.readings(clip)] == ["ok"]
    assert [(run.state, run.cost_micro) for run in await crew.runs()] == [("done", PRICE)]


async def test_a_run_that_takes_its_time_is_waited_for_and_not_planned_again(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    crew.counter.takes_s = 900.0

    await crew.let_pass(minutes=10)
    assert (await crew.runs())[0].state == "started"
    await crew.let_pass(minutes=30)

    assert len(crew.counter.runs) == 1
    assert len(await crew.readings(clip)) == 1


@pytest.mark.thorough
async def test_a_failed_run_costs_what_it_cost_and_is_planned_anew_after_a_growing_wait(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    crew.counter.trouble = never
    await crew.let_pass(minutes=60, step_min=1)

    failed = await crew.runs()
    assert 3 <= len(failed) <= 5, "five, ten, twenty minutes"
    assert {(run.state, run.cost_micro, run.trouble) for run in failed} == {("failed", 0, "Apify does not accept this.")}
    assert await crew.readings(clip) == []

    crew.counter.trouble = lambda *_: None
    await crew.let_pass(hours=1)
    assert len(await crew.readings(clip)) >= 1


@pytest.mark.parametrize("error", [SignInAgain("The key is no good."), Later("The credit is used up.", retry_after_s=6 * 3_600)])
async def test_a_provider_without_key_or_credit_blocks_no_lane(crew: CountingCrew, cast: Cast, error: Exception) -> None:
    await crew.clips(1, cast.clipper.id)
    crew.counter.trouble = lambda _, call: error if call == "start" else None

    await crew.round()

    assert [run.state for run in await crew.runs()] == ["failed"]
    async with crew.inside() as session:
        assert (await runs.failing(session))["apify_tiktok"].trouble in {"The key is no good.", "The credit is used up."}


@pytest.mark.thorough
async def test_the_month_never_costs_more_than_its_cap(crew: CountingCrew, cast: Cast) -> None:
    async with crew.inside() as session:
        await choices.write(session, schemas.Settings(month_micro=10 * PRICE), ACTOR)
    await crew.clips(8, cast.clipper.id)

    await crew.let_pass(hours=24, step_min=30)

    async with crew.inside() as session:
        meter = await runs.meter(session, 10 * PRICE)
    assert meter.spent_micro == sum(len(asked) for asked in crew.counter.runs.values()) * PRICE
    assert meter.spent_micro == 10 * PRICE
    assert meter.left_micro == 0


async def test_nothing_is_read_while_counting_is_switched_off_or_nobody_counts(crew: CountingCrew, cast: Cast) -> None:
    await crew.clips(1, cast.clipper.id)
    async with crew.inside() as session:
        await choices.write(session, schemas.Settings(counting=False), ACTOR)
    await crew.round()
    assert crew.counter.runs == {}

    async with crew.inside() as session:
        await choices.write(session, schemas.Settings(counting=True), ACTOR)
    crew.counters.by_platform.clear()
    await crew.round()
    assert crew.counter.runs == {}


async def test_a_person_who_asks_twice_within_five_minutes_pays_once(crew: CountingCrew, cast: Cast) -> None:
    clips = await crew.clips(2, cast.clipper.id)
    counters = await planning.counters_of(crew.desk, crew.creator_id)
    answers = []
    for minutes in (0, 4, 2):
        crew.hands.turn(minutes=minutes)
        async with crew.inside() as session:
            answers.append(await planning.plan_now(session, counters, clips=clips))
        await crew.settle_down()

    assert [one.asked for one in answers] == [2, 0, 2]
    assert answers[1].fresh == 2
    assert [run.why for run in await crew.runs()] == ["hand", "hand"]


async def test_two_who_plan_at_once_plan_no_clip_twice(crew: CountingCrew, cast: Cast) -> None:
    await crew.clips(2, cast.clipper.id)
    counters = await planning.counters_of(crew.desk, crew.creator_id)
    async with crew.inside() as session:
        first = await planning.plan_due(session, counters)
    async with crew.inside() as session:
        second = await planning.plan_due(session, counters)

    assert (first.asked, second.asked, second.open) == (2, 0, 2)


@pytest.mark.thorough
async def test_a_run_whose_job_is_gone_is_taken_up(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    counters = await planning.counters_of(crew.desk, crew.creator_id)
    async with crew.inside() as session:
        await planning.plan_due(session, counters)
    async with tenancy.everywhere(crew.db, "a test", write=True) as session:
        for job in (await session.scalars(select(Job))).all():
            await session.delete(job)

    await crew.let_pass(minutes=40)

    assert len(await crew.readings(clip)) == 1
    assert len(crew.counter.runs) == 1


@pytest.mark.thorough
async def test_a_clip_that_is_not_found_twice_hours_apart_is_removed_and_its_money_stays_held(crew: CountingCrew, cast: Cast) -> None:
    clips = await crew.clips(6, cast.clipper.id)
    gone, video = clips[0], await crew.video(clips[0])
    await crew.round()
    crew.counter.outcomes[video] = "not_found"
    await crew.let_pass(hours=2)
    assert (await crew.row(gone)).removed_at is None, "once is no proof"
    await crew.let_pass(hours=8)

    row = await crew.row(gone)
    assert row.removed_at is not None
    assert row.views == 100, "what was counted stays"
    del crew.counter.outcomes[video]
    await crew.let_pass(hours=30, step_min=60)
    assert (await crew.row(gone)).removed_at is None, "it is back"


@pytest.mark.thorough
async def test_when_most_are_not_found_at_once_nothing_is_taken_for_removed(crew: CountingCrew, cast: Cast) -> None:
    clips = await crew.clips(6, cast.clipper.id)
    await crew.round()
    for clip in clips:
        crew.counter.outcomes[await crew.video(clip)] = "not_found"

    await crew.let_pass(hours=12)

    for clip in clips:
        row = await crew.row(clip)
        assert row.removed_at is None
        assert {one.outcome for one in (await crew.readings(clip))[1:]} == {"blocked"}


async def test_a_drop_lowers_nothing_and_raises_a_doubt(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    video = await crew.video(clip)
    crew.counter.views[video] = 20_000
    await crew.round()
    crew.counter.views[video] = 9_000
    await crew.let_pass(hours=3)

    row = await crew.row(clip)
    assert (row.views, row.latest, row.flags) == (20_000, 9_000, 1)
    async with crew.inside() as session:
        flag = (await session.scalars(select(ClipFlag))).one()
    assert (flag.code, flag.evidence["most"], flag.evidence["views"]) == ("drop", 20_000, 9_000)


async def test_somebody_elses_video_is_doubted_at_the_first_reading(crew: CountingCrew, cast: Cast) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    async with crew.inside() as session:
        row = await clippers.join(session, cast.clipper.id)
        row.handles = {"tiktok": ["cem.clips"]}

    await crew.round()

    assert (await crew.row(clip)).flags == 1
    async with crew.inside() as session:
        assert (await session.scalars(select(ClipFlag.code))).all() == ["wrong_author"]


async def test_views_entered_by_hand_count_with_the_persons_name_and_a_note(crew: CountingCrew, cast: Cast) -> None:
    crew.counters.by_platform.clear()
    clip = (await crew.clips(1, cast.clipper.id))[0]
    async with crew.inside() as session:
        with pytest.raises(Invalid, match="where you saw"):
            await by_hand.enter(session, crew.desk, clip, by_hand.Entered(views=5_000, note=" "), ACTOR)
    async with crew.inside() as session:
        shown = await by_hand.enter(session, crew.desk, clip, by_hand.Entered(views=5_000, note="screenshot by mail"), ACTOR)

    assert (shown.views, shown.earned) == (5_000, 2_500)
    taken = (await crew.readings(clip))[0]
    assert (taken.provider, taken.by, taken.detail, taken.views) == (readings.HAND, ACTOR, "screenshot by mail", 5_000)


async def test_free_providers_need_no_id_and_are_collected_again_after_a_crash(crew: CountingCrew, cast: Cast) -> None:
    class Free(FakeCounter):
        find = None  # type: ignore[assignment]

        async def start(self, wanted: object, *, most_micro: int) -> str:
            assert most_micro == 0
            await super().start(wanted, most_micro=most_micro)  # type: ignore[arg-type]
            return ""

        async def collect(self, run_id: str, wanted: object) -> object:  # type: ignore[override]
            assert run_id == ""
            return await super().collect("run1", wanted)  # type: ignore[arg-type]

    free = Free("youtube_api", 0)
    crew.counters.by_platform["tiktok"] = free
    clip = (await crew.clips(1, cast.clipper.id))[0]
    crashes = [Crash()]
    free.trouble = lambda when, what: crashes.pop() if crashes and (when, what) == ("after", "collect") else None

    await crew.round()

    assert crew.crashes == 1
    assert len(await crew.readings(clip)) == 1
    assert [(run.state, run.cost_micro) for run in await crew.runs()] == [("done", 0)]
