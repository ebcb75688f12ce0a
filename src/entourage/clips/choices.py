"""What a creator chose for clips, and the row that whoever moves money takes first."""

import re
from functools import cache
from typing import Any

import msgspec

from entourage.clips import schemas
from entourage.clips.tables import ClipChoice
from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession

_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST_RULES = 10_000
_MOST = 10**13


async def read(session: CreatorSession) -> schemas.Settings:
    """Return the settings, or their defaults."""
    row = await session.get(ClipChoice, session.creator)
    return msgspec.convert(row.chosen if row else {}, schemas.Settings)


async def write(session: CreatorSession, settings: schemas.Settings, actor: str) -> schemas.Settings:
    """Store the settings; raises Invalid naming each field that cannot be."""
    settings = msgspec.structs.replace(settings, currency=settings.currency.strip().upper(), rules=settings.rules.strip())
    if details := _wrong(settings):
        msg = "Some of these settings cannot be used."
        raise Invalid(msg, details=details)
    row = await lock(session)
    row.chosen, row.updated_at = schemas.as_dict(settings), clock.now()
    audit.record(session, "clips.settings.set", "clips.settings", actor=actor, meta=schemas.as_dict(settings))
    return settings


async def lock(session: CreatorSession) -> ClipChoice:
    """Take the creator's row until the transaction ends: money of one creator moves in one transaction after another."""
    await session.execute(_insert(session.dialect), {"creator_id": session.creator, "chosen": {}, "updated_at": clock.now()})
    return await session.get_one(ClipChoice, session.creator, with_for_update=True, populate_existing=True)


def read_currency(typed: str) -> str:
    """Read a currency's code; raises Invalid."""
    if not _CURRENCY.fullmatch(code := typed.strip().upper()):
        msg = "A currency is written like EUR or USD."
        raise Invalid(msg, details={"currency": msg})
    return code


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(ClipChoice, dialect)
    return insert.on_conflict_do_nothing()


def _wrong(settings: schemas.Settings) -> dict[str, str]:
    found = {}
    if settings.month_micro is not None and not 0 <= settings.month_micro <= _MOST:
        found["month_micro"] = "A month's counting costs nothing or more; leave it empty for no limit."
    if not _CURRENCY.fullmatch(settings.currency):
        found["currency"] = "A currency is written like EUR or USD."
    if not 0 <= settings.least_payout <= _MOST:
        found["least_payout"] = "The least that is paid out is zero or more."
    if len(settings.rules) > _LONGEST_RULES:
        found["rules"] = f"At most {_LONGEST_RULES:,} characters."
    return found
