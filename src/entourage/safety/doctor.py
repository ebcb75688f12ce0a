"""The doctor: looks at the database, tries the newest backup in a scratch database, and counts everything again in both."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url

from entourage import migrations
from entourage.clips import mending as clip_mending
from entourage.clips import verification
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError
from entourage.kernel.settings import Settings
from entourage.safety import archive, backup
from entourage.safety.archive import Kept, Progress, quiet
from entourage.viewers import mending, recount
from entourage.viewers.recount import Difference

_REPORT = "doctor.json"
_SHOWN = 200
"""Differences that are named one by one; the rest are counted."""


class Found(msgspec.Struct):
    """What was found for one creator: how many viewers and clips were counted again, and what differs."""

    creator_id: int
    creator: str
    viewers: int = 0
    week_compared: bool = True
    differing: int = 0
    shown: list[Difference] = []
    clips: int = 0
    clips_differing: int = 0
    clips_shown: list[verification.Difference] = []

    @property
    def well(self) -> bool:
        """Whether nothing differs."""
        return not self.differing and not self.clips_differing


class Findings(msgspec.Struct):
    """What was found in one database: what is broken, and per creator what differs."""

    broken: list[str] = []
    creators: list[Found] = []

    @property
    def well(self) -> bool:
        """Whether nothing is broken and nothing differs."""
        return not self.broken and all(one.well for one in self.creators)


class Report(msgspec.Struct):
    """What the doctor says: of the database in use, and of the newest backup (None when there is none)."""

    at: str
    live: Findings
    backup: Findings | None = None
    archive: str = ""
    trusted: str = ""  # the newest backup that could be restored, when it is not the newest
    mended: int = 0
    beyond: int = 0  # what counting cannot mend

    @property
    def well(self) -> bool:
        """Whether both are well."""
        return self.live.well and (self.backup is None or self.backup.well)


def examine(settings: Settings, *, file: Path | None = None, progress: Progress = quiet) -> Report:
    """Look at the database and at the newest backup (or at `file`); takes a thread's time. The report is kept beside the backups."""
    report = Report(at=clock.iso(clock.now_ms()) or "", live=_look_at(settings.database, "the database", progress))
    kept = [_as_kept(file)] if file else archive.kept(settings.backup_path)
    for one in kept:
        findings = _try(settings, one, progress)
        if report.backup is None:
            report.backup, report.archive = findings, one.name
        if not findings.broken:
            report.trusted = one.name
            break
    if file is None:
        _keep(settings, report)
    return report


async def mend(settings: Settings, db: Database) -> tuple[int, int]:
    """Write what the histories say into the counters, a transaction for each creator; make a backup first.

    Returns how many counters were mended, and how many findings are beyond counting.
    """
    with _snapshot(settings.database) as connection:
        creator_ids = list(recount.creators_of(connection))
    mended = beyond = 0
    for creator_id in creator_ids:

        def work(connection: Connection, whose: int = creator_id) -> tuple[int, int]:
            (viewers, lost), (clips, left) = mending.mend(connection, whose), clip_mending.mend(connection, whose)
            return viewers + clips, len(lost) + len(left)

        wrote, left = await tenancy.batch_inside(db, creator_id, work)
        mended, beyond = mended + wrote, beyond + left
    return mended, beyond


def last_report(settings: Settings) -> Report | None:
    """Return what the doctor said last; None when it never looked, or its note is gone."""
    try:
        return msgspec.json.decode((settings.backup_path / _REPORT).read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError):
        return None


def _keep(settings: Settings, report: Report) -> None:
    settings.backup_path.mkdir(parents=True, exist_ok=True)
    path = settings.backup_path / _REPORT
    fresh = path.with_suffix(".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    fresh.replace(path)


def _as_kept(file: Path) -> Kept:
    return Kept(file.name, str(file), 0, "", "")


def _try(settings: Settings, one: Kept, progress: Progress) -> Findings:
    """Restore a backup into a scratch database, and look at that."""
    url, path = settings.database, Path(one.path)
    engine = backup.on(url)
    folder = Path(tempfile.mkdtemp(prefix=".entourage-", dir=path.parent))
    try:
        manifest = archive.read(path)
        backup.check_fits(path, manifest, url)
        copy = folder / engine.FILE
        archive.unpack(path, copy, progress)
        with engine.laid_out(url, copy) as scratch:
            if trouble := backup.check_restored(scratch, manifest):
                return Findings(broken=trouble)
            migrations.upgrade_at(scratch)
            return _look_at(scratch, "the newest backup", progress)
    except EntourageError as error:
        return Findings(broken=[error.message])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _look_at(url: str, what: str, progress: Progress) -> Findings:
    progress(f"checking {what}", 0.0)
    engine = backup.on(url)
    engine.size(url)
    findings = Findings(broken=list(engine.verify(url)))
    if not findings.broken and migrations.current_at(url) != migrations.newest():
        findings.broken.append("it does not have the newest shape; `entourage migrate` gives it one")
    if not findings.broken:
        with _snapshot(url) as connection:
            findings.creators = [_count(connection, *one, what, progress) for one in recount.creators_of(connection).items()]
    return findings


def _count(connection: Connection, creator_id: int, name: str, what: str, progress: Progress) -> Found:
    counted = recount.Recount(connection, creator_id)
    found = Found(creator_id, name, week_compared=counted.week_kept)
    viewers = connection.scalar(text("SELECT count(*) FROM viewers WHERE creator_id = :creator"), {"creator": creator_id}) or 0
    for differences in counted.differences():
        found.differing += len(differences)
        found.shown += differences[: _SHOWN - len(found.shown)]
        found.viewers = counted.viewers
        progress(f"counting {what} again", min(1.0, counted.viewers / viewers) if viewers else 1.0)
    found.clips = verification.count(connection, creator_id)
    for one in verification.differences(connection, creator_id):
        found.clips_differing += 1
        found.clips_shown += [one] if len(found.clips_shown) < _SHOWN else []
    return found


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """Open a reading transaction that sees one moment, of all creators."""
    parsed = make_url(url)
    lite = parsed.get_backend_name() == "sqlite"
    address = parsed.set(drivername="sqlite") if lite else parsed
    engine = create_engine(address, hide_parameters=True, **({} if lite else {"isolation_level": "REPEATABLE READ"}))
    if lite:

        @event.listens_for(engine, "connect")
        def _set_up(connection: object, _: object) -> None:
            connection.isolation_level = None  # type: ignore[attr-defined]
            for pragma in ("busy_timeout=15000", "query_only=ON", "cache_size=-65536", "mmap_size=1073741824"):
                connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

    try:
        with engine.begin() as connection:
            if not lite:
                connection.execute(text("SELECT set_config('entourage.everywhere', 'on', true)"))
            yield connection
    finally:
        engine.dispose()
