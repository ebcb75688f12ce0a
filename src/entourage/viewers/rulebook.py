"""The tiers of a creator: their own, or the four of the house as long as they have written none."""

from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import schemas, tier
from entourage.viewers.tables import TierRule

COLORS = {"Bronze": "#cd7f32", "Silver": "#c0c0c0", "Gold": "#ffd700", "Platinum": "#e5e4e2"}


async def read(session: CreatorSession) -> list[schemas.TierInfo]:
    """Return the tiers, lowest first; those of the house have the ids 1 to 4."""
    found = (await session.scalars(select(TierRule).order_by(TierRule.sort_order))).all()
    if not found:
        return [
            schemas.TierInfo(n, rule.name, rule.coins, rule.hours, rule.visits, [], COLORS[rule.name], n)
            for n, rule in enumerate(tier.DEFAULTS, 1)
        ]
    return [
        schemas.TierInfo(r.id, r.tier_name, r.min_coins_spent, r.min_watchtime_hours, r.min_visits, r.benefits, r.badge_color, r.sort_order)
        for r in found
    ]


def as_rule(info: schemas.TierInfo) -> tier.Rule:
    """Turn a tier as it is shown into the pure rule."""
    return tier.Rule(info.tier_name, info.min_coins_spent, info.min_watchtime_hours, info.min_visits)
