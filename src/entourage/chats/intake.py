"""What a platform tells us of chats comes in: each is written down once, with what follows from it, in one transaction.

Things come late, twice and in another order than they happened: what a fan wrote waits for an answer unless a reply of ours has seen it
or the creator wrote by hand after it; both are known by the messages themselves, not by the order in which they were told.
"""

from datetime import timedelta

from entourage.chats import arrival, choices, erasure, holding, kinds, line, looking_up, people, replies, retention, shown, telling, thread
from entourage.chats.desk import Desk
from entourage.chats.tables import ChatFan, ChatMessage
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports import fans as port
from entourage.ports.fans import AnyTold, Message, Standing

OLD = timedelta(days=7)
"""What a fan wrote longer ago than this waits for nothing when it is first told: a chat that is read for the first time."""

_STANDINGS: dict[str, Standing] = {"followed": "follower", "subscribed": "subscriber", "renewed": "subscriber", "lapsed": "expired"}


async def hear(db: Database, desk: Desk, creator_id: int, told: AnyTold) -> None:
    """Act on one thing that a platform told us of a creator's chats."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await act(session, desk, told)


async def act(session: CreatorSession, desk: Desk, told: AnyTold, *, from_chat: bool = False) -> None:
    """Do the same in the caller's transaction; `from_chat` when the chat itself was read, so that a missing text is no text."""
    match told:
        case port.Written():
            await _written(session, desk, told, from_chat=from_chat)
        case port.Unwritten():
            await _unwritten(session, desk, told)
        case port.Spent() | port.Bonded():
            await _stands(session, desk, told)
        case port.Tested():
            await line.tested(session)
            telling.line(session, desk)


async def read_chat(session: CreatorSession, fan: port.Fan) -> None:
    """Ask for a chat to be read, because not all of it was told."""
    payload = {"fan": fan.id, "handle": fan.handle, "name": fan.name}
    await queue.enqueue(session, kinds.CATCH_UP, payload, lane=kinds.lane(fan.id), dedup=f"fan:{fan.id}", max_attempts=20)


async def _written(session: CreatorSession, desk: Desk, told: port.Written, *, from_chat: bool) -> None:
    if await _is_over(session, told):
        return
    if told.message.text is None and not from_chat:
        await read_chat(session, told.fan)
        return
    fan = await people.meet(session, told.fan, told.message.at)
    if told.message.side == "fan":
        await _by_fan(session, desk, fan, told.message)
    else:
        await _by_creator(session, desk, fan, told.message)


async def _is_over(session: CreatorSession, told: port.Written) -> bool:
    """Say whether a message was forgotten with its fan, or is older than what is kept."""
    floor = await retention.floor(session)
    return (floor is not None and told.message.at < floor) or await erasure.passes_over(session, told.fan.id, told.message.at)


async def _by_fan(session: CreatorSession, desk: Desk, fan: ChatFan, message: Message) -> None:
    says_nothing = message.origin == "tip" and not message.text and not message.media
    made = await thread.store(session, fan, message, "platform" if says_nothing else "fan")
    if made is None:
        return
    fan.unreachable_at = None
    fan.heard_at = max(fan.heard_at or message.at, message.at)
    answered = fan.hand_at is not None and message.at <= fan.hand_at
    row, given_up = await replies.open_of(session, fan.id), False
    if not answered and not says_nothing and clock.now() - message.at <= OLD:
        if fan.burst_at is None and looking_up.due(fan):
            await looking_up.ask(session)
        fan.burst_at = min(fan.burst_at or message.at, message.at)
        fan.follow_up_at, fan.follow_ups = None, 0
        given_up = row is not None and await replies.give_up(session, row)
        await _ask(session, desk, fan)
    await telling.said(session, desk, fan, made, open_reply=None if row is None or given_up else row.state)
    if given_up and row is not None:
        await telling.reply(session, desk, fan, row)


async def _ask(session: CreatorSession, desk: Desk, fan: ChatFan) -> None:
    """Ask for an answer where one may be written; of a fan who is held already further reasons are looked for."""
    settings = await choices.read(session)
    mode = shown.effective(fan, settings, stopped=await choices.stopped(session))
    if mode != "off" or fan.held_at is not None:
        await replies.ask_to_write(session, fan, settings, slowness=desk.slowness)


async def _by_creator(session: CreatorSession, desk: Desk, fan: ChatFan, message: Message) -> None:
    known = await thread.known(session, message.id)
    if known is not None:
        if known.reply is not None:  # ours: stored by our clock, and now the platform's is known
            known.at = message.at
        return
    row = await replies.open_of(session, fan.id)
    if row is not None and arrival.is_ours(row, message.text or "", message.at):
        await arrival.arrived(session, desk, fan, row, message.id, message.at)
        return
    itself = message.origin in {"automatic", "broadcast", "tip"}
    made = await thread.store(session, fan, message, "platform" if itself else "hand")
    if made is not None and not itself:
        await _by_hand(session, desk, fan, message, made)
    elif made is not None:
        await telling.said(session, desk, fan, made)


async def _by_hand(session: CreatorSession, desk: Desk, fan: ChatFan, message: Message, made: ChatMessage) -> None:
    """Let the AI pause, because the creator wrote on the platform: what came before that is answered."""
    settings = await choices.read(session)
    fan.hand_at = max(fan.hand_at or message.at, message.at)
    fan.answered_at = max(fan.answered_at or message.at, message.at)
    holding.looked(fan, settings, wrote_at=message.at)
    given_up = await replies.supersede(session, fan)
    await arrival.still_waiting(session, desk, fan, settings)
    await telling.said(session, desk, fan, made)
    if given_up is not None:
        await telling.reply(session, desk, fan, given_up)


async def _unwritten(session: CreatorSession, desk: Desk, told: port.Unwritten) -> None:
    """Forget what a deleted message said; what was to be answered because of it alone is not."""
    if await people.by_platform(session, told.fan.id) is None and await erasure.untils(session, [told.fan.id]):
        return  # somebody who was forgotten: nothing is left to be deleted
    fan = await people.meet(session, told.fan, told.at)
    known = await thread.known(session, told.message_id)
    if known is None:
        await thread.bury(session, fan, told.message_id, told.at)
        return
    if known.deleted:
        return
    known.deleted, known.text = True, ""
    if fan.newest_at == known.at:
        fan.newest_text = ""
    if known.by == "fan" and fan.burst_at is not None and known.id > fan.answered_to:
        await replies.supersede(session, fan)
        await arrival.still_waiting(session, desk, fan, await choices.read(session))
    await telling.said(session, desk, fan, known)


async def _stands(session: CreatorSession, desk: Desk, told: port.Spent | port.Bonded) -> None:
    """Note that a fan paid, came or went; sums are asked for, never added up, because a payment may be told twice."""
    fan = await people.by_platform(session, told.fan.id, lock=True)
    if fan is None:
        return
    if isinstance(told, port.Bonded):
        fan.standing = _STANDINGS[told.how]
    await looking_up.paid(session, fan)
    await telling.fan(session, desk, fan)
