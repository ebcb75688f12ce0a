"""Fans, each one row: met when they first write, found by our id or the platform's, and locked before anything about them changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, select, tuple_

from entourage.chats.tables import ChatFan
from entourage.kernel import clock
from entourage.kernel.errors import NotFound
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import Fan

_LONGEST = 100
_fans = cast("Table", ChatFan.__table__)


async def meet(session: CreatorSession, fan: Fan, at: datetime) -> ChatFan:
    """Return the row of a fan, locked, made when there is none, with the names as the platform tells them now."""
    row = await by_platform(session, fan.id, lock=True)
    if row is None:
        now = clock.now()
        made = {"creator_id": session.creator, "fan_id": fan.id, "first_at": at, "newest_at": at, "updated_at": now, **_BLANK}
        await session.execute(_insert(session.dialect), made)
        row = await by_platform(session, fan.id, lock=True)
        assert row is not None  # noqa: S101 - it was made just now
    for name, told in (("name", fan.name), ("handle", fan.handle), ("avatar_url", fan.avatar_url)):
        kept = told if name == "avatar_url" else told[:_LONGEST]
        if kept and getattr(row, name) != kept:
            setattr(row, name, kept)
    return row


async def by_platform(session: CreatorSession, fan_id: str, *, lock: bool = False) -> ChatFan | None:
    """Return a fan by the platform's id, or None."""
    chosen = select(ChatFan).where(ChatFan.fan_id == fan_id)
    if lock:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(chosen)).one_or_none()


async def known_as(session: CreatorSession, accounts: Collection[tuple[str, str]], *, lock: bool = False) -> Sequence[ChatFan]:
    """Return the fans whom the creator knows as one of these accounts elsewhere, each a platform and its id."""
    if not accounts:
        return []
    chosen = select(ChatFan).where(ChatFan.known_id != "", tuple_(ChatFan.known_platform, ChatFan.known_id).in_(list(accounts)))
    if lock:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(chosen.order_by(ChatFan.id))).all()


async def get(session: CreatorSession, fan: int) -> ChatFan:
    """Return a fan by our id; raises NotFound."""
    return _there((await session.scalars(select(ChatFan).where(ChatFan.id == fan))).one_or_none())


async def lock(session: CreatorSession, fan: int) -> ChatFan:
    """Return a fan by our id in a transaction that writes, held against everybody else; raises NotFound."""
    chosen = select(ChatFan).where(ChatFan.id == fan).with_for_update().execution_options(populate_existing=True)
    return _there((await session.scalars(chosen)).one_or_none())


async def names(session: CreatorSession, fans: Collection[int]) -> dict[int, str]:
    """Return what these fans are called, by our ids."""
    rows = await session.execute(select(ChatFan.id, ChatFan.name, ChatFan.handle).where(ChatFan.id.in_(fans)))
    return {key: name or handle for key, name, handle in rows}


def _there(row: ChatFan | None) -> ChatFan:
    if row is None:
        msg = "There is no such fan."
        raise NotFound(msg)
    return row


_BLANK: dict[str, Any] = {
    "handle": "", "name": "", "avatar_url": "", "held_why": {}, "in_a_row": 0, "language": "", "notes": "", "known_platform": "",
    "known_id": "", "standing": "", "newest_text": "", "newest_by": "", "follow_ups": 0, "answered_to": 0,
}  # fmt: skip


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(_fans, dialect)
    return insert.on_conflict_do_nothing()
