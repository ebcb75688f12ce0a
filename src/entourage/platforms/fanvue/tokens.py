"""The tokens in use: found, renewed once however many need it, ended when Fanvue refuses.

A refresh token is good once, and using it again ends the whole consent. So a renewal happens once across coroutines
(they wait for one task) and across processes (they wait for one lease), and the new pair is stored before it is used.
An answer that got lost may have used the token up. Asking again at once is all that can be done: Fanvue may still answer
within a moment, and if it does not, nobody knows the new pair and the consent cannot be kept. Whoever has an access token
that is still good goes on with it meanwhile.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from entourage.kernel import audit, clock, ids, leases, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later, SignInAgain
from entourage.platforms.fanvue import grant as grants
from entourage.platforms.fanvue.apps import NOT_SET_UP, Apps
from entourage.platforms.fanvue.grant import Grant
from entourage.platforms.fanvue.oauth import App, InDoubt, Issued, OAuth
from entourage.ports.fan_consent import Ended

_LEASE_S = 60.0  # longer than two tries
_LOOK_S = 0.05
_PATIENCE_S = 45.0
_FRESH_S = 5.0
_AGAIN_S = 0.5
_PAUSE_S = 20.0
_SPARE = timedelta(minutes=5)

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to call with, and what was agreed to."""

    token: str = field(repr=False)
    scopes: frozenset[str]


