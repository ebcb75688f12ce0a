"""What a clipper and the manager write to one another about a clip: a word, an appeal, and the answer to it."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from entourage.clips import kinds, schemas, submissions
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipSubmission, ClipWord
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.tenancy import CreatorSession

LONGEST = 2_000
MOST = 200
"""Words about one clip."""


async def thread(session: CreatorSession, clip: int, *, user_id: UUID | None = None) -> list[schemas.WordRow]:
    """Return what was written about a clip, oldest first; with `user_id` only about one of theirs. Raises NotFound."""
    await submissions.get(session, clip, user_id=user_id)
    return [_row(one) for one in await session.scalars(select(ClipWord).where(ClipWord.submission == clip).order_by(ClipWord.id))]


async def of_clipper(session: CreatorSession, user_id: UUID) -> dict[int, list[schemas.WordRow]]:
    """Return all that was written about somebody's clips, by clip, oldest first."""
    mine = select(ClipSubmission.id).where(ClipSubmission.creator_id == session.creator, ClipSubmission.user_id == user_id)
    found: dict[int, list[schemas.WordRow]] = {}
    for one in await session.scalars(select(ClipWord).where(ClipWord.submission.in_(mine)).order_by(ClipWord.id)):
        found.setdefault(one.submission, []).append(_row(one))
    return found


async def write(session: CreatorSession, desk: Desk, clip: int, user_id: UUID, text: str) -> schemas.ClipRow:
    """Write a word as the clipper whose clip it is; raises NotFound for anybody else."""
    row = await submissions.get(session, clip, user_id=user_id, lock=True)
    await _say(session, row, "clipper", text, user_id)
    return (await submissions.tell(session, desk, [clip]))[0]


async def appeal(session: CreatorSession, desk: Desk, clip: int, user_id: UUID, text: str) -> schemas.ClipRow:
    """Ask that a rejection or a doubt be looked at again; raises Conflict where there is neither. It waits until somebody answers."""
    row = await submissions.get(session, clip, user_id=user_id, lock=True)
    if row.state != "REJECTED" and not row.flags:
        msg = "There is nothing to appeal against: this clip was not rejected, and nobody doubts it."
        raise Conflict(msg)
    await _say(session, row, "clipper", text, user_id)
    if row.appealed_at is None:
        row.appealed_at = clock.now()
        audit.record(session, "clips.appeal", kinds.about(clip), actor=f"user:{user_id}")
    return (await submissions.tell(session, desk, [clip]))[0]


async def answer(session: CreatorSession, desk: Desk, clip: int, text: str, actor: str, user_id: UUID | None = None) -> schemas.ClipRow:
    """Write as the manager; an appeal is answered by it."""
    row = await submissions.get(session, clip, lock=True)
    await _say(session, row, "manager", text, user_id)
    row.appealed_at = None
    audit.record(session, "clips.answer", kinds.about(clip), actor=actor)
    return (await submissions.tell(session, desk, [clip]))[0]


def _row(one: ClipWord) -> schemas.WordRow:
    return schemas.WordRow(id=one.id, side=msgspec.convert(one.side, schemas.Side), text=one.text, at=one.at)


async def _say(session: CreatorSession, row: ClipSubmission, side: schemas.Side, text: str, user_id: UUID | None) -> None:
    if not (text := text.strip()) or len(text) > LONGEST:
        msg = f"Write something, in at most {LONGEST:,} characters."
        raise Invalid(msg, details={"text": msg})
    if ((await session.scalar(select(func.count()).where(ClipWord.submission == row.id))) or 0) >= MOST:
        msg = f"{MOST} words were written about this clip already."
        raise Conflict(msg)
    session.add(ClipWord(submission=row.id, side=side, user_id=user_id, text=text, at=clock.now()))
