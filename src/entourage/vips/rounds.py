"""The round that is made every few minutes, at the start and after every gap: see what was missed, and take up what was left."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Boolean, literal_column, select, union, update

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import SignInAgain
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tables import Connection
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Channel, Redemption
from entourage.vips import choices, claim, grant, kinds, looking, rewards, standing, telling
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.tables import OPEN, VipChannel, VipClaim, VipGrant

_LEFT = timedelta(minutes=2)
_AT_ONCE = 200
_WAITING = literal_column("state IN ('received', 'granting')", Boolean())


async def ask_all(db: Database) -> int:
    """Ask for a round at every creator who has a channel; returns at how many."""
    async with tenancy.everywhere(db, "find creators with a channel") as session:
        connected = select(Connection.creator_id).where(Connection.source == "twitch", Connection.enabled)
        creator_ids = sorted((await session.scalars(union(select(VipChannel.creator_id), connected))).all())
    async with tenancy.everywhere(db, "ask for a round at every channel", write=True) as session:
        for creator_id in creator_ids:
            await ask(session, creator_id)
    return len(creator_ids)


async def ask(session: CreatorSession, creator_id: int | None = None) -> None:
    """Ask for a round at the session's creator (or this one): after signing in, at the start, and after a gap."""
    await queue.enqueue(session, kinds.ROUND, {}, lane="round", dedup="round", max_attempts=20, creator_id=creator_id)


async def go(desk: Desk, context: JobContext) -> None:
    """Make a round; raises Later when the platform fails, and waits for a new sign-in when it asks for one."""
    try:
        channel = await looking.reach(desk, context)
        await looking.reconcile(context, channel)
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await resume(session)
        await _see_whether_live(context, channel)
        await catch_up(context, channel)
        await take_up(context)
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await standing.signed_in(session)
            await standing.doubt_slots(session)
            await rewards.wake(session)
    except SignInAgain as error:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await telling.need_sign_in(session, error.message)


async def catch_up(context: JobContext, channel: Channel) -> int:
    """Read the redemptions that wait on the platform, which is all that a gap can have swallowed; returns how many were new."""
    async with tenancy.inside(context.db, creator_of(context)) as session:
        ours = [row.reward_id for row in await rewards.wanted(session) if row.reward_id]
    new = 0
    for reward_id in ours:
        waiting = await channel.redemptions(reward_id)
        for start in range(0, len(waiting), _AT_ONCE):
            async with tenancy.inside(context.db, creator_of(context), write=True) as session:
                new += await _receive(session, waiting[start : start + _AT_ONCE])
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        (await standing.get(session)).caught_up_at = clock.now()
        if new:
            audit.record(session, "vips.caught_up", "vips.channel", meta={"redemptions": new})
    return new


async def take_up(context: JobContext) -> None:
    """Ask again for what was begun and has no job any more; what has one is left to it."""
    before = clock.now() - _LEFT
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        left = select(VipClaim).where(_WAITING, VipClaim.state == "received", VipClaim.stuck == "", VipClaim.updated_at < before)
        for asked in await session.scalars(left.order_by(VipClaim.id).limit(_AT_ONCE)):
            await claim.ask_again(session, asked.id, asked.user_id)
        unsettled = select(VipClaim.id).where(VipClaim.unsettled, VipClaim.stuck == "", VipClaim.updated_at < before)
        for key in await session.scalars(unsettled.order_by(VipClaim.id).limit(_AT_ONCE)):
            await claim.settle_again(session, key)
        rows = select(VipGrant).where(literal_column(OPEN), VipGrant.state != "active", VipGrant.stuck == "", VipGrant.updated_at < before)
        for row in await session.scalars(rows.order_by(VipGrant.id).limit(_AT_ONCE)):
            await _go_on(session, row)


async def resume(session: CreatorSession) -> int:
    """Go on, after a new sign-in, with all that waited for it; returns how much there was."""
    grants = (await session.scalars(select(VipGrant).where(literal_column(OPEN), VipGrant.stuck != ""))).all()
    for row in grants:
        row.stuck = ""
        await _go_on(session, row)
    stuck = [select(VipClaim).where(some, VipClaim.stuck != "") for some in (_WAITING, VipClaim.unsettled)]
    claims = [asked for chosen in stuck for asked in (await session.scalars(chosen)).all()]
    for asked in claims:
        asked.stuck = ""
        if asked.state == "received":
            await claim.ask_again(session, asked.id, asked.user_id)
        elif asked.unsettled:
            await claim.settle_again(session, asked.id)
    return len(grants) + len(claims)


async def _go_on(session: CreatorSession, row: VipGrant) -> None:
    if row.state == "granting":
        await grant.give_again(session, row)
    elif row.state == "expiring":
        await grant.take_again(session, row)


async def _receive(session: CreatorSession, waiting: Sequence[Redemption]) -> int:
    new = 0
    for redemption in waiting:
        if await claim.receive(session, claim.of_redemption(redemption)) is not None:
            new += 1
            continue
        ended = (
            update(VipClaim)
            .where(VipClaim.key == f"redemption:{redemption.id}", VipClaim.state.in_(("granted", "refused")), ~VipClaim.unsettled)
            .values(unsettled=True, settled="", updated_at=clock.now())
        )
        for key in (await session.scalars(ended.returning(VipClaim.id))).all():
            await claim.settle_again(session, key)
    return new


async def _see_whether_live(context: JobContext, channel: Channel) -> None:
    live, at = await channel.live(), clock.now()
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        if await standing.turn(session, live=live is not None, at=at):
            settings = await choices.read(session)
            await grant.wait_for_stream(session, live=live is not None, at=at, grace_s=settings.grace_s, warn_s=settings.warn_s)
