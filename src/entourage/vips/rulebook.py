"""The creator's rules: read, made, changed, removed, and asked which one decides about a claim."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import rewards, rule, schemas, shown
from entourage.vips.rule import Rule, Terms
from entourage.vips.tables import VipClaim, VipRule

_MOST = 100
_LEAST = {"cost": (1, 2**31), "sub": (1000, 3000), "gift": (1, 10_000), "bits": (1, 10_000_000), "tier": (0, 0)}


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rule decides about a claim (`reward:4`, `rule:7`, `hand`), and on which terms."""

    name: str
    terms: Terms


async def rows(session: CreatorSession) -> list[schemas.RuleRow]:
    """Return the rules in the order in which they were made."""
    return [shown.rule(row) for row in await session.scalars(select(VipRule).order_by(VipRule.id))]


async def put(session: CreatorSession, row: schemas.RuleRow, actor: str) -> schemas.RuleRow:
    """Make a rule (id 0) or change one; raises Invalid, NotFound, or Conflict for more than a hundred."""
    check(row)
    if row.id:
        found = await _get(session, row.id)
    else:
        if (await session.scalar(select(func.count()).select_from(VipRule)) or 0) >= _MOST:
            msg = f"There are {_MOST} rules already; remove one first."
            raise Conflict(msg)
        found = VipRule(source=row.source, least=0, terms={}, updated_at=clock.now())
        session.add(found)
    found.source, found.least, found.tier, found.on = row.source, row.least, row.tier, row.on
    found.terms, found.updated_at = schemas.as_dict(row.terms), clock.now()
    await session.flush()
    audit.record(session, "vips.rule.set", f"vips.rule:{found.id}", actor=actor, meta=schemas.as_dict(shown.rule(found)))
    return shown.rule(found)


async def remove(session: CreatorSession, rule_id: int, actor: str) -> schemas.RuleRow:
    """Remove a rule; raises NotFound."""
    found = await _get(session, rule_id)
    row = shown.rule(found)
    await session.delete(found)
    audit.record(session, "vips.rule.remove", f"vips.rule:{rule_id}", actor=actor, meta=schemas.as_dict(row))
    return row


async def as_rules(session: CreatorSession) -> list[Rule]:
    """Return the rules that are on, as `rule.choose` wants them."""
    found = await session.scalars(select(VipRule).where(VipRule.on).order_by(VipRule.id))
    return [Rule(f"rule:{one.id}", one.source, one.least, one.tier, msgspec.convert(one.terms, Terms)) for one in found]  # type: ignore[arg-type]


async def decide(session: CreatorSession, claim: VipClaim) -> Decision | None:
    """Say which rule decides about a claim; None when there is none."""
    if claim.source == "hand":
        return Decision("hand", Terms(duration_s=None if claim.until_stream_end else claim.given_s))
    chosen = rule.choose(claim.source, claim.amount, claim.tier, await as_rules(session))
    if claim.source != "redemption":
        return Decision(chosen.name, chosen.terms) if chosen else None
    reward = await rewards.by_platform(session, claim.reward_id or "")
    if reward is None:
        return None
    return Decision(chosen.name, chosen.terms) if chosen else Decision(f"reward:{reward.id}", msgspec.convert(reward.terms, Terms))


def check(row: schemas.RuleRow) -> None:
    """Refuse a rule that makes no sense; raises Invalid naming each field."""
    least, most = _LEAST[row.source]
    wrong = rule.wrong(row.terms)
    if not least <= row.least <= most:
        wrong["least"] = f"From {least:,} to {most:,}."
    if row.source == "tier" and not 0 < len(row.tier) <= 50:  # noqa: PLR2004
        wrong["tier"] = "Name the loyalty tier."
    if wrong:
        msg = "This rule cannot be used."
        raise Invalid(msg, details=wrong)


async def _get(session: CreatorSession, rule_id: int) -> VipRule:
    found = (await session.scalars(select(VipRule).where(VipRule.id == rule_id))).one_or_none()
    if found is None:
        msg = "There is no such rule."
        raise NotFound(msg)
    return found
