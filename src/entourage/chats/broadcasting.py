"""Jobs of messages to many: one call to the platform for each, never a second one before it was read whether the first arrived.

The intent (`sending_at`) is committed before the call. Whoever finds one without an answer reads the platform's list first and
adopts what is ours by its text and its moment.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, literal, select

from entourage.chats import broadcasts, choices, kinds, notice, schemas
from entourage.chats.desk import Desk
from entourage.chats.tables import ChatBroadcast
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.errors import Invalid, Later, Never, PlatformError, SignInAgain
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports import fans
from entourage.ports.fans import Audience, FanList, MassMessage, Uncertain

_CLOCKS_DIFFER = timedelta(minutes=2)
_SETTLES_S = 30.0
"""How long an uncertain sending is left alone, until it must show in the platform's list if it arrived."""
_LISTED = 50
_PLATFORM = "platform:fanvue"
_YOUNG = ((timedelta(hours=1), timedelta(minutes=5)), (timedelta(days=1), timedelta(hours=1)), (timedelta(days=14), timedelta(hours=6)))
"""Up to which age how often results are read."""
_FAILED = {
    "failed": "Fanvue could not send it.",
    "moderated": "Fanvue's moderation stopped it. Change the text before you send it again.",
    "unsent": "It was deleted on Fanvue.",
}


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists that a message can go to, or why the platform did not tell."""

    found: Sequence[FanList] = ()
    trouble: str = ""


async def lists(desk: Desk | None, creator_id: int) -> Lists:
    """Ask the platform for its lists and their sizes; never raises, for a message may be written without them."""
    try:
        if desk is not None:
            return Lists(await (await desk.platform.of(creator_id)).lists())
    except PlatformError as error:
        return Lists(trouble=error.message)
    return Lists(trouble="Connect Fanvue first.")


async def send(desk: Desk, context: JobContext) -> None:
    """Send one broadcast; raises Later (also where nobody knows whether it arrived) to be asked again."""
    key, creator = context.payload["broadcast"], _creator(context)
    async with tenancy.inside(context.db, creator) as session:
        row = await _or_none(session, key)
    if row is None or row.state not in {"asked", "sending"}:
        return
    try:
        platform = await desk.platform.of(creator)
        if row.sending_at is not None and await _adopt(context, platform, row):
            return
        if not await _intend(desk, context, row.key):
            return
        sent = await platform.write_to_many(row.text, _audience(row), at=row.at, key=row.key)
    except Uncertain as error:
        raise Later(error.message, retry_after_s=_SETTLES_S) from error
    except SignInAgain as error:
        await _sign_in_first(context, key, error.message)
        return
    except Never as error:
        await _fail(context, key, error.message)
        return
    await _arrived(context, key, sent)


async def withdraw(desk: Desk, context: JobContext) -> None:
    """Take one broadcast back on the platform; raises Later to be asked again."""
    key, creator = context.payload["broadcast"], _creator(context)
    async with tenancy.inside(context.db, creator) as session:
        row = await _or_none(session, key)
    if row is None or row.state != "withdrawing":
        return
    try:
        found = bool(row.mass_id) and await (await desk.platform.of(creator)).withdraw(row.mass_id or "")
        trouble = "" if found else "It was no longer there."
        state = "withdrawn"
    except (SignInAgain, Never) as error:
        state, trouble = "sent" if row.at is None or row.at <= clock.now() else "scheduled", error.message
    async with tenancy.inside(context.db, creator, write=True) as session:
        row = await broadcasts.get(session, key, lock=True)
        row.state, row.trouble, row.updated_at = state, trouble[:400], clock.now()
        audit.record(session, f"chats.broadcast.{'withdrawn' if state == 'withdrawn' else 'kept'}", broadcasts.about(key), actor=_PLATFORM)


async def read_results(desk: Desk, context: JobContext) -> None:
    """Read what came of broadcasts that are young, and ask for the next reading while one is."""
    creator = _creator(context)
    async with tenancy.inside(context.db, creator) as session:
        due = await _next_reading(session)
    if due is None:
        return
    try:
        listed = await (await desk.platform.of(creator)).mass_messages(most=_LISTED)
    except (SignInAgain, Never):
        return  # the round after the next sign-in asks again
    async with tenancy.inside(context.db, creator, write=True) as session:
        by_id = {one.id: one for one in listed}
        chosen = select(ChatBroadcast).where(ChatBroadcast.mass_id.in_(list(by_id))).with_for_update()
        for row in await session.scalars(chosen.execution_options(populate_existing=True)):
            await _take(session, row, by_id[row.mass_id or ""])
        await session.flush()
        await ask_results(session)


async def ask_results(session: CreatorSession) -> None:
    """Ask for the next reading of results, if anything is young enough to change; rounds do so too, should it be lost."""
    every = await _next_reading(session)
    if every is not None:
        when = clock.now() + every
        await queue.enqueue(session, kinds.RESULTS, {}, lane="results", dedup="results", run_at=when, max_attempts=20)


async def _adopt(context: JobContext, platform: fans.Desk, row: ChatBroadcast) -> bool:
    """Look for our own sending on the platform; True when it is there and was taken over. Nothing is sent while nobody can look."""
    try:
        listed = await platform.mass_messages(most=_LISTED)
    except Never as error:
        raise Later(error.message, retry_after_s=300) from error
    async with tenancy.inside(context.db, _creator(context)) as session:
        known = await session.scalars(select(ChatBroadcast.mass_id).where(ChatBroadcast.mass_id.in_([one.id for one in listed])))
        found = ours(listed, row.text, row.at, row.sending_at or clock.now(), set(known.all()))
    if found is None:
        return False
    await _arrived(context, row.id, found)
    return True


def ours(
    listed: Sequence[MassMessage], text: str, at: datetime | None, since: datetime, known: Collection[str | None]
) -> MassMessage | None:
    """Return the mass message with our text that was made since our intent (or for our moment) and is nobody else's."""
    for one in sorted(listed, key=lambda one: one.created_at or one.scheduled_at or since):
        made = one.created_at or one.published_at
        scheduled = at is not None and one.scheduled_at is not None and abs(one.scheduled_at - at) <= _CLOCKS_DIFFER
        if (
            one.id not in known
            and one.text.split() == text.split()
            and (scheduled or (made is not None and made >= since - _CLOCKS_DIFFER))
        ):
            return one
    return None