class Tokens:
    """The tokens of all creators."""

    def __init__(self, db: Database, apps: Apps, oauth: OAuth) -> None:
        """Take the parts."""
        self._db = db
        self._apps = apps
        self._oauth = oauth
        self._holder = str(ids.new())
        self._known: dict[int, Grant] = {}
        self._since: dict[int, datetime] = {}
        self._not_before: dict[int, datetime] = {}
        self._renewing: dict[int, asyncio.Task[Grant]] = {}

    async def grant(self, creator_id: int) -> Grant:
        """Read a creator's grant as it is stored now; raises SignInAgain when it is no good."""
        app = await self._app()
        async with tenancy.inside(self._db, creator_id) as session:
            found, on = await grants.read(session), await grants.is_on(session)
        self.forget(creator_id)
        if not on:
            msg = "Fanvue is switched off in the settings."
            raise SignInAgain(msg)
        good = grants.check(found, app.client_id)
        self._known[creator_id] = good
        return good

    def forget(self, creator_id: int) -> None:
        """Look the grant up anew at its next use."""
        self._known.pop(creator_id, None)

    async def bearer(self, creator_id: int) -> Bearer:
        """Return a creator's token, renewed when it soon ends; raises SignInAgain, or Later when it is over and Fanvue is away."""
        grant = self._known.get(creator_id) or await self.grant(creator_id)
        now = clock.wall()
        if now < grant.renew_at or (now < grant.expires_at and now < self._not_before.get(creator_id, now)):
            return _as_bearer(grant)
        try:
            return await self.renew(creator_id, _as_bearer(grant), patient=now >= grant.expires_at)
        except Later as error:
            if clock.wall() >= grant.expires_at:
                raise
            self._not_before[creator_id] = clock.wall() + timedelta(seconds=_PAUSE_S)
            _log.warning("fanvue.renewal_waits", creator=creator_id, why=error.message)
            return _as_bearer(grant)

    async def renew(self, creator_id: int, stale: Bearer, *, patient: bool = True) -> Bearer:
        """Return another token than one that is old or was refused; raises SignInAgain, or Later when Fanvue cannot be asked now.

        Who is not patient does not wait for another process that renews it.
        """
        task = self._renewing.get(creator_id)
        if task is None:
            task = asyncio.create_task(self._renew(creator_id, stale, patient=patient), name=f"fanvue-refresh-{creator_id}")
            self._renewing[creator_id] = task
            task.add_done_callback(lambda done: self._renewed(creator_id, done))
        return _as_bearer(await asyncio.shield(task))

    async def _renew(self, creator_id: int, stale: Bearer, *, patient: bool) -> Grant:
        give_up = clock.wall() + timedelta(seconds=_PATIENCE_S if patient else 0)
        lease = f"fanvue.refresh:{creator_id}"
        while True:
            grant = await self.grant(creator_id)
            if _is_newer(grant, stale):
                return grant
            self._check_age(creator_id)
            if await leases.take(self._db, lease, self._holder, for_s=_LEASE_S):
                break
            if clock.wall() > give_up:
                msg = "Another process is renewing the sign-in to Fanvue. Try again in a moment."
                raise Later(msg, retry_after_s=5.0)
            await asyncio.sleep(_LOOK_S)
        try:
            return await self._exchange(creator_id, stale)
        finally:
            await leases.drop(self._db, lease, self._holder)

    def _check_age(self, creator_id: int) -> None:
        """Refuse to renew what was renewed a moment ago: it would not be believed any more than before."""
        refreshed = self._since.get(creator_id)
        if refreshed is not None and (age_s := (clock.wall() - refreshed).total_seconds()) < _FRESH_S:
            msg = "Fanvue does not accept a token that it issued a moment ago. It is tried again."
            raise Later(msg, retry_after_s=_FRESH_S - age_s)

    async def _exchange(self, creator_id: int, stale: Bearer) -> Grant:
        """Renew, with the lease held: whoever held it before may have done so already."""
        grant = await self.grant(creator_id)
        if _is_newer(grant, stale):
            return grant
        app = await self._app()
        issued = await self._ask(app, creator_id, grant)
        if issued is None:
            return grants.check(await self._end(creator_id, grant, "refused"), app.client_id)
        expires_at, renew_at = until(clock.wall(), issued)
        fresh = msgspec.structs.replace(
            grant, access_token=issued.access_token, refresh_token=issued.refresh_token or grant.refresh_token,
            expires_at=expires_at, renew_at=renew_at, scopes=grant.scopes if issued.scope is None else tuple(issued.scope.split()),
        )  # fmt: skip
        kept = grants.check(await self._keep(creator_id, grant, fresh), app.client_id)
        self._since[creator_id] = clock.wall()
        self._not_before.pop(creator_id, None)
        _log.info("fanvue.refreshed", creator=creator_id)
        return kept

    async def _ask(self, app: App, creator_id: int, grant: Grant) -> Issued | None:
        """Ask for the next pair, and once more at once when the answer got lost; None when Fanvue refuses."""
        try:
            return await self._oauth.refresh(app, grant.refresh_token)
        except InDoubt as error:
            _log.warning("fanvue.refresh_in_doubt", creator=creator_id, why=error.message)
        await asyncio.sleep(_AGAIN_S)
        return await self._oauth.refresh(app, grant.refresh_token)

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
            audit.record(session, "fanvue.sign_in.ended", f"fanvue:{before.owner.id}", actor="platform:fanvue", meta={"why": why})
        _log.warning("fanvue.sign_in_ended", creator=creator_id, why=why)
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
class Bearers:
    """Where one creator's tokens come from."""

    tokens: Tokens
    creator_id: int
    owner_id: str

    @property
    def key(self) -> str:
        """Name whose requests are counted."""
        return self.owner_id

    async def bearer(self) -> Bearer:
        """Return the creator's token."""
        return await self.tokens.bearer(self.creator_id)

    async def renew(self, stale: Bearer) -> Bearer:
        """Return another token than one that was refused."""
        return await self.tokens.renew(self.creator_id, stale)


def _is_newer(grant: Grant, stale: Bearer) -> bool:
    """Say whether somebody renewed it already, and not so long ago that this is over too."""
    return grant.access_token != stale.token and clock.wall() < grant.renew_at


def _as_bearer(grant: Grant) -> Bearer:
    return Bearer(grant.access_token, frozenset(grant.scopes))


def until(now: datetime, issued: Issued) -> tuple[datetime, datetime]:
    """Return when a token ends, and from when on it is renewed: five minutes before, or half-way through a short life."""
    life = timedelta(seconds=max(issued.expires_in, 1))
    return now + life, now + max(life - _SPARE, life / 2)
