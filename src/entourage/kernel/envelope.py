"""The seed's envelope around every answer of a room."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T]):
    """An answer that worked."""

    data: T
    success: bool = True


class Paging(msgspec.Struct):
    """Where a page stands: `next` is the cursor of the page after it, `total` null where nobody counts."""

    limit: int
    next: str | None
    total: int | None
    page: int | None = None


class Paged(msgspec.Struct, Generic[T]):
    """A page of answers."""

    data: list[T]
    pagination: Paging
    success: bool = True
