"""A creator's consent on a platform: how it is asked for, what it covers, and how it ends."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Protocol, get_args

import msgspec

from entourage.ports.channel import Account

Feature = Literal["vips", "points", "chat", "moderators", "announcements", "subs", "bits", "follows", "commands", "bans", "presence"]
"""What we do on a channel, each with a permission of its own."""

FEATURES: tuple[Feature, ...] = get_args(Feature)
USUAL: frozenset[Feature] = frozenset({"vips", "points", "chat", "moderators", "presence"})
"""What is asked for when nobody chose otherwise."""

Ended = Literal["", "refused", "app"]
"""Why a consent is no longer good: the platform refuses it, or it was given to another app than ours is now."""


class Permission(msgspec.Struct, frozen=True):
    """One permission (`scope` in the platform's words) that a feature needs, and whether it was given."""

    scope: str
    feature: Feature
    granted: bool
    wanted: bool


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What a creator has agreed to; `kind` is empty for a channel that can have no points."""

    account: Account
    kind: Literal["", "affiliate", "partner"] = ""
    avatar_url: str = ""
    permissions: tuple[Permission, ...] = ()
    since: datetime
    ended: Ended = ""

    @property
    def missing(self) -> tuple[Permission, ...]:
        """What is wanted and was not given."""
        return tuple(one for one in self.permissions if one.wanted and not one.granted)


class Registration(msgspec.Struct, frozen=True):
    """The app by which the platform knows us: `typed` on the page, not set from outside; without a secret only by code."""

    client_id: str
    has_secret: bool
    typed: bool


class Invitation(msgspec.Struct, frozen=True):
    """What somebody types on another device: `user_code` at `url`; `device_code` is our secret half of it."""

    user_code: str
    url: str
    device_code: str
    expires_s: int
    interval_s: int

    def __repr__(self) -> str:
        """Say nothing of what it holds."""
        return "Invitation(...)"


class Consents(Protocol):
    """Who asks for consent on a platform; calls raise Later, Never, SignInAgain, or Conflict when no app is registered."""

    async def registration(self) -> Registration | None:
        """Return the app by which the platform knows us, or None when there is none yet."""

    async def register(self, client_id: str, client_secret: str) -> None:
        """Keep an app that was typed; no id forgets it. Raises Conflict when the app is set from outside."""

    async def of(self, creator_id: int) -> Consent | None:
        """Return what a creator has agreed to, or None."""

    async def wanted(self, creator_id: int) -> frozenset[Feature]:
        """Return what a creator chose when they agreed (else the usual), and whatever they have switched on since."""

    async def permissions(self, features: Collection[Feature]) -> tuple[Permission, ...]:
        """Say which permissions there are, and which of them these features need."""

    async def address(self, *, redirect: str, state: str, features: Collection[Feature]) -> str:
        """Return the platform's page on which a creator agrees."""

    async def accept(self, creator_id: int, *, code: str, redirect: str, features: Collection[Feature], actor: str) -> Consent:
        """Turn the code that the platform sent back into a consent; raises Conflict when another creator has this account."""

    async def invite(self, features: Collection[Feature]) -> Invitation:
        """Ask for a code that is typed on the platform's page, for a house that the platform cannot send anybody back to."""

    async def look(self, creator_id: int, device_code: str, features: Collection[Feature], *, actor: str) -> Consent | None:
        """See whether the code was typed: the consent, or None while it was not; raises Never when it will not be any more."""

    async def end(self, creator_id: int, *, actor: str) -> bool:
        """Take the consent back on the platform and forget it here; False when the platform did not hear of it. Raises NotFound."""
