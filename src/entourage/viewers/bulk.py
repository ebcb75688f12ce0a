"""One thing done to many viewers at once: tag, untag, favourite, block; in pieces, each in a transaction of its own, and undone.

What a piece changed is an entry of the audit log with the subject `bulk:<entry>`, where `<entry>` is the one that says
what was asked for: an undo puts back exactly those, unless they were changed again since.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import func, select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.rows import among
from entourage.kernel.tables import AuditEntry, Job
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import listing, memory, roll, schemas, search, segments, tags
from entourage.viewers.tables import Viewer

DO, UNDO, LANE = "viewers.bulk", "viewers.bulk.undo", "bulk"
MOST = 1_000
"""Viewers that are named one by one."""
_PART = "viewers.bulk.part"
_NEWEST_JOBS = 50

Action = Literal["tag", "untag", "favorite", "unfavorite", "block", "unblock"]
_FLAGS: dict[str, tuple[str, bool]] = {
    "favorite": ("favorite", True), "unfavorite": ("favorite", False), "block": ("blocked", True), "unblock": ("blocked", False),
}  # fmt: skip


class Everybody(msgspec.Struct, forbid_unknown_fields=True):
    """All whom a list shows; `where` holds conditions as addresses write them, in place of the segment's own."""

    filter: schemas.Filter = "all"
    search: Annotated[str, msgspec.Meta(max_length=100)] = ""
    segment: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)] | None = None
    where: Annotated[list[Annotated[str, msgspec.Meta(max_length=120)]], msgspec.Meta(max_length=12)] = []


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """What to do, and to whom: some viewers by id, or all whom a list shows."""

    action: Action
    tag: Annotated[str, msgspec.Meta(max_length=200)] = ""
    ids: Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]], msgspec.Meta(max_length=MOST)] = []
    all: Everybody | None = None


class Progress(msgspec.Struct):
    """How far it is: `changed` are those for whom it made a difference, `full` had no room for one more tag, `of` may be unknown.

    `state`: waiting, running, done, stopped (somebody undid it), failed.
    """

    entry: int
    state: str
    changed: int
    full: int
    seen: int
    of: int | None


class Walk(msgspec.Struct):
    """How far a job has come; kept with the job. `after` is a viewer's id, or on the way back that of a part."""

    after: int = 0
    seen: int = 0
    changed: int = 0
    full: int = 0
    state: str = "running"


async def begin(session: CreatorSession, order: Order, actor: str) -> Progress:
    """Do what is ordered: at once for up to a thousand viewers, else by a job. Raises Invalid and NotFound."""
    tag = tags.read(order.tag) if order.action in {"tag", "untag"} else ""
    if bool(order.ids) == (order.all is not None):
        msg = 'Say whom you mean: {"ids": [...]} or {"all": {...}}.'
        raise Invalid(msg)
    await memory.outdate(session)
    meta: dict[str, Any] = {"action": order.action, "tag": tag}
    if order.all is None:
        ids = sorted(set(order.ids))
        entry = await _open(session, meta | {"ids": len(ids)}, actor)
        changed, full = await _act(session, entry, meta, ids, actor)
        return Progress(entry, "done", changed, full, len(ids), len(ids))
    asked = await _asked(session, order.all)
    size = await listing.count(session, listing.Query(filter=asked.filter, search=asked.search, conditions=asked.conditions))
    of = size.count if size.exact else None
    entry = await _open(session, meta | {"asked": msgspec.to_builtins(asked), "of": of}, actor)
    until = await session.scalar(select(func.max(Viewer.id)).where(Viewer.creator_id == session.creator)) or 0
    if of is not None and of <= roll.PIECE:
        piece = await roll.piece(session, asked, 0, until)
        if piece.over:
            changed, full = await _act(session, entry, meta, piece.ids, actor)
            return Progress(entry, "done", changed, full, len(piece.ids), of)
    payload = meta | {"entry": entry, "actor": actor, "asked": msgspec.to_builtins(asked), "until": until, "of": of}
    await queue.enqueue(session, DO, payload, lane=LANE)
    return Progress(entry, "waiting", 0, 0, 0, of)


