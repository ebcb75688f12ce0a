"""An answer is written: what a fan wrote is weighed, the model asked, its draft judged, and kept if the fan has not gone on meanwhile.

The job knows only whom it is about; everything else is read anew at each try, so that doing it again, late or twice harms nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from entourage.chats import (
    choices,
    disclosure,
    drafting,
    facts,
    holding,
    pacing,
    people,
    prompt,
    quiet,
    replies,
    reply,
    segment,
    shown,
    telling,
    thread,
)  # fmt: skip
from entourage.chats.desk import Desk
from entourage.chats.drafting import Draft, HandOver, Postponed, Question
from entourage.chats.guard import incoming
from entourage.chats.patience import creator_of
from entourage.chats.reply import Mode
from entourage.chats.schemas import Settings
from entourage.chats.tables import ChatFan, ChatMessage, ChatReply
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

STALE = timedelta(hours=24)
"""What has waited for so long is answered in auto mode only after a person looked."""

_MORNING = timedelta(minutes=20)
"""Over so long the answers of a night are spread after the quiet hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    fan: ChatFan
    waiting: Sequence[ChatMessage]
    question: Question
    zone: str
    began: datetime
    asked: bool

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.waiting]


async def write(desk: Desk, context: JobContext) -> None:
    """Write an answer to what waits of a fan, or call a person, or leave it; raises Later while the model is away."""
    seen = await _look(desk, context)
    if seen is None:
        return
    settings, today = seen.question.settings, clock.now().astimezone(ZoneInfo(seen.zone)).date()
    verdict = incoming.weigh([one.text for one in seen.waiting], today, name=seen.fan.name, own_words=settings.own_words)
    found = {str(reason): what for reason, what in verdict.found.items()}
    if seen.fan.held_at is not None and not seen.asked:
        if found.keys() - seen.fan.held_why.keys():
            await _hold(desk, context, seen, found)
        return
    row, most = seen.fan, settings.most_in_a_row
    step = reply.before(
        seen.question.mode, hands_over=verdict.hands_over, own_last=False, in_a_row=row.in_a_row, most_in_a_row=most
    )  # fmt: skip
    if step == "hold":
        honest = verdict.asks_whether_real and settings.disclose
        await _hold(desk, context, seen, found or {"in_a_row": str(row.in_a_row)}, honest=honest)
    elif step == "write":
        await _draft(desk, context, seen)


async def _look(desk: Desk, context: JobContext) -> _Seen | None:
    asked = bool(context.payload.get("asked"))
    async with tenancy.inside(context.db, creator_of(context)) as session:
        try:
            fan = await people.get(session, context.payload["fan"])
        except NotFound:  # forgotten meanwhile
            return None
        settings = await choices.read(session)
        mode = await _mode(session, desk, fan, settings, asked=asked)
        waiting = await thread.waiting(session, fan)
        if not waiting or fan.unreachable_at is not None or (mode == "off" and fan.held_at is None):
            return None
        if await replies.open_of(session, fan.id) is not None:
            return None
        question = await _question(session, fan, settings, waiting, mode)
        return _Seen(
            fan=fan, waiting=waiting, question=question, zone=await creators.zone_of(session), began=clock.now(), asked=asked
        )  # fmt: skip


async def _mode(session: CreatorSession, desk: Desk, fan: ChatFan, settings: Settings, *, asked: bool) -> Mode:
    """Return the mode in which an answer is written: whom a person wants to see first gets a draft, also in auto mode."""
    if desk.stopped:
        return "off"
    if asked:
        return "draft"
    mode = shown.effective(fan, settings, stopped=await choices.stopped(session))
    big = settings.vip_by_hand and segment.band(fan.spent or 0) == "vip"
    stale = fan.burst_at is not None and clock.now() - fan.burst_at > STALE
    return "draft" if mode == "auto" and (big or stale) else mode


async def _question(session: CreatorSession, fan: ChatFan, settings: Settings, waiting: Sequence[ChatMessage], mode: Mode) -> Question:
    known = await facts.of(session, fan.id)
    lines = await thread.lines(session, fan.id)
    spoken = drafting.spoken([one.text for one in reversed(waiting)], fan.language, settings)
    told = prompt.Fan(
        name=fan.name or fan.handle, band=segment.band(fan.spent or 0), facts=[(one.key, one.value) for one in known]
    )  # fmt: skip
    return Question(
        fan=fan.id, mode=mode, settings=settings, voice=await choices.voice(session), known=told, lines=lines, language=spoken,
        last_replies=await thread.last_said(session, fan.id),
    )  # fmt: skip


async def _draft(desk: Desk, context: JobContext, seen: _Seen) -> None:
    try:
        draft = await drafting.draft(desk, context, seen.question)
    except HandOver as error:
        await _hold(desk, context, seen, error.why)
        return
    except Postponed as error:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            fan = await people.lock(session, seen.fan.id)
            await replies.ask_to_write_now(session, fan, asked=seen.asked, at=error.until)
        return
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        still = await _still(session, desk, seen)
        if still is not None:
            await _keep(session, desk, still, seen, draft)


