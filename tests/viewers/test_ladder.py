"""The tiers are changed as a whole: looked at first, then everybody follows, and it can be taken back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from entourage.kernel import audit, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.bus.port import Update
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.tables import Job
from entourage.viewers import config, ladder, memory, moves, resettling, schemas, tier, tier_jobs, tier_shapes, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.tables import TierChange, TierRule, Total, Viewer
from entourage.viewers.updates import Publisher
from tests import make
from tests.labour import work_off
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

H = tier.HOUR_MS
ADA = "user:ada"


class Office:
    """Where a creator's tiers are edited, with whoever does the work after it."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.db, self.creator_id = db, creator_id
        self.heard: list[tuple[str, dict[str, Any]]] = []

    async def people(self, *rows: dict[str, Any]) -> list[int]:
        """Let there be viewers with these columns; the counters are kept."""
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await memory.outdate(session)
            made = [make.viewer(number, **{"watch_ms": 500 * H, "visits": 500} | row) for number, row in enumerate(rows)]
            session.add_all(made)
            await session.flush()
            tiered = sum(one.tier is not None for one in made)
            await session.execute(update(Total).values(tiered=tiered, viewers=len(made), coins=sum(one.coins for one in made)))
            return [one.id for one in made]

    async def drafts(self) -> list[tier_shapes.TierDraft]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return [msgspec.convert(msgspec.to_builtins(one), tier_shapes.TierDraft) for one in await tiers.rules(session)]

    async def preview(self, plan: tier_shapes.TierPlan) -> tier_shapes.TierPreview:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await moves.preview(session, plan)

    async def save(self, plan: tier_shapes.TierPlan, *, work: bool = True) -> tier_shapes.TiersSaved:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            saved = await ladder.save(session, plan, ADA)
        if work:
            await self.work()
        return saved

    async def undo(self, entry: int) -> list[schemas.TierInfo]:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            rules = await ladder.undo(session, entry, ADA)
        await self.work()
        return rules

    async def work(self) -> None:
        """Let a worker do what there is to do."""
        bus = MemoryBus()
        registry = Registry()
        tier_jobs.register(registry, Publisher(bus, self.db))
        async with bus.subscribe() as batches:
            listening = asyncio.create_task(self._listen(batches))
            await work_off(self.db, registry)
            await asyncio.sleep(0.02)
            listening.cancel()

    async def _listen(self, batches: AsyncIterator[Sequence[Update]]) -> None:
        async for batch in batches:
            self.heard += [(one.event, msgspec.json.decode(one.payload)) for one in batch]

    async def tiers(self) -> dict[int, str | None]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            kept = (await session.scalars(select(Total))).one().tiered
            found = {row[0]: row[1] for row in await session.execute(select(Viewer.id, Viewer.tier).order_by(Viewer.id))}
        assert kept == sum(name is not None for name in found.values()), "the counter of holders is right"
        return found

    async def progress(self) -> tier_shapes.TierProgress:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await resettling.progress(session)

    async def why(self, viewer_id: int) -> list[tuple[str | None, str | None, dict[str, Any]]]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            found = await session.scalars(select(TierChange).where(TierChange.viewer_id == viewer_id).order_by(TierChange.id))
            return [(one.old, one.new, one.why) for one in found]


@pytest.fixture
async def office(db: Database, creator_id: int) -> Office:
    return Office(db, creator_id)


def changed(drafts: list[tier_shapes.TierDraft], place: int, **fields: Any) -> list[tier_shapes.TierDraft]:
    return [msgspec.structs.replace(one, **fields) if n == place else one for n, one in enumerate(drafts)]


@asynccontextmanager
async def choosing(office: Office, **fields: Any) -> AsyncIterator[None]:
    async with tenancy.inside(office.db, office.creator_id, write=True) as session:
        await config.write(session, schemas.Config(**fields), ADA)
    yield


