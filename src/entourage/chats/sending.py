"""A reply goes out, once: its intent is committed before the platform is called, and whoever finds an intent reads the chat first.

A reply with `sending_at` may be in the chat already: the process died, or nobody heard the answer. It is looked for there before it is
sent again. What certainly did not go out loses the mark, so that a newer message of the fan may still supersede it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from entourage.chats import arrival, choices, house, kinds, line, notice, patience, replies, shown, telling, thread, writing
from entourage.chats.desk import Desk
from entourage.chats.patience import creator_of
from entourage.chats.schemas import Settings
from entourage.chats.tables import ChatFan, ChatMessage, ChatReply
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Later, Never, NotFound, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports import fans as port
from entourage.ports.fans import Message, Uncertain, Unreachable

LAG_S = 6.0
"""So long after a call nobody looks whether it sent something: the platform's list may be that far behind."""

_DEPTH = 50
_FIRST_S, _LONGEST_S = 5.0, 600.0
_ACTOR = line.PLATFORM


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intent:
    key: int
    fan_id: str
    text: str
    since: datetime  # of the first call that may have sent it
    first: bool  # nothing was called before

    @property
    def name(self) -> str:
        return f"reply-{self.key}"


async def send(desk: Desk, context: JobContext) -> None:
    """Send a reply that was approved, unless something newer came; raises Later while nobody knows whether it arrived."""
    async with patience.until_signed_in(desk, context):
        if not context.payload.get("typed", True):
            await _type(desk, context)
            return
        intent = await _begin(desk, context)
        if intent is None:
            return
        if not intent.first:
            if await _was_sent(desk, context, intent):
                return
            intent = await _begin(desk, context, absent=True)
        if intent is not None:
            await _call(desk, context, intent)


async def _type(desk: Desk, context: JobContext) -> None:
    """Show the fan that somebody types; the reply itself is a job of its own at its moment."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, context.payload["reply"])
        if found is None or found[1].sending_at is not None or not await _may_go(session, desk, *found):
            return
        fan, row = found
        await replies.ask_to_send(session, fan, row)
    chats = await desk.platform.of(creator_of(context))
    with context.away():
        await chats.typing(fan.fan_id)


async def _begin(desk: Desk, context: JobContext, *, absent: bool = False) -> _Intent | None:
    """Commit the intent to send, or see why not; `absent` when the chat was read and does not hold the reply."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, context.payload["reply"])
        if found is None:
            return None
        fan, row = found
        now = clock.now()
        if row.sending_at is not None and not absent:
            rest = LAG_S * desk.slowness - (now - (row.tried_at or row.sending_at)).total_seconds()
            if rest > 0:
                msg = "It may have been sent; the chat is read in a moment."
                raise Later(msg, retry_after_s=rest)
            return _Intent(key=row.id, fan_id=fan.fan_id, text=row.text, since=row.sending_at, first=False)
        since, row.sending_at = row.sending_at, None  # it is not in the chat: what follows may decide anew
        if not await _may_go(session, desk, fan, row) or await _waits(session, fan, row):
            return None
        row.sending_at, row.tried_at = since or now, now
        return _Intent(key=row.id, fan_id=fan.fan_id, text=row.text, since=row.sending_at, first=True)


async def _find(session: CreatorSession, key: int) -> tuple[ChatFan, ChatReply] | None:
    try:
        fan, row = await replies.lock(session, key)
    except NotFound:  # forgotten meanwhile
        return None
    return (fan, row) if row.state == "approved" else None


async def _may_go(session: CreatorSession, desk: Desk, fan: ChatFan, row: ChatReply) -> bool:
    """Say whether a reply may still go out: it is given up for something newer, and kept back when no AI may write any more."""
    if desk.stopped or await house.halt_of(session) is not None:
        return False  # a round asks again
    settings = await choices.read(session)
    if await _is_outdated(session, fan, row):
        if await replies.supersede(session, fan) is not None:
            await arrival.still_waiting(session, desk, fan, settings)
            await telling.reply(session, desk, fan, row)
        return False
    if row.by != replies.AUTO or await _is_auto(session, fan, row, settings):
        return True
    await replies.recall(session, fan)
    await telling.reply(session, desk, fan, row)
    return False


async def _is_outdated(session: CreatorSession, fan: ChatFan, row: ChatReply) -> bool:
    """Say whether the fan wrote what a reply has not seen; the answer to one question, or a person's own words, go out all the same."""
    newer = any(one.id > (row.answers or 0) for one in await thread.waiting(session, fan))
    return newer and row.purpose not in {"hand", "honest"}


async def _is_auto(session: CreatorSession, fan: ChatFan, row: ChatReply, settings: Settings) -> bool:
    # The honest answer goes out although the fan is held: for the very question that it answers.
    held = fan.held_at is not None and not (row.purpose == "honest" and fan.held_why.keys() <= {"real"})
    return shown.effective(fan, settings, stopped=await choices.stopped(session), held=held) == "auto"