async def _still(session: CreatorSession, desk: Desk, seen: _Seen) -> ChatFan | None:
    """Return the fan, locked, if what waits is what was seen and an answer is still wanted; a newer message has a job of its own."""
    try:
        fan = await people.lock(session, seen.fan.id)
    except NotFound:
        return None
    if [one.id for one in await thread.waiting(session, fan)] != seen.ids or await replies.open_of(session, fan.id) is not None:
        return None
    mode = await _mode(session, desk, fan, await choices.read(session), asked=seen.asked)
    return None if mode == "off" and fan.held_at is None else fan


async def _hold(desk: Desk, context: JobContext, seen: _Seen, why: Mapping[str, str], *, honest: bool = False) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        fan = await _still(session, desk, seen)
        if fan is None:
            return
        first = fan.held_at is None
        await holding.hold(session, desk, fan, why)
        if honest and first:
            await _answer_honestly(session, desk, fan, seen)


async def _answer_honestly(session: CreatorSession, desk: Desk, fan: ChatFan, seen: _Seen) -> None:
    """Say that an AI helps, as soon as somebody asks: in auto mode at once, else as a draft."""
    question = seen.question
    text = disclosure.answer(question.language, question.settings.honest.get(question.language, ""))
    row = _row(seen, text, purpose="honest")
    row.discloses = True
    await _put(session, desk, fan, seen, row, auto=question.mode == "auto")


async def _keep(session: CreatorSession, desk: Desk, fan: ChatFan, seen: _Seen, draft: Draft) -> None:
    question, answer = seen.question, draft.answer
    fan.language = question.language
    mode = await _mode(session, desk, fan, question.settings, asked=seen.asked)
    mode = "draft" if question.mode == "draft" or fan.held_at is not None else mode
    then = reply.after(
        mode, refused=bool(draft.refused), action=answer.action, confidence=answer.confidence,
        least_confidence=question.settings.least_confidence,
    )  # fmt: skip
    row = _row(seen, answer.reply)
    row.written, row.action, row.why, row.confidence = draft.written, answer.action, answer.reason[:200], answer.confidence
    row.refused, row.mode = dict(draft.refused), mode
    if then == "send":
        row.text = drafting.introduced(answer.reply, question, told_before=fan.told_at is not None)
        row.discloses = row.text != answer.reply
    if then in {"send", "review"}:
        await _put(session, desk, fan, seen, row, auto=then == "send")
    else:
        row.state = "superseded"
        session.add(row)
        if then == "hold":
            await holding.hold(session, desk, fan, {"handoff": answer.reason})
        else:  # the model says that nothing need be said
            fan.answered_to, fan.burst_at = max(fan.answered_to, *seen.ids), None
            await telling.fan(session, desk, fan)
    await facts.learn(session, fan.id, answer.facts, seen.waiting[-1].id)


def _row(seen: _Seen, text: str, purpose: str = "reply") -> ChatReply:
    now = clock.now()
    return ChatReply(
        fan=seen.fan.id, state="checked", purpose=purpose, mode=seen.question.mode, answers=max(seen.ids),
        answers_at=max(one.at for one in seen.waiting), text=text, written="", language=seen.question.language, by="", refused={},
        trouble="", created_at=now, updated_at=now,
    )  # fmt: skip


async def _put(session: CreatorSession, desk: Desk, fan: ChatFan, seen: _Seen, row: ChatReply, *, auto: bool) -> None:
    """Keep a reply: for a person to look at, or to be sent at its moment."""
    session.add(row)
    if row.refused:
        row.state = "failed"
    if not auto:
        await session.flush()
        await telling.reply(session, desk, fan, row)
        return
    settings = seen.question.settings
    seed, hand = f"{session.creator}:{fan.id}:{row.answers}", choices.hand(settings)
    wait = pacing.delay(sum(len(one.text) for one in seen.waiting), len(row.text), seed, hand) * desk.slowness
    row.state, row.by, row.send_at = "approved", replies.AUTO, opening(settings, seen.zone, max(clock.now(), seen.began + wait), seed)
    await session.flush()
    typing = pacing.typing_for(wait, len(row.text), hand) if settings.delay else None
    await replies.ask_to_send(session, fan, row, typing=typing)
    await telling.reply(session, desk, fan, row)


def opening(settings: Settings, zone: str, at: datetime, seed: str) -> datetime:
    """Return when something may go out by itself: at a moment, or some minutes after the quiet hours it falls into."""
    hours = choices.hours(settings, zone)
    if hours is None or not quiet.is_quiet(at, hours):
        return at
    return quiet.spread_out(quiet.open_at(at, hours), seed, _MORNING)
