"""The one who acts: a signed-in person or a program with a key, for one creator, with what it may do."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from entourage.kernel.accounts.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and for whom.

    `creator_id` is 0 for a person who belongs to no creator (any more): it matches no row, and `permissions` is empty.
    """

    kind: Literal["user", "key"]
    id: UUID
    name: str
    permissions: frozenset[str]
    creator_id: int = 0
    creator_uid: UUID | None = None
    creator_name: str = ""
    zone: str = "UTC"  # the creator's, IANA name
    role: Role | None = None  # None for a key
    email: str = ""
    language: str = ""
    theme: str = ""
    house_owner: bool = False

    @property
    def label(self) -> str:
        """How the audit log names the actor: `user:<id>` or `key:<id>`."""
        return f"{self.kind}:{self.id}"

    def may(self, permission: str) -> bool:
        """Say whether the actor holds a permission of `roles.PERMISSIONS`."""
        return permission in self.permissions
