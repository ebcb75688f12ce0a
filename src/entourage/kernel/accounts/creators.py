"""Creators: the tenants of the house."""

import zoneinfo
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.accounts import people, remembered, roles
from entourage.kernel.accounts.roles import Role
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.tables import Creator, Membership
from entourage.kernel.tenancy import CreatorSession

_ZONE = "zone"


def zones() -> list[str]:
    """Return the names of all time zones, sorted."""
    return sorted(zoneinfo.available_timezones())


def read_zone(typed: str) -> str:
    """Check the name of a time zone; raises Invalid."""
    if typed not in zoneinfo.available_timezones():
        msg = "A time zone is named like Europe/Berlin."
        raise Invalid(msg, details={"zone": msg})
    return typed


async def add(session: CreatorSession, *, name: str, zone: str, owner_id: UUID) -> Creator:
    """Make a creator owned by a user; needs a session over all creators."""
    creator = Creator(name=people.read_name(name, "creator"), zone=read_zone(zone), created_at=clock.now())
    session.add(creator)
    await session.flush()
    session.add(Membership(user_id=owner_id, creator_id=creator.id, role="owner", created_at=clock.now()))
    session.after_commit(lambda: remembered.forget_user(owner_id))
    return creator


async def get(session: CreatorSession, creator_id: int) -> Creator:
    """Return a creator; raises NotFound."""
    creator = await session.get(Creator, creator_id)
    if creator is None:
        msg = "There is no such creator."
        raise NotFound(msg)
    return creator


async def of_user(session: CreatorSession, user_id: UUID) -> Sequence[tuple[Creator, Role]]:
    """Return the active creators that a user belongs to, oldest membership first, with the role."""
    found = await session.execute(
        select(Creator, Membership.role)
        .join(Membership, Membership.creator_id == Creator.id)
        .where(Membership.user_id == user_id, Creator.active)
        .order_by(Membership.created_at, Creator.id)
    )
    return [(creator, roles.read(role)) for creator, role in found]


async def every(session: CreatorSession) -> Sequence[Creator]:
    """Return all creators that are active, oldest first."""
    return (await session.scalars(select(Creator).where(Creator.active).order_by(Creator.id))).all()


async def all_of_house(session: CreatorSession, *, most: int) -> Sequence[Creator]:
    """Return all creators, also those that rest, oldest first."""
    return (await session.scalars(select(Creator).order_by(Creator.id).limit(most))).all()


async def by_uid(session: CreatorSession, uid: UUID) -> Creator:
    """Return a creator by the name outside; raises NotFound."""
    creator = (await session.scalars(select(Creator).where(Creator.uid == uid))).one_or_none()
    if creator is None:
        msg = "There is no such creator."
        raise NotFound(msg)
    return creator


async def set_active(session: CreatorSession, uid: UUID, *, active: bool) -> Creator:
    """Let a creator rest or come back; raises NotFound. Whoever acts for one that rests acts for another one from now on."""
    creator = await by_uid(session, uid)
    creator.active = active
    creator_id = creator.id
    theirs = (await session.scalars(select(Membership.user_id).where(Membership.creator_id == creator_id))).all()

    def forget() -> None:
        remembered.forget_creator(creator_id)
        for user_id in theirs:  # who is remembered as somebody without a creator
            remembered.forget_user(user_id)

    session.after_commit(forget)
    return creator


async def home_zone(session: CreatorSession) -> str:
    """Return the zone of the house's own clock: the first creator's, UTC before there is one."""
    first = select(Creator.zone).where(Creator.active).order_by(Creator.id).limit(1)
    return await session.scalar(first) or "UTC"


async def zone_of(session: CreatorSession) -> str:
    """Return the zone of the session's creator; read once a session."""
    known: str | None = session.info.get(_ZONE)
    if known is None:
        known = await session.scalar(select(Creator.zone).where(Creator.id == session.creator)) or "UTC"
        session.info[_ZONE] = known
    return known


async def edit(session: CreatorSession, creator_id: int, *, name: str | None = None, zone: str | None = None) -> Creator:
    """Change a creator's name or time zone; raises Invalid or NotFound."""
    creator = await get(session, creator_id)
    if name is not None:
        creator.name = people.read_name(name)
    if zone is not None:
        creator.zone = read_zone(zone)
        session.info.pop(_ZONE, None)
    session.after_commit(lambda: remembered.forget_creator(creator_id))
    return creator
