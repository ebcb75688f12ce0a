"""Telling the platform how a redemption ended: fulfilled, or canceled so that the points go back. A step of its own, tried until done."""

from collections.abc import Mapping

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.errors import Never
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Channel
from entourage.vips import choices, claim, erasure, grant, kinds, looking, patience
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.tables import VipClaim

_WANTED: Mapping[str, tuple[str, str]] = {"granted": ("fulfilled", "fulfilled"), "refused": ("canceled", "refunded")}


async def settle(desk: Desk, context: JobContext) -> None:
    """Settle a redemption as it ended here; when somebody was quicker, see what they did."""
    key = context.payload["claim"]
    async with patience.until_signed_in(context, VipClaim, key):
        channel = await looking.reach(desk, context)
        async with tenancy.inside(context.db, creator_of(context)) as session:
            asked = await session.get(VipClaim, key)
        if asked is None or not asked.unsettled or not asked.reward_id or not asked.redemption_id:
            return
        try:
            status = await _tell(channel, asked)
        except Never as error:
            status = f"never: {error.message}"
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await _note(session, desk, key, status)


async def _tell(channel: Channel, asked: VipClaim) -> str:
    """Return how the redemption stands on the platform afterwards."""
    reward_id, redemption_id = asked.reward_id or "", asked.redemption_id or ""
    fulfilled = asked.state == "granted"
    answer = await channel.settle(reward_id, redemption_id, fulfilled=fulfilled)
    if answer == "settled":
        return "fulfilled" if fulfilled else "canceled"
    found = await channel.redemptions(reward_id, ids=[redemption_id])
    return found[0].status if found else "gone"


async def _note(session: CreatorSession, desk: Desk, key: int, status: str) -> None:
    asked = await claim.lock(session, key)
    if asked is None or not asked.unsettled:
        return
    if status == "unfulfilled":  # it was told that it is settled, and is not: ask again
        await claim.settle_again(session, key)
        return
    wanted, word = _WANTED[asked.state]
    if status == wanted:
        asked.settled = word
    elif status in {"fulfilled", "canceled"}:
        asked.settled = "by_hand"
    else:
        asked.settled = "never" if status.startswith("never") else "gone"
    asked.unsettled, asked.stuck, asked.updated_at = False, "", clock.now()
    about = kinds.about(asked.user_id)
    actor = claim.TWITCH if asked.settled == "by_hand" else audit.SYSTEM
    meta = {"claim": key, "status": status, "settled": asked.settled}
    audit.record(session, f"vips.claim.{asked.settled}", about, actor=actor, cause=asked.key, meta=meta)
    await erasure.ask_if_forgotten(session, asked)
    if status == "canceled" and asked.state == "granted":
        await take_off(session, desk, asked)


async def take_off(session: CreatorSession, desk: Desk, asked: VipClaim) -> None:
    """Take the time of a redemption off that was canceled by hand after all, if the creator wants that."""
    if (await choices.read(session)).canceled_by_hand == "keep":
        return
    row = await grant.lock(session, asked.grant_id) if asked.grant_id is not None else None
    if row is not None and row.state == "active":
        await grant.shorten(session, desk, row, asked)
