"""Each of the five settings really acts, with the next batch, and says no to what makes no sense."""

from typing import Any

import pytest
from sqlalchemy import select, update

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.viewers import config, feed, heatmap, profile, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.outcome import Outcome
from entourage.viewers.tables import CreatorHour, Hour, TierRule, Viewer, Visit
from tests.people import Cast, Doors
from tests.viewers.events import Room, person

pytestmark = pytest.mark.anyio

EVENING = Room()


async def choose(db: Database, creator_id: int, **settings: Any) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await config.write(session, schemas.Config(**settings), "user:ada")


async def viewer(db: Database, creator_id: int, handle: str = "bo") -> Viewer:
    async with tenancy.inside(db, creator_id) as session:
        return (await session.scalars(select(Viewer).where(Viewer.handle == handle))).one()


async def easy_tier(db: Database, creator_id: int) -> None:
    """Make a tier that the first coin earns."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(
            TierRule(
                tier_name="Friend", min_coins_spent=1, min_watchtime_hours=0, min_visits=1, benefits=[], badge_color="#fff", sort_order=1
            )
        )


async def test_settings_are_the_houses_until_chosen_and_kept_then(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id) as session:
        assert await config.read(session) == schemas.Config(True, True, True, 300, True)
    chosen = {
        "autoVipPromotion": False,
        "birthdayReminder": False,
        "autoFetchTikTokData": False,
        "sessionTimeout": 900,
        "heatmapEnabled": False,
    }
    await choose(db, creator_id, **chosen)

    async with tenancy.inside(db, creator_id) as session:
        assert schemas.as_dict(await config.read(session)) == chosen
        [entry] = await audit.page(session, action="viewers.config.set")
    assert (entry.actor, entry.meta) == ("user:ada", chosen)


@pytest.mark.parametrize("seconds", [-1, 0, 29, 86_401, 2**40])
async def test_a_timeout_that_makes_no_sense_is_refused(db: Database, creator_id: int, seconds: int) -> None:
    with pytest.raises(Invalid, match="30 to 86400"):
        await choose(db, creator_id, sessionTimeout=seconds)


async def test_without_auto_vip_promotion_nobody_is_promoted_until_it_is_on_again(db: Database, creator_id: int, intake: Intake) -> None:
    await easy_tier(db, creator_id)
    await choose(db, creator_id, autoVipPromotion=False)
    await intake.store(creator_id, [EVENING.gift("bo", 0, coins=50)])
    assert (await viewer(db, creator_id)).tier is None

    await choose(db, creator_id, autoVipPromotion=True)
    await intake.store(creator_id, [EVENING.chat("bo", 1)])
    assert (await viewer(db, creator_id)).tier == "Friend"


async def test_without_the_heatmap_no_hours_are_counted(db: Database, creator_id: int, intake: Intake) -> None:
    await choose(db, creator_id, heatmapEnabled=False)
    await intake.store(creator_id, [EVENING.gift("bo", 0, coins=50)])
    async with tenancy.inside(db, creator_id) as session:
        assert [*(await session.scalars(select(Hour))), *(await session.scalars(select(CreatorHour)))] == []

    await choose(db, creator_id, heatmapEnabled=True)
    await intake.store(creator_id, [EVENING.chat("bo", 1)])
    async with tenancy.inside(db, creator_id) as session:
        week = await heatmap.of_everybody(session)
    assert [(cell.day_of_week, cell.hour_of_day, cell.activity, cell.coins) for cell in week.peaks] == [(6, 20, 1, 0)]


async def test_hours_follow_the_zone_that_the_owner_chooses(db: Database, cast: Cast, doors: Doors) -> None:
    browser = await doors.of(cast.owner)
    intake: Intake = doors.app.state.house.intake
    await intake.store(cast.owner.creator_id, [EVENING.chat("bo", 0)])

    [creator] = (await browser.get("/api/creators")).json()
    answer = await browser.patch(f"/api/creators/{creator['id']}", json={"zone": "Asia/Tokyo"})
    await intake.store(cast.owner.creator_id, [EVENING.chat("bo", 1)])

    assert answer.status_code == 200, answer.text
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        cells = set((await session.scalars(select(CreatorHour.cell))).all())
    # 19:00 UTC on a Saturday is 20:00 in Berlin and Sunday 04:00 in Tokyo.
    assert cells == {6 * 24 + 20, 4}


async def test_without_fetching_data_names_stay_as_they_were(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat(person("bo", name="Bo"), 0)])
    await choose(db, creator_id, autoFetchTikTokData=False)
    await intake.store(
        creator_id, [EVENING.chat(person("bo", name="Somebody Else", followers=9), 1), EVENING.chat(person("cy", name="Cy"), 2)]
    )

    who = await viewer(db, creator_id)
    assert (who.name, who.followers, who.comments) == ("Bo", None, 2)
    # Who is new must be called something.
    assert (await viewer(db, creator_id, "cy")).name == "Cy"

    await choose(db, creator_id, autoFetchTikTokData=True)
    await intake.store(creator_id, [EVENING.chat(person("bo", name="Bo the Second", followers=9), 3)])
    who = await viewer(db, creator_id)
    assert (who.name, who.followers) == ("Bo the Second", 9)


@pytest.mark.parametrize(("timeout", "watched"), [(60, 0), (300, 200), (900, 800)])
async def test_the_timeout_says_what_a_gap_is_worth(db: Database, creator_id: int, intake: Intake, timeout: int, watched: int) -> None:
    await choose(db, creator_id, sessionTimeout=timeout)
    await intake.store(creator_id, [EVENING.chat("bo", 0), EVENING.chat("bo", 200), EVENING.chat("bo", 800)])

    assert (await viewer(db, creator_id)).watch_ms == watched * 1000
    async with tenancy.inside(db, creator_id) as session:
        assert (await session.scalars(select(Visit.watch_ms))).all() == [watched * 1000]


async def test_blocked_viewers_are_counted_but_neither_promoted_nor_in_the_feed(db: Database, creator_id: int) -> None:
    heard: list[Outcome] = []

    async def listen(outcome: Outcome) -> None:
        heard.append(outcome)

    await easy_tier(db, creator_id)
    intake = Intake(db, stored=listen)
    await intake.store(creator_id, [EVENING.chat("bo", 0), EVENING.chat("cy", 0)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, "bo", schemas.Edit(is_blocked=True), "user:ada")
    heard.clear()

    await intake.store(creator_id, [EVENING.gift("bo", 1, coins=500), EVENING.chat("bo", 2), EVENING.chat("cy", 3)])
    await intake.close()

    who = await viewer(db, creator_id)
    assert (who.tier, who.coins, who.comments) == (None, 500, 2)
    assert [line.username for outcome in heard for line in outcome.feed] == ["cy"]
    assert [outcome.promoted for outcome in heard] == [[]]
    async with tenancy.inside(db, creator_id) as session:
        assert {line.username for line in await feed.recent(session)} == {"cy"}

    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(update(Viewer).values(blocked=False))
