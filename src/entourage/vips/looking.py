"""Looking at the platform's own list of badges: what was there before us, and what somebody changed by hand."""

from sqlalchemy import delete, literal_column, or_, select, update

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.errors import Never, SignInAgain
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account, Channel
from entourage.vips import claim, grant, kinds, permanent, rewards, standing
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.tables import OPEN, PermanentVip, VipClaim, VipGrant, VipReward


async def reach(desk: Desk, context: JobContext) -> Channel:
    """Return the creator's channel, after it is known who was a VIP there before us; raises SignInAgain."""
    channel = await desk.channels.of(creator_of(context))
    await import_first(context, channel)
    return channel


async def import_first(context: JobContext, channel: Channel) -> int:
    """Write down everybody who was a VIP before us; nothing is given before that. Returns how many there were.

    Another account than before is another channel: what was known of the one before is let go.
    """
    async with tenancy.inside(context.db, creator_of(context)) as session:
        known = await standing.look(session)
    if known.imported_at is not None and known.owner_id == channel.owner.id:
        return 0
    found = await channel.vips()
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        known = await standing.get(session)
        if known.owner_id and known.owner_id != channel.owner.id:
            await _leave(session)
        elif known.imported_at is not None:
            return 0
        ours = set((await session.scalars(select(VipGrant.user_id).where(literal_column(OPEN)))).all())
        made = await permanent.import_all(session, found, ours)
        known.imported_at, known.owner_id = clock.now(), channel.owner.id
        audit.record(session, "vips.permanent.import", "vips.channel", actor=claim.TWITCH, meta={"badges": made})
    return made


async def _leave(session: CreatorSession) -> None:
    """Let a channel go that the creator has left: its badges can be reached no more."""
    rows = (await session.scalars(select(VipGrant).where(literal_column(OPEN)))).all()
    for row in rows:
        row.state, row.stuck, row.ended_why, row.ended_at = "ended", "", "other_account", clock.now()
        row.warn_at, row.updated_at = None, clock.now()
    await session.flush()
    await session.execute(delete(PermanentVip).where(PermanentVip.creator_id == session.creator))
    ended = {"state": "closed", "reason": "other_account", "unsettled": False, "stuck": "", "updated_at": clock.now()}
    left = or_(VipClaim.unsettled, VipClaim.state.in_(("received", "granting")))
    await session.execute(update(VipClaim).where(VipClaim.creator_id == session.creator, left).values(ended))
    gone = update(VipReward).where(VipReward.creator_id == session.creator, VipReward.state.in_(("on", "deleting")))
    await session.execute(gone.values(state="gone", reward_id=None))
    audit.record(session, "vips.channel.left", "vips.channel", actor=claim.TWITCH, meta={"badges": len(rows)})


async def reconcile(context: JobContext, channel: Channel) -> int:
    """Compare the platform's list with ours, and have a closer look at everybody about whom they differ; returns how many."""
    there = {user.id: user for user in await channel.vips()}
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        badges = await session.execute(select(VipGrant.user_id, VipGrant.state).where(literal_column(OPEN)))
        open_states: dict[str, str] = {row.user_id: row.state for row in badges}
        others = await permanent.known(session)
        stray = {user_id for user_id in there if user_id not in others and open_states.get(user_id) not in {"active", "expiring"}}
        lost = {user_id for user_id, state in open_states.items() if state == "active" and user_id not in there}
        lost |= others - there.keys()
        for user_id in sorted(stray | lost):
            user = there.get(user_id)
            await ask(session, user or Account(user_id, "", ""))
        (await standing.get(session)).reconciled_at = clock.now()
    return len(stray | lost)


async def ask(session: CreatorSession, user: Account) -> None:
    """Ask for a closer look at somebody's badge, in the lane of that person."""
    payload = {"user": user.id, "login": user.login, "name": user.name}
    await queue.enqueue(session, kinds.LOOK, payload, lane=kinds.lane(user.id), dedup=f"look:{user.id}", max_attempts=20)


async def look(desk: Desk, context: JobContext) -> None:
    """See whether somebody has a badge, and write down what a hand on the platform changed."""
    user = Account(context.payload["user"], context.payload["login"], context.payload["name"])
    channel = await reach(desk, context)
    badge = user.id in await channel.vips_among([user.id])
    moderator = not badge and await _moderates(channel, user.id)
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.open_of(session, user.id)
        if row is not None and row.state == "active" and not badge:
            await lost(session, desk, row, why="moderator" if moderator else "taken_by_hand")
        elif badge and (row is None or (row.state == "granting" and row.tries == 0)):
            if await permanent.note(session, user, "seen"):
                audit.record(session, "vips.badge.given_by_hand", kinds.about(user.id), actor=claim.TWITCH, meta={"name": user.name})
                await _tell(session, desk)
        elif not badge and row is None and await permanent.drop(session, user.id):
            await session.flush()
            await rewards.wake(session)
            await _tell(session, desk)


async def _tell(session: CreatorSession, desk: Desk) -> None:
    """Tell screens how full the house is now: an open page shows whose badge is not ours."""
    await session.flush()
    creator_id, meter = session.creator, await standing.meter(session)
    session.after_commit(lambda: desk.publisher.slots(creator_id, meter))


async def _moderates(channel: Channel, user_id: str) -> bool:
    """Say whether somebody is a moderator, as far as the creator lets us see that."""
    try:
        return user_id in await channel.moderators_among([user_id])
    except (SignInAgain, Never):
        return False


async def lost(session: CreatorSession, desk: Desk, row: VipGrant, *, why: str) -> None:
    """Respect that a badge of ours was taken by a hand, or went when its owner became a moderator."""
    audit.record(session, f"vips.badge.{why}", kinds.about(row.user_id), actor=claim.TWITCH, cause=row.cause, meta={"grant": row.id})
    await grant.end(session, desk, row, why, by=claim.TWITCH)
