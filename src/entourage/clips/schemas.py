"""Shapes on the wire: what the room of clips answers and takes, and what its settings are."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from entourage.clips.earning import Terms
from entourage.ports.views import Outcome, Platform

CampaignState = Literal["DRAFT", "ACTIVE", "PAUSED", "COMPLETED", "CANCELLED"]
State = Literal["PENDING", "APPROVED", "REJECTED", "PAID"]
FlagState = Literal["open", "cleared", "upheld"]
Side = Literal["clipper", "manager"]
PayoutState = Literal["batched", "paid", "failed"]
Method = Literal["paypal", "bank", "stripe"]


class Settings(msgspec.Struct, kw_only=True):
    """What a creator decides about clips."""

    month_micro: int | None = 10_000_000  # micro-units of US dollars that counting may cost a month; None: no limit
    currency: str = "USD"  # of new campaigns
    least_payout: int = 2_000  # minor units: who has less waits for the next batch
    counting: bool = True  # off: nothing is read by itself
    rules: str = ""  # the house's own words to every clipper
    week_notice: bool = True  # tell Discord of a pot that empties and of clips that wait for review


class PayTo(msgspec.Struct, kw_only=True):
    """Where a clipper's money goes; kept sealed."""

    method: Method
    email: str = ""  # paypal
    holder: str = ""  # bank
    iban: str = ""  # bank
    bic: str = ""  # bank
    account: str = ""  # stripe: acct_...


class CampaignDraft(msgspec.Struct, kw_only=True):
    """What a manager says of a campaign. Money is minor units of `currency`; new terms hold for clips handed in from then on."""

    title: Annotated[str, msgspec.Meta(max_length=120)]
    platforms: list[Platform]
    deadline: datetime
    terms: Terms
    brief: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    client: Annotated[str, msgspec.Meta(max_length=120)] = ""
    currency: Annotated[str, msgspec.Meta(max_length=3)] = ""  # "" takes that of the settings; fixed once there is money
    budget: Annotated[int, msgspec.Meta(ge=0, le=10**13)] = 0
    starts_at: datetime | None = None  # None: now


class TermsRow(msgspec.Struct, kw_only=True):
    """One version of a campaign's terms."""

    version: int
    terms: Terms
    by: str
    created_at: datetime


class CampaignRow(msgspec.Struct, kw_only=True):
    """A campaign with its sums. Money is minor units of `currency`, `rateMicro` micro-units per 1,000 views."""

    id: int
    title: str
    brief: str
    client: str
    platforms: list[Platform]
    currency: str
    budget: int
    spent: int  # earned by clips: held, available, in transit or paid
    left: int
    paid: int
    state: CampaignState
    starts_at: datetime
    deadline: datetime
    terms: dict[str, Any]  # earning.Terms of the newest version
    version: int
    exhausted: bool
    clips: int
    pending: int
    flagged: int
    views: int
    approved_views: int  # of clips that earn
    clippers: int


class OpenCampaign(msgspec.Struct, kw_only=True):
    """A campaign as clippers see it."""

    id: int
    title: str
    brief: str
    platforms: list[Platform]
    currency: str
    left: int
    starts_at: datetime
    deadline: datetime
    terms: dict[str, Any]
    version: int


class ClipRow(msgspec.Struct, kw_only=True):
    """One clip, in lists and updates. Money is minor units of `currency`."""

    id: int
    campaign: int
    campaign_title: str
    user_id: UUID
    clipper: str
    platform: Platform
    video_id: str | None
    url: str
    title: str
    author: str
    state: State
    reason: str
    views: int
    latest: int
    likes: int | None
    comments: int | None
    shares: int | None
    earned: int
    fixed: int | None  # a person set the sum
    currency: str
    media_url: str  # the file itself, where the clipper gave it
    flags: list[str]  # codes of open ones
    appealed: bool
    removed: bool
    posted_at: datetime | None
    submitted_at: datetime
    read_at: datetime | None
    next_read_at: datetime | None


class ClipPage(msgspec.Struct, kw_only=True):
    """Some clips of a list, and how many there are in all."""

    rows: list[ClipRow]
    total: int


class ManyRow(msgspec.Struct, kw_only=True):
    """What came of deciding about many clips at once: which were decided now, and why others were not. Lists are of clips' ids."""

    approved: list[int] = []
    rejected: list[int] = []
    reopened: list[int] = []
    unchanged: list[int] = []  # were so already
    refused: dict[str, str] = {}  # why not, by the clip's id
    undoable: list[int] = []  # of the decided: those that had not been decided before, so that they can be reopened
    dry: list[int] = []  # of the approved: those whose campaign's pot is empty, so that it must be filled before they earn all


class ReadingRow(msgspec.Struct, kw_only=True):
    """One reading."""

    id: int
    at: datetime
    provider: str
    metric: str
    outcome: Outcome
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    detail: str
    by: str


