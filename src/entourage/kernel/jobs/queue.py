"""Asking for jobs, and looking after the queue: everything that is not a worker's own business."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, bindparam, case, cast, delete, func, null, or_, select, text, update

from entourage.kernel import clock, ids
from entourage.kernel.errors import NotAllowed
from entourage.kernel.jobs import bell
from entourage.kernel.jobs.rows import MAX_KEY, Depth, has_status, jobs
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Job
from entourage.kernel.tenancy import CreatorSession

MAX_ATTEMPTS = 8
_DEDUP_INDEX = text("status='queued' AND dedup IS NOT NULL")
_RUNG = "jobs_bell"


async def enqueue(  # noqa: PLR0913 - all but three are options by name
    session: CreatorSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    lane: str | None = None,
    run_at: datetime | None = None,
    dedup: str | None = None,
    debounce_s: float | None = None,
    cap_s: float | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    creator_id: int | None = None,
) -> int:
    """Ask for a job in the caller's transaction and return its id; workers of this process wake after the commit.

    - `lane`: jobs of one lane run one after another; without one the job stands alone.
    - `run_at`: not before this moment.
    - `dedup`: while a job of this kind and key waits, asking again changes nothing and returns that job's id.
    - `debounce_s`, with `dedup`: asking again replaces the waiting job's payload and moves it to `debounce_s` from
      now, but never later than `cap_s` after it was first asked for. A job that was tried before is left alone.
    - `creator_id`: only in a session of the whole house; in a creator's session the job is that creator's.

    Raises NotAllowed for another creator's id, ValueError for options that contradict each other.
    """
    _check(dedup=dedup, run_at=run_at, debounce_s=debounce_s, cap_s=cap_s)
    owner = _owner(session, creator_id)
    now = clock.now()
    if debounce_s is not None:
        run_at = now + timedelta(seconds=debounce_s if cap_s is None else min(debounce_s, cap_s))
    row = {
        "creator_id": owner,
        "kind": kind,
        "lane": _scoped(owner, lane or f"job:{ids.new()}"),
        "payload": dict(payload),
        "status": "queued",
        "run_at": run_at or now,
        "first_at": now,
        "latest_at": None if cap_s is None else now + timedelta(seconds=cap_s),
        "attempts": 0,
        "max_attempts": max_attempts,
        "dedup": None if dedup is None else _scoped(owner, f"{kind}:{dedup}"),
        "step": {},
    }
    if debounce_s is not None:
        await session.execute(_LET_GO, {"key": row["dedup"]})
    statement = _insert(session.dialect, dedup=dedup is not None, debounce=debounce_s is not None)
    made: int = (await session.execute(statement, row)).scalar_one()
    _ring_after_commit(session)
    return made


async def enqueue_many(
    session: CreatorSession,
    kind: str,
    items: Iterable[tuple[str | None, Mapping[str, Any]]],
    *,
    max_attempts: int = MAX_ATTEMPTS,
    creator_id: int | None = None,
) -> int:
    """Ask for many jobs of one kind, given as pairs of lane (or None) and payload; returns how many there were."""
    owner = _owner(session, creator_id)
    rows = [_plain_row(owner, kind, lane, payload, max_attempts) for lane, payload in items]
    if rows:
        await session.execute(jobs.insert(), rows)
        _ring_after_commit(session)
    return len(rows)


def enqueue_in_batch(connection: Connection, creator_id: int, items: Iterable[tuple[str, str | None, Mapping[str, Any]]]) -> int:
    """Ask for jobs of a creator, given as kind, lane (or None) and payload, in a batch transaction; returns how many.

    Whoever ran the batch wakes the workers after its commit (`bell.ring_all`).
    """
    rows = [_plain_row(creator_id, kind, lane, payload, MAX_ATTEMPTS) for kind, lane, payload in items]
    if rows:
        connection.execute(jobs.insert(), rows)
    return len(rows)


def enqueue_once_in_batch(connection: Connection, creator_id: int, kind: str, *, lane: str | None, dedup: str) -> None:
    """Ask for a job with nothing to carry, like `enqueue_in_batch`, unless one of this kind and key waits already."""
    key = _scoped(creator_id, f"{kind}:{dedup}")
    row = {"latest_at": None, **_plain_row(creator_id, kind, lane, {}, MAX_ATTEMPTS), "dedup": key}
    connection.execute(_LET_GO, {"key": key})
    connection.execute(_insert(connection.dialect.name, dedup=True, debounce=False), row)


async def retry_dead(session: CreatorSession, *, job_ids: Sequence[int] | None = None, kind: str | None = None) -> int:
    """Give dead jobs of the session's creator (or of everybody, in a session of the house) eight more tries now.

    Returns how many there were. What they noted of their progress is kept, so that finished steps are not repeated.
    """
    statement = (
        update(jobs)
        .where(has_status("dead"), *_mine(session))
        .values(
            status="queued",
            run_at=clock.now(),
            max_attempts=jobs.c.attempts + MAX_ATTEMPTS,  # attempts is the fence and only ever grows
            dedup=null(),
            finished_at=null(),
        )
    )
    if job_ids is not None:
        statement = statement.where(jobs.c.id.in_(job_ids))
    if kind is not None:
        statement = statement.where(jobs.c.kind == kind)
    again = (await session.execute(statement.returning(jobs.c.id))).all()
    if again:
        _ring_after_commit(session)
    return len(again)


async def list_dead(session: CreatorSession, *, before_id: int | None = None, limit: int = 50) -> Sequence[Job]:
    """Return dead jobs with their errors, newest first; `before_id` continues a list."""
    statement = select(Job).where(has_status("dead"), *_mine(session)).order_by(Job.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(Job.id < before_id)
    return (await session.scalars(statement)).all()


async def count(session: CreatorSession) -> dict[str, int]:
    """Count jobs by state (queued, running, done, dead): the session's creator's, or everybody's."""
    found = await session.execute(select(jobs.c.status, func.count()).where(*_mine(session)).group_by(jobs.c.status))
    return {"queued": 0, "running": 0, "done": 0, "dead": 0} | {row[0]: row[1] for row in found}


