"""Payouts of clippers: who is owed what, the next batch before it is made, and one that was made."""

from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.response import Template

from entourage.clips import choices, payouts
from entourage.clips.schemas import Balance, PayoutRow
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_words
from entourage.web.i18n import gettext as _
from entourage.web.pages.clip_frame import READ, Id, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part

_FORMS = (("paypal", ("csv", "json")), ("bank", ("csv",)), ("stripe", ("csv", "json")))


@dataclass(frozen=True, slots=True)
class Plan:
    """The next batch in one currency: who would be paid, and who has enough but has not said where to."""

    currency: str
    least: int
    owed: list[Balance]
    lacking: list[Balance]

    @property
    def total(self) -> int:
        """Return what the batch would come to."""
        return sum(one.available for one in self.owed)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a batch, and how many payouts it has."""

    name: str
    path: str
    count: int


@get("/clips/payouts", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database) -> Template:
    """Show who is owed what, and the batches; to a script only what is inside."""
    async with tenancy.inside(db, actor.creator_id) as session:
        balances = await payouts.balances(session)
        least = max(1, (await choices.read(session)).least_payout)
        context: dict[str, Any] = {"balances": balances, "batches": await payouts.batches(session), "plans": _plans(balances, least)}
        if wants_part(request):
            return clip_part(actor, "parts/clips/payouts.html", **context)
        return await clip_page(session, actor, "payouts", "pages/clip_payouts.html", **context)


@get("/clips/payouts/{batch:int}", guards=READ, include_in_schema=False)
async def one(request: Asked, actor: Actor, db: Database, batch: Id) -> Template:
    """Show one batch; to a script only what is inside."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await _batch(session, batch)
        if wants_part(request):
            return clip_part(actor, "parts/clips/batch.html", **context)
        return await clip_page(session, actor, "payouts", "pages/clip_batch.html", **context)


async def _batch(session: CreatorSession, batch: int) -> dict[str, Any]:
    rows = await payouts.of_batch(session, batch)
    return {"batch": await payouts.batch_row(session, batch), "payouts": rows, "files": _files(batch, rows)}


def _plans(balances: list[Balance], least: int) -> list[Plan]:
    plans = []
    for currency in dict.fromkeys(one.currency for one in balances):
        owed = [one for one in balances if one.currency == currency and one.available >= least]
        plans.append(Plan(currency, least, [one for one in owed if one.method], [one for one in owed if not one.method]))
    return plans


def _files(batch: int, rows: list[PayoutRow]) -> list[File]:
    """Name the files of a batch: one with all payouts, and those of each way for what is still to be paid."""
    path = f"/api/clips/batches/{batch}/file?form="
    found = [File(_("All as CSV"), f"{path}csv", len(rows))]
    for way, forms in _FORMS:
        if count := sum(row.method == way and row.state == "batched" for row in rows):
            found += [File(f"{clip_words.method(way)} ({form.upper()})", f"{path}{way}.{form}", count) for form in forms]
    return found
