"""The live feed as a page finds it when it opens: the newest lines from the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, func, literal_column, select
from sqlalchemy.orm import aliased

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kinds, schemas, tierlog
from entourage.viewers.tables import Gift, Interaction, Viewer

# How many rows back is looked for lines of people who are not blocked.
_BACK = 500


async def recent(session: CreatorSession, limit: int = 50) -> list[schemas.FeedItem]:
    """Return the newest lines of the creator's feed, newest first, at most `limit`."""
    deeds = await _newest(session, Interaction, ("kind", "at_ms", "content", "amount"), limit)
    lines = [
        schemas.FeedItem(kinds.NAMES[kind], clock.iso(at) or "", viewer, handle, name or handle, avatar, tier, content, amount)
        for kind, at, content, amount, viewer, handle, name, avatar, tier in deeds
    ]
    given = await _newest(session, Gift, ("last_ms", "quantity", "gift_name", "coins_each"), limit)
    lines += [
        schemas.FeedItem("gift", clock.iso(at) or "", viewer, handle, name or handle, avatar, tier, None, n, gift, n * each)
        for at, n, gift, each, viewer, handle, name, avatar, tier in given
    ]
    lines += await tierlog.promotions(session, max(_BACK, 2 * limit), limit)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


async def _newest(session: CreatorSession, table: type[Interaction | Gift], names: Sequence[str], limit: int) -> list[tuple[Any, ...]]:
    """Return columns of the newest rows, and who it was."""
    columns = [getattr(table, name) for name in names]
    back = (
        select(table.id, table.viewer_id, *columns)
        .where(table.creator_id == session.creator)
        .order_by(table.id.desc())
        # Written out, because SQLite plans by it: for a number it does not know it would look at all viewers first.
        .limit(literal_column(str(max(_BACK, 2 * limit)), Integer))
        .subquery()
    )
    person = aliased(Viewer)  # whose account it is
    statement = (
        select(*(back.c[name] for name in names), person.id, Viewer.handle, Viewer.name, Viewer.avatar_url, person.tier)
        .join(Viewer, Viewer.id == back.c.viewer_id)
        .join(person, person.id == func.coalesce(Viewer.linked_to, Viewer.id))
        .where(~person.blocked)
        .order_by(back.c.id.desc())
        .limit(limit)
    )
    return [tuple(row) for row in await session.execute(statement)]
