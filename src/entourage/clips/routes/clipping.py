"""A clipper's own: clips handed in, what they earned, the words about them, handles, and where the money goes.

Whoever asks sees and changes their own rows only, whatever else they may do elsewhere.
"""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency

from entourage.clips import access, campaigns, clippers, doubts, erasure, link, schemas, statement, submissions, submitting, words
from entourage.clips.routes.shapes import OWN, Before, CampaignId, Id, Limit, Status, Submission, TheDesk, read_platform, shown
from entourage.kernel import tenancy
from entourage.kernel.accounts.attempts import Attempts
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid
from entourage.kernel.http import Actor, Database
from entourage.ports.views import Platform


class HandedIn(msgspec.Struct, rename="camel"):
    """A clip that is handed in: any form of its link."""

    campaign_id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    clip_url: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    platform: Annotated[str, msgspec.Meta(max_length=16)] = ""
    media_file_url: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class Handles(msgspec.Struct):
    """Which accounts are a clipper's."""

    handles: dict[Platform, Annotated[list[Annotated[str, msgspec.Meta(max_length=60)]], msgspec.Meta(max_length=20)]]


class Word(msgspec.Struct):
    """Something written about a clip."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=words.LONGEST)]


@post("/api/clippers/submissions", guards=OWN, tags=["clips"])
async def submit_clip(
    actor: Actor, db: Database, clip_desk: TheDesk, attempts: NamedDependency[Attempts], data: HandedIn
) -> Submission:  # fmt: skip
    """Hand a clip in for a campaign. 404 for one that takes none, 409 for a video that was handed in already, 429 for many short links."""
    wanted, media = read_platform(data.platform), _address(data.media_file_url or "")
    found = link.read(data.clip_url)
    if wanted is not None and found.platform != wanted:
        msg = "The link leads to another platform than the one that was named."
        raise Invalid(msg, details={"platform": msg})
    text = await submitting.unfold(clip_desk, attempts, actor.id, data.clip_url)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        row = await submitting.submit(session, clip_desk, data.campaign_id, actor.id, text, pasted=data.clip_url, media_url=media)
    return shown(row)


@get("/api/clippers/submissions", guards=OWN, tags=["clips"])
async def list_own_clips(
    actor: Actor, db: Database, status: Status = None, campaign_id: CampaignId = None, before: Before = None, limit: Limit = 50
) -> list[Submission]:
    """List your own clips, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, _ = await submissions.mine(session, actor.id, campaign=campaign_id, status=status, before=before, limit=limit)
    return [shown(row) for row in rows]


@get("/api/clippers/campaigns", guards=OWN, tags=["clips"])
async def list_open_campaigns(actor: Actor, db: Database) -> Answer[list[schemas.OpenCampaign]]:
    """List the campaigns that take clips now, what ends first standing first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer([msgspec.convert(one, schemas.OpenCampaign, from_attributes=True) for one in await campaigns.open_ones(session)])


@get("/api/clippers/statement", guards=OWN, tags=["clips"])
async def show_own_statement(actor: Actor, db: Database) -> Answer[schemas.ClipperStatement]:
    """Show how it stands with your money: by currency, by clip, and what was paid."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await statement.of_clipper(session, actor.id))


@get("/api/clippers/submissions/{clip:int}", guards=OWN, tags=["clips"])
async def show_own_clip(actor: Actor, db: Database, clip: Id) -> Answer[schemas.ClipStatement]:
    """Show one of your clips, and where each cent of it came from."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await statement.of_clip(session, clip, user_id=actor.id))


@get("/api/clippers/submissions/{clip:int}/flags", guards=OWN, tags=["clips"])
async def list_own_flags(actor: Actor, db: Database, clip: Id) -> Answer[list[schemas.FlagRow]]:
    """List the doubts about one of your clips, with the numbers they rest on."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await submissions.get(session, clip, user_id=actor.id)
        return Answer(await doubts.of_clip(session, clip))


@get("/api/clippers/submissions/{clip:int}/words", guards=OWN, tags=["clips"])
async def list_own_words(actor: Actor, db: Database, clip: Id) -> Answer[list[schemas.WordRow]]:
    """List what was written about one of your clips."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await words.thread(session, clip, user_id=actor.id))


@post("/api/clippers/submissions/{clip:int}/words", guards=OWN, status_code=200, tags=["clips"])
async def write_own_word(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: Word) -> Answer[list[schemas.WordRow]]:
    """Write to the manager about one of your clips."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await words.write(session, clip_desk, clip, actor.id, data.text)
        return Answer(await words.thread(session, clip, user_id=actor.id))


@post("/api/clippers/submissions/{clip:int}/appeal", guards=OWN, status_code=200, tags=["clips"])
async def appeal(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: Word) -> Answer[list[schemas.WordRow]]:
    """Ask that a rejection or a doubt be looked at again."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await words.appeal(session, clip_desk, clip, actor.id, data.text)
        return Answer(await words.thread(session, clip, user_id=actor.id))


@get("/api/clippers/me", guards=OWN, tags=["clips"])
async def show_own_account(actor: Actor, db: Database) -> Answer[schemas.ClipperRow]:
    """Show what is known of you as a clipper."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await clippers.me(session, actor.id))


@put("/api/clippers/me/handles", guards=OWN, tags=["clips"])
async def put_own_handles(actor: Actor, db: Database, data: Handles) -> Answer[schemas.ClipperRow]:
    """Say which accounts are yours."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await clippers.put_handles(session, actor.id, data.handles, actor.label))


@put("/api/clippers/me/payout", guards=OWN, tags=["clips"])
async def put_own_details(actor: Actor, db: Database, data: schemas.PayTo) -> Answer[schemas.ClipperRow]:
    """Say where your money goes; it is kept sealed and shown to nobody but you, and there only its end."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await clippers.put_details(session, actor.id, data, actor.label))


@get("/api/clippers/me/access", guards=OWN, tags=["clips"])
async def take_own_data(actor: Actor, db: Database) -> Answer[dict[str, Any]]:
    """Take all that is known of you as a clipper: account, clips, words, payouts, and every line of the ledger."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await access.of(session, actor.id))


@delete("/api/clippers/me", guards=OWN, status_code=204, tags=["clips"])
async def leave(actor: Actor, db: Database, clip_desk: TheDesk) -> None:
    """Stop clipping: name, handles, payment details and words are wiped; the ledger stays, and names you by a number only."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await erasure.forget(session, clip_desk, actor.id, actor.label)


def _address(typed: str) -> str:
    address = typed.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if address and (parts.scheme not in {"https", "http"} or not parts.netloc or not address.isprintable()):
        msg = "The file's address begins with https://."
        raise Invalid(msg, details={"mediaFileUrl": msg})
    return address


ROUTES = [
    submit_clip, list_own_clips, list_open_campaigns, show_own_statement, show_own_clip, list_own_flags, list_own_words, write_own_word,
    appeal, show_own_account, put_own_handles, put_own_details, take_own_data, leave,
]  # fmt: skip