async def depths(session: CreatorSession) -> list[Depth]:
    """Count jobs that are not done by kind and state, with the moment the earliest of each is or was due; dead ones of a day only."""
    lately = clock.now() - timedelta(days=1)
    state = or_(has_status("queued"), has_status("running"), has_status("dead") & (jobs.c.finished_at >= lately))
    columns = (jobs.c.kind, jobs.c.status, func.count(), func.min(jobs.c.run_at))
    found = await session.execute(select(*columns).where(state, *_mine(session)).group_by(jobs.c.kind, jobs.c.status))
    return [Depth(*row) for row in found]


async def newest(session: CreatorSession, kinds: Iterable[str]) -> dict[str, Job]:
    """Return the newest job of each of these kinds, in any state: the session's creator's, or everybody's."""
    last = select(func.max(jobs.c.id)).where(jobs.c.kind.in_(list(kinds)), *_mine(session)).group_by(jobs.c.kind)
    return {job.kind: job for job in await session.scalars(select(Job).where(Job.id.in_(last)))}


async def prune(session: CreatorSession, *, done_before: datetime, dead_before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` jobs that were done, or died, before the given moments; returns how many went."""
    old = (
        select(jobs.c.id)
        .where(
            jobs.c.finished_at.is_not(None),
            or_(has_status("done") & (jobs.c.finished_at < done_before), has_status("dead") & (jobs.c.finished_at < dead_before)),
            jobs.c.finished_at < max(done_before, dead_before),
            *_mine(session),
        )
        .limit(limit)
    )
    return len((await session.execute(delete(jobs).where(jobs.c.id.in_(old)).returning(jobs.c.id))).all())


async def drop(session: CreatorSession, *, lane: str, mentioning: Iterable[str], waiting: Iterable[str] = ()) -> int:
    """Delete the creator's finished jobs, and those of the kinds `waiting` that wait, in a lane or with one of these texts as a value.

    For forgetting somebody: what is running or must still happen is left alone. Returns how many went.
    """
    payload = cast(jobs.c.payload, Text)
    named = or_(jobs.c.lane == _scoped(session.creator, lane), *(payload.contains(f'"{one}"', autoescape=True) for one in mentioning))
    over = or_(has_status("done"), has_status("dead"), has_status("queued") & jobs.c.kind.in_(list(waiting)))
    gone = delete(jobs).where(jobs.c.creator_id == session.creator, over, named)
    return len((await session.execute(gone.returning(jobs.c.id))).all())


def _plain_row(owner: int | None, kind: str, lane: str | None, payload: Mapping[str, Any], max_attempts: int) -> dict[str, Any]:
    now = clock.now()
    row: dict[str, Any] = {"creator_id": owner, "kind": kind, "status": "queued", "run_at": now, "first_at": now}
    row |= {"lane": _scoped(owner, lane or f"job:{ids.new()}"), "payload": dict(payload)}
    return row | {"attempts": 0, "max_attempts": max_attempts, "step": {}}


def _check(*, dedup: str | None, run_at: datetime | None, debounce_s: float | None, cap_s: float | None) -> None:
    if debounce_s is not None and dedup is None:
        msg = "Debouncing needs a dedupe key: without one no waiting job can be found."
        raise ValueError(msg)
    if debounce_s is not None and run_at is not None:
        msg = "Give either run_at or debounce_s: a debounced job chooses its own moment."
        raise ValueError(msg)
    if cap_s is not None and debounce_s is None:
        msg = "cap_s bounds debouncing and means nothing without debounce_s."
        raise ValueError(msg)


def _owner(session: CreatorSession, creator_id: int | None) -> int | None:
    if session.creator_id is None:
        return creator_id
    if creator_id not in {None, session.creator_id}:
        msg = "A job for another creator cannot be asked for here."
        raise NotAllowed(msg)
    return session.creator_id


def _scoped(owner: int | None, key: str) -> str:
    scoped = f"{owner or 'house'}/{key}"
    if len(scoped) > MAX_KEY:
        msg = f"A lane or dedupe key is too long by {len(scoped) - MAX_KEY} characters: {key[:40]}..."
        raise ValueError(msg)
    return scoped


def _mine(session: CreatorSession) -> tuple[ColumnElement[bool], ...]:
    return () if session.creator_id is None else (jobs.c.creator_id == session.creator_id,)


def _ring_after_commit(session: CreatorSession) -> None:
    if not session.info.get(_RUNG):
        session.info[_RUNG] = True
        session.after_commit(bell.ring_all)


# A tried job gives up its key, so that a newer request becomes a job of its own behind it.
_LET_GO = update(jobs).where(has_status("queued"), jobs.c.dedup == bindparam("key"), jobs.c.attempts > 0).values(dedup=null())


@cache
def _insert(dialect: str, *, dedup: bool, debounce: bool) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(jobs, dialect)
    new = insert.excluded
    if not dedup:
        return insert.returning(jobs.c.id)
    changes: dict[str, Any] = {"dedup": new.dedup}  # changes nothing, but makes the waiting row come back
    if debounce:
        bounded = case((or_(jobs.c.latest_at.is_(None), new.run_at < jobs.c.latest_at), new.run_at), else_=jobs.c.latest_at)
        changes = {"payload": new.payload, "max_attempts": new.max_attempts, "run_at": bounded}
    return insert.on_conflict_do_update(index_elements=["dedup"], index_where=_DEDUP_INDEX, set_=changes).returning(jobs.c.id)
