"""Campaigns: made, changed, opened and closed; their pot is filled through the ledger, and their sums are counted, never kept."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, get_args

import msgspec
from sqlalchemy import case, func, select

from entourage.clips import choices, kinds, ledger, schemas, terms
from entourage.clips.desk import Desk
from entourage.clips.ledger import Sums, Transfer
from entourage.clips.tables import ClipCampaign, ClipSubmission
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform

_NEXT: Final[dict[str, frozenset[str]]] = {
    "DRAFT": frozenset({"ACTIVE", "CANCELLED"}),
    "ACTIVE": frozenset({"PAUSED", "COMPLETED", "CANCELLED"}),
    "PAUSED": frozenset({"ACTIVE", "COMPLETED", "CANCELLED"}),
    "COMPLETED": frozenset({"ACTIVE"}),
    "CANCELLED": frozenset({"ACTIVE"}),
}
"""Where a campaign may go from where it is; what was ended by mistake may go on."""
_OVER = frozenset({"COMPLETED", "CANCELLED"})
_APPROVED = case((ClipSubmission.state.in_(("APPROVED", "PAID")), ClipSubmission.views), else_=0)
_COUNTED = case((ClipSubmission.state != "REJECTED", ClipSubmission.views), else_=0)


async def create(session: CreatorSession, desk: Desk, draft: schemas.CampaignDraft, actor: str) -> schemas.CampaignRow:
    """Make a campaign, a draft at first; raises Invalid naming each field that cannot be."""
    settings, now = await choices.read(session), clock.now()
    _refuse(draft, now)
    row = ClipCampaign(
        title=draft.title.strip(), brief=draft.brief.strip(), client=draft.client.strip(), platforms=_platforms(draft),
        currency=choices.read_currency(draft.currency or settings.currency), budget=0, state="DRAFT", starts_at=draft.starts_at or now,
        deadline=draft.deadline, terms=1, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await terms.add(session, row.id, 1, draft.terms, actor)
    audit.record(session, "clips.campaign.create", kinds.campaign(row.id), actor=actor, meta=schemas.as_dict(draft))
    if draft.budget:
        await fund(session, desk, row.id, draft.budget, actor)
    return await _told(session, desk, row)


async def edit(session: CreatorSession, desk: Desk, campaign: int, draft: schemas.CampaignDraft, actor: str) -> schemas.CampaignRow:
    """Change a campaign to what the draft says; other terms are a new version, which clips handed in before do not see."""
    row, before = await get(session, campaign, lock=True), await terms.of(session, campaign)
    draft = msgspec.structs.replace(draft, starts_at=draft.starts_at or row.starts_at)
    _refuse(draft, clock.now(), was=row.deadline)
    currency = choices.read_currency(draft.currency or row.currency)
    if currency != row.currency and (await ledger.sum_of(session, "campaign", campaign)).last:
        msg = "The currency cannot be changed any more: money was moved in it."
        raise Conflict(msg, details={"currency": msg})
    row.title, row.brief, row.client = draft.title.strip(), draft.brief.strip(), draft.client.strip()
    row.platforms, row.currency, row.updated_at = _platforms(draft), currency, clock.now()
    moved = (row.starts_at, row.deadline) != (draft.starts_at, draft.deadline)
    row.starts_at, row.deadline = draft.starts_at or row.starts_at, draft.deadline
    if moved:
        await queue.enqueue(session, kinds.RECOUNT, {"campaign": campaign}, lane=kinds.lane(session.creator), dedup=str(campaign))
    if draft.terms != before[row.terms]:
        row.terms = max(before) + 1
        await terms.add(session, campaign, row.terms, draft.terms, actor)
    audit.record(session, "clips.campaign.edit", kinds.campaign(campaign), actor=actor, meta=schemas.as_dict(draft))
    if draft.budget != row.budget:
        await fund(session, desk, campaign, draft.budget, actor)
    return await _told(session, desk, row)


async def set_state(session: CreatorSession, desk: Desk, campaign: int, state: str, actor: str) -> schemas.CampaignRow:
    """Open, pause, complete, cancel a campaign, or let it go on; raises Invalid or Conflict. The same state again changes nothing."""
    if state not in get_args(schemas.CampaignState):
        msg = f"A campaign is one of {', '.join(get_args(schemas.CampaignState))}."
        raise Invalid(msg, details={"state": msg})
    row = await get(session, campaign, lock=True)
    if row.state == state:
        return await _told(session, desk, row)
    if state not in _NEXT[row.state]:
        msg = f"A campaign that is {row.state} cannot become {state}."
        raise Conflict(msg)
    now = clock.now()
    if state == "ACTIVE" and row.deadline <= now:
        msg = "Its deadline is over. Set a later one first."
        raise Conflict(msg, details={"deadline": msg})
    if state == "ACTIVE" and row.budget <= 0:
        msg = "There is nothing in its pot. Give it a budget first."
        raise Conflict(msg, details={"budget": msg})
    audit.record(session, "clips.campaign.state", kinds.campaign(campaign), actor=actor, meta={"from": row.state, "to": state})
    row.state, row.updated_at, row.finished_at = state, now, now if state in _OVER else None
    return await _told(session, desk, row)


async def fund(session: CreatorSession, desk: Desk, campaign: int, budget: int, actor: str) -> schemas.CampaignRow:
    """Bring what the client gives to `budget` (minor units); raises Conflict for less than what clips have earned already."""
    row = await get(session, campaign, lock=True)
    sums = await ledger.sum_of(session, "campaign", campaign)
    if budget < sums.earned + sums.owed:
        msg = "The budget cannot be less than what clips have earned already."
        raise Conflict(msg, details={"budget": msg})
    more = budget - sums.budget
    if more:
        where: dict[str, Any] = {"debit": "client", "credit": "funds"} if more > 0 else {"debit": "funds", "credit": "client"}
        kind: ledger.Kind = "fund" if more > 0 else "defund"
        key = f"{kind}:{campaign}:{sums.last}"
        one = Transfer(key=key, kind=kind, amount=abs(more), currency=row.currency, campaign=campaign, **where)
        await ledger.post(session, [one], actor=actor)
        row.budget, row.updated_at = budget, clock.now()
        row.exhausted_at = None if sums.free + more > 0 else row.exhausted_at
        audit.record(session, "clips.campaign.fund", kinds.campaign(campaign), actor=actor, meta={"budget": budget, "more": more})
    return await _told(session, desk, row)


async def get(session: CreatorSession, campaign: int, *, lock: bool = False) -> ClipCampaign:
    """Return a campaign, with `lock` under the creator's row; raises NotFound."""
    if lock:
        await choices.lock(session)
    row = (
        await session.scalars(select(ClipCampaign).where(ClipCampaign.id == campaign), execution_options={"populate_existing": lock})
    ).first()
    if row is None:
        msg = "There is no such campaign."
        raise NotFound(msg)
    return row


