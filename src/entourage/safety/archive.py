"""The archive of a backup: one zip with a manifest and a copy of the database, whole or named as damaged.

It appears under its name only when it is complete and on the disk. The keys of secrets at rest are not in it.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from entourage.kernel import clock
from entourage.kernel.errors import Invalid, NotFound, Unavailable

FORMAT = 1
SUFFIX = ".zip"
PREFIX = "entourage-"
_MANIFEST = "manifest.json"
_PART = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
"""What reading a zip raises when its bytes are not what they were."""

Progress = Callable[[str, float], None]
"""Told what is being done and how much of it is done, 0 to 1."""


class Manifest(msgspec.Struct, kw_only=True):
    """What an archive says of itself."""

    format: int = FORMAT
    made_at: str  # ISO 8601, UTC
    reason: str  # hand, night, migration, repair
    version: str  # of the program
    engine: str  # sqlite, postgresql
    revision: str | None  # of the database's shape
    file: str  # the name of the copy inside
    size: int  # of the copy, in bytes
    sha256: str  # of the copy, hex
    counts: dict[str, int]  # rows by table


class Damaged(Invalid):
    """An archive is not what it was when it was made."""


class Kept(msgspec.Struct):
    """A backup in the folder; `manifest` is None when it cannot be read."""

    name: str
    path: str
    size: int
    made_at: str
    reason: str
    manifest: Manifest | None = None


def quiet(_: str, __: float) -> None:
    """Tell nobody."""


def name_of(reason: str) -> str:
    """Name a new archive by moment and reason: they sort by age."""
    return f"{PREFIX}{clock.now():%Y%m%d-%H%M%S-%f}-{reason}{SUFFIX}"


def write(target: Path, copy: Path, manifest: Manifest, progress: Progress = quiet) -> Manifest:
    """Pack a copy into an archive and read it back; returns the manifest with size and checksum.

    Raises Unavailable when the folder is full or cannot be written; nothing is left behind then.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            with copy.open("rb") as source, made.open(manifest.file, "w", force_zip64=True) as into:
                manifest.size, manifest.sha256 = _pour(source, into.write, copy.stat().st_size, progress, "packing")
            made.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _sync(part)
        check(part, progress)
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        msg = f"The backup could not be written to {target.parent}: {error.strerror}."
        raise Unavailable(msg) from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read(path: Path) -> Manifest:
    """Return an archive's manifest; raises NotFound, and Damaged with the reason when it cannot be relied on."""
    with _opened(path) as archive:
        try:
            manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
        except (msgspec.DecodeError, KeyError) as error:
            msg = f"{path.name} is no backup of Entourage, or its manifest is damaged. Nothing was changed."
            raise Damaged(msg) from error
    if manifest.format > FORMAT:
        msg = f"{path.name} was made by a newer version of Entourage ({manifest.version}). Update Entourage first."
        raise Invalid(msg)
    return manifest


def check(path: Path, progress: Progress = quiet) -> Manifest:
    """Read a whole archive and compare its checksum; raises Damaged."""
    manifest = read(path)
    _unpacked(path, manifest, lambda _: None, progress)
    return manifest


def unpack(path: Path, target: Path, progress: Progress = quiet) -> Manifest:
    """Unpack the copy of the database to a new file on the disk; raises Damaged and leaves nothing then."""
    manifest = read(path)
    try:
        with target.open("wb") as into:
            _unpacked(path, manifest, into.write, progress)
            into.flush()
            os.fsync(into.fileno())
    except Damaged:
        target.unlink(missing_ok=True)
        raise
    except OSError as error:
        target.unlink(missing_ok=True)
        msg = f"The backup could not be unpacked to {target.parent}: {error.strerror}."
        raise Unavailable(msg) from error
    return manifest


def kept(folder: Path) -> list[Kept]:
    """Return the backups of a folder, newest first; damaged ones too."""
    found = []
    for path in sorted(folder.glob(f"{PREFIX}*{SUFFIX}"), reverse=True):
        try:
            manifest = read(path)
        except Invalid:
            manifest = None
        stat = path.stat()
        made_at = manifest.made_at if manifest else clock.iso(int(stat.st_mtime * 1000)) or ""
        reason = manifest.reason if manifest else path.stem.rpartition("-")[2]
        found.append(Kept(path.name, str(path), stat.st_size, made_at, reason, manifest))
    return found


def sync_folder(folder: Path) -> None:
    """Make a change of names in a folder durable, where the system can."""
    if os.name == "posix":
        _sync(folder)


def _unpacked(path: Path, manifest: Manifest, into: Callable[[bytes], object], progress: Progress) -> None:
    with _opened(path) as archive:
        try:
            with archive.open(manifest.file) as source:
                size, digest = _pour(source, into, manifest.size, progress, "reading")
        except (*_BROKEN, KeyError) as error:
            raise _damaged(path) from error
    if (size, digest) != (manifest.size, manifest.sha256):
        raise _damaged(path)


def _damaged(path: Path) -> Damaged:
    return Damaged(f"{path.name} is damaged: its content is not what was packed. Nothing was changed; take another backup.")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    if not path.is_file():
        msg = f"There is no backup at {path}."
        raise NotFound(msg)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (*_BROKEN, KeyError) as error:
        msg = f"{path.name} is damaged or cut off: it cannot be opened. Nothing was changed; take another backup."
        raise Damaged(msg) from error


def _pour(source: IO[bytes], into: Callable[[bytes], object], size: int, progress: Progress, doing: str) -> tuple[int, str]:
    digest, done = hashlib.sha256(), 0
    while part := source.read(_PART):
        digest.update(part)
        into(part)
        done += len(part)
        progress(doing, min(1.0, done / size) if size else 1.0)
    return done, digest.hexdigest()


def _sync(path: Path) -> None:
    # A file must be open for writing to be synced on every system; a folder cannot be.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
