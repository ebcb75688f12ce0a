"""Linking, unlinking and erasing at any moment of any evening: every number is what the histories add up to, and nothing is lost."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound
from entourage.ports import live
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Card, TierRule
from tests.viewers.desk import Desk, twitch
from tests.viewers.events import T0, Room
from tests.viewers.test_totals_agree import evening

pytestmark = pytest.mark.anyio

SUMS = (
    "total_coins_spent", "total_watchtime_seconds", "total_visits", "total_gifts_sent", "total_comments", "total_likes", "total_shares",
    "loyalty_points",
)  # fmt: skip


def both(dice: random.Random, how_many: int) -> list[live.LiveEvent]:
    """Make an evening that is streamed on two platforms at once, with the same people on both and two days of it."""
    rooms = [Room("7001"), Room("7002", start_ms=T0 + 86_400_000), Room("tw-1", platform="twitch")]
    events = [event for room in rooms for event in evening(dice, room, how_many)]
    return sorted(events, key=lambda event: event.at_ms)


async def settle(desk: Desk) -> None:
    """Make tiers that these evenings reach."""
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        for place, (name, coins) in enumerate((("Bronze", 100), ("Silver", 600), ("Gold", 2_000)), 1):
            session.add(
                TierRule(
                    tier_name=name, min_coins_spent=coins, min_watchtime_hours=0, min_visits=0, badge_color="#ffd700", sort_order=place
                )
            )


@dataclass
class Hand:
    """A creator who links, unlinks, writes, sets tiers and erases at random."""

    desk: Desk
    dice: random.Random
    erasing: bool
    did: list[str] = field(default_factory=list)

    async def act(self) -> None:
        """Do one thing, whether it may be done or not."""
        ids = list((await self.desk.ids()).values())
        if len(ids) < 3:
            return
        one, other = self.dice.sample(ids, 2)
        kind = self.dice.choice(["link"] * 5 + ["unlink"] * 4 + ["write"] * 3 + ["tier"] + ["erase"] * (4 * self.erasing))
        try:
            await getattr(self, kind)(one, other)
        except (Conflict, NotFound):
            return
        self.did.append(f"{kind} {one} {other}")

    async def link(self, one: str, other: str) -> None:
        await self.desk.link(one, other)

    async def unlink(self, one: str, other: str) -> None:
        linked = [ref for ref in (await self.desk.ids()).values() if str((await self.desk.look(ref)).id) != ref]
        other = self.dice.choice(linked or [other])
        await self.desk.unlink(str((await self.desk.look(other)).id) if linked else one, other)

    async def write(self, one: str, _: str) -> None:
        await self.desk.edit(one, **written(self.dice))

    async def tier(self, one: str, _: str) -> None:
        await self.desk.tier(one, self.dice.choice(["Bronze", "Gold", None]))

    async def erase(self, one: str, _: str) -> None:
        await self.desk.erase(one)


def written(dice: random.Random) -> dict[str, Any]:
    """Make something that a creator writes about somebody."""
    said: dict[str, Any] = {
        "notes": f"note {dice.randint(1, 9)}",
        "tags": dice.sample(["art", "Mod", "regular", "Köln"], 2),
        "birthday": f"19{dice.randint(70, 99)}-05-0{dice.randint(1, 9)}",
        "discord_username": f"d{dice.randint(1, 9)}",
        "is_favorite": dice.random() < 0.5,
        "is_blocked": dice.random() < 0.3,
        "is_moderator": dice.random() < 0.5,
    }
    return {name: said[name] for name in dice.sample(sorted(said), dice.randint(1, 4))}


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Name what is not as it was."""
    parts = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    return {
        name: {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
        if isinstance(one, dict)
        else one ^ other
        for name, (one, other) in parts.items()
    }


async def pour(intakes: Sequence[Intake], hand: Hand, events: Sequence[live.LiveEvent], every: int) -> None:
    """Store events in parcels of any size through any of the intakes, with the hand at work between them."""
    start = 0
    while start < len(events):
        size = hand.dice.choice([1, 3, 10, 20])
        await hand.dice.choice(intakes).store(hand.desk.creator_id, events[start : start + size])
        start += size
        if hand.dice.randrange(every) == 0:
            await hand.act()


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("erasing", [False, True], ids=["linking", "erasing"])
async def test_counters_agree_whenever_somebody_is_linked_unlinked_or_erased(
    db: Database, creator_id: int, intake: Intake, seed: int, *, erasing: bool
) -> None:
    dice = random.Random(100 + seed)
    desk, second = Desk(db, creator_id, intake), Intake(db)
    await settle(desk)
    hand = Hand(desk, dice, erasing)
    events = both(dice, 70)
    await pour([intake, second], hand, events, every=1)
    forgotten = any(did.startswith("erase") for did in hand.did)
    assert await desk.wrong(forgotten=forgotten) == []
    await pour([intake, second], hand, dice.sample(events, len(events) // 3), every=2)  # told again, and links go on changing
    await second.close()
    forgotten = any(did.startswith("erase") for did in hand.did)
    assert await desk.wrong(forgotten=forgotten) == []
    kinds = {did.split()[0] for did in hand.did}
    assert kinds >= ({"link", "unlink", "erase"} if erasing else {"link", "unlink", "write"})


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
async def test_a_preview_is_what_linking_does_and_unlinking_leaves_no_trace(
    db: Database, creator_id: int, intake: Intake, seed: int
) -> None:
    dice = random.Random(200 + seed)
    desk = Desk(db, creator_id, intake)
    await settle(desk)
    await desk.hear(*both(dice, 50))
    ids = sorted((await desk.ids()).values(), key=int)
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add_all(Card(viewer_id=int(one), notes="", tags=[], loyalty_points=dice.randint(1, 50), updated_ms=0) for one in ids[::4])
    for one in ids:
        if dice.random() < 0.6:
            await desk.edit(one, **written(dice))
    tried = 0
    while tried < 8:
        one, other = dice.sample(ids, 2)
        before = await desk.everything()
        try:
            shown = await desk.preview(one, other)
        except Conflict:
            continue
        tried += 1
        assert await desk.everything() == before
        await desk.link(one, other)
        after = await desk.look(one)
        assert {row.field: row.together for row in shown.sums} | {"loyalty_points": after.loyalty_points} == {
            name: getattr(after, name) for name in SUMS
        }
        assert (shown.tier, shown.accounts) == (after.vip_tier, len(after.accounts))
        assert {name: getattr(after, name) for name in shown.taken} == shown.taken
        assert all(row.together == row.mine + row.theirs for row in shown.sums if row.field != "total_watchtime_seconds")
        await desk.unlink(str(shown.viewer.id), str(shown.other.id))
        assert differing(before, await desk.everything()) == {}
        if dice.random() < 0.6:  # and go on from a state with links in it
            await desk.link(one, other)
    assert await desk.wrong() == []


@pytest.mark.thorough
async def test_links_and_a_busy_intake_at_the_same_time(db: Database, creator_id: int, intake: Intake) -> None:
    desk = Desk(db, creator_id, intake)
    room, other = Room("7001"), Room("tw-1", platform="twitch")
    await desk.hear(room.chat("mila", 0), other.chat(twitch("mila"), 0))
    ids = await desk.ids()
    head, account = ids["mila/tiktok"], ids["mila/twitch"]
    second = Intake(db)
    for step in range(12):
        mine, theirs = room.gift("mila", step * 10, coins=5), other.gift(twitch("mila"), step * 10, coins=7)
        change = desk.unlink(head, account) if step % 2 else desk.link(head, account)
        await asyncio.gather(intake.store(creator_id, [mine]), change, second.store(creator_id, [theirs]))
    await second.close()
    assert (await desk.look(head)).total_coins_spent == 12 * 5
    assert (await desk.look(account)).total_coins_spent == 12 * 7
    assert await desk.wrong() == []
