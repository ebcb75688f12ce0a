"""Files that were handed in and wait to be looked at and taken over: on disk, a few for each creator, for a day."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from entourage.kernel import ids
from entourage.kernel.errors import Invalid, NotFound, TooLarge, Unavailable
from entourage.viewers.imports.formats import MOST_BYTES

KEPT_S = 24 * 3600
_MOST_KEPT = 5
_FOLDER = "imports"
_MARK = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_MARK_LENGTH = 32


async def keep(data: Path, creator_id: int, content: AsyncIterator[bytes]) -> tuple[str, int]:
    """Write a file down as it arrives; returns the mark to find it by, and its bytes.

    Raises Invalid for an empty one, TooLarge beyond 100 MB, Unavailable when the disk cannot take it.
    """
    mark, size = ids.new().hex, 0
    folder = data / _FOLDER / str(creator_id)
    path = folder / f"{mark}.part"
    try:
        await asyncio.to_thread(_make_room, folder)
        with path.open("wb") as file:
            async for block in content:
                size += len(block)
                if size > MOST_BYTES:
                    msg = f"This file is too large: at most {MOST_BYTES // 1_000_000} MB are read. Split it, or export less."
                    raise TooLarge(msg)
                await asyncio.to_thread(file.write, block)
        if not size:
            msg = "The file is empty."
            raise Invalid(msg)
        path.replace(folder / mark)
    except OSError as error:
        msg = f"The file could not be kept: {error.strerror or 'the disk refused it'}. Nothing was changed."
        raise Unavailable(msg) from error
    finally:
        path.unlink(missing_ok=True)
    return mark, size


def find(data: Path, creator_id: int, mark: str) -> Path:
    """Return where a file is kept; raises NotFound when it is not here (any more)."""
    path = data / _FOLDER / str(creator_id) / mark
    if len(mark) != _MARK_LENGTH or not _MARK.issuperset(mark) or not path.is_file():
        msg = "This file is not here any more. Choose it once again."
        raise NotFound(msg)
    return path


def forget(data: Path, creator_id: int, mark: str) -> None:
    """Throw a file away that is not needed any more."""
    try:
        find(data, creator_id, mark).unlink(missing_ok=True)
    except NotFound:
        return


def tidy(data: Path) -> int:
    """Throw away what nobody took over within a day; returns how many."""
    old = [path for path in (data / _FOLDER).glob("*/*") if path.is_file() and path.stat().st_mtime < time.time() - KEPT_S]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _make_room(folder: Path) -> None:
    """Make the folder, readable for nobody else, and throw the oldest away where there are too many."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.stat().st_mtime)
    for path in waiting[: max(0, len(waiting) + 1 - _MOST_KEPT)]:
        path.unlink(missing_ok=True)
