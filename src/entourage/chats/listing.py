"""What pages ask of chats: the list of fans in its boxes, what a person should review, and how much there is of each."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, TypeVar, get_args

import msgspec
from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, tuple_

from entourage.chats import choices, people, schemas, shown
from entourage.chats.tables import OPEN, ChatFan, ChatReply
from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession

T = TypeVar("T")
Box = Literal["all", "waiting", "held", "review", "auto"]
BOXES: tuple[Box, ...] = get_args(Box)
_TO_REVIEW = "state IN ('drafted', 'checked', 'failed')"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Page(msgspec.Struct, Generic[T]):
    """Some rows, and the mark of the page after them ("" when there is none)."""

    rows: list[T]
    next: str


class Counts(msgspec.Struct, kw_only=True):
    """How many fans wait for an answer, wait for a person, how many replies to review, and how many could not be sent."""

    waiting: int
    held: int
    review: int
    failed: int


async def threads(session: CreatorSession, *, box: Box = "all", search: str = "", after: str = "", most: int = 50) -> Page[schemas.FanRow]:
    """Return fans, whose chat was last active first; raises Invalid for a mark that is none of ours."""
    settings, stopped = await choices.read(session), await choices.stopped(session)
    chosen = select(ChatFan).where(ChatFan.newest_at.is_not(None))
    if wanted := search.strip():
        columns = (ChatFan.name, ChatFan.handle, ChatFan.notes)
        chosen = chosen.where(or_(*(one.icontains(wanted[:100], autoescape=True) for one in columns)))
    chosen = _in_box(chosen, box, settings, stopped=stopped)
    if after:
        chosen = chosen.where(tuple_(ChatFan.newest_at, ChatFan.id) < tuple_(*_read_mark(after)))
    rows = (await session.scalars(chosen.order_by(ChatFan.newest_at.desc(), ChatFan.id.desc()).limit(most + 1))).all()
    listed = await _shown(session, rows[:most], settings, stopped=stopped)
    last = rows[most - 1] if len(rows) > most else None
    return Page(listed, _mark(last.newest_at, last.id) if last and last.newest_at else "")


async def fan(session: CreatorSession, fan: int) -> schemas.FanRow:
    """Return one fan; raises NotFound."""
    settings, stopped = await choices.read(session), await choices.stopped(session)
    return (await _shown(session, [await people.get(session, fan)], settings, stopped=stopped))[0]


async def review(session: CreatorSession, after: str = "", most: int = 50) -> Page[tuple[schemas.FanRow, schemas.ReplyRow]]:
    """Return the replies that a person should look at, each with its fan, oldest first; raises Invalid for a mark that is none of ours."""
    chosen = select(ChatReply, ChatFan).join(ChatFan, ChatFan.id == ChatReply.fan).where(*_to_review())
    if after:
        chosen = chosen.where(tuple_(ChatReply.created_at, ChatReply.id) > tuple_(*_read_mark(after)))
    found = (await session.execute(chosen.order_by(ChatReply.created_at, ChatReply.id).limit(most + 1))).all()
    settings, stopped = await choices.read(session), await choices.stopped(session)
    rows = [
        (shown.fan(who, settings, stopped=stopped, open_reply=answer.state), shown.reply(answer)) for answer, who in found[:most]
    ]  # fmt: skip
    last = found[most - 1][0] if len(found) > most else None
    return Page(rows, _mark(last.created_at, last.id) if last else "")


async def mark_of(session: CreatorSession, reply: int) -> str:
    """Return the mark behind one reply of the queue; "" for one that is not there."""
    row = await session.get(ChatReply, reply)
    return "" if row is None else _mark(row.created_at, row.id)


async def counts(session: CreatorSession) -> Counts:
    """Count what the list of chats and the queue hold."""
    waiting = select(func.count()).select_from(ChatFan).where(ChatFan.burst_at.is_not(None))
    held = select(func.count()).select_from(ChatFan).where(ChatFan.held_at.is_not(None))
    review = select(func.count()).select_from(ChatReply).where(*_to_review())
    return Counts(
        waiting=await session.scalar(waiting) or 0,
        held=await session.scalar(held) or 0,
        review=await session.scalar(review) or 0,
        failed=await session.scalar(review.where(ChatReply.trouble != "")) or 0,
    )


def _to_review() -> tuple[ColumnElement[bool], ...]:
    # The first condition is that of the index, word for word.
    return (
        literal_column(f"({OPEN.replace('state', 'chat_replies.state')})"),
        literal_column(_TO_REVIEW.replace("state", "chat_replies.state")),
    )


def _in_box(chosen: Select[ChatFan], box: Box, settings: schemas.Settings, *, stopped: bool) -> Select[ChatFan]:
    if box == "waiting":
        return chosen.where(ChatFan.burst_at.is_not(None))
    if box == "held":
        return chosen.where(ChatFan.held_at.is_not(None))
    if box == "review":
        return chosen.where(ChatFan.id.in_(select(ChatReply.fan).where(*_to_review())))
    if box == "auto":
        free = or_(ChatFan.paused_until.is_(None), ChatFan.paused_until <= clock.now())
        own = or_(ChatFan.mode.is_(None), ChatFan.mode == "auto")
        never = settings.mode != "auto" or stopped
        return chosen.where(literal_column("1 = 0")) if never else chosen.where(own, free, ChatFan.held_at.is_(None))
    return chosen


async def _shown(session: CreatorSession, rows: Sequence[ChatFan], settings: schemas.Settings, *, stopped: bool) -> list[schemas.FanRow]:
    states = await _open_replies(session, [row.id for row in rows])
    return [shown.fan(row, settings, stopped=stopped, open_reply=states.get(row.id)) for row in rows]


async def _open_replies(session: CreatorSession, fans: Collection[int]) -> dict[int, str]:
    if not fans:
        return {}
    chosen = select(ChatReply.fan, ChatReply.state).where(ChatReply.fan.in_(fans), literal_column(OPEN))
    return {row[0]: row[1] for row in await session.execute(chosen)}


def _mark(at: datetime, key: int) -> str:
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{key}"


def _read_mark(text: str) -> tuple[datetime, int]:
    try:
        at, key = (int(part) for part in text.split("-"))
        return _EPOCH + timedelta(microseconds=at), key
    except (ValueError, OverflowError) as error:
        msg = "This mark of a page makes no sense; begin at the first page."
        raise Invalid(msg) from error
