"""What is still being tried, and when the next try is: badges on their way in or out, and what waits for one."""

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.jobs.rows import has_status, jobs
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import kinds, schemas, shown
from entourage.vips.tables import VipClaim

_MOST = 200


async def next_at(session: CreatorSession) -> dict[tuple[str, int], str]:
    """Say when (ISO 8601 UTC) what failed before is tried again: under ("grant", id) or ("claim", id)."""
    chosen = select(jobs.c.payload, jobs.c.run_at).where(
        jobs.c.creator_id == session.creator,
        has_status("queued"),
        jobs.c.kind.in_((kinds.CONSIDER, kinds.GIVE, kinds.TAKE, kinds.SETTLE)),
        jobs.c.attempts > 0,
        jobs.c.run_at > clock.now(),
    )
    found: dict[tuple[str, int], str] = {}
    for payload, run_at in await session.execute(chosen.order_by(jobs.c.run_at.desc()).limit(_MOST)):
        for name, key in payload.items():
            found[name, key] = clock.iso(clock.to_ms(run_at)) or ""
    return found


async def waiting(session: CreatorSession) -> list[schemas.ClaimRow]:
    """Return the claims about which nothing is decided yet, and redemptions of which the platform has not heard; oldest first."""
    undecided = VipClaim.state.in_(("received", "granting"))
    chosen = select(VipClaim).where(undecided).order_by(VipClaim.id).limit(_MOST)
    unsettled = select(VipClaim).where(VipClaim.unsettled).order_by(VipClaim.id).limit(_MOST)
    rows = {row.id: row for query in (chosen, unsettled) for row in await session.scalars(query)}
    return [shown.claim(rows[key]) for key in sorted(rows)]


async def by_cause(session: CreatorSession, keys: list[str]) -> dict[str, schemas.ClaimRow]:
    """Return the claims with these keys."""
    rows = await session.scalars(select(VipClaim).where(VipClaim.key.in_(keys[: 10 * _MOST])))
    return {row.key: shown.claim(row) for row in rows}
