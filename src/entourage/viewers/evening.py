"""Tonight: the newest stream's numbers against the usual evening, and who is here."""

from typing import Any

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kin, people, schemas, stream, visit
from entourage.viewers.tables import Stream, Viewer, Visit

_EVENINGS = 5


async def tonight(session: CreatorSession) -> schemas.Tonight:
    """Return the newest stream's numbers; `usual` is the mean of up to five whole streams before it."""
    newest = (
        await session.scalars(
            select(Stream).where(~Stream.recorded).order_by(Stream.started_ms.desc(), Stream.id.desc()).limit(1 + _EVENINGS)
        )
    ).all()
    here = await count_here(session)
    if not newest:
        return schemas.Tonight(False, None, None, here, None, 0, 0, 0, 0, 0, 0, None, None)
    now, before = newest[0], newest[1:]
    live = now.ended_ms is None and clock.now_ms() - now.last_event_ms <= stream.STALE_MS
    return schemas.Tonight(
        live=live,
        platform=now.platform,
        started_at=clock.iso(now.started_ms),
        here=here,
        watching=None,
        viewers=now.viewers,
        new_viewers=now.new_viewers,
        coins=now.coins,
        gifts=now.gifts,
        comments=now.comments,
        likes=now.likes,
        usual_coins=sum(s.coins for s in before) // len(before) if before else None,
        usual_viewers=sum(s.viewers for s in before) // len(before) if before else None,
    )


async def count_here(session: CreatorSession) -> int:
    """Count who has an open visit; somebody in two streams at once, or with two accounts, is one."""
    return await visit.count_present(session)


async def here(session: CreatorSession, limit: int = 30) -> list[schemas.ViewerRow]:
    """Return who is in the room, the latest arrivals first."""
    linked = await kin.open_links(session)
    statement = (
        select(*people.COLUMNS)
        .join(Visit, Visit.viewer_id == Viewer.id)
        .where(Visit.creator_id == session.creator, Visit.open, (~Viewer.blocked) | Viewer.linked_to.is_not(None))
        .order_by(Visit.started_ms.desc(), Visit.viewer_id.desc())
        .limit(limit + len(linked))
    )
    present = [people.Who(*row) for row in await session.execute(statement)]
    heads = await session.execute(select(*people.COLUMNS).where(Viewer.id.in_(set(linked.values())))) if linked else ()
    by_id = {who.id: who for who in (people.Who(*row) for row in heads)}
    persons = {who.id: who for who in (by_id.get(linked.get(one.id, 0), one) for one in present) if not who.blocked}
    return [people.row(who, online=True) for who in list(persons.values())[:limit]]


async def open_visits(session: CreatorSession, limit: int = 1000) -> list[schemas.OpenVisit]:
    """Return who is here, the longest first; somebody with two visits once."""
    linked = await kin.open_links(session)
    statement = (
        select(Viewer.id, Viewer.handle, Viewer.name, Visit.started_ms, Visit.watch_ms)
        .join(Viewer, Viewer.id == Visit.viewer_id)
        .where(Visit.creator_id == session.creator, Visit.open)
        .order_by(Visit.started_ms, Visit.viewer_id)
        .limit(limit)
    )
    heads = select(Viewer.id, Viewer.handle, Viewer.name).where(Viewer.id.in_(set(linked.values())))
    by_id = {row[0]: row for row in await session.execute(heads)} if linked else {}
    persons: dict[int, Any] = {}
    for viewer_id, handle, name, *times in await session.execute(statement):
        person = by_id.get(linked.get(viewer_id, 0), (viewer_id, handle, name))
        persons.setdefault(person[0], (*person, *times))
    now = clock.now_ms()
    return [
        schemas.OpenVisit(id_, handle, name or handle, clock.iso(started) or "", max(0, now - started) // 1000, watched // 1000)
        for id_, handle, name, started, watched in persons.values()
    ]
