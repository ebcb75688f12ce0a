"""Tiers are earned by the rules, held by hand, and every one of them says why."""

from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, NotFound
from entourage.viewers import memory, schemas, tier, tierlog, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.tables import TierChange, TierRule, Total, Viewer
from tests.viewers.events import T0, Room
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

EVENING = Room()
NEARLY: dict[str, Any] = {"watch_ms": 300 * tier.HOUR_MS, "visits": 150}


class Hall:
    """A creator's viewers and their tiers."""

    def __init__(self, db: Database, intake: Intake, creator_id: int) -> None:
        self.db, self.intake, self.creator_id = db, intake, creator_id

    async def enter(self, handle: str = "bo", **counters: Any) -> None:
        """Let somebody come in who has counted this much already."""
        await self.intake.store(self.creator_id, [EVENING.chat(handle, 0)])
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await memory.outdate(session)
            who = (await session.scalars(select(Viewer).where(Viewer.handle == handle))).one()
            total = (await session.scalars(select(Total))).one()
            for name, value in counters.items():
                setattr(total, name, getattr(total, name) + value - getattr(who, name))
                setattr(who, name, value)

    async def give(self, coins: int, handle: str = "bo", second: float = 1) -> None:
        await self.intake.store(self.creator_id, [EVENING.gift(handle, second, coins=coins)])

    async def hand(self, what: str, *args: str, handle: str = "bo") -> schemas.ViewerDetail:
        """Set, remove or release by hand."""
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            detail: schemas.ViewerDetail = await getattr(tiers, what)(session, handle, *args, "user:ada")
        return detail

    async def tier(self, handle: str = "bo") -> str | None:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await session.scalar(select(Viewer.tier).where(Viewer.handle == handle))

    async def changes(self) -> list[tuple[str | None, str | None, dict[str, object]]]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return [(one.old, one.new, one.why) for one in await session.scalars(select(TierChange).order_by(TierChange.id))]

    async def tiered(self) -> int:
        """Return how many hold a tier by the kept counter, which must be right."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            kept = (await session.scalars(select(Total))).one().tiered
            assert kept == sum((await tiers.counts(session)).values())
        return kept


@pytest.fixture
def hall(db: Database, intake: Intake, creator_id: int) -> Hall:
    return Hall(db, intake, creator_id)


async def test_a_promotion_says_why(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    await hall.give(999)
    assert await hall.tier() is None
    await hall.give(1)

    assert await hall.tier() == "Bronze"
    assert await hall.changes() == [(None, "Bronze", {"coins": 1000, "hours": 300, "visits": 150})]
    assert await hall.tiered() == 1


@pytest.mark.parametrize(("counter", "lacking", "enough"), [("watch_ms", 5 * tier.HOUR_MS - 60_000, 5 * tier.HOUR_MS), ("visits", 9, 10)])
async def test_watch_time_and_visits_promote_as_well_as_coins(hall: Hall, counter: str, lacking: int, enough: int) -> None:
    have: dict[str, Any] = {"coins": 1_000, "watch_ms": 6 * tier.HOUR_MS, "visits": 20, counter: lacking}
    await hall.enter(**have)
    await hall.intake.store(hall.creator_id, [EVENING.chat("bo", 30)])
    assert await hall.tier() is None

    if counter == "watch_ms":
        await hall.intake.store(hall.creator_id, [EVENING.chat("bo", 60)])
    else:
        await hall.intake.store(hall.creator_id, [Room("7002", start_ms=T0 + 86_400_000).chat("bo", 0)])
    assert await hall.tier() == "Bronze"
    assert enough > lacking


async def test_a_leap_gives_the_highest_tier_at_once_and_the_next_one_goes_on_from_there(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    await hall.give(20_000)
    await hall.give(80_000)

    assert [(old, new) for old, new, _ in await hall.changes()] == [(None, "Gold"), ("Gold", "Platinum")]
    assert await hall.tiered() == 1


async def test_rules_only_raise(hall: Hall, db: Database, creator_id: int) -> None:
    await hall.enter(coins=5_000, **NEARLY)
    await hall.hand("set_by_hand", "Platinum")
    await hall.hand("release")
    # Released, the rules decide at once; from there on they only raise.
    assert await hall.tier() == "Silver"
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        for n, (name, coins) in enumerate([("Bronze", 10_000), ("Silver", 90_000)], 1):
            session.add(
                TierRule(
                    tier_name=name,
                    min_coins_spent=coins,
                    min_watchtime_hours=0,
                    min_visits=0,
                    benefits=[],
                    badge_color="#fff",
                    sort_order=n,
                )
            )

    await hall.give(6_000)
    assert await hall.tier() == "Silver"


async def test_a_tier_set_by_hand_stays(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    detail = await hall.hand("set_by_hand", " gold ")
    await hall.give(1_000)
    await hall.give(150_000)

    assert (detail.vip_tier, detail.tier.held, detail.tier.why) == ("Gold", True, {"by": "user:ada"})
    assert await hall.tier() == "Gold"
    assert await hall.tiered() == 1


async def test_a_tier_removed_by_hand_does_not_come_back(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    await hall.give(1_000)
    detail = await hall.hand("remove_by_hand")
    assert (detail.is_vip, detail.vip_tier, detail.vip_since, detail.tier.held) == (False, None, None, True)
    await hall.give(150_000)

    assert await hall.tier() is None
    assert await hall.tiered() == 0


async def test_a_tier_that_is_removed_before_there_was_one_never_comes(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    await hall.hand("remove_by_hand")
    await hall.give(1_000)

    assert await hall.tier() is None
    assert await hall.changes() == []


async def test_letting_go_lets_the_rules_decide_at_once(hall: Hall) -> None:
    await hall.enter(**NEARLY)
    await hall.give(5_000)
    await hall.hand("remove_by_hand")
    detail = await hall.hand("release")

    assert (detail.vip_tier, detail.tier.held) == ("Silver", False)
    await hall.give(15_000)
    assert await hall.tier() == "Gold"
    assert await hall.tiered() == 1


async def test_letting_go_of_what_was_not_earned_takes_it(hall: Hall) -> None:
    await hall.enter()
    await hall.hand("set_by_hand", "Gold")
    assert await hall.tiered() == 1
    await hall.hand("release")

    assert await hall.tier() is None
    assert await hall.tiered() == 0


async def test_everything_done_by_hand_is_in_the_audit_log(hall: Hall, db: Database, creator_id: int) -> None:
    await hall.enter()
    for what, *args in (["set_by_hand", "Gold"], ["set_by_hand", "Silver"], ["remove_by_hand"], ["release"]):
        await hall.hand(what, *args)

    async with tenancy.inside(db, creator_id) as session:
        entries = list(reversed(await audit.page(session, action="viewer.tier")))
    assert [(one.action, one.meta["old"], one.meta["new"]) for one in entries] == [
        ("viewer.tier.set", None, "Gold"),
        ("viewer.tier.set", "Gold", "Silver"),
        ("viewer.tier.remove", "Silver", None),
        ("viewer.tier.release", None, None),
    ]
    assert {one.actor for one in entries} == {"user:ada"}


async def test_a_tier_that_does_not_exist_and_a_viewer_who_does_not_are_named(hall: Hall) -> None:
    await hall.enter()
    with pytest.raises(Invalid, match="There are: Bronze, Silver, Gold, Platinum") as caught:
        await hall.hand("set_by_hand", "Diamond")
    assert set(caught.value.details) == {"tier"}
    with pytest.raises(NotFound):
        await hall.hand("set_by_hand", "Gold", handle="nobody")
    assert await hall.tier() is None


async def test_what_is_still_missing_is_shown(hall: Hall, db: Database, creator_id: int) -> None:
    await hall.enter(coins=1_200, watch_ms=6 * tier.HOUR_MS, visits=30)
    detail = await hall.hand("release")

    assert (detail.vip_tier, detail.tier.next) == ("Bronze", "Silver")
    assert {way: (step.have, step.need) for way, step in detail.tier.missing.items()} == {"coins": (1_200, 5_000), "hours": (6, 20)}


async def test_members_are_listed_from_the_longest_standing(hall: Hall, db: Database, creator_id: int) -> None:
    for handle in ("bo", "cy", "di"):
        await hall.enter(handle)
        await hall.hand("set_by_hand", "Gold" if handle != "cy" else "Silver", handle=handle)

    async with tenancy.inside(db, creator_id) as session:
        assert [one.tiktok_username for one in await tiers.members(session)] == ["bo", "cy", "di"]
        assert [one.tiktok_username for one in await tiers.members(session, "Gold")] == ["bo", "di"]
        assert await tiers.members(session, "Diamond") == []
        assert await tiers.counts(session) == {"Gold": 2, "Silver": 1}


async def test_a_tier_whose_rule_asks_for_fewer_coins_than_the_one_below_is_earned_all_the_same(
    hall: Hall, db: Database, creator_id: int
) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        for n, (name, coins, visits) in enumerate([("Spender", 500, 1), ("Regular", 10, 3)], 1):
            session.add(
                TierRule(
                    tier_name=name,
                    min_coins_spent=coins,
                    min_watchtime_hours=0,
                    min_visits=visits,
                    benefits=[],
                    badge_color="#fff",
                    sort_order=n,
                )
            )
    await hall.enter(visits=5)
    await hall.give(10)

    assert await hall.tier() == "Regular"


async def test_counters_stay_right_through_promotions_and_hands(hall: Hall, db: Database, creator_id: int) -> None:
    for n, handle in enumerate(("bo", "cy", "di", "ed")):
        await hall.enter(handle, **NEARLY)
        await hall.give(1_000 * (n + 1), handle)
    await hall.hand("remove_by_hand", handle="bo")
    await hall.hand("set_by_hand", "Platinum", handle="cy")
    await hall.hand("set_by_hand", "Gold", handle="cy")
    await hall.hand("release", handle="bo")

    assert await hall.tiered() == 4
    async with tenancy.inside(db, creator_id) as session:
        assert [one for one in await recount(session) if "tiered" in one] == []


async def test_everybodys_changes_are_told_from_the_newest_with_the_way_up_and_the_reason(
    hall: Hall, db: Database, creator_id: int
) -> None:
    for handle in ("bo", "cy"):
        await hall.enter(handle, **NEARLY)
        await hall.give(1_000, handle)
    await hall.hand("set_by_hand", "Gold", handle="cy")
    await hall.hand("release", handle="cy")

    async with tenancy.inside(db, creator_id) as session:
        first, following = await tierlog.newest(session, None, 3)
        rest, end = await tierlog.newest(session, following, 3)
    told = [(one.viewer.tiktok_username, one.old, one.new, one.up) for one in [*first, *rest]]
    assert told == [
        ("cy", "Gold", "Bronze", False),
        ("cy", "Bronze", "Gold", True),
        ("cy", None, "Bronze", True),
        ("bo", None, "Bronze", True),
    ]
    assert (len(first), end) == (3, None)
    assert first[0].why.keys() == {"coins", "hours", "visits", "by"}
    assert first[1].why == {"by": "user:ada"}
    assert rest[0].why.keys() == {"coins", "hours", "visits"}
