"""Messages to many: drafts, what a person asks for, and what became of each; `broadcasting` asks the platform."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import or_, select

from entourage.chats import choices, kinds, schemas, segment
from entourage.chats.segment import Broadcast, Segment
from entourage.chats.tables import ChatBroadcast
from entourage.kernel import audit, clock, ids
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import FanList

LANE = "broadcasts"
_WRITABLE = frozenset({"draft", "failed"})
_GONE_OUT = frozenset({"sent", "scheduled"})


async def page(session: CreatorSession, *, before: int | None = None, most: int = 50) -> tuple[list[schemas.BroadcastRow], int | None]:
    """Return broadcasts, newest first, and the mark of the next page."""
    chosen = select(ChatBroadcast).order_by(ChatBroadcast.id.desc()).limit(most + 1)
    rows = (await session.scalars(chosen.where(ChatBroadcast.id < before) if before else chosen)).all()
    return [shown(row) for row in rows[:most]], rows[most - 1].id if len(rows) > most else None


async def one(session: CreatorSession, key: int) -> schemas.BroadcastRow:
    """Return a broadcast; raises NotFound."""
    return shown(await get(session, key))


async def twins(session: CreatorSession, key: int) -> list[schemas.BroadcastRow]:
    """Return a broadcast together with all that say the same in other words, oldest first; raises NotFound."""
    row = await get(session, key)
    first = row.twin or row.id
    chosen = select(ChatBroadcast).where(or_(ChatBroadcast.id == first, ChatBroadcast.twin == first)).order_by(ChatBroadcast.id)
    return [shown(one) for one in await session.scalars(chosen)]


async def get(session: CreatorSession, key: int, *, lock: bool = False) -> ChatBroadcast:
    """Return a broadcast's row; raises NotFound."""
    chosen = select(ChatBroadcast).where(ChatBroadcast.id == key).execution_options(populate_existing=True)
    found = (await session.scalars(chosen.with_for_update() if lock else chosen)).one_or_none()
    if found is None:
        msg = "There is no such broadcast."
        raise NotFound(msg)
    return found


