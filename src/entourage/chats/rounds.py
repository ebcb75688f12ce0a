"""The round that is made every few minutes: what waits and has no job any more is taken up, and what waited for something goes on."""

from datetime import timedelta

from sqlalchemy import literal_column, or_, select

from entourage.chats import broadcasting, choices, following_up, holding, house, kinds, line, patience, replies, telling, thread, usage
from entourage.chats.desk import Desk
from entourage.chats.intake import OLD
from entourage.chats.patience import creator_of
from entourage.chats.tables import OPEN, ChatFan, ChatReply
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tables import Connection
from entourage.kernel.tenancy import CreatorSession

_LEFT = timedelta(minutes=2)
_AT_ONCE = 200


async def ask_all(db: Database) -> int:
    """Ask for a round at every creator who has connected the platform; returns at how many."""
    async with tenancy.everywhere(db, "find creators with chats") as session:
        chosen = select(Connection.creator_id).where(Connection.source == kinds.SOURCE, Connection.enabled)
        creator_ids = sorted((await session.scalars(chosen)).all())
    if creator_ids:
        async with tenancy.everywhere(db, "ask for a round at every creator's chats", write=True) as session:
            for creator_id in creator_ids:
                await ask(session, creator_id)
    return len(creator_ids)


async def ask(session: CreatorSession, creator_id: int | None = None) -> None:
    """Ask for a round at the session's creator (or this one): again and again, and after signing in."""
    await queue.enqueue(session, kinds.ROUND, {}, lane="chats_round", dedup="round", max_attempts=3, creator_id=creator_id)


async def go(desk: Desk, context: JobContext) -> None:
    """Make a round; what needs the platform waits for a new sign-in when it asks for one."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await usage.give_up(session, clock.now())
        await take_up(session, desk)
        await following_up.ask_due(session)
        await broadcasting.ask_results(session)
        await usage.give_up(session, clock.now())
    async with patience.until_signed_in(desk, context):
        await desk.platform.of(creator_of(context))
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            if await line.signed_in(session):
                telling.line(session, desk)
            if await house.halt_of(session) is None:
                await take_up_sends(session)


async def take_up(session: CreatorSession, desk: Desk) -> int:
    """Ask again for answers to what waits and has none in sight; what has a job is left to it. Returns how many there were."""
    if desk.stopped or await house.halt_of(session) or await choices.stopped(session) or (await choices.read(session)).mode == "off":
        return 0
    await _release(session, desk)
    now = clock.now()
    chosen = select(ChatFan).where(
        ChatFan.burst_at.is_not(None), ChatFan.burst_at > now - OLD, ChatFan.updated_at < now - _LEFT, ChatFan.held_at.is_(None),
        ChatFan.unreachable_at.is_(None), or_(ChatFan.mode.is_(None), ChatFan.mode != "off"),
        or_(ChatFan.paused_until.is_(None), ChatFan.paused_until <= now),
        ~select(ChatReply.id).where(ChatReply.fan == ChatFan.id, literal_column(f"chat_replies.{OPEN}")).exists(),
    )  # fmt: skip
    rows = (await session.scalars(chosen.order_by(ChatFan.burst_at).limit(_AT_ONCE))).all()
    for row in rows:
        await replies.ask_to_write_now(session, row)
    return len(rows)


async def take_up_sends(session: CreatorSession) -> int:
    """Ask again for what was to be sent and was not; returns how many there were."""
    late = clock.now() - _LEFT
    due = or_(ChatReply.send_at.is_(None), ChatReply.send_at < late)
    approved = ChatReply.state == literal_column("'approved'")
    chosen = select(ChatReply, ChatFan).join(ChatFan, ChatFan.id == ChatReply.fan).where(approved, ChatReply.updated_at < late, due)
    found = (await session.execute(chosen.order_by(ChatReply.created_at).limit(_AT_ONCE))).all()
    for row, fan in found:
        await replies.ask_to_send(session, fan, row)
    return len(found)


async def _release(session: CreatorSession, desk: Desk) -> None:
    """Hold nobody any longer for what is over: a model is set up by now, or a new month has its own budget."""
    over = set()
    if desk.model.name:
        over.add("no_model")
    if (await usage.standing(session)).standing != "spent":
        over.add("budget")
    held = select(ChatFan).where(ChatFan.held_at.is_not(None), ChatFan.held_at < clock.now() - 5 * _LEFT)
    for fan in (await session.scalars(held.order_by(ChatFan.id).with_for_update().limit(_AT_ONCE))).all():
        if fan.held_why and fan.held_why.keys() <= over & holding.PASSING:
            holding.release(fan)
            if await thread.waiting(session, fan):
                await replies.ask_to_write_now(session, fan)
            await telling.fan(session, desk, fan)
