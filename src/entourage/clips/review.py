"""What a person decides about a clip: approved, rejected with a reason, opened again, a sum of its own, paid by hand."""

from entourage.clips import accrual, doubts, kinds, payouts, schemas, submissions, submitting
from entourage.clips.desk import Desk
from entourage.clips.link import Link
from entourage.clips.tables import ClipSubmission
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.tenancy import CreatorSession

_LONGEST_REASON = 500
_MOST_SUM = 10**12


async def approve(session: CreatorSession, desk: Desk, clip: int, actor: str) -> schemas.ClipRow:
    """Approve a clip: from now on it earns; twice is the same as once. Raises NotFound or Conflict."""
    row = await submissions.get(session, clip, lock=True)
    if await mark_approved(session, row, actor):
        return await _accrued(session, desk, row, actor)
    return (await submissions.tell(session, desk, [clip]))[0]


async def reject(session: CreatorSession, desk: Desk, clip: int, reason: str, actor: str) -> schemas.ClipRow:
    """Reject a clip with a reason for the clipper: what it earned goes back to the pot by new lines. Twice is the same as once."""
    reason = read_reason(reason)
    row = await submissions.get(session, clip, lock=True)
    if await mark_rejected(session, row, reason, actor):
        return await _accrued(session, desk, row, actor)
    return (await submissions.tell(session, desk, [clip]))[0]


async def uphold(session: CreatorSession, desk: Desk, flag: int, note: str, actor: str) -> schemas.ClipRow:
    """Decide that a doubt is right: the clip is rejected with the note as its reason."""
    return await reject(session, desk, (await doubts.get(session, flag)).submission, note, actor)


async def reopen(session: CreatorSession, desk: Desk, clip: int, actor: str) -> schemas.ClipRow:
    """Let a decided clip wait for a decision again; what it earned goes back until then. Raises Conflict for one that was paid."""
    row = await submissions.get(session, clip, lock=True)
    await mark_pending(session, row, actor)
    return await _accrued(session, desk, row, actor)


async def set_fixed(session: CreatorSession, desk: Desk, clip: int, amount: int | None, actor: str) -> schemas.ClipRow:
    """Give a clip a sum of its own (minor units), whatever its views are; None lets its views count again."""
    if amount is not None and not 0 <= amount <= _MOST_SUM:
        msg = "A sum is zero or more."
        raise Invalid(msg, details={"payout": msg})
    row = await submissions.get(session, clip, lock=True)
    if row.fixed != amount:
        audit.record(session, "clips.fixed", kinds.about(clip), actor=actor, meta={"from": row.fixed, "to": amount})
        row.fixed = amount
    return await _accrued(session, desk, row, actor)


async def pay_by_hand(session: CreatorSession, desk: Desk, clip: int, reference: str, actor: str) -> schemas.ClipRow:
    """Note that a clip was paid outside of any batch: all it has earned, also what is held. Twice is the same as once.

    Raises Conflict for a clip that is not approved, that is doubted, or has nothing to be paid.
    """
    row = await submissions.get(session, clip, lock=True)
    if row.state != "PAID":
        if row.state != "APPROVED":
            msg = "Only a clip that is approved can be paid."
            raise Conflict(msg)
        if row.flags:
            msg = "There are doubts about this clip. Decide on them first."
            raise Conflict(msg)
        await session.flush()
        await accrual.accrue(session, row.campaign, actor=actor)
        await payouts.pay_clip(session, row, reference.strip()[:120], actor)
        row.state, row.decided_at, row.decided_by = "PAID", clock.now(), actor[:100]
        audit.record(session, "clips.paid", kinds.about(clip), actor=actor, meta={"reference": reference.strip()[:120]})
    return await _accrued(session, desk, row, actor)


async def mark_approved(session: CreatorSession, row: ClipSubmission, actor: str) -> bool:
    """Approve a clip, whose money is settled by the caller; False where it was approved already. It answers an appeal. Raises Conflict."""
    if row.state in accrual.STANDS and (row.appealed_at is None or row.flags):
        return False
    if row.video_id is None:
        msg = "Its short link is still being followed. Approve it when the video is known."
        raise Conflict(msg)
    await _check_free(session, row)
    audit.record(session, "clips.approve", kinds.about(row.id), actor=actor, meta={"from": row.state})
    if row.state not in accrual.STANDS:
        row.state, row.reason, row.decided_at, row.decided_by = "APPROVED", "", clock.now(), actor[:100]
        row.next_read_at = clock.now()
    row.appealed_at = None
    return True


async def mark_rejected(session: CreatorSession, row: ClipSubmission, reason: str, actor: str) -> bool:
    """Reject a clip, whose money is settled by the caller; False where it was rejected so already. It answers an appeal."""
    if row.state == "REJECTED" and row.reason == reason and row.appealed_at is None:
        return False
    audit.record(session, "clips.reject", kinds.about(row.id), actor=actor, meta={"from": row.state, "reason": reason})
    row.state, row.reason, row.decided_at, row.decided_by, row.next_read_at = "REJECTED", reason, clock.now(), actor[:100], None
    row.appealed_at = None
    if row.flags:
        await doubts.close(session, row, "upheld", reason, actor)
    return True


async def mark_pending(session: CreatorSession, row: ClipSubmission, actor: str) -> bool:
    """Let a clip wait again, whose money is settled by the caller; False where it waits already. Raises Conflict for one that was paid."""
    if row.state == "PAID":
        msg = "This clip was paid. Reject it to take the money back, or leave it."
        raise Conflict(msg)
    if row.state == "PENDING":
        return False
    await _check_free(session, row)
    audit.record(session, "clips.reopen", kinds.about(row.id), actor=actor, meta={"from": row.state})
    row.state, row.reason, row.decided_at, row.decided_by = "PENDING", "", None, ""
    row.next_read_at = clock.now() if row.video_id else None
    return True


def read_reason(text: str) -> str:
    """Return a reason for a rejection as it is kept; raises Invalid for none, or a long one."""
    if not (reason := text.strip()) or len(reason) > _LONGEST_REASON:
        msg = f"Say why, in at most {_LONGEST_REASON} characters; the clipper reads it."
        raise Invalid(msg, details={"rejectionReason": msg})
    return reason


async def _check_free(session: CreatorSession, row: ClipSubmission) -> None:
    """Raise Conflict when a rejected clip's video was handed in by somebody else meanwhile."""
    if row.state == "REJECTED" and row.video_id is not None:
        found = Link(row.platform, row.video_id, row.url)  # type: ignore[arg-type]
        await submitting.check_free(session, found, but=row.id)


async def _accrued(session: CreatorSession, desk: Desk, row: ClipSubmission, actor: str) -> schemas.ClipRow:
    await session.flush()
    changed = await accrual.settle(session, [row], actor)
    await accrual.tell(session, desk, row.campaign, {row.id, *changed})
    return await submissions.row(session, row.id)
