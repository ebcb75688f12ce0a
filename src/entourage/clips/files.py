"""Payouts as files: a plain table, and what PayPal, Stripe and a bank take.

Only payouts that are neither paid nor failed go into a file that moves money, each with a name by which it cannot be paid twice.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import msgspec
from sqlalchemy import select

from entourage.clips import clippers, schemas
from entourage.clips.tables import ClipBatch, ClipPayout
from entourage.kernel import money
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession

Form = Literal["csv", "paypal.json", "paypal.csv", "stripe.json", "stripe.csv", "bank.csv"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
PAYPAL_MOST: Final = 15_000
"""Payouts that PayPal takes in one batch."""
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
_LONGEST_HOLDER, _LONGEST_PURPOSE = 70, 140


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved: its name, its type, and what stands in it."""

    name: str
    media: str
    text: str


@dataclass(frozen=True, slots=True)
class _Payment:
    payout: ClipPayout
    clipper: str
    where: schemas.PayTo | None
    key: str

    @property
    def value(self) -> str:
        """The amount in units of the currency, with a point."""
        return as_decimal(self.payout.amount, self.payout.currency)


async def make(session: CreatorSession, batch: int, form: str, *, part: int = 1) -> File:
    """Write a batch as a file; of more than 15,000 payouts PayPal's are in parts. Raises NotFound, Invalid, or Conflict for none."""
    if form not in FORMS:
        msg = f"A file is one of {', '.join(FORMS)}."
        raise Invalid(msg)
    row = (await session.scalars(select(ClipBatch).where(ClipBatch.id == batch))).first()
    if row is None:
        msg = "There is no such batch."
        raise NotFound(msg)
    found = await _payments(session, row)
    name, _, kind = form.rpartition(".")
    if name:
        found = [one for one in found if one.payout.method == name and one.payout.state == "batched" and one.where is not None]
    if name == "paypal":
        found = found[(part - 1) * PAYPAL_MOST : part * PAYPAL_MOST]
    if not found:
        msg = "There is nothing in this batch for such a file."
        raise Conflict(msg)
    key = row.key if part == 1 else f"{row.key}-{part}"
    media = "application/json" if kind == "json" else "text/csv"
    return File(f"payouts-{batch}{f'-{part}' if part > 1 else ''}.{form}", media, _WRITERS[msgspec.convert(form, Form)](found, key))


def as_decimal(amount: int, currency: str) -> str:
    """Write minor units as PayPal, banks and books do: 12345 US cents are "123.45"."""
    places = money.decimals(currency)
    sign, (whole, rest) = "-" if amount < 0 else "", divmod(abs(amount), 10**places)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


async def _payments(session: CreatorSession, batch: ClipBatch) -> list[_Payment]:
    rows = (await session.scalars(select(ClipPayout).where(ClipPayout.batch == batch.id).order_by(ClipPayout.id))).all()
    called = await clippers.names(session, {row.user_id for row in rows})
    return [_Payment(row, called.get(row.user_id, ""), clippers.read_details(row.details), f"{batch.key}-{row.id}") for row in rows]


def _plain(found: Sequence[_Payment], _key: str) -> str:
    head = ("payout", "clipper", "amount", "currency", "method", "to", "state", "reference", "trouble", "made", "settled")
    return _table([head, *(_plain_row(one) for one in found)])


def _plain_row(one: _Payment) -> tuple[object, ...]:
    row, where = one.payout, one.where
    to = (where.email or where.iban or where.account) if where else ""
    settled = row.settled_at.isoformat() if row.settled_at else ""
    texts = [_safe(text) for text in (one.clipper, row.method, to, row.state, row.reference, row.trouble)]
    return (row.id, texts[0], one.value, row.currency, *texts[1:], row.created_at.isoformat(), settled)


def _paypal_json(found: Sequence[_Payment], key: str) -> str:
    items = [
        {
            "recipient_type": "EMAIL", "receiver": one.where.email if one.where else "", "sender_item_id": one.key,
            "amount": {"value": one.value, "currency": one.payout.currency}, "note": "Clips",
        }
        for one in found
    ]  # fmt: skip
    header = {"sender_batch_id": key, "email_subject": "You have been paid for your clips"}
    return msgspec.json.format(msgspec.json.encode({"sender_batch_header": header, "items": items})).decode()


def _paypal_csv(found: Sequence[_Payment], _key: str) -> str:
    return _table([(one.where.email if one.where else "", one.value, one.payout.currency, one.key, "Clips") for one in found])


def _stripe(one: _Payment) -> dict[str, Any]:
    """Say a transfer as Stripe takes it: minor units, and the key that lets it happen once."""
    return {
        "idempotency_key": one.key, "destination": one.where.account if one.where else "", "amount": one.payout.amount,
        "currency": one.payout.currency.lower(), "transfer_group": f"batch_{one.payout.batch}",
        "description": f"Clips, payout {one.payout.id}",
    }  # fmt: skip


def _stripe_json(found: Sequence[_Payment], _key: str) -> str:
    return msgspec.json.format(msgspec.json.encode([_stripe(one) for one in found])).decode()


def _stripe_csv(found: Sequence[_Payment], _key: str) -> str:
    rows = [_stripe(one) for one in found]
    return _table([tuple(rows[0]), *(tuple(row.values()) for row in rows)])


def _bank(found: Sequence[_Payment], _key: str) -> str:
    rows = [
        (
            _sepa(one.where.holder, _LONGEST_HOLDER), one.where.iban, one.where.bic, one.value, one.payout.currency,
            _sepa(f"Clips, payout {one.payout.id}", _LONGEST_PURPOSE), one.key[-35:],
        )
        for one in found if one.where is not None
    ]  # fmt: skip
    return _table([("holder", "iban", "bic", "amount", "currency", "purpose", "end_to_end_id"), *rows])


_WRITERS: Final[dict[Form, Callable[[Sequence[_Payment], str], str]]] = {
    "csv": _plain, "paypal.json": _paypal_json, "paypal.csv": _paypal_csv, "stripe.json": _stripe_json, "stripe.csv": _stripe_csv,
    "bank.csv": _bank,
}  # fmt: skip


def _table(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _safe(text: str) -> str:
    """Put an apostrophe in front of what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def _sepa(text: str, longest: int) -> str:
    """Write a text with the letters that all banks take."""
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")):
        text = text.replace(letter, written)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(_NOT_SEPA.sub(" ", plain).split()).lstrip("=+-@ ")[:longest]
