"""What managers see and decide: submissions by the seed's paths, mass approval, doubts, words and statements."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import Parameter

from entourage.clips import bulk, doubts, review, schemas, statement, submissions, words
from entourage.clips.routes.clipping import Word
from entourage.clips.routes.shapes import (
    READ,
    REVIEW,
    CampaignId,
    Id,
    Limit,
    Pages,
    PlatformName,
    Status,
    Submission,
    Submissions,
    TheDesk,
    read_platform,
    shown,
)  # fmt: skip
from entourage.clips.submissions import Wish
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import Actor, Database

BY_HAND = "by hand"
Search = Annotated[str, Parameter(max_length=200, description="In titles, authors, addresses and clippers' names.")]
Offset = Annotated[int, Parameter(ge=0, le=1_000_000)]


class Decision(msgspec.Struct, rename="camel"):
    """What is decided about a submission; `payout` sets a sum of its own (minor units), `reference` says how it was paid."""

    status: schemas.State
    rejection_reason: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    payout: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None = None
    reference: Annotated[str, msgspec.Meta(max_length=120)] | None = None


class Many(msgspec.Struct):
    """Clips that are decided at once."""

    ids: bulk.Ids


class ManyRejected(msgspec.Struct, rename="camel"):
    """Clips that are rejected at once, and why."""

    ids: bulk.Ids
    rejection_reason: Annotated[str, msgspec.Meta(max_length=500)]


class Sum(msgspec.Struct):
    """A clip's own sum in minor units; null lets its views count again."""

    amount: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None


class Note(msgspec.Struct):
    """Why something was decided."""

    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


@get("/api/admin/submissions", guards=READ, tags=["clips"])
async def list_submissions(
    actor: Actor, db: Database, status: Status = None, campaign_id: CampaignId = None, platform: PlatformName = "", search: Search = "",
    limit: Limit = 50, offset: Offset = 0,
) -> Submissions:  # fmt: skip
    """List submissions, newest first."""
    wish = Wish(status=status, campaign=campaign_id, platform=read_platform(platform), search=search)
    async with tenancy.inside(db, actor.creator_id) as session:
        page = await submissions.listing(session, wish, limit=limit, offset=offset)
    pages = Pages(page.total, limit, offset, offset + len(page.rows) < page.total)
    return Submissions([shown(row) for row in page.rows], pages)


@get("/api/admin/submissions/{clip:int}", guards=READ, tags=["clips"])
async def show_submission(actor: Actor, db: Database, clip: Id) -> Submission:
    """Show one submission."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return shown(await submissions.row(session, clip))


@put("/api/admin/submissions/{clip:int}", guards=REVIEW, tags=["clips"])
async def decide_submission(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: Decision) -> Submission:
    """Approve, reject with a reason, open again (PENDING), or note as paid. The same decision again changes nothing."""
    if (data.payout is not None or data.status == "PAID") and not actor.may("clips.pay"):
        msg = "You may not decide about money here. Ask an owner for the right to."
        raise NotAllowed(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        if data.payout is not None:
            await review.set_fixed(session, clip_desk, clip, data.payout, actor.label)
        match data.status:
            case "APPROVED":
                row = await review.approve(session, clip_desk, clip, actor.label)
            case "REJECTED":
                row = await review.reject(session, clip_desk, clip, data.rejection_reason or "", actor.label)
            case "PENDING":
                row = await review.reopen(session, clip_desk, clip, actor.label)
            case "PAID":
                row = await review.pay_by_hand(session, clip_desk, clip, data.reference or BY_HAND, actor.label)
    return shown(row)


@post("/api/clips/submissions/approve", guards=REVIEW, status_code=200, tags=["clips"])
async def approve_many(actor: Actor, db: Database, clip_desk: TheDesk, data: Many) -> Answer[schemas.ManyRow]:
    """Approve many submissions that wait, and say why others cannot be; doubted ones are left to a closer look."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await bulk.approve(session, clip_desk, data.ids, actor.label))


