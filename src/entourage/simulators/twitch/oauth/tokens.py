"""Tokens of the fake Twitch: given, refreshed, looked at, taken back."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.oauth.clients import Client
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import token

_PUBLIC_LIFE = timedelta(days=30)
_APP_LIFE_S = 5_011_271
_MOST_ACCESS = 50


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for; an app token has no user."""

    token: str = field(repr=False)
    client_id: str
    user_id: str | None
    scopes: tuple[str, ...]
    until: datetime


@dataclass(slots=True)
class Grant:
    """A refresh token and the access tokens that came of it, oldest first."""

    refresh: str = field(repr=False)
    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    until: datetime | None
    access: deque[str] = field(default_factory=deque, repr=False)


class Tokens:
    """All tokens that are good, and who has consented to what; `life_s` is how long an access token lives."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with none; `revoked` is called with a client id and a user id when a consent ends."""
        self.life_s = 14_124
        self.consents: dict[tuple[str, str], tuple[str, ...]] = {}
        self.revoked: Callable[[str, str], None] = lambda _client, _user: None
        self._time = time
        self._access: dict[str, Access] = {}
        self._grants: dict[str, Grant] = {}

    def grant(self, client: Client, user_id: str, scopes: Iterable[str]) -> dict[str, Any]:
        """Give a new pair for a consent, which replaces what was consented to before; returns the answer's body."""
        asked = tuple(dict.fromkeys(scopes))
        self.consents[client.id, user_id] = asked
        return self._pair(client, user_id, asked)

    def refresh(self, client: Client, refresh: str) -> dict[str, Any]:
        """Give a new access token for a refresh token; raises a 400 for one that is no good."""
        found = self._grants.get(refresh)
        gone = found is None or found.client_id != client.id or (found.until is not None and found.until <= self._time.now())
        if found is None or gone:
            raise Refusal(400, "Invalid refresh token")
        if client.secret is None or client.rotates:
            del self._grants[refresh]
            return self._pair(client, found.user_id, found.scopes, found.access)
        return self._fresh(found)

    def app(self, client: Client) -> dict[str, Any]:
        """Give an app token, which cannot be refreshed."""
        made = self._new(client.id, None, (), _APP_LIFE_S)
        return {"access_token": made.token, "expires_in": _APP_LIFE_S, "token_type": "bearer"}

    def look(self, access: str) -> Access:
        """Return what a token stands for; raises a 401 for one that is none or none any more."""
        found = self._access.get(access)
        if found is None or found.until <= self._time.now():
            raise Refusal(401, "Invalid OAuth token")
        return found

    def revoke(self, client: Client, value: str) -> None:
        """Take back one access token, or a refresh token with all that came of it; raises a 400 for no such token."""
        grant, access = self._grants.get(value), self._access.get(value)
        if grant is not None and grant.client_id == client.id:
            del self._grants[value]
            self._drop(grant.access)
        elif access is not None and access.client_id == client.id:
            del self._access[value]
        else:
            raise Refusal(400, "Invalid token")

    def disconnect(self, client_id: str, user_id: str) -> bool:
        """End a user's consent to a program, with all tokens, as when they disconnect it in their settings."""
        known = self.consents.pop((client_id, user_id), None) is not None
        mine = [one for one in self._grants.values() if (one.client_id, one.user_id) == (client_id, user_id)]
        for grant in mine:
            del self._grants[grant.refresh]
        self._drop([one.token for one in self._access.values() if (one.client_id, one.user_id) == (client_id, user_id)])
        if known:
            self.revoked(client_id, user_id)
        return known

    def expire(self, user_id: str) -> int:
        """Let all access tokens of a user run out now; refresh tokens stay good. Returns how many there were."""
        mine = [one.token for one in self._access.values() if one.user_id == user_id]
        self._drop(mine)
        return len(mine)

    def spoil(self, user_id: str) -> int:
        """Make the refresh tokens of a user no good, as after a change of password; returns how many there were."""
        mine = [one for one in self._grants.values() if one.user_id == user_id]
        for grant in mine:
            del self._grants[grant.refresh]
        return len(mine)

    def held(self) -> tuple[list[Access], list[Grant]]:
        """Return all that are good: access tokens, and refresh tokens."""
        return list(self._access.values()), list(self._grants.values())

    def restore(self, access: Iterable[Access], grants: Iterable[Grant], consents: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        """Hold what was held when it was kept, instead of what is held."""
        self._access = {one.token: one for one in access}
        self._grants = {one.refresh: one for one in grants}
        self.consents = dict(consents)

    def alive(self, user_id: str | None) -> int:
        """Count the access tokens of a user (None: of programs) that are good now."""
        now = self._time.now()
        return sum(one.user_id == user_id and one.until > now for one in self._access.values())

    def _pair(self, client: Client, user_id: str, scopes: tuple[str, ...], access: Iterable[str] = ()) -> dict[str, Any]:
        until = self._time.now() + _PUBLIC_LIFE if client.secret is None else None
        grant = Grant(token(50), client.id, user_id, scopes, until, deque(access))
        self._grants[grant.refresh] = grant
        return self._fresh(grant)

    def _fresh(self, grant: Grant) -> dict[str, Any]:
        made = self._new(grant.client_id, grant.user_id, grant.scopes, self.life_s)
        grant.access.append(made.token)
        while len(grant.access) > _MOST_ACCESS:
            self._access.pop(grant.access.popleft(), None)
        return {
            "access_token": made.token,
            "expires_in": self.life_s,
            "refresh_token": grant.refresh,
            "scope": list(grant.scopes),
            "token_type": "bearer",
        }

    def _new(self, client_id: str, user_id: str | None, scopes: tuple[str, ...], life_s: float) -> Access:
        made = Access(token(), client_id, user_id, scopes, self._time.now() + timedelta(seconds=life_s))
        self._access[made.token] = made
        return made

    def _drop(self, tokens: Iterable[str]) -> None:
        for one in list(tokens):
            self._access.pop(one, None)
