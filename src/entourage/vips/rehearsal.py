"""A dry run: who would have got a badge in the last days by rules that are not saved yet."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import rewards, rule, schemas
from entourage.vips.rule import Facts, Rule, Terms
from entourage.vips.tables import VipClaim

_SHOWN = 100
_WHATEVER = frozenset({"moderator", "permanent"})
"""Why the platform gave no badge, whatever the rules said."""


class Outcome(msgspec.Struct):
    """What would have become of something that happened: `given`, `no_rule`, a condition that was not met, or `unsure`.

    Who was a `moderator` or `permanent` VIP when it happened would have got none, whatever the rules.
    """

    asked_at: str
    user_id: str
    name: str
    source: str
    amount: int
    verdict: str
    rule: str
    duration_s: int | None


class Rehearsal(msgspec.Struct):
    """How often each outcome would have come, how many people had got a badge, and the newest hundred outcomes."""

    days: int
    counts: dict[str, int]
    people: int
    outcomes: list[Outcome]


async def rehearse(session: CreatorSession, proposed: list[schemas.RuleRow], days: int = 7) -> Rehearsal:
    """Say who would have got a badge by these rules; what only the platform knows (follow age) is `unsure`."""
    rules = [Rule(f"rule:{n}", one.source, one.least, one.tier, one.terms) for n, one in enumerate(proposed, 1) if one.on]
    ours = {row.reward_id: row for row in await rewards.rows(session) if row.reward_id}
    since = clock.now() - timedelta(days=days)
    found = (
        await session.scalars(select(VipClaim).where(VipClaim.asked_at >= since, VipClaim.source != "hand").order_by(VipClaim.asked_at))
    ).all()
    last: dict[tuple[str, str], datetime] = {}
    outcomes: list[Outcome] = []
    for one in found:
        chosen = rule.choose(one.source, one.amount, one.tier, rules)
        reward = ours.get(one.reward_id or "")
        name, terms = (chosen.name, chosen.terms) if chosen else (f"reward:{reward.id}", reward.terms) if reward else ("", None)
        verdict = _verdict(one, terms, last.get((one.user_id, name)))
        if verdict == "given":
            last[one.user_id, name] = one.asked_at
        at = clock.iso(clock.to_ms(one.asked_at)) or ""
        outcomes.append(Outcome(at, one.user_id, one.name, one.source, one.amount, verdict, name, terms.duration_s if terms else None))
    people = {one.user_id for one in outcomes if one.verdict == "given"}
    return Rehearsal(days, dict(Counter(one.verdict for one in outcomes)), len(people), outcomes[: -_SHOWN - 1 : -1])


def _verdict(claim: VipClaim, terms: Terms | None, last: datetime | None) -> str:
    if terms is None:
        return "no_rule"
    if claim.state == "refused" and claim.reason in _WHATEVER:
        return claim.reason
    facts = Facts(last_given_at=last, known=frozenset())
    return rule.unmet(terms, facts, claim.asked_at) or "given"
