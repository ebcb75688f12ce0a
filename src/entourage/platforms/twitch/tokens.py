"""The tokens in use: found, refreshed once however many need it, checked every hour, ended when Twitch refuses.

A refresh happens once across coroutines (they wait for one task) and across processes (they wait for one lease), and
the new refresh token is stored before the access token is used.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from entourage.kernel import audit, clock, ids, leases, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later, PlatformError, SignInAgain
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.apps import NOT_SET_UP, Apps
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.oauth import App, Issued, OAuth
from entourage.ports.consent import Ended

_LEASE_S = 60.0
_LOOK_S = 0.05
_PATIENCE_S = 45.0
_FRESH_S = 5.0
_SPARE = timedelta(minutes=10)
_AT_ONCE = 8

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to call with; `scopes` is None where they are not known (an app's own token)."""

    token: str = field(repr=False)
    client_id: str
    scopes: frozenset[str] | None


class Credential(Protocol):
    """Somebody in whose name Twitch is called; `key` tells whose points are spent."""

    @property
    def key(self) -> str:
        """Name the bucket."""

    async def bearer(self) -> Bearer:
        """Return the token to call with; raises SignInAgain when there is none that is good."""

    async def renew(self, stale: Bearer) -> Bearer:
        """Return another token than this one, which was refused; raises SignInAgain when there is none, or Later."""


class Tokens:
    """The tokens of all creators, and the app's own."""

    def __init__(self, db: Database, apps: Apps, oauth: OAuth) -> None:
        """Take the parts."""
        self._db = db
        self._apps = apps
        self._oauth = oauth
        self._holder = str(ids.new())
        self._known: dict[int, Grant] = {}
        self._since: dict[int, datetime] = {}
        self._renewing: dict[int, asyncio.Task[Grant]] = {}
        self._own: Bearer | None = None
        self._own_until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._own_turn = asyncio.Lock()

    async def grant(self, creator_id: int) -> Grant:
        """Read a creator's grant as it is stored now; raises SignInAgain when it is no good."""
        app = await self._app()
        async with tenancy.inside(self._db, creator_id) as session:
            found, on = await grants.read(session), await grants.is_on(session)
        self.forget(creator_id)
        if not on:
            msg = "Twitch is switched off in the settings."
            raise SignInAgain(msg)
        good = grants.check(found, app.client_id)
        self._known[creator_id] = good
        return good

    def forget(self, creator_id: int) -> None:
        """Look the grant up anew at its next use."""
        self._known.pop(creator_id, None)

    async def bearer(self, creator_id: int) -> Bearer:
        """Return a creator's token; raises SignInAgain."""
        return _as_bearer(self._known.get(creator_id) or await self.grant(creator_id))

    async def renew(self, creator_id: int, stale: Bearer) -> Bearer:
        """Return another token than one that was refused; raises SignInAgain, or Later when Twitch cannot be asked now.

        A token that was issued a moment ago and is refused all the same is not exchanged again.
        """
        task = self._renewing.get(creator_id)
        if task is None:
            task = asyncio.create_task(self._renew(creator_id, stale), name=f"twitch-refresh-{creator_id}")
            self._renewing[creator_id] = task
            task.add_done_callback(lambda done: self._renewed(creator_id, done))
        return _as_bearer(await asyncio.shield(task))

    async def own_bearer(self) -> Bearer:
        """Return the app's own token; raises SignInAgain when there is no app or no secret."""
        async with self._own_turn:
            app = await self._app()
            if self._own is None or self._own.client_id != app.client_id or self._own_until <= clock.wall():
                issued = await self._oauth.app_token(app)
                now = clock.wall()
                self._own, self._own_until = Bearer(issued.access_token, app.client_id, None), until(now, issued)
            return self._own

    async def renew_own(self, stale: Bearer) -> Bearer:
        """Return another token of the app than one that was refused."""
        if self._own is stale:
            self._own = None
        return await self.own_bearer()

    async def check_all(self) -> None:
        """Ask Twitch about every stored token, as it wants every hour; ends those that it no longer accepts."""
        app = await self._apps.find()
        turn = asyncio.Semaphore(_AT_ONCE)

        async def check(creator_id: int, grant: Grant) -> None:
            async with turn:
                try:
                    await self._check(app, creator_id, grant)
                except PlatformError as error:
                    _log.warning("twitch.not_checked", creator=creator_id, why=error.message)

        await asyncio.gather(*(check(*one) for one in await grants.of_all(self._db) if not one[1].ended))

    async def _check(self, app: App | None, creator_id: int, grant: Grant) -> None:
        if app is None or grant.client_id != app.client_id:
            # The app of before may come back: what was agreed to is kept for it.
            await self._show(creator_id, good=False)
            return
        valid = await self._oauth.validate(grant.access_token)
        if valid is None:
            await self.renew(creator_id, _as_bearer(grant))
        await self._show(creator_id, good=True)
        if valid is None:
            return
        if valid.client_id != grant.client_id or valid.user_id != grant.user_id:
            await self._end(creator_id, grant, "app")
        elif valid.scopes is not None and set(valid.scopes) != set(grant.scopes):
            await self._keep(creator_id, grant, msgspec.structs.replace(grant, scopes=valid.scopes))

    async def _show(self, creator_id: int, *, good: bool) -> None:
        """Let the pages say whether somebody must sign in again, where they say otherwise."""
        async with tenancy.inside(self._db, creator_id) as session:
            said = await grants.is_shown_ended(session)
        if said is good:
            async with tenancy.inside(self._db, creator_id, write=True) as session:
                await grants.show(session, good=good)

    async def _renew(self, creator_id: int, stale: Bearer) -> Grant:
        give_up = clock.wall() + timedelta(seconds=_PATIENCE_S)
        lease = f"twitch.refresh:{creator_id}"
        while True:
            grant = await self.grant(creator_id)
            if grant.access_token != stale.token:
                return grant
            refreshed = self._since.get(creator_id)
            if refreshed is not None and (age_s := (clock.wall() - refreshed).total_seconds()) < _FRESH_S:
                msg = "Twitch does not accept a token that it issued a moment ago. It is tried again."
                raise Later(msg, retry_after_s=_FRESH_S - age_s)
            if await leases.take(self._db, lease, self._holder, for_s=_LEASE_S):
                break
            if clock.wall() > give_up:
                msg = "Another process is signing in to Twitch anew. Try again in a moment."
                raise Later(msg, retry_after_s=5.0)
            await asyncio.sleep(_LOOK_S)
        try:
            return await self._exchange(creator_id, stale)
        finally:
            await leases.drop(self._db, lease, self._holder)

    async def _exchange(self, creator_id: int, stale: Bearer) -> Grant:
        """Refresh, with the lease held: whoever held it before may have done so already."""
        grant = await self.grant(creator_id)
        if grant.access_token != stale.token:
            return grant
        app = await self._app()
        issued = await self._oauth.refresh(app, grant.refresh_token)
        if issued is None:
            return grants.check(await self._end(creator_id, grant, "refused"), app.client_id)
        fresh = msgspec.structs.replace(
            grant, access_token=issued.access_token, refresh_token=issued.refresh_token or grant.refresh_token,
            expires_at=until(clock.wall(), issued), scopes=grant.scopes if issued.scope is None else issued.scope,
        )  # fmt: skip
        kept = grants.check(await self._keep(creator_id, grant, fresh), app.client_id)
        self._since[creator_id] = clock.wall()
        _log.info("twitch.refreshed", creator=creator_id)
        return kept

    async def _keep(self, creator_id: int, before: Grant, fresh: Grant) -> Grant | None:
        """Store a grant unless somebody signed in or out meanwhile; returns what is stored now."""
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            stored = await grants.read(session)
            if stored is None or stored.refresh_token != before.refresh_token or stored.since != before.since:
                return stored
            await grants.keep(session, fresh)
        self._known[creator_id] = fresh
        return fresh

    async def _end(self, creator_id: int, before: Grant, why: Ended) -> Grant | None:
        """Pause a connection whose grant is refused, unless somebody signed in or out meanwhile; returns what is stored now."""
        self.forget(creator_id)
        async with tenancy.inside(self._db, creator_id, write=True) as session:
            stored = await grants.read(session)
            if stored is None or stored.refresh_token != before.refresh_token or stored.ended:
                return stored
            stored = await grants.end(session, stored, why)
            audit.record(session, "twitch.sign_in.ended", f"twitch:{before.user_id}", actor="platform:twitch", meta={"why": why})
        _log.warning("twitch.sign_in_ended", creator=creator_id, why=why)
        return stored

    async def _app(self) -> App:
        app = await self._apps.find()
        if app is None:
            raise SignInAgain(NOT_SET_UP)
        return app

    def _renewed(self, creator_id: int, done: asyncio.Task[Grant]) -> None:
        self._renewing.pop(creator_id, None)
        if not done.cancelled():
            done.exception()  # whoever waited was told; nobody waiting is no fault