class FlagRow(msgspec.Struct, kw_only=True):
    """A doubt about a clip, with the numbers it rests on."""

    id: int
    clip: int
    code: str
    evidence: dict[str, Any]
    state: FlagState
    note: str
    raised_at: datetime
    decided_at: datetime | None


class WordRow(msgspec.Struct, kw_only=True):
    """One message between a clipper and the manager about a clip."""

    id: int
    side: Side
    text: str
    at: datetime


class ClipperRow(msgspec.Struct, kw_only=True):
    """Somebody who clips: which accounts are theirs, and how they are paid; where to is told to nobody but them."""

    user_id: UUID
    name: str
    handles: dict[Platform, list[str]]
    method: str  # "" while they have not said
    hint: str  # the end of the address or account, for themselves; "" for others
    joined_at: datetime


class Balance(msgspec.Struct, kw_only=True):
    """How it stands with one clipper's money in one currency, minor units; `available` below zero is carried to the next payout."""

    user_id: UUID
    clipper: str
    currency: str
    held: int
    available: int
    transit: int
    paid: int
    method: str  # "" while the clipper has not said where to pay


class PayoutRow(msgspec.Struct, kw_only=True):
    """One payout to one clipper."""

    id: int
    batch: int
    user_id: UUID
    clipper: str
    amount: int
    currency: str
    method: str
    state: PayoutState
    reference: str
    trouble: str
    created_at: datetime
    settled_at: datetime | None


class BatchRow(msgspec.Struct, kw_only=True):
    """Payouts that are made together."""

    id: int
    key: str  # PayPal's sender_batch_id
    currency: str
    amount: int
    count: int
    open: int  # neither paid nor failed yet
    paid: int
    failed: int
    by: str
    created_at: datetime


class StatementLine(msgspec.Struct, kw_only=True):
    """One transfer in words that a clipper can follow: when, what, how much, and by which reading, terms and steps."""

    id: int
    at: datetime
    kind: str
    amount: int  # below zero only for what was taken back
    currency: str
    clip: int | None
    reading: int | None  # the newest one then
    views: int | None
    version: int | None
    steps: list[dict[str, Any]]
    payout: int | None


class ClipStatement(msgspec.Struct, kw_only=True):
    """Where each cent of one clip came from and where it is; the sums are those of the lines. Money is minor units of `currency`."""

    clip: ClipRow
    currency: str
    terms: Terms
    version: int
    earned: int
    held: int
    available: int
    transit: int
    paid: int
    lines: list[StatementLine]
    steps: list[dict[str, Any]]  # what the rule says now, also of views that earn nothing: {code, views, amount}


class ClipSum(msgspec.Struct, kw_only=True):
    """One clip on a clipper's statement."""

    id: int
    title: str
    url: str
    campaign: int
    campaign_title: str
    state: State
    views: int
    currency: str
    earned: int
    held: int
    available: int
    transit: int
    paid: int


class ClipperStatement(msgspec.Struct, kw_only=True):
    """How it stands with one clipper's money: by currency, by clip (newest first), and what was paid."""

    balances: list[Balance]
    clips: list[ClipSum]
    payouts: list[PayoutRow]


class RunRow(msgspec.Struct, kw_only=True):
    """One run of a provider; money is micro-units of US dollars."""

    id: int
    provider: str
    platform: str
    state: Literal["planned", "started", "done", "failed"]
    why: str
    run_id: str
    asked: int
    good: int
    reserved_micro: int
    cost_micro: int | None
    trouble: str
    planned_at: datetime
    finished_at: datetime | None


class ReportRow(msgspec.Struct, kw_only=True):
    """A client's link, without its secret."""

    id: int
    campaign: int
    name: str
    hint: str
    names: bool
    created_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


class ReportSum(msgspec.Struct, kw_only=True):
    """Clips and views of one platform or clipper, without what was rejected."""

    name: str
    clips: int
    views: int
    approved_views: int


class ReportClip(msgspec.Struct, kw_only=True):
    """One of the most watched clips."""

    platform: Platform
    url: str
    title: str
    clipper: str
    views: int
    approved: bool
    posted_at: datetime | None


class ClientReport(msgspec.Struct, kw_only=True):
    """What a client reads of their campaign; nothing in it counts what was rejected. Money is minor units of `currency`."""

    title: str
    client: str
    state: CampaignState
    starts_at: datetime
    deadline: datetime
    currency: str
    budget: int
    spent: int
    left: int
    clips: int
    approved: int
    pending: int
    views: int
    approved_views: int
    pending_views: int
    platforms: list[ReportSum]
    clippers: list[ReportSum]
    top: list[ReportClip]
    days: list[tuple[date, int]]  # all views by the end of each day (UTC) on which somebody counted
    creator: str
    zone: str  # the creator's, IANA name
    names: bool


def as_dict(value: msgspec.Struct) -> dict[str, Any]:
    """Return a shape as what a JSON column keeps."""
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found
