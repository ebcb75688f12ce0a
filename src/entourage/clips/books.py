"""The books: the whole ledger for beancount, an independent checker, a page at a time however long it is."""

from collections.abc import AsyncIterator
from uuid import UUID
from zoneinfo import ZoneInfo

from entourage.clips import files, ledger
from entourage.clips.tables import ClipTransfer
from entourage.kernel import tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database


async def beancount(db: Database, creator_id: int) -> AsyncIterator[str]:
    """Write each line of the ledger as a transaction that balances, on its day by the creator's clock; accounts open when first met."""
    async with tenancy.inside(db, creator_id) as session:
        zone = ZoneInfo(await creators.zone_of(session))
    opened = set[str]()
    async for page in ledger.pages(db, creator_id):
        yield "".join(_entry(line, zone, opened) for line in page)


def _entry(line: ClipTransfer, zone: ZoneInfo, opened: set[str]) -> str:
    day, names = line.at.astimezone(zone).date().isoformat(), [_account(line, name) for name in (line.debit, line.credit)]
    fresh = "".join(f"{day} open {name}\n" for name in dict.fromkeys(names) if name not in opened)
    opened.update(names)
    value = files.as_decimal(line.amount, line.currency)
    return (
        f'{fresh}{day} * "{line.kind}"\n  key: "{line.key}"\n'
        f"  {names[0]}  -{value} {line.currency}\n  {names[1]}  {value} {line.currency}\n\n"
    )


def _account(line: ClipTransfer, name: str) -> str:
    if name in {"client", "funds"}:
        return f"{'Income:Clients' if name == 'client' else 'Assets:Clips:Funds'}:C{line.campaign}"
    whose = _person(line.user_id)
    return f"Expenses:Clippers:{whose}" if name == "paid" else f"Assets:Clips:{name.capitalize()}:{whose}"


def _person(user_id: UUID | None) -> str:
    return f"U{user_id.hex}" if user_id else "Nobody"
