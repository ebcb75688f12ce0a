"""What a channel tells us comes in: each is written down, or becomes a job, in one transaction; telling it again changes nothing."""

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.ports import channel as port
from entourage.ports.channel import AnyHeard
from entourage.vips import choices, claim, commands, grant, looking, permanent, rewards, rounds, standing, telling
from entourage.vips.claim import Asked
from entourage.vips.desk import Desk


async def hear(db: Database, desk: Desk, creator_id: int, heard: AnyHeard) -> None:
    """Act on one thing that a creator's channel told us."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await act(session, desk, heard)


async def act(session: CreatorSession, desk: Desk, heard: AnyHeard) -> None:
    """Do the same in the caller's transaction."""
    match heard:
        case port.RedemptionMade():
            await _redeemed(session, heard)
        case port.RedemptionSettled():
            await _settled(session, desk, heard)
        case port.RewardGone():
            await rewards.gone(session, heard.reward_id, actor=claim.TWITCH)
        case port.BadgeGiven() | port.BadgeTaken() | port.ModeratorAdded():
            await _badge(session, heard)
        case port.Subscribed() | port.SubsGifted() | port.Cheered():
            await _thanked(session, heard)
        case port.Banned():
            await _banned(session, desk, heard)
        case port.WentLive() | port.WentOffline():
            await _turned(session, heard)
        case port.ChatLine():
            await commands.read(session, heard)
        case port.ConsentGone():
            await telling.need_sign_in(session, heard.why)
        case port.Missed():
            audit.record(
                session, "vips.missed", "vips.channel", actor=claim.TWITCH, meta={"since": heard.since.isoformat(), "why": heard.why}
            )
            await rounds.ask(session)
        case _:
            pass  # a follow, a raid or a change of a reward asks nothing of badges


async def _redeemed(session: CreatorSession, heard: port.RedemptionMade) -> None:
    if heard.redemption.status not in {"unfulfilled", "unknown"}:
        return
    if await rewards.by_platform(session, heard.redemption.reward_id) is not None:
        await claim.receive(session, claim.of_redemption(heard.redemption))


async def _settled(session: CreatorSession, desk: Desk, heard: port.RedemptionSettled) -> None:
    """See what a hand did with a redemption before we did; our own settling is told here too and changes nothing."""
    asked = await claim.by_key(session, f"redemption:{heard.redemption.id}")
    if asked is None or heard.redemption.status not in {"fulfilled", "canceled"}:
        return
    if asked.state in {"received", "granting"}:
        if heard.redemption.status == "canceled":  # one that a hand fulfilled is given its badge all the same
            await claim.close(session, asked, "closed", "canceled_by_hand", by=claim.TWITCH)
            await session.flush()
            await grant.stop_giving(session, desk, asked.grant_id, "canceled", by=claim.TWITCH)
    elif asked.unsettled:
        await claim.settle_again(session, asked.id)  # reads how it stands


async def _badge(session: CreatorSession, heard: port.BadgeGiven | port.BadgeTaken | port.ModeratorAdded) -> None:
    """Match a change of somebody's badge with what we are doing; a hand's is looked at."""
    row = await grant.open_of(session, heard.user.id)
    if isinstance(heard, port.BadgeGiven):
        ours = row is not None and (row.state in {"active", "expiring"} or row.tries > 0)
    else:
        ours = row is None and not await permanent.holds(session, heard.user.id)
        ours = ours or (row is not None and row.state in {"granting", "expiring"})
    if not ours:
        await looking.ask(session, heard.user)


async def _thanked(session: CreatorSession, heard: port.Subscribed | port.SubsGifted | port.Cheered) -> None:
    """Take subscriptions, given ones and bits as claims; whether a rule gives a badge for them is decided later."""
    if heard.user is None:
        return
    if isinstance(heard, port.Subscribed):
        if heard.gifted:
            return
        source, amount = "sub", heard.tier
    elif isinstance(heard, port.SubsGifted):
        source, amount = "gift", heard.count
    else:
        source, amount = "bits", heard.bits
    key = f"{source}:{heard.user.id}:{heard.at.isoformat()}"
    await claim.receive(session, Asked(key=key, source=source, user=heard.user, asked_at=heard.at, amount=amount))


async def _banned(session: CreatorSession, desk: Desk, heard: port.Banned) -> None:
    row = await grant.open_of(session, heard.user.id)
    if heard.until is not None or row is None:
        return
    if row.state == "active":
        await grant.expire(session, desk, row, "banned", by=claim.TWITCH)
    elif row.state == "granting":
        await grant.withdraw(session, desk, row, "banned", by=claim.TWITCH)


async def _turned(session: CreatorSession, heard: port.WentLive | port.WentOffline) -> None:
    live, settings = isinstance(heard, port.WentLive), await choices.read(session)
    if await standing.turn(session, live=live, at=heard.at):
        await grant.wait_for_stream(session, live=live, at=heard.at, grace_s=settings.grace_s, warn_s=settings.warn_s)
    if isinstance(heard, port.WentLive):
        known = await standing.get(session)
        if known.told.get("online") != heard.stream_id:
            known.told = {**known.told, "online": heard.stream_id}
            free = (await standing.meter(session)).free
            said = {"free_slots": "?" if free is None else str(free)}
            await telling.tell(session, "online", said, about="vips.channel", cause=f"stream:{heard.stream_id}")
