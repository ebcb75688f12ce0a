"""When a person must look, and when the AI may go on: taking over, handing back, a fan's own mode, and what is noted by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from entourage.chats import choices, kinds, notice, people, replies, schemas, telling, thread
from entourage.chats.desk import Desk
from entourage.chats.reply import Mode
from entourage.chats.tables import ChatFan
from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession

GRAVE = frozenset({"minor", "self_harm", "threat", "legal"})
"""Reasons for which a fan stays with a person until somebody says otherwise, also after an answer by hand."""

PASSING = frozenset({"no_model", "budget"})
"""Reasons that end by themselves: then the AI goes on where it stopped."""

KNOWN_ON = ("tiktok", "twitch")
_LONGEST_NOTE = 4000


async def take_over(session: CreatorSession, desk: Desk, fan: int, *, actor: str) -> schemas.FanRow:
    """Let a person answer from here on; what the AI was about to send waits as a draft. Raises NotFound."""
    row = await people.lock(session, fan)
    return await hold(session, desk, row, {"taken_over": ""}, actor=actor)


async def hold(session: CreatorSession, desk: Desk, row: ChatFan, why: Mapping[str, str], *, actor: str = audit.SYSTEM) -> schemas.FanRow:
    """Hold a locked fan for a person; further reasons are added to those that are known. Only new ones are written down."""
    new = {reason: what[:200] for reason, what in why.items() if reason not in row.held_why or row.held_at is None}
    if row.held_at is None:
        row.held_at, row.held_why = clock.now(), {}
    row.held_why = {**row.held_why, **new}
    await replies.recall(session, row)
    if new:
        audit.record(session, "chats.hold", kinds.about(row.fan_id), actor=actor, meta={"why": sorted(new)})
        await notice.held(session, row.id, new)
    return await telling.fan(session, desk, row)


async def hand_back(session: CreatorSession, desk: Desk, fan: int, *, actor: str) -> schemas.FanRow:
    """Let the AI go on: no hold and no pause any more, and what waits is answered. Raises NotFound."""
    row = await people.lock(session, fan)
    audit.record(session, "chats.hand_back", kinds.about(row.fan_id), actor=actor, meta={"held": sorted(row.held_why)})
    row.paused_until, row.in_a_row = None, 0
    release(row)
    if row.burst_at is not None and await replies.open_of(session, row.id) is None:
        await replies.ask_to_write_now(session, row)
    return await telling.fan(session, desk, row)


def release(row: ChatFan) -> None:
    """Hold a fan no longer."""
    row.held_at, row.held_why, row.updated_at = None, {}, clock.now()


def looked(row: ChatFan, settings: schemas.Settings, *, wrote_at: datetime | None = None) -> None:
    """Note that a person answered a fan: the AI counts anew, and pauses if they wrote by hand; a hold ends unless its reason is grave."""
    row.in_a_row = 0
    since = row.held_at
    if since is not None and not GRAVE & row.held_why.keys() and (wrote_at is None or wrote_at >= since):
        release(row)
    if wrote_at is not None and (until := wrote_at + timedelta(seconds=settings.pause_s)) > clock.now():
        row.paused_until = max(row.paused_until or until, until)


async def set_mode(session: CreatorSession, desk: Desk, fan: int, mode: Mode | None, *, actor: str) -> schemas.FanRow:
    """Choose a mode for one fan (None: the creator's); more than the creator's it never is. Raises NotFound."""
    row = await people.lock(session, fan)
    row.mode, row.updated_at = mode, clock.now()
    audit.record(session, "chats.mode.set", kinds.about(row.fan_id), actor=actor, meta={"mode": mode})
    settings = await choices.read(session)
    if mode in {"off", "draft"}:
        await replies.recall(session, row)
    elif row.burst_at is not None and await thread.waiting(session, row) and await replies.open_of(session, row.id) is None:
        await replies.ask_to_write(session, row, settings, slowness=desk.slowness)
    return await telling.fan(session, desk, row)


async def note(session: CreatorSession, desk: Desk, fan: int, text: str, *, actor: str) -> schemas.FanRow:
    """Keep the creator's own note on a fan, which no model is told; raises NotFound or Invalid."""
    if len(text) > _LONGEST_NOTE:
        msg = f"At most {_LONGEST_NOTE:,} characters."
        raise Invalid(msg, details={"notes": msg})
    row = await people.lock(session, fan)
    row.notes, row.updated_at = text.strip(), clock.now()
    audit.record(session, "chats.note.set", kinds.about(row.fan_id), actor=actor)
    return await telling.fan(session, desk, row)


async def know_as(session: CreatorSession, desk: Desk, fan: int, platform: str, known_id: str, *, actor: str) -> schemas.FanRow:
    """Say as whom the creator knows a fan on another platform; two empty texts forget it. Raises NotFound or Invalid."""
    if bool(platform) != bool(known_id) or (platform and platform not in KNOWN_ON) or len(known_id) > 64:  # noqa: PLR2004
        msg = f"Name a platform ({' or '.join(KNOWN_ON)}) and who it is there."
        raise Invalid(msg, details={"platform": msg})
    row = await people.lock(session, fan)
    row.known_platform, row.known_id, row.updated_at = platform, known_id, clock.now()
    audit.record(session, "chats.known_as.set", kinds.about(row.fan_id), actor=actor, meta={"platform": platform})
    return await telling.fan(session, desk, row)
