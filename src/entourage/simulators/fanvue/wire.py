"""How Fanvue writes moments, ids and pages."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from entourage.simulators.fanvue.refusal import Refusal

T = TypeVar("T")


def moment(at: datetime | None) -> str | None:
    """Write a moment: milliseconds and a Z; None stays None."""
    return None if at is None else stamp(at)


def stamp(at: datetime) -> str:
    """Write a moment that is there."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def uid() -> str:
    """Make an id."""
    return str(uuid.uuid4())


def numbered(rows: Sequence[T], page: int, size: int) -> tuple[Sequence[T], dict[str, Any]]:
    """Cut the page with this number (from 1) out of rows; returns it with Fanvue's `pagination` object."""
    begin = (page - 1) * size
    return rows[begin : begin + size], {"page": page, "size": size, "hasMore": len(rows) > begin + size}


def cursored(rows: Sequence[T], cursor: str, size: int) -> tuple[Sequence[T], str | None]:
    """Cut a page out of rows behind an opaque cursor; returns it with the next one; raises a 400 for a cursor of nobody."""
    try:
        begin = int(base64.urlsafe_b64decode(cursor.encode()).decode()) if cursor else 0
    except (binascii.Error, ValueError):
        raise Refusal(400, "Invalid cursor") from None
    more = len(rows) > begin + size
    return rows[begin : begin + size], base64.urlsafe_b64encode(str(begin + size).encode()).decode() if more else None
