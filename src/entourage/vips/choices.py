"""The creator's settings for timed VIPs."""

from typing import cast, get_args

import msgspec
from sqlalchemy import Table

from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import schemas, wording
from entourage.vips.tables import VipChannel, VipChoice
from entourage.vips.wording import Language

_choices = cast("Table", VipChoice.__table__)
_RANGES = {
    "cap_s": (60, 10 * 366 * 86_400),
    "grace_s": (0, 86_400),
    "give_up_s": (30, 7 * 86_400),
    "warn_s": (0, 30 * 86_400),
    "hand_s": (60, 10 * 366 * 86_400),
    "slots": (1, 1000),
}


async def read(session: CreatorSession) -> schemas.Settings:
    """Return the settings, or their defaults."""
    row = await session.get(VipChoice, session.creator)
    if row is None:
        return schemas.Settings()
    settings = msgspec.convert(row.chosen, schemas.Settings)
    settings.discord = bool(row.discord_url)
    return settings


async def write(session: CreatorSession, settings: schemas.Settings, actor: str) -> schemas.Settings:
    """Store the settings; raises Invalid naming each field that cannot be."""
    if details := _wrong(settings):
        msg = "Some of these settings cannot be used."
        raise Invalid(msg, details=details)
    before = await read(session)
    row = await _row(session)
    row.chosen, row.updated_at = schemas.as_dict(settings), clock.now()
    if settings.slots != before.slots:  # what is typed now counts more than what was learned before
        learned = await session.get(VipChannel, session.creator)
        if learned is not None:
            learned.slots_learned = None
    audit.record(session, "vips.settings.set", "vips.settings", actor=actor, meta=schemas.as_dict(settings))
    return await read(session)


async def speak(session: CreatorSession, language: str) -> None:
    """Let lines be said in the language of whoever signs in first; what was chosen before stays."""
    spoken = next((one for one in get_args(Language) if one == language), None)
    if spoken is not None and await session.get(VipChoice, session.creator) is None:
        (await _row(session)).chosen = schemas.as_dict(schemas.Settings(language=spoken))


async def discord_url(session: CreatorSession) -> str:
    """Return the address of the creator's Discord webhook, or nothing."""
    row = await session.get(VipChoice, session.creator)
    return (row and row.discord_url) or ""


async def put_discord(session: CreatorSession, url: str, actor: str) -> None:
    """Keep the address of a Discord webhook, sealed; nothing forgets it."""
    row = await _row(session)
    row.discord_url, row.updated_at = url or None, clock.now()
    audit.record(session, "vips.discord.set", "vips.settings", actor=actor, meta={"kept": bool(url)})


async def _row(session: CreatorSession) -> VipChoice:
    row = await session.get(VipChoice, session.creator)
    if row is None:  # of two who are the first, the later one finds the row of the other
        insert = insert_into(_choices, session.dialect)
        first = {"creator_id": session.creator, "chosen": schemas.as_dict(schemas.Settings()), "updated_at": clock.now()}
        await session.execute(insert.on_conflict_do_nothing(), first)
        row = await session.get_one(VipChoice, session.creator)
    return row


def _wrong(settings: schemas.Settings) -> dict[str, str]:
    found = {}
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            found[name] = f"A channel has 1 to {most:,} VIP places." if name == "slots" else f"From {least:,} to {most:,} seconds."
    for group in ("lines", "notices"):
        for kind, line in getattr(settings, group).items():
            if strange := wording.strange(line.text):
                found[f"{group}.{kind}"] = f"There is no {{{strange[0]}}}; there are {', '.join(wording.PLACEHOLDERS)}."
            elif len(line.text) > wording.LONGEST:
                found[f"{group}.{kind}"] = f"At most {wording.LONGEST} characters."
    return found
