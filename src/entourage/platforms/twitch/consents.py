"""How a creator's consent on Twitch is asked for and taken back (`ports.consent.Consents`)."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from entourage.kernel import audit, clock, connections, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Never, NotFound, PlatformError
from entourage.kernel.tenancy import CreatorSession
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch import scopes, shapes, translate
from entourage.platforms.twitch.client import Page, read
from entourage.platforms.twitch.grant import SOURCE, Grant
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.oauth import App, Issued
from entourage.platforms.twitch.tokens import Bearer, until
from entourage.ports.consent import USUAL, Consent, Feature, Invitation, Permission, Registration

Needs = Callable[[CreatorSession], Awaitable[Collection[Feature]]]
"""Says what a creator has switched on."""

After = Callable[[CreatorSession], Awaitable[None]]
"""Asks for what must happen once a creator has agreed."""

_NOT_FROM_US = "Twitch answered for another app than ours. Nothing was changed; try again."

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Unstored:
    """A token that was just issued and is not anybody's yet (a Credential)."""

    token: Bearer
    key: str = "unstored"

    async def bearer(self) -> Bearer:
        """Return the token."""
        return self.token

    async def renew(self, stale: Bearer) -> Bearer:
        """Return the same token: there is no other one."""
        return stale


class TwitchConsents:
    """Asks for consent on Twitch, and takes it back."""

    def __init__(self, db: Database, twitch: Twitch, *, needs: Needs | None = None, after: After | None = None) -> None:
        """Take the parts; `needs` says what a creator has switched on, `after` is done in the transaction of a new consent."""
        self._db = db
        self._needs = needs
        self._after = after
        self._twitch = twitch
        self._oauth = twitch.oauth

    async def registration(self) -> Registration | None:
        """Return the app by which Twitch knows us, or None when there is none yet."""
        return await self._twitch.apps.registration()

    async def register(self, client_id: str, client_secret: str) -> None:
        """Keep an app that was typed; no id forgets it. Raises Conflict when the app is set from outside."""
        await self._twitch.apps.keep(client_id, client_secret)

    async def of(self, creator_id: int) -> Consent | None:
        """Return what a creator has agreed to, or None."""
        async with tenancy.inside(self._db, creator_id) as session:
            grant = await grants.read(session)
            needed = await self._needs(session) if self._needs else ()
        app = await self._twitch.apps.find()
        return None if grant is None else _consent(grant, app, needed)

    async def wanted(self, creator_id: int) -> frozenset[Feature]:
        """Return what a creator chose when they agreed (else the usual), and whatever they have switched on since."""
        async with tenancy.inside(self._db, creator_id) as session:
            grant = await grants.read(session)
            needed = await self._needs(session) if self._needs else ()
        return (USUAL if grant is None else frozenset(grant.features)).union(needed)

    async def permissions(self, features: Collection[Feature]) -> tuple[Permission, ...]:
        """Say which permissions there are, and which of them these features need."""
        return scopes.permissions(features, (), by_app=_by_app(await self._twitch.apps.find()))

    async def address(self, *, redirect: str, state: str, features: Collection[Feature]) -> str:
        """Return Twitch's page on which a creator agrees; raises Conflict when no app is set up."""
        app = await self._twitch.apps.get()
        return self._oauth.address(app, redirect=redirect, state=state, scopes=scopes.of(features, by_app=_by_app(app)))

    async def accept(self, creator_id: int, *, code: str, redirect: str, features: Collection[Feature], actor: str) -> Consent:
        """Turn the code that Twitch sent back into a consent; raises Conflict when another creator has this account."""
        app = await self._twitch.apps.get()
        return await self._store(creator_id, await self._oauth.exchange(app, code, redirect), features, actor)

    async def invite(self, features: Collection[Feature]) -> Invitation:
        """Ask for a code that is typed on Twitch's page."""
        app = await self._twitch.apps.get()
        device = await self._oauth.device(app, scopes.of(features, by_app=_by_app(app)))
        return Invitation(
            user_code=device.user_code, url=device.verification_uri, device_code=device.device_code,
            expires_s=device.expires_in, interval_s=device.interval,
        )  # fmt: skip

    async def look(self, creator_id: int, device_code: str, features: Collection[Feature], *, actor: str) -> Consent | None:
        """See whether the code was typed: the consent, or None while it was not; raises Never when it will not be any more."""
        app = await self._twitch.apps.get()
        issued = await self._oauth.poll(app, device_code, scopes.of(features, by_app=_by_app(app)))
        return await self._store(creator_id, issued, features, actor) if issued else None

    async def end(self, creator_id: int, *, actor: str) -> bool:
        """Take the consent back on Twitch and forget it here; False when Twitch did not hear of it. Raises NotFound."""
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            grant = await grants.read(session)
            if grant is None:
                msg = "Twitch is not connected."
                raise NotFound(msg)
            await connections.remove(session, SOURCE)
            audit.record(session, "twitch.disconnect", f"twitch:{grant.user_id}", actor=actor, meta={"login": grant.login})
        self._twitch.tokens.forget(creator_id)
        return await self._revoke(grant.client_id, grant.access_token)

    async def _store(self, creator_id: int, issued: Issued, features: Collection[Feature], actor: str) -> Consent:
        """Find out whose tokens these are, and keep them for a creator."""
        grant = await self._identify(issued, features)
        for other, theirs in await grants.of_all(self._db):
            if theirs.user_id == grant.user_id and other != creator_id:
                await self._revoke(grant.client_id, grant.access_token)
                msg = f"Another creator of this house is connected to {grant.name} already. Disconnect it there first."
                raise Conflict(msg)
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            before = await grants.read(session)
            await grants.begin(session, grant)
            told = {"login": grant.login, "scopes": list(grant.scopes)}
            audit.record(session, "twitch.sign_in", f"twitch:{grant.user_id}", actor=actor, meta=told)
            if self._after is not None:
                await self._after(session)
        self._twitch.tokens.forget(creator_id)
        if before is not None and before.user_id != grant.user_id:
            await self._revoke(before.client_id, before.access_token)
        return _consent(grant, await self._twitch.apps.get(), ())

    async def _identify(self, issued: Issued, features: Collection[Feature]) -> Grant:
        app = await self._twitch.apps.get()
        valid = await self._oauth.validate(issued.access_token)
        if valid is None or valid.client_id != app.client_id or not valid.user_id:
            raise Never(_NOT_FROM_US)
        granted = issued.scope if issued.scope is not None else valid.scopes or ()
        bearer = Bearer(issued.access_token, app.client_id, frozenset(granted))
        reply = await self._twitch.helix.call(_Unstored(bearer), "GET", "/users", params=[("id", valid.user_id)])
        user = next(iter(read(reply, Page[shapes.User]).data), shapes.User(valid.user_id, valid.login or valid.user_id))
        now = clock.now()
        return Grant(
            access_token=issued.access_token, refresh_token=issued.refresh_token, expires_at=until(clock.wall(), issued), scopes=granted,
            client_id=app.client_id, user_id=valid.user_id, login=user.login, name=user.display_name or user.login,
            kind=translate.kind(user.broadcaster_type), avatar_url=user.profile_image_url, features=tuple(sorted(features)), since=now,
        )  # fmt: skip

    async def _revoke(self, client_id: str, token: str) -> bool:
        try:
            await self._oauth.revoke(client_id, token)
        except PlatformError as error:
            _log.warning("twitch.not_revoked", why=error.message)
            return False
        return True


def _by_app(app: App | None) -> bool:
    return app is not None and bool(app.client_secret)


def _consent(grant: Grant, app: App | None, needed: Collection[Feature]) -> Consent:
    return Consent(
        account=grant.account, kind=grant.kind, avatar_url=grant.avatar_url, since=grant.since,
        permissions=scopes.permissions({*grant.features, *needed}, grant.scopes, by_app=_by_app(app)),
        ended=grant.ended or ("" if app is not None and grant.client_id == app.client_id else "app"),
    )  # fmt: skip
