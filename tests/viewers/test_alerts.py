"""What overlays announce: each thing once by a name that stays, with how much there is of it by now, and nobody who is not welcome."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.viewers import alerts, link, picture, profile, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.tables import TierRule
from tests import make
from tests.viewers.conftest import Hands
from tests.viewers.events import Room, person

pytestmark = pytest.mark.anyio

BERLIN = "Europe/Berlin"
PLAIN = picture.Options()


@pytest.fixture(autouse=True)
async def rules(db: Database, creator_id: int, hands: Hands) -> None:
    """Tiers that coins alone reach within an evening."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        for place, (name, coins) in enumerate((("Wood", 10), ("Stone", 100)), 1):
            about: dict[str, Any] = {"min_watchtime_hours": 0, "min_visits": 0, "benefits": [], "badge_color": f"#{place}{place}{place}"}
            session.add(TierRule(tier_name=name, min_coins_spent=coins, sort_order=place, **about))
    hands.put(30)


async def told(db: Database, creator_id: int, watch: alerts.Watch, **options: Any) -> list[tuple[str, str, int, int]]:
    """Return kind, name, amount and coins of each alert there is."""
    async with tenancy.inside(db, creator_id) as session:
        found = await alerts.newest(session, picture.Options(**options), watch, BERLIN)
    return [(one.kind, one.person.name, one.amount, one.coins) for one in found]


async def names(db: Database, creator_id: int, watch: alerts.Watch) -> list[str]:
    async with tenancy.inside(db, creator_id) as session:
        return [one.id for one in await alerts.newest(session, PLAIN, watch, BERLIN)]


async def edit(db: Database, creator_id: int, who: str, **change: Any) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, who, msgspec.convert(change, schemas.Edit), "user:ada")


async def test_a_streak_keeps_its_name_while_it_grows(db: Database, creator_id: int, intake: Intake) -> None:
    room, watch = Room(), alerts.Watch()
    await intake.store(creator_id, [room.gift("bo", 1, coins=1, repeat=2, group="g")])
    assert await told(db, creator_id, watch) == [("gift", "Bo", 2, 2)]
    before = await names(db, creator_id, watch)
    await intake.store(creator_id, [room.gift("bo", 2, coins=1, repeat=9, group="g"), room.gift("bo", 3, coins=1, repeat=5, group="g")])
    assert await told(db, creator_id, watch) == [("gift", "Bo", 9, 9)]
    assert await names(db, creator_id, watch) == before


async def test_they_come_in_the_order_in_which_they_happened(db: Database, creator_id: int, intake: Intake) -> None:
    room, watch = Room(), alerts.Watch()
    await intake.store(
        creator_id, [room.gift("cy", 4), room.follow("di", 3), room.gift("bo", 5, gift_id="1", coins=20), room.gift("ed", 5, gift_id="2")]
    )
    assert [(kind, name) for kind, name, *_ in await told(db, creator_id, watch) if kind != "tier"] == [
        ("follow", "Di"), ("gift", "Cy"), ("gift", "Bo"), ("gift", "Ed"),
    ]  # fmt: skip
    assert ("tier", "Bo", 1, 0) in await told(db, creator_id, watch)


async def test_only_what_was_chosen_is_announced(db: Database, creator_id: int, intake: Intake) -> None:
    room = Room()
    await intake.store(creator_id, [room.gift("bo", 1, coins=3), room.gift("cy", 2, coins=40), room.follow("di", 3)])
    assert await told(db, creator_id, alerts.Watch(), shows=["gift"], least_coins=40) == [("gift", "Cy", 1, 40)]
    assert await told(db, creator_id, alerts.Watch(), shows=["follow"]) == [("follow", "Di", 1, 0)]
    assert await told(db, creator_id, alerts.Watch(), shows=["tier"]) == [("tier", "Cy", 1, 0)]
    assert await told(db, creator_id, alerts.Watch(), shows=[]) == []


async def test_a_follow_is_told_once_however_often_it_is_pressed(db: Database, creator_id: int, intake: Intake) -> None:
    room, watch = Room(), alerts.Watch()
    await intake.store(creator_id, [room.follow("di", 1)])
    first = await names(db, creator_id, watch)
    await intake.store(creator_id, [room.follow("di", 2), room.follow("di", 3)])
    assert await names(db, creator_id, watch) == first
    assert await names(db, creator_id, alerts.Watch()) == first, "also for an overlay that opens only now"


