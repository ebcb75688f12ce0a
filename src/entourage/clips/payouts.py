"""Paying clippers: what each is owed, batches of payouts, and what became of them.

Entourage makes the file and keeps the reference; moving money itself is the operator's act. What is below zero (a clip rejected after it
was paid) is carried to the next payout.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from entourage.clips import choices, clippers, ledger, release, schemas
from entourage.clips.desk import Desk
from entourage.clips.ledger import Sums, Transfer
from entourage.clips.tables import ClipBatch, ClipCampaign, ClipPayout, Clipper, ClipSubmission, ClipTransfer
from entourage.kernel import audit, clock, ids
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession

BY_HAND = "hand"
"""The method of a payout that was made outside of any batch, by who had not said where to."""
_LONGEST_REFERENCE = 120


async def balances(session: CreatorSession, *, currency: str | None = None, user_id: UUID | None = None) -> list[schemas.Balance]:
    """Return how it stands with each clipper's money in each currency, the most available first."""
    where = [ClipTransfer.currency == currency] * (currency is not None) + [ClipTransfer.user_id == user_id] * (user_id is not None)
    purses = await ledger.purses(session, *where)
    called = {row.user_id: row for row in await session.scalars(select(Clipper).where(Clipper.user_id.in_({who for who, _ in purses})))}
    found = [
        schemas.Balance(
            user_id=who, clipper=called[who].name if who in called else "", currency=code, held=sums.held, available=sums.available,
            transit=sums.transit, paid=sums.paid, method=called[who].method if who in called else "",
        )
        for (who, code), sums in purses.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.currency, -one.available, one.clipper, str(one.user_id)))


async def make_batch(
    session: CreatorSession, desk: Desk, actor: str, currency: str, users: Collection[UUID] | None = None
) -> schemas.BatchRow:
    """Make payouts for everybody who is owed at least the least payout and said where to; `users` named one by one may have less.

    Raises Conflict when there is nobody to pay.
    """
    currency = choices.read_currency(currency)
    await choices.lock(session)
    least = 1 if users is not None else max(1, (await choices.read(session)).least_payout)
    owed = [one for one in await balances(session, currency=currency) if one.available >= least and one.method]
    owed = [one for one in owed if users is None or one.user_id in users]
    if not owed:
        msg = "There is nobody to pay: nobody who said where to has enough that is available."
        raise Conflict(msg)
    batch, where = await _batch(session, currency, actor), {row.user_id: row for row in await session.scalars(select(Clipper))}
    for one in owed:
        payout = _payout(batch, one.user_id, one.available, where[one.user_id])
        session.add(payout)
        await session.flush()
        sums = await ledger.sums(session, "submission", ClipTransfer.user_id == one.user_id, ClipTransfer.currency == currency)
        await _take(session, payout, sums, actor)
    audit.record(session, "clips.batch.make", f"batch:{batch.id}", actor=actor, meta={"payouts": len(owed), "currency": currency})
    _tell(session, desk, [one.user_id for one in owed])
    return await batch_row(session, batch.id)


async def mark_paid(session: CreatorSession, desk: Desk, payout: int, reference: str, actor: str) -> schemas.PayoutRow:
    """Note that a payout reached its clipper, by the reference of who moved the money; twice is the same as once."""
    await choices.lock(session)
    row = await _get(session, payout)
    await _paid(session, [row], _reference(reference), actor)
    _tell(session, desk, [row.user_id])
    return (await _shown(session, [row]))[0]


async def mark_batch_paid(session: CreatorSession, desk: Desk, batch: int, reference: str, actor: str) -> schemas.BatchRow:
    """Note that all payouts of a batch that are still open reached their clippers."""
    await choices.lock(session)
    await batch_row(session, batch)
    waiting = select(ClipPayout).where(ClipPayout.batch == batch, ClipPayout.state == "batched")
    rows = (await session.scalars(waiting, execution_options={"populate_existing": True})).all()
    await _paid(session, rows, _reference(reference), actor)
    _tell(session, desk, [row.user_id for row in rows])
    return await batch_row(session, batch)


async def mark_failed(session: CreatorSession, desk: Desk, payout: int, trouble: str, actor: str) -> schemas.PayoutRow:
    """Note that a payout came back: its money is available again. Twice is the same as once; raises Conflict for one that was paid."""
    await choices.lock(session)
    row = await _get(session, payout)
    if row.state == "paid":
        msg = "This payout was paid already."
        raise Conflict(msg)
    if row.state == "batched":
        back = await _moved(session, [row], "failed", "available")
        await ledger.post(session, back, actor=actor)
        row.state, row.trouble, row.settled_at = "failed", trouble.strip()[:300], clock.now()
        audit.record(session, "clips.payout.failed", f"payout:{payout}", actor=actor, meta={"trouble": row.trouble})
        await session.flush()
    _tell(session, desk, [row.user_id])
    return (await _shown(session, [row]))[0]