@pytest.mark.thorough
async def test_what_the_preview_says_is_what_happens(office: Office) -> None:
    ids = await office.people(
        {"coins": 900}, {"coins": 600}, {"coins": 100}, {"coins": 1_500, "tier": "Bronze"}, {"coins": 6_000, "tier": "Silver"},
        {"coins": 700, "blocked": True}, {"coins": 700, "tier_held": True}, {"coins": 5, "tier": "Gold", "tier_held": True},
        {"coins": 4_000, "tier": "Bronze"},
    )  # fmt: skip
    drafts = changed(changed(await office.drafts(), 0, min_coins_spent=500), 1, min_coins_spent=3_000)
    plan = tier_shapes.TierPlan(drafts)

    seen = await office.preview(plan)
    before = await office.tiers()
    saved = await office.save(plan)
    after = await office.tiers()

    assert [(one.old, one.new, one.up, one.viewers) for one in seen.moves] == [(None, "Bronze", True, 2), ("Bronze", "Silver", True, 1)]
    assert [person.total_coins_spent for person in seen.moves[0].people] == [900, 600]
    assert (seen.up, seen.down, seen.held, seen.promotes, seen.at_least) == (3, 0, 1, True, False)
    assert seen.holders == {"Bronze": 3, "Silver": 2, "Gold": 1, "Platinum": 0}
    assert {i: after[i] for i in after if after[i] != before[i]} == {ids[0]: "Bronze", ids[1]: "Bronze", ids[8]: "Silver"}
    assert await office.why(ids[0]) == [(None, "Bronze", {"coins": 900, "hours": 500, "visits": 500, "rules": saved.entry, "since": None})]
    assert await office.progress() == tier_shapes.TierProgress("done", 7, 7, 3, 0, saved.entry)


@pytest.mark.thorough
async def test_nobody_loses_a_tier_unless_it_is_asked_for(office: Office) -> None:
    ids = await office.people(
        {"coins": 1_500, "tier": "Bronze"}, {"coins": 6_000, "tier": "Silver"}, {"coins": 1_500, "tier": "Bronze", "tier_held": True}
    )
    drafts = changed(changed(await office.drafts(), 0, min_coins_spent=2_000), 1, min_coins_spent=10_000)

    assert (await office.preview(tier_shapes.TierPlan(drafts))).moves == []
    await office.save(tier_shapes.TierPlan(drafts))
    assert list((await office.tiers()).values()) == ["Bronze", "Silver", "Bronze"]

    taking = tier_shapes.TierPlan(await office.drafts(), take_back=True)
    seen = await office.preview(taking)
    assert {(one.old, one.new, one.up) for one in seen.moves} == {("Bronze", None, False), ("Silver", "Bronze", False)}
    assert seen.down == 2
    await office.save(taking)
    assert await office.tiers() == {ids[0]: None, ids[1]: "Bronze", ids[2]: "Bronze"}


async def test_a_new_name_is_the_holders_new_name_at_once_even_when_two_are_swapped(office: Office) -> None:
    await office.people({"coins": 1_500, "tier": "Bronze"}, {"coins": 6_000, "tier": "Silver", "tier_held": True})
    drafts = changed(changed(await office.drafts(), 0, tier_name="Silver"), 1, tier_name="Bronze")
    plan = tier_shapes.TierPlan(drafts)
    assert (await office.preview(plan)).moves == []

    saved = await office.save(plan, work=False)

    assert list((await office.tiers()).values()) == ["Silver", "Bronze"]
    await office.work()
    assert list((await office.tiers()).values()) == ["Silver", "Bronze"]
    await office.undo(saved.entry)
    assert list((await office.tiers()).values()) == ["Bronze", "Silver"]


@pytest.mark.thorough
async def test_who_held_a_tier_that_goes_must_be_sent_somewhere(office: Office) -> None:
    ids = await office.people({"coins": 6_000, "tier": "Silver"}, {"coins": 5, "tier": "Silver", "tier_held": True})
    drafts = [one for one in await office.drafts() if one.tier_name != "Silver"]

    seen = await office.preview(tier_shapes.TierPlan(drafts))
    assert seen.unanswered == {"Silver": 2}
    with pytest.raises(Invalid, match="2 viewers have the tier Silver"):
        await office.save(tier_shapes.TierPlan(drafts))
    with pytest.raises(Invalid, match="no such tier"):
        await office.save(tier_shapes.TierPlan(drafts, {"Silver": "Diamond"}))

    moved = await office.save(tier_shapes.TierPlan(drafts, {"Silver": "gold"}))
    assert set((await office.tiers()).values()) == {"Gold"}
    assert await office.why(ids[0]) == [("Silver", "Gold", {"rules": moved.entry, "by": ADA})]
    await office.undo(moved.entry)
    assert set((await office.tiers()).values()) == {"Silver"}

    decided = await office.save(tier_shapes.TierPlan([one for one in await office.drafts() if one.tier_name != "Silver"], {"Silver": None}))
    assert await office.tiers() == {ids[0]: "Bronze", ids[1]: None}
    await office.undo(decided.entry)
    assert await office.tiers() == {ids[0]: "Silver", ids[1]: "Silver"}
    async with tenancy.inside(office.db, office.creator_id) as session:
        assert list(await session.scalars(select(Viewer.tier_held).order_by(Viewer.id))) == [False, True]


