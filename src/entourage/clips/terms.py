"""The terms of a campaign, version by version: a clip is held to the one under which it was handed in."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from entourage.clips import schemas
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipTerms
from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession

_MOST = 10**13
_MOST_DAYS = 365


def check(terms: Terms) -> dict[str, str]:
    """Say what of the terms cannot be, by field."""
    found = {}
    if not 0 < terms.rate_micro <= _MOST:
        found["rate_micro"] = "Say what 1,000 views are worth."
    if not 0 <= terms.min_views <= _MOST:
        found["min_views"] = "The fewest views that count are zero or more."
    if not 0 <= terms.clip_least <= _MOST:
        found["clip_least"] = "The least that a clip is paid is zero or more."
    if terms.clip_most is not None and not max(1, terms.clip_least) <= terms.clip_most <= _MOST:
        found["clip_most"] = "The most that a clip is paid is not less than the least; leave it empty for no limit."
    if terms.clipper_most is not None and not max(1, terms.clip_least) <= terms.clipper_most <= _MOST:
        found["clipper_most"] = "The most that one clipper is paid is not less than the least for a clip; leave it empty for no limit."
    if not 0 <= terms.hold_days <= _MOST_DAYS:
        found["hold_days"] = f"Money is held from 0 to {_MOST_DAYS} days."
    return found


async def add(session: CreatorSession, campaign: int, version: int, terms: Terms, actor: str) -> None:
    """Write a version down; raises Invalid naming each field that cannot be."""
    if details := check(terms):
        msg = "These terms cannot be used."
        raise Invalid(msg, details=details)
    kept = schemas.as_dict(terms)
    session.add(ClipTerms(campaign=campaign, version=version, terms=kept, by=actor[:100], created_at=clock.now()))
    await session.flush()


async def of(session: CreatorSession, campaign: int) -> dict[int, Terms]:
    """Return all versions of a campaign's terms."""
    chosen = select(ClipTerms.version, ClipTerms.terms).where(ClipTerms.campaign == campaign)
    return {version: read(kept) for version, kept in await session.execute(chosen)}


async def newest(session: CreatorSession, versions: Mapping[int, int]) -> dict[int, Terms]:
    """Return the terms of campaigns, given the version of each."""
    chosen = select(ClipTerms.campaign, ClipTerms.version, ClipTerms.terms).where(ClipTerms.campaign.in_(list(versions)))
    return {campaign: read(kept) for campaign, version, kept in await session.execute(chosen) if versions[campaign] == version}


async def history(session: CreatorSession, campaign: int) -> list[schemas.TermsRow]:
    """Return all versions as pages show them, newest first."""
    found = await session.scalars(select(ClipTerms).where(ClipTerms.campaign == campaign).order_by(ClipTerms.version.desc()))
    return [schemas.TermsRow(version=one.version, terms=read(one.terms), by=one.by, created_at=one.created_at) for one in found]


def read(kept: Mapping[str, object]) -> Terms:
    """Return terms from what the column keeps."""
    return msgspec.convert(kept, Terms)