async def pay_clip(session: CreatorSession, row: ClipSubmission, reference: str, actor: str) -> None:
    """Pay one clip by hand, what is held too, less what its clipper owes; the caller holds the creator's row. Raises Conflict."""
    campaign, reference = await session.get_one(ClipCampaign, row.campaign), _reference(reference)
    sums = await ledger.sum_of(session, "submission", row.id)
    if sums.held > 0:
        await ledger.post(session, [release.freed(row, campaign.currency, sums, sums.held, {"by_hand": True})], actor=actor)
    purse = (await ledger.purses(session, ClipTransfer.user_id == row.user_id, ClipTransfer.currency == campaign.currency)).get(
        (row.user_id, campaign.currency), Sums()
    )
    amount = min(sums.held + sums.available, purse.available)
    if amount <= 0:
        msg = "There is nothing to pay for this clip."
        raise Conflict(msg)
    batch = await _batch(session, campaign.currency, actor)
    payout = _payout(batch, row.user_id, amount, await clippers.join(session, row.user_id))
    session.add(payout)
    await session.flush()
    await _take(session, payout, {row.id: await ledger.sum_of(session, "submission", row.id)}, actor)
    await _paid(session, [payout], reference, actor)


async def batches(session: CreatorSession, *, before: int | None = None, limit: int = 50) -> list[schemas.BatchRow]:
    """Return batches, newest first."""
    chosen = select(ClipBatch).order_by(ClipBatch.id.desc()).limit(limit)
    return await _batches(session, (await session.scalars(chosen if before is None else chosen.where(ClipBatch.id < before))).all())


async def batch_row(session: CreatorSession, batch: int) -> schemas.BatchRow:
    """Return one batch; raises NotFound."""
    row = (await session.scalars(select(ClipBatch).where(ClipBatch.id == batch))).first()
    if row is None:
        msg = "There is no such batch."
        raise NotFound(msg)
    return (await _batches(session, [row]))[0]


async def of_batch(session: CreatorSession, batch: int) -> list[schemas.PayoutRow]:
    """Return the payouts of a batch."""
    return await _shown(session, (await session.scalars(select(ClipPayout).where(ClipPayout.batch == batch).order_by(ClipPayout.id))).all())


async def of_clipper(session: CreatorSession, user_id: UUID, *, limit: int = 200) -> list[schemas.PayoutRow]:
    """Return a clipper's payouts, newest first."""
    chosen = select(ClipPayout).where(ClipPayout.user_id == user_id).order_by(ClipPayout.id.desc()).limit(limit)
    return await _shown(session, (await session.scalars(chosen)).all())


async def _batch(session: CreatorSession, currency: str, actor: str) -> ClipBatch:
    batch = ClipBatch(key=f"entourage-{ids.new().hex}", currency=currency, by=actor[:100], created_at=clock.now())
    session.add(batch)
    await session.flush()
    return batch


def _payout(batch: ClipBatch, user_id: UUID, amount: int, where: Clipper) -> ClipPayout:
    return ClipPayout(
        batch=batch.id, user_id=user_id, amount=amount, currency=batch.currency, method=where.method or BY_HAND, details=where.details,
        state="batched", created_at=batch.created_at,
    )  # fmt: skip


async def _take(session: CreatorSession, payout: ClipPayout, sums: Mapping[int, Sums], actor: str) -> None:
    """Send a payout's amount on its way, from the clips that have something available, the oldest first."""
    campaigns = dict((await session.execute(
        select(ClipSubmission.id, ClipSubmission.campaign).where(among(ClipSubmission.id, sums, session.dialect))
    )).all())  # fmt: skip
    wanted, transfers = payout.amount, list[Transfer]()
    for clip, one in sorted(sums.items()):
        part = min(wanted, one.available)
        if part > 0:
            transfers.append(
                Transfer(
                    key=f"pay:{payout.id}:{clip}", kind="pay", debit="available", credit="transit", amount=part, currency=payout.currency,
                    campaign=campaigns[clip], user_id=payout.user_id, submission=clip, payout=payout.id,
                )
            )  # fmt: skip
            wanted -= part
    await ledger.post(session, transfers, actor=actor)


