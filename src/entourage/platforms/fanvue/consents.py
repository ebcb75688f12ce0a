"""How a creator's consent on Fanvue is asked for and taken back (`ports.fan_consent.FanConsents`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entourage.kernel import audit, clock, connections, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound, PlatformError, SignInAgain
from entourage.kernel.tenancy import CreatorSession
from entourage.platforms.fanvue import grant as grants
from entourage.platforms.fanvue import scopes, shapes, translate
from entourage.platforms.fanvue.client import Credential, read
from entourage.platforms.fanvue.grant import SOURCE, Grant
from entourage.platforms.fanvue.house import Fanvue
from entourage.platforms.fanvue.oauth import App, Issued
from entourage.platforms.fanvue.tokens import Bearer, Bearers, until
from entourage.ports.fan_consent import Consent, Permission, Registration
from entourage.ports.fans import Owner

After = Callable[[CreatorSession], Awaitable[None]]
"""Asks for what must happen once a creator has agreed."""

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


class FanvueConsents:
    """Asks for consent on Fanvue, and takes it back."""

    def __init__(self, db: Database, fanvue: Fanvue, *, after: After | None = None) -> None:
        """Take the parts; `after` is done in the transaction of a new consent."""
        self._db = db
        self._fanvue = fanvue
        self._after = after

    async def registration(self) -> Registration | None:
        """Return the app by which Fanvue knows us, or None when there is none yet."""
        return await self._fanvue.apps.registration()

    async def register(self, client_id: str, client_secret: str, webhook_secret: str = "") -> None:
        """Keep an app that was typed (an empty secret leaves the one that is kept); no id forgets it. Raises Conflict."""
        await self._fanvue.apps.keep(client_id, client_secret, webhook_secret)

    async def scopes(self) -> tuple[Permission, ...]:
        """Say which permissions are asked for."""
        return scopes.permissions(())

    async def of(self, creator_id: int) -> Consent | None:
        """Return what a creator has agreed to, or None."""
        async with tenancy.inside(self._db, creator_id) as session:
            grant = await grants.read(session)
        return None if grant is None else _consent(grant, await self._fanvue.apps.find())

    async def address(self, *, redirect: str, state: str, challenge: str) -> str:
        """Return Fanvue's page on which a creator agrees; raises Conflict when no app is set up."""
        app = await self._fanvue.apps.get()
        return self._fanvue.oauth.address(app, redirect=redirect, state=state, challenge=challenge, scopes=scopes.ALL)

    async def accept(self, creator_id: int, *, code: str, redirect: str, verifier: str, actor: str) -> Consent:
        """Turn the code that came back into a consent; raises Conflict when another creator has this account."""
        app = await self._fanvue.apps.get()
        issued = await self._fanvue.oauth.exchange(app, code, redirect=redirect, verifier=verifier)
        grant = await self._identify(app, issued)
        for other, theirs in await grants.of_all(self._db):
            if theirs.owner.id == grant.owner.id and other != creator_id:
                await self._revoke(app, issued.refresh_token or issued.access_token)
                msg = f"Another creator of this house is connected to {grant.owner.name} already. Disconnect it there first."
                raise Conflict(msg)
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            before = await grants.read(session)
            await grants.begin(session, grant)
            told = {"handle": grant.owner.handle, "scopes": list(grant.scopes)}
            audit.record(session, "fanvue.sign_in", f"fanvue:{grant.owner.id}", actor=actor, meta=told)
            if self._after is not None:
                await self._after(session)
        self._fanvue.tokens.forget(creator_id)
        if before is not None and before.owner.id != grant.owner.id:
            await self._revoke(app, before.refresh_token or before.access_token)
        return _consent(grant, app)

    async def check(self, creator_id: int) -> Consent:
        """Ask Fanvue who the creator is, with the stored token; raises SignInAgain when it is no good."""
        grant = await self._fanvue.tokens.grant(creator_id)
        owner = await self._ask_who(Bearers(self._fanvue.tokens, creator_id, grant.owner.id))
        if owner.id != grant.owner.id:
            msg = "Fanvue answered for another account. Connect it again on the page of the chats."
            raise SignInAgain(msg)
        return _consent(await self._fanvue.tokens.grant(creator_id), await self._fanvue.apps.find())

    async def end(self, creator_id: int, *, actor: str) -> bool:
        """Take the consent back on Fanvue and forget it here; False when Fanvue did not hear of it. Raises NotFound."""
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            grant = await grants.read(session)
            if grant is None:
                msg = "Fanvue is not connected."
                raise NotFound(msg)
            await connections.remove(session, SOURCE)
            audit.record(session, "fanvue.disconnect", f"fanvue:{grant.owner.id}", actor=actor, meta={"handle": grant.owner.handle})
        self._fanvue.tokens.forget(creator_id)
        app = await self._fanvue.apps.find()
        return app is not None and app.client_id == grant.client_id and await self._revoke(app, grant.refresh_token or grant.access_token)

    async def _identify(self, app: App, issued: Issued) -> Grant:
        """Find out whose tokens these are."""
        granted = scopes.ALL if issued.scope is None else tuple(issued.scope.split())
        owner = await self._ask_who(_Unstored(Bearer(issued.access_token, frozenset(granted))))
        expires_at, renew_at = until(clock.wall(), issued)
        return Grant(
            access_token=issued.access_token, refresh_token=issued.refresh_token, expires_at=expires_at, renew_at=renew_at,
            scopes=granted, client_id=app.client_id, owner=owner, since=clock.now(),
        )  # fmt: skip

    async def _ask_who(self, credential: Credential) -> Owner:
        return translate.owner(read(await self._fanvue.api.call(credential, "GET", "/users/me"), shapes.Me))

    async def _revoke(self, app: App, token: str) -> bool:
        try:
            await self._fanvue.oauth.revoke(app, token)
        except PlatformError as error:
            _log.warning("fanvue.not_revoked", why=error.message)
            return False
        return True


def _consent(grant: Grant, app: App | None) -> Consent:
    return Consent(
        owner=grant.owner, permissions=scopes.permissions(grant.scopes), since=grant.since, fresh_until=grant.expires_at,
        ended=grant.ended or ("" if app is not None and grant.client_id == app.client_id else "app"),
    )  # fmt: skip
