"""How a held job ends or goes on, each change fenced: it takes hold only while the job is still the worker's own."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, exists, func, null, select, tuple_, update

from entourage.kernel import clock
from entourage.kernel.errors import Conflict
from entourage.kernel.jobs.rows import Claim, has_status, jobs
from entourage.kernel.log import redact
from entourage.kernel.tenancy import CreatorSession

_ERROR_LENGTH = 4000


class Lost(Conflict):
    """Another worker has taken over this job."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Another worker has taken over this job, because this one did not renew its lease in time.")


_other = jobs.alias("other")
_mine = and_(jobs.c.id == bindparam("held_id"), jobs.c.attempts == bindparam("held_attempt"), has_status("running"))
# Two waiting jobs cannot have one key: when a newer one has it, the older goes on without.
_key_if_free = case(
    (exists(select(1).select_from(_other).where(_other.c.dedup == jobs.c.dedup, has_status("queued", _other))), null()),
    else_=jobs.c.dedup,
)
_REQUEUE = (
    update(jobs)
    .where(_mine)
    .values(status="queued", run_at=bindparam("again_at"), lease_until=null(), error=bindparam("why"), dedup=_key_if_free)
    .returning(jobs.c.id)
)
_BURY = (
    update(jobs)
    .where(_mine)
    .values(status="dead", finished_at=bindparam("at"), lease_until=null(), error=bindparam("why"))
    .returning(jobs.c.id)
)
_NOTE = update(jobs).where(_mine).values(step=bindparam("progress")).returning(jobs.c.id)
_IS_MINE = select(func.count()).select_from(jobs).where(_mine)


async def finish(session: CreatorSession, claims: Collection[Claim]) -> set[Claim]:
    """Mark jobs as done; returns those that were still ours."""
    if not claims:
        return set()
    statement = update(jobs).where(_held(claims)).values(status="done", finished_at=clock.now(), lease_until=null(), error=null())
    return await _still_held(session, statement, claims)


async def requeue(session: CreatorSession, claim: Claim, *, at: datetime, why: str) -> bool:
    """Let a job wait until `at` for another try; returns False when it was no longer ours."""
    values = {**_fence(claim), "again_at": at, "why": _tidy(why)}
    return (await session.execute(_REQUEUE, values)).first() is not None


async def bury(session: CreatorSession, claim: Claim, *, why: str) -> bool:
    """Make a job a dead letter with its reason; returns False when it was no longer ours."""
    return (await session.execute(_BURY, {**_fence(claim), "at": clock.now(), "why": _tidy(why)})).first() is not None


async def renew(session: CreatorSession, claims: Collection[Claim], *, lease_s: float) -> set[Claim]:
    """Extend leases to `lease_s` seconds from now; returns those that were still ours."""
    if not claims:
        return set()
    until = clock.wall() + timedelta(seconds=lease_s)
    return await _still_held(session, update(jobs).where(_held(claims)).values(lease_until=until), claims)


async def note(session: CreatorSession, claim: Claim, progress: dict[str, Any]) -> None:
    """Write down a job's progress; raises Lost when it is no longer ours."""
    if (await session.execute(_NOTE, {**_fence(claim), "progress": progress})).first() is None:
        raise Lost


async def is_mine(session: CreatorSession, claim: Claim) -> bool:
    """Say whether a job is still ours."""
    return bool((await session.execute(_IS_MINE, _fence(claim))).scalar_one())


async def find_expired(session: CreatorSession, *, limit: int = 100) -> Sequence[Claim]:
    """Return jobs whose worker has not renewed its lease in time: it died, hangs, or lost the database."""
    columns = (jobs.c.id, jobs.c.creator_id, jobs.c.kind, jobs.c.lane, jobs.c.attempts, jobs.c.max_attempts)
    expired = select(*columns).where(has_status("running"), jobs.c.lease_until < clock.wall()).limit(limit)
    return [Claim(*row[:4], {}, *row[4:], {}) for row in await session.execute(expired)]


async def recover(session: CreatorSession, claim: Claim) -> bool:
    """Take an expired job away from its worker: for another try, or as a dead letter when it has had all of them."""
    # Locked, so that a worker that comes back at this very moment cannot renew in between.
    expired = select(jobs.c.id).where(_mine, jobs.c.lease_until < clock.wall()).with_for_update(skip_locked=True)
    if (await session.execute(expired, _fence(claim))).first() is None:
        return False
    if claim.attempt < claim.max_attempts:
        return await requeue(session, claim, at=clock.now(), why="The worker stopped in the middle of it.")
    return await bury(session, claim, why=f"The worker stopped in the middle of it, {claim.attempt} times.")


def _fence(claim: Claim) -> dict[str, int]:
    return {"held_id": claim.id, "held_attempt": claim.attempt}


def _held(claims: Collection[Claim]) -> ColumnElement[bool]:
    return and_(tuple_(jobs.c.id, jobs.c.attempts).in_([(one.id, one.attempt) for one in claims]), has_status("running"))


async def _still_held(session: CreatorSession, change: Update, claims: Collection[Claim]) -> set[Claim]:
    held = {(row.id, row.attempts) for row in await session.execute(change.returning(jobs.c.id, jobs.c.attempts))}
    return {one for one in claims if (one.id, one.attempt) in held}


def _tidy(why: str) -> str:
    # An error may quote anything: PostgreSQL refuses NUL in a text, and both drivers half a surrogate pair.
    return redact(why).replace("\x00", "").encode("utf-8", "replace").decode()[:_ERROR_LENGTH]
