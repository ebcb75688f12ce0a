"""What a person does with a reply: approves, edits, rejects, has it written anew, tries it again; or writes to the fan."""

from dataclasses import replace
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from entourage.chats import choices, kinds, limits, people, replies, schemas, telling, thread
from entourage.chats.desk import Desk
from entourage.chats.guard import incoming, outgoing
from entourage.chats.guard.reasons import Refusal
from entourage.chats.letters import clean
from entourage.chats.tables import ChatFan, ChatReply
from entourage.kernel import audit, clock
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.tenancy import CreatorSession

NEVER: frozenset[Refusal] = frozenset(limits.NEVER_SENT)
"""What nobody may send, however it was written; of everything else the guard sees, a person who edits decides."""

LONGEST = 5000
_COMPARED = 2000


async def approve(session: CreatorSession, desk: Desk, reply: int, *, actor: str) -> schemas.ReplyRow:
    """Send a reply at once, as a person looked at it; raises NotFound, or Conflict when it may not be sent as it is."""
    fan, row = await replies.lock(session, reply)
    if row.state == "failed" and row.refused:
        msg = "The guard refused this text: change it before it is sent."
        raise Conflict(msg, details=row.refused)
    if row.state == "failed":
        return await retry(session, desk, reply, actor=actor)
    if row.state == "approved" and row.by == replies.AUTO and row.sending_at is None:
        row.by, row.send_at, row.updated_at = actor[:100], clock.now(), clock.now()  # it waits as a person would; now it does not
    else:
        _approve(row, actor)
    return await _send(session, desk, fan, row, "chats.reply.approve", actor)


async def edit(session: CreatorSession, desk: Desk, reply: int, text: str, *, actor: str) -> schemas.ReplyRow:
    """Change the text of a reply, which is judged again and waits for its approval; raises NotFound, Invalid or Conflict."""
    fan, row = await replies.lock(session, reply)
    _refuse_if_sending(row)
    said = _read(text)
    if row.state == "approved":
        replies.become(row, "checked")
    if row.state != "drafted":
        replies.become(row, "drafted")
    row.edits = _changed(row.written or row.text, said) or row.edits
    row.text, row.by, row.send_at, row.trouble = said, "", None, ""
    row.refused = await warnings(session, said)
    replies.become(row, "failed" if NEVER & row.refused.keys() else "checked")
    audit.record(session, "chats.reply.edit", kinds.about(fan.fan_id), actor=actor, meta={"reply": row.id, "changed": row.edits})
    return await telling.reply(session, desk, fan, row)


async def reject(session: CreatorSession, desk: Desk, reply: int, *, actor: str) -> schemas.ReplyRow:
    """Send nothing: what the fan wrote needs no answer; raises NotFound or Conflict."""
    fan, row = await replies.lock(session, reply)
    _refuse_if_sending(row)
    replies.become(row, "superseded")
    fan.answered_to, fan.in_a_row = max(fan.answered_to, row.answers or 0), 0
    await session.flush()
    left = await thread.waiting(session, fan)
    fan.burst_at = left[0].at if left else None
    audit.record(session, "chats.reply.reject", kinds.about(fan.fan_id), actor=actor, meta={"reply": row.id})
    return await telling.reply(session, desk, fan, row)


async def regenerate(session: CreatorSession, desk: Desk, fan: int, *, actor: str) -> schemas.FanRow:
    """Have a reply written anew, to be looked at; raises NotFound, or Conflict when the AI has nothing to answer."""
    who = await people.lock(session, fan)
    row = await replies.open_of(session, who.id)
    if row is not None:
        _refuse_if_sending(row)
        await replies.supersede(session, who, also_by_hand=True)
    seen = await thread.waiting(session, who)
    if not seen:
        msg = "Nothing of this fan waits for an answer."
        raise Conflict(msg)
    words = (await choices.read(session)).own_words
    today = clock.now().astimezone(ZoneInfo(await creators.zone_of(session))).date()
    verdict = incoming.weigh([one.text for one in seen], today, name=who.name, own_words=words)
    if verdict.hands_over:
        msg = "The AI does not answer this; write to the fan yourself."
        raise Conflict(msg, details={str(reason): what[:200] for reason, what in verdict.found.items()})
    await replies.ask_to_write_now(session, who, asked=True)
    audit.record(session, "chats.reply.regenerate", kinds.about(who.fan_id), actor=actor)
    return await telling.fan(session, desk, who)


async def retry(session: CreatorSession, desk: Desk, reply: int, *, actor: str) -> schemas.ReplyRow:
    """Try again to send what could not be sent; raises NotFound or Conflict."""
    fan, row = await replies.lock(session, reply)
    if row.state != "failed" or row.refused:
        msg = "Only what could not be sent is tried again."
        raise Conflict(msg)
    replies.become(row, "approved")
    row.by, row.trouble, row.send_at = actor[:100], "", clock.now()
    return await _send(session, desk, fan, row, "chats.reply.retry", actor)


async def write_by_hand(session: CreatorSession, desk: Desk, fan: int, text: str, *, actor: str) -> schemas.ReplyRow:
    """Write to a fan as the creator; what was not sent yet is given up. Raises NotFound, Invalid or Conflict."""
    who, said = await people.lock(session, fan), _read(text)
    row = await replies.open_of(session, who.id)
    if row is not None:
        _refuse_if_sending(row)
        await replies.supersede(session, who, also_by_hand=True)
    seen, now = await thread.waiting(session, who), clock.now()
    refused = await warnings(session, said)
    if worst := next((why for reason, why in limits.NEVER_SENT.items() if reason in refused), ""):
        msg = "This cannot be sent."
        raise Invalid(msg, details={"text": worst})
    made = ChatReply(
        fan=who.id, state="approved", purpose="hand", mode="draft", answers=max((one.id for one in seen), default=None),
        answers_at=max((one.at for one in seen), default=None), text=said, refused=refused, by=actor[:100], send_at=now,
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(made)
    return await _send(session, desk, who, made, "chats.reply.write", actor)


async def warnings(session: CreatorSession, text: str) -> dict[str, str]:
    """Return what the guard sees in a person's text, by reason; prices and length are the person's own affair."""
    terms = replace(choices.terms(await choices.voice(session)), longest=LONGEST)
    return {str(reason): what[:200] for reason, what in outgoing.judge(text, terms).items() if reason != "price"}


def _approve(row: ChatReply, actor: str) -> None:
    _refuse_if_sending(row)
    replies.become(row, "approved")
    row.by, row.send_at = actor[:100], clock.now()


async def _send(session: CreatorSession, desk: Desk, fan: ChatFan, row: ChatReply, action: str, actor: str) -> schemas.ReplyRow:
    await session.flush()
    await replies.ask_to_send(session, fan, row)
    audit.record(session, action, kinds.about(fan.fan_id), actor=actor, meta={"reply": row.id})
    return await telling.reply(session, desk, fan, row)


def _refuse_if_sending(row: ChatReply) -> None:
    if row.state == "approved" and row.sending_at is not None:
        msg = "This reply is on its way already; wait a moment."
        raise Conflict(msg)


def _read(text: str) -> str:
    said = clean(text)
    if not 1 <= len(said) <= LONGEST:
        msg = f"Write 1 to {LONGEST:,} characters."
        raise Invalid(msg, details={"text": msg})
    return said


def _changed(before: str, after: str) -> int:
    """Count the characters that were taken out or put in."""
    parts = SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if len(before) + len(after) <= _COMPARED else []
    counted = sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in parts if tag != "equal")
    return counted or (len(after) if before != after else 0)