async def _intend(desk: Desk, context: JobContext, name: str) -> bool:
    """Write down that the platform is about to be asked; False when that is not wanted any more."""
    key = context.payload["broadcast"]
    async with tenancy.inside(context.db, _creator(context), write=True) as session:
        row = await broadcasts.get(session, key, lock=True)
        if row.state not in {"asked", "sending"} or row.key != name:
            return False
        if desk.stopped or await choices.stopped(session):
            await _give_back(session, row, "Chats are stopped. Let them go on, then send it again.")
            return False
        now = clock.now()
        row.state, row.sending_at, row.updated_at = "sending", row.sending_at or now, now
    return await context.still_mine()


async def _arrived(context: JobContext, key: int, sent: MassMessage) -> None:
    async with tenancy.inside(context.db, _creator(context), write=True) as session:
        row = await broadcasts.get(session, key, lock=True)
        row.mass_id, row.trouble, row.updated_at = sent.id, "", clock.now()
        row.state = "scheduled" if row.at is not None and row.at > clock.now() else "sent"
        await _take(session, row, sent)
        meta = {"mass": sent.id, "recipients": sent.recipients}
        audit.record(session, f"chats.broadcast.{row.state}", broadcasts.about(key), actor=_PLATFORM, meta=meta)
        await session.flush()
        await ask_results(session)


async def _take(session: CreatorSession, row: ChatBroadcast, seen: MassMessage) -> None:
    """Write down what the platform says of one of ours; numbers only ever grow."""
    row.recipients = seen.recipients if seen.recipients is not None else row.recipients
    row.views, row.purchases = max(row.views, seen.views), max(row.purchases, seen.purchases)
    row.revenue, row.looked_at, row.updated_at = seen.revenue, clock.now(), clock.now()
    if row.state not in {"withdrawing", "withdrawn"}:
        if seen.state in _FAILED:
            await _give_back(session, row, _FAILED[seen.state])
        elif seen.state == "scheduled":
            row.state = "scheduled"
        elif seen.state in {"sent", "sending"}:
            row.state = "sent"


async def _sign_in_first(context: JobContext, key: int, why: str) -> None:
    """Give a broadcast back when nobody may send; one that may have arrived waits for the next sign-in, to be looked for."""
    async with tenancy.inside(context.db, _creator(context), write=True) as session:
        row = await broadcasts.get(session, key, lock=True)
        waits = row.sending_at is not None and row.state == "sending"
        if waits:
            row.trouble, row.updated_at = why[:400], clock.now()
        else:
            await _give_back(session, row, why)
    if waits:
        raise Later(why, retry_after_s=300)


async def _give_back(session: CreatorSession, row: ChatBroadcast, why: str) -> None:
    """Let a broadcast be mended and sent again, and have it told that it did not go out: once."""
    if row.state != "failed":
        await notice.ask(session, "broadcast")
    row.state, row.trouble, row.updated_at = "failed", why[:400], clock.now()


async def _fail(context: JobContext, key: int, why: str) -> None:
    async with tenancy.inside(context.db, _creator(context), write=True) as session:
        row = await broadcasts.get(session, key, lock=True)
        await _give_back(session, row, why)
        audit.record(session, "chats.broadcast.failed", broadcasts.about(key), actor=_PLATFORM, meta={"why": why[:200]})


async def _next_reading(session: CreatorSession) -> timedelta | None:
    """Say how long to wait for the next look, by the youngest that went out; None when all are old."""
    now = clock.now()
    went = func.coalesce(ChatBroadcast.at, ChatBroadcast.sending_at)
    oldest = now - _YOUNG[-1][0]
    chosen = select(ChatBroadcast.at, ChatBroadcast.sending_at).where(
        ChatBroadcast.mass_id.is_not(None), ChatBroadcast.state.in_(("sent", "scheduled")), went > literal(oldest, ChatBroadcast.at.type)
    )
    ages = [now - max(at or begun, begun) for at, begun in await session.execute(chosen) if begun is not None]
    if not ages:
        return None
    youngest = max(min(abs(age) for age in ages), timedelta())
    return next((every for age, every in _YOUNG if youngest <= age), _YOUNG[-1][1])


async def _or_none(session: CreatorSession, key: int) -> ChatBroadcast | None:
    return (await session.scalars(select(ChatBroadcast).where(ChatBroadcast.id == key))).one_or_none()


def _audience(row: ChatBroadcast) -> Audience:
    lists = msgspec.convert(row.segment, schemas.Lists)
    return Audience(
        included=frozenset(lists.included), excluded=frozenset(lists.excluded), own_included=frozenset(lists.own_included),
        own_excluded=frozenset(lists.own_excluded),
    )  # fmt: skip


def _creator(context: JobContext) -> int:
    if context.creator_id is None:
        msg = "Chats belong to a creator."
        raise Invalid(msg)
    return context.creator_id