async def test_old_news_and_recordings_are_none(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    await intake.store(creator_id, [Room("old").gift("bo", 1, coins=40), Room("old").follow("bo", 2)])
    await intake.store(creator_id, [Room("tape").gift("cy", 1, coins=40), Room("tape").follow("cy", 2)], recorded=True)
    watch = alerts.Watch()
    assert {name for _, name, *_ in await told(db, creator_id, watch, shows=["gift", "follow"])} == {"Bo"}
    hands.put(3 + alerts.WINDOW_MS // 1000)
    assert await told(db, creator_id, watch, shows=["gift", "follow"]) == []


async def test_who_is_blocked_or_forgotten_is_taken_back(db: Database, creator_id: int, intake: Intake) -> None:
    room, watch = Room(), alerts.Watch()
    await intake.store(creator_id, [room.gift("bo", 1), room.gift("cy", 2), room.follow("di", 3)])
    before = await names(db, creator_id, watch)
    await edit(db, creator_id, "bo", is_blocked=True)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.forget(session, "di", "user:ada")
    async with tenancy.inside(db, creator_id) as session:
        gone = await alerts.taken_back(session, watch)
        assert await alerts.taken_back(session, watch) == [], "said once"
    assert sorted(gone) == sorted([before[0], before[2]])
    assert await told(db, creator_id, watch, shows=["gift", "follow"]) == [("gift", "Cy", 1, 1)]
    async with tenancy.inside(db, creator_id) as session:
        arrived = await alerts.arrivals(session, picture.Options(guests="everybody"))
    assert [one.person.name for one in arrived] == ["Cy"]


async def test_who_is_blocked_as_a_person_is_blocked_with_every_account(db: Database, creator_id: int, intake: Intake) -> None:
    room = Room()
    await intake.store(creator_id, [room.gift("bo", 1), room.gift("second.of.bo", 2), room.gift("cy", 3)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await link.join(session, "bo", "second.of.bo", "user:ada")
        await profile.edit(session, "bo", schemas.Edit(is_blocked=True), "user:ada")
    assert await told(db, creator_id, alerts.Watch(), shows=["gift"]) == [("gift", "Cy", 1, 1)]


async def test_a_linked_account_is_announced_as_the_person_it_is(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room = Room("before")
    await intake.store(creator_id, [room.gift("bo", 1, coins=120), room.chat("alt", 2), room.chat("bo", 15), room.end(20)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await link.join(session, "bo", "alt", "user:ada")
    hands.put(700)
    now = Room("now", start_ms=room.start_ms + 650_000)
    await intake.store(creator_id, [now.gift("alt", 1, coins=1), now.follow("alt", 2)])
    async with tenancy.inside(db, creator_id) as session:
        found = await alerts.newest(session, PLAIN, alerts.Watch(), BERLIN)
        assert [(one.kind, one.person.name, one.person.tier) for one in found if one.kind != "tier"][-2:] == [
            ("gift", "Alt", "Stone"), ("follow", "Alt", "Stone"),
        ]  # fmt: skip
        [arrived] = await alerts.arrivals(session, picture.Options(guests="tiers"))
    assert (arrived.person.name, arrived.person.tier, arrived.visits, arrived.coins) == ("Alt", "Stone", 3, 121)
    assert arrived.before == clock.iso(room.start_ms + 15_000), "seen last with the other account"


async def test_a_birthday_is_announced_when_the_person_is_here_without_its_date(
    db: Database, creator_id: int, intake: Intake, hands: Hands
) -> None:
    await intake.store(creator_id, [Room("before").chat("bo", 1), Room("before").chat("cy", 1), Room("before").end(2)])
    today = make.day()
    await edit(db, creator_id, "bo", birthday=f"1988-{today:%m-%d}")
    await edit(db, creator_id, "cy", birthday=f"1988-{today + timedelta(days=30):%m-%d}")
    watch = alerts.Watch()
    assert await told(db, creator_id, watch, shows=["birthday"]) == []
    hands.put(40)
    await intake.store(creator_id, [Room("now").join("bo", 35), Room("now").join("cy", 35)])
    async with tenancy.inside(db, creator_id) as session:
        found = await alerts.newest(session, picture.Options(shows=["birthday"]), watch, BERLIN)
    assert [(one.kind, one.person.name) for one in found] == [("birthday", "Bo")]
    said = msgspec.json.encode(found).decode()
    assert "1988" not in said
    assert f"{today:%m-%d}" not in said


async def test_arrivals_are_those_whom_the_overlay_is_for(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    before = Room("before")
    await intake.store(creator_id, [before.gift("bo", 1, coins=40), before.chat("cy", 2), before.end(3)])
    hands.put(40)
    now = Room("now")
    await intake.store(creator_id, [now.join(name, 31 + place) for place, name in enumerate(("bo", "cy", "di"))])
    for guests, expected in (("everybody", ["Bo", "Cy", "Di"]), ("known", ["Bo", "Cy"]), ("tiers", ["Bo"])):
        async with tenancy.inside(db, creator_id) as session:
            found = await alerts.arrivals(session, msgspec.convert({"guests": guests}, picture.Options))
        assert [one.person.name for one in found] == expected, guests
    async with tenancy.inside(db, creator_id) as session:
        bo, _, di = await alerts.arrivals(session, picture.Options(guests="everybody"))
    assert (bo.visits, bo.coins, bo.person.tier, bo.person.tint) == (2, 40, "Wood", "#111")
    assert bo.before == clock.iso(before.start_ms + 1000)
    assert (di.visits, di.before, di.coins) == (1, None, 0)


async def test_a_name_is_clamped_before_it_is_shown(db: Database, creator_id: int, intake: Intake) -> None:
    towers = "Z" + "̛̼͗" * 30 + "\u202e evil \x07" + "x" * 90
    await intake.store(creator_id, [Room().gift(person("bo", name=towers), 1, name="Ro\u202ese")])
    async with tenancy.inside(db, creator_id) as session:
        one = (await alerts.newest(session, picture.Options(shows=["gift"]), alerts.Watch(), BERLIN))[0]
    assert one.gift == "Rose"
    assert len(one.person.name) <= 40
    assert one.person.name.startswith("Z̛̼ evil xx")
    assert "\u202e" not in one.person.name
