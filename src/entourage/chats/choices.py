"""What a creator chose for chats: settings, voice, the kill switch and how far the wizard is; and what rules make of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from entourage.chats import burst, house, limits, prompt, schemas
from entourage.chats.guard import outgoing, traces
from entourage.chats.language import Language
from entourage.chats.pacing import Hand
from entourage.chats.quiet import Hours
from entourage.chats.tables import ChatChoice
from entourage.kernel import audit, clock
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Invalid
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession

STEPS = 7
_ABOUT = "chats.settings"
_KEPT, _STOPPED = "chats.choice", "chats.stopped"
_AT_ONCE = Hand(spread=0.0, least_s=0.0, most_s=0.0)


@dataclass(frozen=True, slots=True)
class Stop:
    """Since when, and by whom, nothing is written or sent by itself."""

    at: datetime
    by: str


async def read(session: CreatorSession) -> schemas.Settings:
    """Return the settings, or their defaults."""
    row = await _known(session)
    return msgspec.convert(row.chosen if row else {}, schemas.Settings)


async def write(session: CreatorSession, settings: schemas.Settings, actor: str) -> schemas.Settings:
    """Store the settings; raises Invalid naming each field that cannot be."""
    settings = msgspec.structs.replace(
        settings, own_words=_kept(settings.own_words),
        disclosure=_spoken(settings.disclosure), honest=_spoken(settings.honest),
    )  # fmt: skip
    _refuse(limits.of_settings(settings))
    before, row = await read(session), await _row(session)
    row.chosen, row.updated_at = schemas.as_dict(settings), clock.now()
    meta = {"changed": _changed(before, settings), "mode": settings.mode, "disclose": settings.disclose}
    audit.record(session, "chats.settings.set", _ABOUT, actor=actor, meta=meta)
    return settings


async def keep_days(session: CreatorSession) -> int | None:
    """Return for how many days messages are kept, or None for ever."""
    row = await _known(session)
    return None if row is None else row.keep_days


async def keep(session: CreatorSession, days: int | None) -> int | None:
    """Store for how many days messages are kept, and return what was stored before."""
    row = await _row(session)
    before, row.keep_days, row.updated_at = row.keep_days, days, clock.now()
    return before


async def voice(session: CreatorSession) -> schemas.Voice:
    """Return how the creator speaks, under the creator's own name while no other was typed."""
    row = await _known(session)
    found = msgspec.convert(row.voice if row else {}, schemas.Voice)
    if not found.name:
        found.name = (await creators.get(session, session.creator)).name
    return found


async def write_voice(session: CreatorSession, voice: schemas.Voice, actor: str) -> schemas.Voice:
    """Store how the creator speaks; raises Invalid naming each field that cannot be."""
    voice = msgspec.structs.replace(
        voice, name=voice.name.strip(), persona=voice.persona.strip(), style=voice.style.strip(), rules=_kept(voice.rules),
        never=_kept(voice.never), about=_kept(voice.about), prices=_kept(voice.prices), handles=_kept(voice.handles),
        examples=[(asked.strip(), said.strip()) for asked, said in voice.examples if asked.strip() or said.strip()],
    )  # fmt: skip
    _refuse(limits.of_voice(voice))
    row = await _row(session)
    before = msgspec.convert(row.voice, schemas.Voice)
    row.voice, row.updated_at = schemas.as_dict(voice), clock.now()
    audit.record(session, "chats.voice.set", "chats.voice", actor=actor, meta={"changed": _changed(before, voice)})
    return voice


async def stop(session: CreatorSession, actor: str) -> None:
    """Throw the kill switch: nothing is written or sent by itself from here on; doing it again changes nothing."""
    row = await _row(session)
    if row.stopped_at is None:
        row.stopped_at, row.stopped_by, row.updated_at = clock.now(), actor[:100], clock.now()
        audit.record(session, "chats.stop", _ABOUT, actor=actor)


async def go_on(session: CreatorSession, actor: str) -> None:
    """Let everything go on as before the stop."""
    row = await _row(session)
    if row.stopped_at is not None:
        row.stopped_at, row.stopped_by, row.updated_at = None, "", clock.now()
        audit.record(session, "chats.go_on", _ABOUT, actor=actor)


