"""Clippers: who clips for a creator, which accounts are theirs, and where their money goes."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import get_args
from uuid import UUID

import msgspec
from sqlalchemy import select

from entourage.clips import schemas
from entourage.clips.tables import Clipper
from entourage.kernel import audit, clock
from entourage.kernel.accounts import people
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.tables import User
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform

_HANDLE = re.compile(r"[\w.-]{1,50}")
_MOST_HANDLES = 10
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_STRIPE = re.compile(r"acct_[A-Za-z0-9]{8,32}")
_CHECK_DIGITS = 97
_HINT = 4


async def join(session: CreatorSession, user_id: UUID) -> Clipper:
    """Let somebody clip, under the name of their account; whoever does already stays as they are."""
    row = await session.get(Clipper, (session.creator, user_id))
    if row is None:
        name, now = (await people.get(session, user_id)).name or "Clipper", clock.now()
        row = Clipper(creator_id=session.creator, user_id=user_id, name=name[:100], handles={}, method="", joined_at=now, updated_at=now)
        session.add(row)
        await session.flush()
    return row


async def me(session: CreatorSession, user_id: UUID) -> schemas.ClipperRow:
    """Return what is known of a clipper, for themselves; who did not clip yet is shown as they would be."""
    row = await session.get(Clipper, (session.creator, user_id))
    if row is None:
        user = await session.get(User, user_id)
        return schemas.ClipperRow(user_id=user_id, name=user.name if user else "", handles={}, method="", hint="", joined_at=clock.now())
    return _shown(row, own=True)


async def get(session: CreatorSession, user_id: UUID) -> schemas.ClipperRow:
    """Return a clipper as the manager sees them; raises NotFound."""
    row = await session.get(Clipper, (session.creator, user_id))
    if row is None:
        msg = "There is no such clipper."
        raise NotFound(msg)
    return _shown(row)


async def rows(session: CreatorSession) -> list[schemas.ClipperRow]:
    """Return all clippers as the manager sees them, by name."""
    return [_shown(row) for row in await session.scalars(select(Clipper).order_by(Clipper.name, Clipper.user_id))]


async def names(session: CreatorSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of clippers."""
    chosen = select(Clipper.user_id, Clipper.name).where(Clipper.user_id.in_(list(set(user_ids))))
    return dict((await session.execute(chosen)).all())


async def put_handles(session: CreatorSession, user_id: UUID, handles: Mapping[Platform, Sequence[str]], actor: str) -> schemas.ClipperRow:
    """Say which accounts are a clipper's, with or without "@"; raises Invalid by platform."""
    kept = {platform: _handles(handles.get(platform, ())) for platform in get_args(Platform)}
    if wrong := [platform for platform, mine in kept.items() if mine is None]:
        msg = f"A handle has letters, digits, dots, - and _; at most {_MOST_HANDLES} for each platform."
        raise Invalid(msg, details=dict.fromkeys(wrong, msg))
    row = await join(session, user_id)
    row.handles, row.updated_at = {platform: mine for platform, mine in kept.items() if mine}, clock.now()
    audit.record(session, "clips.clipper.handles", f"clipper:{user_id}", actor=actor, meta={"handles": row.handles})
    await session.flush()
    return _shown(row, own=True)


async def rename(session: CreatorSession, user_id: UUID, name: str) -> schemas.ClipperRow:
    """Call a clipper by another name; raises Invalid."""
    row = await join(session, user_id)
    row.name, row.updated_at = people.read_name(name), clock.now()
    await session.flush()
    return _shown(row, own=True)


async def put_details(session: CreatorSession, user_id: UUID, pay_to: schemas.PayTo, actor: str) -> schemas.ClipperRow:
    """Say where a clipper's money goes, kept sealed; raises Invalid naming each field that cannot be."""
    pay_to = _read(pay_to)
    row = await join(session, user_id)
    row.method, row.details, row.updated_at = pay_to.method, msgspec.json.encode(pay_to).decode(), clock.now()
    audit.record(session, "clips.clipper.details", f"clipper:{user_id}", actor=actor, meta={"method": pay_to.method})
    await session.flush()
    return _shown(row, own=True)


async def details(session: CreatorSession, user_id: UUID) -> schemas.PayTo | None:
    """Return where a clipper's money goes, or None while they have not said."""
    row = await session.get(Clipper, (session.creator, user_id))
    return None if row is None else read_details(row.details)


def read_details(kept: str | None) -> schemas.PayTo | None:
    """Return details from what a sealed column keeps."""
    return msgspec.json.decode(kept, type=schemas.PayTo) if kept else None


def is_iban(text: str) -> bool:
    """Say whether a text can be an IBAN: its form, and its check digits by ISO 7064 (mod 97-10)."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % _CHECK_DIGITS == 1


def _handles(given: Sequence[str]) -> list[str] | None:
    mine = list(dict.fromkeys(one.strip().removeprefix("@").lower() for one in given if one.strip()))
    return mine if len(mine) <= _MOST_HANDLES and all(_HANDLE.fullmatch(one) for one in mine) else None


def _read(given: schemas.PayTo) -> schemas.PayTo:
    """Keep only what the method needs, in its usual form."""
    wrong, kept = {}, schemas.PayTo(method=given.method)
    if given.method == "paypal":
        try:
            kept.email = people.read_email(given.email)
        except Invalid as error:
            wrong["email"] = error.message
    elif given.method == "bank":
        kept.holder, kept.iban, kept.bic = given.holder.strip(), "".join(given.iban.split()).upper(), "".join(given.bic.split()).upper()
        try:
            kept.holder = people.read_name(given.holder)
        except Invalid:
            wrong["holder"] = "Name the holder of the account as the bank knows them."
        if not is_iban(kept.iban):
            wrong["iban"] = "This is no IBAN; look at its digits once more."
        if kept.bic and not _BIC.fullmatch(kept.bic):
            wrong["bic"] = "A BIC has 8 or 11 letters and digits; it may be left empty."
    else:
        kept.account = given.account.strip()
        if not _STRIPE.fullmatch(kept.account):
            wrong["account"] = "A Stripe account begins with acct_."
    if wrong:
        msg = "Some of this cannot be used."
        raise Invalid(msg, details=wrong)
    return kept


def _shown(row: Clipper, *, own: bool = False) -> schemas.ClipperRow:
    where = read_details(row.details) if own else None
    tail = (where.email or where.iban or where.account)[-_HINT:] if where else ""
    if where and where.email:
        head, _, host = where.email.partition("@")
        tail = f"{head[:2]}…@{host}"
    return schemas.ClipperRow(
        user_id=row.user_id, name=row.name, method=row.method, hint=tail, joined_at=row.joined_at,
        handles=msgspec.convert(row.handles, dict[Platform, list[str]]),
    )  # fmt: skip