async def _open(session: CreatorSession, meta: dict[str, Any], actor: str) -> int:
    entry = audit.record(session, "viewers.bulk", "viewers", actor=actor, meta=meta)
    await session.flush()
    return entry.id


async def _asked(session: CreatorSession, everybody: Everybody) -> roll.Asked:
    conditions = await segments.conditions(session, everybody.segment, everybody.where)
    words = everybody.search if search.split(everybody.search) else ""
    return roll.Asked(everybody.filter, words, conditions, clock.now_ms())


async def next_piece(session: CreatorSession, payload: dict[str, Any], walk: Walk) -> roll.Piece:
    """Find whom the job comes to next; only reads."""
    return await roll.piece(session, msgspec.convert(payload["asked"], roll.Asked), walk.after, payload["until"])


async def take(session: CreatorSession, payload: dict[str, Any], walk: Walk, piece: roll.Piece) -> Walk:
    """Do a piece of the job and move the walk behind it; a bulk that somebody has undone meanwhile stops."""
    await memory.outdate(session)
    if await _undone(session, payload["entry"]):
        return msgspec.structs.replace(walk, state="stopped")
    changed, full = await _act(session, payload["entry"], payload, piece.ids, payload["actor"])
    state = "done" if piece.over else "running"
    return Walk(piece.after, walk.seen + len(piece.ids), walk.changed + changed, walk.full + full, state)


async def undo(session: CreatorSession, entry_id: int, actor: str) -> Progress:
    """Put everybody back whom a bulk changed: at once what was one piece, else by a job. Raises NotFound and Conflict."""
    await memory.outdate(session)
    entry = await session.get(AuditEntry, entry_id)
    if entry is None or entry.creator_id != session.creator or entry.action != "viewers.bulk":
        msg = "There is no such change of many viewers."
        raise NotFound(msg)
    if await _undone(session, entry_id):
        msg = "This was undone already."
        raise Conflict(msg)
    audit.record(session, UNDO, _subject(entry_id), actor=actor, cause=f"audit:{entry_id}")
    await session.flush()
    job = await _job(session, entry_id)
    if job is None or job.status == "done":
        walk = await put_back(session, {"entry": entry_id}, Walk())
        if walk.state == "done":
            return Progress(entry_id, "done", walk.changed, 0, walk.seen, None)
        await queue.enqueue(session, UNDO, {"entry": entry_id, "walk": msgspec.to_builtins(walk)}, lane=LANE)
    else:
        await queue.enqueue(session, UNDO, {"entry": entry_id}, lane=LANE)
    return Progress(entry_id, "waiting", 0, 0, 0, None)


async def put_back(session: CreatorSession, payload: dict[str, Any], walk: Walk) -> Walk:
    """Put the next piece back, the newest first."""
    await memory.outdate(session)
    mine = (AuditEntry.creator_id == session.creator, AuditEntry.subject == _subject(payload["entry"]), AuditEntry.action == _PART)
    before = (AuditEntry.id < walk.after,) if walk.after else ()
    found = (await session.scalars(select(AuditEntry).where(*mine, *before).order_by(AuditEntry.id.desc()).limit(2))).all()
    if not found:
        return msgspec.structs.replace(walk, state="done")
    part = found[0].meta
    ids = await _here(session, part.get("ids") or [one for one, _ in part.get("was", ())])
    changed = await _reverse(session, part, ids)
    state = "running" if len(found) > 1 else "done"
    return Walk(found[0].id, walk.seen + len(ids), walk.changed + changed, 0, state)


async def progress(session: CreatorSession, entry_id: int) -> Progress:
    """Say how far a bulk, or its undo, has come; raises NotFound when there is none that takes time."""
    job = await _job(session, entry_id)
    if job is None:
        msg = "There is no such change of many viewers, or it was done at once."
        raise NotFound(msg)
    return _told(job)