async def _paid(session: CreatorSession, rows: Sequence[ClipPayout], reference: str, actor: str) -> None:
    if any(row.state == "failed" for row in rows):
        msg = "This payout came back. Make a new one."
        raise Conflict(msg)
    rows = [row for row in rows if row.state == "batched"]
    for row in rows:
        row.state, row.reference, row.settled_at = "paid", reference, clock.now()
        audit.record(session, "clips.payout.paid", f"payout:{row.id}", actor=actor, meta={"reference": reference, "amount": row.amount})
    moved = await _moved(session, rows, "paid", "paid")
    await ledger.post(session, moved, actor=actor)
    await session.flush()
    await _finish(session, [one.submission for one in moved if one.submission is not None])


async def _moved(session: CreatorSession, rows: Sequence[ClipPayout], kind: ledger.Kind, credit: ledger.Account) -> list[Transfer]:
    """Return the lines that bring what these payouts took from transit to where it ended."""
    one = ClipTransfer
    taken = await ledger.lines(session, one.kind == "pay", among(one.payout, [row.id for row in rows], session.dialect), most=1_000_000)
    return [
        Transfer(
            key=f"{kind}:{line.payout}:{line.submission}", kind=kind, debit="transit", credit=credit, amount=line.amount,
            currency=line.currency, campaign=line.campaign, user_id=line.user_id, submission=line.submission, payout=line.payout,
        )
        for line in taken
    ]  # fmt: skip


async def _finish(session: CreatorSession, clips: Collection[int]) -> None:
    """Mark clips as paid of which nothing is owed, and whose campaign is over."""
    sums, now, one = await ledger.sums(session, "submission", only=clips), clock.now(), ClipSubmission
    done = [clip for clip, each in sums.items() if not (each.held or each.available or each.transit)]
    over = (ClipCampaign.deadline <= now) | ClipCampaign.finished_at.is_not(None)
    chosen = select(one).join(ClipCampaign, ClipCampaign.id == one.campaign).where(among(one.id, done, session.dialect), over)
    for row in await session.scalars(chosen.where(one.state == "APPROVED", one.next_read_at.is_(None), one.flags == 0)):
        row.state = "PAID"


async def _get(session: CreatorSession, payout: int) -> ClipPayout:
    chosen = select(ClipPayout).where(ClipPayout.id == payout)
    row = (await session.scalars(chosen, execution_options={"populate_existing": True})).first()
    if row is None:
        msg = "There is no such payout."
        raise NotFound(msg)
    return row


async def _shown(session: CreatorSession, rows: Sequence[ClipPayout]) -> list[schemas.PayoutRow]:
    called = await clippers.names(session, {row.user_id for row in rows})
    return [
        schemas.PayoutRow(
            id=row.id, batch=row.batch, user_id=row.user_id, clipper=called.get(row.user_id, ""), amount=row.amount, currency=row.currency,
            method=row.method, state=msgspec.convert(row.state, schemas.PayoutState), reference=row.reference, trouble=row.trouble,
            created_at=row.created_at, settled_at=row.settled_at,
        )
        for row in rows
    ]  # fmt: skip


async def _batches(session: CreatorSession, rows: Sequence[ClipBatch]) -> list[schemas.BatchRow]:
    one, sums = ClipPayout, dict[int, dict[str, tuple[int, int]]]()
    chosen = select(one.batch, one.state, func.count(), func.sum(one.amount)).where(one.batch.in_([row.id for row in rows]))
    for batch, state, count, amount in await session.execute(chosen.group_by(one.batch, one.state)):
        sums.setdefault(batch, {})[state] = (int(count), int(amount))
    return [_batch_row(row, sums.get(row.id, {})) for row in rows]


def _batch_row(row: ClipBatch, sums: dict[str, tuple[int, int]]) -> schemas.BatchRow:
    count = {state: sums.get(state, (0, 0))[0] for state in ("batched", "paid", "failed")}
    return schemas.BatchRow(
        id=row.id, key=row.key, currency=row.currency, amount=sum(amount for _, amount in sums.values()), count=sum(count.values()),
        open=count["batched"], paid=count["paid"], failed=count["failed"], by=row.by, created_at=row.created_at,
    )  # fmt: skip


def _reference(typed: str) -> str:
    if not (reference := typed.strip()) or len(reference) > _LONGEST_REFERENCE:
        msg = f"Say by which reference it was paid, in at most {_LONGEST_REFERENCE} characters."
        raise Invalid(msg, details={"reference": msg})
    return reference


def _tell(session: CreatorSession, desk: Desk, users: Iterable[UUID]) -> None:
    for user_id in set(users):
        session.after_commit(partial(desk.publisher.money, session.creator, user_id))
