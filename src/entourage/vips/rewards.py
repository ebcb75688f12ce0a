"""Channel-point rewards of ours: what we want them to be; `rewarding` brings the platform in line."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import RewardShape
from entourage.vips import kinds, rule, schemas, shown, standing
from entourage.vips.rule import Terms
from entourage.vips.tables import VipReward

_TITLE, _PROMPT, _COOLDOWN_S = 45, 200, 604_800
_COLOR = 7


async def rows(session: CreatorSession) -> list[schemas.RewardRow]:
    """Return the rewards of ours that were not deleted, oldest first."""
    chosen = select(VipReward).where(VipReward.state != "deleted").order_by(VipReward.id)
    return [shown.reward(row) for row in await session.scalars(chosen)]


async def wanted(session: CreatorSession) -> Sequence[VipReward]:
    """Return the rewards that are on the platform."""
    chosen = select(VipReward).where(VipReward.state.in_(("on", "deleting")), VipReward.reward_id.is_not(None)).order_by(VipReward.id)
    return (await session.scalars(chosen)).all()


async def by_platform(session: CreatorSession, reward_id: str) -> VipReward | None:
    """Return the reward of ours with the platform's id, also when it is gone; None for somebody else's."""
    return (await session.scalars(select(VipReward).where(VipReward.reward_id == reward_id))).one_or_none()


async def get(session: CreatorSession, key: int, *, lock: bool = False) -> VipReward:
    """Return a reward of ours; raises NotFound."""
    chosen = select(VipReward).where(VipReward.id == key, VipReward.state != "deleted")
    found = (await session.scalars(chosen.with_for_update() if lock else chosen)).one_or_none()
    if found is None:
        msg = "There is no such reward of ours."
        raise NotFound(msg)
    return found


async def make(session: CreatorSession, shape: RewardShape, terms: Terms, actor: str) -> schemas.RewardRow:
    """Want a new reward; the platform is asked for it by a job. Raises Conflict where the title is one of ours already."""
    check(shape, terms)
    await standing.get(session)  # of two who press the button at once, the later one sees what the first has made
    if await _is_taken(session, shape.title):
        msg = "You have a reward with this title already."
        raise Conflict(msg, details={"title": msg})
    now = clock.now()
    row = VipReward(
        state="making",
        full=False,
        trouble="",
        shape=msgspec.to_builtins(shape),
        terms=schemas.as_dict(terms),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    return await _asked(session, row, "vips.reward.make", actor)


async def change(session: CreatorSession, key: int, shape: RewardShape, terms: Terms, actor: str) -> schemas.RewardRow:
    """Want a reward of ours to be otherwise; paused is part of its shape."""
    check(shape, terms)
    row = await get(session, key, lock=True)
    if row.state == "deleting":
        msg = "This reward is being deleted."
        raise Conflict(msg)
    row.shape, row.terms, row.trouble = msgspec.to_builtins(shape), schemas.as_dict(terms), ""
    return await _asked(session, row, "vips.reward.change", actor)


async def recreate(session: CreatorSession, key: int, actor: str) -> schemas.RewardRow:
    """Want a reward back that was deleted on the platform; it becomes a new one there."""
    row = await get(session, key, lock=True)
    if row.state != "gone":
        msg = "This reward is there."
        raise Conflict(msg)
    row.state, row.trouble = "making", ""
    return await _asked(session, row, "vips.reward.recreate", actor)


async def delete(session: CreatorSession, key: int, actor: str) -> schemas.RewardRow:
    """Want a reward of ours to go: it is paused, what waits gets its points back, then it is deleted."""
    row = await get(session, key, lock=True)
    row.state, row.trouble = "deleting", ""
    return await _asked(session, row, "vips.reward.delete", actor)


async def gone(session: CreatorSession, reward_id: str, *, actor: str) -> None:
    """Note that a reward of ours was deleted on the platform."""
    row = await by_platform(session, reward_id)
    if row is not None and row.state == "on":
        row.state, row.updated_at = "gone", clock.now()
        audit.record(session, "vips.reward.gone", f"vips.reward:{row.id}", actor=actor, meta={"reward": reward_id})


async def rest(session: CreatorSession) -> None:
    """Pause our rewards until a slot is free."""
    await _set_full(session, full=True)


async def wake(session: CreatorSession) -> None:
    """Let rewards that rest be redeemed again when a slot is free."""
    free = (await standing.meter(session)).free
    if free is None or free > 0:
        await _set_full(session, full=False)


async def sync(session: CreatorSession, row: VipReward) -> None:
    """Ask for the job that brings the platform in line."""
    key = f"reward:{row.id}"
    await queue.enqueue(session, kinds.REWARD, {"reward": row.id}, lane=key, dedup=key, max_attempts=kinds.PATIENT)


def check(shape: RewardShape, terms: Terms) -> None:
    """Refuse what no platform would take; raises Invalid naming each field."""
    wrong = rule.wrong(terms)
    if not 0 < len(shape.title.strip()) <= _TITLE:
        wrong["title"] = f"A title has 1 to {_TITLE} characters."
    if not 0 < shape.cost < 2**31:
        wrong["cost"] = "A reward costs at least 1 point."
    if len(shape.prompt) > _PROMPT:
        wrong["prompt"] = f"At most {_PROMPT} characters."
    if len(shape.color) != _COLOR or shape.color[0] != "#" or not set(shape.color[1:]) <= set("0123456789abcdefABCDEF"):
        wrong["color"] = "A colour is written #9147FF."
    if shape.cooldown_s is not None and not 0 < shape.cooldown_s <= _COOLDOWN_S:
        wrong["cooldown_s"] = f"A cooldown is from 1 to {_COOLDOWN_S:,} seconds."
    for name in ("per_stream", "per_user_per_stream"):
        limit = getattr(shape, name)
        if limit is not None and not 0 < limit < 2**31:
            wrong[name] = "A limit is at least 1."
    if wrong:
        msg = "This reward cannot be made so."
        raise Invalid(msg, details=wrong)


async def _is_taken(session: CreatorSession, title: str) -> bool:
    """Say whether a reward of ours that is there, or is being made, has this title; Twitch takes no two."""
    there = await session.scalars(select(VipReward).where(VipReward.state.in_(("making", "on"))))
    return title.strip().casefold() in {str(row.shape.get("title", "")).strip().casefold() for row in there}


async def _set_full(session: CreatorSession, *, full: bool) -> None:
    statement = update(VipReward).where(VipReward.state == "on", VipReward.full.is_(not full)).values(full=full, updated_at=clock.now())
    changed = (await session.scalars(statement.returning(VipReward.id))).all()
    for row in (await session.scalars(select(VipReward).where(VipReward.id.in_(changed)))).all() if changed else ():
        await sync(session, row)
        audit.record(session, "vips.reward.rest" if full else "vips.reward.wake", f"vips.reward:{row.id}")


async def _asked(session: CreatorSession, row: VipReward, action: str, actor: str) -> schemas.RewardRow:
    row.updated_at = clock.now()
    await session.flush()
    audit.record(session, action, f"vips.reward:{row.id}", actor=actor, meta={"shape": row.shape, "terms": row.terms})
    await sync(session, row)
    return shown.reward(row)
