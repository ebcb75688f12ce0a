"""The live feed as a page finds it when it opens: the newest lines from the database."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kinds, schemas, tierlog, ways
from entourage.viewers.tables import Gift, Interaction, Viewer

# How many rows back is looked for lines of people who are not blocked: few of them at first, then many.
_BLOCKED_FEW = 10
_BACK = 500


async def recent(session: CreatorSession, limit: int = 50) -> list[schemas.FeedItem]:
    """Return the newest lines of the creator's feed, newest first, at most `limit`."""
    furthest = max(_BACK, 2 * limit)
    lines = await _said_and_given(session, limit, limit + _BLOCKED_FEW) or await _said_and_given(session, limit, furthest) or []
    lines += await tierlog.promotions(session, furthest, limit)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


async def _said_and_given(session: CreatorSession, limit: int, most: int) -> list[schemas.FeedItem] | None:
    """Return the newest lines of each kind, or None where `most` rows back were too few to find so many of people who are not blocked."""
    deeds = await _newest(session, Interaction, ("kind", "at_ms", "content", "amount"), most)
    given = await _newest(session, Gift, ("last_ms", "quantity", "gift_name", "coins_each"), most)
    whose = await _whose(session, {row[0] for row in (*deeds, *given)} - {None})
    if most < _BACK and any(len(rows) == most and sum(row[0] in whose for row in rows) < limit for rows in (deeds, given)):
        return None
    lines = [_line(kinds.NAMES[kind], at, whose[who], content, amount) for who, kind, at, content, amount in _seen(deeds, whose, limit)]
    return lines + [_line("gift", at, whose[who], None, n, gift, n * each) for who, at, n, gift, each in _seen(given, whose, limit)]


async def _newest(session: CreatorSession, table: type[Interaction | Gift], names: Sequence[str], most: int) -> list[tuple[Any, ...]]:
    """Return the newest rows: the viewer's id, None where the platform left the person out, and these columns.

    The ids are read first, from the creator's index alone: where other creators wrote last, PostgreSQL would go through all of theirs.
    """
    ids = select(table.id).where(table.creator_id == session.creator).order_by(table.id.desc()).limit(most)
    columns = [getattr(table, name) for name in names]
    back = select(table.viewer_id, *columns).where(ways.one_of(table.id, ids, session.dialect)).order_by(table.id.desc())
    return [tuple(row) for row in await session.execute(back)]


async def _whose(session: CreatorSession, viewer_ids: Collection[int]) -> dict[int, tuple[Any, Any]]:
    """Return the account and the person of each of these viewers, without those who are blocked.

    Asked for by their ids: as a join both engines would rather look at all viewers.
    """
    columns = (Viewer.id, Viewer.handle, Viewer.name, Viewer.avatar_url, Viewer.tier, Viewer.blocked, Viewer.linked_to)

    async def read(ids: Collection[int]) -> dict[int, Any]:
        chosen = select(*columns).where(Viewer.creator_id == session.creator, among(Viewer.id, ids, session.dialect))
        return {row.id: row for row in await session.execute(chosen)} if ids else {}

    accounts = await read(viewer_ids)
    known = accounts | await read({one.linked_to for one in accounts.values() if one.linked_to is not None} - accounts.keys())
    persons = {one.id: known.get(one.linked_to or one.id, one) for one in accounts.values()}
    return {one.id: (one, persons[one.id]) for one in accounts.values() if not persons[one.id].blocked}


def _seen(rows: Iterable[tuple[Any, ...]], whose: Collection[int], limit: int) -> Iterator[tuple[Any, ...]]:
    return islice((row for row in rows if row[0] in whose), limit)


def _line(kind: str, at_ms: int, who: tuple[Any, Any], *said: Any) -> schemas.FeedItem:  # noqa: ANN401 - text, amount, gift, coins
    account, person = who
    name = account.name or account.handle
    return schemas.FeedItem(kind, clock.iso(at_ms) or "", person.id, account.handle, name, account.avatar_url, person.tier, *said)
