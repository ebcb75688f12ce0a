"""What is known of a creator's channel: whether VIPs of before were written down, whether it is live, how many slots it has."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, func, literal_column, select

from entourage.kernel import audit, clock
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, schemas, slots
from entourage.vips.tables import OPEN, PermanentVip, VipChannel, VipGrant

_BELIEVED = timedelta(days=1)
_channels = cast("Table", VipChannel.__table__)


async def get(session: CreatorSession) -> VipChannel:
    """Return what is known, in a transaction that writes; nothing yet is a row of its own."""
    row = await session.get(VipChannel, session.creator, with_for_update=True, populate_existing=True)
    if row is None:  # of two who are the first, the later one finds the row of the other
        insert = insert_into(_channels, session.dialect)
        first = {"creator_id": session.creator, "owner_id": "", "live": False, "tiers_seen": 0, "told": {}}
        await session.execute(insert.on_conflict_do_nothing(), first)
        row = await session.get_one(VipChannel, session.creator, with_for_update=True, populate_existing=True)
    return row


async def look(session: CreatorSession) -> VipChannel:
    """Return what is known, to read only."""
    row = await session.get(VipChannel, session.creator)
    return row or VipChannel(creator_id=session.creator, owner_id="", live=False, tiers_seen=0, told={})


async def learn_slots(session: CreatorSession, used: int) -> None:
    """Remember that the platform had no slot left while so many badges were out."""
    row = await get(session)
    row.slots_learned, row.slots_learned_at = used, clock.now()
    audit.record(session, "vips.slots.learned", "vips.slots", actor="platform:twitch", meta={"slots": used})


async def doubt_slots(session: CreatorSession) -> None:
    """Forget after a day that there was no slot left: the platform may have more by now, and does not tell."""
    row = await get(session)
    if row.slots_learned_at is not None and clock.now() - row.slots_learned_at > _BELIEVED:
        row.slots_learned = row.slots_learned_at = None


async def need_sign_in(session: CreatorSession, why: str) -> bool:
    """Remember since when the platform asks for a new sign-in; False when that is known."""
    row = await get(session)
    if row.sign_in_since is not None:
        return False
    row.sign_in_since = clock.now()
    audit.record(session, "vips.sign_in.needed", "vips.channel", actor="platform:twitch", meta={"why": why})
    return True


async def signed_in(session: CreatorSession) -> None:
    """Remember that the platform answers everything again."""
    row = await get(session)
    if row.sign_in_since is not None:
        row.sign_in_since = None
        audit.record(session, "vips.sign_in.done", "vips.channel", actor="platform:twitch")


async def turn(session: CreatorSession, *, live: bool, at: datetime) -> bool:
    """Note that the channel went live or offline; False when something newer is known."""
    row = await get(session)
    if row.turned_at is not None and at < row.turned_at:
        return False
    changed = row.live != live
    if changed or row.turned_at is None:
        row.live, row.turned_at = live, at
    return changed


async def meter(session: CreatorSession) -> schemas.MeterRow:
    """Say how full the house is."""
    known, typed = await look(session), (await choices.read(session)).slots
    permanent = await session.scalar(select(func.count()).select_from(PermanentVip))
    temporary = await session.scalar(select(func.count()).select_from(VipGrant).where(literal_column(OPEN), VipGrant.given_at.is_not(None)))
    found = slots.read(permanent or 0, temporary or 0, typed=typed, learned=known.slots_learned)
    return schemas.MeterRow(
        permanent=found.permanent, temporary=found.temporary, used=found.used, limit=found.limit, free=found.free,
        learned=known.slots_learned is not None,
    )  # fmt: skip
