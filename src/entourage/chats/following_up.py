"""A word after a silence: when a chat that we answered last has been quiet for as long as the creator chose, one may be written.

When it is due stands with the fan (`follow_up_at`), set when a reply arrives and taken back by the fan's next message. Never to
somebody who waits for a person, who cannot be reached, or for whom the AI is off or paused; in draft mode it is a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from entourage.chats import choices, drafting, facts, kinds, people, prompt, replies, reply, segment, shown, telling, thread, writing
from entourage.chats.desk import Desk
from entourage.chats.drafting import Draft, HandOver, Postponed, Question
from entourage.chats.patience import creator_of
from entourage.chats.reply import Mode
from entourage.chats.schemas import Settings
from entourage.chats.tables import ChatFan, ChatReply
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

_AT_ONCE = 200
_LATER = timedelta(hours=6)
"""After so long it is tried again where no model answers, or the budget is used up."""
_TOO_LATE = timedelta(days=2)
"""What was due for so long (everything was stopped, the house was off) is not written any more."""
_HINT = """This time there is no new message to answer: the chat has been silent for {hours} hours, and you wrote last.
Write one short, light message that picks up something the fan told or liked, or asks something easy. Never reproach anybody for
their silence, never hurry them, offer nothing for sale. Where the fan said goodbye, is angry or sad, or asked to be left alone,
the action is "skip"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    fan: ChatFan
    question: Question
    zone: str
    due_at: datetime


async def ask_due(session: CreatorSession) -> int:
    """Ask for a word to everybody for whom one is due; returns to how many."""
    now = clock.now()
    due = select(ChatFan.id, ChatFan.fan_id).where(ChatFan.follow_up_at.is_not(None), ChatFan.follow_up_at <= now)
    rows = (await session.execute(due.order_by(ChatFan.follow_up_at).limit(_AT_ONCE))).all()
    for key, fan_id in rows:
        await queue.enqueue(session, kinds.FOLLOW_UP, {"fan": key}, lane=kinds.answers(fan_id), dedup=str(key), max_attempts=6)
    return len(rows)


async def follow(desk: Desk, context: JobContext) -> None:
    """Write to one fan after a silence, if that is still wanted; raises Later while the model is away."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        seen = await _look(session, desk, context.payload["fan"])
    if seen is None:
        return
    try:
        draft = await drafting.draft(desk, context, seen.question)
    except HandOver:
        await _wait(context, seen, clock.now() + _LATER)
        return
    except Postponed as error:
        await _wait(context, seen, error.until)
        return
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        again = await _look(session, desk, seen.fan.id)
        if again is not None and again.due_at == seen.due_at:
            await _keep(session, desk, again, draft)


async def _look(session: CreatorSession, desk: Desk, key: int) -> _Seen | None:
    """Return the fan, locked, and what is asked of the model; None where nothing is (or not now) to be written."""
    try:
        fan = await people.lock(session, key)
    except NotFound:  # forgotten meanwhile
        return None
    settings, now = await choices.read(session), clock.now()
    if fan.follow_up_at is None or fan.follow_up_at > now:
        return None
    due_at = fan.follow_up_at
    if fan.paused_until is not None and fan.paused_until > now:
        fan.follow_up_at = fan.paused_until
        return None
    mode = await _mode(session, desk, fan, settings)
    if mode == "off" or now - due_at > _TOO_LATE or not await _wanted(session, fan, settings):
        if not await choices.stopped(session):
            fan.follow_up_at = None
        return None
    hours = int((now - (fan.answered_at or now)).total_seconds() // 3600)
    question = await _question(session, fan, settings, mode, hours)
    return _Seen(fan=fan, question=question, zone=await creators.zone_of(session), due_at=due_at)


async def _wanted(session: CreatorSession, fan: ChatFan, settings: Settings) -> bool:
    reachable = fan.held_at is None and fan.unreachable_at is None and fan.standing != "not_contactable"
    allowed = settings.follow_up_h > 0 and fan.follow_ups < settings.most_follow_ups
    return reachable and allowed and fan.burst_at is None and await replies.open_of(session, fan.id) is None


async def _mode(session: CreatorSession, desk: Desk, fan: ChatFan, settings: Settings) -> Mode:
    if desk.stopped:
        return "off"
    mode = shown.effective(fan, settings, stopped=await choices.stopped(session))
    big = settings.vip_by_hand and segment.band(fan.spent or 0) == "vip"
    return "draft" if mode == "auto" and big else mode


async def _question(session: CreatorSession, fan: ChatFan, settings: Settings, mode: Mode, hours: int) -> Question:
    known = await facts.of(session, fan.id)
    told = prompt.Fan(name=fan.name or fan.handle, band=segment.band(fan.spent or 0), facts=[(one.key, one.value) for one in known])
    return Question(
        fan=fan.id, mode=mode, settings=settings, voice=await choices.voice(session), known=told, lines=await thread.lines(session, fan.id),
        language=drafting.spoken([], fan.language, settings), last_replies=await thread.last_said(session, fan.id),
        hint=_HINT.format(hours=hours), purpose="followup",
    )  # fmt: skip


async def _wait(context: JobContext, seen: _Seen, until: datetime) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        fan = await people.lock(session, seen.fan.id)
        if fan.follow_up_at == seen.due_at:
            fan.follow_up_at = until


async def _keep(session: CreatorSession, desk: Desk, seen: _Seen, draft: Draft) -> None:
    """Keep what was written: to be sent after the quiet hours, or for a person to look at."""
    fan, question, answer = seen.fan, seen.question, draft.answer
    fan.follow_up_at = None
    then = reply.after(
        question.mode, refused=bool(draft.refused), action=answer.action, confidence=answer.confidence,
        least_confidence=question.settings.least_confidence,
    )  # fmt: skip
    if then not in {"send", "review"}:
        return
    row = _row(question, draft, draft.refused)
    session.add(row)
    if then == "send":
        seed = f"{session.creator}:{fan.id}:followup:{fan.follow_ups}"
        row.text = drafting.introduced(answer.reply, question, told_before=fan.told_at is not None)
        row.discloses, row.state, row.by = row.text != answer.reply, "approved", replies.AUTO
        row.send_at = writing.opening(question.settings, seen.zone, clock.now(), seed)
        await session.flush()
        await replies.ask_to_send(session, fan, row)
    await session.flush()
    await telling.reply(session, desk, fan, row)


def _row(question: Question, draft: Draft, refused: Mapping[str, str]) -> ChatReply:
    now, answer = clock.now(), draft.answer
    return ChatReply(
        fan=question.fan, state="failed" if refused else "checked", purpose="followup", mode=question.mode, text=answer.reply,
        written=draft.written, action=answer.action, why=answer.reason[:200], language=question.language, confidence=answer.confidence,
        refused=dict(refused), discloses=False, by="", trouble="", created_at=now, updated_at=now,
    )  # fmt: skip
