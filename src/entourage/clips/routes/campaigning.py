"""Campaigns, their terms and their links for clients; and the creator's settings for clips."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from entourage.clips import campaigns, choices, reports, schemas, terms
from entourage.clips.routes.shapes import DECIDE, READ, Id, TheDesk
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database

Wanted = Annotated[schemas.CampaignState | None, Parameter(query="state")]


class Turn(msgspec.Struct):
    """What a campaign becomes."""

    state: schemas.CampaignState


class Pot(msgspec.Struct):
    """What the client gives in all, in minor units of the campaign's currency."""

    budget: Annotated[int, msgspec.Meta(ge=0, le=10**13)]


class Link(msgspec.Struct):
    """Whom a link is for, and whether they read clippers' names."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    names: bool = False


class Made(msgspec.Struct):
    """A link, and its secret, which is shown once: the page is /report/ and the secret."""

    report: schemas.ReportRow
    token: str


@get("/api/clips/campaigns", guards=READ, tags=["clips"])
async def list_campaigns(actor: Actor, db: Database, wanted: Wanted = None) -> Answer[list[schemas.CampaignRow]]:
    """List campaigns with their sums, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await campaigns.rows(session, states=None if wanted is None else [wanted]))


@post("/api/clips/campaigns", guards=DECIDE, tags=["clips"])
async def make_campaign(actor: Actor, db: Database, clip_desk: TheDesk, data: schemas.CampaignDraft) -> Answer[schemas.CampaignRow]:
    """Make a campaign, a draft at first."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await campaigns.create(session, clip_desk, data, actor.label))


@get("/api/clips/campaigns/{campaign:int}", guards=READ, tags=["clips"])
async def show_campaign(actor: Actor, db: Database, campaign: Id) -> Answer[schemas.CampaignRow]:
    """Show one campaign with its sums."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await campaigns.row(session, campaign))


@put("/api/clips/campaigns/{campaign:int}", guards=DECIDE, tags=["clips"])
async def change_campaign(
    actor: Actor, db: Database, clip_desk: TheDesk, campaign: Id, data: schemas.CampaignDraft
) -> Answer[schemas.CampaignRow]:  # fmt: skip
    """Change a campaign; what is left out goes back to its default. New terms hold for clips handed in from now on."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await campaigns.edit(session, clip_desk, campaign, data, actor.label))


@put("/api/clips/campaigns/{campaign:int}/state", guards=DECIDE, tags=["clips"])
async def turn_campaign(actor: Actor, db: Database, clip_desk: TheDesk, campaign: Id, data: Turn) -> Answer[schemas.CampaignRow]:
    """Open, pause, complete or cancel a campaign, or let it go on."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await campaigns.set_state(session, clip_desk, campaign, data.state, actor.label))


@put("/api/clips/campaigns/{campaign:int}/budget", guards=DECIDE, tags=["clips"])
async def fund_campaign(actor: Actor, db: Database, clip_desk: TheDesk, campaign: Id, data: Pot) -> Answer[schemas.CampaignRow]:
    """Raise or lower what the client gives, never under what clips have earned."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await campaigns.fund(session, clip_desk, campaign, data.budget, actor.label))


@get("/api/clips/campaigns/{campaign:int}/terms", guards=READ, tags=["clips"])
async def list_terms(actor: Actor, db: Database, campaign: Id) -> Answer[list[schemas.TermsRow]]:
    """List the versions of a campaign's terms, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await campaigns.get(session, campaign)
        return Answer(await terms.history(session, campaign))


@get("/api/clips/campaigns/{campaign:int}/report", guards=READ, tags=["clips"])
async def preview_report(
    actor: Actor,
    db: Database,
    campaign: Id,
    names: bool = False,  # noqa: FBT001, FBT002 - as it is asked
) -> Answer[schemas.ClientReport]:
    """Show what a client would read."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await reports.of_campaign(session, campaign, names=names))


@get("/api/clips/campaigns/{campaign:int}/reports", guards=READ, tags=["clips"])
async def list_reports(actor: Actor, db: Database, campaign: Id) -> Answer[list[schemas.ReportRow]]:
    """List the links for clients of a campaign, without their secrets, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await campaigns.get(session, campaign)
        return Answer(await reports.rows(session, campaign))


@post("/api/clips/campaigns/{campaign:int}/reports", guards=DECIDE, tags=["clips"])
async def make_report(actor: Actor, db: Database, campaign: Id, data: Link) -> Answer[Made]:
    """Make a link for a client; its secret is shown once."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        row, token = await reports.make(session, campaign, data.name, names=data.names, actor=actor.label)
    return Answer(Made(row, token))


@delete("/api/clips/reports/{report:int}", guards=DECIDE, status_code=200, tags=["clips"])
async def revoke_report(actor: Actor, db: Database, report: Id) -> Answer[schemas.ReportRow]:
    """Let a link open nothing any more."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await reports.revoke(session, report, actor.label))


@get("/api/clips/settings", guards=READ, tags=["clips"])
async def show_clip_settings(actor: Actor, db: Database) -> Answer[schemas.Settings]:
    """Show what the creator decided about clips."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await choices.read(session))


@put("/api/clips/settings", guards=DECIDE, tags=["clips"])
async def change_clip_settings(actor: Actor, db: Database, data: schemas.Settings) -> Answer[schemas.Settings]:
    """Decide anew; what is left out goes back to its default."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await choices.write(session, data, actor.label))


ROUTES = [
    list_campaigns, make_campaign, show_campaign, change_campaign, turn_campaign, fund_campaign, list_terms, preview_report, list_reports,
    make_report, revoke_report, show_clip_settings, change_clip_settings,
]  # fmt: skip