async def test_switched_off_promotion_promotes_nobody(office: Office) -> None:
    ids = await office.people({"coins": 9_000}, {"coins": 90_000, "tier": "Silver"}, {"coins": 2_000, "tier": "Gold"})
    async with choosing(office, autoVipPromotion=False):
        drafts = [one for one in changed(await office.drafts(), 0, min_coins_spent=1) if one.tier_name != "Silver"]
    plan = tier_shapes.TierPlan(drafts, {"Silver": None}, take_back=True)

    seen = await office.preview(plan)
    await office.save(plan)

    assert (seen.up, seen.promotes) == (0, False)
    assert await office.tiers() == {ids[0]: None, ids[1]: "Bronze", ids[2]: "Bronze"}


async def test_undo_puts_back_whom_the_change_moved_and_nobody_else(office: Office, intake: Intake) -> None:
    since = 1_700_000_000_000
    ids = await office.people({"coins": 600}, {"coins": 700}, {"coins": 1_500, "tier": "Bronze", "tier_since_ms": since})
    drafts = changed(changed(await office.drafts(), 0, min_coins_spent=500), 1, tier_name="Argent", min_coins_spent=1_400)
    saved = await office.save(tier_shapes.TierPlan(drafts))
    assert await office.tiers() == {ids[0]: "Bronze", ids[1]: "Bronze", ids[2]: "Argent"}
    async with tenancy.inside(office.db, office.creator_id, write=True) as session:
        await tiers.set_by_hand(session, str(ids[1]), "Gold", ADA)

    rules = await office.undo(saved.entry)

    assert [(one.tier_name, one.min_coins_spent) for one in rules][:2] == [("Bronze", 1_000), ("Silver", 5_000)]
    assert await office.tiers() == {ids[0]: None, ids[1]: "Gold", ids[2]: "Bronze"}
    async with tenancy.inside(office.db, office.creator_id) as session:
        assert await session.scalar(select(Viewer.tier_since_ms).where(Viewer.id == ids[2])) == since
        assert (await session.scalars(select(TierRule))).all() == [], "the tiers of the house are the house's again"
        entries = await audit.page(session, action="tiers")
    assert [(one.action, one.actor) for one in entries] == [("tiers.undo", ADA), ("tiers.set", ADA)]
    assert entries[1].meta["after"][1]["tier_name"] == "Argent"
    assert entries[0].meta["after"] == entries[1].meta["before"]
    with pytest.raises(Conflict):
        await office.undo(saved.entry)
    with pytest.raises(NotFound):
        await office.undo(424_242)


async def test_the_intake_promotes_by_the_new_rules_with_the_next_batch(office: Office, intake: Intake) -> None:
    room = Room()
    await intake.store(office.creator_id, [room.chat("bo", 0)])
    drafts = changed(await office.drafts(), 0, tier_name="Hello", min_coins_spent=5, min_watchtime_hours=0, min_visits=1)
    await office.save(tier_shapes.TierPlan(drafts))
    await intake.store(office.creator_id, [room.gift("bo", 1, coins=5)])
    assert list((await office.tiers()).values()) == ["Hello"]


@pytest.mark.thorough
async def test_ten_thousand_promotions_do_not_drown_a_screen(office: Office) -> None:
    await office.people(*({"coins": 600 + n % 7} for n in range(10_000)))

    await office.save(tier_shapes.TierPlan(changed(await office.drafts(), 0, min_coins_spent=500)))

    assert set((await office.tiers()).values()) == {"Bronze"}
    events = [event for event, _ in office.heard]
    assert events.count("viewer:vip-promoted") == tier_jobs.TOLD_ONE_BY_ONE
    assert len(events) < 60
    assert events[-1] == "live:again"
    steps = [said for event, said in office.heard if event == "viewer:tiers"]
    assert [steps[-1][key] for key in ("state", "up", "seen", "of")] == ["done", 10_000, 10_000, 10_000]
    assert sorted(said["up"] for said in steps) == [said["up"] for said in steps]


