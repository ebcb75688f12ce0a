"""The room's jobs as a person sees them: by type, how far each is, and what is done about those that failed. No message is shown."""

from collections.abc import Mapping

from entourage.chats import kinds, schemas
from entourage.kernel import audit, clock
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue, record
from entourage.kernel.tables import Job
from entourage.kernel.tenancy import CreatorSession

TYPES: Mapping[schemas.ErrandType, tuple[str, ...]] = {
    "reply": (kinds.WRITE, kinds.SEND),
    "broadcast": (kinds.BROADCAST, kinds.WITHDRAW),
    "followup": (kinds.FOLLOW_UP,),
    "upkeep": (kinds.HEARD, kinds.CATCH_UP, kinds.LOOK_UP, kinds.RESULTS, kinds.ROUND, kinds.FORGET, kinds.SHED, kinds.TELL),
}
STATES: Mapping[str, schemas.ErrandState] = {"queued": "queued", "running": "processing", "done": "completed", "dead": "failed"}
_TYPE_OF: Mapping[str, schemas.ErrandType] = {kind: name for name, of in TYPES.items() for kind in of}
_STATUS_OF = {state: status for status, state in STATES.items()}


async def page(
    session: CreatorSession, *, type: schemas.ErrandType | None = None, state: schemas.ErrandState | None = None,  # noqa: A002 - the seed's word
    before: int | None = None, most: int = 50,
) -> tuple[list[schemas.ErrandRow], int | None]:  # fmt: skip
    """Return jobs, newest first, and the mark of the next page; without a type all but upkeep, of which there is much."""
    wanted = TYPES[type] if type else [kind for kind, name in _TYPE_OF.items() if name != "upkeep"]
    found = await record.page(session, kinds=wanted, status=_STATUS_OF[state] if state else "", before=before, most=most + 1)
    return [_shown(job) for job in found[:most]], found[most - 1].id if len(found) > most else None


async def counts(session: CreatorSession) -> dict[schemas.ErrandType, dict[schemas.ErrandState, int]]:
    """Count jobs by type and state."""
    sums: dict[schemas.ErrandType, dict[schemas.ErrandState, int]] = {name: dict.fromkeys(_STATUS_OF, 0) for name in TYPES}
    for (kind, status), number in (await record.count(session, kinds=_TYPE_OF)).items():
        sums[_TYPE_OF[kind]][STATES[status]] += number
    return sums


async def retry(session: CreatorSession, job_id: int, actor: str) -> schemas.ErrandRow:
    """Give a failed job more tries now; raises NotFound."""
    job = await _failed(session, job_id)
    await queue.retry_dead(session, job_ids=[job_id])
    audit.record(session, "chats.job.retry", f"job:{job_id}", actor=actor, meta={"kind": job.kind})
    await session.refresh(job)
    return _shown(job)


async def discard(session: CreatorSession, job_id: int, actor: str) -> None:
    """Throw a failed job away: what it was about is not done; raises NotFound."""
    job = await _failed(session, job_id)
    session.expunge(job)
    await record.discard(session, job_id)
    audit.record(session, "chats.job.discard", f"job:{job_id}", actor=actor, meta={"kind": job.kind})


async def _failed(session: CreatorSession, job_id: int) -> Job:
    job = await record.one(session, job_id, kinds=_TYPE_OF)
    if job is None or job.status != "dead":
        msg = "There is no failed job of this number (any more)."
        raise NotFound(msg)
    return job


def _shown(job: Job) -> schemas.ErrandRow:
    fan = job.payload.get("fan")
    return schemas.ErrandRow(
        id=job.id, type=_TYPE_OF[job.kind], kind=job.kind, state=STATES[job.status], tries=job.attempts,
        asked_at=clock.iso(clock.to_ms(job.first_at)) or "", run_at=clock.iso(clock.to_ms(job.run_at)) or "",
        ended_at=clock.iso(clock.to_ms(job.finished_at)) if job.finished_at else None, trouble=job.error or "",
        fan=fan if isinstance(fan, int) else None,
    )  # fmt: skip
