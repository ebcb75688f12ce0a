"""Who came for the badge and stayed: people who redeemed a reward of ours and subscribed afterwards, for the first time that we saw."""

import msgspec
from sqlalchemy import func, select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.vips.tables import VipClaim

_SHOWN = 20
_LOOKED_AT = 200
"""Of so many of the newest those with a name are shown: of the forgotten only the number is known."""


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
    both = (
        select(first.c.user_id, first.c.at.label("redeemed"), began.c.at.label("subscribed"), began.c.tier)
        .join(began, began.c.user_id == first.c.user_id)
        .where(began.c.at > first.c.at)
    )
    last = both.order_by(began.c.at.desc(), first.c.user_id).limit(_LOOKED_AT).subquery()
    # The newest name; the forgotten have none.
    of_them = (VipClaim.creator_id == session.creator, VipClaim.user_id == last.c.user_id)
    name = select(VipClaim.name).where(*of_them).order_by(VipClaim.id.desc()).limit(1).scalar_subquery()
    found = await session.execute(select(last, name.label("name")).order_by(last.c.subscribed.desc(), last.c.user_id))
    newest = [
        Convert(
            row.user_id, row.name, clock.iso(clock.to_ms(row.redeemed)) or "", clock.iso(clock.to_ms(row.subscribed)) or "", int(row.tier)
        )
        for row in found
        if row.name
    ]
    redeemers = await session.scalar(select(func.count()).select_from(first)) or 0
    subscribed = await session.scalar(select(func.count()).select_from(both.subquery())) or 0
    return Converts(redeemers, subscribed, newest[:_SHOWN])