async def stopped(session: CreatorSession) -> bool:
    """Say whether the creator's kill switch is thrown, or the house's, or the creator rests."""
    if _STOPPED not in session.info:
        still = await stop_of(session) is not None or await house.halt_of(session) is not None
        session.info[_STOPPED] = still or not (await creators.get(session, session.creator)).active
    return bool(session.info[_STOPPED])


async def stop_of(session: CreatorSession) -> Stop | None:
    """Return since when and by whom everything is stopped, or None."""
    row = await _known(session)
    return None if row is None or row.stopped_at is None else Stop(row.stopped_at, row.stopped_by)


async def step(session: CreatorSession) -> int:
    """Return where the wizard goes on, 1 to 7."""
    row = await _known(session)
    return 1 if row is None else row.wizard_step


async def set_step(session: CreatorSession, step: int) -> None:
    """Keep where the wizard goes on."""
    row = await _row(session)
    row.wizard_step, row.updated_at = max(1, min(STEPS, step)), clock.now()


def as_voice(voice: schemas.Voice) -> prompt.Voice:
    """Return a voice as the prompt wants it."""
    return prompt.Voice(
        name=voice.name, persona=voice.persona, style=voice.style, rules=tuple(voice.rules), never=tuple(voice.never),
        examples=tuple(voice.examples), about=tuple(voice.about), prices=tuple(voice.prices), longest=voice.longest,
    )  # fmt: skip


def terms(
    voice: schemas.Voice,
    *,
    language: Language | None = None,
    secret: str = "",
    marks: Collection[str] = (),
    last_replies: Sequence[str] = (),
) -> outgoing.Terms:
    """Return what a draft may be; a model that counts badly may be half as long again as it was told."""
    return outgoing.Terms(
        language=language, longest=voice.longest * 3 // 2, prices=frozenset(price for line in voice.prices for price in traces.named(line)),
        handles=frozenset(voice.handles), secret=secret, marks=tuple(marks), last_replies=tuple(last_replies),
    )  # fmt: skip


def patience(settings: schemas.Settings) -> burst.Patience:
    """Return how long a burst is waited for."""
    return burst.patience(settings.quiet_s)


def hours(settings: schemas.Settings, zone: str) -> Hours | None:
    """Return the creator's quiet hours in a zone (its IANA name), or None when there are none."""
    if not settings.quiet_from or settings.quiet_from == settings.quiet_until:
        return None
    return Hours(time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_until), ZoneInfo(zone))


def hand(settings: schemas.Settings) -> Hand:
    """Return the pace at which replies go out; without `delay` at once."""
    return Hand() if settings.delay else _AT_ONCE


async def _known(session: CreatorSession) -> ChatChoice | None:
    """Return the creator's row, or None; read once a session, for many ask in one transaction."""
    if _KEPT not in session.info:
        session.info[_KEPT] = await session.get(ChatChoice, session.creator)
    row: ChatChoice | None = session.info[_KEPT]
    return row


async def _row(session: CreatorSession) -> ChatChoice:
    """Return the creator's row, made when there is none, and locked."""
    now = clock.now()
    fields = {"creator_id": session.creator, "chosen": {}, "voice": {}, "stopped_by": "", "wizard_step": 1, "updated_at": now}
    await session.execute(_insert(session.dialect), fields)
    row = await session.get_one(ChatChoice, session.creator, with_for_update=True)
    session.info[_KEPT] = row
    session.info.pop(_STOPPED, None)
    return row


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(ChatChoice, dialect)
    return insert.on_conflict_do_nothing()


def _refuse(details: dict[str, str]) -> None:
    if details:
        msg = "Some of this cannot be used."
        raise Invalid(msg, details=details)


def _changed(before: msgspec.Struct, after: msgspec.Struct) -> list[str]:
    """Name the fields that changed; what they say is nobody's business but the creator's."""
    return [name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)]


def _kept(lines: Sequence[str]) -> list[str]:
    return [one.strip() for one in lines if one.strip()]


def _spoken(wording: dict[str, str]) -> dict[str, str]:
    return {language: said.strip() for language, said in wording.items() if said.strip()}
