"""The house's own kill switch: one press stops the chats of every creator, whatever each of them chose."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from entourage.kernel import audit, clock, strongbox, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.tables import HouseSecret
from entourage.kernel.tenancy import CreatorSession

_NAME = "chats.halt"


class Halt(msgspec.Struct, frozen=True):
    """Since when, and by whom (as the audit log names them), no chat of this house writes or sends anything."""

    at: datetime
    by: str


async def halt_of(session: CreatorSession) -> Halt | None:
    """Return since when and by whom all chats are stopped, or None."""
    kept = (await session.scalars(select(HouseSecret.value).where(HouseSecret.name == _NAME))).one_or_none()
    return None if kept is None else msgspec.json.decode(kept, type=Halt)


async def halt(db: Database, actor: str) -> None:
    """Stop the chats of every creator; it is written down in each one's log."""
    await strongbox.put(db, _NAME, msgspec.json.encode(Halt(clock.now(), actor)).decode())
    await _tell(db, "chats.house.stop", actor)


async def go_on(db: Database, actor: str) -> None:
    """Let the chats of every creator go on as each of them chose."""
    await strongbox.put(db, _NAME, "")
    await _tell(db, "chats.house.go_on", actor)


async def _tell(db: Database, action: str, actor: str) -> None:
    async with tenancy.everywhere(db, "the chats of all creators are stopped or go on", write=True) as session:
        for creator in await creators.every(session):
            audit.record(session, action, "chats.settings", actor=actor, creator_id=creator.id)
