"""Consents on their way: codes that wait to be exchanged, once, by whoever has the verifier."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.fanvue.oauth.clients import SCOPES, Client, Clients
from entourage.simulators.fanvue.oauth.tokens import Chain, Tokens
from entourage.simulators.fanvue.refusal import Denial
from entourage.simulators.timepiece import Timepiece

_LIFE = timedelta(minutes=10)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_SHORTEST_STATE = 8


@dataclass(slots=True)
class Code:
    """What was consented to; `chain` is there once it was exchanged."""

    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    redirect: str
    challenge: str = field(repr=False)
    until: datetime
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks a person for, checked."""

    client: Client
    redirect: str
    scopes: tuple[str, ...]
    state: str
    challenge: str = field(repr=False)


def wish(clients: Clients, query: Mapping[str, str]) -> Wish:
    """Check who asks and where to; raises a 400 that is shown, since nobody may be sent to an unknown address."""
    client = clients.known.get(query.get("client_id", ""))
    if client is None:
        raise Denial(401, "invalid_client", "The requested OAuth 2.0 Client does not exist.")
    if query.get("redirect_uri", "") not in client.redirects:
        raise Denial(
            400,
            "invalid_request",
            "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's pre-registered redirect urls.",
        )
    scopes = tuple(query.get("scope", "").split())
    return Wish(client, query["redirect_uri"], scopes, query.get("state", ""), query.get("code_challenge", ""))


def objection(asked: Wish, query: Mapping[str, str]) -> Denial | None:
    """Return what is wrong with the rest of a wish, to be told to the app at its address."""
    if query.get("response_type") != "code":
        return Denial(400, "unsupported_response_type", "The authorization server does not support this response type.")
    if len(asked.state) < _SHORTEST_STATE:
        return Denial(400, "invalid_state", "The state is missing or does not have enough characters.")
    unknown = [one for one in asked.scopes if one not in SCOPES]
    if unknown or not asked.scopes:
        return Denial(400, "invalid_scope", f"The OAuth 2.0 Client is not allowed to request scope '{' '.join(unknown)}'.")
    if not asked.challenge:
        return Denial(400, "invalid_request", "Clients must include a code_challenge when performing the authorize code flow.")
    if query.get("code_challenge_method") != "S256":
        return Denial(400, "invalid_request", "Clients must use code_challenge_method=S256.")
    return None


class Codes:
    """All codes that were given."""

    def __init__(self, tokens: Tokens, time: Timepiece) -> None:
        """Begin with none."""
        self._tokens = tokens
        self._time = time
        self._codes: dict[str, Code] = {}

    def give(self, asked: Wish, user_id: str) -> str:
        """Return the code with which the browser is sent back."""
        code = f"ory_ac_{secrets.token_urlsafe(24)}"
        until = self._time.now() + _LIFE
        self._codes[code] = Code(asked.client.id, user_id, asked.scopes, asked.redirect, asked.challenge, until)
        return code

    def exchange(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        """Turn a code into tokens; one that comes a second time ends what came of the first."""
        found = self._codes.get(form.get("code", ""))
        if found is None or found.client_id != client.id or found.until <= self._time.now():
            raise Denial(400, "invalid_grant", "The authorization code is invalid or has expired.")
        if found.chain is not None:
            self._tokens.end(found.chain, "The authorization code has already been used.")
            raise Denial(400, "invalid_grant", "The authorization code has already been used.")
        if found.redirect != form.get("redirect_uri"):
            raise Denial(400, "invalid_grant", "The 'redirect_uri' from this request does not match the one from the authorize request.")
        verifier = form.get("code_verifier", "")
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if not _VERIFIER.fullmatch(verifier) or not secrets.compare_digest(hashed, found.challenge):
            raise Denial(400, "invalid_grant", "The PKCE code challenge did not match the code verifier.")
        found.chain, made = self._tokens.grant(client, found.user_id, found.scopes)
        return made
