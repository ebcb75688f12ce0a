"""Money over REST: what clippers are owed, batches of payouts and their files, what became of them, and the books."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.params import Parameter
from litestar.response import Stream

from entourage.clips import books, clippers, erasure, files, payouts, schemas, statement
from entourage.clips.files import File, Form
from entourage.clips.routes.shapes import DECIDE, PAY, READ, Before, Id, Limit, TheDesk
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database


class Wanted(msgspec.Struct):
    """Which currency is paid out; `users` names clippers one by one, who may then have less than the least payout."""

    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
    users: Annotated[list[UUID], msgspec.Meta(max_length=1000)] | None = None


class Reference(msgspec.Struct):
    """By which reference of a bank or of PayPal it was paid."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Trouble(msgspec.Struct):
    """Why it came back."""

    trouble: Annotated[str, msgspec.Meta(max_length=300)] = ""


@get("/api/clips/clippers", guards=READ, tags=["clips"])
async def list_clippers(actor: Actor, db: Database) -> Answer[list[schemas.ClipperRow]]:
    """List who clips, by name; where their money goes is told to nobody."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await clippers.rows(session))


@get("/api/clips/clippers/{user_id:uuid}/statement", guards=READ, tags=["clips"])
async def show_clipper_statement(actor: Actor, db: Database, user_id: UUID) -> Answer[schemas.ClipperStatement]:
    """Show how it stands with a clipper's money."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await clippers.get(session, user_id)
        return Answer(await statement.of_clipper(session, user_id))


@delete("/api/clips/clippers/{user_id:uuid}", guards=DECIDE, status_code=204, tags=["clips"])
async def forget_clipper(actor: Actor, db: Database, clip_desk: TheDesk, user_id: UUID) -> None:
    """Forget a clipper who left: name, handles, payment details and words are wiped; the ledger stays, and names them by a number only."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await erasure.forget(session, clip_desk, user_id, actor.label)


@get("/api/clips/balances", guards=READ, tags=["clips"])
async def list_balances(
    actor: Actor, db: Database, currency: Annotated[str | None, Parameter(min_length=3, max_length=3)] = None
) -> Answer[list[schemas.Balance]]:
    """List what is held, available, on its way and paid for each clipper and currency; below zero is carried to the next payout."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await payouts.balances(session, currency=currency.upper() if currency else None))


@get("/api/clips/batches", guards=READ, tags=["clips"])
async def list_batches(actor: Actor, db: Database, before: Before = None, limit: Limit = 50) -> Answer[list[schemas.BatchRow]]:
    """List batches of payouts, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await payouts.batches(session, before=before, limit=limit))


@post("/api/clips/batches", guards=PAY, tags=["clips"])
async def make_batch(actor: Actor, db: Database, clip_desk: TheDesk, data: Wanted) -> Answer[schemas.BatchRow]:
    """Make payouts for everybody who is owed enough and said where to. Moving the money is yours: take a file of the batch."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await payouts.make_batch(session, clip_desk, actor.label, data.currency, data.users))


@get("/api/clips/batches/{batch:int}", guards=READ, tags=["clips"])
async def list_payouts(actor: Actor, db: Database, batch: Id) -> Answer[list[schemas.PayoutRow]]:
    """List the payouts of a batch."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await payouts.batch_row(session, batch)
        return Answer(await payouts.of_batch(session, batch))


@get("/api/clips/batches/{batch:int}/file", guards=PAY, tags=["clips"], media_type="text/csv")
async def take_file(
    actor: Actor, db: Database, batch: Id, form: Form = "csv", part: Annotated[int, Parameter(ge=1, le=10_000)] = 1
) -> Response[str]:
    """Take a batch as a file: a plain table, or what PayPal, Stripe or a bank takes (only what is still open)."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return _attached(await files.make(session, batch, form, part=part))


@post("/api/clips/batches/{batch:int}/paid", guards=PAY, status_code=200, tags=["clips"])
async def settle_batch(actor: Actor, db: Database, clip_desk: TheDesk, batch: Id, data: Reference) -> Answer[schemas.BatchRow]:
    """Note that all open payouts of a batch reached their clippers."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await payouts.mark_batch_paid(session, clip_desk, batch, data.reference, actor.label))


@post("/api/clips/payouts/{payout:int}/paid", guards=PAY, status_code=200, tags=["clips"])
async def settle_payout(actor: Actor, db: Database, clip_desk: TheDesk, payout: Id, data: Reference) -> Answer[schemas.PayoutRow]:
    """Note that a payout reached its clipper."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await payouts.mark_paid(session, clip_desk, payout, data.reference, actor.label))


@post("/api/clips/payouts/{payout:int}/failed", guards=PAY, status_code=200, tags=["clips"])
async def fail_payout(actor: Actor, db: Database, clip_desk: TheDesk, payout: Id, data: Trouble) -> Answer[schemas.PayoutRow]:
    """Note that a payout came back: its money is available again."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await payouts.mark_failed(session, clip_desk, payout, data.trouble, actor.label))


@get("/api/clips/books", guards=PAY, tags=["clips"], media_type="text/plain", opt={"uncompressed": True})
async def take_books(actor: Actor, db: Database) -> Stream:
    """Take the whole ledger as a file for beancount."""
    headers = {"Content-Disposition": 'attachment; filename="clips.beancount"', "Cache-Control": "no-store"}
    return Stream(books.beancount(db, actor.creator_id), media_type="text/plain; charset=utf-8", headers=headers)


def _attached(file: File) -> Response[str]:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return Response(file.text, media_type=file.media, headers=headers)


ROUTES = [
    list_clippers, forget_clipper, show_clipper_statement, list_balances, list_batches, make_batch, list_payouts, take_file,
    settle_batch, settle_payout,
    fail_payout, take_books,
]  # fmt: skip
