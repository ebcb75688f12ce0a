"""Answers as rows: found, locked together with their fan, moved from state to state, and asked for as jobs."""

from datetime import datetime, timedelta

from sqlalchemy import literal_column, select

from entourage.chats import burst, kinds, people, reply
from entourage.chats.schemas import Settings
from entourage.chats.tables import OPEN, ChatFan, ChatReply
from entourage.kernel import clock
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession

AUTO = "auto"
"""Who approves what goes out without a person."""


async def open_of(session: CreatorSession, fan: int) -> ChatReply | None:
    """Return the reply to a fan that was not sent yet, or None; whoever changes it holds the fan."""
    chosen = select(ChatReply).where(ChatReply.fan == fan, literal_column(OPEN)).execution_options(populate_existing=True)
    return (await session.scalars(chosen)).one_or_none()


async def lock(session: CreatorSession, key: int) -> tuple[ChatFan, ChatReply]:
    """Return a reply and its fan, held against everybody else; raises NotFound."""
    fan_id = await session.scalar(select(ChatReply.fan).where(ChatReply.id == key))
    if fan_id is None:
        msg = "There is no such reply."
        raise NotFound(msg)
    fan = await people.lock(session, fan_id)
    chosen = select(ChatReply).where(ChatReply.id == key).execution_options(populate_existing=True)
    return fan, (await session.scalars(chosen)).one()


def become(row: ChatReply, state: reply.State) -> None:
    """Move a reply on; raises Conflict where that may not follow."""
    if not reply.may_follow(row.state, state):
        msg = f"This reply is {row.state} by now."
        raise Conflict(msg)
    row.state, row.updated_at = state, clock.now()


async def supersede(session: CreatorSession, fan: ChatFan, *, also_by_hand: bool = False) -> ChatReply | None:
    """Give up a reply that was not sent, because of something newer, and return it, or None.

    One that may be on its way is left alone, and what a person wrote themselves goes out all the same, unless `also_by_hand`.
    """
    row = await open_of(session, fan.id)
    return row if row is not None and await give_up(session, row, also_by_hand=also_by_hand) else None


async def give_up(session: CreatorSession, row: ChatReply, *, also_by_hand: bool = False) -> bool:
    """Do the same with an open reply of a locked fan; says whether it was given up."""
    if row.sending_at is not None or (row.purpose == "hand" and not also_by_hand):
        return False
    become(row, "superseded")
    await session.flush()
    return True


async def recall(session: CreatorSession, fan: ChatFan) -> ChatReply | None:
    """Keep back what nobody but the AI approved and what is not on its way yet: a person looks at it first. Returns it, or None."""
    row = await open_of(session, fan.id)
    if row is None or row.state != "approved" or row.by != AUTO or row.sending_at is not None:
        return None
    become(row, "checked")
    row.by, row.send_at = "", None
    await session.flush()
    return row


async def ask_to_write(session: CreatorSession, fan: ChatFan, settings: Settings, *, slowness: float = 1.0) -> None:
    """Ask for an answer to a fan once a burst is over; each further message of the burst moves it, but not for ever."""
    how = burst.patience(settings.quiet_s)
    await queue.enqueue(
        session, kinds.WRITE, {"fan": fan.id}, lane=kinds.answers(fan.fan_id), dedup=str(fan.id), max_attempts=kinds.PATIENT,
        debounce_s=how.quiet.total_seconds() * slowness, cap_s=how.cap.total_seconds() * slowness,
    )  # fmt: skip


async def ask_to_write_now(session: CreatorSession, fan: ChatFan, *, asked: bool = False, at: datetime | None = None) -> None:
    """Ask for an answer without waiting: `asked` by a person, who is shown a draft whatever the mode."""
    payload = {"fan": fan.id, "asked": asked}
    dedup = f"{fan.id}:asked" if asked else str(fan.id)
    lane = kinds.answers(fan.fan_id)
    await queue.enqueue(session, kinds.WRITE, payload, lane=lane, dedup=dedup, run_at=at, max_attempts=kinds.PATIENT)


async def ask_to_send(session: CreatorSession, fan: ChatFan, row: ChatReply, *, typing: timedelta | None = None, tries: int = 0) -> None:
    """Ask for a reply to be sent at its moment; `typing` before it the fan sees somebody type.

    `tries` counts calls that certainly sent nothing.
    """
    now = clock.now()
    at = row.send_at or now
    typed = typing is None or at - now <= timedelta(seconds=1)
    run_at = max(now, at if typed or typing is None else at - typing)
    payload = {"reply": row.id, "typed": typed, "tries": tries}
    dedup = f"{row.id}:{clock.to_ms(at)}:{typed}"
    lane = kinds.answers(fan.fan_id)
    await queue.enqueue(session, kinds.SEND, payload, lane=lane, dedup=dedup, run_at=run_at, max_attempts=kinds.PATIENT)