@pytest.mark.thorough
async def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_goes_on(office: Office) -> None:
    await office.people(*({"coins": 600} for _ in range(2_500)))
    await office.save(tier_shapes.TierPlan(changed(await office.drafts(), 0, min_coins_spent=500)), work=False)
    # The first worker's whole life: one chunk, and its note of it.
    async with tenancy.inside(office.db, office.creator_id, write=True) as session:
        job = (await session.scalars(select(Job))).one()
        walk, _ = await resettling.settle(session, job.payload, None)
        job.step = {"walk": schemas.as_dict(walk)}
    assert sum(name is not None for name in (await office.tiers()).values()) == 1_000

    await office.work()

    assert set((await office.tiers()).values()) == {"Bronze"}
    assert (await office.progress()).up == 2_500
    async with tenancy.inside(office.db, office.creator_id) as session:
        assert len((await session.scalars(select(TierChange.viewer_id))).all()) == 2_500


@pytest.mark.thorough
async def test_tiers_that_change_again_meanwhile_end_the_older_walk(office: Office) -> None:
    ids = await office.people({"coins": 1_500, "tier": "Bronze"})
    await office.save(tier_shapes.TierPlan(changed(await office.drafts(), 0, min_coins_spent=2_000), take_back=True), work=False)
    await office.save(tier_shapes.TierPlan(changed(await office.drafts(), 0, min_coins_spent=1_800)), work=False)

    await office.work()

    assert await office.tiers() == {ids[0]: "Bronze"}, "the second change took nothing back"
    assert (await office.progress()).state == "done"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("tier_name", " ", "1 to 50"), ("tier_name", "x" * 51, "1 to 50"), ("tier_name", "Go\u0007ld", "1 to 50"), ("tier_name", "SILVER", "called SILVER|Silver"),
        ("min_coins_spent", -1, "from 0"), ("min_watchtime_hours", -1, "from 0"), ("min_visits", 10**9, "from 0"),
        ("badge_color", "red", "#rrggbb"), ("benefits", ["x" * 201], "at most 200"),
    ],
)  # fmt: skip
async def test_a_list_that_makes_no_sense_is_refused_with_the_field(office: Office, field: str, value: Any, sentence: str) -> None:
    drafts = changed(await office.drafts(), 0, **{field: value})
    with pytest.raises(Invalid, match=sentence) as caught:
        await office.preview(tier_shapes.TierPlan(drafts))
    assert list(caught.value.details) in ([f"tiers.0.{field}"], ["tiers.1.tier_name"])


async def test_no_tier_at_all_and_a_stale_list_are_refused(office: Office) -> None:
    drafts = await office.drafts()
    with pytest.raises(Invalid, match="1 to 20"):
        await office.preview(tier_shapes.TierPlan([]))
    with pytest.raises(Conflict, match="changed meanwhile"):
        await office.preview(tier_shapes.TierPlan(changed(drafts, 0, id=77)))
    with pytest.raises(Invalid, match="one id"):
        await office.preview(tier_shapes.TierPlan([*drafts, msgspec.structs.replace(drafts[0], tier_name="Twice")]))


async def test_a_tier_that_asks_for_less_than_the_one_below_is_warned_of(office: Office) -> None:
    seen = await office.preview(tier_shapes.TierPlan(changed(await office.drafts(), 2, min_visits=3, min_coins_spent=6_000)))
    assert seen.warnings == [tier_shapes.TierWarning("Gold", "visits", "Silver")]


async def test_an_account_that_counts_for_another_profile_sits_still(office: Office) -> None:
    ids = await office.people({"coins": 9_000}, {"coins": 9_000, "linked_to": 1}, {"coins": 10, "linked_to": 1, "tier": "Bronze"})
    plan = tier_shapes.TierPlan(await office.drafts(), take_back=True)
    assert (await office.preview(plan)).up == 1
    await office.save(plan)
    assert await office.tiers() == {ids[0]: "Silver", ids[1]: None, ids[2]: "Bronze"}