@dataclass(frozen=True, slots=True)
class Creators:
    """A creator in whose name Twitch is called (a Credential)."""

    tokens: Tokens
    creator_id: int
    user_id: str

    @property
    def key(self) -> str:
        """Name the bucket: one for each user."""
        return f"user:{self.user_id}"

    async def bearer(self) -> Bearer:
        """Return the creator's token."""
        return await self.tokens.bearer(self.creator_id)

    async def renew(self, stale: Bearer) -> Bearer:
        """Return another token than one that was refused."""
        return await self.tokens.renew(self.creator_id, stale)


@dataclass(frozen=True, slots=True)
class Own:
    """The app in whose name Twitch is called (a Credential)."""

    tokens: Tokens
    key: str = "app"

    async def bearer(self) -> Bearer:
        """Return the app's own token."""
        return await self.tokens.own_bearer()

    async def renew(self, stale: Bearer) -> Bearer:
        """Return another token than one that was refused."""
        return await self.tokens.renew_own(stale)


def _as_bearer(grant: Grant) -> Bearer:
    return Bearer(grant.access_token, grant.client_id, frozenset(grant.scopes))


def until(now: datetime, issued: Issued) -> datetime:
    """Say until when a token may be used: somewhat shorter than Twitch says."""
    return now + max(timedelta(seconds=issued.expires_in) - _SPARE, timedelta(seconds=issued.expires_in / 2))
