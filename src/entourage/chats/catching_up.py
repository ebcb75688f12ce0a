"""Chats are read now and then, so that nothing is lost where the platform cannot call us, or did not."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select

from entourage.chats import erasure, intake, kinds, line, patience, people, retention
from entourage.chats.desk import Desk
from entourage.chats.patience import creator_of
from entourage.chats.tables import ChatFan, ChatLine, ChatMessage
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tables import Connection, Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import Chat, Fan, Unreachable, Written
from entourage.ports.fans import Desk as Chats

CALLED = timedelta(minutes=15)
"""While the platform called within so long, chats are read less often."""

SELDOM = timedelta(minutes=5)
AGAIN = timedelta(minutes=10)
"""A chat in which something happens is read so often, because a single message may have been missed."""

CLOCKS = timedelta(minutes=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKS = 25
_RECENT, _UNREAD, _LEAST, _MOST = 50, 200, 50, 200


async def ask_all(db: Database) -> int:
    """Ask for the chats of every connected creator to be read, where it is time; returns of how many."""
    now = clock.now()
    async with tenancy.everywhere(db, "find creators whose chats are to be read") as session:
        chosen = (
            select(Connection.creator_id)
            .join(Creator, Creator.id == Connection.creator_id)
            .outerjoin(ChatLine, ChatLine.creator_id == Connection.creator_id)
            .where(Connection.source == kinds.SOURCE, Connection.enabled, Creator.active)
            .where(or_(
                ChatLine.creator_id.is_(None), ChatLine.caught_up_at.is_(None), ChatLine.caught_up_at <= now - SELDOM,
                ChatLine.sign_in_since.is_(None) & or_(ChatLine.webhook_at.is_(None), ChatLine.webhook_at <= now - CALLED),
            ))
        )  # fmt: skip
        creator_ids = sorted((await session.scalars(chosen)).all())
    if creator_ids:
        async with tenancy.everywhere(db, "ask for the chats of many creators to be read", write=True) as session:
            for creator_id in creator_ids:
                await ask(session, creator_id)
    return len(creator_ids)


async def ask(session: CreatorSession, creator_id: int | None = None) -> None:
    """Ask for the chats of the session's creator (or this one) to be read now: after connecting, and again and again."""
    await queue.enqueue(session, kinds.CATCH_UP, {}, lane="catch_up", dedup="all", max_attempts=3, creator_id=creator_id)


async def catch_up(desk: Desk, context: JobContext) -> None:
    """Read what is new in a creator's chats, or one chat of which not all was told; raises Later when the platform fails."""
    async with patience.until_signed_in(desk, context):
        chats, payload = await desk.platform.of(creator_of(context)), context.payload
        if fan_id := payload.get("fan"):
            fan = Fan(id=fan_id, handle=payload.get("handle", ""), name=payload.get("name", ""))
            await _read(desk, context, chats, fan, _LEAST)
            return
        with context.away():
            listed = {one.fan.id: one for one in [*await chats.recent(most=_RECENT), *await chats.unread(most=_UNREAD)]}
        for chat in await _with_news(context, listed.values()):
            await _read(desk, context, chats, chat.fan, min(_MOST, max(_LEAST, chat.unread + 5)))
        creator_id = creator_of(context)
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            await line.caught_up(session)
            if await line.signed_in(session):
                session.after_commit(lambda: desk.publisher.line(creator_id))


async def _with_news(context: JobContext, listed: Iterable[Chat]) -> list[Chat]:
    """Return the chats to be read: whose newest message is not known, and some in which one before it may have been missed."""
    there, now = [one for one in listed if one.newest_id], clock.now()
    if not there:
        return []
    async with tenancy.inside(context.db, creator_of(context)) as session:
        chosen = select(ChatMessage.message_id).where(ChatMessage.message_id.in_([one.newest_id for one in there]))
        known = set((await session.scalars(chosen)).all())
        looked = select(ChatFan.fan_id, ChatFan.read_at).where(ChatFan.fan_id.in_([one.fan.id for one in there]))
        read_at = {row[0]: row[1] or _NEVER for row in await session.execute(looked)}
        gone = await _over(session, [one.fan.id for one in there if one.newest_id not in known])
    new = [one for one in there if one.newest_id not in known and (one.newest_at is None or one.newest_at > gone.get(one.fan.id, _NEVER))]
    old = [one for one in there if one.newest_id in known and _is_worth_a_look(one, read_at.get(one.fan.id, _NEVER), now)]
    longest_ago = sorted(old, key=lambda one: read_at.get(one.fan.id, _NEVER))
    return sorted(new, key=lambda one: one.newest_at or now) + longest_ago[:_LOOKS]


async def _over(session: CreatorSession, fan_ids: Collection[str]) -> dict[str, datetime]:
    """Return up to when what was said with these fans is passed over: they were forgotten, or it is older than what is kept."""
    floor, until = await retention.floor(session) or _NEVER, await erasure.untils(session, fan_ids)
    return {fan_id: max(floor, until.get(fan_id, _NEVER)) for fan_id in fan_ids}


def _is_worth_a_look(chat: Chat, read_at: datetime, now: datetime) -> bool:
    """Say whether something happened in a chat since it was read, some minutes ago: of several messages one may not have been told."""
    return now - read_at >= AGAIN and (chat.newest_at is None or chat.newest_at > read_at - CLOCKS)


async def _read(desk: Desk, context: JobContext, chats: Chats, fan: Fan, most: int) -> None:
    """Take in the newest messages of a chat, oldest first, in one transaction; those that are known change nothing."""
    try:
        with context.away():
            said = await chats.history(fan.id, most=most)
    except Unreachable:
        return
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        gone = await _over(session, [fan.id])
        said = [one for one in said if one.at > gone.get(fan.id, _NEVER)]
        if not said:
            return
        (await people.meet(session, fan, said[-1].at)).read_at = clock.now()
        for message in sorted(said, key=lambda one: one.at):
            told = Written(owner_id=chats.owner.id, at=message.at, fan=fan, message=message)
            await intake.act(session, desk, told, from_chat=True)
