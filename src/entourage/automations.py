"""When one room causes something in another: a loyalty tier may bring a badge on Twitch, who is forgotten is forgotten everywhere.

This is the only module that may know two rooms. What it has seen is kept with what it caused, in one transaction, so
that nothing is forgotten and nothing is done twice.
"""

from collections.abc import Mapping, Sequence

from entourage.chats import access as fan_access
from entourage.chats import erasure as fans
from entourage.chats import people as fan_people
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.viewers import profile, promotions, reference
from entourage.vips import access, choices, erasure, kinds, regulars

TIERS = "automations.tiers"
SCHEDULES = (Schedule("automations", "* * * * *", "UTC", TIERS),)
_TWITCH = "twitch"


def register(registry: Registry) -> None:
    """Say who does the jobs of automations."""
    registry.add(TIERS, _thank_all, timeout_s=300.0)
    registry.add(profile.FORGOTTEN, _forget)
    registry.add(kinds.FORGOTTEN, _unlink)


async def loyalty(db: Database, creator_id: int, user_id: str) -> str | None:
    """Tell the loyalty tier of a creator's viewer by the id on Twitch."""
    async with tenancy.inside(db, creator_id) as session:
        return await promotions.tier_of(session, _TWITCH, user_id)


async def discord(db: Database, creator_id: int) -> tuple[str, str]:
    """Tell where notices of a creator go on Discord ("" for nowhere), and in which language: the one place where they are set up."""
    async with tenancy.inside(db, creator_id) as session:
        return await choices.discord_url(session), (await choices.read(session)).language


async def beside(db: Database, creator_id: int, platform: str, user_id: str, chats: bool) -> Mapping[str, Sequence[Mapping[str, object]]]:  # noqa: FBT001 - of the port
    """Tell what other rooms than the viewers' know of one of them: badges, and with `chats` what was said with fans known as them."""
    async with tenancy.inside(db, creator_id) as session:
        found = dict(await access.of_person(session, user_id)) if platform == _TWITCH else {}
        for row in await fan_people.known_as(session, [(platform, user_id)]) if chats else ():
            for name, records in (await fan_access.of_person(session, row.fan_id)).items():
                found[f"fanvue_{name}"] = [*found.get(f"fanvue_{name}", ()), *records]
    return found


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
    """Let whoever was forgotten as a viewer be forgotten as a holder of badges, and as a fan if that was wanted."""
    told = context.payload
    platform, user_id = told["platform"], told["user_id"]
    if context.creator_id is None:
        return
    async with tenancy.inside(context.db, context.creator_id, write=True) as session:
        if platform == _TWITCH:
            await erasure.ask(session, user_id)
        cause = f"viewer:{told['viewer']}" if "viewer" in told else ""
        await fans.part(session, platform, user_id, actor=told.get("by", "system"), cause=cause, forget=told.get("fans", False))


async def _unlink(context: JobContext) -> None:
    """Let no fan be known any more as somebody who was forgotten among the VIPs and is no viewer."""
    user_id = context.payload["user_id"]
    if context.creator_id is None:
        return
    async with tenancy.inside(context.db, context.creator_id, write=True) as session:
        if await reference.owner_of(session, _TWITCH, user_id) is None:
            await fans.part(session, _TWITCH, user_id, actor=context.payload["by"], forget=False)


async def _thank_all(context: JobContext) -> None:
    for creator_id in await regulars.creators(context.db):
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            await thank(session)
