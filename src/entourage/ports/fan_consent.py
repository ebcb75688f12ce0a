"""A creator's consent on the platform of fan chats: asked for with PKCE, and how it ends."""

from datetime import datetime
from typing import Literal, Protocol

import msgspec

from entourage.ports.fans import Owner

Ended = Literal["", "refused", "app"]
"""Why a consent is no longer good: the platform refuses it, or it was given to another app than ours is now."""

Feature = Literal["sign_in", "read", "write", "fans", "insights", "creator"]


class Permission(msgspec.Struct, frozen=True):
    """One permission (`scope` in the platform's words), what it is for, and whether it was given."""

    scope: str
    feature: Feature
    granted: bool


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What a creator has agreed to; `fresh_until` is until when the current token is good (it is renewed by itself)."""

    owner: Owner
    permissions: tuple[Permission, ...] = ()
    since: datetime
    fresh_until: datetime
    ended: Ended = ""

    @property
    def missing(self) -> tuple[Permission, ...]:
        """What was asked for and not given."""
        return tuple(one for one in self.permissions if not one.granted)


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """The app by which the platform knows us: `typed` on the page, or set from outside. Secrets are never told."""

    client_id: str
    has_secret: bool
    has_webhook_secret: bool
    typed: bool


class FanConsents(Protocol):
    """Who asks for consent; calls raise Later, Never, SignInAgain, or Conflict when no app is registered."""

    async def registration(self) -> Registration | None:
        """Return the app by which the platform knows us, or None when there is none yet."""

    async def register(self, client_id: str, client_secret: str, webhook_secret: str = "") -> None:
        """Keep an app that was typed (an empty secret leaves the one that is kept); no id forgets it. Raises Conflict."""

    async def scopes(self) -> tuple[Permission, ...]:
        """Say which permissions are asked for."""

    async def of(self, creator_id: int) -> Consent | None:
        """Return what a creator has agreed to, or None."""

    async def address(self, *, redirect: str, state: str, challenge: str) -> str:
        """Return the platform's page on which a creator agrees; `challenge` is the S256 of the verifier."""

    async def accept(self, creator_id: int, *, code: str, redirect: str, verifier: str, actor: str) -> Consent:
        """Turn the code that came back into a consent; raises Conflict when another creator has this account."""

    async def check(self, creator_id: int) -> Consent:
        """Ask the platform who the creator is, with the stored token; raises SignInAgain when it is no good."""

    async def end(self, creator_id: int, *, actor: str) -> bool:
        """Take the consent back and forget it here; False when the platform did not hear of it. Raises NotFound."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a test call: it came by the `address`, only straight by the door (`inside`), or `nowhere`.

    `status` is what the address answered (0: nobody did), `problem` what was wrong, in words.
    """

    way: Literal["address", "inside", "nowhere"]
    status: int = 0
    problem: str = ""


class Trials(Protocol):
    """Who tries whether the platform's calls would arrive."""

    async def ring(self, creator_id: int, *, address: str) -> Trial:
        """Send a signed test to an address of ours; raises Conflict without a signing secret, and SignInAgain."""
