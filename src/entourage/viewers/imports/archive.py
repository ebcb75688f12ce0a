"""Zip archives from outside: looked into without unpacking, and never further than a limit."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from entourage.kernel.errors import Invalid

_MOST_NAMES = 50_000
_MOST_RATIO = 200
_SMALL = 20_000_000


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; raises Invalid for one that is damaged, locked, or made to harm."""
    try:
        with zipfile.ZipFile(file) as inside:
            _look(inside)
            yield inside
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, zlib.error) as error:
        msg = "This zip archive is damaged or of a kind that is not read here. Make the backup anew."
        raise Invalid(msg) from error
    except RuntimeError as error:
        msg = "This zip archive is locked with a password. Unlock it first."
        raise Invalid(msg) from error


def _look(inside: zipfile.ZipFile) -> None:
    names = inside.infolist()
    if len(names) > _MOST_NAMES:
        msg = f"There are {len(names):,} files in this archive; at most {_MOST_NAMES:,} are looked at."
        raise Invalid(msg)
    for one in names:
        parts = one.filename.replace("\\", "/").split("/")
        if one.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            msg = f"The archive holds a file that would lead out of it ({one.filename[:60]!r}). No program makes such a backup."
            raise Invalid(msg)


def check(file: Path, *, most: int) -> None:
    """Raise Invalid when an archive would unfold to more than `most` bytes, or to far more than it is."""
    with opened(file) as inside:
        total = sum(one.file_size for one in inside.infolist())
        _bound(total, sum(one.compress_size for one in inside.infolist()), most)


def _bound(size: int, packed: int, most: int) -> None:
    if size > most or (size > _SMALL and size > _MOST_RATIO * max(1, packed)):
        msg = f"This file would unfold to {size // 1_000_000:,} MB, which no list of viewers needs. It is not read."
        raise Invalid(msg)


def lines(inside: zipfile.ZipFile, name: str, *, most: int, longest: int = 1_000_000) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file of the archive with their numbers; raises Invalid beyond `most` bytes, whatever was declared."""
    about = inside.getinfo(name)
    _bound(about.file_size, about.compress_size, most)
    with inside.open(about) as file:
        yield from numbered(file, most=most, longest=longest)


def numbered(file: IO[bytes], *, most: int, longest: int = 1_000_000) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their numbers from 1; raises Invalid for one longer than `longest` and after `most` bytes."""
    number = read = 0
    while line := file.readline(longest):
        number, read = number + 1, read + len(line)
        if len(line) >= longest:
            msg = f"Line {number:,} is longer than a million characters: this is not the file it should be."
            raise Invalid(msg)
        if read > most:
            msg = f"The file unfolds to more than {most // 1_000_000:,} MB, which no list of viewers needs. It is not read."
            raise Invalid(msg)
        yield number, line
