"""Several clips decided at once: each as if it were alone, and of each that could not be decided it is said why."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import msgspec

from entourage.clips import accrual, choices, review, schemas, submissions
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipCampaign, ClipSubmission
from entourage.kernel.errors import Conflict, EntourageError, Invalid
from entourage.kernel.tenancy import CreatorSession

MOST_AT_ONCE = 1_000
Ids = Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]], msgspec.Meta(max_length=MOST_AT_ONCE)]
"""Clips that are chosen to be decided at once."""
_Step = Callable[[ClipSubmission], Awaitable[bool]]


async def approve(session: CreatorSession, desk: Desk, clips: Sequence[int], actor: str) -> schemas.ManyRow:
    """Approve clips that wait; those with doubts are left to a closer look. Raises Invalid for more than a thousand."""

    async def step(row: ClipSubmission) -> bool:
        if row.flags:
            msg = "There are doubts about this clip. Decide on them first."
            raise Conflict(msg)
        if row.state == "REJECTED" and row.appealed_at is None:
            msg = "It was rejected meanwhile. Open it to decide anew."
            raise Conflict(msg)
        return await review.mark_approved(session, row, actor)

    came = schemas.ManyRow()
    came.approved = await _decide(session, desk, clips, actor, (step, came))
    return came


async def reject(session: CreatorSession, desk: Desk, clips: Sequence[int], reason: str, actor: str) -> schemas.ManyRow:
    """Reject clips that wait with one reason, which each clipper reads. Raises Invalid for no reason, or more than a thousand clips."""
    reason = review.read_reason(reason)

    async def step(row: ClipSubmission) -> bool:
        if row.state in accrual.STANDS and (row.appealed_at is None or row.state == "PAID"):
            msg = "It was approved meanwhile. Open it to decide anew."
            raise Conflict(msg)
        if row.state == "REJECTED" and row.appealed_at is None:
            return False
        return await review.mark_rejected(session, row, reason, actor)

    came = schemas.ManyRow()
    came.rejected = await _decide(session, desk, clips, actor, (step, came))
    return came


async def reopen(session: CreatorSession, desk: Desk, clips: Sequence[int], actor: str) -> schemas.ManyRow:
    """Let decided clips wait again; what they earned goes back until then. Raises Invalid for more than a thousand."""
    came = schemas.ManyRow()
    came.reopened = await _decide(session, desk, clips, actor, (lambda row: review.mark_pending(session, row, actor), came))
    return came


async def _decide(
    session: CreatorSession, desk: Desk, clips: Sequence[int], actor: str, how: tuple[_Step, schemas.ManyRow]
) -> list[int]:  # fmt: skip
    """Take a step with each clip and settle their money by campaign; returns those that changed."""
    if len(clips) > MOST_AT_ONCE:
        msg = f"At most {MOST_AT_ONCE:,} clips at once."
        raise Invalid(msg)
    await choices.lock(session)
    step, came = how
    rows, fresh = await submissions.locked(session, clips), dict[int, list[ClipSubmission]]()
    for clip in dict.fromkeys(clips):
        try:
            if (row := rows.get(clip)) is None:
                raise submissions.unknown()
            waited = row.state == "PENDING"
            if not await step(row):
                came.unchanged.append(clip)
                continue
        except EntourageError as error:
            came.refused[str(clip)] = error.message
            continue
        fresh.setdefault(row.campaign, []).append(row)
        came.undoable += [clip] if waited else []
    await session.flush()
    for campaign, mine in fresh.items():
        changed = await accrual.settle(session, mine, actor)
        await accrual.tell(session, desk, campaign, {*(row.id for row in mine), *changed})
        about = await session.get_one(ClipCampaign, campaign)
        came.dry += [row.id for row in mine if about.exhausted_at is not None and row.state in accrual.STANDS]
    done = {row.id for mine in fresh.values() for row in mine}
    return [clip for clip in dict.fromkeys(clips) if clip in done]