async def draft(session: CreatorSession, asked: schemas.BroadcastDraft, actor: str) -> schemas.BroadcastRow:
    """Begin a broadcast; it may be unfinished, and nothing goes out."""
    _length(asked)
    twin = None if asked.twin is None else (await get(session, asked.twin)).twin or asked.twin
    now = clock.now()
    row = ChatBroadcast(
        state="draft", text=asked.text.strip(), segment=schemas.as_dict(asked.lists), at=await _moment(session, asked),
        key=str(ids.new()), twin=twin,
        by=actor[:100], views=0, purchases=0, revenue=0, trouble="", created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return shown(row)


async def change(session: CreatorSession, key: int, asked: schemas.BroadcastDraft, actor: str) -> schemas.BroadcastRow:
    """Change a broadcast that has not gone out; raises Conflict for one that has."""
    _length(asked)
    row = await _writable(session, key)
    row.text, row.segment, row.at = asked.text.strip(), schemas.as_dict(asked.lists), await _moment(session, asked)
    # A new sending gets a name of its own: a platform that knows the old one would answer as it did then.
    row.state, row.trouble, row.key, row.sending_at = "draft", "", str(ids.new()), None
    row.by, row.updated_at = actor[:100], clock.now()
    await session.flush()
    return shown(row)


async def discard(session: CreatorSession, key: int) -> None:
    """Throw a draft away; raises Conflict for what has gone out or is about to."""
    await session.delete(await _writable(session, key))


async def ask(session: CreatorSession, key: int, actor: str) -> schemas.BroadcastRow:
    """Send a broadcast (now, or at its moment); raises Invalid naming what cannot be sent, and Conflict."""
    row = await _writable(session, key)
    _refuse(segment.wrong(read(row), clock.now()))
    if await choices.stopped(session):
        msg = "Chats are stopped. Let them go on before you write to many."
        raise Conflict(msg)
    if row.state == "failed":
        row.key = str(ids.new())
    row.state, row.trouble, row.sending_at, row.by, row.updated_at = "asked", "", None, actor[:100], clock.now()
    meta = {"characters": len(row.text), **{name: sorted(row.segment[name]) for name in ("included", "excluded")}}
    audit.record(session, "chats.broadcast.ask", about(key), actor=actor, meta=meta)
    await session.flush()
    await queue.enqueue(session, kinds.BROADCAST, {"broadcast": key}, lane=LANE, dedup=f"broadcast:{key}", max_attempts=kinds.PATIENT)
    return shown(row)


async def withdraw(session: CreatorSession, key: int, actor: str) -> schemas.BroadcastRow:
    """Take a broadcast back: at once while nobody was asked, by a job where the platform has it; raises Conflict meanwhile."""
    row = await get(session, key, lock=True)
    if row.state == "asked":
        row.state = "withdrawn"
    elif row.state in _GONE_OUT:
        row.state = "withdrawing"
        await queue.enqueue(session, kinds.WITHDRAW, {"broadcast": key}, lane=LANE, dedup=f"withdraw:{key}", max_attempts=kinds.PATIENT)
    else:
        msg = "This one cannot be taken back now."
        raise Conflict(msg)
    row.updated_at = clock.now()
    audit.record(session, "chats.broadcast.withdraw", about(key), actor=actor)
    await session.flush()
    return shown(row)


async def preview(session: CreatorSession, asked: schemas.BroadcastDraft, lists: Sequence[FanList]) -> schemas.Preview:
    """Say what a broadcast would be, before anything is sent; `lists` are the platform's, empty where it did not tell."""
    broadcast = Broadcast(asked.text.strip(), as_segment(asked.lists), await _moment(session, asked))
    terms = choices.terms(await choices.voice(session))
    sizes = {(one.own, one.id): one.fans for one in lists}
    chosen = [(False, name) for name in asked.lists.included] + [(True, name) for name in asked.lists.own_included]
    left_out = [(False, name) for name in asked.lists.excluded] + [(True, name) for name in asked.lists.own_excluded]
    within = [sizes[one] for one in chosen if one in sizes]
    known = len(within) == len(chosen) and bool(chosen)
    without = sum(sizes.get(one, 0) for one in left_out)
    return schemas.Preview(
        wrong=segment.wrong(broadcast, clock.now()),
        warnings=dict(segment.warnings(broadcast, terms)) if broadcast.text else {},
        least=max(0, max(within) - without) if known else None,
        most=sum(within) if known else None,
    )


def read(row: ChatBroadcast) -> Broadcast:
    """Return a row as the rules see it."""
    return Broadcast(row.text, as_segment(msgspec.convert(row.segment, schemas.Lists)), row.at)


def as_segment(lists: schemas.Lists) -> Segment:
    """Return lists as the rules see them."""
    return Segment(
        frozenset(lists.included), frozenset(lists.excluded), frozenset(lists.own_included), frozenset(lists.own_excluded)
    )  # fmt: skip


def about(key: int) -> str:
    """Name a broadcast in the audit log."""
    return f"broadcast:{key}"


def shown(row: ChatBroadcast) -> schemas.BroadcastRow:
    """Show a broadcast."""
    return schemas.BroadcastRow(
        id=row.id, state=row.state, text=row.text, lists=msgspec.convert(row.segment, schemas.Lists), at=_iso(row.at), twin=row.twin,  # type: ignore[arg-type]
        recipients=row.recipients, views=row.views, purchases=row.purchases, revenue=row.revenue, looked_at=_iso(row.looked_at),
        sent_at=_iso(row.sending_at), trouble=row.trouble, by=row.by, created_at=_iso(row.created_at) or "",
        updated_at=_iso(row.updated_at) or "",
    )  # fmt: skip


async def _writable(session: CreatorSession, key: int) -> ChatBroadcast:
    row = await get(session, key, lock=True)
    if row.state not in _WRITABLE:
        msg = "This one is on its way, or has arrived. Write a new one."
        raise Conflict(msg)
    return row


async def _moment(session: CreatorSession, asked: schemas.BroadcastDraft) -> datetime | None:
    """Return when it goes out, in UTC; what was typed without an offset is by the creator's clock."""
    at = asked.at
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(await creators.zone_of(session)))
    return None if at is None else at.astimezone(UTC)


def _length(asked: schemas.BroadcastDraft) -> None:
    if len(asked.text.strip()) > segment.LONGEST:
        _refuse({"text": "At most 5,000 characters."})


def _refuse(details: dict[str, str]) -> None:
    if details:
        msg = "This cannot be sent so."
        raise Invalid(msg, details=details)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else clock.iso(clock.to_ms(at))
