"""Rows of the tables as they are shown."""

from datetime import datetime

import msgspec

from entourage.kernel import clock
from entourage.vips import schemas
from entourage.vips.rule import Terms
from entourage.vips.tables import PermanentVip, VipClaim, VipGrant, VipReward, VipRule


def grant(row: VipGrant) -> schemas.GrantRow:
    """Show a badge as it stands now."""
    left = None
    if row.state == "active" and row.ends_at is not None:
        left = max(0, int((row.ends_at - clock.now()).total_seconds()))
    state: schemas.State = "needs_sign_in" if row.stuck else row.state  # type: ignore[assignment]
    return schemas.GrantRow(
        id=row.id, user_id=row.user_id, login=row.login, name=row.name, state=state, source=row.source, cause=row.cause,
        began_at=_iso(row.began_at) or "", given_at=_iso(row.given_at), ends_at=_iso(row.ends_at), until_stream_end=row.until_stream_end,
        seconds_left=left, renewals=row.renewals, ended_at=_iso(row.ended_at), ended_why=row.ended_why, ended_by=row.ended_by,
        trouble=row.trouble,
    )  # fmt: skip


def claim(row: VipClaim) -> schemas.ClaimRow:
    """Show one cause for a badge."""
    return schemas.ClaimRow(
        id=row.id, key=row.key, source=row.source, user_id=row.user_id, login=row.login, name=row.name, amount=row.amount,
        reward_id=row.reward_id, rule=row.rule, given_s=row.given_s, until_stream_end=row.until_stream_end, state=row.state,
        reason=row.reason, settled=row.settled, refunded=row.settled == "refunded", grant_id=row.grant_id, by=row.by,
        asked_at=_iso(row.asked_at) or "",
    )  # fmt: skip


def permanent(row: PermanentVip) -> schemas.PermanentRow:
    """Show a badge that is not ours."""
    return schemas.PermanentRow(user_id=row.user_id, login=row.login, name=row.name, noted_at=_iso(row.noted_at) or "", how=row.how)


def rule(row: VipRule) -> schemas.RuleRow:
    """Show a rule."""
    terms = msgspec.convert(row.terms, Terms)
    return schemas.RuleRow(id=row.id, source=row.source, least=row.least, tier=row.tier, on=row.on, terms=terms)  # type: ignore[arg-type]


def reward(row: VipReward) -> schemas.RewardRow:
    """Show a reward of ours."""
    return schemas.RewardRow(
        id=row.id, reward_id=row.reward_id, state=row.state, full=row.full, trouble=row.trouble, shape=row.shape,
        terms=msgspec.convert(row.terms, Terms),
    )  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return None if at is None else clock.iso(clock.to_ms(at))