async def latest(session: CreatorSession) -> Progress | None:
    """Return the bulk, or the undo, that is still going on, if there is one."""
    unfinished = (Job.creator_id == session.creator, Job.status.in_(("queued", "running")), Job.kind.in_((DO, UNDO)))
    job = await session.scalar(select(Job).where(*unfinished).order_by(Job.id.desc()).limit(1))
    return None if job is None else _told(job)


def _told(job: Job) -> Progress:
    noted = job.step.get("walk")
    walk = msgspec.convert(noted, Walk) if noted else Walk(state="waiting")
    state = {"dead": "failed", "queued": "waiting"}.get(job.status, walk.state)
    return Progress(job.payload["entry"], state, walk.changed, walk.full, walk.seen, job.payload.get("of"))


async def _job(session: CreatorSession, entry_id: int) -> Job | None:
    mine = (Job.creator_id == session.creator, Job.kind.in_((DO, UNDO)))
    newest = await session.scalars(select(Job).where(*mine).order_by(Job.id.desc()).limit(_NEWEST_JOBS))
    return next((job for job in newest if job.payload["entry"] == entry_id), None)


async def _undone(session: CreatorSession, entry_id: int) -> bool:
    mine = (AuditEntry.creator_id == session.creator, AuditEntry.subject == _subject(entry_id), AuditEntry.action == UNDO)
    return await session.scalar(select(AuditEntry.id).where(*mine).limit(1)) is not None


def _subject(entry_id: int) -> str:
    return f"bulk:{entry_id}"


async def _act(session: CreatorSession, entry_id: int, meta: dict[str, Any], ids: Sequence[int], actor: str) -> tuple[int, int]:
    """Act on some viewers and write down whom it changed; returns how many they are, and how many had no room for a tag."""
    here = await _here(session, ids)
    action, tag, full = meta["action"], meta["tag"], 0
    part: dict[str, Any] = {"action": action, "tag": tag}
    if action == "tag":
        part["ids"], full = await tags.give(session, here, tag)
    elif action == "untag":
        part["was"] = list((await tags.take(session, here, tag)).items())
    else:
        part["ids"] = await _flag(session, here, *_FLAGS[action])
    changed = len(part["ids"] if "ids" in part else part["was"])
    if changed:
        audit.record(session, _PART, _subject(entry_id), actor=actor, cause=f"audit:{entry_id}", meta=part)
        await session.flush()
    return changed, full


async def _reverse(session: CreatorSession, part: dict[str, Any], ids: Sequence[int]) -> int:
    action, tag = part["action"], part["tag"]
    if action == "tag":
        return len(await tags.take(session, ids, tag))
    if action == "untag":
        here = set(ids)
        was = {one: [(place, written) for place, written in places] for one, places in part["was"] if one in here}
        return len(await tags.give_back(session, was, tag))
    column, on = _FLAGS[action]
    return len(await _flag(session, ids, column, not on))


async def _here(session: CreatorSession, ids: Sequence[int]) -> list[int]:
    """Return those of these who are there: people, and nobody who was forgotten meanwhile."""
    chosen = (Viewer.creator_id == session.creator, among(Viewer.id, ids, session.dialect), Viewer.linked_to.is_(None))
    return list(await session.scalars(select(Viewer.id).where(*chosen).order_by(Viewer.id)))


async def _flag(session: CreatorSession, ids: Sequence[int], column: str, on: bool) -> list[int]:  # noqa: FBT001
    flag = getattr(Viewer, column)
    other = ~flag if on else flag
    chosen = (Viewer.creator_id == session.creator, among(Viewer.id, ids, session.dialect))
    changed = list(await session.scalars(select(Viewer.id).where(*chosen, other).order_by(Viewer.id)))
    theirs = (Viewer.creator_id == session.creator, among(Viewer.id, changed, session.dialect))
    told = update(Viewer).where(*theirs).values({column: on, "updated_ms": clock.now_ms()})
    await session.execute(told, execution_options={"synchronize_session": False})
    return changed
