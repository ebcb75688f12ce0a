"""Making backups, keeping the newest of the automatic ones, and putting one back in the database's place.

All of it takes a thread's time and none of the event loop's: call it from a thread.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from entourage import migrations
from entourage.kernel import clock, log
from entourage.kernel.errors import Conflict, Invalid, Unavailable
from entourage.kernel.settings import Settings
from entourage.safety import archive, on_postgresql, on_sqlite
from entourage.safety.archive import Damaged, Kept, Manifest, Progress, quiet

_log = log.get(__name__)

BY_HAND = "hand"
AUTOMATIC = frozenset({"night", "migration", "repair"})
_ENGINES: dict[str, ModuleType] = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def engine_of(url: str) -> str:
    """Return `sqlite` or `postgresql`."""
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def on(url: str) -> ModuleType:
    """Return what knows the engine of an address: `on_sqlite` or `on_postgresql`, which offer the same functions."""
    return _ENGINES[engine_of(url)]


def make(
    settings: Settings, reason: str = BY_HAND, *, to: Path | None = None, version: str = "", progress: Progress = quiet
) -> tuple[Path, Manifest]:
    """Back the database up, into the folder of backups or to a file of one's own; returns where, and its manifest.

    Raises Damaged when the database itself is, Unavailable when there is no room, no tool or no database, and Conflict
    when the file is there already.
    """
    url, engine = settings.database, on(settings.database)
    target = (to or settings.backup_path / archive.name_of(reason)).absolute()
    if target.exists():
        msg = f"{target} is there already. Give another name."
        raise Conflict(msg)
    with _workshop(target.parent, engine.size(url)) as folder:
        copy = folder / engine.FILE
        revision, counts = engine.take(url, copy, progress)
        manifest = Manifest(
            made_at=clock.iso(clock.now_ms()) or "", reason=reason, version=version, engine=engine_of(url), revision=revision,
            file=engine.FILE, size=0, sha256="", counts=counts,
        )  # fmt: skip
        archive.write(target, copy, manifest, progress)
    _log.info("backup.made", reason=reason, bytes=target.stat().st_size)
    if reason in AUTOMATIC and to is None:
        prune(settings.backup_path, settings.backup_keep)
    return target, manifest


def prune(folder: Path, keep: int) -> list[Kept]:
    """Remove the oldest automatic backups beyond `keep`; those made by hand stay. Returns what went."""
    gone = [one for one in archive.kept(folder) if one.reason in AUTOMATIC][keep:]
    for one in gone:
        Path(one.path).unlink(missing_ok=True)
    return gone


def before_migration(settings: Settings, current: str | None, newest: str | None, *, version: str = "") -> Path | None:
    """Back up a database whose shape is about to change; returns where, or None when nothing will change or none is wanted."""
    if current is None or current == newest or not migrations.knows(current) or settings.backup_keep <= 0:
        return None
    path, _ = make(settings, "migration", version=version)
    return path


def restore(settings: Settings, file: Path, *, progress: Progress = quiet) -> tuple[Manifest, str]:
    """Put a backup in the database's place; returns its manifest, and where the database of before is kept ("" if there was none).

    The archive is read to its end, unpacked, checked and brought to the newest shape before anything is touched.
    Raises Damaged, Invalid for another engine or a newer program, and Conflict while a house runs on the database.
    """
    url, engine = settings.database, on(settings.database)
    manifest = archive.read(file)
    check_fits(file, manifest, url)
    engine.refuse_if_open(url)
    where = on_sqlite.path_of(url).parent if engine is on_sqlite else settings.backup_path
    with _workshop(where, manifest.size) as folder:
        copy = folder / engine.FILE
        archive.unpack(file, copy, progress)

        def prepare(fresh: str) -> None:
            progress("checking the restored database", 0.0)
            if trouble := check_restored(fresh, manifest):
                msg = f"{file.name} cannot be relied on: {trouble[0]}. Nothing was changed; take another backup."
                raise Damaged(msg)
            migrations.upgrade_at(fresh)

        kept = engine.replace(url, copy, prepare)
    _log.info("backup.restored", file=file.name)
    return manifest, kept


def check_fits(file: Path, manifest: Manifest, url: str) -> None:
    """Refuse a backup of another engine, or of a newer program."""
    if manifest.engine != engine_of(url):
        msg = f"{file.name} is a backup of {manifest.engine}, and ENTOURAGE_DATABASE_URL names a database of {engine_of(url)}."
        raise Invalid(msg)
    if not migrations.knows(manifest.revision):
        msg = f"{file.name} was made by a newer version of Entourage ({manifest.version}). Update Entourage first. Nothing was changed."
        raise Invalid(msg)


def check_restored(url: str, manifest: Manifest) -> list[str]:
    """Return what is wrong with a restored copy: its pages, its references, and how many rows its tables have."""
    engine = on(url)
    trouble: list[str] = list(engine.verify(url))
    if trouble:
        return trouble
    counts = engine.count_rows(url)
    return [
        f"the table {name} has {counts.get(name, 0):,} rows instead of {rows:,}"
        for name, rows in manifest.counts.items()
        if counts.get(name) != rows
    ]


@contextmanager
def _workshop(parent: Path, needed: int) -> Iterator[Path]:
    """Give a folder to work in, on the disk on which the result will be; raises Unavailable when there is no room."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(parent).free
        folder = Path(tempfile.mkdtemp(prefix=".entourage-", dir=parent))
    except OSError as error:
        msg = f"The folder {parent} cannot be written: {error.strerror}. ENTOURAGE_BACKUP_DIR chooses another."
        raise Unavailable(msg) from error
    try:
        if free < 2 * needed:
            msg = f"There is too little room in {parent}: {2 * needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free."
            raise Unavailable(msg)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