@post("/api/clips/submissions/reject", guards=REVIEW, status_code=200, tags=["clips"])
async def reject_many(actor: Actor, db: Database, clip_desk: TheDesk, data: ManyRejected) -> Answer[schemas.ManyRow]:
    """Reject many submissions that wait with one reason, and say why others cannot be."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await bulk.reject(session, clip_desk, data.ids, data.rejection_reason, actor.label))


@post("/api/clips/submissions/reopen", guards=REVIEW, status_code=200, tags=["clips"])
async def reopen_many(actor: Actor, db: Database, clip_desk: TheDesk, data: Many) -> Answer[schemas.ManyRow]:
    """Let many decided submissions wait again, and say why others cannot."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await bulk.reopen(session, clip_desk, data.ids, actor.label))


@put("/api/clips/submissions/{clip:int}/sum", guards=[*REVIEW], tags=["clips"])
async def set_sum(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: Sum) -> Answer[schemas.ClipRow]:
    """Give a clip a sum of its own, within the budget; null lets its views count again."""
    if not actor.may("clips.pay"):
        msg = "You may not decide about money here. Ask an owner for the right to."
        raise NotAllowed(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await review.set_fixed(session, clip_desk, clip, data.amount, actor.label))


@get("/api/clips/submissions/{clip:int}/statement", guards=READ, tags=["clips"])
async def show_statement(actor: Actor, db: Database, clip: Id) -> Answer[schemas.ClipStatement]:
    """Show where each cent of a clip came from."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await statement.of_clip(session, clip))


@get("/api/clips/submissions/{clip:int}/words", guards=READ, tags=["clips"])
async def list_words(actor: Actor, db: Database, clip: Id) -> Answer[list[schemas.WordRow]]:
    """List what the clipper and the manager wrote about a clip."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await words.thread(session, clip))


@post("/api/clips/submissions/{clip:int}/words", guards=REVIEW, status_code=200, tags=["clips"])
async def answer_clipper(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: Word) -> Answer[list[schemas.WordRow]]:
    """Write to the clipper; an appeal is answered by it."""
    user_id = actor.id if actor.kind == "user" else None
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await words.answer(session, clip_desk, clip, data.text, actor.label, user_id)
        return Answer(await words.thread(session, clip))


@get("/api/clips/flags", guards=READ, tags=["clips"])
async def list_flags(actor: Actor, db: Database) -> Answer[list[schemas.FlagRow]]:
    """List the doubts that wait for a person, oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await doubts.open_ones(session))


@get("/api/clips/submissions/{clip:int}/flags", guards=READ, tags=["clips"])
async def list_clip_flags(actor: Actor, db: Database, clip: Id) -> Answer[list[schemas.FlagRow]]:
    """List all doubts about a clip, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await submissions.get(session, clip)
        return Answer(await doubts.of_clip(session, clip))


@post("/api/clips/flags/{flag:int}/clear", guards=REVIEW, status_code=200, tags=["clips"])
async def clear_flag(actor: Actor, db: Database, clip_desk: TheDesk, flag: Id, data: Note) -> Answer[schemas.ClipRow]:
    """Decide that a doubt is unfounded; what it held may go on."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await doubts.clear(session, clip_desk, flag, data.note, actor.label))


@post("/api/clips/flags/{flag:int}/reopen", guards=REVIEW, status_code=200, tags=["clips"])
async def reopen_flag(actor: Actor, db: Database, clip_desk: TheDesk, flag: Id) -> Answer[schemas.ClipRow]:
    """Take back that a doubt is unfounded: it holds the clip's money again. 409 once that money was let go."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await doubts.reopen(session, clip_desk, flag, actor.label))


@post("/api/clips/flags/{flag:int}/uphold", guards=REVIEW, status_code=200, tags=["clips"])
async def uphold_flag(actor: Actor, db: Database, clip_desk: TheDesk, flag: Id, data: Note) -> Answer[schemas.ClipRow]:
    """Decide that a doubt is right: the clip is rejected with the note, which the clipper reads."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await review.uphold(session, clip_desk, flag, data.note, actor.label))


ROUTES = [
    list_submissions, show_submission, decide_submission, approve_many, reject_many, reopen_many, set_sum, show_statement,
    list_words, answer_clipper, list_flags, list_clip_flags, clear_flag, reopen_flag, uphold_flag,
]  # fmt: skip
