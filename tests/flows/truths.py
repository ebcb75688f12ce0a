"""What an evening was meant to be, and what the database says it was, in the same words."""

from typing import Any

from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.simulators.tiktok.evening import Evening
from entourage.viewers import kinds, tables
from tests.viewers.test_recorded_truth import count, kept


def meant(evening: Evening) -> dict[str, int]:
    """Say what an evening adds up to, with the names that `count` uses."""
    truth = evening.truth
    return {
        "coins": truth.coins, "gifts": truth.gift_units, "comments": truth.chats, "likes": truth.likes, "follows": truth.follows,
        "shares": truth.shares, "joins": truth.joins, "people": len(truth.people),
    }  # fmt: skip


async def coins_of(db: Database, creator_id: int) -> dict[int, int]:
    """Return what each person gave, by their id on the platform."""
    v = tables.Viewer
    async with tenancy.inside(db, creator_id) as session:
        return {int(user_id): coins for user_id, coins in await session.execute(select(v.user_id, v.coins).where(v.coins > 0))}


async def handles(db: Database, creator_id: int) -> dict[int, str]:
    """Return everybody's handle, by their id on the platform."""
    v = tables.Viewer
    async with tenancy.inside(db, creator_id) as session:
        return {int(user_id): handle for user_id, handle in await session.execute(select(v.user_id, v.handle))}


async def watched(db: Database, creator_id: int) -> dict[str, int]:
    """Return how many milliseconds each person watched, by their id on the platform."""
    v, s = tables.Viewer, tables.Visit
    async with tenancy.inside(db, creator_id) as session:
        rows: Any = await session.execute(select(v.user_id, s.watch_ms).join(s, s.viewer_id == v.id))
        return dict(rows.all())


async def check(db: Database, creator_id: int, evening: Evening) -> None:
    """Assert that the database holds exactly what was meant, once as counters and again as histories."""
    truth = meant(evening)
    assert await count(db, creator_id) == truth
    assert await kept(db, creator_id) == {name: truth[name] for name in ("coins", "gifts", "comments", "likes")}
    assert await coins_of(db, creator_id) == evening.truth.coins_of
    assert await handles(db, creator_id) == evening.truth.handles
    async with tenancy.inside(db, creator_id) as session:
        subscribed = select(func.count()).select_from(tables.Interaction).where(tables.Interaction.kind == kinds.SUBSCRIBE)
        assert await session.scalar(subscribed) == evening.truth.subscribes
    await agree(db, creator_id)


async def agree(db: Database, creator_id: int) -> None:
    """Assert that every kept counter is what the histories below it add up to, person by person and altogether."""
    v, s, g, i, h, c = tables.Viewer, tables.Visit, tables.Gift, tables.Interaction, tables.Hour, tables.CreatorHour
    async with tenancy.inside(db, creator_id) as session:

        async def sums(query: Any) -> dict[int, list[int]]:
            return {one[0]: [int(n or 0) for n in one[1:]] for one in await session.execute(query)}

        people = await sums(select(v.id, v.visits, v.watch_ms, v.gifts, v.coins, v.comments, v.likes, v.shares))
        visits = await sums(select(s.viewer_id, func.count(), func.sum(s.watch_ms)).group_by(s.viewer_id))
        gifts = await sums(select(g.viewer_id, func.sum(g.quantity), func.sum(g.quantity * g.coins_each)).group_by(g.viewer_id))
        deeds = {
            kind: await sums(select(i.viewer_id, func.sum(i.amount)).where(i.viewer_id.is_not(None), i.kind == kind).group_by(i.viewer_id))
            for kind in (kinds.CHAT, kinds.LIKE, kinds.SHARE)
        }
        linked = select(v.id, v.linked_to).where(v.linked_to.is_not(None))
        heads = {row.id: row.linked_to for row in await session.execute(linked)}
        for viewer, counters in people.items():
            told = [0] * len(counters)
            for one in [viewer, *(account for account, head in heads.items() if head == viewer)]:
                did = [deed.get(one, [0])[0] for deed in deeds.values()]
                told = [a + b for a, b in zip(told, [*visits.get(one, [0, 0]), *gifts.get(one, [0, 0]), *did], strict=True)]
            assert counters == told
        total = await session.get(tables.Total, creator_id)
        assert total is not None
        persons = [counters for viewer, counters in people.items() if viewer not in heads]
        altogether = [sum(column) for column in zip(*persons, strict=True)]
        altogether[5] += total.anonymous_likes
        assert altogether == [total.visits, total.watch_ms, total.gifts, total.coins, total.comments, total.likes, total.shares]
        of_persons = select(h.cell, func.sum(h.activity), func.sum(h.coins)).join(v, v.id == h.viewer_id).where(v.linked_to.is_(None))
        hours = await sums(of_persons.group_by(h.cell))
        assert hours == await sums(select(c.cell, c.activity, c.coins))
        assert sum(coins for _, coins in hours.values()) == total.coins
        assert await session.scalar(select(func.sum(tables.Stream.watch_ms))) == total.watch_ms
