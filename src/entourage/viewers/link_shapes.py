"""Shapes of linked accounts on the wire: what linking two people would come to."""

from typing import Any

import msgspec

from entourage.viewers import schemas


class LinkSum(msgspec.Struct):
    """A number that is added up: `field` is its name in a profile."""

    field: str
    mine: int
    theirs: int
    together: int


class LinkPreview(msgspec.Struct, kw_only=True):
    """What would be if `other` and all their accounts were linked to `viewer`; nothing is changed by asking."""

    viewer: schemas.ViewerDetail  # as they are
    other: schemas.ViewerDetail
    sums: list[LinkSum]
    tier: str | None  # which the viewer would hold
    accounts: int  # of the viewer then
    taken: dict[str, Any]  # what their profile takes over, by field, as it would read
    aside: dict[str, Any]  # what stands on the other's profile and does not show, because theirs says something else
