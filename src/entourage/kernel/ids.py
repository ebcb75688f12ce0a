"""Names for things seen outside: UUIDv7, which sort by the time they were made."""

import secrets
from uuid import UUID

import uuid_utils.compat


def new() -> UUID:
    """Make a UUIDv7."""
    return uuid_utils.compat.uuid7()


def token(nbytes: int = 32) -> str:
    """Make an unguessable URL-safe secret of `nbytes` random bytes."""
    return secrets.token_urlsafe(nbytes)
