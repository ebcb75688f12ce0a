"""Rows of the tables as they are shown."""

from datetime import datetime
from typing import cast

from entourage.chats import reply as rule
from entourage.chats import schemas, segment
from entourage.chats.tables import ChatFan, ChatLine, ChatMessage, ChatReply
from entourage.kernel import clock


def message(row: ChatMessage) -> schemas.MessageRow:
    """Show one message; what was deleted has no words any more."""
    return schemas.MessageRow(
        id=row.id, by=cast("schemas.By", row.by), text="" if row.deleted else row.text, media=row.media, price=row.price,
        deleted=row.deleted, at=iso(row.at) or "",
    )  # fmt: skip


def reply(row: ChatReply) -> schemas.ReplyRow:
    """Show one answer, however far it is."""
    return schemas.ReplyRow(
        id=row.id, fan=row.fan, state=cast("rule.State", row.state), purpose=row.purpose, mode=cast("rule.Mode", row.mode),
        answers=row.answers, text=row.text,
        written=row.written, action=row.action, why=row.why, language=row.language, confidence=row.confidence, refused=row.refused,
        discloses=row.discloses, by=row.by, send_at=iso(row.send_at), sending=row.state == "approved" and row.sending_at is not None,
        sent_at=iso(row.sent_at), trouble=row.trouble, created_at=iso(row.created_at) or "", updated_at=iso(row.updated_at) or "",
    )  # fmt: skip


def fan(row: ChatFan, settings: schemas.Settings, *, stopped: bool, open_reply: str | None) -> schemas.FanRow:
    """Show a fan as it stands now; `open_reply` is the state of the reply that was not sent yet."""
    now = clock.now()
    paused = is_paused(row, now)
    return schemas.FanRow(
        id=row.id, fan_id=row.fan_id, handle=row.handle, name=row.name, avatar_url=row.avatar_url,
        mode=cast("rule.Mode | None", row.mode),
        effective=effective(row, settings, stopped=stopped), paused_until=iso(row.paused_until) if paused else None,
        held_at=iso(row.held_at), held_why=row.held_why, unreachable=row.unreachable_at is not None,
        band="" if row.spent is None else segment.band(row.spent), standing=row.standing, language=row.language,
        newest_at=iso(row.newest_at), newest_text=row.newest_text, newest_by=row.newest_by, waits=iso(row.burst_at),
        reply=cast("rule.State | None", open_reply), notes=row.notes,
    )  # fmt: skip


def line(row: ChatLine) -> schemas.LineRow:
    """Show how it goes with the line to the platform."""
    return schemas.LineRow(
        webhook_at=iso(row.webhook_at), tested_at=iso(row.tested_at), caught_up_at=iso(row.caught_up_at), sent_at=iso(row.sent_at),
        sign_in_since=iso(row.sign_in_since), trouble=row.trouble, trouble_at=iso(row.trouble_at),
    )  # fmt: skip


def effective(row: ChatFan, settings: schemas.Settings, *, stopped: bool, held: bool | None = None) -> rule.Mode:
    """Return the mode that holds for a fan now: a stop, a pause and a hold (or what `held` says of it) turn everything off."""
    still = is_paused(row, clock.now()) or (row.held_at is not None if held is None else held)
    return rule.effective(settings.mode, cast("rule.Mode | None", row.mode), stopped=stopped, paused=still)


def is_paused(row: ChatFan, now: datetime) -> bool:
    """Say whether the creator wrote by hand a short while ago."""
    return row.paused_until is not None and row.paused_until > now


def iso(at: datetime | None) -> str | None:
    """Write a moment as ISO 8601 in UTC, or None for none."""
    return None if at is None else clock.iso(clock.to_ms(at))
