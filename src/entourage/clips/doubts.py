"""Doubts about clips: each holds the clip's money until a person decides, and the clipper sees the numbers it rests on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import msgspec
from sqlalchemy import select, text, update

from entourage.clips import kinds, schemas, submissions
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipFlag, ClipSubmission, ClipTransfer
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession

QUIET = timedelta(days=7)
"""For so long a doubt that a person cleared is not raised again."""
_LONGEST_NOTE = 500
_LET_GO = ("release", "pay", "paid")
"""Lines of the ledger after which a doubt holds nothing any more."""


async def raise_(session: CreatorSession, clip: int, code: str, evidence: Mapping[str, Any], now: datetime | None = None) -> bool:
    """Raise a doubt with its numbers; False when it is open already, or a person cleared it within a week."""
    now, one = now or clock.now(), ClipFlag
    lately = select(one.id).where(one.submission == clip, one.code == code, one.state == "cleared", one.decided_at > now - QUIET).limit(1)
    if (await session.scalars(lately)).first() is not None:
        return False
    fields = {
        "creator_id": session.creator, "submission": clip, "code": code, "evidence": dict(evidence), "state": "open", "note": "",
        "decided_by": "", "raised_at": now,
    }  # fmt: skip
    if (await session.execute(_insert(session.dialect), fields)).scalar_one_or_none() is None:
        return False
    await _count(session, clip, 1)
    audit.record(session, "clips.flag.raise", kinds.about(clip), meta={"code": code, "evidence": dict(evidence)})
    return True


async def clear(session: CreatorSession, desk: Desk, flag: int, note: str, actor: str) -> schemas.ClipRow:
    """Decide that a doubt is unfounded: what it held may go on. Twice is the same as once; raises Conflict for one that was upheld."""
    clip = (await get(session, flag)).submission
    row = await submissions.get(session, clip, lock=True)
    one = await get(session, flag)
    if one.state == "upheld":
        msg = "This doubt was upheld. Open the clip again to decide anew."
        raise Conflict(msg)
    if one.state == "open":
        _decide(one, "cleared", note, actor)
        row.flags = max(0, row.flags - 1)
        audit.record(session, "clips.flag.clear", kinds.about(clip), actor=actor, meta={"code": one.code, "note": one.note})
    return (await submissions.tell(session, desk, [clip]))[0]


async def reopen(session: CreatorSession, desk: Desk, flag: int, actor: str) -> schemas.ClipRow:
    """Take back that a doubt is unfounded: it is open and holds the clip's money as before. Twice is the same as once.

    Raises Conflict for one that was upheld, whose clip was rejected, that was raised anew, or whose money was let go meanwhile.
    """
    clip = (await get(session, flag)).submission
    row = await submissions.get(session, clip, lock=True)
    one = await get(session, flag)
    if one.state != "open":
        if msg := await _stands(session, row, one):
            raise Conflict(msg)
        one.state, one.note, one.decided_by, one.decided_at = "open", "", "", None
        row.flags += 1
        audit.record(session, "clips.flag.reopen", kinds.about(clip), actor=actor, meta={"code": one.code})
    return (await submissions.tell(session, desk, [clip]))[0]


async def close(session: CreatorSession, row: ClipSubmission, state: Literal["cleared", "upheld"], note: str, actor: str) -> None:
    """Decide all open doubts about a clip at once, under the creator's row."""
    for one in await session.scalars(select(ClipFlag).where(ClipFlag.submission == row.id, ClipFlag.state == "open")):
        _decide(one, state, note, actor)
    row.flags = 0


async def get(session: CreatorSession, flag: int) -> ClipFlag:
    """Return a doubt as it is now; raises NotFound."""
    one = (await session.scalars(select(ClipFlag).where(ClipFlag.id == flag), execution_options={"populate_existing": True})).first()
    if one is None:
        msg = "There is no such flag."
        raise NotFound(msg)
    return one


async def of_clip(session: CreatorSession, clip: int) -> list[schemas.FlagRow]:
    """Return all doubts about a clip, newest first."""
    return await _rows(session, ClipFlag.submission == clip)


async def open_ones(session: CreatorSession, *, most: int = 200) -> list[schemas.FlagRow]:
    """Return the doubts that wait for a person, oldest first."""
    return (await _rows(session, ClipFlag.state == "open", most=most))[::-1]


async def _rows(session: CreatorSession, *where: Any, most: int = 200) -> list[schemas.FlagRow]:  # noqa: ANN401 - conditions
    found: Sequence[ClipFlag] = (await session.scalars(select(ClipFlag).where(*where).order_by(ClipFlag.id.desc()).limit(most))).all()
    return [
        schemas.FlagRow(
            id=one.id, clip=one.submission, code=one.code, evidence=one.evidence, note=one.note, raised_at=one.raised_at,
            decided_at=one.decided_at, state=msgspec.convert(one.state, schemas.FlagState),
        )
        for one in found
    ]  # fmt: skip


async def _stands(session: CreatorSession, row: ClipSubmission, one: ClipFlag) -> str:
    """Say why what was decided about a doubt cannot be taken back, or nothing."""
    if one.state == "upheld":
        return "This doubt was upheld. Open the clip again to decide anew."
    if row.state == "REJECTED":
        return "This clip was rejected meanwhile. Open it again to decide anew."
    same = select(ClipFlag.id).where(ClipFlag.submission == row.id, ClipFlag.code == one.code, ClipFlag.state == "open").limit(1)
    if (await session.scalars(same)).first() is not None:
        return "The same doubt was raised anew. Decide on that one."
    line = ClipTransfer
    gone = select(line.id).where(line.submission == row.id, line.kind.in_(_LET_GO), line.at >= one.decided_at).limit(1)
    if (await session.scalars(gone)).first() is not None:
        return "Its money was let go meanwhile, so it cannot be held again. Reject the clip to take the money back."
    return ""


def _decide(one: ClipFlag, state: Literal["cleared", "upheld"], note: str, actor: str) -> None:
    one.state, one.note, one.decided_by, one.decided_at = state, note.strip()[:_LONGEST_NOTE], actor[:100], clock.now()


async def _count(session: CreatorSession, clip: int, more: int) -> None:
    await session.flush()
    statement = update(ClipSubmission).where(ClipSubmission.id == clip).values(flags=ClipSubmission.flags + more)
    await session.execute(statement, execution_options={"synchronize_session": False})
    if (kept := await session.get(ClipSubmission, clip)) is not None:
        await session.refresh(kept, ["flags"])


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(ClipFlag, dialect)
    keys = ["creator_id", "submission", "code"]
    return insert.on_conflict_do_nothing(index_elements=keys, index_where=text("state = 'open'")).returning(ClipFlag.id)
