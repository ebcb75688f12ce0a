"""How safe the house is, over REST: its backups, what the doctor said last, and asking for both. For the owner of the house."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from entourage.kernel.accounts.actor import Actor
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import Db, Who
from entourage.kernel.settings import Settings
from entourage.safety import nights
from entourage.safety.archive import Kept
from entourage.safety.doctor import Report


class Backup(msgspec.Struct):
    """One backup: why it was made (hand, night, migration, repair), its bytes, and its rows; null rows: it is damaged."""

    name: str
    made_at: str
    reason: str
    size: int
    rows: int | None


class Check(msgspec.Struct):
    """What the doctor said: `differing` counters of `viewers` counted again, what is `broken`, and whether the backup restores."""

    at: str
    well: bool
    viewers: int
    differing: int
    broken: list[str]
    backup: str
    backup_well: bool | None
    backup_trouble: list[str]


class Safety(msgspec.Struct):
    """Backups, newest first, of which so many automatic ones are kept; the last check; and what is waited for (backup, check, night)."""

    folder: str
    keep: int
    hour: int
    backups: list[Backup]
    check: Check | None
    waiting: list[str]
    working: list[str]
    trouble: str


@get("/api/house/safety", tags=["house"])
async def show_safety(actor: Who, db: Db, settings: NamedDependency[Settings]) -> Safety:
    """Show the backups of the house and what the doctor said last."""
    check_owner(actor)
    return view(await nights.state(settings, db))


@post("/api/house/backups", status_code=202, tags=["house"])
async def back_up(actor: Who, db: Db) -> None:
    """Ask for a backup now; it is made beside everything else, and `GET /api/house/safety` tells when it is there."""
    check_owner(actor)
    await nights.ask_for(db, nights.BACKUP)


@post("/api/house/checks", status_code=202, tags=["house"])
async def check_now(actor: Who, db: Db) -> None:
    """Ask the doctor to count everything again, in the database and in the newest backup."""
    check_owner(actor)
    await nights.ask_for(db, nights.CHECK)


def check_owner(actor: Actor) -> None:
    """Raise NotAllowed for everybody but the owner of the house: a backup holds what all creators know."""
    if not actor.house_owner:
        msg = "Only the owner of this house may look after its backups."
        raise NotAllowed(msg)


def view(state: nights.State) -> Safety:
    """Shape what is known for pages and programs."""
    return Safety(
        folder=state.folder,
        keep=state.keep,
        hour=state.hour,
        backups=[_backup(one) for one in state.backups],
        check=None if state.report is None else _check(state.report),
        waiting=[kind.partition(".")[2] for kind in state.waiting],
        working=[kind.partition(".")[2] for kind in state.working],
        trouble=state.trouble,
    )


def _backup(one: Kept) -> Backup:
    return Backup(one.name, one.made_at, one.reason, one.size, sum(one.manifest.counts.values()) if one.manifest else None)


def _check(report: Report) -> Check:
    creators = report.live.creators
    return Check(
        at=report.at,
        well=report.well,
        viewers=sum(one.viewers for one in creators),
        differing=sum(one.differing + one.clips_differing for one in creators),
        broken=report.live.broken,
        backup=report.archive,
        backup_well=None if report.backup is None else report.backup.well,
        backup_trouble=[] if report.backup is None else report.backup.broken,
    )


ROUTES = [show_safety, back_up, check_now]
