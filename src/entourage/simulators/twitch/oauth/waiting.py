"""Consents on their way: codes to be exchanged, and devices that wait for somebody to type their code."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.oauth.clients import Client
from entourage.simulators.twitch.oauth.tokens import Tokens
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import token

_CODE_LIFE = timedelta(minutes=10)
_DEVICE_LIFE_S = 1800
_INTERVAL_S = 5
_TYPED = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that stands for a consent until it is exchanged, once."""

    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    redirect: str
    until: datetime


@dataclass(slots=True)
class Device:
    """A device that waits; `user_id` is None until somebody consents."""

    code: str = field(repr=False)
    typed: str
    client_id: str
    scopes: tuple[str, ...]
    until: datetime
    user_id: str | None = None
    denied: bool = False


class Waiting:
    """Codes and devices that were not turned into tokens yet."""

    def __init__(self, tokens: Tokens, time: Timepiece) -> None:
        """Begin with none."""
        self._tokens = tokens
        self._time = time
        self._codes: dict[str, Code] = {}
        self.devices: dict[str, Device] = {}

    def consent(self, client: Client, user_id: str, scopes: tuple[str, ...], redirect: str) -> str:
        """Return the code with which the browser is sent back."""
        code = token()
        self._codes[code] = Code(client.id, user_id, scopes, redirect, self._time.now() + _CODE_LIFE)
        return code

    def exchange(self, client: Client, code: str, redirect: str) -> dict[str, Any]:
        """Turn a code into tokens; it is used up even when the rest does not fit."""
        found = self._codes.pop(code, None)
        if found is None or found.client_id != client.id or found.until <= self._time.now():
            raise Refusal(400, "Invalid authorization code")
        if found.redirect != redirect:
            raise Refusal(400, "Parameter redirect_uri does not match")
        return self._tokens.grant(client, found.user_id, found.scopes)

    def ask(self, client: Client, scopes: tuple[str, ...], page: str) -> dict[str, Any]:
        """Let a device wait; `page` is where its code is typed. Returns the answer's body."""
        typed = "".join(secrets.choice(_TYPED) for _ in range(8))
        device = Device(token(40), typed, client.id, scopes, self._time.now() + timedelta(seconds=_DEVICE_LIFE_S))
        self.devices[device.code] = device
        return {
            "device_code": device.code,
            "expires_in": _DEVICE_LIFE_S,
            "interval": _INTERVAL_S,
            "user_code": typed,
            "verification_uri": f"{page}?device-code={typed}",
        }

    def typed(self, code: str) -> Device | None:
        """Return the device that shows this code, if it still waits."""
        now = self._time.now()
        return next((one for one in self.devices.values() if one.typed == code.strip().upper() and one.until > now), None)

    def poll(self, client: Client, code: str) -> dict[str, Any]:
        """Turn a device's code into tokens once somebody consented; raises a 400 until then and afterwards."""
        found = self.devices.get(code)
        if found is None or found.client_id != client.id or found.until <= self._time.now():
            raise Refusal(400, "invalid device code")
        if found.denied:
            del self.devices[code]
            raise Refusal(400, "access_denied")
        if found.user_id is None:
            raise Refusal(400, "authorization_pending")
        del self.devices[code]
        return self._tokens.grant(client, found.user_id, found.scopes)
