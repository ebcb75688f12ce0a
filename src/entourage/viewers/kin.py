"""Kin: accounts of one person, of which one is the head: its counters are its own and those of all that are linked to it."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select, text

from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, tables

_ADD_HOURS = text(
    "INSERT INTO viewer_activity_heatmap (creator_id, viewer_id, cell, activity, coins)"
    " SELECT creator_id, :head, cell, :sign * activity, :sign * coins"
    " FROM viewer_activity_heatmap WHERE viewer_id = :account AND creator_id = :creator"
    " ON CONFLICT (viewer_id, cell) DO UPDATE SET activity = viewer_activity_heatmap.activity + excluded.activity,"
    " coins = viewer_activity_heatmap.coins + excluded.coins"
)
_NO_HOURS = text("DELETE FROM viewer_activity_heatmap WHERE viewer_id = :head AND creator_id = :creator AND activity = 0 AND coins = 0")


def load(connection: Connection, creator_id: int) -> dict[int, int]:
    """Return every linked account of a creator with its head."""
    found = connection.execute(select(tables.Link.viewer_id, tables.Link.head_id).where(tables.Link.creator_id == creator_id))
    return {row.viewer_id: row.head_id for row in found}


def with_heads(added: dict[int, list[int]], heads: Mapping[int, people.Who], known: Mapping[int, people.Who]) -> dict[int, list[int]]:
    """Add to each head what its linked accounts did, and let it have been seen when they were."""
    if not heads:
        return added
    everyone = dict(added)
    for viewer_id, head in heads.items():
        before = everyone.get(head.id)
        everyone[head.id] = added[viewer_id] if before is None else [a + b for a, b in zip(before, added[viewer_id], strict=True)]
        head.first_seen_ms = min(head.first_seen_ms, known[viewer_id].first_seen_ms)
        head.last_seen_ms = max(head.last_seen_ms, known[viewer_id].last_seen_ms)
    return everyone


def hours_with_heads(hours: dict[tuple[int, int], list[int]], heads: Mapping[int, people.Who]) -> dict[tuple[int, int], list[int]]:
    """Do the same for activity and coins by viewer and cell."""
    if not heads:
        return hours
    everyone = dict(hours)
    for (viewer_id, cell), sums in hours.items():
        if head := heads.get(viewer_id):
            activity, coins = everyone.get((head.id, cell), (0, 0))
            everyone[head.id, cell] = [activity + sums[0], coins + sums[1]]
    return everyone


def persons(viewer_ids: Iterable[int], links: Mapping[int, int]) -> list[int]:
    """Put the head in the place of each linked account, and name everybody once."""
    return list(dict.fromkeys(links.get(viewer_id, viewer_id) for viewer_id in viewer_ids) if links else viewer_ids)


async def accounts(session: CreatorSession, head_id: int) -> list[int]:
    """Return the ids of a person's accounts: the head, then those linked to it, the earliest linked first."""
    link = tables.Link
    linked = select(link.viewer_id).where(link.head_id == head_id, link.creator_id == session.creator)
    return [head_id, *await session.scalars(linked.order_by(link.linked_ms, link.viewer_id))]


async def heads(session: CreatorSession, viewer_ids: Collection[int]) -> dict[int, int]:
    """Return the heads of those of these viewers that are linked to one."""
    link = tables.Link
    linked = select(link.viewer_id, link.head_id).where(
        link.creator_id == session.creator, among(link.viewer_id, viewer_ids, session.dialect)
    )
    return {row.viewer_id: row.head_id for row in await session.execute(linked)}


async def add_hours(session: CreatorSession, head_id: int, account_id: int, sign: int = 1) -> None:
    """Add an account's hours to a head's, or with `sign` -1 take them out again."""
    named = {"head": head_id, "creator": session.creator}
    await session.execute(_ADD_HOURS, {**named, "account": account_id, "sign": sign})
    if sign < 0:
        await session.execute(_NO_HOURS, named)


async def open_links(session: CreatorSession) -> dict[int, int]:
    """Return the linked accounts that have an open visit, each with its head."""
    link, visit = tables.Link, tables.Visit
    here = select(link.viewer_id, link.head_id).join(visit, visit.viewer_id == link.viewer_id)
    mine = (link.creator_id == session.creator, visit.creator_id == session.creator, visit.open)
    return {row.viewer_id: row.head_id for row in await session.execute(here.where(*mine))}
