"""Counts everything again from the histories and compares it with the counters that are kept beside them."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kinds, people, stream
from entourage.viewers.tables import CreatorHour, Gift, Hour, Interaction, Stream, Total, Viewer, Visit

Sums = dict[int, tuple[int, ...]]

_GIVEN = (func.sum(Gift.quantity * Gift.coins_each), func.sum(Gift.quantity))
_VISITED = (func.count(), func.sum(Visit.watch_ms))


def _deeds(kind: int, worth: Any = 1) -> ColumnElement[Any]:
    return func.sum(case((Interaction.kind == kind, worth), else_=0))


_DONE = (_deeds(kinds.CHAT), _deeds(kinds.LIKE, Interaction.amount), _deeds(kinds.SHARE))
_DONE_IN_STREAM = (*_DONE, _deeds(kinds.FOLLOW), _deeds(kinds.JOIN))


async def recount(session: CreatorSession, *, forgotten: bool = False) -> list[str]:
    """Return a sentence for every counter that is not what the histories add up to.

    Where people were `forgotten`, the numbers of streams and of everybody's week are left out: they keep what nameless
    people did.
    """
    wrong = await _recount_viewers(session) + await _recount_totals(session) + await _recount_weeks(session)
    return wrong if forgotten else wrong + await _recount_streams(session) + await _recount_week(session)


async def _recount_viewers(session: CreatorSession) -> list[str]:
    kept = {row[0]: tuple(row[1:]) for row in await session.execute(select(Viewer.id, *(getattr(Viewer, n) for n in people.COUNTERS)))}
    visited = await _sums(session, Visit.viewer_id, *_VISITED)
    given = await _sums(session, Gift.viewer_id, *_GIVEN)
    done = await _sums(session, Interaction.viewer_id, *_DONE)
    accounts = await _accounts(session)
    wrong = [f"the histories speak of viewer {i}, who is not there" for i in {*visited, *given, *done} - kept.keys()]
    for viewer_id, counters in kept.items():
        theirs = [
            (*visited.get(i, (0, 0)), *given.get(i, (0, 0)), *done.get(i, (0, 0, 0))) for i in [viewer_id, *accounts.get(viewer_id, ())]
        ]
        counted = tuple(map(sum, zip(*theirs, strict=True)))
        if counters != counted:
            wrong.append(f"viewer {viewer_id} keeps {dict(zip(people.COUNTERS, counters, strict=True))}, the histories say {counted}")
    return wrong


async def _accounts(session: CreatorSession) -> dict[int, list[int]]:
    """Return the accounts that are linked to each head; a head counts for them, too."""
    linked: dict[int, list[int]] = {}
    for viewer_id, head in await session.execute(select(Viewer.id, Viewer.linked_to).where(Viewer.linked_to.is_not(None))):
        linked.setdefault(head or 0, []).append(viewer_id)
    return linked


async def _recount_totals(session: CreatorSession) -> list[str]:
    total = await session.get(Total, session.creator) or Total(viewers=0, tiered=0, anonymous_likes=0, **dict.fromkeys(people.COUNTERS, 0))
    columns = [func.coalesce(func.sum(getattr(Viewer, name)), 0) for name in people.COUNTERS]
    # Those who are linked are counted in their heads.
    persons = select(func.count(), func.count(Viewer.tier), *columns).select_from(Viewer).where(Viewer.linked_to.is_(None))
    row = (await session.execute(persons)).one()
    counted = dict(zip(("viewers", "tiered", *people.COUNTERS), map(int, row), strict=True))
    nobody = select(func.coalesce(func.sum(Interaction.amount), 0)).where(Interaction.kind == kinds.LIKE, Interaction.viewer_id.is_(None))
    if total.anonymous_likes > int(await session.scalar(nobody) or 0):
        return [f"{total.anonymous_likes} likes of nobody are kept, but there are fewer"]
    counted["likes"] += total.anonymous_likes
    return [f"the total keeps {getattr(total, n)} {n}, the viewers have {v}" for n, v in counted.items() if getattr(total, n) != v]


async def _recount_streams(session: CreatorSession) -> list[str]:
    visited = await _sums(session, Visit.stream_id, *_VISITED)
    given = await _sums(session, Gift.stream_id, *_GIVEN)
    known = await _sums(session, Interaction.stream_id, *_DONE_IN_STREAM, where=Interaction.viewer_id.is_not(None))
    liked = await _sums(session, Interaction.stream_id, _deeds(kinds.LIKE, Interaction.amount))
    wrong = []
    for one in (await session.scalars(select(Stream))).all():
        (came, watched), (coins, gifts) = visited.get(one.id, (0, 0)), given.get(one.id, (0, 0))
        comments, _, shares, follows, joins = known.get(one.id, (0,) * 5)
        counted = (came, one.new_viewers, coins, gifts, comments, liked.get(one.id, (0,))[0], shares, follows, joins, watched)
        kept = tuple(getattr(one, name) for name in stream.COUNTERS)
        if kept != counted:
            wrong.append(f"stream {one.room} keeps {dict(zip(stream.COUNTERS, kept, strict=True))}, the histories say {counted}")
    return wrong


async def _recount_week(session: CreatorSession) -> list[str]:
    everybody = await _sums(session, CreatorHour.cell, func.sum(CreatorHour.activity), func.sum(CreatorHour.coins))
    persons = select(Viewer.id).where(Viewer.linked_to.is_(None))
    each = await _sums(session, Hour.cell, func.sum(Hour.activity), func.sum(Hour.coins), where=Hour.viewer_id.in_(persons))
    cells = {*everybody, *each}
    return [f"cell {c} keeps {everybody.get(c)}, the viewers have {each.get(c)}" for c in cells if everybody.get(c) != each.get(c)]


async def _recount_weeks(session: CreatorSession) -> list[str]:
    by_viewer = await _sums(session, Hour.viewer_id, func.sum(Hour.coins))
    coins = {viewer_id: coins for viewer_id, coins in await session.execute(select(Viewer.id, Viewer.coins)) if coins}
    return [f"viewer {i} gave {n} coins, their week says {by_viewer.get(i)}" for i, n in coins.items() if by_viewer.get(i) != (n,)]


async def _sums(session: CreatorSession, by: Any, *sums: ColumnElement[Any], where: ColumnElement[bool] | None = None) -> Sums:
    statement = select(by, *sums).where(by.is_not(None)).group_by(by)
    if where is not None:
        statement = statement.where(where)
    return {key: tuple(int(value or 0) for value in values) for key, *values in await session.execute(statement)}
