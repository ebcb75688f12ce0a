"""Tonight: the evening's numbers against the usual one's, and who is here."""

from typing import Any

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kin, night, people, schemas, stream, visit
from entourage.viewers.tables import Viewer, Visit

_EVENINGS = 5


async def tonight(session: CreatorSession) -> schemas.Tonight:
    """Return the numbers of the evening's streams together; `usual` is the mean of up to five evenings before it."""
    evenings = await night.newest(session, 1 + _EVENINGS)
    here = await count_here(session)
    if not evenings:
        return schemas.Tonight(False, None, None, here, None, 0, 0, 0, 0, 0, 0, None, None)
    now, before = evenings[0], evenings[1:]
    live = [one for one in now if one.ended_ms is None and clock.now_ms() - one.last_event_ms <= stream.STALE_MS]
    return schemas.Tonight(
        live=bool(live),
        platform=(live or now)[0].platform,
        started_at=clock.iso(min(one.started_ms for one in live or now)),
        here=here,
        watching=None,
        viewers=sum(one.viewers for one in now),
        new_viewers=sum(one.new_viewers for one in now),
        coins=sum(one.coins for one in now),
        gifts=sum(one.gifts for one in now),
        comments=sum(one.comments for one in now),
        likes=sum(one.likes for one in now),
        usual_coins=sum(one.coins for some in before for one in some) // len(before) if before else None,
        usual_viewers=sum(one.viewers for some in before for one in some) // len(before) if before else None,
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
