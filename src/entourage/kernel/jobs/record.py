"""What the queue remembers, listed for the people whose jobs they are; and throwing away what died."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select

from entourage.kernel.jobs.rows import has_status, jobs
from entourage.kernel.tables import Job
from entourage.kernel.tenancy import CreatorSession


async def page(
    session: CreatorSession, *, kinds: Collection[str], status: str = "", before: int | None = None, most: int = 50
) -> Sequence[Job]:
    """Return the creator's jobs of these kinds, newest first; `before` is the id of the last one of the page before."""
    chosen = select(Job).where(Job.creator_id == session.creator, Job.kind.in_(list(kinds))).order_by(Job.id.desc()).limit(most)
    if status:
        chosen = chosen.where(has_status(status))
    if before is not None:
        chosen = chosen.where(Job.id < before)
    return (await session.scalars(chosen)).all()


async def count(session: CreatorSession, *, kinds: Collection[str]) -> dict[tuple[str, str], int]:
    """Count the creator's jobs of these kinds by kind and state."""
    mine = (jobs.c.creator_id == session.creator, jobs.c.kind.in_(list(kinds)))
    found = await session.execute(select(jobs.c.kind, jobs.c.status, func.count()).where(*mine).group_by(jobs.c.kind, jobs.c.status))
    return {(kind, status): number for kind, status, number in found}


async def one(session: CreatorSession, job_id: int, *, kinds: Collection[str]) -> Job | None:
    """Return a job of the creator, or None."""
    chosen = select(Job).where(Job.id == job_id, Job.creator_id == session.creator, Job.kind.in_(list(kinds)))
    return (await session.scalars(chosen)).one_or_none()


async def discard(session: CreatorSession, job_id: int) -> bool:
    """Throw away a job of the creator that died; False when there is none."""
    gone = delete(jobs).where(jobs.c.id == job_id, jobs.c.creator_id == session.creator, has_status("dead"))
    return (await session.execute(gone.returning(jobs.c.id))).first() is not None
