"""Bringing the platform's rewards in line with what the creator wants: made, changed, rested, and deleted without losing points."""

import msgspec

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.errors import EntourageError, Invalid, Later, Never, NotFound, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.ports.channel import Channel, RewardShape
from entourage.vips import claim, rewards
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.tables import VipReward

_SIGN_IN_S = 120.0
_PENDING_S = 2.0


async def sync(desk: Desk, context: JobContext) -> None:
    """Bring one reward in line; what the platform will not take is kept with its reason."""
    key = context.payload["reward"]
    async with tenancy.inside(context.db, creator_of(context)) as session:
        try:
            row = await rewards.get(session, key)
        except NotFound:
            return
    try:
        channel = await desk.channels.of(creator_of(context))
        if row.state == "making":
            await _make(context, channel, row)
        elif row.state == "deleting":
            await _delete(desk, context, channel, row)
        elif row.state == "on" and row.reward_id:
            there = await channel.change_reward(row.reward_id, _shape(row))
            await _note(context, key, {"state": "gone" if there is None else "on", "trouble": ""}, "gone" if there is None else "synced")
    except SignInAgain as error:
        raise Later(error.message, retry_after_s=_SIGN_IN_S) from error
    except (Invalid, Never) as error:
        await _note(context, key, {"trouble": error.message[:400]}, "refused", error)


async def _make(context: JobContext, channel: Channel, row: VipReward) -> None:
    """Make a reward, or find the one whose making was answered by nobody: a title is there only once."""
    shape = _shape(row)
    async with tenancy.inside(context.db, creator_of(context)) as session:
        known = {one.reward_id for one in await rewards.wanted(session)}
    found = next((one for one in await channel.rewards(ours=True) if one.shape.title == shape.title and one.id not in known), None)
    if found is None:
        found = await channel.make_reward(shape)
    elif found.shape != shape:
        found = await channel.change_reward(found.id, shape) or await channel.make_reward(shape)
    await _note(context, row.id, {"state": "on", "reward_id": found.id, "trouble": ""}, "made")


async def _delete(desk: Desk, context: JobContext, channel: Channel, row: VipReward) -> None:
    """Pause a reward, see that nothing waits in its queue any more, and only then delete it: what waited would count as fulfilled."""
    if row.reward_id is None:
        await _note(context, row.id, {"state": "deleted"}, "deleted")
        return
    if await channel.change_reward(row.reward_id, msgspec.structs.replace(_shape(row), paused=True)) is not None:
        waiting = await channel.redemptions(row.reward_id)
        for redemption in waiting:
            async with tenancy.inside(context.db, creator_of(context), write=True) as session:
                await claim.receive(session, claim.of_redemption(redemption))
                asked = await claim.by_key(session, f"redemption:{redemption.id}")
                if asked is not None and asked.state == "received":
                    await claim.refuse(session, desk, asked, "revoked")
        if waiting:
            msg = "Redemptions are being settled before the reward is deleted."
            raise Later(msg, retry_after_s=_PENDING_S)
        await channel.delete_reward(row.reward_id)
    await _note(context, row.id, {"state": "deleted"}, "deleted")


async def _note(context: JobContext, key: int, changes: dict[str, str], how: str, error: EntourageError | None = None) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await session.get(VipReward, key, with_for_update=True, populate_existing=True)
        if row is None:
            return
        if row.state == "deleting" and changes.get("state") in {"on", "gone"}:
            changes = {name: value for name, value in changes.items() if name != "state"}
        for name, value in changes.items():
            setattr(row, name, value)
        row.updated_at = clock.now()
        meta = {"reward": row.reward_id, "why": error.message if error else ""}
        audit.record(session, f"vips.reward.{how}", f"vips.reward:{key}", actor=claim.TWITCH, meta=meta)


def _shape(row: VipReward) -> RewardShape:
    shape = msgspec.convert(row.shape, RewardShape)
    return msgspec.structs.replace(shape, paused=shape.paused or row.full or row.state == "deleting")
