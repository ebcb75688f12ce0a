"""Tokens of the fake Fanvue: chains of refresh tokens, each good once; one that is used again ends its whole chain."""

import base64
import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.fanvue.oauth.clients import Client
from entourage.simulators.fanvue.refusal import Denial, Refusal
from entourage.simulators.timepiece import Timepiece


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for."""

    token: str = field(repr=False)
    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    until: datetime


@dataclass(slots=True)
class Chain:
    """A consent and all that came of it; `current` is the only refresh token that is good, `spent` says when others were used."""

    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    current: str = field(default="", repr=False)
    spent: dict[str, datetime] = field(default_factory=dict, repr=False)
    access: set[str] = field(default_factory=set, repr=False)
    dead: str = ""


class Tokens:
    """All tokens; `life_s` is how long access lasts, `grace_s` how long a spent refresh token is still taken (0: never).

    `reused` and `refreshed` count what happened to refresh tokens.
    """

    def __init__(self, time: Timepiece) -> None:
        """Begin with none."""
        self.life_s = 3600
        self.grace_s = 0.0
        self.refreshed = 0
        self.reused = 0
        self._time = time
        self._access: dict[str, Access] = {}
        self._chains: dict[str, Chain] = {}
        self._all: list[Chain] = []

    def grant(self, client: Client, user_id: str, scopes: Iterable[str]) -> tuple[Chain, dict[str, Any]]:
        """Begin a chain; returns it with the body of the token answer."""
        chain = Chain(client.id, user_id, tuple(scopes))
        self._all.append(chain)
        return chain, self._turn(chain, chain.scopes)

    def refresh(self, client: Client, token: str, scopes: Collection[str] = ()) -> dict[str, Any]:
        """Turn a refresh token into a new pair; raises `invalid_grant`, and ends the chain of one that was used before."""
        chain = self._chains.get(token)
        if chain is None or chain.client_id != client.id:
            raise Denial(400, "invalid_grant", "The provided refresh token is invalid.")
        if chain.dead:
            raise Denial(400, "invalid_grant", chain.dead)
        if not set(scopes) <= set(chain.scopes):
            raise Denial(400, "invalid_scope", "The requested scope was not granted by the resource owner.")
        used = chain.spent.get(token)
        if used is not None and (self._time.now() - used).total_seconds() >= self.grace_s:
            self.reused += 1
            self.end(chain, "The refresh token was already used.")
            raise Denial(400, "invalid_grant", "The refresh token was already used.")
        self.refreshed += 1
        return self._turn(chain, tuple(scopes) or chain.scopes)

    def look(self, token: str) -> Access:
        """Return what an access token stands for; raises a 401 when it is none that is good."""
        found = self._access.get(token)
        if found is None or found.until <= self._time.now():
            raise Refusal(401, "Unauthorized")
        return found

    def revoke(self, client: Client, token: str) -> None:
        """End what a token stands for: a refresh token ends its chain; one that nobody knows is no error."""
        found = self._access.get(token)
        if found is not None and found.client_id == client.id:
            del self._access[token]
        chain = self._chains.get(token)
        if chain is not None and chain.client_id == client.id:
            self.end(chain, "The refresh token was revoked.")

    def end(self, chain: Chain, why: str) -> None:
        """End a chain with every token of it."""
        chain.dead = why
        for one in chain.access:
            self._access.pop(one, None)
        chain.access.clear()

    def of(self, user_id: str, client_id: str = "") -> list[Chain]:
        """Return the living chains of a user (and an app)."""
        return [one for one in self._all if one.user_id == user_id and not one.dead and client_id in {"", one.client_id}]

    def consented(self, client_id: str, user_id: str, scope: str) -> bool:
        """Say whether a user lets an app do this at the moment."""
        return any(scope in one.scopes for one in self.of(user_id, client_id))

    def disconnect(self, user_id: str, client_id: str = "") -> int:
        """Let a user take consents back in the settings; returns how many there were."""
        living = self.of(user_id, client_id)
        for one in living:
            self.end(one, "The refresh token was revoked.")
        return len(living)

    def expire(self, user_id: str) -> int:
        """Let all access of a user run out now; returns how many tokens that were."""
        gone = [token for one in self.of(user_id) for token in one.access if self._access.pop(token, None)]
        return len(gone)

    def _turn(self, chain: Chain, scopes: tuple[str, ...]) -> dict[str, Any]:
        token = f"ory_at_{secrets.token_urlsafe(24)}"
        self._access[token] = Access(token, chain.client_id, chain.user_id, scopes, self._time.now() + timedelta(seconds=self.life_s))
        chain.access.add(token)
        made = {"access_token": token, "expires_in": self.life_s, "token_type": "bearer", "scope": " ".join(scopes)}
        if {"offline", "offline_access"} & set(chain.scopes):
            if chain.current:
                chain.spent.setdefault(chain.current, self._time.now())
            chain.current = f"ory_rt_{secrets.token_urlsafe(24)}"
            self._chains[chain.current] = chain
            made["refresh_token"] = chain.current
        if "openid" in chain.scopes:
            made["id_token"] = _unsigned({"sub": chain.user_id, "aud": [chain.client_id]})
        return made


def _unsigned(claims: dict[str, Any]) -> str:
    def part(said: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}."
