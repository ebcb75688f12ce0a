"""The feed as a page finds it when it opens: promotions stand among the other lines, as they did live."""

import pytest

from entourage.kernel import tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.viewers import feed, profile, schemas, tierlog, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.tables import TierChange, TierRule, Viewer
from entourage.viewers.updates import Publisher
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def rules(db: Database, creator_id: int) -> None:
    """Tiers that coins alone reach within an evening."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        for place, (name, coins) in enumerate((("Wood", 10), ("Stone", 100)), 1):
            session.add(
                TierRule(
                    tier_name=name,
                    min_coins_spent=coins,
                    min_watchtime_hours=0,
                    min_visits=0,
                    benefits=[],
                    badge_color="#fff",
                    sort_order=place,
                )
            )


async def lines(db: Database, creator_id: int, limit: int = 50) -> list[schemas.FeedItem]:
    async with tenancy.inside(db, creator_id) as session:
        return await feed.recent(session, limit)


async def test_a_promotion_is_a_line_of_its_moment(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room = Room()
    hands.put(5)
    await intake.store(creator_id, [room.gift("bo", 5, coins=12)])
    hands.put(9)
    await intake.store(creator_id, [room.chat("cy", 7, "wow")])

    found = [(line.kind, line.username, line.tier, line.text, line.at[14:19]) for line in await lines(db, creator_id)]
    assert ("tier", "bo", "Wood", "Wood", "00:05") in found
    assert [kind for kind, *_ in found] in (["comment", "tier", "gift"], ["comment", "gift", "tier"])


async def test_the_line_after_a_reload_is_the_one_that_was_told(db: Database, creator_id: int, hands: Hands) -> None:
    publisher = Publisher(MemoryBus(), db)
    told: list[schemas.FeedItem] = []
    intake = Intake(db, publisher)
    hands.put(1)
    await intake.store(creator_id, [Room().gift("bo", 0, coins=150)])
    told += [line for line in publisher._of(creator_id).feed if line.kind == "tier"]
    await intake.close()

    assert [line for line in await lines(db, creator_id) if line.kind == "tier"] == told
    assert [line.text for line in told] == ["Stone"]


async def test_what_was_done_by_hand_and_steps_down_are_no_lines(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [Room().gift("bo", 0, coins=12), Room().chat("cy", 1)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await tiers.set_by_hand(session, "cy", "Stone", "user:ada")
        await tiers.remove_by_hand(session, "cy", "user:ada")
        bo = await profile.find(session, "bo")
        session.add(TierChange(viewer_id=bo.id, at_ms=T0 + 1, old="Stone", new="Wood", why={"coins": 12, "hours": 0, "visits": 1}))
    assert [(line.username, line.text) for line in await lines(db, creator_id) if line.kind == "tier"] == [("bo", "Wood")]


async def test_somebody_blocked_is_in_no_line(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [Room().gift("bo", 0, coins=12)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        (await session.get(Viewer, (await profile.find(session, "bo")).id)).blocked = True  # type: ignore[union-attr]
    assert await lines(db, creator_id) == []


async def test_the_past_of_a_tier_is_told_newest_first_with_its_reasons(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [Room().gift("bo", 0, coins=12)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await tiers.set_by_hand(session, "bo", "Stone", "user:ada")
    async with tenancy.inside(db, creator_id) as session:
        past = await tierlog.of_viewer(session, (await profile.find(session, "bo")).id)
    assert [(one.old, one.new) for one in past] == [("Wood", "Stone"), (None, "Wood")]
    assert past[0].why == {"by": "user:ada"}
    assert past[1].why.items() >= {"coins": 12, "visits": 1}.items()


async def test_lines_are_found_behind_many_of_somebody_blocked(db: Database, creator_id: int, intake: Intake) -> None:
    room = Room()
    await intake.store(creator_id, [room.chat("cy", n, f"hello {n}") for n in range(3)])
    await intake.store(creator_id, [room.chat("bo", 10 + n, f"spam {n}") for n in range(40)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        (await session.get(Viewer, (await profile.find(session, "bo")).id)).blocked = True  # type: ignore[union-attr]
    assert [line.text for line in await lines(db, creator_id, limit=5) if line.kind == "comment"] == ["hello 2", "hello 1", "hello 0"]
