"""A submission on the wire, in the seed's names, and what routes of the room share."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.clips import schemas
from entourage.clips.desk import Desk
from entourage.kernel.errors import Invalid
from entourage.kernel.http import allowed
from entourage.ports.views import Platform

READ, REVIEW, DECIDE, PAY, OWN = (
    [allowed("clips.read")], [allowed("clips.review")], [allowed("clips.decide")], [allowed("clips.pay")], [allowed("clips.submit")],
)  # fmt: skip
TheDesk = NamedDependency[SkipValidation[Desk]]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Before = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The id of the last row of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Status = Annotated[schemas.State | None, Parameter(query="status")]
CampaignId = Annotated[int | None, Parameter(query="campaignId", ge=1, le=2**63 - 1)]
PlatformName = Annotated[str, Parameter(query="platform", max_length=16, description="TIKTOK, INSTAGRAM, YOUTUBE or TWITTER.")]

_NAMED: Final[dict[str, Platform]] = {
    "TIKTOK": "tiktok", "INSTAGRAM": "instagram", "YOUTUBE": "youtube", "TWITTER": "x", "X": "x",
}  # fmt: skip
_NAMES: Final[dict[Platform, str]] = {"tiktok": "TIKTOK", "instagram": "INSTAGRAM", "youtube": "YOUTUBE", "x": "TWITTER"}


class Submission(msgspec.Struct, rename="camel", kw_only=True):
    """A clip as the seed writes it. `payout` is what it has earned, in minor units of `currency`."""

    id: int
    user_id: UUID
    user_name: str
    campaign_id: int
    campaign_title: str
    clip_id: str | None
    clip_url: str
    media_file_url: str
    platform: str
    status: schemas.State
    rejection_reason: str | None
    payout: int
    currency: str
    views: int
    flags: list[str]
    appealed: bool
    created_at: datetime


class Pages(msgspec.Struct, rename="camel"):
    """Where a page of submissions stands."""

    total: int
    limit: int
    offset: int
    has_more: bool


class Submissions(msgspec.Struct):
    """A page of submissions."""

    submissions: list[Submission]
    pagination: Pages


def read_platform(name: str) -> Platform | None:
    """Read a platform's name, the seed's or ours; nothing is None. Raises Invalid."""
    if not name:
        return None
    found = _NAMED.get(name.strip().upper())
    if found is None:
        msg = "A platform is one of TIKTOK, INSTAGRAM, YOUTUBE, TWITTER."
        raise Invalid(msg, details={"platform": msg})
    return found


def shown(row: schemas.ClipRow) -> Submission:
    """Write a clip as the seed does."""
    return Submission(
        id=row.id, user_id=row.user_id, user_name=row.clipper, campaign_id=row.campaign, campaign_title=row.campaign_title,
        clip_id=row.video_id, clip_url=row.url, media_file_url=row.media_url, platform=_NAMES[row.platform], status=row.state,
        rejection_reason=row.reason or None, payout=row.earned, currency=row.currency, views=row.views, flags=row.flags,
        appealed=row.appealed, created_at=row.submitted_at,
    )  # fmt: skip
