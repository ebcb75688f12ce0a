"""What campaigns come to."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from entourage.clips import analytics
from entourage.clips.analytics import DayOfViews, Earned
from entourage.clips.tables import ClipCampaign, ClipDay, Clipper, ClipSubmission
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.tenancy import CreatorSession
from tests.people import Cast

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def campaign(session: CreatorSession, *, currency: str = "EUR", state: str = "ACTIVE") -> int:
    row = ClipCampaign(
        title="Spring", platforms=["tiktok"], currency=currency, budget=0, state=state, starts_at=NOW - timedelta(days=20),
        deadline=NOW + timedelta(days=10), created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


async def clip(
    session: CreatorSession, of: int, user_id: UUID, views: int, *, state: str = "APPROVED", earned: int = 0, days: int = 1
) -> int:
    row = ClipSubmission(
        campaign=of, user_id=user_id, terms=1, platform="tiktok", video_id=None, url=f"https://example.org/{views}", submitted_url="",
        state=state, views=views, earned=earned, submitted_at=NOW - timedelta(days=days),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


async def known(session: CreatorSession, user_id: UUID, name: str) -> None:
    session.add(Clipper(user_id=user_id, name=name, joined_at=NOW, updated_at=NOW))
    await session.flush()


@pytest.mark.anyio
async def test_the_summary_has_the_seeds_names_and_numbers(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        first, second = await campaign(session), await campaign(session, state="COMPLETED")
        await known(session, cast.clipper.id, "Cem")
        await clip(session, first, cast.clipper.id, 9_000, earned=450)
        await clip(session, first, cast.helper.id, 3_001, state="PAID", earned=150, days=9)
        await clip(session, first, cast.clipper.id, 77_000, state="REJECTED")
        await clip(session, second, cast.clipper.id, 500, state="PENDING")
        said = await analytics.read(session, first, now=NOW)
        whole = await analytics.read(session, now=NOW)

    wire = msgspec.to_builtins(said)
    assert wire["overview"] == {
        "totalCampaigns": 2, "activeCampaigns": 1, "totalSubmissions": 4, "totalViews": 12_501, "totalEarnings": "6.00",
    }  # fmt: skip
    assert wire["campaignDetails"] == {
        "totalViews": 12_001, "totalSubmissions": 2, "averageViewsPerSubmission": 6_000,
        "topPerformingSubmission": {"url": "https://example.org/9000", "views": 9_000, "userId": str(cast.clipper.id)},
    }  # fmt: skip
    assert [one["clipUrl"] for one in wire["recentSubmissions"]] == [f"https://example.org/{views}" for views in (500, 77_000, 9_000)]
    assert wire["recentSubmissions"][0]["clipper"] == "Cem"
    assert whole.campaign_details is None


@pytest.mark.anyio
async def test_an_empty_house_has_a_summary_too(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        made = await campaign(session)
        said = await analytics.read(session, made, now=NOW)
        assert said.overview.total_earnings == Decimal(0)
        assert said.campaign_details == analytics.Details(0, 0, 0, None)
        assert (await analytics.clippers(session), await analytics.clips(session)) == ([], [])
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert (await analytics.read(session)).overview.total_campaigns == 0
        with pytest.raises(NotFound):
            await analytics.read(session, made)


@pytest.mark.anyio
async def test_sums_of_two_currencies_are_never_added(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        euros, yen = await campaign(session), await campaign(session, currency="JPY")
        await clip(session, euros, cast.clipper.id, 2_000, earned=500)
        await clip(session, yen, cast.clipper.id, 1_000, earned=300)
        said = await analytics.read(session, now=NOW)
        [leader] = await analytics.clippers(session)

    assert said.overview.total_earnings is None
    assert sorted(leader.earned, key=lambda one: one.currency) == [Earned("EUR", 500), Earned("JPY", 300)]
    assert (leader.clips, leader.views, leader.best) == (2, 3_000, 2_000)


@pytest.mark.anyio
async def test_who_and_what_brings_most(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        first, second = await campaign(session), await campaign(session)
        await clip(session, first, cast.clipper.id, 9_000, earned=100)
        await clip(session, first, cast.helper.id, 5_000, earned=900)
        await clip(session, second, cast.helper.id, 6_000, earned=50)
        await clip(session, second, cast.helper.id, 99_000, state="PENDING")

        assert [one.user_id for one in await analytics.clippers(session)] == [cast.helper.id, cast.clipper.id]
        assert [one.user_id for one in await analytics.clippers(session, first)] == [cast.clipper.id, cast.helper.id]
        assert [one.user_id for one in await analytics.clippers(session, first, by="earned")] == [cast.helper.id, cast.clipper.id]
        assert [one.views for one in await analytics.clips(session)] == [9_000, 6_000, 5_000]
        assert [one.views for one in await analytics.clips(session, by="earned", most=2)] == [5_000, 9_000]


@pytest.mark.anyio
async def test_views_of_a_day_are_what_it_added(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        first, second = await campaign(session), await campaign(session)
        one, other = await clip(session, first, cast.clipper.id, 1_500), await clip(session, second, cast.clipper.id, 70)
        counts = {(one, 15): 1_000, (one, 18): 1_400, (one, 19): 1_300, (one, 20): 1_500, (other, 18): 70}
        session.add_all(
            [
                ClipDay(user_id=cast.clipper.id, clip_id=which, date=date(2026, 11, day), platform="tiktok", views=views, created_at=NOW)
                for (which, day), views in counts.items()
            ]
        )
        await session.flush()

        gained = [(17, 0), (18, 470), (19, 0), (20, 100)]
        assert await analytics.days(session, most=4, now=NOW) == [DayOfViews(date(2026, 11, day), views) for day, views in gained]
        assert [day.gained for day in await analytics.days(session, first, most=6, now=NOW)] == [1_000, 0, 0, 400, 0, 100]
