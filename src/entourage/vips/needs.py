"""What a creator has switched on, as the features for which a platform must be asked for consent."""

import msgspec
from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.ports.consent import Feature
from entourage.vips import choices, rewards
from entourage.vips.rule import RuleSource, Terms
from entourage.vips.tables import VipRule

_BY_SOURCE: dict[RuleSource, Feature] = {"cost": "points", "sub": "subs", "gift": "subs", "bits": "bits"}


async def features(session: CreatorSession) -> frozenset[Feature]:
    """Return the features that the rules, rewards and settings of the session's creator need."""
    needed: set[Feature] = {"vips", "moderators", "chat"}
    settings = await choices.read(session)
    if settings.commands:
        needed.add("commands")
    if any(line.on and line.announce for line in settings.lines.values()):
        needed.add("announcements")
    listed = [row.terms for row in await rewards.rows(session)]
    if listed:
        needed.add("points")
    for row in await session.scalars(select(VipRule).where(VipRule.on)):
        listed.append(msgspec.convert(row.terms, Terms))
        if feature := _BY_SOURCE.get(row.source):  # type: ignore[call-overload]
            needed.add(feature)
    if any(terms.follow_days for terms in listed):
        needed.add("follows")
    return frozenset(needed)
