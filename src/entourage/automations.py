"""When one room causes something in another: a loyalty tier may bring a badge on Twitch, who is forgotten is forgotten everywhere.

This is the only module that may know two rooms. What it has seen is kept with what it caused, in one transaction, so
that nothing is forgotten and nothing is done twice.
"""

from collections.abc import Mapping, Sequence

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.viewers import profile, promotions
from entourage.vips import access, erasure, regulars

TIERS = "automations.tiers"
SCHEDULES = (Schedule("automations", "* * * * *", "UTC", TIERS),)
_TWITCH = "twitch"


def register(registry: Registry) -> None:
    """Say who does the jobs of automations."""
    registry.add(TIERS, _thank_all, timeout_s=300.0)
    registry.add(profile.FORGOTTEN, _forget)


async def loyalty(db: Database, creator_id: int, user_id: str) -> str | None:
    """Tell the loyalty tier of a creator's viewer by the id on Twitch."""
    async with tenancy.inside(db, creator_id) as session:
        return await promotions.tier_of(session, _TWITCH, user_id)


async def beside(db: Database, creator_id: int, platform: str, user_id: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Tell what other rooms than the viewers' know of one of them."""
    if platform != _TWITCH:
        return {}
    async with tenancy.inside(db, creator_id) as session:
        return await access.of_person(session, user_id)


async def thank(session: CreatorSession) -> int:
    """Ask for a badge for everybody who came up to a tier since the last look; returns for how many.

    Tiers of before the first look bring nothing.
    """
    seen = await regulars.seen(session)
    if not seen:
        await regulars.note(session, max(1, await promotions.newest_change(session)))
        return 0
    came_up, last = await promotions.since(session, seen)
    asked = 0
    for one in came_up:
        at = clock.from_ms(one.at_ms)
        for seat in await promotions.seats(session, one.viewer_id, _TWITCH):
            user = Account(seat.user_id, seat.handle, seat.name)
            asked += await regulars.promoted(session, user, one.tier, at, key=f"tier:{one.change_id}:{seat.user_id}")
    await regulars.note(session, last)
    return asked


async def _forget(context: JobContext) -> None:
    if context.payload["platform"] == _TWITCH and context.creator_id is not None:
        async with tenancy.inside(context.db, context.creator_id, write=True) as session:
            await erasure.ask(session, context.payload["user_id"])


async def _thank_all(context: JobContext) -> None:
    for creator_id in await regulars.creators(context.db):
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            await thank(session)
