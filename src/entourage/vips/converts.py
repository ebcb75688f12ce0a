"""Who came for the badge and stayed: people who redeemed a reward of ours and subscribed afterwards, for the first time that we saw."""

import msgspec
from sqlalchemy import func, select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.vips.tables import VipClaim

_SHOWN = 20


class Convert(msgspec.Struct):
    """Somebody whose first redemption came before their first subscription; `tier` is 1000, 2000 or 3000."""

    user_id: str
    name: str
    redeemed_at: str
    subscribed_at: str
    tier: int


class Converts(msgspec.Struct):
    """How many people redeemed, how many of them subscribed later, and who did so last."""

    redeemers: int
    subscribed: int
    newest: list[Convert]


async def read(session: CreatorSession) -> Converts:
    """Compare first redemptions that brought a badge with first subscriptions; gifted ones are not seen here."""
    first = (
        select(VipClaim.user_id, func.min(VipClaim.asked_at).label("at"))
        .where(VipClaim.source == "redemption", VipClaim.state == "granted")
        .group_by(VipClaim.user_id)
        .subquery()
    )
    began = (
        select(VipClaim.user_id, func.min(VipClaim.asked_at).label("at"), func.max(VipClaim.amount).label("tier"))
        .where(VipClaim.source == "sub")
        .group_by(VipClaim.user_id)
        .subquery()
    )
    redeemers = await session.scalar(select(func.count()).select_from(first)) or 0
    both = (
        select(first.c.user_id, first.c.at, began.c.at, began.c.tier, func.max(VipClaim.name))
        .join(began, began.c.user_id == first.c.user_id)
        .join(VipClaim, VipClaim.user_id == first.c.user_id)
        .where(began.c.at > first.c.at)
        .group_by(first.c.user_id, first.c.at, began.c.at, began.c.tier)
        .order_by(began.c.at.desc(), first.c.user_id)
    )
    found = (await session.execute(both)).all()
    newest = [
        Convert(user_id, name, clock.iso(clock.to_ms(redeemed)) or "", clock.iso(clock.to_ms(subscribed)) or "", int(tier))
        for user_id, redeemed, subscribed, tier, name in found
        if name  # nameless: forgotten
    ]
    return Converts(redeemers, len(found), newest[:_SHOWN])
