"""One thing done to many viewers: everybody meant and nobody else, once, also when it is cut off, and put back exactly."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.tables import Job
from entourage.viewers import bulk, bulk_jobs, profile, roll, schemas, tags
from entourage.viewers.tables import Card, Tag, Viewer
from entourage.viewers.updates import Publisher
from tests import make
from tests.labour import work_off

pytestmark = pytest.mark.anyio

ADA = "user:ada"
MANY = 2_600
Kept = dict[int, tuple[bool, bool, tuple[str, ...]]]


class Desk:
    """Where many viewers are handled at once."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.db, self.creator_id = db, creator_id

    async def begin(self, action: bulk.Action, ids: Sequence[int] = (), **fields: Any) -> bulk.Progress:
        everybody = fields.pop("all", None)
        order = bulk.Order(action, ids=list(ids), all=None if everybody is None else bulk.Everybody(**everybody), **fields)
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            return await bulk.begin(session, order, ADA)

    async def undo(self, entry: int) -> bulk.Progress:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            return await bulk.undo(session, entry, ADA)

    async def progress(self, entry: int) -> bulk.Progress:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await bulk.progress(session, entry)

    async def kept(self) -> Kept:
        """Read flags and tags of everybody, and see that cards and rows of tags say the same."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            flags = (await session.execute(select(Viewer.id, Viewer.favorite, Viewer.blocked))).all()
            cards = {row[0]: row[1] for row in await session.execute(select(Card.viewer_id, Card.tags))}
            rows: dict[int, set[str]] = {}
            for viewer_id, folded in await session.execute(select(Tag.viewer_id, Tag.folded)):
                rows.setdefault(viewer_id, set()).add(folded)
        assert {one: {tags.folded(tag) for tag in listed} for one, listed in cards.items() if listed} == rows
        return {one: (favorite, blocked, tuple(cards.get(one, ()))) for one, favorite, blocked in flags}

    async def work(self) -> None:
        """Let a worker do what there is to do."""
        registry = Registry()
        bulk_jobs.register(registry, Publisher(MemoryBus(), self.db))
        await work_off(self.db, registry)

    async def card(self, viewer_id: int, *tagged: str) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await profile.edit(session, str(viewer_id), schemas.Edit(tags=list(tagged), notes="mine"), ADA)


@pytest.fixture
async def desk(db: Database, creator_id: int) -> Desk:
    return Desk(db, creator_id)


async def test_a_tag_goes_to_the_chosen_and_comes_off_again_leaving_everything_as_it_was(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, 6)
    await desk.card(ids[0], "early bird", "Künstler")
    await desk.card(ids[1], "cats")
    before = await desk.kept()

    done = await desk.begin("tag", ids[:4], tag="  kunstler ")
    assert (done.state, done.changed, done.seen) == ("done", 3, 4)
    after = await desk.kept()
    assert [after[one][2] for one in ids[:5]] == [("early bird", "Künstler"), ("cats", "kunstler"), ("kunstler",), ("kunstler",), ()]

    assert (await desk.undo(done.entry)).changed == 3
    assert await desk.kept() == before
    with pytest.raises(Conflict):
        await desk.undo(done.entry)


async def test_a_tag_taken_comes_back_where_it_stood_and_as_it_was_written(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, 4)
    await desk.card(ids[0], "a", "Künstler", "b", "KUNSTLER")
    await desk.card(ids[1], "kunstler", "c")
    before = await desk.kept()
    done = await desk.begin("untag", ids, tag="künstler")
    assert done.changed == 2
    assert [(await desk.kept())[one][2] for one in ids[:2]] == [("a", "b"), ("c",)]
    await desk.card(ids[1], "c", "Künstler")
    assert (await desk.undo(done.entry)).changed == 1
    assert await desk.kept() == before | {ids[1]: (before[ids[1]][0], False, ("c", "Künstler"))}


async def test_an_undo_leaves_those_alone_who_were_that_way_before_or_were_changed_since(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, 6)  # the second and the fifth are favourites
    done = await desk.begin("favorite", ids)
    assert done.changed == 4
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await profile.edit(session, str(ids[0]), schemas.Edit(is_favorite=False), ADA)
        await profile.forget(session, str(ids[2]), ADA)
    assert (await desk.undo(done.entry)).changed == 2
    assert {one for one, (favorite, _, _) in (await desk.kept()).items() if favorite} == {ids[1], ids[4]}


@pytest.mark.thorough
async def test_all_who_match_are_done_by_a_job_also_those_who_stop_matching_by_it(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, MANY)
    await desk.begin("block", ids[:3])
    begun = await desk.begin("unblock", all={"where": ["blocked:is:yes"]})
    assert (begun.state, begun.changed) == ("done", 3)  # few enough for at once

    begun = await desk.begin("block", all={"where": ["blocked:is:no", "visits:at_least:1"], "search": "viewer"})
    assert begun.state == "waiting"
    await desk.work()
    told = await desk.progress(begun.entry)
    named = [one for one, who in zip(ids, range(MANY), strict=True) if who >= len(make.NAMES)]
    assert (told.state, told.changed, told.seen, told.of) == ("done", len(named), len(named), len(named))
    assert sorted(one for one, (_, blocked, _) in (await desk.kept()).items() if blocked) == named

    await desk.undo(begun.entry)
    await desk.work()
    assert (await desk.progress(begun.entry)).state == "done"
    assert not any(blocked for _, blocked, _ in (await desk.kept()).values())


_OTHERS = [pytest.param({"filter": one}, marks=pytest.mark.thorough) for one in ("vip", "active", "favorites")]


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [{}, {"search": "viewer 1"}, *_OTHERS])
async def test_the_roll_calls_everybody_who_is_meant_once(desk: Desk, asked: dict[str, Any]) -> None:
    await make.people(desk.db, desk.creator_id, MANY)
    everybody = bulk.Everybody(**asked)
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        question = roll.Asked(everybody.filter, everybody.search, (), clock.now_ms())
        called: list[int] = []
        after, over = 0, False
        while not over:
            piece = await roll.piece(session, question, after, 10**9)
            called, after, over = called + piece.ids, piece.after, piece.over
        wanted = await session.scalars(select(Viewer.id).where(*_meant(asked)).order_by(Viewer.id))
        assert called == list(wanted)
        assert called


def _meant(asked: dict[str, Any]) -> list[Any]:
    match asked:
        case {"filter": "vip"}:
            return [Viewer.tier.is_not(None)]
        case {"filter": "active"}:
            return [Viewer.last_seen_ms >= clock.now_ms() - 30 * make.DAY]
        case {"filter": "favorites"}:
            return [Viewer.favorite]
        case {"search": _}:
            return [Viewer.search_text.contains("viewer"), Viewer.search_text.contains("1")]
    return []


@pytest.mark.thorough
async def test_a_job_that_was_cut_off_goes_on_where_it_stopped_and_changes_nobody_twice(desk: Desk) -> None:
    await make.people(desk.db, desk.creator_id, MANY)
    begun = await desk.begin("tag", all={}, tag="crowd")
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        payload = (await session.scalars(select(Job.payload))).one()
        piece = await bulk.next_piece(session, payload, bulk.Walk())
        walk = await bulk.take(session, payload, bulk.Walk(), piece)
    assert (walk.changed, walk.state) == (roll.PIECE, "running")
    # The commit was the last thing that happened: the progress is lost, and the piece is done again.
    await desk.work()
    told = await desk.progress(begun.entry)
    assert (told.state, told.changed, told.seen) == ("done", MANY - roll.PIECE, MANY)
    assert all(worn == ("crowd",) for _, _, worn in (await desk.kept()).values())
    await desk.undo(begun.entry)
    await desk.work()
    assert not any(worn for _, _, worn in (await desk.kept()).values())


@pytest.mark.thorough
async def test_what_is_undone_while_it_goes_on_stops_and_is_put_back(desk: Desk) -> None:
    await make.people(desk.db, desk.creator_id, MANY)
    before = await desk.kept()
    begun = await desk.begin("favorite", all={})
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        payload = (await session.scalars(select(Job.payload))).one()
        walk = await bulk.take(session, payload, bulk.Walk(), await bulk.next_piece(session, payload, bulk.Walk()))
    await desk.undo(begun.entry)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        piece = await bulk.next_piece(session, payload, walk)
        assert (await bulk.take(session, payload, walk, piece)).state == "stopped"
    await desk.work()
    assert await desk.kept() == before


async def test_a_full_card_takes_no_more_tags_and_says_so(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, 2)
    await desk.card(ids[0], *(f"tag {n}" for n in range(tags.MOST)))
    done = await desk.begin("tag", ids, tag="one more")
    assert (done.changed, done.full) == (1, 1)


async def test_what_makes_no_sense_is_refused_and_others_viewers_are_not_touched(desk: Desk) -> None:
    ids = await make.people(desk.db, desk.creator_id, 3)
    for order in ({"action": "tag", "ids": ids}, {"action": "tag", "ids": ids, "tag": "a,b"}, {"action": "block"}):
        with pytest.raises(Invalid):
            await desk.begin(**order)
    with pytest.raises(Invalid):
        await desk.begin("block", ids, all={})
    with pytest.raises(NotFound):
        await desk.begin("block", all={"segment": 99})
    stranger = Desk(desk.db, desk.creator_id + 1)
    assert (await stranger.begin("block", ids)).changed == 0
    done = await desk.begin("block", ids)
    with pytest.raises(NotFound):
        await stranger.undo(done.entry)
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        [part, asked] = await audit.page(session, action="viewers.bulk")
        assert (asked.actor, asked.meta["action"], part.cause, part.meta["ids"]) == (ADA, "block", f"audit:{asked.id}", ids)
