"""A clipper who leaves: who they are and where their money went is wiped; the ledger stays, and names them by a number only."""

from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update

from entourage.clips import choices
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipPayout, Clipper, ClipSubmission, ClipWord
from entourage.kernel import audit, clock, ids
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.tenancy import CreatorSession

LEFT: Final = "The clipper has left."


async def forget(session: CreatorSession, desk: Desk, user_id: UUID, actor: str) -> None:
    """Wipe a clipper's name, handles, payment details and words; what waits for a decision is rejected. Twice is the same as once.

    Clips that were decided stay, without what names anybody, because the ledger rests on them. Raises NotFound, and Conflict while a payout
    is on its way.
    """
    await choices.lock(session)
    row = await session.get(Clipper, (session.creator, user_id), populate_existing=True)
    if row is None:
        msg = "There is no such clipper."
        raise NotFound(msg)
    open_ones = select(ClipPayout.id).where(ClipPayout.user_id == user_id, ClipPayout.state == "batched").limit(1)
    if (await session.scalars(open_ones)).first() is not None:
        msg = "A payout is on its way to this clipper. Note first whether it was paid or came back."
        raise Conflict(msg)
    now, theirs = clock.now(), ClipSubmission.user_id == user_id
    clips = (await session.scalars(select(ClipSubmission.id).where(theirs))).all()
    row.name, row.handles, row.method, row.details, row.updated_at = "", {}, "", None, now
    await session.execute(update(ClipPayout).where(ClipPayout.user_id == user_id).values(details=None))
    waiting = {"state": "REJECTED", "reason": LEFT, "decided_at": now, "decided_by": actor[:100], "next_read_at": None}
    await session.execute(update(ClipSubmission).where(theirs, ClipSubmission.state == "PENDING").values(waiting))
    plain = {"submitted_url": "", "media_url": "", "author": "", "title": "", "appealed_at": None}
    await session.execute(update(ClipSubmission).where(theirs).values(plain))
    await session.execute(delete(ClipWord).where(ClipWord.submission.in_(list(clips)), ClipWord.creator_id == session.creator))
    await audit.blot(session, f"clipper:{user_id}", instead=f"clipper:left:{ids.new().hex}")
    audit.record(session, "clips.clipper.forget", actor=actor)
    creator_id = session.creator
    session.after_commit(lambda: desk.publisher.money(creator_id, user_id))