async def _waits(session: CreatorSession, fan: ChatFan, row: ChatReply) -> bool:
    """Say whether its moment is yet to come, and ask for it then; by itself nothing goes out in quiet hours."""
    now = clock.now()
    at = max(now, row.send_at or now)
    if row.by == replies.AUTO:
        settings = await choices.read(session)
        at = writing.opening(settings, await creators.zone_of(session), at, f"{session.creator}:{fan.id}:{row.answers}")
    if at - now <= timedelta(seconds=1):
        return False
    row.send_at = at
    await replies.ask_to_send(session, fan, row)
    return True


async def _was_sent(desk: Desk, context: JobContext, intent: _Intent) -> bool:
    """Read the chat for a reply that may be there, and write it down if it is."""
    chats = await desk.platform.of(creator_of(context))
    try:
        with context.away():
            said = await chats.history(intent.fan_id, most=_DEPTH)
    except Unreachable as error:
        await _fail(desk, context, intent, error)
        return True
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, intent.key)
        if found is None:
            return True
        fan, row = found
        ours = [one for one in said if one.side == "creator" and arrival.is_ours(row, one.text or "", one.at)]
        taken = await _others(session, row, [one.id for one in ours])
        mine: Message | None = min((one for one in ours if one.id not in taken), key=lambda one: one.at, default=None)
        if mine is None:
            return False
        await arrival.arrived(session, desk, fan, row, mine.id, mine.at)
        return True


async def _others(session: CreatorSession, row: ChatReply, message_ids: Collection[str]) -> set[str]:
    """Return which of these messages are known as something else than this reply."""
    chosen = select(ChatMessage.message_id).where(ChatMessage.message_id.in_(message_ids), ChatMessage.reply.is_distinct_from(row.id))
    return set((await session.scalars(chosen)).all()) if message_ids else set()


async def _call(desk: Desk, context: JobContext, intent: _Intent) -> None:
    try:
        chats = await desk.platform.of(creator_of(context))
        if not await context.still_mine():
            return
        with context.away():
            message_id = await chats.send(intent.fan_id, intent.text, key=intent.name)
    except Uncertain as error:
        await _trouble(context, error.message)
        raise Later(error.message, retry_after_s=LAG_S * desk.slowness) from error
    except SignInAgain:
        await _take_back(context, intent)
        raise
    except Later as error:
        await _postpone(desk, context, intent, error)
    except Never as error:
        await _fail(desk, context, intent, error)
    else:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            found = await _find(session, intent.key)
            if found is not None:
                await arrival.arrived(session, desk, *found, message_id, clock.now())


async def _take_back(context: JobContext, intent: _Intent) -> None:
    """Unmark a reply that certainly did not go out."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, intent.key)
        if found is not None:
            found[1].sending_at = found[1].tried_at = None


async def _postpone(desk: Desk, context: JobContext, intent: _Intent, error: Later) -> None:
    """Try again later as a new job, which holds up nothing that is written meanwhile."""
    tries = int(context.payload.get("tries", 0)) + 1
    wait = max(error.retry_after_s or 0.0, min(_LONGEST_S, _FIRST_S * 2.0 ** min(tries - 1, 10)) * desk.slowness)
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, intent.key)
        if found is None:
            return
        fan, row = found
        row.sending_at = row.tried_at = None
        row.send_at, row.updated_at = clock.now() + timedelta(seconds=wait), clock.now()
        if await _may_go(session, desk, fan, row):
            await replies.ask_to_send(session, fan, row, tries=tries)
        await line.trouble(session, error.message)


async def _fail(desk: Desk, context: JobContext, intent: _Intent, error: Never) -> None:
    """Write down that a reply cannot be sent: a person may try again, and to who cannot be reached nothing more is written."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        found = await _find(session, intent.key)
        if found is None:
            return
        fan, row = found
        replies.become(row, "failed")
        row.sending_at, row.tried_at, row.trouble = None, None, error.message[:400]
        if isinstance(error, port.Unreachable):
            fan.unreachable_at = clock.now()
        elif await _is_outdated(session, fan, row) and await replies.supersede(session, fan) is not None:
            await arrival.still_waiting(session, desk, fan, await choices.read(session))
        meta = {"reply": row.id, "why": type(error).__name__}
        audit.record(session, "chats.reply.failed", kinds.about(fan.fan_id), actor=_ACTOR, meta=meta)
        await line.trouble(session, error.message)
        if row.state == "failed":
            await notice.ask(session, "failed", fan=fan.id)
        await telling.reply(session, desk, fan, row)


async def _trouble(context: JobContext, why: str) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await line.trouble(session, why)
