"""How it goes with a creator's line to the platform: when it last called, when chats were last read, and what did not work."""

from datetime import timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, or_, update

from entourage.chats import kinds
from entourage.chats.tables import ChatLine
from entourage.kernel import audit, clock
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession

PLATFORM = f"platform:{kinds.SOURCE}"
ABOUT = "chats.line"
_COARSE = timedelta(seconds=20)
_LONGEST = 400
_lines = cast("Table", ChatLine.__table__)


async def read(session: CreatorSession) -> ChatLine:
    """Return how it goes, to read only."""
    row = await session.get(ChatLine, session.creator)
    return row or ChatLine(creator_id=session.creator, trouble="")


async def heard(session: CreatorSession) -> None:
    """Note that the platform called us; to twenty seconds, so that many calls at once do not wait for one row."""
    await _coarsely(session, "webhook_at")


async def caught_up(session: CreatorSession) -> None:
    """Note that unread chats were read."""
    await _set(session, caught_up_at=clock.now())


async def tested(session: CreatorSession) -> None:
    """Note that a test call of ours arrived."""
    now = clock.now()
    await _set(session, tested_at=now, webhook_at=now)


async def sent(session: CreatorSession) -> None:
    """Note that a message went out; to twenty seconds."""
    await _coarsely(session, "sent_at")


async def trouble(session: CreatorSession, why: str) -> None:
    """Note what did not work, in words for a person."""
    await _set(session, trouble=why[:_LONGEST], trouble_at=clock.now())


async def need_sign_in(session: CreatorSession, why: str) -> bool:
    """Note since when the platform asks for a new sign-in; False when that is known."""
    await _make(session)
    now = clock.now()
    since = update(ChatLine).where(ChatLine.creator_id == session.creator, ChatLine.sign_in_since.is_(None))
    changed = await session.execute(since.values(sign_in_since=now, trouble=why[:_LONGEST], trouble_at=now).returning(ChatLine.creator_id))
    if changed.first() is None:
        return False
    audit.record(session, "chats.sign_in.needed", ABOUT, actor=PLATFORM, meta={"why": why})
    return True


async def signed_in(session: CreatorSession) -> bool:
    """Note that the platform answers again; False when nothing else was known."""
    done = update(ChatLine).where(ChatLine.creator_id == session.creator, ChatLine.sign_in_since.is_not(None))
    changed = await session.execute(done.values(sign_in_since=None, trouble="", trouble_at=None).returning(ChatLine.creator_id))
    if changed.first() is None:
        return False
    audit.record(session, "chats.sign_in.done", ABOUT, actor=PLATFORM)
    return True


async def _coarsely(session: CreatorSession, name: str) -> None:
    now, column = clock.now(), getattr(ChatLine, name)
    row = await session.get(ChatLine, session.creator)
    if row is None:
        await _set(session, **{name: now})
    elif (before := getattr(row, name)) is None or before < now - _COARSE:
        older = or_(column.is_(None), column < now - _COARSE)
        await session.execute(update(ChatLine).where(ChatLine.creator_id == session.creator, older).values({name: now}))


async def _set(session: CreatorSession, **values: Any) -> None:  # noqa: ANN401 - columns
    await _make(session)
    await session.execute(update(ChatLine).where(ChatLine.creator_id == session.creator).values(**values))


async def _make(session: CreatorSession) -> None:
    await session.execute(_insert(session.dialect), {"creator_id": session.creator, "trouble": ""})


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(_lines, dialect)
    return insert.on_conflict_do_nothing()
