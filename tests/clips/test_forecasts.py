"""Forecasts that are kept, and judged when their time has come."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from entourage.clips import forecast, forecasts
from entourage.clips.tables import ClipForecast, ClipReading, ClipSubmission
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from tests.people import Cast

POSTED = datetime(2026, 11, 1, 12, tzinfo=UTC)
GROWN = {1: 100, 6: 600, 12: 900, 24: 1_200}


def hour(hours: float) -> datetime:
    return POSTED + timedelta(hours=hours)


async def clip(session: CreatorSession, user_id: UUID, seen: dict[int, int], *, number: int = 0, state: str = "APPROVED") -> int:
    row = ClipSubmission(
        campaign=1, user_id=user_id, terms=1, platform="tiktok", video_id=f"{POSTED:%d}{number}", url="", submitted_url="", state=state,
        posted_at=POSTED, submitted_at=POSTED, read_at=hour(max(seen)), next_read_at=hour(9_999),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await watch(session, row.id, seen)
    return row.id


async def watch(session: CreatorSession, submission: int, seen: dict[int, int]) -> None:
    session.add_all(
        [ClipReading(submission=submission, at=hour(at), provider="hand", outcome="ok", views=views) for at, views in seen.items()]
    )
    row = await session.get_one(ClipSubmission, submission)
    row.read_at = max(row.read_at or POSTED, hour(max(seen)))
    await session.flush()


async def kept(session: CreatorSession) -> list[ClipForecast]:
    return list((await session.scalars(select(ClipForecast).order_by(ClipForecast.id))).all())


@pytest.mark.anyio
async def test_a_clip_is_foretold_once_at_each_age(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        mine = await clip(session, cast.clipper.id, GROWN)
        await forecasts.make(session, 24, now=hour(24.5))
        await forecasts.make(session, 24, now=hour(25))
        await forecasts.make(session, 48, now=hour(25))
        made = await kept(session)

    said = forecast.forecast([(float(at), views) for at, views in GROWN.items()], 168)
    assert said is not None
    assert [(one.submission, one.age_h, one.horizon_h, one.due_at) for one in made] == [
        (mine, 24, 168, hour(168)),
        (mine, 24, 336, hour(336)),
        (mine, 24, 720, hour(720)),
    ]
    assert (made[0].low, made[0].mid, made[0].high, made[0].calibrated) == (said.low, said.mid, said.high, False)


@pytest.mark.anyio
async def test_a_forecast_that_is_made_late_knows_nothing_of_later(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await clip(session, cast.clipper.id, GROWN | {36: 900_000})
        await forecasts.make(session, 24, now=hour(40))
        early = (await kept(session))[0].mid
        assert early < 10_000

        await clip(session, cast.clipper.id, {1: 5}, number=1)
        await clip(session, cast.clipper.id, GROWN, number=2, state="REJECTED")
        await forecasts.make(session, 24, now=hour(40))
        await forecasts.make(session, 24, now=hour(80))
        assert len(await kept(session)) == 3, "neither clips that nobody looked at lately, nor rejected ones, nor much too late"


@pytest.mark.anyio
async def test_a_forecast_is_judged_by_the_readings_around_its_time(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        mine = await clip(session, cast.clipper.id, GROWN)
        await forecasts.make(session, 24, now=hour(24))
        await watch(session, mine, {148: 2_000})
        await forecasts.score(session, now=hour(170))
        assert (await kept(session))[0].scored_at is None, "nobody has looked since"

        await watch(session, mine, {188: 2_400})
        await forecasts.score(session, now=hour(189))
        await forecasts.score(session, now=hour(190))
        first, second, third = await kept(session)
        assert (first.actual, first.scored_at) == (2_200, hour(189))
        assert (second.scored_at, third.scored_at) == (None, None)
        [judged] = await forecasts.accuracy(session)

    assert (judged.age_h, judged.horizon_h, judged.judged) == (24, 168, 1)
    assert judged.error == pytest.approx(abs(first.mid - 2_200) / 2_200, abs=1e-3)
    assert judged.inside == (first.low <= 2_200 <= first.high)


@pytest.mark.anyio
async def test_a_forecast_that_nobody_can_judge_is_put_aside(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        mine = await clip(session, cast.clipper.id, GROWN)
        await forecasts.make(session, 24, now=hour(24))
        row = await session.get_one(ClipSubmission, mine)
        await forecasts.score(session, now=hour(168 + 24 * 7))
        assert (await kept(session))[0].scored_at is None, "there may be a reading yet"
        row.next_read_at = None
        await session.flush()
        await forecasts.score(session, now=hour(200))
        first = (await kept(session))[0]

        assert (first.actual, first.scored_at) == (None, hour(200))
        assert await forecasts.accuracy(session) == []


@pytest.mark.anyio
async def test_bands_come_from_what_came_true_for_this_creator(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for number in range(9):
            mine = await clip(session, cast.clipper.id, GROWN, number=number)
            await forecasts.make(session, 24, now=hour(24))
            await watch(session, mine, {168: 1_800 + 100 * number, 170: 5_000})
        await forecasts.score(session, now=hour(171))
        known = await forecasts.bands(session)
        await clip(session, cast.clipper.id, GROWN, number=99)
        await forecasts.make(session, 24, now=hour(30))
        newest = (await kept(session))[-3]

    assert known.around(24, 168)[2]
    assert (newest.horizon_h, newest.calibrated) == (168, True)
    assert newest.low == 1_800
    assert newest.high == 2_600
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert not (await forecasts.bands(session)).known


@pytest.mark.thorough
@pytest.mark.anyio
async def test_many_clips_are_foretold_some_at_a_time(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for number in range(forecasts.CHUNK + 3):
            await clip(session, cast.clipper.id, {20: 100 + number}, number=number)
        after = await forecasts.make(session, 24, now=hour(24))
        assert after is not None
        assert await forecasts.make(session, 24, after=after, now=hour(24)) is None
        assert len(await kept(session)) == 3 * (forecasts.CHUNK + 3)
