"""Forgetting a fan: what was said, answered, learned and noted goes, and so does what the platform told; what it cost stays counted.

The chat itself stays on the platform, where the creator may delete it, and is read there again and again: what was said in it before
is passed over from then on. Who writes again is a stranger.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import delete, or_, select, update

from entourage.chats import kinds, people
from entourage.chats.tables import ChatCall, ChatErasure, ChatFact, ChatFan, ChatMessage, ChatReply
from entourage.kernel import audit, clock, deliveries, ids
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession

_AGAIN_S = 60.0
"""After so long what was under way when somebody was forgotten has been written down, and goes too."""

_WAITING = (kinds.WRITE, kinds.SEND, kinds.FOLLOW_UP, kinds.LOOK_UP, kinds.CATCH_UP)


async def ask(session: CreatorSession, fan_id: str, *, again: bool = False, until: datetime | None = None) -> None:
    """Ask for the job that forgets a fan by the platform's id, with all that was said `until` now; `again` for its second look."""
    run_at = clock.now() + timedelta(seconds=_AGAIN_S) if again else None
    payload = {"fan": fan_id, "again": not again, "until": (until or clock.now()).isoformat()}
    await queue.enqueue(session, kinds.FORGET, payload, dedup=f"{fan_id}:{again}", run_at=run_at)


async def ask_by_hand(session: CreatorSession, row: ChatFan, *, actor: str, cause: str = "") -> None:
    """Ask for a fan to be forgotten because somebody wants it, and note who."""
    audit.record(session, "chats.fan.forget", kinds.about(row.fan_id), actor=actor, cause=cause)
    await ask(session, row.fan_id)


async def part(session: CreatorSession, platform: str, known_id: str, *, actor: str, cause: str = "", forget: bool) -> int:
    """Let nobody be known any more as somebody of another platform who was forgotten there; returns of how many fans.

    With `forget` these fans are forgotten, too.
    """
    rows: Sequence[ChatFan] = await people.known_as(session, [(platform, known_id)], lock=True)
    for row in rows:
        row.known_platform, row.known_id, row.updated_at = "", "", clock.now()
        if forget:
            await ask_by_hand(session, row, actor=actor, cause=cause)
        else:
            audit.record(session, "chats.known_as.set", kinds.about(row.fan_id), actor=actor, cause=cause, meta={"platform": ""})
    return len(rows)


async def untils(session: CreatorSession, fan_ids: Collection[str]) -> dict[str, datetime]:
    """Return, for those of these fans (the platform's ids) who were forgotten, up to when what was said with them is passed over."""
    marks = {_mark(session.creator, fan_id): fan_id for fan_id in fan_ids}
    chosen = select(ChatErasure.mark, ChatErasure.until).where(ChatErasure.mark.in_(marks))
    return {marks[row.mark]: row.until for row in await session.execute(chosen)}


async def passes_over(session: CreatorSession, fan_id: str, at: datetime) -> bool:
    """Say whether something that a fan or the creator said was forgotten with the fan."""
    until = (await untils(session, [fan_id])).get(fan_id)
    return until is not None and at <= until


async def forget(session: CreatorSession, fan_id: str, until: datetime | None = None) -> bool:
    """Forget a fan by the platform's id; False when nobody is known by it. Doing it again changes nothing."""
    row = await people.by_platform(session, fan_id, lock=True)
    if row is not None:
        mine = session.creator
        replies = select(ChatReply.id).where(ChatReply.fan == row.id)
        theirs = or_(ChatCall.fan == row.id, ChatCall.reply.in_(replies))
        await session.execute(update(ChatCall).where(ChatCall.creator_id == mine, theirs).values(fan=None, reply=None, trouble=""))
        for table in (ChatFact, ChatMessage, ChatReply):
            await session.execute(delete(table).where(table.creator_id == mine, table.fan == row.id))
        await session.execute(delete(ChatFan).where(ChatFan.creator_id == mine, ChatFan.id == row.id))
    await _remember(session, fan_id, until or clock.now())
    await deliveries.blot(session, kinds.SOURCE, mentioning=fan_id)
    for lane in (kinds.lane(fan_id), kinds.answers(fan_id)):
        await queue.drop(session, lane=lane, mentioning=(fan_id,), waiting=_WAITING)
    await audit.blot(session, kinds.about(fan_id), instead=kinds.about(f"forgotten:{ids.new().hex}"))
    return row is not None


async def _remember(session: CreatorSession, fan_id: str, until: datetime) -> None:
    key = (session.creator, _mark(session.creator, fan_id))
    known = await session.get(ChatErasure, key)
    if known is None:
        session.add(ChatErasure(creator_id=key[0], mark=key[1], until=until))
    else:
        known.until = max(known.until, until)
    await session.flush()


def _mark(creator_id: int, fan_id: str) -> int:
    """Return a number that is the same for the same fan and tells nothing else."""
    return int.from_bytes(blake2b(f"erased:{creator_id}:{kinds.SOURCE}:{fan_id}".encode(), digest_size=8).digest()) >> 1
