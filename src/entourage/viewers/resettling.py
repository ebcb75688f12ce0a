"""Everybody's tier follows changed rules, and goes back when the change is undone: in chunks, each in a transaction of its own.

A chunk's progress is noted in its transaction, so that whoever takes over after a crash goes on where it stopped. Walks
by counters go upward: counters only grow, so nobody slips past. Rules that change again meanwhile end the walk; the job
of the newer change does the rest.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, func, select, update

from entourage.kernel import clock, rows
from entourage.kernel.tables import Job
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import config, ladder, memory, moves, rulebook, tier, tier_shapes, tiers
from entourage.viewers.tables import TierChange, Total, Viewer

_CHUNK = 1_000
_COUNTED = 200_000  # beyond it nobody counts how many there are

_SEATED = rows.Change(Viewer, key=("id",), put=("tier", "tier_since_ms", "tier_held"))
_WRITTEN = rows.Upsert(TierChange, key=("id",), columns=("creator_id", "viewer_id", "at_ms", "old", "new", "why"))
_COLUMNS = (
    Viewer.id, Viewer.tier, Viewer.tier_held, Viewer.blocked, Viewer.linked_to, Viewer.coins, Viewer.watch_ms, Viewer.visits,
    Viewer.tier_since_ms,
)  # fmt: skip


class Walk(msgspec.Struct):
    """How far a job has come; kept with the job. `after` is where the next chunk begins."""

    names: list[str]  # tiers whose holders are still to be looked at, the first one now
    counter: str | None  # the counter along which those without a tier are walked; None: not at all
    least: int = 0
    after: tuple[int, int] | None = None  # value of the counter and id
    seen: int = 0
    of: int = 0
    up: int = 0
    down: int = 0
    state: str = "running"


class Moved(msgspec.Struct):
    """Somebody whose tier has changed."""

    viewer_id: int
    old: str | None
    new: str | None
    up: bool


class _Seated(msgspec.Struct):
    """What is written of somebody: their new seat and why."""

    viewer_id: int
    old: str | None
    new: str | None
    since_ms: int | None
    held: bool
    why: dict[str, Any]


async def settle(session: CreatorSession, payload: dict[str, Any], noted: dict[str, Any] | None) -> tuple[Walk, list[Moved]]:
    """Settle the next chunk by the rules of a change; returns how far that is, and who moved."""
    await _lock(session)
    order = await rulebook.read(session)
    promotes = (await config.read(session)).autoVipPromotion
    if ladder.fingerprint(order) != payload["rules"]:
        walk = msgspec.convert(noted, Walk) if noted else Walk([], None)
        return msgspec.structs.replace(walk, state="stopped"), []
    rules = [rulebook.as_rule(one) for one in order]
    walk = msgspec.convert(noted, Walk) if noted else await _begin(session, rules, raising=promotes)
    found = await _next(session, walk)
    terms = tier.Terms(promotes, payload["lowering"], payload["ceilings"])
    names = [rule.name for rule in rules]
    seated = [one for row in found if (one := _seat(row, rules, names, terms, payload))]
    moved = await _write(session, seated, names)
    walk.up += sum(one.up for one in moved)
    walk.down += sum(not one.up for one in moved)
    return walk, moved


async def _begin(session: CreatorSession, rules: Sequence[tier.Rule], *, raising: bool) -> Walk:
    counts = await tiers.counts(session)
    walk = Walk(sorted(counts), None, of=sum(counts.values()))
    if raising:
        column, walk.least = await moves.narrowest(session, rules)
        walk.counter = column.key
        reaching = select(Viewer.id).where(Viewer.creator_id == session.creator, Viewer.tier.is_(None), column >= walk.least)
        walk.of += int(await session.scalar(select(func.count()).select_from(reaching.limit(_COUNTED).subquery())) or 0)
    return walk


async def _next(session: CreatorSession, walk: Walk) -> list[Any]:
    """Read the next chunk and move the walk behind it; empty chunks between two parts of the walk are passed over."""
    while walk.names:
        after = walk.after[1] if walk.after else 0
        holding = _mine(session).where(Viewer.tier == walk.names[0], Viewer.id > after).order_by(Viewer.id).limit(_CHUNK)
        found = list((await session.execute(holding)).all())
        walk.after = (0, found[-1].id) if found else None
        if found:
            walk.seen += len(found)
            return found
        walk.names = walk.names[1:]
    if walk.counter is not None:
        found = await _rising(session, getattr(Viewer, walk.counter), walk)
        if found:
            walk.after = (getattr(found[-1], walk.counter), found[-1].id)
            walk.seen += len(found)
            return found
    walk.state, walk.of = "done", walk.seen
    return []


async def _rising(session: CreatorSession, column: Any, walk: Walk) -> list[Any]:  # noqa: ANN401 - a column
    """Read who has no tier yet, along a counter: first who shares the value of the last one, then who has more."""
    without = _mine(session).where(Viewer.tier.is_(None), ~Viewer.tier_held, ~Viewer.blocked, Viewer.linked_to.is_(None))
    if walk.after is None:
        return list((await session.execute(without.where(column >= walk.least).order_by(column, Viewer.id).limit(_CHUNK))).all())
    value, viewer_id = walk.after
    ties = without.where(column == value, Viewer.id > viewer_id).order_by(Viewer.id).limit(_CHUNK)
    found = list((await session.execute(ties)).all())
    if len(found) < _CHUNK:
        found += (await session.execute(without.where(column > value).order_by(column, Viewer.id).limit(_CHUNK - len(found)))).all()
    return found


def _mine(session: CreatorSession) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(Viewer.creator_id == session.creator)


def _seat(row: Any, rules: Sequence[tier.Rule], names: Sequence[str], terms: tier.Terms, payload: dict[str, Any]) -> _Seated | None:  # noqa: ANN401
    seat = tier.Seat(row.tier, row.tier_held, row.blocked, row.linked_to is not None)
    new = tier.decide(names, terms, seat, tier.earned(rules, tier.Standing(row.coins, row.watch_ms, row.visits)))
    if (new.tier, new.held) == (seat.tier, seat.held):
        return None
    why: dict[str, Any] = {"coins": row.coins, "hours": row.watch_ms // tier.HOUR_MS, "visits": row.visits}
    why |= {"rules": payload["entry"], "since": row.tier_since_ms}
    if seat.held:
        why["held"] = True
    return _Seated(row.id, seat.tier, new.tier, clock.now_ms() if new.tier else None, new.held, why)


async def put_back(session: CreatorSession, payload: dict[str, Any], noted: dict[str, Any] | None) -> tuple[Walk, list[Moved]]:
    """Put the next chunk of those whom a change moved back to where they were, unless they moved on since."""
    await _lock(session)
    since = payload["since"]
    mine = TierChange.creator_id == session.creator
    if noted:
        walk = msgspec.convert(noted, Walk)
    else:
        later = select(func.count(), func.max(TierChange.id)).where(mine, TierChange.id > since)
        count, newest = (await session.execute(later)).one()
        walk = Walk([], None, int(newest or 0), (0, since), of=int(count))
    after = walk.after[1] if walk.after else since
    chunk = select(TierChange).where(mine, TierChange.id > after, TierChange.id <= walk.least).order_by(TierChange.id).limit(_CHUNK)
    found = (await session.scalars(chunk)).all()
    if not found:
        walk.state = "done"
        return walk, []
    walk.after = (0, found[-1].id)
    walk.seen += len(found)
    changes = {one.viewer_id: one for one in found if one.why.get("rules") == payload["entry"]}
    seated = await _where_they_were(session, changes, payload)
    moved = await _write(session, seated, [one.tier_name for one in await rulebook.read(session)])
    walk.up += sum(one.up for one in moved)
    walk.down += sum(not one.up for one in moved)
    return walk, moved


async def _where_they_were(session: CreatorSession, changes: dict[int, TierChange], payload: dict[str, Any]) -> list[_Seated]:
    back: dict[str, str] = payload["back"]
    ids = list(changes)
    latest = select(TierChange.viewer_id, func.max(TierChange.id)).where(
        TierChange.creator_id == session.creator, rows.among(TierChange.viewer_id, ids, session.dialect)
    )
    newest = {row[0]: row[1] for row in await session.execute(latest.group_by(TierChange.viewer_id))}
    seated = []
    for row in await session.execute(_mine(session).where(rows.among(Viewer.id, ids, session.dialect))):
        change = changes[row.id]
        if newest[row.id] != change.id or row.tier != (back.get(change.new, change.new) if change.new else None):
            continue
        old = back.get(change.old, change.old) if change.old else None
        why = {"by": payload["by"], "undo": payload["entry"]}
        since = change.why.get("since", row.tier_since_ms) or clock.now_ms()
        seated.append(_Seated(row.id, row.tier, old, since if old else None, row.tier_held or bool(change.why.get("held")), why))
    return seated


async def _lock(session: CreatorSession) -> None:
    connection = await session.connection()
    await connection.run_sync(lambda sync: memory.lock(sync, session.creator))


async def _write(session: CreatorSession, seated: Sequence[_Seated], names: Sequence[str]) -> list[Moved]:
    if not seated:
        return []
    await memory.outdate(session)
    now = clock.now_ms()
    held = [(one.viewer_id, one.new, one.since_ms, one.held) for one in seated]
    changes = [(session.creator, one.viewer_id, now, one.old, one.new, msgspec.json.encode(one.why).decode()) for one in seated]
    connection = await session.connection()
    await connection.run_sync(lambda sync: _SEATED.run(sync, held))
    await connection.run_sync(lambda sync: _WRITTEN.run(sync, changes))
    more = sum((one.new is not None) - (one.old is not None) for one in seated)
    await session.execute(update(Total).where(Total.creator_id == session.creator).values(tiered=Total.tiered + more))
    place = {name: n for n, name in enumerate(names)}
    return [Moved(o.viewer_id, o.old, o.new, place.get(o.new or "", -1) > place.get(o.old or "", -1)) for o in seated if o.old != o.new]


async def progress(session: CreatorSession) -> tier_shapes.TierProgress:
    """Say how far the newest change of the tiers has come."""
    newest = (
        select(Job).where(Job.creator_id == session.creator, Job.kind.in_((ladder.SETTLE, ladder.UNDO))).order_by(Job.id.desc()).limit(1)
    )
    job = (await session.scalars(newest)).first()
    if job is None:
        return tier_shapes.TierProgress()
    noted = job.step.get("walk")
    walk = msgspec.convert(noted, Walk) if noted else Walk([], None, state="waiting")
    state = {"dead": "failed", "queued": "waiting"}.get(job.status, walk.state)
    return tier_shapes.TierProgress(state, walk.seen, max(walk.of, walk.seen), walk.up, walk.down, job.payload["entry"])