async def rows(session: CreatorSession, *, states: Collection[str] | None = None) -> list[schemas.CampaignRow]:
    """Return campaigns with their sums, newest first; with `states` only those."""
    chosen = select(ClipCampaign).order_by(ClipCampaign.id.desc())
    if states is not None:
        chosen = chosen.where(ClipCampaign.state.in_(states))
    return await _shown(session, (await session.scalars(chosen)).all())


async def row(session: CreatorSession, campaign: int) -> schemas.CampaignRow:
    """Return one campaign with its sums; raises NotFound."""
    return (await _shown(session, [await get(session, campaign)]))[0]


async def open_ones(session: CreatorSession, now: datetime | None = None) -> list[schemas.CampaignRow]:
    """Return the campaigns that take clips now, the one that ends first standing first; those whose pot is empty come last."""
    now = now or clock.now()
    found = [one for one in await rows(session, states=["ACTIVE"]) if one.starts_at <= now < one.deadline]
    return sorted(found, key=lambda one: (one.exhausted, one.deadline, one.id))


async def _told(session: CreatorSession, desk: Desk, row: ClipCampaign) -> schemas.CampaignRow:
    await session.flush()
    creator_id, campaign = session.creator, row.id
    session.after_commit(lambda: desk.publisher.campaign(creator_id, campaign))
    return (await _shown(session, [row]))[0]


async def _shown(session: CreatorSession, found: Sequence[ClipCampaign]) -> list[schemas.CampaignRow]:
    ids = [one.id for one in found]
    sums, counts = await ledger.sums(session, "campaign", only=ids), await _counts(session, ids)
    held_to = await terms.newest(session, {one.id: one.terms for one in found})
    return [_row(one, sums.get(one.id, Sums()), counts.get(one.id, {}), schemas.as_dict(held_to[one.id])) for one in found]


def _row(one: ClipCampaign, sums: Sums, counts: dict[str, int], held_to: dict[str, Any]) -> schemas.CampaignRow:
    fields = ("id", "title", "brief", "client", "currency", "starts_at", "deadline")
    platforms = [known for known in get_args(Platform) if known in one.platforms]
    return schemas.CampaignRow(
        **{name: getattr(one, name) for name in fields}, platforms=platforms, state=msgspec.convert(one.state, schemas.CampaignState),
        budget=sums.budget, spent=sums.earned, left=sums.free, paid=sums.paid, terms=held_to, version=one.terms,
        exhausted=one.exhausted_at is not None, clips=counts.get("clips", 0), pending=counts.get("pending", 0),
        flagged=counts.get("flagged", 0), views=counts.get("views", 0), approved_views=counts.get("approved_views", 0),
        clippers=counts.get("clippers", 0),
    )  # fmt: skip


async def _counts(session: CreatorSession, ids: Collection[int]) -> dict[int, dict[str, int]]:
    one = ClipSubmission
    sums = {
        "clips": func.count(),
        "pending": func.sum(case((one.state == "PENDING", 1), else_=0)),
        "flagged": func.sum(case((one.flags > 0, 1), else_=0)),
        "views": func.sum(_COUNTED),
        "approved_views": func.sum(_APPROVED),
        "clippers": func.count(one.user_id.distinct()),
    }
    chosen = select(one.campaign, *(func.coalesce(sums[name], 0).label(name) for name in sums))
    found = await session.execute(chosen.where(one.campaign.in_(list(ids))).group_by(one.campaign))
    return {line.campaign: {name: int(getattr(line, name)) for name in sums} for line in found}


def _platforms(draft: schemas.CampaignDraft) -> list[str]:
    return [known for known in get_args(Platform) if known in draft.platforms]


def _refuse(draft: schemas.CampaignDraft, now: datetime, was: datetime | None = None) -> None:
    details = terms.check(draft.terms)
    if not draft.title.strip():
        details["title"] = "A campaign needs a title."
    if not draft.platforms:
        details["platforms"] = "Choose at least one platform."
    if draft.deadline.tzinfo is None or (draft.starts_at and draft.starts_at.tzinfo is None):
        details["deadline"] = "Say the moment with its zone."
    elif draft.deadline <= (draft.starts_at or now):
        details["deadline"] = "It ends after it begins."
    elif draft.deadline <= now and draft.deadline != was:
        details["deadline"] = "The deadline is over already."
    if details:
        msg = "Some of this cannot be used."
        raise Invalid(msg, details=details)
