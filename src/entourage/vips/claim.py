"""One cause for a badge: received once, and ended as granted or refused; a redemption is then to be settled."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import msgspec
from sqlalchemy import Table, select

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict
from entourage.kernel.jobs import queue
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account, Redemption
from entourage.vips import choices, erasure, kinds, shown, states, telling, wording
from entourage.vips.desk import Desk
from entourage.vips.tables import VipClaim

TWITCH = "platform:twitch"
_COMMON = frozenset({"sub", "gift", "bits"})
"""What comes by the hundred and asks for a badge only by a rule: the audit log tells of those that got one."""
_claims = cast("Table", VipClaim.__table__)


class Asked(msgspec.Struct, kw_only=True):
    """What somebody asks a badge for; `key` is the same whenever it is told again."""

    key: str
    source: str
    user: Account
    asked_at: datetime
    amount: int = 0
    tier: str = ""
    reward_id: str | None = None
    redemption_id: str | None = None
    given_s: int | None = None
    until_stream_end: bool = False
    by: str = TWITCH


def of_redemption(redemption: Redemption) -> Asked:
    """Read a redemption as a claim."""
    return Asked(
        key=f"redemption:{redemption.id}", source="redemption", user=redemption.user, asked_at=redemption.redeemed_at,
        amount=redemption.cost,        reward_id=redemption.reward_id, redemption_id=redemption.id,
    )  # fmt: skip


async def receive(session: CreatorSession, asked: Asked) -> int | None:
    """Store a claim with the job that considers it; returns its id, or None when it was known already."""
    now = clock.now()
    row: dict[str, Any] = {
        "creator_id": session.creator, "key": asked.key, "source": asked.source, "user_id": asked.user.id, "login": asked.user.login[:100],
        "name": (asked.user.name or asked.user.login)[:100], "amount": asked.amount, "tier": asked.tier, "reward_id": asked.reward_id,
        "redemption_id": asked.redemption_id, "rule": "", "given_s": asked.given_s, "until_stream_end": asked.until_stream_end,
        "state": "received", "reason": "", "unsettled": False, "settled": "", "stuck": "", "by": asked.by, "asked_at": asked.asked_at,
        "received_at": now, "updated_at": now,
    }  # fmt: skip
    made: int | None = (await session.execute(_insert(session.dialect), row)).scalar_one_or_none()
    if made is None:
        return None
    if asked.source not in _COMMON:
        meta = {"claim": made, "name": row["name"], "amount": asked.amount}
        audit.record(session, f"vips.{asked.source}.received", kinds.about(asked.user.id), actor=asked.by, cause=asked.key, meta=meta)
    await ask_again(session, made, asked.user.id)
    return made


async def ask_again(session: CreatorSession, claim_id: int, user_id: str) -> None:
    """Ask for the job that considers a claim."""
    lane = kinds.lane(user_id)
    await queue.enqueue(session, kinds.CONSIDER, {"claim": claim_id}, lane=lane, dedup=f"claim:{claim_id}", max_attempts=kinds.PATIENT)


async def lock(session: CreatorSession, claim_id: int) -> VipClaim | None:
    """Return a claim as it is now, so that nobody else changes it in between."""
    return await session.get(VipClaim, claim_id, with_for_update=True, populate_existing=True)


async def by_key(session: CreatorSession, key: str) -> VipClaim | None:
    """Return the claim with a key, locked, or None."""
    chosen = select(VipClaim).where(VipClaim.key == key).with_for_update()
    return (await session.scalars(chosen, execution_options={"populate_existing": True})).one_or_none()


async def of_grant(session: CreatorSession, grant_id: int, state: str = "granting") -> Sequence[VipClaim]:
    """Return the claims of a grant in a state, first come first."""
    chosen = select(VipClaim).where(VipClaim.grant_id == grant_id, VipClaim.state == state).order_by(VipClaim.id).with_for_update()
    return (await session.scalars(chosen)).all()


async def granted(session: CreatorSession, claim: VipClaim, grant_id: int) -> None:
    """Note that a claim brought its time; a redemption is to be fulfilled."""
    _move(claim, "granted")
    claim.grant_id = grant_id
    await _to_settle(session, claim)


async def refuse(session: CreatorSession, desk: Desk, claim: VipClaim, reason: str, *, by: str = audit.SYSTEM) -> None:
    """Refuse a claim with a reason; a redemption's points go back, and its viewer is told why."""
    _move(claim, "refused")
    claim.reason = reason
    await _to_settle(session, claim)
    await erasure.ask_if_forgotten(session, claim)
    about = kinds.about(claim.user_id)
    audit.record(session, "vips.claim.refused", about, actor=by, cause=claim.key, meta={"claim": claim.id, "reason": reason})
    if claim.source == "redemption":
        language = (await choices.read(session)).language
        said = {"user": claim.name, "reason": wording.reason(reason, language)}
        await telling.tell(session, "refused", said, about=about, cause=claim.key)
        creator_id, row = session.creator, shown.claim(claim)
        session.after_commit(lambda: desk.publisher.refunded(creator_id, row))


async def close(session: CreatorSession, claim: VipClaim, state: str, reason: str, *, by: str = audit.SYSTEM) -> None:
    """End a claim that asks for nothing any more: `passed` by the rules, or `closed` by a hand on the platform."""
    _move(claim, state)
    claim.reason = reason
    await erasure.ask_if_forgotten(session, claim)
    if claim.source in _COMMON:
        return
    meta = {"claim": claim.id, "reason": reason}
    audit.record(session, f"vips.claim.{state}", kinds.about(claim.user_id), actor=by, cause=claim.key, meta=meta)


async def last_given(session: CreatorSession, user_id: str, rule: str) -> datetime | None:
    """Say when somebody last got time by a rule."""
    chosen = select(VipClaim.asked_at).where(VipClaim.user_id == user_id, VipClaim.rule == rule, VipClaim.state == "granted")
    chosen = chosen.order_by(VipClaim.id.desc()).limit(1)  # by the index of the person
    found: datetime | None = await session.scalar(chosen)
    return found


async def settle_again(session: CreatorSession, claim_id: int) -> None:
    """Ask for the job that tells the platform how a redemption ended."""
    key = f"settle:{claim_id}"
    await queue.enqueue(session, kinds.SETTLE, {"claim": claim_id}, lane=key, dedup=key, max_attempts=kinds.PATIENT)


async def _to_settle(session: CreatorSession, claim: VipClaim) -> None:
    if claim.redemption_id is not None:
        claim.unsettled = True
        await session.flush()
        await settle_again(session, claim.id)


def _move(claim: VipClaim, state: str) -> None:
    if not states.may_follow(states.CLAIM, claim.state, state):
        msg = f"A claim that is {claim.state} cannot become {state}."
        raise Conflict(msg)
    claim.state, claim.stuck, claim.updated_at = state, "", clock.now()


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(_claims, dialect)
    return insert.on_conflict_do_nothing().returning(_claims.c.id)
